// SPDX-License-Identifier: Apache-2.0
// Draws goose-192.png and goose-512.png from goose.svg with a Chromium: `node icons/make.mjs`. Their ground fills the
// square and the goose keeps to the middle, since systems cut their own shape out of it.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const svg = readFileSync(at('goose.svg'), 'utf8').replace(/ rx="\d+"/, '').replace('translate(0 2)', 'translate(7 8.5) scale(.78)');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const size of [192, 512]) {
	const page = await browser.newPage({ viewport: { width: size, height: size } });
	await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
	await page.screenshot({ path: at(`goose-${size}.png`) });
	await page.close();
}
await browser.close();
