/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/csi.c - XEP-0352: a phone in a pocket is not woken for presence and typing. What is held back
 * is the latest of each sender; it goes out before anything else that has to, and when the client becomes active.
 */
#include "doors/xmpp/engine.h"

#define NS_CSI "urn:xmpp:csi:0"

enum { HELD_MAX = 500 };

struct csi {
	unsigned n;
	struct stanza *held[HELD_MAX];
	bool shared[HELD_MAX]; /* one stanza for many: it says nothing of whom it is for */
};

static bool may_wait(const struct delivery *d)
{
	const struct stanza *st = d->stanza;

	if (d->ticket || d->kind != DELIVERY_PLAIN)
		return false;
	if (st->name == STANZA_PRESENCE)
		return st->type == PRESENCE_AVAILABLE || st->type == PRESENCE_UNAVAILABLE;
	return st->name == STANZA_MESSAGE && st->traits & STANZA_CHATSTATE_ONLY;
}

static void held_replace(struct csi *c, const struct stanza *st, bool shared)
{
	unsigned i = 0;

	while (i < c->n && !(c->held[i]->name == st->name && jid_eq(c->held[i]->from, st->from)))
		i++;
	if (i < c->n) {
		/* Behind the others: the order in which things happened is kept. */
		stanza_unref(c->held[i]);
		memmove(&c->held[i], &c->held[i + 1], (c->n - i - 1) * sizeof *c->held);
		memmove(&c->shared[i], &c->shared[i + 1], (c->n - i - 1) * sizeof *c->shared);
		c->n--;
	}
	c->shared[c->n] = shared;
	c->held[c->n++] = stanza_ref((struct stanza *)st); /* only the count changes */
}

static void flush(struct xmpp *x)
{
	struct csi *c = x->csi;

	if (!c)
		return;
	x->csi = NULL;
	for (unsigned i = 0; i < c->n; i++) {
		delivery_write(x, &(struct delivery){ .stanza = c->held[i], .to = c->shared[i] ? x->session.jid : (struct jid){ 0 } });
		stanza_unref(c->held[i]);
	}
	mem_free(c);
}

bool csi_holds(struct xmpp *x, const struct delivery *d)
{
	if (!may_wait(d) || (x->csi && x->csi->n == HELD_MAX)) {
		flush(x);
		return false;
	}
	if (!x->csi)
		x->csi = mem_new(struct csi);
	held_replace(x->csi, d->stanza, d->to.p != NULL);
	return true;
}

void csi_active(struct xmpp *x)
{
	x->csi_inactive = false;
	session_idle(&x->session, false);
	flush(x);
}

static void active_take(struct xmpp *x, const struct xml *element) { csi_active(x); }

static void inactive_take(struct xmpp *x, const struct xml *element)
{
	x->csi_inactive = true;
	session_idle(&x->session, true);
}

static void csi_offer(struct xmpp *x, struct buf *to)
{
	if (x->state & (XMPP_AUTHENTICATED | XMPP_BOUND))
		buf_lit(to, "<csi xmlns='" NS_CSI "'/>");
}

static void csi_closed(struct xmpp *x)
{
	for (unsigned i = 0; x->csi && i < x->csi->n; i++)
		stanza_unref(x->csi->held[i]);
	mem_free(x->csi);
	x->csi = NULL;
}

const struct xmpp_feature feature_csi = {
	.name = "client state indication",
	.xep = 352,
	.version = "1.0.0",
	.nonza = { { "active", NS_CSI, XMPP_BOUND, active_take, .overtakes = true },
		   { "inactive", NS_CSI, XMPP_BOUND, inactive_take, .overtakes = true } },
	.offer = csi_offer,
	.closed = csi_closed,
};
