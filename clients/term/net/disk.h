/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/net/disk.h - names of files that come from others.
 */
#pragma once
#include "base/buf.h"

enum { DISK_NAME_MAX = 200 /* bytes; file systems take 255, and " (2)" must fit */ };

/* What `name` becomes on this machine, appended: the part behind the last slash, without control characters and what
 * turns text around, neither hidden nor empty. */
void disk_name(struct str name, struct buf *to);
