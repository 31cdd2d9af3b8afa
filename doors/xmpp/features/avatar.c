/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/avatar.c - XEP-0398: one picture for a user, whether a client publishes it (XEP-0084) or puts it
 * into the card (XEP-0054). Cards are read by everybody here, so a picture gets into one only from nodes that are open
 * to everybody; a picture for fewer takes the old one away from the card. The hash that XEP-0153 wants in presence is
 * put there by the server, since it alone knows without asking; when the picture changes, all devices of the account
 * show the new one.
 *
 * The hash is kept in the space "avatar": in hexadecimal, or "0": there was one, or "-": there was none ever.
 */
#include "doors/xmpp/features/avatar.h"

#include "base/crypt.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/pep.h"

#define AVATAR_DATA "urn:xmpp:avatar:data"
#define AVATAR_SPACE "avatar"
#define VCARD "vcard-temp"
#define VCARD_SPACE "vcard"
#define UPDATE "vcard-temp:x:update"
#define DOOR "avatars"

enum { CARD_BYTES_MAX = 128 * 1024, TYPE_BYTES_MAX = 127, HEX_BYTES = 40 };

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

/* Base64 as people write it, in lines. False: it is none, or nothing. */
static bool picture_read(struct buf *to, struct str text)
{
	own_buf tight = { 0 };

	for (size_t i = 0; i < text.n; i++)
		if (!strchr(" \t\r\n", text.p[i]))
			buf_byte(&tight, text.p[i]);
	return tight.n && base64_read(to, buf_all(&tight)) && to->n;
}

static void picture_hash(struct str bytes, struct buf *to)
{
	uint8_t sum[HASH_BYTES_MAX];

	hash_sum(HASH_SHA1, bytes, sum);
	hex_write(to, str_bytes(sum, hash_bytes(HASH_SHA1)));
}

/* The picture of a card: its bytes, hash and type. False: there is none. */
static bool card_picture(const struct xml *card, struct buf *bytes, struct buf *hash, struct str *type,
			 struct arena *arena)
{
	const struct xml *photo = card ? xml_child(card, "PHOTO", VCARD) : NULL;

	if (!photo || !picture_read(bytes, xml_child_text(photo, "BINVAL", VCARD, arena)))
		return false;
	*type = str_trim(xml_child_text(photo, "TYPE", VCARD, arena));
	if (!type->n || type->n > TYPE_BYTES_MAX)
		*type = STR("image/png");
	picture_hash(buf_all(bytes), hash);
	return true;
}

/* The card with this picture (absent: none) in place of its own. */
static void card_write(struct buf *to, const struct xml *card, struct str type, struct str base64)
{
	buf_lit(to, "<vCard xmlns='" VCARD "'");
	for (const struct xml_attr *at = card ? card->attrs : NULL; at; at = at->next)
		if (!at->ns.n) {
			own_buf name = { 0 };

			buf_str(&name, at->name);
			xml_write_attr(to, buf_z(&name), at->value);
		}
	buf_byte(to, '>');
	for (const struct xml *e = card ? xml_child(card, NULL, NULL) : NULL; e; e = xml_sibling(e, NULL, NULL))
		if (!xml_is(e, "PHOTO", VCARD))
			xml_write(to, e, STR(VCARD));
	if (base64.p) {
		buf_lit(to, "<PHOTO><TYPE>");
		xml_escape(to, type);
		buf_lit(to, "</TYPE><BINVAL>");
		xml_escape(to, base64);
		buf_lit(to, "</BINVAL></PHOTO>");
	}
	buf_lit(to, "</vCard>");
}

/* ---- what a stream knows ----------------------------------------------------------------------------------------- */

struct avatar {
	struct ask ask;
	struct xmpp *x;
	bool known;
	char hash[HEX_BYTES + 1]; /* as it is kept */
};

static void hash_take(struct avatar *v, struct str hash)
{
	size_t n = hash.n <= HEX_BYTES ? hash.n : 0;

	memcpy(v->hash, hash.p, n);
	v->hash[n] = 0;
	if (!v->known)
		xmpp_go_on(v->x, HOLD_STORE);
	v->known = true;
}

static void hash_put(struct xmpp *x, struct str hash)
{
	pep_put(x->core, x->account.id, STR(AVATAR_SPACE), STR(""), hash);
}

/* The card is from before hashes were kept. */
static void card_got(struct ask *ask)
{
	struct avatar *v = holder_of(ask, struct avatar, ask);
	struct arena arena = { 0 };
	own_buf bytes = { 0 }, hash = { 0 };
	const struct xml *card =
		ask->verdict ? NULL : xml_parse(&arena, ask->answer->value, STR("jabber:client"), false);
	struct str type;

	if (!card_picture(card, &bytes, &hash, &type, &arena)) {
		buf_clear(&hash);
		buf_byte(&hash, '-');
	}
	if (!ask->verdict || ask->verdict == STORE_NOT_FOUND)
		hash_put(v->x, buf_all(&hash));
	hash_take(v, buf_all(&hash));
	arena_free(&arena);
}

static void hash_got(struct ask *ask)
{
	struct avatar *v = holder_of(ask, struct avatar, ask);

	if (!ask->verdict) {
		hash_take(v, ask->answer->value);
	} else if (ask->verdict == STORE_NOT_FOUND) {
		ask->done = card_got;
		item_get(v->x->core, ask, v->x->account.id, STR(VCARD_SPACE), STR(""));
	} else {
		hash_take(v, STR("-")); /* presence does not wait for a disk */
	}
}

static struct avatar *avatar_of(struct xmpp *x)
{
	if (!x->avatar) {
		x->avatar = mem_new(struct avatar);
		x->avatar->x = x;
	}
	return x->avatar;
}

bool avatar_known(struct xmpp *x)
{
	struct avatar *v = avatar_of(x);

	if (!v->known && !ask_busy(&v->ask)) {
		v->ask.done = hash_got;
		item_get(x->core, &v->ask, x->account.id, STR(AVATAR_SPACE), STR(""));
	}
	return v->known;
}

static void avatar_closed(struct xmpp *x)
{
	if (!x->avatar)
		return;
	ask_cancel(&x->avatar->ask);
	mem_free(x->avatar);
	x->avatar = NULL;
}

/* ---- presence ---------------------------------------------------------------------------------------------------- */

static const struct xml *presence_parse(const struct stanza *st, struct buf *bytes, struct arena *arena)
{
	buf_lit(bytes, "<presence>");
	buf_str(bytes, st->payload);
	buf_lit(bytes, "</presence>");
	return xml_parse(arena, buf_all(bytes), STR(NS_CLIENT), false);
}

/* Whether it stays as it is: it says itself that there is to be no picture, or the truth; or there is nothing to say.
 */
static bool presence_stays(const struct xml *update, struct str hash, struct arena *arena)
{
	const struct xml *photo = update ? xml_child(update, "photo", UPDATE) : NULL;
	struct str said = photo ? str_trim(xml_text(photo, arena)) : STR_NONE;

	if (photo && (!said.n || str_eq(said, hash)))
		return true;
	return !update && str_is(hash, "-");
}

static struct stanza *presence_make_with(struct stanza *st, const struct xml *presence, struct str hash)
{
	struct stanza_init init = { .name = STANZA_PRESENCE,
				    .type = (enum stanza_type)st->type,
				    .traits = st->traits,
				    .stamp = st->stamp,
				    .time = st->time,
				    .from = st->from,
				    .to = st->to,
				    .id = st->id,
				    .lang = st->lang,
				    .origin_id = st->origin_id };
	own_buf b = { 0 };
	struct stanza *made;

	for (const struct xml *e = xml_child(presence, NULL, NULL); e; e = xml_sibling(e, NULL, NULL))
		if (!xml_is(e, "x", UPDATE))
			xml_write(&b, e, STR(NS_CLIENT));
	buf_fmt(&b,
		hash.n == HEX_BYTES ? "<x xmlns='" UPDATE "'><photo>%.*s</photo></x>"
				    : "<x xmlns='" UPDATE "'><photo/></x>",
		STR_ARG(hash));
	init.payload = buf_all(&b);
	made = stanza_make(&init);
	stanza_unref(st);
	return made;
}

struct stanza *avatar_presence(struct xmpp *x, struct stanza *st)
{
	struct str hash = x->avatar ? str_z(x->avatar->hash) : STR("-");
	struct arena arena = { 0 };
	own_buf bytes = { 0 };
	const struct xml *presence, *update;

	if (str_is(hash, "-") && !memmem(st->payload.p, st->payload.n, UPDATE, sizeof UPDATE - 1))
		return st;
	presence = presence_parse(st, &bytes, &arena);
	update = presence ? xml_child(presence, "x", UPDATE) : NULL;
	if (presence && !presence_stays(update, hash, &arena))
		st = presence_make_with(st, presence, hash);
	arena_free(&arena);
	return st;
}

/* The last presence again, with what is true now; one that wants no picture stays. */
static void presence_again(struct xmpp *x)
{
	struct str hash = str_z(x->avatar->hash);
	struct arena arena = { 0 };
	own_buf bytes = { 0 };
	struct stanza *st = x->session.presence;
	const struct xml *presence = presence_parse(st, &bytes, &arena),
			 *update = presence ? xml_child(presence, "x", UPDATE) : NULL;
	const struct xml *photo = update ? xml_child(update, "photo", UPDATE) : NULL;

	/* What we put there ourselves for want of a picture looks the same: then it is shown as well. */
	if (presence && !(photo && str_eq(str_trim(xml_text(photo, &arena)), hash)))
		session_presence(&x->session, presence_make_with(stanza_ref(st), presence, hash), x->session.priority);
	arena_free(&arena);
}

/* "NAME", a zero byte, the hash: of an account whose picture has changed. */
static void receive(struct core *c, void *arg, unsigned from_core, uint64_t number, struct str bytes)
{
	struct xmpp_home *h = arg;
	struct str name = str_n(bytes.p, str_find(bytes, 0)), hash = str_from(bytes, name.n + 1);

	list_each(x, &h->streams, struct xmpp, here) {
		if (x->state != XMPP_BOUND || x->dead || !str_eq(x->account.name, name))
			continue;
		ask_cancel(&avatar_of(x)->ask);
		hash_take(x->avatar, hash);
		if (x->session.presence)
			presence_again(x);
	}
}

void avatar_begin(struct xmpp_home *h) { core_door_register(h->core, DOOR, receive, h, NULL); }

static void tell_cores(struct xmpp *x, struct str hash)
{
	own_buf b = { 0 };

	buf_str(&b, x->account.name);
	buf_byte(&b, 0);
	buf_str(&b, hash);
	for (unsigned i = 0; i < core_count(x->core); i++)
		if (i == core_index(x->core))
			receive(x->core, x->home, i, 0, buf_all(&b));
		else
			core_door_send(x->core, i, DOOR, 0, buf_all(&b));
}

/* ---- from publication to card ------------------------------------------------------------------------------------ */

struct picture {
	struct str id, type, hash;
	struct str base64;      /* absent: none */
	struct str card;        /* to be kept; absent: none */
	bool open;              /* the metadata are for everybody */
	struct pep_node data, metadata;
	struct str item;        /* of the metadata */
	bool changed;           /* of a card: presence has to say so, also where the picture is too large to be published */
};

static struct picture *picture_of(struct asked *a) { return ((struct pep_errand *)a->more)->more; }

static void answer(struct asked *a) { iq_result(a->q, ((struct pep_errand *)a->more)->answer); }

static void follow_kept(struct asked *a)
{
	if (!a->ask.verdict)
		tell_cores(a->q->x, picture_of(a)->hash);
	answer(a);
}

static void follow_card(struct asked *a)
{
	struct picture *p = picture_of(a);
	struct core *c = a->q->x->core;
	int64_t owner = ((struct pep_errand *)a->more)->owner;
	const struct xml *card = NULL;
	own_buf b = { 0 };

	if (a->ask.verdict && a->ask.verdict != STORE_NOT_FOUND) {
		answer(a);
		return;
	}
	if (!a->ask.verdict)
		card = xml_parse(&a->arena, a->ask.answer->value, STR("jabber:client"), false);
	card_write(&b, card, p->type, p->base64);
	if (b.n > CARD_BYTES_MAX) { /* such a picture is for those who read it in pieces of its own */
		p->hash = STR("0");
		buf_clear(&b);
		card_write(&b, card, STR_NONE, STR_NONE);
	}
	pep_put(c, owner, STR(AVATAR_SPACE), STR(""), p->hash);
	asked_again(a, follow_kept);
	item_set(c, &a->ask, owner, STR(VCARD_SPACE), STR(""), arena_str(&a->arena, buf_all(&b)));
}

static void follow_card_ask(struct asked *a)
{
	asked_again(a, follow_card);
	item_get(a->q->x->core, &a->ask, ((struct pep_errand *)a->more)->owner, STR(VCARD_SPACE), STR(""));
}

/* The picture is believed only if it is what its id says. */
static void follow_data(struct asked *a)
{
	struct picture *p = picture_of(a);
	own_buf bytes = { 0 }, hash = { 0 };
	const struct xml *item = NULL;
	struct str xml, base64;
	uint64_t stamp;

	if (!a->ask.verdict && pep_item_read(a->ask.answer->value, &stamp, &xml))
		item = xml_parse(&a->arena, arena_str(&a->arena, xml), STR(NO_SCOPE), false);
	base64 = item ? xml_child_text(item, "data", AVATAR_DATA, &a->arena) : STR_NONE;
	if (base64.n && picture_read(&bytes, base64)) {
		picture_hash(buf_all(&bytes), &hash);
		if (str_eq(buf_all(&hash), p->id)) {
			p->base64 = base64;
			p->hash = p->id;
		}
	}
	follow_card_ask(a);
}

static void follow_node(struct asked *a)
{
	struct picture *p = picture_of(a);
	struct core *c = a->q->x->core;
	struct pep_node node;

	if (a->ask.verdict || !pep_node_read(&node, &(struct store_pair){ STR(AVATAR_DATA), a->ask.answer->value }) ||
	    node.config.access != PEP_OPEN) {
		follow_card_ask(a);
		return;
	}
	asked_again(a, follow_data);
	item_get(c, &a->ask, ((struct pep_errand *)a->more)->owner, pep_space(STR(AVATAR_DATA), &a->arena), p->id);
}

/* The one that is here, not at some address (XEP-0398, 4.1). */
static void info_read(struct picture *p, const struct xml *metadata, struct arena *arena)
{
	for (const struct xml *i = xml_child(metadata, "info", AVATAR_METADATA); i;
	     i = xml_sibling(i, "info", AVATAR_METADATA)) {
		if (xml_attr(i, "url").n || xml_attr(i, "id").n != HEX_BYTES)
			continue;
		p->id = arena_str(arena, xml_attr(i, "id"));
		p->type = arena_str(arena, xml_attr(i, "type"));
		return;
	}
}

void avatar_changed(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct picture *p = w->more = arena_zero(&a->arena, sizeof *p);
	const struct xml *metadata = w->payload.n ? xml_parse(&a->arena, w->payload, STR(NO_SCOPE), false) : NULL;

	p->hash = STR("0");
	if (metadata)
		info_read(p, metadata, &a->arena);
	if (!p->id.n || w->node.config.access != PEP_OPEN) {
		follow_card_ask(a);
		return;
	}
	asked_again(a, follow_node);
	item_get(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), STR(AVATAR_DATA));
}

/* ---- from card to publication ------------------------------------------------------------------------------------ */

static void card_told(struct asked *a)
{
	tell_cores(a->q->x, picture_of(a)->hash);
	answer(a);
}

static void card_kept(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct picture *p = picture_of(a);
	own_buf items = { 0 };
	struct stanza *st;

	if (asked_failed(a))
		return;
	if (!p->item.p) {
		if (p->changed)
			tell_cores(a->q->x, p->hash);
		answer(a);
		return;
	}
	pep_items_write(&items, STR(AVATAR_METADATA), p->item);
	st = pep_event(a->q->x, w->at, (struct jid){ 0 }, buf_all(&items));
	asked_again(a, card_told);
	pep_tell(a->q->x->core, &a->ask, w->owner, &p->metadata, st);
	stanza_unref(st);
}

/* One item, in place of the one before. */
static void item_replace(struct asked *a, struct pep_node *node, struct str id, struct str item)
{
	struct pep_errand *w = a->more;
	struct core *c = a->q->x->core;
	struct str space = pep_space(node->name, &a->arena);
	own_buf value = { 0 };

	if (node->last.n && !str_eq(node->last, id))
		pep_put(c, w->owner, space, node->last, STR_NONE);
	pep_item_write(&value, core_stamp(c), item);
	node->last = id;
	node->items = 1;
	node->bytes = value.n;
	pep_put(c, w->owner, space, id, arena_str(&a->arena, buf_all(&value)));
	pep_put(c, w->owner, STR(PEP_SPACE), node->name, pep_record(node, &a->arena));
}

static void picture_publish(struct asked *a, const char *bytes_n)
{
	struct picture *p = picture_of(a);
	own_buf data = { 0 }, item = { 0 }, info = { 0 };

	if (p->base64.p) {
		buf_lit(&data, "<data xmlns='" AVATAR_DATA "'>");
		buf_str(&data, p->base64);
		buf_lit(&data, "</data>");
		pep_item_write_as(&item, "item", p->hash, buf_all(&data));
		item_replace(a, &p->data, p->hash, buf_all(&item));
		buf_fmt(&info, "<metadata xmlns='" AVATAR_METADATA "'><info bytes='%s'", bytes_n);
		xml_write_attr(&info, "id", p->hash);
		xml_write_attr(&info, "type", p->type);
		buf_lit(&info, "/></metadata>");
	} else {
		buf_lit(&info, "<metadata xmlns='" AVATAR_METADATA "'/>");
	}
	buf_clear(&item);
	pep_item_write_as(&item, "item", p->base64.p ? p->hash : STR("current"), buf_all(&info));
	p->item = arena_str(&a->arena, buf_all(&item));
	item_replace(a, &p->metadata, p->base64.p ? p->hash : STR("current"), p->item);
}

/* What the account has is known: its nodes, and the hash that is kept. */
static void card_hash(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct picture *p = picture_of(a);
	bool had = !a->ask.verdict && a->ask.answer->value.n == HEX_BYTES;
	own_buf bytes = { 0 }, n = { 0 };

	if (asked_failed(a))
		return;
	if (p->base64.p && (a->ask.verdict || !str_eq(a->ask.answer->value, p->hash))) {
		p->changed = true;
		picture_read(&bytes, p->base64);
		buf_u64(&n, bytes.n);
		if (w->bytes + p->base64.n + 4096 <= PEP_BYTES_MAX)
			picture_publish(a, buf_z(&n));
	} else if (!p->base64.p && had) {
		p->hash = STR("0");
		picture_publish(a, NULL);
	}
	if (p->item.p || p->changed)
		pep_put(a->q->x->core, w->owner, STR(AVATAR_SPACE), STR(""), p->hash);
	asked_again(a, card_kept);
	item_set(a->q->x->core, &a->ask, w->owner, STR(VCARD_SPACE), STR(""), p->card);
}

static void node_take(struct asked *a, struct pep_node *node, const char *name)
{
	const struct store_request *r = a->ask.answer;

	*node = (struct pep_node){ .name = str_z(name), .config = pep_default, .last = STR("") };
	node->config.access = PEP_OPEN; /* as the card is */
	for (size_t i = 0; i < r->n; i++)
		if (str_is(r->pairs[i].key, name))
			pep_node_read(node,
				      &(struct store_pair){ node->name, arena_str(&a->arena, r->pairs[i].value) });
}

static void card_records(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct picture *p = picture_of(a);

	if (asked_failed(a))
		return;
	pep_records_got(a);
	node_take(a, &p->data, AVATAR_DATA);
	node_take(a, &p->metadata, AVATAR_METADATA);
	asked_again(a, card_hash);
	item_get(a->q->x->core, &a->ask, w->owner, STR(AVATAR_SPACE), STR(""));
}

void avatar_card(struct xmpp *x, struct iq *q, const struct xml *card, struct str kept)
{
	struct asked *a = pep_errand_new(q, card_records, STR(AVATAR_METADATA));
	struct pep_errand *w = a->more;
	struct picture *p = w->more = arena_zero(&a->arena, sizeof *p);
	own_buf bytes = { 0 }, hash = { 0 }, base64 = { 0 };
	struct str type;

	w->answer = STR("");
	p->card = arena_str(&a->arena, kept);
	if (card_picture(card, &bytes, &hash, &type, xmpp_scratch(x))) {
		base64_write(&base64, buf_all(&bytes));
		p->base64 = arena_str(&a->arena, buf_all(&base64));
		p->hash = arena_str(&a->arena, buf_all(&hash));
		p->type = arena_str(&a->arena, type);
	}
	item_list(x->core, &a->ask, w->owner, STR(PEP_SPACE));
}

const struct xmpp_feature feature_avatar = { .name = "avatars", .xep = 84, .version = "1.1.4" };
const struct xmpp_feature feature_avatar_hash = { .name = "hashes of avatars in presence",
						  .xep = 153,
						  .version = "1.1.1" };
const struct xmpp_feature feature_avatar_conversion = {
	.name = "avatar conversion",
	.xep = 398,
	.version = "1.0.0",
	.disco_account = { "urn:xmpp:pep-vcard-conversion:0" },
	.closed = avatar_closed,
};
