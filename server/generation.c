/* SPDX-License-Identifier: Apache-2.0 */
#include "server/generation.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "core/calls.h"
#include "model/jid.h"
#include "transport/authority.h"

/* The name of this machine in small letters is a better domain than "localhost", if it is one. */
static void default_domain(struct settings *s)
{
	char host[256] = "";

	if (gethostname(host, sizeof host - 1) || !*host)
		return;
	for (char *p = host; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	settings_default(s, "server.domain", str_z(host));
}

static int read_all(struct settings *s, const struct options *o, struct buf *why)
{
	int r = 0;

	default_domain(s);
	if (o->config)
		r = settings_load(s, o->config, why);
	for (size_t i = 0; i < o->set_n; i++) {
		own_buf wrong = { 0 }; /* of this one: settings_set() leaves nothing in it when it is content */
		int bad = settings_set(s, o->set[i], &wrong);

		buf_str(why, buf_all(&wrong));
		r = r ? r : bad;
	}
	return r;
}

/* Another than that of the users, or none. */
static int check_rooms(struct generation *g, struct buf *why)
{
	struct str set = settings_text(g->settings, "rooms.domain");
	own_buf usual = { 0 };

	g->core.rooms_domain = STR("");
	if (str_is(set, "none"))
		return 0;
	buf_fmt(&usual, "rooms.%.*s", STR_ARG(g->core.domain));
	if (jid_domain_prepare(&g->core.rooms_domain, arena_str(&g->arena, set.n ? set : buf_all(&usual)), &g->arena) &&
	    !str_eq(g->core.rooms_domain, g->core.domain))
		return 0;
	buf_fmt(why, "rooms.domain: \"%.*s\" cannot be the domain of rooms\n", STR_ARG(set.n ? set : buf_all(&usual)));
	return SETTINGS_BAD;
}

/* The next word of a list parted by blanks; empty at its end. */
static struct str word_next(struct str *list)
{
	struct str word;

	*list = str_trim(*list);
	word = str_n(list->p, str_find(*list, ' '));
	*list = str_from(*list, word.n);
	return word;
}

static bool component_is_new(const struct generation *g, struct str domain)
{
	for (size_t i = 0; i < g->core.components_n; i++)
		if (str_eq(g->core.components[i].domain, domain))
			return false;
	return !str_eq(domain, g->core.domain) && !str_eq(domain, g->core.rooms_domain);
}

static int check_components(struct generation *g, struct buf *why)
{
	enum { SECRET_MIN = 8 };
	struct str list = settings_text(g->settings, "components.secrets"), word;
	struct component_key *keys = arena_get(&g->arena, (list.n / 2 + 1) * sizeof *keys);

	g->core.components = keys;
	while ((word = word_next(&list)).n) {
		size_t colon = str_find(word, ':');
		struct component_key *k = &keys[g->core.components_n];

		k->secret = str_from(word, colon + 1);
		if (colon == word.n || k->secret.n < SECRET_MIN || !jid_domain_prepare(&k->domain, str_n(word.p, colon), &g->arena)) {
			buf_fmt(why, "components.secrets: \"%.*s…\" is no domain, a colon and a secret of %d characters at least\n", (int)colon, word.p, SECRET_MIN);
			return SETTINGS_BAD;
		}
		if (!component_is_new(g, k->domain)) {
			buf_fmt(why, "components.secrets: something else is at the domain %.*s already\n", STR_ARG(k->domain));
			return SETTINGS_BAD;
		}
		g->core.components_n++;
	}
	return 0;
}

static int check_calls(struct generation *g, struct buf *why)
{
	struct str list = settings_text(g->settings, "calls.servers");
	struct call_server s;
	int r;

	while ((r = call_server_next(&list, &s)) > 0)
		;
	if (!r)
		return 0;
	list = str_trim(list);
	buf_fmt(why, "calls.servers: \"%.*s\" is no STUN or TURN server; turn:turn.example.org:3478?transport=udp would be one\n",
		(int)str_find(list, ' '), list.p);
	return SETTINGS_BAD;
}

static int check_networks(struct generation *g, struct buf *why)
{
	struct str list = settings_text(g->settings, "hybrid.networks"), word;
	struct network *networks = arena_get(&g->arena, (list.n / 2 + 1) * sizeof *networks);

	g->core.hybrid_networks = networks;
	while ((word = word_next(&list)).n) {
		if (str_is(word, "any")) {
			g->core.hybrid_any = true;
		} else if (str_is(word, "private")) {
			g->core.hybrid_private = true;
		} else if (!network_parse(&networks[g->core.hybrid_networks_n++], word)) {
			buf_fmt(why, "hybrid.networks: \"%.*s\" is neither private nor any nor a network; 203.0.113.0/24 would be one\n", STR_ARG(word));
			return SETTINGS_BAD;
		}
	}
	return 0;
}

static int check_ports(struct generation *g, struct buf *why)
{
	struct str range = str_trim(settings_text(g->settings, "hybrid.ports")), first = str_n(range.p, str_find(range, '-'));
	uint64_t from = 0, to = 0;

	if (!range.n || str_is(range, "0"))
		return 0;
	if (!str_u64(str_trim(first), &from) || !str_u64(str_trim(str_from(range, first.n + 1)), &to) || !from || to < from || to > UINT16_MAX) {
		buf_fmt(why, "hybrid.ports: \"%.*s\" is no range of ports; 7800-7999 would be one\n", STR_ARG(range));
		return SETTINGS_BAD;
	}
	g->core.hybrid_ports_first = (uint16_t)from;
	g->core.hybrid_ports_last = (uint16_t)to;
	return 0;
}

/* What no row of the table can say: things that must fit together. */
static int check(struct generation *g, struct buf *why)
{
	const struct settings *s = g->settings;
	struct str web = settings_text(s, "web.address");

	if (!jid_domain_prepare(&g->core.domain, settings_text(s, "server.domain"), &g->arena)) {
		buf_fmt(why, "server.domain: \"%s\" cannot be the domain of an address\n", settings_z(s, "server.domain"));
		return SETTINGS_BAD;
	}
	if (check_rooms(g, why) || check_components(g, why) || check_calls(g, why) || check_networks(g, why) || check_ports(g, why))
		return SETTINGS_BAD;
	if (web.n && !str_starts(web, STR("https://")) && !str_starts(web, STR("http://"))) {
		buf_fmt(why, "web.address: \"%s\" is no address of a page; https://chat.example.org would be one\n", settings_z(s, "web.address"));
		return SETTINGS_BAD;
	}
	if (!settings_text(s, "tls.certificate").n != !settings_text(s, "tls.key").n) {
		buf_lit(why, "tls.certificate and tls.key: both must be set, or none\n");
		return SETTINGS_BAD;
	}
	return 0;
}

static struct str contacts(struct generation *g)
{
	static const char *const names[] = { "contact.abuse", "contact.admin", "contact.support" };
	own_buf all = { 0 };

	for (size_t i = 0; i < countof(names); i++)
		if (settings_text(g->settings, names[i]).n)
			buf_fmt(&all, "%s%s", all.n ? " " : "", settings_z(g->settings, names[i]));
	return arena_str(&g->arena, buf_all(&all));
}

static void fill(struct generation *g)
{
	const struct settings *s = g->settings;
	struct core_settings *c = &g->core;

	c->archive = ARCHIVE_ALWAYS + (enum archive_policy)settings_int(s, "archive.default");
	c->registration = (enum registration_policy)settings_int(s, "registration.policy");
	c->registration_loopback = settings_bool(s, "registration.loopback");
	c->invites = settings_int(s, "invites.who") == 0;
	c->invite_ms = settings_int(s, "invites.expire");
	c->invite_uses = (unsigned)settings_int(s, "invites.uses");
	c->people_search = settings_bool(s, "people.search");
	c->registrations_per_hour = (unsigned)settings_int(s, "registration.per_hour");
	c->roster_max = (unsigned)settings_int(s, "limits.roster_items");
	c->offline_max = (unsigned)settings_int(s, "limits.offline_messages");
	c->sessions_max = (unsigned)settings_int(s, "limits.sessions_per_account");
	c->login_attempts = (unsigned)settings_int(s, "limits.login_attempts");
	c->token_ms = settings_int(s, "login.token_expire");
	c->resume_ms = settings_int(s, "limits.resume_time");
	c->backlog_max = (size_t)settings_int(s, "limits.backlog");
	c->stanza_before_login = (size_t)settings_int(s, "limits.stanza_bytes_before_login");
	c->stanza_max = (size_t)settings_int(s, "limits.stanza_bytes");
	c->login_deadline_ms = settings_int(s, "limits.login_deadline");
	c->rate_bytes = (size_t)settings_int(s, "limits.bytes_per_second");
	c->classic_approve = settings_bool(s, "classic.approve");
	c->classic_require_tls = settings_bool(s, "classic.require_tls");
	c->guests_max = (unsigned)settings_int(s, "hybrid.guests");
	c->hybrid_lease_ms = settings_int(s, "hybrid.lease");
	c->hybrid_datagrams = (unsigned)settings_int(s, "hybrid.rate");
	c->hybrid_datagrams_all = (unsigned)settings_int(s, "hybrid.rate_all");
	c->file_max = (uint64_t)settings_int(s, "files.max_size");
	c->file_quota = (uint64_t)settings_int(s, "files.quota");
	c->file_keep_ms = settings_int(s, "files.keep");
	c->rooms_admins_only = settings_int(s, "rooms.create") == 1;
	c->rooms_max = (unsigned)settings_int(s, "rooms.max");
	c->push_content = (unsigned)settings_int(s, "push.content");
	c->contacts = contacts(g);
	c->call_servers = settings_text(s, "calls.servers");
	c->call_secret = settings_text(s, "calls.secret");
	c->call_ms = settings_int(s, "calls.expire");
	c->web_origins = settings_text(s, "web.origins");
}

int generation_new(struct generation **ret, const struct options *o, const struct generation *now, struct buf *changed,
		   struct buf *restart, struct buf *why)
{
	struct generation *g = mem_new(struct generation);
	int r;

	g->refs = 1;
	g->settings = settings_new(settings_table, settings_table_n);
	r = read_all(g->settings, o, why);
	if (!r && now)
		settings_reload(g->settings, now->settings, changed, restart);
	if (!r)
		r = check(g, why);
	if (r) {
		generation_unref(g);
		return r;
	}
	fill(g);
	*ret = g;
	return 0;
}

struct generation *generation_ref(struct generation *g)
{
	__atomic_fetch_add(&g->refs, 1, __ATOMIC_RELAXED);
	return g;
}

struct generation *generation_unref(struct generation *g)
{
	if (g && __atomic_sub_fetch(&g->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		tls_setup_unref(g->tls);
		settings_free(g->settings);
		arena_free(&g->arena);
		mem_free(g);
	}
	return NULL;
}

int generation_certificate(struct generation *g, const char *data, msec now, bool *made, struct buf *why)
{
	own_buf dir = { 0 }, certificate = { 0 }, key = { 0 }, pem = { 0 }, fingerprint = { 0 };
	int r;

	*made = false;
	if (!generation_own_certificate(g))
		return tls_setup_new(&g->tls, settings_z(g->settings, "tls.certificate"), settings_z(g->settings, "tls.key"), why);
	buf_fmt(&dir, "%s/tls", data);
	buf_fmt(&certificate, "%s/server.crt", buf_z(&dir));
	buf_fmt(&key, "%s/server.key", buf_z(&dir));
	r = authority_ensure(buf_z(&dir), g->core.domain, now, made, why);
	if (!r)
		r = authority_root(buf_z(&dir), &pem, &fingerprint, why);
	g->core.authority_pem = arena_str(&g->arena, buf_all(&pem));
	g->core.authority_fingerprint = arena_str(&g->arena, buf_all(&fingerprint));
	return r ? r : tls_setup_new(&g->tls, buf_z(&certificate), buf_z(&key), why);
}

void generation_web_address(struct generation *g, struct str address)
{
	struct str set = settings_text(g->settings, "web.address");

	while (set.n && set.p[set.n - 1] == '/')
		set.n--;
	g->core.web_address = arena_str(&g->arena, set.n ? set : address);
}
