/* SPDX-License-Identifier: Apache-2.0
 *
 * Hybrid bytes: a datagram that was read can be written, in either encoding, and read again; any split of a list gives the same entries; what is escaped
 * comes back. The first byte of the input chooses the size of the pieces and the encoding.
 */
#include "wire/hybrid.h"

#include <assert.h>

enum { LIST_MAX = 4096, TALK_MAX = 200 };

static void same(const struct hybrid_datagram *a, const struct hybrid_datagram *b)
{
	assert(a->kind == b->kind);
	assert(str_eq(a->user, b->user) && str_eq(a->time, b->time) && str_eq(a->content, b->content));
	assert(a->port == b->port);
	if (a->kind == HYBRID_LOGIN || a->kind == HYBRID_LOGOUT)
		assert(endpoint_eq(&a->endpoint, &b->endpoint));
}

static void datagram(struct str bytes)
{
	own_buf room = { 0 };
	struct hybrid_datagram d = { 0 };

	if (!hybrid_parse(&d, bytes, &room))
		return;
	if (d.kind == HYBRID_LOGIN || d.kind == HYBRID_LOGOUT || d.kind == HYBRID_TALK)
		assert(hybrid_is_name(d.user));
	assert(str_is_utf8(d.content) && str_is_utf8(d.user));
	for (enum hybrid_encoding e = HYBRID_UTF8; e <= HYBRID_UTF16; e++) {
		struct hybrid_datagram back = { 0 };
		own_buf text = { 0 }, room2 = { 0 };

		hybrid_write(&text, e, &d);
		assert(hybrid_parse(&back, buf_all(&text), &room2));
		assert(back.encoding == e);
		same(&d, &back);
		/* Piece after piece comes to the end, and each can be sent. */
		for (struct str rest = d.content; d.kind == HYBRID_TALK && rest.n;) {
			size_t n = hybrid_talk_fit(e, d.time, d.user, rest, TALK_MAX);

			assert(n > 0 && n <= rest.n && str_is_utf8(str_n(rest.p, n)));
			rest = str_from(rest, n);
		}
	}
}

/* "user@endpoint " of each entry, and how it ended. */
static void entries(struct buf *out, struct str text)
{
	for (;;) {
		struct str user = STR(""), before = text;
		struct endpoint e = { 0 };
		enum hybrid_entry kind = hybrid_list_next(&text, &user, &e);
		own_buf again = { 0 };

		buf_u64(out, kind);
		if (kind == HYBRID_ENTRY_END || kind == HYBRID_ENTRY_CUT)
			return;
		assert(text.n < before.n);
		if (kind == HYBRID_ENTRY_BAD)
			continue;
		assert(hybrid_is_name(user) && e.port);
		hybrid_list_add(&again, user, &e);
		buf_str(out, buf_all(&again));
	}
}

static void list(struct buf *out, enum hybrid_encoding encoding, struct str bytes, size_t step)
{
	own_buf in = { 0 };
	size_t scanned = 0, len;
	struct str text;

	for (size_t at = 0; at < bytes.n; at += step) {
		enum hybrid_list_frame kind;

		buf_add(&in, bytes.p + at, step < bytes.n - at ? step : bytes.n - at);
		kind = hybrid_list_read(encoding, in.p, in.n, LIST_MAX, &scanned, &text, &len);
		if (kind == HYBRID_LIST_MORE)
			continue;
		buf_u64(out, kind);
		if (kind == HYBRID_LIST_BAD)
			return;
		assert(len <= in.n && text.n <= LIST_MAX && text.p >= in.p && text.p + text.n <= in.p + len);
		entries(out, text);
		return;
	}
	buf_lit(out, "+");
}

static void lines(struct str bytes)
{
	own_buf one = { 0 }, back = { 0 }, wide = { 0 }, narrow = { 0 };
	msec time, again;

	if (hybrid_unescape(&one, bytes)) {
		hybrid_escape(&back, buf_all(&one));
		assert(hybrid_unescape(&wide, buf_all(&back)) && str_eq(buf_all(&wide), buf_all(&one)));
	} else {
		assert(!one.n);
	}
	buf_clear(&wide);
	buf_clear(&back);
	hybrid_escape(&back, bytes);
	assert(str_find(buf_all(&back), '\n') == back.n && str_find(buf_all(&back), '\r') == back.n);
	if (str_is_utf8(bytes)) {
		utf16_write(&wide, bytes);
		assert(utf16_read(&narrow, buf_all(&wide)) && str_eq(buf_all(&narrow), bytes));
	}
	if (hybrid_time_read(bytes, &time)) {
		buf_clear(&wide);
		hybrid_time_write(&wide, time);
		/* An hour that a clock skips or shows twice may come back as another; a third time it does not. */
		assert(hybrid_time_read(buf_all(&wide), &again));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	own_buf whole = { 0 }, pieces = { 0 };
	struct str all = str_n((const char *)bytes + 1, n ? n - 1 : 0);
	enum hybrid_encoding encoding = n && bytes[0] & 1 ? HYBRID_UTF16 : HYBRID_UTF8;

	if (!n)
		return 0;
	datagram(all);
	list(&whole, encoding, all, n);
	list(&pieces, encoding, all, 1 + bytes[0] % 61);
	assert(str_eq(buf_all(&whole), buf_all(&pieces)));
	lines(all);
	return 0;
}
