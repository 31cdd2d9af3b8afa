/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/bookmarks.c - XEP-0402: rooms that somebody wants to come back to, an item for each in the node
 * urn:xmpp:bookmarks:1. That is the truth. Clients of before know them as one list (XEP-0048), in private XML
 * (XEP-0049) or in a node (XEP-0411): both are copies, made anew with every change, and what such a client writes
 * becomes items, of which only those that changed are told. What no item can say (addresses of pages, rooms without an
 * address) stays in the list.
 */
#include "doors/xmpp/features/bookmarks.h"

#include "doors/xmpp/features/pep.h"

#define LIST_NODE BOOKMARKS_LIST
#define LIST_ID "current"
#define PRIVATE_SPACE "private"
#define PRIVATE_KEY "storage:bookmarks storage"

enum { LIST_BYTES_MAX = 128 * 1024 };

/* Both are for the owner alone (XEP-0223); where the node is otherwise, it becomes so (XEP-0411, 6). */
static const struct pep_config items_config = { .access = PEP_WHITELIST,
						.send_last = PEP_LAST_NEVER,
						.persist = true,
						.payloads = true,
						.tell_retract = true,
						.tell_delete = true,
						.max_items = PEP_ITEMS_MAX,
						.groups = STR_INIT(""),
						.title = STR_INIT(""),
						.about = STR_INIT(""),
						.type = STR_INIT("") };
static const struct pep_config list_config = { .access = PEP_WHITELIST,
					       .send_last = PEP_LAST_ON_PRESENCE,
					       .persist = true,
					       .payloads = true,
					       .tell_delete = true,
					       .max_items = 1,
					       .groups = STR_INIT(""),
					       .title = STR_INIT(""),
					       .about = STR_INIT(""),
					       .type = STR_INIT("") };

/* ---- one bookmark in its two forms ------------------------------------------------------------------------------- */

struct bookmark {
	struct str jid, name, nick, password;
	struct str extensions; /* the element; empty: none */
	bool autojoin;
};

static void child_write(struct buf *to, const char *name, struct str text)
{
	if (!text.p)
		return;
	buf_fmt(to, "<%s>", name);
	xml_escape(to, text);
	buf_fmt(to, "</%s>", name);
}

static void bookmark_write(struct buf *to, const struct bookmark *b, bool item)
{
	buf_lit(to, "<conference");
	xml_write_attr(to, item ? "xmlns" : "jid", item ? STR(BOOKMARKS) : b->jid);
	xml_write_attr(to, "name", b->name);
	xml_write_attr(to, "autojoin", b->autojoin ? STR("true") : STR_NONE);
	buf_byte(to, '>');
	child_write(to, "nick", b->nick);
	child_write(to, "password", b->password);
	if (item)
		buf_str(to, b->extensions);
	buf_lit(to, "</conference>");
}

static void bookmark_read(struct bookmark *ret, const struct xml *e, struct str jid, struct arena *arena)
{
	char ns[64] = "";
	struct str autojoin = xml_attr(e, "autojoin");
	const struct xml *extensions;
	own_buf b = { 0 };

	if (e->ns.n < sizeof ns)
		memcpy(ns, e->ns.p, e->ns.n);
	*ret = (struct bookmark){ .jid = jid,
				  .name = xml_attr(e, "name"),
				  .nick = xml_child_text(e, "nick", ns, arena),
				  .password = xml_child_text(e, "password", ns, arena),
				  .extensions = STR(""),
				  .autojoin = str_is(autojoin, "true") || str_is(autojoin, "1") };
	extensions = xml_child(e, "extensions", BOOKMARKS);
	if (!extensions)
		return;
	xml_write(&b, extensions, STR(BOOKMARKS));
	ret->extensions = arena_str(arena, buf_all(&b));
}

/* What a kept item says; false: it is something else. */
static bool bookmark_kept(struct bookmark *ret, const struct store_pair *pair, struct arena *arena)
{
	const struct xml *item, *e;
	struct str text;
	uint64_t stamp;

	if (!pep_item_read(pair->value, &stamp, &text))
		return false;
	item = xml_parse(arena, arena_str(arena, text), STR(NO_SCOPE), false);
	e = item ? xml_child(item, "conference", BOOKMARKS) : NULL;
	if (e)
		bookmark_read(ret, e, arena_str(arena, pair->key), arena);
	return e != NULL;
}

/* ---- work under way ---------------------------------------------------------------------------------------------- */

struct change {
	struct str id;
	struct str item; /* the XML of the bookmark; absent: it is gone */
};

struct bookmarks_work {
	struct bookmark *wanted; /* what the list says */
	size_t wanted_n;
	struct str rest;         /* of the list, what is no bookmark: XML in the scope of LIST_NODE */
	struct change *changes;
	size_t n, told;
	struct str list;         /* the list as it is now */
	struct pep_node items, listed; /* the two nodes */
	void (*then)(struct asked *a);
};

static struct bookmarks_work *work_of(struct asked *a) { return ((struct pep_errand *)a->more)->more; }

/* What the list says; true: all of it fits. */
static bool list_read(struct bookmarks_work *w, const struct xml *list, struct arena *arena)
{
	size_t n = 0;
	own_buf rest = { 0 };

	for (const struct xml *e = xml_child(list, NULL, NULL); e; e = xml_sibling(e, NULL, NULL))
		n++;
	w->wanted = arena_get(arena, (n + 1) * sizeof *w->wanted);
	w->wanted_n = 0;
	for (const struct xml *e = xml_child(list, NULL, NULL); e; e = xml_sibling(e, NULL, NULL)) {
		struct jid jid;
		bool twice = false;

		if (!xml_is(e, "conference", LIST_NODE) || !jid_parse(&jid, xml_attr(e, "jid"), arena) ||
		    jid.resource || jid_full(jid).n > PEP_NAME_BYTES_MAX) {
			xml_write(&rest, e, STR(LIST_NODE));
			continue;
		}
		for (size_t i = 0; i < w->wanted_n && !twice; i++)
			twice = str_eq(w->wanted[i].jid, jid_bare(jid));
		if (!twice)
			bookmark_read(&w->wanted[w->wanted_n++], e, arena_str(arena, jid_bare(jid)), arena);
	}
	w->rest = arena_str(arena, buf_all(&rest));
	return w->wanted_n <= PEP_ITEMS_MAX;
}

static void list_write(struct buf *to, const struct bookmarks_work *w)
{
	buf_lit(to, "<storage xmlns='" LIST_NODE "'>");
	for (size_t i = 0; i < w->wanted_n; i++)
		bookmark_write(to, &w->wanted[i], false);
	buf_str(to, w->rest);
	buf_lit(to, "</storage>");
}

/* The copies, with what else this turn writes. */
static void list_put(struct asked *a)
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = work_of(a);
	struct core *c = a->q->x->core;
	own_buf list = { 0 }, item = { 0 }, value = { 0 };

	list_write(&list, w);
	w->list = arena_str(&a->arena, buf_all(&list));
	pep_item_write_as(&item, "item", STR(LIST_ID), w->list);
	pep_item_write(&value, core_stamp(c), buf_all(&item));
	w->listed = (struct pep_node){
		.name = STR(LIST_NODE), .config = list_config, .last = STR(LIST_ID), .items = 1, .bytes = value.n
	};
	pep_put(c, e->owner, STR(PRIVATE_SPACE), STR(PRIVATE_KEY), w->list);
	pep_put(c, e->owner, pep_space(STR(LIST_NODE), &a->arena), STR(LIST_ID), arena_str(&a->arena, buf_all(&value)));
	pep_put(c, e->owner, STR(PEP_SPACE), STR(LIST_NODE), pep_record(&w->listed, &a->arena));
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void list_told(struct asked *a) { work_of(a)->then(a); }

static void tell(struct asked *a, const struct pep_node *node, struct str inside, void (*then)(struct asked *a))
{
	struct pep_errand *e = a->more;
	own_buf b = { 0 };
	struct stanza *st;

	pep_items_write(&b, node->name, inside);
	st = pep_event(a->q->x, e->at, (struct jid){ 0 }, buf_all(&b));
	asked_again(a, then);
	pep_tell(a->q->x->core, &a->ask, e->owner, node, st);
	stanza_unref(st);
}

static void list_tell(struct asked *a)
{
	own_buf item = { 0 };

	pep_item_write_as(&item, "item", STR(LIST_ID), work_of(a)->list);
	tell(a, &work_of(a)->listed, buf_all(&item), list_told);
}

/* One bookmark after another, then the list. */
static void changes_tell(struct asked *a)
{
	struct bookmarks_work *w = work_of(a);
	own_buf item = { 0 };
	const struct change *c;

	if (w->told == w->n) {
		list_tell(a);
		return;
	}
	c = &w->changes[w->told++];
	pep_item_write_as(&item, c->item.p ? "item" : "retract", c->id, c->item.p ? c->item : STR_NONE);
	tell(a, &w->items, buf_all(&item), changes_tell);
}

/* ---- a list becomes items ---------------------------------------------------------------------------------------- */

static void items_kept(struct asked *a)
{
	if (!asked_failed(a))
		changes_tell(a);
}

static bool is_wanted(const struct bookmarks_work *w, struct str id)
{
	for (size_t i = 0; i < w->wanted_n; i++)
		if (str_eq(w->wanted[i].jid, id))
			return true;
	return false;
}

/* The item as it is to be; what only an item can say is taken over from the one there was. *same: it was so already. */
static struct str item_make(struct bookmark *b, const struct store_request *r, bool *same, struct arena *arena)
{
	own_buf now = { 0 }, was = { 0 };
	struct bookmark old;

	*same = false;
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->pairs[i].key, b->jid) && bookmark_kept(&old, &r->pairs[i], arena)) {
			b->extensions = old.extensions;
			bookmark_write(&was, &old, true);
		}
	bookmark_write(&now, b, true);
	*same = was.n && str_eq(buf_all(&now), buf_all(&was));
	return arena_str(arena, buf_all(&now));
}

static void item_put(struct asked *a, const struct change *c)
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = work_of(a);
	own_buf item = { 0 }, value = { 0 };

	pep_item_write_as(&item, "item", c->id, c->item);
	pep_item_write(&value, core_stamp(a->q->x->core), buf_all(&item));
	w->items.bytes += value.n;
	w->items.last = c->id;
	pep_put(a->q->x->core, e->owner, pep_space(STR(BOOKMARKS), &a->arena), c->id,
		arena_str(&a->arena, buf_all(&value)));
}

static void items_compare(struct asked *a)
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = work_of(a);
	const struct store_request *r = a->ask.answer;
	bool same;

	if (asked_failed(a))
		return;
	w->items = (struct pep_node){ .name = STR(BOOKMARKS),
				      .config = items_config,
				      .last = e->node.last.p ? e->node.last : STR("") };
	w->changes = arena_get(&a->arena, (r->n + w->wanted_n + 1) * sizeof *w->changes);
	for (size_t i = 0; i < r->n; i++)
		if (is_wanted(w, r->pairs[i].key)) {
			w->items.bytes += r->pairs[i].value.n;
		} else {
			w->changes[w->n++] = (struct change){ arena_str(&a->arena, r->pairs[i].key), STR_NONE };
			pep_put(a->q->x->core, e->owner, pep_space(STR(BOOKMARKS), &a->arena), r->pairs[i].key,
				STR_NONE);
		}
	for (size_t i = 0; i < w->wanted_n; i++) {
		struct str item = item_make(&w->wanted[i], r, &same, &a->arena);

		if (same)
			continue;
		w->changes[w->n] = (struct change){ w->wanted[i].jid, item };
		item_put(a, &w->changes[w->n++]);
	}
	w->items.items = (uint32_t)w->wanted_n;
	list_put(a);
	asked_again(a, items_kept);
	item_set(a->q->x->core, &a->ask, e->owner, STR(PEP_SPACE), STR(BOOKMARKS), pep_record(&w->items, &a->arena));
}

static void records_listed(struct asked *a)
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = work_of(a);
	own_buf list = { 0 };

	if (asked_failed(a))
		return;
	pep_records_got(a);
	list_write(&list, w);
	if (list.n > LIST_BYTES_MAX || e->bytes + 3 * list.n > PEP_BYTES_MAX) {
		iq_error(a->q, STANZA_ERROR_NOT_ACCEPTABLE,
			 "The list is over 128 KiB, or the account has published as much as it may.");
		return;
	}
	asked_again(a, items_compare);
	item_list(a->q->x->core, &a->ask, e->owner, pep_space(STR(BOOKMARKS), &a->arena));
}

static void answer(struct asked *a) { iq_result(a->q, ((struct pep_errand *)a->more)->answer); }

void bookmarks_set(struct xmpp *x, struct iq *q, const struct xml *list, struct str result)
{
	struct asked *a = pep_errand_new(q, records_listed, STR(BOOKMARKS));
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = e->more = arena_zero(&a->arena, sizeof *w);
	own_buf copy = { 0 };
	const struct xml *kept;

	xml_write(&copy, list, STR(NO_SCOPE));
	kept = xml_parse(&a->arena, arena_str(&a->arena, buf_all(&copy)), STR(NO_SCOPE), false);
	e->answer = arena_str(&a->arena, result);
	w->then = answer;
	if (!kept || !list_read(w, kept, &a->arena)) {
		iq_error(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account keeps as many bookmarks as it may.");
		asked_drop(a);
		return;
	}
	item_list(x->core, &a->ask, e->owner, STR(PEP_SPACE));
}

/* ---- items become a list ----------------------------------------------------------------------------------------- */

static void list_kept(struct asked *a)
{
	if (a->ask.verdict) /* what was asked for has been done; the copy is made with the next change */
		work_of(a)->then(a);
	else
		list_tell(a);
}

static void list_make(struct asked *a)
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = work_of(a);
	const struct store_request *r = a->ask.answer;

	if (a->ask.verdict) {
		w->then(a);
		return;
	}
	w->wanted = arena_get(&a->arena, (r->n + 1) * sizeof *w->wanted);
	for (size_t i = 0; i < r->n; i++)
		w->wanted_n += bookmark_kept(&w->wanted[w->wanted_n], &r->pairs[i], &a->arena);
	list_put(a);
	asked_again(a, list_kept);
	item_set(a->q->x->core, &a->ask, e->owner, STR(PRIVATE_SPACE), STR(PRIVATE_KEY), w->list);
}

static void list_old(struct asked *a)
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = work_of(a);
	const struct xml *list = NULL;

	if (!a->ask.verdict)
		list = xml_parse(&a->arena, arena_str(&a->arena, a->ask.answer->value), STR("jabber:client"), false);
	if (list)
		list_read(w, list, &a->arena);
	w->wanted_n = 0;
	asked_again(a, list_make);
	item_list(a->q->x->core, &a->ask, e->owner, pep_space(STR(BOOKMARKS), &a->arena));
}

void bookmarks_changed(struct asked *a)
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = e->more = arena_zero(&a->arena, sizeof *w);

	w->then = answer;
	asked_again(a, list_old);
	item_get(a->q->x->core, &a->ask, e->owner, STR(PRIVATE_SPACE), STR(PRIVATE_KEY));
}

/* ---- what was kept before there were items ----------------------------------------------------------------------- */

static void before_got(struct asked *a)
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = e->more;
	const struct xml *list = NULL;

	if (asked_failed(a))
		return;
	if (!a->ask.verdict)
		list = xml_parse(&a->arena, arena_str(&a->arena, a->ask.answer->value), STR("jabber:client"), false);
	if (!list || !list_read(w, list, &a->arena) || !w->wanted_n) {
		w->then(a);
		return;
	}
	asked_again(a, records_listed);
	item_list(a->q->x->core, &a->ask, e->owner, STR(PEP_SPACE));
}

static void before_node(struct asked *a)
{
	struct pep_errand *e = a->more;

	if (asked_failed(a))
		return;
	if (!a->ask.verdict) {
		work_of(a)->then(a);
		return;
	}
	asked_again(a, before_got);
	item_get(a->q->x->core, &a->ask, e->owner, STR(PRIVATE_SPACE), STR(PRIVATE_KEY));
}

void bookmarks_before(struct asked *a, void (*then)(struct asked *a))
{
	struct pep_errand *e = a->more;
	struct bookmarks_work *w = e->more = arena_zero(&a->arena, sizeof *w);

	w->then = then;
	a->then = before_node;
	item_get(a->q->x->core, &a->ask, e->owner, STR(PEP_SPACE), STR(BOOKMARKS));
}

const struct pep_config *bookmarks_list_config(void) { return &list_config; }

const struct xmpp_feature feature_bookmarks = {
	.name = "bookmarks",
	.xep = 402,
	.version = "1.2.0",
	.disco_account = { BOOKMARKS "#compat", BOOKMARKS "#compat-pep" },
};
const struct xmpp_feature feature_bookmarks_list = { .name = "bookmarks in one list", .xep = 48, .version = "1.2" };
const struct xmpp_feature feature_bookmarks_conversion = {
	.name = "bookmarks conversion",
	.xep = 411,
	.version = "1.1.0",
	.disco_account = { "urn:xmpp:bookmarks-conversion:0" },
};
