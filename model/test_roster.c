/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of RFC 6121, A.2 and A.3, row by row: nine states, eight events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/roster.h"

enum {
	NONE = ROSTER_LISTED,
	NONE_OUT = ROSTER_LISTED | ROSTER_ASK,
	NONE_IN = ROSTER_LISTED | ROSTER_PENDING_IN,
	NONE_BOTH = ROSTER_LISTED | ROSTER_ASK | ROSTER_PENDING_IN,
	TO = ROSTER_LISTED | ROSTER_TO,
	TO_IN = ROSTER_LISTED | ROSTER_TO | ROSTER_PENDING_IN,
	FROM = ROSTER_LISTED | ROSTER_FROM,
	FROM_OUT = ROSTER_LISTED | ROSTER_FROM | ROSTER_ASK,
	BOTH = ROSTER_LISTED | ROSTER_TO | ROSTER_FROM,
	OK = ROSTER_APPROVED,
};

enum { MUST = 1, MUST_NOT = 0, REPLY = 2 }; /* route or deliver; REPLY: not delivered, but answered */

struct row {
	uint32_t before;
	int pass;
	uint32_t after;
};

static const uint32_t states[9] = { NONE, NONE_OUT, NONE_IN, NONE_BOTH, TO, TO_IN, FROM, FROM_OUT, BOTH };

static const struct row tables[ROSTER_EVENTS][9] = {
	[ROSTER_OUT_SUBSCRIBE] = {
		{ NONE, MUST, NONE_OUT }, { NONE_OUT, MUST, NONE_OUT }, { NONE_IN, MUST, NONE_BOTH },
		{ NONE_BOTH, MUST, NONE_BOTH }, { TO, MUST, TO }, { TO_IN, MUST, TO_IN },
		{ FROM, MUST, FROM_OUT }, { FROM_OUT, MUST, FROM_OUT }, { BOTH, MUST, BOTH } },
	[ROSTER_OUT_UNSUBSCRIBE] = {
		{ NONE, MUST, NONE }, { NONE_OUT, MUST, NONE }, { NONE_IN, MUST, NONE_IN },
		{ NONE_BOTH, MUST, NONE_IN }, { TO, MUST, NONE }, { TO_IN, MUST, NONE_IN },
		{ FROM, MUST, FROM }, { FROM_OUT, MUST, FROM }, { BOTH, MUST, FROM } },
	/* Where the table says "no state change" for somebody who did not ask, 3.4.2 adds the pre-approval. */
	[ROSTER_OUT_SUBSCRIBED] = {
		{ NONE, MUST_NOT, NONE | OK }, { NONE_OUT, MUST_NOT, NONE_OUT | OK }, { NONE_IN, MUST, FROM },
		{ NONE_BOTH, MUST, FROM_OUT }, { TO, MUST_NOT, TO | OK }, { TO_IN, MUST, BOTH },
		{ FROM, MUST_NOT, FROM }, { FROM_OUT, MUST_NOT, FROM_OUT }, { BOTH, MUST_NOT, BOTH } },
	[ROSTER_OUT_UNSUBSCRIBED] = {
		{ NONE, MUST_NOT, NONE }, { NONE_OUT, MUST_NOT, NONE_OUT }, { NONE_IN, MUST, NONE },
		{ NONE_BOTH, MUST, NONE_OUT }, { TO, MUST_NOT, TO }, { TO_IN, MUST, TO },
		{ FROM, MUST, NONE }, { FROM_OUT, MUST, NONE_OUT }, { BOTH, MUST, TO } },
	[ROSTER_IN_SUBSCRIBE] = {
		{ NONE, MUST, NONE_IN }, { NONE_OUT, MUST, NONE_BOTH }, { NONE_IN, MUST_NOT, NONE_IN },
		{ NONE_BOTH, MUST_NOT, NONE_BOTH }, { TO, MUST, TO_IN }, { TO_IN, MUST_NOT, TO_IN },
		{ FROM, REPLY, FROM }, { FROM_OUT, REPLY, FROM_OUT }, { BOTH, REPLY, BOTH } },
	[ROSTER_IN_UNSUBSCRIBE] = {
		{ NONE, MUST_NOT, NONE }, { NONE_OUT, MUST_NOT, NONE_OUT }, { NONE_IN, MUST, NONE },
		{ NONE_BOTH, MUST, NONE_OUT }, { TO, MUST_NOT, TO }, { TO_IN, MUST, TO },
		{ FROM, MUST, NONE }, { FROM_OUT, MUST, NONE_OUT }, { BOTH, MUST, TO } },
	[ROSTER_IN_SUBSCRIBED] = {
		{ NONE, MUST_NOT, NONE }, { NONE_OUT, MUST, TO }, { NONE_IN, MUST_NOT, NONE_IN },
		{ NONE_BOTH, MUST, TO_IN }, { TO, MUST_NOT, TO }, { TO_IN, MUST_NOT, TO_IN },
		{ FROM, MUST_NOT, FROM }, { FROM_OUT, MUST, BOTH }, { BOTH, MUST_NOT, BOTH } },
	[ROSTER_IN_UNSUBSCRIBED] = {
		{ NONE, MUST_NOT, NONE }, { NONE_OUT, MUST, NONE }, { NONE_IN, MUST_NOT, NONE_IN },
		{ NONE_BOTH, MUST, NONE_IN }, { TO, MUST, NONE }, { TO_IN, MUST, NONE_IN },
		{ FROM, MUST_NOT, FROM }, { FROM_OUT, MUST, FROM }, { BOTH, MUST, FROM } },
};

/* What a roster push shows: PENDING_IN is not part of it. */
static uint32_t shown(uint32_t state) { return state & ~(uint32_t)ROSTER_PENDING_IN; }

static void test_tables(void **unused)
{
	for (unsigned event = 0; event < ROSTER_EVENTS; event++) {
		for (unsigned i = 0; i < countof(states); i++) {
			const struct row *row = &tables[event][i];
			struct roster_step step = roster_step(row->before, (enum roster_event)event);

			assert_int_equal(row->before, states[i]);
			if (step.state != row->after || step.pass != (row->pass == MUST) ||
				step.reply != (row->pass == REPLY))
				fail_msg("event %u, row %u: state %x pass %d reply %d", event, i, step.state, step.pass,
					step.reply);
			assert_int_equal(step.push, shown(row->before) != shown(row->after));
		}
	}
}

static void test_preapproval(void **unused)
{
	struct roster_step s = roster_step(0, ROSTER_OUT_SUBSCRIBED);

	/* The contact was unknown: it is listed now, and nothing is sent. */
	assert_int_equal(s.state, NONE | OK);
	assert_true(s.push && !s.pass && !s.reply);
	/* The request that comes then is answered for the user, who does not see it. */
	s = roster_step(s.state, ROSTER_IN_SUBSCRIBE);
	assert_int_equal(s.state & (ROSTER_FROM | ROSTER_TO | ROSTER_ASK | ROSTER_PENDING_IN | ROSTER_LISTED), FROM);
	assert_true(s.push && s.reply && !s.pass);
	/* With our own request under way, and with a subscription of our own. */
	s = roster_step(NONE_OUT | OK, ROSTER_IN_SUBSCRIBE);
	assert_true(s.reply && !s.pass && (s.state & ROSTER_FROM) && (s.state & ROSTER_ASK));
	s = roster_step(TO | OK, ROSTER_IN_SUBSCRIBE);
	assert_true(s.reply && !s.pass && (s.state & ROSTER_FROM) && (s.state & ROSTER_TO));
	/* Taken back: shown to the own clients, not sent to the contact. */
	s = roster_step(NONE | OK, ROSTER_OUT_UNSUBSCRIBED);
	assert_int_equal(s.state, NONE);
	assert_true(s.push && !s.pass);
}

static void test_unknown_contact(void **unused)
{
	struct roster_step s = roster_step(0, ROSTER_IN_SUBSCRIBE);

	/* A request alone puts nobody into the roster. */
	assert_int_equal(s.state, ROSTER_PENDING_IN);
	assert_true(s.pass && !s.push);
	assert_int_equal(roster_step(s.state, ROSTER_OUT_UNSUBSCRIBED).state, 0);
	assert_false(roster_step(s.state, ROSTER_OUT_UNSUBSCRIBED).push);
	s = roster_step(s.state, ROSTER_OUT_SUBSCRIBED);
	assert_int_equal(s.state, FROM);
	assert_true(s.pass && s.push);
	s = roster_step(0, ROSTER_OUT_SUBSCRIBE);
	assert_int_equal(s.state, NONE_OUT);
	assert_true(s.pass && s.push);
}

static void test_words(void **unused)
{
	assert_string_equal(roster_subscription(NONE_BOTH), "none");
	assert_string_equal(roster_subscription(TO_IN), "to");
	assert_string_equal(roster_subscription(FROM_OUT), "from");
	assert_string_equal(roster_subscription(BOTH | OK), "both");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_preapproval),
		cmocka_unit_test(test_unknown_contact),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
