/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/mam_page.h - what a query of XEP-0313 asks for and how a page of an archive is answered, whoever's archive it is: an account's
 * (mam.c) or a room's (muc/archive.c). The id of a message is its stamp in decimal.
 */
#pragma once
#include "core/ask.h"
#include "wire/stanza.h"

#define MAM "urn:xmpp:mam:2"
#define RSM "http://jabber.org/protocol/rsm"
#define FULLTEXT "urn:xmpp:fulltext:0"
#define FILES "urn:anser:mam:0"

enum { MAM_PAGE_PART = 8 }; /* of what a link may have unread: a page of large messages ends early */

/* One query while it is under way. */
struct mam_page {
	struct archive_query query;
	struct str queryid; /* absent when the client gave none */
	size_t limit;
	bool count_only;    /* max=0: how many are there? */
	bool flipped;
	uint64_t also[2];   /* ids named twice over: they must exist too, although the other one bounds the page */
	size_t also_n;
};

/* Verdicts: where reading a query may end, and what the store may say. */
enum { MAM_OK, MAM_BAD, MAM_UNSUPPORTED, MAM_NOT_FOUND, MAM_TOO_MANY, MAM_TOO_LONG, MAM_TOO_SLOW, MAM_NO_STORAGE };

/* Reads <query/>; everything is copied to the arena. `p` is all zero before. */
int mam_page_read(struct mam_page *p, struct arena *arena, const struct xml *query);
/* The verdict that an answer of the store means. */
int mam_page_failed(int verdict);
void mam_page_refusal(int why, enum stanza_error_condition *condition, const char **text);

/* Ids that bound nothing must exist: they are asked for first. */
bool mam_page_checks(const struct mam_page *p);
void mam_page_check(struct core *c, struct ask *a, int64_t owner, const struct mam_page *p);
void mam_page_ask(struct core *c, struct ask *a, int64_t owner, const struct mam_page *p);

/* The part of an answer that is shown: at least one message, then no more than the bytes allow, from the end it is
 * read from. */
struct mam_shown {
	struct stanza **first;
	size_t n;
	bool complete;
	size_t index;
};

struct mam_shown mam_page_cut(const struct mam_page *p, const struct store_request *r, size_t bytes_max);
/* In the order of sending. */
const struct stanza *mam_shown_at(const struct mam_page *p, const struct mam_shown *s, size_t i);

/* The elements. `payload`: what is shown of that of `s`. */
void mam_result_write(struct buf *to, const struct mam_page *p, const struct stanza *s, struct str payload);
void mam_fin_write(struct buf *to, const struct mam_page *p, const struct mam_shown *s, size_t total);
void mam_ends_write(struct buf *to, const struct store_request *r);
void mam_form_write(struct buf *to);
