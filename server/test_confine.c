/* SPDX-License-Identifier: Apache-2.0
 *
 * A child confines itself and tries things; it says with its exit status which line was disappointed.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "server/confine.h"

static char dir[64], data[80], other[80], secret[96];

static int begin(void **state)
{
	int fd;

	snprintf(dir, sizeof dir, "/tmp/anser-test-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(data, sizeof data, "%s/data", dir);
	snprintf(other, sizeof other, "%s/other", dir);
	snprintf(secret, sizeof secret, "%s/secret", other);
	if (mkdir(data, 0700) || mkdir(other, 0700))
		return -1;
	fd = open(secret, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 || close(fd) ? -1 : 0;
}

static int end(void **state)
{
	remove(secret);
	return rmdir(other) || rmdir(data) || rmdir(dir);
}

enum { NOT_HERE = 77 };

#define WANT(that)                      \
	do {                            \
		if (!(that))            \
			_exit(__LINE__ % 256); \
	} while (0)

static int opens(const char *path, int how)
{
	int fd = open(path, how | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static unsigned confined(const char *readable)
{
	struct confines c = { .write = { data }, .read = { readable } };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return confine(&c);
}

static void its_own_data(void)
{
	char a[96], b[96];

	if (!(confined(NULL) & CONFINED_FILES))
		_exit(NOT_HERE);
	snprintf(a, sizeof a, "%s/a", data);
	snprintf(b, sizeof b, "%s/b", data);
	WANT(opens(a, O_RDWR | O_CREAT) == 0);
	WANT(truncate(a, 0) == 0);
	WANT(rename(a, b) == 0);
	WANT(unlink(b) == 0);
	WANT(mkdir(a, 0700) == 0 && rmdir(a) == 0);
	WANT(opens("/etc/passwd", O_RDONLY) == 0);
	WANT(opens("/dev/null", O_WRONLY) == 0);
}

static void nothing_else(void)
{
	char fresh[96];

	if (!(confined(NULL) & CONFINED_FILES))
		_exit(NOT_HERE);
	snprintf(fresh, sizeof fresh, "%s/fresh", other);
	WANT(opens(secret, O_RDONLY) == EACCES);
	WANT(opens(fresh, O_WRONLY | O_CREAT) == EACCES);
	WANT(opens("/etc/passwd", O_WRONLY) == EACCES);
	WANT(unlink(secret) && errno == EACCES);
	WANT(execl("/bin/true", "true", NULL) && (errno == EACCES || errno == ENOSYS));
}

static void what_may_be_read_may_not_be_written(void)
{
	if (!(confined(other) & CONFINED_FILES))
		_exit(NOT_HERE);
	WANT(opens(secret, O_RDONLY) == 0);
	WANT(opens(secret, O_WRONLY) == EACCES);
}

static void no_new_ports(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd;

	if (!(confined(NULL) & CONFINED_NETWORK))
		_exit(NOT_HERE);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	WANT(fd >= 0);
	WANT(bind(fd, (struct sockaddr *)&in, sizeof in) && errno == EACCES);
	in.sin_port = htons(9);
	WANT(connect(fd, (struct sockaddr *)&in, sizeof in) && errno == EACCES);
}

static void *thread(void *arg)
{
	return unshare(CLONE_NEWUSER) && errno == ENOSYS ? arg : NULL;
}

static void few_calls(void)
{
	pthread_t t;
	void *back = NULL;

	if (!(confined(NULL) & CONFINED_CALLS))
		_exit(NOT_HERE);
	WANT(unshare(CLONE_NEWUSER) && errno == ENOSYS);
	WANT(chroot("/") && errno == ENOSYS);
	/* Threads work, and inherit it. */
	WANT(!pthread_create(&t, NULL, thread, &back) && !pthread_join(t, &back));
	WANT(back);
}

static void in_a_child(void (*what)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_HERE)
		skip(); /* not this kernel */
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define IN_A_CHILD(name) \
	static void test_##name(void **state) { in_a_child(name); }
IN_A_CHILD(its_own_data)
IN_A_CHILD(nothing_else)
IN_A_CHILD(what_may_be_read_may_not_be_written)
IN_A_CHILD(no_new_ports)
IN_A_CHILD(few_calls)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_its_own_data, begin, end),
		cmocka_unit_test_setup_teardown(test_nothing_else, begin, end),
		cmocka_unit_test_setup_teardown(test_what_may_be_read_may_not_be_written, begin, end),
		cmocka_unit_test_setup_teardown(test_no_new_ports, begin, end),
		cmocka_unit_test_setup_teardown(test_few_calls, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
