/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/term/net/inside.h"
#include "transport/address.h"

enum { LOOKUP_STACK = 256 * 1024 };

static void lookup_free(struct lookup *l)
{
	pthread_mutex_destroy(&l->lock);
	free(l->host);
	mem_free(l);
}

static bool has(const struct lookup *l, const struct sockaddr *sa, socklen_t n)
{
	for (size_t i = 0; i < l->n; i++)
		if (!memcmp(&l->addresses[i], sa, n))
			return true;
	return false;
}

static void ask(struct lookup *l)
{
	struct addrinfo want = { .ai_family = AF_UNSPEC,
				 .ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_IDN | AI_NUMERICSERV },
			*all = NULL;

	l->error = getaddrinfo(l->host, l->service, &want, &all);
	if (l->error)
		return;
	for (const struct addrinfo *i = all; i && l->n < ADDRESSES_MAX; i = i->ai_next)
		if ((i->ai_family == AF_INET || i->ai_family == AF_INET6) && !has(l, i->ai_addr, i->ai_addrlen))
			memcpy(&l->addresses[l->n++], i->ai_addr, i->ai_addrlen);
	freeaddrinfo(all);
}

static void *lookup_thread(void *arg)
{
	struct lookup *l = arg;
	bool given_up;

	ask(l);
	/* Under the lock, so that nobody gives up and ends the loop between the question and the post. */
	pthread_mutex_lock(&l->lock);
	given_up = l->given_up;
	l->posted = !given_up;
	if (l->posted)
		world_post(net_world(l->net), &l->post);
	pthread_mutex_unlock(&l->lock);
	if (given_up)
		lookup_free(l);
	return NULL;
}

static void lookup_done(struct post *p)
{
	struct lookup *l = holder_of(p, struct lookup, post);

	list_remove(&l->here);
	/* The thread has posted, but may still hold the lock. */
	pthread_mutex_lock(&l->lock);
	pthread_mutex_unlock(&l->lock);
	if (!l->given_up)
		l->done(l->arg, l);
	lookup_free(l);
}

struct lookup *lookup_begin(struct net *n, struct str host, uint16_t port, void (*done)(void *arg, struct lookup *l),
			    void *arg)
{
	struct lookup *l = mem_new(struct lookup);
	bool brackets = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	pthread_attr_t attr;
	pthread_t thread;
	int r;

	l->net = n;
	l->done = done;
	l->arg = arg;
	l->post.run = lookup_done;
	l->host = str_dup(brackets ? str_n(host.p + 1, host.n - 2) : host);
	snprintf(l->service, sizeof l->service, "%u", (unsigned)port);
	pthread_mutex_init(&l->lock, NULL);
	list_append(&n->lookups, &l->here);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, LOOKUP_STACK);
	r = pthread_create(&thread, &attr, lookup_thread, l);
	pthread_attr_destroy(&attr);
	if (r) {
		l->error = EAI_AGAIN;
		l->posted = true;
		world_post(net_world(n), &l->post);
	}
	return l;
}

void lookup_cancel(struct lookup *l)
{
	bool posted;

	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->given_up = true;
	posted = l->posted;
	/* What the loop has already is freed when it comes, or by lookups_free(); the rest by its thread. */
	if (!posted)
		list_remove(&l->here);
	pthread_mutex_unlock(&l->lock);
}

/* After the loop has ended: posts that came too late were dropped. */
void lookups_free(struct net *n)
{
	list_each(l, &n->lookups, struct lookup, here) {
		list_remove(&l->here);
		assert(l->posted);
		lookup_free(l);
	}
}

void lookup_why(const struct lookup *l, struct buf *why)
{
	bool unknown = l->error == EAI_NONAME || l->error == EAI_NODATA || l->error == EAI_ADDRFAMILY || !l->error;

	if (unknown)
		net_say(why, l->net->chinese, NET_not_found, l->host, NULL);
	else
		net_say(why, l->net->chinese, NET_lookup_failed, l->host, gai_strerror(l->error));
}

/* ---- resolve() --------------------------------------------------------------------------------------------------- */

static void resolved(void *arg, struct lookup *l)
{
	uint8_t addresses[ADDRESSES_MAX][16];
	own_buf why = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		struct endpoint e = endpoint_of((struct sockaddr *)&l->addresses[i]);

		memcpy(addresses[i], e.address, 16);
		near_learn(l->net, (struct sockaddr *)&l->addresses[i]);
	}
	if (!l->n)
		lookup_why(l, &why);
	l->told(arg, (const uint8_t(*)[16])addresses, l->n, l->n ? STR_NONE : buf_all(&why));
}

void net_resolve(struct outside *o, struct str host,
		 void (*done)(void *arg, const uint8_t (*addresses)[16], size_t n, struct str why), void *arg)
{
	lookup_begin(net_of(o), host, 0, resolved, arg)->told = done;
}
