/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/width.h - how wide a character is on a terminal, and which of them are one (UAX #11, UAX #29,
 * emoji). The C library knows the widths of its own release and nothing of clusters; this is the same everywhere.
 * The table is made by width_make.py.
 */
#pragma once
#include "base/str.h"

/* Grapheme_Cluster_Break, and Extended_Pictographic. */
enum char_kind {
	KIND_OTHER,
	KIND_CONTROL,
	KIND_EXTEND,
	KIND_SPACING,
	KIND_PREPEND,
	KIND_ZWJ,
	KIND_REGION,  /* half a flag */
	KIND_HANGUL_L,
	KIND_HANGUL_V,
	KIND_HANGUL_T,
	KIND_HANGUL_LV,
	KIND_HANGUL_LVT,
	KIND_PICTURE, /* what may be an emoji */
};

struct char_facts {
	unsigned width; /* 0, 1 or 2 */
	enum char_kind kind;
};

/* Reads the character at `at` (< s.n), returns its bytes, at least 1. What is not UTF-8 is U+FFFD, byte by byte. */
size_t utf8_at(struct str s, size_t at, uint32_t *ret);
/* Where the character that ends at `at` (> 0) begins. */
size_t utf8_before(struct str s, size_t at);
/* Writes the 1 to 4 bytes of a scalar value and says how many. */
size_t utf8_put(char to[4], uint32_t c);

struct char_facts char_facts(uint32_t c);

enum { CLUSTER_SHOWN = 28 }; /* bytes of a cluster that are shown: the longest flag; marks piled higher are left out */

struct cluster {
	size_t n;       /* bytes of it */
	size_t shown;   /* of these: whole characters, at most CLUSTER_SHOWN bytes */
	unsigned width; /* columns of what is shown; 0: nothing to see */
	uint32_t first; /* its first character */
	unsigned count; /* characters that are shown */
};

/* The cluster at `at` (< s.n). */
struct cluster cluster_at(struct str s, size_t at);
/* Where the cluster that ends at or contains the byte before `at` begins; 0 at the begin. */
size_t cluster_before(struct str s, size_t at);
/* Columns of the whole; line ends count nothing. */
unsigned text_width(struct str s);
