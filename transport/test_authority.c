/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "transport/authority.h"
#include "transport/tls.h"

static char dir[64];
static const msec DAY = 24 * 60 * 60 * 1000;

static const char *path(const char *name)
{
	static char z[128];

	snprintf(z, sizeof z, "%s/tls/%s", dir, name);
	return z;
}

static int begin(void **state)
{
	strcpy(dir, "/tmp/anser-test-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
	static const char *const names[] = { "ca.crt", "ca.key", "server.crt", "server.key", "" };

	for (unsigned i = 0; i < countof(names); i++)
		remove(path(names[i]));
	return rmdir(dir);
}

static X509 *load(const char *name)
{
	FILE *f = fopen(path(name), "r");
	X509 *cert;

	assert_non_null(f);
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	assert_non_null(cert);
	return cert;
}

/* Whether a new certificate was made. */
static bool ensure(const char *domain, msec after)
{
	char tls[80];
	own_buf why = { 0 };
	bool made;

	snprintf(tls, sizeof tls, "%s/tls", dir);
	assert_int_equal(authority_ensure(tls, str_z(domain), (msec)time(NULL) * 1000 + after, &made, &why), 0);
	assert_int_equal(why.n, 0);
	return made;
}

static void the_certificate_is_for_what_people_type(void **state)
{
	char host[256] = "";
	X509 *root, *cert;

	assert_true(ensure("chat.example.org", 0));
	root = load("ca.crt");
	cert = load("server.crt");
	gethostname(host, sizeof host - 1);
	assert_int_equal(X509_check_host(cert, "chat.example.org", 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(cert, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(cert, host, 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(cert, "example.org", 0, 0, NULL), 0);
	assert_int_equal(X509_check_ip_asc(cert, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(cert, "::1", 0), 1);
	assert_int_equal(X509_verify(cert, X509_get0_pubkey(root)), 1);
	assert_int_equal(X509_check_ca(cert), 0);
	assert_true(X509_check_ca(root) > 0);
	X509_free(root);
	X509_free(cert);
}

static void keys_are_for_the_owner_only(void **state)
{
	struct stat st;

	assert_true(ensure("a.example", 0));
	assert_int_equal(stat(path("ca.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path("server.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path(""), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void it_is_made_anew_only_when_it_must_be(void **state)
{
	X509 *root, *again;

	assert_true(ensure("a.example", 0));
	root = load("ca.crt");
	assert_false(ensure("a.example", 0));
	assert_false(ensure("a.example", 365 * DAY)); /* 32 days left */
	assert_true(ensure("a.example", 370 * DAY));
	assert_false(ensure("a.example", 370 * DAY));
	assert_true(ensure("b.example", 0));
	again = load("ca.crt");
	assert_int_equal(X509_cmp(root, again), 0); /* devices trust the root: it stays */
	X509_free(root);
	X509_free(again);
}

static void damage_is_mended(void **state)
{
	FILE *f;

	assert_true(ensure("a.example", 0));
	assert_int_equal(truncate(path("server.key"), 40), 0);
	assert_true(ensure("a.example", 0));
	assert_int_equal(unlink(path("server.crt")), 0);
	assert_true(ensure("a.example", 0));
	f = fopen(path("ca.crt"), "w");
	fputs("nonsense", f);
	fclose(f);
	assert_true(ensure("a.example", 0)); /* a new root, and a certificate that it signed */
	assert_false(ensure("a.example", 0));
}

static void a_domain_that_is_not_ascii_gets_one_too(void **state)
{
	X509 *cert;

	assert_true(ensure("鸿雁.example", 0));
	assert_false(ensure("鸿雁.example", 0));
	cert = load("server.crt");
	assert_int_equal(X509_check_host(cert, "localhost", 0, 0, NULL), 1);
	X509_free(cert);
}

static void what_cannot_be_written_is_said(void **state)
{
	own_buf why = { 0 };
	bool made;

	assert_int_equal(authority_ensure("/proc/no/such", STR("a.example"), 0, &made, &why), -ENOENT);
	assert_string_equal(buf_z(&why), "/proc/no/such cannot be made: No such file or directory");
	assert_false(made);
}

static void a_setup_says_what_is_wrong_with_its_files(void **state)
{
	char certificate[128], other[128];
	struct tls_setup *s = NULL;
	own_buf why = { 0 }, print = { 0 };

	assert_true(ensure("a.example", 0));
	strcpy(certificate, path("server.crt"));
	strcpy(other, path("ca.key"));
	assert_int_equal(tls_setup_new(&s, "/no/such.crt", other, &why), -EINVAL);
	assert_string_equal(buf_z(&why), "the certificate /no/such.crt cannot be used: No such file or directory");
	buf_clear(&why);
	assert_int_equal(tls_setup_new(&s, certificate, certificate, &why), -EINVAL);
	assert_non_null(strstr(buf_z(&why), "the key "));
	buf_clear(&why);
	assert_int_equal(tls_setup_new(&s, certificate, other, &why), -EINVAL);
	assert_true(why.n > 0);
	assert_null(s);
	buf_clear(&why);
	strcpy(other, path("server.key"));
	assert_int_equal(tls_setup_new(&s, certificate, other, &why), 0);
	tls_setup_fingerprint(s, &print);
	assert_int_equal(print.n, 32 * 3 - 1);
	assert_true(tls_setup_ends(s) > (msec)time(NULL) * 1000 + 390 * DAY);
	assert_true(tls_setup_ends(s) < (msec)time(NULL) * 1000 + 400 * DAY);
	tls_setup_unref(s);
}

static void the_root_can_be_handed_out(void **state)
{
	own_buf pem = { 0 }, print = { 0 }, why = { 0 }, tls = { 0 };

	assert_true(ensure("a.example", 0));
	buf_fmt(&tls, "%s/tls", dir);
	assert_int_equal(authority_root(buf_z(&tls), &pem, &print, &why), 0);
	assert_true(str_starts(buf_all(&pem), STR("-----BEGIN CERTIFICATE-----")));
	assert_null(strstr(buf_z(&pem), "PRIVATE"));
	assert_int_equal(print.n, 32 * 3 - 1);
	assert_int_equal(authority_root("/no/such", &pem, &print, &why), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_certificate_is_for_what_people_type, begin, end),
		cmocka_unit_test_setup_teardown(keys_are_for_the_owner_only, begin, end),
		cmocka_unit_test_setup_teardown(it_is_made_anew_only_when_it_must_be, begin, end),
		cmocka_unit_test_setup_teardown(damage_is_mended, begin, end),
		cmocka_unit_test_setup_teardown(a_domain_that_is_not_ascii_gets_one_too, begin, end),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_is_said, begin, end),
		cmocka_unit_test_setup_teardown(the_root_can_be_handed_out, begin, end),
		cmocka_unit_test_setup_teardown(a_setup_says_what_is_wrong_with_its_files, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
