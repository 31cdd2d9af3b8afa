// SPDX-License-Identifier: Apache-2.0
// Serves page.tsx with the strict policy of the real page, and opens it in Chromium.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { device, launchBrowser } from '../browser.mjs';
import { bundle } from '../../build.mjs';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const TYPES = { js: 'text/javascript', css: 'text/css' };

export async function serve() {
	const { made, main, sheet } = await bundle('test/ui3/page.tsx');
	const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Anser</title><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><link rel="stylesheet" href="/${sheet}"><script type="module" src="/${main}"></script></head><body><div id="app"></div></body></html>`;
	const server = createServer((q, a) => {
		const name = new URL(q.url, 'http://x').pathname.slice(1);
		const bytes = made.get(name);
		a.writeHead(200, { 'content-type': bytes ? TYPES[name.split('.').pop()] : 'text/html; charset=utf-8', 'content-security-policy': POLICY });
		a.end(bytes ?? html);
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close(), made };
}

// A page at `where` ("/?lang=zh#/people"); what it throws or the policy refuses fails the test at `calm()`.
export async function open(browser, url, where, options = {}) {
	const context = await device(browser, options);
	const page = await context.newPage();
	const bad = [];
	page.on('pageerror', (e) => bad.push(String(e)));
	page.on('console', (m) => {
		if (m.type() === 'error') bad.push(m.text());
	});
	await page.goto(url + where);
	await page.waitForSelector('#app > *');
	return {
		page,
		called: () => page.evaluate(() => JSON.parse(JSON.stringify(window.fake.called))),
		calm: () => bad,
		close: () => context.close(),
	};
}

export { launchBrowser };

// A test over one page of its own; afterwards nothing may have been thrown or refused by the policy.
export async function on(site, browser, where, run, options) {
	const o = await open(browser, site.url, where, options);
	try {
		await run(o.page, o);
		assert.deepEqual(o.calm(), []);
	} finally {
		await o.close();
	}
}

// The part of an address that gives the fake model its answers.
export function answers(a) {
	return `answers=${encodeURIComponent(JSON.stringify(a))}`;
}

// What axe finds, as short lines.
export async function axe(page) {
	await page.evaluate(AXE);
	const found = await page.evaluate(async () => {
		const r = await window.axe.run(document, { resultTypes: ['violations'] });
		return r.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary.replace(/\s+/g, ' ')}`).join(' | ')}`);
	});
	return found;
}
