// SPDX-License-Identifier: Apache-2.0
// One browser for all tests of a process, and pages that are lent: a fresh context costs seconds on a slow machine, so one that was given back is used
// again, as empty as a fresh one.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { PATIENCE, device, launchBrowser } from './browser.mjs';

let browser;
const idle = new Map(); // by the options of their device

export function theBrowser() {
	return (browser ??= launchBrowser());
}

export async function closeBrowser() {
	const b = browser;
	browser = undefined;
	idle.clear();
	await (await b)?.close();
}

async function fresh(options) {
	const page = await (await device(await theBrowser(), options)).newPage();
	page.on('pageerror', (e) => page.faults.push(`${e.message}\n${e.stack}`));
	page.on('console', (m) => m.type() === 'error' && page.faults.push(m.text()));
	return page;
}

// What is thrown in it, or logged as an error, is in page.faults. It shows nothing yet.
export async function lend(options = {}) {
	const key = JSON.stringify(options);
	const page = idle.get(key)?.pop() ?? (await fresh(options));
	page.faults = [];
	page.kind = key;
	return page;
}

export async function giveBack(page) {
	const size = JSON.parse(page.kind).size;
	try {
		page.removeAllListeners('request');
		await page.evaluate(() => {
			localStorage.clear();
			sessionStorage.clear();
		});
		await page.mouse.move(-1, -1);
		if (size && JSON.stringify(page.viewportSize()) !== JSON.stringify(size))
			await page.setViewportSize(size);
		await page.goto('about:blank');
	} catch {
		await page.context().close();
		return;
	}
	idle.set(page.kind, [...(idle.get(page.kind) ?? []), page]);
}

// Until nothing moves any more.
export function still(page) {
	return page.evaluate(async () => {
		const frame = () => new Promise((done) => requestAnimationFrame(done));
		await frame();
		await frame();
		await Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => undefined)));
		await frame();
	});
}

// What `ask` gives, once it is that: lists fill and effects run after what is asked for is there.
export async function comes(ask, wanted) {
	for (const end = Date.now() + PATIENCE; !isDeepStrictEqual(await ask(), wanted) && Date.now() < end;)
		await new Promise((r) => setTimeout(r, 20));
	assert.deepEqual(await ask(), wanted);
}

// The same for the value of a field.
export const holds = (field, wanted) => comes(() => field.inputValue(), wanted);

// To be given to a page: until `is` says true there.
export async function until(is) {
	for (const end = Date.now() + 120_000; !is(); await new Promise((done) => setTimeout(done)))
		if (Date.now() > end)
			throw new Error(`it did not come to this: ${is}`);
}

// Runs a function in the page; what it is given may be functions too, of which only the text goes there.
export function within(page, run, ...given) {
	return page.evaluate(`(${run})(${given.map((x) => (typeof x === 'function' ? x : JSON.stringify(x))).join(', ')})`);
}
