/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/home.c - what the door keeps once per core: scratch, and the index over all features' tables.
 */
#include <assert.h>

#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/avatar.h"
#include "doors/xmpp/features/wants.h"
#include "doors/xmpp/relay.h"
#include "doors/xmpp/rooms.h"

enum { KEY_MAX = 256 }; /* longer than any of ours */

/* All handlers of one element, as they stand in the tables. */
struct entry {
	struct map_node node;
	const struct iq_handler *iq[8];
	size_t iq_n;
	const struct nonza_handler *nonza;
};

/* "NS ELEMENT"; "NS " for any element. False: it is too long to be ours. */
static bool key_make(struct str *ret, char space[static KEY_MAX], struct str ns, struct str element)
{
	if (ns.n + element.n + 1 > KEY_MAX)
		return false;
	memcpy(space, ns.p, ns.n);
	space[ns.n] = ' ';
	if (element.n)
		memcpy(space + ns.n + 1, element.p, element.n);
	*ret = str_n(space, ns.n + 1 + element.n);
	return true;
}

static struct entry *entry_find(const struct xmpp_home *h, struct str ns, struct str element)
{
	char space[KEY_MAX];
	struct str key;

	return key_make(&key, space, ns, element) ? map_find(&h->index, key, struct entry, node) : NULL;
}

static struct entry *entry_of(struct xmpp_home *h, const char *ns, const char *element)
{
	struct str e = element ? str_z(element) : STR("");
	struct entry *found = entry_find(h, str_z(ns), e);
	char space[KEY_MAX];
	struct str key;
	bool fits;

	if (found)
		return found;
	fits = key_make(&key, space, str_z(ns), e);
	assert(fits);
	found = arena_zero(&h->entries, sizeof *found);
	map_add(&h->index, &found->node, arena_str(&h->entries, key));
	return found;
}

static void feature_index(struct xmpp_home *h, const struct xmpp_feature *f)
{
	for (size_t i = 0; i < countof(f->iq) && f->iq[i].ns; i++) {
		struct entry *e = entry_of(h, f->iq[i].ns, f->iq[i].element);

		assert(e->iq_n < countof(e->iq));
		e->iq[e->iq_n++] = &f->iq[i];
	}
	for (size_t i = 0; i < countof(f->nonza) && f->nonza[i].ns; i++) {
		struct entry *e = entry_of(h, f->nonza[i].ns, f->nonza[i].element);

		assert(!e->nonza);
		e->nonza = &f->nonza[i];
	}
}

static const struct iq_handler *entry_iq(const struct entry *e, enum stanza_type type, enum iq_target target)
{
	for (size_t i = 0; e && i < e->iq_n; i++)
		if (e->iq[i]->types & 1u << type && e->iq[i]->targets & target)
			return e->iq[i];
	return NULL;
}

const struct iq_handler *home_iq(const struct xmpp_home *h, const struct xml *child, enum stanza_type type,
				 enum iq_target target)
{
	const struct iq_handler *found = entry_iq(entry_find(h, child->ns, child->name), type, target);

	return found ? found : entry_iq(entry_find(h, child->ns, STR("")), type, target);
}

const struct nonza_handler *home_nonza(const struct xmpp_home *h, const struct xml *element)
{
	const struct entry *e = entry_find(h, element->ns, element->name);

	return e ? e->nonza : NULL;
}

static void home_drop(void *arg)
{
	struct xmpp_home *h = arg;

	/* What is left here has no link: detached sessions, which the core has just ended. */
	list_each(x, &h->streams, struct xmpp, here) {
		x->busy = 0;
		x->dead = true;
		xmpp_release(x);
	}
	relay_drop(h);
	wants_drop(h);
	while (!list_empty(&h->past_order))
		sm_past_forget(h);
	map_free(&h->past);
	map_free(&h->resumable);
	map_free(&h->index);
	arena_free(&h->entries);
	arena_free(&h->scratch);
	buf_free(&h->nowhere);
	buf_free(&h->additions);
	mem_free(h);
}

struct xmpp_home *xmpp_home(struct core *c)
{
	struct xmpp_home *h = core_door_state(c, xmpp_door.name);

	if (h)
		return h;
	h = mem_new(struct xmpp_home);
	h->core = c;
	list_init(&h->fars);
	list_init(&h->streams);
	list_init(&h->past_order);
	list_init(&h->wants_order);
	world_random(core_world(c), h->index.seed, sizeof h->index.seed);
	memcpy(h->resumable.seed, h->index.seed, sizeof h->resumable.seed);
	memcpy(h->past.seed, h->index.seed, sizeof h->past.seed);
	memcpy(h->relays.seed, h->index.seed, sizeof h->relays.seed);
	memcpy(h->wants.seed, h->index.seed, sizeof h->wants.seed);
	for (size_t i = 0; xmpp_features[i]; i++)
		feature_index(h, xmpp_features[i]);
	core_door_register(c, xmpp_door.name, relay_receive, h, home_drop);
	avatar_begin(h);
	return h;
}

void xmpp_door_begin(struct core *c) { xmpp_home(c); }
