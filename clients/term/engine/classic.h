/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/classic.h - inside the client's side of the classic protocol (PROTOCOLS 1): one line to the
 * server, requests whose replies come in order, and what the server tells by itself. classic.c has the line,
 * classic_login.c coming in and trust, classic_talk.c messages, rooms and history, classic_files.c 104 to 107.
 */
#pragma once
#include "clients/term/engine/chat.h"

struct classic;
struct ask;
struct transfer;

enum {
	CLASSIC_AHEAD_MAX = 32,       /* messages under way: so many may be in doubt when the line goes */
	CLASSIC_LINE_MAX = 4 * 1024 * 1024, /* of the server's; all who are online stand in one */
	CLASSIC_REQUEST_MAX = 65535,  /* a server closes the line on what is longer (PROTOCOLS 1.1) */
	CLASSIC_HISTORY_MAX = 500,    /* what a server gives at once */
	CLASSIC_HELD_MAX = 1024 * 1024,
};

/* `good`: "1|…"; `data` is what follows the bar. The ask is freed afterwards. */
typedef void ask_done(struct classic *l, struct ask *a, bool good, struct str data);

struct ask {
	struct list here;
	ask_done *done;
	struct conversation *v;  /* NULL: of none */
	int64_t entry;
	unsigned count;
	msec news;               /* of a history that fills a gap: from when on; 0: it is seen then */
	bool shown;              /* somebody waits for the answer: say it */
};

struct told { /* one row of a history, or an old push */
	struct str sender, text;
	msec time;
	int64_t entry;           /* of ours that it is; 0: none is known */
	msec at;                 /* the time of that */
	bool mine, maybe_mine;
};

struct classic {
	struct client *c;
	struct pipe *pipe;       /* NULL: there is no line */
	struct buf in;           /* what is no whole line yet */
	struct buf password;     /* of the account; empty: not known yet */
	bool has_password, proven; /* proven: it was right once */
	bool wants_login;        /* the line is up and trusted */
	bool logged_in;
	bool settled;            /* what was in doubt is decided: messages may go out */
	bool leaving;
	bool registered;
	unsigned refusals;       /* of the password, in a row */
	unsigned tries;          /* of connecting, in a row */
	struct timer again, retry, pinging;
	uint8_t key[KEY_BYTES];  /* the server's, while the user is asked about it */
	struct list asks;        /* in the order of their replies */
	unsigned ahead;          /* messages without a reply */
	/* Times are of the server's zone, which the first of its answers tells (102). */
	bool zone_known, zone_ours;
	msec zone;               /* to add to what reads as UTC */
	msec ahead_ms;           /* so much is our clock ahead of the server's */
	msec since;              /* the server's time when we came: what is older was said before */
	struct buf held;         /* pushes from before `settled` */
	bool taking_held;
	struct list pushed; /* struct pushed: old pushes of this line, so that the second of two equal ones is known as
			       such */
	struct map names;        /* struct name: who is online */
	/* The history that is being told. */
	struct ask *telling;
	bool had;                /* something of its conversation was known before */
	msec news;               /* what is as new as this was not */
	struct told *rows;
	size_t rows_n, rows_room;
	struct list transfers;   /* classic_files.c */
};

static inline struct classic *line_of(struct client *c) { return c->way_state; }

/* ---- classic.c */

/* Sends a request; `done` gets its reply. The text has no line end yet. */
struct ask *cl_ask(struct classic *l, struct str request, ask_done *done);
/* The line is ended, and tried again later unless leaving. */
void cl_cut(struct classic *l);
void cl_dial(struct classic *l);
uint16_t cl_port(const struct classic *l);
/* Something was asked that the server has to answer soon, or the line is ended. */
void cl_wait(struct classic *l);
/* What the server says, in the user's language. */
void cl_reason(struct classic *l, struct buf *to, struct str reason);
/* "yyyy-M-d HH:mm:ss" to wall time; 0: it is none. */
msec cl_time(const struct classic *l, struct str text);
void cl_zone_learn(struct classic *l, struct str text);

/* ---- classic_login.c */

void cl_up(struct classic *l);
void cl_login(struct classic *l);

/* ---- classic_talk.c */

void cl_begin(struct classic *l);  /* logged in */
void cl_ended(struct classic *l);  /* the line is gone: what was asked is forgotten */
void cl_push(struct classic *l, struct str line);
void cl_send(struct client *c, struct entry *e);
void cl_who(struct client *c, struct conversation *v);
void cl_people(struct client *c, struct conversation *room);
void cl_join(struct client *c, struct str room, struct str password);
void cl_leave(struct client *c, struct conversation *room);
void cl_older(struct client *c, struct conversation *v, unsigned count);
bool cl_is_online(struct client *c, struct str name);
void cl_names(struct client *c, void (*each)(void *arg, struct str name), void *arg);
void cl_names_drop(struct classic *l);
/* A request about this entry of ours has no reply yet. */
bool cl_is_under_way(const struct classic *l, int64_t id);
bool cl_is_own(const struct classic *l, struct str sender);
void cl_told_row(struct classic *l, struct str sender, struct str text, msec time);
void cl_told_end(struct classic *l);

/* ---- classic_files.c */

void cl_offer(struct classic *l, struct entry *e);
/* `content` is "name,size,TOKEN"; `telling`: it is a row of this conversation's history, NULL: it comes now. */
void cl_offered(struct classic *l, struct str sender, struct str content, msec time, struct conversation *telling);
void cl_declined(struct classic *l, struct str sender, struct str content); /* "name,TOKEN" */
void cl_file_get(struct client *c, struct entry *e);
void cl_file_stop(struct client *c, struct entry *e);
void cl_files_go_on(struct classic *l); /* logged in: what was broken off */
void cl_files_end(struct classic *l);
