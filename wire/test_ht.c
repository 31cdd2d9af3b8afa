/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/ht.h"

#define HASH "0123456789abcdef0123456789abcde\0"

static void names_are_exact(void **state)
{
	enum token_kind kind;

	for (unsigned i = 0; i < TOKEN_KINDS; i++) {
		assert_true(ht_mechanism(&kind, str_z(ht_name[i])));
		assert_int_equal(kind, i);
	}
	assert_false(ht_mechanism(&kind, STR("HT-SHA-256-UNIQ")));
	assert_false(ht_mechanism(&kind, STR("HT-SHA-512-NONE")));
	assert_false(ht_mechanism(&kind, STR("ht-sha-256-none")));
	assert_false(ht_mechanism(&kind, STR("")));
	assert_false(ht_mechanism(&kind, STR_NONE));
}

static void messages_are_a_name_and_a_hash(void **state)
{
	static const struct {
		struct str message;
		int verdict;
	} cases[] = {
		{ STR_INIT("tom\0" HASH), 0 },
		{ STR_INIT("\0" HASH), SASL_MALFORMED },
		{ STR_INIT("tom" HASH), SASL_MALFORMED },    /* the zero is the last of the hash */
		{ STR_INIT("tom\0" HASH "x"), SASL_MALFORMED },
		{ STR_INIT("\xfftom\0" HASH), SASL_MALFORMED },
		{ STR_INIT("tom\0"), SASL_MALFORMED },
		{ STR_INIT(""), SASL_MALFORMED },
	};
	struct ht_message m;

	for (size_t i = 0; i < countof(cases); i++)
		assert_int_equal(ht_read(&m, cases[i].message), cases[i].verdict);
	assert_int_equal(ht_read(&m, cases[0].message), 0);
	assert_true(str_is(m.name, "tom") && str_eq(m.hash, STR(HASH)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_exact),
		cmocka_unit_test(messages_are_a_name_and_a_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
