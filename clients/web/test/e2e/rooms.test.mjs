// SPDX-License-Identifier: Apache-2.0
// Rooms as people have them: the real server, the real page from inside of it, in both languages.
import assert from 'node:assert/strict';
import { picture } from '../browser.mjs';
import { PASSWORD } from '../server.mjs';
import { hears, row, say, state } from './people.mjs';
import { server, story } from './stage.mjs';
import { until } from './wait.mjs';

async function enter(page, name) {
	const has = page.getByRole('button', { name: /^(Log in|去登录)$/ });
	await page.locator('input[name=username]').or(has).first().waitFor();
	if (!(await page.locator('input[name=username]').count()) || !(await page.locator('input[type=checkbox]').count()))
		await has.first().click();
	await page.locator('input[name=username]').fill(name);
	await page.locator('input[name=password]').fill(PASSWORD);
	await page.locator('form button[type=submit]').click();
	await page.locator('.app').waitFor();
}

// Somebody with an account, logged in, in a browser of their own.
async function person(open, who, options) {
	server.account(who);
	const page = await open(options);
	await enter(page, who);
	return page;
}

const dialog = (page) => page.getByRole('dialog');
const button = (page, name) => page.getByRole('button', { name, exact: true });
const goTo = (page, hash) => page.evaluate((h) => { location.hash = h; }, hash);

// The words that people see, by the keys of this test.
const WORDS = {
	en: {
		device: {}, name: 'Name', find: 'Name or address', make: 'Make room', join: (n) => `Join ${n}`, sent: 'Sent', more: 'More', moderate: 'Remove for everybody',
		moderated: 'removed this message', menu: (n) => `What to do with ${n}`, kick: 'Remove for now', kicked: 'You were removed from this room', rejoin: 'Join again', all: 'Everybody here',
		settings: 'Room settings', save: 'Save', members: 'Members only', leave: 'Leave the room', reason: /Reason/, findRooms: 'Find rooms', membersOnly: 'Only members may enter',
	},
	zh: {
		device: { language: 'zh-CN' }, name: '名称', find: '名字或地址', make: '创建', join: (n) => `加入 ${n}`, sent: '已发送', more: '更多', moderate: '为所有人移除',
		moderated: '移除了这条消息', menu: (n) => `对 ${n} 的操作`, kick: '移出群组', kicked: '你已被移出这个群组', rejoin: '重新加入', all: '这里的所有人',
		settings: '群组设置', save: '保存', members: '仅限成员', leave: '退出群组', reason: /原因/, findRooms: '查找群组', membersOnly: '只有成员能进入这个群组',
	},
};

const title = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();
async function menu(page, text, label, item) {
	const r = row(page, text).last();
	await r.hover();
	await r.getByRole('button', { name: label }).click();
	await page.getByRole('menuitem', { name: item }).click();
}

for (const [language, w] of Object.entries(WORDS)) {
	story(`a private room, ${language}: made with somebody in it, talk, mentions, moderation, removed and back, left`, async (open) => {
		const [a, b] = [`ann-${language}`, `bob-${language}`], team = language === 'en' ? 'Release team' : '发布小组';
		const ann = await person(open, a, w.device), bob = await person(open, b, w.device);
		await goTo(ann, '#/rooms/new');
		await dialog(ann).getByLabel(w.name, { exact: true }).fill(team);
		await dialog(ann).getByLabel(w.find).fill(b);
		await dialog(ann).getByLabel(new RegExp(b)).check();
		await button(ann, w.make).click();
		await title(ann, team);
		await button(bob, w.join(team)).click();
		await title(bob, team);
		await say(ann, 'We ship on 周五');
		await state(ann, 'We ship', w.sent);
		await hears(bob, 'We ship on 周五');
		const address = await ann.evaluate(() => location.hash);
		await goTo(ann, '#/');
		const box = bob.locator('textarea');
		await box.pressSequentially(`sure @${a.slice(0, 2)}`);
		await bob.getByRole('option', { name: new RegExp(a) }).waitFor();
		await box.press('Enter');
		await box.pressSequentially('what time?');
		await box.press('Enter');
		await hears(bob, `sure @${a} what time?`);
		await ann.getByText(`sure @${a} what time?`).first().waitFor(); // in the list, as the last one
		await picture(ann, `room-mention-${language}`);
		await goTo(ann, address);
		await hears(ann, 'what time?');
		await row(ann, 'what time?').locator('xpath=ancestor-or-self::*[contains(concat(" ", @class, " "), " mention ")]').or(ann.locator('.mention')).first().waitFor();
		await picture(ann, `room-${language}`);
		await menu(ann, 'what time?', w.more, w.moderate);
		await dialog(ann).getByRole('button', { name: w.moderate }).click();
		await bob.locator('article.row').filter({ hasText: w.moderated }).first().waitFor();
		await button(ann, w.menu(b)).click();
		await ann.getByRole('menuitem', { name: w.kick, exact: true }).click();
		await dialog(ann).getByRole('button', { name: w.kick, exact: true }).click();
		await bob.getByText(w.kicked).first().waitFor();
		await say(ann, 'Bob is out');
		await state(ann, 'Bob is out', w.sent);
		assert.equal(await row(bob, 'Bob is out').count(), 0);
		await picture(bob, `room-out-${language}`);
		await bob.getByRole('button', { name: w.rejoin }).click();
		await hears(bob, 'Bob is out'); // a member may read what was said
		await say(bob, 'back');
		await hears(ann, 'back');
		await bob.reload();
		await hears(bob, 'back');
		await bob.getByRole('button', { name: w.leave }).click();
		await dialog(bob).getByRole('button', { name: w.leave }).click();
		await until(async () => !(await bob.getByText(team).count()), 'the room is gone from the list');
		await say(ann, 'alone');
		await state(ann, 'alone', w.sent);
	});

	story(`a public room, ${language}: found by its words, entered, closed to others`, async (open) => {
		const [a, b, c] = ['cy', 'dan', 'eve'].map((n) => `${n}-${language}`), club = language === 'en' ? 'Chess club' : '象棋俱乐部';
		const ann = await person(open, a, w.device), bob = await person(open, b, w.device), eve = await person(open, c, w.device);
		await goTo(ann, '#/rooms/new');
		await dialog(ann).getByLabel(w.name, { exact: true }).fill(club);
		await dialog(ann).getByLabel(w.all, { exact: true }).check();
		await button(ann, w.make).click();
		await title(ann, club);
		for (const page of [bob, eve]) {
			await goTo(page, '#/rooms');
			await page.getByLabel(w.findRooms).fill(club.slice(0, language === 'en' ? 5 : 2));
			await page.getByText(club).first().waitFor();
		}
		await picture(bob, `rooms-found-${language}`);
		await button(bob, w.join(club)).click();
		await title(bob, club);
		await say(bob, 'e4 开局');
		await hears(ann, 'e4 开局');
		await button(ann, w.settings).click();
		await dialog(ann).getByLabel(w.members, { exact: true }).check();
		await button(ann, w.save).click();
		await dialog(ann).waitFor({ state: 'detached' });
		await button(eve, w.join(club)).click();
		await eve.getByText(w.membersOnly).first().waitFor();
		await bob.getByText(language === 'en' ? 'You are no longer a member' : '你不再是这个群组的成员').first().waitFor();
	});
}
