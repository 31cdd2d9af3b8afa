/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_checkpoint.c - moves pages from the WAL to the database on a thread of its own, so that nobody waits for the ten to
 * fifty milliseconds it takes. The WAL begins anew only when all of it was moved: when the thread is through, the writer itself moves the few
 * pages that came meanwhile.
 */
#include "store/sqlite.h"

#include <pthread.h>
#include <signal.h>

enum { WAL_PAGES = 4000 }; /* 16 MB: a page that changes often is moved once for many times it was written */

enum state { RESTS, ASKED, THROUGH };

struct checkpointer {
	sqlite3 *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	enum state state;
	bool ending;
};

/* An error is no misfortune here: the pages stay in the WAL, and the next one tries again. */
static void move(sqlite3 *db) { sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL); }

static void *checkpointer_main(void *arg)
{
	struct checkpointer *c = arg;

	pthread_setname_np(pthread_self(), "store-move");
	pthread_mutex_lock(&c->lock);
	while (!c->ending) {
		if (c->state != ASKED) {
			pthread_cond_wait(&c->wake, &c->lock);
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		move(c->db);
		pthread_mutex_lock(&c->lock);
		c->state = THROUGH;
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct checkpointer *checkpointer_new(sqlite3 *db)
{
	struct checkpointer *c = mem_new(struct checkpointer);
	sigset_t all, before;
	bool runs;

	c->db = db;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	runs = pthread_create(&c->thread, NULL, checkpointer_main, c) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (runs)
		return c;
	mem_free(c);
	sqlite3_close(db);
	return NULL;
}

struct checkpointer *checkpointer_free(struct checkpointer *c)
{
	if (!c)
		return NULL;
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	sqlite3_close(c->db);
	mem_free(c);
	return NULL;
}

void checkpointer_look(struct checkpointer *c, sqlite3 *writer, int wal_pages)
{
	bool through = false;

	pthread_mutex_lock(&c->lock);
	if (c->state == THROUGH) {
		through = true;
		c->state = RESTS;
	} else if (c->state == RESTS && wal_pages >= WAL_PAGES) {
		c->state = ASKED;
		pthread_cond_signal(&c->wake);
	}
	pthread_mutex_unlock(&c->lock);
	if (through)
		move(writer);
}
