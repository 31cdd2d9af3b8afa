/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/asked.h"

#include "doors/xmpp/engine.h"

enum { ASKED_MAX = 32 };

static void hold(struct asked *a)
{
	a->x->asked++;
	a->holds = a->q->type == IQ_SET || a->x->asked >= ASKED_MAX;
	if (a->holds)
		xmpp_hold(a->x, HOLD_ASKED);
}

static void let_go(struct asked *a)
{
	a->x->asked--;
	if (a->holds)
		xmpp_go_on(a->x, HOLD_ASKED);
}

static void asked_free(struct asked *a)
{
	arena_free(&a->arena);
	mem_free(a);
}

static void asked_done(struct ask *ask)
{
	struct asked *a = holder_of(ask, struct asked, ask);

	a->again = false;
	let_go(a); /* at the end of the turn; once it is answered the stream may be gone */
	a->then(a);
	if (a->again)
		hold(a);
	else
		asked_free(a);
}

static void asked_gone(struct iq *q)
{
	struct asked *a = q->job;

	ask_cancel(&a->ask);
	a->x->asked--;
	asked_free(a);
}

struct asked *asked_new(struct iq *q, void (*then)(struct asked *a))
{
	struct asked *a = mem_new(struct asked);

	a->ask.done = asked_done;
	a->then = then;
	a->x = q->x;
	a->q = iq_keep(q);
	a->q->job = a;
	a->q->gone = asked_gone;
	hold(a);
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
		iq_error(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT,
			 "The server could not reach its storage. Try again later.");
		return true;
	case STORE_LIMIT:
		iq_error(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account holds as many of these as it may.");
		return true;
	default:
		return false;
	}
}

void asked_drop(struct asked *a)
{
	let_go(a);
	asked_free(a);
}
