/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/scenarios/match.h - whether what somebody heard is what the script says. In text and in attribute values `*`
 * stands for anything and {name} for the same thing everywhere: it is bound where it is heard first.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

enum { NAMES_MAX = 256 };

struct names { /* what {name} stands for; memory of the arena */
	struct arena arena;
	struct {
		struct str name, value;
	} known[NAMES_MAX];
	size_t n;
};

void names_bind(struct names *names, struct str name, struct str value);
struct str names_value(const struct names *names, struct str name); /* absent when it is not bound */

/* Writes `text` with every known {name} replaced by its value, escaped for XML when asked. */
void names_fill(const struct names *names, struct str text, bool xml, struct buf *to);

bool match_text(struct names *names, struct str pattern, struct str text);

/* Compares by structure: attributes in any order, white space between elements ignored, children in their order. An
 * attribute _='*' allows further attributes, a child <_/> further children. `open`: both are start tags of a stream.
 * A mismatch binds nothing; `why` says where it is. A pattern that is no XML is an error in the script: `why` says
 * so. */
bool match_xml(struct names *names, struct str pattern, struct str bytes, bool open, struct buf *why);
