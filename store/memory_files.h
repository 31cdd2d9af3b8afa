/* SPDX-License-Identifier: Apache-2.0
 *
 * store/memory_files.h - STORE_FILE_* of the store in memory: rows "F token" among those of store/memory.c.
 */
#pragma once
#include "store/ordered.h"
#include "store/store.h"

/* 0 or a verdict about this request. */
int memory_files(struct ordered *rows, struct store_request *r);

/* The account goes: its files are nobody's. */
void memory_files_leave(struct ordered *rows, int64_t owner);
