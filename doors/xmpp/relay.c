/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/relay.h"

#include <assert.h>

#include "core/tokens.h"

/* A parcel is one byte that says what it is, then what is listed; the number of the parcel names the relay: the core
 * where the client is made it up. Everything of one relay and direction arrives in order (bus/bus.h). */
enum {
	/* from the client's core */
	RELAY_ASK = 'a',     /* struct asking, then the id of the session, and the head of the answer */
	RELAY_IN = 'i',      /* bytes of the client */
	RELAY_WRITTEN = 'w', /* uint64_t: so many bytes have been accepted by the kernel */
	RELAY_CLOSED = 'c',  /* one byte: enum close_why */
	/* from the session's core */
	RELAY_YES = 'y',
	RELAY_NO = 'n',      /* nothing, or uint32_t: what was handled of a session that is no more */
	RELAY_OUT = 'o',     /* bytes for the client */
	RELAY_PAUSE = 'p', RELAY_UNPAUSE = 'u',
	RELAY_HANG_UP = 'h', /* one byte: enum close_why */
};

struct asking {
	int64_t account;
	char device[DEVICE_ID_BYTES]; /* of the client; zeros: none that is known */
	uint32_t h, id_n;
	uint16_t port;
	bool secure, loopback;
	uint8_t address[16];
};

/* Either end of it. In home->relays by who made the number up and the number. */
struct relay_key {
	uint64_t number;
	uint64_t core; /* wide, so that no byte of the key is padding */
};

/* The client's end, with the stream that came in. */
struct relay {
	struct map_node node;
	struct relay_key key;
	struct xmpp *x;
	unsigned core;     /* where the session is */
	bool established;
	uint64_t out;      /* bytes for the client that the kernel has not accepted yet */
	struct buf id;     /* while asking */
};

/* The session's end: a link like any other for the stream. */
struct far {
	struct map_node node;
	struct list here; /* home->fars */
	struct relay_key key;
	struct link link;
	struct post post; /* at the end of the turn */
	bool posted;
	bool ended;       /* the link is over; freed when nothing is posted any more */
	enum close_why why;
};

static struct map_node *find(const struct xmpp_home *h, unsigned core, uint64_t number)
{
	struct relay_key key = { number, core };

	return map_get(&h->relays, str_n((const char *)&key, sizeof key));
}

static void add(struct xmpp_home *h, struct map_node *node, struct relay_key *key)
{
	map_add(&h->relays, node, str_n((const char *)key, sizeof *key));
}

static void tell(struct core *c, unsigned core, uint64_t number, char what, const void *p, size_t n)
{
	own_buf bytes = { 0 };

	buf_byte(&bytes, what);
	buf_add(&bytes, p, n);
	core_door_send(c, core, xmpp_door.name, number, buf_all(&bytes));
}

/* ---- the session's end ----------------------------------------------------------------------------------------- */

static struct far *far_of(struct link *l) { return holder_of(l, struct far, link); }

static void far_tell(struct far *f, char what, const void *p, size_t n)
{
	tell(f->link.core, (unsigned)f->key.core, f->key.number, what, p, n);
}

static void far_flush(struct far *f)
{
	if (!f->link.out.n)
		return;
	far_tell(f, RELAY_OUT, f->link.out.p, f->link.out.n);
	f->link.unsent += f->link.out.n;
	buf_clear(&f->link.out);
}

static void far_free(struct far *f)
{
	list_remove(&f->here);
	buf_free(&f->link.out);
	mem_free(f);
}

static void far_run(struct post *p)
{
	struct far *f = holder_of(p, struct far, post);

	f->posted = false;
	if (!f->ended) {
		far_flush(f);
		return;
	}
	if (f->link.state)
		xmpp_door.close(&f->link, f->why);
	far_free(f);
}

static void far_post(struct far *f)
{
	if (f->posted)
		return;
	f->posted = true;
	world_later(core_world(f->link.core), &f->post);
}

/* Nothing comes or goes any more; the stream hears of it in a later turn, since it may be calling. */
static void far_end(struct far *f, enum close_why why)
{
	struct xmpp_home *h = xmpp_home(f->link.core);

	if (f->ended)
		return;
	f->ended = true;
	f->why = why;
	f->link.closing = true;
	map_remove(&h->relays, &f->node);
	far_post(f);
}

static void far_dirty(struct link *l) { far_post(far_of(l)); }

static void far_start_tls(struct link *l) { assert(!"a resumed stream begins no TLS"); }

static void far_pause(struct link *l, bool paused)
{
	far_tell(far_of(l), paused ? RELAY_PAUSE : RELAY_UNPAUSE, NULL, 0);
}

static void far_hang_up(struct link *l, enum close_why why)
{
	struct far *f = far_of(l);
	char byte = (char)why;

	if (f->ended)
		return;
	far_flush(f);
	far_tell(f, RELAY_HANG_UP, &byte, 1);
	far_end(f, why);
}

static bool far_binding(struct link *l, enum binding kind, struct buf *to) { return false; }

static void far_local(struct link *l, uint8_t address[16]) { memset(address, 0, 16); }

static const struct link_ops far_ops = {
	.dirty = far_dirty,
	.start_tls = far_start_tls,
	.pause = far_pause,
	.hang_up = far_hang_up,
	.binding = far_binding,
	.local = far_local,
};

static void far_open(struct xmpp_home *h, unsigned core, uint64_t number, const struct asking *a, struct xmpp *x, struct str head)
{
	struct far *f = mem_new(struct far);

	f->key = (struct relay_key){ number, core };
	f->post.run = far_run;
	f->link = (struct link){ .ops = &far_ops, .door = &xmpp_door, .core = h->core, .secure = a->secure,
				 .loopback = a->loopback, .port = a->port };
	memcpy(f->link.address, a->address, sizeof a->address);
	add(h, &f->node, &f->key);
	list_append(&h->fars, &f->here);
	far_tell(f, RELAY_YES, NULL, 0);
	sm_resume(x, &f->link, a->h, head);
}

static void asked(struct xmpp_home *h, unsigned core, uint64_t number, struct str bytes)
{
	struct asking a;
	struct str id, head;
	struct xmpp *x;
	uint32_t past;

	assert(bytes.n >= sizeof a);
	memcpy(&a, bytes.p, sizeof a);
	bytes = str_from(bytes, sizeof a);
	assert(bytes.n >= a.id_n);
	id = str_n(bytes.p, a.id_n);
	head = str_from(bytes, a.id_n);
	x = sm_find(h, id, a.account, str_n(a.device, a.device[0] ? sizeof a.device : 0));
	if (x)
		far_open(h, core, number, &a, x, head);
	else if (sm_past(h, id, a.account, &past))
		tell(h->core, core, number, RELAY_NO, &past, sizeof past);
	else
		tell(h->core, core, number, RELAY_NO, NULL, 0);
}

static void far_written(struct far *f, struct str bytes)
{
	uint64_t n;

	assert(bytes.n == sizeof n);
	memcpy(&n, bytes.p, sizeof n);
	assert(n <= f->link.unsent);
	f->link.unsent -= n;
	if (!link_backlog(&f->link) && !f->ended)
		xmpp_door.written(&f->link);
}

static void far_take(struct far *f, char what, struct str bytes)
{
	if (what == RELAY_IN)
		xmpp_door.feed(&f->link, bytes.p, bytes.n);
	else if (what == RELAY_WRITTEN)
		far_written(f, bytes);
	else if (what == RELAY_CLOSED)
		far_end(f, (enum close_why)bytes.p[0]);
}

/* ---- the client's end ------------------------------------------------------------------------------------------ */

static void near_free(struct xmpp *x)
{
	struct relay *r = x->relay;

	map_remove(&x->home->relays, &r->node);
	buf_free(&r->id);
	mem_free(r);
	x->relay = NULL;
}

void relay_resume(struct xmpp *x, unsigned core, struct str id, uint32_t h, struct str head)
{
	struct relay *r = mem_new(struct relay);
	struct asking a;
	own_buf bytes = { 0 };

	memset(&a, 0, sizeof a);
	a.account = x->account.id;
	if (x->agent)
		memcpy(a.device, x->agent->agent.device.p, sizeof a.device);
	a.h = h;
	a.id_n = (uint32_t)id.n;
	a.port = x->link->port;
	a.secure = x->link->secure;
	a.loopback = x->link->loopback;
	memcpy(a.address, x->link->address, sizeof a.address);
	r->x = x;
	r->core = core;
	r->key = (struct relay_key){ ++x->home->relay_last, core_index(x->core) };
	x->relay = r;
	add(x->home, &r->node, &r->key);
	buf_add(&bytes, &a, sizeof a);
	buf_str(&bytes, id);
	buf_str(&bytes, head);
	xmpp_hold(x, HOLD_RELAY);
	tell(x->core, core, r->key.number, RELAY_ASK, bytes.p, bytes.n);
}

static void near_tell(struct relay *r, char what, const void *p, size_t n)
{
	tell(r->x->core, r->core, r->key.number, what, p, n);
}

void relay_feed(struct xmpp *x, const char *bytes, size_t n)
{
	if (x->relay->established)
		near_tell(x->relay, RELAY_IN, bytes, n);
	else
		buf_add(&x->in, bytes, n);
}

void relay_written(struct xmpp *x)
{
	struct relay *r = x->relay;
	uint64_t n = r->out;

	r->out = 0;
	if (n)
		near_tell(r, RELAY_WRITTEN, &n, sizeof n);
}

void relay_close(struct xmpp *x, enum close_why why)
{
	char byte = (char)why;

	near_tell(x->relay, RELAY_CLOSED, &byte, 1);
	near_free(x);
}

static void near_yes(struct relay *r)
{
	struct xmpp *x = r->x;

	r->established = true;
	world_stop(core_world(x->core), &x->deadline);
	if (x->in.n)
		near_tell(r, RELAY_IN, x->in.p, x->in.n);
	buf_free(&x->in);
	xmpp_go_on(x, HOLD_RELAY);
}

static void near_no(struct relay *r, struct str bytes)
{
	struct xmpp *x = r->x;
	uint32_t past;

	near_free(x);
	if (bytes.n == sizeof past) {
		memcpy(&past, bytes.p, sizeof past);
		sm_unknown(x, &past);
	} else {
		sm_unknown(x, NULL);
	}
	xmpp_go_on(x, HOLD_RELAY);
}

static void near_out(struct relay *r, struct str bytes)
{
	struct xmpp *x = r->x;

	if (x->link->closing)
		return;
	r->out += bytes.n;
	buf_str(&x->link->out, bytes);
	xmpp_flush(x);
}

static void near_take(struct relay *r, char what, struct str bytes)
{
	if (what == RELAY_YES)
		near_yes(r);
	else if (what == RELAY_NO)
		near_no(r, bytes);
	else if (what == RELAY_OUT)
		near_out(r, bytes);
	else if (what == RELAY_PAUSE)
		xmpp_hold(r->x, HOLD_RELAY);
	else if (what == RELAY_UNPAUSE)
		xmpp_go_on(r->x, HOLD_RELAY);
	else if (what == RELAY_HANG_UP && !r->x->link->closing)
		r->x->link->ops->hang_up(r->x->link, (enum close_why)bytes.p[0]);
}

/* ---- both ------------------------------------------------------------------------------------------------------ */

void relay_receive(struct core *c, void *arg, unsigned from_core, uint64_t number, struct str bytes)
{
	struct xmpp_home *h = arg;
	char what = bytes.p[0];
	struct map_node *node;

	bytes = str_from(bytes, 1);
	if (what == RELAY_ASK) {
		asked(h, from_core, number, bytes);
		return;
	}
	/* What comes after the other end has gone is not answered: the news of it is on its way there. */
	if (what == RELAY_IN || what == RELAY_WRITTEN || what == RELAY_CLOSED) {
		node = find(h, from_core, number);
		if (node)
			far_take(holder_of(node, struct far, node), what, bytes);
	} else {
		node = find(h, core_index(c), number);
		if (node)
			near_take(holder_of(node, struct relay, node), what, bytes);
	}
}

/* The core ends: all links of sockets have been closed, and with them the clients' ends. */
void relay_drop(struct xmpp_home *h)
{
	list_each(f, &h->fars, struct far, here)
		far_free(f);
	map_free(&h->relays);
}
