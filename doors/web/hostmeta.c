/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/hostmeta.c - where else XMPP is spoken (XEP-0156), for clients that look for it, and what our own page has
 * to know before anybody logs in.
 */
#include "core/account.h"
#include "doors/web/inside.h"

static const struct {
	const char *rel, *path;
	bool websocket;
} ways[] = {
	{ "urn:xmpp:alt-connections:websocket", "/ws", true },
	{ "urn:xmpp:alt-connections:xbosh", "/http-bind", false },
};

static void way_write(const struct web_request *q, size_t i, struct buf *to)
{
	web_own_address(q, ways[i].websocket, to);
	buf_str(to, str_z(ways[i].path));
}

/* Without a Host and without a setting nobody knows what to say. */
static bool is_known(struct web_request *q)
{
	own_buf address = { 0 };

	web_own_address(q, false, &address);
	if (!address.n)
		web_error(q, 404, "This server does not know its address.", "服务器不知道自己的地址。");
	return address.n;
}

void web_host_meta(struct web_request *q)
{
	own_buf to = { 0 };

	if (!is_known(q))
		return;
	buf_lit(&to,
		"<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n");
	for (size_t i = 0; i < countof(ways); i++) {
		own_buf href = { 0 };

		way_write(q, i, &href);
		buf_fmt(&to, "  <Link rel='%s' href='", ways[i].rel);
		web_markup(&to, buf_all(&href));
		buf_lit(&to, "'/>\n");
	}
	buf_lit(&to, "</XRD>\n");
	web_reply(q, 200, "application/xrd+xml", buf_all(&to));
}

static void json_text(struct buf *to, struct str text)
{
	buf_byte(to, '"');
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ')
			buf_fmt(to, "\\u%04x", (unsigned)text.p[i]);
		else
			buf_fmt(to, "%s%c", text.p[i] == '"' || text.p[i] == '\\' ? "\\" : "", text.p[i]);
	buf_byte(to, '"');
}

void web_host_meta_json(struct web_request *q)
{
	own_buf to = { 0 };

	if (!is_known(q))
		return;
	buf_lit(&to, "{\"links\":[");
	for (size_t i = 0; i < countof(ways); i++) {
		own_buf href = { 0 };

		way_write(q, i, &href);
		buf_fmt(&to, "%s{\"rel\":\"%s\",\"href\":", i ? "," : "", ways[i].rel);
		json_text(&to, buf_all(&href));
		buf_byte(&to, '}');
	}
	buf_lit(&to, "]}\n");
	web_reply(q, 200, "application/json", buf_all(&to));
}

/* ---- /server.json ------------------------------------------------------------------------------------------------ */

static const char *registration(const struct web_request *q)
{
	struct origin origin = { 0 };
	struct link peer;

	web_peer(q, &peer);
	origin.loopback = peer.loopback;
	memcpy(origin.address, peer.address, sizeof origin.address);
	if (account_may_register(q->core, &origin))
		return "open";
	return core_settings(q->core)->registration == REGISTRATION_INVITE ? "invite" : "closed";
}

void web_server_json(struct web_request *q)
{
	own_buf to = { 0 };

	buf_lit(&to, "{\"domain\":");
	json_text(&to, core_domain(q->core));
	buf_fmt(&to, ",\"safe\":%s,\"register\":\"%s\",\"address\":", web_is_safe(q) ? "true" : "false",
		registration(q));
	json_text(&to, core_settings(q->core)->web_address);
	buf_lit(&to, ",\"version\":\"" ANSER_VERSION "\"}\n");
	web_reply(q, 200, "application/json", buf_all(&to));
}
