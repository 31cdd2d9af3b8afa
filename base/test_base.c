/* SPDX-License-Identifier: Apache-2.0
 *
 * The small tools: str, buf, arena, map, list, timers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/timers.h"

static void str_compares(void **state)
{
	assert_true(str_eq(STR(""), STR_NONE));
	assert_true(str_eq(STR("ab"), STR("ab")));
	assert_false(str_eq(STR("ab"), STR("ac")));
	assert_false(str_eq(STR("ab"), STR("abc")));
	assert_true(str_is(STR("ab"), "ab"));
	assert_true(str_is(STR_NONE, ""));
	assert_false(str_is(STR("ab"), "a"));
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), STR("")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_cmp(STR("ab"), STR("abc")) < 0);
	assert_true(str_cmp(STR("b"), STR("abc")) > 0);
	assert_int_equal(str_cmp(STR("\xff"), STR("\xff")), 0);
	assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
}

static void str_cuts(void **state)
{
	assert_int_equal(str_find(STR("a,b"), ','), 1);
	assert_int_equal(str_find(STR("ab"), ','), 2);
	assert_int_equal(str_find(STR_NONE, ','), 0);
	assert_true(str_is(str_from(STR("abc"), 1), "bc"));
	assert_true(str_is(str_from(STR("abc"), 9), ""));
	assert_true(str_is(str_trim(STR(" \t a b\r\n")), "a b"));
	assert_int_equal(str_trim(STR(" \n")).n, 0);
}

static void str_reads_numbers(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "1a", "18446744073709551616", "99999999999999999999", "000000000000000000001" };
	uint64_t v = 7;

	for (size_t i = 0; i < countof(bad); i++)
		assert_false(str_u64(str_z(bad[i]), &v));
	assert_int_equal(v, 7);
	assert_true(str_u64(STR("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
	assert_true(str_u64(STR("007"), &v));
	assert_int_equal(v, 7);
}

static void str_knows_utf8(void **state)
{
	static const char *const good[] = { "", "abcdefgh12345678x", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
					    "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xe9\xb4\xbb\xe9\x9b\x81" };
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82", "\xe2\x82 ",
					   "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x90\x80", "\xff", "12345678\x80", "1234567\xc2" };

	for (size_t i = 0; i < countof(good); i++)
		assert_true(str_is_utf8(str_z(good[i])));
	for (size_t i = 0; i < countof(bad); i++)
		assert_false(str_is_utf8(str_z(bad[i])));
	assert_true(str_is_utf8(STR("a\0b")));
}

static void buf_grows(void **state)
{
	own_buf b = { 0 };
	own_buf other = { 0 };

	assert_int_equal(buf_all(&b).n, 0);
	assert_non_null(buf_all(&b).p);
	for (unsigned i = 0; i < 1000; i++)
		buf_fmt(&b, "%u,", i);
	assert_int_equal(b.n, 10 * 2 + 90 * 3 + 900 * 4);
	assert_true(b.room >= b.n);
	assert_true(str_starts(buf_all(&b), STR("0,1,2,")));
	buf_eat(&b, 4);
	assert_true(str_starts(buf_all(&b), STR("2,3,")));
	buf_eat(&b, 1 << 20);
	assert_int_equal(b.n, 0);
	buf_lit(&other, "x");
	buf_u64(&other, 0);
	buf_byte(&other, '/');
	buf_u64(&other, UINT64_MAX);
	buf_str(&other, STR_NONE);
	assert_string_equal(buf_z(&other), "x0/18446744073709551615");
	assert_int_equal(other.n, strlen(buf_z(&other)));
	buf_wipe(&other);
	assert_null(other.p);
	assert_int_equal(other.room, 0);
}

static void arena_gives_aligned_memory(void **state)
{
	struct arena a = { 0 };
	struct str copy = arena_str(&a, STR("hello"));
	char *big;

	for (size_t n = 0; n < 3000; n += 7) {
		char *p = arena_get(&a, n);

		assert_int_equal((uintptr_t)p % 16, 0);
		memset(p, 0xee, n);
	}
	assert_true(str_is(copy, "hello"));
	big = arena_zero(&a, 100000);
	assert_int_equal(big[99999], 0);
	assert_null(arena_str(&a, STR_NONE).p);
	assert_non_null(arena_str(&a, STR("")).p);
	arena_reset(&a);
	assert_true(a.end > a.at);
	memset(arena_get(&a, 64), 1, 64);
	arena_free(&a);
	assert_null(a.block);
	arena_free(&a);
	arena_free(NULL);
}

struct thing {
	struct map_node node;
	struct list link;
	char key[16];
};

static void map_finds(void **state)
{
	struct map m = { .seed = { 1, 2 } };
	struct thing *things = mem_alloc(1000 * sizeof *things);
	size_t seen = 0;

	assert_null(map_get(&m, STR("0")));
	for (size_t i = 0; i < 1000; i++) {
		snprintf(things[i].key, sizeof things[i].key, "%zu", i);
		map_add(&m, &things[i].node, str_z(things[i].key));
	}
	assert_int_equal(m.n, 1000);
	assert_ptr_equal(map_find(&m, STR("777"), struct thing, node), &things[777]);
	assert_null(map_find(&m, STR("1000"), struct thing, node));
	map_remove(&m, &things[777].node);
	assert_null(map_get(&m, STR("777")));
	for (struct map_node *node = map_next(&m, NULL); node; node = map_next(&m, node))
		seen++;
	assert_int_equal(seen, 999);
	while (map_drain(&m))
		seen--;
	assert_int_equal(seen, 0);
	assert_int_equal(m.n, 0);
	map_free(&m);
	mem_free(things);
}

static void map_hashes_by_key_and_seed(void **state)
{
	static const uint64_t one[2] = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u }, two[2] = { 1, 1 }, none[2] = { 0, 0 };
	static const char text[] = "0123456789abcdefghij";

	assert_true(map_hash(one, STR("a")) == map_hash(one, STR("a")));
	assert_true(map_hash(one, STR("a")) != map_hash(two, STR("a")));
	/* every length, also where the last word is not full */
	for (size_t i = 0; i < sizeof text - 1; i++)
		assert_true(map_hash(one, str_n(text, i)) != map_hash(one, str_n(text, i + 1)));
	/* SipHash-1-3 under the key 0, as CPython 3.11 hashes bytes with PYTHONHASHSEED=0 */
	assert_true(map_hash(none, STR("a")) == 0x407448d2b89b1813u);
	assert_true(map_hash(none, STR("abcdefg")) == 0x6db12aae9070f506u);
	assert_true(map_hash(none, STR("abcdefgh")) == 0x3f7b849c0b8e35eau);
	assert_true(map_hash(none, STR("abcdefghijklmno")) == 0x1fd27a29b0e9dc7au);
}

static void list_links(void **state)
{
	struct list head;
	struct thing things[4] = { 0 };
	unsigned n = 0;

	list_init(&head);
	assert_true(list_empty(&head));
	list_remove(&things[0].link);
	assert_null(list_first(&head, struct thing, link));
	for (size_t i = 0; i < 3; i++)
		list_append(&head, &things[i].link);
	list_prepend(&head, &things[3].link);
	assert_ptr_equal(list_first(&head, struct thing, link), &things[3]);
	list_each(t, &head, struct thing, link) {
		assert_ptr_equal(t, &things[n == 0 ? 3 : n - 1]);
		list_remove(&t->link);
		n++;
	}
	assert_int_equal(n, 4);
	assert_true(list_empty(&head));
}

static void timers_come_in_order(void **state)
{
	enum { N = 500 };
	struct timers ts = { 0 };
	struct timer timer[N] = { 0 };
	uint32_t chance = 12345;
	msec last = -1;
	size_t n = 0;

	assert_true(timers_next(&ts) == INT64_MAX);
	assert_null(timers_due(&ts, 1000));
	for (size_t i = 0; i < N; i++) {
		chance = chance * 1664525 + 1013904223;
		timers_set(&ts, &timer[i], chance >> 22);
	}
	for (size_t i = 0; i < N; i += 3)
		timers_stop(&ts, &timer[i]);
	timers_stop(&ts, &timer[0]);
	for (size_t i = 1; i < N; i += 3)
		timers_set(&ts, &timer[i], timer[i].due / 2);
	assert_null(timers_due(&ts, timers_next(&ts) - 1));
	for (struct timer *t; (t = timers_due(&ts, 5000)); n++) {
		assert_true(t->due >= last);
		assert_int_equal(t->place, 0);
		last = t->due;
	}
	assert_int_equal(n, N - (N + 2) / 3);
	timers_free(&ts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(str_compares),
		cmocka_unit_test(str_cuts),
		cmocka_unit_test(str_reads_numbers),
		cmocka_unit_test(str_knows_utf8),
		cmocka_unit_test(buf_grows),
		cmocka_unit_test(arena_gives_aligned_memory),
		cmocka_unit_test(map_finds),
		cmocka_unit_test(map_hashes_by_key_and_seed),
		cmocka_unit_test(list_links),
		cmocka_unit_test(timers_come_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
