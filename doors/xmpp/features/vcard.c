/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/vcard.c - XEP-0054: the card of a user. Every user of this server may read it, only its owner
 * may change it.
 */
#include "core/block.h"
#include "core/people.h"
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/avatar.h"

#define VCARD "vcard-temp"
#define VCARD_SPACE "vcard"

enum { VCARD_BYTES_MAX = 128 * 1024 };

static void vcard_got(struct asked *a)
{
	if (asked_failed(a))
		return;
	if (!a->ask.verdict)
		iq_result(a->q, a->ask.answer->value);
	else if (a->q->target == TO_ACCOUNT)
		iq_result(a->q, STR("<vCard xmlns='" VCARD "'/>"));
	else /* 3.3: the same as for a user who does not exist */
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no card.");
}

static void vcard_blocks_read(struct asked *a)
{
	struct xmpp *x = a->q->x;
	const int64_t *owner = a->more;

	if (asked_failed(a))
		return;
	if (!a->ask.verdict && block_kept_matches(a->ask.answer->value, x->session.jid)) {
		iq_error(a->q, STANZA_ERROR_SERVICE_UNAVAILABLE, NULL); /* as any request of somebody who is blocked */
		return;
	}
	asked_again(a, vcard_got);
	item_get(x->core, &a->ask, *owner, STR(VCARD_SPACE), STR(""));
}

static void vcard_found(struct asked *a)
{
	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no card.");
		return;
	}
	a->more = arena_get(&a->arena, sizeof(int64_t));
	*(int64_t *)a->more = a->ask.answer->account.id;
	asked_again(a, vcard_blocks_read);
	item_get(a->q->x->core, &a->ask, a->ask.answer->account.id, STR(BLOCK_SPACE), STR(""));
}

static void vcard_get(struct xmpp *x, struct iq *q)
{
	struct asked *a;

	if (q->target == TO_ACCOUNT) {
		a = asked_new(q, vcard_got);
		item_get(x->core, &a->ask, session_account(&x->session), STR(VCARD_SPACE), STR(""));
	} else {
		a = asked_new(q, vcard_found);
		account_find(x->core, &a->ask, arena_str(&a->arena, jid_local(q->to)));
	}
}

/* What others call the owner: the full name, else the nickname. */
static struct str vcard_name(struct xmpp *x, const struct xml *card)
{
	struct str name = str_trim(xml_child_text(card, "FN", VCARD, xmpp_scratch(x)));

	return name.n ? name : str_trim(xml_child_text(card, "NICKNAME", VCARD, xmpp_scratch(x)));
}

static void vcard_set(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };

	xml_write(&b, q->child, STR("jabber:client"));
	if (b.n > VCARD_BYTES_MAX) {
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "The card is over 128 KiB.");
		return;
	}
	people_name(x->core, session_account(&x->session), vcard_name(x, q->child));
	avatar_card(x, q, q->child, buf_all(&b));
}

static void vcard_foreign(struct xmpp *x, struct iq *q)
{
	iq_error(q, STANZA_ERROR_FORBIDDEN, "This card belongs to somebody else.");
}

const struct xmpp_feature feature_vcard = {
	.name = "vcard",
	.xep = 54,
	.version = "1.3.0",
	.disco = { VCARD },
	.disco_account = { VCARD },
	.iq = { { 1 << IQ_GET, "vCard", VCARD, TO_ACCOUNT | TO_USER, .answer = vcard_get },
		{ 1 << IQ_SET, "vCard", VCARD, TO_ACCOUNT, .answer = vcard_set },
		{ 1 << IQ_SET, "vCard", VCARD, TO_USER, .answer = vcard_foreign } },
};
