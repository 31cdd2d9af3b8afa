/* SPDX-License-Identifier: Apache-2.0
 *
 * store/files_disk.c - contents in one directory: "0f3a…" (64 digits) is a content, "part-…" one on its way in. All in
 * the same directory, since under Landlock before its second version nothing moves from one to another; the file
 * systems of today find one name among a million as fast.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <dirent.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/files_driver.h"

enum {
	NAME_ROOM = 2 * FILE_NAME_BYTES + 1,
	/* What is written is flushed every so many bytes: a long file does not wait for the disk all at once when it
	 * ends. */
	FLUSH_BYTES = 32 * 1024 * 1024,
};

struct disk {
	int dir;
	uint64_t reserve;
	struct buf path;
};

#define PART "part-"

static const char *part_name(char space[static NAME_ROOM], uint64_t part)
{
	snprintf(space, NAME_ROOM, PART "%016" PRIx64, part);
	return space;
}

static const char *content_name(char space[static NAME_ROOM], const uint8_t *name)
{
	for (size_t i = 0; i < FILE_NAME_BYTES; i++)
		snprintf(space + 2 * i, 3, "%02x", name[i]);
	return space;
}

/* The verdict for errno, said in the log where an operator has to look. */
static int failed(const struct disk *d, const char *what, const char *name)
{
	int why = errno;

	if (why == ENOENT)
		return FILES_NOT_FOUND;
	if (why == ENOSPC || why == EDQUOT || why == EFBIG)
		return FILES_FULL;
	log_event(files_failed, "what=%s file=%s why=\"%s\"", what, name, strerror(why));
	return FILES_FAILED;
}

static int sync_dir(const struct disk *d) { return fsync(d->dir) ? failed(d, "fsync", ".") : 0; }

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static void disk_close(void *of)
{
	struct disk *d = of;

	if (d->dir >= 0)
		close(d->dir);
	buf_free(&d->path);
	mem_free(d);
}

static int disk_open(void **ret, struct str path, uint64_t reserve, struct buf *why)
{
	struct disk *d = mem_new(struct disk);

	buf_str(&d->path, path);
	d->reserve = reserve;
	d->dir = -1;
	if (!mkdir(buf_z(&d->path), 0700) || errno == EEXIST)
		d->dir = open(buf_z(&d->path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->dir < 0) {
		buf_fmt(why, "the directory for files %s cannot be used: %s", buf_z(&d->path), strerror(errno));
		disk_close(d);
		return FILES_FAILED;
	}
	*ret = d;
	return 0;
}

/* ---- room -------------------------------------------------------------------------------------------------------- */

static int disk_room(void *of, uint64_t bytes)
{
	const struct disk *d = of;
	struct statvfs st;
	uint64_t room;

	if (fstatvfs(d->dir, &st))
		return failed(d, "statvfs", ".");
	room = (uint64_t)st.f_bavail * st.f_frsize;
	return room >= d->reserve && room - d->reserve >= bytes ? 0 : FILES_FULL;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

/* Open for writing at `offset`, which is where it ends; made when that is 0. A descriptor, or -1 and the verdict. */
static int part_open(const struct disk *d, const char *name, uint64_t offset, uint64_t *ret_size, int *answer)
{
	struct stat st;
	int fd = -1;

	*ret_size = 0;
	*answer = 0;
	if (!offset)
		fd = openat(d->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && (offset || errno == EEXIST))
		fd = openat(d->dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st)) {
		*answer = errno == ENOENT ? FILES_OFFSET : failed(d, "open", name);
	} else {
		*ret_size = (uint64_t)st.st_size;
		*answer = *ret_size == offset ? 0 : FILES_OFFSET;
	}
	if (*answer && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int write_all(int fd, struct str bytes, uint64_t at)
{
	while (bytes.n) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return -1;
		at += (uint64_t)n;
		bytes = str_from(bytes, (size_t)n);
	}
	return 0;
}

static int disk_append(void *of, uint64_t part, uint64_t offset, struct str bytes, uint64_t *ret_size)
{
	struct disk *d = of;
	char space[NAME_ROOM];
	const char *name = part_name(space, part);
	int answer = disk_room(d, bytes.n);
	int fd;

	*ret_size = 0;
	if (answer)
		return answer;
	fd = part_open(d, name, offset, ret_size, &answer);
	if (fd < 0)
		return answer;
	if (write_all(fd, bytes, offset) ||
	    ((offset + bytes.n) / FLUSH_BYTES != offset / FLUSH_BYTES && fdatasync(fd))) {
		answer = failed(d, "write", name);
		/* Half a piece is none: who goes on does so where the last whole one ended. */
		if (ftruncate(fd, (off_t)offset))
			failed(d, "ftruncate", name);
	} else {
		*ret_size = offset + bytes.n;
	}
	if (close(fd) && !answer)
		answer = failed(d, "close", name);
	return answer;
}

static int disk_size(void *of, uint64_t part, uint64_t *ret)
{
	struct disk *d = of;
	char space[NAME_ROOM];
	struct stat st;

	*ret = 0;
	if (fstatat(d->dir, part_name(space, part), &st, AT_SYMLINK_NOFOLLOW))
		return failed(d, "stat", space);
	*ret = (uint64_t)st.st_size;
	return 0;
}

static int read_some(const struct disk *d, const char *name, uint64_t offset, size_t n, struct buf *to)
{
	int fd = openat(d->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *at = buf_room(to, n);
	int answer = 0;

	if (fd < 0)
		return failed(d, "open", name);
	while (n) {
		ssize_t got = pread(fd, at, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			answer = failed(d, "read", name);
		if (got <= 0)
			break;
		to->n += (size_t)got;
		at += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	close(fd);
	return answer;
}

static int disk_part_read(void *of, uint64_t part, uint64_t offset, size_t n, struct buf *to)
{
	char space[NAME_ROOM];

	return read_some(of, part_name(space, part), offset, n, to);
}

static int unlink_name(const struct disk *d, const char *name)
{
	if (unlinkat(d->dir, name, 0) && errno != ENOENT)
		return failed(d, "unlink", name);
	return 0;
}

static int disk_abandon(void *of, uint64_t part)
{
	char space[NAME_ROOM];

	return unlink_name(of, part_name(space, part));
}

static bool is_old(const struct disk *d, const char *name, msec since)
{
	struct stat st;

	if (strncmp(name, PART, strlen(PART)) || fstatat(d->dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	return (msec)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 < since;
}

static int disk_clean(void *of, msec since)
{
	struct disk *d = of;
	int fd = openat(d->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), answer = 0;
	DIR *all = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *one;

	if (!all) {
		answer = failed(d, "readdir", ".");
		if (fd >= 0)
			close(fd);
		return answer;
	}
	while ((one = readdir(all)) && !answer)
		if (is_old(d, one->d_name, since))
			answer = unlink_name(d, one->d_name);
	closedir(all);
	return answer;
}

/* ---- contents ---------------------------------------------------------------------------------------------------- */

static int disk_read(void *of, const uint8_t *name, uint64_t offset, size_t n, struct buf *to)
{
	char space[NAME_ROOM];

	return read_some(of, content_name(space, name), offset, n, to);
}

static int flush(const struct disk *d, const char *name)
{
	int fd = openat(d->dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), answer = 0;

	if (fd < 0)
		return failed(d, "open", name);
	if (fsync(fd))
		answer = failed(d, "fsync", name);
	close(fd);
	return answer;
}

/* A second name for the same bytes, where the file system knows such; else another name. An equal content that is there
 * is left there, or replaced: at every moment one of the two stands under that name, and who is reading reads on. */
static int disk_place(void *of, uint64_t part, const uint8_t *name)
{
	struct disk *d = of;
	char from[NAME_ROOM], to[NAME_ROOM];
	int answer = flush(d, part_name(from, part));

	if (!answer && linkat(d->dir, from, d->dir, content_name(to, name), 0) && errno != EEXIST &&
	    renameat(d->dir, from, d->dir, to))
		answer = failed(d, "rename", from);
	return answer ? answer : sync_dir(d);
}

static int disk_remove(void *of, const uint8_t *name)
{
	struct disk *d = of;
	char space[NAME_ROOM];
	int answer = unlink_name(d, content_name(space, name));

	return answer ? answer : sync_dir(d);
}

const struct files_driver files_disk = {
	.scheme = "dir",
	.open = disk_open,
	.close = disk_close,
	.append = disk_append,
	.size = disk_size,
	.room = disk_room,
	.part_read = disk_part_read,
	.read = disk_read,
	.place = disk_place,
	.abandon = disk_abandon,
	.remove = disk_remove,
	.clean = disk_clean,
};
