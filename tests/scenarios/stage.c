/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/timers.h"
#include "core/guest.h"
#include "doors/xmpp/rooms.h"

/* 2026-01-01T12:00:00Z: where every scenario begins. */
enum { STAGE_CLOCK = 1000 };
static const msec stage_begins = 1767268800000;

struct stage_world {
	struct world world;
	struct stage *stage;
	struct timers timers;
	struct post *later, **later_end;
	struct post *posts, **posts_end;
	struct work *works, **works_end;
	uint64_t seed;
};

struct stage {
	unsigned cores;
	msec clock;
	struct core_settings settings;
	struct core_counters counters[STAGE_CORES_MAX];
	struct stage_world worlds[STAGE_CORES_MAX];
	struct store *store;
	struct bus *bus;
	struct core *core[STAGE_CORES_MAX];
	struct store_link *link; /* the test's own */
	struct list peers;
	struct datagrams hybrid;
	uint16_t ports; /* that were given to users of other doors, since the beginning */
};

/* ---- the world -------------------------------------------------------------------------------------------------- */

static struct stage_world *world_of(struct world *w) { return holder_of(w, struct stage_world, world); }
static msec w_now(struct world *w) { return stage_begins + world_of(w)->stage->clock; }
static msec w_clock(struct world *w) { return STAGE_CLOCK + world_of(w)->stage->clock; }

static void w_random(struct world *w, void *to, size_t n)
{
	struct stage_world *sw = world_of(w);

	for (size_t i = 0; i < n; i++) { /* xorshift64 */
		sw->seed ^= sw->seed << 13;
		sw->seed ^= sw->seed >> 7;
		sw->seed ^= sw->seed << 17;
		((uint8_t *)to)[i] = (uint8_t)(sw->seed >> 32);
	}
}

static void w_timer_set(struct world *w, struct timer *t, msec due) { timers_set(&world_of(w)->timers, t, due); }
static void w_timer_stop(struct world *w, struct timer *t) { timers_stop(&world_of(w)->timers, t); }

static void w_later(struct world *w, struct post *p)
{
	struct stage_world *sw = world_of(w);

	p->next = NULL;
	*sw->later_end = p;
	sw->later_end = &p->next;
}

static void w_post(struct world *w, struct post *p)
{
	struct stage_world *sw = world_of(w);

	p->next = NULL;
	*sw->posts_end = p;
	sw->posts_end = &p->next;
}

static void w_work(struct world *w, struct work *job)
{
	struct stage_world *sw = world_of(w);

	job->next = NULL;
	*sw->works_end = job;
	sw->works_end = &job->next;
}

static const struct world_ops world_ops = { w_now,        w_clock, w_random, w_timer_set,
					    w_timer_stop, w_later, w_post,   w_work };

static void world_begin(struct stage_world *sw, struct stage *s, unsigned index)
{
	sw->world.ops = &world_ops;
	sw->stage = s;
	sw->later_end = &sw->later;
	sw->posts_end = &sw->posts;
	sw->works_end = &sw->works;
	sw->seed = 0x9e3779b97f4a7c15 * (index + 1);
}

/* Takes the first of a queue. */
static struct post *post_take(struct post **queue, struct post ***end)
{
	struct post *p = *queue;

	if (p && !(*queue = p->next))
		*end = queue;
	return p;
}

static void world_end_turn(struct stage_world *sw)
{
	struct post *p;

	while ((p = post_take(&sw->later, &sw->later_end)))
		p->run(p);
}

/* One thing, then the end of its turn. False when there is nothing to do before the clock moves on. */
static bool world_turn(struct stage_world *sw)
{
	struct post *p;
	struct work *job;
	struct timer *t;

	if (sw->later) {
		world_end_turn(sw);
		return true;
	}
	if ((p = post_take(&sw->posts, &sw->posts_end))) {
		p->run(p);
	} else if ((t = timers_due(&sw->timers, w_clock(&sw->world)))) {
		t->fire(t);
	} else if ((job = sw->works)) {
		if (!(sw->works = job->next))
			sw->works_end = &sw->works;
		job->work(job);
		job->done(job);
	} else {
		return false;
	}
	world_end_turn(sw);
	return true;
}

/* ---- links ------------------------------------------------------------------------------------------------------ */

static struct peer *peer_of(struct link *l) { return holder_of(l, struct peer, link); }
static void l_dirty(struct link *l) { peer_of(l)->dirty = true; }
static void l_start_tls(struct link *l) { peer_of(l)->tls_wanted = true; }
static void l_pause(struct link *l, bool paused) { peer_of(l)->paused = paused; }

static void l_hang_up(struct link *l, enum close_why why)
{
	struct peer *p = peer_of(l);

	if (!l->closing)
		p->why = why;
	l->closing = p->hanging_up = true;
}

static bool l_binding(struct link *l, enum binding kind, struct buf *to)
{
	if (!l->secure || kind != BINDING_TLS_EXPORTER)
		return false;
	if (to) /* else it is only asked whether there is one */
		buf_lit(to, "scenario's channel binding, 32 b.");
	return true;
}

/* Who is on this machine has reached it at his own address. */
static void l_local(struct link *l, uint8_t address[16]) { memcpy(address, l->address, 16); }

static const struct link_ops link_ops = { l_dirty, l_start_tls, l_pause, l_hang_up, l_binding, l_local };

static void peer_gone(struct peer *p, enum close_why why)
{
	if (!p->open)
		return;
	p->open = false;
	p->link.closing = true;
	p->link.door->close(&p->link, why);
	buf_free(&p->link.out);
	buf_clear(&p->said);
	world_end_turn(&p->stage->worlds[p->core]);
}

/* The kernel takes what the door has written. */
static bool peer_write(struct peer *p)
{
	if (p->stalled || !p->link.out.n)
		return false;
	buf_str(&p->heard, buf_all(&p->link.out));
	buf_clear(&p->link.out);
	if (p->link.door->written && !p->link.closing)
		p->link.door->written(&p->link);
	return true;
}

/* What a client sent behind its <starttls/> is no TLS: the handshake fails. */
static void peer_handshake(struct peer *p)
{
	p->tls_wanted = false;
	if (p->said.n) {
		peer_gone(p, CLOSE_PEER);
		return;
	}
	p->link.secure = true;
	if (p->link.door->secured)
		p->link.door->secured(&p->link);
}

static void peer_feed(struct peer *p)
{
	size_t n = p->piece && p->piece < p->said.n ? p->piece : p->said.n;
	/* A copy of exactly this size, so that reading beyond it is seen. */
	char *bytes = mem_copy(p->said.p, n);
	int r;

	buf_eat(&p->said, n);
	r = p->link.door->feed(&p->link, bytes, n);
	mem_free(bytes);
	if (r == DOOR_CLOSE)
		l_hang_up(&p->link, CLOSE_ASKED);
	else if (r)
		abort(); /* a fault: nothing that a peer says may cause one */
}

/* One thing; false when there is nothing to do. */
static bool peer_turn(struct peer *p)
{
	struct stage_world *sw = &p->stage->worlds[p->core];

	if (!p->open)
		return false;
	if (peer_write(p)) {
		;
	} else if (p->hanging_up) {
		peer_gone(p, p->why);
	} else if (p->tls_wanted) {
		peer_handshake(p);
	} else if (p->said.n && !p->paused) {
		peer_feed(p);
	} else {
		return false;
	}
	world_end_turn(sw);
	return true;
}

struct peer *peer_open(struct stage *s, const struct door *door, unsigned core, bool remote, bool tls, size_t piece)
{
	struct peer *p = mem_new(struct peer);

	list_append(&s->peers, &p->here);
	p->stage = s;
	p->core = core;
	p->piece = piece;
	p->link = (struct link){ .ops = &link_ops,
				 .door = door,
				 .core = s->core[core],
				 .loopback = !remote,
				 .port = 4321,
				 .address = { [10] = 0xff,
					      [11] = 0xff,
					      [12] = remote ? 192 : 127,
					      [13] = 0,
					      [14] = remote ? 2 : 0,
					      [15] = 1 } };
	if (door->open(&p->link))
		abort();
	p->open = true;
	if (tls)
		p->tls_wanted = true;
	stage_settle(s);
	return p;
}

void peer_say(struct peer *p, struct str bytes)
{
	if (!p->open)
		return;
	buf_str(&p->said, bytes);
	stage_settle(p->stage);
}

void peer_cut(struct peer *p)
{
	peer_gone(p, CLOSE_PEER);
	stage_settle(p->stage);
}

void peer_stall(struct peer *p, bool stalled)
{
	p->stalled = stalled;
	stage_settle(p->stage);
}

/* ---- datagrams: nobody hears them, but users of other doors have ports from 40000 on ------------------------------- */

static void d_send(struct datagrams *d, const uint8_t from[16], const struct endpoint *to, bool near, struct str bytes)
{
	(void)d, (void)from, (void)to, (void)near, (void)bytes;
}

static struct datagrams *d_open(struct datagrams *d, uint16_t port, void *state)
{
	struct datagrams *one = mem_new(struct datagrams);

	*one = *d;
	one->state = state;
	one->port = port ? port : (uint16_t)(40000 + holder_of(d, struct stage, hybrid)->ports++);
	return one;
}

static void d_shut(struct datagrams *d) { mem_free(d); }

static const struct datagram_ops datagram_ops = { d_send, d_open, d_shut };

/* ---- the server ------------------------------------------------------------------------------------------------- */

static void stage_begin(struct stage *s)
{
	s->bus = bus_local_new(s->cores);
	for (unsigned i = 0; i < s->cores; i++) {
		s->core[i] = core_new(&s->worlds[i].world, s->store, s->bus, i, &s->settings, s->counters);
		xmpp_door_begin(s->core[i]);
		muc_begin(s->core[i]);
	}
	guest_sweep(s->core[0]);
	s->hybrid = (struct datagrams){ .ops = &datagram_ops, .door = &hybrid_datagrams, .core = s->core[0], .port = 7790 };
	if (hybrid_datagrams.open(&s->hybrid))
		abort();
	s->link = store_link_open(s->store, &s->worlds[0].world);
}

static void stage_end(struct stage *s)
{
	list_each(p, &s->peers, struct peer, here) {
		if (p->open && p->link.door->stop)
			p->link.door->stop(&p->link);
		peer_write(p);
		peer_gone(p, CLOSE_SHUTDOWN);
	}
	stage_settle(s);
	hybrid_datagrams.close(&s->hybrid);
	for (unsigned i = 0; i < s->cores; i++)
		s->core[i] = core_free(s->core[i]);
	stage_settle(s); /* what core_free() wrote is stored */
	s->link = store_link_close(s->link);
	stage_settle(s);
	s->bus = bus_free(s->bus);
}

struct stage *stage_new(unsigned cores, const struct core_settings *settings)
{
	struct stage *s = mem_new(struct stage);
	own_buf why = { 0 };

	assert(cores >= 1 && cores <= STAGE_CORES_MAX);
	s->cores = cores;
	s->settings = *settings;
	list_init(&s->peers);
	for (unsigned i = 0; i < cores; i++)
		world_begin(&s->worlds[i], s, i);
	if (store_open(&s->store, STR("faulty::memory:"), &why)) {
		fprintf(stderr, "%s\n", buf_z(&why));
		abort();
	}
	stage_begin(s);
	return s;
}

struct stage *stage_free(struct stage *s)
{
	if (!s)
		return NULL;
	stage_end(s);
	store_close(s->store);
	for (unsigned i = 0; i < s->cores; i++)
		timers_free(&s->worlds[i].timers);
	list_each(p, &s->peers, struct peer, here) {
		list_remove(&p->here);
		buf_free(&p->said);
		buf_free(&p->heard);
		mem_free(p);
	}
	mem_free(s);
	return NULL;
}

void stage_restart(struct stage *s)
{
	stage_end(s);
	stage_begin(s);
}

void stage_settle(struct stage *s)
{
	for (bool busy = true; busy;) {
		busy = false;
		for (unsigned i = 0; i < s->cores; i++)
			while (world_turn(&s->worlds[i]))
				busy = true;
		list_each(p, &s->peers, struct peer, here)
			busy |= peer_turn(p);
	}
}

static msec stage_next(const struct stage *s)
{
	msec next = INT64_MAX;

	for (unsigned i = 0; i < s->cores; i++)
		if (timers_next(&s->worlds[i].timers) < next)
			next = timers_next(&s->worlds[i].timers);
	return next == INT64_MAX ? next : next - STAGE_CLOCK;
}

void stage_pass(struct stage *s, msec ms)
{
	msec end = s->clock + ms;

	stage_settle(s);
	for (msec next; (next = stage_next(s)) <= end; stage_settle(s))
		if (next > s->clock)
			s->clock = next;
	s->clock = end;
	stage_settle(s);
}

struct core *stage_core(struct stage *s, unsigned index) { return s->core[index]; }
struct store_link *stage_store(struct stage *s) { return s->link; }
