/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/avatar.h"
#include "doors/xmpp/features/bookmarks.h"
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/features/pep.h"

/* ---- events ----------------------------------------------------------------------------------------------------- */

struct stanza *pep_event(struct xmpp *x, struct jid from, struct jid to, struct str inside)
{
	own_buf b = { 0 };

	buf_lit(&b, "<event xmlns='" EVENT "'>");
	buf_str(&b, inside);
	buf_lit(&b, "</event>");
	return stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						  .type = MESSAGE_HEADLINE,
						  .time = core_now(x->core),
						  .from = from,
						  .to = to,
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

/* Nodes that others follow, once what was asked for has been done and told. */
static const struct {
	const char *node;
	void (*follow)(struct asked *a); /* answers a->q with the errand's answer */
} followed[] = {
	{ AVATAR_METADATA, avatar_changed },
	{ BOOKMARKS, bookmarks_changed },
};

void pep_answer(struct asked *a, struct str answer)
{
	struct pep_errand *w = a->more;

	w->answer = arena_str(&a->arena, answer);
	for (size_t i = 0; i < countof(followed); i++)
		if (a->q->target == TO_ACCOUNT && str_is(w->node.name, followed[i].node)) {
			followed[i].follow(a);
			return;
		}
	iq_result(a->q, w->answer);
}

static void told(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (w->after)
		w->after(a);
	else
		pep_answer(a, w->answer);
}

void pep_event_tell(struct asked *a, struct str inside, struct str answer)
{
	struct pep_errand *w = a->more;
	struct stanza *st = pep_event(a->q->x, w->at, (struct jid){ 0 }, inside);

	w->answer = arena_str(&a->arena, answer);
	asked_again(a, told);
	pep_tell(a->q->x->core, &a->ask, w->owner, &w->node, st);
	stanza_unref(st);
}

void pep_push(struct xmpp *x, struct jid owner, struct str node, struct str item)
{
	own_buf b = { 0 }, whole = { 0 };
	struct stanza *st;

	pep_items_write(&b, node, item);
	st = pep_event(x, owner, (struct jid){ 0 }, buf_all(&b));
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
