// SPDX-License-Identifier: Apache-2.0
// A client of the classic protocol (docs/protocol-classic.md), in lines.
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { PASSWORD } from '../server.mjs';

// One connection: say() a line, bytes(); hear() the next line, rest() all that comes until the server closes.
export async function connectClassic(server) {
	const socket = createConnection(server.ports.classic, '127.0.0.1');
	const waiting = [];
	let got = Buffer.alloc(0), ended = false;
	const wake = () => waiting.splice(0).forEach((w) => w());
	socket.on('data', (d) => { got = Buffer.concat([got, d]); wake(); });
	socket.on('close', () => { ended = true; wake(); });
	socket.on('error', () => {});
	await once(socket, 'connect');
	const more = () => new Promise((done) => { waiting.push(done); });
	return {
		say: (line) => socket.write(`${line}\n`),
		bytes: (b) => socket.write(b),
		async hear() {
			let end;
			while ((end = got.indexOf(10)) < 0) {
				if (ended)
					throw new Error(`the server closed; left: ${got.toString()}`);
				await more();
			}
			const line = got.subarray(0, end).toString();
			got = got.subarray(end + 1);
			return line;
		},
		async rest() {
			while (!ended)
				await more();
			return got;
		},
		close: () => socket.destroy(),
	};
}

export async function loginClassic(server, name) {
	const client = await connectClassic(server);
	client.say(`101|${name},${PASSWORD}`);
	const reply = await client.hear();
	if (reply !== '1|')
		throw new Error(`${name} cannot log in: ${reply}`);
	return client;
}
