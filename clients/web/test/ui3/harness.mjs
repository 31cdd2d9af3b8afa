// SPDX-License-Identifier: Apache-2.0
// Serves page.tsx with the strict policy of the real page, and opens it in Chromium.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after } from 'node:test';
import { closeBrowser, giveBack, lend } from '../pages.mjs';
import { bundle } from '../../build.mjs';

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const TYPES = { js: 'text/javascript', css: 'text/css' };

async function serve() {
	const { made, main, sheet } = await bundle('test/ui3/page.tsx');
	const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Anser</title><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><link rel="stylesheet" href="/${sheet}"><script type="module" src="/${main}"></script></head><body><div id="app"></div></body></html>`;
	const server = createServer((q, a) => {
		const name = new URL(q.url, 'http://x').pathname.slice(1);
		const bytes = made.get(name);
		a.writeHead(200, { 'content-type': bytes ? TYPES[name.split('.').pop()] : 'text/html; charset=utf-8', 'content-security-policy': POLICY, 'cache-control': bytes ? 'max-age=31536000, immutable' : 'no-store' });
		a.end(bytes ?? html);
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

let site;
after(async () => {
	await closeBrowser();
	(await site)?.close();
});

// A test over a page at `where` ("/?lang=zh#/people"); afterwards nothing may have been thrown or refused by the policy.
export async function on(where, run, options) {
	const { url } = await (site ??= serve());
	const page = await lend(options);
	try {
		await page.goto(url + where);
		await page.waitForSelector('#app > *');
		await run(page, { called: () => page.evaluate(() => JSON.parse(JSON.stringify(window.fake.called))) });
		assert.deepEqual(page.faults, []);
	} finally {
		await giveBack(page);
	}
}

// The part of an address that gives the fake model its answers.
export function answers(a) {
	return `answers=${encodeURIComponent(JSON.stringify(a))}`;
}
