/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/admin.c - requests in, answers out; the commands themselves are in users.c, rooms.c, invite.c and look.c.
 */
#include "admin/admin.h"

#include <assert.h>

#include "admin/inside.h"
#include "base/crypt.h"
#include "base/log.h"

enum {
	REQUEST_BYTES_MAX = 4 * 1024 * 1024, /* a piece of an account (transfer.c), as JSON */
	BACKLOG_MAX = 256 * 1024, /* what a client that does not read may have in the link's buffer; the rest waits in ours */
};

static const struct admin_command commands[] = {
#define COMMAND(id, words, arguments, columns, logged) { words, arguments, logged, admin_##id },
#include "model/commands.h"
#undef COMMAND
};

/* ---- what is said ------------------------------------------------------------------------------------------------ */

json_t *admin_text(struct str s)
{
	json_t *text = json_stringn(s.p ? s.p : "", s.n);

	return text ? text : json_string("?"); /* it was no UTF-8 */
}

static void pump(struct admin *a)
{
	size_t room = link_backlog(a->link) < BACKLOG_MAX ? BACKLOG_MAX - link_backlog(a->link) : 0;
	size_t n = a->rest.n < room ? a->rest.n : room;

	if (!n)
		return;
	buf_add(&a->link->out, a->rest.p, n);
	buf_eat(&a->rest, n);
	if (!a->rest.n)
		buf_free(&a->rest);
	a->link->ops->dirty(a->link);
}

static int append(const char *text, size_t n, void *to)
{
	buf_add(to, text, n);
	return 0;
}

/* {"KIND":VALUE} and the end of the line. */
static void say(struct admin *a, const char *kind, json_t *value)
{
	json_t *line = json_pack("{s:o}", kind, value);

	assert(line);
	json_dump_callback(line, append, &a->rest, JSON_COMPACT);
	buf_byte(&a->rest, '\n');
	json_decref(line);
	pump(a);
}

void admin_row(struct admin *a, json_t *row) { say(a, "row", row); }

static void request_free(struct admin *a)
{
	json_t *password = json_object_get(a->request, "password");

	if (json_is_string(password))
		secret_wipe((char *)(uintptr_t)json_string_value(password), json_string_length(password));
	json_decref(a->request);
	a->request = NULL;
}

static void end(struct admin *a)
{
	request_free(a);
	a->command = NULL;
	a->more = NULL;
	buf_free(&a->name);
	a->link->ops->pause(a->link, false);
}

void admin_ok(struct admin *a, json_t *fields)
{
	say(a, "ok", fields);
	end(a);
}

void admin_error(struct admin *a, const char *code, const char *text)
{
	say(a, "error", json_pack("{s:s,s:s}", "code", code, "text", text));
	end(a);
}

void admin_go_on(struct admin *a, void (*more)(struct admin *a))
{
	if (a->rest.n)
		a->more = more;
	else
		more(a);
}

/* ---- what is asked ----------------------------------------------------------------------------------------------- */

struct str admin_argument(const struct admin *a, const char *name)
{
	const json_t *value = json_object_get(a->request, name);

	return json_is_string(value) ? str_n(json_string_value(value), json_string_length(value)) : STR_NONE;
}

static const struct admin_command *command_find(struct str name)
{
	for (size_t i = 0; i < countof(commands); i++)
		if (str_is(name, commands[i].name))
			return &commands[i];
	return NULL;
}

/* Whether the request has every argument that the command needs. */
static bool is_complete(const struct admin *a)
{
	struct str rest = str_z(a->command->arguments);

	while (rest.n) {
		size_t end_of = str_find(rest, ' ');
		own_buf name = { 0 };

		/* The address of `kick` travels as its two parts. */
		buf_str(&name, str_eq(str_n(rest.p, end_of), STR("address")) ? STR("name") : str_n(rest.p, end_of));
		if (name.p[name.n - 1] != '?' && !(str_is(buf_all(&name), "value") ? admin_argument(a, "value").p != NULL : admin_argument(a, buf_z(&name)).n != 0))
			return false;
		rest = str_from(rest, end_of + 1);
	}
	return true;
}

static void run(struct admin *a)
{
	struct str user = admin_argument(a, "name"), room = admin_argument(a, "room");
	own_buf what = { 0 };

	if (room.n)
		buf_fmt(&what, " room=\"%.*s\"", STR_ARG(room));
	if (a->command->logged)
		log_event(admin, "command=\"%s\" user=\"%.*s\"%s", a->command->name, STR_ARG(user.n ? user : STR("")), buf_z(&what));
	a->command->run(a);
}

static void take(struct admin *a, struct str line)
{
	struct str name;

	a->request = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	/* No next request before this one is answered. */
	a->link->ops->pause(a->link, true);
	if (!json_is_object(a->request)) {
		admin_error(a, "malformed", "a request is one JSON object on a line");
		return;
	}
	name = admin_argument(a, "command");
	a->command = command_find(name);
	if (!a->command)
		admin_error(a, "no-command", "there is no such command");
	else if (!is_complete(a))
		admin_error(a, "malformed", "an argument is missing");
	else
		run(a);
}

/* Takes whole lines until one of them needs time. */
static int take_lines(struct admin *a)
{
	while (!a->request && a->in.n) {
		size_t n = str_find(buf_all(&a->in), '\n');
		own_buf line = { 0 };

		if (n == a->in.n)
			break;
		buf_add(&line, a->in.p, n);
		secret_wipe(a->in.p, n); /* it may be a password; the copy is wiped below */
		buf_eat(&a->in, n + 1);
		take(a, buf_all(&line));
		secret_wipe(line.p, line.n);
	}
	if (!a->in.n)
		buf_wipe(&a->in);
	return !a->request && a->in.n > REQUEST_BYTES_MAX ? DOOR_CLOSE : 0;
}

/* ---- the door ---------------------------------------------------------------------------------------------------- */

static int admin_open_link(struct link *l)
{
	struct admin *a = mem_new(struct admin);

	a->link = l;
	a->core = l->core;
	a->desk = core_door_state(l->core, "admin");
	assert(a->desk); /* admin_open() */
	l->state = a;
	return 0;
}

static int admin_feed(struct link *l, const char *bytes, size_t n)
{
	struct admin *a = l->state;

	buf_add(&a->in, bytes, n);
	return take_lines(a);
}

static void admin_written(struct link *l)
{
	struct admin *a = l->state;
	void (*more)(struct admin *) = a->more;

	pump(a);
	if (more && !a->rest.n) {
		a->more = NULL;
		more(a);
	}
	if (!l->closing && take_lines(a) == DOOR_CLOSE)
		l->ops->hang_up(l, CLOSE_ASKED);
}

static void admin_close(struct link *l, enum close_why why)
{
	struct admin *a = l->state;

	if (account_busy(&a->account))
		account_cancel(&a->account);
	ask_cancel(&a->ask);
	if (a->desk->host.accounts)
		a->desk->host.accounts->cancel(&a->transfer);
	devices_cancel(&a->devices);
	admin_room_free(a);
	request_free(a);
	buf_wipe(&a->in);
	buf_free(&a->rest);
	buf_free(&a->name);
	mem_free(a);
}

const struct door admin_door = {
	.name = "admin",
	.open = admin_open_link,
	.feed = admin_feed,
	.written = admin_written,
	.close = admin_close,
};

static void desk_stop(struct post *p)
{
	struct admin_desk *d = holder_of(p, struct admin_desk, stop);

	d->host.stop(d->host.arg);
}

void admin_open(struct core *c, const struct admin_host *host)
{
	struct admin_desk *d = mem_new(struct admin_desk);

	d->core = c;
	d->host = *host;
	d->stop.run = desk_stop;
	core_door_register(c, "admin", NULL, d, mem_free);
}
