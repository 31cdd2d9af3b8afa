/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/message.c - what is said to all (XEP-0045, 7.4), the subject (8.1), private messages (7.5), taking
 * back (XEP-0424) and moderation (XEP-0425). What a message to the room itself may be besides is in invite.c and
 * voice.c.
 */
#include "doors/xmpp/features/when.h"
#include "doors/xmpp/muc/muc.h"

/* What the archive takes; chat states and the like pass by. */
static bool is_kept(const struct stanza *st)
{
	const unsigned worth = STANZA_BODY | STANZA_STORE | STANZA_RECEIPT | STANZA_ENCRYPTED | STANZA_WORTH_KEEPING;

	return (st->traits & worth) && !(st->traits & STANZA_NO_STORE);
}

/* 8.1: a subject, and neither a body nor a thread. */
static struct str subject_of(const struct muc *m)
{
	const struct xml *subject = xml_child(m->x, "subject", NS_CLIENT_SCOPE);

	if (!subject || xml_child(m->x, "body", NS_CLIENT_SCOPE) || xml_child(m->x, "thread", NS_CLIENT_SCOPE))
		return STR_NONE;
	return xml_text(subject, m->arena);
}

static void say(struct muc *m, struct seat *s)
{
	own_buf b = { 0 };
	struct room_message message = { .st = m->st, .keep = is_kept(m->st), .subject = subject_of(m) };

	muc_payload(m, &b);
	message.payload = buf_all(&b);
	message.keep |= message.subject.p != NULL; /* XEP-0313, 5.1.2: changes of the subject are kept, too */
	room_say(s, &message, &muc_call(m, NULL)->call);
}

/* ---- taking back ----------------------------------------------------------------------------------------------- */

/* The id that the room gave the message (XEP-0359): its stamp. */
static bool stamp_read(struct str id, uint64_t *ret) { return str_u64(id, ret) && *ret && *ret <= INT64_MAX; }

/* <moderated/> with who did it, and why (XEP-0425, 4.1 and 5). */
static void moderated_write(struct buf *to, const struct muc *m, const struct occupant *by, struct str reason)
{
	buf_lit(to, "<moderated xmlns='" MODERATE "'");
	xml_write_attr(to, "by", jid_full(by->at));
	buf_lit(to, "><occupant-id xmlns='" OCCUPANT_ID "'");
	xml_write_attr(to, "id", str_z(by->id));
	buf_lit(to, "/></moderated>");
	muc_text(to, "reason", reason);
}

/* What stands in the place of the message from now on. `inner`: what moderation adds. */
static void tombstone_write(struct buf *to, const struct muc *m, struct str id, struct str inner)
{
	buf_lit(to, "<retracted xmlns='" RETRACT "'");
	xml_write_attr(to, "id", id);
	buf_lit(to, " stamp='");
	when_write(to, core_now(m->core));
	buf_lit(to, "'>");
	buf_str(to, inner);
	buf_lit(to, "</retracted>");
}

/* XEP-0424: only who said it takes it back, which the room knows. Slow mode does not hold him up, so nothing that could be read goes with it. */
static void take_back(struct muc *m, struct seat *s, const struct xml *retract, uint64_t stamp)
{
	own_buf tombstone = { 0 }, notice = { 0 };

	tombstone_write(&tombstone, m, m->st->id, STR(""));
	if (room_config(m->room)->slow_s && s->occupant->standing.role < ROLE_MODERATOR)
		xml_write(&notice, retract, STR(NS_CLIENT_SCOPE));
	else
		muc_payload(m, &notice);
	room_retract(s, stamp, true, buf_all(&tombstone), buf_all(&notice), m->st, &muc_call(m, NULL)->call);
}

/* As version 0.2 of the XEP wants it told, beside: who knows the new one passes it over. */
static void moderated_old_write(struct buf *to, const struct occupant *by, uint64_t stamp, struct str reason)
{
	buf_lit(to, "<apply-to xmlns='" FASTEN "' id='");
	buf_u64(to, stamp);
	buf_lit(to, "'><moderated xmlns='" MODERATE_OLD "'");
	xml_write_attr(to, "by", jid_full(by->at));
	buf_lit(to, "><retract xmlns='" RETRACT_OLD "'/>");
	muc_text(to, "reason", reason);
	buf_lit(to, "</moderated></apply-to>");
}

static void moderate(struct muc *m, struct str id, const struct xml *what, struct str reason)
{
	struct seat *s = muc_seat(m);
	own_buf tombstone = { 0 }, notice = { 0 }, by = { 0 };
	uint64_t stamp;

	if (!s)
		muc_refuse(m, ROOM_NOT_HERE);
	else if (!what)
		muc_error(m, STANZA_ERROR_FEATURE_NOT_IMPLEMENTED,
			  "Messages can be retracted, and nothing else be done with them.");
	else if (!stamp_read(id, &stamp))
		muc_error(m, STANZA_ERROR_ITEM_NOT_FOUND, "The room has no message of this id.");
	else if (reason.n > ROOM_TEXT_BYTES_MAX)
		muc_refuse(m, ROOM_BAD);
	else {
		moderated_write(&by, m, s->occupant, reason);
		tombstone_write(&tombstone, m, STR_NONE, buf_all(&by));
		buf_lit(&notice, "<retract xmlns='" RETRACT "' id='");
		buf_u64(&notice, stamp);
		buf_lit(&notice, "'>");
		buf_str(&notice, buf_all(&by));
		buf_lit(&notice, "</retract>");
		moderated_old_write(&notice, s->occupant, stamp, reason);
		room_retract(s, stamp, false, buf_all(&tombstone), buf_all(&notice), m->st, &muc_call(m, NULL)->call);
	}
}

void muc_moderate(struct muc *m)
{
	moderate(m, xml_attr(m->child, "id"), xml_child(m->child, "retract", RETRACT), xml_child_text(m->child, "reason", MODERATE, m->arena));
}

void muc_moderate_old(struct muc *m)
{
	const struct xml *x = xml_child(m->child, "moderate", MODERATE_OLD);

	moderate(m, xml_attr(m->child, "id"), x ? xml_child(x, "retract", RETRACT_OLD) : NULL,
		 x ? xml_child_text(x, "reason", MODERATE_OLD, m->arena) : STR(""));
}

/* ---- to all ---------------------------------------------------------------------------------------------------- */

static void groupchat(struct muc *m)
{
	const struct xml *retract = xml_child(m->x, "retract", RETRACT);
	struct seat *s = muc_seat(m);
	uint64_t stamp;

	if (!s)
		muc_refuse(m,
			   room_exists(m->room) ? room_is_locked(m->room) ? ROOM_LOCKED : ROOM_NOT_HERE : ROOM_ABSENT);
	else if (retract && !subject_of(m).p && stamp_read(xml_attr(retract, "id"), &stamp))
		take_back(m, s, retract, stamp);
	else
		say(m, s);
}

/* ---- to one ---------------------------------------------------------------------------------------------------- */

/* 7.5: marked as a private message, and nothing beside that which only the room says. */
static struct stanza *private_of(const struct muc *m)
{
	own_buf b = { 0 };

	muc_payload(m, &b);
	buf_lit(&b, "<x xmlns='" MUC_USER "'/>");
	return muc_with_payload(m->st, buf_all(&b));
}

static void to_occupant(struct muc *m)
{
	struct seat *s = muc_seat(m);
	struct occupant *to = room_named(m->room, jid_resource(m->st->to));
	struct stanza *st;

	if (m->st->type == MESSAGE_GROUPCHAT) {
		muc_error(m, STANZA_ERROR_BAD_REQUEST, NULL);
	} else if (!s) {
		muc_refuse(m, room_exists(m->room) ? ROOM_NOT_HERE : ROOM_ABSENT);
	} else if (!to) {
		muc_refuse(m, ROOM_NO_OCCUPANT);
	} else {
		st = private_of(m);
		room_whisper(s, to, st, &muc_call(m, NULL)->call);
		stanza_unref(st);
	}
}

/* ---- to the room itself ---------------------------------------------------------------------------------------- */

static void to_room(struct muc *m)
{
	const struct xml *x = xml_child(m->x, "x", MUC_USER);

	if (!room_exists(m->room))
		muc_refuse(m, ROOM_ABSENT);
	else if (x && xml_child(x, "invite", MUC_USER))
		muc_invite(m, x);
	else if (x && xml_child(x, "decline", MUC_USER))
		muc_decline(m, xml_child(x, "decline", MUC_USER));
	else if (xml_child(m->x, "x", "jabber:x:data"))
		muc_voice(m);
	else
		muc_error(m, STANZA_ERROR_BAD_REQUEST, NULL); /* 17.2 */
}

void muc_message(struct muc *m)
{
	if (m->st->to.resource)
		to_occupant(m);
	else if (m->st->type == MESSAGE_ERROR)
		muc_taken(m); /* some client did not like what was said: nothing to be done */
	else if (m->st->type == MESSAGE_GROUPCHAT)
		groupchat(m);
	else
		to_room(m);
}
