// SPDX-License-Identifier: Apache-2.0
// Contacts (RFC 6121): the list with versions, and presence.

import type { Presence } from '../model';
import { bare } from './address';
import { CAPS_NODE } from './caps';
import type { Ask } from './mam';
import { timeOf } from './message';
import { NS } from './names';
import { child, children, childText, el, isEl, leaf, text, type El, type Xml } from './xml';

export interface Contact {
	address: string;
	name: string;
	subscription: 'none' | 'to' | 'from' | 'both' | 'remove';
	asked: boolean;
}

const NAME_MAX = 200;

function contact(item: El): Contact | null {
	const address = bare(item.attrs['jid'] ?? '');
	const s = item.attrs['subscription'] ?? 'none';
	if (!address || !/^(none|to|from|both|remove)$/.test(s))
		return null;
	return { address, name: (item.attrs['name'] ?? '').slice(0, NAME_MAX), subscription: s as Contact['subscription'], asked: item.attrs['ask'] === 'subscribe' };
}

function contacts(query: El | undefined): Contact[] {
	return children(query, 'item').map(contact).filter((c): c is Contact => c !== null);
}

// null: nothing has changed since `version` (changes come as pushes).
export async function rosterGet(ask: Ask, version: string | undefined): Promise<{ version?: string; items: Contact[] } | null> {
	const query = child(await ask('get', el('query', { xmlns: NS.roster, ver: version })), 'query', NS.roster);
	return query ? { version: query.attrs['ver'], items: contacts(query) } : null;
}

// A push, when it comes from our own account.
export function rosterPush(iq: El, me: string): { version?: string; items: Contact[] } | null {
	const query = child(iq, 'query', NS.roster);
	if (!query || iq.attrs['type'] !== 'set' || bare(iq.attrs['from'] ?? me) !== me)
		return null;
	return { version: query.attrs['ver'], items: contacts(query) };
}

export const rosterSet = (ask: Ask, address: string, name: string): Promise<El> =>
	ask('set', el('query', { xmlns: NS.roster }, el('item', { jid: address, name: name || undefined })));
export const rosterRemove = (ask: Ask, address: string): Promise<El> =>
	ask('set', el('query', { xmlns: NS.roster }, el('item', { jid: address, subscription: 'remove' })));

// ---- presence ------------------------------------------------------------------------------------------------------

export function writePresence(type?: string, to?: string, ...kids: (Xml | undefined)[]): Xml {
	return el('presence', { xmlns: NS.client, type, to }, ...kids);
}

// `token`: of their invitation, which they then need not answer (XEP-0379).
export function writeRequest(to: string, why: string | undefined, token?: string): Xml {
	return writePresence('subscribe', to, why ? leaf('status', null, why) : undefined, token ? el('preauth', { xmlns: NS.preauth, token }) : undefined);
}

export const writeCaps = (ver: string): Xml => el('c', { xmlns: NS.caps, hash: 'sha-1', node: CAPS_NODE, ver });

// `ver`: of XEP-0115.
export function writeAvailable(photo: string | undefined, ver: string | undefined): Xml {
	return writePresence(undefined, undefined,
		ver ? writeCaps(ver) : undefined,
		el('x', { xmlns: NS.vcardUpdate }, photo !== undefined && el('photo', null, text(photo))));
}

export interface PresenceRead {
	from: string; // bare
	resource: string;
	type: string; // '' : available
	presence: Presence;
	status: string;
	priority: number;
	photo?: string; // hash of the avatar; '': none
	since?: number;
}

export function readPresence(p: El): PresenceRead | null {
	const full = p.attrs['from'];
	if (!full)
		return null;
	const type = p.attrs['type'] ?? '';
	const show = childText(p, 'show');
	const update = child(p, 'x', NS.vcardUpdate);
	const photo = update?.kids.find((k): k is El => isEl(k) && k.name === 'photo');
	return {
		from: bare(full),
		resource: full.includes('/') ? full.slice(full.indexOf('/') + 1) : '',
		type,
		presence: type === 'unavailable' ? 'offline' : show === 'dnd' ? 'busy' : show === 'away' || show === 'xa' ? 'away' : 'online',
		status: childText(p, 'status').slice(0, 300),
		priority: Number(childText(p, 'priority')) || 0,
		photo: photo && childText(update, 'photo').trim().toLowerCase().slice(0, 64),
		since: timeOf(child(p, 'delay', NS.delay)?.attrs['stamp']),
	};
}
