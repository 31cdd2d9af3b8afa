/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/sasl.h"

static void the_table_is_ordered_by_strength(void **state)
{
	bool plus = true;

	for (size_t i = 0; i < sasl_mechanisms_n; i++) {
		assert_ptr_equal(sasl_mechanism(str_z(sasl_mechanisms[i].name)), &sasl_mechanisms[i]);
		assert_true(plus || !sasl_mechanisms[i].plus);
		plus = sasl_mechanisms[i].plus;
	}
	assert_int_equal(sasl_mechanisms[sasl_mechanisms_n - 1].kind, SASL_PLAIN);
	assert_null(sasl_mechanism(STR("ANONYMOUS")));
	assert_null(sasl_mechanism(STR("scram-sha-1")));
	assert_null(sasl_mechanism(STR("")));
	assert_null(sasl_mechanism(STR("SCRAM-SHA-1-")));
}

/* Every mechanism on every kind of link. */
static void no_login_in_the_clear(void **state)
{
	for (size_t i = 0; i < sasl_mechanisms_n; i++) {
		const struct sasl_mechanism *m = &sasl_mechanisms[i];

		assert_false(sasl_allowed(m, false, false, false));
		assert_false(sasl_allowed(m, false, false, true));
		assert_int_equal(sasl_allowed(m, false, true, false), !m->plus);
		assert_int_equal(sasl_allowed(m, false, true, true), !m->plus);
		assert_int_equal(sasl_allowed(m, true, false, false), !m->plus);
		assert_true(sasl_allowed(m, true, false, true));
	}
}

static void plain_is_read(void **state)
{
	struct sasl_plain p;

	assert_int_equal(sasl_plain_read(&p, STR("\0tim\0tanstaaftanstaaf")), 0);
	assert_true(str_is(p.authzid, ""));
	assert_true(str_is(p.name, "tim"));
	assert_true(str_is(p.password, "tanstaaftanstaaf"));
	assert_int_equal(sasl_plain_read(&p, STR("Ursel\0Kurt\0xipj3plmq")), 0);
	assert_true(str_is(p.authzid, "Ursel"));
}

static void malformed_plain_is_refused(void **state)
{
	static const struct str bad[] = {
		STR_INIT(""), STR_INIT("\0"), STR_INIT("\0a"), STR_INIT("a"), STR_INIT("\0\0"), STR_INIT("\0a\0"), STR_INIT("\0\0b"), STR_INIT("x\0\0b"),
		STR_INIT("\0a\0b\0c"), STR_INIT("\0a\0b\0"), STR_INIT("\0\xff\0b"), STR_INIT("\0a\0\xff"), STR_INIT("\xff\0a\0b"),
	};
	char longest[1100];
	struct sasl_plain p;

	for (size_t i = 0; i < countof(bad); i++)
		assert_int_equal(sasl_plain_read(&p, bad[i]), SASL_MALFORMED);
	memset(longest, 'a', sizeof longest);
	longest[0] = longest[1026] = 0;
	assert_int_equal(sasl_plain_read(&p, str_n(longest, 1040)), SASL_MALFORMED); /* a name of 1025 bytes */
	longest[1026] = 'a';
	longest[2] = 0;
	assert_int_equal(sasl_plain_read(&p, str_n(longest, 3 + 1024)), SASL_MALFORMED);
	assert_int_equal(sasl_plain_read(&p, str_n(longest, 3 + 1023)), 0);
}

static void nobody_acts_as_somebody_else(void **state)
{
	static const char *const good[] = { "", "tom@example.org", "Tom@Example.ORG" };
	static const char *const bad[] = { "tim@example.org", "tom@example.com", "tom", "example.org", "tom@example.org/home", "@", "tom@", "\xff" };

	for (size_t i = 0; i < countof(good); i++)
		assert_true(sasl_authzid_allowed(str_z(good[i]), STR("TOM"), STR("example.org")));
	for (size_t i = 0; i < countof(bad); i++)
		assert_false(sasl_authzid_allowed(str_z(bad[i]), STR("tom"), STR("example.org")));
	assert_false(sasl_authzid_allowed(STR("tom@example.org"), STR("to m"), STR("example.org")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_ordered_by_strength),
		cmocka_unit_test(no_login_in_the_clear),
		cmocka_unit_test(plain_is_read),
		cmocka_unit_test(malformed_plain_is_refused),
		cmocka_unit_test(nobody_acts_as_somebody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
