// SPDX-License-Identifier: Apache-2.0
// The cache of one account: IndexedDB where the browser has it, else memory (private windows). Losing it loses nothing but what was not sent yet.

import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { PENDING, type Choice, type Conv, type Entry, type KeptRoom, type Known, type Patch, type Row } from './rows';

export interface Db {
	readonly shared: boolean; // other tabs have the same
	rows(peer: string, where: { before?: number; from?: number; limit?: number }): Promise<Row[]>; // the newest of these, by order
	row(peer: string, by: { id?: string; archiveId?: string }): Promise<Row | undefined>;
	// All of it or nothing.
	write(what: Writing): Promise<void>;
	convs(): Promise<Conv[]>;
	choices(): Promise<Choice[]>;
	people(): Promise<Known[]>;
	rooms(): Promise<KeptRoom[]>;
	entries(): Promise<Entry[]>;
	patches(peer: string, targets: readonly string[]): Promise<Patch[]>;
	get<T>(key: string): Promise<T | undefined>;
	// Writes `fresh` unless what is there fails the test; returns what is there then.
	swap<T>(key: string, fresh: T, may: (old: T | undefined) => boolean): Promise<T | undefined>;
	trim(rowsMax: number): Promise<void>;
	destroy(): Promise<void>; // for good
	close(): void;
}

export interface Writing {
	rows?: readonly Row[];
	unrows?: readonly string[];
	convs?: readonly Conv[];
	choices?: readonly Choice[];
	people?: readonly Known[];
	unpeople?: readonly string[];
	rooms?: readonly KeptRoom[];
	entries?: readonly Entry[];
	unentries?: readonly number[];
	patches?: readonly Patch[];
	kv?: Record<string, unknown>;
}

interface Schema extends DBSchema {
	rows: { key: string; value: Row; indexes: { place: [string, number]; archive: [string, string]; id: [string, string] } };
	convs: { key: string; value: Conv };
	choices: { key: string; value: Choice };
	people: { key: string; value: Known };
	rooms: { key: string; value: KeptRoom };
	entries: { key: number; value: Entry };
	patches: { key: string; value: Patch; indexes: { target: [string, string] } };
	kv: { key: string; value: unknown };
}

const VERSION = 2;
const STORES = ['rows', 'convs', 'choices', 'people', 'rooms', 'entries', 'patches', 'kv'] as const;

// Each version's step, in order: a database of version n runs those from n on.
const STEPS: ((db: IDBPDatabase<Schema>) => void)[] = [
	(db) => {
		const rows = db.createObjectStore('rows', { keyPath: 'key' });
		rows.createIndex('place', ['with', 'order']);
		rows.createIndex('archive', ['with', 'archiveId']);
		rows.createIndex('id', ['with', 'id']);
		db.createObjectStore('convs', { keyPath: 'with' });
		db.createObjectStore('choices', { keyPath: 'with' });
		db.createObjectStore('people', { keyPath: 'address' });
		db.createObjectStore('entries', { keyPath: 'seq' });
		db.createObjectStore('patches').createIndex('target', ['with', 'target']);
		db.createObjectStore('kv');
	},
	(db) => void db.createObjectStore('rooms', { keyPath: 'with' }),
];

function patchKey(p: Patch): string {
	return [p.with, p.target, p.from, p.tick ?? (p.emoji ? 'r' : p.retract ? 'd' : 'e')].join('\n');
}

const name = (account: string): string => `anser ${account}`;

async function durable(account: string, onLost: () => void): Promise<Db> {
	const db = await openDB<Schema>(name(account), VERSION, {
		upgrade(d, from) {
			STEPS.slice(from).forEach((step) => step(d));
		},
		blocking() { // another tab logs out, or brings a newer version
			db.close();
			onLost();
		},
		terminated: onLost,
	});
	return {
		shared: true,
		async rows(peer, { before = Infinity, from = -Infinity, limit = Infinity }) {
			const out: Row[] = [];
			const range = IDBKeyRange.bound([peer, from], [peer, before], false, true);
			for (let c = await db.transaction('rows').store.index('place').openCursor(range, 'prev'); c && out.length < limit; c = await c.continue())
				out.push(c.value);
			return out.reverse();
		},
		row(peer, by) {
			const index = by.archiveId ? 'archive' : 'id';
			return db.getFromIndex('rows', index, [peer, by.archiveId ?? by.id ?? '']);
		},
		async write(w) {
			const t = db.transaction(STORES, 'readwrite');
			const jobs: Promise<unknown>[] = [];
			const s = <N extends (typeof STORES)[number]>(n: N) => t.objectStore(n);
			w.rows?.forEach((r) => jobs.push(s('rows').put(r)));
			w.unrows?.forEach((k) => jobs.push(s('rows').delete(k)));
			w.convs?.forEach((c) => jobs.push(s('convs').put(c)));
			w.choices?.forEach((c) => jobs.push(s('choices').put(c)));
			w.people?.forEach((p) => jobs.push(s('people').put(p)));
			w.unpeople?.forEach((a) => jobs.push(s('people').delete(a)));
			w.rooms?.forEach((r) => jobs.push(s('rooms').put(r)));
			w.entries?.forEach((e) => jobs.push(s('entries').put(e)));
			w.unentries?.forEach((q) => jobs.push(s('entries').delete(q)));
			w.patches?.forEach((p) => jobs.push(s('patches').put(p, patchKey(p))));
			for (const key in w.kv)
				jobs.push(s('kv').put(w.kv[key], key));
			await Promise.all([...jobs, t.done]);
		},
		convs: () => db.getAll('convs'),
		choices: () => db.getAll('choices'),
		people: () => db.getAll('people'),
		rooms: () => db.getAll('rooms'),
		entries: () => db.getAll('entries'),
		async patches(peer, targets) {
			const t = db.transaction('patches').store.index('target');
			return (await Promise.all(targets.map((id) => t.getAll([peer, id])))).flat();
		},
		get: <T>(key: string) => db.get('kv', key) as Promise<T | undefined>,
		async swap<T>(key: string, fresh: T, may: (old: T | undefined) => boolean) {
			const t = db.transaction('kv', 'readwrite');
			const old = (await t.store.get(key)) as T | undefined;
			const ok = may(old);
			if (ok)
				await t.store.put(fresh, key);
			await t.done;
			return ok ? fresh : old;
		},
		async trim(rowsMax) {
			let out = (await db.count('rows')) - rowsMax;
			if (out <= 0)
				return;
			for (const { with: peer } of await db.getAll('convs')) {
				const t = db.transaction('rows', 'readwrite');
				const place = t.store.index('place');
				const range = IDBKeyRange.bound([peer, -Infinity], [peer, PENDING]);
				const n = Math.min(out, Math.max(0, (await place.count(range)) - 200));
				let left = n;
				let c = await place.openCursor(range);
				for (; c && left > 0; c = await c.continue(), left--)
					await c.delete();
				if (c && n)
					await t.store.put({ ...c.value, gap: true });
				await t.done;
				out -= n;
			}
		},
		async destroy() {
			db.close();
			await deleteDB(name(account));
		},
		close: () => db.close(),
	};
}

export function memoryDb(): Db {
	const rows = new Map<string, Row>(), convs = new Map<string, Conv>(), choices = new Map<string, Choice>(), people = new Map<string, Known>(), rooms = new Map<string, KeptRoom>();
	const entries = new Map<number, Entry>(), patches = new Map<string, Patch>(), kv = new Map<string, unknown>();
	const now = <T>(v: T): Promise<T> => Promise.resolve(v);
	return {
		shared: false,
		rows(peer, { before = Infinity, from = -Infinity, limit = Infinity }) {
			const all = [...rows.values()].filter((r) => r.with === peer && r.order >= from && r.order < before).sort((a, b) => a.order - b.order);
			return now(all.slice(Math.max(0, all.length - limit)));
		},
		row: (peer, by) => now([...rows.values()].find((r) => r.with === peer && (by.archiveId ? r.archiveId === by.archiveId : r.id === by.id))),
		write(w) {
			w.rows?.forEach((r) => rows.set(r.key, r));
			w.unrows?.forEach((k) => rows.delete(k));
			w.convs?.forEach((c) => convs.set(c.with, c));
			w.choices?.forEach((c) => choices.set(c.with, c));
			w.people?.forEach((p) => people.set(p.address, p));
			w.unpeople?.forEach((a) => people.delete(a));
			w.rooms?.forEach((r) => rooms.set(r.with, r));
			w.entries?.forEach((e) => entries.set(e.seq, e));
			w.unentries?.forEach((q) => entries.delete(q));
			w.patches?.forEach((p) => patches.set(patchKey(p), p));
			for (const key in w.kv)
				kv.set(key, w.kv[key]);
			return now(undefined);
		},
		convs: () => now([...convs.values()]),
		choices: () => now([...choices.values()]),
		people: () => now([...people.values()]),
		rooms: () => now([...rooms.values()]),
		entries: () => now([...entries.values()].sort((a, b) => a.seq - b.seq)),
		patches: (peer, targets) => now([...patches.values()].filter((p) => p.with === peer && targets.includes(p.target))),
		get: <T>(key: string) => now(kv.get(key) as T | undefined),
		swap<T>(key: string, fresh: T, may: (old: T | undefined) => boolean) {
			const old = kv.get(key) as T | undefined;
			if (!may(old))
				return now(old);
			kv.set(key, fresh);
			return now<T | undefined>(fresh);
		},
		trim: () => now(undefined),
		destroy() {
			for (const m of [rows, convs, choices, people, rooms, entries, patches, kv])
				m.clear();
			return now(undefined);
		},
		close: () => undefined,
	};
}

// `onLost`: the database was taken away under way.
export async function dbOpen(account: string, keep: boolean, onLost: () => void): Promise<Db> {
	if (!keep || typeof indexedDB === 'undefined')
		return memoryDb();
	try {
		return await durable(account, onLost);
	} catch {
		return memoryDb();
	}
}

// ---- the login that is remembered ---------------------------------------------------------------------------------------

interface Device extends DBSchema {
	kv: { key: string; value: unknown };
}

async function device(): Promise<IDBPDatabase<Device>> {
	return openDB<Device>('anser', 1, { upgrade: (d) => void d.createObjectStore('kv') });
}

export async function remembered<T>(): Promise<T | undefined> {
	try {
		const d = await device();
		const v = (await d.get('kv', 'login')) as T | undefined;
		d.close();
		return v;
	} catch {
		return undefined;
	}
}

// null: forget it. False where nothing can be remembered.
export async function remember(login: unknown): Promise<boolean> {
	try {
		const d = await device();
		await (login === null ? d.delete('kv', 'login') : d.put('kv', login, 'login'));
		d.close();
		return true;
	} catch {
		return false;
	}
}
