/* SPDX-License-Identifier: Apache-2.0
 *
 * transport/udp.h - the datagrams of doors/door.h over UDP sockets of one loop. A flood costs a bounded part of each turn, and what does not find room in
 * the kernel's buffer meanwhile is lost there.
 */
#pragma once
#include "doors/door.h"
#include "transport/loop.h"

enum { DATAGRAM_BYTES_MAX = 65507 }; /* of UDP over IPv4; longer ones there are not */

struct udps;

/* `core` is handed to the doors and not looked at. */
struct udps *udps_new(struct loop *loop, struct core *core);

/* A socket for a door: bound, not blocking; taken over. Those of one door with one number become one struct datagrams. Before udps_open(). */
void udps_add(struct udps *us, const struct datagram_door *door, int fd);

/* Opens the doors, and serves. 0 or the fault of a door that could not be opened: then udps_free() is all that may follow. */
int udps_open(struct udps *us);

/* Every door says good-bye. Nothing is received any more; sending goes on until udps_free(). */
void udps_stop(struct udps *us);

/* Closes the doors. On the loop's thread, before the core ends; the memory goes when the loop has run once more. NULL is fine; returns NULL. */
struct udps *udps_free(struct udps *us);

/* A bound socket for udps_add(), or -errno. Of IPv6: for IPv4 as well where the address is [::]. */
int udp_bound(const struct sockaddr *address, socklen_t n);
