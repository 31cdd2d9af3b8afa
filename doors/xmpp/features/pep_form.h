/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/pep_form.h - how a node is, as a form (XEP-0060, 16.4.4): to configure it, and as the
 * conditions of a publication.
 */
#pragma once
#include "core/pep.h"
#include "wire/xml.h"

/* What a form says; what it does not name stays as it is. */
struct pep_form {
	struct pep_config config; /* texts: in the arena of the reading */
	unsigned given; /* a bit for each field of the table */
};

/* Reads the form of `type` inside `parent`; none there, or one that was cancelled, says nothing. Fields that we do
 * not know are ignored. False: it wants what cannot be here, or is no such form. */
bool pep_form_read(struct pep_form *ret, const struct xml *parent, const char *type, struct arena *arena);

/* What it points at lives as long as the arena from now on. */
void pep_form_keep(struct pep_form *form, struct arena *arena);

/* Whether a node is as the form says. */
bool pep_form_holds(const struct pep_form *form, const struct pep_config *c);

/* Makes it so. */
void pep_form_apply(const struct pep_form *form, struct pep_config *c);

/* Appends the form; to be filled in where its type is that of a configuration. */
void pep_form_write(struct buf *to, const char *type, const struct pep_config *c);
