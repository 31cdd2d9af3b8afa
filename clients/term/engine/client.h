/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/client.h - the terminal client without a screen: what faces (screen, plain) call, and what they
 * are told. Sans-I/O as the server's doors: time, chance and threads come from base/world.h, connections, datagrams and
 * files from contract/outside.h, what is remembered from keep/keep.h. One thread.
 */
#pragma once
#include "base/buf.h"
#include "base/world.h"
#include "clients/term/contract/model.h"

struct client;
struct face;
struct keep;
struct outside;

enum client_mode {
	MODE_SERVER, /* the classic protocol over TLS */
	MODE_DIRECT, /* hybrid: the server introduces, then machine to machine */
	MODE_LAN,    /* no server */
};

struct client_setup {
	enum client_mode mode;
	struct str name, host;  /* prepared user name; host name or address, empty with MODE_LAN */
	uint16_t port;          /* 0: the default of the mode (7789; 7790; any free one for direct links) */
	bool plain_line;        /* MODE_SERVER: without TLS (7788); the face has asked for it, host is this machine */
	bool registering;       /* make the account first */
	bool accept_new;        /* keys never seen before are taken without asking (as ssh's accept-new) */
	struct str pin;         /* SHA-256 of the server's certificate that it must have, AA:BB:…; may be empty */
	uint16_t direct_port;   /* UDP and TCP of direct links; 0: any free one */
	struct str bind;        /* MODE_LAN: address of the interface to use; empty: all */
	bool chinese;           /* language of what is said */
	struct str downloads;   /* folder that /get writes to */
	unsigned history;       /* entries read back when a conversation opens; 0: 100 */
};

/* ---- what a face is told ----------------------------------------------------------------------------------------- */

enum conversation_change { CONVERSATION_NEW, CONVERSATION_CHANGED, CONVERSATION_GONE };
enum entry_change {
	ENTRY_NEW,     /* the newest of its conversation, said now */
	ENTRY_OLD,     /* from the keep or the server's history, put where it belongs by time */
	ENTRY_CHANGED, /* status, or the progress of a file (not more often than ten times a second) */
};
enum ask_kind {
	ASK_PASSWORD,  /* do not show what is typed */
	ASK_YES_NO,    /* a key never seen before …: `prompt` says it all; answer "yes" or "no" */
};

struct face_ops {
	void (*state)(struct face *f, const struct client_state *now);
	void (*conversation)(struct face *f, struct conversation *v, enum conversation_change what);
	void (*entry)(struct face *f, struct entry *e, enum entry_change what);
	/* An answer to a command, or an error: some lines in the user's language, not kept. `name` is a word for
	 * programs ("no-such-user"); "clear": what is shown of `v` goes away (/clear). */
	void (*notice)(struct face *f, struct conversation *v, const char *name, bool error, struct str text);
	/* Answered once with client_answer(); only one question at a time. */
	void (*ask)(struct face *f, enum ask_kind kind, struct str prompt);
	/* Look at this conversation now (/query, /join, a search result). */
	void (*show)(struct face *f, struct conversation *v, struct entry *at);
	/* All is said and done: leave with this exit status. Called once, in a later turn than what led to it. */
	void (*quit)(struct face *f, int status);
};

/* Exit statuses of the program. */
enum {
	QUIT_OK = 0,
	QUIT_FAILED = 1 /* refused, not sent */,
	QUIT_USAGE = 2,
	QUIT_UNREACHABLE = 3,
	QUIT_UNTRUSTED = 4 /* a key is not what it was */
};

struct face {
	const struct face_ops *ops;
};

/* ---- what a face calls ------------------------------------------------------------------------------------------- */

/* Everything in `setup` is copied; the others are borrowed until client_free(). Reads back conversations from the keep
 * (CONVERSATION_NEW for each). */
struct client *client_new(const struct client_setup *setup, struct world *w, struct outside *o, struct keep *k,
			  struct face *f);
void client_start(struct client *c);
/* Says good-bye to whom it is connected to; face_ops.quit follows, after what is ENTRY_SENDING was acknowledged or 3 s.
 */
void client_stop(struct client *c, int status);
struct client *client_free(struct client *c); /* NULL is fine; returns NULL */

/* A line as typed in `v` (NULL: the status): "/command …", or text for the conversation; "//x" says "/x". May hold LF
 * (pasted). Verdict: whether a command or text was taken; what went wrong was told by `notice`. */
bool client_line(struct client *c, struct conversation *v, struct str line);
/* The same where it is known to be text (a message that begins with a slash), and :names: stay. Each line of it becomes
 * an entry, control characters go; the last one comes back, NULL: there is nothing to say, or it could not be kept
 * (told). */
struct entry *client_say(struct client *c, struct conversation *v, struct str text);
void client_answer(struct client *c, struct str answer); /* absent: given up */

const struct client_state *client_state(const struct client *c);
struct list *client_conversations(struct client *c); /* of struct conversation, by `here` */
struct conversation *client_conversation(struct client *c, struct str name, bool make);
/* It is looked at: nothing in it is unread. */
void client_read(struct client *c, struct conversation *v);
/* Older entries are put in front (ENTRY_OLD), from the keep, then from the server where it has more. */
void client_older(struct client *c, struct conversation *v);
/* Who is in the room is asked for, where nobody tells by itself; CONVERSATION_CHANGED follows. */
void client_people(struct client *c, struct conversation *room);
void conversation_draft(struct client *c, struct conversation *v, struct str draft);

/* What may stand at the end of `line` instead of its last word: names, #rooms, /commands, :emoji:, file names after
 * /send. Each once, sorted, whole words with what belongs behind them ("jack: " at the start of a line, else "jack ").
 */
void client_complete(struct client *c, struct conversation *v, struct str line,
		     void (*each)(void *arg, struct str word), void *arg);

/* ---- the table of commands (engine/commands.c), for help and manual ---------------------------------------------- */

struct command {
	const char *name, *arguments; /* "join", "#room [password]" */
	unsigned modes;               /* bit 1 << enum client_mode */
	const char *help, *help_zh;
	bool (*run)(struct client *c, struct conversation *v, struct str rest);
};
extern const struct command commands[];
extern const size_t commands_n;
