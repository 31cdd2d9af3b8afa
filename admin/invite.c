/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/invite.c - invitations of the server itself: to make an account, with an administrator's rights or without.
 */
#include "admin/inside.h"
#include "core/invite.h"

#define DAY_MS ((msec)24 * 60 * 60 * 1000)

/* "7d", "12h", "30m", "90s", "90". */
static bool duration_read(struct str text, msec *ret)
{
	static const struct {
		char unit;
		msec ms;
	} units[] = { { 's', 1000 }, { 'm', 60 * 1000 }, { 'h', 60 * 60 * 1000 }, { 'd', DAY_MS } };
	msec ms = 1000;
	uint64_t n;

	for (size_t i = 0; i < countof(units) && text.n; i++)
		if (text.p[text.n - 1] == units[i].unit) {
			ms = units[i].ms;
			text.n--;
			break;
		}
	if (!str_u64(text, &n) || !n || n > (uint64_t)(3650 * DAY_MS / ms))
		return false;
	*ret = (msec)n * ms;
	return true;
}

static bool wish_read(const struct admin *a, struct invite_wish *w)
{
	struct str uses = admin_argument(a, "uses"), expires = admin_argument(a, "expires");
	uint64_t n = 1;

	if ((uses.p && (!str_u64(uses, &n) || !n || n > INVITE_USES_MAX)) || (expires.p && !duration_read(expires, &w->for_ms)))
		return false;
	w->kind = INVITE_ACCOUNT;
	w->uses = uses.p ? (unsigned)n : 0;
	w->name = admin_argument(a, "name");
	if (str_is(admin_argument(a, "admin"), "yes"))
		w->flags = ACCOUNT_ADMIN;
	return true;
}

static void invited(struct ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, ask);
	const struct store_invite *v = &ask->answer->invite;
	own_buf url = { 0 }, uri = { 0 };

	if (ask->verdict) {
		int verdict = ask->verdict == STORE_EXISTS ? ACCOUNT_EXISTS : ACCOUNT_STORE;

		admin_error(a, verdict == ACCOUNT_EXISTS ? "exists" : "store", account_verdict_text(verdict));
		return;
	}
	invite_url(a->core, v->token, &url);
	invite_uri(a->core, v, &uri);
	admin_ok(a, json_pack("{s:o,s:o,s:o,s:I,s:I,s:b}", "token", admin_text(v->token), "url", admin_text(buf_all(&url)), "uri",
			      admin_text(buf_all(&uri)), "uses", (json_int_t)v->uses, "expires", (json_int_t)v->expires, "admin",
			      (int)(v->flags & ACCOUNT_ADMIN)));
}

void admin_invite(struct admin *a)
{
	struct invite_wish w = { 0 };

	a->ask.done = invited;
	if (!wish_read(a, &w))
		admin_error(a, "bad-invite", "uses is a number from 1 to 10000, expires a time such as 12h or 7d");
	else if (!invite_make(a->core, &a->ask, &w))
		admin_error(a, "bad-name", account_verdict_text(ACCOUNT_BAD_NAME));
}
