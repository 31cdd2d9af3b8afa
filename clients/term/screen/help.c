/* SPDX-License-Identifier: Apache-2.0
 *
 * The help: the table of commands, the keys, the marks.
 */
#include "base/mem.h"
#include "clients/term/screen/view_inside.h"

static const enum text keys[] = {
	TEXT_key_enter, TEXT_key_line, TEXT_key_tab, TEXT_key_history, TEXT_key_next, TEXT_key_number, TEXT_key_unread,
	TEXT_key_page,
	TEXT_key_scroll, TEXT_key_newest, TEXT_key_find, TEXT_key_people, TEXT_key_list, TEXT_key_begin, TEXT_key_words,
	TEXT_key_cut,
	TEXT_key_cut_line, TEXT_key_back, TEXT_key_redraw, TEXT_key_suspend, TEXT_key_quit,
};

static const struct {
	enum entry_status status;
	enum text text;
} marks[] = {
	{ ENTRY_WAITING, TEXT_mark_waiting }, { ENTRY_SENDING, TEXT_mark_sending },
	{ ENTRY_RELAYED, TEXT_mark_relayed },
	{ ENTRY_DIRECT, TEXT_mark_direct }, { ENTRY_DATAGRAM, TEXT_mark_datagram }, { ENTRY_FAILED, TEXT_mark_failed },
};

/* Where the help is drawn: rows are counted, those in the window are drawn. */
struct page {
	struct view *v;
	struct area a;
	unsigned row, left_w;
};

static void page_heading(struct page *p, enum text t)
{
	if (p->row > 0)
		p->row++;
	if (p->row >= p->v->help_top)
		area_text(p->a, 1, p->row - p->v->help_top, STYLE_BOLD, view_text(p->v, t));
	p->row++;
}

/* What it is, and beside it (below, where there is no room) what it does. */
static void page_item(struct page *p, enum style style, struct str left, struct str right)
{
	unsigned w = glyphs_width(left), x = 2 + p->left_w + 2;
	bool below = w > p->left_w || p->a.w < 48;
	struct line line;
	bool done = false;

	if (below)
		x = 6;
	if (p->row >= p->v->help_top)
		area_text(p->a, 2, p->row - p->v->help_top, style, left);
	p->row += below;
	for (size_t at = 0; line_next(right, &at, &done, p->a.w > x + 9 ? p->a.w - x - 1 : 8, &line); p->row++) {
		if (p->row >= p->v->help_top)
			area_line(p->a, x, p->row - p->v->help_top, STYLE_PLAIN, right, &line, NULL, NULL);
	}
}

static void page_commands(struct page *p)
{
	page_heading(p, TEXT_help_commands);
	for (size_t i = 0; i < commands_n; i++) {
		const struct command *c = &commands[i];
		own_buf left = { 0 };

		if (!(c->modes & 1u << p->v->setup.mode))
			continue;
		buf_fmt(&left, "/%s%s%s", c->name, c->arguments && *c->arguments ? " " : "",
			c->arguments ? c->arguments : "");
		page_item(p, STYLE_NOTICE, buf_all(&left), str_z(p->v->setup.chinese ? c->help_zh : c->help));
	}
}

static void page_keys(struct page *p)
{
	page_heading(p, TEXT_help_keys);
	for (size_t i = 0; i < countof(keys); i++) {
		struct str s = view_text(p->v, keys[i]);
		size_t n = str_find(s, '|');

		page_item(p, STYLE_NOTICE, str_n(s.p, n), str_from(s, n + 1));
	}
}

static void page_marks(struct page *p)
{
	bool ascii = p->v->setup.ascii;

	p->left_w = 3;
	page_heading(p, TEXT_help_marks);
	for (size_t i = 0; i < countof(marks); i++)
		page_item(p, STYLE_MARK, str_z(mark_symbol(p->v, marks[i].status)), view_text(p->v, marks[i].text));
	page_heading(p, TEXT_help_list);
	page_item(p, STYLE_ONLINE, ascii ? STR("+") : STR("●"), view_text(p->v, TEXT_list_online));
	page_item(p, STYLE_OFFLINE, ascii ? STR("-") : STR("○"), view_text(p->v, TEXT_list_offline));
	page_item(p, STYLE_UNREAD, STR("3"), view_text(p->v, TEXT_list_count));
}

void draw_help(struct view *v, struct area a)
{
	struct page p = { .v = v, .a = a, .left_w = a.w > 90 ? 30 : 24 };

	page_commands(&p);
	page_keys(&p);
	page_marks(&p);
	v->help_rows = p.row;
}
