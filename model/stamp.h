/* SPDX-License-Identifier: Apache-2.0
 *
 * model/stamp.h - ids that sort by time: 43 bits of milliseconds since 2020, 8 bits of node, 12 of counter; 63 in all, so that
 * every database has a type for them. One maker belongs to one core. Never goes back, whatever the clock does.
 */
#pragma once
#include "base/str.h"

#define STAMP_EPOCH 1577836800000 /* 2020-01-01 in milliseconds since 1970 */

struct stamp_maker {
	uint64_t last;
	unsigned node; /* 0..255 */
};

static inline uint64_t stamp_next(struct stamp_maker *m, msec now)
{
	uint64_t ms = now > STAMP_EPOCH ? (uint64_t)(now - STAMP_EPOCH) : 0;
	uint64_t fresh = ms << 20 | (uint64_t)m->node << 12;

	/* In the same millisecond, or after the clock went back: count on; a full counter borrows from the next one. */
	if (fresh <= m->last) {
		fresh = m->last + 1;
		if ((fresh >> 12 & 0xff) != m->node)
			fresh = ((m->last >> 20) + 1) << 20 | (uint64_t)m->node << 12;
	}
	return m->last = fresh;
}

/* The first stamp that a message of this time can have; for archive queries by time. */
static inline uint64_t stamp_floor(msec time)
{
	return time > STAMP_EPOCH ? (uint64_t)(time - STAMP_EPOCH) << 20 : 0;
}

static inline msec stamp_time(uint64_t stamp) { return (msec)(stamp >> 20) + STAMP_EPOCH; }
