/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of XEP-0045, 5.1.1, 5.1.2, 5.2.1, 5.2.2, and what 8 and 9 say about who stands higher, row by row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/room.h"

enum { OUTCAST, NONE, MEMBER, ADMIN, OWNER };

static void words(void **state)
{
	enum affiliation a;
	enum role r;

	for (unsigned i = 0; i < AFFILIATIONS; i++) {
		assert_true(affiliation_parse(&a, str_z(affiliation_name((enum affiliation)i))));
		assert_int_equal(a, i);
	}
	for (unsigned i = 0; i < ROLES; i++) {
		assert_true(role_parse(&r, str_z(role_name((enum role)i))));
		assert_int_equal(r, i);
	}
	assert_false(affiliation_parse(&a, STR("Owner")));
	assert_false(affiliation_parse(&a, STR_NONE));
	assert_false(role_parse(&r, STR("")));
	/* On disk */
	assert_int_equal(AFFILIATION_OUTCAST, 0);
	assert_int_equal(AFFILIATION_OWNER, 4);
}

/* 5.1.2 */
static void entry(void **state)
{
	static const struct {
		bool moderated, members_only;
		enum role roles[AFFILIATIONS];
	} rows[] = {
		{ true, false, { ROLE_NONE, ROLE_VISITOR, ROLE_PARTICIPANT, ROLE_MODERATOR, ROLE_MODERATOR } },
		{ false, false, { ROLE_NONE, ROLE_PARTICIPANT, ROLE_PARTICIPANT, ROLE_MODERATOR, ROLE_MODERATOR } },
		{ false, true, { ROLE_NONE, ROLE_NONE, ROLE_PARTICIPANT, ROLE_MODERATOR, ROLE_MODERATOR } },
		{ true, true, { ROLE_NONE, ROLE_NONE, ROLE_PARTICIPANT, ROLE_MODERATOR, ROLE_MODERATOR } },
	};

	for (size_t i = 0; i < countof(rows); i++)
		for (unsigned a = 0; a < AFFILIATIONS; a++) {
			struct room_config c = room_config_default;

			c.moderated = rows[i].moderated;
			c.members_only = rows[i].members_only;
			assert_int_equal(room_role_on_entry(&c, (enum affiliation)a), rows[i].roles[a]);
		}
}

/* 5.2.2: by whom a change from (row) to (column) is made: 'a' admins and owners, 'o' owners alone. */
static void affiliations(void **state)
{
	static const char *const table[AFFILIATIONS] = {
		/*           outcast none member admin owner */
		[OUTCAST] = "aaaoo",
		[NONE] = "aaaoo",
		[MEMBER] = "aaaoo",
		[ADMIN] = "ooooo",
		[OWNER] = "ooooo",
	};

	for (unsigned from = 0; from < AFFILIATIONS; from++)
		for (unsigned to = 0; to < AFFILIATIONS; to++)
			for (unsigned by = 0; by < AFFILIATIONS; by++)
				assert_int_equal(room_may_affiliate((enum affiliation)by, (enum affiliation)from, (enum affiliation)to),
						 by == OWNER || (by == ADMIN && table[from][to] == 'a'));
}

static bool may(unsigned by_a, enum role by_r, unsigned whom_a, enum role whom_r, enum role to)
{
	return room_may_role((struct room_standing){ (enum affiliation)by_a, by_r }, (struct room_standing){ (enum affiliation)whom_a, whom_r }, to);
}

/* 5.1.1: kicking, granting and revoking voice are for moderators, whatever their affiliation. */
static void roles_need_moderators(void **state)
{
	for (unsigned by = NONE; by <= OWNER; by++)
		for (enum role r = ROLE_NONE; r < ROLE_MODERATOR; r++)
			for (enum role to = ROLE_NONE; to < ROLES; to++) {
				assert_false(may(by, r, NONE, ROLE_PARTICIPANT, to));
				assert_false(may(by, r, NONE, ROLE_VISITOR, to));
			}
}

static void kicking(void **state)
{
	/* 8.2: not by who has a lower affiliation. */
	for (unsigned by = NONE; by <= OWNER; by++)
		for (unsigned whom = NONE; whom <= OWNER; whom++)
			for (enum role r = ROLE_VISITOR; r <= ROLE_PARTICIPANT; r++)
				assert_int_equal(may(by, ROLE_MODERATOR, whom, r, ROLE_NONE), by >= whom);
	/* 5.1.3: a moderator is kicked by admins or owners. */
	assert_false(may(NONE, ROLE_MODERATOR, NONE, ROLE_MODERATOR, ROLE_NONE));
	assert_false(may(MEMBER, ROLE_MODERATOR, NONE, ROLE_MODERATOR, ROLE_NONE));
	assert_true(may(ADMIN, ROLE_MODERATOR, MEMBER, ROLE_MODERATOR, ROLE_NONE));
	assert_false(may(ADMIN, ROLE_MODERATOR, OWNER, ROLE_MODERATOR, ROLE_NONE));
	assert_true(may(OWNER, ROLE_MODERATOR, ADMIN, ROLE_MODERATOR, ROLE_NONE));
}

static void voice(void **state)
{
	/* 8.3: any moderator grants it. */
	for (unsigned by = NONE; by <= OWNER; by++)
		assert_true(may(by, ROLE_MODERATOR, NONE, ROLE_VISITOR, ROLE_PARTICIPANT));
	/* 8.4: revoked from nobody whose affiliation is at or above the moderator's (where there is one), from no admin or owner at all. */
	for (unsigned by = NONE; by <= OWNER; by++)
		for (unsigned whom = NONE; whom <= OWNER; whom++)
			assert_int_equal(may(by, ROLE_MODERATOR, whom, ROLE_PARTICIPANT, ROLE_VISITOR),
					 whom < ADMIN && (by > whom || (by == NONE && whom == NONE)));
	assert_false(may(OWNER, ROLE_MODERATOR, ADMIN, ROLE_MODERATOR, ROLE_VISITOR));
}

static void moderating(void **state)
{
	for (unsigned by = NONE; by <= OWNER; by++) {
		/* 9.6: granted by admins and owners. */
		assert_int_equal(may(by, ROLE_MODERATOR, NONE, ROLE_PARTICIPANT, ROLE_MODERATOR), by >= ADMIN);
		/* 9.7: revoked by them, from members and those who are nothing. */
		for (unsigned whom = NONE; whom <= OWNER; whom++)
			assert_int_equal(may(by, ROLE_MODERATOR, whom, ROLE_MODERATOR, ROLE_PARTICIPANT), by >= ADMIN && whom < ADMIN);
	}
	/* Who is not here has no role to be given. */
	assert_false(may(OWNER, ROLE_MODERATOR, NONE, ROLE_NONE, ROLE_PARTICIPANT));
}

struct verbs {
	enum room_verb verb;
	const char *by_role;        /* none visitor participant moderator, of somebody who is nothing */
	const char *by_affiliation; /* outcast none member admin owner, who is not here */
};

/* 5.1.1 and 5.2.1, as a room is when it is made: open, unmoderated, semi-anonymous. */
static void privileges(void **state)
{
	static const struct verbs rows[] = {
		{ ROOM_VERB_SPEAK, "nnyy", "nnnnn" },
		{ ROOM_VERB_WHISPER, "nyyy", "nnnnn" },
		{ ROOM_VERB_SUBJECT, "nnyy", "nnnnn" },
		{ ROOM_VERB_INVITE, "nyyy", "nnnyy" },
		{ ROOM_VERB_MODERATE, "nnny", "nnnnn" },
		{ ROOM_VERB_CONFIGURE, "nnnn", "nnnny" },
		{ ROOM_VERB_DESTROY, "nnnn", "nnnny" },
		{ ROOM_VERB_LIST_MEMBERS, "nnnn", "nnnyy" },
		{ ROOM_VERB_LIST_OUTCASTS, "nnnn", "nnnyy" },
		{ ROOM_VERB_LIST_ADMINS, "nnnn", "nnnny" },
		{ ROOM_VERB_LIST_ROLES, "nnny", "nnnyy" },
		{ ROOM_VERB_SEE_ADDRESSES, "nnny", "nnnnn" },
		{ ROOM_VERB_ENTER_FULL, "nnnn", "nnnyy" },
	};

	assert_int_equal(countof(rows), ROOM_VERBS);
	for (size_t i = 0; i < countof(rows); i++) {
		for (unsigned r = 0; r < ROLES; r++)
			assert_int_equal(room_may(&room_config_default, (struct room_standing){ AFFILIATION_NONE, (enum role)r }, rows[i].verb),
					 rows[i].by_role[r] == 'y');
		for (unsigned a = 0; a < AFFILIATIONS; a++)
			assert_int_equal(room_may(&room_config_default, (struct room_standing){ (enum affiliation)a, ROLE_NONE }, rows[i].verb),
					 rows[i].by_affiliation[a] == 'y');
	}
}

static bool may_in(const struct room_config *c, unsigned a, enum role r, enum room_verb v)
{
	return room_may(c, (struct room_standing){ (enum affiliation)a, r }, v);
}

static void privileges_as_configured(void **state)
{
	struct room_config c = room_config_default;

	c.anonymous = false;
	assert_true(may_in(&c, NONE, ROLE_VISITOR, ROOM_VERB_SEE_ADDRESSES));
	assert_true(may_in(&c, MEMBER, ROLE_NONE, ROOM_VERB_LIST_MEMBERS));
	assert_true(may_in(&c, MEMBER, ROLE_NONE, ROOM_VERB_LIST_ADMINS));
	assert_false(may_in(&c, MEMBER, ROLE_NONE, ROOM_VERB_LIST_OUTCASTS));
	c.subject_by_all = false;
	assert_false(may_in(&c, NONE, ROLE_PARTICIPANT, ROOM_VERB_SUBJECT));
	assert_true(may_in(&c, NONE, ROLE_MODERATOR, ROOM_VERB_SUBJECT));
	c.members_only = true;
	assert_true(may_in(&c, MEMBER, ROLE_PARTICIPANT, ROOM_VERB_INVITE));
	c.members_invite = false;
	assert_false(may_in(&c, MEMBER, ROLE_PARTICIPANT, ROOM_VERB_INVITE));
	assert_true(may_in(&c, ADMIN, ROLE_NONE, ROOM_VERB_INVITE));
	for (unsigned pm = 0; pm < ROOM_PMS; pm++) {
		c.pm = (uint8_t)pm;
		assert_int_equal(may_in(&c, NONE, ROLE_VISITOR, ROOM_VERB_WHISPER), pm == ROOM_PM_ANYONE);
		assert_int_equal(may_in(&c, NONE, ROLE_PARTICIPANT, ROOM_VERB_WHISPER), pm <= ROOM_PM_PARTICIPANTS);
		assert_int_equal(may_in(&c, NONE, ROLE_MODERATOR, ROOM_VERB_WHISPER), pm <= ROOM_PM_MODERATORS);
	}
}

static void bounds(void **state)
{
	struct room_config c = room_config_default;

	assert_true(room_config_is_valid(&c));
	c.history = ROOM_HISTORY_MAX + 1;
	assert_false(room_config_is_valid(&c));
	c = room_config_default;
	c.occupants_max = 0;
	assert_false(room_config_is_valid(&c));
	c.occupants_max = ROOM_OCCUPANTS_MAX + 1;
	assert_false(room_config_is_valid(&c));
	c = room_config_default;
	c.pm = ROOM_PMS;
	assert_false(room_config_is_valid(&c));
	c = room_config_default;
	c.title = str_n("", ROOM_TITLE_BYTES_MAX + 1);
	assert_false(room_config_is_valid(&c));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),      cmocka_unit_test(entry),	     cmocka_unit_test(affiliations),
		cmocka_unit_test(roles_need_moderators), cmocka_unit_test(kicking), cmocka_unit_test(voice),
		cmocka_unit_test(moderating), cmocka_unit_test(privileges),  cmocka_unit_test(privileges_as_configured),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
