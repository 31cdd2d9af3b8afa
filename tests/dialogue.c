/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/dialogue.h"

#include "base/crypt.h"
#include "doors/component/component.h"

const char *quoted(const char *heard)
{
	for (char *p = (char *)heard; (p = strchr(p, '"'));)
		*p = '\'';
	return heard;
}

void hears_at(int at, struct line *l, const char *const *what)
{
	const char *heard = quoted(talk_hear(l)), *from = heard;

	for (; *what; what++) {
		const char *hit = strstr(from, *what);

		if (!hit)
			fail_msg("line %d: \"%s\" is not in (or not behind what comes before it in) \"%s\"", at, *what, heard);
		from = hit + strlen(*what);
	}
}

struct line *enters(struct talk *t, unsigned core, const char *name, const char *resource)
{
	struct line *l = talk_open(t, core, &xmpp_door, TALK_HERE);
	own_buf plain = { 0 }, auth = { 0 }, bind = { 0 };

	buf_fmt(&plain, "%c%s%csecret", 0, name, 0);
	buf_lit(&auth, CLIENT_HEADER "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>");
	base64_write(&auth, buf_all(&plain));
	buf_lit(&auth, "</auth>");
	talk_ask(l, buf_z(&auth));
	buf_fmt(&bind, CLIENT_HEADER "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>%s</resource></bind></iq>", resource);
	talk_say(l, buf_z(&bind));
	hears(l, "<jid>");
	return l;
}

void shake(struct line *l, const char *secret)
{
	const char *heard = quoted(talk_hear(l)), *id = strstr(heard, " id='");
	own_buf sum = { 0 }, all = { 0 };
	uint8_t bytes[HASH_BYTES_MAX];

	assert_non_null(id);
	buf_str(&all, str_n(id + 5, strcspn(id + 5, "'")));
	buf_str(&all, str_z(secret));
	hash_sum(HASH_SHA1, buf_all(&all), bytes);
	buf_lit(&sum, "<handshake>");
	hex_write(&sum, str_bytes(bytes, hash_bytes(HASH_SHA1)));
	buf_lit(&sum, "</handshake>");
	talk_say(l, buf_z(&sum));
}

struct line *component_connects(struct talk *t, const char *domain, const char *secret)
{
	struct line *l = talk_open(t, 0, &component_door, TALK_HERE);
	own_buf header = { 0 };

	buf_fmt(&header, COMPONENT_HEADER("%s"), domain);
	talk_say(l, buf_z(&header));
	shake(l, secret);
	hears(l, "<handshake/>");
	return l;
}
