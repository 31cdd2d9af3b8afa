/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/ctl/ctl.h - anserctl, the operator's command line: one command of model/commands.h, asked over the server's local
 * socket (admin/admin.h) and printed for a person or as JSON.
 */
#pragma once
#include <jansson.h>

#include "base/buf.h"

enum text {
#define TEXT(id, english, chinese) TEXT_##id,
#include "clients/ctl/texts.h"
#undef TEXT
	TEXTS
};

enum { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_NO_SERVER };

struct command {
	const char *words, *arguments, *columns;
	enum text help;
	int done; /* what to say after it; -1: its answer speaks for itself */
};

struct options {
	const char *data; /* NULL: where it usually is */
	bool json, password_stdin;
	/* of an invitation */
	bool admin;
	const char *uses, *expires;
	/* of a new room */
	bool members_only;
	const char *title;
};

/* ---- texts.c */

/* Chooses the language by LC_ALL, LC_MESSAGES or LANG. */
void text_begin(void);
const char *text(enum text t);
/* The text with its first % replaced by `value`, the second by `second` (or `value` again when that is NULL). */
void text_fill(struct buf *to, enum text t, const char *value, const char *second);
/* The same and a line end, to stderr. */
void text_complain(enum text t, const char *value, const char *second);

/* ---- ask.c */

/* Sends the request, reads all of the answer: rows (an array) and end (the last line: {"ok":…} or {"error":…}), both the caller's. Answers EXIT_DONE
 * or EXIT_NO_SERVER after saying why. */
int ask(const struct options *o, const json_t *request, json_t **rows, json_t **end);

/* For a talk of many requests: the socket, or -1 after saying why; and one request. */
int server_reach(const struct options *o);
bool server_say(int fd, const json_t *request);

/* ---- transfer.c: FILE [NAME...], FILE. Exit statuses. */
int transfer_export(const struct options *o, const char *const *words, size_t n);
int transfer_import(const struct options *o, const char *const *words, size_t n);

/* ---- password.c */

/* From the terminal, twice and unseen, or from standard input; appended to `to`, which the caller wipes. EXIT_DONE, or another status after
 * saying why. */
int password_read(const struct options *o, const char *name, struct buf *to);

/* ---- print.c */

/* The answer, for a person. Returns the exit status. */
int print_answer(const struct command *c, const json_t *rows, const json_t *end);
/* The same as JSON: the rows as an array, or the object of the answer. */
int print_json(const struct command *c, const json_t *rows, const json_t *end);
