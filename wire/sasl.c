/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/sasl.h"

#include "base/mem.h"
#include "model/jid.h"

enum { PART_MAX = 1023 }; /* RFC 6122: no name or address part is longer; the same for passwords */

const struct sasl_mechanism sasl_mechanisms[] = {
	{ "SCRAM-SHA-256-PLUS", SASL_SCRAM, HASH_SHA256, .plus = true },
	{ "SCRAM-SHA-1-PLUS", SASL_SCRAM, HASH_SHA1, .plus = true },
	{ "SCRAM-SHA-256", SASL_SCRAM, HASH_SHA256 },
	{ "SCRAM-SHA-1", SASL_SCRAM, HASH_SHA1 },
	{ "PLAIN", SASL_PLAIN, .shows_password = true },
};
const size_t sasl_mechanisms_n = countof(sasl_mechanisms);

const struct sasl_mechanism *sasl_mechanism(struct str name)
{
	for (size_t i = 0; i < sasl_mechanisms_n; i++)
		if (str_is(name, sasl_mechanisms[i].name))
			return &sasl_mechanisms[i];
	return NULL;
}

bool sasl_allowed(const struct sasl_mechanism *m, bool secure, bool loopback, bool can_bind)
{
	if (m->plus)
		return secure && can_bind;
	return secure || loopback;
}

int sasl_plain_read(struct sasl_plain *ret, struct str message)
{
	struct str authzid, name, password;
	size_t cut = str_find(message, 0);

	if (cut == message.n)
		return SASL_MALFORMED;
	authzid = str_n(message.p, cut);
	message = str_from(message, cut + 1);
	cut = str_find(message, 0);
	if (cut == message.n)
		return SASL_MALFORMED;
	name = str_n(message.p, cut);
	password = str_from(message, cut + 1);
	if (!name.n || !password.n || name.n > PART_MAX || password.n > PART_MAX || authzid.n > 3 * PART_MAX + 2 ||
	    memchr(password.p, 0, password.n))
		return SASL_MALFORMED;
	if (!str_is_utf8(authzid) || !str_is_utf8(name) || !str_is_utf8(password))
		return SASL_MALFORMED;
	*ret = (struct sasl_plain){ authzid, name, password };
	return 0;
}

bool sasl_authzid_allowed(struct str authzid, struct str name, struct str domain)
{
	struct arena scratch = { 0 };
	struct jid who;
	struct str local;
	bool same;

	if (authzid.n == 0)
		return true;
	same = jid_parse(&who, authzid, &scratch) && !who.resource && str_eq(jid_domain(who), domain) &&
	       jid_local_prepare(&local, name, &scratch) && str_eq(jid_local(who), local);
	arena_free(&scratch);
	return same;
}
