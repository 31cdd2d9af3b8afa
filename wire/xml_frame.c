/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding where a frame ends. What is inside is the parser's business: here only as much is understood as is needed to know which '<'
 * and '>' are tags. Every byte is looked at once, however the stream is split; only the few bytes of a tag's
 * first characters ("<![CDATA[") are looked at again while they are not all there.
 */
#include "wire/xml.h"
#include "wire/xml_scan.h"

/* The state is where the next byte stands. OUTSIDE must be 0: it is how a stream begins. */
enum { OUTSIDE, TEXT, TAG, QUOTED_TWICE, QUOTED_ONCE, END_TAG, CDATA, DECLARATION, PROLOG };

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

/* A '<' at p. */
static int scan_tag(struct scan *s)
{
	struct xml_framer *f = s->f;

	if (s->end - s->p < 2)
		return WAIT;
	if (s->p[1] == '!' || s->p[1] == '?')
		return scan_special(s);
	if (s->p[1] == '/') {
		if (f->state != TEXT && !f->open)
			return XML_NOT_WELL_FORMED;
		f->state = END_TAG;
		s->p += 2;
	} else {
		if (f->depth == XML_DEPTH_MAX)
			return XML_TOO_BIG;
		f->state = TAG;
		s->p++;
	}
	return AGAIN;
}

/* Before the first byte of a frame. */
static int scan_outside(struct scan *s)
{
	if (xml_is_space(*s->p)) {
		while (s->p < s->end && xml_is_space(*s->p))
			s->p++;
		return XML_BLANK;
	}
	return *s->p == '<' ? scan_tag(s) : XML_NOT_WELL_FORMED;
}

/* Between the XML declaration and the stream's start tag. */
static int scan_prolog(struct scan *s)
{
	while (s->p < s->end && xml_is_space(*s->p))
		s->p++;
	if (s->p == s->end)
		return WAIT;
	return *s->p == '<' ? scan_tag(s) : XML_NOT_WELL_FORMED;
}

static int scan_text(struct scan *s)
{
	s->p = xml_scan(s->p, s->end, '<', '<', '<', '<');
	return s->p < s->end ? scan_tag(s) : WAIT;
}

/* Inside of a start tag, outside of its values. */
static int scan_start(struct scan *s)
{
	struct xml_framer *f = s->f;
	bool empty;

	s->p = xml_scan(s->p, s->end, '>', '"', '\'', '<');
	if (s->p == s->end)
		return WAIT;
	switch (*s->p++) {
	case '"':
		f->state = QUOTED_TWICE;
		return AGAIN;
	case '\'':
		f->state = QUOTED_ONCE;
		return AGAIN;
	case '<':
		return XML_NOT_WELL_FORMED;
	}
	empty = s->p[-2] == '/';
	if (!f->open)
		return empty ? XML_NOT_WELL_FORMED : XML_STREAM_OPEN;
	f->depth += !empty;
	f->state = TEXT;
	return f->depth ? AGAIN : XML_STANZA;
}

static int scan_value(struct scan *s)
{
	char quote = s->f->state == QUOTED_TWICE ? '"' : '\'';

	s->p = xml_scan(s->p, s->end, quote, '<', quote, '<');
	if (s->p == s->end)
		return WAIT;
	if (*s->p++ == '<')
		return XML_NOT_WELL_FORMED;
	s->f->state = TAG;
	return AGAIN;
}

static int scan_end(struct scan *s)
{
	s->p = xml_scan(s->p, s->end, '>', '<', '>', '<');
	if (s->p == s->end)
		return WAIT;
	if (*s->p++ == '<')
		return XML_NOT_WELL_FORMED;
	if (s->f->depth == 0)
		return XML_STREAM_CLOSE;
	s->f->state = TEXT;
	return --s->f->depth ? AGAIN : XML_STANZA;
}

/* The bytes before p are at least "<![CDATA[" or "<?xml ", so looking two back stays inside, and finds no ']' or '?' of theirs. */
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
	case TEXT: return scan_text(s);
	case TAG: return scan_start(s);
	case END_TAG: return scan_end(s);
	case PROLOG: return scan_prolog(s);
	case CDATA: return scan_until(s, false);
	case DECLARATION: return scan_until(s, true);
	default: return scan_value(s);
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
