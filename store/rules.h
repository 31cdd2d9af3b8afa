/* SPDX-License-Identifier: Apache-2.0
 *
 * store/rules.h - what is the same in every database: how a roster changes, which rows an archive query names. A driver brings
 * the rows as a struct of functions. Those that return int answer 0 or a verdict; STORE_FULL and STORE_FAILED are passed up.
 */
#pragma once
#include "store/search.h"
#include "store/store.h"

/* Whether this write is for an account that must not have been deleted meanwhile: NOT_FOUND then. (KEEP is kept for those of its
 * accounts that are left.) */
bool rules_needs_owner(enum store_op op);

/* Whether the two are the same message, for STORE_KEEP with `fresh`. */
bool rules_same_message(const struct stanza *one, const struct stanza *other);

/* What a file counts for in its owner's sum: rows cost something too. */
static inline uint64_t rules_file_weight(uint64_t size) { return size > 4096 ? size : 4096; }
enum { FILE_GONE = 1 }; /* `expires` of what is gone: always past */

/* ---- invitations and people ----------------------------------------------------------------------------------- */

/* What is kept of a token. */
enum { INVITE_HASH_BYTES = 32 };
void rules_invite_hash(struct str token, uint8_t hash[static INVITE_HASH_BYTES]);

/* The words of a search, folded; beyond the last of these they are not looked at. */
struct people_words {
	struct str word[8];
	size_t n;
};
void rules_people_words(struct people_words *w, struct str text, struct arena *arena);

/* Whether every word is somewhere in one of the two; `display` may be absent. */
bool rules_people_fit(const struct people_words *w, struct str name, struct str display);

/* ---- rosters -------------------------------------------------------------------------------------------------- */

enum { ROSTER_GONE_MAX = 200 }; /* how many removals a roster remembers, to tell a client that was away */

/* A row whose state lacks ROSTER_LISTED but that has a version was shown once and is gone: it stays for those who ask what has
 * changed. A row of version 0 was never shown. */
struct roster_head {
	uint64_t version;   /* counts what was ever changed of what is shown */
	uint64_t forgotten; /* rows that went in this version, or before, may have been forgotten */
};

struct roster_rows {
	int (*head)(void *db, int64_t owner, struct roster_head *ret); /* all zero when there is none */
	int (*head_put)(void *db, int64_t owner, const struct roster_head *head);
	int (*find)(void *db, int64_t owner, struct str contact, struct arena *arena, struct roster_item *ret); /* NOT_FOUND */
	int (*put)(void *db, int64_t owner, const struct roster_item *item);
	int (*drop)(void *db, int64_t owner, struct str contact);
	/* Rows with a state, and rows without, which are only remembered; and the one of those that went first (of any version). */
	int (*count)(void *db, int64_t owner, size_t *live, size_t *gone);
	int (*oldest_gone)(void *db, int64_t owner, struct arena *arena, struct roster_item *ret);
	/* All rows of a version over `after`, by contact; after == 0: all rows. Into r->items, r->n, in r->arena. */
	int (*list)(void *db, struct store_request *r, uint64_t after);
};

/* STORE_ROSTER_*. Returns as a driver's run does. */
int rules_roster(const struct roster_rows *rows, void *db, struct store_request *r);

/* ---- the archive ---------------------------------------------------------------------------------------------- */

/* How a message stands to an owner of an archive row. */
enum { ARCHIVE_OUT = 1, ARCHIVE_IN = 2 }; /* both: a message to oneself */

struct archive_row {
	uint64_t stamp;
	uint32_t direction;
	uint32_t peer; /* rules_peer(); 0: not known, look at the message */
	bool found;    /* it fits the search: nobody has to look at its text */
};

/* The bare address of the other side, in 32 bits: a filter by `with` need not read every message. Never 0. Part of
 * what is on disk. */
uint32_t rules_peer(const struct stanza *s, unsigned direction);

struct archive_rows {
	/* Starts a walk over the owner's rows with lo <= stamp <= hi. One walk at a time. Rows that do not fit `search` may be left out. */
	int (*begin)(void *db, int64_t owner, uint64_t lo, uint64_t hi, bool backwards, const struct search *search);
	int (*next)(void *db, struct archive_row *ret); /* NOT_FOUND: no more */
	void (*end)(void *db);
	int (*has)(void *db, int64_t owner, uint64_t stamp, struct archive_row *ret); /* NOT_FOUND */
	int (*message)(void *db, uint64_t stamp, struct stanza **ret); /* a reference; NOT_FOUND */
};

/* STORE_ARCHIVE_READ and STORE_ARCHIVE_ENDS. Returns as a driver's run does. STORE_LIMIT from a function above, which gives up, is the answer. */
int rules_archive(const struct archive_rows *rows, void *db, struct store_request *r);

/* Appends `s` (and the reference) to r->stanzas, which has room for *room. */
void rules_add_stanza(struct store_request *r, size_t *room, struct stanza *s);
