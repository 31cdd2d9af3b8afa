/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/scram.h - SCRAM (RFC 5802; RFC 7677 for SHA-256), both sides, as state machines that are fed messages and know no socket, clock,
 * store or chance. Channel binding: tls-exporter (RFC 9266) and tls-server-end-point (RFC 5929). One struct is one attempt:
 * all-zero before, released after, whatever came of it.
 *
 * The server's side in order:
 *     scram_server_first()      client-first in: says who (s->name) and with which binding (s->binding)
 *     ... the caller finds the verifier of that name, and the binding data of the link ...
 *     scram_server_challenge()  server-first out
 *     scram_server_final()      client-final in, server-final out
 */
#pragma once
#include "model/verifier.h"
#include "wire/sasl.h"

enum { SCRAM_NONCE_BYTES = 18 }; /* random bytes that each side adds; 24 characters on the wire */

/* In the same order as enum binding in doors/door.h. */
enum scram_binding { SCRAM_TLS_EXPORTER, SCRAM_TLS_SERVER_END_POINT, SCRAM_BINDINGS, SCRAM_UNBOUND = SCRAM_BINDINGS };
extern const char *const scram_binding_name[SCRAM_BINDINGS];

struct scram_server {
	enum { SCRAM_SERVER_BEGIN, SCRAM_SERVER_NAMED, SCRAM_SERVER_CHALLENGED, SCRAM_SERVER_ENDED } at;
	enum hash hash;
	struct buf name;            /* who wants to log in, as typed */
	enum scram_binding binding; /* what the client binds to, or SCRAM_UNBOUND */
	bool real;                  /* the verifier belongs to an account */
	struct verifier verifier;
	struct buf auth;   /* the AuthMessage so far */
	struct buf bound;  /* what `c=` must decode to: GS2 header and binding data */
	struct buf nonce;  /* both nonces joined */
};

/* `m` is the mechanism that the client chose, `plus_offered` whether any -PLUS was announced on this link, `domain` the server's. Answers: 0,
 * SASL_MALFORMED, SASL_INVALID_AUTHZID, SASL_DOWNGRADED (the client could bind but saw no -PLUS announced, though there was one), SASL_UNSUPPORTED. */
int scram_server_first(struct scram_server *s, const struct sasl_mechanism *m, bool plus_offered, struct str domain,
		       struct str client_first);

/* Appends server-first to `out`. `v` is the verifier of s->hash, copied; `real`: false when it was invented (verifier_fake), then the rest goes
 * its way, with all its work, and fails at the end. `random`: fresh. `binding_data`: of s->binding; ignored when unbound. `extra`: absent, or an extension
 * ("h=...") that is added at the end. */
void scram_server_challenge(struct scram_server *s, const struct verifier *v, bool real, const uint8_t random[SCRAM_NONCE_BYTES],
			    struct str binding_data, struct str extra, struct buf *out);

/* 0: the client knows the password, and server-final was appended to `out`. Else SASL_MALFORMED, SASL_REFUSED, or SASL_DOWNGRADED
 * (right password over another channel: somebody is in the middle; told only to who has proved to know it). */
int scram_server_final(struct scram_server *s, struct str client_final, struct buf *out);

/* Wipes and releases; the struct is all-zero again. NULL is fine. */
void scram_server_free(struct scram_server *s);

/* The value of XEP-0474's `h`, in base64: a hash over what was announced, so that a client sees when somebody has taken
 * something off the lists on the way. Both lists in any order; `bindings` may be empty. */
void scram_announced_hash(struct buf *to, enum hash h, const struct str *mechanisms, size_t mechanisms_n,
			  const struct str *bindings, size_t bindings_n);

/* ---- the client's side, for the load generator, tests and our own clients --------------------------------------- */

/* SaltedPassword of an earlier login: saves the client PBKDF2 when salt and rounds are the same. All-zero is empty. Secret. */
struct scram_salted {
	uint32_t iterations;
	enum hash hash;
	uint8_t salt[SCRAM_SALT_BYTES];
	uint8_t key[HASH_BYTES_MAX];
};

struct scram_client {
	enum { SCRAM_CLIENT_BEGIN, SCRAM_CLIENT_SENT, SCRAM_CLIENT_PROVED, SCRAM_CLIENT_ENDED } at;
	enum hash hash;
	struct buf auth, bound, nonce;
	uint8_t server_signature[HASH_BYTES_MAX];
};

/* What the client knows of channel binding when it begins. */
enum scram_flag { SCRAM_CANNOT_BIND, SCRAM_NOT_OFFERED /* we could, the server does not announce it */, SCRAM_BIND };

/* Appends client-first. The name is prepared by the caller. `binding` and `data` count for SCRAM_BIND only. */
void scram_client_first(struct scram_client *c, enum hash h, struct str name, const uint8_t random[SCRAM_NONCE_BYTES],
			enum scram_flag flag, enum scram_binding binding, struct str data, struct buf *out);

/* server-first in, client-final out. `password` is prepared; `cache` may be NULL. Runs PBKDF2. 0, SASL_MALFORMED or SASL_REFUSED (too few
 * rounds to be safe: under 4096; or so many, over a million, that it is an attack). */
int scram_client_final(struct scram_client *c, struct str server_first, struct str password, struct scram_salted *cache, struct buf *out);

/* 0 when the server has proved that it knows the verifier; SASL_MALFORMED or SASL_REFUSED. */
int scram_client_check(struct scram_client *c, struct str server_final);

void scram_client_free(struct scram_client *c);
