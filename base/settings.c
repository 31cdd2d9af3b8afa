/* SPDX-License-Identifier: Apache-2.0 */
#include "base/settings.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	FILE_BYTES_MAX = 1 << 20,
	LINE_BYTES_MAX = 190, /* inih as Debian builds it takes lines of up to 199 bytes and splits longer ones, silently */
	NAME_BYTES_MAX = 64,
};

struct value {
	const char *text; /* in the arena, zero-terminated */
	const char *source;
	const char *fallback;
	unsigned line; /* in the file; 0: not from a file */
	bool set;      /* by --set, which the file does not override */
	int64_t number;
};

struct settings {
	const struct setting *table;
	size_t n;
	struct value *values;
	struct arena arena;
};

static const char *keep(struct settings *s, struct str text)
{
	char *z = arena_get(&s->arena, text.n + 1);

	if (text.n)
		memcpy(z, text.p, text.n);
	z[text.n] = 0;
	return z;
}

static const struct setting *find(const struct settings *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_is(name, s->table[i].name))
			return &s->table[i];
	return NULL;
}

static struct value *value_of(const struct settings *s, const struct setting *setting)
{
	return &s->values[setting - s->table];
}

/* ---- parsing of values: each kind fills in `v` or says in `why` what it wants ------------------------------------ */

static bool out_of_bounds(const struct setting *t, int64_t v, struct buf *why)
{
	if (v >= t->min && v <= t->max)
		return false;
	buf_lit(why, "is out of bounds: ");
	settings_describe(t, why);
	return true;
}

static bool bool_read(const struct setting *t, struct str text, struct value *v, struct buf *why)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (size_t i = 0; i < countof(words); i++)
		if (str_is(text, words[i])) {
			v->number = i & 1;
			return true;
		}
	buf_lit(why, "must be yes or no");
	return false;
}

struct unit {
	const char *name;
	int64_t times;
};

/* A whole number with one of the units behind it; without one it is taken as the first. */
static bool scaled_read(struct str text, const struct unit *units, size_t n, int64_t *ret)
{
	size_t digits = 0;
	uint64_t number;
	struct str unit;

	while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	if (!str_u64(str_n(text.p, digits), &number) || number > INT64_MAX)
		return false;
	unit = str_trim(str_from(text, digits));
	for (size_t i = 0; i < n; i++)
		if (str_is(unit, units[i].name) || (unit.n == 0 && i == 0))
			return !__builtin_mul_overflow((int64_t)number, units[i].times, ret);
	return false;
}

static bool int_read(const struct setting *t, struct str text, struct value *v, struct buf *why)
{
	static const struct unit units[] = { { "", 1 } };

	if (!scaled_read(text, units, countof(units), &v->number)) {
		buf_lit(why, "must be a whole number");
		return false;
	}
	return !out_of_bounds(t, v->number, why);
}

static bool bytes_read(const struct setting *t, struct str text, struct value *v, struct buf *why)
{
	static const struct unit units[] = {
		{ "", 1 }, { "B", 1 }, { "K", 1 << 10 }, { "KiB", 1 << 10 }, { "M", 1 << 20 }, { "MiB", 1 << 20 },
		{ "G", 1 << 30 }, { "GiB", 1 << 30 },
	};

	if (!scaled_read(text, units, countof(units), &v->number)) {
		buf_lit(why, "must be a number of bytes, as in 65536, 64K or 1M");
		return false;
	}
	return !out_of_bounds(t, v->number, why);
}

static bool duration_read(const struct setting *t, struct str text, struct value *v, struct buf *why)
{
	static const struct unit units[] = {
		{ "s", 1000 }, { "ms", 1 }, { "m", 60 * 1000 }, { "min", 60 * 1000 }, { "h", 3600 * 1000 }, { "d", 86400 * 1000 },
	};

	if (!scaled_read(text, units, countof(units), &v->number)) {
		buf_lit(why, "must be a time, as in 500ms, 30s, 10m, 2h or 7d");
		return false;
	}
	return !out_of_bounds(t, v->number, why);
}

static bool choice_read(const struct setting *t, struct str text, struct value *v, struct buf *why)
{
	struct str rest = str_z(t->choices);

	for (int64_t i = 0; rest.n; i++) {
		size_t end = str_find(rest, ' ');

		if (str_eq(str_n(rest.p, end), text)) {
			v->number = i;
			return true;
		}
		rest = str_from(rest, end + 1);
	}
	buf_fmt(why, "must be one of: %s", t->choices);
	return false;
}

static bool is_clean_text(struct str text, struct buf *why)
{
	bool clean = str_is_utf8(text);

	for (size_t i = 0; clean && i < text.n; i++)
		clean = (unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7f;
	if (!clean)
		buf_lit(why, "must be UTF-8 text without control characters");
	return clean;
}

static bool text_read(const struct setting *t, struct str text, struct value *v, struct buf *why)
{
	return is_clean_text(text, why);
}

static bool url_read(const struct setting *t, struct str text, struct value *v, struct buf *why)
{
	size_t i = 0;

	if (text.n == 0)
		return true;
	while (i < text.n && ((text.p[i] >= 'a' && text.p[i] <= 'z') || (i && text.p[i] >= '0' && text.p[i] <= '9')))
		i++;
	if (i == 0 || i == text.n || text.p[i] != ':') {
		buf_lit(why, "must be a URL, as in sqlite:/var/lib/anser/anser.db");
		return false;
	}
	return is_clean_text(text, why);
}

static bool is_port(struct str text)
{
	uint64_t port;

	return str_u64(text, &port) && port <= 65535;
}

/* "[::1]:5222", "127.0.0.1:5222", "localhost:5222", "*:5222"; port 0 is any free one. */
static bool is_address(struct str text)
{
	char host[INET6_ADDRSTRLEN] = "";
	uint8_t unused[16];
	size_t colon = text.n;

	while (colon && text.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || !is_port(str_from(text, colon)))
		return false;
	text.n = colon - 1;
	if (str_is(text, "*") || str_is(text, "localhost"))
		return true;
	if (text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']' && text.n - 2 < sizeof host) {
		memcpy(host, text.p + 1, text.n - 2);
		return inet_pton(AF_INET6, host, unused) == 1;
	}
	if (text.n >= sizeof host)
		return false;
	memcpy(host, text.p, text.n);
	return inet_pton(AF_INET, host, unused) == 1;
}

static bool is_separator(char c) { return c == ' ' || c == ',' || c == '\t'; }

static bool addresses_read(const struct setting *t, struct str text, struct value *v, struct buf *why)
{
	size_t end;

	if (!is_clean_text(text, why))
		return false;
	for (size_t i = 0; i < text.n; i = end) {
		end = i + 1;
		if (is_separator(text.p[i]))
			continue;
		while (end < text.n && !is_separator(text.p[end]))
			end++;
		if (!is_address(str_n(text.p + i, end - i))) {
			buf_lit(why, "must be addresses with ports, as in [::]:5222 or 127.0.0.1:5222, parted by commas");
			return false;
		}
	}
	return true;
}

static const struct {
	const char *name; /* for people */
	bool (*read)(const struct setting *t, struct str text, struct value *v, struct buf *why);
} types[SETTING_TYPES] = {
	[SETTING_BOOL] = { "yes or no", bool_read },
	[SETTING_INT] = { "number", int_read },
	[SETTING_BYTES] = { "bytes", bytes_read },
	[SETTING_DURATION] = { "time", duration_read },
	[SETTING_TEXT] = { "text", text_read },
	[SETTING_CHOICE] = { "one of", choice_read },
	[SETTING_ADDRESSES] = { "addresses with ports", addresses_read },
	[SETTING_PATH] = { "path", text_read },
	[SETTING_URL] = { "URL", url_read },
	[SETTING_SECRET] = { "text, not shown", text_read },
};

/* ---- taking values ----------------------------------------------------------------------------------------------- */

/* Puts `text` in place of the value when it passes; else says why not. */
static bool take(struct settings *s, const struct setting *t, struct str text, struct buf *why)
{
	struct value *v = value_of(s, t), fresh = { 0 };

	if (!types[t->type].read(t, text, &fresh, why))
		return false;
	v->number = fresh.number;
	v->text = keep(s, text);
	return true;
}

struct settings *settings_new(const struct setting *table, size_t n)
{
	struct settings *s = mem_new(struct settings);
	own_buf why = { 0 };

	s->table = table;
	s->n = n;
	s->values = mem_alloc(n * sizeof *s->values);
	for (size_t i = 0; i < n; i++) {
		bool good = take(s, &table[i], str_z(table[i].fallback), &why);

		assert(good);
		s->values[i].fallback = table[i].fallback;
		s->values[i].source = "default";
	}
	return s;
}

struct settings *settings_free(struct settings *s)
{
	if (!s)
		return NULL;
	mem_free(s->values);
	arena_free(&s->arena);
	mem_free(s);
	return NULL;
}

bool settings_default(struct settings *s, const char *name, struct str value)
{
	const struct setting *t = find(s, str_z(name));
	struct value *v;
	own_buf why = { 0 };

	assert(t);
	v = value_of(s, t);
	if (v->line || v->set) {
		struct value unused = { 0 };
		bool good = types[t->type].read(t, value, &unused, &why);

		if (good)
			v->fallback = keep(s, value);
		return good;
	}
	if (!take(s, t, value, &why))
		return false;
	v->fallback = v->text;
	return true;
}

/* ---- suggestions ------------------------------------------------------------------------------------------------- */

/* How many letters must be put in, left out or exchanged to make one of the other (Levenshtein). */
static size_t distance(struct str a, struct str b)
{
	size_t row[NAME_BYTES_MAX + 1];

	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t swap = corner + (a.p[i - 1] != b.p[j - 1]);

			corner = row[j];
			if (row[j] + 1 < swap)
				swap = row[j] + 1;
			row[j] = row[j - 1] + 1 < swap ? row[j - 1] + 1 : swap;
		}
	}
	return row[b.n];
}

const char *settings_nearest(const struct settings *s, struct str name)
{
	struct str wanted = str_find(name, '.') < name.n ? str_from(name, str_find(name, '.') + 1) : name;
	const char *best = NULL;
	size_t least = 1 + name.n / 3; /* further away is no misspelling */

	if (name.n > NAME_BYTES_MAX)
		return NULL;
	for (size_t i = 0; i < s->n; i++) {
		struct str known = str_z(s->table[i].name), word = str_from(known, str_find(known, '.') + 1);
		size_t d = str_eq(word, wanted) ? 1 : distance(name, known); /* only the section is wrong */

		if (d <= least) {
			least = d ? d - 1 : 0;
			best = s->table[i].name;
		}
	}
	return best;
}

static void unknown(const struct settings *s, struct str name, struct buf *why)
{
	const char *near = settings_nearest(s, name);

	buf_fmt(why, "there is no setting %.*s", STR_ARG(name));
	if (near)
		buf_fmt(why, "; did you mean %s?", near);
}

int settings_set(struct settings *s, const char *assignment, struct buf *why)
{
	struct str text = str_z(assignment), name, value;
	size_t eq = str_find(text, '='), was = why->n;
	const struct setting *t;

	name = str_trim(str_n(text.p, eq));
	if (eq == text.n || !name.n) {
		buf_fmt(why, "--set %s: must be section.name=value\n", assignment);
		return SETTINGS_BAD;
	}
	value = str_trim(str_from(text, eq + 1));
	t = find(s, name);
	buf_fmt(why, "--set %.*s: ", STR_ARG(name));
	if (!t)
		unknown(s, name, why);
	else if (take(s, t, value, why)) {
		value_of(s, t)->set = true;
		value_of(s, t)->source = "--set";
		why->n = was; /* what others complained about stays */
		return 0;
	}
	buf_byte(why, '\n');
	return SETTINGS_BAD;
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

/* What inih is given, line by line; it does not tell its handler the number of the line, so it is counted here. */
struct reading {
	struct settings *s;
	struct str rest;
	const char *origin;
	struct buf *why;
	unsigned line, complained; /* complained: the last line that `why` mentions */
	int verdict;
};

static void complain(struct reading *r, struct str name)
{
	buf_fmt(r->why, "%s:%u: ", r->origin, r->line);
	if (name.n)
		buf_fmt(r->why, "%.*s ", STR_ARG(name));
	r->complained = r->line;
	r->verdict = SETTINGS_BAD;
}

/* fgets() over the text. A line that inih would split or misread is replaced by an empty one after saying so. */
static char *line_next(char *to, int room, void *arg)
{
	struct reading *r = arg;
	size_t end = str_find(r->rest, '\n');
	struct str line = str_n(r->rest.p, end);

	if (!r->rest.n)
		return NULL;
	r->line++;
	r->rest = str_from(r->rest, end + 1);
	line = str_trim(line); /* inih would join an indented line to the one before it */
	if (line.n > LINE_BYTES_MAX || (int)line.n + 2 > room) {
		complain(r, STR_NONE);
		buf_fmt(r->why, "the line is longer than %d bytes\n", LINE_BYTES_MAX);
		line.n = 0;
	} else if (memchr(line.p, 0, line.n)) {
		complain(r, STR_NONE);
		buf_lit(r->why, "the line has a zero byte in it\n");
		line.n = 0;
	}
	memcpy(to, line.p, line.n);
	to[line.n] = '\n';
	to[line.n + 1] = 0;
	return to;
}

static void take_line(struct reading *r, const struct setting *t, struct str text)
{
	struct value *v = value_of(r->s, t);
	own_buf where = { 0 }, why = { 0 };

	if (v->line) {
		complain(r, str_z(t->name));
		buf_fmt(r->why, "is given twice, first on line %u\n", v->line);
		return;
	}
	v->line = r->line;
	if (v->set) { /* --set stays; the file must be right all the same */
		struct value unused = { 0 };

		if (types[t->type].read(t, text, &unused, &why))
			return;
	} else if (take(r->s, t, text, &why)) {
		buf_fmt(&where, "%s:%u", r->origin, r->line);
		v->source = keep(r->s, buf_all(&where));
		return;
	}
	complain(r, str_z(t->name));
	buf_fmt(r->why, "%.*s\n", STR_ARG(buf_all(&why)));
}

static int line_read(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;
	own_buf full = { 0 };
	const struct setting *t;

	buf_fmt(&full, "%s%s%s", section, *section ? "." : "", name);
	t = find(r->s, buf_all(&full));
	if (!t) {
		complain(r, STR_NONE);
		unknown(r->s, buf_all(&full), r->why);
		buf_byte(r->why, '\n');
		return 1;
	}
	take_line(r, t, str_z(value));
	return 1;
}

int settings_read(struct settings *s, struct str text, const char *origin, struct buf *why)
{
	struct reading r = { .s = s, .rest = text, .origin = origin, .why = why };
	int bad;

	for (size_t i = 0; i < s->n; i++)
		s->values[i].line = 0;
	bad = ini_parse_stream(line_next, &r, line_read, &r);
	if (bad > 0) { /* the handler always answers 1, so this is a line that inih itself could not read */
		r.line = (unsigned)bad;
		complain(&r, STR_NONE);
		buf_lit(why, "this is no [section], no name = value, and no comment\n");
	}
	return r.verdict;
}

static int file_read(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		return errno;
	while (to->n <= FILE_BYTES_MAX && (n = read(fd, buf_room(to, 4096), 4096)) > 0)
		to->n += (size_t)n;
	n = n < 0 ? errno : to->n > FILE_BYTES_MAX ? EFBIG : 0;
	close(fd);
	return (int)n;
}

int settings_load(struct settings *s, const char *path, struct buf *why)
{
	own_buf text = { 0 };
	int error = file_read(path, &text);

	if (error) {
		buf_fmt(why, "%s: cannot be read: %s\n", path, strerror(error));
		return SETTINGS_UNREADABLE;
	}
	return settings_read(s, buf_all(&text), path, why);
}

/* ---- reload ------------------------------------------------------------------------------------------------------ */

void settings_reload(struct settings *fresh, const struct settings *now, struct buf *changed, struct buf *restart)
{
	own_buf why = { 0 };

	assert(fresh->table == now->table);
	for (size_t i = 0; i < now->n; i++) {
		const struct setting *t = &now->table[i];
		struct value *f = &fresh->values[i];
		const struct value *v = &now->values[i];

		if (strcmp(f->text, v->text) == 0)
			continue;
		buf_fmt(t->when == SETTING_LIVE ? changed : restart, "%s\n", t->name);
		if (t->when != SETTING_LIVE) {
			bool good = take(fresh, t, str_z(v->text), &why);

			assert(good);
			f->source = keep(fresh, str_z(v->source));
		}
	}
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static const struct value *must_find(const struct settings *s, const char *name, unsigned fitting)
{
	const struct setting *t = find(s, str_z(name));

	assert(t && (fitting >> t->type & 1));
	return value_of(s, t);
}

bool settings_bool(const struct settings *s, const char *name) { return must_find(s, name, 1u << SETTING_BOOL)->number; }

int64_t settings_int(const struct settings *s, const char *name)
{
	return must_find(s, name, 1u << SETTING_INT | 1u << SETTING_BYTES | 1u << SETTING_DURATION | 1u << SETTING_CHOICE)->number;
}

const char *settings_z(const struct settings *s, const char *name) { return must_find(s, name, ~0u)->text; }
struct str settings_text(const struct settings *s, const char *name) { return str_z(settings_z(s, name)); }

size_t settings_count(const struct settings *s) { return s->n; }

struct settings_entry settings_entry(const struct settings *s, size_t i)
{
	const struct value *v = &s->values[i];

	assert(i < s->n);
	return (struct settings_entry){ &s->table[i], v->text, v->fallback, v->source };
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

static void bytes_write(struct buf *to, int64_t v)
{
	static const struct unit units[] = { { "G", 1 << 30 }, { "M", 1 << 20 }, { "K", 1 << 10 }, { "", 1 } };
	size_t i = 0;

	while (v < units[i].times || v % units[i].times) {
		if (units[i].times == 1)
			break;
		i++;
	}
	buf_fmt(to, "%lld%s", (long long)(v / units[i].times), units[i].name);
}

static void duration_write(struct buf *to, int64_t v)
{
	static const struct unit units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 } };
	size_t i = 0;

	while (units[i].times > 1 && (v < units[i].times || v % units[i].times))
		i++;
	buf_fmt(to, "%lld%s", (long long)(v / units[i].times), units[i].name);
}

void settings_describe(const struct setting *t, struct buf *to)
{
	void (*write)(struct buf *, int64_t) = t->type == SETTING_BYTES ? bytes_write : duration_write;

	buf_fmt(to, "%s", types[t->type].name);
	if (t->type == SETTING_CHOICE)
		buf_fmt(to, " %s", t->choices);
	if (t->type == SETTING_INT)
		buf_fmt(to, ", %lld to %lld", (long long)t->min, (long long)t->max);
	if (t->type == SETTING_BYTES || t->type == SETTING_DURATION) {
		buf_lit(to, ", ");
		write(to, t->min);
		buf_lit(to, " to ");
		write(to, t->max);
	}
}

/* Words of `text` in lines of at most `width`, each beginning with `prefix`. */
static void wrapped(struct buf *to, const char *prefix, struct str text, size_t width)
{
	size_t column = 0;

	while (text.n) {
		size_t end = str_find(text, ' ');

		if (column && column + 1 + end <= width) {
			buf_byte(to, ' ');
			column++;
		} else {
			if (column)
				buf_byte(to, '\n');
			buf_str(to, str_z(prefix));
			column = strlen(prefix);
		}
		buf_add(to, text.p, end);
		column += end;
		text = str_from(text, end + 1);
	}
	buf_byte(to, '\n');
}

/* The section of a table's row, and whether it is another one than that of the row before. */
static struct str section_of(const struct settings *s, size_t i, bool *first)
{
	struct str name = str_z(s->table[i].name), before = i ? str_z(s->table[i - 1].name) : STR("");
	struct str section = str_n(name.p, str_find(name, '.'));

	*first = !str_eq(section, str_n(before.p, str_find(before, '.')));
	return section;
}

void settings_sample(const struct settings *s, struct buf *to)
{
	own_buf line = { 0 };
	bool first;

	buf_lit(to, "; Settings of anserd. Each line that begins with # shows a default: take the # away to change it.\n");
	for (size_t i = 0; i < s->n; i++) {
		const struct setting *t = &s->table[i];
		struct str section = section_of(s, i, &first);

		if (first)
			buf_fmt(to, "\n[%.*s]\n", STR_ARG(section));
		buf_byte(to, '\n');
		wrapped(to, "; ", str_z(t->help), 100);
		buf_clear(&line);
		buf_byte(&line, '(');
		settings_describe(t, &line);
		buf_str(&line, t->when == SETTING_LIVE ? STR("; changes while running)") : STR("; changes with a restart)"));
		wrapped(to, "; ", buf_all(&line), 100);
		buf_fmt(to, "#%s =%s%s\n", t->name + section.n + 1, *s->values[i].fallback ? " " : "", s->values[i].fallback);
	}
}

/* Text for man(7): a leading dot or quote and backslashes mean something there, and a minus is a hyphen unless escaped. */
static void roff(struct buf *to, const char *text)
{
	if (*text == '.' || *text == '\'')
		buf_lit(to, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			buf_lit(to, "\\e");
		else if (*text == '-')
			buf_lit(to, "\\-");
		else
			buf_byte(to, *text);
	}
}

void settings_manual(const struct settings *s, struct buf *to)
{
	own_buf line = { 0 };
	bool first;

	for (size_t i = 0; i < s->n; i++) {
		const struct setting *t = &s->table[i];
		struct str section = section_of(s, i, &first);

		if (first)
			buf_fmt(to, ".SS [%.*s]\n", STR_ARG(section));
		buf_lit(to, ".TP\n.B ");
		roff(to, t->name + section.n + 1);
		buf_byte(to, '\n');
		roff(to, t->help);
		buf_lit(to, "\n.br\n");
		buf_clear(&line);
		settings_describe(t, &line);
		roff(to, buf_z(&line));
		buf_lit(to, ". Default: ");
		roff(to, *t->fallback ? t->fallback : "empty");
		buf_str(to, t->when == SETTING_LIVE ? STR(". Changes while running.\n") : STR(". Changes with a restart.\n"));
	}
}
