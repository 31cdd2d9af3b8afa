/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/main.c - `anser`: options, the password that need not be asked for, and putting the parts together:
 * loop, net, keep, engine, a face.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "clients/term/engine/chat.h"
#include "clients/term/engine/harmless.h"
#include "clients/term/home.h"
#include "clients/term/keep/keep.h"
#include "clients/term/net/net.h"
#include "clients/term/options.h"
#include "clients/term/plain/plain.h"
#include "clients/term/screen/screen.h"

enum { PASSWORD_BYTES_MAX = 4096 };

struct program {
	struct options options;
	bool chinese;
	struct home *home;
	struct buf identity, password;
	bool has_password;
	struct pool *pool;
	struct loop *loop;
	struct outside *net;
	struct keep *keep;
	struct client *client;
	struct plain *plain;
	struct screen *screen;
	struct face *face;
	struct buf why;   /* what to say when all is over */
	int status;
	unsigned signals;
};

/* ---- saying ------------------------------------------------------------------------------------------------------ */

static int complain(const struct program *p, struct str why, int status)
{
	own_buf clean = { 0 };

	(void)p;
	harmless_put(&clean, why, true);
	fprintf(stderr, "anser: %s\n", buf_z(&clean));
	return status;
}

static int complain_text(const struct program *p, enum text t, struct str one, struct str two, int status)
{
	own_buf text = { 0 };

	text_put(&text, p->chinese, t, one, two, STR_NONE);
	return complain(p, buf_all(&text), status);
}

static int help(const struct program *p)
{
	struct str text = text_get(p->chinese, TEXT_help);

	fwrite(text.p, 1, text.n, stdout);
	return QUIT_OK;
}

/* ---- the password ------------------------------------------------------------------------------------------------ */

/* Byte by byte, so that what follows the line is left to who reads next. */
static bool first_line(int fd, struct buf *to)
{
	char c = 0;
	ssize_t n;

	buf_room(to, PASSWORD_BYTES_MAX);
	while (((n = read(fd, &c, 1)) == 1 && c != '\n') || (n < 0 && errno == EINTR))
		if (n == 1 && to->n < PASSWORD_BYTES_MAX)
			buf_byte(to, c);
	if (to->n && to->p[to->n - 1] == '\r')
		to->n--;
	return to->n > 0;
}

static int password_from_command(struct program *p, const char *command)
{
	FILE *f = popen(command, "r");
	bool good = f && first_line(fileno(f), &p->password);
	int status = f ? pclose(f) : -1;

	if (good && status == 0) {
		p->has_password = true;
		return 0;
	}
	return complain_text(p, TEXT_password_command, str_z(command), STR_NONE, QUIT_FAILED);
}

static int password_get(struct program *p)
{
	const char *command = settings_z(home_settings(p->home), "client.password-command");

	if (p->options.mode == MODE_LAN)
		return 0;
	if (p->options.password_stdin) {
		p->has_password = first_line(STDIN_FILENO, &p->password);
		return p->has_password ? 0 : complain_text(p, TEXT_password_none, STR_NONE, STR_NONE, QUIT_USAGE);
	}
	return command && *command ? password_from_command(p, command) : 0;
}

/* ---- --forget-key ------------------------------------------------------------------------------------------------ */

static int forget_key(struct program *p)
{
	struct str whose = str_z(p->options.forget);
	own_buf server = { 0 };
	struct kept_key key;

	buf_fmt(&server, "%.*s:%u", STR_ARG(whose),
		p->options.port                  ? p->options.port
		: p->options.mode == MODE_SERVER ? 7789u
						 : 7790u);
	if (!keep_key(p->keep, whose, &key) && keep_key(p->keep, buf_all(&server), &key))
		whose = buf_all(&server);
	if (!keep_key(p->keep, whose, &key))
		return complain_text(p, TEXT_forget_unknown, whose, buf_all(&p->identity), QUIT_FAILED);
	if (keep_key_set(p->keep, whose, NULL))
		return complain(p, keep_why(p->keep), QUIT_FAILED);
	complain_text(p, TEXT_forget_done, whose, STR_NONE, QUIT_OK);
	return QUIT_OK;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static void stop_all(struct program *p)
{
	if (p->plain)
		plain_stop(p->plain);
	if (p->screen)
		screen_end(p->screen);
	p->screen = screen_free(p->screen);
	net_stop(p->net);
	loop_stop(p->loop);
}

/* The engine is done. What it still has open goes while everything it stands on is there. */
static void on_quit(void *arg, int status)
{
	struct program *p = arg;
	const struct client_state *s = client_state(p->client);

	p->status = status;
	if (status && !p->plain && s->why.n)
		buf_str(&p->why, s->why);
	p->client = client_free(p->client);
	stop_all(p);
}

/* The second time one does not wait any more. */
static void on_signal(void *arg, int number)
{
	struct program *p = arg;

	if (p->signals++) {
		if (p->screen)
			screen_end(p->screen);
		if (p->plain)
			plain_stop(p->plain);
		_exit(128 + number);
	}
	if (p->client && p->plain)
		plain_interrupt(p->plain);
	else if (p->client)
		client_stop(p->client, QUIT_OK);
}

static int face_plain(struct program *p)
{
	const struct options *o = &p->options;
	const struct plain_setup setup = {
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.json = o->json,
		.chinese = p->chinese,
		.stay = o->stay,
		.has_password = p->has_password,
		.registering = o->registering,
		.password = buf_all(&p->password),
		.to = o->once ? str_z(o->to) : STR_NONE,
		.text = o->text      ? str_z(o->text)
			: o->files_n ? STR("")
				     : STR_NONE,
		.files = o->files,
		.files_n = o->files_n,
		.timeout_ms = (msec)o->timeout_s * 1000,
		.quit = on_quit,
		.arg = p,
	};

	p->plain = plain_new(&setup, p->loop);
	p->face = plain_face(p->plain);
	return 0;
}

static int face_screen(struct program *p)
{
	const struct settings *s = home_settings(p->home);
	struct str bell = settings_text(s, "look.bell"), colours = settings_text(s, "look.colours");
	const struct screen_setup setup = {
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.mode = p->options.mode,
		.chinese = p->chinese,
		.title = true,
		.mouse = p->options.mouse,
		.colours = str_is(colours, "yes")  ? SCREEN_COLOURS_YES
			   : str_is(colours, "no") ? SCREEN_COLOURS_NO
						   : SCREEN_COLOURS_AUTO,
		.bell = str_is(bell, "never")    ? VIEW_BELL_NEVER
			: str_is(bell, "always") ? VIEW_BELL_ALWAYS
						 : VIEW_BELL_MENTION,
		.notify = settings_bool(s, "look.notify"),
		.quit = on_quit,
		.arg = p,
	};
	own_buf why = { 0 };
	int r = screen_new(&p->screen, &setup, p->loop, &why);

	if (r)
		return complain(p, buf_all(&why), QUIT_USAGE);
	p->face = screen_face(p->screen);
	return 0;
}

static int open_parts(struct program *p)
{
	own_buf why = { 0 };
	const struct net_setup setup = { .loop = p->loop,
					 .key = p->options.mode == MODE_SERVER ? STR("") : str_z(home_key(p->home)),
					 .parts = str_z(home_parts(p->home)),
					 .authorities = str_z(p->options.authorities ? p->options.authorities : ""),
					 .chinese = p->chinese };
	int r = net_new(&p->net, &setup, &why);

	return r ? complain(p, buf_all(&why), QUIT_FAILED) : 0;
}

static void client_make(struct program *p)
{
	const struct settings *s = home_settings(p->home);
	const struct options *o = &p->options;
	own_buf name = { 0 };
	struct client_setup setup = {
		.mode = o->mode,
		.host = o->host,
		.port = o->port,
		.plain_line = o->insecure,
		.registering = o->registering,
		.accept_new = o->accept_new,
		.pin = str_z(o->pin ? o->pin : ""),
		.direct_port = o->direct_port ? o->direct_port : (uint16_t)settings_int(s, "network.direct-port"),
		.bind = o->bind ? str_z(o->bind) : settings_text(s, "network.bind"),
		.chinese = p->chinese,
		.downloads = home_downloads(p->home),
		.history = (unsigned)settings_int(s, "client.history"),
	};

	buf_str(&name, buf_all(&p->identity));
	setup.name = str_n(name.p, str_find(buf_all(&name), '@'));
	p->client = client_new(&setup, &p->loop->world, p->net, p->keep, p->face);
}

static int run(struct program *p, bool screen)
{
	int r;

	p->pool = pool_new(2);
	p->loop = loop_new(p->pool);
	r = screen ? face_screen(p) : face_plain(p);
	if (!r)
		r = open_parts(p);
	if (r)
		return r;
	client_make(p);
	signal(SIGPIPE, SIG_IGN);
	loop_signal(p->loop, SIGINT, on_signal, p);
	loop_signal(p->loop, SIGTERM, on_signal, p);
	loop_signal(p->loop, SIGHUP, on_signal, p);
	if (screen)
		screen_begin(p->screen, p->client, p->keep);
	else
		plain_begin(p->plain, p->client);
	client_start(p->client);
	loop_run(p->loop);
	return p->status;
}

static void program_free(struct program *p)
{
	p->plain = plain_free(p->plain);
	p->screen = screen_free(p->screen); /* still there where the rest could not be opened */
	p->net = net_free(p->net);
	p->loop = loop_free(p->loop);
	p->pool = pool_free(p->pool);
	p->keep = keep_close(p->keep);
	p->home = home_free(p->home);
	if (p->why.n)
		complain(p, buf_all(&p->why), 0);
	buf_free(&p->identity);
	buf_wipe(&p->password);
	buf_free(&p->why);
}

/* ---- main -------------------------------------------------------------------------------------------------------- */

static int home_get(struct program *p)
{
	own_buf why = { 0 };
	int r = home_open(&p->home, &why);

	if (r)
		return complain(p, buf_all(&why), QUIT_FAILED);
	if (why.n)
		complain(p, buf_all(&why), 0);
	p->chinese = home_chinese(p->home);
	return 0;
}

static int identity_open(struct program *p)
{
	own_buf why = { 0 };
	int r;

	options_identity(&p->options, &p->identity);
	r = home_identity(p->home, buf_all(&p->identity), &why);
	if (!r) {
		r = keep_open(&p->keep, home_history(p->home), p->chinese, &why);
		if (r == -EBUSY) {
			buf_clear(&why);
			text_put(&why, p->chinese, TEXT_running, buf_all(&p->identity), STR_NONE, STR_NONE);
		}
	}
	return r ? complain(p, buf_all(&why), QUIT_FAILED) : 0;
}

static int settings_print(const struct program *p)
{
	own_buf sample = { 0 };

	home_sample(p->home, &sample);
	fputs(buf_z(&sample), stdout);
	return QUIT_OK;
}

static int start(struct program *p, int argc, char **argv)
{
	own_buf why = { 0 };
	bool screen;
	int r = options_read(&p->options, argc, argv, p->chinese, &why);
	const struct options *o = &p->options;

	if (r) {
		complain(p, buf_all(&why), r);
		return complain_text(p, TEXT_see_help, STR_NONE, STR_NONE, r);
	}
	if (o->help)
		return help(p);
	if (o->version) {
		puts("anser " ANSER_VERSION);
		return QUIT_OK;
	}
	r = home_get(p);
	if (r)
		return r;
	if (o->settings)
		return settings_print(p);
	r = identity_open(p);
	if (r)
		return r;
	if (o->forget)
		return forget_key(p);
	r = password_get(p);
	screen = !o->plain && !o->json && !o->once && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	return r ? r : run(p, screen);
}

int main(int argc, char **argv)
{
	struct program p = { 0 };
	int status;

	/* Where the language is set but its locale is not installed, texts are UTF-8 all the same. */
	if (!setlocale(LC_CTYPE, ""))
		setlocale(LC_CTYPE, "C.UTF-8");
	umask(077);
	p.chinese = options_chinese();
	status = start(&p, argc, argv);
	program_free(&p);
	return status;
}
