/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/classic_files.c - files: offers (104), their bytes on connections of their own (105, 106),
 * declining (107). What breaks off goes on where the other side has it. The bytes of our own are read through beside
 * being sent, and what the server says of them at the end must be the same; of a file that came, the protocol tells
 * only the size.
 */
#include <errno.h>

#include "base/crypt.h"
#include "clients/term/engine/classic.h"
#include "clients/term/engine/harmless.h"

enum {
	AT_ONCE_MAX = 3,
	PIECE = 64 * 1024,
	AHEAD = 512 * 1024,
	LINE_MAX_BYTES = 4096,
	AGAIN_FIRST_MS = 2000,
	AGAIN_MAX_MS = 60 * 1000,
	STALL_MS = 60 * 1000,
	SUM_MS = 10 * 60 * 1000 /* that a server may take to read a large file through */
};

struct transfer {
	struct list here;         /* in classic->transfers */
	struct classic *l;
	struct conversation *v;
	int64_t id;
	bool putting;
	struct pipe *pipe;        /* NULL: its turn has not come, or it waits to try again */
	struct disk_file *file;
	bool begun;               /* the server has said where it goes on */
	bool whole;               /* all bytes have gone, or come */
	uint64_t at, size;
	struct buf line;          /* what the server says, until its end */
	struct hash_ask hash;
	bool hashing, hashed;
	struct buf told;          /* the server's SHA-256, once it has all */
	struct timer again, stall;
	unsigned tries;
};

static const struct pipe_ops transfer_ops;
static void kick(struct classic *l);

static struct entry *entry_of(struct transfer *t) { return client_entry(t->l->c, t->v, t->id); }

static struct transfer *transfer_of(struct classic *l, const struct entry *e)
{
	list_each (t, &l->transfers, struct transfer, here)
		if (t->v == e->conversation && t->id == e->id)
			return t;
	return NULL;
}

/* ---- the end of one ---------------------------------------------------------------------------------------------- */

static void pipe_off(struct transfer *t)
{
	struct pipe *p = t->pipe;

	world_stop(t->l->c->world, &t->stall);
	t->pipe = NULL;
	if (!p)
		return;
	p->state = NULL;
	pipe_hang_up(p);
}

static void transfer_free(struct transfer *t)
{
	const struct outside_ops *o = t->l->c->outside->ops;

	pipe_off(t);
	world_stop(t->l->c->world, &t->again);
	if (t->hashing)
		o->file_hash_cancel(&t->hash);
	if (t->file)
		o->file_close(t->file, false);
	list_remove(&t->here);
	buf_free(&t->line);
	buf_free(&t->told);
	mem_free(t);
}

/* Given up for good. */
static void fail(struct transfer *t, struct str why)
{
	struct classic *l = t->l;
	struct entry *e = entry_of(t);
	bool putting = t->putting;

	transfer_free(t);
	if (e) {
		entry_progress(l->c, e, FILE_BROKEN, e->file->done, why);
		if (putting)
			entry_status(l->c, e, ENTRY_FAILED, why);
	}
	kick(l);
}

static void fail_errno(struct transfer *t, int r)
{
	own_buf why = { 0 };
	struct entry *e = entry_of(t);

	text_put(&why, t->l->c->setup.chinese, TEXT_file_unreadable, e ? e->file->name : STR(""),
		 str_z(text_error(t->l->c->setup.chinese, -r)), STR_NONE);
	fail(t, buf_all(&why));
}

/* It goes on by itself, later. */
static void pause_it(struct transfer *t, struct str why)
{
	struct classic *l = t->l;
	struct entry *e = entry_of(t);
	msec ms = AGAIN_FIRST_MS;

	pipe_off(t);
	if (t->hashing)
		l->c->outside->ops->file_hash_cancel(&t->hash);
	if (t->file)
		l->c->outside->ops->file_close(t->file, false);
	t->file = NULL;
	t->hashing = t->hashed = t->begun = t->whole = false;
	buf_clear(&t->line);
	for (unsigned i = 0; i < t->tries && ms < AGAIN_MAX_MS; i++)
		ms *= 2;
	t->tries++;
	world_timer(l->c->world, &t->again, ms > AGAIN_MAX_MS ? AGAIN_MAX_MS : ms);
	if (e)
		entry_progress(l->c, e, FILE_PAUSED, e->file->done, why);
	kick(l);
}

/* ---- whole ------------------------------------------------------------------------------------------------------- */

static void tell_done(struct transfer *t, struct entry *e, struct str where)
{
	own_buf sum = { 0 }, text = { 0 };

	hex_write(&sum, str_bytes(t->hash.sum, 32));
	text_put(&text, t->l->c->setup.chinese, t->putting ? TEXT_file_was_given : TEXT_file_is_here, e->file->name,
		 where, buf_all(&sum));
	client_notice(t->l->c, t->v, t->putting ? "file-sent" : "file-here", false, buf_all(&text));
}

/* Its conversation is no more: it makes room for another. */
static void forgotten(struct transfer *t)
{
	struct classic *l = t->l;

	transfer_free(t);
	kick(l);
}

static void put_ends(struct transfer *t)
{
	struct classic *l = t->l;
	struct entry *e = entry_of(t);
	own_buf sum = { 0 };

	if (!t->hashed || !t->told.n)
		return;
	if (!e) {
		forgotten(t);
		return;
	}
	hex_write(&sum, str_bytes(t->hash.sum, 32));
	if (!str_eq(buf_all(&sum), buf_all(&t->told))) {
		fail(t, text_of(l->c, TEXT_file_changed));
		return;
	}
	entry_progress(l->c, e, FILE_DONE, t->size, STR_NONE);
	entry_status(l->c, e, ENTRY_RELAYED, STR_NONE);
	tell_done(t, e, STR(""));
	transfer_free(t);
	kick(l);
}

static void get_ends(struct transfer *t)
{
	struct classic *l = t->l;
	struct entry *e = entry_of(t);
	own_buf path = { 0 };
	int r;

	if (!e) {
		forgotten(t);
		return;
	}
	r = l->c->outside->ops->file_finish(t->file, l->c->setup.downloads, e->file->name, &path);
	if (r) {
		fail_errno(t, r);
		return;
	}
	entry_file(l->c, e, buf_all(&path), STR_NONE);
	entry_progress(l->c, e, FILE_DONE, t->size, STR_NONE);
	tell_done(t, e, buf_all(&path));
	transfer_free(t);
	kick(l);
}

static void hashed(struct hash_ask *a)
{
	struct transfer *t = holder_of(a, struct transfer, hash);

	t->hashing = false;
	t->hashed = true;
	if (a->error)
		fail_errno(t, a->error);
	else
		(t->putting ? put_ends : get_ends)(t);
}

static void hash(struct transfer *t)
{
	t->hash.done = hashed;
	t->hashing = true;
	t->l->c->outside->ops->file_hash(t->file, t->size, &t->hash);
}

/* ---- bytes ------------------------------------------------------------------------------------------------------- */

static void moves(struct transfer *t)
{
	world_timer(t->l->c->world, &t->stall, t->putting && t->begun && t->at == t->size ? SUM_MS : STALL_MS);
}

/* No byte for long: the connection may be dead without a word. */
static void stalled(struct timer *timer)
{
	struct transfer *t = holder_of(timer, struct transfer, stall);

	pause_it(t, text_of(t->l->c, TEXT_line_cut));
}

static void put_more(struct transfer *t)
{
	const struct outside_ops *o = t->l->c->outside->ops;
	struct entry *e = entry_of(t);
	size_t left;

	while (t->pipe && t->at < t->size && pipe_backlog(t->pipe) < AHEAD) {
		size_t want = t->size - t->at < PIECE ? (size_t)(t->size - t->at) : PIECE;
		ssize_t got = o->file_read(t->file, t->at, buf_room(&t->pipe->out, want), want);

		if (got <= 0) {
			fail_errno(t, got ? (int)got : -EIO);
			return;
		}
		t->pipe->out.n += (size_t)got;
		t->at += (uint64_t)got;
		pipe_dirty(t->pipe);
	}
	left = pipe_backlog(t->pipe);
	if (e)
		entry_progress(t->l->c, e, FILE_MOVING, t->at > left ? t->at - left : 0, STR_NONE);
}

static void get_bytes(struct transfer *t, struct str bytes)
{
	const struct outside_ops *o = t->l->c->outside->ops;
	struct entry *e = entry_of(t);
	int r;

	if (bytes.n > t->size - t->at)
		bytes.n = (size_t)(t->size - t->at);
	r = bytes.n ? o->file_write(t->file, t->at, bytes) : 0;
	if (r) {
		fail_errno(t, r);
		return;
	}
	t->at += bytes.n;
	if (e)
		entry_progress(t->l->c, e, FILE_MOVING, t->at, STR_NONE);
	if (t->at < t->size || t->whole)
		return;
	t->whole = true;
	pipe_off(t);
	hash(t);
}

/* What will be otherwise the next time. */
static bool is_passing(struct str reason)
{
	static const char *const passing[] = { "another connection is sending this file right now",
					       "the server has another part of this file; go on where that ends",
					       "nothing has come for too long: come again and go on",
					       "the file has not come yet",
					       "the server's disk is nearly full; try again later",
					       "the server could not read or write its store; try again later",
					       "try again later" };

	for (size_t i = 0; i < countof(passing); i++)
		if (str_is(reason, passing[i]))
			return true;
	return false;
}

/* An offer is good for a day: one that the server does not know any more is made anew when it is tried again. */
static void offer_forget(struct transfer *t, struct str reason)
{
	struct entry *e = t->putting ? entry_of(t) : NULL;

	if (e && str_is(reason, "there is no such file, or it is no longer kept"))
		entry_file(t->l->c, e, STR_NONE, STR(""));
}

/* "1|NUMBER" at the beginning; of a put at last "1|SHA256". False: the transfer is not there any more. */
static bool line_take(struct transfer *t, struct str line)
{
	own_buf why = { 0 };
	uint64_t n;

	line = str_trim(line);
	if (str_starts(line, STR("0|")) && is_passing(str_from(line, 2))) {
		cl_reason(t->l, &why, str_from(line, 2));
		pause_it(t, buf_all(&why));
		return false;
	}
	if (!str_starts(line, STR("1|"))) {
		offer_forget(t, str_from(line, 2));
		cl_reason(t->l, &why, str_starts(line, STR("0|")) ? str_from(line, 2) : STR(""));
		fail(t, buf_all(&why));
		return false;
	}
	line = str_from(line, 2);
	if (t->begun && t->putting) {
		buf_str(&t->told, line);
		pipe_off(t);
		put_ends(t);
		return false;
	}
	if (!str_u64(line, &n) || (t->putting ? n > t->size : n < t->at)) {
		fail(t, text_of(t->l->c, TEXT_not_possible));
		return false;
	}
	t->begun = true;
	t->tries = 0;
	if (t->putting)
		t->at = n;
	else
		t->size = n;
	return true;
}

static void on_feed(struct pipe *p, const char *bytes, size_t n)
{
	struct transfer *t = p->state;
	size_t end;

	if (!t)
		return;
	moves(t);
	if (t->begun && !t->putting) {
		get_bytes(t, str_n(bytes, n));
		return;
	}
	buf_add(&t->line, bytes, n);
	while ((end = str_find(buf_all(&t->line), '\n')) < t->line.n) {
		if (!line_take(t, str_n(t->line.p, end)))
			return;
		buf_eat(&t->line, end + 1);
		if (!t->putting) {
			struct buf rest = t->line;

			t->line = (struct buf){ 0 };
			get_bytes(t, buf_all(&rest));
			buf_free(&rest);
			return;
		}
		put_more(t);
		if (p->state != t)
			return;
	}
	if (t->line.n > LINE_MAX_BYTES)
		pause_it(t, text_of(t->l->c, TEXT_line_cut));
}

static void on_written(struct pipe *p)
{
	struct transfer *t = p->state;

	if (!t || !t->putting || !t->begun)
		return;
	put_more(t);
	if (p->state == t)
		moves(t);
}

static void on_up(struct pipe *p)
{
	struct transfer *t = p->state;
	struct entry *e = t ? entry_of(t) : NULL;

	if (!e)
		return;
	/* It must be the server that we have logged in to: the token is the right to the file. */
	if (p->secure && (!p->trusted || t->l->c->setup.pin.n) && memcmp(p->key, t->l->key, KEY_BYTES)) {
		fail(t, text_of(t->l->c, TEXT_file_other_server));
		return;
	}
	buf_fmt(&p->out, "%s|%.*s,%llu\n", t->putting ? "105" : "106", STR_ARG(e->file->token),
		(unsigned long long)t->at);
	pipe_dirty(p);
	entry_progress(t->l->c, e, FILE_MOVING, t->at, STR_NONE);
}

static void on_down(struct pipe *p, struct str why)
{
	struct transfer *t = p->state;

	if (!t)
		return;
	t->pipe = NULL;
	world_stop(t->l->c->world, &t->stall);
	pause_it(t, why);
}

static const struct pipe_ops transfer_ops = { .up = on_up, .feed = on_feed, .written = on_written, .down = on_down };

/* ---- beginning --------------------------------------------------------------------------------------------------- */

/* What a part lies under, and what tells an offer from others: made of the token, which is secret. */
static void token_mark(struct buf *to, struct str token)
{
	uint8_t sum[HASH_BYTES_MAX];

	hash_sum(HASH_SHA256, token, sum);
	hex_write(to, str_bytes(sum, 16));
}

static int open_put(struct transfer *t, const struct entry *e)
{
	uint64_t size;
	int r = t->l->c->outside->ops->file_open(t->l->c->outside, e->file->path, &t->file, &size);

	t->size = e->file->size;
	t->at = e->file->done < t->size ? e->file->done : t->size;
	return r ? r : size != t->size ? -ESTALE : 0;
}

static int open_get(struct transfer *t, const struct entry *e)
{
	own_buf key = { 0 };
	uint64_t have;
	int r;

	token_mark(&key, e->file->token);
	r = t->l->c->outside->ops->file_part(t->l->c->outside, buf_all(&key), &t->file, &have);
	t->size = e->file->size;
	t->at = r ? 0 : have;
	return r;
}

static void begin(struct transfer *t)
{
	const struct client_setup *s = &t->l->c->setup;
	struct outside *o = t->l->c->outside;
	struct entry *e = entry_of(t);
	int r = e ? (t->putting ? open_put : open_get)(t, e) : -ENOENT;

	if (r == -ESTALE) {
		fail(t, text_of(t->l->c, TEXT_file_changed));
		return;
	}
	if (r) {
		fail_errno(t, r);
		return;
	}
	if (t->putting)
		hash(t);
	world_timer(t->l->c->world, &t->stall, STALL_MS);
	t->pipe = o->ops->dial(o, s->host, cl_port(t->l), s->plain_line ? PIPE_PLAIN : PIPE_SERVER, &transfer_ops, t);
}

/* The one whose turn it is; NULL: none, or as many as may are under way. */
static struct transfer *next_of(struct classic *l)
{
	struct transfer *next = NULL;
	unsigned n = 0;

	list_each (t, &l->transfers, struct transfer, here) {
		n += t->file != NULL;
		if (!next && !t->file && !t->again.place)
			next = t;
	}
	return n < AT_ONCE_MAX ? next : NULL;
}

static void kick(struct classic *l)
{
	struct transfer *t;

	/* To begin one may end it, and others. */
	while (l->logged_in && !l->leaving && (t = next_of(l)))
		begin(t);
}

static void again_due(struct timer *timer) { kick(holder_of(timer, struct transfer, again)->l); }

static void transfer_new(struct classic *l, struct entry *e)
{
	struct transfer *t = transfer_of(l, e);

	if (!t) {
		t = mem_new(struct transfer);
		t->l = l;
		t->v = e->conversation;
		t->id = e->id;
		t->putting = e->mine;
		t->again.fire = again_due;
		t->stall.fire = stalled;
		list_append(&l->transfers, &t->here);
	}
	world_stop(l->c->world, &t->again);
	entry_progress(l->c, e, FILE_PAUSED, e->file->done, STR_NONE);
	kick(l);
}

/* ---- 104, 107 ---------------------------------------------------------------------------------------------------- */

static void taken_back(struct classic *l, struct ask *a, bool good, struct str data)
{
	own_buf why = { 0 };

	if (good)
		return;
	cl_reason(l, &why, data);
	client_notice(l->c, a->v, "decline", true, buf_all(&why));
}

/* Declines a file of others, or takes one of ours back. */
static void take_back(struct classic *l, struct conversation *v, struct str token)
{
	own_buf request = { 0 };

	buf_fmt(&request, "107|%.*s", STR_ARG(token));
	cl_ask(l, buf_all(&request), taken_back)->v = v;
}

static void offer_answered(struct classic *l, struct ask *a, bool good, struct str data)
{
	struct entry *e = client_entry(l->c, a->v, a->entry);
	struct str content = str_from(data, sizeof "104@Server@" - 1), token = str_n(content.p, str_find(content, '@'));
	bool wanted = e && e->status == ENTRY_SENDING && !e->file->token.n;
	own_buf why = { 0 };

	if (good && token.n && wanted) {
		entry_file(l->c, e, STR_NONE, token);
		transfer_new(l, e);
	} else if (good && token.n) {
		take_back(l, a->v, token); /* stopped while it was being offered */
	}
	if (!wanted || (good && token.n))
		return;
	cl_reason(l, &why, data);
	entry_progress(l->c, e, FILE_BROKEN, 0, buf_all(&why));
	entry_status(l->c, e, ENTRY_FAILED, buf_all(&why));
}

void cl_offer(struct classic *l, struct entry *e)
{
	own_buf request = { 0 };
	struct ask *a;

	entry_status(l->c, e, ENTRY_SENDING, STR_NONE);
	if (e->file->token.n) {
		transfer_new(l, e);
		return;
	}
	buf_fmt(&request, "104|%.*s,%.*s,%.*s,%llu", STR_ARG(l->c->state.self), STR_ARG(e->conversation->name),
		STR_ARG(e->file->name), (unsigned long long)e->file->size);
	a = cl_ask(l, buf_all(&request), offer_answered);
	a->v = e->conversation;
	a->entry = e->id;
}

/* "name,size,TOKEN": a name may have commas. */
static bool offer_read(struct str content, struct str part[3])
{
	for (int k = 2; k > 0; k--) {
		size_t i = content.n;

		while (i && content.p[i - 1] != ',')
			i--;
		if (!i)
			return false;
		part[k] = str_from(content, i);
		content.n = i - 1;
	}
	part[0] = content;
	return content.n > 0;
}

static bool offer_file(struct str content, struct file_info *ret, struct buf *name)
{
	struct str part[3];

	*ret = (struct file_info){ .state = FILE_OFFERED };
	if (!offer_read(content, part) || !str_u64(part[1], &ret->size) || !part[2].n)
		return false;
	harmless_file_name(name, part[0]);
	ret->name = buf_all(name);
	ret->token = part[2];
	return true;
}

static struct entry *with_token(struct classic *l, struct conversation *v, struct str token)
{
	chat_load(l->c, chat_of(v));
	for (struct list *at = v->entries.prev; at != &v->entries; at = at->prev) {
		struct entry *e = holder_of(at, struct entry, here);

		if (e->kind == ENTRY_FILE && str_eq(e->file->token, token))
			return e;
	}
	return NULL;
}

void cl_offered(struct classic *l, struct str sender, struct str content, msec time, struct conversation *telling)
{
	own_buf name = { 0 }, mark = { 0 };
	bool room = str_starts(sender, STR("#")), mine = cl_is_own(l, sender);
	size_t slash = room ? str_find(sender, '/') : sender.n;
	struct file_info file;
	struct incoming in = { .conversation = str_n(sender.p, slash),
			       .sender = slash < sender.n ? str_from(sender, slash + 1) : sender,
			       .time = time,
			       .relayed = true,
			       .old = telling != NULL,
			       .news = telling ? l->news : 0,
			       .mine = mine,
			       .file = &file };

	/* What we have sent ourselves is known here, unless it was from another place; to whom only its history tells.
	 */
	if (!offer_file(content, &file, &name) || (mine && !room && !telling))
		return;
	if (mine && !room)
		in.conversation = telling->name;
	if (mine && with_token(l, client_conversation(l->c, in.conversation, true), file.token))
		return;
	if (mine)
		file.state = FILE_DONE;
	token_mark(&mark, file.token);
	in.text = file.name;
	in.mark = buf_all(&mark);
	client_received(l->c, &in);
}

void cl_declined(struct classic *l, struct str sender, struct str content)
{
	struct conversation *v = client_conversation(l->c, sender, false);
	struct str token = content;
	struct entry *e;

	for (size_t comma; (comma = str_find(token, ',')) < token.n;)
		token = str_from(token, comma + 1);
	e = v ? with_token(l, v, token) : NULL;
	if (!e || !e->mine)
		return;
	entry_progress(l->c, e, FILE_DECLINED, e->file->done, STR_NONE);
	client_tell(l->c, v, "declined", false, TEXT_file_was_declined, sender, e->file->name);
}

void cl_file_get(struct client *c, struct entry *e)
{
	struct classic *l = line_of(c);

	if (e->mine && !e->file->token.n) {
		entry_status(c, e, ENTRY_WAITING, STR_NONE);
		client_flush(c, e->conversation);
		return;
	}
	if (e->mine)
		entry_status(c, e, ENTRY_SENDING, STR_NONE);
	if (l)
		transfer_new(l, e);
}

void cl_file_stop(struct client *c, struct entry *e)
{
	struct classic *l = line_of(c);
	struct transfer *t = l ? transfer_of(l, e) : NULL;
	own_buf key = { 0 };

	if (t)
		transfer_free(t);
	token_mark(&key, e->file->token);
	if (!e->mine)
		file_part_drop(c, buf_all(&key));
	entry_progress(c, e, FILE_DECLINED, e->file->done, STR_NONE);
	if (e->mine)
		entry_status(c, e, ENTRY_FAILED, text_of(c, TEXT_file_stopped));
	if (!l || !l->logged_in || !e->file->token.n)
		return;
	take_back(l, e->conversation, e->file->token);
	if (e->mine)
		entry_file(c, e, STR_NONE, STR("")); /* of no use any more: once more is a new offer */
	kick(l);
}

/* ---- after a break ----------------------------------------------------------------------------------------------- */

static void broken_off(void *arg, struct str conversation, const struct entry *row)
{
	struct classic *l = arg;
	struct conversation *v = client_conversation(l->c, conversation, true);
	struct entry *e = client_entry(l->c, v, row->id);

	if (!e || (e->mine && e->status != ENTRY_SENDING))
		return;
	if (e->file->token.n)
		transfer_new(l, e);
	else if (e->mine && !cl_is_under_way(l, e->id))
		entry_status(l->c, e, ENTRY_WAITING, STR_NONE); /* the offer's answer was lost: nobody was told of it */
}

void cl_files_go_on(struct classic *l)
{
	keep_files(l->c->keep, broken_off, l);
	client_flush(l->c, NULL);
	kick(l);
}

void cl_files_end(struct classic *l)
{
	for (struct transfer *t; (t = list_first(&l->transfers, struct transfer, here));)
		transfer_free(t);
}
