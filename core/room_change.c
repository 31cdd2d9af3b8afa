/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_change.c - what changes a room and is kept: one change at a time, on disk before anybody sees it. Meanwhile
 * what comes to the room waits.
 */
#include "core/room_inside.h"

/* ---- how a change goes ------------------------------------------------------------------------------------------ */

void *change_new(struct room *r, size_t n, struct room_call *call, struct jid by, int (*begin)(struct change *c),
		 void (*apply)(struct change *c))
{
	struct change *c = mem_alloc(n);

	c->room = r;
	c->call = call;
	c->begin = begin;
	c->apply = apply;
	c->by = by;
	c->by.p = by.p ? arena_str(&c->arena, jid_full(by)).p : NULL;
	list_init(&c->here);
	return c;
}

static void change_free(struct change *c)
{
	list_remove(&c->here);
	arena_free(&c->arena);
	mem_free(c);
}

static void change_begin(struct room *r);

static void change_end(struct change *c)
{
	struct room *r = c->room;
	struct room_call *call;
	int verdict = c->verdict;

	if (!verdict)
		c->apply(c);
	else if (c->fail)
		c->fail(c);
	call = c->call; /* unless it was handed on */
	change_free(c);
	out_call(r, call, verdict);
	change_begin(r);
}

int change_verdict(int answer) { return answer ? ROOM_STORE : 0; }

void change_answered(struct change *c, int verdict)
{
	if (verdict && !c->verdict)
		c->verdict = verdict;
	if (--c->pending == 0)
		change_end(c);
}

static void change_begin(struct room *r)
{
	struct change *c = list_first(&r->changes, struct change, here);

	if (c && !c->running) {
		c->running = true;
		c->pending = 1;			 /* until it has asked for all it wants */
		change_answered(c, c->begin(c)); /* its end begins the next one */
	} else if (!c && !r->taking) {
		room_go_on(r);
	}
}

void change_run(struct change *c)
{
	struct room *r = c->room;

	list_append(&r->changes, &c->here);
	list_remove(&r->idle);
	change_begin(r);
}

void changes_drop(struct room *r)
{
	for (struct change *c; (c = list_first(&r->changes, struct change, here));) {
		if (c->call && c->call->drop)
			c->call->drop(c->call);
		c->verdict = ROOM_STORE;
		if (c->fail)
			c->fail(c);
		change_free(c);
	}
}

struct store_request *change_ask(struct change *c, enum store_op op, void (*done)(struct store_request *q))
{
	c->pending++;
	return store_ask(c->room->core->store, op, done, c);
}

static void item_written(struct store_request *q) { change_answered(q->arg, change_verdict(q->answer)); }

void change_set(struct change *c, int64_t owner, struct str space, struct str key, struct str value)
{
	struct store_request *q = change_ask(c, STORE_ITEM_SET, item_written);

	q->owner = owner;
	q->space = space;
	q->key = store_str(q, key);
	q->value = value.p ? store_str(q, value) : STR_NONE;
	store_submit(q);
}

/* ---- people (9, 10) --------------------------------------------------------------------------------------------- */

/* One or more persons stand otherwise. */
struct affiliating {
	struct change change;
	struct str actor; /* nickname; empty: none */
	bool granted;	  /* the right to do it was looked at elsewhere */
	size_t n;
	struct room_person *people;	     /* as they shall be; in the arena */
	bool tells;			     /* new members are sent an invitation */
	void (*then)(struct affiliating *a); /* may be NULL */
	struct jid invited;
	struct str payload;
};

static struct room_person person_now(const struct room *r, struct str jid)
{
	const struct person *p = room_person_find(r, jid);

	return p ? p->person
		 : (struct room_person){ .jid = jid,
					 .nick = STR(""),
					 .reason = STR(""),
					 .hats = STR(""),
					 .affiliation = AFFILIATION_NONE };
}

static struct room_person person_copy(struct arena *a, struct room_person p)
{
	p.jid = arena_str(a, p.jid);
	p.nick = arena_str(a, p.nick);
	p.reason = arena_str(a, p.reason);
	p.hats = arena_str(a, p.hats);
	return p;
}

static void person_store(struct change *c, const struct room_person *p)
{
	own_buf value = { 0 };
	bool worth = p->affiliation != AFFILIATION_NONE || p->nick.n || p->hats.n;

	room_person_write(&value, p);
	change_set(c, c->room->id, room_people_space, p->jid, worth ? buf_all(&value) : STR_NONE);
}

/* The same person twice: which of the two shall be, and how many owners remain? */
static bool is_twice(const struct affiliating *a)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(a->people[i].jid, a->people[k].jid))
				return true;
	return false;
}

static int affiliate_objection(const struct affiliating *a)
{
	const struct room *r = a->change.room;
	struct room_standing by = room_standing(r, a->change.by);
	size_t owners = r->owners, people = r->people.n;

	if (is_twice(a))
		return ROOM_BAD;
	for (size_t i = 0; i < a->n; i++) {
		const struct room_person *p = &a->people[i];
		enum affiliation was = person_now(r, p->jid).affiliation;

		if (!a->granted && by.affiliation < AFFILIATION_ADMIN)
			return ROOM_FORBIDDEN;
		if (!a->granted && !room_may_affiliate(by.affiliation, was, p->affiliation))
			return ROOM_NOT_ALLOWED;
		if (p->reason.n > ROOM_TEXT_BYTES_MAX || p->nick.n > ROOM_NICK_BYTES_MAX)
			return ROOM_BAD;
		owners += (size_t)(p->affiliation == AFFILIATION_OWNER) - (size_t)(was == AFFILIATION_OWNER);
		people += !room_person_find(r, p->jid);
	}
	if (!owners)
		return ROOM_NOT_ALLOWED;
	return people > ROOM_AFFILIATIONS_MAX ? ROOM_TOO_MANY : 0;
}

static int affiliate_begin(struct change *c)
{
	struct affiliating *a = (struct affiliating *)c;
	int verdict = c->room->exists ? affiliate_objection(a) : ROOM_ABSENT;

	for (size_t i = 0; i < a->n && !verdict; i++)
		person_store(c, &a->people[i]);
	return verdict;
}

static void member_tell(const struct affiliating *a, const struct affiliation_change *now);

static void affiliate_apply(struct change *c)
{
	struct affiliating *a = (struct affiliating *)c;

	for (size_t i = 0; i < a->n; i++) {
		struct affiliation_change now = { .jid = a->people[i].jid,
						  .was = person_now(c->room, a->people[i].jid).affiliation,
						  .is = a->people[i].affiliation,
						  .reason = a->people[i].reason,
						  .actor = a->actor };

		room_person_set(c->room, &a->people[i]);
		room_standing_changed(c->room, &now);
		if (a->tells)
			member_tell(a, &now);
	}
	if (a->then)
		a->then(a);
}

static struct affiliating *affiliating_new(struct room *r, struct jid by, size_t n, struct room_call *call)
{
	struct affiliating *a = change_new(r, sizeof *a, call, by, affiliate_begin, affiliate_apply);
	const struct seat *s = by.resource ? room_seat(r, by) : NULL;

	a->n = n;
	a->people = arena_zero(&a->change.arena, (n + 1) * sizeof *a->people);
	a->actor = s ? arena_str(&a->change.arena, s->occupant->nick) : STR("");
	return a;
}

/* By nobody else, and by none of the first `n` of this change. */
static bool nick_is_free(const struct affiliating *a, size_t n, const struct room_affiliate *item)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(a->people[i].nick, item->nick))
			return false;
	return room_nick_is_free(a->change.room, item->nick, item->who);
}

void room_affiliate(struct room *r, struct jid by, const struct room_affiliate *items, size_t n, struct room_call *call)
{
	struct affiliating *a = affiliating_new(r, by, n, call);

	a->tells = true;
	for (size_t i = 0; i < n; i++) {
		struct room_person p = person_now(r, jid_bare(items[i].who));

		p.affiliation = items[i].affiliation;
		p.reason = items[i].reason.p ? items[i].reason : STR("");
		if (items[i].nick.n && nick_is_free(a, i, &items[i]))
			p.nick = items[i].nick;
		if (items[i].nick.p && !items[i].nick.n)
			p.nick = STR("");
		if (p.affiliation <= AFFILIATION_NONE)
			p.nick = STR("");
		a->people[i] = person_copy(&a->change.arena, p);
	}
	change_run(&a->change);
}

static enum role role_after(const struct room_config *c, enum affiliation was, enum affiliation is, enum role role)
{
	if (is >= AFFILIATION_ADMIN)
		return ROLE_MODERATOR;
	if (was >= AFFILIATION_ADMIN)
		return room_role_on_entry(c, is);
	return is == AFFILIATION_MEMBER && role == ROLE_VISITOR ? ROLE_PARTICIPANT : role;
}

/* 0: it stays; else the status code of its going (9.1, 9.4, 10.6). */
static unsigned must_go(const struct room *r, enum affiliation is)
{
	if (is == AFFILIATION_OUTCAST)
		return 301;
	return r->config.members_only && is < AFFILIATION_MEMBER ? 321 : 0;
}

void room_standing_changed(struct room *r, const struct affiliation_change *a)
{
	bool is_domain = str_find(a->jid, '@') == a->jid.n, here = false;
	struct occupant *next;

	for (struct occupant *o = room_next(r, NULL); o; o = next) {
		enum affiliation is = room_person(r, o->jid).affiliation;
		struct room_says says = { .standing = { is, ROLE_NONE }, .reason = a->reason, .actor = a->actor };

		next = room_next(r, o);
		if (!str_eq(is_domain ? jid_domain(o->jid) : jid_bare(o->jid), a->jid) || is == o->standing.affiliation)
			continue;
		here = true;
		says.codes[0] = must_go(r, is);
		if (says.codes[0])
			occupant_remove(o, &says);
		else
			occupant_stand(o,
				       (struct room_standing){ is, role_after(&r->config, o->standing.affiliation, is,
									      o->standing.role) },
				       a->reason, a->actor);
	}
	if (!here && a->was != a->is)
		out_seeing(r, room_item_notice(r, a->jid, a->is, a->reason));
}

/* ---- roles (8): nothing of it is kept --------------------------------------------------------------------------- */

/* Who was kicked cannot be anything else afterwards. */
static bool is_named_twice(const struct room_role *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (items[i].whom == items[k].whom)
				return true;
	return false;
}

static int roles_objection(const struct seat *by, const struct room_role *items, size_t n)
{
	const struct room *r = by->occupant->room;

	if (!room_may(&r->config, by->occupant->standing, ROOM_VERB_LIST_ROLES))
		return ROOM_FORBIDDEN;
	if (is_named_twice(items, n))
		return ROOM_BAD;
	for (size_t i = 0; i < n; i++) {
		if (!room_may_role(by->occupant->standing, items[i].whom->standing, items[i].role))
			return ROOM_NOT_ALLOWED;
		if (items[i].reason.n > ROOM_TEXT_BYTES_MAX)
			return ROOM_BAD;
	}
	return 0;
}

void room_roles(struct room *r, struct seat *by, const struct room_role *items, size_t n, struct room_call *call)
{
	int verdict = roles_objection(by, items, n);
	own_buf actor = { 0 };

	buf_str(&actor, by->occupant->nick);
	for (size_t i = 0; i < n && !verdict; i++) {
		struct occupant *o = items[i].whom;
		struct str reason = items[i].reason.p ? items[i].reason : STR("");
		struct room_says kick = { .standing = { o->standing.affiliation, ROLE_NONE },
					  .reason = reason,
					  .actor = buf_all(&actor),
					  .codes = { 307 } };

		if (items[i].role == ROLE_NONE)
			occupant_remove(o, &kick);
		else if (items[i].role != o->standing.role)
			occupant_stand(o, (struct room_standing){ o->standing.affiliation, items[i].role }, reason,
				       buf_all(&actor));
	}
	out_call(r, call, verdict);
}

/* ---- nicknames and hats of persons ------------------------------------------------------------------------------ */

static int register_begin(struct change *c)
{
	struct affiliating *a = (struct affiliating *)c;
	const struct room *r = c->room;
	struct str nick = a->people[0].nick;
	enum affiliation is = room_person(r, c->by).affiliation;

	if (!r->exists)
		return ROOM_ABSENT;
	if (is == AFFILIATION_OUTCAST)
		return ROOM_BANNED;
	if (nick.n && is == AFFILIATION_NONE && r->config.members_only)
		return ROOM_NOT_ALLOWED;
	if (nick.n && !room_nick_is_free(r, nick, c->by))
		return ROOM_NICK_TAKEN;
	return affiliate_begin(c);
}

void room_register(struct room *r, struct jid who, struct str nick, struct room_call *call)
{
	struct affiliating *a = affiliating_new(r, who, 1, call);
	struct room_person p = person_now(r, jid_bare(who));

	p.nick = nick.p ? nick : STR("");
	if (nick.n && p.affiliation == AFFILIATION_NONE)
		p.affiliation = AFFILIATION_MEMBER;
	if (!nick.n && p.affiliation == AFFILIATION_MEMBER)
		p.affiliation = AFFILIATION_NONE;
	a->people[0] = person_copy(&a->change.arena, p);
	a->granted = true;
	a->actor = STR("");
	a->change.begin = register_begin;
	change_run(&a->change);
}

static int hats_begin(struct change *c)
{
	struct affiliating *a = (struct affiliating *)c;

	if (!c->room->exists)
		return ROOM_ABSENT;
	if (room_standing(c->room, c->by).affiliation < AFFILIATION_ADMIN)
		return ROOM_FORBIDDEN;
	if (a->people[0].hats.n > ROOM_TEXT_BYTES_MAX)
		return ROOM_BAD;
	if (!room_person_find(c->room, a->people[0].jid) && c->room->people.n >= ROOM_AFFILIATIONS_MAX)
		return ROOM_TOO_MANY;
	person_store(c, &a->people[0]);
	return 0;
}

static void hats_apply(struct change *c)
{
	struct affiliating *a = (struct affiliating *)c;
	struct room *r = c->room;

	room_person_set(r, &a->people[0]);
	for (struct occupant *o = room_next(r, NULL); o; o = room_next(r, o))
		if (str_eq(jid_bare(o->jid), a->people[0].jid)) {
			occupant_hats_set(o, a->people[0].hats);
			occupant_show(o, STR_NONE, STR_NONE);
		}
}

void room_hats(struct room *r, struct jid by, struct jid who, struct str hats, struct room_call *call)
{
	struct affiliating *a = affiliating_new(r, by, 1, call);
	struct room_person p = person_now(r, jid_bare(who));

	p.hats = hats.p ? hats : STR("");
	a->people[0] = person_copy(&a->change.arena, p);
	a->change.begin = hats_begin;
	a->change.apply = hats_apply;
	change_run(&a->change);
}

/* ---- invitations (7.8.2) ---------------------------------------------------------------------------------------- */

static void invitation_send(struct room *r, struct jid to, struct str payload, struct room_call *call)
{
	room_errand(r,
		    stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						       .type = MESSAGE_NORMAL,
						       .traits = STANZA_STORE,
						       .time = core_now(r->core),
						       .from = r->jid,
						       .to = jid_to_bare(to),
						       .payload = payload }),
		    call);
}

/* 9.3: who becomes a member where only members may enter is told, with the password. From who did it, as the room calls him. */
static void member_tell(const struct affiliating *a, const struct affiliation_change *now)
{
	struct room *r = a->change.room;
	own_buf b = { 0 };
	struct arena arena = { 0 };
	struct jid to;

	if (!r->config.members_only || now->was >= AFFILIATION_MEMBER || now->is != AFFILIATION_MEMBER || str_find(now->jid, '@') == now->jid.n ||
	    !jid_parse(&to, now->jid, &arena))
		return;
	buf_lit(&b, "<x xmlns='" MUC_USER "'><invite from='");
	room_xml_text(&b, a->actor.n && r->config.anonymous ? jid_bare(r->jid) : jid_bare(a->change.by));
	if (a->actor.n && r->config.anonymous) {
		buf_byte(&b, '/');
		room_xml_text(&b, a->actor);
	}
	buf_lit(&b, "'>");
	if (now->reason.n) {
		buf_lit(&b, "<reason>");
		room_xml_text(&b, now->reason);
		buf_lit(&b, "</reason>");
	}
	buf_lit(&b, "</invite>");
	if (r->config.password.n) {
		buf_lit(&b, "<password>");
		room_xml_text(&b, r->config.password);
		buf_lit(&b, "</password>");
	}
	buf_lit(&b, "</x><x xmlns='jabber:x:conference'");
	room_xml_attr(&b, "jid", jid_bare(r->jid));
	if (r->config.password.n)
		room_xml_attr(&b, "password", r->config.password);
	buf_lit(&b, "/>");
	invitation_send(r, to, buf_all(&b), NULL);
	arena_free(&arena);
}

/* The call ends with the invitation, not with the change. */
static void invited_is_member(struct affiliating *a)
{
	struct room_call *call = a->change.call;

	a->change.call = NULL;
	invitation_send(a->change.room, a->invited, a->payload, call);
}

void room_invite(struct room *r, struct jid by, struct jid to, struct str payload, struct room_call *call)
{
	struct room_person p = room_person(r, to), kept = person_now(r, jid_bare(to));
	struct affiliating *a;

	if (!r->exists) {
		room_call_end(call, ROOM_ABSENT);
	} else if (!room_may(&r->config, room_standing(r, by), ROOM_VERB_INVITE)) {
		room_call_end(call, ROOM_FORBIDDEN);
	} else if (p.affiliation == AFFILIATION_OUTCAST) {
		room_call_end(call, ROOM_NOT_ALLOWED);
	} else if (!r->config.members_only || p.affiliation >= AFFILIATION_MEMBER) {
		invitation_send(r, to, payload, call);
	} else {
		a = affiliating_new(r, by, 1, call);
		kept.affiliation = AFFILIATION_MEMBER;
		a->people[0] = person_copy(&a->change.arena, kept);
		a->granted = true;
		a->then = invited_is_member;
		a->invited = to;
		a->invited.p = arena_str(&a->change.arena, jid_full(to)).p;
		a->payload = arena_str(&a->change.arena, payload);
		change_run(&a->change);
	}
}

/* ---- what it is set to (10.2) ----------------------------------------------------------------------------------- */

struct configuring {
	struct change change;
	struct str text; /* the config, as it is kept */
};

static int configure_begin(struct change *c)
{
	struct configuring *k = (struct configuring *)c;
	struct room_config config;
	struct str maker;

	if (!c->room->exists)
		return ROOM_ABSENT;
	if (!room_may(&c->room->config, room_standing(c->room, c->by), ROOM_VERB_CONFIGURE))
		return ROOM_FORBIDDEN;
	if (!room_config_read(&config, &maker, k->text))
		return ROOM_BAD;
	change_set(c, c->room->id, room_space, STR("config"), k->text);
	return 0;
}

/* 322: those who are no members of what is for members alone now. */
static void strangers_remove(struct room *r)
{
	struct occupant *next;

	for (struct occupant *o = room_next(r, NULL); o; o = next) {
		struct room_says says = { .standing = { o->standing.affiliation, ROLE_NONE }, .codes = { 322 } };

		next = room_next(r, o);
		if (o->standing.affiliation < AFFILIATION_MEMBER)
			occupant_remove(o, &says);
	}
}

/* 10.2.1: 104, unless what has changed has a code of its own. */
static void configured_tell(struct room *r, const struct room_config *was)
{
	const struct room_config *is = &r->config;
	unsigned codes[4] = { 104 }, n = 1;

	if (was->archived != is->archived)
		codes[n++] = is->archived ? 170 : 171;
	if (was->anonymous != is->anonymous)
		codes[n++] = is->anonymous ? 173 : 172;
	out_all(r, room_notice(r, codes), NULL, 0);
}

static void configure_apply(struct change *c)
{
	struct configuring *k = (struct configuring *)c;
	struct room *r = c->room;
	struct room_config was = r->config;
	bool opened = r->locked;

	room_config_set(r, k->text);
	r->locked = false;
	if (was.anonymous != r->config.anonymous)
		room_sight_changed(r);
	if (!opened)
		configured_tell(r, &was);
	if (r->config.members_only && !was.members_only)
		strangers_remove(r);
	room_list_changed(r);
}

void room_configure(struct room *r, struct jid by, const struct room_config *config, struct room_call *call)
{
	struct configuring *k = change_new(r, sizeof *k, call, by, configure_begin, configure_apply);
	own_buf text = { 0 };

	room_config_write(&text, config, r->maker.p ? r->maker : STR(""));
	k->text = arena_str(&k->change.arena, buf_all(&text));
	change_run(&k->change);
}
