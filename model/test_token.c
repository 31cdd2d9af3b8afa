/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/token.h"

static const uint8_t chance[TOKEN_RANDOM_BYTES] = "thirty-two bytes that were drawn";

static void hashes_are_those_of_the_draft(void **state)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	own_buf hex = { 0 };

	/* HMAC-SHA256("secret-token", "Initiator"), and the same with binding data and of the other side, by Python's hmac. */
	token_hash(STR("secret-token"), TOKEN_INITIATOR, STR_NONE, hash);
	hex_write(&hex, str_bytes(hash, sizeof hash));
	assert_string_equal(buf_z(&hex), "3f6de92b45cddc50c601ad166458f7b5874565e399f3006b1afb03f0bb03ff88");
	buf_clear(&hex);
	token_hash(STR("secret-token"), TOKEN_RESPONDER, STR("channel"), hash);
	hex_write(&hex, str_bytes(hash, sizeof hash));
	assert_string_equal(buf_z(&hex), "b3fd5956f2042766f4e3349d8c00ab4a09040c8dcf66eedf84b47c269fd65eac");
}

static bool shown(const struct token_slot *s, enum token_kind kind, const char *token, enum token_side side, struct str binding)
{
	uint8_t hash[TOKEN_HASH_BYTES];

	token_hash(str_z(token), side, binding, hash);
	return token_matches(s, kind, str_bytes(hash, sizeof hash), binding);
}

static void a_token_opens_its_own_slot_only(void **state)
{
	own_buf text = { 0 };
	struct token_slot free_one = { 0 }, unbound = { 0 }, bound = { 0 };

	token_text(&text, chance);
	assert_int_equal(text.n, 44);
	token_keep(&unbound, TOKEN_UNBOUND, buf_all(&text));
	token_keep(&bound, TOKEN_EXPORTER, buf_all(&text));
	assert_true(shown(&unbound, TOKEN_UNBOUND, buf_z(&text), TOKEN_INITIATOR, STR_NONE));
	assert_true(shown(&bound, TOKEN_EXPORTER, buf_z(&text), TOKEN_INITIATOR, STR("channel")));

	assert_false(shown(&unbound, TOKEN_UNBOUND, "another", TOKEN_INITIATOR, STR_NONE));
	assert_false(shown(&unbound, TOKEN_UNBOUND, buf_z(&text), TOKEN_RESPONDER, STR_NONE));
	assert_false(shown(&unbound, TOKEN_EXPORTER, buf_z(&text), TOKEN_INITIATOR, STR("channel")));
	assert_false(shown(&bound, TOKEN_UNBOUND, buf_z(&text), TOKEN_INITIATOR, STR_NONE));
	assert_false(shown(&bound, TOKEN_END_POINT, buf_z(&text), TOKEN_INITIATOR, STR("channel")));
	assert_false(shown(&bound, TOKEN_EXPORTER, buf_z(&text), TOKEN_INITIATOR, STR_NONE));
	assert_false(shown(&free_one, TOKEN_UNBOUND, "", TOKEN_INITIATOR, STR_NONE));
	assert_false(shown(&free_one, TOKEN_EXPORTER, "", TOKEN_INITIATOR, STR("channel")));
	assert_false(token_matches(&unbound, TOKEN_UNBOUND, STR(""), STR_NONE));
}

static void what_is_kept_of_an_unbound_token_opens_nothing(void **state)
{
	own_buf text = { 0 };
	struct token_slot s = { 0 };
	uint8_t hash[TOKEN_HASH_BYTES], answer[TOKEN_HASH_BYTES];

	token_text(&text, chance);
	token_keep(&s, TOKEN_UNBOUND, buf_all(&text));
	for (size_t i = 0; i + text.n <= sizeof s.kept; i++)
		assert_memory_not_equal(s.kept + i, text.p, text.n);
	for (size_t i = 0; i + TOKEN_HASH_BYTES <= sizeof s.kept; i++)
		assert_false(token_matches(&s, TOKEN_UNBOUND, str_bytes(s.kept + i, TOKEN_HASH_BYTES), STR_NONE));
	token_hash(buf_all(&text), TOKEN_RESPONDER, STR_NONE, hash);
	token_answer(&s, STR_NONE, answer);
	assert_memory_equal(answer, hash, sizeof hash);
	token_keep(&s, TOKEN_END_POINT, buf_all(&text));
	token_hash(buf_all(&text), TOKEN_RESPONDER, STR("channel"), hash);
	token_answer(&s, STR("channel"), answer);
	assert_memory_equal(answer, hash, sizeof hash);
}

static void records_come_back_as_they_were(void **state)
{
	struct token_record r = { .since = 1, .seen = 1793000000000, .mark = UINT64_MAX, .software = STR("Gajim 2"), .device = STR("\xe5\x8d\x97's desk") }, back;
	own_buf text = { 0 };

	token_keep(&r.next, TOKEN_EXPORTER, STR("a token"));
	r.next.made = 5;
	r.next.expires = 6;
	r.next.count = 7;
	token_write(&text, &r);
	assert_true(token_read(&back, buf_all(&text)));
	assert_int_equal(back.since, 1);
	assert_int_equal(back.seen, 1793000000000);
	assert_true(back.mark == UINT64_MAX);
	assert_true(str_is(back.software, "Gajim 2") && str_eq(back.device, r.device));
	assert_false(back.current.there);
	assert_true(back.next.there && back.next.kind == TOKEN_EXPORTER && back.next.made == 5 && back.next.expires == 6 && back.next.count == 7);
	assert_memory_equal(back.next.kept, r.next.kept, sizeof r.next.kept);
	for (size_t n = 0; n < text.n; n++)
		assert_false(token_read(&back, str_n(text.p, n)));
	buf_byte(&text, '\n');
	assert_false(token_read(&back, buf_all(&text)));
}

static void what_a_client_says_stays_one_line(void **state)
{
	char many[TOKEN_TEXT_MAX + 10];
	struct token_record r = { .software = STR("a\nb\t\x7f" "c"), .device = { many, sizeof many } }, back;
	own_buf text = { 0 };

	memset(many, 'x', sizeof many);
	memcpy(many + TOKEN_TEXT_MAX - 1, "\xe5\x8d\x97", 3);
	token_write(&text, &r);
	assert_true(token_read(&back, buf_all(&text)));
	assert_true(str_is(back.software, "abc"));
	assert_int_equal(back.device.n, TOKEN_TEXT_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_draft),
		cmocka_unit_test(a_token_opens_its_own_slot_only),
		cmocka_unit_test(what_is_kept_of_an_unbound_token_opens_nothing),
		cmocka_unit_test(records_come_back_as_they_were),
		cmocka_unit_test(what_a_client_says_stays_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
