// SPDX-License-Identifier: Apache-2.0
// What all stories need: one server and one browser for all files of a process, and a device of its own for everybody in a story.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { device, launchBrowser, picture } from '../browser.mjs';
import { startServer } from '../server.mjs';
import { openPage } from './people.mjs';

export const server = await startServer();
const browser = await launchBrowser();
after(async () => {
	await browser.close();
	await server.close();
});

// run(open, tab): open({ url, ...device }) is a page in a device of its own, tab(page) another page in the same. Every one must end without a fault.
export function story(name, run) {
	test(name, async () => {
		const contexts = [];
		const pages = [];
		const show = async (context, url) => {
			const page = await openPage(context, url);
			pages.push(page);
			return page;
		};
		const open = async ({ url = server.url, ...options } = {}) => {
			const context = await device(browser, options);
			contexts.push(context);
			return show(context, url);
		};
		try {
			await run(open, (page) => show(page.context(), server.url));
			for (const page of pages)
				assert.deepEqual(page.faults, []);
		} catch (e) {
			for (const [i, page] of pages.entries())
				await picture(page, `failed-${name.replace(/\W+/g, '-')}-${i}`).catch(() => {});
			throw e;
		} finally {
			for (const context of contexts)
				await context.close();
		}
	});
}
