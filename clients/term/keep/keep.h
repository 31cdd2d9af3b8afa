/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/keep/keep.h - what the terminal client remembers of one identity (tom@chat.lan, or tom on the LAN): conversations, entries, what waits to be
 * sent, keys of others, drafts. One SQLite file, WAL, synchronous=FULL: what was accepted from somebody, or is shown as waiting, is on disk when the call returns.
 * Calls answer 0 or a negative errno (-EIO for what SQLite says; keep_why() has the sentence). Strings given are copied, strings given back are borrowed for the callback.
 */
#pragma once
#include "clients/term/contract/model.h"
#include "clients/term/contract/outside.h"

struct keep;

/* ":memory:" for tests. chinese: language of what went wrong. Makes the file (0600) and its folder (0700). Only one program at a time: -EBUSY. */
int keep_open(struct keep **ret, const char *path, bool chinese, struct buf *why);
struct keep *keep_close(struct keep *k); /* NULL is fine; returns NULL */
struct str keep_why(const struct keep *k);

/* ---- entries. `e` with its strings; e->conversation gives the name. */
int keep_add(struct keep *k, struct entry *e);              /* sets e->id */
int keep_update(struct keep *k, const struct entry *e);     /* status, why, time, file */
int keep_entries(struct keep *k, struct str conversation, int64_t before, unsigned limit, /* newest first; before 0: the newest */
		 void (*each)(void *arg, const struct entry *e), void *arg);
/* All of ours that are WAITING or SENDING, oldest first, of one conversation or (absent) all; *conversation of each is its name. */
int keep_waiting(struct keep *k, struct str conversation, void (*each)(void *arg, struct str conversation, const struct entry *e), void *arg);
/* Files that are MOVING or PAUSED, both ways. */
int keep_files(struct keep *k, void (*each)(void *arg, struct str conversation, const struct entry *e), void *arg);
/* Whether an entry with this mark is there already. */
bool keep_has(struct keep *k, struct str mark);
/* Entries whose text or file name has all the words, any case, newest first; conversation absent: everywhere. */
int keep_search(struct keep *k, struct str conversation, struct str words, unsigned limit,
		void (*each)(void *arg, struct str conversation, const struct entry *e), void *arg);
/* The time of the newest entry that came from the server, 0: none; so that its history is asked for what is missing. */
msec keep_newest(struct keep *k, struct str conversation);

/* ---- conversations: name, draft, number of unread, joined (a room to enter again). */
struct kept_conversation {
	struct str name, draft, password; /* password: of a room */
	unsigned unread;
	bool mentioned, joined;
};
int keep_conversation(struct keep *k, const struct kept_conversation *v);
int keep_conversations(struct keep *k, void (*each)(void *arg, const struct kept_conversation *v), void *arg);
int keep_forget(struct keep *k, struct str conversation); /* with its entries */

/* ---- keys: of servers ("chat.lan:7789") and of peers ("jack"). */
struct kept_key {
	uint8_t key[KEY_BYTES];
	bool verified;
	msec since;
};
/* False: it was never seen. What cannot be read is a key of zeroes, which nobody has: so it is refused, not taken for new. */
bool keep_key(struct keep *k, struct str whose, struct kept_key *ret);
int keep_key_set(struct keep *k, struct str whose, const struct kept_key *key); /* NULL: forgets it */

/* ---- small things: lines typed (input history), settings of the face. */
int keep_value(struct keep *k, struct str key, struct buf *ret); /* -ENOENT */
int keep_value_set(struct keep *k, struct str key, struct str value);
