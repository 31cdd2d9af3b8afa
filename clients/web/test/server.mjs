// SPDX-License-Identifier: Apache-2.0
// The real server for tests of the page: free ports, a data directory of its own, ended by its process id. The programs are named by ANSERD and
// ANSERCTL. Nothing sleeps: readiness is a line on the server's stdout.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const DOMAIN = 'anser.test';
export const PASSWORD = 'correct horse, 电池 staple';
const PORTS = ['xmpp', 'xmpps', 'http', 'https', 'any', 'classic', 'classics', 'hybrid'];

function program(name) {
	const path = process.env[name];
	if (!path)
		throw new Error(`${name} must name the program (run ./test, or set it to build/…)`);
	return path;
}

async function launch(server) {
	const args = ['--data', server.data, '--print-ports'];
	const settings = { 'server.domain': DOMAIN, 'server.cores': 1, ...Object.fromEntries(PORTS.map((p) => [`listen.${p}`, `127.0.0.1:${server.ports[p] ?? 0}`])), ...server.settings };
	for (const [name, value] of Object.entries(settings))
		args.push('--set', `${name}=${value}`);
	const child = spawn(program('ANSERD'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
	server.child = child;
	server.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
	child.stderr.on('data', (d) => { server.log += d; });
	server.said = [];
	for await (const line of createInterface({ input: child.stdout })) {
		server.said.push(line);
		if (line.startsWith('{"pid"'))
			server.ports = JSON.parse(line);
		if (line === 'ready') {
			child.stdout.resume();
			return;
		}
	}
	throw new Error(`the server ended before it was ready: ${await server.ended}\n${server.log}`);
}

// Returns { ports, data, url, account(), ctl(), stop(), kill(), start(), close() }.
export async function startServer(settings = {}) {
	const home = mkdtempSync(join(tmpdir(), 'anser-page-'));
	const server = {
		home, data: join(home, 'data'), settings, ports: {}, log: '', said: [],
		get url() { return `http://localhost:${server.ports.http}/`; },
		get secureUrl() { return `https://localhost:${server.ports.https}/`; },
		// Output of anserctl; throws with what it says when it fails.
		ctl(args, input = '') {
			const r = spawnSync(program('ANSERCTL'), ['--data', server.data, ...args], { input, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
			if (r.status !== 0)
				throw new Error(`anserctl ${args.join(' ')}: ${r.stderr || r.error}`);
			return r.stdout;
		},
		account(name, password = PASSWORD) { server.ctl(['user', 'add', name, '--password-stdin'], `${password}\n`); },
		authority() { return readFileSync(join(server.data, 'tls', 'ca.crt'), 'utf8'); },
		start: () => launch(server),
		// In order; the exit status must be 0.
		async stop() {
			if (!server.child)
				return;
			server.child.kill('SIGTERM');
			const code = await server.ended;
			server.child = null;
			if (code !== 0)
				throw new Error(`the server ended with ${code}\n${server.log}`);
		},
		async kill() {
			server.child?.kill('SIGKILL');
			await server.ended;
			server.child = null;
		},
		async close() {
			try {
				await server.stop();
			} finally {
				if (server.child)
					await server.kill();
				rmSync(home, { recursive: true, force: true });
			}
		},
	};
	await launch(server);
	return server;
}
