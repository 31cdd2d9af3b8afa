/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/client.c - the life of the client: beginning, phases, questions, the end. Conversations and
 * entries are in entries.c.
 */
#include "clients/term/engine/client.h"

#include <assert.h>

#include "base/crypt.h"
#include "clients/term/engine/chat.h"

enum { PATIENCE_MS = 3000 };

void str_set(struct str *owned, struct str s)
{
	char *copy = s.p ? mem_copy(s.n ? s.p : "", s.n ? s.n : 1) : NULL;

	mem_free((char *)owned->p);
	*owned = (struct str){ copy, copy ? s.n : 0 };
}

/* ---- what is told ------------------------------------------------------------------------------------------------ */

struct str text_of(const struct client *c, unsigned which)
{
	assert(which < TEXTS);
	return text_get(c->setup.chinese, (enum text)which);
}

void client_state_changed(struct client *c) { c->face->ops->state(c->face, &c->state); }

void client_notice(struct client *c, struct conversation *v, const char *name, bool error, struct str text)
{
	c->face->ops->notice(c->face, v ? v : c->status, name, error, text);
}

void client_tell(struct client *c, struct conversation *v, const char *name, bool error, enum text t, struct str one,
		 struct str two)
{
	own_buf text = { 0 };

	text_put(&text, c->setup.chinese, t, one, two, STR_NONE);
	client_notice(c, v, name, error, buf_all(&text));
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

void client_ask(struct client *c, enum ask_kind kind, struct str prompt,
		void (*answered)(struct client *c, struct str answer))
{
	assert(!c->asking);
	c->asking = true;
	c->answered = answered;
	c->face->ops->ask(c->face, kind, prompt);
}

void client_answer(struct client *c, struct str answer)
{
	void (*answered)(struct client *c, struct str answer) = c->answered;

	if (!c->asking)
		return;
	c->asking = false;
	c->answered = NULL;
	answered(c, answer);
}

/* ---- phases ------------------------------------------------------------------------------------------------------ */

static void all_offline(struct client *c)
{
	list_each (v, &c->conversations, struct conversation, here) {
		if (!v->online && !v->direct)
			continue;
		v->online = v->direct = false;
		c->face->ops->conversation(c->face, v, CONVERSATION_CHANGED);
	}
}

void way_phase(struct client *c, enum client_phase phase, struct str why, msec again_ms)
{
	bool was = c->state.phase == PHASE_ONLINE;

	c->state.phase = phase;
	str_set(&c->state.why, why.p ? why : STR(""));
	c->state.again_ms = again_ms;
	client_state_changed(c);
	if (was && phase != PHASE_ONLINE)
		all_offline(c);
	if (!was && phase == PHASE_ONLINE)
		client_flush(c, NULL);
}

static void quit_now(struct post *p)
{
	struct client *c = holder_of(p, struct client, quitting);

	chats_save(c);
	c->face->ops->quit(c->face, c->quit_status);
}

static void quit_later(struct client *c, int status)
{
	if (c->quitting.run)
		return;
	c->quit_status = status;
	c->quitting.run = quit_now;
	world_stop(c->world, &c->patience);
	world_post(c->world, &c->quitting);
}

void way_refused(struct client *c, const char *name, struct str why, int status)
{
	client_notice(c, NULL, name, true, why);
	way_phase(c, PHASE_OFF, why, 0);
	quit_later(c, status);
}

void way_stopped(struct client *c)
{
	if (c->stopping)
		quit_later(c, c->quit_status);
}

static void out_of_patience(struct timer *t)
{
	struct client *c = holder_of(t, struct client, patience);

	quit_later(c, c->quit_status);
}

void client_stop(struct client *c, int status)
{
	if (c->stopping || c->quitting.run)
		return;
	c->stopping = true;
	c->quit_status = status;
	world_timer(c->world, &c->patience, PATIENCE_MS);
	c->way->stop(c);
}

void client_start(struct client *c) { c->way->start(c); }

/* ---- beginning and end ------------------------------------------------------------------------------------------- */

static void setup_copy(struct client_setup *to, const struct client_setup *from)
{
	*to = *from;
	to->name = to->host = to->pin = to->bind = to->downloads = STR_NONE;
	str_set(&to->name, from->name);
	str_set(&to->host, from->host.p ? from->host : STR(""));
	str_set(&to->pin, from->pin.p ? from->pin : STR(""));
	str_set(&to->bind, from->bind.p ? from->bind : STR(""));
	str_set(&to->downloads, from->downloads.p ? from->downloads : STR("."));
	if (!to->history)
		to->history = 100;
}

static void setup_free(struct client_setup *s)
{
	struct str *const all[] = { &s->name, &s->host, &s->pin, &s->bind, &s->downloads };

	for (size_t i = 0; i < countof(all); i++)
		str_set(all[i], STR_NONE);
}

static void conversation_back(void *arg, const struct kept_conversation *k)
{
	struct client *c = arg;
	own_buf flag = { 0 };
	struct conversation *v;
	struct chat *t;

	if (!k->name.n || (!k->unread && chat_closed(c, k->name, &flag)))
		return;
	v = client_conversation(c, k->name, true);
	t = chat_of(v);
	str_set(&v->draft, k->draft.p ? k->draft : STR(""));
	str_set(&t->password, k->password.p ? k->password : STR(""));
	v->unread = k->unread;
	v->mentioned = k->mentioned;
	t->joined = k->joined;
	t->unsaved = false;
	c->face->ops->conversation(c->face, v, CONVERSATION_CHANGED);
}

static void waiting_back(void *arg, struct str conversation, const struct entry *e)
{
	struct client *c = arg;

	(void)e;
	chat_of(client_conversation(c, conversation, true))->waiting++;
	c->state.waiting++;
}

static void saving_due(struct timer *t) { chats_save(holder_of(t, struct client, saving)); }

struct client *client_new(const struct client_setup *setup, struct world *w, struct outside *o, struct keep *k,
			  struct face *f)
{
	static const struct way *const ways[] = {
		[MODE_SERVER] = &way_classic, [MODE_DIRECT] = &way_hybrid, [MODE_LAN] = &way_lan
	};
	struct client *c = mem_new(struct client);

	setup_copy(&c->setup, setup);
	c->world = w;
	c->outside = o;
	c->keep = k;
	c->face = f;
	c->way = ways[setup->mode];
	c->patience.fire = out_of_patience;
	c->saving.fire = saving_due;
	list_init(&c->conversations);
	list_init(&c->closed);
	world_random(w, c->by_name.seed, sizeof c->by_name.seed);
	str_set(&c->state.self, setup->name);
	str_set(&c->state.where, setup->mode == MODE_LAN ? STR("LAN") : c->setup.host);
	str_set(&c->state.why, STR(""));
	c->status = client_conversation(c, STR(""), true);
	keep_conversations(k, conversation_back, c);
	keep_waiting(k, STR_NONE, waiting_back, c);
	return c;
}

struct client *client_free(struct client *c)
{
	if (!c)
		return NULL;
	chats_save(c);
	if (c->way_state)
		c->way->free(c);
	list_each (v, &c->conversations, struct conversation, here)
		chat_free(chat_of(v));
	list_each (v, &c->closed, struct conversation, here)
		chat_free(chat_of(v));
	map_free(&c->by_name);
	world_stop(c->world, &c->patience);
	world_stop(c->world, &c->saving);
	str_set(&c->state.self, STR_NONE);
	str_set(&c->state.where, STR_NONE);
	str_set(&c->state.why, STR_NONE);
	setup_free(&c->setup);
	mem_free((void *)c->asked_about);
	mem_free(c);
	return NULL;
}

const struct client_state *client_state(const struct client *c) { return &c->state; }
struct list *client_conversations(struct client *c) { return &c->conversations; }

void client_mark(struct client *c, struct buf *to)
{
	uint8_t bytes[16];

	world_random(c->world, bytes, sizeof bytes);
	hex_write(to, str_bytes(bytes, sizeof bytes));
}
