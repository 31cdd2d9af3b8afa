/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_xml.c - the XML that rooms say by themselves (XEP-0045, 0421, 0317).
 */
#include "core/room_inside.h"

void room_xml_text(struct buf *to, struct str text)
{
	static const char *const entity[256] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&apos;", ['\r'] = "&#13;",
	};
	size_t from = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char *e = entity[(unsigned char)text.p[i]];

		if (!e)
			continue;
		buf_add(to, text.p + from, i - from);
		buf_str(to, str_z(e));
		from = i + 1;
	}
	buf_str(to, str_from(text, from));
}

void room_xml_attr(struct buf *to, const char *name, struct str value)
{
	buf_byte(to, ' ');
	buf_str(to, str_z(name));
	buf_lit(to, "='");
	room_xml_text(to, value);
	buf_byte(to, '\'');
}

static void codes_write(struct buf *to, const unsigned *codes)
{
	for (; *codes; codes++) {
		buf_lit(to, "<status code='");
		buf_u64(to, *codes);
		buf_lit(to, "'/>");
	}
}

static void item_write(struct buf *to, const struct room_says *s)
{
	buf_lit(to, "<item");
	room_xml_attr(to, "affiliation", str_z(affiliation_name(s->standing.affiliation)));
	room_xml_attr(to, "role", str_z(role_name(s->standing.role)));
	if (s->jid.p)
		room_xml_attr(to, "jid", jid_full(s->jid));
	if (s->nick.n)
		room_xml_attr(to, "nick", s->nick);
	if (!s->actor.n && !s->reason.n) {
		buf_lit(to, "/>");
		return;
	}
	buf_byte(to, '>');
	if (s->actor.n) {
		buf_lit(to, "<actor");
		room_xml_attr(to, "nick", s->actor);
		buf_lit(to, "/>");
	}
	if (s->reason.n) {
		buf_lit(to, "<reason>");
		room_xml_text(to, s->reason);
		buf_lit(to, "</reason>");
	}
	buf_lit(to, "</item>");
}

struct stanza *occupant_presence(const struct occupant *o, enum stanza_type type, struct str payload,
				 const struct room_says *s)
{
	struct core *c = o->room->core;
	struct stanza *st;
	own_buf b = { 0 };

	buf_room(&b, payload.n + o->hats.n + 400);
	buf_str(&b, payload);
	buf_lit(&b, "<x xmlns='" MUC_USER "'>");
	item_write(&b, s);
	buf_str(&b, s->destroy);
	codes_write(&b, s->codes);
	buf_lit(&b, "</x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='");
	buf_str(&b, str_z(o->id));
	buf_lit(&b, "'/>");
	if (type == PRESENCE_AVAILABLE)
		buf_str(&b, o->hats);
	st = stanza_make(&(struct stanza_init){
		.name = STANZA_PRESENCE, .type = type, .time = core_now(c), .from = o->at, .payload = buf_all(&b) });
	return st;
}

/* From "URI\0TITLE\0URI\0TITLE\0". */
void room_xml_hats(struct buf *to, struct str hats)
{
	if (!hats.n)
		return;
	buf_lit(to, "<hats xmlns='urn:xmpp:hats:0'>");
	while (hats.n) {
		struct str uri = str_n(hats.p, str_find(hats, 0)), title;

		hats = str_from(hats, uri.n + 1);
		title = str_n(hats.p, str_find(hats, 0));
		hats = str_from(hats, title.n + 1);
		buf_lit(to, "<hat");
		room_xml_attr(to, "title", title);
		room_xml_attr(to, "uri", uri);
		buf_lit(to, "/>");
	}
	buf_lit(to, "</hats>");
}

static struct stanza *said(const struct room *r, const struct buf *inside)
{
	own_buf b = { 0 };

	buf_lit(&b, "<x xmlns='" MUC_USER "'>");
	buf_str(&b, buf_all(inside));
	buf_lit(&b, "</x>");
	return stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						  .type = MESSAGE_GROUPCHAT,
						  .time = core_now(r->core),
						  .from = r->jid,
						  .traits = STANZA_NO_STORE | STANZA_NO_COPY,
						  .payload = buf_all(&b) });
}

struct stanza *room_notice(const struct room *r, const unsigned *codes)
{
	own_buf b = { 0 };

	codes_write(&b, codes);
	return said(r, &b);
}

struct stanza *room_item_notice(const struct room *r, struct str jid, enum affiliation a, struct str reason)
{
	own_buf b = { 0 };

	buf_lit(&b, "<item");
	room_xml_attr(&b, "affiliation", str_z(affiliation_name(a)));
	room_xml_attr(&b, "jid", jid);
	buf_lit(&b, " role='none'");
	if (reason.n) {
		buf_lit(&b, "><reason>");
		room_xml_text(&b, reason);
		buf_lit(&b, "</reason></item>");
	} else {
		buf_lit(&b, "/>");
	}
	return said(r, &b);
}
