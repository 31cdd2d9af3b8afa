/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of settings: every row is whole, the sample file is good, and the manual page in docs/ is the one that it makes.
 * argv[1]: docs/anserd.conf.5
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/settings_table.h"

static const char *page_path;

static struct settings *fresh(void) { return settings_new(settings_table, settings_table_n); }

static void rows_are_whole(void **state)
{
	for (size_t i = 0; i < settings_table_n; i++) {
		const struct setting *t = &settings_table[i];
		size_t n = strlen(t->help);

		assert_non_null(strchr(t->name, '.'));
		assert_true(n > 10 && t->help[n - 1] == '.');
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(t->name, settings_table[k].name);
		if (t->type == SETTING_INT || t->type == SETTING_BYTES || t->type == SETTING_DURATION)
			assert_true(t->min < t->max);
		assert_int_equal(t->type == SETTING_CHOICE, t->choices != NULL);
	}
}

/* Rows of a section stand together, or the sample file would open it twice. */
static void sections_stand_together(void **state)
{
	for (size_t i = 2; i < settings_table_n; i++) {
		struct str name = str_z(settings_table[i].name), section = str_n(name.p, str_find(name, '.') + 1);

		for (size_t k = 0; k + 1 < i; k++)
			if (str_starts(str_z(settings_table[k].name), section))
				assert_true(str_starts(str_z(settings_table[i - 1].name), section));
	}
}

static void the_sample_is_good(void **state)
{
	struct settings *s = fresh();
	own_buf text = { 0 }, why = { 0 };

	settings_sample(s, &text);
	for (size_t i = 1; i < text.n; i++) /* every default taken in */
		if (text.p[i] == '#' && text.p[i - 1] == '\n')
			text.p[i] = '\n';
	assert_int_equal(settings_read(s, buf_all(&text), "sample", &why), 0);
	assert_string_equal(buf_z(&why), "");
	settings_free(s);
}

static void every_default_is_safe(void **state)
{
	struct settings *s = fresh();

	assert_string_equal(settings_z(s, "registration.policy"), "invite");
	assert_string_equal(settings_z(s, "listen.classic"), "127.0.0.1:7788");
	assert_true(settings_int(s, "limits.stanza_bytes_before_login") <= 10000);
	assert_int_equal(settings_int(s, "limits.login_deadline"), 30000);
	assert_true(settings_int(s, "limits.backlog") <= 2 << 20);
	settings_free(s);
}

static void the_manual_is_up_to_date(void **state)
{
	struct settings *s = fresh();
	own_buf made = { 0 }, kept = { 0 };
	FILE *f = fopen(page_path, "r");
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf_room(&kept, 65536), 1, 65536, f)) > 0)
		kept.n += n;
	fclose(f);
	settings_page(s, &made);
	if (!str_eq(buf_all(&made), buf_all(&kept)))
		print_error("make it again: anserd --manual >docs/anserd.conf.5\n");
	assert_true(str_eq(buf_all(&made), buf_all(&kept)));
	settings_free(s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(sections_stand_together),
		cmocka_unit_test(the_sample_is_good),
		cmocka_unit_test(every_default_is_safe),
		cmocka_unit_test(the_manual_is_up_to_date),
	};

	if (argc < 2)
		return 2;
	page_path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
