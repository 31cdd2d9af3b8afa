/* SPDX-License-Identifier: Apache-2.0
 *
 * Classic framing: any split of a stream gives the same frames; what was read can be written and read again.
 * The first byte of the input chooses the size of the pieces.
 */
#include "wire/line.h"

#include <assert.h>

enum { FUZZ_MAX = 4096 };

static void again_check(struct str text)
{
	own_buf java = { 0 };
	own_buf back = { 0 };

	assert(str_is_utf8(text));
	java_utf_write(&java, text);
	assert(java_utf_fit(text, java.n) == text.n);
	assert(java_utf_read(&back, buf_all(&java)));
	assert(str_eq(buf_all(&back), text));
}

static void stream_read(struct buf *out, const char *bytes, size_t n, size_t step)
{
	struct line_framer f = { 0 };
	own_buf in = { 0 };
	own_buf room = { 0 };
	size_t len;

	for (size_t at = 0; at < n; at += step) {
		enum line_frame kind;

		buf_add(&in, bytes + at, step < n - at ? step : n - at);
		while ((kind = line_frame(&f, in.p, in.n, FUZZ_MAX, &len)) == LINE_WHOLE) {
			struct str text;

			assert(len > 0 && len <= in.n);
			if (!line_text(&f, str_n(in.p, len), &room, &text)) {
				buf_lit(out, "N");
				return;
			}
			again_check(text);
			buf_fmt(out, "%zu:", text.n);
			buf_str(out, text);
			buf_eat(&in, len);
		}
		if (kind == LINE_BAD) {
			buf_lit(out, "B");
			return;
		}
	}
	buf_fmt(out, "+%zu", in.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	own_buf whole = { 0 };
	own_buf pieces = { 0 };

	if (n < 2)
		return 0;
	stream_read(&whole, (const char *)bytes + 1, n - 1, n);
	stream_read(&pieces, (const char *)bytes + 1, n - 1, 1 + bytes[0] % 61);
	assert(str_eq(buf_all(&whole), buf_all(&pieces)));
	return 0;
}
