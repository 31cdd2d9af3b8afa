/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/upload.c - XEP-0363: a place for a file and the address others find it at; the bytes go through
 * the web door. And, for our own page, what one has there (urn:anser:files:0, docs/protocol-files.md).
 */
#include "core/files.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/when.h"

#define UPLOAD "urn:xmpp:http:upload:0"
#define FILES "urn:anser:files:0"

/* A question about files with the IQ that it answers. The stream takes nothing else meanwhile. */
struct filing {
	struct file_ask ask;
	struct iq *q;
	void (*then)(struct filing *g); /* answers g->q */
	struct buf list;
	uint64_t used;
};

static void filing_free(struct filing *g)
{
	buf_free(&g->list);
	mem_free(g);
}

static void filing_done(struct file_ask *a)
{
	struct filing *g = holder_of(a, struct filing, ask);

	xmpp_go_on(g->q->x, HOLD_ASKED); /* at the end of the turn; once it is answered the stream may be gone */
	g->then(g);
	filing_free(g);
}

static void filing_gone(struct iq *q)
{
	struct filing *g = q->job;

	file_cancel(&g->ask);
	filing_free(g);
}

static struct filing *filing_new(struct iq *q, void (*then)(struct filing *g))
{
	struct filing *g = mem_new(struct filing);

	g->ask.done = filing_done;
	g->then = then;
	g->q = iq_keep(q);
	g->q->job = g;
	g->q->gone = filing_gone;
	xmpp_hold(q->x, HOLD_ASKED);
	return g;
}

/* ---- errors ------------------------------------------------------------------------------------------------------ */

static void too_large(struct iq *q)
{
	own_buf detail = { 0 };

	buf_fmt(&detail, "<file-too-large xmlns='" UPLOAD "'><max-file-size>%llu</max-file-size></file-too-large>",
		(unsigned long long)core_settings(q->x->core)->file_max);
	iq_error_with(q, STANZA_ERROR_NOT_ACCEPTABLE, STANZA_ERROR_MODIFY, file_verdict_text(FILE_TOO_LARGE),
		      buf_all(&detail));
}

/* XEP-0363, 5: when to try again. What frees a quota is the owner's or time's doing: a day is as good a guess as
 * any. */
static void retry_later(struct iq *q, int verdict, msec in)
{
	own_buf detail = { 0 };

	buf_lit(&detail, "<retry xmlns='" UPLOAD "' stamp='");
	when_write(&detail, core_now(q->x->core) + in);
	buf_lit(&detail, "'/>");
	if (verdict == FILE_QUOTA)
		buf_lit(&detail, "<quota xmlns='" FILES "'/>");
	iq_error_with(q, STANZA_ERROR_RESOURCE_CONSTRAINT, STANZA_ERROR_WAIT, file_verdict_text(verdict),
		      buf_all(&detail));
}

static void filing_refuse(struct iq *q, int verdict)
{
	enum { MINUTE = 60 * 1000, DAY = 24 * 60 * MINUTE };
	static const struct {
		int verdict;
		msec retry; /* 0: no use */
		enum stanza_error_condition condition;
	} table[] = {
		{ FILE_QUOTA, DAY },
		{ FILE_TOO_MANY, MINUTE },
		{ FILE_DISK, 60 * MINUTE },
		{ FILE_STORE, MINUTE },
		{ FILE_BUSY, MINUTE },
		{ FILE_UNKNOWN, .condition = STANZA_ERROR_ITEM_NOT_FOUND },
		{ FILE_OFF, .condition = STANZA_ERROR_SERVICE_UNAVAILABLE },
		{ FILE_BAD_NAME, .condition = STANZA_ERROR_BAD_REQUEST },
	};
	size_t i = 0;

	if (verdict == FILE_TOO_LARGE) {
		too_large(q);
		return;
	}
	while (i + 1 < countof(table) && table[i].verdict != verdict)
		i++;
	if (table[i].retry)
		retry_later(q, verdict, table[i].retry);
	else
		iq_error(q, table[i].condition, file_verdict_text(verdict));
}

/* ---- slots ------------------------------------------------------------------------------------------------------- */

static void slot_made(struct filing *g)
{
	own_buf b = { 0 }, url = { 0 };

	if (g->ask.verdict) {
		filing_refuse(g->q, g->ask.verdict);
		return;
	}
	file_url(g->q->x->core, &g->ask.file, &url);
	buf_lit(&b, "<slot xmlns='" UPLOAD "'><put");
	xml_write_attr(&b, "url", buf_all(&url));
	buf_lit(&b, "/><get");
	xml_write_attr(&b, "url", buf_all(&url));
	buf_lit(&b, "/></slot>");
	iq_result(g->q, buf_all(&b));
}

static void upload_request(struct xmpp *x, struct iq *q)
{
	struct str name = xml_attr(q->child, "filename"), type = xml_attr(q->child, "content-type");
	uint64_t size;

	if (!name.n || !str_u64(xml_attr(q->child, "size"), &size)) {
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "A slot needs a file name and a size.");
		return;
	}
	file_slot(x->core, &filing_new(q, slot_made)->ask, session_account(&x->session), name, type, size);
}

static bool upload_on(const struct core *c)
{
	const struct core_settings *s = core_settings(c);

	return s->files && s->file_max && s->web_address.n;
}

static void upload_limit(const struct core *c, struct buf *to) { buf_u64(to, core_settings(c)->file_max); }

/* ---- what one has ------------------------------------------------------------------------------------------------ */

static void file_add(const struct file *f, void *arg)
{
	struct filing *g = arg;
	own_buf url = { 0 };

	g->used += f->size > 4096 ? f->size : 4096; /* as the quota counts */
	buf_lit(&g->list, "<file");
	xml_write_attr(&g->list, "token", f->token);
	xml_write_attr(&g->list, "name", f->name);
	xml_write_attr(&g->list, "type", f->type);
	buf_fmt(&g->list, " size='%llu' created='", (unsigned long long)f->size);
	when_write(&g->list, f->created);
	if (f->expires) {
		buf_lit(&g->list, "' expires='");
		when_write(&g->list, f->expires);
	}
	buf_fmt(&g->list, "' complete='%s'", f->whole ? "true" : "false");
	file_url(g->q->x->core, f, &url);
	xml_write_attr(&g->list, "url", buf_all(&url));
	buf_lit(&g->list, "/>");
}

static void files_listed(struct filing *g)
{
	const struct core_settings *s = core_settings(g->q->x->core);
	own_buf b = { 0 };

	if (g->ask.verdict) {
		filing_refuse(g->q, g->ask.verdict);
		return;
	}
	buf_fmt(&b, "<files xmlns='" FILES "' max='%llu' quota='%llu' used='%llu'>", (unsigned long long)s->file_max,
		(unsigned long long)s->file_quota, (unsigned long long)g->used);
	buf_str(&b, buf_all(&g->list));
	buf_lit(&b, "</files>");
	iq_result(g->q, buf_all(&b));
}

static void files_get(struct xmpp *x, struct iq *q)
{
	struct filing *g = filing_new(q, files_listed);

	file_list(x->core, &g->ask, session_account(&x->session), file_add, g);
}

static void file_removed(struct filing *g)
{
	if (g->ask.verdict)
		filing_refuse(g->q, g->ask.verdict);
	else
		iq_result(g->q, STR(""));
}

static void files_set(struct xmpp *x, struct iq *q)
{
	const struct xml *gone = xml_child(q->child, "remove", FILES);
	struct str token = gone ? xml_attr(gone, "token") : STR_NONE;

	if (token.n)
		file_remove(x->core, &filing_new(q, file_removed)->ask, session_account(&x->session), token);
	else
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "Which file?");
}

const struct xmpp_feature feature_upload = {
	.name = "upload",
	.xep = 363,
	.version = "1.2.0",
	.disco = { UPLOAD },
	.disco_account = { FILES },
	.on = upload_on,
	.form = { UPLOAD, "max-file-size", upload_limit },
	.iq = { { 1 << IQ_GET, "request", UPLOAD, TO_SERVER, .answer = upload_request },
		{ 1 << IQ_GET, "files", FILES, TO_ACCOUNT, .answer = files_get },
		{ 1 << IQ_SET, "files", FILES, TO_ACCOUNT, .answer = files_set } },
};
