// SPDX-License-Identifier: Apache-2.0
// Server, proxy and pages of the tests of the engine.
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { startProxy } from './proxy.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

export async function pageFiles() {
	const out = await esbuild.build({
		entryPoints: [join(here, 'page.ts')], bundle: true, splitting: true, outdir: join(here, 'out'), format: 'esm', target: 'es2020', write: false,
		define: { ASSETS: '[]' }, logLevel: 'warning',
	});
	const files = new Map(out.outputFiles.map((f) => [`/${f.path.split('/').pop()}`, { type: 'text/javascript', bytes: f.text }]));
	files.set('/', { type: 'text/html', bytes: '<!doctype html><meta charset="utf-8"><title>engine</title><script type="module" src="/page.js"></script>' });
	return files;
}

export async function startRig(server, files, host) {
	const proxy = await startProxy(server.ports.http, files, host);
	return { ...proxy, url: `http://${host ?? 'localhost'}:${proxy.port}/` };
}

// Opens the engine in a tab; `over` are its times.
export async function engine(context, url, over = {}) {
	const page = await context.newPage();
	page.on('pageerror', (e) => console.error(`page: ${e.stack ?? e}`));
	if (process.env.TALK)
		page.on('console', (m) => console.error(`console: ${m.text()}`));
	await page.goto(url);
	await page.waitForFunction(() => typeof window.make === 'function');
	await page.evaluate((o) => window.make(o), over);
	return page;
}

export async function login(page, name, password, keep = true) {
	const why = await page.evaluate(async ([n, p, k]) => {
		await window.model.start();
		return window.model.login(n, p, k);
	}, [name, password, keep]);
	if (why)
		throw new Error(`${name} is not let in: ${why}`);
	await page.waitForFunction(() => window.model.synced.value, undefined, { timeout: 120_000 });
}

// Runs all, a few at a time: they mostly wait, for lines that break and come back. Gives how many came true.
export async function several(things, run, at = 3) {
	const left = [...things];
	let good = 0;
	const worker = async () => {
		for (let x = left.shift(); x !== undefined; x = left.shift())
			if (await run(x))
				good++;
	};
	const ended = await Promise.allSettled(Array.from({ length: at }, worker));
	const broken = ended.find((e) => e.status === 'rejected');
	if (broken)
		throw broken.reason;
	return good;
}
