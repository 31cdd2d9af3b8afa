// SPDX-License-Identifier: Apache-2.0
// A model for the tests of ui/: people and messages of a small company, answers that a test may change, and a list of what was called.
// Never part of the page.

import { computed, signal } from '@preact/signals';
import type {
	Address, Conversation, Device, Invite, InviteInfo, Line, Me, Message, Model, MyFiles, Person, SearchPage, SearchQuery, ServerInfo,
	Settings, Timeline, Why,
} from '../../src/model';

const DAY = 86400000;

function person(address: Address, name: string, more: Partial<Person> = {}): Person {
	return { address, name, presence: 'offline', tie: 'both', blocked: false, ...more };
}

export function message(with_: Address, text: string, time: number, more: Partial<Message> = {}): Message {
	const id = `${with_}-${time}`;
	return {
		key: id, id, archiveId: id, with: with_, from: with_, mine: false, time, text, edited: false, retracted: false, reactions: [],
		mention: false, ...more,
	};
}

function conversation(with_: Address, time: number, text: string, more: Partial<Conversation> = {}): Conversation {
	return {
		with: with_, kind: 'chat', last: { text, mine: false, from: with_, retracted: false }, time, unread: 0, mentions: 0, pinned: false,
		muted: false, draft: '', typing: false, ...more,
	};
}

export function makeFake() {
	const now = Date.now();
	const called: [string, ...unknown[]][] = [];
	const answers: Record<string, unknown> = {}; // by function: what it gives back (a function is called with the arguments)
	const people = signal<ReadonlyMap<Address, Person>>(new Map([
		person('wangwei@chat.lan', '王伟', { presence: 'online', status: '在机房' }),
		person('bob@chat.lan', 'Bob Chen', { presence: 'away', lastSeen: now - 5 * 60000 }),
		person('zhao@chat.lan', '赵敏', { presence: 'busy' }),
		person('lilei@chat.lan', '李雷', { lastSeen: now - 3 * DAY }),
		person('anna@chat.lan', '阿娜', { lastSeen: now - 3600000 }),
		person('carol@chat.lan', 'Carol', { tie: 'asked', presence: 'unknown' }),
		person('han@chat.lan', '韩梅梅', { tie: 'asks', presence: 'unknown', request: '你好，我是市场部的韩梅梅。' }),
		person('spam@elsewhere.org', 'spam', { tie: 'none', blocked: true, presence: 'unknown' }),
	].map((p) => [p.address, p])));
	const settings = signal<Settings>({
		language: 'en', theme: 'system', density: 'cosy', notify: true, sound: true, quiet: { on: false, from: '22:00', to: '07:00' },
		enterSends: true, typing: true, receipts: true,
	});
	const line = signal<Line>({ state: 'online' });
	const me = signal<Me | null>({ address: 'lin@chat.lan', name: '林小满', admin: false });
	const server = signal<ServerInfo | null>({ domain: 'chat.lan', safe: true, register: 'open', version: 'anser 0.1.0' });
	const conversations = signal<readonly Conversation[]>([
		conversation('wangwei@chat.lan', now - 60000, '窗口定在今晚九点半', { pinned: true }),
		conversation('bob@chat.lan', now - 5 * 60000, 'can you check the cert?', { unread: 2 }),
		conversation('zhao@chat.lan', now - DAY, '收到，谢谢', { muted: true }),
	]);
	const messages = [
		message('wangwei@chat.lan', '灰度发布完成，两台节点负载 0.42，日志在 intra.lan/t/42', now - 3600000),
		message('wangwei@chat.lan', '好的，我准备发布脚本。', now - 3500000, { mine: true, from: 'lin@chat.lan' }),
		message('bob@chat.lan', 'The release notes for 2.4.1 are ready, please have a look before the release.', now - DAY),
		message('bob@chat.lan', '', now - 2 * DAY, { attachment: { url: 'about:blank', name: 'latency-p95.png', type: 'image/png', size: 184320 } }),
		message('zhao@chat.lan', '证书下周二到期，发布之前能一起换吗？', now - 8 * DAY),
		message('zhao@chat.lan', '', now - 9 * DAY, { attachment: { url: 'about:blank', name: '周报-发布计划.docx', type: 'application/msword', size: 2400000 } }),
	];

	function answer<T>(name: string, given: unknown[], otherwise: T): T {
		called.push([name, ...given]);
		const a = answers[name];
		if (a === undefined) return otherwise;
		return (typeof a === 'function' ? a(...given) : a) as T;
	}
	function later<T>(name: string, given: unknown[], otherwise: T): Promise<T> {
		return new Promise((done, fail) => {
			const a = answer<T | Error>(name, given, otherwise);
			setTimeout(() => (a instanceof Error ? fail(a) : done(a)), 5);
		});
	}
	function change(address: Address, by: Partial<Person>): void {
		const p = { ...(people.value.get(address) ?? person(address, address.split('@')[0] ?? '', { tie: 'none', presence: 'unknown' })), ...by };
		people.value = new Map(people.value).set(address, p);
	}
	function inConversation(address: Address, by: Partial<Conversation>): void {
		conversations.value = conversations.value.map((c) => (c.with === address ? { ...c, ...by } : c));
	}
	function find(q: SearchQuery): SearchPage {
		const hits = messages.filter((m) => {
			const text = `${m.text} ${m.attachment?.name ?? ''}`.toLowerCase();
			return text.includes(q.text.toLowerCase()) && (!q.with || q.with === m.with) && (!q.files || !!m.attachment)
				&& m.time >= (q.from ?? 0) && m.time < (q.to ?? Infinity);
		});
		return { hits, more: false };
	}
	function timeline(address: Address): Timeline {
		const none = async () => {};
		return {
			with: address, messages: signal(messages.filter((m) => m.with === address)), more: signal({ older: false, newer: false }),
			loading: signal(null), failed: signal(false), divider: signal(null), older: none, newer: none, toEnd: none,
			toFirstUnread: async () => null, jump: async () => null, read: () => {}, close: () => {},
		};
	}

	const model: Model = {
		line, me, server, conversations, people, settings,
		requests: computed(() => [...people.value.values()].filter((p) => p.tie === 'asks')),
		unread: signal(2), synced: signal(true), leader: signal(true), unsent: signal(0), rooms: signal(null),
		start: async () => {},
		login: async (name, password, remember) => {
			const why = await later<Why | null>('login', [name, password, remember], null);
			if (!why) me.value = { address: `${name}@chat.lan`, name, admin: false };
			return why;
		},
		register: async (name, password, invite) => {
			const why = await later<Why | null>('register', [name, password, invite], null);
			if (!why) me.value = { address: `${name}@chat.lan`, name, admin: false };
			return why;
		},
		logout: async () => {
			await later('logout', [], null);
			me.value = null;
		},
		reconnect: () => answer('reconnect', [], undefined),
		open: timeline,
		person: (a) => people.value.get(a) ?? person(a, a.split('@')[0] ?? a, { tie: 'none', presence: 'unknown' }),
		send: (...g) => answer('send', g, undefined),
		sendFile: (...g) => answer('sendFile', g, undefined),
		cancel: (...g) => answer('cancel', g, undefined),
		retry: (...g) => answer('retry', g, undefined),
		edit: (...g) => answer('edit', g, undefined),
		retract: (...g) => answer('retract', g, undefined),
		react: (...g) => answer('react', g, undefined),
		typing: (...g) => answer('typing', g, undefined),
		draft: (...g) => answer('draft', g, undefined),
		pin: (a, on) => (answer('pin', [a, on], undefined), inConversation(a, { pinned: on })),
		mute: (a, on) => (answer('mute', [a, on], undefined), inConversation(a, { muted: on })),
		hide: (...g) => answer('hide', g, undefined),
		markRead: (...g) => answer('markRead', g, undefined),
		search: (q, next) => later('search', [q, next], find(q)),
		findPeople: (text) => later('findPeople', [text], [
			{ address: 'hanmeimei@chat.lan', name: '韩梅' }, { address: 'bob@chat.lan', name: 'Bob Chen' }, { address: 'boris@chat.lan', name: 'Boris' },
		].filter((p) => (p.name + p.address).toLowerCase().includes(text.toLowerCase()))),
		exists: (a) => later('exists', [a], true),
		ask: async (a, text, invite) => {
			const why = await later<Why | null>('ask', [a, text, invite], null);
			if (!why) change(a, { tie: 'asked' });
			return why;
		},
		answer: (a, yes) => {
			answer('answer', [a, yes], undefined);
			change(a, { tie: yes ? 'both' : 'none' });
		},
		rename: (a, name) => {
			answer('rename', [a, name], undefined);
			change(a, { name });
		},
		remove: (a) => {
			answer('remove', [a], undefined);
			change(a, { tie: 'none' });
		},
		block: async (a, on) => {
			const why = await later<Why | null>('block', [a, on], null);
			if (!why) change(a, { blocked: on });
			return why;
		},
		files: (a) => later('files', [a], messages.filter((m) => m.with === a && m.attachment)),
		invite: () => later<Invite | Why>('invite', [], {
			link: 'https://chat.lan/invite#k3JwQ8ZtVbn2', xmpp: 'xmpp:lin@chat.lan?roster;preauth=k3JwQ8ZtVbn2', expires: Date.now() + 7 * DAY + 60000,
		}),
		inviteInfo: (token) => later<InviteInfo | null>('inviteInfo', [token], { from: 'wangwei@chat.lan', name: '王伟', kind: 'account' }),
		set: (key, value) => {
			answer('set', [key, value], undefined);
			settings.value = { ...settings.value, [key]: value };
		},
		setName: async (name) => {
			const why = await later<Why | null>('setName', [name], null);
			if (!why && me.value) me.value = { ...me.value, name };
			return why;
		},
		setAvatar: async (image) => {
			const why = await later<Why | null>('setAvatar', [image && { type: image.type, size: image.size }], null);
			if (!why && me.value) me.value = { ...me.value, avatar: image ? URL.createObjectURL(image) : undefined };
			return why;
		},
		changePassword: (old, fresh) => later<Why | null>('changePassword', [old, fresh], null),
		devices: () => later<Device[]>('devices', [], [
			{ id: '1', name: 'Chromium, Linux', own: true, online: true, since: now - 30 * DAY, seen: now, where: '192.168.1.20' },
			{ id: '2', name: 'Conversations, Android', own: false, online: true, since: now - 90 * DAY, seen: now - 60000, where: '10.0.0.4' },
			{ id: '3', name: 'Gajim', own: false, online: false, since: now - 200 * DAY, seen: now - 12 * DAY },
		]),
		endDevice: (id) => later<Why | null>('endDevice', [id], null),
		myFiles: () => later<MyFiles | Why>('myFiles', [], {
			used: 620 * 1024 * 1024, quota: 1024 * 1024 * 1024,
			files: [
				{ id: 'a', url: 'about:blank', name: 'latency-p95.png', type: 'image/png', size: 184320, time: now - 2 * DAY },
				{ id: 'b', url: 'about:blank', name: '周报-发布计划.docx', type: 'application/msword', size: 2400000, time: now - 9 * DAY },
			],
		}),
		removeFile: (id) => later<Why | null>('removeFile', [id], null),
		exportData: (progress, signal_) => {
			called.push(['exportData']);
			return new Promise<Blob | Why>((done) => {
				const go = answers.exportData as ((p: typeof progress, s: AbortSignal, d: typeof done) => void) | undefined;
				if (go) return go(progress, signal_, done);
				progress({ done: 40, total: 100 });
				signal_.addEventListener('abort', () => done('cancelled'));
				setTimeout(() => done(new Blob(['{}'], { type: 'application/json' })), 400);
			});
		},
		deleteAccount: (password) => later<Why | null>('deleteAccount', [password], null),
		permission: () => later('permission', [], true),
	};
	return { model, called, answers, people, settings, line, me, server, conversations, messages, change };
}
