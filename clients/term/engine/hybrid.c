/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/hybrid.c - the kept connection to the server of the hybrid protocol. All of it over TCP:
 * `login,USER,ENDPOINT` there says the same as the datagram, the connection proves the address, and nobody else at our
 * address can be taken for us. Where the server is not on this machine TLS begins first, if it can.
 */
#include "clients/term/engine/hybrid.h"

#include "base/crypt.h"

enum { AGAIN_MAX_MS = 60000, PING_MS = 30000, SILENT_MS = 20000, RETRY_MS = 15000, REFUSALS_MAX = 3 };

static const struct pipe_ops line_ops;

/* ---- requests ---------------------------------------------------------------------------------------------------- */

void hybrid_client_ask(struct hybrid_client *h, enum hybrid_asked kind, struct str line, struct person *p,
		       int64_t entry)
{
	struct hybrid_ask *a = mem_new(struct hybrid_ask);

	a->kind = kind;
	a->person = p;
	a->entry = entry;
	list_append(&h->asks, &a->here);
	buf_str(&h->pipe->out, line);
	buf_byte(&h->pipe->out, '\n');
	pipe_dirty(h->pipe);
}

/* ---- the line goes ----------------------------------------------------------------------------------------------- */

static void dial(struct hybrid_client *h);

static void deaf_feed(struct pipe *p, const char *bytes, size_t n) { (void)p, (void)bytes, (void)n; }
static void deaf(struct pipe *p) { (void)p; }
static void deaf_down(struct pipe *p, struct str why) { (void)p, (void)why; }
static const struct pipe_ops deaf_ops = { .up = deaf, .feed = deaf_feed, .written = deaf, .down = deaf_down };

static void pipe_drop(struct hybrid_client *h)
{
	struct pipe *p = h->pipe;

	p->ops = &deaf_ops;
	p->state = NULL;
	h->pipe = NULL;
	pipe_hang_up(p);
}

static void forget_line(struct hybrid_client *h)
{
	h->pipe = NULL;
	h->online = h->list_due = false;
	h->scanned = 0;
	h->got = h->told = 0;
	buf_clear(&h->in);
	buf_clear(&h->id);
	world_stop(h->c->world, &h->pinging);
	relays_lost(h);
}

static void stopped_check(struct hybrid_client *h)
{
	if (h->leaving && h->directs_gone && !h->pipe)
		way_stopped(h->c);
}

static void line_gone(struct hybrid_client *h, struct str why)
{
	bool was = h->online;
	msec ms;

	forget_line(h);
	if (h->leaving) {
		stopped_check(h);
		return;
	}
	if (h->c->state.phase == PHASE_OFF || h->c->asking)
		return;
	h->tries = was ? 1 : h->tries + 1;
	ms = direct_backoff(h->directs, h->tries);
	world_timer(h->c->world, &h->again, ms);
	way_phase(h->c, PHASE_WAITING, why, ms);
	directs_show(h->directs); /* links between two clients stay as they are */
	client_flush(h->c, NULL);
}

void hybrid_client_cut(struct hybrid_client *h)
{
	if (!h->pipe)
		return;
	pipe_drop(h);
	line_gone(h, text_of(h->c, TEXT_line_cut));
}

/* It ends here, with words. */
static void refused(struct hybrid_client *h, const char *name, struct str why, int status)
{
	way_refused(h->c, name, why, status);
	if (h->pipe)
		pipe_drop(h);
	forget_line(h);
}

/* ---- coming in --------------------------------------------------------------------------------------------------- */

static void login(struct hybrid_client *h)
{
	own_buf line = { 0 };
	struct endpoint at = { .port = h->port };

	world_timer(h->c->world, &h->pinging, PING_MS); /* also after the user was asked, however long that took */
	memcpy(at.address, h->pipe->local.address, sizeof at.address);
	/* From the first `id` on messages come with theirs, from the first `got` on they stay with the server until
	 * they are here; so also those that waited. */
	buf_fmt(&line, "id,\ngot,0\nlogin,%.*s,", STR_ARG(h->c->state.self));
	endpoint_write(&line, &at);
	hybrid_client_ask(h, ASKED_LOGIN, buf_all(&line), NULL, 0);
}

static void untrusted(struct hybrid_client *h, enum text why)
{
	own_buf text = { 0 };

	text_put(&text, h->c->setup.chinese, why, h->c->setup.host, STR_NONE, STR_NONE);
	refused(h, "untrusted", buf_all(&text), QUIT_UNTRUSTED);
}

/* A server asks for passwords over TLS or on this machine only: who asks for one on a line in the clear is somebody
 * who stands in between. */
static bool is_safe(struct hybrid_client *h)
{
	if (h->pipe->secure || endpoint_is_loopback(h->pipe->peer.address))
		return true;
	untrusted(h, TEXT_hybrid_in_the_clear);
	return false;
}

static void auth(struct hybrid_client *h)
{
	struct buf line = { 0 };

	if (!is_safe(h))
		return;
	world_timer(h->c->world, &h->pinging, PING_MS);
	buf_fmt(&line, "auth,%.*s,", STR_ARG(h->c->setup.name));
	buf_str(&line, buf_all(&h->password));
	hybrid_client_ask(h, ASKED_AUTH, buf_all(&line), NULL, 0);
	buf_wipe(&line);
}

static void enter(struct hybrid_client *h)
{
	if (h->must_auth && h->has_password)
		auth(h);
	else
		login(h);
}

static void password_answered(struct client *c, struct str answer)
{
	struct hybrid_client *h = hybrid_client_of(c);

	if (!answer.p) {
		refused(h, "no-password", text_of(c, TEXT_no_password), QUIT_FAILED);
		return;
	}
	buf_wipe(&h->password);
	buf_str(&h->password, str_n(answer.p, str_find(answer, '\n')));
	h->has_password = true;
	if (h->pipe)
		auth(h);
	else
		dial(h); /* it took too long */
}

static void ask_password(struct hybrid_client *h)
{
	struct client *c = h->c;
	own_buf text = { 0 };

	if (!is_safe(h))
		return;
	text_put(&text, c->setup.chinese, h->refusals ? TEXT_password_wrong : TEXT_hybrid_registered, c->setup.name,
		 c->setup.host, STR_NONE);
	client_ask(c, ASK_PASSWORD, buf_all(&text), password_answered);
}

static void login_refused(struct hybrid_client *h, struct str reason)
{
	static const struct {
		const char *said;
		enum text text;
	} reasons[] = { { "name in use", TEXT_hybrid_name_in_use },
			{ "not a name", TEXT_hybrid_not_a_name },
			{ "not allowed", TEXT_not_allowed } };
	struct client *c = h->c;
	struct str why = reason;
	own_buf text = { 0 };

	if (str_is(reason, "registered name") && !h->must_auth) {
		h->must_auth = true;
		if (h->has_password)
			auth(h);
		else
			ask_password(h);
		return;
	}
	/* Our own line of before may not have been missed yet. */
	if (h->proven || str_is(reason, "try again later")) {
		hybrid_client_cut(h);
		return;
	}
	for (size_t i = 0; i < countof(reasons); i++)
		if (str_is(reason, reasons[i].said))
			why = text_of(c, reasons[i].text);
	text_put(&text, c->setup.chinese, TEXT_hybrid_refused, c->setup.name, c->setup.host, why);
	refused(h, "login-refused", buf_all(&text), QUIT_FAILED);
}

static void auth_refused(struct hybrid_client *h)
{
	own_buf text = { 0 };

	h->refusals++;
	if (h->proven && h->refusals <= REFUSALS_MAX) {
		hybrid_client_cut(h);
		return;
	}
	h->has_password = h->proven = false;
	if (h->refusals < REFUSALS_MAX) {
		ask_password(h);
		return;
	}
	text_put(&text, h->c->setup.chinese, TEXT_login_refused, h->c->setup.name, h->c->setup.host, STR_NONE);
	refused(h, "login-refused", buf_all(&text), QUIT_FAILED);
}

/* ---- the server's key -------------------------------------------------------------------------------------------- */

static uint16_t server_port(const struct hybrid_client *h) { return h->c->setup.port ? h->c->setup.port : HYBRID_PORT; }

static void key_taken(struct client *c)
{
	struct hybrid_client *h = hybrid_client_of(c);

	if (h->pipe)
		enter(h);
	else
		dial(h);
}

static void key_refused(struct client *c, struct str why) { refused(hybrid_client_of(c), "untrusted", why, QUIT_UNTRUSTED); }

static void key_look(struct hybrid_client *h)
{
	struct trust_server s = { .port = server_port(h), .trusted = h->pipe->trusted, .go_on = key_taken, .refuse = key_refused };

	memcpy(s.key, h->key, KEY_BYTES);
	trust_server(h->c, &s);
}

static bool key_known(struct hybrid_client *h)
{
	struct kept_key known;
	own_buf name = { 0 };

	trust_server_name(h->c, server_port(h), &name);
	return h->c->setup.pin.n || keep_key(h->c->keep, buf_all(&name), &known);
}

/* A server that once had TLS has it still, or is another. */
static void no_tls(struct hybrid_client *h)
{
	if (key_known(h))
		untrusted(h, TEXT_hybrid_no_tls);
	else
		enter(h);
}

static void on_up(struct pipe *p)
{
	struct hybrid_client *h = p->state;

	if (!h)
		return;
	h->c->state.secure = p->secure;
	memcpy(h->server, p->peer.address, sizeof h->server);
	way_phase(h->c, PHASE_LOGIN, STR_NONE, 0);
	directs_show(h->directs);
	world_timer(h->c->world, &h->pinging, PING_MS);
	if (p->secure) {
		memcpy(h->key, p->key, KEY_BYTES);
		key_look(h);
	} else if (endpoint_is_loopback(p->peer.address)) {
		enter(h);
	} else {
		hybrid_client_ask(h, ASKED_STARTTLS, STR("starttls"), NULL, 0);
	}
}

/* ---- what the server says ---------------------------------------------------------------------------------------- */

static void replied(struct hybrid_client *h, struct str reason)
{
	struct hybrid_ask *a = list_first(&h->asks, struct hybrid_ask, here);
	bool good = !reason.p;

	if (!a) {
		hybrid_client_cut(h);
		return;
	}
	list_remove(&a->here);
	switch (a->kind) {
	case ASKED_STARTTLS:
		if (!good)
			no_tls(h);
		else if (h->in.n)
			hybrid_client_cut(h); /* bytes in the clear behind it: somebody put them there */
		else
			h->c->outside->ops->start_tls(h->pipe);
		break;
	case ASKED_AUTH:
		if (good)
			login(h);
		else
			auth_refused(h);
		break;
	case ASKED_LOGIN:
		h->list_due = good;
		if (!good)
			login_refused(h, reason);
		break;
	case ASKED_RELAY:
		relay_ended(h, a, reason);
		break;
	case ASKED_LOGOUT:
		pipe_drop(h);
		line_gone(h, STR_NONE);
		break;
	case ASKED_PING:
		break;
	}
	mem_free(a);
}

static void came_in(struct hybrid_client *h, struct str text)
{
	h->list_due = false;
	if (!people_list(h, text)) {
		hybrid_client_cut(h);
		return;
	}
	h->online = h->proven = true;
	h->tries = h->refusals = 0;
	way_phase(h->c, PHASE_ONLINE, STR_NONE, 0); /* offers what waits */
	directs_show(h->directs);
}

static void line_take(struct hybrid_client *h, struct str line)
{
	if (h->list_due)
		came_in(h, line);
	else if (str_is(line, "ok") || str_is(line, "pong"))
		replied(h, STR_NONE);
	else if (str_starts(line, STR("no,")))
		replied(h, str_from(line, 3));
	else if (str_starts(line, STR("id,"))) {
		buf_clear(&h->id);
		buf_str(&h->id, str_from(line, 3));
	} else if (str_starts(line, STR("relayed,"))) {
		if (people_relayed(h, str_from(line, 8)))
			h->got++;
		buf_clear(&h->id);
	} else {
		people_event(h, line);
	}
}

static void on_feed(struct pipe *p, const char *bytes, size_t n)
{
	struct hybrid_client *h = p->state;

	if (!h)
		return;
	buf_add(&h->in, bytes, n);
	world_timer(h->c->world, &h->pinging, PING_MS);
	while (h->pipe == p && h->scanned < h->in.n) {
		const char *lf = memchr(h->in.p + h->scanned, '\n', h->in.n - h->scanned);
		own_buf line = { 0 };

		if (!lf) {
			h->scanned = h->in.n;
			break;
		}
		/* Taken away first: what a reply sets going must not find it there. */
		buf_add(&line, h->in.p, (size_t)(lf - h->in.p));
		buf_eat(&h->in, line.n + 1);
		h->scanned = 0;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!str_is_utf8(buf_all(&line))) {
			hybrid_client_cut(h);
			return;
		}
		line_take(h, buf_all(&line));
	}
	if (h->pipe == p && h->got != h->told) {
		h->told = h->got;
		buf_fmt(&p->out, "got,%llu\n", (unsigned long long)h->got);
		pipe_dirty(p);
	}
	if (h->pipe == p && h->in.n > (h->list_due ? HYBRID_LIST_MAX : HYBRID_RELAYED_MAX))
		hybrid_client_cut(h);
}

static void on_down(struct pipe *p, struct str why)
{
	struct hybrid_client *h = p->state;

	if (h && h->pipe == p)
		line_gone(h, why);
}

static const struct pipe_ops line_ops = { .up = on_up, .feed = on_feed, .written = deaf, .down = on_down };

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void dial(struct hybrid_client *h)
{
	const struct client_setup *s = &h->c->setup;

	h->c->state.secure = false;
	way_phase(h->c, PHASE_CONNECTING, STR_NONE, 0);
	directs_show(h->directs);
	h->pipe = h->c->outside->ops->dial(h->c->outside, s->host, s->port ? s->port : HYBRID_PORT, PIPE_PLAIN,
					   &line_ops, h);
}

static void again_due(struct timer *t) { dial(holder_of(t, struct hybrid_client, again)); }

static void ping_due(struct timer *t)
{
	struct hybrid_client *h = holder_of(t, struct hybrid_client, pinging);

	if (!h->pipe || h->c->asking)
		return;
	if (!list_empty(&h->asks)) {
		hybrid_client_cut(h); /* something should have been answered long ago */
		return;
	}
	if (!h->online)
		return;
	hybrid_client_ask(h, ASKED_PING, STR("ping"), NULL, 0);
	world_timer(h->c->world, &h->pinging, SILENT_MS);
}

static void retry_due(struct timer *t)
{
	struct hybrid_client *h = holder_of(t, struct hybrid_client, retry);

	if (h->online && h->c->state.waiting)
		client_flush(h->c, NULL);
	world_timer(h->c->world, &h->retry, RETRY_MS);
}

/* ---- the way ----------------------------------------------------------------------------------------------------- */

static const struct direct_events direct_events = { .unreachable = hybrid_client_unreachable,
						    .linked = hybrid_client_linked };

static void start(struct client *c)
{
	struct hybrid_client *h = mem_new(struct hybrid_client);
	own_buf why = { 0 }, text = { 0 };

	h->c = c;
	c->way_state = h;
	h->again.fire = again_due;
	h->pinging.fire = ping_due;
	h->retry.fire = retry_due;
	list_init(&h->asks);
	world_random(c->world, h->people.seed, sizeof h->people.seed);
	h->port = c->setup.direct_port;
	c->outside->events.datagram = hybrid_client_datagram_heard;
	h->directs = directs_new(c, &direct_events, &h->port, &why);
	if (!h->directs) {
		text_put(&text, c->setup.chinese, TEXT_hybrid_no_port, buf_all(&why), STR_NONE, STR_NONE);
		way_refused(c, "no-port", buf_all(&text), QUIT_FAILED);
		return;
	}
	world_timer(c->world, &h->retry, RETRY_MS);
	dial(h);
}

static void directs_done(struct client *c)
{
	struct hybrid_client *h = hybrid_client_of(c);

	h->directs_gone = true;
	stopped_check(h);
}

static void stop(struct client *c)
{
	struct hybrid_client *h = hybrid_client_of(c);

	if (!h || !h->directs) {
		way_stopped(c);
		return;
	}
	h->leaving = true;
	world_stop(c->world, &h->again);
	if (h->online)
		hybrid_client_ask(h, ASKED_LOGOUT, STR("logout"), NULL,
				  0); /* answered behind what was relayed before */
	else if (h->pipe)
		pipe_drop(h);
	directs_stop(h->directs, directs_done);
}

static void way_free(struct client *c)
{
	struct hybrid_client *h = hybrid_client_of(c);

	if (h->pipe)
		pipe_drop(h);
	forget_line(h);
	world_stop(c->world, &h->again);
	world_stop(c->world, &h->retry);
	directs_free(h->directs);
	people_free(h);
	buf_free(&h->in);
	buf_free(&h->id);
	buf_wipe(&h->password);
	mem_free(h);
	c->way_state = NULL;
}

static void file_get(struct client *c, struct entry *e)
{
	if (hybrid_client_of(c)->directs)
		directs_file_get(hybrid_client_of(c)->directs, e);
}

static void file_stop(struct client *c, struct entry *e)
{
	if (hybrid_client_of(c)->directs)
		directs_file_stop(hybrid_client_of(c)->directs, e);
}

static void verify(struct client *c, struct conversation *v, struct str answer)
{
	if (hybrid_client_of(c)->directs)
		directs_verify(hybrid_client_of(c)->directs, v, answer);
}

const struct way way_hybrid = {
	.name = "direct",
	.start = start,
	.stop = stop,
	.free = way_free,
	.send = hybrid_client_give,
	.file_get = file_get,
	.file_stop = file_stop,
	.who = hybrid_client_who,
	.verify = verify,
	.online = hybrid_client_online,
	.names = hybrid_client_names,
};
