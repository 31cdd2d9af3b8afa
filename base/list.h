/* SPDX-License-Identifier: Apache-2.0
 *
 * base/list.h - a ring of nodes that live inside what they list. A head and an unlinked node point at
 * themselves. Nothing here allocates.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *l) { l->next = l->prev = l; }
static inline bool list_empty(const struct list *l) { return l->next == l || !l->next; }

static inline void list_append(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

static inline void list_prepend(struct list *head, struct list *node) { list_append(head->next, node); }

/* Unlinks; harmless on a node that is in no list (also on a zeroed one). */
static inline void list_remove(struct list *node)
{
	if (node->next) {
		node->next->prev = node->prev;
		node->prev->next = node->next;
	}
	list_init(node);
}

#define list_first(head, type, member) (list_empty(head) ? NULL : holder_of((head)->next, type, member))

/* Walks with the right to remove `it` (not others) from the list on the way. */
#define list_each(it, head, type, member)                                                                \
	for (type *it = holder_of((head)->next ? (head)->next : (head), type, member), *it##_next = NULL;  \
	     &it->member != (head) && (it##_next = holder_of(it->member.next, type, member), true);       \
	     it = it##_next)
