/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/talk.h"

#include <assert.h>
#include <stdio.h>

#include "base/list.h"
#include "base/log.h"
#include "base/timers.h"
#include "doors/xmpp/rooms.h"

enum { CORES_MAX = 8 };

struct queue {
	struct post *first, **end;
};

struct desk { /* the world of one core */
	struct world world;
	struct talk *talk;
	struct timers timers;
	struct queue later, posted;
	struct work *works, **works_end;
	struct core *core;
	uint64_t seed;
};

struct socket { /* a UDP port of the server's */
	struct datagrams d;
	struct talk *talk;
	struct list here;
	bool shut;
};

struct letter { /* a datagram on its way, in or out */
	struct list here;
	struct endpoint peer;
	uint16_t port;
	uint8_t address[16];
	bool near;
	size_t n;
	char bytes[];
};

struct talk {
	msec clock;
	unsigned cores;
	struct desk desk[CORES_MAX];
	struct core_counters counters[CORES_MAX];
	struct store *store;
	struct bus *bus;
	struct list lines;
	uint16_t port;
	struct list sockets, letters_in, letters_out;
	struct letter *read; /* given by talk_datagram_hear() */
	size_t sent_n, sent_bytes;
	uint16_t any_port;
	bool ports_none;
};

struct line {
	struct link link;
	struct desk *desk;
	struct list here;
	struct buf said;  /* what the server has not taken yet */
	struct buf wire;  /* what the client has not read yet */
	struct buf heard;
	size_t shown;     /* of heard */
	bool paused, stalled, tls_begins, over, unwritten;
	bool cut;
	enum close_why why;
};

/* 2026-11-21T09:28:00Z */
static const msec began = 1795253280000;

/* ---- the world -------------------------------------------------------------------------------------------------------- */

static struct desk *desk_of(struct world *w) { return holder_of(w, struct desk, world); }

static void put(struct queue *q, struct post *p)
{
	p->next = NULL;
	if (!q->first)
		q->end = &q->first;
	*q->end = p;
	q->end = &p->next;
}

static bool run_all(struct queue *q)
{
	struct post *p = q->first, *next;

	q->first = NULL;
	for (struct post *at = p; at; at = next) {
		next = at->next;
		at->run(at);
	}
	return p != NULL;
}

static msec now(struct world *w) { return began + desk_of(w)->talk->clock; }
static msec clock_now(struct world *w) { return desk_of(w)->talk->clock; }
static void timer_set(struct world *w, struct timer *t, msec due) { timers_set(&desk_of(w)->timers, t, due); }
static void timer_stop(struct world *w, struct timer *t) { timers_stop(&desk_of(w)->timers, t); }
static void later(struct world *w, struct post *p) { put(&desk_of(w)->later, p); }
static void post(struct world *w, struct post *p) { put(&desk_of(w)->posted, p); }

static void random_bytes(struct world *w, void *to, size_t n)
{
	struct desk *d = desk_of(w);

	for (uint8_t *p = to; n--; p++) {
		d->seed = d->seed * 6364136223846793005u + 1442695040888963407u;
		*p = (uint8_t)(d->seed >> 33);
	}
}

static void work(struct world *w, struct work *job)
{
	struct desk *d = desk_of(w);

	job->next = NULL;
	if (!d->works)
		d->works_end = &d->works;
	*d->works_end = job;
	d->works_end = &job->next;
}

static const struct world_ops world_ops = {
	.now = now,
	.clock = clock_now,
	.random = random_bytes,
	.timer_set = timer_set,
	.timer_stop = timer_stop,
	.later = later,
	.post = post,
	.work = work,
};

static bool works_run(struct desk *d)
{
	struct work *w = d->works;

	if (!w)
		return false;
	d->works = w->next;
	w->work(w);
	w->done(w);
	return true;
}

static bool timers_run(struct desk *d)
{
	struct timer *t;
	bool any = false;

	while ((t = timers_due(&d->timers, d->talk->clock))) {
		t->fire(t);
		any = true;
	}
	return any;
}

/* ---- links ------------------------------------------------------------------------------------------------------------ */

static struct line *line_of(struct link *l) { return holder_of(l, struct line, link); }

static void link_dirty(struct link *l) { line_of(l)->unwritten = true; }
static void link_start_tls(struct link *l) { line_of(l)->tls_begins = true; }
static void link_pause(struct link *l, bool paused) { line_of(l)->paused = paused; }

static void link_hang_up(struct link *l, enum close_why why)
{
	if (l->closing)
		return;
	l->closing = true;
	line_of(l)->why = why;
}

static bool link_binding(struct link *l, enum binding kind, struct buf *to)
{
	static const char *const data[] = {
		[BINDING_TLS_EXPORTER] = "exported keying material....32 b",
		[BINDING_TLS_SERVER_END_POINT] = "hash of the certificate.....32 b",
	};

	if (!l->secure)
		return false;
	if (to)
		buf_str(to, str_z(data[kind]));
	return true;
}

/* The server's address is the same machine's, or that of the net where clients from elsewhere are. */
static void link_local(struct link *l, uint8_t address[16])
{
	memcpy(address, l->address, 16);
	address[15] = 1;
}

static const struct link_ops link_ops = {
	.dirty = link_dirty,
	.start_tls = link_start_tls,
	.pause = link_pause,
	.hang_up = link_hang_up,
	.binding = link_binding,
	.local = link_local,
};

static bool line_feed(struct line *l)
{
	struct buf said = l->said;
	int r;

	if (!said.n || l->paused || l->link.closing || l->over)
		return false;
	l->said = (struct buf){ 0 };
	r = l->link.door->feed(&l->link, said.p, said.n);
	buf_free(&said);
	if (r)
		link_hang_up(&l->link, CLOSE_ASKED);
	return true;
}

/* What is in `out` goes to the kernel, which takes it at once unless the client has stalled. */
static bool line_flush(struct line *l)
{
	if (l->over)
		return false;
	if (l->link.out.n) {
		buf_str(&l->wire, buf_all(&l->link.out));
		l->link.unsent += l->link.out.n;
		buf_clear(&l->link.out);
	}
	if (l->stalled || !(l->link.unsent || l->unwritten))
		return false;
	buf_str(&l->heard, buf_all(&l->wire));
	buf_clear(&l->wire);
	l->link.unsent = 0;
	l->unwritten = false;
	if (!l->link.closing && l->link.door->written)
		l->link.door->written(&l->link);
	return true;
}

static bool line_secure(struct line *l)
{
	if (!l->tls_begins || l->link.closing || l->over)
		return false;
	l->tls_begins = false;
	l->link.secure = true;
	if (l->link.door->secured)
		l->link.door->secured(&l->link);
	return true;
}

static void line_over(struct line *l)
{
	l->over = l->link.closing = true;
	l->link.door->close(&l->link, l->why);
	buf_free(&l->link.out);
}

static bool line_end(struct line *l)
{
	if (!l->link.closing || l->over || (link_backlog(&l->link) && l->why != CLOSE_STALLED && !l->cut))
		return false;
	line_over(l);
	return true;
}

/* ---- datagrams -------------------------------------------------------------------------------------------------------- */

static struct socket *socket_of(struct datagrams *d) { return holder_of(d, struct socket, d); }

static struct letter *letter_new(struct list *to, const struct endpoint *peer, uint16_t port, struct str bytes)
{
	struct letter *r = mem_alloc(sizeof *r + bytes.n);

	r->peer = *peer;
	r->port = port;
	r->n = bytes.n;
	memcpy(r->bytes, bytes.p, bytes.n);
	list_append(to, &r->here);
	return r;
}

static void letters_free(struct list *letters)
{
	list_each(r, letters, struct letter, here) {
		list_remove(&r->here);
		mem_free(r);
	}
}

static struct socket *socket_at(const struct talk *t, uint16_t port)
{
	list_each(s, &((struct talk *)t)->sockets, struct socket, here)
		if (!s->shut && s->d.port == port)
			return s;
	return NULL;
}

static void datagrams_send(struct datagrams *d, const uint8_t from[16], const struct endpoint *to, bool near, struct str bytes)
{
	struct talk *t = socket_of(d)->talk;
	struct letter *r;

	assert(!socket_of(d)->shut && to->port);
	r = letter_new(&t->letters_out, to, d->port, bytes);
	memcpy(r->address, from, sizeof r->address);
	r->near = near;
	t->sent_n++;
	t->sent_bytes += bytes.n;
}

static struct datagrams *datagrams_open(struct datagrams *d, uint16_t port, void *state)
{
	struct talk *t = socket_of(d)->talk;
	struct socket *s;

	if (t->ports_none || (port && socket_at(t, port)))
		return NULL;
	s = mem_new(struct socket);
	s->talk = t;
	s->d = (struct datagrams){ .ops = d->ops, .door = d->door, .core = d->core, .state = state, .port = port ? port : t->any_port++ };
	list_append(&t->sockets, &s->here);
	return &s->d;
}

static void datagrams_shut(struct datagrams *d)
{
	assert(!socket_of(d)->shut);
	socket_of(d)->shut = true;
}

static const struct datagram_ops datagram_ops = { .send = datagrams_send, .open = datagrams_open, .shut = datagrams_shut };

void talk_datagrams(struct talk *t, const struct datagram_door *door)
{
	struct socket *s = mem_new(struct socket);
	int r;

	s->talk = t;
	s->d = (struct datagrams){ .ops = &datagram_ops, .door = door, .core = t->desk[0].core, .port = TALK_PORT };
	list_append(&t->sockets, &s->here);
	r = door->open(&s->d);
	assert(!r);
}

static struct endpoint endpoint_of(const char *text)
{
	struct endpoint e = { 0 };
	bool good = endpoint_parse(&e, str_z(text));

	assert(good);
	return e;
}

void talk_datagram(struct talk *t, const char *from, uint16_t port, struct str bytes)
{
	struct endpoint e = endpoint_of(from);
	struct letter *r = letter_new(&t->letters_in, &e, port, bytes);

	memcpy(r->address, e.address, sizeof r->address);
	r->address[15] = 1;
}

/* One at a time: what it does is done before the next comes. */
static bool letter_feed(struct talk *t)
{
	struct letter *r = list_first(&t->letters_in, struct letter, here);
	struct socket *s;

	if (!r)
		return false;
	list_remove(&r->here);
	s = socket_at(t, r->port);
	if (s)
		s->d.door->feed(&s->d, &r->peer, r->address, str_n(r->bytes, r->n));
	mem_free(r);
	return true;
}

bool talk_datagram_hear(struct talk *t, const char *to, struct talk_datagram *ret)
{
	struct endpoint e = endpoint_of(to);

	talk_run(t);
	mem_free(t->read);
	t->read = NULL;
	list_each(r, &t->letters_out, struct letter, here)
		if (endpoint_eq(&r->peer, &e)) {
			list_remove(&r->here);
			t->read = r;
			*ret = (struct talk_datagram){ .bytes = str_n(r->bytes, r->n), .port = r->port, .near = r->near };
			memcpy(ret->address, r->address, sizeof ret->address);
			return true;
		}
	return false;
}

size_t talk_datagrams_bytes(struct talk *t, size_t *n)
{
	talk_run(t);
	if (n)
		*n = t->sent_n;
	return t->sent_bytes;
}

bool talk_port_is_open(const struct talk *t, uint16_t port) { return socket_at(t, port) != NULL; }
void talk_ports_none(struct talk *t, bool none) { t->ports_none = none; }

static void sockets_close(struct talk *t)
{
	struct socket *own = list_first(&t->sockets, struct socket, here);

	if (own)
		own->d.door->close(&own->d);
	list_each(s, &t->sockets, struct socket, here)
		assert(s == own || s->shut);
}

static void sockets_free(struct talk *t)
{
	list_each(s, &t->sockets, struct socket, here) {
		list_remove(&s->here);
		mem_free(s);
	}
	letters_free(&t->letters_in);
	letters_free(&t->letters_out);
	mem_free(t->read);
}

/* ---- running ---------------------------------------------------------------------------------------------------------- */

static bool lines_do(struct talk *t, struct desk *d, bool (*what)(struct line *l))
{
	bool any = false;

	list_each(l, &t->lines, struct line, here)
		if (l->desk == d && what(l))
			any = true;
	return any;
}

static bool laters_run(struct desk *d)
{
	bool any = false;

	while (run_all(&d->later))
		any = true;
	return any;
}

/* One turn, in the order of transport/loop.c. */
static bool turn(struct talk *t, struct desk *d)
{
	bool any = run_all(&d->posted);

	any |= works_run(d);
	any |= timers_run(d);
	any |= lines_do(t, d, line_end);
	any |= lines_do(t, d, line_feed);
	if (d == &t->desk[0])
		any |= letter_feed(t);
	any |= laters_run(d);
	any |= lines_do(t, d, line_flush);
	any |= lines_do(t, d, line_secure);
	any |= laters_run(d);
	return any;
}

bool talk_turn(struct talk *t)
{
	bool any = false;

	for (unsigned i = 0; i < t->cores; i++)
		any |= turn(t, &t->desk[i]);
	return any;
}

void talk_run(struct talk *t)
{
	for (unsigned turns = 0; talk_turn(t); turns++)
		assert(turns < 1000000);
}

void talk_wait(struct talk *t, msec ms)
{
	msec until = t->clock + ms;

	for (;;) {
		msec next = until;

		talk_run(t);
		for (unsigned i = 0; i < t->cores; i++)
			if (timers_next(&t->desk[i].timers) < next)
				next = timers_next(&t->desk[i].timers);
		if (t->clock == until)
			return;
		t->clock = next > t->clock ? next : t->clock;
	}
}

/* ---- the server ------------------------------------------------------------------------------------------------------- */

struct core_settings talk_settings(void)
{
	return (struct core_settings){
		.domain = STR("anser.test"),
		.archive = ARCHIVE_ALWAYS,
		.registration = REGISTRATION_INVITE,
		.registration_loopback = true,
		.registrations_per_hour = 10,
		.roster_max = 1000,
		.offline_max = 10000,
		.sessions_max = 20,
		.login_attempts = 10,
		.resume_ms = 600 * 1000,
		.token_ms = (msec)60 * 24 * 60 * 60 * 1000,
		.backlog_max = 1024 * 1024,
		.stanza_before_login = 10000,
		.stanza_max = 256 * 1024,
		.login_deadline_ms = 30 * 1000,
		.guests_max = 100,
		.hybrid_private = true,
		.hybrid_lease_ms = 90 * 1000,
		.hybrid_datagrams = 5,
		.hybrid_datagrams_all = 200,
	};
}

static void silence(const char *line, void *arg) { (void)line, (void)arg; }

struct talk *talk_new_with(unsigned cores, const char *store_url, const struct core_settings *settings)
{
	struct talk *t = mem_new(struct talk);
	own_buf why = { 0 };

	assert(cores >= 1 && cores <= CORES_MAX);
	log_sink_set(silence, NULL);
	t->cores = cores;
	list_init(&t->lines);
	list_init(&t->sockets);
	list_init(&t->letters_in);
	list_init(&t->letters_out);
	t->any_port = 40000;
	if (store_open(&t->store, str_z(store_url ? store_url : "memory:"), &why)) {
		fprintf(stderr, "the store cannot be opened: %s\n", buf_z(&why));
		assert(!"a store");
	}
	t->bus = bus_local_new(cores);
	for (unsigned i = 0; i < cores; i++) {
		struct desk *d = &t->desk[i];

		d->world.ops = &world_ops;
		d->talk = t;
		d->seed = i + 1;
		d->core = core_new(&d->world, t->store, t->bus, i, settings, t->counters);
		xmpp_door_begin(d->core);
		muc_begin(d->core);
	}
	return t;
}

struct talk *talk_new(unsigned cores, const char *store_url)
{
	/* Borrowed by the core until it ends; what it points at is static. */
	struct core_settings settings = talk_settings();

	return talk_new_with(cores, store_url, &settings);
}

static void line_free(struct line *l)
{
	list_remove(&l->here);
	buf_free(&l->said);
	buf_free(&l->wire);
	buf_free(&l->heard);
	buf_free(&l->link.out);
	mem_free(l);
}

struct talk *talk_free(struct talk *t)
{
	if (!t)
		return NULL;
	talk_run(t);
	list_each(l, &t->lines, struct line, here)
		if (!l->over) {
			l->why = CLOSE_SHUTDOWN;
			line_over(l);
		}
	sockets_close(t);
	talk_run(t);
	for (unsigned i = 0; i < t->cores; i++)
		core_free(t->desk[i].core);
	sockets_free(t);
	list_each(l, &t->lines, struct line, here)
		line_free(l);
	store_close(t->store);
	bus_free(t->bus);
	for (unsigned i = 0; i < t->cores; i++) {
		/* Who ends stops its timers: their memory is gone. */
		assert(timers_next(&t->desk[i].timers) == INT64_MAX);
		timers_free(&t->desk[i].timers);
	}
	log_sink_set(NULL, NULL);
	mem_free(t);
	return NULL;
}

struct core *talk_core(struct talk *t, unsigned core) { return t->desk[core].core; }

struct registration {
	struct account_ask ask;
	bool done;
};

static void registered(struct account_ask *a) { holder_of(a, struct registration, ask)->done = true; }

void talk_account(struct talk *t, const char *name, const char *password)
{
	struct registration r = { .ask.done = registered };
	struct origin here = { .loopback = true };

	account_register(t->desk[0].core, &r.ask, str_z(name), str_z(password), &here, STR_NONE, true);
	talk_run(t);
	for (unsigned i = 0; i < 1000 && !r.done; i++)
		talk_wait(t, 10); /* a slow store */
	if (!r.done || r.ask.verdict)
		fprintf(stderr, "%s cannot be registered: %s\n", name, r.done ? account_verdict_text(r.ask.verdict) : "no answer");
	assert(r.done && !r.ask.verdict);
}

/* ---- clients ---------------------------------------------------------------------------------------------------------- */

static struct line *open_line(struct talk *t, unsigned core, const struct door *door, enum talk_from from, const uint8_t address[16])
{
	struct line *l = mem_new(struct line);
	int r;

	assert(core < t->cores);
	l->desk = &t->desk[core];
	l->link = (struct link){ .ops = &link_ops, .door = door, .core = l->desk->core, .loopback = from == TALK_HERE,
				 .port = ++t->port };
	memcpy(l->link.address, address, sizeof l->link.address);
	list_append(&t->lines, &l->here);
	r = door->open(&l->link);
	assert(!r);
	if (from == TALK_TLS) {
		l->link.secure = true;
		if (door->secured)
			door->secured(&l->link);
	}
	return l;
}

struct line *talk_open(struct talk *t, unsigned core, const struct door *door, enum talk_from from)
{
	static const uint8_t here[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 }, away[16] = { [10] = 0xff, 0xff, 192, 0, 2, 7 };

	return open_line(t, core, door, from, from == TALK_HERE ? here : away);
}

struct line *talk_open_at(struct talk *t, unsigned core, const struct door *door, const char *text)
{
	uint8_t address[16] = { 0 };
	bool good = endpoint_address_parse(address, str_z(text));

	assert(good);
	return open_line(t, core, door, endpoint_is_loopback(address) ? TALK_HERE : TALK_AWAY, address);
}

void talk_say_n(struct line *l, const char *bytes, size_t n) { buf_add(&l->said, bytes, n); }
void talk_say(struct line *l, const char *text) { buf_str(&l->said, str_z(text)); }

const char *talk_heard(struct line *l)
{
	talk_run(l->desk->talk);
	return buf_z(&l->heard) + l->shown;
}

const char *talk_hear(struct line *l)
{
	const char *heard;

	buf_eat(&l->heard, l->shown);
	l->shown = 0;
	heard = talk_heard(l);
	l->shown = l->heard.n;
	return heard;
}

struct str talk_hear_bytes(struct line *l)
{
	const char *heard = talk_hear(l);

	return str_n(heard, (size_t)(l->heard.p + l->heard.n - heard));
}

const char *talk_ask(struct line *l, const char *text)
{
	talk_say(l, text);
	return talk_hear(l);
}

void talk_cut(struct line *l)
{
	l->cut = true;
	buf_clear(&l->wire);
	buf_clear(&l->said);
	if (!l->link.closing) {
		l->link.closing = true;
		l->why = CLOSE_PEER;
	}
	talk_run(l->desk->talk);
}

void talk_stall(struct line *l, bool stalled) { l->stalled = stalled; }
bool talk_closed(const struct line *l) { return l->over; }
bool talk_paused(const struct line *l) { return l->paused; }
bool talk_secure(const struct line *l) { return l->link.secure; }
struct link *talk_link(struct line *l) { return &l->link; }

/* ---- every split ------------------------------------------------------------------------------------------------------ */

static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/* Appends with runs of 16 or more digits made one '#'. */
static void masked(struct buf *to, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = 0;

		while (i + n < s.n && is_hex(s.p[i + n]))
			n++;
		if (n >= 16)
			buf_byte(to, '#');
		else
			buf_add(to, s.p + i, n ? n : 1);
		i += n ? n : 1;
	}
}

/* cut == bytes.n: in one piece. */
static void split_hear(struct talk *t, unsigned core, const struct door *door, enum talk_from from, struct str bytes, size_t cut,
		       struct buf *to)
{
	struct line *l = talk_open(t, core, door, from);

	talk_say_n(l, bytes.p, cut);
	talk_run(t);
	talk_say_n(l, bytes.p + cut, bytes.n - cut);
	masked(to, talk_hear_bytes(l)); /* Java frames hold zeros */
	if (talk_closed(l))
		buf_lit(to, "(closed)");
	else
		talk_cut(l);
	line_free(l);
}

bool talk_every_split(unsigned cores, const struct door *door, enum talk_from from, void (*prepare)(struct talk *t),
		      struct str bytes, struct buf *heard)
{
	struct talk *t = talk_new(cores, NULL);
	own_buf whole = { 0 };
	bool same = true;

	if (prepare)
		prepare(t);
	split_hear(t, 0, door, from, bytes, bytes.n, &whole);
	if (heard)
		buf_str(heard, buf_all(&whole));
	for (size_t cut = 1; same && cut < bytes.n; cut++) {
		size_t before = cut < 40 ? cut : 40;
		own_buf again = { 0 };

		split_hear(t, (unsigned)(cut % cores), door, from, bytes, cut, &again);
		same = str_eq(buf_all(&again), buf_all(&whole));
		if (!same)
			fprintf(stderr, "cut after %zu bytes, behind \"%.*s\":\nin one piece: %s\nin two: %s\n", cut, (int)before,
				bytes.p + cut - before, buf_z(&whole), buf_z(&again));
	}
	talk_free(t);
	return same;
}
