/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/net.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { EVENTS = 256, SCRATCH = 64 * 1024, SOURCES = 64 };

int64_t net_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool net_open(struct net *n, uint16_t port)
{
	*n = (struct net){ .epoll = epoll_create1(EPOLL_CLOEXEC), .port = port, .scratch = mem_raw(SCRATCH) };
	list_init(&n->unsent);
	list_init(&n->closing);
	n->tls = SSL_CTX_new(TLS_client_method());
	/* The server's cost is asked for, not whether it is the right one; no tickets, so that every handshake is a whole one. */
	SSL_CTX_set_verify(n->tls, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(n->tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(n->tls, SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(n->tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return n->epoll >= 0;
}

void net_close(struct net *n)
{
	close(n->epoll);
	SSL_CTX_free(n->tls);
	mem_free(n->scratch);
}

static void watch(struct link *l, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = l };

	if (l->watched == events || l->closed)
		return;
	epoll_ctl(l->net->epoll, l->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, l->fd, &event);
	l->watched = events;
}

static void watch_write(struct link *l, bool write)
{
	watch(l, (l->deaf ? (uint32_t)EPOLLRDHUP : (uint32_t)EPOLLIN) | (write ? (uint32_t)EPOLLOUT : 0));
}

void link_close(struct link *l)
{
	if (l->closed)
		return;
	l->closed = true;
	list_remove(&l->unsent);
	list_append(&l->net->closing, &l->closing);
}

void link_deafen(struct link *l)
{
	int least = 4096;

	/* Or the kernel would hold megabytes for us, and the server would notice late or never. */
	setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
	l->deaf = true;
	watch_write(l, l->out.n > 0);
}

/* One source address has 28,000 ports, and a closed connection keeps its own for a minute. */
static struct sockaddr_in source(struct net *n)
{
	uint32_t address = INADDR_LOOPBACK + 1 + n->source++ % SOURCES;

	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
}

void link_connect(struct link *l, struct net *n, const struct link_acts *acts, bool tls)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(n->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in from = source(n);
	int yes = 1;

	l->net = n;
	l->acts = acts;
	list_init(&l->unsent);
	list_init(&l->closing);
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	l->connecting = true;
	l->handshaking = tls;
	setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	setsockopt(l->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
	if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&from, sizeof from) ||
	    (connect(l->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS))
		link_close(l);
	else
		watch(l, EPOLLOUT);
}

/* ---- TLS ------------------------------------------------------------------------------------------------------------------- */

static void shake(struct link *l)
{
	int r = SSL_do_handshake(l->ssl), e;

	if (r == 1) {
		l->handshaking = false;
		l->secure = true;
		watch_write(l, false);
		l->acts->open(l);
		return;
	}
	e = SSL_get_error(l->ssl, r);
	if (e == SSL_ERROR_WANT_READ)
		watch(l, EPOLLIN);
	else if (e == SSL_ERROR_WANT_WRITE)
		watch(l, EPOLLIN | EPOLLOUT);
	else
		link_close(l);
}

void link_tls(struct link *l)
{
	static const unsigned char alpn[] = "\013xmpp-client";

	l->ssl = SSL_new(l->net->tls);
	SSL_set_fd(l->ssl, l->fd);
	SSL_set_connect_state(l->ssl);
	SSL_set_tlsext_host_name(l->ssl, "localhost");
	SSL_set_alpn_protos(l->ssl, alpn, sizeof alpn - 1);
	l->handshaking = true;
	shake(l);
}

/* ---- bytes ------------------------------------------------------------------------------------------------------------------- */

/* >0 bytes, 0 nothing now, <0 gone */
static ssize_t read_some(struct link *l)
{
	ssize_t n = l->ssl ? SSL_read(l->ssl, l->net->scratch, SCRATCH) : recv(l->fd, l->net->scratch, SCRATCH, 0);

	if (n > 0)
		return n;
	if (l->ssl)
		return SSL_get_error(l->ssl, (int)n) == SSL_ERROR_WANT_READ ? 0 : -1;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static void take(struct link *l, size_t n)
{
	struct str bytes = str_n(l->net->scratch, n);
	bool joined = l->in.n;
	size_t taken;

	if (joined) {
		buf_str(&l->in, bytes);
		bytes = buf_all(&l->in);
	}
	taken = l->acts->bytes(l, bytes);
	assert(taken <= bytes.n);
	if (joined)
		buf_eat(&l->in, taken);
	else
		buf_str(&l->in, str_from(bytes, taken));
	if (!l->in.n)
		buf_free(&l->in);
}

static void link_read(struct link *l)
{
	ssize_t n;

	do {
		n = read_some(l);
		if (n < 0)
			link_close(l);
		else if (n)
			take(l, (size_t)n);
	} while (n > 0 && l->ssl && !l->closed && !l->handshaking);
}

/* Bytes sent, or -1: gone */
static ssize_t write_some(struct link *l)
{
	ssize_t n = l->ssl ? SSL_write(l->ssl, l->out.p, (int)l->out.n) : send(l->fd, l->out.p, l->out.n, MSG_NOSIGNAL);

	if (n > 0)
		return n;
	if (l->ssl)
		return SSL_get_error(l->ssl, (int)n) == SSL_ERROR_WANT_WRITE ? 0 : -1;
	return errno == EAGAIN ? 0 : -1;
}

static void flush(struct link *l)
{
	ssize_t n = 1;

	list_remove(&l->unsent);
	if (l->acts->frame)
		l->acts->frame(l);
	while (l->out.n && n > 0 && !l->closed) {
		n = write_some(l);
		if (n < 0)
			link_close(l);
		else
			buf_eat(&l->out, (size_t)n);
	}
	l->ready = l->out.n;
	watch_write(l, l->out.n > 0);
}

void link_send(struct link *l)
{
	if (!l->closed && (!l->unsent.next || list_empty(&l->unsent)))
		list_append(&l->net->unsent, &l->unsent);
}

/* ---- turns ------------------------------------------------------------------------------------------------------------------- */

static void connected(struct link *l)
{
	int error = 0;
	socklen_t n = sizeof error;

	l->connecting = false;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &n) || error) {
		link_close(l);
		return;
	}
	l->net->connected++;
	if (l->handshaking) {
		link_tls(l);
		return;
	}
	watch_write(l, false);
	l->acts->open(l);
}

static void serve(struct link *l, uint32_t events)
{
	if (l->closed)
		return;
	if (l->connecting)
		connected(l);
	else if (l->handshaking)
		shake(l);
	else if (l->deaf && (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)))
		link_close(l);
	else {
		if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !l->deaf)
			link_read(l);
		if (events & EPOLLOUT && !l->closed)
			link_send(l);
	}
}

static void bury(struct link *l)
{
	list_remove(&l->closing);
	list_remove(&l->unsent);
	if (l->fd >= 0)
		close(l->fd);
	SSL_free(l->ssl);
	buf_free(&l->in);
	buf_free(&l->out);
	l->ssl = NULL;
	l->fd = -1;
	l->acts->gone(l); /* may connect the same link anew */
}

static void settle(struct net *n)
{
	list_each(l, &n->unsent, struct link, unsent)
		flush(l);
	while (!list_empty(&n->closing))
		bury(list_first(&n->closing, struct link, closing));
}

void net_turn(struct net *n, int64_t until_ns)
{
	struct epoll_event events[EVENTS];
	int64_t wait;
	int found;

	settle(n);
	wait = until_ns - net_now();
	wait = wait < 0 ? 0 : wait;
	found = epoll_pwait2(n->epoll, events, EVENTS, &(struct timespec){ wait / 1000000000, wait % 1000000000 }, NULL);
	for (int i = 0; i < found; i++)
		serve(events[i].data.ptr, events[i].events);
	settle(n);
}
