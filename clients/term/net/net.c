/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/net/net.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "clients/term/net/inside.h"

static const struct outside_ops net_ops = {
	.dial = pipe_dial,
	.start_tls = pipe_start_tls,
	.dirty = pipe_mark,
	.pause = pipe_hold,
	.hang_up = pipe_end,
	.listen = net_listen,
	.datagram = net_datagram,
	.datagram_anonymous = net_datagram_anonymous,
	.route = net_route,
	.resolve = net_resolve,
	.lan_join = net_lan_join,
	.multicast = net_multicast,
	.file_open = net_file_open,
	.file_part = net_file_part,
	.file_read = net_file_read,
	.file_write = net_file_write,
	.file_hash = net_file_hash,
	.file_hash_cancel = net_file_hash_cancel,
	.file_finish = net_file_finish,
	.file_close = net_file_close,
	.file_names = net_file_names,
};

static void on_idle(uv_idle_t *h)
{
	struct net *n = h->data;

	uv_idle_stop(&n->idle);
	n->idle_on = false;
	pipes_turn(n);
}

/* While it is set the loop does not wait, so it runs in the next turn: in front of everything that is read then. */
void net_turn(struct net *n)
{
	if (n->idle_on || n->stopping)
		return;
	n->idle_on = true;
	uv_idle_start(&n->idle, on_idle);
}

/* One's own key, or why not. */
static int identity_get(struct net *n, struct str path, struct buf *why)
{
	static const enum net_text text[] = { [IDENTITY_READ] = NET_key_unreadable, [IDENTITY_DAMAGED] = NET_key_broken,
					      [IDENTITY_WRITE] = NET_key_unwritable };
	char *z = str_dup(path);
	int error = 0, r = identity_open(&n->identity, z, &error);

	if (r)
		net_say(why, n->chinese, text[r], z, text_error(n->chinese, error));
	else
		identity_key(n->identity, n->outside.key);
	free(z);
	return r ? error ? -error : -EINVAL : 0;
}

static void init(struct net *n, const struct net_setup *setup)
{
	n->outside.ops = &net_ops;
	n->loop = setup->loop;
	n->chinese = setup->chinese;
	n->parts = setup->parts.n ? str_dup(setup->parts) : NULL;
	n->authorities = setup->authorities.n ? str_dup(setup->authorities) : NULL;
	list_init(&n->pipes);
	list_init(&n->turn);
	list_init(&n->lookups);
	for (unsigned i = 0; i < 2; i++) {
		datagrams_init(n, &n->direct[i], i ? AF_INET : AF_INET6);
		datagrams_init(n, &n->anonymous[i], i ? AF_INET : AF_INET6);
	}
	uv_idle_init(&n->loop->uv, &n->idle);
	n->idle.data = n;
}

int net_new(struct outside **ret, const struct net_setup *setup, struct buf *why)
{
	struct net *n = mem_new(struct net);
	int r;

	n->chinese = setup->chinese;
	r = setup->key.n ? identity_get(n, setup->key, why) : 0;
	if (r) {
		mem_free(n);
		return r;
	}
	/* Writing to a connection that is gone is an answer, not a reason to die. */
	signal(SIGPIPE, SIG_IGN);
	init(n, setup);
	*ret = &n->outside;
	return 0;
}

void net_stop(struct outside *o)
{
	struct net *n = net_of(o);

	assert(!n->stopping);
	n->stopping = true;
	pipes_stop(n);
	list_each(l, &n->lookups, struct lookup, here)
		lookup_cancel(l);
	lan_stop(n);
	listen_stop(n);
	uv_close((uv_handle_t *)&n->idle, NULL);
}

struct outside *net_free(struct outside *o)
{
	struct net *n;

	if (!o)
		return NULL;
	n = net_of(o);
	assert(n->stopping && list_empty(&n->pipes));
	lookups_free(n);
	lan_free(n);
	secure_setup_free(n->server);
	secure_setup_free(n->peer);
	identity_free(n->identity);
	free(n->parts);
	free(n->authorities);
	mem_free(n);
	return NULL;
}
