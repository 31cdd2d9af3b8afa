/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/hybrid_people.c - who is there, and by which way each message goes: a direct link; to a client in
 * the wild, that listens to datagrams only, a datagram; else the server; else it waits.
 */
#include <stdlib.h>

#include "base/crypt.h"
#include "clients/term/engine/hybrid.h"

/* ---- people ------------------------------------------------------------------------------------------------------ */

struct person *person_of(struct hybrid_client *h, struct str name, bool make)
{
	struct person *p = map_find(&h->people, name, struct person, node);

	if (p || !make || h->people.n >= HYBRID_PEOPLE_MAX)
		return p;
	p = mem_new(struct person);
	p->name = str_n(mem_copy(name.p, name.n), name.n);
	p->tokens = HYBRID_TALKS_BURST * 1000;
	map_add(&h->people, &p->node, p->name);
	return p;
}

void people_free(struct hybrid_client *h)
{
	struct map_node *n;

	while ((n = map_drain(&h->people))) {
		struct person *p = holder_of(n, struct person, node);

		mem_free((char *)p->name.p);
		mem_free(p);
	}
	map_free(&h->people);
}

static void came(struct hybrid_client *h, struct str name, const struct endpoint *at)
{
	struct person *p = str_eq(name, h->c->state.self) ? NULL : person_of(h, name, true);

	if (!p)
		return;
	p->at = *at;
	p->listed = p->fresh = true;
	p->no_relay = false;
	p->relay_after = 0;
	directs_place(h->directs, name, at);
	client_online(h->c, name, true);
}

static void went(struct hybrid_client *h, struct person *p)
{
	p->listed = false;
	directs_place(h->directs, p->name, NULL);
	client_online(h->c, p->name, directs_linked(h->directs, p->name));
}

bool people_list(struct hybrid_client *h, struct str text)
{
	struct endpoint at;
	struct str name;
	enum hybrid_entry found;

	for (struct map_node *n = map_next(&h->people, NULL); n; n = map_next(&h->people, n))
		holder_of(n, struct person, node)->fresh = false;
	while ((found = hybrid_list_next(&text, &name, &at)) == HYBRID_ENTRY || found == HYBRID_ENTRY_BAD)
		if (found == HYBRID_ENTRY)
			came(h, name, &at);
	if (found != HYBRID_ENTRY_END)
		return false;
	for (struct map_node *n = map_next(&h->people, NULL); n; n = map_next(&h->people, n)) {
		struct person *p = holder_of(n, struct person, node);

		if (p->listed && !p->fresh)
			went(h, p);
	}
	return true;
}

void people_event(struct hybrid_client *h, struct str line)
{
	struct hybrid_datagram d;
	own_buf room = { 0 };
	struct conversation *v;
	struct person *p;

	if (!hybrid_parse(&d, line, &room))
		return; /* of a later version */
	if (d.kind == HYBRID_LOGIN) {
		came(h, d.user, &d.endpoint);
		v = client_conversation(h->c, d.user, false);
		if (v && h->online)
			client_flush(h->c, v);
	} else if (d.kind == HYBRID_LOGOUT) {
		p = person_of(h, d.user, false);
		if (p && p->listed && endpoint_eq(&p->at, &d.endpoint))
			went(h, p);
	}
}

static int name_cmp(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

void hybrid_client_names(struct client *c, void (*each)(void *arg, struct str name), void *arg)
{
	struct hybrid_client *h = hybrid_client_of(c);

	for (struct map_node *n = map_next(&h->people, NULL); n; n = map_next(&h->people, n))
		if (holder_of(n, struct person, node)->listed)
			each(arg, holder_of(n, struct person, node)->name);
}

bool hybrid_client_online(struct client *c, struct str name)
{
	struct hybrid_client *h = hybrid_client_of(c);
	struct person *p = person_of(h, name, false);

	return (p && p->listed) || (h->directs && directs_linked(h->directs, name));
}

static void name_add(void *arg, struct str name) { buf_add(arg, &name, sizeof name); }

void hybrid_client_who(struct client *c, struct conversation *v)
{
	own_buf names = { 0 }, line = { 0 };

	hybrid_client_names(c, name_add, &names);
	if (!names.n) {
		client_tell(c, v, "who", false, TEXT_hybrid_nobody, STR_NONE, STR_NONE);
		return;
	}
	qsort(names.p, names.n / sizeof(struct str), sizeof(struct str), name_cmp);
	for (size_t i = 0; i < names.n; i += sizeof(struct str)) {
		struct str name;

		memcpy(&name, names.p + i, sizeof name);
		buf_fmt(&line, "%s%.*s", line.n ? ", " : "", STR_ARG(name));
	}
	client_tell(c, v, "who", false, TEXT_hybrid_who, buf_all(&line), STR_NONE);
}

void hybrid_client_linked(struct client *c, struct str name, bool up)
{
	client_online(c, name, up || hybrid_client_online(c, name));
}

/* ---- what comes -------------------------------------------------------------------------------------------------- */

static bool is_mark(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f')))
			return false;
	return id.n == 32;
}

/* The server's times are whole seconds: one that is hardly over is now. */
static msec time_of(const struct hybrid_client *h, struct str text)
{
	msec now = world_now(h->c->world), time = 0;

	if (!hybrid_time_read(text, &time) || time > now || now - time < 2000)
		return now;
	return time;
}

/* Cuts the part before the next comma off `rest`. */
static bool field(struct str *rest, struct str *ret)
{
	size_t comma = str_find(*rest, ',');

	if (comma == rest->n)
		return false;
	*ret = str_n(rest->p, comma);
	*rest = str_from(*rest, comma + 1);
	return true;
}

bool people_relayed(struct hybrid_client *h, struct str fields)
{
	struct str time, from, id = buf_all(&h->id);
	own_buf text = { 0 }, mark = { 0 };
	struct person *p;

	if (!field(&fields, &time) || !field(&fields, &from) || !hybrid_is_name(from) ||
	    !hybrid_unescape(&text, fields)) {
		hybrid_client_cut(h);
		return false;
	}
	if (is_mark(id))
		buf_str(&mark, id);
	else if (id.n)
		direct_mark(&mark, from, id, fields);
	if (client_received(h->c, &(struct incoming){ .conversation = from,
						      .sender = from,
						      .text = buf_all(&text),
						      .mark = buf_all(&mark),
						      .time = time_of(h, time),
						      .relayed = true })) {
		hybrid_client_cut(h);
		return false;
	}
	p = person_of(h, from, false);
	if (p && p->listed && memcmp(p->at.address, h->server, sizeof h->server))
		directs_want(h->directs, from); /* he cannot reach us, it seems; perhaps we can him */
	return true;
}

/* The network may bring a datagram twice. */
static bool is_double(struct hybrid_client *h, const struct endpoint *from, struct str bytes)
{
	msec now = world_clock(h->c->world);
	uint8_t sum[HASH_BYTES_MAX];
	own_buf both = { 0 };

	buf_add(&both, from, sizeof *from);
	buf_str(&both, bytes);
	hash_sum(HASH_SHA256, buf_all(&both), sum);
	for (unsigned i = 0; i < HYBRID_TWICE; i++)
		if (h->twice[i].at && now - h->twice[i].at < HYBRID_TWICE_MS &&
		    !memcmp(h->twice[i].sum, sum, sizeof h->twice[i].sum))
			return true;
	memcpy(h->twice[h->twice_n].sum, sum, sizeof h->twice[0].sum);
	h->twice[h->twice_n].at = now ? now : 1;
	h->twice_n = (h->twice_n + 1) % HYBRID_TWICE;
	return false;
}

static bool token(struct hybrid_client *h, struct person *p)
{
	msec now = world_clock(h->c->world);

	p->tokens += (now - p->tokens_at) * HYBRID_TALKS;
	p->tokens = p->tokens > HYBRID_TALKS_BURST * 1000 ? HYBRID_TALKS_BURST * 1000 : p->tokens;
	p->tokens_at = now;
	if (p->tokens < 1000)
		return false;
	p->tokens -= 1000;
	return true;
}

/* Clients in the wild may speak from another socket than the one they listen at. Whoever has a key speaks with it: a
 * datagram in his name is from somebody else. */
void hybrid_client_datagram_heard(void *arg, const struct endpoint *from, struct str bytes)
{
	struct directs *ds = arg;
	struct hybrid_client *h = hybrid_client_of(ds->client);
	uint8_t key[KEY_BYTES];
	own_buf room = { 0 }, mark = { 0 }, text = { 0 };
	struct hybrid_datagram d;
	struct person *p;
	bool verified;

	if (!hybrid_parse(&d, bytes, &room) || d.kind != HYBRID_TALK || !d.content.n)
		return;
	p = person_of(h, d.user, false);
	if (!p || !p->listed || memcmp(p->at.address, from->address, sizeof from->address) ||
	    directs_key(ds, d.user, key, &verified) || !token(h, p) || is_double(h, from, bytes))
		return;
	if (!p->warned) {
		p->warned = true;
		text_put(&text, h->c->setup.chinese, TEXT_hybrid_datagrams_from, p->name, STR_NONE, STR_NONE);
		client_note(h->c, client_conversation(h->c, p->name, true), buf_all(&text));
	}
	client_mark(h->c, &mark);
	client_received(
		h->c, &(struct incoming){
			      .conversation = p->name, .sender = p->name, .text = d.content, .mark = buf_all(&mark) });
}

/* ---- what goes --------------------------------------------------------------------------------------------------- */

static bool relay_ready(const struct hybrid_client *h, const struct person *p)
{
	return h->online && !h->leaving && h->relays < HYBRID_RELAYS &&
	       !(p->no_relay || (p->relay_after && world_clock(h->c->world) < p->relay_after));
}

static void relay(struct hybrid_client *h, struct person *p, struct entry *e)
{
	own_buf line = { 0 };

	buf_fmt(&line, "id,%.*s\nrelay,%.*s,", STR_ARG(e->mark), STR_ARG(p->name));
	hybrid_escape(&line, e->text);
	if (line.n > HYBRID_LINE_MAX) {
		entry_status(h->c, e, ENTRY_FAILED, text_of(h->c, TEXT_direct_too_long));
		return;
	}
	p->relays++;
	h->relays++;
	hybrid_client_ask(h, ASKED_RELAY, buf_all(&line), p, e->id);
	entry_status(h->c, e, ENTRY_SENDING, STR_NONE);
}

/* In pieces where it is long: each of them a message of its own for who gets it. */
static void datagrams(struct hybrid_client *h, struct person *p, struct entry *e)
{
	struct client *c = h->c;
	own_buf time = { 0 };
	struct str rest = e->text;

	hybrid_time_write(&time, e->time);
	do {
		size_t n = hybrid_talk_fit(HYBRID_UTF16, buf_all(&time), c->state.self, rest, HYBRID_TALK_MAX);
		own_buf bytes = { 0 };

		hybrid_write(&bytes, HYBRID_UTF16,
			     &(struct hybrid_datagram){ .kind = HYBRID_TALK,
							.time = buf_all(&time),
							.user = c->state.self,
							.content = str_n(rest.p, n) });
		c->outside->ops->datagram(c->outside, &p->at, buf_all(&bytes));
		rest = str_from(rest, n);
	} while (rest.n);
	entry_status(c, e, ENTRY_DATAGRAM, STR_NONE);
}

/* Somebody who is there, has never shown a key, and at whose address nothing listens for links. At the server's own
 * address it is rather one of its users. */
static bool is_wild(struct hybrid_client *h, const struct person *p, unsigned *times)
{
	uint8_t key[KEY_BYTES];
	bool verified;

	return p->listed && p->at.port && directs_tried(h->directs, p->name, times) == TRIED_REFUSED &&
	       !directs_key(h->directs, p->name, key, &verified) && memcmp(p->at.address, h->server, sizeof h->server);
}

/* A message that no direct link takes now. */
void hybrid_client_unreachable(struct client *c, struct entry *e)
{
	struct hybrid_client *h = hybrid_client_of(c);
	struct person *p = person_of(h, e->conversation->name, true);
	unsigned times = 0;

	if (!p || e->kind != ENTRY_TEXT)
		return;
	/* Refused once may mean that his program has just ended: the server knows in a moment. Who has spoken in
	 * datagrams reads them. */
	if (is_wild(h, p, &times) && (p->warned || (h->online && times > 1)))
		datagrams(h, p, e);
	else if (times == 1 && h->online && is_wild(h, p, &times))
		return; /* tried again in a second */
	else if (relay_ready(h, p))
		relay(h, p, e);
}

void hybrid_client_give(struct client *c, struct entry *e)
{
	struct hybrid_client *h = hybrid_client_of(c);
	struct person *p = person_of(h, e->conversation->name, true);

	if (h->leaving || !p || e->conversation->kind != CONVERSATION_PERSON)
		return;
	if (e->kind == ENTRY_TEXT && p->relays) { /* behind what is being relayed, so that order holds */
		if (relay_ready(h, p))
			relay(h, p, e);
		return;
	}
	directs_send(h->directs, e);
}

/* ---- how relays end ---------------------------------------------------------------------------------------------- */

static void waits(struct client *c, struct entry *e)
{
	if (e && e->status == ENTRY_SENDING)
		entry_status(c, e, ENTRY_WAITING, STR_NONE);
}

/* Somebody whom we know from before is only away. */
static bool is_known(struct hybrid_client *h, struct person *p, struct conversation *v)
{
	uint8_t key[KEY_BYTES];
	bool verified;

	if (p->at.port || directs_key(h->directs, p->name, key, &verified))
		return true;
	list_each (e, &v->entries, struct entry, here)
		if (!e->mine && e->kind != ENTRY_NOTE)
			return true;
	return false;
}

static void relay_refused(struct hybrid_client *h, struct person *p, struct entry *e, struct str reason)
{
	enum { PATIENCE_MS = 30000 };
	struct client *c = h->c;
	own_buf why = { 0 };

	if (str_is(reason, "try again later") || str_is(reason, "too much waits for this user") ||
	    str_is(reason, "log in first")) {
		p->relay_after = world_clock(c->world) + PATIENCE_MS;
		waits(c, e);
	} else if (str_is(reason, "no such user") && is_known(h, p, e->conversation)) {
		p->no_relay = true;
		waits(c, e);
	} else {
		text_put(&why, c->setup.chinese,
			 str_is(reason, "no such user") ? TEXT_no_such_user
			 : str_is(reason, "not allowed") ? TEXT_not_allowed
							 : TEXT_server_says,
			 reason, STR_NONE, STR_NONE);
		entry_status(c, e, ENTRY_FAILED, buf_all(&why));
	}
}

void relay_ended(struct hybrid_client *h, struct hybrid_ask *a, struct str reason)
{
	struct client *c = h->c;
	struct conversation *v = client_conversation(c, a->person->name, false);
	struct entry *e = v ? client_entry(c, v, a->entry) : NULL;
	bool full = h->relays == HYBRID_RELAYS;

	a->person->relays--;
	h->relays--;
	if (e && e->status == ENTRY_SENDING && !reason.p)
		entry_status(c, e, ENTRY_RELAYED, STR_NONE);
	else if (e && e->status == ENTRY_SENDING)
		relay_refused(h, a->person, e, reason);
	if (full || !a->person->relays)
		client_flush(c, full ? NULL : v);
}

void relays_lost(struct hybrid_client *h)
{
	list_each (a, &h->asks, struct hybrid_ask, here) {
		struct conversation *v =
			a->kind == ASKED_RELAY ? client_conversation(h->c, a->person->name, false) : NULL;

		if (a->kind == ASKED_RELAY)
			a->person->relays--;
		if (v)
			waits(h->c, client_entry(h->c, v, a->entry));
		list_remove(&a->here);
		mem_free(a);
	}
	h->relays = 0;
}
