/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP as a connection sees it: heads and bodies one after another until something is refused. Any split gives the
 * same; what is taken keeps what the header promises. The first byte of the input chooses the size of the pieces.
 */
#include "wire/http1.h"

#include <assert.h>

#include "base/mem.h"

static void inside(struct str s, const char *bytes, size_t n)
{
	if (s.p && s.n)
		assert(s.p >= bytes && s.p + s.n <= bytes + n);
}

static bool one_line(struct str s)
{
	return str_find(s, '\r') == s.n && str_find(s, '\n') == s.n && str_find(s, '\0') == s.n;
}

static void head_check(const struct http_head *h, const char *bytes, size_t n)
{
	unsigned hosts = 0;

	assert(n <= HTTP_HEAD_MAX && h->fields <= HTTP_FIELDS_MAX && h->target.n <= HTTP_TARGET_MAX && h->minor <= 1);
	assert(n >= 4 && !memcmp(bytes + n - 4, "\r\n\r\n", 4));
	inside(h->target, bytes, n);
	inside(h->authority, bytes, n);
	assert(one_line(h->target) && one_line(h->authority));
	for (size_t i = 0; i < h->fields; i++) {
		inside(h->field[i].name, bytes, n);
		inside(h->field[i].value, bytes, n);
		assert(h->field[i].name.n && one_line(h->field[i].name) && one_line(h->field[i].value));
		hosts += h->field[i].name.n == 4 && (h->field[i].name.p[0] | 32) == 'h' &&
			 http_field(h, "host").p == h->field[i].value.p;
	}
	assert(hosts == 1 || !h->minor);
	assert(h->authority.n || !h->minor);
	assert(h->body_size == HTTP_UNKNOWN || h->body_size <= INT64_MAX);
	if (http_field(h, "transfer-encoding").p)
		assert(h->body_size == HTTP_UNKNOWN && !http_field(h, "content-length").p);
}

static void target_check(struct str target)
{
	struct str path = str_n(target.p, str_find(target, '?'));
	own_buf decoded = { 0 };
	own_buf again = { 0 };
	own_buf twice = { 0 };

	http_query(str_from(target, path.n + 1), "q", &again);
	assert(str_is_utf8(buf_all(&again)));
	buf_clear(&again);
	if (!http_path_decode(&decoded, path))
		return;
	assert(decoded.n && decoded.p[0] == '/' && str_is_utf8(buf_all(&decoded)));
	assert(!memmem(decoded.p, decoded.n, "//", 2) && !memmem(decoded.p, decoded.n, "/../", 4) &&
	       one_line(buf_all(&decoded)));
	for (size_t i = 0; i < decoded.n; i++)
		if (decoded.p[i] == '/')
			buf_lit(&again, "/");
		else
			http_escape(&again, str_n(decoded.p + i, 1));
	assert(http_path_decode(&twice, buf_all(&again)) && str_eq(buf_all(&twice), buf_all(&decoded)));
}

static void fields_check(const struct http_head *h)
{
	struct str range = http_field(h, "range");
	uint64_t from, to;

	for (uint64_t size = 0; size < 30; size += 7)
		if (http_range(range, size, &from, &to) > 0)
			assert(from < to && to <= size);
	http_has(h, "accept-encoding", "gzip");
}

struct peer {
	struct http_head head;
	struct http_body body;
	bool in_body, over;
	struct buf in, said;
};

/* One head, or some of a body; false when more is needed. */
static bool step(struct peer *p)
{
	struct str content;
	int r;

	if (p->in_body && http_body_ended(&p->body)) {
		buf_lit(&p->said, ".");
		p->in_body = false;
	}
	if (!p->in.n || p->over)
		return false;
	if (p->in_body) {
		r = http_body_read(&p->body, p->in.p, p->in.n, &content);
		assert(r > 0 || r == -400);
		assert(r < 0 || (size_t)r <= p->in.n);
		inside(content, p->in.p, p->in.n);
		buf_str(&p->said, content);
	} else {
		r = http_head_read(&p->head, p->in.p, p->in.n);
		if (r > 0) {
			head_check(&p->head, p->in.p, (size_t)r);
			target_check(p->head.target);
			fields_check(&p->head);
			http_body_begin(&p->body, &p->head);
			p->in_body = true;
			buf_fmt(&p->said, "(%d %.*s %d%d%d)", p->head.method, STR_ARG(p->head.target),
				p->head.keep_alive, p->head.upgrades, p->head.expects_continue);
		}
	}
	if (r < 0) {
		buf_fmt(&p->said, "!%d", -r);
		p->over = true;
	} else {
		buf_eat(&p->in, (size_t)r);
	}
	return r > 0;
}

static void stream_read(struct buf *said, const char *bytes, size_t n, size_t size)
{
	struct peer p = { 0 };

	for (size_t at = 0; at < n; at += size) {
		size_t piece = size < n - at ? size : n - at;

		buf_add(&p.in, bytes + at, piece);
		while (step(&p))
			;
	}
	*said = p.said;
	buf_free(&p.in);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	own_buf whole = { 0 };
	own_buf pieces = { 0 };

	if (n < 2)
		return 0;
	stream_read(&whole, (const char *)bytes + 1, n - 1, n - 1);
	stream_read(&pieces, (const char *)bytes + 1, n - 1, 1 + bytes[0] % 61);
	assert(str_eq(buf_all(&whole), buf_all(&pieces)));
	return 0;
}
