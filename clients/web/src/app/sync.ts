// SPDX-License-Identifier: Apache-2.0
// From a fresh session to "all that waited has come": what came while we were away is read from the archive; what comes live meanwhile is
// held back, so that the book is filled in order. One for one's own archive, one for each room.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Address } from '../model';
import type { ArchivePage, ArchiveQuery } from '../xmpp/mam';
import type { Incoming } from '../xmpp/message';
import { IqError } from '../xmpp/stream';
import { confirmedOrder, lastOrder } from '../store/timeline';
import type { Ctx } from './context';
import { byPeer, take, type Fresh, type Reader } from './incoming';

const PAGE = 100;
const HELD_MAX = 5000;

export interface Source {
	key: string; // under which the place is remembered
	forward: number; // pages; beyond, there is a hole that is filled when somebody looks
	first: number; // pages for a device that knows nothing: the newest
	has(): boolean;
	page(q: ArchiveQuery): Promise<ArchivePage>;
	peers(): Address[]; // of which all is in there
	doubt?(): Promise<number | undefined>; // a time from which to read again, since something stands perhaps elsewhere than we have it
}

export interface Sync {
	synced: ReadonlySignal<boolean>;
	load(): Promise<void>; // before any rows are: what another tab writes between the two would be missed
	live(i: Incoming): void;
	begin(): Promise<void>; // a fresh session: throws IqError when it ends before all is read
	resumed(): void;
	lost(): void; // the line went
	lead(): void;
	lastId(): string | undefined;
}

export function sync(ctx: Ctx, from: Source, reader: Reader, came: (fresh: Fresh, live: boolean, items: readonly Incoming[]) => void): Sync {
	const synced = signal(false);
	const { book } = ctx;
	let caughtUp = false; // in this session
	let held: Incoming[] = [];
	let last: string | undefined; // newest id of the archive up to which everything is known

	function remember(id: string | undefined): void {
		if (!id)
			return;
		last = id;
		book.keep({ [from.key]: id });
	}

	// Pages that follow what is known; or that lie within it, `again`.
	function forward(page: ArchivePage, again: boolean): Promise<void> {
		return book.run(async () => {
			for (const [peer, items] of byPeer(page.items)) {
				const log = await book.log(peer);
				const joined = lastOrder(log) > 0 && !book.conv(peer).tail;
				const fresh = await take(book, reader, peer, items, { before: joined ? 'joined' : 'open', floor: confirmedOrder(log, items, again ? items[0]?.time : undefined), after: 'joined' }, true);
				if (book.conv(peer).tail)
					book.convSet(peer, { tail: undefined });
				came(fresh, false, items);
			}
			remember(page.last);
		});
	}

	// The newest pages, backwards. `hole`: there is something between them and what was known.
	function backward(page: ArchivePage, hole: boolean): Promise<void> {
		return book.run(async () => {
			for (const [peer, items] of byPeer(page.items)) {
				await take(book, reader, peer, items, { before: page.complete ? 'start' : 'open', after: 'joined' }, true);
				if (hole && book.conv(peer).tail)
					book.convSet(peer, { tail: undefined });
			}
		});
	}

	async function newest(pages: number, hole: boolean): Promise<void> {
		let before = '';
		for (let n = 0; n < pages; n++) {
			const page = await from.page({ before, max: PAGE });
			await backward(page, hole);
			if (n === 0 && page.last)
				remember(page.last);
			if (page.complete || !page.first)
				return;
			before = page.first;
		}
	}

	async function jump(): Promise<void> {
		await book.run(async () => {
			for (const peer of from.peers())
				book.convSet(peer, { tail: true });
		});
		await newest(from.first, true);
	}

	async function since(id: string): Promise<void> {
		const start = await from.doubt?.();
		let at: ArchiveQuery = start === undefined ? { after: id } : { start };
		for (let n = 0; n < from.forward; n++) {
			const page = await from.page({ ...at, max: PAGE });
			await forward(page, start !== undefined);
			if (page.complete || !page.last)
				return;
			at = { after: page.last };
		}
		await jump();
	}

	async function catchUp(): Promise<void> {
		if (!from.has())
			return;
		if (!last) {
			await newest(from.first, false);
			return;
		}
		try {
			await since(last);
		} catch (e) {
			// The archive was emptied, or keeps only so long.
			if (!(e instanceof IqError) || e.condition !== 'item-not-found')
				throw e;
			await jump();
		}
	}

	function pour(): void {
		const waiting = held;
		held = [];
		void book.run(async () => {
			// Runs of one peer at once; the order between peers does not matter.
			for (const [peer, items] of byPeer(waiting))
				for (const i of items) {
					const log = await book.log(peer);
					const joined = lastOrder(log) > 0 && !book.conv(peer).tail;
					const fresh = await take(book, reader, peer, [i], { before: joined ? 'joined' : 'open', after: 'joined' }, false);
					if (fresh.length && book.conv(peer).tail)
						book.convSet(peer, { tail: undefined });
					came(fresh, true, [i]);
				}
			const id = waiting.map((i) => i.archiveId).filter(Boolean).pop();
			remember(id);
		});
	}

	return {
		synced,
		async load() {
			last = await ctx.db.get<string>(from.key);
		},
		live(i) {
			held.push(i);
			if (caughtUp)
				pour();
			else if (held.length > HELD_MAX)
				held.shift(); // the archive has it
		},
		async begin() {
			caughtUp = false;
			await catchUp();
			caughtUp = true;
			pour();
			await book.run(async () => undefined);
			synced.value = true;
		},
		resumed() {
			if (caughtUp)
				synced.value = true;
		},
		lost() {
			synced.value = false;
		},
		lead() {
			if (last)
				book.keep({ [from.key]: last });
		},
		lastId: () => last,
	};
}
