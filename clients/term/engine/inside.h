/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/inside.h - between client.c (conversations, entries, what waits) and those who speak: classic.c,
 * hybrid.c with direct.c, lan.c with direct.c. Never seen by faces.
 */
#pragma once
#include "clients/term/engine/client.h"
#include "clients/term/contract/outside.h"
#include "clients/term/keep/keep.h"

/* One of the three modes. What a mode cannot do is NULL: the command says so. */
struct way {
	const char *name;
	/* Connects, and goes on trying after the line went, in 1, 2, 4 … 60 s, until stop. Makes c->way_state. */
	void (*start)(struct client *c);
	/* Says good-bye in order; way_stopped() when that is done. */
	void (*stop)(struct client *c);
	void (*free)(struct client *c);
	/* An entry of ours (text or file) with status WAITING: takes it in hand (entry_status(SENDING), later more), or
	 * leaves it as it is: it is offered again by client_flush(). */
	void (*send)(struct client *c, struct entry *e);
	/* A file of others that may be fetched, or of ours that is PAUSED; and to give one up or decline it. */
	void (*file_get)(struct client *c, struct entry *e);
	void (*file_stop)(struct client *c, struct entry *e);
	/* Commands: answers with client_notice() and what follows from it. */
	void (*who)(struct client *c, struct conversation *v);            /* everybody online, or in the room */
	void (*people)(struct client *c,
		       struct conversation *room); /* the same for a room, quietly: conversation_people() */
	void (*join)(struct client *c, struct str room, struct str password);
	void (*leave)(struct client *c, struct conversation *room);
	void (*older)(struct client *c, struct conversation *v, unsigned count); /* the server's history */
	void (*verify)(struct client *c, struct conversation *v,
		       struct str answer); /* shows the code to compare; "yes": it was right */
	/* Who is reachable now: one, and all of them in no order. NULL: what client_online() told is all there is. */
	bool (*online)(struct client *c, struct str name);
	void (*names)(struct client *c, void (*each)(void *arg, struct str name), void *arg);
};

extern const struct way way_classic, way_hybrid, way_lan;

struct client {
	struct client_setup setup;       /* strings are its own */
	const struct trust_server *asked_about; /* while the user is asked about its key; own memory */
	struct world *world;
	struct outside *outside;
	struct keep *keep;
	struct face *face;
	const struct way *way;
	void *way_state;
	struct client_state state;
	struct list conversations;
	struct list closed;              /* by /close: they come back when something does */
	struct map by_name;
	struct conversation *status;
	unsigned numbers;
	bool asking;
	void (*answered)(struct client *c, struct str answer);
	bool stopping;
	int quit_status;
	struct post quitting;
	struct timer patience;           /* of client_stop() */
	msec progress_due;               /* bounds how often the progress of files is told */
	struct timer saving;             /* writes what changed in conversations: not for every message */
};

/* ---- for ways ---------------------------------------------------------------------------------------------------- */

/* The phase changed; why may be absent. ONLINE: client_flush() follows by itself. */
void way_phase(struct client *c, enum client_phase phase, struct str why, msec again_ms);
void way_stopped(struct client *c);
/* Ends the program with a message: wrong password, name taken, a key that changed. */
void way_refused(struct client *c, const char *name, struct str why, int status);

void client_ask(struct client *c, enum ask_kind kind, struct str prompt,
		void (*answered)(struct client *c, struct str answer));
void client_notice(struct client *c, struct conversation *v, const char *name, bool error, struct str text);
/* A note that is kept in the conversation: "jack joined". */
void client_note(struct client *c, struct conversation *v, struct str text);

/* Somebody is reachable, or no longer. Makes a conversation only where `make`. */
void client_online(struct client *c, struct str name, bool online);
void conversation_people(struct client *c, struct conversation *room, const struct str *people, size_t n);

/* What came from others: `conversation` is "jack" or "#room". A mark that is known: nothing happens. 0: it is on disk
 * (or was), so it may be acknowledged; else it must not be. `old`: from a history, put where it belongs; the same
 * sender, time and text as one that is there: nothing happens. */
struct incoming {
	struct str conversation, sender, text, mark;
	msec time;             /* 0: now */
	bool relayed, old, mine;
	msec news;             /* with `old`: what is not older than this is news, it was said while we were away; 0: nothing is */
	unsigned nth; /* it may be known without a mark: it is the nth of this sender, time (in seconds) and text that
			 is being told, and as many known ones mean that it is known. 0: 1 with `old`, else it is new */
	const struct file_info *file; /* NULL: text */
	bool *known;           /* set when it was there already; may be NULL */
};
int client_received(struct client *c, const struct incoming *in);

/* The server's history of `v` has been told as far as was asked; `more`: it may have older ones. */
void client_history_done(struct client *c, struct conversation *v, bool more);

/* An entry of ours or a file has come so far. Kept, told to the face. `why` absent where there is nothing to say. */
void entry_status(struct client *c, struct entry *e, enum entry_status status, struct str why);
void entry_progress(struct client *c, struct entry *e, enum file_state state, uint64_t done, struct str why);
void entry_file(struct client *c, struct entry *e, struct str path, struct str token); /* absent: as it was */
/* What has come of a file that is not wanted any more, whether anything of it is under way or not. */
void file_part_drop(struct client *c, struct str key);

/* Offers what is WAITING to way->send again, oldest first; of one conversation, or NULL: all. */
void client_flush(struct client *c, struct conversation *v);
/* Finds an entry of ours by its id, also after a restart; NULL: it is gone. */
struct entry *client_entry(struct client *c, struct conversation *v, int64_t id);

/* 32 hexadecimal digits that nothing else has. */
void client_mark(struct client *c, struct buf *to);

/* Text in the user's language: texts.h. */
struct str text_of(const struct client *c, unsigned which);

/* ---- trust (trust.c): keys of servers and peers ------------------------------------------------------------------ */

enum trust { TRUST_YES, TRUST_NEW /* never seen: ask or remember */, TRUST_CHANGED /* refused, loudly */ };
enum trust trust_look(struct client *c, struct str whose, const uint8_t key[KEY_BYTES], bool *verified);
void trust_remember(struct client *c, struct str whose, const uint8_t key[KEY_BYTES], bool verified);
/* Decides on the key of the server that is connected to, in the order pin, roots of this machine, what is remembered, the user: then `go_on` runs, perhaps later
 * and when the line is gone again, or `refuse` with a sentence. One at a time. `key` and `trusted` are those of the pipe. */
struct trust_server {
	uint16_t port;
	bool trusted;
	uint8_t key[KEY_BYTES];
	void (*go_on)(struct client *c);
	void (*refuse)(struct client *c, struct str why);
};
void trust_server(struct client *c, const struct trust_server *server);
/* "chat.lan:7789": under this the key of the server is remembered. Appended. */
void trust_server_name(const struct client *c, uint16_t port, struct buf *to);
/* AA:BB:… */
void trust_fingerprint(struct buf *to, const uint8_t key[KEY_BYTES]);
/* What two people read to each other: five groups of five digits, the same on both sides, made of both keys. */
void trust_code(struct buf *to, const uint8_t one[KEY_BYTES], const uint8_t other[KEY_BYTES]);

/* ---- direct.c: a link between two clients (PROTOCOLS 2.6), used by hybrid.c and lan.c ---------------------------- */

struct directs; /* all of them, with the port they are reached at */

struct direct_events {
	/* A message cannot go by a direct link (no TCP there, refused, silence): the way may send a datagram or relay,
	 * or leave it waiting. */
	void (*unreachable)(struct client *c, struct entry *e);
	/* There is a link to this person, or no more. */
	void (*linked)(struct client *c, struct str name, bool up);
};

/* Opens the port; 0 and why: not possible. Sets outside->events.accepted. */
struct directs *directs_new(struct client *c, const struct direct_events *events, uint16_t *port, struct buf *why);
struct directs *directs_free(struct directs *ds);
/* Where `name` is reached now, NULL: nowhere. Links to elsewhere are ended. */
void directs_place(struct directs *ds, struct str name, const struct endpoint *at);
void directs_send(struct directs *ds, struct entry *e); /* text or file */
void directs_file_get(struct directs *ds, struct entry *e);
void directs_file_stop(struct directs *ds, struct entry *e);
/* Says good-bye; `done` when all links are down. */
void directs_stop(struct directs *ds, void (*done)(struct client *c));
/* The key of the peer and whether it was compared; false: no link has been to him. */
bool directs_key(struct directs *ds, struct str name, uint8_t key[KEY_BYTES], bool *verified);
