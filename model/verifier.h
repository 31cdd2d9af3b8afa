/* SPDX-License-Identifier: Apache-2.0
 *
 * model/verifier.h - what the server keeps instead of a password (RFC 5802, 3; RFC 7677): making, checking, and inventing it for accounts
 * that do not exist. Making and checking cost milliseconds by intent: never on the loop (world_work).
 */
#pragma once
#include "base/buf.h"
#include "base/crypt.h"
#include "model/account.h"

/* The hash of a verifier's place in account.verifier[]. */
static inline enum hash verifier_hash(unsigned place) { return place == SCRAM_SHA1 ? HASH_SHA1 : HASH_SHA256; }

/* SASLprep (RFC 4013): the form in which passwords are hashed; appended to `to`, which the caller wipes. False, and nothing appended: it is empty
 * afterwards, longer than 1023 bytes, no UTF-8, or has a forbidden character. Code points that Unicode 3.2 did not know are let
 * through, also here where the RFC would refuse to store them: people do have such passwords, and clients send them. */
bool password_prepare(struct buf *to, struct str typed);

/* Fills in `v` for a prepared password, SCRAM_ITERATIONS rounds; salts are fresh random bytes, one for each hash. */
void verifier_make(struct verifier v[SCRAM_HASHES], struct str password, const uint8_t salts[SCRAM_HASHES][SCRAM_SALT_BYTES]);

/* The keys of one verifier whose salt and iterations are set already. */
void verifier_fill(struct verifier *v, enum hash h, struct str password);

/* Whether the prepared password is the one. The same time for every wrong one. */
bool verifier_check(const struct verifier v[SCRAM_HASHES], struct str password);

/* Verifiers for a name that has no account: always the same for the same secret (random, kept by the server; at least 16 bytes) and name, and
 * nothing matches them. An attacker who does not know the secret cannot tell them from real ones. */
void verifier_fake(struct verifier v[SCRAM_HASHES], struct str secret, struct str name);
