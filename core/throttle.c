/* SPDX-License-Identifier: Apache-2.0
 *
 * core/throttle.c - guessing and mass registration are slowed down: failures are counted per key, an account or an address, in windows of five
 * minutes; registrations per hour. Per core: with N cores an attacker has N times as many tries, which changes nothing.
 */
#include "core/inside.h"

enum {
	WINDOW_MS = 5 * 60 * 1000,
	HOUR_MS = 60 * 60 * 1000,
	KEYS_MAX = 20000, /* a flood of names must not fill the memory: the oldest is forgotten */
};

struct throttle {
	struct map_node node;
	struct list here; /* core->throttles_old, the one changed longest ago first */
	msec since, hour_since; /* clock */
	unsigned failed, registered, asked;
	char key[];
};

static void forget(struct core *c, struct throttle *t)
{
	list_remove(&t->here);
	map_remove(&c->throttles, &t->node);
	mem_free(t);
}

static struct throttle *touch(struct core *c, struct str key)
{
	struct throttle *t = map_find(&c->throttles, key, struct throttle, node);
	msec now = core_clock(c);

	if (t) {
		list_remove(&t->here);
	} else {
		if (c->throttles.n >= KEYS_MAX)
			forget(c, list_first(&c->throttles_old, struct throttle, here));
		t = mem_alloc(sizeof *t + key.n + 1);
		memcpy(t->key, key.p, key.n);
		t->since = t->hour_since = now;
		map_add(&c->throttles, &t->node, str_n(t->key, key.n));
	}
	list_append(&c->throttles_old, &t->here);
	if (now - t->since >= WINDOW_MS) {
		t->since = now;
		t->failed = t->asked = 0;
	}
	if (now - t->hour_since >= HOUR_MS) {
		t->hour_since = now;
		t->registered = 0;
	}
	return t;
}

bool throttle_refuses(struct core *c, struct str key)
{
	struct throttle *t = map_find(&c->throttles, key, struct throttle, node);

	return t && core_clock(c) - t->since < WINDOW_MS && t->failed >= c->settings.login_attempts;
}

void throttle_failed(struct core *c, struct str key) { touch(c, key)->failed++; }

void throttle_forget(struct core *c, struct str key)
{
	struct throttle *t = map_find(&c->throttles, key, struct throttle, node);

	if (t)
		t->failed = 0;
}

bool throttle_register(struct core *c, struct str key)
{
	struct throttle *t = touch(c, key);

	if (t->registered >= c->settings.registrations_per_hour)
		return false;
	t->registered++;
	return true;
}

bool throttle_ask(struct core *c, struct str key, unsigned most)
{
	struct throttle *t = touch(c, key);

	if (t->asked >= most)
		return false;
	t->asked++;
	return true;
}

void throttle_free(struct core *c)
{
	struct throttle *t;

	while ((t = list_first(&c->throttles_old, struct throttle, here)))
		forget(c, t);
	map_free(&c->throttles);
}
