/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/hosted.h - an XMPP stream whose bytes are not a stream: WebSocket (RFC 7395) and BOSH (XEP-0206) carry
 * whole elements. The XMPP door knows nothing of it. It gets a link that is not a socket; what it writes there is cut
 * into elements again, and handed on once a turn.
 */
#pragma once
#include "base/mem.h"
#include "base/world.h"
#include "doors/door.h"
#include "wire/xml.h"

struct hosted;

/* What the stream says. All but `ended` and `release` may be called from inside of hosted_take() and its like. */
struct hosted_ops {
	/* The stream has begun (again): the attributes of its header. */
	void (*open)(struct hosted *h, const struct xml *header);
	/* A whole element, good anywhere: `start`, `declared` (namespaces that it inherited from the stream; may be
	 * empty) and `rest`, joined. */
	void (*element)(struct hosted *h, struct str start, struct str declared, struct str rest);
	/* Its end. */
	void (*close)(struct hosted *h);
	/* This was all for this turn. */
	void (*said)(struct hosted *h);
	/* Bytes that the peer has not got yet. */
	size_t (*backlog)(struct hosted *h);
	/* Whether more may be given to hosted_take() and its like; hosted.paused says so as well. */
	void (*pause)(struct hosted *h, bool paused);
	/* The door has let go of the stream, and nothing more comes of it. In a turn of its own; after that
	 * hosted_free(), then or later. */
	void (*ended)(struct hosted *h, enum close_why why);
	/* Its memory is the owner's again. */
	void (*release)(struct hosted *h);
};

struct hosted {
	struct link link; /* for the door */
	const struct hosted_ops *ops;
	struct post later;
	struct xml_framer framer; /* of link.out */
	enum close_why why;
	bool posted;
	bool paused;
	bool wants_open;  /* the door's next bytes must be a stream header */
	bool logged_in;
	bool freed;
};

/* All-zero before. `like`: TLS, loopback, address are copied. */
void hosted_begin(struct hosted *h, const struct hosted_ops *ops, const struct link *like);

/* The largest message that may come now, in bytes. */
size_t hosted_max(const struct hosted *h);

/* A message of RFC 7395: exactly one element, among them <open/> and <close/>. Anything else ends the stream with an
 * error. */
void hosted_take(struct hosted *h, struct str message);

/* The parts of it. Begins a stream, first and after login. */
struct hosted_header {
	struct str to, from, version, lang; /* absent when not given */
};
void hosted_open(struct hosted *h, const struct hosted_header *header);
/* One element, known to be one: written by ourselves, or looked at by hosted_take(). */
void hosted_element(struct hosted *h, struct str bytes);
/* The peer ends the stream. */
void hosted_close(struct hosted *h);

/* The peer broke the rules: ends the stream with an error (RFC 6120, 4.9). */
void hosted_refuse(struct hosted *h, const char *condition, const char *text);

/* The server ends: says good-bye, at once. */
void hosted_stop(struct hosted *h);

/* What the stream has said so far goes out before what comes next. */
void hosted_speak(struct hosted *h);

/* The peer has got everything. */
void hosted_written(struct hosted *h);

/* Nothing is said for a while: memory that was kept is given back. */
void hosted_rest(struct hosted *h);

/* The stream ends without a word, or what carries it has; `ended` follows. */
void hosted_end(struct hosted *h, enum close_why why);

/* Nothing is called any more but `release`, soon. Ends the stream as `why` if it has not. */
void hosted_free(struct hosted *h, enum close_why why);

/* The core ends, and with it the door: nothing is called any more but `release`, perhaps at once. */
void hosted_drop(struct hosted *h);
