// SPDX-License-Identifier: Apache-2.0
// Finding people, requests, invites, the card of a person.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comes, holds } from '../pages.mjs';
import { answers, on } from './harness.mjs';

const names = (page) => page.locator('.person-name').allInnerTexts();
const find = (page, text) => page.getByLabel('Find people').fill(text);

test('contacts stand in order, Chinese by pinyin; blocked people and strangers are not among them', async () => {
	await on('/#/people', async (page) => {
		await page.getByText('Carol').waitFor();
		await comes(() => names(page), ['Bob Chen', 'Carol', '阿娜', '李雷', '王伟', '赵敏']);
	});
	await on('/?lang=zh#/people', async (page) => {
		await page.getByText('Carol').waitFor();
		await comes(() => names(page), ['阿娜', '李雷', '王伟', '赵敏', 'Bob Chen', 'Carol']);
	});
});

test('typing finds contacts at once and people of the server; one is added with a few words', () => on('/#/people', async (page, { called }) => {
	await find(page, 'bo');
	await page.getByRole('button', { name: 'Add Boris' }).click();
	await page.getByLabel('A few words (optional)').fill('Hello!');
	await page.getByRole('button', { name: 'Send request' }).click();
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	assert.deepEqual((await called()).find(([n]) => n === 'ask'), ['ask', 'boris@chat.lan', 'Hello!', null]);
	await page.getByRole('listitem').filter({ hasText: 'Boris' }).getByText('Request sent').waitFor();
	await comes(async () => (await names(page)).sort(), ['Bob Chen', 'Boris']);
}));

test('what cannot be asked is said in the window, which stays', () => on(`/?${answers({ ask: 'no-such-user' })}#/people`, async (page) => {
	await find(page, 'bo');
	await page.getByRole('button', { name: 'Add Boris' }).click();
	await page.getByRole('button', { name: 'Send request' }).click();
	await page.getByRole('dialog').getByText('Nobody has this address').waitFor();
}));

test('an address is looked up; one nobody has is said', () => on('/#/people', async (page, { called }) => {
	await find(page, 'xmpp:Dora@Other.Example?message');
	await page.getByRole('button', { name: /Add dora/ }).waitFor();
	assert.deepEqual((await called()).at(-1), ['exists', 'dora@other.example']);
	await page.evaluate(() => { window.fake.answers.exists = false; });
	await find(page, 'nobody@other.example');
	await page.getByText('Nobody has the address nobody@other.example').waitFor();
}));

test('a pasted invite shows from whom it is, and is used when one adds them', () => on('/#/people', async (page, { called }) => {
	await page.evaluate(() => { window.fake.answers.inviteInfo = { from: 'dora@chat.lan', name: 'Dora', kind: 'contact' }; });
	await find(page, 'https://chat.lan/invite#tok');
	await page.getByText('Invite from Dora').waitFor();
	await page.getByRole('button', { name: 'Add Dora' }).click();
	await page.getByRole('button', { name: 'Send request' }).click();
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	assert.deepEqual((await called()).find(([n]) => n === 'ask'), ['ask', 'dora@chat.lan', null, 'tok']);
	await page.evaluate(() => { window.fake.answers.inviteInfo = null; });
	await find(page, 'https://chat.lan/invite#tok2');
	await page.getByText('This invite has been used').waitFor();
}));

test('a search that breaks can be tried again', () => on('/#/people', async (page) => {
	await page.evaluate(() => { window.fake.answers.findPeople = new Error('line'); });
	await find(page, 'bor');
	await page.getByText('Looking for people did not work.').waitFor();
	await page.evaluate(() => { delete window.fake.answers.findPeople; });
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByText('Boris', { exact: true }).waitFor();
	await find(page, 'zzz');
	await page.getByText('Nobody found for “zzz”.').waitFor();
}));

test('a request is accepted, declined, or its sender blocked', async () => {
	for (const [button, call] of [['Accept', ['answer', 'han@chat.lan', true]], ['Decline', ['answer', 'han@chat.lan', false]]]) {
		await on('/#/people', async (page, { called }) => {
			await page.getByText('你好，我是市场部的韩梅梅。').waitFor();
			await page.getByRole('button', { name: button, exact: true }).click();
			await page.getByRole('heading', { name: 'Contact requests' }).waitFor({ state: 'detached' });
			await comes(called, [call]);
		});
	}
	await on('/#/people', async (page, { called }) => {
		await page.getByRole('button', { name: 'Block' }).click();
		await page.waitForFunction(() => document.activeElement.textContent === 'Cancel');
		await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
		await page.getByRole('heading', { name: 'Contact requests' }).waitFor({ state: 'detached' });
		assert.deepEqual(await called(), [['block', 'han@chat.lan', true]]);
	});
});

test('the invite shows link, code and end, and copies without a clipboard', () => on('/#/people/invite', async (page) => {
	await page.evaluate(() => {
		Object.defineProperty(navigator, 'clipboard', { value: undefined });
		document.addEventListener('copy', () => { window.copied = String(document.activeElement.value ?? getSelection()); });
	});
	const link = page.getByLabel('Link', { exact: true });
	await holds(link, 'https://chat.lan/invite#k3JwQ8ZtVbn2');
	await page.getByText(/^Valid until/).waitFor();
	assert.match(await page.getByRole('img', { name: /Code for the link/ }).locator('path').getAttribute('d'), /^M4 4h7v1h-7z/);
	await page.getByRole('button', { name: 'Copy link' }).click();
	await comes(() => page.evaluate(() => window.copied), 'https://chat.lan/invite#k3JwQ8ZtVbn2');
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await page.waitForURL(/#\/people$/);
}));

test('an invite that is not given says why and can be asked for again', () => on(`/?${answers({ invite: 'not-allowed' })}#/people/invite`, async (page) => {
	await page.getByText('The server does not allow this.').waitFor();
	await page.evaluate(() => { delete window.fake.answers.invite; });
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByLabel('Link', { exact: true }).waitFor();
}));

test('the card renames, mutes, blocks and removes; focus comes back', () => on('/?beside=1#/c/bob@chat.lan', async (page, { called }) => {
	const card = page.getByLabel('details');
	await card.getByText('latency-p95.png').waitFor();
	await card.getByRole('button', { name: 'Rename' }).click();
	await page.getByLabel('Your name for them').fill('Bobby');
	await page.keyboard.press('Enter');
	await card.getByRole('heading', { name: 'Bobby' }).waitFor();
	await card.getByRole('switch', { name: 'Notifications' }).click();
	await comes(() => card.getByRole('switch').getAttribute('aria-checked'), 'false');
	await card.getByRole('button', { name: 'Block' }).click();
	await page.getByRole('dialog').waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await page.waitForFunction(() => document.activeElement.textContent === 'Block');
	await card.getByRole('button', { name: 'Block' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
	await card.getByText('You have blocked Bobby.').waitFor();
	await card.getByRole('button', { name: 'Unblock' }).click();
	await card.getByText('You have blocked Bobby.').waitFor({ state: 'detached' });
	await card.getByRole('button', { name: 'Remove contact' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Remove contact' }).click();
	await card.getByText('Not in your contacts').waitFor();
	assert.deepEqual((await called()).filter(([n]) => n !== 'files'), [
		['rename', 'bob@chat.lan', 'Bobby'], ['mute', 'bob@chat.lan', true], ['block', 'bob@chat.lan', true], ['block', 'bob@chat.lan', false],
		['remove', 'bob@chat.lan'],
	]);
}));

test('with the keyboard alone: find, open the card, close it', () => on('/#/people', async (page) => {
	await page.waitForFunction(() => document.activeElement.matches('input[type=search]'));
	await page.keyboard.type('bob');
	await page.getByText('Carol').waitFor({ state: 'detached' });
	await page.getByText('Bob Chen').waitFor();
	for (const step of ['Bob Chen', 'More about Bob Chen']) {
		await page.keyboard.press('Tab');
		await page.waitForFunction((s) => (document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).includes(s), step);
	}
	await page.keyboard.press('Enter');
	await page.getByRole('dialog', { name: 'About Bob Chen' }).waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await page.waitForFunction(() => document.activeElement.getAttribute('aria-label') === 'More about Bob Chen');
}));

test('many contacts are drawn in portions', () => on('/#/people', async (page) => {
	await page.evaluate(() => {
		const of = (i) => ({ address: `p${i}@chat.lan`, name: `Person ${i}`, presence: 'offline', tie: 'both', blocked: false });
		window.fake.people.value = new Map(Array.from({ length: 400 }, (_, i) => [`p${i}@chat.lan`, of(i)]));
	});
	await page.getByText('Person 149', { exact: true }).waitFor();
	await comes(() => page.locator('.person').count(), 150);
	await page.getByRole('button', { name: 'Show more' }).click();
	await comes(() => page.locator('.person').count(), 300);
	await find(page, 'person 399');
	await page.getByText('Person 399', { exact: true }).waitFor();
}));
