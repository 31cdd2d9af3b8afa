/* SPDX-License-Identifier: Apache-2.0
 *
 * Multicast of ours, on every interface that is up (or one of them), as interfaces come and go. It is sent from the
 * port of direct links, so that who hears it sees where we are; what we hear of ourselves is dropped.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/term/net/inside.h"
#include "transport/address.h"

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29 /* of Linux 4.20, unknown to the C library of Debian 12 */
#endif

enum {
	INTERFACES_MAX = 32,
	OWN_MAX = 64,
	SETTLE_MS = 200 /* an interface comes with several messages */,
	LOOK_MS = 30000
};

struct lan {
	struct net *net;
	struct datagrams group[2]; /* IPv6, IPv4 */
	struct datagrams changes;  /* what the kernel says of interfaces */
	bool bound;
	uint8_t bind[16];
	unsigned interfaces[INTERFACES_MAX];
	size_t interfaces_n;
	uint8_t own[OWN_MAX][16];
	size_t own_n;
	struct timer look;
};

/* ---- interfaces -------------------------------------------------------------------------------------------------- */

static bool is_own(const struct lan *l, const uint8_t address[16])
{
	for (size_t i = 0; i < l->own_n; i++)
		if (!memcmp(l->own[i], address, 16))
			return true;
	return false;
}

static void add_interface(struct lan *l, unsigned index)
{
	for (size_t i = 0; i < l->interfaces_n; i++)
		if (l->interfaces[i] == index)
			return;
	if (index && l->interfaces_n < INTERFACES_MAX)
		l->interfaces[l->interfaces_n++] = index;
}

/* Loopback as well, where two of one machine meet that has no network; it does not say that it can. */
static bool carries(const struct ifaddrs *i)
{
	return i->ifa_flags & IFF_UP && i->ifa_flags & IFF_RUNNING && i->ifa_flags & (IFF_MULTICAST | IFF_LOOPBACK);
}

static void look_at(struct lan *l, const struct ifaddrs *i)
{
	struct endpoint e;

	if (!i->ifa_addr || (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
		return;
	e = endpoint_of(i->ifa_addr);
	if (l->own_n < OWN_MAX)
		memcpy(l->own[l->own_n++], e.address, 16);
	if (carries(i) && (!l->bound || !memcmp(e.address, l->bind, 16)))
		add_interface(l, if_nametoindex(i->ifa_name));
}

static void interfaces_read(struct lan *l)
{
	struct ifaddrs *all = NULL;

	l->interfaces_n = l->own_n = 0;
	if (getifaddrs(&all))
		return;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		look_at(l, i);
	freeifaddrs(all);
}

/* Joining twice is refused, and what was joined before an interface lost its address is void: so out and in again.
 * Where it cannot be done there is no such network. */
static void group_join(struct lan *l, unsigned index)
{
	struct ip_mreqn v4 = { .imr_ifindex = (int)index };
	struct ipv6_mreq v6 = { .ipv6mr_interface = index };
	int fd6 = l->group[0].fd, fd4 = l->group[1].fd;

	inet_pton(AF_INET, LAN_GROUP_V4, &v4.imr_multiaddr);
	inet_pton(AF_INET6, LAN_GROUP_V6, &v6.ipv6mr_multiaddr);
	if (fd4 >= 0) {
		setsockopt(fd4, IPPROTO_IP, IP_DROP_MEMBERSHIP, &v4, sizeof v4);
		setsockopt(fd4, IPPROTO_IP, IP_ADD_MEMBERSHIP, &v4, sizeof v4);
	}
	if (fd6 >= 0) {
		setsockopt(fd6, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, &v6, sizeof v6);
		setsockopt(fd6, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &v6, sizeof v6);
	}
}

static void look(struct timer *t)
{
	struct lan *l = holder_of(t, struct lan, look);

	interfaces_read(l);
	for (size_t i = 0; i < l->interfaces_n; i++)
		group_join(l, l->interfaces[i]);
	world_timer(net_world(l->net), &l->look, LOOK_MS);
}

static void take_change(struct net *n, const struct sockaddr *from, struct str bytes)
{
	world_timer(net_world(n), &n->lan->look, SETTLE_MS);
}

static void changes_open(struct lan *l)
{
	struct sockaddr_nl at = { .nl_family = AF_NETLINK,
				  .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };

	l->changes.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (l->changes.fd < 0)
		return; /* we look now and then anyway */
	if (bind(l->changes.fd, (struct sockaddr *)&at, sizeof at)) {
		datagrams_close(&l->changes);
		return;
	}
	l->changes.take = take_change;
	datagrams_read(&l->changes);
}

/* ---- the group --------------------------------------------------------------------------------------------------- */

static uint16_t port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;

	return fd < 0 || getsockname(fd, (struct sockaddr *)&at, &size) ? 0 : endpoint_of((struct sockaddr *)&at).port;
}

/* Without a port of ours it leaves from where anonymous datagrams do. */
static struct datagrams *sender(struct net *n, unsigned which)
{
	return n->direct[which].fd >= 0 ? &n->direct[which] : &n->anonymous[which];
}

static void take_group(struct net *n, const struct sockaddr *from, struct str bytes)
{
	struct endpoint e = endpoint_of(from);

	if (is_own(n->lan, e.address) && e.port == port_of(sender(n, endpoint_is_v4(e.address))->fd))
		return;
	if (n->outside.events.multicast)
		n->outside.events.multicast(n->outside.events.arg, &e, bytes);
}

/* IPv4 is bound to the group itself; IPv6 cannot be without an interface, so it is bound to all. */
static int group_open(struct datagrams *d)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(LAN_PORT) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(LAN_PORT) };
	bool four = d->family == AF_INET;
	int on = 1, off = 0, r = 0;

	inet_pton(AF_INET, LAN_GROUP_V4, &v4.sin_addr);
	d->fd = socket(d->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return -errno;
	setsockopt(d->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* several programs on one machine hear it */
	/* Only of interfaces that we have joined it on ourselves. */
	if (four)
		setsockopt(d->fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off);
	else {
		setsockopt(d->fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof off);
		setsockopt(d->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	}
	if (bind(d->fd, four ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6, four ? sizeof v4 : sizeof v6))
		r = -errno;
	if (r) {
		datagrams_close(d);
		return r;
	}
	d->take = take_group;
	datagrams_read(d);
	return 0;
}

static void send_v4(int fd, unsigned index, struct str bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(LAN_PORT) };
	struct ip_mreqn out = { .imr_ifindex = (int)index };
	int one = 1;
	ssize_t sent;

	inet_pton(AF_INET, LAN_GROUP_V4, &to.sin_addr);
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out) ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &one, sizeof one))
		return;
	sent = sendto(fd, bytes.p, bytes.n, 0, (struct sockaddr *)&to, sizeof to);
	(void)sent; /* an interface that cannot is no error */
}

static void send_v6(int fd, unsigned index, struct str bytes)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(LAN_PORT), .sin6_scope_id = index };
	int one = 1, out = (int)index;
	ssize_t sent;

	inet_pton(AF_INET6, LAN_GROUP_V6, &to.sin6_addr);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &out, sizeof out) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &one, sizeof one))
		return;
	sent = sendto(fd, bytes.p, bytes.n, 0, (struct sockaddr *)&to, sizeof to);
	(void)sent;
}

void net_multicast(struct outside *o, struct str bytes)
{
	struct net *n = net_of(o);
	struct lan *l = n->lan;

	if (!l)
		return;
	for (size_t i = 0; i < l->interfaces_n; i++) {
		if (sender(n, 0)->fd >= 0)
			send_v6(sender(n, 0)->fd, l->interfaces[i], bytes);
		if (sender(n, 1)->fd >= 0)
			send_v4(sender(n, 1)->fd, l->interfaces[i], bytes);
	}
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static int bind_read(struct lan *l, struct str bind, struct buf *why)
{
	char *z;

	if (!bind.n)
		return 0;
	l->bound = true;
	if (endpoint_address_parse(l->bind, bind)) {
		interfaces_read(l);
		if (l->interfaces_n)
			return 0;
	}
	z = str_dup(bind);
	net_say(why, l->net->chinese, NET_no_bind, z, NULL);
	free(z);
	return -EADDRNOTAVAIL;
}

int net_lan_join(struct outside *o, struct str name, uint16_t port, struct str bind, struct buf *why)
{
	struct net *n = net_of(o);
	struct lan *l = mem_new(struct lan);
	int r, r6;

	assert(!n->lan && !n->stopping);
	l->net = n;
	l->look.fire = look;
	datagrams_init(n, &l->changes, AF_NETLINK);
	for (unsigned i = 0; i < 2; i++)
		datagrams_init(n, &l->group[i], i ? AF_INET : AF_INET6);
	r = bind_read(l, bind, why);
	if (r) {
		mem_free(l);
		return r;
	}
	r = group_open(&l->group[1]);
	r6 = group_open(&l->group[0]);
	if (r && r6) {
		net_say(why, n->chinese, NET_no_group, text_error(n->chinese, -r), NULL);
		mem_free(l);
		return r;
	}
	n->lan = l;
	senders_open(n);
	changes_open(l);
	look(&l->look);
	n->dnssd = dnssd_new(n, name, port, l->bound && l->interfaces_n ? l->interfaces[0] : 0);
	return 0;
}

void lan_stop(struct net *n)
{
	struct lan *l = n->lan;

	if (!l)
		return;
	dnssd_stop(n->dnssd);
	world_stop(net_world(n), &l->look);
	datagrams_close(&l->changes);
	for (unsigned i = 0; i < 2; i++)
		datagrams_close(&l->group[i]);
}

void lan_free(struct net *n)
{
	n->dnssd = dnssd_free(n->dnssd);
	mem_free(n->lan);
	n->lan = NULL;
}
