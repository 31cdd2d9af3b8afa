/* SPDX-License-Identifier: Apache-2.0
 *
 * store/test_store.c - the contract of store/store.h, the same for every driver.
 */
#include "store/test_fixture.h"

#include <stdio.h>

#include "base/log.h"
#include "store/rules.h"

/* ---- accounts --------------------------------------------------------------------------------------------------- */

static void accounts_are_kept(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ACCOUNT_ADD);

	r->account = (struct account){ .name = STR("ann"), .flags = ACCOUNT_ADMIN, .created = 17 };
	r->account.verifier[SCRAM_SHA256].iterations = 10000;
	memset(r->account.verifier[SCRAM_SHA256].salt, 1, SCRAM_SALT_BYTES);
	memset(r->account.verifier[SCRAM_SHA256].stored_key, 2, SCRAM_KEY_BYTES_MAX);
	memset(r->account.verifier[SCRAM_SHA1].server_key, 3, SCRAM_KEY_BYTES_MAX);
	assert_int_equal(submit(&a, r), 0);

	assert_int_equal(account_get(f, &a, "bob"), STORE_NOT_FOUND);
	assert_int_equal(account_get(f, &a, "ann"), 0);
	assert_str(a.r->account.name, "ann");
	assert_int_equal(a.r->account.flags, ACCOUNT_ADMIN);
	assert_int_equal(a.r->account.created, 17);
	assert_int_equal(a.r->account.seen, 0);
	assert_int_equal(a.r->account.seen_status.n, 0);
	assert_int_equal(a.r->account.verifier[SCRAM_SHA256].iterations, 10000);
	assert_int_equal(a.r->account.verifier[SCRAM_SHA256].salt[15], 1);
	assert_int_equal(a.r->account.verifier[SCRAM_SHA256].stored_key[31], 2);
	assert_int_equal(a.r->account.verifier[SCRAM_SHA1].server_key[19], 3);
	assert_int_equal(a.r->account.verifier[SCRAM_SHA1].iterations, 0);
}

static void a_name_is_given_once(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r;
	int64_t first = account_add(f, "ann"), second = account_add(f, "bob");

	assert_int_not_equal(first, second);
	r = ask(f, &a, STORE_ACCOUNT_ADD);
	r->account.name = STR("ann");
	assert_int_equal(submit(&a, r), STORE_EXISTS);

	assert_int_equal(account_delete(f, second), 0);
	assert_int_equal(account_delete(f, second), STORE_NOT_FOUND);
	assert_true(account_add(f, "bob") > second); /* an id is never used twice */
}

static void accounts_are_listed_by_name(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ACCOUNT_LIST);

	assert_int_equal(submit(&a, r), 0);
	assert_int_equal(a.r->n, 0);
	account_add(f, "cid");
	account_add(f, "ann");
	account_add(f, "bob");
	r = ask(f, &a, STORE_ACCOUNT_LIST);
	assert_int_equal(submit(&a, r), 0);
	assert_int_equal(a.r->n, 3);
	assert_str(a.r->accounts[0].name, "ann");
	assert_str(a.r->accounts[2].name, "cid");
	r = ask(f, &a, STORE_ACCOUNT_LIST);
	r->after_name = STR("ann");
	r->limit = 1;
	assert_int_equal(submit(&a, r), 0);
	assert_int_equal(a.r->n, 1);
	assert_str(a.r->accounts[0].name, "bob");
}

static void verifier_and_last_seen_change(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ACCOUNT_VERIFY);
	int64_t ann;

	r->account.id = 4711;
	assert_int_equal(submit(&a, r), STORE_NOT_FOUND);
	ann = account_add(f, "ann");
	r = ask(f, &a, STORE_ACCOUNT_VERIFY);
	r->account.id = ann;
	r->account.verifier[SCRAM_SHA1].iterations = 5;
	assert_int_equal(submit(&a, r), 0);
	r = ask(f, &a, STORE_ACCOUNT_SEEN);
	r->account.id = ann;
	r->account.seen = 99;
	r->account.seen_status = STR("gone fishing");
	assert_int_equal(submit(&a, r), 0);
	assert_int_equal(account_get(f, &a, "ann"), 0);
	assert_int_equal(a.r->account.verifier[SCRAM_SHA1].iterations, 5);
	assert_int_equal(a.r->account.seen, 99);
	assert_str(a.r->account.seen_status, "gone fishing");
	r = ask(f, &a, STORE_ACCOUNT_SEEN);
	r->account.id = 4711;
	assert_int_equal(submit(&a, r), STORE_NOT_FOUND);
}

static void a_deleted_account_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob");
	own_answer a = { 0 };
	uint64_t stamp = keep(f, "ann@x", "bob@x", ann, bob, bob);

	item_set(f, ann, "vcard", "", STR("v"));
	roster_set(f, &a, ann, "bob@x", "B", 0);
	roster_set(f, &a, bob, "ann@x", "A", 0);
	keep(f, "bob@x", "ann@x", 0, 0, ann);
	assert_int_equal(account_delete(f, ann), 0);

	assert_int_equal(account_get(f, &a, "ann"), STORE_NOT_FOUND);
	assert_int_equal(item_get(f, &a, ann, "vcard", ""), STORE_NOT_FOUND);
	roster_load(f, &a, ann, 0);
	assert_int_equal(a.r->n, 0);
	archive_ends(f, &a, ann);
	assert_int_equal(a.r->n, 0);
	queue_read(f, &a, ann, 0, 0);
	assert_int_equal(a.r->n, 0);
	/* What others hold stays. */
	roster_load(f, &a, bob, 0);
	assert_int_equal(a.r->n, 1);
	archive_ends(f, &a, bob);
	assert_stamps(a, stamp, stamp);
	queue_read(f, &a, bob, 0, 0);
	assert_stamps(a, stamp);
	/* And what comes too late does not make it again. */
	assert_int_equal(item_set(f, ann, "vcard", "", STR("late")), STORE_NOT_FOUND);
	assert_int_equal(roster_set(f, &a, ann, "cid@x", "C", 0), STORE_NOT_FOUND);
	stamp = keep(f, "bob@x", "ann@x", bob, ann, ann);
	archive_ends(f, &a, ann);
	assert_int_equal(a.r->n, 0);
	queue_read(f, &a, ann, 0, 0);
	assert_int_equal(a.r->n, 0);
	archive_ends(f, &a, bob);
	assert_int_equal(a.r->stanzas[1]->stamp, stamp);
}

/* ---- small things ----------------------------------------------------------------------------------------------- */

static void items_are_kept_by_owner_space_and_key(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r;

	assert_int_equal(item_get(f, &a, 1, "s", "k"), STORE_NOT_FOUND);
	item_set(f, 1, "s", "k", STR("one"));
	item_set(f, 1, "s", "j", STR("two"));
	item_set(f, 1, "t", "k", STR("three"));
	item_set(f, 2, "s", "k", str_n("f\0ur", 4));
	item_set(f, 1, "s", "k", STR("uno"));
	item_set(f, 1, "s", "e", STR(""));
	assert_int_equal(item_get(f, &a, 1, "s", "k"), 0);
	assert_str(a.r->value, "uno");
	assert_int_equal(item_get(f, &a, 2, "s", "k"), 0);
	assert_int_equal(a.r->value.n, 4);
	assert_memory_equal(a.r->value.p, "f\0ur", 4);
	assert_int_equal(item_get(f, &a, 1, "s", "e"), 0);
	assert_non_null(a.r->value.p);
	assert_int_equal(a.r->value.n, 0);
	r = ask(f, &a, STORE_ITEM_LIST);
	r->owner = 1;
	r->space = STR("s");
	assert_int_equal(submit(&a, r), 0);
	assert_int_equal(a.r->n, 3);
	assert_str(a.r->pairs[0].key, "e");
	assert_str(a.r->pairs[1].key, "j");
	assert_str(a.r->pairs[1].value, "two");
	assert_str(a.r->pairs[2].key, "k");
	item_set(f, 1, "s", "k", STR_NONE);
	item_set(f, 1, "s", "never", STR_NONE);
	assert_int_equal(item_get(f, &a, 1, "s", "k"), STORE_NOT_FOUND);
	assert_int_equal(item_get(f, &a, 1, "t", "k"), 0);
}

/* ---- rosters ---------------------------------------------------------------------------------------------------- */

static void a_roster_counts_its_changes(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t v1, v2;

	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 0);
	assert_true(a.r->whole);
	assert_int_equal(roster_set(f, &a, 1, "bob@x", "Bob", 0), 0);
	v1 = a.r->version;
	assert_int_equal(a.r->item.version, v1);
	assert_true(a.r->item.state & ROSTER_LISTED);
	assert_int_equal(roster_set(f, &a, 1, "ann@x", "Ann", 0), 0);
	v2 = a.r->version;
	assert_true(v2 > v1);
	assert_int_equal(roster_set(f, &a, 1, "ann@x", "Ann", 0), 0); /* nothing new */
	assert_int_equal(a.r->version, v2);

	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 2);
	assert_int_equal(a.r->version, v2);
	assert_str(a.r->items[0].contact, "ann@x");
	assert_str(a.r->items[1].name, "Bob");
	roster_load(f, &a, 1, v1);
	assert_false(a.r->whole);
	assert_int_equal(a.r->n, 1);
	assert_str(a.r->items[0].contact, "ann@x");
	assert_false(a.r->items[0].removed);
	roster_load(f, &a, 1, v2);
	assert_false(a.r->whole);
	assert_int_equal(a.r->n, 0);
	roster_load(f, &a, 1, v2 + 5); /* from another life of this database */
	assert_true(a.r->whole);
	assert_int_equal(a.r->n, 2);
	roster_load(f, &a, 2, 0); /* somebody else's */
	assert_int_equal(a.r->n, 0);
}

static void groups_are_kept(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ROSTER_SET);

	r->owner = 1;
	r->item.contact = STR("bob@x");
	r->item.groups = str_n("Friends\0Work\0", 13);
	assert_int_equal(submit(&a, r), 0);
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->items[0].groups.n, 13);
	assert_memory_equal(a.r->items[0].groups.p, "Friends\0Work\0", 13);
	assert_int_equal(a.r->items[0].name.n, 0);
}

static void what_was_removed_is_told(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t before;

	roster_set(f, &a, 1, "ann@x", "Ann", 0);
	roster_set(f, &a, 1, "bob@x", "Bob", 0);
	before = a.r->version;
	assert_int_equal(roster_remove(f, &a, 1, "cid@x"), STORE_NOT_FOUND);
	assert_int_equal(roster_remove(f, &a, 1, "bob@x"), 0);
	assert_str(a.r->item.name, "Bob"); /* as it was */
	assert_true(a.r->version > before);
	assert_int_equal(roster_remove(f, &a, 1, "bob@x"), STORE_NOT_FOUND);
	roster_load(f, &a, 1, before);
	assert_int_equal(a.r->n, 1);
	assert_true(a.r->items[0].removed);
	assert_str(a.r->items[0].contact, "bob@x");
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 1);
	assert_str(a.r->items[0].contact, "ann@x");
	/* Back again: no longer told as removed. */
	roster_set(f, &a, 1, "bob@x", "Bob", 0);
	roster_load(f, &a, 1, before);
	assert_int_equal(a.r->n, 1);
	assert_false(a.r->items[0].removed);
}

static void old_removals_are_forgotten(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	char name[32];
	uint64_t first = 0, second = 0;

	roster_set(f, &a, 1, "stays@x", "", 0);
	for (int i = 0; i < ROSTER_GONE_MAX + 2; i++) {
		snprintf(name, sizeof name, "c%d@x", i);
		roster_set(f, &a, 1, name, "", 0);
		if (i < 2)
			*(i ? &second : &first) = a.r->version;
		roster_remove(f, &a, 1, name);
	}
	/* The removals of c0 and c1 are forgotten: those who have seen only them listed get everything. */
	roster_load(f, &a, 1, first);
	assert_true(a.r->whole);
	assert_int_equal(a.r->n, 1);
	roster_load(f, &a, 1, second);
	assert_true(a.r->whole);
	roster_load(f, &a, 1, second + 1); /* knew that c1 is gone */
	assert_false(a.r->whole);
	assert_int_equal(a.r->n, ROSTER_GONE_MAX);
}

static void a_roster_has_a_limit(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r;

	assert_int_equal(roster_set(f, &a, 1, "a@x", "", 2), 0);
	assert_int_equal(roster_set(f, &a, 1, "b@x", "", 2), 0);
	assert_int_equal(roster_set(f, &a, 1, "c@x", "", 2), STORE_LIMIT);
	assert_int_equal(roster_set(f, &a, 1, "b@x", "B", 2), 0); /* there already */
	r = ask(f, &a, STORE_ROSTER_APPLY);
	r->owner = 1;
	r->item.contact = STR("d@x");
	r->event = ROSTER_IN_SUBSCRIBE;
	r->limit = 2;
	assert_int_equal(submit(&a, r), STORE_LIMIT);
	roster_remove(f, &a, 1, "a@x");
	assert_int_equal(roster_set(f, &a, 1, "c@x", "", 2), 0);
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 2);
}

static void subscriptions_step_in_the_store(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t version;

	/* Somebody asks: remembered with the request, not shown. */
	assert_int_equal(roster_apply(f, &a, 1, "bob@x", ROSTER_IN_SUBSCRIBE), 0);
	assert_int_equal(a.r->state_before, 0);
	assert_int_equal(a.r->step.state, a.r->item.state);
	assert_true(a.r->item.state & ROSTER_PENDING_IN);
	assert_false(a.r->item.state & ROSTER_LISTED);
	assert_true(a.r->step.pass);
	version = a.r->version;
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 1);
	assert_str(a.r->items[0].request, "<status>hello</status>");
	assert_int_equal(a.r->items[0].state, ROSTER_PENDING_IN);
	assert_int_equal(a.r->version, version);
	/* Granted: they see us, the request is forgotten, the roster has changed. */
	assert_int_equal(roster_apply(f, &a, 1, "bob@x", ROSTER_OUT_SUBSCRIBED), 0);
	assert_int_equal(a.r->state_before, ROSTER_PENDING_IN);
	assert_true(a.r->step.push);
	assert_true(a.r->version > version);
	assert_true(a.r->item.state & ROSTER_FROM);
	version = a.r->version;
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 1);
	assert_int_equal(a.r->items[0].request.n, 0);
	assert_true(a.r->items[0].state & ROSTER_FROM);
	/* A name does not touch the subscription. */
	assert_int_equal(roster_set(f, &a, 1, "bob@x", "Bob", 0), 0);
	assert_true(a.r->item.state & ROSTER_FROM);
	assert_true(a.r->item.state & ROSTER_LISTED);
	assert_true(a.r->version > version);
}

static void a_refused_request_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };

	roster_apply(f, &a, 1, "bob@x", ROSTER_IN_SUBSCRIBE);
	assert_int_equal(roster_apply(f, &a, 1, "bob@x", ROSTER_OUT_UNSUBSCRIBED), 0);
	assert_int_equal(a.r->item.state, 0);
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 0);
	/* An event that means nothing for an unknown contact makes no row. */
	assert_int_equal(roster_apply(f, &a, 1, "cid@x", ROSTER_IN_UNSUBSCRIBED), 0);
	assert_int_equal(a.r->item.state, 0);
	roster_load(f, &a, 1, 0);
	assert_int_equal(a.r->n, 0);
}

/* ---- the queue -------------------------------------------------------------------------------------------------- */

static void a_message_comes_back_as_it_was(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct stanza_init init = { .name = STANZA_MESSAGE, .type = MESSAGE_GROUPCHAT, .traits = STANZA_BODY | STANZA_ENCRYPTED,
				    .time = 1712345678901, .from = jid(f, "ann@x/phone"), .to = jid(f, "bob@x"), .stamp = 77,
				    .id = STR("i<1>"), .lang = STR("de"), .origin_id = STR("o\xc3\xa9"),
				    .payload = STR("<body>g\xc3\xbcn</body>") };
	struct stanza *s;

	assert_int_equal(submit(&a, keep_ask(f, &a, stanza_make(&init), 0, 0, 5)), 0);
	init = (struct stanza_init){ .name = STANZA_MESSAGE, .type = MESSAGE_NORMAL, .from = init.from, .stamp = 78 };
	assert_int_equal(submit(&a, keep_ask(f, &a, stanza_make(&init), 0, 0, 5)), 0);
	queue_read(f, &a, 5, 0, 0);
	assert_stamps(a, 77, 78);
	s = a.r->stanzas[0];
	assert_int_equal(s->name, STANZA_MESSAGE);
	assert_int_equal(s->type, MESSAGE_GROUPCHAT);
	assert_int_equal(s->traits, STANZA_BODY | STANZA_ENCRYPTED);
	assert_int_equal(s->time, 1712345678901);
	assert_str(jid_full(s->from), "ann@x/phone");
	assert_str(jid_resource(s->from), "phone");
	assert_str(jid_full(s->to), "bob@x");
	assert_str(s->id, "i<1>");
	assert_str(s->lang, "de");
	assert_str(s->origin_id, "o\xc3\xa9");
	assert_str(s->payload, "<body>g\xc3\xbcn</body>");
	s = a.r->stanzas[1];
	assert_null(s->to.p);
	assert_null(s->id.p);
	assert_null(s->lang.p);
	assert_null(s->origin_id.p);
	assert_int_equal(s->payload.n, 0);
}

static void the_queue_waits_until_it_is_done(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t stamps[5];

	for (int i = 0; i < 5; i++)
		stamps[i] = keep(f, "ann@x", "bob@x", 0, 0, 2);
	keep(f, "ann@x", "cid@x", 0, 0, 3);
	queue_read(f, &a, 2, 0, 2);
	assert_stamps(a, stamps[0], stamps[1]);
	assert_true(a.r->more);
	queue_read(f, &a, 2, stamps[1], 3);
	assert_stamps(a, stamps[2], stamps[3], stamps[4]);
	assert_false(a.r->more);
	queue_done(f, 2, (uint64_t[]){ stamps[1], stamps[3], 123456, stamps[1] }, 4);
	queue_done(f, 3, &stamps[0], 1); /* not theirs */
	queue_read(f, &a, 2, 0, 0);
	assert_stamps(a, stamps[0], stamps[2], stamps[4]);
	queue_done(f, 2, stamps, 5);
	queue_read(f, &a, 2, 0, 0);
	assert_int_equal(a.r->n, 0);
	queue_read(f, &a, 3, 0, 0);
	assert_int_equal(a.r->n, 1);
}

static void a_queue_has_a_limit(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct store_request *r;
	uint64_t first = keep(f, "ann@x", "bob@x", 1, 2, 2);

	keep(f, "ann@x", "bob@x", 1, 2, 2);
	for (int i = 0; i < 2; i++) {
		r = keep_ask(f, &a, message(f, "ann@x", "bob@x", ""), 1, 2, 2);
		r->limit = 2;
		assert_int_equal(submit(&a, r), STORE_LIMIT);
	}
	assert_int_equal(archive_read(f, &a, 1, &(struct archive_query){ 0 }, 0), 0);
	assert_int_equal(a.r->n, 2); /* what is refused is not archived either */
	queue_done(f, 2, &first, 1);
	r = keep_ask(f, &a, message(f, "ann@x", "bob@x", ""), 1, 2, 2);
	r->limit = 2;
	assert_int_equal(submit(&a, r), 0);
	/* Several in one turn, counted one by one. */
	struct answer many[4] = { 0 };
	for (int i = 0; i < 4; i++) {
		r = keep_ask(f, &many[i], message(f, "ann@x", "bob@x", ""), 0, 0, 2);
		r->limit = 4;
		store_submit(r);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(wait_for(&many[i]), i < 2 ? 0 : STORE_LIMIT);
	for (int i = 0; i < 4; i++)
		answer_free(&many[i]);
}

static void what_was_kept_can_be_queued_later(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	struct stanza *s = message(f, "ann@x", "bob@x", "<body>x</body>");
	uint64_t stamp = s->stamp;

	assert_int_equal(submit(&a, keep_ask(f, &a, stanza_ref(s), 1, 0, 0)), 0);
	assert_int_equal(submit(&a, keep_ask(f, &a, stanza_ref(s), 0, 2, 2)), 0);
	assert_int_equal(submit(&a, keep_ask(f, &a, s, 1, 2, 2)), 0);
	queue_read(f, &a, 2, 0, 0);
	assert_stamps(a, stamp);
	archive_ends(f, &a, 1);
	assert_stamps(a, stamp, stamp);
	archive_ends(f, &a, 2);
	assert_stamps(a, stamp, stamp);
	queue_done(f, 2, &stamp, 1);
	queue_read(f, &a, 2, 0, 0);
	assert_int_equal(a.r->n, 0);
	archive_ends(f, &a, 2);
	assert_stamps(a, stamp, stamp);
}

/* ---- the archive ------------------------------------------------------------------------------------------------ */

static void an_archive_is_read_in_pages(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t s[6];

	for (int i = 0; i < 6; i++)
		s[i] = keep(f, "ann@x/a", "bob@x", 1, 2, 0);
	assert_int_equal(archive_read(f, &a, 1, &(struct archive_query){ .count = true }, 2), 0);
	assert_stamps(a, s[0], s[1]);
	assert_true(a.r->more);
	assert_int_equal(a.r->total, 6);
	assert_int_equal(a.r->first_index, 0);
	assert_int_equal(archive_read(f, &a, 2, &(struct archive_query){ .after = s[1], .count = true }, 2), 0);
	assert_stamps(a, s[2], s[3]);
	assert_int_equal(a.r->total, 6);
	assert_int_equal(a.r->first_index, 2);
	assert_int_equal(archive_read(f, &a, 2, &(struct archive_query){ .backwards = true, .count = true }, 4), 0);
	assert_stamps(a, s[2], s[3], s[4], s[5]);
	assert_true(a.r->more);
	assert_int_equal(a.r->first_index, 2);
	assert_int_equal(archive_read(f, &a, 2, &(struct archive_query){ .before = s[2], .backwards = true }, 4), 0);
	assert_stamps(a, s[0], s[1]);
	assert_false(a.r->more);
	assert_int_equal(archive_read(f, &a, 1, &(struct archive_query){ .after = s[5] }, 4), 0);
	assert_int_equal(a.r->n, 0);
	assert_int_equal(archive_read(f, &a, 1, &(struct archive_query){ .before = s[0] }, 4), 0);
	assert_int_equal(a.r->n, 0);
	assert_int_equal(archive_read(f, &a, 1, &(struct archive_query){ .from = s[1], .to = s[3], .count = true }, 0), 0);
	assert_stamps(a, s[1], s[2], s[3]);
	assert_int_equal(a.r->total, 3);
	assert_int_equal(archive_read(f, &a, 1, &(struct archive_query){ .after = s[1] + 1 }, 4), STORE_NOT_FOUND);
	assert_int_equal(archive_read(f, &a, 1, &(struct archive_query){ .before = 1 }, 4), STORE_NOT_FOUND);
	assert_int_equal(archive_read(f, &a, 3, &(struct archive_query){ .after = s[1] }, 4), STORE_NOT_FOUND);
}

static void an_archive_is_read_by_ids(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t one = keep(f, "ann@x", "bob@x", 1, 2, 0), two = keep(f, "ann@x", "cid@x", 1, 3, 0);

	assert_int_equal(archive_read(f, &a, 1, &(struct archive_query){ .ids = (uint64_t[]){ two, one, two }, .ids_n = 3 }, 0), 0);
	assert_stamps(a, one, two);
	assert_int_equal(archive_read(f, &a, 2, &(struct archive_query){ .ids = (uint64_t[]){ one, two }, .ids_n = 2 }, 0),
			 STORE_NOT_FOUND);
	assert_int_equal(a.r->n, 0);
}

static void an_archive_has_ends(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t one, two;

	archive_ends(f, &a, 1);
	assert_int_equal(a.r->n, 0);
	one = keep(f, "ann@x", "bob@x", 1, 2, 0);
	archive_ends(f, &a, 1);
	assert_stamps(a, one, one);
	two = keep(f, "bob@x", "ann@x", 2, 1, 0);
	keep(f, "bob@x", "cid@x", 2, 3, 0);
	archive_ends(f, &a, 1);
	assert_stamps(a, one, two);
}

static void with_names_the_other_side(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	uint64_t out = keep(f, "ann@x/a", "bob@x/1", 1, 2, 0), in = keep(f, "bob@x/2", "ann@x", 2, 1, 0);
	uint64_t self = keep(f, "ann@x/a", "ann@x", 1, 1, 0), bare = keep(f, "ann@x/a", NULL, 1, 1, 0);

	keep(f, "cid@x/1", "ann@x/a", 3, 1, 0);
	archive_read(f, &a, 1, &(struct archive_query){ .with = STR("bob@x") }, 0);
	assert_stamps(a, out, in);
	archive_read(f, &a, 1, &(struct archive_query){ .with = STR("bob@x/2"), .count = true }, 0);
	assert_stamps(a, in);
	assert_int_equal(a.r->total, 1);
	archive_read(f, &a, 1, &(struct archive_query){ .with = STR("ann@x") }, 0); /* only what ann sent to herself */
	assert_stamps(a, self, bare);
	archive_read(f, &a, 2, &(struct archive_query){ .with = STR("ann@x"), .backwards = true }, 1);
	assert_stamps(a, in);
	assert_true(a.r->more);
	archive_read(f, &a, 1, &(struct archive_query){ .with = STR("dan@x") }, 0);
	assert_int_equal(a.r->n, 0);
}

/* Many messages of a few owners, in and out of order; then every kind of page against a list of what was kept. */
enum { MANY = 300, OWNERS = 4 };

struct kept {
	uint64_t stamp;
	int from, to;
};

static size_t kept_fit(const struct kept *all, int owner, int with, uint64_t after, uint64_t before, uint64_t *to)
{
	size_t n = 0;

	for (size_t i = 0; i < MANY; i++) {
		const struct kept *k = &all[i];
		int peer = k->from == owner ? k->to : k->from;

		if ((k->from == owner || k->to == owner) && (!with || peer == with) && k->stamp > after && k->stamp < before)
			to[n++] = k->stamp;
	}
	return n;
}

static void page_check(struct fixture *f, const struct kept *all, int owner, int with, uint64_t after, uint64_t before,
		       size_t limit, bool backwards)
{
	struct archive_query q = { .after = after, .before = before, .backwards = backwards, .count = true };
	uint64_t fit[MANY], whole[MANY];
	size_t n = kept_fit(all, owner, with, after, before ? before : UINT64_MAX, fit), want = n < limit ? n : limit;
	size_t total = kept_fit(all, owner, with, 0, UINT64_MAX, whole);
	own_answer a = { 0 };
	char name[16];

	snprintf(name, sizeof name, "u%d@x", with);
	if (with)
		q.with = str_z(name);
	assert_int_equal(archive_read(f, &a, owner, &q, limit), 0);
	assert_int_equal(a.r->n, want);
	assert_int_equal(a.r->more, n > limit);
	assert_int_equal(a.r->total, total);
	for (size_t i = 0; i < want; i++)
		assert_int_equal(a.r->stanzas[i]->stamp, fit[backwards ? n - want + i : i]);
	if (want)
		assert_int_equal(whole[a.r->first_index], a.r->stanzas[0]->stamp);
}

static void kept_make(struct fixture *f, struct kept *all, uint64_t *seed)
{
	for (int i = 0; i < MANY; i++) {
		/* Two cores whose clocks differ: stamps do not come in order. */
		int place = i % 50 < 25 ? i / 50 * 50 + i % 25 * 2 : i / 50 * 50 + i % 25 * 2 + 1;
		struct kept *k = &all[place];
		char from[16], to[16];
		own_answer a = { 0 };

		*seed = *seed * 6364136223846793005u + 1442695040888963407u;
		k->from = 1 + (int)(*seed >> 40) % OWNERS;
		k->to = 1 + (k->from + (int)(*seed >> 50) % (OWNERS - 1)) % OWNERS;
		k->stamp = 1000 + (uint64_t)place * 7;
		f->last_stamp = k->stamp - 10;
		snprintf(from, sizeof from, "u%d@x/r", k->from);
		snprintf(to, sizeof to, "u%d@x", k->to);
		assert_int_equal(submit(&a, keep_ask(f, &a, message(f, from, to, "<body/>"), k->from, k->to, 0)), 0);
	}
}

static void all_pages_are_right(void **state)
{
	struct fixture *f = *state;
	struct kept all[MANY];
	uint64_t seed = 7, own[MANY];

	kept_make(f, all, &seed);
	for (int round = 0; round < 300; round++) {
		int owner, with;
		uint64_t after, before;
		size_t n;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		owner = 1 + (int)(seed >> 33) % OWNERS;
		with = (int)(seed >> 35) % (OWNERS + 1);
		with = with == owner ? 0 : with;
		n = kept_fit(all, owner, 0, 0, UINT64_MAX, own);
		after = seed >> 37 & 1 ? own[(seed >> 38) % n] : 0;
		before = seed >> 48 & 1 ? own[(seed >> 49) % n] : 0;
		page_check(f, all, owner, with, after, before, 1 + (seed >> 55) % 20, seed >> 60 & 1);
	}
}

/* ---- the engine ------------------------------------------------------------------------------------------------- */

static void writes_are_answered_in_order(void **state)
{
	struct fixture *f = *state;
	struct answer many[40] = { 0 };
	unsigned before = f->dones;

	for (int i = 0; i < 40; i++) {
		struct store_request *r = ask(f, &many[i], STORE_ITEM_SET);

		r->owner = 1;
		r->space = STR("s");
		r->key = STR("k");
		r->value = store_str(r, STR("v"));
		store_submit(r);
		if (i % 7 == 0)
			test_world_turn(f->tw);
	}
	for (int i = 0; i < 40; i++) {
		assert_int_equal(wait_for(&many[i]), 0);
		assert_int_equal(many[i].place, before + (unsigned)i);
	}
	for (int i = 0; i < 40; i++)
		answer_free(&many[i]);
}

struct chain {
	struct fixture *f;
	uint64_t stamp;
	int left;
	bool seen;
};

static void chain_read(struct store_request *r);

static void chain_kept(struct store_request *r)
{
	struct chain *c = r->arg;
	struct store_request *next = store_ask(c->f->link, STORE_QUEUE_READ, chain_read, c);

	assert_int_equal(r->answer, 0);
	c->stamp = r->stanza->stamp;
	next->owner = 2;
	store_submit(next);
}

static void chain_read(struct store_request *r)
{
	struct chain *c = r->arg;
	struct store_request *next;

	assert_true(r->n && r->stanzas[r->n - 1]->stamp == c->stamp);
	if (!c->left--)
		return;
	next = store_ask(c->f->link, STORE_KEEP, chain_kept, c);
	next->stanza = message(c->f, "ann@x", "bob@x", "");
	next->queue_for = 2;
	store_submit(next);
}

static void a_read_sees_what_was_done(void **state)
{
	struct fixture *f = *state;
	struct chain c = { f, .left = 100 };
	struct store_request *r = store_ask(f->link, STORE_KEEP, chain_kept, &c);

	r->stanza = message(f, "ann@x", "bob@x", "");
	r->queue_for = 2;
	store_submit(r);
	while (c.left >= 0)
		test_world_turn(f->tw);
}

static void a_request_can_be_dropped(void **state)
{
	struct fixture *f = *state;
	struct store_request *r = store_ask(f->link, STORE_KEEP, NULL, NULL);

	r->stanza = message(f, "ann@x", "bob@x", "");
	store_drop(r);
}

static void never(struct store_request *r) { fail_msg("a done ran after its link was closed"); }

static void a_closed_link_answers_no_more(void **state)
{
	struct fixture *f = *state;
	struct store_link *second = store_link_open(f->store, test_world_of(f->tw));
	own_answer a = { 0 };

	for (int i = 0; i < 5; i++) {
		struct store_request *r = store_ask(second, i % 2 ? STORE_ITEM_GET : STORE_ITEM_SET, never, NULL);

		r->owner = 1;
		r->space = r->key = r->value = STR("x");
		store_submit(r);
	}
	second = store_link_close(second);
	/* It was written all the same, before what another link asks for now. */
	assert_int_equal(item_set(f, 1, "y", "y", STR("y")), 0);
	assert_int_equal(item_get(f, &a, 1, "x", "x"), f->kind->crashes ? STORE_NOT_FOUND : 0);
}

static void it_is_all_there_after_opening_again(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t ann = account_add(f, "ann"), bob = account_add(f, "bob");
	uint64_t stamps[30], version;

	roster_set(f, &a, ann, "cid@x", "Cid", 0);
	roster_set(f, &a, ann, "bob@x", "Bob", 0);
	version = a.r->version;
	roster_remove(f, &a, ann, "cid@x");
	item_set(f, ann, "vcard", "", STR("v"));
	for (int i = 0; i < 30; i++)
		stamps[i] = keep(f, "ann@x", "bob@x", ann, bob, bob);
	queue_done(f, bob, stamps, 28);
	fixture_reopen(f);

	assert_int_equal(account_get(f, &a, "ann"), 0);
	assert_int_equal(a.r->account.id, ann);
	assert_int_equal(item_get(f, &a, ann, "vcard", ""), 0);
	roster_load(f, &a, ann, version);
	assert_false(a.r->whole);
	assert_int_equal(a.r->n, 1);
	assert_true(a.r->items[0].removed);
	queue_read(f, &a, bob, 0, 0);
	assert_stamps(a, stamps[28], stamps[29]);
	archive_ends(f, &a, bob);
	assert_stamps(a, stamps[0], stamps[29]);
	archive_read(f, &a, ann, &(struct archive_query){ .count = true }, 1);
	assert_int_equal(a.r->total, 30);
	assert_true(account_delete(f, bob) == 0 && account_add(f, "bob") > bob);
}

/* ---- rooms ------------------------------------------------------------------------------------------------------ */

static int64_t kind_add(struct fixture *f, const char *name, uint32_t kind)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ACCOUNT_ADD);

	r->account = (struct account){ .name = str_z(name), .flags = kind, .created = 5 };
	assert_int_equal(submit(&a, r), 0);
	return a.r->account.id;
}

static int64_t room_add(struct fixture *f, const char *name) { return kind_add(f, name, ACCOUNT_ROOM); }

static void names_are(struct fixture *f, uint32_t flags, const char *after, size_t limit, const char *want)
{
	own_answer a = { 0 };
	own_buf names = { 0 };
	struct store_request *r = ask(f, &a, STORE_ACCOUNT_LIST);

	r->account.flags = flags;
	r->after_name = str_z(after);
	r->limit = limit;
	assert_int_equal(submit(&a, r), 0);
	for (size_t i = 0; i < a.r->n; i++)
		buf_fmt(&names, "%.*s ", STR_ARG(a.r->accounts[i].name));
	assert_string_equal(buf_z(&names), want);
}

static void rooms_and_guests_are_listed_apart_from_people(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };

	account_add(f, "tea");
	room_add(f, "tea@rooms.x");
	account_add(f, "ann");
	room_add(f, "den@rooms.x");
	room_add(f, "yard@rooms.x");
	kind_add(f, "may", ACCOUNT_GUEST);
	kind_add(f, "bea", ACCOUNT_GUEST);
	account_add(f, "zoe");
	names_are(f, 0, "", 0, "ann tea zoe ");
	names_are(f, ACCOUNT_ROOM, "", 0, "den@rooms.x tea@rooms.x yard@rooms.x ");
	names_are(f, ACCOUNT_GUEST, "", 0, "bea may ");
	names_are(f, ACCOUNT_GUEST, "bea", 1, "may ");
	names_are(f, 0, "ann", 1, "tea ");
	names_are(f, 0, "tea", 5, "zoe ");
	names_are(f, ACCOUNT_ROOM, "den@rooms.x", 1, "tea@rooms.x ");
	names_are(f, ACCOUNT_ROOM, "tea", 0, "tea@rooms.x yard@rooms.x ");
	names_are(f, ACCOUNT_ADMIN, "yard@rooms.x", 0, "zoe ");
	assert_int_equal(account_get(f, &a, "tea@rooms.x"), 0);
	assert_int_equal(a.r->account.flags, ACCOUNT_ROOM);
	assert_int_equal(a.r->account.verifier[SCRAM_SHA256].iterations, 0);
}

static void flags_change_but_rooms_and_guests_stay_such(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	const struct {
		int64_t id;
		const char *name;
		uint32_t to, is;
	} cases[] = {
		{ account_add(f, "ann"), "ann", ACCOUNT_ADMIN, ACCOUNT_ADMIN },
		{ account_add(f, "bob"), "bob", ACCOUNT_ADMIN | ACCOUNT_ROOM, ACCOUNT_ADMIN },
		{ room_add(f, "den@r"), "den@r", 0, ACCOUNT_ROOM },
		{ account_add(f, "cat"), "cat", ACCOUNT_GUEST, 0 },
		{ kind_add(f, "may", ACCOUNT_GUEST), "may", ACCOUNT_ADMIN, ACCOUNT_ADMIN | ACCOUNT_GUEST },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct store_request *r = ask(f, &a, STORE_ACCOUNT_FLAGS);

		r->account.id = cases[i].id;
		r->account.flags = cases[i].to;
		assert_int_equal(submit(&a, r), 0);
		assert_int_equal(account_get(f, &a, cases[i].name), 0);
		assert_int_equal(a.r->account.flags, cases[i].is);
	}
	struct store_request *r = ask(f, &a, STORE_ACCOUNT_FLAGS);
	r->account.id = 4711;
	assert_int_equal(submit(&a, r), STORE_NOT_FOUND);
}

static void a_room_keeps_what_is_said(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t ann = account_add(f, "ann"), den = room_add(f, "den@r");
	uint64_t one = keep(f, "den@r/Ann", NULL, 0, den, 0), two = keep(f, "den@r/Bob", NULL, 0, den, 0);
	uint64_t own = keep(f, "ann@x", "bob@x", ann, 0, 0);

	archive_read(f, &a, den, &(struct archive_query){ .count = true }, 0);
	assert_stamps(a, one, two);
	assert_int_equal(a.r->total, 2);
	archive_read(f, &a, den, &(struct archive_query){ .with = STR("den@r/Bob"), .count = true }, 0);
	assert_stamps(a, two);
	assert_int_equal(a.r->total, 1);
	archive_read(f, &a, den, &(struct archive_query){ .with = STR("den@r") }, 0);
	assert_stamps(a, one, two);
	assert_int_equal(archive_read(f, &a, den, &(struct archive_query){ .ids = &own, .ids_n = 1 }, 0), STORE_NOT_FOUND);
	item_set(f, den, "room", "config", STR("c"));
	item_set(f, den, "room:people", "ann@x", STR("owner"));

	assert_int_equal(account_delete(f, den), 0);
	assert_int_equal(account_get(f, &a, "den@r"), STORE_NOT_FOUND);
	archive_read(f, &a, den, &(struct archive_query){ .count = true }, 0);
	assert_int_equal(a.r->total, 0);
	assert_int_equal(item_get(f, &a, den, "room", "config"), STORE_NOT_FOUND);
	assert_int_equal(item_get(f, &a, den, "room:people", "ann@x"), STORE_NOT_FOUND);
	assert_true(room_add(f, "den@r") > den); /* and what comes to the same name later has nothing of it */
	archive_ends(f, &a, ann);
	assert_stamps(a, own, own);
}

static int archive_replace(struct fixture *f, int64_t owner, uint64_t stamp, const char *payload, unsigned traits)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ARCHIVE_REPLACE);

	r->owner = owner;
	r->stanza = stanza_make(&(struct stanza_init){ .type = MESSAGE_GROUPCHAT, .traits = traits, .stamp = stamp, .payload = str_z(payload) });
	return submit(&a, r);
}

static size_t words_found(struct fixture *f, int64_t owner, const char *text)
{
	own_answer a = { 0 };

	assert_int_equal(archive_read(f, &a, owner, &(struct archive_query){ .text = str_z(text) }, 0), 0);
	return a.r->n;
}

static void what_was_said_can_be_replaced(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t den = room_add(f, "den@r"), pub = room_add(f, "pub@r"), ann = account_add(f, "ann");
	uint64_t one = keep(f, "den@r/Ann", NULL, 0, den, 0), two = keep(f, "den@r/Bob", NULL, 0, den, 0);
	uint64_t other = keep(f, "pub@r/Bob", NULL, 0, pub, 0), queued = keep(f, "ann@x", "bob@x", 0, 0, ann);
	struct stanza *s;

	assert_int_equal(archive_replace(f, den, one, "<retracted xmlns=\"urn:xmpp:message-retract:1\"/>", STANZA_WORTH_KEEPING), 0);
	assert_int_equal(archive_replace(f, den, other, "<no/>", 0), STORE_NOT_FOUND); /* another's */
	assert_int_equal(archive_replace(f, den, one + 1, "<no/>", 0), STORE_NOT_FOUND);
	assert_int_equal(archive_replace(f, ann, queued, "<no/>", 0), STORE_NOT_FOUND); /* it only waits */
	archive_read(f, &a, den, &(struct archive_query){ 0 }, 0);
	assert_stamps(a, one, two);
	s = a.r->stanzas[0];
	assert_str(s->payload, "<retracted xmlns=\"urn:xmpp:message-retract:1\"/>");
	assert_int_equal(s->traits, STANZA_WORTH_KEEPING);
	assert_int_equal(s->type, MESSAGE_GROUPCHAT);
	assert_str(jid_full(s->from), "den@r/Ann");
	assert_str(s->id, "m1");
	assert_int_equal(s->time, 1700000000000);
	assert_str(a.r->stanzas[1]->payload, "<body>hello</body>");
	queue_read(f, &a, ann, 0, 0);
	assert_str(a.r->stanzas[0]->payload, "<body>hello</body>");

	assert_int_equal(words_found(f, den, "hello"), 1);
	assert_int_equal(archive_replace(f, den, two, "<body>farewell</body>", STANZA_BODY), 0);
	assert_int_equal(words_found(f, den, "hello"), 0);
	assert_int_equal(words_found(f, den, "farewell"), 1);
	assert_int_equal(words_found(f, pub, "hello"), 1);
	assert_int_equal(archive_replace(f, den, one, "<body>hello again</body>", STANZA_BODY), 0);
	assert_int_equal(words_found(f, den, "hello"), 1);
	fixture_reopen(f);
	assert_int_equal(words_found(f, den, "hello"), 1);
	archive_read(f, &a, den, &(struct archive_query){ .with = STR("den@r/Ann") }, 0);
	assert_stamps(a, one);
	assert_int_equal(account_delete(f, den), 0);
	assert_int_equal(archive_replace(f, den, one, "<no/>", 0), STORE_NOT_FOUND);
}

/* Kept and replaced in one group: one transaction sees its own. */
static void what_is_just_said_can_be_replaced(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 }, b = { 0 };
	int64_t den = room_add(f, "den@r");
	struct stanza *s = message(f, "den@r/Ann", NULL, "<body>oops</body>");
	uint64_t stamp = s->stamp;
	struct store_request *r;

	store_submit(keep_ask(f, &a, s, 0, den, 0));
	r = ask(f, &b, STORE_ARCHIVE_REPLACE);
	r->owner = den;
	r->stanza = stanza_make(&(struct stanza_init){ .stamp = stamp, .payload = STR("<body>fine</body>"), .traits = STANZA_BODY });
	assert_int_equal(submit(&b, r), 0);
	archive_read(f, &a, den, &(struct archive_query){ 0 }, 0);
	assert_str(a.r->stanzas[0]->payload, "<body>fine</body>");
	assert_int_equal(words_found(f, den, "oops"), 0);
}

static size_t archive_trim(struct fixture *f, int64_t owner, uint64_t upto, size_t limit, bool more)
{
	own_answer a = { 0 };
	struct store_request *r = ask(f, &a, STORE_ARCHIVE_TRIM);

	r->owner = owner;
	r->after = upto;
	r->limit = limit;
	assert_int_equal(submit(&a, r), 0);
	assert_int_equal(a.r->more, more);
	return a.r->n;
}

static void an_archive_is_trimmed(void **state)
{
	struct fixture *f = *state;
	own_answer a = { 0 };
	int64_t den = room_add(f, "den@r"), pub = room_add(f, "pub@r"), ann = account_add(f, "ann"), bob = account_add(f, "bob");
	uint64_t den_s[10], pub_s[10], both[4];

	for (int i = 0; i < 10; i++) {
		den_s[i] = keep(f, "den@r/Ann", NULL, 0, den, 0);
		pub_s[i] = keep(f, "pub@r/Bob", NULL, 0, pub, 0);
		if (i < 4)
			both[i] = keep(f, "ann@x", "bob@x", ann, bob, bob);
	}
	assert_int_equal(archive_trim(f, den, den_s[0] - 1, 0, false), 0);
	assert_int_equal(archive_trim(f, den, den_s[5], 4, true), 4);
	assert_int_equal(archive_trim(f, den, den_s[5], 2, false), 2);
	assert_int_equal(archive_trim(f, den, den_s[5], 2, false), 0);
	archive_read(f, &a, den, &(struct archive_query){ .count = true }, 2);
	assert_int_equal(a.r->total, 4);
	assert_stamps(a, den_s[6], den_s[7]);
	assert_int_equal(words_found(f, den, "hello"), 4);
	assert_int_equal(words_found(f, pub, "hello"), 10);

	/* A person's: what the other has, and what waits, stays. */
	assert_int_equal(archive_trim(f, bob, both[2], 0, false), 3);
	archive_ends(f, &a, bob);
	assert_stamps(a, both[3], both[3]);
	archive_ends(f, &a, ann);
	assert_stamps(a, both[0], both[3]);
	queue_read(f, &a, bob, 0, 0);
	assert_stamps(a, both[0], both[1], both[2], both[3]);
	assert_int_equal(archive_trim(f, ann, UINT64_MAX, 0, false), 4);
	queue_read(f, &a, bob, 0, 0);
	assert_int_equal(a.r->n, 4);
	queue_done(f, bob, both, 3);

	den_s[0] = keep(f, "den@r/Ann", NULL, 0, den, 0); /* what comes later is there */
	fixture_reopen(f);
	archive_read(f, &a, den, &(struct archive_query){ 0 }, 0);
	assert_stamps(a, den_s[6], den_s[7], den_s[8], den_s[9], den_s[0]);
	archive_ends(f, &a, pub);
	assert_stamps(a, pub_s[0], pub_s[9]);
	queue_read(f, &a, bob, 0, 0);
	assert_stamps(a, both[3]);
	assert_int_equal(archive_trim(f, den, UINT64_MAX, 0, false), 5);
	archive_ends(f, &a, den);
	assert_int_equal(a.r->n, 0);
	assert_int_equal(account_delete(f, den), 0);
	{
		own_answer gone = { 0 };
		struct store_request *r = ask(f, &gone, STORE_ARCHIVE_TRIM);

		r->owner = den;
		r->after = UINT64_MAX;
		assert_int_equal(submit(&gone, r), STORE_NOT_FOUND);
	}
}

/* Chances: trims, replacements, deletions between messages, against a list. */
static void trims_and_replacements_by_chance(void **state)
{
	struct fixture *f = *state;
	enum { N = 120 };
	int64_t den = room_add(f, "den@r"), pub = room_add(f, "pub@r");
	uint64_t stamps[N], seed = 7, upto = 0;
	bool replaced[N] = { 0 };
	own_answer a = { 0 };

	for (size_t n = 1; n <= N; n++) {
		size_t which, at = 0;

		stamps[n - 1] = keep(f, "den@r/Ann", NULL, 0, den, 0);
		keep(f, "pub@r/Ann", NULL, 0, pub, 0);
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		which = (seed >> 33) % n;
		if (seed >> 61 == 0) {
			upto = stamps[which] > upto ? stamps[which] : upto;
			archive_trim(f, den, stamps[which], 0, false);
		} else if (seed >> 61 < 3) {
			assert_int_equal(archive_replace(f, den, stamps[which], "<body>else</body>", STANZA_BODY),
					 stamps[which] <= upto ? STORE_NOT_FOUND : 0);
			replaced[which] = true;
		}
		if (n % 10)
			continue;
		archive_read(f, &a, den, &(struct archive_query){ 0 }, 0);
		for (size_t i = 0; i < n; i++)
			if (stamps[i] > upto) {
				assert_int_equal(a.r->stanzas[at]->stamp, stamps[i]);
				assert_str(a.r->stanzas[at++]->payload, replaced[i] ? "<body>else</body>" : "<body>hello</body>");
			}
		assert_int_equal(a.r->n, at);
		which = 0;
		for (size_t i = 0; i < n; i++)
			which += stamps[i] > upto && replaced[i];
		assert_int_equal(words_found(f, den, "else"), which);
		assert_int_equal(words_found(f, den, "hello"), at - which);
		assert_int_equal(words_found(f, pub, "hello"), n);
	}
}

/* ---- running them ----------------------------------------------------------------------------------------------- */

/* Every kind keeps its rows while the process lives, so that opening again can be tested. */
static const struct kind kinds[] = {
	{ "memory", "memory:contract" },
	{ "memory, slow", "memory:contract?delay=20", .crashes = true },
	{ "faulty memory", "faulty::memory:contract" },
	{ "sqlite", "sqlite:%s/db" },
	{ "sqlite, folding", "sqlite:%s/db?fold=6" },
	{ "sqlite, folding at once", "sqlite:%s/db?fold=1" },
	{ "faulty sqlite", "faulty::sqlite:%s/db" },
};

static const struct {
	const char *name;
	void (*test)(void **state);
} contract[] = {
#define T(name) { #name, name }
	T(accounts_are_kept),
	T(a_name_is_given_once),
	T(accounts_are_listed_by_name),
	T(verifier_and_last_seen_change),
	T(a_deleted_account_leaves_nothing),
	T(items_are_kept_by_owner_space_and_key),
	T(a_roster_counts_its_changes),
	T(groups_are_kept),
	T(what_was_removed_is_told),
	T(old_removals_are_forgotten),
	T(a_roster_has_a_limit),
	T(subscriptions_step_in_the_store),
	T(a_refused_request_leaves_nothing),
	T(a_message_comes_back_as_it_was),
	T(the_queue_waits_until_it_is_done),
	T(a_queue_has_a_limit),
	T(what_was_kept_can_be_queued_later),
	T(an_archive_is_read_in_pages),
	T(an_archive_is_read_by_ids),
	T(an_archive_has_ends),
	T(with_names_the_other_side),
	T(all_pages_are_right),
	T(writes_are_answered_in_order),
	T(a_read_sees_what_was_done),
	T(a_request_can_be_dropped),
	T(a_closed_link_answers_no_more),
	T(it_is_all_there_after_opening_again),
	T(rooms_and_guests_are_listed_apart_from_people),
	T(flags_change_but_rooms_and_guests_stay_such),
	T(a_room_keeps_what_is_said),
	T(what_was_said_can_be_replaced),
	T(what_is_just_said_can_be_replaced),
	T(an_archive_is_trimmed),
	T(trims_and_replacements_by_chance),
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
