/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/relay.c - the floor: what connections arrive first and second, third and fourth, ... are joined, and bytes go from one to the
 * other without being looked at. One recv, one send and a share of epoll for each message: no messenger can cost less on this kernel.
 *
 *     relay PORT       listens on 127.0.0.1, until it is killed
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum { EVENTS = 256, BYTES = 64 * 1024, BACKLOG = 1024 };

struct end {
	int fd;
	struct end *peer; /* NULL until the second one of the pair has come, and after it went */
};

struct relay {
	int epoll, listener;
	struct end *single; /* came first, waits for its peer */
	char bytes[BYTES];
};

static int die(const char *what)
{
	perror(what);
	exit(1);
}

static int listen_at(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, BACKLOG))
		die("bind");
	return fd;
}

static void watch(struct relay *r, int fd, struct end *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = e };

	if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll_ctl");
}

static void leave(struct end *e)
{
	if (e->peer) {
		shutdown(e->peer->fd, SHUT_RDWR); /* its own turn to go comes with the next event */
		e->peer->peer = NULL;
	}
	close(e->fd);
	mem_free(e);
}

/* Who only looked whether the port is open. */
static bool has_left(const struct end *e)
{
	char c;

	return recv(e->fd, &c, 1, MSG_PEEK) == 0;
}

/* Both ends are watched from the moment when there is somewhere to send to. */
static void join(struct relay *r, struct end *e)
{
	struct end *first = r->single;

	if (first && has_left(first)) {
		leave(first);
		first = NULL;
	}

	if (!first) {
		r->single = e;
		return;
	}
	r->single = NULL;
	first->peer = e;
	e->peer = first;
	watch(r, first->fd, first);
	watch(r, e->fd, e);
}

static void accept_all(struct relay *r)
{
	int fd;

	while ((fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct end *e = mem_new(struct end);
		e->fd = fd;
		join(r, e);
	}
}

/* Waits where the receiver is slow: the generator never leaves more unread than a socket holds, so this does not happen in a run. */
static bool send_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			return false;
		p += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t)sent : 0;
	}
	return true;
}

static void carry(struct relay *r, struct end *e)
{
	ssize_t n = recv(e->fd, r->bytes, sizeof r->bytes, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || !e->peer || !send_all(e->peer->fd, r->bytes, (size_t)n))
		leave(e);
}

int main(int argc, char **argv)
{
	static struct relay r;
	struct epoll_event events[EVENTS];
	long port = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

	if (port < 1 || port > 65535) {
		fprintf(stderr, "usage: relay PORT\n");
		return 2;
	}
	r.listener = listen_at((uint16_t)port);
	r.epoll = epoll_create1(EPOLL_CLOEXEC);
	watch(&r, r.listener, NULL);
	for (;;) {
		int n = epoll_wait(r.epoll, events, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			struct end *e = events[i].data.ptr;
			if (e)
				carry(&r, e);
			else
				accept_all(&r);
		}
	}
}
