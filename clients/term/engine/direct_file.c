/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/direct_file.c - files between two clients. An offer is a message; who wants the file asks for it,
 * and its bytes travel on a link of their own, from where the part ends that is there already. Who has dialled the link
 * for talk dials these too: he is the one who can.
 */
#include <assert.h>
#include <errno.h>

#include "base/crypt.h"
#include "clients/term/engine/direct.h"
#include "wire/hybrid.h"

enum { PIECE = 64 * 1024, ASKED_MS = 20000, RESUME_MS = 3000, HASH_PING_MS = 10000 };

struct direct_file {
	struct direct_link *link;
	struct direct_peer *peer;
	bool sending;
	bool raw;       /* receiving: bytes are due */
	bool begun;     /* sending: `from` was heard */
	bool over;      /* how it ended is told */
	bool moved;     /* any byte has come or gone */
	bool hashing;
	struct disk_file *disk;
	int64_t id;
	uint64_t size, at;
	uint8_t sum[DIRECT_SUM_BYTES];
	struct hash_ask hash;
	char mark[33];
};

struct direct_hash {
	struct list here;
	struct directs *directs;
	struct conversation *conversation;
	int64_t id;
	struct disk_file *disk; /* not NULL: under way */
	uint64_t size;
	struct hash_ask ask;
};

/* ---- entries ----------------------------------------------------------------------------------------------------- */

struct finding {
	struct str mark;
	int64_t id, last;
	unsigned rows;
};

static void finding_row(void *arg, const struct entry *e)
{
	struct finding *f = arg;

	f->rows++;
	f->last = e->id;
	if (e->kind == ENTRY_FILE && str_eq(e->mark, f->mark))
		f->id = e->id;
}

struct entry *entry_by_mark(struct client *c, struct conversation *v, struct str mark)
{
	enum { PAGE = 500 };
	struct finding f = { .mark = mark };

	if (!v)
		return NULL;
	list_each (e, &v->entries, struct entry, here)
		if (e->kind == ENTRY_FILE && str_eq(e->mark, mark))
			return e;
	do {
		f.rows = 0;
		keep_entries(c->keep, v->name, f.last, PAGE, finding_row, &f);
	} while (!f.id && f.rows == PAGE);
	return f.id ? client_entry(c, v, f.id) : NULL;
}

static struct entry *file_entry(const struct direct_file *f)
{
	struct conversation *v = peer_conversation(f->peer, false);

	return v ? client_entry(f->peer->directs->client, v, f->id) : NULL;
}

static void progress(struct direct_file *f, enum file_state state, struct str why)
{
	struct entry *e = file_entry(f);

	if (e)
		entry_progress(f->peer->directs->client, e, state, f->at, why);
}

/* ---- why not ----------------------------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	enum file_state state;
	enum text text;
} reasons[] = {
	{ "declined", FILE_DECLINED, TEXT_direct_declined }, { "gone", FILE_BROKEN, TEXT_direct_gone },
	{ "changed", FILE_BROKEN, TEXT_direct_changed },     { "full", FILE_BROKEN, TEXT_direct_full },
	{ "disk", FILE_BROKEN, TEXT_direct_their_disk },     { "damaged", FILE_BROKEN, TEXT_direct_damaged },
};

static void refused(struct client *c, struct entry *e, struct str reason)
{
	if (e->file->state == FILE_DONE && !e->mine)
		return;
	if (str_is(reason, "done") && e->mine) {
		entry_progress(c, e, FILE_DONE, e->file->size, STR_NONE);
		return;
	}
	for (size_t i = 0; i < countof(reasons); i++)
		if (str_is(reason, reasons[i].word)) {
			entry_progress(c, e, reasons[i].state, e->file->done, text_of(c, reasons[i].text));
			return;
		}
}

static void disk_failed(struct direct_file *f, int error)
{
	struct client *c = f->peer->directs->client;
	own_buf why = { 0 };

	f->over = true;
	f->raw = false;
	text_put(&why, c->setup.chinese,
		 error == -ENOSPC || error == -EDQUOT ? TEXT_direct_disk_full : TEXT_direct_disk,
		 str_z(text_error(c->setup.chinese, -error)), STR_NONE, STR_NONE);
	progress(f, FILE_BROKEN, buf_all(&why));
	link_end(f->link, error == -ENOSPC || error == -EDQUOT ? "full" : "disk");
}

/* ---- a file on its link ------------------------------------------------------------------------------------------ */

static struct direct_file *file_new(struct direct_link *l, const struct entry *e, bool sending)
{
	struct direct_file *f = mem_new(struct direct_file);

	f->link = l;
	f->peer = l->peer;
	f->sending = sending;
	f->id = e->id;
	f->size = e->file->size;
	assert(e->mark.n < sizeof f->mark);
	memcpy(f->mark, e->mark.p, e->mark.n);
	l->file = f;
	return f;
}

bool file_raw(const struct direct_link *l) { return l->file && l->file->raw; }
bool file_sending(const struct direct_link *l)
{
	return l->file && l->file->sending && l->file->begun && l->file->at < l->file->size;
}

void file_lost(struct direct_link *l)
{
	struct direct_file *f = l->file;
	struct direct_peer *p = l->peer;
	struct directs *ds = l->directs;

	if (l->use != DIRECT_FOR_FILE || !p)
		return;
	p->files = true;
	p->fetch_failures = f && f->moved ? 0 : p->fetch_failures + 1;
	p->next_fetch = direct_clock(ds) + (f && f->over ? 0 : direct_backoff(ds, p->fetch_failures + 1) / 2);
	if (!f)
		return;
	if (f->hashing)
		ds->client->outside->ops->file_hash_cancel(&f->hash);
	if (!f->over && (f->begun || !f->sending))
		progress(f, FILE_PAUSED, STR_NONE);
	if (f->disk)
		ds->client->outside->ops->file_close(f->disk, false);
	mem_free(f);
	l->file = NULL;
}

static unsigned serving(const struct direct_peer *p)
{
	unsigned n = 0;

	list_each (l, &p->links, struct direct_link, here)
		n += l->file && l->file->sending && !l->ending;
	return n;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

/* Why a file of ours cannot be sent; NULL: it can. */
static const char *source_open(struct client *c, struct entry *e, struct disk_file **disk)
{
	uint64_t size = 0;

	if (e->file->state == FILE_DECLINED || e->file->state == FILE_HASHING ||
	    e->file->token.n != 2 * DIRECT_SUM_BYTES)
		return "gone";
	if (c->outside->ops->file_open(c->outside, e->file->path, disk, &size))
		return "gone";
	if (size == e->file->size)
		return NULL;
	c->outside->ops->file_close(*disk, false);
	return "changed";
}

static void serve(struct direct_link *l, struct str mark)
{
	struct client *c = l->directs->client;
	struct entry *e = entry_by_mark(c, peer_conversation(l->peer, false), mark);
	struct disk_file *disk = NULL;
	own_buf name = { 0 }, sum = { 0 };
	struct direct_line line = { .kind = DIRECT_FILE };
	const char *why = NULL;

	if (!e || !e->mine)
		why = "gone";
	else if (serving(l->peer) >= DIRECT_SERVES)
		why = "busy";
	else
		why = source_open(c, e, &disk);
	if (why) {
		if (e && e->mine && e->file->state != FILE_DECLINED)
			refused(c, e, str_z(why));
		link_say(l,
			 &(struct direct_line){ .kind = DIRECT_NO, .text = str_z(why), .id = e ? e->mark : STR_NONE });
		link_end(l, NULL);
		return;
	}
	file_new(l, e, true)->disk = disk;
	hybrid_escape(&name, e->file->name);
	hex_read(&sum, e->file->token);
	memcpy(line.sum, sum.p, DIRECT_SUM_BYTES);
	line.text = buf_all(&name);
	line.number = e->file->size;
	link_say(l, &(struct direct_line){ .kind = DIRECT_ID, .id = e->mark });
	link_say(l, &line);
}

/* What cannot be read any more is cut short: the other side notices by the size. */
static void source_failed(struct direct_file *f)
{
	f->over = true;
	progress(f, FILE_BROKEN, text_of(f->peer->directs->client, TEXT_direct_changed));
	link_end(f->link, NULL);
}

void file_pump(struct direct_link *l)
{
	struct direct_file *f = l->file;
	const struct outside_ops *ops = l->directs->client->outside->ops;

	if (!f || !f->sending || !f->begun || f->over || l->ending)
		return;
	l->heard = direct_clock(l->directs);
	while (f->at < f->size && pipe_backlog(l->pipe) < DIRECT_BACKLOG) {
		size_t n = f->size - f->at < PIECE ? (size_t)(f->size - f->at) : PIECE;
		ssize_t got = ops->file_read(f->disk, f->at, buf_room(&l->pipe->out, n), n);

		if (got <= 0) {
			source_failed(f);
			return;
		}
		l->pipe->out.n += (size_t)got;
		f->at += (uint64_t)got;
		f->moved = true;
	}
	pipe_dirty(l->pipe);
	progress(f, FILE_MOVING, STR_NONE);
}

static bool from_heard(struct direct_link *l, const struct direct_line *line)
{
	struct direct_file *f = l->file;

	if (!f || !f->sending || f->begun || line->number > f->size)
		return false;
	f->begun = true;
	f->at = line->number;
	progress(f, FILE_MOVING, STR_NONE);
	file_pump(l);
	return true;
}

static bool ack_heard(struct direct_link *l, const struct direct_line *line)
{
	struct direct_file *f = l->file;

	if (!f || !f->sending || !f->begun || f->at < f->size || f->over || line->counted)
		return false;
	f->over = true;
	progress(f, FILE_DONE, STR_NONE);
	if (l->dialled)
		link_end(l, NULL);
	return true;
}

/* ---- receiving --------------------------------------------------------------------------------------------------- */

static void verified(struct hash_ask *a)
{
	struct direct_file *f = holder_of(a, struct direct_file, hash);
	struct client *c = f->peer->directs->client;
	struct entry *e = file_entry(f);
	struct direct_link *l = f->link;
	own_buf path = { 0 };
	int r = a->error;

	f->hashing = false;
	if (!r && memcmp(a->sum, f->sum, DIRECT_SUM_BYTES)) {
		c->outside->ops->file_close(f->disk, true);
		f->disk = NULL;
		f->over = true;
		f->at = 0;
		progress(f, FILE_BROKEN, text_of(c, TEXT_direct_damaged));
		link_end(l, "damaged");
		return;
	}
	if (!r && e)
		r = c->outside->ops->file_finish(f->disk, c->setup.downloads, e->file->name, &path);
	if (r || !e) {
		disk_failed(f, r ? r : -EIO);
		return;
	}
	f->over = true;
	entry_file(c, e, buf_all(&path), STR_NONE);
	progress(f, FILE_DONE, STR_NONE);
	link_say(l, &(struct direct_line){ .kind = DIRECT_ACK });
	if (l->dialled)
		link_end(l, NULL);
	files_resume(f->peer);
}

static void whole(struct direct_file *f)
{
	f->raw = false;
	f->hashing = true;
	f->hash.done = verified;
	f->link->directs->client->outside->ops->file_hash(f->disk, f->size, &f->hash);
}

void file_feed(struct direct_link *l, struct str bytes)
{
	struct direct_file *f = l->file;
	uint64_t left = f->size - f->at;
	int r;

	if (bytes.n > left) { /* more than there is */
		link_end(l, NULL);
		return;
	}
	r = l->directs->client->outside->ops->file_write(f->disk, f->at, bytes);
	if (r) {
		disk_failed(f, r);
		return;
	}
	f->at += bytes.n;
	f->moved = true;
	progress(f, FILE_MOVING, STR_NONE);
	if (f->at == f->size)
		whole(f);
}

static bool is_wanted(const struct entry *e)
{
	return e && !e->mine && (e->file->state == FILE_PAUSED || e->file->state == FILE_MOVING);
}

/* The link on which this file comes, or is about to. */
static struct direct_link *fetching(const struct direct_peer *p, struct str mark)
{
	list_each (l, &p->links, struct direct_link, here) {
		if (l->ending || l->use != DIRECT_FOR_FILE)
			continue;
		if (l->file ? !l->file->sending && str_is(mark, l->file->mark)
			    : l->dialled && !l->push && str_is(mark, l->get))
			return l;
	}
	return NULL;
}

static void ask_drop(struct direct_peer *p, struct str mark)
{
	for (size_t i = 0; i < p->asked.n; i += sizeof(struct direct_ask))
		if (str_is(mark, p->asked.p + i + offsetof(struct direct_ask, mark))) {
			memmove(p->asked.p + i, p->asked.p + i + sizeof(struct direct_ask),
				p->asked.n - i - sizeof(struct direct_ask));
			p->asked.n -= sizeof(struct direct_ask);
			return;
		}
}

/* Opens what is there of it; a part that is too long is none. */
static int part_open(struct client *c, struct direct_file *f)
{
	uint64_t have = 0;
	int r = c->outside->ops->file_part(c->outside, str_z(f->mark), &f->disk, &have);

	if (!r && have > f->size) {
		c->outside->ops->file_close(f->disk, true);
		f->disk = NULL;
		r = c->outside->ops->file_part(c->outside, str_z(f->mark), &f->disk, &have);
	}
	if (r)
		f->disk = NULL;
	f->at = have;
	return r;
}

static bool is_as_offered(const struct entry *e, const struct direct_line *line)
{
	own_buf sum = { 0 };

	hex_write(&sum, str_bytes(line->sum, DIRECT_SUM_BYTES));
	return str_eq(buf_all(&sum), e->file->token) && line->number == e->file->size;
}

static bool file_heard(struct direct_link *l, const struct direct_line *line)
{
	struct client *c = l->directs->client;
	struct str mark = str_z(l->id);
	struct entry *e = entry_by_mark(c, peer_conversation(l->peer, false), mark);
	struct direct_link *other = fetching(l->peer, mark);
	struct direct_file *f;
	int r;

	if (l->file || !mark.n || (l->get[0] && !str_is(mark, l->get)))
		return false;
	if (!is_wanted(e) || (other && other != l)) {
		link_end(l, e && !e->mine && e->file->state == FILE_DONE ? "done" : "unasked");
		return true;
	}
	if (!is_as_offered(e, line)) {
		refused(c, e, STR("changed"));
		link_end(l, "changed");
		return true;
	}
	ask_drop(l->peer, mark);
	f = file_new(l, e, false);
	memcpy(f->sum, line->sum, sizeof f->sum);
	r = part_open(c, f);
	if (r) {
		disk_failed(f, r);
		return true;
	}
	link_say(l, &(struct direct_line){ .kind = DIRECT_FROM, .number = f->at });
	progress(f, FILE_MOVING, STR_NONE);
	f->raw = f->at < f->size;
	if (!f->raw)
		whole(f);
	return true;
}

/* ---- lines of a link for a file ---------------------------------------------------------------------------------- */

static bool no_heard(struct direct_link *l, const struct direct_line *line)
{
	struct client *c = l->directs->client;
	struct str mark = line->id.p ? line->id : l->file ? str_z(l->file->mark) : str_z(l->get);
	struct entry *e = entry_by_mark(c, peer_conversation(l->peer, false), mark);

	if (l->file)
		l->file->over = l->file->over || !str_is(line->text, "busy");
	if (e)
		refused(c, e, line->text);
	link_end(l, NULL);
	return true;
}

void file_link_up(struct direct_link *l)
{
	if (!l->dialled)
		return;
	if (l->push)
		serve(l, str_z(l->get));
	else
		link_say(l, &(struct direct_line){ .kind = DIRECT_GET, .id = str_z(l->get) });
}

bool file_line(struct direct_link *l, const struct direct_line *line)
{
	bool good;

	switch (line->kind) {
	case DIRECT_ID:
		if (l->id[0])
			return false;
		memcpy(l->id, line->id.p, line->id.n);
		l->id[line->id.n] = 0;
		return true;
	case DIRECT_FILE:
		good = file_heard(l, line);
		l->id[0] = 0;
		return good;
	case DIRECT_GET:
		if (l->file || l->dialled)
			return false;
		serve(l, line->id);
		return true;
	case DIRECT_FROM:
		return from_heard(l, line);
	case DIRECT_ACK:
		return ack_heard(l, line);
	case DIRECT_NO:
		return no_heard(l, line);
	default:
		return false;
	}
}

/* The sum of a large file takes its time: who waits for the acknowledgement shall know that we are alive. */
void file_alive(struct direct_link *l, msec now)
{
	if (l->file && l->file->hashing && now - l->heard >= HASH_PING_MS) {
		link_say(l, &(struct direct_line){ .kind = DIRECT_PING });
		l->heard = now;
	}
}

/* ---- what is said of files on a link for talk -------------------------------------------------------------------- */

static void say_no(struct direct_peer *p, struct str mark, const char *reason)
{
	struct direct_link *l = peer_link(p);
	const struct direct_line line = { .kind = DIRECT_NO, .text = str_z(reason), .id = mark };

	if (l) {
		link_say(l, &line);
	} else if (p->says.n < DIRECT_SAYS) {
		direct_write(&p->says, &line);
		peer_want(p);
	}
}

void file_offered(struct direct_peer *p, struct str mark)
{
	struct entry *e = entry_by_mark(p->directs->client, peer_conversation(p, false), mark);

	if (e && !e->mine && e->file->state == FILE_DONE)
		say_no(p, mark, "done");
	else if (e && !e->mine && e->file->state == FILE_DECLINED)
		say_no(p, mark, "declined");
}

static void push_dial(struct direct_peer *p, const struct endpoint *to, struct str mark)
{
	struct direct_link *l = link_dial(p, to, DIRECT_FOR_FILE);

	l->push = true;
	memcpy(l->get, mark.p, mark.n);
}

void file_wanted(struct direct_peer *p, struct str mark)
{
	struct entry *e = entry_by_mark(p->directs->client, peer_conversation(p, false), mark);
	struct direct_link *talk = peer_link(p);

	if (!e || !e->mine || mark.n != 32) {
		say_no(p, mark, "gone");
		return;
	}
	list_each (l, &p->links, struct direct_link, here)
		if (!l->ending && l->dialled && l->push && str_is(mark, l->get))
			return; /* under way */
	if (p->links_n >= DIRECT_LINKS_EACH || (!(talk && talk->dialled) && !p->places_n))
		say_no(p, mark, "busy");
	else
		push_dial(p, talk && talk->dialled ? &talk->to : &p->places[0], mark);
}

void file_refused(struct direct_peer *p, struct str mark, struct str reason)
{
	struct entry *e = entry_by_mark(p->directs->client, peer_conversation(p, false), mark);

	ask_drop(p, mark);
	if (e)
		refused(p->directs->client, e, reason);
}

/* ---- going on ---------------------------------------------------------------------------------------------------- */

struct pending_file {
	int64_t id;
	bool mine;
};

struct gathering {
	struct str name;
	struct buf found; /* struct pending_file */
};

static void gather(void *arg, struct str conversation, const struct entry *e)
{
	struct gathering *g = arg;
	struct pending_file one = { e->id, e->mine };

	if (str_eq(conversation, g->name))
		buf_add(&g->found, &one, sizeof one);
}

static struct buf pending_files(struct direct_peer *p)
{
	struct gathering g = { .name = p->name };

	keep_files(p->directs->client->keep, gather, &g);
	return g.found;
}

static unsigned fetches(struct direct_peer *p)
{
	msec now = direct_clock(p->directs);
	unsigned n = 0;

	list_each (l, &p->links, struct direct_link, here)
		n += l->use == DIRECT_FOR_FILE && !l->ending &&
		     (l->file ? !l->file->sending && !l->file->over : l->dialled && !l->push);
	for (size_t i = 0; i < p->asked.n;) {
		struct direct_ask one;

		memcpy(&one, p->asked.p + i, sizeof one);
		if (now - one.since >= ASKED_MS || fetching(p, str_z(one.mark))) {
			memmove(p->asked.p + i, p->asked.p + i + sizeof one, p->asked.n - i - sizeof one);
			p->asked.n -= sizeof one;
			continue;
		}
		n++;
		i += sizeof one;
	}
	return n;
}

static bool is_asked(const struct direct_peer *p, struct str mark)
{
	for (size_t i = 0; i < p->asked.n; i += sizeof(struct direct_ask))
		if (str_is(mark, p->asked.p + i + offsetof(struct direct_ask, mark)))
			return true;
	return false;
}

static void fetch(struct direct_peer *p, struct direct_link *talk, struct str mark)
{
	struct direct_ask ask = { .since = direct_clock(p->directs) };

	if (p->links_n >= DIRECT_LINKS_EACH || mark.n != 32)
		return;
	if (talk->dialled) {
		struct direct_link *l = link_dial(p, &talk->to, DIRECT_FOR_FILE);

		memcpy(l->get, mark.p, mark.n);
		return;
	}
	link_say(talk, &(struct direct_line){ .kind = DIRECT_GET, .id = mark });
	memcpy(ask.mark, mark.p, mark.n);
	buf_add(&p->asked, &ask, sizeof ask);
}

void files_resume(struct direct_peer *p)
{
	struct directs *ds = p->directs;
	struct direct_link *talk = peer_link(p);
	struct conversation *v = peer_conversation(p, false);
	own_buf found = { 0 };
	unsigned n;

	if (ds->stopping || !p->files || !v)
		return;
	found = pending_files(p);
	p->files = found.n;
	p->next_fetch = direct_clock(ds) + RESUME_MS;
	if (!p->files)
		return;
	if (!talk) {
		peer_want(p);
		return;
	}
	n = fetches(p);
	for (size_t i = 0; i < found.n && n < DIRECT_FETCHES; i += sizeof(struct pending_file)) {
		struct pending_file one;
		struct entry *e;

		memcpy(&one, found.p + i, sizeof one);
		e = one.mine ? NULL : client_entry(ds->client, v, one.id);
		if (!is_wanted(e) || fetching(p, e->mark) || is_asked(p, e->mark))
			continue;
		fetch(p, talk, e->mark);
		n++;
	}
}

void files_reoffer(struct direct_peer *p)
{
	struct directs *ds = p->directs;
	struct direct_link *talk = peer_link(p);
	struct conversation *v = peer_conversation(p, false);
	own_buf found = { 0 };

	if (!talk || !v || !p->files)
		return;
	found = pending_files(p);
	for (size_t i = 0; i < found.n; i += sizeof(struct pending_file)) {
		struct pending_file one;
		struct entry *e;

		memcpy(&one, found.p + i, sizeof one);
		e = one.mine ? client_entry(ds->client, v, one.id) : NULL;
		if (e && e->status == ENTRY_DIRECT)
			talk_reoffer(talk, e);
	}
}

struct known {
	struct directs *directs;
	struct buf moving; /* struct known_row */
};

struct known_row {
	struct conversation *v;
	int64_t id;
};

static void known_row(void *arg, struct str conversation, const struct entry *e)
{
	struct known *k = arg;
	struct conversation *v = client_conversation(k->directs->client, conversation, true);
	struct known_row row = { v, e->id };

	if (v->kind != CONVERSATION_PERSON)
		return;
	peer_of(k->directs, conversation)->files = true;
	if (e->file && e->file->state == FILE_MOVING)
		buf_add(&k->moving, &row, sizeof row);
}

/* What was moving when the program ended does not move now. */
void files_known(struct directs *ds)
{
	struct known k = { .directs = ds };

	keep_files(ds->client->keep, known_row, &k);
	for (size_t i = 0; i < k.moving.n; i += sizeof(struct known_row)) {
		struct known_row row;
		struct entry *e;

		memcpy(&row, k.moving.p + i, sizeof row);
		e = client_entry(ds->client, row.v, row.id);
		if (e && e->file)
			entry_progress(ds->client, e, FILE_PAUSED, e->file->done, STR_NONE);
	}
	buf_free(&k.moving);
}

/* ---- reading our own through, before it is offered --------------------------------------------------------------- */

static void hash_next(struct directs *ds);

static void hash_free(struct direct_hash *h)
{
	const struct outside_ops *ops = h->directs->client->outside->ops;

	if (h->disk)
		ops->file_close(h->disk, false);
	list_remove(&h->here);
	mem_free(h);
}

static void hash_failed(struct direct_hash *h, int error)
{
	struct client *c = h->directs->client;
	struct entry *e = client_entry(c, h->conversation, h->id);
	own_buf why = { 0 };

	text_put(&why, c->setup.chinese, TEXT_direct_unreadable, str_z(text_error(c->setup.chinese, -error)), STR_NONE,
		 STR_NONE);
	if (e) {
		entry_progress(c, e, FILE_BROKEN, 0, buf_all(&why));
		entry_status(c, e, ENTRY_FAILED, buf_all(&why));
	}
	hash_free(h);
}

static void hashed(struct hash_ask *a)
{
	struct direct_hash *h = holder_of(a, struct direct_hash, ask);
	struct directs *ds = h->directs;
	struct conversation *v = h->conversation;
	struct entry *e = client_entry(ds->client, v, h->id);
	own_buf sum = { 0 };

	if (a->error || !e) {
		hash_failed(h, a->error ? a->error : -EIO);
		hash_next(ds);
		return;
	}
	hex_write(&sum, str_bytes(a->sum, sizeof a->sum));
	e->file->size = h->size;
	entry_file(ds->client, e, STR_NONE, buf_all(&sum));
	entry_progress(ds->client, e, FILE_OFFERED, 0, STR_NONE);
	hash_free(h);
	hash_next(ds);
	client_flush(ds->client, v);
}

static void hash_next(struct directs *ds)
{
	struct client *c = ds->client;
	struct direct_hash *h;

	while ((h = list_first(&ds->hashes, struct direct_hash, here)) && !h->disk) {
		struct entry *e = client_entry(c, h->conversation, h->id);
		int r = e ? c->outside->ops->file_open(c->outside, e->file->path, &h->disk, &h->size) : -ENOENT;

		if (!r) {
			h->ask.done = hashed;
			c->outside->ops->file_hash(h->disk, h->size, &h->ask);
			return;
		}
		h->disk = NULL;
		hash_failed(h, r);
	}
}

static struct direct_hash *hash_of(struct directs *ds, int64_t id)
{
	list_each (h, &ds->hashes, struct direct_hash, here)
		if (h->id == id)
			return h;
	return NULL;
}

bool file_hash_first(struct directs *ds, struct entry *e)
{
	struct direct_hash *h;

	if (e->file->token.n == 2 * DIRECT_SUM_BYTES)
		return false;
	if (hash_of(ds, e->id))
		return true;
	h = mem_new(struct direct_hash);
	h->directs = ds;
	h->conversation = e->conversation;
	h->id = e->id;
	list_append(&ds->hashes, &h->here);
	entry_progress(ds->client, e, FILE_HASHING, 0, STR_NONE);
	hash_next(ds);
	return true;
}

static void hash_cancel(struct direct_hash *h)
{
	if (h->disk)
		h->directs->client->outside->ops->file_hash_cancel(&h->ask);
	hash_free(h);
}

void files_free(struct directs *ds)
{
	list_each (h, &ds->hashes, struct direct_hash, here)
		hash_cancel(h);
}

/* ---- what people ask for ----------------------------------------------------------------------------------------- */

void directs_file_get(struct directs *ds, struct entry *e)
{
	struct direct_peer *p = peer_of(ds, e->conversation->name);

	if (e->file->state == FILE_DONE || fetching(p, e->mark))
		return;
	if (!e->mine)
		entry_progress(ds->client, e, FILE_PAUSED, e->file->state == FILE_BROKEN ? 0 : e->file->done, STR_NONE);
	ask_drop(p, e->mark);
	p->files = true;
	p->next_fetch = p->fetch_failures = 0;
	files_resume(p);
}

/* The links on which it is under way. */
static void file_cut(struct direct_peer *p, struct str mark, const char *reason)
{
	list_each (l, &p->links, struct direct_link, here) {
		if (l->ending || !(l->file ? str_is(mark, l->file->mark) : str_is(mark, l->get)))
			continue;
		if (l->file) {
			l->file->over = true;
			l->file->raw = false;
		}
		if (l->file && !l->file->sending && l->file->hashing) {
			p->directs->client->outside->ops->file_hash_cancel(&l->file->hash);
			l->file->hashing = false;
		}
		if (l->file && !l->file->sending && l->file->disk) {
			p->directs->client->outside->ops->file_close(l->file->disk, true);
			l->file->disk = NULL;
		}
		link_end(l, reason);
	}
}

void directs_file_stop(struct directs *ds, struct entry *e)
{
	struct client *c = ds->client;
	struct direct_peer *p = peer_of(ds, e->conversation->name);
	struct direct_hash *h = hash_of(ds, e->id);
	bool offered = e->status == ENTRY_DIRECT || e->status == ENTRY_SENDING;

	if (e->file->state == FILE_DONE || e->file->state == FILE_DECLINED)
		return;
	if (h) {
		hash_cancel(h);
		hash_next(ds);
	}
	entry_progress(c, e, FILE_DECLINED, 0, e->mine ? text_of(c, TEXT_direct_taken_back) : STR_NONE);
	file_cut(p, e->mark, e->mine ? "gone" : "declined");
	if (!e->mine)
		file_part_drop(c, e->mark);
	else if (!offered)
		entry_status(c, e, ENTRY_FAILED, text_of(c, TEXT_direct_taken_back));
	if (!e->mine || offered)
		say_no(p, e->mark, e->mine ? "gone" : "declined");
}
