/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/web/files.h"

#include <assert.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "core/offer.h"

enum {
	PIECE = 128 * 1024,                /* in one call of the core; twice that is in memory at most, either way */
	CACHE_SECONDS = 365 * 24 * 60 * 60,
};

/* ---- errors ------------------------------------------------------------------------------------------------------ */

static const struct {
	unsigned status;
	const char *code, *english, *chinese; /* code: X-Anser-Error, for the page */
} errors[] = {
	[FILE_TOO_LARGE] = { 413, "too-large", "The file is larger than this server takes.", "文件超过了服务器允许的大小。" },
	[FILE_QUOTA] = { 403, "quota", "There is no room left for your files; remove some.", "您的文件空间已满，请删除一些文件。" },
	[FILE_DISK] = { 507, "disk-full", "The server's disk is nearly full.", "服务器磁盘空间不足。" },
	[FILE_UNKNOWN] = { 404, "not-found", "There is no such file, or it is no longer kept.", "文件不存在，或已过期被删除。" },
	[FILE_STORE] = { 503, "store", "The server could not read or write; try again later.", "服务器读写失败，请稍后再试。" },
	[FILE_BUSY] = { 409, "busy", "Another connection is sending this file right now.", "另一个连接正在发送此文件。" },
	[FILE_OFFSET] = { 409, "offset", "Go on where the server's part ends.", "请从服务器已有部分的末尾继续。" },
	[FILE_LENGTH] = { 413, "length", "This is more than was announced.", "内容超过了事先声明的大小。" },
	[FILE_BAD_NAME] = { 400, "request", "The request is malformed.", "请求的格式有误。" },
	[FILE_OFF] = { 403, "off", "This server takes no files.", "此服务器不接收文件。" },
	[FILE_TOO_MANY] = { 429, "too-many", "Too many files in a short time.", "短时间内文件过多。" },
};

static void refuse(struct web_request *q, int verdict)
{
	if (verdict == OFFER_NOT_SENT) {
		web_field(q, "X-Anser-Error", STR("not-told"));
		web_error(q, 409, "The file has come, but its receiver could not be told.", "文件已收到，但未能通知接收者。");
		return;
	}
	assert(verdict > 0 && (size_t)verdict < countof(errors));
	web_field(q, "X-Anser-Error", str_z(errors[verdict].code));
	if (verdict == FILE_BUSY)
		web_field(q, "Retry-After", STR("1"));
	web_error(q, errors[verdict].status, errors[verdict].english, errors[verdict].chinese);
}

static struct str token_of(const struct web_request *q) { return str_n(q->rest.p, str_find(q->rest, '/')); }

static void field_number(struct web_request *q, const char *name, uint64_t number)
{
	own_buf text = { 0 };

	buf_u64(&text, number);
	web_field(q, name, buf_all(&text));
}

/* How far an upload is (draft-ietf-httpbis-resumable-upload). */
static void progress_tell(struct web_request *q, uint64_t offset, bool whole)
{
	field_number(q, "Upload-Offset", offset);
	web_field(q, "Upload-Complete", whole ? STR("?1") : STR("?0"));
}

/* ---- coming ------------------------------------------------------------------------------------------------------ */

struct upload {
	struct web_request *q;
	struct offer_ask ask;
	struct buf gathered;
	uint64_t offset;   /* where `gathered` belongs */
	bool putting;      /* the core has a piece */
	bool put;          /* it has had one */
	bool ended;        /* the body */
};

static void upload_free(struct upload *u)
{
	offer_cancel(&u->ask);
	buf_free(&u->gathered);
	u->q->job = NULL;
	mem_free(u);
}

static void upload_refuse(struct upload *u, int verdict, uint64_t offset)
{
	struct web_request *q = u->q;

	upload_free(u);
	if (verdict == FILE_OFFSET || verdict == FILE_LENGTH)
		progress_tell(q, offset, false);
	refuse(q, verdict);
}

static void upload_end(struct upload *u)
{
	struct web_request *q = u->q;
	bool whole = u->ask.file.whole;
	uint64_t offset = u->offset;

	upload_free(u);
	progress_tell(q, offset, whole);
	web_reply(q, whole ? 201 : 204, NULL, STR(""));
}

static void upload_put(struct upload *u);

static void upload_put_done(struct offer_ask *a)
{
	struct upload *u = holder_of(a, struct upload, ask);

	u->putting = false;
	if (a->verdict) {
		upload_refuse(u, a->verdict, a->offset);
		return;
	}
	u->offset = a->offset;
	if (u->ended && !u->gathered.n) {
		upload_end(u);
		return;
	}
	if (u->ended || u->gathered.n >= PIECE)
		upload_put(u);
	web_hold(u->q, false);
}

static void upload_put(struct upload *u)
{
	u->putting = u->put = true;
	u->ask.done = upload_put_done;
	offer_put(u->q->core, &u->ask, token_of(u->q), u->offset, &u->gathered);
}

/* What the head says of where the body belongs; a verdict, 0 when it fits the slot. */
static int upload_place(struct upload *u, const struct file *f, uint64_t there)
{
	const struct web_request *q = u->q;

	if (q->method == HTTP_PUT) {
		if (f->whole)
			return FILE_OFFSET;
		return q->body_size == f->size ? 0 : FILE_LENGTH;
	}
	if (!str_u64(http_field(&q->head, "upload-offset"), &u->offset))
		return FILE_BAD_NAME;
	if (u->offset != there)
		return FILE_OFFSET;
	return q->body_size == HTTP_UNKNOWN || q->body_size <= f->size - there ? 0 : FILE_LENGTH;
}

static void upload_found(struct offer_ask *a)
{
	struct upload *u = holder_of(a, struct upload, ask);
	int verdict = a->verdict ? a->verdict : upload_place(u, &a->file, a->offset);

	if (verdict)
		upload_refuse(u, verdict, a->offset);
	else
		web_hold(u->q, false);
}

bool web_upload_begin(struct web_request *q)
{
	struct upload *u;

	if (token_of(q).n != FILE_TOKEN_CHARS) {
		refuse(q, FILE_UNKNOWN);
		return false;
	}
	u = mem_new(struct upload);
	u->q = q;
	q->job = u;
	u->ask.done = upload_found;
	offer_find(q->core, &u->ask, token_of(q));
	web_hold(q, true); /* nothing of the body before it is known that somebody wants it: no "100 Continue" either */
	return true;
}

void web_upload_bytes(struct web_request *q, const char *bytes, size_t n)
{
	struct upload *u = q->job;

	buf_add(&u->gathered, bytes, n);
	if (u->gathered.n < PIECE)
		return;
	if (u->putting)
		web_hold(q, true);
	else
		upload_put(u);
}

void web_upload_answer(struct web_request *q)
{
	struct upload *u = q->job;

	u->ended = true;
	if (!u->putting)
		upload_put(u);
}

/* What has come is kept, also the last bit of it: the client goes on there. */
void web_upload_gone(struct web_request *q)
{
	struct upload *u = q->job;

	if (!u)
		return;
	if (u->gathered.n && !u->putting)
		offer_put(q->core, NULL, token_of(q), u->offset, &u->gathered);
	upload_free(u);
}

/* ---- going ------------------------------------------------------------------------------------------------------- */

/* What may be served as what it says it is, since no browser takes it for a program (no SVG, no HTML, no PDF). The rest
 * is bytes to be saved. */
static const struct kind {
	const char *type, *served; /* served NULL: the same */
} kinds[] = {
	{ "image/png" }, { "image/jpeg" }, { "image/gif" }, { "image/webp" }, { "image/avif" }, { "image/bmp" },
	{ "audio/mpeg" }, { "audio/mp3", "audio/mpeg" }, { "audio/ogg" }, { "audio/opus" }, { "audio/webm" },
	{ "audio/mp4" }, { "audio/x-m4a", "audio/mp4" }, { "audio/aac" }, { "audio/flac" },
	{ "audio/x-flac", "audio/flac" }, { "audio/wav" },
	{ "audio/x-wav", "audio/wav" }, { "audio/amr" }, { "audio/3gpp" },
	{ "video/mp4" }, { "video/webm" }, { "video/ogg" }, { "video/quicktime" }, { "video/3gpp" },
	{ "video/x-matroska" }, { "video/mpeg" },
	{ "text/plain", "text/plain; charset=utf-8" },
};

static const struct kind *kind_of(struct str type)
{
	for (size_t i = 0; i < countof(kinds); i++)
		if (str_is(type, kinds[i].type))
			return &kinds[i];
	return NULL;
}

struct download {
	struct web_request *q;
	struct file_ask ask;
	struct offer_ask progress; /* of HEAD */
	uint64_t at, end;
	bool reading;
};

static void download_free(struct download *d)
{
	file_cancel(&d->ask);
	offer_cancel(&d->progress);
	d->q->job = NULL;
	mem_free(d);
}

static void download_end(struct download *d)
{
	struct web_request *q = d->q;

	download_free(d);
	web_end(q);
}

static void download_more(struct download *d);

static void download_read(struct file_ask *a)
{
	struct download *d = holder_of(a, struct download, ask);
	struct buf bytes = a->bytes;

	d->reading = false;
	if (!a->verdict && bytes.n) {
		web_write(d->q, buf_all(&bytes));
		d->at += bytes.n;
	} else {
		d->end = d->at; /* gone meanwhile: the connection is cut, so that nobody takes half for whole */
	}
	buf_free(&bytes);
	if (d->at == d->end)
		download_end(d);
	else
		download_more(d);
}

/* One piece is read ahead while the client takes the one before. */
static void download_more(struct download *d)
{
	uint64_t left = d->end - d->at;

	if (d->reading || link_backlog(d->q->link) > PIECE)
		return;
	d->reading = true;
	d->ask.done = download_read;
	file_read(d->q->core, &d->ask, token_of(d->q), d->at, left < PIECE ? (size_t)left : PIECE);
}

/* RFC 6266 with RFC 8187: programs that do not know the latter get a name without what they might misread. */
static void disposition(struct web_request *q, const struct file *f, bool shown)
{
	own_buf value = { 0 };

	buf_str(&value, shown ? STR("inline; filename=\"") : STR("attachment; filename=\""));
	for (size_t i = 0; i < f->name.n; i++) {
		char c = f->name.p[i];

		if ((unsigned char)c < 0x80)
			buf_byte(&value, c == '"' || c == '\\' || c == '%' || c == ';' ? '_' : c);
		else if (((unsigned char)c & 0xc0) != 0x80)
			buf_byte(&value, '_');
	}
	buf_lit(&value, "\"; filename*=UTF-8''");
	http_escape(&value, f->name);
	web_field(q, "Content-Disposition", buf_all(&value));
}

static void cache_tell(struct web_request *q, const struct file *f)
{
	own_buf value = { 0 };
	uint64_t seconds = CACHE_SECONDS;

	if (f->expires && (uint64_t)(f->expires - core_now(q->core)) / 1000 < seconds)
		seconds = (uint64_t)(f->expires - core_now(q->core)) / 1000;
	buf_lit(&value, "private, max-age=");
	buf_u64(&value, seconds);
	buf_lit(&value, ", immutable");
	web_field(q, "Cache-Control", buf_all(&value));
}

static bool etag_named(struct str list, struct str etag)
{
	return str_is(list, "*") || (list.n && memmem(list.p, list.n, etag.p, etag.n));
}

/* The part that is asked for: the status, and [d->at, d->end). */
static unsigned part_choose(struct download *d, const struct file *f, struct str etag)
{
	const struct http_head *head = &d->q->head;
	struct str range = http_field(head, "range"), only_if = http_field(head, "if-range");
	int r;

	d->end = f->size;
	if (etag_named(http_field(head, "if-none-match"), etag))
		return 304;
	if (!range.p || d->q->head_only || (only_if.p && !str_eq(only_if, etag)))
		return 200;
	r = http_range(range, f->size, &d->at, &d->end);
	if (r == 1)
		return 206;
	d->at = 0;
	d->end = f->size;
	return r ? 416 : 200;
}

static void range_tell(struct download *d, unsigned status, uint64_t size)
{
	own_buf value = { 0 };

	if (status == 206)
		buf_fmt(&value, "bytes %llu-%llu/%llu", (unsigned long long)d->at, (unsigned long long)d->end - 1,
			(unsigned long long)size);
	else if (status == 416)
		buf_fmt(&value, "bytes */%llu", (unsigned long long)size);
	else
		return;
	web_field(d->q, "Content-Range", buf_all(&value));
}

static void download_begin(struct download *d, const struct file *f)
{
	const struct kind *kind = kind_of(f->type);
	struct web_request *q = d->q;
	own_buf etag = { 0 };
	unsigned status;

	buf_byte(&etag, '"');
	hex_write(&etag, str_bytes(f->content, sizeof f->content));
	buf_byte(&etag, '"');
	status = part_choose(d, f, buf_all(&etag));
	web_field(q, "ETag", buf_all(&etag));
	web_field(q, "Accept-Ranges", STR("bytes"));
	web_field(q, "Content-Security-Policy", STR("default-src 'none'; sandbox"));
	cache_tell(q, f);
	disposition(q, f, kind != NULL);
	range_tell(d, status, f->size);
	if (q->head_only)
		progress_tell(q, f->size, true);
	if (status == 304 || status == 416) {
		download_free(d);
		web_reply(q, status, NULL, STR(""));
		return;
	}
	web_head(q, status, !kind ? "application/octet-stream" : kind->served ? kind->served : kind->type,
		 d->end - d->at);
	if (q->head_only || d->at == d->end)
		download_end(d);
	else
		download_more(d);
}

static void download_found(struct file_ask *a)
{
	struct download *d = holder_of(a, struct download, ask);
	struct web_request *q = d->q;
	int verdict = a->verdict ? a->verdict : FILE_UNKNOWN;

	if (!a->verdict && a->file.whole) {
		download_begin(d, &a->file);
		return;
	}
	download_free(d);
	refuse(q, verdict);
}

/* Of a part it is said how much of it there is: the page goes on there. What is whole is whole, whether somebody could
 * be told of it or not. */
static void progress_found(struct offer_ask *a)
{
	struct download *d = holder_of(a, struct download, progress);
	struct web_request *q = d->q;
	uint64_t offset = a->offset;
	int verdict = a->verdict;

	if (a->file.whole) {
		download_begin(d, &a->file);
		return;
	}
	download_free(d);
	if (verdict) {
		refuse(q, verdict);
		return;
	}
	progress_tell(q, offset, false);
	web_reply(q, 204, NULL, STR(""));
}

void web_file_answer(struct web_request *q)
{
	struct download *d;

	if (token_of(q).n != FILE_TOKEN_CHARS) {
		refuse(q, FILE_UNKNOWN);
		return;
	}
	d = mem_new(struct download);
	d->q = q;
	q->job = d;
	d->ask.done = download_found;
	d->progress.done = progress_found;
	if (q->head_only)
		offer_find(q->core, &d->progress, token_of(q));
	else
		file_find(q->core, &d->ask, token_of(q));
}

void web_file_writable(struct web_request *q)
{
	if (q->job)
		download_more(q->job);
}

void web_file_gone(struct web_request *q)
{
	if (q->job)
		download_free(q->job);
}
