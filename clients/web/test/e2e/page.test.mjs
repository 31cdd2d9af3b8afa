// SPDX-License-Identifier: Apache-2.0
// The page as people have it: the real server, the real page from inside of it, Chromium, and a client that is not ours.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PHONE, picture } from '../browser.mjs';
import { PASSWORD } from '../server.mjs';
import { startPeer } from './peer.mjs';
import { act, addressOf, hears, login, openChat, register, row, say, state, texts } from './people.mjs';
import { startProxy } from '../chaos/proxy.mjs';
import { server, story } from './stage.mjs';
import { until } from './wait.mjs';

// Somebody with an account, logged in, in a browser of their own.
async function person(open, name, options) {
	server.account(name);
	const page = await open(options);
	await login(page, name);
	return page;
}

story('first run: an account, a person found, a message there and back, true ticks', async (open) => {
	const ann = await open();
	await picture(ann, 'first-run');
	await register(ann, 'ann');
	await picture(ann, 'welcome');
	const ben = await open();
	await register(ben, 'ben');
	await openChat(ann, addressOf('ben'));
	await say(ann, 'Hello Ben, 你好！');
	await state(ann, 'Hello Ben', 'Delivered');
	await openChat(ben, addressOf('ann'));
	await hears(ben, 'Hello Ben, 你好！');
	await state(ann, 'Hello Ben', 'Read');
	await say(ben, 'Hello Ann');
	await hears(ann, 'Hello Ann');
	await openChat(ben, addressOf('nobody'));
	await say(ann, 'Still there?');
	await state(ann, 'Still there?', 'Delivered');
	await picture(ann, 'chat-desk');
});

story('the one-time link makes the administrator, an invitation a contact', async (open) => {
	const link = server.ctl(['invite', '--admin']).match(/https?:\S+\/invite#\S+/)[0];
	const token = link.split('#')[1];
	const root = await open({ url: `${server.url}invite#${token}` });
	await register(root, 'root1');
	assert.match(server.ctl(['user', 'list']), /root1 +yes/);
	const used = await open({ url: `${server.url}invite#${token}` });
	await used.getByText('This invite has been used or has expired', { exact: false }).waitFor();
	await root.evaluate(() => { location.hash = '#/people/invite'; });
	const box = root.getByRole('dialog').locator('input[readonly]');
	await box.waitFor();
	await picture(root, 'invite');
	const theirs = new URL(await until(() => box.inputValue(), 'there is an invitation'));
	const guest = await open({ url: `${server.url}invite${theirs.hash}` });
	await guest.getByText('root1 invites you').waitFor();
	await picture(guest, 'invited');
	await register(guest, 'guest1');
	await openChat(guest, addressOf('root1'));
	await openChat(root, addressOf('guest1'));
	await say(guest, 'thank you');
	await state(guest, 'thank you', 'Read');
	// Contacts from the first moment: presence is seen on both sides.
	await until(async () => (await guest.locator('.details, aside').last().innerText()).includes('Online'), 'the guest sees who invited');
	await until(async () => (await root.locator('.details, aside').last().innerText()).includes('Online'), 'who invited sees the guest');
	await root.evaluate(() => { location.hash = '#/settings/profile'; });
	await root.getByLabel('Name', { exact: true }).fill('Root, 根');
	await root.getByRole('button', { name: 'Save' }).click();
	await until(async () => (await guest.locator('header').allInnerTexts()).join().includes('Root, 根'), 'the new name is seen');
});

story('with a client that is not ours, in both directions', async (open) => {
	server.account('xena');
	const peer = await startPeer(server, addressOf('xena'), PASSWORD);
	try {
		const yan = await person(open, 'yan');
		await openChat(yan, addressOf('xena'));
		await say(yan, 'from the page: <b>&amp;</b> 表情 🪿');
		await peer.hears('from the page: <b>&amp;</b> 表情 🪿');
		await state(yan, 'from the page', 'Delivered');
		peer.tell(`say ${addressOf('yan')} from slixmpp: 收到`);
		await hears(yan, 'from slixmpp: 收到');
	} finally {
		await peer.close();
	}
});

story('edit, retract, react, reply', async (open) => {
	const eva = await person(open, 'eva');
	const fay = await person(open, 'fay');
	await openChat(eva, addressOf('fay'));
	await openChat(fay, addressOf('eva'));
	await say(eva, 'one mistkae');
	await say(eva, 'to be taken back');
	await hears(fay, 'to be taken back');
	await act(eva, 'one mistkae', 'Edit');
	await eva.locator('textarea').fill('one mistake');
	await eva.locator('textarea').press('Enter');
	await hears(fay, 'one mistake');
	await hears(fay, 'edited');
	await act(eva, 'to be taken back', 'Retract for everybody');
	await eva.getByRole('dialog').or(eva.getByRole('alertdialog')).getByRole('button', { name: /Retract/ }).click();
	await hears(fay, 'This message was retracted.');
	assert.equal(await row(fay, 'to be taken back').count(), 0);
	await row(fay, 'one mistake').hover();
	await row(fay, 'one mistake').getByRole('button', { name: 'React' }).click();
	await fay.getByRole('button', { name: /👍/ }).first().click();
	await until(async () => (await row(eva, 'one mistake').locator('.reactions').innerText().catch(() => '')).includes('👍'), 'the reaction is seen');
	await row(fay, 'one mistake').hover();
	await row(fay, 'one mistake').getByRole('button', { name: 'Reply' }).click();
	await say(fay, 'an answer');
	await hears(eva, 'an answer');
	assert.match(await row(eva, 'an answer').locator('.quote').innerText(), /one mistake/);
	await picture(fay, 'edit-react-reply');
});

story('what was written without a line survives a reload and goes out in order', async (open) => {
	const proxy = await startProxy(server.ports.http);
	try {
		server.account('gus');
		const hal = await person(open, 'hal');
		await openChat(hal, addressOf('gus'));
		const gus = await open({ url: `http://localhost:${proxy.port}/` });
		await login(gus, 'gus');
		await openChat(gus, addressOf('hal'));
		await say(gus, 'before');
		await hears(hal, 'before');
		proxy.refuse(true);
		proxy.cut();
		for (let i = 1; i <= 5; i++)
			await say(gus, `unsent ${i}`);
		await state(gus, 'unsent 5', 'Sending');
		await picture(gus, 'offline');
		proxy.refuse(false);
		await gus.reload();
		await openChat(gus, addressOf('hal'));
		await hears(hal, 'unsent 5');
		const got = (await texts(hal)).filter((t) => /^unsent/.test(t));
		assert.deepEqual(got, [1, 2, 3, 4, 5].map((i) => `unsent ${i}`));
		await state(gus, 'unsent 5', 'Read');
	} finally {
		await proxy.close();
	}
});

story('two tabs: both show everything once, one of them sends what waits', async (open, tab) => {
	const ida = await person(open, 'ida');
	const jon = await person(open, 'jon');
	await openChat(ida, addressOf('jon'));
	await openChat(jon, addressOf('ida'));
	const second = await tab(ida);
	await openChat(second, addressOf('jon'));
	await say(ida, 'from the first tab');
	await say(second, 'from the second tab');
	await hears(jon, 'from the second tab');
	await say(jon, 'to both');
	for (const page of [ida, second]) {
		await hears(page, 'to both');
		await hears(page, 'from the first tab');
		await hears(page, 'from the second tab');
		assert.deepEqual((await texts(page)).sort(), ['from the first tab', 'from the second tab', 'to both']);
	}
	assert.deepEqual((await texts(jon)).sort(), ['from the first tab', 'from the second tab', 'to both']);
});

story('a file whose way is cut twice arrives whole', async (open) => {
	const proxy = await startProxy(server.ports.http);
	try {
		const kai = await open({ url: `http://localhost:${proxy.port}/` });
		server.account('kai');
		await login(kai, 'kai');
		const lea = await person(open, 'lea');
		await openChat(kai, addressOf('lea'));
		await openChat(lea, addressOf('kai'));
		const bytes = randomBytes(6_000_000);
		const path = join(server.home, '计划 plan.bin');
		writeFileSync(path, bytes);
		proxy.cutAfter(2_000_000);
		const cuts = until(() => proxy.state.spent === 1, 'the first cut').then(() => proxy.cutAfter(1_500_000));
		await kai.locator('input[type=file]').first().setInputFiles(path);
		await cuts;
		const link = lea.locator('a[download], a[href*="/files/"]').first();
		await link.waitFor();
		assert.equal(proxy.state.spent, 2);
		const [download] = await Promise.all([lea.waitForEvent('download'), link.click()]);
		const sum = (b) => createHash('sha256').update(b).digest('hex');
		assert.equal(sum(readFileSync(await download.path())), sum(bytes));
		assert.equal(download.suggestedFilename(), '计划 plan.bin');
	} finally {
		await proxy.close();
	}
});

story('search finds Chinese in the archive and leads to the place', async (open) => {
	const mia = await person(open, 'mia');
	const ned = await person(open, 'ned');
	await openChat(mia, addressOf('ned'));
	await openChat(ned, addressOf('mia'));
	for (const text of ['证书下周二到期，今晚换吗？', 'nothing of the kind', '明天再说吧'])
		await say(mia, text);
	await hears(ned, '明天再说吧');
	await ned.keyboard.press('Control+k');
	await ned.getByRole('dialog').getByRole('combobox').fill('到期');
	const way = ned.getByRole('dialog').getByText('到期').last();
	await way.waitFor();
	await picture(ned, 'switcher');
	await way.click();
	const hit = ned.locator('mark').filter({ hasText: '到期' }).first();
	await hit.waitFor();
	await picture(ned, 'search');
	await hit.click();
	await hears(ned, '证书下周二到期');
});

story('in Chinese, on a phone, in the dark', async (open) => {
	server.account('pia');
	server.ctl(['user', 'add', '林小满', '--password-stdin'], `${PASSWORD}\n`);
	const page = await open({ size: PHONE, language: 'zh-CN', dark: true, hasTouch: true, isMobile: true });
	await page.getByText('欢迎', { exact: false }).first().waitFor();
	await picture(page, 'phone-first-run-zh-dark');
	const has = page.getByRole('button', { name: '去登录' });
	if (await has.count())
		await has.click();
	await page.locator('input[name=username]').fill('林小满');
	await page.locator('input[name=password]').fill(PASSWORD);
	await page.locator('form button[type=submit]').click();
	await page.getByText('这里还没有人', { exact: false }).first().waitFor();
	await picture(page, 'phone-empty-zh-dark');
	await openChat(page, addressOf('pia'));
	await say(page, '今晚九点半，记得带上证书。');
	await state(page, '今晚九点半', '已发送');
	await picture(page, 'phone-chat-zh-dark');
	const wide = await page.evaluate(() => document.documentElement.scrollWidth);
	assert.ok(wide <= PHONE.width, `${wide} px wide`);
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
});
