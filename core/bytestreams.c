/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bytestreams.h"

#include <assert.h>

#include "core/inside.h"

#define DOOR "bytestreams" /* what cores say to one another: a key to the first one; "1" or "0" back */

enum { WAITING_MAX = 1000 };

struct bytestreams {
	struct list waiting; /* ends, on the first core */
	struct list asking;
	uint64_t last;
};

static struct bytestreams *of(const struct core *c) { return core_door_state(c, DOOR); }

static struct bytestream_end *find(struct bytestreams *b, struct str key, const struct bytestream_end *but)
{
	list_each (e, &b->waiting, struct bytestream_end, here)
		if (e != but && !memcmp(e->key, key.p, sizeof e->key))
			return e;
	return NULL;
}

bool bytestream_wait(struct core *c, struct bytestream_end *e, struct str key)
{
	struct bytestreams *b = of(c);
	struct bytestream_end *first;
	size_t n = 0;

	assert(c->index == 0 && key.n == sizeof e->key);
	list_each (other, &b->waiting, struct bytestream_end, here)
		n++;
	first = find(b, key, NULL);
	if (n >= WAITING_MAX || (first && find(b, key, first)))
		return false;
	memcpy(e->key, key.p, sizeof e->key);
	list_append(&b->waiting, &e->here);
	return true;
}

void bytestream_leave(struct bytestream_end *e) { list_remove(&e->here); }

static bool join(struct bytestreams *b, struct str key)
{
	struct bytestream_end *one = key.n == BYTESTREAM_KEY_CHARS ? find(b, key, NULL) : NULL;
	struct bytestream_end *other = one ? find(b, key, one) : NULL;

	if (!other)
		return false;
	bytestream_leave(one);
	bytestream_leave(other);
	one->joined(one, other);
	other->joined(other, one);
	return true;
}

static void answered(struct bytestreams *b, uint64_t number, bool found)
{
	list_each (a, &b->asking, struct bytestream_ask, here)
		if (a->number == number) {
			bytestream_cancel(a);
			a->found = found;
			a->done(a);
			return;
		}
}

static void receive(struct core *c, void *arg, unsigned from, uint64_t number, struct str bytes)
{
	if (bytes.n == 1)
		answered(arg, number, bytes.p[0] == '1');
	else
		core_door_send(c, from, DOOR, number, join(arg, bytes) ? STR("1") : STR("0"));
}

void bytestream_activate(struct core *c, struct bytestream_ask *a, struct str key)
{
	struct bytestreams *b = of(c);

	assert(!a->number && key.n == BYTESTREAM_KEY_CHARS);
	a->number = ++b->last;
	list_append(&b->asking, &a->here);
	core_door_send(c, 0, DOOR, a->number, key);
}

void bytestream_cancel(struct bytestream_ask *a)
{
	list_remove(&a->here);
	a->number = 0;
}

/* Who still asks is told nothing, and goes later. */
static void drop(void *arg)
{
	struct bytestreams *b = arg;

	list_each (a, &b->asking, struct bytestream_ask, here)
		bytestream_cancel(a);
	list_each (e, &b->waiting, struct bytestream_end, here)
		bytestream_leave(e);
	mem_free(b);
}

void bytestreams_begin(struct core *c)
{
	struct bytestreams *b = mem_new(struct bytestreams);

	list_init(&b->waiting);
	list_init(&b->asking);
	core_door_register(c, DOOR, receive, b, drop);
}
