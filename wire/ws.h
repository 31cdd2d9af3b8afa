/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/ws.h - frames of WebSocket (RFC 6455) as a server sees them; no extensions. Messages are put together from fragments within a bound, control
 * frames come between, text is UTF-8 checked as it comes.
 */
#pragma once
#include "base/buf.h"

enum ws_opcode { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

enum ws_close { /* RFC 6455, 7.4.1 */
	WS_NORMAL = 1000, WS_GOING_AWAY = 1001, WS_PROTOCOL = 1002, WS_UNSUPPORTED = 1003, WS_NOT_UTF8 = 1007, WS_POLICY = 1008,
	WS_TOO_BIG = 1009, WS_INTERNAL = 1011,
};

/* Kept per connection: all-zero at its start. */
struct ws_reader {
	struct buf message; /* payload so far, unmasked; given back when empty */
	uint64_t left;      /* payload bytes of the frame still to come */
	uint32_t utf8;      /* state of the check */
	uint8_t head[14], head_n;
	uint8_t control[125], control_n; /* payload of a control frame so far */
	uint8_t opcode;     /* of the message under way; 0: none */
	uint8_t mask_at;
	bool in_frame;
};

struct ws_event {
	enum ws_opcode kind; /* WS_TEXT, WS_BINARY: a whole message; WS_PING, WS_PONG, WS_CLOSE */
	struct str payload;  /* borrowed until the next call; of WS_CLOSE: the reason */
	unsigned code;       /* of WS_CLOSE: 1005 when there is none */
};

/* Looks at the next bytes: *used says how many are done. 1: there is an event; 0: more bytes are needed (all were used); else the negative close
 * code to answer with (-1002, -1007, -1009). `max`: bytes of a message. */
int ws_read(struct ws_reader *r, const char *bytes, size_t n, size_t max, size_t *used, struct ws_event *ret);
void ws_reader_free(struct ws_reader *r);

/* Appends a whole unmasked frame. */
void ws_write(struct buf *to, enum ws_opcode kind, struct str payload);
/* Head of a frame whose `n` payload bytes the caller appends next. */
void ws_write_head(struct buf *to, enum ws_opcode kind, uint64_t n);
void ws_write_close(struct buf *to, unsigned code, struct str reason);

/* Sec-WebSocket-Accept for a key (RFC 6455, 4.2.2); false when it is no base64 of 16 bytes. */
bool ws_accept(struct buf *to, struct str key);
