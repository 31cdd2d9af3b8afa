/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/text/text.h - what the terminal client says, in English and in Chinese: the rows of texts.h as an enum, and what fills them. %1, %2, %3 stand for values.
 */
#pragma once
#include "base/buf.h"

enum text {
#define TEXT(id, english, chinese) TEXT_##id,
#include "clients/term/text/texts.h"
#undef TEXT
	TEXTS
};

/* What an errno means, to stand within a sentence; what is not in the table the C library says. */
const char *text_error(bool chinese, int error);
/* As it is, with its placeholders. */
struct str text_get(bool chinese, enum text t);
/* Appends it with the values at their places; absent ones leave nothing. */
void text_put(struct buf *to, bool chinese, enum text t, struct str one, struct str two, struct str three);
