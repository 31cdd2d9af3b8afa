/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/when.h - moments as XEP-0082 writes them.
 */
#pragma once
#include "base/buf.h"

/* 2026-11-21T09:28:00Z, with .123 behind the seconds where there are milliseconds. Years 0 to 9999. */
void when_write(struct buf *to, msec time);

/* Any form that XEP-0082 allows: fractions of any length, Z or an offset. False when it is none, and *ret is
 * untouched. */
bool when_read(struct str text, msec *ret);
