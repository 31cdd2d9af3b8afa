/* SPDX-License-Identifier: Apache-2.0
 *
 * server/confine.h - what is left to somebody who has broken into the process: its own data, nothing to execute, nobody to call.
 */
#pragma once

enum confined { CONFINED_FILES = 1, CONFINED_NETWORK = 2, CONFINED_CALLS = 4 };

/* Directories or files; NULL ends a list, what is missing is passed over. */
struct confines {
	const char *write[4]; /* read and written, with all that is below */
	const char *read[8];  /* beside where the system keeps its libraries and settings */
};

/* From now on, for this thread and those that it starts: files are only read and written as `c` says, and nothing is executed; no TCP
 * port is opened or dialled (Landlock); only system calls that a server needs are taken (seccomp). What the kernel does not have is
 * left out: returns what took effect, a set of enum confined. no_new_privs must be set. */
unsigned confine(const struct confines *c);
