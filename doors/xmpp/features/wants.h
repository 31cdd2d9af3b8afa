/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/wants.h - what a client wants to be told of (XEP-0163, 4.3): the features NODE+notify among its
 * capabilities (XEP-0115). Its presence names them by a hash; what a hash stands for is asked once, checked, and
 * remembered for all clients of this core.
 */
#pragma once
#include "doors/xmpp/xmpp.h"

/* The client sent this available presence of its own, and the core has it; first: it was not available before. */
void wants_presence(struct xmpp *x, const struct xml *presence, bool first);

/* An IQ result or error from the client, perhaps the answer to a question of ours. */
void wants_answer(struct xmpp *x, const struct xml *iq);

bool wants_node(const struct xmpp *x, struct str node);

/* The stream ends; and the core. */
void wants_closed(struct xmpp *x);
struct xmpp_home;
void wants_drop(struct xmpp_home *h);
