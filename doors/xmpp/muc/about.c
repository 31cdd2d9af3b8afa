/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/about.c - the standards that rooms are made by, for the list of what this door implements. They are
 * announced by the service and its rooms (disco.c), not by the server.
 */
#include "doors/xmpp/xmpp.h"

static bool rooms_on(const struct core *c) { return core_settings(c)->rooms_domain.n > 0; }

#define ROW(row, number, of, called) \
	const struct xmpp_feature feature_##row = { .name = called, .xep = number, .version = of, .on = rooms_on }

ROW(rooms, 45, "1.35.5", "rooms");
ROW(rooms_unique, 307, "0.1", "names for rooms");
ROW(rooms_hats, 317, "0.3.1", "hats");
ROW(rooms_self_ping, 410, "1.1.0", "self-ping");
ROW(rooms_occupants, 421, "1.0.1", "occupant ids");
ROW(rooms_retraction, 424, "0.4.2", "retraction in rooms");
ROW(rooms_moderation, 425, "0.3.0", "moderation");
ROW(rooms_search, 433, "0.1.0", "looking for rooms");
ROW(rooms_pictures, 486, "0.1.0", "pictures of rooms");
