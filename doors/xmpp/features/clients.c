/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/clients.c - XEP-0494: the devices of the own account, and sending one away (docs/protocol-devices.md).
 */
#include "core/devices.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/when.h"

#define CAM "urn:xmpp:cam:0"
#define DEVICE "urn:anser:device:0"

struct listing {
	struct devices_ask ask;
	struct iq *q;
};

static void listing_gone(struct iq *q)
{
	struct listing *l = q->job;

	devices_cancel(&l->ask);
	mem_free(l);
}

static void when_element(struct buf *to, const char *name, msec time)
{
	buf_fmt(to, "<%s>", name);
	when_write(to, time);
	buf_fmt(to, "</%s>", name);
}

static void text_element(struct buf *to, const char *name, struct str text)
{
	if (!text.n)
		return;
	buf_fmt(to, "<%s>", name);
	xml_escape(to, text);
	buf_fmt(to, "</%s>", name);
}

/* "https://gajim.org/" is a name too, when there is no other: gajim.org */
static struct str program_name(struct str program)
{
	static const struct str schemes[] = { STR_INIT("https://"), STR_INIT("http://"), STR_INIT("www.") };

	for (size_t i = 0; i < countof(schemes); i++)
		if (str_starts(program, schemes[i]))
			program = str_from(program, schemes[i].n);
	while (program.n && program.p[program.n - 1] == '/')
		program.n--;
	return program;
}

/* What it said at login, else what its presence says it is. */
static void agent_write(struct buf *to, const struct device *d)
{
	buf_lit(to, "<user-agent>");
	text_element(to, "software", d->software.n ? d->software : program_name(d->program));
	if (str_starts(d->program, STR("http")))
		text_element(to, "uri", d->program);
	text_element(to, "device", d->name.n ? d->name : d->resource);
	buf_lit(to, "</user-agent>");
}

static void session_write(struct buf *to, const struct device *d)
{
	buf_lit(to, "<session xmlns='" DEVICE "'");
	xml_write_attr(to, "door", d->door);
	xml_write_attr(to, "address", d->address.n ? d->address : STR_NONE);
	if (d->detached)
		buf_lit(to, " detached='true'");
	if (d->own)
		buf_lit(to, " own='true'");
	buf_lit(to, "/>");
}

/* Whoever has a token has had the password before. */
static void device_write(struct buf *to, const struct device *d)
{
	buf_lit(to, "<client type='session'");
	xml_write_attr(to, "connected", d->connected ? STR("true") : STR("false"));
	xml_write_attr(to, "id", d->id);
	buf_byte(to, '>');
	when_element(to, "first-seen", d->since);
	when_element(to, "last-seen", d->seen);
	buf_lit(to, "<auth><password/>");
	if (d->tokens)
		buf_lit(to, "<fast/>");
	buf_lit(to, "</auth><permission status='unrestricted'/>");
	agent_write(to, d);
	if (d->connected)
		session_write(to, d);
	buf_lit(to, "</client>");
}

static void listed(struct devices_ask *ask)
{
	struct listing *l = holder_of(ask, struct listing, ask);
	own_buf b = { 0 };

	xmpp_go_on(l->q->x, HOLD_ASKED);
	buf_lit(&b, "<clients xmlns='" CAM "'>");
	for (size_t i = 0; i < ask->n; i++)
		device_write(&b, &ask->devices[i]);
	buf_lit(&b, "</clients>");
	if (ask->verdict)
		iq_error(l->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "Your devices cannot be looked up now. Try again later.");
	else
		iq_result(l->q, buf_all(&b));
	mem_free(l);
}

static void revoked(struct devices_ask *ask)
{
	struct listing *l = holder_of(ask, struct listing, ask);

	xmpp_go_on(l->q->x, HOLD_ASKED);
	if (ask->verdict)
		iq_error(l->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "This could not be written. Try again later.");
	else if (ask->n)
		iq_result(l->q, STR(""));
	else
		iq_error(l->q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such device any more.");
	mem_free(l);
}

static struct listing *listing_new(struct iq *q, void (*done)(struct devices_ask *ask))
{
	struct listing *l = mem_new(struct listing);

	l->ask.done = done;
	l->q = iq_keep(q);
	l->q->job = l;
	l->q->gone = listing_gone;
	xmpp_hold(q->x, HOLD_ASKED);
	return l;
}

static void clients_list(struct xmpp *x, struct iq *q)
{
	devices_list(x->core, &listing_new(q, listed)->ask, session_name(&x->session), jid_resource(x->session.jid));
}

static void client_revoke(struct xmpp *x, struct iq *q)
{
	struct str id = xml_attr(q->child, "id");

	if (id.n)
		devices_revoke(x->core, &listing_new(q, revoked)->ask, session_name(&x->session), jid_resource(x->session.jid), id);
	else
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "Which one?");
}

const struct xmpp_feature feature_clients = {
	.name = "client access management",
	.xep = 494,
	.version = "0.1.0",
	.disco_account = { CAM },
	.iq = { { 1 << IQ_GET, "list", CAM, TO_SERVER | TO_ACCOUNT, .answer = clients_list },
		{ 1 << IQ_SET, "revoke", CAM, TO_SERVER | TO_ACCOUNT, .answer = client_revoke } },
};
