/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/fast.c - XEP-0484: logging in with a token that the server gave before, in one step. It is as
 * good as a password while it is good: nothing of it goes over a line without TLS, except on this machine.
 */
#include "doors/xmpp/features/login.h"

#include "doors/xmpp/features/when.h"

#define NS_FAST "urn:xmpp:fast:0"

enum { MESSAGE_MAX = 2048 };

/* ---- what is offered -------------------------------------------------------------------------------------------- */

static const enum binding bindings[] = {
	[TOKEN_EXPORTER] = BINDING_TLS_EXPORTER,
	[TOKEN_END_POINT] = BINDING_TLS_SERVER_END_POINT,
};

bool fast_offered(const struct xmpp *x, enum token_kind kind)
{
	if (!tokens_on(x->core) || !xmpp_safe(x))
		return false;
	return kind == TOKEN_UNBOUND || (x->link->secure && x->link->ops->binding(x->link, bindings[kind], NULL));
}

void fast_offer(struct xmpp *x, struct buf *to)
{
	if (!fast_offered(x, TOKEN_UNBOUND))
		return;
	buf_lit(to, "<fast xmlns='" NS_FAST "'>");
	for (unsigned kind = 0; kind < TOKEN_KINDS; kind++)
		if (fast_offered(x, (enum token_kind)kind))
			buf_fmt(to, "<mechanism>%s</mechanism>", ht_name[kind]);
	buf_lit(to, "</fast>");
}

/* ---- what is asked ---------------------------------------------------------------------------------------------- */

bool fast_read(struct login_wish *w, const struct xml *authenticate)
{
	const struct xml *request = xml_child(authenticate, "request-token", NS_FAST),
			 *fast = xml_child(authenticate, "fast", NS_FAST);
	struct str count = fast ? xml_attr(fast, "count") : STR_NONE,
		   invalidate = fast ? xml_attr(fast, "invalidate") : STR("");

	/* A mechanism that is not known here was not offered: there is no token then, and the client sees that. */
	w->token.wanted = request && ht_mechanism(&w->token.kind, xml_attr(request, "mechanism"));
	w->fast = fast != NULL;
	w->counted = count.p != NULL;
	w->invalidate = str_is(invalidate, "1") || str_is(invalidate, "true");
	return !count.p || (str_u64(count, &w->count) && w->count <= INT64_MAX);
}

static struct token_wish wish_of(const struct xmpp *x)
{
	struct token_wish w = x->sasl2->wish.token;

	w.wanted = w.wanted && x->sasl2->wish.agent.device.n && fast_offered(x, w.kind);
	return w;
}

/* ---- with a token ----------------------------------------------------------------------------------------------- */

static void logged_in(struct token_ask *a)
{
	struct sasl2 *s = holder_of(a, struct sasl2, token);
	struct xmpp *x = s->x;
	struct origin origin = xmpp_origin(x);

	xmpp_go_on(x, HOLD_LOGIN);
	if (!a->verdict || a->verdict == ACCOUNT_REFUSED)
		account_outcome(x->core, a->account.name, &origin, "xmpp", !a->verdict);
	if (a->verdict) {
		login_fail_verdict(x, &sasl2_syntax, a->verdict);
		return;
	}
	s->by_token = true;
	login_is(x, &a->account);
	sasl2_granted(x, str_bytes(a->answer, sizeof a->answer), a->token, a->expires);
}

static void ask(struct xmpp *x, enum token_kind kind, struct str message)
{
	struct sasl2 *s = x->sasl2;
	struct origin origin = xmpp_origin(x);
	struct token_wish wish = wish_of(x);
	own_buf binding = { 0 };
	struct token_proof proof;
	struct ht_message m;

	if (ht_read(&m, message) || !s->wish.fast || !s->wish.agent.device.n) {
		login_fail(x, &sasl2_syntax, "malformed-request",
			   "A login with a token says <fast/>, the id of its user agent, a name and a hash.");
		return;
	}
	if (kind != TOKEN_UNBOUND)
		x->link->ops->binding(x->link, bindings[kind], &binding);
	proof = (struct token_proof){ m.name, m.hash, binding.n ? buf_all(&binding) : STR_NONE, kind };
	proof.counted = s->wish.counted;
	proof.count = s->wish.count;
	proof.invalidate = s->wish.invalidate;
	s->token.done = logged_in;
	xmpp_hold(x, HOLD_LOGIN);
	token_login(x->core, &s->token, &proof, &s->wish.agent, &wish, &origin);
}

void fast_begin(struct xmpp *x, enum token_kind kind, struct str first)
{
	own_buf message = { 0 };

	if (!login_is_safe(x))
		login_fail(x, &sasl2_syntax, "encryption-required", "Logging in needs TLS.");
	else if (!fast_offered(x, kind))
		login_fail(x, &sasl2_syntax, "invalid-mechanism", "This mechanism is not offered.");
	else if (first.n > MESSAGE_MAX || !base64_read(&message, first.p ? first : STR("")))
		login_fail(x, &sasl2_syntax, "incorrect-encoding", "The message is not in base64.");
	else
		ask(x, kind, buf_all(&message));
}

/* ---- a token for next time -------------------------------------------------------------------------------------- */

void fast_token_write(struct buf *to, struct str token, msec expires)
{
	own_buf when = { 0 };

	when_write(&when, expires);
	buf_lit(to, "<token xmlns='" NS_FAST "'");
	xml_write_attr(to, "expiry", buf_all(&when));
	xml_write_attr(to, "token", token);
	buf_lit(to, "/>");
}

/* Who has the password is let in, with a token or without. */
static void issued(struct token_ask *a)
{
	struct sasl2 *s = holder_of(a, struct sasl2, token);
	struct xmpp *x = s->x;
	own_buf last = { 0 };

	xmpp_go_on(x, HOLD_LOGIN);
	buf_str(&last, buf_all(&s->head));
	buf_clear(&s->head);
	sasl2_granted(x, buf_all(&last), a->verdict ? STR_NONE : a->token, a->expires);
}

bool fast_issue(struct xmpp *x, struct str last)
{
	struct sasl2 *s = x->sasl2;
	struct account account = {
		.id = x->account.id, .name = x->account.name, .flags = x->account.flags, .mark = x->account.mark
	};

	if (!wish_of(x).wanted)
		return false;
	buf_str(&s->head, last); /* until the token is there */
	s->token.done = issued;
	xmpp_hold(x, HOLD_LOGIN);
	token_issue(x->core, &s->token, &account, &s->wish.agent, s->wish.token.kind);
	return true;
}

const struct xmpp_feature feature_fast = { .name = "fast", .xep = 484, .version = "0.2.0" };
