/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/classic_talk.c - messages, rooms, who is online, and what is known after a line that broke: 102,
 * 103, 108 to 111.
 *
 * The protocol has no ids. What is under way when the line goes is in doubt: after logging in the history of its
 * conversation is asked for and compared with what we know (doubts_settle); only what is not in it goes out again.
 * Nothing else is sent before that is decided, so the order holds.
 */
#include "clients/term/engine/classic.h"

#include <assert.h>

#include "base/crypt.h"

enum {
	AFTER_JOIN = 50,               /* entries asked for on entering a room */
	RETRY_MS = 3000,
	PUSHED_MAX = 2000,
	ROWS_MAX = 4096,               /* of a history; a message of several lines is as many */
	MISSED_MAX = 100,              /* conversations whose history is asked for on coming in */
	OWN_BEFORE_MS = 14 * 24 * 3600 * 1000, /* so long may have waited here what the server has the time of */
	OWN_AFTER_MS = 120 * 1000,     /* and so much may a clock have been set since, beside what it is ahead now */
};

struct name {
	struct map_node node;
	struct str name;
};

struct pushed {
	struct list here;
	uint8_t sum[HASH_BYTES_MAX];
};

/* ---- who is online ----------------------------------------------------------------------------------------------- */

bool cl_is_online(struct client *c, struct str name) { return map_get(&line_of(c)->names, name) != NULL; }

void cl_names(struct client *c, void (*each)(void *arg, struct str name), void *arg)
{
	const struct map *m = &line_of(c)->names;

	for (struct map_node *n = map_next(m, NULL); n; n = map_next(m, n))
		each(arg, n->key);
}

static void name_set(struct classic *l, struct str name, bool online)
{
	struct name *n = map_find(&l->names, name, struct name, node);

	if (online && !n) {
		n = mem_new(struct name);
		str_set(&n->name, name);
		map_add(&l->names, &n->node, n->name);
	} else if (!online && n) {
		map_remove(&l->names, &n->node);
		str_set(&n->name, STR_NONE);
		mem_free(n);
	}
	client_online(l->c, name, online);
}

void cl_names_drop(struct classic *l)
{
	for (struct map_node *node; (node = map_drain(&l->names));) {
		struct name *n = holder_of(node, struct name, node);

		str_set(&n->name, STR_NONE);
		mem_free(n);
	}
}

/* "TYPE@SENDER@CONTENT@TIME": from the left by two @, then from the right by the last one. */
static bool push_split(struct str line, struct str part[4])
{
	for (int i = 0; i < 2; i++) {
		size_t at = str_find(line, '@');

		if (at == line.n)
			return false;
		part[i] = str_n(line.p, at);
		line = str_from(line, at + 1);
	}
	for (size_t i = line.n; i-- > 0;)
		if (line.p[i] == '@') {
			part[2] = str_n(line.p, i);
			part[3] = str_from(line, i + 1);
			return true;
		}
	return false;
}

static struct str list_next(struct str *rest)
{
	size_t comma = str_find(*rest, ',');
	struct str name = str_n(rest->p, comma);

	*rest = str_from(*rest, comma + 1);
	return name;
}

static void tell_list(struct classic *l, struct conversation *v, enum text head, struct str list)
{
	own_buf shown = { 0 }, count = { 0 };
	unsigned n = 0;

	while (list.n) {
		struct str name = list_next(&list);

		buf_fmt(&shown, "%s%.*s", n++ ? ", " : "", STR_ARG(name));
	}
	buf_u64(&count, n);
	client_tell(l->c, v, "who", false, head, buf_all(&count), buf_all(&shown));
}

static void tell_failed(struct classic *l, const struct ask *a, const char *name, struct str data)
{
	own_buf text = { 0 };

	if (!a->shown)
		return;
	cl_reason(l, &text, data);
	client_notice(l->c, a->v, name, true, buf_all(&text));
}

static void online_told(struct classic *l, struct ask *a, bool good, struct str data)
{
	struct str part[4], rest;

	if (!good || !push_split(data, part)) {
		tell_failed(l, a, "who", good ? STR("") : data);
		return;
	}
	cl_names_drop(l);
	list_each (v, &l->c->conversations, struct conversation, here)
		if (v->kind == CONVERSATION_PERSON)
			client_online(l->c, v->name, false);
	for (rest = part[2]; rest.n;)
		name_set(l, list_next(&rest), true);
	if (a->shown)
		tell_list(l, a->v, TEXT_online, part[2]);
}

static void people_told(struct classic *l, struct ask *a, bool good, struct str data)
{
	struct str part[4], rest;
	own_buf names = { 0 };
	size_t n = 0;

	if (!good || !push_split(data, part)) {
		tell_failed(l, a, "who", good ? STR("") : data);
		return;
	}
	for (rest = part[2]; rest.n; n++) {
		struct str name = list_next(&rest);

		buf_add(&names, &name, sizeof name);
	}
	conversation_people(l->c, a->v, n ? (const struct str *)(const void *)names.p : &rest, n);
	if (a->shown)
		tell_list(l, a->v, TEXT_in_room, part[2]);
}

static struct ask *ask_people(struct classic *l, struct conversation *room)
{
	own_buf request = { 0 };
	struct ask *a;

	buf_fmt(&request, "102|%.*s", STR_ARG(room->name));
	a = cl_ask(l, buf_all(&request), people_told);
	a->v = room;
	return a;
}

/* Unless that has been asked already. */
static void ask_people_once(struct classic *l, struct conversation *room)
{
	list_each (a, &l->asks, struct ask, here)
		if (a->done == people_told && a->v == room)
			return;
	ask_people(l, room);
}

static bool is_among(const struct conversation *room, struct str nick)
{
	for (size_t i = 0; i < room->people_n; i++)
		if (str_eq(room->people[i], nick))
			return true;
	return false;
}

void cl_who(struct client *c, struct conversation *v)
{
	struct classic *l = line_of(c);
	struct ask *a;

	if (!l || !l->logged_in) {
		client_tell(c, v, "not-online", true, TEXT_not_online, STR_NONE, STR_NONE);
		return;
	}
	a = v && v->kind == CONVERSATION_ROOM ? ask_people(l, v) : cl_ask(l, STR("102|"), online_told);
	a->v = v;
	a->shown = true;
}

void cl_people(struct client *c, struct conversation *room)
{
	struct classic *l = line_of(c);

	if (l && l->logged_in && room->online)
		ask_people_once(l, room);
}

/* ---- rooms ------------------------------------------------------------------------------------------------------- */

static struct ask *ask_history(struct classic *l, struct conversation *v, unsigned count);

/* Reasons that will be the same the next time. */
static bool is_final(struct str reason)
{
	static const char *const passing[] = { "try again later", "not possible", "" };

	for (size_t i = 0; i < countof(passing); i++)
		if (str_is(reason, passing[i]))
			return false;
	return true;
}

/* What was written on the way in. */
static void waiting_fail(struct classic *l, struct conversation *room, struct str why)
{
	list_each (e, &room->entries, struct entry, here)
		if (e->mine && e->status == ENTRY_WAITING)
			entry_status(l->c, e, ENTRY_FAILED, why);
}

static void joined(struct classic *l, struct ask *a, bool good, struct str data)
{
	struct chat *t = chat_of(a->v);
	own_buf reason = { 0 }, text = { 0 };

	if (good) {
		/* t->joined is what the user wants, who may have left again meanwhile: that reply is under way. */
		if (!a->v->online)
			str_set(&t->nick, STR(""));
		a->v->online = true;
		l->c->face->ops->conversation(l->c->face, a->v, CONVERSATION_CHANGED);
		ask_people(l, a->v);
		if (a->shown)
			ask_history(l, a->v, AFTER_JOIN);
		client_flush(l->c, a->v);
		return;
	}
	cl_reason(l, &reason, data);
	if (is_final(data)) {
		t->joined = false;
		chat_changed(l->c, t);
		waiting_fail(l, a->v, buf_all(&reason));
	}
	text_put(&text, l->c->setup.chinese, TEXT_join_refused, a->v->name, buf_all(&reason), STR_NONE);
	client_notice(l->c, a->v, "join-refused", true, buf_all(&text));
}

static struct ask *ask_join(struct classic *l, struct conversation *room)
{
	struct chat *t = chat_of(room);
	own_buf request = { 0 };
	struct ask *a;

	buf_fmt(&request, "108|%.*s", STR_ARG(room->name));
	if (t->password.n)
		buf_fmt(&request, ",%.*s", STR_ARG(t->password));
	a = cl_ask(l, buf_all(&request), joined);
	a->v = room;
	return a;
}

void cl_join(struct client *c, struct str room, struct str password)
{
	struct classic *l = line_of(c);
	struct conversation *v = client_conversation(c, room, true);

	str_set(&chat_of(v)->password, password.p ? password : STR(""));
	chat_of(v)->joined = true;
	chat_changed(c, chat_of(v));
	c->face->ops->show(c->face, v, NULL);
	if (l && l->logged_in)
		ask_join(l, v)->shown = true;
	else
		client_tell(c, v, "join-later", false, TEXT_join_later, v->name, STR_NONE);
}

static void left(struct classic *l, struct ask *a, bool good, struct str data)
{
	(void)data, (void)good;
	a->v->online = false;
	conversation_people(l->c, a->v, NULL, 0);
	client_tell(l->c, a->v, "left", false, TEXT_left, a->v->name, STR_NONE);
}

void cl_leave(struct client *c, struct conversation *room)
{
	struct classic *l = line_of(c);
	own_buf request = { 0 };

	chat_of(room)->joined = false;
	chat_changed(c, chat_of(room));
	if (!l || !l->logged_in) {
		client_tell(c, room, "left", false, TEXT_left, room->name, STR_NONE);
		return;
	}
	buf_fmt(&request, "109|%.*s", STR_ARG(room->name));
	cl_ask(l, buf_all(&request), left)->v = room;
}

/* ---- history ----------------------------------------------------------------------------------------------------- */

/* What is in doubt is among the newest. */
static void rows_forget_oldest(struct classic *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str_set(&l->rows[i].sender, STR_NONE);
		str_set(&l->rows[i].text, STR_NONE);
	}
	l->rows_n -= n;
	if (l->rows_n)
		memmove(l->rows, l->rows + n, l->rows_n * sizeof *l->rows);
}

static void rows_forget(struct classic *l)
{
	rows_forget_oldest(l, l->rows_n);
	mem_free(l->telling);
	l->telling = NULL;
}

/* Whether anything of it is on this machine. */
static bool is_known(struct classic *l, struct conversation *v)
{
	chat_load(l->c, chat_of(v));
	return !list_empty(&v->entries);
}

/* From when on something in a history is news: behind what we have heard from others, or, if that is nothing, behind
 * our first words. Where nothing is known there is none: it was read elsewhere. */
static msec news_of(struct conversation *v)
{
	msec heard = 0, said = 0;

	list_each (e, &v->entries, struct entry, here) {
		if (e->kind == ENTRY_NOTE)
			continue;
		if (!e->mine)
			heard = heard > e->time ? heard : e->time;
		else if (!said)
			said = e->time;
	}
	return heard ? heard : said;
}

static void history_told(struct classic *l, struct ask *a, bool good, struct str data)
{
	if (good) {
		cl_told_end(l); /* a server that does not end one before the next */
		l->telling = a; /* what follows is its */
		l->had = is_known(l, a->v);
		l->news = a->news ? a->news : news_of(a->v);
		return;
	}
	tell_failed(l, a, "history", data);
	client_history_done(l->c, a->v, false);
}

static struct ask *ask_history(struct classic *l, struct conversation *v, unsigned count)
{
	own_buf request = { 0 };
	struct ask *a;

	count = count > CLASSIC_HISTORY_MAX ? CLASSIC_HISTORY_MAX : count;
	buf_fmt(&request, "111|%.*s,%u", STR_ARG(v->name), count);
	a = cl_ask(l, buf_all(&request), history_told);
	a->v = v;
	a->count = count;
	return a;
}

void cl_older(struct client *c, struct conversation *v, unsigned count)
{
	struct classic *l = line_of(c);

	/* The history of a room is told to who is in it; that of one of those in it nobody keeps. */
	if (!l || !l->logged_in || (v->kind == CONVERSATION_ROOM && !v->online) ||
	    str_starts(v->name, STR("#")) != (v->kind == CONVERSATION_ROOM)) {
		client_history_done(c, v, v->more);
		return;
	}
	ask_history(l, v, count);
}

static struct str nick_of(struct str sender)
{
	return str_starts(sender, STR("#")) ? str_from(sender, str_find(sender, '/') + 1) : sender;
}

static bool is_in_room(struct str name) { return str_starts(name, STR("#")); }

/* The room in which this conversation or sender is, NULL: none that is known. */
static struct conversation *room_of(struct client *c, struct str name)
{
	return is_in_room(name) ? client_conversation(c, str_n(name.p, str_find(name, '/')), false) : NULL;
}

/* Our own name in rooms, unless the room has given us another, is that of the account. Where it has, that of the
 * account is somebody else's. */
bool cl_is_own(const struct classic *l, struct str sender)
{
	struct conversation *room = room_of(l->c, sender);
	struct str given = room ? chat_of(room)->nick : STR_NONE;

	return str_eq(nick_of(sender), given.n ? given : l->c->state.self);
}

/* Our name, or one that the room gave us, now or before ("tom2"): what it says may be ours, where we have said the
 * same. */
static bool may_be_own(const struct classic *l, struct conversation *v, struct str sender)
{
	struct str nicks = buf_all(&chat_of(v)->nicks), nick = nick_of(sender);

	if (str_eq(nick, l->c->state.self))
		return true;
	while (nicks.n) {
		size_t n = str_find(nicks, '\n');

		if (str_eq(str_n(nicks.p, n), nick))
			return true;
		nicks = str_from(nicks, n + 1);
	}
	return false;
}

static void nick_given(struct classic *l, struct conversation *v, struct str nick)
{
	str_set(&chat_of(v)->nick, nick);
	if (may_be_own(l, v, nick))
		return;
	buf_str(&chat_of(v)->nicks, nick);
	buf_byte(&chat_of(v)->nicks, '\n');
}

void cl_told_row(struct classic *l, struct str sender, struct str text, msec time)
{
	struct told *row;

	if (!l->telling)
		return;
	if (l->rows_n == ROWS_MAX)
		rows_forget_oldest(l, ROWS_MAX / 2);
	if (l->rows_n == l->rows_room) {
		l->rows_room = l->rows_room ? l->rows_room * 2 : 64;
		l->rows = mem_grow(l->rows, l->rows_room * sizeof *l->rows);
	}
	row = &l->rows[l->rows_n++];
	*row = (struct told){ .time = time,
			      .mine = cl_is_own(l, sender),
			      .maybe_mine = may_be_own(l, l->telling->v, sender) };
	str_set(&row->sender, sender);
	str_set(&row->text, text);
}

static bool is_taken(const struct classic *l, int64_t entry)
{
	for (size_t i = 0; i < l->rows_n; i++)
		if (l->rows[i].entry == entry)
			return true;
	return false;
}

/* Whether the row may be this entry of ours. */
static bool may_be(const struct classic *l, const struct entry *e, const struct told *row, bool sending)
{
	return e->mine && e->kind == ENTRY_TEXT && (e->status == ENTRY_SENDING) == sending &&
	       e->status != ENTRY_WAITING && e->status != ENTRY_FAILED && str_eq(e->text, row->text) &&
	       e->time >= row->time - OWN_BEFORE_MS && e->time <= row->time + OWN_AFTER_MS + l->ahead_ms;
}

/* Of entries of ours with this text that no row stands for yet: of those that the server has the one nearest in time,
 * of those in doubt the first. */
static struct entry *own_find(const struct classic *l, struct conversation *v, const struct told *row, bool sending)
{
	struct entry *best = NULL;
	msec best_far = 0;

	list_each (e, &v->entries, struct entry, here) {
		msec far = e->time > row->time ? e->time - row->time : row->time - e->time;

		if (!may_be(l, e, row, sending) || (best && (sending || far >= best_far)) || is_taken(l, e->id))
			continue;
		best = e;
		best_far = far;
	}
	return best;
}

/* Rows of ours find their entries: first those that the server is known to have, then, in their order, those in doubt.
 */
static void own_match(struct classic *l, struct conversation *v)
{
	for (int sending = 0; sending < 2; sending++)
		for (size_t i = 0; i < l->rows_n; i++) {
			struct told *row = &l->rows[i];
			struct entry *e = (row->mine || row->maybe_mine) && !row->entry
						  ? own_find(l, v, row, sending)
						  : NULL;

			if (!e)
				continue;
			row->entry = e->id;
			row->at = e->time;
			if (sending)
				entry_status(l->c, e, ENTRY_RELAYED, STR_NONE);
		}
}

/* The how-manieth of its sender, second and text this row is. */
static unsigned row_nth(const struct classic *l, size_t at)
{
	const struct told *row = &l->rows[at];
	unsigned n = 1;

	for (size_t i = 0; i < at; i++)
		n += l->rows[i].time == row->time && str_eq(l->rows[i].sender, row->sender) &&
		     str_eq(l->rows[i].text, row->text);
	return n;
}

bool cl_is_under_way(const struct classic *l, int64_t id)
{
	list_each (a, &l->asks, struct ask, here)
		if (a->entry == id)
			return true;
	return false;
}

/* What is in doubt and was not in the history did not arrive: it goes out again. */
static void doubts_settle(struct classic *l, struct conversation *v)
{
	list_each (e, &v->entries, struct entry, here)
		if (e->mine && e->status == ENTRY_SENDING && e->kind == ENTRY_TEXT && !cl_is_under_way(l, e->id))
			entry_status(l->c, e, ENTRY_WAITING, STR_NONE);
}

/* Rows that are no entry of ours are taken in; true: any row of all was known. */
static bool rows_take(struct classic *l, struct conversation *v)
{
	bool any = false;
	msec floor = 0;

	for (size_t i = 0; i < l->rows_n; i++) {
		const struct told *row = &l->rows[i];
		struct str sender = nick_of(row->sender);
		bool known = row->entry;

		if (row->time > chat_of(v)->told_until)
			chat_of(v)->told_until = row->time;
		/* Within a second the history knows the order, its times do not. */
		if (row->entry)
			floor = row->at;
		else if (floor < row->time || floor / 1000 != row->time / 1000)
			floor = row->time;
		if (!known && sender.n)
			client_received(l->c, &(struct incoming){ .conversation = v->name,
								  .sender = sender,
								  .text = row->text,
								  .time = floor,
								  .relayed = true,
								  .old = true,
								  .news = l->news,
								  .mine = row->mine,
								  .nth = row_nth(l, i),
								  .known = &known });
		any = any || known;
	}
	return any;
}

/* The history that is being told has ended. Only while nothing of ours is under way does "in doubt" mean what the last
 * line left. */
void cl_told_end(struct classic *l)
{
	struct ask *a = l->telling;
	struct conversation *v;
	bool full, gap;

	if (!a)
		return;
	v = a->v;
	if (l->rows_n)
		chat_cover(l->c, chat_of(v), l->rows[0].time - OWN_AFTER_MS);
	own_match(l, v);
	full = l->rows_n >= a->count && a->count < CLASSIC_HISTORY_MAX;
	/* Not one of them was known, though something was. */
	gap = !rows_take(l, v) && l->had && full;
	if (!l->settled)
		doubts_settle(l, v);
	if (gap)
		ask_history(l, v, CLASSIC_HISTORY_MAX)->news = l->news;
	else
		client_history_done(l->c, v, full);
	rows_forget(l);
}

/* ---- coming in --------------------------------------------------------------------------------------------------- */

static void events_on(struct classic *l, struct ask *a, bool good, struct str data)
{
	(void)l, (void)a, (void)good, (void)data;
}

static void doubt_note(void *arg, struct str conversation, const struct entry *e)
{
	struct conversation *v = client_conversation(arg, conversation, true);
	struct classic *l = line_of(arg);

	if (e->status != ENTRY_SENDING || e->kind != ENTRY_TEXT)
		return;
	client_entry(arg, v, e->id);
	list_each (a, &l->asks, struct ask, here)
		if (a->done == history_told && a->v == v)
			return;
	if (v->kind == CONVERSATION_ROOM || !str_starts(v->name, STR("#")))
		ask_history(l, v, CLASSIC_HISTORY_MAX);
}

/* What was pushed meanwhile is told now. */
static void held_take(struct classic *l)
{
	struct buf held = l->held;
	size_t at = 0;

	l->held = (struct buf){ 0 };
	l->taking_held = true;
	while (at < held.n) {
		size_t n = str_find(str_from(buf_all(&held), at), '\n');

		cl_push(l, str_n(held.p + at, n));
		at += n + 1;
	}
	buf_free(&held);
	l->taking_held = false;
}

static void all_settled(struct classic *l, struct ask *a, bool good, struct str data)
{
	(void)a, (void)good, (void)data;
	l->settled = true;
	held_take(l);
	/* Where the history could not be had, nobody knows: better twice than never. */
	list_each (v, &l->c->conversations, struct conversation, here)
		doubts_settle(l, v);
	way_phase(l->c, PHASE_ONLINE, STR_NONE, 0);
	cl_files_go_on(l);
}

static void first_online(struct classic *l, struct ask *a, bool good, struct str data)
{
	struct str part[4];

	if (good && push_split(data, part))
		cl_zone_learn(l, part[3]);
	online_told(l, a, good, data);
}

/* What is asked at once, in this order: the replies settle what the last line left open, and the last one opens ours
 * for messages. */
void cl_begin(struct classic *l)
{
	struct client *c = l->c;
	unsigned n = 0;

	cl_ask(l, STR("102|"), first_online);
	cl_ask(l, STR("110|on"), events_on);
	list_each (v, &c->conversations, struct conversation, here)
		if (v->kind == CONVERSATION_ROOM && chat_of(v)->joined)
			ask_join(l, v);
	keep_waiting(c->keep, STR_NONE, doubt_note, c);
	list_each (v, &c->conversations, struct conversation, here) {
		bool asked = false;

		list_each (a, &l->asks, struct ask, here)
			asked = asked || (a->done == history_told && a->v == v);
		/* The server counts as delivered what the kernel has taken: the end of the last line may have swallowed
		 * something. */
		if (!asked && n < MISSED_MAX &&
		    (v->kind == CONVERSATION_ROOM ? chat_of(v)->joined
						  : v->kind == CONVERSATION_PERSON && v->name.p[0] != '#')) {
			ask_history(l, v, c->setup.history);
			n++;
		}
	}
	/* A request without an effect of its own: its reply comes after all of these. */
	cl_ask(l, STR("110|on"), all_settled);
}

void cl_ended(struct classic *l)
{
	for (struct ask *a; (a = list_first(&l->asks, struct ask, here));) {
		list_remove(&a->here);
		mem_free(a);
	}
	rows_forget(l);
	list_each (p, &l->pushed, struct pushed, here) {
		list_remove(&p->here);
		mem_free(p);
	}
	buf_clear(&l->held);
	cl_names_drop(l);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

/* Answered with "later": the next try is soon, but not at once. */
static bool is_passing(struct str reason)
{
	return str_is(reason, "try again later") || str_is(reason, "too fast for this room: wait a little");
}

static void sent(struct classic *l, struct ask *a, bool good, struct str data)
{
	struct entry *e = client_entry(l->c, a->v, a->entry);
	own_buf why = { 0 };

	l->ahead--;
	if (!e)
		return;
	if (good) {
		entry_status(l->c, e, ENTRY_RELAYED, STR_NONE);
	} else if (is_passing(data)) {
		entry_status(l->c, e, ENTRY_WAITING, STR_NONE);
		world_timer(l->c->world, &l->retry, RETRY_MS);
	} else {
		cl_reason(l, &why, data);
		entry_status(l->c, e, ENTRY_FAILED, buf_all(&why));
	}
	if (l->ahead == CLASSIC_AHEAD_MAX / 2 && l->c->state.waiting > l->ahead)
		client_flush(l->c, NULL);
	else if (is_in_room(a->v->name))
		client_flush(l->c, a->v);
}

/* A room takes only so much in a time: what is behind something that it has refused must not be under way, or it may
 * come before that. */
static bool must_wait_for_another(const struct classic *l, const struct conversation *v)
{
	if (!is_in_room(v->name))
		return false;
	list_each (a, &l->asks, struct ask, here)
		if (a->done == sent && a->v == v)
			return true;
	return false;
}

/* False: it stays where it is, or has failed. */
static bool may_go(struct classic *l, struct entry *e)
{
	struct conversation *v = e->conversation, *room = room_of(l->c, v->name);

	if (!is_in_room(v->name) || (room && room->online))
		return true;
	/* On the way into it, it waits. */
	if (!room || !chat_of(room)->joined)
		entry_status(l->c, e, ENTRY_FAILED, text_of(l->c, TEXT_not_in_room));
	return false;
}

void cl_send(struct client *c, struct entry *e)
{
	struct classic *l = line_of(c);
	own_buf request = { 0 };
	struct ask *a;

	if (!l || !l->logged_in || !l->settled || l->leaving || l->retry.place || !may_go(l, e))
		return;
	if (e->kind == ENTRY_FILE) {
		cl_offer(l, e);
		return;
	}
	if (l->ahead >= CLASSIC_AHEAD_MAX || must_wait_for_another(l, e->conversation))
		return;
	buf_fmt(&request, "103|%.*s,%.*s,", STR_ARG(c->state.self), STR_ARG(e->conversation->name));
	buf_str(&request, e->text);
	if (request.n > CLASSIC_REQUEST_MAX) {
		entry_status(c, e, ENTRY_FAILED, text_of(c, TEXT_too_long));
		return;
	}
	/* On disk first: after a crash it is known to be in doubt. */
	entry_status(c, e, ENTRY_SENDING, STR_NONE);
	a = cl_ask(l, buf_all(&request), sent);
	a->v = e->conversation;
	a->entry = e->id;
	l->ahead++;
}

/* ---- what the server tells --------------------------------------------------------------------------------------- */

/* Pushes that are equal are counted, so that of those which a history may have brought as many as are known are known.
 * 0: this one is new. */
static unsigned pushed_nth(struct classic *l, struct conversation *v, struct str sender, struct str text,
			   struct str stamp, msec time)
{
	struct pushed *p = mem_new(struct pushed);
	own_buf all = { 0 };
	unsigned n = 1, kept = 0;

	buf_fmt(&all, "%.*s\n%.*s\n", STR_ARG(stamp), STR_ARG(sender));
	buf_str(&all, text);
	hash_sum(HASH_SHA256, buf_all(&all), p->sum);
	list_each (other, &l->pushed, struct pushed, here) {
		n += !memcmp(other->sum, p->sum, sizeof p->sum);
		kept++;
	}
	list_append(&l->pushed, &p->here);
	if (kept >= PUSHED_MAX) {
		p = list_first(&l->pushed, struct pushed, here);
		list_remove(&p->here);
		mem_free(p);
	}
	return l->taking_held || time < l->since || time <= chat_of(v)->told_until ? n : 0;
}

/* A room has another name for us: known at once, since what is told next is read by it. */
static void nick_heard(struct classic *l, struct str part[4])
{
	const struct str given = STR("your name is taken here: you are ");

	if (str_is(part[0], "103") && is_in_room(part[1]) && str_find(part[1], '/') == part[1].n &&
	    str_starts(part[2], given))
		nick_given(l, client_conversation(l->c, part[1], true), str_from(part[2], given.n));
}

/* What a room itself says. */
static void room_tells(struct classic *l, struct conversation *v, struct str text)
{
	static const char *const over[] = { "you were banned", "you were removed", "you are no longer in this room",
					    "this room was closed" };

	client_note(l->c, v, text);
	for (size_t i = 0; i < countof(over); i++)
		if (str_starts(text, str_z(over[i]))) {
			v->online = false;
			chat_of(v)->joined = str_starts(text, STR("you are no longer in this room: the server stops"));
			chat_changed(l->c, chat_of(v));
			conversation_people(l->c, v, NULL, 0);
		}
}

static void room_said(struct classic *l, struct str sender, struct str text, struct str stamp, msec time)
{
	const struct str private = STR("(only to you) "), subject = STR("subject: ");
	size_t slash = str_find(sender, '/');
	struct str room = str_n(sender.p, slash), nick = str_from(sender, slash + 1);
	struct conversation *v = client_conversation(l->c, room, true);
	struct incoming in = { .conversation = room, .sender = nick, .text = text, .time = time, .relayed = true };

	if (slash == sender.n) {
		room_tells(l, v, text);
		return;
	}
	if (str_starts(text, private)) {
		in.conversation = sender;
		in.text = str_from(text, private.n);
	} else if (cl_is_own(l, sender)) {
		/* From another place of ours; what is old comes with the history, which is compared with more care. */
		in.mine = true;
		if (time < l->since)
			return;
	} else if (str_starts(text, subject) && time >= l->since) {
		own_buf note = { 0 };

		text_put(&note, l->c->setup.chinese, TEXT_subject, nick, str_from(text, subject.n), STR_NONE);
		client_note(l->c, v, buf_all(&note));
		return;
	}
	in.nth = pushed_nth(l, v, sender, text, stamp, time);
	client_received(l->c, &in);
	if (!is_among(v, nick) && v->online && time >= l->since)
		ask_people_once(l, v);
}

static void said(struct classic *l, struct str part[4])
{
	msec time = cl_time(l, part[3]);
	struct incoming in = {
		.conversation = part[1], .sender = part[1], .text = part[2], .time = time, .relayed = true
	};

	if (!part[1].n || str_is(part[1], "Server")) {
		client_notice(l->c, NULL, "server", false, part[2]);
		return;
	}
	if (part[1].p[0] == '#') {
		room_said(l, part[1], part[2], part[3], time);
		return;
	}
	in.nth = pushed_nth(l, client_conversation(l->c, part[1], true), part[1], part[2], part[3], time);
	client_received(l->c, &in);
}

static void presence(struct classic *l, struct str part[4])
{
	struct str rest = part[2], what = list_next(&rest);

	name_set(l, rest, str_is(what, "login"));
	if (str_is(what, "login"))
		return;
	/* Nobody says who leaves a room; who is not there at all has left it. */
	list_each (v, &l->c->conversations, struct conversation, here)
		if (v->kind == CONVERSATION_ROOM && v->online && is_among(v, rest))
			ask_people_once(l, v);
}

static void told(struct classic *l, struct str part[4])
{
	if (str_is(part[1], "Server") && str_is(part[2], "end"))
		cl_told_end(l);
	else
		cl_told_row(l, part[1], part[2], cl_time(l, part[3]));
}

static void offered(struct classic *l, struct str part[4])
{
	cl_offered(l, part[1], part[2], cl_time(l, part[3]), l->telling ? l->telling->v : NULL);
}

static void declined(struct classic *l, struct str part[4]) { cl_declined(l, part[1], part[2]); }

void cl_push(struct classic *l, struct str line)
{
	static const struct {
		const char *type;
		void (*take)(struct classic *l, struct str part[4]);
	} types[] = { { "103", said }, { "104", offered }, { "107", declined }, { "110", presence }, { "111", told } };
	struct str part[4];

	if (!push_split(line, part))
		return;
	nick_heard(l, part);
	/* Until it is known which zone the server's times are of, and what was missed stands where it belongs, what
	 * comes now waits: the answers are under way. */
	if (l->logged_in && !l->settled && !str_is(part[0], "111") && !(l->telling && str_is(part[0], "104")) &&
	    l->held.n < CLASSIC_HELD_MAX) {
		buf_str(&l->held, line);
		buf_byte(&l->held, '\n');
		return;
	}
	for (size_t i = 0; i < countof(types); i++)
		if (str_is(part[0], types[i].type)) {
			types[i].take(l, part);
			return;
		}
}
