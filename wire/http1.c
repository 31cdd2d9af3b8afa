/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines end with CRLF and nothing else: a lone CR or LF is where parsers disagree, and what hides behind such a line
 * would be seen by us only, or by the one in front of us only. What is looked at is looked at line by line, so that any
 * split of a stream gives the same answer.
 */
#include "wire/http1.h"

#include <assert.h>

#include "base/mem.h"

enum {
	CHUNK_LINE_MAX = 256, /* a size and its extensions, which nobody uses */
	TRAILERS_MAX = 2048,
};

/* ---- characters -------------------------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_token(char c) { return is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c)); }
static bool is_value(char c) { return c == '\t' || ((unsigned char)c >= ' ' && c != 0x7f); }
static bool is_target(char c) { return c > ' ' && c < 0x7f && c != '#'; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static int hex_digit(char c)
{
	c = lower(c);
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool all(struct str s, bool (*is)(char))
{
	for (size_t i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return true;
}

static bool same(struct str a, const char *z)
{
	size_t i = 0;

	while (i < a.n && z[i] && lower(a.p[i]) == lower(z[i]))
		i++;
	return i == a.n && !z[i];
}

static struct str trim(struct str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_from(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Takes what stands before the next `c` off `rest`. */
static struct str cut(struct str *rest, char c)
{
	struct str first = str_n(rest->p, str_find(*rest, c));

	*rest = first.n < rest->n ? str_from(*rest, first.n + 1) : STR_NONE;
	return first;
}

/* ---- the request line -------------------------------------------------------------------------------------------- */

static const struct {
	struct str name;
	int method; /* or the status to answer with */
} methods[] = {
	{ STR_INIT("GET"), HTTP_GET },       { STR_INIT("HEAD"), HTTP_HEAD },       { STR_INIT("POST"), HTTP_POST },
	{ STR_INIT("PUT"), HTTP_PUT },       { STR_INIT("PATCH"), HTTP_PATCH },     { STR_INIT("DELETE"), HTTP_DELETE },
	{ STR_INIT("OPTIONS"), HTTP_OPTIONS }, { STR_INIT("CONNECT"), -405 },       { STR_INIT("TRACE"), -405 },
};

static int method_read(struct http_head *h, struct str name)
{
	if (!name.n || !all(name, is_token))
		return -400;
	for (size_t i = 0; i < countof(methods); i++)
		if (str_eq(methods[i].name, name)) {
			h->method = methods[i].method < 0 ? HTTP_GET : (enum http_method)methods[i].method;
			return methods[i].method < 0 ? methods[i].method : 0;
		}
	return -501;
}

static bool is_name(char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; }
static bool is_v6(char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; }

/* RFC 9110, 7.2 with the names that exist: letters, digits, hyphens; or an address. What else a URI allows would only
 * find its way into what we build from it. */
static bool authority_ok(struct str a)
{
	struct str name = a, port = STR_NONE;
	uint64_t number;

	if (a.n && a.p[0] == '[') {
		name = str_n(a.p + 1, str_find(a, ']') - 1);
		if (name.n + 1 == a.n || !name.n || !all(name, is_v6))
			return false;
		port = str_from(a, name.n + 2);
		if (port.n && port.p[0] != ':')
			return false;
		port = port.n ? str_from(port, 1) : STR_NONE;
	} else {
		size_t colon = str_find(a, ':');

		name.n = colon;
		port = colon < a.n ? str_from(a, colon + 1) : STR_NONE;
		if (!name.n || !all(name, is_name))
			return false;
	}
	return a.n <= 255 && (!port.p || (port.n <= 5 && str_u64(port, &number) && number && number < 65536));
}

/* RFC 9112, 3.2: "/path", "http://host/path", or "*". */
static int target_read(struct http_head *h, struct str target)
{
	struct str rest = target;
	size_t end;

	if (target.n > HTTP_TARGET_MAX)
		return -414;
	if (!target.n || !all(target, is_target))
		return -400;
	h->target = target;
	if (target.p[0] == '/')
		return 0;
	if (str_is(target, "*"))
		return h->method == HTTP_OPTIONS ? 0 : -400;
	if (target.n < 8 || !(same(str_n(target.p, 7), "http://") || same(str_n(target.p, 8), "https://")))
		return -400;
	rest = str_from(target, target.p[4] == ':' ? 7 : 8);
	for (end = 0; end < rest.n && rest.p[end] != '/' && rest.p[end] != '?';)
		end++;
	h->authority = str_n(rest.p, end);
	h->target = str_from(rest, end);
	return authority_ok(h->authority) ? 0 : -400;
}

static int version_read(struct http_head *h, struct str version)
{
	if (version.n != 8 || !str_starts(version, STR("HTTP/")) || !is_digit(version.p[5]) || version.p[6] != '.' ||
	    !is_digit(version.p[7]))
		return -400;
	if (version.p[5] != '1')
		return -505;
	h->minor = version.p[7] == '0' ? 0 : 1;
	return 0;
}

static int request_line_read(struct http_head *h, struct str line)
{
	struct str method = cut(&line, ' '), target = cut(&line, ' ');
	int r = target.p && line.p ? method_read(h, method) : -400;

	if (!r)
		r = version_read(h, line);
	return r ? r : target_read(h, target);
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static int field_read(struct http_head *h, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str name = str_n(line.p, colon), value = str_from(line, colon + 1);

	/* A blank before the colon, or at the start of the line (folding), is no token. */
	if (colon == line.n || !colon || !all(name, is_token) || !all(value, is_value))
		return -400;
	if (h->fields == HTTP_FIELDS_MAX)
		return -431;
	h->field[h->fields++] = (struct http_field){ name, trim(value) };
	return 0;
}

struct str http_field(const struct http_head *h, const char *name)
{
	for (size_t i = 0; i < h->fields; i++)
		if (same(h->field[i].name, name))
			return h->field[i].value;
	return STR_NONE;
}

static unsigned field_count(const struct http_head *h, const char *name)
{
	unsigned n = 0;

	for (size_t i = 0; i < h->fields; i++)
		n += same(h->field[i].name, name);
	return n;
}

bool http_has(const struct http_head *h, const char *name, const char *token)
{
	for (size_t i = 0; i < h->fields; i++) {
		struct str rest = h->field[i].value;

		if (!same(h->field[i].name, name))
			continue;
		while (rest.n)
			if (same(trim(cut(&rest, ',')), token))
				return true;
	}
	return false;
}

/* ---- what the fields mean for the connection --------------------------------------------------------------------- */

static int host_read(struct http_head *h)
{
	unsigned n = field_count(h, "host");
	struct str host = http_field(h, "host");

	if (n > 1 || (!n && h->minor) || (n && !authority_ok(host)))
		return -400;
	if (!h->authority.p)
		h->authority = host;
	return 0;
}

/* RFC 9112, 6.3. What could be read in two ways is refused, as 11.2 advises. */
static int size_read(struct http_head *h)
{
	unsigned codings = field_count(h, "transfer-encoding"), lengths = field_count(h, "content-length");
	struct str length = http_field(h, "content-length");

	if (codings + lengths > 1 || (codings && !h->minor))
		return -400;
	if (codings) {
		h->body_size = HTTP_UNKNOWN;
		return same(http_field(h, "transfer-encoding"), "chunked") ? 0 : -501;
	}
	if (lengths && (!length.n || !all(length, is_digit)))
		return -400;
	if (lengths && (!str_u64(length, &h->body_size) || h->body_size > INT64_MAX)) {
		h->body_size = 0;
		return -413;
	}
	return 0;
}

static int connection_read(struct http_head *h)
{
	struct str expect = http_field(h, "expect");

	h->keep_alive = !http_has(h, "connection", "close") && (h->minor || http_has(h, "connection", "keep-alive"));
	h->upgrades = h->minor && http_has(h, "connection", "upgrade") && http_field(h, "upgrade").n;
	if (!expect.p || !h->minor)
		return 0;
	h->expects_continue = h->body_size != 0;
	return same(expect, "100-continue") ? 0 : -417;
}

/* ---- a head ------------------------------------------------------------------------------------------------------ */

/* The line at `at`, without its end. 1, 0: it has not ended yet, or -400, -431. */
static int line_read(const char *bytes, size_t n, size_t at, struct str *ret)
{
	const char *end = memchr(bytes + at, '\n', (n < HTTP_HEAD_MAX ? n : HTTP_HEAD_MAX) - at);

	if (!end)
		return n < HTTP_HEAD_MAX ? 0 : -431;
	*ret = str_n(bytes + at, (size_t)(end - bytes) - at);
	if (!ret->n || ret->p[ret->n - 1] != '\r' || str_find(*ret, '\r') != ret->n - 1)
		return -400;
	ret->n--;
	return 1;
}

/* What cannot begin a request need not be waited for: TLS where there is none, say. */
static int begins(const char *bytes, size_t n, size_t *at)
{
	/* RFC 9112, 2.2: an empty line before a request is left over from the one before. */
	if (bytes[0] == '\r' && (n < 2 || bytes[1] == '\n'))
		*at = n < 2 ? 1 : 2;
	return *at == n || is_token(bytes[*at]) ? 0 : -400;
}

static int meaning_read(struct http_head *h)
{
	int r = host_read(h);

	if (!r)
		r = size_read(h);
	return r ? r : connection_read(h);
}

int http_head_read(struct http_head *h, const char *bytes, size_t n)
{
	struct str line;
	size_t at = 0;
	int r;

	*h = (struct http_head){ .method = HTTP_GET };
	if (!n)
		return 0;
	r = begins(bytes, n, &at);
	if (r)
		return r;
	for (bool first = true;; first = false) {
		r = at < n || n >= HTTP_HEAD_MAX ? line_read(bytes, n, at, &line) : 0;
		if (r <= 0)
			return r == -431 && first ? -414 : r;
		at += line.n + 2;
		if (!first && !line.n)
			break;
		r = first ? request_line_read(h, line) : field_read(h, line);
		if (r)
			return r;
	}
	r = meaning_read(h);
	return r ? r : (int)at;
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

enum { SIZE, MORE_SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, IN_TRAILER, TRAILER_LF, LAST_LF, ENDED };

void http_body_begin(struct http_body *b, const struct http_head *h)
{
	bool chunked = h->body_size == HTTP_UNKNOWN;

	*b = (struct http_body){ .left = chunked ? 0 : h->body_size, .chunked = chunked };
	b->state = chunked ? SIZE : b->left ? DATA : ENDED;
}

bool http_body_ended(const struct http_body *b) { return b->state == ENDED; }

/* A digit of the size; -400 when it is none, or too many. */
static int size_more(struct http_body *b, char c)
{
	int digit = hex_digit(c);

	if (digit < 0 || b->left > INT64_MAX / 16)
		return -400;
	b->left = b->left * 16 + (uint64_t)digit;
	return MORE_SIZE;
}

static int size_line_end(struct http_body *b)
{
	b->line = 0;
	return b->left ? DATA : TRAILER;
}

/* The state behind one byte of framing, or -400. */
static int framing_step(struct http_body *b, char c)
{
	switch (b->state) {
	case SIZE:
		return size_more(b, c);
	case MORE_SIZE:
		return c == '\r' ? SIZE_LF : c == ';' ? EXTENSION : size_more(b, c);
	case EXTENSION:
		return c == '\r' ? SIZE_LF : is_value(c) ? EXTENSION : -400;
	case SIZE_LF:
		return c == '\n' ? size_line_end(b) : -400;
	case DATA_CR:
		return c == '\r' ? DATA_LF : -400;
	case DATA_LF:
		return c == '\n' ? SIZE : -400;
	case TRAILER:
		return c == '\r' ? LAST_LF : is_token(c) ? IN_TRAILER : -400;
	case IN_TRAILER:
		return c == '\r' ? TRAILER_LF : is_value(c) ? IN_TRAILER : -400;
	case TRAILER_LF:
		return c == '\n' ? TRAILER : -400;
	default:
		assert(b->state == LAST_LF);
		return c == '\n' ? ENDED : -400;
	}
}

static bool in_size(const struct http_body *b) { return b->state <= SIZE_LF; }

static int framing_read(struct http_body *b, const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && b->state != DATA && b->state != ENDED) {
		int next = framing_step(b, bytes[i++]);

		if (next < 0 || ++b->line > (in_size(b) ? CHUNK_LINE_MAX : TRAILERS_MAX))
			return -400;
		if (next == SIZE || next == DATA)
			b->line = 0;
		b->state = (uint8_t)next;
	}
	return (int)i;
}

int http_body_read(struct http_body *b, const char *bytes, size_t n, struct str *ret)
{
	*ret = str_n(bytes, 0);
	if (n > INT32_MAX)
		n = INT32_MAX;
	if (b->state == ENDED)
		return 0;
	if (b->state != DATA)
		return framing_read(b, bytes, n);
	if (n > b->left)
		n = (size_t)b->left;
	ret->n = n;
	b->left -= n;
	if (!b->left)
		b->state = b->chunked ? DATA_CR : ENDED;
	return (int)n;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{ 100, "Continue" },
	{ 101, "Switching Protocols" },
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 426, "Upgrade Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
};

const char *http_reason(unsigned status)
{
	for (size_t i = 0; i < countof(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

/* ---- paths and queries ------------------------------------------------------------------------------------------- */

/* The byte at s[*at], which moves on; -1 when it is malformed. */
static int decode_one(struct str s, size_t *at)
{
	int high, low;

	if (s.p[*at] != '%')
		return (unsigned char)s.p[(*at)++];
	if (s.n - *at < 3 || (high = hex_digit(s.p[*at + 1])) < 0 || (low = hex_digit(s.p[*at + 2])) < 0)
		return -1;
	*at += 3;
	return high * 16 + low;
}

static bool parts_ok(struct str path)
{
	struct str rest;

	if (!path.n || path.p[0] != '/')
		return false;
	for (rest = str_from(path, 1); rest.n;) {
		struct str part = cut(&rest, '/');

		if (!part.n || str_is(part, ".") || str_is(part, ".."))
			return false;
	}
	return true;
}

bool http_path_decode(struct buf *to, struct str path)
{
	size_t from = to->n;

	for (size_t at = 0; at < path.n;) {
		bool encoded = path.p[at] == '%';
		int c = decode_one(path, &at);

		/* A slash that is encoded is another one than the others; nobody needs it. */
		if (c < ' ' || c == 0x7f || (encoded && c == '/'))
			return false;
		buf_byte(to, (char)c);
	}
	return parts_ok(str_from(buf_all(to), from)) && str_is_utf8(str_from(buf_all(to), from));
}

static bool query_decode(struct buf *to, struct str value)
{
	size_t from = to->n;

	for (size_t at = 0; at < value.n;) {
		bool blank = value.p[at] == '+';
		int c = decode_one(value, &at);

		if (c <= 0)
			return false;
		buf_byte(to, blank ? ' ' : (char)c);
	}
	return str_is_utf8(str_from(buf_all(to), from));
}

bool http_query(struct str query, const char *name, struct buf *to)
{
	while (query.n) {
		struct str value = cut(&query, '&'), key = cut(&value, '=');

		if (str_is(key, name)) {
			size_t before = to->n;

			if (query_decode(to, value))
				return true;
			to->n = before;
			return false;
		}
	}
	return false;
}

void http_escape(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (is_alnum(text.p[i]) || (text.p[i] && strchr("-._~", text.p[i])))
			buf_byte(to, text.p[i]);
		else
			buf_fmt(to, "%%%02X", (unsigned char)text.p[i]);
}

/* ---- ranges ------------------------------------------------------------------------------------------------------ */

/* "-500": the last ones. */
static int range_of_end(struct str count, uint64_t size, uint64_t *from, uint64_t *to)
{
	uint64_t n;

	if (!str_u64(count, &n))
		return 0;
	if (!n || !size)
		return -416;
	*from = n < size ? size - n : 0;
	*to = size;
	return 1;
}

int http_range(struct str value, uint64_t size, uint64_t *from, uint64_t *to)
{
	struct str rest = value, first;
	uint64_t begin, last = HTTP_UNKNOWN - 1;

	if (!value.n || !same(cut(&rest, '='), "bytes") || str_find(rest, ',') != rest.n)
		return 0;
	rest = trim(rest);
	if (str_find(rest, '-') == rest.n)
		return 0;
	first = cut(&rest, '-');
	if (!first.n)
		return range_of_end(rest, size, from, to);
	if (!str_u64(first, &begin) || (rest.n && !str_u64(rest, &last)) || last < begin)
		return 0;
	if (begin >= size)
		return -416;
	*from = begin;
	*to = last < size ? last + 1 : size;
	return 1;
}

/* ---- dates ------------------------------------------------------------------------------------------------------- */

static int year_days(int year) { return year % 4 || (year % 100 == 0 && year % 400) ? 365 : 366; }

void http_date(struct buf *to, msec time)
{
	static const char weekdays[] = "ThuFriSatSunMonTueWed", names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t seconds = time > 0 ? time / 1000 : 0, day = seconds / 86400;
	unsigned of_day = (unsigned)(seconds % 86400), weekday = (unsigned)(day % 7), month = 0;
	int year = 1970;

	for (; year < 9999 && day >= year_days(year); year++)
		day -= year_days(year);
	for (; month < 11 && day >= lengths[month] + (month == 1 && year_days(year) == 366); month++)
		day -= lengths[month] + (month == 1 && year_days(year) == 366);
	buf_fmt(to, "%.3s, %02u %.3s %04d %02u:%02u:%02u GMT", weekdays + 3 * weekday, (unsigned)day + 1,
		names + 3 * month, year, of_day / 3600, of_day / 60 % 60, of_day % 60);
}
