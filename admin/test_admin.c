/* SPDX-License-Identifier: Apache-2.0
 *
 * The operator's door against real cores on the store in memory: every command, every error, on one core and on two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <jansson.h>

#include "admin/admin.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/scenarios/stage.h"

static const struct setting table[] = {
	{ "server.domain", SETTING_TEXT, "verona", .when = SETTING_RESTART, .help = "Where." },
	{ "server.cores", SETTING_INT, "1", 1, 8, .when = SETTING_RESTART, .help = "How many." },
	{ "log.level", SETTING_CHOICE, "info", 0, 0, "debug info", SETTING_LIVE, "What." },
	{ "secret.set", SETTING_SECRET, "of the echo", .when = SETTING_RESTART, .help = "Which." },
	{ "secret.none", SETTING_SECRET, "", .when = SETTING_RESTART, .help = "Which." },
};

struct room {
	struct stage *stage;
	struct settings *settings;
	struct peer *operator;
	unsigned cores, stops, reloads;
	bool bad_file;
};

static const struct settings *host_settings(void *arg) { return ((struct room *)arg)->settings; }
static void host_stop(void *arg) { ((struct room *)arg)->stops++; }

static int host_reload(void *arg, struct buf *changed, struct buf *restart, struct buf *why)
{
	struct room *r = arg;

	r->reloads++;
	if (r->bad_file) {
		buf_lit(why, "f:2: there is no setting a.b\n");
		return SETTINGS_BAD;
	}
	buf_lit(changed, "log.level\n");
	buf_lit(restart, "server.domain\nserver.cores\n");
	return 0;
}

static void enter(struct room *r, unsigned cores)
{
	struct core_settings settings = {
		.domain = STR("verona"), .archive = ARCHIVE_ALWAYS, .registration = REGISTRATION_CLOSED, .roster_max = 100, .offline_max = 1000,
		.sessions_max = 10, .login_attempts = 100, .registrations_per_hour = 100, .resume_ms = 60000, .backlog_max = 1 << 20,
		.rooms_domain = STR("rooms.verona"), .web_address = STR("https://verona:5281"), .invite_ms = 60000, .invite_uses = 2, .stanza_before_login = 10000, .stanza_max = 262144, .login_deadline_ms = 30000,
	};

	*r = (struct room){ .stage = stage_new(cores, &settings), .settings = settings_new(table, countof(table)), .cores = cores };
	admin_open(stage_core(r->stage, 0), &(struct admin_host){ host_settings, host_stop, host_reload, r });
	r->operator = peer_open(r->stage, &admin_door, 0, false, false, 0);
}

static void leave(struct room *r)
{
	stage_free(r->stage);
	settings_free(r->settings);
}

/* Says a request (with ' for ") and expects exactly these lines back (the same). */
static void talk(struct room *r, const char *request, const char *answer)
{
	own_buf said = { 0 }, wanted = { 0 };

	buf_fmt(&said, "%s\n", request);
	buf_fmt(&wanted, "%s", answer);
	for (size_t i = 0; i < said.n; i++)
		said.p[i] = said.p[i] == '\'' ? '"' : said.p[i];
	for (size_t i = 0; i < wanted.n; i++)
		wanted.p[i] = wanted.p[i] == '\'' ? '"' : wanted.p[i];
	buf_clear(&r->operator->heard);
	peer_say(r->operator, buf_all(&said));
	stage_settle(r->stage);
	assert_string_equal(buf_z(&r->operator->heard), buf_z(&wanted));
}

/* The last line of the answer, as an object; the rows before it are counted. */
static json_t *ask(struct room *r, const char *request, size_t *rows)
{
	own_buf said = { 0 };
	struct str rest, line = STR("");
	json_t *last;

	buf_fmt(&said, "%s\n", request);
	buf_clear(&r->operator->heard);
	peer_say(r->operator, buf_all(&said));
	stage_settle(r->stage);
	*rows = 0;
	for (rest = buf_all(&r->operator->heard); rest.n; rest = str_from(rest, line.n + 1)) {
		line = str_n(rest.p, str_find(rest, '\n'));
		*rows += str_starts(line, STR("{\"row\""));
	}
	last = json_loadb(line.p, line.n, 0, NULL);
	assert_non_null(last);
	return last;
}

static struct peer *classic(struct room *r, const char *said)
{
	static unsigned core;
	struct peer *p = peer_open(r->stage, &classic_door, core++ % r->cores, false, false, 0);

	peer_say(p, str_z(said));
	stage_settle(r->stage);
	return p;
}

static void accounts_come_and_go(struct room *r)
{
	struct peer *first;

	talk(r, "{'command':'user add','name':'Romeo','password':'r'}", "{'ok':{'address':'romeo@verona'}}\n");
	talk(r, "{'command':'user add','name':'romeo','password':'r'}", "{'error':{'code':'exists','text':'this name is taken'}}\n");
	first = classic(r, "101|romeo,r\n");
	assert_string_equal(buf_z(&first->heard), "1|\n");
	talk(r, "{'command':'user password','name':'romeo','password':'new'}", "{'ok':{'address':'romeo@verona'}}\n");
	assert_false(first->open);
	assert_string_equal(buf_z(&classic(r, "101|romeo,r\n")->heard), "0|\n");
	assert_string_equal(buf_z(&classic(r, "101|romeo,new\n")->heard), "1|\n");
	talk(r, "{'command':'user delete','name':'romeo'}", "{'ok':{'address':'romeo@verona'}}\n");
	assert_string_equal(buf_z(&classic(r, "101|romeo,new\n")->heard), "0|\n");
}

static int code_is(struct room *r, const char *request, const char *code)
{
	size_t rows;
	json_t *end = ask(r, request, &rows);
	const char *said = json_string_value(json_object_get(json_object_get(end, "error"), "code"));
	int same = said && !strcmp(said, code);

	if (!same)
		print_error("%s: %s, not %s\n", request, said ? said : "no error", code);
	json_decref(end);
	return same;
}

static void errors_have_codes(struct room *r)
{
	static const struct {
		const char *request, *code;
	} cases[] = {
		{ "", "malformed" }, { "x", "malformed" }, { "[]", "malformed" }, { "{\"command\":", "malformed" },
		{ "{\"command\":\"a\",\"command\":\"b\"}", "malformed" }, { "{\"command\":\"status\"} x", "malformed" },
		{ "{}", "no-command" }, { "{\"command\":7}", "no-command" }, { "{\"command\":\"user\"}", "no-command" },
		{ "{\"command\":\"user add\"}", "malformed" }, { "{\"command\":\"user add\",\"name\":\"a\"}", "malformed" },
		{ "{\"command\":\"user add\",\"name\":7,\"password\":\"x\"}", "malformed" },
		{ "{\"command\":\"user add\",\"name\":\"a b\",\"password\":\"x\"}", "bad-name" },
		{ "{\"command\":\"user add\",\"name\":\"a\",\"password\":\"\\u0007\"}", "bad-password" },
		{ "{\"command\":\"user delete\",\"name\":\"nobody\"}", "unknown" },
		{ "{\"command\":\"user password\",\"name\":\"nobody\",\"password\":\"x\"}", "unknown" },
		{ "{\"command\":\"queue\",\"name\":\"nobody\"}", "unknown" }, { "{\"command\":\"queue\",\"name\":\"a@b\"}", "unknown" },
		{ "{\"command\":\"kick\",\"name\":\"nobody\"}", "offline" }, { "{\"command\":\"kick\",\"name\":\"a b\"}", "bad-name" },
		{ "{\"command\":\"kick\"}", "malformed" }, { "{\"command\":\"invite\",\"name\":\"a b\"}", "bad-name" },
		{ "{\"command\":\"invite\",\"uses\":\"0\"}", "bad-invite" }, { "{\"command\":\"invite\",\"uses\":\"10001\"}", "bad-invite" },
		{ "{\"command\":\"invite\",\"expires\":\"7w\"}", "bad-invite" }, { "{\"command\":\"invite\",\"expires\":\"d\"}", "bad-invite" },
		{ "{\"command\":\"invite\",\"expires\":\"99999999999999999999d\"}", "bad-invite" },
		 { "{\"command\":\"settings\",\"setting\":\"server.core\"}", "no-setting" },
	};

	for (size_t i = 0; i < countof(cases); i++)
		assert_true(code_is(r, cases[i].request, cases[i].code));
}

static void who_is_online_is_seen_and_kicked(struct room *r)
{
	struct peer *romeo, *juliet;
	json_t *end;
	size_t rows;

	talk(r, "{'command':'user add','name':'romeo','password':'r'}", "{'ok':{'address':'romeo@verona'}}\n");
	talk(r, "{'command':'user add','name':'juliet','password':'j'}", "{'ok':{'address':'juliet@verona'}}\n");
	talk(r, "{'command':'online'}", "{'ok':{}}\n");
	romeo = classic(r, "101|romeo,r\n");
	juliet = classic(r, "101|juliet,j\n");
	end = ask(r, "{\"command\":\"online\"}", &rows);
	assert_int_equal(rows, 2);
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"row\":{\"name\":\"juliet\","));
	json_decref(end);
	end = ask(r, "{\"command\":\"status\"}", &rows);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(end, "ok"), "online")), 2);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(end, "ok"), "sessions")), 2);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json_object_get(end, "ok"), "doors"), "classic")), 2);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(end, "ok"), "cores")), r->cores);
	assert_true(json_integer_value(json_object_get(json_object_get(end, "ok"), "memory")) > 1 << 20);
	json_decref(end);
	assert_true(code_is(r, "{\"command\":\"kick\",\"name\":\"romeo\",\"resource\":\"elsewhere\"}", "offline"));
	talk(r, "{'command':'kick','name':'Romeo'}", "{'ok':{}}\n");
	assert_false(romeo->open);
	assert_true(juliet->open);
	end = ask(r, "{\"command\":\"online\"}", &rows);
	assert_int_equal(rows, 1);
	json_decref(end);
}

static void devices_are_shown_and_sent_away(struct room *r)
{
	struct peer *tybalt;
	own_buf request = { 0 };
	const char *id;
	json_t *end;
	size_t rows;

	talk(r, "{'command':'user add','name':'tybalt','password':'t'}", "{'ok':{'address':'tybalt@verona'}}\n");
	talk(r, "{'command':'user devices','name':'Tybalt'}", "{'ok':{}}\n");
	tybalt = classic(r, "101|tybalt,t\n");
	end = ask(r, "{\"command\":\"user devices\",\"name\":\"tybalt\"}", &rows);
	assert_int_equal(rows, 1);
	json_decref(end);
	id = strstr(buf_z(&r->operator->heard), "\"device\":\"");
	assert_non_null(id);
	assert_non_null(strstr(id, "\"door\":\"classic\",\"connected\":true,\"tokens\":false"));
	buf_fmt(&request, "{\"command\":\"user revoke\",\"name\":\"tybalt\",\"device\":\"%.24s\"}", id + sizeof "\"device\":\"" - 1);
	talk(r, buf_z(&request), "{'ok':{}}\n");
	assert_false(tybalt->open);
	assert_true(code_is(r, buf_z(&request), "no-device"));
	assert_true(code_is(r, "{\"command\":\"user devices\",\"name\":\"nobody\"}", "unknown"));
	assert_true(code_is(r, "{\"command\":\"user devices\",\"name\":\"a b\"}", "unknown"));
	assert_true(code_is(r, "{\"command\":\"user revoke\",\"name\":\"nobody\",\"device\":\"x\"}", "unknown"));
	talk(r, "{'command':'user delete','name':'tybalt'}", "{'ok':{'address':'tybalt@verona'}}\n");
}

static void people_are_invited(struct room *r)
{
	size_t rows;
	json_t *end = ask(r, "{\"command\":\"invite\",\"name\":\"Romeo\",\"admin\":\"yes\",\"uses\":\"5\",\"expires\":\"2h\"}", &rows);
	json_t *ok = json_object_get(end, "ok");
	const char *token = json_string_value(json_object_get(ok, "token")), *url = json_string_value(json_object_get(ok, "url"));
	const char *uri = json_string_value(json_object_get(ok, "uri"));
	own_buf said = { 0 };
	struct peer *romeo;

	assert_int_equal(strlen(token), 24);
	assert_true(str_starts(str_z(url), STR("https://verona:5281/invite#")) && strstr(url, token));
	assert_true(str_starts(str_z(uri), STR("xmpp:romeo@verona?register;preauth=")) && strstr(uri, token));
	assert_int_equal(json_integer_value(json_object_get(ok, "uses")), 1); /* a name is for one */
	assert_int_equal(json_integer_value(json_object_get(ok, "expires")), core_now(stage_core(r->stage, 0)) + 2 * 60 * 60 * 1000);
	assert_true(json_is_true(json_object_get(ok, "admin")));
	assert_true(code_is(r, "{\"command\":\"invite\",\"name\":\"romeo\"}", "exists"));
	romeo = peer_open(r->stage, &xmpp_door, 0, true, true, 0);
	buf_fmt(&said, "<stream:stream to='verona' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
		"<iq type='set' id='1'><preauth xmlns='urn:xmpp:pars:0' token='%s'/></iq>", token);
	peer_say(romeo, buf_all(&said));
	stage_settle(r->stage);
	peer_say(romeo, STR("<iq type='set' id='2'><query xmlns='jabber:iq:register'><username>romeo</username><password>r</password></query></iq>"));
	stage_settle(r->stage);
	assert_non_null(strstr(buf_z(&romeo->heard), "<iq type='result' id=\"2\">"));
	json_decref(end);
	end = ask(r, "{\"command\":\"user list\"}", &rows);
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"row\":{\"name\":\"romeo\",\"admin\":true,"));
	json_decref(end);
	end = ask(r, "{\"command\":\"invite\"}", &rows);
	ok = json_object_get(end, "ok");
	assert_true(str_starts(str_z(json_string_value(json_object_get(ok, "uri"))), STR("xmpp:verona?register;preauth=")));
	assert_true(json_is_false(json_object_get(ok, "admin")));
	json_decref(end);
}

static void what_waits_is_shown(struct room *r)
{
	own_buf said = { 0 };
	json_t *end;
	size_t rows;

	talk(r, "{'command':'user add','name':'romeo','password':'r'}", "{'ok':{'address':'romeo@verona'}}\n");
	talk(r, "{'command':'user add','name':'juliet','password':'j'}", "{'ok':{'address':'juliet@verona'}}\n");
	talk(r, "{'command':'queue','name':'juliet'}", "{'ok':{}}\n");
	buf_lit(&said, "101|romeo,r\n");
	for (unsigned i = 0; i < 250; i++) /* more than two pages */
		buf_fmt(&said, "103|romeo,juliet,\xe4\xbd\xa0\xe5\xa5\xbd, \"%u\"\n", i);
	classic(r, buf_z(&said));
	end = ask(r, "{\"command\":\"queue\",\"name\":\"Juliet\"}", &rows);
	assert_int_equal(rows, 250);
	assert_non_null(json_object_get(end, "ok"));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"row\":{\"sender\":\"romeo\",\"receiver\":\"juliet\",\"content\":\"\xe4\xbd\xa0\xe5\xa5\xbd, \\\"0\\\"\",\"time\":"));
	assert_non_null(strstr(buf_z(&r->operator->heard), "\\\"249\\\""));
	assert_non_null(strstr(buf_z(&r->operator->heard), ",\"type\":\"103\"}}\n"));
	json_decref(end);
	classic(r, "101|juliet,j\n");
	talk(r, "{'command':'queue','name':'juliet'}", "{'ok':{}}\n");
}

#define STREAM "<stream:stream to='verona' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
#define URL "https://verona:5281/files/AAAAAAAAAAAAAAAAAAAAAAAA/plan.pdf"
#define FILE_SAID(body) "<message to='nurse@verona' type='chat'><body>" body "</body><file-sharing xmlns='urn:xmpp:sfs:0'>" \
	"<file xmlns='urn:xmpp:file:metadata:0'><name>plan, final.pdf</name><size>48213</size></file>" \
	"<sources><url-data xmlns='http://jabber.org/protocol/url-data' target='" URL "'/></sources></file-sharing></message>"

/* A file that waits: with its name and size; its address, by which one may read it, stays out of it. */
static void a_file_that_waits_is_shown(struct room *r)
{
	struct peer *romeo = peer_open(r->stage, &xmpp_door, 0, true, true, 0);
	json_t *end;
	size_t rows;

	talk(r, "{'command':'user add','name':'romeo','password':'r'}", "{'ok':{'address':'romeo@verona'}}\n");
	talk(r, "{'command':'user add','name':'nurse','password':'n'}", "{'ok':{'address':'nurse@verona'}}\n");
	peer_say(romeo, STR(STREAM "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHJvbWVvAHI=</auth>"));
	stage_settle(r->stage);
	peer_say(romeo, STR(STREAM "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>" FILE_SAID(URL)
			    FILE_SAID("see: " URL)));
	stage_settle(r->stage);
	end = ask(r, "{\"command\":\"queue\",\"name\":\"nurse\"}", &rows);
	assert_int_equal(rows, 2);
	json_decref(end);
	assert_non_null(strstr(buf_z(&r->operator->heard), "\"content\":\"plan, final.pdf,48213\",\"time\":"));
	assert_non_null(strstr(buf_z(&r->operator->heard), ",\"type\":\"104\"}}\n"));
	/* With a word of his own it is a message. */
	assert_non_null(strstr(buf_z(&r->operator->heard), "\"content\":\"see: " URL "\",\"time\":"));
}

static void long_lists_come_in_pages(struct room *r)
{
	json_t *end;
	size_t rows;

	for (unsigned i = 0; i < 101; i++) {
		own_buf request = { 0 };

		buf_fmt(&request, "{\"command\":\"user add\",\"name\":\"u%03u\",\"password\":\"p\"}", i);
		json_decref(ask(r, buf_z(&request), &rows));
	}
	end = ask(r, "{\"command\":\"user list\"}", &rows);
	assert_int_equal(rows, 101);
	assert_true(str_starts(buf_all(&r->operator->heard), STR("{\"row\":{\"name\":\"u000\",")));
	json_decref(end);
}

static void rights_change(struct room *r)
{
	size_t rows;

	talk(r, "{'command':'user add','name':'romeo','password':'r'}", "{'ok':{'address':'romeo@verona'}}\n");
	talk(r, "{'command':'user admin','name':'Romeo','on':'on'}", "{'ok':{'address':'romeo@verona'}}\n");
	json_decref(ask(r, "{\"command\":\"user list\"}", &rows));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"row\":{\"name\":\"romeo\",\"admin\":true,"));
	talk(r, "{'command':'user admin','name':'romeo','on':'off'}", "{'ok':{'address':'romeo@verona'}}\n");
	json_decref(ask(r, "{\"command\":\"user list\"}", &rows));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"row\":{\"name\":\"romeo\",\"admin\":false,"));
	assert_true(code_is(r, "{\"command\":\"user admin\",\"name\":\"romeo\",\"on\":\"maybe\"}", "bad-switch"));
	assert_true(code_is(r, "{\"command\":\"user admin\",\"name\":\"nobody\",\"on\":\"on\"}", "unknown"));
	assert_true(code_is(r, "{\"command\":\"user admin\",\"name\":\"romeo\"}", "malformed"));
}

/* Half of the rooms belong to the other core, where there are two. */
static void rooms_are_made_shown_and_closed(struct room *r)
{
	static const char *const names[] = { "den", "hall", "attic", "yard" };
	struct peer *romeo;
	size_t rows;

	talk(r, "{'command':'room list'}", "{'ok':{}}\n");
	talk(r, "{'command':'user add','name':'romeo','password':'r'}", "{'ok':{'address':'romeo@verona'}}\n");
	talk(r, "{'command':'user add','name':'juliet','password':'j'}", "{'ok':{'address':'juliet@verona'}}\n");
	for (size_t i = 0; i < countof(names); i++) {
		own_buf said = { 0 }, answer = { 0 };

		buf_fmt(&said, "{'command':'room create','room':'#%s','name':'romeo','title':'The <%s>','members':'%s'}", names[i], names[i], i == 1 ? "yes" : "no");
		buf_fmt(&answer, "{'ok':{'address':'%s@rooms.verona'}}\n", names[i]);
		talk(r, buf_z(&said), buf_z(&answer));
		assert_true(code_is(r, "{\"command\":\"room create\",\"room\":\"den\",\"name\":\"romeo\"}", "room-exists"));
	}
	talk(r, "{'command':'room list'}",
	     "{'row':{'name':'attic@rooms.verona','title':'The <attic>','occupants':0,'public':true,'members_only':false,'password':false}}\n"
	     "{'row':{'name':'den@rooms.verona','title':'The <den>','occupants':0,'public':true,'members_only':false,'password':false}}\n"
	     "{'row':{'name':'hall@rooms.verona','title':'The <hall>','occupants':0,'public':true,'members_only':true,'password':false}}\n"
	     "{'row':{'name':'yard@rooms.verona','title':'The <yard>','occupants':0,'public':true,'members_only':false,'password':false}}\n{'ok':{}}\n");
	/* A room is no user. */
	json_decref(ask(r, "{\"command\":\"user list\"}", &rows));
	assert_int_equal(rows, 2);

	/* Who made it in his name owns it, and nobody else does. */
	json_decref(ask(r, "{\"command\":\"room show\",\"room\":\"den\"}", &rows));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"name\":\"owners\",\"value\":\"romeo@verona\","));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"name\":\"persistent\",\"value\":\"yes\","));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"name\":\"title\",\"value\":\"The <den>\","));
	talk(r, "{'command':'room set','room':'den','key':'title','value':'Tea & \\u4e2d'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	talk(r, "{'command':'room set','room':'den','key':'public','value':'no'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	talk(r, "{'command':'room set','room':'den','key':'password','value':'sesame'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	talk(r, "{'command':'room set','room':'den','key':'admins','value':'juliet'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	talk(r, "{'command':'room set','room':'den','key':'slow_mode','value':'3'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	json_decref(ask(r, "{\"command\":\"room show\",\"room\":\"den@rooms.verona\"}", &rows));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"name\":\"title\",\"value\":\"Tea & \xe4\xb8\xad\","));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"name\":\"public\",\"value\":\"no\","));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"name\":\"password\",\"value\":\"sesame\","));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"name\":\"admins\",\"value\":\"juliet@verona\","));
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"name\":\"slow_mode\",\"value\":\"3\","));
	talk(r, "{'command':'room set','room':'den','key':'password','value':''}", "{'ok':{'address':'den@rooms.verona'}}\n");

	/* People in it, and how they stand. */
	romeo = classic(r, "101|romeo,r\n");
	peer_say(romeo, STR("108|#den\n"));
	stage_settle(r->stage);
	peer_say(classic(r, "101|juliet,j\n"), STR("108|#den\n"));
	stage_settle(r->stage);
	json_decref(ask(r, "{\"command\":\"room occupants\",\"room\":\"den\"}", &rows));
	assert_int_equal(rows, 2);
	assert_non_null(strstr(buf_z(&r->operator->heard), "{\"row\":{\"name\":\"romeo\",\"address\":\"romeo@verona/"));
	assert_non_null(strstr(buf_z(&r->operator->heard), "\"role\":\"moderator\",\"affiliation\":\"owner\"}}"));
	talk(r, "{'command':'room affiliate','room':'den','name':'Juliet','affiliation':'outcast'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	json_decref(ask(r, "{\"command\":\"room occupants\",\"room\":\"den\"}", &rows));
	assert_int_equal(rows, 1);
	buf_clear(&romeo->heard);
	talk(r, "{'command':'room destroy','room':'den'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	assert_true(str_starts(buf_all(&romeo->heard), STR("1|103@#den@this room was closed@")));
	json_decref(ask(r, "{\"command\":\"room list\"}", &rows));
	assert_int_equal(rows, 3);
	/* It is remembered for a while that it was there; the operator may make it anew. */
	talk(r, "{'command':'room show','room':'den'}", "{'error':{'code':'no-room','text':'there is no such room'}}\n");
	talk(r, "{'command':'room create','room':'den','name':'romeo'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	talk(r, "{'command':'room destroy','room':'den'}", "{'ok':{'address':'den@rooms.verona'}}\n");
}

static void rooms_have_errors(struct room *r)
{
	static const struct {
		const char *request, *code;
	} cases[] = {
		{ "{\"command\":\"room show\",\"room\":\"nowhere\"}", "no-room" }, { "{\"command\":\"room show\"}", "malformed" },
		{ "{\"command\":\"room show\",\"room\":\"a b\"}", "bad-room" }, { "{\"command\":\"room show\",\"room\":\"a@elsewhere\"}", "bad-room" },
		{ "{\"command\":\"room occupants\",\"room\":\"nowhere\"}", "no-room" }, { "{\"command\":\"room destroy\",\"room\":\"nowhere\"}", "no-room" },
		{ "{\"command\":\"room set\",\"room\":\"nowhere\",\"key\":\"title\",\"value\":\"x\"}", "no-room" },
		{ "{\"command\":\"room set\",\"room\":\"den\",\"key\":\"colour\",\"value\":\"x\"}", "bad-key" },
		{ "{\"command\":\"room set\",\"room\":\"den\",\"key\":\"title\"}", "malformed" },
		{ "{\"command\":\"room set\",\"room\":\"den\",\"key\":\"public\",\"value\":\"perhaps\"}", "refused" },
		{ "{\"command\":\"room create\",\"room\":\"new\",\"name\":\"nobody\"}", "unknown" },
		{ "{\"command\":\"room affiliate\",\"room\":\"den\",\"name\":\"nobody\",\"affiliation\":\"member\"}", "unknown" },
		{ "{\"command\":\"room affiliate\",\"room\":\"den\",\"name\":\"romeo\",\"affiliation\":\"king\"}", "bad-affiliation" },
		{ "{\"command\":\"room affiliate\",\"room\":\"den\",\"name\":\"romeo\",\"affiliation\":\"none\"}", "refused" }, /* the last owner */
		{ "{\"command\":\"room affiliate\",\"room\":\"nowhere\",\"name\":\"romeo\",\"affiliation\":\"member\"}", "no-room" },
	};

	talk(r, "{'command':'user add','name':'romeo','password':'r'}", "{'ok':{'address':'romeo@verona'}}\n");
	talk(r, "{'command':'room create','room':'den','name':'romeo'}", "{'ok':{'address':'den@rooms.verona'}}\n");
	for (size_t i = 0; i < countof(cases); i++)
		assert_true(code_is(r, cases[i].request, cases[i].code));
	/* Who goes while a room is asked. */
	peer_say(r->operator, STR("{\"command\":\"room list\"}\n"));
	peer_cut(r->operator);
	stage_settle(r->stage);
}

/* Requests that come together are answered one after the other, however long one takes. */
static void requests_keep_their_order(struct room *r)
{
	talk(r,
	     "{'command':'user add','name':'romeo','password':'r'}\n{'command':'user delete','name':'romeo'}\n{'command':'online'}\nx\n"
	     "{'command':'user delete','name':'romeo'}",
	     "{'ok':{'address':'romeo@verona'}}\n{'ok':{'address':'romeo@verona'}}\n{'ok':{}}\n"
	     "{'error':{'code':'malformed','text':'a request is one JSON object on a line'}}\n"
	     "{'error':{'code':'unknown','text':'no such user'}}\n");
}

static void settings_are_shown(struct room *r)
{
	json_t *end;
	size_t rows;

	talk(r, "{'command':'settings','setting':'log.level'}",
	     "{'row':{'name':'log.level','value':'info','default':'info','source':'default','kind':'one of debug info','live':true,'help':'What.'}}\n{'ok':{}}\n");
	talk(r, "{'command':'settings','setting':'server.core'}", "{'error':{'code':'no-setting','text':'server.cores'}}\n");
	end = ask(r, "{\"command\":\"settings\"}", &rows);
	assert_int_equal(rows, 5);
	json_decref(end);
	talk(r, "{'command':'settings','setting':'secret'}",
	     "{'row':{'name':'secret.set','value':'(set)','default':'of the echo','source':'default','kind':'text, not shown','live':false,'help':'Which.'}}\n"
	     "{'row':{'name':'secret.none','value':'','default':'','source':'default','kind':'text, not shown','live':false,'help':'Which.'}}\n{'ok':{}}\n");
	end = ask(r, "{\"command\":\"settings\",\"setting\":\"server\"}", &rows);
	assert_int_equal(rows, 2);
	json_decref(end);
}

static void the_host_reloads_and_stops(struct room *r)
{
	talk(r, "{'command':'reload'}", "{'ok':{'changed':['log.level'],'restart':['server.domain','server.cores']}}\n");
	r->bad_file = true;
	talk(r, "{'command':'reload'}", "{'error':{'code':'bad-settings','text':'f:2: there is no setting a.b\\n'}}\n");
	assert_int_equal(r->reloads, 2);
	talk(r, "{'command':'stop'}\n{'command':'stop'}", "{'ok':{}}\n{'ok':{}}\n");
	assert_int_equal(r->stops, 1);
}

/* An operator who does not read holds up nobody and costs no page more than he can have read. */
static void a_stalled_operator_is_waited_for(struct room *r)
{
	own_buf said = { 0 };
	json_t *end;
	size_t rows;

	talk(r, "{'command':'user add','name':'romeo','password':'r'}", "{'ok':{'address':'romeo@verona'}}\n");
	talk(r, "{'command':'user add','name':'juliet','password':'j'}", "{'ok':{'address':'juliet@verona'}}\n");
	buf_lit(&said, "101|romeo,r\n");
	for (unsigned i = 0; i < 800; i++)
		buf_fmt(&said, "103|romeo,juliet,%01000u\n", i);
	classic(r, buf_z(&said));
	peer_stall(r->operator, true);
	buf_clear(&r->operator->heard);
	peer_say(r->operator, STR("{\"command\":\"queue\",\"name\":\"juliet\"}\n"));
	stage_settle(r->stage);
	assert_true(link_backlog(&r->operator->link) > 200 * 1024 && link_backlog(&r->operator->link) <= 256 * 1024);
	peer_stall(r->operator, false);
	stage_settle(r->stage);
	assert_true(r->operator->heard.n > 800 * 1000);
	assert_true(str_is(str_from(buf_all(&r->operator->heard), r->operator->heard.n - 10), "{\"ok\":{}}\n"));
	end = ask(r, "{\"command\":\"online\"}", &rows);
	json_decref(end);
}

static void who_goes_in_the_middle_is_forgotten(struct room *r)
{
	peer_say(r->operator, STR("{\"command\":\"user add\",\"name\":\"romeo\",\"password\":\"r\"}\n{\"command\":\"user list\"}\n"));
	peer_cut(r->operator);
	stage_settle(r->stage);
	r->operator = peer_open(r->stage, &admin_door, 0, false, false, 1);
	peer_say(r->operator, STR("{\"command\":\"user list\"}\n{\"command\""));
	peer_cut(r->operator);
	stage_settle(r->stage);
}

static void endless_requests_end(struct room *r)
{
	own_buf said = { 0 };

	for (unsigned i = 0; i <= 4 * 1024 * 1024; i++)
		buf_byte(&said, '{');
	peer_say(r->operator, buf_all(&said));
	stage_settle(r->stage);
	assert_false(r->operator->open);
}

static void (*const parts[])(struct room *r) = {
	accounts_come_and_go, errors_have_codes, who_is_online_is_seen_and_kicked, devices_are_shown_and_sent_away, people_are_invited, what_waits_is_shown, a_file_that_waits_is_shown, long_lists_come_in_pages, requests_keep_their_order, rights_change, rooms_are_made_shown_and_closed, rooms_have_errors,
	settings_are_shown, the_host_reloads_and_stops, a_stalled_operator_is_waited_for, who_goes_in_the_middle_is_forgotten, endless_requests_end,
};

static void run_all(unsigned cores)
{
	for (size_t i = 0; i < countof(parts); i++) {
		struct room r;

		enter(&r, cores);
		parts[i](&r);
		leave(&r);
	}
}

static void on_one_core(void **state) { run_all(1); }
static void on_two_cores(void **state) { run_all(2); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_one_core),
		cmocka_unit_test(on_two_cores),
	};

	log_level_set(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
