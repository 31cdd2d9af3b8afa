// SPDX-License-Identifier: Apache-2.0
// What the parts of an open conversation share: its timeline, what the composer is about, and the way to a message.

import { type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Address, Message, Timeline } from '../../model';

export interface Pane {
	address: Address;
	timeline: Timeline;
	unread: number; // when it was opened: what the divider counts
	about: Signal<{ mode: 'reply' | 'edit'; message: Message } | null>; // what the composer answers or changes
	viewing: Signal<Message | null>; // the picture in the lightbox
	reacting: Signal<Message | null>; // for whom the emoji picker is open
	retracting: Signal<Message | null>; // is asked about
	moderating: Signal<Message | null>; // somebody's, to be taken away
	jump: Signal<{ id?: string; archiveId?: string; time?: number } | null>; // the log goes there and clears it
	toEnd: Signal<number>; // counts up: the log goes to the newest
	focusComposer: () => void;
}

export function makePane(address: Address, timeline: Timeline, unread: number): Pane {
	return {
		address,
		timeline,
		unread,
		about: signal(null),
		viewing: signal(null),
		reacting: signal(null),
		retracting: signal(null),
		moderating: signal(null),
		jump: signal(null),
		toEnd: signal(0),
		focusComposer: () => {},
	};
}

export const PaneContext = createContext<Pane | null>(null);

export function usePane(): Pane {
	const p = useContext(PaneContext);
	if (!p) throw new Error('outside a conversation');
	return p;
}
