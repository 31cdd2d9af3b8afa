/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "store/faulty.h"
#include "tests/talk.h"
#include "wire/line.h"

#define NOW "@2026-11-21 09:28:00"
#define HEARS(line, said, wanted) assert_string_equal(talk_ask(line, said), wanted)

static void people(struct talk *t)
{
	talk_account(t, "tom", "secret");
	talk_account(t, "jack", "other, secret");
	talk_account(t, "lily", "third");
}

static struct talk *begin(unsigned cores)
{
	struct talk *t = talk_new(cores, NULL);

	people(t);
	return t;
}

static struct line *login(struct talk *t, unsigned core, const char *request)
{
	struct line *l = talk_open(t, core, &classic_door, TALK_HERE);

	HEARS(l, request, "1|\n");
	return l;
}

#define TOM "101|tom,secret\n"
#define JACK "101|jack,other, secret\n"

/* ---- requests one by one ------------------------------------------------------------------------------------ */

static void before_login_little_is_served(void **state)
{
	struct talk *t = begin(1);
	struct line *l = talk_open(t, 0, &classic_door, TALK_HERE);

	HEARS(l, "102|\n", "0|log in first\n");
	HEARS(l, "103|tom,jack,hello\n", "0|log in first\n");
	HEARS(l, "110|on\n", "0|log in first\n");
	HEARS(l, "111|jack,3\n", "0|log in first\n");
	HEARS(l, "112|\n", "1|\n");
	assert_true(talk_closed(l));
	talk_free(t);
}

static void login_takes_blanks_around_its_comma(void **state)
{
	static const char *const good[] = { "101|tom,secret\n", "101|tom, secret\r\n", "101|tom ,\t secret\n",
					    "101| TOM , secret\n" };
	static const char *const bad[] = { "101|tom,secret \n", "101|tom,\n", "101|,secret\n", "101|tom\n", "101|\n",
					   "101|tom@anser.test,secret\n", "101|nobody,secret\n", "101|tom,wrong\n" };

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct talk *t = begin(1);
		struct line *l = login(t, 0, good[i]);

		HEARS(l, "101|tom,secret\n", "0|\n"); /* once is enough */
		HEARS(l, "102|\n", "1|102@Server@tom" NOW "\n");
		talk_free(t);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct talk *t = begin(1);

		HEARS(talk_open(t, 0, &classic_door, TALK_HERE), bad[i], "0|\n");
		talk_free(t);
	}
}

static void a_password_may_hold_anything(void **state)
{
	struct talk *t = talk_new(1, NULL);
	struct line *l = talk_open(t, 0, &classic_door, TALK_HERE);

	HEARS(l, "100|ann,a,b|c@d\xE4\xBD\xA0\n", "1|\n");
	HEARS(l, "102|\n", "0|log in first\n");
	HEARS(l, "101|ann,a,b|c@d\xE4\xBD\xA0\n", "1|\n");
	talk_free(t);
}

static void registering_has_reasons(void **state)
{
	struct talk *t = begin(1);
	struct line *l = talk_open(t, 0, &classic_door, TALK_HERE);
	struct line *away = talk_open(t, 0, &classic_door, TALK_TLS);

	HEARS(l, "100|tom,x\n", "0|this name is taken\n");
	HEARS(l, "100|t o m,x\n", "0|this cannot be a user name\n");
	HEARS(l, "100|ann,\n",
	      "0|this cannot be a password: it is empty, too long, or has characters that are not allowed\n");
	HEARS(l, "100|ann\n", "0|bad request\n");
	talk_ask(away, "100|ann,x\n");
	talk_free(t);
}

static void five_failures_close(void **state)
{
	struct talk *t = begin(1);
	struct line *l = talk_open(t, 0, &classic_door, TALK_HERE);

	for (int i = 0; i < 4; i++)
		HEARS(l, "101|tom,wrong\n", "0|\n");
	assert_false(talk_closed(l));
	HEARS(l, "101|tom,wrong\n102|\n", "0|\n");
	assert_true(talk_closed(l));
	talk_free(t);
}

static void guessing_is_slowed_down(void **state)
{
	struct core_settings settings = talk_settings();
	struct talk *t;
	struct line *l;

	settings.login_attempts = 3;
	t = talk_new_with(1, NULL, &settings);
	people(t);
	l = talk_open(t, 0, &classic_door, TALK_HERE);
	for (int i = 0; i < 3; i++)
		HEARS(l, "101|tom,wrong\n", "0|\n");
	/* The right password is not even looked at now, and on no connection. */
	HEARS(l, TOM, "0|\n");
	HEARS(talk_open(t, 0, &classic_door, TALK_HERE), TOM, "0|\n");
	talk_free(t);
}

static void who_is_online(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = begin(cores);
		struct line *tom = login(t, 0, TOM), *again = login(t, cores - 1, TOM);
		struct line *jack = login(t, cores - 1, JACK);

		HEARS(tom, "102|\n", "1|102@Server@jack,tom" NOW "\n");
		HEARS(jack, "102|#room\n", "0|there are no rooms here\n");
		HEARS(jack, "102|x\n", "0|bad request\n");
		talk_cut(tom);
		HEARS(jack, "102|\n", "1|102@Server@jack,tom" NOW "\n");
		HEARS(again, "112|\n", "1|\n");
		HEARS(jack, "102|\n", "1|102@Server@jack" NOW "\n");
		talk_free(t);
	}
}

static void events(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = begin(cores);
		struct line *tom = login(t, 0, TOM), *jack;

		HEARS(tom, "110|on\n", "1|\n");
		jack = login(t, cores - 1, JACK);
		assert_string_equal(talk_hear(tom), "1|110@Server@login,jack" NOW "\n");
		HEARS(jack, "112|\n", "1|\n");
		assert_string_equal(talk_hear(tom), "1|110@Server@logout,jack" NOW "\n");
		HEARS(tom, "110|off\n", "1|\n");
		login(t, cores - 1, JACK);
		assert_string_equal(talk_hear(tom), "");
		HEARS(tom, "110|perhaps\n", "0|bad request\n");
		talk_free(t);
	}
}

static void what_is_no_request(void **state)
{
	struct talk *t = begin(1);
	struct line *l = login(t, 0, TOM);

	HEARS(l, "999|\n", "0|bad request\n");
	HEARS(l, "104|tom,jack,plan.pdf\n104|tom,jack,plan.pdf,x\n104|tom,jack,,1\n", "0|bad request\n0|bad request\n0|bad request\n");
	HEARS(l, "104|tom,jack,plan.pdf,1\n", "0|this server takes no files\n");
	HEARS(l, "hello\n", "0|bad request\n");
	HEARS(l, "\n", "0|bad request\n");
	HEARS(l, "1022|\n", "0|bad request\n");
	HEARS(l, "111|jack\n111|jack,0\n111|jack,-1\n111|jack,x\n",
	      "0|bad request\n0|bad request\n0|bad request\n0|bad request\n");
	HEARS(l, "111|#room,1\n", "0|no such room\n");
	assert_false(talk_closed(l));
	talk_free(t);
}

/* ---- messages ----------------------------------------------------------------------------------------------- */

static void messages_arrive_as_sent(void **state)
{
	static const char *const content[] = { "hello", "a, b | c @ d", "  blanks stay  ",
					       "\xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80", "<b>&amp;</b> ]]> \"'",
					       "1|103@tom@forged@2026-1-1 00:00:00", "tab\there" };

	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = begin(cores);
		struct line *tom = login(t, 0, TOM), *jack = login(t, cores - 1, JACK), *also = login(t, 0, JACK);

		for (size_t i = 0; i < sizeof content / sizeof content[0]; i++) {
			own_buf said = { 0 };
			own_buf heard = { 0 };

			buf_fmt(&said, "103|tom, jack ,%s\n", content[i]);
			buf_fmt(&heard, "1|103@tom@%s" NOW "\n", content[i]);
			HEARS(tom, buf_z(&said), "1|\n");
			assert_string_equal(talk_hear(jack), buf_z(&heard));
			assert_string_equal(talk_hear(also), buf_z(&heard));
		}
		talk_free(t);
	}
}

static void messages_are_refused_with_reasons(void **state)
{
	struct talk *t = begin(1);
	struct line *tom = login(t, 0, TOM);

	HEARS(tom, "103|jack,tom,hello\n", "0|not you\n");
	HEARS(tom, "103|tom,nobody,hello\n", "0|no such user\n");
	HEARS(tom, "103|tom,no body,hello\n", "0|no such user\n");
	HEARS(tom, "103|tom,#room,hello\n", "0|no such room\n");
	HEARS(tom, "103|tom,jack\n", "0|bad request\n");
	HEARS(tom, "103|tom,jack,\n", "0|bad request\n");
	HEARS(tom, "103|tom,jack,bell \a\n", "0|bad request\n");
	HEARS(tom, "103|tom,jack,\xEF\xBF\xBF\n", "0|bad request\n");
	HEARS(tom, "103|TOM,Jack,names in any case\n", "1|\n");
	talk_free(t);
}

static void replies_keep_the_order_of_requests(void **state)
{
	struct talk *t = begin(1);
	struct line *tom = login(t, 0, TOM);

	HEARS(tom, "103|tom,jack,a\n103|tom,nobody,b\n103|tom,jack,c\n102|\n103|jack,tom,d\n103|tom,jack,e\n999|\n"
	      "112|\n102|\n",
	      "1|\n0|no such user\n1|\n1|102@Server@tom" NOW "\n0|not you\n1|\n0|bad request\n1|\n");
	assert_true(talk_closed(tom));
	talk_free(t);
}

static void what_is_not_on_disk_is_not_answered_with_1(void **state)
{
	struct talk *t = talk_new(1, "faulty::memory:");
	struct line *tom, *jack;

	people(t);
	tom = login(t, 0, TOM);
	jack = login(t, 0, JACK);
	store_faulty_set(STORE_FULL);
	HEARS(tom, "103|tom,jack,a\n103|tom,jack,b\n102|\n",
	      "0|try again later\n0|try again later\n1|102@Server@jack,tom" NOW "\n");
	store_faulty_set(0);
	HEARS(tom, "103|tom,jack,c\n", "1|\n");
	assert_string_equal(talk_hear(jack), "1|103@tom@c" NOW "\n");
	talk_free(t);
}

static void what_waited_follows_the_login(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = begin(cores);
		struct line *tom = login(t, 0, TOM), *jack = talk_open(t, cores - 1, &classic_door, TALK_HERE);

		HEARS(tom, "103|tom,jack,one\n", "1|\n");
		talk_wait(t, 45ll * 24 * 3600 * 1000); /* until a month and a day with one digit */
		HEARS(tom, "103|tom,jack,two\n", "1|\n");
		assert_true(talk_closed(jack)); /* it took its time to log in */
		jack = talk_open(t, cores - 1, &classic_door, TALK_HERE);
		HEARS(jack, JACK, "1|\n1|103@tom@one" NOW "\n1|103@tom@two@2027-1-5 09:28:00\n");
		talk_cut(jack);
		login(t, 0, JACK); /* and not again */
		talk_free(t);
	}
}

static void what_the_kernel_did_not_take_waits(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = begin(cores);
		struct line *tom = login(t, 0, TOM), *jack = login(t, cores - 1, JACK);

		talk_stall(jack, true);
		HEARS(tom, "103|tom,jack,one\n103|tom,jack,two\n", "1|\n1|\n");
		talk_cut(jack);
		HEARS(talk_open(t, 0, &classic_door, TALK_HERE), JACK,
		      "1|\n1|103@tom@one" NOW "\n1|103@tom@two" NOW "\n");
		talk_free(t);
	}
}

static void who_does_not_read_is_closed_and_loses_nothing(void **state)
{
	struct core_settings settings = talk_settings();
	own_buf said = { 0 };
	struct talk *t;
	struct line *tom, *jack;
	const char *heard;

	settings.backlog_max = 65536;
	t = talk_new_with(1, NULL, &settings);
	people(t);
	tom = login(t, 0, TOM);
	jack = login(t, 0, JACK);
	talk_stall(jack, true);
	for (int i = 0; i < 2000; i++) {
		buf_clear(&said);
		buf_fmt(&said, "103|tom,jack,number %d %0*d\n", i, 100, 0);
		HEARS(tom, buf_z(&said), "1|\n");
		assert_true(talk_closed(jack) || link_backlog(talk_link(jack)) < 65536 + 1000);
	}
	assert_true(talk_closed(jack));
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_SPILLED), 1);
	jack = talk_open(t, 0, &classic_door, TALK_HERE);
	heard = talk_ask(jack, JACK);
	for (int i = 0; i < 2000; i++) {
		char wanted[32];

		snprintf(wanted, sizeof wanted, "@number %d ", i);
		heard = strstr(heard, wanted);
		assert_non_null(heard);
	}
	talk_free(t);
}

static void replies_that_nobody_reads_stop_the_reading(void **state)
{
	struct talk *t = begin(1);
	struct line *tom = login(t, 0, TOM);

	talk_stall(tom, true);
	for (int i = 0; i < 20000; i++)
		talk_say(tom, "102|\n");
	talk_run(t);
	assert_true(talk_paused(tom));
	assert_true(link_backlog(talk_link(tom)) < 2 * 65536);
	talk_stall(tom, false);
	assert_int_equal(strlen(talk_hear(tom)), 20000 * strlen("1|102@Server@tom" NOW "\n"));
	assert_false(talk_paused(tom));
	talk_free(t);
}

static void who_sends_too_fast_is_read_more_slowly(void **state)
{
	struct core_settings settings = talk_settings();
	struct talk *t;
	struct line *tom;

	settings.rate_bytes = 1000;
	t = talk_new_with(1, NULL, &settings);
	people(t);
	tom = login(t, 0, TOM);
	for (int i = 0; i < 5000; i++)
		talk_say(tom, "102|\n");
	talk_run(t);
	assert_true(talk_paused(tom));
	talk_wait(t, 60000);
	assert_false(talk_paused(tom));
	talk_free(t);
}

static void no_login_in_time(void **state)
{
	struct talk *t = begin(1);
	struct line *late = talk_open(t, 0, &classic_door, TALK_HERE), *in_time = login(t, 0, TOM);

	talk_wait(t, talk_settings().login_deadline_ms + 1000);
	assert_true(talk_closed(late));
	assert_false(talk_closed(in_time));
	talk_free(t);
}

static void tls_may_be_required(void **state)
{
	struct core_settings settings = talk_settings();
	struct talk *t;

	settings.classic_require_tls = true;
	t = talk_new_with(1, NULL, &settings);
	people(t);
	HEARS(talk_open(t, 0, &classic_door, TALK_HERE), TOM, "0|\n");
	HEARS(talk_open(t, 0, &classic_door, TALK_HERE), "100|ann,x\n", "0|only over TLS\n");
	HEARS(talk_open(t, 0, &classic_door, TALK_TLS), TOM, "1|\n");
	talk_free(t);
}

/* ---- history ------------------------------------------------------------------------------------------------ */

static void say_numbers(struct line *tom, int n, int size)
{
	for (int i = 0; i < n; i++) {
		own_buf said = { 0 };

		buf_fmt(&said, "103|tom,jack,%d %0*d\n", i, size, 0);
		HEARS(tom, buf_z(&said), "1|\n");
	}
}

static void history_wanted(struct buf *to, int from, int n, int size)
{
	buf_lit(to, "1|\n");
	for (int i = from; i < n; i++)
		buf_fmt(to, "1|111@tom@%d %0*d" NOW "\n", i, size, 0);
	buf_lit(to, "1|111@Server@end" NOW "\n");
}

static void history_is_told_oldest_first(void **state)
{
	static const int count[] = { 1, 5, 24, 25, 26, 50, 60, 79, 80, 81, 500, 9999 };
	struct talk *t = begin(1);
	struct line *tom = login(t, 0, TOM);

	say_numbers(tom, 80, 1);
	for (size_t i = 0; i < sizeof count / sizeof count[0]; i++) {
		own_buf said = { 0 };
		own_buf wanted = { 0 };

		buf_fmt(&said, "111| Jack , %d\n", count[i]);
		history_wanted(&wanted, count[i] < 80 ? 80 - count[i] : 0, 80, 1);
		HEARS(tom, buf_z(&said), buf_z(&wanted));
	}
	HEARS(tom, "111|lily,10\n", "1|\n1|111@Server@end" NOW "\n");
	talk_free(t);
}

static void a_long_history_waits_for_its_reader(void **state)
{
	struct talk *t = begin(1);
	struct line *tom = login(t, 0, TOM);
	own_buf wanted = { 0 };

	say_numbers(tom, 100, 20000);
	history_wanted(&wanted, 0, 100, 20000);
	buf_lit(&wanted, "1|102@Server@tom" NOW "\n");
	talk_stall(tom, true);
	talk_say(tom, "111|jack,100\n102|\n");
	talk_run(t);
	assert_true(talk_paused(tom));
	assert_true(link_backlog(talk_link(tom)) < 30 * 20100);
	talk_stall(tom, false);
	assert_string_equal(talk_hear(tom), buf_z(&wanted));
	assert_false(talk_paused(tom));
	talk_free(t);
}

/* ---- many lines --------------------------------------------------------------------------------------------- */

/* From a client of the other door, since a line has no lines in it. */
static void java_lines(struct talk *t, const char *unit, int n);

static size_t count(struct str text, const char *what)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += str_starts(str_from(text, i), str_z(what));
	return n;
}

static void a_message_of_lines_is_several_pushes(void **state)
{
	struct talk *t = begin(1);
	struct line *jack = login(t, 0, JACK);

	java_lines(t, "x\n", 150);
	assert_int_equal(count(talk_hear_bytes(jack), "1|103@tom@x@"), 150);
	java_lines(t, "one\r\ntwo\r\rthree", 1);
	assert_string_equal(talk_hear(jack), "1|103@tom@one" NOW "\n1|103@tom@two" NOW "\n"
			    "1|103@tom@" NOW "\n1|103@tom@three" NOW "\n");
	talk_free(t);
}

/* Some bytes must not become many: nothing is lost, but what goes beyond comes in one line. */
static void very_many_lines_are_joined(void **state)
{
	struct talk *t = begin(1);
	struct line *jack = talk_open(t, 0, &classic_door, TALK_HERE);
	struct str heard;

	for (int i = 0; i < 60; i++)
		java_lines(t, "y\n", 20000);
	talk_say(jack, JACK);
	heard = talk_hear_bytes(jack);
	assert_false(talk_closed(jack));
	assert_int_equal(count(heard, "y"), 60 * 20000);
	assert_true(heard.n < 3 * 60 * (40000 + 8192));
	talk_free(t);
}

/* ---- framing ------------------------------------------------------------------------------------------------ */

static void a_start_that_fits_no_framing_ends(void **state)
{
	static const char *const start[] = { "GET / HTTP/1.1\r\n", "hello\n", "\n\n\n", "<stream:stream>" };

	for (size_t i = 0; i < sizeof start / sizeof start[0]; i++) {
		struct talk *t = begin(1);
		struct line *l = talk_open(t, 0, &classic_door, TALK_HERE);

		HEARS(l, start[i], "0|bad request\n");
		assert_true(talk_closed(l));
		talk_free(t);
	}
}

static void what_is_no_text_ends(void **state)
{
	struct talk *t = begin(1);
	struct line *tom = login(t, 0, TOM);

	HEARS(tom, "103|tom,jack,good\n103|tom,jack,\xC0\xAF\n102|\n", "1|\n0|bad request\n");
	assert_true(talk_closed(tom));
	talk_free(t);
}

static void a_frame_is_bounded(void **state)
{
	own_buf line = { 0 };
	struct talk *t = begin(1);
	struct line *tom = login(t, 0, TOM), *new = talk_open(t, 0, &classic_door, TALK_HERE);

	buf_lit(&line, "103|tom,jack,");
	while (line.n < LINE_BYTES_MAX)
		buf_byte(&line, 'x');
	talk_say_n(tom, line.p, line.n);
	HEARS(tom, "\n", "1|\n");
	talk_say_n(tom, line.p, line.n);
	assert_false(talk_closed(tom));
	HEARS(tom, "x\n", "0|bad request\n");
	assert_true(talk_closed(tom));
	/* Who has not logged in yet costs less. */
	talk_say_n(new, line.p, talk_settings().stanza_before_login + 1);
	assert_string_equal(talk_hear(new), "0|bad request\n");
	assert_true(talk_closed(new));
	talk_free(t);
}

static void every_split_of_lines(void **state)
{
	static const char said[] = "100|tom,x\n101|tom, secret\r\n110|on\n102|\n103|tom,jack,hi, t\xC3\xB6m|@\n"
				   "103|tom,nobody,x\n999|\n111|jack,1\n112|\n102|\n";

	for (unsigned cores = 1; cores <= 2; cores++) {
		own_buf heard = { 0 };

		assert_true(talk_every_split(cores, &classic_door, TALK_HERE, people,
					     str_n(said, sizeof said - 1), &heard));
		assert_string_equal(buf_z(&heard), "0|this name is taken\n1|\n1|\n1|102@Server@tom" NOW "\n1|\n"
				    "0|no such user\n0|bad request\n1|\n1|111@tom@hi, t\xC3\xB6m|@" NOW "\n"
				    "1|111@Server@end" NOW "\n1|\n(closed)");
	}
}

/* ---- Java's framing ----------------------------------------------------------------------------------------- */

static void java_add(struct buf *to, const char *text) { line_write(to, LINE_JAVA, str_z(text)); }

static void java_say(struct line *l, const char *text)
{
	own_buf frame = { 0 };

	java_add(&frame, text);
	talk_say_n(l, frame.p, frame.n);
}

/* What was heard, as lines of UTF-8. */
static void java_hear(struct line *l, struct buf *to)
{
	struct str left = talk_hear_bytes(l);

	while (left.n) {
		size_t n = (size_t)(unsigned char)left.p[0] << 8 | (unsigned char)left.p[1];

		assert_true(left.n >= 2 + n);
		assert_true(java_utf_read(to, str_n(left.p + 2, n)));
		buf_byte(to, '\n');
		left = str_from(left, 2 + n);
	}
}

static void java_hears(struct line *l, const char *wanted)
{
	own_buf heard = { 0 };

	java_hear(l, &heard);
	assert_string_equal(buf_z(&heard), wanted);
}

static void java_lines(struct talk *t, const char *unit, int n)
{
	struct line *java = talk_open(t, 0, &classic_door, TALK_HERE);
	own_buf said = { 0 };

	buf_lit(&said, "103|tom,jack,");
	while (n--)
		buf_str(&said, str_z(unit));
	java_say(java, "101|tom,secret");
	java_say(java, buf_z(&said));
	java_say(java, "112|");
	java_hears(java, "1|\n1|\n");
}

static void java_dialect(void **state)
{
	struct talk *t = begin(1);
	struct line *java = talk_open(t, 0, &classic_door, TALK_HERE), *jack = login(t, 0, JACK);

	java_say(java, "101|tom, secret");
	java_hears(java, "1|\n");
	java_say(java, "102|");
	java_hears(java, "102@Server@jack,tom" NOW ";\n");
	java_say(java, "103|tom,jack,hi; \xF0\x9F\x98\x80"); /* not answered */
	java_say(java, "102|");
	java_hears(java, "102@Server@jack,tom" NOW ";\n");
	assert_string_equal(talk_hear(jack), "1|103@tom@hi; \xF0\x9F\x98\x80" NOW "\n");
	HEARS(jack, "103|jack,tom,a;b; \xF0\x9F\x98\x80\n", "1|\n");
	java_hears(java, "103@jack@a\xEF\xBC\x9B" "b\xEF\xBC\x9B \xF0\x9F\x98\x80" NOW ";\n");
	java_say(java, "103|tom,nobody,x");
	java_hears(java, "103@Server@no such user" NOW ";\n");
	java_say(java, "103|tom");
	java_hears(java, "103@Server@bad request" NOW ";\n");
	java_say(java, "999|");
	java_hears(java, "0|bad request\n");
	java_say(java, "103|tom,jack,two\nlines");
	java_say(java, "111|jack,1");
	java_hears(java, "1|\n111@tom@two" NOW ";\n111@tom@lines" NOW ";\n111@Server@end" NOW ";\n");
	assert_string_equal(talk_hear(jack), "1|103@tom@two" NOW "\n1|103@tom@lines" NOW "\n");
	java_say(java, "112|");
	java_hears(java, "1|\n");
	assert_true(talk_closed(java));
	talk_free(t);
}

static void java_login_fails_as_lines_do(void **state)
{
	struct talk *t = begin(1);
	struct line *java = talk_open(t, 0, &classic_door, TALK_HERE);

	java_say(java, "101|tom,wrong");
	java_hears(java, "0|\n");
	java_say(java, "103|tom,jack,x");
	java_hears(java, "103@Server@log in first" NOW ";\n");
	java_say(java, "102|");
	java_hears(java, "0|log in first\n");
	talk_free(t);
}

/* What does not fit in 65535 bytes of modified UTF-8 comes in several pushes, and none of it is lost. */
static void java_pushes_are_cut_where_they_must(void **state)
{
	static const char *const unit[] = { "x", ";", "\xF0\x9F\x98\x80" };

	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
		struct talk *t = begin(1);
		struct line *java = talk_open(t, 0, &classic_door, TALK_HERE), *jack = login(t, 0, JACK);
		own_buf said = { 0 };
		own_buf heard = { 0 };
		struct str mark = str_z(i == 1 ? "\xEF\xBC\x9B" : unit[i]);
		size_t n = 0, found = 0;

		java_say(java, "101|tom,secret");
		java_hears(java, "1|\n");
		buf_lit(&said, "103|jack,tom,");
		for (; said.n + 4 < LINE_BYTES_MAX; n++)
			buf_str(&said, str_z(unit[i]));
		buf_byte(&said, '\n');
		talk_say_n(jack, said.p, said.n);
		assert_string_equal(talk_hear(jack), "1|\n");
		java_hear(java, &heard);
		for (size_t at = 0; at < heard.n; at++)
			found += str_starts(str_from(buf_all(&heard), at), mark);
		assert_int_equal(found, n);
		talk_free(t);
	}
}

static void every_split_of_java(void **state)
{
	static const char wanted[] = "102@Server@tom" NOW ";";
	own_buf said = { 0 };
	own_buf heard = { 0 };

	java_add(&said, "101|tom,secret");
	java_add(&said, "103|tom,jack,\xF0\x9F\x98\x80");
	java_add(&said, "103|tom,nobody,x");
	java_add(&said, "102|");
	java_add(&said, "112|");
	assert_true(talk_every_split(2, &classic_door, TALK_HERE, people, buf_all(&said), &heard));
	assert_non_null(memmem(heard.p, heard.n, wanted, sizeof wanted - 1));
}

/* ---- the zone ----------------------------------------------------------------------------------------------- */

static void time_is_in_the_zone_of_the_server(void **state)
{
	struct talk *t = begin(1);
	struct line *tom = login(t, 0, TOM);

	setenv("TZ", "CST-8", 1);
	tzset();
	HEARS(tom, "102|\n", "1|102@Server@tom@2026-11-21 17:28:00\n");
	setenv("TZ", "UTC", 1);
	tzset();
	talk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_login_little_is_served),
		cmocka_unit_test(login_takes_blanks_around_its_comma),
		cmocka_unit_test(a_password_may_hold_anything),
		cmocka_unit_test(registering_has_reasons),
		cmocka_unit_test(five_failures_close),
		cmocka_unit_test(guessing_is_slowed_down),
		cmocka_unit_test(who_is_online),
		cmocka_unit_test(events),
		cmocka_unit_test(what_is_no_request),
		cmocka_unit_test(messages_arrive_as_sent),
		cmocka_unit_test(messages_are_refused_with_reasons),
		cmocka_unit_test(replies_keep_the_order_of_requests),
		cmocka_unit_test(what_is_not_on_disk_is_not_answered_with_1),
		cmocka_unit_test(what_waited_follows_the_login),
		cmocka_unit_test(what_the_kernel_did_not_take_waits),
		cmocka_unit_test(who_does_not_read_is_closed_and_loses_nothing),
		cmocka_unit_test(replies_that_nobody_reads_stop_the_reading),
		cmocka_unit_test(who_sends_too_fast_is_read_more_slowly),
		cmocka_unit_test(no_login_in_time),
		cmocka_unit_test(tls_may_be_required),
		cmocka_unit_test(history_is_told_oldest_first),
		cmocka_unit_test(a_long_history_waits_for_its_reader),
		cmocka_unit_test(a_message_of_lines_is_several_pushes),
		cmocka_unit_test(very_many_lines_are_joined),
		cmocka_unit_test(a_start_that_fits_no_framing_ends),
		cmocka_unit_test(what_is_no_text_ends),
		cmocka_unit_test(a_frame_is_bounded),
		cmocka_unit_test(every_split_of_lines),
		cmocka_unit_test(java_dialect),
		cmocka_unit_test(java_login_fails_as_lines_do),
		cmocka_unit_test(java_pushes_are_cut_where_they_must),
		cmocka_unit_test(every_split_of_java),
		cmocka_unit_test(time_is_in_the_zone_of_the_server),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
