// SPDX-License-Identifier: Apache-2.0
// First run: accounts, logins, invites, unsafe lines.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comes, holds } from '../pages.mjs';
import { answers, on } from './harness.mjs';

const server = (s) => `&server=${encodeURIComponent(JSON.stringify(s))}`;

async function errorOf(field) {
	await comes(() => field.getAttribute('aria-invalid'), 'true');
	const ids = (await field.getAttribute('aria-describedby')) ?? '';
	return field.page().locator(`[id="${ids.split(' ')[0]}"]`).innerText();
}

test('an account is made in two fields, then the welcome leads on', () => on('/?out=1', async (page, { called }) => {
	await comes(() => page.locator('.first input').count(), 2);
	await page.getByLabel('Name').fill('lin');
	await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
	await page.getByText('Very good.').waitFor();
	await page.getByRole('button', { name: 'Create account' }).click();
	await page.getByRole('heading', { name: 'Hello, lin!' }).waitFor();
	assert.deepEqual((await called()).filter(([n]) => n === 'register'), [['register', 'lin', 'correct horse battery', null]]);
	await page.getByRole('button', { name: /Find people/ }).click();
	await page.getByRole('heading', { name: 'People' }).waitFor();
}));

test('what is missing is said at its field and gets the focus', () => on('/?out=1', async (page, { called }) => {
	await page.getByRole('button', { name: 'Create account' }).click();
	const name = page.getByLabel('Name');
	assert.equal(await errorOf(name), 'Enter a name.');
	await comes(() => name.evaluate((e) => e === document.activeElement), true);
	await name.fill('lin@elsewhere.org');
	const password = page.getByLabel('Password', { exact: true });
	await password.fill('short');
	await page.keyboard.press('Enter');
	assert.equal(await errorOf(password), 'Take at least 8 characters.');
	await password.fill('correct horse battery');
	await page.keyboard.press('Enter');
	assert.equal(await errorOf(name), 'Only the part before the @, please.');
	assert.deepEqual(await called(), []);
}));

test('what the server refuses is said where it belongs', () => on('/?out=1', async (page) => {
	await page.getByLabel('Name').fill('lin');
	await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
	for (const [why, label, text] of [['name-taken', 'Name', /already has this name/], ['bad-password', 'Password', /longer one/]]) {
		await page.evaluate((w) => { window.fake.answers.register = w; }, why);
		await page.getByRole('button', { name: 'Create account' }).click();
		await page.getByText(text).waitFor();
		assert.match(await errorOf(page.getByLabel(label, { exact: true })), text);
	}
	await page.evaluate(() => { window.fake.answers.register = new Error('line'); });
	await page.getByRole('button', { name: 'Create account' }).click();
	await page.getByText('The connection broke off').waitFor();
	await holds(page.getByLabel('Name'), 'lin');
}));

test('a login may be for this visit only; the address of this server is all right as a name', () => on('/?out=1&lang=zh', async (page, { called }) => {
	await page.getByRole('button', { name: '去登录' }).click();
	await page.getByLabel('用户名').fill('lin@chat.lan');
	await page.getByLabel('密码', { exact: true }).fill('x y z');
	await page.getByLabel('在此设备上保持登录').uncheck();
	await page.keyboard.press('Enter');
	await page.getByText('nothing').waitFor();
	assert.deepEqual((await called()).filter(([n]) => n === 'login'), [['login', 'lin', 'x y z', false]]);
}));

test('the password can be shown, and Caps Lock is said', () => on('/?out=1', async (page) => {
	const password = page.locator('input[name=password]');
	await page.getByRole('button', { name: 'Show' }).click();
	await comes(() => password.getAttribute('type'), 'text');
	await page.getByRole('button', { name: 'Hide' }).click();
	await comes(() => password.getAttribute('type'), 'password');
	await password.focus();
	await password.evaluate((e) => e.dispatchEvent(new KeyboardEvent('keydown', { key: 'A', bubbles: true, modifierCapsLock: true })));
	await page.getByText('Caps Lock is on.').waitFor();
}));

test('an invite says who invites and is used', () => on('/invite?out=1#a%20b', async (page, { called }) => {
	await page.getByRole('heading', { name: '王伟 invites you' }).waitFor();
	await page.getByLabel('Name').fill('mei');
	await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
	await page.getByRole('button', { name: 'Create account' }).click();
	await page.getByRole('heading', { name: 'Hello, mei!' }).waitFor();
	const calls = await called();
	assert.deepEqual(calls[0], ['inviteInfo', 'a b']);
	assert.deepEqual(calls.find(([n]) => n === 'register'), ['register', 'mei', 'correct horse battery', 'a b']);
	await comes(() => new URL(page.url()).pathname, '/');
	assert.ok(!page.url().includes('a%20b'));
}));

test('where an invite is needed the code is the third field; a whole link works', () => on(`/?out=1${server({ register: 'invite' })}`, async (page, { called }) => {
	await page.getByRole('button', { name: 'Create one' }).click();
	await comes(() => page.locator('.first input').count(), 3);
	await page.getByLabel('Name').fill('mei');
	await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
	await page.keyboard.press('Enter');
	assert.equal(await errorOf(page.getByLabel('Invite code')), 'Enter the invite code.');
	await page.getByLabel('Invite code').fill('https://chat.lan/invite#k3J%2Bq ');
	await page.evaluate(() => { window.fake.answers.register = 'invite-used'; });
	await page.keyboard.press('Enter');
	await page.getByText('has been used or has expired').waitFor();
	assert.equal((await called()).find(([n]) => n === 'register')[3], 'k3J+q');
}));

test('a used invite says so, and the account can still be made where anybody may', () => on(`/invite?out=1&${answers({ inviteInfo: null })}#old`, async (page, { called }) => {
	await page.getByText('This invite has been used or has expired').waitFor();
	await page.getByLabel('Name').fill('mei');
	await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Hello, mei!' }).waitFor();
	assert.equal((await called()).find(([n]) => n === 'register')[3], null);
}));

test('somebody who is logged in and opens an invite is led to its sender', () => on('/invite#tok', async (page, { called }) => {
	await page.getByText('Invite from 王伟').waitFor();
	assert.deepEqual(await called(), [['inviteInfo', 'tok']]);
	await comes(() => new URL(page.url()).pathname, '/');
}));

test('an unsafe line allows no account and shows the way out', () => on(`/?out=1${server({ safe: false })}`, async (page) => {
	await page.getByRole('link', { name: 'How to open it securely' }).waitFor();
	assert.equal(await page.getByRole('link', { name: 'How to open it securely' }).getAttribute('href'), '/trust');
	await page.getByRole('button', { name: 'Log in' }).waitFor();
	assert.equal(await page.getByRole('button', { name: /Create/ }).count(), 0);
}));

test('who was logged out reads why; the language is one click away', () => on('/?out=1', async (page) => {
	await page.evaluate(() => { window.fake.line.value = { state: 'ended', why: 'logged-out' }; });
	await page.getByText('You were logged out on this device').waitFor();
	await page.getByRole('button', { name: '中文' }).click();
	await page.getByText('此设备已退出登录').waitFor();
	await comes(() => page.evaluate(() => document.documentElement.lang), 'zh-CN');
}));

test('an invite that makes contacts only opens no account; it is there after the login', () => on(`/invite?out=1&${answers({ inviteInfo: { from: 'wangwei@chat.lan', name: '王伟', kind: 'contact' } })}${server({ register: 'invite' })}#tok`, async (page, { called }) => {
	await page.getByText('王伟 would like to be in touch.').waitFor();
	await page.getByRole('button', { name: 'Create one' }).click();
	await page.getByLabel('Invite code').waitFor();
	await page.getByRole('button', { name: 'Log in' }).click();
	await page.getByLabel('Name').fill('lin');
	await page.getByLabel('Password', { exact: true }).fill('x');
	await page.keyboard.press('Enter');
	await page.getByText('Invite from 王伟').waitFor();
	assert.deepEqual((await called()).map(([n]) => n), ['inviteInfo', 'login', 'inviteInfo']);
}));
