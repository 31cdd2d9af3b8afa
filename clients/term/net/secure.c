/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/net/secure.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "clients/term/net/identity.h"

enum { PEER_CERTIFICATES_MAX = 16 * 1024 /* bytes; one certificate is all that is wanted, before anybody is known */ };

struct secure_setup {
	SSL_CTX *ctx;
	bool peer;
};

struct secure {
	struct secure_setup *setup;
	SSL *ssl;
	struct buf in, out;
	size_t in_at; /* what OpenSSL has taken of `in` */
	const char *why;
	bool not_tls;
};

/* ---- OpenSSL's idea of a connection: our two buffers ------------------------------------------------------------- */

static int bio_read(BIO *bio, char *to, int room)
{
	struct secure *t = BIO_get_data(bio);
	size_t left = t->in.n - t->in_at, n = left < (size_t)room ? left : (size_t)room;

	BIO_clear_retry_flags(bio);
	if (!n) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(to, t->in.p + t->in_at, n);
	t->in_at += n;
	if (t->in_at == t->in.n)
		t->in_at = t->in.n = 0;
	return (int)n;
}

static int bio_write(BIO *bio, const char *bytes, int n)
{
	struct secure *t = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	buf_add(&t->out, bytes, (size_t)n);
	return n;
}

static long bio_ctrl(BIO *bio, int what, long n, void *p)
{
	return what == BIO_CTRL_FLUSH;
}

static int bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

static BIO_METHOD *method;

static void method_make(void)
{
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pipe");
	if (!method)
		abort(); /* out of memory: see base/mem.h */
	BIO_meth_set_read(method, bio_read);
	BIO_meth_set_write(method, bio_write);
	BIO_meth_set_ctrl(method, bio_ctrl);
	BIO_meth_set_create(method, bio_create);
}

/* One for the whole process: OpenSSL has numbers for 127 kinds of BIO. */
static BIO_METHOD *bio_method(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, method_make);
	return method;
}

/* ---- setups ------------------------------------------------------------------------------------------------------ */

static struct secure_setup *setup_new(bool peer)
{
	struct secure_setup *s = mem_new(struct secure_setup);

	s->peer = peer;
	s->ctx = SSL_CTX_new(TLS_method());
	if (!s->ctx)
		abort(); /* out of memory: see base/mem.h */
	SSL_CTX_set_min_proto_version(s->ctx, peer ? TLS1_3_VERSION : TLS1_2_VERSION);
	SSL_CTX_set_options(s->ctx,
			    SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_num_tickets(s->ctx, 0);
	SSL_CTX_set_session_cache_mode(s->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(s->ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
	/* RFC 9325: forward secrecy and authenticated encryption only (TLS 1.3 has nothing else). */
	SSL_CTX_set_cipher_list(s->ctx, "ECDHE+AESGCM:ECDHE+CHACHA20");
	return s;
}

struct secure_setup *secure_setup_server(const char *authorities)
{
	struct secure_setup *s = setup_new(false);

	SSL_CTX_set_default_verify_paths(s->ctx);
	if (authorities)
		SSL_CTX_load_verify_locations(s->ctx, authorities, NULL);
	/* The chain is looked at all the same, and the result recorded: the engine may know the key of a server without
	 * a root. */
	SSL_CTX_set_verify(s->ctx, SSL_VERIFY_NONE, NULL);
	ERR_clear_error();
	return s;
}

/* TLS proves that the other has the key that he shows. Which key it has to be is not known here. */
static int any_key(X509_STORE_CTX *store, void *arg)
{
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

struct secure_setup *secure_setup_peer(struct identity *i)
{
	struct secure_setup *s = setup_new(true);

	SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(s->ctx, any_key, NULL);
	SSL_CTX_set_verify_depth(s->ctx, 0);
	SSL_CTX_set_max_cert_list(s->ctx, PEER_CERTIFICATES_MAX);
	if (SSL_CTX_use_certificate(s->ctx, i->certificate) != 1 || SSL_CTX_use_PrivateKey(s->ctx, i->pair) != 1)
		abort(); /* we have made them ourselves, for one another */
	return s;
}

struct secure_setup *secure_setup_free(struct secure_setup *s)
{
	if (!s)
		return NULL;
	SSL_CTX_free(s->ctx);
	mem_free(s);
	return NULL;
}

/* ---- a connection ------------------------------------------------------------------------------------------------ */

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return s.n > 0;
}

/* RFC 6066, 3: addresses are not names; they are looked for among the addresses of the certificate. */
static void expect_host(SSL *ssl, struct str host)
{
	X509_VERIFY_PARAM *want = SSL_get0_param(ssl);
	char *z = str_dup(host);

	if (X509_VERIFY_PARAM_set1_ip_asc(want, z) != 1 && is_ascii(host)) {
		X509_VERIFY_PARAM_set_hostflags(want, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		X509_VERIFY_PARAM_set1_host(want, z, 0);
		SSL_set_tlsext_host_name(ssl, z);
	}
	ERR_clear_error();
	free(z);
}

struct secure *secure_new(struct secure_setup *s, struct str host, bool dialled)
{
	struct secure *t = mem_new(struct secure);
	BIO *bio = BIO_new(bio_method());

	t->setup = s;
	t->ssl = SSL_new(s->ctx);
	if (!t->ssl || !bio)
		abort(); /* out of memory: see base/mem.h */
	BIO_set_data(bio, t);
	SSL_set_bio(t->ssl, bio, bio);
	if (dialled)
		SSL_set_connect_state(t->ssl);
	else
		SSL_set_accept_state(t->ssl);
	if (!s->peer)
		expect_host(t->ssl, host);
	return t;
}

struct secure *secure_free(struct secure *t)
{
	if (!t)
		return NULL;
	SSL_free(t->ssl);
	buf_wipe(&t->in);
	buf_free(&t->out);
	mem_free(t);
	return NULL;
}

void secure_in(struct secure *t, const char *bytes, size_t n) { buf_add(&t->in, bytes, n); }

size_t secure_waiting(const struct secure *t) { return t->in.n - t->in_at + (SSL_has_pending(t->ssl) ? 1 : 0); }

/* These are what OpenSSL says when the first bytes are none of TLS. */
static bool is_not_tls(int reason)
{
	return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
	       reason == SSL_R_HTTPS_PROXY_REQUEST || reason == SSL_R_UNSUPPORTED_PROTOCOL ||
	       reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_BAD_RECORD_TYPE;
}

static int broken(struct secure *t)
{
	unsigned long code = ERR_peek_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	t->why = reason ? reason : "TLS";
	t->not_tls = code && ERR_GET_LIB(code) == ERR_LIB_SSL && is_not_tls(ERR_GET_REASON(code));
	ERR_clear_error();
	return SECURE_BROKEN;
}

static int verdict(struct secure *t, int r)
{
	switch (SSL_get_error(t->ssl, r)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return SECURE_MORE;
	case SSL_ERROR_ZERO_RETURN:
		return SECURE_END;
	default:
		return broken(t);
	}
}

int secure_handshake(struct secure *t)
{
	int r;

	if (SSL_is_init_finished(t->ssl))
		return 0;
	ERR_clear_error();
	r = SSL_do_handshake(t->ssl);
	return r == 1 ? 0 : verdict(t, r);
}

bool secure_key(struct secure *t, uint8_t key[KEY_BYTES], bool *trusted)
{
	X509 *shown = SSL_get1_peer_certificate(t->ssl);
	bool good = false;
	unsigned n = 0;

	if (shown && t->setup->peer)
		good = identity_key_of(shown, key);
	else if (shown)
		good = X509_digest(shown, EVP_sha256(), key, &n) == 1;
	*trusted = good && !t->setup->peer && SSL_get_verify_result(t->ssl) == X509_V_OK;
	X509_free(shown);
	ERR_clear_error();
	return good;
}

int secure_read(struct secure *t, char *to, size_t room)
{
	int r;

	ERR_clear_error();
	r = SSL_read(t->ssl, to, (int)room);
	return r > 0 ? r : verdict(t, r);
}

int secure_write(struct secure *t, const char *bytes, size_t n)
{
	size_t done = 0;

	ERR_clear_error();
	for (size_t at = 0; at < n; at += done)
		if (SSL_write_ex(t->ssl, bytes + at, n - at, &done) != 1)
			return broken(t); /* our buffer takes everything: there is no "later" */
	return 0;
}

void secure_bye(struct secure *t)
{
	if (SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}

struct buf *secure_out(struct secure *t) { return &t->out; }

const char *secure_why(const struct secure *t, bool *not_tls)
{
	*not_tls = t->not_tls;
	return t->why ? t->why : "TLS";
}
