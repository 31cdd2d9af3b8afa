/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/iq.c - requests: to the service, to a room, to an occupant (who gets them, unless the room answers in its place).
 */
#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/features/mam_page.h"
#include "doors/xmpp/muc/muc.h"

static void ping(struct muc *m) { muc_result(m, STR("")); }

struct muc_row {
	const char *element, *ns;
	muc_answer *get, *set;
};

static const struct muc_row service_rows[] = {
	{ "query", DISCO_INFO, muc_service_info },
	{ "query", DISCO_ITEMS, muc_service_items },
	{ "search", CHANNEL_SEARCH, muc_search },
	{ "unique", MUC_UNIQUE, muc_unique },
	{ "ping", PING, ping },
};

static const struct muc_row room_rows[] = {
	{ "query", DISCO_INFO, muc_room_info },
	{ "query", DISCO_ITEMS, muc_room_items },
	{ "query", MUC_ADMIN, muc_admin_get, muc_admin_set },
	{ "query", MUC_OWNER, muc_owner_get, muc_owner_set },
	{ "query", REGISTER, muc_register_get, muc_register_set },
	{ "query", MAM, muc_archive_form, muc_archive_query },
	{ "metadata", MAM, muc_archive_ends },
	{ "vCard", VCARD, muc_avatar_get, muc_avatar_set },
	{ "command", COMMANDS, NULL, muc_command },
	{ "moderate", MODERATE, NULL, muc_moderate },
	{ "ping", PING, ping },
};

static muc_answer *row_find(const struct muc_row *rows, size_t n, const struct muc *m)
{
	for (size_t i = 0; i < n; i++)
		if (xml_is(m->child, rows[i].element, rows[i].ns))
			return m->st->type == IQ_GET ? rows[i].get : rows[i].set;
	return NULL;
}

static void row_run(muc_answer *answer, struct muc *m)
{
	if (answer)
		answer(m);
	else
		muc_error(m, STANZA_ERROR_SERVICE_UNAVAILABLE, "Nothing answers this here.");
}

static bool is_request(const struct muc *m) { return m->st->type == IQ_GET || m->st->type == IQ_SET; }

void muc_service_iq(struct muc *m)
{
	m->child = xml_child(m->x, NULL, NULL);
	if (is_request(m))
		row_run(row_find(service_rows, countof(service_rows), m), m);
}

/* ---- to an occupant ------------------------------------------------------------------------------------------------- */

/* 6.6: who is not in the room learns nothing of who is. XEP-0410: the answer that says "enter again". */
static void not_here(const struct muc *m)
{
	if (m->child && (str_is(m->child->ns, DISCO_INFO) || str_is(m->child->ns, DISCO_ITEMS)))
		muc_error(m, STANZA_ERROR_BAD_REQUEST, "Only who is in the room may ask its occupants.");
	else
		muc_refuse(m, ROOM_NOT_HERE);
}

/* Its answer comes from the other client; only what went wrong here is said here. */
static bool whispered(struct muc_call *k, int verdict)
{
	if (verdict)
		muc_refuse(&k->what, verdict);
	return false;
}

static void to_occupant(struct muc *m)
{
	struct seat *s = muc_seat(m);
	struct occupant *to = room_named(m->room, jid_resource(m->st->to));

	if (!s) {
		if (is_request(m))
			not_here(m);
	} else if (!to) {
		muc_refuse(m, ROOM_NO_OCCUPANT);
	} else if (m->st->type == IQ_GET && to == s->occupant && xml_is(m->child, "ping", PING)) {
		muc_result(m, STR("")); /* XEP-0410, 3.3 */
	} else if (m->st->type == IQ_GET && xml_is(m->child, "vCard", VCARD)) {
		muc_card_get(m);
	} else {
		room_whisper(s, to, m->st, &muc_call(m, whispered)->call);
	}
}

/* ---- to a room ------------------------------------------------------------------------------------------------------ */

void muc_iq(struct muc *m)
{
	muc_answer *answer;

	m->child = xml_child(m->x, NULL, NULL);
	if (m->st->to.resource) {
		to_occupant(m);
		return;
	}
	if (!is_request(m))
		return;
	answer = row_find(room_rows, countof(room_rows), m);
	if (!room_exists(m->room))
		muc_refuse(m, ROOM_ABSENT);
	else if (room_is_locked(m->room) && room_standing(m->room, m->st->from).affiliation != AFFILIATION_OWNER)
		muc_refuse(m, ROOM_LOCKED);
	else
		row_run(answer, m);
}
