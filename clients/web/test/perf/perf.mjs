// SPDX-License-Identifier: Apache-2.0
// What the page takes: time until it shows something and can be used, memory with ten thousand messages, time of a key and of another conversation. Run by hand
// (README.md): the real server and the real page in Chromium; ANSERD and ANSERCTL name the programs, RUNS how often (5), SLOW by what the processor is slowed down (1, 4).
import { readFileSync } from 'node:fs';
import { device, launchBrowser } from '../browser.mjs';
import { startServer } from '../server.mjs';
import { loginClassic } from '../e2e/classic.mjs';
import { addressOf, login, openPage } from '../e2e/people.mjs';
import { until } from '../e2e/wait.mjs';

const RUNS = Number(process.env.RUNS ?? 5);
const MESSAGES = 10_000;
const KEYS = 60;

const sorted = (list) => [...list].sort((a, b) => a - b);
const at = (list, share) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * share))];
const rows = [];
function tell(what, numbers, unit, budget = '') {
	rows.push([what, `${at(numbers, 0.5).toFixed(0)} (${Math.min(...numbers).toFixed(0)}–${Math.max(...numbers).toFixed(0)}) ${unit}`, budget]);
}

async function slowed(page, rate) {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('Emulation.setCPUThrottlingRate', { rate });
	return cdp;
}

// Notes, from the first moment of each document, when the first of these was in it and drawn.
function watch() {
	const when = (window.shownAt = {});
	const marks = { form: '.first input', list: '.conversation', words: '.row .text' };
	const look = () => {
		for (const [name, selector] of Object.entries(marks))
			if (!(name in when) && document.querySelector(selector)) {
				when[name] = 0;
				requestAnimationFrame(() => setTimeout(() => { when[name] = performance.now(); }));
			}
	};
	new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

const paint = (page) => page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
async function mark(page, name) {
	return until(() => page.evaluate((n) => window.shownAt?.[n], name), `${name} is shown`);
}

// A browser that was never here.
async function firstLoad(browser, server, rate) {
	const context = await device(browser);
	try {
		await context.addInitScript(watch);
		const page = await context.newPage();
		let bytes = 0;
		const cdp = await slowed(page, rate);
		await cdp.send('Network.enable');
		cdp.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; });
		await page.goto(server.url);
		const form = await mark(page, 'form');
		return { paint: await until(() => paint(page), 'something is painted'), form, bytes };
	} finally {
		await context.close();
	}
}

// The page of somebody who is logged in; `online` is when it has said so to the server.
async function reload(page) {
	let online = 0;
	const listen = (ws) => ws.on('framesent', (f) => { if (/^<presence/.test(String(f.payload))) online ||= Date.now(); });
	page.on('websocket', listen);
	await page.reload();
	const [list, words] = [await mark(page, 'list'), await mark(page, 'words')];
	await until(() => online, 'the page is online');
	page.off('websocket', listen);
	const began = await page.evaluate(() => performance.timeOrigin);
	return { paint: await until(() => paint(page), 'something is painted'), list, words, online: online - began };
}

async function memory(page) {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('HeapProfiler.enable');
	for (let n = 0; n < 3; n++)
		await cdp.send('HeapProfiler.collectGarbage');
	const { usedSize } = await cdp.send('Runtime.getHeapUsage');
	return { heap: usedSize / 1e6, nodes: await page.evaluate(() => document.querySelectorAll('*').length) };
}

// Private memory of the process that draws the page: of all, the one that has grown largest.
function renderer(browserPid) {
	const out = [];
	for (const pid of children(browserPid)) {
		const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
		if (command.includes('--type=renderer'))
			out.push([...readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)].reduce((n, m) => n + Number(m[1]) / 1000, 0));
	}
	return Math.max(...out);
}
function children(pid) {
	const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
	return own.flatMap((c) => [c, ...children(c)]);
}

// From the event to the end of the frame that shows what came of it.
function timed(kind, selector) {
	window.took = [];
	addEventListener(kind, (e) => {
		if (e.target.closest?.(selector))
			requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - e.timeStamp)));
	}, { capture: true });
}

async function keys(page) {
	await page.evaluate(`(${timed})('keydown', 'textarea')`);
	await page.locator('textarea').focus();
	for (let n = 1; n <= KEYS; n++) {
		await page.keyboard.press('n');
		await page.waitForFunction((k) => window.took.length >= k, n);
	}
	await page.locator('textarea').fill('');
	return page.evaluate(() => window.took);
}

// By turns: the click until the words of the other conversation are drawn.
async function switches(page, names) {
	const took = [];
	for (let n = 0; n < 10; n++) {
		const name = names[n % 2];
		took.push(await page.evaluate(async (who) => {
			const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
			const began = performance.now();
			[...document.querySelectorAll('.conversation')].find((c) => c.textContent.includes(who)).click();
			while (!document.querySelector('.row .text')?.textContent.includes(`${who} `)) await frame();
			await frame();
			return performance.now() - began;
		}, name));
	}
	return took;
}

// No faster than the page keeps them: to one who reads too slowly the server stops sending, and the rest would stay in the archive.
async function fill(server, page, from, count) {
	const client = await loginClassic(server, from);
	const before = await kept(page);
	const step = 200;
	for (let n = 0; n < count; n += step) {
		for (let k = n; k < n + step; k++)
			client.say(`103|${from},bob,${from} ${k}: ${'一条消息 with some words '.repeat(1 + (k % 5))}`);
		for (let k = 0; k < step; k++)
			await client.hear();
		await until(async () => (await kept(page)) >= before + n + step, 'all is in the cache');
	}
	client.close();
}

const kept = (page) => page.evaluate(async () => {
	const { name } = (await indexedDB.databases()).find((d) => d.name.startsWith('anser '));
	return new Promise((done) => {
		const open = indexedDB.open(name);
		open.onsuccess = () => {
			const ask = open.result.transaction('rows').objectStore('rows').count();
			ask.onsuccess = () => (open.result.close(), done(ask.result));
		};
	});
});

const server = await startServer({ 'limits.bytes_per_second': '0' });
const browser = await launchBrowser();
try {
	for (const name of ['ann', 'bob', 'cat'])
		server.account(name);
	const context = await device(browser);
	await context.addInitScript(watch);
	const page = await openPage(context, server.url);
	await login(page, 'bob');
	await fill(server, page, 'ann', MESSAGES);
	await fill(server, page, 'cat', 200);
	await page.evaluate((hash) => { location.hash = hash; }, `#/c/${addressOf('ann')}`);
	await mark(page, 'words');
	const pid = Number(readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean)
		.find((p) => /chromium/.test(readFileSync(`/proc/${p}/cmdline`, 'utf8'))));
	for (const rate of (process.env.SLOW ?? '1,4').split(',').map(Number)) {
		const by = `, processor ×${rate}`;
		const firsts = [], reloads = [];
		for (let n = 0; n < RUNS; n++)
			firsts.push(await firstLoad(browser, server, rate));
		const cdp = await slowed(page, rate);
		for (let n = 0; n < RUNS; n++)
			reloads.push(await reload(page));
		tell(`first load: first paint${by}`, firsts.map((f) => f.paint), 'ms', rate === 1 ? '300' : '1,200');
		tell(`first load: the form can be filled in${by}`, firsts.map((f) => f.form), 'ms', rate === 1 ? '500' : '1,200');
		if (rate === 1)
			tell('first load: bytes', firsts.map((f) => f.bytes / 1000), 'kB');
		tell(`again, ${MESSAGES} messages in the cache: first paint${by}`, reloads.map((r) => r.paint), 'ms', rate === 1 ? '300' : '1,200');
		tell(`again: conversations are shown${by}`, reloads.map((r) => r.list), 'ms');
		tell(`again: messages are shown${by}`, reloads.map((r) => r.words), 'ms');
		tell(`again: online${by}`, reloads.map((r) => r.online), 'ms', rate === 1 ? '500' : '1,200');
		const k = await keys(page);
		rows.push([`a key until it is drawn${by}`, `${at(k, 0.5).toFixed(0)}, p95 ${at(k, 0.95).toFixed(0)} ms`, 'p95 33']);
		const s = await switches(page, ['cat', 'ann']);
		rows.push([`another conversation until it is drawn${by}`, `${at(s, 0.5).toFixed(0)}, slowest ${Math.max(...s).toFixed(0)} ms`, '']);
		await cdp.detach();
	}
	await page.reload();
	await mark(page, 'words');
	const m = await memory(page);
	rows.push(['one conversation of 10,000 open: script memory', `${m.heap.toFixed(1)} MB`, ''], ['… private memory of its process', `${renderer(pid).toFixed(0)} MB`, '60']);
	rows.push(['… elements in the page', String(m.nodes), '2,500']);
	for (const [what, took, budget] of rows)
		console.log(`| ${what} | ${took} | ${budget} |`);
	if (page.faults.length)
		throw new Error(page.faults.join('\n'));
} finally {
	await browser.close();
	await server.close();
}
