/* SPDX-License-Identifier: Apache-2.0
 *
 * transport/address.h - the system's socket addresses as endpoints, and back.
 */
#pragma once
#include <sys/socket.h>

#include "model/endpoint.h"

/* All zero for what is neither IPv4 nor IPv6. */
struct endpoint endpoint_of(const struct sockaddr *sa);

/* As an address for a socket of `family`; its size, or 0 when such a socket has no way of writing it (IPv6 to a socket of IPv4). */
socklen_t endpoint_sockaddr(struct sockaddr_storage *ret, int family, const struct endpoint *e);
