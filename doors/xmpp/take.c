/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/take.c - stanzas from the client (RFC 6120, 8 and 10; RFC 6121): what is wrong with them is answered
 * here, what is right goes to the core or, an IQ for the server or an account, to the feature whose table names it.
 */
#include "core/invite.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/avatar.h"
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/features/wants.h"

/* Messages of one client, and of all, that may be on their way to the disk before a client is asked to wait. */
enum { WAITING_MAX = 200, WAITING_BYTES_MAX = 512 * 1024, WAITING_ALL_MAX = 1000 };

/* Sends an error for what the client sent; not for errors and results. */
static void bounce(struct xmpp *x, const struct stanza *st, enum stanza_error_condition condition, const char *text)
{
	struct stanza *error = stanza_error(st, condition, STANZA_ERROR_USUAL, text);
	struct buf *out;
	size_t at;

	if (!error)
		return;
	core_count_up(x->core, COUNT_REFUSED, 1);
	sm_refused(x);
	out = stanza_begin(x);
	at = out->n;
	stanza_write(out, error, error->to, STR_NONE);
	stanza_end(x, at, 0);
	stanza_unref(error);
}

/* RFC 6120, 8.1.2.1: who says whom a stanza is from must say the truth. */
static bool from_is_true(struct xmpp *x, const struct xml *element)
{
	struct str from = xml_attr(element, "from");
	struct jid jid;

	if (!from.p)
		return true;
	if (x->state == XMPP_BOUND && jid_parse(&jid, from, xmpp_scratch(x)) &&
	    (jid_eq(jid, x->session.jid) || jid_eq(jid, jid_to_bare(x->session.jid))))
		return true;
	xmpp_stream_error(x, "invalid-from", "This is not your address.");
	return false;
}

/* The stanza, or NULL when it has been answered. */
static struct stanza *stanza_of(struct xmpp *x, const struct xml *element)
{
	struct stanza *st;
	int verdict;

	if (!from_is_true(x, element))
		return NULL;
	verdict = stanza_from_xml(&st, element, x->session.jid, core_domain(x->core), core_now(x->core),
				  xmpp_scratch(x));
	if (!verdict)
		return st;
	if (st)
		bounce(x, st, verdict,
		       verdict == STANZA_ERROR_JID_MALFORMED ? "\"to\" is no address."
							     : "The stanza is not as RFC 6120, 8 wants it.");
	sm_handled(x);
	return stanza_unref(st);
}

/* ---- messages -------------------------------------------------------------------------------------------------- */

void message_take(struct xmpp *x, const struct xml *element)
{
	struct stanza *st = stanza_of(x, element);

	if (!st)
		return;
	pep_message(x, element, st->to);
	x->under_way += st->cost;
	session_send(&x->session, st);
	if (x->under_way > WAITING_BYTES_MAX || session_waiting(&x->session) > WAITING_MAX ||
	    (session_waiting(&x->session) && core_waiting(x->core) > WAITING_ALL_MAX))
		xmpp_hold(x, HOLD_STORE);
}

/* ---- presence -------------------------------------------------------------------------------------------------- */

/* RFC 6121, 4.7.2.3. False: it is no number from -128 to 127. */
static bool priority_read(struct xmpp *x, const struct xml *element, int *ret)
{
	struct str text = str_trim(xml_child_text(element, "priority", NS_CLIENT, xmpp_scratch(x)));
	bool minus = text.n && text.p[0] == '-';
	uint64_t number;

	*ret = 0;
	if (!text.p)
		return true;
	if (!str_u64(str_from(text, minus || (text.n && text.p[0] == '+')), &number) || number > (minus ? 128 : 127))
		return false;
	*ret = minus ? -(int)number : (int)number;
	return true;
}

/* XEP-0012 tells those who may know. */
static void status_keep(struct xmpp *x, const struct xml *element, const struct stanza *st)
{
	enum { STATUS_BYTES_MAX = 1023 };
	struct str text = STR_NONE;

	if (st->type == PRESENCE_UNAVAILABLE)
		text = xml_child_text(element, "status", NS_CLIENT, xmpp_scratch(x));
	mem_free((char *)x->status.p);
	x->status = text.n && text.n <= STATUS_BYTES_MAX ? str_n(str_dup(text), text.n) : STR_NONE;
}

static void presence_own(struct xmpp *x, const struct xml *element, struct stanza *st)
{
	bool first = !x->session.presence, here = st->type == PRESENCE_AVAILABLE;
	int priority;

	if (priority_read(x, element, &priority)) {
		status_keep(x, element, st);
		session_presence(&x->session, st, priority);
		if (here)
			wants_presence(x, element, first);
		return;
	}
	bounce(x, st, STANZA_ERROR_BAD_REQUEST, "The priority is no number from -128 to 127.");
	stanza_unref(st);
}

static void presence_subscription(struct xmpp *x, const struct xml *element, struct stanza *st)
{
	const struct xml *preauth = st->type == PRESENCE_SUBSCRIBE ? xml_child(element, "preauth", "urn:xmpp:pars:0") : NULL;
	struct str token = preauth ? xml_attr(preauth, "token") : STR_NONE;

	if (token.n)
		invite_subscribe(&x->session, st, token); /* XEP-0379 */
	else
		session_subscription(&x->session, st);
}

static void presence_directed(struct xmpp *x, const struct xml *element, struct stanza *st)
{
	session_send(&x->session, st);
}

static void presence_lost(struct xmpp *x, const struct xml *element, struct stanza *st) { stanza_unref(st); }

static void presence_aimless(struct xmpp *x, const struct xml *element, struct stanza *st)
{
	bounce(x, st, STANZA_ERROR_BAD_REQUEST, "A subscription needs somebody it is for.");
	stanza_unref(st);
}

/* By type: without `to`, and with. Probes are the server's to send. */
static void (*const presence_rows[STANZA_TYPES][2])(struct xmpp *x, const struct xml *element, struct stanza *st) = {
	[PRESENCE_AVAILABLE] = { presence_own, presence_directed },
	[PRESENCE_UNAVAILABLE] = { presence_own, presence_directed },
	[PRESENCE_SUBSCRIBE] = { presence_aimless, presence_subscription },
	[PRESENCE_SUBSCRIBED] = { presence_aimless, presence_subscription },
	[PRESENCE_UNSUBSCRIBE] = { presence_aimless, presence_subscription },
	[PRESENCE_UNSUBSCRIBED] = { presence_aimless, presence_subscription },
	[PRESENCE_PROBE] = { presence_lost, presence_lost },
	[PRESENCE_ERROR] = { presence_lost, presence_directed },
};

void presence_take(struct xmpp *x, const struct xml *element)
{
	struct stanza *st = stanza_of(x, element);

	if (!st)
		return;
	if (st->type == PRESENCE_AVAILABLE)
		st = avatar_presence(x, st);
	presence_rows[st->type][st->to.p != NULL](x, element, st);
	sm_handled(x);
}

/* ---- IQ -------------------------------------------------------------------------------------------------------- */

/* What an IQ is sent to; 0: a session, or something that is not here. */
static unsigned iq_target(struct xmpp *x, struct jid to)
{
	if (!to.p)
		return TO_ACCOUNT;
	if (to.resource || !str_eq(jid_domain(to), core_domain(x->core)))
		return 0;
	if (!to.local)
		return TO_SERVER;
	return str_eq(jid_local(to), x->account.name) ? TO_ACCOUNT : TO_USER;
}

static void iq_refuse(struct xmpp *x, const struct stanza *st)
{
	if (x->state == XMPP_BOUND)
		bounce(x, st, STANZA_ERROR_SERVICE_UNAVAILABLE, "Nothing answers this here.");
	else
		xmpp_stream_error(x, "not-authorized", "Not before you have logged in and bound a resource.");
}

static void iq_answer(struct xmpp *x, const struct xml *element, const struct stanza *st, enum iq_target target)
{
	struct iq q = { .x = x, .type = (enum stanza_type)st->type, .target = target, .to = st->to, .id = st->id };
	const struct iq_handler *handler;

	if (st->type == IQ_RESULT || st->type == IQ_ERROR) {
		if (x->state == XMPP_BOUND)
			wants_answer(x, element);
		return; /* an answer to one of our pushes: none of them needs it */
	}
	q.child = xml_child(element, NULL, NULL);
	handler = home_iq(x->home, q.child, q.type, target);
	if (handler && (handler->states ? handler->states : XMPP_BOUND) & x->state)
		handler->answer(x, &q);
	else
		iq_refuse(x, st);
}

void iq_take(struct xmpp *x, const struct xml *element)
{
	struct stanza *st = stanza_of(x, element);
	unsigned target;

	if (!st)
		return;
	target = iq_target(x, st->to);
	if (!target && x->state == XMPP_BOUND && (st->to.local || !str_eq(jid_domain(st->to), core_domain(x->core)))) {
		x->under_way += st->cost;
		session_send(&x->session, st);
		return; /* it counts as handled when the core says how it ended */
	}
	if (target)
		iq_answer(x, element, st, target);
	else
		iq_refuse(x, st);
	sm_handled(x);
	stanza_unref(st);
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

static void answer_head(struct iq *q, struct buf *out, const char *type)
{
	buf_lit(out, "<iq type='");
	buf_str(out, str_z(type));
	buf_byte(out, '\'');
	xml_write_attr(out, "id", q->id);
	if (q->to.p)
		xml_write_attr(out, "from", jid_full(q->to));
	if (q->x->state == XMPP_BOUND)
		xml_write_attr(out, "to", jid_full(q->x->session.jid));
	buf_byte(out, '>');
}

/* A kept one goes with its answer. */
static void answered(struct iq *q)
{
	if (!q->kept)
		return;
	list_remove(&q->here);
	mem_free(q);
}

void iq_result(struct iq *q, struct str payload)
{
	if (q->x) {
		struct buf *out = stanza_begin(q->x);
		size_t at = out->n;

		answer_head(q, out, "result");
		buf_str(out, payload);
		buf_lit(out, "</iq>");
		stanza_end(q->x, at, 0);
	}
	answered(q);
}

void iq_error(struct iq *q, enum stanza_error_condition condition, const char *text)
{
	iq_error_with(q, condition, STANZA_ERROR_USUAL, text, STR(""));
}

void iq_error_with(struct iq *q, enum stanza_error_condition condition, enum stanza_error_type type, const char *text, struct str detail)
{
	if (q->x) {
		struct buf *out = stanza_begin(q->x);
		size_t at = out->n;

		answer_head(q, out, "error");
		stanza_error_write(out, condition, type, text);
		out->n -= strlen("</error>");
		buf_str(out, detail);
		buf_lit(out, "</error></iq>");
		stanza_end(q->x, at, 0);
	}
	answered(q);
}

struct iq *iq_keep(struct iq *q)
{
	struct str to = jid_full(q->to);
	struct iq *kept = mem_alloc(sizeof *kept + q->id.n + to.n + 1);
	char *bytes = (char *)(kept + 1);

	*kept = *q;
	kept->kept = true;
	kept->child = NULL;
	if (q->id.n)
		memcpy(bytes, q->id.p, q->id.n);
	kept->id.p = bytes;
	if (q->to.p) {
		memcpy(bytes + q->id.n, to.p, to.n);
		kept->to.p = bytes + q->id.n;
	}
	list_append(&q->x->iqs, &kept->here);
	return kept;
}
