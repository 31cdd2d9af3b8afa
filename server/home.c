/* SPDX-License-Identifier: Apache-2.0 */
#include "server/home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static const char lock_name[] = "anserd.lock";

const char *home_file(const struct home *h, struct buf *to, const char *name)
{
	buf_fmt(to, "%s/%s", h->path, name);
	return buf_z(to);
}

/* Like mkdir -p; only the last one is closed to others. */
static int make_all(const char *path)
{
	own_buf part = { 0 };
	size_t n = strlen(path);

	for (size_t i = 1; i < n; i++)
		if (path[i] == '/') {
			buf_clear(&part);
			buf_add(&part, path, i);
			if (mkdir(buf_z(&part), 0755) && errno != EEXIST)
				return -errno;
		}
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static int settle(struct home *h, const char *path, const struct owner *owner, struct buf *why)
{
	struct stat st;
	int r = make_all(path);

	if (!r && stat(path, &st))
		r = -errno;
	if (!r && !S_ISDIR(st.st_mode))
		r = -ENOTDIR;
	if (!r && owner->uid != (uid_t)-1 && st.st_uid != owner->uid && chown(path, owner->uid, owner->gid))
		r = -errno;
	if (!r && owner->uid == (uid_t)-1 && access(path, R_OK | W_OK | X_OK))
		r = -errno;
	h->path = r ? NULL : realpath(path, NULL);
	if (!r && !h->path)
		r = -errno;
	if (r)
		buf_fmt(why, "the data directory %s cannot be used: %s", path, strerror(-r));
	else if (st.st_mode & 077)
		chmod(path, 0700);
	return r;
}

static void say_taken(const struct home *h, int fd, struct buf *why)
{
	char pid[32];
	ssize_t n = pread(fd, pid, sizeof pid, 0);
	struct str who = str_trim(str_n(pid, n > 0 ? (size_t)n : 0));

	buf_fmt(why, "%s is in use by another anserd", h->path);
	if (who.n)
		buf_fmt(why, " (process %.*s)", STR_ARG(who));
	buf_lit(why, "; two servers cannot share their data. End that one, or give this one another directory with --data");
}

/* The lock is on an open file, so it cannot be left behind by a server that died. */
static int take_lock(struct home *h, const struct owner *owner, struct buf *why)
{
	own_buf path = { 0 };
	char pid[32];
	int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid()), r;

	h->lock = open(home_file(h, &path, lock_name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (h->lock < 0) {
		r = -errno;
		buf_fmt(why, "%s cannot be opened: %s", buf_z(&path), strerror(-r));
		return r;
	}
	if (flock(h->lock, LOCK_EX | LOCK_NB)) {
		say_taken(h, h->lock, why);
		return -EBUSY;
	}
	if ((owner->uid != (uid_t)-1 && fchown(h->lock, owner->uid, owner->gid)) || ftruncate(h->lock, 0) ||
	    pwrite(h->lock, pid, (size_t)n, 0) != n) {
		buf_fmt(why, "%s cannot be written: %s", buf_z(&path), strerror(errno));
		return -EIO;
	}
	return 0;
}

int home_open(struct home *h, const char *path, const struct owner *owner, struct buf *why)
{
	int r;

	*h = (struct home){ .lock = -1 };
	r = settle(h, path, owner, why);
	if (!r)
		r = take_lock(h, owner, why);
	if (r)
		home_close(h);
	return r;
}

static int write_whole(const char *path, struct str content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return -errno;
	r = write(fd, content.p, content.n) == (ssize_t)content.n ? 0 : -EIO;
	if (close(fd) && !r)
		r = -errno;
	return r;
}

int home_write(const struct home *h, const char *name, struct str content, struct buf *why)
{
	own_buf path = { 0 }, fresh = { 0 };
	int r;

	buf_fmt(&fresh, "%s.new", home_file(h, &path, name));
	r = write_whole(buf_z(&fresh), content);
	if (!r && rename(buf_z(&fresh), buf_z(&path)))
		r = -errno;
	if (r)
		buf_fmt(why, "%s cannot be written: %s", buf_z(&path), strerror(-r));
	return r;
}

void home_remove(const struct home *h, const char *name)
{
	own_buf path = { 0 };

	unlink(home_file(h, &path, name));
}

void home_close(struct home *h)
{
	if (h->lock >= 0)
		close(h->lock);
	free(h->path); /* from realpath() */
	*h = (struct home){ .lock = -1 };
}
