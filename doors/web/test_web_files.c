/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/test_web_files.c - files through the doors: a slot asked for by XMPP, filled and read by HTTP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "core/files.h"
#include "store/faulty.h"
#include "tests/talk.h"

struct site {
	struct talk *talk;
	struct files *files;
	struct core_settings settings;
	int64_t ann;
};

static int site_begin_with(struct site *s, unsigned cores, const char *place, const char *store)
{
	own_buf why = { 0 };

	assert_int_equal(files_open(&s->files, str_z(place), 0, &why), 0);
	s->settings = talk_settings();
	s->settings.files = s->files;
	s->settings.file_max = 4 * 1024 * 1024;
	s->settings.file_quota = 8 * 1024 * 1024;
	s->settings.file_keep_ms = 7 * 24 * 3600 * 1000LL;
	s->settings.web_address = STR("https://chat.test:5281");
	s->talk = talk_new_with(cores, store, &s->settings);
	talk_account(s->talk, "ann", "secret");
	talk_account(s->talk, "bob", "secret");
	s->ann = 1;
	return 0;
}

static int site_begin(void **state)
{
	struct site *s = mem_new(struct site);

	*state = s;
	return site_begin_with(s, 2, "memory:", NULL);
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
	uint8_t content[FILE_NAME_BYTES];
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
	memcpy(a->content, ask->file.content, sizeof a->content);
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
	file_progress(core_of(s, 1), &a->ask, buf_all(&a->token));
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

	snprintf(path, sizeof path, "%.*s", (int)(a->url.n - strlen("https://chat.test:5281")),
		a->url.p + strlen("https://chat.test:5281"));
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

	snprintf(fields, sizeof fields, "Content-Length: %zu\r\nUpload-Offset: %llu\r\n", body.n,
		(unsigned long long)offset);
	return http(s, "PATCH", path_of(a), fields, body);
}

static const char *http_get(struct site *s, const struct asking *a, const char *fields)
{
	return http(s, "GET", path_of(a), fields, STR(""));
}

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

/* ---- a whole life ------------------------------------------------------------------------------------------------ */

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
	assert_has(http_get(s, &a, ""), "Content-Disposition: inline; filename=\"hello.txt\"; "
		"filename*=UTF-8''hello.txt\r\n");
	assert_has(http_get(s, &a, ""), "Content-Security-Policy: default-src 'none'; sandbox\r\n");
	assert_has(http_get(s, &a, ""), "X-Content-Type-Options: nosniff\r\n");
	assert_has(http_get(s, &a, ""), "Cache-Control: private, max-age=604800, immutable\r\n");
	assert_has(http_get(s, &a, ""), "ETag: "
		"\"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9\"\r\n");
	/* The token alone is the right, whatever stands behind it; and nothing less is. */
	assert_status(http_put(s, &a, STR("hello world")), "409");
	a.url.p[a.url.n - strlen("/hello.txt") - 1] ^= 1;
	assert_status(http_get(s, &a, ""), "404");
	assert_has(http_get(s, &a, ""), "X-Anser-Error: not-found\r\n");
}

static void what_does_not_fit_is_refused(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };

	assert_int_equal(slot(s, &a, STR("a"), "", 4 * 1024 * 1024 + 1), FILE_TOO_LARGE);
	assert_int_equal(slot(s, &a, STR(""), "", 1), FILE_BAD_NAME);
	assert_int_equal(slot(s, &a, STR("a"), "", 4 * 1024 * 1024), 0);
	assert_int_equal(slot(s, &a, STR("a"), "", 4 * 1024 * 1024), 0);
	assert_int_equal(slot(s, &a, STR("a"), "", 1), FILE_QUOTA);
	/* A slot that nobody fills weighs no longer than a day. */
	talk_wait(s->talk, 25 * 3600 * 1000LL);
	assert_int_equal(slot(s, &a, STR("a"), "", 1), 0);
	assert_int_equal(find(s, &a), 0);
	talk_wait(s->talk, 25 * 3600 * 1000LL);
	assert_int_equal(find(s, &a), FILE_UNKNOWN);
	for (unsigned i = 0; i < 60; i++)
		assert_int_equal(slot(s, &a, STR("a"), "", 1), 0);
	assert_int_equal(slot(s, &a, STR("a"), "", 1), FILE_TOO_MANY);
	talk_wait(s->talk, 60 * 1000);
	assert_int_equal(slot(s, &a, STR("a"), "", 1), 0);
	s->settings.file_max = 0;
	core_settle(talk_core(s->talk, 0), &s->settings);
	assert_int_equal(slot(s, &a, STR("a"), "", 1), FILE_OFF);
}

static void a_full_disk_is_said(void **state)
{
	struct site *s = mem_new(struct site);
	own_asking a = { 0 }, b = { 0 };
	own_buf bytes = { 0 };

	site_begin_with(s, 1, "memory:300000", NULL);
	pattern(&bytes, 200000);
	assert_int_equal(slot(s, &a, STR("a"), "", 300001), FILE_DISK);
	assert_int_equal(slot(s, &a, STR("a"), "", bytes.n), 0);
	assert_int_equal(slot(s, &b, STR("b"), "", bytes.n), 0);
	assert_status(http_put(s, &a, buf_all(&bytes)), "201");
	assert_status(http_put(s, &b, buf_all(&bytes)), "507");
	assert_has(http_put(s, &b, buf_all(&bytes)), "X-Anser-Error: disk-full\r\n");
	assert_status(http_get(s, &a, ""), "200");
	site_end((void **)&s);
}

/* ---- names and types --------------------------------------------------------------------------------------------- */

static void names_are_made_harmless(void **state)
{
	static const struct {
		struct str given, want;
	} rows[] = {
#define ROW(given, want) { STR_INIT(given), STR_INIT(want) }
		ROW("plan.pdf", "plan.pdf"),
		ROW("报告 2026.docx", "报告 2026.docx"),
		ROW("../../etc/passwd", "passwd"),
		ROW("..\\..\\windows\\system.ini", "system.ini"),
		ROW("/", "file"),
		ROW("..", "file"),
		ROW("...", "file"),
		ROW(". .", "file"),
		ROW(".bashrc", "bashrc"),
		ROW("name. ", "name"),
		ROW("a\0b.txt", "ab.txt"),
		ROW("a\r\nX-Evil: 1.txt", "aX-Evil_ 1.txt"),
		ROW("photo\xe2\x80\xaegpj.exe", "photogpj.exe"), /* U+202E turns what follows around */
		ROW("\xe2\x81\xa6x\xe2\x81\xa9\xe2\x80\x8f.txt", "x.txt"),
		ROW("\xef\xbb\xbf", "file"),
		ROW("a\xc2\x9b" "b", "ab"),
		ROW("zero\xe2\x80\x8bwidth", "zerowidth"),
		ROW("a<b>c:d\"e|f?g*h", "a_b_c_d_e_f_g_h"),
		ROW("CON", "_CON"),
		ROW("con.txt", "_con.txt"),
		ROW("Lpt1.tar.gz", "_Lpt1.tar.gz"),
		ROW("com10", "com10"),
		ROW("console.txt", "console.txt"),
		ROW("aux .h", "_aux .h"),
		ROW("\xff\xfe", "file"),
		ROW("\xed\xa0\x80", "file"),
#undef ROW
	};

	for (size_t i = 0; i < countof(rows); i++) {
		own_buf b = { 0 };

		file_name_clean(&b, rows[i].given);
		if (!str_eq(buf_all(&b), rows[i].want))
			fail_msg("\"%s\" became \"%s\"", rows[i].given.p, buf_z(&b));
	}
	(void)state;
}

/* Cut where a character ends, the extension kept: for every length around the limit, with characters of every size. */
static void long_names_are_cut_between_characters(void **state)
{
	static const char *const characters[] = { "a", "\xc3\xa9", "\xe6\x96\x87", "\xf0\x9f\xa6\x86" };
	static const char *const ends[] = { "", ".tar", ".\xe6\x96\x87" };

	for (size_t c = 0; c < countof(characters); c++)
		for (size_t e = 0; e < countof(ends); e++)
			for (size_t n = 60; n < 400; n++) {
				own_buf given = { 0 }, got = { 0 };
				struct str end = str_z(ends[e]);

				for (size_t i = 0; i < n; i++)
					buf_str(&given, str_z(characters[c]));
				buf_str(&given, end);
				file_name_clean(&got, buf_all(&given));
				assert_true(got.n && got.n <= 255 && str_is_utf8(buf_all(&got)));
				assert_true(got.n == given.n || got.n > 245);
				assert_true(str_eq(str_from(buf_all(&got), got.n - end.n), end));
			}
	(void)state;
}

/* Whatever it is: something that is a name, and that stays as it is when it is cleaned once more. */
static void any_bytes_become_a_name(void **state)
{
	static const char *const pieces[] = { "/", "\\", ".", " ", "con", "a", "\xe2\x80\xae", "\xe6\x96\x87",
		"\xff", "\t", "%2f", "\"", "com1", "\xf0\x9f\xa6\x86" };
	uint64_t seed = 1;

	for (unsigned round = 0; round < 20000; round++) {
		own_buf given = { 0 }, once = { 0 }, twice = { 0 };

		for (unsigned i = round % 90; i; i--) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			buf_str(&given, str_z(pieces[(seed >> 40) % countof(pieces)]));
		}
		file_name_clean(&once, buf_all(&given));
		file_name_clean(&twice, buf_all(&once));
		assert_true(once.n && once.n <= 255 && str_is_utf8(buf_all(&once)));
		assert_null(strpbrk(buf_z(&once), "/\\<>:\"|?*\t"));
		assert_true(once.p[0] != '.' && once.p[0] != ' ' && once.p[once.n - 1] != '.' && once.p[once.n - 1] != ' ');
		if (!str_eq(buf_all(&once), buf_all(&twice)))
			fail_msg("\"%s\" became \"%s\"", buf_z(&once), buf_z(&twice));
	}
	(void)state;
}

static void types_have_the_shape_of_types(void **state)
{
	static const struct {
		const char *given, *want;
	} rows[] = {
		{ "image/png", "image/png" },
		{ "Image/PNG; foo=bar", "image/png" },
		{ " text/plain ", "text/plain" },
		{ "application/vnd.ms-excel", "application/vnd.ms-excel" },
		{ "", "application/octet-stream" },
		{ "image", "application/octet-stream" },
		{ "image/", "application/octet-stream" },
		{ "/png", "application/octet-stream" },
		{ "image/png/x", "application/octet-stream" },
		{ "image/p\r\nX: y", "application/octet-stream" },
		{ "image/p g", "application/octet-stream" },
		{ "im\xc3\xa4ge/png", "application/octet-stream" },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		own_buf b = { 0 };

		file_type_clean(&b, str_z(rows[i].given));
		assert_string_equal(buf_z(&b), rows[i].want);
	}
	(void)state;
}

/* Whatever the bytes are: only the type says how they are served, and only harmless types are shown. */
static void polyglots_are_not_run(void **state)
{
	static const struct {
		const char *type, *served, *shown;
	} rows[] = {
		{ "text/html", "application/octet-stream", "attachment" },
		{ "application/xhtml+xml", "application/octet-stream", "attachment" },
		{ "image/svg+xml", "application/octet-stream", "attachment" },
		{ "image/svg", "application/octet-stream", "attachment" },
		{ "application/pdf", "application/octet-stream", "attachment" },
		{ "text/xml", "application/octet-stream", "attachment" },
		{ "text/javascript", "application/octet-stream", "attachment" },
		{ "application/x-shockwave-flash", "application/octet-stream", "attachment" },
		{ "text/css", "application/octet-stream", "attachment" },
		{ "multipart/x-mixed-replace", "application/octet-stream", "attachment" },
		{ "image/png", "image/png", "inline" },
		{ "image/jpeg; charset=utf-7", "image/jpeg", "inline" },
		{ "text/plain; charset=utf-7", "text/plain; charset=utf-8", "inline" },
		{ "audio/mpeg", "audio/mpeg", "inline" },
		{ "video/mp4", "video/mp4", "inline" },
		{ "image/png\"><script>", "application/octet-stream", "attachment" },
	};
	static const struct str bytes[] = {
		STR_INIT("\x89PNG\r\n\x1a\n<html><script>alert(1)</script>"),
		STR_INIT("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
		STR_INIT("%PDF-1.7 <script>alert(1)</script>"),
		STR_INIT("GIF89a/*<!doctype html>*/=1;alert(1)"),
	};
	struct site *s = *state;

	for (size_t i = 0; i < countof(rows); i++)
		for (size_t k = 0; k < countof(bytes); k++) {
			own_asking a = { 0 };
			char line[128];
			const char *answer;

			talk_wait(s->talk, 2000);
			assert_int_equal(slot(s, &a, STR("x.html"), rows[i].type, bytes[k].n), 0);
			assert_status(http_put(s, &a, bytes[k]), "201");
			answer = http_get(s, &a, "Accept: text/html\r\n");
			snprintf(line, sizeof line, "\r\nContent-Type: %s\r\n", rows[i].served);
			assert_has(answer, line);
			snprintf(line, sizeof line, "\r\nContent-Disposition: %s; filename=", rows[i].shown);
			assert_has(answer, line);
			assert_has(answer, "\r\nX-Content-Type-Options: nosniff\r\n");
			assert_has(answer, "\r\nContent-Security-Policy: default-src 'none'; sandbox\r\n");
		}
}

static void names_travel_in_their_own_letters(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };

	assert_int_equal(slot(s, &a, STR("报 \"1\"%;.txt"), "text/plain", 1), 0);
	assert_string_equal(strrchr(buf_z(&a.url), '/'), "/%E6%8A%A5%20_1_%25%3B.txt");
	assert_status(http_put(s, &a, STR("x")), "201");
	assert_has(http_get(s, &a, ""), "filename=\"_ _1___.txt\"; filename*=UTF-8''%E6%8A%A5%20_1_%25%3B.txt\r\n");
}

/* ---- in pieces --------------------------------------------------------------------------------------------------- */

/* Says the start of a request, and the network breaks. */
static void http_broken(struct site *s, unsigned core, const struct asking *a, const char *method, uint64_t offset,
	uint64_t size, struct str body)
{
	own_buf head = { 0 };
	struct line *l = talk_open(s->talk, core, &web_door, TALK_TLS);

	buf_fmt(&head, "%s %s HTTP/1.1\r\nHost: chat.test:5281\r\nContent-Length: %llu\r\nUpload-Offset: "
		"%llu\r\n\r\n", method, path_of(a),
		(unsigned long long)size, (unsigned long long)offset);
	talk_say_n(l, head.p, head.n);
	talk_run(s->talk);
	for (size_t at = 0; at < body.n; at += 30000) {
		talk_say_n(l, body.p + at, body.n - at < 30000 ? body.n - at : 30000);
		talk_run(s->talk);
	}
	talk_cut(l);
	talk_run(s->talk);
}

static uint64_t offset_told(const char *answer)
{
	const char *field = strstr(answer, "\r\nUpload-Offset: ");

	if (!field)
		fail_msg("no offset in:\n%s", answer);
	return strtoull(field + strlen("\r\nUpload-Offset: "), NULL, 10);
}

static uint64_t offset_asked(struct site *s, const struct asking *a)
{
	const char *answer = http(s, "HEAD", path_of(a), "", STR(""));

	assert_status(answer, "204");
	assert_has(answer, "\r\nUpload-Complete: ?0\r\n");
	return offset_told(answer);
}

static void content_check(struct site *s, const struct asking *a, const struct buf *bytes)
{
	uint8_t sum[HASH_BYTES_MAX];
	own_buf etag = { 0 };
	const char *answer = http_get(s, a, "");

	hash_sum(HASH_SHA256, buf_all(bytes), sum);
	buf_lit(&etag, "ETag: \"");
	hex_write(&etag, str_bytes(sum, sizeof sum));
	assert_status(answer, "200");
	assert_has(answer, buf_z(&etag));
	assert_memory_equal(body_of(answer), bytes->p, bytes->n);
}

static void a_broken_upload_goes_on_at_every_tenth(void **state)
{
	struct site *s = *state;
	own_buf bytes = { 0 };

	pattern(&bytes, 1000003);
	for (unsigned tenth = 0; tenth <= 10; tenth++) {
		own_asking a = { 0 };
		size_t cut = bytes.n * tenth / 10;
		uint64_t offset;

		assert_int_equal(slot(s, &a, STR("a"), "", bytes.n), 0);
		http_broken(s, tenth % 2, &a, "PATCH", 0, tenth == 10 ? bytes.n + 1 : bytes.n, str_n(bytes.p, cut));
		offset = offset_asked(s, &a);
		if (tenth == 10) /* more was announced than fits: nothing of it is taken */
			assert_int_equal(offset, 0);
		else
			assert_int_equal(offset, cut); /* to the last byte that came */
		assert_status(http_patch(s, &a, offset + 1, str_n(bytes.p, 1)), "409");
		assert_status(http_patch(s, &a, offset, str_from(buf_all(&bytes), offset)), "201");
		content_check(s, &a, &bytes);
		talk_wait(s->talk, 1000);
		file_remove(talk_core(s->talk, 0), NULL, s->ann, buf_all(&a.token));
		talk_run(s->talk);
	}
}

static void a_broken_put_begins_again(void **state)
{
	struct site *s = *state;
	own_buf bytes = { 0 };

	pattern(&bytes, 500009);
	for (unsigned tenth = 1; tenth < 10; tenth++) {
		own_asking a = { 0 };

		assert_int_equal(slot(s, &a, STR("a"), "", bytes.n), 0);
		http_broken(s, 0, &a, "PUT", 0, bytes.n, str_n(bytes.p, bytes.n * tenth / 10));
		assert_true(offset_asked(s, &a) > 0);
		assert_status(http_put(s, &a, buf_all(&bytes)), "201");
		content_check(s, &a, &bytes);
	}
}

static void pieces_are_told_how_far_they_came(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };
	const char *answer;

	assert_int_equal(slot(s, &a, STR("a"), "", 10), 0);
	assert_int_equal(offset_asked(s, &a), 0);
	answer = http_patch(s, &a, 0, STR("0123"));
	assert_status(answer, "204");
	assert_has(answer, "\r\nUpload-Complete: ?0\r\n");
	assert_int_equal(offset_told(answer), 4);
	answer = http_patch(s, &a, 2, STR("23456"));
	assert_status(answer, "409");
	assert_has(answer, "\r\nX-Anser-Error: offset\r\n");
	assert_int_equal(offset_told(answer), 4);
	answer = http(s, "PATCH", path_of(&a), "Upload-Offset: 4\r\nTransfer-Encoding: chunked\r\n",
		STR("3\r\n456\r\n3\r\n789\r\n0\r\n\r\n"));
	assert_status(answer, "201");
	assert_has(answer, "\r\nUpload-Complete: ?1\r\n");
	assert_int_equal(offset_told(answer), 10);
	assert_string_equal(body_of(http_get(s, &a, "")), "0123456789");
	answer = http(s, "HEAD", path_of(&a), "", STR(""));
	assert_status(answer, "200");
	assert_has(answer, "\r\nContent-Length: 10\r\n");
	assert_has(answer, "\r\nUpload-Complete: ?1\r\n");
	assert_string_equal(body_of(answer), "");
	/* Who did not hear the answer says the end once more. */
	assert_status(http_patch(s, &a, 10, STR("")), "201");
	assert_status(http_patch(s, &a, 0, STR("")), "409");
}

static void lengths_must_be_those_of_the_slot(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };

	assert_int_equal(slot(s, &a, STR("a"), "", 5), 0);
	assert_status(http_put(s, &a, STR("1234")), "413");
	assert_status(http_put(s, &a, STR("123456")), "413");
	assert_has(http_put(s, &a, STR("123456")), "X-Anser-Error: length\r\n");
	assert_status(http(s, "PUT", path_of(&a), "Transfer-Encoding: chunked\r\n", STR("5\r\n12345\r\n0\r\n\r\n")),
		"413");
	assert_status(http_patch(s, &a, 0, STR("123456")), "413");
	assert_int_equal(offset_asked(s, &a), 0);
	assert_status(http(s, "PATCH", path_of(&a), "Upload-Offset: 0\r\nTransfer-Encoding: chunked\r\n",
		STR("6\r\n123456\r\n0\r\n\r\n")), "413");
	assert_int_equal(offset_asked(s, &a), 0);
	assert_status(http(s, "PATCH", path_of(&a), "Content-Length: 1\r\n", STR("1")), "400");
	assert_status(http(s, "PATCH", path_of(&a), "Content-Length: 1\r\nUpload-Offset: -1\r\n", STR("1")), "400");
	assert_status(http(s, "PATCH", path_of(&a), "Content-Length: 1\r\nUpload-Offset: 18446744073709551615\r\n",
		STR("1")), "409");
	assert_status(http(s, "PATCH", path_of(&a), "Content-Length: 18446744073709551614\r\nUpload-Offset: 0\r\n",
		STR("1")), "413");
	assert_status(http_put(s, &a, STR("12345")), "201");
}

/* curl asks before it sends. */
static void nobody_sends_what_is_not_wanted(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };
	const char *answer;

	assert_int_equal(slot(s, &a, STR("a"), "", 5), 0);
	answer = http(s, "PUT", path_of(&a), "Expect: 100-continue\r\nContent-Length: 6\r\n", STR(""));
	assert_status(answer, "413");
	assert_has_not(answer, "100 Continue");
	answer = http(s, "PUT", path_of(&a), "Expect: 100-continue\r\nContent-Length: 5\r\n", STR("12345"));
	assert_true(str_starts(str_z(answer), STR("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n")));
}

static void nothing_can_be_sent_too(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };

	assert_int_equal(slot(s, &a, STR("empty"), "text/plain", 0), 0);
	assert_status(http_put(s, &a, STR("")), "201");
	assert_status(http_get(s, &a, ""), "200");
	assert_string_equal(body_of(http_get(s, &a, "Range: bytes=0-\r\n")), "");
}

static void two_fill_by_turns_and_nothing_is_mixed_up(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 }, first = { 0 }, second = { 0 };
	struct buf one = { 0 }, two = { 0 };
	unsigned good = 0;

	assert_int_equal(slot(s, &a, STR("a"), "", 10), 0);
	assert_int_equal(put(s, &a, 0, 0, STR("0123")), 0);
	/* At one time, from two cores, at the same place: one of them. */
	buf_lit(&one, "456");
	buf_lit(&two, "456");
	first.ask.done = second.ask.done = asking_done;
	file_put(core_of(s, 0), &first.ask, buf_all(&a.token), 4, &one);
	file_put(core_of(s, 1), &second.ask, buf_all(&a.token), 4, &two);
	talk_run(s->talk);
	assert_true(first.came && second.came);
	good = !first.verdict + !second.verdict;
	assert_int_equal(good, 1);
	assert_int_equal(first.verdict + second.verdict, FILE_OFFSET);
	assert_int_equal(find(s, &a), 0);
	assert_int_equal(a.offset, 7);
	/* Two that finish it: both are told that it is whole. */
	assert_int_equal(put(s, &a, 1, 7, STR("789")), 0);
	assert_true(a.whole);
	assert_int_equal(put(s, &a, 0, 10, STR("")), 0);
	assert_string_equal(body_of(http_get(s, &a, "")), "0123456789");
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void parts_can_be_read(void **state)
{
	static const struct {
		const char *fields, *status, *range, *body;
	} rows[] = {
		{ "Range: bytes=0-3\r\n", "206", "bytes 0-3/10", "0123" },
		{ "Range: bytes=8-\r\n", "206", "bytes 8-9/10", "89" },
		{ "Range: bytes=-3\r\n", "206", "bytes 7-9/10", "789" },
		{ "Range: bytes=5-1000\r\n", "206", "bytes 5-9/10", "56789" },
		{ "Range: bytes=10-\r\n", "416", "bytes */10", "" },
		{ "Range: bytes=0-1,4-5\r\n", "200", NULL, "0123456789" },
		{ "Range: lines=1-2\r\n", "200", NULL, "0123456789" },
		{ "Range: bytes=0-3\r\nIf-Range: "
			"\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\"\r\n", "206",
				"bytes 0-3/10", "0123" },
		{ "Range: bytes=0-3\r\nIf-Range: \"other\"\r\n", "200", NULL, "0123456789" },
		{ "If-None-Match: \"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\"\r\n", "304",
			NULL, "" },
		{ "If-None-Match: \"other\"\r\n", "200", NULL, "0123456789" },
	};
	struct site *s = *state;
	own_asking a = { 0 };

	assert_int_equal(slot(s, &a, STR("a"), "", 10), 0);
	assert_status(http_put(s, &a, STR("0123456789")), "201");
	for (size_t i = 0; i < countof(rows); i++) {
		const char *answer = http_get(s, &a, rows[i].fields);
		char line[64];

		snprintf(line, sizeof line, "HTTP/1.1 %s ", rows[i].status);
		assert_has(answer, line);
		snprintf(line, sizeof line, "\r\nContent-Range: %s\r\n", rows[i].range ? rows[i].range : "");
		if (rows[i].range)
			assert_has(answer, line);
		else
			assert_has_not(answer, "Content-Range");
		assert_string_equal(body_of(answer), rows[i].body);
	}
}

/* Who does not read has a piece or two waiting, not the whole. */
static void a_slow_reader_costs_little(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };
	own_buf bytes = { 0 }, head = { 0 }, got = { 0 };
	struct line *l;

	pattern(&bytes, 3000000);
	assert_int_equal(slot(s, &a, STR("a"), "", bytes.n), 0);
	assert_status(http_put(s, &a, buf_all(&bytes)), "201");
	l = talk_open(s->talk, 1, &web_door, TALK_TLS);
	talk_stall(l, true);
	buf_fmt(&head, "GET %s HTTP/1.1\r\nHost: chat.test:5281\r\n\r\n", path_of(&a));
	talk_say_n(l, head.p, head.n);
	talk_run(s->talk);
	assert_true(link_backlog(talk_link(l)) > 128 * 1024 && link_backlog(talk_link(l)) < 300 * 1024);
	talk_stall(l, false);
	buf_str(&got, talk_hear_bytes(l));
	assert_true(got.n > bytes.n);
	assert_memory_equal(got.p + got.n - bytes.n, bytes.p, bytes.n);
}

/* The client goes in the middle of it, either way. */
static void who_goes_leaves_nothing_behind(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };
	own_buf bytes = { 0 }, head = { 0 };

	pattern(&bytes, 1000000);
	assert_int_equal(slot(s, &a, STR("a"), "", bytes.n), 0);
	assert_status(http_put(s, &a, buf_all(&bytes)), "201");
	buf_fmt(&head, "GET %s HTTP/1.1\r\nHost: chat.test:5281\r\n\r\n", path_of(&a));
	for (int i = 0; i < 4; i++) {
		struct line *l = talk_open(s->talk, 1, &web_door, TALK_TLS);

		talk_stall(l, i & 1);
		talk_say_n(l, head.p, head.n);
		if (i & 2)
			talk_run(s->talk);
		talk_cut(l);
	}
	talk_run(s->talk);
}

/* A file that is removed while somebody reads it: the connection is cut, nobody takes half for whole. */
static void a_file_can_go_while_it_is_read(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };
	own_buf bytes = { 0 }, head = { 0 };
	struct line *l = talk_open(s->talk, 1, &web_door, TALK_TLS);

	pattern(&bytes, 1000000);
	assert_int_equal(slot(s, &a, STR("a"), "", bytes.n), 0);
	assert_status(http_put(s, &a, buf_all(&bytes)), "201");
	talk_stall(l, true);
	buf_fmt(&head, "GET %s HTTP/1.1\r\nHost: chat.test:5281\r\n\r\n", path_of(&a));
	talk_say_n(l, head.p, head.n);
	talk_run(s->talk);
	file_remove(talk_core(s->talk, 0), NULL, s->ann, buf_all(&a.token));
	talk_run(s->talk);
	talk_stall(l, false);
	assert_true(talk_hear_bytes(l).n < bytes.n);
	assert_true(talk_closed(l));
}

static void other_web_clients_may_send(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };
	const char *answer;

	assert_int_equal(slot(s, &a, STR("a"), "", 5), 0);
	answer = http(s, "OPTIONS", path_of(&a), "Origin: https://other.test\r\nAccess-Control-Request-Method: "
		"PUT\r\n", STR(""));
	assert_status(answer, "204");
	assert_has(answer, "Access-Control-Allow-Origin: *\r\n");
	assert_has(answer, "PUT");
	assert_has(answer, "PATCH");
	answer = http(s, "PUT", path_of(&a), "Origin: https://other.test\r\nContent-Length: 5\r\n", STR("12345"));
	assert_status(answer, "201");
	assert_has(answer, "Access-Control-Allow-Origin: *\r\n");
	assert_has(answer, "Access-Control-Expose-Headers: *\r\n");
}

/* ---- going ------------------------------------------------------------------------------------------------------- */

static void content_read(struct files_job *j) { j->since = 1; }

static bool content_there(struct site *s, struct str bytes)
{
	struct files_job j = { .done = content_read, .size = bytes.n };

	hash_sum(HASH_SHA256, bytes, j.name);
	files_read(s->files, core_world(talk_core(s->talk, 0)), &j);
	talk_run(s->talk);
	assert_int_equal(j.since, 1);
	buf_free(&j.bytes);
	return !j.answer;
}

static void send(struct site *s, struct asking *a, int64_t owner, struct str bytes)
{
	s->ann = owner;
	assert_int_equal(slot(s, a, STR("a"), "", bytes.n), 0);
	assert_int_equal(put(s, a, 0, 0, bytes), 0);
	assert_true(a->whole);
	s->ann = 1;
}

static int drop(struct site *s, struct asking *a, int64_t owner)
{
	a->ask.done = asking_done;
	file_remove(core_of(s, 1), &a->ask, owner, buf_all(&a->token));
	return wait_for(s, a);
}

static void a_content_goes_with_its_last_owner(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 }, b = { 0 };

	send(s, &a, 1, STR("the same"));
	send(s, &b, 2, STR("the same"));
	assert_int_equal(drop(s, &a, 2), FILE_UNKNOWN); /* not his */
	assert_int_equal(drop(s, &a, 1), 0);
	assert_int_equal(find(s, &a), FILE_UNKNOWN);
	assert_true(content_there(s, STR("the same")));
	assert_string_equal(body_of(http_get(s, &b, "")), "the same");
	assert_int_equal(drop(s, &b, 2), 0);
	assert_false(content_there(s, STR("the same")));
}

static void files_expire(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 }, b = { 0 };

	send(s, &a, 1, STR("old"));
	talk_wait(s->talk, 6 * 24 * 3600 * 1000LL);
	assert_has(http_get(s, &a, ""), "max-age=86400, immutable\r\n");
	send(s, &b, 1, STR("new"));
	talk_wait(s->talk, 24 * 3600 * 1000LL);
	assert_int_equal(find(s, &a), FILE_UNKNOWN);
	assert_status(http_get(s, &a, ""), "404");
	talk_wait(s->talk, 60 * 1000);
	assert_false(content_there(s, STR("old")));
	assert_true(content_there(s, STR("new")));
	assert_int_equal(find(s, &b), 0);
}

/* Two contents for one slot, at one time, however far the first is when the second comes: one of them is it, who was
 * told that it is whole was told which, and nothing is left of the other. */
static void a_slot_takes_one_content(void **state)
{
	struct site *s = *state;

	for (unsigned lead = 0; lead < 12; lead++) {
		own_asking a = { 0 }, first = { 0 }, second = { 0 };
		struct buf one = { 0 }, two = { 0 };
		uint8_t sum[HASH_BYTES_MAX];
		const char *served;

		talk_wait(s->talk, 5000);
		assert_int_equal(slot(s, &a, STR("a"), "", 5), 0);
		buf_lit(&one, "first");
		buf_lit(&two, "other");
		first.ask.done = second.ask.done = asking_done;
		file_put(core_of(s, 0), &first.ask, buf_all(&a.token), 0, &one);
		for (unsigned i = 0; i < lead; i++)
			talk_turn(s->talk);
		file_put(core_of(s, 1), &second.ask, buf_all(&a.token), 0, &two);
		talk_run(s->talk);
		assert_true(first.came && second.came);
		served = body_of(http_get(s, &a, ""));
		hash_sum(HASH_SHA256, str_z(served), sum);
		assert_true(!first.verdict || !second.verdict);
		if (!first.verdict)
			assert_memory_equal(first.content, sum, sizeof first.content);
		if (!second.verdict)
			assert_memory_equal(second.content, sum, sizeof second.content);
		assert_false(content_there(s, strcmp(served, "first") ? STR("first") : STR("other")));
		assert_int_equal(drop(s, &a, 1), 0);
		talk_wait(s->talk, 61 * 1000);
	}
}

struct deleting {
	struct account_ask ask;
	bool came;
};

static void deleted(struct account_ask *a) { holder_of(a, struct deleting, ask)->came = true; }

static void files_go_with_their_account(void **state)
{
	struct site *s = *state;
	own_asking a = { 0 };
	struct deleting d = { .ask.done = deleted };

	send(s, &a, 2, STR("of bob"));
	account_delete(talk_core(s->talk, 0), &d.ask, STR("bob"));
	talk_run(s->talk);
	assert_true(d.came && !d.ask.verdict);
	assert_int_equal(find(s, &a), FILE_UNKNOWN);
	talk_wait(s->talk, 61 * 1000);
	assert_false(content_there(s, STR("of bob")));
}

/* The same content comes in the moment in which it is looked whether anybody has it still: for every point in
 * between. */
static void who_sends_it_again_does_not_lose_it(void **state)
{
	struct site *s = *state;

	for (unsigned lead = 0; lead < 12; lead++) {
		own_asking a = { 0 }, b = { 0 };
		struct buf bytes = { 0 };

		talk_wait(s->talk, 5000);
		send(s, &a, 1, STR("the same"));
		s->ann = 2;
		assert_int_equal(slot(s, &b, STR("b"), "", 8), 0);
		s->ann = 1;
		/* Both go on by turns of two cores; which of them is ahead changes from round to round. */
		buf_lit(&bytes, "the same");
		b.ask.done = asking_done;
		if (lead < 6)
			file_remove(core_of(s, 1), NULL, 1, buf_all(&a.token));
		for (unsigned i = 0; i < lead % 6; i++)
			talk_turn(s->talk);
		file_put(core_of(s, 0), &b.ask, buf_all(&b.token), 0, &bytes);
		if (lead >= 6) {
			for (unsigned i = 0; i < lead % 6; i++)
				talk_turn(s->talk);
			file_remove(core_of(s, 1), NULL, 1, buf_all(&a.token));
		}
		assert_int_equal(wait_for(s, &b), 0);
		assert_string_equal(body_of(http_get(s, &b, "")), "the same");
		assert_int_equal(drop(s, &b, 2), 0);
		talk_wait(s->talk, 61 * 1000); /* what was in another's way goes a minute later */
		assert_false(content_there(s, STR("the same")));
	}
}

/* The disk has the content, and the database would not hear of it: nobody has to send it again; and if nobody asks,
 * nothing is left. */
static void what_the_store_would_not_take_is_finished_later(void **state)
{
	struct site *s = mem_new(struct site);
	own_asking a = { 0 }, b = { 0 };
	char dir[] = "/tmp/anser-files-XXXXXX", text[64];

	assert_non_null(mkdtemp(dir));
	snprintf(text, sizeof text, "dir:%s/files", dir);
	site_begin_with(s, 2, text, "faulty::memory:");
	assert_int_equal(slot(s, &a, STR("a"), "", 5), 0);
	assert_int_equal(slot(s, &b, STR("b"), "", 9), 0);
	store_faulty_set(STORE_FULL);
	assert_int_equal(put(s, &a, 0, 0, STR("hello")), FILE_STORE);
	assert_int_equal(put(s, &b, 0, 0, STR("forgotten")), FILE_STORE);
	store_faulty_set(0);
	assert_int_equal(find(s, &a), 0);
	assert_true(a.whole);
	assert_string_equal(body_of(http_get(s, &a, "")), "hello");
	talk_wait(s->talk, 25 * 3600 * 1000LL);
	assert_int_equal(find(s, &b), FILE_UNKNOWN);
	assert_false(content_there(s, STR("forgotten")));
	assert_true(content_there(s, STR("hello")));
	site_end((void **)&s);
	snprintf(text, sizeof text, "rm %s/files/*", dir); /* one name, and not a part */
	assert_int_equal(system(text), 0);
	snprintf(text, sizeof text, "rmdir %s/files %s", dir, dir);
	assert_int_equal(system(text), 0);
	(void)state;
}

/* ---- XMPP -------------------------------------------------------------------------------------------------------- */

#define STREAM "<stream:stream to='anser.test' version='1.0' xmlns='jabber:client'" \
	       " xmlns:stream='http://etherx.jabber.org/streams'>"
#define AUTH_ANN "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFubgBzZWNyZXQ=</auth>"
#define BIND "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>"

static struct line *xmpp_login(struct site *s)
{
	struct line *l = talk_open(s->talk, 1, &xmpp_door, TALK_HERE);

	talk_ask(l, STREAM);
	assert_has(talk_ask(l, AUTH_ANN), "<success");
	talk_ask(l, STREAM);
	assert_has(talk_ask(l, BIND), "ann@anser.test/r");
	return l;
}

static void a_slot_is_asked_for_by_xmpp(void **state)
{
	struct site *s = *state;
	struct line *l = xmpp_login(s);
	own_buf path = { 0 };
	const char *answer, *url, *fields = "Content-Length: 5\r\n";

	answer = talk_ask(l, "<iq type='get' id='1' to='anser.test'><query "
		"xmlns='http://jabber.org/protocol/disco#info'/></iq>");
	assert_has(answer, "<feature var=\"urn:xmpp:http:upload:0\"/>");
	assert_has(answer, "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' "
		"type='hidden'><value>urn:xmpp:http:upload:0</value></field>"
			   "<field var='max-file-size'><value>4194304</value></field></x>");
	answer = talk_ask(l, "<iq type='get' id='2' to='anser.test'><request xmlns='urn:xmpp:http:upload:0' "
		"filename='t&amp;rès cool.jpg' size='5'"
			     " content-type='image/jpeg'/></iq>");
	assert_has(answer, "<slot xmlns='urn:xmpp:http:upload:0'><put url=\"https://chat.test:5281/files/");
	assert_has(answer, "/t%26r%C3%A8s%20cool.jpg\"/><get url=\"https://chat.test:5281/files/");
	url = strstr(answer, "/files/");
	buf_add(&path, url, strcspn(url, "\""));
	assert_status(http(s, "PUT", buf_z(&path), fields, STR("12345")), "201");
	assert_has(http(s, "GET", buf_z(&path), "", STR("")), "Content-Type: image/jpeg\r\n");
	answer = talk_ask(l, "<iq type='get' id='3'><files xmlns='urn:anser:files:0'/></iq>");
	assert_has(answer, "<files xmlns='urn:anser:files:0' max='4194304' quota='8388608' used='4096'><file token=\"");
	assert_has(answer, "name=\"t&amp;rès cool.jpg\" type=\"image/jpeg\" size='5' created='2026-11-21T");
	assert_has(answer, "complete='true' url=\"https://chat.test:5281/files/");
}

static void errors_are_those_of_the_xep(void **state)
{
	static const struct {
		const char *request, *error;
	} rows[] = {
		{ "filename='a' size='4194305'", "<error type=\"modify\"><not-acceptable "
			"xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/>" },
		{ "filename='a' size='4194305'", "<file-too-large "
			"xmlns='urn:xmpp:http:upload:0'><max-file-size>4194304</max-file-size></file-too-large></error>" },
		{ "filename='a' size='-1'", "<bad-request" },
		{ "filename='a' size='1e3'", "<bad-request" },
		{ "filename='' size='1'", "<bad-request" },
		{ "size='1'", "<bad-request" },
		{ "filename='a'", "<bad-request" },
	};
	struct site *s = *state;
	struct line *l = xmpp_login(s);
	own_asking a = { 0 };
	const char *answer;
	char iq[256];

	for (size_t i = 0; i < countof(rows); i++) {
		snprintf(iq, sizeof iq, "<iq type='get' id='1' to='anser.test'><request "
			"xmlns='urn:xmpp:http:upload:0' %s/></iq>", rows[i].request);
		assert_has(talk_ask(l, iq), rows[i].error);
	}
	send(s, &a, 1, STR("x"));
	s->settings.file_quota = 5000;
	core_settle(talk_core(s->talk, 1), &s->settings);
	answer = talk_ask(l, "<iq type='get' id='2' to='anser.test'><request xmlns='urn:xmpp:http:upload:0' "
		"filename='a' size='1'/></iq>");
	assert_has(answer, "<error type=\"wait\"><resource-constraint");
	assert_has(answer, "<retry xmlns='urn:xmpp:http:upload:0' stamp='2026-11-22T");
	assert_has(answer, "<quota xmlns='urn:anser:files:0'/></error></iq>");
	snprintf(iq, sizeof iq, "<iq type='set' id='3'><files xmlns='urn:anser:files:0'><remove "
		"token='%s'/></files></iq>", buf_z(&a.token));
	assert_has(talk_ask(l, iq), "type='result'");
	assert_has(talk_ask(l, iq), "<item-not-found");
	answer = talk_ask(l, "<iq type='get' id='2' to='anser.test'><request xmlns='urn:xmpp:http:upload:0' "
		"filename='a' size='1'/></iq>");
	assert_has(answer, "<slot");
	s->settings.file_max = 0;
	core_settle(talk_core(s->talk, 1), &s->settings);
	answer = talk_ask(l, "<iq type='get' id='4' to='anser.test'><query "
		"xmlns='http://jabber.org/protocol/disco#info'/></iq>");
	assert_has_not(answer, "urn:xmpp:http:upload:0");
	answer = talk_ask(l, "<iq type='get' id='5' to='anser.test'><request xmlns='urn:xmpp:http:upload:0' "
		"filename='a' size='1'/></iq>");
	assert_has(answer, "<service-unavailable");
}

/* The stream ends while the store still thinks. */
static void who_asks_may_go_before_the_answer(void **state)
{
	struct site *s = *state;

	for (int i = 0; i < 5; i++) {
		struct line *l = xmpp_login(s);

		talk_say(l, "<iq type='get' id='1' to='anser.test'><request xmlns='urn:xmpp:http:upload:0' "
			"filename='a' size='1'/></iq>");
		talk_say(l, i & 1 ? "" : "<iq type='get' id='3'><files xmlns='urn:anser:files:0'/></iq>");
		for (int k = 0; k < i; k++)
			talk_turn(s->talk);
		talk_cut(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, site_begin, site_end)
		T(a_file_is_sent_and_read),
		T(what_does_not_fit_is_refused),
		cmocka_unit_test(a_full_disk_is_said),
		cmocka_unit_test(names_are_made_harmless),
		cmocka_unit_test(long_names_are_cut_between_characters),
		cmocka_unit_test(any_bytes_become_a_name),
		cmocka_unit_test(types_have_the_shape_of_types),
		T(polyglots_are_not_run),
		T(names_travel_in_their_own_letters),
		T(a_broken_upload_goes_on_at_every_tenth),
		T(a_broken_put_begins_again),
		T(pieces_are_told_how_far_they_came),
		T(lengths_must_be_those_of_the_slot),
		T(nobody_sends_what_is_not_wanted),
		T(nothing_can_be_sent_too),
		T(two_fill_by_turns_and_nothing_is_mixed_up),
		T(a_slot_takes_one_content),
		T(parts_can_be_read),
		T(a_slow_reader_costs_little),
		T(who_goes_leaves_nothing_behind),
		T(a_file_can_go_while_it_is_read),
		T(other_web_clients_may_send),
		T(a_content_goes_with_its_last_owner),
		T(files_expire),
		T(files_go_with_their_account),
		T(who_sends_it_again_does_not_lose_it),
		cmocka_unit_test(what_the_store_would_not_take_is_finished_later),
		T(a_slot_is_asked_for_by_xmpp),
		T(errors_are_those_of_the_xep),
		T(who_asks_may_go_before_the_answer),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
