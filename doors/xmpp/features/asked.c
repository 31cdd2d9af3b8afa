/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/asked.h"

static void asked_free(struct asked *a)
{
	arena_free(&a->arena);
	mem_free(a);
}

static void asked_done(struct ask *ask)
{
	struct asked *a = holder_of(ask, struct asked, ask);

	a->again = false;
	a->then(a);
	if (!a->again)
		asked_free(a);
}

static void asked_gone(struct iq *q)
{
	struct asked *a = q->job;

	ask_cancel(&a->ask);
	asked_free(a);
}

struct asked *asked_new(struct iq *q, void (*then)(struct asked *a))
{
	struct asked *a = mem_new(struct asked);

	a->ask.done = asked_done;
	a->then = then;
	a->q = iq_keep(q);
	a->q->job = a;
	a->q->gone = asked_gone;
	return a;
}

void asked_again(struct asked *a, void (*then)(struct asked *a))
{
	a->then = then;
	a->again = true;
}

bool asked_failed(struct asked *a)
{
	switch (a->ask.verdict) {
	case STORE_FULL:
	case STORE_FAILED:
		iq_error(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The server could not reach its storage. Try again later.");
		return true;
	case STORE_LIMIT:
		iq_error(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account holds as many of these as it may.");
		return true;
	default:
		return false;
	}
}

void asked_drop(struct asked *a) { asked_free(a); }
