// SPDX-License-Identifier: Apache-2.0
// The conversations: what is loaded of each, how far it was read, what the list shows. The database follows behind, written by the leading tab only,
// so that two tabs never write the same thing differently.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Address, Conversation, Notify } from '../model';
import type { Db, Writing } from '../store/db';
import { PENDING, type Choice, type Conv, type Patch, type Row } from '../store/rows';
import { apply, change, extend, indexAt, lastOrder, logNew, named, patched, risen, shrink, type Log } from '../store/timeline';

export interface Book {
	conversations: ReadonlySignal<readonly Conversation[]>;
	unread: ReadonlySignal<number>;
	load(): Promise<void>;
	// One thing after the other: whoever changes something does it in here.
	run<T>(work: () => Promise<T>): Promise<T>;
	log(peer: Address): Promise<Log>; // its newest rows at least
	loaded(peer: Address): Log | undefined;
	down(log: Log, order: number): Promise<void>; // has at least what the database has from here on
	back(log: Log, rows: number): Promise<void>; // `rows` more of the database
	version(peer: Address): ReadonlySignal<number>; // counts changes of the rows
	touched(log: Log, changed: Iterable<Row>): void;
	removed(log: Log, key: string): void;
	patch(log: Log, p: Patch): Promise<void>;
	patchFresh(log: Log, rows: readonly Row[]): Promise<void>; // with what came before them
	find(peer: Address, by: { id?: string; archiveId?: string }): Promise<Row | undefined>;
	conv(peer: Address): Conv;
	convSet(peer: Address, by: Partial<Conv>): void;
	recount(log: Log): Promise<void>; // unread, and what the list shows
	all(): readonly Conv[];
	choice(peer: Address): Choice;
	choose(peer: Address, by: Partial<Choice>, tell?: boolean): void;
	level(peer: Address): Notify; // of what one is told
	typing(peer: Address, is: boolean): void;
	keep(kv: Record<string, unknown>): void;
	use(peer: Address, by: 1 | -1): void; // shown; what nobody looks at shrinks
	lead(): void; // from now on this tab writes; what it knows is written
	flush(): Promise<void>;
}

const TAIL = 80; // rows loaded at first
const IDLE_LOGS = 40;

// `loaded` may put right what was written half before the page went.
export function book(db: Db, leads: () => boolean, tellChoice: (c: Choice) => void, loaded: (l: Log) => Row[]): Book {
	const convs = new Map<Address, Conv>(), choices = new Map<Address, Choice>(), logs = new Map<Address, Log>();
	const versions = new Map<Address, ReturnType<typeof signal<number>>>(), users = new Map<Address, number>();
	const list = signal(0);
	const typers = signal<ReadonlySet<Address>>(new Set());
	let chain: Promise<unknown> = Promise.resolve();

	// ---- writing behind ------------------------------------------------------------------------------------

	let dirty = { rows: new Map<string, Row>(), unrows: new Set<string>(), convs: new Set<Address>(), patches: [] as Patch[], kv: {} as Record<string, unknown> };
	let writing: Promise<void> | null = null;

	function empty(): boolean {
		return !dirty.rows.size && !dirty.unrows.size && !dirty.convs.size && !dirty.patches.length && !Object.keys(dirty.kv).length;
	}

	async function writeOut(): Promise<void> {
		await Promise.resolve(); // gather what this turn brings
		while (!empty()) {
			const w: Writing = {
				rows: [...dirty.rows.values()],
				unrows: [...dirty.unrows],
				convs: [...dirty.convs].map((a) => convs.get(a)!).filter(Boolean),
				patches: dirty.patches,
				kv: dirty.kv,
			};
			dirty = { rows: new Map(), unrows: new Set(), convs: new Set(), patches: [], kv: {} };
			// A full or vanished database: what is here stays usable, the archive has the rest.
			await db.write(w).catch(() => undefined);
		}
		writing = null;
	}

	function soon(): void {
		if (!leads())
			return;
		writing ??= writeOut();
	}

	// ---- conversations -------------------------------------------------------------------------------------

	function conv(peer: Address): Conv {
		let c = convs.get(peer);
		if (!c) {
			c = { with: peer, time: 0, readTo: 0, unread: 0, mentions: 0, peerRead: 0 };
			convs.set(peer, c);
		}
		return c;
	}

	function convSet(peer: Address, by: Partial<Conv>): void {
		convs.set(peer, { ...conv(peer), ...by });
		if (leads())
			dirty.convs.add(peer);
		list.value++;
		soon();
	}

	const choice = (peer: Address): Choice => choices.get(peer) ?? { with: peer };

	function level(c: Conv, w: Choice): Notify {
		return w.muted ? (c.group ? 'nothing' : 'mentions') : ((c.group && w.notify) || 'all');
	}

	function shown(): Conversation[] {
		const out: Conversation[] = [];
		for (const peer of new Set([...convs.keys(), ...choices.keys()])) {
			const c = conv(peer), w = choice(peer);
			const worth = c.last || w.draft || w.pinned || (c.group && c.time);
			if (!worth || (w.hidden !== undefined && c.time <= w.hidden && !w.draft))
				continue;
			const last = c.last && { text: c.last.text, mine: c.last.mine, from: c.last.from, file: c.last.file, retracted: c.last.retracted };
			out.push({
				with: peer, kind: c.group ? 'group' : 'chat', notify: c.group ? level(c, w) : undefined, last, time: c.time, unread: c.unread,
				mentions: c.mentions, pinned: !!w.pinned, muted: level(c, w) !== 'all', draft: w.draft ?? '', typing: typers.value.has(peer),
			});
		}
		return out.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.time - a.time || (a.with < b.with ? -1 : 1));
	}

	const conversations = computed<readonly Conversation[]>(() => {
		void list.value;
		return shown();
	});
	const unread = computed(() => conversations.value.reduce((n, c) => n + (!c.muted ? c.unread : c.notify === 'mentions' ? c.mentions : 0), 0));

	// ---- logs --------------------------------------------------------------------------------------------------

	function version(peer: Address): ReturnType<typeof signal<number>> {
		let v = versions.get(peer);
		if (!v)
			versions.set(peer, (v = signal(0)));
		return v;
	}

	function bump(log: Log): void {
		version(log.with).value = (version(log.with).peek() ?? 0) + 1;
	}

	async function log(peer: Address): Promise<Log> {
		const known = logs.get(peer);
		if (known) {
			logs.delete(peer); // the newest used last
			logs.set(peer, known);
			return known;
		}
		const rows = await db.rows(peer, { limit: TAIL });
		const again = logs.get(peer);
		if (again)
			return again;
		const fresh = logNew(peer, rows, rows.length === TAIL);
		logs.set(peer, fresh);
		touched(fresh, loaded(fresh));
		return fresh;
	}

	// What nobody looks at need not be here, once it is in the database.
	function tidy(): void {
		if (!leads() || !empty() || writing)
			return;
		for (const [peer, l] of logs) {
			if (logs.size <= IDLE_LOGS)
				return;
			if (!users.get(peer) && l.rows.every((r) => r.order < PENDING))
				logs.delete(peer);
		}
	}

	function touched(l: Log, changed: Iterable<Row>): void {
		if (leads())
			for (const r of changed) {
				dirty.rows.set(r.key, r);
				dirty.unrows.delete(r.key);
			}
		bump(l);
		soon();
	}

	async function find(peer: Address, by: { id?: string; archiveId?: string }): Promise<Row | undefined> {
		const l = await log(peer);
		const here = (by.archiveId && l.archive.get(by.archiveId)) || (by.id && named(l, by.id)) || (await db.row(peer, by));
		return here || (by.id ? db.row(peer, { archiveId: by.id }) : undefined);
	}

	async function down(l: Log, order: number): Promise<void> {
		const first = l.rows[0];
		if (!l.older || (first && first.order <= order))
			return;
		extend(l, await db.rows(l.with, { from: order, before: first?.order }), true);
		bump(l);
	}

	// What this tab knows is written; but whoever led may have been ahead, and ticks do not fall.
	async function takeOver(l: Log): Promise<void> {
		const kept = await db.rows(l.with, { from: l.rows[0]?.order ?? Infinity }).catch(() => []);
		for (const { key, sending } of kept) {
			const r = l.keys.get(key);
			if (r && sending && risen(r.sending, sending) !== r.sending)
				change(l, key, { sending, why: undefined });
		}
		touched(l, l.rows);
	}

	async function recount(l: Log): Promise<void> {
		const c = conv(l.with);
		await down(l, c.readTo);
		const rows = l.rows.slice(indexAt(l, c.readTo)).filter((r) => r.order > c.readTo && !r.mine && !r.retracted && r.order < PENDING);
		let at = l.rows.length - 1;
		while (at >= 0 && l.rows[at]!.sending === 'failed')
			at--;
		const newest = l.rows[at];
		const last = newest && {
			text: newest.text.slice(0, 200), mine: newest.mine, from: newest.from, file: newest.file?.name, retracted: !!newest.retracted, id: newest.id,
		};
		convSet(l.with, { unread: rows.length, mentions: rows.filter((r) => r.mention).length, last, time: newest?.time ?? c.time });
	}

	const self: Book = {
		conversations,
		unread,
		async load() {
			const [cs, ws] = await Promise.all([db.convs(), db.choices()]);
			cs.forEach((c) => convs.set(c.with, c));
			ws.forEach((w) => choices.set(w.with, w));
			list.value++;
		},
		run<T>(work: () => Promise<T>): Promise<T> {
			const next = chain.then(work);
			chain = next.then(tidy, tidy);
			return next;
		},
		log,
		loaded: (peer) => logs.get(peer),
		down,
		async back(l, n) {
			const first = l.rows[0];
			if (!l.older)
				return;
			const rows = await db.rows(l.with, { before: first?.order, limit: n });
			extend(l, rows, rows.length === n);
			bump(l);
		},
		version: (peer) => version(peer) as ReadonlySignal<number>,
		touched,
		removed(l, key) {
			dirty.rows.delete(key);
			if (leads())
				dirty.unrows.add(key);
			bump(l);
			soon();
		},
		async patch(l, p) {
			const here = apply(l, p);
			if (here) {
				touched(l, [here]);
				return;
			}
			if (named(l, p.target))
				return; // not theirs, or older than what is known
			const row = (await db.row(l.with, { id: p.target })) ?? (await db.row(l.with, { archiveId: p.target }));
			const fresh = row && patched(row, p);
			if (leads()) {
				if (fresh)
					dirty.rows.set(fresh.key, fresh);
				else if (!row)
					dirty.patches.push(p);
				soon();
			}
		},
		async patchFresh(l, rows) {
			const ids = rows.flatMap((r) => [r.id, r.origin ?? '', r.archiveId ?? '']).filter(Boolean);
			if (!ids.length)
				return;
			const waiting = [...(await db.patches(l.with, ids)), ...dirty.patches.filter((p) => p.with === l.with && ids.includes(p.target))];
			for (const p of waiting.sort((a, b) => a.time - b.time)) {
				const r = apply(l, p);
				if (r)
					touched(l, [r]);
			}
		},
		find,
		conv,
		convSet,
		recount,
		all: () => [...convs.values()],
		choice,
		choose(peer, by, tell = true) {
			const c = { ...choice(peer), ...by };
			choices.set(peer, c);
			list.value++;
			if (!tell)
				return;
			db.write({ choices: [c] }).catch(() => undefined);
			tellChoice(c);
		},
		level: (peer) => level(conv(peer), choice(peer)),
		typing(peer, is) {
			if (typers.value.has(peer) === is)
				return;
			const next = new Set(typers.value);
			if (is)
				next.add(peer);
			else
				next.delete(peer);
			typers.value = next;
		},
		keep(kv) {
			if (!leads())
				return;
			Object.assign(dirty.kv, kv);
			soon();
		},
		use(peer, by) {
			const n = (users.get(peer) ?? 0) + by;
			users.set(peer, n);
			const l = logs.get(peer);
			if (!n && l && leads() && lastOrder(l))
				self.run(async () => {
					await self.flush();
					if (!users.get(peer) && l.rows.every((r) => r.order < PENDING))
						shrink(l, TAIL);
				}).catch(() => undefined);
		},
		lead() {
			for (const l of logs.values())
				void self.run(() => takeOver(l));
			for (const peer of convs.keys())
				dirty.convs.add(peer);
			soon();
		},
		async flush() {
			soon();
			await writing;
		},
	};
	return self;
}
