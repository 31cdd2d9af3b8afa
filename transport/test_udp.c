/* SPDX-License-Identifier: Apache-2.0
 *
 * Real sockets on loopback; the loop is turned by hand.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "transport/address.h"
#include "transport/listen.h"

/* ---- a door: says back what it hears, from where it was asked ------------------------------------------------------------ */

static struct seen {
	unsigned opened, stopped, closed, fed, fed_made;
	size_t bytes;
	struct endpoint peer;
	uint8_t here[16];
	struct datagrams *door, *made;
	bool mute, near, shuts;
} seen;

static int made_state;

static int door_open(struct datagrams *d)
{
	seen.opened++;
	seen.door = d;
	d->state = &seen;
	return 0;
}

static void door_feed(struct datagrams *d, const struct endpoint *peer, const uint8_t here[16], struct str bytes)
{
	assert_ptr_equal(d->state, d == seen.made ? (void *)&made_state : (void *)&seen);
	seen.fed++;
	seen.fed_made += d == seen.made;
	seen.bytes = bytes.n;
	seen.peer = *peer;
	memcpy(seen.here, here, 16);
	if (!seen.mute)
		d->ops->send(d, here, peer, seen.near, bytes);
	if (seen.shuts && d == seen.made)
		d->ops->shut(d);
}

static void door_stop(struct datagrams *d) { seen.stopped++; }

static void door_close(struct datagrams *d)
{
	seen.closed++;
	if (seen.made && !seen.shuts)
		d->ops->shut(seen.made);
}

static const struct datagram_door echo = { .name = "echo", .open = door_open, .feed = door_feed, .stop = door_stop, .close = door_close };

/* ---- a server -------------------------------------------------------------------------------------------------------------- */

struct served {
	struct loop *loop;
	struct udps *udps;
	struct ports ports;
	unsigned number;
};

static bool serve(struct served *s, const char *list)
{
	static const struct entrance how = { .datagrams = &echo, .one_core = true };
	own_buf why = { 0 };

	seen = (struct seen){ 0 };
	*s = (struct served){ .ports = { .cores = 2 } };
	if (ports_open(&s->ports, str_z(list), "listen.echo", &how, &why))
		return false;
	s->loop = loop_new(NULL);
	s->udps = udps_new(s->loop, NULL);
	ports_serve_datagrams(&s->ports, s->udps);
	assert_int_equal(udps_open(s->udps), 0);
	s->number = s->ports.port[0]->number;
	return true;
}

static void turn(struct served *s) { uv_run(&s->loop->uv, UV_RUN_NOWAIT); }

static void end(struct served *s)
{
	udps_stop(s->udps);
	udps_free(s->udps);
	loop_stop(s->loop);
	loop_run(s->loop);
	loop_free(s->loop);
	ports_free(&s->ports);
	assert_int_equal(seen.opened, seen.closed);
	assert_int_equal(seen.stopped, seen.closed);
}

/* ---- a client --------------------------------------------------------------------------------------------------------------- */

static int client(const char *address)
{
	struct sockaddr_storage ss;
	struct endpoint e = { 0 };
	bool six = strchr(address, ':') != NULL;
	socklen_t n;
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0), one = 1;

	assert_true(endpoint_address_parse(e.address, str_z(address)));
	n = endpoint_sockaddr(&ss, six ? AF_INET6 : AF_INET, &e);
	setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVHOPLIMIT : IP_RECVTTL, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&ss, n)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void say(int fd, const char *address, unsigned port, struct str bytes)
{
	struct sockaddr_storage ss;
	struct endpoint e = { .port = (uint16_t)port };
	socklen_t n;

	assert_true(endpoint_address_parse(e.address, str_z(address)));
	n = endpoint_sockaddr(&ss, strchr(address, ':') ? AF_INET6 : AF_INET, &e);
	assert_int_equal(sendto(fd, bytes.p, bytes.n, 0, (struct sockaddr *)&ss, n), bytes.n);
}

/* What came back, and from where; "" when nothing does. */
static const char *hear(struct served *s, int fd, struct buf *from, int *ttl)
{
	static char bytes[66000];
	struct sockaddr_storage ss;
	char control[100];
	struct iovec part = { bytes, sizeof bytes - 1 };
	struct msghdr m = { .msg_name = &ss, .msg_namelen = sizeof ss, .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
	ssize_t got = -1;

	for (unsigned i = 0; i < 200 && got < 0; i++) {
		struct pollfd p = { fd, POLLIN, 0 };

		turn(s);
		if (poll(&p, 1, i < 20 ? 0 : 10) > 0)
			got = recvmsg(fd, &m, 0);
	}
	if (got < 0)
		return "";
	bytes[got] = 0;
	if (from) {
		struct endpoint e = endpoint_of((struct sockaddr *)&ss);
		endpoint_write(from, &e);
	}
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c && ttl; c = CMSG_NXTHDR(&m, c))
		memcpy(ttl, CMSG_DATA(c), sizeof *ttl);
	return bytes;
}

/* ---- tests ------------------------------------------------------------------------------------------------------------------ */

static void an_answer_leaves_from_where_it_was_asked(void **state)
{
	static const struct {
		const char *listen, *client, *to;
	} rows[] = {
		{ "0.0.0.0:0", "127.0.0.9", "127.0.0.7" },
		{ "*:0", "127.0.0.9", "127.0.0.7" },
		{ "*:0", "::1", "::1" },
		{ "127.0.0.7:0", "127.0.0.9", "127.0.0.7" },
		{ "[::1]:0", "::1", "::1" },
		{ "localhost:0", "127.0.0.9", "127.0.0.1" },
		{ "localhost:0", "::1", "::1" },
	};
	unsigned done = 0;

	for (unsigned i = 0; i < countof(rows); i++)
		for (unsigned near = 0; near < 2; near++) {
			struct served s;
			own_buf from = { 0 }, want = { 0 }, here = { 0 };
			int ttl = 0, fd = client(rows[i].client);

			if (fd < 0 || !serve(&s, rows[i].listen)) { /* a machine without IPv6 */
				assert_true(strchr(rows[i].to, ':') != NULL);
				close(fd);
				continue;
			}
			seen.near = near;
			say(fd, rows[i].to, s.number, STR("hello"));
			assert_string_equal(hear(&s, fd, &from, &ttl), "hello");
			buf_fmt(&want, strchr(rows[i].to, ':') ? "[%s]:%u" : "%s:%u", rows[i].to, s.number);
			assert_string_equal(buf_z(&from), buf_z(&want));
			endpoint_address_write(&here, seen.here);
			assert_string_equal(buf_z(&here), rows[i].to);
			buf_clear(&here);
			endpoint_address_write(&here, seen.peer.address);
			assert_string_equal(buf_z(&here), rows[i].client);
			assert_true(near ? ttl == 1 : ttl > 1);
			assert_int_equal(seen.opened, 1);
			close(fd);
			end(&s);
			done++;
		}
	assert_true(done >= 6);
}

static void the_number_is_that_of_tcp(void **state)
{
	struct served s;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ports other = { .cores = 1 };
	static const struct entrance how = { .datagrams = &echo };
	own_buf why = { 0 }, text = { 0 };
	int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t n = sizeof in;

	assert_true(serve(&s, "127.0.0.1:0"));
	assert_int_equal(seen.door->port, s.number);
	in.sin_port = htons((uint16_t)s.number);
	assert_int_equal(connect(tcp, (struct sockaddr *)&in, sizeof in), 0);
	close(tcp);
	end(&s);
	/* Another program has the UDP port alone: that is said, and nothing is open. */
	in.sin_port = 0;
	assert_int_equal(bind(udp, (struct sockaddr *)&in, sizeof in), 0);
	getsockname(udp, (struct sockaddr *)&in, &n);
	buf_fmt(&text, "127.0.0.1:%u", ntohs(in.sin_port));
	assert_int_equal(ports_open(&other, buf_all(&text), "listen.echo", &how, &why), -EADDRINUSE);
	assert_non_null(strstr(buf_z(&why), "is in use by another program"));
	assert_int_equal(other.n, 0);
	ports_free(&other);
	close(udp);
}

static void several_addresses_are_one_door(void **state)
{
	struct served s;
	own_buf list = { 0 }, from = { 0 };
	int fd = client("127.0.0.1");

	assert_true(serve(&s, "127.0.0.7:0"));
	buf_fmt(&list, "127.0.0.7:%u 127.0.0.8:%u", s.number, s.number);
	end(&s);
	assert_true(serve(&s, buf_z(&list)));
	assert_int_equal(seen.opened, 1);
	say(fd, "127.0.0.8", s.number, STR("eight"));
	assert_string_equal(hear(&s, fd, &from, NULL), "eight");
	say(fd, "127.0.0.7", s.number, STR("seven"));
	assert_string_equal(hear(&s, fd, &from, NULL), "seven");
	buf_clear(&list);
	buf_fmt(&list, "127.0.0.8:%u127.0.0.7:%u", s.number, s.number);
	assert_string_equal(buf_z(&from), buf_z(&list));
	end(&s);
	/* With two numbers they are two. */
	assert_true(serve(&s, "127.0.0.7:0 127.0.0.8:0"));
	assert_int_equal(seen.opened, 2);
	end(&s);
	close(fd);
}

static void sizes_from_nothing_to_the_largest(void **state)
{
	static char large[DATAGRAM_BYTES_MAX + 1];
	struct served s;
	int fd = client("127.0.0.1");

	assert_true(serve(&s, "127.0.0.1:0"));
	memset(large, 'x', DATAGRAM_BYTES_MAX);
	say(fd, "127.0.0.1", s.number, str_n(large, DATAGRAM_BYTES_MAX));
	assert_int_equal(strlen(hear(&s, fd, NULL, NULL)), DATAGRAM_BYTES_MAX);
	assert_int_equal(seen.bytes, DATAGRAM_BYTES_MAX);
	say(fd, "127.0.0.1", s.number, STR(""));
	assert_string_equal(hear(&s, fd, NULL, NULL), "");
	assert_int_equal(seen.fed, 2);
	/* One that is too long to be one goes nowhere, and harms nobody. */
	seen.door->ops->send(seen.door, seen.here, &seen.peer, false, str_n(large, sizeof large));
	say(fd, "127.0.0.1", s.number, STR("after"));
	assert_string_equal(hear(&s, fd, NULL, NULL), "after");
	close(fd);
	end(&s);
}

/* The kernel tells a sender that nobody is there; that is nothing to those who are. */
static void nobody_there_is_no_error(void **state)
{
	static const uint8_t any[16];
	struct served s;
	struct endpoint nobody = { .address = { [10] = 0xff, [11] = 0xff, 127, 0, 0, 1 }, .port = 1 };
	int fd = client("127.0.0.1");

	for (unsigned i = 0; i < 2; i++) {
		assert_true(serve(&s, i ? "*:0" : "127.0.0.1:0"));
		for (unsigned k = 0; k < 20; k++) {
			seen.door->ops->send(seen.door, any, &nobody, k & 1, STR("hello?"));
			turn(&s);
		}
		/* From an address that is not ours, to no port, to a family that the socket has not. */
		seen.door->ops->send(seen.door, (uint8_t[16]){ [10] = 0xff, [11] = 0xff, 192, 0, 2, 1 }, &nobody, false, STR("x"));
		seen.door->ops->send(seen.door, any, &(struct endpoint){ .address = { [15] = 1 }, .port = 9 }, true, STR("x"));
		say(fd, "127.0.0.1", s.number, STR("here"));
		assert_string_equal(hear(&s, fd, NULL, NULL), "here");
		end(&s);
	}
	close(fd);
}

static unsigned turns, fed_before, most;

static void count(struct post *p)
{
	turns++;
	if (seen.fed - fed_before > most)
		most = seen.fed - fed_before;
	fed_before = seen.fed;
}

/* Whatever comes, the loop gets round. */
static void a_flood_starves_nobody(void **state)
{
	struct served s;
	struct post post = { .run = count };
	int fd = client("127.0.0.1");
	unsigned sent = 0;

	assert_true(serve(&s, "127.0.0.1:0 127.0.0.2:0"));
	seen.mute = true;
	turns = fed_before = most = 0;
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 100; i++, sent++) {
			say(fd, "127.0.0.1", s.ports.port[0]->number, STR("x"));
			say(fd, "127.0.0.2", s.ports.port[1]->number, STR("x"));
		}
		world_later(&s.loop->world, &post);
		turn(&s);
	}
	assert_int_equal(turns, 20);
	assert_true(most > 0 && most <= 256);
	for (unsigned i = 0; i < 20; i++)
		turn(&s);
	assert_true(seen.fed > 256); /* what was left is taken in the turns that follow */
	close(fd);
	end(&s);
}

static void further_ports_come_and_go(void **state)
{
	struct served s;
	own_buf from = { 0 }, want = { 0 };
	unsigned number;
	int fd = client("127.0.0.1");

	assert_true(serve(&s, "127.0.0.1:0"));
	seen.made = seen.door->ops->open(seen.door, 0, &made_state);
	assert_non_null(seen.made);
	number = seen.made->port;
	assert_true(number && number != s.number);
	assert_null(seen.door->ops->open(seen.door, (uint16_t)number, NULL));
	assert_null(seen.door->ops->open(seen.door, (uint16_t)s.number, NULL));
	say(fd, "127.0.0.1", number, STR("made"));
	assert_string_equal(hear(&s, fd, &from, NULL), "made");
	buf_fmt(&want, "127.0.0.1:%u", number);
	assert_string_equal(buf_z(&from), buf_z(&want));
	assert_int_equal(seen.fed_made, 1);
	/* Shut while it is being fed: what is behind it is not heard any more, and the number is free at once. */
	seen.shuts = true;
	for (unsigned i = 0; i < 5; i++)
		say(fd, "127.0.0.1", number, STR("more"));
	assert_string_equal(hear(&s, fd, NULL, NULL), "more");
	assert_int_equal(seen.fed_made, 2);
	assert_int_equal(seen.opened, 1);
	seen.made = seen.door->ops->open(seen.door, (uint16_t)number, &made_state);
	assert_non_null(seen.made);
	seen.shuts = false;
	end(&s);
	close(fd);
}

static void after_the_stop_it_still_says_something(void **state)
{
	struct served s;
	int fd = client("127.0.0.1");

	assert_true(serve(&s, "127.0.0.1:0"));
	say(fd, "127.0.0.1", s.number, STR("one"));
	assert_string_equal(hear(&s, fd, NULL, NULL), "one");
	udps_stop(s.udps);
	say(fd, "127.0.0.1", s.number, STR("two"));
	turn(&s);
	assert_int_equal(seen.fed, 1);
	assert_null(seen.door->ops->open(seen.door, 0, NULL));
	seen.door->ops->send(seen.door, seen.here, &seen.peer, true, STR("bye"));
	assert_string_equal(hear(&s, fd, NULL, NULL), "bye");
	udps_free(s.udps);
	loop_stop(s.loop);
	loop_run(s.loop);
	loop_free(s.loop);
	ports_free(&s.ports);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_leaves_from_where_it_was_asked),
		cmocka_unit_test(the_number_is_that_of_tcp),
		cmocka_unit_test(several_addresses_are_one_door),
		cmocka_unit_test(sizes_from_nothing_to_the_largest),
		cmocka_unit_test(nobody_there_is_no_error),
		cmocka_unit_test(a_flood_starves_nobody),
		cmocka_unit_test(further_ports_come_and_go),
		cmocka_unit_test(after_the_stop_it_still_says_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
