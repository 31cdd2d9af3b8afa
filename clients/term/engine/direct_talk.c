/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/direct_talk.c - what is said on a link for talk: messages and offers of files, each acknowledged
 * when it is on disk.
 */
#include "clients/term/engine/direct.h"

#include "base/crypt.h"
#include "wire/hybrid.h"

/* ---- ours -------------------------------------------------------------------------------------------------------- */

static size_t unacked_n(const struct direct_link *l) { return l->unacked.n / sizeof(int64_t); }

/* The line for an entry; false: it is none that can go. */
static bool entry_line(const struct direct_link *l, const struct entry *e, struct buf *text, struct direct_line *line)
{
	own_buf sum = { 0 };

	*line = (struct direct_line){ .kind = DIRECT_TALK, .user = l->directs->client->state.self, .time = e->time };
	hybrid_escape(text, e->kind == ENTRY_FILE ? e->file->name : e->text);
	line->text = buf_all(text);
	if (e->kind == ENTRY_TEXT)
		return true;
	if (!hex_read(&sum, e->file->token) || sum.n != DIRECT_SUM_BYTES)
		return false;
	line->kind = DIRECT_FILE;
	line->number = e->file->size;
	memcpy(line->sum, sum.p, DIRECT_SUM_BYTES);
	return true;
}

static void numbered_say(struct direct_link *l, const struct entry *e, const struct direct_line *line)
{
	link_say(l, &(struct direct_line){ .kind = DIRECT_ID, .id = e->mark });
	link_say(l, line);
	l->said++;
	buf_add(&l->unacked, &e->id, sizeof e->id);
}

/* What is still under way on another link to him is older: it comes first, or comes back to wait when that link ends.
 */
static bool other_unacked(const struct direct_link *l)
{
	list_each (other, &l->peer->links, struct direct_link, here)
		if (other != l && other->unacked.n)
			return true;
	return false;
}

void talk_send(struct direct_link *l, struct entry *e)
{
	struct client *c = l->directs->client;
	own_buf text = { 0 }, whole = { 0 };
	struct direct_line line;

	if (unacked_n(l) >= DIRECT_UNACKED || pipe_backlog(l->pipe) >= DIRECT_BACKLOG || other_unacked(l)) {
		l->peer->more = true;
		return;
	}
	if (!entry_line(l, e, &text, &line)) {
		entry_status(c, e, ENTRY_FAILED, text_of(c, TEXT_direct_no_file));
		return;
	}
	direct_write(&whole, &line);
	if (whole.n > DIRECT_LINE_MAX) {
		entry_status(c, e, ENTRY_FAILED, text_of(c, TEXT_direct_too_long));
		return;
	}
	numbered_say(l, e, &line);
	entry_status(c, e, ENTRY_SENDING, STR_NONE);
}

void talk_reoffer(struct direct_link *l, const struct entry *e)
{
	own_buf text = { 0 };
	struct direct_line line;

	if (unacked_n(l) < DIRECT_UNACKED && entry_line(l, e, &text, &line))
		numbered_say(l, e, &line);
}

static void acknowledged(struct direct_link *l, int64_t id)
{
	struct client *c = l->directs->client;
	struct conversation *v = peer_conversation(l->peer, false);
	struct entry *e = v ? client_entry(c, v, id) : NULL;

	if (!e || e->status == ENTRY_DIRECT)
		return;
	entry_status(c, e, ENTRY_DIRECT, STR_NONE);
	if (e->kind == ENTRY_FILE && e->file->state == FILE_HASHING)
		entry_progress(c, e, FILE_OFFERED, 0, STR_NONE);
}

static bool ack_heard(struct direct_link *l, const struct direct_line *line)
{
	struct direct_peer *p = l->peer;
	struct conversation *v = peer_conversation(p, false);

	if (!line->counted || line->number <= l->acked || line->number > l->said)
		return false;
	for (; l->acked < line->number; l->acked++) {
		int64_t id;

		memcpy(&id, l->unacked.p, sizeof id);
		buf_eat(&l->unacked, sizeof id);
		acknowledged(l, id);
	}
	p->failures = 0;
	if (p->more && unacked_n(l) <= DIRECT_UNACKED / 2 && v) {
		p->more = false;
		client_flush(l->directs->client, v);
	}
	directs_stop_check(l->directs);
	return true;
}

void talk_lost(struct direct_link *l)
{
	struct client *c = l->directs->client;
	struct conversation *v = peer_conversation(l->peer, false);

	for (size_t i = 0; v && i < l->unacked.n; i += sizeof(int64_t)) {
		struct entry *e;
		int64_t id;

		memcpy(&id, l->unacked.p + i, sizeof id);
		e = client_entry(c, v, id);
		if (e && e->status == ENTRY_SENDING)
			entry_status(c, e, ENTRY_WAITING, STR_NONE);
	}
	buf_clear(&l->unacked);
	buf_clear(&l->peer->asked);
	l->peer->more = false;
}

struct recalling {
	struct client *c;
	struct buf rows; /* struct recalled */
};

struct recalled {
	struct conversation *v;
	int64_t id;
};

static void recall_row(void *arg, struct str conversation, const struct entry *e)
{
	struct recalling *r = arg;
	struct recalled row = { client_conversation(r->c, conversation, true), e->id };

	if (e->status == ENTRY_SENDING)
		buf_add(&r->rows, &row, sizeof row);
}

void talk_recall(struct directs *ds)
{
	struct recalling r = { .c = ds->client };

	keep_waiting(ds->client->keep, STR_NONE, recall_row, &r);
	for (size_t i = 0; i < r.rows.n; i += sizeof(struct recalled)) {
		struct recalled row;
		struct entry *e;

		memcpy(&row, r.rows.p + i, sizeof row);
		e = client_entry(ds->client, row.v, row.id);
		if (e && e->status == ENTRY_SENDING)
			entry_status(ds->client, e, ENTRY_WAITING, STR_NONE);
	}
	buf_free(&r.rows);
}

/* ---- the other's ------------------------------------------------------------------------------------------------- */

static bool is_mark(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f')))
			return false;
	return id.n == 32;
}

/* A clock that is ahead of ours shall not put a message above all that follow. */
static msec time_tidy(const struct client *c, msec time)
{
	msec now = world_now(c->world);

	return time > now ? now : time;
}

/* It is on disk, or was before: counted. Else the link ends, and he says it again on another. */
static void take(struct direct_link *l, const struct incoming *in)
{
	if (client_received(l->directs->client, in)) {
		link_end(l, "disk");
		l->peer->failures++;
		l->peer->next_dial = direct_clock(l->directs) + direct_backoff(l->directs, l->peer->failures);
		return;
	}
	l->got++;
}

static bool talk_heard(struct direct_link *l, const struct direct_line *line)
{
	struct client *c = l->directs->client;
	own_buf text = { 0 }, mark = { 0 }, time = { 0 };
	struct str id = str_z(l->id);

	if (!str_eq(line->user, l->peer->name))
		return false;
	if (!id.n)
		buf_str(&text, line->text);
	else if (!hybrid_unescape(&text, line->text))
		return false;
	buf_u64(&time, (uint64_t)line->time);
	if (is_mark(id))
		buf_str(&mark, id);
	else
		direct_mark(&mark, l->peer->name, id.n ? id : buf_all(&time), line->text);
	take(l, &(struct incoming){ .conversation = l->peer->name,
				    .sender = l->peer->name,
				    .text = buf_all(&text),
				    .mark = buf_all(&mark),
				    .time = time_tidy(c, line->time) });
	return true;
}

static bool offer_heard(struct direct_link *l, const struct direct_line *line)
{
	own_buf name = { 0 }, sum = { 0 };
	struct str mark = str_z(l->id);
	struct file_info file = { .state = FILE_OFFERED, .size = line->number };
	bool known;

	if (!is_mark(mark) || !direct_name_read(&name, line->text))
		return false;
	hex_write(&sum, str_bytes(line->sum, DIRECT_SUM_BYTES));
	file.name = buf_all(&name);
	file.token = buf_all(&sum);
	known = keep_has(l->directs->client->keep, mark);
	take(l,
	     &(struct incoming){ .conversation = l->peer->name, .sender = l->peer->name, .mark = mark, .file = &file });
	if (known && !l->ending)
		file_offered(l->peer, mark);
	return true;
}

void talk_acknowledge(struct direct_link *l)
{
	if (!l->peer || !l->up || l->ending || l->use != DIRECT_FOR_TALK || l->told == l->got)
		return;
	l->told = l->got;
	link_say(l, &(struct direct_line){ .kind = DIRECT_ACK, .number = l->got, .counted = true });
}

static bool no_heard(struct direct_link *l, const struct direct_line *line)
{
	if (line->id.p) {
		file_refused(l->peer, line->id, line->text);
		return true;
	}
	link_end(l, NULL);
	return true;
}

bool talk_line(struct direct_link *l, const struct direct_line *line)
{
	bool good = false;

	switch (line->kind) {
	case DIRECT_ID:
		if (l->id[0])
			return false;
		memcpy(l->id, line->id.p, line->id.n);
		l->id[line->id.n] = 0;
		return true;
	case DIRECT_TALK:
		good = talk_heard(l, line);
		break;
	case DIRECT_FILE:
		good = offer_heard(l, line);
		break;
	case DIRECT_ACK:
		return !l->id[0] && ack_heard(l, line);
	case DIRECT_NO:
		return !l->id[0] && no_heard(l, line);
	case DIRECT_GET:
		file_wanted(l->peer, line->id);
		return !l->id[0];
	default:
		break;
	}
	l->id[0] = 0;
	return good;
}
