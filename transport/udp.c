/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets are read by hand (recvmmsg) when the loop says that something is there: libuv's own UDP does not tell which of our addresses a datagram came to.
 */
#include "transport/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/list.h"
#include "base/mem.h"
#include "transport/address.h"

enum {
	BATCH = 8,            /* datagrams in one call: the memory is 64 KiB for each, touched as far as they are long */
	TURN_DATAGRAMS = 256, /* in one turn, of all sockets: at 5 µs or so each, who has a connection does not notice */
	ROOM = 65536,
	TRIES = 16,           /* to find a number that is free at all addresses */
};

union control { /* what comes beside a datagram, or goes with one */
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

struct inbox {
	struct mmsghdr message[BATCH];
	struct iovec part[BATCH];
	struct sockaddr_storage from[BATCH];
	union control control[BATCH];
	char bytes[BATCH][ROOM];
};

struct socket {
	uv_poll_t poll;
	struct udp *udp;
	int fd, family;
	uint8_t address[16]; /* all zero: every one of ours */
};

/* One number. */
struct udp {
	struct datagrams datagrams;
	struct udps *host;
	struct list here;    /* host->doors or opened; of what is shut: in none */
	bool open;           /* door->open has run */
	bool shut;
	size_t n, closing;
	struct socket *socket[];
};

struct udps {
	struct loop *loop;
	struct core *core;
	struct list doors, opened; /* struct udp: of doors, and what these have opened */
	size_t count;        /* of them, and of `turn`: handles that are not closed yet */
	unsigned left;       /* datagrams that may still be taken in this turn */
	uv_check_t turn;
	bool stopped;
	struct inbox *inbox;
};

static struct udp *udp_of(struct datagrams *d) { return holder_of(d, struct udp, datagrams); }

/* ---- sockets --------------------------------------------------------------------------------------------------------- */

static void set(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

int udp_bound(const struct sockaddr *address, socklen_t n)
{
	int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	if (address->sa_family == AF_INET6) {
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
		set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	} else {
		set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	}
	if (!bind(fd, address, n))
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static bool is_everywhere(const struct socket *s)
{
	static const uint8_t none[16];

	return !memcmp(s->address, none, 16);
}

static bool is_set(const uint8_t address[16])
{
	static const uint8_t none[16];

	return memcmp(address, none, 16) != 0;
}

static struct endpoint name_of(int fd, int *ret_family)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t n = sizeof ss;
	struct endpoint e;

	getsockname(fd, (struct sockaddr *)&ss, &n);
	e = endpoint_of((struct sockaddr *)&ss);
	if (endpoint_is_v4(e.address) && !e.address[12] && !e.address[13] && !e.address[14] && !e.address[15])
		memset(e.address, 0, 16); /* 0.0.0.0 */
	*ret_family = ss.ss_family;
	return e;
}

/* ---- receiving -------------------------------------------------------------------------------------------------------- */

static void here_of(const struct msghdr *m, uint8_t here[16])
{
	memset(here, 0, 16);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR((struct msghdr *)m, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(here, CMSG_DATA(c) + offsetof(struct in6_pktinfo, ipi6_addr), 16);
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			here[10] = here[11] = 0xff;
			memcpy(here + 12, CMSG_DATA(c) + offsetof(struct in_pktinfo, ipi_addr), 4);
		}
	}
}

static void inbox_prepare(struct inbox *in, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		in->part[i] = (struct iovec){ in->bytes[i], ROOM };
		in->message[i].msg_hdr = (struct msghdr){ .msg_name = &in->from[i], .msg_namelen = sizeof in->from[i],
							  .msg_iov = &in->part[i], .msg_iovlen = 1, .msg_control = &in->control[i],
							  .msg_controllen = sizeof in->control[i] };
	}
}

/* Without a port there is nobody to answer; a datagram that was cut is none. */
static void give(struct udp *p, const struct mmsghdr *m)
{
	struct endpoint peer = endpoint_of(m->msg_hdr.msg_name);
	uint8_t here[16];

	if ((m->msg_hdr.msg_flags & MSG_TRUNC) || !peer.port)
		return;
	here_of(&m->msg_hdr, here);
	p->datagrams.door->feed(&p->datagrams, &peer, here, str_n(m->msg_hdr.msg_iov->iov_base, m->msg_len));
}

/* What is not taken now makes the loop come back in its next turn. */
static void take(struct socket *s)
{
	struct udp *p = s->udp;
	struct udps *us = p->host;

	while (us->left && !p->shut && !us->stopped) {
		unsigned want = us->left < BATCH ? us->left : BATCH;
		int got;

		inbox_prepare(us->inbox, want);
		got = recvmmsg(s->fd, us->inbox->message, want, MSG_DONTWAIT, NULL);
		if (got <= 0)
			return; /* nothing more; or the error of something that was sent, which this has cleared */
		us->left -= (unsigned)got;
		for (int i = 0; i < got && !p->shut && !us->stopped; i++)
			give(p, &us->inbox->message[i]);
	}
}

static void on_poll(uv_poll_t *h, int status, int events)
{
	struct socket *s = h->data;
	int error;
	socklen_t n = sizeof error;

	/* libuv stops looking at a socket that has an error: that somebody is not there is no reason. */
	if (status < 0) {
		getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n);
		uv_poll_start(h, UV_READABLE, on_poll);
	} else {
		take(s);
	}
}

/* ---- sending ---------------------------------------------------------------------------------------------------------- */

static void put(struct msghdr *m, int level, int type, const void *data, size_t n)
{
	struct cmsghdr *c = (struct cmsghdr *)((char *)m->msg_control + m->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(c), data, n);
	m->msg_controllen += CMSG_SPACE(n);
}

static void put_from(struct msghdr *m, const struct socket *s, const uint8_t from[16])
{
	struct in6_pktinfo six = { 0 };
	struct in_pktinfo four = { 0 };

	if (s->family == AF_INET6) {
		memcpy(&six.ipi6_addr, from, 16);
		put(m, IPPROTO_IPV6, IPV6_PKTINFO, &six, sizeof six);
	} else {
		memcpy(&four.ipi_spec_dst, from + 12, 4);
		put(m, IPPROTO_IP, IP_PKTINFO, &four, sizeof four);
	}
}

/* The socket that has the address `from`, else one that can reach `to` at all. */
static const struct socket *way(const struct udp *p, const uint8_t from[16], const struct endpoint *to)
{
	const struct socket *any = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct socket *s = p->socket[i];

		if (s->family == AF_INET && !endpoint_is_v4(to->address))
			continue;
		if (is_set(from) && !memcmp(s->address, from, 16))
			return s;
		if (!any || (is_everywhere(s) && !is_everywhere(any)))
			any = s;
	}
	return any;
}

static void ops_send(struct datagrams *d, const uint8_t from[16], const struct endpoint *to, bool near, struct str bytes)
{
	const struct socket *s = way(udp_of(d), from, to);
	struct sockaddr_storage there;
	struct iovec part = { (void *)bytes.p, bytes.n };
	union control control;
	struct msghdr m = { .msg_name = &there, .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control };
	int one = 1;

	if (!s || !(m.msg_namelen = endpoint_sockaddr(&there, s->family, to)))
		return;
	memset(&control, 0, sizeof control);
	if (is_set(from) && endpoint_is_v4(from) == endpoint_is_v4(to->address) && is_everywhere(s))
		put_from(&m, s, from);
	/* To an address of IPv4 the one of IPv4 counts, also on a socket of IPv6. */
	if (near && endpoint_is_v4(to->address))
		put(&m, IPPROTO_IP, IP_TTL, &one, sizeof one);
	else if (near)
		put(&m, IPPROTO_IPV6, IPV6_HOPLIMIT, &one, sizeof one);
	while (sendmsg(s->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

/* ---- numbers ---------------------------------------------------------------------------------------------------------- */

static const struct datagram_ops ops;

static struct udp *udp_new(struct udps *us, struct list *list, const struct datagram_door *door, size_t sockets)
{
	struct udp *p = mem_alloc(sizeof *p + sockets * sizeof p->socket[0]);

	p->datagrams = (struct datagrams){ .ops = &ops, .door = door, .core = us->core };
	p->host = us;
	us->count++;
	list_append(list, &p->here);
	return p;
}

static void udp_add(struct udp *p, int fd)
{
	struct socket *s = mem_new(struct socket);
	struct endpoint name = name_of(fd, &s->family);

	s->fd = fd;
	s->udp = p;
	s->poll.data = s;
	memcpy(s->address, name.address, 16);
	p->datagrams.port = name.port;
	uv_poll_init(&p->host->loop->uv, &s->poll, fd);
	p->socket[p->n++] = s;
}

static void udp_serve(struct udp *p)
{
	for (size_t i = 0; i < p->n; i++)
		uv_poll_start(&p->socket[i]->poll, UV_READABLE, on_poll);
}

static void let_go(struct udps *us)
{
	if (--us->count)
		return;
	mem_free(us->inbox);
	mem_free(us);
}

static void on_closed(uv_handle_t *h)
{
	struct socket *s = h->data;
	struct udp *p = s->udp;
	struct udps *us = p->host;

	mem_free(s);
	if (--p->closing)
		return;
	mem_free(p);
	let_go(us);
}

/* Whoever called us may be inside of its feed: the memory goes when libuv has let go. */
static void udp_shut(struct udp *p)
{
	if (p->shut)
		return;
	p->shut = true;
	list_remove(&p->here);
	p->closing = p->n;
	for (size_t i = 0; i < p->n; i++) {
		uv_close((uv_handle_t *)&p->socket[i]->poll, on_closed);
		close(p->socket[i]->fd);
		p->socket[i]->fd = -1;
	}
	p->n = 0;
}

/* The same addresses with another number; 0: the first chooses one. -errno of the first that cannot be had, then *fd has none. */
static int bound_like(const struct udp *like, uint16_t number, int *fd)
{
	for (size_t i = 0; i < like->n; i++) {
		const struct socket *s = like->socket[i];
		struct endpoint e = { .port = number };
		struct sockaddr_storage ss;
		socklen_t n;
		int family;

		memcpy(e.address, s->address, 16);
		if (s->family == AF_INET && is_everywhere(s))
			e.address[10] = e.address[11] = 0xff;
		n = endpoint_sockaddr(&ss, s->family, &e);
		fd[i] = udp_bound((struct sockaddr *)&ss, n);
		if (fd[i] < 0) {
			int r = fd[i];

			while (i)
				close(fd[--i]);
			return r;
		}
		number = name_of(fd[i], &family).port;
	}
	return 0;
}

static struct datagrams *ops_open(struct datagrams *d, uint16_t number, void *state)
{
	struct udp *like = udp_of(d), *p;
	int *fd, r = -EADDRINUSE;

	if (like->shut || like->host->stopped)
		return NULL;
	fd = mem_alloc(like->n * sizeof *fd);
	/* A number that is free at the first address may be taken at the second. */
	for (unsigned i = 0; r == -EADDRINUSE && i < (number ? 1 : TRIES); i++)
		r = bound_like(like, number, fd);
	if (r) {
		mem_free(fd);
		return NULL;
	}
	p = udp_new(like->host, &like->host->opened, d->door, like->n);
	for (size_t i = 0; i < like->n; i++)
		udp_add(p, fd[i]);
	mem_free(fd);
	p->datagrams.state = state;
	udp_serve(p);
	return &p->datagrams;
}

static void ops_shut(struct datagrams *d) { udp_shut(udp_of(d)); }

static const struct datagram_ops ops = { .send = ops_send, .open = ops_open, .shut = ops_shut };

/* ---- all of them ------------------------------------------------------------------------------------------------------- */

/* Behind everything that was read in this turn. */
static void on_turn(uv_check_t *h) { ((struct udps *)h->data)->left = TURN_DATAGRAMS; }

static void on_turn_closed(uv_handle_t *h) { let_go(h->data); }

struct udps *udps_new(struct loop *loop, struct core *core)
{
	struct udps *us = mem_new(struct udps);

	us->loop = loop;
	us->core = core;
	us->left = TURN_DATAGRAMS;
	us->inbox = mem_raw(sizeof *us->inbox);
	list_init(&us->doors);
	list_init(&us->opened);
	us->count = 1;
	us->turn.data = us;
	uv_check_init(&loop->uv, &us->turn);
	uv_check_start(&us->turn, on_turn);
	uv_unref((uv_handle_t *)&us->turn);
	return us;
}

void udps_add(struct udps *us, const struct datagram_door *door, int fd)
{
	int family;
	struct endpoint name = name_of(fd, &family);
	struct udp *old = NULL, *p;

	list_each(q, &us->doors, struct udp, here)
		if (q->datagrams.door == door && q->datagrams.port == name.port)
			old = q;
	p = udp_new(us, &us->doors, door, old ? old->n + 1 : 1);
	for (size_t i = 0; old && i < old->n; i++) {
		p->socket[p->n++] = old->socket[i];
		old->socket[i]->udp = p;
	}
	if (old) {
		list_remove(&old->here);
		us->count--;
		mem_free(old);
	}
	udp_add(p, fd);
}

int udps_open(struct udps *us)
{
	int r = 0;

	list_each(p, &us->doors, struct udp, here) {
		r = p->datagrams.door->open(&p->datagrams);
		if (r)
			return r;
		p->open = true;
		udp_serve(p);
	}
	return 0;
}

static void deaf(struct list *udps)
{
	list_each(p, udps, struct udp, here)
		for (size_t i = 0; i < p->n; i++)
			uv_poll_stop(&p->socket[i]->poll);
}

void udps_stop(struct udps *us)
{
	list_each(p, &us->doors, struct udp, here)
		if (p->datagrams.door->stop)
			p->datagrams.door->stop(&p->datagrams);
	us->stopped = true;
	deaf(&us->doors);
	deaf(&us->opened);
}

struct udps *udps_free(struct udps *us)
{
	struct udp *p;

	if (!us)
		return NULL;
	while ((p = list_first(&us->doors, struct udp, here))) {
		if (p->open)
			p->datagrams.door->close(&p->datagrams);
		udp_shut(p);
	}
	while ((p = list_first(&us->opened, struct udp, here)))
		udp_shut(p); /* a door that could not be opened may have left some */
	uv_close((uv_handle_t *)&us->turn, on_turn_closed);
	return NULL;
}
