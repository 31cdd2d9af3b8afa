/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/load.h - what the modes of the load generator have in common: options, the measured span, the report.
 */
#pragma once
#include "bench/crowd.h"
#include "bench/proc.h"

struct options {
	const char *name;      /* of the run, for the report */
	const char *dir;       /* for the files of our own */
	unsigned pairs, window, seconds, rate, sessions, first, messages, body, rooms, resources, mebibytes, http;
	bool joins;
	uint16_t port;
	struct procs server;
};

struct load {
	struct options options;
	struct target target;
	struct buf json; /* the report so far */
	bool failed;
};

/* From here to there: what was delivered, and what it cost. */
struct span {
	int64_t at_ns;
	double server_us, own_us;
	uint64_t count;
};

struct span span_now(const struct load *l, uint64_t count);

/* `what` is the unit that was counted: "message", "login", ... */
void report_span(struct load *l, const char *what, struct span from, struct span to);
void report_number(struct load *l, const char *name, double value);

/* Why the run is worth nothing. */
void report_failure(struct load *l, const char *what);

/* The modes. Each reports, and returns. */
void load_register(struct load *l);
void load_chat(struct load *l);
void load_login(struct load *l);
void load_idle(struct load *l);
void load_offline(struct load *l);
void load_stall(struct load *l);
void load_memory(struct load *l);
void load_rooms(struct load *l);
void load_files(struct load *l);
void load_hybrid(struct load *l);

/* A message of the size that people send: about 300 bytes, 100 (or --body) of them the text. */
struct letter {
	struct buf bytes;
	size_t id_at;
};
void letter_make(struct letter *x, const struct load *l, unsigned to, bool full);

/* Appends it with its number as the id: sixteen hexadecimal digits. */
void letter_write(struct buf *out, const struct letter *x, uint64_t number);

/* The number in a message that came; false: it has none. */
bool letter_number(struct str stanza, uint64_t *ret);
