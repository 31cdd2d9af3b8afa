/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/harmless.h - what others wrote, so that a terminal, a log or a file name takes it for text and
 * nothing else.
 */
#pragma once
#include "base/buf.h"

/* Appends `s` as well-formed UTF-8 in which nothing acts on a terminal or hides: control characters (C0, DEL, C1)
 * become their pictures (U+2400 …) or U+FFFD, bidirectional overrides, embeddings and isolates, tags, other invisible
 * format characters and noncharacters U+FFFD, bytes that are no UTF-8 U+FFFD each. Joiners that emoji and scripts need
 * (U+200C, U+200D, U+FE0F) stay. A combining mark at the beginning of a line gets a dotted circle to stand on. LF and
 * tab: with `lines` LF stays and a tab becomes a blank, else both become a blank. */
void harmless_put(struct buf *to, struct str s, bool lines);

/* What may be sent: well-formed UTF-8 without control characters but tabs (LF is for the caller to cut at), which no
 * protocol of ours carries. */
void sendable_put(struct buf *to, struct str s);

/* A name for a file system, from what a sender calls it: the part behind the last slash or backslash, without control
 * characters or what is special to a shell's listing; no "." and "..", no leading dot, at most 200 bytes; "file" where
 * nothing is left. */
void harmless_file_name(struct buf *to, struct str s);
