/* SPDX-License-Identifier: Apache-2.0
 *
 * core/directory.h - who is online: every user with at least one available session, on whichever core and door.
 */
#pragma once
#include "core/core.h"

struct directory_entry { /* one available session */
	struct str name, resource, door, address;
	msec since;
	unsigned core;
};

/* Names of all online users, each once, sorted. The strings are borrowed for the call. */
void directory_users(struct core *c, void (*each)(struct str name, void *arg), void *arg);

/* All available sessions of all cores, sorted by name. */
void directory_sessions(struct core *c, void (*each)(const struct directory_entry *e, void *arg), void *arg);

bool directory_online(const struct core *c, struct str name);
size_t directory_count(const struct core *c);

/* Ends the sessions of NAME (of one resource, or all when it is absent) on whichever core. Returns false when nobody is online under it. */
bool directory_kick(struct core *c, struct str name, struct str resource);
