/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/transfer.c - a connection of a file's own: 105 brings its bytes, 106 takes them away. Nobody logs in
 * on it: the token is the right. Bytes go from link to disk and back in pieces, each when the one before is done, so
 * that a file of any size costs the same.
 */
#include "base/crypt.h"
#include "doors/classic/classic.h"

struct classic_transfer {
	struct classic *classic;
	bool putting;           /* 105 */
	bool working;           /* the core has a piece, or reads one */
	char token[FILE_TOKEN_CHARS];
	struct offer_ask put;
	struct file_ask get;
	struct buf gathered;    /* belongs behind what the core has */
	size_t given;           /* bytes that the core is working on */
	uint64_t at, size;
	struct timer slow;
	uint64_t came, mark;    /* bytes since the timer was set; what the client had taken then */
};

static struct str token_of(const struct classic_transfer *t) { return str_n(t->token, sizeof t->token); }

/* ---- ends -------------------------------------------------------------------------------------------------------- */

void classic_transfer_free(struct classic *c)
{
	struct classic_transfer *t = c->transfer;

	if (!t)
		return;
	c->transfer = NULL;
	world_stop(core_world(c->core), &t->slow);
	/* What has come is kept, also the last bit of it: the client goes on there. */
	if (t->gathered.n && !t->working)
		offer_put(c->core, NULL, token_of(t), t->at, &t->gathered);
	offer_cancel(&t->put);
	file_cancel(&t->get);
	buf_free(&t->gathered);
	mem_free(t);
}

static void leave(struct classic *c)
{
	c->busy = false;
	c->leaving = true;
	classic_continue(c);
}

static void refuse(struct classic *c, const char *reason)
{
	own_buf reply = { 0 };

	buf_fmt(&reply, "0|%s", reason);
	classic_reply(c, buf_z(&reply));
	leave(c);
}

/* The rest of the request has been answered: from here on there are only bytes, in time. */
static void begin(struct classic_transfer *t, uint64_t number)
{
	struct classic *c = t->classic;
	own_buf reply = { 0 };

	buf_fmt(&reply, "1|%llu", (unsigned long long)number);
	classic_reply(c, buf_z(&reply));
	world_stop(core_world(c->core), &c->deadline);
	world_timer(core_world(c->core), &t->slow, t->putting ? CLASSIC_BODY_MS : CLASSIC_READER_MS);
	c->busy = false;
	classic_continue(c);
}

/* ---- coming ------------------------------------------------------------------------------------------------------ */

static void put_refuse(struct classic *c, const struct offer_ask *a)
{
	own_buf reason = { 0 };

	if (a->verdict == OFFER_NOT_SENT)
		buf_fmt(&reason, "the file has come, but its receiver could not be told: %s",
			classic_sent_reply(a->sent) + 2);
	else
		buf_fmt(&reason, "%s", offer_verdict_text(a->verdict));
	refuse(c, buf_z(&reason));
}

/* It is whole and on disk, and so is the message about it. */
static void put_end(struct classic *c, const struct file *f)
{
	own_buf reply = { 0 };

	buf_lit(&reply, "1|");
	hex_write(&reply, str_bytes(f->content, sizeof f->content));
	classic_reply(c, buf_z(&reply));
	leave(c);
}

static void put_go_on(struct classic_transfer *t);

static void put_done(struct offer_ask *a)
{
	struct classic_transfer *t = holder_of(a, struct classic_transfer, put);
	struct classic *c = t->classic;

	t->working = false;
	t->given = 0;
	t->at = a->offset;
	if (a->verdict) {
		buf_free(&t->gathered); /* it is not known where it belongs */
		put_refuse(c, a);
	} else if (a->file.whole) {
		put_end(c, &a->file);
	} else {
		put_go_on(t);
		classic_continue(c);
	}
}

static void put_go_on(struct classic_transfer *t)
{
	struct classic *c = t->classic;

	if (t->working || (t->gathered.n < CLASSIC_PIECE && t->at + t->gathered.n < t->size))
		return;
	t->working = true;
	t->given = t->gathered.n;
	t->put.done = put_done;
	offer_put(c->core, &t->put, token_of(t), t->at, &t->gathered);
}

static void put_found(struct offer_ask *a)
{
	struct classic_transfer *t = holder_of(a, struct classic_transfer, put);
	struct classic *c = t->classic;

	t->working = false;
	if (a->verdict) {
		put_refuse(c, a);
		return;
	}
	if (t->at > a->file.size) {
		refuse(c, "wrong offset: the file is not that long");
		return;
	}
	t->at = a->offset;
	t->size = a->file.size;
	begin(t, t->at);
	if (a->file.whole)
		put_end(c, &a->file);
	else
		put_go_on(t); /* an empty file is whole without another byte */
}

/* What comes behind the last byte is not looked at. */
void classic_transfer_feed(struct classic *c, struct str bytes)
{
	struct classic_transfer *t = c->transfer;
	uint64_t wanted = t->size - t->at - t->given - t->gathered.n;

	if (!t->putting || c->leaving || !bytes.n)
		return;
	if (bytes.n > wanted)
		bytes.n = (size_t)wanted;
	t->came += bytes.n;
	buf_str(&t->gathered, bytes);
	if (bytes.n)
		put_go_on(t);
}

bool classic_transfer_full(const struct classic *c)
{
	return c->busy || (c->transfer->working && c->transfer->gathered.n >= CLASSIC_PIECE);
}

/* ---- going ------------------------------------------------------------------------------------------------------- */

static void get_more(struct classic_transfer *t);

static void get_read(struct file_ask *a)
{
	struct classic_transfer *t = holder_of(a, struct classic_transfer, get);
	struct classic *c = t->classic;
	struct buf bytes = a->bytes;

	t->working = false;
	if (a->verdict || !bytes.n || c->link->closing) {
		buf_free(&bytes);
		leave(c); /* gone meanwhile: the client sees by the number of bytes that it has not all of it */
		return;
	}
	t->at += bytes.n;
	buf_str(&c->link->out, buf_all(&bytes));
	buf_free(&bytes);
	c->link->ops->dirty(c->link);
	get_more(t);
}

/* One piece is read ahead while the client takes the one before. */
static void get_more(struct classic_transfer *t)
{
	struct classic *c = t->classic;
	uint64_t left = t->size - t->at;

	if (t->working || c->leaving || link_backlog(c->link) > CLASSIC_PIECE)
		return;
	if (!left) {
		if (!link_backlog(c->link)) /* not before: hanging up leaves little time for what is not written yet */
			leave(c);
		return;
	}
	t->working = true;
	t->get.done = get_read;
	file_read(c->core, &t->get, token_of(t), t->at, left < CLASSIC_PIECE ? (size_t)left : CLASSIC_PIECE);
}

void classic_transfer_written(struct classic *c)
{
	if (!c->transfer->putting && !c->busy)
		get_more(c->transfer);
}

static void get_found(struct file_ask *a)
{
	struct classic_transfer *t = holder_of(a, struct classic_transfer, get);
	struct classic *c = t->classic;

	t->working = false;
	if (a->verdict) {
		refuse(c, file_verdict_text(a->verdict));
		return;
	}
	if (!a->file.whole) {
		refuse(c, "the file has not come yet");
		return;
	}
	if (t->at > a->file.size) {
		refuse(c, "wrong offset: the file is not that long");
		return;
	}
	t->size = a->file.size;
	begin(t, t->size);
	get_more(t);
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

/* Who sends too little is told; who does not read cannot be. */
static void too_slow(struct timer *timer)
{
	struct classic_transfer *t = holder_of(timer, struct classic_transfer, slow);
	struct classic *c = t->classic;
	uint64_t taken = t->at - (t->putting ? 0 : link_backlog(c->link));
	bool moves = t->working || (t->putting ? t->came >= CLASSIC_BODY_MIN : taken != t->mark);

	if (c->leaving || c->link->closing)
		return;
	if (moves) {
		t->came = 0;
		t->mark = taken;
		world_timer(core_world(c->core), &t->slow, t->putting ? CLASSIC_BODY_MS : CLASSIC_READER_MS);
	} else if (t->putting) {
		refuse(c, "nothing has come for too long: come again and go on");
	} else {
		c->link->ops->hang_up(c->link, CLOSE_STALLED);
	}
}

/* ---- 105, 106 ---------------------------------------------------------------------------------------------------- */

static const char *refusal_of(const struct classic *c, struct str data, struct str *token, uint64_t *offset)
{
	if (c->logged_in)
		return "0|on a connection of its own";
	if (classic_needs_tls(c))
		return "0|only over TLS";
	if (!classic_split(&data, token) || !str_u64(str_trim(data), offset))
		return "0|bad request";
	if (!classic_is_token(*token)) /* nobody is asked about what cannot be one */
		return "0|there is no such file, or it is no longer kept";
	return NULL;
}

static struct classic_transfer *transfer_new(struct classic *c, struct str data, bool putting)
{
	struct str token = STR_NONE;
	uint64_t offset = 0;
	const char *refusal = refusal_of(c, data, &token, &offset);
	struct classic_transfer *t;

	if (refusal) {
		classic_reply(c, refusal);
		c->leaving = !c->logged_in;
		return NULL;
	}
	t = mem_new(struct classic_transfer);
	t->classic = c;
	t->putting = putting;
	t->working = true;
	t->at = offset;
	memcpy(t->token, token.p, sizeof t->token);
	t->slow.fire = too_slow;
	c->transfer = t;
	c->busy = true;
	return t;
}

void classic_put(struct classic *c, struct str data)
{
	struct classic_transfer *t = transfer_new(c, data, true);

	if (!t)
		return;
	t->put.done = put_found;
	offer_find(c->core, &t->put, token_of(t));
}

void classic_get(struct classic *c, struct str data)
{
	struct classic_transfer *t = transfer_new(c, data, false);

	if (!t)
		return;
	t->get.done = get_found;
	file_find(c->core, &t->get, token_of(t));
}
