/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/net.c - links that delay, split, stall and break. Bytes keep their order, as TCP keeps it; nothing else is sure.
 */
#include <assert.h>

#include "tests/sim/sim.h"

enum { KERNEL = 64 * 1024 }; /* what the network holds for a reader that does not read */

struct conn {
	struct link link;
	struct sim *sim;
	struct client *client; /* NULL: the client has let go */
	struct list here;
	unsigned core;
	bool open;     /* the door has it */
	bool dirty, paused, stalled, cut, hang_up, end_of_stream;
	enum close_why why;
	struct buf up, down;
	struct buf half; /* what the client had of a line or stanza when the link broke */
	bool acknowledges; /* its protocol says what has arrived */
	struct timer up_timer, down_timer, server_timer, client_timer, stall_timer;
};

static struct conn *of(struct link *l) { return holder_of(l, struct conn, link); }

/* Where the protocol has no acknowledgements, what the kernel took counts as delivered: what breaks with the link is nobody's broken
 * promise. */
static void excuse(struct conn *n)
{
	struct buf all = n->half;

	n->half = (struct buf){ 0 };
	buf_str(&all, buf_all(&n->down));
	for (size_t i = 1; i < all.n && !n->acknowledges; i++) {
		size_t end = i + 1;
		uint64_t index;

		if (all.p[i] != 'L' || (all.p[i - 1] != '>' && all.p[i - 1] != '@'))
			continue;
		while (end < all.n && all.p[end] >= '0' && all.p[end] <= '9')
			end++;
		if (end < all.n && str_u64(str_n(all.p + i + 1, end - i - 1), &index) && index < n->sim->letters_n)
			n->sim->letters[index].excused = true;
	}
	buf_free(&all);
}

static void conn_drop(struct conn *n)
{
	struct timer *all[] = { &n->up_timer, &n->down_timer, &n->server_timer, &n->client_timer, &n->stall_timer };

	if (n->open || n->client)
		return;
	for (size_t i = 0; i < countof(all); i++)
		timers_stop(&n->sim->net, all[i]);
	excuse(n);
	list_remove(&n->here);
	buf_free(&n->link.out);
	buf_free(&n->up);
	buf_free(&n->down);
	mem_free(n);
}

static void soon(struct conn *n, struct timer *t, unsigned most)
{
	if (!t->place)
		sim_net_timer(n->sim, t, (msec)sim_chance(n->sim, most + 1));
}

/* ---- the server's side ------------------------------------------------------------------------------------------ */

static void server_close(struct conn *n, enum close_why why)
{
	if (!n->open)
		return;
	n->open = false;
	n->link.closing = true;
	n->link.door->close(&n->link, why);
	if (!n->cut) {
		n->end_of_stream = true;
		soon(n, &n->down_timer, 20);
	}
}

static void server_close_later(struct timer *t)
{
	struct conn *n = holder_of(t, struct conn, server_timer);

	server_close(n, n->cut || !n->hang_up ? CLOSE_PEER : n->why);
	net_flush(n->sim);
	conn_drop(n);
}

static void op_dirty(struct link *l) { of(l)->dirty = true; }
static void op_start_tls(struct link *l) { assert(!"the simulated clients do not ask for TLS"); }

static void op_pause(struct link *l, bool paused)
{
	of(l)->paused = paused;
	if (!paused && of(l)->up.n)
		soon(of(l), &of(l)->up_timer, 3);
}

static void op_hang_up(struct link *l, enum close_why why)
{
	struct conn *n = of(l);

	n->dirty = true;
	n->hang_up = true;
	n->why = why;
	l->closing = true;
	timers_stop(&n->sim->net, &n->server_timer);
	soon(n, &n->server_timer, 5);
}

static bool op_binding(struct link *l, enum binding kind, struct buf *to) { return false; }

static void op_local(struct link *l, uint8_t address[16])
{
	static const uint8_t server[16] = { [10] = 0xff, [11] = 0xff, 127, 0, 0, 1 };

	memcpy(address, server, 16);
}

static const struct link_ops ops = { op_dirty, op_start_tls, op_pause, op_hang_up, op_binding, op_local };

static void flush(struct conn *n)
{
	struct link *l = &n->link;
	size_t room;

	n->dirty = false;
	if (n->cut) {
		/* Into the void; the kernel takes some and then no more. */
		if (l->out.n + n->down.n <= KERNEL)
			buf_str(&n->down, buf_all(&l->out)), buf_clear(&l->out);
		return;
	}
	room = n->down.n < KERNEL ? KERNEL - n->down.n : 0;
	if (room > l->out.n)
		room = l->out.n;
	buf_add(&n->down, l->out.p, room);
	buf_eat(&l->out, room);
	if (n->down.n && !n->stalled)
		soon(n, &n->down_timer, 20);
	if (n->open && !l->out.n && room && l->door->written)
		l->door->written(l);
}

void net_flush(struct sim *s)
{
	list_each(n, &s->conns, struct conn, here)
		if (n->dirty)
			flush(n);
}

static void up_fire(struct timer *t)
{
	struct conn *n = holder_of(t, struct conn, up_timer);
	struct buf part = { 0 };
	size_t take;
	int r;

	if (!n->open || n->cut || n->paused || n->link.closing || !n->up.n)
		return;
	take = 1 + sim_chance(n->sim, sim_chance(n->sim, 3) ? n->up.n : n->up.n < 8 ? n->up.n : 8);
	buf_add(&part, n->up.p, take);
	buf_eat(&n->up, take);
	r = n->link.door->feed(&n->link, part.p, part.n);
	buf_free(&part);
	if (r && !n->link.closing)
		op_hang_up(&n->link, CLOSE_ASKED);
	if (n->up.n)
		soon(n, &n->up_timer, 10);
}

/* ---- the client's side ------------------------------------------------------------------------------------------ */

static void client_gone(struct conn *n)
{
	struct client *c = n->client;

	if (c && !n->half.n)
		buf_str(&n->half, buf_all(&c->in));
	n->client = NULL;
	if (c)
		client_lost(c);
}

static void client_timer_fire(struct timer *t)
{
	struct conn *n = holder_of(t, struct conn, client_timer);

	client_gone(n);
	conn_drop(n);
}

static void down_fire(struct timer *t)
{
	struct conn *n = holder_of(t, struct conn, down_timer);
	struct buf part = { 0 };
	size_t take;

	if (n->cut || n->stalled)
		return;
	if (!n->client) {
		conn_drop(n);
		return;
	}
	take = n->down.n ? 1 + sim_chance(n->sim, n->down.n) : 0;
	if (take) {
		buf_add(&part, n->down.p, take);
		buf_eat(&n->down, take);
		client_bytes(n->client, buf_all(&part));
		buf_free(&part);
		n->dirty = true;
	}
	if (n->down.n) {
		soon(n, &n->down_timer, 10);
	} else if (n->end_of_stream) {
		client_gone(n);
		conn_drop(n);
	}
}

static void stall_over(struct timer *t)
{
	struct conn *n = holder_of(t, struct conn, stall_timer);

	n->stalled = false;
	soon(n, &n->down_timer, 5);
}

struct conn *net_connect(struct sim *s, struct client *c, const struct door *door)
{
	struct conn *n = mem_new(struct conn);

	n->sim = s;
	n->client = c;
	n->acknowledges = c->kind == CLIENT_XMPP_SM;
	n->core = (unsigned)sim_chance(s, s->cores);
	n->link.ops = &ops;
	n->link.door = door;
	n->link.core = s->core[n->core];
	n->link.loopback = c->kind != CLIENT_HYBRID;
	n->link.address[10] = n->link.address[11] = 0xff;
	n->link.address[12] = 127;
	n->link.address[15] = 1;
	if (c->kind == CLIENT_HYBRID) {
		n->acknowledges = true;
		n->core = 0;
		n->link.core = s->core[0];
		hybrid_address(c, n->link.address);
	}
	n->up_timer.fire = up_fire;
	n->down_timer.fire = down_fire;
	n->server_timer.fire = server_close_later;
	n->client_timer.fire = client_timer_fire;
	n->stall_timer.fire = stall_over;
	list_append(&s->conns, &n->here);
	if (door->open(&n->link))
		assert(!"a door did not open");
	n->open = true;
	return n;
}

void net_send(struct conn *n, struct str bytes)
{
	if (n->cut)
		return;
	buf_str(&n->up, bytes);
	soon(n, &n->up_timer, 20);
}

void net_hang_up(struct conn *n)
{
	if (n->client)
		buf_str(&n->half, buf_all(&n->client->in));
	n->client = NULL;
	soon(n, &n->server_timer, 50); /* not at once: the caller may be inside one of our own calls */
}

void net_cut(struct conn *n)
{
	if (n->cut)
		return;
	n->cut = true;
	n->sim->cuts++;
	buf_clear(&n->up);
	if (n->client)
		buf_str(&n->half, buf_all(&n->client->in));
	if (n->open)
		soon(n, &n->server_timer, sim_chance(n->sim, 2) ? 200 : 20000);
	if (n->client)
		soon(n, &n->client_timer, sim_chance(n->sim, 2) ? 50 : 5000);
}

void net_stall(struct conn *n, msec how_long)
{
	n->stalled = true;
	sim_net_timer(n->sim, &n->stall_timer, how_long);
}

/* The process is gone: its doors are only told so that they release their memory. Nothing they write leaves. */
void net_die(struct sim *s)
{
	list_each(n, &s->conns, struct conn, here) {
		if (n->client && !n->cut)
			buf_str(&n->half, buf_all(&n->client->in));
		n->cut = true;
		if (n->open) {
			n->open = false;
			n->link.closing = true;
			n->link.door->close(&n->link, CLOSE_PEER);
		}
		if (n->client && !n->client_timer.place)
			soon(n, &n->client_timer, 2000);
		conn_drop(n);
	}
}

void net_end(struct sim *s)
{
	list_each(n, &s->conns, struct conn, here) {
		n->open = false;
		n->client = NULL;
		conn_drop(n);
	}
}
