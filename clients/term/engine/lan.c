/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/lan.c - no server: people are found by announcements (multicast datagrams of the form of
 * PROTOCOLS 2.1, and DNS-SD where there is a daemon for it), then the links are the same (docs/protocol-direct.md).
 * Whatever is announced is a hint of where to look; who somebody is the key of his link says.
 */
#include <stdlib.h>

#include "clients/term/engine/chat.h"
#include "clients/term/engine/direct.h"
#include "wire/hybrid.h"

enum {
	ANNOUNCE_MS = 10000, ANNOUNCE_CHANCE_MS = 2000,
	GONE_MS = 35000,             /* three announcements were lost */
	ANSWER_GAP_MS = 1000,        /* to questions: not more often */
	NEIGHBOURS_MAX = 500,
	HINTS = 50, HINTS_BURST = 500, /* datagrams a second that are looked at */
	CONFLICTS = 4,
	JOIN_AGAIN_MS = 10000,
	KNOCK_GAP_MS = 500,
};

struct seen {
	struct endpoint at;
	msec heard;   /* by the clock */
	bool service; /* by DNS-SD: until it says that it is gone */
};

struct neighbour {
	struct map_node node;
	struct str name; /* own */
	struct seen seen[DIRECT_PLACES];
	size_t seen_n;
};

struct lan {
	struct client *c;
	struct directs *directs;
	uint16_t port;
	struct map people;
	struct timer announcing, ageing, joining;
	msec announced, knocked;
	bool answer_due, joined, leaving;
	int64_t tokens;
	msec tokens_at;
	struct endpoint conflicts[CONFLICTS];
	unsigned conflicts_n;
};

static struct lan *lan_of(struct client *c) { return c->way_state; }
static msec clock_of(const struct lan *l) { return world_clock(l->c->world); }

static uint32_t chance(struct lan *l, uint32_t below)
{
	uint32_t r;

	world_random(l->c->world, &r, sizeof r);
	return r % below;
}

/* ---- announcing -------------------------------------------------------------------------------------------------- */

/* The address is not written: it is the one that the datagram comes from, on whichever network. */
static void announce(struct lan *l, enum hybrid_kind kind)
{
	struct endpoint at = { .address = { [10] = 0xFF, [11] = 0xFF }, .port = l->port };
	own_buf bytes = { 0 };

	hybrid_write(&bytes, HYBRID_UTF8,
		     &(struct hybrid_datagram){ .kind = kind, .user = l->c->state.self, .endpoint = at });
	l->c->outside->ops->multicast(l->c->outside, buf_all(&bytes));
	l->announced = clock_of(l);
}

static void announcing_due(struct timer *t)
{
	struct lan *l = holder_of(t, struct lan, announcing);

	l->answer_due = false;
	announce(l, HYBRID_LOGIN);
	world_timer(l->c->world, t, ANNOUNCE_MS + chance(l, ANNOUNCE_CHANCE_MS));
}

/* Somebody has come and wants to know who is here. All answer, but not all at once, and nobody twice for two questions.
 */
static void answer(struct lan *l)
{
	msec since = clock_of(l) - l->announced;

	if (l->answer_due)
		return;
	l->answer_due = true;
	world_timer(l->c->world, &l->announcing, (since < ANSWER_GAP_MS ? ANSWER_GAP_MS - since : 0) + chance(l, 200));
}

/* ---- who is here ------------------------------------------------------------------------------------------------- */

static void placed(struct lan *l, struct neighbour *n)
{
	struct endpoint places[DIRECT_PLACES];

	for (size_t i = 0; i < n->seen_n; i++)
		places[i] = n->seen[i].at;
	directs_places(l->directs, n->name, places, n->seen_n);
}

static void neighbour_gone(struct lan *l, struct neighbour *n)
{
	directs_places(l->directs, n->name, NULL, 0);
	client_online(l->c, n->name, directs_linked(l->directs, n->name));
	map_remove(&l->people, &n->node);
	mem_free((char *)n->name.p);
	mem_free(n);
}

static struct neighbour *neighbour_new(struct lan *l, struct str name)
{
	struct neighbour *n;

	if (l->people.n >= NEIGHBOURS_MAX)
		return NULL;
	n = mem_new(struct neighbour);
	n->name = str_n(mem_copy(name.p, name.n), name.n);
	map_add(&l->people, &n->node, n->name);
	return n;
}

/* True: it was not known. With all places taken the one that was heard of longest ago goes. */
static bool seen_add(struct lan *l, struct neighbour *n, const struct endpoint *at, bool service)
{
	size_t old = 0;

	for (size_t i = 0; i < n->seen_n; i++) {
		if (endpoint_eq(&n->seen[i].at, at)) {
			n->seen[i].heard = clock_of(l);
			n->seen[i].service |= service;
			return false;
		}
		old = n->seen[i].heard < n->seen[old].heard ? i : old;
	}
	if (n->seen_n < DIRECT_PLACES)
		old = n->seen_n++;
	n->seen[old] = (struct seen){ .at = *at, .heard = clock_of(l), .service = service };
	return true;
}

static void seen_remove(struct neighbour *n, size_t i)
{
	memmove(&n->seen[i], &n->seen[i + 1], (n->seen_n - i - 1) * sizeof n->seen[0]);
	n->seen_n--;
}

/* Somebody else has our name. Nothing can be forced on either; it is said once for each place. */
static void conflict(struct lan *l, const struct endpoint *at)
{
	own_buf where = { 0 };

	for (unsigned i = 0; i < l->conflicts_n; i++)
		if (endpoint_eq(&l->conflicts[i], at))
			return;
	if (l->conflicts_n == CONFLICTS)
		return;
	l->conflicts[l->conflicts_n++] = *at;
	endpoint_write(&where, at);
	client_tell(l->c, NULL, "name-conflict", true, TEXT_lan_conflict, l->c->state.self, buf_all(&where));
}

static bool is_here(struct lan *l, const struct endpoint *at)
{
	uint8_t ours[16];

	return at->port == l->port && l->c->outside->ops->route(l->c->outside, at->address, ours) &&
	       !memcmp(ours, at->address, sizeof ours);
}

static void is_at(struct lan *l, struct str name, const struct endpoint *at, bool service)
{
	struct neighbour *n = map_find(&l->people, name, struct neighbour, node);
	struct conversation *v;

	if (is_here(l, at))
		return;
	if (str_eq(name, l->c->state.self)) {
		conflict(l, at);
		return;
	}
	n = n ? n : neighbour_new(l, name);
	if (!n || !seen_add(l, n, at, service))
		return;
	placed(l, n);
	client_online(l->c, name, true);
	v = client_conversation(l->c, name, false);
	if (v)
		client_flush(l->c, v);
}

static void is_gone(struct lan *l, struct str name, const struct endpoint *at)
{
	struct neighbour *n = map_find(&l->people, name, struct neighbour, node);

	for (size_t i = 0; n && i < n->seen_n; i++)
		if (endpoint_eq(&n->seen[i].at, at)) {
			seen_remove(n, i);
			break;
		}
	if (n && n->seen_n)
		placed(l, n);
	else if (n)
		neighbour_gone(l, n);
}

/* ---- hints ------------------------------------------------------------------------------------------------------- */

static bool token(struct lan *l)
{
	msec now = clock_of(l);

	l->tokens += (now - l->tokens_at) * HINTS;
	l->tokens = l->tokens > HINTS_BURST * 1000 ? HINTS_BURST * 1000 : l->tokens;
	l->tokens_at = now;
	if (l->tokens < 1000)
		return false;
	l->tokens -= 1000;
	return true;
}

static bool is_unwritten(const uint8_t address[16])
{
	static const uint8_t v4[16] = { [10] = 0xFF, [11] = 0xFF }, v6[16];

	return !memcmp(address, v4, 16) || !memcmp(address, v6, 16);
}

/* Somebody cannot reach us, behind a firewall as we may be, and has something to say: we try to reach him. */
static void knocked(struct lan *l, struct str fields)
{
	size_t comma = str_find(fields, ',');
	struct str to = str_n(fields.p, comma), from = str_from(fields, comma + 1);

	if (str_eq(to, l->c->state.self) && map_get(&l->people, from))
		directs_want(l->directs, from);
}

static void knock(struct client *c, struct entry *e)
{
	struct lan *l = lan_of(c);
	own_buf bytes = { 0 };

	if (l->leaving || !map_get(&l->people, e->conversation->name) || clock_of(l) - l->knocked < KNOCK_GAP_MS)
		return;
	l->knocked = clock_of(l);
	buf_fmt(&bytes, "knock,%.*s,%.*s", STR_ARG(e->conversation->name), STR_ARG(c->state.self));
	c->outside->ops->multicast(c->outside, buf_all(&bytes));
}

static void multicast_heard(void *arg, const struct endpoint *from, struct str bytes)
{
	struct directs *ds = arg;
	struct lan *l = lan_of(ds->client);
	struct hybrid_datagram d;
	own_buf room = { 0 };

	if (!l->joined || l->leaving || !token(l))
		return;
	if (str_is(bytes, "who")) {
		answer(l);
		return;
	}
	if (str_starts(bytes, STR("knock,"))) {
		knocked(l, str_from(bytes, sizeof "knock"));
		return;
	}
	if (!hybrid_parse(&d, bytes, &room) || (d.kind != HYBRID_LOGIN && d.kind != HYBRID_LOGOUT))
		return;
	if (is_unwritten(d.endpoint.address))
		memcpy(d.endpoint.address, from->address, sizeof from->address);
	else if (memcmp(d.endpoint.address, from->address, sizeof from->address))
		return; /* nobody speaks for other addresses */
	if (d.kind == HYBRID_LOGIN)
		is_at(l, d.user, &d.endpoint, false);
	else
		is_gone(l, d.user, &d.endpoint);
}

static void found(void *arg, struct str name, const struct endpoint *at)
{
	struct lan *l = lan_of(((struct directs *)arg)->client);

	if (l->joined && !l->leaving && hybrid_is_name(name) && at->port)
		is_at(l, name, at, true);
}

/* What is still announced stays until its time is over. */
static void lost(void *arg, struct str name)
{
	struct lan *l = lan_of(((struct directs *)arg)->client);
	struct neighbour *n = map_find(&l->people, name, struct neighbour, node);

	for (size_t i = 0; n && i < n->seen_n; i++)
		n->seen[i].service = false;
}

static void age(struct lan *l, struct neighbour *n)
{
	size_t before = n->seen_n;

	for (size_t i = n->seen_n; i-- > 0;)
		if (!n->seen[i].service && clock_of(l) - n->seen[i].heard >= GONE_MS)
			seen_remove(n, i);
	if (!n->seen_n)
		neighbour_gone(l, n);
	else if (n->seen_n != before)
		placed(l, n);
}

static void ageing_due(struct timer *t)
{
	struct lan *l = holder_of(t, struct lan, ageing);
	own_buf all = { 0 };

	for (struct map_node *n = map_next(&l->people, NULL); n; n = map_next(&l->people, n)) {
		struct neighbour *one = holder_of(n, struct neighbour, node);

		buf_add(&all, &one, sizeof one);
	}
	for (size_t i = 0; i < all.n; i += sizeof(struct neighbour *)) {
		struct neighbour *one;

		memcpy(&one, all.p + i, sizeof one);
		age(l, one);
	}
	world_timer(l->c->world, t, 1000);
}

/* ---- the way ----------------------------------------------------------------------------------------------------- */

static void linked(struct client *c, struct str name, bool up)
{
	client_online(c, name, up || map_get(&lan_of(c)->people, name));
}

/* What cannot go waits until he is there. */
static const struct direct_events direct_events = { .unreachable = knock, .linked = linked };

static void join(struct lan *l)
{
	struct client *c = l->c;
	own_buf why = { 0 }, text = { 0 };

	if (c->outside->ops->lan_join(c->outside, c->state.self, l->port, c->setup.bind, &why)) {
		text_put(&text, c->setup.chinese, TEXT_lan_no_network, buf_all(&why), STR_NONE, STR_NONE);
		world_timer(c->world, &l->joining, JOIN_AGAIN_MS);
		way_phase(c, PHASE_WAITING, buf_all(&text), JOIN_AGAIN_MS);
		return;
	}
	l->joined = true;
	announce(l, HYBRID_LOGIN);
	c->outside->ops->multicast(c->outside, STR("who"));
	world_timer(c->world, &l->announcing, 1000); /* once more soon: datagrams are lost */
	world_timer(c->world, &l->ageing, 1000);
	way_phase(c, PHASE_ONLINE, STR_NONE, 0);
}

static void joining_due(struct timer *t) { join(holder_of(t, struct lan, joining)); }

static void start(struct client *c)
{
	struct lan *l = mem_new(struct lan);
	own_buf why = { 0 }, text = { 0 };

	l->c = c;
	c->way_state = l;
	l->port = c->setup.direct_port;
	l->announcing.fire = announcing_due;
	l->ageing.fire = ageing_due;
	l->joining.fire = joining_due;
	l->tokens = HINTS_BURST * 1000;
	l->tokens_at = clock_of(l);
	world_random(c->world, l->people.seed, sizeof l->people.seed);
	c->outside->events.multicast = multicast_heard;
	c->outside->events.found = found;
	c->outside->events.lost = lost;
	l->directs = directs_new(c, &direct_events, &l->port, &why);
	if (!l->directs) {
		text_put(&text, c->setup.chinese, TEXT_hybrid_no_port, buf_all(&why), STR_NONE, STR_NONE);
		way_refused(c, "no-port", buf_all(&text), QUIT_FAILED);
		return;
	}
	way_phase(c, PHASE_CONNECTING, STR_NONE, 0);
	join(l);
}

static void timers_end(struct lan *l)
{
	world_stop(l->c->world, &l->announcing);
	world_stop(l->c->world, &l->ageing);
	world_stop(l->c->world, &l->joining);
}

static void stop(struct client *c)
{
	struct lan *l = lan_of(c);

	if (!l || !l->directs) {
		way_stopped(c);
		return;
	}
	l->leaving = true;
	timers_end(l);
	if (l->joined)
		announce(l, HYBRID_LOGOUT);
	directs_stop(l->directs, way_stopped);
}

static void way_free(struct client *c)
{
	struct lan *l = lan_of(c);
	struct map_node *n;

	timers_end(l);
	directs_free(l->directs);
	while ((n = map_drain(&l->people))) {
		struct neighbour *one = holder_of(n, struct neighbour, node);

		mem_free((char *)one->name.p);
		mem_free(one);
	}
	map_free(&l->people);
	mem_free(l);
	c->way_state = NULL;
}

static void lan_send(struct client *c, struct entry *e)
{
	struct lan *l = lan_of(c);

	if (l->directs && !l->leaving && e->conversation->kind == CONVERSATION_PERSON)
		directs_send(l->directs, e);
}

static void file_get(struct client *c, struct entry *e)
{
	if (lan_of(c)->directs)
		directs_file_get(lan_of(c)->directs, e);
}

static void file_stop(struct client *c, struct entry *e)
{
	if (lan_of(c)->directs)
		directs_file_stop(lan_of(c)->directs, e);
}

static void verify(struct client *c, struct conversation *v, struct str given)
{
	if (lan_of(c)->directs)
		directs_verify(lan_of(c)->directs, v, given);
}

static bool online(struct client *c, struct str name)
{
	struct lan *l = lan_of(c);

	return map_get(&l->people, name) || (l->directs && directs_linked(l->directs, name));
}

static void names(struct client *c, void (*each)(void *arg, struct str name), void *arg)
{
	struct lan *l = lan_of(c);

	for (struct map_node *n = map_next(&l->people, NULL); n; n = map_next(&l->people, n))
		each(arg, n->key);
}

static void name_add(void *arg, struct str name) { buf_add(arg, &name, sizeof name); }
static int name_cmp(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

static void who(struct client *c, struct conversation *v)
{
	own_buf all = { 0 }, line = { 0 };

	names(c, name_add, &all);
	if (!all.n) {
		client_tell(c, v, "who", false, TEXT_hybrid_nobody, STR_NONE, STR_NONE);
		return;
	}
	qsort(all.p, all.n / sizeof(struct str), sizeof(struct str), name_cmp);
	for (size_t i = 0; i < all.n; i += sizeof(struct str)) {
		struct str name;

		memcpy(&name, all.p + i, sizeof name);
		buf_fmt(&line, "%s%.*s", line.n ? ", " : "", STR_ARG(name));
	}
	client_tell(c, v, "who", false, TEXT_hybrid_who, buf_all(&line), STR_NONE);
}

const struct way way_lan = {
	.name = "lan",
	.start = start,
	.stop = stop,
	.free = way_free,
	.send = lan_send,
	.file_get = file_get,
	.file_stop = file_stop,
	.who = who,
	.verify = verify,
	.online = online,
	.names = names,
};
