/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/hybrid.h"

#include <assert.h>
#include <time.h>

#include "base/mem.h"

/* ---- encodings --------------------------------------------------------------------------------------------------- */

static size_t char_length(unsigned char c) { return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4; }

/* The character at `p`, which is well-formed. */
static uint32_t char_read(const unsigned char *p)
{
	switch (char_length(*p)) {
	case 1:
		return *p;
	case 2:
		return (*p & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	case 3:
		return (*p & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	default:
		return (*p & 7u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
	}
}

static void char_write(struct buf *to, uint32_t c)
{
	char bytes[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		bytes[i] = (char)(0x80 | (c & 0x3F));
	bytes[0] = (char)(lead[n] | c);
	buf_add(to, bytes, n);
}

static void unit_write(struct buf *to, uint32_t unit)
{
	const char bytes[] = { (char)(unit & 0xFF), (char)(unit >> 8) };

	buf_add(to, bytes, sizeof bytes);
}

void utf16_write(struct buf *to, struct str utf8)
{
	const unsigned char *p = (const unsigned char *)utf8.p, *end = p + utf8.n;

	for (; p < end; p += char_length(*p)) {
		uint32_t c;

		assert(char_length(*p) <= (size_t)(end - p));
		c = char_read(p);
		if (c < 0x10000) {
			unit_write(to, c);
		} else {
			unit_write(to, 0xD800 + ((c - 0x10000) >> 10));
			unit_write(to, 0xDC00 + ((c - 0x10000) & 0x3FF));
		}
	}
}

static uint32_t unit_read(const unsigned char *p) { return p[0] | (uint32_t)p[1] << 8; }

/* The character at `p`; how many bytes it takes, 0: malformed. */
static size_t utf16_char(const unsigned char *p, size_t n, uint32_t *ret)
{
	uint32_t unit, low;

	if (n < 2)
		return 0;
	*ret = unit = unit_read(p);
	if (unit < 0xD800 || unit > 0xDFFF)
		return 2;
	if (unit > 0xDBFF || n < 4)
		return 0;
	low = unit_read(p + 2);
	*ret = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
	return low < 0xDC00 || low > 0xDFFF ? 0 : 4;
}

bool utf16_read(struct buf *to, struct str utf16)
{
	size_t before = to->n;

	while (utf16.n) {
		uint32_t c = 0;
		size_t took = utf16_char((const unsigned char *)utf16.p, utf16.n, &c);

		if (!took) {
			to->n = before;
			return false;
		}
		char_write(to, c);
		utf16 = str_from(utf16, took);
	}
	return true;
}

/* ---- datagrams --------------------------------------------------------------------------------------------------- */

static const struct str words[] = {
	[HYBRID_LOGIN] = STR_INIT("login"),
	[HYBRID_LOGOUT] = STR_INIT("logout"),
	[HYBRID_ACCEPT] = STR_INIT("Accept"),
	[HYBRID_REJECT] = STR_INIT("Reject"),
	[HYBRID_TALK] = STR_INIT("talk"),
};

bool hybrid_is_name(struct str user)
{
	for (size_t i = 0; i < user.n; i++) {
		unsigned char c = (unsigned char)user.p[i];

		if (c < 0x20 || c == 0x7F || c == ',' || c == ';')
			return false;
	}
	return user.n && user.n <= HYBRID_USER_MAX;
}

/* Cuts the part before the next comma off `rest`; false when there is no comma. */
static bool field(struct str *rest, struct str *ret)
{
	size_t comma = str_find(*rest, ',');

	if (comma == rest->n)
		return false;
	*ret = str_n(rest->p, comma);
	*rest = str_from(*rest, comma + 1);
	return true;
}

static bool name_read(struct hybrid_datagram *d, struct str text)
{
	d->user = str_trim(text);
	return hybrid_is_name(d->user);
}

static bool read_place(struct hybrid_datagram *d, struct str rest)
{
	struct str user;

	return field(&rest, &user) && name_read(d, user) && endpoint_parse(&d->endpoint, rest);
}

static bool read_accept(struct hybrid_datagram *d, struct str rest)
{
	uint64_t port;

	if (!str_u64(rest, &port) || port == 0 || port > UINT16_MAX)
		return false;
	d->port = (uint16_t)port;
	return true;
}

static bool read_reject(struct hybrid_datagram *d, struct str rest)
{
	d->content = rest;
	return true;
}

static bool read_talk(struct hybrid_datagram *d, struct str rest)
{
	struct str user;

	if (!field(&rest, &d->time) || !field(&rest, &user) || !name_read(d, user))
		return false;
	d->content = rest;
	return true;
}

bool hybrid_parse(struct hybrid_datagram *ret, struct str bytes, struct buf *room)
{
	static bool (*const read[])(struct hybrid_datagram *d, struct str rest) = {
		[HYBRID_LOGIN] = read_place,
		[HYBRID_LOGOUT] = read_place,
		[HYBRID_ACCEPT] = read_accept,
		[HYBRID_REJECT] = read_reject,
		[HYBRID_TALK] = read_talk,
	};
	struct hybrid_datagram d = { .encoding = bytes.n > 1 && !bytes.p[1] ? HYBRID_UTF16 : HYBRID_UTF8 };
	struct str text = bytes, word;

	if (d.encoding == HYBRID_UTF16) {
		buf_clear(room);
		if (!utf16_read(room, bytes))
			return false;
		text = buf_all(room);
	} else if (!str_is_utf8(bytes)) {
		return false;
	}
	if (!field(&text, &word))
		return false;
	for (size_t i = 0; i < countof(words); i++)
		if (str_eq(words[i], word)) {
			d.kind = (enum hybrid_kind)i;
			if (!read[i](&d, text))
				return false;
			*ret = d;
			return true;
		}
	return false;
}

static void write_text(struct buf *to, enum hybrid_encoding encoding, struct str utf8)
{
	if (encoding == HYBRID_UTF16)
		utf16_write(to, utf8);
	else
		buf_str(to, utf8);
}

void hybrid_write(struct buf *to, enum hybrid_encoding encoding, const struct hybrid_datagram *d)
{
	own_buf text = { 0 };

	buf_fmt(&text, "%.*s,", STR_ARG(words[d->kind]));
	switch (d->kind) {
	case HYBRID_LOGIN:
	case HYBRID_LOGOUT:
		buf_fmt(&text, "%.*s,", STR_ARG(d->user));
		endpoint_write(&text, &d->endpoint);
		break;
	case HYBRID_ACCEPT:
		buf_u64(&text, d->port);
		break;
	case HYBRID_TALK:
		buf_str(&text, d->time);
		buf_fmt(&text, ",%.*s,", STR_ARG(d->user));
		buf_str(&text, d->content);
		break;
	case HYBRID_REJECT:
		buf_str(&text, d->content);
		break;
	}
	write_text(to, encoding, buf_all(&text));
}

static size_t char_cost(enum hybrid_encoding encoding, size_t length)
{
	return encoding == HYBRID_UTF8 ? length : length == 4 ? 4 : 2;
}

static size_t text_cost(enum hybrid_encoding encoding, struct str s)
{
	size_t cost = 0;

	for (size_t at = 0, n; at < s.n; at += n) {
		n = char_length((unsigned char)s.p[at]);
		cost += char_cost(encoding, n);
	}
	return cost;
}

size_t hybrid_talk_fit(enum hybrid_encoding encoding, struct str time, struct str user, struct str content, size_t max)
{
	size_t used = text_cost(encoding, STR("talk,,,")) + text_cost(encoding, time) + text_cost(encoding, user);
	size_t at = 0;

	while (at < content.n) {
		size_t n = char_length((unsigned char)content.p[at]);

		used += char_cost(encoding, n);
		if (used > max && at)
			break;
		at += n;
	}
	return at;
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

void hybrid_list_add(struct buf *text, struct str user, const struct endpoint *e)
{
	buf_str(text, user);
	buf_byte(text, ',');
	endpoint_write(text, e);
	buf_byte(text, ';');
}

void hybrid_list_write(struct buf *to, enum hybrid_encoding encoding, struct str text)
{
	size_t n = text.n + 3;

	if (encoding == HYBRID_UTF16) {
		for (; n > 0x7F; n >>= 7)
			buf_byte(to, (char)(0x80 | (n & 0x7F)));
		buf_byte(to, (char)n);
	}
	buf_str(to, text);
	buf_lit(to, "end");
	if (encoding == HYBRID_UTF8)
		buf_byte(to, '\n');
}

/* The length in front of a .NET string; *head: how many bytes it takes. At most five, as there. */
static enum hybrid_list_frame length_read(const char *bytes, size_t n, size_t *head, uint64_t *ret)
{
	uint64_t length = 0;

	for (size_t i = 0; i < 5; i++) {
		if (i == n)
			return HYBRID_LIST_MORE;
		length |= (uint64_t)(bytes[i] & 0x7F) << (7 * i);
		if (!(bytes[i] & 0x80)) {
			*head = i + 1;
			*ret = length;
			return HYBRID_LIST_WHOLE;
		}
	}
	return HYBRID_LIST_BAD;
}

static enum hybrid_list_frame net_string(const char *bytes, size_t n, size_t max, struct str *text, size_t *len)
{
	size_t head = 0;
	uint64_t length = 0;
	enum hybrid_list_frame found = length_read(bytes, n, &head, &length);

	if (found != HYBRID_LIST_WHOLE)
		return found;
	if (length > max)
		return HYBRID_LIST_BAD;
	if (n - head < length)
		return HYBRID_LIST_MORE;
	*text = str_n(bytes + head, length);
	*len = head + length;
	return HYBRID_LIST_WHOLE;
}

static enum hybrid_list_frame text_line(const char *bytes, size_t n, size_t max, size_t *scanned, struct str *text,
					size_t *len)
{
	size_t end = n < max + 1 ? n : max + 1;
	const char *lf = *scanned < end ? memchr(bytes + *scanned, '\n', end - *scanned) : NULL;

	if (!lf) {
		*scanned = end;
		return end > max ? HYBRID_LIST_BAD : HYBRID_LIST_MORE;
	}
	*text = str_n(bytes, (size_t)(lf - bytes));
	*len = text->n + 1;
	return HYBRID_LIST_WHOLE;
}

enum hybrid_list_frame hybrid_list_read(enum hybrid_encoding encoding, const char *bytes, size_t n, size_t max,
					size_t *scanned, struct str *text, size_t *len)
{
	struct str found;
	enum hybrid_list_frame frame = encoding == HYBRID_UTF16 ? net_string(bytes, n, max, &found, len)
								: text_line(bytes, n, max, scanned, &found, len);

	if (frame != HYBRID_LIST_WHOLE)
		return frame;
	if (!str_is_utf8(found))
		return HYBRID_LIST_BAD;
	*text = found;
	return frame;
}

enum hybrid_entry hybrid_list_next(struct str *text, struct str *user, struct endpoint *e)
{
	size_t n = str_find(*text, ';');
	struct str one = str_n(text->p, n), name;

	if (n == text->n) {
		bool end = str_is(str_trim(*text), "end");

		*text = str_from(*text, n);
		return end ? HYBRID_ENTRY_END : HYBRID_ENTRY_CUT;
	}
	*text = str_from(*text, n + 1);
	if (!field(&one, &name) || !hybrid_is_name(name) || !endpoint_parse(e, one))
		return HYBRID_ENTRY_BAD;
	*user = name;
	return HYBRID_ENTRY;
}

/* ---- times ------------------------------------------------------------------------------------------------------- */

void hybrid_time_write(struct buf *to, msec time)
{
	time_t seconds = (time_t)(time / 1000);
	struct tm tm;

	localtime_r(&seconds, &tm);
	buf_fmt(to, "%d-%d-%d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec);
}

/* A number of one to `most` digits and the character behind it (0: the end). */
static bool number(struct str *rest, size_t most, char behind, int min, int max, int *ret)
{
	int value = 0;
	size_t n = 0;

	for (; n < rest->n && n < most && rest->p[n] >= '0' && rest->p[n] <= '9'; n++)
		value = value * 10 + (rest->p[n] - '0');
	if (!n || value < min || value > max || (behind ? n == rest->n || rest->p[n] != behind : n != rest->n))
		return false;
	*rest = str_from(*rest, n + 1);
	*ret = value;
	return true;
}

bool hybrid_time_read(struct str text, msec *ret)
{
	struct tm tm = { .tm_isdst = -1 };
	time_t seconds;

	if (!number(&text, 4, '-', 1970, 9999, &tm.tm_year) || !number(&text, 2, '-', 1, 12, &tm.tm_mon) ||
	    !number(&text, 2, ' ', 1, 31, &tm.tm_mday) || !number(&text, 2, ':', 0, 23, &tm.tm_hour) ||
	    !number(&text, 2, ':', 0, 59, &tm.tm_min) || !number(&text, 2, 0, 0, 60, &tm.tm_sec))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	seconds = mktime(&tm);
	if (seconds == (time_t)-1)
		return false;
	*ret = (msec)seconds * 1000;
	return true;
}

/* ---- several lines in one ---------------------------------------------------------------------------------------- */

void hybrid_escape(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\n' || c == '\r' || c == '\\') {
			buf_byte(to, '\\');
			c = c == '\n' ? 'n' : c == '\r' ? 'r' : c;
		}
		buf_byte(to, c);
	}
}

bool hybrid_unescape(struct buf *to, struct str text)
{
	size_t before = to->n;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\\') {
			c = ++i < text.n ? text.p[i] : 0;
			if (c != 'n' && c != 'r' && c != '\\') {
				to->n = before;
				return false;
			}
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
		}
		buf_byte(to, c);
	}
	return true;
}
