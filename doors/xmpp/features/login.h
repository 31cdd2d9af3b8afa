/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/login.h - logging in, whichever the syntax is: the exchange of SASL messages (sasl.c) is one,
 * with what RFC 6120 says around it (also sasl.c) or XEP-0388 (sasl2.c, with the pieces bind2.c and fast.c).
 */
#pragma once
#include "core/ask.h"
#include "core/tokens.h"
#include "doors/xmpp/engine.h"
#include "wire/ht.h"

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL2 "urn:xmpp:sasl:2"

/* ---- the exchange (sasl.c) -------------------------------------------------------------------------------------- */

struct login_syntax {
	void (*challenge)(struct xmpp *x, struct str message);
	void (*failure)(struct xmpp *x, const char *condition, const char *text);
	/* x->account is who it is. `last`: the mechanism's last word, may be empty; gone when this returns. */
	void (*success)(struct xmpp *x, struct str last);
};

/* Whether anybody may log in on this link at all, by whatever. */
bool login_is_safe(const struct xmpp *x);

/* Appends a <mechanism/> for each that is offered here. */
void login_mechanisms(struct xmpp *x, struct buf *to);

/* A mechanism is chosen; `first` is the client's message in base64, absent when it gave none. */
void login_begin(struct xmpp *x, const struct login_syntax *syntax, struct str mechanism, struct str first);

/* The client's next message, in base64. */
void login_respond(struct xmpp *x, const struct login_syntax *syntax, struct str text);

/* It failed, or was given up: the exchange is over, and counted. */
void login_fail(struct xmpp *x, const struct login_syntax *syntax, const char *condition, const char *text);
/* The same with a verdict of core/account.h or core/tokens.h. */
void login_fail_verdict(struct xmpp *x, const struct login_syntax *syntax, int verdict);

/* Who it is from now on. */
void login_is(struct xmpp *x, const struct account *account);

/* ---- XEP-0388 (sasl2.c) ----------------------------------------------------------------------------------------- */

/* What <authenticate/> asks for; strings in `arena`, absent where nothing was said. */
struct login_wish {
	struct session_agent agent; /* device: empty when the client gave no id */
	bool resume;             /* XEP-0198 */
	struct str previd;
	uint32_t h;
	bool bind;               /* XEP-0386 */
	struct str tag;
	bool carbons, inactive, sm, sm_resumable;
	struct token_wish token; /* XEP-0484 */
	bool fast, counted, invalidate;
	uint64_t count;
};

struct sasl2 {
	struct xmpp *x;
	struct arena arena;
	struct login_wish wish;
	bool by_token;           /* it was a token that let it in */
	bool granted;            /* logged in: what is left is to do what was wished */
	struct token_ask token;
	struct ask ends;
	struct buf head;         /* <success> up to what depends on the session */
	struct buf failed;       /* of a resumption */
	struct buf bound;        /* inside of <bound/> */
};

/* The mechanism has said yes, and this is its last word. `token`, `expires`: for the client, may be absent. */
void sasl2_granted(struct xmpp *x, struct str last, struct str token, msec expires);
/* All is done: says so. */
void sasl2_end(struct xmpp *x);
void sasl2_failure(struct xmpp *x, const char *condition, const char *text);
extern const struct login_syntax sasl2_syntax;

/* ---- XEP-0386 (bind2.c) ----------------------------------------------------------------------------------------- */

void bind2_read(struct login_wish *w, const struct xml *bind, struct arena *arena);
void bind2_offer(struct xmpp *x, struct buf *to); /* inside of <inline/> */
void bind2_begin(struct xmpp *x);                 /* then sasl2_end() */

/* bind.c: opens a session of x->account. `opened` has a verdict of session_open(); with 0 what is written is set
 * aside until it has said so to the client and called stream_aside_end(). */
void bind_session(struct xmpp *x, struct str resource, void (*opened)(struct xmpp *x, int verdict));

/* ---- XEP-0484 (fast.c) ------------------------------------------------------------------------------------------ */

bool fast_read(struct login_wish *w, const struct xml *authenticate);
void fast_offer(struct xmpp *x, struct buf *to); /* inside of <inline/> */
bool fast_offered(const struct xmpp *x, enum token_kind kind);
/* <authenticate/> with a token; then sasl2_granted() or a failure. */
void fast_begin(struct xmpp *x, enum token_kind kind, struct str first);
/* Who logged in otherwise gets the token that he asked for; then sasl2_granted(). False: none was asked for. */
bool fast_issue(struct xmpp *x, struct str last);
void fast_token_write(struct buf *to, struct str token, msec expires);

/* ---- XEP-0198 (sm.c) -------------------------------------------------------------------------------------------- */

/* Enables it; appends <enabled/>. */
void sm_enable(struct xmpp *x, bool resumable, struct buf *to);

enum sm_resuming { SM_RESUMED /* `x` is over */, SM_ASKED /* another core; sm_unknown() may follow */, SM_NOT_RESUMED };
/* `head`: <success> without its end, where the resumption is part of it; else absent. `failed`: gets <failed/>. */
enum sm_resuming sm_resume_begin(struct xmpp *x, struct str previd, uint32_t h, struct str head, struct buf *failed);
