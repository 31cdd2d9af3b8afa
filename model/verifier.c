/* SPDX-License-Identifier: Apache-2.0 */
#include "model/verifier.h"

#include <assert.h>
#include <stringprep.h>

enum { PASSWORD_BYTES_MAX = 1023 };

static bool is_plain_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

bool password_prepare(struct buf *to, struct str typed)
{
	char text[PASSWORD_BYTES_MAX * 4];
	bool good;

	if (typed.n == 0 || typed.n > PASSWORD_BYTES_MAX)
		return false;
	if (is_plain_ascii(typed)) { /* SASLprep leaves it as it is */
		buf_str(to, typed);
		return true;
	}
	if (memchr(typed.p, 0, typed.n) || !str_is_utf8(typed))
		return false;
	memcpy(text, typed.p, typed.n);
	text[typed.n] = 0;
	good = stringprep(text, sizeof text, (Stringprep_profile_flags)0, stringprep_saslprep) == STRINGPREP_OK;
	good = good && *text && strlen(text) <= PASSWORD_BYTES_MAX;
	if (good)
		buf_add(to, text, strlen(text));
	secret_wipe(text, sizeof text);
	return good;
}

/* RFC 5802, 3: StoredKey and ServerKey from SaltedPassword. */
static void keys(enum hash h, struct str salted, struct verifier *v)
{
	uint8_t client_key[HASH_BYTES_MAX];

	hash_hmac(h, salted, STR("Client Key"), client_key);
	hash_sum(h, str_bytes(client_key, hash_bytes(h)), v->stored_key);
	hash_hmac(h, salted, STR("Server Key"), v->server_key);
	secret_wipe(client_key, sizeof client_key);
}

void verifier_fill(struct verifier *v, enum hash h, struct str password)
{
	uint8_t salted[HASH_BYTES_MAX];

	hash_pbkdf2(h, password, verifier_salt(v), v->iterations, salted);
	keys(h, str_bytes(salted, hash_bytes(h)), v);
	secret_wipe(salted, sizeof salted);
}

void verifier_make(struct verifier v[SCRAM_HASHES], struct str password, const uint8_t salts[SCRAM_HASHES][SCRAM_SALT_BYTES])
{
	assert(password.n);
	for (unsigned i = 0; i < SCRAM_HASHES; i++) {
		v[i] = (struct verifier){ .iterations = SCRAM_ITERATIONS };
		memcpy(v[i].salt, salts[i], SCRAM_SALT_BYTES);
		verifier_fill(&v[i], verifier_hash(i), password);
	}
}

/* Those that come from another server may lack one: then its keys are zero, and nothing matches them. */
static bool is_missing(const struct verifier *v)
{
	static const uint8_t none[SCRAM_KEY_BYTES_MAX];

	return memcmp(v->stored_key, none, sizeof none) == 0;
}

bool verifier_check(const struct verifier v[SCRAM_HASHES], struct str password)
{
	unsigned place = is_missing(&v[SCRAM_SHA256]) && !is_missing(&v[SCRAM_SHA1]) ? SCRAM_SHA1 : SCRAM_SHA256;
	const struct verifier *kept = &v[place];
	struct verifier made = { .iterations = kept->iterations, .salt_n = kept->salt_n };
	bool same;

	assert(kept->iterations);
	memcpy(made.salt, kept->salt, sizeof made.salt);
	verifier_fill(&made, verifier_hash(place), password);
	same = secret_eq(str_bytes(made.stored_key, sizeof made.stored_key), str_bytes(kept->stored_key, sizeof kept->stored_key));
	secret_wipe(&made, sizeof made);
	return same;
}

void verifier_fake(struct verifier v[SCRAM_HASHES], struct str secret, struct str name)
{
	assert(secret.n >= 16);
	for (unsigned i = 0; i < SCRAM_HASHES; i++) {
		uint8_t inner[HASH_BYTES_MAX], bytes[HASH_BYTES_MAX];

		/* Two steps, so that no name can be chosen that makes the label of another one. */
		hash_hmac(HASH_SHA256, secret, name, inner);
		v[i] = (struct verifier){ .iterations = SCRAM_ITERATIONS };
		hash_hmac(HASH_SHA256, str_bytes(inner, sizeof inner), i == SCRAM_SHA1 ? STR("salt 1") : STR("salt 256"), bytes);
		memcpy(v[i].salt, bytes, SCRAM_SALT_BYTES);
		/* Nobody knows a preimage of this, so no proof fits; the exchange does all its work and fails at the end. */
		hash_hmac(HASH_SHA256, str_bytes(inner, sizeof inner), i == SCRAM_SHA1 ? STR("key 1") : STR("key 256"), bytes);
		memcpy(v[i].stored_key, bytes, hash_bytes(verifier_hash(i)));
		hash_hmac(HASH_SHA256, str_bytes(inner, sizeof inner), i == SCRAM_SHA1 ? STR("server 1") : STR("server 256"), bytes);
		memcpy(v[i].server_key, bytes, hash_bytes(verifier_hash(i)));
	}
}
