/* SPDX-License-Identifier: Apache-2.0
 *
 * The view over a made-up client. Whole screens are compared with golden/NAME.txt; with ANSER_GOLDEN set they are
 * written instead, to be looked at and committed.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "clients/term/screen/fake_client.h"
#include "clients/term/screen/keys.h"
#include "clients/term/screen/view_inside.h"

static const char *golden;

enum { MINUTE = 60000, DAY = 86400000 };
static const msec NOON = 1795262400000; /* 2026-11-21 12:00 UTC */

struct stage {
	struct fake_world world;
	struct view *view;
	struct client client;
	struct keys keys;
	unsigned rang, changed, quit;
};

static void on_changed(void *arg) { ((struct stage *)arg)->changed++; }
static void on_attention(void *arg, struct conversation *v, struct str who, struct str text)
{
	((struct stage *)arg)->rang++;
}

static void on_nothing(void *arg) {}
static void on_quit(void *arg, int status) { ((struct stage *)arg)->quit++; }

static const struct view_ops ops = { on_changed, on_attention, on_nothing, on_nothing, on_nothing, on_quit };

static void stage_begin(struct stage *s, bool chinese, bool ascii)
{
	*s = (struct stage){ 0 };
	fake_world_begin(&s->world, NOON);
	s->view = view_new(&(struct view_setup){ .ops = &ops, .arg = s, .world = &s->world.world,
		.bell = VIEW_BELL_MENTION, .chinese = chinese, .ascii = ascii });
	fake_begin(&s->client, s->view, "tom", "chat.lan");
	view_begin(s->view, &s->client);
}

static void stage_end(struct stage *s)
{
	view_free(s->view);
	fake_end(&s->client);
	keys_free(&s->keys);
}

static void on_key(void *arg, const struct key *k) { view_key(((struct stage *)arg)->view, k); }

static void type(struct stage *s, const char *bytes)
{
	keys_feed(&s->keys, str_z(bytes), on_key, s);
	keys_timeout(&s->keys, on_key, s);
}

static void seen(struct stage *s, unsigned w, unsigned h, struct buf *to)
{
	struct grid g = { 0 };

	grid_begin(&g, w, h);
	view_draw(s->view, &g);
	assert_true(!g.cursor || (g.cursor_x < w && g.cursor_y < h));
	grid_text(&g, to);
	grid_free(&g);
}

static void look(struct stage *s, unsigned w, unsigned h)
{
	own_buf text = { 0 };

	seen(s, w, h, &text);
}

static void screen_is(struct stage *s, unsigned w, unsigned h, const char *name)
{
	own_buf path = { 0 }, text = { 0 }, expected = { 0 };
	bool write = getenv("ANSER_GOLDEN") != NULL;
	FILE *f;

	buf_fmt(&path, "%s/%s-%ux%u.txt", golden, name, w, h);
	seen(s, w, h, &text);
	f = fopen(buf_z(&path), write ? "w" : "r");
	if (!f)
		fail_msg("%s cannot be opened", buf_z(&path));
	if (write) {
		fwrite(text.p, 1, text.n, f);
	} else {
		size_t n;

		while ((n = fread(buf_room(&expected, 4096), 1, 4096, f)) > 0)
			expected.n += n;
		if (!str_eq(buf_all(&text), buf_all(&expected)))
			fail_msg("%s is not what is seen:\n%s", buf_z(&path), buf_z(&text));
	}
	fclose(f);
}

static bool is_seen(struct stage *s, unsigned w, unsigned h, const char *what)
{
	own_buf text = { 0 };

	seen(s, w, h, &text);
	return strstr(buf_z(&text), what) != NULL;
}

/* A day in the life of tom. */
static struct conversation *talk(struct stage *s, bool chinese)
{
	static const char *const people[] = { "ann", "jack", "tom", "李雷", "韩梅梅" };
	struct client *c = &s->client;
	struct conversation *jack = fake_conversation(c, "jack", true), *room = fake_conversation(c, "#garden", true),
		*ann = fake_conversation(c, "韩梅梅", false);
	struct entry *e;

	fake_people(room, people, 5);
	fake_entry(c, jack, "jack", chinese ? "早上好！" : "good morning!", NOON - DAY - 30 * MINUTE, ENTRY_NEW);
	fake_entry(c, jack, "tom", chinese ? "早，今天有空吗？" : "hi, do you have time today?", NOON - DAY - 29 * MINUTE,
		ENTRY_NEW);
	fake_entry(c, jack, "jack",
		   chinese ? "下午三点以后都可以，我们先去图书馆还书，然后一起吃饭吧。听说新开的那家店很不错：https://example.org/food?id=42 你看看。"
			   : "after three. Let us first bring the books back to the library, then eat together. The new place is said to be good: https://example.org/food?id=42 - look!",
		   NOON - 40 * MINUTE, ENTRY_NEW);
	fake_entry(c, jack, "tom", "👍🏽 👨\u200d👩\u200d👧 ok", NOON - 39 * MINUTE, ENTRY_NEW);
	e = fake_entry(c, jack, "jack", "photo-2026.jpg", NOON - 20 * MINUTE, ENTRY_NEW);
	fake_file(c, e, FILE_MOVING, 7340032, 0);
	s->world.clock += 1000;
	fake_file(c, e, FILE_MOVING, 7340032, 3145728);
	e = fake_entry(c, jack, "tom", "notes.pdf", NOON - 19 * MINUTE, ENTRY_NEW);
	fake_file(c, e, FILE_DONE, 81234, 81234);
	e = fake_entry(c, jack, "tom", chinese ? "在路上了" : "on my way", NOON - MINUTE, ENTRY_NEW);
	e->status = ENTRY_WAITING;
	c->state.waiting = 1;
	fake_entry(c, room, NULL, chinese ? "李雷 进入了房间" : "李雷 joined", NOON - 9 * MINUTE, ENTRY_NEW);
	fake_entry(c, room, "李雷", "大家好 😀", NOON - 8 * MINUTE, ENTRY_NEW);
	fake_entry(c, room, "ann", "hello 李雷, tom is here too", NOON - 7 * MINUTE, ENTRY_NEW);
	fake_entry(c, ann, "韩梅梅", chinese ? "看到请回复" : "call me", NOON - 5 * MINUTE, ENTRY_NEW);
	return jack;
}

static void screens_of_a_day(void **state)
{
	static const struct {
		unsigned w, h;
	} sizes[] = { { 40, 12 }, { 60, 20 }, { 80, 24 }, { 120, 30 }, { 200, 60 } };

	for (int chinese = 0; chinese < 2; chinese++) {
		struct stage s;

		stage_begin(&s, chinese, false);
		talk(&s, chinese);
		type(&s, "\x1b" "1");
		type(&s, chinese ? "我快到了" : "nearly there");
		for (size_t i = 0; i < countof(sizes); i++)
			screen_is(&s, sizes[i].w, sizes[i].h, chinese ? "person-zh" : "person-en");
		type(&s, "\x15\x1b" "2");
		for (size_t i = 0; i < countof(sizes); i++)
			screen_is(&s, sizes[i].w, sizes[i].h, chinese ? "room-zh" : "room-en");
		type(&s, "\x1bOP");
		screen_is(&s, 80, 24, chinese ? "help-zh" : "help-en");
		screen_is(&s, 40, 20, chinese ? "help-zh" : "help-en");
		type(&s, "\x1b");
		type(&s, "\x1b" "0");
		screen_is(&s, 80, 24, chinese ? "status-zh" : "status-en");
		stage_end(&s);
	}
}

static void screens_of_a_console(void **state)
{
	struct stage s;

	stage_begin(&s, false, true);
	talk(&s, false);
	type(&s, "\x1b" "1");
	screen_is(&s, 80, 24, "console-en");
	stage_end(&s);
}

static void screens_of_questions(void **state)
{
	struct stage s;
	struct face *f;

	stage_begin(&s, false, false);
	f = view_face(s.view);
	s.client.state.phase = PHASE_LOGIN;
	f->ops->ask(f, ASK_YES_NO,
		STR("The server chat.lan shows a certificate that this machine has never seen.\nSHA-256 AA:BB:CC:DD\nIs it the same?"));
	screen_is(&s, 80, 24, "yes-no");
	screen_is(&s, 40, 12, "yes-no");
	type(&s, "x");
	assert_int_equal(s.client.said.n, 0);
	type(&s, "\r");
	type(&s, "yes");
	assert_int_equal(s.client.said.n, 0);
	screen_is(&s, 80, 24, "yes-no-typed");
	type(&s, "\r");
	assert_string_equal(buf_z(&s.client.said), "answer : yes\n");
	buf_clear(&s.client.said);
	f->ops->ask(f, ASK_YES_NO, STR("The same?"));
	type(&s, "No\r");
	assert_string_equal(buf_z(&s.client.said), "answer : no\n");
	f->ops->ask(f, ASK_PASSWORD, STR("Password of tom at chat.lan:"));
	type(&s, "secret 密");
	screen_is(&s, 80, 24, "password");
	assert_false(is_seen(&s, 80, 24, "secret"));
	buf_clear(&s.client.said);
	type(&s, "\r");
	assert_string_equal(buf_z(&s.client.said), "answer : secret 密\n");
	f->ops->ask(f, ASK_PASSWORD, STR("Again:"));
	buf_clear(&s.client.said);
	type(&s, "\x03");
	assert_string_equal(buf_z(&s.client.said), "answer : (none)\n");
	stage_end(&s);
}

static void what_is_unread_is_counted_and_found(void **state)
{
	struct stage s;
	struct conversation *jack, *room;

	stage_begin(&s, false, false);
	jack = talk(&s, false);
	room = holder_of(jack->here.next, struct conversation, here);
	look(&s, 80, 24);
	assert_int_equal(jack->unread, 3);
	type(&s, "\x1b" "a"); /* those meant for us first, in their order */
	assert_int_equal(jack->unread, 0);
	type(&s, "\x1b" "a");
	assert_int_equal(holder_of(room->here.next, struct conversation, here)->unread, 0);
	assert_int_equal(room->unread, 2);
	type(&s, "\x1b" "a");
	assert_int_equal(room->unread, 0);
	assert_true(is_seen(&s, 80, 24, "new "));
	type(&s, "\x1b" "a");
	type(&s, "\x0e\x10\x10");
	assert_true(is_seen(&s, 80, 24, "good morning!"));
	fake_entry(&s.client, room, "ann", "again", NOON, ENTRY_NEW);
	assert_int_equal(room->unread, 1);
	fake_entry(&s.client, jack, "jack", "seen at once", NOON, ENTRY_NEW);
	assert_int_equal(jack->unread, 0);
	stage_end(&s);
}

/* The classic protocol does not tell who comes and goes: it is asked when one looks, and when somebody speaks who is
 * not known to be there. */
static void who_is_there_is_asked(void **state)
{
	static const char *const people[] = { "ann", "tom" };
	struct stage s;
	struct conversation *room;

	stage_begin(&s, false, false);
	room = fake_conversation(&s.client, "#r", true);
	fake_people(room, people, 2);
	fake_entry(&s.client, room, "bea", "not looked at", NOON, ENTRY_NEW);
	assert_int_equal(s.client.people_asked, 0);
	type(&s, "\x1b" "1");
	assert_int_equal(s.client.people_asked, 1);
	fake_entry(&s.client, room, "ann", "known", NOON, ENTRY_NEW);
	assert_int_equal(s.client.people_asked, 1);
	fake_entry(&s.client, room, "bea", "not known", NOON, ENTRY_NEW);
	assert_int_equal(s.client.people_asked, 2);
	type(&s, "\x1bOQ");
	assert_int_equal(s.client.people_asked, 3);
	stage_end(&s);
}

static void who_means_us_rings(void **state)
{
	struct stage s;
	struct conversation *jack, *room;

	stage_begin(&s, false, false);
	jack = fake_conversation(&s.client, "jack", true);
	room = fake_conversation(&s.client, "#r", true);
	fake_entry(&s.client, room, "ann", "hello", NOON, ENTRY_NEW);
	fake_entry(&s.client, room, "ann", "tomorrow, atom, tom_", NOON, ENTRY_NEW);
	assert_int_equal(s.rang, 0);
	fake_entry(&s.client, room, "ann", "Tom: hello", NOON, ENTRY_NEW);
	fake_entry(&s.client, room, "ann", "问问tom吧", NOON, ENTRY_NEW);
	assert_int_equal(s.rang, 2);
	fake_entry(&s.client, jack, "jack", "hello", NOON, ENTRY_NEW);
	assert_int_equal(s.rang, 3);
	fake_entry(&s.client, jack, "tom", "hello tom", NOON, ENTRY_NEW);
	fake_entry(&s.client, jack, NULL, "tom joined", NOON, ENTRY_NEW);
	assert_int_equal(s.rang, 3);
	stage_end(&s);
}

static struct conversation *many(struct stage *s, unsigned n)
{
	struct conversation *jack = fake_conversation(&s->client, "jack", true);
	char text[64];

	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof text, "entry number %u.", i);
		fake_entry(&s->client, jack, i % 3 ? "jack" : "tom", text, NOON - DAY + i * 100, ENTRY_NEW);
	}
	type(s, "\x1b" "1");
	look(s, 80, 24);
	return jack;
}

static void scrolling_goes_everywhere_and_back(void **state)
{
	struct stage s;
	struct conversation *jack;

	stage_begin(&s, false, false);
	jack = many(&s, 500);
	jack->more = true;
	assert_true(is_seen(&s, 80, 24, "number 499."));
	type(&s, "\x1b[5~");
	assert_false(is_seen(&s, 80, 24, "number 499."));
	assert_true(is_seen(&s, 80, 24, "number 478."));
	type(&s, "\x1b[1;5B");
	assert_true(is_seen(&s, 80, 24, "number 480."));
	fake_entry(&s.client, jack, "jack", "below", NOON, ENTRY_NEW);
	assert_int_equal(jack->unread, 1);
	assert_true(is_seen(&s, 80, 24, "1 new below"));
	for (int i = 0; i < 40; i++)
		type(&s, "\x1b[5~");
	assert_true(is_seen(&s, 80, 24, "number 0."));
	assert_true(strstr(buf_z(&s.client.said), "older jack") != NULL);
	fake_entry(&s.client, jack, "jack", "from before", NOON - 2 * DAY, ENTRY_OLD);
	assert_true(is_seen(&s, 80, 24, "number 0."));
	type(&s, "\x1b[1;3H");
	assert_true(is_seen(&s, 80, 24, "from before"));
	for (int i = 0; i < 40; i++)
		type(&s, "\x1b[6~");
	assert_true(is_seen(&s, 80, 24, "below"));
	assert_int_equal(jack->unread, 0);
	type(&s, "\x1b[5~\x1b[F");
	assert_true(is_seen(&s, 80, 24, "below"));
	/* up and down by the same is where one was */
	for (int i = 1; i < 60; i++) {
		own_buf before = { 0 }, after = { 0 };

		type(&s, "\x1b[5~\x1b[1;5A");
		seen(&s, 80, 24, &before);
		for (int j = 0; j < i; j++)
			type(&s, "\x1b[1;5A");
		for (int j = 0; j < i; j++)
			type(&s, "\x1b[1;5B");
		seen(&s, 80, 24, &after);
		assert_string_equal(buf_z(&after), buf_z(&before));
		type(&s, "\x1b[F");
	}
	stage_end(&s);
}

/* Only what is seen is laid out: a page among a hundred thousand costs what a page costs, counted in entries looked at. */
static void a_hundred_thousand_entries(void **state)
{
	enum { STEPS = 1000, ENTRIES_A_STEP = 200 };
	struct stage s;

	stage_begin(&s, false, false);
	many(&s, 100000);
	fake_state_asked = 0;
	for (int i = 0; i < STEPS; i++) {
		type(&s, i % 2 ? "\x1b[5~" : "\x1b[1;5A");
		look(&s, 80, 24);
	}
	assert_in_range(fake_state_asked, STEPS, STEPS * ENTRIES_A_STEP);
	assert_false(is_seen(&s, 80, 24, "number 99999."));
	stage_end(&s);
}

static void finding_goes_to_older_and_newer(void **state)
{
	struct stage s;

	stage_begin(&s, false, false);
	many(&s, 500);
	type(&s, "\x12NUMBER 1");
	assert_true(is_seen(&s, 80, 24, "number 199."));
	type(&s, "23");
	assert_true(is_seen(&s, 80, 24, "number 123."));
	screen_is(&s, 80, 24, "finding");
	type(&s, "\x7f\x7f" "4");
	assert_true(is_seen(&s, 80, 24, "number 149."));
	type(&s, "\r\r");
	assert_true(is_seen(&s, 80, 24, "number 147."));
	type(&s, "nowhere");
	assert_true(is_seen(&s, 80, 24, "not found"));
	type(&s, "\x1b");
	type(&s, "\x1b");
	assert_true(is_seen(&s, 80, 24, "number 499."));
	stage_end(&s);
}

static void what_is_typed_is_sent(void **state)
{
	struct stage s;
	struct conversation *jack, *ann;

	stage_begin(&s, false, false);
	jack = fake_conversation(&s.client, "jack", true);
	ann = fake_conversation(&s.client, "ann", true);
	type(&s, "\x1b" "1hello\r");
	type(&s, "draft\x1b" "2");
	assert_true(str_is(jack->draft, "draft"));
	assert_false(is_seen(&s, 80, 24, "> draft"));
	type(&s, "to ann\r\x1b" "1");
	assert_true(is_seen(&s, 80, 24, "> draft"));
	type(&s, "ed\r");
	assert_true(jack->draft.n == 0 && ann->draft.n == 0);
	assert_string_equal(buf_z(&s.client.said), "line jack: hello\nline ann: to ann\nline jack: drafted\n");
	type(&s, "\x1b[A\x1b[A");
	assert_true(is_seen(&s, 80, 24, "> to ann"));
	type(&s, "\x15");
	s.client.refuses = true;
	type(&s, "/nonsense\r");
	assert_true(is_seen(&s, 80, 24, "> /nonsense"));
	type(&s, "\x15   \r");
	buf_clear(&s.client.said);
	type(&s, "/help\r");
	assert_true(is_seen(&s, 80, 24, "Anser help"));
	assert_int_equal(s.client.said.n, 0);
	stage_end(&s);
}

static void passwords_are_not_in_the_history(void **state)
{
	struct stage s;
	own_buf kept = { 0 };

	stage_begin(&s, false, false);
	type(&s, "/join #room secret\r/join #room\r/password old new\rhello\r");
	view_history_write(s.view, &kept);
	assert_null(strstr(buf_z(&kept), "secret"));
	assert_null(strstr(buf_z(&kept), "old"));
	assert_non_null(strstr(buf_z(&kept), "/join #room"));
	assert_non_null(strstr(buf_z(&kept), "hello"));
	stage_end(&s);
}

static void many_lines_are_asked_about(void **state)
{
	struct stage s;
	own_buf paste = { 0 };

	stage_begin(&s, false, false);
	fake_conversation(&s.client, "jack", true);
	buf_lit(&paste, "\x1b[200~");
	for (int i = 0; i < 50; i++)
		buf_fmt(&paste, "line %d\r", i);
	buf_lit(&paste, "\x1b[201~");
	type(&s, "\x1b" "1");
	type(&s, buf_z(&paste));
	screen_is(&s, 80, 24, "pasted");
	type(&s, "\r");
	screen_is(&s, 80, 24, "pasted-asked");
	assert_int_equal(s.client.said.n, 0);
	type(&s, "n");
	assert_true(is_seen(&s, 80, 24, "line 49"));
	type(&s, "\ry");
	assert_non_null(strstr(buf_z(&s.client.said), "line jack: line 0\nline 1\n"));
	assert_false(is_seen(&s, 80, 24, "line 49"));
	stage_end(&s);
}

static void completion_shows_what_there_is(void **state)
{
	struct stage s;

	stage_begin(&s, false, false);
	s.client.words = "jack jane james";
	type(&s, "hello ja\t");
	screen_is(&s, 80, 24, "completing");
	type(&s, "\t");
	assert_true(is_seen(&s, 80, 24, "> hello jane"));
	type(&s, "\x1b[Z\x1b[Z");
	assert_true(is_seen(&s, 80, 24, "> hello james"));
	type(&s, "x");
	assert_false(is_seen(&s, 80, 24, "jane"));
	stage_end(&s);
}

static void leaving_is_asked_first(void **state)
{
	struct stage s;

	stage_begin(&s, false, false);
	type(&s, "\x03");
	assert_true(is_seen(&s, 80, 24, "Leave Anser?"));
	type(&s, "n");
	assert_false(is_seen(&s, 80, 24, "Leave Anser?"));
	assert_int_equal(s.client.said.n, 0);
	type(&s, "\x03\x03");
	assert_string_equal(buf_z(&s.client.said), "stop : \n");
	stage_end(&s);
}

static void answers_stand_where_they_were_given(void **state)
{
	struct stage s;
	struct conversation *jack;
	struct face *f;

	stage_begin(&s, false, false);
	jack = fake_conversation(&s.client, "jack", true);
	f = view_face(s.view);
	type(&s, "\x1b" "1");
	fake_entry(&s.client, jack, "jack", "before", NOON, ENTRY_NEW);
	f->ops->notice(f, jack, "who", false, STR("Online (2): ann, jack\n"));
	f->ops->notice(f, NULL, "no-such-user", true, STR("there is no such user"));
	fake_entry(&s.client, jack, "jack", "after", NOON, ENTRY_NEW);
	screen_is(&s, 60, 12, "notices");
	for (int i = 0; i < 300; i++)
		f->ops->notice(f, jack, "x", false, STR("many"));
	assert_true(is_seen(&s, 60, 12, "many"));
	stage_end(&s);
}

/* However long the reason is, what waits here is said. */
static void what_waits_is_said_beside_the_reason(void **state)
{
	struct stage s;

	stage_begin(&s, false, false);
	s.client.state.phase = PHASE_WAITING;
	s.client.state.again_ms = 3000;
	s.client.state.waiting = 2;
	s.client.state.why = STR("Nothing listens at localhost:7789 (connection refused).");
	assert_true(is_seen(&s, 80, 24, "tom@chat.lan  server  no connection, again in 3 s  Noth"));
	assert_true(is_seen(&s, 80, 24, "…  2 waiting  12:00"));
	s.client.state.why = STR("");
	stage_end(&s);
}

/* What was said is out of sight, not gone: scrolling up shows it. */
static void clearing_takes_it_out_of_sight(void **state)
{
	struct stage s;
	struct conversation *jack;

	stage_begin(&s, false, false);
	jack = fake_conversation(&s.client, "jack", true);
	for (int i = 0; i < 30; i++)
		fake_entry(&s.client, jack, "jack", i < 29 ? "before" : "the last before", NOON + i, ENTRY_NEW);
	view_show(s.view, jack);
	s.client.face->ops->notice(s.client.face, jack, "status", false, STR("an answer"));
	s.client.face->ops->notice(s.client.face, jack, "clear", false, STR(""));
	assert_false(is_seen(&s, 80, 24, "before"));
	assert_false(is_seen(&s, 80, 24, "an answer"));
	assert_false(is_seen(&s, 80, 24, "--"));
	s.client.face->ops->notice(s.client.face, jack, "status", false, STR("a later answer"));
	fake_entry(&s.client, jack, "jack", "after it", NOON + MINUTE, ENTRY_NEW);
	assert_true(is_seen(&s, 80, 24, "a later answer"));
	assert_true(is_seen(&s, 80, 24, "after it"));
	assert_false(is_seen(&s, 80, 24, "before"));
	type(&s, "\x1b[1;5A");
	assert_true(is_seen(&s, 80, 24, "the last before"));
	type(&s, "\x1b[1;5B");
	assert_false(is_seen(&s, 80, 24, "before"));
	stage_end(&s);
}

static void a_paste_is_cut_where_the_line_is_full(void **state)
{
	struct stage s;
	own_buf paste = { 0 };

	stage_begin(&s, false, false);
	type(&s, "begin ");
	buf_lit(&paste, "\x1b[200~");
	for (size_t i = 0; i < PASTE_MAX / 3; i++)
		buf_lit(&paste, "你");
	buf_lit(&paste, "\x1b[201~");
	type(&s, buf_z(&paste));
	assert_true(is_seen(&s, 80, 24, "The paste was too long: only its begin is here."));
	assert_true(is_seen(&s, 80, 24, "你你你"));
	type(&s, "\x1b[200~more\x1b[201~\x15");
	stage_end(&s);
}

static void attacks_stay_text(void **state)
{
	static const char *const bad[] = {
		"\x1b[2J\x1b[H\x1b]0;owned\x07", "\u202egnp.exe\u202c", "a\xc2\x9b" "31m", "\x1bP+q\x1b\\",
		"line\x08\x08\x08\x08" "over", "\xff\xfe", "\x0e\x0f\x05",
		"\u2066\u2067\u2068\u2069", "\u0600\x9b" "31m",
		"e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
	};
	struct stage s;
	struct conversation *room;

	stage_begin(&s, false, false);
	room = fake_conversation(&s.client, "#\x1b[31mroom\u202e", true);
	fake_people(room, bad, countof(bad));
	for (size_t i = 0; i < countof(bad); i++) {
		fake_entry(&s.client, room, bad[i], bad[i], NOON, ENTRY_NEW);
		fake_conversation(&s.client, bad[i], true);
	}
	type(&s, "\x1b" "1");
	for (unsigned w = 20; w < 140; w += 7) {
		own_buf text = { 0 };

		seen(&s, w, 24, &text);
		assert_true(str_is_utf8(buf_all(&text)));
		for (size_t i = 0; i < text.n; i++)
			assert_true((unsigned char)text.p[i] >= 0x20 || text.p[i] == '\n');
		assert_null(strstr(buf_z(&text), "\u202e"));
		assert_null(strstr(buf_z(&text), "\u2066"));
		assert_null(strstr(buf_z(&text), "\xc2\x9b"));
	}
	screen_is(&s, 120, 30, "attacks");
	stage_end(&s);
}

static void any_size_is_drawn(void **state)
{
	struct stage s;

	stage_begin(&s, true, false);
	talk(&s, true);
	type(&s, "\x1b" "1\x1b[5~");
	for (unsigned w = 1; w < 130; w++) {
		for (unsigned h = 1; h < 40; h += 1 + h / 6)
			look(&s, w, h);
	}
	type(&s, "\x1bOP");
	for (unsigned w = 1; w < 130; w += 3)
		look(&s, w, 24);
	stage_end(&s);
}

static void conversations_may_go(void **state)
{
	struct stage s;
	struct conversation *jack;
	struct face *f;

	stage_begin(&s, false, false);
	f = view_face(s.view);
	jack = talk(&s, false);
	type(&s, "\x1b" "1");
	look(&s, 80, 24);
	f->ops->notice(f, jack, "x", false, STR("gone with it"));
	list_remove(&jack->here);
	f->ops->conversation(f, jack, CONVERSATION_GONE);
	assert_false(is_seen(&s, 80, 24, "good morning"));
	assert_false(is_seen(&s, 80, 24, "gone with it"));
	list_append(&s.client.conversations, &jack->here);
	stage_end(&s);
}

static void the_title_says_who(void **state)
{
	struct stage s;
	own_buf title = { 0 };

	stage_begin(&s, false, false);
	talk(&s, false);
	type(&s, "\x1b" "3");
	view_title(s.view, &title);
	assert_string_equal(buf_z(&title), "(5) 韩梅梅 - Anser");
	buf_clear(&title);
	fake_conversation(&s.client, "\x1b]0;x\x07\u202e", true);
	type(&s, "\x1b" "4");
	view_title(s.view, &title);
	assert_string_equal(buf_z(&title), "(5) ^[]0;x^G\uFFFD - Anser");
	stage_end(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_of_a_day),
		cmocka_unit_test(screens_of_a_console),
		cmocka_unit_test(screens_of_questions),
		cmocka_unit_test(what_is_unread_is_counted_and_found),
		cmocka_unit_test(who_is_there_is_asked),
		cmocka_unit_test(who_means_us_rings),
		cmocka_unit_test(scrolling_goes_everywhere_and_back),
		cmocka_unit_test(a_hundred_thousand_entries),
		cmocka_unit_test(finding_goes_to_older_and_newer),
		cmocka_unit_test(what_is_typed_is_sent),
		cmocka_unit_test(passwords_are_not_in_the_history),
		cmocka_unit_test(many_lines_are_asked_about),
		cmocka_unit_test(completion_shows_what_there_is),
		cmocka_unit_test(leaving_is_asked_first),
		cmocka_unit_test(answers_stand_where_they_were_given),
		cmocka_unit_test(what_waits_is_said_beside_the_reason),
		cmocka_unit_test(clearing_takes_it_out_of_sight),
		cmocka_unit_test(a_paste_is_cut_where_the_line_is_full),
		cmocka_unit_test(attacks_stay_text),
		cmocka_unit_test(any_size_is_drawn),
		cmocka_unit_test(conversations_may_go),
		cmocka_unit_test(the_title_says_who),
	};

	golden = argc > 1 ? argv[1] : "clients/term/screen/golden";
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
