/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/fuzz_term_classic.c - a server of the classic protocol that says anything: the client stays
 * whole, and what it says are requests, one a line. The bytes are what the server tells; those behind a zero byte are
 * told on the second connection (files).
 */
#include <stdlib.h>

#include "clients/term/engine/test_net_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct hostile {
	struct str told[2];
	unsigned lines;
};

struct talking {
	struct hostile *h;
	struct buf heard, told;
	bool over;
};

static void *h_open(void *arg, struct net_host *from)
{
	struct talking *t = mem_new(struct talking);

	(void)from;
	t->h = arg;
	if (t->h->lines == 0)
		buf_lit(&t->told, "1|\n");
	buf_str(&t->told, t->h->told[t->h->lines++ > 0]);
	return t;
}

/* Requests only: three digits, a bar, and text. */
static void h_take(void *arg, void *line, struct str bytes)
{
	struct talking *t = line;
	size_t end;

	(void)arg;
	buf_str(&t->heard, bytes);
	while ((end = str_find(buf_all(&t->heard), '\n')) < t->heard.n) {
		struct str request = str_n(t->heard.p, end);

		if (request.n < 4 || request.p[0] != '1' || request.p[3] != '|' || !str_is_utf8(request))
			abort();
		/* The bytes of a file are no requests. */
		if (str_starts(request, STR("105|"))) {
			buf_clear(&t->heard);
			return;
		}
		buf_eat(&t->heard, end + 1);
	}
}

static struct str h_give(void *arg, void *line)
{
	static char room[64 * 1024];
	struct talking *t = line;
	size_t n = t->told.n < sizeof room ? t->told.n : sizeof room;

	(void)arg;
	if (n)
		memcpy(room, t->told.p, n);
	buf_eat(&t->told, n);
	return str_n(room, n);
}

static bool h_closed(void *arg, void *line)
{
	(void)arg;
	return ((struct talking *)line)->over;
}

static void h_cut(void *arg, void *line)
{
	struct talking *t = line;

	(void)arg;
	buf_free(&t->heard);
	buf_free(&t->told);
	mem_free(t);
}

static void h_pass(void *arg, msec ms) { (void)arg, (void)ms; }

static void lines_do(struct net_host *h)
{
	static const struct str lines[] = { STR_INIT("/join #tea"), STR_INIT("/get"), STR_INIT("/who"), STR_INIT("/files"),
					    STR_INIT("/history"), STR_INIT("/status"), STR_INIT("/search a"),
					    STR_INIT("/decline") };

	net_say(h, "jack", "hello");
	net_say(h, "#tea", "hello");
	net_send_file(h, "jack", "x");
	for (size_t i = 0; i < countof(lines); i++) {
		client_line(h->client, NULL, lines[i]);
		net_run(h->world, 50);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct hostile hostile = { 0 };
	struct net_server server = { .open = h_open, .take = h_take, .give = h_give, .closed = h_closed, .cut = h_cut,
				     .pass = h_pass, .arg = &hostile };
	struct str all = str_n(n ? (const char *)bytes : "", n > 32768 ? 32768 : n);
	size_t zero = str_find(all, 0);
	struct net_world *w = net_world_new(n);
	struct net_host *h = net_host_add(w, "tom", MODE_SERVER);

	hostile.told[0] = str_n(all.p, zero);
	hostile.told[1] = str_from(all, zero + 1);
	if (!hostile.told[1].p)
		hostile.told[1] = STR("");
	w->server = &server;
	h->password = STR("secret");
	net_file_make(h, "x", 100);
	net_start(h);
	net_run(w, 200);
	if (h->client && !h->quit)
		lines_do(h);
	net_run(w, 3000);
	net_world_free(w);
	return 0;
}
