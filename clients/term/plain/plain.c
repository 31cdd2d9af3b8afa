/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/plain/plain.c - lines: what is printed, what is typed.
 */
#include "clients/term/plain/plain.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/crypt.h"
#include "clients/term/engine/harmless.h"
#include "clients/term/plain/inside.h"

static struct plain *plain_of(struct face *f) { return holder_of(f, struct plain, face); }

/* ---- out --------------------------------------------------------------------------------------------------------- */

/* Who reads us and goes away ends us. */
static void write_all(struct plain *p, int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
			if (errno == EAGAIN)
				usleep(1000);
			continue;
		}
		if (n < 0) {
			if (fd == p->setup.out && p->client)
				client_stop(p->client, QUIT_OK);
			return;
		}
		s = str_from(s, (size_t)n);
	}
}

void plain_out(struct plain *p, struct buf *line)
{
	buf_byte(line, '\n');
	write_all(p, p->setup.out, buf_all(line));
}

/* Each line of `text` behind `head`. */
static void print(struct plain *p, int fd, struct str head, struct str text)
{
	own_buf clean = { 0 }, out = { 0 };
	struct str rest;

	harmless_put(&clean, text, true);
	rest = buf_all(&clean);
	do {
		size_t n = str_find(rest, '\n');

		harmless_put(&out, head, false);
		buf_str(&out, str_n(rest.p, n));
		buf_byte(&out, '\n');
		rest = str_from(rest, n + 1);
	} while (rest.n);
	write_all(p, fd, buf_all(&out));
}

void plain_complain(struct plain *p, struct str text) { print(p, STDERR_FILENO, STR("!! "), text); }

static bool is_once(const struct plain *p) { return p->setup.to.p != NULL; }

static void print_text(struct plain *p, struct str head, enum text t, struct str one, struct str two)
{
	own_buf text = { 0 };

	text_put(&text, p->setup.chinese, t, one, two, STR_NONE);
	print(p, p->setup.out, head, buf_all(&text));
}

/* ---- what the engine tells --------------------------------------------------------------------------------------- */

static void on_state(struct face *f, const struct client_state *now)
{
	struct plain *p = plain_of(f);
	bool online = now->phase == PHASE_ONLINE;

	if (p->setup.json)
		json_tell_state(p, now);
	else if (online && !p->was_online && !is_once(p))
		print_text(p, STR("-- "), now->secure ? TEXT_plain_online : TEXT_plain_online_clear, now->self,
			   now->where);
	else if (now->phase == PHASE_WAITING && !p->told_waiting && !is_once(p))
		print_text(p, STR("-- "), TEXT_plain_waiting, now->why, STR_NONE);
	p->was_online = online;
	p->told_waiting = now->phase == PHASE_WAITING || (p->told_waiting && !online);
	/* What is typed before we are in would find nothing there. */
	if (!p->begun && (online || now->phase == PHASE_WAITING) && p->client && !is_once(p)) {
		p->begun = true;
		input_begin(p);
	}
	if (p->paused && now->waiting < 100)
		input_pause(p, false);
	if (is_once(p))
		once_state(p, now);
	else if (p->ended)
		plain_check_end(p);
}

static void on_conversation(struct face *f, struct conversation *v, enum conversation_change what)
{
	struct plain *p = plain_of(f);

	if (p->setup.json)
		json_tell_conversation(p, v, what);
	if (what == CONVERSATION_GONE && p->current == v)
		p->current = NULL;
}

static void file_text(struct plain *p, const struct entry *e, struct buf *to)
{
	own_buf size = { 0 };

	buf_u64(&size, e->file->size);
	text_put(to, p->setup.chinese, e->mine ? TEXT_plain_file_ours : TEXT_plain_file, e->file->name, buf_all(&size),
		 STR_NONE);
}

static void print_entry(struct plain *p, const struct entry *e)
{
	const struct conversation *v = e->conversation;
	own_buf head = { 0 }, text = { 0 };

	if (v->kind == CONVERSATION_ROOM && !e->mine)
		buf_fmt(&head, "%.*s ", STR_ARG(v->name));
	if (e->kind == ENTRY_NOTE)
		buf_fmt(&head, "%.*s-- ", STR_ARG(v->kind == CONVERSATION_ROOM ? STR("") : v->name));
	else if (e->mine)
		buf_fmt(&head, "%.*s< ", STR_ARG(v->name));
	else
		buf_fmt(&head, "%.*s> ", STR_ARG(e->sender));
	if (e->kind == ENTRY_FILE)
		file_text(p, e, &text);
	else
		buf_str(&text, e->text);
	print(p, p->setup.out, buf_all(&head), buf_all(&text));
}

static void print_failed(struct plain *p, const struct entry *e)
{
	own_buf text = { 0 };

	text_put(&text, p->setup.chinese, TEXT_plain_failed, e->conversation->name, e->why, e->text);
	plain_complain(p, buf_all(&text));
}

/* What we wrote is on the terminal already, where it was typed there; else it is printed when it has gone. */
static bool shows_ours(const struct plain *p, const struct entry *e, enum entry_change what)
{
	bool gone = e->status == ENTRY_RELAYED || e->status == ENTRY_DIRECT || e->status == ENTRY_DATAGRAM;

	if (!gone || e->kind == ENTRY_FILE)
		return false;
	return what == ENTRY_NEW || !isatty(p->setup.in);
}

static void on_entry(struct face *f, struct entry *e, enum entry_change what)
{
	struct plain *p = plain_of(f);

	if (p->setup.json)
		json_tell_entry(p, e, what);
	if (is_once(p)) {
		once_entry(p, e);
		return;
	}
	if (p->ended)
		plain_check_end(p);
	if (p->setup.json)
		return;
	if (what == ENTRY_CHANGED && e->mine && e->status == ENTRY_FAILED)
		print_failed(p, e);
	else if (e->mine ? what != ENTRY_OLD && shows_ours(p, e, what) : what == ENTRY_NEW)
		print_entry(p, e);
	if (what == ENTRY_NEW && !e->mine && p->client)
		client_read(p->client, e->conversation);
}

static void on_notice(struct face *f, struct conversation *v, const char *name, bool error, struct str text)
{
	struct plain *p = plain_of(f);

	if (p->setup.json)
		json_tell_notice(p, v, name, error, text);
	else if (error)
		plain_complain(p, text);
	else if (text.n && !is_once(p))
		print(p, p->setup.out, STR("-- "), text);
}

/* Not from inside the call: the engine goes on only when it has returned. */
struct answering {
	struct post post;
	struct plain *p;
	struct buf answer;
	bool given;
};

static void answer_now(struct post *post)
{
	struct answering *a = holder_of(post, struct answering, post);

	if (!a->p->stopped)
		client_answer(a->p->client, a->given ? buf_all(&a->answer) : STR_NONE);
	buf_wipe(&a->answer);
	mem_free(a);
}

static void answer_later(struct plain *p, bool given, struct buf *answer)
{
	struct answering *a = mem_new(struct answering);

	a->post.run = answer_now;
	a->p = p;
	a->given = given;
	a->answer = *answer;
	world_post(&p->loop->world, &a->post);
}

static void on_ask(struct face *f, enum ask_kind kind, struct str prompt)
{
	struct plain *p = plain_of(f);
	struct buf answer = { 0 };
	own_buf question = { 0 };
	bool given = false;

	if (kind == ASK_PASSWORD && p->setup.has_password && p->passwords < (p->setup.registering ? 2u : 1u)) {
		p->passwords++;
		buf_str(&answer, p->setup.password);
		answer_later(p, true, &answer);
		return;
	}
	if (p->setup.json && !p->ended) {
		p->asking = true;
		json_tell_ask(p, kind, prompt);
		return;
	}
	harmless_put(&question, prompt, true);
	if (kind == ASK_YES_NO)
		buf_str(&question, text_get(p->setup.chinese, TEXT_plain_yes_no));
	if (!p->setup.has_password || kind != ASK_PASSWORD)
		given = terminal_ask(buf_all(&question), kind == ASK_PASSWORD, &answer);
	if (given && kind == ASK_YES_NO) {
		bool yes = str_is(str_trim(buf_all(&answer)), "yes") || str_is(str_trim(buf_all(&answer)), "y") ||
			   str_is(str_trim(buf_all(&answer)), "是");

		buf_clear(&answer);
		buf_str(&answer, yes ? STR("yes") : STR("no"));
	}
	answer_later(p, given, &answer);
}

static void on_show(struct face *f, struct conversation *v, struct entry *at)
{
	struct plain *p = plain_of(f);

	if (p->setup.json)
		json_tell_show(p, v, at);
	p->current = v->kind == CONVERSATION_STATUS ? NULL : v;
	if (!p->setup.json && !is_once(p) && v->name.n)
		print_text(p, STR("-- "), TEXT_plain_to, v->name, STR_NONE);
	client_read(p->client, v);
}

static void on_quit(struct face *f, int status)
{
	struct plain *p = plain_of(f);

	if (p->setup.json)
		json_tell_quit(p, status);
	p->setup.quit(p->setup.arg, status);
}

static const struct face_ops ops = {
	.state = on_state,
	.conversation = on_conversation,
	.entry = on_entry,
	.notice = on_notice,
	.ask = on_ask,
	.show = on_show,
	.quit = on_quit,
};

/* ---- what is typed ----------------------------------------------------------------------------------------------- */

/* "@jack text" goes to jack, wherever one is; "\text" is text whatever it begins with; the rest is as everywhere. */
void plain_line(struct plain *p, struct str line)
{
	own_buf command = { 0 };

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (p->setup.json && str_starts(str_trim(line), STR("{"))) {
		json_take(p, line);
		return;
	}
	if (!str_trim(line).n)
		return;
	if (line.p[0] == '@') {
		buf_fmt(&command, "/msg %.*s", STR_ARG(str_from(line, 1)));
		client_line(p->client, p->current, buf_all(&command));
	} else if (line.p[0] == '\\') {
		if (p->current)
			client_say(p->client, p->current, str_from(line, 1));
	} else {
		client_line(p->client, p->current, line);
	}
	if (client_state(p->client)->waiting > 200)
		input_pause(p, true);
}

/* After the end of the input the program ends when all of ours has gone. */
void plain_check_end(struct plain *p)
{
	if (p->setup.stay || is_once(p) || !p->ended || client_state(p->client)->waiting)
		return;
	client_stop(p->client, QUIT_OK);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static struct str copy(struct str s) { return s.p ? str_n(mem_copy(s.n ? s.p : "", s.n + !s.n), s.n) : STR_NONE; }

struct plain *plain_new(const struct plain_setup *setup, struct loop *loop)
{
	struct plain *p = mem_new(struct plain);

	p->face.ops = &ops;
	p->setup = *setup;
	p->setup.password = copy(setup->password);
	p->setup.to = copy(setup->to);
	p->setup.text = copy(setup->text);
	p->loop = loop;
	return p;
}

struct face *plain_face(struct plain *p) { return &p->face; }

void plain_begin(struct plain *p, struct client *c)
{
	p->client = c;
	if (is_once(p))
		once_begin(p);
	p->begun = is_once(p) || p->setup.json;
	if (p->begun && !p->setup.text.p)
		input_begin(p);
}

void plain_interrupt(struct plain *p)
{
	if (is_once(p))
		once_interrupt(p);
	else
		client_stop(p->client, QUIT_OK);
}

void plain_stop(struct plain *p)
{
	if (p->stopped)
		return;
	p->stopped = true;
	world_stop(&p->loop->world, &p->timeout);
	input_stop(p);
}

struct plain *plain_free(struct plain *p)
{
	if (!p)
		return NULL;
	if (p->setup.password.p)
		secret_wipe((char *)(uintptr_t)p->setup.password.p, p->setup.password.n);
	mem_free((char *)p->setup.password.p);
	mem_free((char *)p->setup.to.p);
	mem_free((char *)p->setup.text.p);
	buf_free(&p->line);
	buf_free(&p->ids);
	mem_free(p);
	return NULL;
}
