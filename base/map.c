/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <assert.h>

#include "base/mem.h"

#define ROTATE(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = ROTATE(v[1], 13) ^ v[0];
	v[0] = ROTATE(v[0], 32);
	v[2] += v[3];
	v[3] = ROTATE(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = ROTATE(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = ROTATE(v[1], 17) ^ v[2];
	v[2] = ROTATE(v[2], 32);
}

uint64_t map_hash(const uint64_t seed[2], struct str key)
{
	uint64_t v[4] = { seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du,
			  seed[0] ^ 0x6c7967656e657261u, seed[1] ^ 0x7465646279746573u };
	uint64_t word, last = (uint64_t)key.n << 56;
	size_t i;

	for (i = 0; i + 8 <= key.n; i += 8) {
		memcpy(&word, key.p + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	for (size_t j = 0; i + j < key.n; j++)
		last |= (uint64_t)(unsigned char)key.p[i + j] << (8 * j);
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct map_node *map_get(const struct map *m, struct str key)
{
	uint32_t hash;

	if (!m->n)
		return NULL;
	hash = (uint32_t)map_hash(m->seed, key);
	for (struct map_node *node = m->slots[hash & (m->room - 1)]; node; node = node->next)
		if (node->hash == hash && str_eq(node->key, key))
			return node;
	return NULL;
}

static void grow(struct map *m)
{
	size_t room = m->room ? m->room * 2 : 8;
	struct map_node **slots = mem_alloc(room * sizeof *slots), *next;

	for (size_t i = 0; i < m->room; i++)
		for (struct map_node *node = m->slots[i]; node; node = next) {
			struct map_node **slot = &slots[node->hash & (room - 1)];

			next = node->next;
			node->next = *slot;
			*slot = node;
		}
	mem_free(m->slots);
	m->slots = slots;
	m->room = room;
}

void map_add(struct map *m, struct map_node *node, struct str key)
{
	struct map_node **slot;

	assert(!map_get(m, key));
	if (m->n >= m->room)
		grow(m);
	node->key = key;
	node->hash = (uint32_t)map_hash(m->seed, key);
	slot = &m->slots[node->hash & (m->room - 1)];
	node->next = *slot;
	*slot = node;
	m->n++;
}

void map_remove(struct map *m, struct map_node *node)
{
	struct map_node **at = &m->slots[node->hash & (m->room - 1)];

	while (*at != node) {
		assert(*at);
		at = &(*at)->next;
	}
	*at = node->next;
	node->next = NULL;
	m->n--;
}

struct map_node *map_next(const struct map *m, const struct map_node *after)
{
	size_t slot = 0;

	if (after) {
		if (after->next)
			return after->next;
		slot = (after->hash & (m->room - 1)) + 1;
	}
	for (; slot < m->room; slot++)
		if (m->slots[slot])
			return m->slots[slot];
	return NULL;
}

struct map_node *map_drain(struct map *m)
{
	struct map_node *node = m->n ? map_next(m, NULL) : NULL;

	if (node)
		map_remove(m, node);
	return node;
}

void map_free(struct map *m)
{
	mem_free(m->slots);
	m->slots = NULL;
	m->n = m->room = 0;
}
