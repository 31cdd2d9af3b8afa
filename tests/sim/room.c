/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/room.c - rooms with churn: clients enter, leave, take other nicknames, speak, kick and ban one another,
 * while links break and the server dies. What must hold: everybody sees the same order (the room's ids ascend for
 * each), without gaps from the first message that he is shown to the last before he leaves; nothing after he has left
 * or was removed; what anybody saw is in the archive.
 */
#include "tests/sim/sim.h"

#include "store/store.h"

#define MUC "http://jabber.org/protocol/muc"

enum { ANSWER_MS = 30000 }; /* what was unacknowledged when a link broke is not said again */

static const char ns_client[] = "jabber:client", ns_user[] = MUC "#user";

static void say(struct client *c, const struct buf *b)
{
	sim_note(c->sim, "client %u says %.*s", c->index, STR_ARG(buf_all(b)));
	net_send(c->conn, buf_all(b));
	xmpp_counted(c);
}

static void forget(struct seen_room *m)
{
	m->inside = m->owner = false;
	m->last = 0;
	m->stay = NULL;
	buf_clear(&m->present);
}

void room_restart(struct client *c)
{
	for (unsigned r = 0; r < SIM_ROOMS; r++) {
		forget(&c->rooms[r]);
		c->rooms[r].asked = 0;
	}
}

void room_end(struct client *c)
{
	for (unsigned r = 0; r < SIM_ROOMS; r++)
		buf_free(&c->rooms[r].present);
}

/* ---- what clients do -------------------------------------------------------------------------------------------- */

static void enter(struct client *c, unsigned r)
{
	struct seen_room *m = &c->rooms[r];
	own_buf b = { 0 };

	if (m->asked && c->sim->clock - m->asked_at < ANSWER_MS)
		return;
	m->asked++;
	m->asked_at = c->sim->clock;
	buf_fmt(&b,
		"<presence to='r%u@rooms.sim/n%u%s' id='%llu'><x xmlns='" MUC
		"'><history maxstanzas='%u'/></x></presence>",
		r, c->index, sim_chance(c->sim, 4) ? "" : "b", (unsigned long long)m->asked_at,
		(unsigned)sim_chance(c->sim, 30));
	say(c, &b);
}

static void leave(struct client *c, unsigned r)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<presence to='r%u@rooms.sim/n%u' type='unavailable'/>", r, c->index);
	say(c, &b);
}

static void speak(struct client *c, unsigned r)
{
	struct sim *s = c->sim;
	own_buf b = { 0 };

	if (s->said_n == SIM_SAID_MAX)
		return;
	s->said[s->said_n] = (struct said){ .room = r };
	buf_fmt(&b, "<message to='r%u@rooms.sim' type='groupchat' id='R%u'><body>R%u</body></message>", r, s->said_n,
		s->said_n);
	s->said_n++;
	say(c, &b);
}

static void rename_to(struct client *c, unsigned r)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<presence to='r%u@rooms.sim/n%u%s'/>", r, c->index, sim_chance(c->sim, 2) ? "" : "b");
	say(c, &b);
}

static void govern(struct client *c, unsigned r)
{
	unsigned whom = (unsigned)sim_chance(c->sim, SIM_CLIENTS);
	own_buf b = { 0 };

	buf_fmt(&b, "<iq type='set' id='govern' to='r%u@rooms.sim'><query xmlns='" MUC "#admin'>", r);
	switch (sim_chance(c->sim, 4)) {
	case 0:
		buf_fmt(&b, "<item nick='n%u' role='none'/>", whom);
		break;
	case 1:
		buf_fmt(&b, "<item affiliation='outcast' jid='%.*s@sim'/>", STR_ARG(account_name(whom % SIM_ACCOUNTS)));
		break;
	default:
		buf_fmt(&b, "<item affiliation='none' jid='%.*s@sim'/>", STR_ARG(account_name(whom % SIM_ACCOUNTS)));
	}
	buf_lit(&b, "</query></iq>");
	say(c, &b);
}

static void open_room(struct client *c, unsigned r)
{
	own_buf b = { 0 };

	buf_fmt(&b,
		"<iq type='set' id='open' to='r%u@rooms.sim'><query xmlns='" MUC
		"#owner'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
		"<value>" MUC "#roomconfig</value></field><field "
			      "var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>",
		r);
	say(c, &b);
}

void room_act(struct client *c)
{
	struct sim *s = c->sim;
	unsigned r = (unsigned)sim_chance(s, SIM_ROOMS);
	struct seen_room *m = &c->rooms[r];

	if (!m->inside) {
		enter(c, r);
		return;
	}
	if (s->calm)
		return;
	switch (sim_chance(s, 12)) {
	case 0:
		leave(c, r);
		break;
	case 1:
		rename_to(c, r);
		break;
	case 2:
		if (m->owner)
			govern(c, r);
		break;
	default:
		for (uint64_t n = sim_chance(s, 3); n; n--)
			speak(c, r);
	}
}

/* ---- what clients see ------------------------------------------------------------------------------------------- */

static bool room_of(struct str from, unsigned *r)
{
	*r = from.n > 2 && from.p[0] == 'r' ? (unsigned)(from.p[1] - '0') : SIM_ROOMS;
	return *r < SIM_ROOMS && str_starts(str_from(from, 2), STR("@rooms.sim"));
}

static bool has_code(const struct xml *x, const char *code)
{
	for (const struct xml *status = xml_child(x, "status", ns_user); status;
	     status = xml_sibling(status, "status", ns_user))
		if (str_is(xml_attr(status, "code"), code))
			return true;
	return false;
}

bool room_presence(struct client *c, const struct xml *p)
{
	struct str from = xml_attr(p, "from"), type = xml_attr(p, "type");
	const struct xml *x = xml_child(p, "x", ns_user), *item = x ? xml_child(x, "item", ns_user) : NULL;
	struct seen_room *m;
	uint64_t id;
	unsigned r;

	if (!room_of(from, &r))
		return false;
	m = &c->rooms[r];
	/* Not that of a session before, whose address was the same. */
	if (type.p && str_is(type, "error") && m->asked && str_u64(xml_attr(p, "id"), &id) && (msec)id == m->asked_at)
		m->asked--;
	if (!item || (type.p && !str_is(type, "unavailable")))
		return true;
	present_set(&m->present, str_from(from, str_find(from, '/') + 1), !type.p);
	if (!has_code(x, "110") || has_code(x, "303"))
		return true;
	if (type.p) {
		sim_note(c->sim, "client %u is out of room %u", c->index, r);
		forget(m);
		return true;
	}
	sim_note(c->sim, "client %u is in room %u", c->index, r);
	if (m->asked) {
		m->asked--;
		m->last = 0;
		m->stay = NULL;
	}
	m->inside = true;
	m->owner = str_is(xml_attr(item, "affiliation"), "owner");
	if (has_code(x, "201")) {
		open_room(c, r);
		for (unsigned i = 0; i < c->sim->said_n; i++)
			c->sim->said[i].gone |= c->sim->said[i].room == r;
	}
	return true;
}

static struct stay *stay_begin(struct client *c, unsigned r, uint64_t id)
{
	struct sim *s = c->sim;
	struct stay *stay;

	if (s->stays_n == SIM_STAYS_MAX)
		return NULL;
	stay = &s->stays[s->stays_n++];
	*stay = (struct stay){ .client = c->index, .room = r, .first = id };
	return stay;
}

static void saw(struct client *c, unsigned r, uint64_t number, uint64_t id, bool waited)
{
	struct sim *s = c->sim;
	struct seen_room *m = &c->rooms[r];
	struct said *said = &s->said[number];

	sim_note(s, "client %u sees R%u in room %u%s", c->index, (unsigned)number, r, waited ? ", said before" : "");
	s->room_deliveries++;
	if (said->room != r)
		sim_fail(s, "room: client %u sees R%u in room %u", c->index, (unsigned)number, r);
	if (!m->inside)
		sim_fail(s, "room: client %u sees R%u in room %u, where it is not any more", c->index, (unsigned)number,
			 r);
	if (said->id && said->id != id)
		sim_fail(s, "room: R%u was said as %llu and as %llu", (unsigned)number, (unsigned long long)said->id,
			 (unsigned long long)id);
	if (id <= m->last)
		sim_fail(s, "room: client %u sees R%u, which is %llu, behind %llu", c->index, (unsigned)number,
			 (unsigned long long)id, (unsigned long long)m->last);
	said->id = id;
	if (!m->stay)
		m->stay = stay_begin(c, r, id);
	if (m->stay) {
		m->stay->last = id;
		m->stay->n++;
	}
	m->last = id;
}

bool room_message(struct client *c, const struct xml *message, struct arena *a)
{
	const struct xml *sid = xml_child(message, "stanza-id", "urn:xmpp:sid:0");
	struct str body = xml_child_text(message, "body", ns_client, a);
	uint64_t number, id;
	unsigned r;

	if (!room_of(xml_attr(message, "from"), &r))
		return false;
	if (!str_is(xml_attr(message, "type"), "groupchat") || !body.n)
		return true;
	if (!sid || !str_u64(xml_attr(sid, "id"), &id) || !str_starts(body, STR("R")) ||
	    !str_u64(str_from(body, 1), &number) || number >= c->sim->said_n)
		sim_fail(c->sim, "room: client %u cannot read %.*s", c->index, STR_ARG(message->raw));
	else
		saw(c, r, number, id, xml_child(message, "delay", "urn:xmpp:delay") != NULL);
	return true;
}

/* ---- what must hold --------------------------------------------------------------------------------------------- */

static void check_stay(struct sim *s, const struct stay *stay)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->said_n; i++)
		n += s->said[i].room == stay->room && s->said[i].id >= stay->first && s->said[i].id <= stay->last;
	if (n != stay->n)
		sim_fail(s, "room: client %u saw %u messages of room %u from %llu to %llu, there were %u", stay->client,
			 stay->n, stay->room, (unsigned long long)stay->first, (unsigned long long)stay->last, n);
}

/* Who is inside sees the same people as all others there. */
static void check_occupants(struct sim *s)
{
	for (unsigned r = 0; r < SIM_ROOMS; r++) {
		unsigned inside = 0;

		for (unsigned i = 0; i < SIM_CLIENTS; i++)
			inside += s->clients[i].state == ONLINE && s->clients[i].rooms[r].inside;
		for (unsigned i = 0; i < SIM_CLIENTS; i++)
			if (s->clients[i].state == ONLINE && s->clients[i].rooms[r].inside &&
			    present_count(&s->clients[i].rooms[r].present) != inside)
				sim_fail(s, "room: client %u sees %u in room %u, there are %u", i,
					 present_count(&s->clients[i].rooms[r].present), r, inside);
	}
}

struct reading {
	struct sim *sim;
	struct store_link *link;
	unsigned room;
	int64_t owner;
	uint64_t after;
	unsigned found;
	bool done;
};

static void page_ask(struct reading *g);

static void page_come(struct store_request *q)
{
	struct reading *g = q->arg;
	struct sim *s = g->sim;

	for (size_t i = 0; i < q->n && !q->answer; i++) {
		g->after = q->stanzas[i]->stamp;
		for (unsigned k = 0; k < s->said_n; k++)
			g->found += s->said[k].id == g->after && s->said[k].room == g->room && !s->said[k].gone;
	}
	g->done = q->answer || !q->more;
	if (!g->done)
		page_ask(g);
}

static void page_ask(struct reading *g)
{
	struct store_request *q = store_ask(g->link, STORE_ARCHIVE_READ, page_come, g);

	q->owner = g->owner;
	q->query.from = g->after ? g->after + 1 : 0;
	q->limit = 500;
	store_submit(q);
}

static void account_come(struct store_request *q)
{
	struct reading *g = q->arg;

	g->owner = q->account.id;
	g->done = q->answer != 0;
	if (!q->answer)
		page_ask(g);
}

static void check_archive(struct sim *s, unsigned r)
{
	struct reading g = { .sim = s, .room = r, .link = store_link_open(s->store, &s->worlds[0].world) };
	struct store_request *q = store_ask(g.link, STORE_ACCOUNT_GET, account_come, &g);
	unsigned seen = 0;
	own_buf name = { 0 };

	buf_fmt(&name, "r%u@rooms.sim", r);
	q->account.name = store_str(q, buf_all(&name));
	store_submit(q);
	for (unsigned i = 0; i < 100 && !g.done; i++)
		sim_run(s, 1000);
	for (unsigned i = 0; i < s->said_n; i++)
		seen += s->said[i].room == r && s->said[i].id && !s->said[i].gone;
	if (g.owner && seen > g.found)
		sim_fail(s, "room: %u messages were seen in room %u, %u are in its archive", seen, r, g.found);
	store_link_close(g.link);
}

void check_rooms(struct sim *s)
{
	check_occupants(s);
	for (unsigned i = 0; i < s->stays_n; i++)
		check_stay(s, &s->stays[i]);
	for (unsigned r = 0; r < SIM_ROOMS && s->up; r++)
		check_archive(s, r);
}
