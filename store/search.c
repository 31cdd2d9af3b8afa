/* SPDX-License-Identifier: Apache-2.0
 *
 * store/search.c - a run of n characters makes n terms: each two neighbours, and the last one alone. So every
 * character of it begins a term, and a single one is found as a prefix; terms for single characters beside those of
 * two make the index a quarter larger (300,000 short Chinese messages: 114 bytes each instead of 91).
 */
#include "store/search.h"

#include "base/mem.h"
#include "model/fold.h"

/* ---- cutting ---------------------------------------------------------------------------------------------------- */

enum class { APART, LETTER, UNSPACED, SIGN, NOTHING };

/* From a number on, until the next row. NOTHING is not there at all: it changes how an emoji looks. Numbers without a
 * letter or sign yet count as what stands around them. */
static const struct {
	uint32_t from;
	enum class class;
} classes[] = {
	{ 0x0, APART },       { 0x30, LETTER },     { 0x3A, APART },      { 0x41, LETTER },     { 0x5B, APART },
	{ 0x61, LETTER },     { 0x7B, APART },      { 0xAA, LETTER },     { 0xAB, APART },      { 0xB5, LETTER },
	{ 0xB6, APART },      { 0xBA, LETTER },     { 0xBB, APART },      { 0xC0, LETTER },     { 0xD7, APART },
	{ 0xD8, LETTER },     { 0xF7, APART },      { 0xF8, LETTER },     { 0x2C2, APART },     { 0x2C6, LETTER },
	{ 0x2D2, APART },     { 0x2E0, LETTER },    { 0x2E5, APART },     { 0x300, LETTER },    { 0x37E, APART },
	{ 0x37F, LETTER },    { 0x387, APART },     { 0x388, LETTER },    { 0x55A, APART },     { 0x560, LETTER },
	{ 0x589, APART },     { 0x591, LETTER },    { 0x5BE, APART },     { 0x5BF, LETTER },    { 0x5C0, APART },
	{ 0x5C1, LETTER },    { 0x5C3, APART },     { 0x5C4, LETTER },    { 0x5F3, APART },     { 0x610, LETTER },
	{ 0x61B, APART },     { 0x620, LETTER },    { 0x66A, APART },     { 0x66E, LETTER },    { 0x6D4, APART },
	{ 0x6D5, LETTER },    { 0x700, APART },     { 0x710, LETTER },    { 0x964, APART },     { 0x966, LETTER },
	{ 0xDF4, APART },     { 0xDF5, LETTER },    { 0xE01, UNSPACED },  { 0xE3F, APART },     { 0xE40, UNSPACED },
	{ 0xE4F, APART },     { 0xE50, UNSPACED },  { 0xE5A, APART },     { 0xE81, UNSPACED },  { 0xF00, LETTER },
	{ 0xF01, APART },     { 0xF18, LETTER },    { 0xF3A, APART },     { 0xF40, LETTER },    { 0x1000, UNSPACED },
	{ 0x104A, APART },    { 0x1050, UNSPACED }, { 0x10A0, LETTER },   { 0x10FB, APART },    { 0x10FC, LETTER },
	{ 0x1100, UNSPACED }, { 0x1200, LETTER },   { 0x1360, APART },    { 0x1369, LETTER },   { 0x166D, APART },
	{ 0x166F, LETTER },   { 0x1680, APART },    { 0x1681, LETTER },   { 0x1780, UNSPACED }, { 0x17D4, APART },
	{ 0x17E0, UNSPACED }, { 0x1800, APART },    { 0x180F, LETTER },   { 0x1FBD, APART },    { 0x1FBE, LETTER },
	{ 0x2000, APART },    { 0x200C, NOTHING },  { 0x200E, APART },    { 0x203C, SIGN },     { 0x203D, APART },
	{ 0x2049, SIGN },     { 0x204A, APART },    { 0x2071, LETTER },   { 0x20A0, APART },    { 0x20D0, NOTHING },
	{ 0x2100, APART },    { 0x2102, LETTER },   { 0x2190, SIGN },     { 0x2200, APART },    { 0x2300, SIGN },
	{ 0x2400, APART },    { 0x2460, LETTER },   { 0x2500, APART },    { 0x25A0, SIGN },     { 0x27C0, APART },
	{ 0x2900, SIGN },     { 0x2980, APART },    { 0x2B00, SIGN },     { 0x2C00, LETTER },   { 0x2E00, APART },
	{ 0x2E80, UNSPACED }, { 0x2FE0, APART },    { 0x3005, UNSPACED }, { 0x3008, APART },    { 0x3021, UNSPACED },
	{ 0x302A, NOTHING },  { 0x3030, SIGN },     { 0x3031, UNSPACED }, { 0x303D, SIGN },     { 0x303E, APART },
	{ 0x3041, UNSPACED }, { 0x30A0, APART },    { 0x30A1, UNSPACED }, { 0x30FB, APART },    { 0x30FC, UNSPACED },
	{ 0x3200, SIGN },     { 0x3400, UNSPACED }, { 0xA490, APART },    { 0xA4D0, LETTER },   { 0xA960, UNSPACED },
	{ 0xA980, LETTER },   { 0xAC00, UNSPACED }, { 0xD800, APART },    { 0xF900, UNSPACED }, { 0xFB00, LETTER },
	{ 0xFD3E, APART },    { 0xFD50, LETTER },   { 0xFE00, NOTHING },  { 0xFE10, APART },    { 0xFE20, NOTHING },
	{ 0xFE30, APART },    { 0xFE70, LETTER },   { 0xFEFF, NOTHING },  { 0xFF00, APART },    { 0xFF66, UNSPACED },
	{ 0xFFE0, APART },    { 0x10000, LETTER },  { 0x1F000, SIGN },    { 0x1F3FB, NOTHING }, { 0x1F400, SIGN },
	{ 0x20000, UNSPACED },{ 0x40000, NOTHING },
};

static enum class class_of(uint32_t c)
{
	size_t low = 0, high = countof(classes);

	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? LETTER : APART;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (classes[middle].from <= c)
			low = middle;
		else
			high = middle;
	}
	return classes[low].class;
}

static enum search_kind kind_of(enum class class)
{
	return class == LETTER ? SEARCH_WORD : class == UNSPACED ? SEARCH_RUN : SEARCH_SIGN;
}

void search_cut(struct str folded, void (*each)(void *arg, enum search_kind kind, struct str text), void *arg)
{
	enum class open = APART; /* of the piece that began at `start` */
	size_t start = 0, at = 0, n;

	for (; at < folded.n; at += n) {
		enum class class = class_of(text_char(str_from(folded, at), &n));

		if (class == open && class != SIGN && class != NOTHING)
			continue;
		if (open == LETTER || open == UNSPACED)
			each(arg, kind_of(open), str_n(folded.p + start, at - start));
		if (class == SIGN)
			each(arg, SEARCH_SIGN, str_n(folded.p + at, n));
		open = class;
		start = at;
	}
	if (open == LETTER || open == UNSPACED)
		each(arg, kind_of(open), str_from(folded, start));
}

/* ---- what is looked for ----------------------------------------------------------------------------------------- */

struct reading {
	struct search *search;
	bool too_many;
};

static size_t chars_n(struct str s)
{
	size_t count = 0, n;

	for (; s.n; s = str_from(s, n), count++)
		text_char(s, &n);
	return count;
}

static void piece_add(void *arg, enum search_kind kind, struct str text)
{
	struct reading *r = arg;
	struct search *s = r->search;

	r->too_many |= s->n == SEARCH_PIECES_MAX;
	if (r->too_many)
		return;
	s->pieces[s->n++] = (struct search_piece){ kind, text };
	/* Of neighbours that are all there, nobody says that they stand together. */
	s->exact &= kind == SEARCH_WORD ? text.n <= SEARCH_WORD_MAX : kind == SEARCH_SIGN || chars_n(text) <= 2;
}

int search_read(struct search *ret, const struct archive_query *q, struct arena *arena)
{
	struct reading r = { .search = ret };
	own_buf folded = { 0 };

	*ret = (struct search){ .files = q->files, .on = q->files || q->text.n, .exact = true };
	if (!q->text.n)
		return 0;
	if (q->text.n > SEARCH_TEXT_MAX)
		return STORE_LIMIT;
	text_fold(&folded, q->text);
	search_cut(arena_str(arena, buf_all(&folded)), piece_add, &r);
	return r.too_many ? STORE_LIMIT : ret->n ? 0 : STORE_NOT_FOUND;
}

/* ---- whether it is there ---------------------------------------------------------------------------------------- */

struct fitting {
	const struct search *search;
	unsigned found; /* a bit for each piece */
};

static bool piece_is_in(const struct search_piece *p, enum search_kind kind, struct str text)
{
	if (p->kind != kind)
		return false;
	if (kind == SEARCH_WORD)
		return str_starts(text, p->text);
	/* Not at the bytes of half a character: UTF-8 shows where one begins. */
	return kind == SEARCH_SIGN ? str_eq(text, p->text) : memmem(text.p, text.n, p->text.p, p->text.n) != NULL;
}

static void piece_look(void *arg, enum search_kind kind, struct str text)
{
	struct fitting *f = arg;

	for (size_t i = 0; i < f->search->n; i++)
		if (piece_is_in(&f->search->pieces[i], kind, text))
			f->found |= 1u << i;
}

/* The folded text of a message, as far as it is looked at. */
static void text_of(const struct stanza *s, struct buf *folded, bool *file)
{
	own_buf plain = { 0 };

	stanza_words(s, &plain, file);
	text_fold(folded, str_n(plain.p, plain.n < SEARCH_TEXT_MAX ? plain.n : SEARCH_TEXT_MAX));
}

bool search_fits(const struct search *search, const struct stanza *s)
{
	struct fitting f = { .search = search };
	own_buf folded = { 0 };
	bool file;

	if (!search->on)
		return true;
	text_of(s, &folded, &file);
	if (search->files && !file)
		return false;
	search_cut(buf_all(&folded), piece_look, &f);
	return f.found == (1u << search->n) - 1;
}

/* ---- the index -------------------------------------------------------------------------------------------------- */

/* No class of characters that stands in a word or a run. */
#define MARK "\xC2\xA7"

static const struct str file_term = STR_INIT(MARK "f");

void search_owner(struct buf *to, int64_t owner) { buf_fmt(to, MARK "%lld", (long long)owner); }

static struct str word_cut(struct str word)
{
	size_t n = word.n;

	if (n > SEARCH_WORD_MAX)
		for (n = SEARCH_WORD_MAX; n && ((unsigned char)word.p[n] & 0xC0) == 0x80;)
			n--;
	return str_n(word.p, n);
}

/* The terms of a run; `last`: also the one of its last character alone. */
static void run_terms(struct str run, bool last, void (*each)(void *arg, struct str term), void *arg)
{
	size_t first, second;

	for (; run.n; run = str_from(run, first)) {
		text_char(run, &first);
		if (first < run.n)
			text_char(str_from(run, first), &second);
		else if (!last)
			return;
		else
			second = 0;
		each(arg, str_n(run.p, first + second));
	}
}

static void term_put(void *arg, struct str term)
{
	buf_str(arg, term);
	buf_byte(arg, ' ');
}

static void piece_terms(void *arg, enum search_kind kind, struct str text)
{
	if (kind == SEARCH_RUN)
		run_terms(text, true, term_put, arg);
	else
		term_put(arg, word_cut(text));
}

void search_terms(const struct stanza *s, struct buf *to)
{
	own_buf folded = { 0 };
	bool file;

	text_of(s, &folded, &file);
	if (file)
		term_put(to, file_term);
	search_cut(buf_all(&folded), piece_terms, to);
}

struct asking {
	void (*each)(void *arg, struct str term, bool prefix);
	void *arg;
};

static void term_ask(void *arg, struct str term)
{
	const struct asking *a = arg;

	a->each(a->arg, term, false);
}

void search_ask(const struct search *search, void (*each)(void *arg, struct str term, bool prefix), void *arg)
{
	struct asking a = { each, arg };

	if (search->files)
		each(arg, file_term, false);
	for (size_t i = 0; i < search->n; i++) {
		const struct search_piece *p = &search->pieces[i];

		if (p->kind == SEARCH_RUN && chars_n(p->text) > 1)
			run_terms(p->text, false, term_ask, &a);
		else
			each(arg, word_cut(p->text), p->kind != SEARCH_SIGN);
	}
}
