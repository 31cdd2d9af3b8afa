/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/rooms.h - for who assembles the server: what begins on each core before anybody comes in. Rooms (XEP-0045): their syntax is in muc/, what
 * they mean in core/room.h.
 */
#pragma once

struct core;

/* The door is open on this core for what other cores say to it (a client that comes in there may resume a session of here, or of one that was here
 * before a restart); after core_new(), on each core of the process. */
void xmpp_door_begin(struct core *c);

/* Rooms begin on this core; after core_new(), on each core of the process. Nothing where settings name no domain for rooms. */
void muc_begin(struct core *c);
