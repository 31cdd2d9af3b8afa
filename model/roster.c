/* SPDX-License-Identifier: Apache-2.0 */
#include "model/roster.h"

#include <assert.h>

enum {
	TO = ROSTER_TO,
	FROM = ROSTER_FROM,
	ASK = ROSTER_ASK,
	IN = ROSTER_PENDING_IN,
	SUBSCRIPTION = TO | FROM | ASK | IN, /* the part of a state that appendix A speaks of */
	SHOWN = TO | FROM | ASK | ROSTER_APPROVED | ROSTER_LISTED,
};

/* Each event in one rule; together they say what the eight tables of RFC 6121, A.2 and A.3, say in 72 rows. */
static const struct rule {
	uint8_t unless;   /* any of these set: nothing changes */
	uint8_t needs;    /* none of these set: nothing changes (0: always applies) */
	uint8_t add, drop;
	bool always;      /* the stanza goes on even where nothing changes: the other server may know less than we do */
} rules[ROSTER_EVENTS] = {
	[ROSTER_OUT_SUBSCRIBE] = { .unless = TO, .add = ASK | ROSTER_LISTED, .always = true },
	[ROSTER_OUT_UNSUBSCRIBE] = { .needs = TO | ASK, .drop = TO | ASK, .always = true },
	[ROSTER_OUT_SUBSCRIBED] = { .needs = IN, .add = FROM | ROSTER_LISTED, .drop = IN | ROSTER_APPROVED },
	[ROSTER_OUT_UNSUBSCRIBED] = { .needs = FROM | IN, .drop = FROM | IN | ROSTER_APPROVED },
	[ROSTER_IN_SUBSCRIBE] = { .unless = FROM | IN, .add = IN },
	[ROSTER_IN_UNSUBSCRIBE] = { .needs = FROM | IN, .drop = FROM | IN },
	[ROSTER_IN_SUBSCRIBED] = { .needs = ASK, .add = TO, .drop = ASK },
	[ROSTER_IN_UNSUBSCRIBED] = { .needs = TO | ASK, .drop = TO | ASK },
};

static struct roster_step apply(uint32_t state, const struct rule *rule)
{
	bool applies = !(state & rule->unless) && (!rule->needs || (state & rule->needs));

	if (!applies)
		return (struct roster_step){ .state = state, .pass = rule->always };
	return (struct roster_step){ .state = (state & ~(uint32_t)rule->drop) | rule->add, .pass = true };
}

struct roster_step roster_step(uint32_t state, enum roster_event event)
{
	struct roster_step ret;

	assert(event < ROSTER_EVENTS);
	ret = apply(state, &rules[event]);

	/* Pre-approval (RFC 6121, 3.4.2): "subscribed" before anybody asked is noted and not sent; the request that
	 * comes then is answered for the user; "unsubscribed" takes it back, and is not sent either. */
	if (event == ROSTER_OUT_SUBSCRIBED && !(state & (FROM | IN)))
		ret.state |= ROSTER_APPROVED | ROSTER_LISTED;
	else if (event == ROSTER_OUT_UNSUBSCRIBED)
		ret.state &= ~(uint32_t)ROSTER_APPROVED;
	else if (event == ROSTER_IN_SUBSCRIBE && (state & (FROM | ROSTER_APPROVED)))
		ret = (struct roster_step){ .state = (state | FROM) & ~(uint32_t)IN, .reply = true };

	ret.push = ((state ^ ret.state) & SHOWN) != 0;
	return ret;
}

const char *roster_subscription(uint32_t state)
{
	static const char *const words[] = { "none", "to", "from", "both" };

	return words[state & (TO | FROM)];
}
