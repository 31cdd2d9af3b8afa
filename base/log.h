/* SPDX-License-Identifier: Apache-2.0
 *
 * base/log.h - one line per event, always the same fields. The events are a table (base/events.h) from which
 * the manual comes too. Never: passwords, message bodies. Goes to stderr, one write() a line, from any thread.
 *
 * A line reads:  2026-11-21T09:28:00.123Z notice login_refused door=xmpp user=tom ip=127.0.0.1 why="..."
 */
#pragma once
#include <stdarg.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARNING, LOG_ERROR };

struct log_event {
	const char *name;
	enum log_level level;
	const char *help; /* what it means and what to do, one or two sentences */
};

/* Below this level nothing is written. Default LOG_INFO. */
void log_level_set(enum log_level level);

/* Where lines go instead of stderr; NULL: stderr again. For tests. */
void log_sink_set(void (*sink)(const char *line, void *arg), void *arg);

/* fields: printf format of "key=value key=value"; values with blanks are quoted by the caller as key=\"%s\". */
void log_write(const struct log_event *event, const char *fields, ...) __attribute__((format(printf, 2, 3)));

#define EVENT(name, level, help) extern const struct log_event event_##name;
#include "base/events.h"
#undef EVENT

#define log_event(name, ...) log_write(&event_##name, __VA_ARGS__)
