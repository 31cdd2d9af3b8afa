/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"

static void expect_hex(enum hash h, const uint8_t *sum, const char *hex)
{
	own_buf text = { 0 };

	hex_write(&text, str_bytes(sum, hash_bytes(h)));
	assert_string_equal(buf_z(&text), hex);
}

static void sums_match_fips_180(void **state)
{
	uint8_t sum[HASH_BYTES_MAX];

	hash_sum(HASH_SHA1, STR("abc"), sum);
	expect_hex(HASH_SHA1, sum, "a9993e364706816aba3e25717850c26c9cd0d89d");
	hash_sum(HASH_SHA256, STR("abc"), sum);
	expect_hex(HASH_SHA256, sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_sum(HASH_SHA1, STR(""), sum);
	expect_hex(HASH_SHA1, sum, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	hash_sum(HASH_SHA256, STR_NONE, sum);
	expect_hex(HASH_SHA256, sum, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void hmacs_match_rfc_2202_and_4231(void **state)
{
	uint8_t sum[HASH_BYTES_MAX];
	char key[131];

	hash_hmac(HASH_SHA1, STR("Jefe"), STR("what do ya want for nothing?"), sum);
	expect_hex(HASH_SHA1, sum, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	hash_hmac(HASH_SHA256, STR("Jefe"), STR("what do ya want for nothing?"), sum);
	expect_hex(HASH_SHA256, sum, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key); /* longer than a block: hashed first */
	hash_hmac(HASH_SHA1, str_n(key, 80), STR("Test Using Larger Than Block-Size Key - Hash Key First"), sum);
	expect_hex(HASH_SHA1, sum, "aa4ae5e15272d00e95705637ce8a3b55ed402112");
	hash_hmac(HASH_SHA256, str_n(key, 131), STR("Test Using Larger Than Block-Size Key - Hash Key First"), sum);
	expect_hex(HASH_SHA256, sum, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void pbkdf2_matches_rfc_6070(void **state)
{
	uint8_t sum[HASH_BYTES_MAX];

	hash_pbkdf2(HASH_SHA1, STR("password"), STR("salt"), 1, sum);
	expect_hex(HASH_SHA1, sum, "0c60c80f961f0e71f3a9b524af6012062fe037a6");
	hash_pbkdf2(HASH_SHA1, STR("password"), STR("salt"), 4096, sum);
	expect_hex(HASH_SHA1, sum, "4b007901b765489abead49d926f721d065a429c1");
	hash_pbkdf2(HASH_SHA256, STR("password"), STR("salt"), 4096, sum);
	expect_hex(HASH_SHA256, sum, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
}

static void base64_matches_rfc_4648(void **state)
{
	static const struct {
		const char *plain, *text;
	} pairs[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xff\xef\xbe", "/+++" },
	};

	for (size_t i = 0; i < countof(pairs); i++) {
		own_buf text = { 0 }, back = { 0 };

		base64_write(&text, str_z(pairs[i].plain));
		assert_string_equal(buf_z(&text), pairs[i].text);
		assert_true(base64_read(&back, buf_all(&text)));
		assert_string_equal(buf_z(&back), pairs[i].plain);
	}
}

static void base64_reads_one_spelling_only(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Zh==", "Zm9=", "Zm8 ", " Zm8", "Zm\n8", "====", "=", "Z===", "Zg==Zg==",
					   "Zm-_", "Zm9v\xc3\xa9==", "Z=m8" };
	own_buf to = { 0 };

	buf_lit(&to, "before");
	for (size_t i = 0; i < countof(bad); i++)
		assert_false(base64_read(&to, str_z(bad[i])));
	assert_false(base64_read(&to, STR("Zm\0v")));
	assert_string_equal(buf_z(&to), "before");
}

static void hex_goes_both_ways(void **state)
{
	own_buf to = { 0 };

	assert_true(hex_read(&to, STR("00ffA5")));
	assert_true(str_eq(buf_all(&to), STR("\x00\xff\xa5")));
	assert_false(hex_read(&to, STR("0")));
	assert_false(hex_read(&to, STR("0g")));
	assert_false(hex_read(&to, STR("12 3")));
	assert_int_equal(to.n, 3);
}

static void secrets_compare_and_go(void **state)
{
	char secret[] = "secret";

	assert_true(secret_eq(STR("abc"), STR("abc")));
	assert_true(secret_eq(STR(""), STR_NONE));
	assert_false(secret_eq(STR("abc"), STR("abd")));
	assert_false(secret_eq(STR("abc"), STR("ab")));
	secret_wipe(secret, sizeof secret);
	assert_memory_equal(secret, "\0\0\0\0\0\0", 7);
	secret_wipe(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_match_fips_180),
		cmocka_unit_test(hmacs_match_rfc_2202_and_4231),
		cmocka_unit_test(pbkdf2_matches_rfc_6070),
		cmocka_unit_test(base64_matches_rfc_4648),
		cmocka_unit_test(base64_reads_one_spelling_only),
		cmocka_unit_test(hex_goes_both_ways),
		cmocka_unit_test(secrets_compare_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
