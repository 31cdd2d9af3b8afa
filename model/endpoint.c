/* SPDX-License-Identifier: Apache-2.0 */
#include "model/endpoint.h"

enum { GROUPS = 8 };

/* ---- text to address -------------------------------------------------------------------------------------------------- */

/* A decimal number of at most three digits without leading zeros: how many bytes it takes, 0 when there is none up to 255. */
static size_t octet(struct str s, uint8_t *ret)
{
	unsigned v = 0;
	size_t n = 0;

	for (; n < s.n && n < 3 && s.p[n] >= '0' && s.p[n] <= '9'; n++)
		v = v * 10 + (unsigned)(s.p[n] - '0');
	if (!n || v > 255 || (n > 1 && s.p[0] == '0'))
		return 0;
	*ret = (uint8_t)v;
	return n;
}

static bool parse_v4(uint8_t ret[4], struct str s)
{
	for (unsigned i = 0; i < 4; i++) {
		size_t n = octet(s, &ret[i]);

		if (!n || (i < 3 && (n == s.n || s.p[n] != '.')))
			return false;
		s = str_from(s, i < 3 ? n + 1 : n);
	}
	return !s.n;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The same for a group of one to four hexadecimal digits. */
static size_t group_parse(struct str s, uint8_t ret[2])
{
	unsigned v = 0;
	size_t n = 0;

	for (; n < s.n && n < 4 && hex_digit(s.p[n]) >= 0; n++)
		v = v << 4 | (unsigned)hex_digit(s.p[n]);
	ret[0] = (uint8_t)(v >> 8);
	ret[1] = (uint8_t)v;
	return n;
}

/* Groups parted by ':'; the last two may be written as IPv4. How many of at most `max` there are; -1 when it is none of that. */
static int groups_parse(struct str s, uint8_t *to, int max)
{
	int n = 0;

	while (s.n) {
		size_t took;

		if (n + 2 <= max && str_find(s, ':') == s.n && parse_v4(to + 2 * n, s))
			return n + 2;
		took = n < max ? group_parse(s, to + 2 * n) : 0;
		if (!took || (took < s.n && (s.p[took] != ':' || took + 1 == s.n)))
			return -1;
		n++;
		s = str_from(s, took + 1);
	}
	return n;
}

/* RFC 4291, 2.2; without a zone. */
static bool parse_v6(uint8_t ret[16], struct str s)
{
	uint8_t tail[16];
	size_t gap = 0;
	int before, after;

	while (gap + 1 < s.n && !(s.p[gap] == ':' && s.p[gap + 1] == ':'))
		gap++;
	memset(ret, 0, 16);
	if (gap + 1 >= s.n)
		return groups_parse(s, ret, GROUPS) == GROUPS;
	before = groups_parse(str_n(s.p, gap), ret, GROUPS - 1);
	if (before < 0 || (gap && memchr(s.p, '.', gap)))
		return false;
	after = groups_parse(str_from(s, gap + 2), tail, GROUPS - 1 - before);
	if (after < 0)
		return false;
	memset(ret + 2 * before, 0, (size_t)(16 - 2 * before));
	memcpy(ret + 16 - 2 * after, tail, (size_t)(2 * after));
	return true;
}

bool endpoint_address_parse(uint8_t ret[16], struct str text)
{
	uint8_t a[16] = { [10] = 0xff, [11] = 0xff };

	if (!parse_v4(a + 12, text) && !parse_v6(a, text))
		return false;
	memcpy(ret, a, 16);
	return true;
}

bool endpoint_parse(struct endpoint *ret, struct str text)
{
	struct endpoint e;
	size_t colon = text.n;
	struct str host, port;
	uint64_t number;

	while (colon && text.p[colon - 1] != ':')
		colon--;
	if (!colon)
		return false;
	host = str_n(text.p, colon - 1);
	port = str_from(text, colon);
	if (port.n > 5 || str_starts(port, STR("0")) || !str_u64(port, &number) || number > UINT16_MAX)
		return false;
	e.port = (uint16_t)number;
	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
		host = str_n(host.p + 1, host.n - 2);
		if (str_find(host, ':') == host.n)
			return false;
	} else if (str_find(host, ':') < host.n) {
		return false;
	}
	if (!endpoint_address_parse(e.address, host))
		return false;
	*ret = e;
	return true;
}

/* ---- address to text -------------------------------------------------------------------------------------------------- */

bool endpoint_is_v4(const uint8_t a[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(a, mapped, sizeof mapped);
}

static unsigned group(const uint8_t a[16], unsigned i) { return (unsigned)a[2 * i] << 8 | a[2 * i + 1]; }

/* The longest run of two or more zero groups, the first of several (RFC 5952, 4.2). */
static unsigned zeros(const uint8_t a[16], unsigned *ret_from)
{
	unsigned best = 1, n = 0;

	*ret_from = GROUPS;
	for (unsigned i = 0; i < GROUPS; i++) {
		n = group(a, i) ? 0 : n + 1;
		if (n > best) {
			best = n;
			*ret_from = i + 1 - n;
		}
	}
	return best;
}

/* RFC 5952; written here because model and doors may not call the system's own. */
void endpoint_address_write(struct buf *to, const uint8_t a[16])
{
	unsigned from, run;

	if (endpoint_is_v4(a)) {
		buf_fmt(to, "%u.%u.%u.%u", a[12], a[13], a[14], a[15]);
		return;
	}
	run = zeros(a, &from);
	for (unsigned i = 0; i < GROUPS; i++) {
		if (i == from) {
			buf_lit(to, "::");
			i += run - 1;
			continue;
		}
		if (i && i != from + run)
			buf_byte(to, ':');
		buf_fmt(to, "%x", group(a, i));
	}
}

void endpoint_write(struct buf *to, const struct endpoint *e)
{
	bool v4 = endpoint_is_v4(e->address);

	if (!v4)
		buf_byte(to, '[');
	endpoint_address_write(to, e->address);
	if (!v4)
		buf_byte(to, ']');
	buf_fmt(to, ":%u", e->port);
}

/* ---- networks --------------------------------------------------------------------------------------------------------- */

bool network_holds(const struct network *n, const uint8_t a[16])
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->address, a, whole) != 0)
		return false;
	return !rest || (n->address[whole] ^ a[whole]) >> (8 - rest) == 0;
}

static bool any_holds(const struct network *n, size_t count, const uint8_t a[16])
{
	for (size_t i = 0; i < count; i++)
		if (network_holds(&n[i], a))
			return true;
	return false;
}

#define V4(a, b) { [10] = 0xff, [11] = 0xff, a, b }

static const struct network loopback[] = {
	{ V4(127, 0), 96 + 8 },
	{ { [15] = 1 }, 128 },
};

static const struct network private[] = {
	{ V4(10, 0), 96 + 8 },
	{ V4(172, 16), 96 + 12 },
	{ V4(192, 168), 96 + 16 },
	{ V4(169, 254), 96 + 16 },
	{ { 0xfc }, 7 },
	{ { 0xfe, 0x80 }, 10 },
};

bool endpoint_is_loopback(const uint8_t a[16]) { return any_holds(loopback, sizeof loopback / sizeof *loopback, a); }

bool endpoint_is_private(const uint8_t a[16])
{
	return endpoint_is_loopback(a) || any_holds(private, sizeof private / sizeof *private, a);
}

bool network_parse(struct network *ret, struct str text)
{
	size_t slash = str_find(text, '/');
	struct network n = { .bits = 128 };
	unsigned width;
	uint64_t bits;

	if (!endpoint_address_parse(n.address, str_n(text.p, slash)))
		return false;
	width = endpoint_is_v4(n.address) && memchr(text.p, ':', slash) == NULL ? 32 : 128;
	if (slash < text.n) {
		if (text.n - slash > 4 || !str_u64(str_from(text, slash + 1), &bits) || bits > width)
			return false;
		n.bits = (uint8_t)(128 - width + bits);
	}
	*ret = n;
	return true;
}
