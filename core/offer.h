/* SPDX-License-Identifier: Apache-2.0
 *
 * core/offer.h - a file that an account offers to somebody before it has come (the classic door's 104). An offer is a
 * slot (core/files.h) and a note beside it, on disk, of whom the file is for. When the file is whole the note becomes
 * an ordinary message with a link, in the name of who made the offer, whether he is here or not: only he could make
 * the note, so nobody else can make a message of it. A process that dies in between loses nothing: who asks for the
 * file again, or puts its end once more, makes the message then, unless it stands in an archive already.
 */
#pragma once
#include "core/files.h"
#include "core/session.h"

/* Beside enum file_verdict. */
enum offer_verdict {
	/* The file is whole, but its message could not be sent: `sent` says why. Another try may do better. */
	OFFER_NOT_SENT = 100,
	OFFER_TOO_MANY, /* of one account wait for their files */
};

struct offer_job;
struct offer_ask {
	void (*done)(struct offer_ask *a); /* set by the asker; once, in a later turn */
	void *arg;                         /* the asker's */
	int verdict;
	enum sent_verdict sent; /* with OFFER_NOT_SENT */
	struct file file;       /* borrowed inside `done`; as in struct file_ask */
	uint64_t offset;        /* the same */
	struct offer_job *job;  /* not NULL while busy */
};
/* `done` will not run; what was begun goes on, with the message at its end. */
void offer_cancel(struct offer_ask *a);

struct offer {
	struct jid from; /* an account of ours, bare */
	struct jid to;   /* a user of ours, bare; a room that `from` is in, or one of those in it */
	struct str id;   /* of the message; nothing in it has to be escaped */
	struct str name, type;
	uint64_t size;
};
/* Makes the slot and the note: a->file is it. The offer is good for a day. */
void offer_make(struct core *c, struct offer_ask *a, int64_t owner, const struct offer *o);

/* file_progress(), and of a file that is whole the message, if there is one to be sent. */
void offer_find(struct core *c, struct offer_ask *a, struct str token);
/* file_put(), the same: with verdict 0 and a->file.whole it has been said. With `a` NULL the bytes only add. */
void offer_put(struct core *c, struct offer_ask *a, struct str token, uint64_t offset, struct buf *bytes);
/* file_remove(), and the note with it. */
void offer_withdraw(struct core *c, struct offer_ask *a, int64_t owner, struct str token);

/* English sentence for a verdict, but for OFFER_NOT_SENT. */
const char *offer_verdict_text(int verdict);
