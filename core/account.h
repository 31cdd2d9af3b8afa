/* SPDX-License-Identifier: Apache-2.0
 *
 * core/account.h - who may come in: checking, registering, changing, deleting. Passwords are worked on by another thread, never
 * on the loop; guessing is slowed down per account and per address, the same on every door.
 */
#pragma once
#include "core/core.h"

enum account_verdict {
	ACCOUNT_REFUSED = 1, /* no such account or wrong password: one verdict for both */
	ACCOUNT_THROTTLED,   /* too many failures lately; not even looked at */
	ACCOUNT_EXISTS,
	ACCOUNT_BAD_NAME,    /* cannot be a local part (model/jid.h), or reserved */
	ACCOUNT_BAD_PASSWORD,/* empty, over 1023 bytes, or forbidden by SASLprep */
	ACCOUNT_FORBIDDEN,   /* the registration policy does not allow it */
	ACCOUNT_UNKNOWN,     /* to delete or change: there is none */
	ACCOUNT_STORE,       /* the store failed; try again later */
	ACCOUNT_INVITE,      /* the invitation is unknown, used up or expired */
	ACCOUNT_OTHER_NAME,  /* the invitation is for another name */
	ACCOUNT_REGISTERED,  /* of guests: the name is an account's */
};

/* English sentence for a verdict. */
const char *account_verdict_text(int verdict);

/* Who asks, for throttling and policy. */
struct origin {
	uint8_t address[16];
	bool loopback;
	const char *encoding; /* how its client writes, where the door has several ways; for the log; may be NULL */
};

/* Embedded in the asker; busy from the call until `done` (once, in a later turn) or account_cancel(). */
struct account_ask {
	void (*done)(struct account_ask *a);
	int verdict;            /* 0 or account_verdict */
	struct account account; /* valid inside `done` when the verdict is 0 (or REFUSED after account_verifier(), see there) */
	struct account_job *job; /* the core's: not NULL while busy */
};
void account_cancel(struct account_ask *a);
static inline bool account_busy(const struct account_ask *a) { return a->job != NULL; }

/* Name as typed (any case, without domain) and password. */
void account_check(struct core *c, struct account_ask *a, struct str name, struct str password, const struct origin *o);

/* For SCRAM: the account with its verifiers. For an unknown name the answer is REFUSED with verifiers made up from the
 * name, always the same ones: go through the exchange with them, which then fails in the same way as with a wrong password. */
void account_verifier(struct core *c, struct account_ask *a, struct str name, const struct origin *o);

/* How such an exchange ended, for throttling and the log. */
void account_outcome(struct core *c, struct str name, const struct origin *o, const char *door, bool success);

/* Makes an account as the policy allows; `by_operator`: always. `token` (absent: none) is of an invitation, which is used with it, gives what flags it
 * says, and makes the two contacts where it says so; one that has expired minutes ago will do. Where the policy is CLOSED only the server's own count. */
void account_register(struct core *c, struct account_ask *a, struct str name, struct str password,
		      const struct origin *o, struct str token, bool by_operator);

/* All its sessions end (KICK_PASSWORD_CHANGED) but the one of the resource `stays`; absent: all. */
void account_password(struct core *c, struct account_ask *a, struct str name, struct str password, struct str stays);
/* Makes it an administrator's, or no longer; its sessions know at once. */
void account_admin(struct core *c, struct account_ask *a, struct str name, bool on);
/* Ends its sessions on all cores, cancels its subscriptions, forgets everything it owned. */
void account_delete(struct core *c, struct account_ask *a, struct str name);

/* Whether the policy lets this origin register at all (what a door announces). */
bool account_may_register(const struct core *c, const struct origin *o);
