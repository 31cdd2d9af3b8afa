/* SPDX-License-Identifier: Apache-2.0
 *
 * store/test_search.c - what fits a search, and the index of the SQLite driver: old databases come into it, deleted
 * words go, what takes too long is given up. (That it finds what the store in memory finds: test_sqlite.c.)
 */
#include "store/test_fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "store/driver.h"
#include "store/search.h"

/* ---- cutting ---------------------------------------------------------------------------------------------------- */

static struct str terms(struct buf *to, const char *payload, unsigned traits)
{
	buf_clear(to);
	search_terms(&(struct stanza){ .payload = str_z(payload), .traits = (uint16_t)traits }, to);
	return buf_all(to);
}

static void text_becomes_terms(void **state)
{
	own_buf b = { 0 };

	assert_str(terms(&b, "<body>Let's MEET, at 10:30</body>", 0), "let s meet at 10 30 ");
	assert_str(terms(&b, "<body>我们见</body>", 0), "我们 们见 见 ");
	assert_str(terms(&b, "<body>见</body>", 0), "见 ");
	assert_str(terms(&b, "<body>iPhone手机、ＯＫ</body>", 0), "iphone 手机 机 ok ");
	assert_str(terms(&b, "<body>カフェ안녕 ไทย</body>", 0), "カフ フェ ェ안 안녕 녕 ไท ทย ย ");
	assert_str(terms(&b, "<body>go👍🏽go\xE2\x9D\xA4\xEF\xB8\x8F</body>", 0), "go 👍 go ❤ ");
	assert_str(terms(&b, "<body>&lt;b&gt; &amp;amp; &quot;x&quot; § ×</body>", 0), "b amp x ");
	assert_str(terms(&b, "<body/>", 0), "");
	assert_str(terms(&b, "<body>x</body>", STANZA_ENCRYPTED), "");
	assert_str(terms(&b, "<subject>no</subject><body>a</body><body xml:lang='de'>b</body>", 0), "a ");
	assert_str(terms(&b, "<x xmlns='jabber:x:oob'><url>https://x/up/a%20%C3%A9.txt?k=v</url></x>", 0), "\u00A7f a e txt ");
	assert_str(terms(&b, "<x xmlns='urn:x'><url>https://x/a</url></x>", 0), "");
}

static void long_words_are_cut_in_the_index(void **state)
{
	char payload[200] = "<body>", word[100];
	struct search search;
	struct arena arena = { 0 };
	own_buf b = { 0 };

	memset(payload + 6, 'a', 100);
	strcpy(payload + 106, "</body>");
	assert_int_equal(terms(&b, payload, 0).n, SEARCH_WORD_MAX + 1);
	memset(word, 'a', 99);
	word[99] = 'b';
	for (size_t n = SEARCH_WORD_MAX - 1; n <= sizeof word; n++) {
		assert_int_equal(search_read(&search, &(struct archive_query){ .text = str_n(word, n) }, &arena), 0);
		assert_int_equal(search.exact, n <= SEARCH_WORD_MAX);
		assert_int_equal(search_fits(&search, &(struct stanza){ .payload = str_z(payload) }), n < 100);
	}
	arena_free(&arena);
}

static bool fits(const char *text, const char *body)
{
	struct arena arena = { 0 };
	struct search search;
	own_buf payload = { 0 };
	bool fit;

	buf_fmt(&payload, "<body>%s</body>", body);
	fit = search_read(&search, &(struct archive_query){ .text = str_z(text) }, &arena) == 0 &&
	      search_fits(&search, &(struct stanza){ .payload = buf_all(&payload) });
	arena_free(&arena);
	return fit;
}

static void what_fits(void **state)
{
	assert_true(fits("明天 MEET", "meeting 在明天"));
	assert_false(fits("eeting", "meeting"));
	assert_true(fits("天在", "明天在"));
	assert_false(fits("明在", "明天在明"));
	assert_true(fits("ｶﾌｪ", "新しいカフェ"));
	assert_true(fits("cafe", "Café"));
	assert_true(fits("café", "CAFE"));
	assert_false(fits("か", "が"));
	assert_true(fits("👍", "ok👍🏽"));
	assert_false(fits("👎", "ok👍🏽"));
	assert_false(fits("!?", "!?"));
	assert_true(fits("a b c d e f g h i j k l m n o p", "abc b c d e f g h i j k l m n o p q"));
}

static void a_search_has_a_limit(void **state)
{
	struct arena arena = { 0 };
	struct search search;

	assert_int_equal(search_read(&search, &(struct archive_query){ .text = STR("a b c d e f g h i j k l m n o p q") }, &arena),
			 STORE_LIMIT);
	assert_int_equal(search_read(&search, &(struct archive_query){ .text = STR("...") }, &arena), STORE_NOT_FOUND);
	assert_int_equal(search_read(&search, &(struct archive_query){ .text = STR("") }, &arena), 0);
	assert_false(search.on);
	arena_free(&arena);
}

/* ---- a store ---------------------------------------------------------------------------------------------------- */

static uint64_t say(struct fixture *f, const char *text, int64_t from, int64_t to, int64_t queue)
{
	own_answer a = { 0 };
	own_buf payload = { 0 };
	struct stanza *s;
	uint64_t stamp;

	buf_fmt(&payload, "<body>%s</body>", text);
	s = message(f, "ann@x/r", "bob@x", buf_z(&payload));
	stamp = s->stamp;
	assert_int_equal(submit(&a, keep_ask(f, &a, s, from, to, queue)), 0);
	return stamp;
}

static size_t count(struct fixture *f, int64_t owner, const char *text)
{
	own_answer a = { 0 };

	assert_int_equal(archive_read(f, &a, owner, &(struct archive_query){ .text = str_z(text), .count = true }, 0), 0);
	assert_int_equal(a.r->n, a.r->total);
	return a.r->n;
}

static int64_t number(struct fixture *f, const char *sql)
{
	char path[96];
	sqlite3 *db;
	sqlite3_stmt *st = NULL;
	int64_t n;

	snprintf(path, sizeof path, "%s/db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

/* Until the writer thread, which has nothing else to do, has put everything that is folded into the index. */
static void wait_for_index(struct fixture *f)
{
	while (number(f, "SELECT folded <= indexed FROM progress") != 1)
		usleep(1000);
}

static void everything_acknowledged_is_found(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob"), cid = account_add(f, "cid");

	for (size_t i = 1; i <= 100; i++) {
		say(f, i % 2 ? "明天见 odd" : "今天见 even", ann, i % 4 ? bob : cid, 0);
		assert_int_equal(count(f, ann, "明天"), (i + 1) / 2);
		assert_int_equal(count(f, ann, "见"), i);
		assert_int_equal(count(f, cid, "even"), i / 4);
		assert_int_equal(count(f, cid, "odd"), 0);
	}
	fixture_reopen(f);
	assert_int_equal(count(f, bob, "今天 eve"), 25);
}

static void an_old_database_is_indexed(void **state)
{
	struct fixture *f = *state;
	char path[96];
	sqlite3 *db;
	int64_t ann = account_add(f, "ann");

	for (int i = 0; i < 300; i++)
		say(f, i % 3 ? "old news" : "旧消息", ann, 0, 0);
	fixture_shut(f);
	/* As it was before there was an index. */
	snprintf(path, sizeof path, "%s/db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DROP TABLE words; ALTER TABLE progress DROP COLUMN indexed; PRAGMA user_version = 2",
				      NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	fixture_open(f);
	assert_int_equal(count(f, ann, "旧消息"), 100);
	say(f, "newest news", ann, 0, 0);
	wait_for_index(f);
	assert_int_equal(count(f, ann, "旧消息"), 100);
	assert_int_equal(count(f, ann, "news"), 201);
	assert_true(number(f, "SELECT indexed FROM progress") > 0);
}

static int64_t found_in_index(struct fixture *f, const char *term)
{
	char sql[128];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM words WHERE words MATCH '\"%s\"'", term);
	return number(f, sql);
}

static void words_go_with_the_last_who_has_them(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob"), cid = account_add(f, "cid");
	uint64_t waits;

	say(f, "shared", ann, bob, 0);
	say(f, "lonely", ann, 0, 0);
	waits = say(f, "waiting", ann, 0, cid);
	for (int i = 0; i < 12; i++)
		say(f, "filler", cid, 0, 0);
	wait_for_index(f);
	assert_int_equal(found_in_index(f, "shared"), 1);
	assert_int_equal(found_in_index(f, "lonely"), 1);
	assert_int_equal(found_in_index(f, "waiting"), 1);
	account_delete(f, ann);
	assert_int_equal(found_in_index(f, "shared"), 1);
	assert_int_equal(found_in_index(f, "lonely"), 0);
	assert_int_equal(count(f, bob, "shared"), 1);
	queue_done(f, cid, &waits, 1);
	assert_int_equal(found_in_index(f, "waiting"), 0);
	account_delete(f, bob);
	assert_int_equal(found_in_index(f, "shared"), 0);
	assert_int_equal(count(f, cid, "filler"), 12);
}

/* Kept again, for somebody else, when it is in the index already. */
static void who_comes_late_finds_it_too(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob");
	own_answer a = { 0 };
	struct stanza *s = message(f, "ann@x/r", "bob@x", "<body>echo</body>");

	stanza_ref(s);
	assert_int_equal(submit(&a, keep_ask(f, &a, s, ann, 0, 0)), 0);
	for (int i = 0; i < 12; i++)
		say(f, "filler", ann, 0, 0);
	wait_for_index(f);
	assert_int_equal(count(f, bob, "echo"), 0);
	assert_int_equal(submit(&a, keep_ask(f, &a, s, 0, bob, 0)), 0);
	assert_int_equal(count(f, bob, "echo"), 1);
	account_delete(f, ann);
	assert_int_equal(count(f, bob, "echo"), 1);
	account_delete(f, bob);
	assert_int_equal(found_in_index(f, "echo"), 0);
}

static int archive_change(struct fixture *f, int64_t owner, uint64_t stamp, const char *payload)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, payload ? STORE_ARCHIVE_REPLACE : STORE_ARCHIVE_TRIM);

	r->owner = owner;
	r->after = stamp;
	if (payload)
		r->stanza = stanza_make(&(struct stanza_init){ .stamp = stamp, .traits = STANZA_BODY, .payload = str_z(payload) });
	return submit(&a, r);
}

/* What was indexed is not to be read off the index either. */
static void replaced_and_trimmed_words_go(void **state)
{
	struct fixture *f = *state;
	int64_t den = account_add(f, "den@r"), ann = account_add(f, "ann");
	uint64_t secret = say(f, "secret", 0, den, 0), empty = say(f, "...", 0, den, 0), old = say(f, "oldest", 0, ann, 0);

	for (int i = 0; i < 12; i++)
		say(f, "filler", 0, den, 0);
	wait_for_index(f);
	assert_int_equal(found_in_index(f, "secret"), 1);
	assert_int_equal(archive_change(f, den, secret, "<body>harmless words</body>"), 0);
	assert_int_equal(found_in_index(f, "secret"), 0);
	assert_int_equal(count(f, den, "secret"), 0);
	assert_int_equal(count(f, den, "harmless"), 1);
	assert_int_equal(archive_change(f, den, empty, "<body>words at last</body>"), 0);
	assert_int_equal(count(f, den, "words"), 2);
	assert_int_equal(archive_change(f, den, empty, ""), 0);
	assert_int_equal(count(f, den, "words"), 1);
	assert_int_equal(found_in_index(f, "last"), 0);
	assert_int_equal(archive_change(f, ann, old, NULL), 0);
	assert_int_equal(found_in_index(f, "oldest"), 0);
	assert_int_equal(archive_change(f, den, UINT64_MAX, NULL), 0);
	assert_int_equal(found_in_index(f, "filler"), 0);
	assert_int_equal(count(f, den, "filler"), 0);
	say(f, "filler", 0, den, 0);
	assert_int_equal(count(f, den, "filler"), 1);
}

static void what_takes_too_long_is_given_up(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann");
	own_answer a = { 0 };

	for (int i = 0; i < 50; i++)
		say(f, "again and again", ann, 0, 0);
	assert_int_equal(archive_read(f, &a, ann, &(struct archive_query){ .text = STR("again") }, 5), STORE_LIMIT);
	assert_int_equal(a.r->n, 0);
	assert_int_equal(archive_read(f, &a, ann, &(struct archive_query){ 0 }, 0), 0);
	assert_int_equal(a.r->n, 50);
}

static const struct kind folding = { "sqlite, folding", "sqlite:%s/db?fold=6" },
			 no_time = { "sqlite, without time", "sqlite:%s/db?fold=6&search=0" };

#define T(test, kind) { #test, test, fixture_setup, fixture_teardown, (void *)&kind }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_terms),
		cmocka_unit_test(long_words_are_cut_in_the_index),
		cmocka_unit_test(what_fits),
		cmocka_unit_test(a_search_has_a_limit),
		T(everything_acknowledged_is_found, folding),
		T(an_old_database_is_indexed, folding),
		T(words_go_with_the_last_who_has_them, folding),
		T(who_comes_late_finds_it_too, folding),
		T(replaced_and_trimmed_words_go, folding),
		T(what_takes_too_long_is_given_up, no_time),
	};

	log_level_set(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
