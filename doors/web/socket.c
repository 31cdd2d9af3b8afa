/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/socket.c - XMPP over WebSocket (RFC 7395): the handshake, and a connection whose messages are XML elements.
 */
#include "doors/web/socket.h"

#include "doors/web/hosted.h"
#include "doors/web/origin.h"
#include "wire/ws.h"

enum {
	REST_MS = 5 * 1000,  /* after a login, which is longer than most of what comes later */
	PING_MS = 60 * 1000, /* silent for so long, it is asked whether it is there */
	PINGS_MAX = 2,       /* so often, then it is gone */
	PONG_BACKLOG_MAX = 16 * 1024,
};

#define NS_FRAMING "urn:ietf:params:xml:ns:xmpp-framing"
#define NS_XML "http://www.w3.org/XML/1998/namespace"

struct socket {
	struct link *link; /* the browser's; NULL when it is gone */
	struct core *core;
	struct hosted hosted;
	struct ws_reader reader;
	struct buf in;     /* what came while the stream wants nothing */
	struct post go_on;
	struct timer timer;
	msec heard;        /* when something came last */
	uint16_t code;     /* to close with */
	uint8_t pings;     /* that were not answered */
	bool going_on;     /* go_on is posted */
	bool deaf;         /* a close frame has come, or bytes that are no frames */
	bool released;     /* the stream is */
};

static struct socket *socket_of(struct hosted *h) { return holder_of(h, struct socket, hosted); }

static struct world *world_of(const struct socket *s) { return core_world(s->core); }

static bool is_open(const struct socket *s) { return s->link && !s->link->closing; }

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void on_open(struct hosted *h, const struct xml *header)
{
	struct socket *s = socket_of(h);
	own_buf b = { 0 };

	if (!is_open(s))
		return;
	buf_lit(&b, "<open xmlns='" NS_FRAMING "'");
	xml_write_attr(&b, "id", xml_attr(header, "id"));
	xml_write_attr(&b, "from", xml_attr(header, "from"));
	xml_write_attr(&b, "to", xml_attr(header, "to"));
	xml_write_attr(&b, "version", xml_attr(header, "version"));
	xml_write_attr(&b, "xml:lang", xml_attr_ns(header, "lang", NS_XML));
	buf_lit(&b, "/>");
	ws_write(&s->link->out, WS_TEXT, buf_all(&b));
}

static void on_element(struct hosted *h, struct str start, struct str declared, struct str rest)
{
	struct socket *s = socket_of(h);
	struct buf *out;

	if (!is_open(s))
		return;
	out = &s->link->out;
	ws_write_head(out, WS_TEXT, start.n + declared.n + rest.n);
	buf_str(out, start);
	buf_str(out, declared);
	buf_str(out, rest);
}

static void on_close(struct hosted *h)
{
	struct socket *s = socket_of(h);

	if (is_open(s))
		ws_write(&s->link->out, WS_TEXT, STR("<close xmlns='" NS_FRAMING "'/>"));
}

static void flush(struct socket *s)
{
	if (s->link)
		s->link->ops->dirty(s->link);
}

static void on_said(struct hosted *h) { flush(socket_of(h)); }

static size_t on_backlog(struct hosted *h)
{
	struct socket *s = socket_of(h);

	return s->link ? link_backlog(s->link) : 0;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void hang_up(struct socket *s, enum close_why why)
{
	if (!is_open(s))
		return;
	if (why != CLOSE_STALLED) {
		ws_write_close(&s->link->out, s->code, STR(""));
		flush(s);
	}
	s->link->ops->hang_up(s->link, why == CLOSE_STALLED ? CLOSE_STALLED : CLOSE_ASKED);
}

static void on_ended(struct hosted *h, enum close_why why) { hang_up(socket_of(h), why); }

static void free_if_over(struct socket *s)
{
	if (!s->released || s->going_on)
		return;
	ws_reader_free(&s->reader);
	buf_free(&s->in);
	mem_free(s);
}

static void on_release(struct hosted *h)
{
	struct socket *s = socket_of(h);

	s->released = true;
	free_if_over(s);
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

/* Nothing more is taken; the stream ends as `why`, and with it the connection, with `code`. */
static void turn_deaf(struct socket *s, unsigned code, enum close_why why)
{
	s->deaf = true;
	s->code = (uint16_t)code;
	hosted_end(&s->hosted, why);
}

static void text_take(struct socket *s, struct str message) { hosted_take(&s->hosted, message); }

static void binary_take(struct socket *s, struct str message) { turn_deaf(s, WS_UNSUPPORTED, CLOSE_ASKED); }

/* Only the last of several pings needs an answer (5.5.3); who asks and does not read gets none. */
static void ping_take(struct socket *s, struct str payload)
{
	if (link_backlog(s->link) > PONG_BACKLOG_MAX)
		return;
	hosted_speak(&s->hosted);
	ws_write(&s->link->out, WS_PONG, payload);
	flush(s);
}

static void pong_take(struct socket *s, struct str payload) {}

/* Without a word of the stream's own: the session may be resumed (RFC 7395, 3.6). */
static void close_take(struct socket *s, unsigned code)
{
	turn_deaf(s, code == 1005 ? WS_NORMAL : code, CLOSE_PEER);
}

static void event_take(struct socket *s, const struct ws_event *e)
{
	static void (*const take[])(struct socket *s, struct str payload) = {
		[WS_TEXT] = text_take, [WS_BINARY] = binary_take, [WS_PING] = ping_take, [WS_PONG] = pong_take,
	};

	if (e->kind == WS_CLOSE)
		close_take(s, e->code);
	else
		take[e->kind](s, e->payload);
}

/* Bytes that are no frames as we take them. */
static void fault_take(struct socket *s, unsigned code)
{
	if (code == WS_TOO_BIG)
		hosted_refuse(&s->hosted, "policy-violation", "A message is too big.");
	turn_deaf(s, code, CLOSE_ASKED);
}

static bool takes_more(const struct socket *s)
{
	return !s->hosted.paused && !s->hosted.link.closing && !s->deaf && is_open(s);
}

/* Returns how many bytes are done. */
static size_t take(struct socket *s, const char *bytes, size_t n)
{
	size_t at = 0, used;
	struct ws_event e;

	while (takes_more(s)) {
		int verdict = ws_read(&s->reader, bytes + at, n - at, hosted_max(&s->hosted), &used, &e);

		at += used;
		if (!verdict)
			break;
		if (verdict < 0)
			fault_take(s, (unsigned)-verdict);
		else
			event_take(s, &e);
	}
	return takes_more(s) || s->hosted.paused ? at : n;
}

static int socket_feed(struct link *l, void *state, const char *bytes, size_t n)
{
	struct socket *s = state;
	size_t done;

	s->heard = core_clock(s->core);
	s->pings = 0;
	done = s->in.n || s->going_on ? 0 : take(s, bytes, n);
	buf_add(&s->in, bytes + done, n - done);
	return 0;
}

static void go_on(struct post *p)
{
	struct socket *s = holder_of(p, struct socket, go_on);
	struct buf in = s->in;
	size_t done;

	s->going_on = false;
	if (!s->link) {
		free_if_over(s);
		return;
	}
	s->in = (struct buf){ 0 };
	done = take(s, in.p, in.n);
	buf_eat(&in, done);
	if (in.n)
		s->in = in;
	else
		buf_free(&in);
	if (!s->hosted.paused && is_open(s))
		s->link->ops->pause(s->link, false);
}

/* What came before the pause is taken before anything else is read. Not at once: who says so may be in the midst of
 * something. */
static void on_pause(struct hosted *h, bool paused)
{
	struct socket *s = socket_of(h);

	if (!is_open(s))
		return;
	if (paused) {
		s->link->ops->pause(s->link, true);
	} else if (!s->going_on) {
		s->going_on = true;
		world_later(world_of(s), &s->go_on);
	}
}

static const struct hosted_ops hosted_ops = {
	.open = on_open,
	.element = on_element,
	.close = on_close,
	.said = on_said,
	.backlog = on_backlog,
	.pause = on_pause,
	.ended = on_ended,
	.release = on_release,
};

/* ---- the guest --------------------------------------------------------------------------------------------------- */

static void socket_written(struct link *l, void *state) { hosted_written(&((struct socket *)state)->hosted); }

static void socket_stop(struct link *l, void *state)
{
	struct socket *s = state;

	s->code = WS_GOING_AWAY;
	hosted_stop(&s->hosted);
	if (is_open(s))
		ws_write_close(&l->out, s->code, STR(""));
}

static void socket_close(struct link *l, void *state, enum close_why why)
{
	struct socket *s = state;

	s->link = NULL;
	world_stop(world_of(s), &s->timer);
	hosted_free(&s->hosted, why);
}

static const struct web_guest guest = {
	.feed = socket_feed, .written = socket_written, .stop = socket_stop, .close = socket_close
};

/* Bytes of any kind show that somebody is there. The timer is not moved with each of them. */
static void timer_fire(struct timer *t)
{
	struct socket *s = holder_of(t, struct socket, timer);
	msec silent = core_clock(s->core) - s->heard;

	if (!is_open(s))
		return;
	hosted_rest(&s->hosted);
	if (silent >= PING_MS && s->pings == PINGS_MAX) {
		turn_deaf(s, WS_GOING_AWAY, CLOSE_PEER);
		return;
	}
	if (silent >= PING_MS) {
		s->pings++;
		ws_write(&s->link->out, WS_PING, STR(""));
		flush(s);
	}
	world_timer(world_of(s), t, silent >= PING_MS ? PING_MS : PING_MS - silent);
}

static void begin(struct web_request *q)
{
	struct socket *s = mem_new(struct socket);
	struct link peer;

	s->link = q->link;
	s->core = q->core;
	s->code = WS_NORMAL;
	s->go_on.run = go_on;
	s->timer.fire = timer_fire;
	s->heard = core_clock(s->core);
	world_timer(world_of(s), &s->timer, REST_MS);
	web_peer(q, &peer);
	hosted_begin(&s->hosted, &hosted_ops, &peer);
	web_upgrade(q, &guest, s);
}

/* ---- the handshake (RFC 6455, 4.2) ------------------------------------------------------------------------------- */

static bool is_websocket(const struct web_request *q)
{
	return !q->head_only && q->head.minor >= 1 && http_has(&q->head, "connection", "upgrade") &&
	       http_has(&q->head, "upgrade", "websocket");
}

static void upgrade_required(struct web_request *q)
{
	web_field(q, "Connection", STR("Upgrade"));
	web_field(q, "Upgrade", STR("websocket"));
	web_field(q, "Sec-WebSocket-Version", STR("13"));
	web_error(q, 426, "XMPP over WebSocket is spoken here (RFC 7395).", "此处使用 WebSocket 上的 XMPP(RFC 7395)。");
}

void socket_answer(struct web_request *q)
{
	own_buf accept = { 0 };

	if (!is_websocket(q) || !str_is(http_field(&q->head, "sec-websocket-version"), "13")) {
		upgrade_required(q);
	} else if (!origin_allowed(q)) {
		web_error(q, 403, "This address is not open to pages of other sites.", "其他网站的页面不能使用此地址。");
	} else if (!ws_accept(&accept, http_field(&q->head, "sec-websocket-key"))) {
		web_error(q, 400, "The handshake of WebSocket is not right.", "WebSocket 握手不正确。");
	} else if (!http_has(&q->head, "sec-websocket-protocol", "xmpp")) {
		web_error(q, 400, "The subprotocol \"xmpp\" must be asked for.", "必须请求子协议 “xmpp”。");
	} else {
		web_field(q, "Upgrade", STR("websocket"));
		web_field(q, "Sec-WebSocket-Accept", buf_all(&accept));
		web_field(q, "Sec-WebSocket-Protocol", STR("xmpp"));
		begin(q);
	}
}
