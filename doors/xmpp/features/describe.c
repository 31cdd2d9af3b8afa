/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/describe.c - the list of what is implemented, from the table, for people.
 */
#include <stdlib.h>

#include "doors/xmpp/features/features.h"

static int by_number(const void *a, const void *b)
{
	const struct xmpp_feature *l = *(const struct xmpp_feature *const *)a,
				  *r = *(const struct xmpp_feature *const *)b;

	return l->xep != r->xep ? (l->xep > r->xep) - (l->xep < r->xep) : strcmp(l->name, r->name);
}

void xmpp_features_describe(struct buf *to)
{
	const struct xmpp_feature **sorted;
	size_t n = 0;

	while (xmpp_features[n])
		n++;
	sorted = mem_alloc((n + 1) * sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = xmpp_features[i];
	qsort(sorted, n, sizeof(*sorted), by_number);
	for (size_t i = 0; i < n; i++) {
		if (sorted[i]->xep)
			buf_fmt(to, "XEP-%04u %s %s\n", sorted[i]->xep, sorted[i]->version, sorted[i]->name);
		else
			buf_fmt(to, "RFC %s %s\n", sorted[i]->version ? sorted[i]->version : "6120", sorted[i]->name);
	}
	mem_free(sorted);
}
