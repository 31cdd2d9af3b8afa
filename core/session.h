/* SPDX-License-Identifier: Apache-2.0
 *
 * core/session.h - one client that is logged in, whatever it speaks (RFC 6120: a connected resource). The struct is part of the
 * door's state. The door calls session_*(); the core reaches the client through session_ops, knowing no protocol.
 *
 * What the core calls may write to the link but must not call back into the session except where said, and must not free it.
 */
#pragma once
#include "base/list.h"
#include "base/map.h"
#include "core/core.h"
#include "core/parcel.h"

struct session;
struct user;

enum delivery_kind { DELIVERY_PLAIN, DELIVERY_CARBON_RECEIVED, DELIVERY_CARBON_SENT };

struct delivery {
	const struct stanza *stanza;
	enum delivery_kind kind;
	bool waited;     /* it waited in the store: say since when (XEP-0203, stanza->time) */
	bool archived;   /* stanza->stamp is its id in this account's archive (XEP-0359) */
	struct jid to;   /* of one stanza for many: whom it is for now; absent: as the stanza says */
	bool asked;      /* it belongs to what the client has asked for at once, and may be a lot: all who are in a room */
	struct jid kept_by; /* `waited` in the archive of a room: this one; absent: ours */
	uint64_t ticket; /* not 0: call session_delivered() with it once the client has it, or session_undelivered() */
};

/* How a stanza that a client sent has ended. */
enum sent_verdict {
	SENT_OK = 0,           /* a message to keep: on disk. Anything else: passed on */
	SENT_NO_SUCH_USER,     /* service-unavailable */
	SENT_NO_SUCH_RESOURCE, /* service-unavailable, for an IQ to an address nobody is at */
	SENT_BLOCKED,          /* the receiver blocked the sender: service-unavailable */
	SENT_BLOCKING,         /* the sender blocked the receiver: not-acceptable with XEP-0191's condition */
	SENT_QUEUE_FULL,       /* too much waits for the receiver: resource-constraint */
	SENT_NOT_STORED,       /* the store failed: resource-constraint, type wait; nothing was delivered */
	SENT_REMOTE,           /* another domain: remote-server-not-found */
	SENT_UNSUPPORTED,      /* e.g. groupchat to a user: service-unavailable */
	/* of rooms (core/room.h) */
	SENT_NO_SUCH_ROOM,     /* item-not-found */
	SENT_NOT_IN_ROOM,      /* not-acceptable */
	SENT_NO_VOICE,         /* forbidden */
	SENT_TOO_FAST,         /* slow mode: policy-violation, type wait */
	SENT_NOT_ALLOWED,      /* not-allowed */
	SENT_BAD,              /* bad-request */
	SENT_TOO_MANY,         /* a presence: this session is at too many addresses already; it was not passed on: resource-constraint */
	SENT_TIMEOUT,          /* the service of the domain is not connected: remote-server-timeout */
};

enum kick_why { KICK_CONFLICT, KICK_OPERATOR, KICK_ACCOUNT_GONE, KICK_SHUTDOWN, KICK_PASSWORD_CHANGED, KICK_REVOKED /* by its owner (core/devices.h) */ };

/* What a roster or block list shows has changed: told to the sessions that asked for it. */
struct notice {
	enum { NOTICE_ROSTER, NOTICE_BLOCKED, NOTICE_UNBLOCKED, NOTICE_ONLINE, NOTICE_OFFLINE } kind;
	const struct roster_item *item; /* ROSTER */
	uint64_t version;               /* ROSTER */
	struct str name; /* BLOCKED, UNBLOCKED: an address (absent in UNBLOCKED: all). ONLINE, OFFLINE: a user name */
};

struct session_ops {
	const char *door;
	bool subscribes; /* its client can answer subscription requests */
	/* A stanza for the client. Called while attached or detached. */
	void (*deliver)(struct session *s, const struct delivery *d);
	/* How what it sent ended: exactly once per message or IQ given to session_send(), in the order of sending. */
	void (*sent)(struct session *s, const struct stanza *stanza, enum sent_verdict verdict);
	/* Nothing of this session waits in the store any more: session_must_wait() has become false. May be NULL. */
	void (*drained)(struct session *s);
	void (*notice)(struct session *s, const struct notice *n); /* may be NULL */
	/* Whether its client wants to be told of what is published in `node` (XEP-0163); may be NULL: nothing. */
	bool (*wants)(struct session *s, struct str node);
	/* What `owner` published last in `node` (core/pep.h); may be NULL where `wants` is. */
	void (*item)(struct session *s, struct jid owner, struct str node, struct str item);
	/* The session must end: tell the client, then call session_close() (now or later). */
	void (*kick)(struct session *s, enum kick_why why);
	/* Appends the peer's address, for operators; where the door's clients write in several ways, a blank and which. */
	void (*describe)(struct session *s, struct buf *address);
	/* Appends what the client says it is, for its owner; may be NULL. */
	void (*program)(struct session *s, struct buf *name);
};

enum session_verdict { SESSION_TOO_MANY = 1, SESSION_GONE /* account deleted meanwhile */, SESSION_STORE, SESSION_PASSWORD /* changed since the login */ };

/* What a client said of itself at login (XEP-0388). */
struct session_agent {
	struct str device, software, name; /* device_id() (core/tokens.h); what it calls itself, and the device: may be empty */
};

struct session {
	const struct session_ops *ops;
	struct core *core;
	struct user *user;       /* NULL before open and after close */
	struct list here;        /* in user->sessions */
	struct map_node place;   /* in the core's sessions, by full address */
	struct list watching;    /* core/directory.c */
	char *address;           /* the bytes of jid */
	struct jid jid;          /* full */
	struct stanza *presence; /* last available presence; NULL: not available */
	int8_t priority;
	bool opened;             /* session_open() has answered 0 */
	bool wants_roster;       /* asked for its roster: gets NOTICE_ROSTER (an "interested resource") */
	bool wants_blocks;       /* the same for block lists */
	bool wants_online;       /* NOTICE_ONLINE and NOTICE_OFFLINE of all users */
	bool carbons;            /* XEP-0280 */
	bool detached;           /* the link is gone, the client may come back (XEP-0198) */
	uint8_t catching_up;     /* reading what waits: see core/offline.c */
	bool idle;               /* nobody looks at it (XEP-0352): session_idle() */
	bool push_on;            /* it is active, and has named a place to be told otherwise */
	char *push;              /* core/push.c: which */
	bool asks_acks;          /* set by the door: its client is told what is safe (XEP-0198, classic 1|), so even what nobody archives goes to disk first */
	uint64_t missed_from;    /* lowest stamp given back by session_undelivered(); 0: none */
	uint64_t again_from;     /* while catching up: lowest stamp that came meanwhile; 0: none */
	uint64_t cursor;         /* while catching up: all up to this stamp was delivered */
	unsigned under_way;      /* tickets given out and not settled */
	unsigned waiting;        /* transits that are not finished */
	struct list transits;    /* core/route.c: messages on their way, oldest first */
	struct list tickets;     /* core/offline.c */
	struct str *directed;    /* addresses that were sent directed presence, those at services too */
	size_t directed_n;
	struct page *page;       /* core/offline.c */
	struct pep_walk *walk;   /* core/pep.c */
	struct list rooms;       /* core/room_here.c: the rooms that it is in */
	struct session_opening *opening;
	const struct session_agent *agent; /* set by the door before session_open(): of what outlives the session; NULL: its client did not say */
	msec since;              /* wall time of login */
	msec left;               /* and of the moment its link went, while detached */
};

/* Opens a session of `account` (logged in, with the mark of its password then). `resource` is prepared; absent or empty: the core makes one. An older session of
 * the same resource is kicked (KICK_CONFLICT). `opened` runs once, in a later turn, unless session_close() comes first; with 0, s->jid is set. */
void session_open(struct core *c, struct session *s, const struct session_ops *ops, const struct account *account,
		  struct str resource, void (*opened)(struct session *s, int verdict));

/* Ends it: unavailable presence goes out with `status` (may be absent), unsettled tickets stay in the store. May be called inside kick. */
void session_close(struct session *s, struct str status);

/* ---- what the client sends ---------------------------------------------------------------------------------------- */

/* True while messages of this session wait for the disk: only messages may be given to session_send(); everything else must
 * be held back until `drained`, so that nothing overtakes them. */
bool session_must_wait(const struct session *s);

/* How many messages are on their way to the disk: for back-pressure. */
unsigned session_waiting(const struct session *s);

/* A message, or an IQ to another session (full address) or a presence with a `to` that is not a subscription. stanza->from must be
 * s->jid. Takes over the caller's reference. */
void session_send(struct session *s, struct stanza *stanza);

/* Presence without `to`: available (with what the client said of its priority) or unavailable. Takes over the reference. */
void session_presence(struct session *s, struct stanza *presence, int priority);

/* subscribe, subscribed, unsubscribe, unsubscribed (RFC 6121, 3). Takes over the reference. */
void session_subscription(struct session *s, struct stanza *presence);

/* ---- what the client has got -------------------------------------------------------------------------------------- */

/* The client acknowledged the delivery with this ticket (or, where its protocol has no acknowledgements, the kernel took it). */
void session_delivered(struct session *s, uint64_t ticket);

/* The door let the copy go before the client had it (its memory is for what is read, not for who does not read): it stays in
 * the store; session_catch_up() will bring it again. */
void session_undelivered(struct session *s, uint64_t ticket);

/* Reads from the store what waits for the account, after `cursor`, page by page as the door has room; live messages come behind it in order. Called
 * by the core at the first presence with priority >= 0; by a door after resumption. */
void session_catch_up(struct session *s, uint64_t cursor);

/* The door has written all it had: the next page may come. Cheap when there is nothing to do. */
void session_writable(struct session *s);

/* The link is gone, but the client may come back: the session stays, and available, on this core. */
void session_detach(struct session *s);
void session_attach(struct session *s);

/* Nobody looks at the client, or somebody does again. */
void session_idle(struct session *s, bool idle);

/* Whose: id and name of the account. */
int64_t session_account(const struct session *s);
struct str session_name(const struct session *s);
/* Its enum account_flags, as they are now. */
uint32_t session_flags(const struct session *s);

/* The session of this full address on this core; NULL when it is not here. */
struct session *session_find(struct core *c, struct str full);
