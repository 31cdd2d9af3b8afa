/* SPDX-License-Identifier: Apache-2.0
 *
 * base/str.h - a borrowed run of bytes. A str never owns; who does is said where it is handed over.
 * Not zero-terminated. An absent string has p == NULL; an empty one has p != NULL and n == 0.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef int64_t msec; /* milliseconds: since 1970 where it is a wall time, of any origin where it is monotonic */

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_INIT(literal) { "" literal, sizeof(literal) - 1 } /* for static initialisers */
#define STR_NONE ((struct str){ NULL, 0 })
#define STR_ARG(s) (int)(s).n, (s).p /* for "%.*s" */

static inline struct str str_n(const char *p, size_t n) { return (struct str){ p, n }; }
static inline struct str str_z(const char *z) { return (struct str){ z, z ? strlen(z) : 0 }; }

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *z)
{
	return a.n == strlen(z) && (a.n == 0 || memcmp(a.p, z, a.n) == 0);
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

/* Position of `c`, or s.n when it is not there. */
static inline size_t str_find(struct str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
	return hit ? (size_t)(hit - s.p) : s.n;
}

/* The part from `from` (clamped) to the end. */
static inline struct str str_from(struct str s, size_t from)
{
	if (from > s.n)
		from = s.n;
	return (struct str){ s.p ? s.p + from : NULL, s.n - from };
}

/* Without leading and trailing blanks, tabs, CR and LF. */
struct str str_trim(struct str s);

/* Orders bytewise; <0, 0, >0. */
int str_cmp(struct str a, struct str b);

/* Decimal digits only, no sign, no blanks, no overflow: true and *ret set; else false and *ret untouched. */
bool str_u64(struct str s, uint64_t *ret);

/* True when `s` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). NUL is allowed. */
bool str_is_utf8(struct str s);

/* A zero-terminated copy in memory from malloc; the caller frees it. */
char *str_dup(struct str s);
