/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/voice.c - a visitor asks for voice (XEP-0045, 7.13), a moderator gives it (8.6).
 */
#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/muc/muc.h"

static void approval_write(struct buf *to, const struct occupant *o, struct jid real)
{
	buf_lit(to,
		"<x xmlns='" DATA
		"' type='form'><title>Voice request</title><instructions>Somebody asks to be allowed to speak in this room.</instructions>");
	form_field(to, "FORM_TYPE", "hidden", STR(MUC_REQUEST));
	buf_lit(to, "<field var='muc#role' type='list-single' label='Requested role'><value>participant</value></field>"
		    "<field var='muc#jid' type='jid-single' label='Address'><value>");
	xml_escape(to, jid_full(real));
	buf_lit(to, "</value></field><field var='muc#roomnick' type='text-single' label='Nickname'><value>");
	xml_escape(to, o->nick);
	buf_lit(to, "</value></field><field var='muc#request_allow' type='boolean' label='Let this person speak?'><value>false</value></field></x>");
}

static void ask_moderators(struct muc *m, struct seat *s)
{
	own_buf b = { 0 };

	if (!room_config(m->room)->voice_requests || s->occupant->standing.role != ROLE_VISITOR) {
		muc_refuse(m, ROOM_NOT_ALLOWED);
		return;
	}
	approval_write(&b, s->occupant, s->jid);
	room_tell_moderators(m->room, stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE, .type = MESSAGE_NORMAL, .time = core_now(m->core),
									   .from = room_jid(m->room), .id = m->st->id, .payload = buf_all(&b) }));
	muc_taken(m);
}

/* By nickname, and the address must still be the same: somebody else may have come under that name. */
static void approve(struct muc *m, struct seat *s, const struct xml *form)
{
	struct str nick = form_value(form, "muc#roomnick", m->arena), address = form_value(form, "muc#jid", m->arena);
	struct occupant *o = nick.p ? room_named(m->room, nick) : NULL;
	struct room_role role = { .whom = o, .role = ROLE_PARTICIPANT };
	struct jid real;

	if (!o || (address.n && (!jid_parse(&real, address, m->arena) || !jid_same_bare(real, o->jid))))
		muc_refuse(m, ROOM_NO_OCCUPANT);
	else if (o->standing.role >= ROLE_PARTICIPANT)
		muc_taken(m); /* another moderator was faster */
	else
		room_roles(m->room, s, &role, 1, &muc_call(m, NULL)->call);
}

void muc_voice(struct muc *m)
{
	const struct xml *form = muc_form(m->x, MUC_REQUEST, m->arena);
	struct seat *s = muc_seat(m);
	struct str allow;
	bool yes;

	if (!form)
		muc_error(m, STANZA_ERROR_BAD_REQUEST, NULL);
	else if (!s)
		muc_refuse(m, ROOM_NOT_HERE);
	else if (str_is(xml_attr(form, "type"), "cancel"))
		muc_taken(m);
	else if (!(allow = form_value(form, "muc#request_allow", m->arena)).p)
		if (str_is(form_value(form, "muc#role", m->arena), "participant"))
			ask_moderators(m, s);
		else
			muc_error(m, STANZA_ERROR_BAD_REQUEST, NULL);
	else if (!muc_flag(allow, &yes))
		muc_error(m, STANZA_ERROR_BAD_REQUEST, NULL);
	else if (!yes)
		muc_taken(m);
	else
		approve(m, s, form);
}
