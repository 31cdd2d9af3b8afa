/* SPDX-License-Identifier: Apache-2.0
 *
 * Built without a library for DNS-SD: our own multicast finds everybody who has this program.
 */
#include "clients/term/net/inside.h"

struct dnssd *dnssd_new(struct net *n, struct str name, uint16_t port, unsigned interface) { return NULL; }
void dnssd_stop(struct dnssd *d) {}
struct dnssd *dnssd_free(struct dnssd *d) { return NULL; }
