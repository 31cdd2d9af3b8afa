/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/relay.h - a client that resumes its session (XEP-0198) has come in at another core than the one where
 * the session lives. The session stays: its core gets a link of ours that is not a socket, and the two cores pass
 * the bytes on, both ways, over the bus. So nothing of a session ever moves, and nothing can be lost or doubled on
 * the way.
 */
#pragma once
#include "doors/xmpp/engine.h"

/* At the client's core: asks `core` for the session `id`; `h` is what the client has got. The stream is the relay's
 * from here on: the answer comes as bytes from there, and when it is no, the stream is ours again. */
void relay_resume(struct xmpp *x, unsigned core, struct str id, uint32_t h, struct str head);

/* The client's side of a stream that is relayed: what the door does for its link. */
void relay_feed(struct xmpp *x, const char *bytes, size_t n);
void relay_written(struct xmpp *x);
void relay_close(struct xmpp *x, enum close_why why);

core_door_receive relay_receive;
void relay_drop(struct xmpp_home *h);
