/* SPDX-License-Identifier: Apache-2.0
 *
 * Any keys, names and messages: whatever comes, a terminal gets cells and what terminfo names, and nothing else. The
 * input is a row of steps: a byte that says which, a byte that says how long, then so many bytes.
 */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "clients/term/screen/fake_client.h"
#include "clients/term/screen/keys.h"
#include "clients/term/screen/paint.h"

static const msec NOON = 1795262400000;

struct stage {
	struct fake_world world;
	struct view *view;
	struct client client;
	struct keys keys;
	struct paint paint;
	struct grid grid;
	unsigned w, h, n;
};

static void on_nothing(void *arg) {}
static void on_attention(void *arg, struct conversation *v, struct str who, struct str text) {}
static void on_quit(void *arg, int status) {}

static const struct view_ops ops = { on_nothing, on_attention, on_nothing, on_nothing, on_nothing, on_quit };

/* A terminal that is told everything in letters: control characters can only come from texts. */
static void place(void *arg, struct buf *to, unsigned x, unsigned y)
{
	struct stage *s = arg;

	assert(x < s->w && y < s->h);
	buf_lit(to, "<p>");
}

static void dress(void *arg, struct buf *to, unsigned attributes, int front, int back) { buf_lit(to, "<d>"); }

static bool forbidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
		c == 0x2028 || c == 0x2029;
}

static void harmless_check(struct str s)
{
	assert(str_is_utf8(s));
	for (size_t at = 0; at < s.n;) {
		uint32_t c;

		at += utf8_at(s, at, &c);
		assert(!forbidden(c));
	}
}

static void look(struct stage *s)
{
	struct terminal t = { .colours = 256, .arg = s, .place = place, .dress = dress, .clear = STR("<c>"),
		.show = STR("<s>"), .hide = STR("<h>") };
	own_buf out = { 0 }, title = { 0 };

	grid_begin(&s->grid, s->w, s->h);
	view_draw(s->view, &s->grid);
	paint(&s->paint, &t, &s->grid, &out);
	harmless_check(buf_all(&out));
	view_title(s->view, &title);
	harmless_check(buf_all(&title));
}

static void on_key(void *arg, const struct key *k)
{
	struct stage *s = arg;

	if (k->code == KEY_PASTE)
		assert(str_is_utf8(k->text));
	view_key(s->view, k);
}

static struct conversation *last(struct stage *s)
{
	return holder_of(s->client.conversations.prev, struct conversation, here);
}

static void step(struct stage *s, unsigned which, struct str bytes)
{
	struct face *f = view_face(s->view);
	char *text = str_dup(bytes);
	struct conversation *c = last(s);

	s->client.words = text;
	if (which == 0)
		keys_feed(&s->keys, bytes, on_key, s);
	else if (which == 1)
		keys_timeout(&s->keys, on_key, s);
	else if (which == 2)
		fake_entry(&s->client, c, s->n % 3 ? text : "", text, NOON + s->n * 60000, ENTRY_NEW);
	else if (which == 3)
		fake_conversation(&s->client, text, s->n % 2);
	else if (which == 4)
		f->ops->notice(f, c, "x", s->n % 2, bytes);
	else if (which == 5)
		f->ops->ask(f, s->n % 2 ? ASK_PASSWORD : ASK_YES_NO, bytes);
	else if (which == 6)
		fake_file(&s->client, fake_entry(&s->client, c, text, text, NOON, ENTRY_NEW),
			bytes.n ? (enum file_state)((unsigned char)bytes.p[0] % 7) : FILE_MOVING, 1000, s->n % 1001);
	else if (bytes.n >= 2) {
		s->w = 1 + (unsigned char)bytes.p[0];
		s->h = 1 + (unsigned char)bytes.p[1] % 80;
	}
	s->client.words = NULL;
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct stage s = { .w = 80, .h = 24 };
	struct view_setup setup = { .ops = &ops, .arg = &s, .world = &s.world.world, .chinese = n % 2,
		.ascii = n % 3 == 0, .bell = VIEW_BELL_ALWAYS };

	setenv("TZ", "UTC", 1);
	fake_world_begin(&s.world, NOON);
	s.view = view_new(&setup);
	fake_begin(&s.client, s.view, "tom", "chat.lan");
	view_begin(s.view, &s.client);
	while (n >= 2 && s.n < 500) {
		size_t some = bytes[1] < n - 2 ? bytes[1] : n - 2;

		s.n++;
		s.world.clock += 100;
		step(&s, bytes[0] % 8, str_n((const char *)bytes + 2, some));
		look(&s);
		bytes += 2 + some;
		n -= 2 + some;
	}
	view_free(s.view);
	fake_end(&s.client);
	keys_free(&s.keys);
	paint_free(&s.paint);
	grid_free(&s.grid);
	return 0;
}
