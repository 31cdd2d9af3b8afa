// SPDX-License-Identifier: Apache-2.0
// SCRAM (RFC 5802, RFC 7677) as a client, without channel binding, which browsers do not let us have. The password itself is only used to
// derive the salted one; that is what may be remembered.

import { bytesOf, crypt, fromBase64, sameBytes, toBase64, type Bytes, type HashName, type MacKey } from './crypt';

// The salted password, tied to what the server said when it was made.
export interface Secret {
	hash: HashName;
	salt: string; // base64
	iterations: number;
	key: MacKey;
}

export type ScramWhy = 'wrong-password' | 'server';
export class ScramError extends Error {
	readonly why: ScramWhy;
	constructor(why: ScramWhy, what: string) {
		super(what);
		this.why = why;
	}
}

// Iterations: fewer is no protection, more would freeze the page for a hostile server.
const ITERATIONS_MIN = 4096;
const ITERATIONS_MAX = 5_000_000;

export const MECHANISMS: readonly { name: string; hash: HashName }[] = [
	{ name: 'SCRAM-SHA-256', hash: 'SHA-256' },
	{ name: 'SCRAM-SHA-1', hash: 'SHA-1' },
];

// SASLprep (RFC 4013) of a query string: mapping, NFKC, what is prohibited, both directions not mixed; null when it may not be.
export function saslprep(s: string): string | null {
	const mapped = s
		.replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
		.replace(/[\u00ad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g, '')
		.normalize('NFKC');
	// Controls, private use, non-characters, lone surrogates, and those that change how the rest is shown.
	if (/[\p{Cc}\p{Co}\p{Cs}\u0340\u0341\u200e\u200f\u2028-\u202e\u2061-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufdd0-\ufdef\ufff9-\uffff\u{e0001}\u{e0020}-\u{e007f}]/u.test(mapped))
		return null;
	const rtl = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
	if (rtl.test(mapped)) {
		const chars = [...mapped];
		const ltr = /(?=\p{L})[^\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
		if (ltr.test(mapped) || !rtl.test(chars[0]!) || !rtl.test(chars[chars.length - 1]!))
			return null;
	}
	return mapped;
}

function saslname(s: string): string {
	return (saslprep(s) ?? s).replace(/=/g, '=3D').replace(/,/g, '=2C');
}

function fields(message: string): Map<string, string> {
	return new Map(message.split(',').map((f): [string, string] => [f.slice(0, 1), f.slice(2)]));
}

function xor(a: Bytes, b: Bytes): Bytes {
	return a.map((x, i) => x ^ b[i]!);
}

export interface Scram {
	first(): string;
	// The client's final message for the server's first.
	answer(serverFirst: string): Promise<string>;
	// Throws unless the server has shown that it knows us.
	verify(serverFinal: string): void;
	secret(): Secret; // after verify
}

// `from`: the password, or what was remembered of an earlier login.
export function scram(hash: HashName, user: string, from: { password: string } | { secret: Secret }, nonce: string): Scram {
	const bareFirst = `n=${saslname(user)},r=${nonce}`;
	let made: Secret | undefined;
	let wanted: Bytes | undefined;
	let verified = false;

	async function salted(salt: string, iterations: number): Promise<Secret> {
		if ('secret' in from) {
			const s = from.secret;
			if (s.hash !== hash || s.salt !== salt || s.iterations !== iterations)
				throw new ScramError('wrong-password', 'the password was changed since');
			return s;
		}
		const raw = fromBase64(salt);
		const password = saslprep(from.password) ?? from.password;
		if (!raw || !raw.length)
			throw new ScramError('server', 'salt');
		const c = await crypt();
		return { hash, salt, iterations, key: await c.key(hash, await c.pbkdf2(hash, bytesOf(password), raw, iterations)) };
	}

	return {
		first: () => `n,,${bareFirst}`,
		async answer(serverFirst) {
			const f = fields(serverFirst);
			const r = f.get('r') ?? '';
			const iterations = Number(f.get('i'));
			if (f.has('m') || !r.startsWith(nonce) || r.length === nonce.length || !f.get('s'))
				throw new ScramError('server', 'first message');
			if (!Number.isInteger(iterations) || iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX)
				throw new ScramError('server', 'iterations');
			made = await salted(f.get('s')!, iterations);
			const c = await crypt();
			const withoutProof = `c=biws,r=${r}`;
			const said = bytesOf(`${bareFirst},${serverFirst},${withoutProof}`);
			const clientKey = await c.hmac(hash, made.key, bytesOf('Client Key'));
			const serverKey = await c.hmac(hash, made.key, bytesOf('Server Key'));
			const signature = await c.hmac(hash, await c.hash(hash, clientKey), said);
			wanted = await c.hmac(hash, serverKey, said);
			return `${withoutProof},p=${toBase64(xor(clientKey, signature))}`;
		},
		verify(serverFinal) {
			const v = fromBase64(fields(serverFinal).get('v') ?? '');
			if (!wanted || !v || !sameBytes(wanted, v))
				throw new ScramError('server', 'this is not the server that knows the password');
			verified = true;
		},
		secret() {
			if (!made || !verified)
				throw new Error('not logged in');
			return made;
		},
	};
}
