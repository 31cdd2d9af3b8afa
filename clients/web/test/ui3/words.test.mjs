// SPDX-License-Identifier: Apache-2.0
// The dictionaries: the same keys and parameters in both languages, nothing forgotten; dates, sizes and plurals as the languages want them.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function load(contents) {
	const made = await esbuild.build({
		stdin: { contents, resolveDir: root, loader: 'ts' }, bundle: true, write: false, format: 'esm', platform: 'node', logLevel: 'error',
	});
	return import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].contents).toString('base64')}`);
}

const areas = readdirSync(`${root}/src/i18n`).map((n) => n.replace(/\.ts$/, '')).filter((n) => !['index', 'area', 'format'].includes(n));
const i18n = await load([
	"export * from './src/i18n/index';",
	...areas.map((a) => `export { ${a} as area_${a} } from './src/i18n/${a}';`),
].join('\n'));

const parameters = (text) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort();

for (const name of areas) {
	test(`${name}: both languages`, () => {
		const { en, zh } = i18n[`area_${name}`];
		assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
		for (const [key, text] of Object.entries(en)) {
			assert.ok(text.trim() && zh[key].trim(), key);
			assert.deepEqual(parameters(zh[key]), parameters(text), key);
			assert.doesNotMatch(`${text} ${zh[key]}`, /\bJID\b/i, key);
			if (!['otherAppsLead', 'otherAppsAddress'].includes(key)) assert.doesNotMatch(`${text} ${zh[key]}`, /XMPP|Jabber/i, key);
			assert.doesNotMatch(zh[key], /[一-鿿][,!?;:]|[一-鿿]\.(?!\w)/, `${key}: Latin signs behind Chinese`);
		}
	});
}

test('parameters, numbers and plurals', () => {
	const p = i18n.texts(i18n.area_search);
	i18n.setLanguage('en');
	assert.equal(p('count', { n: 1 }), '1 result');
	assert.equal(p('count', { n: 12345 }), '12,345 results');
	assert.equal(i18n.texts(i18n.area_first)('registerTitle', { server: '{name}' }), 'Welcome to {name}');
	i18n.setLanguage('zh-CN');
	assert.equal(p('count', { n: 1 }), '1 条结果');
	assert.equal(i18n.t('common.cancel'), '取消');
});

test('days', () => {
	const DAY = 86400000;
	const noon = new Date().setHours(12, 0, 0, 0);
	const wants = { en: ['Today', 'Yesterday'], 'zh-CN': ['今天', '昨天'] };
	for (const [l, [today, yesterday]] of Object.entries(wants)) {
		i18n.setLanguage(l);
		assert.equal(i18n.day(noon), today);
		assert.equal(i18n.day(noon - DAY), yesterday);
		assert.equal(i18n.when(noon - DAY), yesterday);
		assert.equal(i18n.when(noon), i18n.time(noon));
		assert.match(i18n.when(noon - 3 * DAY), l === 'en' ? /^[A-Z][a-z]{2}$/ : /^周.$/);
		assert.match(i18n.date(noon - 800 * DAY), /20\d\d/);
	}
	assert.equal(i18n.relative(noon - 5 * 60000, noon), '5分钟前');
	assert.equal(i18n.relative(noon + 6 * DAY, noon), '6天后');
	i18n.setLanguage('en');
	assert.equal(i18n.relative(noon - 1000, noon), '1 minute ago');
});

test('sizes', () => {
	i18n.setLanguage('en');
	assert.deepEqual([0, 1023, 1024, 188000, 1234567, 1023.9 * 1024, 5 * 1024 ** 3].map((n) => i18n.size(n)), ['0 B', '1,023 B', '1 KB', '184 KB', '1.2 MB', '1 MB', '5 GB']);
});

test('what the browser prefers', () => {
	assert.equal(i18n.preferred(['de-DE', 'zh-TW', 'en']), 'zh-CN');
	assert.equal(i18n.preferred(['en-GB', 'zh']), 'en');
	assert.equal(i18n.preferred(['fr']), 'en');
});

test('names: Chinese by pinyin, apart from the others', () => {
	const names = ['张三', 'bob', '李雷', 'Anna', '阿娜', '王伟', 'Item 10', 'Item 9'];
	i18n.setLanguage('zh-CN');
	assert.deepEqual([...names].sort(i18n.byName), ['阿娜', '李雷', '王伟', '张三', 'Anna', 'bob', 'Item 9', 'Item 10']);
	i18n.setLanguage('en');
	assert.deepEqual([...names].sort(i18n.byName), ['Anna', 'bob', 'Item 9', 'Item 10', '阿娜', '李雷', '王伟', '张三']);
});

const { initials, rank, pieces, terms, strength, tokenOf, wanted, limits } = await load([
	"export { initials } from './src/ui/search/pinyin';", "export { rank } from './src/ui/search/rank';",
	"export { pieces, terms } from './src/ui/search/snippet';", "export { limits } from './src/ui/search/limits';",
	"export { strength } from './src/ui/first/strength';", "export { tokenOf } from './src/ui/first/invited';",
	"export { wanted } from './src/ui/people/find';",
].join('\n'));

test('pinyin initials and ranking', () => {
	assert.equal(initials('韩梅梅'), 'hmm');
	assert.equal(initials('Bob 陈'), 'bobc');
	const order = (typed) => ['王伟', 'Wendy', 'Edwin', '李雷'].filter((n) => rank(n, `${n}@x`, typed) > 0).sort((a, b) => rank(b, `${b}@x`, typed) - rank(a, `${a}@x`, typed));
	assert.deepEqual(order('w'), ['Wendy', 'Edwin', '王伟']);
	assert.deepEqual(order('ww'), ['王伟']);
	assert.deepEqual(order('伟'), ['王伟']);
	assert.deepEqual(order('wdy'), ['Wendy']);
	assert.deepEqual(order('xyz'), []);
});

test('snippets mark every word and cut around the first', () => {
	const shown = (text, q) => pieces(text, terms(q)).map((p) => (p.hit ? `[${p.text}]` : p.text)).join('');
	assert.equal(shown('Release the release', 'release'), '[Release] the [release]');
	assert.equal(shown('a.b (c) axb', 'a.b'), '[a.b] (c) axb');
	assert.equal(shown('明天发布新版本', '发布 版本'), '明天[发布]新[版本]');
	const long = `${'x'.repeat(300)}needle${'y'.repeat(400)}`;
	assert.match(shown(long, 'needle'), /^…x{40}\[needle\]y+…$/);
	assert.equal(pieces('', terms('x')).length, 0);
});

test('strength: length counts, runs and common ones do not', () => {
	const s = ['abc', '12345678', 'password1', 'aaaaaaaaaaaa', 'kV9#qLm2', 'correct horse battery', '山高月小水落石出'].map((p) => strength(p));
	assert.deepEqual(s.slice(0, 4), [0, 1, 1, 1]);
	assert.ok(s[4] >= 3 && s[5] === 4 && s[6] === 4, s.join());
	assert.ok(strength('linxiaoman1', 'linxiaoman') < strength('linxiaoman1', 'bob'));
});

test('what was pasted: an invite, an address, a name', () => {
	assert.equal(tokenOf(' https://chat.lan/invite#a%2Bb '), 'a+b');
	assert.equal(tokenOf('xmpp:lin@chat.lan?register;preauth=tok;ibr=y'), 'tok');
	assert.equal(tokenOf('k3J'), 'k3J');
	assert.deepEqual(wanted('xmpp:lin@chat.lan?roster;preauth=tok'), { kind: 'invite', token: 'tok', text: 'xmpp:lin@chat.lan?roster;preauth=tok' });
	assert.deepEqual(wanted(' Lin@Chat.LAN '), { kind: 'address', address: 'lin@chat.lan', text: 'Lin@Chat.LAN' });
	for (const typed of ['lin', 'lin@', '@chat.lan', 'a b@c', 'a@b@c', '<x>@y']) assert.equal(wanted(typed).kind, 'text', typed);
});

test('spans of days', () => {
	const now = new Date(2026, 10, 21, 13, 0);
	const at = (m, d) => new Date(2026, m - 1, d).getTime();
	assert.deepEqual(limits('any', '', '', now), {});
	assert.deepEqual(limits('today', '', '', now), { from: at(11, 21) });
	assert.deepEqual(limits('week', '', '', now), { from: at(11, 15) });
	assert.deepEqual(limits('year', '', '', now), { from: at(1, 1) });
	assert.deepEqual(limits('between', '2026-03-01', '2026-03-31', now), { from: at(3, 1), to: at(4, 1) });
	assert.deepEqual(limits('between', '', 'x', now), { from: undefined, to: undefined });
});
