// SPDX-License-Identifier: Apache-2.0
// One WebSocket as an XMPP stream (RFC 7395): elements in, elements out, from the first <open/> until it is closed. It negotiates nothing:
// login.ts and stream.ts do, in straight lines, by next().

import { el, parse, XmlError, type El, type Xml } from './xml';
import type { Env, Socket } from './env';
import { NS } from './names';

// The link went, was refused, or took too long.
export class LinkError extends Error {
	readonly condition: string; // of a stream error, else ''
	constructor(what: string, condition = '') {
		super(what);
		this.condition = condition;
	}
}

export interface Link {
	send(x: Xml): void;
	next(): Promise<El>; // the next element; rejects with LinkError when the link has gone
	listen(on: (e: El) => void): void; // instead of next(), for good; what waits comes first
	onClosed(fn: (why: LinkError) => void): void;
	close(): void; // in order
	drop(why: string): void; // at once: it is believed dead
	readonly closed: boolean;
}

// Far above what servers send; a frame beyond it is an attack.
const FRAME_MAX = 4 << 20;
const CONNECT_MS = 10_000;

function streamCondition(e: El): string {
	const c = e.kids.find((k): k is El => typeof k === 'object' && k.ns === NS.streamErrors);
	return c?.name ?? 'undefined-condition';
}

export function linkOpen(env: Env, url: string): Promise<Link> {
	return new Promise((resolve, reject) => {
		const waiting: El[] = [];
		let asker: { resolve(e: El): void; reject(e: LinkError): void } | null = null;
		let listener: ((e: El) => void) | null = null;
		let onClosed: ((why: LinkError) => void) | null = null;
		let over: LinkError | null = null;
		let socket: Socket | null = null;

		function end(why: LinkError): void {
			if (over)
				return;
			over = why;
			stop();
			socket?.close();
			reject(why);
			asker?.reject(why);
			asker = null;
			onClosed?.(why);
		}

		function take(e: El): void {
			if (e.ns === NS.stream && e.name === 'error') {
				end(new LinkError('stream error', streamCondition(e)));
			} else if (e.ns === NS.framing && e.name === 'close') {
				socket?.send(el('close', { xmlns: NS.framing }));
				end(new LinkError('closed by the server'));
			} else if (listener) {
				listener(e);
			} else if (asker) {
				const a = asker;
				asker = null;
				a.resolve(e);
			} else {
				waiting.push(e);
			}
		}

		const link: Link = {
			send: (x) => !over && socket?.send(x),
			next() {
				const e = waiting.shift();
				if (e)
					return Promise.resolve(e);
				if (over)
					return Promise.reject(over);
				return new Promise((res, rej) => (asker = { resolve: res, reject: rej }));
			},
			listen(on) {
				for (let e = waiting.shift(); e; e = waiting.shift())
					on(e);
				listener = on;
			},
			onClosed(fn) {
				onClosed = fn;
				if (over)
					fn(over);
			},
			close() {
				if (!over)
					socket?.send(el('close', { xmlns: NS.framing }));
				end(new LinkError('closed'));
			},
			drop: (why) => end(new LinkError(why)),
			get closed() {
				return over !== null;
			},
		};

		const stop = env.after(CONNECT_MS, () => end(new LinkError('no connection')));
		try {
			socket = env.connect(url, {
				open() {
					stop();
					resolve(link);
				},
				text(data) {
					if (over)
						return;
					try {
						if (data.length > FRAME_MAX)
							throw new XmlError('too large');
						take(parse(data, NS.client));
					} catch (e) {
						if (!(e instanceof XmlError))
							throw e;
						end(new LinkError('not XML'));
					}
				},
				closed: () => end(new LinkError('the connection is gone')),
			});
		} catch (e) {
			end(new LinkError(e instanceof Error ? e.message : 'no connection'));
		}
	});
}

// <open/> and what the server offers. `heard` is told the server's own domain as soon as that is known.
export async function linkStart(link: Link, domain: string, heard?: (domain: string) => void): Promise<{ domain: string; features: El }> {
	link.send(el('open', { xmlns: NS.framing, to: domain, version: '1.0' }));
	const open = await link.next();
	if (open.ns !== NS.framing || open.name !== 'open')
		throw new LinkError('no <open/>');
	heard?.(open.attrs['from'] ?? domain);
	const features = await link.next();
	if (features.ns !== NS.stream || features.name !== 'features')
		throw new LinkError('no features');
	return { domain: open.attrs['from'] ?? domain, features };
}

// Ends the link when the work takes longer.
export async function within<T>(env: Env, ms: number, link: Promise<Link>, work: (l: Link) => Promise<T>): Promise<T> {
	let l: Link | null = null;
	let late = false;
	let fail: (e: LinkError) => void = () => undefined;
	const timeout = new Promise<never>((_, reject) => (fail = reject));
	const stop = env.after(ms, () => {
		late = true;
		l?.drop('took too long');
		fail(new LinkError('took too long'));
	});
	const opened = link.then((x) => {
		l = x;
		if (late)
			x.drop('took too long');
		return x;
	});
	try {
		return await Promise.race([opened.then(work), timeout]);
	} catch (e) {
		opened.then((x) => x.drop('given up'), () => undefined);
		throw e;
	} finally {
		stop();
	}
}
