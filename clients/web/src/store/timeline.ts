// SPDX-License-Identifier: Apache-2.0
// A conversation as far as it is known: pieces of the archive, what comes live, what waits to be sent. Pure: no database, no time.
//
// What is known may have holes. A row with `gap` says: between the one before it and me there may be others. Whoever loads a page of the archive
// knows that its rows follow one another, and says what is known about its two ends (struct Join).

import { PENDING, SLOTS, type Patch, type Row } from './rows';

export interface Log {
	readonly with: string;
	rows: Row[]; // by order
	older: boolean; // the database has older ones
	version: number; // counts changes
	readonly keys: Map<string, Row>;
	readonly archive: Map<string, Row>;
	readonly ids: Map<string, Row[]>;
}

export interface Join {
	// Before the first: 'joined' it follows the row that is known before it; 'start' nothing is there; 'open' nobody knows.
	before: 'joined' | 'start' | 'open';
	floor?: number; // order of the row that it follows: clocks differ, and may be too coarse to tell
	// Behind the last: 'joined' the row that is known behind it follows, or nothing is there; 'open' nobody knows.
	after: 'joined' | 'open';
}

const STEP = 0.001; // times are whole milliseconds; this keeps rows of one millisecond apart
// Clients that count their ids from 1 use each again; nobody sends the same again after so long.
const SAME_ID_MS = 10 * 60_000;

export function logNew(peer: string, rows: readonly Row[], older: boolean): Log {
	const log: Log = { with: peer, rows: [], older, version: 0, keys: new Map(), archive: new Map(), ids: new Map() };
	log.rows = [...rows].sort(byOrder);
	log.rows.forEach((r) => index(log, r));
	return log;
}

function byOrder(a: Row, b: Row): number {
	return a.order - b.order;
}

function index(log: Log, r: Row): void {
	log.keys.set(r.key, r);
	if (r.archiveId)
		log.archive.set(r.archiveId, r);
	for (const id of new Set([r.id, r.origin ?? '']))
		if (id)
			log.ids.set(id, [...(log.ids.get(id) ?? []).filter((x) => x.key !== r.key), r]);
}

function unindex(log: Log, r: Row): void {
	log.keys.delete(r.key);
	if (r.archiveId)
		log.archive.delete(r.archiveId);
	for (const id of [r.id, r.origin ?? '']) {
		const left = (log.ids.get(id) ?? []).filter((x) => x.key !== r.key);
		if (left.length)
			log.ids.set(id, left);
		else
			log.ids.delete(id);
	}
}

// Rows of the database that lie before those we have.
export function extend(log: Log, rows: readonly Row[], older: boolean): void {
	const fresh = rows.filter((r) => !log.keys.has(r.key));
	log.rows = [...fresh, ...log.rows].sort(byOrder);
	fresh.forEach((r) => index(log, r));
	log.older = older;
	log.version++;
}

// Drops all but the newest `keep` rows; they are in the database.
export function shrink(log: Log, keep: number): void {
	const out = log.rows.length - keep;
	if (out <= 0)
		return;
	for (const r of log.rows.slice(0, out))
		unindex(log, r);
	log.rows = log.rows.slice(out);
	log.older = true;
	log.version++;
}

// The row at or behind `order`.
export function indexAt(log: Log, order: number): number {
	let lo = 0, hi = log.rows.length;
	while (lo < hi) {
		const mid = (lo + hi) >> 1;
		if (log.rows[mid]!.order < order)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

export function indexOfRow(log: Log, r: Row): number {
	for (let i = indexAt(log, r.order); i < log.rows.length && log.rows[i]!.order === r.order; i++)
		if (log.rows[i]!.key === r.key)
			return i;
	return -1;
}

// Order of the newest that is sent or came; 0 where there is none.
export function lastOrder(log: Log): number {
	const at = indexAt(log, PENDING) - 1;
	return at < 0 ? 0 : log.rows[at]!.order;
}

// Order of the newest that the archive is known to have, but for `page`: all that follows in the archive stands behind it. `until`: of what is older.
export function confirmedOrder(log: Log, page: readonly { archiveId?: string }[], until = Infinity): number {
	const inPage = new Set(page.map((i) => i.archiveId));
	for (let i = log.rows.length - 1; i >= 0; i--) {
		const r = log.rows[i]!;
		if (r.archiveId && r.order < PENDING && r.time < until && !inPage.has(r.archiveId))
			return r.order;
	}
	return 0;
}

// The same message, known already?
export function same(log: Log, r: Row): Row | undefined {
	const direct = (r.archiveId && log.archive.get(r.archiveId)) || log.keys.get(r.key);
	if (direct)
		return direct;
	const candidates = [...(log.ids.get(r.id) ?? []), ...((r.origin && log.ids.get(r.origin)) || [])];
	return candidates.find((o) => {
		if (o.from !== r.from)
			return false;
		if (!(o.archiveId && r.archiveId))
			return o.order >= PENDING || Math.abs(o.time - r.time) < SAME_ID_MS || o.mine;
		// Two places in the archive: the same only when its sender says so, or when all else agrees.
		return (!!o.origin && o.origin === r.origin) || (o.text === r.text && Math.abs(o.time - r.time) < SAME_ID_MS && o.id === r.id && !!r.file === !!o.file && o.mine);
	});
}

// By what replies, edits and reactions name it.
export function named(log: Log, id: string, from?: string): Row | undefined {
	const fits = (r: Row | undefined): r is Row => !!r && (!from || r.from === from);
	const stored = log.archive.get(id);
	return fits(stored) ? stored : (log.ids.get(id) ?? []).filter(fits).pop();
}

function put(log: Log, old: Row, fresh: Row): Row {
	const at = indexOfRow(log, old);
	unindex(log, old);
	if (old.order === fresh.order) {
		log.rows[at] = fresh;
	} else {
		log.rows.splice(at, 1);
		log.rows.splice(indexAt(log, fresh.order), 0, fresh);
	}
	index(log, fresh);
	log.version++;
	return fresh;
}

// A row of our own making, in its place.
export function add(log: Log, r: Row): void {
	log.rows.splice(indexAt(log, r.order), 0, r);
	index(log, r);
	log.version++;
}

export function change(log: Log, key: string, by: Partial<Row>): Row | null {
	const old = log.keys.get(key);
	return old ? put(log, old, { ...old, ...by }) : null;
}

export function remove(log: Log, key: string): Row | null {
	const old = log.keys.get(key);
	if (!old)
		return null;
	const at = indexOfRow(log, old);
	unindex(log, old);
	log.rows.splice(at, 1);
	const next = log.rows[at];
	if (old.gap && next && next.order < PENDING && !next.gap)
		put(log, next, { ...next, gap: true });
	log.version++;
	return old;
}

// Rises only: a tick that was true stays, in whatever order things come. Who has it proves that it did not fail.
const RANK = { sending: 0, failed: 0, sent: 1, delivered: 2, read: 3 } as const;
export function risen(old: Row['sending'], to: NonNullable<Row['sending']>): NonNullable<Row['sending']> {
	return old && RANK[old] > RANK[to] ? old : to;
}

// Orders of rows that the archive names one after another, oldest first: those of one millisecond are kept apart. `last`: of the one before.
export function placeBehind(time: number, last: number): number {
	return last >= time && last < time + 1 ? last + STEP : time;
}

// Orders of a page: as the archive has them, between what lies before and behind.
function orderPage(page: readonly Row[], floor: number, ceiling: number): number[] {
	const orders: number[] = [];
	page.forEach((r, i) => orders.push(Math.max(r.time, (i ? orders[i - 1]! : floor) + STEP)));
	for (let i = orders.length - 1, top = ceiling; i >= 0 && orders[i]! >= top; i--)
		top = orders[i] = top - STEP;
	return orders;
}

function known(log: Log, old: Row, r: Row, order: number, archived: boolean): Row {
	// In a room all see one order: mine stand where the room said them.
	const placed = archived || (r.nick !== undefined && old.mine ? !old.archiveId && (!!r.archiveId || old.order >= PENDING) : old.order >= PENDING && !old.mine);
	return put(log, old, {
		...old,
		...(r.retracted && !old.retracted && { retracted: true, moderated: r.moderated, text: '', file: undefined, reply: undefined, reactions: undefined }),
		nick: old.nick ?? r.nick,
		mention: old.mention || r.mention,
		archiveId: old.archiveId ?? r.archiveId,
		origin: old.origin ?? r.origin,
		// One that waits gets its place when it is known to be sent, from who sent it (sender.ts): a carbon only says that it was.
		...(placed ? { order, time: r.time } : {}),
		...(r.mine && { sending: risen(old.sending, 'sent'), why: undefined }),
	});
}

// What I wrote went out in its order: one that waited until now went behind those that are known to be sent, wherever the clocks of here and there
// put these.
export function ownEnd(log: Log, but: (r: Row) => boolean = () => false): number {
	for (let i = indexAt(log, PENDING) - 1; i >= 0; i--) {
		const r = log.rows[i]!;
		if (r.mine && r.sending !== 'failed' && !but(r))
			return r.order;
	}
	return 0;
}

// Where a row of mine stands that is known to be sent, near `order`: behind what the same tab wrote before it and before what it wrote afterwards. News of
// them come in any order: one that the archive has named already may have been written later.
export function ownPlace(log: Log, r: Row, order: number, but: (r: Row) => boolean = () => false): number {
	let floor = 0, ceiling = PENDING;
	for (const x of log.rows) {
		if (x.order >= PENDING)
			break;
		if (!x.mine || x.sending === 'failed' || x.key === r.key || but(x))
			continue;
		// Between two tabs, and with what other devices wrote, only what was sent before says something.
		const later = x.seq !== undefined && r.seq !== undefined && x.seq > r.seq;
		if (!later)
			floor = Math.max(floor, x.order);
		else if (x.seq! % SLOTS === r.seq! % SLOTS)
			ceiling = Math.min(ceiling, x.order);
	}
	// Of another tab's, and of other devices', rows may stand behind those that come later: then these have the say.
	const low = floor < ceiling ? floor : floorBefore(log, r, ceiling, but);
	const behind = Math.max(order, low + STEP);
	return behind < ceiling ? behind : (low + ceiling) / 2;
}

// The last of mine before `ceiling` that was written before.
function floorBefore(log: Log, r: Row, ceiling: number, but: (r: Row) => boolean): number {
	let floor = 0;
	for (const x of log.rows)
		if (x.order < ceiling && x.mine && x.sending !== 'failed' && x.key !== r.key && !but(x))
			floor = Math.max(floor, x.order);
	return Math.max(floor, ceiling - 2 * STEP);
}

function behindOwn(log: Log, page: readonly Row[], olds: readonly (Row | undefined)[], orders: number[]): void {
	// In a room all is placed by the clock of the room.
	const first = page.findIndex((r, i) => r.mine && r.nick === undefined && olds[i] && olds[i]!.order >= PENDING);
	if (first < 0)
		return;
	const inPage = new Set(olds.map((o) => o?.key));
	const seq = olds[first]!.seq;
	let floor = ownEnd(log, (r) => inPage.has(r.key) || (r.seq !== undefined && seq !== undefined && r.seq > seq));
	for (let i = first; i < orders.length && orders[i]! <= floor; i++)
		floor = orders[i] = floor + STEP;
}

// Puts a page in: rows that follow one another without a hole, the oldest first. Returns what has to be written, and which rows are new.
// `archived`: the archive's times are the truth; else it came live, one row, behind everything.
export function merge(log: Log, page: readonly Row[], join: Join, archived: boolean): { changed: Map<string, Row>; fresh: Row[] } {
	const changed = new Map<string, Row>();
	const fresh: Row[] = [];
	const note = (r: Row): void => void changed.set(r.key, r);
	const unique = page.filter((r, i) => page.findIndex((o) => o.key === r.key) === i);
	if (!unique.length)
		return { changed, fresh };

	const olds = unique.map((r) => same(log, r));
	const orders = archived ? orderPage(unique, join.floor ?? floorOf(olds[0]), ceilingOf(log, unique, olds, join)) : unique.map((r) => Math.max(r.time, lastOrder(log) + STEP));
	if (archived)
		behindOwn(log, unique, olds, orders);
	const placed: Row[] = [];
	unique.forEach((r, i) => {
		const old = olds[i] && log.keys.get(olds[i]!.key);
		if (old) {
			placed.push(known(log, old, r, orders[i]!, archived));
		} else {
			const row: Row = { ...r, order: orders[i]!, ...(r.mine && { sending: r.sending ?? 'sent' }) };
			log.rows.splice(indexAt(log, row.order), 0, row);
			index(log, row);
			log.version++;
			fresh.push(row);
			placed.push(row);
		}
		note(placed[i]!);
	});
	gaps(log, placed, olds, join).forEach(note);
	return { changed, fresh: fresh.map((r) => log.keys.get(r.key)!) };
}

// A page that begins with a row whose place is known leaves it there: of the rows of its millisecond before it this page says nothing.
function floorOf(first: Row | undefined): number {
	return first?.archiveId ? first.order - STEP : 0;
}

// The known row behind a page that is joined to it bounds its orders: the archive's clock may be too coarse to tell.
function ceilingOf(log: Log, page: readonly Row[], olds: readonly (Row | undefined)[], join: Join): number {
	const last = page[page.length - 1]!;
	if (join.after !== 'joined' || olds[olds.length - 1])
		return Infinity;
	// Rows of the very same millisecond: what goes on from them comes behind them, what leads to them before. They may have been moved below it.
	const ahead = join.before !== 'joined';
	let i = indexAt(log, last.time);
	while (i > 0 && log.rows[i - 1]!.time >= last.time)
		i--;
	for (; i < log.rows.length; i++)
		if (!olds.includes(log.rows[i]) && log.rows[i]!.order > (join.floor ?? 0) && (ahead || log.rows[i]!.time > last.time))
			return log.rows[i]!.order;
	return Infinity;
}

function gaps(log: Log, placed: readonly Row[], olds: readonly (Row | undefined)[], join: Join): Row[] {
	const out: Row[] = [];
	const set = (key: string, gap: boolean): void => {
		const r = log.keys.get(key)!;
		if (!!r.gap !== gap)
			out.push(put(log, r, { ...r, gap: gap || undefined }));
	};
	placed.forEach((r, i) => {
		if (i > 0)
			set(r.key, false);
	});
	const first = placed[0]!, last = placed[placed.length - 1]!;
	if (join.before !== 'open')
		set(first.key, false);
	else if (!olds[0])
		set(first.key, true);
	const next = log.rows[indexOfRow(log, log.keys.get(last.key)!) + 1];
	if (next && next.order < PENDING) {
		if (join.after === 'joined')
			set(next.key, false);
		else if (!olds[olds.length - 1])
			set(next.key, true);
	}
	return out;
}

// ---- what changes a message afterwards -------------------------------------------------------------------------------

const REACTORS_MAX = 200;

// null: it changes nothing (not theirs to change, or something newer was there).
export function patched(r: Row, p: Patch): Row | null {
	if (p.tick) {
		const up = risen(r.sending, p.tick);
		return r.mine && up !== r.sending ? { ...r, sending: up, why: undefined } : null;
	}
	if (p.emoji !== undefined) {
		const old = r.reactions?.[p.from];
		if ((old && old.time > p.time) || (!old && Object.keys(r.reactions ?? {}).length >= REACTORS_MAX))
			return null;
		return { ...r, reactions: { ...r.reactions, [p.from]: { emoji: p.emoji, time: p.time } } };
	}
	if ((r.from !== p.from && !p.moderated) || r.retracted)
		return null;
	if (p.retract)
		return { ...r, retracted: true, moderated: p.moderated, text: '', file: undefined, reply: undefined, reactions: undefined };
	if (p.edit !== undefined && (r.edited ?? 0) <= p.time && !r.file)
		return { ...r, text: p.edit, edited: p.time };
	return null;
}

export function apply(log: Log, p: Patch): Row | null {
	const r = p.tick ? log.ids.get(p.target)?.filter((x) => x.mine).pop() : named(log, p.target, p.emoji === undefined && !p.moderated ? p.from : undefined);
	const fresh = r && patched(r, p);
	return fresh ? put(log, r!, fresh) : null;
}

// ---- what is shown ------------------------------------------------------------------------------------------------------

// From row `at` down to the hole before it, at most `n`; and up to the next hole.
export function spanBack(log: Log, at: number, n: number): number {
	let i = at;
	while (i > 0 && at - i < n && !log.rows[i]!.gap)
		i--;
	return i;
}

export function spanForth(log: Log, at: number, n: number): number {
	let i = at;
	while (i + 1 < log.rows.length && i - at < n && !log.rows[i + 1]!.gap)
		i++;
	return i;
}
