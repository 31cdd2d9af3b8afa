/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/archive.c - reading what was said in a room (XEP-0313, 5.1.2).
 */
#include "core/archive.h"
#include "doors/xmpp/features/mam_page.h"
#include "doors/xmpp/muc/muc.h"

/* Of one query. */
struct reading {
	struct mam_page page;
	int64_t archive;
};

/* Whether who asks may read; else answers. */
static bool may_read(const struct muc *m)
{
	int why = room_may_read(m->room, m->st->from);

	if (why)
		muc_refuse(m, why == ROOM_MEMBERS_ONLY || why == ROOM_PASSWORD_WRONG ? ROOM_FORBIDDEN : why);
	else if (!room_config(m->room)->archived)
		muc_error(m, STANZA_ERROR_SERVICE_UNAVAILABLE, "This room keeps nothing.");
	return !why && room_config(m->room)->archived;
}

static void refuse(const struct muc *m, int why)
{
	enum stanza_error_condition condition;
	const char *text;

	mam_page_refusal(why, &condition, &text);
	muc_error(m, condition, text);
}

/* Who really said it: the room keeps that where a message has whom it is for. */
static void author_write(struct buf *to, const struct room *r, struct jid author)
{
	struct room_standing s = room_standing(r, author);

	buf_fmt(to, "<x xmlns='" MUC_USER "'><item affiliation='%s' role='%s'", affiliation_name(s.affiliation),
		role_name(s.role));
	xml_write_attr(to, "jid", jid_full(author));
	buf_lit(to, "/></x>");
}

static void result_send(const struct muc *m, const struct reading *r, const struct room *room, const struct stanza *s)
{
	struct stanza shown = *s; /* without `to` (5.1.2) */
	own_buf b = { 0 }, payload = { 0 };

	shown.to = (struct jid){ 0 };
	buf_str(&payload, s->payload);
	if (s->to.p && !jid_same_bare(s->to, m->st->to) &&
	    room_may(room_config(room), room_standing(room, m->st->from), ROOM_VERB_SEE_ADDRESSES))
		author_write(&payload, room, s->to);
	mam_result_write(&b, &r->page, &shown, buf_all(&payload));
	muc_send(m->core, STANZA_MESSAGE, MESSAGE_NORMAL, m->st->to, m->st->from, STR_NONE,
		 STANZA_NO_STORE | STANZA_NO_COPY, buf_all(&b));
}

/* The room, if who asks may still read there: he may have been banned meanwhile, or the room destroyed. */
static const struct room *still(const struct muc_asked *a, int64_t archive)
{
	struct room *r = room_at(a->what.core, a->what.st->to);

	return r && room_archive(r) == archive && !room_may_read(r, a->what.st->from) ? r : NULL;
}

static void page_show(const struct muc_asked *a, const struct reading *r, const struct room *room)
{
	struct mam_shown s =
		mam_page_cut(&r->page, a->ask.answer, core_settings(a->what.core)->backlog_max / MAM_PAGE_PART);
	own_buf b = { 0 };

	for (size_t i = 0; i < s.n; i++)
		result_send(&a->what, r, room, mam_shown_at(&r->page, &s, i));
	mam_fin_write(&b, &r->page, &s, a->ask.answer->total);
	muc_result(&a->what, buf_all(&b));
}

static void page_answer(struct ask *ask)
{
	struct muc_asked *a = holder_of(ask, struct muc_asked, ask);
	const struct reading *r = a->more;
	const struct room *room = still(a, r->archive);

	if (ask->verdict)
		refuse(&a->what, mam_page_failed(ask->verdict));
	else if (!room)
		muc_refuse(&a->what, ROOM_FORBIDDEN);
	else
		page_show(a, r, room);
	muc_asked_free(a);
}

/* The ids that bound nothing exist. */
static void page_checked(struct ask *ask)
{
	struct muc_asked *a = holder_of(ask, struct muc_asked, ask);
	struct reading *r = a->more;

	if (ask->verdict) {
		refuse(&a->what, mam_page_failed(ask->verdict));
		muc_asked_free(a);
		return;
	}
	ask->done = page_answer;
	mam_page_ask(a->what.core, ask, r->archive, &r->page);
}

void muc_archive_query(struct muc *m)
{
	struct muc_asked *a;
	struct reading *r;
	struct jid with;
	int why;

	if (!may_read(m))
		return;
	a = muc_asked(m, page_answer);
	r = a->more = arena_zero(&a->arena, sizeof(*r));
	r->archive = room_archive(m->room);
	why = mam_page_read(&r->page, &a->arena, m->child);
	/* By somebody's own address: who is not to know it could find out so (4.1.1). By nickname it goes. */
	if (!why && r->page.query.with.n && jid_parse(&with, r->page.query.with, m->arena) &&
	    !jid_same_bare(with, room_jid(m->room)))
		why = MAM_UNSUPPORTED;
	if (why) {
		refuse(m, why);
		muc_asked_free(a);
	} else if (mam_page_checks(&r->page)) {
		a->ask.done = page_checked;
		mam_page_check(m->core, &a->ask, r->archive, &r->page);
	} else {
		mam_page_ask(m->core, &a->ask, r->archive, &r->page);
	}
}

void muc_archive_form(struct muc *m)
{
	own_buf b = { 0 };

	if (!may_read(m))
		return;
	mam_form_write(&b);
	muc_result(m, buf_all(&b));
}

static void ends_answer(struct ask *ask)
{
	struct muc_asked *a = holder_of(ask, struct muc_asked, ask);
	const int64_t *archive = a->more;
	own_buf b = { 0 };

	if (ask->verdict) {
		refuse(&a->what, mam_page_failed(ask->verdict));
	} else if (!still(a, *archive)) {
		muc_refuse(&a->what, ROOM_FORBIDDEN);
	} else {
		mam_ends_write(&b, ask->answer);
		muc_result(&a->what, buf_all(&b));
	}
	muc_asked_free(a);
}

void muc_archive_ends(struct muc *m)
{
	struct muc_asked *a;
	int64_t *archive;

	if (!may_read(m))
		return;
	a = muc_asked(m, ends_answer);
	archive = a->more = arena_get(&a->arena, sizeof(*archive));
	*archive = room_archive(m->room);
	archive_ends(m->core, &a->ask, *archive);
}
