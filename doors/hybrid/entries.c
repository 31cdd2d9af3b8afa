/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/entries.c - who is in: from the proof of an address to a session of the core, and out again.
 *
 *	WAITING -> MAKING -> OPENING -> IN -> OUT
 *
 * A guest's name is an account for as long as he is in (core/guest.h). Whoever comes under a name whose guest is still
 * being forgotten waits for the end of that.
 */
#include "doors/hybrid/hybrid.h"

#include <assert.h>

#include "base/log.h"
#include "core/guest.h"

static void make(struct entry *e);

struct entry *entry_find(const struct hybrid *h, struct str name)
{
	return map_find(&h->entries, name, struct entry, node);
}

static struct str endpoint_key(const struct endpoint *e)
{
	_Static_assert(sizeof *e == 18, "an address and a port, nothing between");
	return str_n((const char *)e, sizeof *e);
}

struct entry *entry_at(const struct hybrid *h, const struct endpoint *e)
{
	return map_find(&h->endpoints, endpoint_key(e), struct entry, place);
}

struct entry *entry_awaiting(struct hybrid *h, const uint8_t address[16])
{
	list_each(e, &h->in_order, struct entry, here)
		if (e->state == ENTRY_IN && e->awaits && !entry_is_bound(e) && !memcmp(e->endpoint.address, address, 16))
			return e;
	return NULL;
}

/* ---- the end of one ---------------------------------------------------------------------------------------------- */

static void entry_free(struct entry *e)
{
	entry_say_free(e);
	mem_free(e);
}

/* Frees it when nothing of it is under way. */
static void entry_done(struct entry *e)
{
	if (e->state == ENTRY_OUT && !e->posted && !account_busy(&e->ask))
		entry_free(e);
}

/* Nothing of it is left; somebody may wait for the name. */
static void released(struct entry *e)
{
	struct hybrid *h = e->h;
	struct entry *next;

	map_remove(&h->leaving, &e->node);
	next = entry_find(h, e->name);
	if (next && next->state == ENTRY_WAITING)
		make(next);
	entry_done(e);
}

static void forgotten(struct account_ask *a) { released(holder_of(a, struct entry, ask)); }

static void forget(struct entry *e)
{
	e->ask.done = forgotten;
	guest_close(e->h->core, &e->ask, e->name);
}

/* Out of everything that others find it in. */
static void unlist(struct entry *e)
{
	list_remove(&e->here);
	map_remove(&e->h->entries, &e->node);
	if (e->place.key.p)
		map_remove(&e->h->endpoints, &e->place);
	e->place.key = STR_NONE;
}

static void out_told(struct entry *e)
{
	struct hybrid *h = e->h;

	if (core_ending(h->core))
		return;
	if (e->listed)
		news_tell(h, &(struct news){ .name = e->name, .shown = e->shown, .at = e->endpoint });
	e->listed = false;
	bridge_update(h, e->name);
	if (!h->entries.n)
		bridge_watch(h);
}

void entry_leave(struct entry *e, const char *why)
{
	struct hybrid *h = e->h;
	bool made = e->state == ENTRY_OPENING || e->state == ENTRY_IN, making = e->state == ENTRY_MAKING;

	if (e->state == ENTRY_OUT)
		return;
	if (e->state == ENTRY_IN) {
		log_event(hybrid_left, "door=hybrid user=%.*s why=\"%s\"", STR_ARG(e->name), why);
		h->ears--;
	}
	tickets_settle(e);
	tickets_bounce(e);
	unlist(e);
	entry_unbind(e);
	session_close(&e->session, STR_NONE);
	e->state = ENTRY_OUT;
	if (e->guest && (made || making) && !core_ending(h->core)) {
		map_add(&h->leaving, &e->node, e->name);
		if (made)
			forget(e);
	}
	out_told(e);
	entry_done(e);
}

/* ---- the way in -------------------------------------------------------------------------------------------------- */

static const char *const guest_reasons[] = {
	[ACCOUNT_EXISTS] = "name in use",
	[ACCOUNT_REGISTERED] = "registered name",
	[ACCOUNT_BAD_NAME] = "not a name",
	[ACCOUNT_FORBIDDEN] = "no guests now",
};

static const char *guest_reason(int verdict)
{
	const char *reason = (size_t)verdict < countof(guest_reasons) ? guest_reasons[verdict] : NULL;

	return reason ? reason : "try again later";
}

static void refuse(struct entry *e, const char *reason)
{
	own_buf who = { 0 };
	struct kept *k = e->kept;

	hybrid_who(&who, e->name, e->endpoint.address, e->encoding);
	log_event(login_refused, "%s why=\"%s\"", buf_z(&who), reason);
	/* The address is proved: it may be told more than it has said. */
	if (e->endpoint.port && !entry_is_bound(e))
		datagram_reject(e->h, e->local, &e->endpoint, e->encoding, reason, SIZE_MAX);
	e->kept = NULL;
	if (k)
		kept_entered(k, reason);
}

static void log_in(struct entry *e)
{
	own_buf who = { 0 };

	hybrid_who(&who, e->name, e->endpoint.address, e->encoding);
	log_event(login, "%s port=%u guest=%s", buf_z(&who), e->endpoint.port, e->guest ? "yes" : "no");
}

static void opened(struct session *s, int verdict)
{
	struct entry *e = entry_of(s);
	struct hybrid *h = e->h;
	const struct stanza_init here = { .name = STANZA_PRESENCE, .type = PRESENCE_AVAILABLE,
					  .time = core_now(h->core), .from = s->jid, .payload = STR("") };

	if (verdict) {
		refuse(e, verdict == SESSION_TOO_MANY ? "too many connections" : "try again later");
		entry_leave(e, "not opened");
		return;
	}
	e->state = ENTRY_IN;
	e->heard = core_clock(h->core);
	e->mark = core_stamp(h->core);
	s->carbons = true;      /* as on the classic door: who is here twice gets everything twice */
	s->asks_acks = true;    /* `ok` says that a message is on disk */
	s->wants_online = true; /* bridge.c: whoever hears it tells the door */
	log_in(e);
	if (!h->ears++) /* nobody has heard it meanwhile, also where others were on their way in */
		bridge_watch(h);
	/* First: where he was met until now goes, and some clients know people by their names alone. */
	bridge_update(h, e->name);
	if (e->endpoint.port) {
		e->listed = true;
		news_tell(h, &(struct news){ .came = true, .name = e->name, .shown = e->shown, .at = e->endpoint });
	}
	if (e->kept)
		kept_entered(e->kept, NULL);
	else
		e->awaits = core_clock(h->core) + 1; /* it did not wait for the list: another connection may */
	e->hears = true;
	/* After the list: what waited follows it. */
	session_presence(s, stanza_make(&here), 0);
	hybrid_watch(h);
}

static void open_session(struct entry *e)
{
	e->state = ENTRY_OPENING;
	session_open(e->h->core, &e->session, &hybrid_session_ops, &e->account, STR_NONE, opened);
}

static void made(struct account_ask *a)
{
	struct entry *e = holder_of(a, struct entry, ask);
	int verdict = a->verdict;

	if (e->state == ENTRY_OUT) {
		/* It left while its guest was being made. */
		if (verdict)
			released(e);
		else
			forget(e);
		return;
	}
	if (verdict == ACCOUNT_EXISTS && !e->cleaned) {
		/* All guests are this door's, and nobody here has the name: one that could not be forgotten when he
		 * left. */
		e->cleaned = true;
		make(e);
		return;
	}
	if (verdict) {
		refuse(e, guest_reason(verdict));
		e->guest = false; /* there is none to be forgotten */
		entry_leave(e, "not made");
		return;
	}
	e->account = a->account;
	e->account.name = e->name;
	open_session(e);
}

static void cleaned(struct account_ask *a)
{
	struct entry *e = holder_of(a, struct entry, ask);

	if (e->state == ENTRY_OUT) {
		released(e);
		return;
	}
	e->ask.done = made;
	guest_open(e->h->core, &e->ask, e->name);
}

static void make(struct entry *e)
{
	e->state = ENTRY_MAKING;
	e->ask.done = e->cleaned ? cleaned : made;
	if (e->cleaned)
		guest_close(e->h->core, &e->ask, e->name);
	else
		guest_open(e->h->core, &e->ask, e->name);
}

static void turn_end(struct post *p)
{
	struct entry *e = holder_of(p, struct entry, turn);

	e->posted = false;
	if (e->state == ENTRY_OUT) {
		entry_done(e);
		return;
	}
	if (e->state != ENTRY_IN)
		return;
	tickets_settle(e);
	bounces_send(e);
	if (!e->kept || link_backlog(e->kept->link) == 0)
		session_writable(&e->session);
}

void entry_continue(struct entry *e)
{
	if (!e->posted) {
		e->posted = true;
		world_later(core_world(e->h->core), &e->turn);
	}
}

/* Another name at this endpoint: its socket is somebody else's now. */
static void place_take(struct entry *e)
{
	struct entry *old = entry_at(e->h, &e->endpoint);

	if (old)
		entry_leave(old, "another at its endpoint");
	map_add(&e->h->endpoints, &e->place, endpoint_key(&e->endpoint));
}

void entry_enter(struct hybrid *h, const struct entry_init *init)
{
	struct entry *e = mem_alloc(sizeof *e + init->name.n + init->shown.n);

	assert(!entry_find(h, init->name));
	e->h = h;
	e->guest = !init->account;
	e->encoding = init->encoding;
	e->endpoint = init->endpoint;
	memcpy(e->local, init->local, sizeof e->local);
	e->heard = core_clock(h->core);
	e->turn.run = turn_end;
	list_init(&e->errands);
	memcpy(e->bytes, init->name.p, init->name.n);
	memcpy(e->bytes + init->name.n, init->shown.p, init->shown.n);
	e->name = str_n(e->bytes, init->name.n);
	e->shown = str_n(e->bytes + init->name.n, init->shown.n);
	map_add(&h->entries, &e->node, e->name);
	list_append(&h->in_order, &e->here);
	if (e->endpoint.port)
		place_take(e);
	e->kept = init->kept;
	e->kept->entry = e;
	e->kept->entering = true;
	hybrid_watch(h);
	if (init->account) {
		e->account = *init->account;
		e->account.name = e->name;
		open_session(e);
	} else if (!map_get(&h->leaving, e->name)) {
		make(e);
	}
}

/* ---- leases ------------------------------------------------------------------------------------------------------ */

void entry_unbind(struct entry *e)
{
	struct kept *k = e->kept;

	if (!k)
		return;
	e->kept = NULL;
	e->heard = core_clock(e->h->core);
	e->asked = 0;
	errands_forget(e, k);
	kept_left(k);
}

void entry_ask(struct entry *e)
{
	e->awaits = core_clock(e->h->core) + 1;
	datagram_accept(e->h, e->local, &e->endpoint, e->encoding);
}

void entries_expire(struct hybrid *h)
{
	msec lease = core_settings(h->core)->hybrid_lease_ms, clock = core_clock(h->core);

	list_each(e, &h->in_order, struct entry, here) {
		msec quiet = clock - e->heard;

		if (e->state != ENTRY_IN || e->kept)
			continue;
		if (quiet >= lease) {
			entry_leave(e, "lease");
			continue;
		}
		if (e->asked < HYBRID_ASKS && quiet >= lease / 2 + e->asked * lease / (2 * HYBRID_ASKS)) {
			e->asked++;
			entry_ask(e);
		}
	}
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* Its guest stays behind, for guest_sweep() at the next start. */
static void entry_end(struct entry *e)
{
	unlist(e);
	if (e->kept) {
		errands_forget(e, e->kept);
		e->kept->entry = NULL;
		e->kept = NULL;
	}
	account_cancel(&e->ask);
	session_close(&e->session, STR_NONE);
	e->state = ENTRY_OUT;
	entry_done(e);
}

void entries_end(struct hybrid *h)
{
	list_each(e, &h->in_order, struct entry, here)
		entry_end(e);
	for (struct map_node *node; (node = map_drain(&h->leaving));) {
		struct entry *e = holder_of(node, struct entry, node);

		account_cancel(&e->ask);
		entry_done(e);
	}
}
