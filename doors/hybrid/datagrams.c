/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/datagrams.c - what comes by UDP: who wants in, who leaves, and what is said to a port of ours.
 *
 * Everything here may have been written by somebody else than it says. What is malformed, foreign or too much is met
 * with silence.
 */
#include "doors/hybrid/hybrid.h"

#include "base/log.h"

#define own_arena __attribute__((cleanup(arena_free))) struct arena

/* ---- how many ---------------------------------------------------------------------------------------------------- */

/* The place of an address in the table. A new address takes the place that was used least lately: who is put out begins
 * anew, but all together may not do more than `hybrid_datagrams_all`. */
static struct rate *rate_of(struct hybrid *h, const uint8_t address[16])
{
	uint64_t hash = map_hash(h->entries.seed, str_n((const char *)address, 16));
	struct rate *ways = &h->rates[hash % (HYBRID_RATES / HYBRID_RATES_WAYS) * HYBRID_RATES_WAYS], *oldest = ways;

	for (unsigned i = 0; i < HYBRID_RATES_WAYS; i++) {
		if (!memcmp(ways[i].address, address, 16))
			return &ways[i];
		if (ways[i].allowance.filled < oldest->allowance.filled)
			oldest = &ways[i];
	}
	*oldest = (struct rate){ 0 };
	memcpy(oldest->address, address, 16);
	return oldest;
}

bool hybrid_may_come(struct hybrid *h, const uint8_t address[16])
{
	const struct core_settings *s = core_settings(h->core);
	msec clock = core_clock(h->core);

	return allowance_take(&rate_of(h, address)->allowance, clock, s->hybrid_datagrams, 1, 1) &&
	       allowance_take(&h->all, clock, s->hybrid_datagrams_all, 1, 1);
}

/* ---- what is answered -------------------------------------------------------------------------------------------- */

/* Short words for who has sent so little that more would be more than that. */
static const struct {
	const char *reason, *brief;
} briefly[] = {
	{ "name in use", "in use" },
	{ "registered name", "registered" },
	{ "not a name", "bad name" },
};

static const char *reason_brief(const char *reason)
{
	for (size_t i = 0; i < countof(briefly); i++)
		if (str_is(str_z(reason), briefly[i].reason))
			return briefly[i].brief;
	return "no";
}

void datagram_reject(struct hybrid *h, const uint8_t here[16], const struct endpoint *to, enum hybrid_encoding encoding,
		     const char *reason, size_t room)
{
	own_buf bytes = { 0 };
	struct hybrid_datagram d = { .kind = HYBRID_REJECT, .content = str_z(reason) };

	hybrid_write(&bytes, encoding, &d);
	if (bytes.n > room) {
		buf_clear(&bytes);
		d.content = str_z(reason_brief(reason));
		hybrid_write(&bytes, encoding, &d);
	}
	if (bytes.n <= room)
		hybrid_send(h, here, to, buf_all(&bytes));
}

void datagram_accept(struct hybrid *h, const uint8_t here[16], const struct endpoint *to, enum hybrid_encoding encoding)
{
	own_buf bytes = { 0 };

	if (!h->datagrams)
		return;
	hybrid_write(&bytes, encoding, &(struct hybrid_datagram){ .kind = HYBRID_ACCEPT, .port = h->datagrams->port });
	hybrid_send(h, here, to, buf_all(&bytes));
}

/* ---- who wants in ------------------------------------------------------------------------------------------------ */

void login_free(struct login *l)
{
	ask_cancel(&l->ask);
	list_remove(&l->here);
	l->h->logins_n--;
	mem_free(l);
}

void logins_expire(struct hybrid *h)
{
	msec clock = core_clock(h->core);

	list_each(l, &h->logins, struct login, here) {
		if (clock - l->since < HYBRID_PROOF_MS)
			break;
		login_free(l);
	}
}

static bool is_at(const struct login *l, const uint8_t address[16])
{
	return l->accepted && !memcmp(l->endpoint.address, address, 16);
}

struct login *login_find(struct hybrid *h, const uint8_t address[16])
{
	msec newest = 0;

	list_each(l, &h->logins, struct login, here)
		if (is_at(l, address) && l->accepted > newest)
			newest = l->accepted;
	list_each(l, &h->logins, struct login, here)
		if (is_at(l, address) && newest - l->accepted <= HYBRID_TOGETHER_MS)
			return l;
	return NULL;
}

static struct login *login_at(struct hybrid *h, const struct endpoint *e)
{
	list_each(l, &h->logins, struct login, here)
		if (endpoint_eq(&l->endpoint, e))
			return l;
	return NULL;
}

static void login_refuse(struct login *l, const char *reason)
{
	own_buf who = { 0 };

	hybrid_who(&who, l->name, l->endpoint.address, l->encoding);
	log_event(login_refused, "%s why=\"%s\"", buf_z(&who), reason);
	datagram_reject(l->h, l->local, &l->endpoint, l->encoding, reason, l->request);
	login_free(l);
}

/* The connection on which the password was given is from the same address: that is the proof. */
static void login_by_kept(struct login *l, struct kept *k)
{
	struct hybrid *h = l->h;
	struct entry *old = entry_find(h, l->name);
	struct entry_init init = { .encoding = l->encoding, .endpoint = l->endpoint, .kept = k,
				   .account = &k->account };
	own_buf name = { 0 }, shown = { 0 };

	memcpy(init.local, l->local, sizeof init.local);
	buf_str(&name, l->name);
	buf_str(&shown, l->shown);
	init.name = buf_all(&name);
	init.shown = buf_all(&shown);
	datagram_accept(h, l->local, &l->endpoint, l->encoding);
	login_free(l);
	if (k->entry || k->entering)
		return;
	if (old)
		entry_leave(old, "logged in again");
	entry_enter(h, &init);
}

static void login_accept(struct login *l)
{
	l->accepted = core_clock(l->h->core) + 1;
	datagram_accept(l->h, l->local, &l->endpoint, l->encoding);
}

static void looked_up(struct ask *a)
{
	struct login *l = holder_of(a, struct login, ask);
	struct kept *k;

	if (a->verdict && a->verdict != STORE_NOT_FOUND) {
		login_free(l);
		return;
	}
	if (a->verdict || (a->answer->account.flags & ACCOUNT_GUEST)) {
		login_accept(l);
		return;
	}
	k = kept_authed(l->h, l->endpoint.address, l->name);
	if (k)
		login_by_kept(l, k);
	else
		login_refuse(l, "registered name");
}

static void login_begin(struct hybrid *h, const struct hybrid_datagram *d, struct str name,
			const uint8_t here[16], size_t request)
{
	struct login *l;

	if (h->logins_n >= HYBRID_LOGINS_MAX)
		return;
	l = mem_alloc(sizeof *l + name.n + d->user.n);
	l->h = h;
	l->since = core_clock(h->core);
	l->encoding = d->encoding;
	l->endpoint = d->endpoint;
	l->request = request;
	memcpy(l->local, here, sizeof l->local);
	memcpy(l->bytes, name.p, name.n);
	memcpy(l->bytes + name.n, d->user.p, d->user.n);
	l->name = str_n(l->bytes, name.n);
	l->shown = str_n(l->bytes + name.n, d->user.n);
	l->ask.done = looked_up;
	list_append(&h->logins, &l->here);
	h->logins_n++;
	account_find(h->core, &l->ask, l->name);
	hybrid_watch(h);
}

/* The same once more. It is answered as it was asked now: in UTF-16 the answer to UTF-8 could be the longer of both. */
static void login_again(struct login *l, const struct hybrid_datagram *d, size_t request)
{
	l->encoding = d->encoding;
	l->request = request;
	if (l->accepted)
		login_accept(l);
}

/* Somebody is in under this name: himself, or another. */
static void login_taken(struct entry *e, const struct hybrid_datagram *d, const uint8_t here[16], size_t request)
{
	struct hybrid *h = e->h;

	if (endpoint_eq(&e->endpoint, &d->endpoint)) {
		entry_lives(e);
		entry_ask(e);
	} else {
		datagram_reject(h, here, &d->endpoint, d->encoding, "name in use", request);
	}
}

bool hybrid_may_be(struct str name)
{
	return hybrid_is_name(name) && !str_is(name, "server") && !str_is(name, "end") && name.p[0] != '#';
}

static void take_login(struct hybrid *h, const struct hybrid_datagram *d, const uint8_t here[16], size_t request)
{
	own_arena arena = { 0 };
	struct str name;
	struct entry *e;
	struct login *l;

	if (!jid_local_prepare(&name, d->user, &arena) || !hybrid_may_be(name)) {
		datagram_reject(h, here, &d->endpoint, d->encoding, "not a name", request);
		return;
	}
	e = entry_find(h, name);
	if (e && (endpoint_eq(&e->endpoint, &d->endpoint) || !kept_authed(h, d->endpoint.address, name))) {
		login_taken(e, d, here, request);
		return;
	}
	l = login_at(h, &d->endpoint);
	if (l && !str_eq(l->name, name)) {
		login_free(l); /* its socket is his now */
		l = NULL;
	}
	if (l)
		login_again(l, d, request);
	else
		login_begin(h, d, name, here, request);
}

/* ---- who leaves -------------------------------------------------------------------------------------------------- */

static void take_logout(struct hybrid *h, const struct hybrid_datagram *d)
{
	struct entry *e = entry_at(h, &d->endpoint);
	struct login *l = login_at(h, &d->endpoint);
	own_arena arena = { 0 };
	struct str name;

	if (!jid_local_prepare(&name, d->user, &arena))
		return;
	if (l && str_eq(name, l->name))
		login_free(l);
	if (!e || !str_eq(name, e->name))
		return;
	/* Who has an account is put out by nothing that anybody could have written: only over his connection. */
	if (e->guest || !entry_is_bound(e)) {
		entry_lives(e);
		entry_leave(e, "logout");
	}
}

/* ---- what is said ------------------------------------------------------------------------------------------------ */

/* Whose words these are: the socket at his endpoint, or, as clients in the wild have it, another one at the same
 * address that gives his name. Who has an account is not taken for somebody at any port. */
static struct entry *speaker(struct hybrid *h, const struct endpoint *peer, struct str user)
{
	struct entry *e = entry_at(h, peer);
	own_arena arena = { 0 };
	struct str name;

	if (e)
		return e;
	if (!jid_local_prepare(&name, user, &arena))
		return NULL;
	e = entry_find(h, name);
	return e && e->guest && e->endpoint.port && !memcmp(e->endpoint.address, peer->address, 16) ? e : NULL;
}

/* `to` NULL: it came to the door's own port, where nobody is spoken to; it shows that its sender is still there. */
static void take_talk(struct hybrid *h, struct bridged *to, const struct hybrid_datagram *d,
		      const struct endpoint *peer, size_t n)
{
	struct entry *e = speaker(h, peer, d->user);
	size_t most = core_settings(h->core)->rate_bytes;
	unsigned rate = most < UINT32_MAX ? (unsigned)most : UINT32_MAX;

	if (!e || e->state != ENTRY_IN)
		return;
	entry_lives(e);
	if (!to || e->errands_n >= HYBRID_AHEAD_MAX)
		return;
	if (rate && !allowance_take(&e->talks, core_clock(h->core), rate, 10, (unsigned)n))
		return;
	entry_say(e, NULL, to->name, d->content, STR(""));
}

void datagram_feed(struct datagrams *dg, const struct endpoint *peer, const uint8_t here[16], struct str bytes)
{
	struct port *p = dg->state;
	struct hybrid *h = p->h;
	struct hybrid_datagram d;
	own_buf room = { 0 };

	if (h->ending || !hybrid_serves(h, peer->address))
		return;
	/* At the ports of users only those speak who are in. */
	if (!p->whose && !hybrid_may_come(h, peer->address))
		return;
	if (!hybrid_parse(&d, bytes, &room))
		return;
	if (d.kind == HYBRID_TALK) {
		take_talk(h, p->whose, &d, peer, bytes.n);
		return;
	}
	if (p->whose || memcmp(d.endpoint.address, peer->address, 16) != 0)
		return;
	if (d.kind == HYBRID_LOGIN)
		take_login(h, &d, here, bytes.n);
	else if (d.kind == HYBRID_LOGOUT)
		take_logout(h, &d);
}
