/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/find.c - which route a request is for.
 */
#include "doors/web/inside.h"

/* Whether the path is the route's; *rest is what follows. */
static bool fits(const struct web_route *r, struct str path, struct str *rest)
{
	struct str own = str_z(r->path);

	*rest = STR("");
	if (str_eq(own, path))
		return true;
	if (!(r->flags & WEB_UNDER) || !str_starts(path, own))
		return false;
	*rest = str_from(path, own.n);
	if (own.p[own.n - 1] == '/')
		return true;
	*rest = str_from(*rest, 1);
	return path.p[own.n] == '/';
}

const struct web_route *web_route_find(struct web_request *q, unsigned *methods, unsigned *flags)
{
	for (size_t i = 0; i < web_routes_n; i++) {
		const struct web_route *r = &web_routes[i];

		if (!fits(r, q->path, &q->rest) || (r->answer == web_asset_answer && !web_asset_find(q->path)))
			continue;
		if (r->methods & 1u << q->method)
			return r;
		*methods |= r->methods;
		*flags |= r->flags;
	}
	return NULL;
}

void web_methods(struct buf *to, unsigned methods)
{
	static const char *const names[HTTP_METHODS] = {
		[HTTP_GET] = "GET",	[HTTP_HEAD] = "HEAD",	  [HTTP_POST] = "POST",	      [HTTP_PUT] = "PUT",
		[HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
	};

	if (methods & 1u << HTTP_GET)
		methods |= 1u << HTTP_HEAD;
	for (unsigned i = 0; i < HTTP_METHODS; i++)
		if (methods & 1u << i)
			buf_fmt(to, "%s%s", to->n ? ", " : "", names[i]);
}
