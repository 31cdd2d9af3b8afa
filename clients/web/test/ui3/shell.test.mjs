// SPDX-License-Identifier: Apache-2.0
// The screens in their real place, the shell: what only shows there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, still } from '../pages.mjs';
import { PHONE } from '../browser.mjs';
import { violations } from '../axe.mjs';
import { on } from './harness.mjs';

test('on a phone the card of a person comes over the conversation, and goes', () => on('/?app#/c/bob@chat.lan', async (page) => {
	await page.getByRole('button', { name: 'Details', exact: true }).last().click();
	const sheet = page.getByRole('dialog', { name: 'Bob Chen' });
	await sheet.waitFor();
	await sheet.getByText('latency-p95.png').waitFor();
	await still(page);
	assert.deepEqual(await violations(page), []);
	await page.keyboard.press('Escape');
	await sheet.waitFor({ state: 'detached' });
}, { size: PHONE }));

test('Ctrl-K opens the switcher from anywhere; settings and back', () => on('/?app#/', async (page) => {
	await page.keyboard.press('Control+k');
	await page.getByRole('combobox', { name: 'Go to a person, or search messages' }).fill('sett');
	await page.getByRole('option', { name: 'Settings', exact: true }).click();
	await page.getByRole('heading', { name: 'Settings' }).waitFor();
	await page.getByRole('button', { name: 'Change password' }).click();
	await page.getByRole('heading', { name: 'Change password' }).waitFor();
	await page.getByRole('button', { name: 'Back' }).click();
	await page.getByRole('heading', { name: 'Settings' }).waitFor();
	await still(page);
	assert.deepEqual(await violations(page), []);
}));

test('within a conversation, the search looks there', () => on('/?app#/c/bob@chat.lan', async (page) => {
	await page.getByRole('main').getByRole('button', { name: 'Search in this conversation' }).click();
	await page.getByRole('heading', { name: 'Search messages' }).waitFor();
	await holds(page.getByLabel('With'), 'bob@chat.lan');
	await page.goBack();
	await page.getByRole('main', { name: /Bob Chen/ }).waitFor();
}));

test('somebody who came by an invite and has an account is led to its sender after the login', () => on('/invite?app&out=1#tok', async (page) => {
	await page.getByRole('heading', { name: '王伟 invites you' }).waitFor();
	await page.getByRole('button', { name: 'Log in' }).click();
	await page.getByLabel('Name').fill('lin');
	await page.getByLabel('Password', { exact: true }).fill('x');
	await page.evaluate(() => { window.fake.line.value = { state: 'connecting', since: 0, attempt: 1 }; });
	await page.keyboard.press('Enter');
	await page.getByText('Invite from 王伟').waitFor();
}));
