/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/card.c - pictures: of a room (XEP-0486) and, since clients look for them in cards (XEP-0054,
 * XEP-0398), the card of an occupant. That one is kept by the account, so the room reads it there rather than asking a
 * client, which has none.
 */
#include "base/crypt.h"
#include "core/block.h"
#include "doors/xmpp/muc/muc.h"

/* ---- of the room ----------------------------------------------------------------------------------------------- */

void muc_avatar_get(struct muc *m)
{
	struct str card = room_config(m->room)->avatar;

	muc_result(m, card.n ? card : STR("<vCard xmlns='" VCARD "'/>"));
}

/* SHA-1 of the picture; empty when there is none. False: what stands there is no picture. */
static bool hash_of(const struct muc *m, struct buf *to)
{
	const struct xml *photo = xml_child(m->child, "PHOTO", VCARD);
	struct str text = photo ? xml_child_text(photo, "BINVAL", VCARD, m->arena) : STR_NONE;
	own_buf plain = { 0 }, bytes = { 0 };
	uint8_t sum[HASH_BYTES_MAX];

	if (!text.n)
		return true;
	for (size_t i = 0; i < text.n; i++) /* lines are broken where somebody pleased */
		if (!strchr(" \t\r\n", text.p[i]))
			buf_byte(&plain, text.p[i]);
	if (!base64_read(&bytes, buf_all(&plain)))
		return false;
	hash_sum(HASH_SHA1, buf_all(&bytes), sum);
	hex_write(to, str_bytes(sum, hash_bytes(HASH_SHA1)));
	return true;
}

void muc_avatar_tell(struct room *r, const struct jid *to)
{
	struct str hash = room_config(r)->avatar_hash;
	own_buf b = { 0 };

	if (to && !hash.n)
		return; /* nothing to tell who has just come */
	buf_lit(&b, "<x xmlns='vcard-temp:x:update'><photo>");
	buf_str(&b, hash);
	buf_lit(&b, "</photo></x>");
	if (to) {
		muc_send(room_core(r), STANZA_PRESENCE, PRESENCE_AVAILABLE, room_jid(r), *to, STR_NONE, 0, buf_all(&b));
		return;
	}
	for (struct occupant *o = room_next(r, NULL); o; o = room_next(r, o))
		list_each(s, &o->seats, struct seat, here)
			muc_send(room_core(r), STANZA_PRESENCE, PRESENCE_AVAILABLE, room_jid(r), s->jid, STR_NONE, 0,
				 buf_all(&b));
}

static bool avatar_set(struct muc_call *k, int verdict)
{
	muc_answer_verdict(&k->what, verdict);
	if (!verdict)
		muc_avatar_tell(k->more, NULL);
	return false;
}

void muc_avatar_set(struct muc *m)
{
	struct room_config config = *room_config(m->room);
	own_buf card = { 0 }, hash = { 0 };
	struct muc_call *k;

	if (!room_may(&config, room_standing(m->room, m->st->from), ROOM_VERB_CONFIGURE)) {
		muc_error(m, STANZA_ERROR_FORBIDDEN, "Only owners choose the picture of a room.");
		return;
	}
	xml_write(&card, m->child, STR(NS_CLIENT_SCOPE));
	if (card.n > ROOM_AVATAR_BYTES_MAX || !hash_of(m, &hash)) {
		muc_error(m, STANZA_ERROR_NOT_ACCEPTABLE, "The picture is over 128 KiB or cannot be read.");
		return;
	}
	config.avatar = xml_child(m->child, NULL, NULL) ? buf_all(&card) : STR("");
	config.avatar_hash = buf_all(&hash);
	k = muc_call(m, avatar_set);
	k->more = m->room;
	room_configure(m->room, m->st->from, &config, &k->call);
}

/* ---- of an occupant -------------------------------------------------------------------------------------------- */

static void no_card(struct muc_asked *a)
{
	muc_error(&a->what, STANZA_ERROR_ITEM_NOT_FOUND, "There is no card.");
	muc_asked_free(a);
}

static void card_read(struct ask *ask)
{
	struct muc_asked *a = holder_of(ask, struct muc_asked, ask);

	if (ask->verdict) {
		no_card(a);
		return;
	}
	muc_result(&a->what, ask->answer->value);
	muc_asked_free(a);
}

static void blocks_read(struct ask *ask)
{
	struct muc_asked *a = holder_of(ask, struct muc_asked, ask);
	const int64_t *owner = a->more;

	if (!ask->verdict && block_kept_matches(ask->answer->value, a->what.st->from)) {
		no_card(a); /* as if there were none: whom somebody blocks is nobody's business */
		return;
	}
	ask->done = card_read;
	item_get(a->what.core, ask, *owner, STR("vcard"), STR(""));
}

static void account_found(struct ask *ask)
{
	struct muc_asked *a = holder_of(ask, struct muc_asked, ask);
	int64_t *owner;

	if (ask->verdict) {
		no_card(a);
		return;
	}
	owner = a->more = arena_get(&a->arena, sizeof(*owner));
	*owner = ask->answer->account.id;
	ask->done = blocks_read;
	item_get(a->what.core, ask, *owner, STR(BLOCK_SPACE), STR(""));
}

void muc_card_get(struct muc *m)
{
	struct occupant *o = room_named(m->room, jid_resource(m->st->to));
	struct muc_asked *a = muc_asked(m, account_found);

	if (!o || !str_eq(jid_domain(o->jid), core_domain(m->core)))
		no_card(a);
	else
		account_find(m->core, &a->ask, jid_local(o->jid));
}
