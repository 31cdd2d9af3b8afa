/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/bosh.h - the route /http-bind: XMPP in requests and answers of HTTP (BOSH: XEP-0124 1.11.2, XEP-0206 1.4),
 * for clients behind what lets no WebSocket through. A session lives on the core where it began; its id says which. A
 * request that arrives elsewhere is passed on over the bus and waits here for its answer (bosh.c); what a session is,
 * is the same for all of them (bosh_session.c).
 *
 * Not served: key sequencing (XEP-0124, 15; TLS does that work), several streams in a session, acknowledgements by
 * attribute.
 */
#pragma once
#include "base/list.h"
#include "base/map.h"
#include "doors/web/web.h"
#include "wire/xml.h"

enum { BOSH_BODY_MAX = 64 * 1024 }; /* of a request: anybody may send one, logged in or not */

void bosh_answer(struct web_request *q);
void bosh_gone(struct web_request *q);

/* ---- between the two files --------------------------------------------------------------------------------------- */

/* Once per core. */
struct bosh_home {
	struct core *core;
	struct map waiting;  /* bosh.c: requests that arrived at this core, by number */
	uint64_t last;       /* of the numbers */
	struct map sessions; /* bosh_session.c: by id */
	struct map asks;     /* bosh_session.c: requests to sessions of this core, by who asks */
	struct list all;     /* sessions */
};

/* A request, wherever it arrived. */
struct bosh_from {
	uint64_t number;
	uint64_t core; /* wide, so that no byte of the key is padding */
};

/* Answers it, once. */
void bosh_reply(struct bosh_home *h, struct bosh_from from, struct str body);
/* The same with an empty body that ends a session; `condition`: XEP-0124, 17.2. */
void bosh_reply_end(struct bosh_home *h, struct bosh_from from, const char *condition);

/* A session begins with this request. `body` is its root. */
void bosh_begin(struct bosh_home *h, struct bosh_from from, const struct link *like, const struct xml *body,
		struct str bytes);
/* A request to the session `sid` of this core; `safe`: it came with TLS or from this machine. */
void bosh_ask(struct bosh_home *h, struct bosh_from from, struct str sid, const struct xml *body, struct str bytes,
	      bool safe);
/* Its connection is gone. */
void bosh_lost(struct bosh_home *h, struct bosh_from from);
/* The core ends. */
void bosh_drop(struct bosh_home *h);
