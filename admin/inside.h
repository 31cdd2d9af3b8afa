/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/inside.h - one operator's connection, and what its commands share.
 */
#pragma once
#include <jansson.h>

#include "admin/admin.h"
#include "base/mem.h"
#include "core/account.h"
#include "core/ask.h"
#include "core/transfer.h"
#include "core/devices.h"

/* What the door keeps once per core. */
struct admin_desk {
	struct core *core;
	struct admin_host host;
	struct post stop; /* after this turn */
	bool stopping;
};

struct admin {
	struct link *link;
	struct core *core;
	struct admin_desk *desk;
	const struct admin_command *command; /* under way; NULL: none */
	json_t *request;
	struct buf in;   /* what came and was not taken yet */
	struct buf rest; /* what is said and does not fit into the link's buffer yet */
	struct account_ask account;
	struct ask ask;
	struct transfer transfer; /* export, import */
	struct devices_ask devices;
	void (*more)(struct admin *a); /* goes on when the peer has read; NULL: nothing to go on with */
	int64_t owner;   /* queue */
	uint64_t after;  /* queue */
	bool guests;     /* user list: it has come to those without an account */
	struct buf name; /* user list, room list: the last one said; queue: whose */
	struct admin_room *room; /* rooms.c; NULL: none was spoken of */
};

struct admin_command {
	const char *name, *arguments;
	bool logged;
	void (*run)(struct admin *a);
};

/* A string of the request; absent when it is not there. */
struct str admin_argument(const struct admin *a, const char *name);

/* What is answered. Takes over the object. ok and error end the command. */
void admin_row(struct admin *a, json_t *row);
void admin_ok(struct admin *a, json_t *fields);
void admin_error(struct admin *a, const char *code, const char *text);

/* Calls `more` when the peer has read enough of what was said (maybe at once). */
void admin_go_on(struct admin *a, void (*more)(struct admin *a));

json_t *admin_text(struct str s);

/* rooms.c: with the link. */
void admin_room_free(struct admin *a);

#define COMMAND(id, words, arguments, columns, logged) void admin_##id(struct admin *a);
#include "model/commands.h"
#undef COMMAND
