/* SPDX-License-Identifier: Apache-2.0
 *
 * transport/tls.h - OpenSSL between two buffers: bytes from the peer go in, bytes for the peer come out. No socket here.
 * TLS 1.2 and later, no tickets, no sessions kept, no renegotiation, no compression.
 */
#pragma once
#include "doors/door.h"

struct tls_setup; /* certificate and key; counted, one reference per owner, given up from any thread */
struct tls;       /* one connection */

/* PEM files. On failure `why` holds a sentence for the operator, *ret is untouched and -EINVAL comes back. */
int tls_setup_new(struct tls_setup **ret, const char *certificate, const char *key, struct buf *why);
struct tls_setup *tls_setup_ref(struct tls_setup *s);
struct tls_setup *tls_setup_unref(struct tls_setup *s); /* NULL is fine; returns NULL */

/* SHA-256 of the certificate as AA:BB:…, appended. */
void tls_setup_fingerprint(const struct tls_setup *s, struct buf *to);
msec tls_setup_ends(const struct tls_setup *s); /* when the certificate does; since 1970 */

/* `alpn` (RFC 7301): the protocols that may be agreed to, parted by commas, the ones we like best first: a client that names some, none of these
 * among them, is refused. NULL: the question is ignored. Borrowed. */
struct tls *tls_new(struct tls_setup *s, const char *alpn);
struct tls *tls_free(struct tls *t);

/* Bytes from the peer, borrowed until the next call of tls_rest(). */
void tls_in(struct tls *t, const char *bytes, size_t n);
/* Keeps what was not used yet in memory of its own; true when there is some. */
bool tls_rest(struct tls *t);

enum { TLS_MORE = -1, TLS_END = -2, TLS_BROKEN = -3 };

/* Whether tls_read() may find anything: cheaper than to let it look. */
bool tls_more(const struct tls *t);

/* 0 when it is complete, TLS_MORE (bytes are missing) or TLS_BROKEN. */
int tls_handshake(struct tls *t);
/* How many bytes were put into `to` (> 0), TLS_MORE, TLS_END (the peer said good-bye) or TLS_BROKEN. */
int tls_read(struct tls *t, char *to, size_t room);
/* Everything is taken: 0 or TLS_BROKEN. */
int tls_write(struct tls *t, const char *bytes, size_t n);
void tls_bye(struct tls *t);

/* What is to be sent; the caller takes it. */
struct buf *tls_out(struct tls *t);

/* As door.h says of link_ops.binding. */
bool tls_binding(struct tls *t, enum binding kind, struct buf *to);
