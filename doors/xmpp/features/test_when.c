/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "doors/xmpp/features/when.h"

static const struct {
	const char *text;
	msec time;
} same[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1969-07-21T02:56:15Z", -14159025000 },
	{ "1969-12-31T23:59:59.999Z", -1 },
	{ "2000-02-29T23:59:59Z", 951868799000 },
	{ "2000-03-01T00:00:00Z", 951868800000 },
	{ "2016-01-29T11:11:11Z", 1454065871000 },
	{ "2026-11-21T09:28:00.123Z", 1795253280123 },
	{ "2100-02-28T00:00:00Z", 4107456000000 },
	{ "2100-03-01T00:00:00Z", 4107542400000 },
	{ "9999-12-31T23:59:59Z", 253402300799000 },
	{ "0001-01-01T00:00:00Z", -62135596800000 },
};

static void writes_and_reads(void **state)
{
	for (size_t i = 0; i < countof(same); i++) {
		own_buf b = { 0 };
		msec t = 0;

		when_write(&b, same[i].time);
		assert_string_equal(buf_z(&b), same[i].text);
		assert_true(when_read(str_z(same[i].text), &t));
		assert_int_equal(t, same[i].time);
	}
}

static void every_day_returns(void **state)
{
	for (msec day = -719528 /* of the year 0 */; day < 2932897; day += 13) {
		own_buf b = { 0 };
		msec t = 0;

		when_write(&b, day * 86400000);
		assert_true(when_read(buf_all(&b), &t));
		assert_int_equal(t, day * 86400000);
	}
}

static void reads_other_forms(void **state)
{
	static const struct {
		const char *text;
		msec time;
	} form[] = {
		{ "1969-07-20T21:56:15-05:00", -14159025000 },
		{ "2016-01-29T12:41:11+01:30", 1454065871000 },
		{ "2016-01-29T11:11:11.5Z", 1454065871500 },
		{ "2016-01-29T11:11:11.123456789Z", 1454065871123 },
		{ "2016-12-31T23:59:60Z", 1483228800000 },
	};

	for (size_t i = 0; i < countof(form); i++) {
		msec t = 0;

		assert_true(when_read(str_z(form[i].text), &t));
		assert_int_equal(t, form[i].time);
	}
}

static void refuses(void **state)
{
	static const char *const bad[] = {
		"", "2016", "2016-01-29", "2016-01-29T11:11:11", "2016-1-29T11:11:11Z", "2016-13-01T00:00:00Z",
		"2016-00-01T00:00:00Z", "2015-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2016-01-29T24:00:00Z",
		"2016-01-29T11:60:11Z", "2016-01-29T11:11:61Z", "2016-01-29T11:11:11.Z", "2016-01-29T11:11:11+25:00",
		"2016-01-29T11:11:11+01:00x", "2016-01-29T11:11:11Zx", "2016-01-29 11:11:11Z", "-016-01-29T11:11:11Z",
	};

	for (size_t i = 0; i < countof(bad); i++) {
		msec t = 42;

		assert_false(when_read(str_z(bad[i]), &t));
		assert_int_equal(t, 42);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_reads),
		cmocka_unit_test(every_day_returns),
		cmocka_unit_test(reads_other_forms),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
