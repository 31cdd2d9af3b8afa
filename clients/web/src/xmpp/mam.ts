// SPDX-License-Identifier: Apache-2.0
// Reading an archive (XEP-0313), one's own or a room's, page by page, in either direction; its full text (XEP-0431).

import { bare } from './address';
import { set, setOf, submit, type Page } from './forms';
import { readArchived, type Incoming } from './message';
import { NS } from './names';
import { child, el, type El, type Xml } from './xml';

// An archive that is not one's own.
export interface Elsewhere {
	address: string;
	read(result: El): Incoming | null;
}

export interface ArchiveQuery extends Page {
	with?: string;
	start?: number;
	end?: number;
	fulltext?: string;
	files?: boolean;
	flip?: boolean;
}

export interface ArchivePage {
	items: Incoming[]; // as the archive orders them: the oldest first
	first?: string;
	last?: string;
	complete: boolean; // nothing lies beyond, in the direction that was asked
	read: number; // results, also those that say nothing to us
	count?: number; // of all, where the server tells
}

export type Ask = (type: 'get' | 'set', query: Xml, to?: string, ms?: number) => Promise<El>;

export interface Archive {
	// True when the message was a result.
	take(m: El): boolean;
	page(q: ArchiveQuery, at?: Elsewhere): Promise<ArchivePage>;
}

const PAGE_MS = 60_000;

export function archive(ask: Ask, me: () => string, fresh: () => string): Archive {
	const open = new Map<string, { items: Incoming[]; read: number; at?: Elsewhere }>();

	return {
		take(m) {
			const result = child(m, 'result', NS.mam);
			if (!result)
				return false;
			const collecting = open.get(result.attrs['queryid'] ?? '');
			if (!collecting || bare(m.attrs['from'] ?? me()) !== (collecting.at?.address ?? me()))
				return true;
			collecting.read++;
			const read = collecting.at ? collecting.at.read(result) : readArchived(result, me());
			if (read)
				collecting.items.push(read);
			return true;
		},

		async page(q, at) {
			const queryid = fresh();
			const collecting = { items: [] as Incoming[], read: 0, at };
			open.set(queryid, collecting);
			try {
				const form = submit(NS.mam, {
					with: q.with,
					start: q.start === undefined ? undefined : new Date(q.start).toISOString(),
					end: q.end === undefined ? undefined : new Date(q.end).toISOString(),
					[`{${NS.fulltext}}fulltext`]: q.fulltext,
					[`{${NS.anserMam}}files`]: q.files ? '1' : undefined,
				});
				const answer = await ask('set', el('query', { xmlns: NS.mam, queryid }, form, set(q)), at?.address, PAGE_MS);
				const fin = child(answer, 'fin', NS.mam);
				const { first, last, count } = setOf(fin);
				return { items: collecting.items, read: collecting.read, first, last, count, complete: /^(true|1)$/.test(fin?.attrs['complete'] ?? '') };
			} finally {
				open.delete(queryid);
			}
		},
	};
}
