/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/scenarios/script.h - plays a dialogue. The language is in README.md.
 */
#pragma once
#include "base/buf.h"

struct script_mode {
	unsigned cores;
	size_t piece;  /* bytes of each read; 0: all at once */
	bool loud;     /* show everything that is said and heard */
};

/* Plays `text`. True when everything was heard as written; else `why` has "FILE:LINE: what". */
bool script_play(const char *file, struct str text, const struct script_mode *mode, struct buf *why);
