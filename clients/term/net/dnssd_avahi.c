/* SPDX-License-Identifier: Apache-2.0
 *
 * DNS-SD (RFC 6763) by the daemon avahi, where one runs: we are announced as LAN_SERVICE with our name in TXT, and hear
 * of others. The daemon may come, go and be replaced while we run; without one, or without D-Bus, our own multicast is
 * what there is, and nobody is bothered.
 */
#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/watch.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "clients/term/net/inside.h"
#include "transport/address.h"

enum { SERVICES_MAX = 256, LABEL_MAX = 63 /* RFC 6763, 4.1.1 */, TXT_NAME_MAX = 250, AGAIN_MS = 30000 };

struct dnssd {
	struct net *net;
	AvahiPoll poll;
	AvahiClient *client; /* NULL: no D-Bus, or between two tries */
	AvahiEntryGroup *group;
	AvahiServiceBrowser *browser;
	char *name, *label;
	uint16_t port;
	AvahiIfIndex interface;
	struct list services;
	size_t services_n;
	struct timer again;
};

/* Somebody else's; per interface and protocol. */
struct service {
	struct list here;
	struct dnssd *d;
	AvahiServiceResolver *resolver;
	AvahiIfIndex interface;
	AvahiProtocol protocol;
	char *label, *domain;
	char *name; /* NULL: not resolved yet */
	struct endpoint at;
};

/* ---- avahi's idea of a loop: ours -------------------------------------------------------------------------------- */

/* libuv wants one handle a descriptor, D-Bus two watches; so each has a descriptor of its own. */
struct AvahiWatch {
	uv_poll_t poll;
	int fd, own;
	AvahiWatchEvent wanted, happened;
	AvahiWatchCallback call;
	void *arg;
};

struct AvahiTimeout {
	struct timer timer;
	struct world *world;
	AvahiTimeoutCallback call;
	void *arg;
};

static void on_watch(uv_poll_t *h, int status, int events)
{
	AvahiWatch *w = h->data;

	w->happened = status < 0 ? AVAHI_WATCH_ERR
				 : (AvahiWatchEvent)((events & UV_READABLE ? AVAHI_WATCH_IN : 0) |
						     (events & UV_WRITABLE ? AVAHI_WATCH_OUT : 0) |
						     (events & UV_DISCONNECT ? AVAHI_WATCH_HUP : 0));
	w->call(w, w->fd, w->happened, w->arg);
}

static void watch_update(AvahiWatch *w, AvahiWatchEvent event)
{
	int events = (event & AVAHI_WATCH_IN ? UV_READABLE : 0) | (event & AVAHI_WATCH_OUT ? UV_WRITABLE : 0);

	w->wanted = event;
	if (events)
		uv_poll_start(&w->poll, events | UV_DISCONNECT, on_watch);
	else
		uv_poll_stop(&w->poll);
}

static AvahiWatch *watch_new(const AvahiPoll *api, int fd, AvahiWatchEvent event, AvahiWatchCallback call, void *arg)
{
	struct dnssd *d = api->userdata;
	AvahiWatch *w = mem_new(AvahiWatch);

	w->fd = fd;
	w->own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	w->call = call;
	w->arg = arg;
	if (w->own < 0 || uv_poll_init(&d->net->loop->uv, &w->poll, w->own)) {
		if (w->own >= 0)
			close(w->own);
		mem_free(w);
		return NULL;
	}
	w->poll.data = w;
	watch_update(w, event);
	return w;
}

static AvahiWatchEvent watch_get_events(AvahiWatch *w) { return w->happened; }

static void watch_closed(uv_handle_t *h)
{
	AvahiWatch *w = h->data;

	close(w->own);
	mem_free(w);
}

static void watch_free(AvahiWatch *w)
{
	uv_poll_stop(&w->poll);
	uv_close((uv_handle_t *)&w->poll, watch_closed);
}

static void on_timeout(struct timer *timer)
{
	AvahiTimeout *t = holder_of(timer, AvahiTimeout, timer);

	t->call(t, t->arg);
}

/* tv: a wall time; NULL: not now. */
static void timeout_update(AvahiTimeout *t, const struct timeval *tv)
{
	msec due = tv ? (msec)tv->tv_sec * 1000 + tv->tv_usec / 1000 - world_now(t->world) : 0;

	if (tv)
		world_timer(t->world, &t->timer, due > 0 ? due : 0);
	else
		world_stop(t->world, &t->timer);
}

static AvahiTimeout *timeout_new(const AvahiPoll *api, const struct timeval *tv, AvahiTimeoutCallback call, void *arg)
{
	struct dnssd *d = api->userdata;
	AvahiTimeout *t = mem_new(AvahiTimeout);

	*t = (AvahiTimeout){ .timer.fire = on_timeout, .world = net_world(d->net), .call = call, .arg = arg };
	timeout_update(t, tv);
	return t;
}

static void timeout_free(AvahiTimeout *t)
{
	world_stop(t->world, &t->timer);
	mem_free(t);
}

/* ---- others ------------------------------------------------------------------------------------------------------ */

static void tell_found(struct service *s)
{
	struct outside_events *events = &s->d->net->outside.events;

	if (s->name && events->found)
		events->found(events->arg, str_z(s->name), &s->at);
}

static void service_free(struct service *s)
{
	if (s->resolver)
		avahi_service_resolver_free(s->resolver);
	list_remove(&s->here);
	s->d->services_n--;
	free(s->label);
	free(s->domain);
	free(s->name);
	mem_free(s);
}

/* "Lost" is about a name; where it is still to be found is said again. */
static void service_gone(struct service *s)
{
	struct dnssd *d = s->d;
	struct outside_events *events = &d->net->outside.events;
	char *name = s->name;

	s->name = NULL;
	service_free(s);
	if (!name)
		return;
	if (events->lost)
		events->lost(events->arg, str_z(name));
	list_each(other, &d->services, struct service, here)
		if (other->name && !strcmp(other->name, name))
			tell_found(other);
	free(name);
}

static struct service *service_find(struct dnssd *d, AvahiIfIndex interface, AvahiProtocol protocol, const char *label,
				    const char *domain)
{
	list_each(s, &d->services, struct service, here)
		if (s->interface == interface && s->protocol == protocol && !strcmp(s->label, label) &&
		    !strcmp(s->domain, domain))
			return s;
	return NULL;
}

static struct endpoint place_of(struct net *n, const AvahiAddress *a, uint16_t port, AvahiIfIndex interface)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_scope_id = (uint32_t)interface };

	if (a->proto == AVAHI_PROTO_INET) {
		v4.sin_addr.s_addr = a->data.ipv4.address;
		return endpoint_of((struct sockaddr *)&v4);
	}
	memcpy(&v6.sin6_addr, a->data.ipv6.address, 16);
	near_learn(n, (struct sockaddr *)&v6);
	return endpoint_of((struct sockaddr *)&v6);
}

/* The name in "name=…"; NULL: none, or not one that can be. */
static char *name_in(AvahiStringList *txt)
{
	AvahiStringList *entry = avahi_string_list_find(txt, "name");
	struct str value =
		entry ? str_n((const char *)avahi_string_list_get_text(entry), avahi_string_list_get_size(entry))
		      : STR_NONE;

	if (value.n < 6 || value.p[4] != '=')
		return NULL;
	value = str_from(value, 5);
	return memchr(value.p, 0, value.n) || !str_is_utf8(value) ? NULL : str_dup(value);
}

static void on_resolved(AvahiServiceResolver *r, AvahiIfIndex interface, AvahiProtocol protocol,
			AvahiResolverEvent event, const char *label, const char *type, const char *domain,
			const char *host, const AvahiAddress *a, uint16_t port, AvahiStringList *txt,
			AvahiLookupResultFlags flags, void *arg)
{
	struct service *s = arg;
	char *name = event == AVAHI_RESOLVER_FOUND ? name_in(txt) : NULL;

	if (!name || !port) {
		free(name);
		return; /* it may be heard of again */
	}
	free(s->name);
	s->name = name;
	s->at = place_of(s->d->net, a, port, interface);
	tell_found(s);
}

static void service_new(struct dnssd *d, AvahiIfIndex interface, AvahiProtocol protocol, const char *label,
			const char *type, const char *domain)
{
	struct service *s;

	if (d->services_n >= SERVICES_MAX || service_find(d, interface, protocol, label, domain))
		return;
	s = mem_new(struct service);
	s->d = d;
	s->interface = interface;
	s->protocol = protocol;
	s->label = str_dup(str_z(label));
	s->domain = str_dup(str_z(domain));
	list_append(&d->services, &s->here);
	d->services_n++;
	/* The address of the same kind as the one by which it was heard. */
	s->resolver = avahi_service_resolver_new(d->client, interface, protocol, label, type, domain, protocol, 0,
						 on_resolved, s);
	if (!s->resolver)
		service_free(s);
}

static void again_in(struct dnssd *d, msec in_ms) { world_timer(net_world(d->net), &d->again, in_ms); }

static void on_browsed(AvahiServiceBrowser *b, AvahiIfIndex interface, AvahiProtocol protocol, AvahiBrowserEvent event,
		       const char *label, const char *type, const char *domain, AvahiLookupResultFlags flags, void *arg)
{
	struct dnssd *d = arg;
	struct service *s;

	if (event == AVAHI_BROWSER_NEW && !(flags & AVAHI_LOOKUP_RESULT_OUR_OWN))
		service_new(d, interface, protocol, label, type, domain);
	else if (event == AVAHI_BROWSER_REMOVE && (s = service_find(d, interface, protocol, label, domain)))
		service_gone(s);
	else if (event == AVAHI_BROWSER_FAILURE)
		again_in(d, AGAIN_MS);
}

/* ---- ourselves --------------------------------------------------------------------------------------------------- */

static void announce(struct dnssd *d);

static void on_group(AvahiEntryGroup *group, AvahiEntryGroupState state, void *arg)
{
	struct dnssd *d = arg;
	char *other;

	/* Two of one name, or one person on two machines: the label only has to differ, the name is in TXT. */
	if (state != AVAHI_ENTRY_GROUP_COLLISION || !d->group)
		return;
	other = avahi_alternative_service_name(d->label);
	free(d->label);
	d->label = str_dup(str_z(other));
	avahi_free(other);
	avahi_entry_group_reset(d->group);
	announce(d);
}

static int add_service(struct dnssd *d)
{
	own_buf txt = { 0 };

	buf_fmt(&txt, "name=%s", d->name);
	return avahi_entry_group_add_service(d->group, d->interface, AVAHI_PROTO_UNSPEC, 0, d->label, LAN_SERVICE, NULL,
					     NULL, d->port, buf_z(&txt), NULL);
}

static void announce(struct dnssd *d)
{
	if (!d->group)
		d->group = avahi_entry_group_new(d->client, on_group, d);
	if (!d->group || !avahi_entry_group_is_empty(d->group))
		return;
	if (add_service(d) == AVAHI_ERR_COLLISION) { /* with another program of this machine */
		char *other = avahi_alternative_service_name(d->label);

		free(d->label);
		d->label = str_dup(str_z(other));
		avahi_free(other);
		if (add_service(d))
			return;
	}
	avahi_entry_group_commit(d->group);
}

/* ---- the daemon -------------------------------------------------------------------------------------------------- */

static void on_client(AvahiClient *client, AvahiClientState state, void *arg)
{
	struct dnssd *d = arg;

	d->client = client; /* this is called from inside avahi_client_new(), too */
	switch (state) {
	case AVAHI_CLIENT_S_RUNNING:
		announce(d);
		if (!d->browser)
			d->browser = avahi_service_browser_new(client, d->interface, AVAHI_PROTO_UNSPEC, LAN_SERVICE,
							       NULL, 0, on_browsed, d);
		break;
	case AVAHI_CLIENT_S_COLLISION: /* of the host's name; it gets another one, then we announce anew */
	case AVAHI_CLIENT_S_REGISTERING:
		if (d->group)
			avahi_entry_group_reset(d->group);
		break;
	case AVAHI_CLIENT_FAILURE:
		/* The daemon has gone (then a new client waits for the next), or D-Bus (then it is looked for now and
		 * then). */
		again_in(d, avahi_client_errno(client) == AVAHI_ERR_DISCONNECTED ? 0 : AGAIN_MS);
		break;
	case AVAHI_CLIENT_CONNECTING:
		break;
	}
}

static void client_drop(struct dnssd *d, bool tell)
{
	for (struct service *s; (s = list_first(&d->services, struct service, here));)
		if (tell)
			service_gone(s);
		else
			service_free(s);
	d->browser = NULL; /* browser and group go with the client */
	d->group = NULL;
	if (d->client)
		avahi_client_free(d->client);
	d->client = NULL;
}

static void begin(struct timer *t)
{
	struct dnssd *d = holder_of(t, struct dnssd, again);
	int error;

	client_drop(d, true);
	/* NO_FAIL: as long as there is no daemon, it waits for one. */
	d->client = avahi_client_new(&d->poll, AVAHI_CLIENT_NO_FAIL, on_client, d, &error);
	if (!d->client)
		again_in(d, AGAIN_MS);
}

/* A label takes 63 bytes, cut between characters. */
static char *label_of(struct str name)
{
	size_t n = name.n < LABEL_MAX ? name.n : LABEL_MAX;

	while (n < name.n && n && ((unsigned char)name.p[n] & 0xc0) == 0x80)
		n--;
	return str_dup(str_n(name.p, n));
}

struct dnssd *dnssd_new(struct net *n, struct str name, uint16_t port, unsigned interface)
{
	struct dnssd *d;

	if (!name.n || name.n > TXT_NAME_MAX)
		return NULL; /* TXT cannot hold it; our own multicast can */
	d = mem_new(struct dnssd);
	d->net = n;
	d->poll = (AvahiPoll){ .userdata = d,
			       .watch_new = watch_new,
			       .watch_update = watch_update,
			       .watch_get_events = watch_get_events,
			       .watch_free = watch_free,
			       .timeout_new = timeout_new,
			       .timeout_update = timeout_update,
			       .timeout_free = timeout_free };
	d->name = str_dup(name);
	d->label = label_of(name);
	d->port = port;
	d->interface = interface ? (AvahiIfIndex)interface : AVAHI_IF_UNSPEC;
	d->again.fire = begin;
	list_init(&d->services);
	again_in(d, 0); /* not from inside a call */
	return d;
}

void dnssd_stop(struct dnssd *d)
{
	if (!d)
		return;
	world_stop(net_world(d->net), &d->again);
	client_drop(d, false);
}

struct dnssd *dnssd_free(struct dnssd *d)
{
	if (!d)
		return NULL;
	free(d->name);
	free(d->label);
	mem_free(d);
	return NULL;
}
