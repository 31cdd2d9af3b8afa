/* SPDX-License-Identifier: Apache-2.0 */
#include "model/jid.h"

#include <arpa/inet.h>
#include <idn-free.h>
#include <idna.h>
#include <stringprep.h>

enum { PART_MAX = 1023, LABEL_MAX = 63 };

/* What an ASCII character is, for each part: IN_x: may stand there and is already prepared. Capitals in a local part
 * or domain are allowed but change, so they are not IN_x; they and everything from 0x80 up take the slow path. */
enum { IN_LOCAL = 1, IN_DOMAIN = 2, IN_RESOURCE = 4 };

#define L IN_LOCAL | IN_DOMAIN | IN_RESOURCE /* letters, digits, '-', '_': everywhere */
#define P IN_LOCAL | IN_RESOURCE             /* punctuation that a local part may hold (RFC 6122, A.5) */
#define R IN_RESOURCE
static const uint8_t kinds[256] = {
	[' '] = R, ['!'] = P, ['"'] = R, ['#'] = P, ['$'] = P, ['%'] = P, ['&'] = R, ['\''] = R, ['('] = P, [')'] = P,
	['*'] = P, ['+'] = P, [','] = P, ['-'] = L, ['.'] = L, ['/'] = R, ['0' ... '9'] = L, [':'] = R, [';'] = P,
	['<'] = R, ['='] = P, ['>'] = R, ['?'] = P, ['@'] = R, ['A' ... 'Z'] = R, ['['] = P, ['\\'] = P, [']'] = P,
	['^'] = P, ['_'] = L, ['`'] = P, ['a' ... 'z'] = L, ['{'] = P, ['|'] = P, ['}'] = P, ['~'] = P,
};
#undef L
#undef P
#undef R

static size_t run(struct str s, size_t from, uint8_t kind)
{
	while (from < s.n && (kinds[(unsigned char)s.p[from]] & kind))
		from++;
	return from;
}

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* True when all of a non-empty ASCII part may stand there once its capitals are small. */
static bool ascii_allowed(struct str s, uint8_t kind)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (!(kinds[c] & kind) && !(c >= 'A' && c <= 'Z'))
			return false;
	}
	return s.n > 0;
}

static struct str ascii_lower(struct str s, struct arena *arena)
{
	char *p = arena_get(arena, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + ('a' - 'A') : s.p[i]);
	return str_n(p, s.n);
}

/* Runs a stringprep profile. What it makes must stay as it is when it is prepared again: the tables are of Unicode 3.2
 * and not closed for what came later, and an address that changes from hop to hop would be two addresses. */
static bool prepare(struct str *ret, struct str s, const Stringprep_profile *profile, struct arena *arena)
{
	char once[PART_MAX + 1], twice[PART_MAX + 1];
	size_t n;

	if (s.n == 0 || s.n > PART_MAX || memchr(s.p, 0, s.n) || !str_is_utf8(s))
		return false;
	memcpy(once, s.p, s.n);
	once[s.n] = 0;
	if (stringprep(once, sizeof once, 0, profile) != STRINGPREP_OK || (n = strlen(once)) == 0)
		return false;
	memcpy(twice, once, n + 1);
	if (stringprep(twice, sizeof twice, 0, profile) != STRINGPREP_OK || strcmp(once, twice) != 0)
		return false;
	*ret = str_eq(s, str_n(once, n)) ? s : arena_str(arena, str_n(once, n));
	return true;
}

bool jid_local_prepare(struct str *ret, struct str s, struct arena *arena)
{
	if (s.n == 0 || s.n > PART_MAX)
		return false;
	if (run(s, 0, IN_LOCAL) == s.n) {
		*ret = s;
		return true;
	}
	if (!is_ascii(s))
		return prepare(ret, s, stringprep_xmpp_nodeprep, arena);
	if (!ascii_allowed(s, IN_LOCAL))
		return false;
	*ret = ascii_lower(s, arena);
	return true;
}

bool jid_resource_prepare(struct str *ret, struct str s, struct arena *arena)
{
	if (s.n == 0 || s.n > PART_MAX)
		return false;
	if (run(s, 0, IN_RESOURCE) == s.n) {
		*ret = s;
		return true;
	}
	return !is_ascii(s) && prepare(ret, s, stringprep_xmpp_resourceprep, arena);
}

/* Labels of 1 to 63 letters, digits, '-' and '_' (which host names must not have, but many in private networks do),
 * none with '-' at its ends. Bytes from 0x80 up count as letters. */
static bool labels_valid(struct str s)
{
	size_t start = 0;

	for (size_t i = 0; i <= s.n; i++) {
		unsigned char c = i < s.n ? (unsigned char)s.p[i] : '.';
		if (c == '.') {
			if (i == start || i - start > LABEL_MAX || s.p[start] == '-' || s.p[i - 1] == '-')
				return false;
			start = i + 1;
		} else if (c < 0x80 && !(kinds[c] & IN_DOMAIN)) {
			return false;
		}
	}
	return true;
}

/* "[2001:DB8::1]", made the shortest way it can be written. */
static bool ipv6_prepare(struct str *ret, struct str s, struct arena *arena)
{
	char text[INET6_ADDRSTRLEN + 2] = "[";
	struct in6_addr address;
	struct str made;

	if (s.n < 4 || s.n > INET6_ADDRSTRLEN || s.p[s.n - 1] != ']')
		return false;
	memcpy(text, s.p + 1, s.n - 2);
	text[s.n - 2] = 0;
	if (strlen(text) != s.n - 2 || inet_pton(AF_INET6, text, &address) != 1)
		return false;
	text[0] = '[';
	if (!inet_ntop(AF_INET6, &address, text + 1, INET6_ADDRSTRLEN))
		return false;
	made = str_n(text, strlen(text) + 1);
	text[made.n - 1] = ']';
	*ret = str_eq(made, s) ? s : arena_str(arena, made);
	return true;
}

/* A domain with letters outside of ASCII: nameprep, then the three other full stops of IDNA (RFC 3490, 3.1) made
 * dots. */
static bool idn_prepare(struct str *ret, struct str s, struct arena *arena)
{
	static const char ideographic_stop[] = "\xE3\x80\x82"; /* the others are mapped to it or to '.' by nameprep */
	struct str prepared;
	char *p, *ascii = NULL;
	size_t n = 0;
	bool fits;

	if (!prepare(&prepared, s, stringprep_nameprep, arena))
		return false;
	p = arena_get(arena, prepared.n + 1);
	for (size_t i = 0; i < prepared.n; n++) {
		bool stop = str_starts(str_from(prepared, i), str_z(ideographic_stop));
		p[n] = stop ? '.' : prepared.p[i];
		i += stop ? 3 : 1;
	}
	if (n > 1 && p[n - 1] == '.')
		n--;
	p[n] = 0;
	/* ToASCII knows what a label may be and how long; what it makes is not what we keep. */
	fits = idna_to_ascii_8z(p, &ascii, 0) == IDNA_SUCCESS && labels_valid(str_z(ascii));
	idn_free(ascii);
	if (!fits || memchr(p, '.', n) == p)
		return false;
	*ret = n == s.n && memcmp(p, s.p, n) == 0 ? s : str_n(p, n);
	return true;
}

bool jid_domain_prepare(struct str *ret, struct str s, struct arena *arena)
{
	if (s.n == 0 || s.n > PART_MAX)
		return false;
	if (s.p[0] == '[')
		return ipv6_prepare(ret, s, arena);
	if (!is_ascii(s))
		return idn_prepare(ret, s, arena);
	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--; /* the root of the DNS, written out (RFC 7622, 3.2) */
	if (run(s, 0, IN_DOMAIN) != s.n) {
		if (!ascii_allowed(s, IN_DOMAIN))
			return false;
		s = ascii_lower(s, arena);
	}
	if (!labels_valid(s))
		return false;
	*ret = s;
	return true;
}

struct jid jid_make(struct str local, struct str domain, struct str resource, struct arena *arena)
{
	struct jid ret = { .local = (uint16_t)local.n, .domain = (uint16_t)domain.n, .resource = (uint16_t)resource.n };
	char *p = arena_get(arena, local.n + domain.n + resource.n + 2);

	ret.p = p;
	if (local.n) {
		memcpy(p, local.p, local.n);
		p[local.n] = '@';
		p += local.n + 1;
	}
	if (domain.n)
		memcpy(p, domain.p, domain.n);
	if (resource.n) {
		p[domain.n] = '/';
		memcpy(p + domain.n + 1, resource.p, resource.n);
	}
	return ret;
}

/* Where the parts are, before anybody looked at what is in them: the first '/' begins the resource, and the first
 * '@' before it ends the local part (RFC 7622, 3.1). */
struct parts {
	struct str local, domain, resource;
	bool has_local, has_resource;
};

static struct parts parts_of(struct str s)
{
	size_t slash = str_find(s, '/'), at = str_find(str_n(s.p, slash), '@');
	struct parts ret = { .has_local = at < slash, .has_resource = slash < s.n };

	ret.local = str_n(s.p, ret.has_local ? at : 0);
	ret.domain = ret.has_local ? str_n(s.p + at + 1, slash - at - 1) : str_n(s.p, slash);
	ret.resource = str_from(s, slash + 1);
	return ret;
}

static bool parse_slow(struct jid *ret, struct str s, struct arena *arena)
{
	struct parts raw = parts_of(s), ready = raw;

	if ((raw.has_local && !jid_local_prepare(&ready.local, raw.local, arena)) ||
	    !jid_domain_prepare(&ready.domain, raw.domain, arena) ||
	    (raw.has_resource && !jid_resource_prepare(&ready.resource, raw.resource, arena)))
		return false;
	if (ready.local.p == raw.local.p && str_eq(ready.domain, raw.domain) && ready.resource.p == raw.resource.p)
		*ret = (struct jid){ s.p, (uint16_t)raw.local.n, (uint16_t)raw.domain.n, (uint16_t)raw.resource.n };
	else
		*ret = jid_make(ready.local, ready.domain, ready.resource, arena);
	return true;
}

/* The end of a domain of the usual kind that begins at `from`: short enough that no label is too long, and nothing
 * in it that must be looked at twice. 0 when it is none. */
static size_t domain_run(struct str s, size_t from)
{
	bool letter = false;
	size_t i = from;

	for (; i < s.n && (kinds[(unsigned char)s.p[i]] & IN_DOMAIN); i++) {
		bool edge = s.p[i] == '.' || s.p[i] == '-';
		if (edge && !letter)
			return 0;
		letter = !edge;
	}
	return letter && i - from <= LABEL_MAX ? i : 0;
}

bool jid_parse(struct jid *ret, struct str s, struct arena *arena)
{
	size_t local, domain, end;

	if (s.n > PART_MAX)
		return s.n <= 3 * PART_MAX + 2 && parse_slow(ret, s, arena);
	local = run(s, 0, IN_LOCAL);
	if (local > 0 && local < s.n && s.p[local] == '@') {
		domain = local + 1;
	} else {
		domain = local = 0;
	}
	end = domain_run(s, domain);
	if (!end)
		return s.n && parse_slow(ret, s, arena);
	if (end < s.n && (s.p[end] != '/' || end + 1 == s.n || run(s, end + 1, IN_RESOURCE) != s.n))
		return parse_slow(ret, s, arena);
	*ret = (struct jid){ s.p, (uint16_t)local, (uint16_t)(end - domain), 0 };
	if (end < s.n)
		ret->resource = (uint16_t)(s.n - end - 1);
	return true;
}
