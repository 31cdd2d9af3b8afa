/* SPDX-License-Identifier: Apache-2.0
 *
 * core/account.c - each question is a job that goes through steps: look up, work on the password in another thread, write.
 */
#include "core/account_inside.h"

#include <assert.h>

#include "base/log.h"
#include "model/endpoint.h"
#include "model/verifier.h"

static const char *const verdict_text[] = {
	[0] = "done",
	[ACCOUNT_REFUSED] = "unknown user or wrong password",
	[ACCOUNT_THROTTLED] = "too many failed attempts; wait a few minutes and try again",
	[ACCOUNT_EXISTS] = "this name is taken",
	[ACCOUNT_BAD_NAME] = "this cannot be a user name",
	[ACCOUNT_BAD_PASSWORD] = "this cannot be a password: it is empty, too long, or has characters that are not allowed",
	[ACCOUNT_FORBIDDEN] = "registration is closed; ask the administrator for an account",
	[ACCOUNT_UNKNOWN] = "no such user",
	[ACCOUNT_INVITE] = "this invitation is unknown, used up or has expired",
	[ACCOUNT_OTHER_NAME] = "this invitation is for another name",
	[ACCOUNT_REGISTERED] = "this name belongs to an account",
	[ACCOUNT_STORE] = "the server could not read or write its store; try again later",
};

const char *account_verdict_text(int verdict)
{
	assert(verdict >= 0 && (size_t)verdict < countof(verdict_text));
	return verdict_text[verdict];
}

/* ---- jobs ----------------------------------------------------------------------------------------------------------- */

static void job_free(struct account_job *j)
{
	mem_free((void *)j->name.p);
	mem_free((void *)j->token.p);
	mem_free((void *)j->inviter.p);
	mem_free((void *)j->stays.p);
	buf_wipe(&j->password);
	mem_free(j);
}

/* The core ends: a job that is with another thread is left to it; its memory goes with the process. */
static void job_release(struct job *job)
{
	struct account_job *j = holder_of(job, struct account_job, job);

	list_remove(&job->here);
	list_remove(&j->waits);
	j->core = NULL;
	if (!j->working && !j->ended)
		job_free(j);
}

/* Whoever came with the password before: those who have a session, and those who are about to open one. */
static void others_end(struct account_job *j)
{
	core_tell(j->core, 'c', j->name, &(struct parcel){ .kind = PARCEL_PASSWORD, .number = account_mark(&j->account) });
	core_tell(j->core, 'u', j->name, &(struct parcel){ .kind = PARCEL_KICK, .number = KICK_PASSWORD_CHANGED, .bytes = j->stays,
							   .flags = PARCEL_OTHERS });
}

static void answer_now(struct post *p)
{
	struct account_job *j = holder_of(p, struct account_job, post);
	struct account_ask *a = j->ask;

	if (!j->core) {
		job_free(j);
		return;
	}
	job_end(&j->job);
	if (j->user)
		user_release(j->user);
	if (a) {
		a->job = NULL;
		a->verdict = j->verdict;
		a->account = j->account;
		a->account.name = j->name;
		a->account.mark = account_mark(&j->account);
		a->done(a);
	}
	/* Its sessions end when who asked for it has been told: it may be one of them. */
	if (j->gone)
		core_tell(j->core, 'c', j->name, &(struct parcel){ .kind = PARCEL_GONE });
	if (j->changed)
		others_end(j);
	job_free(j);
}

void account_job_end(struct account_job *j, int verdict)
{
	j->verdict = verdict;
	j->ended = true;
	j->post.run = answer_now;
	world_later(j->core->world, &j->post);
}

struct account_job *account_job_begin(struct core *c, struct account_ask *a, struct str name, const struct origin *o)
{
	struct account_job *j = mem_new(struct account_job);
	struct arena arena = { 0 };
	struct str prepared;

	assert(!a->job);
	j->core = c;
	j->ask = a;
	list_init(&j->waits);
	a->job = j;
	if (o)
		j->origin = *o;
	if (jid_local_prepare(&prepared, name, &arena))
		j->name = str_n(str_dup(prepared), prepared.n);
	arena_free(&arena);
	job_begin(c, &j->job, job_release);
	return j;
}

void account_cancel(struct account_ask *a)
{
	if (a->job)
		a->job->ask = NULL;
	a->job = NULL;
}

static void looked_up(struct store_request *r)
{
	struct account_job *j = r->arg;

	if (!r->answer)
		j->account = r->account;
	j->account.name = j->name;
	j->account.seen_status = STR_NONE;
	j->looked_up(j, r->answer);
}

void account_job_look_up(struct account_job *j, void (*then)(struct account_job *j, int answer))
{
	struct store_request *r = store_ask(j->core->store, STORE_ACCOUNT_GET, looked_up, j);

	r->account.name = store_str(r, j->name);
	j->looked_up = then;
	store_submit(r);
}

static void worked(struct work *w)
{
	struct account_job *j = holder_of(w, struct account_job, work);

	j->working = false;
	if (!j->core) {
		job_free(j);
		return;
	}
	j->worked(j);
}

static void work(struct account_job *j, void (*what)(struct work *w), void (*then)(struct account_job *j))
{
	j->worked = then;
	j->working = true;
	j->work.work = what;
	j->work.done = worked;
	world_work(j->core->world, &j->work);
}

/* ---- throttling ------------------------------------------------------------------------------------------------------- */

static bool throttled(struct core *c, struct str name, const struct origin *o)
{
	return (name.n && throttle_refuses(c, name)) || throttle_refuses(c, origin_key(o));
}

/* "door=classic user=tom ip=127.0.0.1 encoding=java" */
static void who_write(struct buf *to, struct str name, const struct origin *o, const char *door)
{
	buf_fmt(to, "door=%s user=%.*s ip=", door, STR_ARG(name));
	endpoint_address_write(to, o->address);
	if (o->encoding)
		buf_fmt(to, " encoding=%s", o->encoding);
}

static void outcome(struct core *c, struct str name, const struct origin *o, const char *door, bool success)
{
	own_buf who = { 0 };

	who_write(&who, name, o, door);
	core_count_up(c, success ? COUNT_LOGINS : COUNT_LOGINS_REFUSED, 1);
	if (success) {
		throttle_forget(c, name);
		log_event(login, "%s", buf_z(&who));
		return;
	}
	if (name.n)
		throttle_failed(c, name);
	throttle_failed(c, origin_key(o));
	log_event(login_refused, "%s", buf_z(&who));
}

void account_outcome(struct core *c, struct str typed, const struct origin *o, const char *door, bool success)
{
	struct arena arena = { 0 };
	struct str name = STR("");

	/* As throttled() sees it: else every way of writing a name would have tries of its own. */
	jid_local_prepare(&name, typed, &arena);
	outcome(c, name, o, door, success);
	arena_free(&arena);
}

/* ---- the server's secret ------------------------------------------------------------------------------------------------ */

/* Verifiers of unknown names are made from it. It is kept, so that they stay the same over restarts and cores: a name whose salt
 * changes is a name that does not exist. Should the store fail, this run has one of its own. */
static void secret_ready(struct account_job *j)
{
	struct core *c = j->core;

	c->secret_known = true;
	verifier_fake(j->account.verifier, str_bytes(c->secret, sizeof c->secret), j->name.n ? j->name : STR("?"));
	account_job_end(j, ACCOUNT_REFUSED);
}

static void secret_written(struct store_request *r) { secret_ready(r->arg); }

static void secret_read(struct store_request *r)
{
	struct account_job *j = r->arg;
	struct core *c = j->core;
	struct store_request *w;

	if (!r->answer && r->value.n == sizeof c->secret) {
		memcpy(c->secret, r->value.p, sizeof c->secret);
		secret_ready(j);
		return;
	}
	world_random(c->world, c->secret, sizeof c->secret);
	w = store_ask(c->store, STORE_ITEM_SET, secret_written, j);
	w->space = STR("server");
	w->key = STR("secret");
	w->value = store_str(w, str_bytes(c->secret, sizeof c->secret));
	store_submit(w);
}

static void pretend(struct account_job *j)
{
	struct store_request *r;

	if (j->core->secret_known) {
		secret_ready(j);
		return;
	}
	r = store_ask(j->core->store, STORE_ITEM_GET, secret_read, j);
	r->space = STR("server");
	r->key = STR("secret");
	store_submit(r);
}

/* A guest has no password that could be right. */
static int has_password(struct account_job *j, int answer)
{
	if (answer || !account_is_guest(&j->account))
		return answer;
	j->account = (struct account){ .name = j->name };
	return STORE_NOT_FOUND;
}

/* ---- checking ----------------------------------------------------------------------------------------------------------- */

static void check_work(struct work *w)
{
	struct account_job *j = holder_of(w, struct account_job, work);

	j->matches = verifier_check(j->account.verifier, buf_all(&j->password));
}

static void checked(struct account_job *j) { account_job_end(j, j->matches && j->account.id ? 0 : ACCOUNT_REFUSED); }

static void check_found(struct account_job *j, int answer)
{
	answer = has_password(j, answer);
	if (answer && answer != STORE_NOT_FOUND) {
		account_job_end(j, ACCOUNT_STORE);
		return;
	}
	/* An unknown name costs the same work: its time tells nothing. */
	if (answer)
		verifier_fake(j->account.verifier, str_bytes(j->core->secret, sizeof j->core->secret), j->name);
	work(j, check_work, checked);
}

void account_check(struct core *c, struct account_ask *a, struct str name, struct str password, const struct origin *o)
{
	struct account_job *j = account_job_begin(c, a, name, o);

	if (throttled(c, j->name, o)) {
		account_job_end(j, ACCOUNT_THROTTLED);
		return;
	}
	if (!password_prepare(&j->password, password))
		buf_byte(&j->password, 0); /* matches nothing, and takes as long as what might */
	if (!j->name.n)
		account_job_end(j, ACCOUNT_REFUSED);
	else
		account_job_look_up(j, check_found);
}

static void verifier_found(struct account_job *j, int answer)
{
	answer = has_password(j, answer);
	if (!answer)
		account_job_end(j, 0);
	else if (answer == STORE_NOT_FOUND)
		pretend(j);
	else
		account_job_end(j, ACCOUNT_STORE);
}

void account_verifier(struct core *c, struct account_ask *a, struct str name, const struct origin *o)
{
	struct account_job *j = account_job_begin(c, a, name, o);

	if (throttled(c, j->name, o))
		account_job_end(j, ACCOUNT_THROTTLED);
	else if (!j->name.n)
		pretend(j);
	else
		account_job_look_up(j, verifier_found);
}

/* ---- registering and changing --------------------------------------------------------------------------------------------- */

static void make_work(struct work *w)
{
	struct account_job *j = holder_of(w, struct account_job, work);
	uint8_t salts[SCRAM_HASHES][SCRAM_SALT_BYTES];

	memcpy(salts, j->account.verifier[0].salt, SCRAM_SALT_BYTES);
	memcpy(salts[1], j->account.verifier[1].salt, SCRAM_SALT_BYTES);
	verifier_make(j->account.verifier, buf_all(&j->password), salts);
}

static void make_verifiers(struct account_job *j, void (*then)(struct account_job *j))
{
	for (unsigned i = 0; i < SCRAM_HASHES; i++)
		world_random(j->core->world, j->account.verifier[i].salt, SCRAM_SALT_BYTES);
	work(j, make_work, then);
}

static void added(struct store_request *r)
{
	struct account_job *j = r->arg;

	if (!r->answer) {
		j->account.id = r->account.id;
		log_event(registered, "user=%.*s inviter=%.*s", STR_ARG(j->name), STR_ARG(j->inviter.p ? j->inviter : STR("")));
		if (j->inviter.p)
			contacts_join(j->core, j->inviter, j->name);
	}
	account_job_end(j, !r->answer ? 0 : r->answer == STORE_EXISTS ? ACCOUNT_EXISTS : r->answer == STORE_NOT_FOUND ? ACCOUNT_INVITE : ACCOUNT_STORE);
}

static void add(struct account_job *j)
{
	struct store_request *r = store_ask(j->core->store, STORE_ACCOUNT_ADD, added, j);

	r->account = j->account;
	r->account.name = store_str(r, j->name);
	r->account.seen_status = STR("");
	r->account.created = core_now(j->core);
	r->account_invite = store_str(r, j->token);
	r->after = j->by_operator ? 0 : (uint64_t)core_now(j->core);
	store_submit(r);
}

static void register_found(struct account_job *j, int answer)
{
	if (!answer) {
		account_job_end(j, ACCOUNT_EXISTS);
		return;
	}
	if (answer != STORE_NOT_FOUND) {
		account_job_end(j, ACCOUNT_STORE);
		return;
	}
	j->account = (struct account){ .name = j->name, .flags = j->flags };
	make_verifiers(j, add);
}

bool account_may_register(const struct core *c, const struct origin *o)
{
	if (c->settings.registration == REGISTRATION_CLOSED)
		return false;
	return c->settings.registration == REGISTRATION_OPEN || (o->loopback && c->settings.registration_loopback);
}

/* What it allows and gives; that it is still good the store looks at again when it is used. */
static int invite_admits(struct account_job *j, const struct store_invite *v)
{
	if (!invite_registers(j->core, v))
		return ACCOUNT_FORBIDDEN;
	if (v->name.n && !str_eq(v->name, j->name))
		return ACCOUNT_OTHER_NAME;
	if (!j->origin.loopback && !throttle_register(j->core, origin_key(&j->origin)))
		return ACCOUNT_THROTTLED;
	j->flags = v->flags;
	if (v->kind == INVITE_CONTACT && v->owner_name.n)
		j->inviter = str_n(str_dup(v->owner_name), v->owner_name.n);
	return 0;
}

static void invite_read(struct store_request *r)
{
	struct account_job *j = r->arg;
	int verdict = ACCOUNT_STORE;

	if (r->answer == STORE_NOT_FOUND) {
		throttle_failed(j->core, origin_key(&j->origin));
		verdict = ACCOUNT_INVITE;
	} else if (!r->answer) {
		verdict = invite_admits(j, &r->invite);
	}
	if (verdict)
		account_job_end(j, verdict);
	else
		account_job_look_up(j, register_found);
}

static void invite_look_up(struct account_job *j)
{
	struct store_request *r;

	if (throttle_refuses(j->core, origin_key(&j->origin))) {
		account_job_end(j, ACCOUNT_THROTTLED);
		return;
	}
	r = store_ask(j->core->store, STORE_INVITE_GET, invite_read, j);
	r->invite.token = store_str(r, j->token);
	r->after = (uint64_t)(core_now(j->core) - INVITE_GRACE_MS);
	store_submit(r);
}

void account_register(struct core *c, struct account_ask *a, struct str name, struct str password,
		      const struct origin *o, struct str token, bool by_operator)
{
	struct account_job *j = account_job_begin(c, a, name, o);

	j->by_operator = by_operator;
	if (token.p)
		j->token = str_n(str_dup(token), token.n);
	if (!by_operator && !token.p && !account_may_register(c, o))
		account_job_end(j, ACCOUNT_FORBIDDEN);
	else if (!j->name.n)
		account_job_end(j, ACCOUNT_BAD_NAME);
	else if (!password_prepare(&j->password, password))
		account_job_end(j, ACCOUNT_BAD_PASSWORD);
	else if (token.p)
		invite_look_up(j);
	else if (!by_operator && !o->loopback && !throttle_register(c, origin_key(o)))
		account_job_end(j, ACCOUNT_THROTTLED);
	else
		account_job_look_up(j, register_found);
}

static void verifiers_written(struct store_request *r)
{
	struct account_job *j = r->arg;

	j->changed = !r->answer;
	account_job_end(j, !r->answer ? 0 : r->answer == STORE_NOT_FOUND ? ACCOUNT_UNKNOWN : ACCOUNT_STORE);
}

static void verifiers_write(struct account_job *j)
{
	struct store_request *r = store_ask(j->core->store, STORE_ACCOUNT_VERIFY, verifiers_written, j);

	r->account = j->account;
	r->account.name = r->account.seen_status = STR("");
	store_submit(r);
}

static void password_found(struct account_job *j, int answer)
{
	answer = has_password(j, answer);
	if (answer)
		account_job_end(j, answer == STORE_NOT_FOUND ? ACCOUNT_UNKNOWN : ACCOUNT_STORE);
	else
		make_verifiers(j, verifiers_write);
}

void account_password(struct core *c, struct account_ask *a, struct str name, struct str password, struct str stays)
{
	struct account_job *j = account_job_begin(c, a, name, NULL);

	if (stays.p)
		j->stays = str_n(str_dup(stays), stays.n);
	if (!j->name.n)
		account_job_end(j, ACCOUNT_UNKNOWN);
	else if (!password_prepare(&j->password, password))
		account_job_end(j, ACCOUNT_BAD_PASSWORD);
	else
		account_job_look_up(j, password_found);
}

/* ---- rights ------------------------------------------------------------------------------------------------------------- */

static void rights_written(struct store_request *r)
{
	struct account_job *j = r->arg;

	if (!r->answer)
		core_tell(j->core, 'c', j->name, &(struct parcel){ .kind = PARCEL_RIGHTS, .number = j->account.flags });
	account_job_end(j, !r->answer ? 0 : r->answer == STORE_NOT_FOUND ? ACCOUNT_UNKNOWN : ACCOUNT_STORE);
}

static void rights_found(struct account_job *j, int answer)
{
	struct store_request *r;

	answer = has_password(j, answer);
	if (answer) {
		account_job_end(j, answer == STORE_NOT_FOUND ? ACCOUNT_UNKNOWN : ACCOUNT_STORE);
		return;
	}
	j->account.flags = (j->account.flags & ~(uint32_t)ACCOUNT_ADMIN) | j->flags;
	r = store_ask(j->core->store, STORE_ACCOUNT_FLAGS, rights_written, j);
	r->account.id = j->account.id;
	r->account.flags = j->account.flags;
	store_submit(r);
}

void account_admin(struct core *c, struct account_ask *a, struct str name, bool on)
{
	struct account_job *j = account_job_begin(c, a, name, NULL);

	j->flags = on ? ACCOUNT_ADMIN : 0;
	if (!j->name.n)
		account_job_end(j, ACCOUNT_UNKNOWN);
	else
		account_job_look_up(j, rights_found);
}

/* ---- deleting ------------------------------------------------------------------------------------------------------------- */

static void deleted(struct store_request *r)
{
	struct account_job *j = r->arg;
	struct user *u = j->user;

	if (r->answer) {
		account_job_end(j, r->answer == STORE_NOT_FOUND ? ACCOUNT_UNKNOWN : ACCOUNT_STORE);
		return;
	}
	if (u->flags & ACCOUNT_GUEST)
		guest_gone(j->core, j->name);
	else
		log_event(removed, "user=%.*s", STR_ARG(j->name));
	for (struct map_node *node = map_next(&u->roster, NULL); node; node = map_next(&u->roster, node))
		if (holder_of(node, struct contact, node)->item.state & ~(uint32_t)(ROSTER_LISTED | ROSTER_APPROVED))
			subscription_end(j->core, u, node->key, true);
	j->gone = true;
	account_job_end(j, 0);
}

static void delete_ready(struct user_wait *w, struct user *u)
{
	struct account_job *j = holder_of(w, struct account_job, wait);
	struct store_request *r;

	if (u->state == USER_FAILED || u->state == USER_ABSENT || (j->only_guest && !(u->flags & ACCOUNT_GUEST))) {
		account_job_end(j, u->state == USER_FAILED ? ACCOUNT_STORE : ACCOUNT_UNKNOWN);
		return;
	}
	r = store_ask(j->core->store, STORE_ACCOUNT_DELETE, deleted, j);
	r->account.id = u->id;
	store_submit(r);
}

static void delete(struct core *c, struct account_ask *a, struct str name, bool only_guest)
{
	struct account_job *j = account_job_begin(c, a, name, NULL);

	j->only_guest = only_guest;
	if (!j->name.n) {
		account_job_end(j, ACCOUNT_UNKNOWN);
		return;
	}
	j->wait.ready = delete_ready;
	j->user = user_get(c, j->name);
	user_hold(j->user);
	user_when_ready(j->user, &j->wait);
}

void account_delete(struct core *c, struct account_ask *a, struct str name) { delete(c, a, name, false); }
void account_delete_guest(struct core *c, struct account_ask *a, struct str name) { delete(c, a, name, true); }
