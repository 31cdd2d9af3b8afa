/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_push.c - who belongs to a room and has no session in it: his places are told (core/push.h) when somebody says his name there. Those who are
 * in are looked after where their sessions are (room_here.c).
 */
#include "core/room_inside.h"

enum {
	NAMED_MAX = 50,   /* of one message: who names more means nobody */
	CLOSED_MAX = 200, /* members of a room where everybody is told of what is encrypted */
};

/* Somebody who was named, while his account is loaded. */
struct summons {
	struct job job;
	struct user_wait wait;
	struct core *core;
	struct stanza *st;
};

static void summons_free(struct job *j)
{
	struct summons *s = holder_of(j, struct summons, job);

	list_remove(&s->wait.here);
	stanza_unref(s->st);
	mem_free(s);
}

static void summons_go(struct user_wait *w, struct user *u)
{
	struct summons *s = holder_of(w, struct summons, wait);

	if (u->state == USER_READY && !block_matches(u, s->st->from))
		push_tell(u, s->st);
	job_end(&s->job);
	summons_free(&s->job);
	user_release(u);
}

static void summon(struct core *c, struct str name, struct stanza *st)
{
	struct summons *s = mem_new(struct summons);
	struct user *u = user_get(c, name);

	job_begin(c, &s->job, summons_free);
	s->core = c;
	s->st = stanza_ref(st);
	s->wait.ready = summons_go;
	user_hold(u);
	user_when_ready(u, &s->wait);
}

static bool is_in(const struct room *r, struct str bare)
{
	for (struct occupant *o = room_next(r, NULL); o; o = room_next(r, o))
		if (str_eq(jid_bare(o->jid), bare))
			return true;
	return false;
}

/* Where only members may enter what cannot be read is for them all: as among the devices that are in. */
static bool is_for_all(const struct room *r, const struct stanza *st)
{
	return st->traits & STANZA_ENCRYPTED && r->config.members_only && r->people.n <= CLOSED_MAX;
}

static bool belongs(const struct room *r, const struct room_person *p)
{
	size_t at = str_find(p->jid, '@');

	return p->affiliation >= AFFILIATION_MEMBER && at < p->jid.n && str_eq(str_from(p->jid, at + 1), r->core->settings.domain);
}

void room_push(struct room *r, struct stanza *st)
{
	bool all = is_for_all(r, st);
	own_buf body = { 0 }, text = { 0 };
	unsigned n = 0;

	if (st->traits & STANZA_NO_STORE || !(all || (st->traits & STANZA_BODY && !(st->traits & STANZA_ENCRYPTED))))
		return;
	if (!all && stanza_body(st, &body))
		text_fold(&text, buf_all(&body));
	for (struct map_node *node = map_next(&r->people, NULL); node && (all || n < NAMED_MAX); node = map_next(&r->people, node)) {
		const struct person *p = holder_of(node, struct person, node);
		struct str name = str_n(p->person.jid.p, str_find(p->person.jid, '@'));

		if (!belongs(r, &p->person) || !(all || push_names(buf_all(&text), p->name) || push_names(buf_all(&text), p->nick)) ||
		    is_in(r, p->person.jid))
			continue;
		n++;
		summon(r->core, name, st);
	}
}
