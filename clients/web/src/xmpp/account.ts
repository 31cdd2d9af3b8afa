// SPDX-License-Identifier: Apache-2.0
// Single questions about accounts: one's own and others'.

import type { Device, FoundPerson, Invite, InviteInfo, MyFiles, Why } from '../model';
import { bare } from './address';
import { hex } from './crypt';
import { fieldsOf, itemsOf, submit } from './forms';
import type { Ask } from './mam';
import { timeOf } from './message';
import { NS } from './names';
import { child, children, childText, el, isEl, leaf, textOf, write, type El, type Xml } from './xml';

// ---- disco (XEP-0030) ----------------------------------------------------------------------------------------------

export async function features(ask: Ask, of: string): Promise<{ features: Set<string>; identities: string[]; forms: Map<string, string>[] }> {
	const query = child(await ask('get', el('query', { xmlns: NS.discoInfo }), of), 'query', NS.discoInfo);
	return {
		features: new Set(children(query, 'feature').map((f) => f.attrs['var'] ?? '')),
		identities: children(query, 'identity').map((i) => `${i.attrs['category'] ?? ''}/${i.attrs['type'] ?? ''}`),
		forms: children(query, 'x', NS.data).map(fieldsOf),
	};
}

export async function items(ask: Ask, of: string): Promise<string[]> {
	const query = child(await ask('get', el('query', { xmlns: NS.discoItems }), of), 'query', NS.discoItems);
	return children(query, 'item').map((i) => i.attrs['jid'] ?? '').filter(Boolean);
}

// ---- vCard (XEP-0054) ----------------------------------------------------------------------------------------------

const PHOTO_MAX = 512 * 1024; // base64
const PHOTO_TYPES = /^image\/(png|jpeg|gif|webp)$/;

export interface Card {
	name: string;
	photo?: { type: string; base64: string };
	raw?: El; // the whole, so that nothing is lost when we write ours
}

export async function cardGet(ask: Ask, of?: string): Promise<Card> {
	const v = child(await ask('get', el('vCard', { xmlns: NS.vcard }), of), 'vCard', NS.vcard);
	const photo = child(v, 'PHOTO');
	const base64 = childText(photo, 'BINVAL').replace(/\s+/g, '');
	const type = childText(photo, 'TYPE').trim().toLowerCase();
	const name = (childText(v, 'FN') || childText(v, 'NICKNAME')).trim().slice(0, 200);
	const known = base64 && base64.length <= PHOTO_MAX && /^[A-Za-z0-9+/]+=*$/.test(base64);
	return { name, photo: known ? { type: PHOTO_TYPES.test(type) ? type : 'image/png', base64 } : undefined, raw: v };
}

export function cardSet(ask: Ask, old: Card, change: { name?: string; photo?: { type: string; base64: string } | null }): Promise<El> {
	const kept = (old.raw?.kids ?? []).filter(
		(k): k is El => isEl(k) && !(change.name !== undefined && k.name === 'FN') && !(change.photo !== undefined && k.name === 'PHOTO'));
	const photo = change.photo;
	return ask('set', el('vCard', { xmlns: NS.vcard },
		change.name !== undefined && leaf('FN', null, change.name),
		...kept.map((k) => write(k, NS.vcard)),
		photo ? el('PHOTO', null, leaf('TYPE', null, photo.type), leaf('BINVAL', null, photo.base64)) : undefined));
}

export async function photoHash(bytes: Uint8Array<ArrayBuffer>, hash: (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>): Promise<string> {
	return hex(await hash(bytes));
}

// ---- blocking (XEP-0191) -------------------------------------------------------------------------------------------

export async function blockList(ask: Ask): Promise<string[]> {
	return blockItems(child(await ask('get', el('blocklist', { xmlns: NS.blocking })), 'blocklist', NS.blocking));
}

function blockItems(e: El | undefined): string[] {
	return children(e, 'item').map((i) => bare(i.attrs['jid'] ?? '')).filter(Boolean);
}

export function blockSet(ask: Ask, address: string, on: boolean): Promise<El> {
	return ask('set', el(on ? 'block' : 'unblock', { xmlns: NS.blocking }, el('item', { jid: address })));
}

// A push: who is blocked, who is no more; `all`: nobody is any more.
export function blockPush(iq: El, me: string): { blocked: string[]; unblocked: string[]; all: boolean } | null {
	if (iq.attrs['type'] !== 'set' || bare(iq.attrs['from'] ?? me) !== me)
		return null;
	const block = child(iq, 'block', NS.blocking), unblock = child(iq, 'unblock', NS.blocking);
	if (!block && !unblock)
		return null;
	const unblocked = blockItems(unblock);
	return { blocked: blockItems(block), unblocked, all: !!unblock && !unblocked.length };
}

// ---- the account itself (XEP-0077) -----------------------------------------------------------------------------------

export const passwordSet = (ask: Ask, domain: string, user: string, password: string): Promise<El> =>
	ask('set', el('query', { xmlns: NS.register }, leaf('username', null, user), leaf('password', null, password)), domain);
export const accountRemove = (ask: Ask, domain: string): Promise<El> =>
	ask('set', el('query', { xmlns: NS.register }, el('remove', null)), domain);

// ---- finding people (XEP-0055), and when they were here (XEP-0012) ------------------------------------------------------

const FOUND_MAX = 50;

export async function peopleSearch(ask: Ask, at: string, typed: string): Promise<FoundPerson[]> {
	const offer = child(await ask('get', el('query', { xmlns: NS.search }), at), 'query', NS.search);
	const form = child(offer, 'x', NS.data);
	const names = [...fieldsOf(form).keys()].filter((n) => n && n !== 'FORM_TYPE');
	// Forms differ: "search" is everything at once, else whatever fits a name.
	const wanted = names.find((n) => /^(search|name|fn|nick|user|username)$/i.test(n)) ?? 'nick';
	const query = form ? submit(NS.search, { [wanted]: typed }) : leaf(child(offer, 'nick') || !child(offer, 'first') ? 'nick' : 'first', null, typed);
	const found = child(await ask('set', el('query', { xmlns: NS.search }, query), at), 'query', NS.search);
	const rows = itemsOf(child(found, 'x', NS.data)).map((r) => ({ address: r.get('jid') ?? '', name: r.get('name') || r.get('fn') || r.get('nick') || '' }));
	const plain = children(found, 'item').map((i) => ({ address: i.attrs['jid'] ?? '', name: childText(i, 'nick') || childText(i, 'first') }));
	return [...rows, ...plain]
		.filter((p) => p.address)
		.slice(0, FOUND_MAX)
		.map((p) => ({ address: bare(p.address), name: p.name.slice(0, 200) }));
}

// Milliseconds since they left; null: not told.
export async function lastSeen(ask: Ask, of: string): Promise<{ ago: number; status: string } | null> {
	const query = child(await ask('get', el('query', { xmlns: NS.last }), of), 'query', NS.last);
	const s = Number(query?.attrs['seconds'] ?? NaN);
	return Number.isFinite(s) && s >= 0 ? { ago: s * 1000, status: textOf(query).slice(0, 300) } : null;
}

export async function serverTime(ask: Ask, domain: string): Promise<number | undefined> {
	return timeOf(childText(child(await ask('get', el('time', { xmlns: NS.time }), domain), 'time', NS.time), 'utc'));
}

// ---- ad-hoc commands (XEP-0050): inviting (XEP-0401) -----------------------------------------------------------------------

async function command(ask: Ask, at: string, node: string, action: string, session?: string, form?: Xml): Promise<El | undefined> {
	return child(await ask('set', el('command', { xmlns: NS.commands, node, action, sessionid: session }, form), at), 'command', NS.commands);
}

// The node differs: the standard's, and Prosody's.
const INVITE_NODES = ['urn:xmpp:invite#invite', 'urn:xmpp:invite#create-account'];

export async function invite(ask: Ask, domain: string, now: number): Promise<Invite | null> {
	const list = child(await ask('get', el('query', { xmlns: NS.discoItems, node: NS.commands }), domain), 'query', NS.discoItems);
	const offered = children(list, 'item').map((i) => i.attrs['node'] ?? '');
	const node = INVITE_NODES.find((n) => offered.includes(n)) ?? offered.find((n) => n.startsWith(NS.invite)) ?? INVITE_NODES[0]!;
	let c = await command(ask, domain, node, 'execute');
	if (c?.attrs['status'] === 'executing')
		c = await command(ask, domain, node, 'complete', c.attrs['sessionid'], submit(null, {}));
	const f = fieldsOf(child(c, 'x', NS.data));
	const xmpp = f.get('uri') ?? f.get('xmpp') ?? '';
	const link = f.get('landing-url') ?? f.get('landing_url') ?? f.get('url') ?? '';
	if (!xmpp && !link)
		return null;
	return { xmpp, link, expires: timeOf(f.get('expire') ?? f.get('expires')) ?? now + 7 * 86_400_000 };
}

export async function inviteInfo(ask: Ask, domain: string, token: string): Promise<InviteInfo | null> {
	const v = child(await ask('get', el('invite', { xmlns: NS.anserInvite, token }), domain), 'invite', NS.anserInvite);
	if (!v)
		return null;
	return { from: v.attrs['from'] && bare(v.attrs['from']), name: v.attrs['name']?.slice(0, 200), kind: v.attrs['register'] === 'false' ? 'contact' : 'account' };
}

// ---- who is logged in (XEP-0494) -----------------------------------------------------------------------------------------

export async function clientsList(ask: Ask, ownResource: string): Promise<Device[]> {
	const list = child(await ask('get', el('list', { xmlns: NS.clients })), 'clients', NS.clients);
	return children(list, 'client').map((c) => {
		const agent = child(c, 'user-agent');
		const more = child(c, 'session', NS.anserDevice);
		const device = childText(agent, 'device'), software = childText(agent, 'software');
		const yes = (s: string | undefined): boolean => /^(true|1)$/.test(s ?? '');
		return {
			id: c.attrs['id'] ?? '',
			// Pages have made-up names; what program they are is seen from those.
			name: ((/^web-/.test(device) ? device : [software, device].filter(Boolean).join(', ')) || (c.attrs['id'] ?? '')).slice(0, 200),
			own: more ? yes(more.attrs['own']) : device === ownResource,
			online: yes(c.attrs['connected']) && !yes(more?.attrs['detached']),
			since: timeOf(childText(c, 'first-seen')) ?? 0,
			seen: timeOf(childText(c, 'last-seen')) ?? 0,
			where: more?.attrs['address']?.slice(0, 64),
		};
	});
}

export const clientRevoke = (ask: Ask, id: string): Promise<El> => ask('set', el('revoke', { xmlns: NS.clients, id }));

// ---- how far everything was read, for all devices (XEP-0490) ------------------------------------------------------------------

export async function marksGet(ask: Ask): Promise<Map<string, string>> {
	const answer = await ask('get', el('pubsub', { xmlns: NS.pubsub }, el('items', { node: NS.mds })));
	return marksOf(child(child(answer, 'pubsub', NS.pubsub), 'items'));
}

export function marksOf(list: El | undefined): Map<string, string> {
	const marks = new Map<string, string>();
	for (const item of children(list, 'item')) {
		const id = child(child(item, 'displayed', NS.mds), 'stanza-id', NS.sid)?.attrs['id'];
		if (id && item.attrs['id'])
			marks.set(bare(item.attrs['id']), id);
	}
	return marks;
}

// `by`: whose archive the id is of.
export function markSet(ask: Ask, by: string, peer: string, archiveId: string): Promise<El> {
	const options = submit(`${NS.publishOptions}`, {
		'pubsub#persist_items': 'true',
		'pubsub#max_items': 'max',
		'pubsub#send_last_published_item': 'never',
		'pubsub#access_model': 'whitelist',
	});
	const item = el('item', { id: peer }, el('displayed', { xmlns: NS.mds }, el('stanza-id', { xmlns: NS.sid, by, id: archiveId })));
	return ask('set', el('pubsub', { xmlns: NS.pubsub }, el('publish', { node: NS.mds }, item), el('publish-options', null, options)));
}

// Tells those who see our presence that we are called otherwise (XEP-0172 by XEP-0163).
export function nickSet(ask: Ask, name: string): Promise<El> {
	return ask('set', el('pubsub', { xmlns: NS.pubsub }, el('publish', { node: NS.nick }, el('item', null, leaf('nick', { xmlns: NS.nick }, name)))));
}

// ---- places for files (XEP-0363) -------------------------------------------------------------------------------------------

export interface Slot {
	put: string;
	get: string;
	headers: [string, string][];
}

const HEADERS = /^(authorization|cookie|expires)$/i;

export async function slot(ask: Ask, at: string, name: string, size: number, type: string): Promise<Slot> {
	const s = child(await ask('get', el('request', { xmlns: NS.upload, filename: name, size, 'content-type': type }), at), 'slot', NS.upload);
	const put = child(s, 'put');
	return {
		put: put?.attrs['url'] ?? '',
		get: child(s, 'get')?.attrs['url'] ?? '',
		headers: children(put, 'header')
			.filter((h) => HEADERS.test(h.attrs['name'] ?? ''))
			.map((h): [string, string] => [h.attrs['name']!, textOf(h).replace(/[\r\n]/g, '')]),
	};
}

// Why there is no slot (XEP-0363, 6; docs/protocol-files.md).
export function slotRefusal(answer: El | null, condition: string): Why | null {
	const error = child(answer ?? undefined, 'error');
	if (child(error, 'file-too-large', NS.upload))
		return 'too-large';
	if (child(error, 'quota', NS.anserFiles))
		return 'quota';
	if (child(error, 'retry', NS.upload))
		return /disk/i.test(childText(error, 'text', NS.stanzaErrors)) ? 'disk-full' : 'throttled';
	return condition === 'service-unavailable' ? 'not-allowed' : null;
}

// ---- what one has on the server (urn:anser:files:0) ------------------------------------------------------------------------

export async function filesList(ask: Ask): Promise<MyFiles> {
	const list = child(await ask('get', el('files', { xmlns: NS.anserFiles })), 'files', NS.anserFiles);
	const number = (s: string | undefined): number => (/^\d{1,15}$/.test(s ?? '') ? Number(s) : 0);
	const files = children(list, 'file')
		.filter((f) => f.attrs['complete'] !== 'false')
		.map((f) => ({
			id: f.attrs['token'] ?? '', url: f.attrs['url'] ?? '', name: (f.attrs['name'] ?? '').slice(0, 255), type: f.attrs['type'] ?? '',
			size: number(f.attrs['size']), time: timeOf(f.attrs['created']) ?? 0,
		}));
	return { files, used: number(list?.attrs['used']), quota: number(list?.attrs['quota']) || undefined };
}

export const fileRemove = (ask: Ask, token: string): Promise<El> => ask('set', el('files', { xmlns: NS.anserFiles }, el('remove', { token })));
