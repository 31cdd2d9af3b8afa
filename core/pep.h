/* SPDX-License-Identifier: Apache-2.0
 *
 * core/pep.h - what people publish about themselves (XEP-0163, the part of XEP-0060 that it needs): nodes of an
 * account, each with items. Who keeps what is decided by the door, which knows the syntax; here is how it stands in
 * the store, who may see it, and who is told.
 *
 * Some of it may be for contacts of certain groups, for those on a list, or for who asked and was let in; all this is
 * between accounts of this server.
 *
 * In the store a node is an item of the space "pep" under its name, and what is published in it are items of the
 * space "pep:NAME" under their ids.
 */
#pragma once
#include "core/ask.h"
#include "core/session.h"

#define PEP_SPACE "pep"

enum {
	PEP_NODES_MAX = 200,                 /* of an account */
	PEP_NAME_BYTES_MAX = 1023,           /* of a node, of an id */
	PEP_ITEMS_MAX = 1000,                /* of a node: "max" */
	PEP_BYTES_MAX = 16 * 1024 * 1024,    /* of all items of an account */
	PEP_ITEM_BYTES_MAX = 200 * 1024,
	PEP_TEXT_BYTES_MAX = 1023,           /* of a title, a description; of all names of groups */
};

/* Who may see a node, beside its owner and those whose affiliation says so. They stand in the store: new ones at the
 * end. */
enum pep_access { PEP_PRESENCE, PEP_OPEN, PEP_WHITELIST /* nobody else */, PEP_ROSTER, PEP_AUTHORIZE, PEP_ACCESSES };
enum pep_last { PEP_LAST_ON_PRESENCE, PEP_LAST_ON_SUBSCRIPTION, PEP_LAST_NEVER, PEP_LASTS };
/* And who may publish. */
enum pep_publishers { PEP_BY_PUBLISHERS, PEP_BY_SUBSCRIBERS, PEP_BY_ALL, PEP_BY };

struct pep_config {
	enum pep_access access;
	enum pep_last send_last;
	enum pep_publishers publishers;
	bool persist, payloads, tell_retract, tell_delete, tell_config; /* payloads: go out with notifications */
	uint32_t max_items;              /* at most PEP_ITEMS_MAX */
	struct str groups;               /* PEP_ROSTER: of the owner's contacts, each followed by a zero byte */
	struct str title, about, type;   /* for people; of the payload */
};

struct pep_node {
	struct str name;
	struct pep_config config;
	struct str last; /* id of the newest item; empty: there is none */
	uint32_t items;
	uint64_t bytes;  /* of all items */
};

/* What holds where nobody said anything (XEP-0163, 3). */
extern const struct pep_config pep_default;

/* As it stands in the store. pep_node_read borrows from the pair; false: it is none of ours. */
void pep_node_write(struct buf *to, const struct pep_node *n);
bool pep_node_read(struct pep_node *ret, const struct store_pair *pair);
/* A kept item: the stamp of its publication, and the XML that the door gave. */
void pep_item_write(struct buf *to, uint64_t stamp, struct str xml);
bool pep_item_read(struct str value, uint64_t *stamp, struct str *xml);
/* The space of a node's items. */
struct str pep_space(struct str node, struct arena *arena);

/* Writes without an answer: commits together with what else is written in this turn. An absent value deletes. */
void pep_put(struct core *c, int64_t owner, struct str space, struct str key, struct str value);

/* ---- who may what (pep_rights.c) --------------------------------------------------------------------------------- */

/* Kept in the space "pep rights" of the owner: "a BARE NODE" an affiliation, "s BARE NODE" a subscription. */
#define PEP_RIGHTS_SPACE "pep rights"

enum { PEP_RIGHTS_MAX = 2000 /* of these at one account */ };
enum pep_affiliation {
	PEP_NONE,
	PEP_MEMBER,
	PEP_PUBLISH_ONLY,
	PEP_PUBLISHER,
	PEP_OWNER,
	PEP_OUTCAST,
	PEP_AFFILIATIONS
};
enum pep_subscription { PEP_UNSUBSCRIBED, PEP_PENDING, PEP_SUBSCRIBED, PEP_SUBSCRIPTIONS };

/* Of one address at one node. */
struct pep_rights {
	enum pep_affiliation affiliation;
	enum pep_subscription subscription;
	bool sees_presence, in_group;
};

bool pep_may_see(const struct pep_config *c, const struct pep_rights *r);
bool pep_may_publish(const struct pep_config *c, const struct pep_rights *r);

/* An affiliation or a subscription as it stands in the store. */
struct pep_right {
	bool subscribes;     /* what it is */
	struct str bare, node;
	enum pep_affiliation affiliation;
	enum pep_subscription subscription;
	int64_t account;     /* of the subscriber; 0: whoever has the address */
	struct str resource; /* its one device that is told; empty: all */
};
struct str pep_right_key(bool subscribes, struct str bare, struct str node, struct arena *arena);
struct str pep_right_value(const struct pep_right *r, struct arena *arena);
bool pep_right_read(struct pep_right *ret, const struct store_pair *pair); /* borrows */
/* Takes over what the pair says of this address at this node; others are passed by. */
void pep_rights_add(struct pep_rights *r, const struct store_pair *pair, struct str node, struct str bare,
		    int64_t account);

/* What `who`, account `account`, may at `node` of `owner`: read from the store into *rights, where the asker has set
 * sees_presence. As any question of core/ask.h. */
void pep_rights_ask(struct core *c, struct ask *a, int64_t owner, const struct pep_node *node, struct jid who,
		    int64_t account, struct pep_rights *rights);

/* The owner says whether somebody who asked may subscribe: nothing happens when nobody waits for it. Once it is on
 * disk `tell` goes to the subscriber. Takes over the reference. */
void pep_decide(struct core *c, int64_t owner, struct str node, struct str bare, bool allow, struct stanza *tell);

/* ---- who is told (pep_tell.c) ------------------------------------------------------------------------------------ */

/* `st`, a message from the bare address of `owner` that tells what happened to `node`, goes to the owner's own
 * sessions, to those of contacts who see the owner's presence, as far as they say that they want it
 * (session_ops.wants), and to who subscribed: as far as they may see it and nobody blocks. `a->done` runs when that is
 * done, whatever became of it. Takes no reference. */
void pep_tell(struct core *c, struct ask *a, int64_t owner, const struct pep_node *node, struct stanza *st);

/* To one account alone, whatever it wants; when it is not here it is lost. Takes no reference. */
void pep_tell_one(struct core *c, struct str name, struct stanza *st);

/* To an account of ours, as a message that waits for it. Takes over the reference. */
void pep_write_to(struct core *c, struct str name, struct stanza *st);

/* The session is available, and what it wants is known: it gets (session_ops.item) the newest item of each node that
 * it wants and may see, of its own account and of the contacts whose presence it sees, one after another, in later
 * turns. Once more while that is under way: it begins again. Later the core itself does so for who becomes such a
 * contact. */
void pep_last(struct session *s);
