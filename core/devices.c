/* SPDX-License-Identifier: Apache-2.0
 *
 * core/devices.c - the directory knows who is available; a session that is not, or whose client has gone for a while, is known to its core alone. So
 * all cores that have sessions of the account are asked, and tell.
 */
#include "core/devices.h"

#include <stdlib.h>

#include "base/crypt.h"
#include "core/inside.h"

enum { ANSWER_MS = 2000, ID_BYTES = 12 };

struct devices_job {
	struct list here;         /* core->devices.asking */
	struct job job;
	struct core *core;
	struct devices_ask *ask;
	uint64_t number;
	struct str resource;      /* of who asks, own memory */
	unsigned asked, told;     /* cores */
	bool published;           /* all have been asked */
	struct timer timer;
	struct arena arena;
	struct device *devices;
	size_t n, room;
};

/* In a parcel: this, then five strings, each ended by a zero byte. */
struct device_head {
	msec since, seen;
	uint32_t detached;
};

static void devices_free(struct job *job)
{
	struct devices_job *j = holder_of(job, struct devices_job, job);

	world_stop(j->core->world, &j->timer);
	list_remove(&j->here);
	list_remove(&job->here);
	mem_free((void *)j->resource.p);
	mem_free(j->devices);
	arena_free(&j->arena);
	mem_free(j);
}

/* ---- telling ------------------------------------------------------------------------------------------------------ */

/* A fingerprint of address and login: nothing has to be kept for it. */
static void id_write(const struct session *s, struct buf *to)
{
	own_buf seed = { 0 };
	uint8_t sum[HASH_BYTES_MAX];

	buf_fmt(&seed, "%.*s%c%lld", STR_ARG(jid_full(s->jid)), 0, (long long)s->since);
	hash_sum(HASH_SHA256, buf_all(&seed), sum);
	hex_write(to, str_bytes(sum, ID_BYTES));
}

static void device_write(struct session *s, struct buf *to)
{
	struct device_head head = { s->since, s->detached ? s->left : core_now(s->core), s->detached };

	buf_add(to, &head, sizeof head);
	id_write(s, to);
	buf_fmt(to, "%c%.*s%c%s%c", 0, STR_ARG(jid_resource(s->jid)), 0, s->ops->door, 0);
	if (s->ops->program)
		s->ops->program(s, to);
	buf_byte(to, 0);
	if (!s->detached)
		s->ops->describe(s, to);
	buf_byte(to, 0);
}

void devices_asked(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));
	own_buf bytes = { 0 };

	if (u)
		list_each(s, &u->sessions, struct session, here)
			device_write(s, &bytes);
	bus_send(c->bus, p->core, &(struct parcel){ .kind = PARCEL_DEVICES_TOLD, .number = p->number, .bytes = buf_all(&bytes) });
}

/* ---- asking ------------------------------------------------------------------------------------------------------- */

static struct str part(struct devices_job *j, struct str *rest)
{
	struct str one = str_n(rest->p, str_find(*rest, 0));

	*rest = str_from(*rest, one.n + 1);
	return arena_str(&j->arena, one);
}

static void device_read(struct devices_job *j, struct str *rest)
{
	struct device_head head;
	struct device *d;

	memcpy(&head, rest->p, sizeof head);
	*rest = str_from(*rest, sizeof head);
	if (j->n == j->room) {
		j->room = j->room ? j->room * 2 : 8;
		j->devices = mem_grow(j->devices, j->room * sizeof *j->devices);
	}
	d = &j->devices[j->n++];
	*d = (struct device){ .since = head.since, .seen = head.seen, .detached = head.detached != 0 };
	d->id = part(j, rest);
	d->resource = part(j, rest);
	d->door = part(j, rest);
	d->program = part(j, rest);
	d->address = part(j, rest);
	d->own = str_eq(d->resource, j->resource);
}

static int newest_first(const void *a, const void *b)
{
	const struct device *x = a, *y = b;

	if (x->since != y->since)
		return x->since < y->since ? 1 : -1;
	return str_cmp(x->resource, y->resource);
}

static void devices_answer(struct timer *t)
{
	struct devices_job *j = holder_of(t, struct devices_job, timer);
	struct devices_ask *a = j->ask;

	if (j->n)
		qsort(j->devices, j->n, sizeof *j->devices, newest_first);
	if (a) {
		a->job = NULL;
		a->devices = j->devices;
		a->n = j->n;
		a->done(a);
	}
	devices_free(&j->job);
}

/* When all have told: in a later turn, since the own core tells before the question has been put to the others. */
static void all_told(struct devices_job *j)
{
	if (j->published && j->told >= j->asked)
		world_timer(j->core->world, &j->timer, 0);
}

void devices_told(struct core *c, const struct parcel *p)
{
	struct str rest = p->bytes;

	list_each(j, &c->devices.asking, struct devices_job, here) {
		if (j->number != p->number)
			continue;
		while (rest.n > sizeof(struct device_head))
			device_read(j, &rest);
		j->told++;
		all_told(j);
		return;
	}
}

void devices_cancel(struct devices_ask *a)
{
	if (a->job)
		a->job->ask = NULL;
	a->job = NULL;
}

void devices_list(struct session *s, struct devices_ask *a)
{
	struct core *c = s->core;
	struct devices_job *j = mem_new(struct devices_job);

	job_begin(c, &j->job, devices_free);
	list_append(&c->devices.asking, &j->here);
	j->core = c;
	j->ask = a;
	a->job = j;
	j->number = ++c->devices.last;
	j->resource = str_n(str_dup(jid_resource(s->jid)), jid_resource(s->jid).n);
	j->timer.fire = devices_answer;
	world_timer(c->world, &j->timer, ANSWER_MS);
	j->asked = core_tell(c, 'u', session_name(s), &(struct parcel){ .kind = PARCEL_DEVICES, .number = j->number });
	j->published = true;
	all_told(j);
}

void devices_end(struct session *s, struct str resource)
{
	core_tell(s->core, 'u', session_name(s), &(struct parcel){ .kind = PARCEL_KICK, .number = KICK_REVOKED, .bytes = resource });
}
