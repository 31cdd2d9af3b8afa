/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_tail.h - the newest messages of a SQLite store, by owner, in memory. SQLite copies and sums every page that a
 * transaction touches, about 4 us each, and the archive rows of a hundred messages lie on two hundred pages. So a message is
 * written once, at the end of its table, with its owners; who holds the newest ones is known here, and is put into the tables `archive` and `queue`
 * thousands at a time, sorted ("folded"). Everything here can be read back from the message table when the store is opened.
 *
 * What is folded ends with a stamp: every message up to `folded` is found in the tables, every later one here. One thread
 * writes; others may copy what belongs to one owner at any time, and see whole groups only.
 */
#pragma once
#include "base/str.h"

struct tail;

enum { TAIL_FROM, TAIL_TO, TAIL_QUEUE, TAIL_ROLES };

/* A message for those who hold it; 0: nobody in this role. */
struct tail_message {
	uint64_t stamp;
	int64_t owner[TAIL_ROLES];
	uint32_t peer[2]; /* rules_peer() for TAIL_FROM and TAIL_TO */
};

/* A row as it would stand in the tables. */
struct tail_row {
	int64_t owner;
	uint64_t stamp;
	uint32_t direction; /* ARCHIVE_*; 0: not archived */
	uint32_t peer;
	bool waiting;
};

struct tail_rows {
	struct tail_row *rows;
	size_t n, room;
};

struct tail *tail_new(uint64_t folded);
struct tail *tail_free(struct tail *t);

/* ---- the writer's ----------------------------------------------------------------------------------------------- */

/* The same stamp may be added again, with what is new. */
void tail_add(struct tail *t, const struct tail_message *m);
bool tail_has(const struct tail *t, uint64_t stamp);
bool tail_waits(const struct tail *t, int64_t owner, uint64_t stamp);

/* Whose queue it was put into when it came, 0: nobody's. */
int64_t tail_queued_for(const struct tail *t, uint64_t stamp);

/* Takes from the queue; false when it does not wait for `owner`. *archived says whether anybody has it in an archive. */
bool tail_take(struct tail *t, int64_t owner, uint64_t stamp, bool *archived);

/* How many wait for `owner`: here, and in the table, a number that is only remembered here (-1: not known). */
size_t tail_waiting(struct tail *t, int64_t owner);
int64_t tail_waiting_in_table(struct tail *t, int64_t owner);
void tail_waiting_in_table_set(struct tail *t, int64_t owner, int64_t n);

size_t tail_n(const struct tail *t);
uint64_t tail_folded(const struct tail *t); /* with what this transaction folds */

/* Folding takes many small transactions: rows can be written before they count, in the order that is good for the disk.
 * The greatest stamp among the oldest `n`, which is how far one could fold; and the number of the next message that comes. */
uint64_t tail_fold_end(const struct tail *t, size_t n);
uint64_t tail_next(const struct tail *t);

/* The archive rows of everything up to `upto` that came with the number `from` or later, and, with `waiting`, the queue rows of everything
 * up to it, whenever it came; sorted by owner and stamp. *rows is emptied first. */
void tail_fold_rows(const struct tail *t, uint64_t upto, uint64_t from, bool waiting, struct tail_rows *rows);

/* What was taken of later ones: their stamps. */
void tail_fold_taken(const struct tail *t, uint64_t upto, struct tail_rows *rows);

/* The last part: everything up to `upto` stands in the tables now, and counts as folded if the transaction is committed. */
void tail_fold(struct tail *t, uint64_t upto);

/* Since the last one of these: */
void tail_commit(struct tail *t);
void tail_rollback(struct tail *t);

/* ---- anybody's -------------------------------------------------------------------------------------------------- */

/* Everything of one owner that is committed, sorted by stamp, one row for each. *rows is emptied first. */
void tail_copy(struct tail *t, int64_t owner, struct tail_rows *rows);

void tail_rows_add(struct tail_rows *rows, const struct tail_row *row);
void tail_rows_free(struct tail_rows *rows);
