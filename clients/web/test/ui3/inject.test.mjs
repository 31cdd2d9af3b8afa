// SPDX-License-Identifier: Apache-2.0
// Names, status texts, requests, file names, messages, invites and what a device calls itself are text, whatever they contain.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until, within } from '../pages.mjs';
import { on } from './harness.mjs';

const PAYLOADS = [
	'<img src=x onerror=window.hit=1>', '<script>window.hit=1</script>', '"><svg onload=window.hit=1>', "'><body onload=window.hit=1>",
	'<iframe srcdoc="<script>parent.hit=1</script>"></iframe>', '<a href="javascript:window.hit=1">x</a>', 'javascript:window.hit=1',
	'<math><mtext><table><mglyph><style><img src=x onerror=window.hit=1>', '</textarea><script>window.hit=1</script>', '{{constructor.constructor("window.hit=1")()}}',
	'${window.hit=1}', '<style>*{display:none!important}</style>', '<base href=//evil.example/>', '<meta http-equiv=refresh content="0;url=//evil.example">',
	'<form action=//evil.example><button>Log in</button></form>', '\u202Egnp.exe\u202C', '<details open ontoggle=window.hit=1>', '<input autofocus onfocus=window.hit=1>',
	'<object data="data:text/html,<script>parent.hit=1</script>">', 'x\u0000<img src=x onerror=window.hit=1>', '<video><source onerror=window.hit=1>', '&lt;img src=x onerror=window.hit=1&gt;',
	'<template><img src=x onerror=window.hit=1></template>', '<xss style=animation-name:rise onanimationstart=window.hit=1>', '\u2028<img src=x onerror=window.hit=1>',
];

// In the page. Sets all that strangers may write.
function poison(p) {
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
}

// In the page. What our own parts draw; anything else, or an attribute that could run something, came from a payload.
function foreign() {
	const strange = [...document.querySelectorAll('script, iframe, object, embed, base, meta[http-equiv], style, math, form[action], xss, body details, template, video, audio, img')]
		.filter((e) => !(e.parentElement === document.head && e.matches('script[src]')));
	const armed = [...document.body.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => a.name.startsWith('on') || /^\s*(javascript|data):/i.test(a.name === 'href' ? a.value : '')));
	const away = [...document.querySelectorAll('a[href]')].filter((a) => new URL(a.href).host !== location.host).map((a) => a.outerHTML);
	return [...[...strange, ...armed].map((e) => e.outerHTML.slice(0, 200)), ...away];
}

// In the page, since thousands of questions from outside take minutes: shows each payload by itself, drawn from nothing, and gives what came of it.
async function visitAll(until, poison, foreign, payloads, { hash, type, seen, says = '' }) {
	const bad = [];
	for (const [i, payload] of payloads.entries()) {
		poison(payload);
		location.hash = '#/elsewhere';
		await until(() => document.querySelector('.middle h1')?.textContent === 'nothing' && !document.querySelector(seen));
		location.hash = hash;
		if (type) {
			await until(() => document.querySelector('input[type=search]'));
			const field = document.querySelector('input[type=search]');
			field.value = `${type}${i}`;
			field.dispatchEvent(new Event('input', { bubbles: true }));
		}
		await until(() => document.querySelector(seen)?.getClientRects().length && document.querySelector(seen).textContent.includes(says));
		const came = foreign();
		if (came.length || window.hit) bad.push([payload, window.hit, ...came]);
	}
	return bad;
}

const visits = [
	{ hash: '#/people', seen: '.person' },
	{ hash: '#/people', type: 'd', seen: '.people-group', says: 'd@chat.lan' },
	{ hash: '#/people/invite', seen: '.qr' },
	{ hash: '#/c/a@chat.lan', seen: '.file-row' },
	{ hash: '#/c/b@chat.lan', seen: '.request' },
	{ hash: '#/search', type: 'img', seen: '.hit' },
	{ hash: '#/switch', seen: '.option' },
	{ hash: '#/settings', seen: '.settings-card' },
	{ hash: '#/settings/devices', seen: '.settings-row' },
	{ hash: '#/settings/files', seen: '.settings-row' },
	{ hash: '#/settings/blocked', seen: '.settings-row' },
	{ hash: '#/settings/about', seen: '.facts' },
	{ hash: '#/welcome', seen: '.welcome' },
];

for (const visit of visits) {
	test(`inert at ${visit.hash}${visit.type ? ', searched' : ''}`, () => on('/?beside=1#/elsewhere', async (page) => {
		const asked = [];
		page.on('request', (r) => asked.push(r.url()));
		assert.deepEqual(await within(page, visitAll, until, poison, foreign, PAYLOADS, visit), []);
		assert.deepEqual(asked.filter((u) => !u.startsWith(new URL(page.url()).origin) && !u.startsWith('data:') && !u.startsWith('blob:')), []);
	}));
}

// In the page: the first screen, drawn anew for each.
async function inviteAll(until, foreign, payloads) {
	const { answers, me } = window.fake;
	const bad = [];
	for (const name of payloads) {
		me.value = { address: 'lin@chat.lan', name: 'lin', admin: false };
		await until(() => location.pathname === '/' && !document.querySelector('.first')); // who is logged in has no use for the token
		answers.inviteInfo = { from: 'd@chat.lan', name, kind: 'account' };
		history.replaceState(null, '', '/invite?out=1#tok');
		me.value = null;
		await until(() => /invites you/.test(document.querySelector('.first h1')?.textContent ?? ''));
		const came = foreign();
		if (came.length || window.hit) bad.push([name, window.hit, ...came]);
	}
	return bad;
}

test('inert where an invite says who sends it', () => on('/invite?out=1#tok', async (page) => {
	await page.getByText('invites you').waitFor();
	assert.deepEqual(await within(page, inviteAll, until, foreign, PAYLOADS), []);
}));

test('letters that turn text round are taken out of names and file names', () => on('/', async (page) => {
	await page.evaluate(poison, 'photo\u202Egnp.exe');
	await page.evaluate(() => { location.hash = '#/settings/files'; });
	await page.locator('.settings-row').first().waitFor();
	assert.equal(await page.locator('.row-words > :first-child').innerText(), 'photognp.exe');
}));
