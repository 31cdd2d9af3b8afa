/* SPDX-License-Identifier: Apache-2.0 */
#include "core/guest.h"

#include "base/log.h"
#include "core/account_inside.h"

enum { AGAIN_MS = 5000 }; /* the store failed */

/* ---- coming ------------------------------------------------------------------------------------------------------ */

void guest_gone(struct core *c, struct str name)
{
	core_count_up(c, COUNT_GUESTS, -1);
	log_event(guest_gone, "user=%.*s", STR_ARG(name));
}

static void refuse(struct account_job *j, int verdict)
{
	core_count_up(j->core, COUNT_GUESTS, -1);
	account_job_end(j, verdict);
}

/* It is there, but was not before: somebody was faster. Where it still is not, an invitation keeps the name for an account. */
static void taken_by(struct account_job *j, int answer)
{
	if (answer && answer != STORE_NOT_FOUND)
		refuse(j, ACCOUNT_STORE);
	else
		refuse(j, !answer && account_is_guest(&j->account) ? ACCOUNT_EXISTS : ACCOUNT_REGISTERED);
}

static void added(struct store_request *r)
{
	struct account_job *j = r->arg;

	if (r->answer == STORE_EXISTS) {
		account_job_look_up(j, taken_by);
	} else if (r->answer) {
		refuse(j, ACCOUNT_STORE);
	} else {
		j->account.id = r->account.id;
		log_event(guest_came, "user=%.*s", STR_ARG(j->name));
		account_job_end(j, 0);
	}
}

/* Several cores that look at the same moment may each let one too many in. */
static bool is_full(const struct core *c) { return (int64_t)core_counter(c, COUNT_GUESTS) >= (int64_t)c->settings.guests_max; }

static void add(struct account_job *j)
{
	struct core *c = j->core;
	struct store_request *r;

	if (is_full(c)) {
		account_job_end(j, ACCOUNT_FORBIDDEN);
		return;
	}
	core_count_up(c, COUNT_GUESTS, 1);
	j->account = (struct account){ .name = j->name, .flags = ACCOUNT_GUEST, .created = core_now(c) };
	r = store_ask(c->store, STORE_ACCOUNT_ADD, added, j);
	r->account = j->account;
	r->account.name = store_str(r, j->name);
	r->account.seen_status = STR("");
	r->after = (uint64_t)core_now(c);
	store_submit(r);
}

static void found(struct account_job *j, int answer)
{
	if (answer == STORE_NOT_FOUND)
		add(j);
	else if (answer)
		account_job_end(j, ACCOUNT_STORE);
	else
		account_job_end(j, account_is_guest(&j->account) ? ACCOUNT_EXISTS : ACCOUNT_REGISTERED);
}

void guest_open(struct core *c, struct account_ask *a, struct str name)
{
	struct account_job *j = account_job_begin(c, a, name, NULL);

	if (!j->name.n)
		account_job_end(j, ACCOUNT_BAD_NAME);
	else if (!c->settings.guests_max)
		account_job_end(j, ACCOUNT_FORBIDDEN);
	else if (c->guests.sweeping)
		list_append(&c->guests.waiting, &j->waits);
	else
		account_job_look_up(j, found);
}

void guest_close(struct core *c, struct account_ask *a, struct str name) { account_delete_guest(c, a, name); }

/* ---- those of another life -------------------------------------------------------------------------------------- */

/* Who comes meanwhile waits: he must neither be taken for one of them nor find his name taken by one. */
struct sweep {
	struct job job;
	struct core *core;
	struct ask list;
	struct account_ask one;
	struct arena arena;
	struct str *names;
	size_t n, at;
	struct timer again;
};

/* Nothing is asked any more, or the core ends and nobody answers. */
static void sweep_free(struct job *job)
{
	struct sweep *w = holder_of(job, struct sweep, job);

	list_remove(&job->here);
	world_stop(w->core->world, &w->again);
	arena_free(&w->arena);
	mem_free(w);
}

static void let_in(struct core *c, bool store_failed)
{
	for (struct account_job *j; (j = list_first(&c->guests.waiting, struct account_job, waits));) {
		list_remove(&j->waits);
		if (store_failed)
			account_job_end(j, ACCOUNT_STORE);
		else
			account_job_look_up(j, found);
	}
}

static void next(struct sweep *w)
{
	struct core *c = w->core;

	if (w->at < w->n) {
		account_delete_guest(c, &w->one, w->names[w->at++]);
		return;
	}
	c->guests.sweeping = false;
	sweep_free(&w->job);
	let_in(c, false);
}

/* Whoever could not be deleted stays until the next start. */
static void deleted(struct account_ask *a) { next(holder_of(a, struct sweep, one)); }

static void listed(struct ask *a)
{
	struct sweep *w = holder_of(a, struct sweep, list);

	if (a->verdict) {
		let_in(w->core, true);
		world_timer(w->core->world, &w->again, AGAIN_MS);
		return;
	}
	w->n = a->answer->n;
	w->names = arena_get(&w->arena, (w->n + 1) * sizeof *w->names);
	for (size_t i = 0; i < w->n; i++)
		w->names[i] = arena_str(&w->arena, a->answer->accounts[i].name);
	core_count_up(w->core, COUNT_GUESTS, (int64_t)w->n);
	next(w);
}

static void list_ask(struct timer *t)
{
	struct sweep *w = holder_of(t, struct sweep, again);

	guest_list(w->core, &w->list, STR_NONE, 0);
}

void guest_sweep(struct core *c)
{
	struct sweep *w = mem_new(struct sweep);

	w->core = c;
	w->list.done = listed;
	w->one.done = deleted;
	w->again.fire = list_ask;
	job_begin(c, &w->job, sweep_free);
	c->guests.sweeping = true;
	list_ask(&w->again);
}
