// SPDX-License-Identifier: Apache-2.0
// Files between the page and the classic door: each side has them as it has all others.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { picture } from '../browser.mjs';
import { startServer } from '../server.mjs';
import { connectClassic, loginClassic } from './classic.mjs';
import { addressOf, hears, login, openChat, say } from './people.mjs';
import { story } from './stage.mjs';

// One pixel.
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function send(server, client, from, to, name, bytes) {
	client.say(`104|${from},${to},${name},${bytes.length}`);
	const token = /^1\|104@Server@([\w-]{24})@/.exec(await client.hear())[1];
	const link = await connectClassic(server);
	link.say(`105|${token},0`);
	assert.equal(await link.hear(), '1|0');
	link.bytes(bytes);
	assert.equal(await link.hear(), `1|${sum(bytes)}`);
	link.close();
}

// On a server of its own, since the classic door tells Tom of everybody who comes and goes.
story('files go from the classic door to the page and back', async (open) => {
	const server = await startServer();
	let tom;
	try {
		for (const name of ['tom', 'tess'])
			server.account(name);
		const tess = await open({ url: server.url });
		tom = await loginClassic(server, 'tom');
		await login(tess, 'tess');
		await openChat(tess, addressOf('tom'));
		const bytes = randomBytes(48_213);
		await send(server, tom, 'tom', 'tess', '计划, the plan.bin', bytes);
		const link = tess.locator('a.file[href*="/files/"]').first();
		await link.waitFor();
		const shown = await link.innerText();
		assert.match(shown, /计划, the plan\.bin/);
		assert.match(shown, /4[78](\.\d+)? [kK]i?B/);
		assert.equal(await tess.locator('article.row .text').filter({ hasText: '/files/' }).count(), 0);
		const [download] = await Promise.all([tess.waitForEvent('download'), link.click()]);
		assert.equal(sum(readFileSync(await download.path())), sum(bytes));
		assert.equal(download.suggestedFilename(), '计划, the plan.bin');
		// A picture is seen.
		await send(server, tom, 'tom', 'tess', 'dot.png', PNG);
		await tess.locator('article.row img[src*="/files/"], article.row img[src^="blob:"]').first().waitFor();
		await picture(tess, 'classic-file');

		const path = join(server.home, 'zurück, 回.bin');
		writeFileSync(path, bytes);
		await tess.locator('input[type=file]').first().setInputFiles(path);
		const push = await tom.hear();
		const token = /^1\|104@tess@zurück, 回\.bin,48213,([\w-]{24})@/.exec(push)?.[1];
		assert.ok(token, push);
		const get = await connectClassic(server);
		get.say(`106|${token},0`);
		assert.equal(await get.hear(), '1|48213');
		assert.equal(sum(await get.rest()), sum(bytes));
		await say(tess, 'did it come?');
		assert.match(await tom.hear(), /^1\|103@tess@did it come\?@/);
		tom.say(`107|${token}`);
		assert.equal(await tom.hear(), '1|');
		await hears(tess, 'declined: zurück, 回.bin');
	} finally {
		tom?.close();
		await server.close();
	}
});
