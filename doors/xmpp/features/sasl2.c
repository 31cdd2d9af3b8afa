/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/sasl2.c - XEP-0388: logging in and what comes after it in one request: a token for next time
 * (fast.c), going on with a session (sm.c) or beginning one (bind2.c). The exchange itself is the one of sasl.c,
 * with all that it allows and forbids.
 *
 * From <authenticate/> to <success/> a client says nothing but what belongs to it: whatever else comes in between
 * ends the stream; what comes behind the last message of the mechanism waits until all is done. There are no tasks
 * (<continue/>): nothing here needs a second step, and every account has all verifiers, so that there is nothing to
 * upgrade either (XEP-0480).
 */
#include "doors/xmpp/features/login.h"

#include "doors/xmpp/features/when.h"

enum { AGENT_ID_MAX = 128, PREVID_MAX = 128 };

static void sasl2_free(struct xmpp *x)
{
	struct sasl2 *s = x->sasl2;

	if (!s)
		return;
	x->sasl2 = NULL;
	token_cancel(&s->token);
	ask_cancel(&s->ends);
	buf_wipe(&s->head);
	buf_free(&s->failed);
	buf_free(&s->bound);
	arena_free(&s->arena);
	mem_free(s);
}

/* ---- what is offered -------------------------------------------------------------------------------------------- */

static void sasl2_offer(struct xmpp *x, struct buf *to)
{
	if (!(x->state & (XMPP_PLAIN | XMPP_SECURE)) || !login_is_safe(x))
		return;
	buf_lit(to, "<authentication xmlns='" NS_SASL2 "'>");
	login_mechanisms(x, to);
	buf_lit(to, "<inline>");
	bind2_offer(x, to);
	buf_lit(to, "<sm xmlns='urn:xmpp:sm:3'/>");
	fast_offer(x, to);
	buf_lit(to, "</inline></authentication>");
}

/* ---- what is said ----------------------------------------------------------------------------------------------- */

static void element_write(struct xmpp *x, const char *name, struct str message)
{
	struct buf *out = xmpp_out(x);

	buf_fmt(out, "<%s xmlns='" NS_SASL2 "'>", name);
	base64_write(out, message);
	buf_fmt(out, "</%s>", name);
	xmpp_flush(x);
}

static void sasl2_challenge(struct xmpp *x, struct str message) { element_write(x, "challenge", message); }

void sasl2_failure(struct xmpp *x, const char *condition, const char *text)
{
	struct buf *out = xmpp_out(x);

	sasl2_free(x);
	buf_fmt(out, "<failure xmlns='" NS_SASL2 "'><%s xmlns='" NS_SASL "'/><text>", condition);
	xml_escape(out, str_z(text));
	buf_lit(out, "</text></failure>");
	xmpp_flush(x);
}

static void sasl2_success(struct xmpp *x, struct str last)
{
	if (!fast_issue(x, last))
		sasl2_granted(x, last, STR_NONE, 0);
}

const struct login_syntax sasl2_syntax = { sasl2_challenge, sasl2_failure, sasl2_success };

/* ---- after the mechanism ---------------------------------------------------------------------------------------- */

/* Who the stream header said it would be (RFC 6120, 4.7.1), where it said so, is who it must be. */
static bool is_who_was_said(const struct xmpp *x)
{
	struct jid from = { 0 };

	if (!x->from.p)
		return true;
	return jid_parse(&from, x->from, &x->home->scratch) && str_eq(jid_local(from), x->account.name) &&
	       str_eq(jid_domain(from), core_domain(x->core));
}

/* For its owner to see, and to know it again. */
static void agent_keep(struct xmpp *x)
{
	const struct session_agent *a = &x->sasl2->wish.agent;
	own_buf all = { 0 };
	struct xmpp_agent *kept;

	mem_free(x->agent);
	x->agent = NULL;
	if (!a->device.n)
		return;
	buf_str(&all, a->device);
	buf_str(&all, a->software);
	buf_str(&all, a->name);
	kept = x->agent = mem_alloc(sizeof *kept + all.n);
	memcpy(kept->bytes, all.p, all.n);
	kept->agent.device = str_n(kept->bytes, a->device.n);
	kept->agent.software = str_n(kept->bytes + a->device.n, a->software.n);
	kept->agent.name = str_n(kept->bytes + a->device.n + a->software.n, a->name.n);
}

static void head_write(struct buf *to, struct str last, struct str token, msec expires)
{
	buf_lit(to, "<success xmlns='" NS_SASL2 "'>");
	if (last.n) {
		buf_lit(to, "<additional-data>");
		base64_write(to, last);
		buf_lit(to, "</additional-data>");
	}
	if (token.n)
		fast_token_write(to, token, expires);
}

static void bind_or_end(struct xmpp *x)
{
	if (x->sasl2->wish.bind)
		bind2_begin(x);
	else
		sasl2_end(x);
}

void sasl2_granted(struct xmpp *x, struct str last, struct str token, msec expires)
{
	struct sasl2 *s = x->sasl2;

	if (!is_who_was_said(x)) {
		login_fail(x, &sasl2_syntax, "invalid-authzid", "The stream was opened in another name.");
		return;
	}
	s->granted = true;
	x->by_token = s->by_token;
	agent_keep(x);
	x->state = XMPP_AUTHENTICATED;
	head_write(&s->head, last, token, expires);
	if (!s->wish.resume) {
		bind_or_end(x);
		return;
	}
	if (sm_resume_begin(x, s->wish.previd, s->wish.h, buf_all(&s->head), &s->failed) == SM_NOT_RESUMED)
		bind_or_end(x);
}

/* The other core has no such session (sm.c). */
void sasl2_not_resumed(struct xmpp *x, struct str failed)
{
	buf_str(&x->sasl2->failed, failed);
	bind_or_end(x);
}

void sasl2_end(struct xmpp *x)
{
	struct sasl2 *s = x->sasl2;
	bool bound = x->state == XMPP_BOUND;
	struct buf *out;

	x->set_aside = false;
	out = xmpp_out(x);
	buf_str(out, buf_all(&s->head));
	buf_lit(out, "<authorization-identifier>");
	if (bound) {
		xml_escape(out, jid_full(x->session.jid));
	} else {
		xml_escape(out, x->account.name);
		buf_byte(out, '@');
		xml_escape(out, core_domain(x->core));
	}
	buf_lit(out, "</authorization-identifier>");
	buf_str(out, buf_all(&s->failed));
	if (bound)
		buf_fmt(out, "<bound xmlns='urn:xmpp:bind:0'>%.*s</bound>", STR_ARG(buf_all(&s->bound)));
	buf_lit(out, "</success>");
	sasl2_free(x);
	stream_features(x);
	x->set_aside = bound;
	stream_aside_end(x);
}

/* ---- what is asked ---------------------------------------------------------------------------------------------- */

static struct str child_copy(struct sasl2 *s, const struct xml *of, const char *name)
{
	struct str text = str_trim(xml_child_text(of, name, NS_SASL2, &s->arena));

	return arena_str(&s->arena, text.n <= TOKEN_TEXT_MAX ? text : STR(""));
}

static void agent_read(struct sasl2 *s, const struct xml *agent)
{
	struct session_agent *a = &s->wish.agent;
	struct str id = agent ? xml_attr(agent, "id") : STR_NONE;
	own_buf device = { 0 };

	*a = (struct session_agent){ STR(""), STR(""), STR("") };
	if (!id.n || id.n > AGENT_ID_MAX)
		return; /* it cannot be known again */
	device_id(&device, id);
	a->device = arena_str(&s->arena, buf_all(&device));
	a->software = child_copy(s, agent, "software");
	a->name = child_copy(s, agent, "device");
}

/* False: it says nothing that can be understood. */
static bool resume_read(struct sasl2 *s, const struct xml *resume)
{
	uint64_t h;

	if (!resume)
		return true;
	if (!str_u64(xml_attr(resume, "h"), &h) || h > UINT32_MAX || !xml_attr(resume, "previd").n ||
	    xml_attr(resume, "previd").n > PREVID_MAX)
		return false;
	s->wish.resume = true;
	s->wish.h = (uint32_t)h;
	s->wish.previd = arena_str(&s->arena, xml_attr(resume, "previd"));
	return true;
}

static bool wish_read(struct sasl2 *s, const struct xml *element)
{
	const struct xml *bind = xml_child(element, "bind", "urn:xmpp:bind:0");

	agent_read(s, xml_child(element, "user-agent", NS_SASL2));
	if (bind)
		bind2_read(&s->wish, bind, &s->arena);
	return resume_read(s, xml_child(element, "resume", "urn:xmpp:sm:3")) && fast_read(&s->wish, element);
}

static void authenticate_take(struct xmpp *x, const struct xml *element)
{
	const struct xml *initial = xml_child(element, "initial-response", NS_SASL2);
	struct str mechanism = xml_attr(element, "mechanism"), first = STR_NONE;
	enum token_kind kind;

	if (initial)
		first = str_trim(xml_text(initial, xmpp_scratch(x)));
	if (initial && !first.p)
		first = STR("");
	if (x->sasl) {
		login_fail(x, &sasl2_syntax, "malformed-request", "Another attempt to log in was under way.");
		return;
	}
	x->sasl2 = mem_new(struct sasl2);
	x->sasl2->x = x;
	if (!wish_read(x->sasl2, element)) {
		login_fail(x, &sasl2_syntax, "malformed-request",
			   "What is asked for beside the login cannot be understood.");
		return;
	}
	if (ht_mechanism(&kind, mechanism))
		fast_begin(x, kind, first);
	else
		login_begin(x, &sasl2_syntax, mechanism, first);
}

static void response_take(struct xmpp *x, const struct xml *element)
{
	login_respond(x, &sasl2_syntax, str_trim(xml_text(element, xmpp_scratch(x))));
}

static void abort_take(struct xmpp *x, const struct xml *element)
{
	login_fail(x, &sasl2_syntax, "aborted", "As you wished.");
}

bool sasl2_takes(const struct xmpp *x, const struct xml *element)
{
	return !x->sasl2 || x->sasl2->granted || xml_is(element, "response", NS_SASL2) ||
	       xml_is(element, "abort", NS_SASL2);
}

const struct xmpp_feature feature_sasl2 = {
	.name = "sasl2",
	.xep = 388,
	.version = "1.0.4",
	.nonza = { { "authenticate", NS_SASL2, XMPP_PLAIN | XMPP_SECURE, authenticate_take },
		   { "response", NS_SASL2, XMPP_PLAIN | XMPP_SECURE, response_take },
		   { "abort", NS_SASL2, XMPP_PLAIN | XMPP_SECURE, abort_take } },
	.offer = sasl2_offer,
	.closed = sasl2_free,
};
