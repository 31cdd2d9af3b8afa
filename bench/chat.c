/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/chat.c - pairs that talk: with so many messages under way in each pair, or at a steady rate. Every message is numbered;
 * one that is missing, comes twice or out of order makes the run fail.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bench/load.h"

enum { PATIENCE_S = 15, SLOW_S = 30 };

struct pair {
	struct client *from, *to;
	struct letter letter;
	uint64_t sent, received, acknowledged;
	int64_t *due_ns; /* with --rate: when each should have gone out, late or not */
};

struct chat {
	struct load *load;
	struct crowd crowd;
	struct pair *pair;
	uint64_t sent, received, acknowledged, disorder, refused;
	bool stopped;
	int64_t *latency_ns; /* of those received since measuring began */
	size_t latencies, latencies_room;
};

static void send_one(struct chat *chat, struct pair *p)
{
	letter_write(&p->from->link.out, &p->letter, p->sent++);
	chat->sent++;
	p->from->said++;
	if (chat->load->target.acks)
		buf_lit(&p->from->link.out, "<r xmlns='urn:xmpp:sm:3'/>");
	link_send(&p->from->link);
}

static struct pair *pair_of(struct chat *chat, const struct client *c) { return &chat->pair[(c - chat->crowd.client) / 2]; }

static void latency_note(struct chat *chat, const struct pair *p, uint64_t number)
{
	if (chat->latencies < chat->latencies_room)
		chat->latency_ns[chat->latencies++] = net_now() - p->due_ns[number];
}

static void on_message(struct chat *chat, struct client *c, struct str stanza)
{
	struct pair *p = pair_of(chat, c);
	uint64_t number;

	if (c != p->to) {
		chat->refused++; /* an error came back */
		return;
	}
	if (!letter_number(stanza, &number) || number != p->received)
		chat->disorder++;
	if (p->due_ns && number < p->sent)
		latency_note(chat, p, number);
	p->received++;
	chat->received++;
	if (!chat->stopped && !p->due_ns && !chat->load->target.acks)
		send_one(chat, p);
}

/* <a h='N'/>: N stanzas of ours, the presence is one. */
static void on_ack(struct chat *chat, struct client *c, struct str stanza)
{
	struct pair *p = pair_of(chat, c);
	uint64_t h, before = p->acknowledged;

	if (!str_u64(stanza_attr(stanza, STR(" h=")), &h) || h > c->said)
		chat->disorder++;
	else if (h > c->said - p->sent)
		p->acknowledged = h - (c->said - p->sent);
	for (; before < p->acknowledged; before++) {
		chat->acknowledged++;
		if (!chat->stopped)
			send_one(chat, p);
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
		for (unsigned w = 0; w < o->window; w++)
			send_one(chat, &chat->pair[i]);
}

/* Open loop: a server that falls behind does not slow the senders down, and what waits counts from when it was due. */
static void run_paced(struct chat *chat, int64_t begin, int64_t until)
{
	const struct options *o = &chat->load->options;
	uint64_t total = chat->sent;

	for (uint64_t i = 0; !chat->load->failed; i++) {
		int64_t due = begin + (int64_t)(i * 1000000000 / o->rate);
		struct pair *p = &chat->pair[(total + i) % o->pairs];

		while (net_now() < due && !chat->load->failed)
			net_turn(&chat->load->target.net, due);
		if (due >= until)
			return;
		p->due_ns[p->sent] = due;
		send_one(chat, p);
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

static void pair_init(struct chat *chat, unsigned i)
{
	struct load *l = chat->load;
	struct pair *p = &chat->pair[i];

	p->from = &chat->crowd.client[2 * i];
	p->to = p->from + 1;
	letter_make(&p->letter, l, p->to->number, true);
	if (l->options.rate)
		p->due_ns = mem_alloc(((l->options.seconds + 1) * l->options.rate / l->options.pairs + 2) * sizeof *p->due_ns);
}

static void chat_free(struct chat *chat)
{
	for (unsigned i = 0; i < chat->load->options.pairs; i++) {
		buf_free(&chat->pair[i].letter.bytes);
		mem_free(chat->pair[i].due_ns);
	}
	mem_free(chat->pair);
	mem_free(chat->latency_ns);
	crowd_free(&chat->crowd, &chat->load->target);
}

void load_chat(struct load *l)
{
	const struct options *o = &l->options;
	struct chat chat = { .load = l, .pair = mem_alloc(o->pairs * sizeof *chat.pair) };

	report_number(l, "pairs", o->pairs);
	report_number(l, "window", o->window);
	chat.latencies_room = (size_t)o->rate * o->seconds + 1;
	chat.latency_ns = mem_alloc(chat.latencies_room * sizeof *chat.latency_ns);
	if (crowd_gather(&chat.crowd, &l->target, o->first, 2 * o->pairs, 1, &chat_acts, &chat)) {
		for (unsigned i = 0; i < o->pairs; i++)
			pair_init(&chat, i);
		chat_measure(&chat);
	} else {
		report_failure(l, "not all clients came up");
	}
	chat_free(&chat);
}
