// SPDX-License-Identifier: Apache-2.0
// Hashing for SCRAM: the browser's own where it lets us, which it does not on pages that came without TLS; there our second implementation
// is loaded (soft.ts, on @noble/hashes).

export type HashName = 'SHA-256' | 'SHA-1';
export type Bytes = Uint8Array<ArrayBuffer>;
// Key of an HMAC: what the browser keeps for us, or bytes.
export type MacKey = CryptoKey | Bytes;

export interface Crypt {
	hash(h: HashName, data: Bytes): Promise<Bytes>;
	key(h: HashName, raw: Bytes): Promise<MacKey>; // cannot be read back where the browser keeps it
	hmac(h: HashName, key: MacKey, data: Bytes): Promise<Bytes>;
	pbkdf2(h: HashName, password: Bytes, salt: Bytes, iterations: number): Promise<Bytes>;
}

const BITS = { 'SHA-256': 256, 'SHA-1': 160 } as const;

function native(subtle: SubtleCrypto): Crypt {
	return {
		hash: async (h, data) => new Uint8Array(await subtle.digest(h, data)),
		key: (h, raw) => subtle.importKey('raw', raw, { name: 'HMAC', hash: h }, false, ['sign']),
		async hmac(h, key, data) {
			const k = key instanceof Uint8Array ? await subtle.importKey('raw', key, { name: 'HMAC', hash: h }, false, ['sign']) : key;
			return new Uint8Array(await subtle.sign('HMAC', k, data));
		},
		async pbkdf2(h, password, salt, iterations) {
			const k = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
			return new Uint8Array(await subtle.deriveBits({ name: 'PBKDF2', hash: h, salt, iterations }, k, BITS[h]));
		},
	};
}

let loaded: Promise<Crypt> | undefined;

export function crypt(): Promise<Crypt> {
	const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
	loaded ??= subtle ? Promise.resolve(native(subtle)) : import('./soft').then((m) => m.soft);
	loaded.catch(() => (loaded = undefined));
	return loaded;
}

const utf8 = new TextEncoder();
export function bytesOf(s: string): Bytes {
	return utf8.encode(s) as Bytes;
}

export function toBase64(b: Uint8Array): string {
	let s = '';
	for (let i = 0; i < b.length; i += 8192)
		s += String.fromCharCode(...b.subarray(i, i + 8192));
	return btoa(s);
}

// null when it is none.
export function fromBase64(s: string): Bytes | null {
	try {
		const raw = atob(s.replace(/\s+/g, ''));
		const out = new Uint8Array(raw.length);
		for (let i = 0; i < raw.length; i++)
			out[i] = raw.charCodeAt(i);
		return out;
	} catch {
		return null;
	}
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
	let diff = a.length ^ b.length;
	for (let i = 0; i < a.length; i++)
		diff |= a[i]! ^ (b[i] ?? 0);
	return diff === 0;
}

export function hex(b: Uint8Array): string {
	return Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
}
