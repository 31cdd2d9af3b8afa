/* SPDX-License-Identifier: Apache-2.0
 *
 * server/generation.h - the settings as they are between two reloads, in the form that cores and links take. Cores borrow its
 * strings, each with a reference; the last one to move on to the next generation frees it.
 */
#pragma once
#include "core/core.h"
#include "server/server.h"
#include "server/settings_table.h"
#include "transport/tls.h"

struct generation {
	unsigned refs; /* atomic */
	struct settings *settings;
	struct core_settings core;
	struct tls_setup *tls; /* NULL until generation_certificate() */
	struct arena arena;
};

/* Reads file and options; one reference, the caller's. With `now` what cannot change while running stays as it is there, and
 * what does change is named in `changed`, what would in `restart`. 0, SETTINGS_BAD or SETTINGS_UNREADABLE; then `why` has a line for
 * each mistake. */
int generation_new(struct generation **ret, const struct options *o, const struct generation *now, struct buf *changed,
		   struct buf *restart, struct buf *why);
struct generation *generation_ref(struct generation *g);
struct generation *generation_unref(struct generation *g); /* NULL is fine; returns NULL */

/* Loads the certificate that is configured, or that our own authority makes in DATA/tls (`made`: just now). */
int generation_certificate(struct generation *g, const char *data, msec now, bool *made, struct buf *why);

/* Where people reach the page, unless the settings say so themselves; copied. */
void generation_web_address(struct generation *g, struct str address);

static inline bool generation_own_certificate(const struct generation *g)
{
	return !settings_text(g->settings, "tls.certificate").n;
}
