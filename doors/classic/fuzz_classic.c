/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/fuzz_classic.c - whatever is said on the classic door, before and after a login, or put by XMPP into a
 * message for a classic client: what others hear there are pushes that can be parsed, and the server still answers. A
 * ~ stands for the token of a file that was offered, a ^ for the address of one.
 */
#include <stdlib.h>

#include "base/crypt.h"
#include "core/files.h"
#include "tests/talk.h"
#include "wire/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define SITE "https://chat.test:5281"
#define STREAM                                                                                       \
	"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "      \
	"to='anser.test' version='1.0'>"
#define SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define LOGIN STREAM "<auth xmlns='" SASL "' mechanism='PLAIN'>AHRvbQBzZWNyZXQ=</auth>" /* tom */
#define BIND STREAM "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"

static bool digits(struct str s)
{
	for (size_t i = 0; i < 3; i++)
		if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

/* "1|TYPE@SENDER@CONTENT@TIME": two @ from the left, one from the right. */
static bool is_push(struct str line)
{
	size_t sender;

	if (!str_starts(line, STR("1|")) || !digits(str_from(line, 2)) || line.n < 6 || line.p[5] != '@' ||
	    !str_is_utf8(line))
		return false;
	line = str_from(line, 6);
	sender = str_find(line, '@');
	line = str_from(line, sender + 1);
	return str_find(line, '@') < line.n;
}

static void pushes_only(struct str heard)
{
	while (heard.n) {
		size_t end = str_find(heard, '\n');

		if (end == heard.n || !is_push(str_n(heard.p, end)))
			abort();
		heard = str_from(heard, end + 1);
	}
}

static void fill(struct buf *to, struct str bytes, struct str token)
{
	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] == '^')
			buf_lit(to, SITE "/files/");
		if (bytes.p[i] == '~' || bytes.p[i] == '^')
			buf_str(to, token);
		else
			buf_byte(to, bytes.p[i]);
		if (bytes.p[i] == '^')
			buf_lit(to, "/x");
	}
}

static void by_xmpp(struct talk *t, struct str payload)
{
	struct line *desk = talk_open(t, 0, &xmpp_door, TALK_HERE);
	struct arena arena = { 0 };
	own_buf message = { 0 };

	buf_fmt(&message, "<message to='jack@anser.test' type='chat' id='1'>%.*s</message>", STR_ARG(payload));
	if (xml_parse(&arena, buf_all(&message), STR("jabber:client"), false)) {
		talk_ask(desk, LOGIN);
		talk_ask(desk, BIND);
		talk_say_n(desk, message.p, message.n);
		talk_run(t);
	}
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct core_settings settings = talk_settings();
	struct line *tom, *jack, *other;
	const char *offer;
	own_buf said = { 0 }, why = { 0 };
	struct files *files;
	struct talk *t;
	struct str token;

	if (n > 20000 || files_open(&files, STR("memory:"), 0, &why))
		return 0;
	settings.files = files;
	settings.file_max = 100000;
	settings.web_address = STR(SITE);
	settings.rooms_domain = STR("rooms.anser.test");
	t = talk_new_with(2, NULL, &settings);
	talk_account(t, "tom", "secret");
	talk_account(t, "jack", "secret");
	jack = talk_open(t, 0, &classic_door, TALK_HERE);
	talk_ask(jack, "101|jack,secret\n108|#den\n");
	tom = talk_open(t, 1, &classic_door, TALK_HERE);
	offer = strstr(talk_ask(tom, "101|tom,secret\n108|#den\n104|tom,jack,plan.pdf,5\n"), "104@Server@");
	token = str_n(offer + strlen("104@Server@"), FILE_TOKEN_CHARS);
	fill(&said, str_n((const char *)bytes, n), token);
	other = talk_open(t, 0, &classic_door, TALK_HERE);
	talk_say_n(other, said.p, said.n);
	talk_run(t);
	talk_say_n(tom, said.p, said.n);
	talk_run(t);
	if (n && bytes[0] == '<')
		by_xmpp(t, buf_all(&said));
	talk_wait(t, 30 * 1000);
	pushes_only(talk_hear_bytes(jack));
	if (!strstr(talk_ask(jack, "102|\n"), "1|102@Server@"))
		abort();
	talk_free(t);
	files_close(files);
	return 0;
}
