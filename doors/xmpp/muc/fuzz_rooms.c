/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/fuzz_rooms.c - a stanza of the owner of a room, with a ~ where the room's address stands: whatever it is, what everybody hears
 * is well-formed, and the server still answers.
 */
#include <stdlib.h>

#include "base/crypt.h"
#include "tests/talk.h"
#include "wire/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define HEADER "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='anser.test' version='1.0'>"
#define ROOM "fuzz@rooms.anser.test"
#define ENTER(nick) "<presence to='" ROOM "/" nick "'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
#define OPEN "<iq type='set' id='o' to='" ROOM "'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>"

static struct line *enters(struct talk *t, unsigned core, const char *name)
{
	struct line *l = talk_open(t, core, &xmpp_door, TALK_HERE);
	own_buf plain = { 0 }, said = { 0 };

	talk_account(t, name, "secret");
	buf_byte(&plain, 0);
	buf_str(&plain, str_z(name));
	buf_lit(&plain, "\0secret");
	buf_lit(&said, HEADER "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>");
	base64_write(&said, buf_all(&plain));
	buf_lit(&said, "</auth>");
	talk_ask(l, buf_z(&said));
	talk_ask(l, HEADER "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
	return l;
}

/* One message, presence or IQ, and nothing that ends the stream. */
static bool is_stanza(struct str text)
{
	struct arena arena = { 0 };
	const struct xml *x = xml_parse(&arena, text, STR("jabber:client"), false);
	bool good = x && str_is(x->ns, "jabber:client") && (str_is(x->name, "message") || str_is(x->name, "presence") || str_is(x->name, "iq")) &&
		    !xml_attr(x, "from").p;

	arena_free(&arena);
	return good;
}

static void is_well_formed(const char *heard)
{
	struct arena arena = { 0 };
	own_buf all = { 0 };

	buf_fmt(&all, "<all>%s</all>", heard);
	if (!xml_parse(&arena, buf_all(&all), STR("jabber:client"), false))
		abort();
	arena_free(&arena);
}

static void stanza_fill(struct buf *to, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] == '~')
			buf_lit(to, ROOM);
		else
			buf_byte(to, (char)bytes[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct core_settings settings = talk_settings();
	own_buf stanza = { 0 };
	struct talk *t;
	struct line *owner, *other;

	stanza_fill(&stanza, bytes, n);
	if (stanza.n > 100000 || !is_stanza(buf_all(&stanza)))
		return 0;
	settings.rooms_domain = STR("rooms.anser.test");
	t = talk_new_with(2, NULL, &settings);
	owner = enters(t, 0, "owner");
	other = enters(t, 1, "other");
	talk_ask(owner, ENTER("owner") OPEN);
	talk_ask(other, ENTER("other"));
	talk_hear(owner);
	is_well_formed(talk_ask(owner, buf_z(&stanza)));
	is_well_formed(talk_hear(other));
	if (!strstr(talk_ask(other, "<iq type='get' id='after' to='rooms.anser.test'><ping xmlns='urn:xmpp:ping'/></iq>"), "after"))
		abort();
	talk_free(t);
	return 0;
}
