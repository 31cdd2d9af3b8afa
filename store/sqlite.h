/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite.h - between the files of the SQLite driver: sqlite.c (the handle, accounts, rosters, items), sqlite_schema.c
 * (tables and migrations), sqlite_message.c (messages, queue, archive), sqlite_search.c (the index of words), sqlite_checkpoint.c.
 */
#pragma once
#include <sqlite3.h>

#include "base/map.h"
#include "base/mem.h"
#include "store/rules.h"
#include "store/sqlite_tail.h"

enum statement {
#define STATEMENT(name, sql) ST_##name,
#include "store/sqlite_statements.h"
#undef STATEMENT
	STATEMENTS
};

/* One handle: the writing one, or one that reads. */
struct sqlite {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS]; /* prepared when first used */
	bool reads;
	bool rows; /* some statement may stand on a row */
	struct buf reason;

	/* The writer's: accounts that were deleted while this process ran. */
	struct map gone;
	int64_t *going; /* by this transaction */
	size_t going_n, going_room;
	struct buf taken; /* by this transaction from the queue: stamps */

	/* The writer's: what is being folded, in slices. */
	struct {
		bool on;
		struct tail_rows rows;
		size_t at;      /* rows before this one are written */
		uint64_t upto;  /* a stamp */
		uint64_t from;  /* what came with this number or later is not among the rows */
		size_t not_below; /* after a failure: how long the tail must be before it is tried again */
		size_t each;    /* for tests: fold every so many; 0: as is good */
	} fold;

	/* The writer's: the index of words. */
	struct {
		uint64_t upto; /* a stamp: what is archived up to here is in it */
		bool merging;  /* its parts may be put together further */
		uint64_t not_below; /* after a failure: how far must be folded before it is tried again */
	} index;
	unsigned search_ms; /* how long a search may take */
	msec give_up;       /* monotonic; 0: nobody searches now */
	bool gave_up;

	int lock; /* the writer's: a descriptor, or -1 */
	struct checkpointer *checkpointer; /* the writer's */
	int wal_pages;

	struct tail *tail; /* the writer's, lent to the readers */

	/* A reading one's: rules_archive()'s walk, through what the index found, the table, and the tail, or in the other direction. */
	sqlite3_stmt *found, *walk; /* found: NULL when nothing is searched for */
	bool found_exact;
	uint64_t folded, indexed; /* in this transaction */
	struct tail_rows newest;  /* of the owner asked for, after `folded` */
	size_t at, end;           /* the part of `newest` that is still to come */
	bool backwards;
	int part;                 /* whose turn it is */
};

/* What SQLite answered, as a verdict; notes the reason. */
int sqlite_verdict(struct sqlite *s, int code);

/* A statement ready for its values; NULL when it cannot be prepared (the reason is noted). */
sqlite3_stmt *sqlite_start(struct sqlite *s, enum statement which);

/* What that means: an error, or that a search is given up. (From inside of FTS5 an interruption comes as an error of any kind.) */
static inline int sqlite_unready(const struct sqlite *s) { return s->give_up && s->gave_up ? STORE_LIMIT : STORE_FAILED; }

/* Binds the n-th value (from 1). Strings are borrowed until the request is done; an absent one is NULL. */
static inline void bind_number(sqlite3_stmt *st, int n, int64_t value) { sqlite3_bind_int64(st, n, value); }
void bind_text(sqlite3_stmt *st, int n, struct str s);
void bind_bytes(sqlite3_stmt *st, int n, struct str s);

/* 0: a row is there. STORE_NOT_FOUND: no (more) row. STORE_FULL, STORE_FAILED. */
int sqlite_step(struct sqlite *s, sqlite3_stmt *st);

/* The same for a statement that gives no rows: 0 or STORE_FULL, STORE_FAILED. */
int sqlite_do(struct sqlite *s, sqlite3_stmt *st);

/* A statement without values; as sqlite_do. */
int sqlite_bare(struct sqlite *s, enum statement which);

/* The statement `which` with some numbers; as sqlite_step, as sqlite_do. */
int sqlite_ask_numbers(struct sqlite *s, enum statement which, sqlite3_stmt **st, int n, const int64_t *values);
int sqlite_do_numbers(struct sqlite *s, enum statement which, int n, const int64_t *values);
#define ask_numbers(s, which, st, ...) \
	sqlite_ask_numbers(s, which, st, countof(((int64_t[]){ __VA_ARGS__ })), (int64_t[]){ __VA_ARGS__ })
#define do_numbers(s, which, ...) sqlite_do_numbers(s, which, countof(((int64_t[]){ __VA_ARGS__ })), (int64_t[]){ __VA_ARGS__ })

/* Columns, from 0. Strings are borrowed until the next step; NULL is absent. */
static inline int64_t column_number(sqlite3_stmt *st, int n) { return sqlite3_column_int64(st, n); }
struct str column_bytes(sqlite3_stmt *st, int n);

/* For a statement that changes at most one row: NOT_FOUND when there was none. */
int sqlite_change_one(struct sqlite *s, sqlite3_stmt *st);

/* Room for one more in a list of an answer that grows in the request's arena. */
void *sqlite_list_grow(struct store_request *r, void *list, size_t size);

bool sqlite_gone(struct sqlite *s, int64_t account);

/* The end of a transaction, as a driver's. */
int sqlite_commit(void *db);
void sqlite_rollback(void *db);

/* sqlite_checkpoint.c: takes `db`, a handle for itself. NULL when it cannot start a thread. */
struct checkpointer *checkpointer_new(sqlite3 *db);
struct checkpointer *checkpointer_free(struct checkpointer *c); /* NULL is fine; returns NULL */
/* By the writer, between transactions. */
void checkpointer_look(struct checkpointer *c, sqlite3 *writer, int wal_pages);

/* sqlite_schema.c: makes or migrates the tables. 0, or STORE_FAILED and a sentence. */
int sqlite_schema(sqlite3 *db, struct str path, struct buf *why);

/* sqlite_people.c: STORE_INVITE_*, STORE_PEOPLE_*. As a driver's run. */
int sqlite_people(struct sqlite *s, struct store_request *r);
/* Before an account is added: 0 when its name is free and its invitation, if there is one, has been used; else EXISTS, NOT_FOUND. */
int sqlite_invite_admits(struct sqlite *s, struct store_request *r);

/* sqlite_message.c. Reads what is not folded when the writing handle is opened. As sqlite_do. */
int sqlite_tail_open(struct sqlite *s);

/* Before a group begins, and when there is nothing to do: folds a slice when enough has gathered. True: there is more. */
bool sqlite_fold(struct sqlite *s, bool idle);

/* The last part of a transaction. As sqlite_do. */
int sqlite_taken_write(struct sqlite *s);

/* As a driver's run. */
int sqlite_keep(struct sqlite *s, struct store_request *r);
int sqlite_queue_read(struct sqlite *s, struct store_request *r);
int sqlite_queue_done(struct sqlite *s, struct store_request *r);
int sqlite_archive(struct sqlite *s, struct store_request *r);
int sqlite_archive_replace(struct sqlite *s, struct store_request *r);
int sqlite_archive_trim(struct sqlite *s, struct store_request *r);
int sqlite_forget_messages(struct sqlite *s, int64_t owner);

/* sqlite_search.c. A message (its stamp is at or below index.upto) comes into the archives of these (0: of nobody); `words`: its words are in the index
 * already. And goes from the index when it is deleted, before its row is. As sqlite_do. */
int sqlite_words_add(struct sqlite *s, uint64_t stamp, int64_t one, int64_t two, bool words);
int sqlite_words_drop(struct sqlite *s, uint64_t stamp);

/* When there is nothing to do: a step of what is left. True: there is more. */
bool sqlite_index(struct sqlite *s);
bool sqlite_index_wanted(const struct sqlite *s);

/* Starts looking for rows lo <= stamp <= hi that may fit, in s->found: the columns of the table's walk. 0 or STORE_FAILED. */
int sqlite_find(struct sqlite *s, int64_t owner, uint64_t lo, uint64_t hi, bool backwards, const struct search *search);

/* Around a request that may search: from the first on, what takes longer than it may is given up, and answered STORE_LIMIT. */
void sqlite_search_begin(struct sqlite *s);
void sqlite_search_end(struct sqlite *s);

/* sqlite_files.c: as a driver's run. */
int sqlite_file(struct sqlite *s, struct store_request *r);
