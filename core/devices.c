/* SPDX-License-Identifier: Apache-2.0
 *
 * core/devices.c - the directory knows who is available; a session that is not, or whose client has gone for a
 * while, is known to its core alone. So all cores that have sessions of the account are asked, and tell; and the
 * store is, for those that may come back. Sessions and token of one device are one line.
 */
#include "core/devices.h"

#include <stdlib.h>

#include "base/crypt.h"
#include "core/inside.h"
#include "core/tokens.h"

enum { ANSWER_MS = 2000, ID_BYTES = 12 };

struct devices_job {
	struct list here;         /* core->devices.asking */
	struct job job;
	struct core *core;
	struct devices_ask *ask;
	uint64_t number;
	struct str name, resource, id; /* in `arena`: whose; of who asks; to be revoked: may be absent */
	unsigned asked, told;     /* cores */
	bool published;           /* all have been asked */
	bool stored;              /* the store has answered */
	int verdict;
	int64_t owner;
	uint64_t mark;            /* of the password: tokens of another are void */
	struct store_request *request; /* under way */
	struct str *keys;         /* of records, the n of them; in `arena` */
	struct token_record *records;
	size_t records_n;
	struct timer timer;
	struct arena arena;
	struct device *devices;
	size_t n, room;
};

/* In a parcel: this, then seven strings, each ended by a zero byte. */
struct device_head {
	msec since, seen;
	uint32_t detached, lasting;
};

static void devices_free(struct job *job)
{
	struct devices_job *j = holder_of(job, struct devices_job, job);

	world_stop(j->core->world, &j->timer);
	list_remove(&j->here);
	list_remove(&job->here);
	if (j->request && !j->core->ending)
		j->request->arg = NULL;
	mem_free(j->devices);
	arena_free(&j->arena);
	mem_free(j);
}

/* ---- telling ---------------------------------------------------------------------------------------------------- */

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
	const struct session_agent *agent = s->agent;
	struct device_head head = { s->since, s->detached ? s->left : core_now(s->core), s->detached, agent != NULL };

	buf_add(to, &head, sizeof head);
	if (agent)
		buf_str(to, agent->device);
	else
		id_write(s, to);
	buf_fmt(to, "%c%.*s%c%s%c", 0, STR_ARG(jid_resource(s->jid)), 0, s->ops->door, 0);
	if (s->ops->program)
		s->ops->program(s, to);
	buf_byte(to, 0);
	if (!s->detached)
		s->ops->describe(s, to);
	buf_byte(to, 0);
	buf_str(to, agent ? agent->software : STR(""));
	buf_byte(to, 0);
	buf_str(to, agent ? agent->name : STR(""));
	buf_byte(to, 0);
}

void devices_asked(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));
	own_buf bytes = { 0 };

	if (u)
		list_each(s, &u->sessions, struct session, here)
			device_write(s, &bytes);
	bus_send(c->bus, p->core,
		 &(struct parcel){ .kind = PARCEL_DEVICES_TOLD, .number = p->number, .bytes = buf_all(&bytes) });
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

static struct str part(struct devices_job *j, struct str *rest)
{
	struct str one = str_n(rest->p, str_find(*rest, 0));

	*rest = str_from(*rest, one.n + 1);
	return arena_str(&j->arena, one);
}

static struct device *device_add(struct devices_job *j)
{
	if (j->n == j->room) {
		j->room = j->room ? j->room * 2 : 8;
		j->devices = mem_grow(j->devices, j->room * sizeof *j->devices);
	}
	j->devices[j->n] =
		(struct device){ .resource = STR(""), .door = STR(""), .program = STR(""), .address = STR("") };
	return &j->devices[j->n++];
}

static void device_read(struct devices_job *j, struct str *rest)
{
	struct device_head head;
	struct device *d = device_add(j);

	memcpy(&head, rest->p, sizeof head);
	*rest = str_from(*rest, sizeof head);
	d->since = head.since;
	d->seen = head.seen;
	d->detached = head.detached != 0;
	d->lasting = head.lasting != 0;
	d->connected = true;
	d->id = part(j, rest);
	d->resource = part(j, rest);
	d->door = part(j, rest);
	d->program = part(j, rest);
	d->address = part(j, rest);
	d->software = part(j, rest);
	d->name = part(j, rest);
	d->own = j->resource.p && str_eq(d->resource, j->resource);
}

static int newest_first(const void *a, const void *b)
{
	const struct device *x = a, *y = b;

	if (x->since != y->since)
		return x->since < y->since ? 1 : -1;
	return str_cmp(x->resource, y->resource);
}

/* ---- one line a device ------------------------------------------------------------------------------------------ */

/* Of two sessions of a device the one is shown that asks, or is connected, or came last. */
static bool shows_more(const struct device *a, const struct device *b)
{
	if (a->own != b->own)
		return a->own;
	if (a->detached != b->detached)
		return b->detached;
	return a->since > b->since;
}

static void device_join(struct device *one, const struct device *other)
{
	struct device kept = shows_more(one, other) ? *one : *other;

	kept.since = one->since < other->since ? one->since : other->since;
	kept.seen = one->seen > other->seen ? one->seen : other->seen;
	*one = kept;
}

static void sessions_join(struct devices_job *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++) {
		size_t k = 0;

		while (k < n && !str_eq(j->devices[k].id, j->devices[i].id))
			k++;
		if (k < n)
			device_join(&j->devices[k], &j->devices[i]);
		else
			j->devices[n++] = j->devices[i];
	}
	j->n = n;
}

static void record_join(struct devices_job *j, struct str id, const struct token_record *r)
{
	struct device *d = NULL;

	for (size_t i = 0; i < j->n && !d; i++)
		if (str_eq(j->devices[i].id, id))
			d = &j->devices[i];
	if (!d) {
		d = device_add(j);
		d->id = id;
		d->software = r->software;
		d->name = r->device;
		d->seen = r->seen;
		d->lasting = true;
	}
	d->tokens = true;
	d->since = r->since;
}

static void devices_join(struct devices_job *j)
{
	sessions_join(j);
	for (size_t i = 0; i < j->records_n; i++)
		if (token_is_live(&j->records[i], j->mark, core_now(j->core)))
			record_join(j, j->keys[i], &j->records[i]);
	if (j->n)
		qsort(j->devices, j->n, sizeof *j->devices, newest_first);
}

/* ---- the answer ------------------------------------------------------------------------------------------------- */

static void answer(struct devices_job *j, const struct device *devices, size_t n)
{
	struct devices_ask *a = j->ask;

	if (a) {
		a->job = NULL;
		a->verdict = j->verdict;
		a->devices = devices;
		a->n = j->verdict ? 0 : n;
		a->done(a);
	}
}

/* Told before it ends: it may be the one that asks. Its tokens went first, and who logs in with one of them looks
 * once more when his session is there to be ended (token_confirm). */
static void revoked(struct devices_job *j, const struct device *d)
{
	struct parcel p = { .kind = PARCEL_KICK,
			    .number = KICK_REVOKED,
			    .bytes = d->lasting ? d->id : d->resource,
			    .flags = d->lasting ? PARCEL_DEVICE : 0 };

	answer(j, d, 1);
	if (!j->verdict)
		core_tell(j->core, 'u', j->name, &p);
	devices_free(&j->job);
}

static const struct device *wanted(const struct devices_job *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (str_eq(j->devices[i].id, j->id))
			return &j->devices[i];
	return NULL;
}

static void record_dropped(struct store_request *r)
{
	struct devices_job *j = r->arg;

	if (!j)
		return;
	j->request = NULL;
	j->verdict = r->answer && r->answer != STORE_NOT_FOUND ? ACCOUNT_STORE : 0;
	revoked(j, wanted(j));
}

/* Also when no token is known of it: one may be given at this moment. */
static void record_drop(struct devices_job *j)
{
	struct store_request *r = store_ask(j->core->store, STORE_ITEM_SET, record_dropped, j);

	j->request = r;
	r->owner = j->owner;
	r->space = STR(TOKEN_SPACE);
	r->key = store_str(r, j->id);
	r->value = STR_NONE;
	store_submit(r);
}

static void devices_answer(struct timer *t)
{
	struct devices_job *j = holder_of(t, struct devices_job, timer);
	const struct device *d;

	list_remove(&j->here); /* who tells now comes too late */
	if (!j->stored)
		j->verdict = ACCOUNT_STORE;
	devices_join(j);
	d = j->id.p && !j->verdict ? wanted(j) : NULL;
	if (d && d->lasting) {
		record_drop(j);
	} else if (d) {
		revoked(j, d);
	} else {
		answer(j, j->devices, j->id.p ? 0 : j->n);
		devices_free(&j->job);
	}
}

/* When all have told: in a later turn, since the own core tells before the question has been put to the others. */
static void all_told(struct devices_job *j)
{
	if (j->published && j->stored && (j->verdict || j->told >= j->asked))
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

/* ---- the store -------------------------------------------------------------------------------------------------- */

static void stored(struct devices_job *j, int verdict)
{
	j->stored = true;
	j->verdict = verdict;
	all_told(j);
}

static void records_read(struct store_request *r)
{
	struct devices_job *j = r->arg;

	if (!j)
		return;
	j->request = NULL;
	j->keys = arena_get(&j->arena, r->n * sizeof *j->keys);
	j->records = arena_get(&j->arena, r->n * sizeof *j->records);
	for (size_t i = 0; !r->answer && i < r->n; i++)
		if (token_read(&j->records[j->records_n], arena_str(&j->arena, r->pairs[i].value)))
			j->keys[j->records_n++] = arena_str(&j->arena, r->pairs[i].key);
	stored(j, r->answer ? ACCOUNT_STORE : 0);
}

static void account_read(struct store_request *r)
{
	struct devices_job *j = r->arg;

	if (!j)
		return;
	j->request = NULL;
	if (r->answer) {
		stored(j, r->answer == STORE_NOT_FOUND ? ACCOUNT_UNKNOWN : ACCOUNT_STORE);
		return;
	}
	j->owner = r->account.id;
	j->mark = account_mark(&r->account);
	j->request = store_ask(j->core->store, STORE_ITEM_LIST, records_read, j);
	j->request->owner = j->owner;
	j->request->space = STR(TOKEN_SPACE);
	store_submit(j->request);
}

/* ---- what is asked ---------------------------------------------------------------------------------------------- */

static void ask(struct core *c, struct devices_ask *a, struct str name, struct str own, struct str id)
{
	struct devices_job *j = mem_new(struct devices_job);

	job_begin(c, &j->job, devices_free);
	list_append(&c->devices.asking, &j->here);
	j->core = c;
	j->ask = a;
	a->job = j;
	j->number = ++c->devices.last;
	j->name = arena_str(&j->arena, name);
	j->resource = own.p ? arena_str(&j->arena, own) : STR_NONE;
	j->id = id.p ? arena_str(&j->arena, id) : STR_NONE;
	j->timer.fire = devices_answer;
	world_timer(c->world, &j->timer, ANSWER_MS);
	j->asked = core_tell(c, 'u', name, &(struct parcel){ .kind = PARCEL_DEVICES, .number = j->number });
	j->published = true;
	j->request = store_ask(c->store, STORE_ACCOUNT_GET, account_read, j);
	j->request->account.name = store_str(j->request, name);
	store_submit(j->request);
}

void devices_list(struct core *c, struct devices_ask *a, struct str name, struct str own)
{
	ask(c, a, name, own, STR_NONE);
}

void devices_revoke(struct core *c, struct devices_ask *a, struct str name, struct str own, struct str id)
{
	ask(c, a, name, own, id);
}
