/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/xml_scan.h - what the framer and the parser share: kinds of characters, and looking for the next byte that matters, 16 at a
 * time where the machine can. Not for anybody else.
 */
#pragma once
#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first of `a`, `b`, `c`, `d` in [p, end), or `end`. */
static inline const char *xml_scan(const char *p, const char *end, char a, char b, char c, char d)
{
#ifdef __SSE2__
	const __m128i va = _mm_set1_epi8(a), vb = _mm_set1_epi8(b), vc = _mm_set1_epi8(c), vd = _mm_set1_epi8(d);

	for (; end - p >= 16; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vb)),
					   _mm_or_si128(_mm_cmpeq_epi8(x, vc), _mm_cmpeq_epi8(x, vd)));
		int mask = _mm_movemask_epi8(hit);
		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	while (p < end && *p != a && *p != b && *p != c && *p != d)
		p++;
	return p;
}

enum { XML_NAME_FIRST = 1, XML_NAME = 2, XML_SPACE = 4 };
extern const uint8_t xml_kinds[256]; /* of bytes; everything from 0x80 up is 0: decode it and ask xml_name_char */

static inline bool xml_is_space(char c) { return xml_kinds[(unsigned char)c] & XML_SPACE; }

/* Whether the character (0x80 and up) may stand in a name, or begin one. */
bool xml_name_char(uint32_t c, bool first);
