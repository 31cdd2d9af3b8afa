/* SPDX-License-Identifier: Apache-2.0 */
#include "server/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

size_t addresses_here(char to[ADDRESSES_MAX][ADDRESS_CHARS])
{
	struct ifaddrs *all = NULL;
	size_t n = 0;

	if (getifaddrs(&all))
		return 0;
	for (const struct ifaddrs *i = all; i && n < ADDRESSES_MAX; i = i->ifa_next)
		if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET && i->ifa_flags & IFF_UP && !(i->ifa_flags & IFF_LOOPBACK) &&
		    inet_ntop(AF_INET, &((const struct sockaddr_in *)i->ifa_addr)->sin_addr, to[n], ADDRESS_CHARS))
			n++;
	freeifaddrs(all);
	return n;
}
