/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/stanza.h - between the XML of a stanza and model/stanza.h; and stanza errors (RFC 6120, 8.3).
 */
#pragma once
#include "model/stanza.h"
#include "wire/xml.h"

/* RFC 6120, 8.3.3. Verdicts: 0 is none. */
enum stanza_error_condition {
	STANZA_ERROR_BAD_REQUEST = 1,
	STANZA_ERROR_CONFLICT,
	STANZA_ERROR_FEATURE_NOT_IMPLEMENTED,
	STANZA_ERROR_FORBIDDEN,
	STANZA_ERROR_GONE,
	STANZA_ERROR_INTERNAL_SERVER_ERROR,
	STANZA_ERROR_ITEM_NOT_FOUND,
	STANZA_ERROR_JID_MALFORMED,
	STANZA_ERROR_NOT_ACCEPTABLE,
	STANZA_ERROR_NOT_ALLOWED,
	STANZA_ERROR_NOT_AUTHORIZED,
	STANZA_ERROR_POLICY_VIOLATION,
	STANZA_ERROR_RECIPIENT_UNAVAILABLE,
	STANZA_ERROR_REDIRECT,
	STANZA_ERROR_REGISTRATION_REQUIRED,
	STANZA_ERROR_REMOTE_SERVER_NOT_FOUND,
	STANZA_ERROR_REMOTE_SERVER_TIMEOUT,
	STANZA_ERROR_RESOURCE_CONSTRAINT,
	STANZA_ERROR_SERVICE_UNAVAILABLE,
	STANZA_ERROR_SUBSCRIPTION_REQUIRED,
	STANZA_ERROR_UNDEFINED_CONDITION,
	STANZA_ERROR_UNEXPECTED_REQUEST,
	STANZA_ERROR_CONDITIONS
};

/* RFC 6120, 8.3.2: what the sender may do about it. USUAL: what the RFC gives for the condition. */
enum stanza_error_type {
	STANZA_ERROR_USUAL, STANZA_ERROR_AUTH, STANZA_ERROR_CANCEL, STANZA_ERROR_CONTINUE, STANZA_ERROR_MODIFY,
	STANZA_ERROR_WAIT
};

/* Makes *ret (the caller's reference) from what a client sent. `from` is its session's address, whatever the stanza
 * says; `domain` the server's own. Elements that only a server may add are left out of the payload: stanza ids,
 * delays in the name of `domain` or of nobody, carbons, archive results, occupant ids. What the types mean without
 * one, or with an unknown one in a message, is filled in. Verdicts: 0; JID_MALFORMED (`to` is no address) or
 * BAD_REQUEST (a type that does not exist, an IQ without id, a request without exactly one child): then *ret is set
 * nevertheless, for stanza_error(), with `to` absent where it is malformed. Only when `x` is no message, presence or
 * IQ in jabber:client is *ret NULL, with BAD_REQUEST. `scratch` is for the time of the call. */
int stanza_from_xml(struct stanza **ret, const struct xml *x, struct jid from, struct str domain, msec now,
		    struct arena *scratch);

/* The same for what a service at another domain sent (XEP-0114), in whose name `from` is: it may say of itself what only a server may say, ids,
 * delays and occupant ids, but nothing in the name of `domain` or of its accounts. */
int stanza_from_service(struct stanza **ret, const struct xml *x, struct jid from, struct str domain, msec now, struct arena *scratch);

/* Appends the whole stanza as it goes to `to` (an absent `to`: without the attribute): head, payload, then `extra`
 * (more children as bytes, complete in themselves under jabber:client; may be absent), end. */
void stanza_write(struct buf *out, const struct stanza *s, struct jid to, struct str extra);

/* The error that answers `orig`: same name and id, from and to swapped (where `orig` has no `to`: from the sender's
 * own bare address, which is who it was for). `text` (English, for a person) may be NULL. NULL when `orig` is itself
 * an error or a result: those are never answered. */
struct stanza *stanza_error(const struct stanza *orig, enum stanza_error_condition condition,
			    enum stanza_error_type type, const char *text);

/* Appends the <error/> element alone. */
void stanza_error_write(struct buf *to, enum stanza_error_condition condition, enum stanza_error_type type,
			const char *text);

/* The condition's name as on the wire ("item-not-found"). */
const char *stanza_error_name(enum stanza_error_condition condition);
