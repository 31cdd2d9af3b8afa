// SPDX-License-Identifier: Apache-2.0
// Runs the tests of the page: types, whether dist/ is what src/ makes, units (bundled by esbuild, run by node), the screens over a fake model in
// Chromium, and with ANSERD and ANSERCTL set the tests against the real server.
// What is named on the command line, else all. Prints "N passed, N failed" alone on a line; exits non-zero when one failed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

const folder = (name) => () => tests(readdirSync(join(here, name)).filter((n) => n.endsWith('.test.mjs')).map((n) => join(here, name, n)));

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
	Object.assign(parts, { e2e: folder('e2e'), engine: () => script('chaos/engine.mjs'), chaos: () => script('chaos/chaos.mjs') });

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
