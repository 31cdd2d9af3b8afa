/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/hybrid.h - inside the hybrid door (docs/protocol-hybrid.md): what is kept once per core, and the four
 * nouns. A *login* wants in by UDP and has not proved its address; an *entry* is in, with a session of the core; a
 * *kept* is a TCP connection; a *bridged* is a user of another door (or one without an endpoint), with a UDP port of
 * ours.
 *
 * Whatever comes by UDP may be a lie. Until an address is proved by a TCP connection it gets one datagram for each of
 * its own, no larger than that.
 */
#pragma once
#include "base/map.h"
#include "core/account.h"
#include "core/ask.h"
#include "core/session.h"
#include "doors/door.h"
#include "wire/hybrid.h"
#include "wire/line.h"

enum {
	HYBRID_LOGINS_MAX = 2048,     /* that are not proved: ten seconds of all that may come (hybrid_datagrams_all) */
	HYBRID_PROOF_MS = 10 * 1000,  /* from Accept to the connection */
	HYBRID_TOGETHER_MS = 500,     /* logins of one address so near to one another come by TCP in their order */
	HYBRID_HUSH_MS = 100,         /* a client that says nothing for so long wants the list */
	HYBRID_TICK_MS = 1000,
	HYBRID_ASKS = 3,              /* how often Accept is repeated before a lease ends */
	HYBRID_PORT_MS = 10 * 60 * 1000, /* a port stays its user's when he has gone: letters there are his */
	HYBRID_PORTS_MAX = 1024,      /* where the settings name no range */
	HYBRID_AHEAD_MAX = 64,        /* messages of one entry on their way to the disk */
	HYBRID_UNGOT_MAX = 4096,      /* messages that were said to a client that says `got`, and not got */
	HYBRID_REPLIES_MAX = 65536,   /* bytes of unread replies, above which no line is looked at */
	HYBRID_HELD_MAX = 65536,      /* bytes of messages that a guest may not have had; of more nothing is known */
	HYBRID_BOUNCES_MAX = 16,
	HYBRID_LOGINS_FAILED_MAX = 5,
	HYBRID_ID_MAX = 255,          /* bytes of a message's id */
	HYBRID_RATES = 1024,          /* addresses whose datagrams are counted: a table that never grows */
	HYBRID_RATES_WAYS = 4,
	HYBRID_NEWS_MAX = 4096,       /* comings and goings that wait to be told */
	HYBRID_NEWS_SECOND = 5000,    /* datagrams of such a second */
};

struct hybrid;
struct entry;
struct kept;
struct bridged;

/* What datagrams->state points at: whose port it is. */
struct port {
	struct hybrid *h;
	struct bridged *whose; /* NULL: the door's own */
};

/* How much may still come: tokens that fill up with the time. */
struct allowance {
	int64_t left; /* thousandths */
	msec filled; /* clock + 1; 0: never used */
};

/* Whether `n` more may come at `rate` a second, after a burst of `rate` * `burst`; counts them. */
bool allowance_take(struct allowance *a, msec clock, unsigned rate, unsigned burst, unsigned n);

struct rate {
	uint8_t address[16];
	struct allowance allowance;
};

struct hybrid {
	struct core *core;
	struct datagrams *datagrams; /* NULL: there is no UDP here now */
	struct port port;
	struct map entries;          /* struct entry by prepared name: in, or about to be */
	struct map endpoints;        /* the same by endpoint, those that have one */
	struct list in_order;
	struct map leaving;          /* struct entry by name: guests that are being forgotten */
	struct list logins;
	unsigned logins_n;
	struct list kepts;
	struct map bridged;
	unsigned ports, port_next;   /* how many of them have one; where the next search begins */
	struct list idle;            /* struct bridged whose user has gone, the longest first */
	struct timer tick;
	struct rate *rates;
	struct allowance all;        /* datagrams of all addresses */
	struct list news;            /* list.c */
	unsigned news_n;
	struct allowance telling;
	struct timer telling_on;
	bool watching;               /* there are entries, so it is known who uses the other doors */
	unsigned ears;               /* of them that are in: their sessions hear who comes and goes */
	bool full_logged;
	bool ending;
};

/* ---- hybrid.c ---------------------------------------------------------------------------------------------------- */

/* The door's state on this core, made when it is not there yet. */
struct hybrid *hybrid_of(struct core *c);
/* Whether it is served to this address at all. */
bool hybrid_serves(const struct hybrid *h, const uint8_t address[16]);
/* Looks after logins, leases and ports in a second; harmless when it does already. */
void hybrid_watch(struct hybrid *h);
/* "door=hybrid user=tom ip=10.0.0.7 encoding=utf-16", for the log. */
void hybrid_who(struct buf *to, struct str name, const uint8_t address[16], enum hybrid_encoding encoding);
/* Sends a datagram from the door's own port; `here` all zero: from any address. */
void hybrid_send(struct hybrid *h, const uint8_t here[16], const struct endpoint *to, struct str bytes);

/* ---- datagrams.c: what comes by UDP ------------------------------------------------------------------------------ */

/* Somebody who wants in by UDP. */
struct login {
	struct list here;
	struct hybrid *h;
	struct ask ask;
	msec accepted;          /* clock + 1 when Accept went out last: it may be proved; 0: not yet */
	msec since;             /* clock */
	enum hybrid_encoding encoding;
	struct endpoint endpoint;
	uint8_t local[16];      /* the address of ours that was used */
	size_t request;         /* bytes of what came */
	struct str name, shown; /* prepared; as typed. Own memory, in `bytes` */
	char bytes[];
};

/* A prepared name that somebody may come in under: not the end of a list, nor the server's own, nor written as a
 * room's. */
bool hybrid_may_be(struct str name);
/* Whether one more datagram, or login, of this address is looked at now; counts it. */
bool hybrid_may_come(struct hybrid *h, const uint8_t address[16]);
void datagram_feed(struct datagrams *d, const struct endpoint *peer, const uint8_t here[16], struct str bytes);
/* Which login a connection from this address proves: the newest, for those before it have most likely been given up; of
 * several that were accepted at nearly the same moment the first. NULL: none. */
struct login *login_find(struct hybrid *h, const uint8_t address[16]);
void login_free(struct login *l);
void logins_expire(struct hybrid *h);
/* `Reject,REASON` to an address: at most `room` bytes. */
void datagram_reject(struct hybrid *h, const uint8_t here[16], const struct endpoint *to, enum hybrid_encoding encoding,
		     const char *reason, size_t room);
/* `Accept,PORT` to an entry's endpoint, or a login's. */
void datagram_accept(struct hybrid *h, const uint8_t here[16], const struct endpoint *to,
		     enum hybrid_encoding encoding);

/* ---- entries.c: who is in ---------------------------------------------------------------------------------------- */

enum entry_state {
	ENTRY_WAITING, /* for the end of a guest of the same name */
	ENTRY_MAKING,  /* guest_open() */
	ENTRY_OPENING, /* session_open() */
	ENTRY_IN,
	ENTRY_OUT,     /* is in no map but `leaving`, and freed when nothing of it is under way */
};

#define LINE_UNSAID UINT64_MAX

struct ticket_given {
	uint64_t ticket, line; /* line: of kept->relayed, behind which it was given; LINE_UNSAID: not said at all */
	struct stanza *st;     /* of a guest, whose queue goes with him: to be sent back; NULL: it is not */
};

struct entry {
	struct map_node node, place; /* in entries (or leaving), endpoints */
	struct list here;
	struct hybrid *h;
	enum entry_state state;
	bool guest;             /* without an account */
	bool cleaned;           /* a guest that nobody uses was in the way: forgotten once */
	bool closing;           /* guest_close() is under way */
	msec awaits;            /* clock + 1 when Accept went out and nobody has come for the list since; 0: not so */
	bool listed;            /* the others were told */
	bool hears;             /* it has the list, and is told of what changes */
	uint8_t asked;          /* how often Accept was repeated */
	enum hybrid_encoding encoding;
	struct endpoint endpoint; /* port 0: no datagram reaches it; the address is that of its connection */
	uint8_t local[16];      /* the address of ours that it uses */
	msec heard;             /* clock */
	struct kept *kept;      /* NULL: no connection */
	struct session session;
	struct account_ask ask;
	struct account account; /* whose it is, while OPENING; its name is `name` */
	struct allowance talks; /* bytes */
	struct list errands;    /* say.c: messages whose `sent` has not come, in order */
	unsigned errands_n;
	struct buf tickets;     /* struct ticket_given each: written, and not known to have come (say.c) */
	size_t held;            /* bytes of the messages that they hold */
	struct stanza *bounces[HYBRID_BOUNCES_MAX];
	unsigned bounces_n;
	uint64_t mark, said;    /* what the ids of its messages are made of */
	struct post turn;
	bool posted;
	struct str name, shown; /* prepared; as typed. In `bytes` */
	char bytes[];
};

static inline struct entry *entry_of(struct session *s) { return holder_of(s, struct entry, session); }
static inline bool entry_is_bound(const struct entry *e);

struct entry *entry_find(const struct hybrid *h, struct str name);
struct entry *entry_at(const struct hybrid *h, const struct endpoint *e);
/* One at this address that was asked to come by TCP and has not; it may have a silent connection from before. */
struct entry *entry_awaiting(struct hybrid *h, const uint8_t address[16]);

struct entry_init {
	struct str name, shown;
	enum hybrid_encoding encoding;
	struct endpoint endpoint;
	uint8_t local[16];
	struct kept *kept;             /* what proved the address */
	const struct account *account; /* NULL: a guest */
};
/* The address is proved: lets it in. The name must be free. How it ends is told to the connection, or by Reject. */
void entry_enter(struct hybrid *h, const struct entry_init *init);
/* It is gone: the others are told, its session ends. `why` for the log. It may be freed. */
void entry_leave(struct entry *e, const char *why);
/* Its connection has gone, or belongs to another now. */
void entry_unbind(struct entry *e);
/* Asks it to come by TCP. */
void entry_ask(struct entry *e);
void entries_expire(struct hybrid *h);
/* Goes on with what is left to do at the end of this turn. */
void entry_continue(struct entry *e);
/* Everybody out, without a word: the server ends. */
void entries_end(struct hybrid *h);

/* ---- list.c: who is told of whom --------------------------------------------------------------------------------- */

/* The list as `e` gets it, on its connection. */
void list_send(struct entry *e, struct kept *k, enum hybrid_encoding encoding);
struct news {
	bool came;               /* or went */
	struct str name, shown;  /* prepared: who is not told of himself; as it is written */
	struct endpoint at;      /* port 0: at `port` of the address of ours that each of them uses */
	uint16_t port;
};
/* Tells all others, in the order of the calls; not all at once where it is much. */
void news_tell(struct hybrid *h, const struct news *n);
void news_free(struct hybrid *h);

/* ---- bridge.c: those without an endpoint of their own ------------------------------------------------------------ */

struct bridged {
	struct map_node node;        /* by prepared name */
	struct list here;            /* in h->idle */
	struct hybrid *h;
	struct port port;
	struct datagrams *datagrams; /* NULL: no port was left */
	bool online;
	bool listed;                 /* the others were told */
	msec since;                  /* clock, of going */
	struct str name, shown;      /* `shown` lies behind the name in `bytes` */
	char bytes[];
};

struct bridged *bridged_find(const struct hybrid *h, struct str name);
/* Looks anew whether this user needs a port. */
void bridge_update(struct hybrid *h, struct str name);
/* The first has come in, or the last has gone: looks at everybody. */
void bridge_watch(struct hybrid *h);
/* Ports that were kept long enough are given back. */
void bridge_expire(struct hybrid *h);
void bridge_end(struct hybrid *h);

/* ---- say.c: messages --------------------------------------------------------------------------------------------- */

extern const struct session_ops hybrid_session_ops;

/* A message of this entry to the user `to` (as typed); k: who is answered, NULL: by a `talk` from the port of `to` if
 * it fails. `id` may be empty. Why it cannot even be tried; NULL: it is on its way. */
const char *entry_say(struct entry *e, struct kept *k, struct str to, struct str content, struct str id);
/* The connection has gone: nobody is answered. */
void errands_forget(struct entry *e, const struct kept *k);
/* What the kernel has taken; of who says `got`, what he has got; what went to a guest as a datagram, when he has shown
 * since that he is there. */
void tickets_settle(struct entry *e);
/* Something came that only he sends: he is there, and what he was sent before has come as far as anybody knows. */
void entry_lives(struct entry *e);
/* A guest goes, and what he may not have had with him: whoever wrote it is told (MESSAGE_ERROR). */
void tickets_bounce(struct entry *e);
/* What was not got is to be read from the store again: session_catch_up(). */
void tickets_return(struct entry *e);
void bounces_send(struct entry *e);
void entry_say_free(struct entry *e);

/* ---- kept.c: the TCP connection ---------------------------------------------------------------------------------- */

struct kept {
	struct link *link;      /* NULL once it is gone */
	struct hybrid *h;
	struct list here;
	struct entry *entry;    /* whose it is; NULL: nobody's yet */
	struct line_framer framer;
	struct buf in;          /* what was not taken yet */
	bool spoken;            /* it has said something: it is a client of ours, its presence is bound to it */
	bool ids;               /* it has said `id`: messages come with theirs, and their lines escaped */
	bool gots;              /* it has said `got`: what it was told of counts as delivered when it says so */
	uint64_t relayed, got;  /* `relayed` lines said to it; and of them on its disk */
	bool id_next, id_bad;   /* of the next `relay` */
	bool authed, entering;
	bool claimed;           /* its entry was given to it because it was silent: it may be another's */
	bool busy;              /* a line is answered in a later turn */
	bool held;              /* a whole line waits in `in` until the messages before it are answered */
	bool leaving;           /* hang up after what is in `out` */
	bool tls_begins;
	bool paused, posted;
	unsigned failures, unanswered;
	struct buf id;
	struct account account; /* authed: whose password was given; name in own memory */
	struct account_ask ask;
	struct post turn;
	struct timer hush, deadline, breath;
	msec filled;            /* clock when `allowance` was right */
	int64_t allowance;      /* bytes */
};

/* A reply, or an event: one line, without its LF. */
void kept_line(struct kept *k, struct str line);
/* The reply to the line that made it busy. */
void kept_answer(struct kept *k, const char *reply);
/* The entry is in (refusal NULL), or could not be: says so. */
void kept_entered(struct kept *k, const char *refusal);
/* Its entry is no more, or has another connection: it ends. */
void kept_left(struct kept *k);
/* Goes on with what is left to do at the end of this turn. */
void kept_continue(struct kept *k);
void kept_hang_up(struct kept *k, enum close_why why);
/* The connection of this address on which the password of `name` was given; NULL: none. */
struct kept *kept_authed(struct hybrid *h, const uint8_t address[16], struct str name);

/* Whether what it is told goes over its connection. */
static inline bool entry_is_bound(const struct entry *e) { return e->kept && e->kept->spoken; }
