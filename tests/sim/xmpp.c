/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/xmpp.c - an XMPP client, with and without XEP-0198.
 */
#include "tests/sim/sim.h"

#include "base/crypt.h"

enum { OTHER = SIM_LETTERS_MAX }; /* a stanza that is no letter */

static const char ns_client[] = "jabber:client", ns_sm[] = "urn:xmpp:sm:3", ns_sasl[] = "urn:ietf:params:xml:ns:xmpp-sasl";

static void say(struct client *c, const char *text) { net_send(c->conn, str_z(text)); }

static void stream_open(struct client *c)
{
	c->framer = (struct xml_framer){ 0 };
	c->state = STREAM;
	say(c, "<?xml version='1.0'?><stream:stream to='sim' version='1.0' xmlns='jabber:client' "
	       "xmlns:stream='http://etherx.jabber.org/streams'>");
}

void xmpp_begin(struct client *c)
{
	c->authenticated = false;
	stream_open(c);
}

static void sent(struct client *c, unsigned what)
{
	if (c->kind != CLIENT_XMPP_SM)
		return;
	c->unacked = mem_grow(c->unacked, (c->unacked_n + 1) * sizeof *c->unacked);
	c->unacked[c->unacked_n++] = what;
}

void xmpp_counted(struct client *c) { sent(c, OTHER); }

static void letter_say(struct client *c, unsigned letter)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<message to='%.*s@sim' type='chat' id='L%u'><body>L%u</body></message>",
		STR_ARG(account_name(c->sim->letters[letter].to)), letter, letter);
	if (c->kind == CLIENT_XMPP_SM && sim_chance(c->sim, 2))
		buf_lit(&b, "<r xmlns='urn:xmpp:sm:3'/>");
	net_send(c->conn, buf_all(&b));
}

void xmpp_write(struct client *c, unsigned letter)
{
	sim_note(c->sim, "client %u sends L%u (number %u to account %u)", c->index, letter, c->sim->letters[letter].number,
		 c->sim->letters[letter].to);
	sent(c, letter);
	letter_say(c, letter);
}

/* The server has handled `h` of what was sent in this session. */
static void handled(struct client *c, struct str h_text)
{
	uint64_t h = 0;
	uint32_t n;

	if (!str_u64(h_text, &h)) {
		sim_fail(c->sim, "client %u got no number: %.*s", c->index, STR_ARG(h_text));
		return;
	}
	n = (uint32_t)h - c->acked;
	if (n > c->unacked_n) {
		sim_fail(c->sim, "client %u: %u acknowledged, %zu outstanding", c->index, n, c->unacked_n);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		if (c->unacked[i] != OTHER) {
			c->sim->letters[c->unacked[i]].acked = true;
			sim_note(c->sim, "client %u: L%u acknowledged", c->index, c->unacked[i]);
		}
	c->unacked_n -= n;
	memmove(c->unacked, c->unacked + n, c->unacked_n * sizeof *c->unacked);
	c->acked += n;
}

/* ---- negotiation -------------------------------------------------------------------------------------------------- */

static void features(struct client *c)
{
	own_buf plain = { 0 }, b = { 0 };

	if (c->authenticated) {
		if (c->resume_id) {
			buf_fmt(&b, "<resume xmlns='%s' h='%u' previd='%s'/>", ns_sm, c->handled, c->resume_id);
			c->state = RESUMING;
		} else {
			buf_fmt(&b, "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r%u</resource>"
				"</bind></iq>", c->index);
			c->state = BINDING;
		}
	} else {
		buf_fmt(&plain, "%c%.*s%cpw", 0, STR_ARG(account_name(c->account)), 0);
		buf_fmt(&b, "<auth xmlns='%s' mechanism='PLAIN'>", ns_sasl);
		base64_write(&b, buf_all(&plain));
		buf_lit(&b, "</auth>");
		c->state = AUTH;
	}
	net_send(c->conn, buf_all(&b));
}

static void online(struct client *c)
{
	unsigned *again = c->pending;
	size_t n = c->pending_n;

	c->state = ONLINE;
	c->pending = NULL;
	c->pending_n = 0;
	say(c, "<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq><presence/>");
	sent(c, OTHER);
	sent(c, OTHER);
	for (size_t i = 0; i < n; i++) {
		c->sim->letters[again[i]].tries++;
		xmpp_write(c, again[i]);
	}
	mem_free(again);
}

static void bound(struct client *c)
{
	client_restart(c);
	c->unacked_n = 0;
	c->acked = c->handled = 0;
	if (c->kind == CLIENT_XMPP) {
		online(c);
		return;
	}
	c->state = ENABLING;
	say(c, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
}

static void enabled(struct client *c, const struct xml *x)
{
	struct str id = xml_attr(x, "id");

	mem_free(c->resume_id);
	c->resume_id = id.p ? str_dup(id) : NULL;
	online(c);
}

/* What the server had not handled goes out again, in order; it counts on from there. */
static void resumed(struct client *c, const struct xml *x)
{
	handled(c, xml_attr(x, "h"));
	c->state = ONLINE;
	c->came_back = true;
	c->sim->resumes++;
	sim_note(c->sim, "client %u resumed", c->index);
	for (size_t i = 0; i < c->unacked_n; i++) {
		if (c->unacked[i] == OTHER)
			say(c, "<presence/>");
		else
			letter_say(c, c->unacked[i]);
	}
}

static void unacked_to_pending(struct client *c)
{
	for (size_t i = 0; i < c->unacked_n; i++)
		if (c->unacked[i] != OTHER)
			client_resend_later(c, c->unacked[i]);
	c->unacked_n = 0;
}

static void failed(struct client *c, const struct xml *x)
{
	if (xml_attr(x, "h").p)
		handled(c, xml_attr(x, "h"));
	sim_note(c->sim, "client %u could not resume", c->index);
	unacked_to_pending(c);
	mem_free(c->resume_id);
	c->resume_id = NULL;
	if (c->state == RESUMING)
		features(c);
	else
		net_hang_up(c->conn), client_lost(c);
}

void xmpp_lost(struct client *c)
{
	if (!c->resume_id)
		unacked_to_pending(c);
}

/* ---- stanzas ---------------------------------------------------------------------------------------------------------- */

void present_set(struct buf *all, struct str resource, bool available)
{
	for (size_t at = 0, n; at < all->n; at += n + 1) {
		struct str one = str_z(all->p + at);

		n = one.n;
		if (!str_eq(one, resource))
			continue;
		if (!available) {
			memmove(all->p + at, all->p + at + n + 1, all->n - at - n - 1);
			all->n -= n + 1;
		}
		return;
	}
	if (available) {
		buf_str(all, resource);
		buf_byte(all, 0);
	}
}

static void presence(struct client *c, const struct xml *x)
{
	struct str from = xml_attr(x, "from"), type = xml_attr(x, "type");
	struct str local = str_n(from.p, str_find(from, '@')), resource = str_from(from, str_find(from, '/') + 1);

	if (room_presence(c, x) || (type.p && !str_is(type, "unavailable")))
		return;
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		if (str_eq(local, account_name(i))) {
			present_set(&c->present[i], resource, !type.p);
			/* As people do: somebody comes online, and is written to while what waited is still being read to him. */
			if (!type.p && c->state == ONLINE && sim_chance(c->sim, 2))
				client_write(c, i);
		}
	sim_note(c->sim, "client %u sees %.*s %s", c->index, STR_ARG(from), type.p ? "leave" : "here");
}

static void message(struct client *c, const struct xml *x, struct arena *a)
{
	struct str body = xml_child_text(x, "body", ns_client, a), id = xml_attr(x, "id");
	uint64_t index;

	if (room_message(c, x, a))
		return;
	if (str_is(xml_attr(x, "type"), "error")) {
		if (str_u64(str_from(id, 1), &index) && index < c->sim->letters_n) {
			c->sim->letters[index].refused = true;
			c->sim->refusals++;
			sim_note(c->sim, "client %u: L%u refused", c->index, (unsigned)index);
		}
		return;
	}
	if (body.n)
		client_received(c, body);
}

static void stanza(struct client *c, const struct xml *x, struct arena *a)
{
	if (c->state == ONLINE)
		c->handled++;
	if (xml_is(x, "message", ns_client))
		message(c, x, a);
	else if (xml_is(x, "presence", ns_client))
		presence(c, x);
	else if (c->state == BINDING && str_is(xml_attr(x, "id"), "bind")) {
		if (str_is(xml_attr(x, "type"), "result"))
			bound(c);
		else
			net_hang_up(c->conn), client_lost(c);
	}
}

static void answer_r(struct client *c)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<a xmlns='%s' h='%u'/>", ns_sm, c->handled);
	net_send(c->conn, buf_all(&b));
}

static void element(struct client *c, const struct xml *x, struct arena *a)
{
	if (xml_is(x, "features", "http://etherx.jabber.org/streams")) {
		features(c);
	} else if (xml_is(x, "success", ns_sasl)) {
		c->authenticated = true;
		stream_open(c);
	} else if (xml_is(x, "failure", ns_sasl)) {
		net_hang_up(c->conn);
		client_lost(c);
	} else if (str_is(x->ns, ns_sm)) {
		if (str_is(x->name, "r"))
			answer_r(c);
		else if (str_is(x->name, "a"))
			handled(c, xml_attr(x, "h"));
		else if (str_is(x->name, "enabled"))
			enabled(c, x);
		else if (str_is(x->name, "resumed"))
			resumed(c, x);
		else if (str_is(x->name, "failed"))
			failed(c, x);
	} else if (str_is(x->ns, ns_client)) {
		stanza(c, x, a);
	} else if (xml_is(x, "error", "http://etherx.jabber.org/streams")) {
		sim_note(c->sim, "client %u: stream error %.*s", c->index, STR_ARG(x->inner));
	}
}

void xmpp_take(struct client *c)
{
	struct arena a = { 0 };
	struct conn *conn = c->conn;
	enum xml_frame kind;
	size_t len;

	while (c->conn == conn && conn && (kind = xml_frame(&c->framer, c->in.p ? c->in.p : "", c->in.n, 1 << 20, &len)) != XML_MORE) {
		own_buf frame = { 0 };

		if (kind >= XML_NOT_WELL_FORMED) {
			sim_fail(c->sim, "client %u cannot read what the server wrote: %.*s", c->index, STR_ARG(buf_all(&c->in)));
			break;
		}
		buf_add(&frame, c->in.p, len);
		buf_eat(&c->in, len);
		if (kind == XML_STANZA) {
			struct xml *x = xml_parse(&a, buf_all(&frame), str_z(ns_client), true);

			if (!x)
				sim_fail(c->sim, "client %u cannot parse %.*s", c->index, STR_ARG(buf_all(&frame)));
			else
				element(c, x, &a);
		}
		arena_reset(&a);
	}
	arena_free(&a);
}
