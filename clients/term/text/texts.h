/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/text/texts.h - everything that the terminal client says, in English and in Chinese. Included more than once by text.h and texts.c. %1, %2, %3 are values.
 */

/* ---- the line to the server */
TEXT(line_cut, "The connection to the server broke.", "与服务器的连接中断。")
TEXT(key_new,
     "The server %1 shows a certificate that this machine has never seen, and no authority here vouches for it.\nSHA-256 %2\n"
     "Compare it with what the server printed when it started. Is it the same?",
     "服务器 %1 出示的证书在本机从未见过，也没有受信任的机构为其担保。\nSHA-256 %2\n请与服务器启动时显示的指纹核对。一致吗？")
TEXT(key_taken, "New server %1, its certificate is remembered: SHA-256 %2", "新服务器 %1，已记住其证书：SHA-256 %2")
TEXT(key_not_taken,
     "The certificate of %1 was not accepted: SHA-256 %2. Compare it with what the server printed, then start with --pin FINGERPRINT, or with --accept-new to accept any "
     "server that is new.",
     "未接受 %1 的证书：SHA-256 %2。请与服务器显示的指纹核对，然后用 --pin 指纹 启动；或用 --accept-new 接受任何新服务器。")
TEXT(key_not_pinned, "%1 shows another certificate than --pin asks for. It has %2, wanted is %3. Nothing was sent.", "%1 的证书与 --pin 不符。实际为 %2，要求为 %3。未发送任何内容。")
TEXT(key_changed,
     "WARNING: the certificate of %1 IS NOT WHAT IT WAS. Somebody may be listening, or the server got a new one. Nothing was sent.\nnow: %2\nbefore: %3\nAsk who runs the server. If the "
     "new one is right: anser --forget-key %1",
     "警告：%1 的证书已改变！可能有人在窃听，也可能是服务器换了证书。未发送任何内容。\n现在：%2\n之前：%3\n请询问服务器管理员。若新证书属实，请执行：anser --forget-key %1")
TEXT(password, "Password of %1 at %2:", "%1（%2）的密码：")
TEXT(password_wrong, "That was refused: the name or the password is wrong, or there were too many attempts. Password of %1:", "登录被拒绝：用户名或密码错误，或尝试次数过多。%1 的密码：")
TEXT(password_new, "A new password for %1:", "为 %1 设置新密码：")
TEXT(password_again, "The same once more:", "请再输入一次：")
TEXT(passwords_differ, "The two passwords are not the same. Nothing was made; start again.", "两次输入的密码不一致，未注册。请重新启动。")
TEXT(no_password, "Without a password there is no logging in. In scripts: --password-stdin, or password-command in the settings.", "没有密码无法登录。脚本中可用 --password-stdin，或在设置中使用 password-command。")
TEXT(login_refused,
     "%2 refuses %1: the name or the password is wrong, or there were too many attempts (then wait some minutes). No account yet? anser --register %1@%2",
     "%2 拒绝 %1 登录：用户名或密码错误，或尝试次数过多（请等几分钟）。还没有账号？anser --register %1@%2")
TEXT(registered, "The account %1 at %2 is made.", "已在 %2 注册账号 %1。")
TEXT(register_refused, "The account %1 was not made: %2", "未能注册账号 %1：%2")
TEXT(register_taken, "this name is taken; choose another one", "用户名已被占用，请换一个")
TEXT(register_bad_name, "this cannot be a user name", "用户名不合规则")
TEXT(register_bad_password, "this cannot be a password: it is empty, too long, or has characters that are not allowed", "密码不合规则：为空、过长或含有不允许的字符")
TEXT(register_closed, "registration is closed; ask who runs the server for an account or an invitation", "未开放注册，请向服务器管理员索要账号或邀请")
TEXT(server_says, "the server says: %1", "服务器回复：%1")

/* ---- what the server answers */
TEXT(no_such_user, "there is no such user", "没有此用户")
TEXT(you_block, "you block this user", "您已屏蔽此用户")
TEXT(queue_full, "too much waits for this user already", "此用户积压的消息过多")
TEXT(try_later, "not now; try again later", "暂时不行，请稍后再试")
TEXT(no_such_room, "there is no such room", "没有此房间")
TEXT(not_in_room, "you are not in this room: /join it first", "您不在此房间：请先 /join")
TEXT(no_voice, "you may not speak in this room", "您在此房间没有发言权")
TEXT(too_fast, "too fast for this room", "发言过快")
TEXT(room_password, "this room has a password: /join #room PASSWORD", "此房间需要密码：/join #房间 密码")
TEXT(room_members, "only members may enter this room", "只有成员可以进入此房间")
TEXT(room_banned, "you are banned from this room", "您已被禁止进入此房间")
TEXT(room_full, "this room is full", "房间已满")
TEXT(room_no_making, "there is no such room, and you may not make one", "没有此房间，您也无权新建")
TEXT(rooms_many, "you are in too many rooms: /leave one", "加入的房间过多：请先 /leave 一个")
TEXT(room_bad_name, "this cannot be the name of a room", "房间名不合规则")
TEXT(rooms_none, "this server has no rooms", "此服务器没有房间")
TEXT(not_allowed, "this is not allowed", "不允许")
TEXT(not_possible, "the server could not do it", "服务器无法完成")
TEXT(only_tls, "the server wants TLS: leave out --insecure", "服务器要求 TLS：请去掉 --insecure")
TEXT(disk, "What was said could not be kept on this machine: %1", "无法在本机保存：%1")

/* ---- people, rooms, history */
TEXT(not_online, "There is no connection to the server now.", "当前未连接到服务器。")
TEXT(online, "Online (%1): %2", "在线（%1）：%2")
TEXT(in_room, "In this room (%1): %2", "房间内（%1）：%2")
TEXT(join_refused, "%1 cannot be entered: %2", "无法进入 %1：%2")
TEXT(join_later, "%1 is entered as soon as there is a connection.", "连接后将自动进入 %1。")
TEXT(left, "You have left %1.", "已离开 %1。")
TEXT(subject, "%1 has set the subject: %2", "%1 设置了主题：%2")
TEXT(history_none, "Nothing was said here yet.", "这里还没有消息。")
TEXT(invited, "To accept: /join %1", "接受邀请：/join %1")

/* ---- commands */
TEXT(bad_name, "\"%1\" cannot be a name.", "“%1” 不能作为名字。")
TEXT(no_conversation, "There is nobody to say this to: /query NAME or /join #room first.", "没有打开的会话：请先 /query 名字 或 /join #房间。")
TEXT(usage, "Type it so: %1", "用法：%1")
TEXT(not_here, "This is not possible in this mode; /help shows what is.", "当前模式不支持此命令；/help 列出可用命令。")
TEXT(help_more,
     "//text says something that begins with a slash; :smile: becomes an emoji; /0, /1, /2 … show the conversation of that number.",
     "//文字 可发送以斜杠开头的内容；:smile: 会变成表情；/0、/1、/2 …… 切换到相应编号的会话。")
TEXT(close_waiting, "Messages to %1 still wait to be sent; it stays open.", "还有发给 %1 的消息等待发送，会话保持打开。")
TEXT(forget_sure, "This deletes everything said with %1 on this machine, for ever: /forget yes", "将永久删除本机上与 %1 的全部消息：请输入 /forget yes 确认")
TEXT(forgotten, "What was said with %1 is deleted here.", "已删除本机上与 %1 的消息。")
TEXT(nothing_unread, "Nothing is unread.", "没有未读消息。")
TEXT(no_number, "There is no conversation with the number %1.", "没有编号为 %1 的会话。")
TEXT(files_none, "No files here.", "没有文件。")
TEXT(no_file, "There is no such file to take: /files shows them.", "没有可接收的文件：用 /files 查看。")
TEXT(file_not_now, "%1 is done, declined, or under way already.", "%1 已完成、已拒绝或正在传输。")
TEXT(file_offered, "offered", "待接收")
TEXT(file_hashing, "being read", "正在读取")
TEXT(file_moving, "under way", "传输中")
TEXT(file_paused, "broken off, goes on by itself", "已中断，将自动继续")
TEXT(file_done, "here:", "已保存：")
TEXT(file_given, "sent", "已发送")
TEXT(file_declined, "declined", "已拒绝")
TEXT(file_broken, "failed", "失败")
TEXT(file_unreadable, "%1 cannot be read: %2", "无法读取 %1：%2")
TEXT(file_empty, "%1 is empty; there is nothing to send.", "%1 是空文件，没有内容可发送。")
TEXT(search_none, "Nothing has the words \"%1\".", "没有找到“%1”。")
TEXT(nothing_failed, "Nothing failed here.", "没有发送失败的消息。")
TEXT(key_ours, "our own key: SHA-256 %1", "我们自己的密钥：SHA-256 %1")
TEXT(key_server, "server %1: SHA-256 %2", "服务器 %1：SHA-256 %2")
TEXT(key_peer, "%1: SHA-256 %2", "%1：SHA-256 %2")
TEXT(key_verified, " (compared)", "（已核对）")
TEXT(keys_none, "No keys are remembered; this server is vouched for by an authority.", "没有记住的密钥；此服务器由受信任的机构担保。")
TEXT(status, "%1 at %2: %3", "%1（%2）：%3")
TEXT(status_secure, ", TLS", "，TLS 加密")
TEXT(status_plain, ", NOT encrypted", "，未加密")
TEXT(status_waiting, ", %1 of yours wait to be sent", "，%1 条待发送")
TEXT(phase_off, "off", "未连接")
TEXT(phase_connecting, "connecting", "正在连接")
TEXT(phase_login, "logging in", "正在登录")
TEXT(phase_online, "online", "在线")
TEXT(phase_waiting, "no connection, trying again", "连接断开，正在重试")
TEXT(unknown_command, "There is no command /%1; /help shows all.", "没有命令 /%1；/help 列出全部命令。")
TEXT(unknown_similar, "There is no command /%1. Did you mean /%2?", "没有命令 /%1。是否想用 /%2？")

#include "clients/term/text/texts_screen.h"

/* ---- direct links */
TEXT(direct_key_changed,
     "WARNING: whoever answers at %2 says that he is %1, but HIS KEY IS NOT THE ONE that %1 had. Somebody may be pretending, or %1 has a new device. Nothing was sent or received there.\nkey: "
     "%3\nAsk %1 by another way. If it is right: /keys forget %1",
     "警告：%2 处的人自称 %1，但密钥与 %1 之前的不同！可能有人冒充，也可能 %1 换了设备。未收发任何内容。\n密钥：%3\n请用其他方式向 %1 核实。若属实：/keys forget %1")
TEXT(direct_key_refused, "%1 remembers another key of yours and refuses this one. Nothing was sent directly. If you have a new device, %1 has to say: /keys forget %2", "%1 记住的是您以前的密钥，拒绝了现在的密钥。未直接发送任何内容。若您换了设备，请 %1 执行：/keys forget %2")
TEXT(direct_first_key, "First direct link with %1; the key is remembered: %2. Compare with /verify.", "首次与 %1 直接连接，已记住密钥：%2。请用 /verify 核对。")
TEXT(direct_code, "Read this to each other by another way (on the telephone, say); %1 must see the same:\n%2\nIf it is: /verify yes", "请用其他方式（如电话）互相核对，%1 那边应显示相同的数字：\n%2\n一致则输入：/verify yes")
TEXT(direct_code_again, "The key of %1 was compared. The code: %2", "%1 的密钥已核对。核对码：%2")
TEXT(direct_verified, "The key of %1 is the right one.", "已确认 %1 的密钥。")
TEXT(direct_no_key, "There has been no direct link with %1 yet: nothing to compare.", "尚未与 %1 直接连接过，没有可核对的密钥。")
TEXT(direct_too_long, "too long for one message", "消息太长")
TEXT(direct_no_file, "this file cannot be offered", "无法发送此文件")
TEXT(direct_declined, "declined", "对方已拒绝")
TEXT(direct_gone, "it is not offered any more", "对方已不再提供")
TEXT(direct_changed, "the file has changed since it was offered; send it anew", "文件在发送后已被修改，请重新发送")
TEXT(direct_full, "the disk of the other side is full", "对方磁盘已满")
TEXT(direct_their_disk, "the other side cannot write it", "对方无法写入文件")
TEXT(direct_damaged, "what came is not what was offered (SHA-256); it was thrown away", "收到的内容与原文件不符（SHA-256），已丢弃")
TEXT(direct_disk_full, "the disk is full; make room, then /get", "磁盘已满；请腾出空间后再 /get")
TEXT(direct_disk, "cannot be written: %1", "无法写入：%1")
TEXT(direct_unreadable, "cannot be read: %1", "无法读取：%1")
TEXT(direct_taken_back, "taken back", "已撤回")
TEXT(hybrid_datagrams_from, "%1 writes by datagrams, which everybody nearby could have written: nobody vouches for the name.", "%1 使用数据报发消息，附近任何人都可以伪造，无法确认身份。")
TEXT(hybrid_registered, "%1 is the name of an account. Password of %1 at %2:", "%1 是已注册的用户名。%1（%2）的密码：")
TEXT(hybrid_refused, "%2 does not let %1 in: %3", "%2 拒绝 %1 登录：%3")
TEXT(hybrid_name_in_use, "somebody else is there under this name", "此用户名正在使用中")
TEXT(hybrid_in_the_clear, "%1 asks for a password, but the line to it is not encrypted. Nothing was sent.", "%1 要求输入密码，但连接未加密。未发送任何内容。")
TEXT(hybrid_no_tls, "%1 had TLS before and says now that it has none. Nothing was sent.", "%1 以前支持 TLS，现在却说不支持。未发送任何内容。")
TEXT(hybrid_not_a_name, "this cannot be a user name", "用户名不合规则")
TEXT(hybrid_no_port, "Direct links need a port of this machine. %1", "直接连接需要占用本机的一个端口。%1")
TEXT(hybrid_no_server, "There is no answer of a server for direct mode at %1.", "%1 没有直连模式的服务器响应。")
TEXT(hybrid_nobody, "Nobody else is here.", "没有其他人在线。")
TEXT(hybrid_who, "Here: %1", "在线：%1")
TEXT(lan_conflict, "Somebody else here is also called %1 (%2). Others tell you apart by your keys only: better choose another name.", "局域网中还有人叫 %1（%2）。别人只能靠密钥区分你们，建议换个名字。")
TEXT(lan_no_network, "Nobody can be found on this network: %1", "无法在此网络中发现其他人：%1")

/* ---- files */
TEXT(file_changed, "the file was changed while it was sent; offer it again with /send", "发送期间文件被修改，请重新 /send")
TEXT(file_other_server, "another server answered; nothing was sent", "应答的是另一台服务器，未传输任何内容")
TEXT(file_stopped, "stopped", "已中止")
TEXT(file_was_given, "%1 is at the server, whole. SHA-256 %3", "%1 已完整送达服务器。SHA-256 %3")
TEXT(file_is_here, "%1 is here, whole: %2\nSHA-256 %3", "%1 已完整接收：%2\nSHA-256 %3")

/* ---- the plain face */
TEXT(plain_online, "%1 at %2: online, TLS", "%1（%2）：已上线，TLS 加密")
TEXT(plain_online_clear, "%1 at %2: online, NOT encrypted", "%1（%2）：已上线，未加密")
TEXT(plain_waiting, "no connection: %1 Trying again.", "连接断开：%1 正在重试。")
TEXT(plain_file, "[file %1, %2 bytes: /get]", "[文件 %1，%2 字节：/get 接收]")
TEXT(plain_file_ours, "[file %1, %2 bytes]", "[文件 %1，%2 字节]")
TEXT(plain_failed, "to %1, not sent: %2: %3", "发给 %1，未送出：%2：%3")
TEXT(plain_yes_no, " [yes/no]", " [yes/no]")
TEXT(plain_to, "what you type goes to %1", "您输入的内容将发给 %1")
TEXT(once_unreachable, "not sent: %1", "未发送：%1")
TEXT(input_too_long, "That was too long to be read, and nothing of it was taken: a line, or all that --to is given, has at most 1 MiB.",
     "输入过长，已全部忽略：每行（--to 时为全部输入）最多 1 MiB。")
TEXT(once_interrupted, "stopped before it was acknowledged", "确认之前已被中止")
TEXT(once_timeout, "there was no answer in time", "等待超时")
TEXT(json_bad, "This is no object that is known: {\"to\":…, \"text\":…}, {\"to\":…, \"file\":…}, {\"command\":…}, {\"read\":…}, {\"answer\":…}",
     "无法识别的对象：{\"to\":…, \"text\":…}、{\"to\":…, \"file\":…}、{\"command\":…}、{\"read\":…}、{\"answer\":…}")
TEXT(json_bad_text, "There is nothing to send: \"text\" or \"file\" is missing or empty, or the receiver cannot be one.", "没有可发送的内容：缺少 \"text\" 或 \"file\"，或收件人无效。")
TEXT(json_not_asked, "Nothing was asked.", "当前没有提问。")

/* ---- what the system says, within a sentence */
TEXT(error_none, "there is no such file or folder", "没有此文件或目录")
TEXT(error_access, "permission denied", "没有权限")
TEXT(error_allowed, "this is not permitted", "不允许此操作")
TEXT(error_folder, "it is a folder", "这是一个目录")
TEXT(error_no_folder, "a part of its path is no folder", "路径中有一部分不是目录")
TEXT(error_full, "the disk is full", "磁盘已满")
TEXT(error_quota, "the disk quota is used up", "磁盘配额已用完")
TEXT(error_large, "the file would be too large", "文件过大")
TEXT(error_read_only, "the file system is read-only", "文件系统为只读")
TEXT(error_device, "the device has failed (input/output error)", "设备读写出错")
TEXT(error_name, "the name is too long", "名称过长")
TEXT(error_link, "it is a symbolic link", "这是一个符号链接")
TEXT(error_invalid, "this cannot be used", "无法使用")
TEXT(error_busy, "it is in use", "正在使用中")
TEXT(error_open, "too many files are open", "打开的文件过多")
TEXT(error_interface, "there is no such interface", "没有此网卡")
TEXT(error_network, "the network is down", "网络未启用")
TEXT(error_address, "this machine has no such address", "本机没有此地址")
TEXT(error_kind, "this machine has no network of that kind", "本机没有此类网络")
TEXT(error_shorter, "it has become shorter meanwhile", "文件在此期间变短了")

/* ---- what is kept on this machine */
TEXT(keep_open_failed, "%1 cannot be opened: %2", "无法打开 %1：%2")
TEXT(keep_failed, "%1 cannot be used: %2", "无法使用 %1：%2")
TEXT(keep_newer, "%1 is of a newer version of this program", "%1 由本程序的更新版本创建")
TEXT(keep_in_use, "%1 is in use: this program runs already under that name", "%1 正在使用中：此身份的程序已在运行")
TEXT(keep_damaged, "it is damaged, or no history of this program (%1)", "文件已损坏，或不是本程序的历史记录（%1）")
TEXT(keep_other, "the database says: %1", "数据库报告：%1")

/* ---- the command line */
TEXT(option_unknown, "there is no option %1", "没有选项 %1")
TEXT(option_value, "%1 needs a value", "%1 需要一个值")
TEXT(option_number, "%1 needs a number in its bounds", "%1 需要有效范围内的数字")
TEXT(option_files, "%1: a hundred files at most", "%1：最多一百个文件")
TEXT(option_extra, "what is \"%1\" for? A text with blanks goes in quotes.", "多余的参数“%1”。含空格的文字请加引号。")
TEXT(option_who, "\"%1\": who you are and where is written NAME@HOST or NAME@HOST:PORT", "“%1”：请写成 名字@主机 或 名字@主机:端口")
TEXT(option_lan_name, "\"%1\": with --lan there is only a name, no host", "“%1”：--lan 模式只写名字，不写主机")
TEXT(option_nobody, "who are you, and on which server? anser NAME@HOST", "请指明用户和服务器：anser 名字@主机")
TEXT(option_insecure, "--insecure sends the password as it is; it is for a server on this machine only (NAME@localhost)", "--insecure 以明文发送密码，只能用于本机上的服务器（名字@localhost）")
TEXT(option_register, "--register makes an account at a server: anser --register NAME@HOST", "--register 用于在服务器上注册账号：anser --register 名字@主机")
TEXT(option_file_to, "--file goes with --to NAME", "--file 须与 --to 名字 一起使用")
TEXT(option_both_stdin, "the password and the text cannot both come from standard input: give the text as an argument", "密码和文字不能都来自标准输入：请把文字写成参数")
TEXT(see_help, "anser --help shows how it is used", "用法见 anser --help")
TEXT(password_command, "password-command printed no password: %1", "password-command 没有输出密码：%1")
TEXT(password_none, "there is no password on standard input", "标准输入中没有密码")
TEXT(forget_unknown, "no key of %1 is remembered for %2", "没有为 %2 记住 %1 的密钥")
TEXT(forget_done, "the key of %1 is forgotten; the next one is shown to you", "已忘记 %1 的密钥；下次会向您显示新密钥")
TEXT(running, "anser is running already as %1; only one at a time can keep its history", "%1 的 anser 已在运行；同一身份只能运行一个")
TEXT(help,
     "anser [OPTIONS] NAME@HOST[:PORT]            through a server, over TLS\n"
     "anser [OPTIONS] --direct NAME@HOST[:PORT]   from machine to machine; the server only introduces\n"
     "anser [OPTIONS] --lan NAME                  on this network, without a server\n"
     "anser [OPTIONS] ... --to WHO [TEXT]         says one thing (TEXT, or standard input) and ends\n\n"
     "Options:\n"
     "  --register           makes the account first\n"
     "  --plain              lines instead of a screen; so it is too where there is no terminal\n"
     "  --json               JSON lines, both ways, for programs\n"
     "  --stay               goes on when standard input has ended\n"
     "  --to WHO [TEXT]      to a person or a #room; the status says whether it was acknowledged\n"
     "  --file FILE          with --to: sends a file, as often as you like\n"
     "  --timeout SECONDS    with --to: gives up after so long (30)\n"
     "  --password-stdin     takes the password from the first line of standard input\n"
     "  --accept-new         takes the key of a server or a person that was never seen before without asking\n"
     "  --pin FINGERPRINT    the server must have this certificate (SHA-256)\n"
     "  --ca FILE            authorities (PEM) to trust beside those of this machine\n"
     "  --forget-key WHOSE   forgets the remembered key of a server or a person, and ends\n"
     "  --insecure           without TLS (port 7788); only to this machine\n"
     "  --direct-port PORT   port of direct links, where a firewall must know it\n"
     "  --bind ADDRESS       with --lan: of the one interface to use\n"
     "  --mouse              the screen takes the mouse\n"
     "  --settings           prints a settings file with all that can be set, and where it lies\n"
     "  --version, --help\n\n"
     "In the program /help shows the commands. Status: 0 done, 1 refused or not sent, 2 wrong usage, 3 nobody could be reached,\n"
     "4 a key is not what it was. The manual: man anser\n",
     "anser [选项] 名字@主机[:端口]             通过服务器，TLS 加密\n"
     "anser [选项] --direct 名字@主机[:端口]    机器到机器直连，服务器只负责引见\n"
     "anser [选项] --lan 名字                   局域网内，无需服务器\n"
     "anser [选项] …… --to 对方 [文字]          发送一条消息（文字或标准输入）后结束\n\n"
     "选项：\n"
     "  --register           先注册账号\n"
     "  --plain              行模式，不用全屏界面；没有终端时自动使用\n"
     "  --json               双向 JSON 行，供程序使用\n"
     "  --stay               标准输入结束后继续运行\n"
     "  --to 对方 [文字]     发给某人或 #房间；退出码表示是否已确认\n"
     "  --file 文件          与 --to 连用：发送文件，可重复\n"
     "  --timeout 秒         与 --to 连用：超时放弃（30）\n"
     "  --password-stdin     从标准输入的第一行读取密码\n"
     "  --accept-new         首次见到的服务器或他人密钥直接接受，不再询问\n"
     "  --pin 指纹           服务器证书必须是此指纹（SHA-256）\n"
     "  --ca 文件            除本机的根证书外另外信任的机构（PEM）\n"
     "  --forget-key 谁      忘记某服务器或某人的密钥，然后结束\n"
     "  --insecure           不用 TLS（端口 7788）；仅限本机\n"
     "  --direct-port 端口   直连所用端口，供防火墙放行\n"
     "  --bind 地址          与 --lan 连用：只用具有该地址的网卡\n"
     "  --mouse              全屏界面使用鼠标\n"
     "  --settings           输出包含全部设置的示例文件及其位置\n"
     "  --version、--help\n\n"
     "程序内 /help 列出命令。退出码：0 成功，1 被拒绝或未送出，2 用法错误，3 无法连接，4 密钥已改变。\n"
     "手册：man anser\n")

/* ---- what the server says of files */
TEXT(file_too_large, "the file is larger than this server takes", "文件超过服务器允许的大小")
TEXT(file_quota, "your files would be more than this server keeps for one account; remove some", "您的文件已超出服务器为每个账号保留的容量，请删除一些")
TEXT(file_too_fast, "too many files in a short time; wait a minute", "短时间内发送的文件过多，请等一分钟")
TEXT(file_too_many, "too many of your files are offered and have not come", "已提供但尚未传完的文件过多")
TEXT(file_none_here, "this server takes no files", "此服务器不接收文件")
TEXT(file_disk_full, "the server's disk is nearly full; try again later", "服务器磁盘将满，请稍后再试")
TEXT(file_gone, "there is no such file, or it is no longer kept", "没有此文件，或已不再保留")
TEXT(file_busy, "another connection is sending this file right now", "另一连接正在发送此文件")
TEXT(file_was_declined, "%1 declined %2.", "%1 拒绝了 %2。")
TEXT(once_refused, "the server could not be entered", "未能登录服务器")
TEXT(too_long, "this is too long for one message", "一条消息不能这么长")
TEXT(throttled, "too many failed attempts; wait some minutes", "失败次数过多，请等几分钟")
