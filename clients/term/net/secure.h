/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/net/secure.h - TLS of the terminal client between two buffers: bytes of the other side go in, bytes for
 * it come out. No socket here.
 *
 * Towards servers: TLS 1.2 or later, the certificate is looked at and the verdict recorded, nothing is refused for it.
 * Between clients: TLS 1.3, both show a self-signed certificate, any key is accepted; whose it is, the engine knows. No
 * tickets, no sessions kept, no renegotiation, no compression.
 */
#pragma once
#include "clients/term/contract/outside.h"

struct identity; /* our own key and its certificate */

enum { IDENTITY_READ = 1, IDENTITY_DAMAGED, IDENTITY_WRITE }; /* what failed */

/* Reads the key of `path`, or makes one (ECDSA P-256) and writes it there first, 0600, whole or not at all. 0; or one
 * of the verdicts above with *error an errno (0: none). */
int identity_open(struct identity **ret, const char *path, int *error);
struct identity *identity_free(struct identity *i);               /* NULL is fine; returns NULL */
void identity_key(const struct identity *i, uint8_t to[KEY_BYTES]); /* SHA-256 over the SubjectPublicKeyInfo */

struct secure_setup; /* counted by who uses it: must outlive its connections */
/* The roots of this machine and those in the PEM file `authorities` (NULL: none). */
struct secure_setup *secure_setup_server(const char *authorities);
struct secure_setup *secure_setup_peer(struct identity *i);
struct secure_setup *secure_setup_free(struct secure_setup *s);   /* NULL is fine; returns NULL */

struct secure;
/* host: name or address of the server, as it was dialled; empty for peers. dialled: we are the client of TLS. */
struct secure *secure_new(struct secure_setup *s, struct str host, bool dialled);
struct secure *secure_free(struct secure *t);

enum { SECURE_MORE = -1, SECURE_END = -2, SECURE_BROKEN = -3 };

/* Bytes of the other side; copied. */
void secure_in(struct secure *t, const char *bytes, size_t n);
/* How many of these were not used yet. */
size_t secure_waiting(const struct secure *t);
/* 0 when it is complete, SECURE_MORE or SECURE_BROKEN. */
int secure_handshake(struct secure *t);
/* Once it is complete: as struct pipe says. False: the peer showed none. */
bool secure_key(struct secure *t, uint8_t key[KEY_BYTES], bool *trusted);
/* > 0: so many bytes are in `to`; SECURE_MORE, SECURE_END (the other side said good-bye) or SECURE_BROKEN. */
int secure_read(struct secure *t, char *to, size_t room);
/* Everything is taken: 0 or SECURE_BROKEN. */
int secure_write(struct secure *t, const char *bytes, size_t n);
void secure_bye(struct secure *t);
/* What is to be sent; the caller takes it. */
struct buf *secure_out(struct secure *t);
/* After SECURE_BROKEN: what OpenSSL says. not_tls: what came was no TLS at all. */
const char *secure_why(const struct secure *t, bool *not_tls);
