/* SPDX-License-Identifier: Apache-2.0
 *
 * core/ask.h - a question to the store that a session or a door asks through the core. The struct is the asker's and usually part of
 * something larger; it is busy from the call until `done` runs (once, in a later turn), or until ask_cancel().
 */
#pragma once
#include "core/core.h"

struct ask {
	void (*done)(struct ask *a); /* set by the asker before the call */
	int verdict;                 /* 0 or of store/store.h */
	const struct store_request *answer; /* valid inside `done` */
	struct store_request *request; /* the core's: not NULL while busy */
};

/* `done` will not run. What was asked may still happen. Harmless when not busy. */
void ask_cancel(struct ask *a);
static inline bool ask_busy(const struct ask *a) { return a->request != NULL; }

/* Small things of an account by space and key; `value` absent deletes. The answer: value, or pairs/n. */
void item_get(struct core *c, struct ask *a, int64_t owner, struct str space, struct str key);
void item_set(struct core *c, struct ask *a, int64_t owner, struct str space, struct str key, struct str value);
void item_list(struct core *c, struct ask *a, int64_t owner, struct str space);

/* XEP-0313. The answer: stanzas/n, more, total, first_index. Everything in `query` is copied. */
void archive_read(struct core *c, struct ask *a, int64_t owner, const struct archive_query *query, size_t limit);
void archive_ends(struct core *c, struct ask *a, int64_t owner);

/* What waits for an account. The answer: stanzas/n, more. */
void queue_read(struct core *c, struct ask *a, int64_t owner, uint64_t after, size_t limit);

/* Accounts in the order of their names. The answer: accounts/n. */
void account_list(struct core *c, struct ask *a, struct str after, size_t limit);
/* The same of guests (core/guest.h). */
void guest_list(struct core *c, struct ask *a, struct str after, size_t limit);
/* The same of rooms (core/room.h). */
void room_list(struct core *c, struct ask *a, struct str after, size_t limit);
/* The answer: account; STORE_NOT_FOUND. Gives the id for the calls above. */
void account_find(struct core *c, struct ask *a, struct str name);
