/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
/* cmocka wants the standard headers before it */
#include <cmocka.h>

#include "clients/term/keep/keep.h"

static char dir[] = "/tmp/anser-keep-XXXXXX"; /* made by setup() */

static const char *path(const char *name)
{
	static char room[4][256];
	static unsigned next;
	char *to = room[next++ % 4];

	snprintf(to, 256, "%s/%s", dir, name);
	return to;
}

static struct keep *open_at(const char *name)
{
	struct keep *k = NULL;
	own_buf why = { 0 };
	int r = keep_open(&k, strcmp(name, ":memory:") ? path(name) : name, false, &why);

	if (r)
		fail_msg("%s", buf_z(&why));
	return k;
}

static struct keep *in_memory(void) { return open_at(":memory:"); }

/* ---- entries to put in and lists to get out ---------------------------------------------------------------------- */

static int64_t put(struct keep *k, const char *conversation, const char *text, msec time, enum entry_status status)
{
	struct conversation v = { .name = str_z(conversation) };
	struct entry e = { .conversation = &v,
			   .kind = ENTRY_TEXT,
			   .status = status,
			   .mine = status != ENTRY_RECEIVED,
			   .sender = STR("ann"),
			   .text = str_z(text),
			   .time = time };

	assert_int_equal(keep_add(k, &e), 0);
	assert_true(e.id > 0);
	return e.id;
}

/* "text;text;" */
static void list(void *arg, const struct entry *e)
{
	buf_str(arg, e->text);
	buf_byte(arg, ';');
}

/* "conversation:text;" */
static void list_named(void *arg, struct str conversation, const struct entry *e)
{
	buf_str(arg, conversation);
	buf_byte(arg, ':');
	list(arg, e);
}

static void expect_entries(struct keep *k, const char *conversation, int64_t before, unsigned limit, const char *want)
{
	own_buf got = { 0 };

	assert_int_equal(keep_entries(k, str_z(conversation), before, limit, list, &got), 0);
	assert_string_equal(buf_z(&got), want);
}

static void expect_waiting(struct keep *k, struct str conversation, const char *want)
{
	own_buf got = { 0 };

	assert_int_equal(keep_waiting(k, conversation, list_named, &got), 0);
	assert_string_equal(buf_z(&got), want);
}

static void expect_search(struct keep *k, struct str conversation, const char *words, unsigned limit, const char *want)
{
	own_buf got = { 0 };

	assert_int_equal(keep_search(k, conversation, str_z(words), limit, list_named, &got), 0);
	assert_string_equal(buf_z(&got), want);
}

static void order(void **state)
{
	struct keep *k = in_memory();
	int64_t two, late;

	put(k, "jack", "one", 1000, ENTRY_RECEIVED);
	two = put(k, "jack", "two", 2000, ENTRY_RELAYED);
	put(k, "#room", "elsewhere", 2500, ENTRY_RECEIVED);
	put(k, "jack", "three", 3000, ENTRY_RECEIVED);
	late = put(k, "jack", "of a history", 1500, ENTRY_RECEIVED);
	put(k, "jack", "at once", 3000, ENTRY_RECEIVED);
	expect_entries(k, "jack", 0, 10, "at once;three;two;of a history;one;");
	expect_entries(k, "jack", 0, 2, "at once;three;");
	expect_entries(k, "jack", two, 10, "of a history;one;");
	expect_entries(k, "jack", late, 10, "one;");
	expect_entries(k, "jack", late, 0, "");
	expect_entries(k, "nobody", 0, 10, "");
	keep_close(k);
}

struct want {
	const struct entry *e;
	unsigned n;
};

static void same(void *arg, const struct entry *e)
{
	struct want *want = arg;
	const struct entry *w = want->e;

	want->n++;
	assert_true(e->id == w->id && e->kind == w->kind && e->status == w->status && e->mine == w->mine &&
		    e->relayed == w->relayed);
	assert_true(e->time == w->time && str_eq(e->sender, w->sender) && str_eq(e->text, w->text) &&
		    str_eq(e->why, w->why) && str_eq(e->mark, w->mark));
	assert_true(!e->file == !w->file);
	if (e->file) {
		assert_true(e->file->state == w->file->state && e->file->size == w->file->size &&
			    e->file->done == w->file->done);
		assert_true(str_eq(e->file->name, w->file->name) && str_eq(e->file->path, w->file->path) &&
			    str_eq(e->file->token, w->file->token));
	}
}

static void expect_same(struct keep *k, const struct entry *e)
{
	struct want want = { e, 0 };

	assert_int_equal(keep_entries(k, e->conversation->name, 0, 1, same, &want), 0);
	assert_int_equal(want.n, 1);
}

static void everything_of_an_entry(void **state)
{
	struct keep *k = open_at("whole.db");
	struct conversation v = { .name = STR("名字") };
	struct file_info file = { .state = FILE_MOVING,
				  .name = STR("a.txt"),
				  .path = STR("/tmp/a"),
				  .size = 1ull << 40,
				  .done = 5,
				  .token = STR("ff") };
	struct entry e = { .conversation = &v,
			   .kind = ENTRY_FILE,
			   .status = ENTRY_SENDING,
			   .mine = true,
			   .sender = STR("tom"),
			   .text = STR("a.txt"),
			   .mark = STR("00112233445566778899aabbccddeeff"),
			   .time = 1700000000123,
			   .file = &file };

	assert_int_equal(keep_add(k, &e), 0);
	expect_same(k, &e);
	k = keep_close(k);
	k = open_at("whole.db");
	expect_same(k, &e);
	e.status = ENTRY_FAILED;
	e.why = STR("no such user");
	e.time += 5;
	e.relayed = true;
	file = (struct file_info){ .state = FILE_BROKEN, .name = STR("b"), .size = 7, .done = 7 };
	assert_int_equal(keep_update(k, &e), 0);
	file.path = file.token = STR("");
	expect_same(k, &e);
	/* One that was forgotten meanwhile is no fault. */
	assert_int_equal(keep_forget(k, v.name), 0);
	assert_int_equal(keep_update(k, &e), 0);
	expect_entries(k, "名字", 0, 10, "");
	keep_close(k);
}

static void waiting(void **state)
{
	struct keep *k = in_memory();
	struct entry e = { 0 };

	put(k, "jack", "old", 1, ENTRY_RELAYED);
	e.id = put(k, "jack", "a", 9000, ENTRY_WAITING);
	put(k, "ann", "b", 8000, ENTRY_SENDING);
	put(k, "jack", "c", 7000, ENTRY_WAITING);
	put(k, "jack", "of theirs", 7000, ENTRY_RECEIVED);
	expect_waiting(k, STR_NONE, "jack:a;ann:b;jack:c;"); /* as they were written, whatever the clock said */
	expect_waiting(k, STR("jack"), "jack:a;jack:c;");
	e.status = ENTRY_DIRECT;
	assert_int_equal(keep_update(k, &e), 0);
	expect_waiting(k, STR("jack"), "jack:c;");
	expect_waiting(k, STR("nobody"), "");
	keep_close(k);
}

static int64_t put_file(struct keep *k, const char *name, enum file_state s, bool mine)
{
	struct conversation v = { .name = STR("jack") };
	struct file_info file = { .state = s, .name = str_z(name), .size = 10 };
	struct entry e = {
		.conversation = &v, .kind = ENTRY_FILE, .mine = mine, .text = str_z(name), .time = 1, .file = &file
	};

	assert_int_equal(keep_add(k, &e), 0);
	return e.id;
}

static void moving(void **state)
{
	struct keep *k = in_memory();
	own_buf got = { 0 };

	put_file(k, "offered", FILE_OFFERED, false);
	put_file(k, "coming", FILE_MOVING, false);
	put_file(k, "going", FILE_PAUSED, true);
	put_file(k, "there", FILE_DONE, false);
	put_file(k, "hashing", FILE_HASHING, true);
	assert_int_equal(keep_files(k, list_named, &got), 0);
	assert_string_equal(buf_z(&got), "jack:coming;jack:going;");
	keep_close(k);
}

static void marks(void **state)
{
	struct keep *k = in_memory();
	struct conversation v = { .name = STR("jack") };
	struct entry e = { .conversation = &v, .mark = STR("aa") };

	assert_false(keep_has(k, STR("aa")));
	assert_int_equal(keep_add(k, &e), 0);
	assert_true(keep_has(k, STR("aa")));
	put(k, "jack", "without", 1, ENTRY_RECEIVED);
	assert_false(keep_has(k, STR("")));
	keep_close(k);
}

static void search(void **state)
{
	struct keep *k = in_memory();

	put(k, "jack", "Tea at FIVE o'clock", 1, ENTRY_RECEIVED);
	put(k, "ann", "no tea, 100% sure", 2, ENTRY_RELAYED);
	put(k, "ann", "明天下午五点喝茶吗", 3, ENTRY_RECEIVED);
	put(k, "jack", "Café ＷＩＤＥ under_score", 4, ENTRY_RECEIVED);
	put_file(k, "Tea.pdf", FILE_DONE, true);
	expect_search(k, STR_NONE, "tea", 10, "ann:no tea, 100% sure;jack:Tea.pdf;jack:Tea at FIVE o'clock;");
	expect_search(k, STR_NONE, "TEA five", 10, "jack:Tea at FIVE o'clock;");
	expect_search(k, STR_NONE, "five  tea ", 10, "jack:Tea at FIVE o'clock;"); /* in any order */
	expect_search(k, STR("ann"), "tea", 10, "ann:no tea, 100% sure;");
	expect_search(k, STR_NONE, "tea", 1, "ann:no tea, 100% sure;");
	expect_search(k, STR_NONE, "喝茶", 10, "ann:明天下午五点喝茶吗;");
	expect_search(k, STR_NONE, "茶　明天", 10, "ann:明天下午五点喝茶吗;"); /* the wide blank */
	expect_search(k, STR_NONE, "茶", 10, "ann:明天下午五点喝茶吗;");
	expect_search(k, STR_NONE, "cafe wide", 10, "jack:Café ＷＩＤＥ under_score;");
	/* What means something to LIKE means nothing here. */
	expect_search(k, STR_NONE, "0%", 10, "ann:no tea, 100% sure;");
	expect_search(k, STR_NONE, "%", 10, "ann:no tea, 100% sure;");
	expect_search(k, STR_NONE, "r_s", 10, "jack:Café ＷＩＤＥ under_score;");
	expect_search(k, STR_NONE, "t_a", 10, "");
	expect_search(k, STR_NONE, "' OR 1", 10, "");
	expect_search(k, STR_NONE, " ", 10, "");
	keep_close(k);
}

static void newest(void **state)
{
	struct keep *k = in_memory();
	struct conversation v = { .name = STR("jack") };
	struct entry came = { .conversation = &v, .time = 50, .relayed = true };

	assert_int_equal(keep_newest(k, STR("jack")), 0);
	put(k, "jack", "waiting", 90, ENTRY_WAITING);
	put(k, "jack", "direct", 91, ENTRY_RECEIVED);
	assert_int_equal(keep_newest(k, STR("jack")), 0);
	assert_int_equal(keep_add(k, &came), 0);
	assert_int_equal(keep_newest(k, STR("jack")), 50);
	put(k, "jack", "taken", 60, ENTRY_RELAYED);
	assert_int_equal(keep_newest(k, STR("jack")), 60);
	assert_int_equal(keep_newest(k, STR("ann")), 0);
	keep_close(k);
}

static void list_conversation(void *arg, const struct kept_conversation *v)
{
	buf_fmt(arg, "%.*s,%.*s,%.*s,%u,%d,%d;", STR_ARG(v->name), STR_ARG(v->draft), STR_ARG(v->password), v->unread,
		v->mentioned, v->joined);
}

static void expect_conversations(struct keep *k, const char *want)
{
	own_buf got = { 0 };

	assert_int_equal(keep_conversations(k, list_conversation, &got), 0);
	assert_string_equal(buf_z(&got), want);
}

static void conversations(void **state)
{
	struct keep *k = in_memory();
	struct kept_conversation room = { .name = STR("#tea"), .password = STR("pw"), .joined = true };
	struct kept_conversation ann = { .name = STR("ann"), .draft = STR("well, \n"), .unread = 3, .mentioned = true };

	put(k, "jack", "hello", 1, ENTRY_RECEIVED);
	assert_int_equal(keep_conversation(k, &room), 0);
	assert_int_equal(keep_conversation(k, &ann), 0);
	expect_conversations(k, "jack,,,0,0,0;#tea,,pw,0,0,1;ann,well, \n,,3,1,0;");
	ann.draft = STR_NONE;
	ann.unread = 0;
	ann.mentioned = false;
	assert_int_equal(keep_conversation(k, &ann), 0);
	expect_conversations(k, "jack,,,0,0,0;#tea,,pw,0,0,1;ann,,,0,0,0;");
	put(k, "ann", "bye", 2, ENTRY_RECEIVED);
	assert_int_equal(keep_forget(k, STR("ann")), 0);
	expect_conversations(k, "jack,,,0,0,0;#tea,,pw,0,0,1;");
	expect_search(k, STR_NONE, "bye", 10, "");
	expect_entries(k, "jack", 0, 10, "hello;");
	keep_close(k);
}

static void keys(void **state)
{
	struct keep *k = in_memory();
	struct kept_key key = { .key = { 1, 2, 3, [31] = 9 }, .since = 77 }, got;

	assert_false(keep_key(k, STR("jack"), &got));
	assert_int_equal(keep_key_set(k, STR("jack"), &key), 0);
	assert_true(keep_key(k, STR("jack"), &got));
	assert_memory_equal(got.key, key.key, KEY_BYTES);
	assert_true(!got.verified && got.since == 77);
	key.verified = true;
	key.key[0] = 5;
	assert_int_equal(keep_key_set(k, STR("jack"), &key), 0);
	assert_true(keep_key(k, STR("jack"), &got) && got.verified && got.key[0] == 5);
	assert_int_equal(keep_key_set(k, STR("jack"), NULL), 0);
	assert_false(keep_key(k, STR("jack"), &got));
	keep_close(k);
}

static void values(void **state)
{
	struct keep *k = in_memory();
	own_buf got = { 0 };

	assert_int_equal(keep_value(k, STR("lines"), &got), -ENOENT);
	assert_int_equal(keep_value_set(k, STR("lines"), STR("one\ntwo")), 0);
	assert_int_equal(keep_value_set(k, STR("lines"), STR("three")), 0);
	assert_int_equal(keep_value(k, STR("lines"), &got), 0);
	assert_string_equal(buf_z(&got), "three");
	keep_close(k);
}

/* Callbacks may use the keep, also the same call. */
struct nested {
	struct keep *k;
	unsigned n;
};

static void nest(void *arg, struct str conversation, const struct entry *e)
{
	struct nested *nested = arg;
	struct entry now = *e;
	own_buf got = { 0 };

	nested->n++;
	now.status = ENTRY_RELAYED;
	assert_int_equal(keep_update(nested->k, &now), 0);
	assert_int_equal(keep_waiting(nested->k, STR_NONE, list_named, &got), 0);
}

static void callbacks(void **state)
{
	struct nested nested = { .k = in_memory() };

	put(nested.k, "jack", "a", 1, ENTRY_WAITING);
	put(nested.k, "jack", "b", 2, ENTRY_WAITING);
	assert_int_equal(keep_waiting(nested.k, STR_NONE, nest, &nested), 0);
	assert_int_equal(nested.n, 2);
	expect_waiting(nested.k, STR_NONE, "");
	keep_close(nested.k);
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

static void modes(void **state)
{
	struct keep *k;
	struct stat st;
	mode_t before = umask(0);

	k = open_at("new/er/history.db");
	put(k, "jack", "a", 1, ENTRY_RECEIVED);
	assert_int_equal(stat(path("new/er"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(path("new/er/history.db"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path("new/er/history.db-wal"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	umask(before);
	keep_close(k);
}

static void one_at_a_time(void **state)
{
	struct keep *k = open_at("one.db"), *other = NULL;
	own_buf why = { 0 };
	int status;
	pid_t child;

	assert_int_equal(keep_open(&other, path("one.db"), false, &why), -EBUSY);
	assert_non_null(strstr(buf_z(&why), "runs already"));
	assert_null(other);
	child = fork();
	if (!child)
		_exit(keep_open(&other, path("one.db"), false, &why) == -EBUSY ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	put(k, "jack", "still ours", 1, ENTRY_RECEIVED);
	keep_close(k);
	keep_close(open_at("one.db"));
}

static void no_history(void **state)
{
	struct keep *k = NULL;
	own_buf why = { 0 };
	static const char text[] = "This is no database, but a text that is long enough to be looked at by SQLite, which"
				   " wants a hundred bytes of it.";
	int fd = open(path("text.db"), O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, text, sizeof text), sizeof text);
	close(fd);
	assert_int_equal(keep_open(&k, path("text.db"), false, &why), -EIO);
	assert_non_null(strstr(buf_z(&why), "text.db cannot be used: it is damaged, or no history of this program"
					    " (file is not a database)"));
	buf_clear(&why);
	assert_int_equal(symlink("whole.db", path("link.db")), 0);
	assert_int_equal(keep_open(&k, path("link.db"), false, &why), -ELOOP);
	assert_null(k);
}

/* Says how many calls it has come through until it is killed in the middle of one. */
static void write_until_killed(int to)
{
	struct keep *k = NULL;
	own_buf why = { 0 };

	if (keep_open(&k, path("crash.db"), false, &why))
		_exit(1);
	for (uint32_t n = 1;; n++) {
		struct conversation v = { .name = STR("jack") };
		char text[16];
		struct entry e = { .conversation = &v,
				   .time = n,
				   .text = { text, (size_t)snprintf(text, sizeof text, "%u", n) } };

		if (keep_add(k, &e) || write(to, &n, sizeof n) != sizeof n)
			_exit(1);
	}
}

struct counted {
	uint32_t n;
	bool gap;
};

static void count(void *arg, const struct entry *e)
{
	struct counted *c = arg;
	uint64_t n = 0;

	str_u64(e->text, &n);
	if (!c->n)
		c->n = (uint32_t)n;
	else
		c->gap |= n + 1 != (uint64_t)e->time + 1;
}

static void killed(void **state)
{
	for (unsigned round = 0; round < 5; round++) {
		struct counted c = { 0 };
		uint32_t said = 0, n;
		struct keep *k;
		pid_t child;
		int p[2], status;

		assert_int_equal(pipe(p), 0);
		unlink(path("crash.db"));
		unlink(path("crash.db-wal"));
		child = fork();
		if (!child) {
			close(p[0]);
			write_until_killed(p[1]);
		}
		close(p[1]);
		while (said < 20 + 37 * round && read(p[0], &n, sizeof n) == sizeof n)
			said = n;
		kill(child, SIGKILL);
		while (read(p[0], &n, sizeof n) == sizeof n)
			said = n;
		close(p[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		k = open_at("crash.db"); /* its lock went with it */
		assert_int_equal(keep_entries(k, STR("jack"), 0, 100000, count, &c), 0);
		assert_true(c.n >= said && c.n <= said + 1 && !c.gap);
		keep_close(k);
	}
}

/* The file may not grow: a call that fails has a sentence and leaves nothing half; once there is room it goes on. */
static void full(void **state)
{
	struct keep *k = open_at("full.db");
	struct conversation v = { .name = STR("somebody new") };
	struct rlimit before, now;
	own_buf text = { 0 };
	struct entry e = { .conversation = &v, .status = ENTRY_WAITING, .mine = true, .time = 5 };
	int r = 0;

	put(k, "jack", "before", 1, ENTRY_RECEIVED);
	memset(buf_room(&text, 64 * 1024), 'x', 64 * 1024);
	text.n = 64 * 1024;
	e.text = buf_all(&text);
	getrlimit(RLIMIT_FSIZE, &before);
	now = before;
	now.rlim_cur = 100 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	for (unsigned i = 0; !r && i < 10; i++) {
		e.id = 0;
		r = keep_add(k, &e);
	}
	assert_true(r == -ENOSPC || r == -EIO);
	assert_int_equal(e.id, 0);
	assert_non_null(memmem(keep_why(k).p, keep_why(k).n, "full.db cannot be used: ", 24));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	expect_conversations(k, "jack,,,0,0,0;"); /* without a conversation that has no entry */
	expect_waiting(k, STR_NONE, "");
	put(k, "jack", "after", 2, ENTRY_RECEIVED);
	keep_close(k);
	k = open_at("full.db");
	expect_entries(k, "jack", 0, 10, "after;before;");
	keep_close(k);
}

/* Nothing of SQLite's or the C library's words where the language is Chinese, but what it says of damage. */
static void what_went_wrong_in_chinese(void **state)
{
	struct keep *k = NULL, *other = NULL;
	own_buf why = { 0 };
	FILE *f;

	assert_int_equal(keep_open(&k, path("zh.db"), true, &why), 0);
	assert_int_equal(keep_open(&other, path("zh.db"), true, &why), -EBUSY);
	assert_non_null(strstr(buf_z(&why), "zh.db 正在使用中"));
	k = keep_close(k);
	buf_clear(&why);
	f = fopen(path("text.db"), "w");
	assert_non_null(f);
	fputs("this is no database, but a text of some length, so that it is looked at", f);
	fclose(f);
	assert_int_equal(keep_open(&other, path("text.db"), true, &why), -EIO);
	assert_non_null(strstr(buf_z(&why), "无法使用 "));
	assert_non_null(strstr(buf_z(&why), "文件已损坏，或不是本程序的历史记录（"));
	buf_clear(&why);
	assert_int_equal(symlink("zh.db", path("link-zh.db")), 0);
	assert_int_equal(keep_open(&other, path("link-zh.db"), true, &why), -ELOOP);
	assert_non_null(strstr(buf_z(&why), "link-zh.db：这是一个符号链接"));
}

static int setup(void **state) { return mkdtemp(dir) ? 0 : -1; }

static int teardown(void **state)
{
	char command[64];

	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(everything_of_an_entry),
		cmocka_unit_test(waiting),
		cmocka_unit_test(moving),
		cmocka_unit_test(marks),
		cmocka_unit_test(search),
		cmocka_unit_test(newest),
		cmocka_unit_test(conversations),
		cmocka_unit_test(keys),
		cmocka_unit_test(values),
		cmocka_unit_test(callbacks),
		cmocka_unit_test(modes),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(no_history),
		cmocka_unit_test(killed),
		cmocka_unit_test(full),
		cmocka_unit_test(what_went_wrong_in_chinese),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
