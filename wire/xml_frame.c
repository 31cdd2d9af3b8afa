/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding where a frame ends. What is inside is the parser's business: here only as much is understood as is needed to
 * know which '<' and '>' are tags. Every byte is looked at once, however the stream is split; only the few bytes of a
 * tag's first characters ("<![CDATA[") are looked at again while they are not all there.
 */
#include "wire/xml.h"
#include "wire/xml_scan.h"

/* The state is where the next byte stands. OUTSIDE must be 0: it is how a stream begins. Inside of a value the state
 * is its quote. */
enum { OUTSIDE, PROLOG, DECLARATION, CDATA, TEXT, TAG, END_TAG };

enum { AGAIN = -1, WAIT = -2 }; /* not a frame yet: go on, or wait for more bytes */

struct scan {
	struct xml_framer *f;
	const char *start, *p, *end;
};

/* Compares what stands at p with `word`: >0 it is there, 0 it is not, <0 it may be when more bytes come. */
static int word_at(const struct scan *s, struct str word)
{
	size_t n = (size_t)(s->end - s->p);

	if (memcmp(s->p, word.p, n < word.n ? n : word.n) != 0)
		return 0;
	return n < word.n ? -1 : 1;
}

/* "<!" or "<?" at p. */
static int scan_special(struct scan *s)
{
	bool inside = s->f->state == TEXT;
	struct str word = inside ? STR("<![CDATA[") : STR("<?xml");
	int there;

	if (inside ? s->p[1] == '?' : s->f->open || s->p != s->start || s->p[1] == '!')
		return XML_RESTRICTED;
	there = word_at(s, word);
	if (there > 0 && !inside) {
		if (s->p + word.n == s->end)
			return WAIT;
		if (!xml_is_space(s->p[word.n]))
			return XML_RESTRICTED;
	}
	if (there <= 0)
		return there ? WAIT : XML_RESTRICTED;
	s->p += word.n;
	s->f->state = inside ? CDATA : DECLARATION;
	return AGAIN;
}

/* A '<' at `at`: what begins there. AGAIN when it is a tag. */
static inline int tag_begin(struct scan *s, const char *at)
{
	struct xml_framer *f = s->f;

	s->p = at;
	if (s->end - at < 2)
		return WAIT;
	if (at[1] == '/') {
		if (f->state != TEXT && !f->open)
			return XML_NOT_WELL_FORMED;
		f->state = END_TAG;
	} else if (at[1] == '!' || at[1] == '?') {
		return scan_special(s);
	} else {
		if (f->depth == XML_DEPTH_MAX && !f->ours)
			return XML_TOO_BIG;
		f->state = TAG;
	}
	s->p++;
	return AGAIN;
}

/* The '>' at `at` ends a tag. */
static inline int tag_end(struct scan *s, const char *at)
{
	struct xml_framer *f = s->f;
	bool empty = at[-1] == '/';

	s->p = at + 1;
	if (f->state == END_TAG) {
		if (f->depth == 0)
			return XML_STREAM_CLOSE;
		f->depth--;
	} else {
		if (!f->open)
			return empty ? XML_NOT_WELL_FORMED : XML_STREAM_OPEN;
		f->depth += !empty;
	}
	f->state = TEXT;
	return f->depth ? AGAIN : XML_STANZA;
}

/* One of < > " ' at `at`, in text or in a tag. */
static inline int mark_take(struct scan *s, const char *at)
{
	struct xml_framer *f = s->f;

	if (f->state == TEXT)
		return *at == '<' ? tag_begin(s, at) : AGAIN;
	if (*at == '<')
		return s->p = at, XML_NOT_WELL_FORMED;
	if (f->state == TAG || f->state == END_TAG) {
		if (*at == '>')
			return tag_end(s, at);
		if (f->state == TAG)
			f->state = (uint8_t)*at;
	} else if (f->state == *at) {
		f->state = TAG;
	}
	return AGAIN;
}

/* Text and tags, 16 bytes at a time: which of them matter at all, then one after the other. That is twice as fast as
 * looking for the next one that matters again and again, as where to look next need not be known first. */
static int scan_marks(struct scan *s)
{
	const char *p = s->p;

	while (p < s->end) {
		size_t left = (size_t)(s->end - p), n = left < 16 ? left : 16;
		unsigned marks = 0;

		if (left >= 16)
			marks = xml_marks16(p);
		else if (s->end - s->start >= 16)
			marks = xml_marks16(s->end - 16) >> (16 - left);
		else
			for (size_t i = 0; i < left; i++)
				marks |= (unsigned)(p[i] == '<' || p[i] == '>' || p[i] == '"' || p[i] == '\'') << i;
		for (; marks; marks &= marks - 1) {
			int r = mark_take(s, p + __builtin_ctz(marks));
			if (r != AGAIN || s->f->state == CDATA)
				return r;
		}
		p += n;
	}
	s->p = s->end;
	return WAIT;
}

/* Before the first byte of a frame. */
static int scan_outside(struct scan *s)
{
	if (xml_is_space(*s->p)) {
		while (s->p < s->end && xml_is_space(*s->p))
			s->p++;
		return XML_BLANK;
	}
	return *s->p == '<' ? tag_begin(s, s->p) : XML_NOT_WELL_FORMED;
}

/* Between the XML declaration and the stream's start tag. */
static int scan_prolog(struct scan *s)
{
	while (s->p < s->end && xml_is_space(*s->p))
		s->p++;
	if (s->p == s->end)
		return WAIT;
	return *s->p == '<' ? tag_begin(s, s->p) : XML_NOT_WELL_FORMED;
}

/* The bytes before p are at least "<![CDATA[" or "<?xml ", so looking two back stays inside, and finds no ']' or '?'
 * of theirs. */
static int scan_until(struct scan *s, bool declaration)
{
	s->p = xml_scan(s->p, s->end, '>', '>', '>', '>');
	if (s->p == s->end)
		return WAIT;
	if (declaration ? s->p[-1] == '?' : s->p[-1] == ']' && s->p[-2] == ']')
		s->f->state = declaration ? PROLOG : TEXT;
	s->p++;
	return AGAIN;
}

static int scan_once(struct scan *s)
{
	switch (s->f->state) {
	case OUTSIDE: return scan_outside(s);
	case PROLOG: return scan_prolog(s);
	case CDATA: return scan_until(s, false);
	case DECLARATION: return scan_until(s, true);
	default: return scan_marks(s);
	}
}

enum xml_frame xml_frame(struct xml_framer *f, const char *bytes, size_t n, size_t max, size_t *len)
{
	struct scan s = { f, bytes, bytes + f->scanned, bytes + (n < max ? n : max) };
	int r = WAIT;

	while (s.p < s.end && (r = scan_once(&s)) == AGAIN)
		;
	if (r == AGAIN || r == WAIT) {
		f->scanned = (uint32_t)(s.p - bytes);
		return n < max ? XML_MORE : XML_TOO_BIG;
	}
	*len = (size_t)(s.p - bytes);
	if (r == XML_STREAM_OPEN)
		f->open = true;
	f->scanned = 0;
	f->depth = 0;
	f->state = OUTSIDE;
	return (enum xml_frame)r;
}
