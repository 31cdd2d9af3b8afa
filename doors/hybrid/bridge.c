/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/bridge.c - `talk` names no receiver, so whoever has no endpoint of his own, the users of the other doors
 * above all, has a UDP port of ours while he is online and for a while after that: a letter that comes late still goes
 * to whom it was written.
 */
#include "doors/hybrid/hybrid.h"

#include "base/log.h"
#include "core/directory.h"

struct bridged *bridged_find(const struct hybrid *h, struct str name)
{
	return map_find(&h->bridged, name, struct bridged, node);
}

/* ---- ports ------------------------------------------------------------------------------------------------------- */

/* A port of the range, from where the last search ended: what was given back last is given out last. */
static struct datagrams *port_of_range(struct hybrid *h, struct bridged *b, unsigned first, unsigned n)
{
	struct datagrams *d = NULL;

	for (unsigned i = 0; !d && i < n; i++) {
		h->port_next = (h->port_next + 1) % n;
		d = h->datagrams->ops->open(h->datagrams, (uint16_t)(first + h->port_next), &b->port);
	}
	return d;
}

static struct datagrams *port_try(struct hybrid *h, struct bridged *b)
{
	const struct core_settings *s = core_settings(h->core);
	bool range = s->hybrid_ports_first != 0;
	unsigned n = range ? s->hybrid_ports_last - s->hybrid_ports_first + 1u : HYBRID_PORTS_MAX;
	struct datagrams *d;

	if (!h->datagrams || h->ports >= n)
		return NULL;
	if (range)
		d = port_of_range(h, b, s->hybrid_ports_first, n);
	else
		d = h->datagrams->ops->open(h->datagrams, 0, &b->port);
	h->ports += d != NULL;
	return d;
}

static void port_log(struct hybrid *h, const struct bridged *b)
{
	if (!h->full_logged)
		log_event(bridge_full, "user=%.*s ports=%zu", STR_ARG(b->name), h->bridged.n - 1);
	h->full_logged = true;
}

static void bridged_free(struct bridged *b)
{
	if (b->datagrams) {
		b->datagrams->ops->shut(b->datagrams);
		b->h->ports--;
	}
	list_remove(&b->here);
	map_remove(&b->h->bridged, &b->node);
	mem_free(b);
}

static struct bridged *bridged_new(struct hybrid *h, struct str name, struct str shown)
{
	struct bridged *b = mem_alloc(sizeof *b + name.n + shown.n);

	b->h = h;
	b->port = (struct port){ .h = h, .whose = b };
	list_init(&b->here);
	memcpy(b->bytes, name.p, name.n);
	memcpy(b->bytes + name.n, shown.p, shown.n);
	b->name = str_n(b->bytes, name.n);
	b->shown = str_n(b->bytes + name.n, shown.n);
	map_add(&h->bridged, &b->node, b->name);
	return b;
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

static void tell(struct bridged *b, bool came)
{
	b->listed = came;
	news_tell(b->h, &(struct news){ .came = came, .name = b->name, .shown = b->shown, .port = b->datagrams->port });
}

static void come(struct bridged *b)
{
	list_remove(&b->here);
	b->online = true;
	if (!b->datagrams)
		b->datagrams = port_try(b->h, b);
	if (b->datagrams)
		tell(b, true);
	else
		port_log(b->h, b);
}

static void go(struct bridged *b)
{
	struct hybrid *h = b->h;

	b->online = false;
	if (!b->datagrams) {
		bridged_free(b);
		return;
	}
	tell(b, false);
	b->since = core_clock(h->core);
	list_append(&h->idle, &b->here);
	hybrid_watch(h);
}

/* He who is in with an endpoint of his own is met there. */
static bool needs_port(const struct hybrid *h, struct str name)
{
	const struct entry *e = entry_find(h, name);

	if (!h->watching || !hybrid_is_name(name))
		return false;
	return e && e->state == ENTRY_IN ? !e->endpoint.port : directory_online(h->core, name);
}

void bridge_update(struct hybrid *h, struct str name)
{
	struct bridged *b = bridged_find(h, name);
	const struct entry *e = entry_find(h, name);
	bool needs = !h->ending && needs_port(h, name);

	if (needs && b && !b->online && e && !str_eq(b->shown, e->shown)) {
		/* He writes himself in another way than before. */
		bridged_free(b);
		b = NULL;
	}
	if (needs && !b)
		b = bridged_new(h, name, e && e->state == ENTRY_IN ? e->shown : name);
	if (needs && !b->online)
		come(b);
	else if (!needs && b && b->online)
		go(b);
}

static void look_at(struct str name, void *arg) { bridge_update(arg, name); }

/* Looks again at those that are known: updating may free them, so one at a time from the list of their names. */
static void all_go(struct hybrid *h)
{
	own_buf names = { 0 };

	for (struct map_node *node = map_next(&h->bridged, NULL); node; node = map_next(&h->bridged, node)) {
		buf_str(&names, node->key);
		buf_byte(&names, 0);
	}
	for (struct str rest = buf_all(&names); rest.n;) {
		struct str name = str_n(rest.p, str_find(rest, 0));

		bridge_update(h, name);
		rest = str_from(rest, name.n + 1);
	}
}

void bridge_watch(struct hybrid *h)
{
	h->watching = h->entries.n > 0;
	if (h->watching)
		directory_users(h->core, look_at, h);
	all_go(h);
}

void bridge_expire(struct hybrid *h)
{
	msec clock = core_clock(h->core);
	bool freed = false;

	list_each(b, &h->idle, struct bridged, here) {
		if (clock - b->since < HYBRID_PORT_MS)
			break;
		bridged_free(b);
		freed = true;
	}
	if (!freed)
		return;
	h->full_logged = false;
	for (struct map_node *node = map_next(&h->bridged, NULL); node; node = map_next(&h->bridged, node)) {
		struct bridged *b = holder_of(node, struct bridged, node);

		if (b->online && !b->datagrams)
			come(b);
	}
}

void bridge_end(struct hybrid *h)
{
	for (struct map_node *node; (node = map_next(&h->bridged, NULL));)
		bridged_free(holder_of(node, struct bridged, node));
	h->watching = false;
}
