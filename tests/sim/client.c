/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/client.c - what every simulated client does, whatever it speaks: it comes and goes, writes letters, remembers what it
 * was promised and what it saw.
 */
#include <assert.h>
#include <stdlib.h>

#include "tests/sim/sim.h"

static const char *const names[SIM_ACCOUNTS] = { "ann", "bob", "cui", "dan", "eve" };

struct str account_name(unsigned account) { return str_z(names[account]); }

static bool is_classic(const struct client *c) { return c->kind == CLIENT_CLASSIC; }

static void connect_now(struct client *c)
{
	if (!c->sim->up)
		return;
	c->state = CONNECTING;
	c->conn = net_connect(c->sim, c, is_classic(c) ? &classic_door : &xmpp_door);
	if (is_classic(c))
		classic_begin(c);
	else
		xmpp_begin(c);
}

/* A letter to another account, in this client's own numbering. */
void client_write(struct client *c, unsigned to)
{
	struct sim *s = c->sim;
	struct letter *l;

	if (to == c->account || s->letters_n == SIM_LETTERS_MAX - 1)
		return;
	l = &s->letters[s->letters_n];
	*l = (struct letter){ .from = c->index, .to = to, .number = ++s->numbers[c->index][to], .tries = 1,
			       .sent = s->clock, .entrusted = c->kind == CLIENT_XMPP };
	if (is_classic(c))
		classic_write(c, s->letters_n++);
	else
		xmpp_write(c, s->letters_n++);
}

static void act(struct timer *t)
{
	struct client *c = holder_of(t, struct client, timer);
	struct sim *s = c->sim;

	if (c->state == OFFLINE && c->wanted)
		connect_now(c);
	else if (c->state == ONLINE && !s->calm)
		for (uint64_t n = sim_chance(s, 4); n; n--)
			client_write(c, (unsigned)sim_chance(s, SIM_ACCOUNTS));
	if (s->has_rooms && c->state == ONLINE && !is_classic(c))
		room_act(c);
	sim_net_timer(s, t, 20 + (msec)sim_chance(s, c->state == ONLINE ? 1500 : 600));
}

void client_begin(struct sim *s, unsigned index, unsigned account, enum client_kind kind)
{
	struct client *c = &s->clients[index];

	*c = (struct client){ .sim = s, .index = index, .account = account, .kind = kind, .wanted = true };
	c->seen = mem_alloc(SIM_LETTERS_MAX);
	c->timer.fire = act;
	sim_net_timer(s, &c->timer, (msec)sim_chance(s, 500));
}

void client_restart(struct client *c)
{
	memset(c->seen, 0, SIM_LETTERS_MAX);
	memset(c->last, 0, sizeof c->last);
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		buf_clear(&c->present[i]);
	room_restart(c);
}

void client_bytes(struct client *c, struct str bytes)
{
	buf_str(&c->in, bytes);
	if (c->kind == CLIENT_HYBRID)
		hybrid_take(c);
	else if (is_classic(c))
		classic_take(c);
	else
		xmpp_take(c);
}

void client_lost(struct client *c)
{
	if (c->kind == CLIENT_HYBRID) {
		hybrid_lost(c);
		return;
	}
	sim_note(c->sim, "client %u lost its link in state %d", c->index, (int)c->state);
	for (unsigned i = 0; i < c->sim->letters_n; i++)
		if (c->sim->letters[i].from == c->index && c->sim->letters[i].sent > c->sim->clock - 25000)
			c->sim->letters[i].entrusted = false;
	c->conn = NULL;
	c->state = OFFLINE;
	c->lost_at = c->sim->clock;
	c->came_back = false;
	buf_clear(&c->in);
	if (is_classic(c))
		classic_lost(c);
	else
		xmpp_lost(c);
}

void client_want(struct client *c, bool online)
{
	struct conn *conn = c->conn;

	c->wanted = online;
	if (online || !conn)
		return;
	if (sim_chance(c->sim, 2)) {
		net_cut(conn);
		return;
	}
	/* A polite client closes its stream; then nothing is left to resume. */
	if (is_classic(c))
		classic_goodbye(c);
	else
		net_send(conn, STR("</stream:stream>"));
	mem_free(c->resume_id);
	c->resume_id = NULL;
}

void client_resend_later(struct client *c, unsigned letter)
{
	c->pending = mem_grow(c->pending, (c->pending_n + 1) * sizeof *c->pending);
	c->pending[c->pending_n++] = letter;
}

/* What is relayed without the disk (docs/architecture.md) is with the sessions that were there, perhaps on a link that is dead. Where one of them ends
 * and has not got it, it goes to the queue then, behind what the account has had meanwhile: the place of such a letter is not promised. */
static bool was_with_another(const struct client *c, const struct letter *l)
{
	const struct sim *s = c->sim;

	if (s->settings.archive != ARCHIVE_NEVER || l->from >= SIM_CLIENTS || s->clients[l->from].kind != CLIENT_XMPP)
		return false;
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		const struct client *o = &s->clients[i];

		if (o->account == c->account && o->lost_at && !o->came_back && o->lost_at + SIM_RESUME_MS > l->sent)
			return true;
	}
	return false;
}

/* The body of a letter is "L" and its index. */
void client_received(struct client *c, struct str body)
{
	struct sim *s = c->sim;
	struct letter *l;
	uint64_t index;
	bool other_device;

	if (!str_starts(body, STR("L")) || !str_u64(str_from(body, 1), &index) || index >= s->letters_n) {
		sim_fail(s, "client %u received something nobody wrote: %.*s", c->index, STR_ARG(body));
		return;
	}
	l = &s->letters[index];
	s->deliveries++;
	sim_note(s, "client %u received L%u (number %u of client %u)", c->index, (unsigned)index, l->number, l->from);
	if (l->to != c->account) {
		sim_fail(s, "client %u received L%u, which was for %s", c->index, (unsigned)index, names[l->to]);
		return;
	}
	other_device = l->received && !c->seen[index];
	l->received = true;
	/* What another device of the account has taken already may come late here: the queue no longer holds it in its place. */
	if (other_device && l->number < c->last[l->from])
		return;
	if (l->tries > 1)
		return; /* handed in twice after a break without an answer: it may come twice, and late */
	if (c->seen[index])
		sim_fail(s, "duplicated: client %u saw L%u twice in one session", c->index, (unsigned)index);
	else if (l->number < c->last[l->from] && !was_with_another(c, l))
		sim_fail(s, "out of order: client %u saw number %u of client %u after %u", c->index, l->number, l->from,
			 c->last[l->from]);
	c->seen[index] = 1;
	if (l->number > c->last[l->from])
		c->last[l->from] = l->number;
}

void client_end(struct client *c)
{
	timers_stop(&c->sim->net, &c->timer);
	mem_free(c->resume_id);
	mem_free(c->unacked);
	mem_free(c->pending);
	mem_free(c->seen);
	buf_free(&c->in);
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		buf_free(&c->present[i]);
	room_end(c);
}
