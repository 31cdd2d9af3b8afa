/* SPDX-License-Identifier: Apache-2.0
 *
 * core/guest.h - users without an account, who come through a door that asks for no password (hybrid, PROTOCOLS.md 2). A guest is an account
 * without verifiers (ACCOUNT_GUEST) that lives as long as it is used: so a name is one person's on every core, whatever is sent to him takes the way of all
 * messages, and nobody can log in as him elsewhere. Nothing is archived for him, and nothing of him is kept afterwards; what he said stays with whom he said it to.
 */
#pragma once
#include "core/account.h"

/* Makes a guest of this name. Verdicts: 0 (a->account is what session_open() wants), ACCOUNT_EXISTS (a guest has the name), ACCOUNT_REGISTERED
 * (an account has it), ACCOUNT_BAD_NAME, ACCOUNT_FORBIDDEN (no guests here, or too many), ACCOUNT_STORE. */
void guest_open(struct core *c, struct account_ask *a, struct str name);

/* He is gone, his sessions are closed: forgets everything of him, contacts are told as when an account is deleted. `a` as in account_delete(). Nothing happens to
 * an account that is no guest (ACCOUNT_UNKNOWN). */
void guest_close(struct core *c, struct account_ask *a, struct str name);

/* Forgets those whom a process left behind that died. Called on the first core at the start, before any door is open. */
void guest_sweep(struct core *c);
