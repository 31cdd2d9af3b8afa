// SPDX-License-Identifier: Apache-2.0
// What one asks of a room now and then (XEP-0045, 9 and 10; XEP-0425; XEP-0433 for finding them).

import type { Affiliation, FoundRoom, RoomSettings, Role } from '../model';
import { bare } from './address';
import { fieldsOf, set, setOf, submit } from './forms';
import type { Ask } from './mam';
import { NS } from './names';
import { affiliationOf, NICK_MAX, roomInfo } from './room';
import { IqError } from './stream';
import { child, children, childText, el, leaf, type El } from './xml';

const PAGE = 30;
const ITEMS_MAX = 2000;

// ---- finding -----------------------------------------------------------------------------------------------------------

type Found = Omit<FoundRoom, 'joined'>;

async function searched(ask: Ask, service: string, words: string, after: string | undefined): Promise<{ rooms: Found[]; next?: string }> {
	const form = submit(NS.channelSearchParams, {
		...(words ? { q: words, sinname: 'true', sindescription: 'true', sinaddr: 'true' } : { all: 'true' }), min_users: '0', key: '{urn:xmpp:channel-search:0:order}nusers',
	});
	const query = el('search', { xmlns: NS.channelSearch }, set({ max: PAGE, after }), form);
	const result = child(await ask('get', query, service), 'result', NS.channelSearch);
	const items = children(result, 'item');
	const rooms = items.filter((i) => i.attrs['address']).map((i): Found => {
		const open = child(i, 'is-open');
		const users = childText(i, 'nusers');
		return {
			address: bare(i.attrs['address']!), name: childText(i, 'name').slice(0, 256), description: childText(i, 'description').slice(0, 1000),
			count: /^\d{1,9}$/.test(users) ? Number(users) : undefined, membersOnly: !open || childText(i, 'is-open') === 'false', password: false,
		};
	});
	const { last } = setOf(result);
	return { rooms, next: items.length >= PAGE ? last : undefined };
}

// Where there is no search: the list, and each room of a page asked.
async function listedRooms(ask: Ask, service: string, words: string, after: string | undefined): Promise<{ rooms: Found[]; next?: string }> {
	const list = child(await ask('get', el('query', { xmlns: NS.discoItems }), service), 'query', NS.discoItems);
	const fits = (s: string): boolean => words.toLocaleLowerCase().split(/\s+/).every((w) => s.toLocaleLowerCase().includes(w));
	const all = children(list, 'item')
		.map((i) => ({ address: bare(i.attrs['jid'] ?? ''), name: (i.attrs['name'] ?? '').replace(/\s\(\d+\)$/, '') }))
		.filter((r) => r.address && fits(`${r.name} ${r.address}`));
	const from = Number(after ?? 0) || 0;
	const rooms = await Promise.all(all.slice(from, from + PAGE).map(async (r): Promise<Found> => {
		const i = await roomInfo(ask, r.address).catch(() => null);
		const has = (f: string): boolean => !!i?.features.includes(f);
		return { ...r, name: i?.name || r.name, description: i?.description ?? '', count: i?.count, membersOnly: has('muc_membersonly'), password: has('muc_passwordprotected') };
	}));
	return { rooms, next: from + PAGE < all.length ? String(from + PAGE) : undefined };
}

export async function roomsFind(ask: Ask, service: string, words: string, after?: string): Promise<{ rooms: Found[]; next?: string }> {
	try {
		return await searched(ask, service, words, after);
	} catch (e) {
		if (e instanceof IqError && /^(feature-not-implemented|service-unavailable|not-allowed|bad-request)$/.test(e.condition))
			return listedRooms(ask, service, words, after);
		throw e;
	}
}

// ---- what a room is set to -----------------------------------------------------------------------------------------------

type Field = 'title' | 'description' | 'membersOnly' | 'listed' | 'moderated' | 'subjectByAll' | 'membersInvite' | 'slow' | 'keepDays';
// Names of each: the first that the room's form has.
const FIELDS: Record<Field, { vars: readonly string[]; kind: 'text' | 'flag' | 'number' }> = {
	title: { vars: ['muc#roomconfig_roomname'], kind: 'text' },
	description: { vars: ['muc#roomconfig_roomdesc'], kind: 'text' },
	membersOnly: { vars: ['muc#roomconfig_membersonly'], kind: 'flag' },
	listed: { vars: ['muc#roomconfig_publicroom'], kind: 'flag' },
	moderated: { vars: ['muc#roomconfig_moderatedroom'], kind: 'flag' },
	subjectByAll: { vars: ['muc#roomconfig_changesubject'], kind: 'flag' },
	membersInvite: { vars: ['muc#roomconfig_allowinvites', '{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites'], kind: 'flag' },
	slow: { vars: [`{${NS.anserRooms}}slow_mode`], kind: 'number' },
	keepDays: { vars: [`{${NS.anserRooms}}keep_days`], kind: 'number' },
};
const WHOIS = 'muc#roomconfig_whois', PROTECTED = 'muc#roomconfig_passwordprotectedroom', SECRET = 'muc#roomconfig_roomsecret';
const PERSISTENT = 'muc#roomconfig_persistentroom', KEPT = 'muc#roomconfig_enablelogging';

async function form(ask: Ask, room: string): Promise<Map<string, string>> {
	return fieldsOf(child(child(await ask('get', el('query', { xmlns: NS.mucOwner }), room), 'query', NS.mucOwner), 'x', NS.data));
}

const yes = (s: string | undefined): boolean => /^(1|true)$/.test(s ?? '');

export async function settingsGet(ask: Ask, room: string): Promise<RoomSettings> {
	const f = await form(ask, room);
	const out: Record<string, string | boolean | number> = {};
	for (const [name, { vars, kind }] of Object.entries(FIELDS)) {
		const raw = f.get(vars.find((v) => f.has(v)) ?? '');
		if (raw !== undefined)
			out[name] = kind === 'flag' ? yes(raw) : kind === 'number' ? Number(raw) || 0 : raw;
	}
	if (f.has(WHOIS))
		out['anonymous'] = f.get(WHOIS) !== 'anyone';
	if (f.has(SECRET))
		out['password'] = f.has(PROTECTED) && !yes(f.get(PROTECTED)) ? '' : f.get(SECRET)!;
	return out;
}

// Only what is said changes; `lasting`: of a room that is just made, it stays when nobody is there and keeps what is said.
export async function settingsSet(ask: Ask, room: string, to: RoomSettings, lasting = false): Promise<void> {
	const f = await form(ask, room);
	const fields: Record<string, string> = {};
	const put = (v: string | undefined, value: string): void => {
		if (v !== undefined && f.has(v))
			fields[v] = value;
	};
	for (const [name, { vars }] of Object.entries(FIELDS)) {
		const value = to[name as Field];
		if (value !== undefined)
			put(vars.find((v) => f.has(v)), typeof value === 'boolean' ? String(Number(value)) : String(value));
	}
	if (to.anonymous !== undefined)
		put(WHOIS, to.anonymous ? 'moderators' : 'anyone');
	if (to.password !== undefined) {
		put(PROTECTED, to.password ? '1' : '0');
		put(SECRET, to.password);
	}
	if (lasting) {
		put(PERSISTENT, '1');
		put(KEPT, '1');
	}
	await ask('set', el('query', { xmlns: NS.mucOwner }, submit(NS.roomConfig, fields)), room);
}

export const roomDestroy = (ask: Ask, room: string, reason?: string): Promise<El> =>
	ask('set', el('query', { xmlns: NS.mucOwner }, el('destroy', null, reason ? leaf('reason', null, reason) : undefined)), room);

// ---- how people stand ------------------------------------------------------------------------------------------------------

export interface Listed {
	address: string;
	nick: string;
	affiliation: Affiliation;
	reason: string;
}

// Null: it is not for us to know.
export async function peopleOf(ask: Ask, room: string, affiliation: Affiliation): Promise<Listed[] | null> {
	try {
		const query = child(await ask('get', el('query', { xmlns: NS.mucAdmin }, el('item', { affiliation })), room), 'query', NS.mucAdmin);
		return children(query, 'item').slice(0, ITEMS_MAX).map((i) => ({
			address: bare(i.attrs['jid'] ?? ''), nick: (i.attrs['nick'] ?? '').slice(0, NICK_MAX), affiliation: affiliationOf(i.attrs['affiliation'] ?? affiliation),
			reason: childText(i, 'reason').slice(0, 1000),
		})).filter((i) => i.address);
	} catch (e) {
		if (e instanceof IqError && e.condition)
			return null;
		throw e;
	}
}

export interface Whom {
	jid?: string;
	nick?: string;
}

export const affiliationSet = (ask: Ask, room: string, whom: Whom, affiliation: Affiliation, reason?: string): Promise<El> =>
	ask('set', el('query', { xmlns: NS.mucAdmin }, el('item', { ...whom, affiliation }, reason ? leaf('reason', null, reason) : undefined)), room);

export const roleSet = (ask: Ask, room: string, nick: string, role: Role, reason?: string): Promise<El> =>
	ask('set', el('query', { xmlns: NS.mucAdmin }, el('item', { nick, role }, reason ? leaf('reason', null, reason) : undefined)), room);

// `id`: the room's own of the message.
export const moderateSet = (ask: Ask, room: string, id: string, reason?: string): Promise<El> =>
	ask('set', el('moderate', { xmlns: NS.moderate, id }, el('retract', { xmlns: NS.retract }), reason ? leaf('reason', null, reason) : undefined), room);
