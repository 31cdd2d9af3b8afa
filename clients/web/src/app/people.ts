// SPDX-License-Identifier: Apache-2.0
// People: contacts, who asks, whoever a conversation names; presence, names, pictures.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Address, Person, Presence, Tie, Why } from '../model';
import { cardGet, type Card } from '../xmpp/account';
import { domainOf, localOf } from '../xmpp/address';
import { crypt, fromBase64, hex } from '../xmpp/crypt';
import { readPresence, rosterGet, rosterPush, rosterSet, writePresence, writeRequest, type Contact } from '../xmpp/roster';
import { IqError } from '../xmpp/stream';
import type { El } from '../xmpp/xml';
import type { Known } from '../store/rows';
import type { Ctx } from './context';
import { whyOf } from './why';

export interface People {
	all: ReadonlySignal<ReadonlyMap<Address, Person>>;
	requests: ReadonlySignal<readonly Person[]>;
	load(): Promise<void>;
	begin(): Promise<void>; // a fresh session: the list, before presence
	lost(): void;
	presence(p: El): void;
	push(iq: El): boolean;
	person(address: Address): Person;
	card(address: Address, again?: boolean): Promise<void>; // looks at theirs
	isContact(address: Address): boolean;
	ask(address: Address, why?: string, token?: string): Promise<Why | null>;
	answer(address: Address, yes: boolean): void;
	rename(address: Address, name: string): void;
	blocked(list: readonly Address[], on: boolean): void;
	blockedAll(list: readonly Address[]): void;
	isBlocked(address: Address): boolean;
	seen(address: Address, at: number): void;
	lead(): void;
}

interface Here { // a resource
	presence: Presence;
	status: string;
	priority: number;
}

const PEOPLE_MAX = 5000; // known besides contacts
const REQUESTS_MAX = 200;
const CARDS_AT_ONCE = 2;
const AVATAR_EDGE = 128;
const AVATAR_KEEP = 24 * 1024; // what is larger is drawn smaller

export async function avatarOf(card: Card): Promise<string | undefined> {
	if (!card.photo)
		return undefined;
	const url = `data:${card.photo.type};base64,${card.photo.base64}`;
	if (card.photo.base64.length <= AVATAR_KEEP || typeof createImageBitmap === 'undefined' || typeof document === 'undefined')
		return url;
	try {
		const raw = Uint8Array.from(atob(card.photo.base64), (c) => c.charCodeAt(0));
		const bitmap = await createImageBitmap(new Blob([raw], { type: card.photo.type }));
		const canvas = document.createElement('canvas');
		canvas.width = canvas.height = AVATAR_EDGE;
		const edge = Math.min(bitmap.width, bitmap.height);
		canvas.getContext('2d')?.drawImage(bitmap, (bitmap.width - edge) / 2, (bitmap.height - edge) / 2, edge, edge, 0, 0, AVATAR_EDGE, AVATAR_EDGE);
		bitmap.close();
		return canvas.toDataURL('image/jpeg', 0.85);
	} catch {
		return undefined; // no picture
	}
}

// `ownPhoto` is told the hash of one's own picture, '' when there is none.
export function people(ctx: Ctx, ownPhoto: (hash: string) => void): People {
	const known = new Map<Address, Known>(), here = new Map<Address, Map<string, Here>>(), asking = new Map<Address, string>();
	const left = new Map<Address, { at: number; status: string }>();
	let blocked = new Set<Address>();
	let version: string | undefined;
	const changes = signal(0);
	const looked = new Set<Address>();
	const queue: Address[] = [];
	let looking = 0;

	const change = (): void => void changes.value++;

	function of(address: Address): Known {
		return known.get(address) ?? { address, own: '', theirs: '', subscription: 'none', asked: false, contact: false };
	}

	function keep(k: Known): void {
		if (!known.has(k.address) && !k.contact && known.size > PEOPLE_MAX)
			return;
		known.set(k.address, k);
		if (ctx.leads())
			void ctx.db.write({ people: [k] }).catch(() => undefined);
		change();
	}

	function tie(k: Known): Tie {
		if (asking.has(k.address) && k.subscription !== 'both')
			return 'asks';
		if (k.subscription === 'both')
			return 'both';
		if (k.asked)
			return 'asked';
		return k.subscription === 'none' || k.subscription === 'remove' ? 'none' : 'one-way';
	}

	function person(address: Address): Person {
		const other = ctx.rooms.person(address);
		if (other)
			return other;
		const k = of(address);
		const all = [...(here.get(address)?.values() ?? [])].sort((a, b) => b.priority - a.priority);
		const rank: Presence[] = ['online', 'away', 'busy'];
		const presence = rank.find((p) => all.some((h) => h.presence === p));
		const sees = k.subscription === 'both' || k.subscription === 'to';
		return {
			address,
			name: k.own || k.theirs || localOf(address) || address,
			avatar: k.avatar,
			presence: presence ?? (ctx.stream.online && sees ? 'offline' : 'unknown'),
			status: (all.find((h) => h.status)?.status ?? left.get(address)?.status) || undefined,
			lastSeen: presence ? undefined : left.get(address)?.at,
			tie: tie(k),
			request: asking.get(address),
			blocked: blocked.has(address),
		};
	}

	const all = computed<ReadonlyMap<Address, Person>>(() => {
		void changes.value;
		void ctx.rooms.names.value;
		const out = new Map<Address, Person>();
		const named = [...known.keys(), ...asking.keys(), ...blocked, ...ctx.book.conversations.value.map((c) => c.with)];
		for (const a of new Set(named))
			out.set(a, person(a));
		return out;
	});
	const requests = computed(() => {
		void changes.value;
		return [...asking.keys()].filter((a) => tie(of(a)) === 'asks' && !blocked.has(a)).map(person);
	});

	function contact(c: Contact): void {
		const k = of(c.address);
		if (c.subscription === 'remove') {
			here.delete(c.address);
			keep({ ...k, own: '', subscription: 'none', asked: false, contact: false });
			return;
		}
		keep({ ...k, own: c.name, subscription: c.subscription, asked: c.asked, contact: true });
		if (c.subscription === 'both' || c.subscription === 'from')
			asking.delete(c.address);
		if (!looked.has(c.address) && k.photo === undefined)
			void self.card(c.address);
	}

	function next(): void {
		while (looking < CARDS_AT_ONCE && queue.length) {
			const address = queue.shift()!;
			looking++;
			look(address).finally(() => {
				looking--;
				next();
			});
		}
	}

	async function look(address: Address): Promise<void> {
		try {
			const card = await cardGet(ctx.ask, address === ctx.me ? undefined : address);
			keep({ ...of(address), theirs: card.name, avatar: await avatarOf(card), photo: of(address).photo ?? '' });
			if (address === ctx.me) {
				const raw = card.photo && fromBase64(card.photo.base64);
				ownPhoto(raw ? hex(await (await crypt()).hash('SHA-1', raw)) : '');
			}
		} catch (e) {
			if (e instanceof IqError && !e.condition)
				looked.delete(address); // no line: another time
		}
	}

	const self: People = {
		all,
		requests,
		async load() {
			for (const k of await ctx.db.people())
				known.set(k.address, k);
			version = await ctx.db.get<string>('roster');
			blocked = new Set((await ctx.db.get<Address[]>('blocked')) ?? []);
			change();
		},
		async begin() {
			const list = await rosterGet(ctx.ask, version ?? '').catch((e: unknown) => {
				if (e instanceof IqError && e.condition)
					return null;
				throw e;
			});
			here.clear();
			if (list) {
				const there = new Set(list.items.map((c) => c.address));
				for (const k of [...known.values()])
					if (k.contact && !there.has(k.address))
						contact({ address: k.address, name: '', subscription: 'remove', asked: false });
				list.items.forEach(contact);
				version = list.version;
				ctx.book.keep({ roster: version });
			}
			change();
		},
		lost() {
			here.clear();
			looked.clear();
			change();
		},
		presence(e) {
			const p = readPresence(e);
			if (!p || p.from === ctx.me)
				return;
			const k = of(p.from);
			if (p.type === 'subscribe') {
				// Who was asked asks back: that is a yes.
				if (k.asked || k.subscription === 'to' || k.subscription === 'both')
					ctx.stream.send(writePresence('subscribed', p.from), { again: true });
				else if (asking.size < REQUESTS_MAX && k.subscription !== 'from')
					asking.set(p.from, p.status);
				void self.card(p.from);
			} else if (p.type === 'unsubscribe' || p.type === 'unsubscribed') {
				asking.delete(p.from);
			} else if (p.type === '') {
				const resources = here.get(p.from) ?? new Map<string, Here>();
				resources.set(p.resource, { presence: p.presence, status: p.status, priority: p.priority });
				here.set(p.from, resources);
				left.delete(p.from);
				if (p.photo !== undefined && p.photo !== (k.photo ?? '')) {
					keep({ ...k, photo: p.photo });
					void self.card(p.from, true);
				}
			} else if (p.type === 'unavailable') {
				const resources = here.get(p.from);
				const was = resources?.delete(p.resource);
				if (resources && !resources.size)
					here.delete(p.from);
				if (!here.has(p.from))
					left.set(p.from, { at: p.since ?? (was ? ctx.now() : (left.get(p.from)?.at ?? 0)), status: p.status });
				if (left.get(p.from)?.at === 0)
					left.delete(p.from);
			}
			change();
		},
		push(iq) {
			const p = rosterPush(iq, ctx.me);
			if (!p)
				return false;
			p.items.forEach(contact);
			version = p.version ?? version;
			ctx.book.keep({ roster: version });
			change();
			return true;
		},
		person,
		async card(address, again = false) {
			if ((looked.has(address) && !again) || queue.includes(address) || address.includes('/'))
				return;
			looked.add(address);
			queue.push(address);
			next();
		},
		isContact: (address) => of(address).contact && ['both', 'from'].includes(of(address).subscription),
		async ask(address, why, token) {
			if (address === ctx.me || !ctx.stream.online)
				return address === ctx.me ? 'no-such-user' : 'network';
			try {
				await rosterSet(ctx.ask, address, of(address).own);
				ctx.stream.send(writeRequest(address, why, token), { again: true });
				if (asking.has(address))
					self.answer(address, true);
				void self.card(address);
				return null;
			} catch (e) {
				return whyOf(e);
			}
		},
		answer(address, yes) {
			asking.delete(address);
			ctx.stream.send(writePresence(yes ? 'subscribed' : 'unsubscribed', address), { again: true });
			const k = of(address);
			if (yes && k.subscription !== 'to' && k.subscription !== 'both' && !k.asked)
				ctx.stream.send(writeRequest(address, undefined), { again: true });
			change();
		},
		rename(address, name) {
			const k = of(address);
			keep({ ...k, own: name.trim().slice(0, 200) });
			void rosterSet(ctx.ask, address, name.trim().slice(0, 200)).catch(() => keep(k));
		},
		blocked(list, on) {
			blocked = new Set(on ? [...blocked, ...list] : [...blocked].filter((a) => !list.includes(a)));
			ctx.book.keep({ blocked: [...blocked] });
			change();
		},
		blockedAll(list) {
			blocked = new Set(list);
			ctx.book.keep({ blocked: [...blocked] });
			change();
		},
		isBlocked: (address) => blocked.has(address),
		seen(address, at) {
			if (!here.has(address) && domainOf(address)) {
				left.set(address, { at, status: left.get(address)?.status ?? '' });
				change();
			}
		},
		lead() {
			void ctx.db.write({ people: [...known.values()], kv: { ...(version !== undefined && { roster: version }), blocked: [...blocked] } }).catch(() => undefined);
		},
	};
	return self;
}
