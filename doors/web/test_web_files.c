/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/test_web_files.c - files through the doors: a slot asked for by XMPP, filled and read by HTTP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "core/files.h"
#include "doors/web/web.h"
#include "tests/talk.h"

/* No page here. */
const struct web_asset web_assets[] = { { "/", "text/plain", "\"0\"" } };
const size_t web_assets_n = countof(web_assets);

struct site {
	struct talk *talk;
	struct files *files;
	struct core_settings settings;
	int64_t ann;
};

static int site_begin_with(struct site *s, unsigned cores, const char *place)
{
	own_buf why = { 0 };

	assert_int_equal(files_open(&s->files, str_z(place), 0, &why), 0);
	s->settings = talk_settings();
	s->settings.files = s->files;
	s->settings.file_max = 4 * 1024 * 1024;
	s->settings.file_quota = 8 * 1024 * 1024;
	s->settings.file_keep_ms = 7 * 24 * 3600 * 1000LL;
	s->settings.web_address = STR("https://chat.test:5281");
	s->talk = talk_new_with(cores, NULL, &s->settings);
	talk_account(s->talk, "ann", "secret");
	talk_account(s->talk, "bob", "secret");
	s->ann = 1;
	return 0;
}

static int site_begin(void **state)
{
	struct site *s = mem_new(struct site);

	*state = s;
	return site_begin_with(s, 2, "memory:");
}

static int site_end(void **state)
{
	struct site *s = *state;

	talk_free(s->talk);
	files_close(s->files);
	mem_free(s);
	return 0;
}

/* ---- the core, asked directly ------------------------------------------------------------------------------------ */

struct asking {
	struct file_ask ask;
	bool came, whole;
	struct buf token, name, type, url, bytes;
	uint64_t offset;
	int verdict;
};

static void asking_free(struct asking *a)
{
	buf_free(&a->token);
	buf_free(&a->name);
	buf_free(&a->type);
	buf_free(&a->url);
	buf_free(&a->bytes);
}
#define own_asking __attribute__((cleanup(asking_free))) struct asking

static struct core *asked_core;

static void asking_done(struct file_ask *ask)
{
	struct asking *a = holder_of(ask, struct asking, ask);

	a->came = true;
	a->verdict = ask->verdict;
	a->offset = ask->offset;
	a->whole = ask->file.whole;
	buf_free(&a->bytes);
	a->bytes = ask->bytes;
	if (ask->verdict || !ask->file.token.p)
		return;
	buf_clear(&a->token);
	buf_clear(&a->name);
	buf_clear(&a->type);
	buf_clear(&a->url);
	buf_str(&a->token, ask->file.token);
	buf_str(&a->name, ask->file.name);
	buf_str(&a->type, ask->file.type);
	file_url(asked_core, &ask->file, &a->url);
}

static struct core *core_of(struct site *s, unsigned core)
{
	return asked_core = talk_core(s->talk, core);
}

static int wait_for(struct site *s, struct asking *a)
{
	assert_false(a->came);
	talk_run(s->talk);
	assert_true(a->came);
	a->came = false;
	return a->verdict;
}

static int slot(struct site *s, struct asking *a, struct str name, const char *type, uint64_t size)
{
	a->ask.done = asking_done;
	file_slot(core_of(s, 0), &a->ask, s->ann, name, str_z(type), size);
	return wait_for(s, a);
}

static int find(struct site *s, struct asking *a)
{
	a->ask.done = asking_done;
	file_find(core_of(s, 1), &a->ask, buf_all(&a->token));
	return wait_for(s, a);
}

static int put(struct site *s, struct asking *a, unsigned core, uint64_t offset, struct str bytes)
{
	struct buf b = { 0 };

	buf_str(&b, bytes);
	a->ask.done = asking_done;
	file_put(core_of(s, core), &a->ask, buf_all(&a->token), offset, &b);
	return wait_for(s, a);
}

/* ---- HTTP -------------------------------------------------------------------------------------------------------- */

/* What one new connection hears; the request must end it or be whole. Good until the next call. */
static const char *http(struct site *s, const char *method, const char *path, const char *fields, struct str body)
{
	static struct buf heard;
	own_buf head = { 0 };
	struct line *l = talk_open(s->talk, 0, &web_door, TALK_TLS);

	buf_fmt(&head, "%s %s HTTP/1.1\r\nHost: chat.test:5281\r\nConnection: close\r\n%s\r\n", method, path, fields);
	talk_say_n(l, head.p, head.n);
	talk_say_n(l, body.p, body.n);
	buf_clear(&heard);
	buf_str(&heard, talk_hear_bytes(l));
	return buf_z(&heard);
}

static const char *path_of(const struct asking *a)
{
	static char path[1024];

	snprintf(path, sizeof path, "%.*s", (int)(a->url.n - strlen("https://chat.test:5281")), a->url.p + strlen("https://chat.test:5281"));
	return path;
}

static const char *http_put(struct site *s, const struct asking *a, struct str body)
{
	char fields[64];

	snprintf(fields, sizeof fields, "Content-Length: %zu\r\n", body.n);
	return http(s, "PUT", path_of(a), fields, body);
}

static const char *http_patch(struct site *s, const struct asking *a, uint64_t offset, struct str body)
{
	char fields[128];

	snprintf(fields, sizeof fields, "Content-Length: %zu\r\nUpload-Offset: %llu\r\n", body.n, (unsigned long long)offset);
	return http(s, "PATCH", path_of(a), fields, body);
}

static const char *http_get(struct site *s, const struct asking *a, const char *fields) { return http(s, "GET", path_of(a), fields, STR("")); }

static const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

#define assert_has(text, part)                                                      \
	do {                                                                        \
		const char *text_ = (text);                                         \
		if (!strstr(text_, part))                                           \
			fail_msg("no \"%s\" in:\n%s", part, text_);                 \
	} while (0)
#define assert_has_not(text, part)                                                  \
	do {                                                                        \
		const char *text_ = (text);                                         \
		if (strstr(text_, part))                                            \
			fail_msg("\"%s\" in:\n%s", part, text_);                    \
	} while (0)
#define assert_status(text, status) assert_has(text, "HTTP/1.1 " status " ")

static void pattern(struct buf *b, size_t n)
{
	uint64_t seed = 7;

	while (b->n < n) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		buf_byte(b, (char)(seed >> 56));
	}
}

/* ---- a whole life --------------------------------------------------------------------------------------------------- */

static void a_file_is_sent_and_read(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };

	assert_int_equal(slot(s, &a, STR("hello.txt"), "text/plain", 11), 0);
	assert_int_equal(a.token.n, FILE_TOKEN_CHARS);
	assert_status(http_get(s, &a, ""), "404");
	assert_status(http_put(s, &a, STR("hello world")), "201");
	assert_status(http_get(s, &a, ""), "200");
	assert_string_equal(body_of(http_get(s, &a, "")), "hello world");
	assert_has(http_get(s, &a, ""), "Content-Type: text/plain; charset=utf-8\r\n");
	assert_has(http_get(s, &a, ""), "Content-Disposition: inline; filename=\"hello.txt\"; filename*=UTF-8''hello.txt\r\n");
	assert_has(http_get(s, &a, ""), "Content-Security-Policy: default-src 'none'; sandbox\r\n");
	assert_has(http_get(s, &a, ""), "X-Content-Type-Options: nosniff\r\n");
	assert_has(http_get(s, &a, ""), "Cache-Control: private, max-age=604800, immutable\r\n");
	assert_has(http_get(s, &a, ""), "ETag: \"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9\"\r\n");
	/* The token alone is the right, whatever stands behind it; and nothing less is. */
	assert_status(http_put(s, &a, STR("hello world")), "409");
	a.url.p[a.url.n - strlen("/hello.txt") - 1] ^= 1;
	assert_status(http_get(s, &a, ""), "404");
	assert_has(http_get(s, &a, ""), "X-Anser-Error: not-found\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, site_begin, site_end)
		T(a_file_is_sent_and_read),
#undef T
	};

	(void)pattern, (void)http_patch, (void)find, (void)put;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
