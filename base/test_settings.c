/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/settings.h"

static const struct setting table[] = {
	{ "house.name", SETTING_TEXT, "nest", .when = SETTING_RESTART, .help = "How it is called." },
	{ "house.rooms", SETTING_INT, "4", 1, 100, .when = SETTING_LIVE, .help = "How many there are. A long help text, so that it has to be "
	  "broken into lines somewhere near the end of what fits." },
	{ "house.open", SETTING_BOOL, "no", .when = SETTING_LIVE, .help = "'Quoted' and \\ slashed." },
	{ "house.size", SETTING_BYTES, "64K", 0, 1 << 30, .when = SETTING_LIVE, .help = "Bytes." },
	{ "house.patience", SETTING_DURATION, "30s", 1000, 86400000, .when = SETTING_LIVE, .help = "Time." },
	{ "door.colour", SETTING_CHOICE, "green", 0, 0, "red green blue", SETTING_LIVE, "Colour." },
	{ "door.listen", SETTING_ADDRESSES, "[::]:5222", .when = SETTING_RESTART, .help = "Where." },
	{ "door.path", SETTING_PATH, "", .when = SETTING_RESTART, .help = "File." },
	{ "door.url", SETTING_URL, "", .when = SETTING_RESTART, .help = "URL." },
};

static struct settings *fresh(void) { return settings_new(table, countof(table)); }

static void defaults_hold(void **state)
{
	struct settings *s = fresh();

	assert_true(str_is(settings_text(s, "house.name"), "nest"));
	assert_int_equal(settings_int(s, "house.rooms"), 4);
	assert_false(settings_bool(s, "house.open"));
	assert_int_equal(settings_int(s, "house.size"), 65536);
	assert_int_equal(settings_int(s, "house.patience"), 30000);
	assert_int_equal(settings_int(s, "door.colour"), 1);
	assert_string_equal(settings_z(s, "door.url"), "");
	assert_int_equal(settings_count(s), countof(table));
	assert_string_equal(settings_entry(s, 0).source, "default");
	assert_null(settings_free(s));
	assert_null(settings_free(NULL));
}

static void a_file_is_read(void **state)
{
	static const char text[] = "; comment\r\n[house]\r\nname = Gans \xe9\xb4\xbb ; why\r\nrooms=12\nopen = yes\n"
				   "# comment\n[door]\ncolour = blue\nlisten = 127.0.0.1:1, [::1]:65535 *:7,0.0.0.0:9 localhost:0\nurl = memory:\n\n"
				   "  [house]\n\tpatience = 2h\n  size = 1G";
	struct settings *s = fresh();
	own_buf why = { 0 };

	assert_int_equal(settings_read(s, str_z(text), "f", &why), 0);
	assert_int_equal(why.n, 0);
	assert_string_equal(settings_z(s, "house.name"), "Gans \xe9\xb4\xbb");
	assert_int_equal(settings_int(s, "house.rooms"), 12);
	assert_true(settings_bool(s, "house.open"));
	assert_int_equal(settings_int(s, "door.colour"), 2);
	assert_int_equal(settings_int(s, "house.patience"), 7200000);
	assert_int_equal(settings_int(s, "house.size"), 1 << 30);
	assert_string_equal(settings_z(s, "door.listen"), "127.0.0.1:1, [::1]:65535 *:7,0.0.0.0:9 localhost:0");
	assert_string_equal(settings_entry(s, 1).source, "f:4");
	settings_free(s);
}

/* Every mistake that a file can have, and what is said about it. */
static void mistakes_are_named(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[house]\nroms = 3\n", "f:2: there is no setting house.roms; did you mean house.rooms?\n" },
		{ "[house]\ncolour = red\n", "f:2: there is no setting house.colour; did you mean door.colour?\n" },
		{ "[xxxxxxxx]\nyyyyyyy = 1\n", "f:2: there is no setting xxxxxxxx.yyyyyyy\n" },
		{ "rooms = 3\n", "f:1: there is no setting rooms; did you mean house.rooms?\n" },
		{ "[house]\nrooms = three\n", "f:2: house.rooms must be a whole number\n" },
		{ "[house]\nrooms = -3\n", "f:2: house.rooms must be a whole number\n" },
		{ "[house]\nrooms =\n", "f:2: house.rooms must be a whole number\n" },
		{ "[house]\nrooms = 99999999999999999999\n", "f:2: house.rooms must be a whole number\n" },
		{ "[house]\nrooms = 9223372036854775808\n", "f:2: house.rooms must be a whole number\n" },
		{ "[house]\nrooms = 0\n", "f:2: house.rooms is out of bounds: number, 1 to 100\n" },
		{ "[house]\nrooms = 101\n", "f:2: house.rooms is out of bounds: number, 1 to 100\n" },
		{ "[house]\nopen = maybe\n", "f:2: house.open must be yes or no\n" },
		{ "[house]\nsize = 1T\n", "f:2: house.size must be a number of bytes, as in 65536, 64K or 1M\n" },
		{ "[house]\nsize = 2G\n", "f:2: house.size is out of bounds: bytes, 0 to 1G\n" },
		{ "[house]\nsize = 9223372036854775807K\n", "f:2: house.size must be a number of bytes, as in 65536, 64K or 1M\n" },
		{ "[house]\npatience = 1y\n", "f:2: house.patience must be a time, as in 500ms, 30s, 10m, 2h or 7d\n" },
		{ "[house]\npatience = 500ms\n", "f:2: house.patience is out of bounds: time, 1s to 1d\n" },
		{ "[house]\nname = a\x01z\n", "f:2: house.name must be UTF-8 text without control characters\n" },
		{ "[house]\nname = \xff\n", "f:2: house.name must be UTF-8 text without control characters\n" },
		{ "[door]\ncolour = pink\n", "f:2: door.colour must be one of: red green blue\n" },
		{ "[door]\ncolour =\n", "f:2: door.colour must be one of: red green blue\n" },
		{ "[door]\nurl = /tmp\n", "f:2: door.url must be a URL, as in sqlite:/var/lib/anser/anser.db\n" },
		{ "[door]\nurl = :x\n", "f:2: door.url must be a URL, as in sqlite:/var/lib/anser/anser.db\n" },
		{ "[house]\nrooms = 1\nrooms = 2\n", "f:3: house.rooms is given twice, first on line 2\n" },
		{ "[house\nrooms = 2\n", "f:2: there is no setting rooms; did you mean house.rooms?\nf:1: this is no [section], no name = value, and no comment\n" },
		{ "[house]\n\nnonsense\n", "f:3: this is no [section], no name = value, and no comment\n" },
		{ "[house]\nroms = 1\nrooms = 0\n", "f:2: there is no setting house.roms; did you mean house.rooms?\nf:3: house.rooms is out of bounds: number, 1 to 100\n" },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct settings *s = fresh();
		own_buf why = { 0 };

		assert_int_equal(settings_read(s, str_z(cases[i].text), "f", &why), SETTINGS_BAD);
		assert_string_equal(buf_z(&why), cases[i].why);
		settings_free(s);
	}
}

static void bad_addresses_are_refused(void **state)
{
	static const char *const bad[] = { "example.org:1", "1.2.3.4", "1.2.3.4:-1", "1.2.3.4:65536", "1.2.3:1", "::1:5222", "[::1]", "[::1]:", ":5222", "[:5222",
					   "[]:1", "[zz]:1", "1.2.3.4:1;[::]:2", "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]:1", "*:", "]:1" };

	for (size_t i = 0; i < countof(bad); i++) {
		struct settings *s = fresh();
		own_buf why = { 0 }, text = { 0 };

		buf_fmt(&text, "door.listen=%s", bad[i]);
		assert_int_equal(settings_set(s, buf_z(&text), &why), SETTINGS_BAD);
		assert_string_equal(buf_z(&why), "--set door.listen: must be addresses with ports, as in [::]:5222 or 127.0.0.1:5222, parted by commas\n");
		assert_string_equal(settings_z(s, "door.listen"), "[::]:5222");
		settings_free(s);
	}
}

static void strange_bytes_are_refused(void **state)
{
	struct settings *s = fresh();
	own_buf text = { 0 }, why = { 0 };

	buf_lit(&text, "[house]\nname = a\0b\nrooms = 7\nname = ");
	for (unsigned i = 0; i < 300; i++)
		buf_byte(&text, 'x');
	buf_lit(&text, "\nopen = yes\n");
	assert_int_equal(settings_read(s, buf_all(&text), "f", &why), SETTINGS_BAD);
	assert_string_equal(buf_z(&why), "f:2: the line has a zero byte in it\nf:4: the line is longer than 190 bytes\n");
	assert_int_equal(settings_int(s, "house.rooms"), 7);
	assert_true(settings_bool(s, "house.open"));
	settings_free(s);
}

static void the_command_line_wins(void **state)
{
	struct settings *s = fresh();
	own_buf why = { 0 };

	assert_int_equal(settings_set(s, "house.rooms=9", &why), 0);
	assert_int_equal(settings_set(s, " house.open = on", &why), 0);
	assert_int_equal(settings_read(s, STR("[house]\nrooms = 3\nopen=no\npatience=1m"), "f", &why), 0);
	assert_int_equal(why.n, 0);
	assert_int_equal(settings_int(s, "house.rooms"), 9);
	assert_true(settings_bool(s, "house.open"));
	assert_int_equal(settings_int(s, "house.patience"), 60000);
	assert_string_equal(settings_entry(s, 1).source, "--set");
	/* what is overridden must be right all the same */
	assert_int_equal(settings_read(s, STR("[house]\nrooms = many"), "f", &why), SETTINGS_BAD);
	assert_string_equal(buf_z(&why), "f:2: house.rooms must be a whole number\n");
	settings_free(s);
}

static void the_command_line_is_checked(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "house.rooms", "--set house.rooms: must be section.name=value\n" },
		{ "=4", "--set =4: must be section.name=value\n" },
		{ "house.roms=4", "--set house.roms: there is no setting house.roms; did you mean house.rooms?\n" },
		{ "house.rooms=400", "--set house.rooms: is out of bounds: number, 1 to 100\n" },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct settings *s = fresh();
		own_buf why = { 0 };

		assert_int_equal(settings_set(s, cases[i].text, &why), SETTINGS_BAD);
		assert_string_equal(buf_z(&why), cases[i].why);
		settings_free(s);
	}
}

/* What goes well does not hide what went wrong before. */
static void complaints_add_up(void **state)
{
	struct settings *s = fresh();
	own_buf why = { 0 };

	assert_int_equal(settings_read(s, STR("[house]\nroms = 3\n"), "f", &why), SETTINGS_BAD);
	assert_int_equal(settings_set(s, "house.rooms=x", &why), SETTINGS_BAD);
	assert_int_equal(settings_set(s, "house.rooms=7", &why), 0);
	assert_int_equal(settings_read(s, STR("[house]\nopen = yes\n"), "g", &why), 0);
	assert_string_equal(buf_z(&why), "f:2: there is no setting house.roms; did you mean house.rooms?\n--set house.rooms: must be a whole number\n");
	settings_free(s);
}

static void defaults_can_be_found_out(void **state)
{
	struct settings *s = fresh();
	own_buf why = { 0 };

	assert_true(settings_default(s, "house.name", STR("tower")));
	assert_string_equal(settings_z(s, "house.name"), "tower");
	assert_string_equal(settings_entry(s, 0).source, "default");
	assert_string_equal(settings_entry(s, 0).fallback, "tower");
	assert_false(settings_default(s, "house.rooms", STR("0")));
	assert_int_equal(settings_int(s, "house.rooms"), 4);
	assert_int_equal(settings_set(s, "house.name=cellar", &why), 0);
	assert_true(settings_default(s, "house.name", STR("attic")));
	assert_false(settings_default(s, "house.name", STR("\xff")));
	assert_string_equal(settings_z(s, "house.name"), "cellar");
	assert_string_equal(settings_entry(s, 0).fallback, "attic");
	settings_free(s);
}

static void reload_takes_what_it_can(void **state)
{
	struct settings *now = fresh(), *next = fresh();
	own_buf why = { 0 }, changed = { 0 }, restart = { 0 };

	assert_int_equal(settings_read(now, STR("[house]\nname = a\nrooms = 5\n"), "f", &why), 0);
	assert_int_equal(settings_read(next, STR("[house]\nname = b\nrooms = 6\n[door]\nlisten =\ncolour = green\n"), "f", &why), 0);
	settings_reload(next, now, &changed, &restart);
	assert_string_equal(buf_z(&changed), "house.rooms\n");
	assert_string_equal(buf_z(&restart), "house.name\ndoor.listen\n");
	settings_free(now);
	assert_int_equal(settings_int(next, "house.rooms"), 6);
	assert_string_equal(settings_z(next, "house.name"), "a");
	assert_string_equal(settings_entry(next, 0).source, "f:2");
	assert_string_equal(settings_z(next, "door.listen"), "[::]:5222");
	settings_free(next);
}

static void files_are_loaded(void **state)
{
	char dir[] = "/tmp/anser-settings-XXXXXX";
	struct settings *s = fresh();
	own_buf path = { 0 }, why = { 0 };
	int fd;

	assert_non_null(mkdtemp(dir));
	buf_fmt(&path, "%s/conf", dir);
	assert_int_equal(settings_load(s, buf_z(&path), &why), SETTINGS_UNREADABLE);
	assert_non_null(strstr(buf_z(&why), "conf: cannot be read: No such file"));
	buf_clear(&why);
	fd = open(buf_z(&path), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "[house]\nrooms=8", 15), 15);
	assert_int_equal(settings_load(s, buf_z(&path), &why), 0);
	assert_int_equal(settings_int(s, "house.rooms"), 8);
	assert_int_equal(ftruncate(fd, 2 << 20), 0);
	close(fd);
	assert_int_equal(settings_load(s, buf_z(&path), &why), SETTINGS_UNREADABLE);
	assert_non_null(strstr(buf_z(&why), "too large"));
	unlink(buf_z(&path));
	buf_clear(&why);
	assert_int_equal(settings_load(s, dir, &why), SETTINGS_UNREADABLE); /* a directory opens, but does not read */
	rmdir(dir);
	settings_free(s);
}

static void the_sample_is_itself_good(void **state)
{
	struct settings *s = fresh();
	own_buf text = { 0 }, why = { 0 };
	size_t lines = 0;

	settings_sample(s, &text);
	assert_int_equal(settings_read(s, buf_all(&text), "sample", &why), 0);
	for (size_t i = 0; i < text.n; i++) /* and with every default taken in */
		if (text.p[i] == '#' && i && text.p[i - 1] == '\n') {
			text.p[i] = '\n';
			lines++;
		}
	assert_int_equal(lines, countof(table));
	assert_int_equal(settings_read(s, buf_all(&text), "sample", &why), 0);
	assert_non_null(strstr(buf_z(&text), "\n; How many there are. A long help text, so that it has to be broken into lines somewhere near the\n"
					     "; end of what fits.\n; (number, 1 to 100; changes while running)\n\nrooms = 4\n"));
	settings_free(s);
}

static void the_manual_is_escaped(void **state)
{
	struct settings *s = fresh();
	own_buf text = { 0 };

	settings_manual(s, &text);
	assert_non_null(strstr(buf_z(&text), ".SS [house]\n.TP\n.B name\nHow it is called.\n.br\ntext. Default: nest. Changes with a restart.\n"));
	assert_non_null(strstr(buf_z(&text), "\n\\&'Quoted' and \\e slashed.\n"));
	assert_non_null(strstr(buf_z(&text), ".B url\nURL.\n.br\nURL. Default: empty."));
	settings_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_hold),
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(bad_addresses_are_refused),
		cmocka_unit_test(strange_bytes_are_refused),
		cmocka_unit_test(the_command_line_wins),
		cmocka_unit_test(the_command_line_is_checked),
		cmocka_unit_test(complaints_add_up),
		cmocka_unit_test(defaults_can_be_found_out),
		cmocka_unit_test(reload_takes_what_it_can),
		cmocka_unit_test(files_are_loaded),
		cmocka_unit_test(the_sample_is_itself_good),
		cmocka_unit_test(the_manual_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
