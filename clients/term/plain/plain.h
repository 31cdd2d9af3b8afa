/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/plain/plain.h - the face without a screen: lines for people and scripts, or JSON lines for programs
 * (docs/anser.1 says how they look). What others wrote is made harmless before it is printed.
 */
#pragma once
#include "clients/term/engine/client.h"
#include "transport/loop.h"

struct plain;

struct plain_setup {
	int in, out;        /* 0 and 1; in is read until its end */
	bool json, chinese;
	bool stay;          /* goes on after the end of the input */
	bool has_password;  /* `password` answers the first question for it (when registering: both) */
	bool registering;
	struct str password;
	/* One message or file, then the end: */
	struct str to;      /* to whom; absent: not this */
	struct str text;    /* absent: the whole input */
	const char *const *files;
	size_t files_n;
	msec timeout_ms;    /* after which it is given up */
	void (*quit)(void *arg, int status);
	void *arg;
};

/* Everything in `setup` is copied but `files`. */
struct plain *plain_new(const struct plain_setup *setup, struct loop *loop);
struct face *plain_face(struct plain *p);
/* After client_new(), before client_start(). */
void plain_begin(struct plain *p, struct client *c);
/* Somebody wants it to end (a signal): in order, and who waits for the status of one message is told that it is not
 * known to have come. */
void plain_interrupt(struct plain *p);
/* Reads no more, and leaves the input as it was; on the loop, before loop_stop(). Harmless when it was done. */
void plain_stop(struct plain *p);
/* After the end of loop_run(). NULL is fine; returns NULL. */
struct plain *plain_free(struct plain *p);

/* Asks on the terminal of this process, whatever its input is; `unseen`: what is typed is not shown. False: there is
 * none, or nothing was typed. */
bool terminal_ask(struct str prompt, bool unseen, struct buf *answer);
