/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/presence.c - entering (XEP-0045, 7.2), another nickname (7.6), another show (7.7), leaving (7.14).
 */
#include "doors/xmpp/features/when.h"
#include "doors/xmpp/muc/muc.h"

#define SECOND ((msec)1000)

/* It is kept as long as somebody is there, and shown to everybody who comes. */
enum { SHOWN_BYTES_MAX = 16 * 1024 };

/* The presence as the others shall see it; the caller's reference. */
static struct stanza *presence_shown(const struct muc *m)
{
	own_buf b = { 0 };

	muc_payload(m, &b);
	if (m->st->payload.n > SHOWN_BYTES_MAX) /* of who leaves: the rest was refused */
		buf_clear(&b);
	return muc_with_payload(m->st, buf_all(&b));
}

/* 7.2.13: what is not said, or makes no sense, is left to the room. */
static void history_read(const struct muc *m, const struct xml *x, struct room_entry *e)
{
	const struct xml *h = xml_child(x, "history", MUC);
	uint64_t n;
	msec since;

	if (!h)
		return;
	if (str_u64(xml_attr(h, "maxstanzas"), &n))
		e->history_stanzas = n;
	if (str_u64(xml_attr(h, "maxchars"), &n))
		e->history_chars = n;
	if (when_read(xml_attr(h, "since"), &since) && since > 0)
		e->history_since = since;
	if (str_u64(xml_attr(h, "seconds"), &n) && n < (uint64_t)(core_now(m->core) / SECOND)) {
		since = core_now(m->core) - (msec)n * SECOND;
		if (since > e->history_since)
			e->history_since = since; /* the least that fits all of them */
	}
}

static bool entered(struct muc_call *k, int verdict)
{
	struct room *r = k->more;

	if (verdict)
		muc_refuse(&k->what, verdict);
	else
		muc_avatar_tell(r, &k->what.st->from);
	return false;
}

/* What a room says goes to sessions. Services have none, but that of the operator only wants rooms to be made. */
static bool may_be_here(const struct muc *m)
{
	return str_eq(jid_domain(m->st->from), core_domain(m->core)) || m->from.admin;
}

static void enter(struct muc *m, const struct xml *x)
{
	struct room_entry e = {
		.from = m->st->from, .nick = jid_resource(m->st->to), .make = true,
		.history_stanzas = SIZE_MAX, .history_chars = SIZE_MAX,
	};
	struct muc_call *k;

	if (!may_be_here(m)) {
		muc_error(m, STANZA_ERROR_NOT_ALLOWED, "Rooms here are for the users of this server.");
		return;
	}
	k = muc_call(m, entered);
	e.presence = presence_shown(m);
	e.password = xml_child_text(x, "password", MUC, m->arena);
	k->more = m->room; /* it is there when entering went well */
	history_read(m, x, &e);
	room_enter(m->room, &e, &k->call);
	stanza_unref(e.presence);
}

/* 7.2.18: somebody who believes to be in the room, and is not, or knows only what was before 2002: both must enter
 * anew. */
static void not_here(const struct muc *m)
{
	static const struct str payload =
		STR_INIT("<x xmlns='" MUC_USER "'><item affiliation='none' role='none'><reason>You are not in the room."
			 "</reason></item><status code='110'/><status code='307'/><status code='333'/></x>");

	/* Behind what is on its way to him: nothing of the room comes after this. */
	room_send(m->room, stanza_make(&(struct stanza_init){ .name = STANZA_PRESENCE, .type = PRESENCE_UNAVAILABLE,
							      .time = core_now(m->core), .from = m->st->to,
							      .to = m->st->from, .payload = payload }));
}

static void available(struct muc *m)
{
	const struct xml *x = xml_child(m->x, "x", MUC);
	struct seat *s = muc_seat(m);
	struct stanza *shown;

	if (!m->st->to.resource) {
		muc_error(m, STANZA_ERROR_JID_MALFORMED,
			  "A nickname stands behind the address of the room: room@domain/nickname.");
		return;
	}
	if (m->st->payload.n > SHOWN_BYTES_MAX) {
		muc_error(m, STANZA_ERROR_POLICY_VIOLATION, "A presence in a room has at most 16 KiB.");
		return;
	}
	if (x) {
		enter(m, x);
		return;
	}
	if (!s) {
		not_here(m);
		return;
	}
	shown = presence_shown(m);
	if (str_eq(s->occupant->nick, jid_resource(m->st->to)))
		room_show(s, shown);
	else
		room_rename(s, jid_resource(m->st->to), shown, &muc_call(m, NULL)->call);
	stanza_unref(shown);
}

static void unavailable(struct muc *m)
{
	struct seat *s = muc_seat(m);
	struct stanza *shown;

	if (!s)
		return; /* 17.3: silently */
	shown = presence_shown(m);
	room_leave(s, shown);
	stanza_unref(shown);
}

/* Anything else is no way to enter or to leave (17.3). */
void muc_presence(struct muc *m)
{
	if (m->st->type == PRESENCE_AVAILABLE)
		available(m);
	else if (m->st->type == PRESENCE_UNAVAILABLE)
		unavailable(m);
}
