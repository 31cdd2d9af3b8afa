/* SPDX-License-Identifier: Apache-2.0
 *
 * base/map.h - values by string. Nodes live inside what they index, as in base/list.h, and point at a key that
 * their owner keeps alive and unchanged while they are in the map. Hashes are keyed (SipHash-1-3), so that
 * nobody outside can choose keys that fall together. An all-zero struct is an empty map with the key 0.
 */
#pragma once
#include "base/str.h"

struct map_node {
	struct map_node *next;
	struct str key;
	uint32_t hash;
};

struct map {
	struct map_node **slots;
	size_t n, room; /* room: a power of two, or 0 */
	uint64_t seed[2];
};

uint64_t map_hash(const uint64_t seed[2], struct str key);

struct map_node *map_get(const struct map *m, struct str key);

/* Adds; the key must not be there yet (asserted). */
void map_add(struct map *m, struct map_node *node, struct str key);

/* Takes out a node that is in the map. */
void map_remove(struct map *m, struct map_node *node);

/* Walks all nodes: map_next(m, NULL) is the first, NULL after the last. The node given last may be removed
 * before asking for the next only through map_drain(). The order means nothing. */
struct map_node *map_next(const struct map *m, const struct map_node *after);

/* Takes out and returns some node, NULL when none is left. */
struct map_node *map_drain(struct map *m);

/* Frees the slots; the nodes belong to others. */
void map_free(struct map *m);

#define map_find(map, key, type, member)                                              \
	({                                                                            \
		struct map_node *_node = map_get((map), (key));                       \
		_node ? holder_of(_node, type, member) : (type *)NULL;                \
	})
