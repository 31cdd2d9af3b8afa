/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/test_files.c - files on the classic door: 104 to 107, and how files of other doors are shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "core/files.h"
#include "doors/xmpp/rooms.h"
#include "store/faulty.h"
#include "store/memory.h"
#include "tests/talk.h"
#include "wire/line.h"

#define AT "@2026-11-21 09:28:00"
#define NOW AT "\n"
#define SITE "https://chat.test:5281"
#define HEARS(line, said, wanted) assert_string_equal(talk_ask(line, said), wanted)

struct site {
	struct talk *talk;
	struct files *files;
	struct core_settings settings;
	char store[256], place[256];
};

static void site_up(struct site *s, unsigned cores)
{
	own_buf why = { 0 };

	assert_int_equal(files_open(&s->files, str_z(s->place), 0, &why), 0);
	s->settings.files = s->files;
	s->talk = talk_new_with(cores, s->store, &s->settings);
}

static void site_down(struct site *s)
{
	s->talk = talk_free(s->talk);
	s->files = files_close(s->files);
}

static struct site *site_new(unsigned cores, const char *store, const char *place)
{
	static const char *const people[] = { "tom", "jack", "lily" };
	struct site *s = mem_new(struct site);

	s->settings = talk_settings();
	s->settings.file_max = 4 * 1024 * 1024;
	s->settings.file_quota = 8 * 1024 * 1024;
	s->settings.file_keep_ms = 7 * 24 * 3600 * 1000LL;
	s->settings.web_address = STR(SITE);
	s->settings.rooms_domain = STR("rooms.anser.test");
	snprintf(s->store, sizeof s->store, "%s", store);
	snprintf(s->place, sizeof s->place, "%s", place);
	site_up(s, cores);
	for (size_t i = 0; i < sizeof people / sizeof people[0]; i++)
		talk_account(s->talk, people[i], "secret");
	return s;
}

static void site_free(struct site *s)
{
	site_down(s);
	mem_free(s);
}

static struct line *login(struct site *s, unsigned core, const char *name)
{
	struct line *l = talk_open(s->talk, core, &classic_door, TALK_HERE);
	char request[64];

	snprintf(request, sizeof request, "101|%s,secret\n", name);
	HEARS(l, request, "1|\n");
	return l;
}

/* What is said and heard in Java's framing. */
static void java_say(struct line *l, const char *text)
{
	own_buf frame = { 0 };

	line_write(&frame, LINE_JAVA, str_z(text));
	talk_say_n(l, frame.p, frame.n);
}

static const char *java_hear(struct line *l)
{
	static struct buf text;
	struct str heard = talk_hear_bytes(l);

	buf_clear(&text);
	while (heard.n >= 2) {
		size_t n = (size_t)(unsigned char)heard.p[0] << 8 | (unsigned char)heard.p[1];

		assert_true(java_utf_read(&text, str_n(heard.p + 2, n)));
		buf_byte(&text, '\n');
		heard = str_from(heard, n + 2);
	}
	return buf_z(&text);
}

static struct line *java_login(struct site *s, unsigned core, const char *name)
{
	struct line *l = talk_open(s->talk, core, &classic_door, TALK_HERE);
	char request[64];

	snprintf(request, sizeof request, "101|%s,secret", name);
	java_say(l, request);
	assert_string_equal(java_hear(l), "1|\n");
	return l;
}

struct offer {
	char token[FILE_TOKEN_CHARS + 1];
};

/* The token in "1|104@Server@TOKEN@TIME" or "104@Server@TOKEN@TIME;". */
static struct offer token_of(const char *reply)
{
	const char *at = strstr(reply, "104@Server@");
	struct offer o = { "" };

	if (!at)
		fail_msg("no token in: %s", reply);
	memcpy(o.token, at + strlen("104@Server@"), FILE_TOKEN_CHARS);
	assert_int_equal(at[strlen("104@Server@") + FILE_TOKEN_CHARS], '@');
	return o;
}

static struct offer offer(struct line *l, const char *from, const char *to, const char *file)
{
	char request[512];

	snprintf(request, sizeof request, "104|%s,%s,%s\n", from, to, file);
	return token_of(talk_ask(l, request));
}

/* Good for the next few calls. */
__attribute__((format(printf, 1, 2))) static const char *texted(const char *format, ...)
{
	static char ring[8][4096];
	static unsigned turn;
	char *text = ring[turn++ % 8];
	va_list ap;

	va_start(ap, format);
	assert_true(vsnprintf(text, sizeof ring[0], format, ap) < (int)sizeof ring[0]);
	va_end(ap);
	return text;
}
#define TEXT(...) texted(__VA_ARGS__)

static struct line *transfer(struct site *s, unsigned core) { return talk_open(s->talk, core, &classic_door, TALK_HERE); }

static const char *sha_of(struct str bytes)
{
	static char text[80];
	uint8_t sum[HASH_BYTES_MAX];
	own_buf hex = { 0 };

	hash_sum(HASH_SHA256, bytes, sum);
	hex_write(&hex, str_bytes(sum, 32));
	snprintf(text, sizeof text, "1|%s\n", buf_z(&hex));
	return text;
}

/* Puts the whole of it. */
static void put(struct site *s, unsigned core, struct offer o, struct str bytes)
{
	struct line *l = transfer(s, core);

	HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
	talk_say_n(l, bytes.p, bytes.n);
	assert_string_equal(talk_hear(l), sha_of(bytes));
	assert_true(talk_closed(l));
}

/* What 106 gives. Good until the next call. */
static struct str get(struct site *s, unsigned core, struct offer o, uint64_t offset)
{
	struct line *l = transfer(s, core);
	struct str heard;

	talk_say(l, TEXT("106|%s,%llu\n", o.token, (unsigned long long)offset));
	heard = talk_hear_bytes(l);
	assert_true(talk_closed(l));
	return heard;
}

#define GETS(s, o, offset, wanted)                                              \
	do {                                                                    \
		struct str heard_ = get(s, 0, o, offset), wanted_ = STR(wanted); \
		assert_int_equal(heard_.n, wanted_.n);                          \
		assert_memory_equal(heard_.p, wanted_.p, wanted_.n);            \
	} while (0)

static void pattern(struct buf *b, size_t n)
{
	uint64_t seed = 7;

	while (b->n < n) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		buf_byte(b, (char)(seed >> 56));
	}
}

static struct line *xmpp(struct site *s, const char *name)
{
	struct line *l = talk_open(s->talk, 0, &xmpp_door, TALK_HERE);
	own_buf secret = { 0 }, text = { 0 };

	buf_byte(&secret, 0);
	buf_fmt(&secret, "%s%csecret", name, 0);
	buf_lit(&text, "<stream:stream to='anser.test' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
		"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>");
	base64_write(&text, buf_all(&secret));
	buf_lit(&text, "</auth>");
	talk_ask(l, buf_z(&text));
	talk_ask(l, "<stream:stream to='anser.test' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
		"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>desk</resource></bind></iq>");
	assert_non_null(strstr(talk_ask(l, "<presence/>"), "<presence"));
	return l;
}

#define assert_has(text, part)                                                \
	do {                                                                  \
		const char *text_ = (text);                                   \
		if (!strstr(text_, part))                                     \
			fail_msg("no \"%s\" in:\n%s", part, text_);           \
	} while (0)

/* ---- a whole life ------------------------------------------------------------------------------------------------ */

static void a_file_goes_from_one_to_another(void **state)
{
	for (unsigned cores = 1; cores <= 3; cores += 2) {
		struct site *s = site_new(cores, "memory:", "memory:");
		struct line *tom = login(s, 0, "tom"), *jack = login(s, cores - 1, "jack"), *second = login(s, 0, "jack");
		struct offer o = offer(tom, "tom", " jack ", "plan, final.pdf,11");

		assert_string_equal(talk_hear(jack), ""); /* nothing before it has come */
		GETS(s, o, 0, "0|the file has not come yet\n");
		put(s, cores - 1, o, STR("hello world"));
		assert_string_equal(talk_hear(jack), TEXT("1|104@tom@plan, final.pdf,11,%s" NOW, o.token));
		assert_string_equal(talk_hear(second), TEXT("1|104@tom@plan, final.pdf,11,%s" NOW, o.token));
		assert_string_equal(talk_hear(tom), "");
		GETS(s, o, 0, "1|11\nhello world");
		GETS(s, o, 6, "1|11\nworld");
		GETS(s, o, 11, "1|11\n");
		GETS(s, o, 12, "0|wrong offset: the file is not that long\n");
		/* The messages beside it keep their order, and are not held up for ever. */
		HEARS(tom, "103|tom,jack,did it come?\n", "1|\n");
		assert_string_equal(talk_hear(jack), "1|103@tom@did it come?" NOW);
		site_free(s);
	}
}

static void an_empty_file_is_a_file(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *jack = login(s, 0, "jack");
	struct offer o = offer(tom, "tom", "jack", "nothing,0");
	struct line *l = transfer(s, 0);

	HEARS(l, TEXT("105|%s,0\n", o.token), TEXT("1|0\n%s", sha_of(STR(""))));
	assert_true(talk_closed(l));
	assert_string_equal(talk_hear(jack), TEXT("1|104@tom@nothing,0,%s" NOW, o.token));
	GETS(s, o, 0, "1|0\n");
	site_free(s);
}

static void java_speaks_of_files_too(void **state)
{
	struct site *s = site_new(2, "memory:", "memory:");
	struct line *tom = java_login(s, 0, "tom"), *jack = java_login(s, 1, "jack"), *l = transfer(s, 1);
	struct offer o;
	own_buf wanted = { 0 };

	java_say(tom, "104|tom,jack,a;b.txt,5");
	o = token_of(java_hear(tom));
	java_say(l, TEXT("105|%s,0", o.token));
	assert_string_equal(java_hear(l), "1|0\n");
	talk_say(l, "12345");
	assert_string_equal(java_hear(l), sha_of(STR("12345")));
	assert_true(talk_closed(l));
	assert_string_equal(java_hear(jack), TEXT("104@tom@a\xEF\xBC\x9B" "b.txt,5,%s" AT ";\n", o.token));
	/* The bytes are bytes, whatever the framing is. */
	l = transfer(s, 0);
	java_say(l, TEXT("106|%s,1", o.token));
	line_write(&wanted, LINE_JAVA, STR("1|5"));
	buf_lit(&wanted, "2345");
	assert_true(str_eq(talk_hear_bytes(l), buf_all(&wanted)));
	java_say(jack, TEXT("107|%s", o.token));
	assert_string_equal(java_hear(jack), "1|\n");
	assert_string_equal(java_hear(tom), TEXT("107@jack@a\xEF\xBC\x9B" "b.txt,%s" AT ";\n", o.token));
	java_say(tom, "104|tom,nobody,a,1");
	assert_string_equal(java_hear(tom), "0|no such user\n");
	site_free(s);
}

/* However the bytes are cut, on the way in and on the way out. */
static void any_split_is_the_same(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom");
	const char *tail = "ten bytes!and what nobody looks at\n";

	s->settings.file_quota = 0;
	for (size_t cut = 0; cut <= strlen(tail) + 30; cut += 3) {
		struct offer o = offer(tom, "tom", "lily", "ten,10");
		struct line *l = transfer(s, 0);
		own_buf said = { 0 };

		buf_fmt(&said, "105|%s,0\n%s", o.token, tail);
		talk_say_n(l, said.p, cut);
		talk_run(s->talk);
		talk_say_n(l, said.p + cut, said.n - cut);
		assert_string_equal(talk_hear(l), TEXT("1|0\n%s", sha_of(STR("ten bytes!"))));
		l = transfer(s, 0);
		buf_clear(&said);
		buf_fmt(&said, "106|%s,3\n", o.token);
		for (size_t i = 0; i < said.n; i++) {
			talk_say_n(l, said.p + i, 1);
			talk_run(s->talk);
		}
		assert_string_equal(talk_hear(l), "1|10\n bytes!");
	}
	site_free(s);
}

/* ---- breaking off -------------------------------------------------------------------------------------------------- */

static void what_breaks_off_goes_on(void **state)
{
	char home[] = "/tmp/anser-classic-files-XXXXXX", place[128];
	struct site *s;
	struct offer o;
	own_buf bytes = { 0 };
	size_t at = 0;

	assert_non_null(mkdtemp(home));
	snprintf(place, sizeof place, "dir:%s/files", home);
	pattern(&bytes, 700 * 1000);
	s = site_new(2, "memory:classic-files", place);
	o = offer(login(s, 0, "tom"), "tom", "jack", "large.bin,700000");
	for (int i = 0; i < 4; i++) {
		struct line *l = transfer(s, i % 2);
		unsigned long long there;

		talk_say(l, TEXT("105|%s,%zu\n", o.token, at));
		assert_int_equal(sscanf(talk_hear(l), "1|%llu\n", &there), 1);
		assert_int_equal(there, at); /* nothing of what has come is lost when the link breaks */
		if (i == 3) {
			talk_say_n(l, bytes.p + at, bytes.n - at);
			assert_string_equal(talk_hear(l), sha_of(buf_all(&bytes)));
			break;
		}
		talk_say_n(l, bytes.p + at, 200 * 1000 + (size_t)i);
		at += 200 * 1000 + (size_t)i;
		talk_run(s->talk);
		talk_cut(l);
		talk_run(s->talk);
		if (i == 1) { /* nor when the server ends; the sender's session does not come back */
			site_down(s);
			site_up(s, 2);
		}
	}
	/* It waits for who is away, over a restart too. */
	site_down(s);
	site_up(s, 1);
	assert_string_equal(talk_ask(transfer(s, 0), TEXT("105|%s,0\n", o.token)), TEXT("1|700000\n%s", sha_of(buf_all(&bytes))));
	{
		struct line *jack = transfer(s, 0);

		HEARS(jack, "101|jack,secret\n", TEXT("1|\n1|104@tom@large.bin,700000,%s" NOW, o.token));
		assert_string_equal(talk_hear(jack), ""); /* once, though its end was put twice */
		for (size_t from = 0; from < bytes.n; from += 230 * 1000) {
			struct str heard = get(s, 0, o, from);

			assert_int_equal(heard.n, strlen("1|700000\n") + bytes.n - from);
			assert_memory_equal(heard.p + strlen("1|700000\n"), bytes.p + from, bytes.n - from);
		}
	}
	site_free(s);
	store_memory_forget();
	assert_int_equal(system(TEXT("rm -rf %s", home)), 0);
}

/* The link goes with the last byte: the message is made all the same, and asking again does not make another. */
static void the_message_needs_nobody_to_wait_for_it(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *jack = login(s, 0, "jack"), *l = transfer(s, 0);
	struct offer o = offer(tom, "tom", "jack", "five,5");

	talk_cut(tom);
	HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
	talk_say(l, "12345");
	while (talk_turn(s->talk) && !talk_closed(l))
		if (!link_backlog(talk_link(l))) {
			talk_cut(l);
			break;
		}
	talk_run(s->talk);
	assert_string_equal(talk_hear(jack), TEXT("1|104@tom@five,5,%s" NOW, o.token));
	HEARS(transfer(s, 0), TEXT("105|%s,5\n", o.token), TEXT("1|5\n%s", sha_of(STR("12345"))));
	assert_string_equal(talk_hear(jack), "");
	site_free(s);
}

static void who_stalls_is_not_waited_for(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *l = transfer(s, 0);
	struct offer o = offer(tom, "tom", "jack", "some,100000");
	own_buf bytes = { 0 };

	pattern(&bytes, 100 * 1000);
	HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
	talk_say_n(l, bytes.p, 5000); /* enough for a while, */
	talk_run(s->talk);
	talk_wait(s->talk, 21 * 1000);
	assert_false(talk_closed(l));
	talk_say_n(l, bytes.p + 5000, 100); /* not enough for the next */
	talk_run(s->talk);
	talk_wait(s->talk, 21 * 1000);
	assert_string_equal(talk_hear(l), "0|nothing has come for too long: come again and go on\n");
	assert_true(talk_closed(l));
	l = transfer(s, 0);
	HEARS(l, TEXT("105|%s,0\n", o.token), "1|5100\n");
	talk_say_n(l, bytes.p + 5100, bytes.n - 5100);
	assert_string_equal(talk_hear(l), sha_of(buf_all(&bytes)));
	/* And who does not read: one piece or two are read for him, no more. */
	l = transfer(s, 0);
	talk_stall(l, true);
	talk_say(l, TEXT("106|%s,0\n", o.token));
	talk_run(s->talk);
	assert_true(link_backlog(talk_link(l)) <= 2 * 128 * 1024 + 100);
	talk_wait(s->talk, 61 * 1000);
	talk_wait(s->talk, 61 * 1000);
	assert_true(talk_closed(l));
	/* Who says nothing at all has the time of a login. */
	l = transfer(s, 0);
	talk_run(s->talk);
	talk_wait(s->talk, s->settings.login_deadline_ms + 1);
	assert_true(talk_closed(l));
	site_free(s);
}

static void a_large_one_is_held_in_pieces(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *l = transfer(s, 0);
	struct offer o = offer(tom, "tom", "jack", "large,3000000");
	own_buf bytes = { 0 };
	struct str heard;

	pattern(&bytes, 3000000);
	HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
	talk_say_n(l, bytes.p, bytes.n);
	for (bool paused = false; talk_turn(s->talk);)
		if (!paused && talk_paused(l))
			paused = true;
	assert_string_equal(talk_hear(l), sha_of(buf_all(&bytes)));
	l = transfer(s, 0);
	talk_say(l, TEXT("106|%s,0\n", o.token));
	while (talk_turn(s->talk))
		assert_true(talk_closed(l) || link_backlog(talk_link(l)) <= 2 * 128 * 1024 + 100);
	heard = talk_hear_bytes(l);
	assert_int_equal(heard.n, strlen("1|3000000\n") + bytes.n);
	assert_memory_equal(heard.p + strlen("1|3000000\n"), bytes.p, bytes.n);
	site_free(s);
}

/* ---- what is refused ----------------------------------------------------------------------------------------------- */

static void what_is_not_served(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *l;
	char unknown[] = "105|AAAAAAAAAAAAAAAAAAAAAAAA,0\n";
	static const char *const bad[] = { "105|\n", "105|x\n", "105|AAAAAAAAAAAAAAAAAAAAAAAA\n", "106|AAAAAAAAAAAAAAAAAAAAAAAA,-1\n",
					   "106|AAAAAAAAAAAAAAAAAAAAAAAA,\n" };

	HEARS(tom, "104|jack,tom,x,1\n", "0|not you\n");
	HEARS(tom, "104|tom,nobody,x,1\n", "0|no such user\n");
	HEARS(tom, "104|tom,#den,x,1\n", "0|you are not in this room\n");
	HEARS(tom, "104|tom,jack,x,4194305\n", "0|the file is larger than this server takes\n");
	HEARS(tom, "104|tom,jack,\x01,1\n", "0|bad request\n");
	HEARS(tom, unknown, "0|on a connection of its own\n");
	HEARS(tom, "107|x\n", "0|bad request\n");
	HEARS(tom, "107|AAAAAAAAAAAAAAAAAAAAAAAA\n", "0|there is no such file, or it is no longer kept\n");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		l = transfer(s, 0);
		HEARS(l, bad[i], "0|bad request\n");
		assert_true(talk_closed(l));
	}
	for (int i = 5; i <= 6; i++) {
		unknown[2] = (char)('0' + i);
		l = transfer(s, 0);
		HEARS(l, unknown, "0|there is no such file, or it is no longer kept\n");
		assert_true(talk_closed(l));
		l = transfer(s, 0);
		HEARS(l, TEXT("10%d|%s,0\n", i, "AAAAAAAAAAAAAAAAAAAAAAA/"), "0|there is no such file, or it is no longer kept\n");
		assert_true(talk_closed(l));
	}
	HEARS(transfer(s, 0), "104|tom,jack,x,1\n", "0|log in first\n");
	HEARS(transfer(s, 0), "107|AAAAAAAAAAAAAAAAAAAAAAAA\n", "0|log in first\n");
	assert_false(talk_closed(tom));
	site_free(s);
}

static void an_offset_is_within_the_file(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct offer o = offer(login(s, 0, "tom"), "tom", "jack", "x,5");
	struct line *l = transfer(s, 0);

	HEARS(l, TEXT("105|%s,6\n", o.token), "0|wrong offset: the file is not that long\n");
	assert_true(talk_closed(l));
	/* The server says where to go on, whatever the client thought. */
	HEARS(transfer(s, 0), TEXT("105|%s,4\n", o.token), "1|0\n");
	site_free(s);
}

static void passwords_and_files_go_over_tls_only(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct offer o = offer(login(s, 0, "tom"), "tom", "jack", "x,1");
	struct line *l;

	s->settings.classic_require_tls = true;
	core_settle(talk_core(s->talk, 0), &s->settings);
	l = transfer(s, 0);
	HEARS(l, TEXT("105|%s,0\n", o.token), "0|only over TLS\n");
	assert_true(talk_closed(l));
	l = talk_open(s->talk, 0, &any_door, TALK_TLS);
	HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
	HEARS(l, "x", sha_of(STR("x")));
	site_free(s);
}

static void a_full_disk_is_said(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:150000");
	struct line *tom = login(s, 0, "tom"), *l;
	struct offer o = offer(tom, "tom", "jack", "x,140000"), other = offer(tom, "tom", "jack", "y,140000");
	own_buf bytes = { 0 };

	pattern(&bytes, 140000);
	put(s, 0, o, buf_all(&bytes));
	l = transfer(s, 0);
	HEARS(l, TEXT("105|%s,0\n", other.token), "1|0\n");
	bytes.p[0] ^= 1;
	talk_say_n(l, bytes.p, bytes.n);
	assert_string_equal(talk_hear(l), "0|the server's disk is nearly full; try again later\n");
	assert_true(talk_closed(l));
	HEARS(tom, "104|tom,jack,z,100000\n", "0|the server's disk is nearly full; try again later\n");
	site_free(s);
}

/* The store does not take the offer, or not the message: then it was not said, and can be once it works again. */
static void a_store_that_fails(void **state)
{
	char home[] = "/tmp/anser-classic-files-XXXXXX";
	struct site *s = site_new(1, "faulty::memory:", TEXT("dir:%s/files", mkdtemp(home)));
	struct line *tom = login(s, 0, "tom"), *jack = login(s, 0, "jack"), *l = transfer(s, 0);
	struct offer o = offer(tom, "tom", "jack", "x,5");

	store_faulty_set(STORE_FULL);
	HEARS(tom, "104|tom,jack,y,5\n", "0|the server could not read or write its store; try again later\n");
	HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
	HEARS(l, "12345", "0|the server could not read or write its store; try again later\n");
	assert_string_equal(talk_hear(jack), "");
	store_faulty_set(0);
	HEARS(transfer(s, 0), TEXT("105|%s,0\n", o.token), TEXT("1|5\n%s", sha_of(STR("12345"))));
	assert_string_equal(talk_hear(jack), TEXT("1|104@tom@x,5,%s" NOW, o.token));
	site_free(s);
	assert_int_equal(system(TEXT("rm -rf %s", home)), 0);
}

static void an_offer_is_good_for_a_day(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom");
	struct offer o = offer(tom, "tom", "jack", "x,5");

	talk_wait(s->talk, 25 * 3600 * 1000LL);
	HEARS(transfer(s, 0), TEXT("105|%s,0\n", o.token), "0|there is no such file, or it is no longer kept\n");
	site_free(s);
}

/* ---- declining and taking back --------------------------------------------------------------------------------------- */

static void who_declines_is_heard(void **state)
{
	struct site *s = site_new(2, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *jack = login(s, 1, "jack"), *lily = login(s, 0, "lily");
	struct offer o = offer(tom, "tom", "jack", "plan.pdf,5");

	put(s, 0, o, STR("12345"));
	talk_hear(jack);
	HEARS(lily, TEXT("107|%s\n", o.token), "0|nobody has sent you this file, or it is too long ago\n");
	HEARS(jack, TEXT("107|%s\n", o.token), "1|\n");
	assert_string_equal(talk_hear(tom), TEXT("1|107@jack@plan.pdf,%s" NOW, o.token));
	HEARS(jack, "111|tom,5\n", TEXT("1|\n1|104@tom@plan.pdf,5,%s" NOW "1|107@jack@plan.pdf,%s" NOW "1|111@Server@end" NOW, o.token, o.token));
	/* It waits for who is away. */
	HEARS(tom, "112|\n", "1|\n");
	HEARS(jack, TEXT("107|%s\n", o.token), "1|\n");
	tom = transfer(s, 1);
	HEARS(tom, "101|tom,secret\n", TEXT("1|\n1|107@jack@plan.pdf,%s" NOW, o.token));
	/* Its owner takes it back. */
	HEARS(tom, TEXT("107|%s\n", o.token), "1|\n");
	GETS(s, o, 0, "0|there is no such file, or it is no longer kept\n");
	site_free(s);
}

static void an_offer_can_be_taken_back(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *jack = login(s, 0, "jack"), *l = transfer(s, 0);
	struct offer o = offer(tom, "tom", "jack", "plan.pdf,5");

	HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
	HEARS(tom, TEXT("107|%s\n", o.token), "1|\n");
	HEARS(l, "12345", "0|there is no such file, or it is no longer kept\n");
	assert_string_equal(talk_hear(jack), "");
	site_free(s);
}

/* ---- rooms ----------------------------------------------------------------------------------------------------------- */

static void a_room_gets_a_file(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct site *s = site_new(cores, "memory:", "memory:");
		struct line *tom = login(s, 0, "tom"), *jack = login(s, cores - 1, "jack"), *second = login(s, 0, "tom");
		struct offer o, whisper, late;

		HEARS(tom, "108|#den\n", "1|\n");
		HEARS(jack, "108|#den\n", "1|\n");
		HEARS(second, "108|#den\n", "1|\n");
		o = offer(tom, "tom", "#den", "plan.pdf,5");
		put(s, 0, o, STR("12345"));
		assert_string_equal(talk_hear(jack), TEXT("1|104@#den/tom@plan.pdf,5,%s" NOW, o.token));
		assert_string_equal(talk_hear(second), TEXT("1|104@#den/tom@plan.pdf,5,%s" NOW, o.token));
		assert_string_equal(talk_hear(tom), "");
		HEARS(jack, "111|#den,1\n", TEXT("1|\n1|104@#den/tom@plan.pdf,5,%s" NOW "1|111@Server@end" NOW, o.token));
		whisper = offer(tom, "tom", "#den/jack", "psst.txt,5");
		put(s, 0, whisper, STR("12345"));
		assert_string_equal(talk_hear(jack), TEXT("1|104@#den/tom@psst.txt,5,%s" NOW, whisper.token));
		assert_string_equal(talk_hear(second), "");
		/* He alone has got this one, and can say that he does not want it; the other is for all of them. */
		HEARS(jack, TEXT("107|%s\n", whisper.token), "1|\n");
		assert_string_equal(talk_hear(tom), TEXT("1|107@#den/jack@psst.txt,%s" NOW, whisper.token));
		assert_string_equal(talk_hear(second), TEXT("1|107@#den/jack@psst.txt,%s" NOW, whisper.token));
		HEARS(jack, TEXT("107|%s\n", o.token), "0|nobody has sent this file to you alone, or it is too long ago; "
							"what is sent to a room need not be declined\n");
		assert_string_equal(talk_hear(tom), "");
		/* Who has left speaks there no more; once he is back the message goes. */
		late = offer(tom, "tom", "#den", "late,5");
		HEARS(tom, "109|#den\n", "1|\n");
		HEARS(second, "109|#den\n", "1|\n");
		{
			struct line *l = transfer(s, 0);

			HEARS(l, TEXT("105|%s,0\n", late.token), "1|0\n");
			HEARS(l, "12345", "0|the file has come, but its receiver could not be told: you are not in this room\n");
		}
		assert_string_equal(talk_hear(jack), "");
		HEARS(tom, "108|#den\n", TEXT("1|\n1|104@#den/tom@plan.pdf,5,%s" NOW, o.token));
		HEARS(transfer(s, 0), TEXT("105|%s,5\n", late.token), TEXT("1|5\n%s", sha_of(STR("12345"))));
		assert_string_equal(talk_hear(jack), TEXT("1|104@#den/tom@late,5,%s" NOW, late.token));
		site_free(s);
	}
}

/* ---- beside XMPP ------------------------------------------------------------------------------------------------------- */

#define FROM_DESK "<message to='jack@anser.test' type='chat' id='1'><body>%s</body>%s</message>"

static void xmpp_sees_a_link(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *jack = xmpp(s, "jack"), *desk = xmpp(s, "tom");
	struct offer o = offer(tom, "tom", "jack", "a plan.png,5");
	const char *heard;

	talk_hear(desk);
	put(s, 0, o, STR("12345"));
	heard = talk_hear(jack);
	assert_has(heard, "<message from=\"tom@anser.test\" to=\"jack@anser.test\" id=\"c");
	assert_has(heard, "type=\"chat\"><body>");
	assert_has(heard, "<origin-id xmlns='urn:xmpp:sid:0' id='c");
	assert_has(heard, TEXT("<body>" SITE "/files/%s/a%%20plan.png</body><x xmlns='jabber:x:oob'><url>" SITE "/files/%s/a%%20plan.png</url></x>",
			       o.token, o.token));
	assert_has(heard, "<file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'><file xmlns='urn:xmpp:file:metadata:0'>"
			  "<media-type>image/png</media-type><name>a plan.png</name><size>5</size>"
			  "<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>WZRHGrsBESr8wYFZ9sx0tPURuZgG2lmzyvWpwXPKz8U=</hash></file>");
	/* His other devices know that it was sent, and his history does. */
	assert_string_equal(talk_hear(desk), "");
	HEARS(tom, "111|jack,5\n", TEXT("1|\n1|104@tom@a plan.png,5,%s" NOW "1|111@Server@end" NOW, o.token));
	talk_ask(desk, "<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
	o = offer(tom, "tom", "jack", "again.bin,5");
	put(s, 0, o, STR("12345"));
	assert_has(talk_hear(desk), "<sent xmlns='urn:xmpp:carbons:2'");
	assert_has(talk_hear(jack), "disposition='attachment'><file xmlns='urn:xmpp:file:metadata:0'><name>again.bin</name>");
	site_free(s);
}

/* A slot as XMPP gives it; the token. */
static struct offer slot(struct line *desk, const char *name, const char *size)
{
	const char *heard = talk_ask(desk, TEXT("<iq type='get' to='anser.test' id='s'><request xmlns='urn:xmpp:http:upload:0' "
						"filename='%s' size='%s'/></iq>", name, size));
	const char *at = strstr(heard, SITE "/files/");
	struct offer o = { "" };

	if (!at)
		fail_msg("no slot in: %s", heard);
	memcpy(o.token, at + strlen(SITE "/files/"), FILE_TOKEN_CHARS);
	return o;
}

static void a_link_is_shown_as_a_file(void **state)
{
	struct site *s = site_new(2, "memory:", "memory:");
	struct line *jack = login(s, 1, "jack"), *java = java_login(s, 0, "jack"), *desk = xmpp(s, "tom");
	struct offer o = slot(desk, "x@y, z.txt", "5"), gone = { "BBBBBBBBBBBBBBBBBBBBBBBB" };
	char url[256];

	put(s, 0, o, STR("12345")); /* the token is the right: this connection may fill any slot */
	snprintf(url, sizeof url, SITE "/files/%s/whatever", o.token);
	/* Alone, with XEP-0066, in a text, quoted, and twice. */
	talk_say(desk, TEXT(FROM_DESK, url, ""));
	assert_string_equal(talk_hear(jack), TEXT("1|104@tom@x@y, z.txt,5,%s" NOW, o.token));
	assert_string_equal(java_hear(java), TEXT("104@tom@x@y, z.txt,5,%s" AT ";\n", o.token));
	talk_say(desk, TEXT(FROM_DESK, url, TEXT("<x xmlns='jabber:x:oob'><url>%s</url></x>", url)));
	assert_string_equal(talk_hear(jack), TEXT("1|104@tom@x@y, z.txt,5,%s" NOW, o.token));
	talk_say(desk, TEXT(FROM_DESK, "the plan", TEXT("<x xmlns='jabber:x:oob'><url>%s</url></x>", url)));
	assert_string_equal(talk_hear(jack), TEXT("1|103@tom@the plan" NOW "1|104@tom@x@y, z.txt,5,%s" NOW, o.token));
	talk_say(desk, TEXT(FROM_DESK, TEXT("see %s and\n> %s", url, url), ""));
	assert_string_equal(talk_hear(jack), TEXT("1|103@tom@see %s and" NOW "1|103@tom@> %s" NOW "1|104@tom@x@y, z.txt,5,%s" NOW, url, url, o.token));
	talk_say(desk, TEXT(FROM_DESK, TEXT("> %s\nno", url), ""));
	assert_string_equal(talk_hear(jack), TEXT("1|103@tom@> %s" NOW "1|103@tom@no" NOW, url));
	/* What follows a file comes behind it, in order. */
	talk_say(desk, TEXT(FROM_DESK FROM_DESK FROM_DESK, url, "", "second", "", url, ""));
	assert_string_equal(talk_hear(jack), TEXT("1|104@tom@x@y, z.txt,5,%s" NOW "1|103@tom@second" NOW "1|104@tom@x@y, z.txt,5,%s" NOW,
						  o.token, o.token));
	/* A file that is no more is shown as the message has it; fetching it says so. */
	talk_say(desk, TEXT(FROM_DESK, SITE "/files/BBBBBBBBBBBBBBBBBBBBBBBB/old%20one.txt", ""));
	assert_string_equal(talk_hear(jack), "1|104@tom@old one.txt,0,BBBBBBBBBBBBBBBBBBBBBBBB" NOW);
	GETS(s, gone, 0, "0|there is no such file, or it is no longer kept\n");
	talk_say(desk, TEXT(FROM_DESK, "x", "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>a/b\n.txt</name><size>7</size>"
			    "</file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='" SITE
			    "/files/BBBBBBBBBBBBBBBBBBBBBBBB/c'/></sources></file-sharing>"));
	assert_string_equal(talk_hear(jack), "1|103@tom@x" NOW "1|104@tom@b.txt,7,BBBBBBBBBBBBBBBBBBBBBBBB" NOW);
	/* Of elsewhere, or nearly of here: a text. */
	talk_say(desk, TEXT(FROM_DESK, "https://other.test/files/BBBBBBBBBBBBBBBBBBBBBBBB/c", ""));
	assert_string_equal(talk_hear(jack), "1|103@tom@https://other.test/files/BBBBBBBBBBBBBBBBBBBBBBBB/c" NOW);
	talk_say(desk, TEXT(FROM_DESK, SITE "/files/BBBBBBBBBBBB/c", ""));
	assert_string_equal(talk_hear(jack), "1|103@tom@" SITE "/files/BBBBBBBBBBBB/c" NOW);
	java_hear(java);
	/* Declined, he is told as everybody is. */
	talk_hear(desk);
	HEARS(jack, TEXT("107|%s\n", o.token), "1|\n");
	assert_has(talk_hear(desk), "<body>declined: x@y, z.txt</body>");
	site_free(s);
}

/* What could not be said is said when it can be; blocked is as unknown. */
static void a_message_that_is_refused(void **state)
{
	struct site *s = site_new(2, "memory:", "memory:");
	struct line *tom = login(s, 1, "tom"), *jack = xmpp(s, "jack"), *l = transfer(s, 0);
	struct offer o = offer(tom, "tom", "jack", "x,5"), own = offer(tom, "tom", "tom", "mine,5");

	talk_ask(jack, "<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='tom@anser.test'/></block></iq>");
	HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
	HEARS(l, "12345", "0|the file has come, but its receiver could not be told: no such user\n");
	assert_true(talk_closed(l));
	assert_string_equal(talk_hear(jack), "");
	HEARS(transfer(s, 1), TEXT("105|%s,0\n", o.token),
	      "0|the file has come, but its receiver could not be told: no such user\n");
	talk_ask(jack, "<iq type='set' id='u'><unblock xmlns='urn:xmpp:blocking'/></iq>");
	HEARS(transfer(s, 1), TEXT("105|%s,0\n", o.token), TEXT("1|5\n%s", sha_of(STR("12345"))));
	assert_has(talk_hear(jack), o.token);
	/* To oneself, too. */
	put(s, 0, own, STR("12345"));
	assert_string_equal(talk_hear(tom), TEXT("1|104@tom@mine,5,%s" NOW, own.token));
	site_free(s);
}

static unsigned pushes(const char *heard, const struct offer *o)
{
	unsigned n = 0;

	for (const char *at = heard; (at = strstr(at, o->token)); at++)
		n++;
	return n;
}

/* The store stops writing after each possible turn behind the last byte. What was answered with the sum has been said; what was
 * not is said when the sender asks again. It is said once, also where only the note could not be taken away. */
static void the_store_stops_anywhere(const char *to, bool archives)
{
	bool answered = false;

	for (int turns = 0; !answered; turns++) {
		struct site *s = site_new(1, "faulty::memory:", "memory:");
		struct line *tom = login(s, 0, "tom"), *jack = login(s, 0, "jack"), *l = transfer(s, 0);
		struct offer o;
		unsigned heard;

		assert_true(turns < 200);
		if (!archives)
			talk_ask(xmpp(s, "tom"), "<iq type='set' id='p'><prefs xmlns='urn:xmpp:mam:2' default='never'/></iq>");
		HEARS(tom, "108|#den\n", "1|\n");
		HEARS(jack, "108|#den\n", "1|\n");
		o = offer(tom, "tom", to, "x,5");
		HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
		talk_say(l, "12345");
		for (int i = 0; i < turns; i++)
			talk_turn(s->talk);
		store_faulty_set(STORE_FAILED);
		answered = strcmp(talk_hear(l), sha_of(STR("12345"))) == 0;
		heard = pushes(talk_hear(jack), &o);
		store_faulty_set(0);
		if (answered)
			assert_int_equal(heard, 1);
		l = transfer(s, 0);
		if (strcmp(talk_ask(l, TEXT("105|%s,0\n", o.token)), "1|0\n") == 0)
			HEARS(l, "12345", sha_of(STR("12345")));
		heard += pushes(talk_hear(jack), &o);
		assert_int_equal(heard, 1);
		HEARS(transfer(s, 0), TEXT("105|%s,5\n", o.token), TEXT("1|5\n%s", sha_of(STR("12345"))));
		assert_string_equal(talk_hear(jack), "");
		site_free(s);
	}
}

static void the_store_stops_and_a_person_is_told_once(void **state) { the_store_stops_anywhere("jack", true); }
static void the_store_stops_and_a_room_is_told_once(void **state) { the_store_stops_anywhere("#den", true); }

static void the_store_stops_and_the_sender_archives_nothing(void **state) { the_store_stops_anywhere("jack", false); }

/* Nobody hides a message by saying something under an id that he has guessed. */
static void an_id_can_be_guessed(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *jack = xmpp(s, "jack");
	struct offer o;
	const char *id;

	HEARS(tom, "103|tom,jack,one\n", "1|\n");
	id = strstr(talk_hear(jack), "id=\"c");
	assert_non_null(id);
	id = TEXT("%.*s.2", (int)strcspn(id + 4, "."), id + 4);
	o = offer(tom, "tom", "jack", "x,5");
	talk_ask(jack, TEXT("<message to='tom@anser.test' type='chat' id='%s'><body>no</body></message>", id));
	put(s, 0, o, STR("12345"));
	assert_has(talk_hear(jack), TEXT("id=\"%s\"", id));
	site_free(s);
}

static void whoever_fills_it_the_message_goes(void **state)
{
	static const struct {
		const char *method, *fields, *body, *status;
	} ways[] = {
		{ "PUT", "Content-Length: 5\r\n", "12345", "201" },
		{ "PATCH", "Content-Length: 5\r\nUpload-Offset: 0\r\n", "12345", "201" },
		/* The line ends before the body does, behind the last byte of the file. */
		{ "PATCH", "Transfer-Encoding: chunked\r\nUpload-Offset: 0\r\n", "5\r\n12345\r\n", NULL },
	};

	for (size_t i = 0; i < countof(ways); i++) {
		struct site *s = site_new(2, "memory:", "memory:");
		struct line *tom = login(s, 0, "tom"), *jack = login(s, 1, "jack"), *l = talk_open(s->talk, 1, &web_door, TALK_TLS);
		struct offer o = offer(tom, "tom", "jack", "x,5");

		talk_cut(tom);
		talk_say(l, TEXT("%s /files/%s/x HTTP/1.1\r\nHost: chat.test\r\n%s\r\n%s", ways[i].method, o.token, ways[i].fields,
				 ways[i].body));
		if (ways[i].status) {
			assert_has(talk_hear(l), TEXT("HTTP/1.1 %s", ways[i].status));
		} else {
			talk_run(s->talk);
			talk_cut(l);
			talk_run(s->talk);
		}
		assert_string_equal(talk_hear(jack), TEXT("1|104@tom@x,5,%s" NOW, o.token));
		/* And once. */
		HEARS(transfer(s, 0), TEXT("105|%s,0\n", o.token), TEXT("1|5\n%s", sha_of(STR("12345"))));
		assert_string_equal(talk_hear(jack), "");
		site_free(s);
	}
}

/* By HTTP too it is said why nobody was told; and asking again tells him. Who only looks is not concerned. */
static void http_says_that_nobody_could_be_told(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *jack = xmpp(s, "jack"), *l = talk_open(s->talk, 0, &web_door, TALK_TLS);
	struct offer o = offer(tom, "tom", "jack", "x,5");
	const char *end = TEXT("PATCH /files/%s/x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nUpload-Offset: 5\r\n\r\n", o.token);

	talk_ask(jack, "<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='tom@anser.test'/></block></iq>");
	assert_has(talk_ask(l, TEXT("PUT /files/%s/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345", o.token)),
		   "X-Anser-Error: not-told");
	assert_has(talk_ask(l, TEXT("HEAD /files/%s/x HTTP/1.1\r\nHost: x\r\n\r\n", o.token)), "HTTP/1.1 200");
	assert_has(talk_ask(l, end), "X-Anser-Error: not-told");
	talk_ask(jack, "<iq type='set' id='u'><unblock xmlns='urn:xmpp:blocking'/></iq>");
	l = talk_open(s->talk, 0, &web_door, TALK_TLS);
	assert_has(talk_ask(l, end), "HTTP/1.1 201");
	assert_has(talk_hear(jack), o.token);
	site_free(s);
}

/* What a broken link leaves behind does not undo what the next one has brought. */
static void a_broken_link_takes_nothing_away(void **state)
{
	struct site *s = site_new(2, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *first = transfer(s, 0), *second = transfer(s, 1);
	struct offer o = offer(tom, "tom", "jack", "x,300000");
	own_buf bytes = { 0 };

	pattern(&bytes, 300000);
	HEARS(first, TEXT("105|%s,0\n", o.token), "1|0\n");
	HEARS(second, TEXT("105|%s,0\n", o.token), "1|0\n");
	talk_say_n(first, bytes.p, 5000);
	talk_run(s->talk);
	talk_say_n(second, bytes.p, 200000);
	talk_run(s->talk);
	talk_cut(first);
	talk_run(s->talk);
	talk_say_n(second, bytes.p + 200000, bytes.n - 200000);
	assert_string_equal(talk_hear(second), sha_of(buf_all(&bytes)));
	site_free(s);
}

/* What waits comes in order too, with files in it, and is not given twice. */
static void files_wait_in_order(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom"), *jack;
	struct offer o = offer(tom, "tom", "jack", "one,5");

	HEARS(tom, "103|tom,jack,first\n", "1|\n");
	put(s, 0, o, STR("12345"));
	HEARS(tom, "103|tom,jack,last\n", "1|\n");
	jack = transfer(s, 0);
	HEARS(jack, "101|jack,secret\n", TEXT("1|\n1|103@tom@first" NOW "1|104@tom@one,5,%s" NOW "1|103@tom@last" NOW, o.token));
	talk_cut(jack);
	jack = transfer(s, 0);
	HEARS(jack, "101|jack,secret\n", "1|\n");
	/* A client that goes while it is looked up what the file is gets it the next time. */
	o = offer(tom, "tom", "jack", "two,5");
	{
		struct line *l = transfer(s, 0);

		HEARS(l, TEXT("105|%s,0\n", o.token), "1|0\n");
		talk_stall(jack, true);
		HEARS(l, "12345", sha_of(STR("12345")));
		talk_cut(jack);
	}
	jack = transfer(s, 0);
	HEARS(jack, "101|jack,secret\n", TEXT("1|\n1|104@tom@two,5,%s" NOW, o.token));
	site_free(s);
}

static void offers_are_counted(void **state)
{
	struct site *s = site_new(1, "memory:", "memory:");
	struct line *tom = login(s, 0, "tom");

	s->settings.file_quota = 0;
	core_settle(talk_core(s->talk, 0), &s->settings);
	for (int i = 0; i < 1000; i++) {
		if (i % 60 == 0)
			talk_wait(s->talk, 61 * 1000);
		offer(tom, "tom", "jack", "x,1");
	}
	talk_wait(s->talk, 61 * 1000);
	HEARS(tom, "104|tom,jack,x,1\n", "0|too many of your files are offered and have not come\n");
	/* Those of yesterday do not count. */
	talk_wait(s->talk, 26 * 3600 * 1000LL);
	talk_ask(tom, "104|tom,jack,x,1\n");
	offer(tom, "tom", "jack", "x,1");
	site_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_goes_from_one_to_another),
		cmocka_unit_test(an_empty_file_is_a_file),
		cmocka_unit_test(java_speaks_of_files_too),
		cmocka_unit_test(any_split_is_the_same),
		cmocka_unit_test(what_breaks_off_goes_on),
		cmocka_unit_test(the_message_needs_nobody_to_wait_for_it),
		cmocka_unit_test(who_stalls_is_not_waited_for),
		cmocka_unit_test(a_large_one_is_held_in_pieces),
		cmocka_unit_test(what_is_not_served),
		cmocka_unit_test(an_offset_is_within_the_file),
		cmocka_unit_test(passwords_and_files_go_over_tls_only),
		cmocka_unit_test(a_full_disk_is_said),
		cmocka_unit_test(a_store_that_fails),
		cmocka_unit_test(an_offer_is_good_for_a_day),
		cmocka_unit_test(who_declines_is_heard),
		cmocka_unit_test(an_offer_can_be_taken_back),
		cmocka_unit_test(a_room_gets_a_file),
		cmocka_unit_test(xmpp_sees_a_link),
		cmocka_unit_test(a_link_is_shown_as_a_file),
		cmocka_unit_test(a_message_that_is_refused),
		cmocka_unit_test(the_store_stops_and_a_person_is_told_once),
		cmocka_unit_test(the_store_stops_and_a_room_is_told_once),
		cmocka_unit_test(the_store_stops_and_the_sender_archives_nothing),
		cmocka_unit_test(an_id_can_be_guessed),
		cmocka_unit_test(whoever_fills_it_the_message_goes),
		cmocka_unit_test(http_says_that_nobody_could_be_told),
		cmocka_unit_test(a_broken_link_takes_nothing_away),
		cmocka_unit_test(files_wait_in_order),
		cmocka_unit_test(offers_are_counted),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
