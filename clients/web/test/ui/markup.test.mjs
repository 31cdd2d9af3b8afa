// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { fold, onlyEmoji, parse, safeLink } = await load('src/ui/chat/markup.ts');
const { clean, initial, line } = await load('src/ui/common/text.ts');
const { slide, spanAround, spanAtEnd, ROWS } = await load('src/ui/chat/window.ts');
const { parseRoute, chatPath } = await load('src/ui/common/route.ts');

const LETTER = { strong: 'B', emphasis: 'I', strike: 'S' };

// Nodes as short text: *a* → <B a>.
function show(nodes) {
	return nodes.map((n) => {
		if (typeof n === 'string') return n;
		if (n.kind === 'line') return show(n.spans);
		if (n.kind === 'quote') return `[Q ${n.blocks.map((b) => show([b])).join('|')}]`;
		if (n.kind === 'pre') return `[P ${n.text}]`;
		if (n.kind === 'code') return `<C ${n.text}>`;
		if (n.kind === 'link') return `<A ${n.href}>`;
		return `<${LETTER[n.kind]} ${show(n.spans)}>`;
	}).join('');
}
const seen = (text) => parse(text).map((b) => show([b])).join('\n');

test('styling follows XEP-0393', () => {
	const table = {
		'*strong* _em_ ~gone~ `code`': '<B strong> <I em> <S gone> <C code>',
		'*_both_*': '<B <I both>>',
		'not * strong* and *not strong *': 'not * strong* and *not strong *',
		'*strong*plain*': '<B strong>plain*',
		'* plain *strong*': '* plain <B strong>',
		'not strong*': 'not strong*',
		'**': '**',
		'****': '****',
		'***': '***',
		'*one\ntwo*': '*one\ntwo*',
		'`*not strong*`': '<C *not strong*>',
		'snake_case_name 5*3*2': 'snake_case_name 5*3*2',
		'_a *b_ c*': '<I a *b> c*',
		'这是*重点*。': '这是<B 重点>。',
		'```\n*raw*\n```\nafter': '[P *raw*]\nafter',
		'```c\nint x;': '[P int x;]',
		'> quoted\n> *more*\nafter': '[Q quoted|<B more>]\nafter',
		'> > deep': '[Q [Q deep]]',
		'>> deep': '[Q [Q deep]]',
		'> ```\n> code\n> ```': '[Q [P code]]',
	};
	for (const [text, want] of Object.entries(table)) assert.equal(seen(text), want, text);
});

test('links are http, https and xmpp, and end where the address does', () => {
	const table = {
		'see https://intra.lan/t/42.': 'see <A https://intra.lan/t/42>.',
		'(https://a.lan/b_(c))': '(<A https://a.lan/b_(c)>)',
		'看https://a.lan/x看看': '看<A https://a.lan/x>看看',
		'https://a.lan/a_b_c *x*': '<A https://a.lan/a_b_c> <B x>',
		'*https://a.lan/*': '<B <A https://a.lan/>>',
		'xmpp:tom@chat.lan': '<A xmpp:tom@chat.lan>',
		'javascript:alert(1) data:text/html,x ftp://x.y file:///etc': 'javascript:alert(1) data:text/html,x ftp://x.y file:///etc',
		'https://bank.lan@evil.net/': 'https://bank.lan@evil.net/',
		'https://': 'https://',
		'`https://a.lan/`': '<C https://a.lan/>',
		'xhttps://a.lan': 'xhttps://a.lan',
	};
	for (const [text, want] of Object.entries(table)) assert.equal(seen(text), want, text);
	assert.equal(safeLink('javascript:alert(1)'), null);
});

test('no text is lost and none takes long', () => {
	const flat = (nodes) => nodes.map((n) => (typeof n === 'string' ? n : n.text ?? flat(n.spans ?? n.blocks))).join('');
	for (const unit of ['*a ', '_', '*_~`', '`', '> ', '>', '*', 'https://a', '((', '*a* ', '```', '\u202e*']) {
		const text = unit.repeat(Math.ceil(60000 / unit.length));
		const begin = process.hrtime.bigint();
		const nodes = parse(text);
		assert.ok(flat(nodes).length > 0 || /^[>`\s]*$/.test(text), unit);
		assert.ok(process.hrtime.bigint() - begin < 3_000_000_000n, `${unit} took too long`);
	}
	assert.equal(flat(parse('a*b c_d ~e `f')), 'a*b c_d ~e `f');
});

test('text of strangers is made harmless', () => {
	assert.equal(clean('a\0b\x1b[31m\x9bc\r\nd'), 'a␀b␛[31m\ufffdc\nd');
	assert.equal(clean('photo\u202egpj.exe'), 'photogpj.exe');
	assert.equal(clean('\ud800x\udc00😀'), '\ufffdx\ufffd😀');
	assert.equal(line('a\u2067b\u2069\n  c\u200fd'), 'ab cd');
	assert.equal(line('x'.repeat(500)).length, 200);
	assert.equal(clean('👨‍👩‍👧 नमस्ते'), '👨‍👩‍👧 नमस्ते');
	assert.equal(initial('  "lin"'), 'L');
	assert.equal(initial('👨‍👩‍👧 family'), '👨‍👩‍👧');
	assert.equal(initial('\u202e'), '?');
});

test('emoji alone are large, huge messages folded', () => {
	for (const yes of ['👍', '😀 😀', '👨‍👩‍👧', '🇨🇳', '❤️', '👍🏽👍🏽👍🏽']) assert.ok(onlyEmoji(yes), yes);
	for (const no of ['a', '1', '123', '#', '👍 ok', '👍👍👍👍👍👍👍', '', ' ', '*']) assert.ok(!onlyEmoji(no), no);
	assert.equal(fold('short'), null);
	assert.equal(fold('x'.repeat(2000)), null);
	assert.equal(fold('x'.repeat(5000)).length, 1800);
	assert.equal(fold('l\n'.repeat(100)).split('\n').length, 24);
	assert.ok(fold(`\`\`\`\n${'l\n'.repeat(100)}`).endsWith('```'));
});

test('the span slides, never leaves the list, and stands still in the middle', () => {
	assert.deepEqual(spanAtEnd(10), { start: 0, end: 10 });
	assert.deepEqual(spanAtEnd(1000), { start: 800, end: 1000 });
	assert.deepEqual(spanAround(500, 1000), { start: 400, end: 600 });
	assert.deepEqual(spanAround(2, 1000), { start: 0, end: ROWS });
	const s = spanAround(500, 1000);
	assert.equal(slide(s, 490, 510, 1000), s);
	assert.ok(slide(s, 410, 430, 1000).start <= 350);
	assert.ok(slide(s, 575, 590, 1000).end >= 651);
	for (let first = 0; first < 1000; first += 7) {
		const to = slide(s, first, Math.min(999, first + 20), 1000);
		assert.ok(to.start >= 0 && to.end <= 1000 && to.end - to.start === ROWS);
	}
});

test('addresses in the address bar survive whatever is in them', () => {
	for (const a of ['tom@chat.lan', 'a/b@chat.lan', '名@例子.lan', "o'neil&co%@chat.lan"]) {
		const r = parseRoute(`#/${chatPath(a, 'id/1 2')}`);
		assert.equal(r.address, a);
		assert.equal(r.id, 'id/1 2');
	}
	assert.equal(parseRoute('#/c/%E0%A4%A').screen, '');
	assert.equal(parseRoute('').screen, '');
	assert.equal(parseRoute('#/settings').screen, 'settings');
});
