/* SPDX-License-Identifier: Apache-2.0
 *
 * core/offer.c - a question about an offer is a job: first the file's own (core/files.c), then the note, then the
 * message. The note is an item of the account, in the space "offer" under the file's token: sender, receiver, id of
 * the message and when it was made, a line each. It goes when the message is on disk. Whether somebody died between
 * the two is seen in the archives: those of both sides, or the room's.
 */
#include "core/offer.h"

#include <assert.h>

#include "base/crypt.h"
#include "base/log.h"
#include "core/inside.h"
#include "wire/xml.h"

enum {
	OFFERS_MAX = 1000,                 /* of one account that wait for their files */
	OFFER_MS = 25 * 60 * 60 * 1000,    /* how long a note is kept: an hour longer than its slot */
	LOOK_PAGE = 25,                    /* messages that are looked at in one go */
};

static const struct str space = STR_INIT("offer");

struct offer_job {
	struct job job;
	struct core *core;
	struct offer_ask *ask;   /* NULL: nobody waits any more */
	struct file_ask file_ask;
	struct arena arena;      /* the strings below */
	struct file file;
	int64_t owner;           /* of offer_make() and offer_withdraw() */
	struct str from, to, id, name, type;
	struct jid receiver;     /* `to` */
	uint64_t size, offset;
	struct ask looking;      /* in archives, */
	int64_t archive;         /* this account's now, */
	struct str with;         /* what it has with this address, absent: all of it, */
	uint64_t cursor;         /* from this stamp on */
	struct str held;         /* the subject that says we are making its message; absent: we are not */
	struct user *user;
	struct user_wait wait;
	enum sent_verdict sent;
};

const char *offer_verdict_text(int verdict)
{
	return verdict == OFFER_TOO_MANY ? "too many of your files are offered and have not come"
					 : file_verdict_text(verdict);
}

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

static void job_free(struct offer_job *j)
{
	arena_free(&j->arena);
	mem_free(j);
}

static void let_go(struct offer_job *j)
{
	if (j->held.p)
		bus_unsubscribe(j->core->bus, j->held);
	j->held = STR_NONE;
}

static void job_release(struct job *job)
{
	struct offer_job *j = holder_of(job, struct offer_job, job);

	let_go(j);
	job_free(j);
}

static struct offer_job *begin(struct core *c, struct offer_ask *a)
{
	struct offer_job *j = mem_new(struct offer_job);

	j->core = c;
	j->ask = a;
	if (a) {
		assert(!a->job);
		a->job = j;
	}
	job_begin(c, &j->job, job_release);
	return j;
}

void offer_cancel(struct offer_ask *a)
{
	if (a->job)
		a->job->ask = NULL;
	a->job = NULL;
}

static void end(struct offer_job *j, int verdict)
{
	struct offer_ask *a = j->ask;

	let_go(j);
	job_end(&j->job);
	if (a) {
		a->job = NULL;
		a->verdict = verdict;
		a->sent = j->sent;
		a->file = j->file;
		a->offset = j->offset;
		a->done(a);
	}
	job_free(j);
}

static void file_keep(struct offer_job *j, const struct file *f)
{
	j->file = *f;
	j->file.token = arena_str(&j->arena, f->token);
	j->file.name = arena_str(&j->arena, f->name);
	j->file.type = arena_str(&j->arena, f->type);
}

static struct store_request *ask(struct offer_job *j, enum store_op op, int64_t owner,
				 void (*done)(struct store_request *r))
{
	struct store_request *r = store_ask(j->core->store, op, done, j);

	r->owner = owner;
	r->space = space;
	return r;
}

static void note_drop(struct offer_job *j, int64_t owner, struct str token, void (*done)(struct store_request *r))
{
	struct store_request *r = ask(j, STORE_ITEM_SET, owner, done);

	r->key = store_str(r, token);
	store_submit(r);
}

static struct str line_take(struct str *rest)
{
	struct str line = str_n(rest->p, str_find(*rest, '\n'));

	*rest = str_from(*rest, line.n + 1);
	return line;
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* For the log: without the nickname, which may be any text. */
static struct str whom(const struct offer_job *j) { return str_n(j->to.p, str_find(j->to, '/')); }

static void noted(struct store_request *r)
{
	struct offer_job *j = r->arg;

	if (r->answer) { /* a slot that nobody knows of: it goes with its day */
		end(j, FILE_STORE);
		return;
	}
	log_event(file_offered, "user=%.*s to=%.*s size=%llu", STR_ARG(j->from), STR_ARG(whom(j)),
		  (unsigned long long)j->size);
	end(j, 0);
}

static void slot_made(struct file_ask *a)
{
	struct offer_job *j = holder_of(a, struct offer_job, file_ask);
	struct store_request *r;
	own_buf note = { 0 };

	if (a->verdict) {
		end(j, a->verdict);
		return;
	}
	file_keep(j, &a->file);
	buf_fmt(&note, "%.*s\n%.*s\n%.*s\n%lld\n", STR_ARG(j->from), STR_ARG(j->to), STR_ARG(j->id),
		(long long)core_now(j->core));
	r = ask(j, STORE_ITEM_SET, j->owner, noted);
	r->key = store_str(r, j->file.token);
	r->value = store_str(r, buf_all(&note));
	store_submit(r);
}

static void dropped(struct store_request *r) { (void)r; }

/* Those that nobody has filled in time go when their owner makes another. */
static void others_listed(struct store_request *r)
{
	struct offer_job *j = r->arg;
	msec old = core_now(j->core) - OFFER_MS;
	size_t live = 0;

	for (size_t i = 0; !r->answer && i < r->n; i++) {
		struct str rest = r->pairs[i].value;
		uint64_t at = 0;

		for (int skip = 0; skip < 3; skip++)
			line_take(&rest);
		if (str_u64(line_take(&rest), &at) && (msec)at > old)
			live++;
		else
			note_drop(j, j->owner, r->pairs[i].key, dropped);
	}
	if (r->answer || live >= OFFERS_MAX) {
		end(j, r->answer ? FILE_STORE : OFFER_TOO_MANY);
		return;
	}
	j->file_ask.done = slot_made;
	file_slot(j->core, &j->file_ask, j->owner, j->name, j->type, j->size);
}

void offer_make(struct core *c, struct offer_ask *a, int64_t owner, const struct offer *o)
{
	struct offer_job *j = begin(c, a);

	j->owner = owner;
	j->from = arena_str(&j->arena, jid_bare(o->from));
	j->to = arena_str(&j->arena, jid_full(o->to));
	j->id = arena_str(&j->arena, o->id);
	j->name = arena_str(&j->arena, o->name);
	j->type = arena_str(&j->arena, o->type);
	j->size = o->size;
	store_submit(ask(j, STORE_ITEM_LIST, owner, others_listed));
}

/* ---- the message ------------------------------------------------------------------------------------------------- */

static void said(struct store_request *r)
{
	end(r->arg, 0); /* should it not go, the message is found where it stands */
}

static void sent(void *arg, enum sent_verdict verdict)
{
	struct offer_job *j = arg;

	user_release(j->user);
	j->user = NULL;
	j->sent = verdict;
	if (verdict != SENT_OK) {
		end(j, OFFER_NOT_SENT);
		return;
	}
	log_event(file_sent, "user=%.*s to=%.*s size=%llu", STR_ARG(j->from), STR_ARG(whom(j)),
		  (unsigned long long)j->file.size);
	note_drop(j, j->file.owner, j->file.token, said);
}

/* As our page sends files (XEP-0066, XEP-0447 with XEP-0446 and XEP-0300). */
static void payload_write(const struct core *c, const struct file *f, struct buf *to)
{
	own_buf url = { 0 };
	bool typed = !str_is(f->type, "application/octet-stream");
	bool media = str_starts(f->type, STR("image/")) || str_starts(f->type, STR("video/")) ||
		     str_starts(f->type, STR("audio/"));

	file_url(c, f, &url);
	buf_lit(to, "<body>");
	xml_escape(to, buf_all(&url));
	buf_lit(to, "</body><x xmlns='jabber:x:oob'><url>");
	xml_escape(to, buf_all(&url));
	buf_fmt(to,
		"</url></x><file-sharing xmlns='urn:xmpp:sfs:0' disposition='%s'>"
		"<file xmlns='urn:xmpp:file:metadata:0'>",
		media ? "inline" : "attachment");
	if (typed) {
		buf_lit(to, "<media-type>");
		xml_escape(to, f->type);
		buf_lit(to, "</media-type>");
	}
	buf_lit(to, "<name>");
	xml_escape(to, f->name);
	buf_fmt(to, "</name><size>%llu</size><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>",
		(unsigned long long)f->size);
	base64_write(to, str_bytes(f->content, sizeof f->content));
	buf_lit(to, "</hash></file><sources><url-data xmlns='http://jabber.org/protocol/url-data'");
	xml_write_attr(to, "target", buf_all(&url));
	buf_lit(to, "/></sources></file-sharing>"
		    "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body/></fallback>");
}

static struct stanza *message_make(struct offer_job *j)
{
	struct jid from = address_of(j->from), to = j->receiver;
	own_buf payload = { 0 };

	payload_write(j->core, &j->file, &payload);
	/* Should it be said twice after all, where nobody archives, clients know it again (XEP-0359). */
	buf_fmt(&payload, "<origin-id xmlns='urn:xmpp:sid:0' id='%.*s'/>", STR_ARG(j->id));
	return stanza_make(&(struct stanza_init){
		.name = STANZA_MESSAGE,
		.type = core_is_local(j->core, to) || to.resource ? MESSAGE_CHAT : MESSAGE_GROUPCHAT,
		.traits = STANZA_BODY | STANZA_WORTH_KEEPING,
		.time = core_now(j->core), .from = from, .to = to, .id = j->id, .origin_id = j->id,
		.payload = buf_all(&payload) });
}

static void sender_ready(struct user_wait *w, struct user *u)
{
	struct offer_job *j = holder_of(w, struct offer_job, wait);

	if (u->state == USER_READY && u->id == j->file.owner)
		route_from_account(j->core, u, message_make(j), sent, j);
	else
		sent(j, u->state == USER_FAILED ? SENT_NOT_STORED : SENT_NO_SUCH_USER);
}

static void message_send(struct offer_job *j)
{
	j->user = user_get(j->core, str_n(j->from.p, str_find(j->from, '@')));
	user_hold(j->user);
	j->wait.ready = sender_ready;
	user_when_ready(j->user, &j->wait);
}

static void look(struct offer_job *j);

/* Ids can be guessed, senders cannot; a room's archive says in `to` who it was. */
static bool is_it(const struct offer_job *j, const struct stanza *st)
{
	bool of_room = j->archive != j->file.owner && !core_is_local(j->core, j->receiver);

	return str_eq(st->id, j->id) && str_eq(jid_bare(of_room ? st->to : st->from), j->from);
}

static void receiver_found(struct ask *a)
{
	struct offer_job *j = holder_of(a, struct offer_job, looking);

	if (a->verdict && a->verdict != STORE_NOT_FOUND) {
		end(j, FILE_STORE);
	} else if (a->verdict || a->answer->account.id == j->archive) {
		message_send(j);
	} else {
		j->archive = a->answer->account.id;
		look(j);
	}
}

/* There is no other archive where one in a room is spoken to: who that is only the room knows. */
static void look_elsewhere(struct offer_job *j)
{
	bool local = core_is_local(j->core, j->receiver);

	j->with = local ? j->from : STR_NONE;
	if (j->archive != j->file.owner || j->receiver.resource) {
		message_send(j);
		return;
	}
	j->cursor = stamp_floor(j->file.created);
	j->looking.done = receiver_found;
	account_find(j->core, &j->looking, local ? jid_local(j->receiver) : jid_bare(j->receiver));
}

static void page_looked(struct ask *a)
{
	struct offer_job *j = holder_of(a, struct offer_job, looking);
	const struct store_request *page = a->answer;

	if (a->verdict) {
		end(j, FILE_STORE);
		return;
	}
	for (size_t i = 0; i < page->n; i++)
		if (is_it(j, page->stanzas[i])) {
			note_drop(j, j->file.owner, j->file.token, said);
			return;
		}
	if (page->n && page->more) {
		j->cursor = page->stanzas[page->n - 1]->stamp + 1;
		look(j);
	} else {
		look_elsewhere(j);
	}
}

static void look(struct offer_job *j)
{
	const struct archive_query query = { .with = j->with, .from = j->cursor };

	j->looking.done = page_looked;
	archive_read(j->core, &j->looking, j->archive, &query, LOOK_PAGE);
}

static void note_ask(struct offer_job *j, void (*done)(struct store_request *r))
{
	struct store_request *r = ask(j, STORE_ITEM_GET, j->file.owner, done);

	r->key = store_str(r, j->file.token);
	store_submit(r);
}

static void note_read(struct store_request *r)
{
	struct offer_job *j = r->arg;
	struct str rest;

	if (r->answer) {
		end(j, r->answer == STORE_NOT_FOUND ? 0 : FILE_STORE);
		return;
	}
	rest = arena_str(&j->arena, r->value);
	j->from = line_take(&rest);
	j->to = line_take(&rest);
	j->id = line_take(&rest);
	if (!jid_parse(&j->receiver, j->to, &j->arena)) {
		end(j, FILE_STORE);
		return;
	}
	j->with = jid_bare(j->receiver);
	j->archive = j->file.owner;
	j->cursor = stamp_floor(j->file.created);
	look(j);
}

/* A subject on the bus is only to see, on all cores, whether somebody is at it already. Who was, until just now, has
 * taken the note away: it is read once more. */
static void note_seen(struct store_request *r)
{
	struct offer_job *j = r->arg;
	own_buf subject = { 0 };

	if (r->answer) {
		end(j, r->answer == STORE_NOT_FOUND ? 0 : FILE_STORE);
		return;
	}
	buf_lit(&subject, "f.");
	buf_str(&subject, j->file.token);
	if (bus_interest(j->core->bus, buf_all(&subject)) > 0) {
		end(j, FILE_BUSY);
		return;
	}
	j->held = arena_str(&j->arena, buf_all(&subject));
	bus_subscribe(j->core->bus, j->held);
	if (bus_interest(j->core->bus, j->held) > 1)
		end(j, FILE_BUSY);
	else
		note_ask(j, note_read);
}

static void file_done(struct file_ask *a)
{
	struct offer_job *j = holder_of(a, struct offer_job, file_ask);

	j->offset = a->offset;
	if (a->verdict != FILE_UNKNOWN && a->file.token.p)
		file_keep(j, &a->file);
	if (!a->verdict && j->file.whole)
		note_ask(j, note_seen); /* most files are nobody's offer */
	else
		end(j, a->verdict);
}

void offer_find(struct core *c, struct offer_ask *a, struct str token)
{
	struct offer_job *j = begin(c, a);

	j->file_ask.done = file_done;
	file_progress(c, &j->file_ask, token);
}

void offer_put(struct core *c, struct offer_ask *a, struct str token, uint64_t offset, struct buf *bytes)
{
	struct offer_job *j = begin(c, a);

	j->file_ask.done = file_done;
	j->file_ask.adds = !a;
	file_put(c, &j->file_ask, token, offset, bytes);
}

/* ---- taking back ------------------------------------------------------------------------------------------------- */

static void forgotten(struct store_request *r)
{
	end(r->arg, r->answer && r->answer != STORE_NOT_FOUND ? FILE_STORE : 0);
}

static void file_gone(struct file_ask *a)
{
	struct offer_job *j = holder_of(a, struct offer_job, file_ask);

	if (a->verdict)
		end(j, a->verdict);
	else
		note_drop(j, j->owner, j->id, forgotten);
}

void offer_withdraw(struct core *c, struct offer_ask *a, int64_t owner, struct str token)
{
	struct offer_job *j = begin(c, a);

	j->owner = owner;
	j->id = arena_str(&j->arena, token);
	j->file_ask.done = file_gone;
	file_remove(c, &j->file_ask, owner, token);
}
