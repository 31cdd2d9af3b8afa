/* SPDX-License-Identifier: Apache-2.0 */
#include "store/test_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/faulty.h"
#include "store/memory.h"

void fixture_open(struct fixture *f)
{
	own_buf why = { 0 };

	f->tw = test_world_new();
	if (store_open(&f->store, str_z(f->url), &why))
		fail_msg("%s", buf_z(&why));
	f->link = store_link_open(f->store, test_world_of(f->tw));
}

void fixture_shut(struct fixture *f)
{
	f->link = store_link_close(f->link);
	f->store = store_close(f->store);
	f->tw = test_world_free(f->tw);
}

void fixture_reopen(struct fixture *f)
{
	fixture_shut(f);
	fixture_open(f);
}

static void dir_make(struct fixture *f)
{
	snprintf(f->dir, sizeof f->dir, "%s/anser-store-XXXXXX", test_world_tmp());
	assert_non_null(mkdtemp(f->dir));
}

int fixture_setup(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	f->kind = *state;
	dir_make(f);
	snprintf(f->url, sizeof f->url, f->kind->url, f->dir);
	fixture_open(f);
	*state = f;
	return 0;
}

static void dir_remove(struct fixture *f)
{
	static const char *const files[] = { "db", "db-wal", "db-shm", "db-lock", "" };
	char path[128];

	for (size_t i = 0; i < countof(files); i++) {
		snprintf(path, sizeof path, "%s/%s", f->dir, files[i]);
		if (*files[i])
			unlink(path);
		else
			rmdir(path);
	}
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	fixture_shut(f);
	store_memory_forget();
	store_faulty_set(0);
	dir_remove(f);
	arena_free(&f->arena);
	mem_free(f);
	return 0;
}

static void keep_answer(struct store_request *r)
{
	struct answer *a = r->arg;

	store_take(r);
	a->came = true;
	a->place = a->f->dones++;
	a->r = r;
}

void answer_free(struct answer *a)
{
	if (a->came)
		store_drop(a->r);
	*a = (struct answer){ 0 };
}

struct store_request *ask(struct fixture *f, struct answer *a, enum store_op op)
{
	answer_free(a);
	a->f = f;
	return store_ask(f->link, op, keep_answer, a);
}

int wait_for(struct answer *a)
{
	while (!a->came)
		test_world_turn(a->f->tw);
	return a->r->answer;
}

int submit(struct answer *a, struct store_request *r)
{
	store_submit(r);
	assert_false(a->came);
	return wait_for(a);
}

/* ---- short ways to say things ----------------------------------------------------------------------------------- */

int64_t account_add(struct fixture *f, const char *name)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ACCOUNT_ADD);

	r->account.name = str_z(name);
	assert_int_equal(submit(&a, r), 0);
	assert_true(a.r->account.id > 0);
	return a.r->account.id;
}

int account_get(struct fixture *f, struct answer *a, const char *name)
{
	struct store_request *r = ask(f, a, STORE_ACCOUNT_GET);

	r->account.name = str_z(name);
	return submit(a, r);
}

int account_delete(struct fixture *f, int64_t id)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ACCOUNT_DELETE);

	r->account.id = id;
	return submit(&a, r);
}

int item_set(struct fixture *f, int64_t owner, const char *space, const char *key, struct str value)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ITEM_SET);

	r->owner = owner;
	r->space = str_z(space);
	r->key = str_z(key);
	r->value = value;
	return submit(&a, r);
}

int item_get(struct fixture *f, struct answer *a, int64_t owner, const char *space, const char *key)
{
	struct store_request *r = ask(f, a, STORE_ITEM_GET);

	r->owner = owner;
	r->space = str_z(space);
	r->key = str_z(key);
	return submit(a, r);
}

int roster_set(struct fixture *f, struct answer *a, int64_t owner, const char *contact, const char *name, size_t limit)
{
	struct store_request *r = ask(f, a, STORE_ROSTER_SET);

	r->owner = owner;
	r->item.contact = str_z(contact);
	r->item.name = str_z(name);
	r->limit = limit;
	return submit(a, r);
}

int roster_remove(struct fixture *f, struct answer *a, int64_t owner, const char *contact)
{
	struct store_request *r = ask(f, a, STORE_ROSTER_REMOVE);

	r->owner = owner;
	r->item.contact = str_z(contact);
	return submit(a, r);
}

int roster_apply(struct fixture *f, struct answer *a, int64_t owner, const char *contact, enum roster_event event)
{
	struct store_request *r = ask(f, a, STORE_ROSTER_APPLY);

	r->owner = owner;
	r->item.contact = str_z(contact);
	r->event = event;
	if (event == ROSTER_IN_SUBSCRIBE)
		r->item.request = STR("<status>hello</status>");
	return submit(a, r);
}

void roster_load(struct fixture *f, struct answer *a, int64_t owner, uint64_t version)
{
	struct store_request *r = ask(f, a, STORE_ROSTER_LOAD);

	r->owner = owner;
	r->version = version;
	assert_int_equal(submit(a, r), 0);
}

struct jid jid(struct fixture *f, const char *z)
{
	struct jid j = { 0 };

	if (z)
		assert_true(jid_parse(&j, str_z(z), &f->arena));
	return j;
}

struct stanza *message(struct fixture *f, const char *from, const char *to, const char *payload)
{
	struct stanza_init init = { .name = STANZA_MESSAGE, .type = MESSAGE_CHAT, .traits = STANZA_BODY, .time = 1700000000000,
				    .from = jid(f, from), .to = jid(f, to), .payload = str_z(payload), .id = STR("m1") };

	init.stamp = f->last_stamp += 10;
	return stanza_make(&init);
}

struct store_request *keep_ask(struct fixture *f, struct answer *a, struct stanza *s, int64_t from, int64_t to,
				      int64_t queue)
{
	struct store_request *r = ask(f, a, STORE_KEEP);

	r->stanza = s;
	r->archive_from = from;
	r->archive_to = to;
	r->queue_for = queue;
	return r;
}

/* Keeps a message and says its stamp. */
uint64_t keep(struct fixture *f, const char *from, const char *to, int64_t archive_from, int64_t archive_to,
		     int64_t queue)
{
	own_answer a = { 0 };
	struct stanza *s = message(f, from, to, "<body>hello</body>");
	uint64_t stamp = s->stamp;

	assert_int_equal(submit(&a, keep_ask(f, &a, s, archive_from, archive_to, queue)), 0);
	return stamp;
}

void queue_read(struct fixture *f, struct answer *a, int64_t owner, uint64_t after, size_t limit)
{
	struct store_request *r = ask(f, a, STORE_QUEUE_READ);

	r->owner = owner;
	r->after = after;
	r->limit = limit;
	assert_int_equal(submit(a, r), 0);
}

void queue_done(struct fixture *f, int64_t owner, const uint64_t *stamps, size_t n)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_QUEUE_DONE);

	r->owner = owner;
	r->stamps = stamps;
	r->stamps_n = n;
	assert_int_equal(submit(&a, r), 0);
}

int archive_read(struct fixture *f, struct answer *a, int64_t owner, const struct archive_query *query, size_t limit)
{
	struct store_request *r = ask(f, a, STORE_ARCHIVE_READ);

	r->owner = owner;
	r->query = *query;
	r->limit = limit;
	return submit(a, r);
}

void archive_ends(struct fixture *f, struct answer *a, int64_t owner)
{
	struct store_request *r = ask(f, a, STORE_ARCHIVE_ENDS);

	r->owner = owner;
	assert_int_equal(submit(a, r), 0);
}
