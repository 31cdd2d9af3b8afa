// SPDX-License-Identifier: Apache-2.0
// Files between the page and the classic door: each side has them as it has all others.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { device, launchBrowser, picture } from '../browser.mjs';
import { startServer } from '../server.mjs';
import { connectClassic, loginClassic } from './classic.mjs';
import { addressOf, hears, login, openChat, openPage, say } from './people.mjs';

// One pixel.
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');

let server, browser;
before(async () => {
	server = await startServer();
	browser = await launchBrowser();
});
after(async () => {
	await browser?.close();
	await server?.close();
});

async function send(client, from, to, name, bytes) {
	client.say(`104|${from},${to},${name},${bytes.length}`);
	const token = /^1\|104@Server@([\w-]{24})@/.exec(await client.hear())[1];
	const link = await connectClassic(server);
	link.say(`105|${token},0`);
	assert.equal(await link.hear(), '1|0');
	link.bytes(bytes);
	assert.equal(await link.hear(), `1|${sum(bytes)}`);
	link.close();
}

test('files go from the classic door to the page and back', async () => {
	for (const name of ['tom', 'lea'])
		server.account(name);
	const context = await device(browser);
	const lea = await openPage(context, server.url);
	const tom = await loginClassic(server, 'tom');
	try {
		await login(lea, 'lea');
		await openChat(lea, addressOf('tom'));
		const bytes = randomBytes(48_213);
		await send(tom, 'tom', 'lea', '计划, the plan.bin', bytes);
		const link = lea.locator('a.file[href*="/files/"]').first();
		await link.waitFor();
		const shown = await link.innerText();
		assert.match(shown, /计划, the plan\.bin/);
		assert.match(shown, /4[78](\.\d+)? [kK]i?B/);
		assert.equal(await lea.locator('article.row .text').filter({ hasText: '/files/' }).count(), 0);
		const [download] = await Promise.all([lea.waitForEvent('download'), link.click()]);
		assert.equal(sum(readFileSync(await download.path())), sum(bytes));
		assert.equal(download.suggestedFilename(), '计划, the plan.bin');
		// A picture is seen.
		await send(tom, 'tom', 'lea', 'dot.png', PNG);
		await lea.locator('article.row img[src*="/files/"], article.row img[src^="blob:"]').first().waitFor();
		await picture(lea, 'classic-file');

		const path = join(server.home, 'zurück, 回.bin');
		writeFileSync(path, bytes);
		await lea.locator('input[type=file]').first().setInputFiles(path);
		const button = lea.getByRole('dialog').getByRole('button', { name: /^Send/ });
		await button.waitFor({ timeout: 2000 }).then(() => button.click()).catch(() => {});
		const push = await tom.hear();
		const token = /^1\|104@lea@zurück, 回\.bin,48213,([\w-]{24})@/.exec(push)?.[1];
		assert.ok(token, push);
		const get = await connectClassic(server);
		get.say(`106|${token},0`);
		assert.equal(await get.hear(), '1|48213');
		assert.equal(sum(await get.rest()), sum(bytes));
		await say(lea, 'did it come?');
		assert.match(await tom.hear(), /^1\|103@lea@did it come\?@/);
		tom.say(`107|${token}`);
		assert.equal(await tom.hear(), '1|');
		await hears(lea, 'declined: zurück, 回.bin');
		assert.deepEqual(lea.faults, []);
	} catch (e) {
		await picture(lea, 'failed-classic-files').catch(() => {});
		throw e;
	} finally {
		tom.close();
		await context.close();
	}
});
