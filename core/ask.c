/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ask.h"

#include <assert.h>

#include "core/inside.h"

static void answered(struct store_request *r)
{
	struct ask *a = r->arg;

	if (!a)
		return; /* nobody waits for it any more */
	a->request = NULL;
	a->verdict = r->answer;
	a->answer = r;
	a->done(a);
}

static struct store_request *begin(struct core *c, struct ask *a, enum store_op op, int64_t owner)
{
	struct store_request *r = store_ask(c->store, op, answered, a);

	assert(!a->request);
	a->request = r;
	r->owner = owner;
	return r;
}

void ask_cancel(struct ask *a)
{
	if (a->request)
		a->request->arg = NULL;
	a->request = NULL;
}

void item_get(struct core *c, struct ask *a, int64_t owner, struct str space, struct str key)
{
	struct store_request *r = begin(c, a, STORE_ITEM_GET, owner);

	r->space = store_str(r, space);
	r->key = store_str(r, key);
	store_submit(r);
}

void item_set(struct core *c, struct ask *a, int64_t owner, struct str space, struct str key, struct str value)
{
	struct store_request *r = begin(c, a, STORE_ITEM_SET, owner);

	r->space = store_str(r, space);
	r->key = store_str(r, key);
	r->value = store_str(r, value);
	store_submit(r);
}

void item_list(struct core *c, struct ask *a, int64_t owner, struct str space)
{
	struct store_request *r = begin(c, a, STORE_ITEM_LIST, owner);

	r->space = store_str(r, space);
	store_submit(r);
}

void archive_read(struct core *c, struct ask *a, int64_t owner, const struct archive_query *query, size_t limit)
{
	struct store_request *r = begin(c, a, STORE_ARCHIVE_READ, owner);

	r->query = *query;
	r->query.with = store_str(r, query->with);
	r->query.text = store_str(r, query->text);
	if (query->ids_n) {
		uint64_t *ids = arena_get(&r->arena, query->ids_n * sizeof *ids);

		memcpy(ids, query->ids, query->ids_n * sizeof *ids);
		r->query.ids = ids;
	}
	r->limit = limit;
	store_submit(r);
}

void archive_ends(struct core *c, struct ask *a, int64_t owner) { store_submit(begin(c, a, STORE_ARCHIVE_ENDS, owner)); }

void queue_read(struct core *c, struct ask *a, int64_t owner, uint64_t after, size_t limit)
{
	struct store_request *r = begin(c, a, STORE_QUEUE_READ, owner);

	r->after = after;
	r->limit = limit;
	store_submit(r);
}

static void list_by_name(struct core *c, struct ask *a, uint32_t flags, struct str after, size_t limit)
{
	struct store_request *r = begin(c, a, STORE_ACCOUNT_LIST, 0);

	r->account.flags = flags;
	r->after_name = store_str(r, after.p ? after : STR(""));
	r->limit = limit;
	store_submit(r);
}

void account_list(struct core *c, struct ask *a, struct str after, size_t limit) { list_by_name(c, a, 0, after, limit); }

void guest_list(struct core *c, struct ask *a, struct str after, size_t limit) { list_by_name(c, a, ACCOUNT_GUEST, after, limit); }

void room_list(struct core *c, struct ask *a, struct str after, size_t limit) { list_by_name(c, a, ACCOUNT_ROOM, after, limit); }

static void found(struct store_request *r)
{
	if (!r->answer && r->arg)
		seen_tell(r->held, &r->account);
	answered(r);
}

void account_find(struct core *c, struct ask *a, struct str name)
{
	struct store_request *r = begin(c, a, STORE_ACCOUNT_GET, 0);

	r->done = found;
	r->held = c;
	r->account.name = store_str(r, name);
	store_submit(r);
}
