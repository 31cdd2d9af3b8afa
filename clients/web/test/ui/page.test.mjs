// SPDX-License-Identifier: Apache-2.0
// The page over the fake model in Chromium: reading, writing, keys, addresses.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { comes, giveBack, holds, still } from '../pages.mjs';
import { openSite } from './site.mjs';

let site;
before(async () => {
	site = await openSite();
});
after(() => site.close());

const PHONE = { width: 390, height: 844, hasTouch: true, isMobile: true };
const WANG = '#/c/wangwei@chat.lan';
const rows = (p) => p.locator('.row');
const lastText = (p) => p.locator('.row .text').last().innerText();
const settle = (p) => p.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
// Until the newest is in sight.
const atEnd = (p) => p.waitForFunction(() => {
	const l = document.querySelector('.log');
	return l.scrollHeight - l.scrollTop - l.clientHeight <= 1;
});

// Runs a test on a page of its own and asks afterwards that nothing was thrown or refused.
function onPage(name, query, options, run) {
	test(name, async () => {
		const p = await site.open(query, options);
		try {
			await run(p);
			assert.deepEqual(p.faults, []);
		} finally {
			await giveBack(p);
		}
	});
}

onPage('ten thousand messages: few nodes, and reading back moves nothing', 'state=flood', { hash: '#/c/flood@chat.lan' }, async (p) => {
	await rows(p).first().waitFor();
	const worst = await p.evaluate(async () => {
		const log = document.querySelector('.log');
		const frame = () => new Promise((done) => requestAnimationFrame(done));
		let shift = 0;
		let nodes = 0;
		let steps = 0;
		const first = () => Number(/#(\d+)/.exec(document.querySelector('.row .text').textContent)[1]);
		while (first() > 9400 && steps++ < 2000) {
			// One row is watched over each step: it must move exactly as far as the scroll does.
			const top = log.getBoundingClientRect().top;
			const row = [...document.querySelectorAll('.row')].find((r) => r.getBoundingClientRect().bottom > top + 40);
			const was = row.getBoundingClientRect().top;
			log.scrollTop -= 300;
			const now = row.getBoundingClientRect().top;
			const moved = now - was;
			await frame();
			await frame();
			if (row.isConnected) shift = Math.max(shift, Math.abs(row.getBoundingClientRect().top - was - moved));
			nodes = Math.max(nodes, document.querySelectorAll('*').length);
		}
		return { shift, nodes, first: first(), rows: document.querySelectorAll('.row').length };
	});
	assert.ok(worst.first <= 9400, `went back to ${worst.first}`);
	assert.ok(worst.nodes <= 2500, `${worst.nodes} nodes`);
	assert.equal(worst.rows, 200);
	assert.equal(worst.shift, 0);
	await p.locator('.to-end').click();
	await p.waitForFunction(() => [...document.querySelectorAll('.row .text')].at(-1).textContent.startsWith('#9999'));
	await atEnd(p);
});

onPage('who reads is not moved by what comes; the arrow counts it and leads there', 'state=flood', { hash: '#/c/flood@chat.lan' }, async (p) => {
	await rows(p).first().waitFor();
	await p.evaluate(() => (document.querySelector('.log').scrollTop -= 900));
	await settle(p);
	const place = () => p.evaluate(() => document.querySelector('.log').scrollTop);
	const was = await place();
	await p.evaluate(() => {
		for (let i = 0; i < 3; i++) window.fake.receive('flood@chat.lan', `fresh ${i}`);
	});
	await settle(p);
	assert.equal(await place(), was);
	await comes(() => p.locator('.to-end.waiting span').innerText(), '3 条新消息');
	await p.waitForFunction(() => document.title.startsWith('(3) '));
	await p.locator('.to-end').click();
	await p.locator('.to-end').waitFor({ state: 'detached' });
	await comes(() => lastText(p), 'fresh 2');
	await p.waitForFunction(() => !document.title.startsWith('('));
});

onPage('at the end the page follows', 'state=flood', { hash: '#/c/flood@chat.lan' }, async (p) => {
	await rows(p).first().waitFor();
	await p.evaluate(() => window.fake.receive('flood@chat.lan', 'follow me'));
	await comes(() => lastText(p), 'follow me');
	await atEnd(p);
	await p.setViewportSize({ width: 1100, height: 500 });
	await atEnd(p); // also when the window gets smaller
});

onPage('opens at the first unread; the divider stays while one looks', 'state=empty&lang=en', {}, async (p) => {
	await p.evaluate(() => {
		const { fake, make } = window;
		const a = 'ann@chat.lan';
		fake.someone(make.person(a, 'Ann'));
		const now = Date.now();
		fake.put(a, Array.from({ length: 300 }, (_, i) => make.message(a, `n${i}`, now - (300 - i) * 60000)));
		fake.conversation({ with: a, time: now, unread: 80 });
	});
	await p.locator('.conversation').click();
	await p.locator('.unread-line').waitFor();
	assert.equal(await p.locator('.unread-line').innerText(), '80 new messages');
	await p.waitForFunction(() => {
		const at = document.querySelector('.unread-line').getBoundingClientRect().top - document.querySelector('.log').getBoundingClientRect().top;
		return at >= 0 && at < 400;
	});
	await p.locator('.to-end').click();
	await atEnd(p);
	await p.evaluate(() => window.fake.receive('ann@chat.lan', 'while I look'));
	await comes(() => lastText(p), 'while I look');
	await comes(() => p.evaluate(() => window.fake.conversations.value[0].unread), 0);
	await p.evaluate(() => (document.querySelector('.log').scrollTop -= 2600));
	await p.locator('.row', { hasText: /^[^]*n220$/ }).locator('.unread-line').waitFor(); // still above the same message
});

onPage('Enter of an input method does not send, Enter does, Shift+Enter is a line', 'state=everyday&lang=en', { hash: WANG }, async (p) => {
	const area = p.locator('.composer textarea');
	await area.fill('你好');
	const sends = () => p.evaluate(() => window.fake.calls.filter((c) => c[0] === 'send').map((c) => c[2]));
	const press = (init) => area.evaluate((a, i) => a.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...i })), init);
	await press({ isComposing: true });
	await press({ keyCode: 229 });
	// Safari ends the composition first and sends the key right after it, for which the page waits a moment.
	await area.evaluate(async (a) => {
		a.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '好' }));
		const end = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
		a.dispatchEvent(end);
		while (performance.now() - end.timeStamp < 100) await new Promise((done) => requestAnimationFrame(done));
	});
	assert.deepEqual(await sends(), []);
	await area.focus();
	await p.keyboard.press('Shift+Enter');
	await p.keyboard.type('line two');
	await p.keyboard.press('Enter');
	assert.deepEqual(await sends(), ['你好\nline two']);
	await holds(area, '');
	await p.locator('.row').last().locator('.state.read').waitFor();
	await p.evaluate(() => window.fake.set('enterSends', false));
	await area.fill('a');
	await p.keyboard.press('Enter');
	assert.equal((await sends()).length, 1, 'Enter is a line when the setting says so');
	await p.keyboard.press('Control+Enter');
	assert.equal((await sends()).length, 2);
});

onPage('drafts, editing with the arrow, Escape, reply', 'state=everyday&lang=en', { hash: WANG }, async (p) => {
	const area = p.locator('.composer textarea');
	await area.fill('half a thought');
	await p.locator('.conversation', { hasText: 'Bob Chen' }).click();
	await p.locator('.chat h1', { hasText: 'Bob Chen' }).waitFor();
	assert.match(await p.locator('.conversation', { hasText: '王伟' }).innerText(), /typing|Draft/);
	await p.locator('.conversation', { hasText: '王伟' }).click();
	await p.locator('.chat h1', { hasText: '王伟' }).waitFor();
	await holds(area, 'half a thought');
	await area.fill('');
	await area.press('ArrowUp');
	await holds(area, '九点二十拉个语音？');
	await area.press('Escape');
	await holds(area, '');
	await area.press('ArrowUp');
	await area.fill('九点半拉个语音？');
	await area.press('Enter');
	assert.deepEqual(await p.evaluate(() => window.fake.calls.filter((c) => c[0] === 'edit').map((c) => c[2])), ['九点半拉个语音？']);
	const row = p.locator('.row', { hasText: '流程照旧' });
	await row.hover();
	await row.getByRole('button', { name: 'Reply' }).click();
	await area.fill('ok');
	await area.press('Enter');
	await p.locator('.row').last().locator('.quote', { hasText: '流程照旧' }).waitFor();
});

onPage('a quote leads to its message', 'state=everyday', { hash: WANG }, async (p) => {
	await p.locator('.quote').first().click();
	await p.locator('.message.flash', { hasText: '灰度发布完成' }).waitFor();
});

onPage('links into a conversation, and the way back', 'state=flood&lang=en', {}, async (p) => {
	const id = await p.evaluate(() => window.fake.messagesOf('flood@chat.lan')[5000].id);
	await p.evaluate((i) => (location.hash = `#/c/flood@chat.lan/${i}`), id);
	// It is marked for a moment only: all is asked at once.
	await p.waitForFunction(() => {
		const row = document.querySelector('.message.flash');
		const y = row?.getBoundingClientRect().y;
		return row?.innerText.includes('#5000') && y > 60 && y < 700;
	});
	await comes(() => p.evaluate(() => location.hash), '#/c/flood@chat.lan');
	await p.evaluate(() => (location.hash = '#/c/flood@chat.lan/nowhere'));
	await p.locator('.notice').waitFor();
	assert.equal(await p.locator('.notice').innerText(), 'This message is not there any more.');
});

onPage('one pane on a phone; back goes to the list', 'state=everyday&lang=en', PHONE, async (p) => {
	assert.ok(await p.locator('.side').isVisible());
	await p.locator('.conversation', { hasText: '王伟' }).click();
	await p.locator('.chat').waitFor();
	await p.locator('.side').waitFor({ state: 'hidden' });
	assert.equal(await p.evaluate(() => document.documentElement.scrollWidth), 390);
	await p.locator('.chat-head .back').click();
	await p.locator('.list').waitFor({ state: 'visible' });
	await p.goForward();
	await p.locator('.chat').waitFor();
	await p.goBack();
	await p.locator('.list').waitFor({ state: 'visible' });
	for (const sel of ['.side .icon-button', '.find', '.conversation']) {
		for (const b of await p.locator(sel).all()) {
			const box = await b.boundingBox();
			assert.ok(box.height >= 44 && box.width >= 44, `${sel} ${box.width}×${box.height}`);
		}
	}
});

onPage('a conversation opened from outside goes back to the list, not away', 'state=everyday', { ...PHONE, hash: WANG }, async (p) => {
	await p.locator('.chat-head .back').click();
	await p.locator('.list').waitFor({ state: 'visible' });
});

onPage('everything by keyboard', 'state=everyday&lang=en', { hash: WANG }, async (p) => {
	await p.locator('.composer textarea').waitFor();
	await p.keyboard.press('Alt+ArrowDown');
	await p.locator('.chat h1', { hasText: 'Bob Chen' }).waitFor();
	await p.keyboard.press('Alt+ArrowUp');
	await p.locator('.chat h1', { hasText: '王伟' }).waitFor();
	await p.keyboard.press('Control+/');
	await p.getByRole('dialog', { name: 'Keyboard' }).waitFor();
	await p.keyboard.press('Escape');
	await p.getByRole('dialog').waitFor({ state: 'detached' });
	const row = p.locator('.row').last();
	await row.focus();
	await p.keyboard.press('ArrowUp');
	await p.keyboard.press('ArrowUp');
	await p.keyboard.press('Enter');
	const menu = p.getByRole('menu');
	await menu.waitFor();
	await p.keyboard.press('ArrowDown');
	await p.keyboard.press('Escape');
	await menu.waitFor({ state: 'detached' });
	await p.waitForFunction(() => document.activeElement.classList.contains('row')); // the focus comes back
	await p.locator('.conversation').first().focus();
	await p.keyboard.press('ArrowDown');
	await p.keyboard.press('Shift+F10');
	await p.getByRole('menuitem', { name: 'Mute' }).waitFor();
	await p.getByRole('menuitem', { name: 'Unpin' }).click();
	await comes(() => p.evaluate(() => window.fake.conversations.value.find((c) => c.with === 'bob@chat.lan').pinned), false);
});

onPage('a long press opens the menu on a phone', 'state=everyday&lang=en', PHONE, async (p) => {
	await p.locator('.conversation', { hasText: 'Bob' }).evaluate((el) => {
		const r = el.getBoundingClientRect();
		el.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerType: 'touch', isPrimary: true, clientX: r.x + 20, clientY: r.y + 20 }));
	});
	await p.getByRole('menuitem', { name: 'Unpin' }).waitFor();
	assert.equal(await p.evaluate(() => location.hash), '');
});

onPage('reactions, copying code, folding', 'state=everyday&lang=en', { hash: WANG, permissions: ['clipboard-read', 'clipboard-write'] }, async (p) => {
	await p.locator('.reactions button').nth(1).click();
	await comes(() => p.locator('.reactions button[aria-pressed=true]').count(), 2);
	await p.getByRole('button', { name: 'Copy code' }).click();
	await comes(() => p.evaluate(async () => (await navigator.clipboard.readText()).startsWith('#!/bin/sh')), true);
	await p.evaluate(() => window.fake.receive('wangwei@chat.lan', 'word '.repeat(3000)));
	const big = p.locator('.row').last();
	await big.locator('.unfold').click();
	await comes(async () => (await big.locator('.text').innerText()).trim().length, 14999);
});

onPage('files: cells of a spreadsheet are text, many files are asked about, failed ones can go', 'state=everyday&lang=en', { hash: WANG }, async (p) => {
	const paste = (kind) => p.locator('.composer textarea').evaluate((a, k) => {
		const d = new DataTransfer();
		if (k !== 'picture') d.setData('text/plain', 'A1\tB1');
		const n = k === 'many' ? 5 : 1;
		for (let i = 0; i < n; i++) d.items.add(new File(['x'], `p${i}.png`, { type: 'image/png' }));
		if (k === 'many') d.clearData('text/plain');
		return !a.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: d }));
	}, kind);
	const sent = () => p.evaluate(() => window.fake.calls.filter((c) => c[0] === 'sendFile').length);
	assert.equal(await paste('excel'), false, 'the text is pasted by the browser');
	assert.equal(await sent(), 0);
	assert.equal(await paste('picture'), true);
	await comes(sent, 1);
	await paste('many');
	const ask = p.getByRole('dialog', { name: 'Send 5 files?' });
	await ask.waitFor();
	await ask.getByRole('button', { name: 'Leave out p0.png' }).click();
	await p.getByRole('button', { name: /^Send to/ }).click();
	await comes(sent, 5);
	await p.locator('.upload').last().getByRole('button', { name: 'Cancel' }).click();
	await p.locator('.failed').getByRole('button', { name: 'Discard' }).click();
	await comes(() => p.locator('.failed').count(), 0);
});

onPage('taking back is asked about, and leaves a mark', 'state=everyday&lang=en', { hash: WANG }, async (p) => {
	const row = p.locator('.row', { hasText: '好的，我准备脚本' });
	await row.focus();
	await p.keyboard.press('Enter');
	await p.getByRole('menuitem', { name: 'Retract for everybody' }).click();
	await p.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
	await p.getByRole('dialog').waitFor({ state: 'detached' });
	assert.equal(await row.count(), 1);
	await row.focus();
	await p.keyboard.press('Enter');
	await p.getByRole('menuitem', { name: 'Retract for everybody' }).click();
	await p.getByRole('dialog').getByRole('button', { name: 'Retract for everybody' }).click();
	await p.locator('.row', { hasText: 'You retracted this message.' }).waitFor();
	assert.equal(await row.count(), 0);
});

onPage('the details are a sheet where there is no third pane, and go with the conversation', 'state=everyday&lang=en', { hash: WANG, width: 1000 }, async (p) => {
	assert.ok(!(await p.locator('.info').isVisible()));
	await p.locator('.chat-head').getByRole('button', { name: 'Details', exact: true }).click();
	const sheet = p.getByRole('dialog', { name: '王伟' });
	await sheet.waitFor();
	await still(p);
	const box = await sheet.boundingBox();
	assert.ok(box.x + box.width >= 999 && box.height >= 849, JSON.stringify(box));
	await sheet.getByRole('button', { name: 'Search in this conversation' }).click();
	await sheet.waitFor({ state: 'detached' });
	await p.waitForFunction(() => location.hash.startsWith('#/search'));
});

onPage('the picture is shown large, Escape closes it', 'state=everyday&lang=en', { hash: WANG }, async (p) => {
	await p.locator('.picture').click();
	await p.locator('.lightbox img').waitFor();
	await p.keyboard.press('Escape');
	await p.locator('.lightbox').waitFor({ state: 'detached' });
	await p.waitForFunction(() => document.activeElement.classList.contains('picture'));
});

onPage('the strip comes after a while, and says when the next try is', 'state=everyday&lang=en', {}, async (p) => {
	// Looked at before any clock can have gone on.
	assert.equal(await p.evaluate(async () => {
		window.fake.lineOf({ state: 'connecting', since: Date.now(), attempt: 1 });
		for (let i = 0; i < 10; i++) await undefined;
		return document.querySelectorAll('.strip').length;
	}), 0);
	await p.locator('.strip').waitFor();
	await p.evaluate(() => window.fake.lineOf({ state: 'connecting', since: Date.now() - 9000, attempt: 4, next: Date.now() + 30000 }));
	await p.locator('.strip', { hasText: 'Next try in' }).waitFor();
	await p.getByRole('button', { name: 'Try now' }).click();
	await p.waitForFunction(() => window.fake.calls.some((c) => c[0] === 'reconnect'));
	await p.evaluate(() => window.fake.lineOf({ state: 'online' }));
	await p.locator('.strip').waitFor({ state: 'detached' });
});

onPage('only new messages of others are spoken', 'state=everyday&lang=en', { hash: WANG }, async (p) => {
	await rows(p).first().waitFor();
	const spoken = () => p.locator('[role=log]').innerText();
	assert.equal(await spoken(), '');
	await p.evaluate(() => (document.querySelector('.log').scrollTop = 0));
	await settle(p);
	assert.equal(await spoken(), '');
	await p.evaluate(() => window.fake.receive('wangwei@chat.lan', 'hear me'));
	await comes(spoken, '王伟: hear me');
});
