/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/files.c - offers of files: 104 and 107. What becomes of them is core/offer.h; the bytes come and go on
 * connections of their own (transfer.c), and how files are shown is show.c.
 */
#include "doors/classic/classic.h"
#include "wire/xml.h"

#define own_arena __attribute__((cleanup(arena_free))) struct arena

#define FILES "urn:anser:files:0"

enum {
	DECLINE_PAGE = 25,   /* messages with files that are looked at in one go, */
	DECLINE_PAGES = 20,  /* and how often: who sent the file is found in the archive */
};

/* A request about a file, until it is answered. */
struct classic_offer {
	struct arena arena;
	struct offer_ask ask;
	struct file_ask find;
	struct offer offer;
	struct str token;
	uint64_t cursor;
	unsigned pages;
};

static struct classic_offer *offer_new(struct classic *c)
{
	c->busy = true;
	return c->offer = mem_new(struct classic_offer);
}

void classic_offer_free(struct classic *c)
{
	struct classic_offer *o = c->offer;

	if (!o)
		return;
	c->offer = NULL;
	offer_cancel(&o->ask);
	file_cancel(&o->find);
	arena_free(&o->arena);
	mem_free(o);
}

static void answer(struct classic *c, const char *reply)
{
	classic_offer_free(c);
	classic_answer(c, reply);
}

static void refuse(struct classic *c, const char *reason)
{
	own_buf reply = { 0 };

	buf_fmt(&reply, "0|%s", reason);
	answer(c, buf_z(&reply));
}

/* ---- 104 --------------------------------------------------------------------------------------------------------- */

/* By the end of the name: so that browsers show pictures, play sound, and so on. */
static struct str type_of(struct str name)
{
	static const struct {
		const char *end;
		struct str type;
	} types[] = {
		{ "png", STR_INIT("image/png") }, { "jpg", STR_INIT("image/jpeg") },
		{ "jpeg", STR_INIT("image/jpeg") }, { "gif", STR_INIT("image/gif") },
		{ "webp", STR_INIT("image/webp") }, { "avif", STR_INIT("image/avif") },
		{ "bmp", STR_INIT("image/bmp") }, { "mp3", STR_INIT("audio/mpeg") },
		{ "ogg", STR_INIT("audio/ogg") }, { "opus", STR_INIT("audio/opus") },
		{ "m4a", STR_INIT("audio/mp4") }, { "flac", STR_INIT("audio/flac") },
		{ "wav", STR_INIT("audio/wav") }, { "mp4", STR_INIT("video/mp4") },
		{ "webm", STR_INIT("video/webm") }, { "mov", STR_INIT("video/quicktime") },
		{ "mkv", STR_INIT("video/x-matroska") }, { "txt", STR_INIT("text/plain") },
		{ "pdf", STR_INIT("application/pdf") }, { "zip", STR_INIT("application/zip") },
	};
	struct str end = name;
	char low[8];

	for (size_t dot; (dot = str_find(end, '.')) < end.n;)
		end = str_from(end, dot + 1);
	if (end.n == name.n || end.n > sizeof low)
		return STR("");
	for (size_t i = 0; i < end.n; i++)
		low[i] = end.p[i] >= 'A' && end.p[i] <= 'Z' ? (char)(end.p[i] - 'A' + 'a') : end.p[i];
	for (size_t i = 0; i < countof(types); i++)
		if (str_is(str_n(low, end.n), types[i].end))
			return types[i].type;
	return STR("");
}

static void offered(struct offer_ask *a)
{
	struct classic_offer *o = holder_of(a, struct classic_offer, ask);
	struct classic *c = a->arg;

	if (a->verdict) {
		refuse(c, offer_verdict_text(a->verdict));
		return;
	}
	o->token = arena_str(&o->arena, a->file.token);
	classic_reply_push(c, "104", o->token);
	answer(c, NULL);
}

static void make(struct classic *c)
{
	struct classic_offer *o = c->offer;
	own_buf id = { 0 };

	classic_id(c, &id);
	o->offer.id = arena_str(&o->arena, buf_all(&id));
	o->offer.from = jid_to_bare(c->session.jid);
	o->ask.done = offered;
	o->ask.arg = c;
	offer_make(c->core, &o->ask, session_account(&c->session), &o->offer);
}

static void receiver_found(struct ask *a)
{
	struct classic *c = holder_of(a, struct classic, asking);

	if (a->verdict)
		answer(c, a->verdict == STORE_NOT_FOUND ? "0|no such user" : "0|try again later");
	else
		make(c);
}

/* "filename,size": a name may have commas, a size has none. */
static bool file_read_from(struct str data, struct str *name, uint64_t *size)
{
	size_t comma = data.n;

	while (comma && data.p[comma - 1] != ',')
		comma--;
	if (!comma)
		return false;
	*name = str_trim(str_n(data.p, comma - 1));
	return name->n && classic_is_text(*name) && str_u64(str_trim(str_from(data, comma)), size);
}

void classic_offer(struct classic *c, struct str data)
{
	own_arena arena = { 0 };
	struct str from = STR_NONE, to = STR_NONE, name;
	enum stanza_type type = MESSAGE_CHAT;
	const char *refusal = "0|bad request";
	struct classic_offer *o;
	struct jid jid = { 0 };
	uint64_t size = 0;

	if (classic_split(&data, &from) && classic_split(&data, &to) && file_read_from(data, &name, &size))
		refusal = classic_receiver(c, from, to, &jid, &type, &arena);
	if (refusal) {
		classic_reply(c, refusal);
		return;
	}
	o = offer_new(c);
	o->arena = arena;
	arena = (struct arena){ 0 };
	o->offer.to = jid;
	o->offer.name = arena_str(&o->arena, name);
	o->offer.type = type_of(o->offer.name);
	o->offer.size = size;
	c->asking.done = receiver_found;
	if (classic_is_room(to))
		make(c);
	else
		account_find(c->core, &c->asking, jid_local(jid));
}

/* ---- 107 --------------------------------------------------------------------------------------------------------- */

static bool is_here(const struct classic *c, struct jid who) { return str_eq(jid_domain(who), core_domain(c->core)); }

/* An ordinary message, so that it waits for who is away and every door can show it. Who is known by a nickname only is
 * told where he has it: there it has come from. */
static void decline_send(struct classic *c, struct jid to)
{
	struct classic_offer *o = c->offer;
	own_buf payload = { 0 }, id = { 0 };

	buf_lit(&payload, "<body>declined: ");
	xml_escape(&payload, o->offer.name);
	buf_lit(&payload, "</body><declined xmlns='" FILES "'");
	xml_write_attr(&payload, "token", o->token);
	xml_write_attr(&payload, "name", o->offer.name);
	buf_lit(&payload, "/>");
	classic_id(c, &id);
	session_send(&c->session, stanza_make(&(struct stanza_init){
		.name = STANZA_MESSAGE, .type = MESSAGE_CHAT, .traits = STANZA_BODY, .time = core_now(c->core),
		.from = c->session.jid, .to = is_here(c, to) ? jid_to_bare(to) : to, .id = buf_all(&id),
		.payload = buf_all(&payload) }));
}

void classic_declined(struct classic *c, enum sent_verdict verdict) { answer(c, classic_sent_reply(verdict)); }

static bool is_it(const struct classic *c, const struct stanza *st)
{
	struct str token = c->offer->token;
	bool in_room = classic_room_in(c, jid_bare(st->from)) && st->from.resource;

	return st->from.local && (in_room || is_here(c, st->from)) && !jid_same_bare(st->from, c->session.jid) &&
	       memmem(st->payload.p, st->payload.n, token.p, token.n);
}

static void sender_search(struct classic *c);

static void page_searched(struct ask *a)
{
	struct classic *c = holder_of(a, struct classic, asking);
	struct classic_offer *o = c->offer;
	const struct store_request *page = a->answer;

	if (a->verdict) {
		answer(c, "0|try again later");
		return;
	}
	for (size_t i = page->n; i-- > 0;)
		if (is_it(c, page->stanzas[i])) {
			decline_send(c, page->stanzas[i]->from);
			return;
		}
	if (page->n && page->more && ++o->pages < DECLINE_PAGES) {
		o->cursor = page->stanzas[0]->stamp;
		sender_search(c);
	} else {
		answer(c, c->rooms_n ? "0|nobody has sent this file to you alone, or it is too long ago; "
				       "what is sent to a room need not be declined"
				     : "0|nobody has sent you this file, or it is too long ago");
	}
}

/* Who sent it stands in one's own archive. What was sent to all in a room does not: it was for nobody alone. */
static void sender_search(struct classic *c)
{
	const struct archive_query query = { .files = true, .backwards = true, .before = c->offer->cursor };

	c->asking.done = page_searched;
	archive_read(c->core, &c->asking, session_account(&c->session), &query, DECLINE_PAGE);
}

static void withdrawn(struct offer_ask *a)
{
	struct classic *c = a->arg;

	if (a->verdict)
		refuse(c, offer_verdict_text(a->verdict));
	else
		answer(c, "1|");
}

static void declined_found(struct file_ask *a)
{
	struct classic_offer *o = holder_of(a, struct classic_offer, find);
	struct classic *c = o->ask.arg;

	if (a->verdict) {
		refuse(c, file_verdict_text(a->verdict));
	} else if (a->file.owner == session_account(&c->session)) {
		o->ask.done = withdrawn;
		offer_withdraw(c->core, &o->ask, a->file.owner, o->token);
	} else {
		o->offer.name = arena_str(&o->arena, a->file.name);
		sender_search(c);
	}
}

void classic_decline(struct classic *c, struct str data)
{
	struct str token = str_trim(data);
	struct classic_offer *o;

	if (!classic_is_token(token)) {
		classic_reply(c, "0|bad request");
		return;
	}
	o = offer_new(c);
	o->token = arena_str(&o->arena, token);
	o->ask.arg = c;
	o->find.done = declined_found;
	file_find(c->core, &o->find, token);
}
