/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/classic.h - inside the classic door: one client, and the table of what it may ask. Requests are
 * answered in order, one after another; only messages (103) overlap, since each waits for the disk: their replies come
 * in the order of session_ops.sent.
 */
#pragma once
#include "core/account.h"
#include "core/ask.h"
#include "core/offer.h"
#include "core/session.h"
#include "doors/door.h"
#include "wire/line.h"
#include "wire/xml.h"

struct classic;
struct classic_offer;
struct classic_transfer;

enum {
	CLASSIC_LOGINS_FAILED_MAX = 5,
	CLASSIC_AHEAD_MAX = 64,        /* messages of one client on their way to the disk */
	CLASSIC_REPLIES_MAX = 65536,   /* bytes of unread replies, above which no request is looked at */
	CLASSIC_HISTORY_MAX = 500,
	CLASSIC_HISTORY_PAGE = 25,     /* messages read at a time: what is in memory for who asks */
	CLASSIC_BOUNCES_MAX = 16,
	CLASSIC_ROOMS_MAX = 100,       /* that one connection is in */
	CLASSIC_FILES_MAX = 8,         /* files of one message that are shown as such */
	CLASSIC_PIECE = 128 * 1024,    /* of a file: twice that is in memory at most, either way */
	CLASSIC_BODY_MS = 20 * 1000,   /* in which CLASSIC_BODY_MIN bytes of a file have to come */
	CLASSIC_BODY_MIN = 4096,
	CLASSIC_READER_MS = 60 * 1000, /* in which something of a file has to be taken */
};

enum classic_when { BEFORE_LOGIN = 1 << 0, AFTER_LOGIN = 1 << 1 };

struct classic_request {
	struct str code;
	unsigned when;   /* enum classic_when, or-ed */
	bool overlaps;   /* may be taken while messages are on their way */
	const char *help;
	/* Replies now, or sets c->busy and replies later with classic_answer(); sets c->held when it must come again
	 * later. */
	void (*take)(struct classic *c, struct str data);
};

extern const struct classic_request classic_requests[];
extern const size_t classic_requests_n;

struct classic {
	struct link *link;      /* NULL once it is gone */
	struct core *core;
	struct session session;
	struct line_framer framer;
	struct buf in;          /* what was not taken yet; no memory when there is nothing */
	bool begun;             /* session_open was called */
	bool logged_in;
	bool busy;              /* a request is answered in a later turn */
	bool held;              /* a whole request waits in `in` until the messages before it are answered */
	bool leaving;           /* hang up after what is in `out` */
	bool paused, posted;
	unsigned failures;      /* of 101 */
	unsigned unanswered;    /* messages whose `sent` has not come */
	struct post turn;
	struct timer deadline;  /* before login */
	struct timer breath;    /* when the client may send on, after it sent too fast */
	msec filled;            /* clock when `allowance` was right */
	int64_t allowance;      /* bytes */
	struct account_ask account;
	struct ask asking;      /* history.c, while a history is told: */
	struct str peer;        /* own memory: whose; an address */
	int64_t archive;        /* in which account's archive */
	bool room_told;         /* `peer` is a room */
	size_t wanted, found;   /* messages still to be found (before telling) or told; found so far */
	uint64_t cursor;        /* the stamp where it goes on */
	bool telling;
	struct buf tickets;     /* uint64_t each: in `out`, not yet taken by the kernel */
	struct stanza *bounces[CLASSIC_BOUNCES_MAX]; /* answers to IQs, which this client cannot answer */
	unsigned bounces_n;
	uint64_t mark, said;    /* what the ids of its messages are made of */
	struct list rooms;      /* rooms.c: struct classic_room */
	unsigned rooms_n, room_tries;
	struct classic_room *room; /* the one a request is about */
	uint8_t room_ask;       /* what was asked of it */
	struct stanza *room_question; /* and how; NULL: nothing */
	struct stanza *later;   /* for a room: goes out at the end of the turn */
	struct classic_offer *offer; /* files.c: the request about a file that is being answered */
	struct list coming;     /* show.c: files to be pushed when it is known what they are, and what follows them */
	size_t coming_bytes;    /* what that costs */
	struct classic_transfer *transfer; /* transfer.c: this connection is for one file */
};

static inline struct classic *classic_of(struct session *s) { return holder_of(s, struct classic, session); }

/* ---- classic.c ---------------------------------------------------------------------------------------------- */

/* Goes on with what is left to do (requests, tickets, bounces) at the end of this turn. */
void classic_continue(struct classic *c);

/* The reply to the request that made the client busy; NULL: it has been given. */
void classic_answer(struct classic *c, const char *reply);

/* ---- say.c: both dialects ----------------------------------------------------------------------------------- */

/* Which one, in a word. */
const char *classic_encoding(const struct classic *c);

/* A reply without data: "1|", "0|", "0|reason". */
void classic_reply(struct classic *c, const char *reply);

/* The reply to a message (103), which the Java dialect gives in another way (1.7). */
void classic_reply_message(struct classic *c, const char *reply);

/* A push, or several where `content` has several lines; also the replies that have its form. `time` 0: now. */
void classic_push(struct classic *c, const char *type, struct str sender, struct str content, msec time);

/* The same for one comma-separated list, which is never cut into several. */
void classic_push_list(struct classic *c, const char *type, struct str sender, struct str list);

/* One frame of it, to the link or behind a file (show.c). */
void classic_push_one(struct classic *c, struct buf *to, const char *type, struct str sender, struct str content,
		      msec time);

/* The same as a reply: at once, before what waits for files. */
void classic_reply_push(struct classic *c, const char *type, struct str content);

/* ---- show.c: messages, and the files in them ------------------------------------------------------------------ */

/* Pushes a message as `type` ("103", "111"), with `prefix` before its text; files of this server's in it as 104 behind
 * that, or instead of it where the text is nothing but their addresses. What they are is asked first: whatever is
 * pushed from then on waits for it, in order. False: it has neither text nor files. */
bool classic_push_message(struct classic *c, const char *type, struct str sender, const char *prefix,
			  const struct stanza *st);

/* Where pushes go now: the link, or what waits behind a file. */
struct buf *classic_push_to(struct classic *c);

/* The client has this delivery with all that was pushed so far. */
void classic_ticket(struct classic *c, uint64_t ticket);

/* What the client has not read, and what will be written when it is known what some files are. */
static inline size_t classic_backlog(const struct classic *c) { return link_backlog(c->link) + c->coming_bytes; }

/* The token of a file of this server's if `url` is its address; absent: it is not. */
struct str classic_file_token(const struct classic *c, struct str url);
bool classic_is_token(struct str s);
void classic_show_free(struct classic *c);

/* ---- transfer.c: a connection of a file's own (105, 106) -------------------------------------------------------- */

/* Bytes have come that are the file's; what is left when c->transfer ends is nobody's. */
void classic_transfer_feed(struct classic *c, struct str bytes);
/* Nothing more is to be read now. */
bool classic_transfer_full(const struct classic *c);
/* All that was written is with the kernel. */
void classic_transfer_written(struct classic *c);
void classic_transfer_free(struct classic *c);

/* ---- login.c, talk.c, history.c, rooms.c, files.c, transfer.c: the requests ---------------------------------- */

void classic_register(struct classic *c, struct str data);
void classic_login(struct classic *c, struct str data);
void classic_logout(struct classic *c, struct str data);
void classic_online(struct classic *c, struct str data);
void classic_message(struct classic *c, struct str data);
void classic_events(struct classic *c, struct str data);
void classic_history(struct classic *c, struct str data);
void classic_join(struct classic *c, struct str data);
void classic_leave(struct classic *c, struct str data);
/* 102 with a room. */
void classic_room_who(struct classic *c, struct str data);
void classic_offer(struct classic *c, struct str data);
void classic_decline(struct classic *c, struct str data);
void classic_put(struct classic *c, struct str data);
void classic_get(struct classic *c, struct str data);

/* files.c: the message of 107 has been sent, or not. */
void classic_declined(struct classic *c, enum sent_verdict verdict);
void classic_offer_free(struct classic *c);

/* talk.c: why nothing can be sent from `from` to `to`; NULL: it can, and *ret is the receiver's address. */
const char *classic_receiver(struct classic *c, struct str from, struct str to, struct jid *ret,
			     enum stanza_type *type, struct arena *arena);
/* The reply to what was sent and ended so. */
const char *classic_sent_reply(enum sent_verdict verdict);
/* login.c: passwords, and rights to files, must not travel as they are. */
bool classic_needs_tls(const struct classic *c);

/* At the end of a turn: reads the next page of a history when the client has read enough. */
void classic_history_go_on(struct classic *c);

extern const struct session_ops classic_session_ops;

/* Appends how an address is shown: users by their name, who is in a room as #room/nick; what has no name is "Server". */
void classic_sender(const struct classic *c, struct jid from, struct buf *to);

/* A new id for what this connection sends. */
void classic_id(struct classic *c, struct buf *to);

/* Whether XML can hold it; the text is UTF-8. */
bool classic_is_text(struct str s);

/* ---- rooms.c ------------------------------------------------------------------------------------------------ */

/* "#room" as an address; false when it cannot be one, or there are no rooms. */
bool classic_room_jid(const struct classic *c, struct str name, struct jid *ret, struct arena *arena);
/* Whether this connection is in the room of that address. */
bool classic_room_in(const struct classic *c, struct str bare);
/* What a room has for the client, and invitations; true: nobody else need look at it. */
bool classic_room_deliver(struct classic *c, const struct delivery *d);
void classic_room_sent(struct classic *c, const struct stanza *st, enum sent_verdict verdict);
/* At the end of a turn. */
void classic_rooms_go_on(struct classic *c);
void classic_rooms_free(struct classic *c);

/* Whether `name` is written as a room's. */
static inline bool classic_is_room(struct str name) { return name.n && name.p[0] == '#'; }

/* rooms.c: the payload, as the children of what is returned; NULL where it is none. */
const struct xml *classic_payload(const struct stanza *st, struct arena *arena);

/* Splits at the first comma; blanks before it and around the whole are dropped. False when there is none. */
bool classic_split(struct str *rest, struct str *first);
