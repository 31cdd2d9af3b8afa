// SPDX-License-Identifier: Apache-2.0
// axe finds nothing on any screen, light and dark, desk and phone; nothing is wider than a phone; what a finger hits is large enough there.
// PICTURES=folder keeps what the screens look like.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESK, PHONE, picture } from '../browser.mjs';
import { violations } from '../axe.mjs';
import { still } from '../pages.mjs';
import { answers, on } from './harness.mjs';

const click = (name) => async (page) => {
	await page.getByRole('button', { name }).first().click();
};
const unsafe = `server=${encodeURIComponent('{"safe":false}')}`;
const byInvite = `server=${encodeURIComponent('{"register":"invite"}')}`;

const screens = {
	register: ['/?out=1', async (page) => {
		await page.locator('input[name=username]').fill('lin');
		await page.locator('input[name=password]').fill('passwort1');
	}],
	'register-faults': ['/?out=1', (page) => page.locator('button[type=submit]').click()],
	'register-code': [`/?out=1&${byInvite}`, (page) => page.locator('.first-switch button').click()],
	invited: ['/invite?out=1#tok', (page) => page.getByText('王伟').waitFor()],
	'invite-gone': [`/invite?out=1&${answers({ inviteInfo: null })}#tok`, (page) => page.locator('.note').waitFor()],
	unsafe: [`/?out=1&${unsafe}`],
	welcome: ['/#/welcome'],
	people: ['/#/people'],
	'people-found': ['/#/people', async (page) => {
		await page.locator('input[type=search]').fill('bo');
		await page.getByText('Boris', { exact: true }).waitFor();
	}],
	invite: ['/#/people/invite', (page) => page.locator('.qr').waitFor()],
	card: ['/?beside=1#/c/bob@chat.lan', (page) => page.getByText('latency-p95.png').waitFor({ state: 'attached' })],
	'card-window': ['/#/people', (page) => page.locator('.person .icon-button').first().click()],
	'card-of-request': ['/?beside=1#/c/han@chat.lan'],
	block: ['/#/people', click(/^(Block|屏蔽)$/)],
	search: ['/#/search', async (page) => {
		await page.locator('input[type=search]').fill('发布');
		await page.locator('.hit').first().waitFor();
	}],
	'search-none': ['/#/search', async (page) => {
		await page.locator('select').last().selectOption('between');
		await page.locator('input[type=search]').fill('zzzz');
		await page.locator('.empty').waitFor();
	}],
	switcher: ['/#/switch', async (page) => {
		await page.getByRole('combobox').fill('bo');
		await page.getByText('Boris', { exact: true }).waitFor();
	}],
	emoji: ['/#/emoji', async (page) => {
		await page.getByRole('option').first().waitFor();
		await page.locator('.emoji-picker input').press('ArrowDown');
	}],
	settings: ['/#/settings', (page) => page.getByRole('switch').nth(2).click()],
	'settings-profile': ['/#/settings/profile'],
	'settings-password': ['/#/settings/password', (page) => page.locator('button[type=submit]').click()],
	'settings-devices': ['/#/settings/devices', (page) => page.getByText('Gajim').waitFor()],
	'settings-files': ['/#/settings/files', (page) => page.getByText('latency-p95.png').waitFor()],
	'settings-blocked': ['/#/settings/blocked'],
	'settings-export': ['/#/settings/export', (page) => page.locator('.button.primary').click()],
	'settings-about': ['/#/settings/about'],
	'settings-delete': ['/#/settings/delete', (page) => page.locator('button[type=submit]').click()],
	logout: ['/#/settings', (page) => page.locator('.settings > .button.wide').click()],
};

const looks = [
	{ name: 'desk-light-en', size: DESK, lang: 'en', dark: false },
	{ name: 'phone-dark-zh', size: PHONE, lang: 'zh', dark: true },
];

// Buttons and fields a finger has to hit: 44 px in one direction at least and 36 in the other, or text links within a line.
function smallTargets() {
	const seen = [...document.querySelectorAll('button, select, [role=switch], input:not([type=radio]):not([type=file]):not([hidden])')];
	return seen.filter((e) => {
		const of = e.closest('label') ?? (e.closest('.field-frame, .find-field') || e);
		const r = of.getBoundingClientRect();
		if (!r.width || e.matches('.link-button') || of.closest('.check')) return false;
		return e.matches('.switch') ? getComputedStyle(e, '::after').height < '44px' : r.height < 43.5;
	}).map((e) => `${e.tagName} ${e.className} ${e.textContent?.slice(0, 30)} ${Math.round(e.getBoundingClientRect().height)}`);
}

for (const [name, [where, act]] of Object.entries(screens)) {
	for (const look of looks) {
		test(`${name}, ${look.name}`, () => {
			const [path, hash] = where.split('#');
			const lang = `${path}${path.includes('?') ? '&' : '?'}lang=${look.lang}${hash === undefined ? '' : `#${hash}`}`;
			return on(lang, async (page) => {
				await act?.(page);
				await still(page);
				await picture(page, `ui3-${name}-${look.name}`);
				assert.deepEqual(await violations(page), []);
				assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider than the window');
				if (look.size === PHONE) assert.deepEqual(await page.evaluate(smallTargets), []);
			}, { size: look.size, dark: look.dark });
		});
	}
}
