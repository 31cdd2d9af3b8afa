/* SPDX-License-Identifier: Apache-2.0
 *
 * Order of the start: settings, data directory, ports, privileges, certificate, store, cores, threads. Order of the end: no more
 * connections, good-bye to every client, cores, threads, bus, store.
 */
#include "server/server.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/ask.h"
#include "core/guest.h"
#include "core/invite.h"
#include "doors/component/component.h"
#include "doors/xmpp/transfer.h"
#include "doors/xmpp/rooms.h"
#include "server/confine.h"
#include "server/generation.h"
#include "server/greet.h"
#include "server/home.h"
#include "server/privileges.h"
#include "store/files.h"
#include "transport/listen.h"

enum {
	WORK_THREADS = 4, /* two passwords and two large files at a time hold nobody up */
	/* Files that are no connections: database, log, loops, listeners, what libraries open for a moment. */
	FILES_OF_OUR_OWN = 128,
	FILES_OF_HYBRID = 1024, /* a UDP port for everybody who is in its list (doors/hybrid/bridge.c) */
	BUSY_MS = 5,
	CERTIFICATE_MS = 12 * 60 * 60 * 1000,
	FIRST_INVITE_MS = 24 * 60 * 60 * 1000,
};

/* A core and what is around it; everything in it belongs to its thread once that runs. */
struct node {
	struct server *server;
	unsigned index;
	struct loop *loop;
	struct core *core;
	struct links *links;
	struct serving *serving;
	struct udps *udps; /* of the first */
	struct generation *generation;
	pthread_t thread;
	struct post stop;
	struct timer busy;
};

struct server {
	const struct options *options;
	struct generation *generation; /* the newest; of node 0's thread */
	struct home home;
	size_t files;
	struct ports ports;
	struct store *store;
	struct files *contents;
	struct bus *bus;
	struct pool *pool;
	struct gate *gate;
	struct core_counters *counters;
	unsigned nodes_n;
	struct node *nodes;
	unsigned confined; /* enum confined */
	struct ask first_account, first_invite;
	struct timer certificate;
	bool stopping, reload_due;
	struct post reload;
};

static const struct settings *settings_of(const struct server *s) { return s->generation->settings; }

static msec wall_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (msec)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* As many as are allowed and there are files for: a link refused by us is better than a database that cannot open its file. */
static size_t links_max(const struct server *s)
{
	size_t wanted = (size_t)settings_int(settings_of(s), "limits.connections");
	size_t own = FILES_OF_OUR_OWN + (settings_text(settings_of(s), "listen.hybrid").n ? FILES_OF_HYBRID : 0);
	size_t files = s->files > 2 * own ? s->files - own : s->files / 2;

	return wanted < files ? wanted : files;
}

static size_t links_per_address_max(const struct server *s)
{
	return (size_t)settings_int(settings_of(s), "limits.connections_per_address");
}

/* ---- ports ---------------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *setting, *name; /* name: in ports.json */
	struct entrance how;
	const char *label, *label_zh; /* for people */
	bool risky; /* a warning when it is open to others than this machine */
} doorways[] = {
	{ "listen.xmpp", "xmpp", { .door = &xmpp_door }, "XMPP, STARTTLS", "XMPP，STARTTLS", false },
	{ "listen.xmpps", "xmpps", { .door = &xmpp_door, .tls = true, .alpn = "xmpp-client" }, "XMPP, TLS", "XMPP，TLS", false },
	{ "listen.https", "https", { .door = &web_door, .tls = true, .alpn = "http/1.1" }, "web page", "网页", false },
	{ "listen.http", "http", { .door = &web_door }, "web page, no TLS", "网页，无 TLS", false },
	{ "listen.any", "any", { .door = &any_door, .maybe_tls = true, .alpn = "http/1.1,xmpp-client" }, "everything on one port", "全部协议，一个端口", false },
	{ "listen.relay", "relay", { .door = &socks_door, .one_core = true }, "relay of files", "文件中转", false },
	{ "listen.components", "components", { .door = &component_door, .one_core = true }, "components", "组件", true },
	{ "listen.classic", "classic", { .door = &classic_door }, "classic protocol", "文本协议", true },
	{ "listen.classics", "classics", { .door = &classic_door, .tls = true }, "classic protocol, TLS", "文本协议，TLS", false },
	{ "listen.hybrid", "hybrid", { .door = &hybrid_door, .one_core = true, .datagrams = &hybrid_datagrams }, "hybrid protocol, TCP and UDP",
	  "点对点协议，TCP 和 UDP", false },
};

/* Clients are told one number (PROTOCOLS.md, 2.1). */
static int check_numbers(const struct server *s, struct buf *why)
{
	const struct port *first = NULL;

	for (size_t i = 0; i < s->ports.n; i++) {
		const struct port *p = s->ports.port[i];

		if (!p->how.datagrams)
			continue;
		if (first && first->number != p->number) {
			buf_fmt(why, "%s: all its addresses must have one port; there are %u and %u", p->setting, first->number, p->number);
			return -EINVAL;
		}
		first = p;
	}
	return 0;
}

static int open_ports(struct server *s, struct buf *why)
{
	int r = 0;

	s->ports.cores = s->nodes_n;
	for (size_t i = 0; !r && i < countof(doorways); i++)
		if (doorways[i].how.door != &component_door || s->generation->core.components_n)
			r = ports_open(&s->ports, settings_text(settings_of(s), doorways[i].setting), doorways[i].setting, &doorways[i].how,
			       why);
	return r ? r : check_numbers(s, why);
}

static const struct port *port_of(const struct server *s, const char *setting)
{
	for (size_t i = 0; i < s->ports.n; i++)
		if (s->ports.port[i]->setting && !strcmp(s->ports.port[i]->setting, setting))
			return s->ports.port[i];
	return NULL;
}

/* "https://chat.lan:5281", appended; nothing when no port of that setting is open. A port that only this machine reaches is named so. */
static void page_address(const struct server *s, const struct str domain, const char *setting, const char *scheme, struct buf *to)
{
	const struct port *p = port_of(s, setting);

	if (p)
		buf_fmt(to, "%s://%.*s:%u", scheme, STR_ARG(p->loopback ? STR("localhost") : domain), p->number);
}

/* What a new generation needs to know of what is running. */
static void generation_settle(const struct server *s, struct generation *g)
{
	static const struct {
		const char *setting, *scheme;
	} rows[] = { { "listen.https", "https" }, { "listen.any", "https" }, { "listen.http", "http" } };
	own_buf address = { 0 };

	for (size_t i = 0; i < countof(rows) && !address.n; i++)
		page_address(s, g->core.domain, rows[i].setting, rows[i].scheme, &address);
	generation_web_address(g, buf_all(&address));
	g->core.relay_port = port_of(s, "listen.relay") ? port_of(s, "listen.relay")->number : 0;
	g->core.files = s->contents;
}

static size_t doorway_of(const struct port *p)
{
	size_t i = 0;

	while (i < countof(doorways) && (!p->setting || strcmp(doorways[i].setting, p->setting)))
		i++;
	return i;
}

static void log_ports(const struct server *s)
{
	for (size_t i = 0; i < s->ports.n; i++) {
		const struct port *p = s->ports.port[i];
		size_t d = doorway_of(p);

		log_event(listening, "address=%s door=%s tls=%s%s", p->address, p->how.door->name, p->how.tls ? "yes" : "no",
			  p->how.datagrams ? " udp=yes" : "");
		if (p->how.datagrams && !p->loopback && s->generation->core.hybrid_any)
			log_event(setting_risky, "setting=hybrid.networks address=%s why=\"everybody who reaches the server comes in without a password\"",
				  p->address);
		if (d < countof(doorways) && doorways[d].risky && !p->loopback)
			log_event(setting_risky, "setting=%s address=%s why=\"passwords travel unencrypted to this port\"", p->setting,
				  p->address);
	}
	if (s->generation->core.registration == REGISTRATION_OPEN)
		log_event(setting_risky, "setting=registration.policy why=\"anybody who reaches the server can make accounts\"");
}

/* {"pid":1,"xmpp":5222,…}: the first port of each kind, for tests and scripts. */
static void ports_json(const struct server *s, struct buf *to)
{
	size_t said = countof(doorways);

	buf_fmt(to, "{\"pid\":%ld", (long)getpid());
	for (size_t i = 0; i < s->ports.n; i++) {
		size_t d = doorway_of(s->ports.port[i]);

		if (d < countof(doorways) && d != said)
			buf_fmt(to, ",\"%s\":%u", doorways[d].name, s->ports.port[i]->number);
		said = d;
	}
	buf_lit(to, "}\n");
}

/* ---- what is said on stdout ------------------------------------------------------------------------------------------------ */

/* The port of the page that other machines reach at any address of this one; 0: there is none. */
static unsigned page_port(const struct server *s)
{
	const struct port *p = port_of(s, "listen.https");

	if (!p || p->loopback)
		p = port_of(s, "listen.any");
	return p && !p->loopback && (str_starts(str_z(p->address), STR("[::]:")) || str_starts(str_z(p->address), STR("0.0.0.0:"))) ? p->number : 0;
}

/* The first account is made with a link that makes an administrator of who opens it, once. `invite`: NULL when it could not be kept. */
static void say_greeting(const struct server *s, bool empty, const struct store_invite *invite)
{
	own_buf here = { 0 }, there = { 0 }, uri = { 0 }, fingerprint = { 0 }, all = { 0 };
	struct greeting_port *ports = mem_alloc(s->ports.n * sizeof *ports);
	struct greeting g = { .domain = s->generation->core.domain, .data = str_z(s->home.path), .elsewhere = s->generation->core.web_address,
			      .page_port = page_port(s), .authority = s->generation->core.authority_fingerprint, .empty = empty, .ports = ports };

	page_address(s, STR("localhost"), "listen.http", "http", &here);
	tls_setup_fingerprint(s->generation->tls, &fingerprint);
	if (invite) {
		invite_url(s->nodes[0].core, invite->token, &there);
		invite_uri(s->nodes[0].core, invite, &uri);
		g.token = invite->token;
	}
	for (size_t i = 0; i < s->ports.n; i++)
		if (s->ports.port[i]->number) {
			size_t d = doorway_of(s->ports.port[i]);

			ports[g.ports_n++] = (struct greeting_port){ s->ports.port[i]->address, doorways[d].label, doorways[d].label_zh };
		}
	g.here = buf_all(&here);
	g.invite_elsewhere = buf_all(&there);
	g.invite_uri = buf_all(&uri);
	g.fingerprint = buf_all(&fingerprint);
	greet(&g, greet_in_chinese(), &all);
	fputs(buf_z(&all), stdout);
	fflush(stdout);
	mem_free(ports);
}

static void ready(struct server *s)
{
	own_buf ports = { 0 }, why = { 0 };

	ports_json(s, &ports);
	if (home_write(&s->home, "ports.json", buf_all(&ports), &why))
		fprintf(stderr, "anserd: %s\n", buf_z(&why));
	if (s->options->print_ports)
		fputs(buf_z(&ports), stdout);
	printf("ready\n");
	fflush(stdout);
	log_event(started, "domain=%.*s cores=%u confined=%s%s%s", STR_ARG(s->generation->core.domain), s->nodes_n,
		  s->confined & CONFINED_FILES ? "files," : "", s->confined & CONFINED_NETWORK ? "network," : "",
		  s->confined & CONFINED_CALLS ? "calls" : "");
}

static void first_invite_done(struct ask *a)
{
	struct server *s = holder_of(a, struct server, first_invite);

	say_greeting(s, true, a->verdict ? NULL : &a->answer->invite);
	ready(s);
}

static void first_account_done(struct ask *a)
{
	struct server *s = holder_of(a, struct server, first_account);

	if (a->verdict || a->answer->n) {
		say_greeting(s, false, NULL);
		ready(s);
		return;
	}
	s->first_invite.done = first_invite_done;
	invite_make(s->nodes[0].core, &s->first_invite,
		    &(struct invite_wish){ .kind = INVITE_ACCOUNT, .flags = ACCOUNT_ADMIN, .uses = 1, .for_ms = FIRST_INVITE_MS });
}

/* ---- reload ---------------------------------------------------------------------------------------------------------------- */

/* One node's move to another generation. */
struct settling {
	struct post post;
	struct node *node;
	struct generation *generation;
};

static void settle(struct post *p)
{
	struct settling *m = holder_of(p, struct settling, post);
	struct node *n = m->node;
	struct generation *old = n->generation;

	n->generation = m->generation;
	if (n->core)
		core_settle(n->core, &n->generation->core);
	links_certificate(n->links, n->generation->tls);
	generation_unref(old);
	mem_free(m);
}

/* Takes over the reference to `g`. */
static void settle_all(struct server *s, struct generation *g)
{
	const struct settings *now = g->settings;

	generation_unref(s->generation);
	s->generation = g;
	log_level_set((enum log_level)settings_int(now, "log.level"));
	gate_limit(s->gate, links_max(s), links_per_address_max(s));
	for (unsigned i = 0; i < s->nodes_n; i++) {
		struct settling *m = mem_new(struct settling);

		*m = (struct settling){ { .run = settle }, &s->nodes[i], generation_ref(g) };
		world_post(&s->nodes[i].loop->world, &m->post);
	}
}

/* Reads everything anew; if anything is wrong with it, all stays as it was. */
static int reload(struct server *s, struct buf *changed, struct buf *restart, struct buf *why)
{
	struct generation *g = NULL;
	bool made;
	int r = generation_new(&g, s->options, s->generation, changed, restart, why);

	if (!r && generation_certificate(g, s->home.path, wall_time(), &made, why))
		r = SETTINGS_BAD;
	if (r) {
		log_event(reload_refused, "why=\"%s\"", buf_z(why));
		generation_unref(g);
		return r;
	}
	generation_settle(s, g);
	log_event(settings_reloaded, "changed=\"%s\" restart=\"%s\"", buf_z(changed), buf_z(restart));
	settle_all(s, g);
	return 0;
}

static void reload_now(struct server *s)
{
	own_buf changed = { 0 }, restart = { 0 }, why = { 0 };

	reload(s, &changed, &restart, &why);
}

static void reload_at_last(struct post *p)
{
	struct server *s = holder_of(p, struct server, reload);

	s->reload_due = false;
	if (!s->stopping)
		reload_now(s);
}

/* A certificate of our own is renewed while the server runs for years. */
static void certificate_due(struct timer *t)
{
	struct server *s = holder_of(t, struct server, certificate);
	msec left = tls_setup_ends(s->generation->tls) - wall_time();

	if (generation_own_certificate(s->generation) && left < (msec)30 * 24 * 60 * 60 * 1000)
		reload_now(s);
	world_timer(&s->nodes[0].loop->world, t, CERTIFICATE_MS);
}

/* ---- the end --------------------------------------------------------------------------------------------------------------- */

static void node_end(struct node *n)
{
	/* What is being reckoned on a thread (a password) comes back to the core: it must still be there. */
	if (loop_busy(n->loop)) {
		world_timer(&n->loop->world, &n->busy, BUSY_MS);
		return;
	}
	n->udps = udps_free(n->udps);
	n->core = core_free(n->core);
	loop_stop(n->loop);
}

static void busy_again(struct timer *t) { node_end(holder_of(t, struct node, busy)); }

static void links_gone(void *arg) { node_end(arg); }

static void node_stop(struct post *p)
{
	struct node *n = holder_of(p, struct node, stop);

	n->serving = ports_shut(n->serving);
	if (n->udps)
		udps_stop(n->udps);
	links_stop(n->links, links_gone, n);
}

static void server_stop(struct server *s)
{
	s->stopping = true;
	log_event(stopping, "links=%zu", gate_count(s->gate));
	ask_cancel(&s->first_account);
	ask_cancel(&s->first_invite);
	world_stop(&s->nodes[0].loop->world, &s->certificate);
	for (unsigned i = 0; i < s->nodes_n; i++)
		world_post(&s->nodes[i].loop->world, &s->nodes[i].stop);
}

static void caught(void *arg, int number)
{
	struct server *s = arg;

	if (number == SIGHUP) {
		/* Once, however many of them came in this turn: a reload takes milliseconds, and SIGTERM may stand behind them. */
		if (!s->reload_due)
			world_later(&s->nodes[0].loop->world, &s->reload);
		s->reload_due = true;
	} else if (s->stopping) {
		_exit(128 + number); /* asked a second time: the one who asks does not want to wait */
	} else {
		server_stop(s);
	}
}

/* ---- what operators ask for (admin/admin.h), on node 0's thread -------------------------------------------------------------- */

static const struct settings *host_settings(void *arg) { return settings_of(arg); }

static void host_stop(void *arg)
{
	struct server *s = arg;

	if (!s->stopping)
		server_stop(s);
}

static int host_reload(void *arg, struct buf *changed, struct buf *restart, struct buf *why)
{
	return reload(arg, changed, restart, why);
}

/* ---- the start ------------------------------------------------------------------------------------------------------------- */

/* What all comes to the first core. */
static void first_open(struct node *n)
{
	components_begin(n->core);
	guest_sweep(n->core);
	n->udps = udps_new(n->loop, n->core);
	ports_serve_datagrams(&n->server->ports, n->udps);
	if (udps_open(n->udps))
		abort(); /* a door of ours cannot fail here */
}

static void node_open(struct server *s, unsigned index)
{
	struct node *n = &s->nodes[index];

	n->server = s;
	n->index = index;
	n->stop.run = node_stop;
	n->busy.fire = busy_again;
	n->generation = generation_ref(s->generation);
	n->loop = loop_new(s->pool);
	n->core = core_new(&n->loop->world, s->store, s->bus, index, &n->generation->core, s->counters);
	xmpp_door_begin(n->core);
	muc_begin(n->core);
	if (index == 0)
		first_open(n);
	n->links = links_new(n->loop, n->core, s->gate, n->generation->tls);
	n->serving = ports_serve(&s->ports, index, n->links, n->loop);
}

static void node_close(struct node *n)
{
	links_free(n->links);
	loop_free(n->loop);
	generation_unref(n->generation);
}

static void *node_run(void *arg)
{
	struct node *n = arg;

	loop_run(n->loop);
	return NULL;
}

static void threads_run(struct server *s)
{
	struct loop *first = s->nodes[0].loop;

	for (unsigned i = 1; i < s->nodes_n; i++)
		if (pthread_create(&s->nodes[i].thread, NULL, node_run, &s->nodes[i])) {
			fprintf(stderr, "anserd: no thread can be made; set server.cores lower\n");
			abort();
		}
	s->reload.run = reload_at_last;
	loop_signal(first, SIGTERM, caught, s);
	loop_signal(first, SIGINT, caught, s);
	loop_signal(first, SIGHUP, caught, s);
	s->first_account.done = first_account_done;
	account_list(s->nodes[0].core, &s->first_account, STR_NONE, 1);
	s->certificate.fire = certificate_due;
	world_timer(&first->world, &s->certificate, CERTIFICATE_MS);
	loop_run(first);
	for (unsigned i = 1; i < s->nodes_n; i++)
		pthread_join(s->nodes[i].thread, NULL);
}

static void serve(struct server *s)
{
	uint64_t seed[2];

	if (getrandom(seed, sizeof seed, 0) != sizeof seed)
		abort(); /* before the kernel has any chance to give there is nothing to serve safely with */
	s->gate = gate_new(links_max(s), links_per_address_max(s), seed);
	s->pool = pool_new(WORK_THREADS);
	s->bus = bus_local_new(s->nodes_n);
	s->counters = mem_alloc(s->nodes_n * sizeof *s->counters);
	s->nodes = mem_alloc(s->nodes_n * sizeof *s->nodes);
	for (unsigned i = 0; i < s->nodes_n; i++)
		node_open(s, i);
	admin_open(s->nodes[0].core,
		   &(struct admin_host){ .settings = host_settings, .stop = host_stop, .reload = host_reload, .arg = s, .accounts = &xmpp_transfer });
	threads_run(s);
	for (unsigned i = 0; i < s->nodes_n; i++)
		node_close(&s->nodes[i]);
	bus_free(s->bus);
	pool_free(s->pool);
	gate_free(s->gate);
	mem_free(s->nodes);
	mem_free(s->counters);
}

static int open_store(struct server *s, struct buf *why)
{
	struct str url = settings_text(settings_of(s), "store.url");
	own_buf own = { 0 };

	buf_fmt(&own, "sqlite:%s/anser.db", s->home.path);
	return store_open(&s->store, url.n ? url : buf_all(&own), why);
}

static int open_files(struct server *s, struct buf *why)
{
	own_buf url = { 0 };

	buf_fmt(&url, "dir:%s/files", s->home.path);
	return files_open(&s->contents, buf_all(&url), (uint64_t)settings_int(settings_of(s), "files.reserve"), why);
}

/* The directory in which `path` really is, since it may be a link; NULL for an empty one. Freed by free(). */
static char *directory_of(const char *path)
{
	char *real = *path ? realpath(path, NULL) : NULL, *z = real ? real : *path ? strdup(path) : NULL;
	char *slash = z ? strrchr(z, '/') : NULL;

	if (slash)
		slash[slash == z] = 0;
	else if (z)
		memcpy(z, ".", 2); /* a path is a letter and a zero at least */
	return z;
}

/* Before any other thread is there: they inherit it. */
static void confine_all(struct server *s)
{
	static const struct str sqlite = STR_INIT("sqlite:");
	struct str url = settings_text(settings_of(s), "store.url");
	struct confines c = { .write = { s->home.path } };
	char *made[] = {
		directory_of(s->options->config ? s->options->config : ""),
		directory_of(settings_z(settings_of(s), "tls.certificate")),
		directory_of(settings_z(settings_of(s), "tls.key")),
		directory_of(str_starts(url, sqlite) ? settings_z(settings_of(s), "store.url") + sqlite.n : ""),
	};
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		if (made[i])
			c.read[n++] = made[i];
	c.write[1] = made[3];
	/* SQLite's own temporary files would be in /tmp. */
	setenv("SQLITE_TMPDIR", s->home.path, 1);
	s->confined = confine(&c);
	for (size_t i = 0; i < countof(made); i++)
		free(made[i]);
}

/* For anserctl. It belongs to who we have become by then. */
static int open_socket(struct server *s, struct buf *why)
{
	static const struct entrance how = { .door = &admin_door };
	own_buf path = { 0 };

	return ports_open_local(&s->ports, home_file(&s->home, &path, "anserd.sock"), &how, why);
}

/* A key that only root may read is loaded before, one that we make ourselves belongs to who we become. */
static int open_all(struct server *s, struct buf *why)
{
	const char *data = settings_z(settings_of(s), "server.data");
	struct owner owner;
	bool made = false;
	int r = privileges_user(&owner, settings_z(settings_of(s), "server.user"), why);

	if (!r)
		r = home_open(&s->home, data, &owner, why);
	if (!r)
		r = open_ports(s, why);
	if (!r && !generation_own_certificate(s->generation))
		r = generation_certificate(s->generation, s->home.path, wall_time(), &made, why);
	if (!r)
		r = privileges_drop(&owner, why);
	if (!r && !s->generation->tls)
		r = generation_certificate(s->generation, s->home.path, wall_time(), &made, why);
	if (!r && made) {
		own_buf fingerprint = { 0 };

		tls_setup_fingerprint(s->generation->tls, &fingerprint);
		log_event(certificate_made, "sha256=%s", buf_z(&fingerprint));
	}
	if (!r)
		r = open_socket(s, why);
	if (!r)
		confine_all(s);
	if (!r)
		r = open_store(s, why);
	if (!r)
		r = open_files(s, why);
	if (!r)
		generation_settle(s, s->generation);
	return r;
}

int server_run(const struct options *options)
{
	struct server s = { .options = options, .home = { .lock = -1 } };
	own_buf why = { 0 };
	int r = generation_new(&s.generation, options, NULL, NULL, NULL, &why);

	if (r) {
		fputs(buf_z(&why), stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* where the size of files is limited that is an answer like a full disk, not an end */
	log_level_set((enum log_level)settings_int(settings_of(&s), "log.level"));
	s.nodes_n = (unsigned)settings_int(settings_of(&s), "server.cores");
	s.files = privileges_limits();
	r = open_all(&s, &why);
	if (r) {
		fprintf(stderr, "anserd: %s\n", buf_z(&why));
	} else {
		log_ports(&s);
		serve(&s);
	}
	files_close(s.contents);
	store_close(s.store);
	ports_free(&s.ports);
	if (s.home.path)
		home_remove(&s.home, "ports.json");
	if (!r)
		log_event(stopped, "domain=%.*s", STR_ARG(s.generation->core.domain));
	home_close(&s.home);
	generation_unref(s.generation);
	return r ? 1 : 0;
}
