/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calls.h"

#include "base/crypt.h"
#include "base/mem.h"

static const struct {
	const char *scheme, *transport; /* where none is said */
	uint16_t port;
	bool restricted;
} schemes[] = {
	{ "stun", "udp", 3478, false },
	{ "stuns", "tcp", 5349, false },
	{ "turn", "udp", 3478, true },
	{ "turns", "tcp", 5349, true },
};

/* "HOST", "HOST:PORT", "[IPv6]", "[IPv6]:PORT". */
static bool place_read(struct str text, struct call_server *s)
{
	size_t end = text.n && text.p[0] == '[' ? str_find(text, ']') : str_find(text, ':');
	bool brackets = text.n && text.p[0] == '[';
	struct str port = str_from(text, end + (brackets ? 2 : 1));
	uint64_t number;

	if (brackets && (end == text.n || (end + 1 < text.n && text.p[end + 1] != ':')))
		return false;
	s->host = brackets ? str_n(text.p + 1, end - 1) : str_n(text.p, end);
	for (size_t i = 0; i < s->host.n; i++)
		if (strchr("/?#@<>&'\"", s->host.p[i]) || (unsigned char)s->host.p[i] <= ' ')
			return false;
	if (end + (brackets ? 1 : 0) < text.n) {
		if (!str_u64(port, &number) || !number || number > 65535)
			return false;
		s->port = (uint16_t)number;
	}
	return s->host.n > 0;
}

static bool server_read(struct str text, struct call_server *s)
{
	size_t colon = str_find(text, ':'), question = str_find(text, '?');
	struct str transport = str_from(text, question + 1), prefix = STR("transport=");

	for (size_t i = 0; i < countof(schemes); i++) {
		if (!str_is(str_n(text.p, colon), schemes[i].scheme))
			continue;
		*s = (struct call_server){ .type = str_n(text.p, colon), .transport = str_z(schemes[i].transport),
					   .port = schemes[i].port, .restricted = schemes[i].restricted };
		if (question < text.n) {
			if (!str_starts(transport, prefix))
				return false;
			s->transport = str_from(transport, prefix.n);
			if (!str_is(s->transport, "udp") && !str_is(s->transport, "tcp"))
				return false;
		}
		return colon < question && place_read(str_n(text.p + colon + 1, question - colon - 1), s);
	}
	return false;
}

int call_server_next(struct str *list, struct call_server *ret)
{
	struct str rest = str_trim(*list);
	size_t end = str_find(rest, ' ');

	if (!rest.n)
		return 0;
	if (!server_read(str_n(rest.p, end), ret))
		return -1;
	*list = str_from(rest, end);
	return 1;
}

void call_credentials(struct core *c, struct str who, struct buf *name, struct buf *password, msec *ret_expires)
{
	const struct core_settings *s = core_settings(c);
	msec until = (core_now(c) + s->call_ms) / 1000;
	uint8_t sum[HASH_BYTES_MAX];
	size_t at = name->n;

	buf_fmt(name, "%lld:", (long long)until);
	buf_str(name, who);
	hash_hmac(HASH_SHA1, s->call_secret, str_n(name->p + at, name->n - at), sum);
	base64_write(password, str_bytes(sum, hash_bytes(HASH_SHA1)));
	*ret_expires = until * 1000;
}
