/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames of WebSocket: any split of a stream gives the same messages and the same verdict; texts are UTF-8, nothing is
 * larger than it may be. The first byte of the input chooses the size of the pieces and of the largest message.
 */
#include "wire/ws.h"

#include <assert.h>

static bool event_check(struct buf *out, const struct ws_event *e, size_t max)
{
	assert(e->kind >= WS_CLOSE ? e->payload.n <= 125 : e->payload.n <= max);
	if (e->kind == WS_TEXT || e->kind == WS_CLOSE)
		assert(str_is_utf8(e->payload));
	buf_fmt(out, "%d:%u:%zu:", e->kind, e->kind == WS_CLOSE ? e->code : 0, e->payload.n);
	buf_str(out, e->payload);
	return e->kind != WS_CLOSE;
}

static void stream_read(struct buf *out, const char *bytes, size_t n, size_t step, size_t max)
{
	struct ws_reader r = { 0 };
	struct ws_event e;
	size_t used;
	int verdict = 0;

	for (size_t at = 0, end = 0; at < n && verdict >= 0;) {
		end = end + step < n ? end + step : n;
		while ((verdict = ws_read(&r, bytes + at, end - at, max, &used, &e)) == 1) {
			assert(used <= end - at);
			at += used;
			if (!event_check(out, &e, max)) {
				verdict = -1;
				break;
			}
		}
		assert(verdict || at + used == end);
		at = end;
	}
	if (verdict < 0)
		buf_fmt(out, "!%d", verdict);
	ws_reader_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	own_buf whole = { 0 }, pieces = { 0 };
	size_t max;

	if (n < 2)
		return 0;
	max = bytes[0] & 0x80 ? 70000 : 60;
	stream_read(&whole, (const char *)bytes + 1, n - 1, n, max);
	stream_read(&pieces, (const char *)bytes + 1, n - 1, 1 + bytes[0] % 61, max);
	assert(str_eq(buf_all(&whole), buf_all(&pieces)));
	return 0;
}
