/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of a direct link: any split of a stream gives the same lines; what was read is written as it was (but for what
 * `hello` may carry more) and read again the same. The first byte of the input chooses the size of the pieces.
 */
#include "wire/direct.h"

#include <assert.h>

#include "base/mem.h"

static void again_check(const struct direct_line *l, struct str line)
{
	own_buf written = { 0 };
	own_buf twice = { 0 };
	struct direct_line back;

	direct_write(&written, l);
	assert(written.n && written.p[written.n - 1] == '\n');
	assert(direct_parse(&back, str_n(written.p, written.n - 1)));
	assert(back.kind == l->kind && back.number == l->number && back.time == l->time && str_eq(back.text, l->text) &&
	       str_eq(back.user, l->user));
	direct_write(&twice, &back);
	assert(str_eq(buf_all(&written), buf_all(&twice)));
	if (l->kind != DIRECT_HELLO && l->kind != DIRECT_FILE) /* more fields; digits of either case */
		assert(str_eq(str_n(written.p, written.n - 1), line));
	assert(l->kind != DIRECT_FILE || written.n - 1 == line.n);
}

static void name_check(struct str written)
{
	own_buf name = { 0 };

	if (!direct_name_read(&name, written)) {
		assert(!name.n);
		return;
	}
	assert(name.n && name.n <= DIRECT_NAME_MAX && !memchr(name.p, '/', name.n) && !memchr(name.p, 0, name.n) &&
	       !memchr(name.p, '\n', name.n));
}

static void stream_read(struct buf *out, const char *bytes, size_t n, size_t step)
{
	own_buf in = { 0 };
	size_t scanned = 0, len;

	for (size_t at = 0; at < n; at += step) {
		enum direct_frame found;

		buf_add(&in, bytes + at, step < n - at ? step : n - at);
		while ((found = direct_frame(in.p, in.n, &scanned, &len)) == DIRECT_WHOLE) {
			struct str line = str_n(in.p, len - 1);
			struct direct_line l;

			assert(len && len <= in.n);
			if (!direct_parse(&l, line)) {
				buf_lit(out, "N");
				return;
			}
			again_check(&l, line);
			name_check(l.text.p ? l.text : STR(""));
			buf_fmt(out, "%d,%zu;", l.kind, line.n);
			buf_eat(&in, len);
		}
		if (found == DIRECT_BAD) {
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
