/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/cl_login.c - whether the server is who it was, and who we are: trust, password, 100, 101.
 */
#include "base/crypt.h"
#include "clients/term/engine/classic.h"

enum { REFUSALS_MAX = 3 };

static void ask_password(struct classic *l);

/* ---- the server's key -------------------------------------------------------------------------------------------- */

/* Under this the key of the server is remembered: "chat.lan:7789". */
static void server_name(const struct classic *l, struct buf *to)
{
	buf_fmt(to, "%.*s:%u", STR_ARG(l->c->setup.host), l->c->setup.port ? l->c->setup.port : 7789u);
}

static void refuse_key(struct classic *l, enum text t, const uint8_t wanted[KEY_BYTES])
{
	own_buf is = { 0 }, was = { 0 }, text = { 0 };

	trust_fingerprint(&is, l->key);
	if (wanted)
		trust_fingerprint(&was, wanted);
	text_put(&text, l->c->setup.chinese, t, l->c->setup.host, buf_all(&is),
		 wanted ? buf_all(&was) : l->c->setup.pin);
	way_refused(l->c, "untrusted", buf_all(&text), QUIT_UNTRUSTED);
	cl_cut(l);
}

/* AA:BB:… or aabb…, any case. */
static bool pin_fits(struct str pin, const uint8_t key[KEY_BYTES])
{
	own_buf digits = { 0 }, bytes = { 0 };

	for (size_t i = 0; i < pin.n; i++)
		if (pin.p[i] != ':' && pin.p[i] != ' ')
			buf_byte(&digits, pin.p[i]);
	return hex_read(&bytes, buf_all(&digits)) && bytes.n == KEY_BYTES && !memcmp(bytes.p, key, KEY_BYTES);
}

static void remember(struct classic *l)
{
	own_buf name = { 0 };

	server_name(l, &name);
	trust_remember(l->c, buf_all(&name), l->key, false);
}

static void key_answered(struct client *c, struct str answer)
{
	struct classic *l = line_of(c);

	if (!str_is(answer, "yes")) {
		refuse_key(l, TEXT_key_not_taken, NULL);
		return;
	}
	remember(l);
	if (l->pipe)
		ask_password(l);
	else
		cl_dial(l); /* it took too long to answer */
}

static void key_new(struct classic *l)
{
	own_buf print = { 0 }, text = { 0 };

	trust_fingerprint(&print, l->key);
	if (l->c->setup.accept_new) {
		remember(l);
		client_tell(l->c, NULL, "new-key", false, TEXT_key_taken, l->c->setup.host, buf_all(&print));
		ask_password(l);
		return;
	}
	text_put(&text, l->c->setup.chinese, TEXT_key_new, l->c->setup.host, buf_all(&print), STR_NONE);
	client_ask(l->c, ASK_YES_NO, buf_all(&text), key_answered);
}

static void look_at_key(struct classic *l)
{
	struct kept_key known;
	own_buf name = { 0 };
	bool verified;

	server_name(l, &name);
	if (l->c->setup.pin.n) {
		if (pin_fits(l->c->setup.pin, l->key))
			ask_password(l);
		else
			refuse_key(l, TEXT_key_not_pinned, NULL);
		return;
	}
	if (l->pipe->trusted) {
		ask_password(l);
		return;
	}
	switch (trust_look(l->c, buf_all(&name), l->key, &verified)) {
	case TRUST_YES:
		ask_password(l);
		break;
	case TRUST_NEW:
		key_new(l);
		break;
	case TRUST_CHANGED:
		keep_key(l->c->keep, buf_all(&name), &known);
		refuse_key(l, TEXT_key_changed, known.key);
		break;
	}
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
	if (l->c->setup.registering && !l->registered)
		credentials(l, "100", registered);
	else
		credentials(l, "101", logged_in);
}
