/* SPDX-License-Identifier: Apache-2.0
 *
 * core/parcel.h - what cores say to one another on the bus. Subjects: "u.NAME" (the cores where NAME has sessions),
 * "c.NAME" (the cores that have NAME in memory), the full address of a session, "all". Two are only looked at, nothing
 * is published to them: "l.NAME" (the cores on which something for NAME is late, core/offline.c) and "f.TOKEN" (one that
 * makes the message of a file, core/offer.c).
 */
#pragma once
#include "bus/bus.h"

enum parcel_kind {
	PARCEL_MESSAGE = 1,   /* u: stanza to deliver; number: stamp when it is queued */
	PARCEL_SENT,          /* u: a carbon of what stanza->from sent */
	PARCEL_IQ,            /* full: stanza */
	PARCEL_PRESENCE,      /* u or full: stanza, available or unavailable */
	PARCEL_PROBE,         /* u: stanza->from wants to know; PARCEL_OWN: it is the account itself */
	PARCEL_SUBSCRIPTION,  /* u: stanza, subscribe … unsubscribed, for the sessions */
	PARCEL_SHOW,          /* u: send presence of all sessions to stanza->to (just subscribed); or, PARCEL_HIDE, unavailable */
	PARCEL_ROSTER,        /* c: bytes: an item (core/roster.c); number: version */
	PARCEL_BLOCKS,        /* c: bytes: the list has changed; flags say how */
	PARCEL_PREFS,         /* c: archive preferences have changed */
	PARCEL_LATE_DONE,     /* c: nothing of it is on its way into the queue on the publisher's core any more (route_keep_late) */
	PARCEL_GONE,          /* c: the account was deleted */
	PARCEL_RIGHTS,        /* c: number: its flags from now on (enum account_flags) */
	PARCEL_PASSWORD,      /* c: it has another password; number: its mark (struct account) */
	PARCEL_KICK,          /* u or full: sessions must end; number: kick_why; bytes: resource or absent; PARCEL_OTHERS: all but this resource;
			       * PARCEL_DEVICE: bytes is a device (struct session_agent) */
	PARCEL_UP, PARCEL_DOWN, /* all: bytes: a session became available, or no longer is (core/directory.c) */
	PARCEL_DOOR,          /* one core: for a door (core_door_send) */
	PARCEL_DEVICES,       /* u: tell the core that asks of your sessions; number: its question (core/devices.c) */
	PARCEL_DEVICES_TOLD,  /* one core: bytes: they are these */
	PARCEL_PEP,           /* u: stanza for sessions that want the node; bytes: it, a zero byte, a resource; PARCEL_OWN: the account's own; PARCEL_BARE:
			       * for the subscriber, account `number` (core/pep_tell.c) */
	PARCEL_SERVICE,       /* one core: stanza for a service there; number: the sender's transit, 0: none (core/service.h) */
	PARCEL_SERVICE_SENT,  /* one core: number: the transit; flags: enum sent_verdict */
	PARCEL_SERVICE_UP, PARCEL_SERVICE_DOWN, /* all: bytes: the domain of a service that lives on this core, and what it is */
	PARCEL_ROOM,          /* one core: stanza for the room's occupants there: for the session `bytes`, or for all; flags say which, but for the occupant `number` */
	/* one core: bytes: the room, then the session there, each ended by a zero byte; number: of the seat; owner: of the occupant. LEAVE without
	 * PARCEL_OWN goes the other way: the session is gone (core/room_here.c) */
	PARCEL_ROOM_ENTER, PARCEL_ROOM_LEAVE,
	PARCEL_ROOM_LISTED,   /* all: bytes: a room's listing has changed (core/room_list.c) */
	PARCEL_PUSH,          /* c: bytes: a place to be told of messages, a zero byte and its options; PARCEL_REMOVED: no longer (core/push.c) */
	PARCEL_PEP_SUBSCRIBED, /* u: you see the presence of stanza->from since just now: send what it published */
};

enum parcel_flags {
	PARCEL_QUEUED = 1 << 0,   /* waits in the receiver's queue */
	PARCEL_ARCHIVED = 1 << 1, /* is in the receiver's archive under its stamp */
	PARCEL_BARE = 1 << 2,     /* to be treated as sent to the bare address */
	PARCEL_OWN = 1 << 3,
	PARCEL_HIDE = 1 << 4,
	PARCEL_REMOVED = 1 << 5,
	PARCEL_QUIET = 1 << 6,    /* update caches, show nobody */
	PARCEL_OTHERS = 1 << 7,
	PARCEL_DEVICE = 1 << 8,
	PARCEL_ADMIN = 1 << 9,    /* SERVICE: from a session of an administrator's */
	PARCEL_SEES = 1 << 10,    /* ROOM: for who sees real addresses */
	PARCEL_BLIND = 1 << 11,   /* for who does not */
	PARCEL_WAITED = 1 << 12,  /* it was said before: with the time */
};
