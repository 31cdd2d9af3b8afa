/* SPDX-License-Identifier: Apache-2.0
 *
 * core/devices.h - the sessions of one's own account, on whichever core and door, and ending them (XEP-0494 stands on it). A device is known by its
 * session and has no password of its own: who ended one and wants it to stay away changes the password.
 */
#pragma once
#include "core/session.h"

struct device {
	struct str id;       /* stays the same as long as the session lives, and is never another's */
	struct str resource, door;
	struct str program;  /* what the client says it is; may be empty */
	struct str address;  /* empty while detached */
	msec since, seen;    /* wall time of login; when it was connected last: now, unless it is detached */
	bool detached, own;  /* own: the session that asks */
};

/* Embedded in the asker; busy from the call until `done` (once, in a later turn) or devices_cancel(). */
struct devices_ask {
	void (*done)(struct devices_ask *a);
	const struct device *devices; /* inside `done`, the newest first */
	size_t n;
	struct devices_job *job;
};
void devices_cancel(struct devices_ask *a);

/* Those of the session's account. A core that does not answer within two seconds is left out. */
void devices_list(struct session *s, struct devices_ask *a);

/* Ends one of them (KICK_REVOKED), which must have been listed: the one of this resource. */
void devices_end(struct session *s, struct str resource);
