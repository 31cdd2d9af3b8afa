/* SPDX-License-Identifier: Apache-2.0
 *
 * store/test_world.h - a small world for tests and the benchmark of the store: one thread, a clock that jumps to the next timer
 * when nothing else is to be done, chance from a fixed seed; posts from other threads are real.
 */
#pragma once
#include "base/world.h"

struct test_world;

struct test_world *test_world_new(void);
struct test_world *test_world_free(struct test_world *tw); /* what is posted and not run is forgotten; returns NULL */
struct world *test_world_of(struct test_world *tw);

/* One turn: posts, then what is due, then what was put off to the end of the turn. Where there is nothing, waits for a post. */
void test_world_turn(struct test_world *tw);

/* Where tests put files: in memory where that is possible, since thousands of commits would wait for a disk that others use. */
const char *test_world_tmp(void);
