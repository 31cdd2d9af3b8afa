/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/hybrid.c - what the hybrid door keeps once per core, and its UDP side as the transport sees it. All of
 * it lives on the first core.
 */
#include "doors/hybrid/hybrid.h"

#include "base/log.h"

/* ---- how much ---------------------------------------------------------------------------------------------------- */

bool allowance_take(struct allowance *a, msec clock, unsigned rate, unsigned burst, unsigned n)
{
	int64_t most = (int64_t)rate * burst * 1000;
	msec passed = clock + 1 - a->filled;

	/* What was not used for that long is whole again; so is a new one, which is all zero. */
	if (a->filled == 0 || passed > (msec)burst * 1000)
		a->left = most;
	else
		a->left += passed * rate;
	if (a->left > most)
		a->left = most;
	a->filled = clock + 1;
	if (a->left < (int64_t)n * 1000)
		return false;
	a->left -= (int64_t)n * 1000;
	return true;
}

/* ---- once per core ----------------------------------------------------------------------------------------------- */

static const char door_name[] = "hybrid";

static void tick(struct timer *t)
{
	struct hybrid *h = holder_of(t, struct hybrid, tick);

	logins_expire(h);
	entries_expire(h);
	bridge_expire(h);
	if (h->logins_n || h->entries.n || !list_empty(&h->idle))
		hybrid_watch(h);
}

void hybrid_watch(struct hybrid *h)
{
	if (!h->tick.place && !h->ending)
		world_timer(core_world(h->core), &h->tick, HYBRID_TICK_MS);
}

static void end(struct hybrid *h)
{
	h->ending = true;
	while (!list_empty(&h->logins))
		login_free(list_first(&h->logins, struct login, here));
	entries_end(h);
	bridge_end(h);
	news_free(h);
	world_stop(core_world(h->core), &h->tick);
}

static void drop(void *arg)
{
	struct hybrid *h = arg;

	end(h);
	map_free(&h->entries);
	map_free(&h->endpoints);
	map_free(&h->leaving);
	map_free(&h->bridged);
	mem_free(h->rates);
	mem_free(h);
}

struct hybrid *hybrid_of(struct core *c)
{
	struct hybrid *h = core_door_state(c, door_name);

	if (h)
		return h;
	h = mem_new(struct hybrid);
	h->core = c;
	h->port.h = h;
	world_random(core_world(c), h->entries.seed, sizeof h->entries.seed);
	memcpy(h->endpoints.seed, h->entries.seed, sizeof h->entries.seed);
	memcpy(h->leaving.seed, h->entries.seed, sizeof h->entries.seed);
	memcpy(h->bridged.seed, h->entries.seed, sizeof h->entries.seed);
	h->tick.fire = tick;
	h->rates = mem_alloc(HYBRID_RATES * sizeof *h->rates);
	list_init(&h->in_order);
	list_init(&h->logins);
	list_init(&h->kepts);
	list_init(&h->idle);
	list_init(&h->news);
	core_door_register(c, door_name, NULL, h, drop);
	return h;
}

bool hybrid_serves(const struct hybrid *h, const uint8_t address[16])
{
	const struct core_settings *s = core_settings(h->core);

	if (s->hybrid_any || endpoint_is_loopback(address) || (s->hybrid_private && endpoint_is_private(address)))
		return true;
	for (size_t i = 0; i < s->hybrid_networks_n; i++)
		if (network_holds(&s->hybrid_networks[i], address))
			return true;
	return false;
}

void hybrid_who(struct buf *to, struct str name, const uint8_t address[16], enum hybrid_encoding encoding)
{
	buf_fmt(to, "door=%s user=%.*s ip=", door_name, STR_ARG(name));
	endpoint_address_write(to, address);
	buf_fmt(to, " encoding=%s", encoding == HYBRID_UTF16 ? "utf-16" : "utf-8");
}

void hybrid_send(struct hybrid *h, const uint8_t here[16], const struct endpoint *to, struct str bytes)
{
	if (h->datagrams)
		h->datagrams->ops->send(h->datagrams, here, to, endpoint_is_private(to->address), bytes);
}

/* ---- the door's own port ----------------------------------------------------------------------------------------- */

static int datagrams_open(struct datagrams *d)
{
	struct hybrid *h = hybrid_of(d->core);

	h->datagrams = d;
	h->ending = false;
	d->state = &h->port;
	return 0;
}

static void datagrams_close(struct datagrams *d)
{
	struct port *p = d->state;

	if (!p || p->whose)
		return;
	end(p->h);
	p->h->datagrams = NULL;
}

const struct datagram_door hybrid_datagrams = {
	.name = "hybrid",
	.open = datagrams_open,
	.feed = datagram_feed,
	.close = datagrams_close,
};
