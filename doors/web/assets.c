/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/assets.c - the page and its parts, as they were linked in.
 */
#include "doors/web/inside.h"

#include <strings.h>

struct sending {
	struct str left;
};

/* An invitation opens the page, which knows from its address what to do. */
const struct web_asset *web_asset_find(struct str path)
{
	if (str_is(path, "/invite"))
		path = STR("/");
	for (size_t i = 0; i < web_assets_n; i++)
		if (str_is(path, web_assets[i].path))
			return &web_assets[i];
	return NULL;
}

/* ---- which of the three ------------------------------------------------------------------------------------------ */

/* Whether ";q=0", ";q=0.000" stands behind a coding. */
static bool refused(struct str parameters)
{
	size_t at = str_find(parameters, '=');
	struct str q = str_trim(str_from(parameters, at + 1));

	if (at == parameters.n || !q.n || q.p[0] != '0')
		return false;
	for (size_t i = 1; i < q.n; i++)
		if (q.p[i] != '.' && q.p[i] != '0')
			return false;
	return true;
}

static bool accepts(const struct web_request *q, struct str coding)
{
	struct str left = http_field(&q->head, "accept-encoding");

	while (left.n) {
		struct str one = str_n(left.p, str_find(left, ','));
		struct str name = str_trim(str_n(one.p, str_find(one, ';')));

		if (name.n == coding.n && !strncasecmp(name.p, coding.p, name.n))
			return !refused(str_from(one, str_find(one, ';')));
		left = str_from(left, one.n + 1);
	}
	return false;
}

static struct str choose(const struct web_request *q, const struct web_asset *a, const char **coding)
{
	if (a->brotli.p && accepts(q, STR("br"))) {
		*coding = "br";
		return a->brotli;
	}
	*coding = a->gzip.p && accepts(q, STR("gzip")) ? "gzip" : NULL;
	return *coding ? a->gzip : a->plain;
}

/* ---- policy ------------------------------------------------------------------------------------------------------ */

static bool is_plain_url(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("\"'(),;<>[\\]", s.p[i]))
			return false;
	return s.n > 0;
}

void web_page_policy(const struct web_request *q, struct buf *to)
{
	struct str address = core_settings(q->core)->web_address;
	/* Links to files name the address that the operator gave, wherever the page was opened. */
	own_buf files = { 0 };

	if (is_plain_url(address))
		buf_fmt(&files, " %.*s", STR_ARG(address));
	buf_fmt(to,
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:%s; "
		"media-src 'self' blob:%s; connect-src 'self'%s",
		buf_z(&files), buf_z(&files), buf_z(&files));
	/* Older browsers do not count WebSocket as 'self'. The grammar of policies has no addresses of IPv6. */
	if (q->host.n && q->host.p[0] != '[')
		buf_fmt(to, " ws://%.*s wss://%.*s", STR_ARG(q->host), STR_ARG(q->host));
	buf_lit(to, "; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
		    "frame-ancestors 'none'; "
		    "require-trusted-types-for 'script'; trusted-types anser");
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* The same content in another coding is another representation (RFC 9110, 8.8.3). */
static void etag_of(const struct web_asset *a, const char *coding, struct buf *to)
{
	buf_str(to, str_z(a->etag));
	if (coding) {
		to->n--; /* the quote */
		buf_fmt(to, "-%s\"", coding);
	}
}

/* RFC 9110, 13.1.2: weakly compared. */
static bool has_it(const struct web_request *q, struct str etag)
{
	struct str known = http_field(&q->head, "if-none-match");

	return known.n && (str_is(known, "*") || memmem(known.p, known.n, etag.p, etag.n));
}

static void fields_add(struct web_request *q, const struct web_asset *a, const char *coding, struct str etag)
{
	own_buf policy = { 0 };

	web_page_policy(q, &policy);
	web_field(q, "Content-Security-Policy", buf_all(&policy));
	web_field(q, "Cache-Control", a->immutable ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
	web_field(q, "ETag", etag);
	web_field(q, "Vary", STR("Accept-Encoding"));
	if (coding)
		web_field(q, "Content-Encoding", str_z(coding));
}

void web_asset_writable(struct web_request *q)
{
	struct sending *s = q->job;
	struct str piece = str_n(s->left.p, s->left.n < WEB_PIECE ? s->left.n : WEB_PIECE);

	s->left = str_from(s->left, piece.n);
	web_write(q, piece);
	if (!s->left.n)
		web_end(q);
}

void web_asset_answer(struct web_request *q)
{
	const struct web_asset *a = web_asset_find(q->path);
	struct sending *s = arena_get(&q->arena, sizeof *s);
	const char *coding;
	own_buf etag = { 0 };

	q->job = s;
	s->left = choose(q, a, &coding);
	etag_of(a, coding, &etag);
	fields_add(q, a, coding, buf_all(&etag));
	if (has_it(q, buf_all(&etag))) {
		web_reply(q, 304, NULL, STR_NONE);
		return;
	}
	web_head(q, 200, a->type, s->left.n);
	if (q->head_only)
		web_end(q);
	else
		web_asset_writable(q);
}
