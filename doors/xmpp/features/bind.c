/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/bind.c - RFC 6120, 7: an account gets a session. And the IQ of RFC 3921, 3, which does
 * nothing, for old clients.
 */
#include "doors/xmpp/features/login.h"

#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"

/* The IQ as far as an answer needs it: nothing of it was kept but the id. */
static struct iq bind_iq(struct xmpp *x)
{
	return (struct iq){ .x = x, .type = IQ_SET, .target = TO_ACCOUNT, .id = x->bind_id };
}

static void refuse(struct xmpp *x, int verdict)
{
	struct iq q = bind_iq(x);

	if (verdict == SESSION_TOO_MANY)
		iq_error(&q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account has as many sessions as it may.");
	else if (verdict == SESSION_PASSWORD)
		iq_error(&q, STANZA_ERROR_NOT_ALLOWED, "The password was changed meanwhile. Log in again.");
	else if (verdict == SESSION_GONE)
		iq_error(&q, STANZA_ERROR_NOT_ALLOWED, "The account was deleted.");
	else
		iq_error(&q, STANZA_ERROR_INTERNAL_SERVER_ERROR, "The account cannot be read now. Try again later.");
}

/* ---- the session ------------------------------------------------------------------------------------------------ */

/* From session_open() until it is sure that it may stay. */
struct binding_job {
	struct token_ask confirm;
	struct xmpp *x;
	void (*opened)(struct xmpp *x, int verdict);
};

static void binding_free(struct xmpp *x)
{
	if (x->binding)
		token_cancel(&x->binding->confirm);
	mem_free(x->binding);
	x->binding = NULL;
}

static void binding_end(struct xmpp *x, int verdict)
{
	void (*opened)(struct xmpp *x, int verdict) = x->binding->opened;

	binding_free(x);
	xmpp_go_on(x, HOLD_BIND);
	opened(x, verdict);
}

static void confirmed(struct token_ask *a)
{
	struct xmpp *x = holder_of(a, struct binding_job, confirm)->x;

	if (a->verdict == ACCOUNT_REFUSED) {
		binding_free(x);
		stream_dismiss(x, "not-authorized", "This device was logged out by its owner.");
		return;
	}
	binding_end(x, a->verdict ? SESSION_STORE : 0);
}

/* A token that was good at login may have been revoked since: from here on a revocation finds the session, so it is
 * enough to look once more. */
static void session_there(struct session *s, int verdict)
{
	struct xmpp *x = xmpp_of(s);
	struct account account = { .id = x->account.id, .mark = x->account.mark };

	if (verdict) {
		binding_end(x, verdict);
		return;
	}
	x->state = XMPP_BOUND;
	x->set_aside = true;
	world_stop(core_world(x->core), &x->deadline);
	if (!x->by_token) {
		binding_end(x, 0);
		return;
	}
	x->binding->confirm.done = confirmed;
	token_confirm(x->core, &x->binding->confirm, &account, x->agent->agent.device);
}

void bind_session(struct xmpp *x, struct str resource, void (*opened)(struct xmpp *x, int verdict))
{
	struct account account = {
		.id = x->account.id, .name = x->account.name, .flags = x->account.flags, .mark = x->account.mark
	};

	x->binding = mem_new(struct binding_job);
	x->binding->x = x;
	x->binding->opened = opened;
	x->session.agent = x->agent ? &x->agent->agent : NULL;
	xmpp_hold(x, HOLD_BIND);
	session_open(x->core, &x->session, &xmpp_session_ops, &account, resource, session_there);
}

/* ---- RFC 6120 --------------------------------------------------------------------------------------------------- */

static void opened(struct xmpp *x, int verdict)
{
	struct iq q = bind_iq(x);
	own_buf b = { 0 };

	if (verdict) {
		refuse(x, verdict);
	} else {
		buf_lit(&b, "<bind xmlns='" NS_BIND "'><jid>");
		xml_escape(&b, jid_full(x->session.jid));
		buf_lit(&b, "</jid></bind>");
		x->set_aside = false;
		iq_result(&q, buf_all(&b));
		x->set_aside = true;
		stream_aside_end(x);
	}
	mem_free((char *)x->bind_id.p);
	x->bind_id = STR_NONE;
}

static void bind_answer(struct xmpp *x, struct iq *q)
{
	struct str wish = xml_child_text(q->child, "resource", NS_BIND, xmpp_scratch(x)), resource = STR_NONE;

	if (wish.n && !jid_resource_prepare(&resource, wish, xmpp_scratch(x))) {
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "This cannot be a resource.");
		return;
	}
	x->bind_id = str_n(str_dup(q->id), q->id.n);
	bind_session(x, resource, opened);
}

static void bind_offer(struct xmpp *x, struct buf *to)
{
	if (x->state == XMPP_AUTHENTICATED)
		buf_lit(to, "<bind xmlns='" NS_BIND "'/><session xmlns='" NS_SESSION "'><optional/></session>");
}

const struct xmpp_feature feature_bind = {
	.name = "bind",
	.version = "6120",
	.iq = { { 1 << IQ_SET, "bind", NS_BIND, TO_SERVER | TO_ACCOUNT, XMPP_AUTHENTICATED, bind_answer } },
	.offer = bind_offer,
	.closed = binding_free,
};

static void session_answer(struct xmpp *x, struct iq *q) { iq_result(q, STR("")); }

const struct xmpp_feature feature_session = {
	.name = "session",
	.version = "3921",
	.iq = { { 1 << IQ_SET, "session", NS_SESSION, TO_SERVER | TO_ACCOUNT, XMPP_BOUND, session_answer } },
};
