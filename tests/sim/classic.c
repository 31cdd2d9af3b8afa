/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/classic.c - a client of the classic protocol in its line framing (PROTOCOLS 1): replies come in the order of the requests.
 */
#include "tests/sim/sim.h"

enum { LOGIN = SIM_LETTERS_MAX, LEAVE }; /* requests that are no letters */

static void expect(struct client *c, unsigned what)
{
	c->unacked = mem_grow(c->unacked, (c->unacked_n + 1) * sizeof *c->unacked);
	c->unacked[c->unacked_n++] = what;
}

void classic_begin(struct client *c)
{
	own_buf line = { 0 };

	client_restart(c);
	c->state = AUTH;
	buf_fmt(&line, "101|%.*s,pw\n", STR_ARG(account_name(c->account)));
	expect(c, LOGIN);
	net_send(c->conn, buf_all(&line));
}

void classic_write(struct client *c, unsigned letter)
{
	struct letter *l = &c->sim->letters[letter];
	own_buf line = { 0 };

	buf_fmt(&line, "103|%.*s,%.*s,L%u\n", STR_ARG(account_name(c->account)), STR_ARG(account_name(l->to)), letter);
	sim_note(c->sim, "client %u sends L%u (number %u to account %u)", c->index, letter, l->number, l->to);
	expect(c, letter);
	net_send(c->conn, buf_all(&line));
}

static void online(struct client *c)
{
	unsigned *again = c->pending;
	size_t n = c->pending_n;

	c->state = ONLINE;
	c->pending = NULL;
	c->pending_n = 0;
	for (size_t i = 0; i < n; i++) {
		c->sim->letters[again[i]].tries++;
		classic_write(c, again[i]);
	}
	mem_free(again);
}

static void reply(struct client *c, struct str line)
{
	bool good = str_is(line, "1|");
	unsigned what;

	if (!c->unacked_n) {
		sim_fail(c->sim, "client %u got a reply to nothing: %.*s", c->index, STR_ARG(line));
		return;
	}
	what = c->unacked[0];
	memmove(c->unacked, c->unacked + 1, --c->unacked_n * sizeof *c->unacked);
	if (what == LEAVE)
		return;
	if (what == LOGIN) {
		if (good)
			online(c);
		else if (!str_starts(line, STR("0|")))
			sim_fail(c->sim, "client %u: odd answer to a login: %.*s", c->index, STR_ARG(line));
		return;
	}
	sim_note(c->sim, "client %u: L%u answered %.*s", c->index, what, STR_ARG(line));
	if (good) {
		c->sim->letters[what].acked = true;
	} else {
		c->sim->letters[what].refused = true;
		c->sim->refusals++;
	}
}

/* 1|103@SENDER@CONTENT@TIME */
static void take_line(struct client *c, struct str line)
{
	struct str content;
	size_t last;

	if (!str_starts(line, STR("1|103@"))) {
		reply(c, line);
		return;
	}
	content = str_from(line, 6);
	content = str_from(content, str_find(content, '@') + 1);
	for (last = content.n; last && content.p[last - 1] != '@';)
		last--;
	if (!last) {
		sim_fail(c->sim, "client %u got a push without a time: %.*s", c->index, STR_ARG(line));
		return;
	}
	client_received(c, str_n(content.p, last - 1));
}

void classic_take(struct client *c)
{
	size_t end;

	while (c->conn && (end = str_find(buf_all(&c->in), '\n')) < c->in.n) {
		take_line(c, str_n(c->in.p, end));
		buf_eat(&c->in, end + 1);
	}
}

void classic_goodbye(struct client *c)
{
	expect(c, LEAVE);
	net_send(c->conn, STR("112|\n"));
}

/* What was not answered is sent again; whether it was kept the first time nobody can know. */
void classic_lost(struct client *c)
{
	for (size_t i = 0; i < c->unacked_n; i++)
		if (c->unacked[i] < SIM_LETTERS_MAX)
			client_resend_later(c, c->unacked[i]);
	c->unacked_n = 0;
}
