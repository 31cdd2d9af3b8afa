/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/show.c - how messages are pushed: their text, and files of this server's in them as 104. A link says
 * neither the size of a file nor its name as it is kept, so the core is asked; pushes behind it wait meanwhile as
 * bytes, tickets with them, so that order holds.
 */
#include "base/crypt.h"
#include "doors/classic/classic.h"
#include "wire/xml.h"

#define own_arena __attribute__((cleanup(arena_free))) struct arena

#define FILES "urn:anser:files:0"
#define OOB "jabber:x:oob"
#define SFS "urn:xmpp:sfs:0"
#define FILE_META "urn:xmpp:file:metadata:0"
#define URL_DATA "http://jabber.org/protocol/url-data"

enum { COMING_COST = 512 }; /* of one that waits, beside the bytes behind it */

/* A file that is to be pushed, and what comes behind it. */
struct classic_coming {
	struct list here;        /* in classic->coming */
	struct classic *classic;
	struct file_ask ask;
	bool known;
	char token[FILE_TOKEN_CHARS];
	struct buf sender, name; /* the name as the message has it, should nobody know better */
	uint64_t size;
	msec time;
	struct buf after, tickets;
};

/* A file as the message describes it. */
struct mention {
	struct str token, url, name;
	uint64_t size;
};

struct mentions {
	struct mention file[CLASSIC_FILES_MAX];
	size_t n;
};

/* ---- order ------------------------------------------------------------------------------------------------------- */

static struct classic_coming *last(const struct classic *c)
{
	return list_empty(&c->coming) ? NULL : holder_of(c->coming.prev, struct classic_coming, here);
}

struct buf *classic_push_to(struct classic *c)
{
	struct classic_coming *behind = last(c);

	return behind ? &behind->after : &c->link->out;
}

void classic_ticket(struct classic *c, uint64_t ticket)
{
	struct classic_coming *behind = last(c);

	buf_add(behind ? &behind->tickets : &c->tickets, &ticket, sizeof ticket);
	if (!behind && link_backlog(c->link) == 0)
		classic_continue(c); /* nothing was written, so `written` will not come */
}

static void coming_free(struct classic_coming *w)
{
	file_cancel(&w->ask);
	list_remove(&w->here);
	w->classic->coming_bytes -= COMING_COST + w->after.n;
	buf_free(&w->sender);
	buf_free(&w->name);
	buf_free(&w->after);
	buf_free(&w->tickets);
	mem_free(w);
}

void classic_show_free(struct classic *c)
{
	for (struct classic_coming *w; (w = list_first(&c->coming, struct classic_coming, here));)
		coming_free(w);
}

static void coming_push(struct classic_coming *w)
{
	struct classic *c = w->classic;
	own_buf content = { 0 };

	buf_fmt(&content, "%.*s,%llu,%.*s", STR_ARG(buf_all(&w->name)), (unsigned long long)w->size, FILE_TOKEN_CHARS,
		w->token);
	classic_push_one(c, &c->link->out, "104", buf_all(&w->sender), buf_all(&content), w->time);
	buf_str(&c->link->out, buf_all(&w->after));
	buf_str(&c->tickets, buf_all(&w->tickets));
}

static void coming_known(struct file_ask *a)
{
	struct classic_coming *w = holder_of(a, struct classic_coming, ask);
	struct classic *c = w->classic;

	w->known = true;
	if (!a->verdict) {
		buf_clear(&w->name);
		buf_str(&w->name, a->file.name);
		w->size = a->file.size;
	}
	if (c->link->closing)
		return; /* what was not written waits in the store */
	while ((w = list_first(&c->coming, struct classic_coming, here)) && w->known) {
		coming_push(w);
		coming_free(w);
	}
	classic_continue(c);
}

static void file_push(struct classic *c, struct str sender, const struct mention *m, msec time)
{
	struct classic_coming *w = mem_new(struct classic_coming);

	w->classic = c;
	memcpy(w->token, m->token.p, sizeof w->token);
	buf_str(&w->sender, sender);
	file_name_clean(&w->name, m->name);
	w->size = m->size;
	w->time = time;
	list_append(&c->coming, &w->here);
	c->coming_bytes += COMING_COST;
	w->ask.done = coming_known;
	file_find(c->core, &w->ask, m->token);
}

/* ---- what is in a message ---------------------------------------------------------------------------------------- */

bool classic_is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		      (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_'))
			return false;
	return s.n == FILE_TOKEN_CHARS;
}

/* What addresses of files here begin with. */
static void link_head(const struct classic *c, struct buf *to)
{
	buf_str(to, core_settings(c->core)->web_address);
	buf_lit(to, "/files/");
}

struct str classic_file_token(const struct classic *c, struct str url)
{
	own_buf head = { 0 };
	struct str rest;

	link_head(c, &head);
	if (!core_settings(c->core)->web_address.n || !str_starts(url, buf_all(&head)))
		return STR_NONE;
	rest = str_from(url, head.n);
	rest.n = str_find(rest, '/');
	return classic_is_token(rest) ? rest : STR_NONE;
}

/* The last part of an address, as text. */
static struct str name_of(struct str url, struct arena *arena)
{
	own_buf name = { 0 };

	for (size_t slash; (slash = str_find(url, '/')) < url.n;)
		url = str_from(url, slash + 1);
	while (url.n) {
		bool escaped = url.p[0] == '%' && url.n > 2 && hex_read(&name, str_n(url.p + 1, 2));

		if (!escaped)
			buf_byte(&name, url.p[0]);
		url = str_from(url, escaped ? 3 : 1);
	}
	return arena_str(arena, buf_all(&name));
}

/* The same file may be named in several ways in one message: the first says most. */
static bool mention_add(const struct classic *c, struct mentions *all, struct str url, struct str name, uint64_t size,
			struct arena *arena)
{
	struct str token = classic_file_token(c, url);

	if (!token.p)
		return false;
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->file[i].token, token))
			return true;
	if (all->n == countof(all->file))
		return false;
	all->file[all->n++] = (struct mention){ token, url, name.n ? name : name_of(url, arena), size };
	return true;
}

static void shared_read(const struct classic *c, struct mentions *all, const struct xml *sharing, struct arena *arena)
{
	const struct xml *meta = xml_child(sharing, "file", FILE_META), *sources = xml_child(sharing, "sources", SFS);
	struct str name;
	uint64_t size = 0;

	if (!meta || !sources)
		return;
	name = xml_child_text(meta, "name", FILE_META, arena);
	str_u64(xml_child_text(meta, "size", FILE_META, arena), &size);
	for (const struct xml *s = xml_child(sources, "url-data", URL_DATA); s;
	     s = xml_sibling(s, "url-data", URL_DATA))
		mention_add(c, all, xml_attr(s, "target"), name, size, arena);
}

static void elements_read(const struct classic *c, struct mentions *all, const struct xml *x, struct arena *arena)
{
	for (const struct xml *s = xml_child(x, "file-sharing", SFS); s; s = xml_sibling(s, "file-sharing", SFS))
		shared_read(c, all, s, arena);
	for (const struct xml *o = xml_child(x, "x", OOB); o; o = xml_sibling(o, "x", OOB))
		mention_add(c, all, str_trim(xml_child_text(o, "url", OOB, arena)), STR(""), 0, arena);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Addresses in the text, but for those in lines that quote somebody. True: there is nothing else in it. */
static bool text_read(const struct classic *c, struct mentions *all, struct str text, struct arena *arena)
{
	bool quoted = false, nothing_else = true, line_begins = true;

	for (size_t i = 0; i < text.n;) {
		size_t n = 0;

		if (is_blank(text.p[i])) {
			line_begins |= text.p[i++] == '\n';
			continue;
		}
		while (i + n < text.n && !is_blank(text.p[i + n]))
			n++;
		quoted = line_begins ? text.p[i] == '>' : quoted;
		line_begins = false;
		nothing_else &= !quoted && mention_add(c, all, str_n(text.p + i, n), STR(""), 0, arena);
		i += n;
	}
	return nothing_else;
}

/* ---- pushing ----------------------------------------------------------------------------------------------------- */

/* Somebody declines a file (files.c). */
static bool declined_push(struct classic *c, struct str sender, const struct stanza *st, const struct xml *x)
{
	const struct xml *declined = x ? xml_child(x, "declined", FILES) : NULL;
	own_buf content = { 0 };

	if (!declined || !classic_is_token(xml_attr(declined, "token")))
		return false;
	file_name_clean(&content, xml_attr(declined, "name"));
	buf_fmt(&content, ",%.*s", STR_ARG(xml_attr(declined, "token")));
	classic_push(c, "107", sender, buf_all(&content), st->time);
	return true;
}

static bool has(const struct stanza *st, struct str what)
{
	return what.n && memmem(st->payload.p, st->payload.n, what.p, what.n);
}

bool classic_push_message(struct classic *c, const char *type, struct str sender, const char *prefix,
			  const struct stanza *st)
{
	struct mentions all = { .n = 0 };
	own_arena arena = { 0 };
	own_buf body = { 0 }, head = { 0 };
	const struct xml *x = NULL;
	bool text;

	link_head(c, &head);
	if (has(st, buf_all(&head)) || has(st, STR(FILES)))
		x = classic_payload(st, &arena);
	if (declined_push(c, sender, st, x))
		return true;
	buf_lit(&body, "");
	text = stanza_body(st, &body);
	if (x) {
		elements_read(c, &all, x, &arena);
		if (text_read(c, &all, buf_all(&body), &arena) && all.n)
			text = false;
	}
	if (text) {
		own_buf whole = { 0 };

		buf_fmt(&whole, "%s%.*s", prefix, STR_ARG(buf_all(&body)));
		classic_push(c, type, sender, buf_all(&whole), st->time);
	}
	for (size_t i = 0; i < all.n; i++)
		file_push(c, sender, &all.file[i], st->time);
	return text || all.n;
}
