/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/admin_commands.c - XEP-0133: what an administrator may do with accounts and sessions, as commands
 * (XEP-0050). A command is a row: its form, and what happens when that comes back. What this server has no truthful
 * answer for (passwords, say) is left out.
 */
#include "doors/xmpp/features/admin_commands.h"

#include "core/account.h"
#include "core/directory.h"
#include "core/service.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/when.h"

#define ADMIN "http://jabber.org/protocol/admin"
#define NODE(name) ADMIN "#" name

enum { LIST_MAX = 1000, PAGE = 200, ACCOUNTS_AT_ONCE_MAX = 50 };

struct doing; /* one command that was submitted */

struct admin_row {
	struct xmpp_command command;
	struct admin_field {
		const char *var, *type, *label;
	} fields[4];
	/* All required fields are there. Answers, now or later; d->form lives for the turn. */
	void (*submitted)(struct doing *d);
};

struct doing {
	struct account_ask account;
	struct iq *q;
	const struct xmpp_command *command;
	char *session;
	const struct xml *form;    /* NULL in later turns */
	struct str names[ACCOUNTS_AT_ONCE_MAX];
	size_t n, at;
	struct arena arena;
};

/* ---- answering ---------------------------------------------------------------------------------------------------- */

static void doing_free(struct doing *d)
{
	arena_free(&d->arena);
	mem_free(d->session);
	mem_free(d);
}

static void completed(struct iq *q, const struct xmpp_command *c, struct str session, struct str fields)
{
	own_buf b = { 0 };

	if (fields.n) {
		buf_lit(&b, "<x xmlns='" DATA "' type='result'>");
		form_field(&b, "FORM_TYPE", "hidden", STR(ADMIN));
		buf_str(&b, fields);
		buf_lit(&b, "</x>");
	}
	command_answer(q, c, session, "completed", buf_all(&b));
}

static void done(struct doing *d, struct str fields) { completed(d->q, d->command, str_z(d->session), fields); }

static void refuse(struct doing *d, enum stanza_error_condition condition, const char *text) { iq_error(d->q, condition, text); }

/* ---- who is meant ------------------------------------------------------------------------------------------------- */

/* An address of this server's: its local part, prepared, and its resource. */
static bool person_read(struct xmpp *x, struct str text, struct arena *arena, struct str *name, struct str *resource)
{
	struct jid jid;

	if (!jid_parse(&jid, text, arena) || !jid.local || !str_eq(jid_domain(jid), core_domain(x->core)))
		return false;
	*name = jid_local(jid);
	*resource = jid_resource(jid);
	return true;
}

static const struct xml *field_find(const struct xml *form, const char *var)
{
	const struct xml *f = xml_child(form, "field", DATA);

	while (f && !str_is(xml_attr(f, "var"), var))
		f = xml_sibling(f, "field", DATA);
	return f;
}

/* The one account that the command is about; false: it was answered. */
static bool person(struct doing *d, struct str *name)
{
	struct str resource;

	if (person_read(d->q->x, form_value(d->form, "accountjid", &d->arena), &d->arena, name, &resource))
		return true;
	refuse(d, STANZA_ERROR_NOT_ACCEPTABLE, "This is no address of this server.");
	return false;
}

/* ---- accounts ----------------------------------------------------------------------------------------------------- */

static void account_refused(struct doing *d, int verdict)
{
	static const enum stanza_error_condition conditions[] = {
		[ACCOUNT_EXISTS] = STANZA_ERROR_CONFLICT, [ACCOUNT_BAD_NAME] = STANZA_ERROR_NOT_ACCEPTABLE,
		[ACCOUNT_BAD_PASSWORD] = STANZA_ERROR_NOT_ACCEPTABLE, [ACCOUNT_UNKNOWN] = STANZA_ERROR_ITEM_NOT_FOUND,
		[ACCOUNT_STORE] = STANZA_ERROR_INTERNAL_SERVER_ERROR,
	};
	enum stanza_error_condition condition = (size_t)verdict < countof(conditions) ? conditions[verdict] : 0;

	refuse(d, condition ? condition : STANZA_ERROR_NOT_ALLOWED, account_verdict_text(verdict));
}

static void account_gone(struct iq *q)
{
	struct doing *d = q->job;

	account_cancel(&d->account);
	doing_free(d);
}

/* One at a time: each costs a key derivation, or a walk over what the account has. */
static struct doing *account_begin(struct doing *d, void (*then)(struct account_ask *a))
{
	struct doing *kept = mem_copy(d, sizeof *d);

	d->session = NULL;
	d->arena = (struct arena){ 0 };
	kept->form = NULL;
	kept->account = (struct account_ask){ .done = then };
	kept->q = iq_keep(d->q);
	kept->q->job = kept;
	kept->q->gone = account_gone;
	xmpp_hold(kept->q->x, HOLD_ASKED);
	return kept;
}

static void account_done(struct account_ask *a)
{
	struct doing *d = holder_of(a, struct doing, account);

	xmpp_go_on(d->q->x, HOLD_ASKED);
	if (a->verdict)
		account_refused(d, a->verdict);
	else
		done(d, STR(""));
	doing_free(d);
}

static void user_add(struct doing *d)
{
	static const struct origin here = { .address = { [15] = 1 }, .loopback = true };
	struct str password = form_value(d->form, "password", &d->arena), again = form_value(d->form, "password-verify", &d->arena), name;

	if (!person(d, &name))
		return;
	if (again.p && !str_eq(again, password)) {
		refuse(d, STANZA_ERROR_NOT_ACCEPTABLE, "The two passwords are not the same.");
		return;
	}
	d = account_begin(d, account_done);
	account_register(d->q->x->core, &d->account, name, password, &here, STR_NONE, true);
}

static void user_password(struct doing *d)
{
	struct str password = form_value(d->form, "password", &d->arena), name;

	if (!person(d, &name))
		return;
	d = account_begin(d, account_done);
	account_password(d->q->x->core, &d->account, name, password, STR_NONE);
}

static void next_deleted(struct account_ask *a)
{
	struct doing *d = holder_of(a, struct doing, account);

	if (a->verdict || d->at == d->n) {
		account_done(a);
		return;
	}
	account_delete(d->q->x->core, a, d->names[d->at++]);
}

/* Every account of the list is one of ours, and not one's own: else nothing happens. */
static bool people(struct doing *d)
{
	const struct xml *f = field_find(d->form, "accountjids");
	struct str resource;

	for (const struct xml *v = f ? xml_child(f, "value", DATA) : NULL; v; v = xml_sibling(v, "value", DATA)) {
		if (d->n == ACCOUNTS_AT_ONCE_MAX || !person_read(d->q->x, str_trim(xml_text(v, &d->arena)), &d->arena, &d->names[d->n], &resource)) {
			refuse(d, STANZA_ERROR_NOT_ACCEPTABLE, "These are not all addresses of this server, or too many at once.");
			return false;
		}
		d->names[d->n] = arena_str(&d->arena, d->names[d->n]); /* for later turns */
		if (str_eq(d->names[d->n++], session_name(&d->q->x->session))) {
			refuse(d, STANZA_ERROR_NOT_ALLOWED, "Not your own account.");
			return false;
		}
	}
	return true;
}

static void user_delete(struct doing *d)
{
	if (!people(d))
		return;
	d = account_begin(d, next_deleted);
	d->at = 1;
	account_delete(d->q->x->core, &d->account, d->names[0]);
}

/* ---- sessions ----------------------------------------------------------------------------------------------------- */

/* All of them are addresses of others here: else nothing happens. */
static void session_end(struct doing *d)
{
	const struct xml *f = field_find(d->form, "accountjids");
	struct str name, resource;
	size_t ended = 0;

	if (!people(d))
		return;
	for (const struct xml *v = f ? xml_child(f, "value", DATA) : NULL; v; v = xml_sibling(v, "value", DATA))
		if (person_read(d->q->x, str_trim(xml_text(v, &d->arena)), &d->arena, &name, &resource))
			ended += directory_online(d->q->x->core, name) && directory_kick(d->q->x->core, name, resource.n ? resource : STR_NONE);
	if (ended)
		done(d, STR(""));
	else
		refuse(d, STANZA_ERROR_ITEM_NOT_FOUND, "Nobody is online there.");
}

/* ---- looking ------------------------------------------------------------------------------------------------------ */

static void number_done(struct doing *d, const char *var, size_t n)
{
	own_buf number = { 0 }, fields = { 0 };

	buf_u64(&number, n);
	form_field(&fields, var, "text-single", buf_all(&number));
	done(d, buf_all(&fields));
}

static void online_number(struct doing *d) { number_done(d, "onlineusersnum", directory_count(d->q->x->core)); }

struct online {
	struct buf *to;
	struct str domain;
	size_t n;
};

static void online_add(struct str name, void *arg)
{
	struct online *o = arg;

	if (o->n++ >= LIST_MAX)
		return;
	buf_lit(o->to, "<value>");
	xml_escape(o->to, name);
	buf_fmt(o->to, "@%.*s</value>", STR_ARG(o->domain));
}

static void online_list(struct doing *d)
{
	own_buf fields = { 0 };
	struct online o = { &fields, core_domain(d->q->x->core), 0 };

	buf_lit(&fields, "<field var='onlineuserjids' type='jid-multi'>");
	directory_users(d->q->x->core, online_add, &o);
	buf_lit(&fields, "</field>");
	done(d, buf_all(&fields));
}

/* Counting all accounts, a page at a time. */
struct counting {
	const struct xmpp_command *command;
	struct str session;
	size_t n;
};

static void counted(struct asked *a)
{
	struct counting *k = a->more;
	size_t n = a->ask.verdict ? 0 : a->ask.answer->n;
	own_buf number = { 0 }, fields = { 0 };

	if (asked_failed(a))
		return;
	k->n += n;
	if (n == PAGE) {
		struct str last = arena_str(&a->arena, a->ask.answer->accounts[n - 1].name);

		asked_again(a, counted);
		account_list(a->x->core, &a->ask, last, PAGE);
		return;
	}
	buf_u64(&number, k->n);
	form_field(&fields, "registeredusersnum", "text-single", buf_all(&number));
	completed(a->q, k->command, k->session, buf_all(&fields));
}

static void registered_number(struct doing *d)
{
	struct asked *a = asked_new(d->q, counted);
	struct counting *k = a->more = arena_zero(&a->arena, sizeof *k);

	k->command = d->command;
	k->session = arena_str(&a->arena, str_z(d->session));
	account_list(a->x->core, &a->ask, STR(""), PAGE);
}

static void seen_told(struct asked *a)
{
	const struct counting *k = a->more;
	const struct account *who = &a->ask.answer->account;
	own_buf when = { 0 }, fields = { 0 }, jid = { 0 };

	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, account_verdict_text(ACCOUNT_UNKNOWN));
		return;
	}
	if (directory_online(a->x->core, who->name))
		when_write(&when, core_now(a->x->core));
	else if (who->seen)
		when_write(&when, who->seen);
	else
		buf_lit(&when, "never");
	buf_fmt(&jid, "%.*s@%.*s", STR_ARG(who->name), STR_ARG(core_domain(a->x->core)));
	form_field(&fields, "accountjid", "jid-single", buf_all(&jid));
	form_field(&fields, "lastlogin", "text-single", buf_all(&when));
	completed(a->q, k->command, k->session, buf_all(&fields));
}

static void user_seen(struct doing *d)
{
	struct counting *k;
	struct asked *a;
	struct str name;

	if (!person(d, &name))
		return;
	a = asked_new(d->q, seen_told);
	k = a->more = arena_zero(&a->arena, sizeof *k);
	k->command = d->command;
	k->session = arena_str(&a->arena, str_z(d->session));
	account_find(a->x->core, &a->ask, name);
}

/* ---- saying something to all -------------------------------------------------------------------------------------- */

struct announcement {
	struct core *core;
	struct str payload;
	struct arena *arena;
};

static void announce_to(struct str name, void *arg)
{
	const struct announcement *n = arg;
	struct core *c = n->core;

	service_send(c,
		     stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE, .type = MESSAGE_HEADLINE, .traits = STANZA_BODY, .time = core_now(c),
							.from = jid_make(STR(""), core_domain(c), STR(""), n->arena),
							.to = jid_make(name, core_domain(c), STR(""), n->arena), .payload = n->payload }),
		     NULL, NULL);
}

static void announce(struct doing *d)
{
	const struct xml *f = field_find(d->form, "announcement");
	struct str subject = form_value(d->form, "subject", &d->arena);
	own_buf payload = { 0 };
	struct announcement n = { .core = d->q->x->core, .arena = &d->arena };
	bool first = true;

	if (subject.n) {
		buf_lit(&payload, "<subject>");
		xml_escape(&payload, subject);
		buf_lit(&payload, "</subject>");
	}
	buf_lit(&payload, "<body>");
	for (const struct xml *v = f ? xml_child(f, "value", DATA) : NULL; v; v = xml_sibling(v, "value", DATA), first = false) {
		if (!first)
			buf_byte(&payload, '\n');
		xml_escape(&payload, xml_text(v, &d->arena));
	}
	buf_lit(&payload, "</body>");
	n.payload = buf_all(&payload);
	directory_users(n.core, announce_to, &n);
	done(d, STR(""));
}

/* ---- the table ---------------------------------------------------------------------------------------------------- */

static bool allowed(const struct xmpp *x) { return session_flags(&x->session) & ACCOUNT_ADMIN; }
static void run(struct xmpp *x, struct iq *q, struct str session, const struct xml *form);

static const struct admin_row rows[] = {
	{ { NODE("add-user"), "Add a user", allowed, run },
	  { { "accountjid", "jid-single", "Address" }, { "password", "text-private", "Password" }, { "password-verify", "text-private", "Once more" } }, user_add },
	{ { NODE("delete-user"), "Delete users", allowed, run }, { { "accountjids", "jid-multi", "Addresses" } }, user_delete },
	{ { NODE("end-user-session"), "End sessions", allowed, run }, { { "accountjids", "jid-multi", "Addresses" } }, session_end },
	{ { NODE("change-user-password"), "Change a password", allowed, run },
	  { { "accountjid", "jid-single", "Address" }, { "password", "text-private", "Password" } }, user_password },
	{ { NODE("get-user-lastlogin"), "When somebody was here last", allowed, run }, { { "accountjid", "jid-single", "Address" } }, user_seen },
	{ { NODE("get-registered-users-num"), "How many accounts there are", allowed, run }, { { NULL } }, registered_number },
	{ { NODE("get-online-users-num"), "How many people are online", allowed, run }, { { NULL } }, online_number },
	{ { NODE("get-online-users-list"), "Who is online", allowed, run }, { { NULL } }, online_list },
	{ { NODE("announce"), "Say something to all who are online", allowed, run },
	  { { "subject", "text-single", "Subject" }, { "announcement", "text-multi", "Announcement" } }, announce },
};

const struct xmpp_command *admin_command(size_t i) { return i < countof(rows) ? &rows[i].command : NULL; }

static bool is_optional(const struct admin_field *f) { return !strcmp(f->var, "subject"); }

static const struct admin_field *field_at(const struct admin_row *row, size_t i)
{
	return i < countof(row->fields) && row->fields[i].var ? &row->fields[i] : NULL;
}

static void form_show(struct iq *q, struct str session, const struct admin_row *row)
{
	const struct admin_field *f;
	own_buf b = { 0 };

	buf_fmt(&b, "<x xmlns='" DATA "' type='form'><title>%s</title>", row->command.name);
	form_field(&b, "FORM_TYPE", "hidden", STR(ADMIN));
	for (size_t i = 0; (f = field_at(row, i)); i++)
		buf_fmt(&b, "<field var='%s' type='%s' label='%s'>%s</field>", f->var, f->type, f->label, is_optional(f) ? "" : "<required/>");
	buf_lit(&b, "</x>");
	command_answer(q, &row->command, session, "executing", buf_all(&b));
}

static bool is_filled_in(const struct admin_row *row, const struct xml *form, struct arena *arena)
{
	const struct admin_field *f;

	for (size_t i = 0; (f = field_at(row, i)); i++)
		if (!is_optional(f) && !form_value(form, f->var, arena).n)
			return false;
	return true;
}

static void run(struct xmpp *x, struct iq *q, struct str session, const struct xml *form)
{
	struct str node = xml_attr(q->child, "node");
	const struct admin_row *row = rows;
	struct doing d = { .q = q, .form = form };

	while (!str_is(node, row->command.node))
		row++;
	d.command = &row->command;
	if (!form && field_at(row, 0)) {
		form_show(q, session, row);
	} else if (form && !is_filled_in(row, form, xmpp_scratch(x))) {
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "Something is missing.");
	} else {
		d.session = str_dup(session);
		row->submitted(&d);
		arena_free(&d.arena);
		mem_free(d.session);
	}
}

const struct xmpp_feature feature_admin_commands = { .name = "commands of administrators", .xep = 133, .version = "1.3.1" };
