// SPDX-License-Identifier: Apache-2.0
// The engine of the page against the real server, in a real browser, without the user interface: what one page does, the other must see. ANSERD and ANSERCTL
// name the programs; ONLY picks tests by a part of their name.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { device, launchBrowser } from '../browser.mjs';
import { DOMAIN, PASSWORD, startServer } from '../server.mjs';
import { engine, login, pageFiles, several, startRig } from './rig.mjs';

const TIMES = { idleMs: 2000, answerMs: 1500 };
const ANN = `ann@${DOMAIN}`, BOB = `bob@${DOMAIN}`;
const tests = [];
const test = (name, fn, settings = {}) => tests.push({ name, fn, settings });

// Until the function, run in the page, gives something true; that is returned.
async function until(page, fn, arg) {
	const h = await page.waitForFunction(fn, arg, { timeout: 120_000, polling: 50 });
	return h.jsonValue();
}
const texts = (page, peer) => page.evaluate((p) => window.shown(p).map((m) => m.text), peer);
async function see(page, peer, wanted) {
	await page.evaluate((p) => window.shown(p), peer);
	try {
		await until(page, ([p, w]) => JSON.stringify(window.shown(p).map((m) => m.text)) === JSON.stringify(w), [peer, wanted]);
	} catch (e) {
		assert.deepEqual(await texts(page, peer), wanted);
		throw e;
	}
}
const say = (page, to, text) => page.evaluate(([p, t]) => window.model.send(p, t), [to, text]);
async function again(page) {
	await page.reload();
	await page.waitForFunction(() => typeof window.make === 'function');
	await page.evaluate(async (o) => {
		window.make(o);
		await window.model.start();
	}, TIMES);
}
// Until the line broke once more for all that went over it.
async function spentMore(rig, before) {
	while (rig.state.spent === before)
		await new Promise((r) => setTimeout(r, 20));
}
const synced = (page) => until(page, () => window.model.synced.value);

test('ticks are true', async ({ ann, bob, rig }) => {
	await say(ann, BOB, 'one');
	await until(ann, (p) => window.shown(p)[0]?.sending === 'delivered', BOB);
	await see(bob, ANN, ['one']);
	assert.equal(await bob.evaluate(() => window.model.unread.value), 1);
	await bob.evaluate((p) => window.readAll(p), ANN);
	await until(ann, (p) => window.shown(p)[0]?.sending === 'read', BOB);
	assert.equal(await bob.evaluate(() => window.model.unread.value), 0);
	// While nothing comes through it is on its way and no more, until the page notices that the line is dead.
	rig.stall(true);
	await say(ann, BOB, 'two');
	await until(ann, () => window.model.line.value.state === 'connecting');
	assert.equal(await ann.evaluate((p) => window.shown(p)[1]?.sending, BOB), 'sending');
	rig.stall(false);
	await until(ann, (p) => window.shown(p)[1]?.sending === 'delivered', BOB);
});

test('who turned read marks off tells nobody', async ({ ann, bob }) => {
	await bob.evaluate(() => window.model.set('receipts', false));
	await say(ann, BOB, 'secret');
	await see(bob, ANN, ['secret']);
	await bob.evaluate((p) => window.readAll(p), ANN);
	await say(ann, BOB, 'after');
	await see(bob, ANN, ['secret', 'after']);
	await until(ann, (p) => window.shown(p)[1]?.sending === 'delivered', BOB);
	assert.equal(await ann.evaluate((p) => window.shown(p)[0].sending, BOB), 'delivered');
});

test('my devices know what I have read, also when nobody is told', async ({ ann, bob, contexts, rig }) => {
	await bob.evaluate(() => window.model.set('receipts', false));
	const other = await engine(await contexts.fresh(), rig.url, TIMES);
	await login(other, 'bob', PASSWORD);
	await say(ann, BOB, 'x');
	await until(other, () => window.model.unread.value === 1);
	await see(bob, ANN, ['x']);
	await bob.evaluate((p) => window.readAll(p), ANN);
	await until(other, () => window.model.unread.value === 0);
	const third = await engine(await contexts.fresh(), rig.url, TIMES);
	await login(third, 'bob', PASSWORD);
	await until(third, () => window.model.conversations.value.length === 1 && window.model.unread.value === 0);
});

test('what the server cannot take does not hold up the rest', async ({ ann, bob }) => {
	await say(ann, BOB, '大'.repeat(12_000));
	await say(ann, BOB, 'small');
	await until(bob, (p) => window.shown(p).some((m) => m.text === 'small'), ANN);
	await until(ann, (p) => window.full(p).some((m) => m.sending === 'failed' && m.why === 'too-large'), BOB);
}, { 'limits.stanza_bytes': '10000' });

test('replies, edits, reactions, retractions', async ({ ann, bob }) => {
	await say(ann, BOB, 'first');
	await see(bob, ANN, ['first']);
	await bob.evaluate((p) => window.model.send(p, 'answer', window.full(p)[0]), ANN);
	const reply = await until(ann, (p) => window.full(p)[1]?.reply, BOB).catch(() => null);
	assert.equal(reply?.text, 'first');
	await ann.evaluate((p) => window.model.edit(window.full(p)[0], 'first, better'), BOB);
	await see(bob, ANN, ['first, better', 'answer']);
	assert.ok(await bob.evaluate((p) => window.full(p)[0].edited, ANN));
	await bob.evaluate((p) => window.model.react(window.full(p)[0], '👍'), ANN);
	await until(ann, ([p, b]) => window.full(p)[0].reactions[0]?.emoji === '👍' && window.full(p)[0].reactions[0].from[0] === b, [BOB, BOB]);
	await bob.evaluate((p) => window.model.react(window.full(p)[0], '👍'), ANN);
	await until(ann, (p) => window.full(p)[0].reactions.length === 0, BOB);
	await ann.evaluate((p) => window.model.retract(window.full(p)[0]), BOB);
	await until(bob, (p) => window.full(p)[0].retracted && window.full(p)[0].text === '', ANN);
	// A device that was not there sees the same.
	await again(bob);
	await synced(bob);
	await see(bob, ANN, ['', 'answer']);
});

test('what was written without network survives a reload, and keeps its order', async ({ ann, bob, rig }) => {
	rig.refuse(true);
	rig.cut();
	for (const t of ['a', 'b', 'c'])
		await say(ann, BOB, t);
	await again(ann);
	await see(ann, BOB, ['a', 'b', 'c']);
	assert.equal(await ann.evaluate(() => window.model.unsent.value), 3);
	await say(ann, BOB, 'd');
	rig.refuse(false);
	await ann.evaluate(() => window.model.reconnect());
	await until(ann, () => window.model.unsent.value === 0);
	await synced(bob);
	if (process.env.TALK) console.log(await texts(ann, BOB), await texts(bob, ANN));
	await see(bob, ANN, ['a', 'b', 'c', 'd']);
	await see(ann, BOB, ['a', 'b', 'c', 'd']);
});

test('two tabs: both see everything, one leads, nothing is sent twice', async ({ ann, bob, contexts, rig }) => {
	const second = await engine(contexts[0], rig.url, TIMES);
	await second.evaluate(() => window.model.start());
	await synced(second);
	assert.equal(await ann.evaluate(() => window.model.leader.value), true);
	assert.equal(await second.evaluate(() => window.model.leader.value), false);
	await second.evaluate((p) => window.shown(p), BOB);
	await say(second, BOB, 'from the second');
	await see(bob, ANN, ['from the second']);
	await see(ann, BOB, ['from the second']);
	await until(second, (p) => window.shown(p)[0].sending === 'delivered', BOB);
	await say(bob, ANN, 'to both');
	for (const page of [ann, second])
		await see(page, BOB, ['from the second', 'to both']);
	await second.evaluate((p) => window.readAll(p), BOB);
	await until(ann, () => window.model.unread.value === 0);
	rig.cut();
	for (let n = 0; n < 10; n++)
		await say(n % 2 ? ann : second, BOB, `mixed ${n}`);
	await until(ann, () => window.model.unsent.value === 0);
	await until(second, () => window.model.unsent.value === 0);
	// The leader goes in the middle of its work.
	for (let n = 0; n < 10; n++)
		await say(second, BOB, `late ${n}`);
	await ann.close();
	await until(second, () => window.model.leader.value);
	await until(second, () => window.model.unsent.value === 0);
	await synced(bob);
	const wanted = ['from the second', 'to both', ...Array.from({ length: 10 }, (_, n) => `mixed ${n}`), ...Array.from({ length: 10 }, (_, n) => `late ${n}`)];
	await until(bob, ([p, n]) => window.shown(p).length === n, [ANN, wanted.length]);
	const found = await texts(bob, ANN);
	assert.deepEqual([...found].sort(), [...wanted].sort());
	assert.deepEqual(found.filter((t) => t.startsWith('late')), wanted.filter((t) => t.startsWith('late')));
});

test('contacts: asking, accepting, presence, blocking', async ({ ann, bob }) => {
	assert.equal(await ann.evaluate((p) => window.model.ask(p, 'it is me'), BOB), null);
	await until(bob, () => window.model.requests.value[0]?.request === 'it is me');
	await until(ann, (p) => window.model.person(p).tie === 'asked', BOB); // the list may come after the request has gone on
	await bob.evaluate((p) => window.model.answer(p, true), ANN);
	for (const [page, other] of [[ann, BOB], [bob, ANN]])
		await until(page, (p) => window.model.person(p).tie === 'both' && window.model.person(p).presence === 'online', other);
	assert.equal(await bob.evaluate(() => window.model.requests.value.length), 0);
	await ann.evaluate((p) => window.model.rename(p, 'Bobby'), BOB);
	await until(ann, (p) => window.model.people.value.get(p)?.name === 'Bobby', BOB);
	assert.equal(await bob.evaluate((p) => window.model.block(p, true), ANN), null);
	await until(ann, (p) => window.model.person(p).presence === 'offline', BOB);
	await say(ann, BOB, 'hello?');
	await until(ann, (p) => window.shown(p)[0]?.sending === 'failed', BOB);
	assert.equal(await ann.evaluate((p) => window.full(p)[0].why, BOB), 'no-such-user');
	assert.equal(await bob.evaluate((p) => window.model.block(p, false), ANN), null);
	await ann.evaluate((p) => window.model.retry(window.full(p)[0]), BOB);
	await see(bob, ANN, ['hello?']);
	await until(ann, (p) => window.shown(p)[0]?.sending === 'delivered', BOB);
});

test('names, pictures, finding people', async ({ ann, bob }) => {
	assert.equal(await bob.evaluate(() => window.model.setName('鲍勃 Bob')), null);
	await until(bob, () => window.model.me.value.name === '鲍勃 Bob');
	const found = await ann.evaluate(() => window.model.findPeople('鲍勃'));
	assert.deepEqual(found, [{ address: BOB, name: '鲍勃 Bob' }]);
	assert.equal(await ann.evaluate((p) => window.model.exists(p), BOB), true);
	assert.equal(await ann.evaluate((p) => window.model.exists(p), `nobody@${DOMAIN}`), false);
	const why = await bob.evaluate(async () => {
		const c = document.createElement('canvas');
		c.width = c.height = 300;
		c.getContext('2d').fillRect(0, 0, 200, 200);
		return window.model.setAvatar(await new Promise((r) => c.toBlob(r, 'image/png')));
	});
	assert.equal(why, null);
	await until(bob, () => window.model.me.value.avatar?.startsWith('data:image/'));
	await say(bob, ANN, 'look');
	await until(ann, (p) => window.model.people.value.get(p)?.avatar?.startsWith('data:image/') && window.model.person(p).name === '鲍勃 Bob', BOB);
});

test('history: both directions, jumps, search in Chinese', async ({ ann, bob, contexts, rig }) => {
	for (let n = 0; n < 130; n++)
		await say(ann, BOB, n === 7 ? '今天晚上一起吃火锅吗' : `line ${n}`);
	await until(ann, () => window.model.unsent.value === 0);
	await until(bob, (p) => window.model.conversations.value[0]?.unread === 130, ANN);
	const other = await engine(await contexts.fresh(), rig.url, TIMES);
	await login(other, 'bob', PASSWORD);
	const shown = await other.evaluate(async (p) => {
		const t = window.model.open(p);
		await t.toFirstUnread();
		const first = t.messages.value[0].text;
		while (t.more.value.older)
			await t.older();
		await t.toEnd();
		return { first, all: t.messages.value.length };
	}, ANN);
	assert.equal(shown.first, 'line 0');
	await until(other, () => window.model.synced.value);
	const hit = await other.evaluate((p) => window.model.search({ text: '火锅', with: p }), ANN);
	assert.deepEqual(hit.hits.map((m) => m.text), ['今天晚上一起吃火锅吗']);
	const third = await engine(await contexts.fresh(), rig.url, TIMES);
	await login(third, 'bob', PASSWORD);
	const around = await third.evaluate(async ([p, id]) => {
		const t = window.model.open(p);
		const key = await t.jump({ archiveId: id });
		const at = t.messages.value.findIndex((m) => m.key === key);
		while (t.more.value.newer)
			await t.newer();
		return { text: t.messages.value[at]?.text, after: t.messages.value[at + 1]?.text, last: t.messages.value[t.messages.value.length - 1].text };
	}, [ANN, hit.hits[0].archiveId]);
	assert.deepEqual(around, { text: '今天晚上一起吃火锅吗', after: 'line 8', last: 'line 129' });
});

test('files: preview, a broken line, search by kind', async ({ ann, bob, rig }) => {
	await ann.evaluate(async (p) => {
		const c = document.createElement('canvas');
		c.width = 640;
		c.height = 480;
		c.getContext('2d').fillRect(10, 10, 300, 300);
		window.model.sendFile(p, new File([await new Promise((r) => c.toBlob(r, 'image/png'))], '照片.png', { type: 'image/png' }), 'see this');
	}, BOB);
	await until(bob, (p) => window.full(p).find((m) => m.attachment)?.attachment, ANN);
	const a = await bob.evaluate((p) => window.full(p).find((m) => m.attachment).attachment, ANN);
	assert.equal(a.name, '照片.png');
	assert.deepEqual([a.width, a.height, a.type], [640, 480, 'image/png']);
	assert.ok(a.thumb.startsWith('data:image/jpeg'));
	assert.ok(a.url.startsWith(rig.url), a.url);
	await until(bob, (p) => window.full(p).some((m) => m.text === 'see this'), ANN);
	const hash = await bob.evaluate(async (u) => (await (await fetch(u)).arrayBuffer()).byteLength, a.url);
	assert.equal(hash, a.size);
	// 12 MB, and the line breaks while they go up.
	const done = ann.evaluate(async (p) => {
		const bytes = new Uint8Array(12 << 20).map((_, i) => (i * 7) ^ (i >> 8));
		window.model.sendFile(p, new File([bytes], 'large.bin'));
	}, BOB);
	await done;
	for (let n = 0; n < 3; n++) {
		const spent = rig.state.spent;
		rig.cutAfter(2 << 20);
		await spentMore(rig, spent);
	}
	await until(bob, (p) => window.full(p).some((m) => m.attachment?.name === 'large.bin'), ANN);
	const same = await bob.evaluate(async (p) => {
		const m = window.full(p).find((x) => x.attachment?.name === 'large.bin');
		const bytes = new Uint8Array(await (await fetch(m.attachment.url)).arrayBuffer());
		return bytes.length === 12 << 20 && bytes.every((b, i) => b === (((i * 7) ^ (i >> 8)) & 255));
	}, ANN);
	assert.ok(same);
	const files = await bob.evaluate((p) => window.model.files(p), ANN);
	assert.deepEqual(files.map((m) => m.attachment.name), ['large.bin', '照片.png']);
	const mine = await ann.evaluate(() => window.model.myFiles());
	assert.equal(mine.files.length, 2);
	assert.equal(await ann.evaluate((id) => window.model.removeFile(id), mine.files[0].id), null);
});

test('an upload is cancelled', async ({ ann, rig }) => {
	rig.stall(true);
	await ann.evaluate((p) => window.model.sendFile(p, new File([new Uint8Array(1000)], 'x.bin')), BOB);
	await until(ann, (p) => window.full(p).length === 1, BOB);
	await ann.evaluate((p) => window.model.cancel(window.full(p)[0]), BOB);
	await until(ann, (p) => window.full(p).length === 0 && window.model.unsent.value === 0, BOB);
	rig.stall(false);
});

test('drafts, pins, mute, hide', async ({ ann, bob }) => {
	await say(bob, ANN, 'hi');
	await until(ann, () => window.model.conversations.value.length === 1);
	await ann.evaluate((p) => {
		window.model.draft(p, 'half a');
		window.model.pin(p, true);
		window.model.mute(p, true);
	}, BOB);
	assert.equal(await ann.evaluate(() => window.model.unread.value), 0);
	await again(ann);
	await synced(ann);
	const c = await ann.evaluate(() => window.model.conversations.value[0]);
	assert.deepEqual([c.draft, c.pinned, c.muted, c.unread], ['half a', true, true, 1]);
	await ann.evaluate((p) => {
		window.model.draft(p, '');
		window.model.hide(p);
	}, BOB);
	await until(ann, () => window.model.conversations.value.length === 0);
	await say(bob, ANN, 'again');
	await until(ann, () => window.model.conversations.value.length === 1);
});

test('typing', async ({ ann, bob }) => {
	await say(ann, BOB, 'x');
	await until(bob, () => window.model.conversations.value.length === 1);
	await ann.evaluate((p) => window.model.typing(p, true), BOB);
	await until(bob, () => window.model.conversations.value[0].typing);
	await ann.evaluate((p) => window.model.typing(p, false), BOB);
	await until(bob, () => !window.model.conversations.value[0].typing);
});

test('making an account, a new password, leaving for good', async ({ contexts, rig }) => {
	const page = await engine(await contexts.fresh(), rig.url, TIMES);
	await page.evaluate(() => window.model.start());
	assert.equal(await page.evaluate(() => window.model.register('carol', 'a long password 1')), null);
	assert.equal(await page.evaluate(() => window.model.register('ann', 'a long password 1')), 'name-taken');
	await synced(page);
	assert.equal(await page.evaluate(() => window.model.changePassword('wrong', 'another password 2')), 'wrong-password');
	assert.equal(await page.evaluate(() => window.model.changePassword('a long password 1', 'another password 2')), null);
	await again(page);
	await synced(page);
	const devices = await page.evaluate(() => window.model.devices());
	assert.equal(devices.filter((d) => d.own).length, 1);
	const out = await page.evaluate(async () => {
		const b = await window.model.exportData(() => undefined, new AbortController().signal);
		return JSON.parse(await b.text()).account;
	});
	assert.equal(out, `carol@${DOMAIN}`);
	assert.equal(await page.evaluate(() => window.model.deleteAccount('wrong')), 'wrong-password');
	assert.equal(await page.evaluate(() => window.model.deleteAccount('another password 2')), null);
	await until(page, () => window.model.line.value.state === 'out' && !window.model.me.value);
	assert.equal(await page.evaluate(() => window.model.login('carol', 'another password 2', false)), 'wrong-password');
});

test('another device is logged out, and so is this browser', async ({ ann, contexts, rig }) => {
	const other = await engine(await contexts.fresh(), rig.url, TIMES);
	await login(other, 'ann', PASSWORD);
	const list = await until(ann, async () => {
		const d = await window.model.devices();
		return d.length === 2 && d;
	});
	assert.equal(await ann.evaluate((id) => window.model.endDevice(id), list.find((d) => !d.own).id), null);
	await ann.evaluate(() => window.model.logout());
	assert.equal(await ann.evaluate(() => window.model.line.value.state), 'out');
	await again(ann);
	assert.equal(await ann.evaluate(() => window.model.line.value.state), 'out');
	assert.deepEqual(await ann.evaluate(async () => (await indexedDB.databases()).map((d) => d.name)), ['anser']);
});

test('a wrong password, an impossible name, and no password in what is remembered', async ({ contexts, rig, ann }) => {
	const page = await engine(await contexts.fresh(), rig.url, TIMES);
	await page.evaluate(() => window.model.start());
	assert.equal(await page.evaluate(() => window.model.login('ann', 'nope', true)), 'wrong-password');
	assert.equal(await page.evaluate(() => window.model.login('a b', 'nope', true)), 'bad-name');
	const kept = await ann.evaluate(() => new Promise((resolve) => {
		const open = indexedDB.open('anser');
		open.onsuccess = () => {
			const get = open.result.transaction('kv').objectStore('kv').get('login');
			get.onsuccess = () => resolve({ extractable: get.result.token.key.extractable, kind: String(get.result.token.key), text: JSON.stringify(get.result) + JSON.stringify(localStorage) });
		};
	}));
	assert.equal(kept.kind, '[object CryptoKey]');
	assert.equal(kept.extractable, false);
	assert.ok(!kept.text.includes('secret'));
	assert.ok(!kept.text.includes(PASSWORD));
});

test('a page without TLS from another machine: no crypto, no locks, and it works', async ({ contexts, server, files, bob }) => {
	const outside = Object.values(networkInterfaces()).flat().find((i) => i.family === 'IPv4' && !i.internal)?.address;
	if (!outside)
		return 'skipped: this machine has no address but its own';
	const rig = await startRig(server, files, outside);
	try {
		const context = await contexts.fresh();
		const one = await engine(context, rig.url, TIMES);
		assert.equal(await one.evaluate(() => isSecureContext || 'locks' in navigator || !!crypto.subtle), false);
		const sent = [];
		one.on('websocket', (ws) => ws.on('framesent', (f) => sent.push(String(f.payload))));
		await login(one, 'ann', PASSWORD);
		await until(one, () => window.model.leader.value);
		assert.equal(await one.evaluate((p) => window.model.changePassword(p, 'overheard 2'), PASSWORD), 'unsafe-line');
		assert.equal(await one.evaluate(() => window.model.register('dora', 'overheard 2')), 'unsafe-line');
		assert.ok(sent.some((x) => x.includes('<auth')) && !sent.some((x) => x.includes('overheard')));
		const two = await engine(context, rig.url, TIMES);
		await two.evaluate(() => window.model.start());
		await synced(two);
		assert.equal(await two.evaluate(() => window.model.leader.value), false);
		await say(two, BOB, 'via the leader');
		await see(bob, ANN, ['via the leader']);
		await one.close();
		await until(two, () => window.model.leader.value);
		await say(two, BOB, 'leads now');
		await see(bob, ANN, ['via the leader', 'leads now']);
	} finally {
		await rig.close();
	}
});

async function one({ name, fn, settings }, files, browser) {
	const server = await startServer(settings);
	const contexts = [];
	contexts.fresh = async () => {
		const c = await device(browser);
		contexts.push(c);
		return c;
	};
	let rig;
	try {
		server.account('ann');
		server.account('bob');
		rig = await startRig(server, files);
		const ann = await engine(await contexts.fresh(), rig.url, TIMES), bob = await engine(await contexts.fresh(), rig.url, TIMES);
		await login(ann, 'ann', PASSWORD);
		await login(bob, 'bob', PASSWORD);
		const said = await fn({ ann, bob, rig, contexts, server, files });
		console.log(`ok ${name}${said ? ` (${said})` : ''}`);
		return true;
	} catch (e) {
		console.log(`not ok ${name}\n${e.stack}`);
		if (process.env.TALK)
			console.log(server.log.slice(-4000));
		return false;
	} finally {
		for (const c of contexts)
			await c.close().catch(() => undefined);
		await rig?.close().catch(() => undefined);
		await server.close().catch((e) => console.error(e.message.slice(0, 4000)));
	}
}

const chosen = tests.filter((t) => !process.env.ONLY || t.name.includes(process.env.ONLY));
const files = await pageFiles();
const browser = await launchBrowser();
let passed = 0;
try {
	passed = await several(chosen, (t) => one(t, files, browser));
} finally {
	await browser.close();
}
console.log(`${passed} passed, ${chosen.length - passed} failed`);
process.exit(passed === chosen.length ? 0 : 1);
