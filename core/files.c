/* SPDX-License-Identifier: Apache-2.0
 *
 * core/files.c - each question is a job that goes through steps: the database, the disk on another thread, the database
 * again. What is past its time is looked for once a minute by the first core, and by any core that has removed
 * something.
 */
#include "core/files.h"

#include <assert.h>
#include <strings.h>

#include "core/inside.h"

enum {
	SLOT_MS = 24 * 60 * 60 * 1000,  /* to fill a slot; then it weighs on the quota no more */
	TIDY_MS = 60 * 1000,
	TIDY_ROWS = 32,
	CLEAN_MS = 60 * 60 * 1000,
	SLOTS_PER_MINUTE = 60,          /* of one account on one core: a person with a folder of pictures, no flood */
	RATES_MAX = 1024,
	LIST_MAX = 1000,
	BUSY_MS = 20, BUSY_TRIES = 50,  /* a second, and the other has taken longer than any piece */
	NAME_MAX_BYTES = 255, EXTENSION_MAX = 16, TYPE_MAX_BYTES = 127,
};

struct file_job {
	struct job job;
	struct core *core;          /* NULL: it has ended */
	struct file_ask *ask;       /* NULL: nobody waits any more */
	struct files_job disk;
	bool working;               /* the disk */
	struct arena arena;
	struct store_file row;      /* strings in the arena */
	struct buf bytes;
	uint64_t offset;
	size_t want;
	bool reads;
	bool anew;                  /* what is there of the part goes first */
	int verdict;
	struct post post;
	struct timer again;         /* of a part that somebody else has right now */
	unsigned tries;             /* left */
	void (*what)(struct files *f, struct world *w, struct files_job *d);
	void (*each)(const struct file *f, void *arg);
	void *arg;
	void (*then_store)(struct file_job *j, struct store_request *r);
	void (*then_disk)(struct file_job *j, int answer);
	size_t at, n, forgotten;    /* tidying: rows */
	struct store_file *rows;
};

struct rate {
	struct map_node node;
	int64_t owner;
	msec since;
	unsigned n;
};

/* What a core keeps for files. */
struct file_desk {
	struct timer timer;
	struct core *core;
	bool tidying, again;
	msec cleaned; /* clock */
	struct map rates;
};

static const char *const verdict_text[] = {
	[0] = "done",
	[FILE_TOO_LARGE] = "the file is larger than this server takes",
	[FILE_QUOTA] = "your files would be more than this server keeps for one account; remove some",
	[FILE_DISK] = "the server's disk is nearly full; try again later",
	[FILE_UNKNOWN] = "there is no such file, or it is no longer kept",
	[FILE_STORE] = "the server could not read or write its store; try again later",
	[FILE_BUSY] = "another connection is sending this file right now",
	[FILE_OFFSET] = "the server has another part of this file; go on where that ends",
	[FILE_LENGTH] = "this is not the size that was announced",
	[FILE_BAD_NAME] = "this cannot be the name of a file",
	[FILE_OFF] = "this server takes no files",
	[FILE_TOO_MANY] = "too many files in a short time; wait a minute",
};

const char *file_verdict_text(int verdict)
{
	assert(verdict >= 0 && (size_t)verdict < countof(verdict_text));
	return verdict_text[verdict];
}

/* ---- names and types --------------------------------------------------------------------------------------------- */

/* Characters that show nothing or change how others are shown: controls, and Unicode's category of format
 * characters. */
static bool is_invisible(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f },
		{ 0x600, 0x605 }, { 0x61c, 0x61c }, { 0x6dd, 0x6dd }, { 0x70f, 0x70f },
		{ 0x890, 0x891 }, { 0x8e2, 0x8e2 }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0x3164, 0x3164 }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xffff },
		{ 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < countof(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

/* The character at the start of well-formed UTF-8, and its bytes. */
static uint32_t character(struct str s, size_t *ret_n)
{
	unsigned char first = (unsigned char)s.p[0];
	size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? first : first & (0xffu >> (n + 1));

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s.p[i] & 0x3f);
	*ret_n = n;
	return c;
}

static bool is_trimmed(char c) { return c == ' ' || c == '.'; }

static struct str name_trim(struct str s)
{
	while (s.n && is_trimmed(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_trimmed(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Not more than `n` bytes, whole characters. */
static struct str name_cut(struct str s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_n(s.p, n);
}

/* Where the extension begins, with its dot; s.n when there is none of a usual length. */
static size_t extension(struct str s)
{
	for (size_t i = s.n; i > 1 && s.n - i < EXTENSION_MAX; i--)
		if (s.p[i - 1] == '.')
			return i - 1;
	return s.n;
}

/* What Windows takes for a device, whatever its extension. */
static bool is_device(struct str s)
{
	static const char *const names[] = { "con", "prn", "aux", "nul", "com", "lpt", "conin$", "conout$" };
	struct str stem = name_trim(str_n(s.p, str_find(s, '.')));

	for (size_t i = 0; i < countof(names); i++) {
		size_t n = strlen(names[i]);

		if (stem.n >= n && !strncasecmp(stem.p, names[i], n) &&
		    (i == 4 || i == 5 ? stem.n == n + 1 && stem.p[n] >= '0' && stem.p[n] <= '9' : stem.n == n))
			return true;
	}
	return false;
}

static struct str last_part(struct str name)
{
	for (size_t i = name.n; i; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\')
			return str_from(name, i);
	return name;
}

static void name_visible(struct buf *to, struct str name)
{
	for (size_t n; name.n; name = str_from(name, n)) {
		uint32_t c = character(name, &n);

		if (c < 0x80 && strchr("<>:\"|?*", (int)c) && c)
			buf_byte(to, '_');
		else if (!is_invisible(c))
			buf_add(to, name.p, n);
	}
}

void file_name_clean(struct buf *to, struct str name)
{
	own_buf visible = { 0 };
	struct str s, stem, end;
	size_t dot;

	if (str_is_utf8(name))
		name_visible(&visible, last_part(name));
	s = name_trim(buf_all(&visible));
	if (!s.n)
		s = STR("file");
	if (is_device(s))
		buf_byte(to, '_');
	dot = extension(s);
	end = str_from(s, dot);
	stem = name_cut(str_n(s.p, dot), NAME_MAX_BYTES - 1 - end.n);
	buf_str(to, end.n ? stem : name_trim(stem));
	buf_str(to, end);
}

static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
		      (s.p[i] && strchr("!#$&^_.+-", s.p[i]))))
			return false;
	return s.n > 0;
}

void file_type_clean(struct buf *to, struct str type)
{
	char low[TYPE_MAX_BYTES];
	struct str s = str_trim(str_n(type.p, str_find(type, ';')));
	size_t slash = str_find(s, '/');

	if (s.n <= sizeof low) {
		for (size_t i = 0; i < s.n; i++)
			low[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
		s.p = low;
		if (is_token(str_n(s.p, slash)) && is_token(str_from(s, slash + 1))) {
			buf_str(to, s);
			return;
		}
	}
	buf_lit(to, "application/octet-stream");
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

void file_url(const struct core *c, const struct file *f, struct buf *to)
{
	buf_str(to, c->settings.web_address);
	buf_lit(to, "/files/");
	buf_str(to, f->token);
	buf_byte(to, '/');
	for (size_t i = 0; i < f->name.n; i++)
		if (is_unreserved(f->name.p[i]))
			buf_byte(to, f->name.p[i]);
		else
			buf_fmt(to, "%%%02X", (unsigned char)f->name.p[i]);
}

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

static void job_free(struct file_job *j)
{
	arena_free(&j->arena);
	buf_free(&j->bytes);
	buf_free(&j->disk.bytes);
	mem_free(j);
}

/* The core ends: what is with another thread or in the turn's last part is left to it. */
static void job_release(struct job *job)
{
	struct file_job *j = holder_of(job, struct file_job, job);

	world_stop(j->core->world, &j->again);
	j->core = NULL;
	if (!j->working && !j->post.run)
		job_free(j);
}

static struct file_job *begin(struct core *c, struct file_ask *a)
{
	struct file_job *j = mem_new(struct file_job);

	j->core = c;
	j->ask = a;
	if (a) {
		assert(!a->job);
		a->job = j;
	}
	job_begin(c, &j->job, job_release);
	return j;
}

void file_cancel(struct file_ask *a)
{
	if (a->job)
		a->job->ask = NULL;
	a->job = NULL;
}

static struct file shown(const struct store_file *row)
{
	struct file f = { .token = row->token, .name = row->name, .type = row->type, .owner = row->owner,
			  .size = row->size, .created = row->created, .expires = row->expires, .whole = row->whole };

	memcpy(f.content, row->content, sizeof f.content);
	return f;
}

static void answer_now(struct post *p)
{
	struct file_job *j = holder_of(p, struct file_job, post);
	struct file_ask *a = j->ask;

	if (!j->core) {
		job_free(j);
		return;
	}
	job_end(&j->job);
	if (a) {
		a->job = NULL;
		a->verdict = j->verdict;
		a->file = shown(&j->row);
		a->offset = j->offset;
		a->bytes = j->reads && !j->verdict ? j->bytes : (struct buf){ 0 };
		if (a->bytes.p)
			j->bytes = (struct buf){ 0 };
		a->done(a);
	}
	job_free(j);
}

/* In a later turn, always: who asks has not returned yet when the answer is known at once. */
static void end(struct file_job *j, int verdict)
{
	j->verdict = verdict;
	j->post.run = answer_now;
	world_later(j->core->world, &j->post);
}

static void stored(struct store_request *r)
{
	struct file_job *j = r->arg;

	j->then_store(j, r);
}

static struct store_request *ask(struct file_job *j, enum store_op op,
				 void (*then)(struct file_job *j, struct store_request *r))
{
	struct store_request *r = store_ask(j->core->store, op, stored, j);

	j->then_store = then;
	return r;
}

static void worked(struct files_job *d)
{
	struct file_job *j = holder_of(d, struct file_job, disk);

	j->working = false;
	if (!j->core) {
		job_free(j);
	} else if (d->answer == FILES_BUSY && j->tries) {
		j->tries--;
		world_timer(j->core->world, &j->again, BUSY_MS);
	} else {
		j->then_disk(j, d->answer);
	}
}

static void work(struct file_job *j, void (*what)(struct files *f, struct world *w, struct files_job *d),
		 void (*then)(struct file_job *j, int answer))
{
	j->working = true;
	j->what = what;
	j->then_disk = then;
	j->disk.done = worked;
	what(j->core->settings.files, j->core->world, &j->disk);
}

static void work_again(struct timer *t)
{
	struct file_job *j = holder_of(t, struct file_job, again);

	work(j, j->what, j->then_disk);
}

static int verdict_of_store(int answer)
{
	return answer == STORE_NOT_FOUND ? FILE_UNKNOWN : answer == STORE_LIMIT ? FILE_QUOTA : answer ? FILE_STORE : 0;
}

static int verdict_of_disk(int answer)
{
	static const int verdicts[] = {
		[FILES_NOT_FOUND] = FILE_UNKNOWN, [FILES_FULL] = FILE_DISK,     [FILES_FAILED] = FILE_STORE,
		[FILES_OFFSET] = FILE_OFFSET,     [FILES_BUSY] = FILE_BUSY,
	};

	assert(answer >= 0 && (size_t)answer < countof(verdicts));
	return verdicts[answer];
}

static void row_take(struct file_job *j, const struct store_file *row)
{
	j->row = *row;
	j->row.token = arena_str(&j->arena, row->token);
	j->row.name = arena_str(&j->arena, row->name);
	j->row.type = arena_str(&j->arena, row->type);
}

/* Parts are numbered by the beginning of their token: so they are found again after a restart. */
static uint64_t part_of(struct str token)
{
	uint8_t sum[HASH_BYTES_MAX];
	uint64_t part;

	hash_sum(HASH_SHA256, token, sum);
	memcpy(&part, sum, sizeof part);
	return part;
}

static bool is_off(const struct core *c)
{
	return !c->settings.files || !c->settings.file_max || !c->settings.web_address.n;
}

/* Looks the token up; `then` finds j->row filled in when the answer is 0. */
static void look_up(struct file_job *j, struct str token, void (*then)(struct file_job *j, struct store_request *r))
{
	struct store_request *r;

	if (!j->core->settings.files) {
		end(j, FILE_OFF);
		return;
	}
	r = ask(j, STORE_FILE_GET, then);
	r->file.token = store_str(r, token);
	store_submit(r);
}

/* 0: it is there and j->row is it; else the job has ended. */
static int looked_up(struct file_job *j, struct store_request *r)
{
	int verdict = verdict_of_store(r->answer);

	if (!verdict && r->file.expires && r->file.expires <= core_now(j->core))
		verdict = FILE_UNKNOWN;
	if (verdict) {
		end(j, verdict);
		return verdict;
	}
	row_take(j, &r->file);
	j->disk.part = part_of(j->row.token);
	memcpy(j->disk.name, j->row.content, sizeof j->disk.name);
	return 0;
}

/* ---- slots ------------------------------------------------------------------------------------------------------- */

static void rates_forget(struct file_desk *d)
{
	struct map_node *node;

	while ((node = map_drain(&d->rates)))
		mem_free(holder_of(node, struct rate, node));
}

/* Counts one slot; false: too many. */
static bool rate_count(struct core *c, int64_t owner)
{
	struct file_desk *d = c->files;
	struct rate *r = map_find(&d->rates, str_n((const char *)&owner, sizeof owner), struct rate, node);

	if (!r) {
		if (d->rates.n >= RATES_MAX)
			rates_forget(d);
		r = mem_new(struct rate);
		r->owner = owner;
		r->since = core_clock(c);
		map_add(&d->rates, &r->node, str_n((const char *)&r->owner, sizeof r->owner));
	}
	if (core_clock(c) - r->since >= 60 * 1000) {
		r->since = core_clock(c);
		r->n = 0;
	}
	return r->n++ < SLOTS_PER_MINUTE;
}

static void token_make(struct core *c, char to[static FILE_TOKEN_CHARS])
{
	uint8_t chance[FILE_TOKEN_CHARS / 4 * 3];
	own_buf text = { 0 };

	world_random(c->world, chance, sizeof chance);
	base64_write(&text, str_bytes(chance, sizeof chance));
	assert(text.n == FILE_TOKEN_CHARS);
	for (size_t i = 0; i < text.n; i++)
		to[i] = text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i];
}

static void slot_added(struct file_job *j, struct store_request *r)
{
	/* The same 144 bits twice: that is no chance but a broken source of it. */
	end(j, r->answer == STORE_EXISTS ? FILE_STORE : verdict_of_store(r->answer));
}

static void slot_room(struct file_job *j, int answer)
{
	struct store_request *r;

	if (answer) {
		end(j, verdict_of_disk(answer));
		return;
	}
	r = ask(j, STORE_FILE_ADD, slot_added);
	r->owner = j->row.owner;
	r->limit = j->core->settings.file_quota;
	r->file = j->row;
	r->file.token = store_str(r, j->row.token);
	r->file.name = store_str(r, j->row.name);
	r->file.type = store_str(r, j->row.type);
	store_submit(r);
}

void file_slot(struct core *c, struct file_ask *a, int64_t owner, struct str name, struct str type, uint64_t size)
{
	struct file_job *j = begin(c, a);
	msec keep = c->settings.file_keep_ms;
	own_buf text = { 0 };
	char token[FILE_TOKEN_CHARS];

	if (is_off(c))
		j->verdict = FILE_OFF;
	else if (!name.n)
		j->verdict = FILE_BAD_NAME;
	else if (size > c->settings.file_max)
		j->verdict = FILE_TOO_LARGE;
	else if (!rate_count(c, owner))
		j->verdict = FILE_TOO_MANY;
	if (j->verdict) {
		end(j, j->verdict);
		return;
	}
	token_make(c, token);
	j->row = (struct store_file){ .token = arena_str(&j->arena, str_n(token, sizeof token)), .owner = owner,
				      .size = size, .created = core_now(c),
				      .expires = core_now(c) + (keep && keep < SLOT_MS ? keep : SLOT_MS) };
	file_name_clean(&text, name);
	j->row.name = arena_str(&j->arena, buf_all(&text));
	buf_clear(&text);
	file_type_clean(&text, type.p ? type : STR(""));
	j->row.type = arena_str(&j->arena, buf_all(&text));
	j->disk.size = size;
	work(j, files_room, slot_room);
}

/* ---- looking and reading ----------------------------------------------------------------------------------------- */

static void put_finished(struct file_job *j, int answer);

static void progress_finished(struct file_job *j, int answer)
{
	if (answer == FILES_BUSY) /* somebody is at it */
		end(j, 0);
	else
		put_finished(j, answer);
}

/* All is there, and it is not whole: the server stopped between the two, or the store would not take it. Who asks need
 * not send anything for it. */
static void progress_sized(struct file_job *j, int answer)
{
	j->offset = j->disk.size;
	if (answer || !j->offset || j->offset != j->row.size)
		end(j, verdict_of_disk(answer));
	else
		work(j, files_finish, progress_finished);
}

static void progress_looked(struct file_job *j, struct store_request *r)
{
	if (looked_up(j, r))
		return;
	j->offset = j->row.size;
	if (j->row.whole)
		end(j, 0);
	else
		work(j, files_size, progress_sized);
}

void file_progress(struct core *c, struct file_ask *a, struct str token)
{
	look_up(begin(c, a), token, progress_looked);
}

static void find_looked(struct file_job *j, struct store_request *r)
{
	if (!looked_up(j, r))
		end(j, 0);
}

void file_find(struct core *c, struct file_ask *a, struct str token) { look_up(begin(c, a), token, find_looked); }

static void read_done(struct file_job *j, int answer)
{
	j->bytes = j->disk.bytes;
	j->disk.bytes = (struct buf){ 0 };
	end(j, verdict_of_disk(answer));
}

static void read_looked(struct file_job *j, struct store_request *r)
{
	if (looked_up(j, r))
		return;
	if (!j->row.whole) {
		end(j, FILE_UNKNOWN);
		return;
	}
	j->disk.offset = j->offset;
	j->disk.size = j->want;
	work(j, files_read, read_done);
}

void file_read(struct core *c, struct file_ask *a, struct str token, uint64_t offset, size_t n)
{
	struct file_job *j = begin(c, a);

	j->offset = offset;
	j->want = n;
	j->reads = true;
	look_up(j, token, read_looked);
}

/* ---- filling ----------------------------------------------------------------------------------------------------- */

static void discard(struct core *c, const uint8_t *content);

static void put_ended(struct file_job *j, int answer) { end(j, j->verdict); }

/* The part goes when the database knows, or knows that nobody wants it. Where it could not say, it stays: the end can
 * be said again. */
static void put_whole(struct file_job *j, struct store_request *r)
{
	struct core *c = j->core;

	if (!r->answer)
		row_take(j, &r->file);
	files_settle(c->settings.files, j->disk.name);
	if (r->answer)
		discard(c, j->disk.name);
	j->verdict = r->answer == STORE_EXISTS ? FILE_OFFSET : verdict_of_store(r->answer); /* other bytes were first */
	if (!r->answer || r->answer == STORE_NOT_FOUND || r->answer == STORE_EXISTS)
		work(j, files_abandon, put_ended);
	else
		end(j, j->verdict);
}

static void put_again(struct file_job *j, struct store_request *r)
{
	if (!looked_up(j, r))
		end(j, j->row.whole ? 0 : FILE_BUSY);
}

static void put_finished(struct file_job *j, int answer)
{
	msec keep = j->core->settings.file_keep_ms;
	struct store_request *r;

	if (answer == FILES_NOT_FOUND) { /* somebody else has finished it */
		look_up(j, j->row.token, put_again);
		return;
	}
	if (answer) {
		end(j, verdict_of_disk(answer));
		return;
	}
	r = ask(j, STORE_FILE_WHOLE, put_whole);
	r->file.token = store_str(r, j->row.token);
	memcpy(r->file.content, j->disk.name, sizeof r->file.content);
	r->file.expires = keep ? j->row.created + keep : 0;
	store_submit(r);
}

static void put_appended(struct file_job *j, int answer)
{
	j->offset = j->disk.size;
	if (answer || j->offset < j->row.size)
		end(j, verdict_of_disk(answer));
	else
		work(j, files_finish, put_finished);
}

static void put_append(struct file_job *j, int answer)
{
	if (answer) {
		end(j, verdict_of_disk(answer));
		return;
	}
	j->disk.offset = j->offset;
	j->disk.bytes = j->bytes;
	j->bytes = (struct buf){ 0 };
	work(j, files_append, put_appended);
}

static void put_too_long(struct file_job *j, int answer)
{
	j->offset = j->disk.size;
	end(j, answer ? verdict_of_disk(answer) : FILE_LENGTH);
}

static void put_looked(struct file_job *j, struct store_request *r)
{
	uint64_t size;

	if (looked_up(j, r))
		return;
	size = j->row.size;
	if (j->row.whole) { /* saying the end once more does no harm */
		bool same = j->offset == size && !j->bytes.n;

		j->offset = size;
		end(j, same ? 0 : FILE_OFFSET);
	} else if (j->offset > size || j->bytes.n > size - j->offset) {
		work(j, files_size, put_too_long);
	} else if (j->anew) {
		work(j, files_abandon, put_append);
	} else {
		put_append(j, 0);
	}
}

void file_put(struct core *c, struct file_ask *a, struct str token, uint64_t offset, struct buf *bytes)
{
	struct file_job *j = begin(c, a);

	j->offset = offset;
	/* Not by what a broken link leaves behind: somebody may have gone on. */
	j->anew = a && !a->adds && !offset && bytes->n;
	j->bytes = *bytes;
	*bytes = (struct buf){ 0 };
	/* The last bytes of a link that broke may come to the disk behind the first of the one that goes on. */
	j->again.fire = work_again;
	j->tries = BUSY_TRIES;
	look_up(j, token, put_looked);
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static void listed(struct file_job *j, struct store_request *r)
{
	for (size_t i = 0; i < r->n && j->ask; i++)
		if (!r->files[i].expires || r->files[i].expires > core_now(j->core)) {
			struct file f = shown(&r->files[i]);

			j->each(&f, j->arg);
		}
	end(j, verdict_of_store(r->answer));
}

void file_list(struct core *c, struct file_ask *a, int64_t owner, void (*each)(const struct file *f, void *arg),
	       void *arg)
{
	struct file_job *j = begin(c, a);
	struct store_request *r = ask(j, STORE_FILE_LIST, listed);

	j->each = each;
	j->arg = arg;
	r->owner = owner;
	r->limit = LIST_MAX;
	store_submit(r);
}

/* ---- going ------------------------------------------------------------------------------------------------------- */

static void tidy(struct core *c);

static void removed(struct file_job *j, struct store_request *r)
{
	if (!r->answer)
		tidy(j->core);
	end(j, verdict_of_store(r->answer));
}

void file_remove(struct core *c, struct file_ask *a, int64_t owner, struct str token)
{
	struct file_job *j = begin(c, a);
	struct store_request *r = ask(j, STORE_FILE_REMOVE, removed);

	assert(owner);
	r->owner = owner;
	r->file.token = store_str(r, token);
	store_submit(r);
}

/* A content that may be nobody's: three steps (store/files.h), then j->then_disk. */
static void content_held(struct file_job *j, struct store_request *r)
{
	void (*then)(struct file_job *j, int answer) = j->then_disk;

	if (r->answer == STORE_NOT_FOUND) {
		work(j, files_remove, then);
		return;
	}
	files_pardon(j->core->settings.files, j->disk.name, j->disk.ticket);
	then(j, verdict_of_store(r->answer) ? FILES_FAILED : 0);
}

/* `then` gets 0 when the content is gone or is somebody's; FILES_BUSY when that cannot be told now. */
static void content_discard(struct file_job *j, void (*then)(struct file_job *j, int answer))
{
	struct store_request *r;

	j->then_disk = then;
	j->disk.ticket = files_condemn(j->core->settings.files, j->disk.name);
	if (!j->disk.ticket) {
		then(j, FILES_BUSY);
		return;
	}
	r = ask(j, STORE_FILE_HELD, content_held);
	memcpy(r->file.content, j->disk.name, sizeof r->file.content);
	store_submit(r);
}

static void discarded(struct file_job *j, int answer)
{
	job_end(&j->job);
	job_free(j);
}

static void discard(struct core *c, const uint8_t *content)
{
	struct file_job *j = begin(c, NULL);

	memcpy(j->disk.name, content, sizeof j->disk.name);
	content_discard(j, discarded);
}

static void tidy_end(struct file_job *j)
{
	struct core *c = j->core;
	/* What cannot go now does not make the rest go round and round. */
	bool again = c->files->again || (j->n == TIDY_ROWS && j->forgotten);

	job_end(&j->job);
	job_free(j);
	c->files->tidying = c->files->again = false;
	if (again)
		tidy(c);
}

static void tidy_row(struct file_job *j);

static void tidy_forgotten(struct file_job *j, struct store_request *r)
{
	j->forgotten += !r->answer;
	tidy_row(j);
}

static void tidy_gone(struct file_job *j, int answer)
{
	struct store_request *r;

	if (answer) { /* another time */
		tidy_row(j);
		return;
	}
	r = ask(j, STORE_FILE_REMOVE, tidy_forgotten);
	r->file.token = store_str(r, j->rows[j->at - 1].token);
	store_submit(r);
}

static void tidy_discarded(struct file_job *j, int answer)
{
	if (answer)
		tidy_gone(j, answer);
	else
		work(j, files_abandon, tidy_gone);
}

static void tidy_finished(struct file_job *j, int answer)
{
	if (answer) {
		tidy_gone(j, answer);
		return;
	}
	files_settle(j->core->settings.files, j->disk.name);
	content_discard(j, tidy_discarded);
}

/* A part that is all there may have become a content without the database knowing: it is finished once more to see
 * which one, and that goes with it. */
static void tidy_sized(struct file_job *j, int answer)
{
	const struct store_file *row = &j->rows[j->at - 1];

	if (!answer && row->size && j->disk.size == row->size)
		work(j, files_finish, tidy_finished);
	else
		work(j, files_abandon, tidy_gone);
}

static void tidy_row(struct file_job *j)
{
	const struct store_file *row;

	if (j->at == j->n) {
		tidy_end(j);
		return;
	}
	row = &j->rows[j->at++];
	if (row->whole) {
		memcpy(j->disk.name, row->content, sizeof j->disk.name);
		content_discard(j, tidy_gone);
	} else {
		j->disk.part = part_of(row->token);
		work(j, files_size, tidy_sized);
	}
}

static void tidy_found(struct file_job *j, struct store_request *r)
{
	j->n = r->answer ? 0 : r->n;
	j->rows = arena_get(&j->arena, j->n * sizeof *j->rows);
	for (size_t i = 0; i < j->n; i++) {
		j->rows[i] = r->files[i];
		j->rows[i].token = arena_str(&j->arena, r->files[i].token);
	}
	tidy_row(j);
}

static void tidy(struct core *c)
{
	struct file_job *j;
	struct store_request *r;

	if (c->files->tidying) {
		c->files->again = true;
		return;
	}
	c->files->tidying = true;
	j = begin(c, NULL);
	r = ask(j, STORE_FILE_EXPIRE, tidy_found);
	r->file.expires = core_now(c);
	r->limit = TIDY_ROWS;
	store_submit(r);
}

static void clean(struct core *c)
{
	struct file_job *j = begin(c, NULL);

	c->files->cleaned = core_clock(c);
	j->disk.since = (uint64_t)(core_now(c) - 2 * (msec)SLOT_MS);
	work(j, files_clean, discarded);
}

static void timer_fires(struct timer *t)
{
	struct file_desk *d = holder_of(t, struct file_desk, timer);

	tidy(d->core);
	if (core_clock(d->core) - d->cleaned >= CLEAN_MS)
		clean(d->core);
	world_timer(d->core->world, t, TIDY_MS);
}

void file_begin(struct core *c)
{
	struct file_desk *d = mem_new(struct file_desk);

	d->core = c;
	d->timer.fire = timer_fires;
	world_random(c->world, d->rates.seed, sizeof d->rates.seed);
	c->files = d;
	if (c->index == 0 && c->settings.files)
		world_timer(c->world, &d->timer, TIDY_MS);
}

void file_end(struct core *c)
{
	world_stop(c->world, &c->files->timer);
	rates_forget(c->files);
	map_free(&c->files->rates);
	mem_free(c->files);
	c->files = NULL;
}
