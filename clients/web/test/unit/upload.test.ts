// SPDX-License-Identifier: Apache-2.0
import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { Ctx } from '../../src/app/context';
import { localUrl, uploads, type Answer, type Send } from '../../src/app/upload';
import { isQuiet, settingsDefault, settingsLoad, settingsSave, type Shelf } from '../../src/app/settings';
import { shouldNotify } from '../../src/app/notify';
import { NS } from '../../src/xmpp/names';
import { parse } from '../../src/xmpp/xml';
import { world } from './fake';

// A server that keeps what it gets, and a network that breaks when told.
function place(size: number, breaks: (call: number, method: string) => 'before' | 'after' | 'half' | 'busy' | null) {
	const all = new Uint8Array(size);
	const got = { length: 0, bytes: all };
	const calls: string[] = [];
	const answer = (status: number, headers: Record<string, string> = {}): Answer => ({ status, header: (n) => headers[n] ?? null });
	const told = (): Record<string, string> => ({ 'Upload-Offset': String(got.length), 'Upload-Complete': got.length === size ? '?1' : '?0' });
	const send: Send = async (method, _url, headers, body, _progress, signal) => {
		calls.push(method);
		const how = breaks(calls.length, method);
		if (signal.aborted || how === 'before')
			throw new Error('broken');
		if (how === 'busy')
			return answer(409, { 'X-Anser-Error': 'busy' });
		if (method === 'HEAD')
			return answer(204, told());
		const bytes = new Uint8Array(await body!.arrayBuffer());
		if (Number(headers['Upload-Offset']) !== got.length)
			return answer(409, { 'X-Anser-Error': 'offset', ...told() });
		const part = how === 'half' ? bytes.slice(0, bytes.length / 2) : bytes;
		all.set(part, got.length);
		got.length += part.length;
		if (how)
			throw new Error('broken');
		return answer(got.length === size ? 201 : 204, told());
	};
	return { got, calls, send };
}

function up(send: Send, features: Partial<Ctx['features']> = {}) {
	const w = world();
	const ask = async (): Promise<ReturnType<typeof parse>> =>
		parse(`<iq type='result'><slot xmlns='${NS.upload}'><put url='https://chat.lan/files/tok/a'/><get url='https://chat.lan/files/tok/a'/></slot></iq>`, NS.client);
	const ctx = { env: w, ask, features: { upload: 'chat.lan', uploadMax: 0, ...features } } as unknown as Ctx;
	return { w, u: uploads(ctx, (x) => x, send, async () => undefined) };
}

const SIZE = 9 << 20; // three pieces
const file = new Blob([new Uint8Array(SIZE).map((_, i) => i % 253)]);
const none = { slot: () => undefined, progress: () => undefined };

for (const [name, breaks] of [
	['nothing breaks', () => null],
	['every third request breaks before it gets there', (n: number) => (n % 3 === 2 ? 'before' as const : null)],
	['the answer is lost each time but the first', (n: number, m: string) => (m === 'PATCH' && n < 9 ? 'after' as const : null)],
	['half a piece arrives', (n: number, m: string) => (m === 'PATCH' && n < 7 ? 'half' as const : null)],
	['another connection is at it', (n: number) => (n < 4 ? 'busy' as const : null)],
] as [string, (n: number, m: string) => 'before' | 'after' | 'half' | 'busy' | null][])
	test(`an upload arrives whole: ${name}`, async () => {
		const p = place(SIZE, breaks);
		const { w, u } = up(p.send);
		let result: unknown;
		void u.upload(file, 'a', undefined, none, new AbortController().signal).then((r) => (result = r));
		for (let n = 0; n < 60 && result === undefined; n++)
			await w.advance(1000);
		equal(result, 'https://chat.lan/files/tok/a');
		equal(p.got.length, SIZE);
		ok(p.got.bytes.every((b, i) => b === i % 253));
	});

test('an upload that is refused says why, and is not tried again', async () => {
	// (one request each)
	for (const [status, code, why] of [[507, 'disk-full', 'disk-full'], [413, 'length', 'too-large'], [404, 'not-found', 'not-found'], [403, 'off', 'not-allowed']] as const) {
		let calls = 0;
		const { w, u } = up(async () => (calls++, { status, header: (n) => (n === 'X-Anser-Error' ? code : null) }));
		let result: unknown;
		void u.upload(file, 'a', undefined, none, new AbortController().signal).then((r) => (result = r));
		await w.advance(60_000);
		equal(result, why);
		equal(calls, 1);
	}
	const { u } = up(async () => ({ status: 200, header: () => null }), { uploadMax: 5 });
	equal(await u.upload(file, 'a', undefined, none, new AbortController().signal), 'too-large');
	equal(await up(async () => ({ status: 200, header: () => null }), { upload: null }).u.upload(file, 'a', undefined, none, new AbortController().signal), 'not-allowed');
});

test('a network that never comes back ends it', async () => {
	const { w, u } = up(async () => Promise.reject(new Error('gone')));
	let result: unknown;
	void u.upload(file, 'a', undefined, none, new AbortController().signal).then((r) => (result = r));
	await w.advance(600_000);
	equal(result, 'network');
});

test('files of this server come the way the page came', () => {
	const origin = 'http://192.168.1.5:5280', hosts = ['chat.lan', '192.168.1.5'];
	equal(localUrl('https://chat.lan:5281/files/t/a%20b.png', origin, hosts), `${origin}/files/t/a%20b.png`);
	equal(localUrl('https://elsewhere.org/files/t/a.png', origin, hosts), 'https://elsewhere.org/files/t/a.png');
	equal(localUrl('https://chat.lan:5281/other', origin, hosts), 'https://chat.lan:5281/other');
	equal(localUrl('not an address at all:', origin, hosts).startsWith(origin), true);
});

test('settings: what is not valid is the default', () => {
	const m = new Map<string, string>();
	const shelf: Shelf = { get: (k) => m.get(k) ?? null, set: (k, v) => void (v === null ? m.delete(k) : m.set(k, v)), keys: () => [...m.keys()] };
	equal(settingsLoad(shelf, 'zh-TW').language, 'zh-CN');
	equal(settingsLoad(shelf, 'fr').language, 'en');
	settingsSave(shelf, { ...settingsDefault('en'), theme: 'dark', sound: false });
	equal(settingsLoad(shelf, 'zh').theme, 'dark');
	equal(settingsLoad(shelf, 'zh').language, 'en');
	for (const bad of ['{', '[]', 'null', '{"theme":"<script>","quiet":{"on":1},"sound":"no"}']) {
		m.set('anser.settings', bad);
		equal(JSON.stringify(settingsLoad(shelf, 'en')), JSON.stringify(settingsDefault('en')), bad);
	}
});

test('quiet hours, also over midnight', () => {
	const q = { on: true, from: '22:00', to: '07:00' };
	equal(isQuiet(q, 23 * 60), true);
	equal(isQuiet(q, 6 * 60 + 59), true);
	equal(isQuiet(q, 7 * 60), false);
	equal(isQuiet({ ...q, on: false }, 0), false);
	equal(isQuiet({ on: true, from: '12:00', to: '13:00' }, 12 * 60 + 30), true);
	const s = settingsDefault('en');
	equal(shouldNotify(s, false, false, 600), true);
	equal(shouldNotify(s, true, false, 600), false);
	equal(shouldNotify(s, true, true, 600), true);
	equal(shouldNotify({ ...s, quiet: q }, false, true, 0), false);
	equal(shouldNotify({ ...s, notify: false }, false, false, 600), false);
});
