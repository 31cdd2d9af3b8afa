/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/invite.c - mediated invitations and how they are declined (XEP-0045, 7.8.2). Direct ones (XEP-0249)
 * are messages among people and do not come here.
 */
#include "doors/xmpp/muc/muc.h"

enum { INVITED_MAX = 50 }; /* people of one message */

/* The invitations of one message, which is answered when all have ended. */
struct inviting {
	struct muc what; /* core, st (a reference), from */
	unsigned left;
	int verdict;     /* the first that was none */
	struct one {
		struct room_call call;
		struct inviting *all;
	} one[INVITED_MAX];
};

static void one_less(struct inviting *i, bool answers)
{
	if (--i->left)
		return;
	if (answers)
		muc_answer_verdict(&i->what, i->verdict);
	stanza_unref(i->what.st);
	mem_free(i);
}

static void invited(struct room_call *call, int verdict)
{
	struct inviting *i = holder_of(call, struct one, call)->all;

	if (!i->verdict)
		i->verdict = verdict;
	one_less(i, true);
}

static void invited_drop(struct room_call *call) { one_less(holder_of(call, struct one, call)->all, false); }

/* Who invites, as the room calls him where it hides addresses. */
static struct jid inviter(const struct muc *m)
{
	struct seat *s = muc_seat(m);

	return s && room_config(m->room)->anonymous ? s->occupant->at : jid_to_bare(m->st->from);
}

/* What reaches the invited: reason and <continue/> as they came; the password, since who is invited needs it; and the
 * form that programs from before 2010 know. */
static void invitation_write(struct buf *to, const struct muc *m, const struct xml *invite)
{
	struct str reason = str_trim(xml_child_text(invite, "reason", MUC_USER, m->arena)),
		   password = room_config(m->room)->password;

	buf_lit(to, "<x xmlns='" MUC_USER "'><invite");
	xml_write_attr(to, "from", jid_full(inviter(m)));
	buf_byte(to, '>');
	muc_text(to, "reason", reason);
	if (xml_child(invite, "continue", MUC_USER))
		xml_write(to, xml_child(invite, "continue", MUC_USER), STR(MUC_USER));
	buf_lit(to, "</invite>");
	muc_text(to, "password", password);
	buf_lit(to, "</x><x xmlns='jabber:x:conference'");
	xml_write_attr(to, "jid", jid_bare(room_jid(m->room)));
	if (password.n)
		xml_write_attr(to, "password", password);
	if (reason.n)
		xml_write_attr(to, "reason", reason);
	buf_lit(to, "/>");
}

/* Who is invited by this message; -1: too many, or somebody who is none. */
static int invited_read(const struct muc *m, const struct xml *x, struct jid to[static INVITED_MAX])
{
	int n = 0;

	for (const struct xml *i = xml_child(x, "invite", MUC_USER); i; i = xml_sibling(i, "invite", MUC_USER))
		if (n == INVITED_MAX || muc_jid(i, "to", &to[n++], m->arena) <= 0)
			return -1;
	return n;
}

void muc_invite(struct muc *m, const struct xml *x)
{
	struct jid to[INVITED_MAX];
	int n = invited_read(m, x, to), k = 0;
	struct inviting *all;

	if (n < 0) {
		muc_error(m, STANZA_ERROR_BAD_REQUEST, NULL);
		return;
	}
	all = mem_new(struct inviting);
	all->what = (struct muc){ .core = m->core, .st = stanza_ref(m->st), .from = m->from };
	all->left = (unsigned)n;
	for (const struct xml *i = xml_child(x, "invite", MUC_USER); i; i = xml_sibling(i, "invite", MUC_USER), k++) {
		own_buf b = { 0 };

		all->one[k] = (struct one){ .call = { .done = invited, .drop = invited_drop }, .all = all };
		invitation_write(&b, m, i);
		/* The last one may free `all`; then k is n and the walk is over. */
		room_invite(m->room, m->st->from, to[k], buf_all(&b), &all->one[k].call);
	}
}

/* Who is to hear of it: by his own address, or by that of the occupant. Only somebody of this room, or the room would
 * carry messages to anybody. */
static bool inviter_find(const struct muc *m, struct jid to, struct jid *ret)
{
	struct occupant *o;

	if (!jid_same_bare(to, room_jid(m->room))) {
		struct room_standing s = room_standing(m->room, to);

		*ret = to;
		return s.role != ROLE_NONE || s.affiliation >= AFFILIATION_MEMBER;
	}
	o = to.resource ? room_named(m->room, jid_resource(to)) : NULL;
	if (o)
		*ret = o->jid;
	return o != NULL;
}

void muc_decline(struct muc *m, const struct xml *decline)
{
	struct jid named, to;
	own_buf b = { 0 };

	if (room_standing(m->room, m->st->from).affiliation == AFFILIATION_OUTCAST) {
		muc_refuse(m, ROOM_BANNED);
		return;
	}
	if (muc_jid(decline, "to", &named, m->arena) <= 0) {
		muc_error(m, STANZA_ERROR_BAD_REQUEST, NULL);
		return;
	}
	muc_taken(m); /* in any case: an error would tell who belongs to the room */
	if (!inviter_find(m, named, &to))
		return;
	buf_lit(&b, "<x xmlns='" MUC_USER "'><decline");
	xml_write_attr(&b, "from", jid_bare(m->st->from));
	buf_byte(&b, '>');
	muc_text(&b, "reason", str_trim(xml_child_text(decline, "reason", MUC_USER, m->arena)));
	buf_lit(&b, "</decline></x>");
	muc_send(m->core, STANZA_MESSAGE, MESSAGE_NORMAL, room_jid(m->room), to, m->st->id, 0, buf_all(&b));
}
