/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/test_features.c - the table of features is whole, and docs/xeps.md says what it says.
 * `test_features --write FILE` writes that file anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "doors/xmpp/features/features.h"

static const char *list_path;

static void every_feature_is_whole(void **state)
{
	for (size_t i = 0; xmpp_features[i]; i++) {
		const struct xmpp_feature *f = xmpp_features[i];

		assert_non_null(f->name);
		assert_non_null(f->version);
		for (size_t k = 0; k < countof(f->iq) && f->iq[k].ns; k++) {
			assert_non_null(f->iq[k].answer);
			assert_true(f->iq[k].types && !(f->iq[k].types & ~(1u << IQ_GET | 1u << IQ_SET)));
			assert_true(f->iq[k].targets &&
				    !(f->iq[k].targets & ~(unsigned)(TO_SERVER | TO_ACCOUNT | TO_USER)));
		}
		for (size_t k = 0; k < countof(f->nonza) && f->nonza[k].ns; k++)
			assert_true(f->nonza[k].take && f->nonza[k].element && f->nonza[k].states);
	}
}

static void no_feature_stands_twice(void **state)
{
	for (size_t i = 0; xmpp_features[i]; i++)
		for (size_t k = 0; k < i; k++) {
			assert_ptr_not_equal(xmpp_features[i], xmpp_features[k]);
			assert_string_not_equal(xmpp_features[i]->name, xmpp_features[k]->name);
		}
}

/* Extensions between clients are theirs to announce. */
static void nothing_is_announced_for_clients(void **state)
{
	static const char *const theirs[] = {
		"urn:xmpp:receipts",          "urn:xmpp:chat-markers:0", "http://jabber.org/protocol/chatstates",
		"urn:xmpp:message-correct:0", "urn:xmpp:reactions:0",    "urn:xmpp:reply:0"
	};

	for (size_t i = 0; xmpp_features[i]; i++)
		for (size_t k = 0; k < countof(xmpp_features[i]->disco); k++)
			for (size_t t = 0; t < countof(theirs); t++) {
				if (xmpp_features[i]->disco[k])
					assert_string_not_equal(xmpp_features[i]->disco[k], theirs[t]);
				if (xmpp_features[i]->disco_account[k])
					assert_string_not_equal(xmpp_features[i]->disco_account[k], theirs[t]);
			}
}

static void list_write(struct buf *to)
{
	own_buf all = { 0 };

	xmpp_features_describe(&all);
	buf_lit(to, "# What the XMPP door implements\n\nWritten from the table in doors/xmpp/features.c; a test "
		    "keeps the two alike.\n\n");
	for (struct str rest = buf_all(&all); rest.n;) {
		size_t end = str_find(rest, '\n');

		buf_lit(to, "- ");
		buf_add(to, rest.p, end + 1);
		rest = str_from(rest, end + 1);
	}
	buf_lit(to, "\nCarried and archived untouched, for clients to use with one another: XEP-0085 (chat states), "
		    "XEP-0184 (receipts), XEP-0308 (corrections),\n"
		    "XEP-0333 (markers), XEP-0444 (reactions), XEP-0461 (replies), and whatever else is not the "
		    "server's business.\n");
}

static void the_list_is_true(void **state)
{
	own_buf wanted = { 0 }, there = { 0 };
	FILE *f;
	size_t n;

	if (!list_path)
		skip();
	f = fopen(list_path, "rb");
	assert_non_null(f);
	while ((n = fread(buf_room(&there, 4096), 1, 4096, f)) > 0)
		there.n += n;
	fclose(f);
	list_write(&wanted);
	/* What is behind it is written by hand. */
	if (there.n > wanted.n && str_starts(str_from(buf_all(&there), wanted.n), STR("\n## ")))
		there.n = wanted.n;
	assert_string_equal(buf_z(&there), buf_z(&wanted));
}

static int list_write_file(const char *path)
{
	own_buf text = { 0 };
	FILE *f = fopen(path, "wb");

	if (!f)
		return 1;
	list_write(&text);
	fwrite(text.p, 1, text.n, f);
	return fclose(f) ? 1 : 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_feature_is_whole),
		cmocka_unit_test(no_feature_stands_twice),
		cmocka_unit_test(nothing_is_announced_for_clients),
		cmocka_unit_test(the_list_is_true),
	};

	if (argc == 3 && !strcmp(argv[1], "--write"))
		return list_write_file(argv[2]);
	list_path = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
