/* SPDX-License-Identifier: Apache-2.0
 *
 * A settings file of any bytes: either it is taken, or every mistake has a line that begins with file and number.
 */
#include <assert.h>

#include "base/mem.h"
#include "base/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct setting table[] = {
	{ "a.text", SETTING_TEXT, "x", .when = SETTING_RESTART, .help = "Text." },
	{ "a.int", SETTING_INT, "4", 1, 100, .when = SETTING_LIVE, .help = "Number." },
	{ "a.bool", SETTING_BOOL, "no", .when = SETTING_LIVE, .help = "Yes or no." },
	{ "a.bytes", SETTING_BYTES, "64K", 0, 1 << 30, .when = SETTING_LIVE, .help = "Bytes." },
	{ "b.time", SETTING_DURATION, "30s", 1000, 86400000, .when = SETTING_LIVE, .help = "Time." },
	{ "b.choice", SETTING_CHOICE, "green", 0, 0, "red green blue", SETTING_LIVE, "Colour." },
	{ "b.listen", SETTING_ADDRESSES, "[::]:5222", .when = SETTING_RESTART, .help = "Where." },
	{ "b.path", SETTING_PATH, "", .when = SETTING_RESTART, .help = "File." },
	{ "b.url", SETTING_URL, "", .when = SETTING_RESTART, .help = "URL." },
};

static void complaints_check(struct str why)
{
	while (why.n) {
		size_t end = str_find(why, '\n');

		assert(end < why.n && str_starts(why, STR("f:")));
		why = str_from(why, end + 1);
	}
}

static void values_check(const struct settings *s)
{
	assert(settings_int(s, "a.int") >= 1 && settings_int(s, "a.int") <= 100);
	assert(settings_int(s, "a.bytes") >= 0 && settings_int(s, "a.bytes") <= 1 << 30);
	assert(settings_int(s, "b.time") >= 1000 && settings_int(s, "b.time") <= 86400000);
	assert(settings_int(s, "b.choice") >= 0 && settings_int(s, "b.choice") <= 2);
	for (size_t i = 0; i < settings_count(s); i++)
		assert(str_is_utf8(str_z(settings_entry(s, i).value)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct settings *s = settings_new(table, countof(table)), *now = settings_new(table, countof(table));
	own_buf why = { 0 }, changed = { 0 }, restart = { 0 };
	int r = settings_read(s, str_n((const char *)bytes, n), "f", &why);

	assert((r == 0) == (why.n == 0));
	complaints_check(buf_all(&why));
	values_check(s);
	settings_reload(s, now, &changed, &restart);
	values_check(s);
	settings_free(s);
	settings_free(now);
	return 0;
}
