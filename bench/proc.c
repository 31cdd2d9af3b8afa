/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/proc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

struct process {
	int parent;
	unsigned long user, system; /* ticks */
};

/* False: no such process. The name of the program stands in parentheses and may hold anything, so fields count from the last one. */
static bool process_read(int pid, struct process *ret)
{
	char path[64], line[1024], *rest;
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	n = fread(line, 1, sizeof line - 1, f);
	fclose(f);
	line[n] = 0;
	rest = strrchr(line, ')');
	return rest && sscanf(rest + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ret->parent, &ret->user,
			      &ret->system) == 3;
}

static bool has(const struct procs *p, int pid)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->pid[i] == pid)
			return true;
	return false;
}

/* One generation more; says whether somebody was found. */
static bool children_add(struct procs *p)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	struct process one;
	size_t before = p->n;

	while (d && (e = readdir(d))) {
		int pid = (int)strtol(e->d_name, NULL, 10);
		if (pid > 0 && p->n < PROCS_MAX && process_read(pid, &one) && has(p, one.parent) && !has(p, pid))
			p->pid[p->n++] = pid;
	}
	if (d)
		closedir(d);
	return p->n > before;
}

bool procs_add(struct procs *p, int pid)
{
	struct process one;

	if (p->n == PROCS_MAX || !process_read(pid, &one))
		return false;
	p->pid[p->n++] = pid;
	while (children_add(p))
		;
	return true;
}

double procs_cpu_us(const struct procs *p)
{
	struct process one;
	double ticks = 0;

	for (size_t i = 0; i < p->n; i++)
		if (process_read(p->pid[i], &one))
			ticks += (double)(one.user + one.system);
	return ticks * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

/* The sum of the lines `name: N kB` of /proc/PID/smaps_rollup whose names stand in `names`. */
static int64_t rollup(int pid, const char *const *names)
{
	char path[64], line[256];
	int64_t sum = 0, kib;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		for (const char *const *name = names; *name; name++)
			if (str_starts(str_z(line), str_z(*name)) && sscanf(line + strlen(*name), " %ld", &kib) == 1)
				sum += kib * 1024;
	if (f)
		fclose(f);
	return sum;
}

int64_t procs_private_bytes(const struct procs *p)
{
	static const char *const names[] = { "Private_Clean:", "Private_Dirty:", "Swap:", NULL };
	int64_t sum = 0;

	for (size_t i = 0; i < p->n; i++)
		sum += rollup(p->pid[i], names);
	return sum;
}

int64_t procs_rss_bytes(const struct procs *p)
{
	static const char *const names[] = { "Rss:", NULL };
	int64_t sum = 0;

	for (size_t i = 0; i < p->n; i++)
		sum += rollup(p->pid[i], names);
	return sum;
}
