// SPDX-License-Identifier: Apache-2.0
// Rooms (XEP-0045): which ones I want to be in (XEP-0402), entering them in every session, who is there, what is said; seeing that one is still there
// (XEP-0410). What is asked of a room now and then is in roomacts.ts, which is fetched when it is wanted.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Address, Message, Notify, Person, RoomOut, Rooms, Why } from '../model';
import { bookmarkSet, bookmarkRemove, bookmarksGet, bookmarksOf, type Bookmark } from '../xmpp/bookmarks';
import { features as disco, items as discoItems } from '../xmpp/account';
import { bare, localOf } from '../xmpp/address';
import type { ArchivePage, ArchiveQuery, Elsewhere } from '../xmpp/mam';
import type { Incoming, Mention } from '../xmpp/message';
import { NS } from '../xmpp/names';
import {
	goneTo, nickOf, NICK_MAX, outOf, readGroup, readGroupArchived, readOccupant, refusal, roomInfo, writeDecline, writeEnter, writeLeave, writeNick,
	type Came, type RoomInfo, type Seat,
} from '../xmpp/room';
import { conditionOf, IqError } from '../xmpp/stream';
import { child, children, el, type El } from '../xmpp/xml';
import { PENDING, type KeptRoom } from '../store/rows';
import { lastOrder } from '../store/timeline';
import type { Ctx } from './context';
import type { Fresh, Reader } from './incoming';
import { completions, named, references } from './mentions';
import { invitations, type Asked } from './invitations';
import { placeNew, type Place } from './place';
import { roomView } from './roomview';
import { rightsOf } from './standing';
import { sync } from './sync';

export interface RoomsEngine {
	api: Rooms;
	load(): Promise<void>;
	fresh(): void; // a new session: I am nowhere
	begin(): Promise<void>; // all else is known: in again
	resumed(): void;
	presence(p: El): boolean; // true: it was a room's
	message(m: El): boolean;
	bookmarked(items: El | undefined): void;
	invited(i: Incoming): void;
	is(address: Address): boolean; // a room, by all we know
	page(room: Address, q: ArchiveQuery): Promise<ArchivePage>;
	archived(room: Address): boolean;
	fulltext(room: Address): boolean;
	searched(): Address[]; // whose archives can be searched, the newest first
	names: ReadonlySignal<number>; // counts changes of what person() says
	person(address: Address): Person | null; // null: neither a room nor somebody in one
	nick(room: Address): string; // mine
	mentions(i: Incoming): boolean; // me
	references(room: Address, text: string): Mention[];
	spoke(room: Address, rows: Fresh): void;
	mayType(room: Address): boolean;
	author(from: Address): Address | undefined; // who it is, when that may be seen
	lead(): void;
	stop(): Promise<void>;
}

// What roomacts.ts works with.
export interface Desk {
	ctx: Ctx;
	place(room: Address): Place | undefined;
	service(): Address | null;
	enter(room: Address, how: { password?: string; make?: boolean; nick?: string }): Promise<{ why: RoomOut | null; made: boolean }>;
	settled(room: Address, title: string): Promise<void>; // a room that was made is as it shall be
	forget(room: Address): void;
	leave(room: Address): void;
	refresh(room: Address): Promise<void>; // what it says of itself
	lists(room: Address): Promise<void>;
	watch(id: string): { condition(): string | undefined; stop(): void }; // what a room says against a message
}

export interface RoomsDeps {
	ctx: Ctx;
	reader: Reader;
	came(fresh: Fresh, live: boolean, items: readonly Incoming[]): void;
	sender: {
		inside(room: Address, archive: boolean): void;
		outside(room: Address, forGood: boolean): void;
		back(id: string): boolean;
	};
	people: { person(address: Address): Person; card(address: Address): Promise<void> };
	marked(): Promise<ReadonlyMap<string, string>>; // how far was read, by conversation
	caps(): ReturnType<typeof el> | undefined;
}

const ENTER_MS = 45_000;
const AT_ONCE = 6;
const HISTORY = 50; // of rooms without an archive
const AGAIN_MS = 20_000;
const SILENT_MS = 10 * 60_000; // then it is seen whether I am still there
const LOOK_MS = 60_000;
const STIR_MS = 40;
const KEEP_MS = 300;
const TYPING_OVER_MS = 30_000;
const TYPING_MAX = 100; // in larger rooms nobody is told
const DOUBT_MS = 24 * 60 * 60_000;
const SLACK_MS = 5000; // clocks differ
const FACES_MAX = 3000;
const NICK_TRIES = 5;
const COMES_BACK: ReadonlySet<RoomOut> = new Set<RoomOut>(['unreachable', 'full', 'kicked']);

export function rooms(d: RoomsDeps): RoomsEngine {
	const { ctx, people } = d;
	const { book, env } = ctx;
	const places = new Map<Address, Place>();
	const bookmarks = new Map<Address, Bookmark>();
	const changes = signal(0);
	const service = signal<Address | null>(null);
	const asks = invitations(ctx, (room) => places.get(room)?.state.state === 'in');
	let dirty = new Set<Address>();
	let keeping = false;
	let over = false;

	const change = (): void => void changes.value++;
	const view = roomView(ctx, places, changes, people, myNick);

	// ---- what is kept ---------------------------------------------------------------------------------------------

	function place(room: Address, kept?: KeptRoom): Place {
		let p = places.get(room);
		if (!p) {
			p = placeNew(room, kept, signal(0), sync(ctx, {
				key: `sync ${room}`, forward: 10, first: 1,
				has: () => self.archived(room), page: (q) => self.page(room, q), peers: () => [room], doubt: () => unplaced(room),
			}, d.reader, d.came));
			places.set(room, p);
		}
		return p;
	}

	// Of mine, what is known to be sent but not where it stands among the others': the time from which the archive tells.
	async function unplaced(room: Address): Promise<number | undefined> {
		const log = await book.run(() => book.log(room));
		const first = log.rows.find((r) => r.mine && !r.archiveId && r.order < PENDING && r.sending !== 'failed' && r.time > ctx.now() - DOUBT_MS);
		return first && first.time - SLACK_MS;
	}

	function write(): Promise<void> {
		keeping = false;
		const list = [...dirty].map((a) => places.get(a)?.kept).filter((k): k is KeptRoom => !!k);
		dirty = new Set();
		return list.length ? ctx.db.write({ rooms: list }).catch(() => undefined) : Promise.resolve();
	}

	// `own`: what this tab's user did; else the leading tab writes it down.
	function keep(p: Place, by: Partial<KeptRoom>, own = false): void {
		p.kept = { ...p.kept, ...by };
		change();
		if (!own) {
			later(p);
			return;
		}
		dirty.add(p.kept.with);
		void write();
	}

	function later(p: Place): void {
		if (!ctx.leads())
			return;
		dirty.add(p.kept.with);
		if (!keeping)
			env.after(KEEP_MS, () => void write());
		keeping = true;
	}

	// Presences come in crowds.
	const stirring = new Set<Place>();
	function stirred(p: Place): void {
		if (stirring.has(p))
			return;
		stirring.add(p);
		env.after(STIR_MS, () => {
			stirring.delete(p);
			p.stir.value = (p.stir.peek() ?? 0) + 1;
			change();
		});
	}

	function listed(p: Place, time: number): void {
		const c = book.conv(p.kept.with);
		if (!c.group || c.time < time)
			book.convSet(p.kept.with, { group: true, time: Math.max(c.time, time) });
	}

	function meet(p: Place, face: string, nick: string, real: Address | undefined): void {
		const key = face.slice(p.kept.with.length + 1);
		const old = p.kept.faces[key];
		if ((old && old.nick === nick && (!real || old.real === real)) || (!old && Object.keys(p.kept.faces).length >= FACES_MAX))
			return;
		// Many come at once: those who look are told by stirred().
		p.kept.faces[key] = { nick, real: real ?? old?.real };
		stirred(p);
		later(p);
	}

	// ---- in and out -------------------------------------------------------------------------------------------------

	const seat = (p: Place): Seat => ({ room: p.kept.with, me: ctx.me, nick: p.kept.nick, self: p.kept.self });

	function myNick(): string {
		return (people.person(ctx.me).name || ctx.user).replace(/[\p{Cc}\p{Cf}]/gu, '').replace(/\s+/g, ' ').trim().slice(0, 60) || ctx.user;
	}

	function quiet(p: Place): void {
		for (const stop of p.typing.values())
			stop();
		p.typing.clear();
		book.typing(p.kept.with, false);
	}

	function out(p: Place, why: RoomOut, more: { by?: string; reason?: string; instead?: Address } = {}): void {
		p.turn++;
		p.state = { state: 'out', why, ...more };
		p.here = new Map();
		p.coming = null;
		p.role = 'none';
		quiet(p);
		const back = why === 'unreachable';
		d.sender.outside(p.kept.with, !back);
		keep(p, { out: back ? undefined : { why, ...more } });
		stirred(p);
		p.entered?.(why);
		if (back)
			env.after(AGAIN_MS * Math.min(++p.tries, 10), () => {
				if (!over && ctx.stream.online)
					tryAgain(p);
			});
		else if (!COMES_BACK.has(why) && why !== 'nick-taken' && p.kept.want && ctx.leads() && book.conv(p.kept.with).group)
			unwant(p);
	}

	function tryAgain(p: Place): void {
		if (p.kept.want && p.state.state === 'out' && p.state.why === 'unreachable')
			void enter(p);
	}

	// Not again by itself.
	function unwant(p: Place): void {
		keep(p, { want: false });
		const b = bookmarks.get(p.kept.with);
		if (b?.autojoin)
			void publish({ ...b, autojoin: false });
	}

	async function publish(b: Bookmark): Promise<void> {
		bookmarks.set(b.room, b);
		if (ctx.features.pep)
			await bookmarkSet(ctx.ask, b).catch(() => undefined);
	}

	function bookmark(p: Place): Promise<void> {
		const k = p.kept;
		const notify = book.choice(k.with).notify;
		return publish({ others: [], ...bookmarks.get(k.with), room: k.with, name: k.name, autojoin: k.want, nick: k.nick, password: k.password, notify });
	}

	function learn(p: Place, i: RoomInfo): void {
		keep(p, {
			name: i.name || p.kept.name, description: i.description, features: i.features, subjectByAll: i.subjectByAll, membersInvite: i.membersInvite, slow: i.slow,
		});
		if (i.photo !== undefined)
			void face(p, i.photo);
	}

	// The room's picture (XEP-0153, of its vCard).
	async function face(p: Place, hash: string): Promise<void> {
		if (hash === (p.kept.photo ?? ''))
			return;
		keep(p, { photo: hash, ...(!hash && { avatar: undefined }) });
		if (!hash)
			return;
		const { roomPicture } = await import('./roomacts');
		const avatar = await roomPicture(ctx.ask, p.kept.with).catch(() => undefined);
		keep(p, { avatar });
	}

	// Presence to the room; its answer comes by presence().
	function knock(p: Place, nick: string, history: number): Promise<RoomOut | null> {
		return new Promise((resolve) => {
			const stop = env.after(ENTER_MS, () => p.entered?.('unreachable'));
			p.entered = (why) => {
				stop();
				p.entered = null;
				resolve(why);
			};
			p.coming = new Map();
			if (!ctx.stream.send(writeEnter(p.kept.with, nick, history, p.kept.password, d.caps())))
				p.entered('unreachable');
		});
	}

	// Null: in. `make`: where there is none, one is made.
	async function enter(p: Place, make = false): Promise<RoomOut | null> {
		const turn = ++p.turn;
		const stale = (): boolean => p.turn !== turn;
		p.entered?.('unreachable');
		p.state = { state: 'joining' };
		p.made = false;
		change();
		if (!make) {
			try {
				const info = await roomInfo(ctx.ask, p.kept.with);
				if (stale())
					return 'unreachable';
				learn(p, info);
			} catch (e) {
				if (stale())
					return 'unreachable';
				const condition = e instanceof IqError ? e.condition : '';
				if (/^(|item-not-found|gone|remote-server.*|jid-malformed)$/.test(condition)) {
					const why = condition ? refusal(condition) : 'unreachable';
					out(p, why, { instead: e instanceof IqError ? goneTo(e.answer) : undefined });
					return why;
				}
			}
		}
		const wanted = p.kept.nick || myNick();
		let why: RoomOut | null = 'nick-taken';
		for (let n = 0; n < NICK_TRIES && why === 'nick-taken'; n++) {
			why = await knock(p, n ? `${wanted} ${n + 1}` : wanted, self.archived(p.kept.with) ? 0 : HISTORY);
			if (stale())
				return why ?? 'unreachable';
		}
		if (why) {
			out(p, why, { instead: refused.get(p) });
			refused.delete(p);
			return why;
		}
		if (p.made && !make) {
			// It was not there, and nobody wanted a new one.
			ctx.stream.send(writeLeave(p.kept.with, p.kept.nick));
			out(p, 'not-found');
			return 'not-found';
		}
		p.tries = 0;
		keep(p, { out: undefined });
		if (!p.made)
			await settle(p, turn);
		return null;
	}
	const refused = new Map<Place, Address | undefined>();

	// In: what was missed is read, then what waits goes out.
	async function settle(p: Place, turn: number): Promise<void> {
		const room = p.kept.with;
		listed(p, 1);
		const before = book.conv(room);
		try {
			// Before the rows are: what another tab writes between the two would be missed.
			if (!p.sync.lastId())
				await book.run(async () => (book.loaded(room) ? undefined : p.sync.load()));
			const marks = await d.marked();
			const first = !p.kept.been && !before.readTo && !marks.has(room);
			await p.sync.begin();
			if (p.turn !== turn)
				return;
			// Who comes for the first time need not read what was said before.
			if (first && !book.conv(room).readTo)
				await book.run(async () => {
					const log = await book.log(room);
					if (lastOrder(log))
						book.convSet(room, { readTo: lastOrder(log) });
					await book.recount(log);
				});
			if (!p.kept.been)
				keep(p, { been: true });
			d.sender.inside(room, self.archived(room));
		} catch (e) {
			if (!(e instanceof IqError))
				throw e;
			if (p.turn !== turn)
				return;
			if (e.condition)
				d.sender.inside(room, false); // it may not be read: what comes is here all the same
			else
				env.after(AGAIN_MS, () => p.turn === turn && ctx.stream.online && void settle(p, turn));
		}
	}

	// Many at once, but not all.
	const queue: Place[] = [];
	let entering = 0;
	function next(): void {
		while (entering < AT_ONCE && queue.length) {
			const p = queue.shift()!;
			if (!p.kept.want || p.state.state === 'in')
				continue;
			entering++;
			enter(p).finally(() => {
				entering--;
				next();
			});
		}
	}
	function want(p: Place): void {
		if (!queue.includes(p))
			queue.push(p);
		next();
	}

	function leaveHere(p: Place): void {
		if (p.state.state !== 'out')
			ctx.stream.send(writeLeave(p.kept.with, p.kept.nick || myNick()));
		keep(p, { want: false });
		out(p, 'left');
	}

	// ---- what comes ---------------------------------------------------------------------------------------------------

	function mine(p: Place, c: Came): void {
		p.affiliation = c.who.affiliation;
		p.role = c.who.role;
		if (c.who.nick !== p.kept.nick || (c.who.occupant && c.who.occupant !== p.kept.self))
			keep(p, { nick: c.who.nick, self: c.who.occupant ?? p.kept.self });
		p.renaming?.(null);
		p.made = p.made || c.codes.has('201');
		if (p.coming) {
			p.here = p.coming;
			p.coming = null;
		}
		if (p.entered) {
			p.state = { state: 'in' };
			p.entered(null);
		}
		change();
	}

	function gone(p: Place, c: Came): void {
		const why = outOf(c);
		if (c.renamed) {
			keep(p, { nick: c.renamed });
			p.here.delete(c.who.nick);
			return;
		}
		if (why)
			out(p, why, { by: c.by, reason: c.destroyed?.reason || c.reason, instead: c.destroyed?.instead });
		else
			out(p, 'unreachable');
	}

	function presence(e: El): boolean {
		const p = places.get(bare(e.attrs['from'] ?? ''));
		if (!p)
			return false;
		p.heard = env.now();
		if (e.attrs['type'] === 'error') {
			const condition = conditionOf(e);
			if (p.entered) {
				refused.set(p, goneTo(e));
				p.entered(refusal(condition));
			} else {
				p.renaming?.(condition === 'conflict' ? 'name-taken' : 'not-allowed');
			}
			return true;
		}
		const photo = child(child(e, 'x', NS.vcardUpdate), 'photo');
		if (!nickOf(e.attrs['from'] ?? '') && photo)
			void face(p, photo.kids.join('').trim().toLowerCase().slice(0, 64));
		const c = readOccupant(e);
		if (!c)
			return true;
		const map = p.coming ?? p.here;
		if (c.kind === 'here') {
			map.set(c.who.nick, c.who);
			meet(p, c.who.face, c.who.nick, c.who.real);
			if (c.self)
				mine(p, c);
		} else if (c.self) {
			gone(p, c);
		} else {
			map.delete(c.who.nick);
			typed(p, c.who.nick, false);
		}
		if (c.who.real && (p.standing.has(c.who.real) || c.who.affiliation !== 'none'))
			p.standing.set(c.who.real, { affiliation: c.who.affiliation, nick: c.renamed ?? c.who.nick });
		stirred(p);
		return true;
	}

	function typed(p: Place, nick: string, is: boolean): void {
		p.typing.get(nick)?.();
		if (is)
			p.typing.set(nick, env.after(TYPING_OVER_MS, () => typed(p, nick, false)));
		else if (!p.typing.delete(nick))
			return;
		book.typing(p.kept.with, p.typing.size > 0);
		change();
	}

	// The room itself changed (codes of XEP-0045, 10.2.1), or somebody's standing who is not here.
	function changed(p: Place, x: El | undefined): void {
		if (children(x, 'status').some((s) => /^(104|17[0-4])$/.test(s.attrs['code'] ?? '')))
			void refresh(p);
		else if (child(x, 'item') && p.asked)
			void lists(p);
	}

	async function refresh(p: Place): Promise<void> {
		const info = await roomInfo(ctx.ask, p.kept.with).catch(() => null);
		if (info)
			learn(p, info);
	}

	async function lists(p: Place): Promise<void> {
		p.asked = true;
		const { affiliations } = await import('./roomacts');
		const found = await affiliations(ctx.ask, p.kept.with).catch(() => null);
		if (!found)
			return;
		p.standing = new Map(found.map((f) => [f.address, { affiliation: f.affiliation, nick: f.nick }]));
		stirred(p);
	}

	const watched = new Map<string, string>(); // errors, by id of the message; '': none yet

	function error(p: Place, e: El): boolean {
		const id = e.attrs['id'] ?? '';
		if (watched.has(id)) {
			watched.set(id, conditionOf(e));
			return true;
		}
		// Not there any more without knowing: in again, and what was said is said then.
		if (conditionOf(e) === 'not-acceptable' && p.state.state !== 'out' && d.sender.back(id)) {
			d.sender.outside(p.kept.with, false);
			if (p.state.state === 'in')
				void enter(p);
			return true;
		}
		return false;
	}

	function message(e: El): boolean {
		const group = e.attrs['type'] === 'groupchat';
		const p = places.get(bare(e.attrs['from'] ?? ''));
		if (!p)
			return group; // of a room that we are not in
		if (e.attrs['type'] === 'error')
			return error(p, e);
		p.heard = env.now();
		const x = child(e, 'x', NS.mucUser);
		if (!nickOf(e.attrs['from'] ?? '') && x && !child(x, 'invite')) {
			changed(p, x);
			if (!group)
				return true;
		}
		if (!group)
			return false;
		const i = readGroup(e, seat(p));
		if (!i || p.state.state === 'out')
			return true;
		if (i.subject !== undefined) {
			keep(p, { subject: i.subject ? { text: i.subject, by: i.nick ?? '' } : undefined });
			return true;
		}
		if (i.state && !i.mine && i.nick)
			typed(p, i.nick, i.state === 'composing');
		if (i.body === undefined && !i.file && !i.reactions && !i.retracts && !i.tombstone)
			return true;
		if (i.nick && !i.mine)
			meet(p, i.from, i.nick, p.here.get(i.nick)?.real);
		i.time ??= ctx.now();
		p.sync.live(i);
		return true;
	}

	// ---- bookmarks ------------------------------------------------------------------------------------------------------

	function bookmarked(b: Bookmark): void {
		bookmarks.set(b.room, b);
		if (!b.autojoin && !places.has(b.room))
			return;
		const p = place(b.room);
		if (b.notify && b.notify !== (book.choice(b.room).notify ?? 'all'))
			book.choose(b.room, { notify: b.notify, muted: false });
		const was = p.kept.want;
		if (was !== b.autojoin || (b.password && b.password !== p.kept.password) || (b.name && !p.kept.name) || (b.nick && !p.kept.nick))
			keep(p, { want: b.autojoin, password: b.password ?? p.kept.password, name: p.kept.name || b.name, nick: p.kept.nick || b.nick });
		if (b.autojoin) {
			listed(p, 1);
			if (book.choice(b.room).hidden !== undefined && !was)
				book.choose(b.room, { hidden: undefined });
			const s = p.state;
			if (s.state === 'joining' ? !p.entered : s.state === 'out' && (!was || COMES_BACK.has(s.why)))
				want(p);
		} else if (p.state.state !== 'out') {
			leaveHere(p);
		}
	}

	function unbookmarked(room: Address): void {
		bookmarks.delete(room);
		const p = places.get(room);
		if (p?.kept.want) {
			leaveHere(p);
			hide(room);
		}
	}

	function hide(room: Address): void {
		book.choose(room, { hidden: Math.max(ctx.now(), book.conv(room).time), pinned: false });
	}

	async function find(): Promise<void> {
		for (const at of (await discoItems(ctx.ask, ctx.domain).catch(() => [])).slice(0, 20)) {
			const s = await disco(ctx.ask, at).catch(() => null);
			if (s?.features.has(NS.muc) && s.identities.includes('conference/text')) {
				service.value = at;
				book.keep({ rooms: at });
				return;
			}
		}
	}

	// ---- is one still there? ----------------------------------------------------------------------------------------------

	async function look(p: Place): Promise<void> {
		const turn = p.turn;
		p.heard = env.now();
		try {
			await ctx.ask('get', el('ping', { xmlns: NS.ping }), `${p.kept.with}/${p.kept.nick}`);
		} catch (e) {
			const condition = e instanceof IqError ? e.condition : '';
			// Others than these say that somebody is there, or that one cannot know (XEP-0410, 3).
			if (p.turn === turn && p.state.state === 'in' && condition === 'not-acceptable') {
				d.sender.outside(p.kept.with, false);
				void enter(p);
			}
		}
	}

	function watch(): void {
		env.after(LOOK_MS, () => {
			if (over)
				return;
			if (ctx.stream.online)
				for (const p of places.values())
					if (p.state.state === 'in' && env.now() - p.heard > SILENT_MS)
						void look(p);
			watch();
		});
	}

	// ---- what can be done ------------------------------------------------------------------------------------------------------------

	const desk: Desk = {
		ctx,
		place: (room) => places.get(room),
		service: () => service.peek(),
		async enter(room, how) {
			const p = place(room);
			keep(p, { want: true, nick: how.nick ?? p.kept.nick, password: how.password ?? p.kept.password, out: undefined }, true);
			const why = await enter(p, how.make);
			return { why, made: p.made };
		},
		async settled(room, title) {
			const p = place(room);
			p.made = false;
			keep(p, { name: title || p.kept.name }, true);
			book.choose(room, { hidden: undefined });
			listed(p, ctx.now());
			await refresh(p);
			await bookmark(p);
			await settle(p, p.turn);
		},
		forget(room) {
			const p = places.get(room);
			if (p)
				keep(p, { want: false }, true);
			places.delete(room);
			dirty.delete(room);
			change();
		},
		leave: (room) => api.leave(room),
		refresh: (room) => refresh(place(room)),
		lists: (room) => lists(place(room)),
		watch(id) {
			watched.set(id, '');
			return { condition: () => watched.get(id) || undefined, stop: () => void watched.delete(id) };
		},
	};
	const acts = async () => (await import('./roomacts')).roomActs(desk);
	const tried = (work: () => Promise<Why | null>): Promise<Why | null> => work().catch((): Why => 'network'); // the rest of the page did not come

	const api: Rooms = {
		service, all: view.all, invitations: asks.list,
		async join(address, password) {
			if (!ctx.stream.online)
				return 'unreachable';
			const known = places.has(address);
			const { why } = await desk.enter(address, { password });
			const p = place(address);
			if (why) {
				keep(p, { want: why === 'unreachable' && known }, true);
				if (!book.conv(address).group)
					desk.forget(address);
				return why;
			}
			asks.done(address);
			book.choose(address, { hidden: undefined });
			listed(p, Math.max(1, book.conv(address).last ? 1 : ctx.now()));
			void bookmark(p);
			return null;
		},
		leave(address) {
			const p = places.get(address);
			if (!p)
				return;
			leaveHere(p);
			void write();
			hide(address);
			bookmarks.delete(address);
			if (ctx.features.pep)
				void bookmarkRemove(ctx.ask, address).catch(() => undefined);
		},
		accept: (i) => api.join(i.room, (i as Asked).password),
		decline(i) {
			const a = i as Asked;
			if (a.mediated && a.from)
				ctx.stream.send(writeDecline(a.room, a.from), { again: true });
			asks.done(i.room);
		},
		invite: (address, who, reason) => tried(async () => (await acts()).invite(address, who, reason)),
		members(address) {
			const p = places.get(address);
			if (!p)
				return signal([]);
			if (!p.asked && p.state.state === 'in')
				void lists(p);
			return (p.members ??= computed(() => {
				void p.stir.value;
				return view.membersOf(p);
			}));
		},
		member: view.member,
		mentions(address, typed) {
			const p = places.get(address);
			return p ? completions(view.membersOf(p), p.spoke, typed, (m) => people.person(m.from).name) : [];
		},
		rights(address, m) {
			const p = places.get(address);
			const moderated = !!p?.kept.features.includes('muc_moderated');
			return rightsOf(p?.state.state === 'in' ? { affiliation: p.affiliation, role: p.role, moderated } : null, m);
		},
		browse: (search, from) => acts().then((a) => a.browse(search, from), (): Why => 'network'),
		create: (r) => acts().then((a) => a.create(r), () => ({ why: 'network' as Why })),
		affiliate: (address, m, to, reason) => tried(async () => (await acts()).affiliate(address, m, to, reason)),
		kick: (address, m, reason) => tried(async () => (await acts()).role(address, m, 'none', reason)),
		voice: (address, m, on) => tried(async () => (await acts()).role(address, m, on ? 'participant' : 'visitor')),
		banned: (address) => acts().then((a) => a.banned(address), (): Why => 'network'),
		settings: (address) => acts().then((a) => a.settings(address), (): Why => 'network'),
		configure: (address, to) => tried(async () => (await acts()).configure(address, to)),
		setAvatar: (address, image) => tried(async () => (await acts()).setAvatar(address, image)),
		setSubject: (address, text) => tried(async () => (await acts()).setSubject(address, text)),
		setNick(address, nick) {
			const p = places.get(address);
			const clean = nick.replace(/[\p{Cc}\p{Cf}]/gu, '').replace(/\s+/g, ' ').trim().slice(0, NICK_MAX);
			if (!p || !clean || !ctx.stream.online || p.state.state !== 'in')
				return Promise.resolve<Why>(clean ? 'network' : 'bad-name');
			if (clean === p.kept.nick)
				return Promise.resolve(null);
			return new Promise((resolve) => {
				const stop = env.after(ENTER_MS, () => p.renaming?.('network'));
				p.renaming = (why) => {
					stop();
					p.renaming = null;
					if (!why)
						void bookmark(p);
					resolve(why);
				};
				ctx.stream.send(writeNick(address, clean));
			});
		},
		moderate: (m: Message, reason) => tried(async () => (await acts()).moderate(m, reason)),
		notify(address, what: Notify) {
			book.choose(address, { notify: what, muted: false });
			change();
			const p = places.get(address);
			if (p?.kept.want)
				void bookmark(p);
		},
		destroy: (address, reason) => tried(async () => (await acts()).destroy(address, reason)),
	};

	const elsewhere = (p: Place): Elsewhere => ({ address: p.kept.with, read: (result) => readGroupArchived(result, seat(p)) });

	const self: RoomsEngine = {
		api,
		async load() {
			for (const k of await ctx.db.rooms())
				await place(k.with, k).sync.load();
			await asks.load();
			service.value = (await ctx.db.get<Address>('rooms')) ?? null;
			change();
			watch();
		},
		fresh() {
			queue.length = 0;
			for (const p of places.values()) {
				p.turn++;
				p.sync.lost();
				p.entered?.('unreachable');
				p.renaming?.('network');
				quiet(p);
				d.sender.outside(p.kept.with, false);
				if (p.state.state === 'in' || (p.state.state === 'out' && p.kept.want && COMES_BACK.has(p.state.why)))
					p.state = { state: 'joining' };
			}
			change();
		},
		async begin() {
			void find();
			const list = ctx.features.pep ? await bookmarksGet(ctx.ask).catch((e: unknown) => {
				if (e instanceof IqError && e.condition)
					return null; // there are none
				throw e;
			}) : null;
			if (list) {
				const there = new Set(list.filter((b) => b.autojoin).map((b) => b.room));
				for (const p of [...places.values()])
					if (p.kept.want && !there.has(p.kept.with) && !p.made)
						leaveHere(p);
				list.forEach(bookmarked);
			}
			for (const p of places.values())
				if (p.kept.want && p.state.state === 'joining' && !p.entered)
					want(p);
		},
		resumed() {
			for (const p of places.values()) {
				tryAgain(p);
				if (p.state.state === 'in' && env.now() - p.heard > LOOK_MS)
					void look(p);
			}
		},
		presence,
		message,
		bookmarked(items) {
			const { set, gone: removed } = bookmarksOf(items);
			set.forEach(bookmarked);
			removed.forEach(unbookmarked);
		},
		invited: asks.take,
		is: (address) => places.has(address),
		page(room, q) {
			const p = places.get(room);
			return p ? ctx.archive.page(q, elsewhere(p)) : Promise.reject(new IqError('item-not-found'));
		},
		archived: (room) => !!places.get(room)?.kept.features.includes(NS.mam),
		searched: () => book.conversations.peek().filter((c) => places.get(c.with)?.state.state === 'in' && self.fulltext(c.with)).map((c) => c.with),
		fulltext: (room) => !!places.get(room)?.kept.features.includes(NS.fulltext),
		names: changes,
		person: view.person,
		nick: (room) => places.get(room)?.kept.nick || myNick(),
		mentions(i) {
			const p = places.get(i.peer);
			return !!p && named(i, ctx.me, `${i.peer}/${p.kept.nick}`, [p.kept.nick, localOf(ctx.me)]);
		},
		references(room, text) {
			const p = places.get(room);
			if (!p)
				return [];
			const anonymous = p.kept.features.includes('muc_semianonymous');
			return references(text, view.membersOf(p), room, anonymous);
		},
		spoke(room, rows) {
			const p = places.get(room);
			for (const r of rows) {
				if (!p || !r.nick || r.mine)
					continue;
				typed(p, r.nick, false);
				p.spoke.set(r.nick, r.time);
				const real = p.here.get(r.nick)?.real;
				if (real)
					void people.card(real);
			}
		},
		mayType(room) {
			const p = places.get(room);
			return !!p && p.state.state === 'in' && p.role !== 'visitor' && p.here.size <= TYPING_MAX;
		},
		author: view.real,
		lead() {
			for (const a of places.keys())
				dirty.add(a);
			void write();
			asks.keep();
		},
		stop() {
			over = true;
			return write();
		},
	};
	return self;
}
