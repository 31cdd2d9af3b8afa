/* SPDX-License-Identifier: Apache-2.0
 *
 * store/store.c - the engine: from many cores to one database and back. It gathers what a core submits in a turn and hands it over
 * at once; one thread writes, and what gathers while a commit runs makes the next group; a few threads read; answers
 * go home in batches, one post for each link and group. What a request means, the drivers know.
 */
#include "store/driver.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"

enum {
	READERS = 2,
	/* What looks for words may take a second: it has threads of its own, so that nobody waits behind it who only wants to log in. */
	SEARCHERS = 1,
	/* A request has some room of its own: most need no block for what they point at. */
	ROOM = 256,
	/* Bounds how long the first of a group waits for the last. Far more than gathers in one commit in practice. */
	GROUP_MAX = 4096,
	/* Without a write for so long: nobody is slowed down by work that is not urgent. */
	QUIET_MS = 5,
};

/* Requests in order. */
struct queue {
	struct store_request *first, *last;
	size_t n;
};

/* Where requests wait for a thread. */
struct lane {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct queue waiting;
	bool ending;
};

/* One outage is one line in the log, however many requests fell into it. */
struct outage {
	const char *what;
	bool on; /* atomic: readers share one */
};

struct reader {
	struct store *store;
	struct lane *lane;
	void *db;
	pthread_t thread;
	bool runs;
};

struct store {
	const struct store_driver *driver;
	struct store_manner manner;
	void *db; /* the writing handle; not threaded: the only one, under db_lock */
	pthread_mutex_t db_lock;
	struct lane writes, reads, searches;
	pthread_t writer;
	bool writer_runs;
	struct reader readers[READERS + SEARCHERS];
	struct outage writing, reading;
	uint64_t last_stamp;
	pthread_mutex_t links_lock;
	struct store_link *links; /* open and closed: a closed one may still be pointed at by a post of its world */
};

/* Without threads: requests of one kind on their way through the link's own world. */
struct course {
	struct timer timer;
	struct queue waiting;  /* handed over, not executed */
	struct queue executed; /* waiting for their `done` */
	bool busy;             /* the timer is set */
};

struct store_link {
	struct store *store;
	struct world *world;
	struct store_link *next;
	struct post turn_end;
	bool gathering; /* turn_end is set */
	struct queue writes, reads, searches; /* of this turn */

	pthread_mutex_t lock; /* of the next four */
	struct queue answered;
	struct post back;
	bool posted; /* back is under way */
	bool closed; /* written by the world's thread only */

	struct queue batch; /* the writer thread's: what of the current group goes back to this link */
	struct store_link *batch_next;

	struct course write_course, read_course;
};

/* What the engine must know of an operation. */
static const struct op {
	bool reads;
	bool stanzas; /* the request holds references: in `stanza` and `stanzas` */
} ops[STORE_OPS] = {
	[STORE_ACCOUNT_GET] = { .reads = true },
	[STORE_ACCOUNT_LIST] = { .reads = true },
	[STORE_ROSTER_LOAD] = { .reads = true },
	[STORE_ITEM_GET] = { .reads = true },
	[STORE_INVITE_GET] = { .reads = true },
	[STORE_INVITE_LIST] = { .reads = true },
	[STORE_PEOPLE_FIND] = { .reads = true },
	[STORE_ITEM_LIST] = { .reads = true },
	[STORE_KEEP] = { .stanzas = true },
	[STORE_QUEUE_READ] = { .reads = true, .stanzas = true },
	[STORE_QUEUE_DONE] = { .stanzas = true },
	[STORE_ARCHIVE_READ] = { .reads = true, .stanzas = true },
	[STORE_ARCHIVE_ENDS] = { .reads = true, .stanzas = true },
	[STORE_ARCHIVE_REPLACE] = { .stanzas = true },
	[STORE_FILE_GET] = { .reads = true },
	[STORE_FILE_LIST] = { .reads = true },
	[STORE_FILE_HELD] = { .reads = true },
};

static const struct store_driver *const drivers[] = { &store_sqlite, &store_memory, &store_faulty };

bool store_op_reads(enum store_op op)
{
	assert(op < STORE_OPS);
	return ops[op].reads;
}

const struct store_driver *store_driver_find(struct str url, struct str *path)
{
	size_t colon = str_find(url, ':');

	for (size_t i = 0; i < countof(drivers) && colon < url.n; i++)
		if (str_is(str_n(url.p, colon), drivers[i]->scheme)) {
			*path = str_from(url, colon + 1);
			return drivers[i];
		}
	return NULL;
}

/* ---- queues --------------------------------------------------------------------------------------------------- */

static void queue_add(struct queue *q, struct store_request *r)
{
	r->next = NULL;
	if (q->last)
		q->last->next = r;
	else
		q->first = r;
	q->last = r;
	q->n++;
}

static struct store_request *queue_take(struct queue *q)
{
	struct store_request *r = q->first;

	if (r) {
		q->first = r->next;
		if (!q->first)
			q->last = NULL;
		q->n--;
		r->next = NULL;
	}
	return r;
}

/* Moves the first `max` behind those in `to`. */
static void queue_move(struct queue *to, struct queue *from, size_t max)
{
	if (from->n <= max) {
		if (!from->n)
			return;
		if (to->last)
			to->last->next = from->first;
		else
			to->first = from->first;
		to->last = from->last;
		to->n += from->n;
		*from = (struct queue){ 0 };
		return;
	}
	for (; max; max--)
		queue_add(to, queue_take(from));
}

static void queue_drop(struct queue *q)
{
	for (struct store_request *r; (r = queue_take(q));)
		store_drop(r);
}

/* ---- requests ------------------------------------------------------------------------------------------------- */

struct store_request *store_ask(struct store_link *l, enum store_op op, void (*done)(struct store_request *), void *arg)
{
	struct request {
		struct store_request r;
		_Alignas(16) char room[ROOM];
	} *whole = mem_raw(sizeof *whole);
	struct store_request *r = &whole->r;

	assert(op < STORE_OPS && !l->closed);
	*r = (struct store_request){ .op = op };
	r->arena.at = whole->room;
	r->arena.end = whole->room + sizeof whole->room;
	r->done = done;
	r->arg = arg;
	r->link = l;
	return r;
}

void store_drop(struct store_request *r)
{
	if (ops[r->op].stanzas) {
		for (size_t i = 0; i < r->n; i++)
			stanza_unref(r->stanzas[i]);
		stanza_unref(r->stanza);
	}
	arena_free(&r->arena);
	mem_free(r);
}

/* Runs the dones of `q`; when one of them closes the link, the rest goes without. */
static void answer_all(struct store_link *l, struct queue *q)
{
	for (struct store_request *r; (r = queue_take(q));) {
		if (!l->closed && r->done)
			r->done(r);
		if (!r->taken)
			store_drop(r);
	}
}

/* ---- executing ------------------------------------------------------------------------------------------------ */

static void outage_note(struct outage *o, int verdict, struct str reason)
{
	bool now = verdict != 0;

	if (__atomic_exchange_n(&o->on, now, __ATOMIC_RELAXED) == now)
		return;
	if (now)
		log_event(store_failed, "what=%s verdict=%s why=\"%.*s\"", o->what, verdict == STORE_FULL ? "full" : "failed",
			  STR_ARG(reason));
	else
		log_event(store_recovered, "what=%s", o->what);
}

/* Nothing half answered leaves here. */
static void refuse(struct store_request *r, int verdict)
{
	if (ops[r->op].stanzas)
		for (size_t i = 0; i < r->n; i++)
			stanza_unref(r->stanzas[i]);
	r->n = 0;
	r->answer = verdict;
}

static void group_write(struct store *s, struct queue *group)
{
	const struct store_driver *d = s->driver;
	int verdict = d->begin(s->db);

	for (struct store_request *r = group->first; r && !verdict; r = r->next) {
		r->answer = 0;
		verdict = d->run(s->db, r);
	}
	if (!verdict)
		verdict = d->commit(s->db);
	outage_note(&s->writing, verdict, verdict ? d->reason(s->db) : STR_NONE);
	if (!verdict)
		return;
	d->rollback(s->db);
	for (struct store_request *r = group->first; r; r = r->next)
		refuse(r, verdict);
}

static void read_one(struct store *s, void *db, struct store_request *r)
{
	int verdict;

	r->answer = 0;
	verdict = s->driver->run(db, r);
	outage_note(&s->reading, verdict, verdict ? s->driver->reason(db) : STR_NONE);
	if (verdict)
		refuse(r, verdict);
}

/* ---- with threads --------------------------------------------------------------------------------------------- */

/* From any thread: sends executed requests home. The post is made under the lock, so that no world is posted to once its link
 * is closed. */
static void send_home(struct store_link *l, struct queue *q)
{
	bool closed;

	pthread_mutex_lock(&l->lock);
	closed = l->closed;
	if (!closed) {
		queue_move(&l->answered, q, q->n);
		if (!l->posted) {
			l->posted = true;
			world_post(l->world, &l->back);
		}
	}
	pthread_mutex_unlock(&l->lock);
	if (closed)
		queue_drop(q);
}

static void came_home(struct post *p)
{
	struct store_link *l = holder_of(p, struct store_link, back);
	struct queue q = { 0 };

	pthread_mutex_lock(&l->lock);
	l->posted = false;
	queue_move(&q, &l->answered, l->answered.n);
	pthread_mutex_unlock(&l->lock);
	answer_all(l, &q);
}

static void group_send_home(struct queue *group)
{
	struct store_link *touched = NULL;

	for (struct store_request *r; (r = queue_take(group));) {
		if (!r->link->batch.n) {
			r->link->batch_next = touched;
			touched = r->link;
		}
		queue_add(&r->link->batch, r);
	}
	for (struct store_link *l = touched; l; l = l->batch_next)
		send_home(l, &l->batch);
}

/* Waits until something comes or the lane ends; true: QUIET_MS have passed, and neither has. Under the lock. */
static bool lane_is_quiet(struct lane *lane)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += QUIET_MS * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (!lane->waiting.n && !lane->ending)
		if (pthread_cond_clockwait(&lane->wake, &lane->lock, CLOCK_MONOTONIC, &until))
			return !lane->waiting.n && !lane->ending;
	return false;
}

/* Waits for work; 0 requests when the lane ends and is empty. `idle` is done, step by step, while nothing waits. */
static void lane_take(struct lane *lane, struct queue *to, size_t max, enum idle (*idle)(void *, bool), void *db)
{
	enum idle more = idle ? IDLE_MORE : IDLE_NOTHING;
	bool quiet = false;

	pthread_mutex_lock(&lane->lock);
	while (!lane->waiting.n && !lane->ending) {
		if (more == IDLE_NOTHING)
			pthread_cond_wait(&lane->wake, &lane->lock);
		else if (more == IDLE_WHEN_QUIET && !quiet)
			quiet = lane_is_quiet(lane);
		if (more == IDLE_NOTHING || (more == IDLE_WHEN_QUIET && !quiet))
			continue;
		pthread_mutex_unlock(&lane->lock);
		more = idle(db, quiet);
		pthread_mutex_lock(&lane->lock);
	}
	queue_move(to, &lane->waiting, max);
	if (lane->waiting.n) /* many may have been put at once, and only one thread was woken */
		pthread_cond_signal(&lane->wake);
	pthread_mutex_unlock(&lane->lock);
}

static void lane_put(struct lane *lane, struct queue *q)
{
	if (!q->n)
		return;
	pthread_mutex_lock(&lane->lock);
	queue_move(&lane->waiting, q, q->n);
	pthread_cond_signal(&lane->wake);
	pthread_mutex_unlock(&lane->lock);
}

static void lane_end(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	lane->ending = true;
	pthread_cond_broadcast(&lane->wake);
	pthread_mutex_unlock(&lane->lock);
}

static void *writer_main(void *arg)
{
	struct store *s = arg;
	struct queue group = { 0 };

	pthread_setname_np(pthread_self(), "store-write");
	while (lane_take(&s->writes, &group, GROUP_MAX, s->driver->idle, s->db), group.n) {
		group_write(s, &group);
		group_send_home(&group);
	}
	return NULL;
}

static void *reader_main(void *arg)
{
	struct reader *me = arg;
	struct queue q = { 0 };

	pthread_setname_np(pthread_self(), "store-read");
	while (lane_take(me->lane, &q, 1, NULL, NULL), q.n) {
		read_one(me->store, me->db, q.first);
		send_home(q.first->link, &q);
	}
	return NULL;
}

/* ---- without threads ------------------------------------------------------------------------------------------ */

static msec chance_ms(struct store_link *l)
{
	uint32_t chance = 0;

	if (!l->store->manner.slow_ms)
		return 0;
	world_random(l->world, &chance, sizeof chance);
	return chance % (l->store->manner.slow_ms + 1);
}

static void course_execute(struct store_link *l, struct course *c)
{
	struct store *s = l->store;
	struct queue group = { 0 };

	queue_move(&group, &c->waiting, c->waiting.n);
	pthread_mutex_lock(&s->db_lock);
	if (c == &l->write_course && group.n)
		group_write(s, &group);
	for (struct store_request *r = group.first; r && c == &l->read_course; r = r->next)
		read_one(s, s->db, r);
	pthread_mutex_unlock(&s->db_lock);
	queue_move(&c->executed, &group, group.n);
}

/* Executing and answering are two events where time matters, so that a crash can fall between them. */
static void course_step(struct store_link *l, struct course *c)
{
	struct queue q = { 0 };

	if (!c->executed.n) {
		course_execute(l, c);
		if (l->store->manner.slow_ms) {
			world_timer(l->world, &c->timer, chance_ms(l));
			return;
		}
	}
	queue_move(&q, &c->executed, c->executed.n);
	answer_all(l, &q);
	c->busy = !l->closed && c->waiting.n;
	if (c->busy)
		world_timer(l->world, &c->timer, chance_ms(l));
}

static void write_fires(struct timer *t)
{
	struct store_link *l = holder_of(t, struct store_link, write_course.timer);

	course_step(l, &l->write_course);
}

static void read_fires(struct timer *t)
{
	struct store_link *l = holder_of(t, struct store_link, read_course.timer);

	course_step(l, &l->read_course);
}

static void course_put(struct store_link *l, struct course *c, struct queue *q)
{
	queue_move(&c->waiting, q, q->n);
	if (c->waiting.n && !c->busy) {
		c->busy = true;
		world_timer(l->world, &c->timer, chance_ms(l));
	}
}

static void course_end(struct store_link *l, struct course *c)
{
	world_stop(l->world, &c->timer);
	if (!l->store->manner.slow_ms)
		course_execute(l, c);
	queue_drop(&c->waiting);
	queue_drop(&c->executed);
}

/* ---- links ---------------------------------------------------------------------------------------------------- */

static void hand_over(struct store_link *l)
{
	if (l->store->manner.threaded) {
		lane_put(&l->store->writes, &l->writes);
		lane_put(&l->store->reads, &l->reads);
		lane_put(&l->store->searches, &l->searches);
	} else {
		course_put(l, &l->write_course, &l->writes);
		course_put(l, &l->read_course, &l->reads);
	}
}

static void turn_ends(struct post *p)
{
	struct store_link *l = holder_of(p, struct store_link, turn_end);

	l->gathering = false;
	if (!l->closed)
		hand_over(l);
}

static bool is_search(const struct store_link *l, const struct store_request *r)
{
	return l->store->manner.threaded && r->op == STORE_ARCHIVE_READ && (r->query.text.n || r->query.files);
}

void store_submit(struct store_request *r)
{
	struct store_link *l = r->link;

	assert(!l->closed);
	queue_add(!ops[r->op].reads ? &l->writes : is_search(l, r) ? &l->searches : &l->reads, r);
	if (!l->gathering) {
		l->gathering = true;
		world_later(l->world, &l->turn_end);
	}
}

struct store_link *store_link_open(struct store *s, struct world *w)
{
	struct store_link *l = mem_new(struct store_link);

	l->store = s;
	l->world = w;
	l->turn_end.run = turn_ends;
	l->back.run = came_home;
	l->write_course.timer.fire = write_fires;
	l->read_course.timer.fire = read_fires;
	pthread_mutex_init(&l->lock, NULL);
	pthread_mutex_lock(&s->links_lock);
	l->next = s->links;
	s->links = l;
	pthread_mutex_unlock(&s->links_lock);
	return l;
}

struct store_link *store_link_close(struct store_link *l)
{
	struct queue undelivered = { 0 };

	if (!l)
		return NULL;
	assert(!l->closed);
	hand_over(l);
	pthread_mutex_lock(&l->lock);
	l->closed = true;
	queue_move(&undelivered, &l->answered, l->answered.n);
	pthread_mutex_unlock(&l->lock);
	queue_drop(&undelivered);
	if (!l->store->manner.threaded) {
		course_end(l, &l->write_course);
		course_end(l, &l->read_course);
	}
	return NULL;
}

/* ---- opening and closing -------------------------------------------------------------------------------------- */

static void lane_init(struct lane *lane)
{
	pthread_mutex_init(&lane->lock, NULL);
	pthread_cond_init(&lane->wake, NULL);
}

static void lane_destroy(struct lane *lane)
{
	pthread_mutex_destroy(&lane->lock);
	pthread_cond_destroy(&lane->wake);
}

static bool thread_start(pthread_t *thread, void *(*main)(void *), void *arg, struct buf *why)
{
	if (pthread_create(thread, NULL, main, arg) == 0)
		return true;
	buf_lit(why, "the store cannot start a thread");
	return false;
}

static int threads_start(struct store *s, struct str path, struct buf *why)
{
	sigset_t all, before;

	for (int i = 0; i < READERS + SEARCHERS; i++) {
		s->readers[i].store = s;
		s->readers[i].lane = i < READERS ? &s->reads : &s->searches;
		if (s->driver->open(&s->readers[i].db, path, s->db, why))
			return STORE_FAILED;
	}
	/* Signals are for the thread that runs the server. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	s->writer_runs = thread_start(&s->writer, writer_main, s, why);
	for (int i = 0; i < READERS + SEARCHERS && s->writer_runs; i++)
		s->readers[i].runs = thread_start(&s->readers[i].thread, reader_main, &s->readers[i], why);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s->writer_runs && s->readers[READERS + SEARCHERS - 1].runs ? 0 : STORE_FAILED;
}

int store_open(struct store **ret, struct str url, struct buf *why)
{
	struct str path;
	const struct store_driver *driver = store_driver_find(url, &path);
	struct store *s;

	if (!driver) {
		buf_fmt(why, "\"%.*s\" names no kind of store; sqlite:FILE is one", STR_ARG(url));
		return STORE_FAILED;
	}
	s = mem_new(struct store);
	s->driver = driver;
	s->manner = driver->manner(path);
	s->writing.what = "writing";
	s->reading.what = "reading";
	lane_init(&s->writes);
	lane_init(&s->reads);
	lane_init(&s->searches);
	pthread_mutex_init(&s->db_lock, NULL);
	pthread_mutex_init(&s->links_lock, NULL);
	if (!driver->open(&s->db, path, NULL, why))
		s->last_stamp = driver->last_stamp(s->db);
	if (!s->db || (s->manner.threaded && threads_start(s, path, why))) {
		store_close(s);
		return STORE_FAILED;
	}
	*ret = s;
	return 0;
}

uint64_t store_last_stamp(const struct store *s) { return s->last_stamp; }

static void threads_end(struct store *s)
{
	lane_end(&s->writes);
	lane_end(&s->reads);
	lane_end(&s->searches);
	if (s->writer_runs)
		pthread_join(s->writer, NULL);
	for (int i = 0; i < READERS + SEARCHERS; i++) {
		if (s->readers[i].runs)
			pthread_join(s->readers[i].thread, NULL);
		if (s->readers[i].db)
			s->driver->close(s->readers[i].db);
	}
}

struct store *store_close(struct store *s)
{
	struct store_link *next;

	if (!s)
		return NULL;
	threads_end(s);
	for (struct store_link *l = s->links; l; l = next) {
		next = l->next;
		assert(l->closed);
		pthread_mutex_destroy(&l->lock);
		mem_free(l);
	}
	if (s->db)
		s->driver->close(s->db);
	lane_destroy(&s->writes);
	lane_destroy(&s->reads);
	lane_destroy(&s->searches);
	pthread_mutex_destroy(&s->db_lock);
	pthread_mutex_destroy(&s->links_lock);
	mem_free(s);
	return NULL;
}
