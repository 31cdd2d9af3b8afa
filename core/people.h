/* SPDX-License-Identifier: Apache-2.0
 *
 * core/people.h - finding one another by name, where the operator allows it (XEP-0055 stands on it).
 */
#pragma once
#include "core/core.h"
#include "model/jid.h"

enum { PEOPLE_MAX = 50, PEOPLE_NAME_BYTES_MAX = 255 };
enum people_verdict { PEOPLE_OFF = 1, PEOPLE_THROTTLED, PEOPLE_STORE };

/* Embedded in the asker; busy from the call until `done` (once, in a later turn) or people_cancel(). */
struct people_ask {
	void (*done)(struct people_ask *a);
	int verdict;                      /* 0 or people_verdict */
	const struct store_person *people; /* inside `done`: at most PEOPLE_MAX, by name */
	size_t n;
	struct people_job *job;
};
void people_cancel(struct people_ask *a);

/* Who has all the words in name or display name, without those who have blocked `asker`. An empty text finds everybody. */
void people_find(struct core *c, struct people_ask *a, struct jid asker, struct str text);

/* What the account is called from now on; absent or empty: nothing but its name. Line ends and control characters become blanks. Submitted with
 * whatever else this turn writes, so that it is on disk with it. */
void people_name(struct core *c, int64_t account, struct str display);
