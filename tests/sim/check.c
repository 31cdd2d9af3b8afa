/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/check.c - what must hold once everything is quiet.
 */
#include "tests/sim/sim.h"

unsigned present_count(const struct buf *resources)
{
	unsigned n = 0;

	for (size_t i = 0; i < resources->n; i++)
		n += resources->p[i] == 0;
	return n;
}

static unsigned online(const struct sim *s, unsigned account)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SIM_CLIENTS; i++)
		n += s->clients[i].account == account && s->clients[i].state == ONLINE;
	return n;
}

/* Everybody is in everybody's roster: what each XMPP client believes must be what is. */
void check_presence(struct sim *s)
{
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		const struct client *c = &s->clients[i];

		if (c->wanted != (c->state == ONLINE))
			sim_fail(s, "client %u wants to be %s and is in state %d", i, c->wanted ? "online" : "offline", (int)c->state);
		for (unsigned a = 0; a < SIM_ACCOUNTS && c->kind != CLIENT_CLASSIC && c->state == ONLINE; a++)
			if (present_count(&c->present[a]) != online(s, a))
				sim_fail(s, "presence: client %u sees %u sessions of %.*s, there are %u", i, present_count(&c->present[a]),
					 STR_ARG(account_name(a)), online(s, a));
	}
}

void check_letters(struct sim *s)
{
	for (unsigned i = 0; i < s->letters_n; i++) {
		const struct letter *l = &s->letters[i];

		if (l->acked && !l->refused && !l->received && !l->excused)
			sim_fail(s, "lost: L%u from client %u to %.*s was acknowledged and never arrived", i, l->from,
				 STR_ARG(account_name(l->to)));
		if (l->entrusted && !l->refused && !l->received && !l->excused)
			sim_fail(s, "lost: L%u from client %u to %.*s was taken by a server that never died", i, l->from,
				 STR_ARG(account_name(l->to)));
	}
}
