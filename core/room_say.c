/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_say.c - what occupants say to all and to one another (XEP-0045, 7.4, 7.5, 8.1).
 */
#include "core/room_inside.h"

/* ---- messages to one person, through the road of everything else ------------------------------------------------ */

struct errand {
	struct list here; /* room->errands */
	struct room *room;
	struct room_call *call;
};

static void errand_free(struct errand *e)
{
	list_remove(&e->here);
	mem_free(e);
}

static void errand_sent(void *arg, enum sent_verdict sent)
{
	struct errand *e = arg;
	struct room *r = e->room;
	struct room_call *call = e->call;

	errand_free(e);
	room_call_end(call, sent == SENT_OK	      ? 0
			    : sent == SENT_NOT_STORED ? ROOM_STORE
			    : sent == SENT_QUEUE_FULL ? ROOM_TOO_MANY
						      : ROOM_NO_OCCUPANT);
	if (!r->taking)
		room_go_on(r);
}

void room_errand(struct room *r, struct stanza *st, struct room_call *call)
{
	struct errand *e = mem_new(struct errand);

	e->room = r;
	e->call = call;
	list_append(&r->errands, &e->here);
	service_send(r->core, st, errand_sent, e);
}

void room_errands_drop(struct room *r)
{
	for (struct errand *e; (e = list_first(&r->errands, struct errand, here));) {
		if (e->call && e->call->drop)
			e->call->drop(e->call);
		errand_free(e);
	}
}

/* ---- to all ----------------------------------------------------------------------------------------------------- */

void room_said_tail(const struct room *r, struct buf *to, struct str occupant_id, uint64_t stamp)
{
	if (occupant_id.n) {
		buf_lit(to, "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='");
		buf_str(to, occupant_id);
		buf_lit(to, "'/>");
	}
	if (!stamp)
		return;
	buf_lit(to, "<stanza-id xmlns='urn:xmpp:sid:0'");
	room_xml_attr(to, "by", str_z(r->name));
	buf_lit(to, " id='");
	buf_u64(to, stamp);
	buf_lit(to, "'/>");
}

static bool is_too_fast(struct occupant *o, const struct room_message *m)
{
	const struct room *r = o->room;
	msec now = core_clock(r->core);

	if (!r->config.slow_s || o->standing.role >= ROLE_MODERATOR)
		return false;
	if (!m->keep && !(m->st->traits & (STANZA_BODY | STANZA_ENCRYPTED))) /* nothing to read */
		return false;
	if (now - o->spoke < (msec)r->config.slow_s * 1000)
		return true;
	o->spoke = now;
	return false;
}

struct spoke {
	struct list here; /* room->spoke */
	msec at;
	char id[sizeof((struct occupant *)0)->id];
};

static void spoke_free(struct spoke *k)
{
	list_remove(&k->here);
	mem_free(k);
}

void room_spoke_drop(struct room *r)
{
	for (struct spoke *k; (k = list_first(&r->spoke, struct spoke, here));)
		spoke_free(k);
}

void room_spoke_keep(const struct occupant *o)
{
	struct room *r = o->room;
	msec since = core_clock(r->core) - (msec)r->config.slow_s * 1000;
	struct spoke *k;

	list_each(old, &r->spoke, struct spoke, here)
		if (old->at <= since || str_is(str_z(old->id), o->id))
			spoke_free(old);
	if (!r->config.slow_s || o->spoke <= since)
		return;
	k = mem_new(struct spoke);
	k->at = o->spoke;
	memcpy(k->id, o->id, sizeof k->id);
	list_append(&r->spoke, &k->here);
}

void room_spoke_recall(struct occupant *o)
{
	list_each(k, &o->room->spoke, struct spoke, here)
		if (str_is(str_z(k->id), o->id))
			o->spoke = k->at;
}

static int objection(struct occupant *o, const struct room_message *m)
{
	const struct room_config *c = &o->room->config;

	if (!room_may(c, o->standing, m->subject.p ? ROOM_VERB_SUBJECT : ROOM_VERB_SPEAK))
		return ROOM_FORBIDDEN;
	if (m->subject.n > ROOM_TEXT_BYTES_MAX)
		return ROOM_BAD;
	return is_too_fast(o, m) ? ROOM_TOO_FAST : 0;
}

/* `to` is who really said it: for readers of the archive who may know (XEP-0313, 5.1.2). Sessions get it with their own
 * address instead. */
void room_say(struct seat *s, const struct room_message *m, struct room_call *call)
{
	struct occupant *o = s->occupant;
	struct room *r = o->room;
	bool keep = m->keep && r->config.archived;
	uint64_t stamp = keep ? core_stamp(r->core) : 0;
	int verdict = objection(o, m);
	own_buf b = { 0 };

	if (verdict) {
		room_call_end(call, verdict);
		return;
	}
	buf_room(&b, m->payload.n + 300);
	buf_str(&b, m->payload);
	room_said_tail(r, &b, str_z(o->id), stamp);
	out_message(r,
		    stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						       .type = MESSAGE_GROUPCHAT,
						       .traits = m->st->traits,
						       .stamp = stamp,
						       .time = core_now(r->core),
						       .from = o->at,
						       .to = s->jid,
						       .id = m->st->id,
						       .lang = m->st->lang,
						       .origin_id = m->st->origin_id,
						       .payload = buf_all(&b) }),
		    m->subject, keep, m->keep && !m->subject.p && (m->st->traits & (STANZA_BODY | STANZA_ENCRYPTED)),
		    call);
}

/* ---- to one ----------------------------------------------------------------------------------------------------- */

static struct stanza *whisper_make(const struct seat *from, const struct seat *to, const struct stanza *st,
				   unsigned traits)
{
	own_buf b = { 0 };

	buf_str(&b, st->payload);
	if (st->name == STANZA_MESSAGE)
		room_said_tail(from->occupant->room, &b, str_z(from->occupant->id), 0);
	return stanza_make(&(struct stanza_init){ .name = (enum stanza_name)st->name,
						  .type = (enum stanza_type)st->type,
						  .traits = traits,
						  .time = st->time,
						  .from = from->occupant->at,
						  .to = to->jid,
						  .id = st->id,
						  .lang = st->lang,
						  .origin_id = st->origin_id,
						  .payload = buf_all(&b) });
}

/* One client of the receiver's gets what is kept for him; the others, if any share the nickname, see it as well. */
void room_whisper(struct seat *s, struct occupant *to, struct stanza *st, struct room_call *call)
{
	struct room *r = to->room;
	struct seat *first = occupant_seat(to);
	bool is_message = st->name == STANZA_MESSAGE, several = to->seats.next != to->seats.prev;

	if (is_message && st->type != MESSAGE_ERROR &&
	    !room_may(&r->config, s->occupant->standing, ROOM_VERB_WHISPER)) {
		room_call_end(call, ROOM_FORBIDDEN);
		return;
	}
	if (!is_message) {
		service_send(r->core, whisper_make(s, first, st, st->traits), NULL, NULL);
		room_call_end(call, 0);
		return;
	}
	list_each(other, &to->seats, struct seat, here)
		if (other != first)
			out_seat(r, other, whisper_make(s, other, st, st->traits));
	room_errand(r, whisper_make(s, first, st, st->traits | (several ? STANZA_NO_COPY : 0)), call);
}

void room_tell_moderators(struct room *r, struct stanza *st)
{
	for (struct occupant *o = room_next(r, NULL); o; o = room_next(r, o))
		if (o->standing.role == ROLE_MODERATOR)
			list_each(s, &o->seats, struct seat, here)
				out_seat(r, s, stanza_ref(st));
	stanza_unref(st);
}
