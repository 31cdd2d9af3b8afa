/* SPDX-License-Identifier: Apache-2.0
 *
 * A frame's head is gathered byte by byte and judged as soon as the byte that is wrong is there, so that any split of a
 * stream gives the same verdict. Room is made for what has come, not for what was announced.
 */
#include "wire/ws.h"

#include <assert.h>

#include "base/crypt.h"
#include "base/mem.h"

enum { FIN = 0x80, RSV = 0x70, OPCODE = 0x0F, CONTROL = 0x08 };               /* of the first byte */
enum { MASKED = 0x80, LENGTH = 0x7F, LENGTH_16 = 126, LENGTH_64 = 127 }; /* of the second */
enum { KEY_BYTES = 16, CONTROL_MAX = 125 };

/* ---- UTF-8 (RFC 3629) -------------------------------------------------------------------------------------------- */

/* The state between two characters is 0. Inside of one: how many bytes are to come, and from where to where the next
 * may be. */
static uint32_t inside(unsigned left, unsigned lowest, unsigned highest) { return left | lowest << 8 | highest << 16; }

enum { UTF8_BAD = 0xFF };

static uint32_t utf8_first(uint8_t c)
{
	if (c < 0x80)
		return 0;
	if (c < 0xC2)
		return UTF8_BAD;
	if (c < 0xE0)
		return inside(1, 0x80, 0xBF);
	if (c < 0xF0)
		return inside(2, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF);
	if (c < 0xF5)
		return inside(3, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF);
	return UTF8_BAD;
}

static uint32_t utf8_next(uint32_t state, uint8_t c)
{
	unsigned left = state & 0xFF;

	if (!left)
		return utf8_first(c);
	if (c < (state >> 8 & 0xFF) || c > state >> 16)
		return UTF8_BAD;
	return left == 1 ? 0 : inside(left - 1, 0x80, 0xBF);
}

/* The state behind the bytes, or UTF8_BAD. */
static uint32_t utf8_check(uint32_t state, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		uint64_t eight;

		while (!state && end - p >= 8) {
			memcpy(&eight, p, 8);
			if (eight & 0x8080808080808080u)
				break;
			p += 8;
		}
		if (p == end)
			break;
		state = utf8_next(state, (uint8_t)*p++);
		if (state == UTF8_BAD)
			return state;
	}
	return state;
}

/* ---- heads ------------------------------------------------------------------------------------------------------- */

static uint8_t opcode_of(const struct ws_reader *r) { return r->head[0] & OPCODE; }
static bool is_control(const struct ws_reader *r) { return opcode_of(r) & CONTROL; }
static bool is_text(const struct ws_reader *r) { return r->opcode == WS_TEXT; }

static bool first_allowed(const struct ws_reader *r)
{
	uint8_t op = opcode_of(r);

	if (r->head[0] & RSV)
		return false;
	if (op == WS_CONTINUATION)
		return r->opcode != 0;
	if (op == WS_TEXT || op == WS_BINARY)
		return r->opcode == 0;
	return (op == WS_CLOSE || op == WS_PING || op == WS_PONG) && r->head[0] & FIN;
}

static bool second_allowed(const struct ws_reader *r)
{
	return r->head[1] & MASKED && (!is_control(r) || (r->head[1] & LENGTH) <= CONTROL_MAX);
}

static unsigned length_bytes(const struct ws_reader *r)
{
	unsigned n = r->head[1] & LENGTH;

	return n == LENGTH_64 ? 8 : n == LENGTH_16 ? 2 : 0;
}

/* The length is there. 0, or a close code. */
static int length_read(struct ws_reader *r, size_t max)
{
	unsigned bytes = length_bytes(r);
	uint64_t n = bytes ? 0 : r->head[1] & LENGTH;

	for (unsigned i = 0; i < bytes; i++)
		n = n << 8 | r->head[2 + i];
	/* The shortest form is the only one, and the highest bit is never set (5.2). */
	if ((bytes == 2 && n < LENGTH_16) || (bytes == 8 && (n <= UINT16_MAX || n >> 63)))
		return -WS_PROTOCOL;
	if (!is_control(r) && (r->message.n > max || n > max - r->message.n))
		return -WS_TOO_BIG;
	r->left = n;
	return 0;
}

/* One more byte of a head. 1: it is complete; 0; or a close code. */
static int head_take(struct ws_reader *r, uint8_t byte, size_t max)
{
	unsigned lengths;

	r->head[r->head_n++] = byte;
	if (r->head_n == 1)
		return first_allowed(r) ? 0 : -WS_PROTOCOL;
	if (r->head_n == 2 && !second_allowed(r))
		return -WS_PROTOCOL;
	lengths = 2 + length_bytes(r);
	if (r->head_n == lengths)
		return length_read(r, max);
	return r->head_n == lengths + 4;
}

static void frame_begin(struct ws_reader *r)
{
	r->in_frame = true;
	r->mask_at = 0;
	r->control_n = 0;
	if (!is_control(r) && opcode_of(r)) {
		r->opcode = opcode_of(r);
		r->utf8 = 0;
	}
}

/* ---- payload ----------------------------------------------------------------------------------------------------- */

static void unmask(struct ws_reader *r, char *to, const char *from, size_t n)
{
	const uint8_t *mask = r->head + r->head_n - 4;
	uint8_t turned[8];
	uint64_t wide, eight;
	size_t i = 0;

	for (unsigned k = 0; k < sizeof turned; k++)
		turned[k] = mask[(r->mask_at + k) & 3];
	memcpy(&wide, turned, 8);
	for (; i + 8 <= n; i += 8) {
		memcpy(&eight, from + i, 8);
		eight ^= wide;
		memcpy(to + i, &eight, 8);
	}
	for (; i < n; i++)
		to[i] = (char)((uint8_t)from[i] ^ turned[i & 7]);
	r->mask_at = (uint8_t)((r->mask_at + n) & 3);
}

static bool payload_take(struct ws_reader *r, const char *bytes, size_t n)
{
	char *to;

	if (is_control(r)) {
		assert(r->control_n + n <= sizeof r->control);
		unmask(r, (char *)r->control + r->control_n, bytes, n);
		r->control_n = (uint8_t)(r->control_n + n);
		return true;
	}
	to = buf_room(&r->message, n);
	unmask(r, to, bytes, n);
	r->message.n += n;
	if (is_text(r))
		r->utf8 = utf8_check(r->utf8, to, n);
	return r->utf8 != UTF8_BAD;
}

/* 7.4: those that may be sent. 1012 to 1014 came into IANA's list later. */
static bool code_allowed(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static int close_read(struct ws_reader *r, struct ws_event *ret)
{
	ret->code = 1005;
	ret->payload = STR("");
	if (!r->control_n)
		return 1;
	if (r->control_n < 2)
		return -WS_PROTOCOL;
	ret->code = (unsigned)r->control[0] << 8 | r->control[1];
	ret->payload = str_n((const char *)r->control + 2, r->control_n - 2u);
	if (!str_is_utf8(ret->payload))
		return -WS_NOT_UTF8;
	return code_allowed(ret->code) ? 1 : -WS_PROTOCOL;
}

/* A frame is complete. */
static int frame_end(struct ws_reader *r, struct ws_event *ret)
{
	r->in_frame = false;
	r->head_n = 0;
	if (is_control(r)) {
		ret->kind = (enum ws_opcode)opcode_of(r);
		ret->payload = str_n((const char *)r->control, r->control_n);
		return ret->kind == WS_CLOSE ? close_read(r, ret) : 1;
	}
	if (!(r->head[0] & FIN))
		return 0;
	if (r->utf8)
		return -WS_NOT_UTF8; /* ends inside of a character */
	ret->kind = (enum ws_opcode)r->opcode;
	ret->payload = buf_all(&r->message);
	r->opcode = 0;
	return 1;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* What was given out is no longer looked at. Kept for the next message while there are bytes; an idle connection holds
 * nothing. */
static void message_forget(struct ws_reader *r, bool more)
{
	if (r->opcode || !r->message.room)
		return;
	if (more)
		buf_clear(&r->message);
	else
		buf_free(&r->message);
}

int ws_read(struct ws_reader *r, const char *bytes, size_t n, size_t max, size_t *used, struct ws_event *ret)
{
	size_t at = 0;
	int verdict = 0;

	message_forget(r, n != 0);
	while (!verdict && (at < n || (r->in_frame && !r->left))) {
		size_t some = n - at < r->left ? n - at : (size_t)r->left;

		if (!r->in_frame) {
			verdict = head_take(r, (uint8_t)bytes[at++], max);
			if (verdict == 1) {
				frame_begin(r);
				verdict = 0;
			}
			continue;
		}
		if (some && !payload_take(r, bytes + at, some))
			verdict = -WS_NOT_UTF8;
		at += some;
		r->left -= some;
		if (!verdict && !r->left)
			verdict = frame_end(r, ret);
	}
	*used = at;
	if (!verdict)
		message_forget(r, false);
	return verdict;
}

void ws_reader_free(struct ws_reader *r) { buf_free(&r->message); }

/* ---- writing ----------------------------------------------------------------------------------------------------- */

void ws_write_head(struct buf *to, enum ws_opcode kind, uint64_t n)
{
	unsigned bytes = n < LENGTH_16 ? 0 : n <= UINT16_MAX ? 2 : 8;
	char head[10] = { (char)(FIN | kind), (char)(bytes == 0 ? (unsigned)n : bytes == 2 ? LENGTH_16 : LENGTH_64) };

	for (unsigned i = 0; i < bytes; i++)
		head[2 + i] = (char)(n >> 8 * (bytes - 1 - i));
	buf_add(to, head, 2 + bytes);
}

void ws_write(struct buf *to, enum ws_opcode kind, struct str payload)
{
	assert(!(kind & CONTROL) || payload.n <= CONTROL_MAX);
	ws_write_head(to, kind, payload.n);
	buf_str(to, payload);
}

void ws_write_close(struct buf *to, unsigned code, struct str reason)
{
	assert(code_allowed(code) && reason.n <= CONTROL_MAX - 2);
	ws_write_head(to, WS_CLOSE, reason.n + 2);
	buf_byte(to, (char)(code >> 8));
	buf_byte(to, (char)code);
	buf_str(to, reason);
}

/* ---- the handshake ----------------------------------------------------------------------------------------------- */

bool ws_accept(struct buf *to, struct str key)
{
	uint8_t sum[HASH_BYTES_MAX];
	own_buf raw = { 0 }, salted = { 0 };

	if (!base64_read(&raw, key) || raw.n != KEY_BYTES)
		return false;
	buf_str(&salted, key);
	buf_lit(&salted, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
	hash_sum(HASH_SHA1, buf_all(&salted), sum);
	base64_write(to, str_bytes(sum, hash_bytes(HASH_SHA1)));
	return true;
}
