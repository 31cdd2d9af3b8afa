/* SPDX-License-Identifier: Apache-2.0
 *
 * The port of direct links: TCP and UDP with one number, a socket each for IPv6 and IPv4 (where the machine has no
 * IPv6, IPv4 alone).
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <unistd.h>

#include "clients/term/net/inside.h"
#include "transport/address.h"

enum { BACKLOG = 32, NUMBERS_TRIED = 20 };

/* ---- link-local addresses and where they were heard -------------------------------------------------------------- */

static bool is_link_local(const uint8_t a[16]) { return a[0] == 0xfe && (a[1] & 0xc0) == 0x80; }

static struct near *near_find(struct net *n, const uint8_t address[16])
{
	for (size_t i = 0; i < n->near_n; i++)
		if (!memcmp(n->near[i].address, address, 16))
			return &n->near[i];
	return NULL;
}

void near_learn(struct net *n, const struct sockaddr *from)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
	struct near *near;

	if (from->sa_family != AF_INET6 || !in6->sin6_scope_id || !is_link_local(in6->sin6_addr.s6_addr))
		return;
	near = near_find(n, in6->sin6_addr.s6_addr);
	if (!near) {
		/* The one learnt longest ago gives way. */
		near = &n->near[n->near_n < NEAR_MAX ? n->near_n++ : n->near_next++ % NEAR_MAX];
		memcpy(near->address, &in6->sin6_addr, 16);
	}
	near->interface = in6->sin6_scope_id;
}

socklen_t near_sockaddr(struct net *n, struct sockaddr_storage *ret, int family, const struct endpoint *e)
{
	struct near *near = family == AF_INET6 && is_link_local(e->address) ? near_find(n, e->address) : NULL;
	socklen_t size = endpoint_sockaddr(ret, family, e);

	if (near && size)
		((struct sockaddr_in6 *)ret)->sin6_scope_id = near->interface;
	return size;
}

/* ---- datagrams --------------------------------------------------------------------------------------------------- */

void datagrams_init(struct net *n, struct datagrams *d, int family)
{
	*d = (struct datagrams){ .fd = -1, .family = family, .net = n };
}

/* 0 or a negative errno. port 0: any. */
static int datagrams_open(struct datagrams *d, uint16_t port)
{
	struct endpoint any = { .port = port };
	struct sockaddr_storage at;
	socklen_t size;
	int on = 1, r = 0;

	if (d->family == AF_INET)
		any.address[10] = any.address[11] = 0xff;
	size = endpoint_sockaddr(&at, d->family, &any);
	d->fd = socket(d->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return -errno;
	if ((d->family == AF_INET6 && setsockopt(d->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on)) ||
	    bind(d->fd, (struct sockaddr *)&at, size))
		r = -errno;
	if (r)
		datagrams_close(d);
	return r;
}

static void poll_closed(uv_handle_t *h) { mem_free(h); }

void datagrams_close(struct datagrams *d)
{
	if (d->poll) {
		uv_poll_stop(d->poll); /* the descriptor may be closed once it is stopped */
		uv_close((uv_handle_t *)d->poll, poll_closed);
		d->poll = NULL;
	}
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

static void on_datagrams(uv_poll_t *h, int status, int events)
{
	struct datagrams *d = h->data;
	struct net *n = d->net;

	for (unsigned i = 0; i < DATAGRAMS_A_TURN && d->fd >= 0; i++) {
		struct sockaddr_storage from;
		socklen_t size = sizeof from;
		/* Also hands out what an earlier datagram came back with (ECONNREFUSED): that is nobody's message. */
		ssize_t got = recvfrom(d->fd, n->packet, sizeof n->packet, 0, (struct sockaddr *)&from, &size);

		if (got < 0 && (errno == EAGAIN || errno == EBADF))
			return;
		if (got < 0)
			continue;
		near_learn(n, (struct sockaddr *)&from);
		d->take(n, (struct sockaddr *)&from, str_n(n->packet, (size_t)got));
	}
}

void datagrams_read(struct datagrams *d)
{
	assert(d->take && !d->poll);
	d->poll = mem_new(uv_poll_t);
	uv_poll_init(&d->net->loop->uv, d->poll, d->fd);
	d->poll->data = d;
	uv_poll_start(d->poll, UV_READABLE, on_datagrams);
}

/* Datagrams may get lost: what cannot be sent now is. */
static void datagrams_send(struct net *n, struct datagrams of[2], const struct endpoint *to, struct str bytes)
{
	struct datagrams *d = &of[endpoint_is_v4(to->address)];
	struct sockaddr_storage at;
	socklen_t size = near_sockaddr(n, &at, d->family, to);
	ssize_t sent;

	if (d->fd >= 0 && size) {
		sent = sendto(d->fd, bytes.p, bytes.n, 0, (struct sockaddr *)&at, size);
		(void)sent;
	}
}

static void take_direct(struct net *n, const struct sockaddr *from, struct str bytes)
{
	struct endpoint e = endpoint_of(from);

	if (n->outside.events.datagram)
		n->outside.events.datagram(n->outside.events.arg, &e, bytes);
}

void net_datagram(struct outside *o, const struct endpoint *to, struct str bytes)
{
	datagrams_send(net_of(o), net_of(o)->direct, to, bytes);
}

void senders_open(struct net *n)
{
	for (unsigned i = 0; !n->port && i < 2; i++)
		if (n->anonymous[i].fd < 0)
			datagrams_open(&n->anonymous[i], 0);
}

void net_datagram_anonymous(struct outside *o, const struct endpoint *to, struct str bytes)
{
	struct net *n = net_of(o);
	struct datagrams *d = &n->anonymous[endpoint_is_v4(to->address)];

	if (d->fd < 0)
		datagrams_open(d, 0);
	datagrams_send(n, n->anonymous, to, bytes);
}

/* The kernel knows; a datagram socket asks without sending anything. */
bool net_route(struct outside *o, const uint8_t to[16], uint8_t ret[16])
{
	bool v4 = endpoint_is_v4(to), good = false;
	struct endpoint e = { .port = 9 };
	struct sockaddr_storage at, mine;
	socklen_t size, mine_size = sizeof mine;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	memcpy(e.address, to, 16);
	size = near_sockaddr(net_of(o), &at, v4 ? AF_INET : AF_INET6, &e);
	if (!connect(fd, (struct sockaddr *)&at, size) && !getsockname(fd, (struct sockaddr *)&mine, &mine_size)) {
		e = endpoint_of((struct sockaddr *)&mine);
		memcpy(ret, e.address, 16);
		good = true;
	}
	close(fd);
	return good;
}

/* ---- the port ---------------------------------------------------------------------------------------------------- */

static void port_closed(uv_handle_t *h) { mem_free(h); }

static void on_connection(uv_stream_t *port, int status)
{
	struct net *n = port->data;

	if (!status && !n->stopping)
		pipe_accept(n, port);
}

static int port_open(struct net *n, unsigned which, uint16_t number)
{
	int family = which ? AF_INET : AF_INET6, r;
	struct endpoint any = { .port = number };
	struct sockaddr_storage at;
	uv_tcp_t *port = mem_new(uv_tcp_t);

	if (which)
		any.address[10] = any.address[11] = 0xff;
	endpoint_sockaddr(&at, family, &any);
	uv_tcp_init(&n->loop->uv, port);
	port->data = n;
	r = uv_tcp_bind(port, (struct sockaddr *)&at, which ? 0 : UV_TCP_IPV6ONLY);
	if (!r)
		r = uv_listen((uv_stream_t *)port, BACKLOG, on_connection);
	if (r)
		uv_close((uv_handle_t *)port, port_closed);
	else
		n->ports[which] = port;
	return r;
}

static void ports_close(struct net *n)
{
	for (unsigned i = 0; i < 2; i++) {
		if (n->ports[i])
			uv_close((uv_handle_t *)n->ports[i], port_closed);
		n->ports[i] = NULL;
		datagrams_close(&n->direct[i]);
	}
	n->port = 0;
}

static uint16_t number_of(const struct datagrams *d)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;

	return getsockname(d->fd, (struct sockaddr *)&at, &size) ? 0 : endpoint_of((struct sockaddr *)&at).port;
}

/* IPv4 decides: a machine without IPv6 is fine, one on which only half of the number is free is not. */
static int try_number(struct net *n, uint16_t port)
{
	int r = datagrams_open(&n->direct[1], port);

	if (r)
		return r;
	port = number_of(&n->direct[1]);
	r = port_open(n, 1, port);
	if (!r)
		r = datagrams_open(&n->direct[0], port);
	if (!r)
		r = port_open(n, 0, port);
	if (r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL) {
		datagrams_close(&n->direct[0]);
		r = 0;
	}
	if (r)
		ports_close(n);
	else
		n->port = port;
	return r;
}

uint16_t net_listen(struct outside *o, uint16_t port, struct buf *why)
{
	struct net *n = net_of(o);
	char number[8];
	int r = -EADDRINUSE;

	assert(n->identity && !n->port && !n->stopping);
	for (unsigned i = 0; r == -EADDRINUSE && i < (port ? 1 : NUMBERS_TRIED); i++)
		r = try_number(n, port);
	snprintf(number, sizeof number, "%u", (unsigned)port);
	if (r) {
		net_say(why, n->chinese, r == -EADDRINUSE ? NET_port_taken : NET_no_port, number, text_error(n->chinese, -r));
		return 0;
	}
	for (unsigned i = 0; i < 2; i++)
		if (n->direct[i].fd >= 0) {
			n->direct[i].take = take_direct;
			datagrams_read(&n->direct[i]);
		}
	return n->port;
}

void listen_stop(struct net *n)
{
	ports_close(n);
	for (unsigned i = 0; i < 2; i++)
		datagrams_close(&n->anonymous[i]);
}
