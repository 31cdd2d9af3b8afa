/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/transfer_in.c - XEP-0227, inwards: one piece of an account. What is there stays as it is, so that a file can
 * be taken twice, and a password that was changed since is not changed back.
 */
#include "base/crypt.h"
#include "core/archive.h"
#include "core/block.h"
#include "core/pep.h"
#include "doors/xmpp/features/pep_form.h"
#include "doors/xmpp/features/when.h"
#include "doors/xmpp/transfer_inside.h"
#include "model/jid.h"
#include "model/stamp.h"
#include "wire/stanza.h"

#define PIE "urn:xmpp:pie:0"
#define MAM "urn:xmpp:mam:2"
#define PUBSUB "http://jabber.org/protocol/pubsub"
#define NO_SCOPE "urn:anser:none"

enum { TRIES_MAX = 4096, ITERATIONS_MAX = 10000000 };

static const char broken[] = "The store could not be read or written.";

static bool failed(struct transfer_work *w)
{
	if (!w->ask.verdict || w->ask.verdict == STORE_NOT_FOUND)
		return false;
	pie_end(w, w->ask.verdict == STORE_LIMIT ? "The account holds as many of these as it may." : broken);
	return true;
}

static struct transfer_work *work_of(struct ask *a) { return holder_of(a, struct transfer_work, ask); }

static void ended(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (!failed(w))
		pie_end(w, NULL);
}

/* Ends when all that was put before is on the disk: a write that changes nothing comes behind it. */
static void settle(struct transfer_work *w)
{
	w->ask.done = ended;
	item_set(w->t->core, &w->ask, w->owner, STR("transfer"), STR(""), STR_NONE);
}

/* ---- an item that is written unless there is one ------------------------------------------------------------------
 */

static void item_found(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (failed(w))
		return;
	if (!a->verdict) {
		pie_end(w, NULL);
		return;
	}
	a->done = ended;
	item_set(w->t->core, a, w->owner, w->value, w->key, w->text);
}

/* `value` is the space for a moment. */
static void item_take(struct transfer_work *w, struct str space, struct str key, struct str text)
{
	w->value = space;
	w->key = key;
	w->text = text;
	w->ask.done = item_found;
	item_get(w->t->core, &w->ask, w->owner, space, key);
}

static struct str whole(struct transfer_work *w, const struct xml *e, const char *scope)
{
	own_buf b = { 0 };

	xml_write(&b, e, str_z(scope));
	return arena_str(&w->arena, buf_all(&b));
}

/* ---- the account and its password ---------------------------------------------------------------------------------
 */

static bool is_missing(const struct verifier *v)
{
	static const uint8_t none[SCRAM_KEY_BYTES_MAX];

	return !memcmp(v->stored_key, none, sizeof none);
}

static void password_set(struct account_ask *p)
{
	struct transfer_work *w = holder_of(p, struct transfer_work, password);

	if (p->verdict == ACCOUNT_BAD_PASSWORD)
		w->note = "its password cannot be one here: give it another";
	pie_end(w, p->verdict && p->verdict != ACCOUNT_BAD_PASSWORD ? account_verdict_text(p->verdict) : NULL);
}

static void account_there(struct transfer_work *w, const struct account *a)
{
	struct str password = xml_attr(w->e, "password");

	if (!password.n || !is_missing(&a->verifier[SCRAM_SHA1]) || !is_missing(&a->verifier[SCRAM_SHA256])) {
		pie_end(w, NULL);
		return;
	}
	w->password.done = password_set;
	account_password(w->t->core, &w->password, w->name, password, STR_NONE);
}

static void account_added(struct ask *a)
{
	struct transfer_work *w = work_of(a);
	struct account fresh = { 0 };

	if (a->verdict)
		pie_end(w, broken);
	else
		account_there(w, &fresh);
}

/* What a guest has goes with him (core/guest.h): nothing is put there. True: the end. */
static bool is_guest(struct transfer_work *w)
{
	if (w->ask.verdict || !(w->ask.answer->account.flags & ACCOUNT_GUEST))
		return false;
	pie_end(w, "Somebody without an account is here under this name; try again when he is gone.");
	return true;
}

static void user_found(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (failed(w))
		return;
	if (is_guest(w))
		return;
	if (!a->verdict) {
		account_there(w, &a->answer->account);
		return;
	}
	/* Nobody can log in with these; the file may say more. */
	for (unsigned i = 0; i < SCRAM_HASHES; i++) {
		w->verifiers[i].iterations = SCRAM_ITERATIONS;
		world_random(core_world(w->t->core), w->verifiers[i].salt, SCRAM_SALT_BYTES);
	}
	a->done = account_added;
	transfer_account(w->t->core, a, w->name, w->verifiers);
}

static bool key_read(struct transfer_work *w, const char *name, uint8_t *to, size_t n)
{
	own_buf b = { 0 };
	struct str text = str_trim(xml_child_text(w->e, name, PIE_SCRAM, &w->arena));

	if (!base64_read(&b, text) || b.n != n)
		return false;
	memcpy(to, b.p, n);
	return true;
}

/* What is wrong with it; NULL: it is good. */
static const char *verifier_read(struct transfer_work *w, struct verifier *v, unsigned place)
{
	size_t bytes = place == SCRAM_SHA1 ? 20 : 32;
	uint64_t rounds;
	own_buf salt = { 0 };

	if (!str_u64(str_trim(xml_child_text(w->e, "iter-count", PIE_SCRAM, &w->arena)), &rounds) || !rounds ||
	    rounds > ITERATIONS_MAX)
		return "The number of iterations is none.";
	if (!base64_read(&salt, str_trim(xml_child_text(w->e, "salt", PIE_SCRAM, &w->arena))) || !salt.n ||
	    salt.n > SCRAM_SALT_BYTES_MAX)
		return "The salt is no base64, or over 64 bytes.";
	*v = (struct verifier){ .iterations = (uint32_t)rounds, .salt_n = (uint8_t)salt.n };
	memcpy(v->salt, salt.p, salt.n);
	if (!key_read(w, "stored-key", v->stored_key, bytes) || !key_read(w, "server-key", v->server_key, bytes))
		return "A key is no base64, or has another length than its mechanism.";
	return NULL;
}

static void scram_take(struct transfer_work *w, const struct account *a)
{
	struct str mechanism = xml_attr(w->e, "mechanism");
	unsigned place = str_is(mechanism, "SCRAM-SHA-1") ? SCRAM_SHA1 : SCRAM_SHA256;
	const char *wrong;

	if (!str_is(mechanism, "SCRAM-SHA-1") && !str_is(mechanism, "SCRAM-SHA-256")) {
		w->note = "a mechanism that this server does not know was passed by";
		pie_end(w, NULL);
		return;
	}
	memcpy(w->verifiers, a->verifier, sizeof w->verifiers);
	wrong = verifier_read(w, &w->verifiers[place], place);
	if (wrong || !is_missing(&a->verifier[place]) || (!is_missing(&a->verifier[!place]) && a->seen)) {
		pie_end(w, wrong);
		return;
	}
	w->ask.done = ended;
	transfer_verifiers(w->t->core, &w->ask, w->owner, w->verifiers);
}

/* ---- contacts ---------------------------------------------------------------------------------------------------- */

static void contact_next(struct ask *a);

static uint32_t contact_state(const struct xml *e)
{
	struct str s = xml_attr(e, "subscription");
	bool both = str_is(s, "both");

	return ROSTER_LISTED | (both || str_is(s, "to") ? ROSTER_TO : 0) |
	       (both || str_is(s, "from") ? ROSTER_FROM : 0) |
	       (str_is(xml_attr(e, "ask"), "subscribe") ? ROSTER_ASK : 0) |
	       (str_is(xml_attr(e, "approved"), "true") || str_is(xml_attr(e, "approved"), "1") ? ROSTER_APPROVED : 0);
}

static void contact_take(struct transfer_work *w, const struct xml *e)
{
	struct roster_item item = { .state = contact_state(e), .name = xml_attr(e, "name"), .request = STR("") };
	own_buf groups = { 0 };
	struct jid who;

	if (!jid_parse(&who, xml_attr(e, "jid"), &w->arena) || who.resource) {
		pie_end(w, "A contact has no address that can be one.");
		return;
	}
	for (const struct xml *g = xml_child(e, "group", "jabber:iq:roster"); g;
	     g = xml_sibling(g, "group", "jabber:iq:roster")) {
		buf_str(&groups, xml_text(g, &w->arena));
		buf_byte(&groups, 0);
	}
	item.contact = jid_bare(who);
	item.groups = buf_all(&groups);
	if (!item.name.p)
		item.name = STR("");
	w->ask.done = contact_next;
	transfer_contact(w->t->core, &w->ask, w->owner, w->name, &item);
}

static void contact_next(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (failed(w))
		return;
	w->child = xml_sibling(w->child, "item", "jabber:iq:roster");
	if (w->child)
		contact_take(w, w->child);
	else
		pie_end(w, NULL);
}

static void roster_take(struct transfer_work *w)
{
	w->child = xml_child(w->e, "item", "jabber:iq:roster");
	if (w->child)
		contact_take(w, w->child);
	else
		pie_end(w, NULL);
}

static void request_take(struct transfer_work *w)
{
	struct roster_item item = { .state = ROSTER_PENDING_IN, .name = STR(""), .groups = STR("") };
	own_buf payload = { 0 };
	struct jid who;

	if (!str_is(xml_attr(w->e, "type"), "subscribe") || !jid_parse(&who, xml_attr(w->e, "from"), &w->arena)) {
		pie_end(w, "A request comes from no address.");
		return;
	}
	xml_write_children(&payload, w->e, STR("jabber:client"));
	item.contact = jid_bare(who);
	item.request = buf_all(&payload);
	w->ask.done = ended;
	transfer_contact(w->t->core, &w->ask, w->owner, w->name, &item);
}

/* ---- small things ------------------------------------------------------------------------------------------------ */

static void card_take(struct transfer_work *w) { item_take(w, STR("vcard"), STR(""), whole(w, w->e, "jabber:client")); }

static void private_next(struct ask *a);

static void private_put(struct transfer_work *w)
{
	own_buf key = { 0 };

	if (!w->child) {
		settle(w);
		return;
	}
	buf_fmt(&key, "%.*s %.*s", STR_ARG(w->child->ns), STR_ARG(w->child->name));
	w->key = arena_str(&w->arena, buf_all(&key));
	w->ask.done = private_next;
	item_get(w->t->core, &w->ask, w->owner, STR("private"), w->key);
}

static void private_next(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (failed(w))
		return;
	if (a->verdict)
		pep_put(w->t->core, w->owner, STR("private"), w->key, whole(w, w->child, "jabber:iq:private"));
	w->child = xml_sibling(w->child, NULL, NULL);
	private_put(w);
}

static void private_take(struct transfer_work *w)
{
	w->child = xml_child(w->e, NULL, NULL);
	private_put(w);
}

static bool is_blocked(struct str list, struct str one)
{
	for (; list.n; list = str_from(list, str_find(list, 0) + 1))
		if (str_eq(str_n(list.p, str_find(list, 0)), one))
			return true;
	return false;
}

/* Of privacy lists only what XEP-0191 can say: whole addresses that are denied. */
static void blocks_found(struct ask *a)
{
	struct transfer_work *w = work_of(a);
	own_buf list = { 0 };
	struct jid who;

	if (failed(w))
		return;
	if (!a->verdict)
		buf_str(&list, a->answer->value);
	for (const struct xml *l = xml_child(w->e, "list", NULL); l; l = xml_sibling(l, "list", NULL))
		for (const struct xml *i = xml_child(l, "item", NULL); i; i = xml_sibling(i, "item", NULL)) {
			if (!str_is(xml_attr(i, "type"), "jid") || !str_is(xml_attr(i, "action"), "deny") ||
			    xml_child(i, NULL, NULL) || !jid_parse(&who, xml_attr(i, "value"), &w->arena) ||
			    is_blocked(buf_all(&list), jid_full(who)))
				continue;
			buf_str(&list, jid_full(who));
			buf_byte(&list, 0);
		}
	a->done = ended;
	item_set(w->t->core, a, w->owner, STR(BLOCK_SPACE), STR(""), list.n ? buf_all(&list) : STR_NONE);
}

static void blocks_take(struct transfer_work *w)
{
	w->ask.done = blocks_found;
	item_get(w->t->core, &w->ask, w->owner, STR(BLOCK_SPACE), STR(""));
}

static bool prefs_list_read(struct transfer_work *w, const char *name, struct str **ret, size_t *n)
{
	const struct xml *list = xml_child(w->e, name, MAM);
	struct jid who;

	for (const struct xml *j = list ? xml_child(list, "jid", MAM) : NULL; j; j = xml_sibling(j, "jid", MAM))
		++*n;
	*ret = arena_get(&w->arena, (*n + 1) * sizeof **ret);
	*n = 0;
	for (const struct xml *j = list ? xml_child(list, "jid", MAM) : NULL; j; j = xml_sibling(j, "jid", MAM)) {
		if (!jid_parse(&who, str_trim(xml_text(j, &w->arena)), &w->arena))
			return false;
		(*ret)[(*n)++] = jid_bare(who);
	}
	return true;
}

static void prefs_take(struct transfer_work *w)
{
	static const struct {
		const char *word;
		enum archive_policy policy;
	} words[] = { { "always", ARCHIVE_ALWAYS }, { "roster", ARCHIVE_ROSTER }, { "never", ARCHIVE_NEVER } };
	struct archive_prefs p = { .policy = ARCHIVE_UNSET };
	own_buf text = { 0 };

	for (size_t i = 0; i < countof(words); i++)
		if (str_is(xml_attr(w->e, "default"), words[i].word))
			p.policy = words[i].policy;
	if (!prefs_list_read(w, "always", &p.always, &p.always_n) || !prefs_list_read(w, "never", &p.never, &p.never_n)) {
		pie_end(w, "The preferences of the archive name somebody with no address that can be one.");
		return;
	}
	archive_prefs_write(&text, &p);
	item_take(w, STR(ARCHIVE_PREFS_SPACE), STR(""), arena_str(&w->arena, buf_all(&text)));
}

/* ---- publications ------------------------------------------------------------------------------------------------ */

static void nodes_listed(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (failed(w))
		return;
	for (const struct xml *e = xml_child(w->e, "configure", PUBSUB "#owner"); e;
	     e = xml_sibling(e, "configure", PUBSUB "#owner")) {
		struct pep_node node = { .name = xml_attr(e, "node"), .config = pep_default, .last = STR("") };
		struct pep_form form;
		own_buf record = { 0 };
		bool there = false;

		for (size_t i = 0; i < a->answer->n; i++)
			there |= str_eq(a->answer->pairs[i].key, node.name);
		if (there || !node.name.n || node.name.n > PEP_NAME_BYTES_MAX)
			continue;
		/* What cannot be understood about who may see it is for the owner alone. */
		if (pep_form_read(&form, e, PUBSUB "#node_config", &w->arena))
			pep_form_apply(&form, &node.config);
		else
			node.config.access = PEP_WHITELIST;
		pep_node_write(&record, &node);
		pep_put(w->t->core, w->owner, STR(PEP_SPACE), node.name, buf_all(&record));
	}
	settle(w);
}

static const struct {
	const char *list, *one, *attribute, *word;
	unsigned value;
} rights[] = {
	{ "affiliations", "affiliation", "affiliation", "member", PEP_MEMBER },
	{ "affiliations", "affiliation", "affiliation", "publisher", PEP_PUBLISHER },
	{ "affiliations", "affiliation", "affiliation", "publish-only", PEP_PUBLISH_ONLY },
	{ "affiliations", "affiliation", "affiliation", "outcast", PEP_OUTCAST },
	{ "subscriptions", "subscription", "subscription", "subscribed", PEP_SUBSCRIBED },
	{ "subscriptions", "subscription", "subscription", "pending", PEP_PENDING },
};

static void rights_write(struct transfer_work *w, const struct xml *list, const struct store_request *kept)
{
	for (size_t i = 0; i < countof(rights); i++) {
		if (!str_is(list->name, rights[i].list))
			continue;
		for (const struct xml *e = xml_child(list, rights[i].one, PUBSUB "#owner"); e;
		     e = xml_sibling(e, rights[i].one, PUBSUB "#owner")) {
			struct pep_right r = { .subscribes = str_is(list->name, "subscriptions"),
					       .node = xml_attr(list, "node"),
					       .resource = STR("") };
			bool there = false;
			struct jid who;
			struct str key;

			if (!str_is(xml_attr(e, rights[i].attribute), rights[i].word) ||
			    !jid_parse(&who, xml_attr(e, "jid"), &w->arena))
				continue;
			r.bare = jid_bare(who);
			r.affiliation = (enum pep_affiliation)rights[i].value;
			r.subscription = (enum pep_subscription)rights[i].value;
			key = pep_right_key(r.subscribes, r.bare, r.node, &w->arena);
			for (size_t k = 0; k < kept->n; k++)
				there |= str_eq(kept->pairs[k].key, key);
			if (!there)
				pep_put(w->t->core, w->owner, STR(PEP_RIGHTS_SPACE), key,
					pep_right_value(&r, &w->arena));
		}
	}
}

static void rights_listed(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (failed(w))
		return;
	for (const struct xml *e = xml_child(w->e, NULL, NULL); e; e = xml_sibling(e, NULL, NULL))
		rights_write(w, e, a->answer);
	a->done = nodes_listed;
	item_list(w->t->core, a, w->owner, STR(PEP_SPACE));
}

static void nodes_take(struct transfer_work *w)
{
	w->ask.done = rights_listed;
	item_list(w->t->core, &w->ask, w->owner, STR(PEP_RIGHTS_SPACE));
}

static void item_record(struct ask *a)
{
	struct transfer_work *w = work_of(a);
	struct pep_node node = { 0 };
	own_buf record = { 0 };
	bool there;

	if (failed(w))
		return;
	there = !a->verdict && pep_node_read(&node, &(struct store_pair){ w->value, a->answer->value });
	if (!there)
		node = (struct pep_node){ .name = w->value, .config = pep_default };
	if (!there)
		node.config.access = PEP_WHITELIST; /* nobody said who may see it */
	node.items++;
	node.bytes += w->text.n;
	node.last = w->key;
	pep_node_write(&record, &node);
	pep_put(w->t->core, w->owner, STR(PEP_SPACE), w->value, buf_all(&record));
	a->done = ended;
	item_set(w->t->core, a, w->owner, pep_space(w->value, &w->arena), w->key, w->text);
}

static void item_absent(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (failed(w))
		return;
	if (!a->verdict) {
		pie_end(w, NULL);
		return;
	}
	a->done = item_record;
	item_get(w->t->core, a, w->owner, STR(PEP_SPACE), w->value);
}

static void published_take(struct transfer_work *w)
{
	const struct xml *payload = xml_child(w->e, NULL, NULL);
	own_buf item = { 0 }, kept = { 0 };

	w->value = str_from(w->inside, strlen("items "));
	w->key = xml_attr(w->e, "id");
	if (!w->key.n || !payload || w->key.n > PEP_NAME_BYTES_MAX || !w->value.n || w->value.n > PEP_NAME_BYTES_MAX) {
		pie_end(w, "A published item has no id, or nothing in it.");
		return;
	}
	buf_lit(&item, "<item");
	xml_write_attr(&item, "id", w->key);
	buf_byte(&item, '>');
	xml_write(&item, payload, STR(NO_SCOPE));
	buf_lit(&item, "</item>");
	if (item.n > PEP_ITEM_BYTES_MAX) {
		pie_end(w, "A published item is over 200 KiB.");
		return;
	}
	pep_item_write(&kept, core_stamp(w->t->core), buf_all(&item));
	w->text = arena_str(&w->arena, buf_all(&kept));
	w->ask.done = item_absent;
	item_get(w->t->core, &w->ask, w->owner, pep_space(w->value, &w->arena), w->key);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void message_keep(struct transfer_work *w);

static void message_kept(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (a->verdict == STORE_EXISTS && w->tries++ < TRIES_MAX) {
		struct stanza *st = w->st;

		w->st = stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
							   .type = (enum stanza_type)st->type,
							   .traits = st->traits,
							   .stamp = st->stamp + 1,
							   .time = st->time,
							   .from = st->from,
							   .to = st->to,
							   .id = st->id,
							   .lang = st->lang,
							   .origin_id = st->origin_id,
							   .payload = st->payload });
		stanza_unref(st);
		message_keep(w);
		return;
	}
	if (!failed(w))
		pie_end(w, NULL);
}

static void message_keep(struct transfer_work *w)
{
	w->ask.done = message_kept;
	transfer_message(w->t->core, &w->ask, w->owner, w->st, w->sent, w->waits);
}

static void message_take(struct transfer_work *w, const struct xml *message, const struct xml *delay, struct str id)
{
	struct str domain = core_domain(w->t->core);
	struct jid from, me = jid_make(w->name, domain, STR_NONE, &w->arena);
	msec now = core_now(w->t->core), time = now;
	struct stanza *st = NULL;
	uint64_t stamp;

	if (!message || !jid_parse(&from, xml_attr(message, "from"), &w->arena)) {
		pie_end(w, "A message has no sender.");
		return;
	}
	if (delay && !when_read(xml_attr(delay, "stamp"), &time)) {
		pie_end(w, "The time of a message is none.");
		return;
	}
	if (time > now || time <= STAMP_EPOCH)
		time = time > now ? now : STAMP_EPOCH + 1;
	if (stanza_from_xml(&st, message, from, domain, time, &w->arena) || !st) {
		stanza_unref(st);
		pie_end(w, "A message is not as RFC 6120 wants it.");
		return;
	}
	if (!st->to.p)
		st->to = me;
	/* An id of ours is the message's own stamp; others get one of their time, and the next where that is taken. */
	if (!str_u64(id, &stamp) || stamp > stamp_floor(now) || stamp_time(stamp) / 60000 != time / 60000)
		stamp = stamp_floor(time);
	w->st = stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						   .type = (enum stanza_type)st->type,
						   .traits = st->traits,
						   .stamp = stamp,
						   .time = time,
						   .from = st->from,
						   .to = st->to,
						   .id = st->id,
						   .lang = st->lang,
						   .origin_id = st->origin_id,
						   .payload = st->payload });
	stanza_unref(st);
	w->sent = jid_same_bare(w->st->from, me);
	message_keep(w);
}

static void archived_take(struct transfer_work *w)
{
	const struct xml *forwarded = xml_child(w->e, "forwarded", "urn:xmpp:forward:0");

	message_take(w, forwarded ? xml_child(forwarded, "message", "jabber:client") : NULL,
		     forwarded ? xml_child(forwarded, "delay", "urn:xmpp:delay") : NULL, xml_attr(w->e, "id"));
}

static void waiting_take(struct transfer_work *w)
{
	w->waits = true;
	message_take(w, w->e, xml_child(w->e, "delay", "urn:xmpp:delay"), STR(""));
}

/* ---- what it is -------------------------------------------------------------------------------------------------- */

static const struct {
	const char *inside, *element, *ns;
	void (*take)(struct transfer_work *w);
} kinds[] = {
	{ "", "query", "jabber:iq:roster", roster_take },
	{ "", "presence", "jabber:client", request_take },
	{ "", "vCard", "vcard-temp", card_take },
	{ "", "query", "jabber:iq:private", private_take },
	{ "", "query", "jabber:iq:privacy", blocks_take },
	{ "", "prefs", MAM, prefs_take },
	{ "", "pubsub", PUBSUB "#owner", nodes_take },
	{ "archive", "result", "urn:xmpp:mam:2", archived_take },
	{ "offline-messages", "message", "jabber:client", waiting_take },
};

static void owner_found(struct ask *a)
{
	struct transfer_work *w = work_of(a);

	if (failed(w))
		return;
	if (a->verdict) {
		pie_end(w, "There is no such account.");
		return;
	}
	if (is_guest(w))
		return;
	w->owner = a->answer->account.id;
	if (xml_is(w->e, "scram-credentials", PIE_SCRAM)) {
		scram_take(w, &a->answer->account);
		return;
	}
	if (str_starts(w->inside, STR("items ")) && str_is(w->e->name, "item")) {
		published_take(w);
		return;
	}
	for (size_t i = 0; i < countof(kinds); i++)
		if (str_is(w->inside, kinds[i].inside) && xml_is(w->e, kinds[i].element, kinds[i].ns)) {
			kinds[i].take(w);
			return;
		}
	w->note = "an element that this server does not know was passed by";
	pie_end(w, NULL);
}

void transfer_take(struct transfer *t, struct str name, struct str inside, struct str scope, struct str xml)
{
	struct transfer_work *w = pie_begin(t);

	w->inside = arena_str(&w->arena, inside);
	w->e = xml_parse(&w->arena, arena_str(&w->arena, xml), arena_str(&w->arena, scope), false);
	if (!jid_local_prepare(&w->name, name, &w->arena)) {
		pie_end(w, "This cannot be the name of an account.");
		return;
	}
	if (!w->e) {
		pie_end(w, "This is no XML as XMPP allows it.");
		return;
	}
	w->ask.done = xml_is(w->e, "user", PIE) ? user_found : owner_found;
	account_find(t->core, &w->ask, w->name);
}
