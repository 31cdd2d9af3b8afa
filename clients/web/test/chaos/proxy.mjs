// SPDX-License-Identifier: Apache-2.0
// A TCP proxy that does to connections what networks do. With a map of files, these are the page, and what asks for anything but /ws or /files/ never
// suffers; without, everything goes to the server, and may suffer.
import { createServer as httpServer } from 'node:http';
import { connect, createServer } from 'node:net';

// xorshift32: the same seed, the same trouble.
export function chance(seed) {
	let x = seed | 0 || 1;
	return () => {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		return (x >>> 0) / 2 ** 32;
	};
}

const listen = (server, host = '127.0.0.1') => new Promise((resolve) => server.listen(0, host, () => resolve(server.address().port)));

// `files`: path to { type, bytes }. Returns { port, state, cut(), stall(on), refuse(on), cutInside(way, after), cutAfter(bytes), close() }.
export async function startProxy(target, files, host) {
	const pages = httpServer((q, a) => {
		const f = files?.get(q.url.replace(/\?.*/, ''));
		a.setHeader('Connection', 'close'); // what comes next may be for the server
		a.writeHead(f ? 200 : 404, { 'Content-Type': f?.type ?? 'text/plain', 'Cache-Control': 'no-store' });
		a.end(f?.bytes ?? 'not found');
	});
	const pagePort = await listen(pages);
	const live = new Set();
	const all = new Set();
	// budget: bytes towards the server until every line breaks; spent: how often that was.
	const state = { stalled: false, refused: false, count: 0, cuts: 0, budget: Infinity, spent: 0 };

	function cut() {
		state.cuts += live.size;
		[...live].forEach((p) => p.end(true));
	}

	function pair(client, first) {
		const server = connect(target, '127.0.0.1');
		const p = { client, server, left: { up: Infinity, down: Infinity } };
		live.add(p);
		state.count++;
		p.end = (hard) => {
			live.delete(p);
			for (const s of [client, server])
				if (hard)
					s.resetAndDestroy ? s.resetAndDestroy() : s.destroy();
				else
					s.destroy();
		};
		// Passes bytes on; after as many as `left` says, the line breaks in the middle of whatever that is.
		const pass = (from, to, way) => (chunk) => {
			if (!live.has(p))
				return;
			const n = Math.min(chunk.length, p.left[way], way === 'up' ? state.budget : Infinity);
			p.left[way] -= n;
			if (way === 'up')
				state.budget -= n;
			if (n)
				to.write(chunk.subarray(0, n));
			if (p.left[way] === 0) {
				state.cuts++;
				setTimeout(() => p.end(false), 5);
			}
			if (state.budget === 0) {
				state.budget = Infinity;
				state.spent++;
				cut();
			}
			if (to.writableLength > 1 << 20) {
				from.pause();
				to.once('drain', () => state.stalled || from.resume());
			}
		};
		const up = pass(client, server, 'up');
		client.on('data', up);
		server.on('data', pass(server, client, 'down'));
		for (const [s, other] of [[client, server], [server, client]]) {
			s.on('error', () => undefined);
			s.on('close', () => {
				live.delete(p);
				other.destroy();
			});
		}
		p.freeze = (on) => {
			for (const s of [client, server])
				on ? s.pause() : s.resume();
		};
		if (state.stalled)
			p.freeze(true);
		up(first);
	}

	const front = createServer((client) => {
		all.add(client);
		client.on('close', () => all.delete(client));
		client.on('error', () => undefined);
		client.once('data', (first) => {
			client.pause();
			if (!files || /^(GET \/ws[ ?]|[A-Z]+ \/files\/)/.test(first.toString('latin1', 0, 64))) {
				if (state.refused) {
					client.resetAndDestroy ? client.resetAndDestroy() : client.destroy();
					return;
				}
				pair(client, first);
				if (!state.stalled)
					client.resume();
				return;
			}
			const page = connect(pagePort, '127.0.0.1');
			page.on('error', () => client.destroy());
			page.write(first);
			client.pipe(page).pipe(client);
			client.on('close', () => page.destroy());
			client.resume();
		});
	});
	const port = await listen(front, host);
	return {
		port,
		state,
		cut,
		stall(on) {
			state.stalled = on;
			[...live].forEach((p) => p.freeze(on));
		},
		refuse(on) {
			state.refused = on;
		},
		cutAfter(bytes) {
			state.budget = bytes;
		},
		cutInside(way, after) {
			[...live].forEach((p) => (p.left[way] = after));
		},
		async close() {
			[...live].forEach((p) => p.end(false));
			[...all].forEach((c) => c.destroy());
			await Promise.all([front, pages].map((s) => new Promise((r) => s.close(r))));
		},
	};
}
