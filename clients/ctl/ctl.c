/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/ctl/ctl.c - the command line: which command, with which arguments.
 */
#include "clients/ctl/ctl.h"

#include <stdio.h>

#include "base/crypt.h"
#include "base/mem.h"

enum { WORDS_MAX = 1000 };

/* What to say when a command has nothing to show but that it is done. */
enum {
	DONE_user_add = TEXT_done_user_add,
	DONE_user_delete = TEXT_done_user_delete,
	DONE_user_password = TEXT_done_user_password,
	DONE_user_list = -1,
	DONE_user_devices = -1,
	DONE_user_revoke = TEXT_done_user_revoke,
	DONE_user_admin = TEXT_done_user_admin,
	DONE_room_list = -1,
	DONE_room_show = -1,
	DONE_room_occupants = -1,
	DONE_room_create = TEXT_done_room_create,
	DONE_room_set = TEXT_done_room_set,
	DONE_room_affiliate = TEXT_done_room_set,
	DONE_room_destroy = TEXT_done_room_destroy,
	DONE_invite = -1,
	DONE_online = -1,
	DONE_queue = -1,
	DONE_kick = TEXT_done_kick,
	DONE_reports = -1,
	DONE_export = -1,
	DONE_import = -1,
	DONE_settings = -1,
	DONE_status = -1,
	DONE_reload = -1,
	DONE_stop = TEXT_done_stop,
};

static const struct command commands[] = {
#define COMMAND(id, words, arguments, columns, logged) { words, arguments, columns, TEXT_help_##id, DONE_##id },
#include "model/commands.h"
#undef COMMAND
};

struct line {
	struct options options;
	const char *words[WORDS_MAX];
	size_t n;
};

/* ---- help -------------------------------------------------------------------------------------------------------- */

/* "kick NAME[/RESOURCE]" */
static void synopsis(struct buf *to, const struct command *c)
{
	static const struct {
		const char *argument, *shown;
	} shapes[] = {
		{ "name", "NAME" }, { "address", "NAME[/RESOURCE]" }, { "password", "[--password-stdin]" }, { "setting?", "[NAME]" },
		{ "name?", "[NAME]" }, { "admin?", "[--admin]" }, { "uses?", "[--uses N]" }, { "expires?", "[--expires 7d]" },
		{ "file?", "FILE" }, { "names?", "[NAME...]" }, { "room", "ROOM" }, { "key", "KEY" }, { "value", "VALUE" }, { "affiliation", "owner|admin|member|none|outcast" },
		{ "title?", "[--title TEXT]" }, { "members?", "[--members-only]" }, { "on", "on|off" }, { "device", "DEVICE" },
	};
	struct str rest = str_z(c->arguments);

	buf_str(to, str_z(c->words));
	while (rest.n) {
		size_t end = str_find(rest, ' ');

		for (size_t i = 0; i < countof(shapes); i++)
			if (str_is(str_n(rest.p, end), shapes[i].argument))
				buf_fmt(to, " %s", shapes[i].shown);
		rest = str_from(rest, end + 1);
	}
}

static int help(void)
{
	fputs(text(TEXT_usage), stdout);
	for (size_t i = 0; i < countof(commands); i++) {
		own_buf shape = { 0 };

		synopsis(&shape, &commands[i]);
		printf("  %-50s %s\n", buf_z(&shape), text(commands[i].help));
	}
	fputs(text(TEXT_usage_options), stdout);
	return EXIT_DONE;
}

static int wrong_arguments(const struct command *c)
{
	own_buf shape = { 0 };

	synopsis(&shape, c);
	text_complain(TEXT_wrong_arguments, buf_z(&shape), NULL);
	return EXIT_USAGE;
}

/* ---- the command line -------------------------------------------------------------------------------------------- */

static bool take_option(struct line *l, const char *arg)
{
	if (!strcmp(arg, "--json"))
		l->options.json = true;
	else if (!strcmp(arg, "--password-stdin"))
		l->options.password_stdin = true;
	else if (!strcmp(arg, "--admin"))
		l->options.admin = true;
	else if (!strcmp(arg, "--members-only"))
		l->options.members_only = true;
	else
		return false;
	return true;
}

/* --data DIR or --data=DIR: *used says whether the next word belongs to it. EXIT_DONE, or another status after saying what is wrong. */
static int take_value(struct line *l, const char *arg, const char *next, bool *used, bool *taken)
{
	const struct {
		const char *name;
		const char **to;
	} options[] = { { "--data", &l->options.data }, { "--uses", &l->options.uses }, { "--expires", &l->options.expires },
		      { "--title", &l->options.title } };

	*used = *taken = false;
	for (size_t i = 0; i < countof(options); i++) {
		size_t n = strlen(options[i].name);

		if (strncmp(arg, options[i].name, n) || (arg[n] && arg[n] != '='))
			continue;
		*taken = true;
		*used = !arg[n];
		if (*used && !next) {
			text_complain(TEXT_wrong_no_value, options[i].name, NULL);
			return EXIT_USAGE;
		}
		*options[i].to = *used ? next : arg + n + 1;
	}
	return EXIT_DONE;
}

/* EXIT_DONE, or another status after saying what is wrong. */
static int line_take(struct line *l, int argc, char **argv)
{
	bool options = true;

	for (int i = 1; i < argc; i++) {
		if (options && !strcmp(argv[i], "--")) {
			options = false;
		} else if (options && argv[i][0] == '-') {
			bool next, taken;
			int r = take_value(l, argv[i], argv[i + 1], &next, &taken);

			i += next;
			if (r)
				return r;
			if (!taken && !take_option(l, argv[i])) {
				text_complain(TEXT_wrong_option, argv[i], NULL);
				return EXIT_USAGE;
			}
		} else if (l->n < WORDS_MAX) {
			l->words[l->n++] = argv[i];
		}
	}
	return EXIT_DONE;
}

/* The command whose words the line begins with; *used says how many they are. */
static const struct command *command_find(const struct line *l, size_t *used)
{
	for (size_t i = 0; i < countof(commands); i++) {
		own_buf said = { 0 };
		struct str words = str_z(commands[i].words);

		*used = str_find(words, ' ') < words.n ? 2 : 1;
		for (size_t k = 0; k < *used && k < l->n; k++)
			buf_fmt(&said, "%s%s", k ? " " : "", l->words[k]);
		if (str_eq(buf_all(&said), words))
			return &commands[i];
	}
	return NULL;
}

static bool put(json_t *request, const char *key, struct str value)
{
	json_t *v = json_stringn(value.p, value.n);

	return v && json_object_set_new(request, key, v) == 0;
}

/* "tom/phone" as its two parts. */
static bool put_address(json_t *request, struct str address)
{
	size_t slash = str_find(address, '/');

	if (!put(request, "name", str_n(address.p, slash)))
		return false;
	return slash == address.n || put(request, "resource", str_from(address, slash + 1));
}

static bool is_inviting(const struct options *o) { return o->admin || o->uses || o->expires; }
static bool is_founding(const struct options *o) { return o->members_only || o->title; }

static bool put_founding(json_t *request, const struct options *o)
{
	return (!o->members_only || put(request, "members", STR("yes"))) && (!o->title || put(request, "title", str_z(o->title)));
}

static bool put_invite(json_t *request, const struct options *o)
{
	return (!o->admin || put(request, "admin", STR("yes"))) && (!o->uses || put(request, "uses", str_z(o->uses))) &&
	       (!o->expires || put(request, "expires", str_z(o->expires)));
}

static int put_password(json_t *request, const struct options *o)
{
	struct buf password = { 0 };
	int r = password_read(o, json_string_value(json_object_get(request, "name")), &password);

	if (!r && !put(request, "password", buf_all(&password))) {
		text_complain(TEXT_wrong_text, "", NULL);
		r = EXIT_USAGE;
	}
	buf_wipe(&password);
	return r;
}

/* Under the name of the argument, without its question mark. */
static bool put_word(json_t *request, struct str argument, struct str word)
{
	own_buf key = { 0 };

	buf_str(&key, argument.p[argument.n - 1] == '?' ? str_n(argument.p, argument.n - 1) : argument);
	return put(request, buf_z(&key), word);
}

/* Puts the arguments of the command into the request. EXIT_DONE, or another status after saying what is wrong. */
static int arguments_take(const struct command *c, const struct line *l, size_t at, json_t *request)
{
	struct str rest = str_z(c->arguments);
	bool password = false, invites = false, founds = false, good = true;

	while (rest.n) {
		size_t end = str_find(rest, ' ');
		struct str argument = str_n(rest.p, end);
		struct str word = at < l->n ? str_z(l->words[at]) : STR("");

		rest = str_from(rest, end + 1);
		if (str_is(argument, "password")) {
			password = true;
			continue;
		}
		if (str_is(argument, "admin?") || str_is(argument, "uses?") || str_is(argument, "expires?")) {
			invites = true;
			continue;
		}
		if (str_is(argument, "title?") || str_is(argument, "members?")) {
			founds = true;
			continue;
		}
		if (at >= l->n || (!word.n && !str_is(argument, "value"))) {
			if (argument.p[argument.n - 1] == '?')
				continue;
			return wrong_arguments(c);
		}
		at++;
		good = good && (str_is(argument, "address") ? put_address(request, word) : put_word(request, argument, word));
	}
	if (at < l->n || (l->options.password_stdin && !password) || (is_inviting(&l->options) && !invites) ||
	    (is_founding(&l->options) && !founds))
		return wrong_arguments(c);
	good = good && put_invite(request, &l->options) && put_founding(request, &l->options);
	if (!good) {
		text_complain(TEXT_wrong_text, "", NULL);
		return EXIT_USAGE;
	}
	return password ? put_password(request, &l->options) : EXIT_DONE;
}

static void request_free(json_t *request)
{
	json_t *password = json_object_get(request, "password");

	if (password)
		secret_wipe((char *)(uintptr_t)json_string_value(password), json_string_length(password));
	json_decref(request);
}

static int run(const struct command *c, const struct line *l, size_t used)
{
	json_t *request = json_pack("{s:s}", "command", c->words), *rows, *end;
	int r = arguments_take(c, l, used, request);

	if (!r)
		r = ask(&l->options, request, &rows, &end);
	request_free(request);
	if (r)
		return r;
	r = (l->options.json ? print_json : print_answer)(c, rows, end);
	json_decref(rows);
	json_decref(end);
	return r;
}

static int no_command(const struct line *l)
{
	own_buf said = { 0 };

	for (size_t i = 0; i < l->n && i < 2; i++)
		buf_fmt(&said, "%s%s", i ? " " : "", l->words[i]);
	text_complain(TEXT_wrong_no_command, buf_z(&said), NULL);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct command *c;
	struct line line = { 0 };
	size_t used;
	int r;

	text_begin();
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return help();
		if (!strcmp(argv[i], "--version")) {
			puts("anserctl " ANSER_VERSION);
			return EXIT_DONE;
		}
	}
	r = line_take(&line, argc, argv);
	if (r)
		return r;
	if (!line.n) {
		help();
		return EXIT_USAGE;
	}
	c = command_find(&line, &used);
	if (c && (!strcmp(c->words, "export") || !strcmp(c->words, "import"))) {
		bool out = !strcmp(c->words, "export");

		if (line.n == used || (!out && line.n > used + 1))
			return wrong_arguments(c);
		return (out ? transfer_export : transfer_import)(&line.options, line.words + used, line.n - used);
	}
	return c ? run(c, &line, used) : no_command(&line);
}
