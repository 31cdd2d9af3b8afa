/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/crowd.h - many clients that are brought up together, some at a time.
 */
#pragma once
#include "bench/client.h"

struct crowd {
	struct client *client;
	unsigned n, ready, gone;
};

/* `n` clients with sessions: accounts `first`, first+1, ... each with `resources` sessions. False: not all came up in time, and the
 * target says why. What comes later goes to `acts` (stanza and gone; ready is the crowd's), whose clients carry `arg`. */
bool crowd_gather(struct crowd *c, struct target *t, unsigned first, unsigned n, unsigned resources, const struct client_acts *acts,
		  void *arg);

/* Makes the accounts 0..n-1 by XEP-0077. */
bool crowd_register(struct target *t, unsigned n);

/* Closes all connections and releases. */
void crowd_free(struct crowd *c, struct target *t);
