/* SPDX-License-Identifier: Apache-2.0
 *
 * store/memory.h - the store that forgets: "memory:" is private to its opener and goes with it; "memory:NAME" lives on in the
 * process until store_memory_forget(), so that a simulated server can start again on what it had. A "?delay=MS" behind
 * either makes commits slow (see slow_ms in store/driver.h).
 */
#pragma once

/* Frees what has a name. None may be open. */
void store_memory_forget(void);
