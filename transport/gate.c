/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/gate.h"

#include <assert.h>
#include <pthread.h>

#include "base/map.h"
#include "base/mem.h"

struct visitor {
	struct map_node node;
	size_t links;
	char key[16];
};

struct gate {
	pthread_mutex_t lock;
	size_t max, per_address_max, n;
	struct map visitors;
};

struct gate *gate_new(size_t links_max, size_t links_per_address_max, const uint64_t seed[2])
{
	struct gate *g = mem_new(struct gate);

	pthread_mutex_init(&g->lock, NULL);
	g->max = links_max;
	g->per_address_max = links_per_address_max;
	memcpy(g->visitors.seed, seed, sizeof g->visitors.seed);
	return g;
}

void gate_limit(struct gate *g, size_t links_max, size_t links_per_address_max)
{
	pthread_mutex_lock(&g->lock);
	g->max = links_max;
	g->per_address_max = links_per_address_max;
	pthread_mutex_unlock(&g->lock);
}

struct gate *gate_free(struct gate *g)
{
	if (!g)
		return NULL;
	assert(!g->n && !g->visitors.n);
	map_free(&g->visitors);
	pthread_mutex_destroy(&g->lock);
	mem_free(g);
	return NULL;
}

static struct str key_of(const uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return str_n((const char *)address, memcmp(address, mapped, sizeof mapped) ? 8 : 16);
}

static int visitor_add(struct gate *g, struct str key)
{
	struct visitor *v = map_find(&g->visitors, key, struct visitor, node);

	if (v && g->per_address_max && v->links >= g->per_address_max)
		return GATE_ADDRESS_FULL;
	if (!v) {
		v = mem_new(struct visitor);
		memcpy(v->key, key.p, key.n);
		map_add(&g->visitors, &v->node, str_n(v->key, key.n));
	}
	v->links++;
	return 0;
}

static void visitor_drop(struct gate *g, struct str key)
{
	struct visitor *v = map_find(&g->visitors, key, struct visitor, node);

	assert(v && v->links);
	if (--v->links)
		return;
	map_remove(&g->visitors, &v->node);
	mem_free(v);
}

int gate_enter(struct gate *g, const uint8_t address[16], bool loopback)
{
	int r = 0;

	pthread_mutex_lock(&g->lock);
	if (g->max && g->n >= g->max)
		r = GATE_FULL;
	else if (!loopback)
		r = visitor_add(g, key_of(address));
	if (!r)
		g->n++;
	pthread_mutex_unlock(&g->lock);
	return r;
}

void gate_leave(struct gate *g, const uint8_t address[16], bool loopback)
{
	pthread_mutex_lock(&g->lock);
	assert(g->n);
	g->n--;
	if (!loopback)
		visitor_drop(g, key_of(address));
	pthread_mutex_unlock(&g->lock);
}

size_t gate_count(struct gate *g)
{
	size_t n;

	pthread_mutex_lock(&g->lock);
	n = g->n;
	pthread_mutex_unlock(&g->lock);
	return n;
}
