/* SPDX-License-Identifier: Apache-2.0
 *
 * core/service.c - which domains have a service, and on which core; what goes to it, and the answer that a sender waits
 * for. How a session's stanzas wait for one another, and how a service's messages reach users, is core/route.c.
 *
 * Every core knows every service: of those that live on all of them by itself, of the others by PARCEL_SERVICE_UP and
 * _DOWN. Parcels of one core to another arrive in order, so nobody hears from a service before he has heard of it.
 */
#include "core/service.h"

#include <stdio.h>

#include "core/inside.h"

/* A domain where somebody answers. */
struct place {
	struct map_node node;
	struct service *here; /* NULL: on another core */
	unsigned core;
	bool everywhere;
	struct str domain, name; /* in `bytes` */
	char bytes[];
};

static struct place *place_of(const struct core *c, struct str domain)
{
	return c->services.known.n ? map_find(&c->services.known, domain, struct place, node) : NULL;
}

static struct place *place_add(struct core *c, unsigned core, struct str domain, struct str name)
{
	struct place *p = mem_alloc(sizeof *p + domain.n + name.n + 1);

	*p = (struct place){ .core = core, .domain = str_n(p->bytes, domain.n), .name = str_n(p->bytes + domain.n, name.n) };
	memcpy(p->bytes, domain.p, domain.n);
	if (name.n)
		memcpy(p->bytes + domain.n, name.p, name.n);
	map_add(&c->services.known, &p->node, p->domain);
	return p;
}

static void place_free(struct core *c, struct place *p)
{
	map_remove(&c->services.known, &p->node);
	mem_free(p);
}

/* ---- beginning and end ------------------------------------------------------------------------------------------- */

static void up_tell(struct core *c, const struct place *p, const unsigned *core)
{
	own_buf bytes = { 0 };
	struct parcel parcel = { .kind = PARCEL_SERVICE_UP };

	buf_str(&bytes, p->domain);
	buf_byte(&bytes, 0);
	buf_str(&bytes, p->name);
	parcel.bytes = buf_all(&bytes);
	if (core)
		bus_send(c->bus, *core, &parcel);
	else
		bus_publish(c->bus, STR("all"), &parcel);
}

/* Of those that live on one core: a subject only to see, at once and on all cores, whether somebody has the domain. */
static struct str subject_of(struct buf *space, struct str domain)
{
	buf_lit(space, "s.");
	buf_str(space, domain);
	return buf_all(space);
}

int service_up(struct core *c, struct service *v)
{
	own_buf space = { 0 };
	struct str subject = subject_of(&space, v->domain);
	struct place *p;

	if (str_eq(v->domain, c->settings.domain) || place_of(c, v->domain) || bus_interest(c->bus, subject))
		return SERVICE_TAKEN;
	if (!v->everywhere) {
		bus_subscribe(c->bus, subject);
		if (bus_interest(c->bus, subject) > 1) {
			bus_unsubscribe(c->bus, subject);
			return SERVICE_TAKEN;
		}
	}
	p = place_add(c, c->index, v->domain, v->name.p ? v->name : STR(""));
	p->here = v;
	p->everywhere = v->everywhere;
	v->core = c;
	list_append(&c->services.up, &v->here);
	if (!v->everywhere)
		up_tell(c, p, NULL);
	return 0;
}

void service_down(struct service *v)
{
	struct core *c = v->core;
	struct place *p = c ? place_of(c, v->domain) : NULL;
	own_buf space = { 0 };

	if (!p || p->here != v)
		return;
	list_remove(&v->here);
	place_free(c, p);
	if (!v->everywhere)
		bus_unsubscribe(c->bus, subject_of(&space, v->domain));
	bus_publish(c->bus, STR("all"), &(struct parcel){ .kind = PARCEL_SERVICE_DOWN, .bytes = v->domain });
}

/* Where it was before may say only afterwards that it is there no more. */
static void place_put(struct core *c, unsigned core, struct str domain, struct str name)
{
	struct place *old = place_of(c, domain);

	if (old && old->here)
		return;
	if (old)
		place_free(c, old);
	place_add(c, core, domain, name);
}

/* Empty: a core that has just begun asks who is there. */
void service_up_in(struct core *c, const struct parcel *p)
{
	size_t end = str_find(p->bytes, 0);
	unsigned asker = p->core;

	if (p->core == c->index)
		return;
	if (p->bytes.n) {
		place_put(c, p->core, str_n(p->bytes.p, end), str_from(p->bytes, end + 1));
		return;
	}
	for (struct map_node *node = map_next(&c->services.known, NULL); node; node = map_next(&c->services.known, node)) {
		const struct place *place = holder_of(node, struct place, node);

		if (place->here && !place->everywhere)
			up_tell(c, place, &asker);
	}
}

static struct service_wait *wait_at(struct core *c, struct str domain, unsigned core)
{
	for (struct map_node *node = map_next(&c->services.waits, NULL); node; node = map_next(&c->services.waits, node)) {
		struct service_wait *w = holder_of(node, struct service_wait, node);

		if (w->core == core && str_eq(w->domain, domain))
			return w;
	}
	return NULL;
}

static void wait_end(struct core *c, struct service_wait *w, enum sent_verdict verdict)
{
	map_remove(&c->services.waits, &w->node);
	w->done(w, verdict);
}

void service_down_in(struct core *c, const struct parcel *p)
{
	struct place *place = place_of(c, p->bytes);

	if (place && !place->everywhere && place->core == p->core)
		place_free(c, place);
	for (struct service_wait *w; (w = wait_at(c, p->bytes, p->core));)
		wait_end(c, w, SENT_NO_SUCH_USER);
}

void services_begin(struct core *c)
{
	memcpy(c->services.known.seed, c->users.seed, sizeof c->users.seed);
	memcpy(c->services.waits.seed, c->users.seed, sizeof c->users.seed);
	list_init(&c->services.up);
	list_init(&c->services.asks);
	bus_publish(c->bus, STR("all"), &(struct parcel){ .kind = PARCEL_SERVICE_UP, .bytes = STR("") });
}

void services_end(struct core *c)
{
	for (struct service *v; (v = list_first(&c->services.up, struct service, here));) {
		if (v->ops->end)
			v->ops->end(v);
		if (list_first(&c->services.up, struct service, here) == v)
			service_down(v);
	}
}

void services_free(struct core *c)
{
	for (struct map_node *node; (node = map_drain(&c->services.known));)
		mem_free(holder_of(node, struct place, node));
	map_free(&c->services.known);
	map_free(&c->services.waits);
}

/* ---- who is where ------------------------------------------------------------------------------------------------ */

bool service_is(const struct core *c, struct str domain) { return place_of(c, domain) != NULL; }

unsigned service_core(const struct core *c, struct jid to)
{
	const struct place *p = place_of(c, jid_domain(to));
	struct str bare = jid_bare(to);
	uint32_t hash = 2166136261u; /* FNV-1a: the same on every core, whatever their maps are seeded with */

	if (!p || !p->everywhere)
		return p ? p->core : c->index;
	for (size_t i = 0; i < bare.n; i++)
		hash = (hash ^ (unsigned char)bare.p[i]) * 16777619u;
	return (hash ^ hash >> 16) % core_count(c);
}

void service_each(struct core *c, void (*show)(void *arg, struct str domain, struct str name), void *arg)
{
	for (struct map_node *node = map_next(&c->services.known, NULL); node; node = map_next(&c->services.known, node)) {
		const struct place *p = holder_of(node, struct place, node);

		show(arg, p->domain, p->name);
	}
}

/* ---- to a service ------------------------------------------------------------------------------------------------ */

static struct str number_key(const uint64_t *number) { return str_n((const char *)number, sizeof *number); }

static bool is_admin(struct core *c, struct jid from)
{
	const struct session *s = from.resource && core_is_local(c, from) ? session_find(c, jid_full(from)) : NULL;
	const struct place *p = core_is_local(c, from) ? NULL : place_of(c, jid_domain(from));

	if (p && p->here)
		return p->here->admin;
	return s && s->user && (s->user->flags & ACCOUNT_ADMIN);
}

void service_carry(struct core *c, struct stanza *st, struct service_wait *w)
{
	struct parcel p = { .kind = PARCEL_SERVICE, .stanza = st, .flags = is_admin(c, st->from) ? PARCEL_ADMIN : 0 };
	unsigned core = service_core(c, st->to);

	if (!service_is(c, jid_domain(st->to))) {
		if (w)
			w->done(w, SENT_NO_SUCH_USER);
		else
			service_bounce(c, st);
		return;
	}
	if (w) {
		p.number = w->number = ++c->services.last;
		w->core = core;
		w->domain = jid_domain(st->to);
		map_add(&c->services.waits, &w->node, number_key(&w->number));
	}
	bus_send(c->bus, core, &p);
}

/* ---- what the server itself asks --------------------------------------------------------------------------------- */

static const struct str ask_prefix = STR_INIT("anser-ask-");

static void ask_late(struct timer *t)
{
	struct service_ask *a = holder_of(t, struct service_ask, late);

	service_ask_drop(a->core, a);
	a->answered(a, NULL);
}

void service_ask(struct core *c, struct service_ask *a, struct jid to, struct str payload, msec wait_ms)
{
	uint64_t chance[2];
	struct stanza *st;

	world_random(c->world, chance, sizeof chance);
	snprintf(a->id, sizeof a->id, "%.*s%u-%016llx%016llx", STR_ARG(ask_prefix), c->index, (unsigned long long)chance[0],
		 (unsigned long long)chance[1]);
	a->core = c;
	a->to = str_n(str_dup(jid_full(to)), jid_full(to).n);
	a->late.fire = ask_late;
	list_append(&c->services.asks, &a->here);
	world_timer(c->world, &a->late, wait_ms);
	st = stanza_make(&(struct stanza_init){ .name = STANZA_IQ, .type = IQ_SET, .time = core_now(c),
						.from = address_of(c->settings.domain), .to = to, .id = str_z(a->id),
						.payload = payload });
	service_carry(c, st, NULL);
	stanza_unref(st);
}

void service_ask_drop(struct core *c, struct service_ask *a)
{
	if (!a->to.p)
		return;
	list_remove(&a->here);
	world_stop(c->world, &a->late);
	mem_free((void *)a->to.p);
	a->to = STR_NONE;
}

static void asked_in(struct core *c, const struct stanza *answer)
{
	list_each(a, &c->services.asks, struct service_ask, here) {
		if (!str_is(answer->id, a->id) || !str_eq(jid_full(answer->from), a->to))
			continue;
		service_ask_drop(c, a);
		a->answered(a, answer);
		return;
	}
}

/* The id says which core has asked. */
void service_asked(struct core *c, struct stanza *answer)
{
	struct str rest;
	uint64_t core;

	if (!str_starts(answer->id, ask_prefix))
		return;
	rest = str_from(answer->id, ask_prefix.n);
	if (str_u64(str_n(rest.p, str_find(rest, '-')), &core) && core < core_count(c))
		bus_send(c->bus, (unsigned)core, &(struct parcel){ .kind = PARCEL_SERVICE, .stanza = answer });
}

void service_in(struct core *c, const struct parcel *p)
{
	struct service_sender from = { p->number, p->core, (p->flags & PARCEL_ADMIN) != 0 };
	struct place *place = place_of(c, jid_domain(p->stanza->to));

	if (core_is_local(c, p->stanza->to)) {
		asked_in(c, p->stanza);
		return;
	}
	if (place && place->here)
		place->here->ops->take(place->here, p->stanza, from);
	else if (p->number)
		service_answer(c, from, SENT_NO_SUCH_USER);
	else
		service_bounce(c, p->stanza);
}

void service_answer(struct core *c, struct service_sender from, enum sent_verdict verdict)
{
	if (from.number)
		bus_send(c->bus, from.core, &(struct parcel){ .kind = PARCEL_SERVICE_SENT, .number = from.number,
							      .flags = (uint16_t)verdict });
}

void service_sent_in(struct core *c, const struct parcel *p)
{
	uint64_t number = p->number;
	struct service_wait *w = map_find(&c->services.waits, number_key(&number), struct service_wait, node);

	/* Not there: the service has ended meanwhile, and its senders know. */
	if (w)
		wait_end(c, w, (enum sent_verdict)p->flags);
}

/* ---- from a service ---------------------------------------------------------------------------------------------- */

/* A message of a service to another one: its end is told to `sent`. */
struct errand {
	struct job job;
	struct core *core;
	struct stanza *st;
	struct service_wait wait;
	void (*sent)(void *arg, enum sent_verdict verdict);
	void *arg;
};

static void errand_free(struct job *j)
{
	struct errand *e = holder_of(j, struct errand, job);

	stanza_unref(e->st);
	mem_free(e);
}

static void errand_done(struct service_wait *w, enum sent_verdict verdict)
{
	struct errand *e = holder_of(w, struct errand, wait);

	job_end(&e->job);
	e->sent(e->arg, verdict);
	errand_free(&e->job);
}

static void to_service(struct core *c, struct stanza *st, void (*sent)(void *arg, enum sent_verdict verdict), void *arg)
{
	struct errand *e;

	if (!sent || st->name != STANZA_MESSAGE) {
		service_carry(c, st, NULL);
		stanza_unref(st);
		if (sent)
			sent(arg, SENT_OK);
		return;
	}
	e = mem_new(struct errand);
	job_begin(c, &e->job, errand_free);
	e->core = c;
	e->st = st;
	e->sent = sent;
	e->arg = arg;
	e->wait.done = errand_done;
	service_carry(c, st, &e->wait);
}

void service_send(struct core *c, struct stanza *st, void (*sent)(void *arg, enum sent_verdict verdict), void *arg)
{
	if (core_is_local(c, st->to)) {
		route_from_service(c, st, sent, arg);
		return;
	}
	if (service_is(c, jid_domain(st->to))) {
		to_service(c, st, sent, arg);
		return;
	}
	if (st->name == STANZA_IQ)
		service_bounce(c, st);
	stanza_unref(st);
	if (sent)
		sent(arg, SENT_REMOTE);
}

/* An error on its way back. */
struct bounced {
	struct job job;
	struct core *core;
	struct post post;
	struct stanza *st;
};

static void bounced_free(struct job *j)
{
	struct bounced *b = holder_of(j, struct bounced, job);

	stanza_unref(b->st);
	mem_free(b);
}

static void bounced_go(struct post *p)
{
	struct bounced *b = holder_of(p, struct bounced, post);

	job_end(&b->job);
	if (!core_is_local(b->core, b->st->to))
		service_carry(b->core, b->st, NULL);
	else if (b->st->to.resource)
		bus_publish(b->core->bus, jid_full(b->st->to), &(struct parcel){ .kind = PARCEL_IQ, .stanza = b->st });
	else if (!b->st->to.local)
		service_asked(b->core, b->st);
	bounced_free(&b->job);
}

void service_bounce(struct core *c, const struct stanza *st)
{
	struct bounced *b;

	if (st->name != STANZA_IQ || (st->type != IQ_GET && st->type != IQ_SET) || c->ending)
		return;
	b = mem_new(struct bounced);
	job_begin(c, &b->job, bounced_free);
	b->core = c;
	b->post.run = bounced_go;
	b->st = stanza_make(&(struct stanza_init){
		.name = STANZA_IQ, .type = IQ_ERROR, .time = core_now(c), .from = st->to, .to = st->from, .id = st->id,
		.payload = STR("<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>") });
	world_later(c->world, &b->post);
}
