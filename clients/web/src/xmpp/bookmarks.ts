// SPDX-License-Identifier: Apache-2.0
// Rooms that all devices of an account know (XEP-0402), with how much of them one wants to be told (XEP-0492).

import type { Notify } from '../model';
import { bare } from './address';
import { submit } from './forms';
import type { Ask } from './mam';
import { NS } from './names';
import { child, children, childText, el, isEl, join, leaf, write, type El, type Xml } from './xml';

export interface Bookmark {
	room: string;
	name: string;
	autojoin: boolean;
	nick: string;
	password?: string;
	notify?: Notify;
	others: readonly El[]; // extensions of other programs, kept as they are
}

const NOTIFY: [string, Notify][] = [['never', 'nothing'], ['on-mention', 'mentions'], ['always', 'all']];

function notifyOf(e: El | undefined): Notify | undefined {
	// What is said for certain kinds of clients only is not for us to choose from.
	return NOTIFY.find(([name]) => children(e, name).some((x) => !x.attrs['identity-category']))?.[1];
}

// Of <items/>: the bookmarks, and the rooms that are bookmarked no more.
export function bookmarksOf(list: El | undefined): { set: Bookmark[]; gone: string[] } {
	const set: Bookmark[] = [];
	for (const item of children(list, 'item')) {
		const c = child(item, 'conference', NS.bookmarks);
		const room = bare(item.attrs['id'] ?? '');
		if (!c || !room.includes('@'))
			continue;
		const extensions = child(c, 'extensions');
		const notify = child(extensions, 'notify', NS.notifySettings);
		set.push({
			room,
			name: (c.attrs['name'] ?? '').slice(0, 256),
			autojoin: /^(1|true)$/.test(c.attrs['autojoin'] ?? ''),
			nick: childText(c, 'nick').slice(0, 200),
			password: childText(c, 'password').slice(0, 1000) || undefined,
			notify: notifyOf(notify),
			others: (extensions?.kids ?? []).filter((k): k is El => isEl(k) && k !== notify),
		});
	}
	return { set, gone: children(list, 'retract').map((r) => bare(r.attrs['id'] ?? '')) };
}

export async function bookmarksGet(ask: Ask): Promise<Bookmark[]> {
	const answer = await ask('get', el('pubsub', { xmlns: NS.pubsub }, el('items', { node: NS.bookmarks })));
	return bookmarksOf(child(child(answer, 'pubsub', NS.pubsub), 'items')).set;
}

function extensions(b: Bookmark): Xml | undefined {
	const notify = b.notify && NOTIFY.find(([, n]) => n === b.notify)![0];
	const kids = [...b.others.map((e) => write(e, NS.bookmarks)), ...(notify ? [el('notify', { xmlns: NS.notifySettings }, el(notify, null))] : [])];
	return kids.length ? el('extensions', null, join(kids)) : undefined;
}

export function bookmarkSet(ask: Ask, b: Bookmark): Promise<El> {
	const options = submit(NS.publishOptions, {
		'pubsub#persist_items': 'true',
		'pubsub#max_items': 'max',
		'pubsub#send_last_published_item': 'never',
		'pubsub#access_model': 'whitelist',
	});
	const item = el('item', { id: b.room }, el('conference', { xmlns: NS.bookmarks, name: b.name || undefined, autojoin: String(b.autojoin) },
		b.nick ? leaf('nick', null, b.nick) : undefined, b.password ? leaf('password', null, b.password) : undefined, extensions(b)));
	return ask('set', el('pubsub', { xmlns: NS.pubsub }, el('publish', { node: NS.bookmarks }, item), el('publish-options', null, options)));
}

export const bookmarkRemove = (ask: Ask, room: string): Promise<El> =>
	ask('set', el('pubsub', { xmlns: NS.pubsub }, el('retract', { node: NS.bookmarks, notify: 'true' }, el('item', { id: room }))));
