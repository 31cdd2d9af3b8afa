/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a link: OPEN (fed and flushed) → FLUSHING (asked to hang up, or the peer has; not fed any more) → LINGERING (all
 * is written and the end is sent; what still comes is thrown away, since closing a socket with unread bytes
 * would reset it and could take our last words with it) → CLOSED (the socket is given back to the loop).
 *
 * Every link that has something to do at the end of a turn is in `turn`. Two more lists are swept once a second: `warm` holds links
 * that keep an empty output buffer for their next words, `dying` those that must be gone at a deadline.
 */
#include "transport/link.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/list.h"
#include "base/log.h"
#include "transport/address.h"

enum {
	READ_BYTES = 16 * 1024,
	PLAIN_BYTES = 16 * 1024,         /* the largest TLS record */
	UNSENT_MAX = 4 * 1024 * 1024,    /* a door that forgot to look at its backlog must not fill the memory */
	WARM_BYTES_MAX = 8 * 1024,       /* larger output buffers are given back as soon as they are empty */
	SWEEP_MS = 1000,
	FLUSH_MS = 5000,                 /* how long the last words may take */
	LINGER_MS = 2000,                /* how long the peer may take to hang up after them */
	LINGER_STOPPING_MS = 300,        /* the same when the whole server ends */
};

enum state { OPEN, FLUSHING, LINGERING, CLOSED };

struct links {
	struct loop *loop;
	struct core *core;
	struct gate *gate;
	struct tls_setup *tls;
	size_t count;
	struct list all, turn, warm, dying;
	struct list ended, ended_before; /* door->close is due: in the next turn, in this one */
	struct timer sweep;
	bool stopping, gone_said;
	void (*gone)(void *arg);
	void *gone_arg;
	struct post gone_post;
	size_t refused; /* since the last line about it */
	msec refused_said;
	struct buf spare; /* the memory of encrypted bytes, between two links */
	char *plain;      /* decrypted bytes on their way to a door; made with the first TLS */
	char read[READ_BYTES];
};

struct tcp {
	struct link link;
	struct links *host;
	const struct entrance *how;
	struct tls *tls;
	struct list all;   /* host->all */
	struct list turn;  /* host->turn */
	struct list slow;  /* host->warm or dying */
	struct list ended; /* host->ended */
	msec deadline;     /* while dying */
	uint8_t state, why;
	bool full;           /* it filled the buffer: it is read again when the others have had their turn */
	bool paused, resumed; /* resumed: TLS may hold bytes that were read before */
	bool inside;         /* counted by the gate */
	bool wrote;          /* something was written since door->written ran */
	bool used;           /* and since the last sweep */
	bool handle_closed;
	bool untold;         /* TLS or not is decided by the first byte, which has not come */
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	};
};

/* Bytes that the kernel would not take at once. */
struct writing {
	uv_write_t req;
	struct tcp *t;
	struct buf bytes;
	size_t n;
};

static struct tcp *tcp_of(struct link *l) { return holder_of(l, struct tcp, link); }

static msec clock_of(const struct links *ls) { return world_clock(&ls->loop->world); }

static void turn(struct tcp *t)
{
	if (list_empty(&t->turn))
		list_append(&t->host->turn, &t->turn);
}

/* Sees to it that the sweep comes within `in_ms`. */
static void sweep_within(struct links *ls, msec in_ms)
{
	if (!ls->sweep.place || ls->sweep.due > clock_of(ls) + in_ms)
		world_timer(&ls->loop->world, &ls->sweep, in_ms);
}

static void warm(struct tcp *t)
{
	list_append(&t->host->warm, &t->slow);
	sweep_within(t->host, SWEEP_MS);
}

static void dying(struct tcp *t, msec in_ms)
{
	list_remove(&t->slow);
	list_append(&t->host->dying, &t->slow);
	t->deadline = clock_of(t->host) + in_ms;
	sweep_within(t->host, in_ms < SWEEP_MS ? in_ms : SWEEP_MS);
}

/* ---- the end ---------------------------------------------------------------------------------------------------------- */

static void maybe_gone(struct links *ls)
{
	if (ls->stopping && !ls->count && !ls->gone_said) {
		ls->gone_said = true;
		world_post(&ls->loop->world, &ls->gone_post);
	}
}

/* The memory goes when libuv has let go of the handle and the door of its state, whichever comes last. */
static void free_if_over(struct tcp *t)
{
	struct links *ls = t->host;

	if (!t->handle_closed || t->link.door)
		return;
	list_remove(&t->all);
	list_remove(&t->turn);
	list_remove(&t->slow);
	if (t->inside)
		gate_leave(ls->gate, t->link.address, t->link.loopback);
	buf_free(&t->link.out);
	tls_free(t->tls);
	mem_free(t);
	ls->count--;
	maybe_gone(ls);
}

static void on_closed(uv_handle_t *h)
{
	struct tcp *t = h->data;

	t->handle_closed = true;
	free_if_over(t);
}

/* The door hears of it in the next turn: whoever called us may still be using its state. */
static void door_end(struct tcp *t)
{
	if (t->link.door && list_empty(&t->ended))
		list_append(&t->host->ended, &t->ended);
}

static void over(struct tcp *t, bool reset)
{
	if (t->state == CLOSED)
		return;
	t->state = CLOSED;
	t->link.closing = true;
	list_remove(&t->slow);
	list_remove(&t->turn);
	door_end(t);
	if (!reset || t->how->local || uv_tcp_close_reset(&t->tcp, on_closed))
		uv_close(&t->handle, on_closed);
}

/* The network or the peer ended it: nothing can be written any more. */
static void broken(struct tcp *t, enum close_why why)
{
	if (t->state == OPEN)
		t->why = why;
	over(t, why == CLOSE_STALLED);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf);
static void on_room(uv_handle_t *h, size_t wanted, uv_buf_t *buf);

/* Everything is written. Says so to the peer and waits until it has heard. */
static void linger(struct tcp *t)
{
	uv_os_fd_t fd;

	t->state = LINGERING;
	door_end(t);
	if (t->why == CLOSE_PEER || uv_fileno(&t->handle, &fd) || shutdown(fd, SHUT_WR)) {
		over(t, false);
		return;
	}
	dying(t, t->why == CLOSE_SHUTDOWN ? LINGER_STOPPING_MS : LINGER_MS);
	uv_read_start(&t->stream, on_room, on_read);
}

static void begin_end(struct tcp *t, enum close_why why)
{
	if (t->state != OPEN)
		return;
	t->state = FLUSHING;
	t->why = (uint8_t)why;
	t->link.closing = true;
	uv_read_stop(&t->stream);
	if (why == CLOSE_STALLED) {
		over(t, true);
		return;
	}
	dying(t, FLUSH_MS);
	turn(t);
}

static void doors_close(struct links *ls)
{
	for (struct tcp *t; (t = list_first(&ls->ended_before, struct tcp, ended));) {
		const struct door *door = t->link.door;

		list_remove(&t->ended);
		door->close(&t->link, t->why);
		t->link.door = NULL;
		buf_free(&t->link.out);
		t->tls = tls_free(t->tls);
		free_if_over(t);
	}
	while (!list_empty(&ls->ended)) {
		struct list *first = ls->ended.next;

		list_remove(first);
		list_append(&ls->ended_before, first);
	}
}

static void sweep(struct timer *timer)
{
	struct links *ls = holder_of(timer, struct links, sweep);
	msec clock = clock_of(ls);

	list_each(t, &ls->dying, struct tcp, slow)
		if (t->deadline <= clock)
			over(t, t->state == FLUSHING);
	list_each(t, &ls->warm, struct tcp, slow) {
		if (!t->used && !t->link.out.n) {
			buf_free(&t->link.out);
			list_remove(&t->slow);
		}
		t->used = false;
	}
	if (!list_empty(&ls->dying) || !list_empty(&ls->warm))
		world_timer(&ls->loop->world, &ls->sweep, SWEEP_MS);
}

/* ---- writing ---------------------------------------------------------------------------------------------------------- */

static void on_written(uv_write_t *req, int status)
{
	struct writing *w = holder_of(req, struct writing, req);
	struct tcp *t = w->t;

	t->link.unsent -= w->n;
	buf_free(&w->bytes);
	mem_free(w);
	if (t->state == CLOSED)
		return;
	if (status)
		broken(t, CLOSE_PEER);
	else
		turn(t);
}

/* The kernel has taken `done` bytes of `from`; libuv sees to the rest and owns its memory meanwhile. */
static void write_rest(struct tcp *t, struct buf *from, size_t done)
{
	struct writing *w = mem_new(struct writing);
	uv_buf_t rest;

	w->t = t;
	w->bytes = *from;
	w->n = from->n - done;
	*from = (struct buf){ 0 };
	rest = uv_buf_init(w->bytes.p + done, (unsigned)w->n);
	t->link.unsent += w->n;
	if (uv_write(&w->req, &t->stream, &rest, 1, on_written)) {
		t->link.unsent -= w->n;
		buf_free(&w->bytes);
		mem_free(w);
		broken(t, CLOSE_PEER);
	}
}

/* Takes all of `from`. */
static void write_out(struct tcp *t, struct buf *from)
{
	uv_buf_t all = uv_buf_init(from->p, (unsigned)from->n);
	int r;

	if (t->state > FLUSHING) {
		buf_clear(from);
		return;
	}
	r = t->link.unsent ? UV_EAGAIN : uv_try_write(&t->stream, &all, 1);
	t->wrote = t->used = true;
	if (r == UV_EAGAIN)
		r = 0;
	if (r < 0)
		broken(t, CLOSE_PEER);
	else if ((size_t)r < from->n)
		write_rest(t, from, (size_t)r);
	else
		buf_clear(from);
}

/* Encrypted bytes are made in memory that goes from link to link, so that an idle one has none. */
static void tls_flush(struct tcp *t)
{
	struct buf *out = tls_out(t->tls);

	if (out->n)
		write_out(t, out);
	if (out->n || !out->room)
		return;
	if (!t->host->spare.room && out->room <= 16 * READ_BYTES) {
		t->host->spare = *out;
		*out = (struct buf){ 0 };
	} else {
		buf_free(out);
	}
}

static void tls_lend(struct tcp *t)
{
	struct buf *out = tls_out(t->tls);

	if (!out->room) {
		*out = t->host->spare;
		t->host->spare = (struct buf){ 0 };
	}
}

static void encrypt(struct tcp *t)
{
	if (!t->link.secure || t->link.unsent || !t->link.out.n)
		return;
	tls_lend(t);
	if (tls_write(t->tls, t->link.out.p, t->link.out.n))
		broken(t, CLOSE_PEER);
	buf_clear(&t->link.out);
}

/* An idle link keeps no output buffer; a busy one does not make a new one for every word. */
static void keep_warm(struct tcp *t)
{
	if (t->link.out.room > WARM_BYTES_MAX)
		buf_free(&t->link.out);
	else if (t->link.out.room && t->state == OPEN && list_empty(&t->slow))
		warm(t);
}

/* Whether the kernel has all that can be written. Before TLS is up what the door said cannot, nor ever if the link ends now. */
static bool all_sent(const struct tcp *t)
{
	bool mute = t->state == FLUSHING && t->tls && !t->link.secure;

	return !t->link.unsent && (!t->link.out.n || mute);
}

static void drained(struct tcp *t)
{
	keep_warm(t);
	if (t->wrote) {
		t->wrote = false;
		if (t->link.door->written)
			t->link.door->written(&t->link);
		if (t->link.out.n)
			turn(t);
	}
	if (t->state != FLUSHING || !all_sent(t))
		return;
	if (t->tls) {
		tls_bye(t->tls);
		tls_flush(t);
		if (t->state != FLUSHING || t->link.unsent)
			return; /* comes here again when it is written */
	}
	linger(t);
}

static void tls_take(struct tcp *t);

/* The loop would read from one link again and again while there is more, up to two megabytes; the others, and what the first has set off, would
 * wait for it. */
static void rest(struct tcp *t)
{
	uv_read_stop(&t->stream);
	t->full = true;
	turn(t);
}

static void rested(struct tcp *t)
{
	t->full = false;
	if (t->state == OPEN && !t->paused)
		uv_read_start(&t->stream, on_room, on_read);
}

/* What a link has to do at the end of a turn. While something is unsent nothing is added to it, so that what waits stays one
 * piece and in our sight. Before TLS is up only the handshake is written: what the door says waits for it. */
static void flush(struct tcp *t)
{
	struct link *l = &t->link;

	if (t->full)
		rested(t);
	if (t->state == OPEN && t->tls && t->resumed && !t->paused) {
		t->resumed = false;
		tls_take(t);
	}
	if (t->state > FLUSHING)
		return;
	if (t->tls) {
		encrypt(t);
		if (t->state <= FLUSHING)
			tls_flush(t);
	} else if (l->out.n && !l->unsent) {
		write_out(t, &l->out);
	}
	if (t->state > FLUSHING)
		return;
	if (link_backlog(l) > UNSENT_MAX)
		broken(t, CLOSE_STALLED);
	else if (all_sent(t))
		drained(t);
}

/* Links that came to have something to do while others were flushed wait for the next turn: reading goes on in between. */
static void links_flush(struct loop *loop)
{
	struct links *ls = loop->links;
	struct list now = { 0 };

	doors_close(ls);
	list_init(&now);
	if (!list_empty(&ls->turn)) {
		now = ls->turn;
		now.next->prev = now.prev->next = &now;
		list_init(&ls->turn);
	}
	for (struct tcp *t; (t = list_first(&now, struct tcp, turn));) {
		list_remove(&t->turn);
		flush(t);
	}
}

static bool links_due(struct loop *loop)
{
	const struct links *ls = loop->links;

	return !list_empty(&ls->turn) || !list_empty(&ls->ended) || !list_empty(&ls->ended_before);
}

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

static void feed(struct tcp *t, const char *bytes, size_t n)
{
	int r = t->link.door->feed(&t->link, bytes, n);

	if (r)
		begin_end(t, CLOSE_ASKED);
	if (t->link.out.n)
		turn(t);
}

static void tls_came_up(struct tcp *t)
{
	t->link.secure = true;
	if (t->link.door->secured)
		t->link.door->secured(&t->link);
	turn(t);
}

/* Decrypts and feeds what was read, as far as the door wants it now. */
static void tls_take(struct tcp *t)
{
	struct links *ls = t->host;
	int r = 0;

	tls_lend(t);
	if (!t->link.secure) {
		r = tls_handshake(t->tls);
		if (!r)
			tls_came_up(t);
	}
	if (!ls->plain)
		ls->plain = mem_raw(PLAIN_BYTES);
	while (!r && t->state == OPEN && !t->paused && tls_more(t->tls)) {
		r = tls_read(t->tls, ls->plain, PLAIN_BYTES);
		if (r > 0) {
			feed(t, ls->plain, (size_t)r);
			r = 0;
		}
	}
	tls_rest(t->tls);
	tls_flush(t);
	if (r == TLS_END || r == TLS_BROKEN)
		begin_end(t, CLOSE_PEER);
}

static void on_room(uv_handle_t *h, size_t wanted, uv_buf_t *buf)
{
	struct tcp *t = h->data;

	*buf = uv_buf_init(t->host->read, READ_BYTES);
}

/* RFC 8446, 5.1: a record of the handshake begins with 22, which begins nothing in any protocol of ours. */
static void first_byte(struct tcp *t, char byte)
{
	t->untold = false;
	if (byte == 22)
		t->tls = tls_new(t->host->tls, t->how->alpn);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct tcp *t = s->data;

	if (n > 0 && t->untold && t->state == OPEN)
		first_byte(t, buf->base[0]);
	if (t->state == LINGERING) {
		if (n < 0)
			over(t, false);
	} else if (n < 0) {
		begin_end(t, CLOSE_PEER);
	} else if (n > 0 && t->state == OPEN) {
		if (t->tls) {
			tls_in(t->tls, buf->base, (size_t)n);
			tls_take(t);
		} else {
			feed(t, buf->base, (size_t)n);
		}
		if (n == READ_BYTES && t->state == OPEN && !t->paused)
			rest(t);
	}
}

/* ---- what doors may ask -------------------------------------------------------------------------------------------------- */

static void ops_dirty(struct link *l)
{
	if (tcp_of(l)->state <= FLUSHING)
		turn(tcp_of(l));
}

/* What was said so far goes out as it is; what is said from here on waits in `out` until TLS is up. */
static void ops_start_tls(struct link *l)
{
	struct tcp *t = tcp_of(l);

	assert(!t->tls && t->host->tls);
	if (t->state != OPEN)
		return;
	if (l->out.n)
		write_out(t, &l->out);
	buf_free(&l->out);
	if (t->state == OPEN)
		t->tls = tls_new(t->host->tls, NULL);
}

static void ops_pause(struct link *l, bool paused)
{
	struct tcp *t = tcp_of(l);

	if (t->state != OPEN || t->paused == paused)
		return;
	t->paused = paused;
	if (paused) {
		uv_read_stop(&t->stream);
	} else {
		uv_read_start(&t->stream, on_room, on_read);
		t->resumed = true;
		turn(t);
	}
}

static void ops_hang_up(struct link *l, enum close_why why) { begin_end(tcp_of(l), why); }

static bool ops_binding(struct link *l, enum binding kind, struct buf *to)
{
	return l->secure && tls_binding(tcp_of(l)->tls, kind, to);
}

static void ops_local(struct link *l, uint8_t address[16])
{
	struct tcp *t = tcp_of(l);
	struct sockaddr_storage ss = { 0 };
	struct endpoint e;
	int n = sizeof ss;

	if (!t->how->local && t->state < CLOSED)
		uv_tcp_getsockname(&t->tcp, (struct sockaddr *)&ss, &n);
	e = endpoint_of((struct sockaddr *)&ss);
	memcpy(address, e.address, 16);
}

static const struct link_ops ops = {
	.dirty = ops_dirty,
	.start_tls = ops_start_tls,
	.pause = ops_pause,
	.hang_up = ops_hang_up,
	.binding = ops_binding,
	.local = ops_local,
};

/* ---- arriving -------------------------------------------------------------------------------------------------------------- */

static void peer(struct tcp *t)
{
	struct link *l = &t->link;
	struct sockaddr_storage ss;
	struct endpoint e;
	int n = sizeof ss;

	if (t->how->local) {
		l->loopback = true;
		return;
	}
	if (uv_tcp_getpeername(&t->tcp, (struct sockaddr *)&ss, &n))
		return;
	e = endpoint_of((struct sockaddr *)&ss);
	memcpy(l->address, e.address, 16);
	l->port = e.port;
	l->loopback = endpoint_is_loopback(e.address);
}

/* At most one line a second: a flood of connections must not become a flood of lines. */
static void say_refused(struct links *ls, const struct link *l, int verdict)
{
	own_buf who = { 0 };
	msec now = clock_of(ls);

	ls->refused++;
	if (ls->refused_said && now - ls->refused_said < 1000)
		return;
	link_address(l, &who);
	log_event(link_refused, "door=%s ip=%s why=\"%s\" links=%zu refused=%zu", l->door->name, buf_z(&who),
		  verdict == GATE_FULL ? "too many connections" : "too many connections from this address",
		  gate_count(ls->gate), ls->refused);
	ls->refused = 0;
	ls->refused_said = now;
}

static int arrive(struct tcp *t)
{
	struct links *ls = t->host;
	int r;

	peer(t);
	r = gate_enter(ls->gate, t->link.address, t->link.loopback);
	if (r) {
		say_refused(ls, &t->link, r);
		return r;
	}
	t->inside = true;
	assert(ls->tls || !(t->how->tls || t->how->maybe_tls));
	if (t->how->tls)
		t->tls = tls_new(ls->tls, t->how->alpn);
	t->untold = t->how->maybe_tls;
	return t->link.door->open(&t->link);
}

void links_accept(struct links *ls, uv_stream_t *server, const struct entrance *how)
{
	struct tcp *t = mem_new(struct tcp);

	t->host = ls;
	t->how = how;
	t->link = (struct link){ .ops = &ops, .door = how->door, .core = ls->core };
	list_init(&t->all);
	list_init(&t->turn);
	list_init(&t->slow);
	list_init(&t->ended);
	if (how->local)
		uv_pipe_init(&ls->loop->uv, &t->pipe, 0);
	else
		uv_tcp_init(&ls->loop->uv, &t->tcp);
	t->handle.data = t;
	ls->count++;
	list_append(&ls->all, &t->all);
	if (uv_accept(server, &t->stream) || ls->stopping || arrive(t)) {
		t->link.door = NULL; /* it did not open, so it will not be told to close */
		over(t, false);
		return;
	}
	if (t->state == OPEN)
		uv_read_start(&t->stream, on_room, on_read);
	turn(t);
}

/* ---- all of them ------------------------------------------------------------------------------------------------------------- */

struct links *links_new(struct loop *loop, struct core *core, struct gate *gate, struct tls_setup *tls)
{
	struct links *ls = mem_new(struct links);

	ls->loop = loop;
	ls->core = core;
	ls->gate = gate;
	ls->tls = tls ? tls_setup_ref(tls) : NULL;
	ls->sweep.fire = sweep;
	list_init(&ls->all);
	list_init(&ls->turn);
	list_init(&ls->warm);
	list_init(&ls->dying);
	list_init(&ls->ended);
	list_init(&ls->ended_before);
	loop->links = ls;
	loop->flush = links_flush;
	loop->due = links_due;
	return ls;
}

void links_certificate(struct links *ls, struct tls_setup *tls)
{
	tls_setup_ref(tls);
	tls_setup_unref(ls->tls);
	ls->tls = tls;
}

static void on_gone(struct post *p)
{
	struct links *ls = holder_of(p, struct links, gone_post);

	ls->gone(ls->gone_arg);
}

void links_stop(struct links *ls, void (*gone)(void *arg), void *arg)
{
	ls->stopping = true;
	ls->gone = gone;
	ls->gone_arg = arg;
	ls->gone_post.run = on_gone;
	list_each(t, &ls->all, struct tcp, all)
		if (t->state == OPEN) {
			if (t->link.door->stop)
				t->link.door->stop(&t->link);
			begin_end(t, CLOSE_SHUTDOWN);
		}
	maybe_gone(ls);
}

size_t links_count(const struct links *ls) { return ls->count; }

struct links *links_free(struct links *ls)
{
	if (!ls)
		return NULL;
	assert(!ls->count);
	world_stop(&ls->loop->world, &ls->sweep);
	ls->loop->links = NULL;
	ls->loop->flush = NULL;
	ls->loop->due = NULL;
	tls_setup_unref(ls->tls);
	buf_free(&ls->spare);
	mem_free(ls->plain);
	mem_free(ls);
	return NULL;
}
