/* SPDX-License-Identifier: Apache-2.0
 *
 * A door that repeats what it hears and obeys a few words, behind real sockets: the loop runs on a thread, the client is the test.
 */
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "transport/authority.h"
#include "transport/listen.h"

enum { PLAIN, TLS, EITHER, LOCAL, ENTRANCES };

struct house {
	struct pool *pool;
	struct loop *loop;
	struct gate *gate;
	struct tls_setup *tls;
	struct links *links;
	struct ports ports;
	struct serving *serving;
	struct post stop;
	pthread_t thread;
	char dir[64];
	/* What the door saw; read when the thread has ended. */
	unsigned opened, closed, written, secured;
	enum close_why why;
	size_t backlog_max;
	bool fed_after_end;
};

static struct house h;

/* ---- the door ---------------------------------------------------------------------------------------------------------- */

struct parrot {
	struct link *link;
	struct timer wake, flood;
	size_t to_say; /* bytes still to be said, as fast as they are written */
	bool flooding;
	struct buf kept; /* heard while paused */
	bool paused;
};

static void say(struct parrot *p, const void *bytes, size_t n)
{
	buf_add(&p->link->out, bytes, n);
	p->link->ops->dirty(p->link);
}

static void wake(struct timer *t)
{
	struct parrot *p = holder_of(t, struct parrot, wake);

	p->paused = false;
	p->link->ops->pause(p->link, false);
	say(p, "awake\n", 6);
}

/* Says more every millisecond and never looks whether anybody reads. */
static void flood(struct timer *t)
{
	static const char noise[64 * 1024];
	struct parrot *p = holder_of(t, struct parrot, flood);

	if (p->link->closing)
		return;
	say(p, noise, sizeof noise);
	if (link_backlog(p->link) > h.backlog_max)
		h.backlog_max = link_backlog(p->link);
	world_timer(&h.loop->world, t, 1);
}

static int parrot_open(struct link *l)
{
	struct parrot *p = l->state = mem_new(struct parrot);

	p->link = l;
	p->wake.fire = wake;
	p->flood.fire = flood;
	h.opened++;
	return 0;
}

static void more(struct parrot *p)
{
	char chunk[32 * 1024];
	size_t n = p->to_say < sizeof chunk ? p->to_say : sizeof chunk;

	for (size_t i = 0; i < n; i++)
		chunk[i] = (char)('a' + (p->to_say - i) % 26);
	p->to_say -= n;
	if (n)
		say(p, chunk, n);
}

static void binding(struct parrot *p, enum binding kind)
{
	own_buf data = { 0 };
	bool there = p->link->ops->binding(p->link, kind, NULL);

	assert_int_equal(p->link->ops->binding(p->link, kind, &data), there);
	if (!there)
		buf_lit(&data, "none");
	say(p, data.p, data.n);
}

static void obey_starttls(struct parrot *p)
{
	say(p, "proceed\n", 8);
	p->link->ops->start_tls(p->link);
}

static void obey_where(struct parrot *p)
{
	uint8_t address[16];
	own_buf text = { 0 };

	p->link->ops->local(p->link, address);
	endpoint_address_write(&text, address);
	buf_byte(&text, '\n');
	say(p, text.p, text.n);
}

static void obey_pause(struct parrot *p)
{
	p->paused = true;
	p->link->ops->pause(p->link, true);
	say(p, "paused\n", 7);
	world_timer(&h.loop->world, &p->wake, 20);
}

static void obey_big(struct parrot *p)
{
	p->to_say = 20 * 1000 * 1000;
	more(p);
}

static void obey_flood(struct parrot *p) { flood(&p->flood); }
static void obey_exporter(struct parrot *p) { binding(p, BINDING_TLS_EXPORTER); }
static void obey_endpoint(struct parrot *p) { binding(p, BINDING_TLS_SERVER_END_POINT); }

static void obey_leave(struct parrot *p)
{
	say(p, "left\n", 5);
	p->link->ops->hang_up(p->link, CLOSE_ASKED);
}

static int parrot_feed(struct link *l, const char *bytes, size_t n)
{
	static const struct {
		const char *word;
		void (*obey)(struct parrot *p);
	} words[] = {
		{ "where\n", obey_where },
		{ "starttls\n", obey_starttls }, { "pause\n", obey_pause },       { "big\n", obey_big },
		{ "flood\n", obey_flood },       { "exporter\n", obey_exporter }, { "endpoint\n", obey_endpoint },
		{ "leave\n", obey_leave },
	};
	struct parrot *p = l->state;

	h.fed_after_end |= l->closing || p->paused;
	if (str_is(str_n(bytes, n), "bye\n")) {
		say(p, "bye\n", 4);
		return DOOR_CLOSE;
	}
	for (unsigned i = 0; i < countof(words); i++)
		if (str_is(str_n(bytes, n), words[i].word)) {
			words[i].obey(p);
			return 0;
		}
	say(p, bytes, n);
	return 0;
}

static void parrot_written(struct link *l)
{
	h.written++;
	more(l->state);
}

static void parrot_secured(struct link *l) { h.secured++; }

static void parrot_stop(struct link *l) { say(l->state, "the end\n", 8); }

static void parrot_close(struct link *l, enum close_why why)
{
	struct parrot *p = l->state;

	world_stop(&h.loop->world, &p->wake);
	world_stop(&h.loop->world, &p->flood);
	buf_free(&p->kept);
	mem_free(p);
	h.closed++;
	h.why = why;
}

static const struct door parrot_door = {
	.name = "parrot",
	.open = parrot_open,
	.feed = parrot_feed,
	.written = parrot_written,
	.secured = parrot_secured,
	.stop = parrot_stop,
	.close = parrot_close,
};

/* ---- the house ----------------------------------------------------------------------------------------------------------- */

static void no_log(const char *line, void *arg) {}

static void all_gone(void *arg)
{
	h.serving = ports_shut(h.serving);
	loop_stop(h.loop);
}

static void stop(struct post *p) { links_stop(h.links, all_gone, NULL); }

static void *live(void *arg)
{
	h.serving = ports_serve(&h.ports, 0, h.links, h.loop);
	loop_run(h.loop);
	return NULL;
}

static void open_ports(void)
{
	static const struct entrance how[] = { { .door = &parrot_door }, { .door = &parrot_door, .tls = true, .alpn = "xmpp-client" },
					       { .door = &parrot_door, .maybe_tls = true, .alpn = "http/1.1,xmpp-client" } };
	own_buf why = { 0 };
	char path[128];

	h.ports.cores = 1;
	assert_int_equal(ports_open(&h.ports, STR("127.0.0.1:0"), "listen.plain", &how[PLAIN], &why), 0);
	assert_int_equal(ports_open(&h.ports, STR("127.0.0.1:0"), "listen.tls", &how[TLS], &why), 0);
	assert_int_equal(ports_open(&h.ports, STR("127.0.0.1:0"), "listen.either", &how[EITHER], &why), 0);
	snprintf(path, sizeof path, "%s/socket", h.dir);
	assert_int_equal(ports_open_local(&h.ports, path, &how[PLAIN], &why), 0);
	assert_int_equal(h.ports.n, ENTRANCES);
}

static int begin(void **state)
{
	static const uint64_t seed[2];
	char certificate[128], key[128];
	own_buf why = { 0 };
	bool made;

	h = (struct house){ 0 };
	log_sink_set(no_log, NULL);
	strcpy(h.dir, "/tmp/anser-test-XXXXXX");
	assert_non_null(mkdtemp(h.dir));
	h.pool = pool_new(1);
	h.loop = loop_new(h.pool);
	h.gate = gate_new(5, 0, seed);
	assert_int_equal(authority_ensure(h.dir, STR("example.org"), world_now(&h.loop->world), &made, &why), 0);
	assert_true(made);
	snprintf(certificate, sizeof certificate, "%s/server.crt", h.dir);
	snprintf(key, sizeof key, "%s/server.key", h.dir);
	assert_int_equal(tls_setup_new(&h.tls, certificate, key, &why), 0);
	h.links = links_new(h.loop, NULL, h.gate, h.tls);
	open_ports();
	h.stop.run = stop;
	return pthread_create(&h.thread, NULL, live, NULL);
}

/* Ends the house in order; afterwards what the door saw may be read. */
static void house_end(void)
{
	if (!h.loop)
		return;
	world_post(&h.loop->world, &h.stop);
	pthread_join(h.thread, NULL);
	h.links = links_free(h.links);
	ports_free(&h.ports);
	h.loop = loop_free(h.loop);
	h.pool = pool_free(h.pool);
	h.gate = gate_free(h.gate);
	h.tls = tls_setup_unref(h.tls);
}

static int end(void **state)
{
	static const char *const names[] = { "ca.crt", "ca.key", "server.crt", "server.key" };
	char path[128];

	house_end();
	for (unsigned i = 0; i < countof(names); i++) {
		snprintf(path, sizeof path, "%s/%s", h.dir, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(h.dir), 0);
	log_sink_set(NULL, NULL);
	return 0;
}

/* ---- the client ------------------------------------------------------------------------------------------------------------ */

static int dial(unsigned entrance)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_port = htons(h.ports.port[entrance]->number);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	return fd;
}

static void send_all(int fd, const char *text) { assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text)); }

static void expect(int fd, const char *text)
{
	char got[256] = "";

	assert_int_equal(recv(fd, got, strlen(text), MSG_WAITALL), strlen(text));
	assert_string_equal(got, text);
}

static void expect_end(int fd)
{
	char c;

	assert_int_equal(recv(fd, &c, 1, 0), 0);
	close(fd);
}

static void talk(int fd, const char *what, const char *answer)
{
	send_all(fd, what);
	expect(fd, answer);
}

static void an_echo_comes_back_and_bye_hangs_up(void **state)
{
	int fd = dial(PLAIN);

	talk(fd, "hello\n", "hello\n");
	talk(fd, "again\n", "again\n");
	talk(fd, "where\n", "127.0.0.1\n");
	talk(fd, "bye\n", "bye\n");
	expect_end(fd);
	house_end();
	assert_int_equal(h.opened, 1);
	assert_int_equal(h.closed, 1);
	assert_int_equal(h.why, CLOSE_ASKED);
	assert_true(h.written >= 2);
}

static void last_words_arrive_although_more_was_sent(void **state)
{
	int fd = dial(PLAIN);
	char rest[8192];

	memset(rest, 'x', sizeof rest);
	send_all(fd, "leave\n");
	expect(fd, "left\n");
	/* The server does not read this any more; it must not turn the end into a reset. */
	assert_int_equal(send(fd, rest, sizeof rest, MSG_NOSIGNAL), sizeof rest);
	expect_end(fd);
	house_end();
	assert_false(h.fed_after_end);
}

static void the_peer_may_vanish(void **state)
{
	struct linger reset = { .l_onoff = 1 };
	int fd = dial(PLAIN), gone = dial(PLAIN);

	talk(gone, "hello\n", "hello\n");
	setsockopt(gone, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	close(gone);
	talk(fd, "still there\n", "still there\n");
	close(fd);
	house_end();
	assert_int_equal(h.closed, 2);
	assert_int_equal(h.why, CLOSE_PEER);
}

static void twenty_megabytes_arrive_whole(void **state)
{
	size_t want = 20 * 1000 * 1000;
	static char got[64 * 1024];
	int fd = dial(PLAIN);

	send_all(fd, "big\n");
	while (want) {
		ssize_t n = recv(fd, got, sizeof got < want ? sizeof got : want, 0);

		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++)
			if (got[i] != (char)('a' + (want - (size_t)i) % 26))
				fail_msg("wrong byte with %zu to come", want - (size_t)i);
		want -= (size_t)n;
	}
	talk(fd, "bye\n", "bye\n");
	expect_end(fd);
}

static void who_does_not_read_is_cut_off(void **state)
{
	struct pollfd p = { .fd = dial(PLAIN), .events = 0 };
	int other = dial(PLAIN);

	send_all(p.fd, "flood\n");
	assert_int_equal(poll(&p, 1, 30000), 1); /* reset */
	talk(other, "others live\n", "others live\n");
	close(p.fd);
	house_end();
	assert_int_equal(h.closed, 2);
	assert_true(h.backlog_max >= 4 * 1024 * 1024);
	assert_true(h.backlog_max < 5 * 1024 * 1024);
	close(other);
}

static void a_paused_link_is_not_fed(void **state)
{
	int fd = dial(PLAIN);

	talk(fd, "pause\n", "paused\n");
	send_all(fd, "meanwhile\n");
	expect(fd, "awake\n");
	expect(fd, "meanwhile\n");
	close(fd);
	house_end();
	assert_false(h.fed_after_end);
}

static void one_too_many_is_refused(void **state)
{
	int fd[6];
	char c;

	for (unsigned i = 0; i < 5; i++) {
		fd[i] = dial(PLAIN);
		talk(fd[i], "in\n", "in\n");
	}
	fd[5] = dial(PLAIN);
	assert_true(recv(fd[5], &c, 1, 0) <= 0);
	close(fd[5]);
	talk(fd[0], "bye\n", "bye\n");
	expect_end(fd[0]);
	for (unsigned tries = 0; gate_count(h.gate) > 4 && tries < 10000; tries++)
		usleep(1000);
	fd[0] = dial(PLAIN);
	talk(fd[0], "in again\n", "in again\n");
	for (unsigned i = 0; i < 5; i++)
		close(fd[i]);
}

static void at_the_end_everybody_is_told(void **state)
{
	int fd = dial(PLAIN);

	talk(fd, "hello\n", "hello\n");
	world_post(&h.loop->world, &h.stop);
	expect(fd, "the end\n");
	expect_end(fd);
	pthread_join(h.thread, NULL);
	h.thread = pthread_self();
	assert_int_equal(h.why, CLOSE_SHUTDOWN);
	h.links = links_free(h.links);
	ports_free(&h.ports);
	h.loop = loop_free(h.loop);
	pool_free(h.pool);
	gate_free(h.gate);
	tls_setup_unref(h.tls);
}

static void a_local_socket_is_for_its_owner(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	strcpy(un.sun_path, h.ports.port[LOCAL]->address);
	assert_int_equal(stat(un.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof un), 0);
	talk(fd, "hello\n", "hello\n");
	talk(fd, "where\n", "::\n"); /* nowhere */
	talk(fd, "bye\n", "bye\n");
	expect_end(fd);
	house_end();
	assert_int_equal(access(un.sun_path, F_OK), -1);
}

/* ---- TLS -------------------------------------------------------------------------------------------------------------------- */

struct tls_client {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
};

/* 1 when the handshake went well. The certificate is checked against our root and the name. */
static int tls_dial(struct tls_client *c, int fd, const char *alpn, int version)
{
	char root[128];

	snprintf(root, sizeof root, "%s/ca.crt", h.dir);
	c->fd = fd;
	c->ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_max_proto_version(c->ctx, version);
	SSL_CTX_set_min_proto_version(c->ctx, TLS1_VERSION);
	SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, NULL);
	assert_int_equal(SSL_CTX_load_verify_locations(c->ctx, root, NULL), 1);
	c->ssl = SSL_new(c->ctx);
	SSL_set_fd(c->ssl, fd);
	SSL_set1_host(c->ssl, "example.org");
	if (alpn)
		SSL_set_alpn_protos(c->ssl, (const unsigned char *)alpn, (unsigned)strlen(alpn));
	return SSL_connect(c->ssl);
}

static void tls_talk(struct tls_client *c, const char *what, const char *answer)
{
	char got[256] = "";
	size_t n = 0, part;

	assert_int_equal(SSL_write(c->ssl, what, (int)strlen(what)), strlen(what));
	for (; n < strlen(answer); n += part)
		assert_int_equal(SSL_read_ex(c->ssl, got + n, strlen(answer) - n, &part), 1);
	assert_string_equal(got, answer);
}

static void tls_hang_up(struct tls_client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
	close(c->fd);
}

static void direct_tls_with_alpn(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct tls_client c;
	const unsigned char *chosen;
	unsigned n;
	char byte;

	for (unsigned i = 0; i < countof(versions); i++) {
		assert_int_equal(tls_dial(&c, dial(TLS), "\x08http/1.1\x0bxmpp-client", versions[i]), 1);
		assert_int_equal(SSL_version(c.ssl), versions[i]);
		SSL_get0_alpn_selected(c.ssl, &chosen, &n);
		assert_int_equal(n, 11);
		assert_memory_equal(chosen, "xmpp-client", 11);
		tls_talk(&c, "hello\n", "hello\n");
		tls_talk(&c, "bye\n", "bye\n");
		/* It ends with a good-bye inside TLS, not only of TCP. */
		assert_int_equal(SSL_read(c.ssl, &byte, 1), 0);
		assert_int_equal(SSL_get_error(c.ssl, 0), SSL_ERROR_ZERO_RETURN);
		tls_hang_up(&c);
	}
	house_end();
	assert_int_equal(h.secured, 2);
	assert_int_equal(h.closed, 2);
}

static void another_protocol_or_an_old_tls_is_refused(void **state)
{
	struct tls_client c;

	assert_int_not_equal(tls_dial(&c, dial(TLS), "\x08http/1.1", TLS1_3_VERSION), 1);
	tls_hang_up(&c);
	assert_int_not_equal(tls_dial(&c, dial(TLS), NULL, TLS1_1_VERSION), 1);
	tls_hang_up(&c);
	assert_int_equal(tls_dial(&c, dial(TLS), NULL, TLS1_3_VERSION), 1);
	tls_talk(&c, "hello\n", "hello\n");
	tls_hang_up(&c);
	house_end();
	assert_int_equal(h.secured, 1);
	assert_int_equal(h.closed, 3);
}

static void starttls_and_both_bindings_agree(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	unsigned char ours[32], theirs[EVP_MAX_MD_SIZE];
	struct tls_client c;
	unsigned n;

	for (unsigned i = 0; i < countof(versions); i++) {
		int fd = dial(PLAIN);

		talk(fd, "hello\n", "hello\n");
		talk(fd, "exporter\n", "none");
		talk(fd, "starttls\n", "proceed\n");
		assert_int_equal(tls_dial(&c, fd, NULL, versions[i]), 1);
		assert_int_equal(SSL_export_keying_material(c.ssl, ours, sizeof ours, "EXPORTER-Channel-Binding", 24,
							    (const unsigned char *)"", 0, 1), 1);
		assert_int_equal(SSL_write(c.ssl, "exporter\n", 9), 9);
		assert_int_equal(SSL_read(c.ssl, theirs, 32), 32);
		assert_memory_equal(ours, theirs, 32);
		assert_int_equal(SSL_write(c.ssl, "endpoint\n", 9), 9);
		assert_int_equal(SSL_read(c.ssl, theirs, 32), 32);
		assert_int_equal(X509_digest(SSL_get0_peer_certificate(c.ssl), EVP_sha256(), ours, &n), 1);
		assert_memory_equal(ours, theirs, 32);
		tls_talk(&c, "bye\n", "bye\n");
		tls_hang_up(&c);
	}
}

static void twenty_megabytes_through_tls_with_a_pause(void **state)
{
	static char got[64 * 1024];
	size_t want = 20 * 1000 * 1000, n;
	struct tls_client c;

	assert_int_equal(tls_dial(&c, dial(TLS), NULL, TLS1_3_VERSION), 1);
	assert_int_equal(SSL_write(c.ssl, "pause\n", 6), 6);
	/* In records of their own, perhaps in the same segment: decrypted only after the pause. */
	assert_int_equal(SSL_write(c.ssl, "one\n", 4), 4);
	tls_talk(&c, "two\n", "paused\nawake\none\ntwo\n");
	assert_int_equal(SSL_write(c.ssl, "big\n", 4), 4);
	for (; want; want -= n) {
		assert_int_equal(SSL_read_ex(c.ssl, got, sizeof got < want ? sizeof got : want, &n), 1);
		for (size_t i = 0; i < n; i++)
			if (got[i] != (char)('a' + (want - i) % 26))
				fail_msg("wrong byte with %zu to come", want - i);
	}
	tls_talk(&c, "bye\n", "bye\n");
	tls_hang_up(&c);
	house_end();
	assert_false(h.fed_after_end);
}

static void garbage_instead_of_tls_ends_the_link(void **state)
{
	int fd = dial(TLS);
	char answer[64];

	send_all(fd, "GET / HTTP/1.0\r\n\r\n");
	while (recv(fd, answer, sizeof answer, 0) > 0)
		;
	close(fd);
	fd = dial(PLAIN);
	talk(fd, "starttls\n", "proceed\n");
	send_all(fd, "hello\n and no client hello\n");
	while (recv(fd, answer, sizeof answer, 0) > 0)
		;
	close(fd);
	house_end();
	assert_int_equal(h.closed, 2);
	assert_int_equal(h.secured, 0);
}

static void the_first_byte_says_whether_it_is_tls(void **state)
{
	static const struct {
		const char *offered, *chosen;
	} rows[] = { { "\x08http/1.1", "http/1.1" }, { "\x0bxmpp-client\x08http/1.1", "http/1.1" }, { "\x0bxmpp-client", "xmpp-client" }, { NULL, "" } };
	struct tls_client c;
	const unsigned char *chosen;
	unsigned n;
	int fd = dial(EITHER);

	talk(fd, "hello\n", "hello\n");
	talk(fd, "bye\n", "bye\n");
	expect_end(fd);
	for (unsigned i = 0; i < countof(rows); i++) {
		assert_int_equal(tls_dial(&c, dial(EITHER), rows[i].offered, TLS1_3_VERSION), 1);
		SSL_get0_alpn_selected(c.ssl, &chosen, &n);
		assert_int_equal(n, strlen(rows[i].chosen));
		assert_memory_equal(chosen ? (const char *)chosen : "", rows[i].chosen, n);
		tls_talk(&c, "hello\n", "hello\n");
		tls_hang_up(&c);
	}
	assert_int_not_equal(tls_dial(&c, dial(EITHER), "\x02h2", TLS1_3_VERSION), 1);
	tls_hang_up(&c);
	house_end();
	assert_int_equal(h.secured, countof(rows));
	assert_int_equal(h.opened, countof(rows) + 2);
	assert_int_equal(h.closed, countof(rows) + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_echo_comes_back_and_bye_hangs_up, begin, end),
		cmocka_unit_test_setup_teardown(last_words_arrive_although_more_was_sent, begin, end),
		cmocka_unit_test_setup_teardown(the_peer_may_vanish, begin, end),
		cmocka_unit_test_setup_teardown(twenty_megabytes_arrive_whole, begin, end),
		cmocka_unit_test_setup_teardown(who_does_not_read_is_cut_off, begin, end),
		cmocka_unit_test_setup_teardown(a_paused_link_is_not_fed, begin, end),
		cmocka_unit_test_setup_teardown(one_too_many_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(at_the_end_everybody_is_told, begin, end),
		cmocka_unit_test_setup_teardown(a_local_socket_is_for_its_owner, begin, end),
		cmocka_unit_test_setup_teardown(direct_tls_with_alpn, begin, end),
		cmocka_unit_test_setup_teardown(another_protocol_or_an_old_tls_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(the_first_byte_says_whether_it_is_tls, begin, end),
		cmocka_unit_test_setup_teardown(starttls_and_both_bindings_agree, begin, end),
		cmocka_unit_test_setup_teardown(twenty_megabytes_through_tls_with_a_pause, begin, end),
		cmocka_unit_test_setup_teardown(garbage_instead_of_tls_ends_the_link, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
