/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/screen/view.h"

#include <assert.h>
#include <strings.h>

#include "base/mem.h"
#include "clients/term/screen/view_inside.h"

enum {
	LINES_UNASKED = 5,  /* more are sent only after a question */
	WHEEL_ROWS = 3,
	LINE_FIRST_KEPT = 2000, /* bytes of a line typed that are remembered */
};

/* ---- places */

struct place *view_place(struct view *v, struct conversation *c)
{
	struct place *p;

	list_each(it, &v->places, struct place, here) {
		if (it->conversation == c)
			return it;
	}
	p = mem_new(struct place);
	p->conversation = c;
	list_init(&p->notices);
	list_append(&v->places, &p->here);
	return p;
}

static void notice_free(struct notice *n)
{
	list_remove(&n->here);
	buf_free(&n->text);
	mem_free(n);
}

static void place_free(struct place *p)
{
	list_each(n, &p->notices, struct notice, here)
		notice_free(n);
	list_remove(&p->here);
	mem_free(p);
}

struct str conversation_title(const struct view *v, const struct conversation *c)
{
	return c->kind == CONVERSATION_STATUS ? view_text(v, TEXT_screen_status) : c->name;
}

static bool word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool names_us(const struct view *v, struct str text)
{
	struct str self = client_state(v->client)->self;

	for (size_t at = 0; self.n > 0 && (at = text_find(text, self, at)) < text.n; at++) {
		size_t end = at + self.n;
		bool begins = at == 0 || !word_byte(text.p[at - 1]) || !word_byte(self.p[0]);
		bool ends = end == text.n || !word_byte(text.p[end]) || !word_byte(self.p[self.n - 1]);

		if (begins && ends)
			return true;
	}
	return false;
}

/* ---- which conversation */

/* What is seen at the lower edge has been read. */
void view_read(struct view *v)
{
	if (v->shown && v->shown->unread > 0 && !view_place(v, v->shown)->bottom && !v->help)
		client_read(v->client, v->shown);
}

/* The line stands above the first of the newest entries that nobody has seen. */
static void unread_mark(struct place *p, unsigned n)
{
	struct list *head = &p->conversation->entries;

	p->unread = NULL;
	for (struct list *item = head->prev; n > 0 && item && item != head; item = item->prev) {
		if (entry_of(item)->mine || entry_of(item)->kind == ENTRY_NOTE)
			continue;
		p->unread = entry_of(item);
		n--;
	}
}

static void draft_keep(struct view *v)
{
	if (v->shown && !str_eq(edit_text(&v->edit), v->shown->draft))
		conversation_draft(v->client, v->shown, edit_text(&v->edit));
}

void view_show(struct view *v, struct conversation *c)
{
	if (c == v->shown)
		return;
	draft_keep(v);
	if (v->shown)
		view_place(v, v->shown)->unread = NULL;
	v->shown = c;
	v->finding = false;
	v->found = NULL;
	if (c) {
		struct place *p = view_place(v, c);
		unsigned unread = c->unread;

		edit_set(&v->edit, c->draft.p ? c->draft : STR(""));
		client_read(v->client, c); /* also reads back what is not in memory yet */
		unread_mark(p, unread);
		if (c->kind == CONVERSATION_ROOM)
			client_people(v->client, c);
	}
	view_changed(v);
}

static struct conversation *conversation_of(struct list *l) { return holder_of(l, struct conversation, here); }

/* The next in the list, round about; `step` 1 or -1. */
static struct conversation *neighbour(struct view *v, struct conversation *c, int step)
{
	struct list *all = client_conversations(v->client), *at = c ? &c->here : all;

	do
		at = step > 0 ? at->next : at->prev;
	while (at == all && !list_empty(all));
	return at == all ? NULL : conversation_of(at);
}

static void step_conversation(struct view *v, int step)
{
	struct conversation *c = neighbour(v, v->shown, step);

	if (c)
		view_show(v, c);
}

/* Those that are meant for us first, then in the order of the list behind the one that is shown. */
static void step_unread(struct view *v)
{
	struct conversation *first = NULL;

	for (struct conversation *c = neighbour(v, v->shown, 1); c && c != v->shown; c = neighbour(v, c, 1)) {
		if (c->unread > 0 && (!first || (c->mentioned && !first->mentioned)))
			first = c;
		if (!v->shown)
			break;
	}
	if (first)
		view_show(v, first);
}

static void show_number(struct view *v, unsigned number)
{
	list_each(c, client_conversations(v->client), struct conversation, here) {
		if (c->number == number) {
			view_show(v, c);
			return;
		}
	}
}

/* ---- what the engine tells */

static struct view *view_of(struct face *f) { return holder_of(f, struct view, face); }

static void told_state(struct face *f, const struct client_state *now) { view_changed(view_of(f)); }

static void conversation_gone(struct view *v, struct conversation *c)
{
	struct conversation *other = neighbour(v, c, -1);

	if (other == c) /* it has left the list already */
		other = list_first(client_conversations(v->client), struct conversation, here);
	if (v->shown == c) {
		v->shown = NULL; /* its draft goes with it */
		view_show(v, other == c ? NULL : other);
	}
	track_forget(v, c);
	place_free(view_place(v, c));
}

static void told_conversation(struct face *f, struct conversation *c, enum conversation_change what)
{
	struct view *v = view_of(f);

	if (what == CONVERSATION_GONE)
		conversation_gone(v, c);
	else if (v->client && c == v->shown)
		view_read(v); /* what came while one looks at it */
	view_changed(v);
}

static bool is_here(const struct conversation *c, struct str name)
{
	for (size_t i = 0; i < c->people_n; i++) {
		if (str_eq(c->people[i], name))
			return true;
	}
	return false;
}

static void entry_came(struct view *v, struct entry *e)
{
	struct place *p = view_place(v, e->conversation);
	bool meant = e->conversation->kind == CONVERSATION_PERSON || names_us(v, e->text);
	bool rings = v->setup.bell == VIEW_BELL_ALWAYS || (v->setup.bell == VIEW_BELL_MENTION && meant);

	if (p->bottom && e->mine)
		flow_newest(v, p);
	else if (p->bottom)
		p->below++;
	if (e->mine || v->shown != e->conversation)
		p->unread = NULL;
	if (v->shown == e->conversation)
		view_read(v);
	if (v->shown == e->conversation && view_room(v) && !e->mine && !is_here(e->conversation, e->sender))
		client_people(v->client, e->conversation);
	if (!e->mine && e->kind != ENTRY_NOTE && rings)
		v->setup.ops->attention(v->setup.arg, e->conversation, e->sender, e->text);
}

static void told_entry(struct face *f, struct entry *e, enum entry_change what)
{
	struct view *v = view_of(f);

	if (what == ENTRY_NEW && v->client)
		entry_came(v, e);
	if (e->kind == ENTRY_FILE)
		track_file(v, e);
	if (e->conversation == v->shown)
		view_changed(v);
}

static void notice_add(struct view *v, struct conversation *c, bool error, struct str text)
{
	struct place *p = view_place(v, c);
	struct notice *n = mem_new(struct notice);

	n->after = flow_last(p);
	n->error = error;
	n->time = world_now(v->setup.world);
	buf_str(&n->text, str_trim(text));
	list_append(&p->notices, &n->here);
	if (p->notices_n++ == NOTICES) {
		notice_free(list_first(&p->notices, struct notice, here));
		p->notices_n--;
	}
	view_changed(v);
}

static void place_clear(struct view *v, struct place *p)
{
	list_each(n, &p->notices, struct notice, here)
		notice_free(n);
	p->notices_n = 0;
	p->cleared = flow_last(p);
	flow_newest(v, p);
}

/* An answer is wanted where one looks. */
static void told_notice(struct face *f, struct conversation *c, const char *name, bool error, struct str text)
{
	struct view *v = view_of(f);

	if (!c)
		c = v->shown;
	if (!c && v->client)
		c = list_first(client_conversations(v->client), struct conversation, here);
	if (c && str_is(str_z(name), "clear"))
		place_clear(v, view_place(v, c));
	else if (c)
		notice_add(v, c, error, text);
}

static void ask(struct view *v, enum question q, struct str prompt)
{
	v->question = q;
	buf_clear(&v->prompt);
	buf_str(&v->prompt, prompt);
	v->secret.secret = q == ASKED_PASSWORD;
	edit_clear(&v->secret);
	v->help = false;
	view_changed(v);
}

static void told_ask(struct face *f, enum ask_kind kind, struct str prompt)
{
	ask(view_of(f), kind == ASK_PASSWORD ? ASKED_PASSWORD : ASKED_YES_NO, prompt);
}

static void told_show(struct face *f, struct conversation *c, struct entry *at)
{
	struct view *v = view_of(f);

	if (c)
		view_show(v, c);
	if (c && at) {
		v->found = at;
		flow_show(v, view_place(v, c), at);
	}
	view_changed(v);
}

static void told_quit(struct face *f, int status)
{
	struct view *v = view_of(f);

	v->setup.ops->quit(v->setup.arg, status);
}

static const struct face_ops face_ops = {
	.state = told_state,
	.conversation = told_conversation,
	.entry = told_entry,
	.notice = told_notice,
	.ask = told_ask,
	.show = told_show,
	.quit = told_quit,
};

/* ---- questions */

static void answered(struct view *v, struct str answer)
{
	enum question q = v->question;
	own_buf copy = { 0 };

	buf_room(&copy, 4096);
	if (answer.p)
		buf_str(&copy, answer);
	v->question = ASKED_NOTHING;
	edit_clear(&v->secret);
	view_changed(v);
	if (q == ASKED_PASSWORD || q == ASKED_YES_NO)
		client_answer(v->client, answer.p ? buf_all(&copy) : STR_NONE);
	buf_wipe(&copy);
}

static void leave(struct view *v)
{
	v->question = ASKED_NOTHING;
	v->leaving = true;
	draft_keep(v);
	client_stop(v->client, QUIT_OK);
	view_changed(v);
}

/* A line that holds a password is not for the history. */
static bool confides(struct str line)
{
	struct str rest = str_from(line, str_find(line, ' ') + 1);

	if (line.n > LINE_FIRST_KEPT || str_starts(line, STR("/password")) || str_starts(line, STR("/register")))
		return true;
	return str_starts(line, STR("/join ")) && str_find(str_trim(rest), ' ') < str_trim(rest).n;
}

static void line_give(struct view *v)
{
	own_buf line = { 0 };
	struct conversation *c = v->shown;

	buf_str(&line, edit_text(&v->edit));
	if (!confides(buf_all(&line))) {
		edit_remember(&v->edit);
		v->setup.ops->typed(v->setup.arg);
	}
	edit_clear(&v->edit);
	if (c && c->draft.n > 0)
		conversation_draft(v->client, c, STR(""));
	/* what could not be taken is there again, to be mended */
	if (!client_line(v->client, c, buf_all(&line)) && v->shown == c && v->edit.text.n == 0)
		edit_set(&v->edit, buf_all(&line));
	view_changed(v);
}

/* A word and Enter: whoever is used to typing "yes" must not find the rest of it in the password that is asked for next. */
static void word_give(struct view *v)
{
	static const struct {
		struct str word, answer;
	} words[] = {
		{ STR_INIT("y"), STR_INIT("yes") }, { STR_INIT("yes"), STR_INIT("yes") }, { STR_INIT("是"), STR_INIT("yes") },
		{ STR_INIT("n"), STR_INIT("no") },  { STR_INIT("no"), STR_INIT("no") },	  { STR_INIT("否"), STR_INIT("no") },
	};
	struct str typed = str_trim(edit_text(&v->secret));

	for (size_t i = 0; i < countof(words); i++)
		if (typed.n == words[i].word.n && !strncasecmp(typed.p, words[i].word.p, typed.n)) {
			answered(v, words[i].answer);
			return;
		}
	edit_clear(&v->secret);
}

static void question_key(struct view *v, const struct key *k)
{
	bool plain = k->code == KEY_CHAR && !k->alt && !k->ctrl;
	bool yes = plain && (k->c == 'y' || k->c == 'Y'), no = (plain && (k->c == 'n' || k->c == 'N')) ||
		k->code == KEY_ESCAPE;

	if (v->question == ASKED_PASSWORD || (v->question == ASKED_YES_NO && k->code != KEY_ESCAPE)) {
		if (k->code != KEY_ENTER || k->alt)
			edit_key(&v->secret, k, 1000);
		else if (v->question == ASKED_PASSWORD)
			answered(v, edit_text(&v->secret));
		else
			word_give(v);
		view_changed(v);
	} else if (v->question == ASKED_YES_NO) {
		answered(v, STR("no"));
	} else if (v->question == ASKED_QUIT && yes) {
		leave(v);
	} else if (v->question == ASKED_LINES && (yes || k->code == KEY_ENTER)) {
		v->question = ASKED_NOTHING;
		line_give(v);
	} else if (no) {
		answered(v, STR_NONE);
	}
}

/* ---- find */

/* The next older (or newer) entry that has what is looked for. */
static void find_step(struct view *v, bool older, bool also_here)
{
	struct place *p = view_place(v, v->shown);
	struct list *head = &v->shown->entries, *from = v->found ? &v->found->here : older ? head->prev : head->next;
	struct str needle = edit_text(&v->needle);
	bool here = also_here || !v->found;

	v->found_nothing = false;
	for (struct list *item = from; item && item != head; item = older ? item->prev : item->next, here = true) {
		struct str text = entry_shown(entry_of(item));

		if (here && needle.n > 0 && text_find(text, needle, 0) < text.n) {
			v->found = entry_of(item);
			flow_show(v, p, v->found);
			return;
		}
	}
	v->found_nothing = needle.n > 0;
}

static void find_begin(struct view *v)
{
	if (!v->shown)
		return;
	v->finding = true;
	v->found = NULL;
	v->found_nothing = false;
	edit_clear(&v->needle);
}

static void find_key(struct view *v, const struct key *k)
{
	size_t n = v->needle.text.n;

	if (k->code == KEY_ESCAPE) {
		v->finding = false;
		v->found = NULL;
	} else if (k->code == KEY_ENTER || k->code == KEY_UP || (k->code == KEY_CHAR && k->ctrl && k->c == 'r')) {
		find_step(v, true, false);
	} else if (k->code == KEY_DOWN) {
		find_step(v, false, false);
	} else if (edit_key(&v->needle, k, 1000) && v->needle.text.n != n) {
		if (v->needle.text.n < n)
			v->found = NULL; /* less to look for: from the newest again */
		find_step(v, true, true);
	}
}

/* ---- keys */

static void key_enter(struct view *v)
{
	struct str line = str_trim(edit_text(&v->edit));
	size_t lines = line_ends(line) + 1;
	own_buf prompt = { 0 }, number = { 0 };

	if (line.n == 0)
		return;
	if (str_eq(line, STR("/help"))) {
		edit_clear(&v->edit);
		v->help = true;
		v->help_top = 0;
		return;
	}
	if (lines <= LINES_UNASKED || !v->shown) {
		line_give(v);
		return;
	}
	buf_u64(&number, lines);
	text_put(&prompt, v->setup.chinese, TEXT_screen_send_lines, buf_all(&number), conversation_title(v, v->shown),
		STR_NONE);
	ask(v, ASKED_LINES, buf_all(&prompt));
}

static void offer(void *arg, struct str word)
{
	struct view *v = arg;

	edit_offer(&v->edit, word);
}

static void complete(struct view *v, int step)
{
	if (!v->edit.completing) {
		own_buf line = { 0 };

		edit_offers(&v->edit);
		buf_add(&line, v->edit.text.p, v->edit.cursor);
		client_complete(v->client, v->shown, buf_all(&line), offer, v);
	}
	edit_choose(&v->edit, step);
}

static void key_tab(struct view *v) { complete(v, 1); }
static void key_tab_back(struct view *v) { complete(v, -1); }
static void key_next(struct view *v) { step_conversation(v, 1); }
static void key_last(struct view *v) { step_conversation(v, -1); }

static void scroll(struct view *v, int rows)
{
	if (v->help) {
		int top = (int)v->help_top - rows, most = (int)v->help_rows - (int)v->flow_h;

		v->help_top = (unsigned)(top < 0 || most < 0 ? 0 : top > most ? most : top);
	} else if (v->shown && v->flow_h > 0) {
		flow_scroll(v, view_place(v, v->shown), rows);
	}
}

static int page(const struct view *v) { return v->flow_h > 2 ? (int)v->flow_h - 2 : 1; }
static void key_page_up(struct view *v) { scroll(v, page(v)); }
static void key_page_down(struct view *v) { scroll(v, -page(v)); }
static void key_row_up(struct view *v) { scroll(v, 1); }
static void key_row_down(struct view *v) { scroll(v, -1); }
static void key_wheel_up(struct view *v) { scroll(v, WHEEL_ROWS); }
static void key_wheel_down(struct view *v) { scroll(v, -WHEEL_ROWS); }

static void key_newest(struct view *v)
{
	if (v->shown)
		flow_newest(v, view_place(v, v->shown));
}

static void key_oldest(struct view *v)
{
	if (v->shown)
		flow_oldest(v, view_place(v, v->shown));
}

static void key_help(struct view *v)
{
	v->help = !v->help;
	v->help_top = 0;
	view_read(v);
}

static void key_people(struct view *v)
{
	v->people = v->people ? -v->people : 1;
	if (view_room(v))
		client_people(v->client, v->shown);
}

static void key_list(struct view *v) { v->list = v->list ? -v->list : v->list_at.w ? -1 : 1; }
static void key_anew(struct view *v) { v->setup.ops->anew(v->setup.arg); }

static void key_suspend(struct view *v)
{
	draft_keep(v);
	v->setup.ops->suspend(v->setup.arg);
}

static void key_quit(struct view *v) { ask(v, ASKED_QUIT, view_text(v, TEXT_screen_quit)); }

static void key_delete_or_quit(struct view *v)
{
	const struct key d = { .code = KEY_CHAR, .c = 'd', .ctrl = true };

	if (v->edit.text.n == 0)
		key_quit(v);
	else
		edit_key(&v->edit, &d, v->input_w);
}

enum { PLAIN = 0, ALT = 1, CTRL = 2, SHIFT = 4 };

static const struct {
	enum key_code code;
	uint32_t c;
	unsigned with;
	void (*act)(struct view *v);
} acts[] = {
	{ KEY_ENTER, 0, PLAIN, key_enter },
	{ KEY_TAB, 0, PLAIN, key_tab },
	{ KEY_TAB, 0, SHIFT, key_tab_back },
	{ KEY_CHAR, 'n', CTRL, key_next },
	{ KEY_CHAR, 'p', CTRL, key_last },
	{ KEY_DOWN, 0, ALT, key_next },
	{ KEY_UP, 0, ALT, key_last },
	{ KEY_CHAR, 'a', ALT, step_unread },
	{ KEY_PAGE_UP, 0, PLAIN, key_page_up },
	{ KEY_PAGE_DOWN, 0, PLAIN, key_page_down },
	{ KEY_UP, 0, CTRL, key_row_up },
	{ KEY_DOWN, 0, CTRL, key_row_down },
	{ KEY_WHEEL_UP, 0, PLAIN, key_wheel_up },
	{ KEY_WHEEL_DOWN, 0, PLAIN, key_wheel_down },
	{ KEY_END, 0, ALT, key_newest },
	{ KEY_END, 0, CTRL, key_newest },
	{ KEY_HOME, 0, ALT, key_oldest },
	{ KEY_HOME, 0, CTRL, key_oldest },
	{ KEY_CHAR, 'r', CTRL, find_begin },
	{ KEY_FUNCTION, 1, PLAIN, key_help },
	{ KEY_FUNCTION, 2, PLAIN, key_people },
	{ KEY_FUNCTION, 3, PLAIN, key_list },
	{ KEY_CHAR, 'l', CTRL, key_anew },
	{ KEY_CHAR, 'z', CTRL, key_suspend },
	{ KEY_CHAR, 'd', CTRL, key_delete_or_quit },
};

static bool act_find(struct view *v, const struct key *k)
{
	unsigned with = (k->alt ? ALT : 0) | (k->ctrl ? CTRL : 0) | (k->shift ? SHIFT : 0);

	for (size_t i = 0; i < countof(acts); i++) {
		if (acts[i].code == k->code && acts[i].c == k->c && acts[i].with == with) {
			acts[i].act(v);
			return true;
		}
	}
	return false;
}

static void click(struct view *v, const struct key *k)
{
	unsigned n = 0;

	if (v->list_at.w == 0 || k->x < v->list_at.x || k->x >= v->list_at.x + v->list_at.w || k->y < v->list_at.y)
		return;
	list_each(c, client_conversations(v->client), struct conversation, here) {
		if (n++ == v->list_at.first + (k->y - v->list_at.y)) {
			view_show(v, c);
			return;
		}
	}
}

/* In the help: keys that scroll it; any other leads back. */
static bool help_key(struct view *v, const struct key *k)
{
	if (k->code == KEY_UP)
		scroll(v, 1);
	else if (k->code == KEY_DOWN)
		scroll(v, -1);
	else if (k->code == KEY_PAGE_UP || k->code == KEY_PAGE_DOWN || k->code == KEY_WHEEL_UP ||
			k->code == KEY_WHEEL_DOWN || k->ctrl)
		return false;
	else if (k->code == KEY_CHAR && k->c == ' ')
		key_page_down(v);
	else
		key_help(v);
	return true;
}

static void edit_line(struct view *v, const struct key *k)
{
	bool cut = k->code == KEY_PASTE && (k->cut || v->edit.text.n + k->text.n > EDIT_MAX);

	if (edit_key(&v->edit, k, v->input_w) && cut && v->shown)
		notice_add(v, v->shown, true, view_text(v, TEXT_screen_paste_cut));
}

static void plain_key(struct view *v, const struct key *k)
{
	if (k->code == KEY_CLICK)
		click(v, k);
	else if (k->code == KEY_CHAR && k->alt && k->c >= '0' && k->c <= '9')
		show_number(v, k->c - '0');
	else if (k->code == KEY_END && v->edit.text.n == 0)
		key_newest(v);
	else if (k->code == KEY_ESCAPE)
		key_newest(v);
	else if (!act_find(v, k))
		edit_line(v, k);
}

void view_key(struct view *v, const struct key *k)
{
	bool give_up = k->code == KEY_CHAR && k->ctrl && k->c == 'c';

	assert(v->client);
	view_changed(v);
	if (give_up && v->question == ASKED_QUIT)
		leave(v);
	else if (give_up && v->question != ASKED_NOTHING)
		answered(v, STR_NONE);
	else if (give_up)
		key_quit(v);
	else if (k->code == KEY_CHAR && k->ctrl && (k->c == 'l' || k->c == 'z'))
		act_find(v, k);
	else if (v->question != ASKED_NOTHING)
		question_key(v, k);
	else if (v->help && help_key(v, k))
		return;
	else if (v->finding && k->code != KEY_PAGE_UP && k->code != KEY_PAGE_DOWN)
		find_key(v, k);
	else
		plain_key(v, k);
}

/* ---- beginning and end */

struct view *view_new(const struct view_setup *setup)
{
	struct view *v = mem_new(struct view);

	v->face.ops = &face_ops;
	v->setup = *setup;
	list_init(&v->places);
	return v;
}

struct face *view_face(struct view *v) { return &v->face; }

void view_begin(struct view *v, struct client *c)
{
	v->client = c;
	if (!v->shown)
		view_show(v, list_first(client_conversations(c), struct conversation, here));
}

struct view *view_free(struct view *v)
{
	if (!v)
		return NULL;
	list_each(p, &v->places, struct place, here)
		place_free(p);
	edit_free(&v->edit);
	edit_free(&v->secret);
	edit_free(&v->needle);
	buf_free(&v->prompt);
	mem_free(v->rows.v);
	mem_free(v);
	return NULL;
}

void view_history_read(struct view *v, struct str kept) { edit_history_read(&v->edit, kept); }
void view_history_write(const struct view *v, struct buf *to) { edit_history_write(&v->edit, to); }
