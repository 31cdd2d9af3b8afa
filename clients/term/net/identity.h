/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/net/identity.h - the parts of struct identity, for secure.c.
 */
#pragma once
#include <openssl/x509.h>

#include "clients/term/net/secure.h"

struct identity {
	EVP_PKEY *pair;
	X509 *certificate; /* made at each start: it only carries the key */
};

/* SHA-256 over the SubjectPublicKeyInfo in a certificate. */
bool identity_key_of(X509 *certificate, uint8_t to[KEY_BYTES]);
