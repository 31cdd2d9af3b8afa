/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/socks/socks.c - the relay of XEP-0065: as much of SOCKS5 (RFC 1928) as that asks for. Nobody logs in and
 * nothing is connected to: who comes says a key, and waits until somebody who has an account joins it with the other
 * one who said the same (core/bytestreams.h). Bytes then go from link to link, as fast as the slower one reads.
 */
#include "base/mem.h"
#include "core/bytestreams.h"
#include "doors/door.h"

enum {
	VERSION = 5, NO_AUTHENTICATION = 0, NOT_ACCEPTABLE = 0xff, CONNECT = 1, DOMAIN_NAME = 3,
	GRANTED = 0, NOT_ALLOWED = 2, NO_SUCH_COMMAND = 7, NO_SUCH_ADDRESS = 8,
	REQUEST_BYTES = 5 + BYTESTREAM_KEY_CHARS + 2,
	WAIT_MS = 2 * 60 * 1000, /* for the other one, and to be activated */
	BACKLOG = 128 * 1024,    /* bytes that the other one has not read, above which this one is not read */
};

enum step { GREETING, REQUEST, WAITING, JOINED };

struct socks {
	struct link *link;
	struct bytestream_end end;
	struct socks *other; /* JOINED, until one of them goes */
	struct timer deadline;
	enum step step;
	bool paused;
	uint64_t bytes;  /* that came through, from this side */
	unsigned char in[2 + 255];
	size_t in_n;
};

static void hang_up(struct socks *s) { s->link->ops->hang_up(s->link, CLOSE_ASKED); }
static void too_late(struct timer *t) { hang_up(holder_of(t, struct socks, deadline)); }

static void say(struct socks *s, const void *bytes, size_t n)
{
	buf_add(&s->link->out, bytes, n);
	s->link->ops->dirty(s->link);
}

static void joined(struct bytestream_end *e, struct bytestream_end *other)
{
	struct socks *s = holder_of(e, struct socks, end);

	s->other = holder_of(other, struct socks, end);
	s->step = JOINED;
	world_stop(core_world(s->link->core), &s->deadline);
}

static int socks_open(struct link *l)
{
	struct socks *s = mem_new(struct socks);

	s->link = l;
	s->deadline.fire = too_late;
	s->end.joined = joined;
	l->state = s;
	world_timer(core_world(l->core), &s->deadline, core_settings(l->core)->login_deadline_ms);
	return 0;
}

/* ---- what it says ------------------------------------------------------------------------------------------------ */

/* RFC 1928, 3: version, how many methods, methods. */
static int greeting(struct socks *s)
{
	bool good = memchr(s->in + 2, NO_AUTHENTICATION, s->in[1]) != NULL;

	say(s, (unsigned char[]){ VERSION, good ? NO_AUTHENTICATION : NOT_ACCEPTABLE }, 2);
	s->step = REQUEST;
	s->in_n = 0;
	return good ? 0 : DOOR_CLOSE;
}

static int refuse(struct socks *s, unsigned char why)
{
	say(s, (unsigned char[]){ VERSION, why, 0, 1, 0, 0, 0, 0, 0, 0 }, 10);
	return DOOR_CLOSE;
}

static bool is_key(const unsigned char *p)
{
	for (size_t i = 0; i < BYTESTREAM_KEY_CHARS; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
			return false;
	return true;
}

/* RFC 1928, 4: version, command, 0, kind of address, its length, the key, a port (0). XEP-0065, 6.3.2 wants the same
 * back. */
static int request(struct socks *s)
{
	if (s->in[1] != CONNECT)
		return refuse(s, NO_SUCH_COMMAND);
	if (s->in[3] != DOMAIN_NAME || s->in[4] != BYTESTREAM_KEY_CHARS || !is_key(s->in + 5))
		return refuse(s, NO_SUCH_ADDRESS);
	if (!core_settings(s->link->core)->file_max ||
	    !bytestream_wait(s->link->core, &s->end, str_n((char *)s->in + 5, BYTESTREAM_KEY_CHARS)))
		return refuse(s, NOT_ALLOWED);
	s->in[1] = GRANTED;
	say(s, s->in, s->in_n);
	s->step = WAITING;
	s->in_n = 0;
	world_timer(core_world(s->link->core), &s->deadline, WAIT_MS);
	return 0;
}

/* How many bytes the step needs, as far as can be told from those that are there. */
static size_t needed(const struct socks *s)
{
	if (s->step == GREETING)
		return s->in_n < 2 ? 2 : 2 + (size_t)s->in[1];
	if (s->in_n >= 5 && (s->in[3] != DOMAIN_NAME || s->in[4] != BYTESTREAM_KEY_CHARS))
		return s->in_n; /* it is refused whatever follows */
	return s->in_n < 5 ? 5 : REQUEST_BYTES;
}

/* ---- bytes ------------------------------------------------------------------------------------------------------- */

static int pass(struct socks *s, const char *bytes, size_t n)
{
	struct link *to = s->other ? s->other->link : NULL;

	s->bytes += n;
	if (!to || s->bytes > core_settings(s->link->core)->file_max)
		return DOOR_CLOSE;
	buf_add(&to->out, bytes, n);
	to->ops->dirty(to);
	if (link_backlog(to) > BACKLOG && !s->paused) {
		s->paused = true;
		s->link->ops->pause(s->link, true);
	}
	return 0;
}

static void socks_written(struct link *l)
{
	struct socks *s = l->state, *from = s->other;

	if (from && from->paused) {
		from->paused = false;
		from->link->ops->pause(from->link, false);
	}
}

static int step(struct socks *s, const char **bytes, size_t *n)
{
	size_t more = needed(s) - s->in_n;

	if (more > *n)
		more = *n;
	memcpy(s->in + s->in_n, *bytes, more);
	s->in_n += more;
	*bytes += more;
	*n -= more;
	if (s->in[0] != VERSION)
		return DOOR_CLOSE;
	if (s->in_n < needed(s))
		return 0;
	return s->step == GREETING ? greeting(s) : request(s);
}

static int socks_feed(struct link *l, const char *bytes, size_t n)
{
	struct socks *s = l->state;
	int r = 0;

	if (s->step == JOINED)
		return pass(s, bytes, n);
	while (!r && n && s->step < WAITING)
		r = step(s, &bytes, &n);
	/* Nobody is there yet to whom these could go (XEP-0065, 6.3.5: first it is activated). */
	return r ? r : n ? DOOR_CLOSE : 0;
}

static void socks_close(struct link *l, enum close_why why)
{
	struct socks *s = l->state;

	bytestream_leave(&s->end);
	world_stop(core_world(l->core), &s->deadline);
	if (s->other) {
		s->other->other = NULL;
		hang_up(s->other); /* when it has read what came before */
	}
	l->state = NULL;
	mem_free(s);
}

const struct door socks_door = {
	.name = "socks",
	.open = socks_open,
	.feed = socks_feed,
	.written = socks_written,
	.close = socks_close,
};
