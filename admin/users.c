/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/users.c - accounts: add, delete, change the password, list.
 */
#include "admin/inside.h"
#include "model/jid.h"

enum { PAGE = 100 };

static const char *const code[] = {
	[ACCOUNT_REFUSED] = "refused", [ACCOUNT_THROTTLED] = "throttled", [ACCOUNT_EXISTS] = "exists", [ACCOUNT_BAD_NAME] = "bad-name",
	[ACCOUNT_BAD_PASSWORD] = "bad-password", [ACCOUNT_FORBIDDEN] = "forbidden", [ACCOUNT_UNKNOWN] = "unknown", [ACCOUNT_STORE] = "store",
	[ACCOUNT_INVITE] = "invite", [ACCOUNT_OTHER_NAME] = "invite",
};

/* The account as it is really called: Tom is tom. */
static json_t *address_of(const struct admin *a)
{
	struct arena scratch = { 0 };
	own_buf address = { 0 };
	struct str name;

	if (jid_local_prepare(&name, admin_argument(a, "name"), &scratch))
		buf_fmt(&address, "%.*s@%.*s", STR_ARG(name), STR_ARG(core_domain(a->core)));
	arena_free(&scratch);
	return admin_text(buf_all(&address));
}

static void answered(struct account_ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, account);

	if (ask->verdict)
		admin_error(a, code[ask->verdict], account_verdict_text(ask->verdict));
	else
		admin_ok(a, json_pack("{s:o}", "address", address_of(a)));
}

void admin_user_add(struct admin *a)
{
	static const struct origin here = { .address = { [15] = 1 }, .loopback = true };

	a->account.done = answered;
	account_register(a->core, &a->account, admin_argument(a, "name"), admin_argument(a, "password"), &here, STR_NONE, true);
}

void admin_user_delete(struct admin *a)
{
	a->account.done = answered;
	account_delete(a->core, &a->account, admin_argument(a, "name"));
}

void admin_user_password(struct admin *a)
{
	a->account.done = answered;
	account_password(a->core, &a->account, admin_argument(a, "name"), admin_argument(a, "password"), STR_NONE);
}

void admin_user_admin(struct admin *a)
{
	struct str on = admin_argument(a, "on");

	a->account.done = answered;
	if (!str_is(on, "on") && !str_is(on, "off"))
		admin_error(a, "bad-switch", "on or off");
	else
		account_admin(a->core, &a->account, admin_argument(a, "name"), str_is(on, "on"));
}

static void page(struct admin *a);

static void listed(struct ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, ask);
	size_t n = ask->answer->n;

	if (ask->verdict) {
		admin_error(a, "store", account_verdict_text(ACCOUNT_STORE));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct account *who = &ask->answer->accounts[i];

		admin_row(a, json_pack("{s:o,s:b,s:b,s:I,s:I}", "name", admin_text(who->name), "admin", (int)(who->flags & ACCOUNT_ADMIN),
				       "guest", (int)a->guests, "created", (json_int_t)who->created, "seen", (json_int_t)who->seen));
		buf_clear(&a->name);
		buf_str(&a->name, who->name);
	}
	if (n == PAGE) {
		admin_go_on(a, page);
	} else if (!a->guests) {
		a->guests = true;
		buf_clear(&a->name);
		admin_go_on(a, page);
	} else {
		admin_ok(a, json_object());
	}
}

/* First who has an account, then who has none. */
static void page(struct admin *a)
{
	a->ask.done = listed;
	(a->guests ? guest_list : account_list)(a->core, &a->ask, buf_all(&a->name), PAGE);
}

void admin_user_list(struct admin *a)
{
	a->guests = false;
	page(a);
}
