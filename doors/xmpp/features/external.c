/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/external.c - XEP-0215: which STUN and TURN servers help a call through, and with which name and
 * password (core/calls.h).
 */
#include "core/calls.h"
#include "doors/xmpp/features/when.h"
#include "doors/xmpp/xmpp.h"

#define EXTDISCO "urn:xmpp:extdisco:2"

static void service_write(struct xmpp *x, struct buf *to, const struct call_server *s)
{
	own_buf name = { 0 }, password = { 0 }, port = { 0 };
	msec expires;

	buf_u64(&port, s->port);
	buf_lit(to, "<service");
	xml_write_attr(to, "type", s->type);
	xml_write_attr(to, "host", s->host);
	xml_write_attr(to, "port", buf_all(&port));
	xml_write_attr(to, "transport", s->transport);
	if (s->restricted && core_settings(x->core)->call_secret.n) {
		call_credentials(x->core, x->account.name, &name, &password, &expires);
		xml_write_attr(to, "username", buf_all(&name));
		xml_write_attr(to, "password", buf_all(&password));
		buf_lit(to, " expires='");
		when_write(to, expires);
		buf_byte(to, '\'');
	}
	if (s->restricted)
		buf_lit(to, " restricted='true'");
	buf_lit(to, "/>");
}

static void services(struct xmpp *x, struct iq *q)
{
	struct str type = xml_attr(q->child, "type"), list = core_settings(x->core)->call_servers;
	struct call_server s;
	own_buf b = { 0 };

	buf_lit(&b, "<services xmlns='" EXTDISCO "'");
	xml_write_attr(&b, "type", type);
	buf_byte(&b, '>');
	while (call_server_next(&list, &s) > 0)
		if (!type.n || str_eq(type, s.type))
			service_write(x, &b, &s);
	buf_lit(&b, "</services>");
	iq_result(q, buf_all(&b));
}

/* Whether the client means this one: what it does not name is as it is. */
static bool is_meant(const struct xml *asked, const struct call_server *s)
{
	struct str port = xml_attr(asked, "port"), transport = xml_attr(asked, "transport");
	uint64_t number;

	return str_eq(xml_attr(asked, "host"), s->host) && str_eq(xml_attr(asked, "type"), s->type) &&
	       (!port.n || (str_u64(port, &number) && number == s->port)) &&
	       (!transport.n || str_eq(transport, s->transport));
}

static void credentials(struct xmpp *x, struct iq *q)
{
	const struct xml *asked = xml_child(q->child, "service", EXTDISCO);
	struct str list = core_settings(x->core)->call_servers;
	struct call_server s;
	own_buf b = { 0 };
	size_t found = 0;

	if (!asked || !xml_attr(asked, "host").n || !xml_attr(asked, "type").n) {
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "Name the host and the type of the service.");
		return;
	}
	buf_lit(&b, "<credentials xmlns='" EXTDISCO "'>");
	while (call_server_next(&list, &s) > 0)
		if (is_meant(asked, &s) && s.restricted && core_settings(x->core)->call_secret.n) {
			service_write(x, &b, &s);
			found++;
		}
	buf_lit(&b, "</credentials>");
	if (found)
		iq_result(q, buf_all(&b));
	else
		iq_error(q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such service, or it wants no password.");
}

static bool external_on(const struct core *c) { return core_settings(c)->call_servers.n > 0; }

static void external_answer(struct xmpp *x, struct iq *q)
{
	if (!external_on(x->core))
		iq_error(q, STANZA_ERROR_SERVICE_UNAVAILABLE, NULL);
	else if (str_is(q->child->name, "services"))
		services(x, q);
	else
		credentials(x, q);
}

const struct xmpp_feature feature_external = {
	.name = "external services",
	.xep = 215,
	.version = "1.0.0",
	.disco = { EXTDISCO },
	.on = external_on,
	.iq = { { 1 << IQ_GET, "services", EXTDISCO, TO_SERVER | TO_ACCOUNT, .answer = external_answer },
		{ 1 << IQ_GET, "credentials", EXTDISCO, TO_SERVER | TO_ACCOUNT, .answer = external_answer } },
};
