/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/pep.h - inside XEP-0163 and XEP-0060: a request under way, and what the use cases share.
 */
#pragma once
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/pep_form.h"

#define PUBSUB "http://jabber.org/protocol/pubsub"
#define OWNER PUBSUB "#owner"
#define EVENT PUBSUB "#event"
#define ERRORS PUBSUB "#errors"
#define AUTHORIZATION PUBSUB "#subscribe_authorization"
#define NICK "http://jabber.org/protocol/nick"
#define DISCO_INFO "http://jabber.org/protocol/disco#info"
#define DISCO_ITEMS "http://jabber.org/protocol/disco#items"

/* No element has it: so each that is written says its own. */
#define NO_SCOPE "urn:anser:none"

/* Of what a link may have unread: an answer with more leaves out the oldest items. */
enum { ITEMS_PART = 2, IDS_MAX = 100 };

/* One request while it is under way. In the arena of its struct asked. */
struct pep_errand {
	struct pep_node node; /* its name; and, once it was read, all of it */
	bool exists;
	int64_t owner;
	struct jid at;        /* the owner's bare address */
	struct pep_rights rights; /* of who asks */
	struct str id;        /* of the item */
	struct str payload;   /* to publish; the XML inside of <item/> */
	struct str nick;      /* XEP-0172, published with it; absent: it is something else */
	struct pep_form form; /* what was asked for the node to be */
	uint64_t bytes;       /* of all nodes of the account */
	bool made;            /* its name was */
	bool notify;          /* a retraction is told, whatever the node says */
	struct str *ids;      /* items asked for; NULL: all */
	size_t ids_n;
	uint64_t limit;       /* of items asked for; 0: none */
	void (*then)(struct asked *a); /* for visits: it may be done */
	bool (*may)(const struct pep_config *c, const struct pep_rights *r); /* what the visit is for */
	struct pep_right right; /* pep_subscribe.c */
	struct str answer;    /* what is answered when it was told */
	void *more;           /* of the use case */
	void (*after)(struct asked *a); /* instead: must answer, or ask again */
};

/* ---- pep_errand.c ------------------------------------------------------------------------------------------------ */

/* Answers with an error; `own`: the condition of XEP-0060 in it, may be NULL. */
void pep_refuse(struct iq *q, enum stanza_error_condition condition, const char *text, const char *own);
void pep_refuse_unknown(struct iq *q);

/* The name in the attribute `node`; false when it was answered that there is none. */
bool pep_node_name(struct iq *q, const struct xml *e, struct str *ret);

/* A request about a node of the own account; a->more is the struct pep_errand. */
struct asked *pep_errand_new(struct iq *q, void (*then)(struct asked *a), struct str node);

/* The node's own record as it is kept. */
struct str pep_record(const struct pep_node *n, struct arena *arena);
/* Written with what else this turn writes; the answer is waited for with something that is written behind it. */
void pep_record_put(struct asked *a);
/* Asks for the record; then pep_record_got(): false when it was answered that there is no such node. */
void pep_record_ask(struct asked *a);
bool pep_record_got(struct asked *a);
/* All nodes of the account were listed: takes the one of this errand, and what all of them hold. How many they are. */
size_t pep_records_got(struct asked *a);
/* False when it was answered that there are as many nodes as there may be. */
bool pep_node_may_come(struct asked *a, size_t nodes);

/* Lists the items of the node. */
void pep_items_ask(struct asked *a, void (*then)(struct asked *a));
struct pep_aged {
	uint64_t stamp;
	const struct store_pair *pair;
};
/* What the store listed, by the time of publication. */
struct pep_aged *pep_items_aged(const struct store_request *r, struct arena *arena);

/* Somebody wants to look, maybe the owner: `then` runs when the node may be seen, or, without a node, with the list of
 * them. The request is on its way with this; the caller may add to its work. */
struct asked *pep_visit(struct iq *q, struct str node, void (*then)(struct asked *a));
/* The same for another purpose: `may` says who may. */
struct asked *pep_visit_for(struct iq *q, struct str node,
			    bool (*may)(const struct pep_config *c, const struct pep_rights *r),
			    void (*then)(struct asked *a));
/* Whether who asks sees the presence of whom it is asked of. */
bool pep_sees_presence(struct iq *q);
/* Who sees nothing of an account learns nothing: not of its nodes, not whether it exists. */
void pep_refuse_stranger(struct iq *q);

/* ---- pep_event.c ------------------------------------------------------------------------------------------------- */

void pep_items_write(struct buf *to, struct str node, struct str items);
void pep_item_write_as(struct buf *to, const char *element, struct str id, struct str payload);
/* A message from `from`; `inside` stands in <event/>. The caller's reference. */
struct stanza *pep_event(struct xmpp *x, struct jid from, struct jid to, struct str inside);
/* Tells who is to know; `inside` stands in <event/>. Then the IQ is answered with `answer`. */
void pep_event_tell(struct asked *a, struct str inside, struct str answer);

/* Answers the IQ when what hangs on the node has followed. */
void pep_answer(struct asked *a, struct str answer);

/* ---- the use cases: `e` is the element that says what is to be done ---------------------------------------------- */

void pep_publish(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_retract(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_items(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_create(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_default_get(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_configure_get(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_configure_set(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_purge(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_delete(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_subscribe(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_unsubscribe(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_subscriptions(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_affiliations(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_subscribers_get(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_subscribers_set(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_affiliated_get(struct xmpp *x, struct iq *q, const struct xml *e);
void pep_affiliated_set(struct xmpp *x, struct iq *q, const struct xml *e);
