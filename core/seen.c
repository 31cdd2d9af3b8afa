/* SPDX-License-Identifier: Apache-2.0
 *
 * core/seen.c - when somebody was last here (XEP-0012). A whole commit for each goodbye would cost more than the rest of it, so what is to be
 * written waits a second for company. Who asks on this core is told what will be written; on another core he may be told what was true a second ago.
 * A crash loses that second, no more.
 */
#include "core/inside.h"

enum { TOGETHER_MS = 1000 };

struct seen {
	struct list here; /* in core->seen.waiting */
	struct user *user; /* held */
	msec at;
	struct str status; /* own memory */
};

static void seen_submit(struct core *c, struct seen *s)
{
	struct store_request *r = store_ask(c->store, STORE_ACCOUNT_SEEN, NULL, NULL);

	r->account.id = s->user->id;
	r->account.seen = s->at;
	r->account.seen_status = store_str(r, s->status);
	store_submit(r);
}

static void seen_free(struct seen *s)
{
	s->user->seen = NULL;
	user_release(s->user);
	list_remove(&s->here);
	mem_free((void *)s->status.p);
	mem_free(s);
}

void seen_write_all(struct core *c)
{
	struct seen *s;

	world_stop(c->world, &c->seen.timer);
	while ((s = list_first(&c->seen.waiting, struct seen, here))) {
		if (!s->user->gone)
			seen_submit(c, s);
		seen_free(s);
	}
}

static void together(struct timer *t) { seen_write_all(holder_of(t, struct core, seen.timer)); }

static struct seen *seen_begin(struct user *u)
{
	struct core *c = u->core;
	struct seen *s = mem_new(struct seen);

	u->seen = s;
	s->user = u;
	user_hold(u);
	if (list_empty(&c->seen.waiting)) {
		c->seen.timer.fire = together;
		world_timer(c->world, &c->seen.timer, TOGETHER_MS);
	}
	list_append(&c->seen.waiting, &s->here);
	return s;
}

void seen_note(struct user *u, struct str status)
{
	struct seen *s = u->seen ? u->seen : seen_begin(u);

	mem_free((void *)s->status.p);
	s->at = core_now(u->core);
	s->status = str_n(str_dup(status), status.n);
}

void seen_tell(struct core *c, struct account *account)
{
	struct user *u = c->seen.timer.place ? user_here(c, account->name) : NULL;

	if (!u || !u->seen || u->id != account->id)
		return;
	account->seen = u->seen->at;
	account->seen_status = u->seen->status;
}
