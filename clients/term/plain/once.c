/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/plain/once.c - one message (or some files), and the end: 0 when all of it was acknowledged, 1 when
 * something was refused, 3 when nobody could be reached.
 */
#include "clients/term/plain/inside.h"
#include "clients/term/engine/chat.h"

/* Between two clients a file that is offered goes from this program: it stays until the other has it. */
static bool is_final(const struct plain *p, const struct entry *e)
{
	if (e->status == ENTRY_DIRECT && e->file && p->client->setup.mode != MODE_SERVER)
		return e->file->state == FILE_DONE || e->file->state == FILE_DECLINED || e->file->state == FILE_BROKEN;
	return e->status != ENTRY_WAITING && e->status != ENTRY_SENDING;
}

static bool is_failed(const struct entry *e)
{
	return e->status == ENTRY_FAILED || (e->file && (e->file->state == FILE_DECLINED || e->file->state == FILE_BROKEN));
}

static struct conversation *to_whom(struct plain *p)
{
	own_buf name = { 0 };

	return name_tidy(p->client, p->setup.to, &name) ? client_conversation(p->client, buf_all(&name), true) : NULL;
}

static struct entry *entry_at(struct plain *p, struct conversation *v, size_t i)
{
	int64_t id;

	memcpy(&id, p->ids.p + i * sizeof id, sizeof id);
	return client_entry(p->client, v, id);
}

/* All of it has come to its end? */
static void look(struct post *post)
{
	struct plain *p = holder_of(post, struct plain, look);
	struct conversation *v;
	bool open = false;

	p->looking = false;
	if (!p->said || p->stopped)
		return;
	v = to_whom(p);
	for (size_t i = 0; v && i < p->ids.n / sizeof(int64_t); i++) {
		struct entry *e = entry_at(p, v, i);

		open = open || (e && !is_final(p, e));
		if (e && is_failed(e)) {
			plain_complain(p, e->why);
			p->failed++;
		}
	}
	if (!open)
		client_stop(p->client, p->failed ? QUIT_FAILED : QUIT_OK);
}

static void look_soon(struct plain *p)
{
	if (p->looking)
		return;
	p->looking = true;
	world_post(&p->loop->world, &p->look);
}

/* What did not go out is taken back: who wrote the script is told that it did not, and may try again. */
static void take_back(struct plain *p, struct str why)
{
	struct conversation *v = to_whom(p);

	p->said = false; /* what follows tells the state again */
	for (size_t i = 0; v && i < p->ids.n / sizeof(int64_t); i++) {
		struct entry *e = entry_at(p, v, i);

		if (e && e->status == ENTRY_WAITING)
			entry_status(p->client, e, ENTRY_FAILED, why);
	}
}

static void give_up(struct plain *p, struct str why, int status)
{
	own_buf text = { 0 }, copy = { 0 };

	if (p->client->stopping)
		return; /* all is said already */
	buf_str(&copy, why); /* the engine's, which goes on */
	why = buf_all(&copy);
	take_back(p, why);
	text_put(&text, p->setup.chinese, TEXT_once_unreachable, why, STR_NONE, STR_NONE);
	plain_complain(p, buf_all(&text));
	client_stop(p->client, status);
}

static void timed_out(struct timer *t)
{
	struct plain *p = holder_of(t, struct plain, timeout);
	const struct client_state *s = client_state(p->client);

	give_up(p, s->why.n ? s->why : text_get(p->setup.chinese, TEXT_once_timeout), QUIT_UNREACHABLE);
}

static void add(struct plain *p, const struct entry *e)
{
	if (e)
		buf_add(&p->ids, &e->id, sizeof e->id);
	else
		p->failed++;
}

static void say_all(struct plain *p, struct str text)
{
	struct conversation *v = to_whom(p);

	p->said = true;
	if (!v)
		p->failed++;
	for (size_t i = 0; v && i < p->setup.files_n; i++)
		add(p, client_send_file(p->client, v, str_z(p->setup.files[i])));
	while (v && text.n) {
		size_t n = str_find(text, '\n');

		if (n)
			add(p, client_say(p->client, v, str_n(text.p, n)));
		text = str_from(text, n + 1);
	}
	look_soon(p);
}

void once_begin(struct plain *p)
{
	p->timeout.fire = timed_out;
	p->look.run = look;
	world_timer(&p->loop->world, &p->timeout, p->setup.timeout_ms);
	if (p->setup.text.p)
		say_all(p, p->setup.text);
}

void once_input(struct plain *p, struct str text) { say_all(p, text); }

void once_refuse(struct plain *p)
{
	p->said = true;
	p->failed++;
	look_soon(p);
}

/* Status 0 would say that all of it was acknowledged. */
void once_interrupt(struct plain *p)
{
	give_up(p, text_get(p->setup.chinese, TEXT_once_interrupted), QUIT_FAILED);
}

/* The first try has failed: who waits for an answer is told. */
void once_state(struct plain *p, const struct client_state *now)
{
	if (now->phase == PHASE_WAITING && p->said && !p->stopped)
		give_up(p, now->why, QUIT_UNREACHABLE);
	else if (now->phase == PHASE_OFF && now->why.n && p->said)
		take_back(p, text_get(p->setup.chinese, TEXT_once_refused)); /* the program ends; why was told */
}

void once_entry(struct plain *p, const struct entry *e)
{
	if (e->mine && is_final(p, e))
		look_soon(p);
}
