/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/jid.h"

static struct arena arena;

static int forget(void **unused)
{
	arena_free(&arena);
	return 0;
}

struct sample {
	const char *in;
	const char *local, *domain, *resource; /* domain NULL: no address */
};

static const struct sample samples[] = {
	{ "ann@example.org/phone", "ann", "example.org", "phone" },
	{ "example.org", "", "example.org", "" },
	{ "example.org/a", "", "example.org", "a" },
	{ "localhost", "", "localhost", "" },
	{ "ann@example.org/a/b@c", "ann", "example.org", "a/b@c" },
	{ "example.org/ann@phone", "", "example.org", "ann@phone" },
	{ "Ann@Example.ORG/Phone", "ann", "example.org", "Phone" },
	{ "ann@example.org.", "ann", "example.org", "" },
	{ "ann@example.org./x", "ann", "example.org", "x" },
	{ "ann.b-c_d+e@my_host.local", "ann.b-c_d+e", "my_host.local", "" },
	{ "ann@127.0.0.1", "ann", "127.0.0.1", "" },
	{ "ann@[2001:DB8:0:0::1]/x", "ann", "[2001:db8::1]", "x" },
	{ "[::1]", "", "[::1]", "" },
	{ "ann@example.org/with blank ", "ann", "example.org", "with blank " },
	{ "d\\27artagnan@musketeers.lit", "d\\27artagnan", "musketeers.lit", "" },
	{ "\xC3\x84nne@b\xC3\xBC" "cher.example/\xC3\x84", "\xC3\xA4nne", "b\xC3\xBC" "cher.example", "\xC3\x84" },
	{ "fu\xC3\x9F@fu\xC3\x9F.example", "fuss", "fuss.example", "" },
	{ "a@b\xE3\x80\x82" "c", "a", "b.c", "" },
	{ "a@\xE4\xBE\x8B\xE5\xAD\x90.\xE6\xB5\x8B\xE8\xAF\x95", "a",
		"\xE4\xBE\x8B\xE5\xAD\x90.\xE6\xB5\x8B\xE8\xAF\x95", "" },
	/* KELVIN SIGN is a small k; a ligature comes apart */
	{ "\xE2\x84\xAA@b", "k", "b", "" },
	{ "a@b/\xEF\xAC\x81", "a", "b", "fi" },
	/* soft hyphen: mapped to nothing */
	{ "a\xC2\xAD" "b@c", "ab", "c", "" },
	{ "", NULL, NULL, NULL },
	{ "@", NULL, NULL, NULL },
	{ "/", NULL, NULL, NULL },
	{ "@example.org", NULL, NULL, NULL },
	{ "ann@", NULL, NULL, NULL },
	{ "ann@/x", NULL, NULL, NULL },
	{ "ann@example.org/", NULL, NULL, NULL },
	{ "/phone", NULL, NULL, NULL },
	{ "ann@b@c", NULL, NULL, NULL },
	{ "an n@b", NULL, NULL, NULL },
	{ "an\"n@b", NULL, NULL, NULL },
	{ "an&n@b", NULL, NULL, NULL },
	{ "an'n@b", NULL, NULL, NULL },
	{ "an:n@b", NULL, NULL, NULL },
	{ "an<n@b", NULL, NULL, NULL },
	{ "an>n@b", NULL, NULL, NULL },
	{ "an\x7Fn@b", NULL, NULL, NULL },
	{ "an\tn@b", NULL, NULL, NULL },
	{ "ann@exa mple", NULL, NULL, NULL },
	{ "ann@exa<mple", NULL, NULL, NULL },
	{ "ann@a..b", NULL, NULL, NULL },
	{ "ann@.a", NULL, NULL, NULL },
	{ "ann@.", NULL, NULL, NULL },
	{ "ann@a..", NULL, NULL, NULL },
	{ "ann@-a", NULL, NULL, NULL },
	{ "ann@a-.b", NULL, NULL, NULL },
	{ "ann@[::g]", NULL, NULL, NULL },
	{ "ann@[::1", NULL, NULL, NULL },
	{ "ann@[]", NULL, NULL, NULL },
	{ "ann@b/new\nline", NULL, NULL, NULL },
	{ "ann@b/\x7F", NULL, NULL, NULL },
	{ "ann\xC0\x80@b", NULL, NULL, NULL },
	{ "ann\xFF@b", NULL, NULL, NULL },
	{ "ann@b/\xED\xA0\x80", NULL, NULL, NULL },
	/* FULLWIDTH COMMERCIAL AT and a character that decomposes into "a/c" */
	{ "ann\xEF\xBC\xA0x@b", NULL, NULL, NULL },
	{ "\xE2\x84\x80@b", NULL, NULL, NULL },
	{ "a@\xE2\x84\x80", NULL, NULL, NULL },
	/* nothing but a soft hyphen; a private use character */
	{ "\xC2\xAD@b", NULL, NULL, NULL },
	{ "\xEE\x80\x80@b", NULL, NULL, NULL },
	{ "a@b/\xEE\x80\x80", NULL, NULL, NULL },
};

static void test_samples(void **unused)
{
	for (size_t i = 0; i < countof(samples); i++) {
		const struct sample *s = &samples[i];
		struct jid j;

		if (jid_parse(&j, str_z(s->in), &arena) != (s->domain != NULL))
			fail_msg("%s", s->in);
		if (!s->domain)
			continue;
		if (!str_is(jid_local(j), s->local) || !str_is(jid_domain(j), s->domain) ||
		    !str_is(jid_resource(j), s->resource))
			fail_msg("%s became %.*s", s->in, STR_ARG(jid_full(j)));
	}
}

static void test_not_copied(void **unused)
{
	struct str plain[] = { STR("ann@example.org/phone"), STR("example.org"),
		STR("\xC3\xA4@b\xC3\xBC.example/\xC3\x84") };
	struct jid j;

	for (size_t i = 0; i < countof(plain); i++) {
		assert_true(jid_parse(&j, plain[i], &arena));
		assert_ptr_equal(j.p, plain[i].p);
		assert_int_equal(jid_full(j).n, plain[i].n);
	}
}

static void test_lengths(void **unused)
{
	own_buf b = { 0 };
	struct jid j;

	for (size_t n = 1022; n <= 1024; n++) {
		buf_clear(&b);
		memset(buf_room(&b, 3 * n), 'a', n); /* room enough that what is added from itself stays where it is */
		b.n = n;
		assert_int_equal(jid_local_prepare(&(struct str){ 0 }, buf_all(&b), &arena), n <= 1023);
		assert_int_equal(jid_resource_prepare(&(struct str){ 0 }, buf_all(&b), &arena), n <= 1023);
		buf_lit(&b, "@b/");
		buf_add(&b, buf_all(&b).p, n);
		assert_int_equal(jid_parse(&j, buf_all(&b), &arena), n <= 1023);
		if (n <= 1023) {
			assert_int_equal(j.local, n);
			assert_int_equal(j.resource, n);
		}
	}
	for (size_t n = 62; n <= 64; n++) {
		buf_clear(&b);
		memset(buf_room(&b, 3 * n), 'a', n); /* room enough that what is added from itself stays where it is */
		b.n = n;
		assert_int_equal(jid_parse(&j, buf_all(&b), &arena), n <= 63);
		buf_lit(&b, ".b");
		assert_int_equal(jid_domain_prepare(&(struct str){ 0 }, buf_all(&b), &arena), n <= 63);
	}
	assert_false(jid_parse(&j, STR_NONE, &arena));
	assert_false(jid_parse(&j, str_n("a\0b@c", 5), &arena));
	assert_false(jid_parse(&j, str_n("a@c/\0\xC3\xA4", 7), &arena));
}

static void test_parts(void **unused)
{
	struct str s;
	struct jid j, k;

	assert_true(jid_local_prepare(&s, STR("Ann"), &arena));
	assert_true(str_is(s, "ann"));
	assert_false(jid_local_prepare(&s, STR("ann@b"), &arena));
	assert_false(jid_local_prepare(&s, STR("a/b"), &arena));
	assert_true(jid_resource_prepare(&s, STR("a/b@c \"x\""), &arena));
	assert_true(jid_domain_prepare(&s, STR("A.B."), &arena));
	assert_true(str_is(s, "a.b"));

	j = jid_make(STR("ann"), STR("b"), STR("c"), &arena);
	assert_true(str_is(jid_full(j), "ann@b/c"));
	assert_true(str_is(jid_bare(j), "ann@b"));
	k = jid_make(STR(""), STR("b"), STR("c"), &arena);
	assert_true(str_is(jid_full(k), "b/c"));
	assert_true(str_is(jid_resource(k), "c"));
	assert_true(str_is(jid_full(jid_make(STR("ann"), STR("b"), STR_NONE, &arena)), "ann@b"));
	assert_true(jid_same_bare(j, jid_to_bare(j)) && !jid_eq(j, jid_to_bare(j)) && !jid_same_bare(j, k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_samples, forget),
		cmocka_unit_test_teardown(test_not_copied, forget),
		cmocka_unit_test_teardown(test_lengths, forget),
		cmocka_unit_test_teardown(test_parts, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
