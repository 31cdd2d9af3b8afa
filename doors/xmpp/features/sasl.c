/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/sasl.c - the exchange of SASL messages, and RFC 6120's syntax for it (6; XEP-0440 says which
 * channel bindings there are, XEP-0474 lets the client notice when somebody on the way took mechanisms off the
 * list). Nothing is offered or taken on a link that is neither TLS nor this machine, with one exception: a page that
 * came over plain HTTP cannot begin TLS, and may log in by SCRAM, which shows the password to nobody.
 */
#include "base/log.h"
#include "doors/xmpp/features/login.h"
#include "wire/scram.h"

#define NS_SASL_CB "urn:xmpp:sasl-cb:0"

enum { LOGIN_FAILURES_MAX = 5 }; /* per stream; RFC 6120, 6.4.5 wants 2 to 5 */

struct sasl_exchange {
	struct xmpp *x;
	const struct login_syntax *syntax;
	const struct sasl_mechanism *mechanism;
	struct account_ask ask;
	struct scram_server scram;
	struct account who;  /* who it will be; name in own memory */
	bool begun;          /* the first message of the client is here */
};

static void exchange_free(struct xmpp *x)
{
	struct sasl_exchange *e = x->sasl;

	if (!e)
		return;
	account_cancel(&e->ask);
	scram_server_free(&e->scram);
	mem_free((char *)e->who.name.p);
	mem_free(e);
	x->sasl = NULL;
}

/* ---- what there is ---------------------------------------------------------------------------------------------- */

static bool binding_there(const struct xmpp *x, enum binding kind)
{
	return x->link->secure && x->link->ops->binding(x->link, kind, NULL);
}

static bool can_bind(const struct xmpp *x)
{
	return binding_there(x, BINDING_TLS_EXPORTER) || binding_there(x, BINDING_TLS_SERVER_END_POINT);
}

bool login_is_safe(const struct xmpp *x) { return xmpp_safe(x) || (x->link && x->link->no_starttls); }

static bool offered(const struct xmpp *x, const struct sasl_mechanism *m)
{
	if (!xmpp_safe(x))
		return login_is_safe(x) && m->kind == SASL_SCRAM && !m->plus;
	return sasl_allowed(m, x->link->secure, x->link->loopback, can_bind(x));
}

void login_mechanisms(struct xmpp *x, struct buf *to)
{
	for (size_t i = 0; i < sasl_mechanisms_n; i++)
		if (offered(x, &sasl_mechanisms[i])) {
			buf_lit(to, "<mechanism>");
			buf_str(to, str_z(sasl_mechanisms[i].name));
			buf_lit(to, "</mechanism>");
		}
}

static void sasl_offer(struct xmpp *x, struct buf *to)
{
	if (!(x->state & (XMPP_PLAIN | XMPP_SECURE)) || !login_is_safe(x))
		return;
	buf_lit(to, "<mechanisms xmlns='" NS_SASL "'>");
	login_mechanisms(x, to);
	buf_lit(to, "</mechanisms>");
	if (!can_bind(x))
		return;
	buf_lit(to, "<sasl-channel-binding xmlns='" NS_SASL_CB "'>");
	for (unsigned kind = 0; kind < BINDINGS; kind++)
		if (binding_there(x, kind)) {
			buf_lit(to, "<channel-binding");
			xml_write_attr(to, "type", str_z(scram_binding_name[kind]));
			buf_lit(to, "/>");
		}
	buf_lit(to, "</sasl-channel-binding>");
}

/* XEP-0474: "h=" and the hash over all that was announced. */
static void announced_write(struct xmpp *x, enum hash h, struct buf *to)
{
	struct str mechanisms[8], bindings[BINDINGS];
	size_t mechanisms_n = 0, bindings_n = 0;

	for (size_t i = 0; i < sasl_mechanisms_n && mechanisms_n < countof(mechanisms); i++)
		if (offered(x, &sasl_mechanisms[i]))
			mechanisms[mechanisms_n++] = str_z(sasl_mechanisms[i].name);
	for (unsigned kind = 0; kind < BINDINGS; kind++)
		if (binding_there(x, kind))
			bindings[bindings_n++] = str_z(scram_binding_name[kind]);
	buf_lit(to, "h=");
	scram_announced_hash(to, h, mechanisms, mechanisms_n, bindings, bindings_n);
}

/* ---- how it ends ------------------------------------------------------------------------------------------------ */

void login_fail(struct xmpp *x, const struct login_syntax *syntax, const char *condition, const char *text)
{
	exchange_free(x);
	syntax->failure(x, condition, text);
	if (++x->login_failures >= LOGIN_FAILURES_MAX)
		xmpp_stream_error(x, "policy-violation", "Too many attempts to log in.");
}

static const struct {
	const char *condition, *text;
} sasl_faults[] = {
	[SASL_MALFORMED] = { "malformed-request", "The message does not fit the mechanism." },
	[SASL_INVALID_AUTHZID] = { "invalid-authzid", "You can act only as the account that you log in to." },
	[SASL_REFUSED] = { "not-authorized", "The name or the password is wrong." },
	[SASL_DOWNGRADED] = { "not-authorized",
			      "What this server offered and what you saw differ: somebody is in the middle." },
	[SASL_UNSUPPORTED] = { "malformed-request", "This channel binding or extension is not known here." },
};

static const struct {
	int verdict;
	const char *condition, *text;
} account_faults[] = {
	{ ACCOUNT_REFUSED, "not-authorized", "The name or the password is wrong." },
	{ ACCOUNT_THROTTLED, "temporary-auth-failure",
	  "Too many attempts have failed lately. Try again in a few minutes." },
	{ ACCOUNT_STORE, "temporary-auth-failure", "Accounts cannot be looked up now. Try again later." },
	{ TOKEN_EXPIRED, "credentials-expired", "This token is past its time. Log in with the password." },
};

static void fail_sasl(struct xmpp *x, int verdict)
{
	login_fail(x, x->sasl->syntax, sasl_faults[verdict].condition, sasl_faults[verdict].text);
}

void login_fail_verdict(struct xmpp *x, const struct login_syntax *syntax, int verdict)
{
	size_t i = 0;

	while (i + 1 < countof(account_faults) && account_faults[i].verdict != verdict)
		i++;
	if (account_faults[i].verdict != verdict)
		i = 0;
	login_fail(x, syntax, account_faults[i].condition, account_faults[i].text);
}

static void fail_account(struct xmpp *x, int verdict) { login_fail_verdict(x, x->sasl->syntax, verdict); }

void login_is(struct xmpp *x, const struct account *account)
{
	mem_free((char *)x->account.name.p);
	x->account = (struct xmpp_who){ .id = account->id, .flags = account->flags, .mark = account->mark,
					.name = str_n(str_dup(account->name), account->name.n) };
}

static void success(struct xmpp *x, struct str last)
{
	const struct login_syntax *syntax = x->sasl->syntax;

	login_is(x, &x->sasl->who);
	exchange_free(x);
	syntax->success(x, last);
}

static void who_set(struct sasl_exchange *e, const struct account *account)
{
	e->who.id = account->id;
	e->who.flags = account->flags;
	e->who.mark = account->mark;
	e->who.name = str_n(str_dup(account->name), account->name.n);
}

static void challenge(struct xmpp *x, struct str message) { x->sasl->syntax->challenge(x, message); }

/* ---- SCRAM ------------------------------------------------------------------------------------------------------ */

static void scram_known(struct account_ask *a)
{
	struct sasl_exchange *e = holder_of(a, struct sasl_exchange, ask);
	struct xmpp *x = e->x;
	own_buf binding = { 0 }, announced = { 0 }, first = { 0 };
	unsigned place = e->mechanism->hash == HASH_SHA1 ? SCRAM_SHA1 : SCRAM_SHA256;
	uint8_t random[SCRAM_NONCE_BYTES];
	bool real = a->verdict == 0;

	xmpp_go_on(x, HOLD_LOGIN);
	if (!real && a->verdict != ACCOUNT_REFUSED) {
		fail_account(x, a->verdict);
		return;
	}
	if (real)
		who_set(e, &a->account);
	if (e->scram.binding != SCRAM_UNBOUND &&
	    !x->link->ops->binding(x->link, (enum binding)e->scram.binding, &binding)) {
		fail_sasl(x, SASL_UNSUPPORTED);
		return;
	}
	world_random(core_world(x->core), random, sizeof random);
	announced_write(x, e->mechanism->hash, &announced);
	scram_server_challenge(&e->scram, &a->account.verifier[place], real, random, buf_all(&binding),
			       buf_all(&announced), &first);
	challenge(x, buf_all(&first));
}

static void scram_begin(struct xmpp *x, struct str message)
{
	struct sasl_exchange *e = x->sasl;
	struct origin origin = xmpp_origin(x);
	int r = scram_server_first(&e->scram, e->mechanism, can_bind(x), core_domain(x->core), message);

	if (r) {
		fail_sasl(x, r);
		return;
	}
	e->ask.done = scram_known;
	xmpp_hold(x, HOLD_LOGIN);
	account_verifier(x->core, &e->ask, buf_all(&e->scram.name), &origin);
}

static void scram_end(struct xmpp *x, struct str message)
{
	struct sasl_exchange *e = x->sasl;
	struct origin origin = xmpp_origin(x);
	own_buf last = { 0 };
	int r = scram_server_final(&e->scram, message, &last);

	if (r != SASL_MALFORMED)
		account_outcome(x->core, buf_all(&e->scram.name), &origin, "xmpp", r == 0);
	if (r)
		fail_sasl(x, r);
	else
		success(x, buf_all(&last));
}

static void scram_take(struct xmpp *x, struct str message)
{
	if (x->sasl->begun) {
		scram_end(x, message);
		return;
	}
	x->sasl->begun = true;
	scram_begin(x, message);
}

/* ---- PLAIN ------------------------------------------------------------------------------------------------------ */

static void plain_checked(struct account_ask *a)
{
	struct sasl_exchange *e = holder_of(a, struct sasl_exchange, ask);
	struct xmpp *x = e->x;
	struct origin origin = xmpp_origin(x);

	xmpp_go_on(x, HOLD_LOGIN);
	if (!a->verdict || a->verdict == ACCOUNT_REFUSED)
		account_outcome(x->core, a->account.name, &origin, "xmpp", !a->verdict);
	if (a->verdict) {
		fail_account(x, a->verdict);
		return;
	}
	who_set(e, &a->account);
	success(x, STR_NONE);
}

static void plain_take(struct xmpp *x, struct str message)
{
	struct sasl_exchange *e = x->sasl;
	struct origin origin = xmpp_origin(x);
	struct sasl_plain plain;
	int r = sasl_plain_read(&plain, message);

	if (!r && !sasl_authzid_allowed(plain.authzid, plain.name, core_domain(x->core)))
		r = SASL_INVALID_AUTHZID;
	if (r) {
		fail_sasl(x, r);
		return;
	}
	e->ask.done = plain_checked;
	xmpp_hold(x, HOLD_LOGIN);
	account_check(x->core, &e->ask, plain.name, plain.password, &origin);
}

/* ---- messages --------------------------------------------------------------------------------------------------- */

static void message_in(struct xmpp *x, struct str text)
{
	static void (*const take[])(struct xmpp *x, struct str message) = {
		[SASL_SCRAM] = scram_take,
		[SASL_PLAIN] = plain_take,
	};
	struct buf message = { 0 };

	if (base64_read(&message, text))
		take[x->sasl->mechanism->kind](x, buf_all(&message));
	else
		login_fail(x, x->sasl->syntax, "incorrect-encoding", "The message is not in base64.");
	buf_wipe(&message);
}

void login_begin(struct xmpp *x, const struct login_syntax *syntax, struct str mechanism, struct str first)
{
	const struct sasl_mechanism *m = sasl_mechanism(mechanism);

	if (x->sasl) {
		login_fail(x, syntax, "malformed-request", "Another attempt to log in was under way.");
		return;
	}
	if (!login_is_safe(x)) {
		login_fail(x, syntax, "encryption-required", "Logging in needs TLS.");
		return;
	}
	if (!m || !offered(x, m)) {
		login_fail(x, syntax, "invalid-mechanism", "This mechanism is not offered.");
		return;
	}
	x->sasl = mem_new(struct sasl_exchange);
	x->sasl->x = x;
	x->sasl->syntax = syntax;
	x->sasl->mechanism = m;
	if (first.p)
		message_in(x, first);
	else
		challenge(x, STR("")); /* RFC 4422, 5: the client begins */
}

void login_respond(struct xmpp *x, const struct login_syntax *syntax, struct str text)
{
	if (x->sasl && x->sasl->syntax == syntax)
		message_in(x, text);
	else
		login_fail(x, syntax, "malformed-request", "No attempt to log in is under way.");
}

/* ---- the elements of RFC 6120 ----------------------------------------------------------------------------------- */

static void element_write(struct xmpp *x, const char *name, struct str message)
{
	struct buf *out = xmpp_out(x);

	buf_fmt(out, "<%s xmlns='" NS_SASL "'>", name);
	base64_write(out, message);
	buf_fmt(out, "</%s>", name);
	xmpp_flush(x);
}

static void sasl_challenge(struct xmpp *x, struct str message) { element_write(x, "challenge", message); }

static void sasl_success(struct xmpp *x, struct str last)
{
	if (last.n) {
		element_write(x, "success", last);
	} else {
		buf_lit(xmpp_out(x), "<success xmlns='" NS_SASL "'/>");
		xmpp_flush(x);
	}
	stream_restart(x, XMPP_AUTHENTICATED);
}

static void sasl_failure(struct xmpp *x, const char *condition, const char *text)
{
	struct buf *out = xmpp_out(x);

	buf_fmt(out, "<failure xmlns='" NS_SASL "'><%s/><text xml:lang='en'>", condition);
	xml_escape(out, str_z(text));
	buf_lit(out, "</text></failure>");
	xmpp_flush(x);
}

static const struct login_syntax sasl_syntax = { sasl_challenge, sasl_failure, sasl_success };

/* "=" is a message without content; without a message the client waits for ours (6.4.2). */
static void auth_take(struct xmpp *x, const struct xml *element)
{
	struct str text = str_trim(xml_text(element, xmpp_scratch(x)));

	if (str_is(text, "="))
		text = STR("");
	else if (!text.n)
		text = STR_NONE;
	login_begin(x, &sasl_syntax, xml_attr(element, "mechanism"), text);
}

static void response_take(struct xmpp *x, const struct xml *element)
{
	struct str text = str_trim(xml_text(element, xmpp_scratch(x)));

	login_respond(x, &sasl_syntax, str_is(text, "=") ? STR("") : text);
}

static void abort_take(struct xmpp *x, const struct xml *element)
{
	login_fail(x, &sasl_syntax, "aborted", "As you wished.");
}

const struct xmpp_feature feature_sasl = {
	.name = "sasl",
	.version = "6120",
	.nonza = { { "auth", NS_SASL, XMPP_PLAIN | XMPP_SECURE, auth_take },
		   { "response", NS_SASL, XMPP_PLAIN | XMPP_SECURE, response_take },
		   { "abort", NS_SASL, XMPP_PLAIN | XMPP_SECURE, abort_take } },
	.offer = sasl_offer,
	.closed = exchange_free,
};

const struct xmpp_feature feature_sasl_channel_binding = {
	.name = "sasl channel binding", .xep = 440, .version = "1.0.0"
};

const struct xmpp_feature feature_sasl_downgrade = {
	.name = "sasl downgrade protection", .xep = 474, .version = "0.5.0"
};
