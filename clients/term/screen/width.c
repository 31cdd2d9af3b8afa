/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/screen/width.h"

#include <assert.h>

#include "base/mem.h"

static const struct {
	uint32_t first, last;
	uint8_t width, kind;
} table[] = {
#include "clients/term/screen/width_table.h"
};

enum {
	/* of one cluster: nothing that is written has more, and an attack shall not make one of a whole message */
	CLUSTER_CHARS = 64,
	LOOK_BACK = 512,    /* bytes in which a cluster is found that ends somewhere */
};

size_t utf8_at(struct str s, size_t at, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s.p + at;
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7F >> n);

	*ret = 0xFFFD;
	if (n > s.n - at || (p[0] >= 0x80 && p[0] < 0xC2) || p[0] > 0xF4)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3F);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 1;
	*ret = c;
	return n;
}

size_t utf8_before(struct str s, size_t at)
{
	for (size_t n = 1; n <= 4 && n <= at; n++) {
		uint32_t c;

		if (((unsigned char)s.p[at - n] & 0xC0) != 0x80)
			return utf8_at(s, at - n, &c) == n ? at - n : at - 1;
	}
	return at - 1;
}

size_t utf8_put(char to[4], uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (n == 1) {
		to[0] = (char)c;
		return 1;
	}
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3F));
	to[0] = (char)((0xF00 >> n & 0xFF) | c);
	return n;
}

struct char_facts char_facts(uint32_t c)
{
	size_t low = 0, high = countof(table);

	if (c >= 0x20 && c < 0x7F)
		return (struct char_facts){ 1, KIND_OTHER };
	if (c >= 0xAC00 && c <= 0xD7A3) /* by rule: 28 syllables with the same begin, the first without a final */
		return (struct char_facts){ 2, (c - 0xAC00) % 28 ? KIND_HANGUL_LVT : KIND_HANGUL_LV };
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c < table[middle].first)
			high = middle;
		else if (c > table[middle].last)
			low = middle + 1;
		else
			return (struct char_facts){ table[middle].width, table[middle].kind };
	}
	return (struct char_facts){ 1, KIND_OTHER };
}

/* What was read of a cluster. */
struct reading {
	enum char_kind last;
	bool picture;     /* PICTURE Extend* */
	bool joined;      /* … ZWJ */
	unsigned regions;
};

static bool hangul_joins(enum char_kind a, enum char_kind b)
{
	switch (a) {
	case KIND_HANGUL_L:
		return b == KIND_HANGUL_L || b == KIND_HANGUL_V || b == KIND_HANGUL_LV || b == KIND_HANGUL_LVT;
	case KIND_HANGUL_LV:
	case KIND_HANGUL_V:
		return b == KIND_HANGUL_V || b == KIND_HANGUL_T;
	case KIND_HANGUL_LVT:
	case KIND_HANGUL_T:
		return b == KIND_HANGUL_T;
	default:
		return false;
	}
}

/* Whether there is no boundary before `next`: UAX #29, GB3 to GB13. */
static bool cluster_goes_on(const struct reading *r, enum char_kind next)
{
	if (r->last == KIND_CONTROL || next == KIND_CONTROL)
		return false;
	if (next == KIND_EXTEND || next == KIND_ZWJ || next == KIND_SPACING || r->last == KIND_PREPEND)
		return true;
	if (next == KIND_PICTURE)
		return r->joined;
	if (next == KIND_REGION)
		return r->last == KIND_REGION && r->regions % 2 == 1;
	return hangul_joins(r->last, next);
}

static void reading_step(struct reading *r, enum char_kind kind)
{
	r->joined = kind == KIND_ZWJ && r->picture;
	r->picture = kind == KIND_PICTURE || (r->picture && (kind == KIND_EXTEND || kind == KIND_ZWJ));
	r->regions = kind == KIND_REGION ? r->regions + 1 : 0;
	r->last = kind;
}

static bool keycap_base(uint32_t c) { return (c >= '0' && c <= '9') || c == '#' || c == '*'; }

/* A sequence of emoji is one picture; one of Hangul jamo one syllable; what else stands together stands side by
 * side. */
static void width_step(struct cluster *t, bool picture, uint32_t c, struct char_facts f)
{
	if (t->count == 0)
		t->width = f.kind == KIND_CONTROL ? 0 : f.width;
	else if (c == 0xFE0F)
		t->width = picture || keycap_base(t->first) ? 2 : t->width;
	else if (picture || f.kind == KIND_HANGUL_LV || f.kind == KIND_HANGUL_LVT || f.kind == KIND_HANGUL_L)
		t->width = f.width > t->width ? f.width : t->width;
	else
		t->width += f.width;
}

struct cluster cluster_at(struct str s, size_t at)
{
	struct cluster t = { 0 };
	struct reading r = { .last = KIND_OTHER };
	bool whole = true;
	unsigned chars = 0;

	assert(at < s.n);
	while (at + t.n < s.n && chars < CLUSTER_CHARS) {
		uint32_t c;
		size_t n = utf8_at(s, at + t.n, &c);
		struct char_facts f = char_facts(c);

		if (chars > 0 && !cluster_goes_on(&r, f.kind)) {
			if (!(t.first == '\r' && chars == 1 && c == '\n'))
				break;
		}
		whole = whole && t.shown + n <= CLUSTER_SHOWN;
		if (chars == 0)
			t.first = c;
		reading_step(&r, f.kind);
		if (whole) {
			width_step(&t, r.picture, c, f);
			t.shown += n;
			t.count++;
		}
		t.n += n;
		chars++;
	}
	return t;
}

size_t cluster_before(struct str s, size_t at)
{
	size_t from = at > LOOK_BACK ? at - LOOK_BACK : 0, last = from;

	while (from > 0 && from < at && ((unsigned char)s.p[from] & 0xC0) == 0x80)
		from++;
	for (last = from; from < at; from += cluster_at(s, from).n)
		last = from;
	return last;
}

unsigned text_width(struct str s)
{
	unsigned width = 0;

	for (size_t at = 0; at < s.n;) {
		struct cluster t = cluster_at(s, at);

		width += t.width;
		at += t.n;
	}
	return width;
}
