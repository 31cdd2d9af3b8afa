/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/web.c - a connection: heads, bodies, one request after another, and how long everything may take. Requests
 * change nothing here but flags; what they lead to happens when their functions have returned, so that a request is
 * there as long as any of them runs.
 */
#include "doors/web/inside.h"

#include <assert.h>

#include "base/log.h"

/* ---- the request under way --------------------------------------------------------------------------------------- */

static void log_broken(struct web *w, const char *why)
{
	own_buf address = { 0 };

	link_address(w->link, &address);
	log_event(protocol_error, "door=web ip=%s why=\"%s\"", buf_z(&address), why);
}

static void request_free(struct web *w)
{
	if (!w->q)
		return;
	arena_free(&w->q->arena);
	mem_free(w->q);
	w->q = NULL;
	buf_free(&w->head);
	buf_free(&w->path);
	buf_free(&w->whole);
	buf_free(&w->fields);
}

static void leave(struct web *w, int verdict)
{
	w->leaving = true;
	w->verdict = verdict;
}

/* The answer has ended: on to the next. */
static bool request_end(struct web *w)
{
	request_free(w);
	w->ended = false;
	w->served = true;
	if (w->last && !w->guest)
		leave(w, DOOR_CLOSE);
	return true;
}

/* The request ends without its route, which may hold something for it. */
static void route_release(struct web *w)
{
	bool knows = w->with_route;

	w->with_route = false;
	if (knows && w->q->route->gone)
		w->q->route->gone(w->q);
}

/* The peer broke the rules where there may be half an answer already. */
static void give_up(struct web *w, unsigned status, const char *english, const char *chinese)
{
	log_broken(w, english);
	w->last = true;
	if (w->headed) {
		leave(w, DOOR_CLOSE);
	} else {
		route_release(w);
		web_error(w->q, status, english, chinese);
	}
}

/* ---- heads ------------------------------------------------------------------------------------------------------- */

static const struct {
	int status;
	const char *english, *chinese;
} head_errors[] = {
	{ 405, "This method is not served.", "不支持这种请求方法。" },
	{ 408, "The request did not come in time.", "请求没有按时到达。" },
	{ 413, "The request is too large.", "请求过大。" },
	{ 414, "The address is too long.", "地址过长。" },
	{ 417, "This expectation cannot be met.", "无法满足请求的期望。" },
	{ 431, "The head of the request is too large.", "请求头过大。" },
	{ 501, "This is not implemented.", "不支持这种请求。" },
	{ 505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.", "这里只支持 HTTP/1.0 和 HTTP/1.1。" },
	{ 400, "The request is malformed.", "请求的格式有误。" }, /* and whatever else */
};

static void head_refuse(struct web *w, int status)
{
	size_t i = 0;

	while (i + 1 < countof(head_errors) && head_errors[i].status != status)
		i++;
	give_up(w, (unsigned)status, head_errors[i].english, head_errors[i].chinese);
}

static bool path_read(struct web_request *q)
{
	struct str target = q->head.target, path = str_n(target.p, str_find(target, '?'));
	bool ok;

	q->query = path.n < target.n ? str_from(target, path.n + 1) : STR_NONE;
	ok = http_path_decode(&q->web->path, path.n ? path : STR("/"));
	q->path = ok ? buf_all(&q->web->path) : STR("/");
	return ok;
}

/* All of a request but what it is about; of a head that cannot be read it is an empty one, so that the error has
 * something to answer. */
static struct web_request *request_new(struct web *w, struct str head)
{
	struct web_request *q = mem_new(struct web_request);

	assert(!w->q && !w->ended);
	q->web = w;
	q->link = w->link;
	q->core = w->core;
	q->path = STR("/");
	q->query = STR_NONE;
	if (head.n) {
		int r;

		buf_str(&w->head, head);
		r = http_head_read(&q->head, w->head.p, w->head.n);
		assert(r == (int)head.n);
	}
	q->host = q->head.authority;
	q->head_only = q->head.method == HTTP_HEAD;
	q->method = q->head_only ? HTTP_GET : q->head.method;
	q->body_size = q->head.body_size;
	http_body_begin(&w->body, &q->head);
	w->asked = w->with_route = w->told = w->held = w->headed = w->dry = w->last = false;
	w->q = q;
	return q;
}

/* ---- what a request is about ------------------------------------------------------------------------------------- */

/* OPTIONS, and what is there but not for this method. */
static void methods_tell(struct web_request *q, unsigned methods, unsigned flags)
{
	own_buf list = { 0 };

	web_methods(&list, methods | 1u << HTTP_OPTIONS);
	web_field(q, "Allow", buf_all(&list));
	if (flags & WEB_ANY_ORIGIN) {
		web_field(q, "Access-Control-Allow-Origin", STR("*"));
		web_field(q, "Access-Control-Allow-Methods", buf_all(&list));
		web_field(q, "Access-Control-Allow-Headers", STR("*, Authorization"));
		web_field(q, "Access-Control-Max-Age", STR("86400"));
	}
	if (q->method == HTTP_OPTIONS)
		web_reply(q, 204, NULL, STR_NONE);
	else
		web_error(q, 405, "This method is not for this address.", "这个地址不支持这种请求方法。");
}

static bool route_choose(struct web_request *q)
{
	unsigned methods = 0, flags = 0;

	q->route = web_route_find(q, &methods, &flags);
	if (q->route)
		return true;
	if (methods)
		methods_tell(q, methods, flags);
	else
		web_error(q, 404, "There is nothing at this address.", "这个地址没有内容。");
	return false;
}

static bool rights_check(struct web_request *q)
{
	if ((q->route->flags & WEB_SAFE) && !web_is_safe(q)) {
		web_error_href(q, 403, "This needs a safe connection. How to get one:", "这需要安全连接。设置方法见：", "/trust");
		return false;
	}
	if ((q->route->flags & WEB_SAME_ORIGIN) && !web_same_origin(q)) {
		web_error(q, 403, "This is for pages of this server only.", "只允许本服务器的页面访问。");
		return false;
	}
	return true;
}

static bool body_check(struct web_request *q)
{
	if (q->route->bytes || !q->body_size)
		return true;
	if (q->route->body_max && (q->body_size == HTTP_UNKNOWN || q->body_size <= q->route->body_max))
		return true;
	web_error(q, 413, "The request is too large.", "请求过大。");
	return false;
}

/* Whether the route has all that it wants. */
static bool begin(struct web *w, struct web_request *q)
{
	if (!q->route->begin)
		return false;
	w->with_route = true;
	return !q->route->begin(q);
}

/* A body that nobody wants is not read: the connection ends behind the answer. */
static void request_take(struct web *w, struct web_request *q)
{
	w->asked = true;
	if (str_is(q->head.target, "*"))
		methods_tell(q, (1u << HTTP_METHODS) - 1, 0);
	else if (!path_read(q))
		head_refuse(w, 400);
	else if (route_choose(q) && rights_check(q) && body_check(q))
		w->asked = begin(w, q);
}

/* The next request, when its head is there and the answers before it are read. */
static bool head_take(struct web *w, struct str *left)
{
	struct http_head head;
	int r;

	if (!left->n || link_backlog(w->link) > WEB_UNREAD_MAX)
		return false;
	r = http_head_read(&head, left->p, left->n);
	if (!r)
		return false;
	if (r < 0) {
		request_new(w, STR_NONE);
		head_refuse(w, -r);
	} else {
		request_take(w, request_new(w, str_n(left->p, (size_t)r)));
		*left = str_from(*left, (size_t)r);
	}
	return true;
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

static void content_take(struct web *w, struct str content)
{
	struct web_request *q = w->q;

	w->came += content.n;
	if (q->route->bytes) {
		w->with_route = true;
		q->route->bytes(q, content.p, content.n);
	} else if (content.n > q->route->body_max - w->whole.n) {
		w->asked = true;
		route_release(w);
		web_error(q, 413, "The request is too large.", "请求过大。");
	} else {
		buf_str(&w->whole, content);
	}
}

static bool body_end(struct web *w)
{
	w->asked = w->with_route = true;
	if (!w->q->route->bytes)
		w->q->body = buf_all(&w->whole);
	w->q->route->answer(w->q);
	return true;
}

static bool body_take(struct web *w, struct str *left)
{
	struct str content;
	int r;

	if (w->held)
		return false;
	if (http_body_ended(&w->body))
		return body_end(w);
	if (w->q->head.expects_continue && !w->told) {
		w->told = true;
		buf_lit(&w->link->out, "HTTP/1.1 100 Continue\r\n\r\n");
		w->link->ops->dirty(w->link);
	}
	if (!left->n)
		return false;
	r = http_body_read(&w->body, left->p, left->n, &content);
	if (content.n)
		content_take(w, content);
	if (r < 0) {
		w->asked = true;
		give_up(w, 400, "The body of the request is malformed.", "请求正文的格式有误。");
		return true;
	}
	*left = str_from(*left, (size_t)r);
	return true;
}

/* ---- taking ------------------------------------------------------------------------------------------------------ */

static bool guest_take(struct web *w, struct str *left)
{
	int r;

	if (!left->n)
		return false;
	r = w->guest->feed(w->link, w->guest_state, left->p, left->n);
	*left = str_from(*left, left->n);
	if (r)
		leave(w, r);
	return false;
}

/* One step; false when nothing can be done now. */
static bool step(struct web *w, struct str *left)
{
	if (w->ended)
		return request_end(w);
	if (w->guest)
		return guest_take(w, left);
	if (!w->q)
		return head_take(w, left);
	return !w->asked && body_take(w, left);
}

/* Takes what can be taken now; returns how many bytes that were. */
static size_t bytes_take(struct web *w, struct str bytes)
{
	struct str left = bytes;

	while (!w->leaving && !w->link->closing && step(w, &left))
		;
	return w->leaving ? bytes.n : bytes.n - left.n;
}

static void keep_rest(struct web *w, struct str bytes, size_t took)
{
	if (w->in.n == 0) {
		buf_str(&w->in, str_from(bytes, took));
	} else {
		buf_eat(&w->in, took);
		if (w->in.n == 0)
			buf_free(&w->in);
	}
}

static bool wants_body(const struct web *w) { return w->q && !w->asked && !w->ended; }

/* What is ahead is kept up to a bound, since reading goes on: only who reads hears that the other side has gone. */
static void pause_rightly(struct web *w)
{
	bool stuck = w->q ? !wants_body(w) || w->held : link_backlog(w->link) > WEB_UNREAD_MAX;
	bool want = stuck && w->in.n >= WEB_AHEAD_MAX && !w->leaving;

	if (want != w->paused && !w->link->closing && !w->guest) {
		w->paused = want;
		w->link->ops->pause(w->link, want);
	}
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static enum web_wait wait_for(const struct web *w)
{
	if (w->guest || w->leaving || w->link->closing)
		return WAIT_NOTHING;
	if (wants_body(w))
		return w->held ? WAIT_NOTHING : WAIT_BODY;
	if (link_backlog(w->link))
		return WAIT_READER;
	if (w->q)
		return WAIT_NOTHING;
	return w->in.n || !w->served ? WAIT_HEAD : WAIT_IDLE;
}

static void wait_begin(struct web *w, enum web_wait wait)
{
	const msec ms[] = {
		[WAIT_HEAD] = core_settings(w->core)->login_deadline_ms,
		[WAIT_IDLE] = WEB_IDLE_MS,
		[WAIT_BODY] = WEB_BODY_MS,
		[WAIT_READER] = WEB_READER_MS,
	};

	w->wait = (uint8_t)wait;
	w->came = 0;
	if (wait)
		world_timer(core_world(w->core), &w->timer, ms[wait]);
	else
		world_stop(core_world(w->core), &w->timer);
}

/* The time for one thing goes on while it is the same thing. */
static void wait_settle(struct web *w)
{
	enum web_wait wait = wait_for(w);

	if (wait != w->wait)
		wait_begin(w, wait);
}

static void settle(struct web *w)
{
	pause_rightly(w);
	wait_settle(w);
}

static void too_late(struct timer *t)
{
	struct web *w = holder_of(t, struct web, timer);
	enum web_wait wait = w->wait;

	if (wait == WAIT_BODY && w->came >= WEB_BODY_MIN) {
		wait_begin(w, WAIT_BODY);
		return;
	}
	w->wait = WAIT_NOTHING;
	if (wait == WAIT_HEAD && w->in.n)
		request_new(w, STR_NONE);
	if (w->q && wait != WAIT_READER) {
		w->asked = true;
		head_refuse(w, 408);
		web_continue(w);
	} else {
		w->link->ops->hang_up(w->link, wait == WAIT_READER ? CLOSE_STALLED : CLOSE_ASKED);
	}
}

/* ---- turns ------------------------------------------------------------------------------------------------------- */

static void writable_tell(struct web *w)
{
	w->dry = false;
	if (w->q && w->headed && !w->ended && w->with_route && w->q->route->writable)
		w->q->route->writable(w->q);
}

static void turn_end(struct post *p)
{
	struct web *w = holder_of(p, struct web, turn);

	w->posted = false;
	if (!w->link) {
		mem_free(w);
		return;
	}
	if (w->link->closing)
		return;
	if (w->dry && !link_backlog(w->link))
		writable_tell(w);
	keep_rest(w, buf_all(&w->in), bytes_take(w, buf_all(&w->in)));
	settle(w);
	if (w->leaving && !w->link->closing)
		w->link->ops->hang_up(w->link, CLOSE_ASKED);
}

void web_continue(struct web *w)
{
	if (!w->posted) {
		w->posted = true;
		world_later(core_world(w->core), &w->turn);
	}
}

void web_hold(struct web_request *q, bool held)
{
	q->web->held = held;
	web_continue(q->web);
}

void web_upgrade(struct web_request *q, const struct web_guest *guest, void *state)
{
	struct web *w = q->web;

	assert(!w->headed && !w->guest && w->asked);
	web_head(q, 101, NULL, 0);
	w->guest = guest;
	w->guest_state = state;
	if (w->paused) {
		w->paused = false;
		w->link->ops->pause(w->link, false);
	}
	web_end(q);
}

/* ---- the door ---------------------------------------------------------------------------------------------------- */

static int web_open(struct link *l)
{
	struct web *w = mem_new(struct web);

	w->link = l;
	w->core = l->core;
	w->turn.run = turn_end;
	w->timer.fire = too_late;
	l->state = w;
	wait_settle(w);
	return 0;
}

static int web_feed(struct link *l, const char *bytes, size_t n)
{
	struct web *w = l->state;
	struct str all = str_n(bytes, n);

	if (w->in.n) {
		buf_str(&w->in, all);
		all = buf_all(&w->in);
	}
	keep_rest(w, all, bytes_take(w, all));
	settle(w);
	return w->leaving ? w->verdict : 0;
}

static void web_written(struct link *l)
{
	struct web *w = l->state;

	if (w->guest && !w->ended) {
		if (w->guest->written)
			w->guest->written(l, w->guest_state);
		return;
	}
	writable_tell(w);
	if (w->in.n || w->ended)
		web_continue(w);
	if (w->wait == WAIT_READER)
		wait_begin(w, WAIT_NOTHING); /* it has read: what was written just now has its own time */
	settle(w);
}

static void web_stop(struct link *l)
{
	struct web *w = l->state;

	if (w->guest && w->guest->stop)
		w->guest->stop(l, w->guest_state);
}

static void web_close(struct link *l, enum close_why why)
{
	struct web *w = l->state;

	world_stop(core_world(w->core), &w->timer);
	if (w->guest)
		w->guest->close(l, w->guest_state, why);
	else if (w->q && !w->ended)
		route_release(w);
	request_free(w);
	buf_free(&w->in);
	w->link = NULL;
	l->state = NULL;
	if (!w->posted)
		mem_free(w); /* else by the turn that is still to come */
}

const struct door web_door = {
	.name = "web",
	.open = web_open,
	.feed = web_feed,
	.written = web_written,
	.stop = web_stop,
	.close = web_close,
};
