/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/load.c - the load generator: brings clients to an XMPP server, lets them talk, and says how fast it went and what it cost the
 * server's processes. One line of JSON on stdout, the same for people on stderr.
 */
#include "bench/load.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/mem.h"

/* ---- report ---------------------------------------------------------------------------------------------------------------- */

static double own_cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

struct span span_now(const struct load *l, uint64_t count)
{
	return (struct span){ .at_ns = net_now(), .server_us = procs_cpu_us(&l->options.server), .own_us = own_cpu_us(), .count = count };
}

void report_number(struct load *l, const char *name, double value)
{
	buf_fmt(&l->json, ", \"%s\": %.3f", name, value);
	fprintf(stderr, "  %-36s %15.3f\n", name, value);
}

static void report_rate(struct load *l, const char *what, const char *unit, double value)
{
	own_buf name = { 0 };

	buf_fmt(&name, unit, what);
	report_number(l, buf_z(&name), value);
}

void report_span(struct load *l, const char *what, struct span from, struct span to)
{
	double n = (double)(to.count - from.count), s = (double)(to.at_ns - from.at_ns) / 1e9;

	if (to.count == from.count) {
		report_failure(l, "nothing was delivered in the measured time");
		return;
	}
	report_number(l, "seconds", s);
	report_rate(l, what, "%ss", n);
	report_rate(l, what, "%ss_per_s", n / s);
	if (l->options.server.n) {
		report_rate(l, what, "server_cpu_us_per_%s", (to.server_us - from.server_us) / n);
		report_number(l, "server_cores_busy", (to.server_us - from.server_us) / 1e6 / s);
	}
	report_rate(l, what, "load_cpu_us_per_%s", (to.own_us - from.own_us) / n);
}

void report_failure(struct load *l, const char *what)
{
	if (l->failed)
		return;
	l->failed = true;
	fprintf(stderr, "load: %s%s%s\n", what, *l->target.why ? ": " : "", l->target.why);
	buf_fmt(&l->json, ", \"failed\": \"%s\"", what);
}

/* ---- letters --------------------------------------------------------------------------------------------------------------- */

enum { ID_DIGITS = 16 };

void letter_make(struct letter *x, const struct load *l, unsigned to, bool full)
{
	static const char words[] = "the quick brown fox jumps over the lazy dog ";

	buf_fmt(&x->bytes, "<message to='u%u@%.*s%s' type='chat' id='", to, STR_ARG(l->target.domain), full ? "/r0" : "");
	x->id_at = x->bytes.n;
	buf_lit(&x->bytes, "0000000000000000'><body>");
	for (unsigned i = 0; i < l->options.body; i++)
		buf_byte(&x->bytes, words[i % (sizeof words - 1)]);
	buf_lit(&x->bytes, "</body><active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>");
}

void letter_write(struct buf *out, const struct letter *x, uint64_t number)
{
	char *id = buf_room(out, x->bytes.n);

	memcpy(id, x->bytes.p, x->bytes.n);
	out->n += x->bytes.n;
	id += x->id_at;
	for (unsigned i = ID_DIGITS; i-- && number; number >>= 4)
		id[i] = "0123456789abcdef"[number & 15];
}

bool letter_number(struct str stanza, uint64_t *ret)
{
	struct str id = stanza_attr(stanza, STR(" id="));
	uint64_t n = 0;

	if (id.n != ID_DIGITS)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		unsigned c = (unsigned char)id.p[i];
		n = n << 4 | (c >= 'a' ? c - 'a' + 10 : c - '0');
	}
	*ret = n;
	return true;
}

/* ---- options --------------------------------------------------------------------------------------------------------------- */

static const struct mode {
	const char *name;
	void (*run)(struct load *);
	const char *help;
} modes[] = {
	{ "register", load_register, "makes the accounts u0, u1, ... --sessions of them, by XEP-0077" },
	{ "chat", load_chat, "--pairs talk, --window messages under way in each; --acks: counts acknowledgements; --rate: so many a second, "
			     "with latencies; --raw: without XMPP, for bench/relay" },
	{ "login", load_login, "whole logins, --sessions at a time" },
	{ "idle", load_idle, "memory of --sessions sessions that do nothing" },
	{ "offline", load_offline, "--pairs of which only the sender is there; at most --messages" },
	{ "stall", load_stall, "memory while one does not read and --pairs send to it as fast as they can" },
	{ "rooms", load_rooms, "--rooms of --sessions occupants each, in each one that talks with --window messages under way; --joins: one comes "
			       "and goes instead" },
	{ "files", load_files, "one file of --mebibytes through the classic door (--port) and by curl (--http), in turn, beside a plain copy in --dir" },
	{ "hybrid", load_hybrid, "whole logins of the hybrid protocol, --sessions clients, beside a process that only answers" },
	{ "memory", load_memory, "of the processes as they are, without any load" },
};

/* Whole numbers, each with its default. */
static const struct number {
	const char *name;
	size_t at;
	unsigned fallback;
	const char *help;
} numbers[] = {
	{ "pairs", offsetof(struct options, pairs), 100, "pairs of clients" },
	{ "window", offsetof(struct options, window), 1, "messages under way in a pair" },
	{ "seconds", offsetof(struct options, seconds), 5, "measured, after a second to warm up" },
	{ "rate", offsetof(struct options, rate), 0, "messages a second of all pairs; 0: as fast as it goes" },
	{ "sessions", offsetof(struct options, sessions), 16, "see the modes" },
	{ "first", offsetof(struct options, first), 0, "number of the first account" },
	{ "messages", offsetof(struct options, messages), 50000, "see the modes" },
	{ "body", offsetof(struct options, body), 100, "bytes of text in a message" },
	{ "rooms", offsetof(struct options, rooms), 1, "how many" },
	{ "resources", offsetof(struct options, resources), 1, "sessions of each account in rooms" },
	{ "mebibytes", offsetof(struct options, mebibytes), 256, "of the file" },
	{ "http", offsetof(struct options, http), 0, "port of the same server's web door" },
};

enum { NUMBERS = countof(numbers), OPTION_PORT = NUMBERS, OPTION_PID, OPTION_NAME, OPTION_DOMAIN, OPTION_TLS, OPTION_ACKS, OPTION_RAW,
       OPTION_SHA1, OPTION_WS, OPTION_JOINS, OPTION_DIR, OPTIONS };

static const struct option rest[] = {
	{ "port", required_argument, NULL, OPTION_PORT },     { "pid", required_argument, NULL, OPTION_PID },
	{ "name", required_argument, NULL, OPTION_NAME },     { "domain", required_argument, NULL, OPTION_DOMAIN },
	{ "tls", required_argument, NULL, OPTION_TLS },       { "acks", no_argument, NULL, OPTION_ACKS },
	{ "raw", no_argument, NULL, OPTION_RAW },             { "sha1", no_argument, NULL, OPTION_SHA1 },
	{ "ws", no_argument, NULL, OPTION_WS },		      { "joins", no_argument, NULL, OPTION_JOINS },
	{ "dir", required_argument, NULL, OPTION_DIR },
};

static int usage(void)
{
	fprintf(stderr, "usage: load MODE --port N [--pid N]... [options]\n");
	for (size_t i = 0; i < countof(modes); i++)
		fprintf(stderr, "  %-10s %s\n", modes[i].name, modes[i].help);
	for (size_t i = 0; i < NUMBERS; i++)
		fprintf(stderr, "  --%-10s %s (%u)\n", numbers[i].name, numbers[i].help, numbers[i].fallback);
	fprintf(stderr, "  --tls none|start|direct  --sha1  --acks (XEP-0198)  --ws (RFC 7395)  --raw  --domain NAME (localhost)  --name TEXT  --dir PATH (/tmp)\n"
			"  --pid: a process of the server; its descendants are counted too\n");
	return 2;
}

static bool number_read(const char *text, unsigned *ret)
{
	uint64_t v;

	if (!str_u64(str_z(text), &v) || v > 100000000)
		return false;
	*ret = (unsigned)v;
	return true;
}

static bool tls_read(const char *text, enum tls_use *ret)
{
	static const char *const words[] = { [TLS_NONE] = "none", [TLS_START] = "start", [TLS_DIRECT] = "direct" };

	for (size_t i = 0; i < countof(words); i++)
		if (!strcmp(words[i], text)) {
			*ret = (enum tls_use)i;
			return true;
		}
	return false;
}

static bool option_take(struct load *l, int which, const char *value)
{
	unsigned n = 0;

	if (which < NUMBERS)
		return number_read(value, (unsigned *)(void *)((char *)&l->options + numbers[which].at));
	switch (which) {
	case OPTION_PORT:
		l->options.port = number_read(value, &n) && n < 65536 ? (uint16_t)n : 0;
		return l->options.port;
	case OPTION_PID: return number_read(value, &n) && procs_add(&l->options.server, (int)n);
	case OPTION_NAME: l->options.name = value; return true;
	case OPTION_DOMAIN: l->target.domain = str_z(value); return true;
	case OPTION_TLS: return tls_read(value, &l->target.tls);
	case OPTION_ACKS: return l->target.acks = true;
	case OPTION_RAW: return l->target.raw = true;
	case OPTION_SHA1: return l->target.sha1 = true;
	case OPTION_WS: return l->target.ws = true;
	case OPTION_JOINS: return l->options.joins = true;
	case OPTION_DIR: l->options.dir = value; return true;
	}
	return false;
}

static bool options_read(struct load *l, int argc, char **argv)
{
	struct option table[NUMBERS + countof(rest) + 1] = { 0 };
	int which;

	for (int i = 0; i < (int)NUMBERS; i++) {
		table[i] = (struct option){ numbers[i].name, required_argument, NULL, i };
		*(unsigned *)(void *)((char *)&l->options + numbers[i].at) = numbers[i].fallback;
	}
	memcpy(table + NUMBERS, rest, sizeof rest);
	while ((which = getopt_long(argc, argv, "", table, NULL)) != -1)
		if (!option_take(l, which, optarg)) {
			fprintf(stderr, "load: %s does not fit%s%s\n", argv[optind - 1], which == OPTION_PID ? ": " : "",
				which == OPTION_PID ? "no such process" : "");
			return false;
		}
	return optind == argc && (l->options.port || l->options.server.n) && l->options.window && l->options.pairs && l->options.seconds;
}

static const struct mode *mode_named(const char *name)
{
	for (size_t i = 0; i < countof(modes); i++)
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	return NULL;
}

int main(int argc, char **argv)
{
	static struct load l = { .options = { .name = "", .dir = "/tmp" }, .target = { .domain = STR_INIT("localhost"), .password = STR_INIT("a long secret") } };
	const struct mode *mode = argc > 1 ? mode_named(argv[1]) : NULL;
	struct target *t = &l.target;

	if (!mode || !options_read(&l, argc - 1, argv + 1))
		return usage();
	t->accounts = l.options.first + 2 * l.options.pairs + l.options.sessions * l.options.rooms + 64;
	t->salted = mem_alloc(t->accounts * sizeof *t->salted);
	if (!net_open(&t->net, l.options.port)) {
		perror("load");
		return 1;
	}
	fprintf(stderr, "%s %s\n", mode->name, l.options.name);
	buf_fmt(&l.json, "{\"mode\": \"%s\", \"name\": \"%s\"", mode->name, l.options.name);
	mode->run(&l);
	printf("%s}\n", buf_z(&l.json));
	net_close(&t->net);
	mem_free(t->salted);
	buf_free(&t->frames);
	buf_free(&l.json);
	return l.failed;
}
