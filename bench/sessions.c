/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/sessions.c - what sessions cost: to make one, and to keep one; and making the accounts for the other modes.
 */
#include <stdio.h>

#include "base/mem.h"
#include "bench/load.h"

static void nothing(struct client *c) {}
static void nothing_heard(struct client *c, struct str stanza) {}

static void run_for(struct load *l, int64_t ms)
{
	int64_t until = net_now() + ms * 1000000;

	while (net_now() < until && !l->failed)
		net_turn(&l->target.net, until);
}

void load_register(struct load *l)
{
	if (!crowd_register(&l->target, l->options.sessions))
		report_failure(l, "not all accounts could be made");
	report_number(l, "accounts", l->options.sessions);
}

/* ---- logins ------------------------------------------------------------------------------------------------------------------ */

enum { FAILURES_MAX = 20 };

struct logins {
	struct load *load;
	uint64_t done, failed;
	bool stopped;
	unsigned under_way;
};

static void login_begin(struct logins *all, struct client *c, unsigned number);

static void login_gone(struct client *c)
{
	struct logins *all = c->arg;

	all->done += c->at == CLIENT_BYE;
	all->failed += c->at != CLIENT_BYE;
	all->under_way--;
	if (!all->stopped && all->failed < FAILURES_MAX)
		login_begin(all, c, c->number);
}

static const struct client_acts login_acts = { .ready = client_bye, .stanza = nothing_heard, .gone = login_gone };

static void login_begin(struct logins *all, struct client *c, unsigned number)
{
	*c = (struct client){ .target = &all->load->target, .number = number, .acts = &login_acts, .arg = all };
	all->under_way++;
	client_begin(c);
}

void load_login(struct load *l)
{
	unsigned n = l->options.sessions;
	struct client *client = mem_alloc(n * sizeof *client);
	struct logins all = { .load = l };
	struct span from, to;

	for (unsigned i = 0; i < n; i++)
		login_begin(&all, &client[i], l->options.first + i);
	/* PBKDF2 of every account on our side, and what the server keeps of a login that has been. */
	while (all.done < 2 * n && all.failed < FAILURES_MAX)
		net_turn(&l->target.net, net_now() + 100000000);
	from = span_now(l, all.done);
	run_for(l, (int64_t)l->options.seconds * 1000);
	to = span_now(l, all.done);
	all.stopped = true;
	for (int i = 0; i < 100 && all.under_way; i++)
		run_for(l, 10);
	report_span(l, "login", from, to);
	report_number(l, "failed_logins", (double)all.failed);
	if (all.failed)
		report_failure(l, "logins failed");
	mem_free(client);
}

/* ---- idle sessions ----------------------------------------------------------------------------------------------------------- */

enum { FIRST_FEW = 16, SETTLE_MS = 2500 };

static void idle_gone(struct client *c) { report_failure(c->arg, "a connection was lost"); }

static const struct client_acts idle_acts = { .ready = nothing, .stanza = nothing_heard, .gone = idle_gone };

/* The first few come before measuring: what they make the server load or build stays the same however many follow. */
void load_idle(struct load *l)
{
	const struct options *o = &l->options;
	struct crowd few, many = { 0 };
	int64_t before = 0, after;

	if (!crowd_gather(&few, &l->target, o->first, FIRST_FEW, 1, &idle_acts, l))
		report_failure(l, "the first clients did not come up");
	run_for(l, SETTLE_MS);
	before = procs_private_bytes(&o->server);
	if (!l->failed && !crowd_gather(&many, &l->target, o->first + FIRST_FEW, o->sessions, 1, &idle_acts, l))
		report_failure(l, "not all clients came up");
	run_for(l, SETTLE_MS);
	after = procs_private_bytes(&o->server);
	report_number(l, "sessions", o->sessions);
	report_number(l, "private_bytes_before", (double)before);
	report_number(l, "private_bytes_after", (double)after);
	report_number(l, "bytes_per_session", (double)(after - before) / o->sessions);
	crowd_free(&many, &l->target);
	crowd_free(&few, &l->target);
}

void load_memory(struct load *l)
{
	report_number(l, "processes", (double)l->options.server.n);
	report_number(l, "rss_bytes", (double)procs_rss_bytes(&l->options.server));
	report_number(l, "private_bytes", (double)procs_private_bytes(&l->options.server));
}
