/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/net/texts.h - what the net says, in English and in Chinese. Included more than once by text.c and
 * text.h. A % stands for a value.
 */
TEXT(not_found, "There is no host named %.", "找不到主机 %。")
TEXT(lookup_failed, "% cannot be looked up: %.", "无法解析 %：%。")
TEXT(refused, "Nothing listens at % (connection refused).", "% 没有服务在监听（连接被拒绝）。")
TEXT(unreachable, "% cannot be reached from this network.", "从当前网络无法到达 %。")
TEXT(silent, "% does not answer.", "% 没有响应。")
TEXT(connect_failed, "% cannot be reached: %.", "无法连接 %：%。")
TEXT(ended, "The other side ended the connection.", "对方断开了连接。")
TEXT(cut, "The connection was cut off.", "连接中断。")
TEXT(lost, "The connection was lost: %.", "连接丢失：%。")
TEXT(no_tls, "There is no TLS at %: this is another port, or another kind of server.", "% 不支持 TLS：端口或服务器类型不对。")
TEXT(tls_broken, "The protected connection broke: %.", "加密连接出错：%。")
TEXT(no_peer_key, "The other side shows no key.", "对方没有出示密钥。")
TEXT(no_port, "Port % cannot be opened: %.", "无法打开端口 %：%。")
TEXT(port_taken, "Port % is used by another program.", "端口 % 已被其他程序占用。")
TEXT(no_group, "No network for multicast: %.", "没有可用于组播的网络：%。")
TEXT(no_bind, "No interface of this machine has the address %.", "本机没有地址为 % 的网卡。")
TEXT(key_unreadable, "Your key % cannot be read: %. Mend it, or move it away: a new one is made, which others must accept anew.",
     "无法读取您的密钥 %：%。请修复，或将其移走：程序会生成新密钥，但他人须重新确认。")
TEXT(key_broken, "Your key % is damaged. Put a copy of it back, or move it away: a new one is made, which others must accept anew.",
     "您的密钥 % 已损坏。请恢复备份，或将其移走：程序会生成新密钥，但他人须重新确认。")
TEXT(key_unwritable, "Your key % cannot be written: %.", "无法写入您的密钥 %：%。")
