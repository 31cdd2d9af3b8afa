/* SPDX-License-Identifier: Apache-2.0
 *
 * transport/gate.h - how many connections there may be, in all and from one address. One gate per process, any thread.
 */
#pragma once
#include "base/str.h"

struct gate;

enum gate_verdict { GATE_FULL = 1, GATE_ADDRESS_FULL };

/* 0: no limit. The limits may be set again at any time; those inside stay. */
struct gate *gate_new(size_t links_max, size_t links_per_address_max, const uint64_t seed[2]);
void gate_limit(struct gate *g, size_t links_max, size_t links_per_address_max);
struct gate *gate_free(struct gate *g);

/* `address`: as in struct link. Loopback and local sockets count in the total only. IPv6 is counted by its /64, which is
 * what one household gets. */
int gate_enter(struct gate *g, const uint8_t address[16], bool loopback);
void gate_leave(struct gate *g, const uint8_t address[16], bool loopback);

size_t gate_count(struct gate *g);
