/* SPDX-License-Identifier: Apache-2.0
 *
 * server/greet.h - what a person reads when the server has started, in the language of the environment: where the page is, which ports are open, how
 * the first account is made.
 */
#pragma once
#include "base/buf.h"

struct greeting {
	struct str domain, data;
	struct str here;      /* the page on this machine, "http://localhost:5280"; may be empty, as the next */
	struct str elsewhere; /* the page for others, "https://chat.lan:5281" */
	unsigned page_port;   /* of HTTPS on every address of this machine; 0: others cannot type one */
	struct str fingerprint, authority; /* SHA-256 of the certificate, and of our own authority's; the latter empty: the operator's certificate */
	bool empty; /* empty: there is no account */
	struct str token, invite_elsewhere, invite_uri; /* of the invitation for the first account; empty: there is none */
	struct greeting_port {
		const char *address, *label, *label_zh;
	} *ports;
	size_t ports_n;
};

void greet(const struct greeting *g, bool chinese, struct buf *to);

/* What LC_ALL, LC_MESSAGES or LANG says. */
bool greet_in_chinese(void);
