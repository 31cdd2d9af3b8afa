/* SPDX-License-Identifier: Apache-2.0 */
#include "model/room.h"

#include "base/mem.h"

static const char *const affiliation_names[AFFILIATIONS] = {
	[AFFILIATION_OUTCAST] = "outcast", [AFFILIATION_NONE] = "none",	  [AFFILIATION_MEMBER] = "member",
	[AFFILIATION_ADMIN] = "admin",	   [AFFILIATION_OWNER] = "owner",
};

static const char *const role_names[ROLES] = {
	[ROLE_NONE] = "none",
	[ROLE_VISITOR] = "visitor",
	[ROLE_PARTICIPANT] = "participant",
	[ROLE_MODERATOR] = "moderator",
};

const char *affiliation_name(enum affiliation a) { return affiliation_names[a]; }
const char *role_name(enum role r) { return role_names[r]; }

static bool word_find(unsigned *ret, const char *const *words, unsigned n, struct str text)
{
	for (unsigned i = 0; i < n; i++)
		if (text.p && str_is(text, words[i])) {
			*ret = i;
			return true;
		}
	return false;
}

bool affiliation_parse(enum affiliation *ret, struct str text)
{
	unsigned i;

	if (!word_find(&i, affiliation_names, AFFILIATIONS, text))
		return false;
	*ret = (enum affiliation)i;
	return true;
}

bool role_parse(enum role *ret, struct str text)
{
	unsigned i;

	if (!word_find(&i, role_names, ROLES, text))
		return false;
	*ret = (enum role)i;
	return true;
}

const struct room_config room_config_default = {
	.title = STR_INIT(""),
	.description = STR_INIT(""),
	.language = STR_INIT(""),
	.password = STR_INIT(""),
	.avatar = STR_INIT(""),
	.avatar_hash = STR_INIT(""),
	.listed = true,
	.anonymous = true,
	.members_invite = true,
	.subject_by_all = true,
	.archived = true,
	.voice_requests = true,
	.pm = ROOM_PM_ANYONE,
	.occupants_max = 1000,
	.history = 20,
};

bool room_config_is_valid(const struct room_config *c)
{
	return c->title.n <= ROOM_TITLE_BYTES_MAX && c->description.n <= ROOM_TEXT_BYTES_MAX && c->language.n <= 64 &&
	       c->password.n <= 1023 && c->avatar.n <= ROOM_AVATAR_BYTES_MAX && c->avatar_hash.n <= 40 &&
	       c->pm < ROOM_PMS && c->occupants_max >= 1 && c->occupants_max <= ROOM_OCCUPANTS_MAX &&
	       c->history <= ROOM_HISTORY_MAX && c->slow_s <= 24 * 3600 && c->keep_days <= 36500;
}

enum role room_role_on_entry(const struct room_config *c, enum affiliation a)
{
	switch (a) {
	case AFFILIATION_OWNER:
	case AFFILIATION_ADMIN:
		return ROLE_MODERATOR;
	case AFFILIATION_MEMBER:
		return ROLE_PARTICIPANT;
	case AFFILIATION_NONE:
		return c->members_only ? ROLE_NONE : c->moderated ? ROLE_VISITOR : ROLE_PARTICIPANT;
	default:
		return ROLE_NONE;
	}
}

/* Owners may everything; admins everything below themselves. */
bool room_may_affiliate(enum affiliation by, enum affiliation from, enum affiliation to)
{
	if (by == AFFILIATION_OWNER)
		return true;
	return by == AFFILIATION_ADMIN && from < AFFILIATION_ADMIN && to < AFFILIATION_ADMIN;
}

static bool may_kick(struct room_standing by, struct room_standing whom)
{
	if (whom.role == ROLE_MODERATOR && by.affiliation < AFFILIATION_ADMIN)
		return false;
	return by.affiliation >= whom.affiliation;
}

/* 8.4: nobody's who stands at least as high, and never an admin's or owner's. Where neither is anything the role
 * decides. */
static bool may_silence(struct room_standing by, struct room_standing whom)
{
	if (whom.affiliation >= AFFILIATION_ADMIN ||
	    (whom.role == ROLE_MODERATOR && by.affiliation < AFFILIATION_ADMIN))
		return false;
	return by.affiliation > whom.affiliation || whom.affiliation == AFFILIATION_NONE;
}

bool room_may_role(struct room_standing by, struct room_standing whom, enum role to)
{
	if (by.role != ROLE_MODERATOR || whom.role == ROLE_NONE)
		return false;
	if (to == whom.role)
		return true;
	switch (to) {
	case ROLE_NONE:
		return may_kick(by, whom);
	case ROLE_VISITOR:
		return may_silence(by, whom);
	case ROLE_PARTICIPANT:
		return whom.role == ROLE_VISITOR ||
		       (by.affiliation >= AFFILIATION_ADMIN && whom.affiliation < AFFILIATION_ADMIN);
	default:
		return by.affiliation >= AFFILIATION_ADMIN;
	}
}

/* From which role on private messages are allowed; ROLES: nobody. */
static const enum role whispers_from[ROOM_PMS] = {
	[ROOM_PM_ANYONE] = ROLE_VISITOR,
	[ROOM_PM_PARTICIPANTS] = ROLE_PARTICIPANT,
	[ROOM_PM_MODERATORS] = ROLE_MODERATOR,
	[ROOM_PM_NONE] = ROLES,
};

static bool may_invite(const struct room_config *c, struct room_standing by)
{
	if (by.affiliation >= AFFILIATION_ADMIN || (by.role == ROLE_MODERATOR && !c->members_only))
		return true;
	return c->members_invite && by.role >= ROLE_VISITOR &&
	       (!c->members_only || by.affiliation >= AFFILIATION_MEMBER);
}

bool room_may(const struct room_config *c, struct room_standing by, enum room_verb verb)
{
	enum affiliation a = by.affiliation;

	switch (verb) {
	case ROOM_VERB_SPEAK:
		return by.role >= ROLE_PARTICIPANT;
	case ROOM_VERB_WHISPER:
		return by.role >= whispers_from[c->pm];
	case ROOM_VERB_SUBJECT:
		return by.role >= (c->subject_by_all ? ROLE_PARTICIPANT : ROLE_MODERATOR);
	case ROOM_VERB_INVITE:
		return may_invite(c, by);
	case ROOM_VERB_MODERATE:
		return by.role == ROLE_MODERATOR;
	case ROOM_VERB_CONFIGURE:
	case ROOM_VERB_DESTROY:
		return a == AFFILIATION_OWNER;
	case ROOM_VERB_LIST_MEMBERS:
		return a >= (c->anonymous ? AFFILIATION_ADMIN : AFFILIATION_MEMBER);
	case ROOM_VERB_LIST_OUTCASTS:
		return a >= AFFILIATION_ADMIN;
	case ROOM_VERB_LIST_ADMINS: /* and owners: where everybody sees addresses this is no secret to members either */
		return a >= (c->anonymous ? AFFILIATION_OWNER : AFFILIATION_MEMBER);
	case ROOM_VERB_LIST_ROLES:
		return by.role == ROLE_MODERATOR || a >= AFFILIATION_ADMIN;
	case ROOM_VERB_SEE_ADDRESSES:
		return by.role >= (c->anonymous ? ROLE_MODERATOR : ROLE_VISITOR);
	case ROOM_VERB_ENTER_FULL:
		return a >= AFFILIATION_ADMIN;
	default:
		return false;
	}
}
