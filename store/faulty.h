/* SPDX-License-Identifier: Apache-2.0
 *
 * store/faulty.h - a disk that fails on purpose; see store/faulty.c for plans in the URL.
 */
#pragma once

/* Besides what plans say: from now on every commit of every faulty store of this process answers `verdict` (STORE_FULL, STORE_FAILED);
 * 0: they work again. From any thread. For tests. */
void store_faulty_set(int verdict);
