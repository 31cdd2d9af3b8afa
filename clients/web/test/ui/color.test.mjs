// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { load } from './load.mjs';

const { angle, colorsOf, hsluv, sha1 } = await load('src/ui/common/color.ts');

// XEP-0392, 13.2: text, angle, and the colour with saturation 100 and lightness 50.
const VECTORS = [
	['Romeo', 327.255249, [0.865, 0, 0.686]],
	['juliet@capulet.lit', 209.4104, [0, 0.515, 0.573]],
	['😺', 331.199341, [0.872, 0, 0.659]],
	['council', 359.994507, [0.918, 0, 0.394]],
	['Board', 171.430664, [0, 0.527, 0.457]],
];

test('angles and colours are those of XEP-0392', () => {
	for (const [text, degrees, rgb] of VECTORS) {
		assert.ok(Math.abs(angle(text) - degrees) < 1e-5, text);
		hsluv(angle(text), 100, 50).forEach((c, i) => assert.ok(Math.abs(c - rgb[i]) < 0.001, `${text} ${i}: ${c}`));
	}
});

test('SHA-1 agrees with the library for every length around the blocks', () => {
	for (let n = 0; n < 200; n++) {
		const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + n) & 255);
		assert.equal(Buffer.from(sha1(bytes)).toString('hex'), createHash('sha1').update(bytes).digest('hex'));
	}
});

function luminance(hex) {
	const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
	const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
	return (x + 0.05) / (y + 0.05);
}

test('every colour of a name can be read on every ground a row has', () => {
	const grounds = { light: ['#fbfaf6', '#eef4ee', '#fbe7da', '#f2f1ea'], dark: ['#151917', '#1a2420', '#3a2416', '#1e2421'] };
	for (let i = 0; i < 2000; i++) {
		for (const mode of ['light', 'dark']) {
			const c = colorsOf(`user${i}@chat.lan`, mode === 'dark');
			assert.ok(contrast(c.ground, c.letter) >= 4.5, `${i} ${mode}`);
			for (const g of grounds[mode]) assert.ok(contrast(c.name, g) >= 4.5, `${i} ${mode} ${g} ${contrast(c.name, g)}`);
		}
	}
});
