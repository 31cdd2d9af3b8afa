/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/socket.h - the route /ws: XMPP over WebSocket (RFC 7395).
 */
#pragma once
#include "doors/web/web.h"

void socket_answer(struct web_request *q);
