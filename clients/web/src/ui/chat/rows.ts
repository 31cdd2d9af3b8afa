// SPDX-License-Identifier: Apache-2.0
// How messages stand among their neighbours: where a day begins, where a sender's group begins and ends.

import type { Message } from '../../model';

const GROUP = 5 * 60000;

function dayOf(ms: number): number {
	return new Date(ms).setHours(0, 0, 0, 0);
}

export function newDay(m: Message, before: Message | undefined): boolean {
	return !before || dayOf(m.time) !== dayOf(before.time);
}

// Whether it starts a group: another sender, another day, or a pause of more than five minutes.
export function isHead(m: Message, before: Message | undefined): boolean {
	return !before || before.from !== m.from || m.time - before.time > GROUP || newDay(m, before);
}

// Whether the state is said in words: where it changes among one's own, and at the end of a group. Elsewhere the sign
// is enough.
export function saysState(m: Message, next: Message | undefined): boolean {
	return !next || !next.mine || next.sending !== m.sending || isHead(next, m);
}
