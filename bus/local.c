/* SPDX-License-Identifier: Apache-2.0
 *
 * bus/local.c - joins the cores of one process. Interest is one map from subject to how often each core wants it, cut into
 * shards with a lock each. Parcels for another core are gathered during a turn and go into that core's inbox at its end, in
 * one piece: to wake another thread costs more than all the rest. With one core nothing is ever locked or copied.
 *
 * Inbox and outboxes belong to the bus and not to the link: a core may close its end while another one is writing to it, and a post
 * that the loop still holds must find its memory until bus_free().
 */
#include "bus/bus.h"

#include <assert.h>
#include <pthread.h>

#include "base/map.h"
#include "base/mem.h"

enum { SHARDS = 64, CORES_MAX = 64 }; /* a set of cores is one uint64_t */

/* One per subject that anybody wants; the name stands behind the counts. */
struct interest {
	struct map_node node;
	uint32_t wants[];
};

struct shard {
	pthread_mutex_t lock;
	struct map map;
};

struct letter {
	struct letter *next;
	struct parcel parcel;
	char text[]; /* the subject, then the bytes */
};

struct letters {
	struct letter *first, **last;
};

/* What a core has of the bus. */
struct box {
	pthread_mutex_t lock; /* of link, in and posted */
	struct bus_link *link; /* NULL: closed, what comes is dropped */
	struct letters in;
	bool posted;
	struct post arrived;
	/* Of the core's own thread alone. */
	struct bus *bus;
	struct letters *out; /* one per core */
	bool leaving;        /* `leave` is waiting for the end of the turn */
	struct post leave;
};

struct bus_link {
	struct bus *bus;
	unsigned core;
	struct world *world;
	void (*receive)(void *arg, const struct parcel *p);
	void *arg;
};

struct bus {
	unsigned cores;
	bool shared; /* more than one core: locks are needed */
	pthread_mutex_t lock; /* of `seeded` */
	bool seeded;
	struct shard *shards;
	struct box *boxes;
};

static void lock(const struct bus *b, pthread_mutex_t *m)
{
	if (b->shared)
		pthread_mutex_lock(m);
}

static void unlock(const struct bus *b, pthread_mutex_t *m)
{
	if (b->shared)
		pthread_mutex_unlock(m);
}

static void letters_init(struct letters *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void letters_put(struct letters *l, struct letter *first, struct letter **last)
{
	*l->last = first;
	l->last = last;
}

static void letters_free(struct letters *l)
{
	for (struct letter *le = l->first, *next; le; le = next) {
		next = le->next;
		stanza_unref(le->parcel.stanza);
		mem_free(le);
	}
	letters_init(l);
}

static void box_init(struct box *box, struct bus *b)
{
	pthread_mutex_init(&box->lock, NULL);
	letters_init(&box->in);
	box->bus = b;
	box->out = mem_alloc(b->cores * sizeof *box->out);
	for (unsigned i = 0; i < b->cores; i++)
		letters_init(&box->out[i]);
}

static void box_free(struct box *box)
{
	assert(!box->link);
	letters_free(&box->in);
	mem_free(box->out); /* empty: bus_close() has sent it */
	pthread_mutex_destroy(&box->lock);
}

struct bus *bus_local_new(unsigned cores)
{
	struct bus *b = mem_new(struct bus);

	assert(cores >= 1 && cores <= CORES_MAX);
	b->cores = cores;
	b->shared = cores > 1;
	b->shards = mem_alloc(SHARDS * sizeof *b->shards);
	b->boxes = mem_alloc(cores * sizeof *b->boxes);
	pthread_mutex_init(&b->lock, NULL);
	for (unsigned i = 0; i < SHARDS; i++)
		pthread_mutex_init(&b->shards[i].lock, NULL);
	for (unsigned i = 0; i < cores; i++)
		box_init(&b->boxes[i], b);
	return b;
}

struct bus *bus_free(struct bus *b)
{
	if (!b)
		return NULL;
	for (unsigned i = 0; i < b->cores; i++)
		box_free(&b->boxes[i]);
	for (unsigned i = 0; i < SHARDS; i++) {
		for (struct map_node *node; (node = map_drain(&b->shards[i].map));)
			mem_free(holder_of(node, struct interest, node));
		map_free(&b->shards[i].map);
		pthread_mutex_destroy(&b->shards[i].lock);
	}
	pthread_mutex_destroy(&b->lock);
	mem_free(b->shards);
	mem_free(b->boxes);
	mem_free(b);
	return NULL;
}

/* The first core to arrive brings the chance that keys the maps. */
static void seed(struct bus *b, struct world *w)
{
	lock(b, &b->lock);
	for (unsigned i = 0; !b->seeded && i < SHARDS; i++)
		world_random(w, b->shards[i].map.seed, sizeof b->shards[i].map.seed);
	b->seeded = true;
	unlock(b, &b->lock);
}

static void box_arrived(struct post *p);
static void box_leave(struct post *p);

struct bus_link *bus_open(struct bus *b, unsigned core, struct world *w, void (*receive)(void *, const struct parcel *), void *arg)
{
	struct box *box = &b->boxes[core];
	struct bus_link *l = mem_new(struct bus_link);

	assert(core < b->cores && !box->link);
	*l = (struct bus_link){ b, core, w, receive, arg };
	seed(b, w);
	lock(b, &box->lock);
	box->link = l;
	box->arrived.run = box_arrived;
	box->leave.run = box_leave;
	unlock(b, &box->lock);
	return l;
}

static void interest_forget(struct bus *b, unsigned core);
static void box_send(struct box *box);

struct bus_link *bus_close(struct bus_link *l)
{
	struct box *box;

	if (!l)
		return NULL;
	box = &l->bus->boxes[l->core];
	interest_forget(l->bus, l->core);
	box_send(box);
	lock(l->bus, &box->lock);
	box->link = NULL;
	letters_free(&box->in);
	unlock(l->bus, &box->lock);
	mem_free(l);
	return NULL;
}

/* A weak hash is enough here: who could choose subjects that share a shard gains some waiting, no more. */
static struct shard *shard_of(const struct bus *b, struct str subject)
{
	uint32_t h = 2166136261u;

	for (size_t i = subject.n > 16 ? subject.n - 16 : 0; b->shared && i < subject.n; i++)
		h = (h ^ (unsigned char)subject.p[i]) * 16777619u;
	return &b->shards[(h ^ h >> 16) % SHARDS];
}

static struct interest *interest_new(struct bus *b, struct shard *sh, struct str subject)
{
	struct interest *it = mem_alloc(sizeof *it + b->cores * sizeof it->wants[0] + subject.n);
	char *name = (char *)&it->wants[b->cores];

	if (subject.n)
		memcpy(name, subject.p, subject.n);
	map_add(&sh->map, &it->node, str_n(name, subject.n));
	return it;
}

static bool interest_any(const struct bus *b, const struct interest *it)
{
	for (unsigned i = 0; i < b->cores; i++)
		if (it->wants[i])
			return true;
	return false;
}

static void interest_drop(struct bus *b, struct shard *sh, struct interest *it)
{
	if (!interest_any(b, it)) {
		map_remove(&sh->map, &it->node);
		mem_free(it);
	}
}

/* A core that closes wants nothing any more, however often it had asked. */
static void interest_forget(struct bus *b, unsigned core)
{
	for (unsigned i = 0; i < SHARDS; i++) {
		struct shard *sh = &b->shards[i];
		struct map_node *node, *next;

		lock(b, &sh->lock);
		for (node = map_next(&sh->map, NULL); node; node = next) {
			struct interest *it = holder_of(node, struct interest, node);

			next = map_next(&sh->map, node);
			it->wants[core] = 0;
			interest_drop(b, sh, it);
		}
		unlock(b, &sh->lock);
	}
}

void bus_subscribe(struct bus_link *l, struct str subject)
{
	struct shard *sh = shard_of(l->bus, subject);
	struct interest *it;

	lock(l->bus, &sh->lock);
	it = map_find(&sh->map, subject, struct interest, node);
	if (!it)
		it = interest_new(l->bus, sh, subject);
	it->wants[l->core]++;
	unlock(l->bus, &sh->lock);
}

void bus_unsubscribe(struct bus_link *l, struct str subject)
{
	struct shard *sh = shard_of(l->bus, subject);
	struct interest *it;

	lock(l->bus, &sh->lock);
	it = map_find(&sh->map, subject, struct interest, node);
	assert(it && it->wants[l->core]);
	it->wants[l->core]--;
	interest_drop(l->bus, sh, it);
	unlock(l->bus, &sh->lock);
}

/* The cores that want `subject`, as bits. */
static uint64_t wanted(struct bus *b, struct str subject)
{
	struct shard *sh = shard_of(b, subject);
	const struct interest *it;
	uint64_t set = 0;

	lock(b, &sh->lock);
	it = map_find(&sh->map, subject, struct interest, node);
	for (unsigned i = 0; it && i < b->cores; i++)
		set |= (uint64_t)!!it->wants[i] << i;
	unlock(b, &sh->lock);
	return set;
}

/* Mostly one core or none: where the processor of the build counts no bits, that is a call. */
static unsigned count(uint64_t set) { return set & (set - 1) ? (unsigned)__builtin_popcountll(set) : set != 0; }

static struct letter *letter_new(const struct parcel *p)
{
	struct letter *le = mem_raw(sizeof *le + p->subject.n + p->bytes.n);
	char *text = le->text;

	*le = (struct letter){ .parcel = *p };
	if (p->stanza)
		stanza_ref(p->stanza);
	if (p->subject.n)
		memcpy(text, p->subject.p, p->subject.n);
	le->parcel.subject.p = text;
	text += p->subject.n;
	if (p->bytes.n)
		memcpy(text, p->bytes.p, p->bytes.n);
	if (p->bytes.p)
		le->parcel.bytes.p = text;
	return le;
}

/* Hands over what was gathered for core `to`. */
static void box_hand(struct bus *b, unsigned to, struct letters *all)
{
	struct box *box = &b->boxes[to];

	lock(b, &box->lock);
	if (box->link) {
		letters_put(&box->in, all->first, all->last);
		letters_init(all);
		if (!box->posted) {
			box->posted = true;
			/* Under the lock: the world of a link stays until bus_close() has had this lock. */
			world_post(box->link->world, &box->arrived);
		}
	}
	unlock(b, &box->lock);
	letters_free(all);
}

static void box_send(struct box *box)
{
	for (unsigned i = 0; i < box->bus->cores; i++)
		if (box->out[i].first)
			box_hand(box->bus, i, &box->out[i]);
}

static void box_leave(struct post *p)
{
	struct box *box = holder_of(p, struct box, leave);

	box->leaving = false;
	box_send(box);
}

static void box_gather(struct bus_link *l, unsigned to, const struct parcel *p)
{
	struct box *box = &l->bus->boxes[l->core];
	struct letter *le = letter_new(p);

	letters_put(&box->out[to], le, &le->next);
	if (!box->leaving) {
		box->leaving = true;
		world_later(l->world, &box->leave);
	}
}

static void box_arrived(struct post *p)
{
	struct box *box = holder_of(p, struct box, arrived);
	struct letters all;
	struct bus_link *l;

	letters_init(&all);
	pthread_mutex_lock(&box->lock);
	box->posted = false;
	l = box->link;
	if (box->in.first)
		letters_put(&all, box->in.first, box->in.last);
	letters_init(&box->in);
	pthread_mutex_unlock(&box->lock);
	/* The link is closed on this very thread, so it can go only if `receive` closes it: asked each time. */
	for (struct letter *le = all.first; le && l && box->link == l; le = le->next)
		l->receive(l->arg, &le->parcel);
	letters_free(&all);
}

/* Others first: what `receive` publishes in turn must come behind this parcel everywhere. */
unsigned bus_publish(struct bus_link *l, struct str subject, const struct parcel *p)
{
	uint64_t set = wanted(l->bus, subject), own = (uint64_t)1 << l->core;
	struct parcel full = *p;

	full.core = (uint8_t)l->core;
	full.subject = subject;
	for (uint64_t rest = set & ~own; rest; rest &= rest - 1)
		box_gather(l, (unsigned)__builtin_ctzll(rest), &full);
	if (set & own)
		l->receive(l->arg, &full);
	return count(set);
}

void bus_send(struct bus_link *l, unsigned core, const struct parcel *p)
{
	struct parcel full = *p;

	assert(core < l->bus->cores);
	full.core = (uint8_t)l->core;
	full.subject = STR("");
	if (core == l->core)
		l->receive(l->arg, &full);
	else
		box_gather(l, core, &full);
}

unsigned bus_interest(struct bus_link *l, struct str subject)
{
	return count(wanted(l->bus, subject));
}

unsigned bus_core(const struct bus_link *l) { return l->core; }
unsigned bus_cores(const struct bus_link *l) { return l->bus->cores; }
