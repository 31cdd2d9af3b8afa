/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "server/server.h"
#include "server/settings_table.h"

static const char usage[] =
	"anserd [OPTIONS]: the Anser message server, in the foreground\n\n"
	"  --config FILE               read settings from FILE\n"
	"  --data DIR                  where everything is kept (server.data)\n"
	"  --set section.name=VALUE    one setting; overrides the file\n"
	"  --print-ports               say on stdout which ports are open, as JSON (also in DATA/ports.json)\n"
	"  --sample-config             print a file with every setting and its default\n"
	"  --manual                    print the manual page anserd.conf(5)\n"
	"  --version                   print the version\n"
	"  --help                      print this\n\n"
	"SIGHUP reads the settings and the certificate again; SIGTERM or Ctrl-C ends the server in order.\n"
	"Status: 0 after an orderly end, 1 when the server could not start, 2 when an option or a setting is wrong.\n";

struct args {
	struct options options;
	const char **set;
	struct buf data; /* "server.data=…" */
};

static void print_from_table(void (*write)(const struct settings *s, struct buf *to))
{
	struct settings *s = settings_new(settings_table, settings_table_n);
	own_buf text = { 0 };

	write(s, &text);
	fwrite(text.p, 1, text.n, stdout);
	settings_free(s);
}

/* Prints what was asked for instead of serving; false when `arg` is no such option. */
static bool print_only(const char *arg)
{
	if (!strcmp(arg, "--help") || !strcmp(arg, "-h"))
		fputs(usage, stdout);
	else if (!strcmp(arg, "--version"))
		puts("anserd " ANSER_VERSION);
	else if (!strcmp(arg, "--sample-config"))
		print_from_table(settings_sample);
	else if (!strcmp(arg, "--manual"))
		print_from_table(settings_page);
	else
		return false;
	return true;
}

static void take_config(struct args *a, const char *value) { a->options.config = value; }
static void take_set(struct args *a, const char *value) { a->set[a->options.set_n++] = value; }

static void take_data(struct args *a, const char *value)
{
	buf_clear(&a->data);
	buf_fmt(&a->data, "server.data=%s", value);
}

/* "--name value" or "--name=value". Moves *i on to what it used; false when argv[*i] is not this option, NULL value when it lacks one. */
static bool has_value(const char *name, char **argv, int *i, const char **value)
{
	size_t n = strlen(name);

	if (strncmp(argv[*i], name, n) || (argv[*i][n] && argv[*i][n] != '='))
		return false;
	*value = argv[*i][n] ? argv[*i] + n + 1 : argv[*i + 1];
	if (!argv[*i][n] && *value)
		++*i;
	return true;
}

static int wrong(const char *arg, const char *what)
{
	fprintf(stderr, "anserd: %s %s; anserd --help lists the options\n", arg, what);
	return 2;
}

static int take(struct args *a, char **argv, int *i)
{
	static const struct {
		const char *name;
		void (*take)(struct args *a, const char *value);
	} table[] = { { "--config", take_config }, { "--data", take_data }, { "--set", take_set } };
	const char *value;

	if (!strcmp(argv[*i], "--print-ports")) {
		a->options.print_ports = true;
		return 0;
	}
	for (size_t k = 0; k < countof(table); k++) {
		const char *arg = argv[*i];

		if (!has_value(table[k].name, argv, i, &value))
			continue;
		if (!value)
			return wrong(arg, "wants something behind it");
		table[k].take(a, value);
		return 0;
	}
	return wrong(argv[*i], "is not known");
}

int main(int argc, char **argv)
{
	struct args a = { 0 };
	int r = 0;

	for (int i = 1; i < argc; i++)
		if (print_only(argv[i]))
			return 0;
	a.set = mem_alloc(((size_t)argc + 1) * sizeof *a.set);
	for (int i = 1; !r && i < argc; i++)
		r = take(&a, argv, &i);
	/* As a setting like any other, and the last: --data means what it says. */
	if (a.data.n)
		take_set(&a, buf_z(&a.data));
	a.options.set = a.set;
	if (!r)
		r = server_run(&a.options);
	buf_free(&a.data);
	mem_free(a.set);
	return r;
}
