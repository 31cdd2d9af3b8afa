/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/trust.c - keys of servers and peers: remembered at first sight, refused when they change.
 */
#include "base/crypt.h"
#include "clients/term/engine/chat.h"

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

/* ---- the server ---------------------------------------------------------------------------------------------------- */

void trust_server_name(const struct client *c, uint16_t port, struct buf *to)
{
	buf_fmt(to, "%.*s:%u", STR_ARG(c->setup.host), port);
}

static void server_refuse(struct client *c, const struct trust_server *s, enum text t, struct str other)
{
	own_buf is = { 0 }, text = { 0 };

	trust_fingerprint(&is, s->key);
	text_put(&text, c->setup.chinese, t, c->setup.host, buf_all(&is), other);
	s->refuse(c, buf_all(&text));
}

/* AA:BB:… or aabb…, any case. */
static bool pin_fits(struct str pin, const uint8_t key[KEY_BYTES])
{
	own_buf digits = { 0 }, bytes = { 0 };

	for (size_t i = 0; i < pin.n; i++)
		if (pin.p[i] != ':' && pin.p[i] != ' ')
			buf_byte(&digits, pin.p[i]);
	return hex_read(&bytes, buf_all(&digits)) && bytes.n == KEY_BYTES && !memcmp(bytes.p, key, KEY_BYTES);
}

static void server_remember(struct client *c, const struct trust_server *s)
{
	own_buf name = { 0 };

	trust_server_name(c, s->port, &name);
	trust_remember(c, buf_all(&name), s->key, false);
}

static void server_answered(struct client *c, struct str answer)
{
	struct trust_server s = *c->asked_about;

	if (str_is(answer, "yes")) {
		server_remember(c, &s);
		s.go_on(c);
	} else {
		server_refuse(c, &s, TEXT_key_not_taken, STR_NONE);
	}
}

static void server_new(struct client *c, const struct trust_server *s)
{
	own_buf print = { 0 }, text = { 0 };

	trust_fingerprint(&print, s->key);
	if (c->setup.accept_new) {
		server_remember(c, s);
		client_tell(c, NULL, "new-key", false, TEXT_key_taken, c->setup.host, buf_all(&print));
		s->go_on(c);
		return;
	}
	mem_free((void *)c->asked_about);
	c->asked_about = mem_copy((const char *)s, sizeof *s);
	text_put(&text, c->setup.chinese, TEXT_key_new, c->setup.host, buf_all(&print), STR_NONE);
	client_ask(c, ASK_YES_NO, buf_all(&text), server_answered);
}

static void server_changed(struct client *c, const struct trust_server *s, struct str name)
{
	struct kept_key known = { .since = 0 };
	own_buf was = { 0 };

	keep_key(c->keep, name, &known);
	trust_fingerprint(&was, known.key);
	server_refuse(c, s, TEXT_key_changed, buf_all(&was));
}

void trust_server(struct client *c, const struct trust_server *s)
{
	own_buf name = { 0 };
	enum trust trust;
	bool verified;

	trust_server_name(c, s->port, &name);
	if (c->setup.pin.n && !pin_fits(c->setup.pin, s->key)) {
		server_refuse(c, s, TEXT_key_not_pinned, c->setup.pin);
		return;
	}
	trust = c->setup.pin.n || s->trusted ? TRUST_YES : trust_look(c, buf_all(&name), s->key, &verified);
	if (trust == TRUST_YES)
		s->go_on(c);
	else if (trust == TRUST_NEW)
		server_new(c, s);
	else
		server_changed(c, s, buf_all(&name));
}
