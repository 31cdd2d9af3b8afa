/* SPDX-License-Identifier: Apache-2.0
 *
 * store/files.c - what is the same for every place: threads, the running hashes of parts, and who may remove what.
 */
#include "store/files.h"

#include <assert.h>
#include <pthread.h>

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/files_driver.h"

enum {
	PARTS_KNOWN = 512,       /* running hashes that are kept; others are taken from the disk at the end */
	PIECE = 256 * 1024,      /* bytes in memory at one time, there */
};

enum op { APPEND, SIZE, ROOM, FINISH, ABANDON, READ, REMOVE, CLEAN, OPS };

/* A part somebody is working on, or was lately. */
struct part {
	struct map_node node;
	struct list here; /* files->parts_old, the one not used for longest first */
	uint64_t number;  /* the key */
	bool busy;
	struct hash_stream *hash; /* of the first `hashed` bytes; NULL: not known */
	uint64_t hashed;
};

/* A content that is about to come or to go. */
struct content {
	struct map_node node;
	uint8_t name[FILE_NAME_BYTES];
	unsigned pins;   /* finished, and not settled */
	uint64_t ticket; /* condemned */
	bool going;      /* being removed now */
};

struct files {
	const struct files_driver *driver;
	void *d;
	pthread_mutex_t lock; /* of all below; never held during a call of the driver */
	pthread_cond_t gone;  /* some content is not `going` any more */
	struct map parts, contents;
	struct list parts_old;
	uint64_t last_ticket;
};

/* ---- parts ------------------------------------------------------------------------------------------------------ */

static struct str part_key(const uint64_t *number) { return str_n((const char *)number, sizeof *number); }

static void part_free(struct files *f, struct part *p)
{
	map_remove(&f->parts, &p->node);
	list_remove(&p->here);
	hash_drop(p->hash);
	mem_free(p);
}

static struct part *part_new(struct files *f, uint64_t number)
{
	struct part *p = mem_new(struct part);

	p->number = number;
	map_add(&f->parts, &p->node, part_key(&p->number));
	list_append(&f->parts_old, &p->here);
	return p;
}

/* NULL: it is with another thread. */
static struct part *part_take(struct files *f, uint64_t number)
{
	struct part *p;

	pthread_mutex_lock(&f->lock);
	p = map_find(&f->parts, part_key(&number), struct part, node);
	if (!p)
		p = part_new(f, number);
	else if (p->busy)
		p = NULL;
	if (p)
		p->busy = true;
	pthread_mutex_unlock(&f->lock);
	return p;
}

static void part_give(struct files *f, struct part *p, bool keep)
{
	pthread_mutex_lock(&f->lock);
	p->busy = false;
	list_remove(&p->here);
	list_append(&f->parts_old, &p->here);
	if (!keep)
		part_free(f, p);
	list_each (old, &f->parts_old, struct part, here) {
		if (f->parts.n <= PARTS_KNOWN)
			break;
		if (!old->busy)
			part_free(f, old);
	}
	pthread_mutex_unlock(&f->lock);
}

static void part_hash_begin(struct part *p)
{
	hash_drop(p->hash);
	p->hash = hash_begin(HASH_SHA256);
	p->hashed = 0;
}

static void part_hash_add(struct part *p, struct str bytes)
{
	hash_add(p->hash, bytes);
	p->hashed += bytes.n;
}

/* Of a part that came before the last start, or is one of too many. */
static int part_hash_again(struct files *f, struct part *p, uint64_t size)
{
	own_buf piece = { 0 };
	int answer = 0;

	part_hash_begin(p);
	while (!answer && p->hashed < size) {
		buf_clear(&piece);
		answer = f->driver->part_read(f->d, p->number, p->hashed, PIECE, &piece);
		if (!answer && !piece.n)
			answer = FILES_FAILED;
		part_hash_add(p, buf_all(&piece));
	}
	return answer;
}

static int append(struct files *f, struct files_job *j)
{
	struct part *p = part_take(f, j->part);
	int answer;

	if (!p)
		return FILES_BUSY;
	answer = f->driver->append(f->d, j->part, j->offset, buf_all(&j->bytes), &j->size);
	if (!answer && !j->offset)
		part_hash_begin(p);
	if (!answer && p->hash && p->hashed == j->offset)
		part_hash_add(p, buf_all(&j->bytes));
	part_give(f, p, p->hash != NULL);
	return answer;
}

static int size_of(struct files *f, struct files_job *j)
{
	int answer = f->driver->size(f->d, j->part, &j->size);

	return answer == FILES_NOT_FOUND ? 0 : answer;
}

static int room_for(struct files *f, struct files_job *j) { return f->driver->room(f->d, j->size); }

static int abandon(struct files *f, struct files_job *j)
{
	struct part *p = part_take(f, j->part);
	int answer;

	if (!p)
		return FILES_BUSY;
	answer = f->driver->abandon(f->d, j->part);
	part_give(f, p, false);
	return answer;
}

/* ---- contents ---------------------------------------------------------------------------------------------------- */

static struct str content_key(const uint8_t *name) { return str_n((const char *)name, FILE_NAME_BYTES); }

static struct content *content_find(struct files *f, const uint8_t *name)
{
	return map_find(&f->contents, content_key(name), struct content, node);
}

static struct content *content_new(struct files *f, const uint8_t *name)
{
	struct content *c = mem_new(struct content);

	memcpy(c->name, name, sizeof c->name);
	map_add(&f->contents, &c->node, content_key(c->name));
	return c;
}

static void content_leave(struct files *f, struct content *c)
{
	if (c->pins || c->ticket || c->going)
		return;
	map_remove(&f->contents, &c->node);
	mem_free(c);
}

/* It is coming: nobody removes it from here on. Who is at it right now finishes first. */
static void content_pin(struct files *f, const uint8_t *name)
{
	struct content *c;

	pthread_mutex_lock(&f->lock);
	while ((c = content_find(f, name)) && c->going)
		pthread_cond_wait(&f->gone, &f->lock);
	if (!c)
		c = content_new(f, name);
	c->pins++;
	c->ticket = 0;
	pthread_mutex_unlock(&f->lock);
}

void files_settle(struct files *f, const uint8_t *name)
{
	struct content *c;

	pthread_mutex_lock(&f->lock);
	c = content_find(f, name);
	assert(c && c->pins);
	c->pins--;
	content_leave(f, c);
	pthread_mutex_unlock(&f->lock);
}

uint64_t files_condemn(struct files *f, const uint8_t *name)
{
	uint64_t ticket = 0;

	pthread_mutex_lock(&f->lock);
	if (!content_find(f, name))
		ticket = content_new(f, name)->ticket = ++f->last_ticket;
	pthread_mutex_unlock(&f->lock);
	return ticket;
}

void files_pardon(struct files *f, const uint8_t *name, uint64_t ticket)
{
	struct content *c;

	pthread_mutex_lock(&f->lock);
	c = content_find(f, name);
	if (c && c->ticket == ticket) {
		c->ticket = 0;
		content_leave(f, c);
	}
	pthread_mutex_unlock(&f->lock);
}

static int remove_condemned(struct files *f, struct files_job *j)
{
	struct content *c;
	bool mine;
	int answer;

	pthread_mutex_lock(&f->lock);
	c = content_find(f, j->name);
	mine = c && j->ticket && c->ticket == j->ticket;
	if (mine)
		c->going = true;
	pthread_mutex_unlock(&f->lock);
	if (!mine)
		return 0;
	answer = f->driver->remove(f->d, j->name);
	pthread_mutex_lock(&f->lock);
	c->going = false;
	c->ticket = 0;
	content_leave(f, c);
	pthread_cond_broadcast(&f->gone);
	pthread_mutex_unlock(&f->lock);
	return answer;
}

static int place(struct files *f, struct files_job *j, struct part *p)
{
	uint64_t size;
	int answer = f->driver->size(f->d, j->part, &size);

	if (!answer && (!p->hash || p->hashed != size))
		answer = part_hash_again(f, p, size);
	if (answer)
		return answer;
	hash_end(p->hash, j->name);
	p->hash = NULL;
	content_pin(f, j->name);
	answer = f->driver->place(f->d, j->part, j->name);
	if (answer)
		files_settle(f, j->name);
	return answer;
}

static int finish(struct files *f, struct files_job *j)
{
	struct part *p = part_take(f, j->part);
	int answer;

	if (!p)
		return FILES_BUSY;
	answer = place(f, j, p);
	part_give(f, p, false);
	return answer;
}

static int read_content(struct files *f, struct files_job *j)
{
	int answer;

	buf_clear(&j->bytes);
	answer = f->driver->read(f->d, j->name, j->offset, (size_t)j->size, &j->bytes);
	if (answer)
		buf_free(&j->bytes);
	return answer;
}

static int clean(struct files *f, struct files_job *j) { return f->driver->clean(f->d, (msec)j->since); }

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

static int (*const by_op[OPS])(struct files *f, struct files_job *j) = {
	[APPEND] = append,   [SIZE] = size_of,      [ROOM] = room_for,           [FINISH] = finish,
	[ABANDON] = abandon, [READ] = read_content, [REMOVE] = remove_condemned, [CLEAN] = clean,
};

static void job_work(struct work *w)
{
	struct files_job *j = holder_of(w, struct files_job, work);

	j->answer = by_op[j->op](j->files, j);
	if (j->op == APPEND && j->answer != FILES_BUSY)
		buf_free(&j->bytes);
}

static void job_done(struct work *w)
{
	struct files_job *j = holder_of(w, struct files_job, work);

	j->done(j);
}

static void begin(struct files *f, struct world *w, struct files_job *j, enum op op)
{
	j->files = f;
	j->op = op;
	j->answer = 0;
	j->work.work = job_work;
	j->work.done = job_done;
	world_work(w, &j->work);
}

void files_append(struct files *f, struct world *w, struct files_job *j) { begin(f, w, j, APPEND); }
void files_size(struct files *f, struct world *w, struct files_job *j) { begin(f, w, j, SIZE); }
void files_room(struct files *f, struct world *w, struct files_job *j) { begin(f, w, j, ROOM); }
void files_finish(struct files *f, struct world *w, struct files_job *j) { begin(f, w, j, FINISH); }
void files_abandon(struct files *f, struct world *w, struct files_job *j) { begin(f, w, j, ABANDON); }
void files_read(struct files *f, struct world *w, struct files_job *j) { begin(f, w, j, READ); }
void files_remove(struct files *f, struct world *w, struct files_job *j) { begin(f, w, j, REMOVE); }
void files_clean(struct files *f, struct world *w, struct files_job *j) { begin(f, w, j, CLEAN); }

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static const struct files_driver *driver_find(struct str url, struct str *path)
{
	static const struct files_driver *const drivers[] = { &files_disk, &files_memory };
	size_t colon = str_find(url, ':');

	*path = str_from(url, colon + 1);
	for (size_t i = 0; i < countof(drivers) && colon < url.n; i++)
		if (str_is(str_n(url.p, colon), drivers[i]->scheme))
			return drivers[i];
	return NULL;
}

int files_open(struct files **ret, struct str url, uint64_t reserve, struct buf *why)
{
	struct str path;
	const struct files_driver *driver = driver_find(url, &path);
	struct files *f;
	void *d;

	if (!driver) {
		buf_fmt(why, "there is no place for files of this kind: %.*s", STR_ARG(url));
		return FILES_FAILED;
	}
	if (driver->open(&d, path, reserve, why))
		return FILES_FAILED;
	f = mem_new(struct files);
	f->driver = driver;
	f->d = d;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->gone, NULL);
	list_init(&f->parts_old);
	*ret = f;
	return 0;
}

struct files *files_close(struct files *f)
{
	struct map_node *node;

	if (!f)
		return NULL;
	list_each (p, &f->parts_old, struct part, here)
		part_free(f, p);
	while ((node = map_drain(&f->contents)))
		mem_free(holder_of(node, struct content, node));
	map_free(&f->parts);
	map_free(&f->contents);
	pthread_cond_destroy(&f->gone);
	pthread_mutex_destroy(&f->lock);
	f->driver->close(f->d);
	mem_free(f);
	return NULL;
}
