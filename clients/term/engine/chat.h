/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/chat.h - what the middle of the engine (client.c, entries.c, commands.c) knows of a conversation
 * beside what faces see.
 */
#pragma once
#include "clients/term/engine/inside.h"
#include "clients/term/text/text.h"

struct chat {
	struct conversation v;
	struct str password;     /* ROOM: what it was entered with; own memory */
	struct str nick;         /* ROOM: what it calls us now, empty: our name; own memory */
	struct buf nicks;        /* ROOM: names that it gave us, a line each */
	bool joined;             /* ROOM: to be entered again when the server is back */
	bool loaded;             /* its newest entries were read back from the keep */
	bool opened;             /* it was looked at since the program began */
	bool closed;             /* /close: it is in no list until something comes */
	bool unsaved;            /* draft, unread … are to be written */
	unsigned waiting;        /* entries of ours with ENTRY_WAITING or ENTRY_SENDING */
	unsigned history_wanted; /* /history N: told when the server's is there */
	msec told_until;         /* the time of the newest row that a history has brought */
	unsigned asked;          /* so many entries were asked of the server last */
};

static inline struct chat *chat_of(struct conversation *v) { return holder_of(v, struct chat, v); }

/* An owned string gets a new content; absent: none. */
void str_set(struct str *owned, struct str s);

/* ---- entries.c */

void chat_load(struct client *c, struct chat *t);
/* Everything since `time` is in memory. */
void chat_cover(struct client *c, struct chat *t, msec time);
void chat_free(struct chat *t);
/* What is in memory of it goes: the keep has forgotten it. */
void chat_empty(struct chat *t);
/* Whether it was closed when the program ended; `flag` gets the name of the value that says so. */
bool chat_closed(struct client *c, struct str name, struct buf *flag);
/* An entry of ours begins its life: kept, told, offered to the way. NULL: it could not be kept. */
struct entry *entry_begin(struct client *c, struct conversation *v, const struct entry *given);
/* It goes from the list; its memory stays, since requests may still name it. */
void chat_close(struct client *c, struct chat *t);
/* Name, draft, unread … go to the disk, soon. */
void chat_changed(struct client *c, struct chat *t);
void chats_save(struct client *c);
/* Notes beside an entry's text that people read: "2026-11-21 12:00:03 tom> hello". */
void entry_write(const struct client *c, const struct entry *e, struct buf *to);
/* The last `n` entries, as a notice. */
void chat_tell(struct client *c, struct chat *t, unsigned n);

/* A text as a notice, with its values. */
void client_tell(struct client *c, struct conversation *v, const char *name, bool error, enum text t, struct str one,
		 struct str two);
void client_state_changed(struct client *c);

/* ---- files.c */

/* Offers the file at `path`; NULL: it cannot be (told). */
struct entry *client_send_file(struct client *c, struct conversation *v, struct str path);

/* ---- commands.c */

/* "1.4 MiB" */
void bytes_write(struct buf *to, uint64_t n);

/* "/join #x": `line` without the slash. */
bool command_run(struct client *c, struct conversation *v, struct str line);
/* A name as somebody typed it, as it is known: trimmed, small letters where the server has them so. False: no name
 * (told). The result lives in `room`. */
bool name_tidy(struct client *c, struct str typed, struct buf *room);

/* ---- emoji.c */

struct emoji {
	const char *name, *glyph;
};
extern const struct emoji emojis[]; /* sorted by name */
extern const size_t emojis_n;
/* `:smile:` becomes its glyph, what is no name stays. */
void emoji_replace(struct buf *to, struct str text);
