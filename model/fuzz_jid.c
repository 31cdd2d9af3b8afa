/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses: what was prepared is prepared, whole and in parts; the table for ASCII says what the stringprep profiles
 * say.
 */
#include <assert.h>
#include <stringprep.h>

#include "model/jid.h"

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || !s.p[i])
			return false;
	return true;
}

static void profile_check(struct str in, bool taken, struct str out, const Stringprep_profile *profile)
{
	char text[4096];
	bool fits;

	if (!is_ascii(in) || in.n == 0 || in.n > 1023)
		return;
	memcpy(text, in.p, in.n);
	text[in.n] = 0;
	fits = stringprep(text, sizeof text, 0, profile) == STRINGPREP_OK && *text;
	assert(fits == taken);
	assert(!taken || str_is(out, text));
}

/* A part that can stay as it is, is not copied, and stands in an address as it does alone. */
static void stable_check(bool prepare(struct str *, struct str, struct arena *), struct str s, struct arena *arena)
{
	struct str again;

	assert(prepare(&again, s, arena));
	assert(again.p == s.p && again.n == s.n);
	assert(s.n > 0 && s.n <= 1023 && str_is_utf8(s));
}

static void parts_check(struct str input, struct arena *arena)
{
	struct str out = STR_NONE;
	bool taken;

	taken = jid_local_prepare(&out, input, arena);
	profile_check(input, taken, out, stringprep_xmpp_nodeprep);
	if (taken)
		stable_check(jid_local_prepare, out, arena);
	taken = jid_resource_prepare(&out, input, arena);
	profile_check(input, taken, out, stringprep_xmpp_resourceprep);
	if (taken)
		stable_check(jid_resource_prepare, out, arena);
	if (jid_domain_prepare(&out, input, arena)) {
		stable_check(jid_domain_prepare, out, arena);
		for (size_t i = 0; i < out.n; i++)
			assert((unsigned char)out.p[i] > ' ' && !strchr("@/\"&'<>", out.p[i]));
	}
}

static void whole_check(struct str input, struct arena *arena)
{
	struct jid j, again;
	struct str full;

	if (!jid_parse(&j, input, arena))
		return;
	full = jid_full(j);
	stable_check(jid_domain_prepare, jid_domain(j), arena);
	if (j.local)
		stable_check(jid_local_prepare, jid_local(j), arena);
	if (j.resource)
		stable_check(jid_resource_prepare, jid_resource(j), arena);
	assert(jid_parse(&again, full, arena));
	assert(again.p == full.p && again.local == j.local && again.domain == j.domain && again.resource == j.resource);
	assert(jid_eq(j, jid_make(jid_local(j), jid_domain(j), jid_resource(j), arena)));
	assert(!memchr(full.p, 0, full.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct str input = str_n((const char *)bytes, n);
	struct arena arena = { 0 };

	if (n > 0 && n <= 8192) {
		whole_check(input, &arena);
		parts_check(input, &arena);
	}
	arena_free(&arena);
	return 0;
}
