/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_out.c - what a room says leaves in the order in which it was decided. Messages to be kept are handed to the
 * store at once, many may be on their way, and each waits here for its turn; with nothing on the way to the disk
 * nothing waits, and no memory is taken.
 */
#include "core/room_inside.h"

struct out {
	struct list here; /* room->out */
	struct room *room;
	void (*run)(struct out *o);
	unsigned storing;	       /* writes that are not on disk yet: nothing passes */
	struct stanza *plain, *seeing; /* references */
	uint64_t except;
	/* one seat */
	uint64_t seat, occupant;
	unsigned core;
	bool sees, fresh;
	struct str full;      /* own memory once it waits */
	struct stanza **many; /* own memory, references */
	size_t n;
	/* history */
	size_t stanzas, chars;
	msec since;
	/* messages */
	bool remember;
	struct str subject; /* own memory once it waits; p == NULL: none */
	struct room_call *call;
	int verdict;
};

/* ---- the queue -------------------------------------------------------------------------------------------------- */

static void out_release(struct out *o)
{
	stanza_unref(o->plain);
	stanza_unref(o->seeing);
	for (size_t i = 0; i < o->n; i++)
		stanza_unref(o->many[i]);
	mem_free(o->many);
}

static void out_free(struct out *o)
{
	list_remove(&o->here);
	out_release(o);
	mem_free((void *)o->full.p);
	mem_free((void *)o->subject.p);
	mem_free(o);
}

static struct str own(struct str s) { return s.p ? str_n(str_dup(s), s.n) : s; }

static struct out *out_keep(const struct out *from)
{
	struct out *o = mem_copy(from, sizeof *from);

	o->full = own(o->full);
	o->subject = own(o->subject);
	list_init(&o->here);
	list_append(&o->room->out, &o->here);
	return o;
}

static void out_push(struct out *o)
{
	if (!list_empty(&o->room->out)) {
		out_keep(o);
		return;
	}
	o->run(o);
	out_release(o);
}

/* Each stays in the list until it is done, so that what comes meanwhile is behind it. */
static void out_go_on(struct room *r)
{
	struct out *o;

	while ((o = list_first(&r->out, struct out, here)) && !o->storing) {
		struct room_call *call = o->call;
		int verdict = o->verdict;

		o->call = NULL;
		o->run(o);
		out_free(o);
		room_call_end(call, verdict);
	}
	room_go_on(r);
}

void out_drop(struct room *r)
{
	for (struct out *o; (o = list_first(&r->out, struct out, here));) {
		if (o->call && o->call->drop)
			o->call->drop(o->call);
		out_free(o);
	}
}

/* ---- to all ----------------------------------------------------------------------------------------------------- */

static void spread(struct room *r, struct stanza *st, uint64_t except, uint16_t flags)
{
	struct parcel p = { .kind = PARCEL_ROOM, .stanza = st, .number = except, .flags = flags };
	unsigned own = r->core->index;

	for (unsigned i = 0; i < core_count(r->core); i++)
		if (r->at[i] && i != own)
			bus_send(r->core->bus, i, &p);
	if (r->at[own])
		bus_send(r->core->bus, own, &p);
}

static void all_run(struct out *o)
{
	if (o->plain)
		spread(o->room, o->plain, o->except, o->seeing && o->seeing != o->plain ? PARCEL_BLIND : 0);
	if (o->seeing && o->seeing != o->plain)
		spread(o->room, o->seeing, o->except, PARCEL_SEES);
}

void out_all(struct room *r, struct stanza *plain, struct stanza *seeing, uint64_t except)
{
	out_push(&(struct out){ .room = r, .run = all_run, .plain = plain, .seeing = seeing, .except = except });
}

void out_seeing(struct room *r, struct stanza *st)
{
	out_push(&(struct out){ .room = r, .run = all_run, .seeing = st });
}

/* ---- to one ----------------------------------------------------------------------------------------------------- */

static void give(struct out *o, struct stanza *st, uint16_t flags)
{
	bus_send(o->room->core->bus, o->core,
		 &(struct parcel){ .kind = PARCEL_ROOM, .stanza = st, .bytes = o->full, .flags = flags });
}

static struct out out_for(struct room *r, const struct seat *s, void (*run)(struct out *o))
{
	return (struct out){ .room = r,
			     .run = run,
			     .seat = s->number,
			     .occupant = s->occupant->number,
			     .core = s->core,
			     .full = jid_full(s->jid),
			     .sees = occupant_sees(s->occupant) };
}

static void seat_run(struct out *o) { give(o, o->plain, 0); }

void out_seat(struct room *r, const struct seat *s, struct stanza *st)
{
	struct out o = out_for(r, s, seat_run);

	o.plain = st;
	out_push(&o);
}

static void many_run(struct out *o)
{
	for (size_t i = 0; i < o->n; i++)
		give(o, o->many[i], 0);
}

void out_many(struct room *r, const struct seat *s, struct stanza **list, size_t n)
{
	struct out o = out_for(r, s, many_run);

	o.many = list;
	o.n = n;
	out_push(&o);
}

static void place_tell(struct out *o, enum parcel_kind kind, uint16_t flags)
{
	struct room *r = o->room;
	own_buf bytes = { 0 };

	buf_fmt(&bytes, "%s%c%.*s%c", r->name, 0, STR_ARG(o->full), 0);
	bus_send(r->core->bus, o->core,
		 &(struct parcel){ .kind = (uint8_t)kind,
				   .flags = flags,
				   .number = o->seat,
				   .owner = (int64_t)o->occupant,
				   .bytes = buf_all(&bytes) });
}

static void enter_run(struct out *o)
{
	o->room->at[o->core] += o->fresh;
	place_tell(o, PARCEL_ROOM_ENTER, PARCEL_OWN | (o->sees ? PARCEL_SEES : 0));
}

void out_enter(struct room *r, const struct seat *s, bool fresh)
{
	struct out o = out_for(r, s, enter_run);

	o.fresh = fresh;
	out_push(&o);
}

static void leave_run(struct out *o)
{
	if (PLANTED(PLANT_ROOM_KEEPS_REACHING))
		return;
	o->room->at[o->core]--;
	place_tell(o, PARCEL_ROOM_LEAVE, PARCEL_OWN);
}

void out_leave(struct room *r, const struct seat *s)
{
	struct out o = out_for(r, s, leave_run);

	out_push(&o);
}

/* ---- what was said before --------------------------------------------------------------------------------------- */

/* How many of the last ones fit what was asked for. */
static unsigned history_fits(const struct out *o)
{
	const struct room *r = o->room;
	unsigned n = 0, most = r->history_n < ROOM_HISTORY_MAX ? r->history_n : ROOM_HISTORY_MAX;
	msec oldest = r->config.keep_days ? core_now(r->core) - (msec)r->config.keep_days * 24 * 3600 * 1000 : 0;
	size_t chars = 0;

	for (; n < most && n < o->stanzas; n++) {
		const struct stanza *st = r->history[(r->history_n - 1 - n) % ROOM_HISTORY_MAX];

		chars += st->payload.n;
		if (chars > o->chars || st->time < o->since || st->time < oldest)
			break;
	}
	return n;
}

/* Decided here and not when it was asked for: all before it is on disk now, and nothing after it was said yet. */
static void history_run(struct out *o)
{
	struct room *r = o->room;

	for (unsigned n = history_fits(o); n; n--)
		give(o, r->history[(r->history_n - n) % ROOM_HISTORY_MAX], PARCEL_WAITED);
	if (r->subject_said) {
		give(o, r->subject_said, PARCEL_WAITED);
		return;
	}
	o->plain = stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						      .type = MESSAGE_GROUPCHAT,
						      .time = core_now(r->core),
						      .from = r->jid,
						      .payload = STR("<subject/>") });
	give(o, o->plain, 0);
}

void out_history(struct room *r, const struct seat *s, const struct room_entry *e)
{
	struct out o = out_for(r, s, history_run);

	o.chars = e->history_chars;
	o.since = e->history_since;
	o.stanzas = e->history_stanzas != SIZE_MAX ? e->history_stanzas
		    : e->history_since		   ? ROOM_HISTORY_MAX
						   : r->config.history;
	out_push(&o);
}

static void send_run(struct out *o) { service_send(o->room->core, stanza_ref(o->plain), NULL, NULL); }

void room_send(struct room *r, struct stanza *st)
{
	out_push(&(struct out){ .room = r, .run = send_run, .plain = st });
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static void nothing_run(struct out *o) {}

void out_call(struct room *r, struct room_call *call, int verdict)
{
	if (!call)
		return;
	if (list_empty(&r->out))
		call->done(call, verdict);
	else
		out_keep(&(struct out){ .room = r, .run = nothing_run, .call = call, .verdict = verdict });
}

/* ---- messages --------------------------------------------------------------------------------------------------- */

static void message_run(struct out *o)
{
	struct room *r = o->room;

	if (o->verdict || (PLANTED(PLANT_ROOM_SAID_TOO_SOON) && !o->storing))
		return;
	if (o->remember)
		room_history_add(r, o->plain);
	if (o->subject.p)
		room_subject_set(r, stanza_ref(o->plain), o->subject);
	spread(r, o->plain, 0, 0);
	room_push(r, o->plain);
}

static void stored(struct store_request *q)
{
	struct out *o = q->arg;

	if (q->answer)
		o->verdict = ROOM_STORE;
	else if (q->op == STORE_KEEP)
		core_count_up(o->room->core, COUNT_KEPT, 1);
	if (--o->storing == 0)
		out_go_on(o->room);
}

/* The subject is written beside its message, in one turn and so in one commit: who comes after a restart sees the one
 * that was said. */
static void subject_store(struct out *o)
{
	struct store_request *q = store_ask(o->room->core->store, STORE_ITEM_SET, stored, o);
	own_buf value = { 0 };

	o->storing++;
	room_subject_write(&value, o->plain, o->subject);
	q->owner = o->room->id;
	q->space = room_space;
	q->key = STR("subject");
	q->value = store_str(q, buf_all(&value));
	store_submit(q);
}

static void message_store(struct out *o)
{
	struct store_request *q = store_ask(o->room->core->store, STORE_KEEP, stored, o);

	o->storing++;
	if (PLANTED(PLANT_ROOM_SAID_TOO_SOON))
		message_run(o);
	q->stanza = stanza_ref(o->plain);
	q->archive_to = o->room->id;
	store_submit(q);
}

void out_message(struct room *r, struct stanza *st, struct str subject, bool keep, bool remember,
		 struct room_call *call)
{
	struct out now = { .room = r,
			   .run = message_run,
			   .plain = st,
			   .subject = subject,
			   .remember = remember,
			   .call = call },
		   *o;

	if (!keep && !subject.p && list_empty(&r->out)) {
		message_run(&now);
		out_release(&now);
		room_call_end(call, 0);
		return;
	}
	o = out_keep(&now);
	if (subject.p)
		subject_store(o);
	if (keep)
		message_store(o);
}
