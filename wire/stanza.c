/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/stanza.h"

#include <assert.h>

#include "base/mem.h"
#include "wire/xml_scan.h"

#define NS_XML "http://www.w3.org/XML/1998/namespace"
#define NS_CLIENT "jabber:client"
#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"

/* ---- what children mean -------------------------------------------------------------------------------------- */

/* Marks beside enum stanza_traits, for the time of reading only. */
enum {
	STRIP = 1 << 16,       /* only a server may say this */
	STRIP_DELAY = 1 << 17, /* the same, unless it is in somebody else's name */
	STATE = 1 << 18,       /* an XEP-0085 state */
	BESIDE = 1 << 19,      /* may stand beside a chat state without making it more than that */
	ORIGIN = 1 << 20,
	OTHER = 1 << 21,       /* anything else */
	PLACE = 1 << 22,       /* a service may say it of itself */
	PLACE_BY = 1 << 23,    /* the same, if it says that it is its own */
	MARKER = STANZA_RECEIPT | STANZA_WORTH_KEEPING | OTHER,
};

/* By the length of the namespace: what a message has is mostly none of these, or the only one that is so long. */
struct child_kind {
	struct str ns, name; /* an absent name: any */
	uint32_t marks;
};

static const struct child_kind kinds_14[] = {
	{ STR_INIT("urn:xmpp:sid:0"), STR_INIT("origin-id"), ORIGIN | BESIDE },
	{ STR_INIT("urn:xmpp:sid:0"), STR_INIT("stanza-id"), STRIP | PLACE_BY },
	{ STR_INIT("urn:xmpp:delay"), STR_INIT("delay"), STRIP_DELAY | BESIDE },
	{ STR_INIT("urn:xmpp:mam:2"), STR_INIT("result"), STRIP | PLACE },
	{ STR_INIT("urn:xmpp:mam:1"), STR_INIT("result"), STRIP | PLACE },
	{ STR_INIT("urn:xmpp:hints"), STR_INIT("no-store"), STANZA_NO_STORE | BESIDE },
	{ STR_INIT("urn:xmpp:hints"), STR_INIT("no-permanent-store"), STANZA_NO_STORE | BESIDE },
	{ STR_INIT("urn:xmpp:hints"), STR_INIT("no-copy"), STANZA_NO_COPY | BESIDE },
	{ STR_INIT("urn:xmpp:hints"), STR_INIT("store"), STANZA_STORE | OTHER },
	{ STR_INIT("urn:xmpp:eme:0"), STR_INIT("encryption"), STANZA_ENCRYPTED | OTHER },
	{ STR_INIT("urn:xmpp:sfs:0"), STR_INIT("file-sharing"), STANZA_WORTH_KEEPING | OTHER },
};
static const struct child_kind kinds_16[] = {
	{ STR_INIT("urn:xmpp:omemo:1"), STR_INIT("encrypted"), STANZA_ENCRYPTED | OTHER },
	{ STR_INIT("urn:xmpp:omemo:2"), STR_INIT("encrypted"), STANZA_ENCRYPTED | OTHER },
};
static const struct child_kind kinds_17[] = {
	{ STR_INIT("urn:xmpp:receipts"), STR_INIT("received"), MARKER },
	{ STR_INIT("urn:xmpp:fasten:0"), STR_INIT("apply-to"), STANZA_WORTH_KEEPING | OTHER },
};
static const struct child_kind kinds_18[] = {
	{ STR_INIT("urn:xmpp:carbons:2"), STR_INIT("sent"), STRIP },
	{ STR_INIT("urn:xmpp:carbons:2"), STR_INIT("received"), STRIP },
	{ STR_INIT("urn:xmpp:carbons:2"), STR_INIT("private"), STANZA_NO_COPY | BESIDE },
	{ STR_INIT("urn:xmpp:openpgp:0"), STR_INIT("openpgp"), STANZA_ENCRYPTED | OTHER },
	{ STR_INIT("jabber:x:encrypted"), STR_INIT("x"), STANZA_ENCRYPTED | OTHER },
};
static const struct child_kind kinds_19[] = {
	{ STR_INIT("jabber:x:conference"), STR_INIT("x"), STANZA_WORTH_KEEPING | OTHER },
};
static const struct child_kind kinds_20[] = {
	{ STR_INIT("urn:xmpp:reactions:0"), STR_INIT("reactions"), STANZA_WORTH_KEEPING | OTHER },
};
static const struct child_kind kinds_22[] = {
	{ STR_INIT("urn:xmpp:occupant-id:0"), STR_INIT("occupant-id"), STRIP | PLACE },
};
static const struct child_kind kinds_23[] = {
	{ STR_INIT("urn:xmpp:chat-markers:0"), STR_INIT("received"), MARKER },
	{ STR_INIT("urn:xmpp:chat-markers:0"), STR_INIT("displayed"), MARKER },
	{ STR_INIT("urn:xmpp:chat-markers:0"), STR_INIT("acknowledged"), MARKER },
};
static const struct child_kind kinds_25[] = {
	{ STR_INIT("urn:xmpp:jingle-message:0"), STR_NONE, STANZA_WORTH_KEEPING | OTHER },
};
static const struct child_kind kinds_26[] = {
	{ STR_INIT("urn:xmpp:message-correct:0"), STR_INIT("replace"), STANZA_WORTH_KEEPING | OTHER },
	{ STR_INIT("urn:xmpp:message-retract:0"), STR_INIT("retract"), STANZA_WORTH_KEEPING | OTHER },
	{ STR_INIT("urn:xmpp:message-retract:1"), STR_INIT("retract"), STANZA_WORTH_KEEPING | OTHER },
};
static const struct child_kind kinds_30[] = {
	{ STR_INIT("eu.siacs.conversations.axolotl"), STR_INIT("encrypted"), STANZA_ENCRYPTED | OTHER },
};
static const struct child_kind kinds_37[] = {
	{ STR_INIT("http://jabber.org/protocol/chatstates"), STR_NONE, STATE },
};

#define KINDS(list) { list, countof(list) }
static const struct {
	const struct child_kind *first;
	size_t n;
} kinds[] = {
	[14] = KINDS(kinds_14), [16] = KINDS(kinds_16), [17] = KINDS(kinds_17), [18] = KINDS(kinds_18),
	[19] = KINDS(kinds_19), [20] = KINDS(kinds_20), [22] = KINDS(kinds_22), [23] = KINDS(kinds_23),
	[25] = KINDS(kinds_25), [26] = KINDS(kinds_26), [30] = KINDS(kinds_30), [37] = KINDS(kinds_37),
};

static bool has_text(const struct xml *x)
{
	for (const struct xml *c = x->children; c; c = c->next)
		if (c->text.n)
			return true;
	return false;
}

static uint32_t child_marks(const struct xml *c)
{
	if (str_eq(c->ns, STR(NS_CLIENT))) {
		if (str_eq(c->name, STR("body")))
			return (has_text(c) ? STANZA_BODY : 0) | OTHER;
		if (str_eq(c->name, STR("subject")))
			return STANZA_SUBJECT | OTHER;
		return str_eq(c->name, STR("thread")) ? BESIDE : OTHER;
	}
	for (size_t i = 0; c->ns.n < countof(kinds) && i < kinds[c->ns.n].n; i++) {
		const struct child_kind *k = &kinds[c->ns.n].first[i];

		assert(k->ns.n == c->ns.n); /* it stands in the right list */
		if (str_eq(k->ns, c->ns) && (!k->name.p || str_eq(k->name, c->name)))
			return k->marks;
	}
	return OTHER;
}

/* Whether a delay speaks for us: in nobody's name, in the name of our domain or of what is under it, or of another
 * account of ours. */
static bool delay_is_ours(const struct xml *c, struct jid sender, struct str domain, struct arena *scratch)
{
	struct jid from;
	struct str host;

	if (!jid_parse(&from, xml_attr(c, "from"), scratch))
		return true;
	if (jid_same_bare(from, sender))
		return false;
	host = jid_domain(from);
	return str_eq(host, domain) || (host.n > domain.n && host.p[host.n - domain.n - 1] == '.' &&
					str_eq(str_from(host, host.n - domain.n), domain));
}

/* An element in jabber:client with a prefix of its own (<c:body xmlns:c='jabber:client'>) is right, but nobody who
 * looks into a payload without a parser (stanza_body) should have to know. */
static bool is_disguised(const struct xml *c)
{
	struct str tag = str_from(c->raw, 1);

	return str_eq(c->ns, STR(NS_CLIENT)) && c->raw.p && (!str_starts(tag, c->name) || tag.p[c->name.n] == ':');
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

struct reading {
	const struct xml *x;
	struct jid from;
	struct str domain;
	struct arena *scratch;
	struct stanza_init init;
	unsigned elements;
	uint32_t all; /* all marks together */
	bool service; /* from a service at another domain */
};

/* Whether a service names itself there. */
static bool says_itself(const struct reading *r, const struct xml *c, const char *attr)
{
	struct jid by;

	return jid_parse(&by, xml_attr(c, attr), r->scratch) && str_eq(jid_domain(by), jid_domain(r->from));
}

static bool child_stripped(const struct reading *r, const struct xml *c, uint32_t marks)
{
	if (r->service && (marks & PLACE || (marks & PLACE_BY && says_itself(r, c, "by")) || (marks & STRIP_DELAY && says_itself(r, c, "from"))))
		return false;
	return (marks & STRIP) || ((marks & STRIP_DELAY) && delay_is_ours(c, r->from, r->domain, r->scratch));
}

/* Writes the payload anew, without what must go; with what stays made complete in itself. */
static void payload_rebuild(struct reading *r, struct buf *to)
{
	bool iq = r->init.name == STANZA_IQ;

	for (const struct xml *c = r->x->children; c; c = c->next) {
		if (c->name.p && is_disguised(c)) {
			struct xml plain = *c;
			plain.raw = STR_NONE;
			xml_write(to, &plain, STR(NS_CLIENT));
		} else if (!c->name.p || iq || !child_stripped(r, c, child_marks(c))) {
			xml_write(to, c, STR(NS_CLIENT));
		}
	}
}

/* One walk over the children. False when the payload cannot be taken as it came. */
static bool children_read(struct reading *r)
{
	bool verbatim = r->x->raw.p != NULL, iq = r->init.name == STANZA_IQ;

	for (const struct xml *c = r->x->children; c; c = c->next) {
		uint32_t marks;

		if (!c->name.p)
			continue;
		r->elements++;
		if (c->foreign || is_disguised(c))
			verbatim = false;
		if (iq)
			continue;
		marks = child_marks(c);
		if ((marks & (STRIP | STRIP_DELAY)) && child_stripped(r, c, marks)) {
			verbatim = false;
			continue;
		}
		r->all |= marks;
		if (marks & ORIGIN)
			r->init.origin_id = xml_attr(c, "id");
	}
	return verbatim;
}

static enum stanza_traits traits_of(uint32_t all)
{
	uint32_t traits = all & 0xFFFF;

	if ((all & STATE) && !(all & OTHER))
		traits |= STANZA_CHATSTATE_ONLY;
	return (enum stanza_traits)traits;
}

static bool name_read(struct reading *r)
{
	static const struct str names[] = {
		[STANZA_MESSAGE] = STR_INIT("message"),
		[STANZA_PRESENCE] = STR_INIT("presence"),
		[STANZA_IQ] = STR_INIT("iq"),
	};

	for (unsigned i = 0; i < countof(names); i++) {
		if (str_eq(r->x->name, names[i])) {
			r->init.name = (enum stanza_name)i;
			return str_eq(r->x->ns, STR(NS_CLIENT));
		}
	}
	return false;
}

/* The attributes; what is wrong with them is a verdict. */
static int head_read(struct reading *r)
{
	struct stanza_init *init = &r->init;
	struct str to = STR_NONE, type = STR_NONE;
	int verdict = 0;

	for (const struct xml_attr *a = r->x->attrs; a; a = a->next) {
		if (a->ns.n) {
			if (str_eq(a->name, STR("lang")) && str_eq(a->ns, STR(NS_XML)))
				init->lang = a->value;
		} else if (str_eq(a->name, STR("to"))) {
			to = a->value;
		} else if (str_eq(a->name, STR("type"))) {
			type = a->value;
		} else if (str_eq(a->name, STR("id"))) {
			init->id = a->value;
		}
	}
	if (!stanza_type_parse(&init->type, init->name, type)) {
		static const enum stanza_type usual[] = { MESSAGE_NORMAL, PRESENCE_AVAILABLE, IQ_GET };

		init->type = usual[init->name];
		/* An unknown type of a message is "normal" (RFC 6121, 5.2.2). */
		if (init->name != STANZA_MESSAGE)
			verdict = STANZA_ERROR_BAD_REQUEST;
	}
	if (to.p && !jid_parse(&init->to, to, r->scratch)) {
		init->to = (struct jid){ 0 };
		verdict = STANZA_ERROR_JID_MALFORMED;
	}
	return verdict;
}

/* RFC 6120, 8.2.3. */
static bool iq_well_made(const struct reading *r)
{
	if (!r->init.id.p)
		return false;
	return r->init.type == IQ_ERROR || (r->init.type == IQ_RESULT ? r->elements < 2 : r->elements == 1);
}

static int read_from(struct stanza **ret, const struct xml *x, struct jid from, struct str domain, msec now, struct arena *scratch, bool service)
{
	struct reading r = { .x = x, .from = from, .domain = domain, .scratch = scratch, .service = service };
	own_buf rebuilt = { 0 };
	int verdict;

	*ret = NULL;
	if (!name_read(&r))
		return STANZA_ERROR_BAD_REQUEST;
	r.init.from = from;
	r.init.time = now;
	r.init.payload = x->inner;
	verdict = head_read(&r);
	if (!children_read(&r)) {
		payload_rebuild(&r, &rebuilt);
		r.init.payload = buf_all(&rebuilt);
	}
	r.init.traits = traits_of(r.all);
	if (!verdict && r.init.name == STANZA_IQ && !iq_well_made(&r))
		verdict = STANZA_ERROR_BAD_REQUEST;
	*ret = stanza_make(&r.init);
	return verdict;
}

int stanza_from_xml(struct stanza **ret, const struct xml *x, struct jid from, struct str domain, msec now,
		    struct arena *scratch)
{
	return read_from(ret, x, from, domain, now, scratch, false);
}

int stanza_from_service(struct stanza **ret, const struct xml *x, struct jid from, struct str domain, msec now, struct arena *scratch)
{
	return read_from(ret, x, from, domain, now, scratch, true);
}

/* ---- writing ------------------------------------------------------------------------------------------------- */

/* An attribute whose value needs no escaping, in one go. `head` is ` name="`. */
static inline void attr_plain(struct buf *out, struct str head, struct str value)
{
	size_t n = head.n + value.n + 1;
	char *p = out->room - out->n >= n ? out->p + out->n : buf_room(out, n);

	memcpy(p, head.p, head.n);
	memcpy(p + head.n, value.p, value.n);
	p[n - 1] = '"';
	out->n += n;
}

/* The same as xml_write_attr, but quick where nothing needs to be escaped. */
#define attr_write(out, name, value) attr_write_as((out), name, STR(" " name "=\""), (value))

static inline void attr_write_as(struct buf *out, const char *name, struct str head, struct str value)
{
	if (!value.p)
		return;
	if (xml_scan_special(value.p, value.p + value.n) < value.p + value.n)
		xml_write_attr(out, name, value);
	else
		attr_plain(out, head, value);
}

void stanza_write(struct buf *out, const struct stanza *s, struct jid to, struct str extra)
{
	static const struct { struct str open, close; } tags[] = {
		[STANZA_MESSAGE] = { STR_INIT("<message"), STR_INIT("</message>") },
		[STANZA_PRESENCE] = { STR_INIT("<presence"), STR_INIT("</presence>") },
		[STANZA_IQ] = { STR_INIT("<iq"), STR_INIT("</iq>") },
	};

	const char *type = stanza_type_text((enum stanza_type)s->type);

	buf_room(out, s->payload.n + extra.n + s->from.local + s->from.domain + s->from.resource + 256);
	buf_str(out, tags[s->name].open);
	attr_write(out, "from", jid_full(s->from));
	attr_write(out, "to", jid_full(to));
	attr_write(out, "id", s->id);
	if (type)
		attr_plain(out, STR(" type=\""), str_z(type));
	attr_write(out, "xml:lang", s->lang);
	if (s->payload.n + extra.n == 0) {
		buf_lit(out, "/>");
		return;
	}
	buf_byte(out, '>');
	buf_str(out, s->payload);
	buf_str(out, extra);
	buf_str(out, tags[s->name].close);
}

/* ---- errors -------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum stanza_error_type type;
} conditions[STANZA_ERROR_CONDITIONS] = {
	[STANZA_ERROR_BAD_REQUEST] = { "bad-request", STANZA_ERROR_MODIFY },
	[STANZA_ERROR_CONFLICT] = { "conflict", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_FEATURE_NOT_IMPLEMENTED] = { "feature-not-implemented", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_FORBIDDEN] = { "forbidden", STANZA_ERROR_AUTH },
	[STANZA_ERROR_GONE] = { "gone", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_INTERNAL_SERVER_ERROR] = { "internal-server-error", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_ITEM_NOT_FOUND] = { "item-not-found", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_JID_MALFORMED] = { "jid-malformed", STANZA_ERROR_MODIFY },
	[STANZA_ERROR_NOT_ACCEPTABLE] = { "not-acceptable", STANZA_ERROR_MODIFY },
	[STANZA_ERROR_NOT_ALLOWED] = { "not-allowed", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_NOT_AUTHORIZED] = { "not-authorized", STANZA_ERROR_AUTH },
	[STANZA_ERROR_POLICY_VIOLATION] = { "policy-violation", STANZA_ERROR_MODIFY },
	[STANZA_ERROR_RECIPIENT_UNAVAILABLE] = { "recipient-unavailable", STANZA_ERROR_WAIT },
	[STANZA_ERROR_REDIRECT] = { "redirect", STANZA_ERROR_MODIFY },
	[STANZA_ERROR_REGISTRATION_REQUIRED] = { "registration-required", STANZA_ERROR_AUTH },
	[STANZA_ERROR_REMOTE_SERVER_NOT_FOUND] = { "remote-server-not-found", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_REMOTE_SERVER_TIMEOUT] = { "remote-server-timeout", STANZA_ERROR_WAIT },
	[STANZA_ERROR_RESOURCE_CONSTRAINT] = { "resource-constraint", STANZA_ERROR_WAIT },
	[STANZA_ERROR_SERVICE_UNAVAILABLE] = { "service-unavailable", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_SUBSCRIPTION_REQUIRED] = { "subscription-required", STANZA_ERROR_AUTH },
	[STANZA_ERROR_UNDEFINED_CONDITION] = { "undefined-condition", STANZA_ERROR_CANCEL },
	[STANZA_ERROR_UNEXPECTED_REQUEST] = { "unexpected-request", STANZA_ERROR_WAIT },
};

const char *stanza_error_name(enum stanza_error_condition condition)
{
	assert(condition > 0 && condition < STANZA_ERROR_CONDITIONS);
	return conditions[condition].name;
}

void stanza_error_write(struct buf *to, enum stanza_error_condition condition, enum stanza_error_type type,
			const char *text)
{
	static const char *const words[] = {
		[STANZA_ERROR_AUTH] = "auth", [STANZA_ERROR_CANCEL] = "cancel", [STANZA_ERROR_CONTINUE] = "continue",
		[STANZA_ERROR_MODIFY] = "modify", [STANZA_ERROR_WAIT] = "wait",
	};
	const char *name = stanza_error_name(condition);

	buf_lit(to, "<error");
	xml_write_attr(to, "type", str_z(words[type ? type : conditions[condition].type]));
	buf_byte(to, '>');
	buf_byte(to, '<');
	buf_str(to, str_z(name));
	buf_lit(to, " xmlns=\"" NS_STANZAS "\"/>");
	if (text) {
		buf_lit(to, "<text xmlns=\"" NS_STANZAS "\" xml:lang=\"en\">");
		xml_escape(to, str_z(text));
		buf_lit(to, "</text>");
	}
	buf_lit(to, "</error>");
}

struct stanza *stanza_error(const struct stanza *orig, enum stanza_error_condition condition,
			    enum stanza_error_type type, const char *text)
{
	static const enum stanza_type errors[] = {
		[STANZA_MESSAGE] = MESSAGE_ERROR, [STANZA_PRESENCE] = PRESENCE_ERROR, [STANZA_IQ] = IQ_ERROR,
	};
	own_buf payload = { 0 };

	if (orig->type == errors[orig->name] || orig->type == IQ_RESULT)
		return NULL;
	stanza_error_write(&payload, condition, type, text);
	return stanza_make(&(struct stanza_init){
		.name = (enum stanza_name)orig->name,
		.type = errors[orig->name],
		.time = orig->time,
		.from = orig->to.p ? orig->to : jid_to_bare(orig->from),
		.to = orig->from,
		.id = orig->id,
		.payload = buf_all(&payload),
	});
}
