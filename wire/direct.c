/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/direct.h"

#include <assert.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "wire/hybrid.h"

enum direct_frame direct_frame(const char *bytes, size_t n, size_t *scanned, size_t *len)
{
	size_t end = n < DIRECT_LINE_MAX + 1 ? n : DIRECT_LINE_MAX + 1;
	const char *lf = *scanned < end ? memchr(bytes + *scanned, '\n', end - *scanned) : NULL;

	if (!lf) {
		*scanned = end;
		return end > DIRECT_LINE_MAX ? DIRECT_BAD : DIRECT_MORE;
	}
	*scanned = 0;
	*len = (size_t)(lf - bytes) + 1;
	return DIRECT_WHOLE;
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
		      c == '_'))
			return false;
	}
	return s.n && s.n <= DIRECT_ID_MAX;
}

static bool is_reason(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-'))
			return false;
	return s.n && s.n <= DIRECT_REASON_MAX;
}

/* One spelling for each number: no leading zero. */
static bool number_read(struct str s, uint64_t *ret)
{
	return !(s.n > 1 && s.p[0] == '0') && str_u64(s, ret) && *ret <= INT64_MAX;
}

/* Cuts the part before the next comma off `rest`. */
static bool first(struct str *rest, struct str *ret)
{
	size_t comma = str_find(*rest, ',');

	if (comma == rest->n)
		return false;
	*ret = str_n(rest->p, comma);
	*rest = str_from(*rest, comma + 1);
	return true;
}

/* Cuts the part behind the last comma off `rest`. */
static bool last(struct str *rest, struct str *ret)
{
	for (size_t i = rest->n; i-- > 0;)
		if (rest->p[i] == ',') {
			*ret = str_from(*rest, i + 1);
			rest->n = i;
			return true;
		}
	return false;
}

/* ---- the lines --------------------------------------------------------------------------------------------------- */

static const struct str uses[] = { [DIRECT_FOR_TALK] = STR_INIT("talk"), [DIRECT_FOR_FILE] = STR_INIT("file") };

static bool hello_read(struct direct_line *l, struct str rest)
{
	struct str version, use = rest;

	if (!first(&rest, &l->user) || !hybrid_is_name(l->user) || !first(&rest, &version) ||
	    !number_read(version, &l->number) || !l->number)
		return false;
	use = str_n(rest.p, str_find(rest, ','));
	l->use = str_eq(use, uses[DIRECT_FOR_FILE]) ? DIRECT_FOR_FILE : DIRECT_FOR_TALK;
	return str_eq(use, uses[l->use]);
}

static bool id_read(struct direct_line *l, struct str rest)
{
	l->id = rest;
	return is_id(rest);
}

static bool talk_read(struct direct_line *l, struct str rest)
{
	struct str time;
	uint64_t ms;

	if (!first(&rest, &time) || !number_read(time, &ms) || !first(&rest, &l->user) || !hybrid_is_name(l->user))
		return false;
	l->time = (msec)ms;
	l->text = rest;
	return true;
}

/* A name may hold commas: the other fields are taken from the end. */
static bool file_read(struct direct_line *l, struct str rest)
{
	struct str sum, size;
	own_buf bytes = { 0 };

	if (!last(&rest, &sum) || sum.n != 2 * DIRECT_SUM_BYTES || !hex_read(&bytes, sum) || !last(&rest, &size) ||
	    !number_read(size, &l->number) || !rest.n)
		return false;
	memcpy(l->sum, bytes.p, DIRECT_SUM_BYTES);
	l->text = rest;
	return true;
}

static bool from_read(struct direct_line *l, struct str rest) { return number_read(rest, &l->number); }

static bool ack_read(struct direct_line *l, struct str rest)
{
	l->counted = rest.p;
	return !rest.p || number_read(rest, &l->number);
}

static bool no_read(struct direct_line *l, struct str rest)
{
	size_t comma = str_find(rest, ',');

	l->text = str_n(rest.p, comma);
	if (comma < rest.n && !id_read(l, str_from(rest, comma + 1)))
		return false;
	return is_reason(l->text);
}

static bool nothing_read(struct direct_line *l, struct str rest) { return !rest.p; }

static void hello_write(struct buf *to, const struct direct_line *l)
{
	buf_str(to, l->user);
	buf_fmt(to, ",%llu,", (unsigned long long)l->number);
	buf_str(to, uses[l->use]);
}

static void id_write(struct buf *to, const struct direct_line *l) { buf_str(to, l->id); }

static void talk_write(struct buf *to, const struct direct_line *l)
{
	buf_u64(to, (uint64_t)l->time);
	buf_fmt(to, ",%.*s,", STR_ARG(l->user));
	buf_str(to, l->text);
}

static void file_write(struct buf *to, const struct direct_line *l)
{
	buf_str(to, l->text);
	buf_fmt(to, ",%llu,", (unsigned long long)l->number);
	hex_write(to, str_bytes(l->sum, DIRECT_SUM_BYTES));
}

static void number_write(struct buf *to, const struct direct_line *l) { buf_u64(to, l->number); }

static void no_write(struct buf *to, const struct direct_line *l)
{
	buf_str(to, l->text);
	if (l->id.p)
		buf_fmt(to, ",%.*s", STR_ARG(l->id));
}

/* `fields`: what follows a comma; absent (p NULL) where there is none. */
static const struct word {
	struct str word;
	bool (*read)(struct direct_line *l, struct str fields);
	void (*write)(struct buf *to, const struct direct_line *l);
	bool bare, fielded; /* may stand without fields; with */
} words[DIRECT_KINDS] = {
	[DIRECT_HELLO] = { STR_INIT("hello"), hello_read, hello_write, false, true },
	[DIRECT_ID] = { STR_INIT("id"), id_read, id_write, false, true },
	[DIRECT_TALK] = { STR_INIT("talk"), talk_read, talk_write, false, true },
	[DIRECT_FILE] = { STR_INIT("file"), file_read, file_write, false, true },
	[DIRECT_GET] = { STR_INIT("get"), id_read, id_write, false, true },
	[DIRECT_FROM] = { STR_INIT("from"), from_read, number_write, false, true },
	[DIRECT_ACK] = { STR_INIT("ack"), ack_read, number_write, true, true },
	[DIRECT_NO] = { STR_INIT("no"), no_read, no_write, false, true },
	[DIRECT_PING] = { STR_INIT("ping"), nothing_read, NULL, true, false },
	[DIRECT_PONG] = { STR_INIT("pong"), nothing_read, NULL, true, false },
	[DIRECT_BYE] = { STR_INIT("bye"), nothing_read, NULL, true, false },
};

bool direct_parse(struct direct_line *ret, struct str line)
{
	size_t comma = str_find(line, ',');
	struct str word = str_n(line.p, comma), fields = comma < line.n ? str_from(line, comma + 1) : STR_NONE;
	struct direct_line l = { 0 };

	if (!str_is_utf8(line))
		return false;
	for (size_t i = 0; i < countof(words); i++) {
		const struct word *w = &words[i];

		if (!str_eq(word, w->word))
			continue;
		l.kind = (enum direct_kind)i;
		if (!(fields.p ? w->fielded : w->bare) || !w->read(&l, fields))
			return false;
		*ret = l;
		return true;
	}
	return false;
}

void direct_write(struct buf *to, const struct direct_line *l)
{
	const struct word *w = &words[l->kind];

	buf_str(to, w->word);
	if (w->write && !(l->kind == DIRECT_ACK && !l->counted)) {
		buf_byte(to, ',');
		w->write(to, l);
	}
	buf_byte(to, '\n');
}

/* ---- names and marks --------------------------------------------------------------------------------------------- */

bool direct_name_read(struct buf *to, struct str written)
{
	size_t before = to->n;
	struct str name;
	bool good;

	if (!hybrid_unescape(to, written))
		return false;
	name = str_n(to->p ? to->p + before : "", to->n - before);
	good = name.n && name.n <= DIRECT_NAME_MAX && !str_is(name, ".") && !str_is(name, "..");
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		good = good && c >= 0x20 && c != 0x7F && c != '/';
	}
	if (!good)
		to->n = before;
	return good;
}

void direct_mark(struct buf *to, struct str user, struct str time, struct str content)
{
	uint8_t sum[HASH_BYTES_MAX];
	struct hash_stream *s = hash_begin(HASH_SHA256);

	/* Neither a name nor a time holds a comma: no two messages give the same bytes. */
	hash_add(s, user);
	hash_add(s, STR(","));
	hash_add(s, time);
	hash_add(s, STR(","));
	hash_add(s, content);
	hash_end(s, sum);
	hex_write(to, str_bytes(sum, 16));
}
