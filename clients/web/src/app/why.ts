// SPDX-License-Identifier: Apache-2.0
// What went wrong, in the words of the model.

import type { Why } from '../model';
import { LinkError } from '../xmpp/link';
import { Refused } from '../xmpp/login';
import { IqError } from '../xmpp/stream';

const CONDITIONS: Record<string, Why> = {
	'': 'network',
	'item-not-found': 'not-found',
	'service-unavailable': 'no-such-user',
	'remote-server-not-found': 'no-such-user',
	'remote-server-timeout': 'no-such-user',
	'recipient-unavailable': 'no-such-user',
	'jid-malformed': 'bad-name',
	forbidden: 'not-allowed',
	'not-allowed': 'not-allowed',
	'not-authorized': 'not-allowed',
	'not-acceptable': 'blocking',
	'resource-constraint': 'queue-full',
	'policy-violation': 'throttled',
	'internal-server-error': 'not-stored',
	'feature-not-implemented': 'server',
	conflict: 'name-taken',
};

// Of a message that came back.
export function whyOfMessage(condition: string, said: string): Why {
	if (condition === 'resource-constraint')
		return /queue|waiting|many|full/i.test(said) ? 'queue-full' : 'not-stored';
	return CONDITIONS[condition] ?? 'server';
}

// Of a message that a room did not take.
export function whyOfRoom(condition: string): Why {
	const why = CONDITIONS[condition] ?? 'server';
	return why === 'blocking' || why === 'no-such-user' ? 'not-allowed' : why;
}

// Of a question that failed.
export function whyOf(e: unknown): Why {
	if (e instanceof Refused)
		return e.why;
	if (e instanceof LinkError)
		return 'no-server';
	if (!(e instanceof IqError))
		return 'server';
	const why = CONDITIONS[e.condition] ?? 'server';
	return why === 'blocking' || why === 'queue-full' || why === 'not-stored' ? 'server' : why;
}
