// SPDX-License-Identifier: Apache-2.0
// A line that can be cut: TCP between a browser and the server.
import { createServer, connect } from 'node:net';

export async function startProxy(port) {
	const pairs = new Set();
	let refuses = false;
	let budget = Infinity; // bytes towards the server until everything is cut
	const server = createServer((near) => {
		if (refuses) {
			near.destroy();
			return;
		}
		const far = connect(port, '127.0.0.1');
		const pair = { near, far };
		pairs.add(pair);
		const end = () => {
			pairs.delete(pair);
			near.destroy();
			far.destroy();
		};
		near.on('data', (d) => {
			if (d.length > budget) {
				far.write(d.subarray(0, budget));
				budget = Infinity;
				proxy.cuts++;
				proxy.cut();
				return;
			}
			budget -= d.length;
			if (!far.write(d))
				near.pause();
		});
		far.on('drain', () => near.resume());
		far.on('data', (d) => near.write(d));
		for (const s of [near, far]) {
			s.on('error', end);
			s.on('close', end);
		}
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const proxy = {
		port: server.address().port,
		cuts: 0,
		cut() {
			for (const { near, far } of pairs) {
				near.resetAndDestroy?.();
				near.destroy();
				far.destroy();
			}
			pairs.clear();
		},
		cutAfter(bytes) { budget = bytes; },
		refuse(on) {
			refuses = on;
			if (on)
				proxy.cut();
		},
		async close() {
			proxy.cut();
			await new Promise((done) => server.close(done));
		},
	};
	return proxy;
}
