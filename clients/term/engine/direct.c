/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/direct.c - peers, and links to them: dialling, accepting, who is believed to be who, keeping
 * alive, ending.
 */
#include "clients/term/engine/direct.h"

#include <assert.h>

#include "wire/hybrid.h"

static const struct pipe_ops link_ops;

msec direct_clock(const struct directs *ds) { return world_clock(ds->client->world); }

static uint32_t chance(struct directs *ds, uint32_t below)
{
	uint32_t r;

	world_random(ds->client->world, &r, sizeof r);
	return r % below;
}

msec direct_backoff(struct directs *ds, unsigned failures)
{
	msec wait = failures > 6 ? DIRECT_AGAIN_MAX_MS : (msec)DIRECT_AGAIN_MS << (failures ? failures - 1 : 0);

	wait = wait > DIRECT_AGAIN_MAX_MS ? DIRECT_AGAIN_MAX_MS : wait;
	return wait + chance(ds, (uint32_t)wait / 4);
}

/* ---- peers ------------------------------------------------------------------------------------------------------- */

struct direct_peer *peer_of(struct directs *ds, struct str name)
{
	struct direct_peer *p = map_find(&ds->peers, name, struct direct_peer, node);

	if (p)
		return p;
	p = mem_new(struct direct_peer);
	p->directs = ds;
	p->name = str_n(mem_copy(name.p, name.n), name.n);
	p->tokens = DIRECT_BURST * 1000;
	p->tokens_at = direct_clock(ds);
	list_init(&p->links);
	map_add(&ds->peers, &p->node, p->name);
	return p;
}

static void peer_free(struct direct_peer *p)
{
	buf_free(&p->pending);
	buf_free(&p->says);
	buf_free(&p->asked);
	mem_free((char *)p->name.p);
	mem_free(p);
}

struct conversation *peer_conversation(struct direct_peer *p, bool make)
{
	return client_conversation(p->directs->client, p->name, make);
}

/* Both sides come to the same: who has the smaller key has dialled the one that is kept. */
static bool is_better(const struct direct_link *l, const struct direct_link *than)
{
	bool ours_smaller = memcmp(l->directs->client->outside->key, l->pipe->key, KEY_BYTES) < 0;

	if (l->dialled != than->dialled)
		return l->dialled == ours_smaller;
	return l->since > than->since;
}

struct direct_link *peer_link(struct direct_peer *p)
{
	struct direct_link *best = NULL;

	list_each (l, &p->links, struct direct_link, here)
		if (l->up && !l->ending && l->use == DIRECT_FOR_TALK && (!best || is_better(l, best)))
			best = l;
	return best;
}

static struct direct_link *peer_dialling(struct direct_peer *p)
{
	list_each (l, &p->links, struct direct_link, here)
		if (!l->up && !l->ending && l->dialled && l->use == DIRECT_FOR_TALK)
			return l;
	return NULL;
}

static void show(struct direct_peer *p)
{
	struct client *c = p->directs->client;
	struct conversation *v = peer_conversation(p, false);
	uint8_t key[KEY_BYTES];
	bool verified = false, direct = p->linked;

	if (!v)
		return;
	directs_key(p->directs, p->name, key, &verified);
	if (v->direct == direct && v->verified == verified)
		return;
	v->direct = direct;
	v->verified = verified;
	c->face->ops->conversation(c->face, v, CONVERSATION_CHANGED);
}

static void linked_tell(struct direct_peer *p)
{
	struct directs *ds = p->directs;
	bool linked = peer_link(p);

	if (p->linked == linked)
		return;
	p->linked = linked;
	show(p);
	if (ds->events->linked)
		ds->events->linked(ds->client, p->name, linked);
}

void directs_show(struct directs *ds)
{
	for (struct map_node *n = map_next(&ds->peers, NULL); n; n = map_next(&ds->peers, n)) {
		struct direct_peer *p = holder_of(n, struct direct_peer, node);

		if (p->linked)
			client_online(ds->client, p->name, true);
		show(p);
	}
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static struct direct_link *link_new(struct directs *ds, struct direct_peer *p, struct pipe *pipe)
{
	struct direct_link *l = mem_new(struct direct_link);

	l->directs = ds;
	l->peer = p;
	l->pipe = pipe;
	l->since = l->heard = direct_clock(ds);
	list_append(p ? &p->links : &ds->strangers, &l->here);
	*(p ? &p->links_n : &ds->strangers_n) += 1;
	ds->links_n++;
	if (pipe)
		pipe->state = l;
	return l;
}

static void link_unlist(struct direct_link *l)
{
	list_remove(&l->here);
	*(l->peer ? &l->peer->links_n : &l->directs->strangers_n) -= 1;
}

static void link_adopt(struct direct_link *l, struct direct_peer *p)
{
	link_unlist(l);
	l->peer = p;
	list_append(&p->links, &l->here);
	p->links_n++;
}

static void link_free(struct direct_link *l)
{
	link_unlist(l);
	l->directs->links_n--;
	buf_free(&l->in);
	buf_free(&l->unacked);
	mem_free(l);
}

void link_say(struct direct_link *l, const struct direct_line *line)
{
	direct_write(&l->pipe->out, line);
	pipe_dirty(l->pipe);
}

void link_end(struct direct_link *l, const char *reason)
{
	if (l->ending)
		return;
	if (reason && l->connected && !file_sending(l))
		link_say(l, &(struct direct_line){ .kind = DIRECT_NO, .text = str_z(reason) });
	l->ending = true;
	pipe_hang_up(l->pipe);
	if (l->peer)
		linked_tell(l->peer);
}

static void link_hello(struct direct_link *l)
{
	link_say(l, &(struct direct_line){ .kind = DIRECT_HELLO,
					   .user = l->directs->client->state.self,
					   .number = DIRECT_VERSION,
					   .use = l->use });
}

struct direct_link *link_dial(struct direct_peer *p, const struct endpoint *to, enum direct_use use)
{
	struct outside *o = p->directs->client->outside;
	struct direct_link *l = link_new(p->directs, p, NULL);
	own_buf host = { 0 };

	endpoint_address_write(&host, to->address);
	l->dialled = true;
	l->use = use;
	l->to = *to;
	l->pipe = o->ops->dial(o, buf_all(&host), to->port, PIPE_PEER, &link_ops, l);
	return l;
}

/* ---- who is believed to be who ----------------------------------------------------------------------------------- */

enum { REFUSED_AGAIN_MS = 60000 };

/* Said in the conversation once for each key, and not more than once a minute: an attacker has many keys. */
static void refuse_loudly(struct direct_link *l, struct direct_peer *p)
{
	struct client *c = l->directs->client;
	own_buf text = { 0 }, print = { 0 }, place = { 0 };
	bool same = p->refused && !memcmp(p->refused_key, l->pipe->key, KEY_BYTES);
	msec now = direct_clock(l->directs);

	link_end(l, "key");
	memcpy(p->refused_key, l->pipe->key, KEY_BYTES);
	if (p->refused && (same || now - p->refused_told < REFUSED_AGAIN_MS))
		return;
	p->refused = true;
	p->refused_told = now;
	trust_fingerprint(&print, l->pipe->key);
	endpoint_address_write(&place, l->pipe->peer.address);
	text_put(&text, c->setup.chinese, TEXT_direct_key_changed, p->name, buf_all(&place), buf_all(&print));
	client_note(c, peer_conversation(p, true), buf_all(&text));
	client_notice(c, peer_conversation(p, true), "key-changed", true, buf_all(&text));
}

/* A key that is not his was seen, and nobody has said since that it may be. */
static bool peer_refused(struct direct_peer *p)
{
	bool verified;

	p->refused = p->refused && trust_look(p->directs->client, p->name, p->refused_key, &verified) == TRUST_CHANGED;
	return p->refused;
}

static bool is_place(const struct direct_peer *p, const uint8_t address[16])
{
	for (size_t i = 0; i < p->places_n; i++)
		if (!memcmp(p->places[i].address, address, 16))
			return true;
	return false;
}

static void remember(struct direct_link *l)
{
	struct client *c = l->directs->client;
	own_buf text = { 0 }, print = { 0 };

	trust_remember(c, l->peer->name, l->pipe->key, false);
	trust_fingerprint(&print, l->pipe->key);
	text_put(&text, c->setup.chinese, TEXT_direct_first_key, l->peer->name, buf_all(&print), STR_NONE);
	client_note(c, peer_conversation(l->peer, true), buf_all(&text));
}

/* Somebody who has dialled us says that he is `p`. A key never seen is believed only from where he is said to be; from
 * elsewhere we look for ourselves. */
static bool admit(struct direct_link *l, struct direct_peer *p)
{
	bool verified;
	enum trust trust = trust_look(l->directs->client, p->name, l->pipe->key, &verified);

	if (trust == TRUST_CHANGED) {
		refuse_loudly(l, p);
		return false;
	}
	if (trust == TRUST_NEW && !is_place(p, l->pipe->peer.address)) {
		link_end(l, "unknown");
		if (p->places_n)
			peer_want(p);
		return false;
	}
	if (p->links_n >= DIRECT_LINKS_EACH) {
		link_end(l, "busy");
		return false;
	}
	link_adopt(l, p);
	if (trust == TRUST_NEW)
		remember(l);
	return true;
}

/* ---- a link is up ------------------------------------------------------------------------------------------------ */

/* Of two links each side ends those that it has dialled itself and that are not the better one: so nothing that is
 * under way is cut off by the other. One that is better and came from him earlier may be dead on his side: it is asked.
 */
static void surplus_end(struct direct_peer *p)
{
	struct direct_link *best = peer_link(p);
	unsigned n = 0;

	list_each (l, &p->links, struct direct_link, here) {
		n += l->up && !l->ending && l->use == DIRECT_FOR_TALK;
		if (l == best || !l->up || l->ending || l->use != DIRECT_FOR_TALK || !l->dialled)
			continue;
		link_say(l, &(struct direct_line){ .kind = DIRECT_BYE });
		link_end(l, NULL);
	}
	list_each (l, &p->links, struct direct_link, here)
		if (n > 1 && l->up && !l->ending && l->use == DIRECT_FOR_TALK && !l->pinged) {
			link_say(l, &(struct direct_line){ .kind = DIRECT_PING });
			l->pinged = direct_clock(l->directs);
		}
}

static void talk_up(struct direct_link *l)
{
	struct direct_peer *p = l->peer;
	struct conversation *v;

	surplus_end(p);
	buf_str(&l->pipe->out, buf_all(&p->says));
	buf_clear(&p->says);
	pipe_dirty(l->pipe);
	buf_clear(&p->pending);
	p->wanted = false;
	p->refused = p->refuses_us = false;
	linked_tell(p);
	files_reoffer(p);
	files_resume(p);
	v = peer_conversation(p, false);
	if (v)
		client_flush(l->directs->client, v);
}

static void link_is_up(struct direct_link *l)
{
	l->up = true;
	if (l->use == DIRECT_FOR_FILE)
		file_link_up(l);
	else
		talk_up(l);
}

static bool hello_dialled(struct direct_link *l, const struct direct_line *line)
{
	bool verified;

	if (!str_eq(line->user, l->peer->name) || line->use != l->use) {
		link_end(l, "name"); /* somebody else is there now: nothing is remembered of him */
		return true;
	}
	if (trust_look(l->directs->client, l->peer->name, l->pipe->key, &verified) == TRUST_NEW)
		remember(l);
	link_is_up(l);
	return true;
}

static bool hello_accepted(struct direct_link *l, const struct direct_line *line)
{
	struct directs *ds = l->directs;
	struct kept_key known;

	if (str_eq(line->user, l->directs->client->state.self)) {
		link_end(l, "name");
		return true;
	}
	l->use = line->use;
	if (!map_get(&ds->peers, line->user) && !keep_key(ds->client->keep, line->user, &known)) {
		link_end(l, "unknown"); /* nothing is kept in memory for whatever name somebody says */
		return true;
	}
	if (!admit(l, peer_of(ds, line->user)))
		return true;
	link_hello(l);
	link_is_up(l);
	return true;
}

/* For him we are the one with the wrong key. */
static void refused_tell(struct direct_peer *p)
{
	struct client *c = p->directs->client;
	own_buf text = { 0 };

	if (p->refuses_us)
		return;
	p->refuses_us = true;
	text_put(&text, c->setup.chinese, TEXT_direct_key_refused, p->name, c->state.self, STR_NONE);
	client_note(c, peer_conversation(p, true), buf_all(&text));
}

/* The first line of the other side. */
static bool greeting(struct direct_link *l, const struct direct_line *line)
{
	if (line->kind == DIRECT_NO) {
		if (l->dialled && str_is(line->text, "key"))
			refused_tell(l->peer);
		link_end(l, NULL);
		return true;
	}
	if (line->kind != DIRECT_HELLO)
		return false;
	return l->dialled ? hello_dialled(l, line) : hello_accepted(l, line);
}

/* ---- what comes -------------------------------------------------------------------------------------------------- */

/* Whether he may say another line now. */
static bool token(struct direct_link *l)
{
	struct direct_peer *p = l->peer;
	msec now = direct_clock(l->directs);

	if (!p)
		return true;
	p->tokens += (now - p->tokens_at) * DIRECT_RATE;
	p->tokens = p->tokens > DIRECT_BURST * 1000 ? DIRECT_BURST * 1000 : p->tokens;
	p->tokens_at = now;
	if (p->tokens < 1000)
		return false;
	p->tokens -= 1000;
	return true;
}

static bool common(struct direct_link *l, const struct direct_line *line)
{
	switch (line->kind) {
	case DIRECT_PING:
		if (pipe_backlog(l->pipe) > DIRECT_BACKLOG)
			return false; /* asks and does not read */
		if (!file_sending(l)) /* bytes are under way, no line may come between */
			link_say(l, &(struct direct_line){ .kind = DIRECT_PONG });
		return true;
	case DIRECT_PONG:
		return true;
	case DIRECT_BYE:
		l->peer->next_dial = direct_clock(l->directs) + 2 * DIRECT_AGAIN_MS;
		link_end(l, NULL);
		return true;
	default:
		return l->use == DIRECT_FOR_FILE ? file_line(l, line) : talk_line(l, line);
	}
}

static void link_paused(struct direct_link *l, bool paused)
{
	if (l->paused != paused) {
		l->paused = paused;
		pipe_pause(l->pipe, paused);
	}
}

/* Takes what lies in `in` as far as may be. */
static void link_read(struct direct_link *l)
{
	size_t at = 0, len;
	enum direct_frame found = DIRECT_MORE;
	bool good = true;

	while (good && !l->ending && !file_raw(l)) {
		struct direct_line line;

		found = direct_frame(l->in.p + at, l->in.n - at, &l->scanned, &len);
		if (found != DIRECT_WHOLE)
			break;
		if (!token(l)) {
			link_paused(l, true);
			break;
		}
		good = direct_parse(&line, str_n(l->in.p + at, len - 1)) &&
		       (l->up ? common(l, &line) : greeting(l, &line));
		at += len;
	}
	if (l->ending)
		return;
	if (!good || found == DIRECT_BAD) {
		link_end(l, "bad");
		return;
	}
	buf_eat(&l->in, at);
	if (file_raw(l) && l->in.n) {
		file_feed(l, buf_all(&l->in));
		buf_clear(&l->in);
	}
}

static void link_feed(struct pipe *p, const char *bytes, size_t n)
{
	struct direct_link *l = p->state;

	if (l->ending)
		return;
	l->heard = direct_clock(l->directs);
	l->pinged = 0;
	if (file_raw(l)) {
		file_feed(l, str_n(bytes, n));
		return;
	}
	buf_add(&l->in, bytes, n);
	link_read(l);
	talk_acknowledge(l);
}

static void link_connected(struct pipe *pipe)
{
	struct direct_link *l = pipe->state;
	struct client *c = l->directs->client;
	bool verified;

	if (l->ending)
		return;
	l->connected = true;
	l->heard = direct_clock(l->directs);
	l->peer->secure_once = true;
	if (!memcmp(pipe->key, c->outside->key, KEY_BYTES)) {
		link_end(l, NULL); /* we have dialled ourselves */
		return;
	}
	if (trust_look(c, l->peer->name, pipe->key, &verified) == TRUST_CHANGED) {
		refuse_loudly(l, l->peer);
		return;
	}
	link_hello(l);
}

static void link_written(struct pipe *p)
{
	struct direct_link *l = p->state;

	if (l->use == DIRECT_FOR_FILE && l->up && !l->ending)
		file_pump(l);
}

/* ---- dialling ---------------------------------------------------------------------------------------------------- */

/* What waited for the dial goes another way, or waits on. */
static void pending_give_up(struct direct_peer *p)
{
	struct directs *ds = p->directs;
	struct buf pending = p->pending;
	struct conversation *v = peer_conversation(p, false);

	p->pending = (struct buf){ 0 };
	for (size_t i = 0; v && !peer_refused(p) && i < pending.n; i += sizeof(int64_t)) {
		struct entry *e;
		int64_t id;

		memcpy(&id, pending.p + i, sizeof id);
		e = client_entry(ds->client, v, id);
		if (e && e->status == ENTRY_WAITING && ds->events->unreachable)
			ds->events->unreachable(ds->client, e);
	}
	buf_free(&pending);
}

static void dial_failed(struct direct_peer *p)
{
	if (p->place_next < p->places_n && !p->directs->stopping) {
		link_dial(p, &p->places[p->place_next++], DIRECT_FOR_TALK);
		return;
	}
	p->failures++;
	p->next_dial = direct_clock(p->directs) + direct_backoff(p->directs, p->failures);
	p->wanted = p->wanted || p->pending.n;
	pending_give_up(p);
}

static bool dial_begin(struct direct_peer *p)
{
	struct directs *ds = p->directs;

	if (!p->places_n || ds->stopping || direct_clock(ds) < p->next_dial || p->links_n >= DIRECT_LINKS_EACH)
		return false;
	p->secure_once = p->silent = false;
	p->place_next = 1;
	link_dial(p, &p->places[0], DIRECT_FOR_TALK);
	return true;
}

void peer_want(struct direct_peer *p)
{
	p->wanted = true;
	if (!peer_link(p) && !peer_dialling(p))
		dial_begin(p);
}

void directs_want(struct directs *ds, struct str name) { peer_want(peer_of(ds, name)); }

/* A link that did any good may be dialled again at once. */
static void talk_down(struct direct_link *l)
{
	struct direct_peer *p = l->peer;
	msec now = direct_clock(l->directs);
	struct conversation *v = peer_conversation(p, false);

	if (l->acked || l->got || now - l->since > 10 * DIRECT_AGAIN_MS) {
		p->failures = 0;
	} else {
		p->failures++;
		p->next_dial = now + direct_backoff(l->directs, p->failures);
	}
	talk_lost(l);
	linked_tell(p);
	if (v && !l->directs->stopping)
		client_flush(l->directs->client, v);
}

static void link_down(struct pipe *pipe, struct str why)
{
	struct direct_link *l = pipe->state;
	struct directs *ds = l->directs;
	struct direct_peer *p = l->peer;
	bool dialling = l->dialled && !l->up && l->use == DIRECT_FOR_TALK;

	(void)why;
	l->ending = true;
	if (l->use == DIRECT_FOR_FILE)
		file_lost(l);
	else if (l->up)
		talk_down(l);
	link_free(l);
	if (dialling && !peer_link(p) && !peer_dialling(p))
		dial_failed(p);
	directs_stop_check(ds);
}

static const struct pipe_ops link_ops = {
	.up = link_connected, .feed = link_feed, .written = link_written, .down = link_down
};

static void accepted(void *arg, struct pipe *pipe)
{
	struct directs *ds = arg;
	struct direct_link *l;

	pipe->ops = &link_ops;
	l = link_new(ds, NULL, pipe);
	l->connected = true;
	if (ds->strangers_n > DIRECT_STRANGERS || ds->stopping ||
	    !memcmp(pipe->key, ds->client->outside->key, KEY_BYTES))
		link_end(l, "busy");
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void talk_alive(struct direct_link *l, msec now)
{
	bool hurry = l->unacked.n;
	msec dead = hurry ? DIRECT_HURRY_DEAD_MS : DIRECT_DEAD_MS;

	if (l->pinged && now - l->pinged >= dead) {
		link_end(l, NULL);
	} else if (!l->pinged && now - l->heard >= (hurry ? DIRECT_HURRY_MS : DIRECT_QUIET_MS)) {
		link_say(l, &(struct direct_line){ .kind = DIRECT_PING });
		l->pinged = now;
	}
}

static void link_tick(struct direct_link *l, msec now)
{
	if (l->ending)
		return;
	if (l->paused) {
		link_paused(l, false);
		link_read(l);
		talk_acknowledge(l);
		l->heard = now;
	}
	if (l->ending)
		return;
	if (!l->up) {
		if (now - l->since < (l->dialled ? DIRECT_DIAL_MS : DIRECT_HELLO_MS))
			return;
		if (l->dialled)
			l->peer->silent = true;
		link_end(l, NULL);
	} else if (l->use == DIRECT_FOR_FILE) {
		file_alive(l, now);
		if (now - l->heard >= DIRECT_STALL_MS)
			link_end(l, NULL);
	} else {
		talk_alive(l, now);
	}
}

/* Time to try again for what waits. */
static void peer_tick(struct direct_peer *p, msec now)
{
	list_each (l, &p->links, struct direct_link, here)
		link_tick(l, now);
	if (p->directs->stopping)
		return;
	if (p->files && now >= p->next_fetch)
		files_resume(p);
	if (p->wanted && !peer_link(p) && !peer_dialling(p) && p->places_n && now >= p->next_dial) {
		struct conversation *v = peer_conversation(p, false);

		p->wanted = p->says.n || p->files;
		if (v)
			client_flush(p->directs->client, v); /* offers what waits: directs_send() dials */
		if (p->wanted && !peer_link(p) && !peer_dialling(p))
			dial_begin(p);
	}
}

static void tick(struct timer *t)
{
	struct directs *ds = holder_of(t, struct directs, tick);
	msec now = direct_clock(ds);

	list_each (l, &ds->strangers, struct direct_link, here)
		link_tick(l, now);
	for (struct map_node *n = map_next(&ds->peers, NULL); n; n = map_next(&ds->peers, n))
		peer_tick(holder_of(n, struct direct_peer, node), now);
	world_timer(ds->client->world, &ds->tick, 1000);
}

/* ---- what the ways call ------------------------------------------------------------------------------------------ */

struct directs *directs_new(struct client *c, const struct direct_events *events, uint16_t *port, struct buf *why)
{
	struct directs *ds = mem_new(struct directs);
	uint16_t got;

	c->outside->events.arg = ds;
	c->outside->events.accepted = accepted;
	got = c->outside->ops->listen(c->outside, *port, why);
	if (!got) {
		mem_free(ds);
		return NULL;
	}
	*port = got;
	ds->client = c;
	ds->events = events;
	world_random(c->world, ds->peers.seed, sizeof ds->peers.seed);
	list_init(&ds->strangers);
	list_init(&ds->hashes);
	ds->tick.fire = tick;
	world_timer(c->world, &ds->tick, 1000);
	talk_recall(ds);
	files_known(ds);
	return ds;
}

static void deaf_feed(struct pipe *p, const char *bytes, size_t n) { (void)p, (void)bytes, (void)n; }
static void deaf(struct pipe *p) { (void)p; }
static void deaf_down(struct pipe *p, struct str why) { (void)p, (void)why; }
static const struct pipe_ops deaf_ops = { .up = deaf, .feed = deaf_feed, .written = deaf, .down = deaf_down };

static void links_drop(struct list *links)
{
	list_each (l, links, struct direct_link, here) {
		l->pipe->ops = &deaf_ops;
		l->pipe->state = NULL;
		if (!l->ending)
			pipe_hang_up(l->pipe);
		if (l->up && l->use == DIRECT_FOR_TALK)
			talk_lost(l);
		file_lost(l);
		link_free(l);
	}
}

struct directs *directs_free(struct directs *ds)
{
	struct map_node *n;

	if (!ds)
		return NULL;
	ds->stopping = true;
	world_stop(ds->client->world, &ds->tick);
	files_free(ds);
	links_drop(&ds->strangers);
	while ((n = map_drain(&ds->peers))) {
		struct direct_peer *p = holder_of(n, struct direct_peer, node);

		links_drop(&p->links);
		peer_free(p);
	}
	map_free(&ds->peers);
	mem_free(ds);
	return NULL;
}

static bool has_place(const struct endpoint *at, size_t n, const struct endpoint *e)
{
	for (size_t i = 0; i < n; i++)
		if (endpoint_eq(&at[i], e))
			return true;
	return false;
}

/* He is nowhere. What nothing hangs on is forgotten: anybody may announce as many names as he likes. */
static void peer_lost(struct directs *ds, struct str name)
{
	struct direct_peer *p = map_find(&ds->peers, name, struct direct_peer, node);

	if (!p)
		return;
	p->places_n = 0;
	if (!list_empty(&p->links) || p->pending.n || p->says.n || p->asked.n || p->wanted || p->more || p->files ||
	    p->linked || p->refused || p->refuses_us)
		return;
	map_remove(&ds->peers, &p->node);
	peer_free(p);
}

void directs_places(struct directs *ds, struct str name, const struct endpoint *at, size_t n)
{
	struct direct_peer *p;
	bool fresh = false;

	if (!n) {
		peer_lost(ds, name);
		return;
	}
	p = peer_of(ds, name);
	n = n > DIRECT_PLACES ? DIRECT_PLACES : n;
	for (size_t i = 0; i < n; i++)
		fresh = fresh || !has_place(p->places, p->places_n, &at[i]);
	memcpy(p->places, at, n * sizeof *at);
	p->places_n = n;
	list_each (l, &p->links, struct direct_link, here)
		if (l->dialled && !has_place(at, n, &l->to))
			link_end(l, NULL);
	if (fresh) { /* he has come, or moved: what was tried in vain may go well now */
		p->failures = p->fetch_failures = 0;
		p->next_dial = p->next_fetch = 0;
		if (p->files || p->says.n)
			peer_want(p);
	}
}

void directs_place(struct directs *ds, struct str name, const struct endpoint *at)
{
	directs_places(ds, name, at, at ? 1 : 0);
}

static void pending_add(struct direct_peer *p, int64_t id)
{
	for (size_t i = 0; i < p->pending.n; i += sizeof id)
		if (!memcmp(p->pending.p + i, &id, sizeof id))
			return;
	buf_add(&p->pending, &id, sizeof id);
}

void directs_send(struct directs *ds, struct entry *e)
{
	struct direct_peer *p = peer_of(ds, e->conversation->name);
	struct direct_link *l = peer_link(p);

	if (e->kind == ENTRY_FILE && file_hash_first(ds, e))
		return;
	if (l) {
		talk_send(l, e);
		return;
	}
	if (peer_dialling(p) || dial_begin(p)) {
		pending_add(p, e->id);
		return;
	}
	p->wanted = true;
	/* Where somebody else answers in his name it waits, and goes no other way, until he himself answers or somebody
	 * has looked at the keys. */
	if (ds->events->unreachable && !peer_refused(p))
		ds->events->unreachable(ds->client, e);
}

bool directs_linked(struct directs *ds, struct str name)
{
	struct direct_peer *p = map_find(&ds->peers, name, struct direct_peer, node);

	return p && peer_link(p);
}

enum direct_tried directs_tried(struct directs *ds, struct str name, unsigned *times)
{
	struct direct_peer *p = map_find(&ds->peers, name, struct direct_peer, node);

	*times = p ? p->failures : 0;
	if (!*times)
		return TRIED_NOT;
	return p->secure_once ? TRIED_PEER : p->silent ? TRIED_SILENT : TRIED_REFUSED;
}

bool directs_key(struct directs *ds, struct str name, uint8_t key[KEY_BYTES], bool *verified)
{
	struct kept_key known;

	if (!keep_key(ds->client->keep, name, &known))
		return false;
	memcpy(key, known.key, KEY_BYTES);
	*verified = known.verified;
	return true;
}

void directs_verify(struct directs *ds, struct conversation *v, struct str answer)
{
	struct client *c = ds->client;
	uint8_t key[KEY_BYTES];
	bool verified;
	own_buf text = { 0 }, code = { 0 };

	if (v->kind != CONVERSATION_PERSON || !directs_key(ds, v->name, key, &verified)) {
		text_put(&text, c->setup.chinese, TEXT_direct_no_key, v->name, STR_NONE, STR_NONE);
		client_notice(c, v, "no-key", true, buf_all(&text));
		return;
	}
	if (str_is(answer, "yes")) {
		trust_remember(c, v->name, key, true);
		show(peer_of(ds, v->name));
		text_put(&text, c->setup.chinese, TEXT_direct_verified, v->name, STR_NONE, STR_NONE);
		client_notice(c, v, "verified", false, buf_all(&text));
		return;
	}
	trust_code(&code, c->outside->key, key);
	text_put(&text, c->setup.chinese, verified ? TEXT_direct_code_again : TEXT_direct_code, v->name, buf_all(&code),
		 STR_NONE);
	client_notice(c, v, "verify", false, buf_all(&text));
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* Links on which something waits for its acknowledgement stay for as long as client_stop() has patience. */
void directs_stop_check(struct directs *ds)
{
	if (!ds->stopping || ds->done_told)
		return;
	for (struct map_node *n = map_next(&ds->peers, NULL); n; n = map_next(&ds->peers, n)) {
		struct direct_peer *p = holder_of(n, struct direct_peer, node);

		list_each (l, &p->links, struct direct_link, here) {
			if (l->ending || l->unacked.n)
				continue;
			if (l->up && !l->file)
				link_say(l, &(struct direct_line){ .kind = DIRECT_BYE });
			link_end(l, NULL);
		}
	}
	list_each (l, &ds->strangers, struct direct_link, here)
		link_end(l, NULL);
	if (ds->links_n)
		return;
	ds->done_told = true;
	ds->done(ds->client);
}

void directs_stop(struct directs *ds, void (*done)(struct client *c))
{
	ds->stopping = true;
	ds->done = done;
	directs_stop_check(ds);
}
