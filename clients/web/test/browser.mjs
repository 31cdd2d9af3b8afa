// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium for tests of the page: the one without windows where it is there, since it takes half the work. Pictures go to the folder that PICTURES names, if it does.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const PATIENCE = 120_000; // the first start of a browser makes its list of fonts, which takes long on a slow machine

const SHELL = '/usr/bin/chromium-headless-shell';

export function launchBrowser() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? (existsSync(SHELL) ? SHELL : '/usr/bin/chromium'),
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
	});
}

export const DESK = { width: 1360, height: 850 };
export const PHONE = { width: 390, height: 844 };

// A browser profile of its own: one person's device.
export async function device(browser, { size = DESK, language = 'en-GB', dark = false, ...more } = {}) {
	const context = await browser.newContext({ viewport: size, locale: language, colorScheme: dark ? 'dark' : 'light', ignoreHTTPSErrors: true, ...more });
	context.setDefaultTimeout(PATIENCE);
	return context;
}

export async function picture(page, name) {
	if (!process.env.PICTURES)
		return;
	mkdirSync(process.env.PICTURES, { recursive: true });
	await page.screenshot({ path: join(process.env.PICTURES, `${name}.png`) });
}
