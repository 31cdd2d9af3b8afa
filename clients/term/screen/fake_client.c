/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/screen/fake_client.h"

#include "base/mem.h"

static msec fake_now(struct world *w) { return holder_of(w, struct fake_world, world)->now; }
static msec fake_clock(struct world *w) { return holder_of(w, struct fake_world, world)->clock; }

static const struct world_ops ops = { .now = fake_now, .clock = fake_clock };

void fake_world_begin(struct fake_world *w, msec now)
{
	*w = (struct fake_world){ .world = { &ops }, .now = now, .clock = 1000 };
}

static struct str copy(struct str s) { return (struct str){ mem_copy(s.n ? s.p : "", s.n ? s.n : 1), s.n }; }

static void drop(struct str *s)
{
	mem_free((char *)s->p);
	*s = STR_NONE;
}

void fake_begin(struct client *c, struct view *v, const char *self, const char *where)
{
	*c = (struct client){ .face = view_face(v),
		.state = { .phase = PHASE_ONLINE, .self = str_z(self), .where = str_z(where), .secure = true } };
	list_init(&c->conversations);
	fake_conversation(c, "", true);
}

static void entry_free(struct entry *e)
{
	list_remove(&e->here);
	drop(&e->sender);
	drop(&e->text);
	if (e->file)
		drop(&e->file->name);
	mem_free(e->file);
	mem_free(e);
}

static void conversation_free(struct conversation *v)
{
	list_each(e, &v->entries, struct entry, here)
		entry_free(e);
	for (size_t i = 0; i < v->people_n; i++)
		drop(&v->people[i]);
	mem_free(v->people);
	list_remove(&v->here);
	drop(&v->name);
	drop(&v->draft);
	mem_free(v);
}

void fake_end(struct client *c)
{
	list_each(v, &c->conversations, struct conversation, here)
		conversation_free(v);
	buf_free(&c->said);
}

struct conversation *fake_conversation(struct client *c, const char *name, bool online)
{
	struct conversation *v = mem_new(struct conversation);

	v->kind = !*name ? CONVERSATION_STATUS : *name == '#' ? CONVERSATION_ROOM : CONVERSATION_PERSON;
	v->name = copy(str_z(name));
	v->draft = copy(STR(""));
	v->online = online;
	v->number = c->numbers++;
	list_init(&v->entries);
	list_append(&c->conversations, &v->here);
	c->face->ops->conversation(c->face, v, CONVERSATION_NEW);
	return v;
}

struct entry *fake_entry(struct client *c, struct conversation *v, const char *from, const char *text, msec time,
	enum entry_change what)
{
	struct entry *e = mem_new(struct entry);

	e->conversation = v;
	e->id = ++c->ids;
	e->kind = from ? ENTRY_TEXT : ENTRY_NOTE;
	e->mine = from && (!*from || str_is(c->state.self, from));
	e->status = e->mine ? ENTRY_RELAYED : ENTRY_RECEIVED;
	e->sender = copy(e->mine ? c->state.self : str_z(from ? from : ""));
	e->text = copy(str_z(text));
	e->time = time;
	if (what == ENTRY_OLD) {
		list_prepend(&v->entries, &e->here);
	} else {
		list_append(&v->entries, &e->here);
		if (!e->mine && from) {
			v->unread++;
			v->mentioned = v->mentioned || v->kind == CONVERSATION_PERSON;
		}
	}
	c->face->ops->entry(c->face, e, what);
	return e;
}

void fake_file(struct client *c, struct entry *e, enum file_state state, uint64_t size, uint64_t done)
{
	if (!e->file) {
		e->file = mem_new(struct file_info);
		e->file->name = copy(e->text);
	}
	e->kind = ENTRY_FILE;
	e->file->state = state;
	e->file->size = size;
	e->file->done = done;
	c->face->ops->entry(c->face, e, ENTRY_CHANGED);
}

void fake_people(struct conversation *v, const char *const *names, size_t n)
{
	v->people = mem_alloc(sizeof *v->people * n);
	v->people_n = n;
	for (size_t i = 0; i < n; i++)
		v->people[i] = copy(str_z(names[i]));
}

/* ---- what faces call */

unsigned long fake_state_asked;

const struct client_state *client_state(const struct client *c)
{
	fake_state_asked++;
	return &c->state;
}

struct list *client_conversations(struct client *c) { return &c->conversations; }

void client_read(struct client *c, struct conversation *v)
{
	v->unread = 0;
	v->mentioned = false;
	c->face->ops->conversation(c->face, v, CONVERSATION_CHANGED);
}

static void said(struct client *c, const char *what, struct str name, struct str text)
{
	buf_fmt(&c->said, "%s %.*s: ", what, STR_ARG(name));
	buf_str(&c->said, text);
	buf_byte(&c->said, '\n');
}

void client_older(struct client *c, struct conversation *v) { said(c, "older", v->name, STR("")); }
void client_people(struct client *c, struct conversation *room) { c->people_asked++; }
void client_stop(struct client *c, int status) { said(c, "stop", STR(""), STR("")); }
void client_answer(struct client *c, struct str answer)
{
	said(c, "answer", STR(""), answer.p ? answer : STR("(none)"));
}

bool client_line(struct client *c, struct conversation *v, struct str line)
{
	said(c, "line", v ? v->name : STR("(none)"), line);
	return !c->refuses;
}

void conversation_draft(struct client *c, struct conversation *v, struct str draft)
{
	struct str new = copy(draft);

	drop(&v->draft);
	v->draft = new;
}

void client_complete(struct client *c, struct conversation *v, struct str line,
	void (*each)(void *arg, struct str word), void *arg)
{
	struct str rest = str_z(c->words ? c->words : "");

	while (rest.n > 0) {
		size_t n = str_find(rest, ' ');
		own_buf word = { 0 };

		buf_add(&word, rest.p, n);
		buf_byte(&word, ' ');
		each(arg, buf_all(&word));
		rest = str_from(rest, n + 1);
	}
}

static bool no_run(struct client *c, struct conversation *v, struct str rest) { return true; }

enum { ALL_MODES = 7 };

const struct command commands[] = {
	{ "help", "[command]", ALL_MODES, "shows the commands and keys, or one command", "显示全部命令和按键，或某个命令的说明", no_run },
	{ "join", "#room [password]", 1, "enters a room; it is made where there is none", "进入房间；没有时新建", no_run },
	{ "query", "name", ALL_MODES, "opens a conversation", "打开对话", no_run },
	{ "send", "file", ALL_MODES, "sends a file to who is in this conversation", "向当前对话发送文件", no_run },
	{ "verify", "[yes]", 6, "shows the code to compare", "显示用于核对的代码", no_run },
	{ "quit", "", ALL_MODES, "leaves", "退出", no_run },
};
const size_t commands_n = countof(commands);
