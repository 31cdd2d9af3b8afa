/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/plain/json.c - everything as JSON, a line each; docs/anser.1 lists the members. Texts are as they came,
 * but well-formed UTF-8, and what acts on a terminal is escaped.
 */
#include "clients/term/engine/chat.h"
#include "clients/term/plain/inside.h"

static const char *const phases[] = {
	[PHASE_OFF] = "off",       [PHASE_CONNECTING] = "connecting", [PHASE_LOGIN] = "login",
	[PHASE_ONLINE] = "online", [PHASE_WAITING] = "waiting",
};
static const char *const kinds[] = {
	[CONVERSATION_STATUS] = "status", [CONVERSATION_PERSON] = "person", [CONVERSATION_ROOM] = "room"
};
static const char *const conversation_changes[] = {
	[CONVERSATION_NEW] = "new", [CONVERSATION_CHANGED] = "changed", [CONVERSATION_GONE] = "gone"
};
static const char *const entry_changes[] = { [ENTRY_NEW] = "new", [ENTRY_OLD] = "old", [ENTRY_CHANGED] = "changed" };
static const char *const entry_kinds[] = { [ENTRY_TEXT] = "text", [ENTRY_FILE] = "file", [ENTRY_NOTE] = "note" };
static const char *const statuses[] = {
	[ENTRY_RECEIVED] = "received", [ENTRY_WAITING] = "waiting", [ENTRY_SENDING] = "sending",
	[ENTRY_RELAYED] = "relayed",   [ENTRY_DIRECT] = "direct",   [ENTRY_DATAGRAM] = "datagram",
	[ENTRY_FAILED] = "failed",
};
static const char *const file_states[] = {
	[FILE_OFFERED] = "offered", [FILE_HASHING] = "hashing",	  [FILE_MOVING] = "moving", [FILE_PAUSED] = "paused",
	[FILE_DONE] = "done",	    [FILE_DECLINED] = "declined", [FILE_BROKEN] = "broken",
};

/* ---- out --------------------------------------------------------------------------------------------------------- */

/* Bytes that are no UTF-8 become U+FFFD: JSON has no others. */
static json_t *text(struct str s)
{
	own_buf clean = { 0 };

	while (s.n && !str_is_utf8(s)) {
		size_t n = 0;

		/* The longest good beginning, found by characters. */
		while (n < s.n) {
			size_t len = 1;

			while (len <= 4 && n + len <= s.n && !str_is_utf8(str_n(s.p + n, len)))
				len++;
			if (len > 4 || n + len > s.n)
				break;
			n += len;
		}
		buf_str(&clean, str_n(s.p, n));
		buf_lit(&clean, "\xEF\xBF\xBD");
		s = str_from(s, n + 1);
	}
	buf_str(&clean, s);
	return json_stringn(clean.p ? clean.p : "", clean.n);
}

/* JSON lets DEL and the control characters of C1 stand as they are; a terminal would act on them. Beyond ASCII there is
 * nothing but what stands in strings. */
static void put_escaped(struct buf *to, struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i], next = i + 1 < line.n ? (unsigned char)line.p[i + 1] : 0;

		if (c == 0x7F)
			buf_lit(to, "\\u007f");
		else if (c == 0xC2 && next < 0xA0) {
			buf_fmt(to, "\\u%04x", next);
			i++;
		} else
			buf_byte(to, (char)c);
	}
}

static void tell(struct plain *p, json_t *o)
{
	char *line = json_dumps(o, JSON_COMPACT);
	own_buf out = { 0 };

	put_escaped(&out, str_z(line));
	plain_out(p, &out);
	free(line);
	json_decref(o);
}

void json_tell_state(struct plain *p, const struct client_state *now)
{
	json_t *o = json_pack("{s:s, s:s, s:o, s:o, s:b, s:i}", "event", "state", "phase", phases[now->phase], "self",
			      text(now->self), "where", text(now->where), "secure", now->secure, "waiting",
			      (int)now->waiting);

	if (now->why.n)
		json_object_set_new(o, "why", text(now->why));
	if (now->phase == PHASE_WAITING)
		json_object_set_new(o, "again_ms", json_integer(now->again_ms));
	tell(p, o);
}

void json_tell_conversation(struct plain *p, const struct conversation *v, enum conversation_change what)
{
	json_t *o = json_pack("{s:s, s:s, s:o, s:s, s:i, s:b, s:b, s:b, s:i, s:b}", "event", "conversation", "change",
			      conversation_changes[what], "name", text(v->name), "kind", kinds[v->kind], "number",
			      (int)v->number, "online", v->online, "direct", v->direct, "verified", v->verified,
			      "unread", (int)v->unread, "mentioned", v->mentioned);

	if (v->kind == CONVERSATION_ROOM) {
		json_t *people = json_array();

		for (size_t i = 0; i < v->people_n; i++)
			json_array_append_new(people, text(v->people[i]));
		json_object_set_new(o, "people", people);
	}
	tell(p, o);
}

void json_tell_entry(struct plain *p, const struct entry *e, enum entry_change what)
{
	json_t *o = json_pack("{s:s, s:s, s:o, s:I, s:s, s:b, s:o, s:o, s:I, s:s, s:b}", "event", "entry", "change",
			      entry_changes[what], "conversation", text(e->conversation->name), "id", (json_int_t)e->id,
			      "kind", entry_kinds[e->kind], "mine", e->mine, "sender", text(e->sender), "text",
			      text(e->text), "time", (json_int_t)e->time, "status", statuses[e->status], "relayed",
			      e->relayed);

	if (e->why.n)
		json_object_set_new(o, "why", text(e->why));
	if (e->file)
		json_object_set_new(o, "file",
				    json_pack("{s:o, s:s, s:I, s:I, s:o}", "name", text(e->file->name), "state",
					      file_states[e->file->state], "size", (json_int_t)e->file->size, "done",
					      (json_int_t)e->file->done, "path", text(e->file->path)));
	tell(p, o);
}

void json_tell_notice(struct plain *p, const struct conversation *v, const char *name, bool error, struct str what)
{
	tell(p, json_pack("{s:s, s:s, s:b, s:o, s:o}", "event", "notice", "name", name, "error", error, "conversation",
			  text(v ? v->name : STR("")), "text", text(what)));
}

void json_tell_ask(struct plain *p, enum ask_kind kind, struct str prompt)
{
	tell(p, json_pack("{s:s, s:s, s:o}", "event", "ask", "kind", kind == ASK_PASSWORD ? "password" : "yes-no",
			  "text", text(prompt)));
}

void json_tell_show(struct plain *p, const struct conversation *v, const struct entry *at)
{
	json_t *o = json_pack("{s:s, s:o}", "event", "show", "conversation", text(v->name));

	if (at)
		json_object_set_new(o, "id", json_integer(at->id));
	tell(p, o);
}

void json_tell_quit(struct plain *p, int status)
{
	tell(p, json_pack("{s:s, s:i}", "event", "quit", "status", status));
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static struct str member(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? str_n(json_string_value(v), json_string_length(v)) : STR_NONE;
}

static void wrong(struct plain *p, const char *name, enum text t)
{
	json_tell_notice(p, NULL, name, true, text_get(p->setup.chinese, t));
}

static struct conversation *conversation_named(struct plain *p, struct str typed)
{
	own_buf name = { 0 };

	return name_tidy(p->client, typed, &name) ? client_conversation(p->client, buf_all(&name), true) : NULL;
}

/* {"to":…, "text":…} or {"to":…, "file":…}; with "ref" the answer tells which entry became of it. */
static void take_message(struct plain *p, const json_t *o)
{
	struct conversation *v = conversation_named(p, member(o, "to"));
	struct str what = member(o, "text"), path = member(o, "file"), ref = member(o, "ref");
	struct entry *e = !v       ? NULL
			  : what.p ? client_say(p->client, v, what)
			  : path.p ? client_send_file(p->client, v, path)
				   : NULL;

	if (!e && v && !path.p)
		wrong(p, "bad-text", TEXT_json_bad_text);
	if (ref.p)
		tell(p, json_pack("{s:s, s:o, s:b, s:I}", "event", "taken", "ref", text(ref), "taken", e != NULL, "id",
				  (json_int_t)(e ? e->id : 0)));
}

static void take_answer(struct plain *p, const json_t *o)
{
	if (!p->asking) {
		wrong(p, "not-asked", TEXT_json_not_asked);
		return;
	}
	p->asking = false;
	client_answer(p->client, member(o, "answer"));
}

static void take_command(struct plain *p, const json_t *o)
{
	struct str in = member(o, "in");
	struct conversation *v = in.n ? conversation_named(p, in) : p->current;

	if (!in.n || v)
		client_line(p->client, v, member(o, "command"));
}

void json_take(struct plain *p, struct str line)
{
	json_error_t why;
	json_t *o = json_loadb(line.p, line.n, 0, &why);
	struct conversation *v;

	if (!json_is_object(o))
		wrong(p, "bad-json", TEXT_json_bad);
	else if (json_object_get(o, "to"))
		take_message(p, o);
	else if (json_object_get(o, "answer"))
		take_answer(p, o);
	else if (member(o, "command").n)
		take_command(p, o);
	else if (member(o, "read").n && (v = conversation_named(p, member(o, "read"))))
		client_read(p->client, v);
	else
		wrong(p, "bad-json", TEXT_json_bad);
	json_decref(o);
}
