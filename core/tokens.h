/* SPDX-License-Identifier: Apache-2.0
 *
 * core/tokens.h - tokens that devices log in with (XEP-0484; what is kept of them: model/token.h). A device is what
 * says the same id at each login (XEP-0388's <user-agent/>). Its record is an item of the account, so that it goes
 * with the account; each token is good only with the password under which it was given, so that a change of password
 * makes them void in the same step.
 *
 * Every change of a record depends on what it was when it was read (STORE_ITEM_SET, `was`): two logins at once
 * cannot undo one another, and none brings back what was revoked meanwhile.
 */
#pragma once
#include "core/account.h"
#include "core/session.h"
#include "model/token.h"

/* Verdicts beside those of core/account.h. */
enum {
	/* It was a good one: it is past its time, or the password was changed. Told to who holds it only. */
	TOKEN_EXPIRED = 100,
};

enum {
	TOKEN_DEVICES_MAX = 50, /* of an account; the one that was not seen for the longest goes */
	DEVICE_ID_BYTES = 24,
};

/* The name by which a device is known to its owner: a fingerprint of what it calls itself. */
void device_id(struct buf *to, struct str agent_id);

struct token_wish {
	bool wanted; /* the client asks for a token */
	enum token_kind kind;
};

struct token_proof {
	struct str name, hash, binding; /* as typed; as shown; data of the channel or absent */
	enum token_kind kind;
	bool counted, invalidate;
	uint64_t count;
};

/* Embedded in the asker; busy from the call until `done` (once, in a later turn) or token_cancel(). */
struct token_ask {
	void (*done)(struct token_ask *a);
	int verdict;
	struct account account; /* token_login(): who it is, valid inside `done` when the verdict is 0 */
	uint8_t answer[TOKEN_HASH_BYTES]; /* token_login(): for the client */
	struct str token;       /* a new one, valid inside `done`; absent: none */
	msec expires;
	struct token_job *job;
};
void token_cancel(struct token_ask *a);

/* Whether the settings let devices have tokens. */
static inline bool tokens_on(const struct core *c) { return core_settings(c)->token_ms > 0; }

/* Logs in. Unknown names, devices without tokens and wrong tokens are one verdict and the same work:
 * ACCOUNT_REFUSED, as is a count that was there before. The caller tells of refusals with account_outcome(). A token
 * that is a day old is replaced: the new one is in the answer, the old one good until the new one is used. */
void token_login(struct core *c, struct token_ask *a, const struct token_proof *p, const struct session_agent *agent,
		 const struct token_wish *wish, const struct origin *o);

/* A token for who has logged in otherwise. */
void token_issue(struct core *c, struct token_ask *a, const struct account *account, const struct session_agent *agent,
		 enum token_kind kind);

/* Whether the device has still not been revoked: asked when its session is there, so that a revocation either is
 * seen here, or reaches the session. 0, ACCOUNT_REFUSED, ACCOUNT_STORE. */
void token_confirm(struct core *c, struct token_ask *a, const struct account *account, struct str device);

/* ---- for core/devices.c ----------------------------------------------------------------------------------------- */

#define TOKEN_SPACE "device"

/* Whether it has a token that is good. */
bool token_is_live(const struct token_record *r, uint64_t mark, msec now);
