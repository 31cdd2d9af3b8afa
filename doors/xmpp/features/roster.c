/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/roster.c - RFC 6121, 2: the contact list on the wire. What it means is in core/roster.h.
 */
#include "core/roster.h"

#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/features.h"

#define ROSTER "jabber:iq:roster"

enum { NAME_BYTES_MAX = 1023, GROUPS_MAX = 64 };

static void groups_write(struct buf *to, struct str groups)
{
	while (groups.n) {
		size_t end = str_find(groups, '\0');

		buf_lit(to, "<group>");
		xml_escape(to, str_n(groups.p, end));
		buf_lit(to, "</group>");
		groups = str_from(groups, end + 1);
	}
}

static void item_write(struct buf *to, const struct roster_item *item)
{
	buf_lit(to, "<item");
	xml_write_attr(to, "jid", item->contact);
	if (item->removed) {
		buf_lit(to, " subscription='remove'/>");
		return;
	}
	if (item->name.n)
		xml_write_attr(to, "name", item->name);
	xml_write_attr(to, "subscription", str_z(roster_subscription(item->state)));
	if (item->state & ROSTER_ASK)
		buf_lit(to, " ask='subscribe'");
	if (item->state & ROSTER_APPROVED)
		buf_lit(to, " approved='true'");
	if (!item->groups.n) {
		buf_lit(to, "/>");
		return;
	}
	buf_byte(to, '>');
	groups_write(to, item->groups);
	buf_lit(to, "</item>");
}

static void query_open(struct buf *to, uint64_t version)
{
	buf_lit(to, "<query xmlns='" ROSTER "' ver='");
	buf_u64(to, version);
	buf_lit(to, "'>");
}

static void roster_each_write(const struct roster_item *item, void *arg) { item_write(arg, item); }

static void roster_get(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };
	uint64_t known, version = roster_version(&x->session);

	x->session.wants_roster = true;
	if (str_u64(xml_attr(q->child, "ver"), &known) && known == version) {
		iq_result(q, STR("")); /* 2.6.2: what the client has is what there is */
		return;
	}
	query_open(&b, version);
	roster_each(&x->session, roster_each_write, &b);
	buf_lit(&b, "</query>");
	iq_result(q, buf_all(&b));
}

void roster_push(struct xmpp *x, const struct notice *n)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<iq type='set' id='roster-%llu'", (unsigned long long)n->version);
	xml_write_attr(&b, "to", jid_full(x->session.jid));
	buf_byte(&b, '>');
	query_open(&b, n->version);
	item_write(&b, n->item);
	buf_lit(&b, "</query></iq>");
	xmpp_push(x, buf_all(&b));
}

/* Whether `name` stands among the groups already there, each ended by a zero byte. */
static bool group_known(struct str groups, struct str name)
{
	while (groups.n) {
		size_t end = str_find(groups, '\0');

		if (str_eq(str_n(groups.p, end), name))
			return true;
		groups = str_from(groups, end + 1);
	}
	return false;
}

/* 2.3.3. False when the IQ was answered with an error. */
static bool groups_read(struct iq *q, const struct xml *item, struct arena *scratch, struct buf *to)
{
	unsigned n = 0;

	for (const struct xml *g = xml_child(item, "group", ROSTER); g; g = xml_sibling(g, "group", ROSTER)) {
		struct str name = xml_text(g, scratch);

		if (!name.n || name.n > NAME_BYTES_MAX || ++n > GROUPS_MAX) {
			iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE,
				 "A group has an empty name or one over 1023 bytes, or there are over 64.");
			return false;
		}
		if (group_known(buf_all(to), name)) {
			iq_error(q, STANZA_ERROR_BAD_REQUEST, "A group is named twice.");
			return false;
		}
		buf_str(to, name);
		buf_byte(to, '\0');
	}
	return true;
}

static void roster_changed(struct asked *a)
{
	if (a->ask.verdict == STORE_NOT_FOUND)
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "This contact is not in the list.");
	else if (!asked_failed(a))
		iq_result(a->q, STR(""));
}

static void roster_item_set(struct xmpp *x, struct iq *q, const struct xml *item, struct jid contact)
{
	own_buf groups = { 0 };
	struct str name = xml_attr(item, "name");
	struct asked *a;
	struct roster_item to = { 0 };

	if (name.n > NAME_BYTES_MAX) {
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "The name is over 1023 bytes.");
		return;
	}
	if (!groups_read(q, item, xmpp_scratch(x), &groups))
		return;
	a = asked_new(q, roster_changed);
	to.contact = arena_str(&a->arena, jid_bare(contact));
	to.name = arena_str(&a->arena, name.p ? name : STR(""));
	to.groups = arena_str(&a->arena, buf_all(&groups));
	roster_set(&x->session, &a->ask, &to);
}

static void roster_item_remove(struct xmpp *x, struct iq *q, struct jid contact)
{
	struct asked *a = asked_new(q, roster_changed);

	roster_remove(&x->session, &a->ask, arena_str(&a->arena, jid_bare(contact)));
}

static void roster_change(struct xmpp *x, struct iq *q)
{
	const struct xml *item = xml_child(q->child, "item", ROSTER);
	struct jid contact;

	if (!item || xml_sibling(item, "item", ROSTER) || !xml_attr(item, "jid").p)
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "A change of the contact list names exactly one contact.");
	else if (!jid_parse(&contact, xml_attr(item, "jid"), xmpp_scratch(x)))
		iq_error(q, STANZA_ERROR_JID_MALFORMED, "This is no address.");
	else if (jid_same_bare(contact, x->session.jid))
		iq_error(q, STANZA_ERROR_NOT_ALLOWED, "Nobody is a contact of their own.");
	else if (str_is(xml_attr(item, "subscription"), "remove"))
		roster_item_remove(x, q, contact);
	else
		roster_item_set(x, q, item, contact);
}

static void roster_foreign(struct xmpp *x, struct iq *q)
{
	iq_error(q, STANZA_ERROR_FORBIDDEN, "This contact list belongs to somebody else.");
}

static void roster_offer(struct xmpp *x, struct buf *to)
{
	if (x->state == XMPP_AUTHENTICATED)
		buf_lit(to, "<ver xmlns='urn:xmpp:features:rosterver'/><sub xmlns='urn:xmpp:features:pre-approval'/>");
}

const struct xmpp_feature feature_roster = {
	.name = "roster",
	.version = "6121",
	.disco = { ROSTER },
	.disco_account = { ROSTER },
	.iq = { { 1 << IQ_GET, "query", ROSTER, TO_ACCOUNT, .answer = roster_get },
		{ 1 << IQ_SET, "query", ROSTER, TO_ACCOUNT, .answer = roster_change },
		{ 1 << IQ_GET | 1 << IQ_SET, "query", ROSTER, TO_USER, .answer = roster_foreign } },
	.offer = roster_offer,
};
