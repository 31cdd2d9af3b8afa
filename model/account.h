/* SPDX-License-Identifier: Apache-2.0
 *
 * model/account.h - what is kept of an account. Passwords are never kept, only SCRAM verifiers (RFC 5802, 3).
 */
#pragma once
#include "base/str.h"

enum { SCRAM_SHA1, SCRAM_SHA256, SCRAM_HASHES };
enum { SCRAM_SALT_BYTES = 16, SCRAM_SALT_BYTES_MAX = 64, SCRAM_KEY_BYTES_MAX = 32, SCRAM_ITERATIONS = 10000 };

struct verifier {
	uint32_t iterations;
	uint8_t salt[SCRAM_SALT_BYTES_MAX];
	uint8_t salt_n; /* 0: SCRAM_SALT_BYTES; others have what came from another server */
	uint8_t stored_key[SCRAM_KEY_BYTES_MAX]; /* 20 bytes for SHA-1, 32 for SHA-256 */
	uint8_t server_key[SCRAM_KEY_BYTES_MAX];
};

static inline struct str verifier_salt(const struct verifier *v)
{
	return str_n((const char *)v->salt, v->salt_n ? v->salt_n : SCRAM_SALT_BYTES);
}

/* ROOM: a room (core/room.h), named by its bare address; it has no verifiers and nobody logs in to it. GUEST: somebody without an account
 * (core/guest.h), for as long as he is here; no verifiers either. */
enum account_flags {
	ACCOUNT_ADMIN = 1 << 0, ACCOUNT_ROOM = 1 << 1, ACCOUNT_GUEST = 1 << 2,
	ACCOUNT_KINDS = ACCOUNT_ROOM | ACCOUNT_GUEST, /* what one is made as, for good */
};

/* The `default` of XEP-0313 preferences; UNSET: what archive.default says. */
enum archive_policy { ARCHIVE_UNSET, ARCHIVE_ALWAYS, ARCHIVE_ROSTER, ARCHIVE_NEVER };

struct account {
	int64_t id; /* > 0, never used twice */
	struct str name; /* prepared local part */
	struct verifier verifier[SCRAM_HASHES];
	uint64_t mark; /* tells this password from a later one; 0: not known. Not kept: made of the verifier */
	uint32_t flags;
	msec created;
	msec seen; /* last time its last session ended (XEP-0012); 0: never */
	struct str seen_status; /* the status text it left with */
};
