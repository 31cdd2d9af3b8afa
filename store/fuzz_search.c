/* SPDX-License-Identifier: Apache-2.0
 *
 * store/fuzz_search.c - a question, a zero byte, a text: what fits is found through the terms of the index, too, and where the terms
 * say it all, what they find fits.
 */
#include <stdlib.h>

#include "model/fold.h"
#include "store/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct looking {
	struct str terms; /* of the message, each followed by a blank */
	bool all;
};

static void term_look(void *arg, struct str term, bool prefix)
{
	struct looking *l = arg;
	size_t end;

	for (struct str rest = l->terms; rest.n; rest = str_from(rest, end + 1)) {
		struct str one = str_n(rest.p, end = str_find(rest, ' '));

		if (prefix ? str_starts(one, term) : str_eq(one, term))
			return;
	}
	l->all = false;
}

static void payload_write(struct buf *to, struct str text)
{
	buf_lit(to, "<body>");
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '<')
			buf_lit(to, "&lt;");
		else if (text.p[i] == '&')
			buf_lit(to, "&amp;");
		else
			buf_byte(to, text.p[i]);
	buf_lit(to, "</body>");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct str all = str_n((const char *)bytes, n), question = str_n(all.p, str_find(all, 0));
	struct str text = str_from(all, question.n + 1);
	struct arena arena = { 0 };
	struct search search;
	own_buf payload = { 0 }, terms = { 0 };

	payload_write(&payload, text);
	if (n && search_read(&search, &(struct archive_query){ .text = question }, &arena) == 0 && search.on) {
		struct stanza s = { .payload = buf_all(&payload) };
		struct looking l = { .all = true };
		bool fits = search_fits(&search, &s);

		search_terms(&s, &terms);
		l.terms = buf_all(&terms);
		search_ask(&search, term_look, &l);
		if ((fits && !l.all) || (l.all && search.exact && !fits))
			abort();
	}
	arena_free(&arena);
	return 0;
}
