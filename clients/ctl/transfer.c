/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/ctl/transfer.c - accounts to a file and from one (XEP-0227). Both go through piece by piece: neither the file
 * nor an account is ever held as a whole. Of the XML only so much is understood here as it takes to cut it: which
 * element stands in which; what they mean is the server's to say, and what it does not like is said with the line.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "clients/ctl/ctl.h"

#define PIE "urn:xmpp:pie:0"
#define PUBSUB "http://jabber.org/protocol/pubsub"
#define XINCLUDE "http://www.w3.org/2001/XInclude"

enum { PIECE_BYTES_MAX = 1024 * 1024, DEPTH_MAX = 64, FILES_MAX = 4 };

/* ---- the server -------------------------------------------------------------------------------------------------- */

struct line_to {
	int fd;
	FILE *in;
	char *line;
	size_t room;
};

static int line_open(struct line_to *l, const struct options *o)
{
	*l = (struct line_to){ .fd = server_reach(o) };
	if (l->fd < 0)
		return EXIT_NO_SERVER;
	l->in = fdopen(l->fd, "r");
	return l->in ? EXIT_DONE : EXIT_NO_SERVER;
}

static void line_close(struct line_to *l)
{
	if (l->in)
		fclose(l->in);
	free(l->line);
}

/* The next line of the answer; NULL: the server went away. */
static json_t *line_hear(struct line_to *l)
{
	ssize_t n = getline(&l->line, &l->room, l->in);

	return n > 0 ? json_loadb(l->line, (size_t)n, 0, NULL) : NULL;
}

/* Asks; every row goes to `each`. The last line of the answer is the caller's; NULL after saying why. */
static json_t *line_ask(struct line_to *l, json_t *request, bool (*each)(const json_t *row, void *arg), void *arg)
{
	bool good = request && server_say(l->fd, request);
	json_t *heard = good ? line_hear(l) : NULL;

	json_decref(request);
	for (; heard && json_object_get(heard, "row"); heard = line_hear(l)) {
		good = good && each(json_object_get(heard, "row"), arg);
		json_decref(heard);
	}
	if (heard && good)
		return heard;
	if (!heard)
		text_complain(TEXT_no_answer, "", NULL);
	json_decref(heard);
	return NULL;
}

static const char *wrong_of(const json_t *end)
{
	return json_string_value(json_object_get(json_object_get(end, "error"), "text"));
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static bool write_row(const json_t *row, void *arg)
{
	const json_t *xml = json_object_get(row, "xml");

	return fwrite(json_string_value(xml), 1, json_string_length(xml), arg) == json_string_length(xml);
}

static bool name_row(const json_t *row, void *arg)
{
	const char *name = json_string_value(json_object_get(row, "name"));

	/* Rooms have addresses, and guests have nothing that is kept. */
	if (name && !strchr(name, '@') && !json_is_true(json_object_get(row, "guest")))
		json_array_append(arg, json_object_get(row, "name"));
	return true;
}

static int refused(const char *name, const char *wrong)
{
	text_complain(TEXT_transfer_refused, name, wrong);
	return EXIT_REFUSED;
}

static int give_one(struct line_to *l, FILE *to, const char *name)
{
	json_t *end = line_ask(l, json_pack("{s:s,s:s}", "command", "export", "name", name), write_row, to);
	int r = !end ? EXIT_NO_SERVER : wrong_of(end) ? refused(name, wrong_of(end)) : EXIT_DONE;

	json_decref(end);
	return r;
}

static bool no_row(const json_t *row, void *arg) { return true; }

static int give_all(struct line_to *l, FILE *to, const json_t *names)
{
	json_t *status = line_ask(l, json_pack("{s:s}", "command", "status"), no_row, NULL), *name;
	const char *domain = json_string_value(json_object_get(json_object_get(status, "ok"), "domain"));
	int r = domain ? EXIT_DONE : EXIT_NO_SERVER;
	size_t i;

	if (domain)
		fprintf(to, "<?xml version='1.0' encoding='UTF-8'?>\n<server-data xmlns='" PIE "'>\n<host jid='%s'>\n",
			domain);
	json_array_foreach(names, i, name)
		if (!r)
			r = give_one(l, to, json_string_value(name));
	fputs("</host>\n</server-data>\n", to);
	json_decref(status);
	return r;
}

/* Under another name until it is whole and on the disk: an old export is not lost to one that fails. */
static int give_file(struct line_to *l, const char *path, const json_t *names)
{
	own_buf part = { 0 };
	int fd, r;
	FILE *to;

	buf_fmt(&part, "%s.part", path);
	fd = open(buf_z(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	to = fd < 0 ? NULL : fdopen(fd, "w");
	if (!to) {
		text_complain(TEXT_no_connection, buf_z(&part), strerror(errno));
		return EXIT_REFUSED;
	}
	r = give_all(l, to, names);
	if (!r && (fflush(to) || ferror(to) || fsync(fd) || rename(buf_z(&part), path))) {
		text_complain(TEXT_no_connection, path, strerror(errno));
		r = EXIT_REFUSED;
	}
	fclose(to);
	if (r)
		unlink(buf_z(&part));
	return r;
}

int transfer_export(const struct options *o, const char *const *words, size_t n)
{
	struct line_to l;
	json_t *names = json_array(), *end = NULL;
	own_buf count = { 0 };
	int r = line_open(&l, o);

	for (size_t i = 1; i < n; i++)
		json_array_append_new(names, json_string(words[i]));
	if (!r && n == 1) {
		end = line_ask(&l, json_pack("{s:s}", "command", "user list"), name_row, names);
		r = end ? EXIT_DONE : EXIT_NO_SERVER;
	}
	if (!r)
		r = give_file(&l, words[0], names);
	buf_u64(&count, json_array_size(names));
	if (!r)
		text_complain(TEXT_transfer_exported, buf_z(&count), words[0]);
	json_decref(end);
	json_decref(names);
	line_close(&l);
	return r;
}

/* ---- in: where one is in the file -------------------------------------------------------------------------------- */

struct level {
	char name[64], ns[256], node[1100];
};

/* All files that include one another have one stack of elements. */
struct reader {
	struct line_to line;
	struct level levels[DEPTH_MAX];
	unsigned depth;
	struct buf user;     /* name of the account; empty: passed by */
	struct buf piece;    /* of which the bytes are collected */
	unsigned piece_depth; /* where it began; 0: none */
	unsigned long piece_line;
	unsigned files;
	unsigned long accounts, pieces, notes;
	const char *domain;
};

struct source {
	FILE *in;
	const char *path;
	unsigned long line;
};

static int wrong_at(const struct source *s, unsigned long line, const char *why)
{
	fprintf(stderr, "%s:%lu: %s\n", s->path, line, why);
	return EXIT_REFUSED;
}

static const struct level *level_at(const struct reader *r, unsigned depth) { return &r->levels[depth - 1]; }

static bool is_at(const struct reader *r, unsigned depth, const char *name, const char *ns)
{
	return r->depth >= depth && !strcmp(level_at(r, depth)->name, name) && !strcmp(level_at(r, depth)->ns, ns);
}

/* Whether the children of the innermost element go by themselves: accounts, what is in them, and of that what may be
 * long. */
static bool is_container(const struct reader *r)
{
	if (r->depth <= 3)
		return true;
	if (r->depth == 4)
		return is_at(r, 4, "archive", PIE "#mam") || is_at(r, 4, "offline-messages", PIE) ||
		       is_at(r, 4, "pubsub", PUBSUB);
	return r->depth == 5 && is_at(r, 4, "pubsub", PUBSUB) && is_at(r, 5, "items", PUBSUB);
}

static int send_piece(struct reader *r, const struct source *s, unsigned long line, const char *inside,
		      const char *scope, struct str xml)
{
	json_t *piece = json_stringn(xml.p, xml.n), *end;
	int status = EXIT_DONE;

	if (!piece)
		return wrong_at(s, line, text(TEXT_wrong_text));
	end = line_ask(&r->line,
		       json_pack("{s:s,s:s,s:s,s:s,s:o}", "command", "import", "name", buf_z(&r->user), "inside",
				 inside, "scope", scope, "xml", piece),
		       no_row, NULL);
	if (!end)
		status = EXIT_NO_SERVER;
	else if (wrong_of(end))
		status = wrong_at(s, line, wrong_of(end));
	else if (json_object_get(json_object_get(end, "ok"), "note"))
		r->notes++, wrong_at(s, line, json_string_value(json_object_get(json_object_get(end, "ok"), "note")));
	r->pieces++;
	json_decref(end);
	return status;
}

static int piece_end(struct reader *r, const struct source *s)
{
	own_buf inside = { 0 };
	int status;

	if (r->piece_depth == 6)
		buf_fmt(&inside, "items %s", level_at(r, 5)->node);
	else if (r->piece_depth == 5)
		buf_str(&inside, str_z(level_at(r, 4)->name));
	status = r->user.n ? send_piece(r, s, r->piece_line, buf_z(&inside), level_at(r, r->piece_depth - 1)->ns,
					buf_all(&r->piece))
			   : EXIT_DONE;
	r->piece_depth = 0;
	buf_clear(&r->piece);
	return status;
}

/* ---- in: tags ---------------------------------------------------------------------------------------------------- */

/* The value of an attribute in a start tag, with the five entities taken back. False: it is not there. */
static bool attribute(struct str tag, const char *name, struct buf *to)
{
	static const struct {
		struct str entity;
		char c;
	} entities[] = { { STR_INIT("&lt;"), '<' },
			 { STR_INIT("&gt;"), '>' },
			 { STR_INIT("&amp;"), '&' },
			 { STR_INIT("&quot;"), '"' },
			 { STR_INIT("&apos;"), '\'' } };
	size_t n = strlen(name), at = 1;

	while (at < tag.n && !strchr(" \t\r\n/>", tag.p[at]))
		at++;
	while (at < tag.n) {
		size_t begin, equals, end;
		char quote;

		while (at < tag.n && strchr(" \t\r\n/>", tag.p[at]))
			at++;
		begin = at;
		at += str_find(str_from(tag, at), '=');
		equals = at++;
		while (at < tag.n && strchr(" \t\r\n", tag.p[at]))
			at++;
		if (at >= tag.n)
			return false;
		quote = tag.p[at++];
		end = at + str_find(str_from(tag, at), quote);
		if (equals - begin >= n && !memcmp(tag.p + begin, name, n) &&
		    str_trim(str_n(tag.p + begin, equals - begin)).n == n) {
			for (struct str v = str_n(tag.p + at, end - at); v.n;) {
				size_t i = 0, step = 1;
				char c = v.p[0];

				for (; i < countof(entities); i++)
					if (str_starts(v, entities[i].entity)) {
						c = entities[i].c;
						step = entities[i].entity.n;
					}
				buf_byte(to, c);
				v = str_from(v, step);
			}
			return true;
		}
		at = end + 1;
	}
	return false;
}

static int file_take(struct reader *r, const char *path);

/* <include href='…'/> beside hosts and users (4.12). */
static int include(struct reader *r, const struct source *s, struct str tag)
{
	own_buf href = { 0 }, path = { 0 };
	char *copy = str_dup(str_z(s->path));

	if (!attribute(tag, "href", &href) || !href.n || href.p[0] == '/' || strstr(buf_z(&href), "..") ||
	    strchr(buf_z(&href), ':')) {
		mem_free(copy);
		return wrong_at(s, s->line, text(TEXT_transfer_include));
	}
	buf_fmt(&path, "%s/%s", dirname(copy), buf_z(&href));
	mem_free(copy);
	if (r->files == FILES_MAX)
		return wrong_at(s, s->line, text(TEXT_transfer_include));
	return file_take(r, buf_z(&path));
}

static void copy_to(char *to, size_t room, struct str s)
{
	size_t n = s.n < room - 1 ? s.n : room - 1;

	memcpy(to, s.p, n);
	to[n] = 0;
}

/* The namespace of an element: its own default, that of outside, or that of its prefix where this is declared here. */
static void level_fill(struct reader *r, struct level *l, struct str tag)
{
	size_t n = 1, colon;
	own_buf ns = { 0 }, declared = { 0 }, node = { 0 };
	struct str name;

	while (n < tag.n && !strchr(" \t\r\n/>", tag.p[n]))
		n++;
	name = str_n(tag.p + 1, n - 1);
	colon = str_find(name, ':');
	if (colon < name.n)
		buf_fmt(&declared, "xmlns:%.*s", (int)colon, name.p);
	copy_to(l->name, sizeof l->name, colon < name.n ? str_from(name, colon + 1) : name);
	if (attribute(tag, declared.n ? buf_z(&declared) : "xmlns", &ns))
		copy_to(l->ns, sizeof l->ns, buf_all(&ns));
	else if (declared.n)
		copy_to(l->ns, sizeof l->ns, strstr(l->name, "include") == l->name ? STR(XINCLUDE) : STR("?"));
	else
		copy_to(l->ns, sizeof l->ns, r->depth > 1 ? str_z(level_at(r, r->depth - 1)->ns) : STR(""));
	l->node[0] = 0;
	if (attribute(tag, "node", &node))
		copy_to(l->node, sizeof l->node, buf_all(&node));
}

static int user_begin(struct reader *r, const struct source *s, struct str tag)
{
	own_buf name = { 0 }, password = { 0 }, xml = { 0 };

	if (!attribute(tag, "name", &name) || !name.n)
		return wrong_at(s, s->line, text(TEXT_transfer_no_name));
	buf_clear(&r->user);
	buf_str(&r->user, buf_all(&name));
	buf_lit(&xml, "<user xmlns='" PIE "'");
	if (attribute(tag, "password", &password)) {
		buf_lit(&xml, " password='");
		for (size_t i = 0; i < password.n; i++)
			switch (password.p[i]) {
			case '&': buf_lit(&xml, "&amp;"); break;
			case '<': buf_lit(&xml, "&lt;"); break;
			case '\'': buf_lit(&xml, "&apos;"); break;
			default: buf_byte(&xml, password.p[i]);
			}
		buf_byte(&xml, '\'');
	}
	buf_lit(&xml, "/>");
	r->accounts++;
	return send_piece(r, s, s->line, "", "", buf_all(&xml));
}

static int root_or_host(struct reader *r, const struct source *s, struct str tag)
{
	own_buf jid = { 0 };

	if (r->depth == 1 && !is_at(r, 1, "server-data", PIE))
		return wrong_at(s, s->line, text(TEXT_transfer_no_export));
	if (r->depth == 2 && is_at(r, 2, "host", PIE) && attribute(tag, "jid", &jid) && strcmp(buf_z(&jid), r->domain))
		text_complain(TEXT_transfer_host, buf_z(&jid), r->domain);
	return EXIT_DONE;
}

/* A start tag. */
static int opened(struct reader *r, const struct source *s, struct str tag, bool *included)
{
	struct level *l;

	*included = false;
	if (r->depth == DEPTH_MAX)
		return wrong_at(s, s->line, text(TEXT_transfer_broken));
	l = &r->levels[r->depth++];
	level_fill(r, l, tag);
	if (r->piece_depth)
		return EXIT_DONE;
	if (r->depth <= 3 && !strcmp(l->ns, XINCLUDE) && !strcmp(l->name, "include")) {
		*included = true;
		r->depth--;
		return include(r, s, tag);
	}
	if (r->depth <= 2)
		return root_or_host(r, s, tag);
	if (r->depth == 3 && is_at(r, 2, "host", PIE) && is_at(r, 3, "user", PIE))
		return user_begin(r, s, tag);
	return EXIT_DONE;
}

/* ---- in: bytes --------------------------------------------------------------------------------------------------- */

static int next_byte(struct source *s)
{
	int c = getc_unlocked(s->in);

	s->line += c == '\n';
	return c;
}

/* Reads on to the end of `end`, keeping the bytes. False: the file ends before. */
static bool read_to(struct source *s, struct buf *to, const char *end)
{
	size_t n = strlen(end);

	for (int c; (c = next_byte(s)) != EOF;) {
		buf_byte(to, (char)c);
		if (to->n >= n && !memcmp(to->p + to->n - n, end, n))
			return true;
		if (to->n > PIECE_BYTES_MAX)
			return false;
	}
	return false;
}

/* A tag, from "<" to the ">" that is in no value; or what else begins with "<". */
static bool read_tag(struct source *s, struct buf *to)
{
	char quote = 0;

	buf_byte(to, '<');
	for (int c; (c = next_byte(s)) != EOF && to->n <= PIECE_BYTES_MAX;) {
		buf_byte(to, (char)c);
		if (to->n == 4 && !memcmp(to->p, "<!--", 4))
			return read_to(s, to, "-->");
		if (to->n == 9 && !memcmp(to->p, "<![CDATA[", 9))
			return read_to(s, to, "]]>");
		if (to->n == 2 && c == '?')
			return read_to(s, to, "?>");
		if (quote)
			quote = c == quote ? 0 : quote;
		else if ((c == '"' || c == '\'') && to->p[1] != '!')
			quote = (char)c;
		else if (c == '>')
			return true;
	}
	return false;
}

/* Text of a CDATA section, as any other text. */
static void cdata_add(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		switch (text.p[i]) {
		case '<': buf_lit(to, "&lt;"); break;
		case '&': buf_lit(to, "&amp;"); break;
		default: buf_byte(to, text.p[i]);
		}
}

static int closed(struct reader *r, const struct source *s, struct str tag)
{
	int status = EXIT_DONE;

	if (!r->depth)
		return wrong_at(s, s->line, text(TEXT_transfer_broken));
	if (r->piece_depth && r->depth == r->piece_depth)
		status = piece_end(r, s);
	if (r->depth == 3)
		buf_clear(&r->user);
	r->depth--;
	return status;
}

static int tag_take(struct reader *r, const struct source *s, unsigned long line, struct str tag)
{
	bool empty = tag.n > 2 && tag.p[tag.n - 2] == '/', included = false;
	int status;

	if (str_starts(tag, STR("<?")) || str_starts(tag, STR("<!--")))
		return EXIT_DONE;
	if (str_starts(tag, STR("<![CDATA["))) {
		if (r->piece_depth)
			cdata_add(&r->piece, str_n(tag.p + 9, tag.n - 12));
		return EXIT_DONE;
	}
	if (str_starts(tag, STR("<!")))
		return wrong_at(s, line, text(TEXT_transfer_broken));
	if (str_starts(tag, STR("</"))) {
		if (r->piece_depth)
			buf_str(&r->piece, tag);
		return closed(r, s, tag);
	}
	status = opened(r, s, tag, &included);
	if (status || included)
		return status;
	if (!r->piece_depth && !is_container(r)) {
		r->piece_depth = r->depth;
		r->piece_line = line;
	}
	if (r->piece_depth)
		buf_str(&r->piece, tag);
	return empty ? closed(r, s, tag) : EXIT_DONE;
}

static int bytes_take(struct reader *r, struct source *s)
{
	own_buf tag = { 0 };
	int status = EXIT_DONE;

	for (int c; !status && (c = next_byte(s)) != EOF;) {
		unsigned long line = s->line;

		if (c != '<') {
			if (r->piece_depth)
				buf_byte(&r->piece, (char)c);
		} else {
			buf_clear(&tag);
			status = read_tag(s, &tag) ? tag_take(r, s, line, buf_all(&tag))
						   : wrong_at(s, line, text(TEXT_transfer_broken));
		}
		if (!status && r->piece.n > PIECE_BYTES_MAX)
			status = wrong_at(s, r->piece_line, text(TEXT_transfer_big));
	}
	return status;
}

static int file_take(struct reader *r, const char *path)
{
	struct source s = { .in = fopen(path, "re"), .path = path, .line = 1 };
	unsigned depth = r->depth;
	int status;

	if (!s.in) {
		text_complain(TEXT_no_connection, path, strerror(errno));
		return EXIT_REFUSED;
	}
	r->files++;
	status = bytes_take(r, &s);
	if (!status && (r->depth != depth || ferror(s.in)))
		status = wrong_at(&s, s.line, text(TEXT_transfer_broken));
	r->files--;
	fclose(s.in);
	return status;
}

int transfer_import(const struct options *o, const char *const *words, size_t n)
{
	struct reader *r = mem_new(struct reader);
	json_t *status = NULL;
	own_buf accounts = { 0 }, pieces = { 0 };
	int result = line_open(&r->line, o);

	if (!result) {
		status = line_ask(&r->line, json_pack("{s:s}", "command", "status"), no_row, NULL);
		r->domain = json_string_value(json_object_get(json_object_get(status, "ok"), "domain"));
		result = r->domain ? file_take(r, words[0]) : EXIT_NO_SERVER;
	}
	buf_u64(&accounts, r->accounts);
	buf_u64(&pieces, r->pieces);
	if (!result)
		text_complain(TEXT_transfer_imported, buf_z(&accounts), buf_z(&pieces));
	json_decref(status);
	line_close(&r->line);
	buf_wipe(&r->piece);
	buf_free(&r->user);
	mem_free(r);
	return result;
}
