/* SPDX-License-Identifier: Apache-2.0
 *
 * The net on real sockets of this machine: servers are threads that speak as bluntly as they like, peers are two nets
 * on one loop.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka wants the standard headers before it */
#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "clients/term/net/disk.h"
#include "clients/term/net/net.h"
#include "clients/term/net/text.h"

enum { PATIENCE_MS = 60000, BULK = 100 * 1024 * 1024, PIECE = 128 * 1024 };

static char dir[] = "/tmp/anser-net-XXXXXX"; /* made by setup() */
static struct pool *pool;
static struct loop *loop;

/* ---- running ----------------------------------------------------------------------------------------------------- */

static void too_long(struct timer *t)
{
	fail_msg("nothing happens");
}

#define until(condition)                                                                           \
	do {                                                                                       \
		struct timer patience_ = { .fire = too_long };                                     \
		world_timer(&loop->world, &patience_, PATIENCE_MS);                                \
		while (!(condition))                                                               \
			uv_run(&loop->uv, UV_RUN_ONCE);                                            \
		world_stop(&loop->world, &patience_);                                              \
	} while (0)

static const char *path(const char *name)
{
	static char room[8][256];
	static unsigned next;
	char *to = room[next++ % 8];

	snprintf(to, 256, "%s/%s", dir, name);
	return to;
}

static struct outside *net_as(const char *name, const char *authorities, bool chinese)
{
	struct outside *o = NULL;
	own_buf why = { 0 };
	char key[64], parts[64];
	struct net_setup setup = { .loop = loop, .chinese = chinese };
	int r;

	snprintf(key, sizeof key, "%s.pem", name);
	snprintf(parts, sizeof parts, "%s.parts", name);
	setup.key = str_z(path(key));
	setup.parts = str_z(path(parts));
	setup.authorities = str_z(authorities);
	r = net_new(&o, &setup, &why);
	if (r)
		fail_msg("%s", buf_z(&why));
	return o;
}

static struct outside *net(const char *name) { return net_as(name, NULL, false); }

/* Lets go of nets while the loop goes on. */
static void ended(uv_handle_t *h, void *arg)
{
	if (uv_is_closing(h))
		*(bool *)arg = true;
}

static struct outside *done(struct outside *o)
{
	bool closing;

	net_stop(o);
	do {
		closing = false;
		uv_run(&loop->uv, UV_RUN_NOWAIT);
		uv_walk(&loop->uv, ended, &closing);
	} while (closing || loop_busy(loop));
	return net_free(o);
}

/* ---- what the engine would be ------------------------------------------------------------------------------------ */

struct side {
	struct pipe *p;
	bool up, down, told_why, hold, echo;
	unsigned ups, writtens;
	struct buf got, why;
	uint64_t fed;
	struct hash_stream *sum;
	bool trusted, secure;
	uint8_t key[KEY_BYTES];
	bool inside; /* one of our calls is running: no callback may come */
};

static void side_up(struct pipe *p)
{
	struct side *s = p->state;

	assert_false(s->inside);
	s->up = true;
	s->ups++;
	s->trusted = p->trusted;
	s->secure = p->secure;
	memcpy(s->key, p->key, KEY_BYTES);
}

static void side_feed(struct pipe *p, const char *bytes, size_t n)
{
	struct side *s = p->state;

	assert_true(s->up && !s->down && !s->hold && !s->inside);
	s->fed += n;
	if (s->sum)
		hash_add(s->sum, str_n(bytes, n));
	else
		buf_add(&s->got, bytes, n);
	if (s->echo) {
		buf_add(&p->out, bytes, n);
		s->inside = true;
		pipe_dirty(p);
		s->inside = false;
	}
}

static void side_written(struct pipe *p)
{
	struct side *s = p->state;

	assert_false(s->inside);
	assert_int_equal(p->out.n + p->unsent, 0);
	s->writtens++;
}

static void side_down(struct pipe *p, struct str why)
{
	struct side *s = p->state;

	assert_true(!s->down && !s->inside);
	s->down = true;
	s->told_why = why.p != NULL;
	buf_clear(&s->why);
	buf_str(&s->why, why);
	s->p = NULL;
}

static const struct pipe_ops side_ops = { side_up, side_feed, side_written, side_down };

static void dial(struct side *s, struct outside *o, const char *host, uint16_t port, enum pipe_tls tls)
{
	s->inside = true;
	s->p = o->ops->dial(o, str_z(host), port, tls, &side_ops, s);
	s->inside = false;
}

static void say(struct side *s, const char *text)
{
	s->inside = true;
	buf_str(&s->p->out, str_z(text));
	pipe_dirty(s->p);
	s->inside = false;
}

static void hang_up(struct side *s)
{
	s->inside = true;
	pipe_hang_up(s->p);
	s->inside = false;
}

static void side_free(struct side *s)
{
	buf_free(&s->got);
	buf_free(&s->why);
}

static bool heard(const struct side *s, const char *text) { return str_is(buf_all(&s->got), text); }

static void accepted(void *arg, struct pipe *p)
{
	struct side *s = arg;

	p->ops = &side_ops;
	p->state = s;
	s->p = p;
	side_up(p);
}

static uint16_t listen_as(struct outside *o, struct side *s)
{
	own_buf why = { 0 };
	uint16_t port;

	o->events.arg = s;
	o->events.accepted = accepted;
	port = o->ops->listen(o, 0, &why);
	if (!port)
		fail_msg("%s", buf_z(&why));
	return port;
}

/* ---- servers that are threads ------------------------------------------------------------------------------------ */

struct server {
	int fd;
	uint16_t port;
	pthread_t thread;
	void (*serve)(struct server *s, int fd);
	SSL_CTX *ctx;
	uint64_t got;
	int stop[2]; /* a pipe: closed when the server may end */
};

static void *server_thread(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->fd, NULL, NULL);

	if (fd >= 0)
		s->serve(s, fd);
	return NULL;
}

static void server_begin(struct server *s, void (*serve)(struct server *s, int fd))
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;

	s->serve = serve;
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(s->fd, 5), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &n), 0);
	s->port = ntohs(at.sin_port);
	assert_int_equal(pipe(s->stop), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, server_thread, s), 0);
}

static void server_end(struct server *s)
{
	close(s->stop[1]);
	pthread_join(s->thread, NULL);
	close(s->stop[0]);
	close(s->fd);
	SSL_CTX_free(s->ctx);
}

static void wait_for_stop(struct server *s)
{
	char c;

	while (read(s->stop[0], &c, 1) < 0)
		;
}

static void serve_echo(struct server *s, int fd)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof piece)) > 0) {
		s->got += (uint64_t)n;
		if (write(fd, piece, (size_t)n) != n)
			break;
	}
	close(fd);
}

static void serve_web(struct server *s, int fd)
{
	static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	char piece[4096];

	if (read(fd, piece, sizeof piece) > 0 && write(fd, answer, sizeof answer - 1) > 0)
		s->got = 1;
	close(fd);
}

/* Says its last word, and reads on. */
static void serve_half(struct server *s, int fd)
{
	char piece[4096];
	ssize_t n;

	if (write(fd, "bye", 3) != 3)
		return;
	shutdown(fd, SHUT_WR);
	while ((n = read(fd, piece, sizeof piece)) > 0)
		s->got += (uint64_t)n;
	close(fd);
}

static void serve_reset(struct server *s, int fd)
{
	struct linger now = { 1, 0 };
	char c;

	if (read(fd, &c, 1) == 1)
		s->got = 1;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
}

static void serve_deaf(struct server *s, int fd)
{
	wait_for_stop(s);
	close(fd);
}

static void tls_echo(struct server *s, SSL *ssl)
{
	char piece[4096];
	int n;

	while ((n = SSL_read(ssl, piece, sizeof piece)) > 0 && SSL_write(ssl, piece, n) == n)
		s->got += (uint64_t)n;
	if (SSL_get_error(ssl, n) == SSL_ERROR_ZERO_RETURN)
		s->got |= 1ull << 32; /* it was said good-bye */
	SSL_shutdown(ssl);
}

static void serve_tls(struct server *s, int fd)
{
	SSL *ssl = SSL_new(s->ctx);

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1)
		tls_echo(s, ssl);
	SSL_free(ssl);
	ERR_clear_error();
	close(fd);
}

/* A line in the clear first. */
static void serve_later_tls(struct server *s, int fd)
{
	char piece[16];

	if (read(fd, piece, sizeof piece) == 6 && write(fd, "go\n", 3) == 3)
		serve_tls(s, fd);
}

/* Breaks off in the middle, without a word. */
static void serve_cut_tls(struct server *s, int fd)
{
	SSL *ssl = SSL_new(s->ctx);

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1 && SSL_write(ssl, "half", 4) == 4)
		s->got = 1;
	SSL_free(ssl);
	shutdown(fd, SHUT_WR);
	wait_for_stop(s);
	close(fd);
}

/* ---- certificates ------------------------------------------------------------------------------------------------ */

static X509 *certificate(EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *by, const char *san)
{
	X509 *c = X509_new();
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509_set_version(c, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(c), issuer ? 2 : 1);
	X509_gmtime_adj(X509_getm_notBefore(c), -3600);
	X509_gmtime_adj(X509_getm_notAfter(c), 3600);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
				   0);
	X509_set_issuer_name(c, X509_get_subject_name(issuer ? issuer : c));
	X509_set_pubkey(c, key);
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer ? issuer : c, c, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, issuer ? NID_subject_alt_name : NID_basic_constraints,
				issuer ? san : "critical,CA:TRUE");
	assert_non_null(e);
	X509_add_ext(c, e, -1);
	X509_EXTENSION_free(e);
	assert_true(X509_sign(c, by, EVP_sha256()) > 0);
	return c;
}

/* A root in the file ca.pem, and a server below it. *sum: of the server's certificate. */
static SSL_CTX *server_ctx(uint8_t sum[32])
{
	EVP_PKEY *root_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *root = certificate(root_key, "test root", NULL, root_key, NULL);
	X509 *cert = certificate(key, "test server", root, root_key, "DNS:localhost");
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	FILE *f = fopen(path("ca.pem"), "w");
	unsigned n = 32;

	assert_non_null(f);
	PEM_write_X509(f, root);
	fclose(f);
	assert_int_equal(SSL_CTX_use_certificate(ctx, cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_digest(cert, EVP_sha256(), sum, &n);
	X509_free(cert);
	X509_free(root);
	EVP_PKEY_free(key);
	EVP_PKEY_free(root_key);
	return ctx;
}

/* ---- plain ------------------------------------------------------------------------------------------------------- */

static void plain_to_a_name(void **state)
{
	struct server server = { 0 };
	struct side s = { 0 };
	struct outside *o = net("tom");

	server_begin(&server, serve_echo);
	dial(&s, o, "localhost", server.port, PIPE_PLAIN); /* also ::1, where nothing listens */
	buf_lit(&s.p->out, "he");                          /* nothing is sent before it is up */
	until(s.up);
	assert_false(s.secure);
	assert_int_equal(s.p->peer.port, server.port);
	assert_true(endpoint_is_loopback(s.p->local.address));
	say(&s, "llo");
	until(heard(&s, "hello") && s.writtens == 1);
	say(&s, "!");
	hang_up(&s);
	until(s.down);
	assert_false(s.told_why);
	server_end(&server);
	assert_int_equal(server.got, 6); /* what was said last went out */
	o = done(o);
	side_free(&s);
}

static uint16_t closed_port(void)
{
	struct server server = { 0 };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;

	server.fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(server.fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(server.fd, (struct sockaddr *)&at, &n), 0);
	close(server.fd);
	return ntohs(at.sin_port);
}

static void nobody_there(void **state)
{
	struct side s = { 0 }, again = { 0 }, nowhere = { 0 };
	struct outside *o = net("tom"), *zh = net_as("ann", NULL, true);
	own_buf want = { 0 };
	uint16_t port = closed_port();

	dial(&s, o, "127.0.0.1", port, PIPE_SERVER);
	until(s.down);
	buf_fmt(&want, "Nothing listens at 127.0.0.1:%u (connection refused).", (unsigned)port);
	assert_string_equal(buf_z(&s.why), buf_z(&want));
	dial(&again, zh, "localhost", port, PIPE_PLAIN);
	until(again.down);
	buf_clear(&want);
	buf_fmt(&want, "localhost:%u 没有服务在监听（连接被拒绝）。", (unsigned)port);
	assert_string_equal(buf_z(&again.why), buf_z(&want));
	dial(&nowhere, o, "no-such-host.invalid", 1, PIPE_PLAIN);
	until(nowhere.down);
	assert_non_null(strstr(buf_z(&nowhere.why), "no-such-host.invalid"));
	assert_false(s.up || again.up || nowhere.up);
	done(o);
	done(zh);
	side_free(&s);
	side_free(&again);
	side_free(&nowhere);
}

/* Given up before, while and after it is looked up; and while the net ends. */
static void given_up(void **state)
{
	struct side s[4] = { 0 };
	struct outside *o = net("tom");
	struct server server = { 0 };

	server_begin(&server, serve_deaf);
	dial(&s[0], o, "localhost", 1, PIPE_PLAIN);
	hang_up(&s[0]);
	until(s[0].down);
	assert_false(s[0].up || s[0].told_why);
	dial(&s[1], o, "127.0.0.1", server.port, PIPE_SERVER);
	for (unsigned i = 0; i < 3; i++) /* it connects, and TLS never comes */
		uv_run(&loop->uv, UV_RUN_NOWAIT);
	hang_up(&s[1]);
	until(s[1].down);
	assert_false(s[1].up || s[1].told_why);
	dial(&s[2], o, "127.0.0.1", server.port, PIPE_SERVER);
	dial(&s[3], o, "localhost", server.port, PIPE_SERVER);
	o = done(o);
	assert_false(s[2].down || s[3].down); /* ended without a word */
	server_end(&server);
	for (unsigned i = 0; i < 4; i++)
		side_free(&s[i]);
}

static void half_closed(void **state)
{
	struct server server = { 0 };
	struct side s = { 0 };
	struct outside *o = net("tom");

	server_begin(&server, serve_half);
	dial(&s, o, "127.0.0.1", server.port, PIPE_PLAIN);
	buf_lit(&s.p->out, "answer");
	until(s.down);
	assert_true(heard(&s, "bye"));
	assert_string_equal(buf_z(&s.why), "The other side ended the connection.");
	server_end(&server);
	assert_int_equal(server.got, 6);
	done(o);
	side_free(&s);
}

static void reset(void **state)
{
	struct server server = { 0 };
	struct side s = { 0 };
	struct outside *o = net("tom");

	server_begin(&server, serve_reset);
	dial(&s, o, "127.0.0.1", server.port, PIPE_PLAIN);
	buf_lit(&s.p->out, "xyz");
	until(s.down);
	assert_true(s.up);
	assert_string_equal(buf_z(&s.why), "The connection was cut off.");
	server_end(&server);
	done(o);
	side_free(&s);
}

/* The engine sees how much waits; hanging up does not wait for ever. */
static void never_reads(void **state)
{
	struct server server = { 0 };
	struct side s = { 0 };
	struct outside *o = net("tom");
	size_t n = 32 * 1024 * 1024;

	server_begin(&server, serve_deaf);
	dial(&s, o, "127.0.0.1", server.port, PIPE_PLAIN);
	until(s.up);
	memset(buf_room(&s.p->out, n), 'x', n);
	s.p->out.n += n;
	pipe_dirty(s.p);
	until(s.p->unsent);
	say(&s, "more");
	for (unsigned i = 0; i < 10; i++)
		uv_run(&loop->uv, UV_RUN_NOWAIT);
	assert_int_equal(s.writtens, 0);
	assert_true(pipe_backlog(s.p) > n / 2);
	hang_up(&s);
	until(s.down);
	server_end(&server);
	done(o);
	side_free(&s);
}

/* Paused, nothing comes, not even of what was read already. */
static void paused(void **state)
{
	struct server server = { 0 };
	struct side s = { 0 };
	struct outside *o = net_as("tom", NULL, false);
	uint8_t sum[32];

	server.ctx = server_ctx(sum);
	server_begin(&server, serve_tls);
	dial(&s, o, "127.0.0.1", server.port, PIPE_SERVER);
	until(s.up);
	pipe_pause(s.p, true);
	s.hold = true; /* side_feed() would fail */
	say(&s, "hello");
	until(s.writtens == 1);
	for (unsigned i = 0; i < 20; i++) {
		usleep(5000);
		uv_run(&loop->uv, UV_RUN_NOWAIT);
	}
	assert_int_equal(s.fed, 0);
	s.hold = false;
	pipe_pause(s.p, false);
	until(heard(&s, "hello"));
	hang_up(&s);
	until(s.down);
	server_end(&server);
	done(o);
	side_free(&s);
}

/* ---- TLS to servers ---------------------------------------------------------------------------------------------- */

static void tls_try(struct outside *o, struct server *server, struct side *s, const char *host)
{
	server_begin(server, serve_tls);
	dial(s, o, host, server->port, PIPE_SERVER);
	until(s->up);
	say(s, "hello");
	until(heard(s, "hello"));
	hang_up(s);
	until(s->down);
	assert_false(s->told_why);
	server_end(server);
	assert_int_equal(server->got, 5 | 1ull << 32); /* with a good-bye */
}

static void trusted_or_not(void **state)
{
	struct server a = { 0 }, b = { 0 }, c = { 0 };
	struct side known = { 0 }, unknown = { 0 }, misnamed = { 0 };
	struct outside *knows = NULL, *o = net("tom");
	uint8_t sum[32];

	a.ctx = server_ctx(sum);
	SSL_CTX_up_ref(a.ctx);
	SSL_CTX_up_ref(a.ctx);
	b.ctx = c.ctx = a.ctx;
	knows = net_as("ann", path("ca.pem"), false);
	tls_try(knows, &a, &known, "localhost");
	assert_true(known.trusted && known.secure);
	assert_memory_equal(known.key, sum, 32);
	tls_try(o, &b, &unknown, "localhost");
	assert_true(!unknown.trusted && unknown.secure);
	assert_memory_equal(unknown.key, sum, 32);
	tls_try(knows, &c, &misnamed, "127.0.0.1"); /* the certificate is for a name */
	assert_false(misnamed.trusted);
	done(o);
	done(knows);
	side_free(&known);
	side_free(&unknown);
	side_free(&misnamed);
}

static void no_tls_there(void **state)
{
	struct server server = { 0 };
	struct side s = { 0 };
	struct outside *o = net("tom");

	server_begin(&server, serve_web);
	dial(&s, o, "127.0.0.1", server.port, PIPE_SERVER);
	until(s.down);
	assert_false(s.up);
	assert_non_null(strstr(buf_z(&s.why), "There is no TLS at 127.0.0.1:"));
	server_end(&server);
	done(o);
	side_free(&s);
}

/* An end without a good-bye may have been made by anybody on the way: it is told apart. */
static void tls_cut(void **state)
{
	struct server server = { 0 };
	struct side s = { 0 };
	struct outside *o = net("tom");
	uint8_t sum[32];

	server.ctx = server_ctx(sum);
	server_begin(&server, serve_cut_tls);
	dial(&s, o, "127.0.0.1", server.port, PIPE_SERVER);
	until(s.down);
	assert_true(heard(&s, "half"));
	assert_string_equal(buf_z(&s.why), "The connection was cut off.");
	server_end(&server);
	done(o);
	side_free(&s);
}

static void tls_begins_later(void **state)
{
	struct server server = { 0 };
	struct side s = { 0 };
	struct outside *o;
	uint8_t sum[32];

	server.ctx = server_ctx(sum);
	o = net_as("tom", path("ca.pem"), false);
	server_begin(&server, serve_later_tls);
	dial(&s, o, "localhost", server.port, PIPE_PLAIN);
	until(s.up);
	say(&s, "begin\n");
	until(heard(&s, "go\n"));
	assert_false(s.secure);
	s.inside = true;
	o->ops->start_tls(s.p);
	s.inside = false;
	until(s.ups == 2);
	assert_true(s.secure && s.trusted);
	assert_memory_equal(s.key, sum, 32);
	say(&s, "hidden");
	until(heard(&s, "go\nhidden"));
	hang_up(&s);
	until(s.down);
	server_end(&server);
	assert_int_equal(server.got & 0xff, 6);
	done(o);
	side_free(&s);
}

/* ---- peers ------------------------------------------------------------------------------------------------------- */

static void peers_at(const char *host)
{
	struct side tom = { 0 }, ann = { 0 };
	struct outside *o = net("tom"), *other = net("ann");
	uint16_t port = listen_as(other, &ann);

	assert_memory_not_equal(o->key, other->key, KEY_BYTES);
	dial(&tom, o, host, port, PIPE_PEER);
	until(tom.up && ann.up);
	assert_memory_equal(tom.key, other->key, KEY_BYTES);
	assert_memory_equal(ann.key, o->key, KEY_BYTES);
	assert_true(ann.p->accepted && !tom.p->accepted && ann.p->secure && !ann.trusted);
	assert_true(endpoint_eq(&ann.p->peer, &tom.p->local));
	say(&tom, "hello");
	until(heard(&ann, "hello"));
	say(&ann, "yes?");
	until(heard(&tom, "yes?"));
	hang_up(&ann);
	until(ann.down && tom.down);
	assert_false(ann.told_why);
	assert_string_equal(buf_z(&tom.why), "The other side ended the connection.");
	done(o);
	done(other);
	side_free(&tom);
	side_free(&ann);
}

static void peers(void **state)
{
	peers_at("127.0.0.1");
	peers_at("::1");
}

/* Bytes that are not the same everywhere. */
static void piece_of(char *to, uint64_t at)
{
	for (size_t i = 0; i < PIECE; i += 8) {
		uint64_t v = (at + i) * 0x9e3779b97f4a7c15u;

		memcpy(to + i, &v, 8);
	}
}

static void bulk(void **state)
{
	struct side tom = { 0 }, ann = { 0 };
	struct outside *o = net("tom"), *other = net("ann");
	uint16_t port = listen_as(other, &ann);
	struct hash_stream *sent = hash_begin(HASH_SHA256);
	uint8_t a[32], b[32];
	uint64_t at = 0;

	ann.sum = hash_begin(HASH_SHA256);
	dial(&tom, o, "127.0.0.1", port, PIPE_PEER);
	until(tom.up && ann.up);
	while (at < BULK) {
		while (at < BULK && pipe_backlog(tom.p) < 4 * PIECE) {
			char *room = buf_room(&tom.p->out, PIECE);

			piece_of(room, at);
			hash_add(sent, str_n(room, PIECE));
			tom.p->out.n += PIECE;
			at += PIECE;
		}
		if (at % (32 * 1024 * 1024) == 0) { /* the reader has enough now and then */
			pipe_pause(ann.p, true);
			uv_run(&loop->uv, UV_RUN_NOWAIT);
			pipe_pause(ann.p, false);
		}
		pipe_dirty(tom.p);
		uv_run(&loop->uv, UV_RUN_ONCE);
	}
	hang_up(&tom);
	until(ann.down && tom.down);
	assert_int_equal(ann.fed, BULK);
	hash_end(sent, a);
	hash_end(ann.sum, b);
	assert_memory_equal(a, b, 32);
	done(o);
	done(other);
	side_free(&tom);
	side_free(&ann);
}

static void a_new_key_is_seen(void **state)
{
	struct side tom = { 0 }, ann = { 0 };
	struct outside *o = net("tom"), *other = net("ann");
	uint8_t before[KEY_BYTES];
	uint16_t port;

	memcpy(before, other->key, KEY_BYTES);
	done(other);
	other = net("ann");
	assert_memory_equal(before, other->key, KEY_BYTES); /* it is the same after a restart */
	done(other);
	assert_int_equal(unlink(path("ann.pem")), 0);
	other = net("ann");
	port = listen_as(other, &ann);
	dial(&tom, o, "127.0.0.1", port, PIPE_PEER);
	until(tom.up && ann.up);
	assert_memory_not_equal(tom.key, before, KEY_BYTES);
	assert_memory_equal(tom.key, other->key, KEY_BYTES);
	done(o);
	done(other);
	side_free(&tom);
	side_free(&ann);
}

/* Who shows no key does not come in: a client of servers is none of peers. */
static void no_key_no_link(void **state)
{
	struct side tom = { 0 }, ann = { 0 };
	struct outside *o = net("tom"), *other = net("ann");
	uint16_t port = listen_as(other, &ann);

	dial(&tom, o, "127.0.0.1", port, PIPE_SERVER);
	until(tom.down);
	assert_false(ann.up);
	done(o);
	done(other);
	side_free(&tom);
	side_free(&ann);
}

static int connect_from(const char *from, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET }, to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, from, &at.sin_addr);
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	for (unsigned i = 0; i < 5; i++)
		uv_run(&loop->uv, UV_RUN_NOWAIT);
	return fd;
}

/* Ended by the other side. */
static bool is_over(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);

	return !n || (n < 0 && errno == ECONNRESET);
}

static void crowds(void **state)
{
	struct side tom = { 0 }, ann = { 0 };
	struct outside *o = net("tom"), *other = net("ann");
	uint16_t port = listen_as(other, &ann);
	unsigned over = 0;
	int fd[44];

	for (unsigned i = 0; i < 6; i++)
		fd[i] = connect_from("127.0.0.1", port);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(is_over(fd[i]), i >= 4);
	/* A way to fill it is closed to one address, and all of them together leave no more than 32. */
	for (unsigned i = 6; i < 44; i++) {
		char from[16];

		snprintf(from, sizeof from, "127.0.0.%u", 2 + (i - 6) / 4);
		fd[i] = connect_from(from, port);
	}
	for (unsigned i = 0; i < 44; i++)
		over += is_over(fd[i]);
	assert_int_equal(over, 44 - 32);
	for (unsigned i = 0; i < 44; i++)
		close(fd[i]);
	/* Once they are gone there is room. */
	dial(&tom, o, "127.0.0.1", port, PIPE_PEER);
	until(tom.up && ann.up);
	/* And who says nothing at all is sent away. */
	fd[0] = connect_from("127.0.0.1", port);
	until(is_over(fd[0]));
	close(fd[0]);
	done(o);
	done(other);
	side_free(&tom);
	side_free(&ann);
}

static void ports(void **state)
{
	struct outside *o = net("tom"), *other = net("ann");
	struct side s = { 0 };
	own_buf why = { 0 };
	uint16_t port = listen_as(o, &s);

	assert_int_equal(other->ops->listen(other, port, &why), 0);
	assert_non_null(strstr(buf_z(&why), "is used by another program"));
	buf_clear(&why);
	assert_int_not_equal(other->ops->listen(other, 0, &why), 0); /* it can try again */
	done(o);
	done(other);
}

/* ---- datagrams --------------------------------------------------------------------------------------------------- */

struct letters {
	struct endpoint from;
	struct buf text;
	unsigned n;
};

static void take_letter(void *arg, const struct endpoint *from, struct str bytes)
{
	struct letters *l = arg;

	l->from = *from;
	l->n++;
	buf_clear(&l->text);
	buf_str(&l->text, bytes);
}

static void letters_begin(struct outside *o, struct letters *l, uint16_t *port)
{
	own_buf why = { 0 };

	o->events.arg = l;
	o->events.datagram = take_letter;
	*port = o->ops->listen(o, 0, &why);
	assert_int_not_equal(*port, 0);
}

static void datagrams(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "::1" };
	struct outside *o = net("tom"), *other = net("ann");
	struct letters tom = { 0 }, ann = { 0 };
	struct endpoint to = { 0 };
	uint16_t mine, yours;
	uint8_t local[16];

	letters_begin(o, &tom, &mine);
	letters_begin(other, &ann, &yours);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(endpoint_address_parse(to.address, str_z(hosts[i])));
		to.port = yours;
		ann.n = 0;
		o->ops->datagram(o, &to, STR("talk"));
		until(ann.n);
		assert_string_equal(buf_z(&ann.text), "talk");
		assert_true(ann.from.port == mine && !memcmp(ann.from.address, to.address, 16));
		o->ops->datagram_anonymous(o, &to, STR("login"));
		until(ann.n == 2);
		assert_int_not_equal(ann.from.port, mine);
		assert_true(o->ops->route(o, to.address, local));
		assert_memory_equal(local, to.address, 16);
	}
	/* An answer that nobody takes (a port that is closed) hurts nothing. */
	to.port = closed_port();
	o->ops->datagram(o, &to, STR("?"));
	to.port = yours;
	o->ops->datagram(o, &to, STR("!"));
	o->ops->datagram(o, &to, STR("!"));
	until(ann.n >= 3);
	done(o);
	done(other);
	buf_free(&tom.text);
	buf_free(&ann.text);
}

/* Others may be at it on this machine: what counts is what was said by `said`. */
struct ears {
	char said[64];
	struct endpoint from;
	bool heard, self;
	const char *own;
};

static void take_shout(void *arg, const struct endpoint *from, struct str bytes)
{
	struct ears *e = arg;

	e->self |= str_is(bytes, e->own);
	if (!str_is(bytes, e->said))
		return;
	e->heard = true;
	e->from = *from;
}

static uint16_t ears_begin(struct outside *o, struct ears *mine, struct ears *yours, const char *name)
{
	own_buf why = { 0 };

	o->events.arg = mine;
	o->events.multicast = take_shout;
	mine->own = yours->said;
	snprintf(yours->said, sizeof yours->said, "login,%s,%d", name, (int)getpid());
	return o->ops->listen(o, 0, &why);
}

/* Two programs on one machine, which may have no network but itself. */
static void multicast(void **state)
{
	struct outside *o = net("tom"), *other = net("ann"), *third = net("jim");
	struct ears tom = { 0 }, ann = { 0 };
	uint16_t mine = ears_begin(o, &tom, &ann, "tom"), yours = ears_begin(other, &ann, &tom, "ann");
	own_buf why = { 0 };

	assert_int_equal(third->ops->lan_join(third, STR("jim"), 1, STR("192.0.2.77"), &why), -EADDRNOTAVAIL);
	assert_string_equal(buf_z(&why), "No interface of this machine has the address 192.0.2.77.");
	buf_clear(&why);
	if (o->ops->lan_join(o, STR("tom"), mine, STR("127.0.0.1"), &why) ||
	    other->ops->lan_join(other, STR("ann"), yours, STR_NONE, &why))
		fail_msg("%s", buf_z(&why));
	o->ops->multicast(o, str_z(ann.said));
	until(ann.heard);
	assert_int_equal(ann.from.port, mine); /* it leaves from where we are reached */
	other->ops->multicast(other, str_z(tom.said));
	until(tom.heard);
	assert_int_equal(tom.from.port, yours);
	assert_false(tom.self || ann.self);
	done(o);
	done(other);
	done(third);
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

struct resolved {
	bool done;
	size_t n;
	bool local;
	struct buf why;
};

static void take_addresses(void *arg, const uint8_t (*addresses)[16], size_t n, struct str why)
{
	struct resolved *r = arg;

	r->done = true;
	r->n = n;
	r->local = n && endpoint_is_loopback(addresses[0]);
	buf_str(&r->why, why);
}

static void names(void **state)
{
	struct outside *o = net("tom");
	struct resolved good = { 0 }, bad = { 0 }, never = { 0 };

	o->ops->resolve(o, STR("localhost"), take_addresses, &good);
	o->ops->resolve(o, STR("no-such-host.invalid"), take_addresses, &bad);
	assert_false(good.done);
	until(good.done && bad.done);
	assert_true(good.n && good.local && !good.why.n);
	assert_true(!bad.n && bad.why.n);
	o->ops->resolve(o, STR("localhost"), take_addresses, &never);
	done(o);
	assert_false(never.done);
	buf_free(&good.why);
	buf_free(&bad.why);
}

/* ---- our key ----------------------------------------------------------------------------------------------------- */

static int key_try(const char *file, struct buf *why)
{
	struct net_setup setup = { .loop = loop, .key = str_z(path(file)) };
	struct outside *o = NULL;
	int r = net_new(&o, &setup, why);

	if (!r)
		done(o);
	return r;
}

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
}

static void keys(void **state)
{
	own_buf why = { 0 };
	struct stat st;

	assert_int_equal(key_try("key.pem", &why), 0);
	assert_int_equal(stat(path("key.pem"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_nlink, 1);
	/* Opened by mistake: closed again. */
	chmod(path("key.pem"), 0644);
	assert_int_equal(key_try("key.pem", &why), 0);
	stat(path("key.pem"), &st);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* What is damaged stays as it is. */
	put("broken.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n", 0600);
	assert_int_equal(key_try("broken.pem", &why), -EINVAL);
	assert_non_null(strstr(buf_z(&why), "is damaged"));
	stat(path("broken.pem"), &st);
	assert_int_equal(st.st_size, 33);
	buf_clear(&why);
	assert_int_equal(symlink("key.pem", path("link.pem")), 0);
	assert_int_equal(key_try("link.pem", &why), -ELOOP);
	assert_int_equal(key_try("no/such/folder.pem", &why), -ENOENT);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

#define KEY "00112233445566778899aabbccddeeff"

struct asked {
	struct hash_ask ask;
	bool done;
};

static void hashed(struct hash_ask *a) { holder_of(a, struct asked, ask)->done = true; }

static void safe_name(const char *name, const char *want)
{
	own_buf got = { 0 };

	disk_name(str_z(name), &got);
	assert_string_equal(buf_z(&got), want);
}

static void safe_names(void **state)
{
	own_buf longest = { 0 }, got = { 0 };

	safe_name("photo.jpg", "photo.jpg");
	safe_name("名字 1.txt", "名字 1.txt");
	safe_name("../../etc/passwd", "passwd");
	safe_name("C:\\Users\\ann\\a.doc", "a.doc");
	safe_name("..", "file");
	safe_name("", "file");
	safe_name("a/", "file");
	safe_name(".bashrc", "_bashrc");
	safe_name("-rf", "_rf");
	safe_name("a\nb\x1b[1m\x7f.txt", "a_b_[1m_.txt");
	safe_name("a\xe2\x80\xae" "gpj.exe", "a_gpj.exe");
	safe_name("a\xc2\x85" "b", "a_b");
	safe_name("end. . ", "end");
	safe_name("bad\xff", "file");
	for (unsigned i = 0; i < 100; i++)
		buf_str(&longest, STR("é中"));
	disk_name(buf_all(&longest), &got);
	assert_int_equal(got.n, 200);
	assert_true(str_is_utf8(buf_all(&got)));
}

static void parts(void **state)
{
	struct outside *o = net("tom");
	struct disk_file *f, *same;
	own_buf at = { 0 };
	struct stat st;
	uint64_t have, size;
	char back[16];

	assert_int_equal(o->ops->file_part(o, STR("../../x"), &f, &have), -EINVAL);
	assert_int_equal(o->ops->file_part(o, STR(KEY), &f, &have), 0);
	assert_int_equal(have, 0);
	assert_int_equal(o->ops->file_part(o, STR(KEY), &same, &have), -EBUSY);
	/* Where others could exchange it there is none. */
	assert_int_equal(chmod(path("tom.parts"), 0777), 0);
	assert_int_equal(o->ops->file_part(o, STR("ffffffffffffffffffffffffffffffff"), &same, &have), -EPERM);
	assert_int_equal(chmod(path("tom.parts"), 0700), 0);
	assert_int_equal(o->ops->file_write(f, 0, STR("hello ")), 0);
	o->ops->file_close(f, false);
	assert_int_equal(stat(path("tom.parts/" KEY), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Found again. */
	assert_int_equal(o->ops->file_part(o, STR(KEY), &f, &have), 0);
	assert_int_equal(have, 6);
	assert_int_equal(o->ops->file_write(f, 6, STR("world")), 0);
	assert_int_equal(o->ops->file_finish(f, str_z(path("new/down")), STR("../a.txt"), &at), 0);
	assert_string_equal(buf_z(&at), path("new/down/a.txt"));
	assert_int_equal(o->ops->file_read(f, 0, back, sizeof back), 11); /* the handle stays */
	o->ops->file_close(f, true);
	assert_int_equal(stat(path("new/down/a.txt"), &st), 0);
	assert_int_equal(st.st_size, 11);
	assert_int_equal(stat(path("tom.parts/" KEY), &st), -1);
	/* The next of that name replaces nothing. */
	assert_int_equal(o->ops->file_part(o, STR(KEY), &f, &have), 0);
	buf_clear(&at);
	assert_int_equal(o->ops->file_finish(f, str_z(path("new/down")), STR("a.txt"), &at), 0);
	assert_string_equal(buf_z(&at), path("new/down/a (2).txt"));
	o->ops->file_close(f, false);
	/* Given up. */
	assert_int_equal(o->ops->file_part(o, STR(KEY), &f, &have), 0);
	o->ops->file_close(f, true);
	assert_int_equal(stat(path("tom.parts/" KEY), &st), -1);
	assert_int_equal(o->ops->file_open(o, str_z(path("new/down/a.txt")), &f, &size), 0);
	assert_int_equal(size, 11);
	assert_int_equal(o->ops->file_read(f, 6, back, sizeof back), 5);
	o->ops->file_close(f, false);
	assert_int_equal(o->ops->file_open(o, str_z(path("new")), &f, &size), -EISDIR);
	assert_int_equal(o->ops->file_open(o, str_z(path("none")), &f, &size), -ENOENT);
	done(o);
}

/* The folder is in another file system, where /dev/shm is one. */
static void elsewhere(void **state)
{
	char shm[] = "/dev/shm/anser-net-XXXXXX";
	struct outside *o = net("tom");
	struct disk_file *f;
	own_buf at = { 0 };
	struct stat here, there;
	uint64_t have;

	if (!mkdtemp(shm) || stat(dir, &here) || stat(shm, &there) || here.st_dev == there.st_dev) {
		done(o);
		rmdir(shm);
		skip();
	}
	assert_int_equal(o->ops->file_part(o, STR(KEY), &f, &have), 0);
	assert_int_equal(o->ops->file_write(f, 0, STR("over there")), 0);
	assert_int_equal(o->ops->file_finish(f, str_z(shm), STR("a"), &at), 0);
	o->ops->file_close(f, false);
	assert_int_equal(stat(buf_z(&at), &there), 0);
	assert_int_equal(there.st_size, 10);
	assert_int_equal(stat(path("tom.parts/" KEY), &here), -1);
	assert_int_equal(unlink(buf_z(&at)), 0);
	assert_int_equal(rmdir(shm), 0); /* nothing else is left there */
	done(o);
}

static void hashes(void **state)
{
	struct outside *o = net("tom");
	struct asked whole = { .ask.done = hashed }, some = { .ask.done = hashed }, more = { .ask.done = hashed },
		     given = { .ask.done = hashed };
	struct disk_file *f;
	uint64_t size;
	uint8_t want[32];

	put("text", "hello world", 0600);
	assert_int_equal(o->ops->file_open(o, str_z(path("text")), &f, &size), 0);
	o->ops->file_hash(f, 11, &whole.ask);
	o->ops->file_hash(f, 5, &some.ask);
	o->ops->file_hash(f, 12, &more.ask);
	o->ops->file_hash(f, 11, &given.ask);
	o->ops->file_hash_cancel(&given.ask);
	o->ops->file_close(f, false); /* it does not need the handle any more */
	assert_false(whole.done);
	until(whole.done && some.done && more.done);
	hash_sum(HASH_SHA256, STR("hello world"), want);
	assert_int_equal(whole.ask.error, 0);
	assert_memory_equal(whole.ask.sum, want, 32);
	hash_sum(HASH_SHA256, STR("hello"), want);
	assert_memory_equal(some.ask.sum, want, 32);
	assert_int_equal(more.ask.error, -ENODATA);
	done(o);
	assert_false(given.done);
}

static void name_add(void *arg, struct str name)
{
	buf_str(arg, name);
	buf_byte(arg, ' ');
}

static void completion(void **state)
{
	struct outside *o = net("tom");
	own_buf got = { 0 }, want = { 0 };

	mkdir(path("c"), 0700);
	mkdir(path("c/able"), 0700);
	put("c/abc", "", 0600);
	put("c/.ab", "", 0600);
	put("c/b", "", 0600);
	o->ops->file_names(o, str_z(path("c/a")), name_add, &got);
	buf_fmt(&want, "%s %s ", path("c/abc"), path("c/able/"));
	assert_string_equal(buf_z(&got), buf_z(&want));
	buf_clear(&got);
	setenv("HOME", path("c"), 1);
	o->ops->file_names(o, STR("~/"), name_add, &got);
	assert_string_equal(buf_z(&got), "~/abc ~/able/ ~/b ");
	buf_clear(&got);
	o->ops->file_names(o, STR("~/.a"), name_add, &got);
	assert_string_equal(buf_z(&got), "~/.ab ");
	done(o);
}

/* Both languages want the same values. */
static void texts(void **state)
{
	for (unsigned i = 0; i < NET_TEXTS; i++) {
		own_buf en = { 0 }, zh = { 0 };

		net_say(&en, false, (enum net_text)i, "\x01", "\x02");
		net_say(&zh, true, (enum net_text)i, "\x01", "\x02");
		assert_true(str_is_utf8(buf_all(&zh)));
		assert_int_equal(str_find(buf_all(&en), 1) < en.n, str_find(buf_all(&zh), 1) < zh.n);
		assert_int_equal(str_find(buf_all(&en), 2) < en.n, str_find(buf_all(&zh), 2) < zh.n);
	}
}

/* ---- before and after -------------------------------------------------------------------------------------------- */

static int setup(void **state)
{
	pool = pool_new(2);
	loop = loop_new(pool);
	if (!mkdtemp(dir))
		return -1;
	/* The roots of this machine are nothing to this test, and reading them takes long where everything is checked. */
	setenv("SSL_CERT_FILE", "/dev/null", 1);
	setenv("SSL_CERT_DIR", dir, 1);
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	loop = loop_free(loop);
	pool = pool_free(pool);
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_to_a_name),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(given_up),
		cmocka_unit_test(half_closed),
		cmocka_unit_test(reset),
		cmocka_unit_test(never_reads),
		cmocka_unit_test(paused),
		cmocka_unit_test(trusted_or_not),
		cmocka_unit_test(no_tls_there),
		cmocka_unit_test(tls_cut),
		cmocka_unit_test(tls_begins_later),
		cmocka_unit_test(peers),
		cmocka_unit_test(bulk),
		cmocka_unit_test(a_new_key_is_seen),
		cmocka_unit_test(no_key_no_link),
		cmocka_unit_test(crowds),
		cmocka_unit_test(ports),
		cmocka_unit_test(datagrams),
		cmocka_unit_test(multicast),
		cmocka_unit_test(names),
		cmocka_unit_test(keys),
		cmocka_unit_test(safe_names),
		cmocka_unit_test(parts),
		cmocka_unit_test(elsewhere),
		cmocka_unit_test(hashes),
		cmocka_unit_test(completion),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
