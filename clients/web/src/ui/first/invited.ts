// SPDX-License-Identifier: Apache-2.0
// The invite one came with: the token behind '#' of /invite, or what somebody pasted.

import { go } from '../common/route';

export function tokenOf(pasted: string): string {
	const text = pasted.trim();
	const hit = /(?:\/invite[/?]?#|[?;&]preauth=)([^;&\s]+)/.exec(text);
	try {
		return decodeURIComponent(hit?.[1] ?? text);
	} catch {
		return hit?.[1] ?? text;
	}
}

export function tokenHere(): string | null {
	if (!/\/invite\/?$/.test(location.pathname)) return null;
	return location.hash.length > 1 ? tokenOf(location.pathname + location.hash) : null;
}

// After it has been used it has no business in the address bar or the history.
export function forgetToken(): void {
	history.replaceState(history.state, '', '/');
}

let spent = false; // an account is being made with it

export function spend(yes: boolean): void {
	spent = yes;
}

// Somebody who is logged in came with an invite: the screen of people shows from whom, and adds them.
export function takeInvite(): void {
	const token = spent ? null : tokenHere();
	if (!token) return;
	const link = `${location.origin}/invite#${encodeURIComponent(token)}`;
	forgetToken();
	go(`people/find/${encodeURIComponent(link)}`, true);
}
