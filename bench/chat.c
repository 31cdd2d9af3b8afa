/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/chat.c - pairs that talk: with so many messages under way in each pair, every one answered by the next; or, with --acks
 * and --rate, one of them writes and the other reads. Every message is numbered; one that is missing, comes twice or out of order
 * makes the run fail.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bench/load.h"

enum { PATIENCE_S = 15, SLOW_S = 30 };

/* What one client writes to the other of its pair. */
struct way {
	struct client *from;
	struct letter letter;
	uint64_t sent, received, acknowledged;
	int64_t *due_ns; /* with --rate: when each should have gone out, late or not */
};

struct chat {
	struct load *load;
	struct crowd crowd;
	struct way *way; /* by the place of the sender in the crowd; who is next to it, at an odd or even place, is its pair */
	uint64_t sent, received, acknowledged, disorder, refused;
	bool stopped;
	int64_t *latency_ns; /* of those received since measuring began */
	size_t latencies, latencies_room;
};

static void send_one(struct chat *chat, struct way *w)
{
	letter_write(&w->from->link.out, &w->letter, w->sent++);
	chat->sent++;
	w->from->said++;
	if (chat->load->target.acks)
		buf_lit(&w->from->link.out, "<r xmlns='urn:xmpp:sm:3'/>");
	link_send(&w->from->link);
}

static size_t place_of(const struct chat *chat, const struct client *c) { return (size_t)(c - chat->crowd.client); }

static bool one_way(const struct chat *chat) { return chat->load->target.acks || chat->load->options.rate; }

static void latency_note(struct chat *chat, const struct way *w, uint64_t number)
{
	if (chat->latencies < chat->latencies_room)
		chat->latency_ns[chat->latencies++] = net_now() - w->due_ns[number];
}

static void on_message(struct chat *chat, struct client *c, struct str stanza)
{
	struct way *w = &chat->way[place_of(chat, c) ^ 1];
	uint64_t number;

	if (str_is(stanza_attr(stanza, STR(" type=")), "error")) {
		chat->refused++;
		return;
	}
	if (!letter_number(stanza, &number) || number != w->received)
		chat->disorder++;
	if (w->due_ns && number < w->sent)
		latency_note(chat, w, number);
	w->received++;
	chat->received++;
	if (!chat->stopped && !one_way(chat))
		send_one(chat, &chat->way[place_of(chat, c)]);
}

/* <a h='N'/>: N stanzas of ours, the presence is one. */
static void on_ack(struct chat *chat, struct client *c, struct str stanza)
{
	struct way *w = &chat->way[place_of(chat, c)];
	uint64_t h, before = w->acknowledged;

	if (!str_u64(stanza_attr(stanza, STR(" h=")), &h) || h > c->said)
		chat->disorder++;
	else if (h > c->said - w->sent)
		w->acknowledged = h - (c->said - w->sent);
	for (; before < w->acknowledged; before++) {
		chat->acknowledged++;
		if (!chat->stopped)
			send_one(chat, w);
	}
}

static void chat_stanza(struct client *c, struct str stanza)
{
	if (stanza_is(stanza, STR("<message")))
		on_message(c->arg, c, stanza);
	else if (stanza_is(stanza, STR("<a")))
		on_ack(c->arg, c, stanza);
}

static void chat_ready(struct client *c) {}

static void chat_gone(struct client *c)
{
	struct chat *chat = c->arg;

	report_failure(chat->load, "a connection was lost");
}

static const struct client_acts chat_acts = { .ready = chat_ready, .stanza = chat_stanza, .gone = chat_gone };

/* ---- as fast as it goes, and at a rate ---------------------------------------------------------------------------------- */

static void run_until(struct chat *chat, int64_t until)
{
	while (net_now() < until && !chat->load->failed)
		net_turn(&chat->load->target.net, until);
}

static void fill_windows(struct chat *chat)
{
	const struct options *o = &chat->load->options;

	for (unsigned i = 0; i < o->pairs; i++)
		for (unsigned n = 0; n < o->window; n++)
			send_one(chat, &chat->way[2 * i]);
}

/* Open loop: a server that falls behind does not slow the senders down, and what waits counts from when it was due. */
static void run_paced(struct chat *chat, int64_t begin, int64_t until)
{
	const struct options *o = &chat->load->options;
	uint64_t total = chat->sent;

	for (uint64_t i = 0; !chat->load->failed; i++) {
		int64_t due = begin + (int64_t)(i * 1000000000 / o->rate);
		struct way *w = &chat->way[2 * ((total + i) % o->pairs)];

		while (net_now() < due && !chat->load->failed)
			net_turn(&chat->load->target.net, due);
		if (due >= until)
			return;
		w->due_ns[w->sent] = due;
		send_one(chat, w);
		if (net_now() >= due + 1000000)
			net_turn(&chat->load->target.net, 0);
	}
}

static void run_span(struct chat *chat, unsigned seconds)
{
	int64_t now = net_now(), until = now + (int64_t)seconds * 1000000000;

	if (chat->load->options.rate)
		run_paced(chat, now, until);
	else
		run_until(chat, until);
}

/* What is under way may take its time, as long as some of it keeps arriving; but not for ever. */
static void drain(struct chat *chat)
{
	uint64_t arrived = chat->received;
	int64_t since = net_now(), until = since + SLOW_S * 1000000000LL;

	chat->stopped = true;
	while (chat->received + chat->refused < chat->sent && net_now() < since + PATIENCE_S * 1000000000LL && net_now() < until &&
	       !chat->load->failed) {
		net_turn(&chat->load->target.net, net_now() + 10000000);
		if (chat->received != arrived)
			since = net_now();
		arrived = chat->received;
	}
}

/* ---- report ------------------------------------------------------------------------------------------------------------------ */

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void report_latency(struct chat *chat)
{
	static const struct {
		const char *name;
		double part;
	} points[] = { { "latency_p50_ms", 0.5 }, { "latency_p99_ms", 0.99 }, { "latency_max_ms", 1 } };

	if (!chat->latencies)
		return;
	qsort(chat->latency_ns, chat->latencies, sizeof *chat->latency_ns, by_size);
	for (size_t i = 0; i < countof(points); i++)
		report_number(chat->load, points[i].name,
			      (double)chat->latency_ns[(size_t)((double)(chat->latencies - 1) * points[i].part)] / 1e6);
}

static void report_honesty(struct chat *chat)
{
	report_number(chat->load, "refused", (double)chat->refused);
	report_number(chat->load, "out_of_order_or_twice", (double)chat->disorder);
	report_number(chat->load, "missing", (double)(chat->sent - chat->received));
	if (chat->disorder || chat->refused || chat->sent != chat->received)
		report_failure(chat->load, "messages were refused, lost, doubled or out of order");
}

static uint64_t counted(const struct chat *chat) { return chat->load->target.acks ? chat->acknowledged : chat->received; }

/* A server that answers in bursts, seconds apart, is given the time to show one. */
static void run_slow(struct chat *chat, uint64_t before)
{
	int64_t until = net_now() + SLOW_S * 1000000000LL;

	while (counted(chat) < before + chat->load->options.pairs && net_now() < until && !chat->load->failed)
		net_turn(&chat->load->target.net, until);
}

static void chat_measure(struct chat *chat)
{
	struct load *l = chat->load;
	bool acks = l->target.acks;
	struct span from, to;

	if (!l->options.rate)
		fill_windows(chat);
	run_span(chat, 1);
	chat->latencies = 0;
	from = span_now(l, counted(chat));
	run_span(chat, l->options.seconds);
	if (!l->options.rate)
		run_slow(chat, from.count);
	to = span_now(l, counted(chat));
	drain(chat);
	report_span(l, acks ? "ack" : "message", from, to);
	report_latency(chat);
	report_honesty(chat);
}

static void way_init(struct chat *chat, unsigned i)
{
	struct load *l = chat->load;
	struct way *w = &chat->way[i];

	w->from = &chat->crowd.client[i];
	letter_make(&w->letter, l, chat->crowd.client[i ^ 1].number, true);
	if (l->options.rate)
		w->due_ns = mem_alloc(((l->options.seconds + 1) * l->options.rate / l->options.pairs + 2) * sizeof *w->due_ns);
}

static void chat_free(struct chat *chat)
{
	for (unsigned i = 0; i < 2 * chat->load->options.pairs; i++) {
		buf_free(&chat->way[i].letter.bytes);
		mem_free(chat->way[i].due_ns);
	}
	mem_free(chat->way);
	mem_free(chat->latency_ns);
	crowd_free(&chat->crowd, &chat->load->target);
}

void load_chat(struct load *l)
{
	const struct options *o = &l->options;
	struct chat chat = { .load = l, .way = mem_alloc(2 * o->pairs * sizeof *chat.way) };

	report_number(l, "pairs", o->pairs);
	report_number(l, "window", o->window);
	chat.latencies_room = (size_t)o->rate * o->seconds + 1;
	chat.latency_ns = mem_alloc(chat.latencies_room * sizeof *chat.latency_ns);
	if (crowd_gather(&chat.crowd, &l->target, o->first, 2 * o->pairs, 1, &chat_acts, &chat)) {
		for (unsigned i = 0; i < 2 * o->pairs; i++)
			way_init(&chat, i);
		chat_measure(&chat);
	} else {
		report_failure(l, "not all clients came up");
	}
	chat_free(&chat);
}
