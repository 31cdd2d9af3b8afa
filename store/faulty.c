/* SPDX-License-Identifier: Apache-2.0
 *
 * store/faulty.c - wraps another driver and fails by plan: "faulty:PLAN:URL".
 *
 *	PLAN  = "" | RULE { "," RULE }
 *	RULE  = POINT [ "@" FROM [ "-" [ TO ] ] ] "=" VERDICT
 *	POINT = "open" | "begin" | "run" | "commit" | "read"
 *	VERDICT = "full" | "failed" | "late"
 *
 * The calls of a point are counted from 1, over all handles of the store; "commit@3" is the third commit alone, "run@10-20" eleven of
 * them, "run@10-" all from the tenth, "open" every one. "run" counts writes, "read" reads. A commit that is "late" is
 * carried out and then reported as failed: what a broken disk may do, and a server must survive (nobody was told it was kept).
 */
#include "store/faulty.h"

#include "base/mem.h"
#include "store/driver.h"

enum point { AT_OPEN, AT_BEGIN, AT_RUN, AT_COMMIT, AT_READ, POINTS };

enum { LATE = -1 };

struct rule {
	enum point point;
	uint64_t from, to; /* inclusive */
	int verdict;
};

/* One per store, owned by the writing handle. */
struct plan {
	struct rule *rules;
	size_t n;
	uint64_t calls[POINTS]; /* atomic */
};

struct faulty {
	const struct store_driver *inner;
	void *db;
	struct plan *plan;
	bool owns_plan;
	bool hit; /* the last failure was ours */
};

static int always; /* atomic */

void store_faulty_set(int verdict) { __atomic_store_n(&always, verdict, __ATOMIC_RELAXED); }

/* ---- plans ---------------------------------------------------------------------------------------------------- */

/* Cuts off what comes before `c`; what follows it stays in *s. */
static struct str cut(struct str *s, char c)
{
	size_t at = str_find(*s, c);
	struct str head = str_n(s->p, at);

	*s = str_from(*s, at < s->n ? at + 1 : at);
	return head;
}

static bool word(struct str s, const char *const *words, int n, int *ret)
{
	for (int i = 0; i < n; i++)
		if (str_is(s, words[i])) {
			*ret = i;
			return true;
		}
	return false;
}

static bool calls_parse(struct rule *rule, struct str s, bool counted)
{
	struct str from = cut(&s, '-');

	rule->from = 1;
	rule->to = UINT64_MAX;
	if (!counted)
		return true;
	if (!str_u64(from, &rule->from))
		return false;
	if (!s.p || s.p == from.p + from.n) /* no "-": this one alone */
		rule->to = rule->from;
	else if (s.n && !str_u64(s, &rule->to))
		return false;
	return true;
}

static bool rule_parse(struct rule *rule, struct str s)
{
	static const char *const points[] = { "open", "begin", "run", "commit", "read" };
	static const char *const verdicts[] = { "full", "failed", "late" };
	static const int meaning[] = { STORE_FULL, STORE_FAILED, LATE };
	struct str where = cut(&s, '='), calls = where, name = cut(&calls, '@');
	int point, verdict;

	if (!word(name, points, countof(points), &point) || !word(s, verdicts, countof(verdicts), &verdict))
		return false;
	rule->point = (enum point)point;
	rule->verdict = meaning[verdict];
	if (rule->verdict == LATE && rule->point != AT_COMMIT)
		return false;
	return calls_parse(rule, calls, name.n < where.n);
}

static void plan_free(struct plan *p)
{
	if (p)
		mem_free(p->rules);
	mem_free(p);
}

static struct plan *plan_parse(struct str text, struct buf *why)
{
	struct plan *p = mem_new(struct plan);

	while (text.n) {
		struct str rule = cut(&text, ',');

		p->rules = mem_grow(p->rules, (p->n + 1) * sizeof *p->rules);
		if (!rule_parse(&p->rules[p->n++], rule)) {
			buf_fmt(why, "\"%.*s\" is no rule of a faulty store; commit@3=full is one", STR_ARG(rule));
			plan_free(p);
			return NULL;
		}
	}
	return p;
}

static int plan_asks(struct plan *p, enum point point)
{
	uint64_t call = __atomic_add_fetch(&p->calls[point], 1, __ATOMIC_RELAXED);

	for (size_t i = 0; i < p->n; i++)
		if (p->rules[i].point == point && call >= p->rules[i].from && call <= p->rules[i].to)
			return p->rules[i].verdict;
	return point == AT_COMMIT ? __atomic_load_n(&always, __ATOMIC_RELAXED) : 0;
}

static int fails(struct faulty *f, enum point point)
{
	int verdict = plan_asks(f->plan, point);

	f->hit = verdict != 0;
	return verdict;
}

/* ---- the driver ----------------------------------------------------------------------------------------------- */

static struct store_manner faulty_manner(struct str path)
{
	const struct store_driver *inner;

	cut(&path, ':');
	inner = store_driver_find(path, &path);
	return inner ? inner->manner(path) : (struct store_manner){ 0 };
}

static void faulty_close(void *db)
{
	struct faulty *f = db;

	if (f->db)
		f->inner->close(f->db);
	if (f->owns_plan)
		plan_free(f->plan);
	mem_free(f);
}

static int inner_open(struct faulty *f, struct str url, void *inner_writer, struct buf *why)
{
	struct str path;

	f->inner = store_driver_find(url, &path);
	if (!f->inner) {
		buf_fmt(why, "\"%.*s\" names no store to wrap", STR_ARG(url));
		return STORE_FAILED;
	}
	if (fails(f, AT_OPEN)) {
		buf_lit(why, "the plan of the faulty store lets opening fail");
		return STORE_FAILED;
	}
	return f->inner->open(&f->db, path, inner_writer, why);
}

static int faulty_open(void **ret, struct str path, void *writer, struct buf *why)
{
	struct faulty *f = mem_new(struct faulty), *first = writer;
	struct str text = cut(&path, ':');

	f->owns_plan = !first;
	f->plan = first ? first->plan : plan_parse(text, why);
	if (!f->plan || inner_open(f, path, first ? first->db : NULL, why)) {
		faulty_close(f);
		return STORE_FAILED;
	}
	*ret = f;
	return 0;
}

static int faulty_begin(void *db)
{
	struct faulty *f = db;
	int verdict = fails(f, AT_BEGIN);

	return verdict ? verdict : f->inner->begin(f->db);
}

static int faulty_run(void *db, struct store_request *r)
{
	struct faulty *f = db;
	int verdict = fails(f, store_op_reads(r->op) ? AT_READ : AT_RUN);

	return verdict ? verdict : f->inner->run(f->db, r);
}

static int faulty_commit(void *db)
{
	struct faulty *f = db;
	int verdict = fails(f, AT_COMMIT);

	if (verdict == LATE) {
		verdict = f->inner->commit(f->db);
		return verdict ? verdict : STORE_FAILED;
	}
	return verdict ? verdict : f->inner->commit(f->db);
}

static void faulty_rollback(void *db)
{
	struct faulty *f = db;

	f->inner->rollback(f->db);
}

static struct str faulty_reason(void *db)
{
	struct faulty *f = db;

	return f->hit ? STR("on purpose, by the plan of the faulty store") : f->inner->reason(f->db);
}

static uint64_t faulty_last_stamp(void *db)
{
	struct faulty *f = db;

	return f->inner->last_stamp(f->db);
}

static enum idle faulty_idle(void *db, bool quiet)
{
	struct faulty *f = db;

	return f->inner->idle ? f->inner->idle(f->db, quiet) : IDLE_NOTHING;
}

const struct store_driver store_faulty = {
	.scheme = "faulty",
	.manner = faulty_manner,
	.open = faulty_open,
	.close = faulty_close,
	.begin = faulty_begin,
	.commit = faulty_commit,
	.rollback = faulty_rollback,
	.run = faulty_run,
	.reason = faulty_reason,
	.last_stamp = faulty_last_stamp,
	.idle = faulty_idle,
};
