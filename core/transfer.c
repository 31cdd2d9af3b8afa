/* SPDX-License-Identifier: Apache-2.0 */
#include "core/transfer.h"

#include "core/inside.h"

static void answered(struct store_request *r)
{
	struct ask *a = r->arg;

	if (!a)
		return;
	a->request = NULL;
	a->verdict = r->answer;
	a->answer = r;
	a->done(a);
}

static struct store_request *begin(struct core *c, struct ask *a, enum store_op op, int64_t owner)
{
	struct store_request *r = store_ask(c->store, op, answered, a);

	a->request = r;
	r->owner = owner;
	return r;
}

void transfer_contacts(struct core *c, struct ask *a, int64_t owner)
{
	store_submit(begin(c, a, STORE_ROSTER_LOAD, owner));
}

void transfer_account(struct core *c, struct ask *a, struct str name, const struct verifier v[SCRAM_HASHES])
{
	struct store_request *r = begin(c, a, STORE_ACCOUNT_ADD, 0);

	memcpy(r->account.verifier, v, sizeof r->account.verifier);
	r->account.name = store_str(r, name);
	r->account.seen_status = STR("");
	r->account.created = core_now(c);
	store_submit(r);
}

void transfer_verifiers(struct core *c, struct ask *a, int64_t owner, const struct verifier v[SCRAM_HASHES])
{
	struct store_request *r = begin(c, a, STORE_ACCOUNT_VERIFY, owner);

	r->account.id = owner;
	memcpy(r->account.verifier, v, sizeof r->account.verifier);
	store_submit(r);
}

void transfer_message(struct core *c, struct ask *a, int64_t owner, struct stanza *st, bool sent, bool waits)
{
	struct store_request *r = begin(c, a, STORE_KEEP, 0);

	r->stanza = stanza_ref(st);
	r->fresh = true;
	*(waits ? &r->queue_for : sent ? &r->archive_from : &r->archive_to) = owner;
	store_submit(r);
}

/* ---- contacts ---------------------------------------------------------------------------------------------------- */

/* What leads to a state, event by event (RFC 6121, appendix A): as if both had said so. */
static const struct {
	uint32_t state;
	enum roster_event events[2];
	size_t n;
} roads[] = {
	{ ROSTER_TO, { ROSTER_OUT_SUBSCRIBE, ROSTER_IN_SUBSCRIBED }, 2 },
	{ ROSTER_FROM, { ROSTER_IN_SUBSCRIBE, ROSTER_OUT_SUBSCRIBED }, 2 },
	{ ROSTER_ASK, { ROSTER_OUT_SUBSCRIBE }, 1 },
	{ ROSTER_PENDING_IN, { ROSTER_IN_SUBSCRIBE }, 1 },
	{ ROSTER_APPROVED, { ROSTER_OUT_SUBSCRIBED }, 1 },
};

struct arriving {
	struct job job;
	struct core *core;
	struct ask *ask;
	struct arena arena;
	int64_t owner;
	struct str name;
	struct roster_item item;
	uint32_t state; /* as it is now */
	size_t road, step;
};

static void arriving_free(struct job *j)
{
	struct arriving *w = holder_of(j, struct arriving, job);

	arena_free(&w->arena);
	mem_free(w);
}

static void arriving_end(struct arriving *w, struct store_request *r)
{
	struct ask *a = r->arg;

	if (!r->answer)
		roster_tell(w->core, w->name, &r->item, r->version, false);
	job_end(&w->job);
	arriving_free(&w->job);
	if (!a)
		return;
	a->request = NULL;
	a->verdict = r->answer;
	a->answer = r;
	a->done(a);
}

static void arriving_next(struct store_request *r)
{
	struct arriving *w = r->held;
	struct store_request *next;
	uint32_t state = r->answer ? 0 : r->item.state;

	/* On to the next event that is needed for what is still missing. */
	for (; !r->answer && r->arg && w->road < countof(roads); w->road++, w->step = 0)
		if (w->item.state & roads[w->road].state && !(state & roads[w->road].state) &&
		    w->step < roads[w->road].n)
			break;
	if (r->answer || !r->arg || w->road == countof(roads)) {
		arriving_end(w, r);
		return;
	}
	next = store_ask(w->core->store, STORE_ROSTER_APPLY, arriving_next, r->arg);
	((struct ask *)r->arg)->request = next;
	next->held = w;
	next->owner = w->owner;
	next->item = (struct roster_item){
		.contact = w->item.contact, .name = STR(""), .groups = STR(""), .request = w->item.request
	};
	next->event = roads[w->road].events[w->step++];
	store_submit(next);
}

void transfer_contact(struct core *c, struct ask *a, int64_t owner, struct str name, const struct roster_item *item)
{
	struct arriving *w = mem_new(struct arriving);
	bool listed = item->state & ROSTER_LISTED;
	struct store_request *r = store_ask(c->store, listed ? STORE_ROSTER_SET : STORE_ROSTER_APPLY, arriving_next, a);

	job_begin(c, &w->job, arriving_free);
	w->core = c;
	w->owner = owner;
	w->name = arena_str(&w->arena, name);
	w->item = (struct roster_item){ .contact = arena_str(&w->arena, item->contact),
					.name = arena_str(&w->arena, item->name),
					.groups = arena_str(&w->arena, item->groups),
					.request = arena_str(&w->arena, item->request),
					.state = item->state };
	a->request = r;
	r->held = w;
	r->owner = owner;
	r->item = w->item;
	r->event = ROSTER_IN_SUBSCRIBE; /* where it is not listed: only a request that waits */
	store_submit(r);
}
