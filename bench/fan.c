/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/fan.c - the floor of a room: what the first of MEMBERS connections says is sent to all, one send for each, and
 * the first says the next when it has heard itself. No room on this kernel costs less while all have sockets of their own.
 *
 *     fan MEMBERS SECONDS BYTES   on the first CPU; the members are one process on the second. Prints CPU us/delivery.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { EVENTS = 256, BYTES = 64 * 1024, SERVER_CPU = 0, MEMBERS_CPU = 1, WARM_S = 1 };

static char bytes[BYTES];

static int die(const char *what)
{
	perror(what);
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set))
		die("sched_setaffinity");
}

static double seconds(struct timeval tv) { return (double)tv.tv_sec + (double)tv.tv_usec / 1e6; }

static double cpu_now(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return seconds(used.ru_utime) + seconds(used.ru_stime);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A connection that is read as soon as there is something; `i` comes with its events. */
static void watch(int epoll, int fd, size_t i)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = i };
	int yes = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll_ctl");
}

static void must_send(int fd, size_t n)
{
	if (send(fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n)
		exit(0); /* the other end has measured enough */
}

static void members_run(const struct sockaddr_in *to, size_t members, size_t message)
{
	int epoll = epoll_create1(0), *fds = mem_alloc(members * sizeof *fds);
	struct epoll_event events[EVENTS];
	size_t heard = 0;

	pin(MEMBERS_CPU);
	for (size_t i = 0; i < members; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (fds[i] < 0 || connect(fds[i], (const struct sockaddr *)to, sizeof *to))
			die("connect");
		watch(epoll, fds[i], i);
	}
	must_send(fds[0], message);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);
		for (int k = 0; k < n; k++) {
			ssize_t got = recv(fds[events[k].data.u64], bytes, sizeof bytes, 0);

			if (got <= 0)
				exit(0);
			if (events[k].data.u64 == 0)
				heard += (size_t)got;
		}
		for (; heard >= message; heard -= message)
			must_send(fds[0], message);
	}
}

/* Nobody speaks before all are here: the first says its word when the last has connected. */
static double room_run(int listener, size_t members, double last_s)
{
	int epoll = epoll_create1(0), *fds = mem_alloc(members * sizeof *fds);
	struct epoll_event events[EVENTS];
	double from = now() + WARM_S, cpu = 0;
	size_t deliveries = 0;
	bool measured = false;

	for (size_t i = 0; i < members; i++) {
		fds[i] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (fds[i] < 0)
			die("accept");
		watch(epoll, fds[i], i);
	}
	while (now() < from + last_s) {
		int n = epoll_wait(epoll, events, EVENTS, 1000);

		if (!measured && now() >= from) {
			measured = true;
			cpu = cpu_now();
			deliveries = 0;
		}
		for (int k = 0; k < n; k++) {
			ssize_t got = recv(fds[events[k].data.u64], bytes, sizeof bytes, 0);

			for (size_t i = 0; got > 0 && i < members; i++)
				must_send(fds[i], (size_t)got);
			deliveries += got > 0 ? members : 0;
		}
	}
	mem_free(fds);
	return measured && deliveries ? (cpu_now() - cpu) * 1e6 / (double)deliveries : 0;
}

int main(int argc, char **argv)
{
	size_t members = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
	size_t message = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	double last_s = argc == 4 ? strtod(argv[2], NULL) : 0;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	if (!members || !message || message > BYTES || last_s <= 0) {
		fprintf(stderr, "usage: fan MEMBERS SECONDS BYTES\n");
		return 2;
	}
	if (listener < 0 || bind(listener, (struct sockaddr *)&a, n) || listen(listener, 1024) ||
	    getsockname(listener, (struct sockaddr *)&a, &n))
		die("bind");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		members_run(&a, members, message);
	pin(SERVER_CPU);
	printf("%.2f\n", room_run(listener, members, last_s));
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return 0;
}
