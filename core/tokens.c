/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tokens.h"

#include <assert.h>

#include "core/inside.h"

enum {
	ROTATE_MS = 24 * 60 * 60 * 1000,
	SEEN_MS = 60 * 60 * 1000, /* how exactly it is known when a device was here: a login need not write */
	TRIES = 4,                /* when somebody else changes the same record */
};

struct token_job {
	struct job job;
	struct core *core;
	struct token_ask *ask;  /* NULL: nobody waits any more */
	struct arena arena;     /* of what was asked */
	struct post post;
	bool ended;
	int verdict;
	unsigned tries;
	struct account account;
	struct token_proof proof; /* of token_login() */
	bool must_write;        /* what a login changes, and not only what it is given */
	struct session_agent agent;
	struct token_wish wish;
	struct str key;         /* of the record */
	struct str was;         /* what was read, in `arena` */
	struct token_record record;
	uint8_t answer[TOKEN_HASH_BYTES];
	struct buf token;       /* wiped */
	msec expires;
	void (*recorded)(struct token_job *j, int answer);
};

void device_id(struct buf *to, struct str agent_id)
{
	own_buf seed = { 0 };
	uint8_t sum[HASH_BYTES_MAX];

	buf_lit(&seed, "device:");
	buf_str(&seed, agent_id);
	hash_sum(HASH_SHA256, buf_all(&seed), sum);
	hex_write(to, str_bytes(sum, DEVICE_ID_BYTES / 2));
}

/* ---- jobs ------------------------------------------------------------------------------------------------------- */

static void job_free(struct token_job *j)
{
	buf_wipe(&j->token);
	secret_wipe(&j->record, sizeof j->record);
	arena_free(&j->arena);
	mem_free(j);
}

/* The core ends: what is posted comes back to us once more, what was asked of the store does not. */
static void job_release(struct job *job)
{
	struct token_job *j = holder_of(job, struct token_job, job);

	list_remove(&job->here);
	j->core = NULL;
	if (!j->ended)
		job_free(j);
}

static void answer_now(struct post *p)
{
	struct token_job *j = holder_of(p, struct token_job, post);
	struct token_ask *a = j->ask;

	if (j->core)
		job_end(&j->job);
	if (a && j->core) {
		a->job = NULL;
		a->verdict = j->verdict;
		a->account = j->account;
		memcpy(a->answer, j->answer, sizeof a->answer);
		a->token = j->token.n ? buf_all(&j->token) : STR_NONE;
		a->expires = j->expires;
		a->done(a);
	}
	job_free(j);
}

static void end(struct token_job *j, int verdict)
{
	j->verdict = verdict;
	j->ended = true;
	j->post.run = answer_now;
	world_later(j->core->world, &j->post);
}

static struct token_job *begin(struct core *c, struct token_ask *a, struct str device)
{
	struct token_job *j = mem_new(struct token_job);

	assert(!a->job);
	j->core = c;
	j->ask = a;
	a->job = j;
	j->key = arena_str(&j->arena, device);
	job_begin(c, &j->job, job_release);
	return j;
}

static void agent_copy(struct token_job *j, const struct session_agent *agent)
{
	j->agent.software = arena_str(&j->arena, agent->software);
	j->agent.name = arena_str(&j->arena, agent->name);
}

void token_cancel(struct token_ask *a)
{
	if (a->job)
		a->job->ask = NULL;
	a->job = NULL;
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

static void record_read(struct store_request *r)
{
	struct token_job *j = r->arg;

	j->was = arena_str(&j->arena, r->answer ? STR("") : r->value);
	if (r->answer || !token_read(&j->record, j->was))
		j->record = (struct token_record){ 0 };
	j->recorded(j, r->answer);
}

static void record_ask(struct token_job *j, void (*then)(struct token_job *j, int answer))
{
	struct store_request *r = store_ask(j->core->store, STORE_ITEM_GET, record_read, j);

	j->recorded = then;
	r->owner = j->account.id;
	r->space = STR(TOKEN_SPACE);
	r->key = store_str(r, j->key);
	store_submit(r);
}

static void written(struct store_request *r)
{
	struct token_job *j = r->arg;

	if (r->answer == STORE_EXISTS && ++j->tries < TRIES) {
		buf_clear(&j->token);
		record_ask(j, j->recorded);
		return;
	}
	if (r->answer)
		buf_clear(&j->token); /* it is not good for anything */
	/* Who could log in without it may do so although nothing can be written now. */
	end(j, r->answer && (j->must_write || r->answer == STORE_EXISTS) ? ACCOUNT_STORE : 0);
}

static void record_write(struct token_job *j)
{
	struct store_request *r = store_ask(j->core->store, STORE_ITEM_SET, written, j);
	own_buf text = { 0 };

	token_write(&text, &j->record);
	r->owner = j->account.id;
	r->space = STR(TOKEN_SPACE);
	r->key = store_str(r, j->key);
	r->value = store_str(r, buf_all(&text));
	r->was = store_str(r, j->was);
	secret_wipe(text.p, text.n);
	store_submit(r);
}

/* A new token; it takes the place of one that was given and not used. */
static void give(struct token_job *j, enum token_kind kind)
{
	uint8_t random[TOKEN_RANDOM_BYTES];

	world_random(j->core->world, random, sizeof random);
	buf_clear(&j->token);
	token_text(&j->token, random);
	secret_wipe(random, sizeof random);
	token_keep(&j->record.next, kind, buf_all(&j->token));
	j->record.next.made = core_now(j->core);
	j->record.next.expires = j->expires = core_now(j->core) + j->core->settings.token_ms;
}

static bool slot_is_live(const struct token_slot *s, msec now) { return s->there && now < s->expires; }

bool token_is_live(const struct token_record *r, uint64_t mark, msec now)
{
	return r->mark == mark && (slot_is_live(&r->current, now) || slot_is_live(&r->next, now));
}

/* ---- logging in ------------------------------------------------------------------------------------------------- */

/* The slot that the client has shown to have the token of, or NULL. Both are tried always. */
static struct token_slot *shown(struct token_job *j)
{
	const struct token_proof *p = &j->proof;
	bool next = token_matches(&j->record.next, p->kind, p->hash, p->binding);
	bool current = token_matches(&j->record.current, p->kind, p->hash, p->binding);

	return next ? &j->record.next : current ? &j->record.current : NULL;
}

/* The token was good: what becomes of the record. True: it is to be written. */
static bool used(struct token_job *j, struct token_slot *slot)
{
	struct token_record *r = &j->record;
	msec now = core_now(j->core);
	bool first = slot == &r->next, changed;

	if (first) {
		r->current = r->next;
		r->next = (struct token_slot){ 0 };
	}
	if (j->proof.counted)
		r->current.count = j->proof.count;
	if (j->proof.invalidate) /* one that was given and never used would be the same device's, and still good */
		r->current = r->next = (struct token_slot){ 0 };
	j->must_write = first || j->proof.counted || j->proof.invalidate;
	changed = j->must_write || now - r->seen >= SEEN_MS;
	if (j->wish.wanted)
		give(j, j->wish.kind);
	else if (!j->proof.invalidate && now - r->current.made >= ROTATE_MS)
		give(j, r->current.kind);
	if (!changed && !j->token.n)
		return false;
	r->seen = now;
	r->software = j->agent.software;
	r->device = j->agent.name;
	return true;
}

static void login_recorded(struct token_job *j, int answer)
{
	struct token_slot *slot = shown(j);

	if (answer && answer != STORE_NOT_FOUND) {
		end(j, ACCOUNT_STORE);
		return;
	}
	if (!slot || !j->account.id) {
		end(j, ACCOUNT_REFUSED);
		return;
	}
	if (j->record.mark != j->account.mark || core_now(j->core) >= slot->expires) {
		end(j, TOKEN_EXPIRED);
		return;
	}
	if (j->proof.counted && j->proof.count <= slot->count) {
		end(j, ACCOUNT_REFUSED);
		return;
	}
	token_answer(slot, j->proof.binding, j->answer);
	if (used(j, slot))
		record_write(j);
	else
		end(j, 0);
}

static void login_found(struct store_request *r)
{
	struct token_job *j = r->arg;

	if (r->answer && r->answer != STORE_NOT_FOUND) {
		end(j, ACCOUNT_STORE);
		return;
	}
	if (!r->answer) {
		j->account.id = r->account.id;
		j->account.flags = r->account.flags;
		j->account.mark = account_mark(&r->account);
	}
	/* For a name that nobody has something is read and compared all the same. */
	record_ask(j, login_recorded);
}

void token_login(struct core *c, struct token_ask *a, const struct token_proof *p, const struct session_agent *agent,
		 const struct token_wish *wish, const struct origin *o)
{
	struct token_job *j = begin(c, a, agent->device);
	struct store_request *r;
	struct str name;

	j->proof = *p;
	j->proof.hash = arena_str(&j->arena, p->hash);
	j->proof.binding = arena_str(&j->arena, p->binding);
	j->proof.name = STR_NONE;
	j->wish = *wish;
	agent_copy(j, agent);
	if (!jid_local_prepare(&name, p->name, &j->arena))
		name = STR("");
	j->account.name = name = arena_str(&j->arena, name);
	if (throttle_refuses(c, origin_key(o)) || (name.n && throttle_refuses(c, name))) {
		end(j, ACCOUNT_THROTTLED);
		return;
	}
	r = store_ask(c->store, STORE_ACCOUNT_GET, login_found, j);
	r->account.name = store_str(r, name);
	store_submit(r);
}

/* ---- giving ----------------------------------------------------------------------------------------------------- */

static void issue(struct token_job *j)
{
	struct token_record *r = &j->record;
	msec now = core_now(j->core);

	if (r->mark != j->account.mark)
		*r = (struct token_record){ .since = now, .mark = j->account.mark };
	r->seen = now;
	r->software = j->agent.software;
	r->device = j->agent.name;
	j->must_write = false; /* no token, but who has a password is let in */
	give(j, j->wish.kind);
	record_write(j);
}

static void drop(struct token_job *j, struct str key, struct str was)
{
	struct store_request *r = store_ask(j->core->store, STORE_ITEM_SET, NULL, NULL);

	r->owner = j->account.id;
	r->space = STR(TOKEN_SPACE);
	r->key = store_str(r, key);
	r->was = store_str(r, was);
	r->value = STR_NONE;
	store_submit(r);
}

/* Before an account gets one more: those that are no good any more go, and the one not seen for the longest where
 * there are too many. */
static void others_listed(struct store_request *r)
{
	struct token_job *j = r->arg;
	const struct store_pair *oldest = NULL;
	msec oldest_seen = INT64_MAX;
	size_t live = 0;

	if (r->answer) {
		end(j, 0);
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		struct token_record one;

		if (!token_read(&one, r->pairs[i].value) || !token_is_live(&one, j->account.mark, core_now(j->core))) {
			drop(j, r->pairs[i].key, r->pairs[i].value);
			continue;
		}
		live++;
		if (one.seen < oldest_seen) {
			oldest_seen = one.seen;
			oldest = &r->pairs[i];
		}
	}
	if (live >= TOKEN_DEVICES_MAX && oldest)
		drop(j, oldest->key, oldest->value);
	issue(j);
}

static void issue_recorded(struct token_job *j, int answer)
{
	struct store_request *r;

	if (answer && answer != STORE_NOT_FOUND) {
		end(j, 0);
	} else if (!answer) {
		issue(j);
	} else {
		r = store_ask(j->core->store, STORE_ITEM_LIST, others_listed, j);
		r->owner = j->account.id;
		r->space = STR(TOKEN_SPACE);
		store_submit(r);
	}
}

void token_issue(struct core *c, struct token_ask *a, const struct account *account, const struct session_agent *agent,
		 enum token_kind kind)
{
	struct token_job *j = begin(c, a, agent->device);

	j->account = *account;
	j->account.name = arena_str(&j->arena, account->name);
	j->wish = (struct token_wish){ true, kind };
	agent_copy(j, agent);
	record_ask(j, issue_recorded);
}

/* ---- still good? ------------------------------------------------------------------------------------------------ */

static void confirm_recorded(struct token_job *j, int answer)
{
	if (answer && answer != STORE_NOT_FOUND)
		end(j, ACCOUNT_STORE);
	else
		end(j, !answer && j->record.mark == j->account.mark ? 0 : ACCOUNT_REFUSED);
}

void token_confirm(struct core *c, struct token_ask *a, const struct account *account, struct str device)
{
	struct token_job *j = begin(c, a, device);

	j->account = *account;
	j->account.name = STR("");
	record_ask(j, confirm_recorded);
}
