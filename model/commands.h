/* SPDX-License-Identifier: Apache-2.0
 *
 * model/commands.h - what an operator can ask of a running server: words, arguments, columns of the rows that come back. Included many
 * times: by admin/, which answers, and by clients/ctl, which asks, prints and helps. A row that one of them does not serve does not compile.
 * Arguments: "name" is a user, "address" NAME or NAME/RESOURCE, "password" is never on the command line, a question mark: may be left out, "admin", "uses"
 * and "expires" are options.
 * The last says whether its use is written to the log: what changes something, or shows what people wrote to each other.
 */
COMMAND(user_add, "user add", "name password", "", true)
COMMAND(user_delete, "user delete", "name", "", true)
COMMAND(user_password, "user password", "name password", "", true)
COMMAND(user_list, "user list", "", "name admin created seen", false)
COMMAND(invite, "invite", "name? admin? uses? expires?", "", true)
COMMAND(online, "online", "", "name resource door address since", false)
COMMAND(queue, "queue", "name", "sender receiver content time type", true)
COMMAND(kick, "kick", "address", "", true)
COMMAND(settings, "settings", "setting?", "name value default source", false)
COMMAND(status, "status", "", "", false)
COMMAND(reload, "reload", "", "", true)
COMMAND(stop, "stop", "", "", true)
