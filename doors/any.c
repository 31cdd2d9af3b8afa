/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/any.c - one port for everything: in each of our protocols the client speaks first, and its first byte tells them apart. The link gets the
 * door that belongs to it, as if it had come through that door's own port. TLS or not is the transport's to see (entrance.maybe_tls).
 */
#include "base/log.h"
#include "base/mem.h"
#include "core/core.h"
#include "doors/door.h"

struct undecided {
	struct link *link;
	struct timer deadline;
};

static void silent(struct timer *t)
{
	struct link *l = holder_of(t, struct undecided, deadline)->link;

	l->ops->hang_up(l, CLOSE_ASKED);
}

static int any_open(struct link *l)
{
	struct undecided *u = mem_new(struct undecided);

	u->link = l;
	u->deadline.fire = silent;
	l->state = u;
	world_timer(core_world(l->core), &u->deadline, core_settings(l->core)->login_deadline_ms);
	return 0;
}

static void any_close(struct link *l, enum close_why why)
{
	struct undecided *u = l->state;

	if (!u)
		return; /* it was to become another door, which would not open */
	l->state = NULL;
	world_stop(core_world(l->core), &u->deadline);
	mem_free(u);
}

/* '<' begins a stream (RFC 6120, 4.2), a capital letter an HTTP method, a digit a line of the classic protocol, a zero the length of its Java
 * frames. NULL: none of ours. */
static const struct door *door_for(char first)
{
	if (first == '<' || first == ' ' || first == '\n' || first == '\r' || first == '\t')
		return &xmpp_door;
	if (first >= 'A' && first <= 'Z')
		return &web_door;
	return (first >= '0' && first <= '9') || !first ? &classic_door : NULL;
}

/* The classic protocol sends passwords as they are: from other machines it is served here over TLS only, as its own port without TLS is for
 * this machine only unless the operator says otherwise. */
static bool allowed(const struct link *l, const struct door *door)
{
	return door && (door != &classic_door || l->secure || l->loopback);
}

static int any_feed(struct link *l, const char *bytes, size_t n)
{
	const struct door *door = n ? door_for(*bytes) : &any_door;
	int r;

	if (door == &any_door)
		return 0;
	if (!allowed(l, door)) {
		own_buf who = { 0 };

		link_address(l, &who);
		log_event(protocol_error, "door=any ip=%s user=- condition=%s", buf_z(&who), door ? "needs-tls" : "unknown-protocol");
		return DOOR_CLOSE;
	}
	any_close(l, CLOSE_ASKED);
	l->door = door;
	r = door->open(l);
	if (r) {
		l->door = &any_door;
		return r;
	}
	if (l->secure && door->secured)
		door->secured(l);
	return door->feed(l, bytes, n);
}

const struct door any_door = { .name = "any", .open = any_open, .feed = any_feed, .close = any_close };
