/* SPDX-License-Identifier: Apache-2.0
 *
 * core/roster.h - contact lists (RFC 6121, 2). The roster of a user with sessions here is in memory; the store is the truth.
 */
#pragma once
#include "core/ask.h"
#include "core/session.h"

/* The version of the session's roster now. */
uint64_t roster_version(const struct session *s);

/* Calls `each` for every item that is shown (ROSTER_LISTED). */
void roster_each(const struct session *s, void (*each)(const struct roster_item *item, void *arg), void *arg);

/* The state of a contact (enum roster_state); 0 when unknown. */
uint32_t roster_state(const struct session *s, struct str contact);

/* Sets name and groups, adding the contact where it is new. Everybody interested gets NOTICE_ROSTER before `done`. The verdict: 0, STORE_LIMIT, … */
void roster_set(struct session *s, struct ask *a, const struct roster_item *item);

/* Removes the contact and cancels both subscriptions (RFC 6121, 2.5). The verdict: 0, STORE_NOT_FOUND, … */
void roster_remove(struct session *s, struct ask *a, struct str contact);

/* Whether `viewer` (bare address) may see the presence of the account `name` - asked of a user who is in memory here; else false. */
bool roster_shows(struct core *c, struct str name, struct str viewer);
