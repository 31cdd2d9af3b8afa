/* SPDX-License-Identifier: Apache-2.0
 *
 * store/test_people.c - the contract of invitations and of finding people, the same for every driver.
 */
#include "store/test_fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

enum { NOW = 1000000, LATER = 2000000, DAY = 24 * 60 * 60 * 1000 };

static int invite_add(struct fixture *f, struct answer *a, int64_t owner, const char *token, const char *name, unsigned uses, msec expires, size_t limit)
{
	struct store_request *r = ask(f, a, STORE_INVITE_ADD);

	r->owner = owner;
	r->limit = limit;
	r->invite = (struct store_invite){ .token = store_str(r, str_z(token)), .kind = INVITE_CONTACT, .owner = owner, .name = str_z(name),
					   .flags = ACCOUNT_ADMIN, .uses = uses, .created = NOW, .expires = expires };
	return submit(a, r);
}

static int invite_ask(struct fixture *f, struct answer *a, enum store_op op, int64_t owner, const char *token, msec now)
{
	struct store_request *r = ask(f, a, op);

	r->owner = owner;
	r->after = (uint64_t)now;
	r->invite.token = store_str(r, str_z(token));
	return submit(a, r);
}

static void invites(struct fixture *f, struct answer *a, int64_t owner, msec now)
{
	struct store_request *r = ask(f, a, STORE_INVITE_LIST);

	r->owner = owner;
	r->after = (uint64_t)now;
	assert_int_equal(submit(a, r), 0);
}

static int account_come(struct fixture *f, struct answer *a, const char *name, const char *token, msec now)
{
	struct store_request *r = ask(f, a, STORE_ACCOUNT_ADD);

	r->account = (struct account){ .name = store_str(r, str_z(name)), .seen_status = STR("") };
	r->account_invite = str_z(token);
	r->after = (uint64_t)now;
	return submit(a, r);
}

static void person_name(struct fixture *f, int64_t owner, const char *display)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_PEOPLE_NAME);

	r->owner = owner;
	r->people_text = str_z(display);
	assert_int_equal(submit(&a, r), 0);
}

static void people_find(struct fixture *f, struct answer *a, const char *text, const char *after, size_t limit)
{
	struct store_request *r = ask(f, a, STORE_PEOPLE_FIND);

	r->people_text = str_z(text);
	r->people_after = str_z(after);
	r->limit = limit;
	assert_int_equal(submit(a, r), 0);
}

/* ---- invitations ------------------------------------------------------------------------------------------------ */

static void an_invitation_is_kept(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t tom = account_add(f, "tom");

	person_name(f, tom, "Tom");
	assert_int_equal(invite_add(f, &a, tom, "secret", "ann", 2, LATER, 0), 0);
	assert_int_equal(invite_add(f, &a, 0, "server", NULL, 1, LATER, 0), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "secret", LATER - 1), 0);
		assert_int_equal(a.r->invite.kind, INVITE_CONTACT);
		assert_int_equal(a.r->invite.owner, tom);
		assert_str(a.r->invite.owner_name, "tom");
		assert_str(a.r->invite.owner_display, "Tom");
		assert_str(a.r->invite.name, "ann");
		assert_str(a.r->invite.token, "secret");
		assert_int_equal(a.r->invite.flags, ACCOUNT_ADMIN);
		assert_int_equal(a.r->invite.uses, 2);
		assert_int_equal(a.r->invite.created, NOW);
		assert_int_equal(a.r->invite.expires, LATER);
		fixture_reopen(f);
	}
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "server", NOW), 0);
	assert_int_equal(a.r->invite.owner, 0);
	assert_null(a.r->invite.owner_name.p);
	assert_null(a.r->invite.name.p);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "other", NOW), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "", NOW), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "secret", LATER), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "secret", 0), 0);
}

static void an_invitation_is_used_up(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t tom = account_add(f, "tom"), ann = account_add(f, "ann");

	assert_int_equal(invite_add(f, &a, tom, "twice", NULL, 2, LATER, 0), 0);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_USE, ann, "twice", NOW), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_USE, tom, "twice", LATER), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_USE, tom, "twice", NOW), 0);
	assert_int_equal(a.r->invite.uses, 1);
	assert_int_equal(a.r->invite.owner, tom);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_USE, 0, "twice", NOW), 0);
	assert_int_equal(a.r->invite.uses, 0);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_USE, 0, "twice", NOW), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "twice", NOW), STORE_NOT_FOUND);
}

/* Both are in one group, or one behind the other: one wins. */
static void of_two_who_use_the_last_one_wins(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 }, b = { 0 };
	struct store_request *r;

	assert_int_equal(invite_add(f, &a, 0, "once", NULL, 1, LATER, 0), 0);
	answer_free(&a);
	for (unsigned i = 0; i < 2; i++) {
		r = ask(f, i ? &b : &a, STORE_INVITE_USE);
		r->after = NOW;
		r->invite.token = STR("once");
		store_submit(r);
	}
	assert_int_equal(wait_for(&a), 0);
	assert_int_equal(wait_for(&b), STORE_NOT_FOUND);
}

static void invitations_are_listed_and_taken_back(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t tom = account_add(f, "tom"), ann = account_add(f, "ann");
	struct str hash;
	char hex[65] = "";

	assert_int_equal(invite_add(f, &a, tom, "a", NULL, 1, LATER, 2), 0);
	assert_int_equal(invite_add(f, &a, tom, "b", NULL, 1, LATER + 1, 2), 0);
	assert_int_equal(invite_add(f, &a, tom, "c", NULL, 1, LATER, 2), STORE_LIMIT);
	assert_int_equal(invite_add(f, &a, ann, "c", NULL, 1, LATER, 2), 0);
	invites(f, &a, tom, LATER);
	assert_int_equal(a.r->n, 1);
	invites(f, &a, tom, NOW);
	assert_int_equal(a.r->n, 2);
	hash = a.r->invites[0].token;
	assert_int_equal(hash.n, 64);
	memcpy(hex, hash.p, 64);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_REMOVE, ann, hex, 0), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_REMOVE, tom, "xyz", 0), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_REMOVE, tom, hex, 0), 0);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_REMOVE, tom, hex, 0), STORE_NOT_FOUND);
	invites(f, &a, tom, NOW);
	assert_int_equal(a.r->n, 1);
	assert_int_equal(invite_add(f, &a, tom, "d", NULL, 1, LATER, 2), 0);
}

static void old_invitations_are_forgotten(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r;

	assert_int_equal(invite_add(f, &a, 0, "old", NULL, 1, LATER, 0), 0);
	r = ask(f, &a, STORE_INVITE_ADD);
	r->invite = (struct store_invite){ .token = STR("new"), .kind = INVITE_ACCOUNT, .uses = 1, .created = LATER + DAY, .expires = LATER + 2 * (msec)DAY };
	assert_int_equal(submit(&a, r), 0);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "old", 0), STORE_NOT_FOUND);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "new", 0), 0);
}

static void an_account_comes_with_an_invitation(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };

	assert_int_equal(invite_add(f, &a, 0, "t", NULL, 2, LATER, 0), 0);
	assert_int_equal(account_come(f, &a, "ann", "wrong", NOW), STORE_NOT_FOUND);
	assert_int_equal(account_get(f, &a, "ann"), STORE_NOT_FOUND);
	assert_int_equal(account_come(f, &a, "ann", "t", NOW), 0);
	assert_int_equal(account_come(f, &a, "ann", "t", NOW), STORE_EXISTS);
	assert_int_equal(account_come(f, &a, "bob", "t", NOW), 0); /* who was refused has used nothing */
	assert_int_equal(account_come(f, &a, "eve", "t", NOW), STORE_NOT_FOUND);
	assert_int_equal(account_get(f, &a, "eve"), STORE_NOT_FOUND);
}

static void a_name_is_reserved(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };

	account_add(f, "bob");
	assert_int_equal(invite_add(f, &a, 0, "t", "ann", 1, LATER, 0), 0);
	assert_int_equal(invite_add(f, &a, 0, "u", "ann", 1, LATER, 0), STORE_EXISTS);
	assert_int_equal(invite_add(f, &a, 0, "v", "bob", 1, LATER, 0), STORE_EXISTS);
	assert_int_equal(invite_add(f, &a, 0, "w", NULL, 1, LATER, 0), 0);
	assert_int_equal(account_come(f, &a, "ann", "w", NOW), STORE_EXISTS);
	assert_int_equal(account_come(f, &a, "ann", NULL, NOW), STORE_EXISTS);
	assert_int_equal(account_come(f, &a, "ann", "t", NOW), 0);
	assert_int_equal(invite_add(f, &a, 0, "x", "cid", 1, LATER, 0), 0);
	assert_int_equal(account_come(f, &a, "cid", NULL, LATER), 0); /* no longer reserved */
	assert_int_equal(invite_add(f, &a, 0, "y", "dan", 1, LATER, 0), 0);
	assert_int_equal(account_come(f, &a, "dan", NULL, 0), 0); /* the operator may */
}

static void what_an_account_had_goes_with_it(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t tom = account_add(f, "tom");

	person_name(f, tom, "Thomas");
	assert_int_equal(invite_add(f, &a, tom, "t", "ann", 1, LATER, 0), 0);
	assert_int_equal(account_delete(f, tom), 0);
	assert_int_equal(invite_ask(f, &a, STORE_INVITE_GET, 0, "t", 0), STORE_NOT_FOUND);
	assert_int_equal(account_come(f, &a, "ann", NULL, NOW), 0);
	people_find(f, &a, "thomas", NULL, 0);
	assert_int_equal(a.r->n, 0);
	assert_int_equal(invite_add(f, &a, tom, "u", NULL, 1, LATER, 0), STORE_NOT_FOUND);
	account_add(f, "tom");
	people_find(f, &a, "tom", NULL, 0);
	assert_int_equal(a.r->n, 1);
	assert_null(a.r->people[0].display.p);
}

/* ---- people ----------------------------------------------------------------------------------------------------- */

static void people_are_found(void **state)
{
	static const struct {
		const char *text, *found;
	} cases[] = {
		{ "", "ann eve li tom " }, { "tom", "tom " }, { "TOM", "tom " }, { "smith", "ann tom " }, { "mit", "ann tom " },
		{ "smith anna", "ann " }, { "  anna \t smith ", "ann " }, { "smith eve", "" }, { "\xe9\xb8\xbf\xe9\x9b\x81", "li " }, /* 鸿雁 */
		{ "\xc3\x89milie", "eve " }, { "\xc3\xa9MILIE", "eve " }, { "\xc3\xa9millie", "" }, { "50%", "" }, { "_", "" }, { "*", "" },
	};
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t tom = account_add(f, "tom");

	person_name(f, tom, "Tom Smith");
	person_name(f, account_add(f, "ann"), "Anna Smithers");
	person_name(f, account_add(f, "li"), "\xe6\x9d\x8e\xe9\xb8\xbf\xe9\x9b\x81"); /* 李鸿雁 */
	person_name(f, account_add(f, "eve"), "E\xcc\x81milie"); /* the accent apart */
	for (size_t i = 0; i < countof(cases); i++) {
		own_buf all = { 0 };

		people_find(f, &a, cases[i].text, NULL, 0);
		for (size_t k = 0; k < a.r->n; k++)
			buf_fmt(&all, "%.*s ", STR_ARG(a.r->people[k].name));
		assert_string_equal(buf_z(&all), cases[i].found);
	}
	people_find(f, &a, "tom", NULL, 0);
	assert_int_equal(a.r->people[0].id, tom);
	assert_str(a.r->people[0].display, "Tom Smith");
	person_name(f, tom, NULL);
	people_find(f, &a, "smith", NULL, 0);
	assert_int_equal(a.r->n, 1);
}

static void people_come_in_pages(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r;

	for (unsigned i = 0; i < 30; i++) {
		char name[8];

		snprintf(name, sizeof name, "p%02u", i);
		account_add(f, name);
	}
	r = ask(f, &a, STORE_ACCOUNT_ADD);
	r->account = (struct account){ .name = STR("p05@rooms"), .flags = ACCOUNT_ROOM }; /* is nobody */
	assert_int_equal(submit(&a, r), 0);
	people_find(f, &a, "p", NULL, 12);
	assert_int_equal(a.r->n, 12);
	assert_str(a.r->people[11].name, "p11");
	people_find(f, &a, "p", "p11", 12);
	assert_int_equal(a.r->n, 12);
	assert_str(a.r->people[0].name, "p12");
	people_find(f, &a, "p", "p23", 12);
	assert_int_equal(a.r->n, 6);
}

/* ---- running them ----------------------------------------------------------------------------------------------- */

static const struct kind kinds[] = {
	{ "memory", "memory:people" },
	{ "memory, slow", "memory:people?delay=20", .crashes = true },
	{ "sqlite", "sqlite:%s/db" },
	{ "faulty sqlite", "faulty::sqlite:%s/db" },
};

static const struct {
	const char *name;
	void (*test)(void **state);
} contract[] = {
#define T(name) { #name, name }
	T(an_invitation_is_kept),
	T(an_invitation_is_used_up),
	T(of_two_who_use_the_last_one_wins),
	T(invitations_are_listed_and_taken_back),
	T(old_invitations_are_forgotten),
	T(an_account_comes_with_an_invitation),
	T(a_name_is_reserved),
	T(what_an_account_had_goes_with_it),
	T(people_are_found),
	T(people_come_in_pages),
#undef T
};

int main(void)
{
	struct CMUnitTest tests[countof(contract)];
	char names[countof(contract)][96];
	int failed = 0;

	log_level_set(LOG_ERROR);
	for (size_t k = 0; k < countof(kinds); k++) {
		for (size_t i = 0; i < countof(contract); i++) {
			snprintf(names[i], sizeof names[i], "%s: %s", kinds[k].name, contract[i].name);
			tests[i] = (struct CMUnitTest){ names[i], contract[i].test, fixture_setup, fixture_teardown, (void *)&kinds[k] };
		}
		failed += cmocka_run_group_tests_name(kinds[k].name, tests, NULL, NULL);
	}
	return failed;
}
