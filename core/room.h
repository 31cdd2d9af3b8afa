/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room.h - rooms (XEP-0045). Each room belongs to one core (core/service.h); everything here is called there, by the door that knows the
 * syntax (doors/xmpp/muc), for stanzas that come to `room_syntax.take`. Other doors speak to rooms by stanzas as well.
 *
 * One total order: what a room says (messages, presences, subjects) leaves in the order in which it was decided, the same for all; a message is seen
 * by nobody until it is on disk. A change (affiliation, config, destruction, creation) is on disk before it shows; what comes to the room
 * meanwhile waits (the core holds it back before `take`). So nobody gets anything that was said after he was banned or left.
 *
 * In the store a room is an account with ACCOUNT_ROOM whose name is its bare address (no person's name has an '@'): its archive
 * is that account's, and what it is set to and who stands how in it are items of the spaces "room" and "room:people".
 *
 * To occupants: a stanza is made once; a parcel goes to each core where occupants have sessions, which keeps a list of them. Presences of a room
 * that is anonymous are made twice, with and without the real address.
 */
#pragma once
#include "core/service.h"
#include "model/room.h"

struct room;

/* One client of an occupant: several of one person may share a nickname. */
struct seat {
	struct list here;        /* in occupant->seats */
	struct map_node node;    /* in the room, by full address */
	struct occupant *occupant;
	struct jid jid;          /* real, full */
	struct stanza *presence; /* as the client sent it last, with what only rooms may say left out */
	unsigned core;           /* where its session lives */
	uint64_t number;         /* of this entering: never used twice */
};

struct occupant {
	struct map_node node; /* in the room, by nickname */
	struct list here;     /* in the room, in the order of coming */
	struct list seats;
	struct room *room;
	struct str nick;
	struct jid at;        /* "room@service/nick" */
	struct jid jid;       /* real, bare */
	struct room_standing standing;
	char id[44];          /* XEP-0421: the same for one person in one room for ever, says nothing about who it is; zero-terminated */
	struct str hats;      /* XML of XEP-0317 <hats/>; may be empty */
	msec spoke;           /* clock of its last message, for slow mode */
	uint64_t number;      /* never used twice */
	struct stanza *shown[2]; /* its presence as others get it: without and with the real address */
};

/* What is kept of a person in a room, whether it is there or not. */
struct room_person {
	struct str jid;    /* bare, or a domain (outcasts) */
	struct str nick;   /* registered; may be empty */
	struct str reason; /* of the affiliation; may be empty */
	struct str hats;   /* URI and title of each, zero-terminated; may be empty */
	enum affiliation affiliation;
};

enum room_verdict {
	ROOM_ABSENT = 1,     /* there is no such room, and it may not be made: item-not-found */
	ROOM_NOT_HERE,       /* only occupants may: not-acceptable */
	ROOM_FORBIDDEN,      /* forbidden */
	ROOM_NOT_ALLOWED,    /* not-allowed: e.g. making rooms, kicking somebody of higher standing, the last owner */
	ROOM_BANNED,         /* forbidden */
	ROOM_MEMBERS_ONLY,   /* registration-required */
	ROOM_PASSWORD_WRONG, /* not-authorized */
	ROOM_NICK_TAKEN,     /* conflict: in use, or registered by another */
	ROOM_FULL,           /* service-unavailable */
	ROOM_LOCKED,         /* not configured yet: item-not-found */
	ROOM_NO_OCCUPANT,    /* nobody of that nickname or address: item-not-found */
	ROOM_TOO_FAST,       /* slow mode: policy-violation, type wait */
	ROOM_TOO_MANY,       /* over a bound: resource-constraint */
	ROOM_BAD,            /* not-acceptable: an empty nickname, values out of bounds */
	ROOM_STORE,          /* it could not be written: internal-server-error, type wait. Nothing has changed */
	ROOM_GONE,           /* it was destroyed: gone */
};

/* What waits for the end of something: part of something larger of the caller's. `done` runs exactly once, perhaps in the call; the room may be gone
 * then. While the core ends it may be `drop` instead, which only frees. */
struct room_call {
	void (*done)(struct room_call *call, int verdict);
	void (*drop)(struct room_call *call);
	struct list here; /* the room's */
};

/* ---- what the syntax gives ------------------------------------------------------------------------------------------ */

struct room_syntax {
	/* A stanza to an address of room `r` (bare or an occupant's), which may be one that does not exist (room_exists). Borrowed. */
	void (*take)(struct room *r, struct stanza *st, struct service_sender from);
	/* A stanza to the service itself. */
	void (*service)(struct core *c, struct stanza *st, struct service_sender from);
	/* The core ends: what it keeps once per core. May be NULL. */
	void (*drop)(struct core *c);
};

/* Rooms begin on this core, at core_settings.rooms_domain. Called once per core by who assembles the server; every core of the process must. */
void rooms_begin(struct core *c, const struct room_syntax *syntax);

/* ---- looking ---------------------------------------------------------------------------------------------------------- */

struct core *room_core(const struct room *r);
/* That of this address, where a turn has passed since it was asked something; NULL: it is not in memory (any more). */
struct room *room_at(const struct core *c, struct jid bare);
struct jid room_jid(const struct room *r);     /* bare */
bool room_exists(const struct room *r);
/* It was destroyed by somebody who had the right to, not long ago: where people went and why (either may be empty). He alone, and administrators, make it
 * anew meanwhile. Borrowed. */
bool room_is_gone(const struct room *r, struct str *alternative, struct str *reason);
bool room_is_locked(const struct room *r);     /* made, its owner has not said yet how it shall be */
int64_t room_archive(const struct room *r);    /* the account id, for archive_read() */
const struct room_config *room_config(const struct room *r);
struct str room_subject(const struct room *r);
unsigned room_occupants(const struct room *r); /* how many */
struct occupant *room_next(const struct room *r, const struct occupant *after); /* NULL: first; in the order of coming */
struct seat *room_seat(const struct room *r, struct jid real_full);
struct occupant *room_named(const struct room *r, struct str nick);
/* What is kept of `bare`; affiliation NONE when nothing is. Administrators of the server are owners of every room. Borrowed until the next change. */
struct room_person room_person(const struct room *r, struct jid bare);
/* Those of one affiliation, by address; `after`: the address of the one before. False at the end. */
bool room_person_next(const struct room *r, enum affiliation a, struct str after, struct room_person *ret);
/* Affiliation, and role if it is here. */
struct room_standing room_standing(const struct room *r, struct jid real);
/* May `real` (full or bare) read what was said (XEP-0313)? Who could enter now, or is here. Returns 0 or a verdict. */
int room_may_read(const struct room *r, struct jid real);

/* ---- doing ------------------------------------------------------------------------------------------------------------ */

struct room_entry {
	struct jid from;         /* real, full */
	struct str nick, password;
	struct stanza *presence;
	bool make;               /* if there is none: make it */
	/* XEP-0045, 7.2.13; absent: the room's own. SIZE_MAX, 0: not said */
	size_t history_stanzas, history_chars;
	msec history_since;      /* wall time; 0: not said */
};

/* Entering (7.2), with making the room, its other occupants' presences, the own one (110, 201, 210, 100, 170 …), history and subject, in that order.
 * Again by who is here: the same once more (a client that has lost count), under the nickname it asks for now. */
void room_enter(struct room *r, const struct room_entry *e, struct room_call *call);
/* Another nickname (7.6). */
void room_rename(struct seat *s, struct str nick, struct stanza *presence, struct room_call *call);
/* What it shows has changed (7.7). */
void room_show(struct seat *s, struct stanza *presence);
/* Leaving (7.14); frees the seat. */
void room_leave(struct seat *s, struct stanza *presence);

/* A message to all (7.4), in the name of the seat's occupant. `payload` is what goes out of what the client sent; the room adds occupant-id (XEP-0421),
 * stanza-id (XEP-0359) and hats. `keep`: into the archive. With `subject` (p != NULL) it changes that (8.1). */
struct room_message {
	struct stanza *st;   /* as it came: id, lang, origin_id, traits */
	struct str payload;
	struct str subject;  /* unescaped; p == NULL: not a change of it */
	bool keep;
};
void room_say(struct seat *s, const struct room_message *m, struct room_call *call);
/* A private message (7.5), or an IQ or its answer, to every (an IQ: one) seat of `to`. */
void room_whisper(struct seat *s, struct occupant *to, struct stanza *st, struct room_call *call);

struct room_affiliate {
	struct jid who;      /* bare */
	enum affiliation affiliation;
	struct str nick, reason; /* an absent nick stays as it is, an empty one goes */
};
/* Changes all or none (9, 10); those who may not be here any more are removed (301, 321). `by` is who asks, bare. */
void room_affiliate(struct room *r, struct jid by, const struct room_affiliate *items, size_t n, struct room_call *call);
struct room_role {
	struct occupant *whom;
	enum role role;      /* ROLE_NONE: kick (307) */
	struct str reason;
};
void room_roles(struct room *r, struct seat *by, const struct room_role *items, size_t n, struct room_call *call);
/* The first time it also opens the room (10.1). Tells occupants (104 …, 172, 173), removes non-members (322). */
void room_configure(struct room *r, struct jid by, const struct room_config *config, struct room_call *call);
/* 10.9; everything that was kept goes. */
void room_destroy(struct room *r, struct jid by, struct jid alternative, struct str reason, struct room_call *call);
/* 7.10: `who` becomes a member with this nickname. An empty nick: not registered any more. */
void room_register(struct room *r, struct jid who, struct str nick, struct room_call *call);
/* Hats of a person (XEP-0317): URI and title of each, zero-terminated. */
void room_hats(struct room *r, struct jid by, struct jid who, struct str hats, struct room_call *call);
/* 7.8.2: the invitation reaches `to` (kept, if it is away), who becomes a member where only members may enter. `payload`: what goes beside
 * <x><invite/></x> … as made by the syntax. */
void room_invite(struct room *r, struct jid by, struct jid to, struct str payload, struct room_call *call);
/* XEP-0424, XEP-0425: what was said under `stamp` is replaced in the archive and in the history by `tombstone` (a payload; the room adds the occupant-id of who
 * had said it), then `notice` (a payload) is said to all, and kept, in the name of the room, or of `by`'s occupant if `own`. Own: only who said it. `st` is what asked for
 * it: if `own` the notice is reflected with its id and lang. Nothing is kept under that stamp: ROOM_NO_OCCUPANT; but if `own` the notice is said all the same, since
 * others may still have what it is about. */
void room_retract(struct seat *by, uint64_t stamp, bool own, struct str tombstone, struct str notice, struct stanza *st, struct room_call *call);
/* Sends a stanza in the name of the room, behind all that has been decided so far: who is told that he is not here any more hears nothing of it afterwards. Takes over
 * the reference. */
void room_send(struct room *r, struct stanza *st);
/* To all moderators who are here (voice requests, 7.13); takes over the reference. */
void room_tell_moderators(struct room *r, struct stanza *st);

/* ---- all rooms ---------------------------------------------------------------------------------------------------------- */

struct room_listing {
	struct str name;         /* bare address */
	struct str title, description, language;
	unsigned occupants;
	bool members_only, password, anonymous, moderated;
};
/* The listed rooms of all cores in the order of their addresses; `after`: the address of the one before. False at the end. Borrowed until the next turn. */
bool room_listing_next(struct core *c, struct str after, struct room_listing *ret);
