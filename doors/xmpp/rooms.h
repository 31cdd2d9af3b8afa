/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/rooms.h - for who assembles the server: rooms (XEP-0045). Their syntax is in muc/, what they mean in core/room.h.
 */
#pragma once

struct core;

/* Rooms begin on this core; after core_new(), on each core of the process. Nothing where settings name no domain for rooms. */
void muc_begin(struct core *c);
