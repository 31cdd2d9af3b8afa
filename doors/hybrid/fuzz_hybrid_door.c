/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/fuzz_hybrid_door.c - three addresses that say anything, by UDP and TCP, in any order. Until somebody has connected the server says no more
 * than was said to it; what it says is of the protocol; and who uses another door is served as before.
 *
 * The input is records: what and who, how long, that many bytes, in which a ~ stands for the endpoint of who says it.
 */
#include <stdlib.h>

#include "tests/talk.h"
#include "wire/hybrid.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { CLIENTS = 3, RECORDS_MAX = 60, RUNS = 100, FIRST_PORT = 40000, PORTS = 2000 };
enum { ALL_GONE_MS = 15 * 60 * 1000 }; /* leases, and ports that are kept for who has gone */
enum { SAY_8, SAY_16, SAY_RAW, CONNECT_SAY, CUT, WAIT, TO_THEM, SAY_TO_PORT, WHATS };

struct client {
	const char *endpoint, *address, *name;
	struct line *line;
};

struct stage {
	struct talk *t;
	struct client client[CLIENTS];
	struct line *tom;
	size_t in, in_n, out, out_n; /* of datagrams; what was said before this input */
	bool proved;
};

static void must(bool what)
{
	if (!what)
		abort();
}

static void fill(struct buf *to, struct str bytes, const char *endpoint)
{
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] == '~')
			buf_str(to, str_z(endpoint));
		else
			buf_byte(to, bytes.p[i]);
}

/* The n-th of those that are open; they count up. The door's own when there is none. */
static uint16_t port_open(const struct stage *s, unsigned n)
{
	uint16_t found = TALK_PORT;

	for (uint16_t port = FIRST_PORT; port < FIRST_PORT + PORTS; port++)
		if (talk_port_is_open(s->t, port)) {
			found = port;
			if (!n--)
				break;
		}
	return found;
}

static void datagram(struct stage *s, struct client *c, unsigned what, struct str bytes)
{
	own_buf text = { 0 }, wide = { 0 };
	struct str say;
	uint16_t port = what == SAY_TO_PORT ? port_open(s, bytes.n ? (uint8_t)bytes.p[0] % 4 : 0) : TALK_PORT;

	if (what == SAY_TO_PORT)
		bytes = str_from(bytes, 1);
	fill(&text, bytes, c->endpoint);
	say = buf_all(&text);
	if (what == SAY_16 && str_is_utf8(say)) {
		utf16_write(&wide, say);
		say = buf_all(&wide);
	}
	talk_datagram(s->t, c->endpoint, port, say);
	s->in += say.n;
	s->in_n++;
}

static void by_tcp(struct stage *s, struct client *c, struct str bytes)
{
	own_buf text = { 0 };

	if (!c->line || talk_closed(c->line))
		c->line = talk_open_at(s->t, 0, &hybrid_door, c->address);
	s->proved = true;
	fill(&text, bytes, c->endpoint);
	talk_say_n(c->line, text.p, text.n);
}

static void to_them(struct stage *s, struct client *c, struct str bytes)
{
	own_buf line = { 0 };

	buf_fmt(&line, "103|tom,%s,", c->name);
	for (size_t i = 0; i < bytes.n; i++)
		buf_byte(&line, (uint8_t)bytes.p[i] < 0x20 || (uint8_t)bytes.p[i] > 0x7e ? '.' : bytes.p[i]);
	buf_byte(&line, '\n');
	must(talk_ask(s->tom, buf_z(&line))[1] == '|');
}

static void check(struct stage *s)
{
	size_t n, out = talk_datagrams_bytes(s->t, &n);

	must(s->proved || (out - s->out <= s->in && n - s->out_n <= s->in_n));
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct talk_datagram d;

		while (talk_datagram_hear(s->t, s->client[i].endpoint, &d)) {
			struct hybrid_datagram read;
			own_buf room = { 0 };

			must(hybrid_parse(&read, d.bytes, &room) && d.near);
		}
	}
}

static void record(struct stage *s, uint8_t op, struct str bytes)
{
	struct client *c = &s->client[op / WHATS % CLIENTS];

	switch (op % WHATS) {
	case CONNECT_SAY:
		by_tcp(s, c, bytes);
		break;
	case CUT:
		if (c->line && !talk_closed(c->line))
			talk_cut(c->line);
		c->line = NULL;
		break;
	case WAIT:
		talk_wait(s->t, bytes.n ? (msec)(uint8_t)bytes.p[0] * 400 : 100);
		break;
	case TO_THEM:
		to_them(s, c, bytes);
		break;
	default:
		datagram(s, c, op % WHATS, bytes);
	}
	check(s);
}

/* Making accounts and logging in costs more than all the rest: a server serves many inputs, each when everybody but tom has gone. */
static struct talk *server;
static struct line *tom;
static unsigned runs;

static void server_free(void) { server = talk_free(server); }

static void server_ready(void)
{
	if (server && ++runs < RUNS)
		return;
	if (!server)
		atexit(server_free);
	server_free();
	runs = 0;
	server = talk_new(1, NULL);
	talk_datagrams(server, &hybrid_datagrams);
	talk_account(server, "tom", "secret");
	talk_account(server, "bob", "secret");
	tom = talk_open(server, 0, &classic_door, TALK_HERE);
	must(talk_ask(tom, "101|tom,secret\n")[0] == '1');
}

static void all_leave(struct stage *s)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		if (s->client[i].line && !talk_closed(s->client[i].line))
			talk_cut(s->client[i].line);
	talk_wait(s->t, ALL_GONE_MS);
	check(s);
	talk_hear(tom);
	must(strstr(talk_ask(tom, "102|\n"), "@Server@tom@") != NULL);
	must(port_open(s, 0) == TALK_PORT);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct stage s = { .client = { { "10.0.0.7:5001", "10.0.0.7", "ann" }, { "10.0.0.8:5001", "10.0.0.8", "bob" }, { "[fd00::9]:5001", "fd00::9", "cui" } } };
	size_t at = 0;

	server_ready();
	s.t = server;
	s.tom = tom;
	s.out = talk_datagrams_bytes(s.t, &s.out_n);
	for (unsigned i = 0; i < RECORDS_MAX && at + 2 <= n; i++) {
		size_t len = bytes[at + 1] < n - at - 2 ? bytes[at + 1] : n - at - 2;

		record(&s, bytes[at], str_n((const char *)bytes + at + 2, len));
		at += 2 + len;
	}
	all_leave(&s);
	return 0;
}
