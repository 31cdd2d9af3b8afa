// SPDX-License-Identifier: Apache-2.0
// Looks for people while somebody types: waits for a pause, and forgets answers to what is no longer typed.

import { useEffect, useState } from 'preact/hooks';
import type { FoundPerson } from '../../model';
import { model } from '../common/model';
import type { Wanted } from './find';

const PAUSE = 180; // ms

export interface Found {
	state: 'looking' | 'done' | 'failed';
	people: readonly FoundPerson[];
	invite?: string; // the token the person was found by
	again: () => void;
}

async function byAddress(address: string): Promise<FoundPerson[]> {
	if (!(await model().exists(address))) return [];
	return [{ address, name: model().person(address).name }];
}

async function byInvite(token: string): Promise<FoundPerson[]> {
	const info = await model().inviteInfo(token);
	return info?.from ? [{ address: info.from, name: info.name ?? info.from }] : [];
}

function look(want: Wanted): Promise<FoundPerson[]> {
	if (want.kind === 'address') return byAddress(want.address);
	return want.kind === 'invite' ? byInvite(want.token) : model().findPeople(want.text);
}

export function useFound(want: Wanted): Found {
	const [turn, setTurn] = useState(0);
	const [got, set] = useState<{ for: string; state: 'done' | 'failed'; people: readonly FoundPerson[] } | null>(null);
	const key = `${turn} ${want.kind} ${want.text}`;
	useEffect(() => {
		let wanted_ = true;
		const timer = setTimeout(() => {
			look(want).then(
				(people) => wanted_ && set({ for: key, state: 'done', people }),
				() => wanted_ && set({ for: key, state: 'failed', people: [] }),
			);
		}, PAUSE);
		return () => {
			wanted_ = false;
			clearTimeout(timer);
		};
	}, [key]);
	const again = () => setTurn(turn + 1);
	const invite = want.kind === 'invite' ? want.token : undefined;
	// The last answer stays while the next is on its way, so that the list does not flicker.
	return got?.for === key
		? { ...got, invite, again }
		: { state: 'looking', people: want.kind === 'text' ? (got?.people ?? []) : [], invite, again };
}
