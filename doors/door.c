/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/door.h"

static bool is_mapped(const uint8_t a[16])
{
	for (unsigned i = 0; i < 10; i++)
		if (a[i])
			return false;
	return a[10] == 0xff && a[11] == 0xff;
}

static unsigned group(const uint8_t a[16], unsigned i) { return (unsigned)a[2 * i] << 8 | a[2 * i + 1]; }

/* The longest run of two or more zero groups, the first of several (RFC 5952, 4.2). */
static unsigned zeros(const uint8_t a[16], unsigned *ret_from)
{
	unsigned best = 1, n = 0;

	*ret_from = 8;
	for (unsigned i = 0; i < 8; i++) {
		n = group(a, i) ? 0 : n + 1;
		if (n > best) {
			best = n;
			*ret_from = i + 1 - n;
		}
	}
	return best;
}

/* RFC 5952; written here because doors may not call the system's own. */
void link_address(const struct link *l, struct buf *to)
{
	const uint8_t *a = l->address;
	unsigned from, run;

	if (is_mapped(a)) {
		buf_fmt(to, "%u.%u.%u.%u", a[12], a[13], a[14], a[15]);
		return;
	}
	run = zeros(a, &from);
	for (unsigned i = 0; i < 8; i++) {
		if (i == from) {
			buf_lit(to, "::");
			i += run - 1;
			continue;
		}
		if (i && i != from + run)
			buf_byte(to, ':');
		buf_fmt(to, "%x", group(a, i));
	}
}
