/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/look.c - who is here, what waits, how the server does; and sending people or the server home.
 */
#include <stdio.h>
#include <unistd.h>

#include "admin/inside.h"
#include "core/directory.h"
#include "model/jid.h"
#include "model/stanza.h"
#include "wire/xml.h"

#define SFS "urn:xmpp:sfs:0"
#define FILE_META "urn:xmpp:file:metadata:0"
#define URL_DATA "http://jabber.org/protocol/url-data"

enum { PAGE = 100 };

/* ---- online, kick ------------------------------------------------------------------------------------------------ */

static void session_row(const struct directory_entry *e, void *arg)
{
	admin_row(arg, json_pack("{s:o,s:o,s:o,s:o,s:I,s:i}", "name", admin_text(e->name), "resource", admin_text(e->resource), "door",
				 admin_text(e->door), "address", admin_text(e->address), "since", (json_int_t)e->since, "core", (int)e->core));
}

void admin_online(struct admin *a)
{
	directory_sessions(a->core, session_row, a);
	admin_ok(a, json_object());
}

struct wanted {
	struct str name, resource;
	bool found;
};

static void match(const struct directory_entry *e, void *arg)
{
	struct wanted *w = arg;

	w->found |= str_eq(e->name, w->name) && str_eq(e->resource, w->resource);
}

/* One device: it must be one of those that `online` shows, or we would claim to have ended what is not there. */
static bool kick_one(struct core *c, struct str name, struct str resource)
{
	struct wanted w = { name, resource, false };

	directory_sessions(c, match, &w);
	return w.found && directory_kick(c, name, resource);
}

void admin_kick(struct admin *a)
{
	struct arena scratch = { 0 };
	struct str name, resource = admin_argument(a, "resource");
	bool good = jid_local_prepare(&name, admin_argument(a, "name"), &scratch);

	good = good && (!resource.n || jid_resource_prepare(&resource, resource, &scratch));
	if (!good)
		admin_error(a, "bad-name", account_verdict_text(ACCOUNT_BAD_NAME));
	else if (!(resource.n ? kick_one(a->core, name, resource) : directory_kick(a->core, name, STR_NONE)))
		admin_error(a, "offline", "nobody is online under that name");
	else
		admin_ok(a, json_object());
	arena_free(&scratch);
}

/* ---- queue ------------------------------------------------------------------------------------------------------- */

/* A user of this server by the short name, others by their address. */
static json_t *who(const struct admin *a, struct jid j)
{
	return admin_text(str_eq(jid_domain(j), core_domain(a->core)) && j.local ? jid_local(j) : jid_bare(j));
}

/* A message that is nothing but a file (XEP-0447): "name,size" in place of its address, which is also the right to read
 * it. */
static bool file_show(const struct stanza *s, struct buf *body, struct arena *scratch)
{
	const struct xml *x, *sharing, *meta, *sources, *link;
	own_buf whole = { 0 };

	buf_fmt(&whole, "<x>%.*s</x>", STR_ARG(s->payload));
	x = xml_parse(scratch, arena_str(scratch, buf_all(&whole)), STR("jabber:client"), false);
	sharing = x ? xml_child(x, "file-sharing", SFS) : NULL;
	meta = sharing ? xml_child(sharing, "file", FILE_META) : NULL;
	sources = sharing ? xml_child(sharing, "sources", SFS) : NULL;
	link = sources ? xml_child(sources, "url-data", URL_DATA) : NULL;
	if (!meta || !link || !str_eq(xml_attr(link, "target"), str_trim(buf_all(body))))
		return false;
	buf_clear(body);
	buf_fmt(body, "%.*s,%.*s", STR_ARG(xml_child_text(meta, "name", FILE_META, scratch)),
		STR_ARG(xml_child_text(meta, "size", FILE_META, scratch)));
	return true;
}

static void message_row(struct admin *a, const struct stanza *s)
{
	struct arena scratch = { 0 };
	own_buf body = { 0 };
	bool file;

	stanza_body(s, &body); /* what waits without a text shows an empty one */
	file = memmem(s->payload.p, s->payload.n, SFS, strlen(SFS)) && file_show(s, &body, &scratch);
	arena_free(&scratch);
	admin_row(a, json_pack("{s:o,s:o,s:o,s:I,s:s}", "sender", who(a, s->from), "receiver", admin_text(buf_all(&a->name)), "content",
			       admin_text(buf_all(&body)), "time", (json_int_t)s->time, "type", file ? "104" : "103"));
}

static void page(struct admin *a);

static void queue_answered(struct ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, ask);

	if (ask->verdict) {
		admin_error(a, "store", account_verdict_text(ACCOUNT_STORE));
		return;
	}
	for (size_t i = 0; i < ask->answer->n; i++) {
		message_row(a, ask->answer->stanzas[i]);
		a->after = ask->answer->stanzas[i]->stamp;
	}
	if (ask->answer->more)
		admin_go_on(a, page);
	else
		admin_ok(a, json_object());
}

static void page(struct admin *a)
{
	a->ask.done = queue_answered;
	queue_read(a->core, &a->ask, a->owner, a->after, PAGE);
}

static void owner_found(struct ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, ask);

	if (ask->verdict == STORE_NOT_FOUND) {
		admin_error(a, "unknown", account_verdict_text(ACCOUNT_UNKNOWN));
	} else if (ask->verdict) {
		admin_error(a, "store", account_verdict_text(ACCOUNT_STORE));
	} else {
		a->owner = ask->answer->account.id;
		a->after = 0;
		page(a);
	}
}

void admin_queue(struct admin *a)
{
	struct arena scratch = { 0 };
	struct str name;

	if (!jid_local_prepare(&name, admin_argument(a, "name"), &scratch)) {
		admin_error(a, "unknown", account_verdict_text(ACCOUNT_UNKNOWN));
	} else {
		buf_str(&a->name, name);
		a->ask.done = owner_found;
		account_find(a->core, &a->ask, name);
	}
	arena_free(&scratch);
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static void setting_row(struct admin *a, struct settings_entry e)
{
	own_buf kind = { 0 };

	/* Listings are copied into mails and tickets. Who may read the file has it from there. */
	if (e.setting->type == SETTING_SECRET && e.value[0])
		e.value = "(set)";
	settings_describe(e.setting, &kind);
	admin_row(a, json_pack("{s:s,s:s,s:s,s:s,s:o,s:b,s:s}", "name", e.setting->name, "value", e.value, "default", e.fallback, "source", e.source,
			       "kind", admin_text(buf_all(&kind)), "live", e.setting->when == SETTING_LIVE, "help", e.setting->help));
}

static void no_setting(struct admin *a, const struct settings *s, struct str name)
{
	const char *near = settings_nearest(s, name);

	admin_error(a, "no-setting", near ? near : "");
}

void admin_settings(struct admin *a)
{
	const struct settings *s = a->desk->host.settings(a->desk->host.arg);
	struct str only = admin_argument(a, "setting");
	bool any = false;

	for (size_t i = 0; i < settings_count(s); i++) {
		struct settings_entry e = settings_entry(s, i);
		struct str name = str_z(e.setting->name);

		/* A section alone stands for all that is in it. */
		if (only.n && !str_eq(name, only) && !(str_starts(name, only) && name.p[only.n] == '.'))
			continue;
		setting_row(a, e);
		any = true;
	}
	if (any)
		admin_ok(a, json_object());
	else
		no_setting(a, s, only);
}

/* ---- status ------------------------------------------------------------------------------------------------------ */

static void count_door(const struct directory_entry *e, void *arg)
{
	own_buf door = { 0 };
	json_t *so_far;

	buf_str(&door, e->door);
	so_far = json_object_get(arg, buf_z(&door));
	json_object_set_new(arg, buf_z(&door), json_integer(json_integer_value(so_far) + 1));
}

/* Bytes of memory that the process has in use now; 0 where the system does not say. */
static json_int_t memory_now(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long all, resident;
	int got;

	if (!f)
		return 0;
	got = fscanf(f, "%ld %ld", &all, &resident);
	fclose(f);
	return got == 2 ? (json_int_t)resident * sysconf(_SC_PAGESIZE) : 0;
}

static json_int_t counted(const struct admin *a, enum counter which) { return (json_int_t)core_counter(a->core, which); }

void admin_status(struct admin *a)
{
	json_t *doors = json_object(), *status;

	directory_sessions(a->core, count_door, doors);
	status = json_pack("{s:s,s:o,s:I,s:i,s:I,s:I,s:I,s:o}", "version", ANSER_VERSION, "domain", admin_text(core_domain(a->core)), "uptime",
			   (json_int_t)(core_clock(a->core) - core_started(a->core)), "cores", (int)core_count(a->core), "online",
			   (json_int_t)directory_count(a->core), "sessions", counted(a, COUNT_SESSIONS), "detached",
			   counted(a, COUNT_DETACHED), "doors", doors);
	json_object_update_new(status, json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "messages", counted(a, COUNT_MESSAGES), "kept",
						 counted(a, COUNT_KEPT), "delivered", counted(a, COUNT_DELIVERED), "refused",
						 counted(a, COUNT_REFUSED), "logins", counted(a, COUNT_LOGINS), "logins_refused",
						 counted(a, COUNT_LOGINS_REFUSED), "spilled", counted(a, COUNT_SPILLED), "memory", memory_now()));
	admin_ok(a, status);
}

/* ---- reload, stop ------------------------------------------------------------------------------------------------ */

static json_t *lines(const struct buf *text)
{
	json_t *list = json_array();
	struct str rest = buf_all(text);

	while (rest.n) {
		size_t end = str_find(rest, '\n');

		json_array_append_new(list, admin_text(str_n(rest.p, end)));
		rest = str_from(rest, end + 1);
	}
	return list;
}

void admin_reload(struct admin *a)
{
	own_buf changed = { 0 }, restart = { 0 }, why = { 0 };

	if (a->desk->host.reload(a->desk->host.arg, &changed, &restart, &why))
		admin_error(a, "bad-settings", buf_z(&why));
	else
		admin_ok(a, json_pack("{s:o,s:o}", "changed", lines(&changed), "restart", lines(&restart)));
}

void admin_stop(struct admin *a)
{
	struct admin_desk *d = a->desk;

	admin_ok(a, json_object());
	/* After this turn, so that nothing goes while it is in use. */
	if (!d->stopping) {
		d->stopping = true;
		world_post(core_world(a->core), &d->stop);
	}
}
