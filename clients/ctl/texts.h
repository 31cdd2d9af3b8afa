/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/ctl/texts.h - everything that anserctl says, in English and in Chinese. Included twice by texts.c. A % stands for a value.
 */
TEXT(usage, "anserctl [--data DIR] [--json] COMMAND: tells a running Anser server what to do.\n\nCommands:\n",
     "anserctl [--data 目录] [--json] 命令：管理正在运行的 Anser 服务器。\n\n命令：\n")
TEXT(usage_options,
     "\nOptions:\n"
     "  --data DIR         the server's data directory (anser-data here, else /var/lib/anser)\n"
     "  --json             answers as JSON; times are milliseconds since 1970\n"
     "  --admin, --uses N, --expires 7d\n"
     "                     of an invitation: makes an administrator; for so many people; good so long\n"
     "  --title TEXT, --members-only\n"
     "                     of a new room: what it is called; that only its members may enter\n"
     "  --password-stdin   takes the password from the first line of standard input instead of asking\n"
     "  --version, --help\n\n"
     "Status: 0 done, 1 refused, 2 wrong usage, 3 no server to talk to.\n",
     "\n选项：\n"
     "  --data 目录        服务器的数据目录（默认为当前目录下的 anser-data，其次 /var/lib/anser）\n"
     "  --json             以 JSON 输出；时间为自 1970 年起的毫秒数\n"
     "  --admin、--uses N、--expires 7d\n"
     "                     邀请选项：成为管理员；可用次数；有效期\n"
     "  --title 文字、--members-only\n"
     "                     新房间选项：标题；仅成员可进入\n"
     "  --password-stdin   从标准输入的第一行读取密码，不再询问\n"
     "  --version、--help\n\n"
     "退出码：0 成功，1 被拒绝，2 用法错误，3 无法连接服务器。\n")

TEXT(help_user_add, "makes an account", "新建账号")
TEXT(help_user_delete, "deletes an account and everything it owns", "删除账号及其全部数据")
TEXT(help_user_password, "gives an account a new password and ends its sessions", "为账号设置新密码并断开其会话")
TEXT(help_user_list, "lists all accounts", "列出所有账号")
TEXT(help_user_devices, "shows the devices of an account, also those that may come back without a password", "显示某个账号的设备，包括无需密码即可重新登录的设备")
TEXT(help_user_revoke, "sends a device away: its sessions end, and its tokens are void", "注销某个设备：断开其会话并使其令牌失效")
TEXT(help_user_admin, "makes an account an administrator's, or no longer", "授予或收回账号的管理员权限")
TEXT(help_room_list, "lists all rooms", "列出所有房间")
TEXT(help_room_show, "shows what a room is set to, and its owners and admins", "显示房间的设置、所有者和管理员")
TEXT(help_room_occupants, "shows who is in a room", "显示房间里有谁")
TEXT(help_room_create, "makes a room that stays, owned by NAME", "新建持久房间，所有者为 NAME")
TEXT(help_room_set, "changes a setting of a room (room show names them)", "更改房间的一项设置（名称见 room show）")
TEXT(help_room_affiliate, "says how somebody stands in a room", "设定某人在房间中的身份")
TEXT(help_room_destroy, "closes a room for ever and deletes all that was said", "永久关闭房间并删除其全部消息")
TEXT(help_invite, "makes a link with which somebody makes an account", "生成邀请链接，供他人注册账号")
TEXT(help_online, "shows who is online, with which device, since when", "显示谁在线、使用什么设备、自何时起")
TEXT(help_queue, "shows the messages that wait for somebody", "显示等待某人接收的消息")
TEXT(help_export, "writes accounts to a file, for another server (XEP-0227)", "将账号导出到文件，供其他服务器使用（XEP-0227）")
TEXT(help_import, "takes accounts from such a file; what is there stays as it is", "从此类文件导入账号；已有的内容保持不变")
TEXT(transfer_exported, "Written: % accounts, to %.", "已导出 % 个账号到 %。")
TEXT(transfer_imported, "Taken: % accounts, in % pieces.", "已导入 % 个账号，共 % 项。")
TEXT(transfer_refused, "anserctl: %: %", "anserctl：%：%")
TEXT(transfer_host, "anserctl: the file is of %; its accounts come to %.", "anserctl：文件来自 %；其中的账号将导入到 %。")
TEXT(transfer_broken, "this is no XML that belongs together", "不是完整正确的 XML")
TEXT(transfer_big, "this piece is over 1 MiB", "此项超过 1 MiB")
TEXT(transfer_include, "what is included must be a file beside this one, or below", "引用的文件必须在同一目录或其子目录中")
TEXT(transfer_no_name, "an account without a name", "账号没有名称")
TEXT(transfer_no_export, "this is no export of accounts (XEP-0227)", "不是账号导出文件（XEP-0227）")
TEXT(help_reports, "shows what people reported of those they blocked", "显示用户屏蔽他人时提交的举报")
TEXT(help_kick, "ends the sessions of somebody, or one of them", "断开某人的全部会话或其中一个")
TEXT(help_settings, "shows all settings, those of a section, or one", "显示全部设置、某一节或某一项设置")
TEXT(help_status, "shows how the server does", "显示服务器状态")
TEXT(help_reload, "reads the settings and the certificate again", "重新读取设置和证书")
TEXT(help_stop, "ends the server in order", "有序地停止服务器")

TEXT(done_user_add, "The account % is there.", "账号 % 已建立。")
TEXT(done_user_delete, "The account % is gone.", "账号 % 已删除。")
TEXT(done_user_password, "% has a new password.", "% 的密码已更改。")
TEXT(done_user_revoke, "The device has been logged out.", "该设备已被注销。")
TEXT(done_user_admin, "The rights of % have been changed.", "% 的权限已更改。")
TEXT(done_room_create, "The room % is there.", "房间 % 已建立。")
TEXT(done_room_set, "The room % has been changed.", "房间 % 已更改。")
TEXT(done_room_destroy, "The room % is gone.", "房间 % 已删除。")
TEXT(done_kick, "The session has been ended.", "会话已断开。")
TEXT(done_stop, "The server is stopping.", "服务器正在停止。")
TEXT(reload_nothing, "Nothing has changed.", "没有变化。")
TEXT(reload_changed, "% has changed.", "% 已生效。")
TEXT(reload_restart, "% will change with the next start.", "% 将在下次启动时生效。")

TEXT(password_ask, "Password for %: ", "% 的密码：")
TEXT(password_again, "Once more: ", "再输入一次：")
TEXT(password_differ, "The two passwords are not the same.", "两次输入的密码不一致。")
TEXT(password_none, "No password was given.", "没有输入密码。")
TEXT(password_no_terminal, "There is no terminal to ask for the password; use --password-stdin.",
     "没有终端可供询问密码；请使用 --password-stdin。")

TEXT(column_name, "name", "名称")
TEXT(column_admin, "administrator", "管理员")
TEXT(column_guest, "guest", "访客")
TEXT(column_created, "created", "创建时间")
TEXT(column_seen, "last seen", "最后在线")
TEXT(column_resource, "resource", "资源")
TEXT(column_door, "door", "协议")
TEXT(column_address, "address", "地址")
TEXT(column_since, "since", "自")
TEXT(column_value, "value", "值")
TEXT(column_default, "default", "默认值")
TEXT(column_source, "from", "来源")
TEXT(column_time, "time", "时间")
TEXT(column_about, "about", "被举报者")
TEXT(column_reason, "reason", "原因")
TEXT(column_text, "text", "说明")
TEXT(column_messages, "messages", "消息编号")
TEXT(column_title, "title", "标题")
TEXT(column_occupants, "occupants", "人数")
TEXT(column_public, "public", "公开")
TEXT(column_members_only, "members only", "仅成员")
TEXT(column_password, "password", "密码")
TEXT(column_role, "role", "角色")
TEXT(column_affiliation, "affiliation", "身份")
TEXT(column_device, "device", "设备")
TEXT(column_connected, "connected", "在线")
TEXT(column_tokens, "no password", "免密码")
TEXT(yes, "yes", "是")
TEXT(never, "never", "从未")
TEXT(nobody, "Nobody.", "没有人。")
TEXT(no_room, "No rooms.", "没有房间。")
TEXT(no_device, "No devices.", "没有设备。")
TEXT(empty, "(empty)", "（空）")

TEXT(invite_url, "For a browser:      %", "在浏览器中打开：  %")
TEXT(invite_uri, "For an XMPP client: %", "在 XMPP 应用中打开：%")
TEXT(invite_good, "It is good until %, for % more to come.", "有效期至 %，还可使用 % 次。")
TEXT(invite_admin, "Who uses it becomes an administrator.", "使用者将成为管理员。")

TEXT(setting_kind, "kind", "类型")
TEXT(setting_when, "takes effect", "生效")
TEXT(setting_live, "at a reload", "重新读取时")
TEXT(setting_restart, "at the next start", "下次启动时")

TEXT(status_version, "version", "版本")
TEXT(status_domain, "domain", "域名")
TEXT(status_uptime, "running for", "已运行")
TEXT(status_cores, "cores", "核心数")
TEXT(status_online, "people online", "在线人数")
TEXT(status_sessions, "sessions", "会话数")
TEXT(status_detached, "of these detached", "其中断线等待")
TEXT(status_messages, "messages taken", "收到的消息")
TEXT(status_kept, "kept on disk", "已存盘")
TEXT(status_delivered, "delivered", "已送达")
TEXT(status_refused, "refused", "被拒绝")
TEXT(status_logins, "logins", "登录次数")
TEXT(status_logins_refused, "logins refused", "登录失败")
TEXT(status_spilled, "did not read", "因不接收而断开")
TEXT(status_memory, "memory", "内存")

TEXT(wrong_no_command, "anserctl: there is no command \"%\"; anserctl --help lists them", "anserctl：没有命令“%”；anserctl --help 列出全部命令")
TEXT(wrong_option, "anserctl: there is no option %; anserctl --help lists them", "anserctl：没有选项 %；anserctl --help 列出全部选项")
TEXT(wrong_no_value, "anserctl: % wants something behind it", "anserctl：% 后面需要一个值")
TEXT(wrong_arguments, "anserctl: use it as: anserctl %", "anserctl：用法：anserctl %")
TEXT(wrong_text, "anserctl: what you typed is no UTF-8 text", "anserctl：输入的内容不是 UTF-8 文本")

TEXT(no_server, "anserctl: no server is running with the data directory %.\nStart one with: anserd --data %   (or ./run), or say where it is with --data.",
     "anserctl：没有使用数据目录 % 的服务器在运行。\n启动：anserd --data %（或 ./run）；或用 --data 指明目录。")
TEXT(no_permission, "anserctl: you may not open %; run anserctl as the user who runs the server, or as root.",
     "anserctl：无权打开 %；请以运行服务器的用户或 root 身份执行 anserctl。")
TEXT(no_path, "anserctl: the path % is too long for a socket", "anserctl：路径 % 太长，不能用作套接字")
TEXT(no_answer, "anserctl: the server went away before it had answered", "anserctl：服务器未答复就断开了")
TEXT(no_connection, "anserctl: % cannot be opened: %", "anserctl：无法打开 %：%")

TEXT(error_exists, "There is such an account already.", "该账号已存在。")
TEXT(error_unknown, "There is no such account.", "没有这个账号。")
TEXT(error_bad_name, "That cannot be a user name: no blanks, no quotes, and none of & / : < > @", "用户名无效：不能含空格、引号以及 & / : < > @")
TEXT(error_bad_password, "That cannot be a password: it is empty, longer than 1023 bytes, or has a forbidden character.",
     "密码无效：为空、超过 1023 字节，或含有不允许的字符。")
TEXT(error_bad_invite, "--uses wants a number from 1 to 10000, --expires a time such as 12h or 7d.", "--uses 须为 1 到 10000 的数字，--expires 须为 12h、7d 之类的时间。")
TEXT(error_no_room, "There is no such room.", "没有这个房间。")
TEXT(error_no_rooms, "This server has no rooms; see the setting rooms.domain.", "本服务器没有房间功能；见设置 rooms.domain。")
TEXT(error_bad_room, "That cannot be the name of a room.", "房间名无效。")
TEXT(error_room_exists, "There is such a room already.", "该房间已存在。")
TEXT(error_bad_key, "A room has no such setting; anserctl room show names them.", "房间没有这项设置；anserctl room show 列出全部设置。")
TEXT(error_bad_affiliation, "Somebody is owner, admin, member, none or outcast.", "身份须为 owner、admin、member、none 或 outcast。")
TEXT(error_bad_switch, "It is on or off.", "须为 on 或 off。")
TEXT(error_refused, "The room refuses: %", "房间拒绝：%")
TEXT(error_throttled, "Too many attempts; try again later.", "尝试次数过多，请稍后再试。")
TEXT(error_forbidden, "The settings do not allow it.", "当前设置不允许此操作。")
TEXT(error_store, "The server could not read or write its store; see its log.", "服务器无法读写存储，请查看日志。")
TEXT(error_no_device, "This account has no such device; anserctl user devices NAME shows them.", "此账号没有这个设备；用 anserctl user devices 名称 查看。")
TEXT(error_offline, "Nobody is online under that name.", "没有使用该名称的人在线。")
TEXT(error_no_setting, "There is no such setting.", "没有这项设置。")
TEXT(error_no_setting_near, "There is no such setting; did you mean %?", "没有这项设置；您是指 % 吗？")
TEXT(error_bad_settings, "The settings are not good; the server goes on with those it has:\n%", "设置有误，服务器继续使用现有设置：\n%")
