/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/report.c - what people reported of those they blocked (core/report.h), account after account.
 */
#include "admin/inside.h"
#include "core/report.h"

static void account_next(struct admin *a);

static void reports_listed(struct ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, ask);
	struct str who = buf_all(&a->name);

	for (size_t i = 0; !ask->verdict && i < ask->answer->n; i++) {
		struct report r;

		if (report_read(&r, &ask->answer->pairs[i]))
			admin_row(a, json_pack("{s:I,s:o,s:o,s:o,s:o,s:o}", "time", (json_int_t)r.time, "name",
					       admin_text(who), "about", admin_text(r.about), "reason",
					       admin_text(r.reason), "text", admin_text(r.text), "messages",
					       admin_text(r.messages)));
	}
	if (ask->verdict)
		admin_error(a, "store", account_verdict_text(ACCOUNT_STORE));
	else
		admin_go_on(a, account_next);
}

/* One account a question: who has none is passed quickly, and nothing is held but a name. */
static void account_listed(struct ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, ask);

	if (ask->verdict) {
		admin_error(a, "store", account_verdict_text(ACCOUNT_STORE));
		return;
	}
	if (!ask->answer->n) {
		admin_ok(a, json_object());
		return;
	}
	buf_clear(&a->name);
	buf_str(&a->name, ask->answer->accounts[0].name);
	a->ask.done = reports_listed;
	item_list(a->core, &a->ask, ask->answer->accounts[0].id, STR(REPORT_SPACE));
}

static void account_next(struct admin *a)
{
	a->ask.done = account_listed;
	account_list(a->core, &a->ask, buf_all(&a->name), 1);
}

void admin_reports(struct admin *a)
{
	buf_clear(&a->name);
	account_next(a);
}
