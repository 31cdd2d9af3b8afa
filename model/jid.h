/* SPDX-License-Identifier: Apache-2.0
 *
 * model/jid.h - an XMPP address (RFC 6122, RFC 7622 names the same parts): local@domain/resource. Parsing prepares the
 * parts (nodeprep, nameprep, resourceprep; a table for ASCII, stringprep for the rest), so two equal addresses are
 * equal bytes. Each part holds 1 to 1023 bytes.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

/* One run of bytes "local@domain/resource" and where its parts are. Borrowed, as a str is. An absent
 * address is all zero. */
struct jid {
	const char *p;
	uint16_t local, domain, resource; /* lengths; 0: that part is absent */
};

/* Parses and prepares `s`. The result lives in `arena`, or is `s` itself when nothing had to change. False when it
 * is no address: an empty part, one over 1023 bytes, a forbidden character, bytes that are no UTF-8. */
bool jid_parse(struct jid *ret, struct str s, struct arena *arena);

/* The same for one part alone: what somebody chose as user name (no '@', '/', blanks, quotes …) or resource. */
bool jid_local_prepare(struct str *ret, struct str s, struct arena *arena);
bool jid_domain_prepare(struct str *ret, struct str s, struct arena *arena);
bool jid_resource_prepare(struct str *ret, struct str s, struct arena *arena);

/* Joins parts that are already prepared; an empty local or resource is left out. */
struct jid jid_make(struct str local, struct str domain, struct str resource, struct arena *arena);

static inline struct str jid_local(struct jid j) { return str_n(j.p, j.local); }
static inline struct str jid_domain(struct jid j) { return str_n(j.p + j.local + (j.local ? 1 : 0), j.domain); }

static inline struct str jid_bare(struct jid j)
{
	return str_n(j.p, (size_t)j.local + (j.local ? 1 : 0) + j.domain);
}

static inline struct str jid_resource(struct jid j)
{
	return str_n(j.resource ? jid_bare(j).p + jid_bare(j).n + 1 : j.p, j.resource);
}

static inline struct str jid_full(struct jid j)
{
	return str_n(j.p, jid_bare(j).n + (j.resource ? 1 + (size_t)j.resource : 0));
}

/* The same address without its resource; shares the bytes. */
static inline struct jid jid_to_bare(struct jid j)
{
	j.resource = 0;
	return j;
}

static inline bool jid_eq(struct jid a, struct jid b) { return str_eq(jid_full(a), jid_full(b)); }
static inline bool jid_same_bare(struct jid a, struct jid b) { return str_eq(jid_bare(a), jid_bare(b)); }
