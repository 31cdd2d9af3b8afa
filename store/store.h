/* SPDX-License-Identifier: Apache-2.0
 *
 * store/store.h - what the server remembers. Drivers: sqlite, memory (tests), faulty (wraps another and fails on
 * purpose); by URL: "sqlite:PATH", "memory:" (more in store/memory.h), "faulty:PLAN:URL" (the plan's grammar: store/faulty.c).
 *
 * One `struct store` serves the whole process; each core has its own `struct store_link` and asks through it on its own thread.
 * A question is a request: made with store_ask(), filled in, handed over with store_submit(). Its `done` runs exactly once, on the core's
 * thread, never before store_submit() returns, in the order of submission among writes of one link. The request is freed when `done` returns
 * (but see store_take).
 *
 * Writes that are submitted in one turn, and those that gather while the disk is busy, are committed together;
 * `done` of a write runs only after the commit: an answer of 0 means that it is on disk. When a commit fails, every
 * write in it is answered with a verdict and none has happened. A write for an account that was deleted
 * meanwhile is NOT_FOUND; KEEP leaves such an account out. What a read sees includes every write whose `done` has begun.
 */
#pragma once
#include "base/arena.h"
#include "base/world.h"
#include "model/account.h"
#include "model/roster.h"
#include "model/stanza.h"

struct store;
struct store_link;

/* Verdicts. */
enum {
	STORE_NOT_FOUND = 1, /* no such account, item … */
	STORE_EXISTS,        /* the account is there already */
	STORE_FULL,          /* no room on the disk */
	STORE_FAILED,        /* it could not be written or read; the reason is in the log */
	STORE_LIMIT,         /* over a bound given in the request: roster items, queued messages */
};

enum store_op {
	/* accounts */
	/* account.* without id, account_invite (absent: none), after (now; 0: reserved names are not looked at) → id; EXISTS: the name is there, or another
	 * invitation reserves it; NOT_FOUND: the invitation is used up or gone. It is used in the same step; whether it has expired was looked at before. */
	STORE_ACCOUNT_ADD,
	STORE_ACCOUNT_GET,    /* account.name → account; NOT_FOUND */
	STORE_ACCOUNT_LIST,   /* after_name, limit, account.flags & ACCOUNT_KINDS: rooms, guests, or those that are neither → accounts[], n; ordered by name */
	STORE_ACCOUNT_VERIFY, /* account.id, account.verifier[] → replaces them; NOT_FOUND */
	STORE_ACCOUNT_SEEN,   /* account.id, account.seen, account.seen_status; NOT_FOUND */
	STORE_ACCOUNT_FLAGS,  /* account.id, account.flags: these it has from now on (ACCOUNT_KINDS stay as they are); NOT_FOUND */
	STORE_ACCOUNT_DELETE, /* account.id → everything it owns goes; NOT_FOUND */
	/* rosters; the version of a roster counts its changes */
	STORE_ROSTER_LOAD,    /* owner, version (0: all; else only what changed since) → items[] by contact, n, version, whole */
	STORE_ROSTER_SET,     /* owner, item.contact/name/groups, limit → item as it is now, version; LIMIT. Subscription state is kept */
	STORE_ROSTER_REMOVE,  /* owner, item.contact → item as it was, version; NOT_FOUND: not listed */
	STORE_ROSTER_APPLY,   /* owner, item.contact, event, item.request, limit → state_before, step, item as it is now, version; LIMIT */
	/* small things by owner, space and key: vCards, private XML, block lists, preferences */
	STORE_ITEM_GET,       /* owner, space, key → value; NOT_FOUND */
	/* owner, space, key, value; an absent value (p == NULL) deletes. `was` (absent: whatever there is) makes it depend on what is there: exactly
	 * this, or nothing where `was` is empty; EXISTS: it is something else, and stays. */
	STORE_ITEM_SET,
	STORE_ITEM_LIST,      /* owner, space → pairs[], n; ordered by key */
	/* messages; by stamp. What nobody has in an archive or a queue any more is deleted. KEEP with a stamp that is kept already adds
	 * those who are new. */
	STORE_KEEP,           /* stanza, archive_from, archive_to, queue_for (account ids or 0), limit (queued for that account) → ; LIMIT */
	STORE_QUEUE_READ,     /* owner, after, limit → stanzas[], n, more; oldest first */
	STORE_QUEUE_DONE,     /* owner, stamps[], stamps_n: the client has them; unknown ones are ignored */
	STORE_ARCHIVE_READ,   /* owner, query → stanzas[], n, more, total, first_index; NOT_FOUND: after/before/ids name no row;
			       * LIMIT: a search of too many words, or that takes too long */
	STORE_ARCHIVE_ENDS,   /* owner → stamps of first and last: stanzas[0], stanzas[1] (n == 0: empty, both the same if one) */
	/* owner, stanza (its stamp: which): payload, traits and type are those of `stanza` from now on, for everybody who has it; what was there
	 * cannot be found any more. NOT_FOUND: it is not in the owner's archive */
	STORE_ARCHIVE_REPLACE,
	STORE_ARCHIVE_TRIM,   /* owner, after (stamp), limit: those up to and with it go from the archive, the oldest first → n (how many), more */
	/* files: who sent which content, and for how long (the contents: store/files.h) */
	STORE_FILE_ADD,       /* owner, file.*, limit (bytes that the owner's files may be in all, each 4 KiB at least) → ; LIMIT, EXISTS (the token) */
	STORE_FILE_GET,       /* file.token → file; NOT_FOUND */
	STORE_FILE_WHOLE,     /* file.token, file.content, file.expires → file: it has come; NOT_FOUND, EXISTS: another content has */
	STORE_FILE_LIST,      /* owner, limit → files[], n; newest first */
	/* What is removed, is past its time, or whose account was deleted is gone for all others at once; without owner and name it stays until its
	 * content has been seen to, so that a crash in between leaves nothing on the disk. */
	STORE_FILE_REMOVE,    /* owner, file.token → : it is gone. owner 0: one that is gone is forgotten. NOT_FOUND */
	STORE_FILE_EXPIRE,    /* file.expires (wall time), limit → files[], n: those past it are gone; all that are and are not forgotten, the oldest first */
	STORE_FILE_HELD,      /* file.content → ; NOT_FOUND: nobody has it, but for those that are gone */
	/* invitations; `token` is kept as its SHA-256 */
	STORE_INVITE_ADD,     /* owner, invite.*, limit (how many that owner may have) → ; LIMIT, EXISTS: the name is an account's, or reserved */
	STORE_INVITE_GET,     /* invite.token, after (now, ms; 0: whether expired or not) → invite; NOT_FOUND: unknown, used up, expired */
	STORE_INVITE_USE,     /* the same, and one use fewer, in one step; owner: only one of theirs (0: of anybody) */
	STORE_INVITE_LIST,    /* owner, after (now) → invites[], n, newest first (token: the hash in hexadecimal) */
	STORE_INVITE_REMOVE,  /* owner, invite.token (the hash in hexadecimal); NOT_FOUND */
	/* people: what an account is called by others (from vCard or nick) */
	STORE_PEOPLE_NAME,    /* owner, people_text: sets the display name; absent: none */
	STORE_PEOPLE_FIND,    /* people_text: words, each somewhere in name or display name, any case; people_after, limit → people[], n; by name */
	STORE_OPS
};

struct archive_query { /* XEP-0313, XEP-0059 */
	struct str with;         /* bare or full address; absent: all */
	uint64_t from, to;       /* stamps, both inclusive; 0: open */
	uint64_t after, before;  /* stamps, exclusive; 0: open */
	const uint64_t *ids;     /* exactly these, if ids_n > 0 */
	size_t ids_n;
	bool backwards;          /* the last `limit` that fit instead of the first; the answer is oldest first all the same */
	bool count;              /* also find total and first_index (costs a scan) */
	/* Full text: every word must be in the body, in any order and case; Chinese, Japanese and Korean words anywhere (XEP-0431; what fits:
	 * store/search.h). Absent or empty: all. */
	struct str text;
	bool files;              /* only messages that carry a file (XEP-0066, XEP-0447) */
};

struct store_pair {
	struct str key, value;
};

/* A file as the database knows it; expires: wall time, 0: never. */
struct store_file {
	struct str token, name, type;
	int64_t owner;
	uint64_t size;
	msec created, expires;
	bool whole;
	uint8_t content[32]; /* SHA-256, when whole */
};

enum invite_kind { INVITE_ACCOUNT = 1 /* to make an account */, INVITE_CONTACT /* and to be contacts with `owner` */ };

struct store_invite {
	struct str token;  /* as in the link */
	enum invite_kind kind;
	int64_t owner;     /* who invites; 0: the server */
	struct str owner_name, owner_display; /* answer: what the account is called; absent when 0 or none */
	struct str name;   /* reserved account name; may be absent */
	uint32_t flags;    /* enum account_flags for who comes */
	unsigned uses;     /* left */
	msec created, expires;
};

struct store_person {
	int64_t id;
	struct str name, display; /* display may be absent */
};

/* Everything that a question points at must live until `done`: put it into the request's arena (arena_str). Everything that an
 * answer points at lives in the request and goes with it; stanzas of an answer are counted: take a reference to keep one. */
struct store_request {
	enum store_op op;
	int answer; /* 0 or a verdict */
	void (*done)(struct store_request *r);
	void *arg, *held; /* the asker's */
	struct arena arena;

	int64_t owner;
	uint64_t version;
	uint64_t after;
	size_t limit; /* 0: none */

	union {
		struct {
			struct account account;
			struct account *accounts;
			struct str after_name, account_invite;
		};
		struct {
			struct roster_item item;
			struct roster_item *items;
			enum roster_event event;
			struct roster_step step;
			uint32_t state_before;
			bool whole; /* ROSTER_LOAD: items are all there are, not what changed: asked so, or `version` is too old */
		};
		struct {
			struct str space, key, value, was;
			struct store_pair *pairs;
		};
		struct {
			struct stanza *stanza; /* STORE_KEEP: a reference, given back with the request */
			int64_t archive_from, archive_to, queue_for;
			bool fresh;              /* KEEP: EXISTS where another message has this stamp */
			const uint64_t *stamps;
			size_t stamps_n;
			struct archive_query query;
			struct stanza **stanzas; /* references, given back with the request */
			size_t total, first_index;
			bool more;
		};
		struct {
			struct store_file file;
			struct store_file *files;
		};
		struct {
			struct store_invite invite;
			struct store_invite *invites;
		};
		struct {
			struct str people_text, people_after;
			struct store_person *people;
		};
	};
	size_t n; /* of accounts, items, pairs or stanzas in the answer */

	/* the store's own */
	struct store_link *link;
	struct store_request *next;
	bool taken;
};

/* Opens what `url` names, creating and migrating as needed. `why` gets a sentence for the operator when it fails. */
int store_open(struct store **ret, struct str url, struct buf *why);

/* The highest stamp that was kept when it was opened; 0 when nothing was. New ones must be higher, or what waits would change its order
 * after the clock went back. */
uint64_t store_last_stamp(const struct store *s);

/* Ends: waits until everything submitted is written. All links must be closed. NULL is fine; returns NULL. */
struct store *store_close(struct store *s);

/* One core's way in. The world's post() must work until the link is closed. */
struct store_link *store_link_open(struct store *s, struct world *w);

/* Whatever is under way is still written, but no `done` runs any more. NULL is fine; returns NULL. */
struct store_link *store_link_close(struct store_link *l);

struct store_request *store_ask(struct store_link *l, enum store_op op, void (*done)(struct store_request *), void *arg);
void store_submit(struct store_request *r);

/* Copies into the request's arena. */
static inline struct str store_str(struct store_request *r, struct str s) { return arena_str(&r->arena, s); }

/* Called in `done`: the request does not go when `done` returns, but with store_drop(). */
static inline void store_take(struct store_request *r) { r->taken = true; }

/* Gives a request back that was made but not submitted, or taken. */
void store_drop(struct store_request *r);
