/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/login.c - coming and going: 100, 101, 112.
 */
#include "doors/classic/classic.h"

/* "user,password": blanks around the comma are dropped, the rest of the password is as sent. */
static bool credentials(struct str data, struct str *user, struct str *password)
{
	if (!classic_split(&data, user))
		return false;
	while (data.n && (data.p[0] == ' ' || data.p[0] == '\t'))
		data = str_from(data, 1);
	*password = data;
	return true;
}

static struct origin origin_of(const struct classic *c)
{
	struct origin o = { .loopback = c->link->loopback, .encoding = classic_encoding(c) };

	memcpy(o.address, c->link->address, sizeof o.address);
	return o;
}

bool classic_needs_tls(const struct classic *c)
{
	return core_settings(c->core)->classic_require_tls && !c->link->secure;
}

/* ---- 100 ---------------------------------------------------------------------------------------------------- */

static void registered(struct account_ask *a)
{
	struct classic *c = holder_of(a, struct classic, account);
	own_buf reply = { 0 };

	if (a->verdict)
		buf_fmt(&reply, "0|%s", account_verdict_text(a->verdict));
	else
		buf_lit(&reply, "1|");
	classic_answer(c, buf_z(&reply));
}

void classic_register(struct classic *c, struct str data)
{
	struct origin o = origin_of(c);
	struct str user, password;

	if (classic_needs_tls(c)) {
		classic_reply(c, "0|only over TLS");
		return;
	}
	if (!credentials(data, &user, &password)) {
		classic_reply(c, "0|bad request");
		return;
	}
	c->busy = true;
	c->account.done = registered;
	account_register(c->core, &c->account, user, password, &o, STR_NONE, false);
}

/* ---- 101 ---------------------------------------------------------------------------------------------------- */

static void refuse(struct classic *c)
{
	if (++c->failures >= CLASSIC_LOGINS_FAILED_MAX)
		c->leaving = true;
	if (c->busy)
		classic_answer(c, "0|");
	else
		classic_reply(c, "0|");
}

static void opened(struct session *s, int verdict)
{
	struct classic *c = classic_of(s);
	const struct stanza_init here = { .name = STANZA_PRESENCE, .type = PRESENCE_AVAILABLE,
					  .time = core_now(c->core), .from = s->jid, .payload = STR("") };

	if (verdict) {
		c->begun = false;
		refuse(c);
		return;
	}
	c->logged_in = true;
	c->mark = core_stamp(c->core);
	world_stop(core_world(c->core), &c->deadline);
	s->carbons = true; /* each connection of a user gets every message, also one meant for another resource */
	s->asks_acks = true; /* its "1|" says that a message is on disk */
	classic_answer(c, "1|");
	/* After the reply: what waited follows it. */
	session_presence(s, stanza_make(&here), 0);
}

static void checked(struct account_ask *a)
{
	struct classic *c = holder_of(a, struct classic, account);
	struct origin o = origin_of(c);

	if (a->verdict == 0 || a->verdict == ACCOUNT_REFUSED)
		account_outcome(c->core, a->account.name, &o, classic_door.name, a->verdict == 0);
	if (a->verdict) {
		refuse(c);
		return;
	}
	c->begun = true;
	session_open(c->core, &c->session, &classic_session_ops, &a->account, STR_NONE, opened);
}

void classic_login(struct classic *c, struct str data)
{
	struct origin o = origin_of(c);
	struct str user, password;

	if (c->logged_in || classic_needs_tls(c) || !credentials(data, &user, &password)) {
		refuse(c);
		return;
	}
	c->busy = true;
	c->account.done = checked;
	account_check(c->core, &c->account, user, password, &o);
}

/* ---- 112 ---------------------------------------------------------------------------------------------------- */

void classic_logout(struct classic *c, struct str data)
{
	(void)data;
	classic_reply(c, "1|");
	c->leaving = true;
}
