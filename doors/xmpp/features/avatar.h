/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/avatar.h - what the picture of an account wants of vCards, publications and presence.
 */
#pragma once
#include "doors/xmpp/features/asked.h"

#define AVATAR_METADATA "urn:xmpp:avatar:metadata"

/* Something in the node of the metadata has changed, for the request `a` (a struct pep_errand), which is answered when
 * the card has followed. */
void avatar_changed(struct asked *a);

/* The card, kept as `kept`, is to be the account's own: it is written, and its picture published. The IQ is answered. */
void avatar_card(struct xmpp *x, struct iq *q, const struct xml *card, struct str kept);

/* Whether it is known what picture the account has; false: it is asked for, and frames are taken again when it is. */
bool avatar_known(struct xmpp *x);

/* The available presence as it goes out: with the hash of the picture (XEP-0398, 5). Takes over the reference. */
struct stanza *avatar_presence(struct xmpp *x, struct stanza *st);

/* Once per core. */
struct xmpp_home;
void avatar_begin(struct xmpp_home *h);
