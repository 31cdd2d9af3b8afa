/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/xml_scan.h - what the framer and the parser share: kinds of characters, and looking for the next byte that
 * matters, 16 at a time where the machine can. Not for anybody else.
 */
#pragma once
#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i xml_load16(const char *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }
static inline __m128i xml_equal16(__m128i x, char c) { return _mm_cmpeq_epi8(x, _mm_set1_epi8(c)); }

/* Bytes from `first` to `last`, both ASCII; what is not ASCII is negative here and never in between. */
static inline __m128i xml_range16(__m128i x, char first, char last)
{
	return _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8((char)(first - 1))),
			     _mm_cmplt_epi8(x, _mm_set1_epi8((char)(last + 1))));
}
#endif

/* The first of `a`, `b`, `c`, `d` in [p, end), or `end`. */
static inline const char *xml_scan(const char *p, const char *end, char a, char b, char c, char d)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		__m128i x = xml_load16(p);
		__m128i ab = _mm_or_si128(xml_equal16(x, a), xml_equal16(x, b));
		__m128i cd = _mm_or_si128(xml_equal16(x, c), xml_equal16(x, d));
		unsigned hit = (unsigned)_mm_movemask_epi8(_mm_or_si128(ab, cd));
		if (hit)
			return p + __builtin_ctz(hit);
	}
#endif
	while (p < end && *p != a && *p != b && *p != c && *p != d)
		p++;
	return p;
}

/* Which of the 16 bytes at p are < > " or ': bit 0 is the first. */
static inline unsigned xml_marks16(const char *p)
{
#ifdef __SSE2__
	__m128i x = xml_load16(p);
	__m128i tags = _mm_or_si128(xml_equal16(x, '<'), xml_equal16(x, '>'));
	__m128i quotes = _mm_or_si128(xml_equal16(x, '"'), xml_equal16(x, '\''));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(tags, quotes));
#else
	unsigned marks = 0;

	for (unsigned i = 0; i < 16; i++)
		marks |= (unsigned)(p[i] == '<' || p[i] == '>' || p[i] == '"' || p[i] == '\'') << i;
	return marks;
#endif
}

/* True when the 16 bytes at p are all printable ASCII (127 counts). */
static inline bool xml_plain16(const char *p)
{
#ifdef __SSE2__
	/* Signed: what is not ASCII is negative and as small as a control character. */
	return _mm_movemask_epi8(_mm_cmplt_epi8(xml_load16(p), _mm_set1_epi8(' '))) == 0;
#else
	uint64_t x[2];

	memcpy(x, p, 16);
	x[0] |= x[0] - 0x2020202020202020u;
	x[1] |= x[1] - 0x2020202020202020u;
	return ((x[0] | x[1]) & 0x8080808080808080u) == 0;
#endif
}

/* What may have to be escaped: & < > " ' and control characters. & and ' differ in bit 0 only, < and > in bit 1. */
static inline bool xml_is_special(char c)
{
	return (unsigned char)c < ' ' || (c | 1) == '\'' || (c | 2) == '>' || c == '"';
}

#ifdef __SSE2__
static inline unsigned xml_specials_of(__m128i x)
{
	__m128i ampersand = xml_equal16(_mm_or_si128(x, _mm_set1_epi8(1)), '\'');
	__m128i tags = xml_equal16(_mm_or_si128(x, _mm_set1_epi8(2)), '>');
	/* A control character stays the same when it is the smaller of it and 31. */
	__m128i rest = _mm_or_si128(xml_equal16(x, '"'), _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(31)), x));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(ampersand, tags), rest));
}
#endif

/* Which of the 16 bytes at p are such. */
static inline unsigned xml_specials16(const char *p)
{
#ifdef __SSE2__
	return xml_specials_of(xml_load16(p));
#else
	unsigned specials = 0;

	for (unsigned i = 0; i < 16; i++)
		specials |= (unsigned)xml_is_special(p[i]) << i;
	return specials;
#endif
}

/* The first of them in [p, end), or `end`. */
static inline const char *xml_scan_special(const char *p, const char *end)
{
	const char *start = p;

	for (; end - p >= 16; p += 16) {
		unsigned specials = xml_specials16(p);
		if (specials)
			return p + __builtin_ctz(specials);
	}
	if (p < end && end - start >= 16) {
		/* The last 16, without those that have been seen. */
		unsigned specials = xml_specials16(end - 16) >> (16 - (end - p));
		return specials ? p + __builtin_ctz(specials) : end;
	}
#ifdef __SSE2__
	if (end - p >= 8) {
		/* The first eight, and the last eight, of which some may be the same. */
		__m128i first = _mm_loadl_epi64((const __m128i *)(const void *)p);
		__m128i last = _mm_loadl_epi64((const __m128i *)(const void *)(end - 8));
		unsigned specials = xml_specials_of(_mm_unpacklo_epi64(first, last)), hit;

		if (!specials)
			return end;
		hit = (unsigned)__builtin_ctz(specials);
		return hit < 8 ? p + hit : end - (16 - hit);
	}
#endif
	while (p < end && !xml_is_special(*p))
		p++;
	return p;
}

enum { XML_NAME_FIRST = 1, XML_NAME = 2, XML_SPACE = 4 };
extern const uint8_t xml_kinds[256]; /* of bytes; everything from 0x80 up is 0: decode it and ask xml_name_char */

/* The first byte in [p, end) that is no ASCII character of a name. */
static inline const char *xml_scan_name(const char *p, const char *end)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		__m128i x = xml_load16(p);
		__m128i letter = xml_range16(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 'z');
		/* From '-' to '9' all but the slash; and '_'. */
		__m128i digit = _mm_andnot_si128(xml_equal16(x, '/'), xml_range16(x, '-', '9'));
		__m128i name = _mm_or_si128(_mm_or_si128(letter, digit), xml_equal16(x, '_'));
		unsigned other = (unsigned)_mm_movemask_epi8(name) ^ 0xFFFF;
		if (other)
			return p + __builtin_ctz(other);
	}
#endif
	while (p < end && (xml_kinds[(unsigned char)*p] & XML_NAME))
		p++;
	return p;
}

static inline bool xml_is_space(char c) { return xml_kinds[(unsigned char)c] & XML_SPACE; }

/* Whether the character (0x80 and up) may stand in a name, or begin one. */
bool xml_name_char(uint32_t c, bool first);
