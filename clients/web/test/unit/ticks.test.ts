// SPDX-License-Identifier: Apache-2.0
// Ticks of sent messages: true in whatever order the server's word, receipts, read marks and the database come.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { signal } from '@preact/signals';
import { account, type Account } from '../../src/app/account';
import { rowOfEntry } from '../../src/app/sender';
import { settingsDefault, type Shelf } from '../../src/app/settings';
import { memoryDb, type Db } from '../../src/store/db';
import { PENDING, type Entry, type Patch, type Row } from '../../src/store/rows';
import { apply, logNew, patched } from '../../src/store/timeline';
import { NS } from '../../src/xmpp/names';
import { child } from '../../src/xmpp/xml';
import { server, world, type Server, type World } from './fake';

const me = 'tom@chat.lan', bob = 'bob@chat.lan';

interface Rig {
	w: World;
	srv: Server;
	a: Account;
	db: Db;
	say(xml: string): Promise<void>; // from the server
	ack(): Promise<void>; // of all that was sent
	send(id: string): Promise<void>;
	row(id: string): Row | undefined;
	tick(id: string): string | undefined; // as it is shown
	told(what: 'received' | 'displayed'): string[]; // of which messages this was said
}

async function rig(t: TestContext, db: Db = memoryDb()): Promise<Rig> {
	const w = world(), srv = server(w), kept = new Map<string, string>();
	const shelf: Shelf = { get: (k) => kept.get(k) ?? null, set: (k, v) => void (v === null ? kept.delete(k) : kept.set(k, v)), keys: () => [...kept.keys()] };
	const a = account({
		env: w, db, shelf, target: { url: 'ws://chat.lan/ws', domain: 'chat.lan' }, user: 'tom', proof: { password: 'secret' }, origin: 'http://chat.lan',
		settings: signal(settingsDefault('en')), device: 'd', token: true, kept: () => undefined, latest: async () => null, state: () => undefined, loggedOut: () => undefined, openChat: () => undefined,
	});
	t.after(() => a.stop());
	await a.start();
	await w.advance(1000);
	ok(a.synced.value);
	const log = (): ReturnType<typeof a.ctx.book.loaded> => a.ctx.book.loaded(bob);
	return {
		w, srv, a, db,
		async say(xml) {
			w.sockets[w.sockets.length - 1]!.say(xml);
			await w.settle();
		},
		async ack() {
			const s = w.sockets[w.sockets.length - 1]!;
			s.say(`<a xmlns='${NS.sm}' h='${srv.sessions.get(String(s.state['session']))!.handled}'/>`);
			await w.settle();
		},
		async send(id) {
			const e: Entry = { seq: a.sender.seq(), id, key: `o:${id}`, to: bob, kind: 'text', text: id, status: 'ready', time: a.ctx.now(), tab: a.ctx.tabs.id };
			a.addRow(rowOfEntry(e, me));
			a.sender.add(e);
			await w.settle();
		},
		row: (id) => log()?.keys.get(`o:${id}`),
		tick(id) {
			const r = log()?.keys.get(`o:${id}`);
			return r && a.show(r).sending;
		},
		told: (what) => srv.taken.flatMap((e) => child(e, what, what === 'received' ? NS.receipts : NS.markers)?.attrs['id'] ?? []),
	};
}

const receipt = (id: string): string => `<message from='${bob}/x' to='${me}' type='chat' id='r${id}'><received xmlns='${NS.receipts}' id='${id}'/></message>`;
const readMark = (id: string): string => `<message from='${bob}/x' to='${me}' type='chat' id='d${id}'><displayed xmlns='${NS.markers}' id='${id}'/></message>`;
const bounce = (id: string): string =>
	`<message from='${bob}' to='${me}' type='error' id='${id}'><error type='cancel'><service-unavailable xmlns='${NS.stanzaErrors}'/></error></message>`;
const theirs = (id: string): string =>
	`<message from='${bob}/x' to='${me}' type='chat' id='${id}'><body>${id}</body><request xmlns='${NS.receipts}'/></message>`;

test('a receipt that comes before the server has said that it has the message', async (t) => {
	const r = await rig(t);
	r.srv.deaf = true;
	await r.send('one');
	equal(r.tick('one'), 'sending');
	await r.say(receipt('one'));
	equal(r.tick('one'), 'delivered');
	equal(r.a.sender.unsent.value, 1);
	await r.ack();
	equal(r.tick('one'), 'delivered');
	equal(r.a.sender.unsent.value, 0);
	ok(r.row('one')!.order < PENDING);
});

test('a read mark that comes before it, and those before', async (t) => {
	const r = await rig(t);
	await r.send('zero');
	equal(r.tick('zero'), 'sent');
	r.srv.deaf = true;
	await r.send('one');
	await r.send('two');
	await r.send('three');
	await r.say(readMark('two'));
	equal(r.tick('two'), 'read');
	await r.ack();
	deepEqual(['zero', 'one', 'two', 'three'].map(r.tick), ['read', 'read', 'read', 'sent']);
	await r.say(receipt('two'));
	equal(r.tick('two'), 'read');
});

test('a message that failed, and was tried again by another tab', async (t) => {
	const r = await rig(t);
	await r.send('one');
	await r.say(bounce('one'));
	equal(r.tick('one'), 'failed');
	r.a.addRow(rowOfEntry({ seq: r.a.sender.seq(), id: 'one', key: 'o:one', to: bob, kind: 'text', text: 'one', status: 'ready', time: r.a.ctx.now(), tab: 'other' }, me));
	await r.w.settle();
	equal(r.tick('one'), 'sending');
	await r.say(receipt('one'));
	equal(r.tick('one'), 'delivered');
	// The error of one device does not take back what another has got.
	await r.say(bounce('one'));
	equal(r.tick('one'), 'delivered');
});

test('a receipt that comes while it still counts as failed', async (t) => {
	const r = await rig(t);
	await r.send('one');
	await r.say(bounce('one'));
	await r.say(receipt('one'));
	equal(r.tick('one'), 'delivered');
	equal(r.row('one')!.why, undefined);
});

test('ticks rise, whatever the order', () => {
	const all = ['delivered', 'read', 'delivered'] as const;
	for (const from of ['sending', 'failed', 'sent', 'delivered', 'read'] as const)
		for (const order of [[0, 1, 2], [1, 0, 2], [2, 1, 0]]) {
			let r = { key: 'o:1', with: bob, order: 1, id: '1', from: me, mine: true, time: 1, text: '', sending: from } as Row;
			for (const n of order)
				r = patched(r, { with: bob, target: '1', from: bob, time: 0, tick: all[n] }) ?? r;
			equal(r.sending, 'read');
		}
	const foreign = logNew(bob, [{ key: 'a:1', with: bob, order: 1, id: '1', from: bob, mine: false, time: 1, text: '' }], false);
	equal(apply(foreign, { with: bob, target: '1', from: bob, time: 0, tick: 'read' }), null);
});

test('a receipt that comes before its message does', async (t) => {
	const r = await rig(t);
	await r.say(receipt('later'));
	await r.say(readMark('later'));
	// Written on another device of mine.
	const inner = `<message xmlns='jabber:client' from='${me}/phone' to='${bob}' type='chat' id='later'><body>later</body><origin-id xmlns='${NS.sid}' id='later'/></message>`;
	await r.say(`<message from='${me}' to='${me}/0'><sent xmlns='${NS.carbons}'><forwarded xmlns='${NS.forward}'>${inner}</forwarded></sent></message>`);
	equal(r.tick('later'), 'read');
});

// The database is slow when it is asked for what came before its message: for so long that the line goes meanwhile.
function slow(gate: { open(): void; shut: boolean }): Db {
	const db = memoryDb();
	return {
		...db,
		patches: (peer, targets): Promise<Patch[]> => (gate.shut ? new Promise<void>((go) => (gate.open = go)).then(() => db.patches(peer, targets)) : db.patches(peer, targets)),
	};
}

for (const resumable of [true, false])
	test(`a receipt is said also when the line has gone meanwhile (${resumable ? 'resumed' : 'a new session'})`, async (t) => {
		const gate = { shut: true, open: (): void => undefined };
		const r = await rig(t, slow(gate));
		await r.say(theirs('b1'));
		deepEqual(r.told('received'), []);
		if (!resumable)
			r.srv.sessions.clear();
		r.w.refuse = true;
		r.w.sockets[r.w.sockets.length - 1]!.end();
		await r.w.settle();
		gate.shut = false;
		gate.open();
		await r.w.settle();
		deepEqual(r.told('received'), []);
		r.w.refuse = false;
		await r.w.advance(20_000);
		deepEqual(r.told('received'), ['b1']);
	});

test('what is read while there is no line is told when there is one', async (t) => {
	const r = await rig(t);
	await r.say(theirs('b1'));
	r.w.refuse = true;
	r.w.sockets[r.w.sockets.length - 1]!.end();
	await r.w.settle();
	r.a.read(bob, r.a.ctx.book.loaded(bob)!.rows[0]!);
	await r.w.advance(1000);
	deepEqual(r.told('displayed'), []);
	r.w.refuse = false;
	await r.w.advance(20_000);
	deepEqual(r.told('displayed'), ['b1']);
});
