/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/routes.c - what is where. A line: methods, path, flags, how large a body may be that is taken whole,
 * functions (web.h). The first line that fits counts; several may share a path when their methods differ. HEAD comes
 * with GET, OPTIONS by itself.
 */
#include "doors/web/files.h"
#include "doors/web/bosh.h"
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
	{ 1u << HTTP_POST | 1u << HTTP_OPTIONS, "/http-bind", .body_max = BOSH_BODY_MAX, .answer = bosh_answer,
	  .gone = bosh_gone },
	{ GET, "/trust", .answer = web_trust },
	{ GET, "/trust.css", .answer = web_trust_css },
	{ GET, "/ca.crt", .answer = web_ca_crt },
	{ GET, "/files/", WEB_UNDER | WEB_ANY_ORIGIN, .answer = web_file_answer, .writable = web_file_writable,
	  .gone = web_file_gone },
	{ 1u << HTTP_PUT | 1u << HTTP_PATCH, "/files/", WEB_UNDER | WEB_ANY_ORIGIN, .begin = web_upload_begin,
	  .bytes = web_upload_bytes, .answer = web_upload_answer, .gone = web_upload_gone },
	/* Everything else, if there is such an asset. */
	{ GET, "/", WEB_UNDER, .answer = web_asset_answer, .writable = web_asset_writable },
};
const size_t web_routes_n = countof(web_routes);
