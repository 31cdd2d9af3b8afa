// SPDX-License-Identifier: Apache-2.0
// A room while the page is open.

import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Address, Affiliation, Member, RoomOut, RoomState, Role, Why } from '../model';
import type { Occupant } from '../xmpp/room';
import type { KeptRoom } from '../store/rows';
import type { Sync } from './sync';

export interface Place {
	kept: KeptRoom;
	state: RoomState;
	here: Map<string, Occupant>; // by nickname
	coming: Map<string, Occupant> | null; // the same, while entering
	affiliation: Affiliation;
	role: Role;
	standing: Map<Address, { affiliation: Affiliation; nick: string }>; // of who has one, as far as the room tells
	asked: boolean; // for these
	typing: Map<string, () => void>;
	spoke: Map<string, number>; // when, by nickname
	heard: number;
	turn: number; // of entering; what belongs to an older one is void
	made: boolean; // by my entering, and not set up yet
	entered: ((why: RoomOut | null) => void) | null;
	renaming: ((why: Why | null) => void) | null;
	sync: Sync;
	stir: Signal<number>; // counts changes of who is there
	members?: ReadonlySignal<readonly Member[]>;
	tries: number;
}

export function placeNew(room: Address, kept: KeptRoom | undefined, stir: Signal<number>, sync: Sync): Place {
	return {
		kept: kept ?? { with: room, want: false, nick: '', name: '', description: '', features: [], faces: {} },
		state: kept?.out ? { state: 'out', ...kept.out } : kept && !kept.want ? { state: 'out', why: 'left' } : { state: 'joining' },
		here: new Map(), coming: null, affiliation: 'none', role: 'none', standing: new Map(), asked: false, typing: new Map(), spoke: new Map(), heard: 0, turn: 0,
		made: false, entered: null, renaming: null, stir, tries: 0, sync,
	};
}
