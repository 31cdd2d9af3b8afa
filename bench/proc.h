/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/proc.h - what processes cost, from /proc: all their threads, those that have ended too.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROCS_MAX = 16 };

struct procs {
	int pid[PROCS_MAX];
	size_t n;
};

/* Adds a process and all its descendants as they are now. False: there is none of that number, or too many. */
bool procs_add(struct procs *p, int pid);

/* User and system time in microseconds; exact to the tick of the kernel (10 ms). */
double procs_cpu_us(const struct procs *p);

/* Bytes that nobody else shares: Private_Clean, Private_Dirty and what is swapped out. */
int64_t procs_private_bytes(const struct procs *p);

/* Bytes that are resident, shared ones too. */
int64_t procs_rss_bytes(const struct procs *p);
