// SPDX-License-Identifier: Apache-2.0
// A conversation as one looks at it: the rows between two places, without a hole, and moving these places by what the cache and the archive have.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Address, Message, Timeline } from '../model';
import type { ArchivePage, ArchiveQuery } from '../xmpp/mam';
import { IqError } from '../xmpp/stream';
import { PENDING, type Row } from '../store/rows';
import { indexOfRow, named, spanBack, spanForth, type Log } from '../store/timeline';
import type { Ctx } from './context';
import { isRow, take, type Reader } from './incoming';

const PAGE = 50;
const ROUNDS = 20; // pages without a message in them (reactions only) in a row
const UNREAD_PAGES = 20;

export interface ViewDeps {
	ctx: Ctx;
	reader: Reader;
	synced: ReadonlySignal<boolean>;
	show(r: Row): Message;
	read(peer: Address, r: Row): void;
}

// A row that is shown first or last. Its place may change, when it is sent or the archive says where it belongs.
interface Edge {
	key: string;
	order: number;
}

export function view(d: ViewDeps, peer: Address): Timeline {
	const { ctx } = d;
	const { book } = ctx;
	const ready = signal<Log | null>(null);
	const low = signal<Edge | null>(null); // what is shown; null: the newest PAGE
	const high = signal<Edge | null>(null); // null: to the end
	const loading = signal<'older' | 'newer' | 'jump' | null>(null);
	const failed = signal(false);
	const divider = signal<string | null>(null);
	const start = signal(false); // nothing lies before the oldest known
	let closed = false;
	let busy: Promise<unknown> = Promise.resolve();
	book.use(peer, 1);

	// Indices [from, to] of what is shown, in one piece; null: nothing.
	function window(log: Log): { from: number; to: number } | null {
		const rows = log.rows;
		if (!rows.length)
			return null;
		const place = (e: Edge): number => log.keys.get(e.key)?.order ?? e.order;
		const top = high.value && Math.max(high.value.order, place(high.value));
		const bottom = low.value && Math.min(low.value.order, place(low.value));
		let to = rows.length - 1;
		while (top !== null && to > 0 && rows[to]!.order > top)
			to--;
		let from = spanBack(log, to, bottom === null ? PAGE - 1 : Infinity);
		while (bottom !== null && from < to && rows[from]!.order < bottom)
			from++;
		return { from, to };
	}

	const rows = computed<readonly Row[]>(() => {
		void book.version(peer).value;
		const log = ready.value;
		const w = log && window(log);
		return w ? log.rows.slice(w.from, w.to + 1) : [];
	});
	const messages = computed<readonly Message[]>(() => {
		void book.version(peer).value;
		return rows.value.map(d.show);
	});
	const more = computed(() => {
		void book.version(peer).value;
		const log = ready.value;
		if (!log)
			return { older: true, newer: false };
		const w = window(log);
		if (!w)
			return { older: !start.value && ctx.archived(peer), newer: false };
		const first = log.rows[w.from]!;
		return {
			older: w.from > 0 || log.older || (!!first.gap && ctx.archived(peer)),
			newer: w.to < log.rows.length - 1 || (high.value !== null && !!book.conv(peer).tail),
		};
	});

	// Shown from here on. What waits to be sent will take its place later, which is not before now.
	function showFrom(r: Row | undefined): void {
		low.value = r ? { key: r.key, order: Math.min(r.order, ctx.now() - 1000) } : null;
	}

	function showTo(log: Log, at: number): void {
		const r = log.rows[at];
		high.value = !r || at === log.rows.length - 1 ? null : { key: r.key, order: r.order };
	}

	// One move after the other.
	function move<T>(what: 'older' | 'newer' | 'jump', work: (log: Log) => Promise<T>, otherwise: T): Promise<T> {
		const next = busy.then(async () => {
			if (closed)
				return otherwise;
			const log = await book.run(() => book.log(peer));
			ready.value = log;
			loading.value = what;
			failed.value = false;
			try {
				return await work(log);
			} catch (e) {
				failed.value = true;
				if (!(e instanceof IqError))
					throw e;
				return otherwise;
			} finally {
				loading.value = null;
			}
		});
		busy = next.catch(() => undefined);
		return next;
	}

	// ---- the archive ----------------------------------------------------------------------------------------------

	function put(page: ArchivePage, join: Parameters<typeof take>[4]): Promise<Row[]> {
		return book.run(() => take(book, d.reader, peer, page.items, join, true));
	}

	function ask(q: ArchiveQuery): Promise<ArchivePage> {
		return ctx.page(peer, { max: PAGE, ...q });
	}

	// What lies directly before the row at `at`; true when there was something to show, or nothing is left.
	async function before(log: Log, first: Row | undefined): Promise<void> {
		let cursor: ArchiveQuery = first?.archiveId ? { before: first.archiveId } : first ? { end: first.time + 1000, before: '' } : { before: '' };
		for (let n = 0; n < ROUNDS; n++) {
			const page = await ask(cursor);
			await put(page, { before: page.complete ? 'start' : 'open', after: 'joined' });
			if (page.complete) {
				start.value = true;
				const oldest = first && log.keys.get(first.key);
				if (oldest?.gap && indexOfRow(log, oldest) === 0)
					await close(log, oldest);
				return;
			}
			if (page.items.some(isRow) || !page.first)
				return;
			cursor = { ...cursor, before: page.first };
		}
	}

	// There is nothing before this row, after all.
	function close(log: Log, r: Row): Promise<void> {
		return book.run(async () => {
			const fresh = { ...r, gap: undefined };
			log.rows[indexOfRow(log, r)] = fresh;
			log.keys.set(r.key, fresh);
			if (r.archiveId)
				log.archive.set(r.archiveId, fresh);
			log.version++;
			book.touched(log, [fresh]);
		});
	}

	async function newest(log: Log): Promise<void> {
		const page = await ask({ before: '' });
		const known = log.rows.filter((r) => r.order < PENDING).length > 0;
		await put(page, { before: page.complete ? 'start' : 'open', after: 'joined' });
		if (page.complete)
			start.value = true;
		if (!known && page.complete && !page.items.length)
			start.value = true;
		await book.run(async () => book.convSet(peer, { tail: undefined }));
	}

	async function olderOnce(log: Log): Promise<void> {
		const shown = rows.value;
		const first = shown[0];
		if (!first) {
			await newest(log);
			return;
		}
		const at = indexOfRow(log, first);
		if (at === 0 && log.older && !first.gap)
			await book.run(() => book.back(log, 2 * PAGE));
		const here = indexOfRow(log, log.keys.get(first.key) ?? first);
		if (log.rows[here]?.gap || (here === 0 && !log.older && log.rows[0]?.gap))
			await before(log, log.rows[here]);
		const now = indexOfRow(log, log.keys.get(first.key) ?? first);
		const to = spanBack(log, now, PAGE);
		showFrom(log.rows[to]);
	}

	async function newerOnce(log: Log): Promise<void> {
		const last = rows.value[rows.value.length - 1];
		if (!last)
			return;
		const at = indexOfRow(log, last);
		const next = log.rows[at + 1];
		if (next?.gap && last.archiveId) {
			const page = await ask({ after: last.archiveId });
			await put(page, { before: 'joined', floor: last.order, after: page.complete ? 'joined' : 'open' });
			const follower = log.rows[indexOfRow(log, log.keys.get(last.key) ?? last) + 1];
			if (page.complete && follower?.gap)
				await close(log, follower);
		}
		const from = indexOfRow(log, log.keys.get(last.key) ?? last);
		const to = spanForth(log, from, PAGE);
		const end = to === log.rows.length - 1;
		if (end && book.conv(peer).tail)
			await newest(log);
		showTo(log, to);
	}

	async function end(log: Log): Promise<void> {
		if (book.conv(peer).tail)
			await newest(log);
		high.value = null;
		const w = window(log);
		const from = w ? spanBack(log, w.to, PAGE - 1) : 0;
		showFrom(log.rows[from]);
	}

	function showAround(log: Log, r: Row): string {
		const at = indexOfRow(log, r);
		showFrom(log.rows[spanBack(log, at, PAGE)]);
		const to = spanForth(log, at, PAGE);
		showTo(log, to);
		return r.key;
	}

	// Loads the piece of the archive around a place in it.
	async function around(log: Log, place: { before: ArchiveQuery; after: ArchiveQuery }): Promise<void> {
		const back = await ask({ ...place.before, before: place.before.before ?? '', max: PAGE / 2 });
		const before = await put(back, { before: back.complete ? 'start' : 'open', after: 'open' });
		const cursor: ArchiveQuery = back.last ? { after: back.last } : place.after;
		const forth = await ask({ ...cursor, max: PAGE });
		await put(forth, { before: 'joined', floor: before[before.length - 1]?.order, after: forth.complete ? 'joined' : 'open' });
		void log;
	}

	async function jump(log: Log, where: { id?: string; archiveId?: string; time?: number }): Promise<string | null> {
		if (where.id || where.archiveId) {
			const here = (where.archiveId && log.archive.get(where.archiveId)) || (where.id && named(log, where.id)) || null;
			if (here)
				return showAround(log, here);
			const kept = await book.run(() => book.find(peer, where));
			if (kept) {
				await book.run(() => book.down(log, kept.order - 1));
				await book.run(() => book.back(log, PAGE));
				const r = log.keys.get(kept.key);
				if (r)
					return showAround(log, r);
			}
		}
		if (where.archiveId) {
			const back = await ask({ before: where.archiveId, max: PAGE / 2 });
			const before = await put(back, { before: back.complete ? 'start' : 'open', after: 'open' });
			const forth = await ask(back.last ? { after: back.last } : { start: 0 });
			await put(forth, { before: 'joined', floor: before[before.length - 1]?.order, after: forth.complete ? 'joined' : 'open' });
			const r = log.archive.get(where.archiveId);
			return r ? showAround(log, r) : null;
		}
		if (where.id && where.time === undefined)
			return searchBack(log, where.id);
		if (where.time !== undefined) {
			await around(log, { before: { end: where.time }, after: { start: where.time } });
			const wanted = (where.id && named(log, where.id)) || log.rows.find((r) => r.order >= where.time!) || log.rows[log.rows.length - 1];
			return wanted ? showAround(log, wanted) : null;
		}
		return null;
	}

	// Only a name is known: page by page towards the beginning.
	async function searchBack(log: Log, id: string): Promise<string | null> {
		for (let n = 0; n < ROUNDS; n++) {
			await olderOnce(log);
			const r = named(log, id);
			if (r)
				return showAround(log, r);
			if (!more.value.older)
				return null;
		}
		return null;
	}

	async function firstUnread(log: Log): Promise<string | null> {
		const to = book.conv(peer).readTo;
		for (let n = 0; n < UNREAD_PAGES && more.value.older; n++) {
			const first = rows.value[0];
			if (first && first.order <= to)
				break;
			if (n > 0 || !first || first.order > to)
				await olderOnce(log);
		}
		const key = divider.value;
		const r = (key && log.keys.get(key)) || log.rows.find((x) => x.order > to && !x.mine && x.order < PENDING);
		return r ? showAround(log, r) : null;
	}

	// Where the unread begins, when it was opened.
	function divide(log: Log): void {
		const c = book.conv(peer);
		const r = c.unread ? log.rows.find((x) => x.order > c.readTo && !x.mine && !x.retracted && x.order < PENDING) : undefined;
		divider.value = r?.key ?? null;
	}

	void move('jump', async (log) => {
		await book.run(() => book.recount(log).then(() => undefined));
		divide(log);
		const w = window(log);
		showFrom(w ? log.rows[w.from] : undefined);
		if ((!log.rows.length || book.conv(peer).tail) && ctx.stream.online && ctx.archived(peer))
			await newest(log);
		else if (w && w.to - w.from < 20 && more.value.older && (ctx.stream.online || log.older))
			await olderOnce(log);
	}, undefined).catch(() => undefined);

	return {
		with: peer,
		messages,
		more,
		loading,
		failed,
		divider,
		older: () => move('older', olderOnce, undefined),
		newer: () => move('newer', newerOnce, undefined),
		toEnd: () => move('newer', end, undefined),
		toFirstUnread: () => move('jump', firstUnread, null),
		jump: (where) => move('jump', (log) => jump(log, where), null),
		read(key) {
			const r = ready.value?.keys.get(key);
			if (r)
				d.read(peer, r);
		},
		close() {
			if (!closed)
				book.use(peer, -1);
			closed = true;
		},
	};
}
