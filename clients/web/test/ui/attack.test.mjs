// SPDX-License-Identifier: Apache-2.0
// Whatever a stranger writes is text: a hundred attempts in every place where text of others is shown.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { giveBack, until, within } from '../pages.mjs';
import { openSite } from './site.mjs';

const BASE = [
	'<script>hit()</script>',
	'<img src=x onerror=hit()>',
	'<svg onload=hit()>',
	'<svg><script>hit()</script></svg>',
	'<iframe srcdoc="<script>parent.hit()</script>">',
	'<iframe src=javascript:parent.hit()>',
	'<body onload=hit()>',
	'<details open ontoggle=hit()>',
	'<input autofocus onfocus=hit()>',
	'<video><source onerror=hit()></video>',
	'<math><mi xlink:href="javascript:hit()">x</mi></math>',
	'<a href="javascript:hit()">x</a>',
	'<form action=javascript:hit()><button>x',
	'<object data=javascript:hit()>',
	'<embed src=javascript:hit()>',
	'<link rel=stylesheet href=javascript:hit()>',
	'<style>@import "javascript:hit()"</style>',
	'<style>*{background:url(//evil.example/x)}</style>',
	'<base href=//evil.example/>',
	'<meta http-equiv=refresh content="0;url=javascript:hit()">',
	'<template><script>hit()</script></template>',
	'<noscript><p title="</noscript><img src=x onerror=hit()>">',
	'"><img src=x onerror=hit()>',
	"'><img src=x onerror=hit()>",
	'" autofocus onfocus="hit()',
	"' onmouseover='hit()",
	'javascript:hit()',
	'JaVaScRiPt:hit()',
	'java\tscript:hit()',
	'\u0001javascript:hit()',
	'data:text/html,<script>hit()</script>',
	'vbscript:hit()',
	'https://a.lan/"onmouseover="hit()',
	"https://a.lan/'><img src=x onerror=hit()>",
	'https://a.lan/</a><script>hit()</script>',
	'xmpp:a@b"><script>hit()</script>',
	'xmpp:javascript:hit()@b',
	'&lt;script&gt;hit()&lt;/script&gt;',
	'&#60;script&#62;hit()&#60;/script&#62;',
	'\\u003cscript\\u003ehit()\\u003c/script\\u003e',
	'%3Cscript%3Ehit()%3C/script%3E',
	'${hit()}',
	'{{constructor.constructor("hit()")()}}',
	'#{hit()}',
	'<!--<img src="--><img src=x onerror=hit()>">',
	'<![CDATA[<script>hit()</script>]]>',
	'<scr<script>ipt>hit()</scr</script>ipt>',
	'＜script＞hit()＜/script＞',
	'<script\0>hit()</script>',
	'\u202e<script>hit()</script>',
	'__proto__',
	'constructor',
];
const WRAPS = [(p) => p, (p) => `*${p}*`, (p) => `> ${p}`, (p) => `\`\`\`\n${p}\n\`\`\``];
const PAYLOADS = [...BASE, ...BASE.flatMap((p, i) => [WRAPS[1 + (i % 3)](p)])];

let site;
before(async () => {
	site = await openSite();
});
after(() => site.close());

// What must not be there, wherever the text went.
function inspect() {
	const bad = [];
	const allowed = /^(?:https?:|xmpp:|blob:|data:image\/|#\/|\/)/i;
	for (const el of document.querySelectorAll('#app *')) {
		const name = el.localName;
		if (['script', 'iframe', 'object', 'embed', 'base', 'meta', 'link', 'style', 'template', 'math', 'body', 'frame'].includes(name)) bad.push(`<${name}>`);
		for (const a of el.attributes) {
			if (/^on/i.test(a.name)) bad.push(`${name} ${a.name}`);
			if (/^(?:href|src|action|data|poster|formaction|srcdoc|xlink:href)$/i.test(a.name) && !allowed.test(a.value)) bad.push(`${name} ${a.name}=${a.value}`);
			if (a.name === 'href' && /^https?:/i.test(a.value) && !/noopener/.test(el.getAttribute('rel') ?? '')) bad.push(`no rel: ${a.value}`);
		}
	}
	return { bad, hits: window.hits };
}

// How it is to be read: without letters that cannot be seen, and without the signs that mark it up.
const told = (payload) => payload.replace(/[\0-\x08\x0b-\x1f\u202a-\u202e]/g, '').replace(/^\*(.*)\*$/s, '$1').replace(/^> |^```\n|\n```$/g, '').replace(/\s+/g, ' ').trim();

// In the page, since hundreds of questions from outside take minutes: each payload in every place, one after the other. Gives what was wrong.
async function attackAll(until, inspect, payloads) {
	const { fake, make } = window;
	const wrong = [];
	const frame = () => new Promise((done) => requestAnimationFrame(done));
	for (const [i, [text, told]] of payloads.entries()) {
		const address = `evil${i}@chat.lan`;
		const file = { name: text, type: 'image/png', size: 10, url: text, thumb: text };
		fake.someone(make.person(address, text, { status: text, presence: 'online', avatar: undefined }));
		fake.requestOf([make.person(`asks-${address}`, text, { tie: 'asks', request: text })]);
		const now = Date.now();
		const first = make.message(address, text, now - 9000);
		fake.put(address, [
			first,
			make.message(address, 'x', now - 8000, { reply: { id: first.id, from: address, text } }),
			make.message(address, text, now - 7000, { attachment: file }),
			make.message(address, '', now - 6000, { attachment: { ...file, type: 'text/html', thumb: undefined } }),
			make.message(address, '', now - 5500, { attachment: { ...file, type: 'video/mp4', local: text } }),
			make.message(address, '', now - 5000, { attachment: { ...file, type: text, url: 'javascript:hit()' } }),
			make.message(address, `end of ${i}`, now - 4000, { reactions: [{ emoji: text, from: [address] }] }),
			make.message('lin@chat.lan', text, now - 3000, { with: address, sending: 'failed', why: 'server' }),
		]);
		fake.conversation({ with: address, time: now, draft: text, typing: false, last: { text, mine: false, from: address, file: text, retracted: false } });
		location.hash = `#/c/${encodeURIComponent(address)}`;
		const rows = () => document.querySelectorAll('.row');
		await until(() => rows().length === 8 && rows()[6].innerText.includes(`end of ${i}`));
		fake.receive('other@chat.lan', text);
		await frame();
		await frame();
		const shown = rows()[0].querySelector('.text').innerText.replace(/[\u2400-\u241f]/g, '').replace(/\s+/g, ' ').trim();
		const { bad, hits } = inspect();
		if (bad.length || hits || shown !== told || !document.title.endsWith('Anser')) wrong.push({ text, bad, hits, shown, told, title: document.title });
	}
	return wrong;
}

test('a hundred payloads are inert in every place', async () => {
	assert.ok(PAYLOADS.length >= 100, `${PAYLOADS.length}`);
	const p = await site.open('state=empty&lang=en');
	await p.evaluate(() => {
		window.hits = 0;
		window.hit = () => window.hits++;
		window.alert = window.hit;
	});
	assert.deepEqual(await within(p, attackAll, until, inspect, PAYLOADS.map((x) => [x, told(x)])), []);
	// The lightbox, the menu and the details show names too.
	await p.locator('.row').nth(4).focus();
	await p.keyboard.press('Enter');
	await p.getByRole('menu').waitFor();
	await p.keyboard.press('Escape');
	assert.deepEqual(await p.evaluate(inspect), { bad: [], hits: 0 });
	const refused = p.faults.filter((f) => !/Failed to load resource|net::ERR/.test(f));
	assert.deepEqual(refused, [], 'nothing was thrown, and the policy of the page had nothing to refuse');
	await giveBack(p);
});

test('an image that is dragged, pasted or linked from elsewhere is not fetched', async () => {
	const p = await site.open('state=empty&lang=en');
	const asked = [];
	p.on('request', (r) => asked.push(r.url()));
	await p.evaluate(() => {
		const { fake, make } = window;
		const a = 'ann@chat.lan';
		fake.someone(make.person(a, 'Ann'));
		fake.put(a, [make.message(a, 'https://evil.example/pixel.png', Date.now(), { attachment: { name: 'p.png', type: 'image/png', size: 1, url: 'https://evil.example/pixel.png', width: 10, height: 10 } })]);
		fake.conversation({ with: a, time: Date.now() });
		location.hash = `#/c/${a}`;
	});
	await p.locator('.file').waitFor();
	// Whatever the page asks for once it is drawn it has asked for before this comes back.
	await p.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => fetch('/?asked-last')));
	assert.ok(asked.some((u) => u.endsWith('?asked-last')));
	assert.deepEqual(asked.filter((u) => u.includes('evil')), []);
	await giveBack(p);
});
