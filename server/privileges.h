/* SPDX-License-Identifier: Apache-2.0
 *
 * server/privileges.h - what the process may do, made less step by step: first the limits, after the ports are open the user.
 */
#pragma once
#include "server/home.h"

/* Open files up to the hard limit (returned), no core dumps: memory holds what people wrote. */
size_t privileges_limits(void);

/* Who to become. Only root can become another; for anybody else `ret` says "who started it" and `user` must be empty or himself. */
int privileges_user(struct owner *ret, const char *user, struct buf *why);

/* Becomes `owner` for good, and gains nothing by exec any more. */
int privileges_drop(const struct owner *owner, struct buf *why);
