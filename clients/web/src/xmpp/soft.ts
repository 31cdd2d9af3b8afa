// SPDX-License-Identifier: Apache-2.0
// The hashes for pages that came without TLS. A bundle of its own, loaded where needed.

import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Bytes, Crypt, HashName } from './crypt';

const of = (h: HashName): typeof sha256 => (h === 'SHA-1' ? (sha1 as unknown as typeof sha256) : sha256);
const copy = (b: Uint8Array): Bytes => new Uint8Array(b);

export const soft: Crypt = {
	hash: async (h, data) => copy(of(h)(data)),
	key: async (_h, raw) => raw,
	async hmac(h, key, data) {
		if (!(key instanceof Uint8Array))
			throw new Error('this key belongs to the browser');
		return copy(hmac(of(h), key, data));
	},
	pbkdf2: async (h, password, salt, iterations) => copy(await pbkdf2Async(of(h), password, salt, { c: iterations, dkLen: of(h).outputLen })),
};
