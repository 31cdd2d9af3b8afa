/* SPDX-License-Identifier: Apache-2.0
 *
 * bus/bus.h - how cores meet: subjects, interest, and parcels in order per publisher. bus/local.c joins the cores of a process.
 * It promises what a network bus could keep too: a parcel reaches the cores that wanted its subject when it was published, at most once,
 * those of one publisher in order; it may be late or, when a core dies, lost. It is a doorbell with a copy of the letter, never a store.
 */
#pragma once
#include "base/world.h"
#include "model/stanza.h"

struct bus;      /* what joins; one per process */
struct bus_link; /* one core's end */

struct parcel {
	uint8_t kind;  /* the core's (core/parcel.h); the bus does not look */
	uint8_t core;  /* who published: filled in by the bus */
	uint16_t flags;
	uint64_t number;
	int64_t owner;
	struct str subject; /* filled in by the bus */
	struct stanza *stanza; /* or NULL; the bus takes references of its own */
	struct str bytes;   /* anything else, copied by the bus where it has to; may be absent */
};

struct bus *bus_local_new(unsigned cores);
struct bus *bus_free(struct bus *b); /* all links closed; NULL is fine; returns NULL */

/* The end of core number `core`. `receive` runs on the world's thread; what the parcel points at is borrowed for the call. */
struct bus_link *bus_open(struct bus *b, unsigned core, struct world *w,
			  void (*receive)(void *arg, const struct parcel *p), void *arg);
struct bus_link *bus_close(struct bus_link *l);

/* From the moment this returns, parcels published by anyone to `subject` come here: subscribe first, then read what
 * waits. Counted: as many unsubscribes end it. */
void bus_subscribe(struct bus_link *l, struct str subject);
void bus_unsubscribe(struct bus_link *l, struct str subject);

/* Hands `p` to every core that wants `subject`. Where the own core is one, its `receive` is called before this returns.
 * Returns how many cores wanted it: 0 is a hint that nobody is there. */
unsigned bus_publish(struct bus_link *l, struct str subject, const struct parcel *p);

/* The same to one core, whatever it wants. */
void bus_send(struct bus_link *l, unsigned core, const struct parcel *p);

/* How many cores want `subject` now. */
unsigned bus_interest(struct bus_link *l, struct str subject);

unsigned bus_core(const struct bus_link *l);  /* which core this end belongs to */
unsigned bus_cores(const struct bus_link *l); /* how many there are */
