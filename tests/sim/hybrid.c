/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/hybrid.c - clients of the hybrid protocol (docs/protocol-hybrid.md), and a network that loses, doubles and reorders their datagrams. Some are as
 * in the wild: they log in by UDP, fetch the list, and know what datagrams tell them. Some are ours: all goes over one connection, and what they
 * relay is a letter like any other. Once the network is good, each list must be what is.
 */
#include <assert.h>

#include "core/directory.h"
#include "core/guest.h"
#include "tests/sim/sim.h"
#include "wire/hybrid.h"

enum { PORT = 7790, FIRST_PORT = 40000, LEASE_MS = 20000, PATIENCE_MS = 3000, ASKED = SIM_LETTERS_MAX };
enum state { OUT, ASKING, FETCHING, IN };

struct hybrid {
	struct client client; /* without an account: its number stands behind the accounts' */
	bool ours;
	enum state state;
	msec since, heard;    /* of the state; of the last list */
	struct buf list;      /* names, each ended by a zero byte */
	bool answered;        /* ours: `ok` has come, the list has not */
};

struct packet {
	struct list here;
	struct timer timer;
	struct sim *sim;
	bool up;
	unsigned client;
	uint16_t port;        /* of the server's */
	struct buf bytes;
};

struct outlet {
	struct list here;
	struct datagrams datagrams;
	struct sim *sim;
	bool shut;
};

struct sim_hybrid {
	struct hybrid clients[SIM_HYBRIDS];
	struct list packets, outlets;
	struct outlet *door;
	unsigned ports, lost, doubled;
};

static struct hybrid *hybrid_of(struct client *c) { return holder_of(c, struct hybrid, client); }
static unsigned number_of(const struct hybrid *y) { return y->client.index - SIM_CLIENTS; }

static struct endpoint endpoint_of(unsigned client)
{
	return (struct endpoint){ .address = { [10] = 0xff, [11] = 0xff, 10, 0, 1, (uint8_t)(client + 2) }, .port = 5001 };
}

static struct str name_of(unsigned client)
{
	static const char *const names[SIM_HYBRIDS] = { "hal", "ida", "jim", "kai", "lea" };

	return str_z(names[client]);
}

/* ---- the network ---------------------------------------------------------------------------------------------------- */

static void packet_free(struct packet *p)
{
	timers_stop(&p->sim->net, &p->timer);
	list_remove(&p->here);
	buf_free(&p->bytes);
	mem_free(p);
}

static void take(struct hybrid *y, uint16_t port, struct str bytes);

static struct outlet *outlet_at(struct sim *s, uint16_t port)
{
	list_each(o, &s->hybrid->outlets, struct outlet, here)
		if (o->datagrams.port == port && !o->shut)
			return o;
	return NULL;
}

static void arrives(struct timer *t)
{
	struct packet *p = holder_of(t, struct packet, timer);
	struct sim *s = p->sim;
	static const uint8_t here[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 1, 1 };
	struct outlet *o = p->up && s->up ? outlet_at(s, p->port) : NULL;
	struct endpoint from = endpoint_of(p->client);

	if (o)
		o->datagrams.door->feed(&o->datagrams, &from, here, buf_all(&p->bytes));
	else if (!p->up)
		take(&s->hybrid->clients[p->client], p->port, buf_all(&p->bytes));
	net_flush(s);
	packet_free(p);
}

static void packet_one(struct sim *s, bool up, unsigned client, uint16_t port, struct str bytes)
{
	struct packet *p = mem_new(struct packet);

	p->sim = s;
	p->up = up;
	p->client = client;
	p->port = port;
	p->timer.fire = arrives;
	buf_str(&p->bytes, bytes);
	list_append(&s->hybrid->packets, &p->here);
	sim_net_timer(s, &p->timer, 1 + (msec)sim_chance(s, s->calm ? 5 : 300));
}

static void packet_send(struct sim *s, bool up, unsigned client, uint16_t port, struct str bytes)
{
	if (!s->calm && sim_chance(s, 5) == 0) {
		s->hybrid->lost++;
		return;
	}
	packet_one(s, up, client, port, bytes);
	if (!s->calm && sim_chance(s, 8) == 0) {
		s->hybrid->doubled++;
		packet_one(s, up, client, port, bytes);
	}
}

static void ops_send(struct datagrams *d, const uint8_t from[16], const struct endpoint *to, bool near, struct str bytes)
{
	struct outlet *o = holder_of(d, struct outlet, datagrams);

	for (unsigned i = 0; i < SIM_HYBRIDS; i++) {
		struct endpoint e = endpoint_of(i);

		if (endpoint_eq(&e, to)) {
			if (o->shut || !near)
				sim_fail(o->sim, "a datagram from a port that is shut, or without TTL 1");
			packet_send(o->sim, false, i, d->port, bytes);
			return;
		}
	}
	sim_fail(o->sim, "a datagram to nobody");
}

static struct outlet *outlet_new(struct sim *s, struct core *c, uint16_t port, void *state);

static struct datagrams *ops_open(struct datagrams *d, uint16_t port, void *state)
{
	struct outlet *o = holder_of(d, struct outlet, datagrams);

	return &outlet_new(o->sim, d->core, port ? port : (uint16_t)(FIRST_PORT + o->sim->hybrid->ports++ % 20000), state)->datagrams;
}

static void ops_shut(struct datagrams *d) { holder_of(d, struct outlet, datagrams)->shut = true; }

static const struct datagram_ops ops = { ops_send, ops_open, ops_shut };

static struct outlet *outlet_new(struct sim *s, struct core *c, uint16_t port, void *state)
{
	struct outlet *o = mem_new(struct outlet);

	o->sim = s;
	o->datagrams = (struct datagrams){ .ops = &ops, .door = &hybrid_datagrams, .core = c, .state = state, .port = port };
	list_append(&s->hybrid->outlets, &o->here);
	return o;
}

void hybrid_server_start(struct sim *s)
{
	guest_sweep(s->core[0]);
	s->hybrid->door = outlet_new(s, s->core[0], PORT, NULL);
	if (hybrid_datagrams.open(&s->hybrid->door->datagrams))
		sim_fail(s, "the hybrid door did not open");
}

void hybrid_server_die(struct sim *s)
{
	hybrid_datagrams.close(&s->hybrid->door->datagrams);
	list_each(o, &s->hybrid->outlets, struct outlet, here) {
		list_remove(&o->here);
		mem_free(o);
	}
}

/* ---- what a client knows ----------------------------------------------------------------------------------------------- */

static void is_now(struct hybrid *y, enum state state)
{
	y->state = state;
	y->since = y->client.sim->clock;
	y->client.state = state == IN ? ONLINE : state == OUT ? OFFLINE : CONNECTING;
}

static void list_take(struct hybrid *y, struct str text)
{
	struct sim *s = y->client.sim;
	enum hybrid_entry kind;
	struct endpoint e;
	struct str user;

	buf_clear(&y->list);
	while ((kind = hybrid_list_next(&text, &user, &e)) == HYBRID_ENTRY)
		present_set(&y->list, user, true);
	if (kind != HYBRID_ENTRY_END)
		sim_fail(s, "hybrid %u got a list that is none", number_of(y));
	y->heard = s->clock;
	sim_note(s, "hybrid %u is in and has a list of %u", number_of(y), present_count(&y->list));
	is_now(y, IN);
}

/* A login or logout of somebody else; false: it is neither. */
static bool news(struct hybrid *y, const struct hybrid_datagram *d)
{
	if (d->kind != HYBRID_LOGIN && d->kind != HYBRID_LOGOUT)
		return false;
	if (str_eq(d->user, name_of(number_of(y))))
		sim_fail(y->client.sim, "hybrid %u was told of itself", number_of(y));
	sim_note(y->client.sim, "hybrid %u hears that %.*s %s", number_of(y), STR_ARG(d->user), d->kind == HYBRID_LOGIN ? "came" : "went");
	present_set(&y->list, d->user, d->kind == HYBRID_LOGIN);
	return true;
}

/* ---- in the wild ----------------------------------------------------------------------------------------------------------- */

static void say(struct hybrid *y, enum hybrid_kind kind)
{
	struct hybrid_datagram d = { .kind = kind, .user = name_of(number_of(y)), .endpoint = endpoint_of(number_of(y)) };
	own_buf bytes = { 0 };

	hybrid_write(&bytes, HYBRID_UTF16, &d);
	packet_send(y->client.sim, true, number_of(y), PORT, buf_all(&bytes));
}

static void fetch(struct hybrid *y)
{
	struct sim *s = y->client.sim;

	if (!s->up || y->client.conn || !y->client.wanted)
		return;
	buf_clear(&y->client.in);
	y->client.conn = net_connect(s, &y->client, &hybrid_door);
	if (y->state != IN)
		is_now(y, FETCHING);
}

static void take(struct hybrid *y, uint16_t port, struct str bytes)
{
	struct sim *s = y->client.sim;
	struct hybrid_datagram d;
	own_buf room = { 0 };

	if (!hybrid_parse(&d, bytes, &room) || y->ours) {
		sim_fail(s, "hybrid %u got a datagram that it should not have got", number_of(y));
	} else if (d.kind == HYBRID_ACCEPT) {
		fetch(y);
	} else if (d.kind == HYBRID_REJECT) {
		sim_note(s, "hybrid %u is rejected: %.*s", number_of(y), STR_ARG(d.content));
		if (y->state != IN)
			is_now(y, OUT);
	} else if (!news(y, &d) && d.kind == HYBRID_TALK && port < FIRST_PORT) {
		sim_fail(s, "hybrid %u was spoken to from the door's port", number_of(y));
	}
}

static void wild_take(struct hybrid *y)
{
	struct client *c = &y->client;
	size_t scanned = 0, len;
	struct str text;
	enum hybrid_list_frame kind = hybrid_list_read(HYBRID_UTF16, c->in.p, c->in.n, 100000, &scanned, &text, &len);

	if (kind == HYBRID_LIST_BAD)
		sim_fail(c->sim, "hybrid %u got something that is no list", number_of(y));
	if (kind != HYBRID_LIST_WHOLE)
		return;
	list_take(y, text);
	net_hang_up(c->conn);
	c->conn = NULL;
	buf_clear(&c->in);
}

static void wild_act(struct hybrid *y)
{
	struct sim *s = y->client.sim;

	if (!y->client.wanted) {
		if (y->state == IN)
			say(y, HYBRID_LOGOUT);
		is_now(y, OUT);
		return;
	}
	/* Whoever sits in front of it starts it again when it knows nothing any more. */
	if (y->state == IN && s->clock - y->heard > 2 * LEASE_MS)
		is_now(y, OUT);
	if (y->state == OUT || (y->state == ASKING && s->clock - y->since > PATIENCE_MS)) {
		say(y, HYBRID_LOGIN);
		is_now(y, ASKING);
	}
}

/* ---- ours --------------------------------------------------------------------------------------------------------------------- */

static void expect(struct client *c, unsigned what)
{
	c->unacked = mem_grow(c->unacked, (c->unacked_n + 1) * sizeof *c->unacked);
	c->unacked[c->unacked_n++] = what;
}

static void relay(struct client *c, unsigned letter)
{
	own_buf line = { 0 };

	buf_fmt(&line, "relay,%.*s,L%u\n", STR_ARG(account_name(c->sim->letters[letter].to)), letter);
	expect(c, letter);
	net_send(c->conn, buf_all(&line));
}

static void write_letter(struct client *c)
{
	struct sim *s = c->sim;
	unsigned to = (unsigned)sim_chance(s, SIM_ACCOUNTS);

	if (s->letters_n == SIM_LETTERS_MAX - 1)
		return;
	s->letters[s->letters_n] = (struct letter){ .from = c->index, .to = to, .number = ++s->numbers[c->index][to], .tries = 1, .sent = s->clock };
	relay(c, s->letters_n++);
}

static void logged_in(struct hybrid *y, struct str list)
{
	struct client *c = &y->client;
	unsigned *again = c->pending;
	size_t n = c->pending_n;

	list_take(y, list);
	c->pending = NULL;
	c->pending_n = 0;
	for (size_t i = 0; i < n; i++) {
		c->sim->letters[again[i]].tries++;
		relay(c, again[i]);
	}
	mem_free(again);
}

static void reply(struct hybrid *y, struct str line)
{
	struct client *c = &y->client;
	bool good = str_is(line, "ok");
	unsigned what;

	if (!c->unacked_n || (!good && !str_starts(line, STR("no,")))) {
		sim_fail(c->sim, "hybrid %u got an odd reply: %.*s", number_of(y), STR_ARG(line));
		return;
	}
	what = c->unacked[0];
	memmove(c->unacked, c->unacked + 1, --c->unacked_n * sizeof *c->unacked);
	if (what == ASKED) {
		y->answered = good;
		if (!good)
			net_cut(c->conn); /* and once more, later */
	} else if (good) {
		c->sim->letters[what].acked = true;
	} else {
		c->sim->letters[what].refused = true;
		c->sim->refusals++;
	}
}

/* Lines of events look as the datagrams do. */
static void ours_line(struct hybrid *y, struct str line)
{
	struct hybrid_datagram d;
	own_buf room = { 0 };

	if (y->answered) {
		y->answered = false;
		logged_in(y, line);
	} else if (str_starts(line, STR("login,")) || str_starts(line, STR("logout,"))) {
		if (!hybrid_parse(&d, line, &room) || !news(y, &d))
			sim_fail(y->client.sim, "hybrid %u heard %.*s", number_of(y), STR_ARG(line));
	} else {
		reply(y, line);
	}
}

static void ours_take(struct hybrid *y)
{
	struct client *c = &y->client;
	size_t end;

	while (c->conn && (end = str_find(buf_all(&c->in), '\n')) < c->in.n) {
		ours_line(y, str_n(c->in.p, end));
		buf_eat(&c->in, end + 1);
	}
}

static void ours_act(struct hybrid *y)
{
	struct client *c = &y->client;
	struct sim *s = c->sim;
	own_buf line = { 0 };

	if (c->wanted && !c->conn && s->up) {
		c->conn = net_connect(s, c, &hybrid_door);
		is_now(y, FETCHING);
		buf_fmt(&line, "login,%.*s,\n", STR_ARG(name_of(number_of(y))));
		expect(c, ASKED);
		net_send(c->conn, buf_all(&line));
	} else if (!c->wanted && y->state == IN && c->conn) {
		net_cut(c->conn);
	} else if (y->state == IN && !s->calm) {
		for (uint64_t n = sim_chance(s, 3); n; n--)
			write_letter(c);
	}
}

/* ---- both ------------------------------------------------------------------------------------------------------------------------ */

void hybrid_take(struct client *c)
{
	struct hybrid *y = hybrid_of(c);

	if (y->ours)
		ours_take(y);
	else
		wild_take(y);
}

void hybrid_lost(struct client *c)
{
	struct hybrid *y = hybrid_of(c);

	c->conn = NULL;
	buf_clear(&c->in);
	y->answered = false;
	for (size_t i = 0; i < c->unacked_n; i++)
		if (c->unacked[i] < SIM_LETTERS_MAX)
			client_resend_later(c, c->unacked[i]);
	c->unacked_n = 0;
	if (y->ours || y->state == FETCHING)
		is_now(y, OUT);
}

void hybrid_address(const struct client *c, uint8_t address[16])
{
	struct endpoint e = endpoint_of(c->index - SIM_CLIENTS);

	memcpy(address, e.address, 16);
}

static void act(struct timer *t)
{
	struct client *c = holder_of(t, struct client, timer);
	struct hybrid *y = hybrid_of(c);
	struct sim *s = c->sim;

	if (y->ours)
		ours_act(y);
	else
		wild_act(y);
	if (!s->calm && sim_chance(s, 40) == 0)
		c->wanted = !c->wanted;
	if (!s->calm && c->conn && sim_chance(s, 25) == 0)
		net_cut(c->conn);
	sim_net_timer(s, t, 50 + (msec)sim_chance(s, 1500));
}

void hybrid_begin(struct sim *s)
{
	s->hybrid = mem_new(struct sim_hybrid);
	list_init(&s->hybrid->packets);
	list_init(&s->hybrid->outlets);
	s->settings.guests_max = 100;
	s->settings.hybrid_private = true;
	s->settings.hybrid_lease_ms = LEASE_MS;
	s->settings.hybrid_datagrams = 1000;
	s->settings.hybrid_datagrams_all = 10000;
}

void hybrid_clients_begin(struct sim *s)
{
	for (unsigned i = 0; i < SIM_HYBRIDS; i++) {
		struct hybrid *y = &s->hybrid->clients[i];

		y->client = (struct client){ .sim = s, .index = SIM_CLIENTS + i, .kind = CLIENT_HYBRID, .wanted = true, .timer.fire = act };
		y->ours = i % 2;
		sim_net_timer(s, &y->client.timer, (msec)sim_chance(s, 500));
	}
}

void hybrid_want(struct sim *s)
{
	for (unsigned i = 0; i < SIM_HYBRIDS; i++)
		s->hybrid->clients[i].client.wanted = sim_chance(s, 3) > 0;
}

void hybrid_end(struct sim *s)
{
	struct packet *p;

	for (unsigned i = 0; i < SIM_HYBRIDS; i++) {
		struct client *c = &s->hybrid->clients[i].client;

		timers_stop(&s->net, &c->timer);
		mem_free(c->unacked);
		mem_free(c->pending);
		buf_free(&c->in);
		buf_free(&s->hybrid->clients[i].list);
	}
	while ((p = list_first(&s->hybrid->packets, struct packet, here)))
		packet_free(p);
	mem_free(s->hybrid);
	s->hybrid = NULL;
}

/* ---- what must hold ------------------------------------------------------------------------------------------------------------------ */

static void name_add(struct str name, void *arg) { present_set(arg, name, true); }

/* Whether the names of `a` are among those of `b`, `but` excepted. */
static bool are_among(const struct buf *a, const struct buf *b, struct str but)
{
	for (size_t at = 0; at < a->n;) {
		struct str one = str_z(a->p + at);
		bool there = str_eq(one, but);

		for (size_t k = 0; k < b->n && !there; k += strlen(b->p + k) + 1)
			there = str_eq(one, str_z(b->p + k));
		if (!there)
			return false;
		at += one.n + 1;
	}
	return true;
}

static void check_list(const struct hybrid *y, const struct buf *online)
{
	struct sim *s = y->client.sim;
	struct str me = name_of(number_of(y));

	if (!are_among(&y->list, online, STR("")))
		sim_fail(s, "hybrid %u has somebody in its list who is not here", number_of(y));
	if (!are_among(online, &y->list, me))
		sim_fail(s, "hybrid %u has not everybody in its list who is here: %u of %u", number_of(y), present_count(&y->list),
			 present_count(online) - 1);
	if (are_among(&(struct buf){ .p = (char *)me.p, .n = me.n + 1 }, &y->list, STR("")))
		sim_fail(s, "hybrid %u stands in its own list", number_of(y));
}

/* Each list is what is: whoever is in, and whoever is online at another door. */
void check_hybrid(struct sim *s)
{
	own_buf online = { 0 };

	directory_users(s->core[0], name_add, &online);
	for (unsigned i = 0; i < SIM_HYBRIDS; i++) {
		const struct hybrid *y = &s->hybrid->clients[i];
		struct str me = name_of(i);
		bool in = are_among(&(struct buf){ .p = (char *)me.p, .n = me.n + 1 }, &online, STR(""));

		if (y->client.wanted != (y->state == IN))
			sim_fail(s, "hybrid %u wants to be %s and is in state %d", i, y->client.wanted ? "in" : "out", (int)y->state);
		if (in != (y->state == IN))
			sim_fail(s, "hybrid %u is %s, and believes otherwise", i, in ? "in" : "out");
		if (y->state == IN)
			check_list(y, &online);
	}
}

unsigned hybrid_lost_packets(const struct sim *s) { return s->hybrid->lost + s->hybrid->doubled; }
