/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/invite.c - invitations. Giving them: the commands of XEP-0401. Coming with one: XEP-0445 before login (register.c then makes the
 * account), XEP-0379 with a subscription (take.c). And what docs/protocol-invite.md adds: who invites, which ones are open, taking one back.
 */
#include "core/invite.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/features/when.h"

#define PARS "urn:xmpp:pars:0"
#define IBR_TOKEN "urn:xmpp:ibr-token:0"
#define INVITE "urn:anser:invite:0"

enum { TOKEN_BYTES_MAX = 255, DAYS_MAX = 365 };

#define DAY_MS ((msec)24 * 60 * 60 * 1000)

/* ---- coming with one -------------------------------------------------------------------------------------------- */

static void no_more_questions(struct iq *q)
{
	iq_error(q, STANZA_ERROR_RESOURCE_CONSTRAINT, "Too many questions or failures from this address lately. Try again in a few minutes.");
}

static void not_found(struct iq *q) { iq_error(q, STANZA_ERROR_ITEM_NOT_FOUND, "This invitation is unknown, used up or has expired."); }

/* The token of a question; false when it was answered already. */
static bool token_read(struct iq *q, struct str *ret)
{
	*ret = xml_attr(q->child, "token");
	if (!ret->n || ret->n > TOKEN_BYTES_MAX)
		not_found(q);
	return ret->n && ret->n <= TOKEN_BYTES_MAX;
}

/* Asks for the token; `then` has the answer. */
static void token_ask(struct xmpp *x, struct iq *q, void (*then)(struct asked *a))
{
	struct origin o = xmpp_origin(x);
	struct str token;
	struct asked *a;

	if (!token_read(q, &token))
		return;
	a = asked_new(q, then);
	if (invite_find(x->core, &a->ask, token, &o))
		return;
	no_more_questions(a->q);
	asked_drop(a);
}

static void preauth_set(struct xmpp *x, struct str token, struct str name)
{
	mem_free((char *)x->preauth.p);
	mem_free((char *)x->preauth_name.p);
	x->preauth = token.n ? str_n(str_dup(token), token.n) : STR_NONE;
	x->preauth_name = name.n ? str_n(str_dup(name), name.n) : STR_NONE;
}

static void preauth_found(struct asked *a)
{
	const struct store_invite *v = &a->ask.answer->invite;

	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		not_found(a->q);
		return;
	}
	preauth_set(a->x, v->token, v->name);
	iq_result(a->q, STR(""));
}

static void preauth_take(struct xmpp *x, struct iq *q) { token_ask(x, q, preauth_found); }

static void preauth_forget(struct xmpp *x) { preauth_set(x, STR_NONE, STR_NONE); }

static void preauth_offer(struct xmpp *x, struct buf *to)
{
	if (x->state == XMPP_SECURE && core_settings(x->core)->registration != REGISTRATION_CLOSED)
		buf_lit(to, "<register xmlns='" IBR_TOKEN "'/>");
}

/* ---- who invites ------------------------------------------------------------------------------------------------ */

static const char *kind_text(const struct store_invite *v) { return v->kind == INVITE_CONTACT ? "contact" : "account"; }

static void when_attr(struct buf *to, const char *name, msec time)
{
	buf_fmt(to, " %s='", name);
	when_write(to, time);
	buf_byte(to, '\'');
}

static void invite_told(struct asked *a)
{
	const struct store_invite *v = &a->ask.answer->invite;
	own_buf b = { 0 }, from = { 0 };

	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		not_found(a->q);
		return;
	}
	buf_fmt(&b, "<invite xmlns='" INVITE "' kind='%s'", kind_text(v));
	if (v->owner_name.n) {
		buf_fmt(&from, "%.*s@%.*s", STR_ARG(v->owner_name), STR_ARG(core_domain(a->x->core)));
		xml_write_attr(&b, "from", buf_all(&from));
		xml_write_attr(&b, "name", v->owner_display.n ? v->owner_display : v->owner_name);
	}
	if (v->name.n)
		xml_write_attr(&b, "username", v->name);
	if (v->flags & ACCOUNT_ADMIN)
		buf_lit(&b, " admin='true'");
	if (!invite_registers(a->x->core, v))
		buf_lit(&b, " register='false'");
	when_attr(&b, "expires", v->expires);
	buf_lit(&b, "/>");
	iq_result(a->q, buf_all(&b));
}

static void invite_question(struct xmpp *x, struct iq *q) { token_ask(x, q, invite_told); }

/* ---- one's own -------------------------------------------------------------------------------------------------- */

static void invites_told(struct asked *a)
{
	const struct store_request *r = a->ask.answer;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_lit(&b, "<invites xmlns='" INVITE "'>");
	for (size_t i = 0; i < r->n; i++) {
		const struct store_invite *v = &r->invites[i];

		buf_lit(&b, "<invite");
		xml_write_attr(&b, "id", v->token);
		buf_fmt(&b, " kind='%s' uses='%u'", kind_text(v), v->uses);
		if (v->name.n)
			xml_write_attr(&b, "username", v->name);
		when_attr(&b, "created", v->created);
		when_attr(&b, "expires", v->expires);
		buf_lit(&b, "/>");
	}
	buf_lit(&b, "</invites>");
	iq_result(a->q, buf_all(&b));
}

static void invites_list(struct xmpp *x, struct iq *q)
{
	struct asked *a = asked_new(q, invites_told);

	invite_list(x->core, &a->ask, session_account(&x->session));
}

static void invite_revoked(struct asked *a)
{
	if (asked_failed(a))
		return;
	if (a->ask.verdict)
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "You have given no such invitation, or it was used.");
	else
		iq_result(a->q, STR(""));
}

static void invite_revoke(struct xmpp *x, struct iq *q)
{
	struct asked *a = asked_new(q, invite_revoked);

	invite_remove(x->core, &a->ask, session_account(&x->session), xml_attr(q->child, "id"));
}

/* ---- giving ----------------------------------------------------------------------------------------------------- */

struct giving {
	const struct xmpp_command *command;
	struct str session;
};

static void giving_told(struct asked *a)
{
	const struct giving *g = a->more;
	struct store_invite v = a->ask.answer->invite;
	own_buf uri = { 0 }, url = { 0 }, when = { 0 }, b = { 0 };

	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		iq_error(a->q, STANZA_ERROR_CONFLICT, "This name is taken, or another invitation reserves it.");
		return;
	}
	v.owner_name = session_name(&a->x->session);
	invite_uri(a->x->core, &v, &uri);
	invite_url(a->x->core, v.token, &url);
	when_write(&when, v.expires);
	buf_lit(&b, "<x xmlns='" DATA "' type='result'>");
	form_field(&b, "FORM_TYPE", "hidden", STR("urn:xmpp:invite#invitation"));
	form_field(&b, "uri", "text-single", buf_all(&uri));
	form_field(&b, "landing-url", "text-single", url.n ? buf_all(&url) : STR_NONE);
	form_field(&b, "expire", "text-single", buf_all(&when));
	buf_lit(&b, "</x>");
	command_answer(a->q, g->command, g->session, "completed", buf_all(&b));
}

static void give(struct xmpp *x, struct iq *q, const struct xmpp_command *c, struct str session, const struct invite_wish *w)
{
	struct asked *a = asked_new(q, giving_told);
	struct giving *g = a->more = arena_zero(&a->arena, sizeof *g);

	g->command = c;
	g->session = arena_str(&a->arena, session);
	if (invite_make(x->core, &a->ask, w))
		return;
	iq_error(a->q, STANZA_ERROR_NOT_ACCEPTABLE, "This cannot be a user name.");
	asked_drop(a);
}

static bool invite_may(const struct xmpp *x) { return invite_allowed(x->core, session_flags(&x->session)); }

static void invite_run(struct xmpp *x, struct iq *q, struct str session, const struct xml *form)
{
	give(x, q, &command_invite, session, &(struct invite_wish){ .kind = INVITE_CONTACT, .owner = session_account(&x->session) });
}

const struct xmpp_command command_invite = { "urn:xmpp:invite#invite", "Invite a contact", invite_may, invite_run };

static bool create_may(const struct xmpp *x) { return session_flags(&x->session) & ACCOUNT_ADMIN; }

static bool is_yes(struct str value) { return str_is(value, "1") || str_is(value, "true"); }

/* An absent or empty value is 0. False: it is no number up to `most`. */
static bool number_read(struct str value, uint64_t most, uint64_t *ret)
{
	*ret = 0;
	return !value.n || (str_u64(value, ret) && *ret <= most);
}

static void create_submitted(struct xmpp *x, struct iq *q, struct str session, const struct xml *form)
{
	struct arena *scratch = xmpp_scratch(x);
	struct invite_wish w = { .kind = INVITE_ACCOUNT, .owner = session_account(&x->session), .name = form_value(form, "username", scratch) };
	uint64_t uses, days;

	if (is_yes(form_value(form, "roster-subscription", scratch)))
		w.kind = INVITE_CONTACT;
	if (is_yes(form_value(form, "admin", scratch)))
		w.flags = ACCOUNT_ADMIN;
	if (!number_read(form_value(form, "uses", scratch), INVITE_USES_MAX, &uses) ||
	    !number_read(form_value(form, "days", scratch), DAYS_MAX, &days)) {
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "Uses and days are numbers, and not so high.");
		return;
	}
	w.uses = (unsigned)uses;
	w.for_ms = (msec)days * DAY_MS;
	give(x, q, &command_create_account, session, &w);
}

static void create_run(struct xmpp *x, struct iq *q, struct str session, const struct xml *form)
{
	if (form)
		create_submitted(x, q, session, form);
	else
		command_answer(q, &command_create_account, session, "executing",
			       STR("<x xmlns='" DATA "' type='form'><title>Invite somebody to make an account</title>"
				   "<field var='username' label='User name' type='text-single'/>"
				   "<field var='roster-subscription' label='Become contacts' type='boolean'/>"
				   "<field var='admin' label='Administrator' type='boolean'/>"
				   "<field var='uses' label='For how many people' type='text-single'/>"
				   "<field var='days' label='Good for days' type='text-single'/></x>"));
}

const struct xmpp_command command_create_account = { "urn:xmpp:invite#create-account", "Invite somebody to make an account", create_may, create_run };

/* ---- the tables ------------------------------------------------------------------------------------------------- */

const struct xmpp_feature feature_invite = {
	.name = "invitations",
	.xep = 401,
	.version = "0.6.0",
	.disco = { "urn:xmpp:invite", INVITE },
	.iq = { { 1 << IQ_GET, "invite", INVITE, TO_SERVER | TO_ACCOUNT, XMPP_SECURE | XMPP_BOUND, invite_question },
		{ 1 << IQ_GET, "invites", INVITE, TO_SERVER | TO_ACCOUNT, .answer = invites_list },
		{ 1 << IQ_SET, "revoke", INVITE, TO_SERVER | TO_ACCOUNT, .answer = invite_revoke } },
};

const struct xmpp_feature feature_preauth = {
	.name = "registration with an invitation",
	.xep = 445,
	.version = "0.2.0",
	.iq = { { 1 << IQ_SET, "preauth", PARS, TO_SERVER | TO_ACCOUNT, XMPP_SECURE, preauth_take } },
	.offer = preauth_offer,
	.closed = preauth_forget,
};

const struct xmpp_feature feature_preauth_roster = { .name = "contacts by invitation", .xep = 379, .version = "0.3.3", .disco_account = { PARS } };
