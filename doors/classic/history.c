/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/history.c - 111: the last messages with a peer, oldest first. They are read page by page, since
 * hundreds of large ones would not fit in what one client may cost: backwards without a word until the first is found,
 * then forwards, telling.
 */
#include "doors/classic/classic.h"

#define own_arena __attribute__((cleanup(arena_free))) struct arena

static void page_found(struct ask *a);
static void page_told(struct ask *a);

static void page_read(struct classic *c, bool telling)
{
	struct archive_query query = { .with = c->room_told ? STR_NONE : c->peer, .backwards = !telling };

	if (telling)
		query.from = c->cursor;
	else
		query.before = c->cursor;
	c->asking.done = telling ? page_told : page_found;
	archive_read(c->core, &c->asking, c->archive, &query,
		     c->wanted < CLASSIC_HISTORY_PAGE ? c->wanted : CLASSIC_HISTORY_PAGE);
}

/* Who has left a room, or was removed, is told nothing more. */
static bool may_read(const struct classic *c) { return !c->room_told || classic_room_in(c, c->peer); }

static void forget(struct classic *c)
{
	mem_free((char *)c->peer.p);
	c->peer = STR_NONE;
	c->telling = false;
}

/* Tells what the link has room for, at least one; moves on behind it. */
static void tell(struct classic *c, const struct store_request *page)
{
	own_buf sender = { 0 };

	for (size_t i = 0; i < page->n && (i == 0 || classic_backlog(c) < CLASSIC_REPLIES_MAX); i++) {
		const struct stanza *st = page->stanzas[i];

		buf_clear(&sender);
		classic_sender(c, st->from, &sender);
		classic_push_message(c, "111", buf_all(&sender), "", st);
		c->cursor = st->stamp + 1;
		if (c->wanted)
			c->wanted--;
	}
}

static void end(struct classic *c)
{
	classic_push(c, "111", STR("Server"), STR("end"), 0);
	forget(c);
	c->busy = false;
	classic_continue(c);
}

/* The reply has gone out: an archive that fails from here on can only end the list early. */
static void page_told(struct ask *a)
{
	struct classic *c = holder_of(a, struct classic, asking);

	if (a->verdict || a->answer->n == 0 || !may_read(c)) {
		end(c);
		return;
	}
	tell(c, a->answer);
	if (c->wanted)
		classic_continue(c);
	else
		end(c);
}

/* Between pages the client must have read: see classic_history_go_on(). */
void classic_history_go_on(struct classic *c)
{
	if (c->telling && !ask_busy(&c->asking) && classic_backlog(c) < CLASSIC_REPLIES_MAX)
		page_read(c, true);
}

static void begin_telling(struct classic *c, size_t found, const struct store_request *only_page)
{
	classic_reply(c, "1|");
	c->wanted = found;
	if (only_page)
		tell(c, only_page);
	if (c->wanted) {
		c->telling = true;
		classic_continue(c);
	} else {
		end(c);
	}
}

static void page_found(struct ask *a)
{
	struct classic *c = holder_of(a, struct classic, asking);
	bool first = c->cursor == 0;
	size_t n;

	if (a->verdict || !may_read(c)) {
		const char *reply = a->verdict ? "0|try again later" : "0|you are not in this room";

		forget(c);
		classic_answer(c, reply);
		return;
	}
	n = a->answer->n;
	c->wanted -= n;
	c->found += n;
	if (n)
		c->cursor = a->answer->stanzas[0]->stamp;
	if (n && a->answer->more && c->wanted)
		page_read(c, false);
	else
		begin_telling(c, c->found, first ? a->answer : NULL);
}

/* A room's archive is that of its account. */
static void room_found(struct ask *a)
{
	struct classic *c = holder_of(a, struct classic, asking);

	if (a->verdict || !may_read(c)) {
		const char *reply = !a->verdict ? "0|you are not in this room" : a->verdict == STORE_NOT_FOUND ? "0|no such room" : "0|try again later";

		forget(c);
		classic_answer(c, reply);
		return;
	}
	c->archive = a->answer->account.id;
	page_read(c, false);
}

/* False: it was answered. */
static bool peer_find(struct classic *c, struct str peer, struct jid *ret, struct arena *arena)
{
	struct str name;
	const char *refusal = NULL;

	if (classic_is_room(peer))
		refusal = !classic_room_jid(c, peer, ret, arena) ? "0|no such room" :
			  !classic_room_in(c, jid_bare(*ret)) ? "0|you are not in this room" : NULL;
	else if (jid_local_prepare(&name, peer, arena))
		*ret = jid_make(name, core_domain(c->core), STR(""), arena);
	else
		refusal = "0|no such user";
	if (refusal)
		classic_reply(c, refusal);
	return !refusal;
}

void classic_history(struct classic *c, struct str data)
{
	own_arena arena = { 0 };
	struct str peer = STR_NONE;
	struct jid jid;
	uint64_t count;

	if (!classic_split(&data, &peer) || !str_u64(str_trim(data), &count) || count == 0) {
		classic_reply(c, "0|bad request");
		return;
	}
	if (!peer_find(c, peer, &jid, &arena))
		return;
	c->room_told = classic_is_room(peer);
	c->peer = jid_full(jid);
	c->peer.p = mem_copy(c->peer.p, c->peer.n);
	c->wanted = count < CLASSIC_HISTORY_MAX ? count : CLASSIC_HISTORY_MAX;
	c->found = 0;
	c->cursor = 0;
	c->busy = true;
	c->archive = session_account(&c->session);
	if (c->room_told) {
		c->asking.done = room_found;
		account_find(c->core, &c->asking, c->peer);
	} else {
		page_read(c, false);
	}
}
