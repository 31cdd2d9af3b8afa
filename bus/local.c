/* SPDX-License-Identifier: Apache-2.0
 *
 * bus/local.c - joins the cores of one process. Interest is one map from subject to how often each core wants it, cut into
 * shards with a lock each; a parcel for another core goes into that core's inbox, which is emptied in one go. With one
 * core nothing is ever locked or copied.
 *
 * An inbox belongs to the bus and not to its link: a core may close its end while another one is writing to it, and a post
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

struct inbox {
	pthread_mutex_t lock;
	struct bus_link *link; /* NULL: closed, what comes is dropped */
	struct letter *first, **last;
	bool posted;
	struct post post;
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
	struct inbox *inboxes;
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

struct bus *bus_local_new(unsigned cores)
{
	struct bus *b = mem_new(struct bus);

	assert(cores >= 1 && cores <= CORES_MAX);
	b->cores = cores;
	b->shared = cores > 1;
	b->shards = mem_alloc(SHARDS * sizeof *b->shards);
	b->inboxes = mem_alloc(cores * sizeof *b->inboxes);
	pthread_mutex_init(&b->lock, NULL);
	for (unsigned i = 0; i < SHARDS; i++)
		pthread_mutex_init(&b->shards[i].lock, NULL);
	for (unsigned i = 0; i < cores; i++) {
		pthread_mutex_init(&b->inboxes[i].lock, NULL);
		b->inboxes[i].last = &b->inboxes[i].first;
	}
	return b;
}

static void letters_free(struct letter *first)
{
	for (struct letter *next; first; first = next) {
		next = first->next;
		stanza_unref(first->parcel.stanza);
		mem_free(first);
	}
}

struct bus *bus_free(struct bus *b)
{
	if (!b)
		return NULL;
	for (unsigned i = 0; i < b->cores; i++) {
		assert(!b->inboxes[i].link);
		letters_free(b->inboxes[i].first);
		pthread_mutex_destroy(&b->inboxes[i].lock);
	}
	for (unsigned i = 0; i < SHARDS; i++) {
		for (struct map_node *node; (node = map_drain(&b->shards[i].map));)
			mem_free(holder_of(node, struct interest, node));
		map_free(&b->shards[i].map);
		pthread_mutex_destroy(&b->shards[i].lock);
	}
	pthread_mutex_destroy(&b->lock);
	mem_free(b->shards);
	mem_free(b->inboxes);
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

static void inbox_empty(struct post *p);

struct bus_link *bus_open(struct bus *b, unsigned core, struct world *w, void (*receive)(void *, const struct parcel *), void *arg)
{
	struct inbox *in = &b->inboxes[core];
	struct bus_link *l = mem_new(struct bus_link);

	assert(core < b->cores && !in->link);
	*l = (struct bus_link){ b, core, w, receive, arg };
	seed(b, w);
	lock(b, &in->lock);
	in->link = l;
	in->post.run = inbox_empty;
	unlock(b, &in->lock);
	return l;
}

static void interest_forget(struct bus *b, unsigned core);

struct bus_link *bus_close(struct bus_link *l)
{
	struct inbox *in;
	struct letter *rest;

	if (!l)
		return NULL;
	in = &l->bus->inboxes[l->core];
	interest_forget(l->bus, l->core);
	lock(l->bus, &in->lock);
	in->link = NULL;
	rest = in->first;
	in->first = NULL;
	in->last = &in->first;
	unlock(l->bus, &in->lock);
	letters_free(rest);
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

static void inbox_put(struct bus *b, unsigned core, const struct parcel *p)
{
	struct inbox *in = &b->inboxes[core];
	struct letter *le = letter_new(p);

	lock(b, &in->lock);
	if (in->link) {
		*in->last = le;
		in->last = &le->next;
		le = NULL;
		if (!in->posted) {
			in->posted = true;
			/* Under the lock: the world of a link stays until bus_close() has had this lock. */
			world_post(in->link->world, &in->post);
		}
	}
	unlock(b, &in->lock);
	letters_free(le);
}

static void inbox_empty(struct post *p)
{
	struct inbox *in = holder_of(p, struct inbox, post);
	struct letter *first, *le;
	struct bus_link *l;

	pthread_mutex_lock(&in->lock);
	in->posted = false;
	l = in->link;
	first = in->first;
	in->first = NULL;
	in->last = &in->first;
	pthread_mutex_unlock(&in->lock);
	/* The link is closed on this very thread, so it cannot go while we are here unless `receive` closes it: asked each time. */
	for (le = first; le && in->link == l && l; le = le->next)
		l->receive(l->arg, &le->parcel);
	letters_free(first);
}

/* Others first: what `receive` publishes in turn must come behind this parcel everywhere. */
unsigned bus_publish(struct bus_link *l, struct str subject, const struct parcel *p)
{
	uint64_t set = wanted(l->bus, subject), own = (uint64_t)1 << l->core;
	struct parcel full = *p;

	full.core = (uint8_t)l->core;
	full.subject = subject;
	for (uint64_t rest = set & ~own; rest; rest &= rest - 1)
		inbox_put(l->bus, (unsigned)__builtin_ctzll(rest), &full);
	if (set & own)
		l->receive(l->arg, &full);
	return (unsigned)__builtin_popcountll(set);
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
		inbox_put(l->bus, core, &full);
}

unsigned bus_interest(struct bus_link *l, struct str subject)
{
	return (unsigned)__builtin_popcountll(wanted(l->bus, subject));
}

unsigned bus_core(const struct bus_link *l) { return l->core; }
unsigned bus_cores(const struct bus_link *l) { return l->bus->cores; }
