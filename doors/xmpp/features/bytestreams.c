/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/bytestreams.c - XEP-0065: the server as a relay for files between two clients that cannot reach
 * one another. Says where the relay is (doors/socks), and joins the two when the one that offers the file asks for it.
 */
#include "base/crypt.h"
#include "core/bytestreams.h"
#include "doors/xmpp/engine.h"

#define BYTESTREAMS "http://jabber.org/protocol/bytestreams"

static bool relay_on(const struct core *c) { return core_settings(c)->relay_port && core_settings(c)->file_max; }

/* The host that the page has, since who set that meant it to be reached; else the domain. */
static struct str relay_host(const struct core *c)
{
	struct str web = core_settings(c)->web_address, host;
	size_t slash = str_find(web, '/');

	host = str_from(web, slash + 2);
	host.n = host.n && host.p[0] == '[' ? str_find(host, ']') : str_find(host, ':');
	if (host.n && host.p[0] == '[')
		host = str_from(host, 1);
	host.n = str_find(host, '/');
	return host.n ? host : core_domain(c);
}

static void relay_tell(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };

	if (!relay_on(x->core)) {
		iq_error(q, STANZA_ERROR_SERVICE_UNAVAILABLE, NULL);
		return;
	}
	buf_lit(&b, "<query xmlns='" BYTESTREAMS "'><streamhost");
	xml_write_attr(&b, "jid", core_domain(x->core));
	xml_write_attr(&b, "host", relay_host(x->core));
	buf_fmt(&b, " port='%u'/></query>", core_settings(x->core)->relay_port);
	iq_result(q, buf_all(&b));
}

struct activation {
	struct bytestream_ask ask;
	struct iq *q;
};

static void activated(struct bytestream_ask *a)
{
	struct activation *v = holder_of(a, struct activation, ask);
	struct iq *q = v->q;
	bool found = a->found;

	mem_free(v);
	if (found)
		iq_result(q, STR(""));
	else
		iq_error(q, STANZA_ERROR_ITEM_NOT_FOUND, "The two are not both connected.");
}

static void activation_gone(struct iq *q)
{
	struct activation *v = q->job;

	bytestream_cancel(&v->ask);
	mem_free(v);
}

/* 5.3.2: SHA-1 of the stream's id, who offers and who takes. */
static bool key_make(struct buf *to, struct xmpp *x, const struct iq *q)
{
	struct str sid = xml_attr(q->child, "sid");
	struct str text = str_trim(xml_child_text(q->child, "activate", BYTESTREAMS, xmpp_scratch(x)));
	struct jid target;
	own_buf all = { 0 };
	uint8_t sum[HASH_BYTES_MAX];

	if (!sid.n || !text.n || !jid_parse(&target, text, xmpp_scratch(x)))
		return false;
	buf_str(&all, sid);
	buf_str(&all, jid_full(x->session.jid));
	buf_str(&all, jid_full(target));
	hash_sum(HASH_SHA1, buf_all(&all), sum);
	hex_write(to, str_bytes(sum, hash_bytes(HASH_SHA1)));
	return true;
}

static void relay_activate(struct xmpp *x, struct iq *q)
{
	own_buf key = { 0 };
	struct activation *v;

	if (!relay_on(x->core)) {
		iq_error(q, STANZA_ERROR_SERVICE_UNAVAILABLE, NULL);
		return;
	}
	if (!key_make(&key, x, q)) {
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "Which stream, and for whom?");
		return;
	}
	v = mem_new(struct activation);
	v->ask.done = activated;
	v->q = iq_keep(q);
	v->q->job = v;
	v->q->gone = activation_gone;
	bytestream_activate(x->core, &v->ask, buf_all(&key));
}

const struct xmpp_feature feature_bytestreams = {
	.name = "bytestreams",
	.xep = 65,
	.version = "1.8.2",
	.disco = { BYTESTREAMS },
	.on = relay_on,
	.identity = { "proxy", "bytestreams" },
	.iq = { { 1 << IQ_GET, "query", BYTESTREAMS, TO_SERVER, .answer = relay_tell },
		{ 1 << IQ_SET, "query", BYTESTREAMS, TO_SERVER, .answer = relay_activate } },
};
