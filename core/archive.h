/* SPDX-License-Identifier: Apache-2.0
 *
 * core/archive.h - what is kept for whom (XEP-0313). Reading is in core/ask.h.
 */
#pragma once
#include "core/ask.h"
#include "core/session.h"

struct archive_prefs { /* XEP-0313, 5; addresses are bare */
	enum archive_policy policy; /* never UNSET in an answer */
	struct str *always, *never;
	size_t always_n, never_n;
};

/* As they are kept: an item of the space "prefs", key "". The text is the word of the policy ("unset", "always", "roster", "never"), then "+ADDRESS" of
 * who is always kept and "-ADDRESS" of who is never, each ended by a zero byte. */
#define ARCHIVE_PREFS_SPACE "prefs"
void archive_prefs_write(struct buf *to, const struct archive_prefs *p);

/* The session's preferences now; borrowed until the next turn. */
const struct archive_prefs *archive_prefs(const struct session *s);
void archive_prefs_set(struct session *s, struct ask *a, const struct archive_prefs *prefs);
