/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/carried.c - what the engine and the core do for stanzas on their way, and has no request of its
 * own. Extensions between clients (receipts, chat states, markers, corrections, reactions, replies) are carried and
 * archived untouched and announced by nobody here.
 */
#include "doors/xmpp/xmpp.h"

/* The server strips forged ids and adds its own; whoever reads an account may rely on it. */
const struct xmpp_feature feature_stanza_ids = {
	.name = "stanza ids",
	.xep = 359,
	.version = "0.7.0",
	.disco_account = { "urn:xmpp:sid:0" },
};

/* When a message waited: core/offline.c, core/archive.c. */
const struct xmpp_feature feature_delay = {
	.name = "delayed delivery", .xep = 203, .version = "2.0", .disco = { "urn:xmpp:delay" }
};

/* <no-store/>, <no-permanent-store/>, <store/> and <no-copy/> are obeyed. */
const struct xmpp_feature feature_hints = {
	.name = "processing hints", .xep = 334, .version = "1.0.0", .disco = { "urn:xmpp:hints" }
};

/* transport: the port where TLS comes first, with the ALPN "xmpp-client". */
const struct xmpp_feature feature_direct_tls = { .name = "direct TLS", .xep = 368, .version = "1.1.0" };
