/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/admin.h - the operator's door: a local socket in the data directory that only the owner can open (that is the whole of its security).
 * One JSON object a line: a request names a command of model/commands.h and its arguments,
 *     {"command":"kick","name":"tom","resource":"phone"}
 * and is answered by any number of rows and then one end, each a line:
 *     {"row":{...}}      {"ok":{...}}  or  {"error":{"code":"unknown","text":"..."}}
 * Requests are answered in order. Times are milliseconds since 1970.
 */
#pragma once
#include "base/settings.h"
#include "core/core.h"
#include "core/transfer.h"
#include "doors/door.h"

/* What only the program around the cores can do. All calls come on the thread of the core that serves the door. */
struct admin_host {
	const struct settings *(*settings)(void *arg); /* as they are now; borrowed for the turn */
	void (*stop)(void *arg);                       /* end in order, soon */
	/* Reads the settings again: names of what changed and of what needs a restart, one a line each (settings_reload). 0, or a verdict of
	 * settings_load() and its sentences in `why`; then nothing has changed. */
	int (*reload)(void *arg, struct buf *changed, struct buf *restart, struct buf *why);
	void *arg;
	const struct transfer_syntax *accounts; /* what accounts are as XML (XEP-0227); NULL: none goes out or comes in */
};

/* Before the first link, once, for the core that serves the local socket. `host` is copied. */
void admin_open(struct core *c, const struct admin_host *host);

extern const struct door admin_door;
