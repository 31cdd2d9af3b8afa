/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/sm.c - XEP-0198: both sides count stanzas and tell each other, and a session outlives its
 * link.
 *
 * Inbound, `h` counts what is *handled*: a message when it is on disk (or the core said how else it ended), not when
 * it was read. An <r/> that overtakes the disk is answered when everything that was received before it has been
 * handled.
 *
 * Outbound, the bytes of every stanza are kept until they are acknowledged, up to a bound. Beyond it, messages that
 * also wait in the store are let go (they come again from there when there is room); anything else costs the session
 * its right to be resumed.
 */
#include "base/crypt.h"
#include "doors/xmpp/features/login.h"
#include "doors/xmpp/relay.h"

#define NS_SM "urn:xmpp:sm:3"
#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"

enum {
	SM_ID_BYTES = 16,
	SM_ID_MAX = 2 * SM_ID_BYTES + 12,
	SM_ASK_AFTER = 8,         /* stanzas that no ticket hangs on; the others are asked for at the end of the turn */
	SM_ANSWER_MS = 90 * 1000, /* a client that does not answer <r/> for so long is gone */
};

struct sm_entry { /* one stanza that was sent and not acknowledged */
	uint32_t bytes; /* 0: not kept, only counted */
	uint64_t ticket;
};

struct sm {
	struct map_node node; /* home->resumable, when it may be resumed */
	struct xmpp *x;
	struct buf id;          /* CORE.RANDOM */
	uint32_t received, handled;
	uint32_t sure;  /* handled before the first error that the client may not have got */
	bool unsure;    /* there is one */
	uint32_t answered;      /* what the client may have been told of `handled` */
	uint32_t acked;         /* of what we sent */
	struct sm_entry *entry; /* a ring: n of room from head on */
	uint32_t head, n, room;
	uint32_t tickets;       /* entries that have one */
	struct buf bytes;       /* of the entries; before `bytes_head` they are gone */
	size_t bytes_head;
	struct buf success;     /* of the answer to a resumption, where it is part of <success/> */
	struct buf refused;     /* tickets to be given back at the end of the turn */
	uint32_t owed_at, owed_last; /* received when the first and the last <r/> came that were not answered */
	bool owed;
	bool asked;     /* <r/> is under way */
	bool missed;    /* something was let go: it must be read from the store when there is room */
	bool resumable;
	bool resuming;  /* a link is there again, but messages of before are still on their way to the disk */
	uint32_t resume_h;
};

/* A session that was not resumed in time: its client may still learn what was handled. */
struct sm_past {
	struct map_node node; /* home->past */
	struct list here;     /* home->past_order, the oldest first */
	int64_t account;
	uint32_t h;
	char id[];
};

enum { PAST_MAX = 2000 };

static size_t bytes_live(const struct sm *sm) { return sm->bytes.n - sm->bytes_head; }

/* So that what is sent again after a resumption fits under the ceiling of a link. */
static size_t bytes_max(const struct xmpp *x) { return core_settings(x->core)->backlog_max / 4; }

static bool is_attached(const struct xmpp *x) { return x->link && !x->link->closing && !x->mute; }

/* ---- what the client sent -------------------------------------------------------------------------------------- */

void sm_received(struct xmpp *x) { x->sm->received++; }

void sm_refused(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (!sm || sm->unsure)
		return;
	sm->unsure = true;
	sm->sure = sm->handled;
}

void sm_handled(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (!sm)
		return;
	sm->handled++;
	if ((sm->owed && (int32_t)(sm->handled - sm->owed_at) >= 0) || (sm->resuming && sm->handled == sm->received))
		xmpp_later(x, LATER_SM);
}

static void answer_write(struct xmpp *x)
{
	struct buf *out = xmpp_out(x);

	x->sm->answered = x->sm->handled;
	buf_lit(out, "<a xmlns='" NS_SM "' h='");
	buf_u64(out, x->sm->handled);
	buf_lit(out, "'/>");
	xmpp_flush(x);
}

static void r_take(struct xmpp *x, const struct xml *element)
{
	struct sm *sm = x->sm;

	if (!sm) {
		xmpp_stream_error(x, "unsupported-stanza-type", "Stream management is not enabled.");
		return;
	}
	if (sm->handled == sm->received) {
		answer_write(x);
		return;
	}
	sm->owed_last = sm->received;
	if (!sm->owed)
		sm->owed_at = sm->received;
	sm->owed = true;
}

static void owed_pay(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (!sm->owed || (int32_t)(sm->handled - sm->owed_at) < 0)
		return;
	answer_write(x);
	sm->owed_at = sm->owed_last;
	sm->owed = (int32_t)(sm->handled - sm->owed_last) < 0;
}

/* ---- what we sent ---------------------------------------------------------------------------------------------- */

static void entry_add(struct sm *sm, struct sm_entry e)
{
	if (sm->n == sm->room) {
		uint32_t room = sm->room ? 2 * sm->room : 8;
		struct sm_entry *bigger = mem_raw(room * sizeof *bigger);

		for (uint32_t i = 0; i < sm->n; i++)
			bigger[i] = sm->entry[(sm->head + i) % sm->room];
		mem_free(sm->entry);
		sm->entry = bigger;
		sm->room = room;
		sm->head = 0;
	}
	sm->entry[(sm->head + sm->n++) % sm->room] = e;
	sm->tickets += e.ticket != 0;
}

static void bytes_keep(struct sm *sm, struct str bytes)
{
	if (sm->bytes_head > 4096 && sm->bytes_head > sm->bytes.n / 2) {
		buf_eat(&sm->bytes, sm->bytes_head);
		sm->bytes_head = 0;
	}
	buf_str(&sm->bytes, bytes);
}

static void bytes_drop(struct sm *sm)
{
	sm->bytes_head = 0;
	if (sm->bytes.room > 1024)
		buf_free(&sm->bytes);
	else
		buf_clear(&sm->bytes);
}

/* The session can no longer be resumed: it has missed something that is nowhere else. */
static void resumable_end(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (!sm->resumable)
		return;
	sm->resumable = false;
	map_remove(&x->home->resumable, &sm->node);
	for (uint32_t i = 0; i < sm->n; i++)
		sm->entry[(sm->head + i) % sm->room].bytes = 0;
	bytes_drop(sm);
	if (!x->link)
		xmpp_later(x, LATER_END);
}

bool sm_sent(struct xmpp *x, struct str bytes, uint64_t ticket)
{
	struct sm *sm = x->sm;
	size_t after = bytes_live(sm) + bytes.n;

	/* Alone even the largest is kept: else it would never be sent. */
	if (ticket && sm->resumable && (sm->missed || (bytes_live(sm) && after > bytes_max(x)))) {
		sm->missed = true;
		buf_add(&sm->refused, &ticket, sizeof ticket);
		xmpp_later(x, LATER_SM);
		return false;
	}
	if (!ticket && after > 2 * bytes_max(x) + x->granted && bytes_live(sm))
		resumable_end(x);
	if (sm->resumable)
		bytes_keep(sm, bytes);
	entry_add(sm, (struct sm_entry){ sm->resumable ? (uint32_t)bytes.n : 0, ticket });
	if (!sm->asked && is_attached(x) && (ticket || sm->n >= SM_ASK_AFTER))
		xmpp_later(x, LATER_SM);
	return true;
}

bool sm_has_room(const struct xmpp *x)
{
	return !x->sm->missed && bytes_live(x->sm) < bytes_max(x) / 2;
}

static void room_use(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (!is_attached(x) || bytes_live(sm) >= bytes_max(x) / 2)
		return;
	if (sm->missed) {
		sm->missed = false;
		session_catch_up(&x->session, 0);
	} else if (!link_backlog(x->link)) {
		session_writable(&x->session);
	}
}

static void count_too_high(struct xmpp *x, uint32_t h)
{
	own_buf extra = { 0 };

	buf_lit(&extra, "<handled-count-too-high xmlns='" NS_SM "' h='");
	buf_u64(&extra, h);
	buf_lit(&extra, "' send-count='");
	buf_u64(&extra, (uint32_t)(x->sm->acked + x->sm->n));
	buf_lit(&extra, "'/>");
	stream_error(x, "undefined-condition", "You acknowledge more than you were sent.", buf_all(&extra));
}

static void entry_acked(struct xmpp *x)
{
	struct sm *sm = x->sm;
	struct sm_entry e = sm->entry[sm->head];

	sm->head = (sm->head + 1) % sm->room;
	sm->n--;
	sm->acked++;
	sm->bytes_head += e.bytes;
	if (!e.ticket)
		return;
	sm->tickets--;
	session_delivered(&x->session, e.ticket);
}

/* The client has got everything up to `h`. False: that is more than there was, and the stream has ended. */
static bool acked_to(struct xmpp *x, uint32_t h)
{
	struct sm *sm = x->sm;
	uint32_t n = h - sm->acked;

	if (n > sm->n) {
		count_too_high(x, h);
		return false;
	}
	while (n--)
		entry_acked(x);
	if (!bytes_live(sm))
		bytes_drop(sm);
	if (!sm->n)
		sm->unsure = false;
	return true;
}

static bool h_read(const struct xml *element, uint32_t *ret)
{
	uint64_t h;

	if (!str_u64(xml_attr(element, "h"), &h) || h > UINT32_MAX)
		return false;
	*ret = (uint32_t)h;
	return true;
}

static void a_take(struct xmpp *x, const struct xml *element)
{
	struct sm *sm = x->sm;
	uint32_t h;

	if (!sm || !h_read(element, &h)) {
		xmpp_stream_error(x, "unsupported-stanza-type", "This acknowledges nothing.");
		return;
	}
	sm->asked = false;
	world_stop(core_world(x->core), &x->deadline);
	if (!acked_to(x, h))
		return;
	room_use(x);
	if (sm->tickets || sm->missed)
		xmpp_later(x, LATER_SM);
}

/* No answer to <r/>: the network is gone without a word. The session stays for who comes back. */
static void answer_late(struct timer *t)
{
	struct xmpp *x = holder_of(t, struct xmpp, deadline);

	if (!is_attached(x))
		return;
	x->mute = true;
	x->link->ops->hang_up(x->link, CLOSE_STALLED);
}

static void ask_write(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (sm->asked || !is_attached(x) || !(sm->tickets || sm->missed || sm->n >= SM_ASK_AFTER))
		return;
	sm->asked = true;
	buf_lit(xmpp_out(x), "<r xmlns='" NS_SM "'/>");
	xmpp_flush(x);
	x->deadline.fire = answer_late;
	world_timer(core_world(x->core), &x->deadline, SM_ANSWER_MS);
}

static void refused_return(struct xmpp *x)
{
	struct buf all = x->sm->refused;
	uint64_t ticket;

	x->sm->refused = (struct buf){ 0 };
	for (size_t at = 0; at < all.n; at += sizeof ticket) {
		memcpy(&ticket, all.p + at, sizeof ticket);
		session_undelivered(&x->session, ticket);
	}
	buf_free(&all);
}

/* ---- enabling -------------------------------------------------------------------------------------------------- */

/* `h`: what was handled before, where that is known; else NULL. */
static void failed_write(struct buf *to, const char *condition, const uint32_t *h)
{
	buf_lit(to, "<failed xmlns='" NS_SM "'");
	if (h) {
		buf_lit(to, " h='");
		buf_u64(to, *h);
		buf_byte(to, '\'');
	}
	buf_lit(to, "><");
	buf_str(to, str_z(condition));
	buf_lit(to, " xmlns='" NS_STANZAS "'/></failed>");
}

static void failed(struct xmpp *x, const char *condition)
{
	failed_write(xmpp_out(x), condition, NULL);
	xmpp_flush(x);
}

static void id_make(struct xmpp *x, struct buf *to)
{
	uint8_t random[SM_ID_BYTES];

	world_random(core_world(x->core), random, sizeof random);
	buf_u64(to, core_index(x->core));
	buf_byte(to, '.');
	hex_write(to, str_bytes(random, sizeof random));
}

static void enabled_write(struct xmpp *x, struct buf *to)
{
	if (x->sm->resumable) {
		buf_lit(to, "<enabled xmlns='" NS_SM "' resume='true' id='");
		buf_str(to, buf_all(&x->sm->id));
		buf_lit(to, "' max='");
		buf_u64(to, (uint64_t)core_settings(x->core)->resume_ms / 1000);
		buf_lit(to, "'/>");
	} else {
		buf_lit(to, "<enabled xmlns='" NS_SM "'/>");
	}
}

void sm_enable(struct xmpp *x, bool resumable, struct buf *to)
{
	x->sm = mem_new(struct sm);
	x->sm->x = x;
	x->session.asks_acks = true;
	if (resumable && core_settings(x->core)->resume_ms > 0) {
		x->sm->resumable = true;
		id_make(x, &x->sm->id);
		map_add(&x->home->resumable, &x->sm->node, buf_all(&x->sm->id));
	}
	enabled_write(x, to);
}

static void enable_take(struct xmpp *x, const struct xml *element)
{
	struct str resume = xml_attr(element, "resume");

	if (x->state != XMPP_BOUND || x->sm) {
		failed(x, "unexpected-request");
		return;
	}
	sm_enable(x, str_is(resume, "true") || str_is(resume, "1"), xmpp_out(x));
	xmpp_flush(x);
}

static void sm_offer(struct xmpp *x, struct buf *to)
{
	if (x->state == XMPP_AUTHENTICATED || (x->state == XMPP_BOUND && !x->sm))
		buf_lit(to, "<sm xmlns='" NS_SM "'/>");
}

static void sm_closed(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (!sm)
		return;
	if (sm->resumable)
		map_remove(&x->home->resumable, &sm->node);
	buf_free(&sm->id);
	buf_free(&sm->bytes);
	buf_free(&sm->refused);
	buf_free(&sm->success);
	mem_free(sm->entry);
	mem_free(sm);
	x->sm = NULL;
}

/* ---- without a link -------------------------------------------------------------------------------------------- */

void sm_past_forget(struct xmpp_home *h)
{
	struct sm_past *p = list_first(&h->past_order, struct sm_past, here);

	list_remove(&p->here);
	map_remove(&h->past, &p->node);
	mem_free(p);
}

static void past_remember(struct xmpp *x)
{
	struct xmpp_home *h = x->home;
	struct str id = buf_all(&x->sm->id);
	uint32_t handled = x->sm->unsure ? x->sm->sure : x->sm->handled;
	struct sm_past *p;

	if ((int32_t)(handled - x->sm->answered) < 0)
		return; /* it may know of more already: a number cannot go back */
	p = mem_alloc(sizeof *p + id.n);
	if (h->past.n == PAST_MAX)
		sm_past_forget(h);
	memcpy(p->id, id.p, id.n);
	p->account = x->account.id;
	/* Behind an error that never arrived nothing is said to be handled: the client would take what was refused
	 * for safe. */
	p->h = handled;
	map_add(&h->past, &p->node, str_n(p->id, id.n));
	list_append(&h->past_order, &p->here);
}

static void waited_enough(struct timer *t)
{
	struct xmpp *x = holder_of(t, struct xmpp, deadline);

	past_remember(x);
	xmpp_session_end(x);
}

/* What belongs to a link and not to the session. */
static void link_forget(struct xmpp *x)
{
	struct sm *sm = x->sm;

	buf_free(&x->in);
	if (x->tickets.n) { /* sent before acknowledgements were agreed upon */
		xmpp_tickets_return(x);
		sm->missed = true;
	}
	sm->asked = sm->owed = sm->resuming = false;
}

bool sm_detach(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (!sm || !sm->resumable)
		return false;
	link_forget(x);
	session_detach(&x->session);
	x->deadline.fire = waited_enough;
	world_timer(core_world(x->core), &x->deadline, core_settings(x->core)->resume_ms);
	return true;
}

/* ---- resuming -------------------------------------------------------------------------------------------------- */

static bool is_of_device(const struct xmpp *x, struct str device)
{
	return str_eq(x->agent ? x->agent->agent.device : STR(""), device);
}

/* Somebody else's session is answered like none. So is another device's: a device that was sent away shall not come
 * back as one that was not. */
struct xmpp *sm_find(struct xmpp_home *h, struct str id, int64_t account, struct str device)
{
	struct sm *sm = map_find(&h->resumable, id, struct sm, node);

	return sm && sm->x->account.id == account && is_of_device(sm->x, device) ? sm->x : NULL;
}

bool sm_past(const struct xmpp_home *h, struct str id, int64_t account, uint32_t *ret_h)
{
	const struct sm_past *p = map_find(&h->past, id, struct sm_past, node);

	if (!p || p->account != account)
		return false;
	*ret_h = p->h;
	return true;
}

void sm_unknown(struct xmpp *x, const uint32_t *h)
{
	own_buf answer = { 0 };

	failed_write(&answer, "item-not-found", h);
	if (x->sasl2) {
		sasl2_not_resumed(x, buf_all(&answer));
		return;
	}
	buf_str(xmpp_out(x), buf_all(&answer));
	xmpp_flush(x);
}

/* The core that an id names; false when it is no id of ours. */
static bool id_core(struct str id, uint64_t *ret)
{
	return id.n <= SM_ID_MAX && str_u64(str_n(id.p, str_find(id, '.')), ret);
}

static void resumed_write(struct xmpp *x)
{
	struct buf *out = xmpp_out(x);
	struct sm *sm = x->sm;

	sm->answered = sm->handled;
	if (sm->success.n) {
		buf_str(out, buf_all(&sm->success));
		buf_lit(out, "<authorization-identifier>");
		xml_escape(out, jid_full(x->session.jid));
		buf_lit(out, "</authorization-identifier>");
	}
	buf_lit(out, "<resumed xmlns='" NS_SM "' previd='");
	buf_str(out, buf_all(&sm->id));
	buf_lit(out, "' h='");
	buf_u64(out, sm->handled);
	buf_lit(out, "'/>");
	if (sm->success.n)
		buf_lit(out, "</success>");
	buf_wipe(&sm->success);
	buf_str(out, str_from(buf_all(&sm->bytes), sm->bytes_head));
	xmpp_flush(x);
}

/* The client may hear what was handled only when nothing that was received is still on its way: it sends the rest
 * again. */
static void resume_end(struct xmpp *x)
{
	struct sm *sm = x->sm;

	if (!sm->resuming || sm->handled != sm->received)
		return;
	sm->resuming = x->mute = false;
	if (!acked_to(x, sm->resume_h))
		return;
	resumed_write(x);
	xmpp_go_on(x, HOLD_RELAY);
	csi_active(x);
	room_use(x);
	ask_write(x);
}

/* An older link of this session that has not noticed yet that it is dead, or is not: it is told, and closed, by a
 * stream of its own. */
static void link_old_end(struct xmpp *x)
{
	struct xmpp *shell;

	if (!x->link)
		return;
	shell = xmpp_new(x->home, x->link);
	shell->link->state = shell;
	shell->opened = x->opened;
	x->link = NULL;
	stream_dismiss(shell, "conflict", "The session was resumed over another connection.");
	xmpp_session_end(shell);
}

void sm_resume(struct xmpp *x, struct link *l, uint32_t h, struct str head)
{
	struct sm *sm = x->sm;

	link_old_end(x);
	link_forget(x);
	world_stop(core_world(x->core), &x->deadline);
	x->link = l;
	l->state = x;
	x->framer = (struct xml_framer){ .open = true };
	x->opened = true;
	x->paused = false;
	session_attach(&x->session);
	sm->resuming = x->mute = true;
	sm->resume_h = h;
	buf_wipe(&sm->success);
	buf_str(&sm->success, head);
	xmpp_hold(x, HOLD_RELAY);
	resume_end(x);
}

/* What its client has said behind the request goes with it. */
static void resume_here(struct xmpp *x, struct xmpp *old, uint32_t h, struct str head)
{
	struct link *l = x->link;

	x->link = NULL;
	sm_resume(old, l, h, head);
	old->in = x->in;
	x->in = (struct buf){ 0 };
	xmpp_session_end(x); /* it has become the other one */
}

enum sm_resuming sm_resume_begin(struct xmpp *x, struct str id, uint32_t h, struct str head, struct buf *answer)
{
	struct str device = x->agent ? x->agent->agent.device : STR("");
	struct xmpp *old;
	uint64_t core;

	if (!id_core(id, &core) || core >= core_count(x->core)) {
		failed_write(answer, "item-not-found", NULL);
		return SM_NOT_RESUMED;
	}
	if (core != core_index(x->core)) {
		relay_resume(x, (unsigned)core, id, h, head);
		return SM_ASKED;
	}
	old = sm_find(x->home, id, x->account.id, device);
	if (!old) {
		failed_write(answer, "item-not-found", sm_past(x->home, id, x->account.id, &h) ? &h : NULL);
		return SM_NOT_RESUMED;
	}
	resume_here(x, old, h, head);
	return SM_RESUMED;
}

static void resume_take(struct xmpp *x, const struct xml *element)
{
	struct str id = xml_attr(element, "previd");
	own_buf answer = { 0 };
	uint32_t h;

	if (x->state != XMPP_AUTHENTICATED) {
		failed(x, "unexpected-request");
	} else if (!id.p || !h_read(element, &h)) {
		failed(x, "bad-request");
	} else if (sm_resume_begin(x, id, h, STR(""), &answer) == SM_NOT_RESUMED) {
		buf_str(xmpp_out(x), buf_all(&answer));
		xmpp_flush(x);
	}
}

void sm_later(struct xmpp *x)
{
	refused_return(x);
	resume_end(x);
	if (!x->sm || x->sm->resuming)
		return;
	owed_pay(x);
	ask_write(x);
}

const struct xmpp_feature feature_sm = {
	.name = "stream management",
	.xep = 198,
	.version = "1.6.3",
	.nonza = { { "enable", NS_SM, XMPP_AUTHENTICATED | XMPP_BOUND, enable_take },
		   { "resume", NS_SM, XMPP_AUTHENTICATED | XMPP_BOUND, resume_take },
		   { "r", NS_SM, XMPP_BOUND, r_take, .overtakes = true },
		   { "a", NS_SM, XMPP_BOUND, a_take, .overtakes = true } },
	.offer = sm_offer,
	.closed = sm_closed,
};
