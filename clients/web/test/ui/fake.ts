// SPDX-License-Identifier: Apache-2.0
// A model without a server, for the tests of the page: everything happens at once or when the test says so. Never part
// of dist.

import { computed, signal } from '@preact/signals';
import type { Address, Conversation, Line, Me, Message, Model, Person, Sending, ServerInfo, Settings, Timeline } from '../../src/model';

import { makeRooms, type FakeRooms } from './rooms';

export const NOW = Date.now();
const MINUTE = 60000;

const me: Me = { address: 'lin@chat.lan', name: '林小满', admin: false };

export function person(address: Address, name: string, more: Partial<Person> = {}): Person {
	return { address, name, presence: 'offline', tie: 'both', blocked: false, ...more };
}

let serial = 0;
export function message(from: Address, text: string, time: number, more: Partial<Message> = {}): Message {
	const mine = from === me.address;
	const id = `m${++serial}`;
	return { key: id, id, archiveId: id, with: from, from, mine, time, text, edited: false, retracted: false, reactions: [], mention: false, sending: mine ? 'read' : undefined, ...more };
}

function picture(): string {
	const c = document.createElement('canvas');
	c.width = 64;
	c.height = 36;
	const g = c.getContext('2d')!;
	const sky = g.createLinearGradient(0, 0, 64, 36);
	sky.addColorStop(0, '#cfe3dc');
	sky.addColorStop(1, '#e9d9bd');
	g.fillStyle = sky;
	g.fillRect(0, 0, 64, 36);
	g.strokeStyle = '#0b6653';
	g.lineWidth = 1.5;
	g.beginPath();
	for (let x = 0; x <= 64; x += 4) g.lineTo(x, 24 - 8 * Math.abs(Math.sin(x / 7)));
	g.stroke();
	return c.toDataURL('image/png');
}

export interface Fake extends Model {
	lineOf: (l: Line) => void;
	receive: (from: Address, text: string, more?: Partial<Message>) => Message;
	messagesOf: (a: Address) => Message[];
	put: (a: Address, list: Message[]) => void;
	calls: unknown[][];
	conversation: (c: Partial<Conversation> & { with: Address }) => void;
	someone: (p: Person) => void;
	pace: { page: number; delay: number }; // how history comes
	requestOf: (p: Person[]) => void;
	logIn: () => void;
	fakeRooms: FakeRooms;
}

export function fakeModel(language: 'zh-CN' | 'en'): Fake {
	const line = signal<Line>({ state: 'online' });
	const mine = signal<Me | null>(me);
	const people = signal<ReadonlyMap<Address, Person>>(new Map());
	const requests = signal<readonly Person[]>([]);
	const list = signal<readonly Conversation[]>([]);
	const settings = signal<Settings>({ language, theme: 'system', density: 'cosy', notify: false, sound: false, quiet: { on: false, from: '22:00', to: '07:00' }, enterSends: true, typing: true, receipts: true });
	const all = new Map<Address, ReturnType<typeof signal<readonly Message[]>>>();
	const server = signal<ServerInfo | null>({ domain: 'chat.lan', safe: true, register: 'open' });
	const calls: unknown[][] = [];
	const pace = { page: 50, delay: 0 };

	const of = (a: Address) => {
		let s = all.get(a);
		if (!s) all.set(a, (s = signal<readonly Message[]>([])));
		return s as ReturnType<typeof signal<readonly Message[]>> & { value: readonly Message[]; peek(): readonly Message[] };
	};
	const change = (a: Address, change: Partial<Conversation>) => {
		const had = list.peek().find((c) => c.with === a);
		const fresh: Conversation = { with: a, kind: 'chat', time: 0, unread: 0, mentions: 0, pinned: false, muted: false, draft: '', typing: false, ...had, ...change };
		list.value = [...list.peek().filter((c) => c.with !== a), fresh].sort((x, y) => Number(y.pinned) - Number(x.pinned) || y.time - x.time);
	};
	const update = (m: Message, change: Partial<Message>) => {
		of(m.with).value = of(m.with).peek().map((o) => (o.key === m.key ? { ...o, ...change } : o));
	};
	const add = (m: Message) => {
		of(m.with).value = [...of(m.with).peek(), m];
		change(m.with, { time: m.time, last: { text: m.text, mine: m.mine, from: m.from, file: m.attachment?.name, retracted: false } });
	};
	const wait = () => new Promise<void>((done) => (pace.delay ? setTimeout(done, pace.delay) : done()));

	const open = (a: Address): Timeline => {
		const source = of(a);
		const total = () => source.peek().length;
		const conversation = list.peek().find((c) => c.with === a);
		const unread = conversation?.unread ?? 0;
		const start = signal(Math.max(0, total() - pace.page));
		const end = signal<number | null>(null); // null: up to the newest
		const loading = signal<'older' | 'newer' | 'jump' | null>(null);
		const messages = computed(() => source.value.slice(start.value, end.value ?? undefined));
		const firstUnread = unread ? (source.peek()[total() - unread]?.key ?? null) : null;
		const around = (at: number): string => {
			start.value = Math.max(0, at - pace.page);
			end.value = at + pace.page >= total() ? null : at + pace.page;
			return source.peek()[at]!.key;
		};
		return {
			with: a,
			messages,
			more: computed(() => ({ older: start.value > 0, newer: end.value !== null })),
			loading,
			failed: signal(false),
			divider: signal(firstUnread),
			async older() {
				loading.value = 'older';
				await wait();
				start.value = Math.max(0, start.peek() - pace.page);
				loading.value = null;
			},
			async newer() {
				loading.value = 'newer';
				await wait();
				const to = (end.peek() ?? total()) + pace.page;
				end.value = to >= total() ? null : to;
				loading.value = null;
			},
			async toEnd() {
				if (end.peek() === null) return;
				start.value = Math.max(0, total() - pace.page);
				end.value = null;
			},
			async toFirstUnread() {
				await wait();
				const at = firstUnread ? source.peek().findIndex((m) => m.key === firstUnread) : -1;
				return at < 0 ? null : around(at);
			},
			async jump(where) {
				await wait();
				const at = source.peek().findIndex((m) => (where.id ? m.id === where.id : where.archiveId ? m.archiveId === where.archiveId : m.time >= (where.time ?? 0)));
				if (at < 0) return null;
				return at >= start.peek() && at < (end.peek() ?? total()) ? source.peek()[at]!.key : around(at);
			},
			read(key) {
				calls.push(['read', a, key]);
				const at = source.peek().findIndex((m) => m.key === key);
				const left = source.peek().slice(at + 1).filter((m) => !m.mine).length;
				const had = list.peek().find((c) => c.with === a);
				if (had && left < had.unread) change(a, { unread: left, mentions: left ? had.mentions : 0 });
			},
			close() {
				calls.push(['close', a]);
			},
		};
	};

	const nothing = async () => null;
	const rooms = makeRooms(() => fake);
	const fake: Fake = {
		line, me: mine, server, conversations: list, people, requests, settings,
		unread: computed(() => list.value.reduce((n, c) => n + (c.muted ? 0 : c.unread), 0)),
		unsent: computed(() => [...all.values()].flatMap((s) => s.value ?? []).filter((m) => m.sending === 'sending').length),
		synced: signal(true),
		leader: signal(true),
		rooms: signal(rooms),
		start: async () => {},
		login: async (name, password) => {
			calls.push(['login', name]);
			if (password === 'wrong') return 'wrong-password';
			mine.value = me;
			line.value = { state: 'online' };
			return null;
		},
		register: async () => {
			mine.value = me;
			line.value = { state: 'online' };
			return null;
		},
		logout: async () => {
			mine.value = null;
			line.value = { state: 'out' };
		},
		reconnect: () => void calls.push(['reconnect']),
		open,
		person: (a) => people.value.get(a) ?? person(a, a.split('@')[0]!, { tie: 'none', presence: 'unknown' }),
		send(a, text, reply) {
			calls.push(['send', a, text, reply?.id]);
			const m = message(me.address, text, Date.now(), { with: a, sending: 'sending', reply: reply && { id: reply.id, from: reply.from, text: reply.text } });
			add(m);
			const steps: Sending[] = ['sent', 'delivered', 'read'];
			steps.forEach((s, i) => setTimeout(() => update(m, { sending: s }), 150 * (i + 1)));
		},
		sendFile(a, file) {
			calls.push(['sendFile', a, file.name]);
			add(message(me.address, '', Date.now(), { with: a, sending: 'sending', attachment: { name: file.name, type: file.type, size: file.size, local: URL.createObjectURL(file), progress: 0.4, width: 320, height: 200 } }));
		},
		cancel: (m) => {
			calls.push(['cancel', m.id]);
			of(m.with).value = of(m.with).peek().filter((o) => o.key !== m.key);
		},
		retry: (m) => {
			calls.push(['retry', m.id]);
			update(m, { sending: 'sending', why: undefined });
		},
		edit: (m, text) => {
			calls.push(['edit', m.id, text]);
			update(m, { text, edited: true });
		},
		retract: (m) => update(m, { retracted: true, text: '', attachment: undefined }),
		react: (m, emoji) => {
			calls.push(['react', m.id, emoji]);
			const now = of(m.with).peek().find((o) => o.key === m.key)?.reactions ?? [];
			const had = now.find((r) => r.emoji === emoji);
			const took = had?.from.includes(me.address);
			const from = took ? had!.from.filter((f) => f !== me.address) : [...(had?.from ?? []), me.address];
			const rest = had ? now.map((r) => (r.emoji === emoji ? { emoji, from } : r)) : [...now, { emoji, from }];
			update(m, { reactions: rest.filter((r) => r.from.length) });
		},
		typing: (a, is) => void calls.push(['typing', a, is]),
		draft: (a, text) => {
			calls.push(['draft', a, text]);
			change(a, { draft: text });
		},
		pin: (a, on) => change(a, { pinned: on }),
		mute: (a, on) => change(a, { muted: on }),
		hide: (a) => void (list.value = list.peek().filter((c) => c.with !== a)),
		markRead: (a) => change(a, { unread: 0, mentions: 0 }),
		search: async () => ({ hits: [], more: false }),
		findPeople: async () => [],
		exists: async () => true,
		ask: nothing,
		answer: (a, yes) => {
			calls.push(['answer', a, yes]);
			requests.value = requests.peek().filter((p) => p.address !== a);
		},
		rename: (a, name) => fake.someone({ ...fake.person(a), name }),
		remove: () => {},
		block: async (a, on) => {
			fake.someone({ ...fake.person(a), blocked: on });
			return null;
		},
		files: async (a) => of(a).peek().filter((m) => m.attachment).reverse(),
		invite: async () => ({ link: 'https://chat.lan/invite#abc', xmpp: 'xmpp:chat.lan?register;preauth=abc', expires: Date.now() + 7 * 86400000 }),
		inviteInfo: nothing,
		myFiles: async () => ({ files: [], used: 0 }),
		removeFile: nothing,
		set: (k, v) => void (settings.value = { ...settings.peek(), [k]: v }),
		setName: nothing,
		setAvatar: nothing,
		changePassword: nothing,
		devices: async () => [],
		endDevice: nothing,
		exportData: async () => new Blob(['{}']),
		deleteAccount: nothing,
		permission: async () => true,
		// for tests
		fakeRooms: rooms,
		calls,
		pace,
		lineOf: (l) => void (line.value = l),
		messagesOf: (a) => [...of(a).peek()],
		put: (a, messages) => void (of(a).value = messages),
		conversation: (c) => change(c.with, c),
		someone: (p) => void (people.value = new Map(people.peek()).set(p.address, p)),
		requestOf: (p) => {
			requests.value = p;
			for (const one of p) fake.someone(one);
		},
		logIn: () => void (mine.value = me),
		receive(from, text, more) {
			const m = message(from, text, Date.now(), more);
			add(m);
			const had = list.peek().find((c) => c.with === from);
			change(from, { unread: (had?.unread ?? 0) + 1 });
			return m;
		},
	};
	return fake;
}

const THUMB = typeof document === 'undefined' ? '' : picture();

// The everyday state that the screenshots show.
export function everyday(f: Fake): void {
	const [wang, bob, zhao, li, ci, mona, sun] = ['wangwei', 'bob', 'zhao', 'li', 'build-bot', 'mona', 'sun'].map((n) => `${n}@chat.lan`) as [string, string, string, string, string, string, string];
	f.someone(person(wang, '王伟', { presence: 'online', status: '运维值班' }));
	f.someone(person(bob, 'Bob Chen', { presence: 'online' }));
	f.someone(person(zhao, '赵敏', { presence: 'away', lastSeen: NOW - 40 * MINUTE }));
	f.someone(person(li, '李雷', { presence: 'offline', lastSeen: NOW - 3 * 86400000 }));
	f.someone(person(ci, 'build-bot'));
	f.someone(person(mona, 'Mona Al-Masri · منى', { presence: 'busy' }));
	f.requestOf([person(sun, '孙悦', { tie: 'asks', request: '你好，我是测试组的孙悦' })]);
	const base = NOW - 50 * MINUTE;
	const at = (min: number) => base + min * MINUTE;
	const own = (text: string, time: number, more: Partial<Message> = {}) => message(me.address, text, time, { with: wang, ...more });
	const day = 86400000;
	const early = message(wang, '下周的发布计划我发在文档里了，有空看一下。', NOW - day - 3 * 3600000);
	const first = message(wang, '灰度发布完成，两台节点负载 `0.42`，日志在 https://intra.lan/t/42 。', at(0), { reactions: [{ emoji: '👍', from: [wang, me.address, bob] }, { emoji: '🎉', from: [wang] }] });
	f.put(wang, [
		early,
		own('好的，今晚看。', NOW - day - 2.9 * 3600000, { sending: 'read' }),
		first,
		own('辛苦了！我来更新状态页。', at(2), { reply: { id: first.id, from: wang, text: first.text }, sending: 'read' }),
		own('顺便把回滚脚本也放进仓库了：\n```\n#!/bin/sh\nset -eu\nsystemctl stop anser && cp -a /srv/anser.bak/. /srv/anser/\nsystemctl start anser\n```', at(2.4), { sending: 'read' }),
		message(wang, '监控看起来 *正常* 了， _p95_ 降到 12 ms：', at(9), { attachment: { name: 'latency-p95.png', type: 'image/png', size: 188416, width: 1280, height: 720, thumb: THUMB } }),
		message(wang, '> 证书下周二到期\n今晚一起换吧？', at(12), { mention: true }),
		own('可以，窗口定在今晚九点半。', at(13), { sending: 'delivered', edited: true }),
		own('runbook', at(13.5), { text: '', attachment: { name: '更换证书的步骤 runbook.pdf', type: 'application/pdf', size: 248000, url: '/f/1' }, sending: 'delivered' }),
		message(wang, '流程照旧：先备节点，再主节点。', at(40)),
		message(wang, '👍', at(41)),
		own('好的，我准备脚本。', at(44), { sending: 'sent' }),
		own('九点二十拉个语音？', at(44.5), { sending: 'sending' }),
		own('', at(45), { attachment: { name: 'core-dump.tar.gz', type: 'application/gzip', size: 4.2e9, local: 'blob:x' }, sending: 'failed', why: 'too-large' }),
	]);
	f.conversation({ with: wang, time: at(45), pinned: true, unread: 0, typing: true, last: { text: '九点二十拉个语音？', mine: true, from: me.address, retracted: false } });
	f.conversation({ with: bob, time: NOW - 9 * MINUTE, pinned: true, unread: 3, mentions: 2, last: { text: 'can you check the cert?', mine: false, from: bob, retracted: false } });
	f.conversation({ with: zhao, time: NOW - 26 * 3600000, draft: '关于周报的格式，我想', last: { text: '周报', mine: false, from: zhao, retracted: false } });
	f.conversation({ with: li, time: NOW - 3 * day, last: { text: '收到，谢谢 👍', mine: false, from: li, retracted: false } });
	f.conversation({ with: mona, time: NOW - 3600000, unread: 14, last: { text: '', file: '首页-v3.png', mine: false, from: mona, retracted: false } });
	f.conversation({ with: ci, time: NOW - 4 * day, muted: true, unread: 120, last: { text: 'release 2.4.1 passed', mine: false, from: ci, retracted: false } });
	const bobs: Message[] = [];
	for (let i = 0; i < 40; i++) bobs.push(message(i % 3 ? bob : me.address, `Line ${i}: the certificate of the mirror runs out, and the dashboard says so since Tuesday.`, NOW - (60 - i) * 3 * MINUTE, { with: bob }));
	f.put(bob, bobs);
}

// Ten thousand messages of many sizes.
export function flood(f: Fake, n = 10000): void {
	const who = 'flood@chat.lan';
	f.someone(person(who, '长会话 Long', { presence: 'online' }));
	const words = '消息 window 滚动 anchor 高度 height 从不 guess 一行 line 很长 wraps over several lines when the pane is narrow'.split(' ');
	const list: Message[] = [];
	for (let i = 0; i < n; i++) {
		const length = 1 + ((i * 7919) % 40);
		const text = `#${i} ${Array.from({ length }, (_, k) => words[(i + k) % words.length]).join(' ')}`;
		list.push(message(i % 5 < 2 ? me.address : who, text, NOW - (n - i) * 90000, { with: who }));
	}
	f.put(who, list);
	f.conversation({ with: who, time: NOW, last: { text: 'end', mine: false, from: who, retracted: false } });
}
