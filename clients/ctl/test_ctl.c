/* SPDX-License-Identifier: Apache-2.0
 *
 * anserctl against a server that says what the test tells it to: what is asked, what is printed, in both languages, and how it ends.
 * argv[1]: the program
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

enum { ARGS_MAX = 8, PATIENCE_MS = 20000 };

static const char *program;

/* One run of the program. */
struct run {
	const char *args[ARGS_MAX];
	const char *lang;      /* NULL: C.UTF-8 */
	const char *input;     /* standard input; NULL: none */
	const char *answer;    /* of the server; NULL: there is none */
	struct buf asked, out, err;
	int status;
	char dir[32];
	int listener;
};

static void address_of(const struct run *r, struct sockaddr_un *a)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(a->sun_path, sizeof a->sun_path, "%s/anserd.sock", r->dir);
}

static void *serve(void *arg)
{
	struct run *r = arg;
	int fd = accept(r->listener, NULL, NULL);

	while (fd >= 0 && !memchr(buf_all(&r->asked).p, '\n', r->asked.n)) {
		ssize_t n = read(fd, buf_room(&r->asked, 4096), 4096);

		if (n <= 0)
			break;
		r->asked.n += (size_t)n;
	}
	/* In pieces of seven: the end of a line may fall anywhere. */
	for (size_t at = 0, n = strlen(r->answer); fd >= 0 && at < n; at += 7)
		if (send(fd, r->answer + at, n - at < 7 ? n - at : 7, MSG_NOSIGNAL) < 0)
			break;
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void begin(struct run *r)
{
	struct sockaddr_un a;

	strcpy(r->dir, "/tmp/anserctl-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	if (!r->answer)
		return;
	address_of(r, &a);
	r->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(r->listener, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(r->listener, 1), 0);
}

static void end(struct run *r)
{
	struct sockaddr_un a;

	if (r->answer) {
		address_of(r, &a);
		close(r->listener);
		unlink(a.sun_path);
	}
	rmdir(r->dir);
	buf_free(&r->asked);
	buf_free(&r->out);
	buf_free(&r->err);
}

/* In the child: becomes the program. */
static void become(const struct run *r)
{
	const char *argv[ARGS_MAX + 4] = { program, "--data", r->dir };

	for (size_t i = 0; i < ARGS_MAX && r->args[i]; i++)
		argv[3 + i] = r->args[i];
	unsetenv("LC_ALL");
	unsetenv("LC_MESSAGES");
	setenv("LC_CTYPE", "C.UTF-8", 1);
	setenv("LANG", r->lang ? r->lang : "C.UTF-8", 1);
	setenv("TZ", "UTC-8", 1); /* eight hours east */
	execv(program, (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void drain(struct pollfd *p, struct buf *to)
{
	ssize_t n = read(p->fd, buf_room(to, 4096), 4096);

	if (n <= 0) {
		close(p->fd);
		p->fd = -1;
	} else {
		to->n += (size_t)n;
	}
}

static void listen_to(struct run *r, int out, int err)
{
	struct pollfd p[2] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		assert_true(poll(p, 2, PATIENCE_MS) > 0);
		if (p[0].fd >= 0 && p[0].revents)
			drain(&p[0], &r->out);
		if (p[1].fd >= 0 && p[1].revents)
			drain(&p[1], &r->err);
	}
}

static void go(struct run *r)
{
	int in[2], out[2], err[2], status;
	pthread_t server;
	pid_t pid;

	begin(r);
	if (r->answer)
		assert_int_equal(pthread_create(&server, NULL, serve, r), 0);
	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC) | pipe2(err, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		setsid(); /* no terminal to ask at */
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		become(r);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	if (r->input)
		assert_true(write(in[1], r->input, strlen(r->input)) >= 0);
	close(in[1]);
	listen_to(r, out[0], err[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
	if (r->answer) {
		shutdown(r->listener, SHUT_RDWR); /* where nobody came */
		pthread_join(server, NULL);
	}
	buf_z(&r->asked);
	buf_z(&r->out);
	buf_z(&r->err);
}

static void expect(struct run *r, int status, const char *asked, const char *out, const char *err)
{
	go(r);
	assert_string_equal(r->err.p, err);
	assert_string_equal(r->out.p, out);
	assert_string_equal(r->asked.p, asked);
	assert_int_equal(r->status, status);
	end(r);
}

#define CASE(...) (&(struct run){ __VA_ARGS__ })

static void accounts(void **state)
{
	expect(CASE(.args = { "user", "add", "tom", "--password-stdin" }, .input = "s\xc3\xa9" "cret \n more", .answer = "{\"ok\":{\"address\":\"tom@x\"}}\n"), 0,
	       "{\"command\":\"user add\",\"name\":\"tom\",\"password\":\"s\xc3\xa9" "cret \"}\n", "The account tom@x is there.\n", "");
	expect(CASE(.args = { "--password-stdin", "user", "password", "tom" }, .lang = "zh_CN.UTF-8", .input = "x\r\n",
		    .answer = "{\"ok\":{\"address\":\"tom@x\"}}\n"), 0,
	       "{\"command\":\"user password\",\"name\":\"tom\",\"password\":\"x\"}\n", "tom@x 的密码已更改。\n", "");
	expect(CASE(.args = { "user", "delete", "tom" }, .answer = "{\"error\":{\"code\":\"unknown\",\"text\":\"x\"}}\n"), 1,
	       "{\"command\":\"user delete\",\"name\":\"tom\"}\n", "", "There is no such account.\n");
	expect(CASE(.args = { "user", "delete", "tom" }, .lang = "zh_TW.UTF-8", .answer = "{\"error\":{\"code\":\"unknown\",\"text\":\"x\"}}\n"), 1,
	       "{\"command\":\"user delete\",\"name\":\"tom\"}\n", "", "没有这个账号。\n");
	expect(CASE(.args = { "user", "list" },
		    .answer = "{\"row\":{\"name\":\"\xe9\xb4\xbb\",\"admin\":true,\"guest\":false,\"created\":1795224480000,\"seen\":0}}\n"
			      "{\"row\":{\"name\":\"tom\",\"admin\":false,\"guest\":true,\"created\":1795224480000,\"seen\":1795224481000}}\n{\"ok\":{}}\n"), 0,
	       "{\"command\":\"user list\"}\n",
	       "name  administrator  guest  created              last seen\n"
	       "\xe9\xb4\xbb    yes                   2026-11-21 09:28:00  never\n"
	       "tom                  yes    2026-11-21 09:28:00  2026-11-21 09:28:01\n", "");
}

static void devices(void **state)
{
	expect(CASE(.args = { "user", "devices", "tom" },
		    .answer = "{\"row\":{\"device\":\"ab\",\"name\":\"Gajim, desk\",\"resource\":\"x\",\"connected\":true,\"tokens\":false,\"since\":1795224480000,\"seen\":1795224480000}}\n"
			      "{\"row\":{\"device\":\"cd\",\"name\":\"\",\"resource\":\"\",\"connected\":false,\"tokens\":true,\"since\":1795224480000,\"seen\":1795224481000}}\n{\"ok\":{}}\n"), 0,
	       "{\"command\":\"user devices\",\"name\":\"tom\"}\n",
	       "device  name         resource  connected  no password  since                last seen\n"
	       "ab      Gajim, desk  x         yes                     2026-11-21 09:28:00  2026-11-21 09:28:00\n"
	       "cd                                        yes          2026-11-21 09:28:00  2026-11-21 09:28:01\n", "");
	expect(CASE(.args = { "user", "devices", "tom" }, .answer = "{\"ok\":{}}\n"), 0, "{\"command\":\"user devices\",\"name\":\"tom\"}\n", "No devices.\n", "");
	expect(CASE(.args = { "user", "revoke", "tom", "ab" }, .answer = "{\"ok\":{}}\n"), 0,
	       "{\"command\":\"user revoke\",\"name\":\"tom\",\"device\":\"ab\"}\n", "The device has been logged out.\n", "");
	expect(CASE(.args = { "user", "revoke", "tom", "ab" }, .answer = "{\"error\":{\"code\":\"no-device\",\"text\":\"x\"}}\n"), 1,
	       "{\"command\":\"user revoke\",\"name\":\"tom\",\"device\":\"ab\"}\n", "",
	       "This account has no such device; anserctl user devices NAME shows them.\n");
	expect(CASE(.args = { "user", "revoke", "tom" }, .answer = ""), 2, "", "", "anserctl: use it as: anserctl user revoke NAME DEVICE\n");
}

static void invitations(void **state)
{
	static const char answer[] = "{\"ok\":{\"token\":\"t\",\"url\":\"https://x/invite#t\",\"uri\":\"xmpp:x?register;preauth=t\",\"uses\":1,"
				     "\"expires\":1795224480000,\"admin\":false}}\n";

	expect(CASE(.args = { "invite" }, .answer = answer), 0, "{\"command\":\"invite\"}\n",
	       "For a browser:      https://x/invite#t\nFor an XMPP client: xmpp:x?register;preauth=t\n"
	       "It is good until 2026-11-21 09:28:00, for 1 more to come.\n", "");
	expect(CASE(.args = { "invite", "tom", "--admin", "--uses", "3", "--expires=7d" }, .lang = "zh_CN.UTF-8",
		    .answer = "{\"ok\":{\"token\":\"t\",\"url\":\"\",\"uri\":\"xmpp:x\",\"uses\":3,\"expires\":1795224480000,\"admin\":true}}\n"), 0,
	       "{\"command\":\"invite\",\"name\":\"tom\",\"admin\":\"yes\",\"uses\":\"3\",\"expires\":\"7d\"}\n",
	       "在 XMPP 应用中打开：xmpp:x\n有效期至 2026-11-21 09:28:00，还可使用 3 次。\n使用者将成为管理员。\n", "");
	expect(CASE(.args = { "invite", "--uses=x" }, .answer = "{\"error\":{\"code\":\"bad-invite\",\"text\":\"x\"}}\n"), 1,
	       "{\"command\":\"invite\",\"uses\":\"x\"}\n", "", "--uses wants a number from 1 to 10000, --expires a time such as 12h or 7d.\n");
	expect(CASE(.args = { "invite", "--json" }, .answer = "{\"ok\":{\"token\":\"t\"}}\n"), 0, "{\"command\":\"invite\"}\n",
	       "{\n  \"token\": \"t\"\n}\n", "");
}

static void passwords_from_nowhere(void **state)
{
	expect(CASE(.args = { "user", "add", "tom", "--password-stdin" }, .answer = ""), 2, "", "", "No password was given.\n");
	expect(CASE(.args = { "user", "add", "tom", "--password-stdin" }, .input = "\nx", .answer = ""), 2, "", "", "No password was given.\n");
	expect(CASE(.args = { "user", "add", "tom", "--password-stdin" }, .input = "\xff\n", .answer = ""), 2, "", "",
	       "anserctl: what you typed is no UTF-8 text\n");
	expect(CASE(.args = { "user", "add", "tom" }, .answer = ""), 2, "", "",
	       "There is no terminal to ask for the password; use --password-stdin.\n");
}

static void the_queue_has_its_five_columns(void **state)
{
	static const char answer[] =
		"{\"row\":{\"sender\":\"Jack\",\"receiver\":\"tom\",\"content\":\"How are you doing?\",\"time\":1454040732000,\"type\":\"103\"}}\n"
		"{\"row\":{\"sender\":\"a@b\",\"receiver\":\"tom\",\"content\":\"two\\nlines \\u001b[31m \\u009b\",\"time\":1454040732000,\"type\":\"103\"}}\n{\"ok\":{}}\n";

	expect(CASE(.args = { "queue", "tom" }, .answer = answer), 0, "{\"command\":\"queue\",\"name\":\"tom\"}\n",
	       "Jack | tom | How are you doing? | 2016-1-29 12:12:12 | 103\n"
	       "a@b | tom | two\\nlines \\x1b[31m \\x9b | 2016-1-29 12:12:12 | 103\n", "");
	expect(CASE(.args = { "queue", "tom" }, .answer = "{\"ok\":{}}\n"), 0, "{\"command\":\"queue\",\"name\":\"tom\"}\n", "", "");
}

static void sessions(void **state)
{
	expect(CASE(.args = { "online" }, .answer = "{\"ok\":{}}\n"), 0, "{\"command\":\"online\"}\n", "Nobody.\n", "");
	expect(CASE(.args = { "online" }, .lang = "zh_CN.UTF-8",
		    .answer = "{\"row\":{\"name\":\"tom\",\"resource\":\"phone\",\"door\":\"xmpp\",\"address\":\"::1\",\"since\":1795224480000}}\n{\"ok\":{}}\n"), 0,
	       "{\"command\":\"online\"}\n",
	       "名称  资源   协议  地址  自\n"
	       "tom   phone  xmpp  ::1   2026-11-21 09:28:00\n", "");
	expect(CASE(.args = { "kick", "tom/my phone" }, .answer = "{\"ok\":{}}\n"), 0, "{\"command\":\"kick\",\"name\":\"tom\",\"resource\":\"my phone\"}\n",
	       "The session has been ended.\n", "");
	expect(CASE(.args = { "kick", "tom" }, .answer = "{\"error\":{\"code\":\"offline\",\"text\":\"x\"}}\n"), 1, "{\"command\":\"kick\",\"name\":\"tom\"}\n", "",
	       "Nobody is online under that name.\n");
	expect(CASE(.args = { "kick", "--", "-tom" }, .answer = "{\"error\":{\"code\":\"newer\",\"text\":\"told by the server\"}}\n"), 1,
	       "{\"command\":\"kick\",\"name\":\"-tom\"}\n", "", "told by the server\n");
}

#define ROW "{\"row\":{\"name\":\"log.level\",\"value\":\"info\",\"default\":\"\",\"source\":\"f:3\",\"kind\":\"one of a b\",\"live\":true,\"help\":\"Why.\"}}\n"

static void settings(void **state)
{
	expect(CASE(.args = { "settings" }, .answer = ROW ROW "{\"ok\":{}}\n"), 0, "{\"command\":\"settings\"}\n",
	       "name       value  default  from\n"
	       "log.level  info            f:3\n"
	       "log.level  info            f:3\n", "");
	expect(CASE(.args = { "settings", "log.level" }, .answer = ROW "{\"ok\":{}}\n"), 0, "{\"command\":\"settings\",\"setting\":\"log.level\"}\n",
	       "name                log.level\n"
	       "value               info\n"
	       "default             (empty)\n"
	       "from                f:3\n"
	       "kind                one of a b\n"
	       "takes effect        at a reload\n\nWhy.\n", "");
	expect(CASE(.args = { "settings", "x" }, .answer = "{\"error\":{\"code\":\"no-setting\",\"text\":\"\"}}\n"), 1,
	       "{\"command\":\"settings\",\"setting\":\"x\"}\n", "", "There is no such setting.\n");
	expect(CASE(.args = { "settings", "x" }, .answer = "{\"error\":{\"code\":\"no-setting\",\"text\":\"a.b\"}}\n"), 1,
	       "{\"command\":\"settings\",\"setting\":\"x\"}\n", "", "There is no such setting; did you mean a.b?\n");
}

static void the_server(void **state)
{
	static const char status[] = "{\"ok\":{\"version\":\"1\",\"domain\":\"x\",\"uptime\":93784000,\"cores\":2,\"online\":1,\"sessions\":3,\"detached\":1,"
				     "\"doors\":{\"xmpp\":1,\"classic\":2},\"messages\":5,\"kept\":4,\"delivered\":3,\"refused\":0,\"logins\":7,"
				     "\"logins_refused\":0,\"spilled\":0,\"memory\":12582912}}\n";
	struct run r = { .args = { "status" }, .answer = status };

	go(&r);
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(r.out.p, "running for         1d 2h 3m 4s\n"));
	assert_non_null(strstr(r.out.p, "sessions            3 (xmpp 1, classic 2)\n"));
	assert_non_null(strstr(r.out.p, "memory              12.0 MiB\n"));
	end(&r);
	expect(CASE(.args = { "stop" }, .answer = "{\"ok\":{}}\n"), 0, "{\"command\":\"stop\"}\n", "The server is stopping.\n", "");
	expect(CASE(.args = { "reload" }, .answer = "{\"ok\":{\"changed\":[\"a.b\"],\"restart\":[\"c.d\"]}}\n"), 0, "{\"command\":\"reload\"}\n",
	       "a.b has changed.\nc.d will change with the next start.\n", "");
	expect(CASE(.args = { "reload" }, .answer = "{\"ok\":{\"changed\":[],\"restart\":[]}}\n"), 0, "{\"command\":\"reload\"}\n", "Nothing has changed.\n", "");
	expect(CASE(.args = { "reload" }, .answer = "{\"error\":{\"code\":\"bad-settings\",\"text\":\"f:2: 100% wrong\"}}\n"), 1, "{\"command\":\"reload\"}\n", "",
	       "The settings are not good; the server goes on with those it has:\nf:2: 100% wrong\n");
}

static void json(void **state)
{
	expect(CASE(.args = { "--json", "online" }, .answer = "{\"row\":{\"name\":\"tom\"}}\n{\"ok\":{}}\n"), 0, "{\"command\":\"online\"}\n",
	       "[\n  {\n    \"name\": \"tom\"\n  }\n]\n", "");
	expect(CASE(.args = { "online", "--json" }, .answer = "{\"ok\":{}}\n"), 0, "{\"command\":\"online\"}\n", "[]\n", "");
	expect(CASE(.args = { "--json", "status" }, .answer = "{\"ok\":{\"a\":1}}\n"), 0, "{\"command\":\"status\"}\n", "{\n  \"a\": 1\n}\n", "");
	expect(CASE(.args = { "--json", "kick", "tom" }, .answer = "{\"error\":{\"code\":\"offline\",\"text\":\"x\"}}\n"), 1, "{\"command\":\"kick\",\"name\":\"tom\"}\n",
	       "{\n  \"error\": {\n    \"code\": \"offline\",\n    \"text\": \"x\"\n  }\n}\n", "");
}

static void wrong_usage(void **state)
{
	static const struct {
		const char *args[4], *err;
	} cases[] = {
		{ { "dance" }, "anserctl: there is no command \"dance\"; anserctl --help lists them\n" },
		{ { "user", "dance", "x" }, "anserctl: there is no command \"user dance\"; anserctl --help lists them\n" },
		{ { "--loud" }, "anserctl: there is no option --loud; anserctl --help lists them\n" },
		{ { "--data" }, "anserctl: --data wants something behind it\n" },
		{ { "queue" }, "anserctl: use it as: anserctl queue NAME\n" },
		{ { "queue", "a", "b" }, "anserctl: use it as: anserctl queue NAME\n" },
		{ { "kick", "" }, "anserctl: use it as: anserctl kick NAME[/RESOURCE]\n" },
		{ { "status", "x" }, "anserctl: use it as: anserctl status\n" },
		{ { "settings", "x", "y" }, "anserctl: use it as: anserctl settings [NAME]\n" },
		{ { "status", "--admin" }, "anserctl: use it as: anserctl status\n" },
		{ { "invite", "--uses" }, "anserctl: --uses wants something behind it\n" },
		{ { "invite", "a", "b" }, "anserctl: use it as: anserctl invite [NAME] [--admin] [--uses N] [--expires 7d]\n" },
		{ { "status", "--password-stdin" }, "anserctl: use it as: anserctl status\n" },
		{ { "queue", "\xff" }, "anserctl: what you typed is no UTF-8 text\n" },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct run r = { .answer = "" };

		memcpy(r.args, cases[i].args, sizeof cases[i].args);
		expect(&r, 2, "", "", cases[i].err);
	}
}

static void help(void **state)
{
	static const char *const said[] = { "kick NAME[/RESOURCE]", "user add NAME [--password-stdin]", "settings [NAME]", "--json" };
	struct run r = { .args = { "--help" } };

	go(&r);
	assert_int_equal(r.status, 0);
	for (size_t i = 0; i < countof(said); i++)
		assert_non_null(strstr(r.out.p, said[i]));
	end(&r);
	r = (struct run){ .lang = "zh_CN.UTF-8" };
	go(&r);
	assert_int_equal(r.status, 2);
	assert_non_null(strstr(r.out.p, "新建账号"));
	end(&r);
}

static void no_server(void **state)
{
	struct run r = { .args = { "status" } };
	own_buf wanted = { 0 };

	go(&r);
	buf_fmt(&wanted, "anserctl: no server is running with the data directory %s.\nStart one with: anserd --data %s   (or ./run), or say where it is with --data.\n",
		r.dir, r.dir);
	assert_string_equal(r.err.p, buf_z(&wanted));
	assert_int_equal(r.status, 3);
	end(&r);
	expect(CASE(.args = { "status" }, .answer = "{\"ok\":{\"a\":"), 3, "{\"command\":\"status\"}\n", "",
	       "anserctl: the server went away before it had answered\n");
	expect(CASE(.args = { "status" }, .answer = "nonsense\n"), 3, "{\"command\":\"status\"}\n", "",
	       "anserctl: the server went away before it had answered\n");
}

/* Waits until the terminal has shown `text`. */
static void see(int tty, struct buf *seen, const char *text)
{
	struct pollfd p = { tty, POLLIN, 0 };

	while (!strstr(buf_z(seen), text)) {
		ssize_t n;

		assert_true(poll(&p, 1, PATIENCE_MS) > 0);
		n = read(tty, buf_room(seen, 4096), 4096);
		assert_true(n > 0);
		seen->n += (size_t)n;
	}
}

/* A terminal: the password is asked twice, and never shown. */
static void at_a_terminal(struct run *r, const char *second, const char *last)
{
	own_buf seen = { 0 };
	int tty, status;
	pthread_t server;
	pid_t pid;

	begin(r);
	assert_int_equal(pthread_create(&server, NULL, serve, r), 0);
	pid = forkpty(&tty, NULL, NULL, NULL);
	if (pid == 0)
		become(r);
	see(tty, &seen, "Password for tom: ");
	assert_int_equal(write(tty, "secret\n", 7), 7);
	see(tty, &seen, "Once more: ");
	assert_true(write(tty, second, strlen(second)) > 0);
	if (*last)
		see(tty, &seen, last);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_null(strstr(buf_z(&seen), "secret"));
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
	shutdown(r->listener, SHUT_RDWR);
	pthread_join(server, NULL);
	close(tty);
}

static void passwords_are_asked_for(void **state)
{
	struct run r = { .args = { "user", "add", "tom" }, .answer = "{\"ok\":{\"address\":\"tom@x\"}}\n" };

	at_a_terminal(&r, "secret\n", "The account tom@x is there.");
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_z(&r.asked), "{\"command\":\"user add\",\"name\":\"tom\",\"password\":\"secret\"}\n");
	end(&r);
	r = (struct run){ .args = { "user", "add", "tom" }, .answer = "" };
	at_a_terminal(&r, "secreT\n", "The two passwords are not the same.");
	assert_int_equal(r.status, 2);
	assert_int_equal(r.asked.n, 0);
	end(&r);
	r = (struct run){ .args = { "user", "add", "tom" }, .answer = "" };
	at_a_terminal(&r, "\x03", ""); /* Ctrl-C */
	assert_int_equal(r.status, 1000 + SIGINT);
	end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accounts),
		cmocka_unit_test(passwords_from_nowhere),
		cmocka_unit_test(the_queue_has_its_five_columns),
		cmocka_unit_test(sessions),
		cmocka_unit_test(settings),
		cmocka_unit_test(the_server),
		cmocka_unit_test(json),
		cmocka_unit_test(wrong_usage),
		cmocka_unit_test(devices),
		cmocka_unit_test(invitations),
		cmocka_unit_test(help),
		cmocka_unit_test(no_server),
		cmocka_unit_test(passwords_are_asked_for),
	};

	if (argc < 2)
		return 2;
	program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
