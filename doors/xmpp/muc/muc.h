/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/muc.h - the syntax of rooms (XEP-0045): between stanzas that come to a room, or to the service that
 * rooms live at, and core/room.h. What rooms mean is decided there; here is how it is asked for and answered.
 */
#pragma once
#include "core/ask.h"
#include "core/room.h"
#include "wire/stanza.h"

#define MUC "http://jabber.org/protocol/muc"
#define MUC_USER MUC "#user"
#define MUC_ADMIN MUC "#admin"
#define MUC_OWNER MUC "#owner"
#define MUC_REQUEST MUC "#request"
#define MUC_REGISTER MUC "#register"
#define MUC_ROOMCONFIG MUC "#roomconfig"
#define MUC_ROOMINFO MUC "#roominfo"
#define MUC_UNIQUE MUC "#unique"
#define MUC_TRAFFIC MUC "#traffic"
#define MUC_STABLE_ID MUC "#stable_id"
#define MUC_SELF_PING MUC "#self-ping-optimization"
#define REGISTER "jabber:iq:register"
#define OCCUPANT_ID "urn:xmpp:occupant-id:0"
#define HATS "urn:xmpp:hats:0"
#define HATS_COMMANDS "urn:xmpp:hats:commands"
#define RETRACT "urn:xmpp:message-retract:1"
#define MODERATE "urn:xmpp:message-moderate:1"
/* The same before version 0.3, as clients still speak it: Gajim up to 1.8. */
#define MODERATE_OLD "urn:xmpp:message-moderate:0"
#define RETRACT_OLD "urn:xmpp:message-retract:0"
#define FASTEN "urn:xmpp:fasten:0"
#define CHANNEL_SEARCH "urn:xmpp:channel-search:0:search"
#define DISCO_INFO "http://jabber.org/protocol/disco#info"
#define DISCO_ITEMS "http://jabber.org/protocol/disco#items"
#define VCARD "vcard-temp"
#define PING "urn:xmpp:ping"
#define ROOMS_OWN "urn:anser:rooms:0" /* fields of ours: docs/protocol-rooms.md */

#define NS_CLIENT_SCOPE "jabber:client"

/* Rooms begin on this core; after core_new(), on each core of the process. Nothing where settings name no domain for
 * rooms. */
void muc_begin(struct core *c);

/* ---- a stanza that has come ------------------------------------------------------------------------------------ */

/* Lives for the call. */
struct muc {
	struct core *core;
	struct room *room;         /* NULL: it came to the service */
	struct stanza *st;
	struct service_sender from;
	struct arena *arena;
	const struct xml *x;       /* the stanza's children stand in it */
	const struct xml *child;   /* of an IQ: the one there is */
};

void muc_presence(struct muc *m);
void muc_message(struct muc *m);
void muc_iq(struct muc *m);
void muc_service_iq(struct muc *m);
/* Of messages to the room: <x/> with invitations, <decline/>, a form about voice. */
void muc_invite(struct muc *m, const struct xml *x);
void muc_decline(struct muc *m, const struct xml *decline);
void muc_voice(struct muc *m);

/* A handler of IQs: a row of the tables in iq.c. */
typedef void muc_answer(struct muc *m);
muc_answer muc_room_info, muc_room_items, muc_service_info, muc_service_items;
muc_answer muc_admin_get, muc_admin_set, muc_owner_get, muc_owner_set;
muc_answer muc_register_get, muc_register_set;
muc_answer muc_avatar_get, muc_avatar_set, muc_card_get;
muc_answer muc_archive_query, muc_archive_form, muc_archive_ends;
muc_answer muc_moderate, muc_moderate_old, muc_command, muc_unique, muc_search;
/* For disco about commands: false when the node is none. */
bool muc_command_info(const struct muc *m, struct str node, struct buf *to);
bool muc_command_items(const struct muc *m, struct str node, struct buf *to);

/* The seat of who sent it; NULL: is not in the room. */
struct seat *muc_seat(const struct muc *m);

/* ---- answers --------------------------------------------------------------------------------------------------- */

/* Answers an IQ. `payload` is complete in itself under jabber:client. */
void muc_result(const struct muc *m, struct str payload);
/* Answers what it was with an error: a presence or IQ by a stanza, a message through its sender's session. */
void muc_error(const struct muc *m, enum stanza_error_condition condition, const char *text);
void muc_error_with(const struct muc *m, enum stanza_error_condition condition, enum stanza_error_type type,
		    const char *text, struct str detail);
/* The same for a verdict of the room: the table in answer.c. */
void muc_refuse(const struct muc *m, int verdict);
/* A message has ended well. */
void muc_taken(const struct muc *m);

/* Something under way in the room: it outlives the struct muc. */
struct muc_call {
	struct room_call call;
	struct muc what;      /* core, st (a reference) and from only */
	struct arena arena;
	void *more;           /* in the arena */
	/* Instead of the usual answer (an empty result, or the error that the verdict means); NULL: that one. May go on
	 * with another call of the room with &k->call and say true: then it runs again with its verdict. */
	bool (*then)(struct muc_call *k, int verdict);
};
struct muc_call *muc_call(const struct muc *m, bool (*then)(struct muc_call *k, int verdict));
/* The usual answer. */
void muc_answer_verdict(const struct muc *m, int verdict);

/* Sends a stanza in the name of the room, or of the service: `from` may be absent, then it is who was written to. */
void muc_send(struct core *c, enum stanza_name name, enum stanza_type type, struct jid from, struct jid to,
	      struct str id, unsigned traits, struct str payload);

/* ---- what several need ----------------------------------------------------------------------------------------- */

/* The room's name and all that is said of it is text of somebody: these escape. */
void muc_text(struct buf *to, const char *element, struct str text);
/* The children of `m`'s stanza but those that only rooms may say. */
void muc_payload(const struct muc *m, struct buf *to);
/* A stanza as it came, with another payload; the caller's reference. */
struct stanza *muc_with_payload(const struct stanza *st, struct str payload);
/* An address in an attribute: 1, 0 when there is none, -1 when it is none. */
int muc_jid(const struct xml *x, const char *attr, struct jid *ret, struct arena *arena);
/* What somebody is there as in the forms of yes and no. False: it is neither. */
bool muc_flag(struct str text, bool *ret);
/* The form (XEP-0004) inside of `parent`, if it is one of `type` and of FORM_TYPE `form_type` (or names none). */
const struct xml *muc_form(const struct xml *parent, const char *form_type, struct arena *arena);
/* Tells the room's picture (XEP-0486): to one client that has come, or to everybody (`to` NULL). */
void muc_avatar_tell(struct room *r, const struct jid *to);

/* ---- per core -------------------------------------------------------------------------------------------------- */

/* A question to the store under way; `ask` first. Freed by muc_asked_free(), or with the core. */
struct muc_asked {
	struct ask ask;
	struct list here;
	struct muc what; /* core, st (a reference), from */
	struct arena arena;
	void *more;
};
struct muc_asked *muc_asked(const struct muc *m, void (*done)(struct ask *a));
void muc_asked_free(struct muc_asked *a);
