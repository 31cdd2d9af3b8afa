// SPDX-License-Identifier: Apache-2.0
// How hard a password is to guess, roughly, as 0 (at once) to 4 (not worth trying): the length in different characters counts most; runs
// (abcd, 1111, qwer), the own name and what everybody takes count little.

const COMMON =
	/^(passw[o0]rd|qwert|asdf|zxcv|iloveyou|woaini|admin|welcome|letmein|monkey|dragon|abc123|a123456|5201314|888888|666666|111111|123123|147258)/;
const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const SHORTEST = 8;

function isStep(a: string, b: string): boolean {
	if (a === b) return true;
	return ROWS.some((row) => row.includes(a + b) || row.includes(b + a));
}

function alphabet(text: string): number {
	const sizes: [RegExp, number][] = [
		[/[a-z]/, 26],
		[/[A-Z]/, 26],
		[/[0-9]/, 10],
		[/[^a-zA-Z0-9]/, 33],
		[/[^\0-\x7f]/, 1000],
	];
	return sizes.reduce((sum, [re, n]) => sum + (re.test(text) ? n : 0), 1);
}

export function tooShort(password: string): boolean {
	return Array.from(password).length < SHORTEST;
}

export { SHORTEST };

export function strength(password: string, name = ''): 0 | 1 | 2 | 3 | 4 {
	if (tooShort(password)) return 0;
	const chars = Array.from(password.toLowerCase());
	let worth = chars.reduce((n, c, i) => n + (i > 0 && isStep(chars[i - 1] ?? '', c) ? 0.25 : 1), 0);
	if (COMMON.test(password.toLowerCase())) worth -= 6;
	if (name.length > 2 && password.toLowerCase().includes(name.toLowerCase())) worth -= name.length;
	const bits = Math.max(0, worth) * Math.log2(alphabet(password));
	return bits < 24 ? 1 : bits < 40 ? 2 : bits < 60 ? 3 : 4;
}
