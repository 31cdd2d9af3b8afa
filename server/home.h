/* SPDX-License-Identifier: Apache-2.0
 *
 * server/home.h - the data directory: made at the first start, for its owner only, and for one server at a time.
 */
#pragma once
#include <sys/types.h>

#include "base/buf.h"

struct home {
	char *path; /* absolute */
	int lock;
};

/* Whose server it is to be; -1: who started it. */
struct owner {
	uid_t uid;
	gid_t gid;
	const char *name;
};

/* Makes the directory where it is missing (also those above it) and locks it. 0, or a negative errno and a sentence in `why`. */
int home_open(struct home *h, const char *path, const struct owner *owner, struct buf *why);

/* DATA/name, zero-terminated, appended. */
const char *home_file(const struct home *h, struct buf *to, const char *name);

/* Writes DATA/name whole or not at all. */
int home_write(const struct home *h, const char *name, struct str content, struct buf *why);

/* Removes DATA/name, if it is there. */
void home_remove(const struct home *h, const char *name);

void home_close(struct home *h);
