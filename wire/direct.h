/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/direct.h - the lines of a link between two clients (PROTOCOLS.md 2.6, docs/protocol-direct.md). UTF-8, ended by
 * LF, inside TLS. What a line means in which place is clients/term/engine/direct*.c.
 */
#pragma once
#include "base/buf.h"

enum {
	DIRECT_LINE_MAX = 65536, /* bytes of one line, without its LF */
	DIRECT_USER_MAX = 255,   /* bytes of a name */
	DIRECT_NAME_MAX = 255,   /* bytes of a file's name */
	DIRECT_ID_MAX = 64,      /* bytes of what tells messages apart */
	DIRECT_REASON_MAX = 32,
	DIRECT_SUM_BYTES = 32,
	DIRECT_VERSION = 1,
};

enum direct_kind {
	DIRECT_HELLO, /* hello,USER,VERSION,USE     the first line, both ways; further fields are for later versions */
	DIRECT_ID, /* id,ID                      belongs to the `talk` or `file` right behind it */
	DIRECT_TALK, /* talk,TIME,USER,CONTENT     TIME in milliseconds since 1970 */
	DIRECT_FILE, /* file,NAME,SIZE,SHA256      a talk link: an offer; a file link: the bytes follow */
	DIRECT_GET, /* get,ID                     the file offered under this id is wanted */
	DIRECT_FROM, /* from,OFFSET                where the bytes shall begin */
	DIRECT_ACK, /* ack,N  or  ack             on disk: the first N numbered lines; the file, and its sum is right */
	DIRECT_NO, /* no,REASON  or  no,REASON,ID */
	DIRECT_PING,
	DIRECT_PONG,
	DIRECT_BYE, /* nothing more comes */
	DIRECT_KINDS,
};

enum direct_use { DIRECT_FOR_TALK, DIRECT_FOR_FILE };

struct direct_line {
	enum direct_kind kind;
	struct str user;         /* HELLO, TALK: no comma or control character, 1 to DIRECT_USER_MAX bytes */
	struct str id;           /* ID, GET: letters, digits, - and _; NO: may be absent */
	struct str
		text; /* TALK: as written, to the end of the line; FILE: the name as written; NO: a word of a-z and - */
	msec time;               /* TALK */
	uint64_t number;         /* HELLO: version, from 1; FILE: size; FROM: offset; ACK: N */
	bool counted;            /* ACK: there is an N */
	enum direct_use use;     /* HELLO */
	uint8_t sum[DIRECT_SUM_BYTES]; /* FILE */
};

enum direct_frame {
	DIRECT_MORE, /* not complete yet */
	DIRECT_WHOLE,
	DIRECT_BAD,  /* too long */
};

/* Looks at the first `n` bytes (the same again as last time, then more); *scanned, 0 at the beginning of a line,
 * remembers how far it got. WHOLE: *len is how many bytes to take away, the last of them LF. */
enum direct_frame direct_frame(const char *bytes, size_t n, size_t *scanned, size_t *len);

/* Reads a line without its LF. Strings lie in `line`. False when it is none of these, exactly; then *ret is untouched.
 */
bool direct_parse(struct direct_line *ret, struct str line);

/* Appends it with its LF. What is given is well-formed; `text` of TALK and FILE is escaped already. */
void direct_write(struct buf *to, const struct direct_line *l);

/* What stands for a text of several lines, and back: hybrid_escape() and hybrid_unescape() (wire/hybrid.h). Of a name
 * of a file what comes back is a name in one folder of a file system: no slash, no control character, not . or .., not
 * empty, at most DIRECT_NAME_MAX bytes; false: it is none. */
bool direct_name_read(struct buf *to, struct str written);

/* 32 hexadecimal digits that stand for a message without an id: the same for who has sent it and who gets it. */
void direct_mark(struct buf *to, struct str user, struct str time, struct str content);
