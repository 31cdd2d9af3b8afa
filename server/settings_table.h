/* SPDX-License-Identifier: Apache-2.0
 *
 * server/settings_table.h - every setting of anserd, one row each (base/settings.h).
 */
#pragma once
#include "base/settings.h"

extern const struct setting settings_table[];
extern const size_t settings_table_n;

/* The manual page anserd.conf(5), as `anserd --manual` prints it. */
void settings_page(const struct settings *s, struct buf *to);
