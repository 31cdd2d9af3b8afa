/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/endpoint.h"

static void goods_come_back_as_they_are_written(void **state)
{
	static const char *const texts[][2] = {
		{ "127.0.0.1:1", "127.0.0.1:1" },
		{ "255.255.255.255:65535", "255.255.255.255:65535" },
		{ "0.0.0.0:7790", "0.0.0.0:7790" },
		{ "[::1]:80", "[::1]:80" },
		{ "[::]:80", "[::]:80" },
		{ "[1::]:80", "[1::]:80" },
		{ "[2001:DB8:0:0:1:0:0:1]:7", "[2001:db8::1:0:0:1]:7" },
		{ "[1:2:3:4:5:6:7:8]:9", "[1:2:3:4:5:6:7:8]:9" },
		{ "[1:2:3:4:5:6:1.2.3.4]:9", "[1:2:3:4:5:6:102:304]:9" },
		{ "[1:2:3::6:7:8]:9", "[1:2:3::6:7:8]:9" },
		{ "[::2:3:4:5:6:7:8]:9", "[0:2:3:4:5:6:7:8]:9" },
		{ "[::ffff:10.1.2.3]:9", "10.1.2.3:9" },
		{ "[fe80::0001]:9", "[fe80::1]:9" },
		{ "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535" },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct endpoint e, again;
		own_buf b = { 0 };

		if (!endpoint_parse(&e, str_z(texts[i][0])))
			fail_msg("%s was not taken", texts[i][0]);
		endpoint_write(&b, &e);
		assert_string_equal(buf_z(&b), texts[i][1]);
		assert_true(b.n <= ENDPOINT_TEXT_MAX);
		assert_true(endpoint_parse(&again, buf_all(&b)) && endpoint_eq(&e, &again));
	}
}

static void anything_else_is_refused(void **state)
{
	static const char *const texts[] = {
		"", ":", "1.2.3.4", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:080", "1.2.3.4:+8", "1.2.3.4: 8", "1.2.3.4:8 ",
		" 1.2.3.4:8", "1.2.3:8", "1.2.3.4.5:8", "01.2.3.4:8", "1.2.3.256:8", "1.2.3.1000:8", "1.2..4:8", "1.2.3.:8", "a.2.3.4:8",
		"::1:8", "[::1]", "[::1]8", "[]:8", "[1.2.3.4]:8", "[::1:8", "::1]:8", "[:::]:8", "[1::2::3]:8", "[1:2:3:4:5:6:7]:8",
		"[1:2:3:4:5:6:7:8:9]:8", "[1:2:3:4::5:6:7:8]:8", "[12345::]:8", "[g::]:8", "[:1]:8", "[1:]:8", "[::1:]:8", "[1:2:3:4:5:6:7:1.2.3.4]:8",
		"[1.2.3.4::]:8", "[::1.2.3]:8", "[fe80::1%eth0]:8", "[::1]:8:8", "1.2.3.4:8:8", "1.2.3.4:99999999999999999999",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct endpoint e = { .port = 77 };

		if (endpoint_parse(&e, str_z(texts[i])))
			fail_msg("%s was taken", texts[i]);
		assert_int_equal(e.port, 77);
	}
}

/* Memory checkers see a byte read too far. */
static void every_beginning_is_looked_at_within_its_bounds(void **state)
{
	static const char text[] = "[2001:db8::1:255.255.255.255]:65535";

	for (size_t n = 0; n < sizeof text; n++) {
		char *copy = malloc(n ? n : 1);
		struct endpoint e;

		memcpy(copy, text, n);
		assert_int_equal(endpoint_parse(&e, str_n(copy, n)), n + 1 >= sizeof text - 4 && n < sizeof text);
		free(copy);
	}
}

static void who_is_near_is_known(void **state)
{
	static const struct {
		const char *address;
		bool loopback, private;
	} rows[] = {
		{ "127.0.0.1", true, true },      { "127.255.255.255", true, true }, { "128.0.0.1", false, false },
		{ "126.255.255.255", false, false }, { "10.0.0.0", false, true },    { "11.0.0.0", false, false },
		{ "172.15.0.1", false, false },   { "172.16.0.1", false, true },     { "172.31.255.255", false, true },
		{ "172.32.0.0", false, false },   { "192.168.0.1", false, true },    { "192.169.0.1", false, false },
		{ "169.254.1.1", false, true },   { "8.8.8.8", false, false },       { "0.0.0.0", false, false },
		{ "::1", true, true },            { "::", false, false },            { "::2", false, false },
		{ "fc00::1", false, true },       { "fdff::1", false, true },        { "fe00::1", false, false },
		{ "fe80::1", false, true },       { "febf::1", false, true },        { "fec0::1", false, false },
		{ "2001:db8::1", false, false },  { "::127.0.0.1", false, false },   { "::ffff:127.0.0.1", true, true },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t a[16];

		assert_true(endpoint_address_parse(a, str_z(rows[i].address)));
		if (endpoint_is_loopback(a) != rows[i].loopback || endpoint_is_private(a) != rows[i].private)
			fail_msg("%s", rows[i].address);
	}
}

static bool holds(const char *network, const char *address)
{
	struct network n;
	uint8_t a[16];

	assert_true(network_parse(&n, str_z(network)));
	assert_true(endpoint_address_parse(a, str_z(address)));
	return network_holds(&n, a);
}

static void networks_hold_what_has_their_prefix(void **state)
{
	static const char *const bad[] = { "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "10.0/8", "[::1]/128", "any" };
	struct network n = { .bits = 77 };

	assert_true(holds("10.1.0.0/15", "10.0.255.255"));
	assert_false(holds("10.1.0.0/15", "10.2.0.0"));
	assert_true(holds("0.0.0.0/0", "8.8.8.8"));
	assert_false(holds("0.0.0.0/0", "2001:db8::1"));
	assert_true(holds("::/0", "8.8.8.8"));
	assert_true(holds("192.0.2.7", "192.0.2.7"));
	assert_false(holds("192.0.2.7", "192.0.2.6"));
	assert_true(holds("2001:db8:8000::/33", "2001:db8:ffff::1"));
	assert_false(holds("2001:db8:8000::/33", "2001:db8:7fff::1"));
	assert_true(holds("2001:db8::1/128", "2001:db8::1"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(network_parse(&n, str_z(bad[i])));
		assert_int_equal(n.bits, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goods_come_back_as_they_are_written),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(every_beginning_is_looked_at_within_its_bounds),
		cmocka_unit_test(who_is_near_is_known),
		cmocka_unit_test(networks_hold_what_has_their_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
