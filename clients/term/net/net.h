/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/net/net.h - contract/outside.h on libuv, OpenSSL and a file system. One per loop; everything on the loop's
 * thread, and callbacks only from the loop.
 *
 * Bounds: a dial has DIAL_MS until `up`, a peer that dialled us INCOMING_MS until its TLS is complete; INCOMING_MAX of
 * these at once, INCOMING_EACH of one address (IPv6: /64), ACCEPTED_MAX altogether. What is read is given to the engine
 * piece by piece and never gathered; what it has to write it bounds itself by pipe_backlog().
 */
#pragma once
#include "clients/term/contract/outside.h"
#include "transport/loop.h"

struct net_setup {
	struct loop *loop;  /* with a pool */
	struct str key;     /* file of our own key (PEM), made if it is not there; may be empty where no links are wanted */
	struct str parts;   /* folder of files that are being received; made when the first one comes */
	struct str authorities; /* PEM file of roots beside those of this machine; may be empty (for tests) */
	bool chinese;       /* language of `why` */
};

/* Strings are copied. On failure *ret is untouched, `why` says what to do, and a negative errno comes back: the key
 * cannot be read or made. */
int net_new(struct outside **ret, const struct net_setup *setup, struct buf *why);

/* Ends everything without a callback; once, on the loop, before loop_stop(). Nothing may be called afterwards but
 * net_free(). */
void net_stop(struct outside *o);

/* After net_stop() and the end of loop_run(). NULL is fine; returns NULL. */
struct outside *net_free(struct outside *o);

/* PROTOCOLS 2.1 for everybody near: where multicast() sends to. The groups are of local scope (RFC 2365) and transient,
 * link-local (RFC 4291, 2.7). */
#define LAN_GROUP_V4 "239.255.77.90"
#define LAN_GROUP_V6 "ff12::7790"
enum { LAN_PORT = 7791 };
/* The kind of service that DNS-SD knows us as; the port is that of direct links, TXT has name=. */
#define LAN_SERVICE "_anser._tcp"
