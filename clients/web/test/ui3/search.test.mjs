// SPDX-License-Identifier: Apache-2.0
// The switcher and the search of messages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comes, holds } from '../pages.mjs';
import { answers, on } from './harness.mjs';

const DAY = 86400000;
const options = (page) => page.getByRole('option');
const queries = async (called) => (await called()).filter(([n]) => n === 'search').map(([, q]) => q);

test('the switcher shows what is unread first; arrows and Enter open it', () => on('/#/switch', async (page) => {
	await options(page).first().waitFor();
	await comes(() => page.locator('.option-title').allInnerTexts(), ['Bob Chen', '王伟', '赵敏', 'People', 'Invite somebody', 'Settings']);
	await page.waitForFunction(() => document.activeElement.matches('[role=combobox]'));
	await page.keyboard.press('ArrowDown');
	await comes(() => page.getByRole('combobox').getAttribute('aria-activedescendant'), await options(page).nth(1).getAttribute('id'));
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'conversation wangwei@chat.lan' }).waitFor();
}));

test('pinyin initials, people of the server, places and messages', () => on('/#/switch', async (page) => {
	const field = page.getByRole('combobox');
	await field.fill('zm');
	await comes(() => page.locator('.option-title').first().innerText(), '赵敏');
	await field.fill('bo');
	await page.getByRole('group', { name: 'On this server' }).getByText('Boris', { exact: true }).waitFor();
	await comes(() => page.locator('.option-title').first().innerText(), 'Bob Chen');
	await field.fill('sett');
	await page.getByRole('option', { name: 'Settings', exact: true }).waitFor();
	await field.fill('release notes');
	await page.getByRole('option', { name: /Search messages for “release notes”/ }).click();
	await page.getByRole('heading', { name: 'Search messages' }).waitFor();
	await holds(page.getByLabel('Words in messages or file names'), 'release notes');
	await page.locator('.hit').first().waitFor();
}));

test('results stand by day with the words marked; a click leads to the place, and back to the results', () => on('/?lang=zh#/search', async (page, { called }) => {
	await page.getByLabel('消息或文件名中的词').fill('发布');
	await page.getByText('4 条结果').waitFor();
	await comes(() => page.locator('mark').allInnerTexts(), ['发布', '发布', '发布', '发布']);
	assert.match(await page.locator('.hits h2').first().innerText(), /今天|昨天/);
	const wanted = await page.evaluate(() => window.fake.messages[0]);
	await page.locator('.hit').first().click();
	await page.getByRole('heading', { name: 'conversation wangwei@chat.lan' }).waitFor();
	assert.ok(decodeURIComponent(page.url()).endsWith(`#/c/${wanted.with}/${wanted.id}/${wanted.archiveId}/${wanted.time}`));
	await page.goBack();
	await page.getByText('4 条结果').waitFor();
	assert.equal((await queries(called)).length, 1);
}));

test('limits: person, days, files; they can be cleared when nothing is left', () => on('/#/search', async (page, { called }) => {
	await page.getByLabel('Words in messages or file names').fill('release');
	await page.getByText('1 result', { exact: true }).waitFor();
	await page.getByLabel('With').selectOption('zhao@chat.lan');
	await page.getByText('No messages found.').waitFor();
	await page.getByRole('button', { name: 'Clear all limits' }).click();
	await page.getByText('1 result', { exact: true }).waitFor();
	await page.getByLabel('When').selectOption('week');
	await page.getByLabel('Words in messages or file names').fill('');
	await page.getByLabel('Only files').check();
	await page.getByText('latency-p95.png').waitFor();
	await comes(() => page.locator('.hit').count(), 1);
	const week = (await queries(called)).at(-1);
	assert.equal(week.files, true);
	const span = await page.evaluate(() => new Date().setHours(0, 0, 0, 0)) - week.from;
	assert.ok(Math.abs(span - 6 * DAY) <= 3600000, String(span));
}));

test('days of one’s own: the last one is in; turned round they are refused', () => on('/#/search', async (page, { called }) => {
	await page.getByLabel('When').selectOption('between');
	await page.getByLabel('From').fill('2026-03-02');
	await page.getByLabel('To', { exact: true }).fill('2026-03-01');
	await page.getByText('The first day must not be after the last.').waitFor();
	await page.getByLabel('Words in messages or file names').fill('x');
	await page.getByLabel('To', { exact: true }).fill('2026-03-02');
	await page.getByText('No messages found.').waitFor();
	const [q, ...more] = await queries(called);
	assert.deepEqual(more, []);
	const days = await page.evaluate(() => [new Date(2026, 2, 2).getTime(), new Date(2026, 2, 3).getTime()]);
	assert.deepEqual([q.from, q.to], days);
}));

test('more results come on demand, none twice', () => on('/#/search', async (page, { called }) => {
	await page.evaluate(() => {
		const [a, b, c] = window.fake.messages;
		window.fake.answers.search = (_q, next) => (next ? { hits: [b, c], more: false } : { hits: [a, b], more: true, next: 'p2' });
	});
	await page.getByLabel('Words in messages or file names').fill('a');
	await page.getByText('More than 2 results').waitFor();
	await page.getByRole('button', { name: 'Show more' }).click();
	await page.getByText('3 results').waitFor();
	await comes(() => page.locator('.hit').count(), 3);
	assert.deepEqual((await called()).filter(([n]) => n === 'search').map(([, , next]) => next), [null, 'p2']);
}));

test('a search that breaks says so, and works again', () => on('/#/search', async (page) => {
	await page.evaluate(() => { window.fake.answers.search = new Error('line'); });
	await page.getByLabel('Words in messages or file names').fill('release');
	await page.getByText('The search did not work.').waitFor();
	await page.evaluate(() => { delete window.fake.answers.search; });
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.locator('.hit').first().waitFor();
}));

test('within one conversation, also of somebody who is no contact', () => on('/#/search/stranger%40other.example', async (page) => {
	await page.getByRole('heading', { name: 'Search messages' }).waitFor();
	await holds(page.getByLabel('With'), 'stranger@other.example');
	await page.waitForURL(/#\/search$/);
}));

test('what is typed on is not overtaken by an older answer', () => on(`/?${answers({})}#/search`, async (page) => {
	await page.evaluate(() => {
		const [a, b] = window.fake.messages;
		window.fake.model.search = (q) => new Promise((done) => {
			if (q.text === 'old') window.finishOld = () => done({ hits: [a], more: false });
			else done({ hits: [b], more: false });
		});
	});
	const field = page.getByLabel('Words in messages or file names');
	await field.fill('old');
	await page.waitForFunction(() => window.finishOld);
	await field.fill('new');
	await page.locator('.hit').first().waitFor();
	const shown = await page.locator('.hit').innerText();
	await page.evaluate(() => window.finishOld());
	await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
	assert.equal(await page.locator('.hit').innerText(), shown);
}));
