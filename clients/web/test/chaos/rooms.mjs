// SPDX-License-Identifier: Apache-2.0
// Rooms, by the engine of the page against the real server in a real browser: what people do there; and sending while the network fails, where nothing may
// be lost, come twice or out of the order that all others see. ANSERD and ANSERCTL name the programs; ONLY picks tests by a pattern.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { device, launchBrowser } from '../browser.mjs';
import { DOMAIN, PASSWORD, startServer } from '../server.mjs';
import { chance } from './proxy.mjs';
import { engine, login, pageFiles, startRig } from './rig.mjs';

const TIMES = { idleMs: 2000, answerMs: 1500 };
const MESSAGES = Number(process.env.MESSAGES ?? 100);
const SETTLE_MS = 90_000;
const [ANN, BOB, CAROL] = ['ann', 'bob', 'carol'].map((n) => `${n}@${DOMAIN}`);
const tests = [];
const test = (name, fn, settings = {}) => tests.push({ name, fn, settings });
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

async function until(page, fn, arg, timeout = 120_000) {
	const h = await page.waitForFunction(fn, arg, { timeout, polling: 50 });
	return h.jsonValue();
}
const texts = (page, room) => page.evaluate((r) => window.shown(r).map((m) => m.text), room);
async function see(page, room, wanted) {
	await page.evaluate((r) => window.shown(r), room);
	try {
		await until(page, ([r, w]) => JSON.stringify(window.shown(r).map((m) => m.text)) === JSON.stringify(w), [room, wanted]);
	} catch (e) {
		assert.deepEqual(await texts(page, room), wanted);
		throw e;
	}
}
const say = (page, room, text) => page.evaluate(([r, t]) => window.model.send(r, t), [room, text]);
const rooms = (page, fn, arg) => page.evaluate(([f, a]) => new Function('rooms', 'a', `return (${f})(rooms, a)`)(window.model.rooms.value, a), [fn.toString(), arg]);
const roomIs = (page, room, fn, arg) => until(page, ([r, f, a]) => {
	const x = window.model.rooms.value?.all.value.get(r);
	return x && new Function('room', 'a', `return (${f})(room, a)`)(x, a);
}, [room, fn.toString(), arg]);
const isIn = (page, room) => roomIs(page, room, (x) => x.state.state === 'in');
async function make(page, how = {}) {
	await until(page, () => window.model.rooms.value.service.value);
	const made = await rooms(page, (r, a) => r.create(a), { title: '茶 Tea', private: true, ...how });
	assert.ok(made.room, JSON.stringify(made));
	return made.room;
}
// In by invitation.
async function ask(page, guest, name, room) {
	assert.equal(await rooms(page, (r, [at, who]) => r.invite(at, [who], 'come'), [room, name]), null);
	await until(guest, (at) => window.model.rooms.value.invitations.value.some((i) => i.room === at), room);
	assert.equal(await rooms(guest, (r, at) => r.accept(r.invitations.value.find((i) => i.room === at)), room), null);
	await isIn(guest, room);
}
async function again(page) {
	await page.reload();
	await page.waitForFunction(() => typeof window.make === 'function');
	await page.evaluate(async (o) => {
		window.make(o);
		await window.model.start();
	}, TIMES);
}

test('a room is made, people are asked, they talk', async ({ ann, bob }) => {
	const room = await make(ann, { description: '每天四点' });
	await roomIs(ann, room, (x) => x.name === '茶 Tea' && x.description === '每天四点' && x.membersOnly && !x.listed && x.affiliation === 'owner' && x.can.configure);
	await ask(ann, bob, BOB, room);
	await roomIs(bob, room, (x) => x.name === '茶 Tea' && x.affiliation === 'member' && x.can.speak && !x.can.configure);
	await say(ann, room, '大家好');
	await see(bob, room, ['大家好']);
	await until(ann, (r) => window.shown(r)[0]?.sending === 'sent', room);
	await bob.evaluate((r) => window.model.send(r, '@ann 你好', window.full(r)[0]), room);
	await see(ann, room, ['大家好', '@ann 你好']);
	const m = await ann.evaluate((r) => window.full(r)[1], room);
	assert.ok(m.mention);
	assert.equal(m.nick, 'bob');
	assert.equal(m.reply?.text, '大家好');
	assert.deepEqual(await ann.evaluate((f) => ({ name: window.model.person(f).name, real: window.model.person(f).real }), m.from), { name: 'bob', real: BOB });
	const c = await ann.evaluate((r) => window.model.conversations.value.find((x) => x.with === r), room);
	assert.deepEqual([c.kind, c.unread, c.mentions], ['group', 1, 1]);
	await ann.evaluate((r) => window.model.react(window.full(r)[1], '👍'), room);
	await until(bob, ([r, a]) => window.full(r)[1].reactions[0]?.emoji === '👍' && window.model.person(window.full(r)[1].reactions[0].from[0]).real === a, [room, ANN]);
	await bob.evaluate((r) => window.model.edit(window.full(r)[1], '@ann 你好!'), room);
	await see(ann, room, ['大家好', '@ann 你好!']);
	await bob.evaluate((r) => window.model.typing(r, true), room);
	await roomIs(ann, room, (x) => x.typing[0] === 'bob');
	await bob.evaluate((r) => window.model.retract(window.full(r)[1]), room);
	await until(ann, (r) => window.full(r)[1].retracted && !window.full(r)[1].moderated, room);
});

test('members: who is there and who is not, what they may; kicked, banned, made admin', async ({ ann, bob, carol }) => {
	const room = await make(ann);
	await ask(ann, bob, BOB, room);
	await ask(ann, carol, CAROL, room);
	const members = (page) => rooms(page, (r, at) => r.members(at).value.map((m) => [m.address, m.affiliation, m.role]), room);
	await rooms(ann, (r, at) => void r.members(at), room);
	await until(ann, (at) => window.model.rooms.value.members(at).value.length === 3, room);
	assert.deepEqual(await members(ann), [[ANN, 'owner', 'moderator'], [BOB, 'member', 'participant'], [CAROL, 'member', 'participant']]);
	const act = (what, who, ...more) => rooms(ann, (r, [at, w, a, x]) => {
		const m = r.members(at).value.find((y) => y.address === a);
		return r[w](at, m, ...x);
	}, [room, what, who, more]);
	assert.equal(await act('kick', BOB, 'too loud'), null);
	await roomIs(bob, room, (x) => x.state.state === 'out' && x.state.why === 'kicked' && x.state.reason === 'too loud' && x.state.by === 'ann');
	assert.equal(await rooms(bob, (r, at) => r.join(at), room), null);
	assert.equal(await act('affiliate', BOB, 'admin'), null);
	await roomIs(bob, room, (x) => x.affiliation === 'admin' && x.can.ban && !x.can.configure);
	await say(carol, room, 'before the ban');
	await see(ann, room, ['before the ban']);
	await see(carol, room, ['before the ban']);
	assert.equal(await act('affiliate', CAROL, 'outcast', 'enough'), null);
	await roomIs(carol, room, (x) => x.state.state === 'out' && x.state.why === 'banned');
	await say(ann, room, 'without carol');
	await see(bob, room, ['before the ban', 'without carol']);
	assert.deepEqual(await texts(carol, room), ['before the ban']);
	assert.equal(await rooms(carol, (r, at) => r.join(at), room), 'banned');
	assert.deepEqual(await rooms(ann, (r, at) => r.banned(at), room).then((l) => l.map((x) => [x.address, x.reason])), [[CAROL, 'enough']]);
	assert.equal(await rooms(ann, (r, [at, a]) => r.affiliate(at, a, 'none'), [room, CAROL]), null);
	assert.equal(await rooms(carol, (r, at) => r.join(at), room), 'members-only');
	await ask(ann, carol, CAROL, room);
	await see(carol, room, ['before the ban', 'without carol']);
});

test('moderation, subject, nickname, settings, password, picture', async ({ ann, bob, carol }) => {
	const room = await make(ann, { private: false, title: 'Open', address: 'open' });
	assert.equal(await rooms(bob, (r, at) => r.join(at), room), null);
	await say(bob, room, 'spam');
	await see(ann, room, ['spam']);
	assert.equal(await ann.evaluate((r) => window.model.rooms.value.moderate(window.full(r)[0], 'not here'), room), null);
	await until(bob, (r) => window.full(r)[0]?.retracted && window.full(r)[0].moderated?.by === 'ann' && window.full(r)[0].moderated.reason === 'not here', room);
	assert.equal(await rooms(bob, (r, at) => r.setSubject(at, 'mine'), room), 'not-allowed');
	assert.equal(await rooms(ann, (r, at) => r.setSubject(at, '今天的事'), room), null);
	await roomIs(bob, room, (x) => x.subject?.text === '今天的事' && x.subject.by === 'ann');
	assert.equal(await rooms(bob, (r, at) => r.setNick(at, 'ann'), room), 'name-taken');
	assert.equal(await rooms(bob, (r, at) => r.setNick(at, '小鲍'), room), null);
	await roomIs(bob, room, (x) => x.nick === '小鲍');
	await until(ann, (at) => window.model.rooms.value.members(at).value.some((m) => m.nick === '小鲍'), room);
	await say(bob, room, 'still me');
	await until(bob, (r) => window.full(r)[1]?.mine && window.full(r)[1].sending === 'sent', room);
	await until(ann, (r) => window.full(r).length === 2 && window.full(r)[1].from === window.full(r)[0].from, room);
	const settings = await rooms(ann, (r, at) => r.settings(at), room);
	assert.deepEqual([settings.title, settings.membersOnly, settings.listed, settings.password, settings.slow, settings.keepDays], ['Open', false, true, '', 0, 0]);
	assert.equal(await rooms(bob, (r, at) => r.settings(at), room), 'not-allowed');
	assert.equal(await rooms(ann, (r, at) => r.configure(at, { title: '开放', moderated: true, password: 'sesame', slow: 3600 }), room), null);
	await roomIs(bob, room, (x) => x.name === '开放' && x.moderated && x.password && x.slow === 3600);
	assert.equal(await rooms(carol, (r, at) => r.join(at), room), 'password');
	assert.equal(await rooms(carol, (r, at) => r.join(at, 'wrong'), room), 'password');
	assert.equal(await rooms(carol, (r, at) => r.join(at, 'sesame'), room), null);
	await roomIs(carol, room, (x) => x.role === 'visitor' && !x.can.speak);
	assert.equal(await rooms(ann, (r, [at, a]) => r.voice(at, r.members(at).value.find((m) => m.address === a), true), [room, CAROL]), null);
	await roomIs(carol, room, (x) => x.can.speak);
	await say(carol, room, 'one');
	await say(carol, room, 'too soon');
	await until(carol, (r) => window.full(r).some((m) => m.text === 'too soon' && m.sending === 'failed' && m.why === 'throttled'), room);
	const why = await ann.evaluate(async (at) => {
		const c = document.createElement('canvas');
		c.width = c.height = 100;
		c.getContext('2d').fillRect(0, 0, 50, 50);
		return window.model.rooms.value.setAvatar(at, await new Promise((r) => c.toBlob(r, 'image/png')));
	}, room);
	assert.equal(why, null);
	await roomIs(carol, room, (x) => x.avatar?.startsWith('data:image/'));
	await until(carol, (r) => window.model.person(r).avatar?.startsWith('data:image/'), room);
});

test('found, entered, left, destroyed; my other device goes along', async ({ ann, bob, contexts, rig }) => {
	const room = await make(ann, { private: false, title: 'Chess club', description: '国际象棋' });
	const secret = await make(ann, { title: 'Secret' });
	const found = await rooms(bob, (r) => r.browse('象棋'));
	assert.deepEqual(found.rooms.map((x) => [x.address, x.name, x.description, x.count, x.joined]), [[room, 'Chess club', '国际象棋', 1, false]]);
	assert.ok(!(await rooms(bob, (r) => r.browse())).rooms.some((x) => x.address === secret));
	assert.equal(await rooms(bob, (r, at) => r.join(at), secret), 'members-only');
	assert.equal(await rooms(bob, (r, at) => r.join(at), `nothing@${room.split('@')[1]}`), 'not-found');
	const other = await engine(await contexts.fresh(), rig.url, TIMES);
	await login(other, 'bob', PASSWORD);
	assert.equal(await rooms(bob, (r, at) => r.join(at), room), null);
	await isIn(other, room);
	await say(other, room, 'from the other');
	await see(bob, room, ['from the other']);
	assert.ok(await bob.evaluate((r) => window.full(r)[0].mine, room));
	await rooms(bob, (r, at) => r.notify(at, 'mentions'), room);
	await roomIs(other, room, (x) => x.notify === 'mentions');
	await say(ann, room, 'read me');
	await see(bob, room, ['from the other', 'read me']);
	await until(other, (r) => window.model.conversations.value.find((c) => c.with === r)?.unread === 1, room);
	await bob.evaluate((r) => window.readAll(r), room);
	await until(other, (r) => window.model.conversations.value.find((c) => c.with === r)?.unread === 0, room);
	await rooms(bob, (r, at) => r.leave(at), room);
	await until(other, (r) => !window.model.conversations.value.some((c) => c.with === r), room);
	await until(ann, (at) => window.model.rooms.value.members(at).value.length === 1, room);
	assert.equal(await rooms(other, (r, at) => r.join(at), room), null);
	await isIn(bob, room);
	assert.equal(await rooms(ann, (r, at) => r.destroy(at, 'moved away'), room), null);
	for (const page of [bob, other])
		await roomIs(page, room, (x) => x.state.state === 'out' && x.state.why === 'destroyed' && x.state.reason === 'moved away');
	assert.equal(await rooms(bob, (r, at) => r.join(at), room), 'destroyed');
});

test('a reload, a new device: in again, with everything; searching; files', async ({ ann, bob, contexts, rig }) => {
	const room = await make(ann);
	await ask(ann, bob, BOB, room);
	for (let n = 0; n < 5; n++)
		await say(n % 2 ? bob : ann, room, `第${n}条`);
	await until(bob, (r) => window.shown(r).length === 5, room);
	await until(bob, () => window.model.unsent.value === 0);
	await until(ann, (r) => window.shown(r).length === 5, room);
	const order = await texts(ann, room);
	await bob.close();
	await say(ann, room, 'while you were away 苹果');
	const back = await engine(contexts[1], rig.url, TIMES);
	await back.evaluate(() => window.model.start());
	await isIn(back, room);
	await see(back, room, [...order, 'while you were away 苹果']);
	await again(back);
	await see(back, room, [...order, 'while you were away 苹果']);
	await isIn(back, room);
	const fresh = await engine(await contexts.fresh(), rig.url, TIMES);
	await login(fresh, 'bob', PASSWORD);
	await isIn(fresh, room);
	await see(fresh, room, [...order, 'while you were away 苹果']);
	const hits = await fresh.evaluate((r) => window.model.search({ text: '苹果', with: r }), room);
	assert.deepEqual(hits.hits.map((m) => [m.text, m.nick]), [['while you were away 苹果', 'ann']]);
	await say(ann, BOB, '苹果 in private');
	await until(fresh, (p) => window.shown(p).length === 1, ANN);
	const all = await fresh.evaluate(() => window.model.search({ text: '苹果' }));
	assert.deepEqual([all.hits.map((m) => [m.text, m.with]), all.more], [[['苹果 in private', ANN], ['while you were away 苹果', room]], false]);
	await ann.evaluate((r) => window.model.sendFile(r, new File(['hello'], '茶.txt', { type: 'text/plain' }), 'see'), room);
	await until(fresh, (r) => window.full(r).some((m) => m.attachment?.name === '茶.txt'), room);
	assert.deepEqual((await fresh.evaluate((r) => window.model.files(r), room)).map((m) => m.attachment.name), ['茶.txt']);
});

test('a line that is lost, a server that restarts: in again by itself', async ({ ann, bob, rig, server }) => {
	const room = await make(ann);
	await ask(ann, bob, BOB, room);
	await server.kill();
	await say(ann, room, 'written without a server');
	await server.start();
	await see(bob, room, ['written without a server']);
	await until(ann, (r) => window.shown(r)[0]?.sending === 'sent', room);
	await rig.cut();
	await say(bob, room, 'and back');
	await see(ann, room, ['written without a server', 'and back']);
	assert.deepEqual(await rooms(ann, (r, at) => r.members(at).value.filter((m) => m.role !== 'none').length, room), 2);
});

// ---- while the network fails -------------------------------------------------------------------------------------------

const troubles = {
	async cut(rig, random, done) {
		while (!done()) {
			await sleep(200 + 900 * random());
			rig.cut();
		}
	},
	async inside(rig, random, done) {
		while (!done()) {
			await sleep(200 + 700 * random());
			rig.cutInside(random() < 0.5 ? 'up' : 'down', Math.floor(1 + 1500 * random()));
		}
	},
	forget: (rig, random, done) => troubles.cut(rig, random, done),
	reload: (rig, random, done) => troubles.cut(rig, random, done),
	tabs: (rig, random, done) => troubles.cut(rig, random, done),
	async kill(rig, random, done, server) {
		while (!done()) {
			await sleep(1500 + 1500 * random());
			await server.kill();
			await sleep(300);
			await server.start();
		}
	},
};

async function everything(page, room) {
	return page.evaluate(async (r) => {
		const t = window.model.open(r);
		await t.toEnd();
		for (let n = 0; n < 60 && t.more.value.older; n++)
			await t.older();
		const out = t.messages.value.map((m) => m.text);
		t.close();
		return out;
	}, room);
}

function judge(wanted, found) {
	const count = new Map();
	for (const t of found)
		count.set(t, (count.get(t) ?? 0) + 1);
	const firsts = [...new Set(found.filter((t) => wanted.includes(t)))];
	return {
		lost: wanted.filter((t) => !count.has(t)).length,
		doubled: wanted.filter((t) => count.get(t) > 1).length,
		reordered: firsts.filter((t, i) => i > 0 && wanted.indexOf(t) < wanted.indexOf(firsts[i - 1])).length,
	};
}

for (const kind of Object.keys(troubles))
	test(`trouble: ${kind}`, async ({ ann: first, bob, rig, server, contexts }) => {
		let ann = first;
		const room = await make(ann);
		await ask(ann, bob, BOB, room);
		const random = chance(Number(process.env.SEED ?? 20261121));
		let over = false;
		const tab = async () => {
			const page = await engine(contexts[0], rig.url, TIMES);
			await page.evaluate(() => window.model.start());
			return page;
		};
		const second = kind === 'tabs' ? await tab() : null;
		const trouble = troubles[kind](rig, random, () => over, server);
		const wanted = { ann: [], bob: [], second: [] };
		for (let n = 0; n < MESSAGES; n++) {
			if (kind === 'reload' && n > 0 && n % 30 === 0)
				await again(ann);
			if (second && n === MESSAGES / 2) {
				await ann.close();
				ann = await tab();
			}
			const who = second && n % 3 === 2 ? 'second' : n % 2 ? 'bob' : 'ann';
			await say({ ann, bob, second }[who], room, `${who} ${n}`);
			wanted[who].push(`${who} ${n}`);
			await sleep(25);
		}
		over = true;
		await trouble;
		const pages = [ann, bob, ...(second ? [second] : [])];
		const settled = async () => {
			for (const page of pages)
				if (!(await page.evaluate((r) => window.model.unsent.value === 0 && window.model.synced.value && window.model.rooms.value.all.value.get(r)?.state.state === 'in', room)))
					return false;
			return true;
		};
		for (const end = Date.now() + SETTLE_MS; !(await settled()) && Date.now() < end;)
			await sleep(200);
		await sleep(500);
		const fresh = await engine(await contexts.fresh(), rig.url, TIMES);
		await login(fresh, 'bob', PASSWORD);
		await isIn(fresh, room);
		const shown = { device: await everything(fresh, room), bob: await everything(bob, room), ann: await everything(ann, room), ...(second && { second: await everything(second, room) }) };
		const bad = [];
		for (const [where, found] of Object.entries(shown)) {
			// Nobody's own order may change, and all see one order.
			for (const [who, list] of Object.entries(wanted)) {
				const j = judge(list, found);
				if (j.lost + j.doubled + j.reordered)
					bad.push(`${where} of ${who}: ${JSON.stringify(j)}`);
			}
			const at = found.findIndex((t, i) => t !== shown.device[i]);
			if (at >= 0)
				bad.push(`${where} has ${found[at]} where others have ${shown.device[at]}`);
		}
		if (bad.length && process.env.TALK)
			console.log(spawnSync('sqlite3', [join(server.data, process.env.TALK), process.env.SQL], { encoding: 'utf8' }).stdout, JSON.stringify(shown, null, 1));
		assert.deepEqual(bad, []);
		return `${MESSAGES} sent, ${rig.state.count} connections`;
	}, kind === 'forget' ? { 'limits.resume_time': '0' } : {});

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
		rig = await startRig(server, files);
		const pages = {};
		for (const who of ['ann', 'bob', ...(name.startsWith('trouble') ? [] : ['carol'])]) {
			server.account(who);
			pages[who] = await engine(await contexts.fresh(), rig.url, TIMES);
			await login(pages[who], who, PASSWORD);
		}
		const said = await fn({ ...pages, rig, contexts, server });
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

const chosen = tests.filter((t) => !process.env.ONLY || new RegExp(process.env.ONLY).test(t.name));
const files = await pageFiles();
const browser = await launchBrowser();
let passed = 0;
try {
	for (const t of chosen)
		passed += (await one(t, files, browser)) ? 1 : 0;
} finally {
	await browser.close();
}
console.log(`${passed} passed, ${chosen.length - passed} failed`);
process.exit(passed === chosen.length ? 0 : 1);
