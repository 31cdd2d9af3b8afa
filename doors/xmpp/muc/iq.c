/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/iq.c - requests: to the service, to a room, to an occupant (who gets them, unless the room answers in
 * its place).
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
	{ "apply-to", FASTEN, NULL, muc_moderate_old },
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

/* ---- to an occupant -------------------------------------------------------------------------------------------- */

/* 6.6: who is not in the room learns nothing of who is. XEP-0410: the answer that says "enter again". */
static void not_here(const struct muc *m)
{
	if (m->child && (str_is(m->child->ns, DISCO_INFO) || str_is(m->child->ns, DISCO_ITEMS)))
		muc_error(m, STANZA_ERROR_BAD_REQUEST, "Only who is in the room may ask its occupants.");
	else
		muc_refuse(m, ROOM_NOT_HERE);
}

/* Passed on with an id that says which of his clients asks: the answer finds its way back, although it is sent to the
 * occupant. */
static void ask_client(const struct muc *m, const struct seat *s, const struct occupant *to)
{
	struct seat *client = list_first(&to->seats, struct seat, here);
	own_buf id = { 0 };

	buf_u64(&id, s->number);
	buf_byte(&id, ' ');
	buf_str(&id, m->st->id);
	muc_send(m->core, STANZA_IQ, (enum stanza_type)m->st->type, s->occupant->at, client->jid, buf_all(&id), 0,
		 m->st->payload);
}

/* What nobody has asked, or he has left meanwhile, is lost. */
static void answer_client(const struct muc *m, const struct seat *s, const struct occupant *to)
{
	size_t end = str_find(m->st->id, ' ');
	uint64_t number;

	if (!str_u64(str_n(m->st->id.p, end), &number))
		return;
	list_each(asker, &((struct occupant *)to)->seats, struct seat, here)
		if (asker->number == number)
			muc_send(m->core, STANZA_IQ, (enum stanza_type)m->st->type, s->occupant->at, asker->jid,
				 str_from(m->st->id, end + 1), 0, m->st->payload);
}

static void to_occupant(struct muc *m)
{
	struct seat *s = muc_seat(m);
	struct occupant *to = room_named(m->room, jid_resource(m->st->to));

	if (!is_request(m)) {
		if (s && to)
			answer_client(m, s, to);
	} else if (!s) {
		not_here(m);
	} else if (!to) {
		muc_refuse(m, ROOM_NO_OCCUPANT);
	} else if (m->st->type == IQ_GET && to == s->occupant && xml_is(m->child, "ping", PING)) {
		muc_result(m, STR("")); /* XEP-0410, 3.3 */
	} else if (m->st->type == IQ_GET && xml_is(m->child, "vCard", VCARD)) {
		muc_card_get(m);
	} else {
		ask_client(m, s, to);
	}
}

/* ---- to a room ------------------------------------------------------------------------------------------------- */

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
