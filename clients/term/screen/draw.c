/* SPDX-License-Identifier: Apache-2.0
 *
 * The screen as a whole: where its parts are, and those that are not the conversation itself.
 *
 *   list | head                      narrow:  head with what is unread elsewhere
 *        | conversation    people             conversation
 *   status bar                                status bar
 *   question, completion, what is typed       the same
 */
#include <time.h>

#include "base/mem.h"
#include "clients/term/screen/view_inside.h"

enum {
	LIST_FROM = 60,     /* columns of the screen from which the list stands at the left */
	PEOPLE_FROM = 100,  /* the same for who is in a room */
	INPUT_ROWS = 5,
	PROMPT_ROWS = 8,
	SMALL_W = 16, SMALL_H = 5, /* less is not drawn into */
};

/* ---- list */

static const char *presence_symbol(const struct view *v, const struct conversation *c)
{
	if (c->kind == CONVERSATION_STATUS)
		return " ";
	if (v->setup.ascii)
		return c->online ? "+" : "-";
	return c->online ? "●" : "○";
}

static void list_row(const struct view *v, struct area a, unsigned y, const struct conversation *c)
{
	bool chosen = c == v->shown;
	enum style name = chosen ? STYLE_CHOSEN : c->unread ? (c->mentioned ? STYLE_MENTION : STYLE_BOLD) : STYLE_PLAIN;
	unsigned x, count_w = 0;
	own_buf count = { 0 };

	if (c->unread) {
		buf_fmt(&count, c->unread > 999 ? "999+" : "%u", c->unread);
		count_w = (unsigned)count.n + 1;
	}
	if (chosen)
		area_fill(area_part(a, 0, y, a.w, 1), STYLE_CHOSEN);
	x = area_fmt(a, 0, y, chosen ? STYLE_CHOSEN : STYLE_DIM, c->number < 100 ? "%2u " : "%u ", c->number);
	x = area_text(a, x, y, chosen ? STYLE_CHOSEN : c->online ? STYLE_ONLINE : STYLE_OFFLINE,
		str_z(presence_symbol(v, c)));
	area_text(area_part(a, 0, 0, a.w - count_w, a.h), x + 1, y, name, conversation_title(v, c));
	if (count_w)
		area_text(a, a.w - count_w, y, chosen ? STYLE_CHOSEN : c->mentioned ? STYLE_MENTION : STYLE_UNREAD,
			buf_all(&count));
}

/* The one that is shown is always among those that are seen. */
static void list_draw(struct view *v, struct area a)
{
	unsigned at = 0, n = 0;

	list_each(c, client_conversations(v->client), struct conversation, here) {
		if (c == v->shown)
			at = n;
		n++;
	}
	v->list_at.first = at >= a.h ? at - a.h + 1 : 0;
	n = 0;
	list_each(c, client_conversations(v->client), struct conversation, here) {
		if (n >= v->list_at.first && n - v->list_at.first < a.h)
			list_row(v, a, n - v->list_at.first, c);
		n++;
	}
}

static void people_draw(const struct view *v, struct area a)
{
	const struct conversation *c = v->shown;

	for (size_t i = 0; i < c->people_n && i < a.h; i++) {
		if (i + 1 == a.h && c->people_n > a.h) {
			area_fmt(a, 0, a.h - 1, STYLE_DIM, "+%zu", c->people_n - i);
			return;
		}
		area_text(a, 0, (unsigned)i,
			str_eq(c->people[i], client_state(v->client)->self) ? STYLE_OWN : style_of_name(c->people[i]),
				c->people[i]);
	}
}

/* ---- head */

static unsigned word_draw(struct area a, unsigned x, enum style style, struct str word)
{
	return x + 2 < a.w ? area_text(a, x + 2, 0, style, word) : x;
}

static unsigned head_title(const struct view *v, struct area a)
{
	const struct conversation *c = v->shown;
	unsigned x = area_text(a, 1, 0, STYLE_BAR_STRONG, conversation_title(v, c));
	own_buf people = { 0 }, number = { 0 };

	if (c->kind == CONVERSATION_PERSON) {
		x = word_draw(a, x, STYLE_BAR, view_text(v, c->online ? TEXT_screen_online : TEXT_screen_offline));
		if (c->direct)
			x = word_draw(a, x, STYLE_BAR, view_text(v, TEXT_screen_direct));
		if (c->verified)
			x = word_draw(a, x, STYLE_BAR, view_text(v, TEXT_screen_verified));
	} else if (c->kind == CONVERSATION_ROOM && c->online) {
		buf_u64(&number, c->people_n);
		text_put(&people, v->setup.chinese, TEXT_screen_people, buf_all(&number), STR_NONE, STR_NONE);
		x = word_draw(a, x, STYLE_BAR, buf_all(&people));
	} else if (c->kind == CONVERSATION_ROOM) {
		x = word_draw(a, x, STYLE_BAR, view_text(v, TEXT_screen_outside));
	}
	return x;
}

/* Without the list: what is unread elsewhere, those that are meant for us first. */
static void head_unread(const struct view *v, struct area a, unsigned x)
{
	for (int meant = 1; meant >= 0; meant--) {
		list_each(c, client_conversations(v->client), struct conversation, here) {
			own_buf word = { 0 };

			if (c == v->shown || c->unread == 0 || c->mentioned != (meant == 1))
				continue;
			buf_fmt(&word, "%u:", c->number);
			buf_str(&word, conversation_title(v, c));
			buf_fmt(&word, "(%u)", c->unread);
			if (x + 2 + glyphs_width(buf_all(&word)) > a.w)
				return;
			x = word_draw(a, x, meant ? STYLE_BAR_STRONG : STYLE_BAR, buf_all(&word));
		}
	}
}

static void head_draw(const struct view *v, struct area a)
{
	unsigned x;

	area_fill(a, STYLE_BAR);
	if (v->help) {
		x = area_text(a, 1, 0, STYLE_BAR_STRONG, view_text(v, TEXT_help_title));
		word_draw(a, x, STYLE_BAR, view_text(v, TEXT_help_hint));
		return;
	}
	if (!v->shown)
		return;
	x = head_title(v, a);
	if (v->list_at.w == 0)
		head_unread(v, a, x);
}

/* ---- status bar */

static void phase_text(const struct view *v, const struct client_state *s, struct buf *to)
{
	static const enum text phases[] = {
		[PHASE_OFF] = TEXT_screen_off, [PHASE_CONNECTING] = TEXT_screen_connecting,
		[PHASE_LOGIN] = TEXT_screen_login, [PHASE_ONLINE] = TEXT_screen_online,
	};
	own_buf seconds = { 0 };

	if (v->leaving) {
		buf_str(to, view_text(v, TEXT_screen_leaving));
	} else if (s->phase == PHASE_WAITING) {
		buf_u64(&seconds, (uint64_t)((s->again_ms > 0 ? s->again_ms : 0) + 999) / 1000);
		text_put(to, v->setup.chinese, TEXT_screen_again, buf_all(&seconds), STR_NONE, STR_NONE);
	} else {
		buf_str(to, view_text(v, phases[s->phase]));
	}
}

static unsigned status_left(const struct view *v, struct area a, const struct client_state *s)
{
	static const enum text modes[] = { [MODE_SERVER] = TEXT_screen_mode_server,
		[MODE_DIRECT] = TEXT_screen_mode_direct, [MODE_LAN] = TEXT_screen_mode_lan };
	own_buf phase = { 0 };
	unsigned x = area_text(a, 1, 0, STYLE_BAR_STRONG, s->self);

	if (v->setup.mode != MODE_LAN && s->where.n) {
		x = area_text(a, x, 0, STYLE_BAR, STR("@"));
		x = area_text(a, x, 0, STYLE_BAR, s->where);
	}
	if (s->phase == PHASE_ONLINE && v->setup.mode != MODE_LAN)
		x = word_draw(a, x, s->secure ? STYLE_BAR : STYLE_BAR_BAD,
			view_text(v, s->secure ? TEXT_screen_secured : TEXT_screen_open));
	if (a.w >= LIST_FROM || v->setup.mode == MODE_LAN)
		x = word_draw(a, x, STYLE_BAR, view_text(v, modes[v->setup.mode]));
	phase_text(v, s, &phase);
	return word_draw(a, x, s->phase == PHASE_ONLINE ? STYLE_BAR : STYLE_BAR_BAD, buf_all(&phase));
}

static unsigned right_draw(struct area a, unsigned end, unsigned from, enum style style, struct str text)
{
	unsigned w = glyphs_width(text);

	if (end < from + w + 2)
		return end;
	area_text(a, end - w, 0, style, text);
	return end - w - 2;
}

/* A text with a number, at the right of what stands in `a` up to `from`. */
static unsigned number_draw(const struct view *v, struct area a, unsigned end, unsigned from, enum style style,
	enum text t, size_t n)
{
	own_buf number = { 0 }, text = { 0 };

	buf_u64(&number, n);
	text_put(&text, v->setup.chinese, t, buf_all(&number), STR_NONE, STR_NONE);
	return right_draw(a, end, from, style, buf_all(&text));
}

static unsigned clock_draw(const struct view *v, struct area a, unsigned end, unsigned from)
{
	time_t now = (time_t)(world_now(v->setup.world) / 1000);
	char clock[16];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(clock, sizeof clock, "%H:%M", &tm);
	return right_draw(a, end, from, STYLE_BAR, str_z(clock));
}

/* From the right: the clock, how far one is scrolled, what waits, how many lines are typed. What room is left is for
 * why there is no connection, or for help. */
static void status_draw(struct view *v, struct area a)
{
	const struct client_state *s = client_state(v->client);
	struct place *p = v->shown ? view_place(v, v->shown) : NULL;
	size_t ends = line_ends(str_trim(edit_text(&v->edit)));
	unsigned x, end = a.w - 1;

	area_fill(a, STYLE_BAR);
	x = status_left(v, a, s);
	end = clock_draw(v, a, end, x);
	if (p && p->bottom)
		end = number_draw(v, a, end, x, STYLE_BAR_STRONG,
			p->below ? TEXT_screen_below : TEXT_screen_scrolled, p->below);
	if (s->waiting)
		end = number_draw(v, a, end, x, STYLE_BAR_STRONG, TEXT_screen_waiting, s->waiting);
	if (ends)
		end = number_draw(v, a, end, x, STYLE_BAR, TEXT_screen_lines, ends + 1);
	if ((s->phase == PHASE_WAITING || s->phase == PHASE_OFF) && s->why.n)
		word_draw(area_part(a, 0, 0, end, 1), x, STYLE_BAR, s->why);
	else if (!(p && p->bottom))
		right_draw(a, end, x, STYLE_BAR, view_text(v, TEXT_screen_help_hint));
}

/* ---- what is typed */

/* In the area, as near as there is room; nowhere where there is none. */
static void cursor_at(struct area a, unsigned x, unsigned y)
{
	a.grid->cursor = a.w > 0 && y < a.h;
	if (!a.grid->cursor)
		return;
	a.grid->cursor_x = a.x + (x < a.w ? x : a.w - 1);
	a.grid->cursor_y = a.y + y;
}

/* Rows of what is typed, as many as the area has, with the cursor among them. Returns how many are above. */
static unsigned typed_draw(const struct edit *e, struct area a)
{
	struct line row;
	bool done = false;
	unsigned x, y, first, n = 0;

	edit_rows(e, a.w, &x, &y);
	first = y >= a.h ? y - a.h + 1 : 0;
	for (size_t at = 0; edit_row(edit_text(e), &at, &done, a.w, &row); n++) {
		if (n >= first && n - first < a.h)
			area_line(a, 0, n - first, STYLE_PLAIN, edit_text(e), &row, NULL, NULL);
	}
	cursor_at(a, x, y - first);
	return first;
}

/* What is not to be seen is one star a character. */
static void secret_draw(const struct edit *e, struct area a)
{
	unsigned x = 0;

	for (size_t at = 0; at < e->text.n; at += cluster_at(edit_text(e), at).n)
		x = x + 1 < a.w ? area_text(a, x, 0, STYLE_PLAIN, STR("*")) : x;
	cursor_at(a, x, 0);
}

static unsigned prompt_rows(const struct view *v, unsigned w)
{
	unsigned n = lines_count(buf_all(&v->prompt), w > 2 ? w - 2 : 1);

	return n < PROMPT_ROWS ? n : PROMPT_ROWS;
}

static void question_draw(const struct view *v, struct area a)
{
	unsigned rows = prompt_rows(v, a.w), n = 0, x;
	struct area input;
	struct line line;
	bool done = false;

	for (size_t at = 0; n < rows && line_next(buf_all(&v->prompt), &at, &done, a.w > 2 ? a.w - 2 : 1, &line); n++)
		area_line(a, 1, n, STYLE_PROMPT, buf_all(&v->prompt), &line, NULL, NULL);
	input = area_part(a, 0, n, a.w, 1);
	x = area_text(input, 0, 0, STYLE_PROMPT, v->question == ASKED_PASSWORD ? STR("> ") : STR("? "));
	if (v->question == ASKED_PASSWORD) {
		unsigned hint = glyphs_width(view_text(v, TEXT_screen_secret));

		if (v->secret.text.n == 0 && x + 2 + hint < a.w)
			area_text(input, x + 2, 0, STYLE_DIM, view_text(v, TEXT_screen_secret));
		secret_draw(&v->secret, area_part(input, x, 0, a.w, 1));
		return;
	}
	if (v->question == ASKED_YES_NO) {
		unsigned hint = glyphs_width(view_text(v, TEXT_screen_yes_or_no));

		if (v->secret.text.n == 0 && x + 2 + hint < a.w)
			area_text(input, x + 2, 0, STYLE_DIM, view_text(v, TEXT_screen_yes_or_no));
		typed_draw(&v->secret, area_part(input, x, 0, a.w, 1));
		return;
	}
	x = area_text(input, x, 0, STYLE_BOLD, view_text(v, TEXT_screen_yes_no));
	cursor_at(input, x + 1, 0);
}

static void finding_draw(const struct view *v, struct area a)
{
	unsigned x = area_text(a, 0, 0, STYLE_PROMPT, view_text(v, TEXT_screen_search)), end = a.w;
	struct str hint = view_text(v, v->found_nothing ? TEXT_screen_search_none : TEXT_screen_search_hint);
	unsigned w = glyphs_width(hint), typed = glyphs_width(edit_text(&v->needle));

	if (x + typed + 3 + w < a.w) {
		end = a.w - w - 2;
		area_text(a, end + 1, 0, v->found_nothing ? STYLE_ERROR : STYLE_DIM, hint);
	}
	typed_draw(&v->needle, area_part(a, x, 0, end - x, 1));
}

static void offers_draw(const struct view *v, struct area a)
{
	unsigned x = 1;
	size_t first = v->edit.word_at > 4 ? v->edit.word_at - 4 : 0; /* the chosen one is seen */

	for (size_t i = first; i < v->edit.words_n && x < a.w; i++) {
		struct str word = str_trim(edit_offered(&v->edit, i));

		x = area_text(a, x, 0, i == v->edit.word_at ? STYLE_CHOSEN : STYLE_DIM, word) + 2;
	}
}

static unsigned input_rows(const struct view *v, unsigned w)
{
	unsigned x, y, rows;

	if (v->question != ASKED_NOTHING)
		return prompt_rows(v, w) + 1;
	if (v->finding)
		return 1;
	rows = edit_rows(&v->edit, w > 3 ? w - 3 : 1, &x, &y);
	rows = rows < INPUT_ROWS ? rows : INPUT_ROWS;
	return rows + (v->edit.completing && v->edit.words_n > 1);
}

static void input_draw(struct view *v, struct area a)
{
	if (v->question != ASKED_NOTHING) {
		question_draw(v, a);
	} else if (v->finding) {
		finding_draw(v, a);
	} else {
		if (v->edit.completing && v->edit.words_n > 1 && a.h > 1) {
			offers_draw(v, area_part(a, 0, 0, a.w, 1));
			a = area_part(a, 0, 1, a.w, a.h);
		}
		area_text(a, 0, 0, STYLE_PROMPT, STR(">"));
		if (typed_draw(&v->edit, area_part(a, 2, 0, a.w - 3, a.h)) > 0)
			area_text(a, 0, 0, STYLE_PROMPT, STR("^")); /* there is more above */
	}
}

/* ---- the whole */

static unsigned list_width(const struct view *v, unsigned w)
{
	if (v->list < 0 || w < 30 || (w < LIST_FROM && v->list == 0))
		return 0;
	return w / 5 < 16 ? (w < LIST_FROM ? w / 3 : 16) : w / 5 > 24 ? 24 : w / 5;
}

static unsigned people_width(const struct view *v, unsigned w)
{
	if (!view_room(v) || !v->shown->online || v->people < 0 || w < 40 || (w < PEOPLE_FROM && v->people == 0))
		return 0;
	return w > 120 ? 20 : 14;
}

static void frame_draw(const struct view *v, struct area a, unsigned x)
{
	for (unsigned y = 0; y < a.h; y++)
		area_text(a, x, y, STYLE_FRAME, v->setup.ascii ? STR("|") : STR("│"));
}

static void main_draw(struct view *v, struct area a)
{
	unsigned people = people_width(v, a.grid->w);
	struct area flow = area_part(a, 0, 1, people ? a.w - people - 2 : a.w, a.h);

	head_draw(v, area_part(a, 0, 0, a.w, 1));
	v->flow_w = flow.w;
	v->flow_h = flow.h;
	if (v->help) {
		draw_help(v, area_part(a, 0, 1, a.w, a.h));
		return;
	}
	if (people) {
		frame_draw(v, area_part(a, 0, 1, a.w, a.h), a.w - people - 1);
		people_draw(v, area_part(a, a.w - people, 1, people, a.h));
	}
	if (v->shown)
		draw_flow(v, flow);
}

void view_draw(struct view *v, struct grid *g)
{
	struct area a = grid_area(g);
	unsigned list = list_width(v, a.w), input, upper;

	v->list_at.w = list;
	if (a.w < SMALL_W || a.h < SMALL_H) {
		area_text(a, 0, 0, STYLE_PLAIN, view_text(v, TEXT_screen_small));
		return;
	}
	v->input_w = a.w - 3;
	input = input_rows(v, a.w);
	input = input < a.h - 3 ? input : a.h - 3;
	upper = a.h - input - 1;
	if (list) {
		v->list_at.h = upper;
		list_draw(v, area_part(a, 0, 0, list, upper));
		frame_draw(v, area_part(a, 0, 0, a.w, upper), list);
		main_draw(v, area_part(a, list + 1, 0, a.w, upper));
	} else {
		main_draw(v, area_part(a, 0, 0, a.w, upper));
	}
	status_draw(v, area_part(a, 0, upper, a.w, 1));
	input_draw(v, area_part(a, 0, upper + 1, a.w, input));
}

/* The clock in the bar, to the next minute; what is counted down, every second. */
msec view_patience(struct view *v)
{
	const struct client_state *s = client_state(v->client);

	return s->phase == PHASE_WAITING && s->again_ms > 0 ? 1000 : 60000 - world_now(v->setup.world) % 60000 + 10;
}

void view_title(struct view *v, struct buf *to)
{
	unsigned unread = 0;
	own_buf raw = { 0 };

	list_each(c, client_conversations(v->client), struct conversation, here)
		unread += c->unread;
	if (unread)
		buf_fmt(to, "(%u) ", unread);
	if (v->shown && v->shown->kind != CONVERSATION_STATUS) {
		buf_str(&raw, v->shown->name);
		buf_lit(&raw, " - ");
	}
	buf_lit(&raw, "Anser");
	for (size_t at = 0; at < raw.n && to->n < 200;) {
		struct glyph g = glyph_at(buf_all(&raw), at);

		if (g.cell.width > 0)
			buf_add(to, g.cell.text, g.cell.n);
		at += g.n;
	}
}
