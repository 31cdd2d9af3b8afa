/* SPDX-License-Identifier: Apache-2.0
 *
 * store/test_trouble.c - what becomes of a store when things go wrong: groups that fail, full disks, strange files, kill -9.
 */
#include "store/test_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "store/faulty.h"

static unsigned failures_logged, recoveries_logged;

static void log_count(const char *line, void *arg)
{
	failures_logged += strstr(line, "error store_failed") != NULL;
	recoveries_logged += strstr(line, "notice store_recovered") != NULL;
}

static int trouble_setup(void **state)
{
	failures_logged = recoveries_logged = 0;
	log_sink_set(log_count, NULL);
	return fixture_setup(state);
}

static int trouble_teardown(void **state)
{
	log_sink_set(NULL, NULL);
	return fixture_teardown(state);
}

/* ---- groups that fail ------------------------------------------------------------------------------------------- */

enum { GROUP = 5 };

/* Submits a group in one turn, of all kinds of writes; all get `verdict`. */
static void group_gets(struct fixture *f, int verdict)
{
	struct answer many[GROUP] = { 0 };
	struct store_request *r = ask(f, &many[0], STORE_ITEM_SET);

	r->owner = 1;
	r->space = r->key = r->value = STR("x");
	store_submit(r);
	r = ask(f, &many[1], STORE_ROSTER_SET);
	r->owner = 1;
	r->item.contact = STR("bob@x");
	store_submit(r);
	r = ask(f, &many[2], STORE_ACCOUNT_ADD);
	r->account.name = STR("ann");
	store_submit(r);
	store_submit(keep_ask(f, &many[3], message(f, "ann@x", "bob@x", "<body/>"), 1, 2, 2));
	store_submit(keep_ask(f, &many[4], message(f, "ann@x", "bob@x", "<body/>"), 1, 2, 2));
	for (int i = 0; i < GROUP; i++)
		assert_int_equal(wait_for(&many[i]), verdict);
	for (int i = 0; i < GROUP; i++)
		answer_free(&many[i]);
}

static void nothing_is_there(struct fixture *f)
{
	own_answer a = { 0 };

	assert_int_equal(item_get(f, &a, 1, "x", "x"), STORE_NOT_FOUND);
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 0);
	assert_int_equal(a.r->version, 0);
	assert_int_equal(account_get(f, &a, "ann"), STORE_NOT_FOUND);
	queue_read(f, &a, 2, 0, 0);
	assert_int_equal(a.r->n, 0);
	archive_ends(f, &a, 1);
	assert_int_equal(a.r->n, 0);
}

static void everything_is_there(struct fixture *f, size_t messages)
{
	own_answer a = { 0 };

	assert_int_equal(item_get(f, &a, 1, "x", "x"), 0);
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 1);
	assert_int_equal(account_get(f, &a, "ann"), 0);
	queue_read(f, &a, 2, 0, 0);
	assert_int_equal(a.r->n, messages);
	archive_read(f, &a, 1, &(struct archive_query){ 0 }, 0);
	assert_int_equal(a.r->n, messages);
}

static void a_failed_commit_fails_the_whole_group(void **state)
{
	struct fixture *f = *state;

	group_gets(f, STORE_FULL);
	nothing_is_there(f);
	group_gets(f, STORE_FULL);
	assert_int_equal(failures_logged, 1); /* once per outage */
	assert_int_equal(recoveries_logged, 0);
	group_gets(f, 0);
	everything_is_there(f, 2);
	assert_int_equal(recoveries_logged, 1);
	fixture_reopen(f); /* its plan begins anew */
	everything_is_there(f, 2);
}

static void a_failed_request_fails_the_whole_group(void **state)
{
	struct fixture *f = *state;

	group_gets(f, STORE_FAILED); /* in the fourth of its five */
	nothing_is_there(f);
	group_gets(f, 0);
	everything_is_there(f, 2);
}

static void a_late_commit_is_not_promised(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };

	assert_int_equal(item_set(f, 1, "x", "x", STR("x")), STORE_FAILED);
	assert_int_equal(item_get(f, &a, 1, "x", "x"), 0);
	assert_int_equal(item_set(f, 1, "x", "y", STR("y")), 0);
}

static void a_failed_read_says_so(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };

	item_set(f, 1, "x", "x", STR("x"));
	assert_int_equal(item_get(f, &a, 1, "x", "x"), 0);
	assert_int_equal(item_get(f, &a, 1, "x", "x"), STORE_FAILED);
	assert_int_equal(failures_logged, 1);
	assert_int_equal(item_get(f, &a, 1, "x", "x"), 0);
	assert_int_equal(recoveries_logged, 1);
}

static void the_disk_can_be_broken_and_mended(void **state)
{
	struct fixture *f = *state;

	store_faulty_set(STORE_FULL);
	group_gets(f, STORE_FULL);
	nothing_is_there(f);
	store_faulty_set(0);
	group_gets(f, 0);
	everything_is_there(f, 2);
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static void open_fails(const char *url, const char *says)
{
	struct store *s = NULL;
	own_buf why = { 0 };

	assert_int_not_equal(store_open(&s, str_z(url), &why), 0);
	assert_null(s);
	if (!strstr(buf_z(&why), says))
		fail_msg("\"%s\" does not say \"%s\"", buf_z(&why), says);
}

static void strange_urls_are_explained(void **state)
{
	open_fails("", "names no kind of store");
	open_fails("anser.db", "names no kind of store");
	open_fails("oracle:x", "names no kind of store");
	open_fails("sqlite:/nowhere/at/all/db", "cannot open");
	open_fails("faulty:open=failed:memory:", "lets opening fail");
	open_fails("faulty:commit@x=full:memory:", "is no rule");
	open_fails("faulty:commit=soon:memory:", "is no rule");
	open_fails("faulty:run@2=late:memory:", "is no rule");
	open_fails("faulty::floppy:", "no store to wrap");
}

static void database_do(struct fixture *f, const char *sql)
{
	char path[96];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_database_belongs_to_one_process(void **state)
{
	struct fixture *f = *state;

	open_fails(f->url, "in use by another process");
}

static void a_database_is_nobody_elses(void **state)
{
	static const char *const files[] = { "db", "db-wal", "db-lock" };
	struct fixture *f = *state;
	struct stat st;
	char path[96];

	item_set(f, 1, "x", "x", STR("x"));
	for (size_t i = 0; i < countof(files); i++) {
		snprintf(path, sizeof path, "%s/%s", f->dir, files[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

static void an_option_that_is_none_is_refused(void **state)
{
	struct fixture *f = *state;

	fixture_shut(f);
	strcat(f->url, "?page=3");
	open_fails(f->url, "\"?page=3\" is no option");
	*strchr(f->url, '?') = 0;
	fixture_open(f);
}

static int version_get(void *arg, int n, char **values, char **names)
{
	*(int *)arg = atoi(values[0]);
	return 0;
}

static void a_newer_database_is_refused(void **state)
{
	struct fixture *f = *state;
	char path[96], back[48];
	int version = 0;
	sqlite3 *db;

	fixture_shut(f);
	snprintf(path, sizeof path, "%s/db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version", version_get, &version, NULL), SQLITE_OK);
	sqlite3_close(db);
	database_do(f, "PRAGMA user_version = 99");
	open_fails(f->url, "from a newer Anser");
	snprintf(back, sizeof back, "PRAGMA user_version = %d", version);
	database_do(f, back);
	fixture_open(f);
}

static void a_foreign_database_is_refused(void **state)
{
	struct fixture *f = *state;

	fixture_shut(f);
	database_do(f, "PRAGMA application_id = 7");
	open_fails(f->url, "another program");
	database_do(f, "PRAGMA application_id = 0");
	open_fails(f->url, "another program"); /* it has tables */
	database_do(f, "PRAGMA application_id = 1097757541");
	fixture_open(f);
}

static void what_is_no_database_is_refused(void **state)
{
	struct fixture *f = *state;
	char path[96];
	FILE *file;

	fixture_shut(f);
	snprintf(path, sizeof path, "%s/db", f->dir);
	file = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is a letter, not a database\n", file);
	fclose(file);
	open_fails(f->url, "cannot open");
	unlink(path);
	fixture_open(f);
}

/* ---- a full disk ------------------------------------------------------------------------------------------------ */

static void a_full_disk_is_survived(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t kept = 0, first = 0;
	int verdict;

	do {
		struct stanza *s = message(f, "ann@x", "bob@x",
					   "<body>it gets full, it gets full, it gets full, it gets full, it gets full, "
					   "it gets full, it gets full, it gets full, it gets full</body>");
		uint64_t stamp = s->stamp;

		verdict = submit(&a, keep_ask(f, &a, s, 1, 2, 2));
		kept += verdict == 0;
		first = first ? first : stamp;
		assert_true(kept < 100000);
	} while (!verdict);
	assert_int_equal(verdict, STORE_FULL);
	assert_true(kept > 20);
	assert_int_equal(failures_logged, 1);
	/* It still reads, and gives room back. */
	queue_read(f, &a, 2, 0, 0);
	assert_int_equal(a.r->n, kept);
	queue_done(f, 2, &first, 1);
	/* With more room it goes on, and has what it said it has. */
	*strchr(f->url, '?') = 0;
	fixture_reopen(f);
	queue_read(f, &a, 2, 0, 0);
	assert_int_equal(a.r->n, kept - 1);
	archive_read(f, &a, 1, &(struct archive_query){ .count = true }, 1);
	assert_int_equal(a.r->total, kept);
	keep(f, "ann@x", "bob@x", 1, 2, 2);
}

/* Writes of the operating system itself that fail, until they work again: the store needs no new start. */
static void failing_writes_are_survived(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct rlimit limit, small;
	uint64_t kept = 0;
	int verdict;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = (struct rlimit){ 1 << 20, limit.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	do {
		verdict = submit(&a, keep_ask(f, &a, message(f, "ann@x", "bob@x", "<body>more and more</body>"), 1, 2, 2));
		kept += verdict == 0;
		assert_true(kept < 100000);
	} while (!verdict);
	assert_int_equal(verdict, STORE_FAILED);
	assert_int_not_equal(submit(&a, keep_ask(f, &a, message(f, "ann@x", "bob@x", "<body/>"), 1, 2, 2)), 0);
	assert_int_equal(failures_logged, 1);
	queue_read(f, &a, 2, 0, 0);
	assert_int_equal(a.r->n, kept);
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_DFL);
	keep(f, "ann@x", "bob@x", 1, 2, 2);
	assert_int_equal(recoveries_logged, 1);
	fixture_reopen(f);
	queue_read(f, &a, 2, 0, 0);
	assert_int_equal(a.r->n, kept + 1);
	archive_read(f, &a, 1, &(struct archive_query){ .count = true }, 1);
	assert_int_equal(a.r->total, kept + 1);
}

/* ---- kill -9 ---------------------------------------------------------------------------------------------------- */

/* The child keeps messages and takes some from the queue, and tells what was answered: a stamp, or with the top bit set
 * one that is done. It is killed in the middle of it. */
struct child {
	struct fixture *f;
	int out;
	unsigned under_way, rounds;
};

#define DONE_BIT (UINT64_C(1) << 63)

static void child_tell(struct child *c, uint64_t what)
{
	c->under_way--;
	if (write(c->out, &what, sizeof what) != sizeof what)
		_exit(1);
}

static void child_done(struct store_request *r)
{
	for (size_t i = 0; i < r->stamps_n && !r->answer; i++)
		child_tell(r->arg, r->stamps[i] | DONE_BIT);
}

static void child_kept(struct store_request *r)
{
	struct child *c = r->arg;
	uint64_t stamp = r->stanza->stamp, *stamps;
	struct store_request *done;

	if (r->answer)
		_exit(2);
	child_tell(c, stamp);
	if (stamp % 3)
		return;
	c->under_way++;
	done = store_ask(c->f->link, STORE_QUEUE_DONE, child_done, c);
	stamps = arena_get(&done->arena, sizeof *stamps);
	*stamps = stamp;
	done->owner = 2;
	done->stamps = stamps;
	done->stamps_n = 1;
	store_submit(done);
}

static void child_main(struct fixture *f, int out)
{
	struct child c = { f, out };

	fixture_open(f);
	for (;;) {
		while (c.under_way < 20) {
			struct store_request *r = store_ask(f->link, STORE_KEEP, child_kept, &c);

			r->stanza = message(f, "ann@x", "bob@x", "<body>I must not get lost</body>");
			r->archive_from = 1;
			/* Some are only queued: their message goes when they are done. */
			r->archive_to = r->stanza->stamp % 2 ? 2 : 0;
			r->archive_from = r->stanza->stamp % 2;
			r->queue_for = 2;
			c.under_way++;
			store_submit(r);
		}
		test_world_turn(f->tw);
	}
}

enum { TOLD_MAX = 20000 };

static size_t child_run(struct fixture *f, uint64_t *told, size_t enough)
{
	int ends[2];
	size_t n = 0;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		close(ends[0]);
		child_main(f, ends[1]);
	}
	close(ends[1]);
	while (read(ends[0], &told[n], sizeof *told) == sizeof *told)
		if (++n == enough)
			kill(pid, SIGKILL);
	close(ends[0]);
	waitpid(pid, NULL, 0);
	assert_true(n >= enough && n < TOLD_MAX);
	return n;
}

static bool among(const struct answer *a, uint64_t stamp)
{
	for (size_t i = 0; i < a->r->n; i++)
		if (a->r->stanzas[i]->stamp == stamp)
			return true;
	return false;
}

static void the_queue_is_as_told(struct fixture *f, const uint64_t *told, size_t n)
{
	own_answer queue = { 0 }, archive = { 0 };
	bool *taken = mem_alloc(n * sizeof *taken);

	queue_read(f, &queue, 2, 0, 0);
	archive_read(f, &archive, 1, &(struct archive_query){ 0 }, 0);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n && !(told[i] & DONE_BIT); j++)
			taken[i] |= told[j] == (told[i] | DONE_BIT);
	for (size_t i = 0; i < n; i++) {
		uint64_t stamp = told[i] & ~DONE_BIT;

		if (told[i] & DONE_BIT)
			assert_false(among(&queue, stamp));
		else if (stamp % 3 && !taken[i])
			assert_true(among(&queue, stamp));
		if (stamp % 2)
			assert_true(among(&archive, stamp));
	}
	mem_free(taken);
}

static void nothing_told_is_lost_by_kill_9(void **state)
{
	struct fixture *f = *state;
	uint64_t *told = mem_alloc(TOLD_MAX * sizeof *told);
	size_t n = 0;

	fixture_shut(f);
	for (size_t round = 1; round <= 4; round++) {
		f->last_stamp = round * 1000000 + round;
		n += child_run(f, told + n, 150 * round);
		fixture_open(f);
		the_queue_is_as_told(f, told, n);
		fixture_shut(f);
	}
	fixture_open(f);
	mem_free(told);
}

/* A link that closes while commits are slow: what was answered is there, whatever else is lost. */
static void a_crash_loses_only_what_was_not_answered(void **state)
{
	struct fixture *f = *state;
	size_t answered = 0, lost = 0;

	for (int round = 0; round < 30; round++) {
		struct answer many[8] = { 0 };
		own_answer a = { 0 };
		uint64_t stamps[8];

		for (int i = 0; i < 8; i++) {
			struct stanza *s = message(f, "ann@x", "bob@x", "");

			stamps[i] = s->stamp;
			store_submit(keep_ask(f, &many[i], s, 1, 2, 2));
			if (i % 3 == 0)
				test_world_turn(f->tw);
		}
		for (int turns = 0; turns < round && !many[7].came; turns++)
			test_world_turn(f->tw);
		fixture_reopen(f);
		queue_read(f, &a, 2, 0, 0);
		for (int i = 0; i < 8; i++) {
			answered += many[i].came;
			lost += !among(&a, stamps[i]);
			if (many[i].came)
				assert_true(among(&a, stamps[i]));
			answer_free(&many[i]);
		}
	}
	assert_true(answered && lost);
}

/* ---- two cores --------------------------------------------------------------------------------------------------- */

enum { SHARED_MESSAGES = 1500 };

struct shared {
	struct store *store;
	uint64_t kept; /* atomic: how many `done` have begun; stamps count from 1 */
	unsigned wrong;
};

/* One end: a world and a link in a thread of its own. */
struct end {
	struct shared *shared;
	struct test_world *tw;
	struct store_link *link;
	uint64_t at_least; /* what the read under way must see */
	unsigned under_way;
};

static void end_kept(struct store_request *r)
{
	struct end *e = r->arg;

	e->under_way--;
	__atomic_add_fetch(&e->shared->wrong, r->answer != 0, __ATOMIC_RELAXED);
	__atomic_store_n(&e->shared->kept, r->stanza->stamp, __ATOMIC_RELEASE);
}

static void *keeping_main(void *arg)
{
	struct end *e = arg;

	e->link = store_link_open(e->shared->store, test_world_of(e->tw));
	for (uint64_t stamp = 1; stamp <= SHARED_MESSAGES || e->under_way;) {
		for (; stamp <= SHARED_MESSAGES && e->under_way < 7; stamp++, e->under_way++) {
			struct store_request *r = store_ask(e->link, STORE_KEEP, end_kept, e);

			r->stanza = stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE, .stamp = stamp,
								       .from = { "a@x", 1, 1, 0 }, .payload = STR("") });
			r->archive_from = 1;
			r->queue_for = 2;
			store_submit(r);
		}
		test_world_turn(e->tw);
	}
	e->link = store_link_close(e->link);
	return NULL;
}

/* Stamps are kept in order, so the last one is as great as there are many. */
static void end_archive(struct store_request *r)
{
	struct end *e = r->arg;
	bool good = !r->answer && r->n == (r->total != 0) && r->total >= e->at_least &&
		    (!r->n || r->stanzas[0]->stamp == r->total);

	e->under_way--;
	__atomic_add_fetch(&e->shared->wrong, !good, __ATOMIC_RELAXED);
}

static void end_queue(struct store_request *r)
{
	struct end *e = r->arg;
	bool good = !r->answer && r->n >= e->at_least;

	for (size_t i = 0; i < r->n; i++)
		good = good && r->stanzas[i]->stamp == i + 1;
	e->under_way--;
	__atomic_add_fetch(&e->shared->wrong, !good, __ATOMIC_RELAXED);
}

static void *reading_main(void *arg)
{
	struct end *e = arg;

	e->link = store_link_open(e->shared->store, test_world_of(e->tw));
	while (e->at_least < SHARED_MESSAGES) {
		struct store_request *archive = store_ask(e->link, STORE_ARCHIVE_READ, end_archive, e);
		struct store_request *queue = store_ask(e->link, STORE_QUEUE_READ, end_queue, e);

		e->at_least = __atomic_load_n(&e->shared->kept, __ATOMIC_ACQUIRE);
		archive->owner = 1;
		archive->limit = 1;
		archive->query = (struct archive_query){ .backwards = true, .count = true };
		queue->owner = 2;
		store_submit(archive);
		store_submit(queue);
		for (e->under_way = 2; e->under_way;)
			test_world_turn(e->tw);
	}
	e->link = store_link_close(e->link);
	return NULL;
}

static void two_cores_share_a_store(void **state)
{
	struct fixture *f = *state;
	struct shared shared = { .store = f->store };
	struct end keeping = { &shared, test_world_new() }, reading = { &shared, test_world_new() };
	pthread_t one, two;

	assert_int_equal(pthread_create(&one, NULL, keeping_main, &keeping), 0);
	assert_int_equal(pthread_create(&two, NULL, reading_main, &reading), 0);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	assert_int_equal(shared.wrong, 0);
	assert_int_equal(shared.kept, SHARED_MESSAGES);
	fixture_shut(f);
	test_world_free(keeping.tw);
	test_world_free(reading.tw);
	fixture_open(f);
}

/* ---- running them ----------------------------------------------------------------------------------------------- */

#define KIND(symbol, text) static const struct kind symbol = { #symbol, text }
KIND(memory, "memory:trouble");
KIND(memory_slow, "memory:trouble?delay=10");
KIND(sqlite, "sqlite:%s/db");
KIND(sqlite_small, "sqlite:%s/db?pages=60");
KIND(sqlite_folding, "sqlite:%s/db?fold=40");
KIND(sqlite_small_folding, "sqlite:%s/db?pages=60&fold=10");
KIND(sqlite_commit_folding, "faulty:commit@1-2=full:sqlite:%s/db?fold=1");
KIND(sqlite_run_folding, "faulty:run@4=failed:sqlite:%s/db?fold=1");
KIND(memory_commit, "faulty:commit@1-2=full:memory:trouble");
KIND(sqlite_commit, "faulty:commit@1-2=full:sqlite:%s/db");
KIND(memory_run, "faulty:run@4=failed:memory:trouble");
KIND(sqlite_run, "faulty:run@4=failed:sqlite:%s/db");
KIND(memory_late, "faulty:commit@1=late:memory:trouble");
KIND(sqlite_late, "faulty:commit@1=late:sqlite:%s/db");
KIND(memory_read, "faulty:read@2=failed:memory:trouble");
KIND(sqlite_read, "faulty:read@2=failed:sqlite:%s/db");
KIND(memory_faulty, "faulty::memory:trouble");
KIND(sqlite_faulty, "faulty::sqlite:%s/db");

int main(void)
{
#define T(test, kind) { #test ": " #kind, test, trouble_setup, trouble_teardown, (void *)&kind }
	const struct CMUnitTest tests[] = {
		T(a_failed_commit_fails_the_whole_group, memory_commit),
		T(a_failed_commit_fails_the_whole_group, sqlite_commit),
		T(a_failed_commit_fails_the_whole_group, sqlite_commit_folding),
		T(a_failed_request_fails_the_whole_group, sqlite_run_folding),
		T(a_failed_request_fails_the_whole_group, memory_run),
		T(a_failed_request_fails_the_whole_group, sqlite_run),
		T(a_late_commit_is_not_promised, memory_late),
		T(a_late_commit_is_not_promised, sqlite_late),
		T(a_failed_read_says_so, memory_read),
		T(a_failed_read_says_so, sqlite_read),
		T(the_disk_can_be_broken_and_mended, memory_faulty),
		T(the_disk_can_be_broken_and_mended, sqlite_faulty),
		T(a_crash_loses_only_what_was_not_answered, memory_slow),
		T(strange_urls_are_explained, sqlite),
		T(a_database_belongs_to_one_process, sqlite),
		T(a_database_is_nobody_elses, sqlite),
		T(an_option_that_is_none_is_refused, sqlite),
		T(a_newer_database_is_refused, sqlite),
		T(a_foreign_database_is_refused, sqlite),
		T(what_is_no_database_is_refused, sqlite),
		T(a_full_disk_is_survived, sqlite_small),
		T(failing_writes_are_survived, sqlite),
		T(failing_writes_are_survived, sqlite_folding),
		T(a_full_disk_is_survived, sqlite_small_folding),
		T(two_cores_share_a_store, memory),
		T(two_cores_share_a_store, sqlite),
		T(two_cores_share_a_store, sqlite_folding),
		T(nothing_told_is_lost_by_kill_9, sqlite),
		T(nothing_told_is_lost_by_kill_9, sqlite_folding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
