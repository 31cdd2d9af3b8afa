/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/devices.c - the devices of an account, also those that are away and may come back by a token, and sending one away.
 */
#include "admin/inside.h"
#include "model/jid.h"

static void refuse(struct admin *a, int verdict)
{
	if (verdict == ACCOUNT_UNKNOWN)
		admin_error(a, "unknown", account_verdict_text(verdict));
	else
		admin_error(a, "store", account_verdict_text(ACCOUNT_STORE));
}

/* What it called itself at login, else what its presence says it is. */
static json_t *device_name(const struct device *d)
{
	own_buf name = { 0 };

	buf_str(&name, d->software.n ? d->software : d->program);
	if (name.n && d->name.n)
		buf_lit(&name, ", ");
	buf_str(&name, d->name);
	return admin_text(buf_all(&name));
}

static void listed(struct devices_ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, devices);

	if (ask->verdict) {
		refuse(a, ask->verdict);
		return;
	}
	for (size_t i = 0; i < ask->n; i++) {
		const struct device *d = &ask->devices[i];

		admin_row(a, json_pack("{s:o,s:o,s:o,s:o,s:b,s:b,s:o,s:I,s:I}", "device", admin_text(d->id), "name", device_name(d), "resource",
				       admin_text(d->resource), "door", admin_text(d->door), "connected", (int)(d->connected && !d->detached), "tokens",
				       (int)d->tokens, "address", admin_text(d->address), "since", (json_int_t)d->since, "seen", (json_int_t)d->seen));
	}
	admin_ok(a, json_object());
}

static void revoked(struct devices_ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, devices);

	if (ask->verdict)
		refuse(a, ask->verdict);
	else if (!ask->n)
		admin_error(a, "no-device", "this account has no such device");
	else
		admin_ok(a, json_object());
}

/* False: the name can be nobody's, and that was said. */
static bool name_take(struct admin *a, struct arena *scratch, struct str *ret)
{
	if (jid_local_prepare(ret, admin_argument(a, "name"), scratch))
		return true;
	admin_error(a, "unknown", account_verdict_text(ACCOUNT_UNKNOWN));
	return false;
}

void admin_user_devices(struct admin *a)
{
	struct arena scratch = { 0 };
	struct str name;

	a->devices.done = listed;
	if (name_take(a, &scratch, &name))
		devices_list(a->core, &a->devices, name, STR_NONE);
	arena_free(&scratch);
}

void admin_user_revoke(struct admin *a)
{
	struct arena scratch = { 0 };
	struct str name;

	a->devices.done = revoked;
	if (name_take(a, &scratch, &name))
		devices_revoke(a->core, &a->devices, name, STR_NONE, admin_argument(a, "device"));
	arena_free(&scratch);
}
