// SPDX-License-Identifier: Apache-2.0
// Rooms for the made-up model: one where one is an owner, one where one is a guest, one that one is out of, and what may be found.

import { signal, type Signal } from '@preact/signals';
import type { Address, Affiliation, Conversation, FoundRoom, Invitation, Member, Room, Rooms } from '../../src/model';
import { message, NOW, person, type Fake } from './fake';

export const TEAM = 'team@rooms.chat.lan';
export const TEA = 'tea@rooms.chat.lan';
export const OLD = 'old@rooms.chat.lan';

const MINUTE = 60000;
const ALL = { speak: true, invite: true, subject: true, moderate: true, kick: true, ban: true, configure: true, destroy: true };
const NOTHING = { speak: true, invite: false, subject: false, moderate: false, kick: false, ban: false, configure: false, destroy: false };

export interface FakeRooms extends Rooms {
	change: (a: Address, by: Partial<Room>) => void;
	people: (a: Address) => Signal<readonly Member[]>;
	inviteOf: (i: readonly Invitation[]) => void;
	answers: Record<string, unknown>; // by function: what it gives instead of "it worked"
}

function room(address: Address, name: string, more: Partial<Room> = {}): Room {
	return {
		address, name, description: '', state: { state: 'in' }, nick: '林小满', affiliation: 'member', role: 'participant', count: 3, membersOnly: false,
		listed: true, moderated: false, password: false, anonymous: false, notify: 'all', typing: [], can: NOTHING, ...more,
	};
}

export function member(of: Address, nick: string, more: Partial<Member> = {}): Member {
	return { key: `${of}/${nick}`, from: `${of}/${nick}`, nick, affiliation: 'member', role: 'participant', presence: 'online', me: false, ...more };
}

export function makeRooms(fake: () => Fake): FakeRooms {
	const all = signal<ReadonlyMap<Address, Room>>(new Map());
	const invitations = signal<readonly Invitation[]>([]);
	const members = new Map<Address, Signal<readonly Member[]>>();
	const answers: Record<string, unknown> = {};
	const people = (a: Address) => {
		let s = members.get(a);
		if (!s) members.set(a, (s = signal<readonly Member[]>([])));
		return s;
	};
	const did = async <T>(name: string, ...given: unknown[]): Promise<T> => {
		fake().calls.push([name, ...given]);
		return (name in answers ? answers[name] : null) as T;
	};
	const change = (a: Address, by: Partial<Room>) => {
		const had = all.peek().get(a) ?? room(a, a.split('@')[0]!);
		all.value = new Map(all.peek()).set(a, { ...had, ...by });
	};
	const enter = async (a: Address) => {
		const out = await did<null>('join', a);
		if (!out) change(a, { state: { state: 'in' } });
		if (!out) fake().conversation({ with: a, kind: 'group', time: Date.now() });
		return out;
	};
	const found: FoundRoom[] = [
		{ address: TEA, name: '茶水间', description: '随便聊聊', count: 12, membersOnly: false, password: false, joined: true },
		{ address: 'news@rooms.chat.lan', name: 'News · 公告', description: 'What changes here, and when', count: 48, membersOnly: false, password: false, joined: false },
		{ address: 'vault@rooms.chat.lan', name: 'Vault', description: '', count: 2, membersOnly: false, password: true, joined: false },
	];
	return {
		service: signal('rooms.chat.lan'), all, invitations, change, people, answers,
		inviteOf: (i) => void (invitations.value = i),
		browse: async (search) => ({ rooms: found.filter((f) => !search || `${f.name} ${f.description}`.toLowerCase().includes(search.toLowerCase())), more: false }),
		create: async (r) => {
			const wrong = await did<{ why: 'not-allowed' } | null>('create', r);
			if (wrong) return wrong;
			change('made@rooms.chat.lan', { name: r.title, affiliation: 'owner', role: 'moderator', can: ALL, count: 1 });
			fake().someone(person('made@rooms.chat.lan', r.title, { tie: 'none', presence: 'unknown' }));
			fake().conversation({ with: 'made@rooms.chat.lan', kind: 'group', time: Date.now() });
			return { room: 'made@rooms.chat.lan' };
		},
		join: enter,
		leave: (a) => {
			void did('leave', a);
			const rest = new Map(all.peek());
			rest.delete(a);
			all.value = rest;
			fake().hide(a);
		},
		accept: (i) => {
			invitations.value = invitations.peek().filter((x) => x !== i);
			return enter(i.room);
		},
		decline: (i) => {
			void did('decline', i.room);
			invitations.value = invitations.peek().filter((x) => x !== i);
		},
		invite: (a, who, reason) => did('invite', a, who, reason),
		members: people,
		member: (a, from) => people(a).peek().find((m) => m.from === from) ?? null,
		mentions: (a, typed) => people(a).peek().filter((m) => m.nick.toLowerCase().startsWith(typed.toLowerCase())),
		rights: (a, m) => {
			const own = all.peek().get(a)?.affiliation === 'owner' && !m.me;
			const others: Affiliation[] = ['owner', 'admin', 'member', 'none'];
			return { kick: own && m.role !== 'none', ban: own, voice: own && m.role !== 'none', affiliations: own ? others.filter((x) => x !== m.affiliation) : [] };
		},
		affiliate: (a, m, to, reason) => did('affiliate', a, typeof m === 'string' ? m : m.nick, to, reason),
		kick: (a, m, reason) => did('kick', a, m.nick, reason),
		voice: (a, m, on) => did('voice', a, m.nick, on),
		banned: async () => [{ address: 'spam@elsewhere.org', reason: '广告' }],
		settings: async () => ({
			title: '发布小组', description: '每两周一次的发布', membersOnly: true, listed: false, moderated: false, anonymous: false, password: '', subjectByAll: true,
			membersInvite: false, slow: 0, keepDays: 90,
		}),
		configure: (a, to) => did('configure', a, to),
		setAvatar: (a) => did('setAvatar', a),
		setSubject: (a, text) => did('setSubject', a, text),
		setNick: (a, nick) => did('setNick', a, nick),
		moderate: (m, reason) => did('moderate', m.id, reason),
		notify: (a, what) => change(a, { notify: what }),
		destroy: (a, reason) => did('destroy', a, reason),
	};
}

// Three rooms among the conversations of the everyday state.
export function withRooms(f: Fake, rooms: FakeRooms): void {
	const conversation = (a: Address, minutes: number, text: string, from: string, more: Partial<Conversation> = {}) =>
		f.conversation({ with: a, kind: 'group', time: NOW - minutes * MINUTE, last: { text, mine: false, from: `${a}/${from}`, retracted: false }, ...more });
	for (const [a, name] of [[TEAM, '发布小组'], [TEA, '茶水间'], [OLD, 'Old stuff']] as const) f.someone(person(a, name, { tie: 'none', presence: 'unknown' }));
	rooms.change(TEAM, {
		name: '发布小组', description: '每两周一次的发布：计划、清单、值班。', affiliation: 'owner', role: 'moderator', can: ALL, count: 4, membersOnly: true, listed: false,
		subject: { text: '2.4.1：周三晚九点半', by: '王伟' }, typing: ['王伟', 'Bob Chen'],
	});
	rooms.change(TEA, { name: '茶水间', affiliation: 'none', notify: 'mentions', count: 12, slow: 10 });
	rooms.change(OLD, { name: 'Old stuff', state: { state: 'out', why: 'destroyed', by: '赵敏', reason: '不用了', instead: TEA } });
	const team = ['王伟', 'Bob Chen', '赵敏', '李雷'].map((n) => `${TEAM}/${n}`) as [string, string, string, string];
	team.forEach((a) => f.someone(person(a, a.split('/')[1]!, { tie: 'none', presence: 'online' })));
	rooms.people(TEAM).value = [
		member(TEAM, '林小满', { from: 'lin@chat.lan', affiliation: 'owner', role: 'moderator', me: true, address: 'lin@chat.lan' }),
		member(TEAM, '王伟', { affiliation: 'admin', role: 'moderator', address: 'wangwei@chat.lan' }),
		member(TEAM, 'Bob Chen', { address: 'bob@chat.lan', presence: 'away' }),
		member(TEAM, '李雷', { role: 'none', presence: 'offline', address: 'li@chat.lan' }),
		member(TEAM, '赵敏', { affiliation: 'none', role: 'visitor', address: 'zhao@chat.lan' }),
	];
	const say = (from: string, text: string, minutes: number, more = {}) =>
		message(from, text, NOW - minutes * MINUTE, { with: TEAM, nick: from.split('/')[1], ...more });
	f.put(TEAM, [
		say(team[0], '发布清单更新了，大家看一下。', 45),
		say(team[1], 'Looks good. I take the database part.', 43, { reactions: [{ emoji: '👍', from: [team[0], 'lin@chat.lan'] }] }),
		say(team[2], '', 41, { retracted: true, moderated: { by: '王伟', reason: '发错群了' } }),
		say('lin@chat.lan', '我来写公告 @王伟 你帮我看看措辞', 30, { sending: 'sent' }),
		say(team[0], '@林小满 好的，写好发我。', 28, { mention: true }),
	]);
	conversation(TEAM, 28, '@林小满 好的，写好发我。', '王伟', { unread: 1, mentions: 1, typing: true });
	conversation(TEA, 90, '中午吃什么？', 'Mona', { unread: 7, muted: true, notify: 'mentions' });
	conversation(OLD, 3000, 'bye', '赵敏');
	f.put(OLD, [message(`${OLD}/赵敏`, 'bye', NOW - 3000 * MINUTE, { with: OLD, nick: '赵敏' })]);
}
