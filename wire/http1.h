/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/http1.h - HTTP/1.1 messages as a server sees them (RFC 9112), bounded and strict: what two parsers could read in
 * two ways is refused (RFC 9112, 11.2). No meaning here: routes, rights and types are the web door's.
 */
#pragma once
#include "base/buf.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHODS };

enum { HTTP_HEAD_MAX = 8 * 1024, HTTP_FIELDS_MAX = 48, HTTP_TARGET_MAX = 4096 };
#define HTTP_UNKNOWN UINT64_MAX

struct http_field {
	struct str name, value; /* as sent, the value without blanks around it */
};

struct http_head {
	enum http_method method;
	/* As sent: "/a%20b?x=1"; of "http://host/a" what is behind the host, or empty; "*" with OPTIONS only. */
	struct str target;
	/* Whom the client wanted: of such a target, else of Host; well-formed; absent only in HTTP/1.0. */
	struct str authority;
	unsigned minor;         /* HTTP/1.minor */
	struct http_field field[HTTP_FIELDS_MAX];
	size_t fields;
	uint64_t body_size;     /* 0: none; HTTP_UNKNOWN: chunked */
	bool keep_alive, expects_continue, upgrades;
};

/* Reads a head at the start of `bytes`. > 0: its length. 0: more bytes are needed. < 0: the negative status to answer
 * with before
 * closing (-400, -405, -413, -414, -417, -431, -501, -505). Strings point into `bytes`. */
int http_head_read(struct http_head *h, const char *bytes, size_t n);

/* Value of the first field of this name (any case); absent when there is none. */
struct str http_field(const struct http_head *h, const char *name);
/* Whether a list-valued field holds `token` (any case): http_has(h, "connection", "upgrade"). */
bool http_has(const struct http_head *h, const char *name, const char *token);

/* The body's framing; all-zero but `left` to begin with (http_body_begin). */
struct http_body {
	uint64_t left;  /* bytes of content still to come, of the body or of this chunk */
	uint8_t state;
	bool chunked;
	uint16_t line;  /* bytes of the chunk line or trailers so far: bounded */
};
void http_body_begin(struct http_body *b, const struct http_head *h);
/* Takes some of `bytes`: returns how many were used (> 0 while any are given and the body has not ended), or -400. The
 * content among them is *ret (may be empty: framing only), borrowed. */
int http_body_read(struct http_body *b, const char *bytes, size_t n, struct str *ret);
bool http_body_ended(const struct http_body *b);

/* "Not Found" */
const char *http_reason(unsigned status);

/* Percent-decoding of a path: false when it is malformed, holds control characters, an encoded slash or invalid UTF-8,
 * or a part is empty (but the last), "." or "..". Appended; what was appended by then stays. */
bool http_path_decode(struct buf *to, struct str path);
/* Value of `name` in a query string, decoded and appended; false when it is not there or malformed. */
bool http_query(struct str query, const char *name, struct buf *to);
/* RFC 3986 unreserved stay, all else becomes %XX. Appended. */
void http_escape(struct buf *to, struct str text);

/* One range of "bytes=…" (RFC 9110, 14.2): 1 and [*from, *to) when it can be served of `size` bytes; 0: there is none,
 * or several, or it is of another unit: ignore; -416: none of it is there. */
int http_range(struct str value, uint64_t size, uint64_t *from, uint64_t *to);

/* IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT". `time` is since 1970; what is before that is that. */
void http_date(struct buf *to, msec time);
