// SPDX-License-Identifier: Apache-2.0
// What the parts about rooms share: texts, the room of an address, how what goes wrong is said.

import { texts } from '../../i18n';
import { rooms as words } from '../../i18n/rooms';
import type { Address, Room, RoomOut, Rooms, Why } from '../../model';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { w } from '../common/why';

export const r = texts(words);

// There are rooms wherever one of these parts is shown.
export function rooms(): Rooms {
	const all = model().rooms.value;
	if (!all) throw new Error('nobody is logged in');
	return all;
}

export function roomOf(address: Address): Room | undefined {
	return model().rooms.value?.all.value.get(address);
}

export function outText(why: RoomOut): string {
	return r(`out.${why}`);
}

// Says what went wrong, or that it is done.
export async function tell(what: Promise<Why | null>, done = r('done')): Promise<boolean> {
	const why = await what.catch((): Why => 'network');
	notice(why ? w(why) : done);
	return !why;
}
