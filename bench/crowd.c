/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd.h"

#include "base/mem.h"

/* So few at a time that no server drops connections that wait to be accepted, and none takes longer than a deadline for logins. */
enum { AT_ONCE = 32, PATIENCE_S = 120 };

/* While it gathers, the crowd stands between its clients and who drives them. */
struct gathering {
	struct crowd *crowd;
	void *arg;
};

static void nothing_heard(struct client *c, struct str stanza) {}

static void one_ready(struct client *c) { ((struct gathering *)c->arg)->crowd->ready++; }
static void one_gone(struct client *c) { ((struct gathering *)c->arg)->crowd->gone++; }

static const struct client_acts gathering_acts = { .ready = one_ready, .stanza = nothing_heard, .gone = one_gone };

/* Begins the next while few are under way, until all have come to an end (of the coming up). */
static void bring_up(struct crowd *c, struct target *t, bool registers)
{
	int64_t deadline = net_now() + (int64_t)PATIENCE_S * 1000000000;
	unsigned begun = 0;

	while (c->ready + c->gone < c->n && net_now() < deadline && (registers || !c->gone)) {
		while (begun < c->n && begun - c->ready - c->gone < AT_ONCE)
			client_begin(&c->client[begun++]);
		net_turn(&t->net, net_now() + 100000000);
	}
}

bool crowd_gather(struct crowd *c, struct target *t, unsigned first, unsigned n, unsigned resources, const struct client_acts *acts,
		  void *arg)
{
	struct gathering g = { .crowd = c, .arg = arg };

	*c = (struct crowd){ .client = mem_alloc(n * sizeof *c->client), .n = n };
	for (unsigned i = 0; i < n; i++) {
		struct client *one = &c->client[i];
		one->target = t;
		one->number = first + i / resources;
		one->resource = i % resources;
		one->acts = &gathering_acts;
		one->arg = &g;
	}
	bring_up(c, t, false);
	for (unsigned i = 0; i < n; i++) {
		c->client[i].acts = acts;
		c->client[i].arg = arg;
	}
	return c->ready == n;
}

static void nobody_gone(struct client *c) {}

static const struct client_acts closing_acts = { .ready = nobody_gone, .stanza = nothing_heard, .gone = nobody_gone };

void crowd_free(struct crowd *c, struct target *t)
{
	for (unsigned i = 0; i < c->n; i++) {
		c->client[i].acts = &closing_acts;
		if (c->client[i].link.net && c->client[i].link.fd >= 0)
			link_close(&c->client[i].link);
	}
	net_turn(&t->net, 0);
	mem_free(c->client);
	*c = (struct crowd){ 0 };
}

bool crowd_register(struct target *t, unsigned n)
{
	struct crowd c = { .client = mem_alloc(n * sizeof *c.client), .n = n };
	struct gathering g = { .crowd = &c };
	bool good;

	for (unsigned i = 0; i < n; i++)
		c.client[i] = (struct client){ .target = t, .number = i, .registers = true, .acts = &gathering_acts, .arg = &g };
	bring_up(&c, t, true);
	good = c.gone == n && !t->refused;
	crowd_free(&c, t);
	return good;
}
