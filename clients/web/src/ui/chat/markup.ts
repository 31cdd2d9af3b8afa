// SPDX-License-Identifier: Apache-2.0
// Message styling after XEP-0393 and links, as nodes: text stays text. One pass over the text; what is never closed is
// found out once per line, so that a million asterisks cost a million steps.

import { graphemes } from '../common/text';

export type Span =
	| string
	| { kind: 'strong' | 'emphasis' | 'strike'; spans: Span[] }
	| { kind: 'code'; text: string }
	| { kind: 'link'; href: string; text: string };

export type Block =
	| { kind: 'line'; spans: Span[] }
	| { kind: 'pre'; text: string }
	| { kind: 'quote'; blocks: Block[] };

const STYLES = { '*': 'strong', _: 'emphasis', '~': 'strike', '`': 'code' } as const;
type Mark = keyof typeof STYLES;

const QUOTES_DEEP = 8;
const SPACE = /\s/;
const CHINESE = /[\p{Script=Han}\u3001-\u303f\uff01-\uff0f\uff1a-\uff20]/u;

function isMark(c: string | undefined): c is Mark {
	return c !== undefined && c in STYLES;
}

// ---- links ----------------------------------------------------------------------------------------------------------

// Addresses are written in ASCII; Chinese text goes on right behind them without a space.
const LINK = /(?:https?:\/\/|xmpp:)[!#-;=?-_a-z{-~]+/gi;
const TRAILING = /[.,:;!?'*_~)\]}]$/;
const PAIRS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

// The dot that ends the sentence is not part of the address, nor is a bracket that was opened before it.
function trimLink(text: string): string {
	let s = text;
	while (TRAILING.test(s)) {
		const c = s[s.length - 1]!;
		const opening = PAIRS[c];
		if (opening && s.split(opening).length >= s.split(c).length) break;
		s = s.slice(0, -1);
	}
	return s;
}

// Only what shows where it goes: no name or password in front of the host ("https://bank.com@evil.net").
export function safeLink(text: string): string | null {
	try {
		const url = new URL(text);
		if (url.protocol === 'xmpp:') return url.pathname ? text : null;
		const web = url.protocol === 'https:' || url.protocol === 'http:';
		return web && url.host && !url.username && !url.password ? url.href : null;
	} catch {
		return null;
	}
}

function push(into: Span[], s: Span): void {
	const last = into.length - 1;
	const before = into[last];
	if (typeof s === 'string' && typeof before === 'string') into[last] = before + s;
	else if (s !== '') into.push(s);
}

function linkify(text: string, into: Span[]): void {
	let at = 0;
	for (const m of text.matchAll(LINK)) {
		if (m.index > 0 && /[a-z0-9]/i.test(text[m.index - 1]!)) continue; // "ahttp://": part of a word
		const shown = trimLink(m[0]);
		const href = safeLink(shown);
		if (!href) continue;
		push(into, text.slice(at, m.index));
		into.push({ kind: 'link', href, text: shown });
		at = m.index + shown.length;
	}
	push(into, text.slice(at));
}

// ---- spans ----------------------------------------------------------------------------------------------------------

// Where the links of a line are: a mark within an address is part of it.
function linkEnds(line: string): Map<number, number> {
	const ends = new Map<number, number>();
	for (const m of line.matchAll(LINK)) ends.set(m.index, m.index + trimLink(m[0]).length);
	return ends;
}

function mayOpen(line: string, at: number, from: number): boolean {
	const before = at === from ? undefined : line[at - 1];
	const after = line[at + 1];
	// Chinese has no spaces: beside the standard's openings, a mark may follow a Chinese character (but '_' stands in
	// too many names).
	const chinese = line[at] !== '_' && before !== undefined && CHINESE.test(before);
	const free = before === undefined || SPACE.test(before) || (isMark(before) && before !== line[at]) || chinese;
	return free && after !== undefined && !SPACE.test(after) && after !== line[at];
}

type Never = Partial<Record<Mark, number>>; // from here on no closing mark comes in this line

function closing(line: string, mark: Mark, from: number, end: number, never: Never): number {
	if (from >= (never[mark] ?? Infinity)) return -1;
	for (let i = line.indexOf(mark, from); i >= 0 && i < end; i = line.indexOf(mark, i + 1)) {
		if (!SPACE.test(line[i - 1]!)) return i;
	}
	never[mark] = Math.min(never[mark] ?? Infinity, from);
	return -1;
}

function parseSpans(line: string, from: number, end: number, links: Map<number, number>): Span[] {
	const spans: Span[] = [];
	const never: Never = {};
	let plain = from;
	let i = from;
	while (i < end) {
		const skip = links.get(i);
		if (skip !== undefined && skip <= end) {
			i = skip;
			continue;
		}
		const c = line[i];
		const close = isMark(c) && mayOpen(line, i, from) ? closing(line, c, i + 2, end, never) : -1;
		if (close < 0) {
			i++;
			continue;
		}
		linkify(line.slice(plain, i), spans);
		const kind = STYLES[c as Mark];
		if (kind === 'code') spans.push({ kind, text: line.slice(i + 1, close) });
		else spans.push({ kind, spans: parseSpans(line, i + 1, close, links) });
		i = close + 1;
		plain = i;
	}
	linkify(line.slice(plain, end), spans);
	return spans;
}

// ---- blocks ---------------------------------------------------------------------------------------------------------

// The lines of a fenced block from behind its fence; how many lines it takes.
function fenced(lines: string[], from: number): [Block, number] {
	let end = from + 1;
	while (end < lines.length && lines[end]!.trimEnd() !== '```') end++;
	return [{ kind: 'pre', text: lines.slice(from + 1, end).join('\n') }, end - from + 1];
}

function quoted(lines: string[], from: number, deep: number): [Block, number] {
	let end = from;
	while (end < lines.length && lines[end]!.startsWith('>')) end++;
	const inner = lines.slice(from, end).map((l) => l.replace(/^> ?/, ''));
	return [{ kind: 'quote', blocks: parseLines(inner, deep + 1) }, end - from];
}

function parseLines(lines: string[], deep: number): Block[] {
	const blocks: Block[] = [];
	for (let i = 0; i < lines.length; ) {
		const l = lines[i]!;
		const quote = l.startsWith('>') && deep < QUOTES_DEEP;
		const special = l.startsWith('```') ? fenced(lines, i) : quote ? quoted(lines, i, deep) : null;
		if (special) blocks.push(special[0]);
		else blocks.push({ kind: 'line', spans: parseSpans(l, 0, l.length, linkEnds(l)) });
		i += special?.[1] ?? 1;
	}
	return blocks;
}

export function parse(text: string): Block[] {
	return parseLines(text.split('\n'), 0);
}

// ---- small questions ------------------------------------------------------------------------------------------------

// Up to six emoji and nothing else are shown large.
export function onlyEmoji(text: string): boolean {
	if (text.length > 60 || !/^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s)+$/u.test(text)) return false;
	if (!/[\p{Extended_Pictographic}\p{Regional_Indicator}]/u.test(text) || /(?:^|\s)[\d#*]/.test(text)) return false;
	return graphemes(text.replace(/\s/g, '')).length <= 6;
}

const FOLD_CHARS = 1800;
const FOLD_LINES = 24;

// What is shown of a huge message before one asks for all of it; null where it is small.
export function fold(text: string): string | null {
	let end = -1;
	for (let n = 0; n < FOLD_LINES; n++) {
		end = text.indexOf('\n', end + 1);
		if (end < 0) break;
	}
	const cut = Math.min(end < 0 ? Infinity : end, text.length > FOLD_CHARS * 1.3 ? FOLD_CHARS : Infinity);
	if (cut >= text.length) return null;
	const head = text.slice(0, cut);
	const open = head.split('\n').filter((l) => l.startsWith('```')).length % 2;
	return (open ? `${head}\n\`\`\`` : head).replace(/[\ud800-\udbff]$/, '');
}
