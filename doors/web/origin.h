/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/origin.h - pages of which sites may speak XMPP here.
 */
#pragma once
#include "doors/web/web.h"

/* True when the request comes from no page, from one of this server, or from one of core_settings.web_origins. */
bool origin_allowed(const struct web_request *q);
