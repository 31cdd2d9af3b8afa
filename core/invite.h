/* SPDX-License-Identifier: Apache-2.0
 *
 * core/invite.h - invitations: whoever has the token may make an account, become a contact of who invites, or both (XEP-0401, XEP-0379). A token is
 * known to who got it and to nobody else: the store keeps its hash. Using one for an account: account_register().
 */
#pragma once
#include "core/account.h"
#include "core/ask.h"
#include "core/session.h"

enum {
	INVITE_TOKEN_CHARS = 24,           /* of 32 letters: 120 bits that nobody guesses */
	INVITE_GRACE_MS = 15 * 60 * 1000,  /* who has begun to register in time may finish (XEP-0445, 5) */
	INVITES_MAX = 100,                 /* that one account may have given and nobody has used */
	INVITE_USES_MAX = 10000,
};

struct invite_wish {
	enum invite_kind kind;
	int64_t owner;     /* 0: the server invites */
	struct str name;   /* as typed: an account name to be reserved; absent: any */
	uint32_t flags;    /* enum account_flags of who comes */
	unsigned uses;     /* 0: as the settings say */
	msec for_ms;       /* the same */
};

/* The answer: invite. Verdicts: STORE_LIMIT (INVITES_MAX), STORE_EXISTS (the name is taken or reserved). False: the name cannot be one; nothing was asked. */
bool invite_make(struct core *c, struct ask *a, const struct invite_wish *w);

/* Looks a token up. The answer: invite; STORE_NOT_FOUND counts as a failed login from there. False: too many of these, or of questions, came from
 * there lately; nothing was asked. */
bool invite_find(struct core *c, struct ask *a, struct str token, const struct origin *o);

/* Those of an account that are still good; and taking one back, by what the list gives as its token. The answers: invites, n; STORE_NOT_FOUND. */
void invite_list(struct core *c, struct ask *a, int64_t owner);
void invite_remove(struct core *c, struct ask *a, int64_t owner, struct str id);

/* Whether an account with these flags may invite. */
bool invite_allowed(const struct core *c, uint32_t flags);

/* Whether somebody may make an account with it: where the policy is CLOSED only those of the server count. */
bool invite_registers(const struct core *c, const struct store_invite *v);

/* For a browser: the token stands behind a #, so that no server on the way logs it. Nothing is appended where there is no web door. */
void invite_url(const struct core *c, struct str token, struct buf *to);
/* For XMPP clients: "xmpp:tom@chat.lan?roster;preauth=TOKEN;ibr=y", "xmpp:chat.lan?register;preauth=TOKEN". */
void invite_uri(const struct core *c, const struct store_invite *v, struct buf *to);

/* `presence` (subscribe) brings a token: if it is a good one of who is asked, the two are contacts at once; else as session_subscription(). Takes
 * over the reference. */
void invite_subscribe(struct session *s, struct stanza *presence, struct str token);
