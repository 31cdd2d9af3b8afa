/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/wants.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/crypt.h"
#include "core/pep.h"
#include "doors/xmpp/engine.h"

#define CAPS "http://jabber.org/protocol/caps"
#define DISCO_INFO "http://jabber.org/protocol/disco#info"
#define DATA "jabber:x:data"
#define NS_XML "http://www.w3.org/XML/1998/namespace"
#define NOTIFY "+notify"

#define each_child(it, parent, name) \
	for (const struct xml *it = xml_child(parent, name, DISCO_INFO); it; it = xml_sibling(it, name, DISCO_INFO))

enum {
	KEY_MAX = 128,     /* bytes of "HASH VER"; what is longer is asked anew each time */
	KNOWN_MAX = 500,   /* hashes that are remembered; beyond that the oldest that nobody uses goes */
	NODES_MAX = 100,   /* that one client may want */
	STRINGS_MAX = 2000, /* features, identities, values of one answer */
};

/* What a hash stands for. */
struct wants {
	struct map_node node; /* home->wants, by "HASH VER"; not there when `single` */
	struct list here;     /* home->wants_order, the oldest first */
	unsigned used;        /* streams */
	bool single;          /* not verified: for one stream only */
	struct str key;
	struct str *nodes;
	size_t n;
	char bytes[];
};

/* A question to a client. */
struct wants_question {
	uint64_t number;
	char key[KEY_MAX + 1]; /* empty: not to be remembered */
};

/* ---- what is known ---------------------------------------------------------------------------------------------- */

static void forget(struct xmpp_home *h, struct wants *w)
{
	if (!w->single) {
		map_remove(&h->wants, &w->node);
		list_remove(&w->here);
	}
	mem_free(w->nodes);
	mem_free(w);
}

static void forget_old(struct xmpp_home *h)
{
	list_each(w, &h->wants_order, struct wants, here)
		if (h->wants.n > KNOWN_MAX && !w->used)
			forget(h, w);
}

static void let_go(struct xmpp *x)
{
	struct wants *w = x->wants;

	x->wants = NULL;
	if (w && --w->used == 0 && w->single)
		forget(x->home, w);
}

/* From now on the client wants this; then it gets what there is. */
static void take(struct xmpp *x, struct wants *w)
{
	w->used++;
	let_go(x);
	x->wants = w;
	if (w->n)
		pep_last(&x->session);
}

bool wants_node(const struct xmpp *x, struct str node)
{
	for (size_t i = 0; x->wants && i < x->wants->n; i++)
		if (str_eq(x->wants->nodes[i], node))
			return true;
	return false;
}

void wants_closed(struct xmpp *x)
{
	let_go(x);
	mem_free(x->wants_question);
	x->wants_question = NULL;
}

void wants_drop(struct xmpp_home *h)
{
	list_each(w, &h->wants_order, struct wants, here)
		forget(h, w);
	map_free(&h->wants);
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

static void ask(struct xmpp *x, struct str node, struct str ver, struct str key)
{
	own_buf b = { 0 }, whole = { 0 };

	if (!x->wants_question)
		x->wants_question = mem_new(struct wants_question);
	x->wants_question->number = core_stamp(x->core);
	memcpy(x->wants_question->key, key.p, key.n);
	x->wants_question->key[key.n] = 0;
	buf_fmt(&b, "<iq type='get' id='wants-%llu'", (unsigned long long)x->wants_question->number);
	xml_write_attr(&b, "from", core_domain(x->core));
	xml_write_attr(&b, "to", jid_full(x->session.jid));
	buf_lit(&b, "><query xmlns='" DISCO_INFO "'");
	buf_fmt(&whole, "%.*s#%.*s", STR_ARG(node), STR_ARG(ver));
	xml_write_attr(&b, "node", buf_all(&whole));
	buf_lit(&b, "/></iq>");
	xmpp_push(x, buf_all(&b));
}

void wants_presence(struct xmpp *x, const struct xml *presence, bool first)
{
	const struct xml *c = xml_child(presence, "c", CAPS);
	struct str hash = c ? xml_attr(c, "hash") : STR_NONE, ver = c ? xml_attr(c, "ver") : STR_NONE;
	char key[KEY_MAX + 1];
	struct wants *known;
	struct str name;
	int n;

	if (!ver.n || !xml_attr(c, "node").n)
		return;
	n = snprintf(key, sizeof key, "%.*s %.*s", hash.n < KEY_MAX ? (int)hash.n : 0, hash.p ? hash.p : "",
		     ver.n < KEY_MAX ? (int)ver.n : 0, ver.p);
	name = hash.n && hash.n + ver.n < KEY_MAX ? str_n(key, (size_t)n) : STR("");
	known = map_find(&x->home->wants, name, struct wants, node);
	if (known && known == x->wants) {
		if (first && known->n)
			pep_last(&x->session);
		return;
	}
	if (known)
		take(x, known);
	else if (!x->wants_question || !name.n || !str_is(name, x->wants_question->key))
		ask(x, xml_attr(c, "node"), ver, name);
}

/* ---- what it answers: the hash of XEP-0115, 5.1 ----------------------------------------------------------------- */

/* What is sorted by its first part is joined by these, which XML has not and which sort before all else. */
enum { SLASH = 1, LESS = 2 };

struct strings {
	struct str s[STRINGS_MAX];
	size_t n;
	bool twice; /* some string was there before: not well-formed (5.4) */
};

static void strings_add(struct strings *l, struct str s)
{
	if (l->n < STRINGS_MAX)
		l->s[l->n++] = s;
	else
		l->twice = true;
}

static int order(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

static void strings_sort(struct strings *l)
{
	qsort(l->s, l->n, sizeof *l->s, order);
	for (size_t i = 1; i < l->n; i++)
		l->twice |= str_eq(l->s[i - 1], l->s[i]);
}

static void strings_sum(struct strings *l, struct buf *to)
{
	strings_sort(l);
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; k < l->s[i].n; k++)
			buf_byte(to, l->s[i].p[k] == SLASH ? '/' : l->s[i].p[k] == LESS ? '<' : l->s[i].p[k]);
		buf_byte(to, '<');
	}
}

static void identities(const struct xml *query, struct strings *l, struct arena *arena)
{
	each_child (i, query, "identity") {
		struct str category = xml_attr(i, "category"), type = xml_attr(i, "type"), name = xml_attr(i, "name");
		struct str lang = xml_attr_ns(i, "lang", NS_XML);
		own_buf b = { 0 };

		buf_str(&b, category);
		buf_byte(&b, SLASH);
		buf_str(&b, type);
		buf_byte(&b, SLASH);
		buf_str(&b, lang);
		buf_byte(&b, SLASH);
		buf_str(&b, name);
		strings_add(l, arena_str(arena, buf_all(&b)));
	}
}

static void features(const struct xml *query, struct strings *l)
{
	each_child (f, query, "feature")
		strings_add(l, xml_attr(f, "var"));
}

/* "FORM_TYPE<var<value<value<var<…", without the last "<". */
static struct str form_text(const struct xml *x, struct arena *arena)
{
	struct strings *fields = arena_zero(arena, sizeof *fields), *values = arena_zero(arena, sizeof *values);
	struct str type = STR_NONE;
	own_buf b = { 0 };

	for (const struct xml *f = xml_child(x, "field", DATA); f; f = xml_sibling(f, "field", DATA)) {
		own_buf one = { 0 };

		if (str_is(xml_attr(f, "var"), "FORM_TYPE")) {
			type = xml_child_text(f, "value", DATA, arena);
			continue;
		}
		values->n = 0;
		for (const struct xml *v = xml_child(f, "value", DATA); v; v = xml_sibling(v, "value", DATA))
			strings_add(values, xml_text(v, arena));
		buf_str(&one, xml_attr(f, "var"));
		buf_byte(&one, LESS);
		strings_sum(values, &one);
		one.n--;
		strings_add(fields, arena_str(arena, buf_all(&one)));
	}
	buf_str(&b, type);
	buf_byte(&b, LESS);
	strings_sum(fields, &b);
	return type.n ? arena_str(arena, str_n(b.p, b.n - 1)) : STR_NONE;
}

static void forms(const struct xml *query, struct strings *l, struct arena *arena)
{
	size_t most = 20;

	for (const struct xml *x = xml_child(query, "x", DATA); x && most; x = xml_sibling(x, "x", DATA), most--) {
		struct str text = form_text(x, arena);

		if (text.n)
			strings_add(l, text);
	}
}

/* Whether `query` is what `key` ("sha-1 VER") says. */
static bool is_true(const struct xml *query, struct str key, struct arena *arena)
{
	static const struct {
		struct str name;
		enum hash hash;
	} hashes[] = { { STR_INIT("sha-1 "), HASH_SHA1 }, { STR_INIT("sha-256 "), HASH_SHA256 } };
	struct strings *lists = arena_zero(arena, 3 * sizeof *lists);
	uint8_t sum[HASH_BYTES_MAX];
	own_buf text = { 0 }, ver = { 0 };

	identities(query, &lists[0], arena);
	features(query, &lists[1]);
	forms(query, &lists[2], arena);
	for (size_t i = 0; i < 3; i++) {
		strings_sum(&lists[i], &text);
		if (lists[i].twice)
			return false;
	}
	for (size_t i = 0; i < countof(hashes); i++)
		if (str_starts(key, hashes[i].name)) {
			hash_sum(hashes[i].hash, buf_all(&text), sum);
			base64_write(&ver, str_bytes(sum, hash_bytes(hashes[i].hash)));
			return str_eq(str_from(key, hashes[i].name.n), buf_all(&ver));
		}
	return false;
}

static struct wants *wants_make(const struct xml *query, struct str key)
{
	static const struct str end = STR_INIT(NOTIFY);
	size_t n = 0, bytes = key.n, at = key.n;
	struct wants *w;

	each_child (f, query, "feature")
		bytes += xml_attr(f, "var").n;
	w = mem_alloc(sizeof *w + bytes + 1);
	w->nodes = mem_alloc(NODES_MAX * sizeof *w->nodes);
	memcpy(w->bytes, key.p, key.n);
	w->key = str_n(w->bytes, key.n);
	list_init(&w->here);
	each_child (f, query, "feature") {
		struct str var = xml_attr(f, "var");

		if (n == NODES_MAX || var.n <= end.n || !str_eq(str_from(var, var.n - end.n), end))
			continue;
		memcpy(w->bytes + at, var.p, var.n - end.n);
		w->nodes[n++] = str_n(w->bytes + at, var.n - end.n);
		at += var.n - end.n;
	}
	w->n = n;
	w->nodes = mem_grow(w->nodes, (n + 1) * sizeof *w->nodes);
	return w;
}

void wants_answer(struct xmpp *x, const struct xml *iq)
{
	struct str id = xml_attr(iq, "id"), prefix = STR("wants-"), key;
	const struct xml *query = str_is(xml_attr(iq, "type"), "result") ? xml_child(iq, "query", DISCO_INFO) : NULL;
	struct wants_question *q = x->wants_question;
	struct arena arena = { 0 };
	struct wants *w;
	uint64_t number;

	if (!q || !str_starts(id, prefix) || !str_u64(str_from(id, prefix.n), &number) || number != q->number)
		return;
	x->wants_question = NULL;
	key = str_z(q->key);
	if (query) {
		w = map_find(&x->home->wants, key, struct wants, node);
		if (!w) {
			w = wants_make(query, key);
			w->single = !key.n || !is_true(query, key, &arena);
		}
		if (!w->single && !w->node.key.p) {
			forget_old(x->home);
			map_add(&x->home->wants, &w->node, w->key);
			list_append(&x->home->wants_order, &w->here);
		}
		take(x, w);
	}
	arena_free(&arena);
	mem_free(q);
}
