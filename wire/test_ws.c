/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames at the limits that RFC 6455 draws, in every split; then thousands of streams, right and spoilt, read by us and
 * by wslay.
 */
#include "wire/ws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <wslay/wslay.h>

#include "base/mem.h"

enum { MAX = 1 << 20, PADDING = 4200 };

#define BYTES(literal) str_n("" literal, sizeof(literal) - 1)

/* ---- what a client sends ----------------------------------------------------------------------------------------- */

enum { MASKED = 1, UNMASKED = 0 };

/* A frame with everything in the caller's hand: `first` is its first byte, `form` how the length is written (0: the
 * shortest, 2, 8). */
static void frame(struct buf *to, unsigned first, int masked, unsigned form, uint64_t length, struct str payload)
{
	static const char mask[4] = { 0x37, (char)0xFA, 0x21, 0x3D };
	unsigned bytes = form ? form : length < 126 ? 0 : length < 65536 ? 2 : 8;

	buf_byte(to, (char)first);
	buf_byte(to, (char)((masked ? 0x80 : 0) | (bytes == 8 ? 127 : bytes == 2 ? 126 : (unsigned)length)));
	for (unsigned i = 0; i < bytes; i++)
		buf_byte(to, (char)(length >> 8 * (bytes - 1 - i)));
	if (masked)
		buf_add(to, mask, 4);
	for (size_t i = 0; i < payload.n; i++)
		buf_byte(to, masked ? (char)(payload.p[i] ^ mask[i & 3]) : payload.p[i]);
}

static void simple(struct buf *to, unsigned first, struct str payload)
{
	frame(to, first, MASKED, 0, payload.n, payload);
}

/* ---- what is read ------------------------------------------------------------------------------------------------ */

/* Events as text: "[1 text]" per message, "[8 1000 reason]", at the end "!1002" when it was refused. */
static void note(struct buf *out, const struct ws_event *e)
{
	buf_fmt(out, "[%d ", e->kind);
	if (e->kind == WS_CLOSE)
		buf_fmt(out, "%u ", e->code);
	buf_str(out, e->payload);
	buf_byte(out, ']');
}

static bool piece_read(struct ws_reader *r, struct buf *out, const char *bytes, size_t n, size_t max)
{
	struct ws_event e;
	size_t used;
	int verdict;

	for (;;) {
		verdict = ws_read(r, bytes, n, max, &used, &e);
		assert_true(used <= n);
		bytes += used;
		n -= used;
		if (verdict < 0)
			buf_fmt(out, "!%d", -verdict);
		if (verdict < 0 || (verdict == 1 && (note(out, &e), e.kind == WS_CLOSE)))
			return false;
		if (!verdict)
			break;
	}
	assert_int_equal(n, 0);
	return true;
}

/* The first piece of `cut` bytes, then pieces of `step`. */
static void read_all(struct buf *out, struct str stream, size_t cut, size_t step, size_t max)
{
	struct ws_reader r = { 0 };

	for (size_t at = 0; at < stream.n;) {
		size_t n = at == 0 && cut ? cut : step;

		if (n > stream.n - at)
			n = stream.n - at;
		if (!piece_read(&r, out, stream.p + at, n, max))
			break;
		at += n;
		if (!r.opcode)
			assert_int_equal(r.message.room, 0); /* idle: nothing is held */
	}
	ws_reader_free(&r);
}

static void check_max(struct str stream, struct str expected, size_t max)
{
	for (size_t cut = 0; cut <= stream.n; cut += stream.n < 400 ? 1 : stream.n / 67 + 1)
		for (size_t step = 1; step <= stream.n + 1; step = step * 3 + 1) {
			own_buf out = { 0 };

			if (stream.n > 2000 && step < 40)
				continue;
			read_all(&out, stream, cut, step, max);
			if (!str_eq(buf_all(&out), expected))
				print_message("cut %zu, step %zu: %.200s\n", cut, step, buf_z(&out));
			assert_int_equal(out.n, expected.n);
			assert_memory_equal(buf_all(&out).p, expected.p, expected.n);
		}
}

static void check(struct str stream, const char *expected) { check_max(stream, str_z(expected), MAX); }

static void check_frame(unsigned first, int masked, unsigned form, struct str payload, const char *expected)
{
	own_buf stream = { 0 };

	frame(&stream, first, masked, form, payload.n, payload);
	check(buf_all(&stream), expected);
}

/* ---- the limits -------------------------------------------------------------------------------------------------- */

static void lengths_at_every_limit(void **state)
{
	static const size_t sizes[] = { 0,   1,	  2,   3,   4,	   5,	  7,	 8,	9,     124,
					125, 126, 127, 128, 65534, 65535, 65536, 65537, 200000 };

	for (size_t i = 0; i < countof(sizes); i++) {
		own_buf payload = { 0 }, stream = { 0 }, expected = { 0 };

		for (size_t k = 0; k < sizes[i]; k++)
			buf_byte(&payload, (char)('a' + (k * 7 + k / 26) % 26));
		simple(&stream, 0x81, buf_all(&payload));
		buf_lit(&expected, "[1 ");
		buf_str(&expected, buf_all(&payload));
		buf_byte(&expected, ']');
		check_max(buf_all(&stream), buf_all(&expected), MAX);
		check_max(buf_all(&stream), buf_all(&expected), sizes[i]);
	}
}

static void a_length_has_one_form(void **state)
{
	own_buf a125 = { 0 }, a126 = { 0 }, a65535 = { 0 };

	for (size_t i = 0; i < 65535; i++)
		buf_byte(i < 125 ? &a125 : &a65535, 'x');
	buf_str(&a65535, buf_all(&a125));
	buf_str(&a126, buf_all(&a125));
	buf_byte(&a126, 'x');
	check_frame(0x81, MASKED, 2, BYTES(""), "!1002");
	check_frame(0x81, MASKED, 2, buf_all(&a125), "!1002");
	check_frame(0x81, MASKED, 8, buf_all(&a125), "!1002");
	check_frame(0x81, MASKED, 8, buf_all(&a126), "!1002");
	check_frame(0x81, MASKED, 8, buf_all(&a65535), "!1002");
}

static void lengths_that_overflow(void **state)
{
	static const struct {
		uint64_t length;
		const char *expected;
	} rows[] = {
		{ UINT64_MAX, "!1002" },
		{ (uint64_t)1 << 63, "!1002" },
		{ ((uint64_t)1 << 63) - 1, "!1009" },
		{ (uint64_t)1 << 32, "!1009" },
		{ MAX + 1, "!1009" },
		{ MAX, "" },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		own_buf stream = { 0 };

		frame(&stream, 0x82, MASKED, 8, rows[i].length, BYTES("x"));
		check(buf_all(&stream), rows[i].expected);
	}
}

/* Fragments count together; what a frame announces is judged before a byte of it is kept. */
static void the_bound_is_of_the_message(void **state)
{
	own_buf stream = { 0 }, over = { 0 };

	simple(&stream, 0x01, BYTES("12345"));
	simple(&stream, 0x00, BYTES("67"));
	simple(&stream, 0x80, BYTES("890"));
	check_max(buf_all(&stream), BYTES("[1 1234567890]"), 10);
	check_max(buf_all(&stream), BYTES("!1009"), 9);
	check_max(buf_all(&stream), BYTES("!1009"), 6);
	frame(&over, 0x81, MASKED, 0, 11, BYTES(""));
	check_max(buf_all(&over), BYTES("!1009"), 10);
	check_max(buf_all(&over), BYTES(""), 11);
}

static void memory_follows_what_came(void **state)
{
	struct ws_reader r = { 0 };
	struct ws_event e;
	own_buf stream = { 0 };
	size_t used;

	frame(&stream, 0x82, MASKED, 8, MAX, BYTES("only this"));
	assert_int_equal(ws_read(&r, stream.p, stream.n, MAX, &used, &e), 0);
	assert_int_equal(used, stream.n);
	assert_true(r.message.room <= 128);
	ws_reader_free(&r);
}

static void frames_of_a_client_are_masked(void **state)
{
	check_frame(0x81, UNMASKED, 0, BYTES("hello"), "!1002");
	check_frame(0x89, UNMASKED, 0, BYTES(""), "!1002");
	check_frame(0x88, UNMASKED, 0, BYTES(""), "!1002");
}

static void what_is_reserved_is_refused(void **state)
{
	static const unsigned reserved[] = { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 };

	for (size_t i = 0; i < countof(reserved); i++) {
		check_frame(0x80 | reserved[i], MASKED, 0, BYTES("x"), "!1002");
		check_frame(reserved[i], MASKED, 0, BYTES("x"), "!1002");
	}
	for (unsigned rsv = 0x10; rsv <= 0x70; rsv += 0x10) {
		check_frame(0x81 | rsv, MASKED, 0, BYTES("x"), "!1002");
		check_frame(0x89 | rsv, MASKED, 0, BYTES("x"), "!1002");
	}
}

static void control_frames_are_small_and_whole(void **state)
{
	own_buf a125 = { 0 }, a126 = { 0 }, expected = { 0 };

	for (size_t i = 0; i < 126; i++) {
		if (i < 125)
			buf_byte(&a125, 'p');
		buf_byte(&a126, 'p');
	}
	buf_fmt(&expected, "[9 %.*s]", STR_ARG(buf_all(&a125)));
	check_frame(0x89, MASKED, 0, buf_all(&a125), buf_z(&expected));
	check_frame(0x89, MASKED, 0, buf_all(&a126), "!1002");
	check_frame(0x8A, MASKED, 0, BYTES(""), "[10 ]");
	check_frame(0x09, MASKED, 0, BYTES("x"), "!1002");
	check_frame(0x0A, MASKED, 0, BYTES(""), "!1002");
	check_frame(0x08, MASKED, 0, BYTES(""), "!1002");
}

static void fragments(void **state)
{
	own_buf good = { 0 }, text_inside = { 0 }, empty = { 0 };

	simple(&good, 0x01, BYTES("one "));
	simple(&good, 0x89, BYTES("ping"));
	simple(&good, 0x00, BYTES(""));
	simple(&good, 0x8A, BYTES(""));
	simple(&good, 0x80, BYTES("two"));
	simple(&good, 0x82, BYTES("\x00\xFF"));
	check_max(buf_all(&good), BYTES("[9 ping][10 ][1 one two][2 \x00\xFF]"), MAX);
	simple(&text_inside, 0x01, BYTES("one"));
	simple(&text_inside, 0x81, BYTES("two"));
	check(buf_all(&text_inside), "!1002");
	check_frame(0x80, MASKED, 0, BYTES("x"), "!1002");
	check_frame(0x00, MASKED, 0, BYTES("x"), "!1002");
	simple(&empty, 0x01, BYTES(""));
	simple(&empty, 0x80, BYTES(""));
	simple(&empty, 0x80, BYTES(""));
	check(buf_all(&empty), "[1 ]!1002");
}

static void close_frames(void **state)
{
	static const struct {
		struct str payload;
		const char *expected;
	} rows[] = {
		{ STR_INIT(""), "[8 1005 ]" },
		{ STR_INIT("\x03"), "!1002" },
		{ STR_INIT("\x03\xE8"), "[8 1000 ]" },
		{ STR_INIT("\x03\xE8""bye"), "[8 1000 bye]" },
		{ STR_INIT("\x03\xE7"), "!1002" },
		{ STR_INIT("\x03\xEB"), "[8 1003 ]" },
		{ STR_INIT("\x03\xEC"), "!1002" },
		{ STR_INIT("\x03\xED"), "!1002" },
		{ STR_INIT("\x03\xEE"), "!1002" },
		{ STR_INIT("\x03\xEF"), "[8 1007 ]" },
		{ STR_INIT("\x03\xF3"), "[8 1011 ]" },
		{ STR_INIT("\x03\xF7"), "!1002" },
		{ STR_INIT("\x0B\xB7"), "!1002" },
		{ STR_INIT("\x0B\xB8"), "[8 3000 ]" },
		{ STR_INIT("\x13\x87"), "[8 4999 ]" },
		{ STR_INIT("\x13\x88"), "!1002" },
		{ STR_INIT("\x03\xE8\xFF"), "!1007" },
		{ STR_INIT("\x03\xE8\xE4\xBD"), "!1007" },
	};
	own_buf behind = { 0 };

	for (size_t i = 0; i < countof(rows); i++)
		check_frame(0x88, MASKED, 0, rows[i].payload, rows[i].expected);
	simple(&behind, 0x88, BYTES("\x03\xE8"));
	simple(&behind, 0x81, BYTES("never"));
	check(buf_all(&behind), "[8 1000 ]");
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

/* Every sequence of up to four bytes over those that matter is judged as str_is_utf8() does, at the beginning and
 * behind some text. */
static void text_is_utf8(void **state)
{
	static const uint8_t marks[] = { 0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1,
					 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF };
	enum { N = countof(marks) };
	size_t valid = 0;

	for (unsigned i = 0; i < N * N * N * N; i++) {
		char text[16] = "12345678901";
		own_buf stream = { 0 }, out = { 0 };
		bool good;

		for (unsigned k = 0, left = i; k < 4; k++, left /= N)
			text[11 + k] = (char)marks[left % N];
		good = str_is_utf8(str_n(text + 11, 4));
		valid += good;
		simple(&stream, 0x81, str_n(text + 11 * (i & 1), 4 + (i & 1 ? 0 : 11)));
		read_all(&out, buf_all(&stream), 0, i % 3 ? stream.n : 1 + i % 5, MAX);
		assert_int_equal(out.n && out.p[0] == '[', good);
		if (!good)
			assert_string_equal(buf_z(&out), "!1007");
	}
	assert_true(valid > 1000);
}

static void text_across_fragments(void **state)
{
	own_buf good = { 0 }, cut = { 0 };

	simple(&good, 0x01, BYTES("\xE4"));
	simple(&good, 0x00, BYTES("\xBD"));
	simple(&good, 0x80, BYTES("\xA0"));
	check(buf_all(&good), "[1 \xE4\xBD\xA0]");
	simple(&cut, 0x01, BYTES("\xE4\xBD"));
	simple(&cut, 0x80, BYTES(""));
	check(buf_all(&cut), "!1007");
}

/* The rest of the message is not waited for. */
static void bad_text_fails_at_once(void **state)
{
	own_buf stream = { 0 };

	frame(&stream, 0x01, MASKED, 0, 1000, BYTES("ok \xED\xA0"));
	check(buf_all(&stream), "!1007");
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void handshake(void **state)
{
	own_buf to = { 0 };

	assert_true(ws_accept(&to, STR("dGhlIHNhbXBsZSBub25jZQ==")));
	assert_string_equal(buf_z(&to), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	buf_clear(&to);
	assert_false(ws_accept(&to, STR("dGhlIHNhbXBsZSBub25jZQ=")));
	assert_false(ws_accept(&to, STR("dGhlIHNhbXBsZSBub25jZXM=")));
	assert_false(ws_accept(&to, STR("")));
	assert_false(ws_accept(&to, STR_NONE));
	assert_int_equal(to.n, 0);
}

/* ---- wslay as oracle --------------------------------------------------------------------------------------------- */

struct oracle {
	struct str in;
	size_t step;
	struct buf out;  /* events, as note() writes them */
	struct buf sent; /* frames that wslay writes */
};

static ssize_t oracle_recv(wslay_event_context_ptr w, uint8_t *to, size_t n, int flags, void *arg)
{
	struct oracle *o = arg;

	if (n > o->step)
		n = o->step;
	if (n > o->in.n)
		n = o->in.n;
	if (!n) {
		wslay_event_set_error(w, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(to, o->in.p, n);
	o->in = str_from(o->in, n);
	return (ssize_t)n;
}

static ssize_t oracle_send(wslay_event_context_ptr w, const uint8_t *bytes, size_t n, int flags, void *arg)
{
	buf_add(&((struct oracle *)arg)->sent, bytes, n);
	return (ssize_t)n;
}

static int oracle_mask(wslay_event_context_ptr w, uint8_t *to, size_t n, void *arg)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(0x5A + 37 * i);
	return 0;
}

static void oracle_message(wslay_event_context_ptr w, const struct wslay_event_on_msg_recv_arg *m, void *arg)
{
	struct ws_event e = { (enum ws_opcode)m->opcode, str_n((const char *)m->msg, m->msg_length), m->status_code };

	/* It lets half a code pass, and most reasons that are no text. */
	if (m->opcode == WSLAY_CONNECTION_CLOSE && (m->msg_length == 1 || !str_is_utf8(str_from(e.payload, 2)))) {
		buf_lit(&((struct oracle *)arg)->out, "!1002");
		return;
	}
	if (m->opcode == WSLAY_CONNECTION_CLOSE) {
		e.payload = str_from(e.payload, 2);
		e.code = m->status_code ? m->status_code : 1005;
	}
	note(&((struct oracle *)arg)->out, &e);
}

static const struct wslay_event_callbacks oracle_calls = { oracle_recv, oracle_send, oracle_mask,   NULL,
							   NULL,	NULL,	     oracle_message };

/* What wslay makes of a stream, in the same words. */
static void oracle_read(struct buf *out, struct str stream, size_t step, size_t max, bool server)
{
	struct oracle o = { .in = stream, .step = step };
	wslay_event_context_ptr w;
	unsigned code;

	if (server)
		assert_int_equal(wslay_event_context_server_init(&w, &oracle_calls, &o), 0);
	else
		assert_int_equal(wslay_event_context_client_init(&w, &oracle_calls, &o), 0);
	wslay_event_config_set_max_recv_msg_length(w, max);
	while (o.in.n && wslay_event_get_read_enabled(w))
		if (wslay_event_recv(w))
			break;
	wslay_event_send(w);
	code = wslay_event_get_status_code_sent(w);
	buf_str(out, buf_all(&o.out));
	if (!wslay_event_get_close_received(w) && code != WSLAY_CODE_ABNORMAL_CLOSURE)
		buf_fmt(out, "!%u",
			code == 1005 ? WS_PROTOCOL : code); /* it gives no code for a head that is not allowed */
	wslay_event_context_free(w);
	buf_free(&o.out);
	buf_free(&o.sent);
}

static uint64_t chance(uint64_t *seed, uint64_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % below;
}

/* Some frames, mostly right. */
static void stream_make(struct buf *to, uint64_t *seed)
{
	static const unsigned firsts[] = { 0x81, 0x81, 0x82, 0x01, 0x00, 0x80, 0x89, 0x8A, 0x02 };
	static const char *const texts[] = {
		"", "a", "text", "\xE4\xBD\xA0\xE5\xA5\xBD", "\xF0\x9F\x98\x80", "\xED\xA0\x80", "\xC3"
	};
	bool open = false;

	for (unsigned n = 1 + (unsigned)chance(seed, 6); n--;) {
		unsigned first = firsts[chance(seed, countof(firsts))];
		own_buf payload = { 0 };
		size_t parts = chance(seed, 10) ? chance(seed, 4) : chance(seed, 60);

		/* Mostly fragments that belong together. */
		if (chance(seed, 12) && !(first & 8))
			first = open ? first & 0x80 : first & 0x0F ? first : first | WS_TEXT;
		if (!(first & 8))
			open = !(first & 0x80);
		while (parts--)
			buf_str(&payload, str_z(texts[chance(seed, chance(seed, 20) ? 5 : countof(texts))]));
		if (first & 8 && payload.n > 125 && chance(seed, 20))
			payload.n = 125;
		simple(to, first, buf_all(&payload));
	}
	if (chance(seed, 2))
		simple(to, 0x88, chance(seed, 2) ? BYTES("\x03\xE8""bye") : BYTES(""));
}

/* IANA added 1012 to 1014 after wslay was written. */
static bool has_later_code(struct str s)
{
	for (size_t i = 0; i + 8 <= s.n; i++)
		if (!memcmp(s.p + i, "[8 101", 6) && s.p[i + 6] >= '2' && s.p[i + 6] <= '4')
			return true;
	return false;
}

/* A close frame may have a wrong code and a wrong text, and either is told. */
static bool either_fault(struct str a, struct str b)
{
	size_t n = str_find(a, '!');

	return n == str_find(b, '!') && !memcmp(a.p, b.p, n) &&
	       (str_is(str_from(a, n), "!1002") || str_is(str_from(a, n), "!1007")) &&
	       (str_is(str_from(b, n), "!1002") || str_is(str_from(b, n), "!1007"));
}

static void spoil(struct buf *stream, uint64_t *seed)
{
	for (unsigned n = (unsigned)chance(seed, 3); n-- && stream->n;)
		stream->p[chance(seed, stream->n)] ^= (char)(1 << chance(seed, 8));
	if (!chance(seed, 8))
		stream->n = chance(seed, stream->n + 1);
	/* wslay looks at a head when all of it is there, so no stream ends inside of a frame. */
	memset(buf_room(stream, PADDING), 0, PADDING);
	stream->n += PADDING;
}

static void wslay_reads_the_same(void **state)
{
	uint64_t seed = 20261121;
	size_t refused = 0, later = 0, either = 0;

	for (unsigned i = 0; i < 20000; i++) {
		own_buf stream = { 0 }, ours = { 0 }, theirs = { 0 };
		size_t max = chance(&seed, 4) ? 4000 : 130; /* wslay counts control frames too */

		stream_make(&stream, &seed);
		if (i & 1)
			spoil(&stream, &seed);
		read_all(&ours, buf_all(&stream), chance(&seed, stream.n + 1), 1 + chance(&seed, 70), max);
		oracle_read(&theirs, buf_all(&stream), 1 + chance(&seed, 70), max, true);
		refused += ours.n && str_find(buf_all(&ours), '!') < ours.n;
		if (has_later_code(buf_all(&ours))) {
			later++;
			continue;
		}
		if (str_eq(buf_all(&ours), buf_all(&theirs)))
			continue;
		if (!either_fault(buf_all(&ours), buf_all(&theirs)))
			print_message("stream %u: ours %s\ntheirs %s\n", i, buf_z(&ours), buf_z(&theirs));
		assert_true(either_fault(buf_all(&ours), buf_all(&theirs)));
		either++;
	}
	assert_true(refused > 4000 && refused < 16000);
	assert_true(later < 100 && either < 100);
}

static void wslay_reads_what_we_write(void **state)
{
	static const size_t sizes[] = { 0, 1, 125, 126, 127, 65535, 65536, 70001 };

	for (size_t i = 0; i < countof(sizes); i++) {
		own_buf payload = { 0 }, stream = { 0 }, out = { 0 }, expected = { 0 };

		for (size_t k = 0; k < sizes[i]; k++)
			buf_byte(&payload, (char)('a' + k % 26));
		ws_write(&stream, WS_TEXT, buf_all(&payload));
		ws_write_head(&stream, WS_BINARY, payload.n);
		buf_str(&stream, buf_all(&payload));
		ws_write(&stream, WS_PING, STR("p"));
		ws_write_close(&stream, WS_NORMAL, STR("bye"));
		buf_fmt(&expected, "[1 %.*s][2 %.*s][9 p][8 1000 bye]", STR_ARG(buf_all(&payload)),
			STR_ARG(buf_all(&payload)));
		oracle_read(&out, buf_all(&stream), 1000, MAX, false);
		assert_string_equal(buf_z(&out), buf_z(&expected));
	}
}

static void oracle_say(wslay_event_context_ptr w, unsigned kind, struct str payload)
{
	struct wslay_event_msg m = { (uint8_t)kind, (const uint8_t *)payload.p, payload.n };

	assert_int_equal(wslay_event_queue_msg(w, &m), 0);
	assert_int_equal(wslay_event_send(w), 0);
}

static void we_read_what_wslay_writes(void **state)
{
	static const size_t sizes[] = { 0, 1, 125, 126, 65535, 65536, 70001 };

	for (size_t i = 0; i < countof(sizes); i++) {
		struct oracle o = { .step = 1000 };
		own_buf payload = { 0 }, out = { 0 }, expected = { 0 };
		wslay_event_context_ptr w;

		for (size_t k = 0; k < sizes[i]; k++)
			buf_byte(&payload, (char)('a' + k % 26));
		assert_int_equal(wslay_event_context_client_init(&w, &oracle_calls, &o), 0);
		oracle_say(w, WSLAY_TEXT_FRAME, buf_all(&payload));
		oracle_say(w, WSLAY_PING, STR("p"));
		assert_int_equal(wslay_event_queue_close(w, WSLAY_CODE_GOING_AWAY, (const uint8_t *)"away", 4), 0);
		assert_int_equal(wslay_event_send(w), 0);
		buf_fmt(&expected, "[1 %.*s][9 p][8 1001 away]", STR_ARG(buf_all(&payload)));
		read_all(&out, buf_all(&o.sent), 3, 999, MAX);
		assert_string_equal(buf_z(&out), buf_z(&expected));
		wslay_event_context_free(w);
		buf_free(&o.sent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_at_every_limit),
		cmocka_unit_test(a_length_has_one_form),
		cmocka_unit_test(lengths_that_overflow),
		cmocka_unit_test(the_bound_is_of_the_message),
		cmocka_unit_test(memory_follows_what_came),
		cmocka_unit_test(frames_of_a_client_are_masked),
		cmocka_unit_test(what_is_reserved_is_refused),
		cmocka_unit_test(control_frames_are_small_and_whole),
		cmocka_unit_test(fragments),
		cmocka_unit_test(close_frames),
		cmocka_unit_test(text_is_utf8),
		cmocka_unit_test(text_across_fragments),
		cmocka_unit_test(bad_text_fails_at_once),
		cmocka_unit_test(handshake),
		cmocka_unit_test(wslay_reads_the_same),
		cmocka_unit_test(wslay_reads_what_we_write),
		cmocka_unit_test(we_read_what_wslay_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
