/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/sasl.h - the SASL mechanisms (RFC 4422) that the server speaks, as a table, and PLAIN (RFC 4616). SCRAM is in wire/scram.h.
 */
#pragma once
#include "base/arena.h"
#include "base/crypt.h"

enum sasl_kind { SASL_SCRAM, SASL_PLAIN };

struct sasl_mechanism {
	const char *name;
	enum sasl_kind kind;
	enum hash hash;     /* of SCRAM */
	bool plus;          /* needs channel binding, so TLS */
	bool shows_password;/* the password itself travels: under TLS or on loopback only, whatever else is allowed */
};

/* The strongest first: the order in which they are announced. */
extern const struct sasl_mechanism sasl_mechanisms[];
extern const size_t sasl_mechanisms_n;

/* NULL when the server has no such mechanism. */
const struct sasl_mechanism *sasl_mechanism(struct str name);

/* Whether it may be announced, and used, on such a link. No login at all without TLS off loopback. */
bool sasl_allowed(const struct sasl_mechanism *m, bool secure, bool loopback, bool can_bind);

enum sasl_verdict {
	SASL_MALFORMED = 1,   /* not what the mechanism's RFC says */
	SASL_INVALID_AUTHZID, /* asks to act as somebody else */
	SASL_REFUSED,         /* no such account or wrong password: one verdict for both */
	SASL_DOWNGRADED,      /* what was announced and what arrived differ: somebody in the middle */
	SASL_UNSUPPORTED,     /* a channel binding or an extension that we do not have */
};

struct sasl_plain {
	struct str authzid, name, password; /* parts of the message, as typed; authzid may be empty */
};

/* Takes a PLAIN message apart. 0 or SASL_MALFORMED. */
int sasl_plain_read(struct sasl_plain *ret, struct str message);

/* Whether who logs in as `name` (as typed) at `domain` (prepared) may act as `authzid` (as sent): when it is empty or the own bare address. */
bool sasl_authzid_allowed(struct str authzid, struct str name, struct str domain);
