/* SPDX-License-Identifier: Apache-2.0
 *
 * core/directory.c - every core knows every available session: its own, and by PARCEL_UP and PARCEL_DOWN those of the others.
 */
#include "core/directory.h"

#include <stdlib.h>

#include "core/inside.h"

struct online {            /* a user */
	struct map_node node;
	struct list entries;
	char name[];
};

struct place {             /* an available session */
	struct list here;
	struct directory_entry entry; /* strings in `bytes`, but for the name: it is the user's */
	char bytes[];
};

/* The parcel: name, resource, door, address, each ended by a zero byte; number: since. */
static void describe(const struct session *s, struct buf *to)
{
	buf_fmt(to, "%.*s%c%.*s%c%s%c", STR_ARG(jid_local(s->jid)), 0, STR_ARG(jid_resource(s->jid)), 0, s->ops->door, 0);
	s->ops->describe((struct session *)s, to);
	buf_byte(to, 0);
}

static struct str part(struct str *rest)
{
	struct str one = str_n(rest->p, str_find(*rest, 0));

	*rest = str_from(*rest, one.n + 1);
	return one;
}

static void tell(struct session *s, enum parcel_kind kind)
{
	own_buf bytes = { 0 };

	if (s->core->ending)
		return;
	describe(s, &bytes);
	bus_publish(s->core->bus, STR("all"), &(struct parcel){ .kind = (uint8_t)kind, .number = (uint64_t)s->since,
								 .bytes = buf_all(&bytes) });
}

void directory_up(struct session *s) { tell(s, PARCEL_UP); }
void directory_down(struct session *s) { tell(s, PARCEL_DOWN); }

static void notify(struct core *c, struct str name, bool up)
{
	struct notice n = { .kind = up ? NOTICE_ONLINE : NOTICE_OFFLINE, .name = name };

	list_each(s, &c->watchers, struct session, watching)
		if (s->wants_online && s->ops->notice)
			s->ops->notice(s, &n);
}

static void up(struct core *c, const struct parcel *p)
{
	struct str rest = p->bytes, name = part(&rest);
	struct online *o = map_find(&c->directory, name, struct online, node);
	struct place *place = mem_alloc(sizeof *place + rest.n + 1);
	bool first = !o;

	if (!o) {
		o = mem_alloc(sizeof *o + name.n + 1);
		memcpy(o->name, name.p, name.n);
		list_init(&o->entries);
		map_add(&c->directory, &o->node, str_n(o->name, name.n));
	}
	memcpy(place->bytes, rest.p, rest.n);
	rest.p = place->bytes;
	place->entry = (struct directory_entry){ .name = o->node.key, .since = (msec)p->number, .core = p->core };
	place->entry.resource = part(&rest);
	place->entry.door = part(&rest);
	place->entry.address = part(&rest);
	list_append(&o->entries, &place->here);
	if (first)
		notify(c, o->node.key, true);
}

static void down(struct core *c, const struct parcel *p)
{
	struct str rest = p->bytes, name = part(&rest), resource = part(&rest);
	struct online *o = map_find(&c->directory, name, struct online, node);

	if (!o)
		return;
	list_each(place, &o->entries, struct place, here)
		if (place->entry.core == p->core && str_eq(place->entry.resource, resource)) {
			list_remove(&place->here);
			mem_free(place);
			break;
		}
	if (!list_empty(&o->entries))
		return;
	map_remove(&c->directory, &o->node);
	notify(c, str_n(o->name, name.n), false);
	mem_free(o);
}

void directory_in(struct core *c, const struct parcel *p)
{
	if (p->kind == PARCEL_UP)
		up(c, p);
	else
		down(c, p);
}

static int by_name(const void *a, const void *b)
{
	const struct online *const *x = a, *const *y = b;

	return str_cmp((*x)->node.key, (*y)->node.key);
}

static struct online **sorted(struct core *c, size_t *n)
{
	struct online **all = mem_raw((c->directory.n + 1) * sizeof *all);

	*n = 0;
	for (struct map_node *node = map_next(&c->directory, NULL); node; node = map_next(&c->directory, node))
		all[(*n)++] = holder_of(node, struct online, node);
	qsort(all, *n, sizeof *all, by_name);
	return all;
}

void directory_users(struct core *c, void (*each)(struct str name, void *arg), void *arg)
{
	size_t n;
	struct online **all = sorted(c, &n);

	for (size_t i = 0; i < n; i++)
		each(all[i]->node.key, arg);
	mem_free(all);
}

void directory_sessions(struct core *c, void (*each)(const struct directory_entry *e, void *arg), void *arg)
{
	size_t n;
	struct online **all = sorted(c, &n);

	for (size_t i = 0; i < n; i++)
		list_each(place, &all[i]->entries, struct place, here)
			each(&place->entry, arg);
	mem_free(all);
}

bool directory_online(const struct core *c, struct str name) { return map_get(&c->directory, name) != NULL; }
size_t directory_count(const struct core *c) { return c->directory.n; }

bool directory_kick(struct core *c, struct str name, struct str resource)
{
	return core_tell(c, 'u', name, &(struct parcel){ .kind = PARCEL_KICK, .number = KICK_OPERATOR, .bytes = resource }) > 0;
}

void directory_free(struct core *c)
{
	for (struct map_node *node; (node = map_drain(&c->directory));) {
		struct online *o = holder_of(node, struct online, node);

		list_each(place, &o->entries, struct place, here)
			mem_free(place);
		mem_free(o);
	}
	map_free(&c->directory);
}
