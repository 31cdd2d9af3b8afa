/* SPDX-License-Identifier: Apache-2.0
 *
 * store/test_sqlite.c - the SQLite driver against the one in memory: the same long series of random groups to both, without threads,
 * so that a seed replays it; in between folding in slices, failures, new starts. After every group both must tell the same.
 *
 *	test_sqlite [SEED [ROUNDS]]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/driver.h"
#include "store/test_world.h"

enum { ACCOUNTS = 5, MESSAGES = 4000 };

struct sent {
	uint64_t stamp;
	int from, to; /* places in `account` */
	uint64_t text; /* what is written in it comes from this seed */
};

struct pair {
	uint64_t seed;
	char dir[64], path[128];
	void *memory, *writer, *reader;
	int64_t account[ACCOUNTS];
	int64_t account_was[ACCOUNTS]; /* when the group began */
	unsigned names;
	struct sent sent[MESSAGES];
	size_t sent_n;
	uint64_t last_stamp;
};

static unsigned first_seed = 1, rounds = 120;
static size_t found; /* messages by searches */

static unsigned chance(struct pair *p, unsigned below)
{
	p->seed = p->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(p->seed >> 33) % below;
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

static struct store_request *request(enum store_op op)
{
	struct store_request *r = mem_new(struct store_request);

	r->op = op;
	return r;
}

static void same_stanzas(const struct store_request *a, const struct store_request *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->more, b->more);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(a->stanzas[i]->stamp, b->stanzas[i]->stamp);
		assert_true(jid_eq(a->stanzas[i]->from, b->stanzas[i]->from));
	}
}

/* Runs the same request on both; frees them; returns the answer. */
static int both(struct pair *p, struct store_request *one, struct store_request *two)
{
	bool reads = store_op_reads(one->op);
	int answer;

	assert_int_equal(store_memory.run(p->memory, one), 0);
	assert_int_equal(store_sqlite.run(reads ? p->reader : p->writer, two), 0);
	assert_int_equal(one->answer, two->answer);
	if (reads)
		same_stanzas(one, two);
	if (one->op == STORE_ARCHIVE_READ && one->query.text.n)
		found += one->n;
	if (one->op == STORE_ARCHIVE_READ && !one->answer) {
		assert_int_equal(one->total, two->total);
		assert_int_equal(one->first_index, two->first_index);
	}
	answer = one->answer;
	store_drop(one);
	store_drop(two);
	return answer;
}

#define BOTH(p, what, ...)                                          \
	({                                                          \
		struct store_request *one = request(what), *two = request(what); \
		for (int i_ = 0; i_ < 2; i_++) {                    \
			struct store_request *r = i_ ? two : one;   \
			__VA_ARGS__;                                \
		}                                                   \
		both((p), one, two);                                \
	})

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void account_new(struct pair *p, int place)
{
	struct store_request *one = request(STORE_ACCOUNT_ADD), *two = request(STORE_ACCOUNT_ADD);
	char name[16];

	snprintf(name, sizeof name, "n%u", p->names++);
	one->account.name = two->account.name = str_z(name);
	assert_int_equal(store_memory.run(p->memory, one), 0);
	assert_int_equal(store_sqlite.run(p->writer, two), 0);
	assert_int_equal(one->account.id, two->account.id);
	p->account[place] = one->account.id;
	store_drop(one);
	store_drop(two);
}

/* Few words, so that they meet: alone, joined, in runs; what folds to the same; what parts. */
static const char *const words[] = {
	"meet",  "meeting", "Tomorrow", "café",   "CAFE\u0301", "ＣＡＦＥ", "straße", "2024",  "привет", "ПРИВЕТ",
	"我们",  "明天",    "明",       "天见",   "会议",       "東京",     "カフェ", "ｶﾌｪ",   "がっこう", "か\u3099",
	"안녕",  "하세요",  "👍",       "👍🏽",     "❤\uFE0F",   "ไทย",      "हिन्दी", "x",     "mé",     "meet-ing",
};

static void text_make(struct buf *to, uint64_t seed, unsigned most)
{
	struct pair p = { .seed = seed };

	for (unsigned n = 1 + chance(&p, most); n; n--) {
		buf_str(to, str_z(words[chance(&p, countof(words))]));
		if (chance(&p, 3))
			buf_byte(to, " .,\n"[chance(&p, 4)]);
	}
}

static void payload_make(struct buf *to, uint64_t seed)
{
	static const char *const files[] = {
		"", "", "<x xmlns='jabber:x:oob'><url>https://x/a/meet%20caf%C3%A9.pdf</url></x>",
		"<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>東京.jpg</name></file></file-sharing>",
	};
	struct pair p = { .seed = seed };

	if (chance(&p, 10)) {
		buf_lit(to, "<body>");
		text_make(to, seed, 9);
		buf_lit(to, "</body>");
	}
	buf_str(to, str_z(files[chance(&p, countof(files))]));
}

static struct stanza *message_of(const struct sent *m)
{
	own_buf payload = { 0 };
	char from[16], to[16];
	int from_n = snprintf(from, sizeof from, "u%d@x/r", m->from), to_n = snprintf(to, sizeof to, "u%d@x", m->to);

	payload_make(&payload, m->text);
	return stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						  .traits = m->text % 11 ? STANZA_BODY : STANZA_ENCRYPTED,
						  .stamp = m->stamp,
						  .from = { from, 2, 1, (uint16_t)(from_n - 5) },
						  .to = { to, 2, (uint16_t)(to_n - 3), 0 },
						  .payload = buf_all(&payload) });
}

static void keep_some(struct pair *p, const struct sent *m, unsigned roles, size_t limit)
{
	BOTH(p, STORE_KEEP, {
		r->stanza = message_of(m);
		r->archive_from = roles & 1 ? p->account[m->from] : 0;
		r->archive_to = roles & 2 ? p->account[m->to] : 0;
		r->queue_for = roles & 4 ? p->account[m->to] : roles & 8 ? p->account[m->from] : 0;
		r->limit = limit;
	});
}

static void keep_new(struct pair *p)
{
	struct sent *m = &p->sent[p->sent_n];
	unsigned late = chance(p, 8) ? 0 : chance(p, 200);

	if (p->sent_n == MESSAGES)
		return;
	p->last_stamp += 2 + chance(p, 10);
	*m = (struct sent){ p->last_stamp - late, (int)chance(p, ACCOUNTS), (int)chance(p, ACCOUNTS), p->seed };
	if (p->last_stamp <= late)
		m->stamp = p->last_stamp;
	for (size_t i = 0; i < p->sent_n; i++)
		if (p->sent[i].stamp == m->stamp)
			return;
	p->sent_n++;
	keep_some(p, m, chance(p, 3) ? 7 : chance(p, 16), chance(p, 2) ? 0 : 12);
}

static void done_some(struct pair *p)
{
	uint64_t stamps[4];
	size_t n = chance(p, 5);
	int place = (int)chance(p, ACCOUNTS);

	for (size_t i = 0; i < n; i++)
		stamps[i] = p->sent[chance(p, 3) ? p->sent_n - 1 - chance(p, p->sent_n < 30 ? (unsigned)p->sent_n : 30)
						 : chance(p, (unsigned)p->sent_n)].stamp;
	BOTH(p, STORE_QUEUE_DONE, {
		r->owner = p->account[place];
		r->stamps = stamps;
		r->stamps_n = n;
	});
}

static void step(struct pair *p)
{
	unsigned which = chance(p, 200);
	int place = (int)chance(p, ACCOUNTS);

	if (which < 90 || !p->sent_n) {
		keep_new(p);
	} else if (which < 115) {
		keep_some(p, &p->sent[p->sent_n - 1 - chance(p, p->sent_n < 40 ? (unsigned)p->sent_n : 40)], chance(p, 16), 0);
	} else if (which < 198) {
		done_some(p);
	} else {
		BOTH(p, STORE_ACCOUNT_DELETE, r->account.id = p->account[place]);
		account_new(p, place);
	}
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

static void compare_pages(struct pair *p, int place)
{
	own_buf text = { 0 };
	struct archive_query q = { .backwards = chance(p, 2), .count = true };
	static const char *const with[] = { "u0@x", "u1@x/r", "u2@x", "u3@x" };
	size_t limit = chance(p, 12);

	if (chance(p, 2))
		q.after = p->sent[chance(p, (unsigned)p->sent_n)].stamp;
	if (chance(p, 2))
		q.before = p->sent[chance(p, (unsigned)p->sent_n)].stamp;
	if (!chance(p, 3))
		q.from = chance(p, (unsigned)p->last_stamp + 1);
	if (!chance(p, 3))
		q.to = 1 + chance(p, (unsigned)p->last_stamp + 1);
	if (chance(p, 2))
		q.with = str_z(with[chance(p, countof(with))]);
	if (chance(p, 2)) {
		text_make(&text, p->seed, 2);
		q.text = buf_all(&text);
	}
	q.files = !chance(p, 4);
	BOTH(p, STORE_ARCHIVE_READ, {
		r->owner = p->account[place];
		r->query = q;
		r->limit = limit;
	});
}

static void compare(struct pair *p)
{
	uint64_t after = chance(p, (unsigned)p->last_stamp + 1);
	size_t limit = chance(p, 6);

	for (int place = 0; place < ACCOUNTS; place++) {
		BOTH(p, STORE_QUEUE_READ, r->owner = p->account[place]);
		BOTH(p, STORE_QUEUE_READ, {
			r->owner = p->account[place];
			r->after = after;
			r->limit = limit;
		});
		BOTH(p, STORE_ARCHIVE_READ, r->owner = p->account[place]);
		BOTH(p, STORE_ARCHIVE_ENDS, r->owner = p->account[place]);
		if (p->sent_n)
			compare_pages(p, place);
	}
}

/* ---- the series ------------------------------------------------------------------------------------------------- */

static void sqlite_start(struct pair *p)
{
	own_buf why = { 0 };

	if (store_sqlite.open(&p->writer, str_z(p->path), NULL, &why) ||
	    store_sqlite.open(&p->reader, str_z(p->path), p->writer, &why))
		fail_msg("%s", buf_z(&why));
}

static void sqlite_end(struct pair *p)
{
	store_sqlite.close(p->reader);
	store_sqlite.close(p->writer);
}

static void group(struct pair *p, bool fails)
{
	size_t sent_was = p->sent_n;

	memcpy(p->account_was, p->account, sizeof p->account);
	assert_int_equal(store_memory.begin(p->memory), 0);
	assert_int_equal(store_sqlite.begin(p->writer), 0);
	for (unsigned n = chance(p, 12); n; n--)
		step(p);
	if (!fails) {
		assert_int_equal(store_memory.commit(p->memory), 0);
		assert_int_equal(store_sqlite.commit(p->writer), 0);
		return;
	}
	store_memory.rollback(p->memory);
	store_sqlite.rollback(p->writer);
	memcpy(p->account, p->account_was, sizeof p->account);
	p->sent_n = sent_was;
}

static void accounts_make(struct pair *p)
{
	store_memory.begin(p->memory);
	store_sqlite.begin(p->writer);
	for (int i = 0; i < ACCOUNTS; i++)
		account_new(p, i);
	store_memory.commit(p->memory);
	store_sqlite.commit(p->writer);
}

static int integrity_line(void *arg, int n, char **values, char **names)
{
	assert_string_equal(values[0], "ok");
	return 0;
}

/* When the last account is gone, nothing may be left. */
static void delete_all(struct pair *p)
{
	static const char *const tables[] = { "message", "archive", "queue", "taken", "vocabulary" };
	char path[96], sql[64];
	sqlite3 *db;

	store_memory.begin(p->memory);
	store_sqlite.begin(p->writer);
	for (int place = 0; place < ACCOUNTS; place++)
		BOTH(p, STORE_ACCOUNT_DELETE, r->account.id = p->account[place]);
	store_memory.commit(p->memory);
	store_sqlite.commit(p->writer);
	snprintf(path, sizeof path, "%s/db", p->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	/* The index takes out of its parts what is deleted when it puts them together; terms of owners stay. */
	assert_int_equal(sqlite3_exec(db, "INSERT INTO words (words) VALUES ('integrity-check');"
					  "INSERT INTO words (words) VALUES ('optimize');"
					  "CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row);"
					  "CREATE VIEW temp.vocabulary AS SELECT * FROM terms WHERE term NOT GLOB '\u00A7[0-9]*'",
				      NULL, NULL, NULL), SQLITE_OK);
	for (size_t i = 0; i < countof(tables); i++) {
		sqlite3_stmt *st;

		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		if (sqlite3_column_int(st, 0))
			fail_msg("%d rows are left in %s", sqlite3_column_int(st, 0), tables[i]);
		sqlite3_finalize(st);
	}
	assert_int_equal(sqlite3_exec(db, "PRAGMA integrity_check", integrity_line, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void series(unsigned seed, unsigned fold)
{
	struct pair *p = mem_new(struct pair);
	own_buf why = { 0 };

	print_message("seed %u, folding every %u\n", seed, fold);
	p->seed = seed;
	snprintf(p->dir, sizeof p->dir, "%s/anser-sqlite-XXXXXX", test_world_tmp());
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof p->path, "%s/db?fold=%u", p->dir, fold);
	assert_int_equal(store_memory.open(&p->memory, STR(""), NULL, &why), 0);
	sqlite_start(p);
	accounts_make(p);
	for (unsigned i = 0; i < rounds; i++) {
		group(p, !chance(p, 6));
		for (unsigned idle = chance(p, 4); idle; idle--)
			store_sqlite.idle(p->writer, chance(p, 2));
		if (!chance(p, 40)) {
			sqlite_end(p);
			sqlite_start(p);
		}
		compare(p);
	}
	delete_all(p);
	sqlite_end(p);
	store_memory.close(p->memory);
	snprintf(p->path, sizeof p->path, "%s/db", p->dir);
	unlink(p->path);
	strcat(p->path, "-lock");
	unlink(p->path);
	rmdir(p->dir);
	mem_free(p);
}

static void sqlite_tells_what_memory_tells(void **state)
{
	static const unsigned folds[] = { 1, 3, 8, 30, 200 };

	for (size_t i = 0; i < countof(folds); i++)
		series(first_seed, folds[i]);
	print_message("searches found %zu\n", found);
	assert_true(found > 100);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sqlite_tells_what_memory_tells) };

	if (argc > 1)
		first_seed = (unsigned)atoi(argv[1]);
	if (argc > 2)
		rounds = (unsigned)atoi(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
