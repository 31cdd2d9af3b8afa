// SPDX-License-Identifier: Apache-2.0
// Rooms over the fake model in Chromium: making, finding, entering, inviting, mentions, what owners do, being out of one.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { violations } from '../axe.mjs';
import { picture } from '../browser.mjs';
import { comes, giveBack, holds, still } from '../pages.mjs';
import { openSite } from './site.mjs';

const TEAM = '#/c/team@rooms.chat.lan';
const PHONE = { width: 390, height: 844, hasTouch: true, isMobile: true };

let site;
before(async () => {
	site = await openSite();
});
after(() => site.close());

const calls = (p, name) => p.evaluate((n) => window.fake.calls.filter((c) => c[0] === n), name);
const button = (p, name) => p.getByRole('button', { name, exact: true });
const dialog = (p) => p.getByRole('dialog');

// On a page of its own, in English unless said; afterwards nothing may have been thrown or refused.
function onPage(name, options, run) {
	test(name, async () => {
		const { query = 'state=rooms&lang=en', ...rest } = options;
		const p = await site.open(query, rest);
		try {
			await run(p);
			assert.deepEqual(p.faults, []);
		} finally {
			await giveBack(p);
		}
	});
}

async function looks(p, name) {
	await still(p);
	await picture(p, `room-${name}`);
	assert.deepEqual(await violations(p), [], name);
	const wide = await p.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
}

onPage('a room is made, private unless one says otherwise, with people in it', {}, async (p) => {
	await button(p, 'New conversation').click();
	await p.getByRole('menuitem', { name: 'New room' }).click();
	await button(p, 'Make room').click();
	await dialog(p).getByText('The room needs a name.').waitFor();
	await dialog(p).getByLabel('Name', { exact: true }).fill('Release team');
	await dialog(p).getByLabel('Name or address').fill('bo');
	await dialog(p).getByLabel(/Bob Chen/).check();
	await button(p, 'Leave out Bob Chen').waitFor();
	await looks(p, 'create');
	await button(p, 'Make room').click();
	await p.getByRole('heading', { name: 'Release team', level: 1 }).waitFor();
	const [[, made]] = await calls(p, 'create');
	assert.deepEqual(JSON.parse(JSON.stringify(made)), { title: 'Release team', private: true, invite: ['bob@chat.lan'] });
});

onPage('what does not work while making one is said there', { hash: '#/rooms/new' }, async (p) => {
	await p.evaluate(() => (window.fake.fakeRooms.answers.create = { why: 'not-allowed' }));
	await dialog(p).getByLabel('Name', { exact: true }).fill('x');
	await button(p, 'Make room').click();
	await dialog(p).getByText('The server does not allow this.', { exact: false }).waitFor();
});

onPage('rooms are found, entered, and asked for their password', { hash: '#/rooms' }, async (p) => {
	await p.getByText('48 people here').waitFor();
	await looks(p, 'browse');
	await p.getByLabel('Find rooms').fill('news');
	await p.getByText('12 people here').waitFor({ state: 'detached' });
	await p.getByLabel('Find rooms').fill('');
	await p.evaluate(() => (window.fake.fakeRooms.answers.join = 'password'));
	await button(p, 'Join Vault').click();
	await dialog(p).getByLabel('Password of the room').fill('no');
	await dialog(p).getByRole('button', { name: 'Join' }).click();
	await dialog(p).locator('.field-fault').waitFor();
	await p.evaluate(() => delete window.fake.fakeRooms.answers.join);
	await dialog(p).getByRole('button', { name: 'Join' }).click();
	await p.waitForURL(/vault@rooms/);
});

onPage('an invitation stands above the conversations until it is answered', {}, async (p) => {
	await p.evaluate(() => window.fake.fakeRooms.inviteOf([
		{ room: 'a@rooms.chat.lan', name: 'Garden', from: 'bob@chat.lan', reason: 'come in', time: 1 },
		{ room: 'b@rooms.chat.lan', name: 'Cellar', reason: '', time: 2 },
	]));
	await p.getByText('Bob Chen invites you.').waitFor();
	await button(p, 'Decline the invitation to Cellar').click();
	await comes(() => calls(p, 'decline'), [['decline', 'b@rooms.chat.lan']]);
	await button(p, 'Join Garden').click();
	await p.waitForURL(/a@rooms/);
});

onPage('"@" completes names; not while an input method composes', { hash: TEAM }, async (p) => {
	const area = p.locator('textarea');
	const list = p.getByRole('listbox', { name: 'People to mention' });
	await area.click();
	await area.pressSequentially('ask @');
	await list.waitFor();
	await comes(() => list.getByRole('option').count(), 4);
	await p.keyboard.press('ArrowDown');
	await p.keyboard.press('Escape');
	await list.waitFor({ state: 'hidden' });
	await area.pressSequentially('b');
	await list.waitFor();
	// The Enter that ends a composition chooses nothing.
	await area.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true });
	await holds(area, 'ask @b');
	await p.keyboard.press('Enter');
	await holds(area, 'ask @Bob Chen ');
	await p.keyboard.press('Enter');
	await comes(async () => (await calls(p, 'send'))[0]?.[2], 'ask @Bob Chen');
	await area.fill('me@');
	await list.waitFor({ state: 'hidden' }); // an address, no mention
});

onPage('people and what may be done with each', { hash: TEAM, height: 1200 }, async (p) => {
	await looks(p, 'owner');
	const menu = async (who, what) => {
		await button(p, `What to do with ${who}`).click();
		await p.getByRole('menuitem', { name: what, exact: true }).click();
	};
	await menu('赵敏', 'Let write');
	await menu('王伟', 'Make owner');
	await dialog(p).getByRole('button', { name: 'Make owner' }).click();
	await dialog(p).waitFor({ state: 'detached' });
	await menu('王伟', 'Ban');
	await dialog(p).getByLabel(/Reason/).fill('enough');
	await looks(p, 'ban');
	await dialog(p).getByRole('button', { name: 'Ban', exact: true }).click();
	await dialog(p).waitFor({ state: 'detached' });
	await menu('Bob Chen', 'Remove for now');
	await dialog(p).getByRole('button', { name: 'Remove for now' }).click();
	await dialog(p).waitFor({ state: 'detached' });
	const did = await p.evaluate(() => window.fake.calls.filter((c) => ['affiliate', 'kick', 'voice'].includes(c[0])).map((c) => c.slice(2)));
	assert.deepEqual(did, [['赵敏', true], ['王伟', 'owner', null], ['王伟', 'outcast', 'enough'], ['Bob Chen', null]].map((d) => d.map((x) => x ?? undefined)));
	await button(p, 'Banned people').click();
	await button(p, 'Lift the ban of spam@elsewhere.org').click();
	await comes(async () => (await calls(p, 'affiliate')).at(-1).slice(2, 4), ['spam@elsewhere.org', 'none']);
});

onPage('settings: what the server lacks is left out, numbers are numbers', { hash: TEAM, height: 1200 }, async (p) => {
	await button(p, 'Room settings').click();
	await dialog(p).getByLabel('Members only').uncheck();
	await dialog(p).getByLabel(/^Slow mode/).fill('abc');
	await button(p, 'Save').click();
	await dialog(p).getByText('A number from 0 to 3,600.').waitFor();
	await dialog(p).getByLabel(/^Slow mode/).fill('30');
	await looks(p, 'settings');
	await button(p, 'Save').click();
	await dialog(p).waitFor({ state: 'detached' });
	const [[, , set]] = await calls(p, 'configure');
	assert.equal(set.membersOnly, false);
	assert.equal(set.slow, 30);
	assert.equal(set.keepDays, 90);
});

onPage('a message is taken away by a moderator; a room is destroyed by who types its name', { hash: TEAM, height: 1200 }, async (p) => {
	await p.getByText('王伟 removed this message. Reason: 发错群了').waitFor();
	await p.locator('.row', { hasText: 'Looks good' }).focus();
	await p.keyboard.press('Enter');
	await p.getByRole('menuitem', { name: 'Remove for everybody' }).click();
	await dialog(p).getByRole('button', { name: 'Remove for everybody' }).click();
	await dialog(p).waitFor({ state: 'detached' });
	assert.equal((await calls(p, 'moderate')).length, 1);
	await button(p, 'Destroy the room').click();
	const go = dialog(p).getByRole('button', { name: 'Destroy the room' });
	assert.equal(await go.isDisabled(), true);
	await dialog(p).getByLabel('Name of the room').fill('发布小组');
	await go.click();
	await dialog(p).waitFor({ state: 'detached' });
	assert.equal((await calls(p, 'destroy')).length, 1);
});

onPage('out of a room: why, and what one can do', { hash: '#/c/old@rooms.chat.lan' }, async (p) => {
	await p.getByText('This room was destroyed.').first().waitFor();
	assert.equal(await p.locator('textarea').count(), 0);
	await looks(p, 'out');
	await button(p, 'Go there').click();
	await p.waitForURL(/tea@rooms/);
	await p.getByText('Slow mode: one message every 10 s.').waitFor();
	await p.evaluate(() => window.fake.fakeRooms.change('tea@rooms.chat.lan', { state: { state: 'out', why: 'kicked', by: '赵敏', reason: 'shh' } }));
	await p.getByText('赵敏: shh').waitFor();
	await button(p, 'Join again').click();
	await p.locator('textarea').waitFor();
	const mute = { ...await p.evaluate(() => window.fake.fakeRooms.all.value.get('tea@rooms.chat.lan').can), speak: false };
	await p.evaluate((can) => window.fake.fakeRooms.change('tea@rooms.chat.lan', { can }), mute);
	await p.getByText('Guests only read here.', { exact: false }).waitFor();
});

onPage('a phone, in Chinese, in the dark', { query: 'state=rooms&theme=dark', hash: TEAM, ...PHONE }, async (p) => {
	await p.getByText('王伟 和 Bob Chen 正在输入…').waitFor();
	await looks(p, 'phone');
	await p.locator('.only-narrow').click();
	await dialog(p).getByText('访客').waitFor();
	await looks(p, 'phone-details');
	await dialog(p).getByRole('button', { name: '退出群组' }).click();
	await dialog(p).last().getByRole('button', { name: '退出群组' }).click();
	await comes(() => calls(p, 'leave'), [['leave', 'team@rooms.chat.lan']]);
});
