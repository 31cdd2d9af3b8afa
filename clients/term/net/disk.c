/* SPDX-License-Identifier: Apache-2.0
 *
 * Files as the engine sees them. A part lies under its key, is nobody else's to read, and is held by one program at a
 * time; when it is whole it gets its name by link(), which replaces nothing.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "clients/term/net/disk.h"
#include "clients/term/net/inside.h"

enum { HASH_PIECE = 256 * 1024, COPY_PIECE = 1024 * 1024, KEY_DIGITS = 32, NUMBERS_TRIED = 10000 };

struct disk_file {
	struct net *net;
	int fd;
	char *part; /* its path; NULL: none, or it has its name */
};

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static struct disk_file *file_new(struct net *n, int fd, char *part)
{
	struct disk_file *f = mem_new(struct disk_file);

	*f = (struct disk_file){ n, fd, part };
	return f;
}

/* "~/x" is what people type. */
static char *expand(struct str path)
{
	const char *home = getenv("HOME");
	own_buf to = { 0 };

	if (home && path.n && path.p[0] == '~' && (path.n == 1 || path.p[1] == '/')) {
		buf_str(&to, str_z(home));
		path = str_from(path, 1);
	}
	buf_str(&to, path);
	return str_dup(buf_all(&to));
}

int net_file_open(struct outside *o, struct str path, struct disk_file **ret, uint64_t *size)
{
	char *z = expand(path);
	/* NONBLOCK: a pipe without a writer must not stop the program. */
	int fd = open(z, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) ? -errno : S_ISDIR(st.st_mode) ? -EISDIR : !S_ISREG(st.st_mode) ? -EINVAL : 0;

	free(z);
	if (r) {
		if (fd >= 0)
			close(fd);
		return r;
	}
	*ret = file_new(net_of(o), fd, NULL);
	*size = (uint64_t)st.st_size;
	return 0;
}

static int make_folders(char *path)
{
	for (char *p = path; *p; p++)
		if (*p == '/' && p > path) {
			*p = 0;
			if (mkdir(path, 0700) && errno != EEXIST) {
				*p = '/';
				return -errno;
			}
			*p = '/';
		}
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

/* It may lie in the downloads, and these where others may write: what is not ours alone could be exchanged under us. */
static int is_ours_alone(const char *folder)
{
	struct stat st;

	if (stat(folder, &st))
		return -errno;
	return st.st_uid == geteuid() && !(st.st_mode & 022) ? 0 : -EPERM;
}

static bool is_key(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (!strchr("0123456789abcdefABCDEF", key.p[i]) || !key.p[i])
			return false;
	return key.n == KEY_DIGITS;
}

int net_file_part(struct outside *o, struct str key, struct disk_file **ret, uint64_t *have)
{
	struct net *n = net_of(o);
	own_buf path = { 0 };
	struct stat st;
	int fd, r = 0;

	if (!is_key(key) || !n->parts)
		return -EINVAL;
	r = make_folders(n->parts);
	if (!r)
		r = is_ours_alone(n->parts);
	if (r)
		return r;
	buf_fmt(&path, "%s/%.*s", n->parts, STR_ARG(key));
	fd = open(buf_z(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB))
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	else if (fstat(fd, &st))
		r = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		r = -EPERM;
	if (r) {
		close(fd);
		return r;
	}
	*ret = file_new(n, fd, str_dup(buf_all(&path)));
	*have = (uint64_t)st.st_size;
	return 0;
}

void net_file_close(struct disk_file *f, bool drop)
{
	if (!f)
		return;
	if (drop && f->part)
		unlink(f->part);
	close(f->fd);
	free(f->part);
	mem_free(f);
}

/* ---- bytes ------------------------------------------------------------------------------------------------------- */

ssize_t net_file_read(struct disk_file *f, uint64_t offset, void *to, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(f->fd, (char *)to + done, n - done, (off_t)(offset + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (!r)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

static int write_at(int fd, uint64_t offset, struct str bytes)
{
	while (bytes.n) {
		ssize_t r = pwrite(fd, bytes.p, bytes.n, (off_t)offset);

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r > 0) {
			bytes = str_from(bytes, (size_t)r);
			offset += (uint64_t)r;
		}
	}
	return 0;
}

/* A piece that could not be written whole is not there at all: where the part ends is where it goes on. */
int net_file_write(struct disk_file *f, uint64_t offset, struct str bytes)
{
	int r = write_at(f->fd, offset, bytes), cut;

	if (r) {
		cut = ftruncate(f->fd, (off_t)offset);
		(void)cut;
	}
	return r;
}

/* ---- hashing ----------------------------------------------------------------------------------------------------- */

struct hashing {
	struct work work;
	struct hash_ask *ask; /* NULL: given up */
	int fd;               /* of its own */
	uint64_t n;
	int error;
	uint8_t sum[32];
	bool stop;            /* atomic */
};

static int hash_piece(struct hashing *h, struct hash_stream *s, char *piece, uint64_t *at)
{
	size_t want = h->n - *at < HASH_PIECE ? (size_t)(h->n - *at) : HASH_PIECE;
	ssize_t got = pread(h->fd, piece, want, (off_t)*at);

	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	if (!got)
		return -ENODATA; /* it has become shorter meanwhile */
	hash_add(s, str_n(piece, (size_t)got));
	*at += (uint64_t)got;
	return 0;
}

static void hash_work(struct work *w)
{
	struct hashing *h = holder_of(w, struct hashing, work);
	struct hash_stream *s = hash_begin(HASH_SHA256);
	char *piece = mem_raw(HASH_PIECE);
	uint64_t at = 0;

	while (at < h->n && !h->error && !__atomic_load_n(&h->stop, __ATOMIC_RELAXED))
		h->error = hash_piece(h, s, piece, &at);
	hash_end(s, h->sum);
	mem_free(piece);
}

static void hash_done(struct work *w)
{
	struct hashing *h = holder_of(w, struct hashing, work);
	struct hash_ask *a = h->ask;

	close(h->fd);
	if (a) {
		a->error = h->error;
		memcpy(a->sum, h->sum, sizeof a->sum);
		a->job = NULL;
	}
	mem_free(h);
	if (a)
		a->done(a);
}

void net_file_hash(struct disk_file *f, uint64_t n, struct hash_ask *a)
{
	struct hashing *h = mem_new(struct hashing);

	h->work = (struct work){ .work = hash_work, .done = hash_done };
	h->ask = a;
	h->n = n;
	h->fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
	if (h->fd < 0)
		h->error = -errno;
	a->job = h;
	world_work(net_world(f->net), &h->work);
}

void net_file_hash_cancel(struct hash_ask *a)
{
	struct hashing *h = a->job;

	if (!h)
		return;
	h->ask = NULL;
	__atomic_store_n(&h->stop, true, __ATOMIC_RELAXED);
	a->job = NULL;
}

/* ---- a part becomes a file --------------------------------------------------------------------------------------- */

/* The first `n` bytes, or less, so that no character is cut. */
static size_t cut_character(struct str s, size_t n)
{
	while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* Bidirectional overrides and isolates, line separators, zero-width marks: a name must read as it is ("gpj.exe" must
 * not look like "exe.jpg"). */
static bool is_deceptive(const char *p, size_t left)
{
	const unsigned char *u = (const unsigned char *)p;

	if (left < 3 || u[0] != 0xe2)
		return false;
	return (u[1] == 0x80 && (u[2] >= 0x8b && (u[2] <= 0x8f || (u[2] >= 0xa8 && u[2] <= 0xae)))) ||
	       (u[1] == 0x81 && u[2] >= 0xa0 && u[2] <= 0xaf);
}

void disk_name(struct str name, struct buf *to)
{
	size_t slash = name.n, from = to->n, end;

	while (slash && name.p[slash - 1] != '/' && name.p[slash - 1] != '\\')
		slash--;
	name = str_from(name, slash);
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (is_deceptive(name.p + i, name.n - i)) {
			buf_byte(to, '_');
			i += 2;
		} else if (c == 0xc2 && i + 1 < name.n && (unsigned char)name.p[i + 1] < 0xa0) {
			buf_byte(to, '_'); /* the other control characters */
			i++;
		} else
			buf_byte(to, c < ' ' || c == 0x7f ? '_' : (char)c);
	}
	/* Hidden files and "..": never. Blanks at the end are seen by nobody. */
	while (to->n > from && (to->p[to->n - 1] == ' ' || to->p[to->n - 1] == '.'))
		to->n--;
	if (to->n > from && (to->p[from] == '.' || to->p[from] == ' ' || to->p[from] == '-' || to->p[from] == '~'))
		to->p[from] = '_';
	end = to->n - from;
	if (end > DISK_NAME_MAX)
		to->n = from + cut_character(str_n(to->p + from, end), DISK_NAME_MAX);
	if (to->n == from || !str_is_utf8(str_n(to->p + from, to->n - from))) {
		to->n = from;
		buf_lit(to, "file");
	}
}

/* "a.tar" with 2: "a (2).tar". */
static void numbered(struct str name, unsigned number, struct buf *to)
{
	size_t dot = name.n;

	if (number < 2) {
		buf_str(to, name);
		return;
	}
	while (dot > 1 && name.p[dot - 1] != '.')
		dot--;
	dot = dot > 1 ? dot - 1 : name.n;
	buf_str(to, str_n(name.p, dot));
	buf_fmt(to, " (%u)", number);
	buf_str(to, str_from(name, dot));
}

static int copy(int from, int to)
{
	char *piece = mem_raw(COPY_PIECE);
	uint64_t at = 0;
	ssize_t got;
	int r = 0;

	while (!r && (got = pread(from, piece, COPY_PIECE, (off_t)at)) != 0) {
		if (got < 0) {
			r = -errno;
			break;
		}
		r = write_at(to, at, str_n(piece, (size_t)got));
		at += (uint64_t)got;
	}
	mem_free(piece);
	if (!r && fsync(to))
		r = -errno;
	return r;
}

/* The part lies in another file system: a copy beside the place it is to have, hidden as long as it is not whole.
 * *fresh is its name. */
static int copy_near(struct disk_file *f, int folder, struct buf *fresh)
{
	const char *key = strrchr(f->part, '/') + 1;
	int fd, r;

	buf_fmt(fresh, ".%s.part", key);
	unlinkat(folder, buf_z(fresh), 0);
	fd = openat(folder, buf_z(fresh), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = copy(f->fd, fd);
	close(fd);
	if (r)
		unlinkat(folder, buf_z(fresh), 0);
	return r;
}

/* A file system without a second name for a file (FAT) can rename without replacing. */
static int name_it(int from_folder, const char *from, int folder, const char *name)
{
	if (!linkat(from_folder, from, folder, name, 0)) {
		unlinkat(from_folder, from, 0);
		return 0;
	}
	if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
		return -errno;
	return renameat2(from_folder, from, folder, name, RENAME_NOREPLACE) ? -errno : 0;
}

static int name_free(int from_folder, const char *from, int folder, struct str name, struct buf *taken)
{
	int r = -EEXIST;

	for (unsigned number = 1; r == -EEXIST && number < NUMBERS_TRIED; number++) {
		buf_clear(taken);
		numbered(name, number, taken);
		r = name_it(from_folder, from, folder, buf_z(taken));
	}
	return r;
}

static int finish_in(struct disk_file *f, int folder, struct str name, struct buf *taken)
{
	own_buf fresh = { 0 };
	int r = name_free(AT_FDCWD, f->part, folder, name, taken);

	if (r == -EXDEV) {
		r = copy_near(f, folder, &fresh);
		if (r)
			return r;
		r = name_free(folder, buf_z(&fresh), folder, name, taken);
		if (r)
			unlinkat(folder, buf_z(&fresh), 0);
		else
			unlink(f->part);
	}
	if (!r && fsync(folder))
		r = -errno;
	return r;
}

int net_file_finish(struct disk_file *f, struct str folder, struct str name, struct buf *path)
{
	char *where = expand(folder);
	own_buf safe = { 0 }, taken = { 0 };
	int fd = -1, r;

	assert(f->part);
	disk_name(name, &safe);
	r = fsync(f->fd) ? -errno : make_folders(where);
	if (!r && (fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		r = -errno;
	if (!r)
		r = finish_in(f, fd, buf_all(&safe), &taken);
	if (fd >= 0)
		close(fd);
	if (!r) {
		buf_fmt(path, "%s%s%.*s", where, where[0] && where[strlen(where) - 1] == '/' ? "" : "/",
			STR_ARG(buf_all(&taken)));
		free(f->part);
		f->part = NULL;
	}
	free(where);
	return r;
}

/* ---- completion -------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

struct names {
	char **all;
	size_t n, room;
};

static void names_add(struct names *names, struct buf *path)
{
	if (names->n == names->room) {
		names->room = names->room ? 2 * names->room : 64;
		names->all = mem_grow(names->all, names->room * sizeof *names->all);
	}
	names->all[names->n++] = str_dup(buf_all(path));
}

static bool is_folder(DIR *dir, const struct dirent *d)
{
	struct stat st;

	if (d->d_type != DT_LNK && d->d_type != DT_UNKNOWN)
		return d->d_type == DT_DIR;
	return !fstatat(dirfd(dir), d->d_name, &st, 0) && S_ISDIR(st.st_mode);
}

/* Hidden ones only where the prefix asks for them. */
static bool fits(const struct dirent *d, struct str begin)
{
	struct str name = str_z(d->d_name);

	if (str_is(name, ".") || str_is(name, ".."))
		return false;
	return str_starts(name, begin) && (name.p[0] != '.' || begin.n);
}

void net_file_names(struct outside *o, struct str prefix, void (*each)(void *arg, struct str path), void *arg)
{
	size_t slash = prefix.n;
	struct names names = { 0 };
	char *folder;
	DIR *dir;

	if (str_is(prefix, "~")) {
		each(arg, STR("~/"));
		return;
	}
	while (slash && prefix.p[slash - 1] != '/')
		slash--;
	folder = slash ? expand(str_n(prefix.p, slash)) : str_dup(STR("."));
	dir = opendir(folder);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		own_buf path = { 0 };

		if (!fits(d, str_from(prefix, slash)))
			continue;
		buf_str(&path, str_n(prefix.p, slash));
		buf_str(&path, str_z(d->d_name));
		if (is_folder(dir, d))
			buf_byte(&path, '/');
		names_add(&names, &path);
	}
	if (dir)
		closedir(dir);
	free(folder);
	if (names.n)
		qsort(names.all, names.n, sizeof *names.all, by_name);
	for (size_t i = 0; i < names.n; i++) {
		each(arg, str_z(names.all[i]));
		free(names.all[i]);
	}
	mem_free(names.all);
}
