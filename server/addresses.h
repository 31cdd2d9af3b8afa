/* SPDX-License-Identifier: Apache-2.0
 *
 * server/addresses.h - what addresses this machine has on its networks.
 */
#pragma once
#include <stddef.h>

enum { ADDRESSES_MAX = 8, ADDRESS_CHARS = 46 };

/* IPv4 addresses of this machine, without loopback, as text; how many there are, at most ADDRESSES_MAX. Who is asked where to find a server types
 * these; those of IPv6 nobody does. */
size_t addresses_here(char to[ADDRESSES_MAX][ADDRESS_CHARS]);
