/* SPDX-License-Identifier: Apache-2.0
 *
 * model/commands.h - what an operator can ask of a running server: words, arguments, columns of the rows that come back. Included many
 * times: by admin/, which answers, and by clients/ctl, which asks, prints and helps. A row that one of them does not serve does not compile.
 * Arguments: "name" is a user, "address" NAME or NAME/RESOURCE, "password" is never on the command line, a question mark: may be left out.
 */
COMMAND(user_add, "user add", "name password", "")
COMMAND(user_delete, "user delete", "name", "")
COMMAND(user_password, "user password", "name password", "")
COMMAND(user_list, "user list", "", "name created seen")
COMMAND(online, "online", "", "name resource door address since")
COMMAND(queue, "queue", "name", "sender receiver content time type")
COMMAND(kick, "kick", "address", "")
COMMAND(settings, "settings", "setting?", "name value default source")
COMMAND(status, "status", "", "")
COMMAND(reload, "reload", "", "")
COMMAND(stop, "stop", "", "")
