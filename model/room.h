/* SPDX-License-Identifier: Apache-2.0
 *
 * model/room.h - the nouns of rooms (XEP-0045): affiliations (a person's lasting standing), roles (an occupant's, while it is there),
 * what a room is set to, and the table of who may do what, as pure functions.
 */
#pragma once
#include "base/str.h"

/* Ascending in rights. On disk: must stay. */
enum affiliation { AFFILIATION_OUTCAST, AFFILIATION_NONE, AFFILIATION_MEMBER, AFFILIATION_ADMIN, AFFILIATION_OWNER, AFFILIATIONS };
enum role { ROLE_NONE, ROLE_VISITOR, ROLE_PARTICIPANT, ROLE_MODERATOR, ROLES };
enum room_pm { ROOM_PM_ANYONE, ROOM_PM_PARTICIPANTS, ROOM_PM_MODERATORS, ROOM_PM_NONE, ROOM_PMS };

/* The words on the wire, "outcast", "moderator"; and back: false when there is none. */
const char *affiliation_name(enum affiliation a);
const char *role_name(enum role r);
bool affiliation_parse(enum affiliation *ret, struct str text);
bool role_parse(enum role *ret, struct str text);

struct room_config {
	struct str title, description, language; /* may be empty */
	struct str password;     /* empty: none */
	struct str avatar;       /* XML of the vCard with the picture; may be empty */
	struct str avatar_hash;  /* SHA-1 of the picture in hexadecimal; empty: none */
	bool persistent;         /* stays when the last occupant has left */
	bool listed;             /* public: anybody finds it */
	bool members_only, moderated;
	bool anonymous;          /* only moderators see real addresses (semi-anonymous); else everybody here does */
	bool members_invite;     /* members may invite others (who become members, where it is members-only) */
	bool subject_by_all;     /* participants may change the subject */
	bool archived;           /* messages are kept and can be read later */
	bool voice_requests;     /* visitors may ask for voice */
	uint8_t pm;              /* enum room_pm */
	uint32_t occupants_max;  /* at most ROOM_OCCUPANTS_MAX */
	uint32_t slow_s;         /* a participant's messages are at least so many seconds apart; 0: no slow mode */
	uint32_t keep_days;      /* messages go after this; 0: the server's own limit */
	uint32_t history;        /* messages shown to who enters and did not say how many; at most ROOM_HISTORY_MAX */
};

enum {
	ROOM_OCCUPANTS_MAX = 5000,
	ROOM_HISTORY_MAX = 100,
	ROOM_AFFILIATIONS_MAX = 10000,
	ROOM_TITLE_BYTES_MAX = 256,
	ROOM_TEXT_BYTES_MAX = 4096, /* description, reason, subject */
	ROOM_NICK_BYTES_MAX = 255,
	ROOM_AVATAR_BYTES_MAX = 128 * 1024,
};

/* What a room is set to when it is made: temporary, listed, open, semi-anonymous, archived. */
extern const struct room_config room_config_default;
/* Whether every value is within its bounds. */
bool room_config_is_valid(const struct room_config *c);

/* The role that an affiliation gives on entering (XEP-0045, 5.1.2). */
enum role room_role_on_entry(const struct room_config *c, enum affiliation a);

/* Whether somebody may change another's affiliation (XEP-0045, 5.2.2, 9, 10; an owner's own: unless the last one, which the caller
 * knows) and role (8, 9). Both pure tables. */
bool room_may_affiliate(enum affiliation by, enum affiliation from, enum affiliation to);
struct room_standing {
	enum affiliation affiliation;
	enum role role;
};
bool room_may_role(struct room_standing by, struct room_standing whom, enum role to);

enum room_verb {
	ROOM_VERB_SPEAK, ROOM_VERB_WHISPER, ROOM_VERB_SUBJECT, ROOM_VERB_INVITE, ROOM_VERB_MODERATE /* retract others' messages */,
	ROOM_VERB_CONFIGURE, ROOM_VERB_DESTROY, ROOM_VERB_LIST_MEMBERS, ROOM_VERB_LIST_OUTCASTS, ROOM_VERB_LIST_ADMINS,
	ROOM_VERB_LIST_ROLES, ROOM_VERB_SEE_ADDRESSES, ROOM_VERB_ENTER_FULL, ROOM_VERBS
};
bool room_may(const struct room_config *c, struct room_standing by, enum room_verb verb);
