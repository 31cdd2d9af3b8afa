/* SPDX-License-Identifier: Apache-2.0
 *
 * store/driver.h - what a database must be able to do. store/store.c owns the threads, the grouping and the order; a driver
 * only executes. Calls on one handle come from one thread at a time.
 */
#pragma once
#include "store/store.h"

/* How the engine has to treat what a URL names. */
struct store_manner {
	/* Threaded: one writing handle on a thread of its own and reading handles on others. The rest (memory) run in the
	 * core's thread: groups are executed in a later turn of its world. */
	bool threaded;
	/* Not threaded only: a commit takes 0..slow_ms by chance, its answers some more; what is not committed when a link closes
	 * is lost, as in a crash. */
	unsigned slow_ms;
};

enum idle { IDLE_NOTHING, IDLE_MORE, IDLE_WHEN_QUIET /* there is more, but not now */ };

struct store_driver {
	const char *scheme;
	/* `path`, here and below: the URL after "scheme:". */
	struct store_manner (*manner)(struct str path);
	/* `writer`: NULL to open the writing handle, which creates and migrates; else that handle, to open one that only reads.
	 * A reading handle is closed before its writer. Returns 0, or STORE_FAILED and a sentence in `why`. */
	int (*open)(void **ret, struct str path, void *writer, struct buf *why);
	void (*close)(void *db);
	/* A group of writes. begin and commit answer 0 or a verdict. rollback follows on anything but 0, from begin, run or
	 * commit; after it nothing of the group has happened. */
	int (*begin)(void *db);
	int (*commit)(void *db);
	void (*rollback)(void *db);
	/* Executes one request and fills in its answer. A verdict about this request alone (NOT_FOUND, EXISTS, LIMIT) goes into
	 * r->answer and must leave nothing half done; returns 0. STORE_FULL or STORE_FAILED returned: the whole group is rolled
	 * back. Reading requests come without begin, also on the writing handle of a driver that is not threaded. */
	int (*run)(void *db, struct store_request *r);
	/* Why the last call on this handle failed, for the log; borrowed until the next call. */
	struct str (*reason)(void *db);
	/* The highest stamp that is kept; 0 when none is. Of the writing handle, before anything else is asked. */
	uint64_t (*last_stamp)(void *db);
	/* Idle work in small steps on the writer thread, when nothing waits. quiet: nothing has come for a while, so also what would
	 * slow down a busy server. May be NULL. */
	enum idle (*idle)(void *db, bool quiet);
};

extern const struct store_driver store_sqlite, store_memory, store_faulty;

/* The driver that a URL asks for, and its path; NULL when there is none of that name. */
const struct store_driver *store_driver_find(struct str url, struct str *path);

/* Whether an operation only reads. */
bool store_op_reads(enum store_op op);
