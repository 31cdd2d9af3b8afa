/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/register.c - XEP-0077: making an account before login, where the policy allows it; changing the
 * password and leaving after it. A password is never asked for without TLS, except on loopback: the state XMPP_SECURE
 * says so.
 */
#include "core/account.h"
#include "doors/xmpp/engine.h"

#define REGISTER "jabber:iq:register"

/* An account question with the IQ that it answers. */
struct registering {
	struct account_ask ask;
	struct iq *q;
};

static void registering_done(struct account_ask *ask)
{
	static const struct {
		int verdict;
		enum stanza_error_condition condition;
	} table[] = {
		{ ACCOUNT_EXISTS, STANZA_ERROR_CONFLICT },
		{ ACCOUNT_BAD_NAME, STANZA_ERROR_NOT_ACCEPTABLE },
		{ ACCOUNT_BAD_PASSWORD, STANZA_ERROR_NOT_ACCEPTABLE },
		{ ACCOUNT_FORBIDDEN, STANZA_ERROR_NOT_ALLOWED },
		{ ACCOUNT_THROTTLED, STANZA_ERROR_POLICY_VIOLATION },
		{ ACCOUNT_UNKNOWN, STANZA_ERROR_REGISTRATION_REQUIRED },
		{ ACCOUNT_INVITE, STANZA_ERROR_ITEM_NOT_FOUND },
		{ ACCOUNT_OTHER_NAME, STANZA_ERROR_NOT_ACCEPTABLE },
	};
	struct registering *r = holder_of(ask, struct registering, ask);
	enum stanza_error_condition condition = STANZA_ERROR_RESOURCE_CONSTRAINT;

	xmpp_go_on(r->q->x, HOLD_ASKED);
	for (size_t i = 0; i < countof(table); i++)
		if (table[i].verdict == ask->verdict)
			condition = table[i].condition;
	if (ask->verdict)
		iq_error(r->q, condition, account_verdict_text(ask->verdict));
	else
		iq_result(r->q, STR(""));
	mem_free(r);
}

static void registering_gone(struct iq *q)
{
	struct registering *r = q->job;

	account_cancel(&r->ask);
	mem_free(r);
}

/* One at a time: each costs a key derivation. */
static struct registering *registering_new(struct iq *q)
{
	struct registering *r = mem_new(struct registering);

	r->ask.done = registering_done;
	r->q = iq_keep(q);
	r->q->job = r;
	r->q->gone = registering_gone;
	xmpp_hold(q->x, HOLD_ASKED);
	return r;
}

/* With an invitation that was found to be good (invite.c), or without one. */
static bool may_register(struct xmpp *x)
{
	struct origin o = xmpp_origin(x);

	return x->preauth.n || account_may_register(x->core, &o);
}

/* ---- before login --------------------------------------------------------------------------------------------- */

static void register_new(struct xmpp *x, struct iq *q)
{
	struct str name = xml_child_text(q->child, "username", REGISTER, xmpp_scratch(x));
	struct str password = xml_child_text(q->child, "password", REGISTER, xmpp_scratch(x));
	struct origin o = xmpp_origin(x);

	if (xml_child(q->child, "remove", REGISTER)) {
		iq_error(q, STANZA_ERROR_UNEXPECTED_REQUEST, "Log in first.");
	} else if (!may_register(x)) {
		iq_error(q, STANZA_ERROR_NOT_ALLOWED, account_verdict_text(ACCOUNT_FORBIDDEN));
	} else if (!name.n || !password.n) {
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "A user name and a password are needed.");
	} else {
		struct registering *r = registering_new(q);
		account_register(x->core, &r->ask, name, password, &o, x->preauth.n ? x->preauth : STR_NONE, false);
	}
}

static void register_form(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" REGISTER "'><instructions>Choose a user name and a password.</instructions><username>");
	xml_escape(&b, x->preauth_name.n ? x->preauth_name : STR(""));
	buf_lit(&b, "</username><password/></query>");
	if (may_register(x))
		iq_result(q, buf_all(&b));
	else
		iq_error(q, STANZA_ERROR_SERVICE_UNAVAILABLE, account_verdict_text(ACCOUNT_FORBIDDEN));
}

/* ---- after login ---------------------------------------------------------------------------------------------- */

static void registered_show(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" REGISTER
		    "'><registered/><instructions>Send a new password to change it.</instructions><username>");
	xml_escape(&b, session_name(&x->session));
	buf_lit(&b, "</username><password/></query>");
	iq_result(q, buf_all(&b));
}

/* `remove` must stand alone (3.2). */
static void registered_remove(struct xmpp *x, struct iq *q)
{
	const struct xml *first = xml_child(q->child, NULL, NULL);
	struct registering *r;

	if (xml_sibling(first, NULL, NULL)) {
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "A request to remove the account says nothing else.");
		return;
	}
	r = registering_new(q);
	account_delete(x->core, &r->ask, session_name(&x->session));
}

static void registered_password(struct xmpp *x, struct iq *q)
{
	struct str typed = xml_child_text(q->child, "username", REGISTER, xmpp_scratch(x)), name;
	struct str password = xml_child_text(q->child, "password", REGISTER, xmpp_scratch(x));
	struct registering *r;

	if (!typed.n || !password.n) {
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "A user name and a new password are needed.");
	} else if (!jid_local_prepare(&name, typed, xmpp_scratch(x)) || !str_eq(name, session_name(&x->session))) {
		iq_error(q, STANZA_ERROR_FORBIDDEN, "This is not your account.");
	} else if (!xmpp_safe(x)) {
		iq_error(q, STANZA_ERROR_NOT_AUTHORIZED, "A password is not taken without TLS.");
	} else {
		r = registering_new(q);
		account_password(x->core, &r->ask, name, password, jid_resource(x->session.jid));
	}
}

static void register_get(struct xmpp *x, struct iq *q)
{
	if (x->state == XMPP_BOUND)
		registered_show(x, q);
	else
		register_form(x, q);
}

static void register_set(struct xmpp *x, struct iq *q)
{
	if (x->state != XMPP_BOUND)
		register_new(x, q);
	else if (xml_child(q->child, "remove", REGISTER))
		registered_remove(x, q);
	else
		registered_password(x, q);
}

static void register_offer(struct xmpp *x, struct buf *to)
{
	if (x->state == XMPP_SECURE && may_register(x))
		buf_lit(to, "<register xmlns='http://jabber.org/features/iq-register'/>");
}

const struct xmpp_feature feature_register = {
	.name = "register",
	.xep = 77,
	.version = "2.4",
	.disco = { REGISTER },
	.iq = { { 1 << IQ_GET, "query", REGISTER, TO_SERVER | TO_ACCOUNT, XMPP_SECURE | XMPP_BOUND, register_get },
		{ 1 << IQ_SET, "query", REGISTER, TO_SERVER | TO_ACCOUNT, XMPP_SECURE | XMPP_BOUND, register_set } },
	.offer = register_offer,
};
