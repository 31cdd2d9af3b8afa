/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/trust.c - keys of servers and peers: remembered at first sight, refused when they change.
 */
#include "base/crypt.h"
#include "clients/term/engine/inside.h"

enum trust trust_look(struct client *c, struct str whose, const uint8_t key[KEY_BYTES], bool *verified)
{
	struct kept_key known;

	*verified = false;
	if (!keep_key(c->keep, whose, &known))
		return TRUST_NEW;
	if (memcmp(known.key, key, KEY_BYTES))
		return TRUST_CHANGED;
	*verified = known.verified;
	return TRUST_YES;
}

void trust_remember(struct client *c, struct str whose, const uint8_t key[KEY_BYTES], bool verified)
{
	struct kept_key known = { .verified = verified, .since = world_now(c->world) };

	memcpy(known.key, key, KEY_BYTES);
	if (keep_key_set(c->keep, whose, &known))
		client_notice(c, NULL, "disk", true, keep_why(c->keep));
}

void trust_fingerprint(struct buf *to, const uint8_t key[KEY_BYTES])
{
	for (size_t i = 0; i < KEY_BYTES; i++)
		buf_fmt(to, "%s%02X", i ? ":" : "", key[i]);
}

/* The hash is taken of both keys in one order, whoever asks; 25 digits are 83 bits. */
void trust_code(struct buf *to, const uint8_t one[KEY_BYTES], const uint8_t other[KEY_BYTES])
{
	static const char label[] = "anser verify 1";
	bool swap = memcmp(one, other, KEY_BYTES) > 0;
	own_buf both = { 0 };
	uint8_t sum[HASH_BYTES_MAX];

	buf_add(&both, label, sizeof label);
	buf_add(&both, swap ? other : one, KEY_BYTES);
	buf_add(&both, swap ? one : other, KEY_BYTES);
	hash_sum(HASH_SHA256, buf_all(&both), sum);
	for (size_t i = 0; i < 5; i++) {
		uint64_t part = 0;

		for (size_t k = 0; k < 5; k++)
			part = part << 8 | sum[i * 5 + k];
		buf_fmt(to, "%s%05u", i ? " " : "", (unsigned)(part % 100000));
	}
}
