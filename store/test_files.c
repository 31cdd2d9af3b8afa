/* SPDX-License-Identifier: Apache-2.0
 *
 * store/test_files.c - files: what the database knows of them, for every driver (STORE_FILE_*); and their contents, for
 * every place (store/files.h).
 */
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/test_fixture.h"

/* ---- the database ------------------------------------------------------------------------------------------------ */

static struct store_request *add_ask(struct fixture *f, struct answer *a, int64_t owner, const char *token,
				     uint64_t size, size_t limit)
{
	struct store_request *r = ask(f, a, STORE_FILE_ADD);

	r->owner = owner;
	r->limit = limit;
	r->file = (struct store_file){ .token = str_z(token), .name = STR("plan.pdf"),
				       .type = STR("application/pdf"), .size = size,
				       .created = 1000 + (msec)f->dones, .expires = 5000 };
	return r;
}

static int add(struct fixture *f, int64_t owner, const char *token, uint64_t size, size_t limit)
{
	own_answer a = { 0 };

	return submit(&a, add_ask(f, &a, owner, token, size, limit));
}

static int get(struct fixture *f, struct answer *a, const char *token)
{
	struct store_request *r = ask(f, a, STORE_FILE_GET);

	r->file.token = str_z(token);
	return submit(a, r);
}

static int fill(struct fixture *f, const char *token, uint8_t content, msec expires)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_FILE_WHOLE);

	r->file.token = str_z(token);
	r->file.expires = expires;
	memset(r->file.content, content, sizeof r->file.content);
	return submit(&a, r);
}

static int held(struct fixture *f, uint8_t content)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_FILE_HELD);

	memset(r->file.content, content, sizeof r->file.content);
	return submit(&a, r);
}

static int drop(struct fixture *f, int64_t owner, const char *token)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_FILE_REMOVE);

	r->owner = owner;
	r->file.token = str_z(token);
	return submit(&a, r);
}

static void expire(struct fixture *f, struct answer *a, msec now, size_t limit)
{
	struct store_request *r = ask(f, a, STORE_FILE_EXPIRE);

	r->file.expires = now;
	r->limit = limit;
	assert_int_equal(submit(a, r), 0);
}

static void list(struct fixture *f, struct answer *a, int64_t owner)
{
	struct store_request *r = ask(f, a, STORE_FILE_LIST);

	r->owner = owner;
	assert_int_equal(submit(a, r), 0);
}

static void a_file_comes_back_as_it_was(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann");
	own_answer a = { 0 };

	assert_int_equal(get(f, &a, "t1"), STORE_NOT_FOUND);
	assert_int_equal(add(f, ann, "t1", 48213, 0), 0);
	assert_int_equal(add(f, ann, "t1", 1, 0), STORE_EXISTS);
	assert_int_equal(get(f, &a, "t1"), 0);
	assert_str(a.r->file.token, "t1");
	assert_str(a.r->file.name, "plan.pdf");
	assert_str(a.r->file.type, "application/pdf");
	assert_int_equal(a.r->file.size, 48213);
	assert_int_equal(a.r->file.owner, ann);
	assert_int_equal(a.r->file.expires, 5000);
	assert_false(a.r->file.whole);
	assert_int_equal(fill(f, "t2", 7, 0), STORE_NOT_FOUND);
	assert_int_equal(held(f, 7), STORE_NOT_FOUND);
	assert_int_equal(fill(f, "t1", 7, 9000), 0);
	assert_int_equal(held(f, 7), 0);
	/* Nothing comes in its place any more; the same may. */
	assert_int_equal(fill(f, "t1", 8, 9000), STORE_EXISTS);
	assert_int_equal(held(f, 8), STORE_NOT_FOUND);
	assert_int_equal(fill(f, "t1", 7, 9000), 0);
	if (!f->kind->crashes)
		fixture_reopen(f);
	assert_int_equal(get(f, &a, "t1"), 0);
	assert_true(a.r->file.whole);
	assert_int_equal(a.r->file.expires, 9000);
	assert_int_equal(a.r->file.content[31], 7);
}

static void files_are_listed_newest_first(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob");
	own_answer a = { 0 };
	char token[16];

	list(f, &a, ann);
	assert_int_equal(a.r->n, 0);
	for (int i = 0; i < 20; i++) {
		snprintf(token, sizeof token, "t%02d", i);
		assert_int_equal(add(f, i % 2 ? ann : bob, token, 10, 0), 0);
	}
	list(f, &a, ann);
	assert_int_equal(a.r->n, 10);
	for (int i = 0; i < 10; i++) {
		snprintf(token, sizeof token, "t%02d", 19 - 2 * i);
		assert_str(a.r->files[i].token, token);
	}
}

static void a_quota_holds_in_the_transaction(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob");
	struct answer many[10] = { { 0 } };
	unsigned good = 0;

	assert_int_equal(add(f, bob, "bob", 90000, 0), 0);
	/* Ten at one time, for which each alone there would be room. */
	for (size_t i = 0; i < countof(many); i++) {
		char token[16];
		struct store_request *r;

		snprintf(token, sizeof token, "t%zu", i);
		r = add_ask(f, &many[i], ann, token, 10000, 35000);
		r->file.token = store_str(r, r->file.token);
		store_submit(r);
	}
	for (size_t i = 0; i < countof(many); i++) {
		int answer = wait_for(&many[i]);

		assert_true(answer == 0 || answer == STORE_LIMIT);
		good += !answer;
		answer_free(&many[i]);
	}
	assert_int_equal(good, 3);
	/* Small ones cost something too. */
	assert_int_equal(add(f, ann, "small", 1, 30000 + 4095), STORE_LIMIT);
	assert_int_equal(add(f, ann, "small", 1, 30000 + 4096), 0);
	assert_int_equal(drop(f, ann, "t0"), 0);
	assert_int_equal(add(f, ann, "again", 10000, 35000), 0);
}

static void what_is_removed_is_gone_until_it_is_forgotten(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob");
	own_answer a = { 0 };

	add(f, ann, "t1", 10, 0);
	add(f, bob, "t2", 10, 0);
	add(f, bob, "t3", 10, 0);
	fill(f, "t1", 7, 0);
	fill(f, "t2", 7, 0);
	assert_int_equal(drop(f, bob, "t1"), STORE_NOT_FOUND);
	assert_int_equal(drop(f, ann, "t1"), 0);
	assert_int_equal(drop(f, ann, "t1"), STORE_NOT_FOUND);
	assert_int_equal(get(f, &a, "t1"), STORE_NOT_FOUND);
	assert_int_equal(fill(f, "t1", 8, 0), STORE_NOT_FOUND);
	assert_int_equal(held(f, 7), 0); /* by bob */
	list(f, &a, ann);
	assert_int_equal(a.r->n, 0);
	expire(f, &a, 2, 0);
	assert_int_equal(a.r->n, 1);
	assert_str(a.r->files[0].token, "t1");
	assert_true(a.r->files[0].whole);
	assert_int_equal(a.r->files[0].content[0], 7);
	assert_int_equal(drop(f, 0, "t1"), 0);
	assert_int_equal(drop(f, 0, "t1"), STORE_NOT_FOUND);
	assert_int_equal(drop(f, 0, "t2"), STORE_NOT_FOUND); /* it is not gone */
	expire(f, &a, 2, 0);
	assert_int_equal(a.r->n, 0);
	assert_int_equal(drop(f, bob, "t2"), 0);
	assert_int_equal(held(f, 7), STORE_NOT_FOUND);
}

static void what_is_past_its_time_goes_oldest_first(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann");
	own_answer a = { 0 };
	char token[16];

	for (int i = 0; i < 5; i++) {
		snprintf(token, sizeof token, "t%d", i);
		add(f, ann, token, 10, 0);
		fill(f, token, (uint8_t)i, i == 4 ? 0 : 9000 - i);
	}
	expire(f, &a, 8996, 0);
	assert_int_equal(a.r->n, 0);
	expire(f, &a, 8998, 1);
	assert_int_equal(a.r->n, 1);
	assert_str(a.r->files[0].token, "t3");
	assert_int_equal(get(f, &a, "t3"), STORE_NOT_FOUND);
	assert_int_equal(get(f, &a, "t2"), 0);
	assert_int_equal(drop(f, 0, "t3"), 0);
	expire(f, &a, 100000, 0);
	assert_int_equal(a.r->n, 3);
	assert_str(a.r->files[0].token, "t2");
	assert_str(a.r->files[2].token, "t0");
	assert_int_equal(get(f, &a, "t4"), 0); /* for ever */
}

static void files_of_a_deleted_account_are_gone(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob");
	own_answer a = { 0 };

	add(f, ann, "t1", 10, 0);
	add(f, ann, "t2", 10, 0);
	add(f, bob, "t3", 10, 0);
	fill(f, "t1", 7, 0);
	assert_int_equal(account_delete(f, ann), 0);
	assert_int_equal(get(f, &a, "t1"), STORE_NOT_FOUND);
	assert_int_equal(get(f, &a, "t3"), 0);
	assert_int_equal(held(f, 7), STORE_NOT_FOUND);
	assert_int_equal(add(f, ann, "t4", 10, 0), STORE_NOT_FOUND);
	expire(f, &a, 2, 0);
	assert_int_equal(a.r->n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(a.r->files[i].name.n, 0);
		assert_int_equal(a.r->files[i].owner == ann ? 0 : a.r->files[i].owner, 0);
	}
}

/* ---- contents ---------------------------------------------------------------------------------------------------- */

struct place {
	const char *url; /* %s: a directory of its own */
	char dir[64];
	struct files *files;
	struct test_world *tw;
	uint64_t reserve;
};

static void place_open(struct place *p)
{
	own_buf why = { 0 };
	char url[128];

	snprintf(url, sizeof url, p->url, p->dir);
	if (files_open(&p->files, str_z(url), p->reserve, &why))
		fail_msg("%s", buf_z(&why));
}

static bool on_disk(const struct place *p) { return str_starts(str_z(p->url), STR("dir:")); }

static int place_setup(void **state)
{
	struct place *p = mem_new(struct place);

	p->url = *state;
	snprintf(p->dir, sizeof p->dir, "%s/anser-files-XXXXXX", test_world_tmp());
	assert_non_null(mkdtemp(p->dir));
	p->tw = test_world_new();
	place_open(p);
	*state = p;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *p = *state;
	char command[128];

	files_close(p->files);
	test_world_free(p->tw);
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	mem_free(p);
	return 0;
}

typedef void operation(struct files *f, struct world *w, struct files_job *j);

struct task {
	struct files_job job;
	bool came;
};

static void task_done(struct files_job *j) { holder_of(j, struct task, job)->came = true; }

static int run_in(struct test_world *tw, struct files *f, operation *what, struct task *t)
{
	t->came = false;
	t->job.done = task_done;
	what(f, test_world_of(tw), &t->job);
	assert_false(t->came);
	while (!t->came)
		test_world_turn(tw);
	return t->job.answer;
}

static int run(struct place *p, operation *what, struct task *t) { return run_in(p->tw, p->files, what, t); }

static int append(struct place *p, struct task *t, uint64_t part, uint64_t offset, struct str bytes)
{
	t->job.part = part;
	t->job.offset = offset;
	buf_str(&t->job.bytes, bytes);
	return run(p, files_append, t);
}

static uint64_t size_of(struct place *p, uint64_t part)
{
	struct task t = { .job.part = part };

	assert_int_equal(run(p, files_size, &t), 0);
	return t.job.size;
}

/* Finishes, and the database knows. */
static void finish(struct place *p, uint64_t part, uint8_t *ret_name)
{
	struct task t = { .job.part = part };

	assert_int_equal(run(p, files_finish, &t), 0);
	memcpy(ret_name, t.job.name, FILE_NAME_BYTES);
	files_settle(p->files, t.job.name);
	assert_int_equal(run(p, files_abandon, &(struct task){ .job.part = part }), 0);
}

static bool content_is(struct place *p, const uint8_t *name, struct str bytes)
{
	struct task t = { .job.size = bytes.n + 10 };
	int answer;
	bool same;

	memcpy(t.job.name, name, FILE_NAME_BYTES);
	answer = run(p, files_read, &t);
	same = !answer && str_eq(buf_all(&t.job.bytes), bytes);
	buf_free(&t.job.bytes);
	return same;
}

static int remove_it(struct place *p, const uint8_t *name, uint64_t ticket)
{
	struct task t = { .job.ticket = ticket };

	memcpy(t.job.name, name, FILE_NAME_BYTES);
	return run(p, files_remove, &t);
}

static void a_content_has_its_hash_for_a_name(void **state)
{
	struct place *p = *state;
	struct task t = { 0 };
	uint8_t name[FILE_NAME_BYTES], want[FILE_NAME_BYTES];

	assert_int_equal(append(p, &t, 1, 0, STR("hello ")), 0);
	assert_int_equal(t.job.size, 6);
	assert_int_equal(append(p, &t, 1, 6, STR("world")), 0);
	assert_int_equal(size_of(p, 1), 11);
	finish(p, 1, name);
	hash_sum(HASH_SHA256, STR("hello world"), want);
	assert_memory_equal(name, want, sizeof want);
	assert_true(content_is(p, name, STR("hello world")));
	assert_int_equal(size_of(p, 1), 0);
	t = (struct task){ .job.size = 3, .job.offset = 9 };
	memcpy(t.job.name, name, sizeof name);
	assert_int_equal(run(p, files_read, &t), 0);
	assert_str(buf_all(&t.job.bytes), "ld");
	buf_free(&t.job.bytes);
	assert_int_equal(run(p, files_finish, &(struct task){ .job.part = 1 }), FILES_NOT_FOUND);
	assert_int_equal(run(p, files_read, &(struct task){ .job.size = 3 }), FILES_NOT_FOUND);
}

static void nothing_is_a_content_too(void **state)
{
	struct place *p = *state;
	struct task t = { 0 };
	uint8_t name[FILE_NAME_BYTES];

	assert_int_equal(append(p, &t, 1, 0, STR("")), 0);
	finish(p, 1, name);
	assert_int_equal(name[0], 0xe3); /* e3b0c442… */
	assert_true(content_is(p, name, STR("")));
}

static void a_part_goes_on_where_it_ends(void **state)
{
	struct place *p = *state;
	struct task t = { 0 };

	assert_int_equal(append(p, &t, 1, 5, STR("x")), FILES_OFFSET);
	assert_int_equal(t.job.size, 0);
	assert_int_equal(append(p, &t, 1, 0, STR("hello")), 0);
	assert_int_equal(append(p, &t, 1, 4, STR("x")), FILES_OFFSET);
	assert_int_equal(t.job.size, 5);
	assert_int_equal(append(p, &t, 1, 6, STR("x")), FILES_OFFSET);
	assert_int_equal(append(p, &t, 1, 0, STR("x")), FILES_OFFSET);
	assert_int_equal(size_of(p, 1), 5);
	assert_int_equal(run(p, files_abandon, &(struct task){ .job.part = 1 }), 0);
	assert_int_equal(run(p, files_abandon, &(struct task){ .job.part = 1 }), 0);
	assert_int_equal(size_of(p, 1), 0);
}

/* More parts at once than running hashes are kept; and a restart in between. */
static void a_hash_is_found_again(void **state)
{
	struct place *p = *state;
	enum { MANY = 600 };
	uint8_t name[FILE_NAME_BYTES], want[FILE_NAME_BYTES];

	for (uint64_t i = 1; i <= MANY; i++)
		assert_int_equal(append(p, &(struct task){ 0 }, i, 0, str_n((const char *)&i, sizeof i)), 0);
	if (on_disk(p)) {
		files_close(p->files);
		place_open(p);
	}
	for (uint64_t i = 1; i <= MANY; i++) {
		uint64_t both[2] = { i, i };

		assert_int_equal(append(p, &(struct task){ 0 }, i, sizeof i, str_n((const char *)&i, sizeof i)), 0);
		finish(p, i, name);
		hash_sum(HASH_SHA256, str_n((const char *)both, sizeof both), want);
		assert_memory_equal(name, want, sizeof want);
	}
}

/* Finished, but the database never heard of it. */
static void what_was_finished_can_be_finished_after_a_crash(void **state)
{
	struct place *p = *state;
	struct task t = { .job.part = 1 };
	uint8_t name[FILE_NAME_BYTES];

	if (!on_disk(p))
		return;
	append(p, &(struct task){ 0 }, 1, 0, STR("hello"));
	assert_int_equal(run(p, files_finish, &t), 0);
	files_close(p->files);
	place_open(p);
	assert_int_equal(size_of(p, 1), 5);
	finish(p, 1, name);
	assert_memory_equal(name, t.job.name, sizeof name);
	assert_int_equal(size_of(p, 1), 0);
	assert_true(content_is(p, name, STR("hello")));
}

static void equal_contents_are_one(void **state)
{
	struct place *p = *state;
	uint8_t one[FILE_NAME_BYTES], two[FILE_NAME_BYTES];
	uint64_t ticket;

	append(p, &(struct task){ 0 }, 1, 0, STR("same"));
	append(p, &(struct task){ 0 }, 2, 0, STR("same"));
	finish(p, 1, one);
	finish(p, 2, two);
	assert_memory_equal(one, two, sizeof one);
	assert_int_equal(size_of(p, 2), 0);
	assert_true(content_is(p, one, STR("same")));
	ticket = files_condemn(p->files, one);
	assert_int_not_equal(ticket, 0);
	assert_int_equal(remove_it(p, one, ticket), 0);
	assert_false(content_is(p, one, STR("same")));
}

static void who_finishes_rescues_what_was_condemned(void **state)
{
	struct place *p = *state;
	uint8_t name[FILE_NAME_BYTES];
	struct task t = { .job.part = 2 };
	uint64_t first, second;

	append(p, &(struct task){ 0 }, 1, 0, STR("same"));
	finish(p, 1, name);
	first = files_condemn(p->files, name);
	assert_int_not_equal(first, 0);
	assert_int_equal(files_condemn(p->files, name), 0); /* one at a time */
	append(p, &(struct task){ 0 }, 2, 0, STR("same"));
	assert_int_equal(run(p, files_finish, &t), 0);
	/* The database does not know yet: nobody may ask it in order to remove. */
	assert_int_equal(files_condemn(p->files, name), 0);
	assert_int_equal(remove_it(p, name, first), 0);
	assert_true(content_is(p, name, STR("same")));
	files_settle(p->files, name);
	/* A sentence of somebody else is not the first one's to carry out. */
	second = files_condemn(p->files, name);
	assert_int_not_equal(second, 0);
	assert_int_equal(remove_it(p, name, first), 0);
	assert_true(content_is(p, name, STR("same")));
	files_pardon(p->files, name, first);
	assert_int_equal(files_condemn(p->files, name), 0);
	files_pardon(p->files, name, second);
	assert_int_equal(remove_it(p, name, second), 0);
	assert_true(content_is(p, name, STR("same")));
	second = files_condemn(p->files, name);
	assert_int_equal(remove_it(p, name, second), 0);
	assert_false(content_is(p, name, STR("same")));
}

static void the_reserve_stays_free(void **state)
{
	struct place *p = *state;
	struct task t = { .job.size = 100 };

	assert_int_equal(run(p, files_room, &t), 0);
	append(p, &t, 1, 0, STR("before"));
	if (on_disk(p)) {
		files_close(p->files);
		p->reserve = UINT64_MAX / 2;
		place_open(p);
	} else {
		files_close(p->files);
		p->url = "memory:20";
		p->reserve = 10;
		place_open(p);
		append(p, &t, 1, 0, STR("before"));
	}
	t = (struct task){ .job.size = 100 };
	assert_int_equal(run(p, files_room, &t), FILES_FULL);
	assert_int_equal(append(p, &t, 1, 6, STR("after")), FILES_FULL);
	assert_int_equal(size_of(p, 1), 6);
	assert_int_equal(append(p, &t, 2, 0, STR("0123456789")), FILES_FULL);
	assert_int_equal(size_of(p, 2), 0);
}

/* The disk takes half of a piece and no more. */
static void half_a_piece_is_none(void **state)
{
	struct place *p = *state;
	struct rlimit was, little;
	struct task t = { 0 };
	own_buf piece = { 0 };

	if (!on_disk(p))
		return;
	for (size_t i = 0; i < 100000; i++)
		buf_byte(&piece, (char)i);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	little = (struct rlimit){ 150000, was.rlim_max };
	assert_int_equal(append(p, &t, 1, 0, buf_all(&piece)), 0);
	setrlimit(RLIMIT_FSIZE, &little);
	assert_int_equal(append(p, &t, 1, 100000, buf_all(&piece)), FILES_FULL);
	assert_int_equal(size_of(p, 1), 100000);
	setrlimit(RLIMIT_FSIZE, &was);
	assert_int_equal(append(p, &t, 1, 100000, buf_all(&piece)), 0);
	finish(p, 1, (uint8_t[FILE_NAME_BYTES]){ 0 });
}

static void old_parts_are_cleaned_away(void **state)
{
	struct place *p = *state;
	struct task t = { 0 };
	struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	uint8_t name[FILE_NAME_BYTES];
	char path[160];
	const char *content;

	if (!on_disk(p))
		return;
	append(p, &t, 3, 0, STR("content"));
	finish(p, 3, name);
	append(p, &t, 1, 0, STR("old"));
	append(p, &t, 2, 0, STR("new"));
	snprintf(path, sizeof path, "%s/files/part-%016x", p->dir, 1);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	content = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"; /* sha256sum says so */
	snprintf(path, sizeof path, "%s/files/%s", p->dir, content);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	t = (struct task){ .job.since = 2000 * 1000 };
	assert_int_equal(run(p, files_clean, &t), 0);
	assert_int_equal(size_of(p, 1), 0);
	assert_int_equal(size_of(p, 2), 3);
	assert_true(content_is(p, name, STR("content")));
}

static void a_place_that_cannot_be_used_is_said(void **state)
{
	own_buf why = { 0 };
	struct files *f = NULL;

	assert_int_equal(files_open(&f, STR("dir:/dev/null/files"), 0, &why), FILES_FAILED);
	assert_non_null(strstr(buf_z(&why), "/dev/null/files"));
	assert_int_equal(files_open(&f, STR("cloud:x"), 0, &why), FILES_FAILED);
	assert_null(f);
}

/* ---- at one time ------------------------------------------------------------------------------------------------- */

enum { CROWD = 6, ROUNDS = 150 };

/* What the database would say: how many have the content. Counted up only after it was finished, under the same rules
 * as the core's. */
struct crowd {
	struct place *place;
	unsigned holders; /* atomic */
	unsigned lost;
	uint8_t name[FILE_NAME_BYTES];
};

struct member {
	struct crowd *crowd;
	unsigned number;
	pthread_t thread;
};

static bool is_there(struct test_world *tw, struct crowd *c)
{
	struct task t = { .job.size = 10 };
	int answer;

	memcpy(t.job.name, c->name, sizeof c->name);
	answer = run_in(tw, c->place->files, files_read, &t);
	buf_free(&t.job.bytes);
	return !answer;
}

static void member_send(struct test_world *tw, struct crowd *c, uint64_t part)
{
	struct task t = { .job.part = part };

	buf_lit(&t.job.bytes, "the same");
	run_in(tw, c->place->files, files_append, &t);
	t = (struct task){ .job.part = part };
	if (run_in(tw, c->place->files, files_finish, &t)) {
		__atomic_fetch_add(&c->lost, 1, __ATOMIC_RELAXED);
		return;
	}
	__atomic_fetch_add(&c->holders, 1, __ATOMIC_SEQ_CST);
	files_settle(c->place->files, t.job.name);
	t = (struct task){ .job.part = part };
	run_in(tw, c->place->files, files_abandon, &t);
	if (!is_there(tw, c))
		__atomic_fetch_add(&c->lost, 1, __ATOMIC_RELAXED);
}

static void member_remove(struct test_world *tw, struct crowd *c)
{
	struct task t = { 0 };

	__atomic_fetch_sub(&c->holders, 1, __ATOMIC_SEQ_CST);
	memcpy(t.job.name, c->name, sizeof c->name);
	t.job.ticket = files_condemn(c->place->files, c->name);
	if (!t.job.ticket)
		return;
	if (__atomic_load_n(&c->holders, __ATOMIC_SEQ_CST))
		files_pardon(c->place->files, c->name, t.job.ticket);
	else
		run_in(tw, c->place->files, files_remove, &t);
}

static void *member_live(void *arg)
{
	struct member *m = arg;
	struct test_world *tw = test_world_new();

	for (unsigned i = 0; i < ROUNDS; i++) {
		member_send(tw, m->crowd, (uint64_t)m->number << 32 | i);
		member_remove(tw, m->crowd);
	}
	test_world_free(tw);
	return NULL;
}

static void nobody_loses_what_others_remove(void **state)
{
	struct crowd crowd = { .place = *state };
	struct member members[CROWD];

	hash_sum(HASH_SHA256, STR("the same"), crowd.name);
	for (unsigned i = 0; i < CROWD; i++) {
		members[i] = (struct member){ &crowd, i + 1, 0 };
		assert_int_equal(pthread_create(&members[i].thread, NULL, member_live, &members[i]), 0);
	}
	for (unsigned i = 0; i < CROWD; i++)
		pthread_join(members[i].thread, NULL);
	assert_int_equal(crowd.lost, 0);
	assert_int_equal(crowd.holders, 0);
}

/* ---- running them ------------------------------------------------------------------------------------------------ */

static const struct kind kinds[] = {
	{ "memory", "memory:files" },
	{ "memory, slow", "memory:files?delay=20", .crashes = true },
	{ "sqlite", "sqlite:%s/db" },
};

static const struct row {
	const char *name;
	void (*test)(void **state);
} contract[] = {
#define T(name) { #name, name }
	T(a_file_comes_back_as_it_was),
	T(files_are_listed_newest_first),
	T(a_quota_holds_in_the_transaction),
	T(what_is_removed_is_gone_until_it_is_forgotten),
	T(what_is_past_its_time_goes_oldest_first),
	T(files_of_a_deleted_account_are_gone),
}, contents[] = {
	T(a_content_has_its_hash_for_a_name),
	T(nothing_is_a_content_too),
	T(a_part_goes_on_where_it_ends),
	T(a_hash_is_found_again),
	T(what_was_finished_can_be_finished_after_a_crash),
	T(equal_contents_are_one),
	T(who_finishes_rescues_what_was_condemned),
	T(the_reserve_stays_free),
	T(half_a_piece_is_none),
	T(old_parts_are_cleaned_away),
	T(a_place_that_cannot_be_used_is_said),
	T(nobody_loses_what_others_remove),
#undef T
};

enum { MOST = countof(contents) };
_Static_assert(countof(contract) <= MOST, "room for the longer of the two");

static int run_all(const char *group, const struct row *rows, size_t n, CMFixtureFunction setup,
		   CMFixtureFunction teardown, const void *start)
{
	struct CMUnitTest tests[MOST];
	char names[MOST][96];

	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof names[i], "%s: %s", group, rows[i].name);
		tests[i] = (struct CMUnitTest){ names[i], rows[i].test, setup, teardown, (void *)start };
	}
	return _cmocka_run_group_tests(group, tests, n, NULL, NULL);
}

int main(void)
{
	static const char *const places[] = { "memory:", "dir:%s/files" };
	int failed = 0;

	log_level_set(LOG_ERROR);
	for (size_t k = 0; k < countof(kinds); k++)
		failed += run_all(kinds[k].name, contract, countof(contract), fixture_setup, fixture_teardown,
				  &kinds[k]);
	for (size_t k = 0; k < countof(places); k++)
		failed += run_all(places[k], contents, countof(contents), place_setup, place_teardown, places[k]);
	return failed;
}
