/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/verifier.h"

static const uint8_t salts[SCRAM_HASHES][SCRAM_SALT_BYTES] = { "0123456789abcde", "ABCDEFGHIJKLMNO" };

static void passwords_are_prepared(void **state)
{
	static const struct {
		const char *typed, *prepared; /* NULL: refused */
	} cases[] = {
		{ "pencil", "pencil" },
		{ "with blank", "with blank" },
		/* RFC 4013, 3 */
		{ "I\xc2\xadX", "IX" }, { "USER", "USER" }, { "\xc2\xaa", "a" }, { "\xe2\x85\xa8", "IX" },
		{ "\x07", NULL }, { "\xd8\xa7" "1", NULL },
		{ "a\xc2\xa0z", "a z" }, /* no-break space: mapped */
		{ "\xe5\xaf\x86\xe7\xa0\x81", "\xe5\xaf\x86\xe7\xa0\x81" },
		{ "\xf0\x9f\xa6\xa2", "\xf0\x9f\xa6\xa2" }, /* younger than Unicode 3.2 */
		{ "", NULL }, { "\xc2\xad", NULL }, { "\xff", NULL }, { "a\x7f", NULL }, { "a\n", NULL },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		own_buf to = { 0 };

		buf_lit(&to, ">");
		assert_int_equal(password_prepare(&to, str_z(cases[i].typed)), cases[i].prepared != NULL);
		assert_string_equal(buf_z(&to) + 1, cases[i].prepared ? cases[i].prepared : "");
	}
}

static void password_lengths_are_bounded(void **state)
{
	char text[1025];
	own_buf to = { 0 };

	memset(text, 'x', sizeof text);
	assert_true(password_prepare(&to, str_n(text, 1023)));
	assert_false(password_prepare(&to, str_n(text, 1024)));
	memset(text, 0, sizeof text);
	assert_false(password_prepare(&to, str_n(text, 8)));
	for (size_t i = 0; i < 1023; i += 3) /* U+FDFA becomes 33 bytes */
		memcpy(text + i, "\xef\xb7\xba", 3);
	assert_false(password_prepare(&to, str_n(text, 1023)));
	assert_int_equal(to.n, 1023);
}

static void a_verifier_knows_its_password(void **state)
{
	struct verifier v[SCRAM_HASHES], again[SCRAM_HASHES];

	verifier_make(v, STR("pencil"), salts);
	verifier_make(again, STR("pencil"), salts);
	assert_memory_equal(v, again, sizeof v);
	assert_int_equal(v[SCRAM_SHA1].iterations, SCRAM_ITERATIONS);
	assert_memory_equal(v[SCRAM_SHA256].salt, salts[SCRAM_SHA256], SCRAM_SALT_BYTES);
	assert_true(verifier_check(v, STR("pencil")));
	assert_false(verifier_check(v, STR("pencik")));
	assert_false(verifier_check(v, STR("pencil ")));
}

static void invented_verifiers_fit_nothing_and_do_not_change(void **state)
{
	static const struct str secret = STR_INIT("0123456789abcdef");
	struct verifier ann[SCRAM_HASHES], again[SCRAM_HASHES], bob[SCRAM_HASHES], elsewhere[SCRAM_HASHES];

	verifier_fake(ann, secret, STR("ann"));
	verifier_fake(again, secret, STR("ann"));
	verifier_fake(bob, secret, STR("bob"));
	verifier_fake(elsewhere, STR("another secret, long enough"), STR("ann"));
	assert_memory_equal(ann, again, sizeof ann);
	for (unsigned i = 0; i < SCRAM_HASHES; i++) {
		assert_memory_not_equal(ann[i].salt, bob[i].salt, SCRAM_SALT_BYTES);
		assert_memory_not_equal(ann[i].salt, elsewhere[i].salt, SCRAM_SALT_BYTES);
		assert_int_equal(ann[i].iterations, SCRAM_ITERATIONS);
	}
	assert_memory_not_equal(ann[SCRAM_SHA1].salt, ann[SCRAM_SHA256].salt, SCRAM_SALT_BYTES);
	assert_false(verifier_check(ann, STR("ann")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords_are_prepared),
		cmocka_unit_test(password_lengths_are_bounded),
		cmocka_unit_test(a_verifier_knows_its_password),
		cmocka_unit_test(invented_verifiers_fit_nothing_and_do_not_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
