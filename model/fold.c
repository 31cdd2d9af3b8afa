/* SPDX-License-Identifier: Apache-2.0
 *
 * model/fold.c - most characters need no table: ASCII, and those of Chinese, Japanese and Korean, are known by their
 * numbers. The others go through libidn, a few at a time: sorting marks costs the square of how many there are in a
 * row.
 */
#include "model/fold.h"

#include <stringprep.h>

#include "base/mem.h"

enum { PIECE = 64, GROWS = 20 /* a character becomes 18 at most (U+FDFA) */ };

uint32_t text_char(struct str s, size_t *n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)s.p[0];
	size_t length = first < 0x80 ? 1 : first < 0xC2 || first > 0xF4 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	uint32_t c = length == 1 ? first : first & (0xFFu >> (length + 1));

	*n = 1;
	if (!length || length > s.n)
		return 0xFFFD;
	for (size_t i = 1; i < length; i++) {
		if (((unsigned char)s.p[i] & 0xC0) != 0x80)
			return 0xFFFD;
		c = c << 6 | ((unsigned char)s.p[i] & 0x3F);
	}
	if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0xFFFD;
	*n = length;
	return c;
}

static void char_put(struct buf *to, uint32_t c)
{
	char *p = buf_room(to, 4);

	if (c < 0x80) {
		p[0] = (char)c;
		to->n += 1;
	} else if (c < 0x800) {
		p[0] = (char)(0xC0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3F));
		to->n += 2;
	} else if (c < 0x10000) {
		p[0] = (char)(0xE0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3F));
		p[2] = (char)(0x80 | (c & 0x3F));
		to->n += 3;
	} else {
		p[0] = (char)(0xF0 | c >> 18);
		p[1] = (char)(0x80 | (c >> 12 & 0x3F));
		p[2] = (char)(0x80 | (c >> 6 & 0x3F));
		p[3] = (char)(0x80 | (c & 0x3F));
		to->n += 4;
	}
}

/* Stays as it is, whatever follows, unless that is a mark. */
static bool is_plain(uint32_t c)
{
	return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) || c == 0x30FC ||
	       (c >= 0x3400 && c <= 0x4DB5) || (c >= 0x4E00 && c <= 0x9FA5) || (c >= 0xAC00 && c <= 0xD7A3);
}

/* What joins the character before it: sound marks of Japanese, parts of Korean syllables. */
static bool joins(uint32_t c) { return c == 0x3099 || c == 0x309A || (c >= 0x1100 && c <= 0x11FF); }

/* ---- letters without their marks -------------------------------------------------------------------------------- */

/* By number, small letters only: what is left; '.': the letter itself. */
static const struct {
	uint32_t from;
	struct str bare;
} latin[] = {
	{ 0xE0, STR_INIT("aaaaaa.ceeeeiiii.nooooo.ouuuuy.y") },
	{ 0x100, STR_INIT(".a.a.a.c.c.c.c.d.d.e.e.e.e.e.g.g.g.g.h.h.i.i.i.i.i...j.k..l.l.l.") },
	{ 0x140, STR_INIT("..l.n.n.n....o.o.o...r.r.r.s.s.s.s.t.t...u.u.u.u.u.u.w.y..z.z.z.") },
	{ 0x1A1, STR_INIT("o") },
	{ 0x1B0, STR_INIT("u") },
	{ 0x1CE, STR_INIT("a.i.o.u.u.u.u.u..a.a.....g.k.o.o.......g...n.a....") },
	{ 0x200, STR_INIT(".a.a.e.e.i.i.o.o.r.r.u.u.s.t...h.......a.e.o.o.o.o.y............") },
	{ 0x1E00, STR_INIT(".a.b.b.b.c.d.d.d.d.d.e.e.e.e.e.f.g.h.h.h.h.h.i.i.k.k.k.l.l.l.l.m") },
	{ 0x1E40, STR_INIT(".m.m.n.n.n.n.o.o.o.o.p.p.r.r.r.r.s.s.s.s.s.t.t.t.t.u.u.u.u.u.v.v") },
	{ 0x1E80, STR_INIT(".w.w.w.w.w.x.x.y.z.z.z...........a.a.a.a.a.a.a.a.a.a.a.a.e.e.e.e") },
	{ 0x1EC0, STR_INIT(".e.e.e.e.i.i.o.o.o.o.o.o.o.o.o.o.o.o.u.u.u.u.u.u.u.y.y.y.y......") },
};

static const struct {
	uint16_t letter, bare;
} others[] = {
	{ 0x3AC, 0x3B1 }, { 0x3AD, 0x3B5 }, { 0x3AE, 0x3B7 }, { 0x3AF, 0x3B9 }, { 0x390, 0x3B9 }, { 0x3CA, 0x3B9 },
	{ 0x3B0, 0x3C5 }, { 0x3CB, 0x3C5 }, { 0x3CC, 0x3BF }, { 0x3CD, 0x3C5 }, { 0x3CE, 0x3C9 }, { 0x450, 0x435 },
	{ 0x451, 0x435 }, { 0x45D, 0x438 },
};

static uint32_t without_mark(uint32_t c)
{
	for (size_t i = 0; i < countof(latin) && c >= latin[i].from; i++)
		if (c - latin[i].from < latin[i].bare.n) {
			char bare = latin[i].bare.p[c - latin[i].from];

			return bare >= 'a' ? (uint32_t)bare : c;
		}
	for (size_t i = 0; i < countof(others); i++)
		if (others[i].letter == c)
			return others[i].bare;
	return c;
}

/* ---- folding ---------------------------------------------------------------------------------------------------- */

static void piece_fold(struct buf *to, uint32_t *chars, size_t n)
{
	/* B.1 and B.2 end with a zero; their lengths let libidn search instead of walk. */
	static const Stringprep_profile profile[] = {
		{ STRINGPREP_MAP_TABLE, 0, stringprep_rfc3454_B_1, 27 },
		{ STRINGPREP_MAP_TABLE, 0, stringprep_rfc3454_B_2, 1371 },
		{ STRINGPREP_NFKC, 0, NULL, 0 },
		{ 0 },
	};

	stringprep_4i(chars, &n, PIECE * GROWS, 0, profile);
	for (size_t i = 0; i < n; i++)
		if (chars[i] < 0x300 || chars[i] > 0x36F)
			char_put(to, without_mark(chars[i]));
}

/* The length of what must be looked up together, from `s` on. */
static size_t piece(struct str s, uint32_t *chars, size_t *count)
{
	size_t at = 0, n;

	for (*count = 0; at < s.n && *count < PIECE; at += n) {
		uint32_t c = text_char(str_from(s, at), &n);

		if (*count && (c < 0x80 || (is_plain(c) && *count > 1)))
			break;
		chars[(*count)++] = c;
	}
	return at;
}

static size_t plain_run(struct str s)
{
	size_t at = 0, last = 0, n;

	while (at < s.n) {
		uint32_t c = text_char(str_from(s, at), &n);

		if (joins(c))
			return last; /* with what it joins */
		if (!is_plain(c))
			break;
		last = at;
		at += n;
	}
	return at;
}

void text_fold(struct buf *to, struct str s)
{
	uint32_t chars[PIECE * GROWS + 1];
	size_t count;

	while (s.n) {
		size_t n = 0;

		for (; n < s.n && (unsigned char)s.p[n] < 0x80; n++)
			buf_byte(to, (char)(s.p[n] >= 'A' && s.p[n] <= 'Z' ? s.p[n] + 32 : s.p[n]));
		s = str_from(s, n);
		n = plain_run(s);
		buf_str(to, str_n(s.p, n));
		s = str_from(s, n);
		if (!s.n || (unsigned char)s.p[0] < 0x80)
			continue;
		n = piece(s, chars, &count);
		piece_fold(to, chars, count);
		s = str_from(s, n);
	}
}
