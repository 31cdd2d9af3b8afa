/* SPDX-License-Identifier: Apache-2.0
 *
 * model/stanza.h - the currency: a message, presence or IQ on its way (RFC 6120, 8). Counted, immutable once made,
 * shared by all who receive it, on any core. The head is parsed; the payload is the serialised children, made once.
 * Delivering it means writing a small head per receiver and the shared bytes.
 */
#pragma once
#include "base/buf.h"
#include "model/jid.h"

enum stanza_name { STANZA_MESSAGE, STANZA_PRESENCE, STANZA_IQ };

enum stanza_type {
	/* message (RFC 6121, 5.2.2) */
	MESSAGE_NORMAL, MESSAGE_CHAT, MESSAGE_GROUPCHAT, MESSAGE_HEADLINE, MESSAGE_ERROR,
	/* presence (RFC 6121, 4.7.1) */
	PRESENCE_AVAILABLE, PRESENCE_UNAVAILABLE, PRESENCE_SUBSCRIBE, PRESENCE_SUBSCRIBED, PRESENCE_UNSUBSCRIBE,
	PRESENCE_UNSUBSCRIBED, PRESENCE_PROBE, PRESENCE_ERROR,
	/* IQ (RFC 6120, 8.2.3) */
	IQ_GET, IQ_SET, IQ_RESULT, IQ_ERROR,
	STANZA_TYPES
};

/* What the payload contains, found once when it is parsed, so that nobody has to look again. */
enum stanza_traits {
	STANZA_BODY = 1 << 0,           /* a <body/> with text */
	STANZA_CHATSTATE_ONLY = 1 << 1, /* nothing but an XEP-0085 state (and a thread, ids, hints) */
	STANZA_NO_STORE = 1 << 2,       /* XEP-0334 <no-store/> or <no-permanent-store/> */
	STANZA_STORE = 1 << 3,          /* XEP-0334 <store/> */
	STANZA_NO_COPY = 1 << 4,        /* XEP-0334 <no-copy/> or XEP-0280 <private/> */
	STANZA_RECEIPT = 1 << 5,        /* XEP-0184 <received/> or an XEP-0333 marker */
	STANZA_CARBON = 1 << 6,         /* is itself a carbon copy */
	STANZA_SUBJECT = 1 << 7,
	STANZA_ENCRYPTED = 1 << 8,      /* XEP-0380 <encryption/> or an encrypted payload: kept without a body */
	STANZA_WORTH_KEEPING = 1 << 9,  /* reaction, correction, retraction, marker …: kept without a body */
};

/* Of a message that was relayed without the disk to several sessions: what they must know of one another. */
enum stanza_fate {
	STANZA_TAKEN = 1 << 0,  /* a client acknowledged it */
	STANZA_QUEUED = 1 << 1, /* a session that did not get it through put it into the queue */
};

struct stanza {
	unsigned refs; /* atomic */
	uint8_t name, type; /* enum stanza_name, enum stanza_type */
	uint8_t fate; /* atomic, enum stanza_fate: the one thing that changes once it is shared */
	uint16_t traits;
	uint32_t cost; /* bytes of memory that it holds */
	uint64_t stamp; /* model/stamp.h; 0 when it was not kept */
	msec time;      /* wall time at which the server took it */
	struct jid from, to; /* `to` is absent where it means the sender's own account or the server */
	struct str id, lang, origin_id; /* attributes as sent, unescaped; absent when not there. origin_id: XEP-0359 */
	struct str payload; /* well-formed XML, complete in itself when the default namespace is jabber:client */
};

/* What stanza_make() copies; everything is borrowed for the call. */
struct stanza_init {
	enum stanza_name name;
	enum stanza_type type;
	unsigned traits;
	uint64_t stamp;
	msec time;
	struct jid from, to;
	struct str id, lang, origin_id, payload;
};

/* One allocation; one reference, the caller's. */
struct stanza *stanza_make(const struct stanza_init *init);

static inline struct stanza *stanza_ref(struct stanza *s)
{
	__atomic_fetch_add(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

/* Gives one reference back; NULL is fine; always returns NULL. */
struct stanza *stanza_unref(struct stanza *s);

/* The word of the type as it stands on the wire ("chat", "get" …); NULL where the attribute is left out. */
const char *stanza_type_text(enum stanza_type type);

/* The type that `text` names for a stanza of this name (an absent text: the default). False when there is none; what an
 * unknown message type means (RFC 6121, 5.2.2: "normal") is for the caller. */
bool stanza_type_parse(enum stanza_type *ret, enum stanza_name name, struct str text);

/* The text of the first <body/> of the payload, unescaped, in `to` (appended). False when there is none. */
bool stanza_body(const struct stanza *s, struct buf *to);

/* What somebody can look for in a message, appended unescaped, a line each: the first <body/>, and of a file that it carries (XEP-0066,
 * XEP-0447) the name and the description. Nothing of an encrypted one. *file says whether it carries one. */
void stanza_words(const struct stanza *s, struct buf *to, bool *file);
