// SPDX-License-Identifier: Apache-2.0
// The picker: both languages, keyboard, recent ones, skin tones; and the data it stands on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { comes } from '../pages.mjs';
import { on } from './harness.mjs';

const picked = async (called) => (await called()).filter(([n]) => n === 'picked').map(([, e]) => e);
const found = (page) => page.getByRole('option').allInnerTexts();

test('the data is complete and small', () => {
	const text = readFileSync(new URL('../../src/emoji/data.ts', import.meta.url), 'utf8');
	assert.ok(gzipSync(text, { level: 9 }).length <= 60 * 1024);
	const rows = /`([^`]+)`/.exec(text)[1].split('\n').map((r) => r.split('\t'));
	assert.deepEqual(rows.filter((r) => r.length === 1).flat(), ['smileys', 'people', 'nature', 'food', 'travel', 'activities', 'objects', 'symbols', 'flags']);
	const emoji = rows.filter((r) => r.length > 1);
	assert.ok(emoji.length > 1800);
	for (const r of emoji) assert.ok(r.length === 6 && r[0] && r[2] && /\p{sc=Han}|[A-Z0-9]/u.test(r[3]), r.join('|'));
	assert.equal(new Set(emoji.map((r) => r[0])).size, emoji.length);
});

test('found in both languages, whatever the language of the page', () => on('/?lang=zh#/emoji', async (page) => {
	const field = page.getByRole('combobox', { name: '搜索表情' });
	for (const [typed, want] of [['thumbs up', '👍️'], ['生日', '🎂'], ['party', '🥳'], ['狗', '🐶'], ['flag china', '🇨🇳'], ['中国', '🇨🇳']]) {
		await field.fill(typed);
		const bare = (x) => x.replace(/\ufe0f/g, '');
		await comes(async () => (await found(page)).map(bare).includes(bare(want)), true);
	}
	await field.fill('qqqq');
	await page.getByText('没有找到表情。').waitFor();
}));

test('arrows choose, Enter takes, what was taken comes first next time', () => on('/#/emoji', async (page, { called }) => {
	await page.getByRole('option').first().waitFor();
	const across = await page.locator('.emoji-row').nth(1).getByRole('option').count();
	await page.waitForFunction(() => document.activeElement.matches('[role=combobox]'));
	for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
	const chosen = page.locator('[aria-selected=true]');
	await comes(() => chosen.getAttribute('aria-posinset'), String(across + 2));
	assert.equal(await page.getByRole('combobox', { name: 'Search emoji' }).getAttribute('aria-activedescendant'), await chosen.getAttribute('id'));
	const want = await chosen.innerText();
	await page.keyboard.press('Enter');
	await comes(() => picked(called), [want]);
	await page.reload();
	await page.getByText('Recent', { exact: true }).waitFor();
	await comes(() => page.getByRole('option').first().innerText(), want);
	await page.keyboard.press('Escape');
	await page.getByRole('heading', { name: 'nothing' }).waitFor();
}));

test('the keyboard reaches the end, and few rows are in the page', () => on('/#/emoji', async (page) => {
	await page.getByRole('option').first().waitFor();
	await page.getByRole('button', { name: 'Flags' }).click();
	await page.getByRole('option', { name: 'flag: China' }).waitFor({ state: 'attached' });
	assert.ok(await page.getByRole('option').count() < 200);
	await comes(() => page.getByRole('button', { name: 'Flags' }).getAttribute('aria-pressed'), 'true');
}));

test('a skin tone is kept and given', () => on('/#/emoji', async (page, { called }) => {
	await page.getByLabel('Skin tone').selectOption('3');
	for (const [name, want] of [['waving hand', '👋🏽'], ['victory hand', '✌🏽']]) {
		await page.getByRole('combobox', { name: 'Search emoji' }).fill(name);
		await comes(() => page.locator('[aria-selected=true]').innerText(), want);
		await page.keyboard.press('Enter');
		await comes(() => picked(called), [want]);
		await page.reload();
	}
}));

test('quick reactions', () => on('/#/emoji', async (page, { called }) => {
	await page.getByRole('button', { name: 'React with 👍' }).click();
	await page.getByRole('button', { name: 'Other emoji' }).click();
	await comes(() => picked(called), ['👍', 'more']);
}));
