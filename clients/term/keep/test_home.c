/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka wants the standard headers before it */
#include <cmocka.h>

#include "clients/term/home.h"

static char dir[64]; /* anew for each test */

static const char *path(const char *name)
{
	static char room[4][256];
	static unsigned next;
	char *to = room[next++ % 4];

	snprintf(to, 256, "%s/%s", dir, name);
	return to;
}

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(path(name), &st), 0);
	return st.st_mode & 0777;
}

static struct home *begin(void)
{
	struct home *h = NULL;
	own_buf why = { 0 };
	int r = home_open(&h, &why);

	if (r || why.n)
		fail_msg("%d %s", r, buf_z(&why));
	return h;
}

static void defaults(void **state)
{
	struct home *h = begin();
	struct stat st;

	assert_string_equal(home_settings_path(h), path(".config/anser/settings"));
	assert_true(str_is(home_downloads(h), path("Downloads")));
	assert_false(home_chinese(h));
	assert_int_equal(settings_int(home_settings(h), "client.history"), 100);
	assert_int_equal(settings_int(home_settings(h), "network.direct-port"), 0);
	assert_int_equal(stat(path(".local"), &st), -1); /* nothing is made by looking */
	home_free(h);
}

static void folders_of_the_environment(void **state)
{
	struct home *h;
	own_buf why = { 0 };

	setenv("XDG_CONFIG_HOME", path("c"), 1);
	setenv("XDG_STATE_HOME", path("s/t"), 1);
	setenv("XDG_DOWNLOAD_DIR", "relative", 1); /* not to be followed */
	h = begin();
	assert_string_equal(home_settings_path(h), path("c/anser/settings"));
	assert_true(str_is(home_downloads(h), path("Downloads")));
	assert_int_equal(home_identity(h, STR("tom@chat.lan"), &why), 0);
	assert_string_equal(home_history(h), path("s/t/anser/tom@chat.lan/history.db"));
	assert_string_equal(home_key(h), path("s/t/anser/tom@chat.lan/key.pem"));
	assert_string_equal(home_parts(h), path("s/t/anser/tom@chat.lan/parts"));
	assert_int_equal(mode_of("s/t/anser/tom@chat.lan"), 0700);
	home_free(h);
	setenv("XDG_STATE_HOME", "relative", 1);
	setenv("XDG_DOWNLOAD_DIR", path("d"), 1);
	h = begin();
	assert_true(str_is(home_downloads(h), path("d")));
	assert_int_equal(home_identity(h, STR("../[::1] x"), &why), 0);
	assert_string_equal(home_history(h), path(".local/state/anser/%2E.%2F%5B%3A%3A1%5D%20x/history.db"));
	home_free(h);
}

static void downloads(void **state)
{
	struct home *h;

	mkdir(path(".config"), 0755);
	put(".config/user-dirs.dirs",
	    "# made by xdg-user-dirs\nXDG_DESKTOP_DIR=\"$HOME/Desktop\"\n  XDG_DOWNLOAD_DIR=\"$HOME/下载 \\\"x\\\"\"\n",
	    0644);
	h = begin();
	assert_true(str_is(home_downloads(h), path("下载 \"x\"")));
	home_free(h);
	put(".config/user-dirs.dirs", "XDG_DOWNLOAD_DIR=\"relative\"\nXDG_DOWNLOAD_DIR=\"\n", 0644);
	h = begin();
	assert_true(str_is(home_downloads(h), path("Downloads")));
	home_free(h);
	mkdir(path(".config/anser"), 0755);
	put(".config/anser/settings", "[client]\ndownloads = ~/in\n", 0644);
	h = begin();
	assert_true(str_is(home_downloads(h), path("in")));
	home_free(h);
}

static void settings_file(void **state)
{
	struct home *h = NULL;
	own_buf why = { 0 };

	mkdir(path(".config"), 0755);
	mkdir(path(".config/anser"), 0755);
	put(".config/anser/settings",
	    "[client]\nlanguage = zh\nhistroy = 5\n[look]\nbell = sometimes\n[network]\ndirect-port = 7800\n", 0600);
	assert_int_equal(home_open(&h, &why), 0);
	assert_true(home_chinese(h));
	assert_int_equal(settings_int(home_settings(h), "network.direct-port"), 7800); /* what is good holds */
	assert_int_equal(settings_int(home_settings(h), "look.bell"), 1);
	assert_non_null(strstr(buf_z(&why), "settings:3"));
	assert_non_null(strstr(buf_z(&why), "client.history"));
	assert_non_null(strstr(buf_z(&why), "settings:5"));
	home_free(h);
	/* It may name a command that is run. */
	put(".config/anser/settings", "[client]\npassword-command = evil\n", 0662);
	h = NULL;
	buf_clear(&why);
	assert_int_equal(home_open(&h, &why), -EPERM);
	assert_null(h);
	assert_non_null(strstr(buf_z(&why), "chmod go-w "));
}

/* Outside of names, paths and values nothing is left in English. */
static void mistakes_in_chinese(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "[client]\nhistroy = 5\n", ":2: 没有此设置：client.histroy；是否想用 client.history?\n" },
		{ "[client]\nhistory = much\n", ":2: client.history 必须为整数\n" },
		{ "[client]\nhistory = 0\n", ":2: client.history 超出范围：1 到 10000\n" },
		{ "[look]\nnotify = maybe\n", ":2: look.notify 必须为 yes 或 no\n" },
		{ "[look]\nbell = x\n", ":2: look.bell 只能是其中之一：never mention always\n" },
		{ "[client]\nhistory = 5\nhistory = 6\n", ":3: client.history 重复设置，首次出现于第 2\n" },
		{ "nothing\n", ":1: 此行不是 [段]、名称 = 值 或注释\n" },
		{ "[client]\ndownloads = \xff\n", ":2: client.downloads 必须为不含控制字符的 UTF-8 文字\n" },
	};

	setenv("LANG", "zh_CN.UTF-8", 1);
	mkdir(path(".config"), 0755);
	mkdir(path(".config/anser"), 0755);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct home *h = NULL;
		own_buf why = { 0 };
		const char *said;

		put(".config/anser/settings", cases[i].text, 0600);
		assert_int_equal(home_open(&h, &why), 0);
		home_free(h);
		said = strstr(buf_z(&why), "/settings:");
		assert_non_null(said);
		assert_string_equal(said + strlen("/settings"), cases[i].said);
	}
}

static void settings_out_of_reach(void **state)
{
	for (unsigned chinese = 0; chinese < 2; chinese++) {
		struct home *h = NULL;
		own_buf why = { 0 };

		setenv("LANG", chinese ? "zh_CN.UTF-8" : "C", 1);
		mkdir(path(".config"), 0755);
		assert_true(chinese || !symlink("anser", path(".config/anser"))); /* to itself */
		assert_int_equal(home_open(&h, &why), -ELOOP);
		assert_null(h);
		assert_non_null(strstr(buf_z(&why), chinese ? "无法读取设置文件" : "cannot be read: "));
	}
}

static void language(void **state)
{
	struct home *h;

	setenv("LANG", "zh_CN.UTF-8", 1);
	h = begin();
	assert_true(home_chinese(h));
	home_free(h);
	setenv("LC_ALL", "C.UTF-8", 1);
	h = begin();
	assert_false(home_chinese(h));
	home_free(h);
}

static void safe_modes(void **state)
{
	struct home *h;
	own_buf why = { 0 };

	umask(0);
	h = begin();
	assert_int_equal(umask(077), 077); /* it has been set */
	assert_int_equal(home_identity(h, STR("tom"), &why), 0);
	assert_int_equal(mode_of(".local/state/anser"), 0700);
	assert_int_equal(mode_of(".local/state/anser/tom"), 0700);
	/* Opened by mistake: closed again. */
	chmod(path(".local/state/anser/tom"), 0755);
	put(".local/state/anser/tom/history.db", "", 0644);
	put(".local/state/anser/tom/key.pem", "", 0640);
	assert_int_equal(home_identity(h, STR("tom"), &why), 0);
	assert_int_equal(mode_of(".local/state/anser/tom"), 0700);
	assert_int_equal(mode_of(".local/state/anser/tom/history.db"), 0600);
	assert_int_equal(mode_of(".local/state/anser/tom/key.pem"), 0600);
	/* A link leads elsewhere. */
	unlink(path(".local/state/anser/tom/key.pem"));
	assert_int_equal(symlink("/etc/passwd", path(".local/state/anser/tom/key.pem")), 0);
	assert_int_equal(home_identity(h, STR("tom"), &why), -EPERM);
	assert_non_null(strstr(buf_z(&why), "key.pem is no file of yours"));
	/* Something else has the name. */
	put(".local/state/anser/ann", "", 0600);
	buf_clear(&why);
	assert_int_equal(home_identity(h, STR("ann"), &why), -ENOTDIR);
	assert_non_null(strstr(buf_z(&why), "The folder "));
	home_free(h);
}

/* Only root can give a folder to somebody else. */
static void of_somebody_else(void **state)
{
	struct home *h;
	own_buf why = { 0 };

	if (geteuid() != 0)
		skip();
	h = begin();
	assert_int_equal(home_identity(h, STR("tom"), &why), 0);
	assert_int_equal(chown(path(".local/state/anser/tom"), 65534, 65534), 0);
	assert_int_equal(home_identity(h, STR("tom"), &why), -EPERM);
	assert_non_null(strstr(buf_z(&why), "chown -R"));
	home_free(h);
}

/* Parts lie where the file is to be, so that it only has to get its name. */
static void other_file_system(void **state)
{
	struct home *h;
	own_buf why = { 0 };
	struct stat here, there;

	if (stat("/dev/shm", &there) || stat(dir, &here) || here.st_dev == there.st_dev)
		skip();
	setenv("XDG_DOWNLOAD_DIR", "/dev/shm/anser-none/x", 1);
	h = begin();
	assert_int_equal(home_identity(h, STR("tom"), &why), 0);
	assert_string_equal(home_parts(h), "/dev/shm/anser-none/x/.anser-parts-tom");
	home_free(h);
}

/* The sample with its marks taken away is a settings file that changes nothing; in both languages. */
static void sample(void **state)
{
	for (unsigned chinese = 0; chinese < 2; chinese++) {
		struct home *h;
		own_buf text = { 0 };

		setenv("LANG", chinese ? "zh_CN.UTF-8" : "C", 1);
		h = begin();
		home_sample(h, &text);
		home_free(h);
		assert_non_null(strstr(buf_z(&text), "#history = 100\n"));
		assert_non_null(strstr(buf_z(&text), chinese ? "界面语言" : "Language of the program"));
		assert_non_null(strstr(buf_z(&text), chinese ? "(数字，1 到 10000)" : "(number, 1 to 10000)"));
		assert_non_null(strstr(buf_z(&text), chinese ? "(可选：auto en zh)" : "(one of auto en zh)"));
		for (size_t i = 0; i < text.n; i++)
			if (text.p[i] == '#' && (!i || text.p[i - 1] == '\n'))
				text.p[i] = ' ';
		mkdir(path(".config"), 0700);
		mkdir(path(".config/anser"), 0700);
		put(".config/anser/settings", buf_z(&text), 0600);
		h = begin(); /* without a complaint */
		assert_int_equal(settings_int(home_settings(h), "client.history"), 100);
		home_free(h);
	}
}

static int setup(void **state)
{
	static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DOWNLOAD_DIR",
						 "LC_ALL",	    "LC_MESSAGES",    "LANG" };

	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		unsetenv(variables[i]);
	strcpy(dir, "/tmp/anser-home-XXXXXX");
	return mkdtemp(dir) ? setenv("HOME", dir, 1) : -1;
}

static int teardown(void **state)
{
	char command[96];

	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(folders_of_the_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(downloads, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_file, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes_in_chinese, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_out_of_reach, setup, teardown),
		cmocka_unit_test_setup_teardown(language, setup, teardown),
		cmocka_unit_test_setup_teardown(safe_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(of_somebody_else, setup, teardown),
		cmocka_unit_test_setup_teardown(other_file_system, setup, teardown),
		cmocka_unit_test_setup_teardown(sample, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
