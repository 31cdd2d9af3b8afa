/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/transfer_inside.h - inside XEP-0227: one account on its way out (transfer_out.c) or one piece of it on its way in
 * (transfer_in.c).
 */
#pragma once
#include "base/mem.h"
#include "core/account.h"
#include "core/transfer.h"
#include "wire/xml.h"

#define PIE_SCRAM "urn:xmpp:pie:0#scram"
#define PIE_MAM "urn:xmpp:pie:0#mam"

struct transfer_work {
	struct transfer *t;
	struct ask ask;
	struct arena arena;
	struct str name;
	int64_t owner;
	size_t step;
	const char *note;
	/* out */
	struct str *nodes;
	size_t nodes_n, node;
	uint64_t after;
	/* in */
	struct str inside;
	const struct xml *e, *child; /* what came, and the part of it that is next */
	struct stanza *st;
	unsigned tries;
	bool sent, waits;
	struct verifier verifiers[SCRAM_HASHES];
	struct account_ask password;
	struct str key, value;
	struct str text; /* what is to be kept */
};

struct transfer_work *pie_begin(struct transfer *t);
void pie_end(struct transfer_work *w, const char *wrong);
void transfer_take(struct transfer *t, struct str name, struct str inside, struct str scope, struct str xml);
