/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/options.c - the command line: a table of options, and who one is.
 */
#include "clients/term/options.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "model/jid.h"

enum { TIMEOUT_S = 30 };

#define own_arena __attribute__((cleanup(arena_free))) struct arena

bool options_chinese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value = NULL;

	for (size_t i = 0; i < countof(names) && !(value && *value); i++)
		value = getenv(names[i]);
	return value && strncmp(value, "zh", 2) == 0;
}

struct reading {
	struct options *o;
	bool chinese;
	struct buf *why;
};

static int wrong(struct reading *r, enum text t, const char *value)
{
	text_put(r->why, r->chinese, t, str_z(value ? value : ""), STR_NONE, STR_NONE);
	return QUIT_USAGE;
}

static int flag(struct reading *r, const char *arg)
{
	struct options *o = r->o;
	const struct {
		const char *name;
		bool *to;
	} flags[] = {
		{ "--plain", &o->plain },
		{ "--json", &o->json },
		{ "--stay", &o->stay },
		{ "--register", &o->registering },
		{ "--accept-new", &o->accept_new },
		{ "--insecure", &o->insecure },
		{ "--password-stdin", &o->password_stdin },
		{ "--settings", &o->settings },
		{ "--mouse", &o->mouse },
		{ "--help", &o->help },
		{ "-h", &o->help },
		{ "--version", &o->version },
	};

	for (size_t i = 0; i < countof(flags); i++)
		if (!strcmp(arg, flags[i].name)) {
			*flags[i].to = true;
			return 0;
		}
	if (!strcmp(arg, "--direct"))
		o->mode = MODE_DIRECT;
	else if (!strcmp(arg, "--lan"))
		o->mode = MODE_LAN;
	else
		return wrong(r, TEXT_option_unknown, arg);
	return 0;
}

static int number(struct reading *r, const char *name, const char *value, uint64_t min, uint64_t max, uint64_t *ret)
{
	if (str_u64(str_z(value), ret) && *ret >= min && *ret <= max)
		return 0;
	return wrong(r, TEXT_option_number, name);
}

static int take_timeout(struct reading *r, const char *name, const char *value)
{
	uint64_t n = 0;
	int bad = number(r, name, value, 1, 86400, &n);

	if (!bad)
		r->o->timeout_s = (unsigned)n;
	return bad;
}

static int take_port(struct reading *r, const char *name, const char *value)
{
	uint64_t n = 0;
	int bad = number(r, name, value, 0, 65535, &n);

	if (!bad)
		r->o->direct_port = (uint16_t)n;
	return bad;
}

static int take_file(struct reading *r, const char *name, const char *value)
{
	if (r->o->files_n == OPTION_FILES_MAX)
		return wrong(r, TEXT_option_files, name);
	r->o->files[r->o->files_n++] = value;
	return 0;
}

/* --name VALUE or --name=VALUE. *used: how many words; 0: it is none of these. */
static int valued(struct reading *r, const char *arg, const char *next, int *used)
{
	struct options *o = r->o;
	const struct {
		const char *name;
		const char **to; /* where it goes as it is; else */
		int (*take)(struct reading *r, const char *name, const char *value);
	} options[] = {
		{ "--to", &o->to, NULL },
		{ "--pin", &o->pin, NULL },
		{ "--forget-key", &o->forget, NULL },
		{ "--bind", &o->bind, NULL },
		{ "--ca", &o->authorities, NULL },
		{ "--file", NULL, take_file },
		{ "--timeout", NULL, take_timeout },
		{ "--direct-port", NULL, take_port },
	};

	*used = 0;
	for (size_t i = 0; i < countof(options); i++) {
		size_t len = strlen(options[i].name);
		const char *value;

		if (strncmp(arg, options[i].name, len) || (arg[len] && arg[len] != '='))
			continue;
		value = arg[len] ? arg + len + 1 : next;
		*used = arg[len] ? 1 : 2;
		if (!value)
			return wrong(r, TEXT_option_value, options[i].name);
		if (options[i].take)
			return options[i].take(r, options[i].name, value);
		*options[i].to = value;
		return 0;
	}
	return 0;
}

static int word(struct reading *r, const char *arg)
{
	if (!r->o->who)
		r->o->who = arg;
	else if (r->o->to && !r->o->text)
		r->o->text = arg;
	else
		return wrong(r, TEXT_option_extra, arg);
	return 0;
}

/* "tom@chat.lan:7789", "tom@[::1]:7789", "tom". */
static int who_read(struct reading *r)
{
	struct options *o = r->o;
	struct str who = str_z(o->who), host, port = STR_NONE;
	size_t at = str_find(who, '@'), colon;
	uint64_t n = 0;

	o->name = str_n(who.p, at);
	host = str_from(who, at + 1);
	if (!o->name.n || (o->mode == MODE_LAN ? at < who.n : !host.n))
		return wrong(r, o->mode == MODE_LAN ? TEXT_option_lan_name : TEXT_option_who, o->who);
	if (host.n && host.p[0] == '[') {
		size_t end = str_find(host, ']');

		if (end == host.n)
			return wrong(r, TEXT_option_who, o->who);
		port = str_from(host, end + 1);
		host = str_n(host.p + 1, end - 1);
	} else if ((colon = str_find(host, ':')) < host.n) {
		port = str_from(host, colon);
		host.n = colon;
	}
	if (port.n && (port.p[0] != ':' || !str_u64(str_from(port, 1), &n) || !n || n > 65535))
		return wrong(r, TEXT_option_who, o->who);
	o->host = host;
	o->port = (uint16_t)n;
	return o->mode == MODE_LAN || host.n ? 0 : wrong(r, TEXT_option_who, o->who);
}

static bool name_good(const struct options *o)
{
	own_arena arena = { 0 };
	struct str prepared;

	/* Small letters and the like: as the server will know it. */
	return jid_local_prepare(&prepared, o->name, &arena) && prepared.n && str_find(prepared, ',') == prepared.n &&
	       str_find(prepared, ';') == prepared.n;
}

static bool is_here(struct str host)
{
	return str_is(host, "localhost") || str_is(host, "::1") || str_starts(host, STR("127."));
}

static int check(struct reading *r)
{
	struct options *o = r->o;
	int bad;

	if (o->help || o->version || (o->settings && !o->who))
		return 0;
	if (!o->who)
		return wrong(r, TEXT_option_nobody, NULL);
	bad = who_read(r);
	if (bad)
		return bad;
	if (!name_good(o))
		return wrong(r, TEXT_bad_name, o->who);
	if (o->insecure && (o->mode != MODE_SERVER || !is_here(o->host)))
		return wrong(r, TEXT_option_insecure, NULL);
	if (o->registering && o->mode != MODE_SERVER)
		return wrong(r, TEXT_option_register, NULL);
	if (o->files_n && !o->to)
		return wrong(r, TEXT_option_file_to, NULL);
	if (o->password_stdin && o->to && !o->text && !o->files_n)
		return wrong(r, TEXT_option_both_stdin, NULL);
	o->once = o->to != NULL;
	return 0;
}

int options_read(struct options *o, int argc, char **argv, bool chinese, struct buf *why)
{
	struct reading r = { o, chinese, why };
	bool options = true;

	*o = (struct options){ .timeout_s = TIMEOUT_S };
	for (int i = 1; i < argc; i++) {
		int used = 0, bad;

		if (options && !strcmp(argv[i], "--")) {
			options = false;
			continue;
		}
		if (!options || argv[i][0] != '-' || !argv[i][1]) {
			bad = word(&r, argv[i]);
		} else {
			bad = valued(&r, argv[i], argv[i + 1], &used);
			if (!bad && !used)
				bad = flag(&r, argv[i]);
		}
		if (bad)
			return bad;
		i += used > 1;
	}
	return check(&r);
}

void options_identity(const struct options *o, struct buf *to)
{
	own_arena arena = { 0 };
	struct str name = o->name;

	jid_local_prepare(&name, o->name, &arena);
	buf_str(to, name);
	if (o->mode == MODE_LAN)
		return;
	buf_str(to, o->mode == MODE_DIRECT ? STR("@direct.") : STR("@"));
	buf_str(to, o->host);
	if (o->port)
		buf_fmt(to, ":%u", o->port);
}
