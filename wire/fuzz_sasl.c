/* SPDX-License-Identifier: Apache-2.0
 *
 * SASL from a peer: PLAIN, both client messages of SCRAM as the server reads them, and both of the server as our client does; a login with a
 * token, and the record of a device as it comes back from the store. The first byte chooses; messages are parted by a line feed. Nothing that was made up may ever let anybody in.
 */
#include <assert.h>

#include "wire/ht.h"
#include "wire/scram.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const uint8_t chance[SCRAM_NONCE_BYTES] = { 7 };

static struct verifier verifier_any(void)
{
	struct verifier v[SCRAM_HASHES];

	verifier_fake(v, STR("a secret of sixteen bytes"), STR("tom"));
	return v[SCRAM_SHA256];
}

static void plain(struct str message)
{
	struct sasl_plain p;

	if (sasl_plain_read(&p, message) != 0)
		return;
	assert(p.name.n && p.password.n && p.authzid.n + p.name.n + p.password.n + 2 == message.n);
	sasl_authzid_allowed(p.authzid, p.name, STR("localhost"));
}

static void server(struct str first, struct str final, bool plus)
{
	const struct sasl_mechanism *m = sasl_mechanism(plus ? STR("SCRAM-SHA-256-PLUS") : STR("SCRAM-SHA-256"));
	struct verifier v = verifier_any();
	struct scram_server s = { 0 };
	own_buf out = { 0 };

	if (scram_server_first(&s, m, plus, STR("localhost"), first) == 0) {
		assert(s.name.n && str_is_utf8(buf_all(&s.name)) && (s.binding != SCRAM_UNBOUND) == plus);
		scram_server_challenge(&s, &v, true, chance, STR("binding"), STR_NONE, &out);
		buf_clear(&out);
		assert(scram_server_final(&s, final, &out) != 0);
		assert(out.n == 0);
	}
	scram_server_free(&s);
}

/* PBKDF2 with as many rounds as our client allows would make one input take a second: four digits are enough here. */
static bool is_cheap(struct str s)
{
	for (size_t i = 0; i + 6 < s.n; i++)
		if (s.p[i] == 'i' && s.p[i + 1] == '=' && s.p[i + 6] >= '0' && s.p[i + 6] <= '9')
			return false;
	return true;
}

static void client(struct str first, struct str final)
{
	struct scram_client c = { 0 };
	own_buf out = { 0 };

	scram_client_first(&c, HASH_SHA1, STR("tom"), chance, SCRAM_CANNOT_BIND, SCRAM_UNBOUND, STR_NONE, &out);
	if (is_cheap(first) && scram_client_final(&c, first, STR("pencil"), NULL, &out) == 0)
		assert(scram_client_check(&c, final) != 0);
	scram_client_free(&c);
}

static void token(struct str message)
{
	struct token_slot kept = { 0 };
	struct ht_message m;

	if (ht_read(&m, message) != 0)
		return;
	assert(m.name.n && m.hash.n == TOKEN_HASH_BYTES && m.name.n + 1 + m.hash.n == message.n);
	for (unsigned kind = 0; kind < TOKEN_KINDS; kind++) {
		struct str binding = kind == TOKEN_UNBOUND ? STR_NONE : STR("binding");

		assert(!token_matches(&kept, (enum token_kind)kind, m.hash, binding));
		token_keep(&kept, (enum token_kind)kind, STR("a token that nobody was given"));
		assert(!token_matches(&kept, (enum token_kind)kind, m.hash, binding));
	}
}

/* What was read is written in one way. */
static void record(struct str text)
{
	struct token_record r, again;
	own_buf once = { 0 }, twice = { 0 };

	if (!token_read(&r, text))
		return;
	token_write(&once, &r);
	assert(token_read(&again, buf_all(&once)));
	token_write(&twice, &again);
	assert(str_eq(buf_all(&once), buf_all(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct str text = str_bytes(bytes, n), first, final;
	own_buf decoded = { 0 };
	size_t cut;

	if (n == 0)
		return 0;
	text = str_from(text, 1);
	cut = str_find(text, '\n');
	first = str_n(text.p, cut);
	final = str_from(text, cut + 1);
	switch (bytes[0]) {
	case 'p':
		plain(text);
		break;
	case 's':
	case 'b':
		server(first, final, bytes[0] == 'b');
		break;
	case 'c':
		client(first, final);
		break;
	case 't':
		token(text);
		break;
	case 'r':
		record(text);
		break;
	default:
		if (base64_read(&decoded, text)) { /* one spelling only */
			own_buf again = { 0 };

			base64_write(&again, buf_all(&decoded));
			assert(str_eq(buf_all(&again), text));
			plain(buf_all(&decoded));
		}
	}
	return 0;
}
