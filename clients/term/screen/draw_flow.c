/* SPDX-License-Identifier: Apache-2.0
 *
 * Draws the rows of a conversation, from the lower edge up.
 */
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "clients/term/screen/view_inside.h"

enum {
	BAR_MAX = 24,        /* columns of a progress bar */
	TRACK_STEP_MS = 300, /* between two looks at how far a file is */
	LEFT_MAX_S = 100 * 3600, /* nobody believes more */
};

/* ---- marks */

static const struct {
	enum entry_status status;
	const char *symbol, *ascii;
} marks[] = {
	{ ENTRY_WAITING, "…", "." }, { ENTRY_SENDING, "·", "-" }, { ENTRY_RELAYED, ">", ">" },
	{ ENTRY_DIRECT, "=", "=" },  { ENTRY_DATAGRAM, "~", "~" }, { ENTRY_FAILED, "!", "!" },
};

const char *mark_symbol(const struct view *v, enum entry_status status)
{
	for (size_t i = 0; i < countof(marks); i++) {
		if (marks[i].status == status)
			return v->setup.ascii ? marks[i].ascii : marks[i].symbol;
	}
	return "";
}

/* ---- files */

static struct track *track_find(struct view *v, const struct entry *e)
{
	for (size_t i = 0; i < TRACKS; i++) {
		if (v->tracks[i].entry == e)
			return &v->tracks[i];
	}
	return NULL;
}

/* Called at every change of a file. What is measured over a step counts a third, so that the figure is calm. */
void track_file(struct view *v, struct entry *e)
{
	struct track *t = track_find(v, e);
	msec now = world_clock(v->setup.world);
	bool moves = e->file && e->file->state == FILE_MOVING;

	if (t && !moves) {
		*t = (struct track){ 0 };
		return;
	}
	if (!t && moves && (t = track_find(v, NULL)))
		*t = (struct track){ .entry = e, .since = now, .done = e->file->done };
	if (t && now - t->since >= TRACK_STEP_MS && e->file->done >= t->done) {
		double per_ms = (double)(e->file->done - t->done) / (double)(now - t->since);

		t->per_ms = t->per_ms > 0 ? t->per_ms * 2 / 3 + per_ms / 3 : per_ms;
		t->since = now;
		t->done = e->file->done;
	}
}

void track_forget(struct view *v, const struct conversation *c)
{
	for (size_t i = 0; i < TRACKS; i++) {
		if (v->tracks[i].entry && v->tracks[i].entry->conversation == c)
			v->tracks[i] = (struct track){ 0 };
	}
}

static const char *size_write(char to[16], double bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	size_t i = 0;

	for (; bytes >= 999.5 && i + 1 < countof(units); i++)
		bytes /= 1000;
	snprintf(to, 16, i > 0 && bytes < 99.5 ? "%.1f %s" : "%.0f %s", bytes, units[i]);
	return to;
}

static void time_write(char to[16], unsigned seconds)
{
	if (seconds < 3600)
		snprintf(to, 16, "%u:%02u", seconds / 60, seconds % 60);
	else
		snprintf(to, 16, "%u:%02u:%02u", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static unsigned bar_draw(const struct view *v, struct area a, unsigned x, unsigned y, unsigned w, double part)
{
	unsigned full = (unsigned)(part * w + 0.5);

	area_repeat(a, x, y, STYLE_PROGRESS, v->setup.ascii ? "#" : "█", full);
	area_repeat(a, x + full, y, STYLE_DIM, v->setup.ascii ? "-" : "░", w - full);
	return x + w;
}

/* A word more, if there is room for all of it. */
static unsigned more_draw(struct area a, unsigned x, unsigned y, enum style style, struct str word)
{
	return x + 2 + glyphs_width(word) <= a.w ? area_text(a, x + 2, y, style, word) : x;
}

static void moving_draw(struct view *v, struct area a, unsigned x, unsigned y, const struct entry *e)
{
	const struct file_info *f = e->file;
	double part = f->size ? (double)f->done / (double)f->size : 1;
	unsigned room = a.w > x ? a.w - x : 0, bar = room > BAR_MAX + 36 ? BAR_MAX : room > 20 ? (room - 8) / 3 : 0;
	const struct track *t = track_find(v, e);
	char size[16], speed[16], left[16];
	own_buf rate = { 0 }, rest = { 0 };
	unsigned percent;

	if (part > 1)
		part = 1;
	percent = (unsigned)(part * 100);
	x = bar_draw(v, a, x, y, bar, part);
	if (percent > 99 && f->done < f->size)
		percent = 99; /* never 100 before it is whole */
	x = area_fmt(a, x, y, STYLE_PLAIN, " %u%%", percent);
	x = more_draw(a, x, y, STYLE_DIM, str_z(size_write(size, (double)f->size)));
	if (t && t->per_ms > 0) {
		double seconds = (1 - part) * (double)f->size / t->per_ms / 1000 + 0.5;

		buf_fmt(&rate, "%s/s", size_write(speed, t->per_ms * 1000));
		x = more_draw(a, x, y, STYLE_PLAIN, buf_all(&rate));
		if (seconds >= LEFT_MAX_S)
			return;
		time_write(left, (unsigned)seconds);
		text_put(&rest, v->setup.chinese, TEXT_screen_left_time, str_z(left), STR_NONE, STR_NONE);
		more_draw(a, x, y, STYLE_DIM, buf_all(&rest));
	}
}

static void file_draw(struct view *v, struct area a, unsigned x, unsigned y, const struct entry *e)
{
	static const enum text states[] = {
		[FILE_OFFERED] = TEXT_screen_file_offered, [FILE_HASHING] = TEXT_screen_file_hashing,
		[FILE_PAUSED] = TEXT_screen_file_paused,
		[FILE_DONE] = TEXT_screen_file_done, [FILE_DECLINED] = TEXT_screen_file_declined,
		[FILE_BROKEN] = TEXT_screen_file_broken,
	};
	const struct file_info *f = e->file;
	bool bad = f->state == FILE_BROKEN || f->state == FILE_DECLINED;
	char size[16];

	if (f->state == FILE_MOVING) {
		moving_draw(v, a, x, y, e);
		return;
	}
	x = area_fmt(a, x, y, STYLE_DIM, "%s  ", size_write(size, (double)f->size));
	if (f->state == FILE_PAUSED && f->size)
		x = area_fmt(a, x, y, STYLE_DIM, "%u%%  ", (unsigned)(f->done * 100 / f->size));
	x = area_text(a, x, y, bad ? STYLE_ERROR : f->state == FILE_OFFERED && !e->mine ? STYLE_NOTICE : STYLE_DIM,
		      view_text(v, f->state == FILE_OFFERED && e->mine ? TEXT_screen_file_waiting : states[f->state]));
	if (f->state == FILE_DONE && !e->mine && f->path.n)
		area_text(a, x + 2, y, STYLE_LINK, f->path);
}

/* ---- text */

struct look {
	struct str text, needle;
	size_t link_to, found_to;
	size_t link_from, found_from;
};

static bool link_begins(struct str s, size_t at)
{
	struct str rest = str_from(s, at);

	return (str_starts(rest, STR("https://")) || str_starts(rest, STR("http://")) ||
		str_starts(rest, STR("xmpp:"))) && (at == 0 || (unsigned char)s.p[at - 1] <= ' ' ||
	       (unsigned char)s.p[at - 1] >= 0x80 || s.p[at - 1] == '(' || s.p[at - 1] == '<');
}

static size_t link_end(struct str s, size_t at)
{
	while (at < s.n && (unsigned char)s.p[at] > ' ' && (unsigned char)s.p[at] < 0x7F && s.p[at] != '<' &&
			s.p[at] != '>' && s.p[at] != '"')
		at++;
	while (at > 0 && strchr(".,;:!?)'", s.p[at - 1]))
		at--;
	return at;
}

/* Asked for places in their order. */
static enum style look_at(void *arg, size_t at, enum style style)
{
	struct look *l = arg;

	if (l->needle.n && at >= l->found_to && (l->found_from < at || l->found_to == 0)) {
		l->found_from = text_find(l->text, l->needle, at);
		l->found_to = l->found_from + (l->found_from < l->text.n ? l->needle.n : 0);
	}
	if (at >= l->found_from && at < l->found_to)
		return STYLE_FOUND;
	if (at >= l->link_to && link_begins(l->text, at))
		l->link_to = link_end(l->text, at);
	return at < l->link_to ? STYLE_LINK : style;
}

static void time_draw(struct area a, unsigned y, enum style style, msec t)
{
	time_t s = (time_t)(t / 1000);
	struct tm tm;

	localtime_r(&s, &tm);
	area_fmt(a, 0, y, style, "%02d:%02d", tm.tm_hour, tm.tm_min);
}

static enum style name_style(const struct view *v, const struct entry *e)
{
	if (e->mine)
		return STYLE_OWN;
	if (e->conversation->kind == CONVERSATION_ROOM && names_us(v, e->text))
		return STYLE_MENTION;
	return style_of_name(e->sender);
}

/* Time, mark and name; returns where the text begins. */
static unsigned head_draw(const struct view *v, struct area a, unsigned y, const struct columns *cs,
	const struct entry *e)
{
	enum style style = name_style(v, e);
	unsigned w = glyphs_width(e->sender), x = 7, most;

	time_draw(a, y, e == v->found ? STYLE_FOUND : STYLE_DIM, e->time);
	if (cs->inline_names) {
		area_text(a, 5, y, e->status == ENTRY_FAILED ? STYLE_MARK_BAD : STYLE_MARK,
			str_z(e->mine ? mark_symbol(v, e->status) : ""));
		if (e->kind == ENTRY_NOTE)
			return area_text(a, 6, y, STYLE_DIM, STR("-- "));
		most = cs->w / 2 > 8 ? cs->w / 2 - 8 : 1;
		x = area_text(area_part(a, 6, 0, most, a.h), 0, y, style, e->sender) + 6;
		return area_text(a, x, y, STYLE_DIM, STR(": "));
	}
	area_text(a, 6, y, e->status == ENTRY_FAILED ? STYLE_MARK_BAD : STYLE_MARK,
		str_z(e->mine ? mark_symbol(v, e->status) : ""));
	x = 8;
	if (e->kind == ENTRY_NOTE)
		area_text(a, x + cs->name_w - 2, y, STYLE_DIM, STR("--"));
	else
		area_text(area_part(a, x, 0, cs->name_w, a.h), w < cs->name_w ? cs->name_w - w : 0, y, style,
			e->sender);
	return cs->text_x;
}

static void text_draw(struct view *v, struct area a, unsigned x, unsigned y, const struct row *row)
{
	struct entry *e = row->entry;
	struct look l = { .text = entry_shown(e), .needle = v->finding ? edit_text(&v->needle) : STR("") };
	enum style style = e->kind == ENTRY_NOTE ? STYLE_DIM : e->kind == ENTRY_FILE ? STYLE_BOLD
		: e->status == ENTRY_FAILED ? STYLE_ERROR : STYLE_PLAIN;

	area_line(a, x, y, style, l.text, &row->line, look_at, &l);
}

static void date_draw(const struct view *v, struct area a, unsigned y, msec t)
{
	time_t s = (time_t)(t / 1000);
	struct tm tm;
	struct str days = view_text(v, TEXT_screen_weekdays);
	own_buf label = { 0 };
	unsigned w;

	localtime_r(&s, &tm);
	for (int i = 0; i < tm.tm_wday; i++)
		days = str_from(days, str_find(days, ' ') + 1);
	buf_fmt(&label, " %04d-%02d-%02d %.*s ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, (int)str_find(days, ' '),
		days.p);
	w = glyphs_width(buf_all(&label));
	area_repeat(a, 0, y, STYLE_FRAME, v->setup.ascii ? "-" : "─", a.w);
	area_text(a, a.w > w ? (a.w - w) / 2 : 0, y, STYLE_DIM, buf_all(&label));
}

static void unread_draw(const struct view *v, struct area a, unsigned y)
{
	own_buf label = { 0 };
	unsigned w;

	buf_byte(&label, ' ');
	buf_str(&label, view_text(v, TEXT_screen_new));
	buf_byte(&label, ' ');
	w = glyphs_width(buf_all(&label));
	area_repeat(a, 0, y, STYLE_LINE, v->setup.ascii ? "=" : "─", a.w);
	area_text(a, a.w > w + 4 ? a.w - w - 4 : 0, y, STYLE_LINE, buf_all(&label));
}

static void notice_draw(struct area a, unsigned y, const struct row *row)
{
	enum style style = row->notice->error ? STYLE_ERROR : STYLE_NOTICE;

	if (row->first)
		area_text(a, 0, y, style, row->notice->error ? STR("!!") : STR("--"));
	area_line(a, 3, y, style, buf_all(&row->notice->text), &row->line, NULL, NULL);
}

static void row_draw(struct view *v, struct area a, unsigned y, const struct columns *cs, const struct row *row)
{
	switch (row->kind) {
	case ROW_DATE:
		date_draw(v, a, y, row->entry->time);
		break;
	case ROW_UNREAD:
		unread_draw(v, a, y);
		break;
	case ROW_HEAD:
		text_draw(v, a, head_draw(v, a, y, cs, row->entry), y, row);
		break;
	case ROW_TEXT:
		text_draw(v, a, cs->text_x, y, row);
		break;
	case ROW_FILE:
		file_draw(v, a, cs->text_x, y, row->entry);
		break;
	case ROW_WHY:
		area_line(a, cs->text_x, y, STYLE_ERROR, row->entry->why, &row->line, NULL, NULL);
		break;
	case ROW_NOTICE:
		notice_draw(a, y, row);
		break;
	}
}

static void empty_draw(const struct view *v, struct area a)
{
	struct str hint = view_text(v,
		v->shown->kind == CONVERSATION_STATUS ? TEXT_screen_empty_status : TEXT_screen_empty);
	unsigned lines = a.w > 6 ? lines_count(hint, a.w - 4) : 0, y = a.h > lines ? (a.h - lines) / 2 : 0;
	struct line line;
	bool done = lines == 0;

	for (size_t at = 0; line_next(hint, &at, &done, a.w - 4, &line);)
		area_line(a, 2 + (a.w - 4 - line.width) / 2, y++, STYLE_DIM, hint, &line, NULL, NULL);
}

void draw_flow(struct view *v, struct area a)
{
	struct place *p = view_place(v, v->shown);
	struct columns cs = flow_columns(v, v->shown, a.w);
	unsigned y = a.h;
	size_t hidden = p->bottom ? p->hidden : 0;

	if (list_empty(&v->shown->entries) && list_empty(&p->notices)) {
		empty_draw(v, a);
		return;
	}
	for (struct list *item = p->bottom ? p->bottom : flow_last(p); item && y > 0; item = flow_before(p, item)) {
		flow_rows(v, p, item, &cs);
		for (size_t i = v->rows.n > hidden ? v->rows.n - hidden : 0; i > 0 && y > 0; i--)
			row_draw(v, a, --y, &cs, &v->rows.v[i - 1]);
		hidden = 0;
		if (!p->bottom && item == p->cleared)
			break;
	}
}
