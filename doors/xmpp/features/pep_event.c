/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/features/pep.h"

/* ---- events ----------------------------------------------------------------------------------------------------- */

/* `inside` stands in <event/>. */
static struct stanza *event_make(struct xmpp *x, struct jid from, struct str inside)
{
	own_buf b = { 0 };

	buf_lit(&b, "<event xmlns='" EVENT "'>");
	buf_str(&b, inside);
	buf_lit(&b, "</event>");
	return stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						  .type = MESSAGE_HEADLINE,
						  .time = core_now(x->core),
						  .from = from,
						  .payload = buf_all(&b) });
}

void pep_items_write(struct buf *to, struct str node, struct str items)
{
	buf_lit(to, "<items");
	xml_write_attr(to, "node", node);
	buf_byte(to, '>');
	buf_str(to, items);
	buf_lit(to, "</items>");
}

void pep_event_tell(struct xmpp *x, const struct pep_node *node, struct str inside)
{
	struct stanza *st = event_make(x, jid_to_bare(x->session.jid), inside);

	pep_tell(&x->session, node->name, node->config.access, st);
	stanza_unref(st);
}

void pep_push(struct xmpp *x, struct jid owner, struct str node, struct str item)
{
	own_buf b = { 0 }, whole = { 0 };
	struct stanza *st;

	pep_items_write(&b, node, item);
	st = event_make(x, owner, buf_all(&b));
	stanza_write(&whole, st, x->session.jid, STR_NONE);
	xmpp_push(x, buf_all(&whole));
	stanza_unref(st);
}

void pep_item_write_as(struct buf *to, const char *element, struct str id, struct str payload)
{
	buf_byte(to, '<');
	buf_str(to, str_z(element));
	xml_write_attr(to, "id", id);
	if (!payload.n) {
		buf_lit(to, "/>");
		return;
	}
	buf_byte(to, '>');
	buf_str(to, payload);
	buf_fmt(to, "</%s>", element);
}
