// SPDX-License-Identifier: Apache-2.0
// Names, status texts, requests, file names, messages, invites and what a device calls itself are text, whatever they contain.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answers, on } from './harness.mjs';

const PAYLOADS = [
	'<img src=x onerror=window.hit=1>', '<script>window.hit=1</script>', '"><svg onload=window.hit=1>', "'><body onload=window.hit=1>",
	'<iframe srcdoc="<script>parent.hit=1</script>"></iframe>', '<a href="javascript:window.hit=1">x</a>', 'javascript:window.hit=1',
	'<math><mtext><table><mglyph><style><img src=x onerror=window.hit=1>', '</textarea><script>window.hit=1</script>', '{{constructor.constructor("window.hit=1")()}}',
	'${window.hit=1}', '<style>*{display:none!important}</style>', '<base href=//evil.example/>', '<meta http-equiv=refresh content="0;url=//evil.example">',
	'<form action=//evil.example><button>Log in</button></form>', '\u202Egnp.exe\u202C', '<details open ontoggle=window.hit=1>', '<input autofocus onfocus=window.hit=1>',
	'<object data="data:text/html,<script>parent.hit=1</script>">', 'x\u0000<img src=x onerror=window.hit=1>', '<video><source onerror=window.hit=1>', '&lt;img src=x onerror=window.hit=1&gt;',
	'<template><img src=x onerror=window.hit=1></template>', '<xss style=animation-name:rise onanimationstart=window.hit=1>', '\u2028<img src=x onerror=window.hit=1>',
];

// Sets all that strangers may write, then looks: no element came of it, nothing ran, nothing was fetched from elsewhere.
async function poison(page, payload) {
	await page.evaluate((p) => {
		const f = window.fake;
		const person = (address, more) => ({ address, name: p, presence: 'online', status: p, tie: 'both', blocked: false, ...more });
		f.people.value = new Map([
			person('a@chat.lan', {}), person('b@chat.lan', { tie: 'asks', request: p }), person('c@chat.lan', { blocked: true, tie: 'none' }),
		].map((x) => [x.address, x]));
		const m = { ...f.messages[0], with: 'a@chat.lan', from: 'a@chat.lan', text: p, attachment: { url: p, name: p, type: 'text/html', size: 5 } };
		f.messages.splice(0, f.messages.length, m);
		f.conversations.value = [{ ...f.conversations.value[0], with: 'a@chat.lan', last: { text: p, mine: false, from: 'a@chat.lan', retracted: false } }];
		Object.assign(f.answers, {
			search: () => ({ hits: [m], more: false }),
			findPeople: () => [{ address: 'd@chat.lan', name: p }],
			files: () => [m],
			inviteInfo: () => ({ from: 'd@chat.lan', name: p, kind: 'account' }),
			devices: () => [{ id: '1', name: p, own: false, online: true, since: 1, seen: 1, where: p }],
			myFiles: () => ({ used: 5, files: [{ id: '1', url: p, name: p, type: 'text/html', size: 5, time: 1 }] }),
			invite: () => ({ link: p, xmpp: p, expires: Date.now() + 1e8 }),
		});
		f.me.value = f.me.value && { ...f.me.value, name: p };
		f.server.value = { ...f.server.value, version: p };
	}, payload);
}

// What our own parts draw; anything else, or an attribute that could run something, came from a payload.
function foreign() {
	const strange = [...document.querySelectorAll('script, iframe, object, embed, base, meta[http-equiv], style, math, form[action], xss, body details, template, video, audio, img')]
		.filter((e) => !(e.parentElement === document.head && e.matches('script[src]')));
	const armed = [...document.body.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => a.name.startsWith('on') || /^\s*(javascript|data):/i.test(a.name === 'href' ? a.value : '')));
	const away = [...document.querySelectorAll('a[href]')].filter((a) => new URL(a.href).host !== location.host).map((a) => a.outerHTML);
	return [...[...strange, ...armed].map((e) => e.outerHTML.slice(0, 200)), ...away];
}

const visits = [
	['/#/people', (page) => page.locator('.person').first().waitFor()],
	['/#/people', async (page) => {
		await page.locator('input[type=search]').fill('d');
		await page.locator('.people-group').first().waitFor();
	}],
	['/#/people/invite', (page) => page.locator('.qr').waitFor()],
	['/?beside=1#/c/a@chat.lan', (page) => page.locator('.file-row').waitFor()],
	['/?beside=1#/c/b@chat.lan', (page) => page.locator('.request').waitFor()],
	['/#/search', async (page) => {
		await page.locator('input[type=search]').fill('img');
		await page.locator('.hit').waitFor();
	}],
	['/#/switch', (page) => page.locator('.option').first().waitFor()],
	['/#/settings', (page) => page.locator('.settings-card').waitFor()],
	['/#/settings/devices', (page) => page.locator('.settings-row').waitFor()],
	['/#/settings/files', (page) => page.locator('.settings-row').waitFor()],
	['/#/settings/blocked', (page) => page.locator('.settings-row').waitFor()],
	['/#/settings/about', (page) => page.locator('.facts').first().waitFor()],
	['/#/welcome', (page) => page.locator('.welcome').waitFor()],
];

for (const [where, seen] of visits) {
	test(`inert at ${where}`, () => on('/?beside=1', async (page) => {
		const asked = [];
		page.on('request', (r) => asked.push(r.url()));
		for (const payload of PAYLOADS) {
			await poison(page, payload);
			await page.evaluate((w) => {
				history.replaceState(null, '', w.split('#')[0]);
				location.hash = '#/elsewhere';
				location.hash = `#${w.split('#')[1]}`;
			}, where);
			await seen(page);
			assert.deepEqual(await page.evaluate(foreign), [], payload);
			assert.equal(await page.evaluate(() => window.hit), undefined, payload);
		}
		assert.deepEqual(asked.filter((u) => !u.startsWith(new URL(page.url()).origin) && !u.startsWith('data:') && !u.startsWith('blob:')), []);
	}));
}

test('inert where an invite says who sends it', async () => {
	for (const name of PAYLOADS) {
		await on(`/invite?out=1&${answers({ inviteInfo: { from: 'd@chat.lan', name, kind: 'account' } })}#tok`, async (page) => {
			await page.getByText('invites you').waitFor();
			assert.deepEqual(await page.evaluate(foreign), [], name);
			assert.equal(await page.evaluate(() => window.hit), undefined, name);
		});
	}
});

test('letters that turn text round are taken out of names and file names', () => on('/', async (page) => {
	await poison(page, 'photo\u202Egnp.exe');
	await page.evaluate(() => { location.hash = '#/settings/files'; });
	await page.locator('.settings-row').waitFor();
	const text = await page.locator('.row-words > :first-child').innerText();
	assert.equal(text, 'photognp.exe');
}));
