/* SPDX-License-Identifier: Apache-2.0
 *
 * core/service.h - who answers at a domain that is not that of the users (RFC 6120, 10.4): rooms (core/room.h), components
 * (XEP-0114). What a session sends to such a domain comes to the service's `take`; what a service sends takes the road of everything
 * else: to users through their blocks, archives and queues, to other services directly.
 *
 * A service lives on one core (a component: where its link is), or on all of them; then each of its addresses belongs to one core, which
 * its bare address alone decides, so that everything about it happens in one order. Stanzas of one sender to one service arrive in
 * the order in which they were sent.
 */
#pragma once
#include "base/list.h"
#include "core/session.h"

/* Who waits for the end of a message: as it came to `take`, to be given to service_answer() exactly once. */
struct service_sender {
	uint64_t number; /* 0: nobody waits; service_answer() does nothing */
	unsigned core;   /* where it lives, also when nobody waits */
	bool admin;      /* a session of an administrator's (ACCOUNT_ADMIN) */
};

struct service;

struct service_ops {
	/* A stanza for an address of the domain. st->from is the full address of a session of ours, which has been checked, or that of another service,
	 * which answers for it. Borrowed: take a reference to keep it. A message with from.number: whatever its sender sends
	 * behind it waits until service_answer(); IQs and presences are answered with stanzas alone. */
	void (*take)(struct service *v, struct stanza *st, struct service_sender from);
	/* The service is asked to end (the core ends, or another has come for its domain). May be NULL. */
	void (*end)(struct service *v);
};

struct service {
	const struct service_ops *ops;
	struct core *core;   /* set by service_up() */
	struct str domain;   /* prepared; must live until service_down() */
	struct str category, type, name; /* its identity in the list of services (XEP-0030); may be absent: asked of itself only */
	bool everywhere;     /* it lives on every core, and service_up() is called on each */
	bool admin;          /* what it sends counts as an administrator's (service_sender): the operator's */
	struct list here;
};

enum service_verdict { SERVICE_TAKEN = 1 /* another service, or the users, are at this domain */ };

/* From now on stanzas for the domain come to `v`. Returns 0 or a verdict. */
int service_up(struct core *c, struct service *v);
/* No more `take`; senders that wait are answered with SENT_NO_SUCH_USER by the core. Harmless when it is not up. */
void service_down(struct service *v);

/* How a message that came to `take` ended: SENT_OK once it is safe (on disk, or handed to the component's link). */
void service_answer(struct core *c, struct service_sender from, enum sent_verdict verdict);

/* Whether somebody answers at this domain, on any core. */
bool service_is(const struct core *c, struct str domain);
/* The core that an address of a service belongs to. */
unsigned service_core(const struct core *c, struct jid to);
/* The services of all cores for disco#items, each once; `show` may not change them. */
void service_each(struct core *c, void (*show)(void *arg, struct str domain, struct str name), void *arg);

/* Sends `st` in the name of a service; st->from is an address of its domain. Takes over the reference. To a user of ours: a message worth keeping
 * is archived and queued as any other (its sender has no archive), then delivered; an IQ goes to the full address (nobody there: an error
 * comes back to `take`); presence goes to the full address, or to all sessions for a bare one; a groupchat message goes to the full address and is
 * never kept. To another service: to its `take`. `sent`, if not NULL, runs once, perhaps in this call, with how it ended, unless the core ends
 * before; then a message worth keeping is on disk with SENT_OK. An IQ that finds nobody: the error comes to `take` in a later turn.
 * What one address of a service sends to one user is delivered in the order of the calls. */
void service_send(struct core *c, struct stanza *st, void (*sent)(void *arg, enum sent_verdict verdict), void *arg);
