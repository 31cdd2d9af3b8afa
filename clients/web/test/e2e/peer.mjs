// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './wait.mjs';

// A slixmpp client (peer.py). heard: all that it told so far.
export async function startPeer(server, address, password) {
	const child = spawn('/usr/bin/python3', [fileURLToPath(new URL('peer.py', import.meta.url)), String(server.ports.xmpp), address, password], { stdio: ['pipe', 'pipe', 'pipe'] });
	const told = [];
	let errors = '';
	child.stderr.on('data', (d) => { errors += d; });
	createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line)));
	const ended = new Promise((done) => child.once('exit', done));
	const peer = {
		told,
		tell: (line) => child.stdin.write(`${line}\n`),
		hears: (text) => until(() => told.find((t) => t.heard === text), () => `slixmpp hears "${text}": ${JSON.stringify(told)} ${errors}`),
		async close() {
			child.stdin.end('quit\n');
			await ended;
		},
	};
	await until(() => told.find((t) => t.online), () => `slixmpp is online: ${errors}`);
	return peer;
}
