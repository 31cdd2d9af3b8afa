/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/rooms.c - rooms (XEP-0045) of so many occupants: one of each talks, with so many messages under way, and everybody gets
 * everything; or, with --joins, one comes and goes. Every message is numbered; one that is missing, comes twice or out of order at any
 * occupant makes the run fail.
 */
#include "base/mem.h"
#include "bench/load.h"

enum { JOINS_AT_ONCE = 16, PATIENCE_S = 60 };

struct room {
	struct letter letter;
	uint64_t sent;
	struct client *speaker;
};

struct rooms {
	struct load *load;
	struct crowd crowd;
	struct room *room;
	uint64_t *received;    /* by occupant */
	bool *in;              /* by occupant */
	unsigned inside;
	uint64_t deliveries, disorder, refused, joins;
	bool talking, stopped; /* said: what comes counts; and nothing more is said */
	bool going;            /* --joins: the last occupant is on its way out */
};

static unsigned place_of(const struct rooms *r, const struct client *c) { return (unsigned)(c - r->crowd.client); }
static struct room *room_of(struct rooms *r, unsigned place) { return &r->room[place % r->load->options.rooms]; }

static void say(struct room *room)
{
	letter_write(&room->speaker->link.out, &room->letter, room->sent++);
	link_send(&room->speaker->link);
}

/* By a nickname of its own, since accounts come more than once. */
static void room_presence(struct rooms *r, unsigned place, const char *type, const char *inner)
{
	struct client *c = &r->crowd.client[place];

	buf_fmt(&c->link.out, "<presence to='r%u@rooms.%.*s/n%u'%s>%s</presence>", place % r->load->options.rooms,
		STR_ARG(r->load->target.domain), place, type, inner);
	link_send(&c->link);
}

static void enter(struct rooms *r, unsigned place)
{
	room_presence(r, place, "", "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>");
}

static void leave(struct rooms *r, unsigned place) { room_presence(r, place, " type='unavailable'", ""); }

static bool is_own(const struct client *c, unsigned place, struct str stanza)
{
	struct str from = stanza_attr(stanza, STR(" from="));
	own_buf end = { 0 };

	buf_fmt(&end, "/n%u", place);
	return from.n > end.n && str_eq(str_from(from, from.n - end.n), buf_all(&end));
}

static void room_open(struct rooms *r, unsigned place)
{
	struct client *c = &r->crowd.client[place];

	/* Some lock a new room until its owner has accepted how it is. */
	buf_fmt(&c->link.out, "<iq type='set' id='open' to='r%u@rooms.%.*s'><query xmlns='http://jabber.org/protocol/muc#owner'>"
			      "<x xmlns='jabber:x:data' type='submit'/></query></iq>",
		place % r->load->options.rooms, STR_ARG(r->load->target.domain));
	link_send(&c->link);
}

static void on_presence(struct rooms *r, struct client *c, struct str stanza)
{
	unsigned place = place_of(r, c);
	struct str type = stanza_attr(stanza, STR(" type="));

	if (!is_own(c, place, stanza))
		return;
	if (str_is(type, "error")) {
		report_failure(r->load, "somebody was not let into a room");
	} else if (str_is(type, "unavailable")) {
		if (r->going && place == r->crowd.n - 1)
			enter(r, place);
	} else if (r->going && place == r->crowd.n - 1) {
		r->joins++;
		if (!r->stopped)
			leave(r, place);
	} else if (!r->in[place]) {
		r->in[place] = true;
		r->inside++;
		if (place < r->load->options.rooms)
			room_open(r, place);
	}
}

static void on_message(struct rooms *r, struct client *c, struct str stanza)
{
	unsigned place = place_of(r, c);
	struct room *room = room_of(r, place);
	uint64_t number;

	if (str_is(stanza_attr(stanza, STR(" type=")), "error"))
		r->refused++;
	if (!r->talking || !str_is(stanza_attr(stanza, STR(" type=")), "groupchat") || !letter_number(stanza, &number))
		return;
	if (number != r->received[place])
		r->disorder++;
	r->received[place]++;
	r->deliveries++;
	if (room->speaker == c && !r->stopped)
		say(room);
}

static void room_stanza(struct client *c, struct str stanza)
{
	if (stanza_is(stanza, STR("<message")))
		on_message(c->arg, c, stanza);
	else if (stanza_is(stanza, STR("<presence")))
		on_presence(c->arg, c, stanza);
}

static void room_ready(struct client *c) {}

static void room_gone(struct client *c) { report_failure(((struct rooms *)c->arg)->load, "a connection was lost"); }

static const struct client_acts room_acts = { .ready = room_ready, .stanza = room_stanza, .gone = room_gone };

static void run_until(struct rooms *r, int64_t until)
{
	while (net_now() < until && !r->load->failed)
		net_turn(&r->load->target.net, until);
}

/* The first of each room makes it before others come. */
static bool fill(struct rooms *r)
{
	int64_t deadline = net_now() + PATIENCE_S * 1000000000LL;
	unsigned begun = 0, first = r->load->options.rooms;

	while (r->inside < r->crowd.n && net_now() < deadline && !r->load->failed) {
		unsigned most = r->inside < first ? first : r->crowd.n;
		while (begun < most && begun - r->inside < JOINS_AT_ONCE)
			enter(r, begun++);
		net_turn(&r->load->target.net, net_now() + 100000000);
	}
	if (r->inside < r->crowd.n)
		report_failure(r->load, "not all came into their rooms");
	run_until(r, net_now() + 500000000); /* what joining still brings */
	return !r->load->failed;
}

static uint64_t sent_to_all(const struct rooms *r)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < r->crowd.n; i++)
		sum += r->room[i % r->load->options.rooms].sent;
	return sum;
}

/* As long as something keeps arriving. */
static void drain(struct rooms *r)
{
	int64_t since = net_now();
	uint64_t before = r->deliveries;

	r->stopped = true;
	while (r->deliveries < sent_to_all(r) && net_now() < since + PATIENCE_S * 1000000000LL && !r->load->failed) {
		net_turn(&r->load->target.net, net_now() + 10000000);
		if (r->deliveries != before)
			since = net_now();
		before = r->deliveries;
	}
}

static struct span now_of(struct rooms *r, uint64_t count) { return span_now(r->load, count); }

static void talk(struct rooms *r)
{
	const struct options *o = &r->load->options;
	struct span from, to;

	r->talking = true;
	for (unsigned i = 0; i < o->rooms; i++)
		for (unsigned n = 0; n < o->window; n++)
			say(&r->room[i]);
	run_until(r, net_now() + 1000000000);
	from = now_of(r, r->deliveries);
	run_until(r, net_now() + (int64_t)o->seconds * 1000000000);
	to = now_of(r, r->deliveries);
	drain(r);
	report_span(r->load, "message", from, to);
	report_number(r->load, "refused", (double)r->refused);
	report_number(r->load, "out_of_order_or_twice", (double)r->disorder);
	report_number(r->load, "missing", (double)(sent_to_all(r) - r->deliveries));
	if (r->disorder || r->refused || sent_to_all(r) != r->deliveries)
		report_failure(r->load, "messages were refused, lost, doubled or out of order");
}

static void come_and_go(struct rooms *r)
{
	struct span from, to;

	r->going = true;
	leave(r, r->crowd.n - 1);
	run_until(r, net_now() + 500000000);
	from = now_of(r, r->joins);
	run_until(r, net_now() + (int64_t)r->load->options.seconds * 1000000000);
	to = now_of(r, r->joins);
	r->stopped = true;
	report_span(r->load, "join", from, to);
}

static void letter_to_room(struct rooms *r, unsigned i)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog, and again, and again, until there are one hundred bytes";
	struct letter *x = &r->room[i].letter;

	buf_fmt(&x->bytes, "<message to='r%u@rooms.%.*s' type='groupchat' id='", i, STR_ARG(r->load->target.domain));
	x->id_at = x->bytes.n;
	buf_fmt(&x->bytes, "0000000000000000'><body>%s</body></message>", text);
	r->room[i].speaker = &r->crowd.client[i];
}

void load_rooms(struct load *l)
{
	const struct options *o = &l->options;
	unsigned n = o->rooms * o->sessions;
	struct rooms r = { .load = l, .room = mem_alloc(o->rooms * sizeof *r.room), .received = mem_alloc(n * sizeof *r.received),
			   .in = mem_alloc(n * sizeof *r.in) };

	report_number(l, "rooms", o->rooms);
	report_number(l, "occupants", o->sessions);
	report_number(l, "window", o->window);
	if (!crowd_gather(&r.crowd, &l->target, o->first, n, o->resources, &room_acts, &r)) {
		report_failure(l, "not all clients came up");
	} else if (fill(&r)) {
		for (unsigned i = 0; i < o->rooms; i++)
			letter_to_room(&r, i);
		(o->joins ? come_and_go : talk)(&r);
	}
	for (unsigned i = 0; i < o->rooms; i++)
		buf_free(&r.room[i].letter.bytes);
	crowd_free(&r.crowd, &l->target);
	mem_free(r.room);
	mem_free(r.received);
	mem_free(r.in);
}
