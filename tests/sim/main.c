/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/main.c - runs seeds.
 *
 *     sim [--cores N] [--seeds FIRST-LAST] [--hybrid] [--plant NUMBER] [--trace]     runs seeds; with --plant a mistake is built in and must
 *                                                                                     be found; with --hybrid there are clients of that protocol too
 *
 * Ends with 0 when every seed held (or, with --plant, when one did not). A failing seed prints how to run it again alone.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "core/plant.h"
#include "doors/xmpp/rooms.h"
#include "model/verifier.h"
#include "store/faulty.h"
#include "store/memory.h"
#include "tests/sim/sim.h"

enum { RESUME_MS = SIM_RESUME_MS, STORM_MS = 90000 };

enum plant planted;

void sim_fail(struct sim *s, const char *fmt, ...)
{
	va_list ap;

	if (s->failure[0])
		return;
	va_start(ap, fmt);
	vsnprintf(s->failure, sizeof s->failure, fmt, ap);
	va_end(ap);
}

void sim_note(struct sim *s, const char *fmt, ...)
{
	va_list ap;

	if (!s->trace)
		return;
	printf("%8lld  ", (long long)s->clock);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* ---- the server ----------------------------------------------------------------------------------------------------- */

static void server_start(struct sim *s)
{
	static const int slow_ms[] = { 0, 5, 20, 100, 400 };
	own_buf why = { 0 }, url = { 0 };

	buf_fmt(&url, "faulty::memory:sim?delay=%d", slow_ms[s->seed % countof(slow_ms)]);
	if (store_open(&s->store, buf_all(&url), &why)) {
		sim_fail(s, "the store did not open: %s", buf_z(&why));
		return;
	}
	s->bus = bus_local_new(s->cores);
	for (unsigned i = 0; i < s->cores; i++) {
		s->core[i] = core_new(&s->worlds[i].world, s->store, s->bus, i, &s->settings, s->counters);
		xmpp_door_begin(s->core[i]);
		muc_begin(s->core[i]);
	}
	if (s->hybrid)
		hybrid_server_start(s);
	s->up = true;
}

/* As kill -9: from here on nothing reaches the disk and nothing leaves. What follows only gives the memory back. */
static void server_die(struct sim *s)
{
	s->up = false;
	for (unsigned i = 0; i < s->letters_n; i++)
		s->letters[i].entrusted = false;
	store_faulty_set(STORE_FAILED);
	net_die(s);
	if (s->hybrid)
		hybrid_server_die(s);
	for (unsigned i = 0; i < s->cores; i++)
		s->core[i] = core_free(s->core[i]);
	s->bus = bus_free(s->bus);
	s->store = store_close(s->store);
	for (unsigned i = 0; i < s->cores; i++)
		sim_world_drop(&s->worlds[i]);
	store_faulty_set(0);
}

static void counted(struct store_request *r) { --*(unsigned *)r->arg; }

static struct store_request *ask(struct store_link *l, enum store_op op, unsigned *left)
{
	++*left;
	return store_ask(l, op, counted, left);
}

/* Everybody has an account, and everybody sees everybody. One round of PBKDF2: guessing is not what is simulated. */
static void accounts_make(struct sim *s)
{
	static const enum roster_event mutual[] = { ROSTER_OUT_SUBSCRIBE, ROSTER_IN_SUBSCRIBED, ROSTER_IN_SUBSCRIBE,
						    ROSTER_OUT_SUBSCRIBED };
	struct store_link *l = store_link_open(s->store, &s->worlds[0].world);
	unsigned left = 0;

	for (unsigned a = 0; a < SIM_ACCOUNTS; a++) {
		struct store_request *r = ask(l, STORE_ACCOUNT_ADD, &left);

		r->account.name = account_name(a);
		r->account.seen_status = STR("");
		for (unsigned h = 0; h < SCRAM_HASHES; h++) {
			r->account.verifier[h].iterations = 1;
			verifier_fill(&r->account.verifier[h], verifier_hash(h), STR("pw"));
		}
		store_submit(r);
	}
	sim_run(s, 1000);
	for (unsigned a = 0; a < SIM_ACCOUNTS; a++)
		for (unsigned b = 0; b < SIM_ACCOUNTS; b++)
			for (unsigned e = 0; e < countof(mutual) && a != b; e++) {
				struct store_request *r = ask(l, STORE_ROSTER_APPLY, &left);
				own_buf contact = { 0 };

				buf_fmt(&contact, "%.*s@sim", STR_ARG(account_name(b)));
				r->owner = a + 1;
				r->item.contact = store_str(r, buf_all(&contact));
				r->item.request = STR("");
				r->event = mutual[e];
				store_submit(r);
			}
	sim_run(s, 1000);
	if (left)
		sim_fail(s, "the accounts could not be made");
	store_link_close(l);
}

/* ---- trouble -------------------------------------------------------------------------------------------------------- */

static struct client *somebody(struct sim *s) { return &s->clients[sim_chance(s, SIM_CLIENTS)]; }

static void trouble(struct sim *s)
{
	struct client *c = somebody(s);

	switch (sim_chance(s, 14)) {
	case 0:
		if (s->seed % 3 == 0)
			break; /* some servers live long: then nothing at all may be lost */
		s->crashes++;
		sim_note(s, "the server dies");
		server_die(s);
		break;
	case 1:
		sim_note(s, "the disk fails");
		store_faulty_set(sim_chance(s, 2) ? STORE_FULL : STORE_FAILED);
		break;
	case 2:
		s->wall_offset += (msec)sim_chance(s, 7200000) - 3600000;
		sim_note(s, "the clock jumps");
		break;
	case 3:
	case 4:
		if (c->conn)
			net_stall(c->conn, 100 + (msec)sim_chance(s, 20000));
		break;
	case 5:
	case 6:
		sim_note(s, "client %u means to be %s", c->index, c->wanted ? "offline" : "online");
		client_want(c, !c->wanted);
		break;
	default:
		if (c->conn) {
			sim_note(s, "the link of client %u breaks", c->index);
			net_cut(c->conn);
		}
	}
}

static void chaos(struct timer *t)
{
	struct sim *s = holder_of(t, struct sim, chaos);

	store_faulty_set(0);
	if (!s->up)
		server_start(s);
	else if (!s->calm)
		trouble(s);
	sim_net_timer(s, t, 50 + (msec)sim_chance(s, s->calm ? 500 : 4000));
}

/* ---- one run ---------------------------------------------------------------------------------------------------------- */

static void settings_make(struct sim *s)
{
	s->settings = (struct core_settings){
		.domain = STR("sim"), .roster_max = 100, .offline_max = 100000, .sessions_max = 100, .login_attempts = 1000000,
		.resume_ms = RESUME_MS,
		.backlog_max = 2000 + sim_chance(s, 60000), .stanza_before_login = 10000,
		.stanza_max = 262144, .login_deadline_ms = 30000, .contacts = STR(""),
		.rooms_domain = STR("rooms.sim"),
		.archive = sim_chance(s, 3) ? ARCHIVE_NEVER : ARCHIVE_ALWAYS,
	};
}

static void run(struct sim *s)
{
	static const enum client_kind kinds[SIM_CLIENTS] = { CLIENT_XMPP_SM, CLIENT_XMPP_SM, CLIENT_XMPP_SM, CLIENT_XMPP,
							     CLIENT_CLASSIC, CLIENT_XMPP_SM, CLIENT_CLASSIC, CLIENT_XMPP };

	server_start(s);
	accounts_make(s);
	for (unsigned i = 0; i < SIM_CLIENTS; i++)
		client_begin(s, i, i % SIM_ACCOUNTS, kinds[i]);
	if (s->hybrid)
		hybrid_clients_begin(s);
	s->chaos.fire = chaos;
	sim_net_timer(s, &s->chaos, 2000);
	sim_run(s, STORM_MS);
	/* Then the weather is good. Some leave; once nobody waits for their return, everybody must know. */
	s->calm = true;
	for (unsigned i = 0; i < SIM_CLIENTS; i++)
		client_want(&s->clients[i], sim_chance(s, 3) > 0);
	if (s->hybrid)
		hybrid_want(s);
	sim_run(s, RESUME_MS * 3);
	check_presence(s);
	if (s->hybrid)
		check_hybrid(s);
	for (unsigned i = 0; i < SIM_CLIENTS; i++)
		client_want(&s->clients[i], true);
	sim_run(s, RESUME_MS * 2);
	check_presence(s);
	/* What went to the queue late comes with the next login. */
	for (unsigned i = 0; i < SIM_CLIENTS; i++)
		client_want(&s->clients[i], false);
	sim_run(s, RESUME_MS * 2);
	for (unsigned i = 0; i < SIM_CLIENTS; i++)
		client_want(&s->clients[i], true);
	sim_run(s, RESUME_MS);
	check_letters(s);
	check_rooms(s);
}

static void log_to_trace(const char *line, void *arg) { sim_note(arg, "%s", line); }

static bool seed_run(uint64_t seed, unsigned cores, bool trace, bool hybrid, struct sim *totals)
{
	struct sim *s = mem_new(struct sim);
	bool good;

	s->seed = s->chance = seed;
	s->cores = cores;
	s->has_rooms = seed % 2 == 0;
	s->trace = trace;
	s->wall_offset = 1790000000000;
	list_init(&s->conns);
	log_sink_set(log_to_trace, s);
	sim_worlds_begin(s);
	settings_make(s);
	if (hybrid)
		hybrid_begin(s);
	run(s);
	good = !s->failure[0];
	if (!good && planted == PLANT_NONE)
		printf("seed %llu, %u cores: %s\n  again: sim --cores %u%s --seeds %llu-%llu --trace\n", (unsigned long long)seed, cores,
		       s->failure, cores, hybrid ? " --hybrid" : "", (unsigned long long)seed, (unsigned long long)seed);
	else if (!good)
		printf("found with seed %llu: %s\n", (unsigned long long)seed, s->failure);
	if (s->up)
		server_die(s);
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		s->clients[i].conn = NULL;
		client_end(&s->clients[i]);
	}
	net_end(s);
	if (s->hybrid) {
		totals->packets += hybrid_lost_packets(s);
		hybrid_end(s);
	}
	sim_worlds_end(s);
	store_memory_forget();
	totals->letters_n += s->letters_n;
	totals->room_deliveries += s->room_deliveries;
	totals->deliveries += s->deliveries;
	totals->cuts += s->cuts;
	totals->crashes += s->crashes;
	totals->resumes += s->resumes;
	totals->refusals += s->refusals;
	mem_free(s);
	return good;
}

int main(int argc, char **argv)
{
	unsigned long long first = 1, last = 20, bad = 0, done = 0;
	unsigned cores = 1;
	bool trace = false, hybrid = false;
	struct sim *totals = mem_new(struct sim);

	for (int i = 1; i < argc; i++) {
		struct str a = str_z(argv[i]);

		if (str_is(a, "--trace"))
			trace = true;
		else if (str_is(a, "--hybrid"))
			hybrid = true;
		else if (str_is(a, "--cores") && i + 1 < argc)
			cores = (unsigned)atoi(argv[++i]);
		else if (str_is(a, "--plant") && i + 1 < argc)
			planted = (enum plant)atoi(argv[++i]);
		else if (str_is(a, "--seeds") && i + 1 < argc && sscanf(argv[i + 1], "%llu-%llu", &first, &last) == 2)
			i++;
		else
			return fprintf(stderr, "usage: sim [--cores N] [--seeds FIRST-LAST] [--hybrid] [--plant NUMBER] [--trace]\n"), 2;
	}
	if (cores < 1 || cores > SIM_CORES_MAX || planted >= PLANTS)
		return fprintf(stderr, "sim: 1 to %d cores, plants 1 to %d\n", SIM_CORES_MAX, PLANTS - 1), 2;
	for (unsigned long long seed = first; seed <= last && !(planted && bad); seed++, done++)
		bad += !seed_run(seed, cores, trace, hybrid, totals);
	if (hybrid)
		printf("%u datagrams lost or doubled\n", totals->packets);
	printf("%llu seeds, %u cores: %u letters, %u deliveries, %u in rooms, %u broken links, %u resumed, %u crashes, %u refused\n", done, cores,
	       totals->letters_n, totals->deliveries, totals->room_deliveries, totals->cuts, totals->resumes, totals->crashes, totals->refusals);
	if (planted)
		printf("planted mistake %d was %s\n", (int)planted, bad ? "found" : "NOT found");
	else
		printf("%llu passed, %llu failed\n", done - bad, bad);
	mem_free(totals);
	return planted ? !bad : bad != 0;
}
