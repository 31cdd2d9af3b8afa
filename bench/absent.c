/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/absent.c - receivers that are not there, or do not read.
 */
#include <stdio.h>

#include "base/mem.h"
#include "bench/load.h"

static void nothing(struct client *c) {}

/* ---- stored for who is offline ----------------------------------------------------------------------------------------------- */

/* Senders that have --window messages acknowledged (XEP-0198) before the next: only an acknowledgement says that a
 * server has dealt with a message which nobody receives. */
struct sender {
	struct client *client;
	struct letter letter;
	uint64_t sent;
};

struct offline {
	struct load *load;
	struct crowd crowd;
	struct sender *sender;
	uint64_t sent, stored, refused;
	bool stopped;
};

static void send_batch(struct offline *off, struct sender *s)
{
	const struct options *o = &off->load->options;

	if (off->stopped || off->sent + o->window > o->messages)
		return;
	for (unsigned i = 0; i < o->window; i++)
		letter_write(&s->client->link.out, &s->letter, s->sent++);
	s->client->said += o->window;
	off->sent += o->window;
	buf_lit(&s->client->link.out, "<r xmlns='urn:xmpp:sm:3'/>");
	link_send(&s->client->link);
}

static void offline_stanza(struct client *c, struct str stanza)
{
	struct offline *off = c->arg;
	struct sender *s = &off->sender[c - off->crowd.client];
	uint64_t h;

	off->refused += stanza_is(stanza, STR("<message"));
	if (!stanza_is(stanza, STR("<a")) || !str_u64(stanza_attr(stanza, STR(" h=")), &h) || h != c->said)
		return;
	off->stored += off->load->options.window;
	send_batch(off, s);
}

static void offline_gone(struct client *c) { report_failure(((struct offline *)c->arg)->load, "a connection was lost"); }

static const struct client_acts offline_acts = { .ready = nothing, .stanza = offline_stanza, .gone = offline_gone };

static void offline_measure(struct offline *off)
{
	struct load *l = off->load;
	int64_t until = net_now() + (int64_t)l->options.seconds * 1000000000;
	struct span from = span_now(l, 0), to;

	for (unsigned i = 0; i < l->options.pairs; i++)
		send_batch(off, &off->sender[i]);
	while (net_now() < until && off->stored + l->options.window <= l->options.messages && !l->failed)
		net_turn(&l->target.net, until);
	to = span_now(l, off->stored);
	off->stopped = true;
	report_span(l, "message", from, to);
	report_number(l, "refused", (double)off->refused);
	if (off->refused)
		report_failure(l, "messages were refused");
}

/* The senders are the accounts first, first+1, ..., who is written to come after them. */
void load_offline(struct load *l)
{
	const struct options *o = &l->options;
	struct offline off = { .load = l, .sender = mem_alloc(o->pairs * sizeof *off.sender) };

	l->target.acks = true;
	l->options.messages -= l->options.messages % l->options.window;
	if (crowd_gather(&off.crowd, &l->target, o->first, o->pairs, 1, &offline_acts, &off)) {
		for (unsigned i = 0; i < o->pairs; i++) {
			off.sender[i].client = &off.crowd.client[i];
			letter_make(&off.sender[i].letter, l, o->first + o->pairs + i, false);
		}
		offline_measure(&off);
	} else {
		report_failure(l, "not all clients came up");
	}
	for (unsigned i = 0; i < o->pairs; i++)
		buf_free(&off.sender[i].letter.bytes);
	mem_free(off.sender);
	crowd_free(&off.crowd, &l->target);
}

/* ---- one that does not read -------------------------------------------------------------------------------------------------- */

enum { AT_ONCE = 32, SAMPLE_MS = 100, WARM_MS = 1000, PAUSE_MS = 1000, UNREAD_MAX = 1000 };

struct flood {
	struct load *load;
	struct crowd crowd; /* the first one is the reader */
	struct letter letter;
	uint64_t sent, received, refused;
	bool reader_gone, stalled;
	int64_t peak, sampled_ns;
};

static void flood_stanza(struct client *c, struct str stanza)
{
	struct flood *f = c->arg;

	if (c == f->crowd.client)
		f->received += stanza_is(stanza, STR("<message"));
	else
		f->refused += stanza_is(stanza, STR("<message"));
}

static void flood_gone(struct client *c)
{
	struct flood *f = c->arg;

	if (c == f->crowd.client)
		f->reader_gone = true;
	else
		report_failure(f->load, "a sender was thrown out");
}

static const struct client_acts flood_acts = { .ready = nothing, .stanza = flood_stanza, .gone = flood_gone };

/* Every sender whose socket has taken what it had; while the reader reads, not faster than it does. */
static bool feed(struct flood *f)
{
	bool fed = false;

	for (unsigned i = 1; i < f->crowd.n; i++) {
		struct client *c = &f->crowd.client[i];
		if (c->link.out.n || c->link.closed || (!f->stalled && f->sent - f->received > UNREAD_MAX))
			continue;
		for (unsigned j = 0; j < AT_ONCE; j++)
			letter_write(&c->link.out, &f->letter, f->sent++);
		link_send(&c->link);
		fed = true;
	}
	return fed;
}

static void sample(struct flood *f)
{
	int64_t now = net_now(), bytes;

	if (now - f->sampled_ns < SAMPLE_MS * 1000000LL)
		return;
	bytes = procs_private_bytes(&f->load->options.server);
	f->peak = bytes > f->peak ? bytes : f->peak;
	f->sampled_ns = now;
}

static void flood_for(struct flood *f, int64_t ms, bool feeding)
{
	int64_t until = net_now() + ms * 1000000;

	while (net_now() < until && !f->load->failed) {
		bool fed = feeding && feed(f);
		net_turn(&f->load->target.net, fed ? 0 : net_now() + SAMPLE_MS * 1000000LL);
		sample(f);
	}
}

/* Messages that are read come first: what the server keeps of those has nothing to do with the one who does not read. */
static void flood_measure(struct flood *f)
{
	struct load *l = f->load;
	int64_t before, after;
	uint64_t sent;

	flood_for(f, WARM_MS, true);
	flood_for(f, PAUSE_MS, false);
	before = procs_private_bytes(&l->options.server);
	f->peak = before;
	sent = f->sent;
	if (f->reader_gone)
		report_failure(l, "the reader was closed while it still read");
	else
		link_deafen(&f->crowd.client[0].link);
	f->stalled = true;
	flood_for(f, (int64_t)l->options.seconds * 1000, true);
	report_number(l, "messages_sent", (double)(f->sent - sent));
	flood_for(f, PAUSE_MS, false);
	after = procs_private_bytes(&l->options.server);
	report_number(l, "refused", (double)f->refused);
	report_number(l, "reader_was_closed", f->reader_gone);
	report_number(l, "private_bytes_before", (double)before);
	report_number(l, "growth_bytes_peak", (double)(f->peak - before));
	report_number(l, "growth_bytes_after", (double)(after - before));
}

void load_stall(struct load *l)
{
	const struct options *o = &l->options;
	struct flood f = { .load = l };

	if (crowd_gather(&f.crowd, &l->target, o->first, o->pairs + 1, 1, &flood_acts, &f)) {
		letter_make(&f.letter, l, o->first, true);
		flood_measure(&f);
	} else {
		report_failure(l, "not all clients came up");
	}
	buf_free(&f.letter.bytes);
	crowd_free(&f.crowd, &l->target);
}
