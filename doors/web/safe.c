/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/safe.c - where a request comes from, and where the client thinks it has come to. Nothing of ours is kept in
 * cookies, so a page of another site has no rights to borrow; what is left is what this machine alone may do, and the
 * address of the one who reads that page.
 */
#include "doors/web/inside.h"

#include <arpa/inet.h>
#include <strings.h>

static bool same(struct str a, struct str b) { return a.n == b.n && !strncasecmp(a.p, b.p, a.n); }

static bool ends(struct str s, struct str with) { return s.n >= with.n && same(str_from(s, s.n - with.n), with); }

/* "https://a:443" and "a" over TLS are the same: takes a port off that need not be said. */
static struct str host_short(struct str host, bool tls)
{
	struct str port = tls ? STR(":443") : STR(":80");

	return ends(host, port) ? str_n(host.p, host.n - port.n) : host;
}

static bool scheme_take(struct str *url, bool *tls)
{
	static const struct str https = STR_INIT("https://"), http = STR_INIT("http://");

	*tls = str_starts(*url, https);
	if (!*tls && !str_starts(*url, http))
		return false;
	*url = str_from(*url, *tls ? https.n : http.n);
	return true;
}

static bool same_place(struct str origin, bool tls, struct str host)
{
	bool its;

	return host.n && scheme_take(&origin, &its) && its == tls &&
	       same(host_short(origin, tls), host_short(host, tls));
}

/* The operator's word for where we are: it counts when something stands in front of the server. */
static bool is_web_address(const struct web_request *q, struct str origin)
{
	struct str address = core_settings(q->core)->web_address;
	bool tls;

	return address.n && scheme_take(&address, &tls) && same_place(origin, tls, address);
}

static struct str name_of(struct str host)
{
	return host.n && host.p[0] == '[' ? host : str_n(host.p, str_find(host, ':'));
}

static bool is_number(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!(name.p[i] == '.' || (name.p[i] >= '0' && name.p[i] <= '9')))
			return false;
	return true;
}

/* Names that nobody out there can give an address: without a dot, or under what is not handed out (RFC 6761, RFC 6762,
 * RFC 8375). */
static bool is_local(struct str name)
{
	static const struct str under[] = { STR_INIT(".localhost"), STR_INIT(".local"), STR_INIT(".lan"),
					    STR_INIT(".home.arpa"), STR_INIT(".internal") };

	if (name.n && (name.p[0] == '[' || is_number(name) || str_find(name, '.') == name.n))
		return true;
	for (size_t i = 0; i < countof(under); i++)
		if (ends(name, under[i]))
			return true;
	return false;
}

/* DNS rebinding: a page from elsewhere whose name has come to mean this machine would be taken for a page of ours, read
 * by somebody who sits here. With TLS the certificate tells. */
static bool may_be_ours(const struct web_request *q)
{
	struct str address = core_settings(q->core)->web_address, name = name_of(q->host);
	bool tls;

	if (!q->link->loopback || q->link->secure || is_local(name) || same(name, core_domain(q->core)))
		return true;
	return scheme_take(&address, &tls) && same(name_of(address), name);
}

/* ---- what stands in front of us ---------------------------------------------------------------------------------- */

/* Programs that do, on this machine, make everybody come from here. They say so in one of these, or give themselves
 * away by the Origin. */
static bool is_passed_on(const struct web_request *q)
{
	static const char *const fields[] = { "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via" };
	struct str origin = http_field(&q->head, "origin");

	for (size_t i = 0; i < countof(fields); i++)
		if (http_field(&q->head, fields[i]).p)
			return true;
	return !may_be_ours(q) || (origin.p && !same_place(origin, q->link->secure, q->host));
}

/* TLS ends there: as it says, or as the operator does. */
static bool is_passed_on_safely(const struct web_request *q)
{
	struct str proto = http_field(&q->head, "x-forwarded-proto"), address = core_settings(q->core)->web_address;
	bool tls;

	if (proto.p)
		return same(proto, STR("https"));
	return scheme_take(&address, &tls) && tls &&
	       (same(host_short(address, true), host_short(q->host, true)) ||
		is_web_address(q, http_field(&q->head, "origin")));
}

/* The last address of X-Forwarded-For, which our neighbour has added; those before it are what the client says of
 * itself. */
static bool forwarded_read(const struct web_request *q, uint8_t address[16])
{
	struct str all = http_field(&q->head, "x-forwarded-for"), last;
	char text[64] = "";

	do {
		last = str_n(all.p, str_find(all, ','));
		all = str_from(all, last.n + 1);
	} while (all.n);
	last = str_trim(last);
	if (!last.n || last.n >= sizeof text)
		return false;
	memcpy(text, last.p, last.n);
	if (inet_pton(AF_INET6, text, address) == 1)
		return true;
	memcpy(address, (const uint8_t[16]){ [10] = 0xff, 0xff }, 16);
	return inet_pton(AF_INET, text, address + 12) == 1;
}

void web_peer(const struct web_request *q, struct link *ret)
{
	uint8_t address[16];

	*ret = (struct link){
		.core = q->core, .secure = q->link->secure, .loopback = q->link->loopback, .port = q->link->port
	};
	memcpy(ret->address, q->link->address, sizeof ret->address);
	if (!q->link->loopback || !is_passed_on(q))
		return;
	ret->loopback = false;
	ret->secure |= is_passed_on_safely(q);
	if (forwarded_read(q, address))
		memcpy(ret->address, address, sizeof address);
}

bool web_is_safe(const struct web_request *q)
{
	struct link peer;

	web_peer(q, &peer);
	return peer.secure || peer.loopback;
}

/* ---- whose pages ------------------------------------------------------------------------------------------------- */

bool web_same_origin(const struct web_request *q)
{
	struct str origin = http_field(&q->head, "origin");

	if (!origin.p)
		return true;
	return (same_place(origin, q->link->secure, q->host) && may_be_ours(q)) || is_web_address(q, origin);
}

void web_own_address(const struct web_request *q, bool websocket, struct buf *to)
{
	struct str address = core_settings(q->core)->web_address, at = address;
	bool tls = false, known = scheme_take(&at, &tls);

	if (q->host.n && !(known && same(host_short(at, tls), host_short(q->host, tls)))) {
		at = q->host;
		tls = q->link->secure;
	} else if (!known) {
		return;
	}
	buf_fmt(to, "%s%s://%.*s", websocket ? "ws" : "http", tls ? "s" : "", STR_ARG(at));
}
