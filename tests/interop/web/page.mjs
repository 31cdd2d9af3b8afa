// SPDX-License-Identifier: Apache-2.0
// A page in headless Chromium: node page.mjs URL. What the page says by window.say(line) is written; lines that come are given to window.hear(line).
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const SHELL = '/usr/bin/chromium-headless-shell';
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || (existsSync(SHELL) ? SHELL : '/usr/bin/chromium'), args: ['--no-sandbox'] });
const page = await browser.newPage();
page.on('pageerror', (error) => console.error(`page: ${error}`));
page.on('console', (message) => console.error(`console: ${message.text()}`));
await page.exposeFunction('say', (line) => console.log(line));
await page.goto(process.argv[2]);
for await (const line of createInterface({ input: process.stdin }))
	await page.evaluate((l) => window.hear(l), line);
await page.evaluate(() => window.leave());
await browser.close();
