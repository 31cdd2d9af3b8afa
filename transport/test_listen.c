/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening ports, counting visitors, writing addresses: what needs no running loop.
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "transport/listen.h"

static const struct entrance how;

static void two_cores_share_a_port_and_nobody_else_does(void **state)
{
	struct ports a = { .cores = 2 }, b = { .cores = 2 };
	own_buf why = { 0 }, text = { 0 }, want = { 0 };
	unsigned number;

	assert_int_equal(ports_open(&a, STR("127.0.0.1:0"), "listen.a", &how, &why), 0);
	assert_int_equal(a.n, 1);
	number = a.port[0]->number;
	assert_true(number && a.port[0]->loopback);
	assert_true(a.port[0]->fd[0] >= 0 && a.port[0]->fd[1] >= 0);
	buf_fmt(&text, "127.0.0.1:%u", number);
	assert_string_equal(a.port[0]->address, buf_z(&text));

	assert_int_equal(ports_open(&b, buf_all(&text), "listen.b", &how, &why), -EADDRINUSE);
	buf_fmt(&want, "port %u is in use by another program; set listen.b to another port or end that program", number);
	assert_string_equal(buf_z(&why), buf_z(&want));
	assert_int_equal(b.n, 0);
	ports_free(&a);
	assert_int_equal(ports_open(&b, buf_all(&text), "listen.b", &how, &why), 0);
	ports_free(&b);
}

static void lists_are_opened_in_order(void **state)
{
	struct ports ps = { .cores = 1 };
	own_buf why = { 0 };

	assert_int_equal(ports_open(&ps, STR(" 127.0.0.1:0, 127.0.0.2:0\t"), "listen.a", &how, &why), 0);
	assert_int_equal(ps.n, 2);
	assert_true(str_starts(str_z(ps.port[1]->address), STR("127.0.0.2:")));
	assert_int_equal(ports_open(&ps, STR(""), "listen.b", &how, &why), 0);
	assert_int_equal(ps.n, 2);
	ports_free(&ps);
}

static void every_way_to_write_an_address(void **state)
{
	static const struct {
		const char *text, *starts;
		bool loopback;
	} table[] = {
		{ "localhost:0", "127.0.0.1:", true },
		{ "[::ffff:127.0.0.1]:0", "[::ffff:127.0.0.1]:", false },
		{ "0.0.0.0:0", "0.0.0.0:", false },
	};

	for (unsigned i = 0; i < countof(table); i++) {
		struct ports ps = { .cores = 1 };
		own_buf why = { 0 };

		if (ports_open(&ps, str_z(table[i].text), "listen.a", &how, &why)) {
			assert_int_equal(table[i].text[0], '['); /* a machine without IPv6 */
			continue;
		}
		assert_true(str_starts(str_z(ps.port[0]->address), str_z(table[i].starts)));
		assert_int_equal(ps.port[0]->loopback, table[i].loopback);
		if (ps.n == 2) /* localhost has one number for both families */
			assert_int_equal(ps.port[0]->number, ps.port[1]->number);
		ports_free(&ps);
	}
}

/* One socket takes both families where the machine has both. */
static void everything_is_one_socket(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ports ps = { .cores = 1 };
	own_buf why = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(ports_open(&ps, STR("*:0"), "listen.a", &how, &why), 0);
	assert_int_equal(ps.n, 1);
	in.sin_port = htons(ps.port[0]->number);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	close(fd);
	ports_free(&ps);
}

static void nonsense_is_refused_with_the_setting(void **state)
{
	static const char *const table[] = { "5222",        ":5222",         "127.0.0.1",      "127.0.0.1:", "127.0.0.1:65536",
					     "1.2.3:5222",  "example:5222",  "[::1:5222",      "::1:5222",   "[]:1",
					     "[::1]5222",   "127.0.0.1:+1",  "127.0.0.1:80x" };

	for (unsigned i = 0; i < countof(table); i++) {
		struct ports ps = { .cores = 1 };
		own_buf why = { 0 }, want = { 0 };

		assert_int_equal(ports_open(&ps, str_z(table[i]), "listen.a", &how, &why), -EINVAL);
		buf_fmt(&want, "listen.a: \"%s\" is no address:port", table[i]);
		assert_true(str_starts(buf_all(&why), buf_all(&want)));
		assert_int_equal(ps.n, 0);
		ports_free(&ps);
	}
}

static void an_address_of_another_machine(void **state)
{
	struct ports ps = { .cores = 1 };
	own_buf why = { 0 };

	assert_int_equal(ports_open(&ps, STR("192.0.2.1:0"), "listen.a", &how, &why), -EADDRNOTAVAIL);
	assert_string_equal(buf_z(&why), "listen.a: this machine does not have the address given for port 0");
	ports_free(&ps);
}

/* ---- the gate -------------------------------------------------------------------------------------------------------------- */

static void the_gate_counts_by_address(void **state)
{
	static const uint64_t seed[2];
	uint8_t a[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 }, b[16] = { [10] = 0xff, 0xff, 192, 0, 2, 2 };
	struct gate *g = gate_new(4, 2, seed);

	assert_int_equal(gate_enter(g, a, false), 0);
	assert_int_equal(gate_enter(g, a, false), 0);
	assert_int_equal(gate_enter(g, a, false), GATE_ADDRESS_FULL);
	assert_int_equal(gate_enter(g, b, false), 0);
	gate_leave(g, a, false);
	assert_int_equal(gate_enter(g, a, false), 0);
	assert_int_equal(gate_enter(g, a, true), 0);
	assert_int_equal(gate_count(g), 4);
	assert_int_equal(gate_enter(g, b, true), GATE_FULL);
	gate_limit(g, 5, 2);
	assert_int_equal(gate_enter(g, b, true), 0);
	gate_leave(g, b, true);
	gate_leave(g, a, true);
	gate_leave(g, a, false);
	gate_leave(g, a, false);
	gate_leave(g, b, false);
	assert_null(gate_free(g));
}

static void a_household_of_ipv6_is_one(void **state)
{
	static const uint64_t seed[2];
	uint8_t a[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 1 }, same[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 2 },
		other[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 2, 1 };
	struct gate *g = gate_new(0, 1, seed);

	assert_int_equal(gate_enter(g, a, false), 0);
	assert_int_equal(gate_enter(g, same, false), GATE_ADDRESS_FULL);
	assert_int_equal(gate_enter(g, other, false), 0);
	gate_leave(g, a, false);
	gate_leave(g, other, false);
	gate_free(g);
}

/* ---- doors/door.c ---------------------------------------------------------------------------------------------------------- */

static void addresses_as_text(void **state)
{
	static const struct {
		uint8_t address[16];
		const char *text;
	} table[] = {
		{ { [10] = 0xff, 0xff, 127, 0, 0, 1 }, "127.0.0.1" },
		{ { [10] = 0xff, 0xff, 255, 255, 255, 255 }, "255.255.255.255" },
		{ { 0 }, "::" },
		{ { [15] = 1 }, "::1" },
		{ { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, "2001:db8::1" },
		{ { 0x20, 0x01, 0x0d, 0xb8 }, "2001:db8::" },
		{ { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 }, "2001:db8:0:1:1:1:1:1" },
		{ { 0x20, 0x01, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 }, "2001:0:0:1::1" },
		{ { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1 }, "2001:db8::1:0:0:1" },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};

	for (unsigned i = 0; i < countof(table); i++) {
		struct link l = { 0 };
		own_buf text = { 0 };

		memcpy(l.address, table[i].address, 16);
		link_address(&l, &text);
		assert_string_equal(buf_z(&text), table[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_cores_share_a_port_and_nobody_else_does),
		cmocka_unit_test(lists_are_opened_in_order),
		cmocka_unit_test(every_way_to_write_an_address),
		cmocka_unit_test(everything_is_one_socket),
		cmocka_unit_test(nonsense_is_refused_with_the_setting),
		cmocka_unit_test(an_address_of_another_machine),
		cmocka_unit_test(the_gate_counts_by_address),
		cmocka_unit_test(a_household_of_ipv6_is_one),
		cmocka_unit_test(addresses_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
