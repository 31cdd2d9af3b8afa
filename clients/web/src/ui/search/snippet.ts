// SPDX-License-Identifier: Apache-2.0
// The part of a message around what was looked for, cut into what is marked and what is not.

export interface Piece {
	text: string;
	hit: boolean;
}

const BEFORE = 40; // characters shown before the first hit
const LENGTH = 220;

function escaped(word: string): string {
	return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

// Quotes group words in a query; what is shown is every word by itself.
export function terms(query: string): string[] {
	return query
		.replace(/["“”]/g, ' ')
		.split(/\s+/)
		.filter(Boolean)
		.sort((a, b) => b.length - a.length)
		.slice(0, 20);
}

export function pieces(text: string, words: readonly string[]): Piece[] {
	if (!words.length) return [{ text: text.slice(0, LENGTH), hit: false }];
	const any = new RegExp(words.map(escaped).join('|'), 'giu');
	const first = Math.max(0, text.search(any));
	const from = first > BEFORE + 20 ? first - BEFORE : 0;
	const shown = text.slice(from, from + LENGTH);
	const out: Piece[] = from ? [{ text: '…', hit: false }] : [];
	let at = 0;
	for (const m of shown.matchAll(any)) {
		if (m.index > at) out.push({ text: shown.slice(at, m.index), hit: false });
		out.push({ text: m[0], hit: true });
		at = m.index + m[0].length;
	}
	out.push({ text: shown.slice(at) + (from + LENGTH < text.length ? '…' : ''), hit: false });
	return out.filter((p) => p.text);
}
