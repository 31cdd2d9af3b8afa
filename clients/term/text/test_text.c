/* SPDX-License-Identifier: Apache-2.0
 *
 * What the program says is there in both languages: neither is empty or the other one's, and both have the same values.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the standard headers before it */
#include <cmocka.h>

#include "clients/term/net/text.h"
#include "clients/term/text/text.h"

struct row {
	const char *name, *english, *chinese;
};

static const struct row texts[] = {
#define TEXT(id, english, chinese) { #id, english, chinese },
#include "clients/term/text/texts.h"
#undef TEXT
};

static const struct row net_texts[] = {
#define TEXT(id, english, chinese) { #id, english, chinese },
#include "clients/term/net/texts.h"
#undef TEXT
};

/* The same in both: words of a protocol, or what is typed. */
static const char *const same[] = { "screen_secured", "plain_yes_no" };

static bool is_same(const char *name)
{
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (!strcmp(name, same[i]))
			return true;
	return false;
}

/* CJK ideographs and the punctuation that goes with them. */
static bool has_chinese(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0xE3 && (unsigned char)*s <= 0xEF)
			return true;
	return false;
}

static unsigned values_of(const char *s)
{
	unsigned set = 0;

	for (; *s; s++)
		if (s[0] == '%')
			set |= s[1] >= '1' && s[1] <= '3' ? 1u << (s[1] - '1') : 8;
	return set;
}

static size_t percents(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '%';
	return n;
}

static void both_are_there(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!*rows[i].english || !*rows[i].chinese || has_chinese(rows[i].english))
			fail_msg("%s: %s / %s", rows[i].name, rows[i].english, rows[i].chinese);
		if (!has_chinese(rows[i].chinese) && !is_same(rows[i].name))
			fail_msg("%s is in English only: %s", rows[i].name, rows[i].chinese);
	}
}

static void texts_in_both_languages(void **state)
{
	both_are_there(texts, sizeof texts / sizeof *texts);
	both_are_there(net_texts, sizeof net_texts / sizeof *net_texts);
}

static void values_in_both_languages(void **state)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (values_of(texts[i].english) != values_of(texts[i].chinese) || values_of(texts[i].english) > 7)
			fail_msg("%s: %s / %s", texts[i].name, texts[i].english, texts[i].chinese);
	for (size_t i = 0; i < sizeof net_texts / sizeof *net_texts; i++)
		if (percents(net_texts[i].english) != percents(net_texts[i].chinese))
			fail_msg("%s: %s / %s", net_texts[i].name, net_texts[i].english, net_texts[i].chinese);
}

static void what_the_system_says(void **state)
{
	static const int errors[] = { ENOENT, EACCES, EPERM, EISDIR, ENOTDIR, ENOSPC, EDQUOT, EFBIG, EROFS, EIO,
				      ENAMETOOLONG, ELOOP, EINVAL, EBUSY, EMFILE, ENFILE };

	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		assert_true(has_chinese(text_error(true, errors[i])));
		assert_false(has_chinese(text_error(false, errors[i])));
	}
	assert_string_equal(text_error(true, EXDEV), strerror(EXDEV));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_in_both_languages),
		cmocka_unit_test(values_in_both_languages),
		cmocka_unit_test(what_the_system_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
