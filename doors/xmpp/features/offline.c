/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/offline.c - XEP-0160: messages wait for who is not there. The core does it (core/offline.c),
 * here it is only told.
 */
#include "doors/xmpp/xmpp.h"

const struct xmpp_feature feature_offline = {
	.name = "offline",
	.xep = 160,
	.version = "1.0.1",
	.disco = { "msgoffline" },
};
