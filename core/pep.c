/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pep.h"

#include "core/inside.h"

const struct pep_config pep_default = {
	.access = PEP_PRESENCE, .send_last = PEP_LAST_ON_PRESENCE, .persist = true, .payloads = true, .max_items = 1
};

/* ---- in the store ----------------------------------------------------------------------------------------------- */

/* Numbers, each followed by a blank; then the id of the newest item. */
enum { ACCESS, SEND_LAST, PERSIST, PAYLOADS, TELL_RETRACT, MAX_ITEMS, ITEMS, BYTES, NUMBERS };

void pep_node_write(struct buf *to, const struct pep_node *n)
{
	const struct pep_config *c = &n->config;
	const uint64_t numbers[NUMBERS] = { c->access, c->send_last, c->persist, c->payloads, c->tell_retract,
					    c->max_items, n->items, n->bytes };

	for (size_t i = 0; i < NUMBERS; i++) {
		buf_u64(to, numbers[i]);
		buf_byte(to, ' ');
	}
	buf_str(to, n->last);
}

bool pep_node_read(struct pep_node *ret, const struct store_pair *pair)
{
	uint64_t numbers[NUMBERS];
	struct str rest = pair->value;

	for (size_t i = 0, end; i < NUMBERS; i++, rest = str_from(rest, end + 1))
		if (!str_u64(str_n(rest.p, end = str_find(rest, ' ')), &numbers[i]))
			return false;
	if (numbers[ACCESS] >= PEP_ACCESSES || numbers[SEND_LAST] >= PEP_LASTS)
		return false;
	*ret = (struct pep_node){ .name = pair->key,
				  .last = rest,
				  .items = (uint32_t)numbers[ITEMS],
				  .bytes = numbers[BYTES],
				  .config = { .access = (enum pep_access)numbers[ACCESS],
					      .send_last = (enum pep_last)numbers[SEND_LAST],
					      .persist = numbers[PERSIST],
					      .payloads = numbers[PAYLOADS],
					      .tell_retract = numbers[TELL_RETRACT],
					      .max_items = (uint32_t)numbers[MAX_ITEMS] } };
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

bool pep_shows(const struct pep_config *c, bool owner, bool subscribed)
{
	return owner || c->access == PEP_OPEN || (c->access == PEP_PRESENCE && subscribed);
}

/* ---- who is told ------------------------------------------------------------------------------------------------ */

static bool is_local(const struct core *c, struct str bare)
{
	return str_eq(str_from(bare, str_find(bare, '@') + 1), c->settings.domain);
}

void pep_tell(struct session *s, struct str node, enum pep_access access, struct stanza *st)
{
	struct user *u = s->user;
	struct core *c = s->core;
	struct parcel p = { .kind = PARCEL_PEP, .stanza = st, .bytes = node };
	struct map_node *at = access == PEP_WHITELIST ? NULL : map_next(&u->roster, NULL);

	for (; at; at = map_next(&u->roster, at)) {
		const struct roster_item *item = &holder_of(at, struct contact, node)->item;
		struct str local = str_n(item->contact.p, str_find(item->contact, '@'));
		struct jid who = { local.p, (uint16_t)local.n, (uint16_t)c->settings.domain.n, 0 };

		if ((item->state & ROSTER_FROM) && is_local(c, item->contact) && !block_matches(u, who))
			core_tell(c, 'u', local, &p);
	}
	p.flags = PARCEL_OWN;
	core_tell(c, 'u', str_z(u->name), &p);
}

static bool wants(struct session *s, struct str node) { return s->presence && s->ops->wants && s->ops->wants(s, node); }

void pep_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));
	struct jid from = p->stanza->from;
	struct contact *k = u ? user_contact(u, jid_bare(from)) : NULL;

	if (!u || (!(p->flags & PARCEL_OWN) && (!k || !(k->item.state & ROSTER_TO) || block_matches(u, from))))
		return;
	list_each(s, &u->sessions, struct session, here)
		if (wants(s, p->bytes))
			s->ops->deliver(s, &(struct delivery){ .stanza = p->stanza });
}

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
	struct str name, *nodes, *ids;
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

	if (s && !r->answer && pep_item_read(r->value, &stamp, &xml) && wants(s, w->nodes[w->i - 1]))
		s->ops->item(s, walk_jid(w, &w->arena), w->nodes[w->i - 1], xml);
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
	r->space = pep_space(w->nodes[w->i], &r->arena);
	r->key = store_str(r, w->ids[w->i++]);
	store_submit(r);
}

static bool walk_sends(const struct pep_walk *w, const struct pep_config *c)
{
	return c->send_last == PEP_LAST_ON_PRESENCE ||
	       (c->send_last == PEP_LAST_ON_SUBSCRIPTION && w->why == WALK_SUBSCRIBED);
}

static void walk_listed(struct store_request *r)
{
	struct pep_walk *w = r->arg;

	w->n = w->i = 0;
	w->nodes = arena_get(&w->arena, (r->n + 1) * sizeof *w->nodes);
	w->ids = arena_get(&w->arena, (r->n + 1) * sizeof *w->ids);
	for (size_t i = 0; i < r->n && w->session; i++) {
		struct pep_node node;

		if (!pep_node_read(&node, &r->pairs[i]) || !node.last.n || !walk_sends(w, &node.config) ||
		    !pep_shows(&node.config, w->why == WALK_OWN, true) || !wants(w->session, node.name))
			continue;
		w->nodes[w->n] = arena_str(&w->arena, node.name);
		w->ids[w->n++] = arena_str(&w->arena, node.last);
	}
	walk_node(w);
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
