/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/asked.h - an IQ that can be answered only when the store has spoken. It goes by itself: when
 * `then` has answered the IQ without asking again, or when the stream ends first.
 *
 * While a set is under way the stream takes nothing else, so that what comes behind it finds the change; of gets so
 * many may be under way.
 */
#pragma once
#include "core/ask.h"
#include "doors/xmpp/xmpp.h"

struct asked {
	struct ask ask;      /* give &a->ask to the core */
	struct iq *q;        /* the kept copy; never without a stream while `then` runs */
	void (*then)(struct asked *a); /* must answer a->q, or call asked_again() and ask */
	struct arena arena;  /* for what must live until the answer */
	void *more;          /* the feature's; usually in the arena */
	struct xmpp *x;      /* of q */
	bool again, holds;
};

/* Keeps `q`. The caller then puts a question with &a->ask. */
struct asked *asked_new(struct iq *q, void (*then)(struct asked *a));

/* From inside `then`: another question follows. */
void asked_again(struct asked *a, void (*then)(struct asked *a));

/* When the store failed: answers the IQ with an error and says true. STORE_NOT_FOUND and STORE_EXISTS are left to the
 * caller. */
bool asked_failed(struct asked *a);

/* When it turned out that nothing has to be asked: after a->q was answered. */
void asked_drop(struct asked *a);
