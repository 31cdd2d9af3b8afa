/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/ctl/print.c - what the server answered, in columns for people. What others wrote (messages, device names) must not be able to drive the
 * terminal: control characters are shown as escapes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>

#include "base/mem.h"
#include "clients/ctl/ctl.h"

enum { COLUMNS_MAX = 8 };

/* ---- values as text ---------------------------------------------------------------------------------------------- */

static void clean(struct buf *to, const char *z)
{
	for (; *z; z++) {
		if (*z == '\n')
			buf_lit(to, "\\n");
		else if ((unsigned char)*z < 0x20 || *z == 0x7f)
			buf_fmt(to, "\\x%02x", (unsigned char)*z);
		else if ((unsigned char)z[0] == 0xc2 && (unsigned char)z[1] >= 0x80 && (unsigned char)z[1] < 0xa0) /* C1 controls */
			buf_fmt(to, "\\x%02x", (unsigned char)*++z);
		else
			buf_byte(to, *z);
	}
}

/* The local time of the server's machine, which is this one. */
static void time_write(struct buf *to, json_int_t ms, const char *format)
{
	time_t seconds = (time_t)(ms / 1000);
	char line[64];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(line, sizeof line, format, &tm);
	buf_str(to, str_z(line));
}

static bool is_time(const char *column)
{
	return !strcmp(column, "time") || !strcmp(column, "since") || !strcmp(column, "created") || !strcmp(column, "seen");
}

static void value_write(struct buf *to, const json_t *row, const char *column)
{
	const json_t *v = json_object_get(row, column);

	if (json_is_string(v))
		clean(to, json_string_value(v));
	else if (json_is_boolean(v))
		buf_str(to, str_z(json_is_true(v) ? text(TEXT_yes) : ""));
	else if (json_is_integer(v) && is_time(column) && !json_integer_value(v))
		buf_str(to, str_z(text(TEXT_never)));
	else if (json_is_integer(v) && is_time(column)) /* "time" has the form of the classic protocol */
		time_write(to, json_integer_value(v), strcmp(column, "time") ? "%Y-%m-%d %H:%M:%S" : "%Y-%-m-%-d %H:%M:%S");
	else if (json_is_integer(v))
		buf_fmt(to, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
}

/* How many places of a terminal a text takes: Chinese characters take two. */
static size_t width(const char *z)
{
	size_t n = mbstowcs(NULL, z, 0), sum = 0;
	wchar_t *wide;

	if (n == (size_t)-1)
		return strlen(z);
	wide = mem_alloc((n + 1) * sizeof *wide);
	mbstowcs(wide, z, n);
	for (size_t i = 0; i < n; i++)
		sum += wcwidth(wide[i]) > 0 ? (size_t)wcwidth(wide[i]) : 0;
	mem_free(wide);
	return sum;
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

struct table {
	char *names[COLUMNS_MAX]; /* own memory */
	size_t widths[COLUMNS_MAX];
	size_t n;
};

static void table_columns(struct table *t, struct str columns)
{
	while (columns.n && t->n < COLUMNS_MAX) {
		size_t end = str_find(columns, ' ');

		t->names[t->n++] = str_dup(str_n(columns.p, end));
		columns = str_from(columns, end + 1);
	}
}

static void table_free(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		mem_free(t->names[i]);
}

static const char *heading(const char *column)
{
	static const struct {
		const char *name;
		enum text text;
	} headings[] = {
		{ "name", TEXT_column_name }, { "admin", TEXT_column_admin }, { "guest", TEXT_column_guest }, { "created", TEXT_column_created }, { "seen", TEXT_column_seen },
		{ "resource", TEXT_column_resource }, { "door", TEXT_column_door }, { "address", TEXT_column_address },
		{ "since", TEXT_column_since }, { "value", TEXT_column_value }, { "default", TEXT_column_default },
		{ "source", TEXT_column_source }, { "time", TEXT_column_time }, { "about", TEXT_column_about },
		{ "reason", TEXT_column_reason }, { "text", TEXT_column_text }, { "messages", TEXT_column_messages },
		{ "title", TEXT_column_title }, { "occupants", TEXT_column_occupants }, { "public", TEXT_column_public },
		{ "members_only", TEXT_column_members_only }, { "password", TEXT_column_password }, { "role", TEXT_column_role },
		{ "affiliation", TEXT_column_affiliation }, { "device", TEXT_column_device }, { "connected", TEXT_column_connected },
		{ "tokens", TEXT_column_tokens },
	};

	for (size_t i = 0; i < countof(headings); i++)
		if (!strcmp(headings[i].name, column))
			return text(headings[i].text);
	return column;
}

static void widen(size_t *w, const char *z)
{
	if (width(z) > *w)
		*w = width(z);
}

static void cell(struct buf *line, const char *z, size_t wanted, bool last)
{
	buf_str(line, str_z(z));
	for (size_t w = width(z); !last && w < wanted + 2; w++)
		buf_byte(line, ' ');
}

static void print_table(const struct command *c, const json_t *rows)
{
	struct table t = { 0 };
	const json_t *row;
	size_t i;

	table_columns(&t, str_z(c->columns));
	for (size_t k = 0; k < t.n; k++)
		t.widths[k] = width(heading(t.names[k]));
	json_array_foreach(rows, i, row)
		for (size_t k = 0; k < t.n; k++) {
			own_buf value = { 0 };

			value_write(&value, row, t.names[k]);
			widen(&t.widths[k], buf_z(&value));
		}
	for (i = 0; i <= json_array_size(rows); i++) {
		own_buf line = { 0 };

		for (size_t k = 0; k < t.n; k++) {
			own_buf value = { 0 };

			if (i == 0)
				buf_str(&value, str_z(heading(t.names[k])));
			else
				value_write(&value, json_array_get(rows, i - 1), t.names[k]);
			cell(&line, buf_z(&value), t.widths[k], k + 1 == t.n);
		}
		printf("%s\n", buf_z(&line));
	}
	table_free(&t);
}

/* The queue as the classic protocol writes it: five columns parted by bars. */
static void print_queue(const struct command *c, const json_t *rows)
{
	struct table t = { 0 };
	const json_t *row;
	size_t i;

	table_columns(&t, str_z(c->columns));
	json_array_foreach(rows, i, row) {
		own_buf line = { 0 };

		for (size_t k = 0; k < t.n; k++) {
			buf_str(&line, k ? STR(" | ") : STR(""));
			value_write(&line, row, t.names[k]);
		}
		printf("%s\n", buf_z(&line));
	}
	table_free(&t);
}

/* ---- one thing with its fields ----------------------------------------------------------------------------------- */

static void field(enum text name, const char *value)
{
	own_buf line = { 0 };

	cell(&line, text(name), 18, false);
	clean(&line, value);
	printf("%s\n", buf_z(&line));
}

static void print_setting(const json_t *row)
{
	const char *value = json_string_value(json_object_get(row, "value")), *fallback = json_string_value(json_object_get(row, "default"));
	own_buf help = { 0 };

	clean(&help, json_string_value(json_object_get(row, "help")));
	field(TEXT_column_name, json_string_value(json_object_get(row, "name")));
	field(TEXT_column_value, *value ? value : text(TEXT_empty));
	field(TEXT_column_default, *fallback ? fallback : text(TEXT_empty));
	field(TEXT_column_source, json_string_value(json_object_get(row, "source")));
	field(TEXT_setting_kind, json_string_value(json_object_get(row, "kind")));
	field(TEXT_setting_when, text(json_is_true(json_object_get(row, "live")) ? TEXT_setting_live : TEXT_setting_restart));
	printf("\n%s\n", buf_z(&help));
}

static void duration_write(struct buf *to, json_int_t ms)
{
	json_int_t s = ms / 1000;

	if (s >= 86400)
		buf_fmt(to, "%" JSON_INTEGER_FORMAT "d ", s / 86400);
	if (s >= 3600)
		buf_fmt(to, "%" JSON_INTEGER_FORMAT "h ", s / 3600 % 24);
	if (s >= 60)
		buf_fmt(to, "%" JSON_INTEGER_FORMAT "m ", s / 60 % 60);
	buf_fmt(to, "%" JSON_INTEGER_FORMAT "s", s % 60);
}

static void sessions_write(struct buf *to, const json_t *ok)
{
	json_t *doors = json_object_get(ok, "doors"), *n;
	const char *door, *before = " (";

	buf_fmt(to, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(ok, "sessions")));
	json_object_foreach(doors, door, n) {
		buf_fmt(to, "%s%s %" JSON_INTEGER_FORMAT, before, door, json_integer_value(n));
		before = ", ";
	}
	if (json_object_size(doors))
		buf_byte(to, ')');
}

static void print_status(const json_t *ok)
{
	static const struct {
		const char *key;
		enum text name;
	} fields[] = {
		{ "version", TEXT_status_version }, { "domain", TEXT_status_domain }, { "uptime", TEXT_status_uptime },
		{ "cores", TEXT_status_cores }, { "memory", TEXT_status_memory }, { "online", TEXT_status_online },
		{ "sessions", TEXT_status_sessions }, { "detached", TEXT_status_detached }, { "messages", TEXT_status_messages },
		{ "kept", TEXT_status_kept }, { "delivered", TEXT_status_delivered }, { "refused", TEXT_status_refused },
		{ "logins", TEXT_status_logins }, { "logins_refused", TEXT_status_logins_refused }, { "spilled", TEXT_status_spilled },
	};

	for (size_t i = 0; i < countof(fields); i++) {
		json_int_t v = json_integer_value(json_object_get(ok, fields[i].key));
		own_buf value = { 0 };

		if (fields[i].name == TEXT_status_uptime)
			duration_write(&value, v);
		else if (fields[i].name == TEXT_status_memory)
			buf_fmt(&value, "%.1f MiB", (double)v / (1 << 20));
		else if (fields[i].name == TEXT_status_sessions)
			sessions_write(&value, ok);
		else
			value_write(&value, ok, fields[i].key);
		field(fields[i].name, buf_z(&value));
	}
}

static void print_names(const json_t *list, enum text t)
{
	const json_t *name;
	size_t i;

	json_array_foreach(list, i, name) {
		own_buf line = { 0 };

		text_fill(&line, t, json_string_value(name), NULL);
		printf("%s\n", buf_z(&line));
	}
}

static void print_reload(const json_t *ok)
{
	const json_t *changed = json_object_get(ok, "changed"), *restart = json_object_get(ok, "restart");

	print_names(changed, TEXT_reload_changed);
	print_names(restart, TEXT_reload_restart);
	if (!json_array_size(changed) && !json_array_size(restart))
		printf("%s\n", text(TEXT_reload_nothing));
}

static void print_invite(const json_t *ok)
{
	static const struct {
		const char *key;
		enum text text;
	} links[] = { { "url", TEXT_invite_url }, { "uri", TEXT_invite_uri } };
	own_buf when = { 0 }, uses = { 0 }, good = { 0 };

	for (size_t i = 0; i < countof(links); i++) {
		const char *link = json_string_value(json_object_get(ok, links[i].key));
		own_buf line = { 0 };

		if (!link || !*link)
			continue;
		text_fill(&line, links[i].text, link, NULL);
		printf("%s\n", buf_z(&line));
	}
	time_write(&when, json_integer_value(json_object_get(ok, "expires")), "%Y-%m-%d %H:%M:%S");
	value_write(&uses, ok, "uses");
	text_fill(&good, TEXT_invite_good, buf_z(&when), buf_z(&uses));
	printf("%s\n", buf_z(&good));
	if (json_is_true(json_object_get(ok, "admin")))
		printf("%s\n", text(TEXT_invite_admin));
}

/* ---- errors ------------------------------------------------------------------------------------------------------ */

static int print_error(const json_t *error)
{
	static const struct {
		const char *code;
		enum text text;
	} errors[] = {
		{ "exists", TEXT_error_exists }, { "unknown", TEXT_error_unknown }, { "bad-name", TEXT_error_bad_name },
		{ "bad-password", TEXT_error_bad_password }, { "throttled", TEXT_error_throttled }, { "forbidden", TEXT_error_forbidden },
		{ "store", TEXT_error_store }, { "offline", TEXT_error_offline }, { "no-device", TEXT_error_no_device }, { "bad-settings", TEXT_error_bad_settings },
		{ "no-setting", TEXT_error_no_setting_near }, { "bad-invite", TEXT_error_bad_invite },
		{ "no-room", TEXT_error_no_room }, { "no-rooms", TEXT_error_no_rooms }, { "bad-room", TEXT_error_bad_room },
		{ "room-exists", TEXT_error_room_exists }, { "bad-key", TEXT_error_bad_key }, { "bad-affiliation", TEXT_error_bad_affiliation },
		{ "bad-switch", TEXT_error_bad_switch }, { "refused", TEXT_error_refused },
	};
	const char *code = json_string_value(json_object_get(error, "code")), *words = json_string_value(json_object_get(error, "text"));

	for (size_t i = 0; code && words && i < countof(errors); i++)
		if (!strcmp(errors[i].code, code)) {
			bool no_hint = errors[i].text == TEXT_error_no_setting_near && !*words;

			text_complain(no_hint ? TEXT_error_no_setting : errors[i].text, words, NULL);
			return EXIT_REFUSED;
		}
	fprintf(stderr, "%s\n", words ? words : "?"); /* a newer server knows more errors than we do */
	return EXIT_REFUSED;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* What is said of a list without rows. */
static enum text nothing(const struct command *c)
{
	if (!strcmp(c->words, "user devices"))
		return TEXT_no_device;
	return !strcmp(c->words, "room list") ? TEXT_no_room : TEXT_nobody;
}

int print_answer(const struct command *c, const json_t *rows, const json_t *end)
{
	const json_t *ok = json_object_get(end, "ok");
	own_buf line = { 0 };

	if (!ok)
		return print_error(json_object_get(end, "error"));
	if (!strcmp(c->words, "queue"))
		print_queue(c, rows);
	else if (!strcmp(c->words, "settings") && json_array_size(rows) == 1)
		print_setting(json_array_get(rows, 0));
	else if (*c->columns && json_array_size(rows))
		print_table(c, rows);
	else if (*c->columns)
		printf("%s\n", text(nothing(c)));
	else if (!strcmp(c->words, "status"))
		print_status(ok);
	else if (!strcmp(c->words, "reload"))
		print_reload(ok);
	else if (!strcmp(c->words, "invite"))
		print_invite(ok);
	else {
		const char *address = json_string_value(json_object_get(ok, "address"));

		text_fill(&line, (enum text)c->done, address ? address : "", NULL);
		printf("%s\n", buf_z(&line));
	}
	return EXIT_DONE;
}

int print_json(const struct command *c, const json_t *rows, const json_t *end)
{
	const json_t *ok = json_object_get(end, "ok");

	json_dumpf(!ok ? end : *c->columns ? rows : ok, stdout, JSON_INDENT(2));
	printf("\n");
	return ok ? EXIT_DONE : EXIT_REFUSED;
}
