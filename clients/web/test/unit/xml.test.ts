// SPDX-License-Identifier: Apache-2.0
import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { child, childText, children, DEPTH_MAX, el, leaf, parse, text, textOf, write, XmlError } from '../../src/xmpp/xml';

test('what is written is read back, whatever it is', () => {
	const nasty = `<b>&amp;]]>"'\u0001\u{1f600}\ud800\n\t x`;
	const written = el('m', { xmlns: 'urn:a', at: nasty }, leaf('body', null, nasty));
	const e = parse(written);
	equal(e.attrs['at'], nasty.replace(/[\u0001]/g, '').replace('\ud800\n', '\n'));
	equal(childText(e, 'body'), nasty.replace('\u0001', '').replace('\ud800', ''));
});

test('namespaces', () => {
	const e = parse(`<a xmlns='urn:1' xmlns:x="urn:2"><x:b y='1' x:z='2'><c/></x:b><b xmlns='urn:3'/></a>`, 'urn:0');
	equal(e.ns, 'urn:1');
	equal(child(e, 'b', 'urn:2')?.attrs['x:z'], '2');
	equal(child(child(e, 'b', 'urn:2'), 'c', 'urn:1')?.name, 'c');
	equal(children(e, 'b', 'urn:3').length, 1);
	equal(parse('<a/>', 'urn:0').ns, 'urn:0');
});

test('references and CDATA', () => {
	equal(textOf(parse('<a>&lt;&#x4f60;&#22909;&amp;<![CDATA[<x>&amp;]]></a>')), '<你好&<x>&amp;');
	equal(parse("<a b='&quot;&#10;'/>").attrs['b'], '"\n');
});

test('what is not one well-formed element is refused', () => {
	const bad = [
		'', 'x', '<a>', '<a></b>', '<a/><b/>', '<a b=c/>', "<a b='1' b='2'/>", "<a b='<'/>", '<a>&nbsp;</a>', '<a>&#0;</a>', '<a>&#xd800;</a>', '<a>& </a>',
		'<!DOCTYPE a><a/>', '<a><!-- x --></a>', '<a><?pi?></a>', '<x:a/>', "<a x:b='1'/>", '<a/>x', '<a', "<a b='1'c='2'/>", '<a>]]</a', '< a/>',
	];
	for (const s of bad)
		throws(() => parse(s), XmlError, s);
	throws(() => parse('<a>'.repeat(DEPTH_MAX + 1) + '</a>'.repeat(DEPTH_MAX + 1)), XmlError);
});

test('cut anywhere it is refused, never half understood', () => {
	const whole = `<a xmlns='urn:1'><b c="d&amp;">t<![CDATA[u]]></b></a>`;
	for (let n = 0; n < whole.length; n++)
		throws(() => parse(whole.slice(0, n)), XmlError, whole.slice(0, n));
});

test('names of objects are no elements and no attributes', () => {
	const e = parse("<a constructor='1' __proto__='2'/>");
	equal(e.attrs['constructor'], '1');
	equal(e.attrs['toString'], undefined);
	throws(() => parse('<constructor:a/>'), XmlError);
});

test('written again it says the same', () => {
	const e = parse(`<vCard xmlns='vcard-temp'><FN>A &amp; B</FN><x xmlns='urn:x'><y/></x></vCard>`);
	deepEqual(parse(write(e)), e);
	equal(text('a\rb'), 'a&#13;b');
});
