/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/bind2.c - XEP-0386: a session with all that a client wants of it, in the same step as the
 * login. What comes for the session before <success/> has been said waits behind it (x->aside), so that what the
 * archive ended with at that moment and what is delivered leave no gap.
 *
 * Where this is not what the XEP says: what waits for the account is not thrown away because the archive has it too.
 * It goes when a client has acknowledged it, as ever (docs/protocol-login.md).
 */
#include "core/ask.h"
#include "doors/xmpp/features/login.h"
#include "doors/xmpp/features/when.h"

#define NS_BIND2 "urn:xmpp:bind:0"
#define NS_CARBONS "urn:xmpp:carbons:2"
#define NS_CSI "urn:xmpp:csi:0"
#define NS_SM "urn:xmpp:sm:3"

enum { TAG_MAX = 200, PLACE_BYTES = 6 };

void bind2_offer(struct xmpp *x, struct buf *to)
{
	buf_lit(to, "<bind xmlns='" NS_BIND2 "'><inline>");
	buf_lit(to, "<feature var='" NS_CARBONS "'/><feature var='" NS_CSI "'/><feature var='" NS_SM "'/>");
	buf_lit(to, "</inline></bind>");
}

void bind2_read(struct login_wish *w, const struct xml *bind, struct arena *arena)
{
	const struct xml *sm = xml_child(bind, "enable", NS_SM);
	struct str resume = sm ? xml_attr(sm, "resume") : STR_NONE;

	w->bind = true;
	w->tag = str_trim(xml_child_text(bind, "tag", NS_BIND2, arena));
	w->carbons = xml_child(bind, "enable", NS_CARBONS) != NULL;
	w->inactive = xml_child(bind, "inactive", NS_CSI) != NULL;
	w->sm = sm != NULL;
	w->sm_resumable = str_is(resume, "true") || str_is(resume, "1");
}

/* ---- the resource ----------------------------------------------------------------------------------------------- */

/* The same for a client as long as it calls itself the same, so that it takes the place of its own earlier session;
 * it says nothing of the id that it is made of, not even that it is the same for two accounts. */
static void place_write(struct xmpp *x, struct str device, struct buf *to)
{
	own_buf seed = { 0 };
	uint8_t sum[HASH_BYTES_MAX];

	if (device.n) {
		buf_fmt(&seed, "resource:%lld:", (long long)x->account.id);
		buf_str(&seed, device);
		hash_sum(HASH_SHA256, buf_all(&seed), sum);
	} else {
		world_random(core_world(x->core), sum, PLACE_BYTES);
	}
	hex_write(to, str_bytes(sum, PLACE_BYTES));
}

/* "TAG/PLACE"; a tag that cannot be in a resource is left out. */
static struct str resource_make(struct xmpp *x)
{
	const struct login_wish *w = &x->sasl2->wish;
	own_buf place = { 0 }, whole = { 0 };
	struct str resource;

	place_write(x, w->agent.device, &place);
	buf_fmt(&whole, "%.*s/%.*s", STR_ARG(w->tag), STR_ARG(buf_all(&place)));
	if (w->tag.n && w->tag.n <= TAG_MAX && jid_resource_prepare(&resource, buf_all(&whole), &x->sasl2->arena))
		return arena_str(&x->sasl2->arena, resource);
	return arena_str(&x->sasl2->arena, buf_all(&place));
}

/* ---- the session ------------------------------------------------------------------------------------------------ */

/* Nobody knows of a failure behind a login that was good: the stream ends. */
static const struct {
	const char *condition, *text;
} refusals[] = {
	[SESSION_TOO_MANY] = { "resource-constraint", "The account has as many sessions as it may." },
	[SESSION_GONE] = { "not-authorized", "The account was deleted." },
	[SESSION_STORE] = { "internal-server-error", "The account cannot be read now. Try again later." },
	[SESSION_PASSWORD] = { "reset", "The password was changed. Log in again." },
};

static void end_write(struct buf *to, const char *name, const struct stanza *st)
{
	buf_fmt(to, "<%s id='%llu' timestamp='", name, (unsigned long long)st->stamp);
	when_write(to, st->time);
	buf_lit(to, "'/>");
}

static void metadata_write(struct buf *to, const struct store_request *r)
{
	buf_lit(to, "<metadata xmlns='urn:xmpp:mam:2'>");
	if (r->n) {
		end_write(to, "start", r->stanzas[0]);
		end_write(to, "end", r->stanzas[r->n - 1]);
	}
	buf_lit(to, "</metadata>");
}

static void ends_known(struct ask *a)
{
	struct sasl2 *s = holder_of(a, struct sasl2, ends);
	struct xmpp *x = s->x;

	if (!a->verdict) /* else there is no metadata, as the XEP allows */
		metadata_write(&s->bound, a->answer);
	xmpp_go_on(x, HOLD_BIND);
	sasl2_end(x);
}

static void opened(struct xmpp *x, int verdict)
{
	struct sasl2 *s = x->sasl2;

	if (verdict) {
		stream_dismiss(x, refusals[verdict].condition, refusals[verdict].text);
		return;
	}
	x->session.carbons = s->wish.carbons;
	x->csi_inactive = s->wish.inactive;
	session_idle(&x->session, s->wish.inactive);
	if (s->wish.sm)
		sm_enable(x, s->wish.sm_resumable, &s->bound);
	s->ends.done = ends_known;
	xmpp_hold(x, HOLD_BIND);
	archive_ends(x->core, &s->ends, x->account.id);
}

void bind2_begin(struct xmpp *x) { bind_session(x, resource_make(x), opened); }

const struct xmpp_feature feature_bind2 = { .name = "bind 2", .xep = 386, .version = "1.1.0" };
