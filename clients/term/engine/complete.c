/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/complete.c - what may stand instead of the last word of a line.
 */
#include <stdlib.h>

#include "clients/term/engine/chat.h"
#include "model/fold.h"

struct words {
	struct str *all;
	size_t n, room;
	struct str typed, folded;
	const char *before, *behind; /* put around each */
	struct client *c;
};

static void add(struct words *w, struct str word)
{
	own_buf whole = { 0 };

	buf_str(&whole, str_z(w->before));
	buf_str(&whole, word);
	buf_str(&whole, str_z(w->behind));
	if (w->n == w->room) {
		w->room = w->room ? w->room * 2 : 16;
		w->all = mem_grow(w->all, w->room * sizeof(*w->all));
	}
	w->all[w->n] = STR_NONE;
	str_set(&w->all[w->n++], buf_all(&whole));
}

/* In any case. */
static void add_fitting(struct words *w, struct str word)
{
	own_buf folded = { 0 };

	text_fold(&folded, word);
	if (str_starts(word, w->typed) || (w->folded.n && str_starts(buf_all(&folded), w->folded)))
		add(w, word);
}

static void add_name(void *arg, struct str name)
{
	struct words *w = arg;

	if (!str_eq(name, w->c->state.self))
		add_fitting(w, name);
}

static int order(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

static void tell(struct words *w, void (*each)(void *arg, struct str word), void *arg)
{
	if (w->n)
		qsort(w->all, w->n, sizeof *w->all, order);
	for (size_t i = 0; i < w->n; i++)
		if (!i || !str_eq(w->all[i], w->all[i - 1]))
			each(arg, w->all[i]);
	for (size_t i = 0; i < w->n; i++)
		str_set(&w->all[i], STR_NONE);
	mem_free(w->all);
}

static void commands_add(struct words *w)
{
	w->before = "/";
	w->behind = " ";
	for (size_t i = 0; i < commands_n; i++)
		if (commands[i].modes & 1u << w->c->setup.mode && str_starts(str_z(commands[i].name), w->typed))
			add(w, str_z(commands[i].name));
}

static void emojis_add(struct words *w)
{
	w->before = ":";
	w->behind = ": ";
	for (size_t i = 0; i < emojis_n; i++)
		if (str_starts(str_z(emojis[i].name), w->typed))
			add(w, str_z(emojis[i].name));
}

static void names_add(struct words *w, struct conversation *v, bool rooms, bool people)
{
	bool here = v && v->kind == CONVERSATION_ROOM && people;

	for (size_t i = 0; here && i < v->people_n; i++)
		add_name(w, v->people[i]);
	list_each (other, &w->c->conversations, struct conversation, here)
		if ((other->kind == CONVERSATION_ROOM && rooms) || (other->kind == CONVERSATION_PERSON && people))
			add_name(w, other->name);
	if (people && w->c->way->names && w->c->way_state)
		w->c->way->names(w->c, add_name, w);
}

static void path_add(void *arg, struct str path)
{
	struct words *w = arg;

	w->behind = path.n && path.p[path.n - 1] == '/' ? "" : " ";
	add(w, path);
}

/* Where the path begins in "/send …"; line.n: it is no such line. */
static size_t path_begin(struct str line)
{
	static const struct str heads[] = { STR_INIT("/send "), STR_INIT("/upload ") };

	for (size_t i = 0; i < countof(heads); i++)
		if (str_starts(line, heads[i]))
			return heads[i].n;
	return line.n;
}

void client_complete(struct client *c, struct conversation *v, struct str line,
		     void (*each)(void *arg, struct str word), void *arg)
{
	struct words w = { .c = c, .before = "", .behind = " " };
	size_t begin = line.n, path = path_begin(line);
	own_buf folded = { 0 };
	struct str word, head;

	while (begin && line.p[begin - 1] != ' ' && line.p[begin - 1] != '\n' && line.p[begin - 1] != '\t')
		begin--;
	word = str_from(line, begin);
	head = str_trim(str_n(line.p, begin));
	if (path < line.n) {
		if (c->outside->ops->file_names)
			c->outside->ops->file_names(c->outside, word, path_add, &w);
		tell(&w, each, arg);
		return;
	}
	w.typed = word;
	if (!head.n && str_starts(word, STR("/"))) {
		w.typed = str_from(word, 1);
		commands_add(&w);
	} else if (str_starts(word, STR(":"))) {
		w.typed = str_from(word, 1);
		if (w.typed.n)
			emojis_add(&w);
	} else if (str_is(head, "/help")) {
		w.typed = str_starts(word, STR("/")) ? str_from(word, 1) : word;
		commands_add(&w);
		for (size_t i = 0; i < w.n && !str_starts(word, STR("/")); i++)
			str_set(&w.all[i], str_from(w.all[i], 1));
	} else if (word.n || head.n) {
		bool alone = str_starts(head, STR("/"));

		text_fold(&folded, word);
		w.folded = buf_all(&folded);
		w.behind = begin || !v || v->kind != CONVERSATION_ROOM ? " " : ": ";
		if (word.n || alone)
			names_add(&w, v, str_starts(word, STR("#")) || alone,
				  !str_starts(word, STR("#")) && !str_is(head, "/join") && !str_is(head, "/leave"));
	}
	tell(&w, each, arg);
}
