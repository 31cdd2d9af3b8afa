/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/deliver.c - what the core has for the client. Stanzas go straight into the link's buffer: a head, the
 * payload as the sender's server part made it once, what this receiver's account adds to it. Nothing here calls back
 * into the core; what must be said to it waits for the end of the turn.
 */
#include <assert.h>

#include "base/log.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/features/wants.h"
#include "doors/xmpp/features/when.h"

static bool is_open(const struct xmpp *x) { return x->link && !x->link->closing && !x->mute; }

/* ---- writing stanzas ------------------------------------------------------------------------------------------- */

/* Of 5,000 who are in a room; who asks again and again without reading gets no more than this. */
enum { GRANT_MAX = 4 * 1024 * 1024 };

static void grant(struct xmpp *x, size_t bytes) { x->granted += x->granted + bytes <= GRANT_MAX ? bytes : 0; }

struct buf *stanza_begin(struct xmpp *x)
{
	if (is_open(x)) {
		if (x->granted && !link_backlog(x->link) && (!x->sm || sm_has_room(x)))
			x->granted = 0;
		return &x->link->out;
	}
	buf_clear(&x->home->nowhere);
	return &x->home->nowhere;
}

/* Nobody reads at the other end. What waits for it is in the store, or it is lost: not ours to hold in memory without
 * end. */
static void spill(struct xmpp *x)
{
	own_buf address = { 0 };

	link_address(x->link, &address);
	log_event(spilled, "door=xmpp user=%.*s ip=%s backlog=%zu", STR_ARG(x->account.name), buf_z(&address),
		  link_backlog(x->link));
	core_count_up(x->core, COUNT_SPILLED, 1);
	x->mute = true;
	x->link->ops->hang_up(x->link, CLOSE_STALLED);
}

static void ticket_keep(struct xmpp *x, uint64_t ticket)
{
	if (ticket && is_open(x))
		buf_add(&x->tickets, &ticket, sizeof ticket);
}

void stanza_end(struct xmpp *x, size_t at, uint64_t ticket)
{
	struct buf *out = is_open(x) ? &x->link->out : &x->home->nowhere;

	assert(out->n >= at);
	if (!x->sm)
		ticket_keep(x, ticket);
	else if (!sm_sent(x, str_n(out->p + at, out->n - at), ticket))
		out->n = at;
	if (!is_open(x))
		return;
	x->link->ops->dirty(x->link);
	if (link_backlog(x->link) > core_settings(x->core)->backlog_max + x->granted)
		spill(x);
}

void xmpp_push(struct xmpp *x, struct str bytes)
{
	struct buf *out = stanza_begin(x);
	size_t at = out->n;

	buf_str(out, bytes);
	stanza_end(x, at, 0);
}

/* XEP-0359 and XEP-0203: what this account's server adds. */
static void additions_write(struct xmpp *x, const struct delivery *d, struct buf *to)
{
	if (d->archived) {
		buf_lit(to, "<stanza-id xmlns='urn:xmpp:sid:0'");
		xml_write_attr(to, "by", jid_bare(x->session.jid));
		buf_lit(to, " id='");
		buf_u64(to, d->stanza->stamp);
		buf_lit(to, "'/>");
	}
	if (d->waited) {
		buf_lit(to, "<delay xmlns='urn:xmpp:delay'");
		xml_write_attr(to, "from", d->kept_by.p ? jid_full(d->kept_by) : core_domain(x->core));
		buf_lit(to, " stamp='");
		when_write(to, d->stanza->time);
		buf_lit(to, "'/>");
	}
}

static void plain_write(struct xmpp *x, const struct delivery *d, struct buf *out)
{
	struct buf *additions = &x->home->additions;

	buf_clear(additions);
	additions_write(x, d, additions);
	stanza_write(out, d->stanza, d->to.p ? d->to : d->stanza->to, buf_all(additions));
}

/* XEP-0280, 7 and 8; XEP-0297. */
static void carbon_write(struct xmpp *x, const struct delivery *d, struct buf *out)
{
	const char *direction = d->kind == DELIVERY_CARBON_SENT ? "sent" : "received";
	own_buf inner = { 0 };

	plain_write(x, d, &inner);
	buf_lit(out, "<message");
	xml_write_attr(out, "from", jid_bare(x->session.jid));
	xml_write_attr(out, "to", jid_full(x->session.jid));
	xml_write_attr(out, "type", str_z(stanza_type_text(d->stanza->type)));
	buf_lit(out, "><");
	buf_str(out, str_z(direction));
	buf_lit(out, " xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
		     "<message xmlns='" NS_CLIENT "'");
	buf_str(out, str_from(buf_all(&inner), sizeof "<message" - 1));
	buf_lit(out, "</forwarded></");
	buf_str(out, str_z(direction));
	buf_lit(out, "></message>");
}

void delivery_write(struct xmpp *x, const struct delivery *d)
{
	struct buf *out = stanza_begin(x);
	size_t at = out->n;

	if (d->kind == DELIVERY_PLAIN)
		plain_write(x, d, out);
	else
		carbon_write(x, d, out);
	if (d->asked)
		grant(x, out->n - at);
	stanza_end(x, at, d->ticket);
}

/* ---- what the core calls --------------------------------------------------------------------------------------- */

static void on_deliver(struct session *s, const struct delivery *d)
{
	struct xmpp *x = xmpp_of(s);

	if (x->csi_inactive && csi_holds(x, d))
		return;
	delivery_write(x, d);
}

static const struct {
	enum stanza_error_condition condition;
	const char *text;
	enum stanza_error_type type;
} sent_errors[] = {
	[SENT_NO_SUCH_USER] = { STANZA_ERROR_SERVICE_UNAVAILABLE, "There is nobody of this name here." },
	[SENT_NO_SUCH_RESOURCE] = { STANZA_ERROR_SERVICE_UNAVAILABLE, "Nobody is at this address now." },
	[SENT_BLOCKED] = { STANZA_ERROR_SERVICE_UNAVAILABLE, "There is nobody of this name here." },
	[SENT_BLOCKING] = { STANZA_ERROR_NOT_ACCEPTABLE, "You have blocked this address.", STANZA_ERROR_CANCEL },
	[SENT_QUEUE_FULL] = { STANZA_ERROR_RESOURCE_CONSTRAINT,
			      "Too many messages wait for this user. Try again later." },
	[SENT_NOT_STORED] = { STANZA_ERROR_RESOURCE_CONSTRAINT,
			      "The message could not be stored and was not delivered. Try again later." },
	[SENT_REMOTE] = { STANZA_ERROR_REMOTE_SERVER_NOT_FOUND, "This server does not reach other servers." },
	[SENT_UNSUPPORTED] = { STANZA_ERROR_SERVICE_UNAVAILABLE, "This cannot be sent to a user." },
	[SENT_NO_SUCH_ROOM] = { STANZA_ERROR_ITEM_NOT_FOUND, "There is no such room, or nobody and nothing of that name in it." },
	[SENT_NOT_IN_ROOM] = { STANZA_ERROR_NOT_ACCEPTABLE, "Only who is in the room may do this." },
	[SENT_NO_VOICE] = { STANZA_ERROR_FORBIDDEN, "You may not speak in this room." },
	[SENT_TOO_FAST] = { STANZA_ERROR_POLICY_VIOLATION, "This room is in slow mode. Wait a little.", STANZA_ERROR_WAIT },
	[SENT_NOT_ALLOWED] = { STANZA_ERROR_NOT_ALLOWED, NULL },
	[SENT_BAD] = { STANZA_ERROR_BAD_REQUEST, NULL },
	[SENT_TOO_MANY] = { STANZA_ERROR_RESOURCE_CONSTRAINT, "You are at too many addresses already." },
	[SENT_TIMEOUT] = { STANZA_ERROR_REMOTE_SERVER_TIMEOUT, "What serves this domain is not running now." },
};

static void write_error(struct xmpp *x, const struct stanza *error, enum sent_verdict verdict)
{
	struct buf *out = stanza_begin(x);
	size_t at = out->n;

	if (verdict == SENT_BLOCKING) { /* XEP-0191, 3.1: its own condition stands inside the error */
		struct stanza with = *error;
		own_buf payload = { 0 };

		buf_add(&payload, error->payload.p, error->payload.n - (sizeof "</error>" - 1));
		buf_lit(&payload, "<blocked xmlns='urn:xmpp:blocking:errors'/></error>");
		with.payload = buf_all(&payload);
		stanza_write(out, &with, error->to, STR_NONE);
	} else {
		stanza_write(out, error, error->to, STR_NONE);
	}
	stanza_end(x, at, 0);
}

static void on_sent(struct session *s, const struct stanza *st, enum sent_verdict verdict)
{
	struct xmpp *x = xmpp_of(s);
	struct stanza *error = NULL;
	bool counted = st->name != STANZA_PRESENCE; /* a subscription is only heard of here when it went wrong */

	assert(!counted || x->under_way >= st->cost);
	if (counted)
		x->under_way -= st->cost;
	if (verdict != SENT_OK)
		error = stanza_error(st, sent_errors[verdict].condition, sent_errors[verdict].type, sent_errors[verdict].text);
	if (error) {
		sm_refused(x);
		write_error(x, error, verdict);
	}
	stanza_unref(error);
	if (counted)
		sm_handled(x);
}

static void on_drained(struct session *s) { xmpp_go_on(xmpp_of(s), HOLD_STORE); }

static void on_notice(struct session *s, const struct notice *n)
{
	struct xmpp *x = xmpp_of(s);

	if (n->kind == NOTICE_ROSTER)
		roster_push(x, n);
	else if (n->kind == NOTICE_BLOCKED || n->kind == NOTICE_UNBLOCKED)
		block_push(x, n);
}

static const struct {
	const char *condition, *text;
} kicks[] = {
	[KICK_CONFLICT] = { "conflict", "Another session has taken this resource." },
	[KICK_OPERATOR] = { "policy-violation", "An operator has ended this session." },
	[KICK_ACCOUNT_GONE] = { "not-authorized", "The account was deleted." },
	[KICK_SHUTDOWN] = { "system-shutdown", "The server is being stopped." },
	[KICK_PASSWORD_CHANGED] = { "reset", "The password was changed. Log in again." },
	[KICK_REVOKED] = { "not-authorized", "This session was logged out by its owner." },
};

static void on_kick(struct session *s, enum kick_why why)
{
	struct xmpp *x = xmpp_of(s);

	xmpp_enter(x); /* it is the core's for the time of this call */
	if (x->link)
		stream_dismiss(x, kicks[why].condition, kicks[why].text);
	xmpp_session_end(x);
	x->busy--;
	if (x->dead && why != KICK_SHUTDOWN)
		xmpp_later(x, LATER_END);
}

static void on_describe(struct session *s, struct buf *address)
{
	struct xmpp *x = xmpp_of(s);

	if (x->link)
		link_address(x->link, address);
}

/* The node of its capabilities (XEP-0115): mostly the address of its site. Read when somebody asks, which is seldom. */
static void on_program(struct session *s, struct buf *to)
{
	own_buf whole = { 0 };
	struct arena arena = { 0 };
	const struct xml *presence, *caps;

	if (!s->presence)
		return;
	buf_fmt(&whole, "<presence>%.*s</presence>", STR_ARG(s->presence->payload));
	presence = xml_parse(&arena, buf_all(&whole), STR(NS_CLIENT), false);
	caps = presence ? xml_child(presence, "c", "http://jabber.org/protocol/caps") : NULL;
	buf_str(to, caps ? xml_attr(caps, "node") : STR(""));
	arena_free(&arena);
}

static bool on_wants(struct session *s, struct str node) { return wants_node(xmpp_of(s), node); }

static void on_item(struct session *s, struct jid owner, struct str node, struct str item)
{
	pep_push(xmpp_of(s), owner, node, item);
}

const struct session_ops xmpp_session_ops = {
	.door = "xmpp",
	.subscribes = true,
	.deliver = on_deliver,
	.sent = on_sent,
	.drained = on_drained,
	.notice = on_notice,
	.wants = on_wants,
	.item = on_item,
	.kick = on_kick,
	.describe = on_describe,
	.program = on_program,
};
