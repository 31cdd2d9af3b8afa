/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features.c - all features, a line each. Stream features are offered in this order.
 */
#include "doors/xmpp/xmpp.h"

#define FEATURES(each) \
	each(starttls) each(direct_tls) each(sasl) each(sasl2) each(bind2) each(fast) each(sasl_channel_binding) each(sasl_downgrade) each(preauth) each(register) \
	each(bind) each(session) each(sm) each(csi) each(carbons) each(forward) \
	each(disco) each(caps) each(forms_in_disco) each(contacts) \
	each(roster) each(block) each(report) each(offline) each(delay) each(stanza_ids) each(hints) \
	each(mam) each(search) each(archive_prefs) each(rsm) \
	each(ping) each(version) each(time) each(last) each(private) each(vcard) \
	each(pep) each(pubsub) each(pubsub_public) each(pubsub_private) each(nick) each(bookmarks) each(bookmarks_list) each(bookmarks_conversion) each(avatar) each(avatar_hash) each(avatar_conversion) \
	each(external) each(commands) each(admin_commands) each(invite) each(preauth_roster) each(people) each(clients) each(push) \
	each(rooms) each(rooms_unique) each(rooms_hats) each(rooms_self_ping) each(rooms_occupants) each(rooms_retraction) each(rooms_moderation) \
	each(rooms_search) each(rooms_pictures) \
	each(upload) each(bytestreams)

#define DECLARE(name) extern const struct xmpp_feature feature_##name;
#define ADDRESS(name) &feature_##name,

FEATURES(DECLARE)

const struct xmpp_feature *const xmpp_features[] = { FEATURES(ADDRESS) NULL };
