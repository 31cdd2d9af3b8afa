/* SPDX-License-Identifier: Apache-2.0 */
#include "server/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

size_t privileges_limits(void)
{
	struct rlimit none = { 0, 0 }, files;

	setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* the leak checker has to look at its own process */
	/* Dumps that the kernel pipes to a program are not held back by the limit. */
	prctl(PR_SET_DUMPABLE, 0);
#endif
	if (getrlimit(RLIMIT_NOFILE, &files))
		return 1024;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_NOFILE, &files);
	return (size_t)files.rlim_cur;
}

int privileges_user(struct owner *ret, const char *user, struct buf *why)
{
	const struct passwd *pw;

	*ret = (struct owner){ (uid_t)-1, (gid_t)-1, NULL };
	if (!*user)
		return 0;
	pw = getpwnam(user);
	if (!pw) {
		buf_fmt(why, "server.user: there is no user %s on this machine", user);
		return -ENOENT;
	}
	if (geteuid() == pw->pw_uid)
		return 0;
	if (geteuid()) {
		buf_fmt(why, "server.user: only root can start a server that becomes %s", user);
		return -EPERM;
	}
	*ret = (struct owner){ pw->pw_uid, pw->pw_gid, user };
	return 0;
}

int privileges_drop(const struct owner *owner, struct buf *why)
{
	if (owner->uid != (uid_t)-1) {
		if (initgroups(owner->name, owner->gid) || setgid(owner->gid) || setuid(owner->uid)) {
			int r = -errno;

			buf_fmt(why, "server.user: the server cannot become %s: %s", owner->name, strerror(-r));
			return r;
		}
		if (setuid(0) != -1) {
			buf_fmt(why, "server.user: the server could become root again");
			return -EPERM;
		}
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		buf_fmt(why, "the kernel refuses no_new_privs: %s", strerror(errno));
		return -EPERM;
	}
	return 0;
}
