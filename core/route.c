/* SPDX-License-Identifier: Apache-2.0
 *
 * core/route.c - the life of a message and the road of an IQ. A message that is to be kept goes to the store first and is seen by nobody
 * until it is on disk; what the same session sends behind it waits, so that order holds.
 *
 * A transit is one stanza between session_send() and its end. Most never wait for anything: they are handled on the stack.
 */
#include <assert.h>

#include "core/inside.h"

enum transit_state {
	TRANSIT_LOOKUP,
	TRANSIT_BEHIND,  /* for a service: others are ahead of it */
	TRANSIT_SERVICE, /* the service has it and has not answered yet */
	TRANSIT_STORING,
	TRANSIT_READY
};

/* What one address of a service sends to one user, while something of it is under way. */
struct lane {
	struct map_node node; /* core->lanes */
	struct core *core;
	struct list transits;
	bool running;
	char key[];           /* both bare addresses, a zero byte between them */
};

struct transit {
	struct job job;
	struct list here;        /* in session->transits while it has a session, or in lane->transits */
	struct session *session; /* NULL: it ended, and the message goes on; or it is from a service */
	struct lane *lane;       /* from a service, and others were ahead of it, or it waits itself */
	struct core *core;
	struct user *from;       /* the sender's account; NULL: a service's */
	struct user *to;         /* the receiver's; NULL where there is none */
	struct stanza *st;
	struct stanza *kept;     /* for a service: the copy that the sender's archive has */
	struct user_wait wait;
	struct service_wait answer;
	void (*sent)(void *arg, enum sent_verdict verdict); /* of a service; may be NULL */
	void *arg;
	uint8_t state, verdict;
	uint16_t flags;          /* enum parcel_flags, for the receiver */
	bool heap;
	bool service;            /* it is for one */
	bool leaving;            /* it is being handed over: whoever does that looks what came of it */
};

static void transit_finish(struct transit *t);
static void transits_run(struct session *s);
static void lane_run(struct lane *l);

/* Something that was waited for has come. */
static void transit_go_on(struct transit *t)
{
	if (t->leaving)
		return;
	if (t->session)
		transits_run(t->session);
	else if (t->lane)
		lane_run(t->lane);
	else
		transit_finish(t);
}

/* ---- deciding ------------------------------------------------------------------------------------------------------- */

bool route_is_worth_keeping(const struct stanza *st)
{
	if (st->type != MESSAGE_CHAT && st->type != MESSAGE_NORMAL)
		return false;
	if (st->traits & STANZA_NO_STORE)
		return false;
	return st->traits & (STANZA_BODY | STANZA_STORE | STANZA_RECEIPT | STANZA_ENCRYPTED | STANZA_WORTH_KEEPING);
}

/* What stands against this stanza before anybody is asked to keep or carry it; SENT_OK when nothing does. */
static enum sent_verdict objection(const struct transit *t)
{
	const struct stanza *st = t->st;
	const struct user *to = t->to;
	bool own = to == t->from;

	if (to->state == USER_FAILED)
		return SENT_NOT_STORED;
	if (to->state != USER_READY)
		return SENT_NO_SUCH_USER;
	if (own)
		return SENT_OK;
	/* Answers, too: they are dropped, since nothing answers an answer (XEP-0191, 3.1). */
	if (t->from && t->from->blocks_n && block_matches(t->from, st->to))
		return SENT_BLOCKING;
	if (to->blocks_n && block_matches(to, st->from))
		return SENT_BLOCKED;
	return SENT_OK;
}

struct keeping {
	int64_t archive_from, archive_to, queue_for;
};

/* In whose archive it belongs, and whether it must wait on disk for the receiver. What nobody archives, from a client that asks for no
 * acknowledgement, to somebody who is here, is relayed without touching the disk: nothing was promised about it. */
static struct keeping keeping_of(const struct transit *t)
{
	struct keeping k = { 0 };

	if (!route_is_worth_keeping(t->st))
		return k;
	if (archive_wants(t->to, jid_bare(t->st->from)))
		k.archive_to = t->to->id;
	if (t->from && t->to != t->from && archive_wants(t->from, jid_bare(t->st->to)))
		k.archive_from = t->from->id;
	if (k.archive_to || k.archive_from || (t->session && t->session->asks_acks) || t->sent || !user_interest(t->to))
		k.queue_for = t->to->id;
	return k;
}

/* ---- storing -------------------------------------------------------------------------------------------------------- */

static void stored(struct store_request *r)
{
	struct transit *t = r->arg;

	t->state = TRANSIT_READY;
	if (r->answer && !PLANTED(PLANT_STORE_ERROR_IGNORED))
		t->verdict = r->answer == STORE_LIMIT ? SENT_QUEUE_FULL : SENT_NOT_STORED;
	else
		core_count_up(t->core, COUNT_KEPT, 1);
	transit_go_on(t);
}

static struct transit *transit_keep(struct transit *t);

/* Begins what has to be done before `t` can be finished; returns where it lives now. */
static struct transit *transit_decide(struct transit *t)
{
	struct keeping k;
	struct store_request *r;

	/* Not before: while the receiver was looked up, others may have come, and their stamps must be lower than those of what reaches the
	 * disk after them, or who is catching up passes by it. */
	if (t->st->name == STANZA_MESSAGE)
		t->st->stamp = core_stamp(t->core);
	t->verdict = (uint8_t)objection(t);
	t->state = TRANSIT_READY;
	if (t->verdict != SENT_OK || t->st->name != STANZA_MESSAGE)
		return t;
	k = keeping_of(t);
	if (!k.queue_for)
		return t;
	t = transit_keep(t);
	t->flags = PARCEL_QUEUED | (k.archive_to ? PARCEL_ARCHIVED : 0);
	t->state = TRANSIT_STORING;
	if (PLANTED(PLANT_ACK_BEFORE_COMMIT)) {
		route_keep_late(t->core, t->to, t->st);
		t->state = TRANSIT_READY;
		return t;
	}
	r = store_ask(t->core->store, STORE_KEEP, stored, t);
	r->stanza = stanza_ref(t->st);
	r->archive_from = k.archive_from;
	r->archive_to = k.archive_to;
	r->queue_for = k.queue_for;
	r->limit = t->core->settings.offline_max;
	store_submit(r);
	return t;
}

static void to_ready(struct user_wait *w, struct user *u)
{
	struct transit *t = holder_of(w, struct transit, wait);

	transit_decide(t);
	if (t->state == TRANSIT_READY)
		transit_go_on(t);
}

/* ---- ending --------------------------------------------------------------------------------------------------------- */

static void transit_release(struct job *j)
{
	struct transit *t = holder_of(j, struct transit, job);

	stanza_unref(t->st);
	stanza_unref(t->kept);
	mem_free(t);
}

static struct lane *lane_of(struct core *c, const struct stanza *st, bool make);

/* From the stack to the heap, holding what it points at. */
static struct transit *transit_keep(struct transit *from)
{
	struct transit *t;

	if (from->heap)
		return from;
	t = mem_copy(from, sizeof *from);
	t->heap = true;
	if (t->from)
		user_hold(t->from);
	if (t->to)
		user_hold(t->to);
	job_begin(t->core, &t->job, transit_release);
	list_init(&t->here);
	if (t->session) {
		list_append(&t->session->transits, &t->here);
		t->session->waiting++;
		t->core->waiting++;
	} else if (!t->from) {
		t->lane = lane_of(t->core, t->st, true);
		list_append(&t->lane->transits, &t->here);
	}
	return t;
}

static void transit_free(struct transit *t)
{
	if (!t->heap) {
		stanza_unref(t->st);
		return;
	}
	job_end(&t->job);
	if (t->from)
		user_release(t->from);
	if (t->to)
		user_release(t->to);
	transit_release(&t->job);
}

/* Whether somebody is at the full address of `st`, which is one of this account. */
static bool is_there(const struct user *to, const struct stanza *st)
{
	list_each(s, &to->sessions, struct session, here)
		if (jid_eq(s->jid, st->to))
			return true;
	return bus_interest(to->core->bus, jid_full(st->to)) > 0;
}

/* XEP-0280: to the sender's other sessions. */
static void copies_out(struct transit *t, struct stanza *st, bool archived)
{
	bool copies = st->type == MESSAGE_CHAT && !(st->traits & STANZA_NO_COPY);
	unsigned own = t->session ? 1 : 0; /* the session that sent it is no other */

	if (copies && (t->from->available > own || user_interest(t->from) > own))
		route_tell(t->from, &(struct parcel){ .kind = PARCEL_SENT, .stanza = st, .flags = archived ? PARCEL_QUEUED : 0 });
}

static void message_out(struct transit *t)
{
	struct core *c = t->core;
	struct stanza *st = t->st;
	struct parcel p = { .kind = PARCEL_MESSAGE, .flags = t->flags, .number = st->stamp, .owner = t->to->id, .stanza = st };

	/* A full address that nobody is at is taken as the bare one (RFC 6121, 8.5.3.2.1) - for chat and normal messages. */
	if (st->to.resource && !is_there(t->to, st))
		p.flags |= PARCEL_BARE;
	/* Relayed, and gone while it waited behind others: then it waits for the receiver. */
	if (!route_tell(t->to, &p) && !(t->flags & PARCEL_QUEUED) && route_is_worth_keeping(st))
		route_keep_late(c, t->to, st);
	push_consider(t->to, st);
	if (t->from)
		copies_out(t, st, archive_wants(t->from, jid_bare(st->to)) && t->flags & PARCEL_QUEUED);
}

static bool carry(struct transit *t)
{
	struct core *c = t->core;
	struct stanza *st = t->st;

	if (t->service && st->name == STANZA_MESSAGE) {
		copies_out(t, t->kept ? t->kept : st, t->kept != NULL); /* the service has it */
		return true;
	}
	if (t->service) {
		service_carry(c, st, NULL);
		return true;
	}
	if (st->name == STANZA_MESSAGE) {
		/* What is said in a room reaches the client that is in it, or nobody. */
		if (st->type == MESSAGE_GROUPCHAT && !is_there(t->to, st))
			return false;
		message_out(t);
		return true;
	}
	if (st->name == STANZA_PRESENCE) {
		presence_to(c, st->to, st);
		return true;
	}
	if (!st->to.local) {
		service_asked(c, st);
		return true;
	}
	return bus_publish(c->bus, jid_full(st->to), &(struct parcel){ .kind = PARCEL_IQ, .stanza = st }) > 0;
}

static void transit_finish(struct transit *t)
{
	struct session *s = t->session;

	/* Out of the list first: `sent` may lead to the end of the session, which takes the rest of the list with it. */
	if (t->heap && s) {
		list_remove(&t->here);
		s->waiting--;
		s->core->waiting--;
	} else if (t->heap) {
		list_remove(&t->here);
	}
	if (t->verdict == SENT_OK && !carry(t))
		t->verdict = SENT_NO_SUCH_RESOURCE;
	if (t->verdict != SENT_OK)
		core_count_up(t->core, COUNT_REFUSED, 1);
	if (s)
		s->ops->sent(s, t->st, (enum sent_verdict)t->verdict);
	else if (!t->from && t->verdict != SENT_OK)
		service_bounce(t->core, t->st);
	if (t->sent)
		t->sent(t->arg, (enum sent_verdict)t->verdict);
	transit_free(t);
}

/* ---- to services ------------------------------------------------------------------------------------------------------------ */

/* The service has it; the sender's own archive gets its copy now, when it is known that it was sent. Should that fail, it has been sent all the same. */
static void copy_stored(struct store_request *r)
{
	struct transit *t = r->arg;

	if (r->answer)
		t->kept = stanza_unref(t->kept);
	t->state = TRANSIT_READY;
	transit_go_on(t);
}

static void copy_keep(struct transit *t)
{
	struct stanza *st = t->st;
	struct store_request *r = store_ask(t->core->store, STORE_KEEP, copy_stored, t);

	t->kept = stanza_make(&(struct stanza_init){
		.name = (enum stanza_name)st->name, .type = (enum stanza_type)st->type, .traits = st->traits, .stamp = core_stamp(t->core),
		.time = st->time, .from = st->from, .to = st->to, .id = st->id, .lang = st->lang, .origin_id = st->origin_id,
		.payload = st->payload });
	t->state = TRANSIT_STORING;
	r->stanza = stanza_ref(t->kept);
	r->archive_from = t->from->id;
	store_submit(r);
}

static void service_answered(struct service_wait *w, enum sent_verdict verdict)
{
	struct transit *t = holder_of(w, struct transit, answer);

	t->verdict = (uint8_t)verdict;
	t->state = TRANSIT_READY;
	if (verdict == SENT_OK && route_is_worth_keeping(t->st) && !t->core->ending &&
	    archive_wants(t->from, jid_bare(t->st->to)))
		copy_keep(t);
	else
		transit_go_on(t);
}

/* Hands it over. Whether it is READY afterwards is for the caller to look. NULL: it has ended, and its session too. */
static struct transit *transit_depart(struct transit *t)
{
	t->state = TRANSIT_SERVICE;
	t->answer.done = service_answered;
	t->leaving = true;
	service_carry(t->core, t->st, &t->answer);
	t->leaving = false;
	if (t->session || t->state != TRANSIT_READY)
		return t;
	transit_finish(t);
	return NULL;
}

/* The first that may leave now: nothing is ahead of it but what is on its way to the same address, where it keeps its place. */
static struct transit *may_depart(struct session *s)
{
	struct transit *head = list_first(&s->transits, struct transit, here);

	list_each(t, &s->transits, struct transit, here) {
		if (!t->service || !jid_same_bare(t->st->to, head->st->to))
			return NULL;
		if (t->state == TRANSIT_BEHIND)
			return t;
	}
	return NULL;
}

void route_hurry(struct session *s)
{
	list_each(t, &s->transits, struct transit, here)
		if (t->state == TRANSIT_BEHIND)
			transit_depart(t);
}

/* Finishes what is ready at the head of the session's list. */
static void transits_run(struct session *s)
{
	struct transit *t;
	bool any = false;

	while ((t = may_depart(s)))
		transit_depart(t);
	while ((t = list_first(&s->transits, struct transit, here)) && t->state == TRANSIT_READY) {
		transit_finish(t);
		any = true;
		while ((t = may_depart(s)))
			transit_depart(t);
	}
	if (any && s->opened && list_empty(&s->transits) && s->ops->drained)
		s->ops->drained(s);
}

void route_orphan(struct session *s)
{
	struct transit *t;

	route_hurry(s);
	while ((t = list_first(&s->transits, struct transit, here))) {
		list_remove(&t->here);
		s->waiting--;
		s->core->waiting--;
		t->session = NULL;
		if (t->state == TRANSIT_READY && !t->leaving)
			transit_finish(t);
	}
}

/* ---- what a session sends --------------------------------------------------------------------------------------------- */

bool session_must_wait(const struct session *s) { return !list_empty(&s->transits); }

unsigned session_waiting(const struct session *s) { return s->waiting; }

/* Verdicts that need nobody's account; SENT_OK: the way leads to a user of ours. */
static enum sent_verdict refuse_at_once(struct core *c, const struct stanza *st)
{
	if (!core_is_local(c, st->to))
		return SENT_REMOTE;
	if (!st->to.local)
		return SENT_UNSUPPORTED; /* the server itself is no correspondent */
	if (st->name == STANZA_MESSAGE && st->type == MESSAGE_GROUPCHAT)
		return SENT_UNSUPPORTED;
	if (st->name == STANZA_IQ && !st->to.resource)
		return SENT_UNSUPPORTED;
	return SENT_OK;
}

static void send_to_service(struct session *s, struct stanza *st)
{
	struct transit on_stack = { .session = s, .core = s->core, .from = s->user, .st = st, .service = true }, *t = &on_stack;

	t->state = TRANSIT_READY;
	t->verdict = s->user->blocks_n && block_matches(s->user, st->to) ? SENT_BLOCKING : SENT_OK;
	if (t->verdict == SENT_OK && st->name == STANZA_MESSAGE) {
		t = transit_keep(t);
		t->state = TRANSIT_BEHIND;
		if (may_depart(s) != t)
			return;
		t = transit_depart(t);
		/* Answered at once, and it is the only one: nobody has been waiting for what is `drained` now. */
		if (t && t->state == TRANSIT_READY && list_first(&s->transits, struct transit, here) == t)
			transit_finish(t);
		return;
	}
	if (list_empty(&s->transits))
		transit_finish(t);
	else
		transit_keep(t);
}

void session_send(struct session *s, struct stanza *st)
{
	struct core *c = s->core;
	struct transit on_stack = { .session = s, .core = c, .from = s->user, .st = st }, *t = &on_stack;

	if (st->name == STANZA_PRESENCE) {
		presence_directed(s, st);
		return;
	}
	if (st->name == STANZA_MESSAGE)
		core_count_up(c, COUNT_MESSAGES, 1);
	if (!st->to.p)
		st->to = jid_to_bare(st->from); /* RFC 6120, 8.1.1.1: to the sender's own account */
	if (!core_is_local(c, st->to) && service_is(c, jid_domain(st->to))) {
		send_to_service(s, st);
		return;
	}
	t->verdict = (uint8_t)refuse_at_once(c, st);
	t->state = TRANSIT_READY;
	if (t->verdict == SENT_OK) {
		t->to = user_get(c, jid_local(st->to));
		if (t->to->state == USER_LOADING) {
			t = transit_keep(t);
			t->state = TRANSIT_LOOKUP;
			t->wait.ready = to_ready;
			user_when_ready(t->to, &t->wait);
			return;
		}
		t = transit_decide(t);
	}
	if (t->state == TRANSIT_READY && list_empty(&s->transits)) {
		transit_finish(t);
		return;
	}
	transit_keep(t); /* ready, but behind others */
}

/* ---- what is sent for who need not be here ---------------------------------------------------------------------------- */

void route_from_account(struct core *c, struct user *from, struct stanza *st, void (*sent)(void *arg, enum sent_verdict verdict), void *arg)
{
	struct transit on_stack = { .core = c, .from = from, .st = st, .sent = sent, .arg = arg, .state = TRANSIT_READY };
	struct transit *t = transit_keep(&on_stack);

	core_count_up(c, COUNT_MESSAGES, 1);
	if (!core_is_local(c, st->to) && service_is(c, jid_domain(st->to))) {
		t->service = true;
		if (!from->blocks_n || !block_matches(from, st->to)) {
			transit_depart(t);
			return;
		}
		t->verdict = SENT_BLOCKING;
		transit_finish(t);
		return;
	}
	t->verdict = (uint8_t)refuse_at_once(c, st);
	if (t->verdict == SENT_OK) {
		t->to = user_get(c, jid_local(st->to));
		user_hold(t->to);
		if (t->to->state == USER_LOADING) {
			t->state = TRANSIT_LOOKUP;
			t->wait.ready = to_ready;
			user_when_ready(t->to, &t->wait);
			return;
		}
		transit_decide(t);
	}
	if (t->state == TRANSIT_READY)
		transit_finish(t);
}

/* ---- what a service sends ----------------------------------------------------------------------------------------------- */

static struct lane *lane_of(struct core *c, const struct stanza *st, bool make)
{
	own_buf key = { 0 };
	struct lane *l;

	if (!make && !c->lanes.n)
		return NULL;
	buf_str(&key, jid_bare(st->from));
	buf_byte(&key, 0);
	buf_str(&key, jid_bare(st->to));
	l = map_find(&c->lanes, buf_all(&key), struct lane, node);
	if (l || !make)
		return l;
	l = mem_alloc(sizeof *l + key.n);
	*l = (struct lane){ .core = c };
	memcpy(l->key, key.p, key.n);
	list_init(&l->transits);
	map_add(&c->lanes, &l->node, str_n(l->key, key.n));
	return l;
}

static void lane_run(struct lane *l)
{
	struct transit *t;

	if (l->running)
		return; /* `sent` has sent something: the loop below sees it */
	l->running = true;
	while ((t = list_first(&l->transits, struct transit, here)) && t->state == TRANSIT_READY)
		transit_finish(t);
	l->running = false;
	if (list_empty(&l->transits)) {
		map_remove(&l->core->lanes, &l->node);
		mem_free(l);
	}
}

/* What needs nobody's account: presence, and what cannot be sent at all. */
static enum sent_verdict refuse_of_service(const struct stanza *st)
{
	if (st->name == STANZA_PRESENCE)
		return SENT_OK;
	if (st->name == STANZA_IQ && !st->to.local && !st->to.resource && (st->type == IQ_RESULT || st->type == IQ_ERROR))
		return SENT_OK; /* to something that the server has asked */
	if (!st->to.local || (!st->to.resource && (st->name == STANZA_IQ || st->type == MESSAGE_GROUPCHAT)))
		return SENT_UNSUPPORTED;
	return SENT_OK;
}

/* A message gets its stamp when it goes to the store: this one must not be seen by others yet. */
static struct stanza *own_stanza(struct stanza *st)
{
	struct stanza *own;

	if (st->name != STANZA_MESSAGE || __atomic_load_n(&st->refs, __ATOMIC_RELAXED) == 1)
		return st;
	own = stanza_make(&(struct stanza_init){
		.name = STANZA_MESSAGE, .type = (enum stanza_type)st->type, .traits = st->traits, .time = st->time, .from = st->from,
		.to = st->to, .id = st->id, .lang = st->lang, .origin_id = st->origin_id, .payload = st->payload });
	stanza_unref(st);
	return own;
}

void route_from_service(struct core *c, struct stanza *st, void (*sent)(void *arg, enum sent_verdict verdict), void *arg)
{
	struct transit on_stack = { .core = c, .st = own_stanza(st), .sent = sent, .arg = arg }, *t = &on_stack;

	st = t->st;
	if (st->name == STANZA_PRESENCE && st->type >= PRESENCE_SUBSCRIBE && st->type <= PRESENCE_UNSUBSCRIBED) {
		subscription_arrive(c, st);
		stanza_unref(st);
		if (sent)
			sent(arg, SENT_OK);
		return;
	}
	t->verdict = (uint8_t)refuse_of_service(st);
	t->state = TRANSIT_READY;
	if (t->verdict == SENT_OK && st->name != STANZA_PRESENCE && st->to.local) {
		t->to = user_get(c, jid_local(st->to));
		if (t->to->state == USER_LOADING) {
			t = transit_keep(t);
			t->state = TRANSIT_LOOKUP;
			t->wait.ready = to_ready;
			user_when_ready(t->to, &t->wait);
			return;
		}
		t = transit_decide(t);
	}
	if (t->state == TRANSIT_READY && !t->heap && !lane_of(c, st, false)) {
		transit_finish(t);
		return;
	}
	t = transit_keep(t); /* behind others */
	if (t->state == TRANSIT_READY)
		lane_run(t->lane);
}

void route_free(struct core *c)
{
	for (struct map_node *node; (node = map_drain(&c->lanes));)
		mem_free(holder_of(node, struct lane, node));
	map_free(&c->lanes);
}

/* ---- what comes for a session ----------------------------------------------------------------------------------------- */

static void copy_to(struct session *s, struct stanza *st, enum delivery_kind kind, bool archived)
{
	s->ops->deliver(s, &(struct delivery){ .stanza = st, .kind = kind, .archived = archived });
}

/* RFC 6121, 8.5.2.1: whom a message to the bare address reaches. */
static bool takes_bare(const struct session *s) { return s->presence && s->priority >= 0; }

static void message_in(struct user *u, const struct parcel *p)
{
	struct core *c = u->core;
	struct stanza *st = p->stanza;
	bool full = st->to.resource && !(p->flags & PARCEL_BARE), taken = false;
	bool copies = st->type == MESSAGE_CHAT && !(st->traits & STANZA_NO_COPY);

	if (!full && (st->type == MESSAGE_ERROR || (st->to.resource && st->type == MESSAGE_HEADLINE)))
		return; /* RFC 6121, 8.5.2.1.1 and 8.5.3.2.1: silently dropped */
	user_hold(u);
	list_each(s, &u->sessions, struct session, here) {
		if (full ? jid_eq(s->jid, st->to) : takes_bare(s)) {
			taken = true;
			offline_deliver(s, p);
		} else if (copies && s->carbons) {
			copy_to(s, st, DELIVERY_CARBON_RECEIVED, p->flags & PARCEL_ARCHIVED);
		}
	}
	/* Relayed without the disk, and nobody took it after all: then it waits like any other. */
	if (!taken && !(p->flags & PARCEL_QUEUED) && route_is_worth_keeping(st) && (!full || session_find(c, jid_full(st->to))))
		route_keep_late(c, u, st);
	user_release(u);
}

static void sent_in(struct user *u, const struct parcel *p)
{
	user_hold(u);
	list_each(s, &u->sessions, struct session, here)
		/* To oneself it arrives as a message already: no second copy (XEP-0280, 8). */
		if (s->carbons && !jid_eq(s->jid, p->stanza->from) && !jid_same_bare(p->stanza->to, s->jid))
			copy_to(s, p->stanza, DELIVERY_CARBON_SENT, p->flags & PARCEL_QUEUED);
	user_release(u);
}

void route_message_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));

	if (u)
		message_in(u, p);
}

void route_sent_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));

	if (u)
		sent_in(u, p);
}

/* As core_tell(), by the short way where there is one. */
unsigned route_tell(struct user *u, const struct parcel *p)
{
	if (!user_is_all_here(u))
		return core_tell(u->core, 'u', str_z(u->name), p);
	if (list_empty(&u->sessions))
		return 0;
	(p->kind == PARCEL_MESSAGE ? message_in : sent_in)(u, p);
	return 1;
}

void route_iq_in(struct core *c, const struct parcel *p)
{
	struct session *s = session_find(c, p->subject);

	if (s)
		s->ops->deliver(s, &(struct delivery){ .stanza = p->stanza });
}

/* A relayed message on its way into the queue after all. Nobody else has it: while the store fails it is tried again. */
struct late {
	struct job job;
	struct core *core;
	struct user *user;
	struct stanza *st;
	struct timer again;
};

enum { LATE_AGAIN_MS = 1000 };

static void late_free(struct job *j)
{
	struct late *l = holder_of(j, struct late, job);

	world_stop(l->core->world, &l->again);
	list_remove(&j->here);
	stanza_unref(l->st);
	mem_free(l);
}

static bool late_is_taken(const struct late *l) { return __atomic_load_n(&l->st->fate, __ATOMIC_RELAXED) & STANZA_TAKEN; }

static void late_over(struct late *l)
{
	struct user *u = l->user;

	late_free(&l->job);
	if (--u->late == 0)
		offline_late_done(u);
	user_release(u);
}

static void late_submit(struct late *l);

static void late_again(struct timer *t)
{
	struct late *l = holder_of(t, struct late, again);

	if (late_is_taken(l))
		late_over(l);
	else
		late_submit(l);
}

static void late_done(struct store_request *r)
{
	struct late *l = r->arg;
	struct user *u = l->user;

	if (r->answer) {
		l->again.fire = late_again;
		world_timer(l->core->world, &l->again, LATE_AGAIN_MS);
		return;
	}
	/* A client of another core has it, and what it removed from the queue may not have been there yet. */
	if (late_is_taken(l))
		offline_settle(l->core, u, l->st->stamp);
	late_over(l);
}

static void late_submit(struct late *l)
{
	struct store_request *r = store_ask(l->core->store, STORE_KEEP, late_done, l);

	r->stanza = stanza_ref(l->st);
	r->queue_for = l->user->id;
	store_submit(r);
}

void route_keep_late(struct core *c, struct user *u, struct stanza *st)
{
	struct late *l;

	/* Sessions on other cores may have been given it as well: once a client has it, or somebody keeps it, that is enough. */
	if (u->gone || __atomic_fetch_or(&st->fate, STANZA_QUEUED, __ATOMIC_RELAXED) & (STANZA_TAKEN | STANZA_QUEUED))
		return;
	l = mem_new(struct late);
	job_begin(c, &l->job, late_free);
	l->core = c;
	l->user = u;
	l->st = stanza_ref(st);
	if (!u->late++)
		offline_late_begin(u);
	user_hold(u);
	late_submit(l);
}
