/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/xmpp.h - inside the XMPP door: one client's stream, and how features hang on to it. A feature is a file
 * in features/ and a line in features.c; what it announces in disco, which elements it answers, in which state,
 * stands in its table and nowhere else.
 */
#pragma once
#include "core/account.h"
#include "core/session.h"
#include "doors/door.h"
#include "wire/stanza.h"
#include "wire/xml.h"

struct xmpp;
struct iq;

/* States of a stream, in order; a bit each, so that tables can name several. */
enum xmpp_state {
	XMPP_CONNECTED = 1 << 0,     /* before the stream header */
	XMPP_PLAIN = 1 << 1,         /* stream open, no TLS, not logged in */
	XMPP_SECURE = 1 << 2,        /* the same with TLS, or on loopback */
	XMPP_AUTHENTICATED = 1 << 3, /* logged in, nothing bound */
	XMPP_BOUND = 1 << 4,         /* has a session */
	XMPP_CLOSED = 1 << 5,        /* </stream:stream> sent */
};

/* What an IQ request was sent to. */
enum iq_target {
	TO_SERVER = 1 << 0,  /* the domain */
	TO_ACCOUNT = 1 << 1, /* no `to`, or the own bare address */
	TO_USER = 1 << 2,    /* another user's bare address; who may see what is for the feature to check */
};

/* An IQ get or set to be answered exactly once: iq_result() or iq_error(), now or (after iq_keep()) later. */
struct iq {
	struct xmpp *x;
	enum stanza_type type;  /* IQ_GET, IQ_SET */
	enum iq_target target;
	struct jid to;          /* absent when the client gave none */
	struct str id;
	const struct xml *child; /* the payload element; lives for the turn only, not after iq_keep() */
	bool kept;
	struct list here;
	/* For who keeps it, set after iq_keep(): `job` is what is under way. `gone` is called when the stream ends
	 * before the answer: it cancels and frees the job and must not touch `q` afterwards (the engine frees it). */
	void *job;
	void (*gone)(struct iq *q);
};

struct iq_handler {
	unsigned types;   /* 1 << IQ_GET | 1 << IQ_SET */
	const char *element, *ns; /* element NULL: any of this namespace */
	unsigned targets; /* enum iq_target, or-ed */
	unsigned states;  /* enum xmpp_state, or-ed; 0: XMPP_BOUND only. Before that `q->x->session` is not valid */
	void (*answer)(struct xmpp *x, struct iq *q);
};

struct nonza_handler { /* elements at stream level that are no stanzas */
	const char *element, *ns;
	unsigned states; /* enum xmpp_state, or-ed; in any other the stream ends */
	void (*take)(struct xmpp *x, const struct xml *element);
	bool overtakes;  /* may be taken while messages sent before it are still on their way to the disk */
};

struct xmpp_feature {
	const char *name;    /* ping */
	unsigned xep;        /* 199; 0: an RFC */
	const char *version; /* of the XEP */
	const char *disco[24];         /* features of the server (disco#info to the domain) */
	const char *disco_account[40]; /* features of an account (disco#info to the bare address) */
	struct iq_handler iq[6];
	struct nonza_handler nonza[8];
	/* Whether the settings switch it on (what it announces is left out else); NULL: always. */
	bool (*on)(const struct core *c);
	struct {                      /* one more of the server, before "server/im"; NULL: none */
		const char *category, *type;
	} identity;
	struct {                      /* XEP-0128: a form with one field behind disco#info of the server; all NULL: none */
		const char *type, *var; /* FORM_TYPE and the field */
		void (*value)(const struct core *c, struct buf *to);
	} form;
	/* Appends to <stream:features/> what is offered in this state; may be NULL. */
	void (*offer)(struct xmpp *x, struct buf *to);
	/* Releases the feature's state, with the stream; may be NULL. */
	void (*closed)(struct xmpp *x);
};

/* All of them, NULL at the end. Order of offers in stream features follows it. */
extern const struct xmpp_feature *const xmpp_features[];

/* ---- one stream ----------------------------------------------------------------------------------------------- */

struct sasl_exchange; /* features/sasl.c: while authenticating */
struct sasl2;         /* features/sasl2.c: from <authenticate/> to <success/> */
struct binding_job;
struct sm;            /* features/sm.c (XEP-0198): while enabled */
struct wants;         /* features/wants.c: what its client wants to be told of */
struct wants_question;
struct avatar;        /* features/avatar.c: the picture of its account */
struct csi;           /* features/csi.c: what is held back while the client is inactive */
struct relay;         /* relay.c: the stream lives on another core */
struct xmpp_home;

/* Who logged in. */
struct xmpp_who {
	int64_t id;
	struct str name; /* own memory */
	uint32_t flags;  /* enum account_flags */
	uint64_t mark;   /* of the password: struct account */
};

/* What the client said of itself at login. */
struct xmpp_agent {
	struct session_agent agent; /* in `bytes` */
	char bytes[];
};

/* Why no frames are taken now (a bit each): reading is paused meanwhile, what has arrived waits in `in`. */
enum xmpp_hold {
	HOLD_STORE = 1 << 0, /* something must not overtake messages on their way to the disk, or these are too many */
	HOLD_LOGIN = 1 << 1, /* verifiers are looked up, or a password is checked */
	HOLD_BIND = 1 << 2,  /* the session is being opened */
	HOLD_RATE = 1 << 3,  /* it sent more than its share: only reading is paused */
	HOLD_RELAY = 1 << 4, /* another core is asked, or wants to be fed no more (relay.c) */
	/* A request changes something, or many wait for the store: those behind it see what it did (RFC 6120, 10.1). */
	HOLD_ASKED = 1 << 5,
};

struct xmpp {
	struct link *link;      /* NULL while detached */
	struct session session; /* valid in XMPP_BOUND */
	struct core *core;
	struct xmpp_home *home; /* what this door keeps once per core */
	struct list here;       /* home->streams */
	enum xmpp_state state;
	struct xml_framer framer;
	struct buf in;          /* the start of a frame that is not complete, or frames that must wait */
	struct xmpp_who account; /* from XMPP_AUTHENTICATED */
	struct timer deadline;  /* until bound: login; then features/sm.c */
	struct timer rate;      /* when reading goes on */
	msec rate_at;
	int64_t rate_left;      /* bytes it may send now */
	struct post later;      /* at the end of the turn: what may not be done inside a call of the core */
	struct buf tickets;     /* uint64_t each: written, but not accepted by the kernel yet; without XEP-0198 */
	struct str from;        /* who the stream header says it is, before login; own memory, may be absent */
	struct sasl_exchange *sasl;
	struct sasl2 *sasl2;
	struct binding_job *binding; /* features/bind.c: while a session is opened */
	struct xmpp_agent *agent; /* NULL: it said nothing by which it can be known again */
	struct buf aside;       /* what is written to a session whose client does not know of it yet: goes out behind the answer */
	struct sm *sm;
	struct avatar *avatar;
	struct csi *csi;
	struct wants *wants;
	struct wants_question *wants_question;
	struct relay *relay;
	struct str status;      /* the text it left with, XEP-0012; own memory, may be absent */
	struct str bind_id;     /* while binding: id of the IQ; own memory */
	struct str preauth, preauth_name; /* before login: the token of an invitation that is good, and the name it is for; own memory, may be absent */
	struct list iqs;        /* kept requests */
	unsigned asked;         /* of these, waiting for the store (features/asked.c) */
	size_t under_way;       /* bytes of messages that session_send() has not ended yet */
	unsigned holds;         /* enum xmpp_hold, or-ed */
	unsigned busy;          /* calls and posts of ours under way; memory is freed when the last one ends */
	unsigned later_does;    /* enum xmpp_later (engine.h), or-ed */
	bool dead;              /* to be freed when nothing is busy */
	bool paused;            /* the link was told so */
	bool opened;            /* our stream header was sent since the last restart */
	bool starttls;          /* <starttls/> was taken; TLS begins behind this frame */
	size_t granted;         /* bytes that may be unread beyond the ceiling: answers that are large at once */
	bool mute;              /* nothing is written: nobody reads and the link ends, or it is not resumed yet */
	bool ended;             /* the session must not outlive the link: stream closed in order, or by an error */
	bool csi_inactive;
	bool by_token;          /* it logged in with a token, which may have been revoked since */
	bool set_aside;         /* what is written goes to `aside` */
	uint8_t login_failures;
};

/* The buffer to write to: the link's while attached, else one that nobody reads. For what is no stanza; stanzas go
 * through xmpp_push(), iq_result() and iq_error(), which XEP-0198 counts. Call xmpp_flush() when something was
 * appended. */
struct buf *xmpp_out(struct xmpp *x);
void xmpp_flush(struct xmpp *x);

/* The stream was opened with TLS, or the peer is on this machine. */
static inline bool xmpp_safe(const struct xmpp *x) { return x->link && (x->link->secure || x->link->loopback); }

/* Who is asking, for account_*(). */
struct origin xmpp_origin(const struct xmpp *x);

/* Ends the stream with a stream error (RFC 6120, 4.9.3) and a text, then closes the link. */
void xmpp_stream_error(struct xmpp *x, const char *condition, const char *text);

/* Answers. The payload is XML, complete in itself under jabber:client; may be empty. */
void iq_result(struct iq *q, struct str payload);
void iq_error(struct iq *q, enum stanza_error_condition condition, const char *text);
/* The same with a type of its own and elements inside of <error/>. */
void iq_error_with(struct iq *q, enum stanza_error_condition condition, enum stanza_error_type type, const char *text, struct str detail);

/* A copy on the heap that can be answered in a later turn; `q->child` is gone in it. */
struct iq *iq_keep(struct iq *q);

/* Sends a message, IQ or presence of the server itself to this client: counted by XEP-0198 like any other. `bytes`:
 * one whole stanza. */
void xmpp_push(struct xmpp *x, struct str bytes);

/* Scratch: good until the element that is being handled, or the callback that is running, has been dealt with. */
struct arena *xmpp_scratch(struct xmpp *x);

/* From a session back to its stream. */
static inline struct xmpp *xmpp_of(struct session *s) { return holder_of(s, struct xmpp, session); }
