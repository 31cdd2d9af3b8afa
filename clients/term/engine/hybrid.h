/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/hybrid.h - inside the client of the hybrid protocol (PROTOCOLS 2, docs/protocol-hybrid.md):
 * hybrid.c has the kept connection and coming in, hybrid_people.c who is there and by which way each message goes.
 */
#pragma once
#include "clients/term/engine/chat.h"
#include "clients/term/engine/direct.h"
#include "wire/hybrid.h"

enum {
	HYBRID_PORT = 7790,
	HYBRID_PEOPLE_MAX = 20000,
	HYBRID_LIST_MAX = 4 * 1024 * 1024,
	HYBRID_RELAYED_MAX = 1024 * 1024, /* bytes of a line of the server's: more than any message */
	HYBRID_RELAYS = 32,               /* relays without a reply: so many may be in doubt when the line goes */
	HYBRID_TALKS = 5, HYBRID_TALKS_BURST = 30, /* datagrams a second that are looked at, of one person */
	HYBRID_TWICE = 64, HYBRID_TWICE_MS = 3000, /* the last datagrams: the network may double them */
};

struct hybrid_client;

/* Somebody who is, or was, in the list. */
struct person {
	struct map_node node;
	struct str name;       /* own */
	struct endpoint at;
	bool listed;           /* is in it now */
	bool fresh;            /* is in the list that is being read */
	bool warned;           /* that his datagrams prove nothing */
	bool no_relay;         /* the server does not know him: not asked again before he comes */
	msec relay_after;      /* the server asked for patience; by the clock */
	unsigned relays;       /* under way: what follows goes the same way, so that order holds */
	int64_t tokens;
	msec tokens_at;
};

enum hybrid_asked { ASKED_STARTTLS, ASKED_AUTH, ASKED_LOGIN, ASKED_LOGOUT, ASKED_RELAY, ASKED_PING };

struct hybrid_ask {
	struct list here;
	enum hybrid_asked kind;
	struct person *person; /* RELAY */
	int64_t entry;
};

struct hybrid_client {
	struct client *c;
	struct directs *directs;
	uint16_t port;           /* of direct links */
	struct pipe *pipe;       /* NULL: there is no line */
	bool online, list_due, leaving, directs_gone;
	struct buf in;
	size_t scanned;
	struct buf id;           /* of the `relayed` that comes next */
	uint64_t got, told; /* `relayed` lines of this connection that are on our disk; and that the server knows of */
	struct list asks;        /* in the order of their replies */
	unsigned relays, tries, refusals;
	struct buf password;
	bool has_password, must_auth, proven;
	uint8_t key[KEY_BYTES];
	uint8_t server[16];      /* its address: so are the endpoints of those without one of their own */
	struct timer again, pinging, retry;
	struct map people;
	struct { uint8_t sum[16]; msec at; } twice[HYBRID_TWICE];
	unsigned twice_n;
};

static inline struct hybrid_client *hybrid_client_of(struct client *c) { return c->way_state; }

/* ---- hybrid.c */

void hybrid_client_ask(struct hybrid_client *h, enum hybrid_asked kind, struct str line, struct person *p,
		       int64_t entry);
void hybrid_client_cut(struct hybrid_client *h);

/* ---- hybrid_people.c */

struct person *person_of(struct hybrid_client *h, struct str name, bool make);
void people_free(struct hybrid_client *h);
/* The list that came on the kept connection; false: it is none. */
bool people_list(struct hybrid_client *h, struct str text);
void people_event(struct hybrid_client *h, struct str line);
/* True: it is on disk, or was. Else the line is ended, and the server has it still. */
bool people_relayed(struct hybrid_client *h, struct str fields);
/* How a relay ended: `reason` absent: well. */
void relay_ended(struct hybrid_client *h, struct hybrid_ask *a, struct str reason);
/* The line is gone: what was under way waits again. */
void relays_lost(struct hybrid_client *h);
void hybrid_client_datagram_heard(void *arg, const struct endpoint *from, struct str bytes);
void hybrid_client_give(struct client *c, struct entry *e);
void hybrid_client_unreachable(struct client *c, struct entry *e);
void hybrid_client_linked(struct client *c, struct str name, bool up);
void hybrid_client_who(struct client *c, struct conversation *v);
bool hybrid_client_online(struct client *c, struct str name);
void hybrid_client_names(struct client *c, void (*each)(void *arg, struct str name), void *arg);
