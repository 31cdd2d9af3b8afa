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
	};
}

// 128 random bits, short to write.
export function freshId(env: Pick<Env, 'bytes'>): string {
	let s = '';
	for (const b of env.bytes(16))
		s += String.fromCharCode(b);
	return btoa(s).replace(/[+/=]/g, (c) => (c === '+' ? '-' : c === '/' ? '_' : ''));
}
