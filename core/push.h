/* SPDX-License-Identifier: Apache-2.0
 *
 * core/push.h - push notifications (XEP-0357). An account names the places that shall be told when something comes for
 * it; each is a node at a push service, which is a service of ours (core/service.h).
 *
 * A place is told of a message with something to read when the session that named it last cannot take it: it is gone,
 * detached, or its client has said that nobody looks (XEP-0352). While that session is there and active it needs no
 * telling; what other sessions do says nothing about this device. Of what is said in a room that its session is in, it is told where somebody is named
 * there: by the name of the account or his nickname, or where it is encrypted, so that nobody knows. Who belongs to a room and has no session in it is told
 * where he is named, too (core/room_push.c). A place is told once and then rests a while; what
 * comes meanwhile is counted and told together.
 *
 * In the store a place is an item of the space "push"; its key is the address, a line end and the node, its value "+"
 * and the publish options.
 */
#pragma once
#include "core/ask.h"
#include "core/session.h"

#define PUSH_SPACE "push"

enum { PUSH_PLACES_MAX = 20, PUSH_NODE_BYTES_MAX = 500, PUSH_OPTIONS_BYTES_MAX = 4096 };

enum push_content { PUSH_COUNT_ONLY, PUSH_SENDER, PUSH_BODY };

/* The session names a place; `options` is the form of publish options as XML, or empty. Kept before `done` runs. False:
 * the account has too many, and `done` does not run. */
bool push_enable(struct session *s, struct ask *a, struct jid service, struct str node, struct str options);
/* No longer; an absent node: every one of that service. False: there was none, and `done` does not run. */
bool push_disable(struct session *s, struct ask *a, struct jid service, struct str node);
