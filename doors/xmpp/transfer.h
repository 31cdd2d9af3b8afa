/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/transfer.h - XEP-0227: what an account is as XML, for other servers.
 */
#pragma once
#include "core/transfer.h"

extern const struct transfer_syntax xmpp_transfer;
