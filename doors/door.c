/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/door.h"

void link_address(const struct link *l, struct buf *to) { endpoint_address_write(to, l->address); }
