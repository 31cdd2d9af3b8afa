// SPDX-License-Identifier: Apache-2.0
// What messages do to the book: rows, edits, ticks, read marks.

import type { Address } from '../model';
import type { Incoming } from '../xmpp/message';
import { PENDING, type Row } from '../store/rows';
import { merge, named, same, type Join, type Log } from '../store/timeline';
import type { Book } from './book';

export interface Reader {
	me: Address;
	mentions(i: Incoming): boolean;
	now(): number; // the server's time
}

// Rows that came and are new, in order.
export type Fresh = Row[];

export function isRow(i: Incoming): boolean {
	return !i.error && !i.replaces && !i.retracts && !i.reactions && (!!i.file || !!i.tombstone || (i.body !== undefined && i.body !== ''));
}

function keyOf(i: Incoming): string {
	if (i.mine)
		return `o:${i.originId || i.id || i.archiveId || ''}`;
	return i.archiveId ? `a:${i.archiveId}` : `i:${i.peer} ${i.originId || i.id || String(i.time)}`;
}

export function rowOf(i: Incoming, r: Reader): Row {
	const time = i.time ?? r.now();
	return {
		key: keyOf(i),
		with: i.peer,
		order: time,
		id: i.originId && i.mine ? i.originId : i.id || i.originId || i.archiveId || '',
		origin: i.originId,
		archiveId: i.archiveId,
		from: i.from,
		mine: i.mine,
		time,
		text: i.body ?? '',
		reply: i.reply && { id: i.reply.id, from: i.reply.to ?? '', text: i.reply.quoted },
		file: i.file,
		mention: (!i.mine && r.mentions(i)) || undefined,
		nick: i.nick,
		...(i.tombstone && { retracted: true, moderated: i.moderated }),
	};
}

// By peer, each in its order.
export function byPeer(items: readonly Incoming[]): Map<Address, Incoming[]> {
	const out = new Map<Address, Incoming[]>();
	for (const i of items) {
		const list = out.get(i.peer);
		if (list)
			list.push(i);
		else
			out.set(i.peer, [i]);
	}
	return out;
}

async function patches(book: Book, log: Log, items: readonly Incoming[], now: number): Promise<void> {
	for (const i of items) {
		const p = { with: i.peer, from: i.from, time: i.time ?? now };
		if (i.replaces && (i.body || i.file))
			await book.patch(log, { ...p, target: i.replaces, edit: i.body ?? '' });
		else if (i.retracts)
			await book.patch(log, { ...p, target: i.retracts, retract: true, moderated: i.moderated });
		else if (i.reactions)
			await book.patch(log, { ...p, target: i.reactions.id, emoji: i.reactions.emoji });
	}
}

// They have read up to there. One that waits for its place tells when it has it (peerReadOf).
function peerRead(book: Book, log: Log, to: number): void {
	if (to <= book.conv(log.with).peerRead || to >= PENDING)
		return;
	book.convSet(log.with, { peerRead: to });
	book.touched(log, []);
}

export function peerReadOf(book: Book, log: Log, key: string): void {
	const r = log.keys.get(key);
	if (r?.mine && r.sending === 'read')
		peerRead(book, log, r.order);
}

// An edit of an edit names the first message; some clients name the edit. Both find it, since an edit is never a row.
async function marks(book: Book, log: Log, items: readonly Incoming[], now: number): Promise<void> {
	for (const i of items) {
		// Perhaps before the server's own word that it has the message, or before the message itself (another tab's, an older page's).
		const tick = { with: i.peer, from: i.from, time: i.time ?? now };
		if (i.receiptOf && !i.mine)
			await book.patch(log, { ...tick, target: i.receiptOf, tick: 'delivered' });
		if (!i.displayed)
			continue;
		if (!i.mine)
			await book.patch(log, { ...tick, target: i.displayed, tick: 'read' });
		const r = named(log, i.displayed) ?? (await book.find(log.with, { id: i.displayed }));
		if (!r)
			continue;
		const c = book.conv(log.with);
		if (i.mine && !r.mine && r.order > c.readTo)
			book.convSet(log.with, { readTo: r.order });
		else if (!i.mine && r.mine)
			peerRead(book, log, r.order);
	}
}

// Puts one peer's items in. `archived`: out of the archive, else live.
export async function take(book: Book, reader: Reader, peer: Address, items: readonly Incoming[], join: Join, archived: boolean): Promise<Fresh> {
	const log = await book.log(peer);
	const rows = items.filter(isRow).map((i) => rowOf(i, reader));
	await preload(book, log, rows);
	const c = book.conv(peer);
	const { changed, fresh } = merge(log, rows, join, archived);
	book.touched(log, changed.values());
	await book.patchFresh(log, fresh);
	await patches(book, log, items, reader.now());
	// Who writes has read what stood before.
	const own = fresh.filter((r) => r.mine).pop();
	if (own && own.order > c.readTo)
		book.convSet(peer, { readTo: log.keys.get(own.key)?.order ?? own.order });
	await marks(book, log, items, reader.now());
	for (const key of changed.keys())
		peerReadOf(book, log, key);
	await book.recount(log);
	return fresh.map((r) => log.keys.get(r.key) ?? r);
}

// Rows of the page that the database has, further down than is loaded, must not come twice.
async function preload(book: Book, log: Log, rows: readonly Row[]): Promise<void> {
	const unknown = rows.filter((r) => !same(log, r));
	if (!log.older || !unknown.length)
		return;
	let oldest = Infinity;
	for (const r of unknown) {
		oldest = Math.min(oldest, r.time);
		const old = (r.archiveId && (await book.find(log.with, { archiveId: r.archiveId }))) || undefined;
		if (old)
			oldest = Math.min(oldest, old.order);
	}
	if (oldest < (log.rows[0]?.order ?? Infinity))
		await book.down(log, oldest);
}
