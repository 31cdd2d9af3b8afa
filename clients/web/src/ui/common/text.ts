// SPDX-License-Identifier: Apache-2.0
// Text of strangers before it is shown: what would turn neighbouring text around, hide itself or break a line of the
// page is made visible or taken out. It is always set as text, never as markup.

// Overrides and embeddings reach beyond the text they stand in; isolates are contained by the element and are left
// alone in long text.
const TURNING = /[\u202a-\u202e]/g;
const ISOLATES = /[\u2066-\u2069]/g;
// Controls but tab and line feed; zero-width characters joiners are not among: emoji and Indic scripts need them.
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb]/g;
const SURROGATES = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g; // no look-behind: older Safari would refuse the whole file

// A message: keeps its lines. Controls become the pictures Unicode has for them, or a replacement sign.
export function clean(text: string): string {
	return text
		.replace(/\r\n?/g, '\n')
		.replace(TURNING, '')
		.replace(/[\u2028\u2029]/g, '\n')
		.replace(CONTROLS, (c) => (c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : '\ufffd'))
		.replace(SURROGATES, (s) => (s.length === 2 ? s : '\ufffd'));
}

// A name, a file name, a preview: one line, nothing that turns text around ("gpj.exe" must look like what it is).
export function line(text: string, max = 200): string {
	const one = clean(text.length > max * 4 ? text.slice(0, max * 4) : text)
		.replace(ISOLATES, '')
		.replace(/[\u200e\u200f\u061c]/g, '')
		.replace(/\s+/g, ' ')
		.trim();
	return one.length > max ? `${one.slice(0, max - 1)}…` : one;
}

const segmenter = typeof Intl !== 'undefined' && 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null;

export function graphemes(text: string): string[] {
	return segmenter ? Array.from(segmenter.segment(text), (s) => s.segment) : Array.from(text);
}

// The letter of an avatar: the first that says something; two for a name of two Latin words would be too busy at 36 px.
export function initial(name: string): string {
	const first = graphemes(line(name).replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u, '').slice(0, 16))[0];
	return (first ?? '?').toLocaleUpperCase();
}
