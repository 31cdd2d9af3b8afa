/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_list.c - which rooms anybody may find: every core knows those of all, by PARCEL_ROOM_LISTED. What changes
 * is told a little later, so that a crowd that enters is one parcel.
 */
#include <stdlib.h>

#include "core/room_inside.h"

enum { TELL_MS = 200 };

enum bits { MEMBERS_ONLY = 1, PASSWORD = 2, ANONYMOUS = 4, MODERATED = 8 };

struct listed {
	struct map_node node;
	struct room_listing listing; /* strings in `bytes` */
	unsigned core;
	char bytes[];
};

/* ---- what is known ---------------------------------------------------------------------------------------------- */

static struct str part(struct str *rest)
{
	struct str one = str_n(rest->p, str_find(*rest, 0));

	*rest = str_from(*rest, one.n + 1);
	return one;
}

static void listed_free(struct rooms *rs, struct listed *l)
{
	map_remove(&rs->list.map, &l->node);
	rs->list.stale = true;
	mem_free(l);
}

/* The parcel: name, title, description, language, each ended by a zero byte; number: occupants and, above them, bits.
 */
static void listed_set(struct rooms *rs, const struct parcel *p)
{
	struct listed *l = mem_alloc(sizeof *l + p->bytes.n), *old;
	struct str rest = str_n(l->bytes, p->bytes.n);
	unsigned bits = (unsigned)(p->number >> 32);

	memcpy(l->bytes, p->bytes.p, p->bytes.n);
	l->core = p->core;
	l->listing = (struct room_listing){
		.name = part(&rest),
		.title = part(&rest),
		.description = part(&rest),
		.language = part(&rest),
		.occupants = (unsigned)p->number,
		.members_only = bits & MEMBERS_ONLY,
		.password = bits & PASSWORD,
		.anonymous = bits & ANONYMOUS,
		.moderated = bits & MODERATED,
	};
	old = map_find(&rs->list.map, l->listing.name, struct listed, node);
	if (old)
		listed_free(rs, old);
	map_add(&rs->list.map, &l->node, l->listing.name);
	rs->list.stale = true;
}

static void own_tell(struct rooms *rs, unsigned to);

void room_listed_in(struct core *c, const struct parcel *p)
{
	struct rooms *rs = c->rooms;
	struct listed *l;

	if (!rs)
		return;
	if (!p->bytes.n) {
		if (p->core != c->index)
			own_tell(rs, p->core);
	} else if (p->flags & PARCEL_REMOVED) {
		l = map_find(&rs->list.map, p->bytes, struct listed, node);
		if (l)
			listed_free(rs, l);
	} else {
		listed_set(rs, p);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct listed *const *x = a, *const *y = b;

	return str_cmp((*x)->listing.name, (*y)->listing.name);
}

static void sort(struct rooms *rs)
{
	size_t n = 0;

	rs->list.sorted = mem_grow(rs->list.sorted, (rs->list.map.n + 1) * sizeof *rs->list.sorted);
	for (struct map_node *node = map_next(&rs->list.map, NULL); node; node = map_next(&rs->list.map, node))
		rs->list.sorted[n++] = holder_of(node, struct listed, node);
	qsort(rs->list.sorted, n, sizeof *rs->list.sorted, by_name);
	rs->list.n = n;
	rs->list.stale = false;
}

bool room_listing_next(struct core *c, struct str after, struct room_listing *ret)
{
	struct rooms *rs = c->rooms;
	size_t lo = 0, hi;

	if (!rs)
		return false;
	if (rs->list.stale)
		sort(rs);
	for (hi = rs->list.n; lo < hi && after.n;) {
		size_t mid = (lo + hi) / 2;

		if (str_cmp(rs->list.sorted[mid]->listing.name, after) > 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo == rs->list.n)
		return false;
	*ret = rs->list.sorted[lo]->listing;
	return true;
}

/* ---- telling ---------------------------------------------------------------------------------------------------- */

static void listing_write(struct buf *to, struct str name, struct str title, struct str description,
			  struct str language)
{
	buf_fmt(to, "%.*s%c%.*s%c%.*s%c%.*s%c", STR_ARG(name), 0, STR_ARG(title), 0, STR_ARG(description), 0,
		STR_ARG(language), 0);
}

static uint64_t number_of(unsigned occupants, bool members_only, bool password, bool anonymous, bool moderated)
{
	unsigned bits = (members_only ? MEMBERS_ONLY : 0) | (password ? PASSWORD : 0) | (anonymous ? ANONYMOUS : 0) |
			(moderated ? MODERATED : 0);

	return (uint64_t)bits << 32 | occupants;
}

static void tell(struct rooms *rs, struct str name, const struct room_config *c, unsigned occupants)
{
	own_buf bytes = { 0 };

	listing_write(&bytes, name, c->title, c->description, c->language);
	bus_publish(rs->core->bus, STR("all"),
		    &(struct parcel){ .kind = PARCEL_ROOM_LISTED,
				      .bytes = buf_all(&bytes),
				      .number = number_of(occupants, c->members_only, c->password.n, c->anonymous,
							  c->moderated) });
}

void room_list_kept(struct rooms *rs, struct str name, const struct room_config *config)
{
	if (config->listed)
		tell(rs, name, config, 0);
}

void room_list_tell(struct room *r)
{
	struct rooms *rs = r->rooms;
	struct str name = str_z(r->name);

	list_remove(&r->dirty);
	if (r->exists && r->config.listed && !r->locked)
		tell(rs, name, &r->config, r->occupants_n);
	else if (map_get(&rs->list.map, name))
		bus_publish(r->core->bus, STR("all"),
			    &(struct parcel){ .kind = PARCEL_ROOM_LISTED, .flags = PARCEL_REMOVED, .bytes = name });
}

static void own_tell(struct rooms *rs, unsigned to)
{
	for (struct map_node *node = map_next(&rs->list.map, NULL); node; node = map_next(&rs->list.map, node)) {
		const struct listed *l = holder_of(node, struct listed, node);
		const struct room_listing *k = &l->listing;
		own_buf bytes = { 0 };

		if (l->core != rs->core->index)
			continue;
		listing_write(&bytes, k->name, k->title, k->description, k->language);
		bus_send(rs->core->bus, to,
			 &(struct parcel){ .kind = PARCEL_ROOM_LISTED,
					   .bytes = buf_all(&bytes),
					   .number = number_of(k->occupants, k->members_only, k->password, k->anonymous,
							       k->moderated) });
	}
}

static void tell_all(struct timer *t)
{
	struct rooms *rs = holder_of(t, struct rooms, list.tell);

	for (struct room *r; (r = list_first(&rs->list.dirty, struct room, dirty));)
		room_list_tell(r);
}

void room_list_changed(struct room *r)
{
	struct rooms *rs = r->rooms;

	if (r->core->ending || r->dirty.next != &r->dirty)
		return;
	list_append(&rs->list.dirty, &r->dirty);
	if (!rs->list.tell.place) {
		rs->list.tell.fire = tell_all;
		world_timer(rs->core->world, &rs->list.tell, TELL_MS);
	}
}

void room_list_begin(struct rooms *rs)
{
	bus_publish(rs->core->bus, STR("all"), &(struct parcel){ .kind = PARCEL_ROOM_LISTED, .bytes = STR("") });
}

void room_list_free(struct rooms *rs)
{
	struct map_node *node;

	world_stop(rs->core->world, &rs->list.tell);
	while ((node = map_next(&rs->list.map, NULL)))
		listed_free(rs, holder_of(node, struct listed, node));
	map_free(&rs->list.map);
	mem_free(rs->list.sorted);
}
