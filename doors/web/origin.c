/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/web/origin.h"

/* As browsers write it: without a slash at the end, scheme and host in lower case; so is the setting to be written. */
static bool is_among(struct str origins, struct str origin)
{
	while (origins.n) {
		struct str one = str_n(origins.p, str_find(origins, ' '));

		if (one.n && (str_is(one, "*") || str_eq(one, origin)))
			return true;
		origins = str_from(origins, one.n + 1);
	}
	return false;
}

bool origin_allowed(const struct web_request *q)
{
	struct str origin = http_field(&q->head, "origin");

	return web_same_origin(q) || (origin.n && is_among(core_settings(q->core)->web_origins, origin));
}
