// SPDX-License-Identifier: Apache-2.0
// Rooms on the wire (XEP-0045): entering and leaving, who is there, what is said (XEP-0359, 0421, 0425, 0372). What one asks of a room is in roomask.ts.

import type { Affiliation, Presence, Role, RoomOut } from '../model';
import { bare, resourceOf } from './address';
import { fieldsOf } from './forms';
import type { Ask } from './mam';
import { delayOf, ID_MAX, readContent, REASON_MAX, short, stateOf, type Incoming } from './message';
import { NS } from './names';
import { child, children, childText, el, isEl, leaf, type El, type Xml } from './xml';

export const NICK_MAX = 200; // UTF-16 units that are kept

// What tells one's own messages from others' in a room.
export interface Seat {
	room: string;
	me: string; // bare
	nick: string; // mine there
	self?: string; // my occupant id there
}

// ---- reading messages ------------------------------------------------------------------------------------------------

const occupantOf = (e: El): string | undefined => short(child(e, 'occupant-id', NS.occupant)?.attrs['id'], ID_MAX);
export const nickOf = (address: string): string => resourceOf(address).slice(0, NICK_MAX);

// Who somebody in a room is, over changes of the nickname where the room tells (XEP-0421).
export function faceOf(room: string, occupant: string | undefined, nick: string): string {
	return `${room}/${occupant ? `~${occupant}` : nick}`;
}

function moderation(retract: El | undefined): Incoming['moderated'] {
	const by = child(retract, 'moderated', NS.moderate);
	if (!by)
		return undefined;
	const reason = (childText(retract, 'reason', NS.retract) || childText(retract, 'reason')).slice(0, REASON_MAX);
	return { by: nickOf(by.attrs['by'] ?? '') || undefined, reason: reason || undefined };
}

function mentionsOf(m: El): string[] {
	const uris = children(m, 'reference', NS.references).filter((r) => r.attrs['type'] === 'mention').map((r) => r.attrs['uri'] ?? '');
	return uris.slice(0, 100).filter((u) => u.startsWith('xmpp:')).map((u) => {
		try {
			return decodeURIComponent(u.slice(5).replace(/[?;#].*$/, ''));
		} catch {
			return '';
		}
	});
}

// A groupchat message of `seat.room`; null: nothing that we understand.
export function readGroup(m: El, seat: Seat, outer: Partial<Incoming> = {}): Incoming | null {
	const full = m.attrs['from'] ?? '';
	if (bare(full) !== seat.room || m.attrs['type'] === 'error')
		return null;
	const nick = nickOf(full);
	const occupant = occupantOf(m);
	const real = bare(children(child(m, 'x', NS.mucUser), 'item')[0]?.attrs['jid'] ?? '');
	const mine = !!nick && (occupant && seat.self ? occupant === seat.self : real ? real === seat.me : nick === seat.nick);
	const stanza = children(m, 'stanza-id', NS.sid).find((s) => bare(s.attrs['by'] ?? '') === seat.room);
	const into: Incoming = {
		peer: seat.room,
		from: mine ? seat.me : nick ? faceOf(seat.room, occupant, nick) : seat.room,
		fromFull: full,
		mine,
		carbon: false,
		archived: false,
		id: short(m.attrs['id'], ID_MAX) ?? '',
		originId: short(child(m, 'origin-id', NS.sid)?.attrs['id'], ID_MAX),
		archiveId: short(stanza?.attrs['id'], ID_MAX),
		time: delayOf(m),
		wantsReceipt: false,
		markable: false,
		state: stateOf(m),
		nick,
		...outer,
	};
	const subject = child(m, 'subject');
	if (subject && !child(m, 'body')) {
		into.subject = childText(m, 'subject').slice(0, REASON_MAX);
		return into;
	}
	const grave = child(m, 'retracted', NS.retract);
	if (grave) {
		into.tombstone = true;
		into.moderated = moderation(grave);
		return into;
	}
	readContent(m, into);
	// Only the room itself says that a moderator was at work.
	const retract = child(m, 'retract', NS.retract);
	into.moderated = nick ? undefined : moderation(retract);
	if (!nick && !into.moderated)
		return null; // what rooms say in words, is seen otherwise
	into.mentions = mentionsOf(m);
	if (into.reply)
		into.reply.to = child(m, 'reply', NS.reply)?.attrs['to'];
	return into;
}

// A <result/> of a room's archive (XEP-0313, 5.2).
export function readGroupArchived(result: El, seat: Seat): Incoming | null {
	const forwarded = child(result, 'forwarded', NS.forward);
	const inner = child(forwarded, 'message', NS.client);
	const id = short(result.attrs['id'], ID_MAX);
	if (!inner || !id)
		return null;
	const read = readGroup(inner, seat, { archived: true, archiveId: id });
	if (read)
		read.time = (forwarded && delayOf(forwarded)) ?? read.time;
	return read;
}

// ---- reading presence ---------------------------------------------------------------------------------------------------

export interface Occupant {
	nick: string;
	face: string; // faceOf
	occupant?: string;
	real?: string; // bare
	affiliation: Affiliation;
	role: Role;
	presence: Presence;
}

// Somebody came, changed or went.
export interface Came {
	kind: 'here' | 'gone';
	who: Occupant;
	self: boolean; // me
	codes: ReadonlySet<string>;
	renamed?: string; // gone: under this nickname from now on
	destroyed?: { instead?: string; reason: string };
	by?: string;
	reason?: string;
}

const AFFILIATIONS = /^(owner|admin|member|none|outcast)$/;
const ROLES = /^(moderator|participant|visitor|none)$/;

export const affiliationOf = (s: string | undefined): Affiliation => (s && AFFILIATIONS.test(s) ? (s as Affiliation) : 'none');

export function readOccupant(p: El): Came | null {
	const full = p.attrs['from'] ?? '';
	const type = p.attrs['type'] ?? '';
	const nick = nickOf(full);
	if (!nick || (type && type !== 'unavailable'))
		return null;
	const room = bare(full);
	const x = child(p, 'x', NS.mucUser);
	const item = child(x, 'item');
	const codes = new Set(children(x, 'status').map((s) => s.attrs['code'] ?? ''));
	const role = item?.attrs['role'] ?? '';
	const show = childText(p, 'show');
	const occupant = occupantOf(p);
	const destroy = child(x, 'destroy');
	const actor = child(item, 'actor');
	return {
		kind: type ? 'gone' : 'here',
		who: {
			nick, occupant, face: faceOf(room, occupant, nick),
			real: item?.attrs['jid'] ? bare(item.attrs['jid']) : undefined,
			affiliation: affiliationOf(item?.attrs['affiliation']),
			role: ROLES.test(role) ? (role as Role) : 'none',
			presence: show === 'dnd' ? 'busy' : show === 'away' || show === 'xa' ? 'away' : 'online',
		},
		self: codes.has('110'),
		codes,
		renamed: codes.has('303') ? item?.attrs['nick']?.slice(0, NICK_MAX) : undefined,
		destroyed: destroy && { instead: bare(destroy.attrs['jid'] ?? '') || undefined, reason: childText(destroy, 'reason').slice(0, REASON_MAX) },
		by: (actor?.attrs['nick'] ?? '').slice(0, NICK_MAX) || undefined,
		reason: childText(item, 'reason').slice(0, REASON_MAX) || undefined,
	};
}

// Why I went, by the presence that said so; null: it was not meant (the service went down): come back.
export function outOf(c: Came): RoomOut | null {
	if (c.destroyed)
		return 'destroyed';
	if (c.codes.has('301'))
		return 'banned';
	if (c.codes.has('332') || c.codes.has('333'))
		return null;
	if (c.codes.has('307'))
		return 'kicked';
	return c.codes.has('321') || c.codes.has('322') ? 'removed' : 'left';
}

const REFUSALS: Record<string, RoomOut> = {
	'not-authorized': 'password',
	forbidden: 'banned',
	'registration-required': 'members-only',
	conflict: 'nick-taken',
	'service-unavailable': 'full',
	'item-not-found': 'not-found',
	gone: 'destroyed',
	'not-allowed': 'not-allowed',
	'not-acceptable': 'not-allowed',
	'jid-malformed': 'not-found',
};

// Why one may not enter: by the condition of the error. What is not among these is a server that does not answer.
export const refusal = (condition: string): RoomOut => REFUSALS[condition] ?? 'unreachable';

// Where a room that is gone went, from the error.
export function goneTo(stanza: El | null): string | undefined {
	const error = child(stanza ?? undefined, 'error');
	const gone = error?.kids.find((k): k is El => isEl(k) && k.name === 'gone' && k.ns === NS.stanzaErrors);
	const uri = gone?.kids.join('').trim() ?? '';
	return uri.startsWith('xmpp:') ? bare(uri.slice(5).replace(/\?.*$/, '')) || undefined : undefined;
}

// ---- writing -----------------------------------------------------------------------------------------------------------

// `history`: how many of the last messages it shall say; rooms with an archive are read from that instead.
export function writeEnter(room: string, nick: string, history: number, password?: string, caps?: Xml): Xml {
	return el('presence', { xmlns: NS.client, to: `${room}/${nick}` },
		el('x', { xmlns: NS.muc }, el('history', { maxstanzas: history }), password ? leaf('password', null, password) : undefined), caps);
}

export const writeLeave = (room: string, nick: string): Xml => el('presence', { xmlns: NS.client, type: 'unavailable', to: `${room}/${nick}` });
export const writeNick = (room: string, nick: string): Xml => el('presence', { xmlns: NS.client, to: `${room}/${nick}` });

export function writeSubject(room: string, id: string, subject: string): Xml {
	return el('message', { xmlns: NS.client, to: room, type: 'groupchat', id }, leaf('subject', null, subject));
}

export function writeInvite(room: string, id: string, people: readonly string[], reason?: string): Xml {
	return el('message', { xmlns: NS.client, to: room, id },
		el('x', { xmlns: NS.mucUser }, ...people.map((to) => el('invite', { to }, reason ? leaf('reason', null, reason) : undefined))));
}

export function writeDecline(room: string, to: string): Xml {
	return el('message', { xmlns: NS.client, to: room }, el('x', { xmlns: NS.mucUser }, el('decline', { to })));
}

// ---- what a room says of itself (XEP-0045, 6.4) -----------------------------------------------------------------------------

export interface RoomInfo {
	name: string;
	description: string;
	features: readonly string[]; // of those that are of use here
	count?: number;
	subjectByAll: boolean;
	membersInvite: boolean;
	slow?: number;
	photo?: string; // hash of its picture
}

const INFO_FEATURES = new Set<string>([
	'muc_membersonly', 'muc_moderated', 'muc_passwordprotected', 'muc_public', 'muc_hidden', 'muc_nonanonymous', 'muc_semianonymous', 'muc_persistent',
	NS.mam, NS.fulltext, NS.moderate, NS.occupant, NS.vcard,
]);

export async function roomInfo(ask: Ask, room: string): Promise<RoomInfo> {
	const query = child(await ask('get', el('query', { xmlns: NS.discoInfo }), room), 'query', NS.discoInfo);
	const form = children(query, 'x', NS.data).map(fieldsOf).find((f) => f.get('FORM_TYPE') === NS.roomInfo) ?? new Map<string, string>();
	const yes = (name: string): boolean => /^(1|true)$/.test(form.get(name) ?? '');
	const number = (name: string): number | undefined => (/^\d{1,9}$/.test(form.get(name) ?? '') ? Number(form.get(name)) : undefined);
	const identity = children(query, 'identity').find((i) => i.attrs['category'] === 'conference');
	return {
		name: (form.get('muc#roomconfig_roomname') || identity?.attrs['name'] || '').slice(0, 256),
		description: (form.get('muc#roominfo_description') ?? '').slice(0, 4096),
		features: children(query, 'feature').map((f) => f.attrs['var'] ?? '').filter((v) => INFO_FEATURES.has(v)),
		count: number('muc#roominfo_occupants'),
		subjectByAll: yes('muc#roominfo_changesubject') || yes('muc#roominfo_subjectmod'),
		membersInvite: yes('muc#roomconfig_allowinvites') || yes('{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites'),
		slow: number(`{${NS.anserRooms}}slow_mode`),
		photo: form.get('muc#roominfo_avatarhash')?.toLowerCase().slice(0, 64),
	};
}
