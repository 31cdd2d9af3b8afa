/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/engine/harmless.h"

#include "base/mem.h"

enum { NAME_BYTES_MAX = 200 };

struct range {
	uint32_t first, last;
};

/* Characters that change how others are shown, or show nothing themselves: bidirectional formatting (UAX 9), line and
 * paragraph separators, fillers that look like nothing, interlinear annotation, tags (emoji flags of regions lose
 * theirs), private use planes. The joiners U+200C and U+200D are needed by scripts and emoji. */
static const struct range hidden[] = {
	{ 0xAD, 0xAD },     { 0x34F, 0x34F },     { 0x61C, 0x61C },     { 0x115F, 0x1160 },   { 0x17B4, 0x17B5 },
	{ 0x180B, 0x180F }, { 0x200B, 0x200B },   { 0x200E, 0x200F },   { 0x2028, 0x202E },   { 0x2060, 0x206F },
	{ 0x3164, 0x3164 }, { 0xFDD0, 0xFDEF },   { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFFB },
	{ 0xFFFE, 0xFFFF }, { 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF }, { 0xF0000, 0x10FFFF },
};

/* Marks that would stand on the character in front of the text. */
static const struct range combining[] = {
	{ 0x300, 0x36F },   { 0x483, 0x489 },   { 0x591, 0x5BD },   { 0x610, 0x61A },   { 0x64B, 0x65F },
	{ 0x6D6, 0x6DC },   { 0x900, 0x903 },   { 0x93A, 0x93C },   { 0x93E, 0x94F },   { 0xE31, 0xE31 },
	{ 0xE34, 0xE3A },   { 0xE47, 0xE4E },   { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200C, 0x200D },
	{ 0x20D0, 0x20FF }, { 0x302A, 0x302F }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
};

static bool in_ranges(const struct range *r, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}

/* The character at the beginning of `s`; 0xFFFD and one byte where there is none. */
static uint32_t character(struct str s, size_t *n)
{
	unsigned char first = (unsigned char)s.p[0];
	size_t len = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	uint32_t c = first & (0xFFu >> (len == 1 ? 0 : len + 1));

	*n = 1;
	if (len == 1)
		return first;
	if (first < 0xC2 || len > s.n || !str_is_utf8(str_n(s.p, len)))
		return 0xFFFD;
	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)s.p[i] & 0x3F);
	*n = len;
	return c;
}

static void put(struct buf *to, uint32_t c)
{
	const char two[] = { (char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F)) };
	const char three[] = { (char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F)) };

	if (c < 0x80)
		buf_byte(to, (char)c);
	else if (c < 0x800)
		buf_add(to, two, sizeof two);
	else
		buf_add(to, three, sizeof three);
}

void harmless_put(struct buf *to, struct str s, bool lines)
{
	bool begin = true;

	for (size_t n; s.n; s = str_from(s, n)) {
		uint32_t c = character(s, &n);

		if (begin && in_ranges(combining, countof(combining), c))
			put(to, 0x25CC);
		begin = lines && c == '\n';
		if (c == '\t' || c == '\n')
			buf_byte(to, lines && c == '\n' ? '\n' : ' ');
		else if (c < 0x20)
			put(to, 0x2400 + c);
		else if (c == 0x7F)
			put(to, 0x2421);
		else if ((c >= 0x80 && c < 0xA0) || c == 0xFFFD || in_ranges(hidden, countof(hidden), c))
			put(to, 0xFFFD);
		else
			buf_add(to, s.p, n);
	}
}

void sendable_put(struct buf *to, struct str s)
{
	for (size_t n; s.n; s = str_from(s, n)) {
		uint32_t c = character(s, &n);

		if (c == 0xFFFD || c == 0xFFFE || c == 0xFFFF)
			put(to, 0xFFFD);
		else if (c >= 0x20 || c == '\t' || c == '\n')
			buf_add(to, s.p, n);
	}
}

void harmless_file_name(struct buf *to, struct str s)
{
	own_buf clean = { 0 };
	struct str name;
	size_t cut;

	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == '/' || s.p[i] == '\\') {
			s = str_from(s, i + 1);
			break;
		}
	for (size_t n; s.n; s = str_from(s, n)) {
		uint32_t c = character(s, &n);

		if (c < 0x20 || c == 0x7F || (c >= 0x80 && c < 0xA0) || c == 0xFFFD || c == ':' ||
		    in_ranges(hidden, countof(hidden), c))
			buf_byte(&clean, '_');
		else
			buf_add(&clean, s.p, n);
	}
	name = str_trim(buf_all(&clean));
	while (name.n && (name.p[0] == '.' || name.p[0] == '-' || name.p[0] == ' '))
		name = str_from(name, 1);
	cut = name.n < NAME_BYTES_MAX ? name.n : NAME_BYTES_MAX;
	while (cut < name.n && cut && ((unsigned char)name.p[cut] & 0xC0) == 0x80)
		cut--;
	buf_str(to, cut ? str_n(name.p, cut) : STR("file"));
}
