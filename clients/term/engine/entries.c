/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/entries.c - conversations and what is in them: reading back, what comes in, what waits to go out.
 */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "clients/term/engine/chat.h"
#include "clients/term/engine/harmless.h"
#include "model/fold.h"

enum { SAVE_AFTER_MS = 500, COVER_MS = 120 * 1000 };

/* ---- conversations ----------------------------------------------------------------------------------------------- */

static enum conversation_kind kind_of(struct str name)
{
	if (!name.n)
		return CONVERSATION_STATUS;
	/* "#room/nick" is somebody in a room. */
	return name.p[0] == '#' && str_find(name, '/') == name.n ? CONVERSATION_ROOM : CONVERSATION_PERSON;
}

static struct conversation *conversation_new(struct client *c, struct str name)
{
	struct chat *t = mem_new(struct chat);
	struct conversation *v = &t->v;

	str_set(&v->name, name);
	str_set(&v->draft, STR(""));
	str_set(&t->password, STR(""));
	str_set(&t->nick, STR(""));
	v->kind = kind_of(name);
	v->number = c->numbers++;
	v->more = v->kind != CONVERSATION_STATUS;
	list_init(&v->entries);
	list_append(&c->conversations, &v->here);
	map_add(&c->by_name, &v->node, v->name);
	return v;
}

/* A closed one comes back as it was. */
static struct conversation *chat_reopen(struct client *c, struct str name)
{
	own_buf flag = { 0 };

	if (name.n && chat_closed(c, name, &flag))
		keep_value_set(c->keep, buf_all(&flag), STR(""));
	list_each (v, &c->closed, struct conversation, here)
		if (str_eq(v->name, name)) {
			list_remove(&v->here);
			list_append(&c->conversations, &v->here);
			map_add(&c->by_name, &v->node, v->name);
			return v;
		}
	return NULL;
}

struct conversation *client_conversation(struct client *c, struct str name, bool make)
{
	struct conversation *v = map_find(&c->by_name, name, struct conversation, node);

	if (v || !make)
		return v;
	v = chat_reopen(c, name);
	if (!v)
		v = conversation_new(c, name);
	v->online = v->kind == CONVERSATION_PERSON && c->way_state && c->way->online && c->way->online(c, name);
	if (v->kind != CONVERSATION_STATUS)
		chat_changed(c, chat_of(v));
	c->face->ops->conversation(c->face, v, CONVERSATION_NEW);
	return v;
}

bool chat_closed(struct client *c, struct str name, struct buf *flag)
{
	own_buf value = { 0 };

	buf_lit(flag, "closed:");
	buf_str(flag, name);
	return keep_value(c->keep, buf_all(flag), &value) == 0 && value.n;
}

static void people_free(struct conversation *v)
{
	for (size_t i = 0; i < v->people_n; i++)
		str_set(&v->people[i], STR_NONE);
	mem_free(v->people);
	v->people = NULL;
	v->people_n = 0;
}

static void file_free(struct file_info *f)
{
	if (!f)
		return;
	str_set(&f->name, STR_NONE);
	str_set(&f->path, STR_NONE);
	str_set(&f->token, STR_NONE);
	mem_free(f);
}

static void entry_free(struct entry *e)
{
	list_remove(&e->here);
	str_set(&e->sender, STR_NONE);
	str_set(&e->text, STR_NONE);
	str_set(&e->why, STR_NONE);
	str_set(&e->mark, STR_NONE);
	file_free(e->file);
	mem_free(e);
}

void chat_empty(struct chat *t)
{
	list_each (e, &t->v.entries, struct entry, here)
		entry_free(e);
	t->loaded = t->opened = false;
	t->v.unread = 0;
	t->v.mentioned = false;
}

void chat_free(struct chat *t)
{
	chat_empty(t);
	people_free(&t->v);
	list_remove(&t->v.here);
	buf_free(&t->nicks);
	str_set(&t->nick, STR_NONE);
	str_set(&t->v.draft, STR_NONE);
	str_set(&t->password, STR_NONE);
	str_set(&t->v.name, STR_NONE);
	mem_free(t);
}

static void chat_save(struct client *c, struct chat *t)
{
	const struct kept_conversation k = { .name = t->v.name,
					     .draft = t->v.draft,
					     .password = t->password,
					     .unread = t->v.unread,
					     .mentioned = t->v.mentioned,
					     .joined = t->joined };

	if (!t->unsaved)
		return;
	t->unsaved = false;
	if (keep_conversation(c->keep, &k))
		client_notice(c, NULL, "disk", true, keep_why(c->keep));
}

void chats_save(struct client *c)
{
	world_stop(c->world, &c->saving);
	list_each (v, &c->conversations, struct conversation, here)
		chat_save(c, chat_of(v));
}

void chat_close(struct client *c, struct chat *t)
{
	own_buf flag = { 0 };

	chat_save(c, t); /* that it was read, and left */
	chat_closed(c, t->v.name, &flag);
	keep_value_set(c->keep, buf_all(&flag), STR("1"));
	c->face->ops->conversation(c->face, &t->v, CONVERSATION_GONE);
	map_remove(&c->by_name, &t->v.node);
	list_remove(&t->v.here);
	list_append(&c->closed, &t->v.here);
}

void chat_changed(struct client *c, struct chat *t)
{
	t->unsaved = t->v.kind != CONVERSATION_STATUS;
	if (!c->saving.place)
		world_timer(c->world, &c->saving, SAVE_AFTER_MS);
}

static void changed(struct client *c, struct conversation *v)
{
	c->face->ops->conversation(c->face, v, CONVERSATION_CHANGED);
}

void conversation_draft(struct client *c, struct conversation *v, struct str draft)
{
	if (v->kind == CONVERSATION_STATUS || str_eq(v->draft, draft))
		return;
	str_set(&v->draft, draft);
	chat_changed(c, chat_of(v));
}

void client_online(struct client *c, struct str name, bool online)
{
	struct conversation *v = client_conversation(c, name, false);

	if (!v || v->online == online)
		return;
	v->online = online;
	changed(c, v);
}

static int name_cmp(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

void conversation_people(struct client *c, struct conversation *room, const struct str *people, size_t n)
{
	people_free(room);
	room->people = mem_alloc((n + 1) * sizeof *room->people);
	for (size_t i = 0; i < n; i++)
		str_set(&room->people[i], people[i]);
	room->people_n = n;
	qsort(room->people, n, sizeof *room->people, name_cmp);
	changed(c, room);
}

/* ---- entries in memory ------------------------------------------------------------------------------------------- */

static struct file_info *file_copy(const struct file_info *from)
{
	struct file_info *f = mem_new(struct file_info);

	*f = *from;
	f->name = f->path = f->token = STR_NONE;
	str_set(&f->name, from->name.p ? from->name : STR(""));
	str_set(&f->path, from->path.p ? from->path : STR(""));
	str_set(&f->token, from->token.p ? from->token : STR(""));
	return f;
}

static struct entry *entry_copy(struct conversation *v, const struct entry *from)
{
	struct entry *e = mem_new(struct entry);

	*e = *from;
	e->conversation = v;
	list_init(&e->here);
	e->sender = e->text = e->why = e->mark = STR_NONE;
	str_set(&e->sender, from->sender.p ? from->sender : STR(""));
	str_set(&e->text, from->text.p ? from->text : STR(""));
	str_set(&e->why, from->why.p ? from->why : STR(""));
	str_set(&e->mark, from->mark.p ? from->mark : STR(""));
	e->file = from->file ? file_copy(from->file) : NULL;
	return e;
}

static bool is_later(const struct entry *a, const struct entry *b)
{
	return a->time > b->time || (a->time == b->time && a->id && b->id && a->id > b->id);
}

/* Before the first that is later, in the order of the keep. */
static void entry_place(struct entry *e)
{
	struct list *head = &e->conversation->entries, *at = head->prev;

	while (at != head && is_later(holder_of(at, struct entry, here), e))
		at = at->prev;
	list_append(at->next, &e->here);
}

static bool is_newest(const struct entry *e) { return e->here.next == &e->conversation->entries; }

struct reading {
	struct client *c;
	struct conversation *v;
	unsigned n;
};

static bool in_memory(const struct conversation *v, int64_t id)
{
	list_each (e, &v->entries, struct entry, here)
		if (e->id == id)
			return true;
	return false;
}

static void entry_back(void *arg, const struct entry *row)
{
	struct reading *r = arg;
	struct entry *e;

	if (in_memory(r->v, row->id))
		return;
	r->n++;
	e = entry_copy(r->v, row);
	entry_place(e);
	r->c->face->ops->entry(r->c->face, e, ENTRY_OLD);
}

void chat_load(struct client *c, struct chat *t)
{
	struct reading r = { .c = c, .v = &t->v };

	if (t->loaded || t->v.kind == CONVERSATION_STATUS)
		return;
	t->loaded = true;
	keep_entries(c->keep, t->v.name, 0, c->setup.history, entry_back, &r);
}

/* The one from which older ones are asked of the keep. */
static int64_t oldest_id(const struct conversation *v)
{
	list_each (e, &v->entries, struct entry, here)
		if (e->id)
			return e->id;
	return 0;
}

static unsigned page_back(struct client *c, struct conversation *v)
{
	struct reading r = { .c = c, .v = v };

	keep_entries(c->keep, v->name, oldest_id(v), c->setup.history, entry_back, &r);
	return r.n;
}

void chat_cover(struct client *c, struct chat *t, msec time)
{
	struct entry *first;

	chat_load(c, t);
	do
		first = list_first(&t->v.entries, struct entry, here);
	while (first && first->time >= time && page_back(c, &t->v) > 0);
}

void client_people(struct client *c, struct conversation *room)
{
	if (room->kind == CONVERSATION_ROOM && c->way->people)
		c->way->people(c, room);
}

void client_older(struct client *c, struct conversation *v)
{
	struct chat *t = chat_of(v);

	if (v->kind == CONVERSATION_STATUS)
		return;
	chat_load(c, t);
	if (page_back(c, v))
		return;
	if (c->way->older && c->state.phase == PHASE_ONLINE && v->more) {
		t->asked += c->setup.history;
		c->way->older(c, v, t->asked);
	} else if (!c->way->older) {
		v->more = false;
		changed(c, v);
	}
}

void client_history_done(struct client *c, struct conversation *v, bool more)
{
	struct chat *t = chat_of(v);

	if (v->more != more) {
		v->more = more;
		changed(c, v);
	}
	if (t->history_wanted)
		chat_tell(c, t, t->history_wanted);
	t->history_wanted = 0;
}

void client_read(struct client *c, struct conversation *v)
{
	struct chat *t = chat_of(v);
	bool first = !t->opened;

	chat_load(c, t);
	t->opened = true;
	if (v->unread || v->mentioned) {
		v->unread = 0;
		v->mentioned = false;
		chat_changed(c, t);
		changed(c, v);
	}
	if (first && v->kind != CONVERSATION_STATUS && c->way->older && c->state.phase == PHASE_ONLINE) {
		t->asked = c->setup.history;
		c->way->older(c, v, t->asked);
	}
}

static struct entry *entry_find(struct conversation *v, int64_t id)
{
	for (struct list *at = v->entries.prev; at != &v->entries; at = at->prev)
		if (holder_of(at, struct entry, here)->id == id)
			return holder_of(at, struct entry, here);
	return NULL;
}

struct entry *client_entry(struct client *c, struct conversation *v, int64_t id)
{
	struct entry *e;

	chat_load(c, chat_of(v));
	do
		e = entry_find(v, id);
	while (!e && page_back(c, v) > 0);
	return e;
}

/* ---- what comes -------------------------------------------------------------------------------------------------- */

/* How many entries there are of this sender, second and text. */
static unsigned same_count(struct client *c, struct conversation *v, const struct incoming *in)
{
	unsigned n = 0;

	chat_cover(c, chat_of(v), in->time - COVER_MS);
	list_each (e, &v->entries, struct entry, here)
		if (e->kind != ENTRY_NOTE && e->mine == in->mine && e->time / 1000 == in->time / 1000 &&
		    str_eq(e->text, in->text) && (e->mine || str_eq(e->sender, in->sender)))
			n++;
	return n;
}

/* Letters and digits of ASCII around a name make another word of it. */
static bool is_of_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

static bool names_us(const struct client *c, struct str text)
{
	own_buf folded = { 0 }, name = { 0 };
	const char *at;

	text_fold(&folded, text);
	text_fold(&name, c->state.self);
	for (size_t from = 0; name.n && from < folded.n; from = (size_t)(at - folded.p) + 1) {
		size_t end;

		at = memmem(folded.p + from, folded.n - from, name.p, name.n);
		if (!at)
			return false;
		end = (size_t)(at - folded.p) + name.n;
		if ((at == folded.p || !is_of_word(at[-1])) && (end == folded.n || !is_of_word(folded.p[end])))
			return true;
	}
	return false;
}

static void count_unread(struct client *c, struct conversation *v, const struct entry *e)
{
	if (e->mine || e->kind == ENTRY_NOTE)
		return;
	v->unread++;
	v->mentioned = v->mentioned || v->kind == CONVERSATION_PERSON || names_us(c, e->text);
	chat_changed(c, chat_of(v));
	changed(c, v);
}

static int entry_keep(struct client *c, struct entry *e)
{
	int r = e->conversation->kind == CONVERSATION_STATUS ? 0 : keep_add(c->keep, e);

	if (r)
		client_tell(c, NULL, "disk", true, TEXT_disk, keep_why(c->keep), STR_NONE);
	return r;
}

static int known(const struct incoming *in)
{
	if (in->known)
		*in->known = true;
	return 0;
}

static struct entry *entry_of(struct conversation *v, const struct incoming *in)
{
	return entry_copy(v, &(struct entry){ .kind = in->file ? ENTRY_FILE : ENTRY_TEXT,
					      .mine = in->mine,
					      .relayed = in->relayed,
					      .sender = in->sender,
					      .text = in->file ? in->file->name : in->text,
					      .time = in->time,
					      .mark = in->mark,
					      .status = in->mine ? ENTRY_RELAYED : ENTRY_RECEIVED,
					      .file = (struct file_info *)(uintptr_t)in->file });
}

/* Times of servers are whole seconds: what is heard now does not stand before what we said in the same one. */
static msec time_in_order(const struct conversation *v, msec time)
{
	const struct entry *last = list_empty(&v->entries) ? NULL : holder_of(v->entries.prev, struct entry, here);

	return last && last->time > time && last->time / 1000 == time / 1000 ? last->time : time;
}

int client_received(struct client *c, const struct incoming *given)
{
	bool fresh = !given->old || (given->news && given->time / 1000 >= given->news / 1000);
	unsigned nth = given->nth ? given->nth : given->old;
	struct incoming in = *given;
	struct conversation *v;
	struct entry *e;
	int r;

	if (!in.time)
		in.time = world_now(c->world);
	if (in.mark.n && keep_has(c->keep, in.mark))
		return known(&in);
	v = client_conversation(c, in.conversation, true);
	chat_load(c, chat_of(v));
	if (nth && same_count(c, v, &in) >= nth)
		return known(&in);
	if (!in.old)
		in.time = time_in_order(v, in.time);
	e = entry_of(v, &in);
	r = entry_keep(c, e);
	if (r) {
		entry_free(e);
		return r;
	}
	if (nth)
		entry_place(e);
	else
		list_append(&v->entries, &e->here);
	c->face->ops->entry(c->face, e, fresh && is_newest(e) ? ENTRY_NEW : ENTRY_OLD);
	if (fresh)
		count_unread(c, v, e);
	return 0;
}

void client_note(struct client *c, struct conversation *v, struct str text)
{
	struct entry *e =
		entry_copy(v, &(struct entry){ .kind = ENTRY_NOTE, .text = text, .time = world_now(c->world) });

	chat_load(c, chat_of(v));
	entry_keep(c, e);
	list_append(&v->entries, &e->here);
	c->face->ops->entry(c->face, e, ENTRY_NEW);
}

/* ---- what goes --------------------------------------------------------------------------------------------------- */

static bool is_pending(enum entry_status s) { return s == ENTRY_WAITING || s == ENTRY_SENDING; }

void entry_status(struct client *c, struct entry *e, enum entry_status status, struct str why)
{
	struct chat *t = chat_of(e->conversation);
	bool was = is_pending(e->status), is = is_pending(status);

	if (e->status == status && str_eq(e->why, why))
		return;
	e->status = status;
	str_set(&e->why, why.p ? why : STR(""));
	if (keep_update(c->keep, e))
		client_tell(c, NULL, "disk", true, TEXT_disk, keep_why(c->keep), STR_NONE);
	c->face->ops->entry(c->face, e, ENTRY_CHANGED);
	if (was == is)
		return;
	t->waiting += (unsigned)is - (unsigned)was;
	c->state.waiting += (unsigned)is - (unsigned)was;
	client_state_changed(c);
}

struct entry *entry_begin(struct client *c, struct conversation *v, const struct entry *given)
{
	struct entry *e = entry_copy(v, given);
	own_buf mark = { 0 };

	if (c->setup.mode != MODE_SERVER) { /* it may go by several ways, and must be known for the same */
		client_mark(c, &mark);
		str_set(&e->mark, buf_all(&mark));
	}
	chat_load(c, chat_of(v));
	if (entry_keep(c, e)) {
		entry_free(e);
		return NULL;
	}
	list_append(&v->entries, &e->here);
	chat_of(v)->waiting++;
	c->state.waiting++;
	c->face->ops->entry(c->face, e, ENTRY_NEW);
	client_state_changed(c);
	client_flush(c, v);
	return e;
}

static struct entry *say_line(struct client *c, struct conversation *v, struct str line)
{
	return entry_begin(c, v,
			   &(struct entry){ .kind = ENTRY_TEXT,
					    .status = ENTRY_WAITING,
					    .mine = true,
					    .sender = c->state.self,
					    .text = line,
					    .time = world_now(c->world) });
}

/* No protocol of ours carries line ends: each line goes for itself, an empty one between others as a blank. */
struct entry *client_say(struct client *c, struct conversation *v, struct str text)
{
	own_buf tidy = { 0 };
	struct entry *e = NULL;
	struct str rest;

	sendable_put(&tidy, text);
	rest = buf_all(&tidy);
	while (rest.n && rest.p[rest.n - 1] == '\n')
		rest.n--;
	if (v->kind == CONVERSATION_STATUS || !str_trim(rest).n)
		return NULL;
	if (c->setup.mode != MODE_SERVER)
		return say_line(c, v, rest); /* carries several lines as one message */
	while (rest.n) {
		size_t n = str_find(rest, '\n');

		e = say_line(c, v, n ? str_n(rest.p, n) : STR(" "));
		if (!e)
			return NULL;
		rest = str_from(rest, n + 1);
	}
	return e;
}

struct flushing {
	struct buf rows; /* struct row */
	struct client *c;
};

struct row {
	struct conversation *v;
	int64_t id;
};

static void row_note(void *arg, struct str conversation, const struct entry *e)
{
	struct flushing *f = arg;
	struct row row = { client_conversation(f->c, conversation, true), e->id };

	if (e->status == ENTRY_WAITING)
		buf_add(&f->rows, &row, sizeof row);
}

void client_flush(struct client *c, struct conversation *v)
{
	struct flushing f = { .c = c };

	if (v && !chat_of(v)->waiting)
		return;
	keep_waiting(c->keep, v ? v->name : STR_NONE, row_note, &f);
	for (size_t i = 0; i < f.rows.n; i += sizeof(struct row)) {
		struct row row;
		struct entry *e;

		memcpy(&row, f.rows.p + i, sizeof row);
		chat_load(c, chat_of(row.v));
		e = client_entry(c, row.v, row.id);
		if (e && e->status == ENTRY_WAITING)
			c->way->send(c, e);
	}
	buf_free(&f.rows);
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

void entry_write(const struct client *c, const struct entry *e, struct buf *to)
{
	time_t seconds = (time_t)(e->time / 1000);
	char when[32];
	struct tm tm;

	(void)c;
	localtime_r(&seconds, &tm);
	strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
	buf_fmt(to, "%s ", when);
	if (e->kind == ENTRY_NOTE)
		buf_fmt(to, "-- %.*s", STR_ARG(e->text));
	else
		buf_fmt(to, "%.*s%s %.*s", STR_ARG(e->sender), e->kind == ENTRY_FILE ? " >>" : ">", STR_ARG(e->text));
}

void chat_tell(struct client *c, struct chat *t, unsigned n)
{
	struct list *at = &t->v.entries;
	own_buf text = { 0 };
	unsigned here = 0;

	chat_load(c, t);
	do {
		here = 0;
		list_each (e, &t->v.entries, struct entry, here)
			here++;
	} while (here < n && page_back(c, &t->v));
	for (; n && at->prev != &t->v.entries; n--)
		at = at->prev;
	for (; at != &t->v.entries; at = at->next) {
		if (text.n)
			buf_byte(&text, '\n');
		entry_write(c, holder_of(at, struct entry, here), &text);
	}
	if (text.n)
		client_notice(c, &t->v, "history", false, buf_all(&text));
	else
		client_tell(c, &t->v, "history", false, TEXT_history_none, STR_NONE, STR_NONE);
}
