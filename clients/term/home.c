/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/home.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "clients/term/text/text.h"

/* One table per language, from the same rows. */
#define SETTING(name, type, fallback, min, max, choices, english, chinese) \
	{ name, type, fallback, min, max, choices, SETTING_RESTART, english },
static const struct setting table_en[] = {
#include "clients/term/home_settings.h"
};
#undef SETTING
#define SETTING(name, type, fallback, min, max, choices, english, chinese) \
	{ name, type, fallback, min, max, choices, SETTING_RESTART, chinese },
static const struct setting table_zh[] = {
#include "clients/term/home_settings.h"
};
#undef SETTING

enum { LANGUAGE_AUTO, LANGUAGE_EN, LANGUAGE_ZH };
enum { DIRS_FILE_MAX = 64 * 1024 };

struct home {
	struct settings *settings;
	bool chinese;
	char *user, *config, *state, *downloads; /* $HOME; …/anser; …/anser; the downloads */
	char *settings_path;
	char *history, *key, *parts;
};

static char *joined(const char *folder, const char *name)
{
	own_buf path = { 0 };

	buf_str(&path, str_z(folder));
	if (!path.n || path.p[path.n - 1] != '/')
		buf_byte(&path, '/');
	buf_str(&path, str_z(name));
	return str_dup(buf_all(&path));
}

static void say(const struct home *h, struct buf *why, const char *english, const char *chinese, const char *path,
		const char *what)
{
	for (const char *p = h->chinese ? chinese : english, *value = path; *p; p++)
		if (*p == '%') {
			buf_str(why, str_z(value));
			value = what;
		} else
			buf_byte(why, *p);
}

/* ---- folders ----------------------------------------------------------------------------------------------------- */

static char *user_folder(void)
{
	const char *home = getenv("HOME");
	const struct passwd *who = home && home[0] == '/' ? NULL : getpwuid(geteuid());

	return str_dup(str_z(who && who->pw_dir ? who->pw_dir : home && home[0] == '/' ? home : "/"));
}

/* A path that is not absolute is to be ignored, says the specification. */
static char *xdg_folder(const struct home *h, const char *variable, const char *fallback)
{
	const char *set = getenv(variable);

	return set && set[0] == '/' ? str_dup(str_z(set)) : joined(h->user, fallback);
}

static bool language_is_chinese(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < countof(variables); i++) {
		const char *set = getenv(variables[i]);

		if (set && *set)
			return !strncmp(set, "zh", 2);
	}
	return false;
}

/* -1: there is no such file. */
static int file_text(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf_room(to, DIRS_FILE_MAX), DIRS_FILE_MAX);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return -1;
	to->n += (size_t)n;
	return 0;
}

/* A line of user-dirs.dirs: XDG_DOWNLOAD_DIR="$HOME/Downloads", or an absolute path; characters may have a backslash in
 * front. NULL: none of that. */
static char *dirs_value(const struct home *h, struct str line)
{
	own_buf path = { 0 };
	struct str value;

	if (!str_starts(line, STR("XDG_DOWNLOAD_DIR=\"")) || line.p[line.n - 1] != '"')
		return NULL;
	value = str_n(line.p + 18, line.n > 18 ? line.n - 19 : 0);
	if (str_starts(value, STR("$HOME/")) || str_is(value, "$HOME")) {
		buf_str(&path, str_z(h->user));
		value = str_from(value, 5);
	} else if (!value.n || value.p[0] != '/')
		return NULL;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\' && i + 1 < value.n)
			i++;
		buf_byte(&path, value.p[i]);
	}
	return str_dup(buf_all(&path));
}

static char *desktop_downloads(const struct home *h)
{
	char *folder = xdg_folder(h, "XDG_CONFIG_HOME", ".config"), *path = joined(folder, "user-dirs.dirs"),
	     *found = NULL;
	own_buf text = { 0 };
	struct str left;

	if (!file_text(path, &text))
		for (left = buf_all(&text); left.n;) {
			size_t n = str_find(left, '\n');
			struct str line = str_trim(str_n(left.p, n));
			char *value = line.n ? dirs_value(h, line) : NULL;

			if (value) {
				free(found);
				found = value;
			}
			left = str_from(left, n + 1);
		}
	free(folder);
	free(path);
	return found;
}

static char *find_downloads(const struct home *h)
{
	struct str set = settings_text(h->settings, "client.downloads");
	const char *variable = getenv("XDG_DOWNLOAD_DIR");
	char *found;

	if (str_is(set, "~") || str_starts(set, STR("~/")))
		return joined(h->user, set.n > 2 ? set.p + 2 : "");
	if (set.n && set.p[0] == '/')
		return str_dup(set);
	if (set.n) {
		char *z = str_dup(set);

		found = joined(h->user, z);
		free(z);
		return found;
	}
	if (variable && variable[0] == '/')
		return str_dup(str_z(variable));
	found = desktop_downloads(h);
	return found ? found : joined(h->user, "Downloads");
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

/* It can name a command that is run: who else may write it may do anything as us. */
static int settings_trusted(const struct home *h, struct buf *why)
{
	struct stat st;
	int error;

	if (stat(h->settings_path, &st)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		error = errno;
		say(h, why, "The settings % cannot be read: %.", "无法读取设置文件 %：%。", h->settings_path,
		    text_error(h->chinese, error));
		return -error;
	}
	if (st.st_uid != geteuid() && st.st_uid != 0) {
		say(h, why,
		    "% belongs to somebody else, so it is not used. Copy it, or give it to yourself: chown \"$USER\" %\n",
		    "% 属于其他用户，因此不予采用。请复制一份，或将其归为己有：chown \"$USER\" %\n", h->settings_path,
		    h->settings_path);
		return -EPERM;
	}
	if (st.st_mode & 022) {
		say(h, why,
		    "% can be written by others, so it is not used. Look at what stands in it, then: chmod go-w %\n",
		    "% 可被他人改写，因此不予采用。请先检查其内容，然后执行：chmod go-w %\n", h->settings_path,
		    h->settings_path);
		return -EPERM;
	}
	return 0;
}

/* What base/settings.c says of mistakes, which the server says too, in English. */
static const struct {
	struct str english, chinese;
} phrases[] = {
	{ STR_INIT("there is no setting "), STR_INIT("没有此设置：") },
	{ STR_INIT("; did you mean "), STR_INIT("；是否想用 ") },
	{ STR_INIT("must be yes or no"), STR_INIT("必须为 yes 或 no") },
	{ STR_INIT("must be a whole number"), STR_INIT("必须为整数") },
	{ STR_INIT("is out of bounds: number, "), STR_INIT("超出范围：") },
	{ STR_INIT(" to "), STR_INIT(" 到 ") },
	{ STR_INIT("must be one of: "), STR_INIT("只能是其中之一：") },
	{ STR_INIT("must be UTF-8 text without control characters"), STR_INIT("必须为不含控制字符的 UTF-8 文字") },
	{ STR_INIT("is given twice, first on line "), STR_INIT("重复设置，首次出现于第 ") },
	{ STR_INIT("the line is longer than "), STR_INIT("此行过长，上限（字节）：") },
	{ STR_INIT(" bytes"), STR_INIT("") },
	{ STR_INIT("the line has a zero byte in it"), STR_INIT("此行含有零字节") },
	{ STR_INIT("this is no [section], no name = value, and no comment"),
	  STR_INIT("此行不是 [段]、名称 = 值 或注释") },
	{ STR_INIT("cannot be read: "), STR_INIT("无法读取：") },
};

static void phrases_put(struct buf *to, struct str text)
{
	while (text.n) {
		size_t i = 0;

		while (i < countof(phrases) && !str_starts(text, phrases[i].english))
			i++;
		if (i < countof(phrases))
			buf_str(to, phrases[i].chinese);
		else
			buf_byte(to, text.p[0]);
		text = str_from(text, i < countof(phrases) ? phrases[i].english.n : 1);
	}
}

static struct settings *settings_of(const struct home *h, struct buf *why)
{
	struct settings *s =
		h->chinese ? settings_new(table_zh, countof(table_zh)) : settings_new(table_en, countof(table_en));

	own_buf mistakes = { 0 };

	if (!access(h->settings_path, F_OK))
		settings_load(s, h->settings_path, &mistakes);
	if (h->chinese)
		phrases_put(why, buf_all(&mistakes));
	else
		buf_str(why, buf_all(&mistakes));
	return s;
}

/* The language decides which table; and the file says the language. */
static void settings_get(struct home *h, struct buf *why)
{
	int64_t language;
	bool chinese = h->chinese;

	h->settings = settings_of(h, why);
	language = settings_int(h->settings, "client.language");
	if (language != LANGUAGE_AUTO)
		h->chinese = language == LANGUAGE_ZH;
	if (h->chinese == chinese)
		return;
	settings_free(h->settings);
	buf_clear(why);
	h->settings = settings_of(h, why);
}

int home_open(struct home **ret, struct buf *why)
{
	struct home *h = mem_new(struct home);
	char *config, *state;
	int r;

	umask(077);
	h->chinese = language_is_chinese();
	h->user = user_folder();
	config = xdg_folder(h, "XDG_CONFIG_HOME", ".config");
	state = xdg_folder(h, "XDG_STATE_HOME", ".local/state");
	h->config = joined(config, "anser");
	h->state = joined(state, "anser");
	h->settings_path = joined(h->config, "settings");
	free(config);
	free(state);
	r = settings_trusted(h, why);
	if (r) {
		home_free(h);
		return r;
	}
	settings_get(h, why);
	h->downloads = find_downloads(h);
	*ret = h;
	return 0;
}

struct home *home_free(struct home *h)
{
	if (!h)
		return NULL;
	settings_free(h->settings);
	free(h->user);
	free(h->config);
	free(h->state);
	free(h->downloads);
	free(h->settings_path);
	free(h->history);
	free(h->key);
	free(h->parts);
	mem_free(h);
	return NULL;
}

const struct settings *home_settings(const struct home *h) { return h->settings; }
bool home_chinese(const struct home *h) { return h->chinese; }
struct str home_downloads(const struct home *h) { return str_z(h->downloads); }
const char *home_settings_path(const struct home *h) { return h->settings_path; }
const char *home_history(const struct home *h) { return h->history; }
const char *home_key(const struct home *h) { return h->key; }
const char *home_parts(const struct home *h) { return h->parts; }

/* ---- identities -------------------------------------------------------------------------------------------------- */

/* Folders on the way to ours: made private where they are missing, else as they are. */
static int make_way(const char *path)
{
	char *copy = str_dup(str_z(path));
	int r = 0;

	for (char *p = copy + 1; *p && !r; p++)
		if (*p == '/') {
			*p = 0;
			if (mkdir(copy, 0700) && errno != EEXIST)
				r = -errno;
			*p = '/';
		}
	free(copy);
	return r;
}

static int cannot(const struct home *h, const char *path, int error, struct buf *why)
{
	say(h, why, "The folder % cannot be used: %.", "无法使用目录 %：%。", path, text_error(h->chinese, error));
	return -error;
}

/* Ours, a folder, and nobody else's to look into. */
static int private_folder(const struct home *h, const char *path, struct buf *why)
{
	struct stat st;

	if (mkdir(path, 0700) && errno != EEXIST)
		return cannot(h, path, errno, why);
	if (stat(path, &st))
		return cannot(h, path, errno, why);
	if (!S_ISDIR(st.st_mode))
		return cannot(h, path, ENOTDIR, why);
	if (st.st_uid != geteuid()) {
		say(h, why,
		    "The folder % belongs to another user. If it is yours, take it back: sudo chown -R \"$USER\" %",
		    "目录 % 属于其他用户。如果确实是您的，请收回：sudo chown -R \"$USER\" %", path, path);
		return -EPERM;
	}
	if (st.st_mode & 077 && chmod(path, 0700))
		return cannot(h, path, errno, why);
	return 0;
}

/* Of a file that may not be there yet. A link could make us write elsewhere. */
static int private_file(const struct home *h, const char *path, struct buf *why)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : cannot(h, path, errno, why);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		say(h, why, "% is no file of yours. Move it away, or take it back: sudo chown \"$USER\" %",
		    "% 不是您的文件。请将其移走或收回：sudo chown \"$USER\" %", path, path);
		return -EPERM;
	}
	return st.st_mode & 077 && chmod(path, 0600) ? cannot(h, path, errno, why) : 0;
}

/* One folder for each identity, whatever is in its name; and none of them hidden or elsewhere. */
static void folder_name(struct str identity, struct buf *to)
{
	for (size_t i = 0; i < identity.n; i++) {
		unsigned char c = (unsigned char)identity.p[i];
		bool plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			     c == '@' || c == '-' || c == '_';

		if (plain || (c == '.' && i))
			buf_byte(to, (char)c);
		else
			buf_fmt(to, "%%%02X", c);
	}
}

/* The file system that a path is in, or will be. */
static dev_t device_of(const char *path)
{
	char *copy = str_dup(str_z(path));
	struct stat st = { 0 };

	while (stat(copy, &st) && strrchr(copy, '/') > copy)
		*strrchr(copy, '/') = 0;
	free(copy);
	return st.st_dev;
}

static char *parts_of(const struct home *h, const char *folder, struct str name)
{
	own_buf hidden = { 0 };

	if (device_of(folder) == device_of(h->downloads))
		return joined(folder, "parts");
	buf_fmt(&hidden, ".anser-parts-%.*s", STR_ARG(name));
	return joined(h->downloads, buf_z(&hidden));
}

static int identity_make(struct home *h, const char *folder, struct str name, struct buf *why)
{
	int r = make_way(folder);

	if (r)
		return cannot(h, folder, -r, why);
	r = private_folder(h, h->state, why);
	if (!r)
		r = private_folder(h, folder, why);
	if (r)
		return r;
	h->history = joined(folder, "history.db");
	h->key = joined(folder, "key.pem");
	h->parts = parts_of(h, folder, name);
	r = private_file(h, h->history, why);
	return r ? r : private_file(h, h->key, why);
}

int home_identity(struct home *h, struct str identity, struct buf *why)
{
	own_buf name = { 0 };
	char *folder;
	int r;

	folder_name(identity, &name);
	folder = joined(h->state, buf_z(&name));
	free(h->history);
	free(h->key);
	free(h->parts);
	h->history = h->key = h->parts = NULL;
	r = identity_make(h, folder, buf_all(&name), why);
	free(folder);
	return r;
}

/* ---- a sample ---------------------------------------------------------------------------------------------------- */

/* As settings_describe(). */
static void describe_chinese(const struct setting *t, struct buf *to)
{
	static const char *const kinds[SETTING_TYPES] = {
		[SETTING_BOOL] = "yes 或 no", [SETTING_INT] = "数字，", [SETTING_TEXT] = "文字",
		[SETTING_CHOICE] = "可选：",  [SETTING_PATH] = "路径",
	};

	buf_str(to, str_z(kinds[t->type]));
	if (t->type == SETTING_CHOICE)
		buf_str(to, str_z(t->choices));
	if (t->type == SETTING_INT)
		buf_fmt(to, "%lld 到 %lld", (long long)t->min, (long long)t->max);
}

void home_sample(const struct home *h, struct buf *to)
{
	const struct setting *table = h->chinese ? table_zh : table_en;
	struct str section = STR_NONE;

	say(h, to,
	    "; Settings of anser, in %. Each line that begins with # shows a default: take the # away to change it.\n",
	    "; anser 的设置文件，位于 %。以 # 开头的行是默认值：去掉 # 即可更改。\n", h->settings_path, NULL);
	for (size_t i = 0; i < countof(table_en); i++) {
		struct str name = str_z(table[i].name);
		struct str now = str_n(name.p, str_find(name, '.'));

		if (!section.p || !str_eq(section, now))
			buf_fmt(to, "\n[%.*s]\n", STR_ARG(now));
		section = now;
		buf_fmt(to, "\n; %s\n; (", table[i].help);
		if (h->chinese)
			describe_chinese(&table[i], to);
		else
			settings_describe(&table[i], to);
		buf_fmt(to, ")\n#%s =%s%s\n", table[i].name + now.n + 1, *table[i].fallback ? " " : "",
			table[i].fallback);
	}
}
