/* SPDX-License-Identifier: Apache-2.0
 *
 * store/test_fixture.h - a store to talk to in tests, and short ways to say things to it. What must not fail is asserted (cmocka).
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "store/store.h"
#include "store/test_world.h"

struct kind {
	const char *name;
	const char *url; /* %s: a fresh directory */
	bool crashes; /* closing loses what was not committed */
};

struct fixture {
	const struct kind *kind;
	char dir[64];
	char url[160];
	struct test_world *tw;
	struct store *store;
	struct store_link *link;
	struct arena arena; /* for addresses */
	uint64_t last_stamp;
	unsigned dones; /* how many have run */
};

/* An answer that outlives its `done`. */
struct answer {
	struct fixture *f;
	bool came;
	unsigned place; /* the how manieth of all dones */
	struct store_request *r;
};

#define own_answer __attribute__((cleanup(answer_free))) struct answer

/* For cmocka: *state is a struct kind, and then the fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

void fixture_open(struct fixture *f);
void fixture_shut(struct fixture *f);
void fixture_reopen(struct fixture *f);

struct store_request *ask(struct fixture *f, struct answer *a, enum store_op op);
int submit(struct answer *a, struct store_request *r); /* and waits for the answer */
int wait_for(struct answer *a);
void answer_free(struct answer *a);

int64_t account_add(struct fixture *f, const char *name);
int account_get(struct fixture *f, struct answer *a, const char *name);
int account_delete(struct fixture *f, int64_t id);
int item_set(struct fixture *f, int64_t owner, const char *space, const char *key, struct str value);
int item_get(struct fixture *f, struct answer *a, int64_t owner, const char *space, const char *key);
int roster_set(struct fixture *f, struct answer *a, int64_t owner, const char *contact, const char *name, size_t limit);
int roster_remove(struct fixture *f, struct answer *a, int64_t owner, const char *contact);
int roster_apply(struct fixture *f, struct answer *a, int64_t owner, const char *contact, enum roster_event event);
void roster_load(struct fixture *f, struct answer *a, int64_t owner, uint64_t version);

struct jid jid(struct fixture *f, const char *z);
struct stanza *message(struct fixture *f, const char *from, const char *to, const char *payload); /* with the next stamp */
struct store_request *keep_ask(struct fixture *f, struct answer *a, struct stanza *s, int64_t from, int64_t to, int64_t queue);
uint64_t keep(struct fixture *f, const char *from, const char *to, int64_t archive_from, int64_t archive_to,
	      int64_t queue); /* says the stamp */
void queue_read(struct fixture *f, struct answer *a, int64_t owner, uint64_t after, size_t limit);
void queue_done(struct fixture *f, int64_t owner, const uint64_t *stamps, size_t n);
int archive_read(struct fixture *f, struct answer *a, int64_t owner, const struct archive_query *query, size_t limit);
void archive_ends(struct fixture *f, struct answer *a, int64_t owner);

#define assert_str(s, z)                                                        \
	do {                                                                    \
		struct str str_ = (s);                                          \
		assert_int_equal(str_.n, strlen(z));                            \
		assert_memory_equal(str_.p ? str_.p : "", (z), strlen(z));      \
	} while (0)

#define assert_stamps(a, ...)                                                                      \
	do {                                                                                       \
		const uint64_t want_[] = { __VA_ARGS__ };                                          \
		assert_int_equal((a).r->n, countof(want_));                                         \
		for (size_t i_ = 0; i_ < countof(want_); i_++)                                     \
			assert_int_equal((a).r->stanzas[i_]->stamp, want_[i_]);                     \
	} while (0)
