/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "clients/term/screen/width.h"

/* "0020 + 0308 / 0020": of one cluster, of two. From GraphemeBreakTest.txt. */
static const char *const breaks[] = {
#include "clients/term/screen/test_width_cases.h"
};

static void character(struct buf *to, uint32_t c)
{
	char bytes[4];

	buf_add(to, bytes, utf8_put(bytes, c));
}

/* Every boundary of a case is where cluster_at() and cluster_before() find one, and nowhere else. */
static void case_check(const char *words)
{
	own_buf text = { 0 };
	size_t at = 0, ends[64], n = 0;
	char *end;

	for (const char *p = words; *p;) {
		character(&text, (uint32_t)strtoul(p, &end, 16));
		p = end + (*end == ' ');
		if (!*p || *p == '/')
			ends[n++] = text.n;
		p += *p ? 2 : 0;
	}
	for (size_t i = 0; i < n; i++) {
		at += cluster_at(buf_all(&text), at).n;
		if (at != ends[i])
			fail_msg("%s: cluster %zu ends at %zu, not %zu", words, i, at, ends[i]);
	}
	for (size_t i = n; i-- > 0;) {
		at = cluster_before(buf_all(&text), at);
		if (at != (i ? ends[i - 1] : 0))
			fail_msg("%s: cluster %zu begins at %zu", words, i, at);
	}
}

static void clusters_as_unicode_says(void **state)
{
	assert_true(sizeof breaks / sizeof *breaks > 500);
	for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++)
		case_check(breaks[i]);
}

static void widths_of_texts(void **state)
{
	static const struct {
		const char *text;
		unsigned width;
	} cases[] = {
		{ "", 0 }, { "abc", 3 }, { "é", 1 }, { "e\u0301", 1 }, { "ﬁ", 1 }, { "ß", 1 }, { "Ω", 1 }, { "Ж", 1 },
		{ "א", 1 }, { "ع", 1 }, { "ไ", 1 },
		{ "中", 2 }, { "中文", 4 }, { "𠀀", 2 }, { "あ", 2 }, { "ア", 2 }, { "ｱ", 1 }, { "Ａ", 2 }, { "、", 2 },
		{ "。", 2 }, { "「」", 4 }, { "　", 2 },
		{ "한", 2 }, { "\u1112\u1161\u11ab", 2 }, { "\u1112\u1161", 2 }, { "ㄅ", 2 }, { "ㅎ", 2 }, { "￥", 2 },
		{ "¥", 1 }, { "々", 2 },
		{ "😀", 2 }, { "👍", 2 }, { "👍🏽", 2 }, { "👨\u200d👩\u200d👧", 2 }, { "👩🏽\u200d💻", 2 },
		{ "🏳\ufe0f\u200d🌈", 2 }, { "🇨🇳", 2 }, { "🇨🇳🇩🇪", 4 },
		{ "🇨", 1 }, { "❤", 1 }, { "❤\ufe0f", 2 }, { "☺", 1 }, { "☺\ufe0f", 2 }, { "⌚", 2 }, { "☝🏽", 2 },
		{ "1\ufe0f\u20e3", 2 }, { "#\ufe0f\u20e3", 2 },
		{ "©", 1 }, { "™", 1 }, { "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2 },
		{ "🀄", 2 }, { "🃏", 2 }, { "🈚", 2 }, { "🥲", 2 },
		{ "🫠", 2 }, { "\u200b", 0 }, { "\u200d", 0 }, { "\ufe0f", 0 }, { "\u00ad", 0 }, { "\ufeff", 0 },
		{ "\u202e", 0 }, { "\u2066", 0 }, { "a\u200bb", 2 },
		{ "─│┌", 3 }, { "…", 1 }, { "●○", 2 }, { "█", 1 }, { "→", 1 }, { "“”", 2 }, { "—", 1 }, { "नि", 2 },
		{ "กำ", 2 }, { "a\xff" "b", 3 }, { "\xe4\xb8", 2 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (text_width(str_z(cases[i].text)) != cases[i].width)
			fail_msg("\"%s\" is %u wide, not %u", cases[i].text, text_width(str_z(cases[i].text)),
				cases[i].width);
	}
}

/* Against facts that are told in ranges. */
static void widths_of_ranges(void **state)
{
	static const struct {
		uint32_t first, last;
		unsigned width;
	} ranges[] = {
		{ 0x20, 0x7E, 1 }, { 0xA0, 0xAC, 1 }, { 0xAE, 0x2FF, 1 }, { 0x300, 0x36F, 0 }, { 0x391, 0x3FF, 1 },
		{ 0x400, 0x482, 1 }, { 0x1100, 0x115F, 2 },
		{ 0x1160, 0x11FF, 0 }, { 0x1E00, 0x1FFE, 1 }, { 0x200B, 0x200F, 0 }, { 0x202A, 0x202E, 0 },
		{ 0x20D0, 0x20F0, 0 }, { 0x2500, 0x25FC, 1 },
		{ 0x2E80, 0x2E99, 2 }, { 0x3041, 0x3096, 2 }, { 0x3099, 0x309A, 0 }, { 0x30A0, 0x30FF, 2 },
		{ 0x3400, 0x4DBF, 2 }, { 0x4E00, 0x9FFF, 2 },
		{ 0xAC00, 0xD7A3, 2 }, { 0xE000, 0xF8FF, 1 }, { 0xF900, 0xFAFF, 2 }, { 0xFE00, 0xFE0F, 0 },
		{ 0xFE20, 0xFE2F, 0 }, { 0xFF01, 0xFF60, 2 },
		{ 0xFF61, 0xFFDC, 1 }, { 0x1F300, 0x1F320, 2 }, { 0x1F321, 0x1F32C, 1 }, { 0x1F600, 0x1F64F, 2 },
		{ 0x20000, 0x2FFFD, 2 }, { 0x30000, 0x3FFFD, 2 },
		{ 0xE0020, 0xE007F, 0 }, { 0xE0100, 0xE01EF, 0 },
	};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		for (uint32_t c = ranges[i].first; c <= ranges[i].last; c++) {
			if (char_facts(c).width != ranges[i].width)
				fail_msg("U+%04X is %u wide, not %u", (unsigned)c, char_facts(c).width,
					ranges[i].width);
		}
	}
}

static void any_bytes_are_read(void **state)
{
	for (uint32_t c = 1; c <= 0x10FFFF; c = c == 0xD7FF ? 0xE000 : c + 1) {
		char bytes[4];
		size_t n = utf8_put(bytes, c);
		uint32_t back;

		assert_int_equal(utf8_at(str_n(bytes, n), 0, &back), n);
		assert_int_equal(back, c);
		assert_int_equal(utf8_before(str_n(bytes, n), n), 0);
	}
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			const char bytes[] = { (char)a, (char)b };
			uint32_t c;
			size_t n = utf8_at(str_n(bytes, 2), 0, &c);

			assert_true(n == 1 || (n == 2 && c >= 0x80 && c < 0x800));
			assert_true(a < 0x80 ? c == a : n == 2 || c == 0xFFFD);
		}
	}
}

static void piled_marks_are_bounded(void **state)
{
	own_buf pile = { 0 };
	struct cluster t;

	buf_byte(&pile, 'a');
	for (int i = 0; i < 5000; i++)
		buf_lit(&pile, "\u0301");
	t = cluster_at(buf_all(&pile), 0);
	assert_true(t.n < 200);
	assert_true(t.shown <= CLUSTER_SHOWN);
	assert_int_equal(t.width, 1);
	assert_true(cluster_before(buf_all(&pile), pile.n) < pile.n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clusters_as_unicode_says),
		cmocka_unit_test(widths_of_texts),
		cmocka_unit_test(widths_of_ranges),
		cmocka_unit_test(any_bytes_are_read),
		cmocka_unit_test(piled_marks_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
