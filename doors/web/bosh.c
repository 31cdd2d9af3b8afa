/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/bosh.c - requests of BOSH where they arrive.
 */
#include "doors/web/bosh.h"

#include <assert.h>

#include "doors/web/origin.h"

#define NS_BOSH "http://jabber.org/protocol/httpbind"

/* In which a core says that it has a request; it does so at once, unless nobody there knows of BOSH yet. */
enum { NOT_TAKEN_MS = 5000 };

static const char door_name[] = "bosh";

/* What cores say to one another: a byte, then what is listed. The number is that of the request. */
enum {
	BOSH_ASK = 'q',   /* one byte: 's' when the request came safely, 'p' when it did not; then its body */
	BOSH_TAKEN = 'k', /* it has arrived; the answer may take its time */
	BOSH_REPLY = 'r', /* body of the answer */
	BOSH_LOST = 'l',  /* the connection has gone */
};

/* A request that arrived here. */
struct waiting {
	struct map_node node;
	uint64_t number;
	unsigned core; /* where the session is */
	struct bosh_home *home;
	struct web_request *q;
	struct timer timer;
};

static struct waiting *waiting_find(const struct bosh_home *h, uint64_t number)
{
	return map_find(&h->waiting, str_n((const char *)&number, sizeof number), struct waiting, node);
}

static void waiting_free(struct waiting *w)
{
	map_remove(&w->home->waiting, &w->node);
	world_stop(core_world(w->home->core), &w->timer);
	mem_free(w);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* Pages of other sites that may ask may read the answer. */
static void cors_write(struct web_request *q)
{
	struct str origin = http_field(&q->head, "origin");

	if (!origin.p)
		return;
	web_field(q, "Access-Control-Allow-Origin", origin);
	web_field(q, "Vary", STR("Origin"));
}

static void reply_here(struct bosh_home *h, uint64_t number, struct str body)
{
	struct waiting *w = waiting_find(h, number);
	struct web_request *q;

	if (!w)
		return; /* its connection has gone, and the news of it was on its way */
	q = w->q;
	waiting_free(w);
	q->job = NULL;
	cors_write(q);
	web_reply(q, 200, "text/xml; charset=utf-8", body);
}

static void tell(struct bosh_home *h, unsigned core, uint64_t number, char what, struct str a, struct str b)
{
	own_buf bytes = { 0 };

	buf_byte(&bytes, what);
	buf_str(&bytes, a);
	buf_str(&bytes, b);
	core_door_send(h->core, core, door_name, number, buf_all(&bytes));
}

void bosh_reply(struct bosh_home *h, struct bosh_from from, struct str body)
{
	if (from.core == core_index(h->core))
		reply_here(h, from.number, body);
	else
		tell(h, (unsigned)from.core, from.number, BOSH_REPLY, body, STR(""));
}

void bosh_reply_end(struct bosh_home *h, struct bosh_from from, const char *condition)
{
	own_buf body = { 0 };

	buf_fmt(&body, "<body xmlns='" NS_BOSH "' type='terminate' condition='%s'/>", condition);
	bosh_reply(h, from, buf_all(&body));
}

/* ---- between cores ----------------------------------------------------------------------------------------------- */

/* It was looked at where it arrived. */
static void asked(struct bosh_home *h, struct bosh_from from, bool safe, struct str bytes)
{
	struct arena arena = { 0 };
	const struct xml *body = xml_parse(&arena, bytes, STR(""), false);

	assert(body);
	tell(h, (unsigned)from.core, from.number, BOSH_TAKEN, STR(""), STR(""));
	bosh_ask(h, from, xml_attr(body, "sid"), body, bytes, safe);
	arena_free(&arena);
}

static void taken(struct bosh_home *h, uint64_t number)
{
	struct waiting *w = waiting_find(h, number);

	if (w)
		world_stop(core_world(h->core), &w->timer);
}

static void receive(struct core *c, void *arg, unsigned from_core, uint64_t number, struct str bytes)
{
	struct bosh_home *h = arg;
	char what = bytes.p[0];

	bytes = str_from(bytes, 1);
	if (what == BOSH_ASK)
		asked(h, (struct bosh_from){ number, from_core }, bytes.p[0] == 's', str_from(bytes, 1));
	else if (what == BOSH_TAKEN)
		taken(h, number);
	else if (what == BOSH_REPLY)
		reply_here(h, number, bytes);
	else if (what == BOSH_LOST)
		bosh_lost(h, (struct bosh_from){ number, from_core });
}

static void drop(void *arg)
{
	struct bosh_home *h = arg;

	bosh_drop(h);
	map_free(&h->waiting);
	mem_free(h);
}

static struct bosh_home *home(struct core *c)
{
	struct bosh_home *h = core_door_state(c, door_name);

	if (h)
		return h;
	h = mem_new(struct bosh_home);
	h->core = c;
	list_init(&h->all);
	world_random(core_world(c), h->sessions.seed, sizeof h->sessions.seed);
	core_door_register_host(c, door_name, receive, h, drop);
	return h;
}

/* ---- the route --------------------------------------------------------------------------------------------------- */

static void not_taken(struct timer *t)
{
	struct waiting *w = holder_of(t, struct waiting, timer);

	bosh_reply_end(w->home, (struct bosh_from){ w->number, core_index(w->home->core) }, "item-not-found");
}

static struct waiting *wait_begin(struct bosh_home *h, struct web_request *q, unsigned core)
{
	struct waiting *w = mem_new(struct waiting);

	w->number = ++h->last;
	w->core = core;
	w->home = h;
	w->q = q;
	w->timer.fire = not_taken;
	q->job = w;
	map_add(&h->waiting, &w->node, str_n((const char *)&w->number, sizeof w->number));
	return w;
}

static bool is_safe(const struct web_request *q)
{
	struct link peer;

	web_peer(q, &peer);
	return peer.secure || peer.loopback;
}

/* The core that a session's id names; false when it is no id of ours. */
static bool sid_core(const struct core *c, struct str sid, unsigned *ret)
{
	uint64_t core;

	if (!str_u64(str_n(sid.p, str_find(sid, '.')), &core) || core >= core_count(c))
		return false;
	*ret = (unsigned)core;
	return true;
}

static void pass_on(struct bosh_home *h, struct web_request *q, unsigned core)
{
	struct waiting *w = wait_begin(h, q, core);

	world_timer(core_world(h->core), &w->timer, NOT_TAKEN_MS);
	tell(h, core, w->number, BOSH_ASK, is_safe(q) ? STR("s") : STR("p"), q->body);
}

static void begin(struct bosh_home *h, struct bosh_from from, const struct web_request *q, const struct xml *body)
{
	struct link peer;

	web_peer(q, &peer);
	bosh_begin(h, from, &peer, body, q->body);
}

static void take(struct web_request *q, const struct xml *body)
{
	struct bosh_home *h = home(q->core);
	struct bosh_from from = { h->last + 1, core_index(q->core) };
	struct str sid = xml_attr(body, "sid");
	unsigned core = (unsigned)from.core;
	bool known = !sid.p || sid_core(q->core, sid, &core);

	if (core != from.core) {
		pass_on(h, q, core);
		return;
	}
	wait_begin(h, q, core);
	if (!known)
		bosh_reply_end(h, from, "item-not-found");
	else if (sid.p)
		bosh_ask(h, from, sid, body, q->body, is_safe(q));
	else
		begin(h, from, q, body);
}

static void preflight(struct web_request *q)
{
	cors_write(q);
	web_field(q, "Access-Control-Allow-Methods", STR("POST, OPTIONS"));
	web_field(q, "Access-Control-Allow-Headers", STR("Content-Type"));
	web_field(q, "Access-Control-Max-Age", STR("86400"));
	web_reply(q, 204, NULL, STR_NONE);
}

void bosh_answer(struct web_request *q)
{
	const struct xml *body;

	if (!origin_allowed(q)) {
		web_error(q, 403, "This address is not open to pages of other sites.", "其他网站的页面不能使用此地址。");
		return;
	}
	if (q->method == HTTP_OPTIONS) {
		preflight(q);
		return;
	}
	body = xml_parse(&q->arena, q->body, STR(""), false);
	if (body && xml_is(body, "body", NS_BOSH)) {
		take(q, body);
	} else {
		cors_write(q);
		web_error(q, 400, "This is no request of BOSH (XEP-0124).", "这不是 BOSH(XEP-0124)请求。");
	}
}

void bosh_gone(struct web_request *q)
{
	struct waiting *w = q->job;
	struct bosh_from from;

	if (!w)
		return;
	from = (struct bosh_from){ w->number, core_index(w->home->core) };
	if (w->core == from.core)
		bosh_lost(w->home, from);
	else
		tell(w->home, w->core, w->number, BOSH_LOST, STR(""), STR(""));
	waiting_free(w);
}
