/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/address.h"

#include <netinet/in.h>

struct endpoint endpoint_of(const struct sockaddr *sa)
{
	struct endpoint e = { 0 };

	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

		memcpy(e.address, &in6->sin6_addr, 16);
		e.port = ntohs(in6->sin6_port);
	} else if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)sa;

		e.address[10] = e.address[11] = 0xff;
		memcpy(e.address + 12, &in->sin_addr, 4);
		e.port = ntohs(in->sin_port);
	}
	return e;
}

socklen_t endpoint_sockaddr(struct sockaddr_storage *ret, int family, const struct endpoint *e)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *in = (struct sockaddr_in *)ret;

	memset(ret, 0, sizeof *ret);
	ret->ss_family = (sa_family_t)family;
	if (family == AF_INET6) {
		memcpy(&in6->sin6_addr, e->address, 16);
		in6->sin6_port = htons(e->port);
		return sizeof *in6;
	}
	if (!endpoint_is_v4(e->address))
		return 0;
	memcpy(&in->sin_addr, e->address + 12, 4);
	in->sin_port = htons(e->port);
	return sizeof *in;
}
