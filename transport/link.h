/* SPDX-License-Identifier: Apache-2.0
 *
 * transport/link.h - connections of one loop: the link_ops of doors/door.h over TCP and local sockets, plain or TLS.
 */
#pragma once
#include <uv.h>

#include "doors/door.h"
#include "transport/gate.h"
#include "transport/loop.h"
#include "transport/tls.h"

struct links;

/* What an open port leads to. */
struct entrance {
	const struct door *door;
	bool local;       /* a local socket (uv_pipe_t), not TCP */
	bool tls;         /* TLS begins with the first byte */
	bool one_core;    /* all its connections come to the first core */
	bool maybe_tls;   /* it does when the first byte is that of a TLS record */
	const char *alpn; /* see tls_new() */
	const struct datagram_door *datagrams; /* beside TCP, UDP with the same number; all of it comes to the first core */
};

/* `core` is handed to the doors and not looked at; `gate` is shared; `tls` may be NULL when no door needs it. Borrowed all. */
struct links *links_new(struct loop *loop, struct core *core, struct gate *gate, struct tls_setup *tls);

/* Connections from now on get this certificate. Takes a reference of its own. */
void links_certificate(struct links *ls, struct tls_setup *tls);

/* Takes a connection that waits on `server`; `how` must outlive the link. */
void links_accept(struct links *ls, uv_stream_t *server, const struct entrance *how);

/* Lets every door say good-bye and hangs up. `gone` runs in a later turn, when the last link is freed (also if there is none). */
void links_stop(struct links *ls, void (*gone)(void *arg), void *arg);

size_t links_count(const struct links *ls);

/* When none is left. NULL is fine; returns NULL. */
struct links *links_free(struct links *ls);
