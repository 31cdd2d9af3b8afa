/* SPDX-License-Identifier: Apache-2.0
 *
 * base/buf.h - bytes that grow. Invariants: n <= room; p == NULL exactly when room == 0. An all-zero struct is
 * an empty buffer. The bytes are not zero-terminated unless buf_z() was asked.
 */
#pragma once
#include "base/str.h"

struct buf {
	char *p;
	size_t n, room;
};

/* Makes room for `more` bytes after the n there are, and says where they begin; the caller then adds to n. */
char *buf_room(struct buf *b, size_t more);

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n) {
		memcpy(b->room - b->n >= n ? b->p + b->n : buf_room(b, n), p, n);
		b->n += n;
	}
}

static inline void buf_str(struct buf *b, struct str s) { buf_add(b, s.p, s.n); }
static inline void buf_byte(struct buf *b, char c) { buf_add(b, &c, 1); }
#define buf_lit(b, literal) buf_add((b), "" literal, sizeof(literal) - 1)

void buf_u64(struct buf *b, uint64_t v); /* decimal */
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((nonnull(2), format(printf, 2, 3)));

/* Drops the first n bytes. */
void buf_eat(struct buf *b, size_t n);

/* The content with a zero byte behind it (not counted in n). Valid until the next change. */
const char *buf_z(struct buf *b);

static inline struct str buf_all(const struct buf *b) { return (struct str){ b->p ? b->p : "", b->n }; }
static inline void buf_clear(struct buf *b) { b->n = 0; }

/* Gives the memory back; the buffer is empty and usable again. NULL is fine. */
void buf_free(struct buf *b);

/* The same after wiping what it held: for secrets. */
void buf_wipe(struct buf *b);

#define own_buf __attribute__((cleanup(buf_free))) struct buf
