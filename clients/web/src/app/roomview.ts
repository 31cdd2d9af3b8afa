// SPDX-License-Identifier: Apache-2.0
// What is shown of rooms: what each is and what I may do there, who is in it, who wrote.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { Address, Member, Person, Room } from '../model';
import { localOf } from '../xmpp/address';
import { NS } from '../xmpp/names';
import type { Occupant } from '../xmpp/room';
import type { Ctx } from './context';
import type { Place } from './place';
import { sortMembers } from './standing';

export interface RoomView {
	all: ReadonlySignal<ReadonlyMap<Address, Room>>;
	membersOf(p: Place): Member[];
	member(room: Address, from: Address): Member | null; // who wrote something
	person(address: Address): Person | null; // null: neither a room nor somebody in one
	real(from: Address): Address | undefined;
}

export function roomView(
	ctx: Ctx, places: ReadonlyMap<Address, Place>, changes: ReadonlySignal<number>, people: { person(address: Address): Person }, myNick: () => string,
): RoomView {
	const { book } = ctx;

	function shown(p: Place): Room {
		const k = p.kept, f = k.features;
		const has = (name: string): boolean => f.includes(name);
		const is = p.state.state === 'in';
		const moderator = is && p.role === 'moderator';
		const admin = is && (p.affiliation === 'admin' || p.affiliation === 'owner');
		const owner = is && p.affiliation === 'owner';
		return {
			address: k.with, name: k.name || localOf(k.with), description: k.description, avatar: k.avatar, subject: k.subject, state: p.state,
			nick: k.nick || myNick(), affiliation: p.affiliation, role: p.role, count: p.here.size, slow: k.slow || undefined,
			membersOnly: has('muc_membersonly'), listed: has('muc_public'), moderated: has('muc_moderated'), password: has('muc_passwordprotected'),
			anonymous: has('muc_semianonymous'), notify: book.level(k.with), typing: [...p.typing.keys()],
			can: {
				// Without a line it is not known; what is written waits.
				speak: p.state.state === 'joining' || (is && p.role !== 'visitor' && p.role !== 'none'),
				invite: is && (!has('muc_membersonly') || admin || (!!k.membersInvite && p.affiliation === 'member')),
				subject: moderator || (is && !!k.subjectByAll && p.role === 'participant'),
				moderate: moderator && has(NS.moderate),
				kick: moderator, ban: admin, configure: owner, destroy: owner,
			},
		};
	}

	const all = computed<ReadonlyMap<Address, Room>>(() => {
		void changes.value;
		const groups = book.conversations.value.filter((c) => c.kind === 'group').map((c) => c.with);
		return new Map(groups.flatMap((a) => {
			const p = places.get(a);
			return p ? [[a, shown(p)] as const] : [];
		}));
	});

	function member(p: Place, o: Occupant): Member {
		const me = o.nick === p.kept.nick;
		return { key: o.face, from: me ? ctx.me : o.face, nick: o.nick, address: o.real, affiliation: o.affiliation, role: o.role, presence: o.presence, me };
	}

	function membersOf(p: Place): Member[] {
		const here = [...p.here.values()].map((o) => member(p, o));
		const reals = new Set(here.map((m) => m.address));
		const nicks = new Map(Object.values(p.kept.faces).map((f) => [f.real, f.nick]));
		const standing = [...p.standing].filter(([real, s]) => !reals.has(real) && s.affiliation !== 'none' && s.affiliation !== 'outcast');
		const away = standing.map(([real, s]): Member => ({
			key: real, from: real, nick: s.nick || (nicks.get(real) ?? ''), address: real, affiliation: s.affiliation, role: 'none',
			presence: 'offline', me: real === ctx.me,
		}));
		return sortMembers([...here, ...away], (m) => m.nick || people.person(m.from).name);
	}

	// "room/~id" or "room/nickname".
	function faceAt(address: Address): { p: Place; nick: string; real?: Address; here?: Occupant } | null {
		const slash = address.indexOf('/');
		const p = slash < 0 ? undefined : places.get(address.slice(0, slash));
		if (!p)
			return null;
		const key = address.slice(slash + 1);
		const known = p.kept.faces[key];
		const here = key.startsWith('~') ? [...p.here.values()].find((o) => o.face === address) : p.here.get(key);
		return { p, nick: here?.nick ?? known?.nick ?? (key.startsWith('~') ? '' : key), real: here?.real ?? known?.real, here };
	}

	function person(address: Address): Person | null {
		const p = places.get(address);
		if (p)
			return { address, name: p.kept.name || localOf(address), avatar: p.kept.avatar, presence: 'unknown', tie: 'none', blocked: false };
		const f = faceAt(address);
		if (!f)
			return null;
		const real = f.real ? people.person(f.real) : undefined;
		return {
			address, name: f.nick || real?.name || '?', avatar: real?.avatar, presence: f.here?.presence ?? 'offline', status: real?.status,
			tie: real?.tie ?? 'none', blocked: real?.blocked ?? false, real: f.real,
		};
	}

	return {
		all,
		membersOf,
		person,
		real: (from) => faceAt(from)?.real,
		member(room, from) {
			const p = places.get(room);
			if (!p)
				return null;
			const f = faceAt(from);
			const o = from === ctx.me ? p.here.get(p.kept.nick) : f?.here;
			if (o)
				return member(p, o);
			if (!f)
				return null;
			const affiliation = (f.real && p.standing.get(f.real)?.affiliation) || 'none';
			return { key: from, from, nick: f.nick, address: f.real, affiliation, role: 'none', presence: 'offline', me: false };
		},
	};
}
