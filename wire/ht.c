/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/ht.h"

#include "base/mem.h"

enum { NAME_BYTES_MAX = 1023 }; /* RFC 6122 */

const char *const ht_name[TOKEN_KINDS] = {
	[TOKEN_EXPORTER] = "HT-SHA-256-EXPR",
	[TOKEN_END_POINT] = "HT-SHA-256-ENDP",
	[TOKEN_UNBOUND] = "HT-SHA-256-NONE",
};

bool ht_mechanism(enum token_kind *ret, struct str name)
{
	for (unsigned i = 0; i < TOKEN_KINDS; i++)
		if (str_is(name, ht_name[i])) {
			*ret = (enum token_kind)i;
			return true;
		}
	return false;
}

int ht_read(struct ht_message *ret, struct str message)
{
	size_t cut = str_find(message, 0); /* the hash may have zeros, a name has none */
	struct ht_message m = { str_n(message.p, cut), str_from(message, cut + 1) };

	if (cut == message.n || !m.name.n || m.name.n > NAME_BYTES_MAX || m.hash.n != TOKEN_HASH_BYTES || !str_is_utf8(m.name))
		return SASL_MALFORMED;
	*ret = m;
	return 0;
}
