/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/features.h - what the engine calls in features, other than through their tables.
 */
#pragma once
#include "doors/xmpp/xmpp.h"

/* RFC 6121, 2.1.6: a contact has changed; for sessions that asked for their roster. */
void roster_push(struct xmpp *x, const struct notice *n);

/* XEP-0191: an address was blocked or unblocked; for sessions that asked for their block list. */
void block_push(struct xmpp *x, const struct notice *n);

/* XEP-0163: what `owner` published last; `item` is the whole <item/>. */
void pep_push(struct xmpp *x, struct jid owner, struct str node, struct str item);

/* XEP-0060, 8.6: a message of the client's, perhaps the owner's answer to who may subscribe. It goes its way all the same. */
void pep_message(struct xmpp *x, const struct xml *message, struct jid to);

/* XEP-0030 for the nodes of an account (an absent node: the account's list of them). The IQ is answered. */
void pep_disco_items(struct xmpp *x, struct iq *q, struct str node);
void pep_disco_info(struct xmpp *x, struct iq *q, struct str node);

/* One line per feature, sorted: "XEP-0199 2.0.1 ping", "RFC 6121 roster". */
void xmpp_features_describe(struct buf *to);
