/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/component/component.c - XEP-0114, "accept". The stream is that of jabber:component:accept, but its stanzas are
 * read and written as if they stood in jabber:client: that is what those of users are in, and only the name of the
 * namespace differs.
 */
#include "doors/component/component.h"

#include "base/crypt.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/service.h"
#include "doors/door.h"
#include "wire/stanza.h"
#include "wire/xml.h"

#define NS_CLIENT "jabber:client"
#define NS_ACCEPT "jabber:component:accept"
#define NS_STREAM "http://etherx.jabber.org/streams"
#define NS_STREAM_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"

enum {
	ID_BYTES = 16,
	BACKLOG_TIMES = 32,  /* it reads for many: as many times what one client may leave unread */
	WAITING_MAX = 1000,  /* messages of one component on their way to the disk; beyond it is not read */
};

static const char door_name[] = "component";

/* A domain that the operator named. */
struct component {
	struct service service;
	struct list here;
	struct str domain, secret; /* own memory */
	struct line *line;         /* whose handshake was good; NULL: not connected */
};

/* One link. */
struct line {
	struct link *link;
	struct component *component; /* named in the header; NULL before */
	struct xml_framer framer;
	struct buf in;
	struct timer deadline;
	char id[2 * ID_BYTES];
	bool known;   /* its handshake was good */
	bool paused;
	struct list here;
	struct list waiting; /* struct errand */
	unsigned waiting_n;
	struct post later;   /* frames that waited */
	bool posted, gone;
};

/* A message on its way: how it ends is told to the component. */
struct errand {
	struct list here;   /* in line->waiting, or in home->orphans */
	struct line *line;  /* NULL: gone */
	struct stanza *st;
};

struct home {
	struct core *core;
	struct list components, lines, orphans;
	struct arena scratch;
};

static struct home *home_of(const struct core *c) { return core_door_state(c, door_name); }

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void line_end(struct line *n, enum close_why why)
{
	if (!n->link->closing)
		n->link->ops->hang_up(n->link, why);
}

static void header_write(struct line *n)
{
	struct buf *out = &n->link->out;
	uint8_t id[ID_BYTES];
	own_buf hex = { 0 };

	world_random(core_world(n->link->core), id, sizeof id);
	hex_write(&hex, str_bytes(id, sizeof id));
	memcpy(n->id, hex.p, sizeof n->id);
	buf_lit(out, "<?xml version='1.0'?><stream:stream xmlns:stream='" NS_STREAM "' xmlns='" NS_ACCEPT "'");
	xml_write_attr(out, "from", n->component ? n->component->domain : core_domain(n->link->core));
	buf_fmt(out, " id='%.*s'>", (int)sizeof n->id, n->id);
}

/* Ends the stream with an error. It was opened, or header_write() comes first. */
static void stream_error(struct line *n, const char *condition, const char *text)
{
	own_buf address = { 0 };

	if (n->link->closing)
		return;
	link_address(n->link, &address);
	log_event(protocol_error, "door=component ip=%s domain=%.*s condition=%s", buf_z(&address),
		  STR_ARG(n->component ? n->component->domain : STR("-")), condition);
	if (!n->framer.open)
		header_write(n);
	buf_fmt(&n->link->out, "<stream:error><%s xmlns='" NS_STREAM_ERRORS "'/>"
			       "<text xmlns='" NS_STREAM_ERRORS "' xml:lang='en'>%s</text></stream:error></stream:stream>",
		condition, text);
	n->link->ops->dirty(n->link);
	line_end(n, CLOSE_ASKED);
}

static void stanza_out(struct line *n, const struct stanza *st)
{
	struct link *l = n->link;

	if (l->closing)
		return;
	stanza_write(&l->out, st, st->to, STR_NONE);
	l->ops->dirty(l);
	if (link_backlog(l) <= core_settings(l->core)->backlog_max * BACKLOG_TIMES)
		return;
	own_buf address = { 0 };
	link_address(l, &address);
	log_event(spilled, "door=component domain=%.*s ip=%s backlog=%zu", STR_ARG(n->component->domain), buf_z(&address),
		  link_backlog(l));
	core_count_up(l->core, COUNT_SPILLED, 1);
	line_end(n, CLOSE_STALLED);
}

/* ---- to the component -------------------------------------------------------------------------------------------- */

static void away(struct component *p, const struct stanza *st)
{
	struct stanza *error = NULL;

	if (st->name == STANZA_IQ || (st->name == STANZA_PRESENCE && st->type == PRESENCE_AVAILABLE && st->to.resource))
		error = stanza_error(st, STANZA_ERROR_REMOTE_SERVER_TIMEOUT, STANZA_ERROR_WAIT,
				     "What serves this domain is not running now.");
	if (error)
		service_send(p->service.core, error, NULL, NULL);
}

static void component_take(struct service *v, struct stanza *st, struct service_sender from)
{
	struct component *p = holder_of(v, struct component, service);
	bool here = p->line && !p->line->link->closing;

	if (here)
		stanza_out(p->line, st);
	else
		away(p, st);
	service_answer(v->core, from, here ? SENT_OK : SENT_TIMEOUT);
}

static const struct service_ops component_ops = { .take = component_take };

/* ---- from the component ------------------------------------------------------------------------------------------ */

static void frames_later(struct line *n);

static void errand_free(struct errand *e)
{
	list_remove(&e->here);
	stanza_unref(e->st);
	mem_free(e);
}

static const enum stanza_error_condition conditions[] = {
	[SENT_NO_SUCH_USER] = STANZA_ERROR_SERVICE_UNAVAILABLE,
	[SENT_NO_SUCH_RESOURCE] = STANZA_ERROR_SERVICE_UNAVAILABLE,
	[SENT_BLOCKED] = STANZA_ERROR_SERVICE_UNAVAILABLE,
	[SENT_BLOCKING] = STANZA_ERROR_SERVICE_UNAVAILABLE,
	[SENT_QUEUE_FULL] = STANZA_ERROR_RESOURCE_CONSTRAINT,
	[SENT_NOT_STORED] = STANZA_ERROR_RESOURCE_CONSTRAINT,
	[SENT_REMOTE] = STANZA_ERROR_REMOTE_SERVER_NOT_FOUND,
	[SENT_UNSUPPORTED] = STANZA_ERROR_SERVICE_UNAVAILABLE,
	[SENT_NO_SUCH_ROOM] = STANZA_ERROR_ITEM_NOT_FOUND,
	[SENT_NOT_IN_ROOM] = STANZA_ERROR_NOT_ACCEPTABLE,
	[SENT_NO_VOICE] = STANZA_ERROR_FORBIDDEN,
	[SENT_TOO_FAST] = STANZA_ERROR_POLICY_VIOLATION,
	[SENT_NOT_ALLOWED] = STANZA_ERROR_NOT_ALLOWED,
	[SENT_BAD] = STANZA_ERROR_BAD_REQUEST,
	[SENT_TOO_MANY] = STANZA_ERROR_RESOURCE_CONSTRAINT,
	[SENT_TIMEOUT] = STANZA_ERROR_REMOTE_SERVER_TIMEOUT,
};

static void message_sent(void *arg, enum sent_verdict verdict)
{
	struct errand *e = arg;
	struct line *n = e->line;
	struct stanza *error = NULL;

	if (verdict != SENT_OK && n)
		error = stanza_error(e->st, conditions[verdict], STANZA_ERROR_USUAL, NULL);
	if (error)
		stanza_out(n, error);
	stanza_unref(error);
	errand_free(e);
	if (n && --n->waiting_n <= WAITING_MAX / 2 && n->paused)
		frames_later(n);
}

/* Takes over the reference, and gives it to the core: what an error needs is kept apart, since the core wants the
 * stanza for itself. */
static void message_in(struct line *n, struct stanza *st)
{
	struct errand *e = mem_new(struct errand);

	e->line = n;
	e->st = stanza_make(&(struct stanza_init){
		.name = STANZA_MESSAGE, .type = (enum stanza_type)st->type, .from = st->from, .to = st->to, .id = st->id });
	list_append(&n->waiting, &e->here);
	n->waiting_n++;
	service_send(n->link->core, st, message_sent, e);
	if (n->waiting_n >= WAITING_MAX && !n->paused && !n->link->closing) {
		n->paused = true;
		n->link->ops->pause(n->link, true);
	}
}

static void stanza_bad(struct line *n, const struct stanza *st, int verdict)
{
	struct stanza *error = stanza_error(st, (enum stanza_error_condition)verdict, STANZA_ERROR_USUAL, NULL);

	if (error)
		stanza_out(n, error);
	stanza_unref(error);
}

static void stanza_in(struct line *n, const struct xml *element)
{
	struct core *c = n->link->core;
	struct arena *scratch = &home_of(c)->scratch;
	struct stanza *st;
	struct jid from;
	int verdict;

	if (!jid_parse(&from, xml_attr(element, "from"), scratch) || !str_eq(jid_domain(from), n->component->domain)) {
		stream_error(n, "invalid-from", "\"from\" must be an address at the domain of the component.");
		return;
	}
	if (!xml_attr(element, "to").p) {
		stream_error(n, "improper-addressing", "Every stanza of a component needs \"to\".");
		return;
	}
	verdict = stanza_from_service(&st, element, from, core_domain(c), core_now(c), scratch);
	if (!st) {
		stream_error(n, "unsupported-stanza-type", "This element means nothing here.");
	} else if (verdict) {
		stanza_bad(n, st, verdict);
		stanza_unref(st);
	} else if (st->name == STANZA_MESSAGE) {
		message_in(n, st);
	} else {
		service_send(c, st, NULL, NULL);
	}
}

/* ---- the handshake ----------------------------------------------------------------------------------------------- */

static void handshake(struct line *n, const struct xml *element)
{
	struct component *p = n->component;
	struct str said = str_trim(xml_text(element, &home_of(n->link->core)->scratch));
	own_buf secret = { 0 }, hex = { 0 }, address = { 0 };
	uint8_t sum[HASH_BYTES_MAX];
	bool good;

	buf_add(&secret, n->id, sizeof n->id);
	buf_str(&secret, p->secret);
	hash_sum(HASH_SHA1, buf_all(&secret), sum);
	hex_write(&hex, str_bytes(sum, hash_bytes(HASH_SHA1)));
	good = said.n == hex.n && secret_eq(said, buf_all(&hex));
	secret_wipe(secret.p, secret.n);
	if (!good) {
		stream_error(n, "not-authorized", "This is not the secret of the component.");
		return;
	}
	/* The new one is the one that runs: of the old one often only the connection is left. */
	if (p->line)
		stream_error(p->line, "conflict", "The component has connected once more.");
	p->line = n;
	n->known = true;
	world_stop(core_world(n->link->core), &n->deadline);
	link_address(n->link, &address);
	log_event(component_up, "domain=%.*s ip=%s", STR_ARG(p->domain), buf_z(&address));
	buf_lit(&n->link->out, "<handshake/>");
	n->link->ops->dirty(n->link);
}

static struct component *component_named(struct home *h, struct str name)
{
	struct str domain;

	if (!name.p || !jid_domain_prepare(&domain, name, &h->scratch))
		return NULL;
	list_each(p, &h->components, struct component, here)
		if (str_eq(p->domain, domain))
			return p;
	return NULL;
}

static void header_in(struct line *n, struct str frame)
{
	struct home *h = home_of(n->link->core);
	const struct xml *header = xml_parse_stream(&h->scratch, frame);

	/* An error goes behind a header of ours (RFC 6120, 4.9.1.2). */
	n->component = header ? component_named(h, xml_attr(header, "to")) : NULL;
	header_write(n);
	n->link->ops->dirty(n->link);
	if (!header)
		stream_error(n, "not-well-formed", "The stream header cannot be read.");
	else if (!xml_is(header, "stream", NS_STREAM) || !str_is(header->text, NS_ACCEPT))
		stream_error(n, "invalid-namespace", "This port is for " NS_ACCEPT ".");
	else if (!n->component)
		stream_error(n, "host-unknown", "No component of this name is expected here.");
}

/* ---- frames ------------------------------------------------------------------------------------------------------ */

/* Some write the namespace of the stream at every stanza, or inside of what they forward. Says whether anything below
 * `x` or beside it has changed: then the bytes as they came are no longer what it is. */
static bool adopt(struct xml *x)
{
	bool any = false;

	for (; x; x = x->next) {
		bool own = x->name.p && str_is(x->ns, NS_ACCEPT);

		if (own)
			x->ns = STR(NS_CLIENT);
		if (adopt(x->children) || own) {
			x->raw = STR_NONE;
			any = true;
		}
	}
	return any;
}

static void element_in(struct line *n, struct str frame)
{
	struct xml *element = xml_parse(&home_of(n->link->core)->scratch, frame, STR(NS_CLIENT), true);

	if (!element) {
		stream_error(n, "not-well-formed", "This is no XML as RFC 6120 wants it.");
		return;
	}
	adopt(element);
	if (n->known)
		stanza_in(n, element);
	else if (xml_is(element, "handshake", NS_CLIENT))
		handshake(n, element);
	else
		stream_error(n, "not-authorized", "First comes the handshake.");
}

static void frame_in(struct line *n, enum xml_frame kind, struct str frame)
{
	arena_reset(&home_of(n->link->core)->scratch);
	switch (kind) {
	case XML_STREAM_OPEN:
		header_in(n, frame);
		return;
	case XML_STANZA:
		element_in(n, frame);
		return;
	case XML_BLANK:
		return;
	case XML_STREAM_CLOSE:
		buf_lit(&n->link->out, "</stream:stream>");
		n->link->ops->dirty(n->link);
		line_end(n, CLOSE_ASKED);
		return;
	case XML_RESTRICTED:
		stream_error(n, "restricted-xml", "Comments, processing instructions and document types are not allowed.");
		return;
	case XML_TOO_BIG:
		stream_error(n, "policy-violation", "A stanza is too big, or its elements are too deep inside one another.");
		return;
	default:
		stream_error(n, "not-well-formed", "This is no XML.");
	}
}

static void frames(struct line *n)
{
	const struct core_settings *settings = core_settings(n->link->core);
	size_t at = 0, len;

	while (at < n->in.n && !n->paused && !n->link->closing) {
		size_t max = n->known ? settings->stanza_max : settings->stanza_before_login;
		enum xml_frame kind = xml_frame(&n->framer, n->in.p + at, n->in.n - at, max, &len);

		if (kind == XML_MORE)
			break;
		frame_in(n, kind, str_n(n->in.p + at, len));
		at += len;
	}
	if (n->link->closing)
		buf_free(&n->in);
	else if (at)
		buf_eat(&n->in, at);
	if (!n->in.n)
		buf_free(&n->in);
}

static void line_release(struct line *n)
{
	if (!n->gone || n->posted)
		return;
	list_remove(&n->here);
	mem_free(n);
}

static void frames_go_on(struct post *post)
{
	struct line *n = holder_of(post, struct line, later);

	n->posted = false;
	if (n->gone) {
		line_release(n);
		return;
	}
	n->paused = false;
	frames(n);
	if (!n->paused && !n->link->closing)
		n->link->ops->pause(n->link, false);
}

static void frames_later(struct line *n)
{
	if (n->posted)
		return;
	n->posted = true;
	world_later(core_world(n->link->core), &n->later);
}

/* ---- the door ---------------------------------------------------------------------------------------------------- */

static void too_late(struct timer *t)
{
	stream_error(holder_of(t, struct line, deadline), "connection-timeout", "It took too long to say who is there.");
}

static int component_open(struct link *l)
{
	struct home *h = home_of(l->core);
	struct line *n;

	if (!h)
		return -1; /* nobody is expected on this core */
	n = mem_new(struct line);
	n->link = l;
	n->deadline.fire = too_late;
	n->later.run = frames_go_on;
	list_init(&n->waiting);
	list_append(&h->lines, &n->here);
	l->state = n;
	world_timer(core_world(l->core), &n->deadline, core_settings(l->core)->login_deadline_ms);
	return 0;
}

static int component_feed(struct link *l, const char *bytes, size_t n)
{
	struct line *line = l->state;

	if (l->closing)
		return 0;
	buf_add(&line->in, bytes, n);
	frames(line);
	return 0;
}

static void component_stop(struct link *l)
{
	struct line *n = l->state;

	if (n->framer.open)
		stream_error(n, "system-shutdown", "The server is being stopped.");
	else
		line_end(n, CLOSE_SHUTDOWN);
}

static void component_close(struct link *l, enum close_why why)
{
	struct line *n = l->state;
	struct home *h = home_of(l->core);

	if (n->component && n->component->line == n) {
		n->component->line = NULL;
		log_event(component_down, "domain=%.*s", STR_ARG(n->component->domain));
	}
	world_stop(core_world(l->core), &n->deadline);
	list_each(e, &n->waiting, struct errand, here) {
		list_remove(&e->here);
		e->line = NULL;
		list_append(&h->orphans, &e->here);
	}
	buf_free(&n->in);
	l->state = NULL;
	n->gone = true;
	line_release(n);
}

const struct door component_door = {
	.name = "component",
	.open = component_open,
	.feed = component_feed,
	.stop = component_stop,
	.close = component_close,
};

/* ---- beginning and end ------------------------------------------------------------------------------------------- */

static void home_drop(void *arg)
{
	struct home *h = arg;

	list_each(n, &h->lines, struct line, here)
		mem_free(n); /* it is gone, but for a post that does not come any more */
	list_each(e, &h->orphans, struct errand, here)
		errand_free(e);
	list_each(p, &h->components, struct component, here) {
		service_down(&p->service);
		secret_wipe((char *)p->secret.p, p->secret.n);
		mem_free((char *)p->secret.p);
		mem_free((char *)p->domain.p);
		mem_free(p);
	}
	arena_free(&h->scratch);
	mem_free(h);
}

static void component_begin(struct home *h, const struct component_key *key)
{
	struct component *p = mem_new(struct component);

	p->domain = str_n(str_dup(key->domain), key->domain.n);
	p->secret = str_n(str_dup(key->secret), key->secret.n);
	p->service = (struct service){ .ops = &component_ops, .domain = p->domain };
	list_append(&h->components, &p->here);
	if (service_up(h->core, &p->service))
		log_event(component_refused, "domain=%.*s why=\"something else is at this domain\"", STR_ARG(p->domain));
}

void components_begin(struct core *c)
{
	const struct core_settings *settings = core_settings(c);
	struct home *h = mem_new(struct home);

	h->core = c;
	list_init(&h->components);
	list_init(&h->lines);
	list_init(&h->orphans);
	core_door_register(c, door_name, NULL, h, home_drop);
	for (size_t i = 0; i < settings->components_n; i++)
		component_begin(h, &settings->components[i]);
}
