/* SPDX-License-Identifier: Apache-2.0
 *
 * core/transfer.h - accounts that go to another server or come from one (XEP-0227): the steps that no client may take.
 * Each is a question as in core/ask.h, and can be asked again without doing anything twice.
 */
#pragma once
#include "core/ask.h"

/* The whole contact list. The answer: items/n. */
void transfer_contacts(struct core *c, struct ask *a, int64_t owner);

/* An account with these verifiers; `name` is prepared. The answer: account.id; STORE_EXISTS. */
void transfer_account(struct core *c, struct ask *a, struct str name, const struct verifier v[SCRAM_HASHES]);

/* Other verifiers, whatever sessions there are. */
void transfer_verifiers(struct core *c, struct ask *a, int64_t owner, const struct verifier v[SCRAM_HASHES]);

/* A contact as it stood elsewhere: name, groups, and the state, which is only ever added to. */
void transfer_contact(struct core *c, struct ask *a, int64_t owner, struct str name, const struct roster_item *item);

/* A message for the archive of an account, or (waits) for its queue. STORE_EXISTS: another message has this stamp. */
void transfer_message(struct core *c, struct ask *a, int64_t owner, struct stanza *st, bool sent, bool waits);

/* ---- who knows the syntax ---------------------------------------------------------------------------------------- */

/* One account under way. The asker's, all zero before the first call; then the syntax's until `done` or cancel. */
struct transfer {
	struct core *core;
	/* Of an export: a piece of the document, borrowed. Once it is written and there is room for more: next(). */
	void (*piece)(struct transfer *t, struct str xml);
	/* It has ended. `wrong`: NULL, or a sentence that says why, for the operator; `note`: what could not be taken
	 * over though all else was, may be NULL. */
	void (*done)(struct transfer *t, const char *wrong, const char *note);
	void *arg;
	struct transfer_work *work;
};

struct transfer_syntax {
	/* The element of one account. */
	void (*give)(struct transfer *t, struct str name);
	void (*next)(struct transfer *t);
	/* A piece of the element of the account `name`: <user/> itself without its children, or one of these, in the
	 * scope of the namespace `scope`; of archives, waiting messages and items each by itself, and then `inside`
	 * says what it stood in
	 * ("archive", "offline-messages", "items NODE"; empty: nothing). What is there already stays as it is. */
	void (*take)(struct transfer *t, struct str name, struct str inside, struct str scope, struct str xml);
	void (*cancel)(struct transfer *t);
};
