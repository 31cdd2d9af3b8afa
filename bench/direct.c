/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/direct.c - how fast a file goes from one terminal client to another by a direct link, beside two floors in the
 * same run, on the same disk, one after another:
 *
 *     direct ANSER [MIB]     one line of JSON; 1024 MiB unless said
 *
 *   direct  two `anser --lan`, from /get until the receiver has said that the file is whole: read, encrypted, written,
 *           flushed, its SHA-256 reckoned from the disk and right
 *   tls     one process reads and writes into TLS 1.3, another writes to the disk, reckons the SHA-256 as it comes,
 *           flushes, and answers
 *   scp     OpenSSH's own, through an sshd of ours on the loopback; left out where it is not installed. Nothing is
 *           flushed, nothing is reckoned, but logging in is in it
 *
 * The ratios are the figures; rates differ from disk to disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 1 << 20, TLS_PIECE = 64 * 1024, PATH_ROOM = 256, LINE_ROOM = 16 * 1024, PATIENCE_S = 300 };

static char dir[] = "/tmp/anser-direct-XXXXXX"; /* TMPDIR is followed by main() */
static char folder[PATH_ROOM];
static uint64_t size;

static void cleanup(void)
{
	char command[PATH_ROOM + 16];

	if (!folder[0])
		return;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	if (system(command))
		fprintf(stderr, "direct: %s is left\n", folder);
}

static void die(const char *what)
{
	fprintf(stderr, "direct: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static const char *path(const char *fmt, ...)
{
	static char room[8][PATH_ROOM];
	static unsigned next;
	char *to = room[next++ % 8];
	int n = snprintf(to, PATH_ROOM, "%s/", folder);
	va_list args;

	va_start(args, fmt);
	vsnprintf(to + n, (size_t)(PATH_ROOM - n), fmt, args);
	va_end(args);
	return to;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make_file(const char *name)
{
	static char piece[PIECE];
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	for (size_t at = 0; at < sizeof piece; at += 256)
		if (getrandom(piece + at, 256, 0) != 256)
			die("getrandom");
	for (uint64_t at = 0; at < size; at += sizeof piece) {
		memcpy(piece, &at, sizeof at);
		if (fd < 0 || write(fd, piece, sizeof piece) != sizeof piece)
			die(name);
	}
	if (fsync(fd) || close(fd))
		die(name);
}

static void check_size(const char *name)
{
	struct stat st;

	if (stat(name, &st) || (uint64_t)st.st_size != size)
		die(name);
	unlink(name);
}

/* ---- direct ------------------------------------------------------------------------------------------------------ */

struct client {
	pid_t pid;
	FILE *in, *out;
};

static void client_begin(struct client *c, const char *anser, const char *name)
{
	int to[2], from[2];

	mkdir(path("%s", name), 0700);
	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die("pipe");
	c->pid = fork();
	if (!c->pid) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		setenv("HOME", path("%s", name), 1);
		unsetenv("XDG_STATE_HOME");
		unsetenv("XDG_CONFIG_HOME");
		unsetenv("XDG_DOWNLOAD_DIR");
		execl(anser, anser, "--lan", name, "--json", "--accept-new", "--bind", "127.0.0.1", (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	c->in = fdopen(to[1], "w");
	c->out = fdopen(from[0], "r");
}

static void client_tell(struct client *c, const char *line)
{
	fprintf(c->in, "%s\n", line);
	fflush(c->in);
}

/* Reads until a line has both. */
static void client_wait(struct client *c, const char *one, const char *other)
{
	static char line[LINE_ROOM];

	while (fgets(line, sizeof line, c->out))
		if (strstr(line, one) && strstr(line, other))
			return;
	fprintf(stderr, "direct: a client has ended without %s %s\n", one, other);
	exit(1);
}

static void client_end(struct client *c)
{
	client_tell(c, "{\"command\":\"/quit\"}");
	client_wait(c, "\"event\":\"quit\"", "");
	fclose(c->in);
	fclose(c->out);
	waitpid(c->pid, NULL, 0);
}

static double run_direct(const char *anser, const char *source)
{
	struct client tom, ann;
	char line[PATH_ROOM + 64];
	double begin, end;

	client_begin(&tom, anser, "tom");
	client_begin(&ann, anser, "ann");
	client_wait(&tom, "\"phase\":\"online\"", "");
	client_wait(&ann, "\"phase\":\"online\"", "");
	snprintf(line, sizeof line, "{\"to\":\"ann\",\"file\":\"%s\"}", source);
	client_tell(&tom, line);
	client_wait(&ann, "\"state\":\"offered\"", "\"conversation\":\"tom\"");
	begin = now();
	client_tell(&ann, "{\"command\":\"/get\",\"in\":\"tom\"}");
	client_wait(&ann, "\"state\":\"done\"", "\"kind\":\"file\"");
	end = now();
	client_wait(&tom, "\"status\":\"direct\"", "\"kind\":\"file\"");
	client_end(&tom);
	client_end(&ann);
	check_size(path("ann/Downloads/%s", strrchr(source, '/') + 1));
	return end - begin;
}

/* ---- bare TLS ---------------------------------------------------------------------------------------------------- */

static int listen_any(uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)&at, &n))
		die("listen");
	*port = ntohs(at.sin_port);
	return fd;
}

static SSL_CTX *server_ctx(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *c = X509_new();

	X509_gmtime_adj(X509_getm_notBefore(c), 0);
	X509_gmtime_adj(X509_getm_notAfter(c), 3600);
	X509_set_pubkey(c, key);
	if (!X509_sign(c, key, EVP_sha256()) || SSL_CTX_use_certificate(ctx, c) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		die("certificate");
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	X509_free(c);
	EVP_PKEY_free(key);
	return ctx;
}

static void take_all(SSL *ssl, int fd)
{
	static char piece[TLS_PIECE];
	unsigned char sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	unsigned n = 0;

	EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
	for (uint64_t at = 0; at < size;) {
		int got = SSL_read(ssl, piece, sizeof piece);

		if (got <= 0 || write(fd, piece, (size_t)got) != got)
			die("taking");
		EVP_DigestUpdate(hash, piece, (size_t)got);
		at += (uint64_t)got;
	}
	EVP_DigestFinal_ex(hash, sum, &n);
	EVP_MD_CTX_free(hash);
	if (fsync(fd) || SSL_write(ssl, "k", 1) != 1)
		die("taking");
}

static void taker(int listener, const char *to)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600), link = accept(listener, NULL, NULL);
	SSL_CTX *ctx = server_ctx();
	SSL *ssl = SSL_new(ctx);

	SSL_set_fd(ssl, link);
	if (fd < 0 || link < 0 || SSL_accept(ssl) != 1)
		die("accept");
	take_all(ssl, fd);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	_exit(0);
}

static void give_all(SSL *ssl, int fd)
{
	static char piece[TLS_PIECE];
	char answer;
	ssize_t n;

	while ((n = read(fd, piece, sizeof piece)) > 0)
		if (SSL_write(ssl, piece, (int)n) != n)
			die("giving");
	if (SSL_read(ssl, &answer, 1) != 1)
		die("no answer");
}

static double run_tls(const char *source)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint16_t port;
	int listener = listen_any(&port), link = socket(AF_INET, SOCK_STREAM, 0), fd = open(source, O_RDONLY);
	pid_t child = fork();
	SSL_CTX *ctx;
	SSL *ssl;
	double begin, end;

	if (!child)
		taker(listener, path("tls"));
	ctx = SSL_CTX_new(TLS_client_method());
	ssl = SSL_new(ctx);
	at.sin_port = htons(port);
	begin = now();
	SSL_set_fd(ssl, link);
	if (fd < 0 || connect(link, (struct sockaddr *)&at, sizeof at) || SSL_connect(ssl) != 1)
		die("connect");
	give_all(ssl, fd);
	end = now();
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(link);
	close(fd);
	close(listener);
	waitpid(child, NULL, 0);
	check_size(path("tls"));
	return end - begin;
}

/* ---- scp --------------------------------------------------------------------------------------------------------- */

static int run_shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int run_shell(const char *fmt, ...)
{
	char command[2048];
	va_list args;

	va_start(args, fmt);
	vsnprintf(command, sizeof command, fmt, args);
	va_end(args);
	return system(command);
}

static pid_t sshd_begin(uint16_t port)
{
	FILE *f = fopen(path("sshd_config"), "w");
	pid_t pid;

	if (!f)
		die("sshd_config");
	fprintf(f,
		"ListenAddress 127.0.0.1\nPort %u\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\n"
		"PidFile none\nSubsystem sftp internal-sftp\n",
		(unsigned)port, path("host"), path("user.pub"));
	fclose(f);
	pid = fork();
	if (!pid) {
		execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-q", "-f", path("sshd_config"), (char *)NULL);
		_exit(127);
	}
	return pid;
}

static bool reachable(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), r = connect(fd, (struct sockaddr *)&at, sizeof at);

	close(fd);
	return !r;
}

/* Seconds; less than 0: not to be had. */
static double run_scp(const char *source)
{
	uint16_t port;
	double begin, end = -1;
	pid_t sshd;

	if (access("/usr/sbin/sshd", X_OK) || run_shell("command -v scp ssh-keygen >/dev/null"))
		return -1;
	close(listen_any(&port));
	if (run_shell(
		    "ssh-keygen -q -t ed25519 -N '' -f %s && ssh-keygen -q -t ed25519 -N '' -f %s && mkdir -p /run/sshd",
		    path("host"), path("user")))
		return -1;
	sshd = sshd_begin(port);
	for (unsigned i = 0; i < 100 && !reachable(port); i++)
		usleep(50000);
	begin = now();
	if (!run_shell(
		    "scp -q -P %u -i %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR %s"
		    " 127.0.0.1:%s",
		    (unsigned)port, path("user"), source, path("scp"))) {
		end = now();
		check_size(path("scp"));
	}
	kill(sshd, SIGTERM);
	waitpid(sshd, NULL, 0);
	return end < 0 ? -1 : end - begin;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	const char *where = getenv("TMPDIR");
	double mib, direct, tls, scp;

	if (argc < 2) {
		fprintf(stderr, "direct ANSER [MIB]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	alarm(PATIENCE_S);
	mib = argc > 2 ? atof(argv[2]) : 1024;
	size = (uint64_t)mib * PIECE;
	snprintf(folder, sizeof folder, "%s/%s", where ? where : "/tmp", strrchr(dir, '/') + 1);
	if (!mkdtemp(folder))
		die(folder);
	atexit(cleanup);
	make_file(path("source"));
	tls = run_tls(path("source"));
	direct = run_direct(argv[1], path("source"));
	scp = run_scp(path("source"));
	printf("{\"mib\": %.0f, \"direct_mib_s\": %.1f, \"tls_mib_s\": %.1f, \"direct_per_tls\": %.2f", mib,
	       mib / direct, mib / tls, tls / direct);
	if (scp > 0)
		printf(", \"scp_mib_s\": %.1f, \"direct_per_scp\": %.2f", mib / scp, scp / direct);
	printf("}\n");
	return 0;
}
