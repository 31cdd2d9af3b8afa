/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"

#define EVENT(name, level, help) const struct log_event event_##name = { #name, level, help };
#include "base/events.h"
#undef EVENT

static enum log_level least = LOG_INFO;
static void (*sink_fn)(const char *line, void *arg);
static void *sink_arg;

/* Set by one thread (a reload) while others write. */
void log_level_set(enum log_level level) { __atomic_store_n(&least, level, __ATOMIC_RELAXED); }

void log_sink_set(void (*sink)(const char *line, void *arg), void *arg)
{
	sink_fn = sink;
	sink_arg = arg;
}

static void time_write(struct buf *b)
{
	struct timespec ts;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	buf_fmt(b, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec, ts.tv_nsec / 1000000);
}

void log_write(const struct log_event *event, const char *fields, ...)
{
	static const char *const level_name[] = { "debug", "info", "notice", "warning", "error" };
	char text[1024];
	own_buf line = { 0 };
	va_list ap;

	if (event->level < __atomic_load_n(&least, __ATOMIC_RELAXED))
		return;
	va_start(ap, fields);
	vsnprintf(text, sizeof text, fields, ap);
	va_end(ap);
	/* What a peer chose must not be able to write a line of its own, nor to drive the terminal. */
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (!sink_fn)
		time_write(&line);
	buf_fmt(&line, "%s %s%s%s", level_name[event->level], event->name, *text ? " " : "", text);
	if (sink_fn) {
		sink_fn(buf_z(&line), sink_arg);
		return;
	}
	buf_byte(&line, '\n');
	if (write(STDERR_FILENO, line.p, line.n) < 0)
		return; /* nowhere left to say it */
}

int fault_at(int r, const char *file, int line, const char *func)
{
	if (r > 0)
		r = -r;
	assert(r < 0);
	log_event(fault, "at=%s:%d in=%s error=\"%s\"", file, line, func, strerror(-r));
	return r;
}
