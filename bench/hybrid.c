/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/hybrid.c - whole logins of the hybrid protocol, as clients in the wild do them: the datagram, Accept, TCP, the list, goodbye. Each client has an
 * address of its own and begins anew at once. Beside it, in the same run and on the server's processor, a process that answers each datagram with itself and
 * each connection with an empty list: what these packets cost without any meaning.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "bench/load.h"
#include "wire/hybrid.h"

enum { EVENTS = 64, ROOM = 65536, SILENCE_MS = 2000 };

struct guest {
	struct run *run;
	unsigned number, round;
	int udp, tcp;          /* tcp -1: not now */
	int64_t asked_ns;
	struct endpoint endpoint;
	struct buf in;
};

struct run {
	struct load *load;
	uint16_t port;
	int epoll;
	struct guest *guests;
	unsigned n;
	uint64_t logins, repeated, told; /* told: of others */
	bool failed;
};

static struct sockaddr_in at(unsigned number, uint16_t port)
{
	/* 127.16.0.1 and those that follow. */
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f100001u + number) };
}

static bool watch(int epoll, int fd, uint32_t events, void *what)
{
	return !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){ .events = events, .data.ptr = what });
}

/* ---- clients --------------------------------------------------------------------------------------------------------- */

static void say(struct guest *g, enum hybrid_kind kind)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(g->run->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct hybrid_datagram d = { .kind = kind, .endpoint = g->endpoint };
	own_buf name = { 0 }, bytes = { 0 };

	/* Another name each time: nobody waits until the one before is forgotten. */
	buf_fmt(&name, "g%u-%u", g->number, g->round);
	d.user = buf_all(&name);
	hybrid_write(&bytes, HYBRID_UTF16, &d);
	sendto(g->udp, bytes.p, bytes.n, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
}

static void begin(struct guest *g)
{
	g->round++;
	g->asked_ns = net_now();
	say(g, HYBRID_LOGIN);
}

static bool guest_open(struct guest *g)
{
	struct sockaddr_in me = at(g->number, 0);
	socklen_t n = sizeof me;

	g->tcp = -1;
	g->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (g->udp < 0 || bind(g->udp, (struct sockaddr *)&me, sizeof me) || getsockname(g->udp, (struct sockaddr *)&me, &n))
		return false;
	g->endpoint.address[10] = g->endpoint.address[11] = 0xff;
	memcpy(g->endpoint.address + 12, &me.sin_addr, 4);
	g->endpoint.port = ntohs(me.sin_port);
	return watch(g->run->epoll, g->udp, EPOLLIN, g);
}

static void guest_close(struct guest *g)
{
	if (g->tcp >= 0)
		close(g->tcp);
	if (g->udp >= 0)
		close(g->udp);
	buf_free(&g->in);
}

static void fetch(struct guest *g)
{
	struct sockaddr_in me = at(g->number, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(g->run->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct linger reset = { 1, 0 };

	g->tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* A reset at the end: ports that wait for old packets would run out within a minute. */
	setsockopt(g->tcp, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	if (g->tcp < 0 || bind(g->tcp, (struct sockaddr *)&me, sizeof me) ||
	    (connect(g->tcp, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) || !watch(g->run->epoll, g->tcp, EPOLLIN, g))
		g->run->failed = true;
	buf_clear(&g->in);
}

/* Accept has an A; what is told of others has none, and what the floor sends back is what was said. */
static void hear(struct guest *g, char *room)
{
	ssize_t n;

	while ((n = recv(g->udp, room, ROOM, MSG_DONTWAIT)) > 0) {
		bool floor = g->run->port != g->run->load->options.port;

		if (g->tcp < 0 && (floor || room[0] == 'A'))
			fetch(g);
		else
			g->run->told += room[0] != 'A';
	}
}

static void read_list(struct guest *g, char *room)
{
	ssize_t n = recv(g->tcp, room, ROOM, MSG_DONTWAIT);
	size_t scanned = 0, len;
	struct str text;

	if (n < 0 && errno == EAGAIN)
		return;
	buf_add(&g->in, room, n > 0 ? (size_t)n : 0);
	if (hybrid_list_read(HYBRID_UTF16, g->in.p, g->in.n, 1 << 20, &scanned, &text, &len) != HYBRID_LIST_WHOLE) {
		g->run->failed |= n <= 0;
		return;
	}
	close(g->tcp);
	g->tcp = -1;
	g->run->logins++;
	say(g, HYBRID_LOGOUT);
	begin(g);
}

static void repeat(struct run *r)
{
	int64_t now = net_now();

	for (unsigned i = 0; i < r->n; i++)
		if (r->guests[i].tcp < 0 && now - r->guests[i].asked_ns > (int64_t)SILENCE_MS * 1000000) {
			r->guests[i].asked_ns = now;
			r->repeated++;
			say(&r->guests[i], HYBRID_LOGIN);
		}
}

static void run_until(struct run *r, int64_t until_ns)
{
	static char room[ROOM];
	struct epoll_event events[EVENTS];

	while (net_now() < until_ns && !r->failed) {
		int n = epoll_wait(r->epoll, events, EVENTS, 50);

		for (int i = 0; i < n; i++) {
			struct guest *g = events[i].data.ptr;

			hear(g, room);
			if (g->tcp >= 0)
				read_list(g, room);
		}
		repeat(r);
	}
}

static bool run_open(struct run *r, struct load *l, uint16_t port)
{
	*r = (struct run){ .load = l, .port = port, .epoll = epoll_create1(EPOLL_CLOEXEC), .n = l->options.sessions };
	r->guests = mem_alloc(r->n * sizeof *r->guests);
	for (unsigned i = 0; i < r->n; i++) {
		r->guests[i] = (struct guest){ .run = r, .number = i, .udp = -1, .tcp = -1 };
		if (!guest_open(&r->guests[i]))
			return false;
		begin(&r->guests[i]);
	}
	return true;
}

static void run_close(struct run *r)
{
	for (unsigned i = 0; i < r->n; i++)
		guest_close(&r->guests[i]);
	mem_free(r->guests);
	close(r->epoll);
}

/* ---- the floor ----------------------------------------------------------------------------------------------------------- */

static void echo(int fd, char *room)
{
	struct sockaddr_in from;
	socklen_t n = sizeof from;
	ssize_t got;

	while ((got = recvfrom(fd, room, ROOM, MSG_DONTWAIT, (struct sockaddr *)&from, &n)) > 0)
		if (got > 6 && room[6] == 'i') /* login; to logout there is no answer */
			sendto(fd, room, (size_t)got, MSG_DONTWAIT, (struct sockaddr *)&from, n);
}

static void serve(int udp, int listener)
{
	static char room[ROOM];
	int epoll = epoll_create1(0), fd;
	struct epoll_event event;

	watch(epoll, udp, EPOLLIN, NULL);
	watch(epoll, listener, EPOLLIN, NULL);
	while (epoll_wait(epoll, &event, 1, -1) > 0 || errno == EINTR) {
		echo(udp, room);
		while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
			if (send(fd, "\x03" "end", 4, MSG_NOSIGNAL) != 4)
				_exit(1);
			close(fd);
		}
	}
	_exit(0);
}

static pid_t floor_start(const struct load *l, uint16_t *port)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof here;
	cpu_set_t set;
	pid_t child = -1;

	if (!bind(listener, (struct sockaddr *)&here, sizeof here) && !getsockname(listener, (struct sockaddr *)&here, &n) &&
	    !bind(udp, (struct sockaddr *)&here, sizeof here) && !listen(listener, 1024)) {
		*port = ntohs(here.sin_port);
		fflush(NULL);
		child = fork();
	}
	if (child == 0) {
		if (l->options.server.n && !sched_getaffinity(l->options.server.pid[0], sizeof set, &set))
			sched_setaffinity(0, sizeof set, &set);
		serve(udp, listener);
	}
	close(listener);
	close(udp);
	return child;
}

/* ---- both ------------------------------------------------------------------------------------------------------------------- */

struct measured {
	struct span from, to;
	uint64_t repeated, told;
};

static bool measure(struct load *l, uint16_t port, struct measured *ret)
{
	struct run r;
	bool ok = run_open(&r, l, port);

	if (ok) {
		run_until(&r, net_now() + 1000000000);
		ret->from = span_now(l, r.logins);
		run_until(&r, net_now() + (int64_t)l->options.seconds * 1000000000);
		ret->to = span_now(l, r.logins);
		ret->repeated = r.repeated;
		ret->told = r.told;
	}
	ok = ok && !r.failed;
	run_close(&r);
	return ok;
}

void load_hybrid(struct load *l)
{
	struct measured ours = { 0 }, floor = { 0 };
	struct procs server = l->options.server;
	double us, floor_us, n;
	uint16_t port = 0;
	pid_t child;

	if (!measure(l, l->options.port, &ours)) {
		report_failure(l, "a connection was closed without a list, or there are no more sockets");
		return;
	}
	report_span(l, "login", ours.from, ours.to);
	child = floor_start(l, &port);
	l->options.server = (struct procs){ .pid = { child }, .n = 1 };
	if (child <= 0 || !measure(l, port, &floor))
		report_failure(l, "the floor could not be measured");
	l->options.server = server;
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	n = (double)(floor.to.count - floor.from.count);
	if (l->failed || n <= 0)
		return;
	floor_us = (floor.to.server_us - floor.from.server_us) / n;
	us = (ours.to.server_us - ours.from.server_us) / (double)(ours.to.count - ours.from.count);
	report_number(l, "repeated_datagrams", (double)ours.repeated);
	report_number(l, "told_of_others", (double)ours.told);
	report_number(l, "floor_logins_per_s", n / ((double)(floor.to.at_ns - floor.from.at_ns) / 1e9));
	report_number(l, "floor_cpu_us_per_login", floor_us);
	if (server.n && floor_us > 0)
		report_number(l, "cpu_of_floor", us / floor_us);
}
