/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/net/text.h - sentences for people, from texts.h.
 */
#pragma once
#include "base/buf.h"
#include "clients/term/text/text.h"

enum net_text {
#define TEXT(name, english, chinese) NET_##name,
#include "clients/term/net/texts.h"
#undef TEXT
	NET_TEXTS
};

/* Appended; each % is the next of the two values, which may be NULL where the text has fewer. */
void net_say(struct buf *to, bool chinese, enum net_text which, const char *one, const char *two);
