// SPDX-License-Identifier: Apache-2.0
// The emoji of data.ts as a table, searched in both languages, with skin tones.

import { data } from '../../emoji/data';

export const GROUPS = [
	'smileys',
	'people',
	'nature',
	'food',
	'travel',
	'activities',
	'objects',
	'symbols',
	'flags',
] as const;
export type Group = (typeof GROUPS)[number];

export interface Emoji {
	emoji: string;
	tones: boolean;
	en: string;
	zh: string;
	words: string; // lower case, both languages, a space before each
}

export interface Table {
	groups: ReadonlyMap<Group, readonly Emoji[]>;
	all: readonly Emoji[];
}

function parse(row: string): Emoji {
	const [emoji = '', tones, en = '', zh = '', more = '', mehr = ''] = row.split('\t');
	return { emoji, tones: tones === '1', en, zh, words: ` ${en} ${zh} ${more} ${mehr}`.toLowerCase() };
}

let made: Table | undefined;

export function table(): Table {
	if (made) return made;
	const groups = new Map<Group, Emoji[]>();
	let now: Emoji[] = [];
	for (const row of data.split('\n')) {
		if (row.includes('\t')) now.push(parse(row));
		else groups.set(row as Group, (now = []));
	}
	return (made = { groups, all: [...groups.values()].flat() });
}

const HAN = /\p{sc=Han}/u;

// Each word typed must begin a word of it, or, in Chinese, be anywhere. Names that begin so come first.
export function find(typed: string): readonly Emoji[] {
	const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
	if (!words.length) return [];
	const fits = (e: Emoji) =>
		e.emoji === typed.trim() || words.every((w) => (HAN.test(w) ? e.words.includes(w) : e.words.includes(` ${w}`)));
	const first = words[0] ?? '';
	const early = (e: Emoji) =>
		e.zh.startsWith(first) || e.en.startsWith(first) ? 0 : e.zh.includes(first) || e.en.includes(first) ? 1 : 2;
	return table()
		.all.filter(fits)
		.map((e, i) => ({ e, i }))
		.sort((a, b) => early(a.e) - early(b.e) || a.i - b.i)
		.map((x) => x.e);
}

// Unicode TR51: the tone stands behind the first character, in place of a variation selector.
export function withTone(e: Pick<Emoji, 'emoji' | 'tones'>, tone: number): string {
	if (!tone || !e.tones) return e.emoji;
	const [base = '', ...rest] = Array.from(e.emoji);
	if (rest[0] === '\ufe0f') rest.shift();
	return base + String.fromCodePoint(0x1f3fa + tone) + rest.join('');
}
