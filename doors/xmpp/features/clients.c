/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/clients.c - XEP-0494: the devices of the own account, and logging one out. A device has no password or token of its own here, so a
 * client is a session (docs/protocol-devices.md).
 */
#include "core/devices.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/when.h"

#define CAM "urn:xmpp:cam:0"
#define DEVICE "urn:anser:device:0"

struct listing {
	struct devices_ask ask;
	struct iq *q;
	struct str id; /* to be ended, own memory; absent: all are told */
};

static void listing_free(struct listing *l)
{
	mem_free((char *)l->id.p);
	mem_free(l);
}

static void listing_gone(struct iq *q)
{
	struct listing *l = q->job;

	devices_cancel(&l->ask);
	listing_free(l);
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

static void device_write(struct buf *to, const struct device *d)
{
	buf_lit(to, "<client connected='true' type='session'");
	xml_write_attr(to, "id", d->id);
	buf_byte(to, '>');
	when_element(to, "first-seen", d->since);
	when_element(to, "last-seen", d->seen);
	buf_lit(to, "<auth><password/></auth><permission status='unrestricted'/><user-agent>");
	text_element(to, "software", program_name(d->program));
	if (str_starts(d->program, STR("http")))
		text_element(to, "uri", d->program);
	text_element(to, "device", d->resource);
	buf_lit(to, "</user-agent><session xmlns='" DEVICE "'");
	xml_write_attr(to, "door", d->door);
	xml_write_attr(to, "address", d->address.n ? d->address : STR_NONE);
	if (d->detached)
		buf_lit(to, " detached='true'");
	if (d->own)
		buf_lit(to, " own='true'");
	buf_lit(to, "/></client>");
}

static void all_told(struct listing *l)
{
	own_buf b = { 0 };

	buf_lit(&b, "<clients xmlns='" CAM "'>");
	for (size_t i = 0; i < l->ask.n; i++)
		device_write(&b, &l->ask.devices[i]);
	buf_lit(&b, "</clients>");
	iq_result(l->q, buf_all(&b));
}

/* Answered before it ends: it may be the one that asks. */
static void one_ended(struct listing *l)
{
	struct xmpp *x = l->q->x;

	for (size_t i = 0; i < l->ask.n; i++)
		if (str_eq(l->ask.devices[i].id, l->id)) {
			iq_result(l->q, STR(""));
			devices_end(&x->session, l->ask.devices[i].resource);
			return;
		}
	iq_error(l->q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such session any more.");
}

static void listed(struct devices_ask *ask)
{
	struct listing *l = holder_of(ask, struct listing, ask);

	xmpp_go_on(l->q->x, HOLD_ASKED);
	if (l->id.p)
		one_ended(l);
	else
		all_told(l);
	listing_free(l);
}

static void ask_for(struct xmpp *x, struct iq *q, struct str id)
{
	struct listing *l = mem_new(struct listing);

	l->ask.done = listed;
	if (id.p)
		l->id = str_n(str_dup(id), id.n);
	l->q = iq_keep(q);
	l->q->job = l;
	l->q->gone = listing_gone;
	xmpp_hold(x, HOLD_ASKED);
	devices_list(&x->session, &l->ask);
}

static void clients_list(struct xmpp *x, struct iq *q) { ask_for(x, q, STR_NONE); }

static void client_revoke(struct xmpp *x, struct iq *q)
{
	struct str id = xml_attr(q->child, "id");

	if (id.n)
		ask_for(x, q, id);
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
