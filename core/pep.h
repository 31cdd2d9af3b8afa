/* SPDX-License-Identifier: Apache-2.0
 *
 * core/pep.h - what people publish about themselves (XEP-0163, the part of XEP-0060 that it needs): nodes of an
 * account, each with items. Who keeps what is decided by the door, which knows the syntax; here is how it stands in
 * the store, who may see it, and who is told.
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
};

enum pep_access { PEP_PRESENCE, PEP_OPEN, PEP_WHITELIST /* the owner alone */, PEP_ACCESSES };
enum pep_last { PEP_LAST_ON_PRESENCE, PEP_LAST_ON_SUBSCRIPTION, PEP_LAST_NEVER, PEP_LASTS };

struct pep_config {
	enum pep_access access;
	enum pep_last send_last;
	bool persist, payloads, tell_retract; /* payloads: go out with notifications */
	uint32_t max_items;                   /* at most PEP_ITEMS_MAX */
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

/* Whether somebody may see the node: the owner; who is subscribed to the owner's presence; anybody. */
bool pep_shows(const struct pep_config *c, bool owner, bool subscribed);

/* Writes without an answer: commits together with what else is written in this turn. An absent value deletes. */
void pep_put(struct core *c, int64_t owner, struct str space, struct str key, struct str value);

/* `st`, a message of the session's account that tells what happened to `node`, goes to the account's own sessions
 * and, as the access allows, to those of contacts who see its presence: to all that say they want it
 * (session_ops.wants) and that nobody blocks. Takes no reference. */
void pep_tell(struct session *s, struct str node, enum pep_access access, struct stanza *st);

/* The session is available, and what it wants is known: it gets (session_ops.item) the newest item of each node that
 * it wants and may see, of its own account and of the contacts whose presence it sees, one after another, in later
 * turns. Once more while that is under way: it begins again. Later the core itself does so for who becomes such a
 * contact. */
void pep_last(struct session *s);
