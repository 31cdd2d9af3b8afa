/* SPDX-License-Identifier: Apache-2.0 */
#include "model/token.h"

#include <assert.h>
#include <inttypes.h>

#define VERSION "1"

void token_hash(struct str token, enum token_side side, struct str binding, uint8_t to[static TOKEN_HASH_BYTES])
{
	own_buf said = { 0 };

	buf_str(&said, side == TOKEN_INITIATOR ? STR("Initiator") : STR("Responder"));
	buf_str(&said, binding);
	hash_hmac(HASH_SHA256, token, buf_all(&said), to);
}

void token_text(struct buf *to, const uint8_t random[static TOKEN_RANDOM_BYTES])
{
	base64_write(to, str_bytes(random, TOKEN_RANDOM_BYTES));
}

void token_keep(struct token_slot *s, enum token_kind kind, struct str token)
{
	uint8_t shown[TOKEN_HASH_BYTES];

	assert(token.n < TOKEN_KEPT_BYTES);
	memset(s->kept, 0, sizeof s->kept);
	s->there = true;
	s->kind = kind;
	s->count = 0;
	if (kind != TOKEN_UNBOUND) {
		memcpy(s->kept, token.p, token.n);
		return;
	}
	token_hash(token, TOKEN_INITIATOR, STR_NONE, shown);
	hash_sum(HASH_SHA256, str_bytes(shown, sizeof shown), s->kept);
	token_hash(token, TOKEN_RESPONDER, STR_NONE, s->kept + TOKEN_HASH_BYTES);
	secret_wipe(shown, sizeof shown);
}

static struct str bound_token(const struct token_slot *s)
{
	struct str kept = str_bytes(s->kept, sizeof s->kept);

	return str_n(kept.p, str_find(kept, 0));
}

bool token_matches(const struct token_slot *s, enum token_kind kind, struct str hash, struct str binding)
{
	uint8_t sum[TOKEN_HASH_BYTES], wanted[TOKEN_HASH_BYTES];
	bool bound = kind != TOKEN_UNBOUND, same;

	/* Both are made, whatever the kind. */
	hash_sum(HASH_SHA256, hash, sum);
	token_hash(bound_token(s), TOKEN_INITIATOR, binding, wanted);
	if (bound)
		same = secret_eq(str_bytes(wanted, sizeof wanted), hash);
	else
		same = secret_eq(str_bytes(s->kept, sizeof sum), str_bytes(sum, sizeof sum));
	return same && s->there && s->kind == kind && bound == (binding.n > 0);
}

void token_answer(const struct token_slot *s, struct str binding, uint8_t to[static TOKEN_HASH_BYTES])
{
	if (s->kind == TOKEN_UNBOUND)
		memcpy(to, s->kept + TOKEN_HASH_BYTES, TOKEN_HASH_BYTES);
	else
		token_hash(bound_token(s), TOKEN_RESPONDER, binding, to);
}

/* ---- as text ---------------------------------------------------------------------------------------------------- */

/* A line of what a client said: without control characters, and not long. */
static void text_write(struct buf *to, struct str text)
{
	size_t n = text.n < TOKEN_TEXT_MAX ? text.n : TOKEN_TEXT_MAX;

	while (n && n < text.n && ((uint8_t)text.p[n] & 0xc0) == 0x80)
		n--; /* no half of a character */
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)text.p[i] >= 0x20 && text.p[i] != 0x7f)
			buf_byte(to, text.p[i]);
	buf_byte(to, '\n');
}

static void slot_write(struct buf *to, const struct token_slot *s)
{
	if (s->there) {
		buf_fmt(to, "%u %" PRId64 " %" PRId64 " %" PRIu64 " ", (unsigned)s->kind, s->made, s->expires,
			s->count);
		hex_write(to, str_bytes(s->kept, sizeof s->kept));
	}
	buf_byte(to, '\n');
}

void token_write(struct buf *to, const struct token_record *r)
{
	buf_fmt(to, VERSION " %" PRId64 " %" PRId64 " %" PRIu64 "\n", r->since, r->seen, r->mark);
	text_write(to, r->software);
	text_write(to, r->device);
	slot_write(to, &r->current);
	slot_write(to, &r->next);
}

/* Takes what stands before the next `end`, which must be there. */
static bool part(struct str *rest, char end, struct str *ret)
{
	size_t n = str_find(*rest, end);

	if (n == rest->n)
		return false;
	*ret = str_n(rest->p, n);
	*rest = str_from(*rest, n + 1);
	return true;
}

static bool number(struct str *rest, uint64_t *ret)
{
	struct str digits;

	return part(rest, ' ', &digits) && str_u64(digits, ret);
}

static bool slot_read(struct token_slot *s, struct str line)
{
	uint64_t kind, made, expires;
	own_buf kept = { 0 };
	bool good;

	*s = (struct token_slot){ 0 };
	if (!line.n)
		return true;
	good = number(&line, &kind) && kind < TOKEN_KINDS && number(&line, &made) && number(&line, &expires) &&
	       number(&line, &s->count) && hex_read(&kept, line) && kept.n == sizeof s->kept;
	if (!good)
		return false;
	*s = (struct token_slot){ true, (enum token_kind)kind, (msec)made, (msec)expires, s->count, { 0 } };
	memcpy(s->kept, kept.p, sizeof s->kept);
	secret_wipe(kept.p, kept.n);
	return true;
}

bool token_read(struct token_record *ret, struct str text)
{
	struct token_record r = { 0 };
	struct str line, version, current, next;
	uint64_t since, seen;

	if (!part(&text, '\n', &line) || !part(&line, ' ', &version) || !str_is(version, VERSION) ||
	    !number(&line, &since) || !number(&line, &seen) || !str_u64(line, &r.mark))
		return false;
	if (!part(&text, '\n', &r.software) || !part(&text, '\n', &r.device) || !part(&text, '\n', &current) ||
	    !part(&text, '\n', &next) || text.n)
		return false;
	if (!slot_read(&r.current, current) || !slot_read(&r.next, next))
		return false;
	r.since = (msec)since;
	r.seen = (msec)seen;
	*ret = r;
	return true;
}
