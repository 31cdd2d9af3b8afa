// SPDX-License-Identifier: Apache-2.0
// Runs the tests of the page: types, whether dist/ is what src/ makes, units (bundled by esbuild, run by node), the screens over a fake model in
// Chromium, and with ANSERD and ANSERCTL set the tests against the real server.
// What is named on the command line, else all. Prints "N passed, N failed" alone on a line; exits non-zero when one failed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const asked = process.argv.slice(2);

function run(args) {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
		let said = '';
		child.stdout.on('data', (d) => {
			said += d;
			process.stdout.write(d);
		});
		child.once('exit', (code) => resolve({ code, said }));
	});
}

async function tests(files) {
	const { code, said } = await run(['--test', '--test-reporter=tap', ...files]);
	const number = (name) => Number(new RegExp(`^# ${name} (\\d+)`, 'm').exec(said)?.[1] ?? 0);
	const failed = number('fail') + number('cancelled');
	return { passed: number('pass'), failed: failed || (code ? 1 : 0) };
}

// Those with a browser in one process, which starts it (and the server, where there is one) once.
const folder = (name) => async () => {
	const files = readdirSync(join(here, name)).filter((n) => n.endsWith('.test.mjs')).map((n) => join(here, name, n));
	const shares = (file) => /from '\.\/(site|harness|stage)\.mjs'/.test(readFileSync(file, 'utf8'));
	if (!files.some(shares))
		return tests(files);
	const together = mkdtempSync(join(here, name, '.together-'));
	try {
		const all = join(together, 'all.test.mjs');
		writeFileSync(all, files.filter(shares).map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`).join(''));
		return await tests([...files.filter((file) => !shares(file)), all]);
	} finally {
		rmSync(together, { recursive: true, force: true });
	}
};

async function command(args) {
	const { code } = await run(args);
	return { passed: code ? 0 : 1, failed: code ? 1 : 0 };
}

// Inside this folder, so that packages are found; node 18 has no `crypto` of its own in modules.
async function units() {
	const out = mkdtempSync(join(here, 'unit', '.built-'));
	try {
		const entryPoints = readdirSync(join(here, 'unit')).filter((n) => n.endsWith('.test.ts')).map((n) => join(here, 'unit', n));
		await esbuild.build({
			entryPoints, bundle: true, splitting: true, outdir: out, outExtension: { '.js': '.mjs' }, format: 'esm', platform: 'node', target: 'es2022', logLevel: 'warning',
			banner: { js: "import { webcrypto as nodeCrypto } from 'node:crypto'; globalThis.crypto ??= nodeCrypto;" },
		});
		const files = readdirSync(out).filter((n) => n.endsWith('.test.mjs')).map((n) => join(out, n));
		return await tests(files);
	} finally {
		rmSync(out, { recursive: true, force: true });
	}
}

async function script(path) {
	const { code, said } = await run([join(here, path)]);
	const m = /^(\d+) passed, (\d+) failed$/m.exec(said);
	return m && !(code && m[2] === '0') ? { passed: Number(m[1]), failed: Number(m[2]) } : { passed: 0, failed: 1 };
}

const root = join(here, '..');
const parts = {
	types: () => command([join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', root]),
	dist: () => command([join(root, 'build.mjs'), '--check']),
	unit: units, ui: folder('ui'), ui3: folder('ui3'),
};
if (process.env.ANSERD)
	Object.assign(parts, { e2e: folder('e2e'), engine: () => script('chaos/engine.mjs'), rooms: () => script('chaos/rooms.mjs'), chaos: () => script('chaos/chaos.mjs') });

let passed = 0, failed = 0;
for (const name of asked.length ? asked : Object.keys(parts)) {
	if (!parts[name])
		throw new Error(`${name}: one of ${Object.keys(parts).join(', ')} (the latter with ANSERD and ANSERCTL set)`);
	const r = await parts[name]();
	passed += r.passed;
	failed += r.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
