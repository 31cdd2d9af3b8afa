/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/web/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tests/talk.h"

/* ---- assets of these tests -------------------------------------------------------------------------------------------- */

#define STR_ZIP STR_INIT("\x1f\x8b zip of app")
#define STR_BR STR_INIT("br of app")

static char large[200 * 1000]; /* filled by main */

const struct web_asset web_assets[] = {
	{ "/", "text/html; charset=utf-8", "\"p1\"", false, STR_INIT("<p>page</p>"), { 0 }, { 0 } },
	{ "/app-0123abcd.js", "text/javascript; charset=utf-8", "\"a1\"", true, STR_INIT("let app; // plain"), STR_ZIP, STR_BR },
	{ "/large.bin", "application/octet-stream", "\"l1\"", false, { large, sizeof large }, { 0 }, { 0 } },
	{ "/sub/file.txt", "text/plain; charset=utf-8", "\"s1\"", false, STR_INIT("below"), { 0 }, { 0 } },
};
const size_t web_assets_n = countof(web_assets);

#define HOST "Host: chat.lan:5281\r\n"

static void the_page_is_served(void **state)
{
	struct talk *t = talk_new(1, NULL);
	struct line *l = talk_open(t, 0, &web_door, TALK_TLS);
	const char *heard = talk_ask(l, "GET / HTTP/1.1\r\n" HOST "\r\n");

	printf("%s\n", heard);
	assert_non_null(strstr(heard, "HTTP/1.1 200 OK\r\n"));
	talk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_is_served),
	};

	memset(large, 'x', sizeof large);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
