/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/commands.c - what may be typed: the table of commands, and lines that are none.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "clients/term/engine/chat.h"
#include "clients/term/engine/harmless.h"
#include "model/jid.h"

enum {
	ANY = 1 << MODE_SERVER | 1 << MODE_DIRECT | 1 << MODE_LAN,
	SERVER = 1 << MODE_SERVER,
	HOSTED = SERVER | 1 << MODE_DIRECT,
	PEERS = 1 << MODE_DIRECT | 1 << MODE_LAN
};
enum { SEARCH_MAX = 50, HISTORY_SHOWN = 20 };

#define own_arena __attribute__((cleanup(arena_free))) struct arena

/* ---- words ------------------------------------------------------------------------------------------------------- */

static struct str word_take(struct str *rest)
{
	size_t n = 0;
	struct str word;

	*rest = str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	word = str_n(rest->p, n);
	*rest = str_trim(str_from(*rest, n));
	return word;
}

bool name_tidy(struct client *c, struct str typed, struct buf *room)
{
	own_arena arena = { 0 };
	bool is_room, good;
	struct str name = str_trim(typed), local;

	if (name.n && name.p[0] == '@')
		name = str_from(name, 1);
	is_room = name.n && name.p[0] == '#';
	if (c->setup.mode == MODE_SERVER && !(is_room && str_find(name, '/') < name.n)) {
		if (!jid_local_prepare(&local, str_from(name, is_room), &arena)) {
			client_tell(c, NULL, "bad-name", true, TEXT_bad_name, typed, STR_NONE);
			return false;
		}
		if (is_room)
			buf_byte(room, '#');
		buf_str(room, local);
		return true;
	}
	good = name.n && str_is_utf8(name);
	for (size_t i = 0; i < name.n; i++)
		good = good && (unsigned char)name.p[i] >= 0x20 && name.p[i] != 0x7F && name.p[i] != ',' &&
		       name.p[i] != ';';
	if (!good) {
		client_tell(c, NULL, "bad-name", true, TEXT_bad_name, typed, STR_NONE);
		return false;
	}
	buf_str(room, name);
	return true;
}

static bool no_conversation(struct client *c, struct conversation *v)
{
	if (v && v->kind != CONVERSATION_STATUS)
		return false;
	client_tell(c, v, "no-conversation", true, TEXT_no_conversation, STR_NONE, STR_NONE);
	return true;
}

static bool usage(struct client *c, struct conversation *v, const char *name)
{
	own_buf text = { 0 };

	for (size_t i = 0; i < commands_n; i++)
		if (!strcmp(commands[i].name, name))
			buf_fmt(&text, "/%s %s", name, commands[i].arguments);
	client_tell(c, v, "usage", true, TEXT_usage, buf_all(&text), STR_NONE);
	return false;
}

static bool unable(struct client *c, struct conversation *v)
{
	client_tell(c, v, "not-here", true, TEXT_not_here, STR_NONE, STR_NONE);
	return false;
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static bool say(struct client *c, struct conversation *v, struct str text)
{
	own_buf replaced = { 0 };

	emoji_replace(&replaced, text);
	return client_say(c, v, buf_all(&replaced)) != NULL;
}

bool client_line(struct client *c, struct conversation *v, struct str line)
{
	bool slash = line.n && line.p[0] == '/', one = str_find(line, '\n') == line.n;

	if (slash && one && !str_starts(line, STR("//")))
		return command_run(c, v, str_from(line, 1));
	if (!str_trim(line).n || no_conversation(c, v))
		return false;
	return say(c, v, slash && one ? str_from(line, 1) : line);
}

/* ---- help -------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *command;
} aliases[] = {
	{ "q", "query" },     { "to", "query" },   { "m", "msg" },        { "w", "who" },       { "j", "join" },
	{ "part", "leave" },  { "exit", "quit" },  { "bye", "quit" },     { "h", "help" },      { "?", "help" },
	{ "names", "who" },   { "chat", "query" }, { "download", "get" }, { "upload", "send" }, { "n", "next" },
	{ "find", "search" }, { "wc", "close" },
};

static const struct command *command_named(struct str name)
{
	for (size_t i = 0; i < countof(aliases); i++)
		if (str_is(name, aliases[i].name))
			name = str_z(aliases[i].command);
	for (size_t i = 0; i < commands_n; i++)
		if (str_is(name, commands[i].name))
			return &commands[i];
	return NULL;
}

static bool is_here(const struct client *c, const struct command *cmd) { return cmd->modes & 1u << c->setup.mode; }

static void help_row(const struct client *c, const struct command *cmd, struct buf *to)
{
	own_buf shape = { 0 };

	buf_fmt(&shape, "/%s %s", cmd->name, cmd->arguments);
	buf_fmt(to, "%s%-28s %s", to->n ? "\n" : "", buf_z(&shape), c->setup.chinese ? cmd->help_zh : cmd->help);
}

static bool run_help(struct client *c, struct conversation *v, struct str rest)
{
	struct str name = str_starts(rest, STR("/")) ? str_from(rest, 1) : rest;
	const struct command *cmd = command_named(name);
	own_buf text = { 0 };

	if (rest.n && cmd) {
		help_row(c, cmd, &text);
		for (size_t i = 0, n = 0; i < countof(aliases); i++)
			if (!strcmp(aliases[i].command, cmd->name))
				buf_fmt(&text, "%s/%s", n++ ? ", " : "\n= ", aliases[i].name);
	} else {
		for (size_t i = 0; i < commands_n; i++)
			if (is_here(c, &commands[i]))
				help_row(c, &commands[i], &text);
		buf_byte(&text, '\n');
		buf_str(&text, text_of(c, TEXT_help_more));
	}
	client_notice(c, v, "help", false, buf_all(&text));
	return true;
}

/* ---- conversations ----------------------------------------------------------------------------------------------- */

static void show(struct client *c, struct conversation *v) { c->face->ops->show(c->face, v, NULL); }

static bool run_query(struct client *c, struct conversation *v, struct str rest)
{
	struct str typed = word_take(&rest);
	own_buf name = { 0 };

	if (!typed.n)
		return usage(c, v, "query");
	if (!name_tidy(c, typed, &name))
		return false;
	v = client_conversation(c, buf_all(&name), true);
	show(c, v);
	return !rest.n || say(c, v, rest);
}

static bool run_msg(struct client *c, struct conversation *v, struct str rest)
{
	struct str typed = word_take(&rest);
	own_buf name = { 0 };

	if (!typed.n || !rest.n)
		return usage(c, v, "msg");
	return name_tidy(c, typed, &name) && say(c, client_conversation(c, buf_all(&name), true), rest);
}

static bool run_close(struct client *c, struct conversation *v, struct str rest)
{
	(void)rest;
	if (no_conversation(c, v))
		return false;
	if (chat_of(v)->waiting) {
		client_tell(c, v, "messages-wait", true, TEXT_close_waiting, v->name, STR_NONE);
		return false;
	}
	if (v->kind == CONVERSATION_ROOM && chat_of(v)->joined && c->way->leave)
		c->way->leave(c, v);
	chat_close(c, chat_of(v));
	show(c, c->status);
	return true;
}

static bool run_forget(struct client *c, struct conversation *v, struct str rest)
{
	if (no_conversation(c, v))
		return false;
	if (!str_is(rest, "yes")) {
		client_tell(c, v, "forget", false, TEXT_forget_sure, v->name, STR_NONE);
		return false;
	}
	if (!run_close(c, v, STR("")))
		return false;
	chat_empty(chat_of(v));
	if (keep_forget(c->keep, v->name))
		client_tell(c, NULL, "disk", true, TEXT_disk, keep_why(c->keep), STR_NONE);
	else
		client_tell(c, NULL, "forgotten", false, TEXT_forgotten, v->name, STR_NONE);
	return true;
}

static bool run_next(struct client *c, struct conversation *v, struct str rest)
{
	struct conversation *found = NULL;

	(void)rest;
	list_each (other, &c->conversations, struct conversation, here)
		if (other->unread && other != v && (!found || (other->mentioned && !found->mentioned)))
			found = other;
	if (found)
		show(c, found);
	else
		client_tell(c, v, "nothing-unread", false, TEXT_nothing_unread, STR_NONE, STR_NONE);
	return found != NULL;
}

static bool run_number(struct client *c, struct conversation *v, struct str number)
{
	uint64_t n;

	if (!str_u64(number, &n))
		return false;
	list_each (other, &c->conversations, struct conversation, here)
		if (other->number == n) {
			show(c, other);
			return true;
		}
	client_tell(c, v, "no-number", true, TEXT_no_number, number, STR_NONE);
	return false;
}

/* ---- people and rooms -------------------------------------------------------------------------------------------- */

static bool run_who(struct client *c, struct conversation *v, struct str rest)
{
	(void)rest;
	if (!c->way->who)
		return unable(c, v);
	c->way->who(c, v);
	return true;
}

static bool run_online(struct client *c, struct conversation *v, struct str rest)
{
	(void)v;
	return run_who(c, NULL, rest);
}

static bool run_join(struct client *c, struct conversation *v, struct str rest)
{
	struct str typed = word_take(&rest);
	own_buf name = { 0 }, room = { 0 };

	if (!c->way->join)
		return unable(c, v);
	if (!typed.n || str_find(typed, '/') < typed.n)
		return usage(c, v, "join");
	if (typed.p[0] != '#')
		buf_byte(&room, '#');
	buf_str(&room, typed);
	if (!name_tidy(c, buf_all(&room), &name))
		return false;
	c->way->join(c, buf_all(&name), rest);
	return true;
}

static bool run_leave(struct client *c, struct conversation *v, struct str rest)
{
	own_buf name = { 0 };

	if (!c->way->leave)
		return unable(c, v);
	if (rest.n) {
		if (!name_tidy(c, rest, &name))
			return false;
		v = client_conversation(c, buf_all(&name), false);
	}
	if (!v || v->kind != CONVERSATION_ROOM)
		return usage(c, v, "leave");
	c->way->leave(c, v);
	return true;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* "/send ~/plan.pdf", "/send jack plan.pdf" where no conversation is open. */
static bool run_send(struct client *c, struct conversation *v, struct str rest)
{
	own_buf name = { 0 };

	if (!rest.n)
		return usage(c, v, "send");
	if (!v || v->kind == CONVERSATION_STATUS) {
		struct str typed = word_take(&rest);

		if (!rest.n)
			return no_conversation(c, v) && false;
		if (!name_tidy(c, typed, &name))
			return false;
		v = client_conversation(c, buf_all(&name), true);
	}
	if (rest.n > 1 && rest.p[0] == '"' && rest.p[rest.n - 1] == '"')
		rest = str_n(rest.p + 1, rest.n - 2);
	return client_send_file(c, v, rest) != NULL;
}

struct files {
	struct entry **all;
	size_t n, room;
};

static void files_of(struct client *c, struct conversation *v, struct files *f)
{
	chat_load(c, chat_of(v));
	list_each (e, &v->entries, struct entry, here) {
		if (e->kind != ENTRY_FILE)
			continue;
		if (f->n == f->room) {
			f->room = f->room ? f->room * 2 : 16;
			f->all = mem_grow(f->all, f->room * sizeof(*f->all));
		}
		f->all[f->n++] = e;
	}
}

static int newest_first(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;

	return x->time < y->time ? 1 : x->time > y->time ? -1 : x->id < y->id ? 1 : -1;
}

/* Of this conversation, or of all where none is open; the newest is number 1. */
static struct files files_gather(struct client *c, struct conversation *v)
{
	struct files f = { 0 };

	if (v && v->kind != CONVERSATION_STATUS)
		files_of(c, v, &f);
	else
		list_each (other, &c->conversations, struct conversation, here)
			files_of(c, other, &f);
	if (f.n)
		qsort(f.all, f.n, sizeof(*f.all), newest_first);
	return f;
}

static enum text state_text(const struct entry *e)
{
	static const enum text texts[] = {
		[FILE_OFFERED] = TEXT_file_offered, [FILE_HASHING] = TEXT_file_hashing,
		[FILE_MOVING] = TEXT_file_moving,   [FILE_PAUSED] = TEXT_file_paused,
		[FILE_DONE] = TEXT_file_done,       [FILE_DECLINED] = TEXT_file_declined,
		[FILE_BROKEN] = TEXT_file_broken,
	};

	return e->mine && e->file->state == FILE_DONE ? TEXT_file_given : texts[e->file->state];
}

void bytes_write(struct buf *to, uint64_t n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)n;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < countof(units)) {
		value /= 1024;
		unit++;
	}
	buf_fmt(to, unit && value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static bool run_files(struct client *c, struct conversation *v, struct str rest)
{
	struct files f = files_gather(c, v);
	own_buf text = { 0 };

	(void)rest;
	for (size_t i = 0; i < f.n; i++) {
		const struct entry *e = f.all[i];
		struct str state = text_of(c, state_text(e));

		buf_fmt(&text, "%s%zu. %.*s%s %.*s (", i ? "\n" : "", i + 1,
			STR_ARG(e->mine ? e->conversation->name : e->sender), e->mine ? " <<" : " >>",
			STR_ARG(e->file->name));
		bytes_write(&text, e->file->size);
		buf_fmt(&text, "): %.*s", STR_ARG(state));
		if (e->file->state == FILE_MOVING && e->file->size)
			buf_fmt(&text, " %u%%", (unsigned)(e->file->done * 100 / e->file->size));
		if (e->file->state == FILE_DONE && !e->mine)
			buf_fmt(&text, " %.*s", STR_ARG(e->file->path));
		if (e->why.n)
			buf_fmt(&text, " (%.*s)", STR_ARG(e->why));
	}
	mem_free(f.all);
	if (text.n)
		client_notice(c, v, "files", false, buf_all(&text));
	else
		client_tell(c, v, "files", false, TEXT_files_none, STR_NONE, STR_NONE);
	return true;
}

/* What /get and /decline may be about. */
static bool is_waiting(const struct entry *e)
{
	enum file_state s = e->file->state;

	return s == FILE_PAUSED || s == FILE_BROKEN || (s == FILE_OFFERED && !e->mine);
}

static struct entry *file_chosen(struct client *c, struct conversation *v, struct str number,
				 bool (*fits)(const struct entry *e))
{
	struct files f = files_gather(c, v);
	struct entry *found = NULL;
	uint64_t n = 0;

	if (number.n && str_u64(number, &n) && n >= 1 && n <= f.n)
		found = f.all[n - 1];
	for (size_t i = 0; i < f.n && !number.n && !found; i++)
		if (fits(f.all[i]))
			found = f.all[i];
	mem_free(f.all);
	if (!found)
		client_tell(c, v, "no-file", true, TEXT_no_file, STR_NONE, STR_NONE);
	return found;
}

static bool run_get(struct client *c, struct conversation *v, struct str rest)
{
	struct entry *e = file_chosen(c, v, rest, is_waiting);

	if (!e)
		return false;
	if (!c->way->file_get)
		return unable(c, v);
	if (!is_waiting(e)) {
		client_tell(c, v, "no-file", true, TEXT_file_not_now, e->file->name, STR_NONE);
		return false;
	}
	c->way->file_get(c, e);
	return true;
}

static bool is_open(const struct entry *e)
{
	enum file_state s = e->file->state;

	return s != FILE_DONE && s != FILE_DECLINED;
}

static bool run_decline(struct client *c, struct conversation *v, struct str rest)
{
	struct entry *e = file_chosen(c, v, rest, is_open);

	if (!e)
		return false;
	if (!c->way->file_stop)
		return unable(c, v);
	if (!is_open(e)) {
		client_tell(c, v, "no-file", true, TEXT_file_not_now, e->file->name, STR_NONE);
		return false;
	}
	c->way->file_stop(c, e);
	return true;
}

/* ---- what was said ----------------------------------------------------------------------------------------------- */

static bool run_history(struct client *c, struct conversation *v, struct str rest)
{
	uint64_t n = HISTORY_SHOWN;
	struct chat *t;

	if (no_conversation(c, v))
		return false;
	if (rest.n && (!str_u64(rest, &n) || !n))
		return usage(c, v, "history");
	t = chat_of(v);
	t->history_wanted = n > 10000 ? 10000 : (unsigned)n;
	if (c->way->older && c->state.phase == PHASE_ONLINE) {
		t->asked = t->asked > t->history_wanted ? t->asked : t->history_wanted;
		c->way->older(c, v, t->asked);
	} else {
		client_history_done(c, v, v->more);
	}
	return true;
}

struct finding {
	struct client *c;
	struct buf text;
	unsigned n;
};

static void found(void *arg, struct str conversation, const struct entry *e)
{
	struct finding *f = arg;

	buf_fmt(&f->text, "%s[%.*s] ", f->n++ ? "\n" : "", STR_ARG(conversation));
	entry_write(f->c, e, &f->text);
}

static bool run_search(struct client *c, struct conversation *v, struct str rest)
{
	struct finding f = { .c = c };
	bool all = !v || v->kind == CONVERSATION_STATUS;

	if (!rest.n)
		return usage(c, v, "search");
	if (keep_search(c->keep, all ? STR_NONE : v->name, rest, SEARCH_MAX, found, &f)) {
		client_tell(c, v, "disk", true, TEXT_disk, keep_why(c->keep), STR_NONE);
		return false;
	}
	if (f.n)
		client_notice(c, v, "search", false, buf_all(&f.text));
	else
		client_tell(c, v, "search", false, TEXT_search_none, rest, STR_NONE);
	buf_free(&f.text);
	return f.n > 0;
}

static bool run_again(struct client *c, struct conversation *v, struct str rest)
{
	unsigned n = 0;

	(void)rest;
	if (no_conversation(c, v))
		return false;
	chat_load(c, chat_of(v));
	list_each (e, &v->entries, struct entry, here)
		if (e->mine && e->status == ENTRY_FAILED) {
			entry_status(c, e, ENTRY_WAITING, STR_NONE);
			n++;
		}
	if (n)
		client_flush(c, v);
	else
		client_tell(c, v, "nothing-failed", false, TEXT_nothing_failed, STR_NONE, STR_NONE);
	return n > 0;
}

static bool run_clear(struct client *c, struct conversation *v, struct str rest)
{
	(void)rest;
	client_notice(c, v, "clear", false, STR(""));
	return true;
}

/* ---- trust, state, the end --------------------------------------------------------------------------------------- */

static bool run_verify(struct client *c, struct conversation *v, struct str rest)
{
	if (!c->way->verify)
		return unable(c, v);
	if (no_conversation(c, v))
		return false;
	c->way->verify(c, v, rest);
	return true;
}

static void key_row(struct client *c, struct buf *text, enum text head, struct str whose)
{
	struct kept_key key;
	own_buf print = { 0 };

	if (!keep_key(c->keep, whose, &key))
		return;
	trust_fingerprint(&print, key.key);
	if (text->n)
		buf_byte(text, '\n');
	text_put(text, c->setup.chinese, head, whose, buf_all(&print), STR_NONE);
	if (key.verified)
		buf_str(text, text_of(c, TEXT_key_verified));
}

/* Who has a new key is believed again only when somebody says so. */
static bool keys_forget(struct client *c, struct conversation *v, struct str whose)
{
	struct conversation *his = client_conversation(c, whose, false);
	struct kept_key known;

	if (!keep_key(c->keep, whose, &known) || keep_key_set(c->keep, whose, NULL)) {
		client_tell(c, v, "forget-key", true, TEXT_forget_unknown, whose, c->state.where);
		return false;
	}
	client_tell(c, v, "forget-key", false, TEXT_forget_done, whose, STR_NONE);
	if (his)
		client_flush(c, his);
	return true;
}

static bool run_keys(struct client *c, struct conversation *v, struct str rest)
{
	own_buf text = { 0 }, server = { 0 };

	if (str_starts(rest, STR("forget ")))
		return keys_forget(c, v, str_trim(str_from(rest, sizeof "forget")));
	if (c->setup.mode != MODE_SERVER) {
		own_buf print = { 0 };

		trust_fingerprint(&print, c->outside->key);
		text_put(&text, c->setup.chinese, TEXT_key_ours, buf_all(&print), STR_NONE, STR_NONE);
	}
	if (c->setup.host.n) {
		buf_fmt(&server, "%.*s:%u", STR_ARG(c->setup.host),
			c->setup.port                  ? c->setup.port
			: c->setup.mode == MODE_SERVER ? 7789u
						       : 7790u);
		key_row(c, &text, TEXT_key_server, buf_all(&server));
	}
	list_each (other, &c->conversations, struct conversation, here)
		if (other->kind == CONVERSATION_PERSON)
			key_row(c, &text, TEXT_key_peer, other->name);
	if (text.n)
		client_notice(c, v, "keys", false, buf_all(&text));
	else
		client_tell(c, v, "keys", false, TEXT_keys_none, STR_NONE, STR_NONE);
	return true;
}

static bool run_status(struct client *c, struct conversation *v, struct str rest)
{
	static const enum text phases[] = {
		[PHASE_OFF] = TEXT_phase_off,         [PHASE_CONNECTING] = TEXT_phase_connecting,
		[PHASE_LOGIN] = TEXT_phase_login,     [PHASE_ONLINE] = TEXT_phase_online,
		[PHASE_WAITING] = TEXT_phase_waiting,
	};
	own_buf text = { 0 }, count = { 0 };
	const struct client_state *s = &c->state;

	(void)rest;
	text_put(&text, c->setup.chinese, TEXT_status, s->self, s->where, text_of(c, phases[s->phase]));
	if (s->why.n)
		buf_fmt(&text, " (%.*s)", STR_ARG(s->why));
	if (s->phase == PHASE_ONLINE && c->setup.mode == MODE_SERVER)
		buf_str(&text, text_of(c, s->secure ? TEXT_status_secure : TEXT_status_plain));
	buf_u64(&count, s->waiting);
	if (s->waiting)
		text_put(&text, c->setup.chinese, TEXT_status_waiting, buf_all(&count), STR_NONE, STR_NONE);
	client_notice(c, v, "status", false, buf_all(&text));
	return true;
}

static bool run_quit(struct client *c, struct conversation *v, struct str rest)
{
	(void)v, (void)rest;
	client_stop(c, QUIT_OK);
	return true;
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

const struct command commands[] = {
	{ "help", "[command]", ANY, "what can be typed", "可用的命令", run_help },
	{ "query", "NAME [text]", ANY, "opens a conversation with somebody, or in a #room", "打开与某人或 #房间 的会话",
	  run_query },
	{ "msg", "NAME text", ANY, "sends a message without opening the conversation", "发送消息，不切换会话",
	  run_msg },
	{ "next", "", ANY, "shows the next conversation with unread messages", "转到下一个有未读消息的会话", run_next },
	{ "close", "", ANY, "takes the conversation from the list; what was said stays", "关闭会话（保留历史）",
	  run_close },
	{ "forget", "yes", ANY, "deletes the conversation and all of its history on this machine",
	  "删除会话及本机上的全部历史", run_forget },
	{ "who", "", ANY, "who is in this room, or who is online", "房间内的人，或在线的人", run_who },
	{ "online", "", ANY, "who is online", "谁在线", run_online },
	{ "join", "#room [password]", SERVER, "enters a room; makes it where that is allowed", "进入房间；允许时新建",
	  run_join },
	{ "leave", "[#room]", SERVER, "leaves the room", "离开房间", run_leave },
	{ "send", "FILE", ANY, "offers a file to who is talked to; /send NAME FILE elsewhere",
	  "向对方发送文件；在别处用 /send 名字 文件", run_send },
	{ "files", "", ANY, "files that were offered, with their numbers", "文件列表及编号", run_files },
	{ "get", "[number]", ANY, "fetches a file (the newest, or that of /files); goes on where it broke off",
	  "接收文件（最新的，或 /files 中的编号）；可续传", run_get },
	{ "decline", "[number]", ANY, "declines a file, or stops one that is under way", "拒绝文件，或中止传输",
	  run_decline },
	{ "history", "[number]", ANY, "shows the last messages here", "显示最近的消息", run_history },
	{ "search", "WORDS", ANY, "looks for messages that have all these words", "查找包含全部词语的消息",
	  run_search },
	{ "again", "", ANY, "tries again what could not be sent", "重发未能送出的消息", run_again },
	{ "verify", "[yes]", PEERS, "shows the code to compare with the other person; yes: it was the same",
	  "显示供双方核对的验证码；yes 表示一致", run_verify },
	{ "keys", "[forget NAME]", ANY,
	  "fingerprints of keys that are remembered; forget: the next one of NAME is taken",
	  "已记住的密钥指纹；forget 名字：忘记其密钥", run_keys },
	{ "status", "", ANY, "how the connection is", "连接状态", run_status },
	{ "clear", "", ANY, "clears what is shown; nothing is deleted", "清屏（不删除任何内容）", run_clear },
	{ "quit", "", ANY, "leaves the program; what waits goes out the next time", "退出；未送出的消息下次发送",
	  run_quit },
};
const size_t commands_n = countof(commands);

/* ---- running ----------------------------------------------------------------------------------------------------- */

/* How many characters have to be changed, added or left out (Levenshtein); names are short. */
static unsigned distance(struct str a, struct str b)
{
	enum { MAX = 24 };
	unsigned row[MAX + 1];

	if (a.n > MAX || b.n > MAX)
		return MAX;
	for (unsigned k = 0; k <= b.n; k++)
		row[k] = k;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned corner = row[0];

		row[0] = i;
		for (unsigned k = 1; k <= b.n; k++) {
			unsigned change = corner + (a.p[i - 1] != b.p[k - 1]),
				 best = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;

			corner = row[k];
			row[k] = change < best ? change : best;
		}
	}
	return row[b.n];
}

static void suggest(struct client *c, struct conversation *v, struct str name)
{
	const struct command *best = NULL;
	unsigned best_far = 3;

	for (size_t i = 0; i < commands_n; i++) {
		struct str other = str_z(commands[i].name);
		unsigned far = name.n && str_starts(other, name) ? 1 : distance(name, other);

		if (is_here(c, &commands[i]) && far < best_far && (far == 1 || far * 3 <= name.n)) {
			best = &commands[i];
			best_far = far;
		}
	}
	client_tell(c, v, "unknown-command", true, best ? TEXT_unknown_similar : TEXT_unknown_command, name,
		    best ? str_z(best->name) : STR_NONE);
}

bool command_run(struct client *c, struct conversation *v, struct str line)
{
	struct str rest = line, name = word_take(&rest);
	const struct command *cmd = command_named(name);

	if (!cmd && name.n && name.p[0] >= '0' && name.p[0] <= '9')
		return run_number(c, v, name);
	if (!cmd) {
		suggest(c, v, name);
		return false;
	}
	if (!is_here(c, cmd))
		return unable(c, v);
	return cmd->run(c, v, rest);
}
