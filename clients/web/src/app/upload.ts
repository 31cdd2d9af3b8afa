// SPDX-License-Identifier: Apache-2.0
// Files on their way up: a slot (XEP-0363), then pieces (PATCH with Upload-Offset) that go on where the server's part ends, after a broken line and,
// while the browser keeps the file, after a reload. Servers that know only XEP-0363 get one PUT.

import type { Why } from '../model';
import { slot, slotRefusal, type Slot } from '../xmpp/account';
import { IqError } from '../xmpp/stream';
import type { Ctx } from './context';
import { whyOf } from './why';

const PIECE = 4 << 20;
const TRIES = 8; // without any progress
const WAIT_MS = 1000;
const SILENCE_MS = 60_000;

const CODES: Record<string, Why> = {
	'too-large': 'too-large',
	length: 'too-large',
	quota: 'quota',
	'disk-full': 'disk-full',
	'not-found': 'not-found',
	off: 'not-allowed',
	'too-many': 'throttled',
	store: 'not-stored',
	request: 'server',
};

export interface Answer {
	status: number;
	header(name: string): string | null;
}
export type Send = (method: string, url: string, headers: Record<string, string>, body: Blob | null, progress: (sent: number) => void, signal: AbortSignal) => Promise<Answer>;

// Rejects when there was no answer.
export const xhrSend: Send = (method, url, headers, body, progress, signal) =>
	new Promise((resolve, reject) => {
		const x = new XMLHttpRequest();
		let timer = 0;
		const alive = (): void => {
			clearTimeout(timer);
			timer = globalThis.setTimeout(() => x.abort(), SILENCE_MS) as unknown as number;
		};
		const stop = (): void => x.abort();
		const end = (fn: () => void) => (): void => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			fn();
		};
		x.open(method, url);
		for (const name in headers)
			x.setRequestHeader(name, headers[name]!);
		x.upload.onprogress = (e) => {
			alive();
			progress(e.loaded);
		};
		x.onload = end(() => resolve({ status: x.status, header: (name) => x.getResponseHeader(name) }));
		x.onerror = x.onabort = end(() => reject(new Error('no answer')));
		signal.addEventListener('abort', stop);
		alive();
		x.send(body);
	});

// Addresses of this server are reached as the page was, whatever name the server gives itself.
export function localUrl(url: string, origin: string, hosts: readonly string[]): string {
	let u: URL;
	try {
		u = new URL(url, origin);
	} catch {
		return url;
	}
	if (!/^https?:$/.test(u.protocol) || u.origin === origin)
		return u.href;
	return u.pathname.startsWith('/files/') && hosts.includes(u.hostname) ? origin + u.pathname + u.search : u.href;
}

export interface Uploads {
	// The address to send, or why not.
	upload(file: Blob, name: string, known: Slot | undefined, on: { slot(s: Slot): void; progress(part: number): void }, signal: AbortSignal): Promise<string | Why>;
}

class Stop extends Error {
	readonly why: Why;
	constructor(why: Why) {
		super(why);
		this.why = why;
	}
}

export function uploads(ctx: Ctx, reach: (url: string) => string, send: Send, online: () => Promise<void>): Uploads {
	const pause = (ms: number): Promise<void> => new Promise((resolve) => void ctx.env.after(ms, resolve));

	function refusal(a: Answer): Stop {
		return new Stop(CODES[a.header('X-Anser-Error') ?? ''] ?? (a.status === 413 ? 'too-large' : a.status === 507 ? 'disk-full' : a.status === 404 ? 'not-found' : 'server'));
	}

	// Trouble that goes by itself. A full disk (507) does not.
	const passes = (status: number): boolean => status === 409 || (status >= 500 && status !== 507);

	const offsetOf = (a: Answer): number | null => {
		const s = a.header('Upload-Offset');
		return s !== null && /^\d{1,15}$/.test(s) ? Number(s) : null;
	};

	async function inPieces(url: string, file: Blob, progress: (part: number) => void, signal: AbortSignal): Promise<void> {
		let offset: number | null = null; // null: to be asked
		for (let tries = 0; tries < TRIES; tries++) {
			try {
				if (offset === null) {
					const a = await send('HEAD', url, {}, null, () => undefined, signal);
					if (a.status >= 400 && !passes(a.status))
						throw refusal(a);
					offset = offsetOf(a);
					if (a.header('Upload-Complete') === '?1' && offset === file.size)
						return;
				}
				while (offset !== null && (offset < file.size || file.size === 0)) {
					const at: number = offset;
					const piece = file.slice(at, at + PIECE);
					const a = await send('PATCH', url, { 'Upload-Offset': String(at), 'Content-Type': 'application/partial-upload' }, piece,
						(n) => progress((at + n) / file.size), signal);
					const told = offsetOf(a);
					if (a.status === 409) { // another connection of ours, or not where it ends
						offset = a.header('X-Anser-Error') === 'offset' ? told : null;
						break;
					}
					if (passes(a.status))
						break;
					if (a.status >= 300)
						throw refusal(a);
					offset = told ?? at + piece.size;
					if (offset > at)
						tries = 0;
					progress(file.size ? offset / file.size : 1);
					if (a.header('Upload-Complete') === '?1' || offset >= file.size)
						return;
				}
			} catch (e) {
				if (e instanceof Stop)
					throw e;
				if (signal.aborted)
					throw new Stop('cancelled');
				offset = null;
				await online();
			}
			await pause(WAIT_MS * (tries + 1));
		}
		throw new Stop('network');
	}

	async function atOnce(s: Slot, url: string, file: Blob, progress: (part: number) => void, signal: AbortSignal): Promise<void> {
		for (let tries = 0; ; tries++) {
			try {
				const a = await send('PUT', url, Object.fromEntries(s.headers), file, (n) => progress(n / Math.max(1, file.size)), signal);
				if (a.status >= 200 && a.status < 300)
					return;
				throw refusal(a);
			} catch (e) {
				if (e instanceof Stop)
					throw e;
				if (signal.aborted)
					throw new Stop('cancelled');
				if (tries + 1 >= TRIES)
					throw new Stop('network');
			}
			await online();
			await pause(WAIT_MS * (tries + 1));
		}
	}

	return {
		async upload(file, name, known, on, signal) {
			try {
				await online();
				if (!ctx.features.upload)
					return 'not-allowed';
				if (ctx.features.uploadMax && file.size > ctx.features.uploadMax)
					return 'too-large';
				let s = known;
				if (!s) {
					s = await slot(ctx.ask, ctx.features.upload, name, file.size, file.type || 'application/octet-stream');
					if (!/^https?:/.test(s.put) || !/^https?:/.test(s.get))
						return 'server';
					on.slot(s);
				}
				const url = reach(s.put);
				// Ours, by its path, takes pieces; whose it is otherwise takes it whole.
				if (new URL(url).pathname.startsWith('/files/') && !s.headers.length)
					await inPieces(url, file, on.progress, signal);
				else
					await atOnce(s, url, file, on.progress, signal);
				return s.get;
			} catch (e) {
				if (e instanceof Stop)
					return e.why;
				if (signal.aborted)
					return 'cancelled';
				return (e instanceof IqError && slotRefusal(e.answer, e.condition)) || whyOf(e);
			}
		},
	};
}
