// SPDX-License-Identifier: Apache-2.0
// Writes data.ts from the package emojibase-data (MIT; its names and keywords are those of Unicode CLDR): node src/emoji/make.mjs
// One line per emoji, in the order of Unicode: emoji, tones (1: takes a skin tone), English name, Chinese name, English words, Chinese words.
// A line of one field opens a group. Words that the names hold already are left out, and so is what fonts of 2022 do not draw.

import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const en = require('emojibase-data/en/data.json');
const zh = new Map(require('emojibase-data/zh/data.json').map((e) => [e.hexcode, e]));
const NEWEST = 15;
const COMPONENT = 2; // skin tones and hair alone
const GROUPS = ['smileys', 'people', '', 'nature', 'food', 'travel', 'activities', 'objects', 'symbols', 'flags'];

const VARIANT = /^(👨|👩|🧑).*\u200d|\u200d[♂♀]/u; // the same with a gender, hair or trade: found by its name, offered after the one it varies

// Search takes the beginning of an English word and any part of a Chinese one: a word that another would find as well is left out.
function words(entry, label, covers) {
	if (VARIANT.test(entry.emoji)) return '';
	const all = (entry.tags ?? []).map((w) => w.toLowerCase()).filter((w) => !label.toLowerCase().includes(w));
	return all.filter((w) => !all.some((other) => other !== w && covers(other, w))).slice(0, 5).join(' ');
}

const wordsEn = (e) => words(e, e.label, (longer, w) => longer.startsWith(w));
const wordsZh = (e) => words({ ...e, tags: e.tags?.filter((w) => /\p{sc=Han}/u.test(w)) }, e.label, (longer, w) => longer.includes(w));

const lines = [];
let group;
for (const e of en.filter((x) => x.group !== undefined && x.group !== COMPONENT && x.version <= NEWEST).sort((a, b) => a.order - b.order)) {
	if (e.group !== group) lines.push(GROUPS[(group = e.group)]);
	const z = zh.get(e.hexcode);
	lines.push([e.emoji, e.skins?.length === 5 ? '1' : '', e.label, z.label, wordsEn(e), wordsZh(z)].join('\t'));
}

const text = lines.join('\n');
if (/[`\\$]/.test(text)) throw new Error('needs escaping');
writeFileSync(new URL('data.ts', import.meta.url), [
	'// SPDX-License-Identifier: MIT AND Unicode-3.0',
	'// Made by make.mjs from emojibase-data (Copyright 2017-2019 Miles Johnson) with names of Unicode CLDR. Do not edit.',
	'',
	`export const data = \`${text}\`;`,
	'',
].join('\n'));
