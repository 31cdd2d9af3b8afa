/* SPDX-License-Identifier: Apache-2.0
 *
 * model/fold.h - text as it is compared where people look for something: any case, any width, with or without accents.
 */
#pragma once
#include "base/buf.h"

/* Appends `s` (UTF-8) with the case folded (RFC 3454, B.2), in the form NFKC, without what is invisible (B.1) and
 * without the marks of Latin, Greek and Cyrillic letters: "Café", "ＣＡＦＥ" and "CAFE" become "cafe". Marks that
 * make another letter (Japanese, Indic, Arabic) stay. What is cut at a character and folded in parts may differ only
 * where the cut is before a mark. Takes time in proportion to the text, whatever it is. */
void text_fold(struct buf *to, struct str s);

/* The character in front of `s` (not empty), and how many bytes it takes. What is not UTF-8 is U+FFFD, a byte each. */
uint32_t text_char(struct str s, size_t *n);
