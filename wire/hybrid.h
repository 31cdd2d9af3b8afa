/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/hybrid.h - the hybrid protocol's bytes (docs/protocol-hybrid.md), for its server and its clients: datagrams in
 * both encodings, the list, times, and how a text of several lines is written in one.
 */
#pragma once
#include "base/buf.h"
#include "model/endpoint.h"

enum {
	HYBRID_USER_MAX = 255,       /* bytes of a name */
	HYBRID_DATAGRAM_MAX = 65507, /* bytes that UDP over IPv4 can carry: what is read */
	HYBRID_TALK_MAX = 8000,      /* bytes of one `talk` that we send: what is longer goes in several */
	HYBRID_LINE_MAX = 65536,     /* bytes of one line of a kept connection, without its LF */
};

/* Told by the second byte of what a client sends: each datagram of the protocol begins with a letter of ASCII. */
enum hybrid_encoding { HYBRID_UTF8, HYBRID_UTF16 /* little-endian, without a mark */ };

/* ---- datagrams --------------------------------------------------------------------------------------------------- */

enum hybrid_kind {
	HYBRID_LOGIN,  /* login,USER,ENDPOINT */
	HYBRID_LOGOUT, /* logout,USER,ENDPOINT */
	HYBRID_ACCEPT, /* Accept,PORT */
	HYBRID_REJECT, /* Reject,REASON */
	HYBRID_TALK,   /* talk,TIME,USER,CONTENT */
};

struct hybrid_datagram {
	enum hybrid_kind kind;
	enum hybrid_encoding encoding; /* as it was read; hybrid_write() is told */
	struct str user;          /* LOGIN, LOGOUT, TALK: 1 to HYBRID_USER_MAX bytes, hybrid_is_name() */
	struct endpoint endpoint; /* LOGIN, LOGOUT */
	uint16_t port;            /* ACCEPT: not 0 */
	struct str time;          /* TALK: as written; hybrid_time_read() */
	struct str content;       /* TALK: to the end, with its commas; REJECT: the reason. May be empty */
};

/* Reads one. Strings lie in `bytes` or, where they had to be converted, in `room` (cleared first). False when it is
 * malformed: no such message, a missing or wrong field, bytes that are not text of the encoding; then *ret is
 * untouched. Blanks around USER are dropped. */
bool hybrid_parse(struct hybrid_datagram *ret, struct str bytes, struct buf *room);

/* Appends one. What is given is well-formed; a time or a name holds no comma. */
void hybrid_write(struct buf *to, enum hybrid_encoding encoding, const struct hybrid_datagram *d);

/* How many bytes of `content`, whole characters, one `talk` of at most `max` bytes can carry behind such a head; at
 * least one character, so that who sends piece after piece comes to the end. */
size_t hybrid_talk_fit(enum hybrid_encoding encoding, struct str time, struct str user, struct str content, size_t max);

/* What can stand in a list: no comma, semicolon or control character, not empty, not longer than HYBRID_USER_MAX. */
bool hybrid_is_name(struct str user);

/* Appends well-formed UTF-8 as UTF-16LE; and back: false when it is malformed (an odd length, half a pair), then `to`
 * is as before. */
void utf16_write(struct buf *to, struct str utf8);
bool utf16_read(struct buf *to, struct str utf16);

/* ---- the list ---------------------------------------------------------------------------------------------------- */

/* Appends one entry of the list's text. */
void hybrid_list_add(struct buf *text, struct str user, const struct endpoint *e);
/* Appends the list as it goes over TCP: `text` is the entries. UTF16: a .NET string, 7 bits of length a byte, then
 * UTF-8. UTF8: ended by LF. */
void hybrid_list_write(struct buf *to, enum hybrid_encoding encoding, struct str text);

enum hybrid_list_frame {
	HYBRID_LIST_MORE, /* not complete yet */
	HYBRID_LIST_WHOLE,
	HYBRID_LIST_BAD,  /* too long, or not text */
};

/* Looks at the first `n` bytes of a connection (the same again as last time, then more). *scanned, 0 at the beginning,
 * remembers how far it got. WHOLE: *text lies in `bytes`, *len is how many bytes to take away; what follows are lines.
 * `max` bounds the text. */
enum hybrid_list_frame hybrid_list_read(enum hybrid_encoding encoding, const char *bytes, size_t n, size_t max,
					size_t *scanned, struct str *text, size_t *len);

enum hybrid_entry {
	HYBRID_ENTRY,
	HYBRID_ENTRY_BAD, /* something that is none: to be passed over */
	HYBRID_ENTRY_END, /* `end` */
	HYBRID_ENTRY_CUT, /* the text ends without it */
};

/* Takes the next entry off the text of a list. */
enum hybrid_entry hybrid_list_next(struct str *text, struct str *user, struct endpoint *e);

/* ---- times ------------------------------------------------------------------------------------------------------- */

/* `yyyy-M-d HH:mm:ss` in the zone of this machine. Only converts; reading takes one digit or two where there may be. */
void hybrid_time_write(struct buf *to, msec time);
bool hybrid_time_read(struct str text, msec *ret);

/* ---- several lines in one ---------------------------------------------------------------------------------------- */

/* As CONTENT is written behind a line `id,…`: `\n` is LF, `\r` CR, `\\` a backslash. Reading: false at any other
 * backslash; `to` is as before then. */
void hybrid_escape(struct buf *to, struct str text);
bool hybrid_unescape(struct buf *to, struct str text);
