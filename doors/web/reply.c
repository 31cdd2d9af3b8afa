/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/reply.c - answers: heads with the fields that protect whoever reads them, bodies in one piece or in many,
 * errors in words.
 */
#include "doors/web/inside.h"

#include <assert.h>
#include <strings.h>

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static bool is_clean(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\t')
			return false;
	return true;
}

static void field_add(struct buf *to, const char *name, struct str value)
{
	buf_str(to, str_z(name));
	buf_lit(to, ": ");
	buf_str(to, value);
	buf_lit(to, "\r\n");
}

void web_field(struct web_request *q, const char *name, struct str value)
{
	assert(!q->web->headed && is_clean(value) && is_clean(str_z(name)));
	field_add(&q->web->fields, name, value);
}

/* Whether the route has set a field of this name. */
static bool field_there(const struct web *w, const char *name)
{
	struct str left = buf_all(&w->fields);
	size_t n = strlen(name);

	while (left.n) {
		if (left.n > n && left.p[n] == ':' && !strncasecmp(left.p, name, n))
			return true;
		left = str_from(left, str_find(left, '\n') + 1);
	}
	return false;
}

/* ---- what protects ----------------------------------------------------------------------------------------------- */

static bool always(const struct web_request *q, bool html)
{
	(void)q, (void)html;
	return true;
}
static bool is_page(const struct web_request *q, bool html)
{
	(void)q;
	return html;
}
/* Browsers complain where they cannot heed it: without TLS from another machine. */
static bool is_safe_page(const struct web_request *q, bool html) { return html && web_is_safe(q); }
static bool for_all(const struct web_request *q, bool html)
{
	(void)html;
	return q->route && (q->route->flags & WEB_ANY_ORIGIN);
}
static bool for_us(const struct web_request *q, bool html) { return !for_all(q, html); }

/* HSTS is for a name with all its ports: where ours is not the usual one, other programs of that machine would be
 * locked out of it, and our own port without TLS. With an authority of our own, who has lost it could not get past the
 * warning to the way to it. */
static bool is_strict(const struct web_request *q, bool html)
{
	(void)html;
	return q->link->secure && q->host.n && str_find(q->host, ':') == q->host.n &&
	       !core_settings(q->core)->authority_pem.n;
}

static const struct {
	const char *name;
	struct str value;
	bool (*when)(const struct web_request *q, bool html);
} protections[] = {
	{ "Cache-Control", STR_INIT("no-store"), always },
	{ "Content-Security-Policy",
	  STR_INIT("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"), always },
	{ "X-Content-Type-Options", STR_INIT("nosniff"), always },
	{ "Referrer-Policy", STR_INIT("no-referrer"), always },
	{ "Cross-Origin-Resource-Policy", STR_INIT("same-origin"), for_us },
	{ "Cross-Origin-Resource-Policy", STR_INIT("cross-origin"), for_all },
	{ "Access-Control-Allow-Origin", STR_INIT("*"), for_all },
	{ "Access-Control-Expose-Headers", STR_INIT("*"), for_all },
	{ "Cross-Origin-Opener-Policy", STR_INIT("same-origin"), is_safe_page },
	{ "Permissions-Policy", STR_INIT("camera=(self), microphone=(self), geolocation=(), payment=(), usb=()"),
	  is_page },
	{ "Strict-Transport-Security", STR_INIT("max-age=86400"), is_strict },
};

static void protect(const struct web_request *q, const char *type, struct buf *to)
{
	bool html = type && str_starts(str_z(type), STR("text/html"));

	for (size_t i = 0; i < countof(protections); i++)
		if (protections[i].when(q, html) && !field_there(q->web, protections[i].name))
			field_add(to, protections[i].name, protections[i].value);
}

/* ---- heads ------------------------------------------------------------------------------------------------------- */

static bool has_length(unsigned status) { return status >= 200 && status != 204 && status != 304; }

/* Whether another request may follow: both sides want it, and know where this body and this answer end. */
static bool goes_on(const struct web_request *q, unsigned status, uint64_t size)
{
	bool ends = size != HTTP_UNKNOWN || q->head.minor || q->head_only || !has_length(status);

	return q->head.keep_alive && !q->web->last && http_body_ended(&q->web->body) && ends;
}

static void connection_tell(const struct web_request *q, unsigned status, struct buf *to)
{
	if (status == 101)
		buf_lit(to, "Connection: Upgrade\r\n");
	else if (q->web->last)
		buf_lit(to, "Connection: close\r\n");
	else if (!q->head.minor)
		buf_lit(to, "Connection: keep-alive\r\n");
}

static void framing_tell(struct web_request *q, unsigned status, uint64_t size, struct buf *to)
{
	q->web->chunked = size == HTTP_UNKNOWN && q->head.minor && has_length(status);
	if (q->web->chunked)
		buf_lit(to, "Transfer-Encoding: chunked\r\n");
	else if (size != HTTP_UNKNOWN && has_length(status))
		buf_fmt(to, "Content-Length: %llu\r\n", (unsigned long long)size);
}

void web_head(struct web_request *q, unsigned status, const char *type, uint64_t size)
{
	struct web *w = q->web;
	struct buf *to = &q->link->out;

	assert(!w->headed && !w->ended);
	w->last = !goes_on(q, status, size);
	w->left = size;
	buf_fmt(to, "HTTP/1.1 %u %s\r\nDate: ", status, http_reason(status));
	http_date(to, core_now(q->core));
	buf_lit(to, "\r\n");
	if (!field_there(w, "Connection"))
		connection_tell(q, status, to);
	if (type)
		field_add(to, "Content-Type", str_z(type));
	framing_tell(q, status, size, to);
	if (status != 101)
		protect(q, type, to);
	buf_str(to, buf_all(&w->fields));
	buf_lit(to, "\r\n");
	w->headed = true;
	q->link->ops->dirty(q->link);
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

void web_write(struct web_request *q, struct str bytes)
{
	struct web *w = q->web;
	struct buf *to = &q->link->out;

	assert(w->headed && !w->ended);
	if (w->left != HTTP_UNKNOWN) {
		assert(bytes.n <= w->left);
		w->left -= bytes.n;
	}
	if (q->head_only) {
		w->dry = true;
		web_continue(w);
		return;
	}
	if (!bytes.n)
		return; /* an empty chunk would be the last one */
	if (w->chunked)
		buf_fmt(to, "%zx\r\n", bytes.n);
	buf_str(to, bytes);
	if (w->chunked)
		buf_lit(to, "\r\n");
	q->link->ops->dirty(q->link);
}

void web_end(struct web_request *q)
{
	struct web *w = q->web;

	assert(w->headed && !w->ended);
	if (w->chunked && !q->head_only) {
		buf_lit(&q->link->out, "0\r\n\r\n");
		q->link->ops->dirty(q->link);
	}
	if (w->left && w->left != HTTP_UNKNOWN && !q->head_only)
		w->last = true; /* where the connection ends, the body has not */
	w->ended = true;
	web_continue(w);
}

void web_reply(struct web_request *q, unsigned status, const char *type, struct str body)
{
	web_head(q, status, type, body.n);
	web_write(q, body);
	web_end(q);
}

/* ---- errors ------------------------------------------------------------------------------------------------------ */

void web_markup(struct buf *to, struct str text)
{
	static const struct {
		char c;
		const char *as;
	} marks[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" } };

	for (size_t i = 0; i < text.n; i++) {
		size_t m = 0;

		while (m < countof(marks) && marks[m].c != text.p[i])
			m++;
		if (m < countof(marks))
			buf_str(to, str_z(marks[m].as));
		else
			buf_byte(to, text.p[i]);
	}
}

static bool wants_html(const struct web_request *q)
{
	struct str accept = http_field(&q->head, "accept");

	return accept.n && memmem(accept.p, accept.n, "text/html", 9);
}

static void error_page(struct buf *to, unsigned status, const char *english, const char *chinese, const char *href)
{
	const char *const texts[] = { chinese, english };

	buf_fmt(to,
		"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\">"
		"<title>%u %s</title></head>\n<body>\n",
		status, http_reason(status));
	for (size_t i = 0; i < countof(texts); i++) {
		buf_fmt(to, "<p lang=\"%s\">", i ? "en" : "zh-CN");
		web_markup(to, str_z(texts[i]));
		if (href)
			buf_fmt(to, " <a href=\"%s\">%s</a>", href, href);
		buf_lit(to, "</p>\n");
	}
	buf_lit(to, "</body></html>\n");
}

void web_error_href(struct web_request *q, unsigned status, const char *english, const char *chinese, const char *href)
{
	own_buf text = { 0 };

	if (wants_html(q)) {
		error_page(&text, status, english, chinese, href);
		web_reply(q, status, "text/html; charset=utf-8", buf_all(&text));
	} else {
		buf_fmt(&text, "%s %s%s%s\n", english, chinese, href ? " " : "", href ? href : "");
		web_reply(q, status, "text/plain; charset=utf-8", buf_all(&text));
	}
}

void web_error(struct web_request *q, unsigned status, const char *english, const char *chinese)
{
	web_error_href(q, status, english, chinese, NULL);
}
