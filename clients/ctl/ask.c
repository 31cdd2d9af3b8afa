/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/crypt.h"
#include "clients/ctl/ctl.h"

static bool is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* Where the server's data is: what was said, else where anserd keeps it by default, else where a service keeps it. */
static const char *directory(const struct options *o)
{
	if (o->data)
		return o->data;
	return !is_there("anser-data") && is_there("/var/lib/anser") ? "/var/lib/anser" : "anser-data";
}

static void explain(int error, const char *dir, const char *path)
{
	if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR)
		text_complain(TEXT_no_server, dir, NULL);
	else if (error == EACCES || error == EPERM)
		text_complain(TEXT_no_permission, path, NULL);
	else
		text_complain(TEXT_no_connection, path, strerror(error));
}

/* An open socket, or -1 after saying why. */
static int reach(const char *dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	own_buf path = { 0 };
	int fd;

	buf_fmt(&path, "%s/anserd.sock", dir);
	if (path.n >= sizeof address.sun_path) {
		text_complain(TEXT_no_path, buf_z(&path), NULL);
		return -1;
	}
	memcpy(address.sun_path, path.p, path.n);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	explain(errno, dir, buf_z(&path));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int append(const char *bytes, size_t n, void *to)
{
	buf_add(to, bytes, n);
	return 0;
}

static bool send_request(int fd, const json_t *request)
{
	own_buf line = { 0 };
	bool good = true;

	buf_room(&line, 8192); /* so that it need not grow, leaving a copy of a password behind */
	json_dump_callback(request, append, &line, JSON_COMPACT);
	buf_byte(&line, '\n');
	for (size_t at = 0; good && at < line.n;) {
		ssize_t n = send(fd, line.p + at, line.n - at, MSG_NOSIGNAL);

		good = n > 0 || (n < 0 && errno == EINTR);
		at += n > 0 ? (size_t)n : 0;
	}
	secret_wipe(line.p, line.room);
	return good;
}

/* One line of the answer. True when it was the last. */
static bool take_line(struct str line, json_t *rows, json_t **end)
{
	json_t *object = json_loadb(line.p, line.n, 0, NULL), *row = json_object_get(object, "row");

	if (row) {
		json_array_append(rows, row);
		json_decref(object);
		return false;
	}
	*end = object;
	return true;
}

/* Takes the whole lines out of `in`. True after the last. */
static bool take_lines(struct buf *in, json_t *rows, json_t **end)
{
	size_t at = 0;
	bool last = false;

	while (!last) {
		struct str rest = str_from(buf_all(in), at);
		size_t n = str_find(rest, '\n');

		if (n == rest.n)
			break;
		last = take_line(str_n(rest.p, n), rows, end);
		at += n + 1;
	}
	buf_eat(in, at);
	return last;
}

static bool receive(int fd, json_t *rows, json_t **end)
{
	own_buf in = { 0 };
	ssize_t n;

	do {
		n = read(fd, buf_room(&in, 65536), 65536);
		if (n > 0)
			in.n += (size_t)n;
		if (n > 0 && take_lines(&in, rows, end))
			return json_is_object(*end);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return false;
}

int server_reach(const struct options *o) { return reach(directory(o)); }
bool server_say(int fd, const json_t *request) { return send_request(fd, request); }

int ask(const struct options *o, const json_t *request, json_t **rows, json_t **end)
{
	int fd = reach(directory(o));
	bool good;

	if (fd < 0)
		return EXIT_NO_SERVER;
	*rows = json_array();
	*end = NULL;
	good = send_request(fd, request) && receive(fd, *rows, end);
	close(fd);
	if (good)
		return EXIT_DONE;
	text_complain(TEXT_no_answer, "", NULL);
	json_decref(*rows);
	json_decref(*end);
	return EXIT_NO_SERVER;
}
