/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/test_login.c - XEP-0388 as no dialogue can have it: SCRAM with and without channel binding, what was
 * announced as SCRAM says it (XEP-0474), logins at the same moment, guessing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "model/token.h"
#include "tests/talk.h"
#include "wire/scram.h"

#define HEADER                                                                                                        \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "  \
	"to='anser.test' version='1.0'>"
#define SASL2 "xmlns='urn:xmpp:sasl:2'"
#define AGENT(id) "<user-agent id='" id "'/>"
#define REQUEST "<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>"
#define PLAIN_TOM "AHRvbQBzZWNyZXQ=" /* tom, secret */

static struct line *stream_open(struct talk *t, unsigned core, enum talk_from from)
{
	struct line *l = talk_open(t, core, &xmpp_door, from);

	talk_say(l, HEADER);
	return l;
}

/* What stands between `before` and `after` in what was heard. */
static void between(struct buf *to, const char *heard, const char *before, const char *after)
{
	const char *from = strstr(heard, before), *end = from ? strstr(from + strlen(before), after) : NULL;

	if (!end)
		fail_msg("no %s in %s", before, heard);
	buf_add(to, from + strlen(before), (size_t)(end - from) - strlen(before));
}

static void says_base64(struct line *l, const char *before, struct str message, const char *after)
{
	own_buf text = { 0 };

	buf_str(&text, str_z(before));
	base64_write(&text, message);
	buf_str(&text, str_z(after));
	talk_say_n(l, text.p, text.n);
}

/* ---- SCRAM ------------------------------------------------------------------------------------------------------ */

struct scram_case {
	const char *mechanism;
	enum talk_from from;
	enum scram_flag flag;
	const char *announced; /* as XEP-0474 hashes it */
};

#define ALL                                                                                                           \
	"PLAIN\x1eSCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1eSCRAM-SHA-256\x1eSCRAM-SHA-256-PLUS\x1f"                          \
	"tls-exporter\x1etls-server-end-point"

static void scram_login(struct talk *t, const struct scram_case *c)
{
	static const uint8_t random[SCRAM_NONCE_BYTES] = { 1 };
	struct line *l = stream_open(t, 0, c->from);
	struct scram_client client = { 0 };
	own_buf message = { 0 }, encoded = { 0 }, first = { 0 }, before = { 0 }, hash = { 0 }, binding = { 0 };
	uint8_t sum[HASH_BYTES_MAX];
	const char *heard;

	talk_hear(l);
	if (c->flag == SCRAM_BIND)
		assert_true(talk_link(l)->ops->binding(talk_link(l), BINDING_TLS_EXPORTER, &binding));
	scram_client_first(&client, HASH_SHA256, STR("tom"), random, c->flag, SCRAM_TLS_EXPORTER, buf_all(&binding),
			   &message);
	buf_fmt(&before, "<authenticate " SASL2 " mechanism='%s'><initial-response>", c->mechanism);
	says_base64(l, buf_z(&before), buf_all(&message), "</initial-response></authenticate>");
	between(&encoded, talk_hear(l), "<challenge " SASL2 ">", "</challenge>");
	assert_true(base64_read(&first, buf_all(&encoded)));

	hash_sum(HASH_SHA256, str_z(c->announced), sum);
	buf_lit(&hash, ",h=");
	base64_write(&hash, str_bytes(sum, sizeof sum));
	assert_non_null(strstr(buf_z(&first), buf_z(&hash)));

	buf_clear(&message);
	assert_int_equal(scram_client_final(&client, buf_all(&first), STR("secret"), NULL, &message), 0);
	says_base64(l, "<response " SASL2 ">", buf_all(&message), "</response>");
	heard = talk_hear(l);
	buf_clear(&encoded);
	between(&encoded, heard, "<success " SASL2 "><additional-data>",
		"</additional-data><authorization-identifier>tom@anser.test</authorization-identifier></success>");
	buf_clear(&first);
	assert_true(base64_read(&first, buf_all(&encoded)));
	assert_int_equal(scram_client_check(&client, buf_all(&first)), 0);
	scram_client_free(&client);
}

static void scram_is_the_same_in_the_other_syntax(void **state)
{
	static const struct scram_case cases[] = {
		{ "SCRAM-SHA-256", TALK_HERE, SCRAM_NOT_OFFERED, "PLAIN\x1eSCRAM-SHA-1\x1eSCRAM-SHA-256" },
		{ "SCRAM-SHA-256", TALK_TLS, SCRAM_CANNOT_BIND,
		  ALL },
		{ "SCRAM-SHA-256-PLUS", TALK_TLS, SCRAM_BIND,
		  ALL },
	};
	struct talk *t = talk_new(1, NULL);

	talk_account(t, "tom", "secret");
	for (size_t i = 0; i < countof(cases); i++)
		scram_login(t, &cases[i]);
	talk_free(t);
}

/* ---- tokens ----------------------------------------------------------------------------------------------------- */

/* Logs in with the password; the token that comes with it. */
static void token_get(struct talk *t, unsigned core, const char *agent, struct buf *token)
{
	struct line *l = stream_open(t, core, TALK_HERE);
	own_buf said = { 0 };

	buf_fmt(&said,
		"<authenticate " SASL2 " mechanism='PLAIN'><initial-response>" PLAIN_TOM
		"</initial-response><user-agent id='%s'/>" REQUEST "</authenticate>",
		agent);
	talk_say(l, buf_z(&said));
	between(token, talk_hear(l), " token=\"", "\"");
	talk_cut(l);
}

static void token_say(struct line *l, const char *name, const char *agent, struct str token, const char *more)
{
	own_buf message = { 0 }, after = { 0 };
	uint8_t hash[TOKEN_HASH_BYTES];

	token_hash(token, TOKEN_INITIATOR, STR_NONE, hash);
	buf_str(&message, str_z(name));
	buf_byte(&message, 0);
	buf_str(&message, str_bytes(hash, sizeof hash));
	buf_fmt(&after, "</initial-response><user-agent id='%s'/>%s</authenticate>", agent, more);
	says_base64(l, "<authenticate " SASL2 " mechanism='HT-SHA-256-NONE'><initial-response>", buf_all(&message),
		    buf_z(&after));
}

#define FAST "<fast xmlns='urn:xmpp:fast:0'/>"
#define COUNTED "<fast xmlns='urn:xmpp:fast:0' count='7'/>"

static void of_logins_with_one_count_one_is_let_in(void **state)
{
	struct talk *t = talk_new(2, NULL);
	own_buf token = { 0 };
	struct line *l[6];
	unsigned in = 0;

	talk_account(t, "tom", "secret");
	token_get(t, 0, "one", &token);
	for (size_t i = 0; i < countof(l); i++) {
		l[i] = stream_open(t, i % 2, TALK_HERE);
		talk_hear(l[i]);
	}
	for (size_t i = 0; i < countof(l); i++)
		token_say(l[i], "tom", "one", buf_all(&token), COUNTED);
	for (size_t i = 0; i < countof(l); i++)
		in += strstr(talk_hear(l[i]), "<success") != NULL;
	assert_int_equal(in, 1);
	talk_free(t);
}

static void logins_at_the_same_moment_are_all_let_in(void **state)
{
	struct talk *t = talk_new(2, NULL);
	own_buf token = { 0 };
	struct line *l[3];

	talk_account(t, "tom", "secret");
	token_get(t, 0, "one", &token);
	talk_wait(t, (msec)25 * 60 * 60 * 1000); /* each of them gets a new one */
	for (size_t i = 0; i < countof(l); i++) {
		l[i] = stream_open(t, i % 2, TALK_HERE);
		talk_hear(l[i]);
	}
	for (size_t i = 0; i < countof(l); i++)
		token_say(l[i], "tom", "one", buf_all(&token), FAST);
	for (size_t i = 0; i < countof(l); i++)
		assert_non_null(strstr(talk_hear(l[i]), "<success"));
	talk_free(t);
}

/* Who guesses learns nothing of who is there, and is refused like who guesses passwords. */
static void guessing_is_answered_in_one_way(void **state)
{
	static const char *const names[] = { "tom", "nobody", "ann", "a b" };
	struct talk *t = talk_new(1, NULL);
	own_buf token = { 0 }, first = { 0 };
	struct line *l;

	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	token_get(t, 0, "one", &token);
	for (size_t i = 0; i < countof(names); i++) {
		own_buf heard = { 0 };

		l = stream_open(t, 0, TALK_HERE);
		talk_hear(l);
		token_say(l, names[i], "one", STR("a guess"), FAST);
		between(&heard, talk_hear(l), "<failure", "</failure>");
		if (!i)
			buf_str(&first, buf_all(&heard));
		assert_string_equal(buf_z(&heard), buf_z(&first));
		talk_cut(l);
	}
	assert_non_null(strstr(buf_z(&first), "not-authorized"));
	for (size_t i = 0; i < 10; i++) {
		l = stream_open(t, 0, TALK_HERE);
		talk_hear(l);
		token_say(l, "tom", "one", STR("a guess"), FAST);
		talk_hear(l);
		talk_cut(l);
	}
	l = stream_open(t, 0, TALK_HERE);
	talk_hear(l);
	token_say(l, "tom", "one", buf_all(&token), FAST);
	assert_non_null(strstr(talk_hear(l), "<temporary-auth-failure"));
	talk_free(t);
}

static void an_account_has_so_many_devices_and_no_more(void **state)
{
	struct talk *t = talk_new(1, NULL);
	own_buf first = { 0 }, second = { 0 }, last = { 0 };
	struct line *l;

	talk_account(t, "tom", "secret");
	token_get(t, 0, "first", &first);
	talk_wait(t, 60 * 1000);
	token_get(t, 0, "second", &second);
	for (unsigned i = 0; i < 49; i++) {
		char agent[24];

		talk_wait(t, 60 * 1000);
		snprintf(agent, sizeof agent, "more%u", i);
		buf_clear(&last);
		token_get(t, 0, agent, &last);
	}
	l = stream_open(t, 0, TALK_HERE);
	talk_hear(l);
	token_say(l, "tom", "first", buf_all(&first), FAST);
	assert_non_null(strstr(talk_hear(l), "<not-authorized"));
	token_say(l, "tom", "second", buf_all(&second), FAST);
	assert_non_null(strstr(talk_hear(l), "<success"));
	l = stream_open(t, 0, TALK_HERE);
	talk_hear(l);
	token_say(l, "tom", "more48", buf_all(&last), FAST);
	assert_non_null(strstr(talk_hear(l), "<success"));
	talk_free(t);
}

/* The server ends at any moment of a login: nothing is used that is gone. */
static void it_may_end_in_the_middle(void **state)
{
	for (unsigned turns = 0; turns < 12; turns++) {
		struct talk *t = talk_new(2, NULL);
		own_buf token = { 0 };
		struct line *l;

		talk_account(t, "tom", "secret");
		token_get(t, 0, "one", &token);
		l = stream_open(t, 1, TALK_HERE);
		talk_hear(l);
		token_say(l, "tom", "one", buf_all(&token), FAST REQUEST "<bind xmlns='urn:xmpp:bind:0'/>");
		for (unsigned i = 0; i < turns; i++)
			talk_turn(t);
		talk_free(t);
	}
}

/* So does the client. */
static void the_client_may_go_in_the_middle(void **state)
{
	struct talk *t = talk_new(2, NULL);
	own_buf token = { 0 };
	struct line *l;

	talk_account(t, "tom", "secret");
	token_get(t, 0, "one", &token);
	for (unsigned turns = 0; turns < 12; turns++) {
		l = stream_open(t, turns % 2, TALK_HERE);
		talk_hear(l);
		token_say(l, "tom", "one", buf_all(&token),
			  FAST "<bind xmlns='urn:xmpp:bind:0'><enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>");
		for (unsigned i = 0; i < turns; i++)
			talk_turn(t);
		talk_cut(l);
		talk_run(t);
	}
	l = stream_open(t, 0, TALK_HERE);
	talk_hear(l);
	token_say(l, "tom", "one", buf_all(&token), FAST);
	assert_non_null(strstr(talk_hear(l), "<success"));
	talk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scram_is_the_same_in_the_other_syntax),
		cmocka_unit_test(of_logins_with_one_count_one_is_let_in),
		cmocka_unit_test(logins_at_the_same_moment_are_all_let_in),
		cmocka_unit_test(guessing_is_answered_in_one_way),
		cmocka_unit_test(an_account_has_so_many_devices_and_no_more),
		cmocka_unit_test(it_may_end_in_the_middle),
		cmocka_unit_test(the_client_may_go_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
