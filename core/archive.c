/* SPDX-License-Identifier: Apache-2.0
 *
 * core/archive.c - whose archive a message belongs in, and the preferences that say so.
 */
#include "core/archive.h"

#include "core/inside.h"

static const char *const policy_word[] = {
	[ARCHIVE_UNSET] = "unset", [ARCHIVE_ALWAYS] = "always", [ARCHIVE_ROSTER] = "roster", [ARCHIVE_NEVER] = "never",
};

static enum archive_policy policy_of(const struct user *u)
{
	return u->prefs.policy == ARCHIVE_UNSET ? u->core->settings.archive : u->prefs.policy;
}

static bool among(const struct str *list, size_t n, struct str bare)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], bare))
			return true;
	return false;
}

bool archive_wants(const struct user *u, struct str peer_bare)
{
	struct contact *k;

	if (u->flags & ACCOUNT_GUEST)
		return false; /* what outlives him is nobody's */
	if (among(u->prefs.never, u->prefs.never_n, peer_bare))
		return false;
	if (among(u->prefs.always, u->prefs.always_n, peer_bare))
		return true;
	switch (policy_of(u)) {
	case ARCHIVE_NEVER:
		return false;
	case ARCHIVE_ROSTER:
		k = user_contact(u, peer_bare);
		return k && (k->item.state & ROSTER_LISTED);
	default:
		return true;
	}
}

static void prefs_clear(struct user *u)
{
	mem_free(u->prefs.always);
	mem_free(u->prefs.never);
	mem_free(u->prefs_text);
	u->prefs = (struct archive_prefs){ 0 };
	u->prefs_text = NULL;
}

static void list_add(struct str **list, size_t *n, struct str address)
{
	*list = mem_grow(*list, (*n + 1) * sizeof **list);
	(*list)[(*n)++] = address;
}

void archive_prefs_load(struct user *u, struct str text)
{
	struct str rest;
	size_t end;

	prefs_clear(u);
	if (!text.n)
		return;
	u->prefs_text = str_dup(text);
	for (rest = str_n(u->prefs_text, text.n); rest.n; rest = str_from(rest, end + 1)) {
		struct str word = str_n(rest.p, end = str_find(rest, 0));

		if (str_starts(word, STR("+")))
			list_add(&u->prefs.always, &u->prefs.always_n, str_from(word, 1));
		else if (str_starts(word, STR("-")))
			list_add(&u->prefs.never, &u->prefs.never_n, str_from(word, 1));
		for (size_t i = 0; i < countof(policy_word); i++)
			if (str_is(word, policy_word[i]))
				u->prefs.policy = (enum archive_policy)i;
	}
}

const struct archive_prefs *archive_prefs(const struct session *s)
{
	/* What is asked for is what holds: where nothing was chosen, the operator's default. */
	s->user->shown = s->user->prefs;
	s->user->shown.policy = policy_of(s->user);
	return &s->user->shown;
}

static void prefs_done(struct store_request *r)
{
	struct user *u = r->held;
	struct ask *a = r->arg;

	if (!r->answer)
		core_tell(u->core, 'c', str_z(u->name), &(struct parcel){ .kind = PARCEL_PREFS, .bytes = r->value });
	user_release(u);
	if (!a)
		return;
	a->request = NULL;
	a->verdict = r->answer;
	a->answer = r;
	a->done(a);
}

void archive_prefs_write(struct buf *to, const struct archive_prefs *p)
{
	buf_add(to, policy_word[p->policy], strlen(policy_word[p->policy]) + 1);
	for (size_t i = 0; i < p->always_n; i++)
		buf_fmt(to, "+%.*s%c", STR_ARG(p->always[i]), 0);
	for (size_t i = 0; i < p->never_n; i++)
		buf_fmt(to, "-%.*s%c", STR_ARG(p->never[i]), 0);
}

void archive_prefs_set(struct session *s, struct ask *a, const struct archive_prefs *prefs)
{
	struct store_request *r = store_ask(s->core->store, STORE_ITEM_SET, prefs_done, a);
	own_buf text = { 0 };

	archive_prefs_write(&text, prefs);
	a->request = r;
	r->held = s->user;
	user_hold(s->user);
	r->owner = s->user->id;
	r->space = STR(ARCHIVE_PREFS_SPACE);
	r->key = STR("");
	r->value = store_str(r, buf_all(&text));
	store_submit(r);
}
