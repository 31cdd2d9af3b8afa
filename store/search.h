/* SPDX-License-Identifier: Apache-2.0
 *
 * store/search.h - what it means that a message fits a search (STORE_ARCHIVE_READ's `text` and `files`), the same in
 * every database; and words for an index that finds all that fit, and perhaps some more.
 *
 * Text is folded (model/fold.h) and cut: letters and digits in a row are a word, and one that is asked for fits all
 * that begin with it. Scripts that are written without blanks (Chinese, Japanese, Korean, Thai …) make runs; one that
 * is asked for fits wherever it stands in a run. Emoji stand for themselves. Everything else parts.
 */
#pragma once
#include "store/store.h"

enum {
	SEARCH_PIECES_MAX = 16,      /* of a question; more is STORE_LIMIT */
	SEARCH_TEXT_MAX = 64 * 1024, /* what is further back in a message is not looked at */
	SEARCH_WORD_MAX = 60,        /* bytes of a word in the index; the rest of it only counts in search_fits() */
};

enum search_kind { SEARCH_WORD, SEARCH_RUN, SEARCH_SIGN };

struct search_piece {
	enum search_kind kind;
	struct str text; /* folded */
};

struct search {
	struct search_piece pieces[SEARCH_PIECES_MAX];
	size_t n;
	bool on;    /* anything is asked for at all */
	bool files; /* only what carries one */
	bool exact; /* search_ask() finds nothing that does not fit */
};

/* Cuts folded text. */
void search_cut(struct str folded, void (*each)(void *arg, enum search_kind kind, struct str text), void *arg);

/* What `q` looks for; strings live in `arena`. 0, STORE_LIMIT, or STORE_NOT_FOUND: nothing can fit, for there is no
 * word in it. */
int search_read(struct search *ret, const struct archive_query *q, struct arena *arena);

bool search_fits(const struct search *search, const struct stanza *s);

/* For an index of terms by message. The terms are UTF-8 without blanks, and without ASCII but small letters and
 * digits. Of a message: all its terms, each followed by a blank; nothing when it has none. Of a search: the terms
 * that must all be there; `prefix`: or one that begins with it. */
void search_terms(const struct stanza *s, struct buf *to);
void search_ask(const struct search *search, void (*each)(void *arg, struct str term, bool prefix), void *arg);

/* The term for an owner of the message: no word of a text looks like it. */
void search_owner(struct buf *to, int64_t owner);
