/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/home_settings.h - what can be set in XDG_CONFIG_HOME/anser/settings; base/settings.h says how. Included once per language by home.c.
 */
SETTING("client.language", SETTING_CHOICE, "auto", 0, 0, "auto en zh",
	"Language of the program. auto: by LC_ALL, LC_MESSAGES or LANG.",
	"界面语言。auto：由 LC_ALL、LC_MESSAGES 或 LANG 决定。")
SETTING("client.downloads", SETTING_PATH, "", 0, 0, NULL,
	"Folder that /get writes to. Empty: the downloads folder of your desktop (XDG_DOWNLOAD_DIR), else Downloads in your home.",
	"/get 保存文件的目录。留空：桌面环境的下载目录（XDG_DOWNLOAD_DIR），否则为主目录下的 Downloads。")
SETTING("client.history", SETTING_INT, "100", 1, 10000, NULL,
	"How many entries are read back when a conversation opens. Older ones come as you scroll up.",
	"打开会话时载入的历史条数；向上滚动时会继续载入。")
SETTING("client.password-command", SETTING_TEXT, "", 0, 0, NULL,
	"A command that prints the password on its first line (\"pass chat.lan\"), instead of asking for it. It is run by /bin/sh. The password itself never stands in this file.",
	"输出密码（第一行）的命令，例如 \"pass chat.lan\"，由 /bin/sh 执行；不再询问密码。密码本身不写在此文件中。")
SETTING("look.colours", SETTING_CHOICE, "auto", 0, 0, "auto yes no",
	"Colours. auto: when the terminal has them and NO_COLOR is not set.",
	"颜色。auto：终端支持且未设置 NO_COLOR 时使用。")
SETTING("look.bell", SETTING_CHOICE, "mention", 0, 0, "never mention always",
	"When the terminal rings: never, when somebody writes to you alone or names you, or always.",
	"终端响铃：never 从不；mention 私聊或提到您时；always 总是。")
SETTING("look.notify", SETTING_BOOL, "no", 0, 1, NULL,
	"Asks the terminal to show a notification (OSC 9) for the same messages. Not every terminal can.",
	"请终端为同样的消息显示通知（OSC 9）；并非所有终端都支持。")
SETTING("network.bind", SETTING_TEXT, "", 0, 0, NULL,
	"With --lan: address of the one interface to use. Empty: all of them.",
	"--lan 模式：只使用具有该地址的网卡。留空：全部网卡。")
SETTING("network.direct-port", SETTING_INT, "0", 0, 65535, NULL,
	"Port (TCP and UDP) for direct links, where a firewall must know it. 0: any free one.",
	"直连所用端口（TCP 和 UDP），供防火墙放行。0：任意空闲端口。")
