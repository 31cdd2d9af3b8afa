// SPDX-License-Identifier: Apache-2.0
// Whatever a stranger writes is text: a hundred attempts in every place where text of others is shown.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { giveBack } from '../pages.mjs';
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

test('a hundred payloads are inert in every place', { timeout: 180000 }, async () => {
	assert.ok(PAYLOADS.length >= 100, `${PAYLOADS.length}`);
	const p = await site.open('state=empty&lang=en');
	await p.evaluate(() => {
		window.hits = 0;
		window.hit = () => window.hits++;
		window.alert = window.hit;
	});
	for (const [i, payload] of PAYLOADS.entries()) {
		const a = `evil${i}@chat.lan`;
		await p.evaluate(([address, text]) => {
			const { fake, make } = window;
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
				make.message(address, 'y', now - 4000, { reactions: [{ emoji: text, from: [address] }] }),
				make.message('lin@chat.lan', text, now - 3000, { with: address, sending: 'failed', why: 'server' }),
			]);
			fake.conversation({ with: address, time: now, draft: text, typing: false, last: { text, mine: false, from: address, file: text, retracted: false } });
			location.hash = `#/c/${encodeURIComponent(address)}`;
		}, [a, payload]);
		await p.waitForFunction((address) => document.querySelectorAll('.row').length === 8 && location.hash.includes(address.split('@')[0]), a);
		await p.evaluate((text) => window.fake.receive(`other@chat.lan`, text), payload);
		const { bad, hits } = await p.evaluate(inspect);
		assert.deepEqual(bad, [], payload);
		assert.equal(hits, 0, payload);
		const shown = await p.locator('.row .text').first().innerText();
		const plain = payload.replace(/[\0-\x08\x0b-\x1f\u202a-\u202e]/g, '').replace(/^\*(.*)\*$/s, '$1').replace(/^> |^```\n|\n```$/g, '');
		assert.equal(shown.replace(/[\u2400-\u241f]/g, '').replace(/\s+/g, ' ').trim(), plain.replace(/\s+/g, ' ').trim(), 'it is shown as it was written');
		const title = await p.title();
		assert.ok(title.endsWith('Anser'), title);
	}
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
	await p.waitForTimeout(200);
	assert.deepEqual(asked.filter((u) => u.includes('evil')), []);
	await giveBack(p);
});
