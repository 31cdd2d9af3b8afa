/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/bookmarks.h - what bookmarks want of private XML and of publications.
 */
#pragma once
#include "doors/xmpp/features/asked.h"

struct pep_config;

#define BOOKMARKS "urn:xmpp:bookmarks:1"
#define BOOKMARKS_LIST "storage:bookmarks"

/* The account's list is to be `list`, <storage xmlns='storage:bookmarks'/>. The IQ is answered, with `result`. */
void bookmarks_set(struct xmpp *x, struct iq *q, const struct xml *list, struct str result);

/* How the node of the list is: it cannot be otherwise. */
const struct pep_config *bookmarks_list_config(void);

/* Something in the node of the items has changed, for the request `a` (a struct pep_errand), which is answered when the
 * list has followed. */
void bookmarks_changed(struct asked *a);

/* A new request about the node of the items: what stood in private XML before there were items becomes items; then
 * `then`. */
void bookmarks_before(struct asked *a, void (*then)(struct asked *a));
