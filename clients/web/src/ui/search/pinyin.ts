// SPDX-License-Identifier: Apache-2.0
// The first letters of a Chinese name in pinyin, so that "ww" finds 王伟, without a table: the browser knows the order of characters by pinyin,
// and we know the first character of each letter in that order. Characters with several readings have one here.

const FIRST = '阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他屲夕丫帀';
const LETTERS = 'abcdefghjklmnopqrstwxyz';
const HAN = /\p{sc=Han}/u;

let order: Intl.Collator | undefined;

function letter(c: string): string {
	if (!HAN.test(c)) return /[\p{L}\p{N}]/u.test(c) ? c : '';
	order ??= new Intl.Collator('zh-CN-u-co-pinyin');
	for (let i = FIRST.length - 1; i >= 0; i--) if (order.compare(c, FIRST.charAt(i)) >= 0) return LETTERS.charAt(i);
	return '';
}

const known = new Map<string, string>();

export function initials(name: string): string {
	let s = known.get(name);
	if (s === undefined) known.set(name, (s = Array.from(name.slice(0, 40).toLowerCase(), letter).join('')));
	return s;
}
