/* SPDX-License-Identifier: Apache-2.0
 *
 * base/crypt.h - hashing and its neighbours; the only place that calls libcrypto for it. Safe from any thread. Nothing here can fail for a
 * reason outside the process: where libcrypto has no SHA-1 or SHA-256 the program cannot keep its word, and stops.
 */
#pragma once
#include "base/buf.h"

enum hash { HASH_SHA1, HASH_SHA256, HASHES };
enum { HASH_BYTES_MAX = 32 };

/* Bytes of the result: 20 or 32. */
static inline size_t hash_bytes(enum hash h) { return h == HASH_SHA1 ? 20 : 32; }

/* `to` takes hash_bytes(h). */
void hash_sum(enum hash h, struct str data, uint8_t *to);

/* The same in pieces: begin, add…, and end (or drop) which frees it. NULL may be dropped. */
struct hash_stream;
struct hash_stream *hash_begin(enum hash h);
void hash_add(struct hash_stream *s, struct str bytes);
void hash_end(struct hash_stream *s, uint8_t *to);
void hash_drop(struct hash_stream *s);

/* RFC 2104. */
void hash_hmac(enum hash h, struct str key, struct str data, uint8_t *to);

/* RFC 8018, 5.2 with HMAC; one block of output, as SCRAM's Hi(). 10,000 rounds take milliseconds: never on the loop. rounds >= 1. */
void hash_pbkdf2(enum hash h, struct str password, struct str salt, uint32_t rounds, uint8_t *to);

/* RFC 4648, 4: the plain alphabet, padded. Reading is strict: no blanks, full padding, no stray bits, so every value
 * has exactly one spelling. False: nothing was appended. */
void base64_write(struct buf *to, struct str bytes);
bool base64_read(struct buf *to, struct str text);

/* Two digits a byte, lower case; reading takes both cases. */
void hex_write(struct buf *to, struct str bytes);
bool hex_read(struct buf *to, struct str text);

/* In a time that depends on the lengths only. */
bool secret_eq(struct str a, struct str b);

/* Zeroes in a way that no optimizer leaves out. */
void secret_wipe(void *p, size_t n);

/* bytes of an array as a str */
static inline struct str str_bytes(const uint8_t *p, size_t n) { return str_n((const char *)p, n); }
