// SPDX-License-Identifier: Apache-2.0
// The outbox: what was written goes out in its order, once. It is on this device until the server has it on disk.
//
// Nothing is sent twice, because before anything of an earlier session is sent again
//  - that session's connection is dead for certain: resumed, ended by the server, or settled (login.ts) when another page had it;
//  - the archive was asked for the ids of what might have arrived.
// One tab sends for all (tabs.ts); the lease in the database says which, also where two of them believe it.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Address, Why } from '../model';
import type { ArchivePage, ArchiveQuery } from '../xmpp/mam';
import type { FileInfo, Incoming, Mention, To } from '../xmpp/message';
import { writeEdit, writeFile, writeReactions, writeRetraction, writeText } from '../xmpp/message';
import { settle, Refused } from '../xmpp/login';
import type { Xml } from '../xmpp/xml';
import { PENDING, SLOTS, type Entry, type Row } from '../store/rows';
import { change, lastOrder, ownPlace, placeBehind, risen } from '../store/timeline';
import type { Ctx, News } from './context';
import { peerReadOf } from './incoming';

export interface Sender {
	unsent: ReadonlySignal<number>;
	load(): Promise<void>; // what an earlier page left
	add(e: Entry): void;
	ready(seq: number, by: Partial<Entry>): void; // a file is up
	withdraw(seq: number): void;
	entry(key: string): Entry | undefined;
	entries(): readonly Entry[];
	session(sm: { id: string; h: number } | null): void;
	counted(h: number): void;
	fresh(lost: number[]): void; // of a session that nobody can resume
	synced(): Promise<void>; // the archive was read: go on
	resumed(): void;
	acked(seq: number): void;
	untold(seq: number): boolean; // it was certainly never sent
	broken(condition: string): void; // the server ended the stream with an error
	archived(items: readonly Incoming[]): void; // seen in the archive, or as a carbon: the server has them
	refused(id: string, why: Why): boolean;
	inside(room: Address, archive: boolean): void; // I am in, and what was said there is known
	outside(room: Address, forGood: boolean): void; // for good: what waits will not go
	back(id: string): boolean; // a room did not take it since I am not there: it waits again
	lead(): void;
	news(n: News): void;
	seq(): number;
}

interface Lane { // a session that sends
	id: string;
	h: number;
}
interface Lease { // whose turn it is to send, and over which session: whoever takes over settles that one first
	tab: string;
	lane: Lane | null;
}

const WINDOW = 200; // not acknowledged at one time
const SLACK_MS = 10 * 60_000; // clocks differ
const CHECK_PAGES = 200;
const RETRY_MS = 3000;
const STRIKES = 3;
const POISON = new Set(['policy-violation', 'not-well-formed', 'invalid-xml', 'restricted-xml', 'bad-format']);

function stanza(e: Entry, rooms: Ctx['rooms']): Xml {
	const room = rooms.is(e.to);
	const to: To = room ? { room: e.to } : e.to;
	const named = (): Mention[] | undefined => (room ? rooms.references(e.to, e.text ?? '') : undefined);
	switch (e.kind) {
		case 'text': return writeText(to, e.id, e.text ?? '', e.quote, named());
		case 'file': return writeFile(to, e.id, e.file as FileInfo, e.quote);
		case 'edit': return writeEdit(to, e.id, e.of ?? '', e.text ?? '', e.quote, named());
		case 'retract': return writeRetraction(to, e.id, e.of ?? '');
		case 'react': return writeReactions(to, e.id, e.of ?? '', e.emoji ?? []);
	}
}

export function sender(ctx: Ctx): Sender {
	const { book, db } = ctx;
	const unsent = signal(0);
	const entries = new Map<number, Entry>();
	const inFlight = new Set<number>();
	const strikes = new Map<string, number>();
	const journal = `anser.out.${ctx.me}.`;
	let lastSeq = 0;
	const slot = Math.floor(ctx.env.random() * SLOTS); // so that two tabs never take the same number
	// Rooms I am in; whether they have an archive. `clear`: it is known there which of what was tried has arrived.
	const inside = new Map<Address, boolean>(), clear = new Set<Address>(), barred = new Set<Address>(), bounces = new Map<string, number>();
	let may = false; // this session is caught up, and what came before it is settled
	let settled = false; // what other pages left
	let known = false; // which of what was tried the archive has, in this session
	let lane: Lane | null = null;
	let laneKept: Promise<void> = Promise.resolve();
	let pumping = false;

	const sorted = (): Entry[] => [...entries.values()].sort((a, b) => a.seq - b.seq);
	// A shared outbox is sent by the leader; one in memory by its own tab.
	const mySend = (): boolean => !db.shared || ctx.leads();

	function count(): void {
		unsent.value = entries.size;
	}

	function drop(seq: number): void {
		entries.delete(seq);
		inFlight.delete(seq);
		ctx.shelf.set(journal + seq, null);
		void db.write({ unentries: [seq] }).catch(() => undefined);
		count();
	}

	function keep(e: Entry): void {
		entries.set(e.seq, e);
		void db.write({ entries: [e] }).then(() => ctx.shelf.set(journal + e.seq, null), () => undefined);
		count();
	}

	// Where a message will stand: behind what was there when it went. What comes before it is acknowledged comes behind it.
	const places = new Map<string, number>();
	let lastPlace = 0;
	let lastKept = 0; // the same of what was found in an archive
	function place(e: Entry): void {
		const log = book.loaded(e.to);
		lastPlace = Math.max(lastPlace + 0.001, ctx.now(), log ? lastOrder(log) + 0.001 : 0);
		places.set(e.key, lastPlace);
	}

	function rowSent(to: Address, key: string, placed: number | undefined): Promise<void> {
		return book.run(async () => {
			const log = await book.log(to);
			const r = log.keys.get(key);
			if (!r || r.sending === 'failed' || (r.sending !== 'sending' && r.order < 1e15))
				return;
			const behind = placed ?? Math.max(ctx.now(), lastOrder(log) + 0.001);
			const order = ctx.rooms.is(to) ? behind : ownPlace(log, r, behind);
			const up = change(log, key, { sending: risen(r.sending, 'sent'), order: r.order >= 1e15 ? order : r.order, why: undefined });
			book.touched(log, up ? [up] : []);
			if (up && up.order > book.conv(to).readTo)
				book.convSet(to, { readTo: up.order });
			peerReadOf(book, log, key);
			await book.recount(log);
		});
	}

	// What was written down in the moment before its page went, and did not get into the database.
	function journalRead(): void {
		for (const key of ctx.shelf.keys().filter((k) => db.shared && k.startsWith(journal))) {
			try {
				const e = JSON.parse(ctx.shelf.get(key) ?? '') as Entry;
				if (entries.has(e.seq))
					continue;
				// Perhaps it did, and was sent by another tab.
				keep({ ...e, tried: true });
				ctx.tabs.tell({ news: 'entry', entry: { ...e, tried: true } });
			} catch {
				ctx.shelf.set(key, null);
			}
		}
	}

	function rowFailed(to: Address, key: string, why: Why): Promise<void> {
		return book.run(async () => {
			const log = await book.log(to);
			const old = log.keys.get(key);
			const order = Math.max(ctx.now(), lastOrder(log) + 0.001);
			const came = old?.sending === 'delivered' || old?.sending === 'read'; // some device of theirs has it
			const up = old && change(log, key, { order: came && old.order < PENDING ? old.order : order, ...(!came && { sending: 'failed', why }) });
			book.touched(log, up ? [up] : []);
			await book.recount(log);
		});
	}

	// `time`: as the archive says.
	function done(e: Entry, time?: number): void {
		const placed = time ?? places.get(e.key);
		places.delete(e.key);
		drop(e.seq);
		if (e.kind === 'text' || e.kind === 'file')
			void rowSent(e.to, e.key, placed);
		ctx.tabs.tell({ news: 'sent', id: e.id, to: e.to, key: e.key, placed });
	}

	// ---- who sends ---------------------------------------------------------------------------------------------

	// False: another tab has taken over while we believed to lead.
	async function leased(): Promise<boolean> {
		if (!db.shared)
			return true;
		return (await db.get<Lease>('lease').catch(() => undefined))?.tab === ctx.tabs.id;
	}

	// By what the room calls it; null: it has not said so yet.
	function inRoom(e: Entry, id: string): string | null {
		const log = book.loaded(e.to);
		const r = log && !log.archive.has(id) ? log.ids.get(id)?.find((x) => x.mine) : undefined;
		return !r ? id : (r.archiveId ?? (r.sending === 'failed' || !ctx.rooms.archived(e.to) ? id : null));
	}

	function resolved(e: Entry): Entry | null {
		if (!ctx.rooms.is(e.to))
			return e;
		const of = e.of && e.kind !== 'edit' ? inRoom(e, e.of) : e.of;
		const quoted = e.quote && inRoom(e, e.quote.id);
		return of === null || quoted === null ? null : { ...e, of, quote: e.quote && { ...e.quote, id: quoted ?? '' } };
	}

	// What may go now. What waits for a room holds up what stands behind it there, and nothing else.
	function due(): Entry[] {
		const stuck = new Set<Address>();
		return sorted().filter((e) => {
			if (e.status !== 'ready' || inFlight.has(e.seq) || stuck.has(e.to))
				return false;
			if (!ctx.rooms.is(e.to) || (clear.has(e.to) && resolved(e)))
				return true;
			stuck.add(e.to);
			return false;
		}).slice(0, WINDOW - inFlight.size);
	}

	async function pump(): Promise<void> {
		if (pumping)
			return;
		pumping = true;
		try {
			for (await laneKept; may && mySend() && ctx.stream.online; await laneKept) {
				const next = due();
				if (!next.length || !(await leased()) || !may)
					return;
				const tried: Entry[] = [];
				for (const e of next) {
					if (!entries.has(e.seq) || inFlight.has(e.seq))
						continue;
					const r = resolved(e), t = { ...e, tried: true };
					inFlight.add(e.seq);
					entries.set(e.seq, t);
					if (!r || !ctx.stream.send(stanza(r, ctx.rooms), { entry: e.seq })) {
						inFlight.delete(e.seq);
						entries.set(e.seq, e);
						break;
					}
					place(e);
					tried.push(t);
				}
				if (tried.length)
					void db.write({ entries: tried.filter((t) => entries.has(t.seq)) }).catch(() => undefined);
			}
		} finally {
			pumping = false;
		}
	}

	// ---- what an earlier session may have brought to the server ----------------------------------------------------

	// Writes down over which session we send, unless it is another's turn.
	function laneKeep(): void {
		if (db.shared && settled)
			laneKept = db.swap<Lease>('lease', { tab: ctx.tabs.id, lane }, (now) => now?.tab === ctx.tabs.id).then(() => undefined, () => undefined);
	}

	async function settleOthers(): Promise<void> {
		const old = await db.get<Lease>('lease');
		// First the lease: from now on the other sends nothing more. Its session stays written down until it is settled.
		await db.swap<Lease>('lease', { tab: ctx.tabs.id, lane: old?.lane ?? null }, () => true);
		if (old?.lane && old.lane.id !== lane?.id)
			await settle(ctx.env, ctx.target, ctx.user, ctx.proof(), ctx.device, old.lane);
		settled = true;
		laneKeep();
		await laneKept;
	}

	async function findSent(mine: (e: Entry) => boolean, look: (q: ArchiveQuery) => Promise<ArchivePage>): Promise<void> {
		const doubtful = sorted().filter((e) => e.tried && mine(e));
		if (!doubtful.length)
			return;
		const start = Math.min(...doubtful.map((e) => e.time)) - SLACK_MS;
		let after: string | undefined;
		for (let n = 0; n < CHECK_PAGES; n++) {
			const page = await look({ start, after, max: 100 });
			self.archived(page.items);
			if (page.complete || !page.last || !sorted().some((e) => e.tried && mine(e)))
				return;
			after = page.last;
		}
	}

	async function clearRoom(room: Address): Promise<void> {
		if (!may || !mySend() || clear.has(room) || !inside.has(room))
			return;
		if (inside.get(room))
			await findSent((e) => e.to === room, (q) => ctx.rooms.page(room, q));
		if (may && inside.has(room))
			clear.add(room);
	}

	let going: Promise<void> | null = null;
	async function go(): Promise<void> {
		if (!ctx.stream.online || !mySend())
			return;
		try {
			if (db.shared && !settled) {
				for (const e of await db.entries())
					if (!entries.has(e.seq))
						entries.set(e.seq, e);
				journalRead();
				// Whatever is there was perhaps sent by whoever led before, also what was written here.
				for (const e of sorted())
					if (!inFlight.has(e.seq))
						entries.set(e.seq, { ...e, tried: true });
				count();
				await laneKept;
				await settleOthers();
			}
			if (!known && ctx.features.archive)
				await findSent((e) => !ctx.rooms.is(e.to), (q) => ctx.archive.page(q));
			known = true;
			may = true;
			void pump(); // rooms may take longer
			for (const room of [...inside.keys()])
				await clearRoom(room);
		} catch (e) {
			if (!(e instanceof Refused))
				ctx.env.after(RETRY_MS, () => void self.synced());
			return;
		}
		await pump();
	}

	const self: Sender = {
		unsent,
		async load() {
			for (const e of await db.entries())
				entries.set(e.seq, e);
			journalRead();
			lastSeq = Math.max(0, ...entries.keys());
			count();
		},
		add(e) {
			// At once, since the page may go before the database has it.
			if (db.shared && !e.blob)
				ctx.shelf.set(journal + e.seq, JSON.stringify(e));
			keep(e);
			ctx.tabs.tell({ news: 'entry', entry: e });
			if (barred.has(e.to))
				self.refused(e.id, 'not-allowed');
			void pump();
		},
		ready(seq, by) {
			const e = entries.get(seq);
			if (!e)
				return;
			// Its place is now: what was written while it went up is not held back.
			self.add({ ...e, ...by, status: 'ready', blob: undefined, slot: undefined, seq: self.seq() });
			self.withdraw(seq);
		},
		withdraw(seq) {
			drop(seq);
			ctx.tabs.tell({ news: 'unentry', seq });
		},
		entry: (key) => sorted().find((e) => e.key === key && (e.kind === 'text' || e.kind === 'file')),
		entries: sorted,
		session(sm) {
			lane = sm;
			self.fresh([]);
			// Before anything is sent: whoever comes after us must be able to settle this session.
			laneKeep();
		},
		counted(h) {
			if (!lane)
				return;
			lane = { ...lane, h };
			laneKeep();
		},
		fresh() {
			may = known = false;
			inFlight.clear();
			inside.clear();
			clear.clear();
		},
		synced: () => (going ??= go().finally(() => (going = null))),
		resumed() {
			// What was asked when the line went may have come to nothing.
			if (may)
				void pump();
			else
				void self.synced();
		},
		acked(seq) {
			const e = entries.get(seq);
			if (e && (inFlight.has(seq) || !ctx.rooms.is(e.to)))
				done(e);
			void pump();
		},
		untold: (seq) => !inFlight.has(seq) && !entries.get(seq)?.tried,
		broken(condition) {
			const head = sorted().find((e) => inFlight.has(e.seq));
			if (!head || !POISON.has(condition))
				return;
			// What the server chokes on each time must not keep everything behind it.
			const n = (strikes.get(head.id) ?? 0) + 1;
			strikes.set(head.id, n);
			if (n >= STRIKES)
				self.refused(head.id, 'too-large');
		},
		archived(items) {
			// A carbon says nothing of the place: who sent it tells that.
			const mine = items.filter((x) => x.mine && (x.archived || mySend()));
			for (const i of mine)
				for (const e of sorted())
					if (e.id === i.id || e.id === i.originId)
						done(e, i.archived && i.time !== undefined ? (lastKept = placeBehind(i.time, lastKept)) : undefined);
			if (mine.some((i) => i.nick !== undefined))
				void pump(); // what answers it may have waited for that
		},
		refused(id, why) {
			const e = sorted().find((x) => x.id === id);
			if (e) {
				drop(e.seq);
				if (e.kind === 'text' || e.kind === 'file')
					void rowFailed(e.to, e.key, why);
				ctx.tabs.tell({ news: 'failed', id, to: e.to, key: e.key, why });
			}
			return !!e;
		},
		inside(room, archive) {
			inside.set(room, archive);
			barred.delete(room);
			if (may)
				void self.synced();
		},
		outside(room, forGood) {
			inside.delete(room);
			clear.delete(room);
			if (!forGood)
				return;
			barred.add(room);
			for (const e of sorted().filter((x) => x.to === room && x.status === 'ready' && !inFlight.has(x.seq)))
				self.refused(e.id, 'not-allowed');
		},
		back(id) {
			const e = sorted().find((x) => x.id === id && inFlight.has(x.seq));
			const n = (bounces.get(id) ?? 0) + 1;
			if (!e || n >= STRIKES)
				return false;
			bounces.set(id, n);
			inFlight.delete(e.seq);
			return true;
		},
		lead() {
			settled = false;
			may = known = false;
			clear.clear();
			if (ctx.stream.online)
				void self.synced();
		},
		news(n) {
			if (n.news === 'entry') {
				lastSeq = Math.max(lastSeq, n.entry.seq);
				if (!entries.has(n.entry.seq)) {
					entries.set(n.entry.seq, n.entry);
					count();
				}
				if (n.entry.tried) {
					may = known = false;
					void self.synced();
				}
				void pump();
			} else if (n.news === 'unentry') {
				entries.delete(n.seq);
				inFlight.delete(n.seq);
				count();
			} else if (n.news === 'sent' || n.news === 'failed') {
				for (const e of sorted())
					if (e.id === n.id) {
						entries.delete(e.seq);
						ctx.shelf.set(journal + e.seq, null);
					}
				count();
				void (n.news === 'sent' ? rowSent(n.to, n.key, n.placed) : rowFailed(n.to, n.key, n.why as Why));
			}
		},
		seq() {
			const ms = Math.max(Math.floor(lastSeq / SLOTS) + 1, Math.floor(ctx.env.wall()));
			return (lastSeq = ms * SLOTS + slot);
		},
	};
	return self;
}

// A row for what was just written.
export function rowOfEntry(e: Entry, me: Address): Row {
	return {
		key: e.key, with: e.to, order: e.seq, seq: e.seq, id: e.id, origin: e.id, from: me, mine: true, time: e.time, text: e.kind === 'file' ? '' : (e.text ?? ''),
		reply: e.quote, file: e.file, sending: 'sending',
	};
}
