/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/commands.h - ad-hoc commands of the server (XEP-0050): a command is a line in commands.c. No session is kept between the stages of
 * one: what a form asks for comes back with it.
 */
#pragma once
#include "doors/xmpp/xmpp.h"

#define COMMANDS "http://jabber.org/protocol/commands"
#define DATA "jabber:x:data"

struct xmpp_command {
	const char *node, *name;
	bool (*allowed)(const struct xmpp *x);
	/* Answers, now or later. `form`: what was submitted, NULL at the first stage; lives for the turn. */
	void (*run)(struct xmpp *x, struct iq *q, struct str session, const struct xml *form);
};

extern const struct xmpp_command command_invite, command_create_account;

/* Answers with a form: status "executing" (there is one more stage) or "completed". */
void command_answer(struct iq *q, const struct xmpp_command *c, struct str session, const char *status, struct str form);

/* disco#items and disco#info for the node of all commands, or of one. False: it is no node of ours. */
bool commands_items(struct xmpp *x, struct str node, struct buf *to);
bool commands_info(struct xmpp *x, struct str node, struct buf *to);

/* The first value of a field, blanks around it taken away; absent when there is none. */
struct str form_value(const struct xml *form, const char *var, struct arena *arena);
/* <field var='…' type='…'><value>…</value></field>; nothing when the value is absent. */
void form_field(struct buf *to, const char *var, const char *type, struct str value);
