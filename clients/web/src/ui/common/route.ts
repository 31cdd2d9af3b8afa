// SPDX-License-Identifier: Apache-2.0
// Where the page is, in the part of its address behind '#': '' the list, 'c/tom@chat.lan' a conversation,
// 'c/tom@chat.lan/ID' a message in it, 'settings' and whatever else a screen is called. The browser's history is the
// only memory of where one came from.

import { signal } from '@preact/signals';
import type { Address } from '../../model';

export interface Route {
	screen: string; // '' or 'c' for conversations, else the name of another screen
	address?: Address;
	id?: string; // of a message: to jump to
	rest: readonly string[]; // decoded parts behind the screen
}

// A link somebody mangled is a link to nowhere, not an error.
function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return '';
	}
}

export function parseRoute(hash: string): Route {
	const [screen = '', ...rest] = hash.replace(/^#?\/?/, '').split('/').map(decode);
	if (screen !== 'c') return { screen, rest };
	const [address, id] = rest;
	return address ? { screen, address, id: id || undefined, rest } : { screen: '', rest: [] };
}

export function chatPath(address: Address, id?: string): string {
	return `c/${encodeURIComponent(address).replace(/%40/g, '@')}${id ? `/${encodeURIComponent(id)}` : ''}`;
}

export const route = signal<Route>(parseRoute(typeof location === 'undefined' ? '' : location.hash));

let depth = 0; // how many of our own steps lie behind us

function read(): void {
	route.value = parseRoute(location.hash);
}

export function go(path: string, replace = false): void {
	const hash = `#/${path}`;
	if (hash === location.hash) return read();
	if (replace) history.replaceState(history.state, '', hash);
	else history.pushState({ depth: ++depth }, '', hash);
	read();
}

export function openChat(address: Address, id?: string): void {
	go(chatPath(address, id));
}

// One step back, or to the list where there is nothing of ours to go back to (a link was opened from outside).
export function back(): void {
	if (depth > 0) history.back();
	else go('', true);
}

if (typeof window !== 'undefined') {
	window.addEventListener('popstate', (e) => {
		const state: unknown = e.state;
		depth = typeof state === 'object' && state !== null && 'depth' in state ? Number(state.depth) || 0 : 0;
		read();
	});
	const state: unknown = history.state;
	if (typeof state === 'object' && state !== null && 'depth' in state) depth = Number(state.depth) || 0;
}
