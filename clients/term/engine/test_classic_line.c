/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/test_classic_line.c - a client of the classic protocol against a server that says what the test
 * wants: what the real one says rarely, in another order, or never.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "clients/term/engine/classic.h"
#include "clients/term/engine/test_net_world.h"

/* ---- the server -------------------------------------------------------------------------------------------------- */

struct site {
	struct net_server server;
	struct net_world *world;
	struct net_host *tom;
	struct buf asked;     /* all requests, a line each */
	struct buf history;   /* what 111 about `told` brings */
	const char *told;
	bool limited;         /* only as many of the newest as are asked for */
	const char *people;   /* of a room */
	const char *mute;     /* requests that begin so get no reply */
	const char *sent;     /* the reply to 103, NULL: it is taken */
	const char *put, *got; /* the replies to 105 and 106 */
	bool sent_once;       /* to the next one only */
	struct list lines;
	bool trusted_after;   /* connections after the first one show another key, of an authority */
	bool renamed;         /* who enters a room gets another name */
	unsigned opened, tokens;
	msec ahead;           /* so much is its clock ahead of ours */
};

struct line {
	struct list here;
	struct site *site;
	struct buf in, out, given;
	bool over, getting;
};

static void at(const struct site *s, struct buf *to, msec time)
{
	time_t seconds = (time_t)((time + s->ahead) / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	buf_fmt(to, "%d-%d-%d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec);
}

static msec now(const struct site *s) { return world_now(&s->world->world); }

/* "1|103@jack@hello" and the time. */
static void push_put(const struct site *s, struct buf *to, const char *text, msec time)
{
	buf_fmt(to, "1|%s@", text);
	at(s, to, time);
	buf_byte(to, '\n');
}

/* As many rows as were asked for, or all. */
static void history(const struct site *s, struct buf *to, struct str count)
{
	struct str rest = buf_all(&s->history);
	uint64_t wanted = 0, rows = 0;

	str_u64(count, &wanted);
	for (size_t i = 0; i < rest.n; i++)
		rows += rest.p[i] == '\n';
	for (; s->limited && rows > wanted; rows--)
		rest = str_from(rest, str_find(rest, '\n') + 1);
	buf_str(to, rest);
}

static void answer(struct line *l, struct str r)
{
	struct site *s = l->site;
	own_buf name = { 0 };

	if (str_is(r, "102|")) {
		push_put(s, &l->out, "102@Server@jack,tom", now(s));
	} else if (str_starts(r, STR("102|"))) {
		buf_fmt(&name, "102@%.*s@%s", STR_ARG(str_from(r, 4)), s->people ? s->people : "tom");
		push_put(s, &l->out, buf_z(&name), now(s));
	} else if (str_starts(r, STR("103|"))) {
		buf_fmt(&l->out, "%s\n", s->sent ? s->sent : "1|");
		s->sent = s->sent_once ? NULL : s->sent;
	} else if (str_starts(r, STR("104|"))) {
		buf_fmt(&name, "104@Server@TOKEN%u", s->tokens++);
		push_put(s, &l->out, buf_z(&name), now(s));
	} else if (str_starts(r, STR("111|"))) {
		buf_lit(&l->out, "1|\n");
		if (s->told && str_starts(str_from(r, 4), str_z(s->told)))
			history(s, &l->out, str_from(r, 4 + strlen(s->told)));
		push_put(s, &l->out, "111@Server@end", now(s));
	} else if (str_starts(r, STR("108|")) && s->renamed) {
		buf_lit(&l->out, "1|\n");
		push_put(s, &l->out, "103@#tea@your name is taken here: you are tom2", now(s));
	} else if (str_starts(r, STR("105|"))) {
		buf_fmt(&l->out, "%s%s", s->put ? s->put : "", s->put ? "\n" : "");
	} else if (str_starts(r, STR("106|"))) {
		l->getting = true;
		buf_str(&l->out, str_z(s->got));
	} else {
		buf_lit(&l->out, "1|\n");
	}
	l->over = str_starts(r, STR("112|"));
}

static void *s_open(void *arg, struct net_host *from)
{
	struct site *s = arg;
	struct line *l = mem_new(struct line);

	(void)from;
	l->site = s;
	list_append(&s->lines, &l->here);
	if (s->opened++ && s->trusted_after) {
		s->server.trusted = true;
		s->server.key[0] ^= 1;
	}
	return l;
}

static void s_take(void *arg, void *line, struct str bytes)
{
	struct site *s = arg;
	struct line *l = line;
	size_t end;

	buf_str(&l->in, bytes);
	while ((end = str_find(buf_all(&l->in), '\n')) < l->in.n) {
		struct str r = str_n(l->in.p, end);

		buf_str(&s->asked, str_n(r.p, end));
		buf_byte(&s->asked, '\n');
		if (!s->mute || !str_starts(r, str_z(s->mute)))
			answer(l, r);
		buf_eat(&l->in, end + 1);
	}
}

static struct str s_give(void *arg, void *line)
{
	struct line *l = line;

	(void)arg;
	buf_clear(&l->given);
	buf_str(&l->given, buf_all(&l->out));
	buf_clear(&l->out);
	return buf_all(&l->given);
}

static bool s_closed(void *arg, void *line)
{
	(void)arg;
	return ((struct line *)line)->over;
}

static void s_cut(void *arg, void *line) { (void)arg, ((struct line *)line)->over = true; }
static void s_pass(void *arg, msec ms) { (void)arg, (void)ms; }

static struct site *site_new(void)
{
	struct site *s = mem_new(struct site);

	s->server = (struct net_server){ .open = s_open,
					 .take = s_take,
					 .give = s_give,
					 .closed = s_closed,
					 .cut = s_cut,
					 .pass = s_pass,
					 .arg = s };
	list_init(&s->lines);
	s->world = net_world_new(1);
	s->world->server = &s->server;
	s->tom = net_host_add(s->world, "tom", MODE_SERVER);
	s->tom->password = STR("secret");
	return s;
}

static void come(struct site *s)
{
	net_start(s->tom);
	net_run(s->world, 2000);
	assert_int_equal(client_state(s->tom->client)->phase, PHASE_ONLINE);
}

static void site_free(struct site *s)
{
	net_world_free(s->world);
	list_each (l, &s->lines, struct line, here) {
		buf_free(&l->in);
		buf_free(&l->out);
		buf_free(&l->given);
		mem_free(l);
	}
	buf_free(&s->asked);
	buf_free(&s->history);
	mem_free(s);
}

static struct conversation *with(struct site *s, const char *name)
{
	return client_conversation(s->tom->client, str_z(name), true);
}

static bool type(struct site *s, const char *in, const char *line)
{
	return client_line(s->tom->client, in ? with(s, in) : NULL, str_z(line));
}

/* The server tells something by itself, on the newest line. */
static void tell(struct site *s, const char *text)
{
	push_put(s, &holder_of(s->lines.prev, struct line, here)->out, text, now(s));
}

/* The same on the line that logged in first. */
static void tell_first(struct site *s, const char *text)
{
	push_put(s, &list_first(&s->lines, struct line, here)->out, text, now(s));
}

/* So many requests that begin so have come. */
static unsigned asked(struct site *s, const char *head)
{
	struct str rest = buf_all(&s->asked);
	unsigned n = 0;

	while (rest.n) {
		n += str_starts(rest, str_z(head));
		rest = str_from(rest, str_find(rest, '\n') + 1);
	}
	return n;
}

static struct str last_asked(struct site *s, const char *head)
{
	struct str rest = buf_all(&s->asked), found = STR_NONE;

	while (rest.n) {
		size_t n = str_find(rest, '\n');

		if (str_starts(rest, str_z(head)))
			found = str_n(rest.p, n);
		rest = str_from(rest, n + 1);
	}
	return found;
}

static struct entry *newest(struct site *s, const char *name)
{
	return holder_of(with(s, name)->entries.prev, struct entry, here);
}

static unsigned messages(struct site *s, const char *name)
{
	unsigned n = 0;

	list_each (e, &with(s, name)->entries, struct entry, here)
		n += e->kind != ENTRY_NOTE;
	return n;
}

static unsigned files_on_disk(const struct net_host *h)
{
	unsigned n = 0;

	for (const struct list *f = h->files.next; f != &h->files; f = f->next)
		n++;
	return n;
}

/* Something elsewhere that takes the next id. */
static void keep_filler(struct site *s) { client_note(s->tom->client, with(s, "lily"), STR("x")); }

/* ---- rooms ------------------------------------------------------------------------------------------------------- */

/* Left before the reply to entering came: it stays left, also after a break. */
static void test_left_before_it_was_entered(void **state)
{
	struct site *s = site_new();

	(void)state;
	come(s);
	assert_true(type(s, NULL, "/join #tea"));
	assert_true(type(s, "#tea", "/leave"));
	net_run(s->world, 1000);
	assert_false(with(s, "#tea")->online);
	assert_int_equal(asked(s, "108|#tea"), 1);
	net_cut(s->tom, false);
	net_run(s->world, 10000);
	assert_int_equal(asked(s, "101|"), 2);
	assert_int_equal(asked(s, "108|#tea"), 1);
	/* The other way round it stays entered. */
	assert_true(type(s, "#tea", "/leave"));
	assert_true(type(s, NULL, "/join #tea"));
	net_run(s->world, 1000);
	assert_true(with(s, "#tea")->online);
	site_free(s);
}

/* Whoever has our name in a room where we were given another one is somebody else. */
static void test_our_name_in_a_room(void **state)
{
	struct site *s = site_new();

	(void)state;
	come(s);
	assert_true(type(s, NULL, "/join #tea"));
	net_run(s->world, 1000);
	tell(s, "103@#tea/tom@from another place");
	net_run(s->world, 1000);
	assert_true(newest(s, "#tea")->mine);
	net_cut(s->tom, false);
	net_run(s->world, 10000);
	assert_true(with(s, "#tea")->online);
	tell(s, "103@#tea@your name is taken here: you are tom2");
	tell(s, "103@#tea/tom@I am tom");
	net_run(s->world, 1000);
	assert_true(str_is(newest(s, "#tea")->text, "I am tom"));
	assert_false(newest(s, "#tea")->mine);
	tell(s, "103@#tea/tom2@from here");
	net_run(s->world, 1000);
	assert_true(newest(s, "#tea")->mine);
	/* What the history brings behind being told so is read by it, too. */
	s->told = "#tea,";
	s->renamed = true;
	push_put(s, &s->history, "111@#tea/tom@I am still tom", now(s));
	net_cut(s->tom, false);
	net_run(s->world, 10000);
	assert_true(str_is(newest(s, "#tea")->text, "I am still tom") ||
		    newest(s, "#tea")->kind == ENTRY_NOTE);
	list_each (e, &with(s, "#tea")->entries, struct entry, here)
		assert_false(str_is(e->text, "I am still tom") && e->mine);
	site_free(s);
}

/* Who is in the room is asked once for many words of somebody who is not in the list, and when one of them goes. */
static void test_people_are_asked_for(void **state)
{
	struct site *s = site_new();
	unsigned before;

	(void)state;
	come(s);
	assert_true(type(s, NULL, "/join #tea"));
	net_run(s->world, 1000);
	before = asked(s, "102|#tea");
	for (int i = 0; i < 20; i++)
		tell(s, "103@#tea/a,b@hello");
	net_run(s->world, 1000);
	assert_true(asked(s, "102|#tea") > before);
	assert_true(asked(s, "102|#tea") < before + 20);
	s->people = "jack,tom";
	assert_true(type(s, "#tea", "/who"));
	net_run(s->world, 1000);
	assert_int_equal(with(s, "#tea")->people_n, 2);
	s->people = "tom";
	tell(s, "110@Server@logout,jack");
	net_run(s->world, 1000);
	assert_int_equal(with(s, "#tea")->people_n, 1);
	before = asked(s, "102|#tea");
	tell(s, "110@Server@logout,lily");
	net_run(s->world, 1000);
	assert_int_equal(asked(s, "102|#tea"), before);
	site_free(s);
}

/* "Too fast" may be over while what was written behind it is under way: the order holds all the same. */
static void test_too_fast_keeps_the_order(void **state)
{
	struct site *s = site_new();
	struct str first, second;

	(void)state;
	come(s);
	assert_true(type(s, NULL, "/join #tea"));
	net_run(s->world, 1000);
	s->sent = "0|too fast for this room: wait a little";
	s->sent_once = true; /* and then it takes them */
	assert_true(type(s, "#tea", "one\ntwo"));
	net_run(s->world, 20000);
	assert_int_equal(client_state(s->tom->client)->waiting, 0);
	assert_int_equal(asked(s, "103|tom,#tea,one"), 2);
	assert_int_equal(asked(s, "103|tom,#tea,two"), 1);
	first = last_asked(s, "103|");
	second = STR("103|tom,#tea,two");
	assert_true(str_eq(first, second));
	site_free(s);
}

/* ---- what is known after a break --------------------------------------------------------------------------------- */

static void row(struct site *s, const char *text, msec ago) { push_put(s, &s->history, text, now(s) - ago); }

/* Of somebody never talked to here nothing is news; behind what was known all of it is, also where we have written
 * something meanwhile that has not gone out. */
static void test_what_is_news(void **state)
{
	struct site *s = site_new();

	(void)state;
	come(s);
	s->told = "jack,";
	row(s, "111@jack@one", 90000);
	row(s, "111@jack@two", 80000);
	row(s, "111@tom@three", 70000);
	row(s, "111@jack@four", 60000);
	client_read(s->tom->client, with(s, "jack"));
	net_run(s->world, 1000);
	assert_int_equal(messages(s, "jack"), 4);
	assert_int_equal(with(s, "jack")->unread, 0);
	s->world->down = true;
	net_cut(s->tom, false);
	net_run(s->world, 5000);
	row(s, "111@jack@five", 0);
	net_run(s->world, 5000);
	assert_true(type(s, "jack", "are you there?"));
	s->world->down = false;
	net_run(s->world, 60000);
	assert_int_equal(messages(s, "jack"), 6);
	assert_int_equal(with(s, "jack")->unread, 1);
	/* More than is asked for at first. */
	client_read(s->tom->client, with(s, "jack"));
	net_cut(s->tom, false);
	for (int i = 0; i < 150; i++)
		row(s, "111@jack@six", i < 100 ? 0 : -1000);
	s->limited = true;
	net_run(s->world, 60000);
	assert_int_equal(messages(s, "jack"), 156);
	assert_int_equal(with(s, "jack")->unread, 150);
	site_free(s);
}

/* A message of many lines from another door is as many rows. */
static void test_a_long_history(void **state)
{
	struct site *s = site_new();
	int64_t id;

	(void)state;
	come(s);
	s->mute = "103|"; /* the reply never comes */
	id = net_say(s->tom, "jack", "in doubt");
	net_run(s->world, 1000);
	s->told = "jack,";
	for (int i = 0; i < 9000; i++) {
		char text[40];

		snprintf(text, sizeof text, "111@jack@line %d", i);
		row(s, text, 900000 - i * 100);
	}
	row(s, "111@tom@in doubt", 0);
	net_cut(s->tom, false);
	s->mute = NULL;
	net_run(s->world, 30000);
	assert_int_equal(net_status(s->tom, "jack", id), ENTRY_RELAYED);
	assert_int_equal(asked(s, "103|tom,jack,in doubt"), 1);
	site_free(s);
}

/* Ids that lie behind one another look as if another one began within them. */
static void test_each_row_stands_for_one(void **state)
{
	struct site *s = site_new();
	int64_t ids[3];

	(void)state;
	come(s);
	ids[0] = net_say(s->tom, "jack", "ok");
	assert_int_equal(ids[0], 1);
	net_run(s->world, 1000);
	for (int i = 2; i < 256; i++)
		keep_filler(s);
	ids[1] = net_say(s->tom, "jack", "first");
	assert_int_equal(ids[1], 256);
	for (int i = 257; i < 512; i++)
		keep_filler(s);
	ids[2] = net_say(s->tom, "jack", "second");
	assert_int_equal(ids[2], 512);
	net_run(s->world, 1000);
	/* The oldest is in doubt, as after a crash. */
	net_entry(s->tom, "jack", ids[0])->status = ENTRY_SENDING;
	assert_int_equal(keep_update(s->tom->keep, net_entry(s->tom, "jack", ids[0])), 0);
	s->told = "jack,";
	row(s, "111@tom@first", 1000);
	row(s, "111@tom@second", 1000);
	row(s, "111@tom@ok", 1000);
	net_cut(s->tom, false);
	net_run(s->world, 30000);
	assert_int_equal(net_status(s->tom, "jack", ids[0]), ENTRY_RELAYED);
	assert_int_equal(asked(s, "103|tom,jack,ok"), 1);
	site_free(s);
}

/* Our clock is five minutes ahead of the server's. */
static void test_clocks_differ(void **state)
{
	struct site *s = site_new();
	int64_t id;

	(void)state;
	s->ahead = -5 * 60 * 1000;
	come(s);
	s->mute = "103|";
	id = net_say(s->tom, "jack", "in doubt");
	net_run(s->world, 1000);
	s->told = "jack,";
	row(s, "111@tom@in doubt", 1000);
	net_cut(s->tom, false);
	s->mute = NULL;
	net_run(s->world, 30000);
	assert_int_equal(net_status(s->tom, "jack", id), ENTRY_RELAYED);
	assert_int_equal(asked(s, "103|"), 1);
	site_free(s);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* What was to be sent while there was no line is offered once. */
static void test_one_offer(void **state)
{
	struct site *s = site_new();

	(void)state;
	s->world->down = true;
	net_start(s->tom);
	net_file_make(s->tom, "x.txt", 10);
	net_send_file(s->tom, "jack", "x.txt");
	net_run(s->world, 1000);
	s->world->down = false;
	net_run(s->world, 10000);
	assert_int_equal(asked(s, "104|"), 1);
	assert_true(asked(s, "105|TOKEN0,") > 0);
	site_free(s);
}

/* Stopped before the server has said under which token: nothing is sent, and the offer is taken back. */
static void test_stopped_while_it_is_offered(void **state)
{
	struct site *s = site_new();
	int64_t id;

	(void)state;
	come(s);
	net_file_make(s->tom, "x.txt", 10);
	id = net_send_file(s->tom, "jack", "x.txt");
	assert_true(type(s, "jack", "/decline"));
	net_run(s->world, 5000);
	assert_int_equal(asked(s, "104|"), 1);
	assert_int_equal(asked(s, "105|"), 0);
	assert_int_equal(asked(s, "107|TOKEN0"), 1);
	assert_int_equal(net_status(s->tom, "jack", id), ENTRY_FAILED);
	assert_int_equal(net_entry(s->tom, "jack", id)->file->state, FILE_DECLINED);
	/* And once more is a new offer. */
	assert_true(type(s, "jack", "/again"));
	net_run(s->world, 5000);
	assert_true(asked(s, "105|TOKEN1,") > 0);
	site_free(s);
}

/* An offer is good for a day: what the server does not know any more can be offered again. */
static void test_an_offer_that_is_over(void **state)
{
	struct site *s = site_new();
	int64_t id;

	(void)state;
	come(s);
	s->put = "0|there is no such file, or it is no longer kept";
	net_file_make(s->tom, "x.txt", 10);
	id = net_send_file(s->tom, "jack", "x.txt");
	net_run(s->world, 5000);
	assert_int_equal(net_status(s->tom, "jack", id), ENTRY_FAILED);
	assert_true(type(s, "jack", "/again"));
	net_run(s->world, 5000);
	assert_int_equal(asked(s, "105|TOKEN0,"), 1);
	assert_int_equal(asked(s, "105|TOKEN1,"), 1);
	site_free(s);
}

/* Where the user named a certificate, an authority does not make another one good, also not for files. */
static void test_files_go_to_the_pinned_server(void **state)
{
	struct site *s = site_new();
	own_buf print = { 0 };
	int64_t id;

	(void)state;
	trust_fingerprint(&print, s->server.key);
	s->tom->setup.pin = buf_all(&print);
	s->trusted_after = true;
	come(s);
	net_file_make(s->tom, "x.txt", 10);
	id = net_send_file(s->tom, "jack", "x.txt");
	net_run(s->world, 5000);
	assert_int_equal(net_status(s->tom, "jack", id), ENTRY_FAILED);
	assert_int_equal(asked(s, "105|"), 0);
	site_free(s);
}

/* What came of a file that was declined while it was broken off does not stay on the disk. */
static void test_declined_while_it_is_paused(void **state)
{
	struct site *s = site_new();

	(void)state;
	come(s);
	s->got = "1|5\nabc";
	tell(s, "104@jack@a.txt,5,GIVEN");
	net_run(s->world, 1000);
	assert_true(type(s, "jack", "/get"));
	net_run(s->world, 1000);
	list_each (l, &s->lines, struct line, here)
		l->over = l->over || l->getting;
	net_run(s->world, 500);
	assert_int_equal(net_offer(s->tom, "jack")->file->state, FILE_PAUSED);
	assert_int_equal(files_on_disk(s->tom), 1);
	assert_true(type(s, "jack", "/decline"));
	net_run(s->world, 500);
	assert_int_equal(files_on_disk(s->tom), 0);
	site_free(s);
}

/* A conversation that is forgotten while its files come: others have their turn. */
static void test_forgotten_while_it_comes(void **state)
{
	struct site *s = site_new();

	(void)state;
	come(s);
	s->got = "1|5\nabc";
	for (unsigned i = 0; i < 3; i++) {
		own_buf offer = { 0 };

		buf_fmt(&offer, "104@jack@a%u.txt,5,GIVEN%u", i, i);
		tell(s, buf_z(&offer));
	}
	net_run(s->world, 1000);
	for (const char *const *get = (const char *const[]){ "/get 1", "/get 2", "/get 3", NULL }; *get; get++)
		assert_true(type(s, "jack", *get));
	net_run(s->world, 1000);
	assert_int_equal(asked(s, "106|"), 3);
	assert_true(type(s, "jack", "/forget yes"));
	list_each (l, &s->lines, struct line, here)
		if (l->getting)
			buf_lit(&l->out, "de");
	net_run(s->world, 1000);
	s->got = "1|5\nabcde";
	tell_first(s, "104@jack@b.txt,5,GIVEN4");
	net_run(s->world, 1000);
	assert_true(type(s, "jack", "/get 1"));
	net_run(s->world, 1000);
	assert_int_equal(asked(s, "106|"), 4);
	assert_int_equal(net_offer(s->tom, "jack")->file->state, FILE_DONE);
	site_free(s);
}

/* ---- coming in --------------------------------------------------------------------------------------------------- */

/* A server that takes the connection and says nothing is given up, and tried again. */
static void test_no_answer_to_the_login(void **state)
{
	struct site *s = site_new();

	(void)state;
	s->mute = "101|";
	net_start(s->tom);
	net_run(s->world, 200 * 1000);
	assert_true(asked(s, "101|") > 1);
	s->mute = NULL;
	net_run(s->world, 200 * 1000);
	assert_int_equal(client_state(s->tom->client)->phase, PHASE_ONLINE);
	site_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_left_before_it_was_entered),
		cmocka_unit_test(test_our_name_in_a_room),
		cmocka_unit_test(test_people_are_asked_for),
		cmocka_unit_test(test_too_fast_keeps_the_order),
		cmocka_unit_test(test_what_is_news),
		cmocka_unit_test(test_a_long_history),
		cmocka_unit_test(test_each_row_stands_for_one),
		cmocka_unit_test(test_clocks_differ),
		cmocka_unit_test(test_one_offer),
		cmocka_unit_test(test_stopped_while_it_is_offered),
		cmocka_unit_test(test_an_offer_that_is_over),
		cmocka_unit_test(test_files_go_to_the_pinned_server),
		cmocka_unit_test(test_declined_while_it_is_paused),
		cmocka_unit_test(test_forgotten_while_it_comes),
		cmocka_unit_test(test_no_answer_to_the_login),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
