/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/answer.c - what a room decided, as the conditions of XEP-0045, with a sentence for a person.
 */
#include <assert.h>

#include "doors/xmpp/muc/muc.h"

#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"

/* `sent` is for messages: their errors are written where their sender is, in the order in which he wrote. */
static const struct {
	enum stanza_error_condition condition;
	enum stanza_error_type type;
	enum sent_verdict sent;
	const char *text;
} verdicts[] = {
	[ROOM_ABSENT] = { STANZA_ERROR_ITEM_NOT_FOUND, STANZA_ERROR_CANCEL, SENT_NO_SUCH_ROOM,
			  "There is no such room." },
	[ROOM_NOT_HERE] = { STANZA_ERROR_NOT_ACCEPTABLE, STANZA_ERROR_CANCEL, SENT_NOT_IN_ROOM,
			    "Only who is in the room may do this." },
	[ROOM_FORBIDDEN] = { STANZA_ERROR_FORBIDDEN, STANZA_ERROR_AUTH, SENT_NO_VOICE, "You may not do this here." },
	[ROOM_NOT_ALLOWED] = { STANZA_ERROR_NOT_ALLOWED, STANZA_ERROR_CANCEL, SENT_NOT_ALLOWED,
			       "This is not allowed." },
	[ROOM_BANNED] = { STANZA_ERROR_FORBIDDEN, STANZA_ERROR_AUTH, SENT_NO_VOICE, "You are banned from this room." },
	[ROOM_MEMBERS_ONLY] = { STANZA_ERROR_REGISTRATION_REQUIRED, STANZA_ERROR_AUTH, SENT_NO_VOICE,
				"This room is for its members." },
	[ROOM_PASSWORD_WRONG] = { STANZA_ERROR_NOT_AUTHORIZED, STANZA_ERROR_AUTH, SENT_NO_VOICE,
				  "The room has a password, and this is not it." },
	[ROOM_NICK_TAKEN] = { STANZA_ERROR_CONFLICT, STANZA_ERROR_CANCEL, SENT_NOT_ALLOWED,
			      "This nickname belongs to somebody else." },
	[ROOM_FULL] = { STANZA_ERROR_SERVICE_UNAVAILABLE, STANZA_ERROR_WAIT, SENT_UNSUPPORTED, "The room is full." },
	[ROOM_LOCKED] = { STANZA_ERROR_ITEM_NOT_FOUND, STANZA_ERROR_CANCEL, SENT_NO_SUCH_ROOM,
			  "The room is not open yet: its owner has not said how it shall be." },
	[ROOM_NO_OCCUPANT] = { STANZA_ERROR_ITEM_NOT_FOUND, STANZA_ERROR_CANCEL, SENT_NO_SUCH_ROOM,
			       "There is no such person or message in this room." },
	[ROOM_TOO_FAST] = { STANZA_ERROR_POLICY_VIOLATION, STANZA_ERROR_WAIT, SENT_TOO_FAST,
			    "Slow mode: wait a little before the next message." },
	[ROOM_TOO_MANY] = { STANZA_ERROR_RESOURCE_CONSTRAINT, STANZA_ERROR_WAIT, SENT_QUEUE_FULL,
			    "This would be more than there may be." },
	[ROOM_BAD] = { STANZA_ERROR_NOT_ACCEPTABLE, STANZA_ERROR_MODIFY, SENT_BAD,
		       "This cannot be: something is empty, too long or out of bounds." },
	[ROOM_STORE] = { STANZA_ERROR_INTERNAL_SERVER_ERROR, STANZA_ERROR_WAIT, SENT_NOT_STORED,
			 "The server could not reach its storage. Nothing has changed; try again later." },
	[ROOM_GONE] = { STANZA_ERROR_GONE, STANZA_ERROR_CANCEL, SENT_NO_SUCH_ROOM, "This room was destroyed." },
};

void muc_send(struct core *c, enum stanza_name name, enum stanza_type type, struct jid from, struct jid to,
	      struct str id, unsigned traits, struct str payload)
{
	service_send(c,
		     stanza_make(&(struct stanza_init){ .name = name, .type = type, .traits = traits, .time = core_now(c), .from = from, .to = to, .id = id,
							.payload = payload }),
		     NULL, NULL);
}

void muc_result(const struct muc *m, struct str payload)
{
	muc_send(m->core, STANZA_IQ, IQ_RESULT, m->st->to, m->st->from, m->st->id, 0, payload);
}

/* <error by='ROOM' …>; XEP-0045 shows what a presence wanted, too. */
static void error_write(struct buf *to, const struct stanza *st, enum stanza_error_condition condition,
			enum stanza_error_type type, const char *text, struct str detail)
{
	own_buf error = { 0 };

	stanza_error_write(&error, condition, type, text);
	if (st->name == STANZA_PRESENCE)
		buf_lit(to, "<x xmlns='" MUC "'/>");
	buf_lit(to, "<error");
	xml_write_attr(to, "by", jid_bare(st->to));
	buf_add(to, error.p + sizeof("<error") - 1, error.n - (sizeof("<error") - 1) - (sizeof("</error>") - 1));
	buf_str(to, detail);
	buf_lit(to, "</error>");
}

/* For messages: the condition as a verdict of sending. */
static enum sent_verdict sent_of(enum stanza_error_condition condition)
{
	for (size_t i = 1; i < countof(verdicts); i++)
		if (verdicts[i].condition == condition)
			return verdicts[i].sent;
	return condition == STANZA_ERROR_BAD_REQUEST ? SENT_BAD : SENT_UNSUPPORTED;
}

void muc_error_with(const struct muc *m, enum stanza_error_condition condition, enum stanza_error_type type,
		    const char *text, struct str detail)
{
	static const enum stanza_type errors[] = { [STANZA_PRESENCE] = PRESENCE_ERROR, [STANZA_IQ] = IQ_ERROR };
	const struct stanza *st = m->st;
	own_buf b = { 0 };

	if (st->name == STANZA_MESSAGE) {
		service_answer(m->core, m->from, sent_of(condition));
		return;
	}
	if (st->type == errors[st->name] || st->type == IQ_RESULT)
		return;
	error_write(&b, st, condition, type, text, detail);
	muc_send(m->core, (enum stanza_name)st->name, errors[st->name], st->to, st->from, st->id, 0, buf_all(&b));
}

void muc_error(const struct muc *m, enum stanza_error_condition condition, const char *text)
{
	muc_error_with(m, condition, STANZA_ERROR_USUAL, text, STR(""));
}

void muc_taken(const struct muc *m) { service_answer(m->core, m->from, SENT_OK); }

/* An address as part of a URI (RFC 5122): what has a meaning there, or none at all, by its bytes. */
static void uri_write(struct buf *to, struct str address)
{
	static const char plain[] = "@-._~!$&'()*+,;=:", digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < address.n; i++) {
		unsigned char c = (unsigned char)address.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(plain, c))) {
			buf_byte(to, (char)c);
		} else {
			buf_byte(to, '%');
			buf_byte(to, digits[c >> 4]);
			buf_byte(to, digits[c & 15]);
		}
	}
}

/* RFC 6120, 8.3.3.5: <gone/> says where to ask instead. False: the room has not been destroyed (lately). */
static bool gone_refuse(const struct muc *m)
{
	const struct stanza *st = m->st;
	const struct room *r = m->room ? m->room : room_at(m->core, jid_to_bare(st->to));
	struct str where, why;
	own_buf b = { 0 }, uri = { 0 };

	if (!r || !room_is_gone(r, &where, &why) || st->name == STANZA_MESSAGE)
		return false;
	if (st->name == STANZA_PRESENCE)
		buf_lit(&b, "<x xmlns='" MUC "'/>");
	buf_lit(&b, "<error");
	xml_write_attr(&b, "by", jid_bare(st->to));
	buf_lit(&b, " type='cancel'><gone xmlns='" NS_STANZAS "'>");
	if (where.n) {
		buf_lit(&uri, "xmpp:");
		uri_write(&uri, where);
		buf_lit(&uri, "?join");
		xml_escape(&b, buf_all(&uri));
	}
	buf_lit(&b, "</gone><text xmlns='" NS_STANZAS "'>");
	xml_escape(&b, why.n ? why : str_z(verdicts[ROOM_GONE].text));
	buf_lit(&b, "</text></error>");
	muc_send(m->core, (enum stanza_name)st->name, st->name == STANZA_IQ ? IQ_ERROR : PRESENCE_ERROR, st->to, st->from, st->id, 0, buf_all(&b));
	return true;
}

void muc_refuse(const struct muc *m, int verdict)
{
	assert(verdict > 0 && (size_t)verdict < countof(verdicts));
	if ((verdict == ROOM_ABSENT || verdict == ROOM_GONE) && gone_refuse(m))
		return;
	if (m->st->name == STANZA_MESSAGE)
		service_answer(m->core, m->from, verdicts[verdict].sent);
	else
		muc_error_with(m, verdicts[verdict].condition, verdicts[verdict].type, verdicts[verdict].text, STR(""));
}

void muc_answer_verdict(const struct muc *m, int verdict)
{
	if (verdict)
		muc_refuse(m, verdict);
	else if (m->st->name == STANZA_MESSAGE)
		muc_taken(m);
	else if (m->st->name == STANZA_IQ)
		muc_result(m, STR(""));
}

/* ---- what ends later ------------------------------------------------------------------------------------------- */

static void call_drop(struct room_call *call)
{
	struct muc_call *k = holder_of(call, struct muc_call, call);

	stanza_unref(k->what.st);
	arena_free(&k->arena);
	mem_free(k);
}

static void call_done(struct room_call *call, int verdict)
{
	struct muc_call *k = holder_of(call, struct muc_call, call);

	if (k->then && k->then(k, verdict))
		return;
	if (!k->then)
		muc_answer_verdict(&k->what, verdict);
	call_drop(call);
}

struct muc_call *muc_call(const struct muc *m, bool (*then)(struct muc_call *k, int verdict))
{
	struct muc_call *k = mem_new(struct muc_call);

	k->call = (struct room_call){ .done = call_done, .drop = call_drop };
	k->what = (struct muc){ .core = m->core, .st = stanza_ref(m->st), .from = m->from };
	k->then = then;
	return k;
}
