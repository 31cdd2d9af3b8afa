/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"

static struct buf heard;

static void hear(const char *line, void *arg)
{
	assert_ptr_equal(arg, &heard);
	buf_fmt(&heard, "%s\n", line);
}

static int begin(void **state)
{
	log_sink_set(hear, &heard);
	log_level_set(LOG_INFO);
	return 0;
}

static int end(void **state)
{
	log_sink_set(NULL, NULL);
	buf_free(&heard);
	return 0;
}

static void events_have_level_and_fields(void **state)
{
	log_event(login, "user=%s n=%d", "tom", 7);
	log_event(stopped, "%s", "");
	assert_string_equal(buf_z(&heard), "info login user=tom n=7\nnotice stopped\n");
}

static void what_peers_chose_cannot_write_a_line(void **state)
{
	log_event(login, "user=%s", "a\nb\r\x1b[31m\x7f");
	assert_string_equal(buf_z(&heard), "info login user=a?b??[31m?\n");
}

static void long_fields_are_cut(void **state)
{
	own_buf text = { 0 };

	for (unsigned i = 0; i < 5000; i++)
		buf_byte(&text, 'x');
	log_event(login, "%s", buf_z(&text));
	assert_true(heard.n < 1100);
	assert_true(str_starts(buf_all(&heard), STR("info login xxx")));
}

static void below_the_level_nothing_is_written(void **state)
{
	log_level_set(LOG_WARNING);
	log_event(login, "user=tom");
	log_event(stopped, "x=1");
	assert_int_equal(heard.n, 0);
	log_event(setting_risky, "x=1");
	assert_string_equal(buf_z(&heard), "warning setting_risky x=1\n");
}

static void faults_say_where_they_began(void **state)
{
	assert_int_equal(fault(-ENOSPC), -ENOSPC);
	assert_int_equal(fault(EIO), -EIO);
	assert_non_null(strstr(buf_z(&heard), "test_log.c:"));
	assert_non_null(strstr(buf_z(&heard), "in=faults_say_where_they_began error=\"No space left on device\"\n"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(events_have_level_and_fields),
		CASE(what_peers_chose_cannot_write_a_line),
		CASE(long_fields_are_cut),
		CASE(below_the_level_nothing_is_written),
		CASE(faults_say_where_they_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
