// SPDX-License-Identifier: Apache-2.0
// How well a name fits what was typed: 0 not at all, more is better. The beginning of a name, of a word, anywhere, by pinyin initials, or
// letters in order.

import { initials } from './pinyin';

function inOrder(hay: string, needle: string): boolean {
	let at = 0;
	for (const c of needle) {
		at = hay.indexOf(c, at) + 1;
		if (!at) return false;
	}
	return true;
}

function wordStarts(hay: string, needle: string): boolean {
	return hay.split(/[\s._\-@]+/).some((w) => w.startsWith(needle));
}

export function rank(name: string, address: string, typed: string): number {
	const needle = typed.trim().toLowerCase();
	const n = name.toLowerCase();
	const local = address.split('@')[0] ?? '';
	if (!needle) return 1;
	if (n.startsWith(needle)) return 9;
	if (wordStarts(n, needle)) return 8;
	if (local.startsWith(needle)) return 7;
	if (n.includes(needle)) return 6;
	const letters = /^[a-z]+$/.test(needle);
	if (letters && initials(name).startsWith(needle)) return 5;
	if (address.includes(needle)) return 4;
	if (letters && needle.length > 1 && initials(name).includes(needle)) return 3;
	return needle.length > 2 && inOrder(`${n} ${local}`, needle) ? 1 : 0;
}
