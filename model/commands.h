/* SPDX-License-Identifier: Apache-2.0
 *
 * model/commands.h - what an operator can ask of a running server: words, arguments, columns of the rows that come back. Included many
 * times: by admin/, which answers, and by clients/ctl, which asks, prints and helps. A row that one of them does not serve does not compile.
 * Arguments: "name" is a user, "address" NAME or NAME/RESOURCE, "password" is never on the command line, a question mark: may be left out, "admin", "uses"
 * "expires", "title" and "members" are options.
 * The last says whether its use is written to the log: what changes something, or shows what people wrote to each other.
 */
COMMAND(user_add, "user add", "name password", "", true)
COMMAND(user_delete, "user delete", "name", "", true)
COMMAND(user_password, "user password", "name password", "", true)
COMMAND(user_admin, "user admin", "name on", "", true)
COMMAND(user_list, "user list", "", "name admin guest created seen", false)
COMMAND(user_devices, "user devices", "name", "device name resource connected tokens since seen", false)
COMMAND(user_revoke, "user revoke", "name device", "", true)
COMMAND(invite, "invite", "name? admin? uses? expires?", "", true)
COMMAND(online, "online", "", "name resource door address since", false)
COMMAND(queue, "queue", "name", "sender receiver content time type", true)
COMMAND(kick, "kick", "address", "", true)
COMMAND(room_list, "room list", "", "name title occupants public members_only password", false)
COMMAND(room_show, "room show", "room", "name value", false)
COMMAND(room_occupants, "room occupants", "room", "name address role affiliation", false)
COMMAND(room_create, "room create", "room name title? members?", "", true)
COMMAND(room_set, "room set", "room key value", "", true)
COMMAND(room_affiliate, "room affiliate", "room name affiliation", "", true)
COMMAND(room_destroy, "room destroy", "room", "", true)
COMMAND(export, "export", "file? names?", "", true)
COMMAND(import, "import", "file?", "", false)
COMMAND(reports, "reports", "", "time name about reason text messages", true)
COMMAND(settings, "settings", "setting?", "name value default source", false)
COMMAND(status, "status", "", "", false)
COMMAND(reload, "reload", "", "", true)
COMMAND(stop, "stop", "", "", true)
