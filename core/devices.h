/* SPDX-License-Identifier: Apache-2.0
 *
 * core/devices.h - the devices of an account, on whichever core and door, and sending one away (XEP-0494 stands on
 * it). A device is known by what it says of itself at login (XEP-0388), and is listed as long as it has a session or
 * a token (core/tokens.h); one that says nothing is known by its session only. Who is sent away can come back with
 * the password alone.
 */
#pragma once
#include "core/session.h"

struct device {
	struct str id;       /* the same as long as the device (or the session) is known; never another's */
	struct str resource, door; /* of its session; empty: it has none */
	struct str program;  /* what the client says it is; may be empty */
	struct str address;  /* empty while detached */
	struct str software, name; /* what it said at login; may be empty */
	msec since, seen;    /* wall times: it came first; it was connected last (now, unless it is detached) */
	bool connected;      /* it has a session */
	bool detached, own;  /* own: the session that asks */
	bool tokens;         /* it may come back without a password */
	bool lasting;        /* `id` is of a device, not of a session */
};

/* Embedded in the asker; busy from the call until `done` (once, in a later turn) or devices_cancel(). */
struct devices_ask {
	void (*done)(struct devices_ask *a);
	int verdict; /* 0, ACCOUNT_UNKNOWN or ACCOUNT_STORE (core/account.h) */
	const struct device *devices; /* inside `done`, the newest first */
	size_t n;
	struct devices_job *job;
};
void devices_cancel(struct devices_ask *a);

/* Those of the account `name` (prepared), as its session `own` sees them (its resource; absent: an operator). A core
 * that does not answer within two seconds is left out. */
void devices_list(struct core *c, struct devices_ask *a, struct str name, struct str own);

/* The same, after which the one of this id is sent away: its tokens are gone from the disk, then its sessions end
 * (KICK_REVOKED) - the own one last, in a later turn than `done`. The answer has that device alone; n == 0: there is
 * none. */
void devices_revoke(struct core *c, struct devices_ask *a, struct str name, struct str own, struct str id);
