// SPDX-License-Identifier: Apache-2.0
// What the engine needs of the world: a socket, the time, timers, chance. Tests give their own.

export interface Socket {
	send(text: string): void;
	close(): void;
}
export interface SocketEvents {
	open(): void;
	text(data: string): void;
	closed(): void; // once; nothing follows
}
export type Stop = () => void;

export interface Env {
	connect(url: string, on: SocketEvents): Socket;
	now(): number; // milliseconds, only forwards
	wall(): number; // milliseconds since 1970
	after(ms: number, fn: () => void): Stop;
	random(): number; // 0 to 1
	bytes(n: number): Uint8Array<ArrayBuffer>; // unguessable
	readonly device?: string; // for its owner to know it by
}

export function browserEnv(): Env {
	return {
		connect(url, on) {
			const ws = new WebSocket(url, 'xmpp');
			let over = false;
			const end = (): void => {
				if (over)
					return;
				over = true;
				on.closed();
			};
			ws.onopen = () => !over && on.open();
			ws.onmessage = (e: MessageEvent<unknown>) => {
				if (!over && typeof e.data === 'string')
					on.text(e.data);
			};
			ws.onclose = end;
			return {
				send: (text) => {
					if (!over && ws.readyState === WebSocket.OPEN)
						ws.send(text);
				},
				// A stalled connection takes its time to close; nobody waits for that.
				close: () => {
					ws.close();
					end();
				},
			};
		},
		now: () => performance.now(),
		wall: () => Date.now(),
		after: (ms, fn) => {
			const t = setTimeout(fn, ms);
			return () => clearTimeout(t);
		},
		random: Math.random,
		bytes: (n) => crypto.getRandomValues(new Uint8Array(n)),
		device: deviceName(navigator.userAgent),
	};
}

// "Firefox, Linux": of the many names in there the first that fits.
export function deviceName(agent: string): string {
	const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(agent.replace(/.*(Edg|OPR)/, '$1'))?.[0] ?? 'web';
	const system = /Android|iPhone|iPad/.exec(agent)?.[0] ?? /Windows|Mac|CrOS|Linux/.exec(agent)?.[0];
	const name = ({ Edg: 'Edge', OPR: 'Opera' } as Record<string, string>)[browser] ?? browser;
	return system ? `${name}, ${system}` : name;
}

// As RFC 4122 writes 122 random bits.
export function uuid(env: Pick<Env, 'bytes'>): string {
	const b = env.bytes(16);
	b[6] = (b[6]! & 15) | 64;
	b[8] = (b[8]! & 63) | 128;
	return Array.from(b, (x, i) => ([4, 6, 8, 10].includes(i) ? '-' : '') + x.toString(16).padStart(2, '0')).join('');
}

// 128 random bits, short to write.
export function freshId(env: Pick<Env, 'bytes'>): string {
	let s = '';
	for (const b of env.bytes(16))
		s += String.fromCharCode(b);
	return btoa(s).replace(/[+/=]/g, (c) => (c === '+' ? '-' : c === '/' ? '_' : ''));
}
