/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/files.c - one large file through the server: put and fetched on the classic door (105, 106), then by curl at
 * its web address (XEP-0363), and, as the floor of this machine, copied by a process that only reads and writes, from
 * the loopback into a file and back. All in one run, on the same disk. One connection at a time; sockets that
 * block.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "bench/load.h"

enum { MIB = 1024 * 1024, PIECE = 128 * 1024 };

struct copy {
	struct load *load;
	char *block;          /* a MiB; the first eight bytes are its number, so that no piece is like another */
	uint64_t size, seed;
	char path[256];       /* of the file of the floor; curl sends it as well */
	double put, get;      /* of the floor, MiB/s */
};

/* ---- sockets ----------------------------------------------------------------------------------------------------- */

static int connected_to(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		n -= (size_t)done;
	}
	return true;
}

static bool line_say(int fd, const char *line) { return write_all(fd, line, strlen(line)); }

/* The next line, without its end; false when there is none. */
static bool line_hear(int fd, char *to, size_t room)
{
	size_t n = 0;

	while (n + 1 < room && read(fd, to + n, 1) == 1)
		if (to[n++] == '\n') {
			to[n - 1] = 0;
			return true;
		}
	return false;
}

static bool contents_send(struct copy *c, int fd)
{
	c->seed++;
	for (uint64_t at = 0; at < c->size; at += MIB) {
		uint64_t number = c->seed << 32 | at / MIB;

		memcpy(c->block, &number, sizeof number);
		if (!write_all(fd, c->block, c->size - at < MIB ? (size_t)(c->size - at) : MIB))
			return false;
	}
	return true;
}

/* Takes what comes until the end; whether it was so many bytes. */
static bool contents_take(struct copy *c, int fd, uint64_t wanted)
{
	uint64_t came = 0;
	ssize_t n;

	while ((n = read(fd, c->block, PIECE)) > 0)
		came += (uint64_t)n;
	return came == wanted;
}

/* ---- the floor --------------------------------------------------------------------------------------------------- */

/* On the processors that the server has. */
static void pin_beside(const struct load *l)
{
	cpu_set_t set;

	if (l->options.server.n && !sched_getaffinity(l->options.server.pid[0], sizeof set, &set))
		sched_setaffinity(0, sizeof set, &set);
}

static bool pump(int from, int to)
{
	static char bytes[PIECE];
	ssize_t n;

	while ((n = read(from, bytes, sizeof bytes)) > 0)
		if (!write_all(to, bytes, (size_t)n))
			return false;
	return n == 0;
}

/* The other process: one connection, all of it into the file and onto the disk, then a byte back; or the file into the
 * connection. */
static int floor_serve(struct copy *c, int listener, bool takes)
{
	int link = accept(listener, NULL, NULL), file = open(c->path, takes ? O_WRONLY | O_TRUNC : O_RDONLY);
	bool ok = link >= 0 && file >= 0 &&
		  (takes ? pump(link, file) && !fsync(file) && write_all(link, "", 1) : pump(file, link));

	return ok ? 0 : 1;
}

static bool floor_ask(struct copy *c, uint16_t port, bool puts)
{
	int link = connected_to(port);
	char done;
	bool ok;

	if (link < 0)
		return false;
	ok = puts ? contents_send(c, link) && !shutdown(link, SHUT_WR) && read(link, &done, 1) == 1
		  : contents_take(c, link, c->size);
	close(link);
	return ok;
}

/* MiB/s; 0 when it went wrong. */
static double floor_measure(struct copy *c, bool puts)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 1;
	socklen_t n = sizeof at;
	int64_t began;
	pid_t child;
	bool ok;

	if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&at, &n))
		return 0;
	fflush(NULL);
	child = fork();
	if (child == 0) {
		pin_beside(c->load);
		_exit(floor_serve(c, listener, puts));
	}
	began = net_now();
	ok = child > 0 && floor_ask(c, ntohs(at.sin_port), puts);
	if (child > 0)
		ok = waitpid(child, &status, 0) == child && ok && status == 0;
	close(listener);
	return ok ? (double)c->size / MIB / ((double)(net_now() - began) / 1e9) : 0;
}

/* ---- the classic door -------------------------------------------------------------------------------------------- */

/* A new offer: its token. */
static bool offered(struct copy *c, int session, char token[64])
{
	char line[512];

	snprintf(line, sizeof line, "104|files,files,bench.bin,%llu\n", (unsigned long long)c->size);
	return line_say(session, line) && line_hear(session, line, sizeof line) &&
	       sscanf(line, "1|104@Server@%63[^@]@", token) == 1;
}

static bool classic_put(struct copy *c, const char *token)
{
	int link = connected_to(c->load->options.port);
	char line[128] = "";
	bool ok;

	snprintf(line, sizeof line, "105|%s,0\n", token);
	ok = link >= 0 && line_say(link, line) && line_hear(link, line, sizeof line) && !strcmp(line, "1|0") &&
	     contents_send(c, link) && line_hear(link, line, sizeof line) && !strncmp(line, "1|", 2) &&
	     strlen(line) == 66;
	if (!ok)
		snprintf(c->load->target.why, sizeof c->load->target.why, "%.200s", line);
	if (link >= 0)
		close(link);
	return ok;
}

static bool classic_get(struct copy *c, const char *token)
{
	int link = connected_to(c->load->options.port);
	char line[128] = "", wanted[64];
	bool ok;

	snprintf(line, sizeof line, "106|%s,0\n", token);
	snprintf(wanted, sizeof wanted, "1|%llu", (unsigned long long)c->size);
	ok = link >= 0 && line_say(link, line) && line_hear(link, line, sizeof line) && !strcmp(line, wanted) &&
	     contents_take(c, link, c->size);
	if (link >= 0)
		close(link);
	return ok;
}

/* ---- curl -------------------------------------------------------------------------------------------------------- */

/* The file of the floor to the address of `token`, or what is there to nowhere. */
static bool curl(struct copy *c, const char *token, bool puts)
{
	char url[256];
	int status = 1;
	pid_t child;

	snprintf(url, sizeof url, "http://127.0.0.1:%u/files/%s/bench.bin", c->load->options.http, token);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (puts)
			execlp("curl", "curl", "-sSf", "-o", "/dev/null", "-T", c->path, url, (char *)NULL);
		else
			execlp("curl", "curl", "-sSf", "-o", "/dev/null", url, (char *)NULL);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* ---- what is measured -------------------------------------------------------------------------------------------- */

static bool put_by_curl(struct copy *c, const char *token) { return curl(c, token, true); }
static bool get_by_curl(struct copy *c, const char *token) { return curl(c, token, false); }

/* MiB/s; 0 when it failed. */
static double measure(struct copy *c, const char *what, bool (*run)(struct copy *c, const char *token),
		      const char *token)
{
	double mebibytes = (double)c->size / MIB, rate;
	struct span from = span_now(c->load, 0), to;
	char name[64];

	if (!run(c, token)) {
		report_failure(c->load, what);
		return 0;
	}
	to = span_now(c->load, 0);
	rate = mebibytes / ((double)(to.at_ns - from.at_ns) / 1e9);
	snprintf(name, sizeof name, "%s_mib_per_s", what);
	report_number(c->load, name, rate);
	snprintf(name, sizeof name, "%s_server_cpu_us_per_mib", what);
	if (c->load->options.server.n)
		report_number(c->load, name, (to.server_us - from.server_us) / mebibytes);
	return rate;
}

static void ratio(struct copy *c, const char *name, double a, double b)
{
	if (a > 0 && b > 0)
		report_number(c->load, name, a / b);
}

static void all(struct copy *c, int session)
{
	char ours[64], curls[64];
	double put, get, curl_put, curl_get;

	if (!offered(c, session, ours) || !offered(c, session, curls)) {
		report_failure(c->load, "no offer was taken");
		return;
	}
	c->put = floor_measure(c, true);
	c->get = floor_measure(c, false);
	report_number(c->load, "floor_put_mib_per_s", c->put);
	report_number(c->load, "floor_get_mib_per_s", c->get);
	put = measure(c, "put", classic_put, ours);
	get = measure(c, "get", classic_get, ours);
	curl_put = measure(c, "curl_put", put_by_curl, curls);
	curl_get = measure(c, "curl_get", get_by_curl, curls);
	ratio(c, "put_of_curl", put, curl_put);
	ratio(c, "get_of_curl", get, curl_get);
	ratio(c, "put_of_floor", put, c->put);
	ratio(c, "get_of_floor", get, c->get);
}

static int logged_in(struct load *l)
{
	int session = connected_to(l->options.port);
	char line[128];

	if (session < 0)
		return -1;
	/* It may be there already. */
	if (line_say(session, "100|files,a long secret\n") && line_hear(session, line, sizeof line) &&
	    line_say(session, "101|files,a long secret\n") && line_hear(session, line, sizeof line) &&
	    !strcmp(line, "1|"))
		return session;
	close(session);
	return -1;
}

void load_files(struct load *l)
{
	struct copy c = { .load = l, .size = (uint64_t)l->options.mebibytes * MIB };
	int session = logged_in(l), file;

	snprintf(c.path, sizeof c.path, "%s/bench-file-XXXXXX", l->options.dir);
	file = mkstemp(c.path);
	if (session < 0 || file < 0 || !l->options.http) {
		report_failure(l, session < 0 ? "cannot log in"
				  : file < 0  ? "cannot write into --dir"
					      : "--http is missing");
	} else {
		c.block = mem_alloc(MIB);
		memset(c.block, 'x', MIB);
		all(&c, session);
		mem_free(c.block);
	}
	if (file >= 0) {
		close(file);
		unlink(c.path);
	}
	if (session >= 0)
		close(session);
}
