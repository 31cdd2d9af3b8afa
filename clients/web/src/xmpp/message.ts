// SPDX-License-Identifier: Apache-2.0
// Messages between people: what we write, and what we understand of what comes (RFC 6121, XEP-0085, 0184, 0280, 0308, 0313, 0333, 0359, 0424, 0428,
// 0444, 0446, 0447, 0461). Everything that comes is bounded here; nothing of it is markup.

import { bare, resourceOf } from './address';
import { NS } from './names';
import { child, childIn, children, childText, clean, el, isEl, join, leaf, textOf, type El, type Xml } from './xml';

export const TEXT_MAX = 65_536; // characters of a message that are kept
export const ID_MAX = 256;
const REACTIONS_MAX = 16; // of one person to one message
const EMOJI_MAX = 32; // UTF-16 units of one reaction
const NAME_MAX = 255;
const THUMB_MAX = 8192;
export const REASON_MAX = 1000;

export interface FileInfo {
	url: string;
	name: string;
	type: string;
	size: number;
	width?: number;
	height?: number;
	thumb?: string;
}

export type ChatState = 'active' | 'composing' | 'paused' | 'inactive' | 'gone';

export interface Incoming {
	peer: string; // the conversation
	from: string; // bare
	fromFull: string;
	mine: boolean;
	carbon: boolean;
	archived: boolean; // out of the archive
	id: string; // as the sender named it, or ''
	originId?: string;
	archiveId?: string;
	time?: number; // as the server says; else it came just now
	body?: string;
	file?: FileInfo;
	reply?: { id: string; to?: string; quoted: string };
	replaces?: string;
	retracts?: string;
	reactions?: { id: string; emoji: string[] };
	receiptOf?: string;
	wantsReceipt: boolean;
	displayed?: string;
	markable: boolean;
	state?: ChatState;
	tombstone?: boolean; // stands where a message was that is retracted
	// Of rooms (room.ts):
	nick?: string;
	moderated?: { by?: string; reason?: string }; // the retraction is a moderator's
	mentions?: string[]; // addresses
	subject?: string;
	invite?: Invite;
	error?: string; // condition: our message came back
	errorText?: string;
}

export interface Invite {
	room: string;
	from?: string; // who asks
	reason: string;
	password?: string;
}

// ---- reading -------------------------------------------------------------------------------------------------------

export function short(s: string | undefined, max: number): string | undefined {
	return s && s.length <= max ? s : undefined;
}

export function timeOf(stamp: string | undefined): number | undefined {
	const t = stamp ? Date.parse(stamp) : NaN;
	return Number.isFinite(t) && t > 0 && t < 8.64e15 ? t : undefined;
}

export function delayOf(e: El): number | undefined {
	return timeOf(child(e, 'delay', NS.delay)?.attrs['stamp']);
}

// Ranges of the body that only stand there for clients that do not know the extension (XEP-0428). Positions count code points.
function fallbacks(m: El, forNs: string): { start: number; end: number }[] {
	return children(m, 'fallback', NS.fallback)
		.filter((f) => f.attrs['for'] === forNs)
		.map((f) => {
			const b = child(f, 'body', NS.fallback);
			const at = (key: string, other: number): number => (/^\d{1,7}$/.test(b?.attrs[key] ?? '') ? Number(b!.attrs[key]) : other);
			return { start: at('start', 0), end: at('end', Infinity) };
		});
}

function without(body: string, ranges: readonly { start: number; end: number }[]): { rest: string; cut: string } {
	if (!ranges.length)
		return { rest: body, cut: '' };
	const chars = Array.from(body);
	const inside = (i: number): boolean => ranges.some((r) => i >= r.start && i < r.end);
	return { rest: chars.filter((_, i) => !inside(i)).join(''), cut: chars.filter((_, i) => inside(i)).join('') };
}

function unquote(s: string): string {
	return s.replace(/^> ?/gm, '').trimEnd();
}

export function isWebUrl(s: string): boolean {
	return s.length <= 4096 && /^https?:\/\/[^\s<>"]+$/i.test(s);
}

export function nameOfUrl(url: string): string {
	const last = url.replace(/[?#].*$/, '').split('/').pop() ?? '';
	try {
		return decodeURIComponent(last).slice(0, NAME_MAX) || url;
	} catch {
		return last || url;
	}
}

// What a file's name says to people and to the disk: no path, nothing that cannot be seen or turns the reading direction.
export function fileNameClean(name: string): string {
	const s = clean(name).replace(/^.*[\\/]/, '').replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '').trim();
	return Array.from(s).slice(0, NAME_MAX).join('') || 'file';
}

const TYPES: Record<string, string> = {
	png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', avif: 'image/avif', mp4: 'video/mp4',
	webm: 'video/webm', mov: 'video/quicktime', mp3: 'audio/mpeg', ogg: 'audio/ogg', opus: 'audio/ogg', m4a: 'audio/mp4', wav: 'audio/wav',
	flac: 'audio/flac', pdf: 'application/pdf', txt: 'text/plain', zip: 'application/zip',
};
function typeOfName(name: string): string {
	return TYPES[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

function positive(s: string, max: number): number | undefined {
	const n = /^\d{1,15}$/.test(s) ? Number(s) : NaN;
	return n > 0 && n <= max ? n : undefined;
}

function thumbOf(meta: El | undefined): string | undefined {
	const uri = child(meta, 'thumbnail', NS.thumbs)?.attrs['uri'] ?? '';
	return uri.length <= THUMB_MAX && /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/.test(uri) ? uri : undefined;
}

function sharedFile(m: El): FileInfo | undefined {
	const sharing = child(m, 'file-sharing', NS.sfs);
	const meta = child(sharing, 'file', NS.fileMeta);
	const source = child(child(sharing, 'sources', NS.sfs), 'url-data', NS.urlData)?.attrs['target'] ?? '';
	if (!meta || !isWebUrl(source))
		return undefined;
	const name = fileNameClean(childText(meta, 'name') || nameOfUrl(source));
	const type = childText(meta, 'media-type').toLowerCase();
	return {
		url: source,
		name,
		type: /^[\w.+-]+\/[\w.+-]+$/.test(type) && type.length < 128 ? type : typeOfName(name),
		size: positive(childText(meta, 'size'), Number.MAX_SAFE_INTEGER) ?? 0,
		width: positive(childText(meta, 'width'), 65_535),
		height: positive(childText(meta, 'height'), 65_535),
		thumb: thumbOf(meta),
	};
}

function oobFile(m: El, body: string): FileInfo | undefined {
	const url = childText(child(m, 'x', NS.oob), 'url').trim();
	if (!isWebUrl(url) || body.trim() !== url)
		return undefined;
	const name = fileNameClean(nameOfUrl(url));
	return { url, name, type: typeOfName(name), size: 0 };
}

function readBody(m: El, into: Incoming): void {
	const body = children(m, 'body').map(textOf)[0];
	const reply = child(m, 'reply', NS.reply);
	into.file = sharedFile(m) ?? (body ? oobFile(m, body) : undefined);
	const quoted = reply && body ? without(body, fallbacks(m, NS.reply)) : { rest: body ?? '', cut: '' };
	if (body !== undefined)
		into.body = (into.file && (quoted.rest.trim() === into.file.url || child(m, 'file-sharing', NS.sfs)) ? '' : quoted.rest).slice(0, TEXT_MAX);
	const id = short(reply?.attrs['id'], ID_MAX);
	if (id)
		into.reply = { id, to: reply!.attrs['to'] && bare(reply!.attrs['to']), quoted: unquote(quoted.cut).slice(0, 500) };
}

function readReactions(m: El): Incoming['reactions'] {
	const r = child(m, 'reactions', NS.reactions);
	const id = short(r?.attrs['id'], ID_MAX);
	if (!r || !id)
		return undefined;
	const emoji = children(r, 'reaction').map((x) => textOf(x).trim()).filter((x) => x && x.length <= EMOJI_MAX);
	return { id, emoji: [...new Set(emoji)].slice(0, REACTIONS_MAX) };
}

function readRetraction(m: El): string | undefined {
	const id = child(m, 'retract', NS.retract)?.attrs['id'];
	const older = child(m, 'apply-to', NS.fasten);
	return short(id ?? (child(older, 'retract', NS.retract0) ? older!.attrs['id'] : undefined), ID_MAX);
}

export function stateOf(m: El): ChatState | undefined {
	const name = childIn(m, NS.chatStates)?.name;
	return name && /^(active|composing|paused|inactive|gone)$/.test(name) ? (name as ChatState) : undefined;
}

// `m`: a message of a person; `me`: our bare address. null: not for us to understand.
function readMessage(m: El, me: string, outer: Partial<Incoming>): Incoming | null {
	const from = m.attrs['from'] ?? me;
	const to = m.attrs['to'] ?? me;
	const type = m.attrs['type'] ?? 'normal';
	if (type === 'groupchat' || type === 'headline')
		return null;
	const mine = bare(from) === me && type !== 'error';
	const by = children(m, 'stanza-id', NS.sid).find((s) => bare(s.attrs['by'] ?? '') === me);
	const user = child(m, 'x', NS.mucUser);
	// In private with somebody in a room (XEP-0045, 7.5): a conversation of its own.
	const who = (full: string): string => (user && resourceOf(full) ? `${bare(full)}/${resourceOf(full)}` : bare(full));
	const into: Incoming = {
		peer: mine ? who(to) : who(from),
		from: mine ? me : who(from),
		fromFull: from,
		mine,
		carbon: false,
		archived: false,
		id: short(m.attrs['id'], ID_MAX) ?? '',
		originId: short(child(m, 'origin-id', NS.sid)?.attrs['id'], ID_MAX),
		archiveId: short(by?.attrs['id'], ID_MAX),
		time: delayOf(m),
		wantsReceipt: !!child(m, 'request', NS.receipts),
		markable: !!child(m, 'markable', NS.markers),
		receiptOf: short(child(m, 'received', NS.receipts)?.attrs['id'], ID_MAX),
		displayed: short(child(m, 'displayed', NS.markers)?.attrs['id'], ID_MAX),
		state: stateOf(m),
		...outer,
	};
	if (type === 'error') {
		into.error = child(m, 'error')?.kids.find((k): k is El => isEl(k) && k.ns === NS.stanzaErrors && k.name !== 'text')?.name ?? 'undefined-condition';
		into.errorText = childText(child(m, 'error'), 'text', NS.stanzaErrors).slice(0, 500);
		return into;
	}
	into.invite = readInvite(m, bare(from));
	if (into.invite && mine)
		return null; // I asked somebody
	if (!into.invite)
		readContent(m, into);
	return into;
}

// What a message says, whoever says it.
export function readContent(m: El, into: Incoming): void {
	into.replaces = short(child(m, 'replace', NS.correct)?.attrs['id'], ID_MAX);
	into.retracts = readRetraction(m);
	into.reactions = readReactions(m);
	if (!into.retracts && !into.reactions)
		readBody(m, into);
}

// An invitation into a room: from the room (XEP-0045, 7.8.2), or from somebody (XEP-0249).
function readInvite(m: El, from: string): Invite | undefined {
	const user = child(m, 'x', NS.mucUser);
	const mediated = child(user, 'invite');
	if (mediated) {
		const by = mediated.attrs['from'];
		return { room: from, from: by && bare(by), reason: childText(mediated, 'reason').slice(0, REASON_MAX), password: childText(user, 'password') || undefined };
	}
	const direct = child(m, 'x', NS.conference);
	const room = bare(direct?.attrs['jid'] ?? '');
	return room ? { room, from, reason: (direct!.attrs['reason'] ?? '').slice(0, REASON_MAX), password: direct!.attrs['password'] } : undefined;
}

// A live message; carbons (XEP-0280) count only when our own account sent them.
export function readLive(m: El, me: string): Incoming | null {
	const wrapped = childIn(m, NS.carbons);
	if (!wrapped)
		return readMessage(m, me, {});
	if (bare(m.attrs['from'] ?? me) !== me)
		return null;
	const forwarded = child(wrapped, 'forwarded', NS.forward);
	const inner = child(forwarded, 'message', NS.client);
	const read = inner ? readMessage(inner, me, { carbon: true }) : null;
	if (read && forwarded)
		read.time ??= delayOf(forwarded);
	return read;
}

// A <result/> of the archive (XEP-0313).
export function readArchived(result: El, me: string): Incoming | null {
	const forwarded = child(result, 'forwarded', NS.forward);
	const inner = child(forwarded, 'message', NS.client);
	const id = short(result.attrs['id'], ID_MAX);
	if (!inner || !id)
		return null;
	const read = readMessage(inner, me, { archived: true, archiveId: id });
	if (read)
		read.time = (forwarded && delayOf(forwarded)) ?? read.time;
	return read;
}

// ---- writing -------------------------------------------------------------------------------------------------------

// To whom: somebody, or all in a room. There nobody is asked for receipts.
export type To = string | { room: string };

function message(to: To, id: string, ...kids: (Xml | false | undefined)[]): Xml {
	if (typeof to !== 'string')
		return el('message', { xmlns: NS.client, to: to.room, type: 'groupchat', id }, ...kids);
	return el('message', { xmlns: NS.client, to, type: 'chat', id }, ...kids, to.includes('/') && el('x', { xmlns: NS.mucUser }));
}

const originId = (id: string): Xml => el('origin-id', { xmlns: NS.sid, id });
const hint = (name: string): Xml => el(name, { xmlns: NS.hints });
const wants = (to: To): Xml | false => typeof to === 'string' && ((el('request', { xmlns: NS.receipts }) as string) + el('markable', { xmlns: NS.markers })) as Xml;

export interface Quote {
	id: string;
	from: string;
	text: string;
}

// A piece of the text that names somebody (XEP-0372), in code points.
export interface Mention {
	begin: number;
	end: number;
	uri: string;
}

function quoteText(text: string): string {
	return text.slice(0, 300).split('\n').map((line) => `> ${line}`).join('\n') + '\n';
}

function bodyWith(text: string, quote: Quote | undefined, mentions: readonly Mention[] = []): Xml {
	const before = quote ? clean(quoteText(quote.text)) : '';
	const moved = Array.from(before).length;
	return join([
		leaf('body', null, before + text),
		...(quote ? [
			el('reply', { xmlns: NS.reply, to: quote.from, id: quote.id }),
			el('fallback', { xmlns: NS.fallback, for: NS.reply }, el('body', { start: 0, end: moved })),
		] : []),
		...mentions.map((m) => el('reference', { xmlns: NS.references, type: 'mention', begin: m.begin + moved, end: m.end + moved, uri: m.uri })),
	]);
}

export function writeText(to: To, id: string, text: string, quote?: Quote, mentions?: readonly Mention[]): Xml {
	return message(to, id, bodyWith(text, quote, mentions), originId(id), wants(to), el('active', { xmlns: NS.chatStates }));
}

export function writeFile(to: To, id: string, f: FileInfo, quote?: Quote): Xml {
	const meta = el('file', { xmlns: NS.fileMeta },
		leaf('media-type', null, f.type),
		leaf('name', null, f.name),
		leaf('size', null, String(f.size)),
		!!(f.width && f.height) && leaf('width', null, String(f.width)),
		!!(f.width && f.height) && leaf('height', null, String(f.height)),
		f.thumb ? el('thumbnail', { xmlns: NS.thumbs, uri: f.thumb, 'media-type': /^data:([^;]+)/.exec(f.thumb)?.[1] }) : undefined) as Xml;
	return message(to, id,
		leaf('body', null, f.url),
		el('x', { xmlns: NS.oob }, leaf('url', null, f.url)),
		el('file-sharing', { xmlns: NS.sfs, disposition: /^(image|video|audio)\//.test(f.type) ? 'inline' : 'attachment' },
			meta, el('sources', null, el('url-data', { xmlns: NS.urlData, target: f.url }))),
		el('fallback', { xmlns: NS.fallback, for: NS.sfs }, el('body', null)),
		quote && el('reply', { xmlns: NS.reply, to: quote.from, id: quote.id }),
		originId(id), wants(to));
}

export function writeEdit(to: To, id: string, of: string, text: string, quote?: Quote, mentions?: readonly Mention[]): Xml {
	return message(to, id, bodyWith(text, quote, mentions), el('replace', { xmlns: NS.correct, id: of }), originId(id), wants(to));
}

export function writeRetraction(to: To, id: string, of: string): Xml {
	return message(to, id,
		el('retract', { xmlns: NS.retract, id: of }),
		el('fallback', { xmlns: NS.fallback, for: NS.retract }),
		leaf('body', null, 'A message was retracted, but your program does not support this.'),
		hint('store'), originId(id));
}

export function writeReactions(to: To, id: string, of: string, emoji: readonly string[]): Xml {
	return message(to, id,
		el('reactions', { xmlns: NS.reactions, id: of }, ...emoji.map((e) => leaf('reaction', null, e))),
		hint('store'), originId(id));
}

export function writeReceipt(to: string, id: string, of: string): Xml {
	return message(to, id, el('received', { xmlns: NS.receipts, id: of }), hint('store'));
}

export function writeDisplayed(to: string, id: string, of: string): Xml {
	return message(to, id, el('displayed', { xmlns: NS.markers, id: of }), hint('store'));
}

export function writeState(to: To, id: string, state: ChatState): Xml {
	return message(to, id, el(state, { xmlns: NS.chatStates }), hint('no-store'));
}
