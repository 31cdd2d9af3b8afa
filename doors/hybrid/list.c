/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/list.c - who is told of whom: the list for who comes in, and comings and goings for all others. One
 * socket for everybody, so what is told of many in a short time is spread: a datagram that finds no room in a buffer is
 * lost.
 */
#include "doors/hybrid/hybrid.h"

enum { NEWS_AGAIN_MS = 50 };

struct news_item {
	struct list here;
	struct news news;
	char bytes[];
};

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static void bridged_add(struct buf *text, const struct bridged *b, const struct entry *e)
{
	struct endpoint at = { .port = b->datagrams->port };

	memcpy(at.address, e->local, sizeof at.address);
	hybrid_list_add(text, b->shown, &at);
}

void list_send(struct entry *e, struct kept *k, enum hybrid_encoding encoding)
{
	struct hybrid *h = e->h;
	own_buf text = { 0 };

	list_each(other, &h->in_order, struct entry, here)
		if (other != e && other->listed)
			hybrid_list_add(&text, other->shown, &other->endpoint);
	for (struct map_node *node = map_next(&h->bridged, NULL); node; node = map_next(&h->bridged, node)) {
		const struct bridged *b = holder_of(node, struct bridged, node);

		if (b->listed && !str_eq(b->name, e->name))
			bridged_add(&text, b, e);
	}
	hybrid_list_write(&k->link->out, encoding, buf_all(&text));
	k->link->ops->dirty(k->link);
}

/* ---- comings and goings ------------------------------------------------------------------------------------------ */

static void news_give(struct entry *e, const struct news *n)
{
	struct hybrid_datagram d = { .kind = n->came ? HYBRID_LOGIN : HYBRID_LOGOUT, .user = n->shown,
				     .endpoint = n->at };
	own_buf bytes = { 0 };

	if (!d.endpoint.port) {
		memcpy(d.endpoint.address, e->local, sizeof d.endpoint.address);
		d.endpoint.port = n->port;
	}
	hybrid_write(&bytes, entry_is_bound(e) ? HYBRID_UTF8 : e->encoding, &d);
	if (entry_is_bound(e) && link_backlog(e->kept->link) > core_settings(e->h->core)->backlog_max)
		kept_hang_up(e->kept, CLOSE_STALLED);
	else if (entry_is_bound(e))
		kept_line(e->kept, buf_all(&bytes));
	else if (e->endpoint.port)
		hybrid_send(e->h, e->local, &e->endpoint, buf_all(&bytes));
}

static bool news_may(struct hybrid *h)
{
	size_t n = h->entries.n < HYBRID_NEWS_SECOND ? h->entries.n : HYBRID_NEWS_SECOND;

	return allowance_take(&h->telling, core_clock(h->core), HYBRID_NEWS_SECOND, 1, (unsigned)n);
}

static void news_all(struct hybrid *h, const struct news *n)
{
	list_each(e, &h->in_order, struct entry, here)
		if (e->hears && !str_eq(e->name, n->name))
			news_give(e, n);
}

static void item_free(struct hybrid *h, struct news_item *i)
{
	list_remove(&i->here);
	h->news_n--;
	mem_free(i);
}

static void news_go_on(struct timer *t)
{
	struct hybrid *h = holder_of(t, struct hybrid, telling_on);

	while (!list_empty(&h->news) && news_may(h)) {
		struct news_item *i = list_first(&h->news, struct news_item, here);

		news_all(h, &i->news);
		item_free(h, i);
	}
	if (!list_empty(&h->news))
		world_timer(core_world(h->core), t, NEWS_AGAIN_MS);
}

static void news_keep(struct hybrid *h, const struct news *n)
{
	struct news_item *i = mem_alloc(sizeof *i + n->name.n + n->shown.n);

	if (h->news_n >= HYBRID_NEWS_MAX)
		item_free(h, list_first(&h->news, struct news_item, here));
	i->news = *n;
	memcpy(i->bytes, n->name.p, n->name.n);
	memcpy(i->bytes + n->name.n, n->shown.p, n->shown.n);
	i->news.name.p = i->bytes;
	i->news.shown.p = i->bytes + n->name.n;
	list_append(&h->news, &i->here);
	h->news_n++;
	h->telling_on.fire = news_go_on;
	if (!h->telling_on.place)
		world_timer(core_world(h->core), &h->telling_on, NEWS_AGAIN_MS);
}

void news_tell(struct hybrid *h, const struct news *n)
{
	if (h->ending)
		return;
	if (list_empty(&h->news) && news_may(h))
		news_all(h, n);
	else
		news_keep(h, n);
}

void news_free(struct hybrid *h)
{
	while (!list_empty(&h->news))
		item_free(h, list_first(&h->news, struct news_item, here));
	world_stop(core_world(h->core), &h->telling_on);
}
