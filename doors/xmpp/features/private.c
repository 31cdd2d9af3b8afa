/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/private.c - XEP-0049: a client keeps XML of its own here, one element per name and namespace.
 */
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/bookmarks.h"

#define PRIVATE "jabber:iq:private"
#define PRIVATE_SPACE "private"

enum {
	PRIVATE_KINDS_MAX = 100, /* different elements of one account */
	PRIVATE_BYTES_MAX = 128 * 1024,
	PRIVATE_KEY_MAX = 1023,
};

/* Where an element stands: "namespace name". */
static struct str private_key(const struct xml *e, struct arena *arena)
{
	own_buf b = { 0 };

	buf_str(&b, e->ns);
	buf_byte(&b, ' ');
	buf_str(&b, e->name);
	return arena_str(arena, buf_all(&b));
}

static void private_got(struct asked *a)
{
	own_buf b = { 0 };
	const struct str *empty = a->more;

	if (asked_failed(a))
		return;
	buf_lit(&b, "<query xmlns='" PRIVATE "'>");
	buf_str(&b, a->ask.verdict == STORE_NOT_FOUND ? *empty : a->ask.answer->value);
	buf_lit(&b, "</query>");
	iq_result(a->q, buf_all(&b));
}

/* What is answered when nothing is kept: the element as it was asked for. */
static struct str *private_empty(const struct xml *e, struct arena *arena)
{
	own_buf b = { 0 };
	struct str *s = arena_get(arena, sizeof(*s));

	buf_byte(&b, '<');
	buf_str(&b, e->name);
	xml_write_attr(&b, "xmlns", e->ns);
	buf_lit(&b, "/>");
	*s = arena_str(arena, buf_all(&b));
	return s;
}

static void private_get(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct asked *a = asked_new(q, private_got);

	a->more = private_empty(e, &a->arena);
	item_get(x->core, &a->ask, session_account(&x->session), STR(PRIVATE_SPACE), private_key(e, &a->arena));
}

/* ---- keeping: first a look at how much is there ---------------------------------------------------------------- */

struct keeping {
	struct str key, value;
};

static void private_kept(struct asked *a)
{
	if (!asked_failed(a))
		iq_result(a->q, STR(""));
}

static void private_counted(struct asked *a)
{
	struct keeping *k = a->more;
	struct xmpp *x = a->q->x;
	bool known = false;

	if (asked_failed(a))
		return;
	for (size_t i = 0; i < a->ask.answer->n; i++)
		known |= str_eq(a->ask.answer->pairs[i].key, k->key);
	if (!known && a->ask.answer->n >= PRIVATE_KINDS_MAX) {
		iq_error(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT,
			 "The account keeps as many private elements as it may.");
		return;
	}
	asked_again(a, private_kept);
	item_set(x->core, &a->ask, session_account(&x->session), STR(PRIVATE_SPACE), k->key, k->value);
}

static void private_set(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct asked *a;
	struct keeping *k;
	own_buf b = { 0 };

	if (xml_is(e, "storage", BOOKMARKS_LIST)) {
		bookmarks_set(x, q, e, STR(""));
		return;
	}
	xml_write(&b, e, STR(PRIVATE));
	if (b.n > PRIVATE_BYTES_MAX) {
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "The element is over 128 KiB.");
		return;
	}
	a = asked_new(q, private_counted);
	k = arena_zero(&a->arena, sizeof(*k));
	k->key = private_key(e, &a->arena);
	k->value = arena_str(&a->arena, buf_all(&b));
	a->more = k;
	item_list(x->core, &a->ask, session_account(&x->session), STR(PRIVATE_SPACE));
}

static void private_answer(struct xmpp *x, struct iq *q)
{
	const struct xml *e = xml_child(q->child, NULL, NULL);

	if (!e || xml_sibling(e, NULL, NULL))
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "Name exactly one element.");
	else if (e->ns.n + e->name.n > PRIVATE_KEY_MAX)
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "The name of the element is too long.");
	else if (!e->ns.n || str_is(e->ns, PRIVATE) || str_is(e->ns, "vcard-temp"))
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "The element needs a namespace of its own.");
	else if (q->type == IQ_GET)
		private_get(x, q, e);
	else
		private_set(x, q, e);
}

static void private_foreign(struct xmpp *x, struct iq *q)
{
	iq_error(q, STANZA_ERROR_FORBIDDEN, "These data belong to somebody else.");
}

const struct xmpp_feature feature_private = {
	.name = "private",
	.xep = 49,
	.version = "1.2",
	.disco = { PRIVATE },
	.disco_account = { PRIVATE },
	.iq = { { 1 << IQ_GET | 1 << IQ_SET, "query", PRIVATE, TO_ACCOUNT, .answer = private_answer },
		{ 1 << IQ_GET | 1 << IQ_SET, "query", PRIVATE, TO_USER, .answer = private_foreign } },
};
