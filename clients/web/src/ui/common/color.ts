// SPDX-License-Identifier: Apache-2.0
// The colour of an address: its angle after XEP-0392 (SHA-1, first two bytes), so that a person has the same hue in
// every client, and HSLuv to turn the angle into a colour of the lightness the theme wants. SHA-1 is our own: on a
// plain-HTTP page there is no crypto.subtle, and a colour must be there at once. Nothing is secured by it.

type Rgb = readonly [number, number, number];

function rotate(x: number, n: number): number {
	return (x << n) | (x >>> (32 - n));
}

// FIPS 180-4, 6.1.2 for one block of 16 words; changes `h`.
function block(h: Int32Array, w: Int32Array): void {
	for (let i = 16; i < 80; i++) w[i] = rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
	let [a = 0, b = 0, c = 0, d = 0, e = 0] = h;
	for (let i = 0; i < 80; i++) {
		const f = i < 20 ? (b & c) | (~b & d) : i >= 40 && i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
		const k = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][Math.floor(i / 20)]!;
		const next = (rotate(a, 5) + f + e + k + w[i]!) | 0;
		[e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
	}
	for (const [i, v] of [a, b, c, d, e].entries()) h[i] = (h[i]! + v) | 0;
}

export function sha1(bytes: Uint8Array): Uint8Array {
	const padded = new Uint8Array((bytes.length + 9 + 63) & ~63);
	padded.set(bytes);
	padded[bytes.length] = 0x80;
	const view = new DataView(padded.buffer);
	view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
	view.setUint32(padded.length - 4, bytes.length << 3);
	const h = Int32Array.of(0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0);
	const w = new Int32Array(80);
	for (let at = 0; at < padded.length; at += 64) {
		for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
		block(h, w);
	}
	const out = new DataView(new ArrayBuffer(20));
	h.forEach((v, i) => out.setInt32(i * 4, v));
	return new Uint8Array(out.buffer);
}

// XEP-0392, 5.1: degrees.
export function angle(text: string): number {
	const d = sha1(new TextEncoder().encode(text));
	return ((d[0]! + d[1]! * 256) / 65536) * 360;
}

// From CIE XYZ to linear sRGB.
const SRGB: readonly Rgb[] = [
	[3.240969941904521, -1.537383177570093, -0.498610760293],
	[-0.96924363628087, 1.87596750150772, 0.041555057407175],
	[0.055630079696993, -0.20397695888897, 1.056971514242878],
];
const KAPPA = 903.2962962;
const WHITE_U = 0.19783000664283;
const WHITE_V = 0.46831999493879;

// The largest chroma sRGB can show at this lightness and hue: the nearest of the six planes that bound it.
function chromaMax(lightness: number, hue: number): number {
	const cubed = (lightness + 16) ** 3 / 1560896;
	const y = cubed > 0.0088564516 ? cubed : lightness / KAPPA;
	let nearest = Infinity;
	for (const [a, b, c] of SRGB) {
		for (const edge of [0, 1]) {
			const top1 = (284517 * a - 94839 * c) * y;
			const top2 = (838422 * c + 769860 * b + 731718 * a) * lightness * y - 769860 * edge * lightness;
			const bottom = (632260 * c - 126452 * b) * y + 126452 * edge;
			const length = top2 / bottom / (Math.sin(hue) - (top1 / bottom) * Math.cos(hue));
			if (length >= 0) nearest = Math.min(nearest, length);
		}
	}
	return nearest;
}

// Each 0 to 1. Hue in degrees, saturation and lightness in percent.
export function hsluv(hue: number, saturation: number, lightness: number): Rgb {
	const h = (hue / 180) * Math.PI;
	const chroma = (chromaMax(lightness, h) / 100) * saturation;
	const u = (chroma * Math.cos(h)) / (13 * lightness) + WHITE_U;
	const v = (chroma * Math.sin(h)) / (13 * lightness) + WHITE_V;
	const y = lightness > 8 ? ((lightness + 16) / 116) ** 3 : lightness / KAPPA;
	const x = (9 * y * u) / (4 * v);
	const z = (9 * y - 15 * v * y - v * x) / (3 * v);
	const gamma = (linear: number) => (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
	const [r, g, b] = SRGB.map((m) => Math.min(1, Math.max(0, gamma(m[0] * x + m[1] * y + m[2] * z))));
	return [r!, g!, b!];
}

function hex(rgb: Rgb): string {
	return `#${rgb.map((c) => Math.round(c * 255).toString(16).padStart(2, '0')).join('')}`;
}

export interface Colors {
	ground: string; // behind the letter of an avatar
	letter: string;
	name: string; // a name as text
}

const known = new Map<string, Colors>();

export function colorsOf(address: string, dark: boolean): Colors {
	const key = `${dark ? 'd' : 'l'}${address}`;
	let c = known.get(key);
	if (!c) {
		const a = angle(address);
		c = dark
			? { ground: hex(hsluv(a, 45, 30)), letter: hex(hsluv(a, 60, 86)), name: hex(hsluv(a, 70, 75)) }
			: { ground: hex(hsluv(a, 55, 88)), letter: hex(hsluv(a, 90, 30)), name: hex(hsluv(a, 95, 38)) };
		known.set(key, c);
	}
	return c;
}
