/* SPDX-License-Identifier: Apache-2.0
 *
 * core/account_inside.h - a question about an account on its way: a job that goes through steps (account.c, guest.c).
 */
#pragma once
#include "core/inside.h"

struct account_job {
	struct job job;
	struct core *core;
	struct account_ask *ask; /* NULL: nobody waits any more */
	struct origin origin;
	struct str name;         /* prepared; own memory */
	struct str token, inviter, stays; /* own memory; may be absent */
	bool by_operator;
	uint32_t flags;          /* of who registers */
	struct buf password;     /* prepared; wiped */
	struct account account;  /* name is job->name */
	struct user *user;       /* held, for deleting */
	struct work work;
	struct user_wait wait;
	bool matches, working, ended;
	bool only_guest;         /* of who is deleted: nobody else */
	struct list waits;       /* core->guests.waiting */
	bool gone;               /* deleted: its sessions must end */
	bool changed;            /* so must those that came with another password */
	int verdict;
	struct post post;
	void (*looked_up)(struct account_job *j, int answer);
	void (*worked)(struct account_job *j);
};

/* `name` as typed: j->name has no bytes when it can be none. */
struct account_job *account_job_begin(struct core *c, struct account_ask *a, struct str name, const struct origin *o);

/* Reads the account of j->name into j->account; `answer` is the store's. */
void account_job_look_up(struct account_job *j, void (*then)(struct account_job *j, int answer));

/* In a later turn, always: who asks has not returned yet when the answer is known at once. */
void account_job_end(struct account_job *j, int verdict);

/* account_delete(), but who is no guest is ACCOUNT_UNKNOWN. */
void account_delete_guest(struct core *c, struct account_ask *a, struct str name);

/* A guest was deleted. */
void guest_gone(struct core *c, struct str name);

/* Made without a password (core/guest.h): to whoever logs in there is nobody of this name. */
static inline bool account_is_guest(const struct account *a) { return a->flags & ACCOUNT_GUEST; }
