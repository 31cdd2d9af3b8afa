// SPDX-License-Identifier: Apache-2.0
// The network fails in every way we could think of while a page sends 200 messages to another. None may be lost, none may come twice, none out of
// order: in what the other page shows, and in the archive; and the sender must learn of each that it was delivered. ANSERD and ANSERCTL name the programs; KINDS picks kinds of trouble, SEED another course.
import { device, launchBrowser } from '../browser.mjs';
import { DOMAIN, PASSWORD, startServer } from '../server.mjs';
import { chance } from './proxy.mjs';
import { engine, login, pageFiles, several, startRig } from './rig.mjs';

const MESSAGES = Number(process.env.MESSAGES ?? 200);
const EVERY_MS = 25;
const SETTLE_MS = 90_000;
// Shorter than for people, so that a stalled line is noticed within the test.
const TIMES = { idleMs: 2000, answerMs: 1500 };
const seed = Number(process.env.SEED ?? 20261121);
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

// Each runs beside the sending until `done()`.
const kinds = {
	async cut(rig, random, done) {
		while (!done()) {
			await sleep(200 + 900 * random());
			rig.cut();
		}
	},
	async stall(rig, random, done) {
		while (!done()) {
			await sleep(300 + 900 * random());
			rig.stall(true);
			// Sometimes shorter than anybody notices, sometimes longer than a line lives.
			await sleep(random() < 0.5 ? 700 : 2500);
			if (random() < 0.5)
				rig.cut();
			rig.stall(false);
		}
	},
	async refuse(rig, random, done) {
		while (!done()) {
			await sleep(300 + 900 * random());
			rig.refuse(true);
			rig.cut();
			await sleep(400 + 1500 * random());
			rig.refuse(false);
		}
	},
	async inside(rig, random, done) {
		while (!done()) {
			await sleep(200 + 700 * random());
			rig.cutInside(random() < 0.5 ? 'up' : 'down', Math.floor(1 + 1500 * random()));
		}
	},
	// The server resumes nothing: every new line is a new session, and only the archive knows what arrived.
	async forget(rig, random, done) {
		return kinds.cut(rig, random, done);
	},
	// The tab is reloaded while it sends, and the line is cut besides.
	async reload(rig, random, done) {
		while (!done()) {
			await sleep(500 + 900 * random());
			rig.cut();
		}
	},
	// Two tabs write by turns; whichever leads is closed now and then, and another opened.
	async tabs(rig, random, done) {
		return kinds.cut(rig, random, done);
	},
	// The server itself is killed and started again.
	async kill(rig, random, done, server) {
		while (!done()) {
			await sleep(1200 + 1500 * random());
			await server.kill();
			await sleep(300);
			await server.start();
		}
	},
};

function judge(wanted, found) {
	const count = new Map();
	for (const t of found)
		count.set(t, (count.get(t) ?? 0) + 1);
	const ours = found.filter((t) => wanted.includes(t));
	const firsts = [...new Set(ours)];
	return {
		lost: wanted.filter((t) => !count.has(t)).length,
		doubled: [...count.values()].filter((n) => n > 1).length,
		reordered: firsts.filter((t, i) => i > 0 && wanted.indexOf(t) < wanted.indexOf(firsts[i - 1])).length,
	};
}

async function everything(page, peer) {
	return page.evaluate((p) => window.all(p).then((l) => l.map((m) => m.text)), peer);
}

// Another tab of somebody who is logged in.
async function tab(context, url) {
	const page = await engine(context, url, TIMES);
	await page.evaluate(() => window.model.start());
	return page;
}

async function run(kind, files, browser) {
	const random = chance(seed);
	const server = await startServer(kind === 'forget' ? { 'limits.resume_time': '0' } : {});
	const contexts = [];
	try {
		server.account('ann');
		server.account('bob');
		const rig = await startRig(server, files);
		contexts.push(await device(browser), await device(browser));
		let ann = await engine(contexts[0], rig.url, TIMES);
		const bob = await engine(contexts[1], rig.url, TIMES);
		await login(ann, 'ann', PASSWORD);
		await login(bob, 'bob', PASSWORD);
		const to = `bob@${DOMAIN}`, from = `ann@${DOMAIN}`;
		const wanted = Array.from({ length: MESSAGES }, (_, i) => `${kind} ${i}`);
		await bob.evaluate((p) => window.shown(p), from);
		const second = kind === 'tabs' ? await tab(contexts[0], rig.url) : null;
		const writers = second ? [ann, second] : [ann];
		let over = false;
		const trouble = kinds[kind](rig, random, () => over, server);
		for (const [i, text] of wanted.entries()) {
			if (kind === 'reload' && i > 0 && i % 40 === 0) {
				await ann.reload();
				await ann.waitForFunction(() => typeof window.make === 'function');
				await ann.evaluate(async (o) => {
					window.make(o);
					await window.model.start();
				}, TIMES);
				writers[0] = ann;
			}
			if (second && i > 0 && i % 50 === 0) {
				const leads = await Promise.all(writers.map((w) => w.evaluate(() => window.model.leader.value)));
				const at = Math.max(0, leads.indexOf(true));
				await writers[at].close();
				writers[at] = await tab(contexts[0], rig.url);
				ann = writers[0];
			}
			await writers[kind === 'tabs' ? i % 2 : 0].evaluate(([p, t]) => window.model.send(p, t), [to, text]);
			await sleep(EVERY_MS);
		}
		over = true;
		await trouble;
		rig.stall(false);
		rig.refuse(false);
		const deadline = Date.now() + SETTLE_MS;
		const settled = async () => (await ann.evaluate(() => window.model.unsent.value)) === 0 && (await bob.evaluate(() => window.model.synced.value));
		while (!(await settled()) && Date.now() < deadline)
			await sleep(200);
		const left = await ann.evaluate(() => window.model.unsent.value);
		// What the other page shows now; and what a device shows that knows nothing but the archive.
		let live = await bob.evaluate((p) => window.shown(p).map((m) => m.text), from);
		for (const end = Date.now() + 10_000; !live.includes(wanted[MESSAGES - 1]) && Date.now() < end; await sleep(200))
			live = await bob.evaluate((p) => window.shown(p).map((m) => m.text), from);
		const shown = await everything(bob, from);
		const third = await device(browser);
		contexts.push(third);
		const fresh = await engine(third, rig.url, TIMES);
		await login(fresh, 'bob', PASSWORD);
		const device3 = await everything(fresh, from);
		const kept = await fresh.evaluate(async (p) => {
			const all = JSON.parse(await (await window.model.exportData(() => undefined, new AbortController().signal)).text());
			return all.messages.filter((m) => m.with === p && m.text).map((m) => m.text);
		}, from);
		const untold = () => ann.evaluate((p) => window.all(p).then((l) => l.filter((m) => m.mine && m.sending !== 'delivered').length), to);
		let undelivered = await untold();
		for (const end = Date.now() + SETTLE_MS; undelivered && Date.now() < end; undelivered = await untold())
			await sleep(200);
		// What the sender shows in the end: news of the archive come a moment after the last line.
		await ann.waitForFunction(() => window.model.synced.value, undefined, { timeout: SETTLE_MS });
		const mine = await everything(ann, to);
		const results = {};
		// Each tab's own order holds; between two that write at one time there is none.
		for (const [n, part] of (second ? [0, 1].map((k) => wanted.filter((_, i) => i % 2 === k)) : [wanted]).entries())
			for (const [who, found] of Object.entries({ page: shown, archive: kept, device: device3, sender: mine }))
				results[second ? `${who} of tab ${n + 1}` : who] = judge(part, found);
		const bad = left + undelivered + Object.values(results).reduce((n, r) => n + r.lost + r.doubled + r.reordered, 0);
		console.log(`${kind}: ${MESSAGES} sent, ${rig.state.count} connections, ${rig.state.cuts} cut; unsent ${left} undelivered ${undelivered}; ` +
			Object.entries(results).map(([who, r]) => `${who} lost ${r.lost} doubled ${r.doubled} reordered ${r.reordered}`).join('; '));
		if (bad && process.env.TALK)
			console.log(JSON.stringify({ shown, kept, device3, mine }), server.log.slice(-3000));
		await rig.close();
		return bad === 0;
	} finally {
		for (const c of contexts)
			await c.close();
		await server.close();
	}
}

const wanted = process.env.KINDS?.split(',') ?? Object.keys(kinds);
const files = await pageFiles();
const browser = await launchBrowser();
let failed = 0;
try {
	failed = wanted.length - (await several(wanted, (kind) => run(kind, files, browser), 2));
} finally {
	await browser.close();
}
console.log(`${wanted.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
