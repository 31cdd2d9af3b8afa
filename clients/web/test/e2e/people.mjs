// SPDX-License-Identifier: Apache-2.0
// What people do on the page, by the words and roles that they see (English unless said otherwise).
import { expectText } from './wait.mjs';
import { DOMAIN, PASSWORD } from '../server.mjs';

export const addressOf = (name) => `${name}@${DOMAIN}`;

// A page in this device, with what went wrong in it: page.faults must be empty at the end.
export async function openPage(context, url) {
	const page = await context.newPage();
	page.faults = [];
	page.on('pageerror', (e) => page.faults.push(`${e.message}\n${e.stack}`));
	page.on('console', (m) => {
		// A line that breaks is part of these tests; the browser says so by itself.
		if (m.type() === 'error' && !/WebSocket|ERR_|Failed to load resource/.test(m.text()))
			page.faults.push(m.text());
	});
	await page.goto(url);
	return page;
}

export async function register(page, name, password = PASSWORD) {
	const create = page.getByRole('button', { name: 'Create one' });
	const submit = page.getByRole('button', { name: 'Create account' });
	await create.or(submit).first().waitFor();
	if (await create.isVisible())
		await create.click();
	await page.getByLabel('Name', { exact: true }).fill(name);
	await page.locator('input[name=password]').fill(password);
	await submit.click();
	await page.getByText(`Hello, ${name}!`).waitFor();
}

export async function login(page, name, password = PASSWORD) {
	const other = page.getByRole('button', { name: 'Log in', exact: true });
	const field = page.getByLabel('Name', { exact: true });
	await field.waitFor();
	const remember = page.locator('input[type=checkbox]');
	if (!(await remember.count()))
		await other.first().click();
	await field.fill(name);
	await page.locator('input[name=password]').fill(password);
	await page.locator('form button[type=submit]').click();
	await page.locator('.app').waitFor();
}

export async function openChat(page, address) {
	await page.evaluate((hash) => { location.hash = hash; }, `#/c/${address}`);
	await page.locator('textarea').waitFor();
}

export async function say(page, text) {
	const box = page.locator('textarea');
	await box.fill(text);
	await box.press('Enter');
}

export const row = (page, text) => page.locator('article.row').filter({ hasText: text });

export async function hears(page, text) {
	await row(page, text).first().waitFor();
}

// Texts of all rows shown, in their order.
export const texts = (page) => page.locator('article.row .text').allInnerTexts();

export async function state(page, text, word) {
	await expectText(row(page, text).last(), word);
}

// Opens the menu of a message and takes what it says there.
export async function act(page, text, action) {
	const r = row(page, text).last();
	await r.hover();
	await r.getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: action }).click();
}
