/* SPDX-License-Identifier: Apache-2.0
 *
 * base/fault.h - two kinds of answer, told apart by sign. A fault (negative, an errno) is not to be handled
 * where it is met: pass it up through fault(), which says once where it began; it ends the link or the process.
 * A verdict (positive, listed per module) is part of a contract: the caller answers it. Zero is success.
 */
#pragma once

/* Logs file, line and errno of the place where a fault begins, and returns it (a positive errno is negated).
 * A verdict that nobody answered must not come here: that is a mistake of ours. */
#define fault(r) fault_at((r), __FILE__, __LINE__, __func__)
int fault_at(int r, const char *file, int line, const char *func);
