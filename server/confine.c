/* SPDX-License-Identifier: Apache-2.0 */
#include "server/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

/* ---- files and ports: Landlock ------------------------------------------------------------------------------------------------ */

/* Younger than the headers of Debian 12, older than many a kernel it runs on. */
enum { FS_TRUNCATE = 1 << 14, FS_ABI = 3, NET_ABI = 4, NET_BIND_TCP = 1 << 0, NET_CONNECT_TCP = 1 << 1 };

struct ruleset {
	uint64_t fs, net;
};

static const uint64_t READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
			      LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK;
static const uint64_t NEVER = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
			      LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM;
static const uint64_t OF_FILES = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;

static void allow(int rules, const char *path, uint64_t what)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = what };
	struct stat st;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	if (!fstat(rule.parent_fd, &st) && !S_ISDIR(st.st_mode))
		rule.allowed_access &= OF_FILES;
	syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

static unsigned landlock(const struct confines *c)
{
	static const char *const system[] = { "/etc", "/usr", "/lib", "/lib64", "/proc", "/dev", "/sys/devices/system/cpu",
					      "/run/systemd/resolve" };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t truncate = abi >= FS_ABI ? FS_TRUNCATE : 0;
	struct ruleset all = { READ | WRITE | NEVER | truncate, abi >= NET_ABI ? NET_BIND_TCP | NET_CONNECT_TCP : 0 };
	unsigned r = 0;
	int rules;

	if (abi < 1)
		return 0;
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, abi >= NET_ABI ? sizeof all : sizeof all.fs, 0);
	if (rules < 0)
		return 0;
	for (size_t i = 0; i < countof(system); i++)
		allow(rules, system[i], READ);
	allow(rules, "/dev/null", READ | LANDLOCK_ACCESS_FS_WRITE_FILE);
	for (size_t i = 0; i < countof(c->read) && c->read[i]; i++)
		allow(rules, c->read[i], READ);
	for (size_t i = 0; i < countof(c->write) && c->write[i]; i++)
		allow(rules, c->write[i], READ | WRITE | truncate);
	if (!syscall(SYS_landlock_restrict_self, rules, 0))
		r = CONFINED_FILES | (all.net ? CONFINED_NETWORK : 0);
	close(rules);
	return r;
}

/* ---- system calls: seccomp ---------------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH

/* What libc, libuv, OpenSSL, SQLite and we may call. Not here, among others: execve, ptrace, process_vm_*, mount, unshare, setns, bpf,
 * io_uring_*, keyctl, kexec_*, *_module, perf_event_open, userfaultfd, set*id, chroot. */
static const int calls[] = {
	/* bytes */
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev, SYS_preadv2, SYS_pwritev2,
	SYS_lseek, SYS_sendfile, SYS_close, SYS_close_range, SYS_dup, SYS_dup3, SYS_fcntl, SYS_ioctl, SYS_pipe2,
	/* files */
	SYS_openat, SYS_newfstatat, SYS_fstat, SYS_statx, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_getdents64, SYS_getcwd,
	SYS_mkdirat, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat,
	SYS_utimensat, SYS_ftruncate, SYS_truncate, SYS_fallocate, SYS_fadvise64, SYS_fsync, SYS_fdatasync, SYS_sync_file_range,
	SYS_flock, SYS_statfs, SYS_fstatfs, SYS_umask,
	/* sockets */
	SYS_socket, SYS_socketpair, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_connect, SYS_shutdown, SYS_sendto, SYS_recvfrom,
	SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt,
	/* waiting */
	SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_eventfd2, SYS_timerfd_create, SYS_timerfd_settime,
	SYS_ppoll, SYS_pselect6, SYS_nanosleep, SYS_clock_nanosleep, SYS_futex, SYS_restart_syscall,
	/* memory */
	SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_mincore, SYS_msync, SYS_mlock, SYS_mlock2, SYS_munlock,
	SYS_membarrier,
	/* threads and the process itself */
	SYS_clone, SYS_clone3, SYS_exit, SYS_exit_group, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq, SYS_gettid, SYS_getpid,
	SYS_getppid, SYS_set_tid_address, SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_setaffinity, SYS_sched_getparam,
	SYS_sched_getscheduler, SYS_getcpu, SYS_prctl, SYS_prlimit64, SYS_getrlimit, SYS_getrusage, SYS_sysinfo, SYS_uname, SYS_times,
	SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getgroups, SYS_getpgid, SYS_getsid,
	/* signals, time, chance */
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_sigaltstack, SYS_tgkill,
	SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday, SYS_getrandom,
#ifdef SYS_open /* the older forms, which newer architectures do not have */
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_mkdir, SYS_rmdir, SYS_unlink, SYS_rename, SYS_link, SYS_chmod,
	SYS_chown, SYS_dup2, SYS_pipe, SYS_poll, SYS_select, SYS_epoll_create, SYS_epoll_wait, SYS_eventfd, SYS_time, SYS_arch_prctl,
	SYS_getpgrp, SYS_getdents,
#endif
};

static unsigned seccomp(void)
{
	enum { HEAD = 4 };
	struct sock_filter filter[HEAD + countof(calls) + 2];
	struct sock_fprog program = { .len = countof(filter), .filter = filter };
	size_t n = 0;

	filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	/* One instruction each: "equal: go to the end, which allows". A jump reaches 255 instructions. */
	_Static_assert(countof(calls) < 255, "the table has outgrown a jump");
	for (size_t i = 0; i < countof(calls); i++)
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i],
							   (uint8_t)(countof(calls) - i), 0);
	/* ENOSYS and not death: libraries try what is new and fall back. */
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? 0 : CONFINED_CALLS;
}

#else

static unsigned seccomp(void) { return 0; }

#endif

unsigned confine(const struct confines *c)
{
	unsigned r = landlock(c);

	return r | seccomp();
}
