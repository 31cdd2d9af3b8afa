/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/plain/inside.h - between plain.c (lines), json.c (objects), input.c (what is read) and once.c (one
 * message, then the end).
 */
#pragma once
#include <jansson.h>

#include "clients/term/plain/plain.h"
#include "clients/term/text/text.h"

struct plain {
	struct face face;
	struct plain_setup setup;
	struct loop *loop;
	struct client *client;
	struct conversation *current; /* where lines without a receiver go; NULL: nowhere */
	unsigned passwords;           /* questions for it that were answered from setup.password */
	bool asking;                  /* JSON: the program that reads us is asked */
	bool begun, ended;            /* the input is read; has ended */
	bool stopped;
	bool was_online, told_waiting;
	/* input.c */
	uv_poll_t poll;
	uv_timer_t turn;              /* reads files, piece by piece */
	int flags;                    /* of the input's file, before libuv changed them */
	bool polling, turning;
	bool paused;
	bool skipping;                /* the rest of a line that was too long */
	struct post resume;
	bool resuming;
	struct buf line;
	/* once.c */
	struct buf ids;               /* int64_t: entries whose end is waited for */
	unsigned failed;
	bool said;
	struct timer timeout;
	struct post look;
	bool looking;
};

void plain_out(struct plain *p, struct buf *line); /* with its line end; at once */
void plain_complain(struct plain *p, struct str text); /* to stderr, made harmless */
void plain_line(struct plain *p, struct str line);
void plain_check_end(struct plain *p);

void json_tell_state(struct plain *p, const struct client_state *now);
void json_tell_conversation(struct plain *p, const struct conversation *v, enum conversation_change what);
void json_tell_entry(struct plain *p, const struct entry *e, enum entry_change what);
void json_tell_notice(struct plain *p, const struct conversation *v, const char *name, bool error, struct str text);
void json_tell_ask(struct plain *p, enum ask_kind kind, struct str prompt);
void json_tell_show(struct plain *p, const struct conversation *v, const struct entry *at);
void json_tell_quit(struct plain *p, int status);
/* One object: a command of the program that writes to us. */
void json_take(struct plain *p, struct str line);

void input_begin(struct plain *p);
void input_pause(struct plain *p, bool paused);
void input_stop(struct plain *p);

void once_begin(struct plain *p);
void once_input(struct plain *p, struct str text); /* the whole of it */
void once_refuse(struct plain *p);                 /* it cannot be taken; why was told */
void once_interrupt(struct plain *p);
void once_state(struct plain *p, const struct client_state *now);
void once_entry(struct plain *p, const struct entry *e);
