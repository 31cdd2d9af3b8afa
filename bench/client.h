/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/client.h - one XMPP client (RFC 6120, XEP-0077, XEP-0198) of the load generator: from the connection to the session, then
 * whole stanzas, unparsed, to whoever drives it.
 */
#pragma once
#include "bench/net.h"
#include "wire/scram.h"
#include "wire/xml.h"

enum tls_use { TLS_NONE, TLS_START, TLS_DIRECT };

/* Where all clients of a run go, and how. */
struct target {
	struct net net;
	struct str domain, password;
	enum tls_use tls;
	bool acks;                   /* XEP-0198, without resumption */
	bool ws;                     /* over WebSocket (RFC 7395) */
	bool raw;                    /* no XMPP at all: stanzas to bench/relay, the session stands as soon as the connection does */
	bool sha1;                   /* SCRAM-SHA-1 even where the server has SHA-256 */
	struct scram_salted *salted; /* of every account, so that PBKDF2 runs once for each and not in the measured time */
	unsigned accounts;
	struct buf frames;           /* of one link, while they are made */
	char why[256];               /* the last thing that went wrong */
	unsigned refused;
};

enum client_at {
	CLIENT_CONNECT, CLIENT_FEATURES, CLIENT_TLS, CLIENT_REGISTER, CLIENT_CHALLENGE, CLIENT_SUCCESS, CLIENT_BIND, CLIENT_ENABLE,
	CLIENT_PRESENCE, CLIENT_READY, CLIENT_BYE, CLIENT_STATES
};

struct client;

struct client_acts {
	void (*ready)(struct client *c);                     /* the own presence has come back: the session stands */
	void (*stanza)(struct client *c, struct str stanza); /* once it stands; answers to acks come here too */
	void (*gone)(struct client *c);                      /* with at == CLIENT_BYE when it was meant to */
};

struct client {
	struct link link;
	struct target *target;
	const struct client_acts *acts;
	void *arg;
	enum client_at at;
	bool registers; /* makes the account and leaves */
	bool authenticated;
	unsigned number;      /* of the account: u0, u1, ... */
	unsigned resource;    /* r0, r1, ... */
	struct xml_framer framer;
	bool upgraded; /* the handshake of WebSocket is over */
	struct scram_client scram;
	uint32_t heard; /* stanzas since <enabled/>: the h of our <a/> */
	uint32_t said;  /* the same of ours, to be kept by who sends */
};

/* Begins; the struct is all-zero but for target, acts, arg, number, resource and registers. */
void client_begin(struct client *c);

/* Says goodbye; gone() follows when the server has answered it. */
void client_bye(struct client *c);

/* Whether the stanza is of that name: "<message". */
static inline bool stanza_is(struct str stanza, struct str begin)
{
	return str_starts(stanza, begin) && (stanza.p[begin.n] == ' ' || stanza.p[begin.n] == '>' || stanza.p[begin.n] == '/');
}

/* The value of the first attribute of the start tag that is called so: " id=". Unescaped it is not. */
struct str stanza_attr(struct str stanza, struct str name);
