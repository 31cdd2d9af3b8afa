// SPDX-License-Identifier: Apache-2.0
// What somebody typed to find a person: part of a name, an address, or an invite.

import type { Person } from '../../model';

export type Wanted =
	| { kind: 'text'; text: string }
	| { kind: 'address'; address: string; text: string }
	| { kind: 'invite'; token: string; text: string };

const ADDRESS = /^[^\s@/<>"&']{1,256}@[^\s@/<>"&':]+(?::\d+)?$/;

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

export function wanted(typed: string): Wanted {
	const text = typed.trim();
	const token = /\/invite\/?#([^\s;&]+)$|[?;]preauth=([^\s;&]+)/.exec(text);
	if (token) return { kind: 'invite', token: decoded(token[1] ?? token[2] ?? ''), text };
	const address = decoded(text.replace(/^xmpp:/i, '').replace(/\?.*$/, '')).toLowerCase();
	return ADDRESS.test(address) ? { kind: 'address', address, text } : { kind: 'text', text };
}

// Whether all words of `text` occur in the name or the address.
export function matches(person: Pick<Person, 'name' | 'address'>, text: string): boolean {
	const hay = `${person.name} ${person.address}`.toLowerCase();
	return text
		.toLowerCase()
		.split(/\s+/)
		.every((word) => hay.includes(word));
}
