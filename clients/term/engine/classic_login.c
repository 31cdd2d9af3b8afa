/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/classic_login.c - whether the server is who it was, and who we are: trust, password, 100, 101.
 */
#include "base/crypt.h"
#include "clients/term/engine/classic.h"

enum { REFUSALS_MAX = 3 };

static void ask_password(struct classic *l);

/* ---- the server's key -------------------------------------------------------------------------------------------- */

static void key_taken(struct client *c)
{
	struct classic *l = line_of(c);

	if (l->pipe)
		ask_password(l);
	else
		cl_dial(l); /* it took too long to answer */
}

static void key_refused(struct client *c, struct str why)
{
	way_refused(c, "untrusted", why, QUIT_UNTRUSTED);
	cl_cut(line_of(c));
}

static void look_at_key(struct classic *l)
{
	struct trust_server s = {
		.port = cl_port(l), .trusted = l->pipe->trusted, .go_on = key_taken, .refuse = key_refused
	};

	memcpy(s.key, l->key, KEY_BYTES);
	trust_server(l->c, &s);
}

void cl_up(struct classic *l)
{
	l->c->state.secure = l->pipe->secure;
	memcpy(l->key, l->pipe->key, KEY_BYTES);
	way_phase(l->c, PHASE_LOGIN, STR_NONE, 0);
	if (l->pipe->secure)
		look_at_key(l);
	else
		ask_password(l);
}

/* ---- the password ------------------------------------------------------------------------------------------------ */

static void refused(struct classic *l, const char *name, enum text t)
{
	own_buf text = { 0 };

	text_put(&text, l->c->setup.chinese, t, l->c->setup.name, l->c->setup.host, STR_NONE);
	way_refused(l->c, name, buf_all(&text), QUIT_FAILED);
	cl_cut(l);
}

static void password_answered(struct client *c, struct str answer)
{
	struct classic *l = line_of(c);

	if (!answer.p) {
		refused(l, "login-refused", l->refusals ? TEXT_login_refused : TEXT_no_password);
		return;
	}
	buf_wipe(&l->password);
	buf_str(&l->password, str_n(answer.p, str_find(answer, '\n')));
	l->has_password = true;
	if (l->pipe)
		cl_login(l);
	else
		cl_dial(l);
}

static void password_again(struct client *c, struct str answer)
{
	struct classic *l = line_of(c);
	bool same = answer.p && str_eq(answer, buf_all(&l->password));

	if (!same) {
		refused(l, "passwords-differ", answer.p ? TEXT_passwords_differ : TEXT_no_password);
		return;
	}
	l->has_password = true;
	if (l->pipe)
		cl_login(l);
	else
		cl_dial(l);
}

static void password_new(struct client *c, struct str answer)
{
	struct classic *l = line_of(c);
	own_buf text = { 0 };

	if (!answer.p || !answer.n) {
		refused(l, "no-password", TEXT_no_password);
		return;
	}
	buf_wipe(&l->password);
	buf_str(&l->password, str_n(answer.p, str_find(answer, '\n')));
	text_put(&text, c->setup.chinese, TEXT_password_again, c->setup.name, STR_NONE, STR_NONE);
	client_ask(c, ASK_PASSWORD, buf_all(&text), password_again);
}

static void ask_password(struct classic *l)
{
	struct client *c = l->c;
	own_buf text = { 0 };
	bool new = c->setup.registering && !l->registered;

	if (l->has_password) {
		cl_login(l);
		return;
	}
	text_put(&text, c->setup.chinese,
		 new           ? TEXT_password_new
		 : l->refusals ? TEXT_password_wrong
			       : TEXT_password,
		 c->setup.name, c->setup.host, STR_NONE);
	client_ask(c, ASK_PASSWORD, buf_all(&text), new ? password_new : password_answered);
}

/* ---- 100, 101 ---------------------------------------------------------------------------------------------------- */

static void logged_in(struct classic *l, struct ask *a, bool good, struct str data)
{
	(void)a, (void)data;
	if (good) {
		l->logged_in = l->proven = true;
		l->refusals = l->tries = 0;
		cl_begin(l);
		return;
	}
	l->refusals++;
	/* The server says "0|" whatever was wrong, also that there were too many attempts: who was in with this
	 * password tries it again, later. */
	if (l->proven && l->refusals <= REFUSALS_MAX) {
		cl_cut(l);
		return;
	}
	l->has_password = l->proven = false;
	if (l->refusals >= REFUSALS_MAX)
		refused(l, "login-refused", TEXT_login_refused);
	else
		ask_password(l);
}

static void credentials(struct classic *l, const char *code, ask_done *done)
{
	struct buf line = { 0 };

	buf_fmt(&line, "%s|%.*s,", code, STR_ARG(l->c->setup.name));
	buf_str(&line, buf_all(&l->password));
	cl_ask(l, buf_all(&line), done);
	buf_wipe(&line);
}

static void registered(struct classic *l, struct ask *a, bool good, struct str data)
{
	own_buf reason = { 0 }, text = { 0 };

	(void)a;
	if (good) {
		l->registered = true;
		client_tell(l->c, NULL, "registered", false, TEXT_registered, l->c->setup.name, l->c->setup.host);
		cl_login(l);
		return;
	}
	cl_reason(l, &reason, data);
	text_put(&text, l->c->setup.chinese, TEXT_register_refused, l->c->setup.name, buf_all(&reason), STR_NONE);
	way_refused(l->c, "register-refused", buf_all(&text), QUIT_FAILED);
	cl_cut(l);
}

void cl_login(struct classic *l)
{
	cl_wait(l);
	if (l->c->setup.registering && !l->registered)
		credentials(l, "100", registered);
	else
		credentials(l, "101", logged_in);
}
