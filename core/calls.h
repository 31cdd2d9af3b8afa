/* SPDX-License-Identifier: Apache-2.0
 *
 * core/calls.h - programs that help calls through: STUN and TURN servers (RFC 8489, 8656), which are not ours. The
 * operator lists them as URIs (RFC 7064, 7065), parted by blanks: "stun:stun.example.org
 * turn:turn.example.org:3478?transport=udp turns:turn.example.org?transport=tcp". With a secret that we share with the
 * TURN servers everybody gets a name and a password of his own that are good for a while: the name is the time in
 * seconds until when, a colon and who; the password the HMAC-SHA-1 over it. coturn calls this use-auth-secret.
 */
#pragma once
#include "core/core.h"

struct call_server {
	struct str type;      /* stun, stuns, turn, turns */
	struct str host;      /* without the brackets of an IPv6 address */
	struct str transport; /* udp, tcp */
	uint16_t port;
	bool restricted;      /* wants a name and a password */
};

/* The first of the list, which is shortened: 1; 0: no more; -1: it is no such URI (*list stands before it). Borrows. */
int call_server_next(struct str *list, struct call_server *ret);

/* For `who` (a name of an account), good until *ret_expires, wall time. Appends. */
void call_credentials(struct core *c, struct str who, struct buf *name, struct buf *password, msec *ret_expires);
