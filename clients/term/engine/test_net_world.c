/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/engine/test_net_world.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "base/crypt.h"

enum { WINDOW = 48 * 1024 }; /* bytes that a connection holds between its ends */

struct sim_pipe {
	struct pipe pipe;
	struct net_host *host;
	struct list here;
	struct sim_pipe *far;  /* NULL: to the server, or none yet */
	void *line;            /* of the server */
	struct buf wire;       /* on its way to us */
	uint16_t to_port;
	uint8_t to[16];
	enum pipe_tls tls;
	bool up_due, up, paused, hanging, down_due, gone, unwritten, silent, accept_due, to_server;
};

struct sim_letter {
	struct list here;
	struct endpoint from, to;
	bool multicast;
	size_t n;
	char bytes[];
};

struct sim_file {
	struct list here;
	struct str path;
	struct buf bytes;
	bool part;
};

struct disk_file {
	struct net_host *host;
	struct sim_file *file;
};

struct sim_hash {
	struct post post;
	struct hash_ask *ask;
};

static struct net_world *world_of(struct world *w) { return holder_of(w, struct net_world, world); }
static struct net_host *host_of(struct outside *o) { return holder_of(o, struct net_host, outside); }
static struct sim_pipe *sim_of(struct pipe *p) { return holder_of(p, struct sim_pipe, pipe); }

/* ---- the world --------------------------------------------------------------------------------------------------- */

static uint64_t next(struct net_world *w)
{
	w->seed += 0x9E3779B97F4A7C15u; /* splitmix64 */
	uint64_t z = w->seed;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

uint32_t net_chance(struct net_world *w, uint32_t below) { return (uint32_t)(next(w) % below); }
static bool strikes(struct net_world *w, unsigned of_10000) { return of_10000 && net_chance(w, 10000) < of_10000; }

static msec w_now(struct world *w) { return world_of(w)->now + 1795253280000; }
static msec w_clock(struct world *w) { return world_of(w)->now + 1000; }

static void w_random(struct world *w, void *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = (uint8_t)next(world_of(w));
}

static void w_timer_set(struct world *w, struct timer *t, msec due) { timers_set(&world_of(w)->timers, t, due); }
static void w_timer_stop(struct world *w, struct timer *t) { timers_stop(&world_of(w)->timers, t); }

static void w_post(struct world *world, struct post *p)
{
	struct net_world *w = world_of(world);

	p->next = NULL;
	*w->last = p;
	w->last = &p->next;
}

static const struct world_ops world_ops = { w_now, w_clock, w_random, w_timer_set, w_timer_stop, w_post, w_post, NULL };

struct net_world *net_world_new(uint64_t seed)
{
	struct net_world *w = mem_new(struct net_world);

	w->world.ops = &world_ops;
	w->seed = seed;
	w->last = &w->first;
	list_init(&w->hosts);
	list_init(&w->pipes);
	list_init(&w->letters);
	return w;
}

/* ---- pipes ------------------------------------------------------------------------------------------------------- */

static struct sim_pipe *pipe_new(struct net_host *h)
{
	struct sim_pipe *s = mem_new(struct sim_pipe);

	s->host = h;
	s->pipe.outside = &h->outside;
	memcpy(s->pipe.local.address, h->address, 16);
	list_append(&h->world->pipes, &s->here);
	return s;
}

static void pipe_free(struct sim_pipe *s)
{
	if (s->far)
		s->far->far = NULL;
	list_remove(&s->here);
	buf_free(&s->pipe.out);
	buf_free(&s->wire);
	mem_free(s);
}

static struct net_host *host_at(struct net_world *w, const uint8_t address[16])
{
	list_each (h, &w->hosts, struct net_host, here)
		if (!memcmp(h->address, address, 16))
			return h;
	return NULL;
}

static struct pipe *o_dial(struct outside *o, struct str host, uint16_t port, enum pipe_tls tls,
			   const struct pipe_ops *ops, void *state)
{
	struct net_host *h = host_of(o);
	struct sim_pipe *s = pipe_new(h);

	s->pipe.ops = ops;
	s->pipe.state = state;
	s->to_port = port;
	s->tls = tls;
	s->to_server = str_is(host, "server");
	assert(s->to_server || endpoint_address_parse(s->to, host));
	s->up_due = true;
	return &s->pipe;
}

static void o_start_tls(struct pipe *p) { sim_of(p)->up_due = p->secure = true; }
static void o_dirty(struct pipe *p) { sim_of(p)->unwritten = true; }
static void o_pause(struct pipe *p, bool paused) { sim_of(p)->paused = paused; }
static void o_hang_up(struct pipe *p) { sim_of(p)->hanging = true; }

static bool pipe_dead(struct sim_pipe *s)
{
	s->down_due = true;
	return true;
}

static void connect_server(struct sim_pipe *s)
{
	const struct net_server *server = s->host->world->server;

	if (!server || s->host->world->down || s->host->world->server_down) {
		pipe_dead(s);
		return;
	}
	s->line = server->open(server->arg, s->host);
	memcpy(s->pipe.peer.address, server->address, 16);
	memcpy(s->pipe.key, server->key, KEY_BYTES);
	s->pipe.secure = s->tls == PIPE_SERVER;
	s->pipe.trusted = s->pipe.secure && server->trusted;
	s->up = true;
	s->pipe.ops->up(&s->pipe);
}

static bool pipe_connect(struct sim_pipe *s)
{
	struct net_world *w = s->host->world;
	struct net_host *to = host_at(w, s->to);
	struct sim_pipe *far;

	s->up_due = false;
	if (s->up) { /* TLS has begun */
		s->pipe.ops->up(&s->pipe);
		return true;
	}
	if (s->to_server) {
		connect_server(s);
		return true;
	}
	if (w->server && !memcmp(w->server->address, s->to, sizeof s->to))
		return pipe_dead(s); /* nothing listens there for links */
	if (!to || to->closed_in || w->down ||
	    (to->client && to->port && to->port != s->to_port && net_chance(w, 4) == 0))
		return false; /* silence */
	if (to->no_listen || !to->client || !to->port || to->port != s->to_port)
		return pipe_dead(s);
	far = pipe_new(to);
	far->far = s;
	s->far = far;
	s->up = far->up = true;
	s->pipe.secure = far->pipe.secure = far->pipe.accepted = true;
	memcpy(s->pipe.key, to->outside.key, KEY_BYTES);
	memcpy(far->pipe.key, s->host->outside.key, KEY_BYTES);
	memcpy(s->pipe.peer.address, to->address, 16);
	s->pipe.peer.port = s->to_port;
	memcpy(far->pipe.peer.address, s->host->address, 16);
	far->accept_due = true;
	s->pipe.ops->up(&s->pipe);
	return true;
}

static void both_down(struct sim_pipe *s)
{
	struct sim_pipe *far = s->far;

	if (s->line) {
		s->host->world->server->cut(s->host->world->server->arg, s->line);
		s->line = NULL;
	}
	s->down_due = true;
	if (far) {
		far->down_due = true;
		far->far = NULL;
		s->far = NULL;
	}
}

static void pipe_down(struct sim_pipe *s)
{
	const struct pipe_ops *ops = s->pipe.ops;

	s->gone = true;
	if (s->line)
		s->host->world->server->cut(s->host->world->server->arg, s->line);
	if (ops)
		ops->down(&s->pipe, STR("the line broke"));
	pipe_free(s);
}

static bool move_out(struct sim_pipe *s)
{
	struct net_world *w = s->host->world;
	size_t n = s->pipe.out.n;

	if (!s->up || s->silent || (!n && !s->unwritten) || (!s->far && !s->line))
		return false;
	if (s->line) {
		w->server->take(w->server->arg, s->line, buf_all(&s->pipe.out));
		buf_clear(&s->pipe.out);
	} else {
		n = s->far->wire.n >= WINDOW ? 0 : n < WINDOW - s->far->wire.n ? n : WINDOW - s->far->wire.n;
		buf_add(&s->far->wire, s->pipe.out.p, n);
		buf_eat(&s->pipe.out, n);
	}
	w->pipe_most = s->pipe.out.n > w->pipe_most ? s->pipe.out.n : w->pipe_most;
	if (s->pipe.out.n)
		return n;
	s->unwritten = false;
	if (s->pipe.ops && !s->hanging)
		s->pipe.ops->written(&s->pipe);
	return true;
}

static bool move_in(struct sim_pipe *s)
{
	struct net_world *w = s->host->world;
	size_t n;
	own_buf piece = { 0 };

	if (s->line && w->server_down) {
		both_down(s);
		return true;
	}
	if (s->line) {
		buf_str(&s->wire, w->server->give(w->server->arg, s->line));
		if (!s->wire.n && w->server->closed(w->server->arg, s->line))
			return pipe_dead(s);
	}
	if (!s->up || s->paused || s->silent || !s->wire.n || s->accept_due || !s->pipe.ops)
		return false;
	n = 1 + net_chance(w, (uint32_t)(net_chance(w, 3) ? s->wire.n : s->wire.n > 60 ? 60 : s->wire.n));
	buf_add(&piece, s->wire.p, n);
	buf_eat(&s->wire, n);
	if (strikes(w, w->cut)) {
		both_down(s);
		return true;
	}
	if (s->far && strikes(w, w->silence)) {
		s->silent = s->far->silent = true;
		return true;
	}
	s->pipe.ops->feed(&s->pipe, piece.p, piece.n);
	return true;
}

/* One step of one pipe; true: something has happened. */
static bool pipe_step(struct sim_pipe *s)
{
	bool any = false;

	if (s->down_due) {
		pipe_down(s);
		return true;
	}
	if (s->accept_due) {
		s->accept_due = false;
		if (!s->host->client || !s->host->outside.events.accepted) {
			both_down(s);
			return true;
		}
		s->host->outside.events.accepted(s->host->outside.events.arg, &s->pipe);
		any = true;
	}
	if (s->up_due && !s->hanging)
		any |= pipe_connect(s);
	if (!s->down_due)
		any |= move_out(s);
	if (!s->down_due)
		any |= move_in(s);
	if (s->hanging && !s->down_due && (!s->up || !s->pipe.out.n || s->silent)) {
		/* What was written arrives before the end does. */
		if (s->far && s->far->wire.n && !s->silent && !s->far->paused)
			return any;
		if (s->far && s->silent)
			s->far->far = NULL, s->far = NULL;
		both_down(s);
		any = true;
	}
	return any;
}

/* ---- datagrams --------------------------------------------------------------------------------------------------- */

static uint16_t o_listen(struct outside *o, uint16_t port, struct buf *why)
{
	(void)why;
	return host_of(o)->port = port ? port : (uint16_t)(20000 + net_chance(host_of(o)->world, 20000));
}

static void letter_add(struct net_world *w, const struct endpoint *from, const struct endpoint *to, bool multicast,
		       struct str bytes)
{
	unsigned copies = w->down || strikes(w, w->lose) ? 0 : strikes(w, w->twice) ? 2 : 1;

	while (copies--) {
		struct sim_letter *l = mem_alloc(sizeof *l + bytes.n);

		l->from = *from;
		if (to)
			l->to = *to;
		l->multicast = multicast;
		l->n = bytes.n;
		memcpy(l->bytes, bytes.p, bytes.n);
		/* In any order. */
		if (net_chance(w, 4))
			list_append(&w->letters, &l->here);
		else
			list_prepend(&w->letters, &l->here);
	}
}

void net_datagram(struct net_world *w, const struct endpoint *from, const struct endpoint *to, struct str bytes)
{
	letter_add(w, from, to, false, bytes);
}

static struct endpoint endpoint_of(const struct net_host *h)
{
	struct endpoint e = { .port = h->port };

	memcpy(e.address, h->address, 16);
	return e;
}

static void o_datagram(struct outside *o, const struct endpoint *to, struct str bytes)
{
	struct net_host *h = host_of(o);
	struct endpoint from = endpoint_of(h);

	if (h->world->server && h->world->server->datagram && !host_at(h->world, to->address))
		h->world->server->datagram(h->world->server->arg, h, to, bytes);
	else
		letter_add(h->world, &from, to, false, bytes);
}

static void o_multicast(struct outside *o, struct str bytes)
{
	struct endpoint from = endpoint_of(host_of(o));

	letter_add(host_of(o)->world, &from, NULL, true, bytes);
}

static void letter_give(struct net_world *w, struct sim_letter *l)
{
	list_each (h, &w->hosts, struct net_host, here) {
		if (!h->client || (h->closed_in && !h->hears))
			continue;
		if (l->multicast && h->joined && h->outside.events.multicast)
			h->outside.events.multicast(h->outside.events.arg, &l->from, str_n(l->bytes, l->n));
		else if (!l->multicast && h->port == l->to.port && !memcmp(h->address, l->to.address, 16) &&
			 h->outside.events.datagram)
			h->outside.events.datagram(h->outside.events.arg, &l->from, str_n(l->bytes, l->n));
	}
}

static int o_lan_join(struct outside *o, struct str name, uint16_t port, struct str bind, struct buf *why)
{
	(void)name, (void)port, (void)bind, (void)why;
	host_of(o)->joined = true;
	return 0;
}

static bool o_route(struct outside *o, const uint8_t to[16], uint8_t ret[16])
{
	(void)to;
	memcpy(ret, host_of(o)->address, 16);
	return true;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static struct sim_file *file_find(struct net_host *h, struct str path)
{
	list_each (f, &h->files, struct sim_file, here)
		if (str_eq(f->path, path))
			return f;
	return NULL;
}

static struct sim_file *file_make(struct net_host *h, struct str path, bool part)
{
	struct sim_file *f = mem_new(struct sim_file);

	f->path = str_n(mem_copy(path.p, path.n), path.n);
	f->part = part;
	list_append(&h->files, &f->here);
	return f;
}

static struct disk_file *handle(struct net_host *h, struct sim_file *f)
{
	struct disk_file *d = mem_new(struct disk_file);

	d->host = h;
	d->file = f;
	return d;
}

static int o_file_open(struct outside *o, struct str path, struct disk_file **ret, uint64_t *size)
{
	struct sim_file *f = file_find(host_of(o), path);

	if (!f)
		return -ENOENT;
	*ret = handle(host_of(o), f);
	*size = f->bytes.n;
	return 0;
}

static int o_file_part(struct outside *o, struct str key, struct disk_file **ret, uint64_t *have)
{
	struct net_host *h = host_of(o);
	struct sim_file *f = file_find(h, key);

	assert(key.n == 32);
	if (!f)
		f = file_make(h, key, true);
	*ret = handle(h, f);
	*have = f->bytes.n;
	return 0;
}

static ssize_t o_file_read(struct disk_file *f, uint64_t offset, void *to, size_t n)
{
	size_t left = offset < f->file->bytes.n ? f->file->bytes.n - (size_t)offset : 0;

	n = n < left ? n : left;
	if (n)
		memcpy(to, f->file->bytes.p + offset, n);
	return (ssize_t)n;
}

static int o_file_write(struct disk_file *f, uint64_t offset, struct str bytes)
{
	assert(offset == f->file->bytes.n && f->file->part);
	if (f->host->disk_room < bytes.n)
		return -ENOSPC;
	f->host->disk_room -= bytes.n;
	buf_str(&f->file->bytes, bytes);
	return 0;
}

static void hash_run(struct post *p)
{
	struct sim_hash *s = holder_of(p, struct sim_hash, post);
	struct hash_ask *a = s->ask;

	mem_free(s);
	if (!a)
		return;
	a->job = NULL;
	a->done(a);
}

static void o_file_hash(struct disk_file *f, uint64_t n, struct hash_ask *a)
{
	struct sim_hash *s = mem_new(struct sim_hash);

	a->error = n > f->file->bytes.n ? -EIO : 0;
	if (!a->error)
		hash_sum(HASH_SHA256, str_n(f->file->bytes.p, (size_t)n), a->sum);
	a->job = s;
	s->ask = a;
	s->post.run = hash_run;
	world_post(&f->host->world->world, &s->post);
}

static void o_file_hash_cancel(struct hash_ask *a)
{
	((struct sim_hash *)a->job)->ask = NULL;
	a->job = NULL;
}

static int o_file_finish(struct disk_file *f, struct str folder, struct str name, struct buf *path)
{
	(void)folder;
	buf_fmt(path, "got/%.*s", STR_ARG(name));
	while (file_find(f->host, buf_all(path)))
		buf_lit(path, "+");
	mem_free((char *)f->file->path.p);
	f->file->path = str_n(mem_copy(path->p, path->n), path->n);
	f->file->part = false;
	return 0;
}

static void file_drop(struct sim_file *f)
{
	list_remove(&f->here);
	mem_free((char *)f->path.p);
	buf_free(&f->bytes);
	mem_free(f);
}

static void o_file_close(struct disk_file *f, bool drop)
{
	if (drop)
		file_drop(f->file);
	mem_free(f);
}

static const struct outside_ops outside_ops = {
	.dial = o_dial,
	.start_tls = o_start_tls,
	.dirty = o_dirty,
	.pause = o_pause,
	.hang_up = o_hang_up,
	.listen = o_listen,
	.datagram = o_datagram,
	.datagram_anonymous = o_datagram,
	.route = o_route,
	.lan_join = o_lan_join,
	.multicast = o_multicast,
	.file_open = o_file_open,
	.file_part = o_file_part,
	.file_read = o_file_read,
	.file_write = o_file_write,
	.file_hash = o_file_hash,
	.file_hash_cancel = o_file_hash_cancel,
	.file_finish = o_file_finish,
	.file_close = o_file_close,
};

/* ---- faces ------------------------------------------------------------------------------------------------------- */

static struct net_host *face_of(struct face *f) { return holder_of(f, struct net_host, face); }

static void f_state(struct face *f, const struct client_state *now) { (void)f, (void)now; }
static void f_conversation(struct face *f, struct conversation *v, enum conversation_change what)
{
	(void)f, (void)v, (void)what;
}

static void f_entry(struct face *f, struct entry *e, enum entry_change what)
{
	struct net_host *h = face_of(f);

	h->entries_new += what == ENTRY_NEW && !e->mine && e->kind != ENTRY_NOTE;
	if (h->world->trace)
		printf("%8lld %s: [%.*s] %.*s status=%d file=%d done=%llu %.*s\n", (long long)h->world->now, h->name,
		       STR_ARG(e->conversation->name), STR_ARG(e->text), e->status, e->file ? (int)e->file->state : -1,
		       e->file ? (unsigned long long)e->file->done : 0ULL, STR_ARG(e->why));
}

static void f_notice(struct face *f, struct conversation *v, const char *name, bool error, struct str text)
{
	struct net_host *h = face_of(f);

	(void)v, (void)error;
	h->notices++;
	h->keys_changed += !strcmp(name, "key-changed");
	buf_fmt(&h->said, "%s ", name);
	if (h->world->trace)
		printf("%8lld %s: %s: %.*s\n", (long long)h->world->now, h->name, name, STR_ARG(text));
}

struct sim_answer {
	struct post post;
	struct net_host *host;
	bool yes;
};

static void answer_run(struct post *p)
{
	struct sim_answer *a = holder_of(p, struct sim_answer, post);

	if (a->host->client)
		client_answer(a->host->client, a->yes ? STR("yes") : a->host->password);
	mem_free(a);
}

static void f_ask(struct face *f, enum ask_kind kind, struct str prompt)
{
	struct sim_answer *a = mem_new(struct sim_answer);

	(void)prompt;
	a->host = face_of(f);
	a->yes = kind == ASK_YES_NO;
	a->post.run = answer_run;
	world_post(&a->host->world->world, &a->post);
}

static void f_show(struct face *f, struct conversation *v, struct entry *at) { (void)f, (void)v, (void)at; }

static void f_quit(struct face *f, int status)
{
	face_of(f)->quit = true;
	face_of(f)->quit_status = status;
}

static const struct face_ops face_ops = { f_state, f_conversation, f_entry, f_notice, f_ask, f_show, f_quit };

/* ---- hosts ------------------------------------------------------------------------------------------------------- */

struct net_host *net_host_add(struct net_world *w, const char *name, enum client_mode mode)
{
	struct net_host *h = mem_new(struct net_host);
	own_buf why = { 0 };
	uint8_t n = 2;

	list_each (other, &w->hosts, struct net_host, here)
		n++;
	h->world = w;
	h->outside.ops = &outside_ops;
	h->face.ops = &face_ops;
	h->disk_room = UINT64_MAX / 2;
	list_init(&h->files);
	snprintf(h->name, sizeof h->name, "%s", name);
	h->address[10] = h->address[11] = 0xFF;
	h->address[12] = 10;
	h->address[15] = n;
	w_random(&w->world, h->outside.key, KEY_BYTES);
	h->setup = (struct client_setup){ .mode = mode,
					  .name = str_z(h->name),
					  .host = STR("server"),
					  .accept_new = true,
					  .direct_port = (uint16_t)(7000 + n),
					  .downloads = STR("got") };
	assert(keep_open(&h->keep, ":memory:", false, &why) == 0);
	list_append(&w->hosts, &h->here);
	return h;
}

void net_start(struct net_host *h)
{
	assert(!h->client);
	h->quit = false;
	h->outside.events = (struct outside_events){ 0 };
	h->client = client_new(&h->setup, &h->world->world, &h->outside, h->keep, &h->face);
	client_start(h->client);
}

/* What the kernel does for a program that is no more. */
static void pipes_end(struct net_host *h)
{
	list_each (s, &h->world->pipes, struct sim_pipe, here)
		if (s->host == h) {
			s->pipe.ops = NULL;
			if (!s->down_due)
				both_down(s);
		}
}

static void posts_run(struct net_world *w);

struct sending {
	struct net_host *host;
	struct buf ids;
	bool back;
};

static void sending_row(void *arg, struct str conversation, const struct entry *e)
{
	struct sending *s = arg;
	struct entry as_it_was = *e;

	(void)conversation;
	if (!s->back && e->status == ENTRY_SENDING)
		buf_add(&s->ids, &e->id, sizeof e->id);
	as_it_was.status = ENTRY_SENDING;
	for (size_t i = 0; s->back && i < s->ids.n; i += sizeof e->id)
		if (!memcmp(s->ids.p + i, &e->id, sizeof e->id))
			assert(keep_update(s->host->keep, &as_it_was) == 0);
}

/* client_free() is in order; what ends without a word leaves on the disk that something was under way. */
void net_kill(struct net_host *h)
{
	struct sending s = { .host = h };

	keep_waiting(h->keep, STR_NONE, sending_row, &s);
	h->client = client_free(h->client);
	s.back = true;
	keep_waiting(h->keep, STR_NONE, sending_row, &s);
	buf_free(&s.ids);
	h->port = 0;
	h->joined = false;
	h->outside.events = (struct outside_events){ 0 };
	pipes_end(h);
	posts_run(h->world);
}

void net_stop(struct net_host *h)
{
	client_stop(h->client, QUIT_OK);
	for (int i = 0; i < 200 && !h->quit; i++)
		net_run(h->world, 50);
	assert(h->quit);
	net_kill(h);
}

void net_cut(struct net_host *h, bool silently)
{
	list_each (s, &h->world->pipes, struct sim_pipe, here) {
		if (s->host != h || s->down_due)
			continue;
		if (silently)
			s->silent = true;
		if (silently && s->far)
			s->far->silent = true;
		if (!silently)
			both_down(s);
	}
}

struct net_world *net_world_free(struct net_world *w)
{
	list_each (h, &w->hosts, struct net_host, here)
		if (h->client)
			net_kill(h);
	while (!list_empty(&w->pipes)) {
		struct sim_pipe *s = list_first(&w->pipes, struct sim_pipe, here);

		s->pipe.ops = NULL;
		pipe_free(s);
	}
	posts_run(w);
	list_each (l, &w->letters, struct sim_letter, here) {
		list_remove(&l->here);
		mem_free(l);
	}
	list_each (h, &w->hosts, struct net_host, here) {
		list_each (f, &h->files, struct sim_file, here)
			file_drop(f);
		keep_close(h->keep);
		buf_free(&h->said);
		list_remove(&h->here);
		mem_free(h);
	}
	timers_free(&w->timers);
	mem_free(w);
	return NULL;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void posts_run(struct net_world *w)
{
	while (w->first) {
		struct post *p = w->first;

		w->first = p->next;
		if (!w->first)
			w->last = &w->first;
		p->run(p);
	}
}

static bool letters_step(struct net_world *w)
{
	struct sim_letter *l = list_first(&w->letters, struct sim_letter, here);

	if (!l)
		return false;
	list_remove(&l->here);
	letter_give(w, l);
	mem_free(l);
	return true;
}

/* Each pipe that there was at the beginning once: a step may make pipes, or end its own. */
static bool pipes_step(struct net_world *w)
{
	bool any = false;
	own_buf all = { 0 };

	list_each (s, &w->pipes, struct sim_pipe, here)
		buf_add(&all, &s, sizeof s);
	for (size_t i = 0; i < all.n; i += sizeof(struct sim_pipe *)) {
		struct sim_pipe *s;
		bool there = false;

		memcpy(&s, all.p + i, sizeof s);
		list_each (other, &w->pipes, struct sim_pipe, here)
			there |= other == s;
		any |= there && pipe_step(s);
	}
	return any;
}

static void timers_run(struct net_world *w)
{
	struct timer *t;

	while ((t = timers_due(&w->timers, w_clock(&w->world))))
		t->fire(t);
}

void net_run(struct net_world *w, msec ms)
{
	msec until = w->now + ms;

	while (w->now < until) {
		bool any;
		msec ahead, step;

		posts_run(w);
		any = letters_step(w);
		any |= pipes_step(w);
		posts_run(w);
		timers_run(w);
		ahead = timers_next(&w->timers) - w_clock(&w->world);
		step = any ? net_chance(w, 4) : ahead < 20 ? ahead > 0 ? ahead : 1 : 20;
		step = step > until - w->now ? until - w->now : step;
		w->now += step;
		w->unpassed += step;
		if (w->server && w->unpassed >= 10) {
			w->server->pass(w->server->arg, w->unpassed);
			w->unpassed = 0;
		}
	}
	posts_run(w);
}

/* ---- what tests do ----------------------------------------------------------------------------------------------- */

int64_t net_say(struct net_host *h, const char *to, const char *text)
{
	struct entry *e = client_say(h->client, client_conversation(h->client, str_z(to), true), str_z(text));

	assert(e);
	return e->id;
}

struct entry *net_entry(struct net_host *h, const char *conversation, int64_t id)
{
	return client_entry(h->client, client_conversation(h->client, str_z(conversation), true), id);
}

enum entry_status net_status(struct net_host *h, const char *to, int64_t id) { return net_entry(h, to, id)->status; }

struct counting {
	struct str text;
	unsigned n;
};

static void count(void *arg, const struct entry *e)
{
	struct counting *c = arg;

	c->n += !e->mine && e->kind != ENTRY_NOTE && str_eq(e->text, c->text);
}

unsigned net_count(struct net_host *h, const char *conversation, const char *text)
{
	struct counting c = { .text = str_z(text) };

	keep_entries(h->keep, str_z(conversation), 0, 1000000, count, &c);
	return c.n;
}

void net_file_make(struct net_host *h, const char *path, size_t size)
{
	struct sim_file *f = file_make(h, str_z(path), false);

	w_random(&h->world->world, buf_room(&f->bytes, size), size);
	f->bytes.n = size;
}

struct str net_file(struct net_host *h, struct str path)
{
	struct sim_file *f = file_find(h, path);

	return f ? buf_all(&f->bytes) : STR_NONE;
}

int64_t net_send_file(struct net_host *h, const char *to, const char *path)
{
	struct entry *e = client_send_file(h->client, client_conversation(h->client, str_z(to), true), str_z(path));

	assert(e);
	return e->id;
}

struct entry *net_offer(struct net_host *h, const char *from)
{
	struct conversation *v = client_conversation(h->client, str_z(from), true);
	struct entry *found = NULL;

	list_each (e, &v->entries, struct entry, here)
		if (e->kind == ENTRY_FILE && !e->mine)
			found = e;
	return found;
}
