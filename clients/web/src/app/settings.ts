// SPDX-License-Identifier: Apache-2.0
// Settings of this device: in localStorage, so that they are there before the first paint.

import type { Settings } from '../model';

const KEY = 'anser.settings';

export interface Shelf { // localStorage, or nothing that lasts
	get(key: string): string | null;
	set(key: string, value: string | null): void;
	keys(): string[];
}

export function browserShelf(): Shelf {
	const memory = new Map<string, string>();
	let store: Storage | null = null;
	try {
		store = globalThis.localStorage;
		store?.setItem('anser.try', '1');
		store?.removeItem('anser.try');
	} catch {
		store = null;
	}
	return {
		get: (key) => (store ? store.getItem(key) : (memory.get(key) ?? null)),
		set(key, value) {
			try {
				if (value === null) {
					memory.delete(key);
					store?.removeItem(key);
				} else {
					memory.set(key, value);
					store?.setItem(key, value);
				}
			} catch {
				// full: it holds until the page is left
			}
		},
		keys: () => (store ? Object.keys(store) : [...memory.keys()]),
	};
}

export function settingsDefault(language: string): Settings {
	return {
		language: /^zh/i.test(language) ? 'zh-CN' : 'en',
		theme: 'system',
		density: 'cosy',
		notify: true,
		sound: true,
		quiet: { on: false, from: '22:00', to: '07:00' },
		enterSends: true,
		typing: true,
		receipts: true,
	};
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const VALID: { [K in keyof Settings]: (v: unknown) => boolean } = {
	language: (v) => v === 'zh-CN' || v === 'en',
	theme: (v) => v === 'system' || v === 'light' || v === 'dark',
	density: (v) => v === 'cosy' || v === 'compact',
	notify: (v) => typeof v === 'boolean',
	sound: (v) => typeof v === 'boolean',
	quiet(v) {
		const q = v as Partial<Settings['quiet']> | null;
		return !!q && typeof q.on === 'boolean' && TIME.test(String(q.from)) && TIME.test(String(q.to));
	},
	enterSends: (v) => typeof v === 'boolean',
	typing: (v) => typeof v === 'boolean',
	receipts: (v) => typeof v === 'boolean',
};

export function settingsLoad(shelf: Shelf, language: string): Settings {
	const out = settingsDefault(language) as unknown as Record<string, unknown>;
	try {
		const kept = JSON.parse(shelf.get(KEY) ?? '{}') as Record<string, unknown>;
		for (const key in VALID)
			if (VALID[key as keyof Settings](kept[key]))
				out[key] = kept[key];
	} catch {
		// not ours: the defaults
	}
	return out as unknown as Settings;
}

export function settingsSave(shelf: Shelf, s: Settings): void {
	shelf.set(KEY, JSON.stringify(s));
}

// Whether `minutes` of the day lie in the quiet hours, which may go over midnight.
export function isQuiet(quiet: Settings['quiet'], minutes: number): boolean {
	const at = (s: string): number => Number(s.slice(0, 2)) * 60 + Number(s.slice(3));
	const from = at(quiet.from), to = at(quiet.to);
	return quiet.on && (from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to);
}
