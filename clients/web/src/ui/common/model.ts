// SPDX-License-Identifier: Apache-2.0
// The one model of this page, for everything below ui/. main.tsx provides it before anything is drawn.

import type { Address, Model } from '../../model';

let current: Model | undefined;

export function provide(m: Model): void {
	current = m;
}

export function model(): Model {
	if (!current) throw new Error('no model provided');
	return current;
}

// Whether a conversation is a room's.
export function isRoom(address: Address): boolean {
	return !!model().rooms.value?.all.value.has(address);
}
