// SPDX-License-Identifier: Apache-2.0
// Settings: each does what it says, once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { comes } from '../pages.mjs';
import { answers, on } from './harness.mjs';

const sets = async (called) => (await called()).filter(([n]) => n === 'set').map(([, key, value]) => [key, value]);

test('switches and choices take effect at once', () => on('/#/settings', async (page, { called }) => {
	await page.getByRole('radio', { name: 'Dark' }).check();
	await page.getByRole('radio', { name: 'Compact' }).check();
	await page.getByRole('switch', { name: 'Sound' }).click();
	await page.getByRole('switch', { name: 'Enter sends' }).click();
	await page.getByRole('switch', { name: 'Show others that I am typing' }).click();
	await page.getByRole('switch', { name: 'Tell others that I have read' }).click();
	await page.getByRole('switch', { name: 'Quiet hours' }).click();
	await page.getByLabel('From').fill('21:30');
	await comes(() => sets(called), [
		['theme', 'dark'], ['density', 'compact'], ['sound', false], ['enterSends', false], ['typing', false], ['receipts', false],
		['quiet', { on: true, from: '22:00', to: '07:00' }], ['quiet', { on: true, from: '21:30', to: '07:00' }],
	]);
	await comes(() => page.evaluate(() => document.documentElement.dataset.theme), 'dark');
	await page.getByRole('radio', { name: '中文' }).check();
	await page.getByRole('heading', { name: '设置', exact: true }).waitFor();
	await comes(() => page.evaluate(() => document.documentElement.lang), 'zh-CN');
}));

// The browser decides; a page can't set what it says, so the test puts its own in the place of Notification.
const notification = (permission) => `Object.defineProperty(window, 'Notification', { value: { permission: '${permission}' }, configurable: true });`;

test('notifications: asked for when first wanted, refused ones explained, none on plain http', async () => {
	await on('/#/', async (page, { called }) => {
		await page.evaluate(notification('default'));
		await page.evaluate(() => { window.fake.answers.permission = () => ((Notification.permission = 'granted'), true); location.hash = '#/settings'; });
		const box = page.getByRole('switch', { name: 'Notify about new messages' });
		await comes(() => box.getAttribute('aria-checked'), 'false');
		await box.click();
		await page.waitForFunction(() => window.fake.called.some(([n]) => n === 'set'));
		assert.deepEqual(await called(), [['permission'], ['set', 'notify', true]]);
		await comes(() => box.getAttribute('aria-checked'), 'true');
	});
	await on('/#/', async (page) => {
		await page.evaluate(notification('denied'));
		await page.evaluate(() => { location.hash = '#/settings'; });
		await page.getByText('The browser forbids notifications for this page.').waitFor();
		assert.ok(await page.getByRole('switch', { name: 'Notify about new messages' }).isDisabled());
	});
	await on('/#/', async (page) => {
		await page.evaluate(() => { Object.defineProperty(window, 'isSecureContext', { value: false }); location.hash = '#/settings'; });
		await page.getByText('only on a secure address').waitFor();
	});
});

test('the password: checked here, refused there, changed', () => on('/#/settings/password', async (page, { called }) => {
	const old = page.getByLabel('Current password');
	const fresh = page.getByLabel('New password');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Enter your password.').waitFor();
	await old.fill('correct horse');
	await fresh.fill('correct horse');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('The new password is the old one.').waitFor();
	await page.evaluate(() => { window.fake.answers.changePassword = 'wrong-password'; });
	await fresh.fill('battery staple 电池');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('This is not your current password.').waitFor();
	await comes(() => old.getAttribute('aria-invalid'), 'true');
	await page.evaluate(() => { delete window.fake.answers.changePassword; });
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('The password is changed.').waitFor();
	assert.deepEqual((await called()).at(-1), ['changePassword', 'correct horse', 'battery staple 电池']);
}));

test('devices: this one first, another is logged out', () => on('/#/settings/devices', async (page, { called }) => {
	await page.getByText('This device').waitFor();
	assert.match(await page.getByRole('listitem').first().innerText(), /Chromium, Linux/);
	await comes(() => page.getByRole('button', { name: /Log out/ }).count(), 2);
	await page.getByRole('button', { name: 'Log out Gajim' }).click();
	await page.getByText('Gajim is logged out.').waitFor();
	await comes(() => page.getByRole('listitem').count(), 2);
	assert.deepEqual((await called()).at(-1), ['endDevice', '3']);
}));

test('what could not be loaded says why and is asked for again', () => on(`/?${answers({ myFiles: 'no-server' })}#/settings/files`, async (page) => {
	await page.getByText('The server can’t be reached').waitFor();
	await page.evaluate(() => { delete window.fake.answers.myFiles; });
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByText('620 MB of 1 GB used').waitFor();
}));

test('a file is removed after a question', () => on('/#/settings/files', async (page, { called }) => {
	await page.getByRole('button', { name: 'Remove latency-p95.png' }).click();
	await page.getByRole('dialog').waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Remove latency-p95.png' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
	await page.getByText('latency-p95.png', { exact: true }).waitFor({ state: 'detached' });
	assert.deepEqual((await called()).filter(([n]) => n === 'removeFile'), [['removeFile', 'a']]);
}));

test('blocked people are listed and let go', () => on('/#/settings/blocked', async (page, { called }) => {
	await page.getByRole('button', { name: 'Unblock spam' }).click();
	await page.getByText('You have blocked nobody.').waitFor();
	await comes(called, [['block', 'spam@elsewhere.org', false]]);
}));

test('the export runs, is cancelled, runs again and is saved', () => on('/#/settings/export', async (page) => {
	await page.evaluate(() => {
		window.fake.answers.exportData = (progress, signal, done) => {
			progress({ done: 1200, total: 4000 });
			signal.addEventListener('abort', () => done('cancelled'));
			window.finish = () => done(new Blob(['{"all":1}'], { type: 'application/json' }));
		};
	});
	await page.getByRole('button', { name: 'Start export' }).click();
	await page.getByText('1,200 entries').waitFor();
	assert.equal(await page.getByRole('progressbar').getAttribute('value'), '1200');
	await page.getByRole('button', { name: 'Cancel' }).click();
	await page.getByText('The export was cancelled.').waitFor();
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByText('1,200 entries').waitFor();
	await page.evaluate(() => window.finish());
	const saved = page.waitForEvent('download');
	await page.getByRole('link', { name: 'Save file' }).click();
	assert.match((await saved).suggestedFilename(), /^anser-lin@chat\.lan-\d{4}-\d\d-\d\d\.json$/);
}));

test('the account ends with a typed word and the password, no sooner', () => on('/?lang=zh#/settings/delete', async (page, { called }) => {
	const end = page.getByRole('button', { name: '永久注销我的账号' });
	await end.click();
	await page.getByText('请准确输入“注销”。').waitFor();
	await page.getByLabel('请输入“注销”确认').fill('注销');
	await end.click();
	await page.getByText('请输入密码。').waitFor();
	assert.deepEqual(await called(), []);
	await page.getByLabel('当前密码').fill('geheim!!');
	await end.click();
	await page.waitForFunction(() => window.fake.called.length);
	assert.deepEqual(await called(), [['deleteAccount', 'geheim!!']]);
}));

test('logging out warns of what was not sent', () => on('/#/settings', async (page, { called }) => {
	await page.evaluate(() => { window.fake.model.unsent = { value: 2 }; });
	await page.getByRole('button', { name: 'Log out' }).click();
	await page.getByText('2 messages were not sent yet and will be lost').waitFor();
	await page.getByRole('button', { name: 'Cancel' }).click();
	assert.deepEqual(await called(), []);
	await page.getByRole('button', { name: 'Log out' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
	await page.waitForFunction(() => window.fake.called.length);
	assert.deepEqual(await called(), [['logout']]);
}));

function crc(bytes) {
	let c = ~0;
	for (const b of bytes) {
		c ^= b;
		for (let i = 0; i < 8; i++) c = (c >>> 1) ^ (0xedb88320 & -(c & 1));
	}
	return ~c >>> 0;
}
function chunk(name, data) {
	const body = Buffer.concat([Buffer.from(name), data]);
	const ends = Buffer.alloc(8);
	ends.writeUInt32BE(data.length, 0);
	ends.writeUInt32BE(crc(body), 4);
	return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
// PNG: left half red, right half blue.
function png(width, height) {
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 2], 8);
	const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, (_, x) => Buffer.from(x < width / 2 ? [255, 0, 0] : [0, 0, 255]))]);
	const rows = Buffer.concat(Array.from({ length: height }, () => row));
	return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

test('a picture is cut to the square one chose, and drawn anew', () => on('/#/settings/profile', async (page) => {
	await page.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: png(200, 100) });
	await page.getByRole('button', { name: 'Use picture' }).waitFor();
	await page.evaluate(() => {
		const set = window.fake.model.setAvatar;
		window.fake.model.setAvatar = async (image) => {
			if (!image) return set(image);
			const b = await createImageBitmap(image);
			const c = new OffscreenCanvas(b.width, b.height).getContext('2d');
			c.drawImage(b, 0, 0);
			const at = (x) => [...c.getImageData(x, 128, 1, 1).data];
			window.made = { type: image.type, width: b.width, height: b.height, left: at(10), right: at(245) };
			return set(image);
		};
	});
	await page.getByLabel('Picture to move').focus();
	for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight'); // as far as it goes: only the left half, red
	await page.getByRole('button', { name: 'Use picture' }).click();
	await page.waitForFunction(() => window.made);
	const { type, width, height, left, right } = await page.evaluate(() => window.made);
	assert.deepEqual([type, width, height], ['image/jpeg', 256, 256]);
	for (const [r, , b] of [left, right]) assert.ok(r > 200 && b < 60, `${r} ${b}`);
	await page.getByRole('button', { name: 'Remove picture' }).click();
	await page.getByRole('button', { name: 'Choose a picture' }).waitFor();
}));

test('what is no picture is refused with a word', () => on('/#/settings/profile', async (page, { called }) => {
	await page.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload=alert(1)>') });
	await page.getByText('This file can’t be read as a picture.').waitFor();
	assert.deepEqual(await called(), []);
}));

test('a name is set; an empty one is not', () => on('/#/settings/profile', async (page, { called }) => {
	await page.getByLabel('Name').fill('  ');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Enter a name.').waitFor();
	await page.getByLabel('Name').fill(' 小满 ');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Saved').waitFor();
	await comes(called, [['setName', '小满']]);
}));
