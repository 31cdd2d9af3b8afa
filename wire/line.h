/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/line.h - the two framings of the classic protocol: lines of UTF-8, and Java's DataOutputStream.writeUTF (two
 * bytes of length, then modified UTF-8: U+0000 as C0 80, characters above U+FFFF as two surrogates of three bytes).
 * Which one a client speaks shows in its first bytes.
 */
#pragma once
#include "base/buf.h"

enum { LINE_BYTES_MAX = 65536 }; /* of one frame, without its length or its LF */

enum line_framing { LINE_UNKNOWN, LINE_LF, LINE_JAVA };

enum line_frame {
	LINE_MORE = 0, /* not complete yet */
	LINE_WHOLE,    /* a frame */
	LINE_BAD,      /* the start fits neither framing, or it is too long; asking again gives the same answer */
};

/* State between reads; all-zero at the start of a connection. */
struct line_framer {
	uint8_t framing;  /* enum line_framing; fixed by the first frame */
	uint32_t scanned; /* bytes of the current frame already looked at */
};

/* Looks at the `n` bytes of the current frame (the same bytes again as last time, then more); `max` bounds its
 * content. With LINE_WHOLE *len is how many bytes to take away; as long as they are not taken away, asking again
 * gives the same frame. */
enum line_frame line_frame(struct line_framer *f, const char *bytes, size_t n, size_t max, size_t *len);

/* The text of a whole frame, as UTF-8 without length or line ending. It lies in `frame` or, where it had to be
 * converted, in `room` (cleared first). False when the bytes are not text of this framing. */
bool line_text(const struct line_framer *f, struct str frame, struct buf *room, struct str *ret);

/* Appends `utf8` (well-formed) as a frame. In Java's framing it must fit (java_utf_fit). */
void line_write(struct buf *to, enum line_framing framing, struct str utf8);

/* ---- Java's modified UTF-8 ---------------------------------------------------------------------------------- */

enum { JAVA_UTF_MAX = 65535 };

/* Appends the well-formed UTF-8 of `modified`. False when it is malformed: then `to` is as before. */
bool java_utf_read(struct buf *to, struct str modified);

/* Appends `utf8`, which must be well-formed, as modified UTF-8. */
void java_utf_write(struct buf *to, struct str utf8);

/* How many bytes of `utf8`, in whole characters from its start, take at most `max` bytes in modified form. */
size_t java_utf_fit(struct str utf8, size_t max);
