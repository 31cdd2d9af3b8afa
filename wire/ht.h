/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/ht.h - the SASL mechanisms for tokens (draft-schmaus-kitten-sasl-ht-09, used by XEP-0484): the client says
 * its name and a hash, the server answers with a hash of its own; there is no challenge. The hashes are in
 * model/token.h.
 */
#pragma once
#include "model/token.h"
#include "wire/sasl.h"

extern const char *const ht_name[TOKEN_KINDS];

/* False: none of these. */
bool ht_mechanism(enum token_kind *ret, struct str name);

struct ht_message {
	struct str name, hash; /* as sent; the hash is TOKEN_HASH_BYTES long */
};

/* Takes the client's message apart. 0 or SASL_MALFORMED. */
int ht_read(struct ht_message *ret, struct str message);
