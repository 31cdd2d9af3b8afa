// SPDX-License-Identifier: Apache-2.0
// axe finds nothing and nothing is wider than the window, in every main state, light and dark, wide and narrow.
// Pictures of the states go to the folder PICTURES names.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { violations } from '../axe.mjs';
import { picture } from '../browser.mjs';
import { giveBack, still } from '../pages.mjs';
import { openSite } from './site.mjs';

const PHONE = { width: 390, height: 844, hasTouch: true, isMobile: true };
const WANG = '#/c/wangwei@chat.lan';

let site;
before(async () => {
	site = await openSite();
});
after(() => site.close());

const STATES = {
	list: ['', {}],
	conversation: ['', { hash: WANG }],
	menu: ['', { hash: WANG }, async (p) => {
		await p.locator('.row').last().focus();
		await p.keyboard.press('Enter');
		await p.getByRole('menu').waitFor();
	}],
	hover: ['', { hash: WANG }, (p) => p.locator('.row').last().hover()],
	reply: ['', { hash: WANG }, async (p) => {
		await p.locator('.row').nth(-5).hover();
		await p.getByRole('button', { name: /^(?:回复|Reply)$/ }).click();
	}],
	keys: ['', {}, async (p) => {
		await p.keyboard.press('Control+/');
		await p.getByRole('dialog').waitFor();
	}],
	lightbox: ['', { hash: WANG }, async (p) => {
		await p.locator('.picture').click();
		await p.locator('.lightbox img').waitFor();
	}],
	emoji: ['', { hash: WANG }, async (p) => {
		await p.locator('.composer-bar button').nth(1).click();
		await p.getByRole('option').first().waitFor();
	}],
	unread: ['', { hash: '#/c/bob@chat.lan' }],
	details: ['', { hash: WANG, width: 1000 }, async (p) => {
		await p.locator('.chat-head .only-narrow').click();
		await p.getByRole('dialog').waitFor();
	}],
	empty: ['state=empty', {}],
	out: ['state=out', {}],
	offline: ['', { hash: WANG }, (p) => p.evaluate(() => window.fake.lineOf({ state: 'connecting', since: 0, attempt: 3, next: Date.now() + 9000 })).then(() => p.locator('.strip').waitFor())],
	blocked: ['', { hash: WANG }, (p) => p.evaluate(() => window.fake.block('wangwei@chat.lan', true))],
	request: ['', { hash: '#/c/sun@chat.lan' }],
	stranger: ['', { hash: '#/c/new@chat.lan' }],
	'list on a phone': ['', PHONE],
	'conversation on a phone': ['', { ...PHONE, hash: WANG }],
};

for (const [name, [query, options, act]] of Object.entries(STATES)) {
	test(`axe: ${name}`, async () => {
		for (const theme of ['light', 'dark']) {
			const p = await site.open(`${query || 'state=everyday'}&lang=${theme === 'dark' ? 'en' : 'zh'}&theme=${theme}`, { reducedMotion: 'reduce', ...options });
			await act?.(p);
			await still(p);
			assert.deepEqual(await violations(p), [], `${name}, ${theme}`);
			assert.ok(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}, ${theme}: wider than the window`);
			await picture(p, `ui-${name.replaceAll(' ', '-')}-${theme}`);
			await giveBack(p);
		}
	});
}
