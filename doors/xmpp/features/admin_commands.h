/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/admin_commands.h - the commands of XEP-0133.
 */
#pragma once
#include "doors/xmpp/features/commands.h"

/* The i-th; NULL: there are no more. */
const struct xmpp_command *admin_command(size_t i);
