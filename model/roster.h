/* SPDX-License-Identifier: Apache-2.0
 *
 * model/roster.h - a contact and the subscription state machine (RFC 6121, appendix A), as a pure table: the
 * store applies it inside a transaction, so that every core and node agrees on the order of events.
 */
#pragma once
#include "base/str.h"

enum roster_state {
	ROSTER_TO = 1 << 0,         /* we see their presence */
	ROSTER_FROM = 1 << 1,       /* they see ours */
	ROSTER_ASK = 1 << 2,        /* we asked ("Pending Out") */
	ROSTER_PENDING_IN = 1 << 3, /* they asked; not shown in the roster by itself */
	ROSTER_APPROVED = 1 << 4,   /* pre-approved (RFC 6121, 3.4) */
	ROSTER_LISTED = 1 << 5,     /* stands in the roster; without it the row only remembers PENDING_IN */
};

struct roster_item {
	struct str contact;   /* bare address */
	struct str name;      /* may be empty */
	struct str groups;    /* each followed by a zero byte; may be empty */
	struct str request;   /* payload of their subscribe while PENDING_IN, for redelivery */
	uint32_t state;       /* enum roster_state */
	uint64_t version;     /* of the roster when this changed last */
	bool removed;         /* in a list of changes: it is gone */
};

enum roster_event {
	ROSTER_OUT_SUBSCRIBE, ROSTER_OUT_SUBSCRIBED, ROSTER_OUT_UNSUBSCRIBE, ROSTER_OUT_UNSUBSCRIBED,
	ROSTER_IN_SUBSCRIBE, ROSTER_IN_SUBSCRIBED, ROSTER_IN_UNSUBSCRIBE, ROSTER_IN_UNSUBSCRIBED,
	ROSTER_EVENTS
};

struct roster_step {
	uint32_t state;  /* afterwards */
	bool pass;       /* the stanza goes on: outbound to the contact, inbound to the user's sessions */
	bool push;       /* what the roster shows has changed */
	bool reply;      /* inbound subscribe: answer "subscribed" at once (already subscribed, or pre-approved) */
};

/* What `event` makes of `state` (0: the contact is unknown). Pure. */
struct roster_step roster_step(uint32_t state, enum roster_event event);

/* The word for the `subscription` attribute: none, to, from, both. */
const char *roster_subscription(uint32_t state);
