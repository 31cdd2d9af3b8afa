/* SPDX-License-Identifier: Apache-2.0
 *
 * store/files_memory.c - contents in memory, for tests: "memory:" or "memory:ROOM", ROOM bytes in all.
 */
#include <pthread.h>

#include "base/map.h"
#include "base/mem.h"
#include "store/files_driver.h"

struct held {
	struct map_node node;
	struct buf key, bytes;
};

struct memory {
	pthread_mutex_t lock;
	struct map parts, contents;
	uint64_t room, reserve, used;
};

static struct held *find(struct map *m, const void *key, size_t n)
{
	return map_find(m, str_n(key, n), struct held, node);
}

static struct held *part_find(struct memory *m, uint64_t part) { return find(&m->parts, &part, sizeof part); }
static struct held *content_find(struct memory *m, const uint8_t *name)
{
	return find(&m->contents, name, FILE_NAME_BYTES);
}

static struct held *add(struct map *m, const void *key, size_t n)
{
	struct held *h = mem_new(struct held);

	buf_add(&h->key, key, n);
	map_add(m, &h->node, buf_all(&h->key));
	return h;
}

static void held_free(struct held *h)
{
	buf_free(&h->key);
	buf_free(&h->bytes);
	mem_free(h);
}

static void drop(struct memory *m, struct map *from, struct held *h)
{
	if (!h)
		return;
	m->used -= h->bytes.n;
	map_remove(from, &h->node);
	held_free(h);
}

static int memory_open(void **ret, struct str path, uint64_t reserve, struct buf *why)
{
	struct memory *m = mem_new(struct memory);

	m->room = UINT64_MAX;
	str_u64(path, &m->room);
	m->reserve = reserve;
	pthread_mutex_init(&m->lock, NULL);
	*ret = m;
	return 0;
}

static void forget(struct map *m)
{
	struct map_node *node;

	while ((node = map_drain(m)))
		held_free(holder_of(node, struct held, node));
	map_free(m);
}

static void memory_close(void *d)
{
	struct memory *m = d;

	forget(&m->parts);
	forget(&m->contents);
	pthread_mutex_destroy(&m->lock);
	mem_free(m);
}

static bool fits(const struct memory *m, uint64_t bytes)
{
	return m->room - m->used >= m->reserve && m->room - m->used - m->reserve >= bytes;
}

static int append_locked(struct memory *m, uint64_t part, uint64_t offset, struct str bytes, uint64_t *ret_size)
{
	struct held *h = part_find(m, part);

	*ret_size = h ? h->bytes.n : 0;
	if (*ret_size != offset)
		return FILES_OFFSET;
	if (!fits(m, bytes.n))
		return FILES_FULL;
	if (!h)
		h = add(&m->parts, &part, sizeof part);
	buf_str(&h->bytes, bytes);
	m->used += bytes.n;
	*ret_size = h->bytes.n;
	return 0;
}

static int memory_append(void *d, uint64_t part, uint64_t offset, struct str bytes, uint64_t *ret_size)
{
	struct memory *m = d;
	int answer;

	pthread_mutex_lock(&m->lock);
	answer = append_locked(m, part, offset, bytes, ret_size);
	pthread_mutex_unlock(&m->lock);
	return answer;
}

static int memory_size(void *d, uint64_t part, uint64_t *ret)
{
	struct memory *m = d;
	struct held *h;

	pthread_mutex_lock(&m->lock);
	h = part_find(m, part);
	*ret = h ? h->bytes.n : 0;
	pthread_mutex_unlock(&m->lock);
	return h ? 0 : FILES_NOT_FOUND;
}

static int memory_room(void *d, uint64_t bytes)
{
	struct memory *m = d;
	bool room;

	pthread_mutex_lock(&m->lock);
	room = fits(m, bytes);
	pthread_mutex_unlock(&m->lock);
	return room ? 0 : FILES_FULL;
}

static int copy(struct memory *m, const struct held *h, uint64_t offset, size_t n, struct buf *to)
{
	struct str rest;

	if (!h)
		return FILES_NOT_FOUND;
	rest = str_from(buf_all(&h->bytes), offset < h->bytes.n ? (size_t)offset : h->bytes.n);
	buf_add(to, rest.p, rest.n < n ? rest.n : n);
	return 0;
}

static int memory_part_read(void *d, uint64_t part, uint64_t offset, size_t n, struct buf *to)
{
	struct memory *m = d;
	int answer;

	pthread_mutex_lock(&m->lock);
	answer = copy(m, part_find(m, part), offset, n, to);
	pthread_mutex_unlock(&m->lock);
	return answer;
}

static int memory_read(void *d, const uint8_t *name, uint64_t offset, size_t n, struct buf *to)
{
	struct memory *m = d;
	int answer;

	pthread_mutex_lock(&m->lock);
	answer = copy(m, content_find(m, name), offset, n, to);
	pthread_mutex_unlock(&m->lock);
	return answer;
}

static int memory_place(void *d, uint64_t part, const uint8_t *name)
{
	struct memory *m = d;
	struct held *h, *content;

	pthread_mutex_lock(&m->lock);
	h = part_find(m, part);
	if (h && !content_find(m, name)) {
		content = add(&m->contents, name, FILE_NAME_BYTES);
		content->bytes = h->bytes;
		map_remove(&m->parts, &h->node);
		h->bytes = (struct buf){ 0 };
		held_free(h);
	} else if (h) {
		drop(m, &m->parts, h);
	}
	pthread_mutex_unlock(&m->lock);
	return h ? 0 : FILES_NOT_FOUND;
}

static int memory_abandon(void *d, uint64_t part)
{
	struct memory *m = d;

	pthread_mutex_lock(&m->lock);
	drop(m, &m->parts, part_find(m, part));
	pthread_mutex_unlock(&m->lock);
	return 0;
}

static int memory_remove(void *d, const uint8_t *name)
{
	struct memory *m = d;

	pthread_mutex_lock(&m->lock);
	drop(m, &m->contents, content_find(m, name));
	pthread_mutex_unlock(&m->lock);
	return 0;
}

/* Nothing here tells how old a part is; a test is short. */
static int memory_clean(void *d, msec since) { return 0; }

const struct files_driver files_memory = {
	.scheme = "memory",
	.open = memory_open,
	.close = memory_close,
	.append = memory_append,
	.size = memory_size,
	.room = memory_room,
	.part_read = memory_part_read,
	.read = memory_read,
	.place = memory_place,
	.abandon = memory_abandon,
	.remove = memory_remove,
	.clean = memory_clean,
};
