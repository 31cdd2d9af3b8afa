/* SPDX-License-Identifier: Apache-2.0
 *
 * core/block.h - blocked addresses (XEP-0191): full, bare, domain/resource or domain.
 */
#pragma once
#include "core/ask.h"
#include "core/session.h"

size_t block_count(const struct session *s);
struct str block_at(const struct session *s, size_t i);

/* Adds or (blocked == false) removes addresses; n == 0 with blocked == false removes all. Contacts see unavailable or available presence
 * as XEP-0191 says, every interested session gets its notices, then `done`. */
void block_set(struct session *s, struct ask *a, const struct str *addresses, size_t n, bool blocked);

/* The list of an account that may not be in memory, as item_get() gives it (BLOCK_SPACE, key ""): whether it blocks `who`. */
#define BLOCK_SPACE "blocks"
bool block_kept_matches(struct str list, struct jid who);
