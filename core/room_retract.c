/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_retract.c - what was said is taken back, by who said it (XEP-0424) or by a moderator (XEP-0425): a
 * tombstone stands in its place from then on.
 */
#include "core/room_inside.h"

struct retracting {
	struct change change;
	uint64_t stamp;
	bool own;
	struct str tombstone, notice;
	struct stanza *st;  /* what asked for it; a reference */
	struct stanza *put; /* what is in its place now; a reference */
};

/* Every occupant id is as long as any other, and nothing stands behind it but the stanza id: so it is found without
 * reading the rest. */
static struct str said_by(const struct room *r, const struct stanza *st)
{
	own_buf tail = { 0 };
	char id[41];
	size_t before;

	memset(id, '0', sizeof id);
	room_said_tail(r, &tail, str_n(id, 40), st->stamp);
	before = sizeof "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='" - 1;
	if (st->payload.n < tail.n || !str_starts(str_from(st->payload, st->payload.n - tail.n), str_n(tail.p, before)))
		return STR_NONE;
	return str_n(st->payload.p + st->payload.n - tail.n + before, 40);
}

static void replaced(struct store_request *q)
{
	change_answered(q->arg, q->answer == STORE_NOT_FOUND ? ROOM_NO_OCCUPANT : change_verdict(q->answer));
}

static void replace(struct retracting *t, const struct stanza *was, struct str by)
{
	struct room *r = t->change.room;
	struct store_request *q;
	own_buf b = { 0 };

	buf_str(&b, t->tombstone);
	room_said_tail(r, &b, by, was->stamp);
	t->put = stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						    .type = MESSAGE_GROUPCHAT,
						    .traits = STANZA_WORTH_KEEPING,
						    .stamp = was->stamp,
						    .time = was->time,
						    .from = was->from,
						    .to = was->to,
						    .id = was->id,
						    .payload = buf_all(&b) });
	q = change_ask(&t->change, STORE_ARCHIVE_REPLACE, replaced);
	q->owner = r->id;
	q->stanza = stanza_ref(t->put);
	store_submit(q);
}

static void found(struct store_request *q)
{
	struct retracting *t = q->arg;
	struct room *r = t->change.room;
	const struct seat *s = room_seat(r, t->change.by);
	const struct stanza *was = !q->answer && q->n ? q->stanzas[0] : NULL;
	struct str by = was ? said_by(r, was) : STR_NONE;
	int verdict = 0;

	if (q->answer && q->answer != STORE_NOT_FOUND)
		verdict = ROOM_STORE;
	else if (!was)
		verdict = t->own ? 0 : ROOM_NO_OCCUPANT;
	else if (t->own && !(s && str_is(by, s->occupant->id)))
		verdict = ROOM_FORBIDDEN;
	else
		replace(t, was, by);
	change_answered(&t->change, verdict);
}

static int retract_begin(struct change *c)
{
	struct retracting *t = (struct retracting *)c;
	struct room *r = c->room;
	struct seat *s = room_seat(r, c->by);
	struct store_request *q;
	uint64_t *id;

	if (!s)
		return ROOM_NOT_HERE;
	if (!room_may(&r->config, s->occupant->standing, t->own ? ROOM_VERB_SPEAK : ROOM_VERB_MODERATE))
		return ROOM_FORBIDDEN;
	q = change_ask(c, STORE_ARCHIVE_READ, found);
	id = arena_get(&q->arena, sizeof *id);
	*id = t->stamp;
	q->owner = r->id;
	q->query.ids = id;
	q->query.ids_n = 1;
	q->limit = 1;
	store_submit(q);
	return 0;
}

static void history_replace(struct room *r, struct stanza *put)
{
	for (unsigned i = 0; r->history && i < ROOM_HISTORY_MAX; i++)
		if (r->history[i] && r->history[i]->stamp == put->stamp) {
			stanza_unref(r->history[i]);
			r->history[i] = stanza_ref(put);
		}
}

static void retract_end(struct retracting *t)
{
	stanza_unref(t->st);
	stanza_unref(t->put);
	t->st = t->put = NULL;
}

static void retract_apply(struct change *c)
{
	struct retracting *t = (struct retracting *)c;
	struct room *r = c->room;
	const struct seat *s = room_seat(r, c->by);
	const struct occupant *o = t->own && s ? s->occupant : NULL;
	bool keep = r->config.archived;
	uint64_t stamp = keep ? core_stamp(r->core) : 0;
	struct room_call *call = c->call;
	own_buf b = { 0 };

	if (t->put)
		history_replace(r, t->put);
	buf_str(&b, t->notice);
	room_said_tail(r, &b, o ? str_z(o->id) : STR_NONE, stamp);
	c->call = NULL; /* it ends when the notice is safe */
	out_message(r,
		    stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						       .type = MESSAGE_GROUPCHAT,
						       .traits = STANZA_WORTH_KEEPING,
						       .stamp = stamp,
						       .time = core_now(r->core),
						       .from = o ? o->at : r->jid,
						       .to = o ? s->jid : r->jid,
						       .id = t->own ? t->st->id : STR_NONE,
						       .lang = t->own ? t->st->lang : STR_NONE,
						       .origin_id = t->own ? t->st->origin_id : STR_NONE,
						       .payload = buf_all(&b) }),
		    STR_NONE, keep, false, call);
	retract_end(t);
}

static void retract_fail(struct change *c) { retract_end((struct retracting *)c); }

void room_retract(struct seat *by, uint64_t stamp, bool own, struct str tombstone, struct str notice, struct stanza *st,
		  struct room_call *call)
{
	struct retracting *t = change_new(by->occupant->room, sizeof *t, call, by->jid, retract_begin, retract_apply);

	t->change.fail = retract_fail;
	t->stamp = stamp;
	t->own = own;
	t->tombstone = arena_str(&t->change.arena, tombstone);
	t->notice = arena_str(&t->change.arena, notice);
	t->st = stanza_ref(st);
	change_run(&t->change);
}
