/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_keep.c - what is on disk of a room, and loading it. Its account has the items
 *
 *	"room"         "config"   "field=value" each ended by a zero byte, numbers in decimal
 *	               "secret"   32 bytes: what occupant ids are made with
 *	               "subject"  wall time, nickname, text; each but the last ended by a zero byte
 *	"room:people"  ADDRESS    affiliation (a digit), nickname, reason, hats; each but the last ended by a zero byte
 *
 * A room without "config" was never made whole; one that is not persistent belongs to a server that has ended: both are
 * removed where they are met.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/room_inside.h"

const struct str room_space = STR_INIT("room"), room_people_space = STR_INIT("room:people");

/* ---- what it is set to ------------------------------------------------------------------------------------------ */

enum kind { TEXT, FLAG, BYTE, NUMBER };

static const struct field {
	const char *name;
	enum kind kind;
	size_t at;
} fields[] = {
#define FIELD(name, kind) { #name, kind, offsetof(struct room_config, name) }
	FIELD(title, TEXT), FIELD(description, TEXT), FIELD(language, TEXT), FIELD(password, TEXT),
	FIELD(avatar, TEXT), FIELD(avatar_hash, TEXT), FIELD(persistent, FLAG), FIELD(listed, FLAG),
	FIELD(members_only, FLAG), FIELD(moderated, FLAG), FIELD(anonymous, FLAG), FIELD(members_invite, FLAG),
	FIELD(subject_by_all, FLAG), FIELD(archived, FLAG), FIELD(voice_requests, FLAG), FIELD(pm, BYTE),
	FIELD(occupants_max, NUMBER), FIELD(slow_s, NUMBER), FIELD(keep_days, NUMBER), FIELD(history, NUMBER),
#undef FIELD
};

static uint64_t number_of(const struct field *f, const void *at)
{
	return f->kind == FLAG ? *(const bool *)at : f->kind == BYTE ? *(const uint8_t *)at : *(const uint32_t *)at;
}

void room_config_write(struct buf *to, const struct room_config *c, struct str maker)
{
	for (size_t i = 0; i < countof(fields); i++) {
		const struct field *f = &fields[i];
		const void *at = (const char *)c + f->at;

		buf_str(to, str_z(f->name));
		buf_byte(to, '=');
		if (f->kind == TEXT)
			buf_str(to, *(const struct str *)at);
		else
			buf_u64(to, number_of(f, at));
		buf_byte(to, 0);
	}
	buf_lit(to, "maker=");
	buf_str(to, maker);
	buf_byte(to, 0);
}

static void field_read(struct room_config *c, const struct field *f, struct str value)
{
	void *at = (char *)c + f->at;
	uint64_t n = 0;

	if (f->kind == TEXT)
		*(struct str *)at = value;
	else if (!str_u64(value, &n))
		return;
	else if (f->kind == FLAG)
		*(bool *)at = n != 0;
	else if (f->kind == BYTE)
		*(uint8_t *)at = (uint8_t)n;
	else
		*(uint32_t *)at = (uint32_t)n;
}

/* Strings point into `text`. What is not there is as when a room is made. */
bool room_config_read(struct room_config *ret, struct str *maker, struct str text)
{
	*ret = room_config_default;
	*maker = STR("");
	while (text.n) {
		struct str line = str_n(text.p, str_find(text, 0));
		size_t name = str_find(line, '=');

		text = str_from(text, line.n + 1);
		for (size_t i = 0; i < countof(fields); i++)
			if (str_is(str_n(line.p, name), fields[i].name))
				field_read(ret, &fields[i], str_from(line, name + 1));
		if (str_is(str_n(line.p, name), "maker"))
			*maker = str_from(line, name + 1);
	}
	return room_config_is_valid(ret);
}

void room_config_set(struct room *r, struct str text)
{
	char *own = str_dup(text);

	room_config_read(&r->config, &r->maker, str_n(own, text.n));
	mem_free(r->config_text);
	r->config_text = own;
}

/* ---- the subject ------------------------------------------------------------------------------------------------ */

void room_subject_write(struct buf *to, const struct stanza *said, struct str subject)
{
	buf_u64(to, (uint64_t)said->time);
	buf_byte(to, 0);
	buf_str(to, jid_resource(said->from));
	buf_byte(to, 0);
	buf_str(to, subject);
}

void room_subject_set(struct room *r, struct stanza *said, struct str subject)
{
	mem_free((void *)r->subject.p);
	r->subject = str_n(str_dup(subject), subject.n);
	stanza_unref(r->subject_said);
	r->subject_said = said;
}

static struct str part(struct str *rest)
{
	struct str one = str_n(rest->p, str_find(*rest, 0));

	*rest = str_from(*rest, one.n + 1);
	return one;
}

static void subject_read(struct room *r, struct str value)
{
	struct str time = part(&value), nick = part(&value);
	struct arena a = { 0 };
	own_buf xml = { 0 };
	uint64_t at = 0;
	struct stanza *st;

	str_u64(time, &at);
	buf_lit(&xml, "<subject>");
	room_xml_text(&xml, value);
	buf_lit(&xml, "</subject>");
	st = stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						.type = MESSAGE_GROUPCHAT,
						.traits = STANZA_SUBJECT,
						.time = (msec)at,
						.from = jid_make(jid_local(r->jid), jid_domain(r->jid), nick, &a),
						.payload = buf_all(&xml) });
	room_subject_set(r, st, value);
	arena_free(&a);
}

/* ---- people ----------------------------------------------------------------------------------------------------- */

void room_person_write(struct buf *to, const struct room_person *p)
{
	buf_u64(to, p->affiliation);
	buf_byte(to, 0);
	buf_str(to, p->nick);
	buf_byte(to, 0);
	buf_str(to, p->reason);
	buf_byte(to, 0);
	buf_str(to, p->hats);
}

static void person_read(struct room *r, const struct store_pair *pair)
{
	struct str rest = pair->value;
	struct room_person p = { .jid = pair->key };
	uint64_t affiliation = AFFILIATION_NONE;

	str_u64(part(&rest), &affiliation);
	if (affiliation >= AFFILIATIONS)
		return;
	p.affiliation = (enum affiliation)affiliation;
	p.nick = part(&rest);
	p.reason = part(&rest);
	p.hats = rest;
	room_person_set(r, &p);
}

struct person *room_person_find(const struct room *r, struct str bare)
{
	return map_find(&r->people, bare, struct person, node);
}

static void person_forget(struct room *r, struct person *p)
{
	map_remove(&r->people, &p->node);
	if (p->person.nick.n)
		map_remove(&r->nicks, &p->nick_node);
	r->owners -= p->person.affiliation == AFFILIATION_OWNER;
	mem_free(r->sorted);
	r->sorted = NULL;
	mem_free(p);
}

static bool person_is_worth_it(const struct room_person *p)
{
	return p->affiliation != AFFILIATION_NONE || p->nick.n || p->hats.n;
}

void room_person_set(struct room *r, const struct room_person *new)
{
	struct person *old = room_person_find(r, new->jid), *p;
	own_buf name = { 0 }, nick = { 0 };
	struct str *parts[6];
	char *at;

	if (!person_is_worth_it(new)) {
		if (old)
			person_forget(r, old);
		return;
	}
	text_fold(&name, str_n(new->jid.p, str_find(new->jid, '@')));
	text_fold(&nick, new->nick);
	p = mem_alloc(sizeof *p + new->jid.n + new->nick.n + new->reason.n + new->hats.n + name.n + nick.n + 1);
	p->person = *new;
	p->name = buf_all(&name);
	p->nick = buf_all(&nick);
	at = p->bytes;
	parts[0] = &p->person.jid;
	parts[1] = &p->person.nick;
	parts[2] = &p->person.reason;
	parts[3] = &p->person.hats;
	parts[4] = &p->name;
	parts[5] = &p->nick;
	for (size_t i = 0; i < countof(parts); i++) {
		if (parts[i]->n)
			memcpy(at, parts[i]->p, parts[i]->n);
		parts[i]->p = at;
		at += parts[i]->n;
	}
	if (old) /* not before: `new` may point into it */
		person_forget(r, old);
	map_add(&r->people, &p->node, p->person.jid);
	/* Two of one nickname cannot be, unless the rows were written by somebody else. */
	if (p->person.nick.n && map_get(&r->nicks, p->person.nick))
		p->person.nick.n = p->nick.n = 0;
	if (p->person.nick.n)
		map_add(&r->nicks, &p->nick_node, p->person.nick);
	r->owners += p->person.affiliation == AFFILIATION_OWNER;
	mem_free(r->sorted);
	r->sorted = NULL;
}

static int by_address(const void *a, const void *b)
{
	const struct person *const *x = a, *const *y = b;

	return str_cmp((*x)->person.jid, (*y)->person.jid);
}

static void people_sort(struct room *r)
{
	size_t n = 0;

	r->sorted = mem_raw((r->people.n + 1) * sizeof *r->sorted);
	for (struct map_node *node = map_next(&r->people, NULL); node; node = map_next(&r->people, node))
		r->sorted[n++] = holder_of(node, struct person, node);
	qsort(r->sorted, n, sizeof *r->sorted, by_address);
}

/* The first of `sorted` behind `after`. */
static size_t people_after(const struct room *r, struct str after)
{
	size_t lo = 0, hi = r->people.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (str_cmp(r->sorted[mid]->person.jid, after) > 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

bool room_person_next(const struct room *r, enum affiliation a, struct str after, struct room_person *ret)
{
	if (!r->sorted)
		people_sort((struct room *)r); /* a copy in another order: nothing that one sees changes */
	for (size_t i = after.n ? people_after(r, after) : 0; i < r->people.n; i++)
		if (r->sorted[i]->person.affiliation == a) {
			*ret = r->sorted[i]->person;
			return true;
		}
	return false;
}

/* ---- what was said ---------------------------------------------------------------------------------------------- */

void room_history_add(struct room *r, struct stanza *st)
{
	struct stanza **place;

	if (!r->history)
		r->history = mem_alloc(ROOM_HISTORY_MAX * sizeof *r->history);
	place = &r->history[r->history_n++ % ROOM_HISTORY_MAX];
	stanza_unref(*place);
	*place = stanza_ref(st);
}

/* ---- loading ---------------------------------------------------------------------------------------------------- */

void room_clear(struct room *r)
{
	struct map_node *node;

	while ((node = map_next(&r->people, NULL)))
		person_forget(r, holder_of(node, struct person, node));
	for (unsigned i = 0; r->history && i < ROOM_HISTORY_MAX; i++)
		r->history[i] = stanza_unref(r->history[i]);
	r->history_n = 0;
	r->subject_said = stanza_unref(r->subject_said);
	mem_free((void *)r->subject.p);
	r->subject = STR_NONE;
	mem_free(r->config_text);
	r->config_text = NULL;
	r->config = room_config_default;
	r->maker = STR("");
	r->exists = r->locked = false;
	r->id = 0;
	room_grave_set(r, STR_NONE);
}

static void loaded(struct room *r, int answer)
{
	if (answer && answer != STORE_NOT_FOUND)
		r->failed = true;
	if (--r->loading)
		return;
	if (r->failed)
		room_clear(r);
	/* Of another life of the server, or never made whole. What waits goes on waiting until it is gone. */
	else if (r->id && (!r->exists || !r->config.persistent))
		room_unmake(r);
	room_go_on(r);
}

static void items_loaded(struct store_request *q)
{
	struct room *r = q->arg;

	for (size_t i = 0; i < q->n && !q->answer; i++) {
		const struct store_pair *pair = &q->pairs[i];

		if (str_is(pair->key, "config")) {
			room_config_set(r, pair->value);
			r->exists = true;
		} else if (str_is(pair->key, "secret") && pair->value.n == sizeof r->secret) {
			memcpy(r->secret, pair->value.p, sizeof r->secret);
		} else if (str_is(pair->key, "subject")) {
			subject_read(r, pair->value);
		}
	}
	loaded(r, q->answer);
}

static void people_loaded(struct store_request *q)
{
	for (size_t i = 0; i < q->n && !q->answer; i++)
		person_read(q->arg, &q->pairs[i]);
	loaded(q->arg, q->answer);
}

static void history_loaded(struct store_request *q)
{
	for (size_t i = 0; i < q->n && !q->answer; i++)
		if (!(q->stanzas[i]->traits & STANZA_SUBJECT) || (q->stanzas[i]->traits & STANZA_BODY))
			room_history_add(q->arg, q->stanzas[i]);
	loaded(q->arg, q->answer);
}

static struct store_request *ask(struct room *r, enum store_op op, void (*done)(struct store_request *q))
{
	struct store_request *q = store_ask(r->core->store, op, done, r);

	q->owner = r->id;
	r->loading++;
	return q;
}

static void grave_loaded(struct store_request *q)
{
	if (!q->answer)
		room_grave_set(q->arg, q->value);
	loaded(q->arg, q->answer);
}

static void grave_look(struct room *r)
{
	struct store_request *q = ask(r, STORE_ITEM_GET, grave_loaded);

	q->owner = 0;
	q->space = room_graves_space;
	q->key = store_str(q, str_z(r->name));
	store_submit(q);
}

static void account_loaded(struct store_request *q)
{
	struct room *r = q->arg;

	if (!q->answer && (q->account.flags & ACCOUNT_ROOM)) {
		r->id = q->account.id;
		q = ask(r, STORE_ITEM_LIST, items_loaded);
		q->space = room_space;
		store_submit(q);
		q = ask(r, STORE_ITEM_LIST, people_loaded);
		q->space = room_people_space;
		store_submit(q);
		q = ask(r, STORE_ARCHIVE_READ, history_loaded);
		q->query.backwards = true;
		q->limit = ROOM_HISTORY_MAX;
		store_submit(q);
		loaded(r, 0);
		return;
	}
	if (q->answer == STORE_NOT_FOUND)
		grave_look(r);
	loaded(r, q->answer);
}

void room_load(struct room *r)
{
	struct store_request *q = ask(r, STORE_ACCOUNT_GET, account_loaded);

	r->failed = false;
	list_remove(&r->idle);
	q->account.name = store_str(q, str_z(r->name));
	store_submit(q);
}
