/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/socks/test_socks.c - the relay of XEP-0065, byte by byte: its links on the first core, who activates on the
 * second.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "tests/talk.h"

#define STREAM "<stream:stream to='anser.test' version='1.0' xmlns='jabber:client'" \
	       " xmlns:stream='http://etherx.jabber.org/streams'>"
#define AUTH_ANN "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFubgBzZWNyZXQ=</auth>"
#define BIND "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>"
#define ACTIVATE "<iq type='set' id='a' to='anser.test'><query xmlns='http://jabber.org/protocol/bytestreams'" \
		 " sid='s1'><activate>bob@anser.test/x</activate></query></iq>"

struct house {
	struct talk *talk;
	struct core_settings settings;
	struct line *ann;
	char key[41];
};

#define assert_has(text, part)                                          \
	do {                                                            \
		const char *text_ = (text);                             \
		if (!strstr(text_, part))                               \
			fail_msg("no \"%s\" in:\n%s", part, text_);     \
	} while (0)

static int begin(void **state)
{
	struct house *h = mem_new(struct house);
	uint8_t sum[HASH_BYTES_MAX];
	own_buf hex = { 0 };

	h->settings = talk_settings();
	h->settings.relay_port = 7777;
	h->settings.file_max = 1000000;
	h->settings.web_address = STR("https://chat.test:5281");
	h->talk = talk_new_with(2, NULL, &h->settings);
	talk_account(h->talk, "ann", "secret");
	h->ann = talk_open(h->talk, 1, &xmpp_door, TALK_HERE);
	talk_ask(h->ann, STREAM);
	talk_ask(h->ann, AUTH_ANN);
	talk_ask(h->ann, STREAM);
	assert_has(talk_ask(h->ann, BIND), "ann@anser.test/r");
	hash_sum(HASH_SHA1, STR("s1" "ann@anser.test/r" "bob@anser.test/x"), sum);
	hex_write(&hex, str_bytes(sum, 20));
	memcpy(h->key, buf_z(&hex), sizeof h->key);
	*state = h;
	return 0;
}

static int end(void **state)
{
	struct house *h = *state;

	talk_free(h->talk);
	mem_free(h);
	return 0;
}

static struct line *dial(struct house *h) { return talk_open(h->talk, 0, &socks_door, TALK_AWAY); }

static void heard(struct line *l, const void *bytes, size_t n)
{
	struct str s = talk_hear_bytes(l);

	assert_int_equal(s.n, n);
	assert_memory_equal(s.p, bytes, n);
}

/* The request and, but for one byte, the answer to it. */
static void request_make(unsigned char to[47], unsigned char second, const char *key)
{
	memcpy(to, (unsigned char[]){ 5, second, 0, 3, 40 }, 5);
	memcpy(to + 5, key, 40);
	to[45] = to[46] = 0;
}

static struct line *wait_in(struct house *h, const char *key, size_t step)
{
	struct line *l = dial(h);
	unsigned char all[3 + 47], answer[47];

	memcpy(all, "\5\1", 3); /* one method, 0: none */
	request_make(all + 3, 1, key);
	request_make(answer, 0, key);
	for (size_t at = 0; at < 3; at += step)
		talk_say_n(l, (char *)all + at, 3 - at < step ? 3 - at : step), talk_run(h->talk);
	heard(l, "\5", 2);
	for (size_t at = 3; at < sizeof all; at += step)
		talk_say_n(l, (char *)all + at, sizeof all - at < step ? sizeof all - at : step), talk_run(h->talk);
	heard(l, answer, sizeof answer);
	return l;
}

static void two_are_joined(void **state)
{
	struct house *h = *state;

	for (size_t step = 1; step < 60; step += 7) {
		struct line *bob, *ann;

		assert_has(talk_ask(h->ann, ACTIVATE), "<item-not-found");
		bob = wait_in(h, h->key, step);
		assert_has(talk_ask(h->ann, ACTIVATE), "<item-not-found");
		ann = wait_in(h, h->key, step);
		assert_has(talk_ask(h->ann, ACTIVATE), "<iq type='result' id=\"a\"");
		talk_say_n(ann, "hello\0bob", 9);
		heard(bob, "hello\0bob", 9);
		talk_say_n(bob, "hello ann", 9);
		heard(ann, "hello ann", 9);
		talk_say(ann, "the end");
		talk_run(h->talk);
		talk_cut(ann);
		heard(bob, "the end", 7);
		assert_true(talk_closed(bob));
	}
}

static void it_says_where_it_is(void **state)
{
	struct house *h = *state;
	const char *answer = talk_ask(h->ann, "<iq type='get' id='1' to='anser.test'><query "
		"xmlns='http://jabber.org/protocol/disco#items'/></iq>");

	assert_has(answer, "<item jid=\"anser.test\" name='Anser'/>");
	answer = talk_ask(h->ann, "<iq type='get' id='1' to='anser.test'><query "
		"xmlns='http://jabber.org/protocol/disco#info'/></iq>");
	assert_has(answer, "<identity category='proxy' type='bytestreams' name='Anser'/><identity category='server' "
		"type='im' name='Anser'/>");
	assert_has(answer, "<feature var=\"http://jabber.org/protocol/bytestreams\"/>");
	answer = talk_ask(h->ann, "<iq type='get' id='1' to='anser.test'><query "
		"xmlns='http://jabber.org/protocol/bytestreams'/></iq>");
	assert_has(answer, "<streamhost jid=\"anser.test\" host=\"chat.test\" port='7777'/>");
	assert_has(talk_ask(h->ann, "<iq type='set' id='1' to='anser.test'><query "
		"xmlns='http://jabber.org/protocol/bytestreams' sid=''/></iq>"),
		   "<bad-request");
	h->settings.relay_port = 0;
	core_settle(talk_core(h->talk, 1), &h->settings);
	answer = talk_ask(h->ann, "<iq type='get' id='1' to='anser.test'><query "
		"xmlns='http://jabber.org/protocol/bytestreams'/></iq>");
	assert_has(answer, "<service-unavailable");
}

static void a_third_one_is_refused(void **state)
{
	struct house *h = *state;
	struct line *third = dial(h);
	unsigned char request[47];

	wait_in(h, h->key, 50);
	wait_in(h, h->key, 50);
	request_make(request, 1, h->key);
	talk_say_n(third, "\5\1", 3);
	talk_say_n(third, (char *)request, sizeof request);
	heard(third, "\5\0\5\2\0\1\0\0\0\0\0\0", 12);
	assert_true(talk_closed(third));
	assert_has(talk_ask(h->ann, ACTIVATE), "type='result'");
}

static void other_requests_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *answer;
		size_t answer_n;
	} rows[] = {
		{ "\4\1", 3, "", 0 },
		{ "\5\1\2", 3, "\5\xff", 2 },
		{ "\5", 2, "\5\xff", 2 },
		{ "\5\1\0\5\2\0\3\50", 8, "\5", 2 },               /* BIND: refused when it is whole */
		{ "\5\1\0\5\1\0\1\177", 8, "\5\0\5\10\0\1\0\0\0\0\0\0", 12 }, /* an IPv4 address: this is no way out */
		{ "\5\1\0\5\1\0\4\0", 8, "\5\0\5\10\0\1\0\0\0\0\0\0", 12 },
		{ "\5\1\0\5\1\0\3\11localhost\0\x50", 19, "\5\0\5\10\0\1\0\0\0\0\0\0", 12 },
	};
	struct house *h = *state;

	for (size_t i = 0; i < countof(rows); i++) {
		struct line *l = dial(h);

		talk_say_n(l, rows[i].bytes, rows[i].n);
		heard(l, rows[i].answer, rows[i].answer_n);
		assert_true(i == 3 || talk_closed(l));
	}
}

static void nobody_waits_for_ever(void **state)
{
	struct house *h = *state;
	struct line *silent = dial(h), *waiting = wait_in(h, h->key, 50), *early = wait_in(h, h->key, 50);

	talk_say(early, "too early");
	talk_run(h->talk);
	assert_true(talk_closed(early));
	talk_wait(h->talk, 31 * 1000);
	assert_true(talk_closed(silent));
	assert_false(talk_closed(waiting));
	talk_wait(h->talk, 120 * 1000);
	assert_true(talk_closed(waiting));
	assert_has(talk_ask(h->ann, ACTIVATE), "<item-not-found");
}

static void a_slow_reader_slows_the_writer(void **state)
{
	struct house *h = *state;
	struct line *bob = wait_in(h, h->key, 50), *ann = wait_in(h, h->key, 50);
	static char much[50000];
	size_t said = 0;

	talk_ask(h->ann, ACTIVATE);
	talk_stall(bob, true);
	for (; said < 20 && !talk_paused(ann); said++) {
		talk_say_n(ann, much, sizeof much);
		talk_run(h->talk);
	}
	assert_true(talk_paused(ann) && said == 3);
	assert_true(link_backlog(talk_link(bob)) <= 128 * 1024 + sizeof much);
	talk_stall(bob, false);
	assert_int_equal(talk_hear_bytes(bob).n, said * sizeof much);
	assert_false(talk_paused(ann));
	/* And there is an end to what one may send. */
	for (; said < 20; said++) {
		talk_say_n(ann, much, sizeof much);
		talk_hear_bytes(bob);
	}
	assert_false(talk_closed(bob));
	talk_say_n(ann, much, 1);
	talk_run(h->talk);
	assert_true(talk_closed(bob) && talk_closed(ann));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
		T(two_are_joined),
		T(it_says_where_it_is),
		T(a_third_one_is_refused),
		T(other_requests_are_refused),
		T(nobody_waits_for_ever),
		T(a_slow_reader_slows_the_writer),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
