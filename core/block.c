/* SPDX-License-Identifier: Apache-2.0
 *
 * core/block.c - XEP-0191. The list is one item of the space "blocks": addresses, each ended by a zero byte.
 */
#include "core/block.h"

#include "core/inside.h"

enum { BLOCKS_MAX = 5000 };

static bool entry_matches(struct str e, struct jid who)
{
	struct str domain = jid_domain(who), res = jid_resource(who);
	size_t slash;

	if (str_eq(e, jid_bare(who)) || str_eq(e, jid_full(who)) || str_eq(e, domain))
		return true;
	slash = str_find(e, '/'); /* domain/resource */
	return slash < e.n && who.resource && str_eq(str_n(e.p, slash), domain) && str_eq(str_from(e, slash + 1), res);
}

bool block_matches(const struct user *u, struct jid who)
{
	/* Whatever is blocked, the own devices are not (XEP-0191, 4). */
	if (!u->blocks_n || (str_is(jid_local(who), u->name) && core_is_local(u->core, who)))
		return false;
	for (size_t i = 0; i < u->blocks_n; i++)
		if (entry_matches(u->blocks[i], who))
			return true;
	return false;
}

bool block_kept_matches(struct str list, struct jid who)
{
	for (size_t end; list.n; list = str_from(list, end + 1))
		if (entry_matches(str_n(list.p, end = str_find(list, 0)), who))
			return true;
	return false;
}

void block_load(struct user *u, struct str text)
{
	for (size_t end; text.n; text = str_from(text, end + 1)) {
		struct str one = str_n(text.p, end = str_find(text, 0));

		u->blocks = mem_grow(u->blocks, (u->blocks_n + 1) * sizeof *u->blocks);
		u->blocks[u->blocks_n++] = str_n(str_dup(one), one.n);
	}
}

size_t block_count(const struct session *s) { return s->user->blocks_n; }
struct str block_at(const struct session *s, size_t i) { return s->user->blocks[i]; }

/* ---- changing ----------------------------------------------------------------------------------------------------- */

struct change {
	struct job job;
	struct ask *ask;
	struct user *user;
	struct buf told; /* what changed, as the parcel carries it */
	bool blocked, all;
};

static bool listed(const struct str *list, size_t n, struct str one)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], one))
			return true;
	return false;
}

/* Subscribers among those that were blocked see the user leave, those let in again see him come (XEP-0191, 3.3 and 3.4). */
static void presence_follows(struct change *ch)
{
	struct user *u = ch->user;
	struct arena a = { 0 };
	struct jid me = jid_make(str_z(u->name), u->core->settings.domain, STR_NONE, &a);
	struct str changed = buf_all(&ch->told);

	for (struct map_node *node = map_next(&u->roster, NULL); node; node = map_next(&u->roster, node)) {
		const struct roster_item *item = &holder_of(node, struct contact, node)->item;
		struct jid who = address_of(item->contact);
		bool hit = ch->all;
		size_t end;

		if (!(item->state & ROSTER_FROM))
			continue;
		for (struct str rest = changed; rest.n && rest.p[0] && !hit; rest = str_from(rest, end + 1))
			hit = entry_matches(str_n(rest.p, end = str_find(rest, 0)), who);
		if (!hit)
			continue;
		presence_show(u->core, me, who, ch->blocked);
	}
	arena_free(&a);
}

static void change_free(struct job *j)
{
	struct change *ch = holder_of(j, struct change, job);

	buf_free(&ch->told);
	mem_free(ch);
}

static void stored(struct store_request *r)
{
	struct change *ch = r->held;
	struct user *u = ch->user;
	struct ask *a = r->arg;

	if (!r->answer) {
		/* Hidden before the list forbids it, shown after the list allows it. */
		if (ch->blocked)
			presence_follows(ch);
		buf_byte(&ch->told, 0);
		buf_str(&ch->told, r->value.p ? r->value : STR(""));
		core_tell(u->core, 'c', str_z(u->name),
			  &(struct parcel){ .kind = PARCEL_BLOCKS, .bytes = buf_all(&ch->told),
					    .flags = (ch->blocked ? PARCEL_OWN : 0) | (ch->all ? PARCEL_REMOVED : 0) });
		if (!ch->blocked)
			presence_follows(ch);
	}
	job_end(&ch->job);
	change_free(&ch->job);
	user_release(u);
	if (!a)
		return;
	a->request = NULL;
	a->verdict = r->answer;
	a->answer = r;
	a->done(a);
}

void block_set(struct session *s, struct ask *a, const struct str *addresses, size_t n, bool blocked)
{
	struct user *u = s->user;
	struct store_request *r = store_ask(s->core->store, STORE_ITEM_SET, stored, a);
	struct change *ch = mem_new(struct change);
	own_buf list = { 0 };

	for (size_t i = 0; i < u->blocks_n; i++)
		if (blocked || (n && !listed(addresses, n, u->blocks[i])))
			buf_fmt(&list, "%.*s%c", STR_ARG(u->blocks[i]), 0);
	for (size_t i = 0; i < n; i++) {
		bool was = listed(u->blocks, u->blocks_n, addresses[i]);

		if (blocked && !was && u->blocks_n + i < BLOCKS_MAX)
			buf_fmt(&list, "%.*s%c", STR_ARG(addresses[i]), 0);
		buf_fmt(&ch->told, "%.*s%c", STR_ARG(addresses[i]), 0);
	}
	job_begin(s->core, &ch->job, change_free);
	ch->user = u;
	ch->blocked = blocked;
	ch->all = !blocked && n == 0;
	user_hold(u);
	a->request = r;
	r->held = ch;
	r->owner = u->id;
	r->space = STR(BLOCK_SPACE);
	r->key = STR("");
	r->value = list.n ? store_str(r, buf_all(&list)) : STR_NONE;
	store_submit(r);
}
