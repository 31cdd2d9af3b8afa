/* SPDX-License-Identifier: Apache-2.0
 *
 * A conversation as rows, and the way through it. Nothing is laid out but what is looked at: with a hundred thousand
 * entries a page costs as much as with ten.
 */
#include <assert.h>
#include <time.h>

#include "base/mem.h"
#include "clients/term/screen/view_inside.h"

enum {
	NARROW = 50,     /* columns of a conversation below which names stand within the text */
	NAME_MIN = 4,
	NAME_MAX = 14,
	TIME_W = 5,      /* 10:32 */
};

/* ---- text */

static unsigned char lower(char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

size_t text_find(struct str text, struct str needle, size_t from)
{
	for (size_t at = from; needle.n > 0 && at + needle.n <= text.n; at++) {
		size_t n = 0;

		while (n < needle.n && lower(text.p[at + n]) == lower(needle.p[n]))
			n++;
		if (n == needle.n)
			return at;
	}
	return text.n;
}

size_t line_ends(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

struct str entry_shown(const struct entry *e)
{
	struct str s = e->text.p ? e->text : STR("");

	while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* ---- columns */

/* As wide as the names that may speak here, so that the column does not move while they do. */
static unsigned names_width(const struct view *v, const struct conversation *c)
{
	unsigned w = glyphs_width(client_state(v->client)->self);

	if (c->kind == CONVERSATION_PERSON) {
		unsigned other = glyphs_width(c->name);

		w = other > w ? other : w;
	}
	for (size_t i = 0; i < c->people_n && w < NAME_MAX; i++) {
		unsigned other = glyphs_width(c->people[i]);

		w = other > w ? other : w;
	}
	return w < NAME_MIN ? NAME_MIN : w > NAME_MAX ? NAME_MAX : w;
}

struct columns flow_columns(const struct view *v, const struct conversation *c, unsigned w)
{
	struct columns cs = { .w = w };
	unsigned most = w / 6;

	if (w < NARROW) {
		cs.inline_names = true;
		cs.text_x = 2;
		return cs;
	}
	cs.name_w = names_width(v, c);
	if (cs.name_w > most)
		cs.name_w = most > NAME_MIN ? most : NAME_MIN;
	cs.text_x = TIME_W + 3 + cs.name_w + 2;
	return cs;
}

/* ---- rows */

static struct row *row_add(struct rows *rows, enum row_kind kind, struct entry *e)
{
	if (rows->n == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 64;
		rows->v = mem_grow(rows->v, sizeof *rows->v * rows->room);
	}
	rows->v[rows->n] = (struct row){ .kind = kind, .entry = e };
	return &rows->v[rows->n++];
}

static int day_of(msec t)
{
	time_t s = (time_t)(t / 1000);
	struct tm tm;

	localtime_r(&s, &tm);
	return tm.tm_year * 366 + tm.tm_yday;
}

/* Columns that the head of an entry takes where its text begins on the same line. */
static unsigned head_width(const struct columns *cs, const struct entry *e)
{
	unsigned w;

	if (!cs->inline_names)
		return cs->text_x;
	w = TIME_W + 1 + (e->kind == ENTRY_NOTE ? 3 : glyphs_width(e->sender) + 2);
	return w < cs->w / 2 ? w : cs->w / 2;
}

static void entry_rows(struct rows *rows, struct entry *e, const struct columns *cs)
{
	struct str text = entry_shown(e);
	unsigned head = head_width(cs, e);
	struct line line;
	bool done = false;

	for (size_t at = 0; line_next(text, &at, &done, head < cs->w ? cs->w - head : 1, &line); head = cs->text_x)
		row_add(rows, at == 0 || line.from == 0 ? ROW_HEAD : ROW_TEXT, e)->line = line;
	if (e->kind == ENTRY_FILE && e->file)
		row_add(rows, ROW_FILE, e);
	if (e->why.n > 0 && (e->status == ENTRY_FAILED || (e->file && e->file->state == FILE_BROKEN))) {
		done = false;
		for (size_t at = 0; line_next(e->why, &at, &done, cs->text_x < cs->w ? cs->w - cs->text_x : 1, &line);)
			row_add(rows, ROW_WHY, e)->line = line;
	}
}

static void notice_rows(struct rows *rows, struct notice *n, unsigned w)
{
	struct line line;
	bool done = false, first = true;

	for (size_t at = 0; line_next(buf_all(&n->text), &at, &done, w > 4 ? w - 3 : 1, &line); first = false) {
		struct row *row = row_add(rows, ROW_NOTICE, NULL);

		row->notice = n;
		row->line = line;
		row->first = first;
	}
}

void flow_rows(struct view *v, struct place *p, struct list *item, const struct columns *cs)
{
	struct list *head = &p->conversation->entries;

	v->rows.n = 0;
	if (item != head && (p->bottom || item != p->cleared)) {
		struct entry *e = entry_of(item);

		if (item->prev == head || day_of(entry_of(item->prev)->time) != day_of(e->time))
			row_add(&v->rows, ROW_DATE, e);
		if (p->unread == e)
			row_add(&v->rows, ROW_UNREAD, e);
		entry_rows(&v->rows, e, cs);
	}
	list_each(n, &p->notices, struct notice, here) {
		if (n->after == item)
			notice_rows(&v->rows, n, cs->w);
	}
}

/* ---- the way */

struct list *flow_last(const struct place *p)
{
	struct list *head = &p->conversation->entries;

	return head->prev ? head->prev : head;
}

struct list *flow_before(const struct place *p, struct list *item)
{
	return item == &p->conversation->entries ? NULL : item->prev;
}

static struct list *flow_behind(const struct place *p, struct list *item)
{
	return item->next && item->next != &p->conversation->entries ? item->next : NULL;
}

static unsigned rows_of(struct view *v, struct place *p, struct list *item)
{
	struct columns cs = flow_columns(v, p->conversation, v->flow_w);

	flow_rows(v, p, item, &cs);
	return (unsigned)v->rows.n;
}

static void scroll_up(struct view *v, struct place *p, unsigned rows)
{
	unsigned there;

	p->hidden += rows;
	while (p->hidden >= (there = rows_of(v, p, p->bottom))) {
		struct list *before = flow_before(p, p->bottom);

		if (!before)
			break;
		p->hidden -= there;
		p->bottom = before;
	}
	if (p->hidden >= there)
		p->hidden = there ? there - 1 : 0;
}

static void scroll_down(struct view *v, struct place *p, unsigned rows)
{
	while (rows > p->hidden) {
		struct list *next = flow_behind(p, p->bottom);

		if (!next) {
			p->hidden = 0;
			return;
		}
		rows -= p->hidden;
		p->bottom = next;
		p->hidden = rows_of(v, p, next);
	}
	p->hidden -= rows;
}

/* Rows from the lower edge to the first of all, as far as `most`. */
static unsigned rows_above(struct view *v, struct place *p, unsigned most)
{
	unsigned n = rows_of(v, p, p->bottom) - p->hidden;

	for (struct list *item = flow_before(p, p->bottom); item && n < most; item = flow_before(p, item))
		n += rows_of(v, p, item);
	return n < most ? n : most;
}

void flow_newest(struct view *v, struct place *p)
{
	p->bottom = NULL;
	p->hidden = p->below = 0;
	view_read(v);
	view_changed(v);
}

void flow_scroll(struct view *v, struct place *p, int rows)
{
	unsigned above;

	if (!p->bottom) {
		p->bottom = flow_last(p);
		p->hidden = 0;
	}
	if (rows > 0)
		scroll_up(v, p, (unsigned)rows);
	else
		scroll_down(v, p, (unsigned)-rows);
	above = rows_above(v, p, v->flow_h);
	if (above < v->flow_h) {
		if (rows > 0 && p->conversation->more)
			client_older(v->client, p->conversation);
		scroll_down(v, p, v->flow_h - above);
	}
	if (p->bottom == flow_last(p) && p->hidden == 0)
		flow_newest(v, p);
	view_changed(v);
}

void flow_oldest(struct view *v, struct place *p)
{
	p->bottom = &p->conversation->entries;
	p->hidden = 0;
	flow_scroll(v, p, 1);
}

void flow_show(struct view *v, struct place *p, struct entry *e)
{
	assert(e->conversation == p->conversation);
	p->bottom = &e->here;
	p->hidden = 0;
	flow_scroll(v, p, -(int)(v->flow_h / 2));
}
