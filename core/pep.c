/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pep.h"

#include "core/inside.h"
#include "core/pep_inside.h"

const struct pep_config pep_default = { .access = PEP_PRESENCE,
					.send_last = PEP_LAST_ON_PRESENCE,
					.persist = true,
					.payloads = true,
					.tell_delete = true,
					.max_items = 1,
					.groups = STR_INIT(""),
					.title = STR_INIT(""),
					.about = STR_INIT(""),
					.type = STR_INIT("") };

/* ---- in the store ----------------------------------------------------------------------------------------------- */

/* Numbers, each followed by a blank; then the id of the newest item. The first form had no more than that; now a "+"
 * stands before it, there are more numbers, and the texts whose lengths the last ones are stand before the id. */
enum { ACCESS, SEND_LAST, PERSIST, PAYLOADS, TELL_RETRACT, MAX_ITEMS, ITEMS, BYTES, NUMBERS_ONCE,
       PUBLISHERS = NUMBERS_ONCE, TELL_DELETE, TELL_CONFIG, TEXT, TEXTS = 4, NUMBERS = TEXT + TEXTS };

void pep_node_write(struct buf *to, const struct pep_node *n)
{
	const struct pep_config *c = &n->config;
	const uint64_t numbers[NUMBERS] = { c->access,      c->send_last,   c->persist,   c->payloads, c->tell_retract,
					    c->max_items,   n->items,       n->bytes,     c->publishers, c->tell_delete,
					    c->tell_config, c->groups.n,    c->title.n,   c->about.n,  c->type.n };

	buf_byte(to, '+');
	for (size_t i = 0; i < NUMBERS; i++) {
		buf_u64(to, numbers[i]);
		buf_byte(to, ' ');
	}
	buf_str(to, c->groups);
	buf_str(to, c->title);
	buf_str(to, c->about);
	buf_str(to, c->type);
	buf_str(to, n->last);
}

static bool numbers_read(struct str *rest, uint64_t *numbers, size_t n)
{
	for (size_t i = 0, end; i < n; i++, *rest = str_from(*rest, end + 1))
		if (!str_u64(str_n(rest->p, end = str_find(*rest, ' ')), &numbers[i]))
			return false;
	return true;
}

static bool texts_read(struct str *rest, const uint64_t *lengths, struct str *texts)
{
	for (size_t i = 0; i < TEXTS; i++) {
		if (lengths[i] > rest->n)
			return false;
		texts[i] = str_n(rest->p, lengths[i]);
		*rest = str_from(*rest, lengths[i]);
	}
	return true;
}

bool pep_node_read(struct pep_node *ret, const struct store_pair *pair)
{
	uint64_t numbers[NUMBERS] = { [TELL_DELETE] = 1 };
	struct str rest = pair->value, texts[TEXTS];
	bool now = rest.n && rest.p[0] == '+';

	rest = str_from(rest, now);
	if (!numbers_read(&rest, numbers, now ? NUMBERS : NUMBERS_ONCE) || !texts_read(&rest, numbers + TEXT, texts))
		return false;
	if (numbers[ACCESS] >= PEP_ACCESSES || numbers[SEND_LAST] >= PEP_LASTS || numbers[PUBLISHERS] >= PEP_BY)
		return false;
	*ret = (struct pep_node){ .name = pair->key,
				  .last = rest,
				  .items = (uint32_t)numbers[ITEMS],
				  .bytes = numbers[BYTES],
				  .config = { .access = (enum pep_access)numbers[ACCESS],
					      .send_last = (enum pep_last)numbers[SEND_LAST],
					      .publishers = (enum pep_publishers)numbers[PUBLISHERS],
					      .persist = numbers[PERSIST],
					      .payloads = numbers[PAYLOADS],
					      .tell_retract = numbers[TELL_RETRACT],
					      .tell_delete = numbers[TELL_DELETE],
					      .tell_config = numbers[TELL_CONFIG],
					      .max_items = (uint32_t)numbers[MAX_ITEMS],
					      .groups = texts[0],
					      .title = texts[1],
					      .about = texts[2],
					      .type = texts[3] } };
	return true;
}

void pep_item_write(struct buf *to, uint64_t stamp, struct str xml)
{
	buf_u64(to, stamp);
	buf_byte(to, ' ');
	buf_str(to, xml);
}

bool pep_item_read(struct str value, uint64_t *stamp, struct str *xml)
{
	size_t end = str_find(value, ' ');

	*xml = str_from(value, end + 1);
	return str_u64(str_n(value.p, end), stamp);
}

struct str pep_space(struct str node, struct arena *arena)
{
	own_buf b = { 0 };

	buf_lit(&b, PEP_SPACE ":");
	buf_str(&b, node);
	return arena_str(arena, buf_all(&b));
}

void pep_put(struct core *c, int64_t owner, struct str space, struct str key, struct str value)
{
	struct store_request *r = store_ask(c->store, STORE_ITEM_SET, NULL, NULL);

	r->owner = owner;
	r->space = store_str(r, space);
	r->key = store_str(r, key);
	r->value = store_str(r, value);
	store_submit(r);
}

static bool is_local(const struct core *c, struct str bare)
{
	return str_eq(str_from(bare, str_find(bare, '@') + 1), c->settings.domain);
}

static bool wants(struct session *s, struct str node) { return s->presence && s->ops->wants && s->ops->wants(s, node); }

/* ---- what was published last ------------------------------------------------------------------------------------ */

/* One account after another: is it there, does it block us, which nodes has it; then one node after another. */
struct pep_walk {
	struct job job;
	struct core *core;
	struct session *session; /* NULL: it has ended */
	struct buf names;        /* of accounts, each behind an enum walk_why and ended by a zero byte */
	size_t at;               /* the next one in `names` */
	char why;
	int64_t owner;           /* its id */
	struct arena arena;      /* for this account: */
	struct str name;
	struct pep_node *nodes;  /* the session wants them; until walk_rights() has sorted out who may see them */
	struct store_request *rights;
	size_t n, i;
};

enum walk_why { WALK_OWN = 'o', WALK_CONTACT = 'c', WALK_SUBSCRIBED = 's' /* a contact since just now */ };

static void walk_add(struct pep_walk *w, enum walk_why why, struct str name)
{
	buf_byte(&w->names, (char)why);
	buf_str(&w->names, name);
	buf_byte(&w->names, 0);
}

static void walk_free(struct job *j)
{
	struct pep_walk *w = holder_of(j, struct pep_walk, job);

	if (w->rights)
		store_drop(w->rights);
	buf_free(&w->names);
	arena_free(&w->arena);
	mem_free(w);
}

static void walk_end(struct pep_walk *w)
{
	if (w->session)
		w->session->walk = NULL;
	job_end(&w->job);
	walk_free(&w->job);
}

void pep_forget(struct session *s)
{
	if (s->walk)
		s->walk->session = NULL;
	s->walk = NULL;
}

static void walk_account(struct pep_walk *w);

static struct jid walk_jid(struct pep_walk *w, struct arena *arena)
{
	return jid_make(w->name, w->core->settings.domain, STR_NONE, arena);
}

static struct store_request *walk_ask(struct pep_walk *w, enum store_op op, void (*done)(struct store_request *r))
{
	struct store_request *r = store_ask(w->core->store, op, done, w);

	r->owner = w->owner;
	return r;
}

static void walk_node(struct pep_walk *w);

static void walk_item(struct store_request *r)
{
	struct pep_walk *w = r->arg;
	struct session *s = w->session;
	struct str xml;
	uint64_t stamp;

	if (s && !r->answer && pep_item_read(r->value, &stamp, &xml) && wants(s, w->nodes[w->i - 1].name))
		s->ops->item(s, walk_jid(w, &w->arena), w->nodes[w->i - 1].name, xml);
	walk_node(w);
}

static void walk_node(struct pep_walk *w)
{
	struct store_request *r;

	if (w->i == w->n || !w->session) {
		walk_account(w);
		return;
	}
	r = walk_ask(w, STORE_ITEM_GET, walk_item);
	r->space = pep_space(w->nodes[w->i].name, &r->arena);
	r->key = store_str(r, w->nodes[w->i++].last);
	store_submit(r);
}

static bool walk_sends(const struct pep_walk *w, const struct pep_config *c)
{
	return c->send_last == PEP_LAST_ON_PRESENCE ||
	       (c->send_last == PEP_LAST_ON_SUBSCRIPTION && w->why == WALK_SUBSCRIBED);
}

/* The nodes that stay are those that the session may see; `groups` of its own address in the owner's roster. */
static void walk_sort(struct pep_walk *w, const struct store_request *kept, struct str groups, bool listed)
{
	struct str bare = jid_bare(w->session->jid);
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct pep_rights rights = { .sees_presence = true };

		for (size_t k = 0; k < kept->n; k++)
			pep_rights_add(&rights, &kept->pairs[k], w->nodes[i].name, bare, w->session->user->id);
		rights.in_group = listed && pep_groups_meet(w->nodes[i].config.groups, groups);
		if (pep_may_see(&w->nodes[i].config, &rights))
			w->nodes[n++] = w->nodes[i];
	}
	w->n = n;
}

static void walk_roster(struct store_request *r)
{
	struct pep_walk *w = r->arg;
	struct str groups = STR("");
	bool listed = false;

	for (size_t i = 0; w->session && !r->answer && i < r->n; i++)
		if (str_eq(r->items[i].contact, jid_bare(w->session->jid))) {
			groups = r->items[i].groups;
			listed = true;
		}
	if (w->session)
		walk_sort(w, w->rights, groups, listed);
	store_drop(w->rights);
	w->rights = NULL;
	walk_node(w);
}

static void walk_rights(struct store_request *r)
{
	struct pep_walk *w = r->arg;
	bool roster = false;

	if (r->answer || !w->session) {
		walk_account(w);
		return;
	}
	for (size_t i = 0; i < w->n; i++)
		roster |= w->nodes[i].config.access == PEP_ROSTER;
	if (!roster) {
		walk_sort(w, r, STR(""), false);
		walk_node(w);
		return;
	}
	w->rights = r;
	store_take(r);
	store_submit(walk_ask(w, STORE_ROSTER_LOAD, walk_roster));
}

static void walk_listed(struct store_request *r)
{
	struct pep_walk *w = r->arg;

	w->n = w->i = 0;
	w->nodes = arena_get(&w->arena, (r->n + 1) * sizeof *w->nodes);
	for (size_t i = 0; i < r->n && w->session; i++) {
		struct pep_node node;
		struct store_pair kept = r->pairs[i];

		if (!pep_node_read(&node, &kept) || !node.last.n || !walk_sends(w, &node.config) ||
		    !wants(w->session, node.name))
			continue;
		kept = (struct store_pair){ arena_str(&w->arena, kept.key), arena_str(&w->arena, kept.value) };
		pep_node_read(&w->nodes[w->n++], &kept);
	}
	if (!w->n || w->why == WALK_OWN) {
		walk_node(w);
		return;
	}
	r = walk_ask(w, STORE_ITEM_LIST, walk_rights);
	r->space = STR(PEP_RIGHTS_SPACE);
	store_submit(r);
}

static void walk_list(struct pep_walk *w)
{
	struct store_request *r = walk_ask(w, STORE_ITEM_LIST, walk_listed);

	r->space = STR(PEP_SPACE);
	store_submit(r);
}

static void walk_blocks(struct store_request *r)
{
	struct pep_walk *w = r->arg;

	if (!w->session || (r->answer && r->answer != STORE_NOT_FOUND) ||
	    (!r->answer && block_kept_matches(r->value, w->session->jid)))
		walk_account(w);
	else
		walk_list(w);
}

static void walk_found(struct store_request *r)
{
	struct pep_walk *w = r->arg;

	if (r->answer || !w->session) {
		walk_account(w);
		return;
	}
	w->owner = r->account.id;
	r = walk_ask(w, STORE_ITEM_GET, walk_blocks);
	r->space = STR(BLOCK_SPACE);
	r->key = STR("");
	store_submit(r);
}

static void walk_account(struct pep_walk *w)
{
	struct str rest = str_from(buf_all(&w->names), w->at);
	struct store_request *r;

	arena_reset(&w->arena);
	if (!w->session || !rest.n) {
		walk_end(w);
		return;
	}
	w->why = rest.p[0];
	w->name = arena_str(&w->arena, str_n(rest.p + 1, str_find(rest, 0) - 1)); /* `names` may grow */
	w->at += w->name.n + 2;
	if (w->why == WALK_OWN) {
		w->owner = w->session->user->id;
		walk_list(w);
		return;
	}
	r = walk_ask(w, STORE_ACCOUNT_GET, walk_found);
	r->account.name = store_str(r, w->name);
	store_submit(r);
}

static struct pep_walk *walk_new(struct session *s)
{
	struct pep_walk *w = mem_new(struct pep_walk);

	job_begin(s->core, &w->job, walk_free);
	w->core = s->core;
	w->session = s;
	s->walk = w;
	return w;
}

void pep_last(struct session *s)
{
	struct pep_walk *w;
	struct user *u = s->user;

	pep_forget(s);
	if (!s->presence || !s->ops->item)
		return;
	w = walk_new(s);
	walk_add(w, WALK_OWN, str_z(u->name));
	for (struct map_node *at = map_next(&u->roster, NULL); at; at = map_next(&u->roster, at)) {
		const struct roster_item *item = &holder_of(at, struct contact, node)->item;
		struct str local = str_n(item->contact.p, str_find(item->contact, '@'));
		struct jid who = { local.p, (uint16_t)local.n, (uint16_t)s->core->settings.domain.n, 0 };

		if (!(item->state & ROSTER_TO) || !is_local(s->core, item->contact) || block_matches(u, who))
			continue;
		walk_add(w, WALK_CONTACT, local);
	}
	walk_account(w);
}

void pep_subscribed_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));
	struct jid who = p->stanza->from;
	struct contact *k = u ? user_contact(u, jid_bare(who)) : NULL;

	if (!k || !(k->item.state & ROSTER_TO) || block_matches(u, who))
		return;
	list_each(s, &u->sessions, struct session, here) {
		bool under_way = s->walk != NULL;

		if (!s->presence || !s->ops->item)
			continue;
		walk_add(under_way ? s->walk : walk_new(s), WALK_SUBSCRIBED, jid_local(who));
		if (!under_way)
			walk_account(s->walk);
	}
}
