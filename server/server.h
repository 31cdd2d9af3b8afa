/* SPDX-License-Identifier: Apache-2.0
 *
 * server/server.h - assembles everything: store, bus, a core per thread, doors behind ports; starts it, reloads it, ends it.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct options {
	const char *config;     /* NULL: none */
	const char *const *set; /* "section.name=value" */
	size_t set_n;
	bool print_ports;
};

/* Runs until SIGTERM or SIGINT. The exit status of the process: 0, 1 (could not start; said on stderr), 2 (bad settings). */
int server_run(const struct options *options);
