/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/line.h"

#include <assert.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* ---- framing ------------------------------------------------------------------------------------------------ */

static enum line_frame lf_frame(struct line_framer *f, const char *bytes, size_t n, size_t max, size_t *len)
{
	size_t end = n < max + 1 ? n : max + 1; /* the content and its LF */
	const char *lf = f->scanned < end ? memchr(bytes + f->scanned, '\n', end - f->scanned) : NULL;

	if (!lf) {
		f->scanned = (uint32_t)end;
		return end > max ? LINE_BAD : LINE_MORE;
	}
	f->scanned = 0;
	*len = (size_t)(lf - bytes) + 1;
	return LINE_WHOLE;
}

static enum line_frame java_frame(const char *bytes, size_t n, size_t max, size_t *len)
{
	size_t content;

	if (n < 2)
		return LINE_MORE;
	content = (size_t)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
	if (content > max)
		return LINE_BAD;
	if (n < 2 + content)
		return LINE_MORE;
	*len = 2 + content;
	return LINE_WHOLE;
}

/* Byte 0 decides for lines, byte 2 for Java; until it is there nothing is decided. */
static enum line_frame framing_find(struct line_framer *f, const char *bytes, size_t n)
{
	if (n && is_digit(bytes[0]))
		f->framing = LINE_LF;
	else if (n > 2 && is_digit(bytes[2]))
		f->framing = LINE_JAVA;
	else
		return n > 2 ? LINE_BAD : LINE_MORE;
	return LINE_WHOLE;
}

enum line_frame line_frame(struct line_framer *f, const char *bytes, size_t n, size_t max, size_t *len)
{
	assert(max <= LINE_BYTES_MAX);
	if (f->framing == LINE_UNKNOWN) {
		enum line_frame found = framing_find(f, bytes, n);
		if (found != LINE_WHOLE)
			return found;
	}
	return f->framing == LINE_LF ? lf_frame(f, bytes, n, max, len) : java_frame(bytes, n, max, len);
}

bool line_text(const struct line_framer *f, struct str frame, struct buf *room, struct str *ret)
{
	if (f->framing == LINE_JAVA) {
		buf_clear(room);
		if (!java_utf_read(room, str_from(frame, 2)))
			return false;
		*ret = buf_all(room);
		return true;
	}
	assert(frame.n && frame.p[frame.n - 1] == '\n');
	frame.n--;
	if (frame.n && frame.p[frame.n - 1] == '\r')
		frame.n--;
	*ret = frame;
	return str_is_utf8(frame);
}

void line_write(struct buf *to, enum line_framing framing, struct str utf8)
{
	size_t at = to->n, n;

	if (framing != LINE_JAVA) {
		buf_str(to, utf8);
		buf_byte(to, '\n');
		return;
	}
	buf_add(to, "\0", 2);
	java_utf_write(to, utf8);
	n = to->n - at - 2;
	assert(n <= JAVA_UTF_MAX);
	to->p[at] = (char)(n >> 8);
	to->p[at + 1] = (char)(n & 0xff);
}

/* ---- Java's modified UTF-8 ---------------------------------------------------------------------------------- */

static bool is_tail(unsigned char c) { return (c & 0xC0) == 0x80; }

/* The 16-bit unit that three bytes at `p` stand for; 0 when they stand for none (0 itself is never written so). */
static unsigned unit_at(const unsigned char *p, const unsigned char *end)
{
	unsigned unit;

	if (end - p < 3 || (p[0] & 0xF0) != 0xE0 || !is_tail(p[1]) || !is_tail(p[2]))
		return 0;
	unit = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	return unit < 0x800 ? 0 : unit;
}

static void utf8_write4(struct buf *to, unsigned code)
{
	const char bytes[] = { (char)(0xF0 | code >> 18), (char)(0x80 | (code >> 12 & 0x3F)),
			       (char)(0x80 | (code >> 6 & 0x3F)), (char)(0x80 | (code & 0x3F)) };

	buf_add(to, bytes, sizeof bytes);
}

/* Converts one character that is not plain ASCII; returns how many bytes it took, 0: malformed. */
static size_t java_char_read(struct buf *to, const unsigned char *p, const unsigned char *end)
{
	unsigned unit, low;

	if (end - p >= 2 && p[0] == 0xC0 && p[1] == 0x80) {
		buf_byte(to, 0);
		return 2;
	}
	if (end - p >= 2 && p[0] >= 0xC2 && p[0] <= 0xDF && is_tail(p[1])) {
		buf_add(to, p, 2);
		return 2;
	}
	unit = unit_at(p, end);
	if (unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
		return 0;
	if (unit < 0xD800 || unit > 0xDBFF) {
		buf_add(to, p, 3);
		return 3;
	}
	low = unit_at(p + 3, end);
	if (low < 0xDC00 || low > 0xDFFF)
		return 0;
	utf8_write4(to, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
	return 6;
}

static bool is_plain(unsigned char c) { return c != 0 && c < 0x80; } /* the same byte in both encodings */

bool java_utf_read(struct buf *to, struct str modified)
{
	const unsigned char *p = (const unsigned char *)modified.p, *end = p + modified.n;
	size_t before = to->n;

	while (p < end) {
		const unsigned char *run = p;
		size_t took;

		while (p < end && is_plain(*p))
			p++;
		buf_add(to, run, (size_t)(p - run));
		if (p == end)
			break;
		took = java_char_read(to, p, end);
		if (took == 0) {
			to->n = before;
			return false;
		}
		p += took;
	}
	return true;
}

static void unit_write(struct buf *to, unsigned unit)
{
	const char bytes[] = { (char)(0xE0 | unit >> 12), (char)(0x80 | (unit >> 6 & 0x3F)),
			       (char)(0x80 | (unit & 0x3F)) };

	buf_add(to, bytes, sizeof bytes);
}

static void java_char_write(struct buf *to, const unsigned char *p)
{
	unsigned code = (p[0] & 7u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);

	code -= 0x10000;
	unit_write(to, 0xD800 + (code >> 10));
	unit_write(to, 0xDC00 + (code & 0x3FF));
}

void java_utf_write(struct buf *to, struct str utf8)
{
	const unsigned char *p = (const unsigned char *)utf8.p, *end = p + utf8.n;

	while (p < end) {
		const unsigned char *run = p;

		while (p < end && *p && *p < 0xF0)
			p++;
		buf_add(to, run, (size_t)(p - run));
		if (p == end)
			break;
		if (*p == 0) {
			buf_lit(to, "\xC0\x80");
			p++;
		} else {
			assert(end - p >= 4);
			java_char_write(to, p);
			p += 4;
		}
	}
}

size_t java_utf_fit(struct str utf8, size_t max)
{
	size_t at = 0, used = 0;

	while (at < utf8.n) {
		unsigned char c = (unsigned char)utf8.p[at];
		size_t step = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
		size_t cost = c == 0 ? 2 : step == 4 ? 6 : step;

		if (used + cost > max)
			break;
		used += cost;
		at += step;
	}
	return at;
}
