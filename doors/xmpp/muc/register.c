/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/register.c - a nickname of one's own in a room, and with it membership (XEP-0045, 7.10).
 */
#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/muc/muc.h"

/* Who is no member becomes one with the nickname: not where others decide who is. */
static int may_register(const struct muc *m, const struct room_person *p)
{
	if (p->affiliation == AFFILIATION_OUTCAST)
		return ROOM_NOT_ALLOWED;
	return p->affiliation == AFFILIATION_NONE && room_config(m->room)->members_only ? ROOM_NOT_ALLOWED : 0;
}

static struct room_person asker(const struct muc *m) { return room_person(m->room, jid_to_bare(m->st->from)); }

void muc_register_get(struct muc *m)
{
	struct room_person p = asker(m);
	int why = may_register(m, &p);
	own_buf b = { 0 };

	if (why) {
		muc_refuse(m, why);
		return;
	}
	buf_lit(&b, "<query xmlns='" REGISTER "'>");
	if (p.nick.n) {
		buf_lit(&b, "<registered/>");
		muc_text(&b, "username", p.nick);
	} else {
		buf_lit(&b, "<instructions>Which nickname shall be yours in this room?</instructions>"
			    "<x xmlns='" DATA "' type='form'><title>Registration</title>"
			    "<instructions>Which nickname shall be yours in this room?</instructions>");
		form_field(&b, "FORM_TYPE", "hidden", STR(MUC_REGISTER));
		buf_lit(&b, "<field var='muc#register_roomnick' type='text-single' label='Nickname'><required/></field></x>");
	}
	buf_lit(&b, "</query>");
	muc_result(m, buf_all(&b));
}

static void submit(struct muc *m, const struct xml *form)
{
	struct str nick = form_value(form, "muc#register_roomnick", m->arena), prepared;

	if (!nick.n || !jid_resource_prepare(&prepared, nick, m->arena))
		muc_error(m, STANZA_ERROR_BAD_REQUEST, "This is no nickname.");
	else
		room_register(m->room, jid_to_bare(m->st->from), prepared, &muc_call(m, NULL)->call);
}

void muc_register_set(struct muc *m)
{
	const struct xml *form = muc_form(m->child, MUC_REGISTER, m->arena);
	struct room_person p = asker(m);
	int why = may_register(m, &p);

	if (why)
		muc_refuse(m, why);
	else if (xml_child(m->child, "remove", REGISTER))
		room_register(m->room, jid_to_bare(m->st->from), STR(""), &muc_call(m, NULL)->call);
	else if (form && str_is(xml_attr(form, "type"), "cancel"))
		muc_result(m, STR(""));
	else if (form && str_is(xml_attr(form, "type"), "submit"))
		submit(m, form);
	else
		muc_error(m, STANZA_ERROR_BAD_REQUEST, "Registration takes the form.");
}
