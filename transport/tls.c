/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/tls.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

struct tls_setup {
	unsigned refs; /* atomic */
	SSL_CTX *ctx;
};

struct tls {
	struct tls_setup *setup;
	SSL *ssl;
	const char *alpn;
	const char *in; /* what the peer sent and OpenSSL has not taken yet */
	size_t in_n;
	struct buf kept; /* `in` points into it after tls_rest() */
	struct buf out;
};

/* ---- OpenSSL's idea of a connection: our two buffers ------------------------------------------------------------------ */

static int bio_read(BIO *bio, char *to, int room)
{
	struct tls *t = BIO_get_data(bio);
	size_t n = t->in_n < (size_t)room ? t->in_n : (size_t)room;

	BIO_clear_retry_flags(bio);
	if (!n) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(to, t->in, n);
	t->in += n;
	t->in_n -= n;
	return (int)n;
}

static int bio_write(BIO *bio, const char *bytes, int n)
{
	struct tls *t = BIO_get_data(bio);

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

/* One for the whole process: OpenSSL has numbers for 127 kinds of BIO, and a setup is made at every reload. */
static BIO_METHOD *method;

static void method_make(void)
{
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "buffers");
	if (!method)
		abort(); /* out of memory: see base/mem.h */
	BIO_meth_set_read(method, bio_read);
	BIO_meth_set_write(method, bio_write);
	BIO_meth_set_ctrl(method, bio_ctrl);
	BIO_meth_set_create(method, bio_create);
}

static BIO_METHOD *bio_method(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, method_make);
	return method;
}

/* ---- certificate and key ---------------------------------------------------------------------------------------------- */

static bool alpn_offered(struct str want, const unsigned char *offered, unsigned n, const unsigned char **ret)
{
	for (unsigned at = 0; at < n && at + offered[at] < n; at += offered[at] + 1u)
		if (str_eq(want, str_n((const char *)offered + at + 1, offered[at]))) {
			*ret = offered + at + 1;
			return true;
		}
	return false;
}

/* RFC 7301, 3.2: a client that names protocols, ours not among them, is refused. */
static int alpn_choose(SSL *ssl, const unsigned char **ret, unsigned char *ret_n, const unsigned char *offered, unsigned n,
		       void *arg)
{
	struct tls *t = SSL_get_app_data(ssl);
	struct str left = str_z(t->alpn);

	if (!t->alpn)
		return SSL_TLSEXT_ERR_NOACK;
	while (left.n) {
		struct str want = str_n(left.p, str_find(left, ','));

		if (alpn_offered(want, offered, n, ret)) {
			*ret_n = (unsigned char)want.n;
			return SSL_TLSEXT_ERR_OK;
		}
		left = want.n < left.n ? str_from(left, want.n + 1) : STR_NONE;
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* What OpenSSL found wrong, in its words; the first thing is the cause. */
static void say_why(struct buf *why, const char *what, const char *file)
{
	unsigned long code = ERR_get_error();
	const char *reason = ERR_reason_error_string(code);

	buf_fmt(why, "%s %s cannot be used: %s", what, file,
		ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) : reason ? reason : "not understood");
	ERR_clear_error();
}

/* Never asks a person on the terminal for a passphrase. */
static int no_passphrase(char *to, int room, int writing, void *arg)
{
	return -1;
}

static void ctx_settle(SSL_CTX *ctx)
{
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* RELEASE_BUFFERS: 34 KiB less per idle connection. MOVING: our buffers grow between two tries of a write. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
	/* RFC 7525: forward secrecy and authenticated encryption only (TLS 1.3 has nothing else). */
	SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20");
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	SSL_CTX_set_alpn_select_cb(ctx, alpn_choose, NULL);
}

int tls_setup_new(struct tls_setup **ret, const char *certificate, const char *key, struct buf *why)
{
	struct tls_setup *s = mem_new(struct tls_setup);

	s->refs = 1;
	s->ctx = SSL_CTX_new(TLS_server_method());
	if (!s->ctx)
		say_why(why, "TLS", "(OpenSSL)");
	else {
		ctx_settle(s->ctx);
		if (SSL_CTX_use_certificate_chain_file(s->ctx, certificate) != 1)
			say_why(why, "the certificate", certificate);
		else if (SSL_CTX_use_PrivateKey_file(s->ctx, key, SSL_FILETYPE_PEM) != 1)
			say_why(why, "the key", key);
		else if (SSL_CTX_check_private_key(s->ctx) != 1)
			buf_fmt(why, "the key %s does not belong to the certificate %s", key, certificate);
		else {
			*ret = s;
			return 0;
		}
	}
	tls_setup_unref(s);
	ERR_clear_error();
	return -EINVAL;
}

struct tls_setup *tls_setup_ref(struct tls_setup *s)
{
	__atomic_fetch_add(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

struct tls_setup *tls_setup_unref(struct tls_setup *s)
{
	if (s && __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		SSL_CTX_free(s->ctx);
		mem_free(s);
	}
	return NULL;
}

void tls_setup_fingerprint(const struct tls_setup *s, struct buf *to)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	X509_digest(SSL_CTX_get0_certificate(s->ctx), EVP_sha256(), hash, &n);
	for (unsigned i = 0; i < n; i++)
		buf_fmt(to, "%s%02X", i ? ":" : "", hash[i]);
}

msec tls_setup_ends(const struct tls_setup *s)
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(s->ctx)), &tm) != 1)
		return 0;
	return (msec)timegm(&tm) * 1000;
}

/* ---- a connection ------------------------------------------------------------------------------------------------------ */

struct tls *tls_new(struct tls_setup *s, const char *alpn)
{
	struct tls *t = mem_new(struct tls);
	BIO *bio = BIO_new(bio_method());

	t->setup = tls_setup_ref(s);
	t->alpn = alpn;
	t->ssl = SSL_new(s->ctx);
	if (!t->ssl || !bio)
		abort(); /* out of memory: see base/mem.h */
	BIO_set_data(bio, t);
	SSL_set_bio(t->ssl, bio, bio);
	SSL_set_app_data(t->ssl, t);
	SSL_set_accept_state(t->ssl);
	return t;
}

struct tls *tls_free(struct tls *t)
{
	if (!t)
		return NULL;
	SSL_free(t->ssl);
	tls_setup_unref(t->setup);
	buf_wipe(&t->kept);
	buf_free(&t->out);
	mem_free(t);
	return NULL;
}

void tls_in(struct tls *t, const char *bytes, size_t n)
{
	if (tls_rest(t)) {
		buf_add(&t->kept, bytes, n);
		t->in = t->kept.p;
		t->in_n = t->kept.n;
	} else {
		t->in = bytes;
		t->in_n = n;
	}
}

bool tls_rest(struct tls *t)
{
	struct buf rest = { 0 };

	buf_add(&rest, t->in, t->in_n);
	buf_free(&t->kept);
	t->kept = rest;
	t->in = rest.p;
	t->in_n = rest.n;
	return rest.n > 0;
}

static int verdict(struct tls *t, int r)
{
	int error = SSL_get_error(t->ssl, r);

	ERR_clear_error();
	switch (error) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return TLS_MORE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_END;
	default:
		return TLS_BROKEN;
	}
}

bool tls_more(const struct tls *t) { return t->in_n || SSL_has_pending(t->ssl); }

/* SSL_get_error() takes what an earlier call left behind for an error of this one. */
static void forget_errors(void)
{
	if (ERR_peek_error())
		ERR_clear_error();
}

int tls_handshake(struct tls *t)
{
	int r;

	if (SSL_is_init_finished(t->ssl))
		return 0;
	ERR_clear_error();
	r = SSL_do_handshake(t->ssl);
	return r == 1 ? 0 : verdict(t, r);
}

int tls_read(struct tls *t, char *to, size_t room)
{
	int r;

	forget_errors();
	r = SSL_read(t->ssl, to, (int)room);
	return r > 0 ? r : verdict(t, r);
}

int tls_write(struct tls *t, const char *bytes, size_t n)
{
	size_t done = 0;

	forget_errors();
	for (size_t at = 0; at < n; at += done)
		if (SSL_write_ex(t->ssl, bytes + at, n - at, &done) != 1) {
			ERR_clear_error();
			return TLS_BROKEN; /* our buffer takes everything: there is no "later" */
		}
	return 0;
}

void tls_bye(struct tls *t)
{
	if (SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}

struct buf *tls_out(struct tls *t) { return &t->out; }

/* ---- channel binding --------------------------------------------------------------------------------------------------- */

/* RFC 9266, 4.2: before TLS 1.3 it is unique only with the extended master secret. */
static bool exporter(struct tls *t, struct buf *to)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char key[32];

	if (SSL_version(t->ssl) < TLS1_3_VERSION && SSL_get_extms_support(t->ssl) != 1)
		return false;
	if (!to)
		return true; /* it would have to be computed to be sure, but what can be asked for is there */
	if (SSL_export_keying_material(t->ssl, key, sizeof key, label, sizeof label - 1, (const unsigned char *)"", 0, 1) != 1)
		return false;
	buf_add(to, key, sizeof key);
	return true;
}

/* RFC 5929, 4.1: the hash is that of the certificate's signature, MD5 and SHA-1 replaced by SHA-256. A signature without a
 * hash of its own (Ed25519) has no binding of this kind. */
static bool server_end_point(struct tls *t, struct buf *to)
{
	const X509 *cert = SSL_get_certificate(t->ssl);
	unsigned char hash[EVP_MAX_MD_SIZE];
	const EVP_MD *md;
	int kind, key;
	unsigned n = 0;

	if (!cert || !OBJ_find_sigid_algs(X509_get_signature_nid(cert), &kind, &key) || kind == NID_undef)
		return false;
	md = kind == NID_md5 || kind == NID_sha1 ? EVP_sha256() : EVP_get_digestbynid(kind);
	if (!md)
		return false;
	if (!to)
		return true;
	if (X509_digest(cert, md, hash, &n) != 1)
		return false;
	buf_add(to, hash, n);
	return true;
}

bool tls_binding(struct tls *t, enum binding kind, struct buf *to)
{
	static bool (*const of[BINDINGS])(struct tls *, struct buf *) = {
		[BINDING_TLS_EXPORTER] = exporter,
		[BINDING_TLS_SERVER_END_POINT] = server_end_point,
	};

	return SSL_is_init_finished(t->ssl) && kind < BINDINGS && of[kind](t, to);
}
