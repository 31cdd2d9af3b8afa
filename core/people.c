/* SPDX-License-Identifier: Apache-2.0 */
#include "core/people.h"

#include "core/inside.h"

enum { QUESTIONS_MAX = 300 }; /* of one account in five minutes: who types a name asks at every pause */

struct people_job {
	struct job job;
	struct core *core;
	struct people_ask *ask;       /* NULL: nobody waits any more */
	struct post post;             /* to answer what is known at once in a later turn */
	int verdict;
	struct str asker;             /* the full address, own memory */
	struct jid jid;               /* the same */
	struct store_request *found;  /* taken */
	size_t left;                  /* block lists that have not come */
	bool hidden[PEOPLE_MAX];
};

/* One block list on its way. */
struct reading {
	struct people_job *job;
	size_t place;
};

static void people_free(struct job *job)
{
	struct people_job *j = holder_of(job, struct people_job, job);

	if (j->found)
		store_drop(j->found);
	mem_free((void *)j->asker.p);
	mem_free(j);
}

/* The core ends: what is posted comes back to us once more. */
static void people_release(struct job *job)
{
	struct people_job *j = holder_of(job, struct people_job, job);

	if (j->verdict)
		j->core = NULL;
	else
		people_free(job);
}

static void answer(struct people_job *j)
{
	struct people_ask *a = j->ask;
	size_t n = 0;

	job_end(&j->job);
	for (size_t i = 0; j->found && i < j->found->n; i++)
		if (!j->hidden[i])
			j->found->people[n++] = j->found->people[i];
	if (a) {
		a->job = NULL;
		a->verdict = j->verdict;
		a->people = j->found ? j->found->people : NULL;
		a->n = n;
		a->done(a);
	}
	people_free(&j->job);
}

static void answer_now(struct post *p)
{
	struct people_job *j = holder_of(p, struct people_job, post);

	if (j->core)
		answer(j);
	else
		people_free(&j->job);
}

static void blocks_read(struct store_request *r)
{
	struct reading *one = r->arg;
	struct people_job *j = one->job;

	/* Somebody of whom it is not known is not shown. */
	if (r->answer != STORE_NOT_FOUND)
		j->hidden[one->place] = r->answer || block_kept_matches(r->value, j->jid);
	if (!--j->left)
		answer(j);
}

static void blocks_ask(struct people_job *j, size_t place)
{
	struct store_request *r = store_ask(j->core->store, STORE_ITEM_GET, blocks_read, NULL);
	struct reading *one = r->arg = arena_get(&r->arena, sizeof *one);

	*one = (struct reading){ j, place };
	r->owner = j->found->people[place].id;
	r->space = STR(BLOCK_SPACE);
	r->key = STR("");
	store_submit(r);
}

static void people_found(struct store_request *r)
{
	struct people_job *j = r->arg;

	if (r->answer)
		j->verdict = PEOPLE_STORE;
	if (r->answer || !r->n) {
		answer(j);
		return;
	}
	store_take(r);
	j->found = r;
	j->left = r->n;
	for (size_t i = 0; i < r->n; i++)
		blocks_ask(j, i);
}

void people_cancel(struct people_ask *a)
{
	if (a->job)
		a->job->ask = NULL;
	a->job = NULL;
}

void people_find(struct core *c, struct people_ask *a, struct jid asker, struct str text)
{
	struct people_job *j = mem_new(struct people_job);
	struct store_request *r;

	job_begin(c, &j->job, people_release);
	j->core = c;
	j->ask = a;
	a->job = j;
	if (!c->settings.people_search)
		j->verdict = PEOPLE_OFF;
	else if (!throttle_ask(c, jid_local(asker), QUESTIONS_MAX))
		j->verdict = PEOPLE_THROTTLED;
	if (j->verdict) {
		j->post.run = answer_now;
		world_later(c->world, &j->post);
		return;
	}
	j->asker = str_n(str_dup(jid_full(asker)), jid_full(asker).n);
	j->jid = asker;
	j->jid.p = j->asker.p;
	r = store_ask(c->store, STORE_PEOPLE_FIND, people_found, j);
	r->people_text = store_str(r, text.p ? text : STR(""));
	r->limit = PEOPLE_MAX;
	store_submit(r);
}

void people_name(struct core *c, int64_t account, struct str display)
{
	struct store_request *r = store_ask(c->store, STORE_PEOPLE_NAME, NULL, NULL);
	char *p = arena_get(&r->arena, display.n + 1);
	struct str name;

	for (size_t i = 0; i < display.n; i++)
		p[i] = (char)((unsigned char)display.p[i] < 0x20 || display.p[i] == 0x7f ? ' ' : display.p[i]);
	name = str_trim(str_n(p, display.n));
	if (name.n > PEOPLE_NAME_BYTES_MAX)
		name.n = PEOPLE_NAME_BYTES_MAX;
	while (name.n && !str_is_utf8(name))
		name.n--; /* cut before a character, not in it */
	r->owner = account;
	r->people_text = name.n ? name : STR_NONE;
	store_submit(r);
}
