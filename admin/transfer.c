/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/transfer.c - accounts out and in (XEP-0227), in pieces: what is inside is for who knows its syntax
 * (core/transfer.h). An export waits for its reader, so it costs the same memory whatever there is.
 *     {"command":"export","name":"tom"}                          → {"row":{"xml":"<user name='tom'>…"}}… {"ok":{}}
 *     {"command":"import","name":"tom","inside":"archive","scope":"urn:…","xml":"<result …"} → {"ok":{"note":"…"}}
 */
#include "admin/inside.h"
#include "core/transfer.h"

static void next(struct admin *a) { a->desk->host.accounts->next(&a->transfer); }

static void piece(struct transfer *t, struct str xml)
{
	struct admin *a = t->arg;

	if (xml.n)
		admin_row(a, json_pack("{s:o}", "xml", admin_text(xml)));
	admin_go_on(a, next);
}

static void done(struct transfer *t, const char *wrong, const char *note)
{
	struct admin *a = t->arg;

	if (wrong)
		admin_error(a, "transfer", wrong);
	else
		admin_ok(a, note ? json_pack("{s:s}", "note", note) : json_object());
}

static bool begin(struct admin *a)
{
	a->transfer = (struct transfer){ .core = a->core, .piece = piece, .done = done, .arg = a };
	if (a->desk->host.accounts && admin_argument(a, "name").n)
		return true;
	admin_error(a, "malformed", "an argument is missing");
	return false;
}

void admin_export(struct admin *a)
{
	if (begin(a))
		a->desk->host.accounts->give(&a->transfer, admin_argument(a, "name"));
}

static struct str part(const struct admin *a, const char *name)
{
	struct str s = admin_argument(a, name);

	return s.p ? s : STR("");
}

void admin_import(struct admin *a)
{
	if (begin(a))
		a->desk->host.accounts->take(&a->transfer, admin_argument(a, "name"), part(a, "inside"),
					     part(a, "scope"), part(a, "xml"));
}
