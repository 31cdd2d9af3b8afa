/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	BACKLOG = 1024,
	/* A peer that vanished is noticed: after two minutes of silence the kernel asks, and gives up after another minute. */
	KEEPALIVE_IDLE_S = 120, KEEPALIVE_EVERY_S = 15, KEEPALIVE_TIMES = 4,
	/* Bytes that nobody acknowledged for so long end the connection. */
	UNACKNOWLEDGED_MS = 60 * 1000,
	ADDRESSES_MAX = 2,
	UDP_TRIES = 16,
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct doorway {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	};
	struct serving *serving;
	const struct port *port;
};

struct serving {
	struct links *links;
	size_t n, open;
	struct doorway doorway[];
};

/* ---- what "address:port" means ------------------------------------------------------------------------------------------- */

static socklen_t address_size(const union address *a)
{
	return a->any.sa_family == AF_INET ? sizeof a->v4 : sizeof a->v6;
}

static in_port_t *port_of(union address *a)
{
	return a->any.sa_family == AF_INET ? &a->v4.sin_port : &a->v6.sin6_port;
}

static bool parse_v4(union address *a, const char *host)
{
	a->v4.sin_family = AF_INET;
	return inet_pton(AF_INET, host, &a->v4.sin_addr) == 1;
}

static bool parse_v6(union address *a, const char *host)
{
	a->v6.sin6_family = AF_INET6;
	return inet_pton(AF_INET6, host, &a->v6.sin6_addr) == 1;
}

/* The addresses that `host` stands for; 0 when it is none. */
static unsigned parse_host(union address ret[ADDRESSES_MAX], struct str host)
{
	char z[INET6_ADDRSTRLEN + 1] = "";

	memset(ret, 0, ADDRESSES_MAX * sizeof *ret);
	if (str_is(host, "*"))
		return parse_v6(&ret[0], "::");
	if (str_is(host, "localhost")) {
		parse_v4(&ret[0], "127.0.0.1");
		parse_v6(&ret[1], "::1");
		return 2;
	}
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']' && host.n - 2 < sizeof z) {
		memcpy(z, host.p + 1, host.n - 2);
		return parse_v6(&ret[0], z);
	}
	if (!host.n || host.n >= sizeof z)
		return 0;
	memcpy(z, host.p, host.n);
	return parse_v4(&ret[0], z);
}

static int parse(union address ret[ADDRESSES_MAX], unsigned *ret_n, struct str text, const char *setting, struct buf *why)
{
	size_t colon = text.n;
	uint64_t port;

	while (colon && text.p[colon - 1] != ':')
		colon--;
	if (!colon || !str_u64(str_from(text, colon), &port) || port > 65535 ||
	    !(*ret_n = parse_host(ret, str_n(text.p, colon - 1)))) {
		buf_fmt(why, "%s: \"%.*s\" is no address:port, such as 127.0.0.1:7788, [::1]:7788, localhost:7788 or [::]:5222",
			setting, STR_ARG(text));
		return -EINVAL;
	}
	for (unsigned i = 0; i < *ret_n; i++)
		*port_of(&ret[i]) = htons((uint16_t)port);
	return 0;
}

/* ---- sockets --------------------------------------------------------------------------------------------------------------- */

static void set(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

/* What is set here is inherited by every connection, which saves the calls for each of them. */
static void settle(int fd, bool shared)
{
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (shared)
		set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TIMES);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS);
}

/* A bound socket, or -errno. */
static int bound(const union address *a, bool shared)
{
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	settle(fd, shared);
	/* [::] takes IPv4 as well. */
	if (a->any.sa_family == AF_INET6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	if (!bind(fd, &a->any, address_size(a)))
		return fd;
	r = -errno;
	close(fd);
	return r;
}

/* Shared sockets would be shared with any other program of this user too, such as a second server. So one that does not share comes
 * first: it finds the port taken if it is, and chooses the number when any will do. */
static int probe(union address *a)
{
	socklen_t n = sizeof *a;
	int fd = bound(a, false);

	if (fd < 0)
		return fd;
	if (getsockname(fd, &a->any, &n))
		n = 0;
	close(fd);
	return n ? 0 : -EINVAL;
}

static bool is_loopback(const union address *a)
{
	return a->any.sa_family == AF_INET ? ntohl(a->v4.sin_addr.s_addr) >> 24 == 127 : IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

static struct port *port_new(struct ports *ps, const char *setting, const struct entrance *how)
{
	struct port *p = mem_new(struct port);

	p->setting = setting;
	p->how = *how;
	p->udp = -1;
	p->fd = mem_alloc(ps->cores * sizeof *p->fd);
	for (unsigned i = 0; i < ps->cores; i++)
		p->fd[i] = -1;
	return p;
}

static void port_free(struct port *p, unsigned cores)
{
	for (unsigned i = 0; i < cores; i++)
		if (p->fd[i] >= 0)
			close(p->fd[i]);
	if (p->udp >= 0)
		close(p->udp);
	mem_free(p->fd);
	mem_free(p);
}

static void port_keep(struct ports *ps, struct port *p)
{
	ps->port = mem_grow(ps->port, (ps->n + 1) * sizeof(struct port *));
	ps->port[ps->n++] = p;
}

static void name(struct port *p, union address *a)
{
	char host[INET6_ADDRSTRLEN] = "";
	bool v4 = a->any.sa_family == AF_INET;

	p->number = ntohs(*port_of(a));
	p->loopback = is_loopback(a);
	inet_ntop(a->any.sa_family, v4 ? (void *)&a->v4.sin_addr : (void *)&a->v6.sin6_addr, host, sizeof host);
	snprintf(p->address, sizeof p->address, v4 ? "%s:%u" : "[%s]:%u", host, p->number);
}

static int open_once(struct ports *ps, union address *a, const char *setting, const struct entrance *how)
{
	struct port *p = port_new(ps, setting, how);
	int r = probe(a);

	for (unsigned i = 0; !r && i < (how->one_core ? 1 : ps->cores); i++) {
		p->fd[i] = bound(a, !how->one_core && ps->cores > 1);
		if (p->fd[i] < 0)
			r = p->fd[i];
		else if (listen(p->fd[i], BACKLOG))
			r = -errno;
	}
	if (!r && how->datagrams) {
		p->udp = udp_bound(&a->any, address_size(a));
		r = p->udp < 0 ? p->udp : 0;
	}
	name(p, a);
	if (r)
		port_free(p, ps->cores);
	else
		port_keep(ps, p);
	return r;
}

/* Also writes the number that a port 0 became into `a`. One that is free for TCP need not be for UDP. */
static int open_one(struct ports *ps, union address *a, const char *setting, const struct entrance *how)
{
	bool any = !*port_of(a);
	int r = open_once(ps, a, setting, how);

	for (unsigned i = 0; i < UDP_TRIES && any && how->datagrams && r == -EADDRINUSE; i++) {
		*port_of(a) = 0;
		r = open_once(ps, a, setting, how);
	}
	return r;
}

static void say_why(struct buf *why, union address *a, const char *setting, int r)
{
	unsigned number = ntohs(*port_of(a));

	switch (r) {
	case -EADDRINUSE:
		buf_fmt(why, "port %u is in use by another program; set %s to another port or end that program", number, setting);
		break;
	case -EACCES:
		buf_fmt(why, "port %u may only be opened by root; start as root with server.user set, or set %s to a port above 1023",
			number, setting);
		break;
	case -EADDRNOTAVAIL:
		buf_fmt(why, "%s: this machine does not have the address given for port %u", setting, number);
		break;
	default:
		buf_fmt(why, "%s: port %u cannot be opened: %s", setting, number, strerror(-r));
	}
}

static bool no_ipv6(const union address *a, int r)
{
	return a->any.sa_family == AF_INET6 && (r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL);
}

/* A machine without IPv6 serves "all addresses" on IPv4, and "localhost" is what it has of both. */
static int open_text(struct ports *ps, struct str text, const char *setting, const struct entrance *how, struct buf *why)
{
	union address a[ADDRESSES_MAX];
	bool any_port;
	unsigned n;
	int r = parse(a, &n, text, setting, why);

	if (r)
		return r;
	any_port = !*port_of(&a[0]);
	r = open_one(ps, &a[0], setting, how);
	if (r && no_ipv6(&a[0], r) && IN6_IS_ADDR_UNSPECIFIED(&a[0].v6.sin6_addr)) {
		a[0].v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = a[0].v6.sin6_port };
		r = open_one(ps, &a[0], setting, how);
	}
	if (!r && n == 2) {
		*port_of(&a[1]) = *port_of(&a[0]);
		r = open_one(ps, &a[1], setting, how);
		/* A number that was free for the one family need not be for the other. */
		if (no_ipv6(&a[1], r) || (any_port && r == -EADDRINUSE))
			r = 0;
		else if (r)
			a[0] = a[1];
	}
	if (r)
		say_why(why, &a[0], setting, r);
	return r;
}

int ports_open(struct ports *ps, struct str list, const char *setting, const struct entrance *how, struct buf *why)
{
	size_t n;
	int r = 0;

	for (size_t at = 0; !r && at < list.n; at += n + 1) {
		struct str rest = str_from(list, at);

		for (n = 0; n < rest.n && !strchr(", \t", rest.p[n]); n++)
			;
		if (n)
			r = open_text(ps, str_n(rest.p, n), setting, how, why);
	}
	return r;
}

int ports_open_local(struct ports *ps, const char *path, const struct entrance *how, struct buf *why)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct port *p = port_new(ps, NULL, how);
	mode_t mask;
	int r = 0;

	if (strlen(path) >= sizeof un.sun_path || strlen(path) >= sizeof p->address) {
		r = -ENAMETOOLONG;
	} else {
		memcpy(un.sun_path, path, strlen(path));
		memcpy(p->address, path, strlen(path));
		unlink(path);
		p->fd[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		mask = umask(0177);
		if (p->fd[0] < 0 || bind(p->fd[0], (struct sockaddr *)&un, sizeof un) || listen(p->fd[0], BACKLOG))
			r = -errno;
		umask(mask);
	}
	if (r) {
		buf_fmt(why, "the socket %s cannot be made: %s", path, strerror(-r));
		port_free(p, ps->cores);
		return r;
	}
	p->loopback = true;
	p->how.local = true;
	port_keep(ps, p);
	return 0;
}

void ports_free(struct ports *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		if (ps->port[i]->how.local)
			unlink(ps->port[i]->address);
		port_free(ps->port[i], ps->cores);
	}
	mem_free(ps->port);
	ps->port = NULL;
	ps->n = 0;
}

/* ---- serving ---------------------------------------------------------------------------------------------------------------- */

static void on_connection(uv_stream_t *server, int status)
{
	struct doorway *d = server->data;

	if (!status)
		links_accept(d->serving->links, server, &d->port->how);
}

static int doorway_open(struct doorway *d, struct loop *loop, int fd)
{
	int r;

	if (d->port->how.local) {
		uv_pipe_init(&loop->uv, &d->pipe, 0);
		r = uv_pipe_open(&d->pipe, fd);
	} else {
		uv_tcp_init(&loop->uv, &d->tcp);
		r = uv_tcp_open(&d->tcp, fd);
	}
	d->handle.data = d;
	return r ? r : uv_listen(&d->stream, BACKLOG, on_connection);
}

struct serving *ports_serve(struct ports *ps, unsigned core, struct links *links, struct loop *loop)
{
	struct serving *s = mem_alloc(sizeof *s + ps->n * sizeof s->doorway[0]);

	s->links = links;
	for (size_t i = 0; i < ps->n; i++) {
		struct doorway *d = &s->doorway[s->n];
		int fd = ps->port[i]->fd[core];

		if (fd < 0)
			continue;
		ps->port[i]->fd[core] = -1;
		d->serving = s;
		d->port = ps->port[i];
		s->n++;
		if (doorway_open(d, loop, fd)) {
			fprintf(stderr, "anser: %s cannot be served; stopping\n", d->port->address);
			abort();
		}
	}
	s->open = s->n;
	return s;
}

void ports_serve_datagrams(struct ports *ps, struct udps *us)
{
	for (size_t i = 0; i < ps->n; i++)
		if (ps->port[i]->udp >= 0) {
			udps_add(us, ps->port[i]->how.datagrams, ps->port[i]->udp);
			ps->port[i]->udp = -1;
		}
}

static void on_shut(uv_handle_t *h)
{
	struct doorway *d = h->data;
	struct serving *s = d->serving;

	if (!--s->open)
		mem_free(s);
}

struct serving *ports_shut(struct serving *s)
{
	if (!s)
		return NULL;
	if (!s->n)
		mem_free(s);
	else
		for (size_t i = 0, n = s->n; i < n; i++)
			uv_close(&s->doorway[i].handle, on_shut);
	return NULL;
}
