/* SPDX-License-Identifier: Apache-2.0
 *
 * SCRAM against the examples of RFC 5802 and RFC 7677, our own client, and everything that a peer may do wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/scram.h"

#define DOMAIN STR("example.org")

static const uint8_t chance[SCRAM_NONCE_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 };

/* A verifier with the salt and rounds of an example (ours are always 16 bytes, like RFC 7677's; RFC 5802's salt is given separately). */
static struct verifier example_verifier(enum hash h, struct str salt, uint32_t rounds)
{
	struct verifier v = { .iterations = rounds };
	uint8_t salted[HASH_BYTES_MAX], key[HASH_BYTES_MAX];

	assert_true(salt.n <= sizeof v.salt);
	memcpy(v.salt, salt.p, salt.n);
	hash_pbkdf2(h, STR("pencil"), salt, rounds, salted);
	hash_hmac(h, str_bytes(salted, hash_bytes(h)), STR("Client Key"), key);
	hash_sum(h, str_bytes(key, hash_bytes(h)), v.stored_key);
	hash_hmac(h, str_bytes(salted, hash_bytes(h)), STR("Server Key"), v.server_key);
	return v;
}

/* The texts of an example are fixed, and so are the nonces in them, which our sides would choose themselves: put in by hand. */
static void example_server(enum hash h, const struct verifier *v, const char *bare, const char *server_first, const char *nonce,
			   const char *client_final, const char *server_final)
{
	struct scram_server s = { .at = SCRAM_SERVER_CHALLENGED, .hash = h, .real = true, .verifier = *v, .binding = SCRAM_UNBOUND };
	own_buf out = { 0 };

	buf_fmt(&s.auth, "%s,%s", bare, server_first);
	buf_lit(&s.bound, "n,,");
	buf_fmt(&s.nonce, "%s", nonce);
	assert_int_equal(scram_server_final(&s, str_z(client_final), &out), 0);
	assert_string_equal(buf_z(&out), server_final);
	scram_server_free(&s);
}

static void example_client(enum hash h, const char *bare, const char *nonce, const char *server_first, const char *client_final, const char *server_final)
{
	struct scram_client c = { .at = SCRAM_CLIENT_SENT, .hash = h };
	own_buf out = { 0 };

	buf_fmt(&c.auth, "%s", bare);
	buf_lit(&c.bound, "n,,");
	buf_fmt(&c.nonce, "%s", nonce);
	assert_int_equal(scram_client_final(&c, str_z(server_first), STR("pencil"), NULL, &out), 0);
	assert_string_equal(buf_z(&out), client_final);
	assert_int_equal(scram_client_check(&c, str_z(server_final)), 0);
	scram_client_free(&c);
}

static void rfc_5802_example(void **state)
{
	static const char bare[] = "n=user,r=fyko+d2lbbFgONRv9qkxdawL";
	static const char nonce[] = "fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";
	static const char first[] = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
	static const char final[] = "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
	struct verifier v;
	own_buf salt = { 0 };

	assert_true(base64_read(&salt, STR("QSXCR+Q6sek8bf92")));
	v = example_verifier(HASH_SHA1, buf_all(&salt), 4096);
	example_server(HASH_SHA1, &v, bare, first, nonce, final, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
	example_client(HASH_SHA1, bare, "fyko+d2lbbFgONRv9qkxdawL", first, final, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

static void rfc_7677_example(void **state)
{
	static const char bare[] = "n=user,r=rOprNGfwEbeRWgbNEkqO";
	static const char nonce[] = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
	static const char first[] = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
	static const char final[] = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
	static const char last[] = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
	struct verifier v;
	own_buf salt = { 0 };

	assert_true(base64_read(&salt, STR("W22ZaJ0SNY7soEsUEjb6gQ==")));
	v = example_verifier(HASH_SHA256, buf_all(&salt), 4096);
	example_server(HASH_SHA256, &v, bare, first, nonce, final, last);
	example_client(HASH_SHA256, bare, "rOprNGfwEbeRWgbNEkqO", first, final, last);
}

/* ---- our two sides against each other ---------------------------------------------------------------------------- */

struct talk {
	const char *mechanism;
	enum scram_flag flag;
	enum scram_binding binding;
	struct str client_data, server_data; /* of the binding, as each side sees it */
	struct str password;
	bool plus_offered, unknown;
	struct scram_salted *cache;
};

struct outcome {
	int first, client, final, check;
};

/* Runs the whole exchange, as far as it goes. */
static struct outcome talk(const struct talk *t)
{
	static struct verifier v[SCRAM_HASHES];
	static const uint8_t salts[SCRAM_HASHES][SCRAM_SALT_BYTES] = { "0123456789abcde", "ABCDEFGHIJKLMNO" };
	const struct sasl_mechanism *m = sasl_mechanism(str_z(t->mechanism));
	struct scram_server s = { 0 };
	struct scram_client c = { 0 };
	struct outcome o = { -1, -1, -1, -1 };
	own_buf first = { 0 }, challenge = { 0 }, proof = { 0 }, last = { 0 };

	if (!v[0].iterations)
		verifier_make(v, STR("pencil"), salts);
	scram_client_first(&c, m->hash, STR("to,m=x"), chance, t->flag, t->binding, t->client_data, &first);
	o.first = scram_server_first(&s, m, t->plus_offered, DOMAIN, buf_all(&first));
	if (o.first == 0) {
		assert_string_equal(buf_z(&s.name), "to,m=x");
		scram_server_challenge(&s, &v[m->hash], !t->unknown, chance, t->server_data, STR("h=ignored"), &challenge);
		o.client = scram_client_final(&c, buf_all(&challenge), t->password, t->cache, &proof);
	}
	if (o.client == 0)
		o.final = scram_server_final(&s, buf_all(&proof), &last);
	if (o.final == 0)
		o.check = scram_client_check(&c, buf_all(&last));
	else
		assert_int_equal(last.n, 0);
	scram_server_free(&s);
	scram_client_free(&c);
	return o;
}

static void every_mechanism_lets_in(void **state)
{
	struct scram_salted cache = { 0 };

	for (size_t i = 0; i < sasl_mechanisms_n; i++) {
		const struct sasl_mechanism *m = &sasl_mechanisms[i];
		struct talk t = { .mechanism = m->name, .password = STR("pencil"), .plus_offered = true, .cache = &cache,
				  .flag = m->plus ? SCRAM_BIND : SCRAM_CANNOT_BIND };

		if (m->kind != SASL_SCRAM)
			continue;
		for (unsigned b = 0; b < SCRAM_BINDINGS; b++) {
			t.binding = (enum scram_binding)b;
			t.client_data = t.server_data = STR("binding data \0 of the link");
			assert_int_equal(talk(&t).check, 0);
			assert_int_equal(talk(&t).check, 0); /* from the cache */
		}
	}
}

static void wrong_passwords_and_unknown_users_are_told_the_same(void **state)
{
	struct talk t = { .mechanism = "SCRAM-SHA-256", .password = STR("pencik") };

	assert_int_equal(talk(&t).final, SASL_REFUSED);
	t.unknown = true;
	assert_int_equal(talk(&t).final, SASL_REFUSED);
	t.password = STR("pencil"); /* even if a proof should fit */
	assert_int_equal(talk(&t).final, SASL_REFUSED);
}

static void somebody_in_the_middle_is_noticed(void **state)
{
	struct talk t = { .mechanism = "SCRAM-SHA-256-PLUS", .password = STR("pencil"), .flag = SCRAM_BIND, .plus_offered = true,
			  .client_data = STR("one channel"), .server_data = STR("another one") };

	assert_int_equal(talk(&t).final, SASL_DOWNGRADED); /* a relay with a certificate of its own */
	t.password = STR("wrong");
	assert_int_equal(talk(&t).final, SASL_REFUSED); /* says nothing to who does not know the password */
	t = (struct talk){ .mechanism = "SCRAM-SHA-256", .password = STR("pencil"), .flag = SCRAM_NOT_OFFERED, .plus_offered = true };
	assert_int_equal(talk(&t).first, SASL_DOWNGRADED); /* -PLUS was taken off the list on the way */
	t.plus_offered = false;
	assert_int_equal(talk(&t).check, 0);
}

static int first_answer(const char *mechanism, struct str message)
{
	struct scram_server s = { 0 };
	int r = scram_server_first(&s, sasl_mechanism(str_z(mechanism)), true, DOMAIN, message);

	scram_server_free(&s);
	return r;
}

static void first_messages_are_checked(void **state)
{
	static const struct {
		const char *text;
		int plain, plus; /* what SCRAM-SHA-1 and what its -PLUS says */
	} cases[] = {
		{ "n,,n=tom,r=abc", 0, SASL_MALFORMED },
		{ "n,,n=tom,r=abc,x=ignored,Y=too", 0, SASL_MALFORMED },
		{ "n,a=tom@example.org,n=Tom,r=abc", 0, SASL_MALFORMED },
		{ "n,a=tom@example=2Corg,n=tom,r=abc", SASL_INVALID_AUTHZID, SASL_MALFORMED },
		{ "n,a=tim@example.org,n=tom,r=abc", SASL_INVALID_AUTHZID, SASL_MALFORMED },
		{ "n,a=tom,n=tom,r=abc", SASL_INVALID_AUTHZID, SASL_MALFORMED },
		{ "n,a=,n=tom,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,tom@example.org,n=tom,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "y,,n=tom,r=abc", SASL_DOWNGRADED, SASL_MALFORMED },
		{ "p=tls-exporter,,n=tom,r=abc", SASL_MALFORMED, 0 },
		{ "p=tls-server-end-point,,n=tom,r=abc", SASL_MALFORMED, 0 },
		{ "p=tls-unique,,n=tom,r=abc", SASL_MALFORMED, SASL_UNSUPPORTED },
		{ "p=,,n=tom,r=abc", SASL_MALFORMED, SASL_UNSUPPORTED },
		{ "p,,n=tom,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "F,p=tls-exporter,,n=tom,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "", SASL_MALFORMED, SASL_MALFORMED },
		{ "n", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,", SASL_MALFORMED, SASL_MALFORMED },
		{ "N,,n=tom,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,m=x,n=tom,r=abc", SASL_UNSUPPORTED, SASL_MALFORMED },
		{ "n,,n=tom,r=abc,m=x", SASL_UNSUPPORTED, SASL_MALFORMED },
		{ "n,,n=,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom,", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom,r=", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom,r=abc,", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom,r=abc,,", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom,r=abc,x", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom,r=abc,1=x", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom,r=a c", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=tom,r=\xc3\xa9", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,r=abc,n=tom", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=to=m,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=to=2,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=to=2cm,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=to=,r=abc", SASL_MALFORMED, SASL_MALFORMED },
		{ "n,,n=\xff,r=abc", SASL_MALFORMED, SASL_MALFORMED },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		assert_int_equal(first_answer("SCRAM-SHA-1", str_z(cases[i].text)), cases[i].plain);
		assert_int_equal(first_answer("SCRAM-SHA-1-PLUS", str_z(cases[i].text)), cases[i].plus);
	}
	assert_int_equal(first_answer("SCRAM-SHA-1", STR("n,,n=t\0m,r=abc")), SASL_MALFORMED);
}

static void first_messages_are_bounded(void **state)
{
	own_buf text = { 0 };

	buf_lit(&text, "n,,n=");
	for (unsigned i = 0; i < 1023; i++)
		buf_byte(&text, 'a');
	buf_lit(&text, ",r=");
	for (unsigned i = 0; i < 256; i++)
		buf_byte(&text, 'b');
	assert_int_equal(first_answer("SCRAM-SHA-1", buf_all(&text)), 0);
	buf_byte(&text, 'b');
	assert_int_equal(first_answer("SCRAM-SHA-1", buf_all(&text)), SASL_MALFORMED);
	buf_clear(&text);
	buf_lit(&text, "n,,n=");
	for (unsigned i = 0; i < 1024; i++)
		buf_byte(&text, 'a');
	buf_lit(&text, ",r=b");
	assert_int_equal(first_answer("SCRAM-SHA-1", buf_all(&text)), SASL_MALFORMED);
	buf_clear(&text);
	buf_lit(&text, "n,,n=a,r=b,x=");
	for (unsigned i = 0; i < 9000; i++)
		buf_byte(&text, 'a');
	assert_int_equal(first_answer("SCRAM-SHA-1", buf_all(&text)), SASL_MALFORMED);
}

static int final_answer(const char *message)
{
	struct verifier v = example_verifier(HASH_SHA1, STR("0123456789abcdef"), 4096);
	struct scram_server s = { 0 };
	own_buf out = { 0 };
	int r;

	assert_int_equal(scram_server_first(&s, sasl_mechanism(STR("SCRAM-SHA-1")), false, DOMAIN, STR("n,,n=tom,r=abc")), 0);
	scram_server_challenge(&s, &v, true, chance, STR_NONE, STR_NONE, &out);
	assert_string_equal(buf_z(&out), "r=abcAQIDBAUGBwgJCgsMDQ4PEBES,s=MDEyMzQ1Njc4OWFiY2RlZg==,i=4096");
	buf_clear(&out);
	r = scram_server_final(&s, str_z(message), &out);
	assert_int_equal(out.n, 0);
	scram_server_free(&s);
	return r;
}

static void final_messages_are_checked(void **state)
{
	static const struct {
		const char *text;
		int answer;
	} cases[] = {
		{ "", SASL_MALFORMED },
		{ "c=biws", SASL_MALFORMED },
		{ "c=biws,r=abcAQIDBAUGBwgJCgsMDQ4PEBES", SASL_MALFORMED },
		{ "r=abcAQIDBAUGBwgJCgsMDQ4PEBES,c=biws,p=AAAA", SASL_MALFORMED },
		{ "c=biws,r=abcAQIDBAUGBwgJCgsMDQ4PEBES,p=AAA", SASL_MALFORMED },
		{ "c=biw,r=abcAQIDBAUGBwgJCgsMDQ4PEBES,p=AAAA", SASL_MALFORMED },
		{ "c=biws,r=abcAQIDBAUGBwgJCgsMDQ4PEBES,p=AAAA,x=y", SASL_MALFORMED },
		{ "c=biws,r=abcAQIDBAUGBwgJCgsMDQ4PEBES,p=AAAA,", SASL_MALFORMED },
		{ "c=biws,r=abcAQIDBAUGBwgJCgsMDQ4PEBES,m=x,p=AAAA", SASL_UNSUPPORTED },
		{ "c=biws,r=abcAQIDBAUGBwgJCgsMDQ4PEBES,p=AAAA", SASL_REFUSED },
		{ "c=biws,r=abcAQIDBAUGBwgJCgsMDQ4PEBES,p=", SASL_REFUSED },
		{ "c=biws,r=abcAQIDBAUGBwgJCgsMDQ4PEBES,x=y,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", SASL_REFUSED },
		{ "c=biws,r=other,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", SASL_REFUSED },
	};

	for (size_t i = 0; i < countof(cases); i++)
		assert_int_equal(final_answer(cases[i].text), cases[i].answer);
}

/* Who knows the password but answers another challenge, or extends the message, is held to what was said here. */
static void proofs_hold_for_one_exchange_only(void **state)
{
	struct verifier v = example_verifier(HASH_SHA1, STR("0123456789abcdef"), 4096);
	const struct sasl_mechanism *m = sasl_mechanism(STR("SCRAM-SHA-1"));
	uint8_t other[SCRAM_NONCE_BYTES] = { 0 };

	for (unsigned i = 0; i < 3; i++) {
		struct scram_server s = { 0 };
		struct scram_client c = { 0 };
		own_buf first = { 0 }, challenge = { 0 }, proof = { 0 }, last = { 0 };

		scram_client_first(&c, HASH_SHA1, STR("tom"), chance, SCRAM_CANNOT_BIND, SCRAM_UNBOUND, STR_NONE, &first);
		assert_int_equal(scram_server_first(&s, m, false, DOMAIN, buf_all(&first)), 0);
		scram_server_challenge(&s, &v, true, chance, STR_NONE, STR_NONE, &challenge);
		assert_int_equal(scram_client_final(&c, buf_all(&challenge), STR("pencil"), NULL, &proof), 0);
		if (i == 1) { /* replayed to an exchange with another nonce */
			scram_server_free(&s);
			assert_int_equal(scram_server_first(&s, m, false, DOMAIN, buf_all(&first)), 0);
			buf_clear(&challenge);
			scram_server_challenge(&s, &v, true, other, STR_NONE, STR_NONE, &challenge);
		}
		if (i == 2) /* changed on the way: "c=biws" for "n,," becomes "c=eSws" for "y,," */
			memcpy(proof.p, "c=eSws", 6);
		assert_int_equal(scram_server_final(&s, buf_all(&proof), &last), i ? SASL_REFUSED : 0);
		scram_server_free(&s);
		scram_client_free(&c);
	}
}

static int client_answer(const char *server_first, const char *server_final, int *check)
{
	struct scram_client c = { 0 };
	own_buf out = { 0 };
	int r;

	scram_client_first(&c, HASH_SHA1, STR("tom"), chance, SCRAM_CANNOT_BIND, SCRAM_UNBOUND, STR_NONE, &out);
	assert_string_equal(buf_z(&out), "n,,n=tom,r=AQIDBAUGBwgJCgsMDQ4PEBES");
	r = scram_client_final(&c, str_z(server_first), STR("pencil"), NULL, &out);
	if (check)
		*check = scram_client_check(&c, str_z(server_final));
	scram_client_free(&c);
	return r;
}

static void clients_check_the_server(void **state)
{
	static const struct {
		const char *text;
		int answer;
	} first[] = {
		{ "", SASL_MALFORMED },
		{ "m=x,r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA,i=4096", SASL_UNSUPPORTED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBES,s=AAAA,i=4096", SASL_MALFORMED }, /* nothing added to the nonce */
		{ "r=other,s=AAAA,i=4096", SASL_MALFORMED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=,i=4096", SASL_MALFORMED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=A,i=4096", SASL_MALFORMED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA", SASL_MALFORMED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA,i=04096", SASL_MALFORMED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA,i=-1", SASL_MALFORMED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA,i=4095", SASL_REFUSED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA,i=1000001", SASL_REFUSED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA,i=4096,x", SASL_MALFORMED },
		{ "r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA,i=4096,m=x", SASL_UNSUPPORTED },
	};
	static const struct {
		const char *text;
		int answer;
	} final[] = {
		{ "", SASL_MALFORMED }, { "e=invalid-proof", SASL_REFUSED }, { "v=A", SASL_MALFORMED }, { "x=AAAA", SASL_MALFORMED },
		{ "v=AAAA", SASL_REFUSED }, { "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", SASL_REFUSED },
	};
	int check;

	for (size_t i = 0; i < countof(first); i++)
		assert_int_equal(client_answer(first[i].text, NULL, NULL), first[i].answer);
	for (size_t i = 0; i < countof(final); i++) {
		assert_int_equal(client_answer("r=AQIDBAUGBwgJCgsMDQ4PEBESx,s=AAAA,i=4096,d=x", final[i].text, &check), 0);
		assert_int_equal(check, final[i].answer);
	}
}

/* XEP-0474, 6.3: the same whatever the order. */
static void announcements_are_hashed(void **state)
{
	const struct str mechanisms[] = { STR("SCRAM-SHA-1-PLUS"), STR("SCRAM-SHA-1") };
	const struct str bindings[] = { STR("tls-server-end-point"), STR("tls-exporter") };
	own_buf value = { 0 }, unbound = { 0 };

	scram_announced_hash(&value, HASH_SHA1, mechanisms, 2, bindings, 2);
	assert_string_equal(buf_z(&value), "G6k/rBLDqgOhRRaCuuatSDFkJ08=");
	scram_announced_hash(&unbound, HASH_SHA256, mechanisms, 2, NULL, 0);
	assert_int_equal(unbound.n, 44);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_5802_example),
		cmocka_unit_test(rfc_7677_example),
		cmocka_unit_test(every_mechanism_lets_in),
		cmocka_unit_test(wrong_passwords_and_unknown_users_are_told_the_same),
		cmocka_unit_test(somebody_in_the_middle_is_noticed),
		cmocka_unit_test(first_messages_are_checked),
		cmocka_unit_test(first_messages_are_bounded),
		cmocka_unit_test(final_messages_are_checked),
		cmocka_unit_test(proofs_hold_for_one_exchange_only),
		cmocka_unit_test(clients_check_the_server),
		cmocka_unit_test(announcements_are_hashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
