/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/options.h - the command line of `anser`.
 */
#pragma once
#include "clients/term/engine/client.h"
#include "clients/term/text/text.h"

enum { OPTION_FILES_MAX = 100 };

struct options {
	enum client_mode mode;
	const char *who;        /* "tom@chat.lan:7789"; "tom" with --lan */
	bool plain, json, stay;
	bool once;              /* --to */
	const char *to, *text;
	const char *files[OPTION_FILES_MAX];
	size_t files_n;
	unsigned timeout_s;
	bool registering, accept_new, insecure, password_stdin, settings, mouse, help, version;
	const char *pin, *forget, *bind, *authorities;
	uint16_t direct_port;
	/* Of `who`: */
	struct str name, host;
	uint16_t port;
};

/* Whether LC_ALL, LC_MESSAGES or LANG ask for Chinese: until the settings are read. */
bool options_chinese(void);
/* 0, or QUIT_USAGE and why. */
int options_read(struct options *o, int argc, char **argv, bool chinese, struct buf *why);
/* Under this name its settings and its history are kept: "tom@chat.lan", "tom@direct.chat.lan", "tom". */
void options_identity(const struct options *o, struct buf *to);
