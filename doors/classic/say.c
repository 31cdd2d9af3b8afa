/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/say.c - what the client is told, in the dialect of its framing (lines: `1|…`; Java: `…;`).
 */
#include <time.h>

#include "doors/classic/classic.h"

static bool is_java(const struct classic *c) { return c->framer.framing == LINE_JAVA; }

const char *classic_encoding(const struct classic *c) { return is_java(c) ? "java" : "lines"; }

void classic_reply(struct classic *c, const char *reply)
{
	line_write(&c->link->out, c->framer.framing, str_z(reply));
	c->link->ops->dirty(c->link);
}

void classic_reply_message(struct classic *c, const char *reply)
{
	if (!is_java(c))
		classic_reply(c, reply);
	else if (reply[0] == '0')
		classic_push(c, "103", STR("Server"), str_z(reply + 2), 0);
}

/* `yyyy-M-d HH:mm:ss` in the server's zone. This converts a time; the time itself comes from the world. */
static void write_time(struct buf *to, msec time)
{
	time_t seconds = (time_t)(time / 1000);
	struct tm tm;

	localtime_r(&seconds, &tm);
	buf_fmt(to, "%d-%d-%d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec);
}

/* A wild client of the Java dialect cuts at every semicolon (1.7). */
static void write_content(struct classic *c, struct buf *to, struct str content)
{
	while (is_java(c) && content.n) {
		size_t n = str_find(content, ';');

		buf_add(to, content.p, n);
		if (n == content.n)
			return;
		buf_lit(to, "\xEF\xBC\x9B");
		content = str_from(content, n + 1);
	}
	buf_str(to, content);
}

void classic_push_one(struct classic *c, struct buf *to, const char *type, struct str sender, struct str content,
		      msec time)
{
	own_buf text = { 0 };
	size_t was = to->n;

	buf_fmt(&text, "%s%s@", is_java(c) ? "" : "1|", type);
	write_content(c, &text, sender);
	buf_byte(&text, '@');
	write_content(c, &text, content);
	buf_byte(&text, '@');
	write_time(&text, time);
	if (is_java(c))
		buf_byte(&text, ';');
	line_write(to, c->framer.framing, buf_all(&text));
	if (to == &c->link->out)
		c->link->ops->dirty(c->link);
	else
		c->coming_bytes += to->n - was;
}

/* How much of `content` one frame can hold. Only Java's framing has a bound: what is longer goes in several pushes. */
static size_t content_fit(const struct classic *c, struct str sender, struct str content)
{
	size_t head = sizeof "103@@@2147483647-12-31 23:59:59;" + sender.n * 3;

	if (!is_java(c) || content.n * 3 + head <= JAVA_UTF_MAX)
		return content.n;
	/* A semicolon grows to three bytes; reckon as if all did where there is any. */
	return java_utf_fit(content, (JAVA_UTF_MAX - head) / (str_find(content, ';') < content.n ? 3 : 1));
}

static void push_line(struct classic *c, const char *type, struct str sender, struct str line, msec time)
{
	do {
		size_t n = content_fit(c, sender, line);

		classic_push_one(c, classic_push_to(c), type, sender, str_n(line.p, n), time);
		line = str_from(line, n);
	} while (line.n);
}

/* Where the line ends: at LF or CR, since clients that read lines break at either. */
static size_t line_end(struct str s)
{
	size_t lf = str_find(s, '\n'), cr = str_find(str_n(s.p, lf), '\r');

	return cr < lf ? cr : lf;
}

/* Cuts the first line and its ending off `rest`. */
static struct str line_take(struct str *rest)
{
	size_t n = line_end(*rest);
	struct str line = str_n(rest->p, n);

	if (n + 1 < rest->n && rest->p[n] == '\r' && rest->p[n + 1] == '\n')
		n++;
	*rest = str_from(*rest, n + 1);
	return line;
}

/* As one line, with blanks for the line endings. */
static void push_joined(struct classic *c, const char *type, struct str sender, struct str rest, msec time)
{
	own_buf line = { 0 };

	while (rest.n) {
		buf_str(&line, line_take(&rest));
		buf_byte(&line, ' ');
	}
	push_line(c, type, sender, str_trim(buf_all(&line)), time);
}

void classic_push(struct classic *c, const char *type, struct str sender, struct str content, msec time)
{
	/* Each line costs a push of its own. A message with more of them than anybody writes by hand must not make a
	 * page of waiting messages outgrow the backlog of the link: what goes beyond is joined. */
	size_t cost = sender.n + sizeof "1|103@@@2026-11-21 09:28:00\n";
	size_t room = core_settings(c->core)->backlog_max / 128 + content.n;

	if (time == 0)
		time = core_now(c->core);
	/* A line ending at the very end begins no line, but an empty content is one. */
	for (bool first = true; first || content.n; first = false) {
		if (room < cost && !first) {
			push_joined(c, type, sender, content, time);
			return;
		}
		room -= room < cost ? room : cost;
		push_line(c, type, sender, line_take(&content), time);
	}
}

void classic_push_list(struct classic *c, const char *type, struct str sender, struct str list)
{
	size_t n = content_fit(c, sender, list);

	/* One frame of Java's cannot hold thousands of names: show the first ones whole. */
	while (n < list.n && n && list.p[n] != ',')
		n--;
	classic_push_one(c, &c->link->out, type, sender, str_n(list.p, n), core_now(c->core));
}

void classic_reply_push(struct classic *c, const char *type, struct str content)
{
	classic_push_one(c, &c->link->out, type, STR("Server"), content, core_now(c->core));
}
