// SPDX-License-Identifier: Apache-2.0
// How far an own message has come, as a sign and in words.

import type { Message, Sending } from '../../model';
import { Icon, type IconName } from '../common/icons';
import { c } from './words';

const SIGNS: Record<Sending, IconName> = { sending: 'wait', sent: 'check', delivered: 'checks', read: 'checks', failed: 'fault' };

export function stateWord(s: Sending): string {
	return c(s);
}

export function State({ of, words }: { of: Message; words: boolean }) {
	const s = of.sending;
	if (!s || s === 'failed') return null; // failed says so itself, with what one can do
	return (
		<span class={`state ${s}`} title={stateWord(s)}>
			<Icon name={SIGNS[s]} size={14} />
			<span class={words ? undefined : 'spoken'}>{stateWord(s)}</span>
		</span>
	);
}
