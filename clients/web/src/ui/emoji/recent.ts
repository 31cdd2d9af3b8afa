// SPDX-License-Identifier: Apache-2.0
// The emoji one took last and the skin tone, on this device.

const RECENT = 'anser.emoji.recent';
const TONE = 'anser.emoji.tone';
const MOST = 24;

export function recent(): string[] {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]');
		return Array.isArray(kept)
			? kept.filter((e): e is string => typeof e === 'string' && e.length <= 40).slice(0, MOST)
			: [];
	} catch {
		return [];
	}
}

export function remember(emoji: string): void {
	try {
		localStorage.setItem(RECENT, JSON.stringify([emoji, ...recent().filter((e) => e !== emoji)].slice(0, MOST)));
	} catch {
		// no room, or no storage allowed: then nothing is remembered
	}
}

export function tone(): number {
	try {
		const n = Number(localStorage.getItem(TONE));
		return n >= 0 && n <= 5 ? Math.floor(n) : 0;
	} catch {
		return 0;
	}
}

export function setTone(n: number): void {
	try {
		localStorage.setItem(TONE, String(n));
	} catch {
		// as above
	}
}
