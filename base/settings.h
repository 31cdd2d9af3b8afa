/* SPDX-License-Identifier: Apache-2.0
 *
 * base/settings.h - what the operator can choose. Every setting is one row of a table (server/settings_table.c): from it come the parser, the
 * checks, the listing, the sample file and the manual page. The file is INI: [section] and name = value.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

enum setting_type {
	SETTING_BOOL,      /* yes no true false on off 1 0 */
	SETTING_INT,
	SETTING_BYTES,     /* with K, M, G behind it: times 1024 */
	SETTING_DURATION,  /* with ms, s, m, h, d behind it; kept in milliseconds */
	SETTING_TEXT,
	SETTING_CHOICE,    /* one of the words in `choices` */
	SETTING_ADDRESSES, /* [IPv6]:port, IPv4:port, localhost:port or *:port, parted by commas or blanks; empty: none; port 0: any free one */
	SETTING_PATH,
	SETTING_URL,
	SETTING_SECRET,    /* text that is shown to nobody: only whether there is one */
	SETTING_TYPES
};

/* When a change takes effect. */
enum setting_when { SETTING_RESTART, SETTING_LIVE /* at SIGHUP or `anserctl reload` */ };

struct setting {
	const char *name; /* "section.name" */
	enum setting_type type;
	const char *fallback; /* the default, as it would stand in the file */
	int64_t min, max;     /* of numbers, bytes and milliseconds, both inclusive */
	const char *choices;  /* of CHOICE, parted by blanks; the value is the place of the word */
	enum setting_when when;
	const char *help;     /* with the reason */
};

struct settings;

/* All at their defaults. The table must outlive it; a default that does not pass its own checks is a mistake of ours (asserted). */
struct settings *settings_new(const struct setting *table, size_t n);

/* NULL is fine; returns NULL. */
struct settings *settings_free(struct settings *s);

enum settings_verdict { SETTINGS_BAD = 1, SETTINGS_UNREADABLE };

/* Reads a file, or text that came from `origin`. On SETTINGS_BAD `why` has a line for each mistake, "FILE:LINE: what"; what was
 * good has been taken. */
int settings_load(struct settings *s, const char *path, struct buf *why);
int settings_read(struct settings *s, struct str text, const char *origin, struct buf *why);

/* "section.name=value", from `--set`. Overrides the file whichever comes first. 0 or SETTINGS_BAD. */
int settings_set(struct settings *s, const char *assignment, struct buf *why);

/* A default found out when the program starts (the name of the host). Must pass the checks; false when it does not, and nothing changes. */
bool settings_default(struct settings *s, const char *name, struct str value);

/* `fresh` was read anew: whatever differs from `now` and cannot change while running is put back to what it is now. Names of what
 * will change go to `changed`, of what needs a restart to `restart`, one a line. Strings of `now` stay valid until it is freed. */
void settings_reload(struct settings *fresh, const struct settings *now, struct buf *changed, struct buf *restart);

/* Values; the name must be in the table and of a fitting type (asserted). Strings are borrowed until the settings are freed. */
bool settings_bool(const struct settings *s, const char *name);
int64_t settings_int(const struct settings *s, const char *name); /* INT, BYTES, DURATION, CHOICE */
struct str settings_text(const struct settings *s, const char *name); /* TEXT, PATH, URL, ADDRESSES; for others what stands in the file */
const char *settings_z(const struct settings *s, const char *name);   /* the same, zero-terminated */

/* One setting as it is now. */
struct settings_entry {
	const struct setting *setting;
	const char *value, *fallback;
	const char *source; /* "default", "FILE:LINE", "--set" */
};
size_t settings_count(const struct settings *s);
struct settings_entry settings_entry(const struct settings *s, size_t i);

/* The name in the table that is most like `name`; NULL when none is near. */
const char *settings_nearest(const struct settings *s, struct str name);

/* The word for a type and its bounds, as in "bytes, 10000 to 16777216". */
void settings_describe(const struct setting *setting, struct buf *to);

/* A file with every setting, its help, and its default commented out. */
void settings_sample(const struct settings *s, struct buf *to);

/* The part of a manual page (man(7)) that lists them. */
void settings_manual(const struct settings *s, struct buf *to);
