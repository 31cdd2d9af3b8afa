/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/routes.c - what is where. A line: methods, path, flags, how large a body may be that is taken whole, functions (web.h). The first line that
 * fits counts; several may share a path when their methods differ. HEAD comes with GET, OPTIONS by itself.
 */
#include "doors/web/files.h"
#include "doors/web/inside.h"
#include "doors/web/socket.h"

#define GET (1u << HTTP_GET)

static void healthz(struct web_request *q) { web_reply(q, 200, "text/plain; charset=utf-8", STR("ok\n")); }

const struct web_route web_routes[] = {
	{ GET, "/healthz", .answer = healthz },
	{ GET, "/server.json", .answer = web_server_json },
	{ GET, "/.well-known/host-meta", WEB_ANY_ORIGIN, .answer = web_host_meta },
	{ GET, "/.well-known/host-meta.json", WEB_ANY_ORIGIN, .answer = web_host_meta_json },
	{ GET, "/ws", .answer = socket_answer },
	{ GET, "/trust", .answer = web_trust },
	{ GET, "/trust.css", .answer = web_trust_css },
	{ GET, "/ca.crt", .answer = web_ca_crt },
	{ GET, "/files/", WEB_UNDER | WEB_ANY_ORIGIN, .answer = web_file_answer, .writable = web_file_writable, .gone = web_file_gone },
	{ 1u << HTTP_PUT | 1u << HTTP_PATCH, "/files/", WEB_UNDER | WEB_ANY_ORIGIN, .begin = web_upload_begin, .bytes = web_upload_bytes,
	  .answer = web_upload_answer, .gone = web_upload_gone },
	/* Everything else, if there is such an asset. */
	{ GET, "/", WEB_UNDER, .answer = web_asset_answer, .writable = web_asset_writable },
};
const size_t web_routes_n = countof(web_routes);

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

	if (methods & GET)
		methods |= 1u << HTTP_HEAD;
	for (unsigned i = 0; i < HTTP_METHODS; i++)
		if (methods & 1u << i)
			buf_fmt(to, "%s%s", to->n ? ", " : "", names[i]);
}
