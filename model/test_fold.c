/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/fold.h"

static void folds(const char *from, const char *want)
{
	own_buf to = { 0 };

	text_fold(&to, str_z(from));
	assert_string_equal(buf_z(&to), want);
	/* What is folded stays. */
	buf_clear(&to);
	text_fold(&to, str_z(want));
	assert_string_equal(buf_z(&to), want);
}

static void test_case_and_width(void **unused)
{
	folds("", "");
	folds("Hello, World 42!", "hello, world 42!");
	folds("ＨＥＬＬＯ　１２３！", "hello 123!");
	folds("ÄÖÜ Straße STRASSE", "aou strasse strasse");
	folds("ПРИВЕТ Ёж", "привет еж");
	folds("ΣΊΣΥΦΟΣ", "σισυφοσ");
	folds("ﬁn ① ㎏ Ⅳ", "fin 1 kg iv");
}

static void test_marks(void **unused)
{
	folds("Café CAFÉ Cafe\u0301", "cafe cafe cafe");
	folds("Việt Nam Vie\u0302\u0323t", "viet nam viet");
	folds("Łódź Đorđe İstanbul Øre", "lodz dorde istanbul ore");
	folds("cru\u00ADdo a\u200Db", "crudo ab"); /* invisible */
}

static void test_eastern_scripts(void **unused)
{
	folds("我们明天见", "我们明天见");
	folds("ガギグ か\u3099き ｶﾞｷﾞｸﾞ ﾊﾟ", "ガギグ がき ガギグ パ");
	folds("\u1112\u1161\u11AB\u1100\u1173\u11AF 한글", "한글 한글");
	folds("हिन्दी ไทย", "हिन्दी ไทย");
	folds("👍🏽 ❤\uFE0F", "👍🏽 ❤");
}

static void test_no_text_breaks_it(void **unused)
{
	char bytes[400];
	own_buf to = { 0 };

	srand(7);
	for (int i = 0; i < 3000; i++) {
		size_t n = (size_t)(rand() % 400);

		for (size_t j = 0; j < n; j++)
			bytes[j] = (char)(rand() % 4 ? 0x80 | rand() : rand() % 128);
		buf_clear(&to);
		text_fold(&to, str_n(bytes, n));
		assert_true(str_is_utf8(buf_all(&to)));
	}
}

/* Sorting many marks in one go would take minutes. */
static void test_many_marks_take_no_time(void **unused)
{
	own_buf text = { 0 }, to = { 0 };

	for (int i = 0; i < 100000; i++)
		buf_str(&text, i % 2 ? STR("\u05B0") : STR("\u05C2"));
	text_fold(&to, buf_all(&text));
	assert_int_equal(to.n, text.n);
}

static void test_characters(void **unused)
{
	size_t n;

	assert_int_equal(text_char(STR("a"), &n), 'a');
	assert_int_equal(text_char(STR("é"), &n), 0xE9);
	assert_int_equal(n, 2);
	assert_int_equal(text_char(STR("👍x"), &n), 0x1F44D);
	assert_int_equal(n, 4);
	assert_int_equal(text_char(STR("\xE4\xBD"), &n), 0xFFFD);
	assert_int_equal(n, 1);
	assert_int_equal(text_char(STR("\xED\xA0\x80"), &n), 0xFFFD);
	assert_int_equal(text_char(STR("\xC0\x80"), &n), 0xFFFD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case_and_width),     cmocka_unit_test(test_marks),
		cmocka_unit_test(test_eastern_scripts),    cmocka_unit_test(test_no_text_breaks_it),
		cmocka_unit_test(test_many_marks_take_no_time), cmocka_unit_test(test_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
