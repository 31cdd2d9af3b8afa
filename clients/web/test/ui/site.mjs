// SPDX-License-Identifier: Apache-2.0
// Builds the page over the fake model, serves it with the fields the server sends, and opens it in Chromium.

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closeBrowser, lend } from '../pages.mjs';
import { bundle, page as fillPage } from '../../build.mjs';

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const TYPES = { js: 'text/javascript', css: 'text/css', tsv: 'text/plain', html: 'text/html', svg: 'image/svg+xml', png: 'image/png' };

let site;

// One for all tests of a process.
export const openSite = () => (site ??= start());

async function start() {
	const b = await bundle('test/ui/harness.tsx');
	const template = readFileSync(fileURLToPath(new URL('../../index.html', import.meta.url)), 'utf8').replace(/\n\t<link rel="(?:icon|apple-touch-icon|manifest)".*/g, '');
	b.made.set('', Buffer.from(fillPage(template, b)));
	const server = createServer((q, a) => {
		const name = new URL(q.url, 'http://x').pathname.slice(1);
		const bytes = b.made.get(name);
		a.writeHead(bytes ? 200 : name === 'favicon.ico' ? 204 : 404, {
			'Content-Type': `${TYPES[name.split('.').pop()] ?? 'text/html'}; charset=utf-8`,
			'Content-Security-Policy': CSP,
			'X-Content-Type-Options': 'nosniff',
			'Cache-Control': name && bytes ? 'max-age=31536000, immutable' : 'no-store', // as the server says it; read and compiled once
		});
		a.end(bytes ?? '');
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const base = `http://127.0.0.1:${server.address().port}`;
	return {
		base,
		sizes: b,
		// A page as fresh as in a new context, to be given back (pages.mjs).
		async open(query = '', { hash = '', width = 1360, height = 850, ...context } = {}) {
			const p = await lend({ size: { width, height }, language: 'zh-CN', timezoneId: 'Asia/Shanghai', ...context });
			await p.goto(`${base}/?${query}${hash}`);
			await p.waitForSelector('.app, .first');
			return p;
		},
		async close() {
			await closeBrowser();
			server.close();
			server.closeAllConnections?.();
		},
	};
}
