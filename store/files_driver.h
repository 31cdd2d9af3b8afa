/* SPDX-License-Identifier: Apache-2.0
 *
 * store/files_driver.h - where contents lie. Called from several threads at once, but never twice at one time for one
 * part, and never to place and to remove one content at one time: store/files.c sees to that. Answers are those of
 * store/files.h.
 */
#pragma once
#include "store/files.h"

struct files_driver {
	const char *scheme;
	int (*open)(void **ret, struct str path, uint64_t reserve, struct buf *why);
	void (*close)(void *d);
	int (*append)(void *d, uint64_t part, uint64_t offset, struct str bytes, uint64_t *ret_size);
	int (*size)(void *d, uint64_t part, uint64_t *ret);
	int (*room)(void *d, uint64_t bytes);
	/* At most `n` bytes from `offset`, appended to `to`. */
	int (*part_read)(void *d, uint64_t part, uint64_t offset, size_t n, struct buf *to);
	int (*read)(void *d, const uint8_t *name, uint64_t offset, size_t n, struct buf *to);
	/* The part becomes the content of this name, unless an equal one is there. On disk when it returns 0. The part
	 * may stay until it is abandoned. */
	int (*place)(void *d, uint64_t part, const uint8_t *name);
	int (*abandon)(void *d, uint64_t part);
	int (*remove)(void *d, const uint8_t *name);
	int (*clean)(void *d, msec since);
};

extern const struct files_driver files_disk, files_memory;
