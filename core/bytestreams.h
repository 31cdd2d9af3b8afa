/* SPDX-License-Identifier: Apache-2.0
 *
 * core/bytestreams.h - XEP-0065: where the two connections of a file that goes through our relay meet. Both say the
 * same key, the hash of a secret of the two clients and their addresses; when the one that offers the file activates
 * it, bytes flow. All of them come to the first core; who activates may be anywhere.
 */
#pragma once
#include "base/list.h"
#include "core/core.h"

enum { BYTESTREAM_KEY_CHARS = 40 }; /* SHA-1 in hexadecimal, small letters */

/* One connection; part of something larger, of the first core. */
struct bytestream_end {
	/* Set by the owner; both are told, and wait no more. */
	void (*joined)(struct bytestream_end *e, struct bytestream_end *other);
	char key[BYTESTREAM_KEY_CHARS];
	struct list here;
};

/* Waits for the other one and for being activated. False: two are there already, or too many wait in all. */
bool bytestream_wait(struct core *c, struct bytestream_end *e, struct str key);
/* Waits no more; harmless when it does not. */
void bytestream_leave(struct bytestream_end *e);

struct bytestream_ask {
	void (*done)(struct bytestream_ask *a); /* set by the asker; once, perhaps before the call returns */
	bool found;      /* both were there, and are joined now */
	uint64_t number; /* 0: not busy */
	struct list here;
};
void bytestream_activate(struct core *c, struct bytestream_ask *a, struct str key);
void bytestream_cancel(struct bytestream_ask *a); /* `done` will not run */
