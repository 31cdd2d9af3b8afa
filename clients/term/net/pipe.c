/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a pipe: LOOKING (its name is looked up) → DIALLING (one or more sockets try) → SECURING (TLS) → UP →
 * ENDING (what is in `out` still goes out; nothing is fed any more) → LINGERING (the engine has heard `down`; the end
 * is sent and what still comes is thrown away, since closing a socket with unread bytes would reset it and could take
 * our last words with it) → OVER (the sockets are given back to the loop).
 */
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include "clients/term/net/inside.h"
#include "transport/address.h"

enum state { LOOKING, DIALLING, SECURING, UP, ENDING, LINGERING, OVER };

/* A socket: one that tries, or the one that the pipe has. */
struct wire {
	uv_tcp_t tcp;
	uv_connect_t connect;
	struct tcp *pipe;  /* NULL: given up */
	struct list trying;
	unsigned place;    /* in addresses */
};

struct tcp {
	struct pipe pipe;
	struct net *net;
	struct list all, turn;
	enum state state;
	struct lookup *lookup;
	char *host;
	uint16_t port;
	enum pipe_tls tls;
	struct sockaddr_storage addresses[ADDRESSES_MAX];
	size_t addresses_n, next;
	int error;            /* the most telling one of those that failed; negative, of libuv */
	struct list trying;   /* struct wire */
	struct wire *wire;    /* once there is a connection */
	struct secure *secure;
	struct timer deadline, stagger;
	struct buf why;       /* what `down` will say; why_set: it says something */
	bool why_set, paused, reading, eof, wrote, start_tls, said_bye, incoming;
};

struct writing {
	uv_write_t req;
	struct tcp *t;
	struct buf bytes;
	size_t n;
};

static struct tcp *tcp_of(struct pipe *p) { return holder_of(p, struct tcp, pipe); }

static void turn(struct tcp *t)
{
	if (t->state < LINGERING && list_empty(&t->turn)) {
		list_append(&t->net->turn, &t->turn);
		net_turn(t->net);
	}
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static void tcp_free(struct tcp *t)
{
	list_remove(&t->all);
	secure_free(t->secure);
	buf_free(&t->pipe.out);
	buf_free(&t->why);
	free(t->host);
	mem_free(t);
}

static void wire_closed(uv_handle_t *h)
{
	struct wire *w = h->data;

	if (w->pipe)
		tcp_free(w->pipe);
	mem_free(w);
}

static void wire_drop(struct wire *w)
{
	list_remove(&w->trying);
	w->pipe = NULL;
	uv_close((uv_handle_t *)&w->tcp, wire_closed);
}

static void no_longer_incoming(struct tcp *t)
{
	if (t->incoming)
		t->net->incoming--;
	t->incoming = false;
}

/* Everything goes; the memory with the socket, if there is one. No callback. */
static void over(struct tcp *t, bool reset)
{
	if (t->state == OVER)
		return;
	t->state = OVER;
	lookup_cancel(t->lookup);
	t->lookup = NULL;
	while (!list_empty(&t->trying))
		wire_drop(list_first(&t->trying, struct wire, trying));
	world_stop(net_world(t->net), &t->deadline);
	world_stop(net_world(t->net), &t->stagger);
	list_remove(&t->turn);
	no_longer_incoming(t);
	if (t->pipe.accepted)
		t->net->accepted--;
	if (!t->wire)
		tcp_free(t);
	else if (!reset || uv_tcp_close_reset(&t->wire->tcp, wire_closed))
		uv_close((uv_handle_t *)&t->wire->tcp, wire_closed);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void say(struct tcp *t, enum net_text which, const char *two)
{
	own_buf where = { 0 };

	if (t->why_set || t->net->stopping)
		return;
	t->why_set = true;
	if (which == NET_ended || which == NET_cut || which == NET_no_peer_key || which == NET_lost ||
	    which == NET_tls_broken)
		net_say(&t->why, t->net->chinese, which, two, NULL);
	else {
		if (t->host)
			buf_fmt(&where, strchr(t->host, ':') && t->host[0] != '[' ? "[%s]:%u" : "%s:%u", t->host,
				(unsigned)t->port);
		else
			endpoint_write(&where, &t->pipe.peer);
		net_say(&t->why, t->net->chinese, which, buf_z(&where), two);
	}
}

/* What the system says of a connection that could not be made, or broke. */
static void say_error(struct tcp *t, int error)
{
	static const struct { int error; enum net_text text;
	} of[] = {
		{ UV_ECONNREFUSED, NET_refused },     { UV_ENETUNREACH, NET_unreachable },
		{ UV_EHOSTUNREACH, NET_unreachable }, { UV_EADDRNOTAVAIL, NET_unreachable },
		{ UV_EAFNOSUPPORT, NET_unreachable }, { UV_ETIMEDOUT, NET_silent },
		{ UV_ECONNRESET, NET_cut },	      { UV_EPIPE, NET_cut },
	};

	for (size_t i = 0; i < countof(of); i++)
		if (of[i].error == error) {
			say(t, of[i].text, NULL);
			return;
		}
	say(t, t->state < SECURING ? NET_connect_failed : NET_lost, text_error(t->net->chinese, -error));
}

/* The engine hears it; what is left is ours. */
static void tell_down(struct tcp *t)
{
	bool told = !t->pipe.accepted || t->pipe.ops; /* else nobody knows of it */

	if (told)
		t->pipe.ops->down(&t->pipe, t->why_set ? buf_all(&t->why) : STR_NONE);
}

/* Nothing can be written any more. */
static void broken(struct tcp *t)
{
	enum state was = t->state;

	if (was >= LINGERING) {
		over(t, false);
		return;
	}
	t->state = LINGERING; /* what the engine does now is too late */
	tell_down(t);
	over(t, was == ENDING && t->pipe.unsent > 0);
}

static void broken_by(struct tcp *t, int error)
{
	say_error(t, error);
	broken(t);
}

static void begin_end(struct tcp *t)
{
	if (t->state >= ENDING)
		return;
	if (t->state < UP) {
		broken(t);
		return;
	}
	t->state = ENDING;
	world_timer(net_world(t->net), &t->deadline, ENDING_MS);
	turn(t);
}

/* All is written. */
static void linger(struct tcp *t)
{
	uv_os_fd_t fd;

	t->state = LINGERING;
	tell_down(t);
	if (t->eof || uv_fileno((uv_handle_t *)&t->wire->tcp, &fd) || shutdown(fd, SHUT_WR)) {
		over(t, false);
		return;
	}
	world_timer(net_world(t->net), &t->deadline, LINGER_MS);
}

static void too_late(struct timer *timer)
{
	struct tcp *t = holder_of(timer, struct tcp, deadline);

	if (t->state == LINGERING) {
		over(t, false);
		return;
	}
	if (t->state < UP)
		say(t, NET_silent, NULL);
	broken(t);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void on_written(uv_write_t *req, int status)
{
	struct writing *w = holder_of(req, struct writing, req);
	struct tcp *t = w->t;

	t->pipe.unsent -= w->n;
	buf_free(&w->bytes);
	mem_free(w);
	if (t->state >= LINGERING)
		return;
	if (status)
		broken_by(t, status);
	else
		turn(t);
}

/* The kernel has taken `done` bytes of `from`; libuv sees to the rest and owns its memory meanwhile. */
static int write_rest(struct tcp *t, struct buf *from, size_t done)
{
	struct writing *w = mem_new(struct writing);
	uv_buf_t rest;
	int r;

	w->t = t;
	w->bytes = *from;
	w->n = from->n - done;
	*from = (struct buf){ 0 };
	rest = uv_buf_init(w->bytes.p + done, (unsigned)w->n);
	t->pipe.unsent += w->n;
	r = uv_write(&w->req, (uv_stream_t *)&t->wire->tcp, &rest, 1, on_written);
	if (r) {
		t->pipe.unsent -= w->n;
		buf_free(&w->bytes);
		mem_free(w);
	}
	return r;
}

/* Takes all of `from`; the pipe may be over afterwards. */
static void write_out(struct tcp *t, struct buf *from)
{
	uv_buf_t all = uv_buf_init(from->p, (unsigned)from->n);
	int r;

	if (!from->n)
		return;
	r = t->pipe.unsent ? UV_EAGAIN : uv_try_write((uv_stream_t *)&t->wire->tcp, &all, 1);
	if (r == UV_EAGAIN)
		r = 0;
	if (r >= 0 && (size_t)r < from->n)
		r = write_rest(t, from, (size_t)r);
	if (r < 0) {
		broken_by(t, r);
		return;
	}
	buf_clear(from);
	if (from->room > WARM_BYTES)
		buf_free(from);
}

static void tls_broken(struct tcp *t)
{
	bool not_tls;
	const char *why = secure_why(t->secure, &not_tls);

	say(t, not_tls && t->state < UP ? NET_no_tls : NET_tls_broken, not_tls && t->state < UP ? NULL : why);
	/* The alert that says so to the other. */
	if (t->state < ENDING && !t->pipe.unsent && secure_out(t->secure)->n) {
		struct buf *out = secure_out(t->secure);
		uv_buf_t all = uv_buf_init(out->p, (unsigned)out->n);

		uv_try_write((uv_stream_t *)&t->wire->tcp, &all, 1);
	}
	broken(t);
}

/* One batch is under way at a time; the engine's bytes wait in `out`, where it sees them. */
static void flush(struct tcp *t)
{
	if (t->pipe.unsent || !t->pipe.out.n)
		return;
	t->wrote = true;
	if (!t->secure) {
		write_out(t, &t->pipe.out);
		return;
	}
	if (secure_write(t->secure, t->pipe.out.p, t->pipe.out.n)) {
		tls_broken(t);
		return;
	}
	buf_clear(&t->pipe.out);
	if (t->pipe.out.room > WARM_BYTES)
		buf_free(&t->pipe.out);
	write_out(t, secure_out(t->secure));
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void on_room(uv_handle_t *h, size_t wanted, uv_buf_t *buf)
{
	struct wire *w = h->data;

	*buf = uv_buf_init(w->pipe->net->read, READ_BYTES);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf);

/* Reads or not, as things stand. */
static void settle_reading(struct tcp *t)
{
	bool want =
		t->wire && !t->eof && (t->state == SECURING || t->state >= ENDING || (t->state == UP && !t->paused));

	if (t->state == OVER || want == t->reading)
		return;
	t->reading = want;
	if (want)
		uv_read_start((uv_stream_t *)&t->wire->tcp, on_room, on_read);
	else
		uv_read_stop((uv_stream_t *)&t->wire->tcp);
}

/* The other side has ended it; `said`: in order, as far as this can be known. */
static void peer_ended(struct tcp *t, bool said)
{
	t->eof = true;
	settle_reading(t);
	say(t, said ? NET_ended : NET_cut, NULL);
	begin_end(t);
}

static void go_up(struct tcp *t)
{
	struct net *n = t->net;

	t->state = UP;
	world_stop(net_world(n), &t->deadline);
	if (t->incoming) {
		no_longer_incoming(t);
		if (n->outside.events.accepted)
			n->outside.events.accepted(n->outside.events.arg, &t->pipe);
		if (!t->pipe.ops && t->state == UP)
			broken(t); /* nobody wants it */
	} else
		t->pipe.ops->up(&t->pipe);
	turn(t);
}

static void secured(struct tcp *t)
{
	t->pipe.secure = true;
	if (!secure_key(t->secure, t->pipe.key, &t->pipe.trusted)) {
		say(t, NET_no_peer_key, NULL);
		broken(t);
		return;
	}
	go_up(t);
}

static void handshake(struct tcp *t)
{
	int r = secure_handshake(t->secure);

	if (r == SECURE_BROKEN || r == SECURE_END) {
		tls_broken(t);
		return;
	}
	write_out(t, secure_out(t->secure));
	if (t->state != SECURING)
		return;
	if (!r)
		secured(t);
	else if (t->eof) {
		say(t, NET_cut, NULL);
		broken(t);
	}
}

/* Decrypts and feeds what is there, as long as the engine wants it. */
static void feed_secure(struct tcp *t)
{
	int r = 0;

	while (t->state == UP && !t->paused && !t->start_tls &&
	       (r = secure_read(t->secure, t->net->plain, PLAIN_BYTES)) > 0)
		t->pipe.ops->feed(&t->pipe, t->net->plain, (size_t)r);
	if (t->state != UP || t->paused)
		return;
	if (r == SECURE_BROKEN) {
		tls_broken(t);
		return;
	}
	write_out(t, secure_out(t->secure)); /* a new key of TLS 1.3 is answered */
	if (t->state != UP)
		return;
	if (r == SECURE_END)
		peer_ended(t, true);
	else if (t->eof)
		peer_ended(t, false);
}

static void pump(struct tcp *t)
{
	if (t->state == SECURING)
		handshake(t);
	if (t->state == UP && t->secure)
		feed_secure(t);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct tcp *t = ((struct wire *)s->data)->pipe;

	if (t->state >= ENDING) {
		if (n < 0)
			t->eof = true;
		if (n < 0 && (t->state == LINGERING || n != UV_EOF))
			broken(t);
		else if (n < 0)
			settle_reading(t);
		return;
	}
	if (n > 0 && t->secure) {
		secure_in(t->secure, buf->base, (size_t)n);
		pump(t);
	} else if (n > 0)
		t->pipe.ops->feed(&t->pipe, buf->base, (size_t)n);
	else if (n == UV_EOF) {
		t->eof = true;
		if (t->secure)
			pump(t);
		else
			peer_ended(t, true);
	} else if (n < 0)
		broken_by(t, (int)n);
	settle_reading(t); /* libuv reads on as long as there is something: nothing may come once it is paused */
}

/* ---- connections come about -------------------------------------------------------------------------------------- */

static struct tcp *tcp_new(struct net *n)
{
	struct tcp *t = mem_new(struct tcp);

	t->net = n;
	t->pipe.outside = &n->outside;
	t->deadline.fire = too_late;
	list_init(&t->trying);
	list_append(&n->pipes, &t->all);
	return t;
}

static struct wire *wire_new(struct tcp *t)
{
	struct wire *w = mem_new(struct wire);

	uv_tcp_init(&t->net->loop->uv, &w->tcp);
	w->tcp.data = w;
	w->pipe = t;
	return w;
}

static void begin_tls(struct tcp *t)
{
	struct net *n = t->net;
	struct secure_setup **setup = t->tls == PIPE_PEER ? &n->peer : &n->server;

	if (!*setup) /* reading the roots takes some milliseconds: only where they are wanted */
		*setup = t->tls == PIPE_PEER ? secure_setup_peer(n->identity) : secure_setup_server(n->authorities);
	t->secure = secure_new(*setup, t->host ? str_z(t->host) : STR_NONE, !t->pipe.accepted);
	t->state = SECURING;
}

static void addresses_of(struct tcp *t)
{
	struct sockaddr_storage sa;
	int n = sizeof sa;

	if (!uv_tcp_getpeername(&t->wire->tcp, (struct sockaddr *)&sa, &n)) {
		t->pipe.peer = endpoint_of((struct sockaddr *)&sa);
		near_learn(t->net, (struct sockaddr *)&sa);
	}
	n = sizeof sa;
	if (!uv_tcp_getsockname(&t->wire->tcp, (struct sockaddr *)&sa, &n))
		t->pipe.local = endpoint_of((struct sockaddr *)&sa);
}

/* t->wire is a connection. */
static void connected(struct tcp *t)
{
	int silence = SILENCE_MS;
	uv_os_fd_t fd;

	uv_tcp_nodelay(&t->wire->tcp, 1);
	uv_tcp_keepalive(&t->wire->tcp, 1, SILENCE_MS / 1000);
	/* A line that is dead should be known before people wonder. */
	if (!uv_fileno((uv_handle_t *)&t->wire->tcp, &fd))
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence);
	addresses_of(t);
	if (t->tls == PIPE_PLAIN) {
		go_up(t);
	} else {
		begin_tls(t);
		pump(t);
	}
	settle_reading(t);
}

/* ---- dialling: RFC 8305 in little -------------------------------------------------------------------------------- */

static void dial_next(struct tcp *t);

/* "Nothing listens" tells more than "no way there", whatever came first. */
static void remember(struct tcp *t, int error)
{
	bool way = error != UV_ENETUNREACH && error != UV_EHOSTUNREACH && error != UV_EADDRNOTAVAIL &&
		   error != UV_EAFNOSUPPORT;

	if (!t->error || (way && t->error != UV_ECONNREFUSED))
		t->error = error;
}

static void dial_failed(struct tcp *t, int error)
{
	remember(t, error);
	if (t->next < t->addresses_n)
		dial_next(t);
	else if (list_empty(&t->trying))
		broken_by(t, t->error);
}

static void on_connect(uv_connect_t *req, int status)
{
	struct wire *w = holder_of(req, struct wire, connect);
	struct tcp *t = w->pipe;

	if (!t)
		return; /* given up; closing */
	if (status) {
		wire_drop(w);
		dial_failed(t, status);
		return;
	}
	list_remove(&w->trying);
	while (!list_empty(&t->trying))
		wire_drop(list_first(&t->trying, struct wire, trying));
	world_stop(net_world(t->net), &t->stagger);
	t->wire = w;
	connected(t);
}

static void on_stagger(struct timer *timer)
{
	struct tcp *t = holder_of(timer, struct tcp, stagger);

	if (t->next < t->addresses_n)
		dial_next(t);
}

static void dial_next(struct tcp *t)
{
	struct wire *w = wire_new(t);
	struct sockaddr *to = (struct sockaddr *)&t->addresses[t->next++];
	int r = uv_tcp_connect(&w->connect, &w->tcp, to, on_connect);

	list_append(&t->trying, &w->trying);
	if (r) {
		wire_drop(w);
		dial_failed(t, r);
		return;
	}
	if (t->next < t->addresses_n)
		world_timer(net_world(t->net), &t->stagger, STAGGER_MS);
}

/* IPv6 and IPv4 in turns, IPv6 first; within one as the system orders them (RFC 6724). */
static void addresses_order(struct tcp *t, const struct lookup *l)
{
	size_t of[2] = { 0, 0 };

	for (bool v4 = false; t->addresses_n < l->n; v4 = !v4)
		for (; of[v4] < l->n; of[v4]++)
			if ((l->addresses[of[v4]].ss_family == AF_INET) == v4) {
				t->addresses[t->addresses_n++] = l->addresses[of[v4]++];
				break;
			}
}

static void looked_up(void *arg, struct lookup *l)
{
	struct tcp *t = arg;

	t->lookup = NULL;
	if (!l->n) {
		t->why_set = true;
		lookup_why(l, &t->why);
		broken(t);
		return;
	}
	addresses_order(t, l);
	t->state = DIALLING;
	dial_next(t);
}

struct pipe *pipe_dial(struct outside *o, struct str host, uint16_t port, enum pipe_tls tls, const struct pipe_ops *ops,
		       void *state)
{
	struct net *n = net_of(o);
	struct tcp *t = tcp_new(n);
	struct endpoint at = { .port = port };

	assert(ops && host.n && !n->stopping && (tls != PIPE_PEER || n->identity));
	t->pipe.ops = ops;
	t->pipe.state = state;
	t->tls = tls;
	t->host = str_dup(host);
	t->port = port;
	t->stagger.fire = on_stagger;
	world_timer(net_world(n), &t->deadline, DIAL_MS);
	if (endpoint_address_parse(at.address, host)) {
		near_sockaddr(n, &t->addresses[t->addresses_n++], endpoint_is_v4(at.address) ? AF_INET : AF_INET6, &at);
		t->state = DIALLING;
		turn(t); /* the first try is in the next turn, where it may fail at once */
	} else
		t->lookup = lookup_begin(n, host, port, looked_up, t);
	return &t->pipe;
}

/* ---- somebody dials us ------------------------------------------------------------------------------------------- */

/* Of IPv6 one has 2^64 addresses for oneself. */
static bool same_place(const uint8_t a[16], const uint8_t b[16])
{
	return !memcmp(a, b, endpoint_is_v4(a) ? 16 : 8);
}

static bool crowded(const struct net *n, const struct tcp *t)
{
	unsigned same = 0;

	for (const struct list *i = n->pipes.next; i != &n->pipes; i = i->next) {
		const struct tcp *other = holder_of(i, struct tcp, all);

		same += other != t && other->incoming && same_place(other->pipe.peer.address, t->pipe.peer.address);
	}
	return n->incoming > INCOMING_MAX || n->accepted > ACCEPTED_MAX || same >= INCOMING_EACH;
}

void pipe_accept(struct net *n, uv_stream_t *port)
{
	struct tcp *t = tcp_new(n);

	t->wire = wire_new(t);
	t->tls = PIPE_PEER;
	t->pipe.accepted = t->incoming = true;
	n->incoming++;
	n->accepted++;
	t->state = SECURING;
	if (uv_accept(port, (uv_stream_t *)&t->wire->tcp)) {
		over(t, false);
		return;
	}
	addresses_of(t);
	if (crowded(n, t)) {
		over(t, true);
		return;
	}
	world_timer(net_world(n), &t->deadline, INCOMING_MS);
	connected(t);
}

/* ---- what the engine asks for: noted, and done in the next turn -------------------------------------------------- */

void pipe_start_tls(struct pipe *p)
{
	struct tcp *t = tcp_of(p);

	assert(t->state >= UP && !t->secure && !p->accepted);
	t->tls = PIPE_SERVER;
	t->start_tls = t->state == UP;
	turn(t);
}

void pipe_mark(struct pipe *p) { turn(tcp_of(p)); }

void pipe_hold(struct pipe *p, bool paused)
{
	struct tcp *t = tcp_of(p);

	t->paused = paused;
	turn(t);
}

void pipe_end(struct pipe *p)
{
	struct tcp *t = tcp_of(p);

	if (t->state >= ENDING)
		return;
	if (t->state == UP) {
		t->state = ENDING;
		world_timer(net_world(t->net), &t->deadline, ENDING_MS);
	} else {
		/* Nothing was said yet, and nothing will be. */
		lookup_cancel(t->lookup);
		t->lookup = NULL;
		while (!list_empty(&t->trying))
			wire_drop(list_first(&t->trying, struct wire, trying));
		world_stop(net_world(t->net), &t->stagger);
		world_stop(net_world(t->net), &t->deadline);
		t->state = ENDING;
		buf_clear(&t->pipe.out);
	}
	turn(t);
}

static void turn_ending(struct tcp *t)
{
	if (!t->wire) {
		broken(t);
		return;
	}
	if (!t->secure || t->pipe.secure)
		flush(t);
	if (t->state != ENDING || t->pipe.unsent || t->pipe.out.n)
		return;
	if (t->secure && !t->said_bye) {
		t->said_bye = true;
		secure_bye(t->secure);
		write_out(t, secure_out(t->secure));
	}
	if (t->state == ENDING && !t->pipe.unsent)
		linger(t);
}

static void turn_up(struct tcp *t)
{
	if (t->start_tls) {
		t->start_tls = false;
		begin_tls(t);
		world_timer(net_world(t->net), &t->deadline, DIAL_MS);
		pump(t);
		return;
	}
	flush(t);
	if (t->state == UP && t->wrote && !t->pipe.unsent && !t->pipe.out.n) {
		t->wrote = false;
		t->pipe.ops->written(&t->pipe);
	}
	if (t->state == UP && t->secure && !t->paused)
		feed_secure(t); /* what came before it was paused */
}

static void turn_of(struct tcp *t)
{
	if (t->state == DIALLING && !t->wire && list_empty(&t->trying))
		dial_next(t);
	else if (t->state == UP)
		turn_up(t);
	else if (t->state == ENDING)
		turn_ending(t);
}

/* Those that ask for a turn now get the next one. What frees a pipe is only its own turn, or a later phase of the loop.
 * */
void pipes_turn(struct net *n)
{
	struct list now;

	list_init(&now);
	while (!list_empty(&n->turn)) {
		struct list *first = n->turn.next;

		list_remove(first);
		list_append(&now, first);
	}
	while (!list_empty(&now)) {
		struct tcp *t = list_first(&now, struct tcp, turn);
		struct wire *w = t->wire;

		list_remove(&t->turn);
		turn_of(t);
		if (w) /* else it may be gone: without a socket nothing keeps it */
			settle_reading(t);
	}
}

void pipes_stop(struct net *n)
{
	list_each(t, &n->pipes, struct tcp, all)
		over(t, false);
}
