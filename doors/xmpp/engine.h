/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/engine.h - what the files of the engine share with one another and with the features that belong to the
 * stream itself.
 */
#pragma once
#include "base/map.h"
#include "core/core.h"
#include "doors/xmpp/xmpp.h"

#define NS_CLIENT "jabber:client"
#define NS_STREAM "http://etherx.jabber.org/streams"

/* ---- once per core (home.c) ------------------------------------------------------------------------------------ */

/* Kept by the core under the name of the door. */
struct xmpp_home {
	struct core *core;
	struct arena scratch;
	struct buf nowhere;   /* for what is written to a stream without a link */
	struct buf additions; /* while a stanza is written */
	struct list streams;  /* every struct xmpp */
	struct map index;     /* handlers by namespace and element */
	struct arena entries; /* of index */
	struct map resumable; /* struct sm by its id */
	struct map past;      /* struct sm_past by its id */
	struct list past_order;
	struct map relays;    /* relay.c: streams that live elsewhere, and links that are elsewhere */
	struct list fars;     /* relay.c: the latter, also when they have ended and are not freed yet */
	uint64_t relay_last;
	struct map wants;     /* features/wants.c: what hashes of clients' capabilities stand for */
	struct list wants_order;
};

struct xmpp_home *xmpp_home(struct core *c);

/* What answers an element; NULL when nothing does. */
const struct iq_handler *home_iq(const struct xmpp_home *h, const struct xml *child, enum stanza_type type,
				 enum iq_target target);
const struct nonza_handler *home_nonza(const struct xmpp_home *h, const struct xml *element);

/* ---- a stream's life (xmpp.c) ---------------------------------------------------------------------------------- */

struct xmpp *xmpp_new(struct xmpp_home *h, struct link *l);

/* Frees when nothing of it is busy any more. */
void xmpp_release(struct xmpp *x);
static inline void xmpp_enter(struct xmpp *x) { x->busy++; }
void xmpp_leave(struct xmpp *x);

/* The tickets of what the kernel has not accepted go back to the core: it was lost, or nobody knows. */
void xmpp_tickets_return(struct xmpp *x);

/* The session ends now, if there is one; the stream goes with it, unless it has a link that will be closed. */
void xmpp_session_end(struct xmpp *x);

void xmpp_hold(struct xmpp *x, enum xmpp_hold why);
void xmpp_go_on(struct xmpp *x, enum xmpp_hold why);

/* Things put off to the end of the turn, in this order. */
enum xmpp_later {
	LATER_FRAMES = 1 << 0, /* take the frames that waited */
	LATER_SM = 1 << 1,     /* sm_later() */
	LATER_END = 1 << 2,    /* xmpp_session_end(): it cannot go on */
};
void xmpp_later(struct xmpp *x, enum xmpp_later what);

/* ---- bytes in (stream.c) --------------------------------------------------------------------------------------- */

void stream_feed(struct link *l, const char *bytes, size_t n);
/* Takes what waits in `in`. */
void stream_frames(struct link *l);
/* The client's next bytes are a stream header. */
void stream_restart(struct xmpp *x, enum xmpp_state state);
/* Says what is offered now. */
void stream_features(struct xmpp *x);
/* From now on what was set aside, and what follows, is written. */
void stream_aside_end(struct xmpp *x);
/* Says good-bye and closes the link, without an error. */
void stream_end(struct xmpp *x);
/* The same with a stream error that is no fault of the peer's, and so not logged as one. */
void stream_dismiss(struct xmpp *x, const char *condition, const char *text);
/* The peer broke the rules; `extra`: an application-specific condition, as XML, may be absent. */
void stream_error(struct xmpp *x, const char *condition, const char *text, struct str extra);

/* ---- stanzas in (take.c) --------------------------------------------------------------------------------------- */

void message_take(struct xmpp *x, const struct xml *element);
void presence_take(struct xmpp *x, const struct xml *element);
void iq_take(struct xmpp *x, const struct xml *element);

/* ---- stanzas out (deliver.c) ----------------------------------------------------------------------------------- */

extern const struct session_ops xmpp_session_ops;

/* To write a stanza: begin, append to the buffer, end with where it began. `ticket` as in struct delivery. */
struct buf *stanza_begin(struct xmpp *x);
void stanza_end(struct xmpp *x, size_t at, uint64_t ticket);
void delivery_write(struct xmpp *x, const struct delivery *d);

/* ---- features of the stream ------------------------------------------------------------------------------------ */

/* sasl2.c: whether an element may come now. Between <authenticate/> and its end nothing else may. */
bool sasl2_takes(const struct xmpp *x, const struct xml *element);
/* sasl2.c: the session that was to be resumed is not there; `failed`: what says so. */
void sasl2_not_resumed(struct xmpp *x, struct str failed);

/* sm.c. A stanza was received: it counts as handled by sm_handled(), in the order of reception. */
void sm_received(struct xmpp *x);
void sm_handled(struct xmpp *x);
/* What is about to be handled is answered with an error, which may not arrive. */
void sm_refused(struct xmpp *x);
/* Remembers a stanza that was written until it is acknowledged; false: it must not be sent now (it will come again
 * from the store). */
bool sm_sent(struct xmpp *x, struct str bytes, uint64_t ticket);
/* Whether more may be read from the store. */
bool sm_has_room(const struct xmpp *x);
void sm_later(struct xmpp *x);
/* The link is gone: true when the session stays and waits for its client. */
bool sm_detach(struct xmpp *x);
/* The session of this id, account and device (empty: of none that is known) that lives on this core; NULL when there is none. */
struct xmpp *sm_find(struct xmpp_home *h, struct str id, int64_t account, struct str device);
/* `x` goes on over `l`, whose stream is open; `h` is what the client has got. `head`: the beginning of <success/> (XEP-0388) where that is the
 * answer; else empty. */
void sm_resume(struct xmpp *x, struct link *l, uint32_t h, struct str head);
/* There is nothing to resume; `h`: what was handled of it once, or NULL. */
void sm_unknown(struct xmpp *x, const uint32_t *h);
/* Whether there was such a session until it had waited long enough. */
bool sm_past(const struct xmpp_home *h, struct str id, int64_t account, uint32_t *ret_h);
/* Forgets the oldest of these. */
void sm_past_forget(struct xmpp_home *h);

/* csi.c: true when `d` is held back. */
bool csi_holds(struct xmpp *x, const struct delivery *d);
/* Everything that is held back goes out, and nothing is any more. */
void csi_active(struct xmpp *x);
