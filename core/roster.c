/* SPDX-License-Identifier: Apache-2.0 */
#include "core/roster.h"

#include "core/inside.h"

/* ---- an item as bytes, for the bus -------------------------------------------------------------------------------- */

struct item_head {
	uint64_t version;
	uint32_t state, removed, contact, name, groups, request;
};

void roster_item_write(struct buf *to, const struct roster_item *item)
{
	struct item_head head = { item->version, item->state, item->removed, (uint32_t)item->contact.n,
				  (uint32_t)item->name.n, (uint32_t)item->groups.n, (uint32_t)item->request.n };

	buf_add(to, &head, sizeof head);
	buf_str(to, item->contact);
	buf_str(to, item->name);
	buf_str(to, item->groups);
	buf_str(to, item->request);
}

static bool take(struct str *ret, struct str *from, uint32_t n)
{
	if (n > from->n)
		return false;
	*ret = str_n(from->p, n);
	*from = str_from(*from, n);
	return true;
}

bool roster_item_read(struct roster_item *ret, struct str bytes)
{
	struct item_head head;

	if (bytes.n < sizeof head)
		return false;
	memcpy(&head, bytes.p, sizeof head);
	bytes = str_from(bytes, sizeof head);
	*ret = (struct roster_item){ .version = head.version, .state = head.state, .removed = head.removed };
	return take(&ret->contact, &bytes, head.contact) && take(&ret->name, &bytes, head.name) &&
	       take(&ret->groups, &bytes, head.groups) && take(&ret->request, &bytes, head.request);
}

void roster_tell(struct core *c, struct str name, const struct roster_item *item, uint64_t version, bool quiet)
{
	own_buf bytes = { 0 };

	roster_item_write(&bytes, item);
	core_tell(c, 'c', name, &(struct parcel){ .kind = PARCEL_ROSTER, .number = version, .bytes = buf_all(&bytes),
						  .flags = quiet ? PARCEL_QUIET : 0 });
}

/* ---- for sessions ------------------------------------------------------------------------------------------------- */

uint64_t roster_version(const struct session *s) { return s->user->roster_version; }

void roster_each(const struct session *s, void (*each)(const struct roster_item *item, void *arg), void *arg)
{
	for (struct map_node *node = map_next(&s->user->roster, NULL); node; node = map_next(&s->user->roster, node)) {
		const struct roster_item *item = &holder_of(node, struct contact, node)->item;

		if (item->state & ROSTER_LISTED)
			each(item, arg);
	}
}

uint32_t roster_state(const struct session *s, struct str contact)
{
	struct contact *k = user_contact(s->user, contact);

	return k ? k->item.state : 0;
}

bool roster_shows(struct core *c, struct str name, struct str viewer)
{
	struct user *u = user_here(c, name);
	struct contact *k = u ? user_contact(u, viewer) : NULL;

	return k && (k->item.state & ROSTER_FROM);
}

static void answer(struct ask *a, struct store_request *r)
{
	if (!a)
		return;
	a->request = NULL;
	a->verdict = r->answer;
	a->answer = r;
	a->done(a);
}

/* r->arg is the ask, or NULL after ask_cancel(): the change goes on without it, so the user is held by r->held. */
static void set_done(struct store_request *r)
{
	struct user *u = r->held;

	if (!r->answer)
		roster_tell(u->core, str_z(u->name), &r->item, r->version, false);
	answer(r->arg, r);
	user_release(u);
}

static void remove_done(struct store_request *r)
{
	struct user *u = r->held;

	if (!r->answer) {
		struct roster_item item = r->item;
		uint32_t was = item.state;

		item.removed = true;
		item.version = r->version;
		roster_tell(u->core, str_z(u->name), &item, r->version, false);
		if (was & (ROSTER_TO | ROSTER_FROM | ROSTER_ASK | ROSTER_PENDING_IN))
			subscription_end(u->core, u, item.contact, true);
	}
	answer(r->arg, r);
	user_release(u);
}

static struct store_request *change(struct session *s, struct ask *a, enum store_op op, void (*done)(struct store_request *))
{
	struct store_request *r = store_ask(s->core->store, op, done, a);

	r->owner = s->user->id;
	r->held = s->user;
	user_hold(s->user);
	a->request = r;
	return r;
}

void roster_set(struct session *s, struct ask *a, const struct roster_item *item)
{
	struct store_request *r = change(s, a, STORE_ROSTER_SET, set_done);

	r->item.contact = store_str(r, item->contact);
	r->item.name = store_str(r, item->name.p ? item->name : STR(""));
	r->item.groups = store_str(r, item->groups.p ? item->groups : STR(""));
	r->limit = s->core->settings.roster_max;
	store_submit(r);
}

void roster_remove(struct session *s, struct ask *a, struct str contact)
{
	struct store_request *r = change(s, a, STORE_ROSTER_REMOVE, remove_done);

	r->item.contact = store_str(r, contact);
	store_submit(r);
}
