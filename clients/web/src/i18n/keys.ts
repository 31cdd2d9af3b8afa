// SPDX-License-Identifier: Apache-2.0
// What the keys do.

import { area } from './area';

export const keys = area({
	switch: 'Go to a person or conversation',
	neighbour: 'Previous or next conversation',
	send: 'Send',
	line: 'New line',
	edit: 'In an empty field: edit the last own message',
	escape: 'Cancel, close',
	rows: 'In the messages: from one to the next',
	actions: 'On a message: what can be done with it',
	menu: 'On a conversation: its menu',
	help: 'This help',
}, {
	switch: '跳到联系人或会话',
	neighbour: '上一个或下一个会话',
	send: '发送',
	line: '换行',
	edit: '输入框为空时：编辑自己的上一条消息',
	escape: '取消、关闭',
	rows: '在消息中：上一条、下一条',
	actions: '在消息上：打开操作菜单',
	menu: '在会话上：打开菜单',
	help: '本帮助',
});
